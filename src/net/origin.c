#include "net/origin.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/error.h"
#include "net/address.h"

#define PORT_HTTPS 443

static CURLUcode
read_parts(CURLU *url, struct pb_origin *ret_origin)
{
	char *scheme = NULL, *host = NULL, *port = NULL;
	CURLUcode code = curl_url_get(url, CURLUPART_SCHEME, &scheme, 0);

	if (code == CURLUE_OK)
		code = curl_url_get(url, CURLUPART_HOST, &host, 0);
	if (code == CURLUE_OK)
		code = curl_url_get(url, CURLUPART_PORT, &port, CURLU_DEFAULT_PORT);
	if (code == CURLUE_OK && strlen(host) >= sizeof(ret_origin->host))
		code = CURLUE_BAD_HOSTNAME;
	if (code == CURLUE_OK) {
		ret_origin->https = strcasecmp(scheme, "https") == 0;
		ret_origin->port = (uint16_t)strtoul(port, NULL, 10);
		memcpy(ret_origin->host, host, strlen(host) + 1);
	}
	curl_free(scheme);
	curl_free(host);
	curl_free(port);
	return code;
}

enum pb_status
pb_origin_of(const char *url, struct pb_origin *ret_origin, struct pb_error *err)
{
	CURLU *parsed = NULL;
	char *shown = NULL;
	enum pb_status status = pb_net_parse(url, &parsed, &shown, err);

	if (status == PB_OK)
		status = pb_net_parsed(read_parts(parsed, ret_origin), shown, err);
	curl_url_cleanup(parsed);
	curl_free(shown);
	return status;
}

bool
pb_origin_same(const struct pb_origin *a, const struct pb_origin *b)
{
	return a->https == b->https && a->port == b->port && strcasecmp(a->host, b->host) == 0;
}

bool
pb_origin_may_lead(const struct pb_origin *from, const struct pb_origin *to, bool foreign)
{
	return strcasecmp(from->host, to->host) == 0 && (to->https || !from->https) &&
	       (!foreign || to->port == from->port || (to->https && to->port == PORT_HTTPS));
}
