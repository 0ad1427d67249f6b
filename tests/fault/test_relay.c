/*
 * Listeners hand records to writers that are killed at any moment, one after the other: what a
 * listener was told is durable stands in the archive, whole.  As the daemon has it: the listening
 * socket stays open, and the next writer opens the archive by itself.
 */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/error.h"
#include "core/io.h"
#include "core/limits.h"
#include "fault/archive.h"
#include "record/seal.h"
#include "record/types.h"
#include "relay/server.h"
#include "sys/local.h"
#include "sys/world.h"

#define LISTENERS 3
#define MESSAGES 20 /* of each */
#define KILLS 6

struct scene {
	char *root, *dir; /* root: spills, too */
	char path[200], told[200];
	int listener;
};

static void
begin(struct scene *s)
{
	s->root = test_directory();
	s->dir = pb_path_join(s->root, "archive");
	(void)snprintf(s->path, sizeof(s->path), "%s/writer.sock", s->root);
	(void)snprintf(s->told, sizeof(s->told), "%s/told", s->root);
	fault_create(pb_sys_world(), s->dir);
	assert_int_equal(pb_local_listen(s->path, 0600, &s->listener, NULL), PB_OK);
}

static void
end(struct scene *s)
{
	pb_local_close(&s->listener);
	test_directory_remove(s->root);
	free(s->dir);
}

/* ---- a writer ---------------------------------------------------------------------------------
 */

struct writer {
	struct pb_archive *archive;
	struct pb_group *group;
};

static enum pb_status
give_archive(void *ctx, size_t index, struct pb_relay_archive *ret_archive, struct pb_error *err)
{
	struct writer *w = ctx;

	(void)index;
	(void)err;
	*ret_archive = (struct pb_relay_archive){ "tilleuls", pb_archive_origin(w->archive),
		pb_group_intake(w->group) };
	return PB_OK;
}

static _Noreturn void
write_until_killed(const struct scene *s)
{
	const struct pb_world *world = pb_sys_world();
	struct pb_relay_server *server = NULL;
	struct writer w = { NULL, NULL };
	struct pb_relay_options options = { .world = world,
		.entrance = { { s->listener, geteuid(), PB_RELAY_LISTENER },
		    { .listener_fd = PB_RELAY_CLOSED } },
		.archive_count = 1,
		.archive = give_archive,
		.ctx = &w,
		.max_connections = LISTENERS,
		.spill_dir = s->root };

	pb_assert(pb_archive_open(world, s->dir, NULL, &w.archive, NULL) == PB_OK);
	pb_assert(
	    pb_group_new(w.archive, false, pb_relay_acknowledged, NULL, &w.group, NULL) == PB_OK);
	pb_assert(pb_relay_server_new(&options, &server, NULL) == PB_OK);
	for (;;)
		pb_assert(pb_relay_server_turn(server, 1000, NULL) == PB_OK);
}

/* ---- a listener -------------------------------------------------------------------------------
 */

/* A letter; some do not fit into a packet, some not into memory. */
static size_t
size_of(unsigned n)
{
	return n % 10 == 3 ? 200000 : n % 10 == 7 ? PB_LIMIT_SPILL + 300000 : 2000;
}

static void
seal(struct pb_sealer *sealer, unsigned n, struct pb_sealed *ret_sealed)
{
	static const char head[] = "From: labo-fictif@example.test\r\nSubject: essai\r\n\r\n";
	static const char facts[] = "{\"source\":\"lmtp\"}";
	const struct pb_random *random = pb_sys_world()->random;
	size_t len = size_of(n);
	uint8_t *body = malloc(len), digest[PB_DIGEST_LEN];

	pb_assert(body != NULL && random->fill(random->ctx, body, len) == 0);
	pb_assert(pb_sealer_start(sealer, NULL) == PB_OK);
	pb_assert(pb_sealer_part(sealer, PB_PART_HEADER, head, strlen(head), NULL) == PB_OK);
	pb_assert(pb_sealer_part(sealer, PB_PART_BODY, body, len, NULL) == PB_OK);
	pb_assert(pb_sealer_digest(sealer, digest, NULL) == PB_OK);
	pb_assert(pb_sealer_part(sealer, PB_PART_FACTS, facts, strlen(facts), NULL) == PB_OK);
	pb_assert(pb_sealer_finish(sealer, PB_RECORD_MESSAGE, ret_sealed, NULL) == PB_OK);
	pb_assert((ret_sealed->fd >= 0) == (len > PB_LIMIT_SPILL));
	pb_assert(memcmp(ret_sealed->message_sha256, digest, PB_DIGEST_LEN) == 0);
	free(body);
}

/* Until it is told that the record is durable: whatever became of it before. */
static void
insist(const struct scene *s, struct pb_relay **relay, struct pb_relay_item *item)
{
	enum pb_status status = PB_EUNAVAIL;

	while (status != PB_OK) {
		pb_assert(status == PB_EUNAVAIL);
		if (*relay == NULL)
			status = pb_relay_connect(
			    pb_sys_world(), s->path, geteuid(), 20000, relay, NULL);
		if (*relay != NULL)
			status = pb_relay_commit(*relay, item, 1, 20000, NULL);
		if (status != PB_OK) {
			pb_relay_free(*relay);
			*relay = NULL;
		}
	}
}

static _Noreturn void
listen_and_submit(const struct scene *s)
{
	const struct pb_world *world = pb_sys_world();
	struct pb_sealer *sealer = NULL;
	struct pb_relay *relay = NULL;
	int told = open(s->told, O_WRONLY | O_APPEND | O_CREAT, 0600);

	while (relay == NULL)
		if (pb_relay_connect(world, s->path, geteuid(), 20000, &relay, NULL) != PB_OK)
			relay = NULL;
	pb_assert(pb_sealer_new(world->files, world->random, pb_relay_archive_origin(relay, 0),
		      s->root, 1, &sealer, NULL) == PB_OK);
	for (unsigned n = 0; n < MESSAGES; n++) {
		struct pb_sealed sealed = PB_SEALED_EMPTY;
		struct pb_relay_item item = { .archive = 0, .sealed = &sealed };

		seal(sealer, n, &sealed);
		insist(s, &relay, &item);
		pb_assert(write(told, &item.receipt, sizeof(item.receipt)) ==
			  (ssize_t)sizeof(item.receipt));
		pb_sealed_done(&sealed);
	}
	pb_sealer_free(sealer);
	pb_relay_free(relay);
	_exit(0);
}

/* ---- both -------------------------------------------------------------------------------------
 */

static pid_t
start(void (*run)(const struct scene *s), const struct scene *s)
{
	pid_t process = fork();

	assert_true(process >= 0);
	if (process == 0)
		run(s);
	return process;
}

static void
kill_writer(pid_t writer)
{
	int how;

	assert_int_equal(kill(writer, SIGKILL), 0);
	assert_int_equal(waitpid(writer, &how, 0), writer);
	assert_true(WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL);
}

static void
read_told(const struct scene *s, struct fault_kept *kept)
{
	struct pb_receipt receipt;
	int told = open(s->told, O_RDONLY);

	while (read(told, &receipt, sizeof(receipt)) == (ssize_t)sizeof(receipt)) {
		assert_true(kept->count < MAX_KEPT);
		kept->seq[kept->count] = receipt.seq;
		memcpy(kept->sha256[kept->count++], receipt.message_sha256, PB_DIGEST_LEN);
	}
	(void)close(told);
}

static void
what_listeners_were_told_is_durable_survives_every_writer(void **state)
{
	const struct pb_world *world = pb_sys_world();
	struct pb_buf trust = PB_BUF_EMPTY, against = PB_BUF_EMPTY;
	struct pb_reader_key *key;
	struct fault_kept kept = { 0 };
	pid_t writer, listener[LISTENERS];
	const char *wrong;
	struct scene s;
	int how;

	(void)state;
	begin(&s);
	key = fault_key(world, s.dir);
	fault_trust(world, s.dir, &trust);
	fault_checkpoint(world, s.dir, &against);
	for (unsigned i = 0; i < LISTENERS; i++)
		listener[i] = start(listen_and_submit, &s);
	for (unsigned i = 0; i < KILLS; i++) {
		writer = start(write_until_killed, &s);
		(void)nanosleep(&(struct timespec){ .tv_nsec = 40000000 + i * 13000000 }, NULL);
		kill_writer(writer);
	}
	writer = start(write_until_killed, &s);
	for (unsigned i = 0; i < LISTENERS; i++) {
		assert_int_equal(waitpid(listener[i], &how, 0), listener[i]);
		assert_true(WIFEXITED(how) && WEXITSTATUS(how) == 0);
	}
	kill_writer(writer);
	read_told(&s, &kept);
	assert_int_equal(kept.count, LISTENERS * MESSAGES);
	wrong = fault_after(world, s.dir, key, &trust, &against, &kept);
	if (wrong != NULL)
		print_error("%s\n", wrong);
	assert_null(wrong);
	pb_reader_key_free(key);
	pb_buf_done(&trust);
	pb_buf_done(&against);
	end(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_listeners_were_told_is_durable_survives_every_writer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
