/* Addresses of http and https: read, shown, followed. */
#ifndef PB_NET_ADDRESS_H
#define PB_NET_ADDRESS_H

#include <curl/curl.h>
#include <stdbool.h>

#include "probant/status.h"

/*
 * The address, for curl_url_cleanup, and as an error may show it, without the name and
 * password that can stand in it, for curl_free.  PB_EINVAL: none of http or https.
 */
enum pb_status pb_net_parse(
    const char *text, CURLU **ret_url, char **ret_shown, struct pb_error *err) PB_MUST_CHECK;

/* Whether a redirect may be followed: on the same host, and never from https to http. */
enum pb_status pb_net_may_follow(
    CURLU *from, CURLU *to, bool *ret_may, struct pb_error *err) PB_MUST_CHECK;

#endif
