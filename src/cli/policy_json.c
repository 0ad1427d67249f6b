/* Policies as JSON. */
#include "cli/policy.h"
#include "policy/address.h"

/* ---- capture -------------------------------------------------------------------------------- */

static void
put_text(struct pb_json_writer *w, const char *key, const char *text)
{
	if (text != NULL && text[0] != '\0')
		pb_json_text(w, key, text);
}

static void
write_door(const struct pb_policy_door *door, struct pb_json_writer *w)
{
	static const char *const kinds[] = {
		[PB_DOOR_MILTER] = "milter", [PB_DOOR_PROXY] = "proxy", [PB_DOOR_LMTP] = "lmtp"
	};
	static const char *const on_failure[] = { [PB_FAILURE_DEFER] = "defer",
		[PB_FAILURE_DEFER_THEN_DELIVER] = "defer-then-deliver",
		[PB_FAILURE_DELIVER] = "deliver" };
	char listen[PB_POLICY_ADDRESS_LEN], next_hop[PB_POLICY_ADDRESS_LEN];

	pb_policy_address_format(&door->listen, listen);
	pb_policy_address_format(&door->next_hop, next_hop);
	pb_json_object_begin(w, NULL);
	pb_json_text(w, "name", door->name);
	pb_json_text(w, "kind", kinds[door->kind]);
	pb_json_text(w, "listen", listen);
	put_text(w, "next_hop", next_hop);
	pb_json_text(w, "on_failure", on_failure[door->on_failure]);
	if (door->on_failure == PB_FAILURE_DEFER_THEN_DELIVER)
		pb_json_u64(w, "deliver_after_s", door->deliver_after_s);
	pb_json_u64(w, "max_message", door->max_message);
	pb_json_u64(w, "max_sessions", door->max_sessions);
	put_text(w, "tls_certificate", door->tls_certificate);
	put_text(w, "tls_key", door->tls_key);
	pb_json_bool(w, "journal", door->journal);
	if (door->silence_s > 0)
		pb_json_u64(w, "silence_s", door->silence_s);
	pb_json_object_end(w);
}

static void
write_archive(const struct pb_policy_archive *archive, struct pb_json_writer *w)
{
	pb_json_object_begin(w, NULL);
	pb_json_text(w, "name", archive->name);
	pb_json_text(w, "path", archive->path);
	pb_json_array_begin(w, "mailboxes");
	for (size_t i = 0; i < archive->mailbox_count; i++)
		pb_json_text(w, NULL, archive->mailbox[i]);
	pb_json_array_end(w);
	pb_json_object_end(w);
}

static void
write_map(const struct pb_capture_policy *policy, struct pb_json_writer *w)
{
	const struct pb_policy_map *map = &policy->map;
	char server[PB_POLICY_ADDRESS_LEN];
	uint64_t mapped = 0;

	if (map->kind == PB_MAP_NONE)
		return;
	for (size_t i = 0; i < policy->owner_count; i++)
		mapped += policy->owner[i].mapped;
	pb_policy_address_format(&map->server, server);
	pb_json_object_begin(w, "map");
	pb_json_text(w, "kind", map->kind == PB_MAP_FILE ? "file" : "socketmap");
	put_text(w, "file", map->file);
	if (map->kind == PB_MAP_FILE)
		pb_json_u64(w, "addresses", mapped);
	put_text(w, "server", server);
	put_text(w, "name", map->name);
	put_text(w, "domains", map->domains);
	pb_json_object_end(w);
}

void
pb_policy_json_capture(const struct pb_capture_policy *policy, struct pb_json_writer *w)
{
	static const char *const otherwise[] = { [PB_OTHERWISE_DEFER] = "defer",
		[PB_OTHERWISE_PASS] = "pass",
		[PB_OTHERWISE_ARCHIVE] = "archive" };
	char metrics[PB_POLICY_ADDRESS_LEN];

	pb_json_text(w, "runtime_dir", policy->runtime_dir);
	pb_json_text(w, "state_dir", policy->state_dir);
	put_text(w, "door_user", policy->door_user);
	put_text(w, "writer_user", policy->writer_user);
	put_text(w, "stamper_user", policy->stamper_user);
	put_text(w, "herald_user", policy->herald_user);
	pb_policy_address_format(&policy->metrics, metrics);
	put_text(w, "metrics", metrics);
	put_text(w, "timestamp", policy->timestamp);
	pb_json_u64(w, "heartbeat_s", policy->heartbeat_s);
	pb_json_array_begin(w, "doors");
	for (size_t i = 0; i < policy->door_count; i++)
		write_door(&policy->door[i], w);
	pb_json_array_end(w);
	pb_json_array_begin(w, "archives");
	for (size_t i = 0; i < policy->archive_count; i++)
		write_archive(&policy->archive[i], w);
	pb_json_array_end(w);
	write_map(policy, w);
	pb_json_text(w, "otherwise", otherwise[policy->otherwise]);
	if (policy->otherwise == PB_OTHERWISE_ARCHIVE)
		pb_json_text(
		    w, "otherwise_archive", policy->archive[policy->otherwise_archive].name);
	pb_policy_json_alerts(policy, w);
}

/* ---- timestamps ----------------------------------------------------------------------------- */

static void
write_year(const struct pb_policy_profile *profile, const struct pb_policy_authority *authority,
    const struct pb_capture_policy *beside, struct pb_json_writer *w)
{
	struct pb_policy_year year = pb_policy_year(profile, authority, beside);
	char least[PB_POLICY_AMOUNT_LEN], most[PB_POLICY_AMOUNT_LEN];

	pb_policy_amount(year.least_hundredths, least);
	pb_policy_amount(year.most_hundredths, most);
	pb_json_object_begin(w, NULL);
	pb_json_text(w, "name", authority != NULL ? authority->name : "local");
	pb_json_u64(w, "tokens_least", year.tokens.least);
	pb_json_u64(w, "tokens_most", year.tokens.most);
	if (year.priced) {
		pb_json_text(w, "cost_least", least);
		pb_json_text(w, "cost_most", most);
	}
	pb_json_object_end(w);
}

static void
write_profile(const struct pb_timestamp_policy *policy, const struct pb_policy_profile *profile,
    const struct pb_capture_policy *beside, struct pb_json_writer *w)
{
	pb_json_object_begin(w, NULL);
	pb_json_text(w, "name", profile->name);
	pb_json_u64(w, "every_s", profile->every_s);
	pb_json_u64(w, "heartbeat_s", profile->heartbeat_s);
	pb_json_u64(w, "gap_after_s", profile->gap_after_s);
	pb_json_bool(w, "shared", profile->shared);
	pb_json_array_begin(w, "authorities");
	for (size_t i = 0; i < profile->authority_count; i++)
		write_year(profile, &policy->authority[profile->authority[i]], beside, w);
	if (profile->local)
		write_year(profile, NULL, beside, w);
	pb_json_array_end(w);
	pb_json_object_end(w);
}

void
pb_policy_json_timestamp(const struct pb_timestamp_policy *policy,
    const struct pb_capture_policy *beside, struct pb_json_writer *w)
{
	pb_json_text(w, "in_force", policy->profile[policy->in_force].name);
	pb_json_u64(w, "archives", beside != NULL ? beside->archive_count : 1);
	put_text(w, "currency", policy->currency);
	pb_json_array_begin(w, "profiles");
	for (size_t i = 0; i < policy->profile_count; i++)
		write_profile(policy, &policy->profile[i], beside, w);
	pb_json_array_end(w);
}
