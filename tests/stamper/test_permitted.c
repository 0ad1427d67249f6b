/* What a question of the writer may have done: whatever else it says, no more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "stamper/permitted.h"

static char NAME_A[] = "fictive-a", URL_A[] = "https://nom:phrase@tsa-a.example:8443/tsr";
static char CLIENT[] = "/etc/probant/client.pem", ROOTS[] = "/etc/probant/roots.pem";
static char NAME_B[] = "fictive-b", URL_B[] = "http://[2001:db8::7]:3180/";

static struct pb_policy_authority AUTHORITIES[] = {
	{ .name = NAME_A,
	    .url = URL_A,
	    .client_certificate = CLIENT,
	    .server_roots = ROOTS,
	    .timeout_s = 20 },
	{ .name = NAME_B, .url = URL_B, .timeout_s = 5 },
};
static const struct pb_timestamp_policy POLICY = { .authority = AUTHORITIES, .authority_count = 2 };

static enum pb_status
permit(const struct pb_question *question, struct pb_http_request *request)
{
	return pb_permitted(&POLICY, question, request, NULL);
}

static enum pb_status
fetch(const char *url, bool *ret_foreign)
{
	struct pb_question question = { .timeout_ms = 1000, .max = 1000 };
	struct pb_http_request request = { .foreign = false };
	enum pb_status status;

	memcpy(question.url, url, strlen(url) + 1);
	status = permit(&question, &request);
	*ret_foreign = request.foreign;
	if (status == PB_OK) {
		assert_null(request.body);
		assert_null(request.client_pem);
		assert_null(request.content_type);
	}
	return status;
}

static void
an_authority_is_asked_where_and_how_the_policy_says(void **state)
{
	struct pb_question question = { .timeout_ms = 1000,
		.max = 2000,
		.authority = "fictive-a",
		.body = "q",
		.body_len = 1 };
	struct pb_http_request request;

	(void)state;
	assert_int_equal(permit(&question, &request), PB_OK);
	assert_string_equal(request.url, URL_A);
	assert_string_equal(request.content_type, "application/timestamp-query");
	assert_string_equal(request.client_pem, CLIENT);
	assert_string_equal(request.server_roots, ROOTS);
	assert_int_equal(request.timeout_ms, 1000);
	assert_int_equal(request.max, 2000);
	assert_false(request.foreign);
	question.timeout_ms = UINT32_MAX;
	question.max = UINT32_MAX;
	assert_int_equal(permit(&question, &request), PB_OK);
	assert_int_equal(request.timeout_ms, 20000);
	assert_int_equal(request.max, PB_LIMIT_TSA_REPLY);
	memcpy(question.authority, "fictive-b", sizeof("fictive-b"));
	assert_int_equal(permit(&question, &request), PB_OK);
	assert_string_equal(request.url, URL_B);
	assert_null(request.client_pem);
}

static void
nobody_else_is_asked(void **state)
{
	const struct pb_question question = { .authority = "fictive", .body = "q", .body_len = 1 };
	struct pb_http_request request;

	(void)state;
	assert_int_equal(permit(&question, &request), PB_ENOENT);
}

static void
what_certificates_point_to_is_fetched_from_web_servers_elsewhere(void **state)
{
	static const char *const urls[] = { "http://crl.example/a.crl", "https://crl.example",
		"http://crl.example:80/a", "https://crl.example:443?x", "http://crl.example:/a",
		"http://crl.example:080/a", "http://crl.example#@tsa-a.example:8443/",
		"http://192.0.2.1/a", "http://[2001:db8::1]/a", "http://[2001:db8::1]:80/a" };
	bool foreign = false;

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		assert_int_equal(fetch(urls[i], &foreign), PB_OK);
		assert_true(foreign);
	}
}

static void
other_ports_and_schemes_are_not_reached(void **state)
{
	static const char *const urls[] = { "http://a.example:25/", "http://a.example:8080/",
		"http://a:80@b.example:22/", "http://tsa-a.example:8443#@b.example:22/",
		"http://[2001:db8::1]:6379/", "file:///etc/passwd", "ftp://a.example/", "a.example",
		"http://" };
	bool foreign;

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
		assert_int_equal(fetch(urls[i], &foreign), PB_EACCESS);
}

static void
where_an_authority_serves_it_may_publish(void **state)
{
	bool foreign = true;

	(void)state;
	assert_int_equal(fetch("https://TSA-a.example:8443/a.crl", &foreign), PB_OK);
	assert_false(foreign);
	assert_int_equal(fetch("http://[2001:db8::7]:3180/a.crl", &foreign), PB_OK);
	assert_false(foreign);
}

static void
but_with_its_scheme_at_its_host_and_port_alone(void **state)
{
	static const char *const urls[] = { "http://tsa-a.example:8443/a.crl",
		"https://tsa-a.example:8444/a.crl", "https://xtsa-a.example:8443/a.crl",
		"https://tsa-a.example.:8443/a.crl", "https://[2001:db8::7]:3180/a.crl",
		"http://[2001:db8::8]:3180/a.crl", "https://b.example:8443/@tsa-a.example:8443" };
	bool foreign = false;

	(void)state;
	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++)
		assert_int_equal(fetch(urls[i], &foreign), PB_EACCESS);
	assert_int_equal(fetch("https://tsa-a.example/a.crl", &foreign), PB_OK);
	assert_true(foreign);
}

static void
a_fetch_has_limits_whatever_is_asked(void **state)
{
	const struct pb_question question = {
		.timeout_ms = UINT32_MAX, .max = UINT32_MAX, .url = "http://crl.example/"
	};
	struct pb_http_request request;

	(void)state;
	assert_int_equal(permit(&question, &request), PB_OK);
	assert_int_equal(request.timeout_ms, PB_LIMIT_TSA_TIMEOUT_S * 1000);
	assert_int_equal(request.max, PB_LIMIT_LIST);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_authority_is_asked_where_and_how_the_policy_says),
		cmocka_unit_test(nobody_else_is_asked),
		cmocka_unit_test(what_certificates_point_to_is_fetched_from_web_servers_elsewhere),
		cmocka_unit_test(other_ports_and_schemes_are_not_reached),
		cmocka_unit_test(where_an_authority_serves_it_may_publish),
		cmocka_unit_test(but_with_its_scheme_at_its_host_and_port_alone),
		cmocka_unit_test(a_fetch_has_limits_whatever_is_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
