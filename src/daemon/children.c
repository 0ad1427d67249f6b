#include "daemon/children.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/error.h"
#include "daemon/backoff.h"
#include "daemon/log.h"
#include "daemon/policy_text.h"
#include "sys/board.h"
#include "sys/child.h"
#include "sys/listen.h"
#include "sys/service.h"

/* A kind of process, as it is started. */
struct kind {
	enum pb_stage stage;
	const char *program;
	const char *argument; /* or NULL; a door has some of its own */
};
static const struct kind DOOR = { PB_STAGE_DOOR, "probant-door", NULL };
static const struct kind WRITER = { PB_STAGE_WRITER, "probantd", "--writer" };
static const struct kind STAMPER = { PB_STAGE_LAST, "probant-stamper", NULL };
/* First, since it tells of whoever is not there. */
static const struct kind HERALD = { PB_STAGE_DOOR, "probant-herald", NULL };

/* Where no policy says how long nobody may answer (policy/timestamp.h has the same). */
#define GAP_AFTER_S (8 * 3600UL)

struct child {
	const struct kind *kind;
	const char *name; /* borrowed: the door's, or the kind's */
	int socket;       /* borrowed */
	size_t rows;      /* of its board */
	struct pb_service *service;
	struct pb_standing standing;
	struct pb_backoff backoff;
	int64_t began_us;
	bool ready; /* of the writer */
};

/* child[0] is the writer. */
struct pb_children {
	const struct pb_setting *setting;
	char writer_uid[16], gap_after_s[16];
	struct child child[3 + PB_LIMIT_POLICY_DOORS];
	size_t count;
};

static void
add(struct pb_children *c, const struct kind *kind, const char *name, int socket, size_t rows)
{
	struct child *child = &c->child[c->count++];

	*child = (struct child){ .kind = kind, .name = name, .socket = socket, .rows = rows };
	child->standing.stage = kind->stage;
}

/* Whom the writer has asked, and tells of. */
static size_t
count_asked(const struct pb_timestamp_policy *policy)
{
	return policy != NULL ? policy->profile[policy->in_force].authority_count : 0;
}

enum pb_status
pb_children_new(
    const struct pb_setting *setting, struct pb_children **ret_children, struct pb_error *err)
{
	const struct pb_capture_policy *policy = setting->policy;
	struct pb_children *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return pb_fail_memory(err, N_("start the services"));
	pb_assert(policy->door_count <= PB_LIMIT_POLICY_DOORS);
	c->setting = setting;
	(void)snprintf(
	    c->writer_uid, sizeof(c->writer_uid), "%lu", (unsigned long)setting->users.writer.uid);
	(void)snprintf(c->gap_after_s, sizeof(c->gap_after_s), "%lu",
	    setting->timestamp != NULL
		? (unsigned long)setting->timestamp->profile[setting->timestamp->in_force]
		      .gap_after_s
		: GAP_AFTER_S);
	add(c, &WRITER, "writer", setting->relay_socket,
	    1 + policy->archive_count + count_asked(setting->timestamp));
	for (size_t i = 0; i < policy->door_count; i++)
		add(c, &DOOR, policy->door[i].name, setting->door_socket[i], 1);
	if (setting->stamper_socket >= 0)
		add(c, &STAMPER, "stamper", setting->stamper_socket, 1);
	if (setting->metrics_socket >= 0 || policy->alerts != NULL)
		add(c, &HERALD, "herald", setting->metrics_socket, 1 + PB_LIMIT_ALERTS);
	*ret_children = c;
	return PB_OK;
}

/* ---- one ------------------------------------------------------------------------------------ */

/* Mail is kept, whether or not somebody can see that it is: -1, then nothing is told. */
static int
make_board(const struct pb_children *c, const struct child *child)
{
	char path[PB_BOARD_PATH];
	struct pb_error err = { 0 };
	int fd = -1;

	pb_board_path(c->setting->policy->runtime_dir, child->kind == &DOOR, child->name, path);
	if (pb_board_make(path, child->rows, &fd, &err) != PB_OK)
		pb_log_error(child->name, &err);
	return fd;
}

static enum pb_status
start_given(const struct pb_children *c, struct child *child, const struct pb_buf *policy,
    struct pb_error *err)
{
	const struct pb_setting *s = c->setting;
	const struct kind *kind = child->kind;
	const char *const of_kind[] = { kind->program, kind->argument, NULL };
	const char *const of_door[] = { kind->program, child->name, s->relay, s->policy->state_dir,
		c->writer_uid, NULL };
	const char *const of_stamper[] = { kind->program, c->writer_uid, s->policy->stamper_user,
		NULL };
	const char *const of_herald[] = { kind->program, c->gap_after_s, NULL };
	const char *const *arguments = kind == &DOOR      ? of_door
				       : kind == &STAMPER ? of_stamper
				       : kind == &HERALD  ? of_herald
							  : of_kind;
	struct pb_service_given given = { .policy = policy->data,
		.policy_len = policy->len,
		.socket = child->socket,
		.board = -1,
		.entrance = kind == &WRITER ? s->herald_socket : -1 };
	char program[PB_LIMIT_PATH];
	enum pb_status status;

	if (!pb_sys_beside(kind->program, program, sizeof(program)))
		return pb_fail(err, PB_EUNAVAIL, N_("start a service"),
		    N_("a program of this installation is missing"), "%s", kind->program);
	given.board = make_board(c, child);
	status = pb_service_start(program, arguments, &given, &child->service, err);
	pb_listen_close(given.board);
	return status;
}

/* Each is handed what it carries out, and no more. */
static enum pb_status
start_service(const struct pb_children *c, struct child *child, struct pb_error *err)
{
	const struct pb_setting *s = c->setting;
	struct pb_buf both = PB_BUF_EMPTY;
	enum pb_status status;

	if (child->kind == &STAMPER)
		return start_given(c, child, &s->timestamp_text, err);
	if (child->kind != &WRITER)
		return start_given(c, child, &s->text, err);
	status = pb_policy_text_join(&s->timestamp_text, &s->text, &both, err);
	if (status == PB_OK)
		status = start_given(c, child, &both, err);
	pb_buf_done(&both);
	return status;
}

static void
start(const struct pb_children *c, struct child *child, int64_t now_us)
{
	struct pb_error err = { 0 };

	child->began_us = now_us;
	child->ready = false;
	if (start_service(c, child, &err) != PB_OK) {
		pb_log_error(child->name, &err);
		child->standing.due_us = pb_backoff_next(&child->backoff, now_us, now_us);
		return;
	}
	child->standing.running = true;
	child->standing.told = false;
	pb_log("%s started, process %ld", child->name, pb_service_process(child->service));
}

static void
tell(struct child *child, int64_t now_us)
{
	pb_service_tell(child->service);
	child->standing.told = true;
	child->standing.due_us = now_us + pb_order_grace_us(child->kind->stage);
}

static void
note_end(struct child *child, int code, int64_t now_us)
{
	bool wanted = child->standing.told && code == 0;
	int64_t again_us = pb_backoff_next(&child->backoff, child->began_us, now_us);

	pb_service_free(child->service);
	child->service = NULL;
	child->standing.running = false;
	child->standing.due_us = again_us;
	if (wanted)
		pb_log("%s stopped", child->name);
	else if (code < 0)
		pb_log("%s was ended by signal %d", child->name, -code);
	else
		pb_log("%s ended with code %d", child->name, code);
}

/* ---- all of them ---------------------------------------------------------------------------- */

void
pb_children_collect(struct pb_children *c, int64_t now_us)
{
	int code;

	for (size_t i = 0; i < c->count; i++)
		if (c->child[i].service != NULL && pb_service_ended(c->child[i].service, &code))
			note_end(&c->child[i], code, now_us);
}

static enum pb_stage
first_stage(const struct pb_children *c)
{
	enum pb_stage first = PB_STAGE_NONE;

	for (size_t i = 0; i < c->count; i++)
		if (c->child[i].standing.running && c->child[i].kind->stage < first)
			first = c->child[i].kind->stage;
	return first;
}

void
pb_children_turn(struct pb_children *c, enum pb_phase phase, int64_t now_us, int64_t *ret_next_us)
{
	for (size_t i = 0; i < c->count; i++) {
		struct child *child = &c->child[i];

		/* One that is halted does not end, nor do those that wait for its answers. */
		if (phase == PB_PHASE_DOWN && child->standing.running)
			pb_service_wake(child->service);
		switch (pb_order(phase, &child->standing, first_stage(c), now_us, ret_next_us)) {
		case PB_DEED_START:
			start(c, child, now_us);
			if (!child->standing.running && child->standing.due_us < *ret_next_us)
				*ret_next_us = child->standing.due_us;
			break;
		case PB_DEED_TELL:
			tell(child, now_us);
			if (child->standing.due_us < *ret_next_us)
				*ret_next_us = child->standing.due_us;
			break;
		case PB_DEED_KILL:
			pb_log("%s does not stop, and is killed", child->name);
			pb_service_kill(child->service);
			child->standing.due_us = now_us + pb_order_grace_us(PB_STAGE_DOOR);
			break;
		case PB_DEED_NONE:
			break;
		}
	}
}

int
pb_children_line(const struct pb_children *c)
{
	const struct child *writer = &c->child[0];

	return writer->service != NULL && !writer->ready ? pb_service_line(writer->service) : -1;
}

bool
pb_children_ready(struct pb_children *c)
{
	struct child *writer = &c->child[0];

	if (writer->service != NULL && !writer->ready)
		writer->ready = pb_service_spoke(writer->service);
	for (size_t i = 0; i < c->count; i++)
		if (!c->child[i].standing.running)
			return false;
	return writer->ready;
}

bool
pb_children_gone(const struct pb_children *c)
{
	return first_stage(c) == PB_STAGE_NONE;
}

void
pb_children_free(struct pb_children *c)
{
	for (size_t i = 0; c != NULL && i < c->count; i++)
		pb_service_free(c->child[i].service);
	free(c);
}
