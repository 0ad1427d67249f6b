/* Who is told when capture does not do as it should: in sentences, and as JSON. */
#include <stdio.h>

#include "cli/label.h"
#include "cli/policy.h"
#include "cli/print.h"
#include "cli/say.h"
#include "policy/address.h"
#include "policy/alerts.h"

/* ---- in sentences --------------------------------------------------------------------------- */

static void
say_email(const struct pb_policy_email *email)
{
	char relay[PB_POLICY_ADDRESS_LEN];

	pb_policy_address_format(&email->relay, relay);
	for (size_t i = 0; i < email->to_count; i++)
		pb_label_line(i == 0 ? _("e-mail") : "", email->to[i]);
	pb_label("");
	(void)printf(_("from %s, by the mail server on %s\n"), email->from, relay);
	pb_label("");
	if (email->tls_name != NULL)
		(void)printf(_("by TLS with %s\n"), email->tls_name);
	else
		(void)puts(_("without TLS"));
	pb_print_wrapped(_("that mail server must not pass this mail through a door: alerts would "
			   "wait with the mail that they are about"),
	    12, pb_print_width());
}

static void
say_dead_man(const struct pb_policy_dead_man *dead_man)
{
	char every[PB_POLICY_QUANTITY_LEN];

	pb_policy_duration_format(dead_man->every_s, every);
	pb_label_line(_("dead man"), dead_man->url);
	pb_label("");
	(void)printf(_("is asked every %s as long as all is well\n"), every);
}

void
pb_policy_say_alerts(const struct pb_capture_policy *policy)
{
	const struct pb_policy_alerts *alerts = policy->alerts;
	char after[PB_POLICY_QUANTITY_LEN], repeat[PB_POLICY_QUANTITY_LEN];
	char disk_free[PB_POLICY_QUANTITY_LEN];

	(void)puts(_("Alerts"));
	if (alerts == NULL) {
		(void)puts(_("Nobody is told when capture does not do as it should."));
		return;
	}
	if (alerts->email != NULL)
		say_email(alerts->email);
	if (alerts->webhook != NULL)
		pb_label_line(_("webhook"), alerts->webhook->url);
	if (alerts->dead_man != NULL)
		say_dead_man(alerts->dead_man);
	pb_policy_duration_format(alerts->after_s, after);
	pb_policy_duration_format(alerts->repeat_s, repeat);
	pb_policy_size_format(alerts->disk_free, disk_free);
	(void)printf(_("What lasts for %s is told and recorded, and its end; what stands is told "
		       "again every %s.\n"),
	    after, repeat);
	(void)printf(_("A disk with less than %s free is low.\n"), disk_free);
}

/* ---- as JSON -------------------------------------------------------------------------------- */

static void
put_text(struct pb_json_writer *w, const char *key, const char *text)
{
	if (text != NULL)
		pb_json_text(w, key, text);
}

static void
write_email(const struct pb_policy_email *email, struct pb_json_writer *w)
{
	char relay[PB_POLICY_ADDRESS_LEN];

	pb_policy_address_format(&email->relay, relay);
	pb_json_object_begin(w, "email");
	pb_json_array_begin(w, "to");
	for (size_t i = 0; i < email->to_count; i++)
		pb_json_text(w, NULL, email->to[i]);
	pb_json_array_end(w);
	pb_json_text(w, "from", email->from);
	pb_json_text(w, "relay", relay);
	put_text(w, "tls_name", email->tls_name);
	put_text(w, "tls_roots", email->tls_roots);
	pb_json_object_end(w);
}

static void
write_webhook(const struct pb_policy_webhook *webhook, struct pb_json_writer *w)
{
	pb_json_object_begin(w, "webhook");
	pb_json_text(w, "url", webhook->url);
	put_text(w, "roots", webhook->roots);
	put_text(w, "token_file", webhook->token_file);
	pb_json_object_end(w);
}

static void
write_dead_man(const struct pb_policy_dead_man *dead_man, struct pb_json_writer *w)
{
	pb_json_object_begin(w, "dead_man");
	pb_json_text(w, "url", dead_man->url);
	put_text(w, "roots", dead_man->roots);
	pb_json_u64(w, "every_s", dead_man->every_s);
	pb_json_object_end(w);
}

void
pb_policy_json_alerts(const struct pb_capture_policy *policy, struct pb_json_writer *w)
{
	const struct pb_policy_alerts *alerts = policy->alerts;

	if (alerts == NULL)
		return;
	pb_json_object_begin(w, "alerts");
	pb_json_text(w, "language", alerts->language == PB_LANGUAGE_FR ? "fr" : "en");
	pb_json_u64(w, "after_s", alerts->after_s);
	pb_json_u64(w, "calm_s", alerts->calm_s);
	pb_json_u64(w, "repeat_s", alerts->repeat_s);
	pb_json_u64(w, "disk_free", alerts->disk_free);
	if (alerts->email != NULL)
		write_email(alerts->email, w);
	if (alerts->webhook != NULL)
		write_webhook(alerts->webhook, w);
	if (alerts->dead_man != NULL)
		write_dead_man(alerts->dead_man, w);
	pb_json_object_end(w);
}
