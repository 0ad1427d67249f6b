#include "cli/verdict.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/colour.h"
#include "cli/print.h"
#include "core/text.h"

/* In the order of enum pb_check_id; of an archive, and of a bundle where that is another. */
static const struct {
	const char *archive;
	const char *bundle;
} titles[PB_CHECK_COUNT] = {
	[PB_CHECK_FILES] = { N_("files of the archive"), N_("files and manifest") },
	[PB_CHECK_SECRETS] = { N_("keys of the records"), NULL },
	[PB_CHECK_PAYLOAD] = { N_("content as stored"), N_("content as exported") },
	[PB_CHECK_COMMITMENT] = { N_("content as captured"), NULL },
	[PB_CHECK_CHAIN] = { N_("chain: order, no gap"), NULL },
	[PB_CHECK_TREE] = { N_("tree: nothing added, nothing missing"), NULL },
	[PB_CHECK_CHECKPOINT] = { N_("signatures of the log"), NULL },
	[PB_CHECK_LOG_KEY] = { N_("who signed"), NULL },
	[PB_CHECK_TOKENS] = { N_("timestamps"), NULL },
	[PB_CHECK_AUTHORITIES] = { N_("who stamped"), NULL },
	[PB_CHECK_RANGE] = { N_("range: nothing left out"), NULL },
	[PB_CHECK_UNIQUE_VIEW] = { N_("one history for everybody"), NULL },
	[PB_CHECK_CONSISTENCY] = { N_("the checkpoint you hold"), NULL },
};

const char *
pb_verdict_title(const struct pb_verification *v, enum pb_check_id id)
{
	if (pb_verification_bundle(v)->bundle && titles[id].bundle != NULL)
		return titles[id].bundle;
	return titles[id].archive;
}

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

const char *
pb_verdict_sign(enum pb_verdict verdict)
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

static enum pb_colour
colour(enum pb_verdict verdict)
{
	switch (verdict) {
	case PB_VALID:
		return PB_COLOUR_GOOD;
	case PB_INVALID:
		return PB_COLOUR_BAD;
	case PB_INDETERMINATE:
		return PB_COLOUR_OPEN;
	case PB_NOT_APPLICABLE:
		break;
	}
	return PB_COLOUR_NONE;
}

/* Nothing is wrong but that the checkpoint given is of another log: a wrong file, as a rule. */
static bool
is_other_log(const struct pb_verification *v)
{
	const struct pb_check *held = pb_verification_check(v, PB_CHECK_CONSISTENCY);

	for (int id = 0; id < PB_CHECK_COUNT; id++)
		if (id != PB_CHECK_CONSISTENCY &&
		    pb_verification_check(v, (enum pb_check_id)id)->verdict == PB_INVALID)
			return false;
	return held->findings_kept > 0 && strcmp(held->findings[0].code, "against_other_log") == 0;
}

static const char *
sentence(const struct pb_verification *v)
{
	bool bundle = pb_verification_bundle(v)->bundle;

	switch (pb_verification_verdict(v)) {
	case PB_VALID:
		return bundle ? _("CHECK PASSED: intact, complete in its range, signed and stamped "
				  "by whom you trust, one history.")
			      : _("CHECK PASSED: whole, in order, signed by whom you trust, one "
				  "history.");
	case PB_INVALID:
		if (is_other_log(v))
			return _("CHECK FAILED: the checkpoint that you hold is of another log "
				 "than this.");
		return bundle
			   ? _("CHECK FAILED: what was handed over is not what was signed, or not "
			       "what you hold.")
			   : _("CHECK FAILED: what is stored is not what was signed, or not what "
			       "you hold.");
	case PB_INDETERMINATE:
	case PB_NOT_APPLICABLE:
		break;
	}
	return _("CHECK INCOMPLETE: nothing wrong was found, but not everything could be settled.");
}

/* ---- what to compare with what was handed over on paper -------------------------------------- */

static void
print_archive(const struct pb_verification *v)
{
	(void)printf(_("log      %s\n"), pb_verification_origin(v));
	(void)printf(_("records  %" PRIu64 ", signed up to %" PRIu64 "\n\n"),
	    pb_verification_records(v), pb_verification_size(v));
}

static void
print_bundle(const struct pb_verification *v, const struct pb_bundle_seen *bundle)
{
	char root[PB_BASE64_LEN(32) + 1], hex[65];

	if (pb_verification_origin(v)[0] == '\0') {
		(void)puts(_("The file cannot be read as a bundle. Was it received whole?\n"));
		return;
	}
	(void)printf(_("case     %s\n"), bundle->case_name);
	(void)printf(_("log      %s\n"), pb_verification_origin(v));
	(void)printf(
	    _("range    records %" PRIu64 " to %" PRIu64 "\n"), bundle->first, bundle->last);
	pb_print_records(
	    _("opened   "), bundle->opened_messages, bundle->opened - bundle->opened_messages);
	if (bundle->whole < bundle->opened)
		(void)printf(
		    _("in part  %" PRIu64 " of the opened ones\n"), bundle->opened - bundle->whole);
	pb_print_records(
	    _("closed   "), bundle->closed_messages, bundle->closed - bundle->closed_messages);
	pb_base64_encode(bundle->root, 32, root);
	(void)printf(_("point    %" PRIu64 ", root %s\n"), pb_verification_size(v), root);
	pb_hex_encode(bundle->package_sha256, 32, hex);
	(void)printf(_("package  SHA-256 %s\n\n"), hex);
}

/* ---- checks --------------------------------------------------------------------------------- */

static void
print_check(const struct pb_verification *v, enum pb_check_id id)
{
	const struct pb_check *check = pb_verification_check(v, id);

	(void)printf("  %s%s%s %s: %s", pb_colour_on(1, colour(check->verdict)),
	    pb_verdict_sign(check->verdict), pb_colour_off(1, colour(check->verdict)),
	    _(pb_verdict_title(v, id)), word(check->verdict));
	if (check->count > 0)
		(void)printf(" (%" PRIu64 ")", check->count);
	(void)putchar('\n');
	pb_verdict_print_findings(check);
}

/* ---- when ----------------------------------------------------------------------------------- */

#define INTERVALS_SHOWN 12

static void
print_interval(const struct pb_interval *interval)
{
	char after[21], before[21], line[512];

	if (interval->after_us != INT64_MIN)
		pb_time_format(interval->after_us / 1000000, after);
	/* Whole seconds: up, so that it says no more than was proven. */
	if (interval->before_us != INT64_MAX)
		pb_time_format((interval->before_us + 999999) / 1000000, before);
	if (interval->after_us == INT64_MIN)
		(void)snprintf(line, sizeof(line),
		    _("records %" PRIu64 " to %" PRIu64
		      ": entered this log by %s at the latest (%s)"),
		    interval->first, interval->last, before, interval->before_tsa);
	else if (interval->before_us == INT64_MAX)
		(void)snprintf(line, sizeof(line),
		    _("records %" PRIu64 " to %" PRIu64
		      ": entered this log on %s at the earliest (%s)"),
		    interval->first, interval->last, after, interval->after_tsa);
	else
		(void)snprintf(line, sizeof(line),
		    _("records %" PRIu64 " to %" PRIu64
		      ": entered this log between %s and %s (%s, %s)"),
		    interval->first, interval->last, after, before, interval->after_tsa,
		    interval->before_tsa);
	pb_print_wrapped(line, 2, pb_print_width());
}

static void
print_times(const struct pb_verification *v)
{
	const struct pb_interval *interval = NULL;
	size_t count = pb_verification_intervals(v, &interval), i;

	if (count == 0) {
		(void)puts(
		    _("Times: claims of the archive's own clock; no authority that you trust "
		      "bounds them."));
		return;
	}
	(void)puts(_("Times proven by authorities that you trust:"));
	for (i = 0; i < count && i < INTERVALS_SHOWN; i++)
		print_interval(&interval[i]);
	if (count > i)
		(void)printf(_("  and %zu more (--json lists them)\n"), count - i);
}

static void
print_text(const struct pb_verification *v)
{
	const struct pb_bundle_seen *bundle = pb_verification_bundle(v);
	enum pb_verdict verdict = pb_verification_verdict(v);
	char line[1024];
	int id;

	(void)printf("%s%s %s%s\n\n", pb_colour_on(1, colour(verdict)), pb_verdict_sign(verdict),
	    sentence(v), pb_colour_off(1, colour(verdict)));
	if (bundle->bundle)
		print_bundle(v, bundle);
	else
		print_archive(v);
	for (id = 0; id < PB_CHECK_COUNT; id++)
		if (id != (bundle->bundle ? PB_CHECK_SECRETS : PB_CHECK_RANGE))
			print_check(v, (enum pb_check_id)id);
	(void)putchar('\n');
	if (pb_verification_check(v, PB_CHECK_TOKENS)->verdict != PB_NOT_APPLICABLE)
		print_times(v);
	(void)snprintf(line, sizeof(line), _("History: %s"), _(pb_verification_unique_view(v)));
	pb_print_wrapped(line, 0, pb_print_width());
	(void)puts(_("This check does not say who wrote a message, nor that anybody read it."));
}

enum pb_exit
pb_verdict_print(const struct pb_verification *v, bool json)
{
	if (json)
		pb_verdict_print_json(v);
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
