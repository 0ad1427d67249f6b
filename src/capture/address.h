/* The addresses of a header field such as From (RFC 5322 3.4), as far as they can be told. */
#ifndef PB_CAPTURE_ADDRESS_H
#define PB_CAPTURE_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Call `each` with every address of a field's body, without its comments, display name and angle
 * brackets; what only stands in a name or a comment is none.  true as soon as `each` answers it.
 */
bool pb_address_any(const uint8_t *body, size_t len,
    bool (*each)(void *arg, const char *address, size_t len), void *arg);

/* Equal without regard to ASCII case: local parts that differ in it only are one in practice. */
bool pb_address_equal(const char *a, size_t a_len, const char *b, size_t b_len);

/* Something before the last "@" and something behind; no white space, no control. */
bool pb_address_plausible(const char *address);

#endif
