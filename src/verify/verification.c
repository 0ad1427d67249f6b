#include "verify/verification.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "core/text.h"

/*
 * One block, so that a finding needs no memory of its own.  check[id].findings
 * is kept[id]; unique_view is a literal.  interval and token have room for *_cap.
 */
struct pb_verification {
	struct pb_check check[PB_CHECK_COUNT];
	struct pb_finding kept[PB_CHECK_COUNT][PB_LIMIT_FINDINGS];
	const char *unique_view;
	char origin[PB_LIMIT_ORIGIN + 1];
	uint64_t records;
	uint64_t size;
	bool has_log_key;
	struct pb_note_verifier log_key;
	struct pb_interval *interval;
	size_t interval_count, interval_cap;
	struct pb_token_seen *token;
	size_t token_count, token_cap;
	struct pb_bundle_seen bundle;
};

/* How bad a verdict is. */
static int
rank(enum pb_verdict verdict)
{
	switch (verdict) {
	case PB_NOT_APPLICABLE:
		return 0;
	case PB_VALID:
		return 1;
	case PB_INDETERMINATE:
		return 2;
	case PB_INVALID:
		break;
	}
	return 3;
}

static void
worsen(enum pb_verdict *verdict, enum pb_verdict by)
{
	if (rank(by) > rank(*verdict))
		*verdict = by;
}

enum pb_status
pb_verification_new(struct pb_verification **ret_verification, struct pb_error *err)
{
	struct pb_verification *v = calloc(1, sizeof(*v));

	if (v == NULL)
		return pb_fail_memory(err, N_("verify"));
	for (int id = 0; id < PB_CHECK_COUNT; id++) {
		v->check[id].verdict = PB_NOT_APPLICABLE;
		v->check[id].findings = v->kept[id];
	}
	v->unique_view = N_("not proven: nothing was verified");
	*ret_verification = v;
	return PB_OK;
}

void
pb_verification_looked(struct pb_verification *v, enum pb_check_id id)
{
	v->check[id].count++;
	worsen(&v->check[id].verdict, PB_VALID);
}

/*
 * Where the next finding of that weight is kept; NULL: only counted.  When all
 * places are taken, the last lighter finding makes room, so that remarks never hide
 * what makes a verdict.
 */
static struct pb_finding *
place(struct pb_verification *v, enum pb_check_id id, enum pb_verdict weight)
{
	struct pb_check *check = &v->check[id];
	struct pb_finding *kept = v->kept[id];

	if (check->findings_kept < PB_LIMIT_FINDINGS)
		return &kept[check->findings_kept++];
	for (size_t i = PB_LIMIT_FINDINGS; i-- > 0;) {
		if (rank(kept[i].weight) >= rank(weight))
			continue;
		memmove(&kept[i], &kept[i + 1], (PB_LIMIT_FINDINGS - 1 - i) * sizeof(*kept));
		return &kept[PB_LIMIT_FINDINGS - 1];
	}
	return NULL;
}

/* File names come from outside; what cannot be made safe is left out. */
static void
write_where(struct pb_finding *finding, const char *raw)
{
	struct pb_buf safe = PB_BUF_EMPTY;
	const char *text = NULL;

	if (pb_text_safe(&safe, (const uint8_t *)raw, strlen(raw)) == PB_OK)
		text = pb_buf_text(&safe);
	(void)snprintf(finding->where, sizeof(finding->where), "%s", text != NULL ? text : "");
	pb_buf_done(&safe);
}

void
pb_verification_find(struct pb_verification *v, enum pb_check_id id, enum pb_verdict weight,
    uint64_t seq, const char *code, const char *text, const char *where, ...)
{
	struct pb_finding *finding = place(v, id, weight);
	char raw[sizeof(finding->where)];
	va_list args;

	v->check[id].findings_count++;
	worsen(&v->check[id].verdict, weight);
	if (finding == NULL)
		return;
	va_start(args, where);
	(void)vsnprintf(raw, sizeof(raw), where, args);
	va_end(args);
	*finding = (struct pb_finding){ .seq = seq, .weight = weight, .code = code, .text = text };
	write_where(finding, raw);
}

void
pb_verification_set_unique_view(struct pb_verification *v, const char *text)
{
	v->unique_view = text;
}

void
pb_verification_set_log(
    struct pb_verification *v, const char *origin, uint64_t records, uint64_t size)
{
	(void)snprintf(v->origin, sizeof(v->origin), "%s", origin);
	v->records = records;
	v->size = size;
}

void
pb_verification_set_log_key(struct pb_verification *v, const struct pb_note_verifier *log_key)
{
	v->log_key = *log_key;
	v->has_log_key = true;
}

const struct pb_note_verifier *
pb_verification_log_key(const struct pb_verification *v)
{
	return v->has_log_key ? &v->log_key : NULL;
}

enum pb_verdict
pb_verification_verdict(const struct pb_verification *v)
{
	enum pb_verdict whole = PB_NOT_APPLICABLE;

	for (int id = 0; id < PB_CHECK_COUNT; id++)
		worsen(&whole, v->check[id].verdict);
	return whole == PB_NOT_APPLICABLE ? PB_INDETERMINATE : whole;
}

const struct pb_check *
pb_verification_check(const struct pb_verification *v, enum pb_check_id id)
{
	pb_assert((unsigned)id < PB_CHECK_COUNT);
	return &v->check[id];
}

const char *
pb_verification_unique_view(const struct pb_verification *v)
{
	return v->unique_view;
}

uint64_t
pb_verification_records(const struct pb_verification *v)
{
	return v->records;
}

const char *
pb_verification_origin(const struct pb_verification *v)
{
	return v->origin;
}

uint64_t
pb_verification_size(const struct pb_verification *v)
{
	return v->size;
}

/* ---- intervals, tokens, what a bundle is about ------------------------------------------------
 */

/* Room for one more item of that size in an array of `count`; the array moves. */
static enum pb_status
grow(void **array, size_t count, size_t *cap, size_t size, struct pb_error *err)
{
	size_t wanted = *cap > 0 ? 2 * *cap : 16;
	void *grown;

	if (count < *cap)
		return PB_OK;
	grown = reallocarray(*array, wanted, size);
	if (grown == NULL)
		return pb_fail_memory(err, N_("verify"));
	*array = grown;
	*cap = wanted;
	return PB_OK;
}

enum pb_status
pb_verification_add_interval(
    struct pb_verification *v, const struct pb_interval *interval, struct pb_error *err)
{
	void *array = v->interval;
	enum pb_status status;

	if (v->interval_count == PB_LIMIT_INTERVALS)
		return PB_OK;
	status = grow(&array, v->interval_count, &v->interval_cap, sizeof(*interval), err);
	v->interval = array;
	if (status == PB_OK)
		v->interval[v->interval_count++] = *interval;
	return status;
}

enum pb_status
pb_verification_add_token(
    struct pb_verification *v, const struct pb_token_seen *token, struct pb_error *err)
{
	void *array = v->token;
	enum pb_status status;

	if (v->token_count == PB_LIMIT_TOKENS_SEEN)
		return PB_OK;
	status = grow(&array, v->token_count, &v->token_cap, sizeof(*token), err);
	v->token = array;
	if (status == PB_OK)
		v->token[v->token_count++] = *token;
	return status;
}

size_t
pb_verification_intervals(const struct pb_verification *v, const struct pb_interval **ret_interval)
{
	*ret_interval = v->interval;
	return v->interval_count;
}

size_t
pb_verification_tokens(const struct pb_verification *v, const struct pb_token_seen **ret_token)
{
	*ret_token = v->token;
	return v->token_count;
}

/* A clock that is not the owner's, and that the verifier chose. */
static bool
proves(const struct pb_token_seen *token)
{
	return token->verdict == PB_VALID && token->trusted && !token->local;
}

static bool
key_seen_before(const struct pb_verification *v, size_t at)
{
	for (size_t i = 0; i < at; i++)
		if (proves(&v->token[i]) &&
		    memcmp(v->token[i].key, v->token[at].key, sizeof(v->token[at].key)) == 0)
			return true;
	return false;
}

size_t
pb_verification_authorities(const struct pb_verification *v)
{
	size_t count = 0;

	for (size_t i = 0; i < v->token_count; i++)
		count += proves(&v->token[i]) && !key_seen_before(v, i);
	return count;
}

void
pb_verification_sustain(struct pb_verification *v)
{
	uint64_t size = 0;

	for (size_t i = v->token_count; i-- > 0;) {
		struct pb_token_seen *token = &v->token[i];

		if (token->seq == PB_NO_SEQ || !proves(token))
			continue;
		if (token->sustained && token->size > size)
			size = token->size;
		token->sustained |= token->size <= size;
	}
}

struct pb_bundle_seen *
pb_verification_bundle_seen(struct pb_verification *v)
{
	return &v->bundle;
}

const struct pb_bundle_seen *
pb_verification_bundle(const struct pb_verification *v)
{
	return &v->bundle;
}

void
pb_verification_free(struct pb_verification *v)
{
	if (v == NULL)
		return;
	free(v->interval);
	free(v->token);
	free(v);
}

const char *
pb_check_name(enum pb_check_id id)
{
	static const char *const names[PB_CHECK_COUNT] = { "files", "secrets", "payload",
		"commitment", "chain", "tree", "checkpoint", "log_key", "tokens", "authorities",
		"range", "unique_view", "consistency" };

	pb_assert((unsigned)id < PB_CHECK_COUNT);
	return names[id];
}

const char *
pb_verdict_name(enum pb_verdict verdict)
{
	static const char *const names[] = { "valid", "invalid", "indeterminate",
		"not_applicable" };

	pb_assert((unsigned)verdict <= PB_NOT_APPLICABLE);
	return names[verdict];
}
