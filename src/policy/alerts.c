#include "policy/alerts.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "core/syntax.h"
#include "policy/address.h"
#include "policy/owner.h"

#define MINUTE 60
#define HOUR 3600
#define DAY (24 * 3600)

static const struct pb_policy_range AFTER = { 1, DAY, MINUTE };
static const struct pb_policy_range CALM = { 1, 7 * DAY, HOUR };
static const struct pb_policy_range REPEAT = { MINUTE, 30 * DAY, DAY };
static const struct pb_policy_range DISK_FREE = { 0, UINT64_C(1) << 60, 1000000000 };
static const struct pb_policy_range EVERY = { 1, DAY, 5 * MINUTE };

static const struct pb_policy_keys ALERTS = { .optional = { "language", "after", "calm", "repeat",
						  "disk_free", "email", "webhook", "dead_man" } };
static const struct pb_policy_keys EMAIL = { .required = { "to", "from", "relay" },
	.optional = { "tls" } };
static const struct pb_policy_keys TLS = { .required = { "name" }, .optional = { "roots" } };
static const struct pb_policy_keys WEBHOOK = { .required = { "url" },
	.optional = { "roots", "token_file" } };
static const struct pb_policy_keys DEAD_MAN = { .required = { "url" },
	.optional = { "roots", "every" } };

/* ---- e-mail --------------------------------------------------------------------------------- */

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

static bool
is_host(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len <= 253 && strspn(text, LETTERS "-.") == len;
}

/* What stands in a command of SMTP and in a header as it is (RFC 5321 4.1.2, without quotes). */
static bool
is_address(const char *text)
{
	size_t len = strspn(text, LETTERS "!#$%&'*+-/=?^_`{|}~.");

	return len > 0 && text[len] == '@' && strlen(text) <= PB_LIMIT_ADDRESS &&
	       is_host(text + len + 1);
}

static const char NO_ADDRESS[] = N_("this is no address of e-mail");

static void
read_to(
    struct pb_policy_reader *r, const struct pb_policy_node *node, struct pb_policy_email *email)
{
	const struct pb_policy_node *list, *item;
	const char *text;

	list = pb_policy_list(r, node, "to", PB_LIMIT_ALERT_RECIPIENTS);
	if (list == NULL)
		return;
	email->to = pb_policy_room(r, list->count, sizeof(*email->to));
	for (item = list->first; r->status == PB_OK && item != NULL; item = item->next) {
		text = pb_policy_text(r, item, NULL);
		if (text != NULL && !is_address(text))
			pb_policy_refuse(r, item, NULL, NO_ADDRESS, NULL);
		else if (text != NULL)
			email->to[email->to_count++] = pb_policy_keep(r, text);
	}
}

/*
 * A mail server that is reached by a door of the policy would keep alerts as somebody's mail, and
 * defer them when the writer is away, which is when they are needed.
 */
static void
check_relay(struct pb_policy_reader *r, const struct pb_policy_node *node,
    const struct pb_capture_policy *policy, const struct pb_policy_email *email)
{
	if (email->relay.path != NULL)
		pb_policy_refuse(
		    r, node, "relay", N_("a relay is an IP address with its port"), NULL);
	for (size_t i = 0; r->status == PB_OK && i < policy->door_count; i++)
		if (pb_policy_address_equal(&policy->door[i].listen, &email->relay))
			pb_policy_refuse(r, node, "relay",
			    N_("this is a door of the policy itself"), policy->door[i].name);
}

static void
read_email(
    struct pb_policy_reader *r, const struct pb_policy_node *node, struct pb_capture_policy *policy)
{
	const struct pb_policy_node *at = pb_policy_inner(r, node, "email", &EMAIL), *tls;
	struct pb_policy_email *email = at != NULL ? pb_policy_room(r, 1, sizeof(*email)) : NULL;

	if (email == NULL)
		return;
	policy->alerts->email = email;
	read_to(r, at, email);
	email->from = pb_policy_copy(r, at, "from", is_address, NO_ADDRESS);
	pb_policy_address(r, at, "relay", &email->relay);
	if (r->status == PB_OK)
		check_relay(r, at, policy, email);
	tls = pb_policy_inner(r, at, "tls", &TLS);
	if (tls == NULL)
		return;
	email->tls_name = pb_policy_copy(r, tls, "name", is_host, N_("this is no name of a host"));
	email->tls_roots = pb_policy_path(r, tls, "roots");
}

/* ---- addresses of http ---------------------------------------------------------------------- */

static bool
is_url(const char *text)
{
	return pb_syntax_url(text) && strlen(text) <= PB_LIMIT_ALERT_URL;
}

static char *
read_url(struct pb_policy_reader *r, const struct pb_policy_node *node)
{
	return pb_policy_copy(r, node, "url", is_url,
	    N_("its address begins with http:// or https://, and has at most 1023 octets"));
}

static struct pb_policy_webhook *
read_webhook(struct pb_policy_reader *r, const struct pb_policy_node *node)
{
	const struct pb_policy_node *at = pb_policy_inner(r, node, "webhook", &WEBHOOK);
	struct pb_policy_webhook *webhook =
	    at != NULL ? pb_policy_room(r, 1, sizeof(*webhook)) : NULL;

	if (webhook == NULL)
		return NULL;
	webhook->url = read_url(r, at);
	webhook->roots = pb_policy_path(r, at, "roots");
	webhook->token_file = pb_policy_path(r, at, "token_file");
	return webhook;
}

static struct pb_policy_dead_man *
read_dead_man(struct pb_policy_reader *r, const struct pb_policy_node *node)
{
	const struct pb_policy_node *at = pb_policy_inner(r, node, "dead_man", &DEAD_MAN);
	struct pb_policy_dead_man *dead_man =
	    at != NULL ? pb_policy_room(r, 1, sizeof(*dead_man)) : NULL;

	if (dead_man == NULL)
		return NULL;
	dead_man->url = read_url(r, at);
	dead_man->roots = pb_policy_path(r, at, "roots");
	dead_man->every_s = (uint32_t)pb_policy_duration(r, at, "every", &EVERY);
	return dead_man;
}

/* ---- the whole ------------------------------------------------------------------------------ */

void
pb_policy_alerts(
    struct pb_policy_reader *r, const struct pb_policy_node *root, struct pb_capture_policy *policy)
{
	static const char *const languages[] = {
		[PB_LANGUAGE_FR] = "fr", [PB_LANGUAGE_EN] = "en", NULL
	};
	const struct pb_policy_node *node = pb_policy_inner(r, root, "alerts", &ALERTS);
	struct pb_policy_alerts *alerts =
	    node != NULL ? pb_policy_room(r, 1, sizeof(*alerts)) : NULL;

	if (alerts == NULL)
		return;
	policy->alerts = alerts;
	alerts->language = pb_policy_word(r, node, "language", languages, PB_LANGUAGE_FR, NULL);
	alerts->after_s = (uint32_t)pb_policy_duration(r, node, "after", &AFTER);
	alerts->calm_s = (uint32_t)pb_policy_duration(r, node, "calm", &CALM);
	alerts->repeat_s = (uint32_t)pb_policy_duration(r, node, "repeat", &REPEAT);
	alerts->disk_free = pb_policy_size(r, node, "disk_free", &DISK_FREE);
	read_email(r, node, policy);
	alerts->webhook = read_webhook(r, node);
	alerts->dead_man = read_dead_man(r, node);
}

static void
email_free(struct pb_policy_email *email)
{
	if (email == NULL)
		return;
	for (size_t i = 0; i < email->to_count; i++)
		free(email->to[i]);
	free(email->to);
	free(email->from);
	pb_policy_address_done(&email->relay);
	free(email->tls_name);
	free(email->tls_roots);
	free(email);
}

void
pb_policy_alerts_free(struct pb_policy_alerts *alerts)
{
	if (alerts == NULL)
		return;
	email_free(alerts->email);
	if (alerts->webhook != NULL) {
		free(alerts->webhook->url);
		free(alerts->webhook->roots);
		free(alerts->webhook->token_file);
	}
	free(alerts->webhook);
	if (alerts->dead_man != NULL) {
		free(alerts->dead_man->url);
		free(alerts->dead_man->roots);
	}
	free(alerts->dead_man);
	free(alerts);
}
