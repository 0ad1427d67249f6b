/* The writer's side: turns, groups, answers, peers that end, are slow or too many. */
#include "relay/fixture.h"

static void
nothing_comes_of_nothing(void **state)
{
	struct fixture *f = *state;

	turn(f, PB_OK);
	turn(f, PB_OK);
	assert_int_equal(pb_relay_server_cut(f->server), 0);
	pb_relay_server_free(NULL);
	assert_int_equal(pb_relay_server_drain(f->server, NULL), PB_OK);
}

static void
what_came_together_is_committed_together(void **state)
{
	struct fixture *f = *state;
	int peer[3];

	for (unsigned i = 0; i < 3; i++)
		peer[i] = raw_connect(f);
	for (uint8_t i = 0; i < 3; i++) {
		raw_submit(peer[i], 10 + i, 0, 100 + i, i);
		raw_submit(peer[i], 20 + i, 1, 200 + i, i);
	}
	turn(f, PB_OK);
	assert_int_equal(f->vault[0].flushes, 1);
	assert_int_equal(f->vault[1].flushes, 1);
	assert_int_equal(f->vault[2].flushes, 0);
	assert_int_equal(f->vault[0].count, 3);
	for (uint8_t i = 0; i < 3; i++) {
		struct pb_reply reply;
		bool ended;

		for (unsigned n = 0; n < 2; n++) {
			const struct vault *v = &f->vault[n];

			assert_true(raw_reply(peer[i], &reply, &ended));
			assert_int_equal(reply.number, 10 * (n + 1) + i);
			assert_int_equal(reply.status, PB_OK);
			assert_int_equal(reply.receipt.time_s, 1700000000 + reply.receipt.seq);
			assert_kept(v, reply.receipt.seq, 100 * (n + 1) + i, i);
		}
		assert_silent(peer[i]);
		pb_local_close(&peer[i]);
	}
	turn(f, PB_OK);
	assert_int_equal(f->vault[0].flushes, 1);
}

static void
commit_that_failed_is_told_to_all_of_its_group_and_to_no_other(void **state)
{
	struct fixture *f = *state;
	int a = raw_connect(f), b = raw_connect(f);

	f->vault[0].flush_fails = PB_ENOSPC;
	raw_submit(a, 1, 0, 100, 1);
	raw_submit(b, 2, 0, 100, 2);
	raw_submit(b, 3, 1, 100, 3);
	turn(f, PB_ENOSPC);
	assert_answered(a, 1, PB_ENOSPC, PB_REFUSAL_COMMIT);
	assert_answered(b, 2, PB_ENOSPC, PB_REFUSAL_COMMIT);
	assert_answered(b, 3, PB_OK, PB_REFUSAL_NONE);
	f->vault[0].flush_fails = PB_OK;
	raw_submit(a, 4, 0, 100, 4);
	turn(f, PB_OK);
	assert_answered(a, 4, PB_OK, PB_REFUSAL_NONE);
	assert_int_equal(f->vault[0].count, 1);
	assert_kept(&f->vault[0], 0, 100, 4);
	pb_local_close(&a);
	pb_local_close(&b);
}

/* Nobody goes on before so many are there. */
struct meeting {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned expected, there;
	bool missed;
};

static void
meet(void *arg)
{
	struct meeting *m = arg;
	struct timespec until;

	(void)clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += PATIENCE_MS / 1000;
	(void)pthread_mutex_lock(&m->lock);
	m->there++;
	(void)pthread_cond_broadcast(&m->changed);
	while (m->there < m->expected && !m->missed)
		m->missed = pthread_cond_timedwait(&m->changed, &m->lock, &until) != 0;
	(void)pthread_mutex_unlock(&m->lock);
}

static void
archives_of_a_turn_are_flushed_side_by_side(void **state)
{
	struct meeting m = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, ARCHIVES, 0,
		false };
	struct fixture *f = *state;
	int a;

	end_server(f);
	f->threads = ARCHIVES - 1;
	serve(f);
	a = raw_connect(f);
	f->before_flush = meet;
	f->arg = &m;
	f->vault[1].flush_fails = PB_EIO;
	for (uint8_t i = 0; i < ARCHIVES; i++)
		raw_submit(a, i, i, 100, i);
	turn(f, PB_EIO);
	assert_false(m.missed);
	assert_answered(a, 0, PB_OK, PB_REFUSAL_NONE);
	assert_answered(a, 1, PB_EIO, PB_REFUSAL_COMMIT);
	assert_answered(a, 2, PB_OK, PB_REFUSAL_NONE);
	assert_kept(&f->vault[0], 0, 100, 0);
	assert_kept(&f->vault[2], 0, 100, 2);
	pb_local_close(&a);
}

static void
record_that_is_not_taken_takes_those_that_waited_with_it(void **state)
{
	struct fixture *f = *state;
	int a = raw_connect(f);

	f->vault[0].submit_fails = PB_ESTOPPED;
	raw_submit(a, 1, 0, 100, 1);
	raw_submit(a, 2, 1, 100, 2);
	raw_submit(a, 3, 0, 100, 3);
	turn(f, PB_ESTOPPED);
	assert_answered(a, 1, PB_ESTOPPED, PB_REFUSAL_COMMIT);
	assert_answered(a, 2, PB_OK, PB_REFUSAL_NONE);
	assert_answered(a, 3, PB_ESTOPPED, PB_REFUSAL_COMMIT);
	assert_int_equal(f->vault[0].count, 0);
	pb_local_close(&a);
}

static void
archive_that_is_away_is_refused_until_it_is_back(void **state)
{
	struct fixture *f = *state;
	int a = raw_connect(f);

	f->vault[1].is_away = PB_ELOCKED;
	raw_submit(a, 1, 1, 100, 1);
	raw_submit(a, 2, 0, 100, 2);
	turn(f, PB_ELOCKED);
	assert_answered(a, 1, PB_ELOCKED, PB_REFUSAL_ARCHIVE);
	assert_answered(a, 2, PB_OK, PB_REFUSAL_NONE);
	f->vault[1].is_away = PB_OK;
	raw_submit(a, 3, 1, 100, 1);
	turn(f, PB_OK);
	assert_answered(a, 3, PB_OK, PB_REFUSAL_NONE);
	pb_local_close(&a);
}

static void
receipts_never_come_where_an_archive_forgets_them(void **state)
{
	struct fixture *f = *state;
	int a = raw_connect(f);

	f->vault[0].waiting = (size_t)-1; /* so that its flush hands out none */
	raw_submit(a, 1, 0, 100, 1);
	turn(f, PB_OK);
	assert_answered(a, 1, PB_EUNAVAIL, PB_REFUSAL_COMMIT);
	pb_local_close(&a);
}

static void
what_a_peer_sent_before_it_ended_is_kept(void **state)
{
	struct fixture *f = *state;
	int a = raw_connect(f), b = raw_connect(f);

	raw_submit(a, 1, 0, 100, 1);
	raw_submit(a, 2, 0, 100, 2);
	pb_local_close(&a);
	raw_submit(b, 3, 0, 100, 3);
	turn(f, PB_OK);
	assert_int_equal(f->vault[0].count, 3);
	assert_answered(b, 3, PB_OK, PB_REFUSAL_NONE);
	assert_int_equal(pb_relay_server_cut(f->server), 0);
	pb_local_close(&b);
}

static void
peer_that_left_before_it_was_greeted_is_no_failure(void **state)
{
	struct fixture *f = *state;
	uint32_t uid;
	int fd;

	assert_int_equal(pb_local_connect(f->path, PATIENCE_MS, &fd, &uid, NULL), PB_OK);
	raw_submit(fd, 1, 0, 100, 1);
	pb_local_close(&fd);
	turn(f, PB_OK);
	turn(f, PB_OK);
	assert_int_equal(f->vault[0].count, 1);
	assert_int_equal(pb_relay_server_cut(f->server), 0);
	turn(f, PB_OK);
}

/* So many records that their answers fill its socket. */
static void
peer_that_reads_no_answers_is_cut_off_and_others_are_not(void **state)
{
	struct fixture *f = *state;
	int slow = raw_connect(f), quick = raw_connect(f);
	uint64_t number = 0;

	for (unsigned n = 0; n < 900 && pb_relay_server_cut(f->server) == 0; n++) {
		struct pb_sealed sealed = make_sealed(10, 1);
		uint8_t head[PB_PACKET_SUBMIT_LEN];

		pb_packet_submit_encode(&sealed, number++, 0, head);
		(void)pb_local_send(
		    slow, head, sizeof(head), sealed.memory.data, sealed.memory.len, -1);
		pb_sealed_done(&sealed);
		turn(f, PB_OK);
	}
	assert_int_equal(pb_relay_server_cut(f->server), 1);
	raw_submit(quick, 7, 1, 100, 1);
	turn(f, PB_OK);
	assert_answered(quick, 7, PB_OK, PB_REFUSAL_NONE);
	pb_local_close(&slow);
	pb_local_close(&quick);
}

static void
one_peer_cannot_fill_a_turn(void **state)
{
	struct fixture *f = *state;
	int loud = raw_connect(f), quiet = raw_connect(f);
	struct pb_reply reply;
	bool ended;

	for (unsigned n = 0; n < PB_LIMIT_RELAY_UNANSWERED + 5; n++)
		raw_submit(loud, n, 0, 10, 1);
	raw_submit(quiet, 7, 0, 100, 2);
	turn(f, PB_OK);
	assert_int_equal(f->vault[0].count, PB_LIMIT_RELAY_UNANSWERED + 1);
	assert_answered(quiet, 7, PB_OK, PB_REFUSAL_NONE);
	turn(f, PB_OK);
	for (unsigned n = 0; n < PB_LIMIT_RELAY_UNANSWERED + 5; n++) {
		assert_true(raw_reply(loud, &reply, &ended));
		assert_int_equal(reply.number, n);
	}
	pb_local_close(&loud);
	pb_local_close(&quiet);
}

static void
group_that_is_full_ends_the_turn_and_nobody_is_forgotten(void **state)
{
	struct fixture *f = *state;
	struct pb_sealed large = make_sealed(PB_LIMIT_GROUP, 1);
	uint8_t head[PB_PACKET_SUBMIT_LEN];
	int fd, peer[3];

	for (unsigned i = 0; i < 3; i++)
		peer[i] = raw_connect(f);
	for (unsigned i = 0; i < 3; i++) {
		pb_packet_submit_encode(&large, i, 0, head);
		assert_int_equal(
		    pb_handed_new(large.memory.data, large.memory.len, &fd, NULL), PB_OK);
		assert_int_equal(pb_local_send(peer[i], head, sizeof(head), NULL, 0, fd), 0);
		pb_local_close(&fd);
	}
	pb_sealed_done(&large);
	for (unsigned i = 1; i <= 3; i++) {
		turn(f, PB_OK);
		assert_int_equal(f->vault[0].count, i);
	}
	for (unsigned i = 0; i < 3; i++) {
		assert_answered(peer[i], i, PB_OK, PB_REFUSAL_NONE);
		pb_local_close(&peer[i]);
	}
}

static void
more_connections_than_allowed_wait_until_one_ends(void **state)
{
	struct fixture *f = *state;
	uint8_t hello[PB_PACKET_HELLO_LEN];
	int peer[8], more, passed;
	uint32_t uid;

	for (unsigned i = 0; i < 8; i++)
		peer[i] = raw_connect(f);
	assert_int_equal(pb_local_connect(f->path, PATIENCE_MS, &more, &uid, NULL), PB_OK);
	turn(f, PB_OK);
	assert_int_equal(pb_local_receive(more, hello, sizeof(hello), &passed), -EAGAIN);
	raw_submit(peer[7], 1, 0, 100, 1);
	pb_local_close(&peer[2]);
	turn(f, PB_OK);
	turn(f, PB_OK);
	assert_int_equal(
	    pb_local_receive(more, hello, sizeof(hello), &passed), PB_PACKET_HELLO_LEN);
	pb_local_close(&passed);
	assert_answered(peer[7], 1, PB_OK, PB_REFUSAL_NONE);
	raw_submit(more, 2, 0, 100, 1);
	turn(f, PB_OK);
	assert_answered(more, 2, PB_OK, PB_REFUSAL_NONE);
	pb_local_close(&more);
	for (unsigned i = 0; i < 8; i++)
		pb_local_close(&peer[i]);
}

static void
another_user_is_not_spoken_with(void **state)
{
	struct fixture *f = *state;
	uint8_t packet[8];
	uint32_t uid;
	int fd, passed;

	end_server(f);
	f->uid = geteuid() + 1;
	serve(f);
	assert_int_equal(pb_local_connect(f->path, PATIENCE_MS, &fd, &uid, NULL), PB_OK);
	raw_submit(fd, 1, 0, 100, 1);
	turn(f, PB_OK);
	assert_int_equal(pb_relay_server_cut(f->server), 1);
	assert_int_equal(pb_local_receive(fd, packet, sizeof(packet), &passed), -ECONNRESET);
	turn(f, PB_OK);
	assert_int_equal(f->vault[0].count, 0);
	pb_local_close(&fd);
}

static void
who_does_nothing_but_connect_keeps_nobody_from_being_heard(void **state)
{
	struct fixture *f = *state;
	int fd[100];
	uint32_t uid;

	end_server(f);
	f->uid = geteuid() + 1;
	serve(f);
	for (size_t i = 0; i < 100; i++)
		assert_int_equal(pb_local_connect(f->path, PATIENCE_MS, &fd[i], &uid, NULL), PB_OK);
	turn(f, PB_OK);
	assert_in_range(pb_relay_server_cut(f->server), 1, 99);
	turn(f, PB_OK);
	assert_int_equal(pb_relay_server_cut(f->server), 100);
	for (size_t i = 0; i < 100; i++)
		pb_local_close(&fd[i]);
}

static void
draining_commits_what_came_and_takes_no_more(void **state)
{
	struct fixture *f = *state;
	int a = raw_connect(f), b = raw_connect(f), late;
	uint8_t head[PB_PACKET_SUBMIT_LEN] = { 0 };
	uint32_t uid;

	for (unsigned n = 0; n < PB_LIMIT_RELAY_UNANSWERED + 5; n++)
		raw_submit(a, n, 0, 100, 1);
	raw_submit(b, 7, 1, 100, 2);
	assert_int_equal(pb_local_connect(f->path, PATIENCE_MS, &late, &uid, NULL), PB_OK);
	assert_int_equal(pb_relay_server_drain(f->server, NULL), PB_OK);
	for (unsigned n = 0; n < PB_LIMIT_RELAY_UNANSWERED + 5; n++)
		assert_answered(a, n, PB_OK, PB_REFUSAL_NONE);
	assert_answered(b, 7, PB_OK, PB_REFUSAL_NONE);
	assert_cut_off(a);
	assert_cut_off(b);
	assert_int_equal(pb_local_send(a, head, sizeof(head), NULL, 0, -1), -EPIPE);
	assert_silent(late);
	pb_local_close(&a);
	pb_local_close(&b);
	pb_local_close(&late);
}

/* The writer's own troubles with a payload that must be copied are told, and nobody is cut off. */
static void
payload_that_cannot_be_copied_is_refused(void **state)
{
	struct fixture *f = *state;
	int a = raw_connect(f), b = raw_connect(f);
	unsigned before = count_descriptors();
	enum pb_status status;
	bool more = true;

	for (unsigned nth = 1; more; nth++) {
		struct pb_sealed sealed = make_sealed(300000, 1);
		uint8_t head[PB_PACKET_SUBMIT_LEN];

		spill(f, &sealed);
		pb_packet_submit_encode(&sealed, nth, 0, head);
		assert_int_equal(pb_local_send(a, head, sizeof(head), NULL, 0, sealed.fd), 0);
		pb_sealed_done(&sealed);
		raw_submit(b, nth, 1, 100, 2);
		/* The first call looks what came: a file that can't be looked at is no payload. */
		test_faulty_files_init(&f->files, pb_sys_world()->files);
		f->files.fail_at = nth + 1;
		f->files.fault = TEST_FAULT_ERROR;
		f->files.error = ENOSPC;
		status = any_turn(f);
		more = f->files.failed > 0;
		assert_int_equal(status, more ? PB_ENOSPC : PB_OK);
		assert_answered(
		    a, nth, more ? PB_ENOSPC : PB_OK, more ? PB_REFUSAL_COPY : PB_REFUSAL_NONE);
		assert_answered(b, nth, PB_OK, PB_REFUSAL_NONE);
		assert_int_equal(f->vault[0].count, more ? 0 : 1);
		assert_int_equal(count_descriptors(), before);
	}
	assert_kept(&f->vault[0], 0, 300000, 1);
	pb_local_close(&a);
	pb_local_close(&b);
}

static void
memory_that_runs_out_loses_nothing_that_is_acknowledged(void **state)
{
	struct fixture *f = *state;
	int a = raw_connect(f);
	struct pb_reply reply;
	enum pb_status status;
	bool ended, more = true;

	if (!test_memory_can_fail())
		skip();
	for (unsigned nth = 1; more; nth++) {
		size_t before = f->vault[0].count;

		raw_submit(a, nth, 0, 1000, 1);
		test_memory_fail_own(nth, false);
		status = any_turn(f);
		more = test_memory_restore() > 0;
		assert_int_equal(status, more ? PB_ENOMEM : PB_OK);
		assert_true(raw_reply(a, &reply, &ended));
		assert_int_equal(reply.status, more ? PB_ENOMEM : PB_OK);
		assert_int_equal(f->vault[0].count, before + !more);
	}
	pb_local_close(&a);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(nothing_comes_of_nothing),
		TEST(what_came_together_is_committed_together),
		TEST(commit_that_failed_is_told_to_all_of_its_group_and_to_no_other),
		TEST(archives_of_a_turn_are_flushed_side_by_side),
		TEST(record_that_is_not_taken_takes_those_that_waited_with_it),
		TEST(archive_that_is_away_is_refused_until_it_is_back),
		TEST(receipts_never_come_where_an_archive_forgets_them),
		TEST(what_a_peer_sent_before_it_ended_is_kept),
		TEST(peer_that_left_before_it_was_greeted_is_no_failure),
		TEST(peer_that_reads_no_answers_is_cut_off_and_others_are_not),
		TEST(one_peer_cannot_fill_a_turn),
		TEST(group_that_is_full_ends_the_turn_and_nobody_is_forgotten),
		TEST(more_connections_than_allowed_wait_until_one_ends),
		TEST(another_user_is_not_spoken_with),
		TEST(who_does_nothing_but_connect_keeps_nobody_from_being_heard),
		TEST(draining_commits_what_came_and_takes_no_more),
		TEST(payload_that_cannot_be_copied_is_refused),
		TEST(memory_that_runs_out_loses_nothing_that_is_acknowledged),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
