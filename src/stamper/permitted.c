#include "stamper/permitted.h"

#include <string.h>
#include <strings.h>

#include "core/error.h"
#include "core/syntax.h"

static const char PERMITTING[] = N_("ask for the writer");

static uint32_t
at_most(uint32_t value, uint32_t max)
{
	return value < max ? value : max;
}

/* ---- a timestamp ---------------------------------------------------------------------------- */

static enum pb_status
permit_stamp(const struct pb_timestamp_policy *policy, const struct pb_question *question,
    struct pb_http_request *ret_request, struct pb_error *err)
{
	const struct pb_policy_authority *authority = policy->authority;
	const struct pb_policy_authority *end = authority + policy->authority_count;

	while (authority < end && strcmp(authority->name, question->authority) != 0)
		authority++;
	if (authority == end)
		return pb_fail(err, PB_ENOENT, PERMITTING,
		    N_("no authority of the policy has this name"), "%s", question->authority);
	*ret_request = (struct pb_http_request){
		.authority = authority->name,
		.url = authority->url,
		.content_type = "application/timestamp-query",
		.body = question->body,
		.body_len = question->body_len,
		.accept = "application/timestamp-reply",
		.max = at_most(question->max, PB_LIMIT_TSA_REPLY),
		.timeout_ms = at_most(question->timeout_ms, authority->timeout_s * 1000),
		.client_pem = authority->client_certificate,
		.server_roots = authority->server_roots,
	};
	return PB_OK;
}

/* ---- what certificates point to ------------------------------------------------------------- */

/* Host and port of an address, as it says them; name and password before them are left out. */
static size_t
find_host(const char *url, const char **ret_host)
{
	const char *host = strstr(url, "://") + 3;
	size_t len = strcspn(host, "/?#");
	const char *at = memrchr(host, '@', len);

	*ret_host = at != NULL ? at + 1 : host;
	return len - (size_t)(*ret_host - host);
}

/* Where web servers listen, whatever else does on that machine. */
static bool
is_web_port(const char *host, size_t len)
{
	const char *colon = memrchr(host, ':', len);

	if (colon == NULL || host[len - 1] == ']') /* of an IPv6 address without a port */
		return true;
	len -= (size_t)(colon - host);
	return (len == 3 && memcmp(colon, ":80", 3) == 0) ||
	       (len == 4 && memcmp(colon, ":443", 4) == 0);
}

/* An authority of one's own house may publish where it serves. */
static bool
is_authority(const struct pb_timestamp_policy *policy, const char *host, size_t len)
{
	const char *other;

	for (size_t i = 0; i < policy->authority_count; i++)
		if (find_host(policy->authority[i].url, &other) == len &&
		    strncasecmp(other, host, len) == 0)
			return true;
	return false;
}

static enum pb_status
permit_fetch(const struct pb_timestamp_policy *policy, const struct pb_question *question,
    struct pb_http_request *ret_request, struct pb_error *err)
{
	const char *host = "";
	bool known = false;
	size_t len = 0;

	if (pb_syntax_url(question->url)) {
		len = find_host(question->url, &host);
		known = is_authority(policy, host, len);
	}
	if (len == 0 || (!known && !is_web_port(host, len)))
		return pb_fail(err, PB_EACCESS, PERMITTING,
		    N_("nothing is fetched but from the ports of http and https"), "%s",
		    question->url);
	*ret_request = (struct pb_http_request){ .url = question->url,
		.max = at_most(question->max, PB_LIMIT_LIST),
		.timeout_ms = at_most(question->timeout_ms, PB_LIMIT_TSA_TIMEOUT_S * 1000),
		.foreign = !known };
	return PB_OK;
}

enum pb_status
pb_permitted(const struct pb_timestamp_policy *policy, const struct pb_question *question,
    struct pb_http_request *ret_request, struct pb_error *err)
{
	return question->authority[0] != '\0' ? permit_stamp(policy, question, ret_request, err)
					      : permit_fetch(policy, question, ret_request, err);
}
