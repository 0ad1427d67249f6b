/*
 * A door of which nothing is kept: transactions that tell what was asked of them, and in which
 * order.  In place of src/doors/transaction.c, which is not linked then.
 */
#ifndef PB_TEST_DOORS_FAKE_DOOR_H
#define PB_TEST_DOORS_FAKE_DOOR_H

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/buf.h"
#include "core/error.h"
#include "doors/doors.h"
#include "doors/doorway.h"

struct pb_doorway {
	struct pb_policy_door door;
	enum pb_outcome outcome; /* of every message */
	struct pb_buf story;     /* a line for each thing that happened */
	struct pb_buf octets;    /* of the newest message */
	bool open;               /* one has begun */
	struct pb_buf *log;      /* its lines, or NULL */
	bool stops, stopping;    /* it is to stop behind the first one; it is now */
};

struct pb_transaction {
	struct pb_doorway *doorway;
};

const struct pb_policy_door *
pb_doorway_door(const struct pb_doorway *doorway)
{
	return &doorway->door;
}

bool
pb_doorway_stopping(const struct pb_doorway *doorway)
{
	return doorway->stopping;
}

void
pb_doorway_log(const struct pb_doorway *doorway, const char *format, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, format);
	(void)vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	if (doorway->log != NULL)
		pb_assert(pb_buf_printf(doorway->log, "%s\n", line) == PB_OK);
}

enum pb_status
pb_sessions_serve(struct pb_doorway *doorway, int listen_fd, int stop_fd, pb_session_fn *session,
    struct pb_error *err)
{
	(void)doorway;
	(void)listen_fd;
	(void)stop_fd;
	(void)session;
	return pb_fail(err, PB_EUNAVAIL, "test", "nobody listens here", "%s", "");
}

enum pb_status
pb_transaction_new(
    struct pb_doorway *doorway, struct pb_transaction **ret_transaction, struct pb_error *err)
{
	struct pb_transaction *transaction = malloc(sizeof(*transaction));

	if (transaction == NULL)
		return pb_fail_memory(err, "test");
	transaction->doorway = doorway;
	*ret_transaction = transaction;
	return PB_OK;
}

static inline void
fake_tell(struct pb_doorway *doorway, const char *name, const char *value)
{
	if (value != NULL)
		pb_assert(pb_buf_printf(&doorway->story, " %s=%s", name, value) == PB_OK);
}

static inline void
fake_envelope(struct pb_doorway *doorway, const struct pb_transit *transit)
{
	fake_tell(doorway, "from", transit->mail_from);
	fake_tell(doorway, "parameters", transit->mail_parameters);
	for (size_t i = 0; i < transit->recipient_count; i++) {
		fake_tell(doorway, "to", transit->recipient[i].address);
		fake_tell(doorway, "parameters", transit->recipient[i].parameters);
	}
	for (size_t i = 0; i < transit->known_as_count; i++)
		fake_tell(doorway, "as", transit->known_as[i]);
}

void
pb_transaction_begin(struct pb_transaction *t, const struct pb_transit *transit)
{
	pb_assert(!t->doorway->open);
	t->doorway->open = true;
	pb_buf_clear(&t->doorway->octets);
	pb_assert(pb_buf_append_text(&t->doorway->story, "begin") == PB_OK);
	fake_envelope(t->doorway, transit);
	pb_assert(pb_buf_append_text(&t->doorway->story, "\n") == PB_OK);
}

void
pb_transaction_write(struct pb_transaction *t, const void *data, size_t len)
{
	pb_assert(t->doorway->open && len > 0);
	pb_assert(pb_buf_append(&t->doorway->octets, data, len) == PB_OK);
}

enum pb_outcome
pb_transaction_end(struct pb_transaction *t, const struct pb_transit *transit, struct pb_error *why)
{
	struct pb_doorway *doorway = t->doorway;

	(void)why;
	pb_assert(doorway->open);
	doorway->open = false;
	doorway->stopping = doorway->stops;
	pb_assert(pb_buf_append_text(&doorway->story, "end") == PB_OK);
	fake_tell(doorway, "source", transit->source);
	fake_tell(doorway, "door", transit->door);
	fake_tell(doorway, "fidelity", transit->fidelity);
	fake_envelope(doorway, transit);
	fake_tell(doorway, "name", transit->client_name);
	fake_tell(doorway, "address", transit->client_address);
	fake_tell(doorway, "helo", transit->helo);
	fake_tell(doorway, "login", transit->login);
	fake_tell(doorway, "tls", transit->tls_version);
	fake_tell(doorway, "cipher", transit->tls_cipher);
	fake_tell(doorway, "subject", transit->tls_subject);
	fake_tell(doorway, "id", transit->queue_id);
	fake_tell(doorway, "mta", transit->mta);
	for (size_t i = 0; i < transit->rebuilt_count; i++)
		fake_tell(doorway, "rebuilt", transit->rebuilt[i]);
	pb_assert(pb_buf_append_text(&doorway->story, "\n") == PB_OK);
	return doorway->outcome;
}

void
pb_transaction_drop(struct pb_transaction *t)
{
	pb_assert(t->doorway->open);
	t->doorway->open = false;
	pb_assert(pb_buf_append_text(&t->doorway->story, "drop\n") == PB_OK);
}

void
pb_transaction_free(struct pb_transaction *t)
{
	pb_assert(t == NULL || !t->doorway->open);
	free(t);
}

static inline void
fake_door_done(struct pb_doorway *doorway)
{
	pb_buf_done(&doorway->story);
	pb_buf_done(&doorway->octets);
}

#endif
