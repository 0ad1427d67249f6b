/*
 * A timestamping authority of a fictitious operator, behind a fake network that
 * refuses, is slow, or lies.
 */
#ifndef PB_TEST_ARCHIVE_FAKE_TSA_H
#define PB_TEST_ARCHIVE_FAKE_TSA_H

#include "archive/fixture.h"

#include "archive/authorities.h"
#include "probant/stamp.h"
#include "stamp/authority.h"
#include "stamp/request.h"

enum conduct {
	ANSWERS,
	REFUSES_CONNECTION,
	IS_SILENT,
	CANNOT_BE_REACHED,
	FAILS,            /* HTTP 500 */
	SHOWS_A_PAGE,     /* HTTP 200, HTML */
	CALLS_IT_A_REPLY, /* the same, under the media type of a reply */
	IS_CUT,           /* half a reply */
	GIVES_A_BARE_TOKEN,
	STAMPS_OTHER_DATA,
	ANSWERS_ANOTHER_REQUEST, /* another nonce */
	TAKES_ANOTHER_POLICY,
	IS_SOMEBODY_ELSE,
	IS_TOO_LONG
};

#define TSA_URL "http://horodatage.example/tsa"
/* One digit beside the policy that the fake stamps under. */
#define OTHER_POLICY "2.25.304589492686357734247930661413354411212"

struct fake_tsa {
	struct fixture *f;
	struct pb_http http;
	struct pb_authority *authority;
	struct pb_authority *somebody_else;
	struct pb_buf root; /* PEM */
	enum conduct conduct;
	unsigned calls;
	/* What others do while it is asked: called once; NULL: nothing. */
	void (*meanwhile)(struct fake_tsa *tsa, void *arg);
	void *arg;
};

static inline const char *
last_certificate(const struct pb_buf *chain, size_t *ret_len)
{
	static const char mark[] = "-----BEGIN CERTIFICATE-----";
	const char *text = (const char *)chain->data, *last = text, *hit = text;

	while ((hit = memmem(hit, chain->len - (size_t)(hit - text), mark, strlen(mark))) != NULL)
		last = hit++;
	*ret_len = chain->len - (size_t)(last - text);
	return last;
}

static inline struct pb_authority *
make_authority(const char *name, struct pb_buf *ret_root)
{
	struct pb_buf key = PB_BUF_EMPTY, chain = PB_BUF_EMPTY;
	struct pb_authority *authority = NULL;
	const char *root;
	size_t len;

	assert_int_equal(
	    pb_authority_generate(name, NOON_S - 3600, false, NULL, &key, &chain, NULL), PB_OK);
	assert_int_equal(
	    pb_authority_open(key.data, key.len, chain.data, chain.len, &authority, NULL), PB_OK);
	root = last_certificate(&chain, &len);
	if (ret_root != NULL)
		assert_int_equal(pb_buf_append(ret_root, root, len), PB_OK);
	pb_buf_done(&key);
	pb_buf_done(&chain);
	return authority;
}

/* What the fake makes of the request before it stamps it. */
static inline void
twist(const struct fake_tsa *tsa, uint8_t *request, size_t len)
{
	struct pb_stamp_request parsed;
	uint8_t *policy = request + 5 + 2 + request[6]; /* RFC 3161 2.4.1: behind messageImprint */
	uint8_t *at;

	assert_int_equal(pb_stamp_request_parse(request, len, &parsed, NULL), PB_OK);
	switch (tsa->conduct) {
	case STAMPS_OTHER_DATA:
		at = memmem(request, len, parsed.imprint, pb_stamp_hash_len(parsed.hash));
		at[3] ^= 1;
		break;
	case ANSWERS_ANOTHER_REQUEST:
		at = memmem(request, len, parsed.nonce + 20, 12);
		at[11] ^= 1;
		break;
	case TAKES_ANOTHER_POLICY:
		assert_int_equal(policy[0], 0x06);
		policy[1 + policy[1]]--;
		break;
	default:
		break;
	}
}

static inline enum pb_status
reply_with(struct fake_tsa *tsa, const struct pb_http_request *request, struct pb_buf *body)
{
	const struct pb_authority *who =
	    tsa->conduct == IS_SOMEBODY_ELSE ? tsa->somebody_else : tsa->authority;
	uint8_t *copy = malloc(request->body_len);
	struct pb_token *token = NULL;
	const void *bare;
	enum pb_status status;
	bool granted;
	size_t len;

	if (copy == NULL)
		return PB_ENOMEM;
	memcpy(copy, request->body, request->body_len);
	if (tsa->conduct != ANSWERS)
		twist(tsa, copy, request->body_len);
	status = pb_authority_answer(who, tsa->f->world.random, tsa->f->clock.now_us, copy,
	    request->body_len, body, &granted, NULL);
	free(copy);
	if (status != PB_OK)
		return PB_ENOMEM;
	if (tsa->conduct == IS_CUT)
		body->len /= 2;
	if (tsa->conduct == GIVES_A_BARE_TOKEN) {
		assert_int_equal(pb_token_parse(body->data, body->len, &token, NULL), PB_OK);
		pb_token_bare(token, &bare, &len);
		memmove(body->data, bare, len);
		body->len = len;
		pb_token_free(token);
	}
	return PB_OK;
}

static inline enum pb_status
silence_of(int cause, struct pb_error *err)
{
	enum pb_status status =
	    pb_fail(err, PB_EUNAVAIL, "ask a server", "nothing came", "%s", TSA_URL);

	if (err != NULL)
		err->cause = cause;
	return status;
}

static inline enum pb_status
fake_exchange(void *ctx, const struct pb_http_request *request, struct pb_http_reply *ret_reply,
    struct pb_error *err)
{
	static const char page[] = "<html>Bienvenue</html>";
	struct fake_tsa *tsa = ctx;
	void (*meanwhile)(struct fake_tsa * tsa, void *arg) = tsa->meanwhile;

	tsa->calls++;
	tsa->meanwhile = NULL;
	if (meanwhile != NULL)
		meanwhile(tsa, tsa->arg);
	assert_string_equal(request->url, TSA_URL);
	assert_string_equal(request->content_type, "application/timestamp-query");
	assert_true(request->timeout_ms > 0 && request->max > 0);
	switch (tsa->conduct) {
	case REFUSES_CONNECTION:
		return silence_of(ECONNREFUSED, err);
	case IS_SILENT:
		return silence_of(ETIMEDOUT, err);
	case CANNOT_BE_REACHED:
		return silence_of(0, err);
	case IS_TOO_LONG:
		return pb_fail(err, PB_ELIMIT, "ask a server", "too long", "%s", TSA_URL);
	case FAILS:
		ret_reply->status = 500;
		return PB_OK;
	case SHOWS_A_PAGE:
	case CALLS_IT_A_REPLY:
		ret_reply->status = 200;
		(void)snprintf(ret_reply->content_type, sizeof(ret_reply->content_type), "%s",
		    tsa->conduct == SHOWS_A_PAGE ? "text/html" : "application/timestamp-reply");
		return pb_buf_append(&ret_reply->body, page, strlen(page));
	default:
		ret_reply->status = 200;
		(void)snprintf(ret_reply->content_type, sizeof(ret_reply->content_type),
		    "application/timestamp-reply");
		return reply_with(tsa, request, &ret_reply->body);
	}
}

static inline void
fake_tsa_init(struct fake_tsa *tsa, struct fixture *f)
{
	*tsa = (struct fake_tsa){ .f = f, .root = PB_BUF_EMPTY };
	tsa->http = (struct pb_http){ .ctx = tsa, .exchange = fake_exchange };
	tsa->authority = make_authority("Horodatage fictif", &tsa->root);
	tsa->somebody_else = make_authority("Un autre horodatage fictif", NULL);
}

static inline void
fake_tsa_done(struct fake_tsa *tsa)
{
	pb_authority_free(tsa->authority);
	pb_authority_free(tsa->somebody_else);
	pb_buf_done(&tsa->root);
}

static inline struct pb_tsa_settings
settings_of(const struct fake_tsa *tsa, const char *name)
{
	return (struct pb_tsa_settings){ .name = name,
		.url = TSA_URL,
		.roots_pem = tsa->root.data,
		.roots_len = tsa->root.len };
}

#endif
