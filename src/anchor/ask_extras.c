#include "anchor/ask_extras.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"

/* A chain is three certificates long, four at most: who needs more fetches has lost his way. */
#define ROUNDS 3
#define LINE 64

/* ---- the verdict ---------------------------------------------------------------------------- */

/* more: certificates beside those of the authority's configuration; may be empty. */
static enum pb_status
judge(const struct pb_ask_extras *e, const struct pb_answer *answer, const struct pb_buf *more,
    struct pb_stamp_verdict *ret_verdict, struct pb_error *err)
{
	struct pb_stamp_evidence evidence = { .imprint = e->imprint,
		.request = answer->request.data,
		.request_len = answer->request.len,
		.chain = more->data,
		.chain_len = more->len,
		.revocation_count = answer->revocation_count,
		.roots = e->tsa->roots,
		.now_s = e->now_s };
	size_t i;

	for (i = 0; i < answer->revocation_count; i++) {
		evidence.revocation[i].der = answer->revocation[i].der.data;
		evidence.revocation[i].len = answer->revocation[i].der.len;
		evidence.revocation[i].ocsp = answer->revocation[i].ocsp;
	}
	return pb_stamp_check(answer->token, &evidence, ret_verdict, err);
}

/* ---- fetching ------------------------------------------------------------------------------- */

uint32_t
pb_ask_budget_ms(const struct pb_ask_budget *budget)
{
	int64_t left_us = budget->deadline_us - budget->clock->monotonic_us(budget->clock->ctx);

	return left_us < 1000 ? 0 : (uint32_t)(left_us / 1000);
}

/*
 * Best effort: PB_OK with nothing in `body` where nothing came.  Whoever made the certificates
 * chose the addresses: they take no more of our time than the authority itself may.
 */
static enum pb_status
fetch(const struct pb_ask_extras *e, const char *url, size_t max, struct pb_buf *body,
    struct pb_error *err)
{
	const struct pb_http_request request = {
		.url = url, .max = max, .timeout_ms = pb_ask_budget_ms(e->budget)
	};
	struct pb_http_reply reply = { .body = PB_BUF_EMPTY };
	enum pb_status status;

	if (request.timeout_ms == 0 || e->budget->fetches == 0)
		return PB_OK;
	e->budget->fetches--;
	status = e->http->exchange(e->http->ctx, &request, &reply, NULL);
	if (status == PB_OK && reply.status == 200 && reply.body.len <= max)
		status = pb_buf_append(body, reply.body.data, reply.body.len);
	pb_buf_done(&reply.body);
	return status == PB_ENOMEM ? pb_fail_memory(err, N_("fetch what belongs to a timestamp"))
				   : PB_OK;
}

/* RFC 7468, from the DER that RFC 5280 4.2.2.1 has a server give. */
static enum pb_status
append_certificate(struct pb_buf *pem, const struct pb_buf *der)
{
	size_t len = PB_BASE64_LEN(der->len), at;
	char *text = malloc(len + 1);
	enum pb_status status = text == NULL ? PB_ENOMEM : PB_OK;

	if (status == PB_OK)
		pb_base64_encode(der->data, der->len, text);
	if (status == PB_OK)
		status = pb_buf_append_text(pem, "-----BEGIN CERTIFICATE-----\n");
	for (at = 0; status == PB_OK && at < len; at += LINE)
		status = pb_buf_printf(pem, "%.*s\n", LINE, text + at);
	if (status == PB_OK)
		status = pb_buf_append_text(pem, "-----END CERTIFICATE-----\n");
	free(text);
	return status;
}

/* The issuers that the chain so far names and lacks; *ret_any: there was one. */
static enum pb_status
fetch_issuers(const struct pb_ask_extras *e, const struct pb_buf *chain, struct pb_buf *more,
    bool *ret_any, struct pb_error *err)
{
	struct pb_stamp_sources *sources = calloc(1, sizeof(*sources));
	struct pb_buf der = PB_BUF_EMPTY;
	enum pb_status status;
	size_t i;

	*ret_any = false;
	status = sources == NULL ? pb_fail_memory(err, N_("fetch what belongs to a timestamp"))
				 : pb_stamp_sources(chain->data, chain->len, sources, err);
	for (i = 0; status == PB_OK && i < sources->issuer_count; i++) {
		pb_buf_clear(&der);
		status = fetch(e, sources->issuer[i], PB_LIMIT_CHAIN / 4, &der, err);
		if (status != PB_OK || der.len == 0 || more->len > PB_LIMIT_CHAIN / 2)
			continue;
		status = append_certificate(more, &der);
		if (status != PB_OK)
			status = pb_fail_memory(err, N_("fetch what belongs to a timestamp"));
		*ret_any = true;
	}
	pb_buf_done(&der);
	free(sources);
	return status;
}

static enum pb_status
build_chain(const struct pb_ask_extras *e, const struct pb_answer *answer,
    const struct pb_buf *more, struct pb_buf *chain, struct pb_error *err)
{
	pb_buf_clear(chain);
	return pb_stamp_chain(answer->token, more->data, more->len, e->tsa->roots, chain, err);
}

/*
 * A token's certificates need not lead up to the root: what its issuers' certificates say
 * of where to find them is followed (RFC 5280 4.2.2.1).  They are never roots by that.
 */
static enum pb_status
complete(const struct pb_ask_extras *e, struct pb_answer *answer, struct pb_buf *more,
    struct pb_error *err)
{
	struct pb_buf found = PB_BUF_EMPTY, chain = PB_BUF_EMPTY;
	struct pb_stamp_verdict verdict;
	enum pb_status status = PB_OK;
	bool any = true;
	unsigned round;

	for (round = 0; status == PB_OK && any && round < ROUNDS &&
			answer->verdict.fault == PB_STAMP_UNKNOWN_ROOT;
	     round++) {
		status = build_chain(e, answer, &found, &chain, err);
		if (status == PB_OK)
			status = fetch_issuers(e, &chain, &found, &any, err);
		if (status == PB_OK && any)
			status = judge(e, answer, &found, &verdict, err);
		if (status == PB_OK && any)
			answer->verdict = verdict;
	}
	if (status == PB_EDATA) /* what was fetched is no certificate: as if it were not there */
		status = PB_OK;
	else if (status == PB_OK && pb_buf_append(more, found.data, found.len) != PB_OK)
		status = pb_fail_memory(err, N_("fetch what belongs to a timestamp"));
	pb_buf_done(&found);
	pb_buf_done(&chain);
	return status;
}

/* DER, and nothing else: a list in PEM, or a page that says where it went, is left out. */
static bool
is_der(const struct pb_buf *body)
{
	return body->len > 2 && body->data[0] == 0x30;
}

static enum pb_status
fetch_lists(const struct pb_ask_extras *e, struct pb_answer *answer, struct pb_error *err)
{
	struct pb_stamp_sources *sources = calloc(1, sizeof(*sources));
	enum pb_status status;
	size_t i;

	status = sources == NULL
		     ? pb_fail_memory(err, N_("fetch what belongs to a timestamp"))
		     : pb_stamp_sources(answer->chain.data, answer->chain.len, sources, err);
	for (i = 0;
	     status == PB_OK && i < sources->crl_count && answer->revocation_count < PB_LIMIT_LISTS;
	     i++) {
		struct pb_buf *der = &answer->revocation[answer->revocation_count].der;

		status = fetch(e, sources->crl[i], PB_LIMIT_LIST, der, err);
		if (status == PB_OK && is_der(der))
			answer->revocation_count++;
		else
			pb_buf_done(der);
	}
	free(sources);
	return status == PB_EDATA ? PB_OK : status;
}

static void
drop_lists(struct pb_answer *answer)
{
	while (answer->revocation_count > 0)
		pb_buf_done(&answer->revocation[--answer->revocation_count].der);
}

/* Kept if the token is as good with them; if one was revoked, that is the verdict. */
static enum pb_status
weigh_lists(const struct pb_ask_extras *e, struct pb_answer *answer, const struct pb_buf *more,
    struct pb_error *err)
{
	struct pb_stamp_verdict verdict;
	enum pb_status status;

	if (answer->revocation_count == 0)
		return PB_OK;
	status = judge(e, answer, more, &verdict, err);
	if (status == PB_OK &&
	    (verdict.fault == PB_STAMP_GOOD || verdict.fault == PB_STAMP_REVOKED))
		answer->verdict = verdict;
	else
		drop_lists(answer);
	return status;
}

enum pb_status
pb_ask_extras_check(const struct pb_ask_extras *e, struct pb_answer *answer, struct pb_error *err)
{
	bool fetching = e->http != NULL && !e->tsa->local;
	struct pb_buf more = PB_BUF_EMPTY;
	enum pb_status status = judge(e, answer, &more, &answer->verdict, err);

	if (status == PB_OK && fetching)
		status = complete(e, answer, &more, err);
	if (status != PB_OK || answer->verdict.fault != PB_STAMP_GOOD)
		goto out;
	status = build_chain(e, answer, &more, &answer->chain, err);
	if (status == PB_OK && answer->chain.len > PB_LIMIT_CHAIN)
		pb_buf_clear(&answer->chain);
	if (status == PB_OK && fetching && e->lists)
		status = fetch_lists(e, answer, err);
	if (status == PB_OK)
		status = weigh_lists(e, answer, &more, err);
out:
	pb_buf_done(&more);
	return status;
}
