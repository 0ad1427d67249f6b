/* What a door has to do beside its sessions: gaps and alarms become records (FORMAT 1.5). */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "core/error.h"
#include "doors/capture_record.h"
#include "doors/unmapped.h"

#define WHAT N_("record mail that was let through")
/* How long a door that ends waits for the writer: less than its master does for it. */
#define SETTLE_MS 5000

struct recording {
	struct pb_saying saying;
	const char *door; /* that let them through; NULL: one that the policy has no more */
};

static void
state_facts(const char *door, const struct pb_gap *run, size_t count, struct pb_json_writer *w)
{
	size_t known = 0;

	while (known < count && run[known].time_us == 0)
		known++;
	pb_json_object_begin(w, NULL);
	pb_json_text(w, "event", "gap");
	if (door != NULL)
		pb_json_text(w, "door", door);
	pb_json_text(w, "reason", run->reason);
	if (known < count) {
		pb_json_u64(w, "from_us", (uint64_t)run[known].time_us);
		pb_json_u64(w, "to_us", (uint64_t)run[count - 1].time_us);
	}
	pb_json_u64(w, "messages", count);
	pb_json_object_end(w);
}

static void
state_envelope(const struct pb_gap *run, size_t count, struct pb_json_writer *w)
{
	pb_json_object_begin(w, NULL);
	pb_json_array_begin(w, "queue_ids");
	for (size_t i = 0; i < count; i++)
		if (run[i].queue_id_len > 0)
			pb_json_octets(w, NULL, run[i].queue_id, run[i].queue_id_len);
	pb_json_array_end(w);
	pb_json_object_end(w);
}

static enum pb_status
state(const char *door, const struct pb_gap *run, size_t count, struct pb_buf *facts,
    struct pb_buf *envelope, struct pb_error *err)
{
	struct pb_json_writer w;
	enum pb_status status;

	pb_json_writer_init(&w, facts);
	state_facts(door, run, count, &w);
	status = pb_json_writer_status(&w);
	pb_json_writer_init(&w, envelope);
	state_envelope(run, count, &w);
	if (status == PB_OK)
		status = pb_json_writer_status(&w);
	return status == PB_OK ? PB_OK : pb_fail_memory(err, WHAT);
}

/* Until the policy has it again, or the writer can have it. */
static const char *
why_not(const struct pb_capture_policy *policy, const char *archive)
{
	for (size_t i = 0; i < policy->archive_count; i++)
		if (strcmp(policy->archive[i].name, archive) == 0)
			return N_("the writer does not have the archive now");
	return N_("the policy has the archive no more: the note of it waits until it does");
}

/* Of the archive with that name, or of all if it is not known. */
static enum pb_status
record_run(void *ctx, const struct pb_gap *run, size_t count, struct pb_error *err)
{
	struct recording *r = ctx;
	struct pb_relay *relay = r->saying.relay;
	struct pb_buf facts = PB_BUF_EMPTY, envelope = PB_BUF_EMPTY;
	enum pb_status status = state(r->door, run, count, &facts, &envelope, err);
	bool found = false;

	for (size_t at = 0; status == PB_OK && at < pb_relay_archives(relay); at++) {
		const char *name = pb_relay_archive_name(relay, at);

		if (name[0] != '\0' &&
		    (run->archive[0] == '\0' || strcmp(name, run->archive) == 0)) {
			status = pb_saying_record(&r->saying, at, &facts, &envelope, err);
			found = true;
		}
	}
	if (status == PB_OK && !found)
		status = pb_fail(err, PB_ENOENT, WHAT,
		    why_not(pb_doorway_given(r->saying.doorway)->policy, run->archive), "%s",
		    run->archive);
	if (status == PB_OK)
		pb_doorway_log(r->saying.doorway, "a gap is recorded: archive %s, messages %zu, %s",
		    run->archive[0] != '\0' ? run->archive : "all", count, run->reason);
	pb_buf_done(&facts);
	pb_buf_done(&envelope);
	return status;
}

static enum pb_status
record_all(struct recording *r, const char *door, struct pb_gaps *gaps, struct pb_error *err)
{
	enum pb_status status;

	if (pb_gaps_empty(gaps))
		return PB_OK;
	status = pb_saying_connect(&r->saying, err);
	r->door = door;
	return status == PB_OK ? pb_gaps_record(gaps, record_run, r, err) : status;
}

/* ---- doors that the policy has no more ------------------------------------------------------ */

struct left {
	const struct pb_capture_policy *policy;
	struct pb_buf doors; /* their names, each with its NUL */
};

static int
add_left(void *arg, const char *name)
{
	static const char suffix[] = ".gap";
	struct left *left = arg;
	const char *end = strrchr(name, '.');
	size_t len = end != NULL ? (size_t)(end - name) : 0;

	if (len == 0 || strcmp(end, suffix) != 0)
		return 0;
	for (size_t i = 0; i < left->policy->door_count; i++) {
		const char *door = left->policy->door[i].name;

		if (strlen(door) == len && memcmp(door, name, len) == 0)
			return 0;
	}
	return pb_buf_append(&left->doors, name, len) == PB_OK &&
		       pb_buf_append_u8(&left->doors, '\0') == PB_OK
		   ? 0
		   : -ENOMEM;
}

/* With all that it left, its file goes. */
static enum pb_status
record_one_left(struct recording *r, const char *door, struct pb_error *err)
{
	const struct pb_doorway_options *o = pb_doorway_given(r->saying.doorway);
	struct pb_gaps *gaps = NULL;
	enum pb_status status =
	    pb_gaps_new(o->world->files, o->policy->state_dir, door, &gaps, err);

	if (status == PB_OK)
		status = record_all(r, NULL, gaps, err);
	if (status == PB_OK)
		status = pb_gaps_remove(gaps, err);
	pb_gaps_free(gaps);
	return status;
}

/* Nobody else would say that there was a gap. */
static enum pb_status
record_left(struct recording *r, struct pb_error *err)
{
	const struct pb_doorway_options *o = pb_doorway_given(r->saying.doorway);
	const struct pb_files *files = o->world->files;
	struct left left = { o->policy, PB_BUF_EMPTY };
	int answer = files->list(files->ctx, o->policy->state_dir, add_left, &left);
	enum pb_status first = PB_OK, status;
	struct pb_error other;

	if (answer != 0)
		first = pb_fail_sys(err, answer, WHAT, "%s", o->policy->state_dir);
	for (size_t at = 0; answer == 0 && at < left.doors.len;) {
		const char *door = (const char *)left.doors.data + at;

		status = record_one_left(r, door, first == PB_OK ? err : &other);
		if (first == PB_OK)
			first = status;
		at += strlen(door) + 1;
	}
	pb_buf_done(&left.doors);
	return first;
}

/* ---- all of it ------------------------------------------------------------------------------ */

static struct pb_saying
begin_saying(struct pb_doorway *doorway, uint32_t within_ms)
{
	const struct pb_clock *clock = pb_doorway_world(doorway)->clock;

	return (struct pb_saying){ .doorway = doorway,
		.deadline_us = clock->monotonic_us(clock->ctx) + (int64_t)within_ms * 1000 };
}

static void
tell_unmapped(struct pb_doorway *doorway)
{
	const struct pb_clock *clock = pb_doorway_world(doorway)->clock;
	uint64_t untold =
	    pb_unmapped_untold(pb_doorway_unmapped(doorway), clock->monotonic_us(clock->ctx));

	if (untold > 0)
		pb_doorway_log(
		    doorway, "recipients in domains of ours that no archive has: %" PRIu64, untold);
}

/* What can't be recorded now is tried again with the next one. */
void
pb_doorway_tick(struct pb_doorway *doorway)
{
	const struct pb_doorway_options *o = pb_doorway_given(doorway);
	struct recording r = { .saying = begin_saying(doorway, o->commit_ms) };
	struct pb_error err = { .status = PB_OK }, other;
	enum pb_status first, status = PB_OK;

	first = record_all(&r, pb_doorway_door(doorway)->name, pb_doorway_gaps(doorway), &err);
	if (o->door == 0)
		status = record_left(&r, first == PB_OK ? &err : &other);
	if (first == PB_OK)
		first = status;
	status = pb_unmapped_state(pb_doorway_unmapped(doorway), &r.saying, o->policy->heartbeat_s,
	    false, first == PB_OK ? &err : &other);
	if (first == PB_OK)
		first = status;
	pb_doorway_recorded(doorway, first == PB_OK ? NULL : &err);
	pb_doorway_tell(doorway, PB_BOARD_GAPS_WAITING, pb_gaps_count(pb_doorway_gaps(doorway)));
	tell_unmapped(doorway);
	pb_saying_done(&r.saying);
}

/* Gaps are remembered where they stand; alarms are not. */
void
pb_doorway_settle(struct pb_doorway *doorway)
{
	struct pb_saying saying = begin_saying(doorway, SETTLE_MS);
	struct pb_error err;

	tell_unmapped(doorway);
	if (pb_unmapped_state(pb_doorway_unmapped(doorway), &saying, 0, true, &err) != PB_OK)
		pb_doorway_recorded(doorway, &err);
	pb_saying_done(&saying);
}
