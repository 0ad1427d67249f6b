#include "daemon/writer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "daemon/depots_stop.h"
#include "daemon/log.h"
#include "daemon/setting.h"
#include "daemon/writer_state.h"
#include "policy/whole.h"
#include "sys/service.h"

/* How soon it sees that it is to stop, or that a command waits for an archive. */
#define TURN_MS 250
/* Archives that commit at a time, beside one: more gain little (docs/PERFORMANCE.md). */
#define SIDE_BY_SIDE 7
/* Depots looked at in a turn: of a thousand each has its look in four seconds, and a turn costs the
 * same however many there are. */
#define LOOKS 64
/* Sessions of all doors, with a connection each; as many more wait. */
#define CONNECTIONS 4096
/* For all archives at the end; the rest is for whoever lists them.  The master waits for longer. */
#define LAST_LOOK_US (60 * INT64_C(1000000))

/* ---- what it is made of --------------------------------------------------------------------- */

static enum pb_status
acknowledged(void *ctx, void *cookie, const struct pb_receipt *receipt, struct pb_error *err)
{
	struct writer *w = ctx;

	return pb_relay_acknowledged(w->server, cookie, receipt, err);
}

static void
digest_policy(struct writer *w)
{
	size_t own = pb_policy_whole_own(&w->text);

	pb_digest_sha256(w->text.data, own, w->shared.policy_sha256);
	if (own < w->text.len)
		pb_digest_sha256(
		    w->text.data + own + 1, w->text.len - own - 1, w->shared.map_sha256);
}

static enum pb_status
open_errands(struct writer *w, struct pb_error *err)
{
	const struct pb_policy_profile *profile = w->stamps->profile;
	const struct pb_errands_options options = { .world = w->world,
		.http = pb_outside_http(w->outside),
		.node_dir = profile->shared ? w->node_dir : NULL,
		.every_s = profile->every_s,
		.archives = w->policy->archive_count,
		.judged = pb_writer_tell_authority,
		.ctx = w };

	return pb_errands_new(&options, &w->errands, err);
}

/* What archives are stamped by, where a policy says so: others are asked by a process that can. */
static enum pb_status
open_outside(struct writer *w, struct pb_error *err)
{
	enum pb_status status;

	if (w->stamps == NULL)
		return PB_OK;
	(void)snprintf(
	    w->stamper, sizeof(w->stamper), "%s/" PB_SOCKET_STAMPER, w->policy->runtime_dir);
	status = pb_outside_new(w->world, w->stamper, w->users.stamper.uid, &w->outside, err);
	return status == PB_OK ? open_errands(w, err) : status;
}

static enum pb_status
make_depots(struct writer *w, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	w->shared = (struct pb_depot_options){ .world = w->world,
		.policy = w->policy,
		.viewer = w->viewer,
		.stamps = w->stamps,
		.errands = w->errands,
		.board = w->board,
		.viewed = &w->viewed,
		.acknowledged = acknowledged,
		.acknowledged_ctx = w };
	digest_policy(w);
	w->depot = calloc(w->policy->archive_count + 1, sizeof(struct pb_depot *));
	w->complaint = calloc(w->policy->archive_count + 1, sizeof(*w->complaint));
	if (w->depot == NULL || w->complaint == NULL)
		return pb_fail_memory(err, N_("prepare to capture"));
	for (size_t i = 0; status == PB_OK && i < w->policy->archive_count; i++)
		status = pb_depot_new(&w->shared, i, &w->depot[i], err);
	return status;
}

/* Before each record and in each turn: what comes behind a step stands behind it in the log. */
static void
look_at_clock(struct writer *w)
{
	struct pb_clock_step step;

	if (!pb_clock_watch_look(&w->watch, w->world->clock, &step))
		return;
	pb_log("the local clock stepped from %llu s to %llu s since 1970",
	    (unsigned long long)(step.from_us / 1000000),
	    (unsigned long long)(step.to_us / 1000000));
	for (size_t i = 0; i < w->policy->archive_count; i++)
		pb_depot_clock_stepped(w->depot[i], &step);
}

static enum pb_status
find_archive(void *ctx, size_t index, struct pb_relay_archive *ret_archive, struct pb_error *err)
{
	struct writer *w = ctx;
	struct pb_relay_archive archive = { .name = w->policy->archive[index].name,
		.intake = pb_depot_intake(w->depot[index]) };
	enum pb_status status = pb_depot_origin(w->depot[index], &archive.origin, err);

	look_at_clock(w);
	if (status == PB_OK)
		*ret_archive = archive;
	return status;
}

static bool
has_door(void *ctx, const char *name)
{
	const struct pb_capture_policy *policy = ((const struct writer *)ctx)->policy;

	for (size_t i = 0; i < policy->door_count; i++)
		if (strcmp(policy->door[i].name, name) == 0)
			return true;
	return false;
}

static enum pb_status
open_server(struct writer *w, struct pb_error *err)
{
	const struct pb_relay_options options = { .world = w->world,
		.entrance = { { PB_SERVICE_SOCKET, w->users.door.uid, PB_RELAY_LISTENER },
		    { w->policy->alerts != NULL ? PB_SERVICE_ENTRANCE : PB_RELAY_CLOSED,
			w->users.herald.uid, PB_RELAY_HERALD } },
		.archive_count = w->policy->archive_count,
		.archive = find_archive,
		.has_door = has_door,
		.ctx = w,
		.max_connections = CONNECTIONS,
		.threads = SIDE_BY_SIDE,
		.spill_dir = w->spill_dir };

	return pb_relay_server_new(&options, &w->server, err);
}

/* ---- turns ---------------------------------------------------------------------------------- */

/* Of an archive, or (archive_count) of itself: what many of them lack is said once for each. */
static void
complain(struct writer *w, size_t archive, const struct pb_error *err)
{
	const struct pb_clock *clock = w->world->clock;
	const char *about =
	    archive < w->policy->archive_count ? w->policy->archive[archive].name : "writer";

	if (pb_complaint_is_new(
		&w->complaint[archive], about, err, clock->monotonic_us(clock->ctx)))
		pb_log_error(about, err);
}

static void
note_cut(struct writer *w)
{
	uint64_t cut = pb_relay_server_cut(w->server);

	if (cut > w->cut)
		pb_log("writer: a peer broke the rules, and was cut off");
	w->cut = cut;
}

/* What was asked outside and is there now; the depots keep it, each in its time. */
static void
take_back(struct writer *w)
{
	struct pb_errand errand;

	while (pb_errands_next(w->errands, &errand)) {
		if (errand.status != PB_OK)
			complain(w, errand.archive, &errand.err);
		pb_depot_answered(w->depot[errand.archive], errand.stamping);
	}
}

/* At most one depot works between two turns: what comes in waits for no more.  Did one? */
static bool
tend(struct writer *w)
{
	size_t count = w->policy->archive_count, looks = count < LOOKS ? count : LOOKS, held = 0;
	struct pb_error err = { 0 };
	bool worked = false;

	take_back(w);
	for (size_t i = 0; i < count; i++)
		held += pb_depot_holds(w->depot[i]);
	for (size_t i = 0; i < looks && !worked; i++) {
		size_t at = w->next++ % count;

		if (pb_depot_tick(w->depot[at], held > w->archives_max, &worked, &err) != PB_OK)
			complain(w, at, &err);
	}
	w->idle = worked ? 0 : w->idle + looks;
	if (w->idle >= count) /* all that is due was collected */
		pb_errands_send(w->errands);
	return worked;
}

static enum pb_status
look_for_broken(const struct writer *w, struct pb_error *err)
{
	for (size_t i = 0; i < w->policy->archive_count; i++)
		if (pb_depot_broken(w->depot[i]))
			return pb_fail(err, PB_ESTOPPED, N_("capture"),
			    N_("a sync failed: what is on the disk is read anew"), "%s",
			    w->policy->archive[i].name);
	return PB_OK;
}

static enum pb_status
serve(struct writer *w, struct pb_error *err)
{
	enum pb_status status = PB_OK;
	struct pb_error failure = { 0 };
	bool busy = true;

	while (status == PB_OK && !pb_service_told() && !pb_writer_is_outdated(w)) {
		if (pb_relay_server_turn(w->server, busy ? 0 : TURN_MS, &failure) != PB_OK)
			complain(w, w->policy->archive_count, &failure);
		note_cut(w);
		pb_writer_tell_now(w, PB_BOARD_ALIVE_US);
		look_at_clock(w);
		busy = tend(w);
		status = look_for_broken(w, err);
	}
	return status;
}

/* ---- the end -------------------------------------------------------------------------------- */

static enum pb_status
stop(struct writer *w, struct pb_error *err)
{
	const struct pb_clock *clock = w->world->clock;
	struct pb_error failure = { 0 };

	if (pb_relay_server_drain(w->server, &failure) != PB_OK)
		complain(w, w->policy->archive_count, &failure);
	if (w->outside != NULL)
		pb_outside_stop(w->outside); /* no authority is waited for */
	pb_errands_end(w->errands);
	take_back(w);
	pb_depots_stop(w->depot, w->policy, clock->monotonic_us(clock->ctx) + LAST_LOOK_US);
	return look_for_broken(w, err);
}

static void
done(struct writer *w)
{
	for (size_t i = 0; w->depot != NULL && i < w->policy->archive_count; i++)
		pb_depot_free(w->depot[i]);
	free(w->depot);
	free(w->complaint);
	free(w->missing);
	pb_errands_free(w->errands);
	pb_outside_free(w->outside);
	pb_stamps_free(w->stamps);
	pb_relay_server_free(w->server);
	pb_board_free(w->board);
	pb_capture_policy_free(w->policy);
	pb_buf_done(&w->text);
	pb_buf_done(&w->timestamp);
}

enum pb_status
pb_writer_run(const struct pb_world *world, struct pb_error *err)
{
	struct writer *w = calloc(1, sizeof(*w));
	enum pb_status status, stopped;

	if (w == NULL)
		return pb_fail_memory(err, N_("begin to write"));
	w->world = world;
	status = pb_writer_settle(w, err);
	if (status == PB_OK && w->timestamp.len > 0)
		status = pb_stamps_new(w->world, &w->timestamp, &w->stamps, err);
	if (status == PB_OK) {
		pb_writer_board_open(w);
		status = open_outside(w, err);
	}
	if (status == PB_OK)
		status = make_depots(w, err);
	if (status == PB_OK)
		status = open_server(w, err);
	if (status == PB_OK) {
		pb_service_ready();
		status = serve(w, err);
		stopped = stop(w, status == PB_OK ? err : NULL);
		if (status == PB_OK)
			status = stopped;
	}
	done(w);
	free(w);
	return status;
}
