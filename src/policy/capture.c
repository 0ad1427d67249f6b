#include "policy/capture.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "policy/address.h"
#include "policy/alerts.h"
#include "policy/archives.h"
#include "policy/door.h"
#include "policy/kind.h"
#include "policy/known.h"
#include "policy/map.h"
#include "policy/metrics.h"

#define MINUTE 60
#define HOUR 3600
#define DAY (24 * 3600)

#define RUNTIME_DIR "/run/probant"
#define STATE_DIR "/var/lib/probant"
/* A socket in runtime_dir is bound by a path of at most 107 octets: a name of 11 has room. */
#define RUNTIME_DIR_MAX 95

/* ISO 14641: at least once a day, even if nothing happens. */
static const struct pb_policy_range HEARTBEAT = { MINUTE, DAY, HOUR };

static const struct pb_policy_keys CAPTURE = { .required = { PB_POLICY_KIND, "archives", "doors",
						   "otherwise" },
	.optional = { "runtime_dir", "state_dir", "users", "heartbeat", "metrics", "map",
	    "timestamp", "alerts" } };
static const struct pb_policy_keys USERS = { .optional = {
						 "door", "writer", "stamper", "herald" } };

/* ---- the machine ---------------------------------------------------------------------------- */

static char *
path_or(struct pb_policy_reader *r, const struct pb_policy_node *root, const char *key,
    const char *otherwise)
{
	char *path = pb_policy_path(r, root, key);

	return path == NULL && r->status == PB_OK ? pb_policy_keep(r, otherwise) : path;
}

/* As useradd(8) takes them. */
static bool
is_user(const char *text)
{
	size_t len = strlen(text);

	return len <= 32 && strchr("-0123456789", text[0]) == NULL &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-") == len;
}

static void
read_users(
    struct pb_policy_reader *r, const struct pb_policy_node *root, struct pb_capture_policy *policy)
{
	static const char WHY[] = N_("this is no name of a user");
	const struct pb_policy_node *users = pb_policy_inner(r, root, "users", &USERS);

	if (users == NULL)
		return;
	policy->door_user = pb_policy_copy(r, users, "door", is_user, WHY);
	policy->writer_user = pb_policy_copy(r, users, "writer", is_user, WHY);
	policy->stamper_user = pb_policy_copy(r, users, "stamper", is_user, WHY);
	policy->herald_user = pb_policy_copy(r, users, "herald", is_user, WHY);
}

static void
read_machine(
    struct pb_policy_reader *r, const struct pb_policy_node *root, struct pb_capture_policy *policy)
{
	policy->runtime_dir = path_or(r, root, "runtime_dir", RUNTIME_DIR);
	if (policy->runtime_dir != NULL && strlen(policy->runtime_dir) > RUNTIME_DIR_MAX)
		pb_policy_refuse(r, root, "runtime_dir",
		    N_("this path has more than 95 octets: sockets would not fit in it"), NULL);
	policy->state_dir = path_or(r, root, "state_dir", STATE_DIR);
	policy->timestamp = pb_policy_path(r, root, "timestamp");
	read_users(r, root, policy);
	policy->heartbeat_s = (uint32_t)pb_policy_duration(r, root, "heartbeat", &HEARTBEAT);
}

/* ---- doors ---------------------------------------------------------------------------------- */

/* A door beside those before it. */
static void
check_door(struct pb_policy_reader *r, const struct pb_policy_node *node,
    const struct pb_capture_policy *policy, const struct pb_policy_door *door)
{
	const struct pb_policy_door *other;

	for (other = policy->door; r->status == PB_OK && other < door; other++)
		if (pb_policy_address_equal(&other->listen, &door->listen))
			pb_policy_refuse(
			    r, node, "listen", N_("another door listens there"), other->name);
}

/* Mail that a proxy passes on to a door of the same policy would come round, or be kept twice. */
static void
check_next_hops(struct pb_policy_reader *r, const struct pb_policy_node *list,
    const struct pb_capture_policy *policy)
{
	for (size_t i = 0; i < policy->door_count; i++)
		for (size_t k = 0; r->status == PB_OK && k < policy->door_count; k++)
			if (pb_policy_address_equal(
				&policy->door[i].next_hop, &policy->door[k].listen))
				pb_policy_refuse(r, pb_policy_tree_child(list, i), "next_hop",
				    N_("this is a door of the policy itself"),
				    policy->door[k].name);
}

static void
read_doors(
    struct pb_policy_reader *r, const struct pb_policy_node *root, struct pb_capture_policy *policy)
{
	const struct pb_policy_node *list, *item;
	struct pb_policy_door *door;

	list = pb_policy_list(r, root, "doors", PB_LIMIT_POLICY_DOORS);
	if (list == NULL)
		return;
	policy->door = pb_policy_room(r, list->count, sizeof(*policy->door));
	for (item = list->first; r->status == PB_OK && item != NULL; item = item->next) {
		door = &policy->door[policy->door_count++];
		pb_policy_door(r, item, door);
		pb_policy_only(r, item, N_("another door has this name"));
		check_door(r, item, policy, door);
	}
	check_next_hops(r, list, policy);
}

/* ---- mail of nobody ------------------------------------------------------------------------- */

static void
read_otherwise(
    struct pb_policy_reader *r, const struct pb_policy_node *root, struct pb_capture_policy *policy)
{
	static const char *const words[] = { [PB_OTHERWISE_DEFER] = "defer",
		[PB_OTHERWISE_PASS] = "pass",
		[PB_OTHERWISE_ARCHIVE] = "archive",
		NULL };
	const char *rest = "";

	policy->otherwise = pb_policy_word(r, root, "otherwise", words, 0, &rest);
	if (policy->otherwise == PB_OTHERWISE_ARCHIVE) {
		policy->otherwise_archive =
		    pb_policy_named(pb_policy_tree_member(root, "archives"), rest);
		if (policy->otherwise_archive == policy->archive_count)
			pb_policy_refuse(r, root, "otherwise",
			    N_("no archive of the policy has this name"), "archive NAME");
	} else if (rest[0] != '\0') {
		pb_policy_refuse(
		    r, root, "otherwise", N_("nothing may stand behind this word"), NULL);
	}
}

/* An archive without mailboxes gets what the map sends there, what is nobody's, or nothing. */
static void
check_used(struct pb_policy_reader *r, const struct pb_policy_node *root,
    const struct pb_capture_policy *policy)
{
	const struct pb_policy_node *list = pb_policy_tree_member(root, "archives");

	if (policy->map.kind != PB_MAP_NONE)
		return;
	for (size_t i = 0; r->status == PB_OK && i < policy->archive_count; i++)
		if (policy->archive[i].mailbox_count == 0 &&
		    (policy->otherwise != PB_OTHERWISE_ARCHIVE || policy->otherwise_archive != i))
			pb_policy_refuse(r, pb_policy_tree_child(list, i), "mailboxes",
			    N_("nothing would come into this archive"), NULL);
}

/* ---- the whole ------------------------------------------------------------------------------ */

static void
read_policy(
    struct pb_policy_reader *r, const struct pb_policy_node *root, struct pb_capture_policy *policy)
{
	pb_policy_kind_expect(r, root, PB_POLICY_CAPTURE);
	pb_policy_mapping(r, root, &CAPTURE);
	read_machine(r, root, policy);
	pb_policy_archives(r, root, policy);
	pb_policy_map(r, root, &policy->map);
	read_doors(r, root, policy);
	pb_policy_metrics(r, root, policy);
	read_otherwise(r, root, policy);
	check_used(r, root, policy);
	if (r->status == PB_OK && !pb_policy_know(policy))
		r->status = pb_fail_memory(r->err, N_("read a policy"));
	pb_policy_alerts(r, root, policy);
}

enum pb_status
pb_capture_policy_parse(
    const void *yaml, size_t len, struct pb_capture_policy **ret_policy, struct pb_error *err)
{
	struct pb_policy_reader r = { .err = err };
	struct pb_capture_policy *policy = NULL;
	struct pb_policy_node *root = NULL;
	enum pb_status status;

	status = pb_policy_tree_read(yaml, len, &root, err);
	if (status != PB_OK)
		return status;
	policy = pb_policy_room(&r, 1, sizeof(*policy));
	if (policy != NULL)
		read_policy(&r, root, policy);
	pb_policy_tree_free(root);
	if (r.status == PB_OK)
		*ret_policy = policy;
	else
		pb_capture_policy_free(policy);
	return r.status;
}

void
pb_capture_policy_free(struct pb_capture_policy *policy)
{
	if (policy == NULL)
		return;
	pb_policy_archives_done(policy);
	pb_policy_map_done(&policy->map);
	for (size_t i = 0; i < policy->door_count; i++)
		pb_policy_door_done(&policy->door[i]);
	free(policy->door);
	free(policy->runtime_dir);
	free(policy->state_dir);
	free(policy->timestamp);
	free(policy->door_user);
	free(policy->writer_user);
	free(policy->stamper_user);
	free(policy->herald_user);
	pb_policy_address_done(&policy->metrics);
	pb_policy_alerts_free(policy->alerts);
	free(policy);
}
