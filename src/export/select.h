/* What is disclosed of which record: the rules of an export, by seq and type (FORMAT 5.3). */
#ifndef PB_EXPORT_SELECT_H
#define PB_EXPORT_SELECT_H

#include "bundle/statement.h"
#include "probant/bundle.h"
#include "record/leaf.h"

struct pb_export_choice {
	enum pb_disclosure what;
	uint8_t parts[32]; /* PB_DISCLOSE_PARTS: a bit for each index */
};

struct pb_export_select;

/*
 * From the rules, of which later ones override.  Without any: first .. last, whole.  With dates,
 * rules for all of the log, or of the range, are for what was captured between them; one that
 * names other records opens those whenever they were captured.  PB_EINVAL: a rule that ends before
 * it begins; PB_ELIMIT: more than PB_LIMIT_EXPORT_RULES.  Copies.
 */
enum pb_status pb_export_select_new(const struct pb_export_options *options,
    struct pb_export_select **ret_select, struct pb_error *err) PB_MUST_CHECK;
void pb_export_select_free(struct pb_export_select *select); /* NULL is fine */

/* Without rules: what was asked for. */
void pb_export_select_asked(struct pb_export_select *select, uint64_t first, uint64_t last);

/*
 * The bounds of what rules disclose.  False: there is no such rule, or what they disclose goes to
 * `size` or beyond, as a rule for everything does; then *ret_first is still their beginning, or 0.
 */
bool pb_export_select_bounds(
    const struct pb_export_select *select, uint64_t size, uint64_t *ret_first, uint64_t *ret_last);

/* Is anything of a message disclosed among first .. last? */
bool pb_export_select_any(const struct pb_export_select *select, uint64_t first, uint64_t last);

/* Was it captured between the dates, by the local clock (FORMAT 1.3)?  True without dates. */
bool pb_export_select_dated(const struct pb_export_select *select, const struct pb_leaf *leaf);

/* A record that a rule opens by its number, and that is not among first .. last. */
bool pb_export_select_beyond(
    const struct pb_export_select *select, uint64_t first, uint64_t last, uint64_t *ret_seq);

/* Is a record of that type opened whole, whatever the rules (FORMAT 5.3)? */
bool pb_export_select_always(uint8_t type);

/* Does a rule close this record that is not for everything? */
bool pb_export_select_closes(const struct pb_export_select *select, uint64_t seq);

/*
 * Types 3, 8, 12, 13 and 14 whole, whatever the rules (FORMAT 5.3).  Type 4, which says who read
 * what and what was handed to whom, only by a rule that names this one record alone.
 */
void pb_export_select_choose(const struct pb_export_select *select, const struct pb_leaf *leaf,
    struct pb_export_choice *ret_choice);

#endif
