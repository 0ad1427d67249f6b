/* HTTP by libcurl, behind the table of core/world.h. */
#ifndef PB_NET_HTTP_H
#define PB_NET_HTTP_H

#include "core/world.h"

/*
 * Only http and https; no proxy but the environment's; nothing kept between calls.  Redirects
 * (301, 302, 307, 308) are followed with method and body as they are, where pb_origin_may_lead
 * (net/origin.h) says so.  Each call is for one thread.  PB_EUNAVAIL: libcurl can't start.
 *
 * An exchange answers PB_EINVAL, too, where client_pem or server_roots cannot be used: then
 * err->object is their path.  A key of client_pem must not be encrypted.
 */
enum pb_status pb_http_new(struct pb_http **ret_http, struct pb_error *err) PB_MUST_CHECK;
void pb_http_free(struct pb_http *http); /* NULL is fine */

#endif
