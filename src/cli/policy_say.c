/* A capture policy in sentences. */
#include <stdio.h>

#include "cli/label.h"
#include "cli/policy.h"
#include "cli/print.h"
#include "cli/say.h"
#include "policy/address.h"

/* Mailboxes of an archive that are shown; the rest is counted. */
#define SHOWN 5

/* Behind the room of a label. */
static void
line(const char *text)
{
	pb_print_wrapped(text, 12, pb_print_width());
}

/* ---- doors ---------------------------------------------------------------------------------- */

static void
say_listen(const struct pb_policy_door *door)
{
	char listen[PB_POLICY_ADDRESS_LEN], next_hop[PB_POLICY_ADDRESS_LEN];

	pb_policy_address_format(&door->listen, listen);
	pb_policy_address_format(&door->next_hop, next_hop);
	pb_label(door->name);
	if (door->kind == PB_DOOR_MILTER)
		(void)printf(_("milter on %s\n"), listen);
	else if (door->kind == PB_DOOR_PROXY)
		(void)printf(_("SMTP proxy on %s, which passes mail on to %s\n"), listen, next_hop);
	else
		(void)printf(_("LMTP on %s\n"), listen);
}

static void
say_bounds(const struct pb_policy_door *door)
{
	char size[PB_POLICY_QUANTITY_LEN];

	pb_policy_size_format(door->max_message, size);
	pb_label("");
	(void)printf(ngettext("messages up to %s, %u session at once\n",
			 "messages up to %s, %u sessions at once\n", door->max_sessions),
	    size, (unsigned)door->max_sessions);
}

/* What is at stake comes last. */
static void
say_failure(const struct pb_policy_door *door)
{
	char after[PB_POLICY_QUANTITY_LEN], text[512];

	switch (door->on_failure) {
	case PB_FAILURE_DEFER:
		line(_("what cannot be kept does not pass: its sender is told to try again (451)"));
		break;
	case PB_FAILURE_DEFER_THEN_DELIVER:
		pb_policy_duration_format(door->deliver_after_s, after);
		(void)snprintf(text, sizeof(text),
		    _("what cannot be kept does not pass for %s: its sender is told to try again "
		      "(451); then it passes, and a signed gap says so"),
		    after);
		line(text);
		break;
	case PB_FAILURE_DELIVER:
		line(_("what cannot be kept passes all the same, and a signed gap says so"));
		break;
	}
}

/* A silence that is not usual is told. */
static void
say_silence(const struct pb_policy_door *door)
{
	char silence[PB_POLICY_QUANTITY_LEN];

	if (door->silence_s == 0)
		return;
	pb_policy_duration_format(door->silence_s, silence);
	pb_label("");
	(void)printf(_("a message comes at least every %s\n"), silence);
}

static void
say_door(const struct pb_policy_door *door)
{
	say_listen(door);
	if (door->kind != PB_DOOR_MILTER)
		line(door->tls_certificate != NULL ? _("STARTTLS is offered") : _("without TLS"));
	if (door->journal)
		line(_("journal reports are unwrapped"));
	say_bounds(door);
	say_silence(door);
	say_failure(door);
}

/* ---- archives ------------------------------------------------------------------------------- */

static void
say_archive(const struct pb_policy_archive *archive)
{
	size_t i;

	pb_label_line(archive->name, archive->path);
	for (i = 0; i < archive->mailbox_count && i < SHOWN; i++) {
		const char *mailbox = archive->mailbox[i];

		pb_label("");
		if (mailbox[0] == '@')
			(void)fputs(_("all of "), stdout);
		pb_label_text(mailbox);
		(void)putchar('\n');
	}
	if (archive->mailbox_count > SHOWN) {
		pb_label("");
		(void)printf(ngettext("and %zu more mailbox\n", "and %zu more mailboxes\n",
				 archive->mailbox_count - SHOWN),
		    archive->mailbox_count - SHOWN);
	}
}

/* Lines of the map's file; what they count as stands in POLICY.md. */
static void
say_map(const struct pb_capture_policy *policy)
{
	const struct pb_policy_map *map = &policy->map;
	char server[PB_POLICY_ADDRESS_LEN];
	size_t count = 0;

	for (size_t i = 0; i < policy->owner_count; i++)
		count += policy->owner[i].mapped;
	pb_policy_address_format(&map->server, server);
	if (map->kind == PB_MAP_FILE)
		(void)printf(ngettext("%zu more mailbox stands in %s.\n",
				 "%zu more mailboxes stand in %s.\n", count),
		    count, map->file);
	if (map->kind != PB_MAP_SOCKETMAP)
		return;
	(void)printf(_("Whose mail any other address is, the server at %s says, of its map %s; "
		       "while it does not, a message is as one that cannot be kept.\n"),
	    server, map->name);
	if (map->domains != NULL)
		(void)printf(_("Which domains are ours, its map %s says.\n"), map->domains);
}

static void
say_otherwise(const struct pb_capture_policy *policy)
{
	switch (policy->otherwise) {
	case PB_OTHERWISE_DEFER:
		(void)puts(_("Mail that concerns no mailbox does not pass: its sender is told to "
			     "try again (451)."));
		break;
	case PB_OTHERWISE_PASS:
		(void)puts(_("Mail that concerns no mailbox passes, and is not kept."));
		break;
	case PB_OTHERWISE_ARCHIVE:
		(void)printf(_("Mail that concerns no mailbox goes into the archive %s.\n"),
		    policy->archive[policy->otherwise_archive].name);
		break;
	}
}

static void
say_user(const char *label, const char *user)
{
	pb_label_line(label, user != NULL ? user : _("whoever starts it"));
}

static void
say_metrics(const struct pb_capture_policy *policy)
{
	char at[PB_POLICY_ADDRESS_LEN];

	if (policy->metrics.host == NULL)
		return;
	say_user(
	    _("herald"), policy->herald_user != NULL ? policy->herald_user : policy->stamper_user);
	pb_policy_address_format(&policy->metrics, at);
	(void)printf(_("How capture does can be asked on this machine: http://%s/metrics and "
		       "/healthz.\n"),
	    at);
}

void
pb_policy_say_capture(const struct pb_capture_policy *policy)
{
	char heartbeat[PB_POLICY_QUANTITY_LEN];
	size_t i;

	(void)puts(_("Doors"));
	for (i = 0; i < policy->door_count; i++)
		say_door(&policy->door[i]);
	(void)puts(_("Archives"));
	for (i = 0; i < policy->archive_count; i++)
		say_archive(&policy->archive[i]);
	say_map(policy);
	say_otherwise(policy);
	pb_policy_duration_format(policy->heartbeat_s, heartbeat);
	(void)printf(_("Each archive notes every %s that capture is running.\n"), heartbeat);
	pb_label_line(_("timestamps"), policy->timestamp != NULL
					   ? policy->timestamp
					   : _("by commands, and an archive's own authority"));
	pb_policy_say_alerts(policy);
	(void)puts(_("Users"));
	say_user(_("doors"), policy->door_user);
	say_user(_("writer"), policy->writer_user);
	say_user(_("stamper"), policy->stamper_user);
	say_metrics(policy);
}
