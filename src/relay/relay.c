#include "relay/relay.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/io.h"
#include "relay/connection.h"
#include "sys/local.h"

static const char CONNECTING[] = N_("connect to the writer");

int64_t
pb_relay_deadline(const struct pb_clock *clock, uint32_t timeout_ms)
{
	return clock->monotonic_us(clock->ctx) + (int64_t)timeout_ms * 1000;
}

bool
pb_relay_wait(const struct pb_relay *relay, short events, int64_t deadline_us)
{
	int64_t left_us = deadline_us - relay->clock->monotonic_us(relay->clock->ctx);
	struct pollfd socket = { .fd = relay->fd, .events = events };
	int ready;

	if (left_us <= 0)
		return false;
	ready = pb_local_poll(&socket, 1, (uint32_t)((left_us + 999) / 1000));
	return ready > 0 || ready == -EINTR;
}

/* ---- what the writer tells --------------------------------------------------------------------
 */

/* Names and origins out of the table, whose lengths give way to terminators. */
static enum pb_status
read_table(struct pb_relay *relay, const uint8_t *table, size_t len)
{
	struct pb_packet_archive archive;
	size_t count = 0, at = 0;
	enum pb_status status;
	char *text;

	while ((status = pb_packet_archive_decode(table, len, &at, &archive)) == PB_OK)
		count++;
	if (status != PB_EEND)
		return status;
	relay->archive = calloc(count + 1, sizeof(relay->archive[0]));
	relay->texts = text = calloc(1, len + 1);
	if (relay->archive == NULL || relay->texts == NULL)
		return PB_ENOMEM;
	at = 0;
	while (pb_packet_archive_decode(table, len, &at, &archive) == PB_OK) {
		relay->archive[relay->count].name = memcpy(text, archive.name, archive.name_len);
		text += archive.name_len + 1;
		relay->archive[relay->count].origin =
		    memcpy(text, archive.origin, archive.origin_len);
		text += archive.origin_len + 1;
		relay->count++;
	}
	return PB_OK;
}

/* PB_EDATA: it is no such table. */
static enum pb_status
fetch_table(struct pb_relay *relay, const struct pb_files *files, int fd, uint64_t len)
{
	enum pb_status status;
	uint8_t *table;

	if (fd < 0 || len > PB_LIMIT_RELAY_TABLE)
		return PB_EDATA;
	table = malloc((size_t)len + 1);
	if (table == NULL)
		return PB_ENOMEM;
	status = pb_io_pread_exact(files, fd, "", table, (size_t)len, 0, NULL);
	status = status == PB_OK ? read_table(relay, table, (size_t)len) : PB_EDATA;
	free(table);
	return status;
}

static enum pb_status
hear(struct pb_relay *relay, const struct pb_files *files, int64_t deadline_us)
{
	uint8_t packet[PB_PACKET_HELLO_LEN];
	enum pb_status status = PB_EDATA;
	uint64_t table_len;
	int listed = -1;
	int64_t len;

	do {
		if (!pb_relay_wait(relay, POLLIN, deadline_us))
			return PB_EUNAVAIL;
		len = pb_local_receive(relay->fd, packet, sizeof(packet), &listed);
	} while (len == -EAGAIN);
	if (len <= 0)
		return PB_EUNAVAIL;
	if (pb_packet_hello_decode(packet, (size_t)len, &table_len) == PB_OK)
		status = fetch_table(relay, files, listed, table_len);
	pb_local_close(&listed);
	return status;
}

/* ---- a connection -----------------------------------------------------------------------------
 */

static enum pb_status
fail(enum pb_status status, const char *path, struct pb_error *err)
{
	switch (status) {
	case PB_OK:
		return PB_OK;
	case PB_ENOMEM:
		return pb_fail_memory(err, CONNECTING);
	case PB_EDATA:
		return pb_fail(err, PB_EUNAVAIL, CONNECTING,
		    N_("who listens there is no writer of this version"), "%s", path);
	default:
		return pb_fail(
		    err, PB_EUNAVAIL, CONNECTING, N_("it did not answer in time"), "%s", path);
	}
}

enum pb_status
pb_relay_connect(const struct pb_world *world, const char *path, uint32_t writer_uid,
    uint32_t timeout_ms, struct pb_relay **ret_relay, struct pb_error *err)
{
	int64_t deadline_us = pb_relay_deadline(world->clock, timeout_ms);
	struct pb_relay *relay = calloc(1, sizeof(*relay));
	enum pb_status status;
	uint32_t uid;

	if (relay == NULL)
		return pb_fail_memory(err, CONNECTING);
	relay->clock = world->clock;
	relay->fd = -1;
	status = pb_local_connect(path, timeout_ms, &relay->fd, &uid, err);
	if (status == PB_OK && uid != writer_uid && uid != 0)
		status = pb_fail(err, PB_EUNAVAIL, CONNECTING,
		    N_("another user than the writer's listens there"), "%s", path);
	if (status == PB_OK)
		status = fail(hear(relay, world->files, deadline_us), path, err);
	if (status != PB_OK) {
		pb_relay_free(relay);
		return status;
	}
	*ret_relay = relay;
	return PB_OK;
}

size_t
pb_relay_archives(const struct pb_relay *relay)
{
	return relay->count;
}

const char *
pb_relay_archive_name(const struct pb_relay *relay, size_t archive)
{
	return relay->archive[archive].name;
}

const char *
pb_relay_archive_origin(const struct pb_relay *relay, size_t archive)
{
	return relay->archive[archive].origin;
}

void
pb_relay_free(struct pb_relay *relay)
{
	if (relay == NULL)
		return;
	pb_local_close(&relay->fd);
	free(relay->archive);
	free(relay->texts);
	free(relay);
}
