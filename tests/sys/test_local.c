/* Packets between processes of this machine, with a descriptor or without. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/world.h"
#include "sys/local.h"

struct fixture {
	char *dir;
	char path[200];
	int listener;
};

static int
set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->dir = test_directory();
	(void)snprintf(f->path, sizeof(f->path), "%s/socket", f->dir);
	f->listener = -1;
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	pb_local_close(&f->listener);
	test_directory_remove(f->dir);
	free(f);
	return 0;
}

/* Both ends of a connection. */
static void
join(struct fixture *f, int *ret_here, int *ret_there)
{
	uint32_t uid = 0;

	if (f->listener < 0)
		assert_int_equal(pb_local_listen(f->path, 0600, &f->listener, NULL), PB_OK);
	assert_int_equal(pb_local_connect(f->path, 1000, ret_here, &uid, NULL), PB_OK);
	assert_int_equal(uid, geteuid());
	*ret_there = pb_local_accept(f->listener, &uid);
	assert_true(*ret_there >= 0);
	assert_int_equal(uid, geteuid());
}

static unsigned
count_descriptors(void)
{
	unsigned count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += lseek(fd, 0, SEEK_CUR) >= 0 || errno != EBADF;
	return count;
}

/* ---- connecting -------------------------------------------------------------------------------
 */

static void
no_name_and_one_too_long_are_refused(void **state)
{
	char name[200];
	uint32_t uid;
	int fd = -1;

	(void)state;
	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	assert_int_equal(pb_local_listen("", 0600, &fd, NULL), PB_EINVAL);
	assert_int_equal(pb_local_listen(name, 0600, &fd, NULL), PB_EINVAL);
	assert_int_equal(pb_local_connect("", 10, &fd, &uid, NULL), PB_EINVAL);
	assert_int_equal(pb_local_connect(name, 10, &fd, &uid, NULL), PB_EINVAL);
	assert_int_equal(fd, -1);
}

static void
where_nobody_listens_there_is_no_connection(void **state)
{
	struct fixture *f = *state;
	uint32_t uid;
	int fd = -1;

	assert_int_equal(pb_local_connect(f->path, 10, &fd, &uid, NULL), PB_EUNAVAIL);
	assert_int_equal(pb_local_listen(f->path, 0600, &f->listener, NULL), PB_OK);
	pb_local_close(&f->listener);
	assert_int_equal(pb_local_connect(f->path, 10, &fd, &uid, NULL), PB_EUNAVAIL);
	assert_int_equal(fd, -1);
}

static void
mode_says_who_may_connect(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	assert_int_equal(pb_local_listen(f->path, 0620, &f->listener, NULL), PB_OK);
	assert_int_equal(stat(f->path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0620);
}

static void
socket_that_was_left_is_replaced_and_nothing_else(void **state)
{
	struct fixture *f = *state;
	int second = -1;
	FILE *file;

	assert_int_equal(pb_local_listen(f->path, 0600, &f->listener, NULL), PB_OK);
	assert_int_equal(pb_local_listen(f->path, 0600, &second, NULL), PB_EEXIST);
	pb_local_close(&f->listener);
	assert_int_equal(pb_local_listen(f->path, 0600, &f->listener, NULL), PB_OK);
	pb_local_close(&f->listener);
	assert_int_equal(unlink(f->path), 0);
	assert_non_null(file = fopen(f->path, "w"));
	assert_int_equal(fclose(file), 0);
	assert_int_equal(pb_local_listen(f->path, 0600, &second, NULL), PB_EEXIST);
	assert_int_equal(second, -1);
	assert_int_equal(access(f->path, F_OK), 0);
}

static void
accepting_does_not_wait(void **state)
{
	struct fixture *f = *state;
	uint32_t uid;

	assert_int_equal(pb_local_listen(f->path, 0600, &f->listener, NULL), PB_OK);
	assert_int_equal(pb_local_accept(f->listener, &uid), -EAGAIN);
}

/* ---- packets ----------------------------------------------------------------------------------
 */

static void
packet_arrives_whole_and_by_itself(void **state)
{
	int here, there, passed;
	char got[8];

	join(*state, &here, &there);
	assert_int_equal(pb_local_receive(there, got, sizeof(got), &passed), -EAGAIN);
	assert_int_equal(pb_local_send(here, "abc", 3, "de", 2, -1), 0);
	assert_int_equal(pb_local_send(here, "f", 1, NULL, 0, -1), 0);
	assert_int_equal(pb_local_receive(there, got, sizeof(got), &passed), 5);
	assert_memory_equal(got, "abcde", 5);
	assert_int_equal(passed, -1);
	assert_int_equal(pb_local_receive(there, got, sizeof(got), &passed), 1);
	pb_local_close(&here);
	assert_int_equal(pb_local_receive(there, got, sizeof(got), &passed), 0);
	assert_int_equal(pb_local_send(there, "x", 1, NULL, 0, -1), -EPIPE);
	pb_local_close(&there);
}

static void
packet_that_is_longer_than_asked_for_is_refused(void **state)
{
	int here, there, passed;
	char got[4];

	join(*state, &here, &there);
	assert_int_equal(pb_local_send(here, "abcde", 5, NULL, 0, STDERR_FILENO), 0);
	assert_int_equal(pb_local_send(here, "f", 1, NULL, 0, -1), 0);
	assert_int_equal(pb_local_receive(there, got, sizeof(got), &passed), -EMSGSIZE);
	assert_int_equal(passed, -1);
	assert_int_equal(pb_local_receive(there, got, sizeof(got), &passed), 1);
	pb_local_close(&here);
	pb_local_close(&there);
}

static void
full_socket_is_said_and_not_waited_for(void **state)
{
	static const char block[32 * 1024];
	int here, there, answer = 0;
	unsigned sent = 0;

	join(*state, &here, &there);
	while (answer == 0 && sent++ < 10000)
		answer = pb_local_send(here, block, sizeof(block), NULL, 0, -1);
	assert_int_equal(answer, -EAGAIN);
	pb_local_close(&here);
	pb_local_close(&there);
}

static void
descriptor_comes_along_and_is_not_inherited(void **state)
{
	struct fixture *f = *state;
	int here, there, passed, ends[2];
	char got[4];

	join(f, &here, &there);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(pb_local_send(here, "p", 1, NULL, 0, ends[1]), 0);
	pb_local_close(&ends[1]);
	assert_int_equal(pb_local_receive(there, got, sizeof(got), &passed), 1);
	assert_true(passed >= 0);
	assert_int_equal(write(passed, "!", 1), 1);
	pb_local_close(&passed);
	assert_int_equal(read(ends[0], got, sizeof(got)), 1);
	assert_int_equal(read(ends[0], got, sizeof(got)), 0);
	pb_local_close(&ends[0]);
	pb_local_close(&here);
	pb_local_close(&there);
}

/* What a careless or hostile process may send: `count` descriptors in one packet. */
static void
send_several(int fd, unsigned count, size_t len)
{
	_Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(8 * sizeof(int))] = { 0 };
	struct iovec run = { (void *)(uintptr_t) "x", len };
	struct msghdr message = { .msg_iov = &run,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = CMSG_SPACE(count * sizeof(int)) };
	struct cmsghdr *head = CMSG_FIRSTHDR(&message);
	int fds[8] = { 0 };

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(count * sizeof(int));
	memcpy(CMSG_DATA(head), fds, count * sizeof(int));
	assert_int_equal(sendmsg(fd, &message, MSG_NOSIGNAL), len);
}

static void
more_descriptors_than_one_are_closed_and_refused(void **state)
{
	int here, there, passed;
	unsigned before;
	char got[4];

	join(*state, &here, &there);
	before = count_descriptors();
	for (unsigned count = 2; count <= 8; count++) {
		send_several(here, count, 1);
		assert_int_equal(pb_local_receive(there, got, sizeof(got), &passed), -EMSGSIZE);
		assert_int_equal(passed, -1);
	}
	assert_int_equal(count_descriptors(), before);
	pb_local_close(&here);
	pb_local_close(&there);
}

static void
descriptor_of_an_empty_packet_is_closed(void **state)
{
	int here, there, passed;
	unsigned before;
	char got[4];

	join(*state, &here, &there);
	before = count_descriptors();
	send_several(here, 1, 0);
	assert_int_equal(pb_local_receive(there, got, sizeof(got), &passed), 0);
	assert_int_equal(passed, -1);
	assert_int_equal(count_descriptors(), before);
	pb_local_close(&here);
	pb_local_close(&there);
}

static void
who_is_deaf_still_reads_what_came_and_answers(void **state)
{
	int here, there, passed;
	char got[4];

	join(*state, &here, &there);
	assert_int_equal(pb_local_send(here, "ab", 2, NULL, 0, -1), 0);
	pb_local_deafen(there);
	assert_int_equal(pb_local_send(here, "c", 1, NULL, 0, -1), -EPIPE);
	assert_int_equal(pb_local_receive(there, got, sizeof(got), &passed), 2);
	assert_int_equal(pb_local_receive(there, got, sizeof(got), &passed), 0);
	assert_int_equal(pb_local_send(there, "d", 1, NULL, 0, -1), 0);
	assert_int_equal(pb_local_receive(here, got, sizeof(got), &passed), 1);
	pb_local_close(&here);
	pb_local_close(&there);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(no_name_and_one_too_long_are_refused),
		TEST(where_nobody_listens_there_is_no_connection),
		TEST(mode_says_who_may_connect),
		TEST(socket_that_was_left_is_replaced_and_nothing_else),
		TEST(accepting_does_not_wait),
		TEST(packet_arrives_whole_and_by_itself),
		TEST(packet_that_is_longer_than_asked_for_is_refused),
		TEST(full_socket_is_said_and_not_waited_for),
		TEST(descriptor_comes_along_and_is_not_inherited),
		TEST(more_descriptors_than_one_are_closed_and_refused),
		TEST(descriptor_of_an_empty_packet_is_closed),
		TEST(who_is_deaf_still_reads_what_came_and_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
