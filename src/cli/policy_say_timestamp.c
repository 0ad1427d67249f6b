/* A timestamp policy in sentences: tokens of a year, and what they cost. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/label.h"
#include "cli/policy.h"
#include "cli/print.h"
#include "cli/say.h"
#include "policy/reader.h"

/* ---- a year --------------------------------------------------------------------------------- */

/* Rounded up: what is paid in the end is not more than was said.  PB_LIMIT_POLICY_ARCHIVES, a token
 * a minute and the highest price stay below 2^64. */
static uint64_t
cost(uint64_t tokens, uint64_t millionths)
{
	return (tokens * millionths + 9999) / 10000;
}

struct pb_policy_year
pb_policy_year(const struct pb_policy_profile *profile, const struct pb_policy_authority *authority,
    const struct pb_capture_policy *beside)
{
	bool once = profile->shared && authority != NULL;
	uint64_t archives = beside != NULL && !once ? beside->archive_count : 1;
	struct pb_policy_year year = { .tokens = pb_timestamp_policy_tokens(profile, authority,
					   beside != NULL ? beside->heartbeat_s : 0) };

	year.tokens.least *= archives;
	year.tokens.most *= archives;
	if (authority != NULL && authority->priced) {
		year.priced = true;
		year.least_hundredths = cost(year.tokens.least, authority->price_millionths);
		year.most_hundredths = cost(year.tokens.most, authority->price_millionths);
	}
	return year;
}

void
pb_policy_amount(uint64_t hundredths, char out[PB_POLICY_AMOUNT_LEN])
{
	(void)snprintf(out, PB_POLICY_AMOUNT_LEN, "%" PRIu64 ".%02u", hundredths / 100,
	    (unsigned)(hundredths % 100));
}

/* ---- in words ------------------------------------------------------------------------------- */

static void
say_cost(const struct pb_policy_year *year, const char *currency)
{
	char least[PB_POLICY_AMOUNT_LEN], most[PB_POLICY_AMOUNT_LEN];

	pb_policy_amount(year->least_hundredths, least);
	pb_policy_amount(year->most_hundredths, most);
	if (year->least_hundredths == year->most_hundredths)
		(void)printf("%s %s\n", most, currency);
	else
		(void)printf(_("%s to %s %s\n"), least, most, currency);
}

static void
say_authority(const char *name, const struct pb_policy_year *year, const char *currency)
{
	pb_label(name);
	if (year->tokens.least == year->tokens.most)
		(void)printf(_("%" PRIu64 " tokens a year: "), year->tokens.most);
	else
		(void)printf(_("%" PRIu64 " to %" PRIu64 " tokens a year: "), year->tokens.least,
		    year->tokens.most);
	if (currency == NULL)
		(void)puts(_("free; their times are claims"));
	else if (year->priced)
		say_cost(year, currency);
	else
		(void)puts(_("their price is not stated"));
}

static void
say_authorities(const struct pb_timestamp_policy *policy, const struct pb_policy_profile *profile,
    const struct pb_capture_policy *beside)
{
	struct pb_policy_year year, all = { .priced = true };

	for (size_t i = 0; i < profile->authority_count; i++) {
		const struct pb_policy_authority *authority =
		    &policy->authority[profile->authority[i]];

		year = pb_policy_year(profile, authority, beside);
		say_authority(authority->name, &year, policy->currency);
		all.priced = all.priced && year.priced;
		all.least_hundredths += year.least_hundredths;
		all.most_hundredths += year.most_hundredths;
	}
	if (profile->local) {
		year = pb_policy_year(profile, NULL, beside);
		say_authority("local", &year, NULL);
	}
	if (all.priced && profile->authority_count > 1) {
		pb_label(_("together"));
		say_cost(&all, policy->currency);
	}
}

static void
say_profile(const struct pb_timestamp_policy *policy, const struct pb_policy_profile *profile,
    const struct pb_capture_policy *beside)
{
	char every[PB_POLICY_QUANTITY_LEN], heartbeat[PB_POLICY_QUANTITY_LEN];
	char gap_after[PB_POLICY_QUANTITY_LEN];

	pb_policy_duration_format(profile->every_s, every);
	pb_policy_duration_format(profile->heartbeat_s, heartbeat);
	pb_policy_duration_format(profile->gap_after_s, gap_after);
	(void)printf(profile == &policy->profile[policy->in_force] ? _("Profile %s, chosen\n")
								   : _("Profile %s\n"),
	    profile->name);
	pb_label("");
	(void)printf(_("a token at most every %s; every %s if nothing is new\n"), every, heartbeat);
	pb_label("");
	(void)printf(
	    _("if no authority answers for %s, the log says so; capture goes on\n"), gap_after);
	if (profile->shared) {
		pb_label("");
		(void)puts(_("one token of each authority is for all archives"));
	}
	say_authorities(policy, profile, beside);
}

void
pb_policy_say_timestamp(
    const struct pb_timestamp_policy *policy, const struct pb_capture_policy *beside)
{
	char heartbeat[PB_POLICY_QUANTITY_LEN], text[512];

	for (size_t i = 0; i < policy->profile_count; i++)
		say_profile(policy, &policy->profile[i], beside);
	if (beside == NULL) {
		pb_print_wrapped(
		    _("This is for one archive, and goes from a year without a message "
		      "to one without a pause; with the capture policy named before, it "
		      "is for all archives."),
		    0, pb_print_width());
		return;
	}
	pb_policy_duration_format(beside->heartbeat_s, heartbeat);
	(void)snprintf(text, sizeof(text),
	    ngettext("This is for %zu archive, which notes every %s that capture is running, and "
		     "goes from a year without a message to one without a pause.",
		"This is for %zu archives, each of which notes every %s that capture is running, "
		"and goes from a year without a message to one without a pause.",
		beside->archive_count),
	    beside->archive_count, heartbeat);
	pb_print_wrapped(text, 0, pb_print_width());
}
