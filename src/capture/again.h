/* The octets of a message out of its sealed record, to be sealed once more: for another archive. */
#ifndef PB_CAPTURE_AGAIN_H
#define PB_CAPTURE_AGAIN_H

#include "capture/message.h"

/*
 * Begin a message in maker, and write all octets of `sealed`, which was sealed for `origin`; it
 * stays as it is.  What is known of it beside its octets is to be said anew.
 */
enum pb_status pb_message_again(struct pb_message_maker *maker, const char *origin,
    struct pb_sealed *sealed, struct pb_error *err) PB_MUST_CHECK;

#endif
