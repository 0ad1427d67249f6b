#include "policy/timestamp.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "policy/authority.h"
#include "policy/kind.h"

#define MINUTE 60
#define HOUR 3600
#define DAY (24 * 3600)
#define MONTH (30 * DAY)

/* Checkpoints are published at most once a minute (FORMAT 2.3); stamping them more often would
 * prove nothing more. */
static const struct pb_policy_range EVERY = { MINUTE, MONTH, HOUR };
/* As an archive has them that was told nothing else. */
static const struct pb_policy_range HEARTBEAT = { HOUR, MONTH, DAY };
static const struct pb_policy_range GAP_AFTER = { 2 * MINUTE, 2 * MONTH, 8 * HOUR };

static const struct pb_policy_keys TIMESTAMP = {
	.required = { PB_POLICY_KIND, "profile", "profiles" }, .optional = { "authorities" }
};
static const struct pb_policy_keys PROFILE = { .required = { "name", "every", "authorities" },
	.optional = { "heartbeat", "gap_after", "shared" } };

/* ---- authorities ---------------------------------------------------------------------------- */

static void
read_authorities(struct pb_policy_reader *r, const struct pb_policy_node *root,
    struct pb_timestamp_policy *policy)
{
	const struct pb_policy_node *list, *item;

	list = pb_policy_list(r, root, "authorities", PB_LIMIT_TSAS);
	if (list == NULL)
		return;
	policy->authority = pb_policy_room(r, list->count, sizeof(*policy->authority));
	for (item = list->first; r->status == PB_OK && item != NULL; item = item->next)
		pb_policy_authority(
		    r, item, &policy->authority[policy->authority_count++], policy->currency);
}

/* ---- profiles ------------------------------------------------------------------------------- */

static bool
stands_before(const struct pb_policy_node *item)
{
	const struct pb_policy_node *other = item->parent->first;

	while (other != item && strcmp(other->text, item->text) != 0)
		other = other->next;
	return other != item;
}

/* Whom a profile asks; authorities: the policy's, or NULL. */
static void
read_asked(struct pb_policy_reader *r, const struct pb_policy_node *node,
    const struct pb_policy_node *authorities, struct pb_policy_profile *profile)
{
	const struct pb_policy_node *list, *item;
	const char *name;
	size_t count = authorities != NULL ? authorities->count : 0, place;

	list = pb_policy_list(r, node, "authorities", PB_LIMIT_TSAS);
	for (item = list != NULL ? list->first : NULL; item != NULL; item = item->next) {
		name = pb_policy_text(r, item, NULL);
		if (name == NULL)
			return;
		place = count > 0 ? pb_policy_named(authorities, name) : 0;
		if (stands_before(item))
			pb_policy_refuse(
			    r, item, NULL, N_("this authority stands here twice"), NULL);
		else if (strcmp(name, PB_POLICY_LOCAL) == 0)
			profile->local = true;
		else if (place == count)
			pb_policy_refuse(
			    r, item, NULL, N_("no authority of the policy has this name"), NULL);
		else
			profile->authority[profile->authority_count++] = place;
	}
}

/* What is due by the profile itself is neither late nor quiet. */
static void
check_times(struct pb_policy_reader *r, const struct pb_policy_node *node,
    const struct pb_policy_profile *profile)
{
	if (r->status == PB_OK && profile->gap_after_s <= profile->every_s)
		pb_policy_refuse(r, node, "gap_after",
		    N_("this is not longer than `every`: a gap would be stated each time"), NULL);
	if (r->status == PB_OK && profile->heartbeat_s < profile->every_s)
		pb_policy_refuse(r, node, "heartbeat",
		    N_("this is shorter than `every`: it could not be kept"), NULL);
}

static void
read_profile(struct pb_policy_reader *r, const struct pb_policy_node *node,
    const struct pb_policy_node *authorities, struct pb_policy_profile *profile)
{
	pb_policy_mapping(r, node, &PROFILE);
	profile->name = pb_policy_name(r, node, "name");
	profile->every_s = (uint32_t)pb_policy_duration(r, node, "every", &EVERY);
	profile->heartbeat_s = (uint32_t)pb_policy_duration(r, node, "heartbeat", &HEARTBEAT);
	profile->gap_after_s = (uint32_t)pb_policy_duration(r, node, "gap_after", &GAP_AFTER);
	profile->shared = pb_policy_yes(r, node, "shared");
	check_times(r, node, profile);
	read_asked(r, node, authorities, profile);
	pb_policy_only(r, node, N_("another profile has this name"));
}

static void
read_profiles(struct pb_policy_reader *r, const struct pb_policy_node *root,
    struct pb_timestamp_policy *policy)
{
	const struct pb_policy_node *authorities = pb_policy_tree_member(root, "authorities");
	const struct pb_policy_node *list, *item;
	const char *in_force;

	list = pb_policy_list(r, root, "profiles", PB_LIMIT_POLICY_PROFILES);
	if (list == NULL)
		return;
	policy->profile = pb_policy_room(r, list->count, sizeof(*policy->profile));
	for (item = list->first; r->status == PB_OK && item != NULL; item = item->next)
		read_profile(r, item, authorities, &policy->profile[policy->profile_count++]);
	in_force = pb_policy_text(r, root, "profile");
	if (in_force == NULL)
		return;
	policy->in_force = pb_policy_named(list, in_force);
	if (policy->in_force == list->count)
		pb_policy_refuse(
		    r, root, "profile", N_("no profile of the policy has this name"), NULL);
}

/* ---- the whole ------------------------------------------------------------------------------ */

static void
read_policy(struct pb_policy_reader *r, const struct pb_policy_node *root,
    struct pb_timestamp_policy *policy)
{
	pb_policy_kind_expect(r, root, PB_POLICY_TIMESTAMP);
	pb_policy_mapping(r, root, &TIMESTAMP);
	read_authorities(r, root, policy);
	read_profiles(r, root, policy);
}

enum pb_status
pb_timestamp_policy_parse(
    const void *yaml, size_t len, struct pb_timestamp_policy **ret_policy, struct pb_error *err)
{
	struct pb_policy_reader r = { .err = err };
	struct pb_timestamp_policy *policy = NULL;
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
		pb_timestamp_policy_free(policy);
	return r.status;
}

void
pb_timestamp_policy_free(struct pb_timestamp_policy *policy)
{
	if (policy == NULL)
		return;
	for (size_t i = 0; i < policy->authority_count; i++)
		pb_policy_authority_done(&policy->authority[i]);
	for (size_t i = 0; i < policy->profile_count; i++)
		free(policy->profile[i].name);
	free(policy->authority);
	free(policy->profile);
	free(policy);
}

bool
pb_timestamp_policy_goes_out(const struct pb_timestamp_policy *policy)
{
	return policy->profile[policy->in_force].authority_count > 0;
}

/* ---- what it costs -------------------------------------------------------------------------- */

struct pb_policy_tokens
pb_timestamp_policy_tokens(const struct pb_policy_profile *profile,
    const struct pb_policy_authority *authority, uint32_t running_s)
{
	const uint64_t year_s = 365 * DAY;
	uint64_t often_s = profile->every_s, seldom_s = profile->heartbeat_s;

	if (authority != NULL && authority->interval_s > often_s)
		often_s = authority->interval_s;
	if (running_s > 0 && running_s < seldom_s)
		seldom_s = running_s;
	if (seldom_s < often_s)
		seldom_s = often_s;
	return (struct pb_policy_tokens){ .least = (year_s + seldom_s - 1) / seldom_s,
		.most = (year_s + often_s - 1) / often_s };
}
