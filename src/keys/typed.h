/*
 * Octets as lines that a person types (FORMAT A): Crockford's base 32 in groups of four, each line
 * with its number and a check, so that a wrong line is named while it is typed.
 */
#ifndef PB_KEYS_TYPED_H
#define PB_KEYS_TYPED_H

#include <stdbool.h>

#include "core/buf.h"

#define PB_TYPED_OCTETS 20    /* of a line; of the last one fewer, a multiple of 5 */
#define PB_TYPED_LINE_MAX 128 /* what somebody may type as one line */

/*
 * The lines of these octets, each "NN  GGGG GGGG ...  CC\n", appended.  What is encoded besides is
 * 4 octets of their SHA-256, and zeros that make the last line whole.  PB_ELIMIT: more than 99
 * lines.
 */
enum pb_status pb_typed_lines(
    const void *data, size_t len, struct pb_buf *lines, struct pb_error *err) PB_MUST_CHECK;

/*
 * Line `number` (from 1) as somebody typed it, its octets appended: with or without its number,
 * with any spaces and hyphens, small letters, O for 0, I and L for 1.  PB_EDATA: it is not that
 * line, and err says in words what is wrong.
 */
enum pb_status pb_typed_line(unsigned number, const char *text, size_t len, struct pb_buf *octets,
    struct pb_error *err) PB_MUST_CHECK;

/*
 * All lines were typed: cut the octets to what was encoded, `len` of them.  PB_EDATA: the digest
 * behind them is another one.
 */
enum pb_status pb_typed_end(struct pb_buf *octets, size_t len, struct pb_error *err) PB_MUST_CHECK;

#endif
