/* A row of `list` and `find` as a line for a person. */
#ifndef PB_CLI_LIST_ROW_H
#define PB_CLI_LIST_ROW_H

#include "find/rows.h"

/* How wide its columns are; 0: not cut, not padded. */
struct pb_list_layout {
	unsigned seq, captured, who, subject;
};

/* last: the greatest number that will be shown; width: columns, UINT_MAX where nobody looks. */
void pb_list_layout(struct pb_list_layout *layout, uint64_t last, unsigned width);

/*
 * Number, captured, "<" received or ">" sent, size, number of attachments, day of its Date field,
 * the other side, subject; of another record its type and event.  Safe for a terminal; ends with
 * LF.
 */
enum pb_status pb_list_row(const struct pb_list_layout *layout, const struct pb_row *row,
    struct pb_buf *line) PB_MUST_CHECK;

/*
 * On a terminal alone: above the rows the names of their columns, below them what their signs
 * mean.  Elsewhere a line is a record, for other programs.
 */
enum pb_status pb_list_heading(
    const struct pb_list_layout *layout, struct pb_error *err) PB_MUST_CHECK;
void pb_list_legend(const struct pb_list_layout *layout);

/* The row on stdout, so or as JSON on a line (pb_row_json). */
enum pb_status pb_list_print(const struct pb_list_layout *layout, const struct pb_row *row,
    bool json, struct pb_error *err) PB_MUST_CHECK;

#endif
