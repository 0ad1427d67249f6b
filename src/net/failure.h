/* What libcurl answers, as a status and its reason. */
#ifndef PB_NET_FAILURE_H
#define PB_NET_FAILURE_H

#include <curl/curl.h>

#include "core/world.h"

/*
 * code is not CURLE_OK.  cause: what the operating system said when a connection
 * failed, an errno value or 0.  url: as it may be shown.
 */
enum pb_status pb_net_failure(CURLcode code, int cause, const struct pb_http_request *request,
    const char *url, struct pb_error *err) PB_MUST_CHECK;

#endif
