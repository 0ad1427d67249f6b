/* The calls of libcurl that one exchange is made of: what they may do, what comes back. */
#ifndef PB_NET_HTTP_CALL_H
#define PB_NET_HTTP_CALL_H

#include <curl/curl.h>
#include <stdbool.h>

#include "core/world.h"

struct pb_http_call {
	const struct pb_http_request *request;
	CURL *easy;
	CURLU *url; /* where it goes now */
	struct curl_slist *headers;
	char *shown; /* the address as errors name it; libcurl's memory */
	struct pb_buf body;
	size_t header_len; /* of all header lines so far, bytes */
	bool headers_end;  /* the empty line behind them was seen */
	bool too_long;     /* the body or the headers */
	bool no_memory;
	bool near; /* somebody else chose an address that is near */
};

/* Borrows the request.  Whatever comes of it, pb_http_call_done releases it. */
enum pb_status pb_http_call_init(struct pb_http_call *call, const struct pb_http_request *request,
    struct pb_error *err) PB_MUST_CHECK;
void pb_http_call_done(struct pb_http_call *call);

/* One request and its answer, within what is left of the time. */
enum pb_status pb_http_call_send(
    struct pb_http_call *call, curl_off_t *left_us, struct pb_error *err) PB_MUST_CHECK;

#endif
