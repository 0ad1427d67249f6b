/* Connections are served side by side, and end behind their message when the door is to stop. */
#include "doors/doors.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "doors/fake_writer.h"
#include "net/stream.h"

struct fixture {
	char *dir;
	struct sockaddr_un address;
	int listener, stop[2];
	struct pb_policy_door door;
	struct pb_capture_policy policy;
	struct pb_doorway *doorway;
	pthread_t thread;
	enum pb_status status;
};

/* How many have begun and not ended, and at most so far. */
static atomic_uint inside, most;

/* Says "hi", then gives back every line; "message" begins one, which the next line ends. */
static void
session(struct pb_doorway *doorway, struct pb_stream *take_stream)
{
	static const struct pb_transit nobodys = { .source = "lmtp" };
	struct pb_transaction *t = NULL;
	unsigned here = atomic_fetch_add(&inside, 1) + 1;
	const uint8_t *line;
	size_t len;

	if (here > atomic_load(&most))
		atomic_store(&most, here);
	assert_int_equal(pb_transaction_new(doorway, &t, NULL), PB_OK);
	assert_int_equal(pb_stream_write(take_stream, "hi\n", 3, NULL), PB_OK);
	while (pb_stream_flush(take_stream, NULL) == PB_OK &&
	       pb_stream_line(take_stream, 100, &line, &len, NULL) == PB_OK) {
		pb_transaction_drop(t);
		if (len == 8 && memcmp(line, "message\n", 8) == 0)
			pb_transaction_begin(t, &nobodys);
		if (pb_stream_write(take_stream, line, len, NULL) != PB_OK)
			break;
	}
	pb_transaction_free(t);
	atomic_fetch_sub(&inside, 1);
	pb_stream_free(take_stream);
}

static void *
serve(void *arg)
{
	struct fixture *f = arg;

	f->status = pb_sessions_serve(f->doorway, f->listener, f->stop[0], session, NULL);
	return NULL;
}

static int
set_up(void **state)
{
	static char name[] = "entree";
	struct fixture *f = calloc(1, sizeof(*f));
	const struct pb_doorway_options options = { .world = pb_sys_world(), .policy = &f->policy };

	assert_non_null(f);
	f->dir = test_directory();
	f->door = (struct pb_policy_door){ .name = name, .max_sessions = 2 };
	f->policy = (struct pb_capture_policy){ .state_dir = f->dir, .door = &f->door };
	f->policy.door_count = 1;
	assert_int_equal(pb_doorway_new(&options, &f->doorway, NULL), PB_OK);
	f->address.sun_family = AF_UNIX;
	snprintf(f->address.sun_path, sizeof(f->address.sun_path), "%s/s", f->dir);
	f->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(f->listener, (struct sockaddr *)&f->address, sizeof(f->address)), 0);
	assert_int_equal(listen(f->listener, 16), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, f->stop), 0);
	atomic_store(&most, 0);
	assert_int_equal(pthread_create(&f->thread, NULL, serve, f), 0);
	*state = f;
	return 0;
}

static void
stop(struct fixture *f)
{
	if (f->stop[1] >= 0)
		assert_int_equal(close(f->stop[1]), 0);
	f->stop[1] = -1;
}

static void
ended(struct fixture *f)
{
	assert_int_equal(pthread_join(f->thread, NULL), 0);
	assert_int_equal(f->status, PB_OK);
	assert_int_equal(atomic_load(&inside), 0);
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	(void)close(f->stop[0]);
	(void)unlink(f->address.sun_path);
	pb_doorway_free(f->doorway);
	test_directory_remove(f->dir);
	free(f);
	return 0;
}

static int
call(struct fixture *f)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_int_equal(connect(fd, (struct sockaddr *)&f->address, sizeof(f->address)), 0);
	return fd;
}

static void
say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

static void
expect(int fd, const char *text)
{
	char got[64] = "";

	assert_int_equal(recv(fd, got, strlen(text), MSG_WAITALL), (ssize_t)strlen(text));
	assert_string_equal(got, text);
}

static void
expect_end(int fd)
{
	char octet;

	assert_int_equal(recv(fd, &octet, 1, 0), 0);
	(void)close(fd);
}

static void
no_more_are_served_than_may_be_and_the_others_wait(void **state)
{
	struct fixture *f = *state;
	int fd[5];
	char octet;

	for (int i = 0; i < 5; i++)
		fd[i] = call(f);
	expect(fd[0], "hi\n");
	expect(fd[1], "hi\n");
	say(fd[1], "b\n");
	expect(fd[1], "b\n");
	say(fd[0], "a\n");
	expect(fd[0], "a\n");
	assert_int_equal(recv(fd[2], &octet, 1, MSG_DONTWAIT), -1);
	(void)close(fd[1]);
	expect(fd[2], "hi\n");
	(void)close(fd[0]);
	expect(fd[3], "hi\n");
	(void)close(fd[2]);
	expect(fd[4], "hi\n");
	assert_int_equal(atomic_load(&most), 2);
	stop(f);
	expect_end(fd[3]);
	expect_end(fd[4]);
	ended(f);
}

static void
a_door_without_anybody_stops_at_once(void **state)
{
	struct fixture *f = *state;

	stop(f);
	ended(f);
	assert_true(pb_doorway_stopping(f->doorway));
}

static void
who_is_idle_is_cut_off_and_a_message_is_waited_for(void **state)
{
	struct fixture *f = *state;
	int idle = call(f), busy = call(f);

	expect(idle, "hi\n");
	expect(busy, "hi\n");
	say(busy, "message\n");
	expect(busy, "message\n");
	stop(f);
	while (!pb_doorway_stopping(f->doorway))
		(void)usleep(1000);
	say(busy, "more\n"); /* the message ends, and is answered */
	expect(busy, "more\n");
	expect_end(busy);
	expect_end(idle);
	ended(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_door_without_anybody_stops_at_once),
		TEST(no_more_are_served_than_may_be_and_the_others_wait),
		TEST(who_is_idle_is_cut_off_and_a_message_is_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
