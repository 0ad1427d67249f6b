/* What the tests of this room share: an intake that remembers, a server, a listener without
 * manners. */
#ifndef PB_TEST_RELAY_FIXTURE_H
#define PB_TEST_RELAY_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "core/error.h"
#include "core/limits.h"
#include "crypto/crypto.h"
#include "lib/memory.h"
#include "lib/world.h"
#include "record/types.h"
#include "relay/packet.h"
#include "relay/server.h"
#include "sys/handed.h"
#include "sys/local.h"
#include "sys/world.h"

#define ARCHIVES 3
#define KEPT_MAX 1100
#define PATIENCE_MS 20000 /* until a test that hangs has failed */

/* ---- an archive that keeps in memory ----------------------------------------------------------
 */

struct fixture;

struct kept {
	struct pb_sealed sealed; /* in memory, whatever it came in */
	void *cookie;
};

struct vault {
	struct fixture *fixture;
	struct pb_intake intake;
	struct kept kept[KEPT_MAX];
	size_t count, waiting; /* the last of them wait */
	unsigned flushes;
	enum pb_status submit_fails, flush_fails, is_away;
};

struct fixture {
	char *dir;
	char path[200], herald[200]; /* by which listeners come; by which the herald comes */
	struct vault vault[ARCHIVES];
	struct test_faulty_files files;
	struct pb_world world;
	struct pb_relay_server *server;
	uint32_t uid;
	size_t connections;
	unsigned threads;
	void (*before_flush)(void *arg);
	void *arg;
	bool thread_runs;
	unsigned failures; /* turns that went wrong */
	_Atomic bool stop;
	pthread_t thread;
};

static inline void
copy_payload(struct pb_sealed *sealed)
{
	struct pb_buf copy = PB_BUF_EMPTY;

	if (sealed->fd < 0)
		return;
	sealed->files = pb_sys_world()->files; /* whatever fails in the writer */
	assert_int_equal(pb_buf_reserve(&copy, (size_t)sealed->payload_len), PB_OK);
	assert_int_equal(
	    pb_sealed_read(sealed, 0, copy.data, (size_t)sealed->payload_len, NULL), PB_OK);
	copy.len = (size_t)sealed->payload_len;
	pb_local_close(&sealed->fd);
	sealed->memory = copy;
}

static inline void
drop_waiting(struct vault *v)
{
	while (v->waiting > 0) {
		pb_sealed_done(&v->kept[--v->count].sealed);
		v->waiting--;
	}
}

static inline enum pb_status
vault_submit(void *ctx, struct pb_sealed *take_sealed, void *cookie, struct pb_error *err)
{
	struct vault *v = ctx;

	assert_true(v->count < KEPT_MAX);
	v->kept[v->count++] = (struct kept){ *take_sealed, cookie };
	v->waiting++;
	*take_sealed = PB_SEALED_EMPTY;
	if (v->submit_fails == PB_OK)
		return PB_OK;
	drop_waiting(v);
	return pb_fail(err, v->submit_fails, "test", "submit fails", "%s", "");
}

static inline enum pb_status
vault_flush(void *ctx, struct pb_error *err)
{
	struct vault *v = ctx;

	v->flushes++;
	if (v->fixture->before_flush != NULL)
		v->fixture->before_flush(v->fixture->arg);
	if (v->flush_fails != PB_OK) {
		drop_waiting(v);
		return pb_fail(err, v->flush_fails, "test", "flush fails", "%s", "");
	}
	for (; v->waiting > 0; v->waiting--) {
		size_t seq = v->count - v->waiting;
		struct pb_receipt receipt = { .seq = seq, .time_s = 1700000000 + seq };
		struct pb_sealed *sealed = &v->kept[seq].sealed;

		copy_payload(sealed);
		memcpy(receipt.message_sha256, sealed->message_sha256, PB_DIGEST_LEN);
		assert_int_equal(
		    pb_relay_acknowledged(NULL, v->kept[seq].cookie, &receipt, err), PB_OK);
	}
	return PB_OK;
}

static inline enum pb_status
give_archive(void *ctx, size_t index, struct pb_relay_archive *ret_archive, struct pb_error *err)
{
	static const char *const names[] = { "cabinet-a", "cabinet-b", "" };
	static const char *const origins[] = { "a.example/2026", "b.example/2026", "c.example" };
	struct fixture *f = ctx;

	assert_true(index < ARCHIVES);
	if (f->vault[index].is_away != PB_OK)
		return pb_fail(err, f->vault[index].is_away, "test", "it is away", "%zu", index);
	*ret_archive =
	    (struct pb_relay_archive){ names[index], origins[index], &f->vault[index].intake };
	return PB_OK;
}

static inline bool
has_door(void *ctx, const char *name)
{
	(void)ctx;
	return strcmp(name, "milter") == 0;
}

/* ---- the writer -------------------------------------------------------------------------------
 */

static inline void
serve(struct fixture *f)
{
	struct pb_relay_options options = { .world = &f->world,
		.entrance = { { -1, f->uid, PB_RELAY_LISTENER }, { -1, f->uid, PB_RELAY_HERALD } },
		.archive_count = ARCHIVES,
		.archive = give_archive,
		.has_door = has_door,
		.ctx = f,
		.max_connections = f->connections,
		.threads = f->threads,
		.spill_dir = f->dir };

	assert_int_equal(
	    pb_local_listen(f->path, 0600, &options.entrance[0].listener_fd, NULL), PB_OK);
	assert_int_equal(
	    pb_local_listen(f->herald, 0600, &options.entrance[1].listener_fd, NULL), PB_OK);
	assert_int_equal(pb_relay_server_new(&options, &f->server, NULL), PB_OK);
}

/* One turn. */
static inline enum pb_status
any_turn(struct fixture *f)
{
	return pb_relay_server_turn(f->server, 0, NULL);
}

/* One that must answer `expected`. */
static inline void
turn(struct fixture *f, enum pb_status expected)
{
	assert_int_equal(any_turn(f), expected);
}

static inline void *
run_server(void *arg)
{
	struct fixture *f = arg;

	while (!f->stop)
		if (pb_relay_server_turn(f->server, 10, NULL) != PB_OK)
			f->failures++;
	return NULL;
}

static inline void
serve_beside(struct fixture *f)
{
	f->stop = false;
	assert_int_equal(pthread_create(&f->thread, NULL, run_server, f), 0);
	f->thread_runs = true;
}

static inline void
stop_serving(struct fixture *f)
{
	f->stop = true;
	if (f->thread_runs)
		assert_int_equal(pthread_join(f->thread, NULL), 0);
	f->thread_runs = false;
}

static inline void
end_server(struct fixture *f)
{
	stop_serving(f);
	pb_relay_server_free(f->server);
	f->server = NULL;
}

static inline int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	if (pb_crypto_init(NULL) != PB_OK)
		return -1;
	f->dir = test_directory();
	(void)snprintf(f->path, sizeof(f->path), "%s/writer.sock", f->dir);
	(void)snprintf(f->herald, sizeof(f->herald), "%s/herald.sock", f->dir);
	for (size_t i = 0; i < ARCHIVES; i++) {
		f->vault[i].fixture = f;
		f->vault[i].intake = (struct pb_intake){ &f->vault[i], vault_submit, vault_flush };
	}
	f->world = *pb_sys_world();
	test_faulty_files_init(&f->files, f->world.files);
	f->world.files = &f->files.table;
	f->uid = geteuid();
	f->connections = 8;
	serve(f);
	*state = f;
	return 0;
}

static inline int
tear_down(void **state)
{
	struct fixture *f = *state;

	end_server(f);
	for (size_t i = 0; i < ARCHIVES; i++)
		for (size_t n = 0; n < f->vault[i].count; n++)
			pb_sealed_done(&f->vault[i].kept[n].sealed);
	test_directory_remove(f->dir);
	free(f);
	return 0;
}

static inline unsigned
count_descriptors(void)
{
	unsigned count = 0;

	for (int fd = 0; fd < 1024; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

/* ---- records ----------------------------------------------------------------------------------
 */

/* Octets that only look sealed, the same for the same seed; true digest, a secret. */
static inline struct pb_sealed
make_sealed(size_t len, uint8_t seed)
{
	struct pb_sealed sealed = PB_SEALED_EMPTY;
	struct test_random random;

	test_random_init(&random, 1000 + seed);
	assert_int_equal(pb_buf_reserve(&sealed.memory, len), PB_OK);
	assert_int_equal(random.table.fill(random.table.ctx, sealed.memory.data, len), 0);
	sealed.memory.len = len;
	sealed.type = PB_RECORD_MESSAGE;
	sealed.time_first_us = 1700000000000000 + seed;
	sealed.payload_len = len;
	memset(sealed.commitment, seed, sizeof(sealed.commitment));
	memset(sealed.message_sha256, seed + 1, sizeof(sealed.message_sha256));
	pb_digest_sha256(sealed.memory.data, len, sealed.payload_sha256);
	assert_int_equal(pb_secret_random(&random.table, PB_PACKET_R_LEN, &sealed.r, NULL), PB_OK);
	return sealed;
}

/* The same in a file, as what is larger than PB_LIMIT_SPILL. */
static inline void
spill(struct fixture *f, struct pb_sealed *sealed)
{
	sealed->files = pb_sys_world()->files;
	sealed->fd = sealed->files->open_unnamed(NULL, f->dir);
	assert_true(sealed->fd >= 0);
	assert_int_equal(
	    pwrite(sealed->fd, sealed->memory.data, sealed->memory.len, 0), sealed->memory.len);
	pb_buf_done(&sealed->memory);
}

/* Does the vault hold, as number seq, the record that make_sealed makes? */
static inline void
assert_kept(const struct vault *v, size_t seq, size_t len, uint8_t seed)
{
	struct pb_sealed made = make_sealed(len, seed);
	const struct pb_sealed *kept = &v->kept[seq].sealed;

	assert_true(seq < v->count);
	assert_int_equal(kept->type, made.type);
	assert_int_equal(kept->time_first_us, made.time_first_us);
	assert_int_equal(kept->payload_len, len);
	assert_memory_equal(kept->memory.data, made.memory.data, len);
	assert_memory_equal(kept->commitment, made.commitment, sizeof(made.commitment));
	assert_memory_equal(kept->payload_sha256, made.payload_sha256, PB_DIGEST_LEN);
	assert_memory_equal(kept->message_sha256, made.message_sha256, PB_DIGEST_LEN);
	assert_int_equal(pb_secret_len(kept->r), PB_PACKET_R_LEN);
	assert_memory_equal(pb_secret_bytes(kept->r), pb_secret_bytes(made.r), PB_PACKET_R_LEN);
	pb_sealed_done(&made);
}

/* ---- a listener without manners ---------------------------------------------------------------
 */

/* Connected, and greeted. */
static inline int
raw_connect_to(struct fixture *f, const char *path)
{
	uint8_t hello[PB_PACKET_HELLO_LEN];
	int fd, passed;
	uint32_t uid;

	assert_int_equal(pb_local_connect(path, PATIENCE_MS, &fd, &uid, NULL), PB_OK);
	turn(f, PB_OK);
	assert_int_equal(pb_local_receive(fd, hello, sizeof(hello), &passed), PB_PACKET_HELLO_LEN);
	pb_local_close(&passed);
	return fd;
}

static inline int
raw_connect(struct fixture *f)
{
	return raw_connect_to(f, f->path);
}

/* A record as it should be sent, for an archive; the payload in the packet. */
static inline void
raw_submit(int fd, uint64_t number, uint32_t archive, size_t len, uint8_t seed)
{
	struct pb_sealed sealed = make_sealed(len, seed);
	uint8_t head[PB_PACKET_SUBMIT_LEN];

	pb_packet_submit_encode(&sealed, number, archive, head);
	assert_int_equal(pb_local_send(fd, head, sizeof(head), sealed.memory.data, len, -1), 0);
	pb_sealed_done(&sealed);
}

/* The next answer; false: none, and the connection is at its end if ret_ended says so. */
static inline bool
raw_reply(int fd, struct pb_reply *ret_reply, bool *ret_ended)
{
	uint8_t packet[PB_PACKET_REPLY_LEN];
	int64_t len;
	int passed;

	len = pb_local_receive(fd, packet, sizeof(packet), &passed);
	assert_int_equal(passed, -1);
	*ret_ended = len == 0 || len == -ECONNRESET;
	if (len <= 0)
		return false;
	assert_int_equal(pb_packet_reply_decode(packet, (size_t)len, ret_reply), PB_OK);
	return true;
}

static inline void
assert_answered(int fd, uint64_t number, enum pb_status status, enum pb_refusal refusal)
{
	struct pb_reply reply;
	bool ended;

	assert_true(raw_reply(fd, &reply, &ended));
	assert_int_equal(reply.number, number);
	assert_int_equal(reply.status, status);
	assert_int_equal(reply.refusal, refusal);
}

static inline void
assert_silent(int fd)
{
	struct pb_reply reply;
	bool ended;

	assert_false(raw_reply(fd, &reply, &ended));
	assert_false(ended);
}

static inline void
assert_cut_off(int fd)
{
	struct pb_reply reply;
	bool ended;

	assert_false(raw_reply(fd, &reply, &ended));
	assert_true(ended);
}

#endif
