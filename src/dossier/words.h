/* What the texts and the report of a package call things, in French and in English. */
#ifndef PB_DOSSIER_WORDS_H
#define PB_DOSSIER_WORDS_H

#include "dossier/dossier.h"

enum pb_dossier_language { PB_FRENCH, PB_ENGLISH, PB_LANGUAGES };

/*
 * A sentence in both, of one and of many things; {n} and {m} stand for numbers, {d} for a date.
 * Without a form for one, the other serves.  French has a plain space where its typography
 * wants a thin one that does not break: dossier_html puts that in.
 */
struct pb_phrase {
	const char *many[PB_LANGUAGES];
	const char *one[PB_LANGUAGES];
};

/* One that is said of no number. */
#define PB_PHRASE(french, english)                                                                 \
	{                                                                                          \
		{ french, english },                                                               \
		{                                                                                  \
			NULL, NULL                                                                 \
		}                                                                                  \
	}

/* French counts 0 and 1 as one, English 1 alone. */
const char *pb_phrase_of(
    const struct pb_phrase *phrase, enum pb_dossier_language language, uint64_t n);

/* "message importé"; a type outside the vocabulary: "?". */
const char *pb_dossier_type(uint8_t type, enum pb_dossier_language language);
/* "en entier". */
const char *pb_dossier_what(enum pb_disclosure what, enum pb_dossier_language language);

/* Tokens of the dossier whose authority is the archive itself. */
size_t pb_dossier_local(const struct pb_dossier *dossier);

/* FORMAT 2.2: whole seconds, rounded away from the token, so that nothing is proven by rounding. */
int64_t pb_dossier_after_s(const struct pb_dossier_stamp *stamp);
int64_t pb_dossier_before_s(const struct pb_dossier_stamp *stamp);

/* "1er mai 2026, 17 h 42 min 10 s UTC" with plain spaces, or "1 May 2026, 17:42:10 UTC". */
#define PB_DOSSIER_DATE_LEN 64
void pb_dossier_date(
    int64_t time_s, enum pb_dossier_language language, char out[PB_DOSSIER_DATE_LEN]);

#endif
