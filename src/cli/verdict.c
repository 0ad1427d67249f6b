#include "cli/verdict.h"

#include <inttypes.h>
#include <stdio.h>

#include "cli/print.h"

/* In the order of enum pb_check_id. */
static const char *const titles[PB_CHECK_COUNT] = {
	[PB_CHECK_FILES] = N_("files of the archive"),
	[PB_CHECK_SECRETS] = N_("keys of the records"),
	[PB_CHECK_PAYLOAD] = N_("content as stored"),
	[PB_CHECK_COMMITMENT] = N_("content as captured"),
	[PB_CHECK_CHAIN] = N_("chain: order, no gap"),
	[PB_CHECK_TREE] = N_("tree: nothing added, nothing missing"),
	[PB_CHECK_CHECKPOINT] = N_("signatures of the log"),
	[PB_CHECK_LOG_KEY] = N_("who signed"),
	[PB_CHECK_UNIQUE_VIEW] = N_("one history for everybody"),
	[PB_CHECK_CONSISTENCY] = N_("the checkpoint you hold"),
};

static const char *
word(enum pb_verdict verdict)
{
	switch (verdict) {
	case PB_VALID:
		return _("valid");
	case PB_INVALID:
		return _("INVALID");
	case PB_INDETERMINATE:
		return _("not settled");
	case PB_NOT_APPLICABLE:
		break;
	}
	return _("not asked");
}

static const char *
sign(enum pb_verdict verdict)
{
	switch (verdict) {
	case PB_VALID:
		return "✓";
	case PB_INVALID:
		return "✗";
	case PB_INDETERMINATE:
		return "!";
	case PB_NOT_APPLICABLE:
		break;
	}
	return "·";
}

static const char *
sentence(enum pb_verdict verdict)
{
	switch (verdict) {
	case PB_VALID:
		return _("CHECK PASSED: whole, in order, signed by whom you trust, one history.");
	case PB_INVALID:
		return _(
		    "CHECK FAILED: what is stored is not what was signed, or not what you hold.");
	case PB_INDETERMINATE:
	case PB_NOT_APPLICABLE:
		break;
	}
	return _("CHECK INCOMPLETE: nothing wrong was found, but not everything could be settled.");
}

static void
print_finding(const struct pb_finding *finding)
{
	bool placed = finding->where[0] != '\0';
	char record[64] = "", line[2048];

	if (finding->seq != PB_NO_SEQ)
		(void)snprintf(record, sizeof(record), _("record %" PRIu64 ": "), finding->seq);
	(void)snprintf(line, sizeof(line), "%s%s [%s]%s%s%s", record, _(finding->text),
	    finding->code, placed ? " (" : "", finding->where, placed ? ")" : "");
	pb_print_wrapped(line, 6, pb_print_width());
}

static void
print_findings(const struct pb_check *check)
{
	size_t i;

	for (i = 0; i < check->findings_kept; i++)
		print_finding(&check->findings[i]);
	if (check->findings_count > check->findings_kept)
		(void)printf(_("      and %" PRIu64 " more\n"),
		    check->findings_count - check->findings_kept);
}

static void
print_text(const struct pb_verification *v)
{
	enum pb_verdict verdict = pb_verification_verdict(v);
	char line[1024];
	int id;

	(void)printf("%s %s\n\n", sign(verdict), sentence(verdict));
	(void)printf(_("log      %s\n"), pb_verification_origin(v));
	(void)printf(_("records  %" PRIu64 ", signed up to %" PRIu64 "\n\n"),
	    pb_verification_records(v), pb_verification_size(v));
	for (id = 0; id < PB_CHECK_COUNT; id++) {
		const struct pb_check *check = pb_verification_check(v, (enum pb_check_id)id);

		(void)printf(
		    "  %s %s: %s", sign(check->verdict), _(titles[id]), word(check->verdict));
		if (check->count > 0)
			(void)printf(" (%" PRIu64 ")", check->count);
		(void)putchar('\n');
		print_findings(check);
	}
	(void)putchar('\n');
	(void)snprintf(line, sizeof(line), _("History: %s"), _(pb_verification_unique_view(v)));
	pb_print_wrapped(line, 0, pb_print_width());
	(void)puts(_("This check does not say who wrote a message, nor that anybody read it."));
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
	pb_json_text(w, "detail", titles[id]);
	pb_json_u64(w, "findings_count", check->findings_count);
	pb_json_array_begin(w, "findings");
	for (i = 0; i < check->findings_kept; i++) {
		pb_json_object_begin(w, NULL);
		if (check->findings[i].seq != PB_NO_SEQ)
			pb_json_u64(w, "seq", check->findings[i].seq);
		else
			pb_json_null(w, "seq");
		pb_json_text(w, "weight",
		    check->findings[i].weight == PB_VALID
			? "remark"
			: pb_verdict_name(check->findings[i].weight));
		pb_json_text(w, "code", check->findings[i].code);
		pb_json_text(w, "text", check->findings[i].text);
		pb_json_text(w, "where", check->findings[i].where);
		pb_json_object_end(w);
	}
	pb_json_array_end(w);
	pb_json_object_end(w);
}

static void
print_json(const struct pb_verification *v)
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
	pb_json_object_begin(&w, "range");
	pb_json_u64(&w, "records", pb_verification_records(v));
	pb_json_u64(&w, "size", pb_verification_size(v));
	pb_json_object_end(&w);
	pb_json_object_end(&w);
	pb_print_json(&w);
	pb_buf_done(&out);
}

enum pb_exit
pb_verdict_print(const struct pb_verification *v, bool json)
{
	if (json)
		print_json(v);
	else
		print_text(v);
	switch (pb_verification_verdict(v)) {
	case PB_VALID:
		return PB_EXIT_OK;
	case PB_INVALID:
		return PB_EXIT_INVALID;
	case PB_INDETERMINATE:
	case PB_NOT_APPLICABLE:
		break;
	}
	return PB_EXIT_INDETERMINATE;
}
