/* The outer form of DER, looked at before OpenSSL reads it.  For this room's files alone. */
#ifndef PB_STAMP_FORM_H
#define PB_STAMP_FORM_H

#include <stdbool.h>
#include <stddef.h>

/*
 * True if data is one element and nothing behind it, and throughout it tags are of one octet,
 * lengths definite and as short as can be, strings in one piece (X.690 10.1, 10.2), and elements
 * nested no deeper than PB_LIMIT_DER_DEPTH.  The order of a SET OF is not looked at: real
 * authorities write certificates in the order of their path.
 */
bool pb_stamp_der_form(const void *data, size_t len);

#endif
