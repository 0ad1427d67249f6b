/* Who speaks with the writer: connections taken, told of the archives, cut off, forgotten. */
#include <errno.h>

#include "core/error.h"
#include "relay/server_state.h"
#include "sys/handed.h"

static const char SERVING[] = N_("serve listeners");

void
pb_server_note(struct pb_relay_server *s, enum pb_status status, const struct pb_error *failure)
{
	if (status == PB_OK || s->failed != PB_OK)
		return;
	s->failed = status;
	s->failure = *failure;
}

void
pb_server_cut_off(struct pb_relay_server *s, size_t peer)
{
	pb_local_close(&s->socket[peer].fd);
	s->cut++;
}

/* Names and origins of the archives; of those that can't be had now, neither. */
static enum pb_status
list_archives(struct pb_relay_server *s, struct pb_buf *table)
{
	enum pb_status status = PB_OK;
	struct pb_error failure;

	for (size_t i = 0; status == PB_OK && i < s->options.archive_count; i++) {
		struct pb_relay_archive archive = { "", "", NULL };

		pb_server_note(
		    s, s->options.archive(s->options.ctx, i, &archive, &failure), &failure);
		status = pb_packet_archive_encode(table, archive.name, archive.origin);
	}
	return table->len > PB_LIMIT_RELAY_TABLE ? PB_ELIMIT : status;
}

static enum pb_status
greet(struct pb_relay_server *s, int fd, struct pb_error *err)
{
	uint8_t hello[PB_PACKET_HELLO_LEN];
	struct pb_buf table = PB_BUF_EMPTY;
	enum pb_status status = list_archives(s, &table);
	int listed = PB_NO_SOCKET, answer;

	if (status == PB_ENOMEM)
		status = pb_fail_memory(err, SERVING);
	else if (status != PB_OK)
		status = pb_fail(err, status, SERVING, N_("the names of the archives are too long"),
		    "%zu", s->options.archive_count);
	if (status == PB_OK)
		status = pb_handed_new(table.data, table.len, &listed, err);
	if (status == PB_OK) {
		pb_packet_hello_encode(table.len, hello);
		answer = pb_local_send(fd, hello, sizeof(hello), NULL, 0, listed);
		if (answer != 0 && answer != -EPIPE) /* it left meanwhile */
			status = pb_fail_sys(err, answer, SERVING, "%s", "");
	}
	pb_local_close(&listed);
	pb_buf_done(&table);
	return status;
}

bool
pb_server_welcome(struct pb_relay_server *s, const struct pb_relay_entrance *entrance)
{
	enum pb_status status = PB_OK;
	struct pb_error failure;
	uint32_t uid;
	int fd = pb_local_accept(entrance->listener_fd, &uid);

	if (fd == -EAGAIN)
		return false;
	if (fd < 0) {
		pb_server_note(s, pb_fail_sys(&failure, fd, SERVING, "%s", ""), &failure);
		return false;
	}
	if (uid == entrance->peer_uid)
		status = greet(s, fd, &failure);
	else
		s->cut++;
	if (uid == entrance->peer_uid && status == PB_OK) {
		s->role[PB_FIRST_PEER + s->peers] = entrance->role;
		s->socket[PB_FIRST_PEER + s->peers++] =
		    (struct pollfd){ .fd = fd, .events = POLLIN };
	} else {
		pb_local_close(&fd);
	}
	pb_server_note(s, status, &failure);
	return true;
}

bool
pb_server_open(const struct pb_relay_server *s)
{
	return !s->draining && s->peers < s->options.max_connections;
}

void
pb_server_forget(struct pb_relay_server *s)
{
	size_t end = PB_FIRST_PEER + s->peers, kept = PB_FIRST_PEER;

	for (size_t peer = PB_FIRST_PEER; peer < end; peer++) {
		if (s->socket[peer].fd != PB_NO_SOCKET && s->socket[peer].events != 0) {
			s->role[kept] = s->role[peer];
			s->socket[kept++] = s->socket[peer];
		} else {
			pb_local_close(&s->socket[peer].fd);
		}
	}
	s->peers = kept - PB_FIRST_PEER;
}
