#include "net/address.h"

#include <strings.h>

#include "core/error.h"

#define WHAT N_("ask a server")

/* As it may be shown; for curl_free. */
static CURLUcode
show(CURLU *url, char **ret_shown)
{
	CURLU *plain = curl_url_dup(url);
	CURLUcode code;

	if (plain == NULL)
		return CURLUE_OUT_OF_MEMORY;
	code = curl_url_set(plain, CURLUPART_USER, NULL, 0);
	if (code == CURLUE_OK)
		code = curl_url_set(plain, CURLUPART_PASSWORD, NULL, 0);
	if (code == CURLUE_OK)
		code = curl_url_get(plain, CURLUPART_URL, ret_shown, 0);
	curl_url_cleanup(plain);
	return code;
}

static CURLUcode
check_scheme(CURLU *url)
{
	char *scheme = NULL;
	CURLUcode code = curl_url_get(url, CURLUPART_SCHEME, &scheme, 0);

	if (code == CURLUE_OK && strcasecmp(scheme, "https") != 0 &&
	    strcasecmp(scheme, "http") != 0)
		code = CURLUE_UNSUPPORTED_SCHEME;
	curl_free(scheme);
	return code;
}

enum pb_status
pb_net_parsed(CURLUcode code, const char *shown, struct pb_error *err)
{
	if (code == CURLUE_OK)
		return PB_OK;
	if (code == CURLUE_OUT_OF_MEMORY)
		return pb_fail_memory(err, WHAT);
	return pb_fail(err, PB_EINVAL, WHAT, N_("it is no address of http or https"), "%s", shown);
}

enum pb_status
pb_net_parse(const char *text, CURLU **ret_url, char **ret_shown, struct pb_error *err)
{
	CURLU *url = curl_url();
	CURLUcode code = CURLUE_OUT_OF_MEMORY;

	if (url != NULL)
		code = curl_url_set(url, CURLUPART_URL, text, 0);
	if (code == CURLUE_OK)
		code = check_scheme(url);
	if (code == CURLUE_OK)
		code = show(url, ret_shown);
	if (code == CURLUE_OK) {
		*ret_url = url;
		return PB_OK;
	}
	curl_url_cleanup(url);
	return pb_net_parsed(code, text, err);
}
