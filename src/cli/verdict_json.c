#include "cli/print.h"
#include "cli/verdict.h"
#include "core/text.h"

static void
print_finding(struct pb_json_writer *w, const struct pb_finding *finding)
{
	pb_json_object_begin(w, NULL);
	if (finding->seq != PB_NO_SEQ)
		pb_json_u64(w, "seq", finding->seq);
	else
		pb_json_null(w, "seq");
	pb_json_text(
	    w, "weight", finding->weight == PB_VALID ? "remark" : pb_verdict_name(finding->weight));
	pb_json_text(w, "code", finding->code);
	pb_json_text(w, "text", finding->text);
	pb_json_text(w, "where", finding->where);
	pb_json_object_end(w);
}

static void
print_check(struct pb_json_writer *w, const struct pb_verification *v, enum pb_check_id id)
{
	const struct pb_check *check = pb_verification_check(v, id);
	size_t i;

	pb_json_object_begin(w, NULL);
	pb_json_text(w, "id", pb_check_name(id));
	pb_json_text(w, "verdict", pb_verdict_name(check->verdict));
	pb_json_u64(w, "count", check->count);
	pb_json_text(w, "detail", pb_verdict_title(v, id));
	pb_json_u64(w, "findings_count", check->findings_count);
	pb_json_array_begin(w, "findings");
	for (i = 0; i < check->findings_kept; i++)
		print_finding(w, &check->findings[i]);
	pb_json_array_end(w);
	pb_json_object_end(w);
}

/* An end of an interval: RFC 3339, or null where no token bounds it. */
static void
print_bound(struct pb_json_writer *w, const char *key, int64_t time_us, bool bounded)
{
	char text[21];

	if (!bounded) {
		pb_json_null(w, key);
		return;
	}
	pb_time_format(time_us / 1000000, text);
	pb_json_text(w, key, text);
}

static void
print_interval(struct pb_json_writer *w, const struct pb_interval *interval)
{
	pb_json_object_begin(w, NULL);
	pb_json_u64(w, "first", interval->first);
	pb_json_u64(w, "last", interval->last);
	print_bound(w, "after", interval->after_us, interval->after_us != INT64_MIN);
	/* Whole seconds: up, so that it says no more than was proven. */
	print_bound(w, "before",
	    interval->before_us == INT64_MAX ? 0 : interval->before_us + 999999,
	    interval->before_us != INT64_MAX);
	pb_json_text(w, "after_tsa", interval->after_tsa);
	pb_json_text(w, "tsa", interval->before_tsa);
	pb_json_bool(w, "accuracy_stated", interval->accuracy_stated);
	pb_json_text(w, "qualified", interval->qualified ? "unknown" : "no");
	pb_json_object_end(w);
}

static void
print_token(struct pb_json_writer *w, const struct pb_token_seen *token)
{
	pb_json_object_begin(w, NULL);
	if (token->seq != PB_NO_SEQ)
		pb_json_u64(w, "seq", token->seq);
	else
		pb_json_null(w, "seq");
	pb_json_u64(w, "size", token->size);
	pb_json_text(w, "gen_time", token->gen_time);
	pb_json_text(w, "tsa", token->tsa);
	pb_json_hex(w, "key", token->key, sizeof(token->key));
	pb_json_text(w, "verdict", pb_verdict_name(token->verdict));
	pb_json_bool(w, "trusted", token->trusted);
	pb_json_bool(w, "local", token->local);
	pb_json_bool(w, "sustained", token->sustained);
	pb_json_object_end(w);
}

static void
print_proven(struct pb_json_writer *w, const struct pb_verification *v)
{
	const struct pb_interval *interval = NULL;
	const struct pb_token_seen *token = NULL;
	size_t count, i;

	pb_json_array_begin(w, "proven");
	count = pb_verification_intervals(v, &interval);
	for (i = 0; i < count; i++)
		print_interval(w, &interval[i]);
	pb_json_array_end(w);
	pb_json_array_begin(w, "tokens");
	count = pb_verification_tokens(v, &token);
	for (i = 0; i < count; i++)
		print_token(w, &token[i]);
	pb_json_array_end(w);
}

static void
print_range(struct pb_json_writer *w, const struct pb_verification *v)
{
	const struct pb_bundle_seen *bundle = pb_verification_bundle(v);

	pb_json_object_begin(w, "range");
	pb_json_u64(w, "records", pb_verification_records(v));
	pb_json_u64(w, "size", pb_verification_size(v));
	if (bundle->bundle) {
		pb_json_u64(w, "first", bundle->first);
		pb_json_u64(w, "last", bundle->last);
		pb_json_u64(w, "opened", bundle->opened);
		pb_json_u64(w, "whole", bundle->whole);
		pb_json_u64(w, "closed", bundle->closed);
	}
	pb_json_object_end(w);
	if (!bundle->bundle)
		return;
	pb_json_object_begin(w, "bundle");
	pb_json_text(w, "case", bundle->case_name);
	pb_json_bool(w, "container", bundle->contained);
	pb_json_u64(w, "package_length", bundle->package_len);
	pb_json_hex(w, "package_sha256", bundle->package_sha256, 32);
	pb_json_base64(w, "root", bundle->root, 32);
	pb_json_object_end(w);
}

void
pb_verdict_print_json(const struct pb_verification *v)
{
	struct pb_buf out = PB_BUF_EMPTY;
	struct pb_json_writer w;
	int id;

	pb_json_writer_init(&w, &out);
	pb_json_object_begin(&w, NULL);
	pb_json_text(&w, "verdict", pb_verdict_name(pb_verification_verdict(v)));
	pb_json_text(&w, "origin", pb_verification_origin(v));
	pb_json_array_begin(&w, "checks");
	for (id = 0; id < PB_CHECK_COUNT; id++)
		print_check(&w, v, (enum pb_check_id)id);
	pb_json_array_end(&w);
	pb_json_text(&w, "unique_view", pb_verification_unique_view(v));
	print_range(&w, v);
	print_proven(&w, v);
	pb_json_object_end(&w);
	pb_print_json(&w);
	pb_buf_done(&out);
}
