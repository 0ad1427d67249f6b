/* A doorway and its transactions as a session sees them: in the place of transaction.c, they
 * remember. */
#ifndef PB_TEST_FAKE_DOORWAY_H
#define PB_TEST_FAKE_DOORWAY_H

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "doors/doors.h"

struct pb_doorway {
	struct pb_policy_door door;
	struct pb_world world;
	struct pb_tls *tls;
	enum pb_outcome outcome;
	bool stopping;
	bool stops;            /* it is told to during the first message */
	struct pb_buf log;     /* "begin FROM>TO,TO ..|", "end|", "drop|" */
	struct pb_buf message; /* the octets of all of them */
	size_t message_at;     /* where those of the last one begin */
	unsigned kept;         /* messages that ended, and may go on */
};

struct pb_transaction {
	struct pb_doorway *doorway;
	bool open;
};

const struct pb_policy_door *
pb_doorway_door(const struct pb_doorway *doorway)
{
	return &doorway->door;
}

const struct pb_world *
pb_doorway_world(const struct pb_doorway *doorway)
{
	return &doorway->world;
}

struct pb_tls *
pb_doorway_tls(const struct pb_doorway *doorway)
{
	return doorway->tls;
}

bool
pb_doorway_stopping(const struct pb_doorway *doorway)
{
	return doorway->stopping;
}

enum pb_status
pb_transaction_new(
    struct pb_doorway *doorway, struct pb_transaction **ret_transaction, struct pb_error *err)
{
	*ret_transaction = calloc(1, sizeof(**ret_transaction));
	if (*ret_transaction == NULL)
		return pb_fail_memory(err, "test");
	(*ret_transaction)->doorway = doorway;
	return PB_OK;
}

static void
note(struct pb_doorway *doorway, const char *text)
{
	pb_assert(pb_buf_append_text(&doorway->log, text) == PB_OK);
}

static void
note_known(struct pb_doorway *doorway, const char *name, const char *value)
{
	if (value != NULL)
		pb_assert(pb_buf_printf(&doorway->log, " %s=%s", name, value) == PB_OK);
}

static void
note_transit(struct pb_doorway *doorway, const struct pb_transit *transit)
{
	const bool proxy = doorway->door.kind == PB_DOOR_PROXY;

	pb_assert(strcmp(transit->source, proxy ? "proxy" : "lmtp") == 0);
	pb_assert(strcmp(transit->door, doorway->door.name) == 0);
	pb_assert(strcmp(transit->fidelity, proxy ? "octets" : "copy") == 0);
	note(doorway, transit->mail_from);
	for (size_t i = 0; i < transit->recipient_count; i++) {
		note(doorway, i == 0 ? ">" : ",");
		note(doorway, transit->recipient[i].address);
		note_known(doorway, "with", transit->recipient[i].parameters);
	}
	note_known(doorway, "mail", transit->mail_parameters);
	note_known(doorway, "mta", transit->mta);
	note_known(doorway, "client", transit->client_address);
	note_known(doorway, "name", transit->client_name);
	note_known(doorway, "helo", transit->helo);
	note_known(doorway, "queue", transit->queue_id);
	note_known(doorway, "journal", transit->journal);
}

void
pb_transaction_begin(struct pb_transaction *t, const struct pb_transit *transit)
{
	pb_assert(!t->open);
	t->open = true;
	t->doorway->message_at = t->doorway->message.len;
	note_transit(t->doorway, transit);
	note(t->doorway, "|");
}

void
pb_transaction_write(struct pb_transaction *t, const void *data, size_t len)
{
	pb_assert(t->open);
	pb_assert(pb_buf_append(&t->doorway->message, data, len) == PB_OK);
}

enum pb_outcome
pb_transaction_end(struct pb_transaction *t, const struct pb_transit *transit, struct pb_error *why)
{
	(void)transit;
	(void)why;
	pb_assert(t->open);
	t->open = false;
	t->doorway->kept += t->doorway->outcome != PB_OUTCOME_DEFER;
	note(t->doorway, "end|");
	t->doorway->stopping = t->doorway->stops;
	return t->doorway->outcome;
}

void
pb_transaction_drop(struct pb_transaction *t)
{
	pb_assert(t->open);
	t->open = false;
	note(t->doorway, "drop|");
}

void
pb_transaction_free(struct pb_transaction *t)
{
	pb_assert(t == NULL || !t->open);
	free(t);
}

enum pb_status
pb_sessions_serve(struct pb_doorway *doorway, int listen_fd, int stop_fd, pb_session_fn *session,
    struct pb_error *err)
{
	(void)doorway;
	(void)listen_fd;
	(void)stop_fd;
	(void)session;
	return pb_fail(err, PB_EUNAVAIL, "test", "not here", "door");
}

#endif
