#include "daemon/children.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/error.h"
#include "daemon/backoff.h"
#include "daemon/log.h"
#include "sys/child.h"
#include "sys/service.h"

struct child {
	const char *name; /* borrowed: the door's, or "writer" */
	int socket;
	struct pb_service *service;
	struct pb_standing standing;
	struct pb_backoff backoff;
	int64_t began_us;
	bool ready; /* of the writer */
};

/* child[0] is the writer. */
struct pb_children {
	const struct pb_setting *setting;
	char writer_uid[16];
	struct child child[1 + PB_LIMIT_POLICY_DOORS];
	size_t count;
};

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
	c->child[0] = (struct child){ .name = "writer", .socket = setting->relay_socket };
	c->child[0].standing.writer = true;
	for (size_t i = 0; i < policy->door_count; i++)
		c->child[1 + i] = (struct child){ .name = policy->door[i].name,
			.socket = setting->door_socket[i] };
	c->count = 1 + policy->door_count;
	*ret_children = c;
	return PB_OK;
}

/* ---- one ------------------------------------------------------------------------------------ */

static enum pb_status
start_service(const struct pb_children *c, struct child *child, struct pb_error *err)
{
	const struct pb_setting *s = c->setting;
	const char *const writer[] = { "probantd", "--writer", NULL };
	const char *const door[] = { "probant-door", child->name, s->relay, s->policy->state_dir,
		c->writer_uid, NULL };
	const char *const *arguments = child->standing.writer ? writer : door;
	char program[PB_LIMIT_PATH];

	if (!pb_sys_beside(arguments[0], program, sizeof(program)))
		return pb_fail(err, PB_EUNAVAIL, N_("start a service"),
		    N_("a program of this installation is missing"), "%s", arguments[0]);
	return pb_service_start(
	    program, arguments, s->text.data, s->text.len, child->socket, &child->service, err);
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
	child->standing.due_us = now_us + pb_order_grace_us(child->standing.writer);
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

static bool
doors_run(const struct pb_children *c)
{
	for (size_t i = 1; i < c->count; i++)
		if (c->child[i].standing.running)
			return true;
	return false;
}

void
pb_children_turn(struct pb_children *c, enum pb_phase phase, int64_t now_us, int64_t *ret_next_us)
{
	for (size_t i = 0; i < c->count; i++) {
		struct child *child = &c->child[i];

		switch (pb_order(phase, &child->standing, doors_run(c), now_us, ret_next_us)) {
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
			child->standing.due_us = now_us + pb_order_grace_us(false);
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
	return !doors_run(c) && !c->child[0].standing.running;
}

void
pb_children_free(struct pb_children *c)
{
	for (size_t i = 0; c != NULL && i < c->count; i++)
		pb_service_free(c->child[i].service);
	free(c);
}
