#include "policy/door.h"

#include <stdlib.h>

#include "core/error.h"
#include "policy/address.h"

#define DAY (24 * 3600)

/* How long a message may be kept waiting before it passes: senders give up after four days
 * (RFC 5321 4.5.4.1). */
static const struct pb_policy_range DELIVER_AFTER = { 1, 4 * DAY, 0 };
/* At least 64 KiB, as RFC 5321 4.5.3.1.7 asks; at most what a record holds, with its envelope
 * (FORMAT 3). */
static const struct pb_policy_range MAX_MESSAGE = { 65536, 4000000000, 100000000 };
/* Longer than a quiet night, or week-end. */
static const struct pb_policy_range SILENCE = { 60, 60 * DAY, 0 };
static const struct pb_policy_range MAX_SESSIONS = { 1, 1000, 100 };

static const char *const KINDS[] = {
	[PB_DOOR_MILTER] = "milter", [PB_DOOR_PROXY] = "proxy", [PB_DOOR_LMTP] = "lmtp", NULL
};
static const char *const ON_FAILURE[] = { [PB_FAILURE_DEFER] = "defer",
	[PB_FAILURE_DEFER_THEN_DELIVER] = "defer-then-deliver",
	[PB_FAILURE_DELIVER] = "deliver",
	NULL };

static const struct pb_policy_keys DOOR = { .required = { "name", "kind", "listen", "on_failure" },
	.optional = { "next_hop", "max_message", "max_sessions", "tls", "journal", "silence" } };
static const struct pb_policy_keys TLS = { .required = { "certificate", "key" } };

static void
read_on_failure(
    struct pb_policy_reader *r, const struct pb_policy_node *node, struct pb_policy_door *door)
{
	const char *after = "";

	door->on_failure = pb_policy_word(r, node, "on_failure", ON_FAILURE, 0, &after);
	if (door->on_failure == PB_FAILURE_DEFER_THEN_DELIVER)
		door->deliver_after_s =
		    (uint32_t)pb_policy_duration_of(r, node, "on_failure", after, &DELIVER_AFTER);
	else if (after[0] != '\0')
		pb_policy_refuse(
		    r, node, "on_failure", N_("only defer-then-deliver has a duration"), NULL);
}

static void
read_tls(struct pb_policy_reader *r, const struct pb_policy_node *node, struct pb_policy_door *door)
{
	const struct pb_policy_node *tls = pb_policy_inner(r, node, "tls", &TLS);

	if (tls == NULL)
		return;
	door->tls_certificate = pb_policy_path(r, tls, "certificate");
	door->tls_key = pb_policy_path(r, tls, "key");
}

/* What goes with which kind of door. */
static void
check_kind(struct pb_policy_reader *r, const struct pb_policy_node *node,
    const struct pb_policy_door *door)
{
	bool next_hop = pb_policy_tree_member(node, "next_hop") != NULL;

	if (r->status != PB_OK)
		return;
	if (door->kind == PB_DOOR_PROXY && !next_hop)
		pb_policy_refuse(
		    r, node, "next_hop", N_("a proxy needs it: whom it passes mail on to"), NULL);
	if (door->kind != PB_DOOR_PROXY && next_hop)
		pb_policy_refuse(r, node, "next_hop", N_("only a proxy passes mail on"), NULL);
	if (door->kind == PB_DOOR_MILTER && door->tls_certificate != NULL)
		pb_policy_refuse(r, node, "tls", N_("a milter has no STARTTLS"), NULL);
	if (door->kind != PB_DOOR_LMTP && door->journal)
		pb_policy_refuse(
		    r, node, "journal", N_("journal reports come by an lmtp door"), NULL);
}

void
pb_policy_door(
    struct pb_policy_reader *r, const struct pb_policy_node *node, struct pb_policy_door *ret_door)
{
	struct pb_policy_door *door = ret_door;

	pb_policy_mapping(r, node, &DOOR);
	door->name = pb_policy_name(r, node, "name");
	door->kind = pb_policy_word(r, node, "kind", KINDS, 0, NULL);
	pb_policy_address(r, node, "listen", &door->listen);
	pb_policy_address(r, node, "next_hop", &door->next_hop);
	read_on_failure(r, node, door);
	door->max_message = pb_policy_size(r, node, "max_message", &MAX_MESSAGE);
	door->max_sessions = (uint32_t)pb_policy_number(r, node, "max_sessions", &MAX_SESSIONS);
	read_tls(r, node, door);
	door->journal = pb_policy_yes(r, node, "journal");
	door->silence_s = (uint32_t)pb_policy_duration(r, node, "silence", &SILENCE);
	check_kind(r, node, door);
}

void
pb_policy_door_done(struct pb_policy_door *door)
{
	free(door->name);
	pb_policy_address_done(&door->listen);
	pb_policy_address_done(&door->next_hop);
	free(door->tls_certificate);
	free(door->tls_key);
}
