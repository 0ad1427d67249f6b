#include "stamper/permitted.h"

#include <string.h>

#include "core/error.h"
#include "net/origin.h"

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

/* Where web servers listen, whatever else does on that machine. */
static bool
is_web_port(uint16_t port)
{
	return port == 80 || port == 443;
}

/* An authority of one's own house may publish where it serves. */
static enum pb_status
find_authority(const struct pb_timestamp_policy *policy, const struct pb_origin *origin,
    bool *ret_found, struct pb_error *err)
{
	struct pb_origin other;
	enum pb_status status;

	for (size_t i = 0; i < policy->authority_count && !*ret_found; i++) {
		status = pb_origin_of(policy->authority[i].url, &other, err);
		if (status == PB_OK)
			*ret_found = pb_origin_same(&other, origin);
		else if (status != PB_EINVAL)
			return status;
	}
	return PB_OK;
}

static enum pb_status
permit_fetch(const struct pb_timestamp_policy *policy, const struct pb_question *question,
    struct pb_http_request *ret_request, struct pb_error *err)
{
	struct pb_origin origin;
	bool known = false;
	enum pb_status status = pb_origin_of(question->url, &origin, err);

	if (status == PB_OK)
		status = find_authority(policy, &origin, &known, err);
	if (status == PB_EINVAL || (status == PB_OK && !known && !is_web_port(origin.port)))
		return pb_fail(err, PB_EACCESS, PERMITTING,
		    N_("nothing is fetched but from the ports of http and https"), "%s",
		    question->url);
	if (status != PB_OK)
		return status;
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
