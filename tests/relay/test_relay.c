/* The listener's side: records handed over, each answered or its fate unknown, and said to be. */
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "relay/fixture.h"

static struct pb_relay *
reach(struct fixture *f)
{
	struct pb_relay *relay = NULL;

	assert_int_equal(
	    pb_relay_connect(pb_sys_world(), f->path, f->uid, PATIENCE_MS, &relay, NULL), PB_OK);
	return relay;
}

/* One record; answers its status, and gives its receipt. */
static enum pb_status
hand_over(struct pb_relay *relay, size_t archive, struct pb_sealed *sealed,
    struct pb_receipt *ret_receipt, struct pb_error *err)
{
	struct pb_relay_item item = { .archive = archive, .sealed = sealed };
	enum pb_status status = pb_relay_commit(relay, &item, 1, PATIENCE_MS, err);

	assert_int_equal(item.status, status);
	*ret_receipt = item.receipt;
	return status;
}

/* ---- connecting -------------------------------------------------------------------------------
 */

static void
where_no_writer_listens_there_is_none(void **state)
{
	struct fixture *f = *state;
	struct pb_relay *relay = NULL;
	struct pb_error err;

	end_server(f);
	assert_int_equal(
	    pb_relay_connect(pb_sys_world(), f->path, f->uid, 10, &relay, &err), PB_EUNAVAIL);
	assert_int_equal(err.cause, ECONNREFUSED);
	assert_int_equal(pb_relay_connect(pb_sys_world(), "", f->uid, 10, &relay, &err), PB_EINVAL);
	assert_null(relay);
	pb_relay_free(NULL);
}

static void
writer_that_is_silent_is_not_waited_for_longer_than_said(void **state)
{
	struct fixture *f = *state;
	struct pb_relay *relay = NULL;
	struct pb_error err;

	assert_int_equal(
	    pb_relay_connect(pb_sys_world(), f->path, f->uid, 10, &relay, &err), PB_EUNAVAIL);
	assert_int_equal(
	    pb_relay_connect(pb_sys_world(), f->path, f->uid, 0, &relay, &err), PB_EUNAVAIL);
	assert_null(relay);
}

/* Whoever has taken the path, and can't be root. */
static void
another_users_writer_is_not_believed(void **state)
{
	struct fixture *f = *state;
	struct pb_relay *relay = NULL;
	struct pb_error err;
	uid_t me = geteuid();

	end_server(f);
	assert_int_equal(unlink(f->path) + unlink(f->herald) + chmod(f->dir, 0777), 0);
	if (me == 0)
		assert_int_equal(seteuid(65534), 0);
	serve(f);
	if (me == 0)
		assert_int_equal(seteuid(0), 0);
	assert_int_equal(
	    pb_relay_connect(pb_sys_world(), f->path, 65533, 1000, &relay, &err), PB_EUNAVAIL);
	assert_string_equal(err.why, "another user than the writer's listens there");
}

static void *
greet_strangely(void *arg)
{
	static const char *const hello[] = { "220 writer.example ESMTP", "pbrelay\2\0\0\0\0\0\0\0",
		"pbrelay\1\0\0\0\0\0\0\0\0", "pbrelay\1\0\0\0\0\0\20\0\1", "" };
	static const size_t len[] = { 24, 15, 16, 16, 0 };
	int listener = *(int *)arg;
	struct pollfd waits = { .fd = listener, .events = POLLIN };
	uint32_t uid;
	int fd;

	for (size_t i = 0; i < 5; i++) {
		(void)pb_local_poll(&waits, 1, PATIENCE_MS);
		fd = pb_local_accept(listener, &uid);
		(void)pb_local_send(fd, hello[i], len[i], NULL, 0, i == 3 ? listener : -1);
		pb_local_close(&fd);
	}
	return NULL;
}

static void
program_that_is_no_writer_is_not_spoken_with(void **state)
{
	struct fixture *f = *state;
	struct pb_relay *relay = NULL;
	struct pb_error err;
	pthread_t thread;
	int listener;

	end_server(f);
	assert_int_equal(pb_local_listen(f->path, 0600, &listener, NULL), PB_OK);
	assert_int_equal(pthread_create(&thread, NULL, greet_strangely, &listener), 0);
	for (unsigned i = 0; i < 5; i++)
		assert_int_equal(
		    pb_relay_connect(pb_sys_world(), f->path, f->uid, PATIENCE_MS, &relay, &err),
		    PB_EUNAVAIL);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_null(relay);
	pb_local_close(&listener);
}

static void
names_and_origins_are_told(void **state)
{
	struct fixture *f = *state;
	struct pb_relay *relay;

	f->vault[1].is_away = PB_ELOCKED;
	serve_beside(f);
	relay = reach(f);
	assert_int_equal(pb_relay_archives(relay), ARCHIVES);
	assert_string_equal(pb_relay_archive_name(relay, 0), "cabinet-a");
	assert_string_equal(pb_relay_archive_origin(relay, 0), "a.example/2026");
	assert_string_equal(pb_relay_archive_name(relay, 1), "");
	assert_string_equal(pb_relay_archive_origin(relay, 1), "");
	assert_string_equal(pb_relay_archive_name(relay, 2), "");
	assert_string_equal(pb_relay_archive_origin(relay, 2), "c.example");
	pb_relay_free(relay);
}

static void
memory_that_runs_out_is_said_to_have_run_out(void **state)
{
	struct fixture *f = *state;
	struct pb_relay *relay = NULL;
	enum pb_status status;
	bool more = true;
	pid_t writer;

	if (!test_memory_can_fail())
		skip();
	if ((writer = fork()) == 0)
		(void)run_server(f);
	for (unsigned nth = 1; more; nth++) {
		test_memory_fail_own(nth, false);
		status =
		    pb_relay_connect(pb_sys_world(), f->path, f->uid, PATIENCE_MS, &relay, NULL);
		more = test_memory_restore() > 0;
		assert_int_equal(status, more ? PB_ENOMEM : PB_OK);
	}
	assert_string_equal(pb_relay_archive_name(relay, 1), "cabinet-b");
	pb_relay_free(relay);
	assert_int_equal(kill(writer, SIGKILL), 0);
	assert_int_equal(waitpid(writer, NULL, 0), writer);
}

/* ---- records ----------------------------------------------------------------------------------
 */

static void
no_records_are_committed_at_once(void **state)
{
	struct fixture *f = *state;
	struct pb_relay *relay;

	serve_beside(f);
	relay = reach(f);
	assert_int_equal(pb_relay_commit(relay, NULL, 0, PATIENCE_MS, NULL), PB_OK);
	pb_relay_free(relay);
}

static void
record_is_kept_whole_when_commit_answers(void **state)
{
	static const size_t len[] = { 1, 100, 10000, PB_PACKET_INLINE, PB_PACKET_INLINE + 1,
		PB_LIMIT_SPILL, 3000000 };
	struct fixture *f = *state;
	struct pb_relay *relay;
	unsigned before = 0;

	serve_beside(f);
	relay = reach(f);
	for (uint8_t i = 0; i < 7; i++) {
		struct pb_sealed sealed = make_sealed(len[i], i);
		struct pb_receipt receipt;

		if (len[i] > PB_LIMIT_SPILL)
			spill(f, &sealed);
		assert_int_equal(hand_over(relay, 0, &sealed, &receipt, NULL), PB_OK);
		assert_int_equal(receipt.seq, i);
		assert_int_equal(receipt.time_s, 1700000000 + i);
		assert_memory_equal(receipt.message_sha256, sealed.message_sha256, PB_DIGEST_LEN);
		assert_kept(&f->vault[0], i, len[i], i);
		pb_sealed_done(&sealed);
		if (i == 0)
			before = count_descriptors();
		assert_int_equal(count_descriptors(), before);
	}
	pb_relay_free(relay);
}

static void
records_for_several_archives_come_back_with_what_became_of_each(void **state)
{
	struct fixture *f = *state;
	struct pb_relay_item item[3];
	struct pb_sealed sealed[3];
	struct pb_relay *relay;
	struct pb_error err;

	f->vault[1].flush_fails = PB_ENOSPC;
	serve_beside(f);
	relay = reach(f);
	for (uint8_t i = 0; i < 3; i++) {
		sealed[i] = make_sealed(100 + i, i);
		item[i] = (struct pb_relay_item){ .archive = i, .sealed = &sealed[i] };
	}
	assert_int_equal(pb_relay_commit(relay, item, 3, PATIENCE_MS, &err), PB_ENOSPC);
	assert_string_equal(err.object, "cabinet-b");
	assert_string_equal(err.why, "the archive could not commit it");
	assert_int_equal(item[0].status, PB_OK);
	assert_int_equal(item[1].status, PB_ENOSPC);
	assert_int_equal(item[2].status, PB_OK);
	for (uint8_t i = 0; i < 3; i++)
		pb_sealed_done(&sealed[i]);
	pb_relay_free(relay);
}

/* More than may be unanswered, and than a socket holds. */
static void
many_records_at_once_are_all_answered(void **state)
{
	enum { COUNT = 700 };
	struct fixture *f = *state;
	struct pb_relay_item item[COUNT];
	struct pb_sealed sealed = make_sealed(40000, 3);
	struct pb_relay *relay;

	serve_beside(f);
	relay = reach(f);
	for (size_t i = 0; i < COUNT; i++)
		item[i] = (struct pb_relay_item){ .archive = i % 2, .sealed = &sealed };
	assert_int_equal(pb_relay_commit(relay, item, COUNT, PATIENCE_MS, NULL), PB_OK);
	for (size_t i = 0; i < COUNT; i++)
		assert_int_equal(item[i].receipt.seq, i / 2);
	assert_int_equal(f->vault[0].count + f->vault[1].count, COUNT);
	assert_int_equal(pb_relay_server_cut(f->server), 0);
	pb_relay_free(relay);
	pb_sealed_done(&sealed);
}

struct session {
	struct fixture *f;
	uint8_t number;
	pthread_t thread;
};

static void *
run_session(void *arg)
{
	struct session *session = arg;
	struct pb_relay *relay = NULL;
	size_t kept = 0;

	if (pb_relay_connect(pb_sys_world(), session->f->path, session->f->uid, PATIENCE_MS, &relay,
		NULL) != PB_OK)
		return NULL;
	for (size_t n = 0; n < 100; n++) {
		struct pb_sealed sealed = make_sealed(1000 + n, session->number);
		struct pb_relay_item item = { .archive = session->number % 2, .sealed = &sealed };

		kept += pb_relay_commit(relay, &item, 1, PATIENCE_MS, NULL) == PB_OK;
		pb_sealed_done(&sealed);
	}
	pb_relay_free(relay);
	return kept == 100 ? session : NULL;
}

static void
several_sessions_at_once_are_each_answered_their_own(void **state)
{
	struct fixture *f = *state;
	struct session session[6];
	void *answer;

	serve_beside(f);
	for (uint8_t i = 0; i < 6; i++) {
		session[i] = (struct session){ .f = f, .number = i };
		assert_int_equal(
		    pthread_create(&session[i].thread, NULL, run_session, &session[i]), 0);
	}
	for (size_t i = 0; i < 6; i++) {
		assert_int_equal(pthread_join(session[i].thread, &answer), 0);
		assert_ptr_equal(answer, &session[i]);
	}
	assert_int_equal(f->vault[0].count, 300);
	assert_int_equal(f->vault[1].count, 300);
	for (size_t seq = 0; seq < 300; seq++)
		assert_kept(&f->vault[0], seq, (size_t)f->vault[0].kept[seq].sealed.payload_len,
		    (uint8_t)(f->vault[0].kept[seq].sealed.time_first_us - 1700000000000000));
}

static void
record_that_is_not_whole_is_not_sent(void **state)
{
	struct fixture *f = *state;
	struct pb_sealed sealed = make_sealed(100, 1), other = make_sealed(100, 2);
	struct pb_relay_item item[2] = { { .archive = 0, .sealed = &other },
		{ .archive = ARCHIVES, .sealed = &sealed } };
	struct pb_relay *relay;

	serve_beside(f);
	relay = reach(f);
	assert_int_equal(pb_relay_commit(relay, item, 2, PATIENCE_MS, NULL), PB_EINVAL);
	item[1].archive = 1;
	sealed.payload_len++;
	assert_int_equal(pb_relay_commit(relay, item, 2, PATIENCE_MS, NULL), PB_EINVAL);
	assert_int_equal(item[0].status, PB_EINVAL);
	sealed.payload_len--;
	pb_secret_free(sealed.r);
	sealed.r = NULL;
	assert_int_equal(pb_relay_commit(relay, item, 2, PATIENCE_MS, NULL), PB_EINVAL);
	assert_int_equal(pb_relay_commit(relay, item, 1, PATIENCE_MS, NULL), PB_OK);
	end_server(f);
	assert_int_equal(f->vault[0].count, 1);
	pb_relay_free(relay);
	pb_sealed_done(&sealed);
	pb_sealed_done(&other);
}

/* ---- the writer goes --------------------------------------------------------------------------
 */

static void
what_a_silent_writer_left_unknown_is_said_and_the_next_connection_works(void **state)
{
	struct fixture *f = *state;
	struct pb_sealed sealed = make_sealed(100, 1);
	struct pb_relay_item item = { .archive = 0, .sealed = &sealed };
	struct pb_receipt receipt;
	struct pb_relay *relay;

	serve_beside(f);
	relay = reach(f);
	stop_serving(f);
	assert_int_equal(pb_relay_commit(relay, &item, 1, 10, NULL), PB_EUNAVAIL);
	assert_int_equal(item.status, PB_EUNAVAIL);
	serve_beside(f);
	/* It may be kept now: that connection can't be asked any more. */
	assert_int_equal(pb_relay_commit(relay, &item, 1, PATIENCE_MS, NULL), PB_EUNAVAIL);
	pb_relay_free(relay);
	relay = reach(f);
	assert_int_equal(hand_over(relay, 0, &sealed, &receipt, NULL), PB_OK);
	pb_relay_free(relay);
	pb_sealed_done(&sealed);
}

static void
die(void *arg)
{
	(void)arg;
	(void)raise(SIGKILL);
}

/* As the daemon has it: the socket listens on, and another writer takes its place. */
static void
writer_that_is_killed_within_a_commit_leaves_its_outcome_unknown(void **state)
{
	struct fixture *f = *state;
	struct pb_sealed sealed = make_sealed(100, 1);
	struct pb_relay_item item[2] = { { .archive = 0, .sealed = &sealed },
		{ .archive = 1, .sealed = &sealed } };
	pid_t writer = fork();
	struct pb_relay *relay;
	int how;

	if (writer == 0) {
		f->before_flush = die;
		for (;;)
			(void)run_server(f);
	}
	relay = reach(f);
	assert_int_equal(pb_relay_commit(relay, item, 2, PATIENCE_MS, NULL), PB_EUNAVAIL);
	assert_int_equal(item[0].status, PB_EUNAVAIL);
	assert_int_equal(item[1].status, PB_EUNAVAIL);
	pb_relay_free(relay);
	assert_int_equal(waitpid(writer, &how, 0), writer);
	assert_int_equal(WTERMSIG(how), SIGKILL);
	serve_beside(f);
	relay = reach(f);
	assert_int_equal(pb_relay_commit(relay, item, 2, PATIENCE_MS, NULL), PB_OK);
	pb_relay_free(relay);
	pb_sealed_done(&sealed);
}

/* Connections wait in the listening socket, which outlives a writer. */
static void
connection_waits_for_a_writer_that_comes_later(void **state)
{
	struct fixture *f = *state;
	struct session session = { .f = f, .number = 1 };
	void *answer;

	assert_int_equal(pthread_create(&session.thread, NULL, run_session, &session), 0);
	serve_beside(f);
	assert_int_equal(pthread_join(session.thread, &answer), 0);
	assert_ptr_equal(answer, &session);
}

static void *
answer_strangely(void *arg)
{
	struct pb_reply reply = { .number = 99, .status = PB_OK };
	uint8_t hello[PB_PACKET_HELLO_LEN], packet[PB_PACKET_REPLY_LEN], got[4096];
	int listener = *(int *)arg, fd, listed, passed;
	struct pollfd waits = { .fd = listener, .events = POLLIN };
	struct pb_buf table = PB_BUF_EMPTY;
	uint32_t uid;

	for (unsigned i = 0; i < 3; i++) {
		(void)pb_local_poll(&waits, 1, PATIENCE_MS);
		if ((fd = pb_local_accept(listener, &uid)) < 0 ||
		    pb_packet_archive_encode(&table, "a", "b") != PB_OK ||
		    pb_handed_new(table.data, table.len, &listed, NULL) != PB_OK)
			return NULL;
		pb_packet_hello_encode(table.len, hello);
		(void)pb_local_send(fd, hello, sizeof(hello), NULL, 0, listed);
		pb_local_close(&listed);
		(void)pb_local_poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, PATIENCE_MS);
		(void)pb_local_receive(fd, got, sizeof(got), &passed);
		pb_packet_reply_encode(&reply, packet);
		packet[0] += i == 1; /* no answer, an answer to nothing, half of one */
		(void)pb_local_send(fd, packet, sizeof(packet) - (i == 2), NULL, 0, -1);
		(void)pb_local_poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, PATIENCE_MS);
		pb_local_close(&fd);
		pb_buf_done(&table);
	}
	return NULL;
}

static void
answers_that_are_none_end_the_connection(void **state)
{
	struct fixture *f = *state;
	struct pb_sealed sealed = make_sealed(100, 1);
	struct pb_receipt receipt;
	struct pb_relay *relay;
	pthread_t thread;
	int listener;

	end_server(f);
	assert_int_equal(pb_local_listen(f->path, 0600, &listener, NULL), PB_OK);
	assert_int_equal(pthread_create(&thread, NULL, answer_strangely, &listener), 0);
	for (unsigned i = 0; i < 3; i++) {
		relay = reach(f);
		assert_int_equal(hand_over(relay, 0, &sealed, &receipt, NULL), PB_EUNAVAIL);
		pb_relay_free(relay);
	}
	assert_int_equal(pthread_join(thread, NULL), 0);
	pb_local_close(&listener);
	pb_sealed_done(&sealed);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(where_no_writer_listens_there_is_none),
		TEST(writer_that_is_silent_is_not_waited_for_longer_than_said),
		TEST(another_users_writer_is_not_believed),
		TEST(program_that_is_no_writer_is_not_spoken_with),
		TEST(names_and_origins_are_told),
		TEST(memory_that_runs_out_is_said_to_have_run_out),
		TEST(no_records_are_committed_at_once),
		TEST(record_is_kept_whole_when_commit_answers),
		TEST(records_for_several_archives_come_back_with_what_became_of_each),
		TEST(many_records_at_once_are_all_answered),
		TEST(several_sessions_at_once_are_each_answered_their_own),
		TEST(record_that_is_not_whole_is_not_sent),
		TEST(what_a_silent_writer_left_unknown_is_said_and_the_next_connection_works),
		TEST(writer_that_is_killed_within_a_commit_leaves_its_outcome_unknown),
		TEST(connection_waits_for_a_writer_that_comes_later),
		TEST(answers_that_are_none_end_the_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
