/* A media type out of a Content-Type field (RFC 9110 8.3.1). */
#ifndef PB_NET_MEDIA_TYPE_H
#define PB_NET_MEDIA_TYPE_H

#include <stddef.h>

/*
 * "type/subtype" in lower case, without parameters, into out[size], size > 0; "" if field is
 * NULL or does not begin with one, or if there is no room for it.
 */
void pb_media_type(const char *field, char *out, size_t size);

#endif
