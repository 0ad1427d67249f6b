#include "daemon/events.h"

#include <string.h>

#include "core/json.h"

static void
begin(struct pb_json_writer *w, struct pb_buf *facts, const char *event)
{
	pb_json_writer_init(w, facts);
	pb_json_object_begin(w, NULL);
	pb_json_text(w, "event", event);
}

static enum pb_status
end(struct pb_json_writer *w)
{
	pb_json_object_end(w);
	return pb_json_writer_status(w);
}

enum pb_status
pb_events_start(struct pb_buf *facts, uint32_t heartbeat_s)
{
	struct pb_json_writer w;

	begin(&w, facts, "start");
	pb_json_u64(&w, "heartbeat_s", heartbeat_s);
	pb_json_text(&w, "software", "probant " PROBANT_VERSION);
	return end(&w);
}

static enum pb_status
with_records(struct pb_buf *facts, const char *event, uint64_t records)
{
	struct pb_json_writer w;

	begin(&w, facts, event);
	pb_json_u64(&w, "records", records);
	return end(&w);
}

enum pb_status
pb_events_heartbeat(struct pb_buf *facts, uint64_t records)
{
	return with_records(facts, "heartbeat", records);
}

enum pb_status
pb_events_stop(struct pb_buf *facts, uint64_t records)
{
	return with_records(facts, "stop", records);
}

enum pb_status
pb_events_gap(struct pb_buf *facts, uint64_t from_us, uint64_t to_us)
{
	struct pb_json_writer w;

	begin(&w, facts, "gap");
	pb_json_text(&w, "reason", "writer_ended");
	pb_json_u64(&w, "from_us", from_us);
	pb_json_u64(&w, "to_us", to_us);
	return end(&w);
}

/* ---- the policy ----------------------------------------------------------------------------- */

static void
state_door(struct pb_json_writer *w, const struct pb_policy_door *door)
{
	static const char *const kind[] = {
		[PB_DOOR_MILTER] = "milter", [PB_DOOR_PROXY] = "proxy", [PB_DOOR_LMTP] = "lmtp"
	};
	static const char *const on_failure[] = { [PB_FAILURE_DEFER] = "defer",
		[PB_FAILURE_DEFER_THEN_DELIVER] = "defer-then-deliver",
		[PB_FAILURE_DELIVER] = "deliver" };

	pb_json_object_begin(w, NULL);
	pb_json_text(w, "door", door->name);
	pb_json_text(w, "kind", kind[door->kind]);
	pb_json_text(w, "on_failure", on_failure[door->on_failure]);
	if (door->on_failure == PB_FAILURE_DEFER_THEN_DELIVER)
		pb_json_u64(w, "deliver_after_s", door->deliver_after_s);
	pb_json_u64(w, "max_message", door->max_message);
	pb_json_object_end(w);
}

/* "archive": to this one; where it goes to another, it does not concern this one. */
static const char *
otherwise(const struct pb_capture_policy *policy, size_t archive)
{
	switch (policy->otherwise) {
	case PB_OTHERWISE_DEFER:
		return "defer";
	case PB_OTHERWISE_PASS:
		return "pass";
	default:
		return policy->otherwise_archive == archive ? "archive" : "elsewhere";
	}
}

static void
state_map(
    struct pb_json_writer *w, const struct pb_policy_map *map, const uint8_t sha256[PB_DIGEST_LEN])
{
	if (map->kind == PB_MAP_NONE)
		return;
	pb_json_object_begin(w, "map");
	pb_json_text(w, "kind", map->kind == PB_MAP_FILE ? "file" : "socketmap");
	if (map->kind == PB_MAP_FILE)
		pb_json_hex(w, "sha256", sha256, PB_DIGEST_LEN);
	pb_json_object_end(w);
}

enum pb_status
pb_events_policy(struct pb_buf *facts, const struct pb_capture_policy *policy, size_t archive,
    const uint8_t sha256[PB_DIGEST_LEN], const uint8_t map_sha256[PB_DIGEST_LEN])
{
	struct pb_json_writer w;

	begin(&w, facts, "policy");
	pb_json_hex(&w, "sha256", sha256, PB_DIGEST_LEN);
	pb_json_text(&w, "archive", policy->archive[archive].name);
	pb_json_array_begin(&w, "doors");
	for (size_t i = 0; i < policy->door_count; i++)
		state_door(&w, &policy->door[i]);
	pb_json_array_end(&w);
	pb_json_text(&w, "otherwise", otherwise(policy, archive));
	state_map(&w, &policy->map, map_sha256);
	return end(&w);
}

/* Those that a line of the map's file gives it. */
static void
state_mapped(struct pb_json_writer *w, const struct pb_capture_policy *policy, size_t archive)
{
	pb_json_array_begin(w, "mapped");
	for (size_t i = 0; i < policy->owner_count; i++) {
		const struct pb_policy_row *owner = &policy->owner[i];

		if (owner->mapped && owner->archive == archive)
			pb_json_octets(w, NULL, owner->text, strlen(owner->text));
	}
	pb_json_array_end(w);
}

enum pb_status
pb_events_mailboxes(struct pb_buf *envelope, const struct pb_capture_policy *policy, size_t archive)
{
	const struct pb_policy_archive *own = &policy->archive[archive];
	struct pb_json_writer w;

	pb_json_writer_init(&w, envelope);
	pb_json_object_begin(&w, NULL);
	pb_json_array_begin(&w, "mailboxes");
	for (size_t i = 0; i < own->mailbox_count; i++)
		pb_json_octets(&w, NULL, own->mailbox[i], strlen(own->mailbox[i]));
	pb_json_array_end(&w);
	if (policy->map.kind == PB_MAP_FILE)
		state_mapped(&w, policy, archive);
	return end(&w);
}

enum pb_status
pb_events_stamps(struct pb_buf *facts, const struct pb_stamps *stamps)
{
	const struct pb_policy_profile *profile = stamps->profile;
	struct pb_json_writer w;

	begin(&w, facts, "timestamp_policy");
	pb_json_hex(&w, "sha256", stamps->sha256, PB_DIGEST_LEN);
	pb_json_text(&w, "profile", profile->name);
	pb_json_u64(&w, "every_s", profile->every_s);
	pb_json_u64(&w, "heartbeat_s", profile->heartbeat_s);
	pb_json_u64(&w, "gap_after_s", profile->gap_after_s);
	pb_json_array_begin(&w, "authorities");
	for (size_t i = 0; i < stamps->rule.asked_count; i++)
		pb_json_text(&w, NULL, stamps->asked[i]);
	pb_json_array_end(&w);
	return end(&w);
}
