/* Addresses of http and https: read, shown. */
#ifndef PB_NET_ADDRESS_H
#define PB_NET_ADDRESS_H

#include <curl/curl.h>

#include "probant/status.h"

/*
 * The address, for curl_url_cleanup, and as an error may show it, without the name and
 * password that can stand in it, for curl_free.  PB_EINVAL: none of http or https.
 */
enum pb_status pb_net_parse(
    const char *text, CURLU **ret_url, char **ret_shown, struct pb_error *err) PB_MUST_CHECK;

/* What libcurl answers of an address, which is shown, as a status. */
enum pb_status pb_net_parsed(CURLUcode code, const char *shown, struct pb_error *err) PB_MUST_CHECK;

#endif
