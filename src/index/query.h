/*
 * A query, as a person types it:
 *
 *     from:dupont subject:"compte rendu" cardio* attachment:pdf date:2026-04-30..2026-05-06
 *     type:imported direction:received source:import msgid:<1@a.example> -brouillon
 *
 * All terms must match, but of those with OR between them one: OR (or OU) in capitals binds its two
 * neighbours, so a OR b c is (a or b) and c; what filters, and what is left out, has no
 * alternatives.  A term is a word, a prefix (behind it *), an address or a phrase in
 * quotes, in one of the fields body, from, to, subject, msgid, attachment (in French corps, de, à,
 * objet, pièce), or in any of them; behind a - it must not stand there.  Accents and case don't
 * count; what is more than one word without quotes
 * ("peut-être") is a phrase, but for an elided article ("l'avis" is "avis").  Dates: of the Date
 * field, else of the leaf, UTC; both ends included, either may be missing; a day, a month (2026-05)
 * or a year. type, direction (sens) and source may name several (type:1,15).  Without type: records
 * that are messages.
 */
#ifndef PB_INDEX_QUERY_H
#define PB_INDEX_QUERY_H

#include "index/shelves.h"

struct pb_query;

/* PB_EINVAL: what is wrong and where, in err. */
enum pb_status pb_query_parse(
    const char *text, struct pb_query **ret_query, struct pb_error *err) PB_MUST_CHECK;
void pb_query_free(struct pb_query *query);

/* The query in one canonical form, for statements: the same set is the same text, and it can be
 * parsed.  Borrowed. */
const char *pb_query_text(const struct pb_query *query);

/* Words are asked for: records whose words are not indexed can't match. */
bool pb_query_has_words(const struct pb_query *query);

/* Words of bodies may be asked for: without a body, pb_query_confirm can't tell. */
bool pb_query_needs_body(const struct pb_query *query);

/* Records of that type may match. */
bool pb_query_wants(const struct pb_query *query, uint8_t type);

/* What the query says of a record but for words: type, direction, source, date.  For records that
 * no index covers yet. */
bool pb_query_admits(const struct pb_query *query, const struct pb_index_row *row);

/* A record that matches.  unsure: shelves don't tell the order of words, so a phrase must still be
 * looked for in the message itself (pb_query_confirm). */
struct pb_match {
	uint64_t seq;
	int64_t date_s; /* Date field, else time of the leaf */
	uint64_t size;
	bool unsure;
};

/* Add the matches of one segment's index, in order of seq, to `matches` (an array of struct
 * pb_match). PB_ECORRUPT, PB_ENOMEM: matches is as it was. */
enum pb_status pb_query_run(const struct pb_query *query, struct pb_index *index,
    struct pb_buf *matches, struct pb_error *err) PB_MUST_CHECK;

/* Do the words and phrases stand in this message as the query says?  fields[f]: all text of enum
 * pb_index_field f, NUL-terminated or NULL; what belongs to no phrase together (addresses, parts of
 * the text) is parted by a form feed. */
enum pb_status pb_query_confirm(const struct pb_query *query,
    const char *const fields[PB_INDEX_FIELDS], bool *ret_match, struct pb_error *err) PB_MUST_CHECK;

#endif
