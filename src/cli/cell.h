/* Cells of a table on a terminal: text from outside, made safe, cut and padded to columns. */
#ifndef PB_CLI_CELL_H
#define PB_CLI_CELL_H

#include <stdbool.h>

#include "core/buf.h"

/*
 * Append `text` in at most `width` columns, as the locale's characters take them; what does not fit
 * ends with an ellipsis.  pad: spaces to the full width.  Controls and bidirectional overrides
 * don't come through (pb_text_safe).
 */
enum pb_status pb_cell(
    struct pb_buf *line, const char *text, unsigned width, bool pad) PB_MUST_CHECK;

/* The same at the right of its width. */
enum pb_status pb_cell_right(struct pb_buf *line, const char *text, unsigned width) PB_MUST_CHECK;

/* "812 B", "12.3 kB", "4.5 MB": octets in at most 8 columns, as the user's language writes them. */
#define PB_CELL_SIZE_LEN 32
void pb_cell_size(uint64_t size, char out[PB_CELL_SIZE_LEN]);

#endif
