#include "relay/server_state.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "record/types.h"

/* Connections taken in a turn: who does nothing but connect keeps nobody from being heard. */
#define WELCOMED 64

static const char SERVING[] = N_("serve listeners");

static void
flush(struct pb_server_flush *f)
{
	f->status = f->intake->flush(f->intake->ctx, &f->failure);
}

static void
work(void *tools, void *const *jobs, size_t count)
{
	(void)tools;
	for (size_t i = 0; i < count; i++)
		flush(jobs[i]);
}

/* Each waits for its disk several times, and waits that come together cost about one. */
static enum pb_status
make_ring(struct pb_relay_server *s, struct pb_error *err)
{
	const struct pb_ring_work side_by_side = { .job = s->flush,
		.jobs = PB_SERVER_FLUSHES,
		.job_len = sizeof(s->flush[0]),
		.least = 1,
		.most = 1,
		.work = work,
		.alone = true };

	return pb_ring_new(&side_by_side, s->options.threads, &s->ring, err);
}

enum pb_status
pb_relay_server_new(const struct pb_relay_options *options, struct pb_relay_server **ret_server,
    struct pb_error *err)
{
	struct pb_relay_server *s = calloc(1, sizeof(*s));
	enum pb_status status = PB_ENOMEM;

	if (s != NULL) {
		s->options = *options;
		s->socket = calloc(PB_FIRST_PEER + options->max_connections, sizeof(s->socket[0]));
		s->role = calloc(PB_FIRST_PEER + options->max_connections, sizeof(s->role[0]));
		s->intake = calloc(options->archive_count + 1, sizeof(s->intake[0]));
		s->slot = calloc(PB_LIMIT_GROUP_RECORDS, sizeof(s->slot[0]));
	}
	if (s == NULL || s->socket == NULL || s->role == NULL || s->intake == NULL ||
	    s->slot == NULL)
		status = pb_fail_memory(err, SERVING);
	else
		status = pb_taker_new(options->world->files, options->spill_dir, &s->taker, err);
	if (status == PB_OK)
		status = make_ring(s, err);
	if (status != PB_OK) {
		for (size_t i = 0; s != NULL && i < PB_RELAY_ENTRANCES; i++)
			s->options.entrance[i].listener_fd = PB_RELAY_CLOSED;
		pb_relay_server_free(s);
		return status;
	}
	for (size_t i = 0; i < PB_RELAY_ENTRANCES; i++)
		s->socket[i].events = POLLIN;
	*ret_server = s;
	return PB_OK;
}

/* ---- records --------------------------------------------------------------------------------- */

static bool
full(const struct pb_relay_server *s)
{
	return s->slots == PB_LIMIT_GROUP_RECORDS || s->bytes >= PB_LIMIT_GROUP;
}

/* What who may ask for: records of these types, into an archive that he was told of.  What he may
 * state of capture is looked into later (relay/statement.h). */
static bool
permitted(const struct pb_relay_server *s, enum pb_relay_role role, const struct pb_submit *submit)
{
	bool typed = submit->type == PB_RECORD_CAPTURE ||
		     (role == PB_RELAY_LISTENER && submit->type == PB_RECORD_MESSAGE);

	return typed && submit->archive < s->options.archive_count;
}

static void
refuse(struct pb_server_slot *slot, enum pb_status status, enum pb_refusal refusal)
{
	slot->reply.status = status;
	slot->reply.refusal = refusal;
}

/* What of that archive was not acknowledged is not kept. */
static void
refuse_all(struct pb_relay_server *s, uint32_t archive, enum pb_status status)
{
	for (size_t i = 0; i < s->slots; i++)
		if (s->slot[i].archive == archive && s->slot[i].reply.status == PB_EEND)
			refuse(&s->slot[i], status, PB_REFUSAL_COMMIT);
}

/* The record of a slot.  false: nothing that an honest listener sends. */
static bool
hand_in(struct pb_relay_server *s, struct pb_server_slot *slot, enum pb_relay_role role,
    const struct pb_submit *submit, int *passed)
{
	enum pb_refusal refusal = PB_REFUSAL_ARCHIVE;
	struct pb_sealed sealed = PB_SEALED_EMPTY;
	struct pb_relay_archive archive = { "", "", NULL };
	struct pb_stated_by by = { role, NULL, s->options.has_door, s->options.ctx };
	const struct pb_intake *intake;
	struct pb_error failure;
	enum pb_status status;

	status = s->options.archive(s->options.ctx, submit->archive, &archive, &failure);
	intake = archive.intake;
	by.archive = archive.name;
	if (status == PB_OK)
		status = pb_taker_record(
		    s->taker, archive.origin, &by, submit, passed, &sealed, &refusal, &failure);
	if (status != PB_OK && refusal == PB_REFUSAL_NONE) {
		/* To look into it may have taken long: the group ends here. */
		if (submit->type == PB_RECORD_CAPTURE)
			s->bytes = PB_LIMIT_GROUP;
		return false;
	}
	s->slots++;
	s->bytes += submit->payload_len;
	if (status != PB_OK) {
		refuse(slot, status, refusal);
	} else {
		s->intake[submit->archive] = intake;
		status = intake->submit(intake->ctx, &sealed, slot, &failure);
		if (status != PB_OK)
			refuse_all(s, submit->archive, status);
	}
	pb_server_note(s, status, &failure);
	return true;
}

/* The next packet of a peer; false: there is none, or there will be no more. */
static bool
take(struct pb_relay_server *s, size_t peer)
{
	struct pollfd *from = &s->socket[peer];
	struct pb_server_slot *slot = &s->slot[s->slots];
	struct pb_submit submit;
	bool honest = false;
	int64_t len;
	int passed;

	len = pb_local_receive(from->fd, s->packet, sizeof(s->packet), &passed);
	if (len == -EAGAIN)
		return false;
	if (len <= 0 && len != -EMSGSIZE) {
		from->events = 0;
		return false;
	}
	if (len > 0 && pb_packet_submit_decode(s->packet, (size_t)len, &submit) == PB_OK &&
	    permitted(s, s->role[peer], &submit)) {
		*slot = (struct pb_server_slot){ peer, submit.archive,
			{ .number = submit.number, .status = PB_EEND } };
		honest = hand_in(s, slot, s->role[peer], &submit, &passed);
	}
	pb_wipe(s->packet, PB_PACKET_SUBMIT_LEN);
	pb_local_close(&passed);
	if (!honest)
		pb_server_cut_off(s, peer);
	return honest;
}

/* So many of each as it may have unanswered; another one is heard first each time. */
static void
take_all(struct pb_relay_server *s)
{
	for (size_t i = 0; i < s->peers; i++) {
		size_t peer = PB_FIRST_PEER + (s->first + i) % s->peers;
		unsigned n = s->socket[peer].revents != 0 ? PB_LIMIT_RELAY_UNANSWERED : 0;

		while (n > 0 && !full(s) && take(s, peer))
			n--;
	}
	s->first++;
}

/* ---- a turn ---------------------------------------------------------------------------------- */

enum pb_status
pb_relay_acknowledged(
    void *ctx, void *cookie, const struct pb_receipt *receipt, struct pb_error *err)
{
	struct pb_server_slot *slot = cookie;

	(void)ctx;
	(void)err;
	if (slot != NULL) {
		slot->reply.status = PB_OK;
		slot->reply.receipt = *receipt;
	}
	return PB_OK;
}

static void
settle(struct pb_relay_server *s, const struct pb_server_flush *f)
{
	pb_server_note(s, f->status, &f->failure);
	refuse_all(s, f->archive, f->status != PB_OK ? f->status : PB_EUNAVAIL);
}

/* The oldest that was given; false: there is none. */
static bool
settle_given(struct pb_relay_server *s)
{
	const struct pb_server_flush *f = pb_ring_collect(s->ring, s);

	if (f == NULL)
		return false;
	settle(s, f);
	pb_ring_release(s->ring);
	return true;
}

static void
give(struct pb_relay_server *s, const struct pb_server_flush *flush)
{
	struct pb_server_flush *f;

	while ((f = pb_ring_take(s->ring)) == NULL)
		(void)settle_given(s);
	*f = *flush;
	pb_ring_give(s->ring);
}

/* The last one here: for an archive alone nobody is woken. */
static void
flush_all(struct pb_relay_server *s)
{
	struct pb_server_flush last = { .intake = NULL };

	for (size_t i = 0; i < s->slots; i++) {
		uint32_t archive = s->slot[i].archive;

		if (s->intake[archive] == NULL)
			continue;
		if (last.intake != NULL)
			give(s, &last);
		last = (struct pb_server_flush){ .intake = s->intake[archive], .archive = archive };
		s->intake[archive] = NULL;
	}
	if (last.intake == NULL)
		return;
	flush(&last);
	settle(s, &last);
	while (settle_given(s))
		continue;
}

/* One that does not read what it is told is not waited for. */
static void
answer_all(struct pb_relay_server *s)
{
	uint8_t packet[PB_PACKET_REPLY_LEN];
	int answer;

	for (size_t i = 0; i < s->slots; i++) {
		struct pollfd *to = &s->socket[s->slot[i].peer];

		if (to->fd == PB_NO_SOCKET)
			continue;
		pb_packet_reply_encode(&s->slot[i].reply, packet);
		answer = pb_local_send(to->fd, packet, sizeof(packet), NULL, 0, PB_NO_SOCKET);
		if (answer == -EAGAIN)
			pb_server_cut_off(s, s->slot[i].peer);
		else if (answer != 0)
			to->events = 0;
	}
	s->slots = 0;
	s->bytes = 0;
}

static void
welcome_all(struct pb_relay_server *s)
{
	for (size_t i = 0; i < PB_RELAY_ENTRANCES; i++)
		for (unsigned n = 0; s->socket[i].revents != 0 && n < WELCOMED; n++)
			if (!pb_server_open(s) || !pb_server_welcome(s, &s->options.entrance[i]))
				break;
}

/* What poll(2) answers. */
static int
turn(struct pb_relay_server *s, uint32_t timeout_ms)
{
	int ready;

	for (size_t i = 0; i < PB_RELAY_ENTRANCES; i++)
		s->socket[i].fd =
		    pb_server_open(s) ? s->options.entrance[i].listener_fd : PB_NO_SOCKET;
	ready = pb_local_poll(s->socket, PB_FIRST_PEER + s->peers, timeout_ms);
	if (ready <= 0)
		return ready;
	take_all(s);
	flush_all(s);
	answer_all(s);
	pb_server_forget(s);
	welcome_all(s);
	return ready;
}

/* What went wrong first since it was last told; a signal (EINTR) is nothing wrong. */
static enum pb_status
tell(struct pb_relay_server *s, int ready, struct pb_error *err)
{
	enum pb_status status = s->failed;

	if (ready < 0 && ready != -EINTR)
		return pb_fail_sys(err, ready, SERVING, "%s", "");
	if (status != PB_OK && err != NULL)
		*err = s->failure;
	s->failed = PB_OK;
	return status;
}

enum pb_status
pb_relay_server_turn(struct pb_relay_server *server, uint32_t timeout_ms, struct pb_error *err)
{
	return tell(server, turn(server, timeout_ms), err);
}

enum pb_status
pb_relay_server_drain(struct pb_relay_server *server, struct pb_error *err)
{
	int ready = 1;

	server->draining = true;
	for (size_t peer = 0; peer < server->peers; peer++)
		pb_local_deafen(server->socket[PB_FIRST_PEER + peer].fd);
	/* Each peer has an end now, and is read until it. */
	while (server->peers > 0 && (ready > 0 || ready == -EINTR))
		ready = turn(server, 0);
	return tell(server, ready, err);
}

uint64_t
pb_relay_server_cut(const struct pb_relay_server *server)
{
	return server->cut;
}

void
pb_relay_server_free(struct pb_relay_server *server)
{
	if (server == NULL)
		return;
	for (size_t peer = 0; peer < server->peers; peer++)
		pb_local_close(&server->socket[PB_FIRST_PEER + peer].fd);
	for (size_t i = 0; i < PB_RELAY_ENTRANCES; i++)
		pb_local_close(&server->options.entrance[i].listener_fd);
	pb_ring_free(server->ring);
	pb_taker_free(server->taker);
	free(server->socket);
	free(server->role);
	free(server->intake);
	free(server->slot);
	free(server);
}
