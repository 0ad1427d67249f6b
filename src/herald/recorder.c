#include "herald/recorder.h"

#include <stdlib.h>
#include <string.h>

#include "alert/json.h"
#include "core/error.h"
#include "core/limits.h"
#include "relay/relay.h"
#include "relay/statement.h"

#define WHAT N_("record an alert")
/* A writer that lives greets several times a second.  A disk or a command may hold it up then. */
#define CONNECT_MS 1000
#define COMMIT_MS 5000
/* Handed over together: less than may be unanswered. */
#define GROUP 32
#define EVERY_ARCHIVE SIZE_MAX

struct statement {
	struct pb_buf facts;
	size_t archive; /* of the policy, or EVERY_ARCHIVE */
};

/*
 * statement[n % PB_LIMIT_ALERT_STATEMENTS] is the nth, of first <= n < end; an archive has all
 * before next[archive].
 */
struct pb_recorder {
	struct pb_recorder_options options;
	struct statement statement[PB_LIMIT_ALERT_STATEMENTS];
	uint64_t first, end;
	uint64_t *next;
	bool *refused; /* by archive, in this turn */
};

enum pb_status
pb_recorder_new(const struct pb_recorder_options *options, struct pb_recorder **ret_recorder,
    struct pb_error *err)
{
	struct pb_recorder *r = calloc(1, sizeof(*r));

	if (r != NULL) {
		r->options = *options;
		r->next = calloc(options->policy->archive_count + 1, sizeof(*r->next));
		r->refused = calloc(options->policy->archive_count + 1, sizeof(*r->refused));
	}
	if (r == NULL || r->next == NULL || r->refused == NULL) {
		pb_recorder_free(r);
		return pb_fail_memory(err, WHAT);
	}
	*ret_recorder = r;
	return PB_OK;
}

void
pb_recorder_free(struct pb_recorder *recorder)
{
	if (recorder == NULL)
		return;
	for (size_t i = 0; i < PB_LIMIT_ALERT_STATEMENTS; i++)
		pb_buf_done(&recorder->statement[i].facts);
	free(recorder->next);
	free(recorder->refused);
	free(recorder);
}

/* ---- what waits ----------------------------------------------------------------------------- */

static struct statement *
nth(struct pb_recorder *r, uint64_t n)
{
	return &r->statement[n % PB_LIMIT_ALERT_STATEMENTS];
}

static size_t
place_of_archive(const struct pb_capture_policy *policy, const char *name)
{
	size_t at = 0;

	while (at < policy->archive_count && strcmp(policy->archive[at].name, name) != 0)
		at++;
	return at;
}

static bool
has_door(const struct pb_capture_policy *policy, const char *name)
{
	size_t at = 0;

	while (at < policy->door_count && strcmp(policy->door[at].name, name) != 0)
		at++;
	return at < policy->door_count;
}

/*
 * Whose log says so.  false: nobody's, since the policy has no more what it is about: alerts
 * outlive that, and a writer cuts off who states what it cannot know.
 */
static bool
concerns(const struct pb_recorder *r, const struct pb_alert *alert, size_t *ret_archive)
{
	const struct pb_capture_policy *policy = r->options.policy;
	const char *about = pb_alert_about(alert->word);

	*ret_archive = EVERY_ARCHIVE;
	if (about != NULL && strcmp(about, "door") == 0)
		return has_door(policy, alert->name);
	if (about == NULL || strcmp(about, "archive") != 0)
		return true;
	*ret_archive = place_of_archive(policy, alert->name);
	return *ret_archive < policy->archive_count;
}

enum pb_status
pb_recorder_state(struct pb_recorder *r, const struct pb_notice *notice, struct pb_error *err)
{
	struct pb_buf facts = PB_BUF_EMPTY;
	struct statement *statement = nth(r, r->end);
	size_t archive;

	if (!concerns(r, notice->alert, &archive))
		return PB_OK;
	if (pb_alert_facts(notice, &facts) != PB_OK) {
		pb_buf_done(&facts);
		return pb_fail_memory(err, WHAT);
	}
	if (r->end - r->first == PB_LIMIT_ALERT_STATEMENTS)
		r->first++;
	pb_buf_done(&statement->facts);
	*statement = (struct statement){ facts, archive };
	r->end++;
	return PB_OK;
}

/* The next one that concerns the archive; NULL: it has them all. */
static struct statement *
next_of(struct pb_recorder *r, size_t archive)
{
	uint64_t *next = &r->next[archive];

	if (*next < r->first)
		*next = r->first;
	for (; *next < r->end; ++*next) {
		struct statement *statement = nth(r, *next);

		if (statement->archive == EVERY_ARCHIVE || statement->archive == archive)
			return statement;
	}
	return NULL;
}

bool
pb_recorder_waits(const struct pb_recorder *r)
{
	for (size_t i = 0; i < r->options.policy->archive_count; i++)
		if (r->next[i] < r->end)
			return true;
	return false;
}

/* ---- handed over ---------------------------------------------------------------------------- */

struct group {
	struct pb_relay *relay;
	struct pb_sealed sealed[GROUP];
	struct pb_relay_item item[GROUP];
	size_t count;
};

/* One more, if the writer has that archive now. */
static enum pb_status
join(struct pb_recorder *r, struct group *group, size_t archive, const struct statement *statement,
    struct pb_error *err)
{
	struct pb_sealed *sealed = &group->sealed[group->count];
	enum pb_status status;

	if (archive >= pb_relay_archives(group->relay) ||
	    strcmp(pb_relay_archive_name(group->relay, archive),
		r->options.policy->archive[archive].name) != 0) {
		r->refused[archive] = true;
		return pb_fail(err, PB_EUNAVAIL, WHAT,
		    N_("the writer does not have the archive now"), "%s",
		    r->options.policy->archive[archive].name);
	}
	status = pb_statement_seal(r->options.world, pb_relay_archive_origin(group->relay, archive),
	    r->options.policy->runtime_dir, &statement->facts, NULL, sealed, err);
	if (status == PB_OK)
		group->item[group->count++] =
		    (struct pb_relay_item){ .archive = archive, .sealed = sealed };
	else
		r->refused[archive] = true;
	return status;
}

/* One for each archive that has something to take, as many as fit. */
static enum pb_status
gather(struct pb_recorder *r, struct group *group, struct pb_error *err)
{
	enum pb_status first = PB_OK, status;

	for (size_t i = 0; i < r->options.policy->archive_count && group->count < GROUP; i++) {
		const struct statement *statement = r->refused[i] ? NULL : next_of(r, i);

		if (statement == NULL)
			continue;
		status = join(r, group, i, statement, first == PB_OK ? err : NULL);
		if (first == PB_OK)
			first = status;
	}
	return first;
}

static enum pb_status
hand_over(struct pb_recorder *r, struct group *group, struct pb_error *err)
{
	enum pb_status status =
	    pb_relay_commit(group->relay, group->item, group->count, COMMIT_MS, err);

	for (size_t i = 0; i < group->count; i++) {
		if (group->item[i].status == PB_OK)
			r->next[group->item[i].archive]++;
		else
			r->refused[group->item[i].archive] = true;
		pb_sealed_done(&group->sealed[i]);
	}
	return status;
}

enum pb_status
pb_recorder_turn(struct pb_recorder *r, struct pb_error *err)
{
	struct group group = { .relay = NULL };
	enum pb_status first, status;

	memset(r->refused, 0, r->options.policy->archive_count * sizeof(*r->refused));
	first = pb_relay_connect(r->options.world, r->options.path, r->options.writer_uid,
	    CONNECT_MS, &group.relay, err);
	if (first != PB_OK)
		return first;
	do {
		group.count = 0;
		status = gather(r, &group, first == PB_OK ? err : NULL);
		if (first == PB_OK)
			first = status;
		if (group.count > 0)
			status = hand_over(r, &group, first == PB_OK ? err : NULL);
		if (first == PB_OK)
			first = status;
	} while (group.count > 0);
	pb_relay_free(group.relay);
	return first;
}
