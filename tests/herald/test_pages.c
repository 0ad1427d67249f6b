/* What the herald answers: both pages, of boards that live and of none. */
#include "health/fixture.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "herald/pages.h"

/* A socket that listens on loopback, and its port. */
static int
listen_here(unsigned *ret_port)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	*ret_port = ntohs(address.sin_port);
	return fd;
}

static struct pb_buf
ask(unsigned port, const char *path)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)port) };
	struct pb_buf reply = PB_BUF_EMPTY;
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	char text[4096];
	ssize_t n;

	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	n = snprintf(
	    text, sizeof(text), "GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", path);
	assert_int_equal(send(fd, text, (size_t)n, MSG_NOSIGNAL), n);
	while ((n = recv(fd, text, sizeof(text), 0)) > 0)
		assert_int_equal(pb_buf_append(&reply, text, (size_t)n), PB_OK);
	close(fd);
	assert_non_null(pb_buf_text(&reply));
	return reply;
}

static void
assert_answers(unsigned port, const char *path, const char *status, const char *says)
{
	struct pb_buf reply = ask(port, path);

	if (strstr(pb_buf_text(&reply), status) == NULL ||
	    strstr(pb_buf_text(&reply), says) == NULL)
		fail_msg("%s: %s", path, pb_buf_text(&reply));
	pb_buf_done(&reply);
}

static void
both_pages_say_how_it_is_now(void **state)
{
	struct fixture *f = *state;
	struct test_clock clock;
	struct pb_world world = *pb_sys_world();
	struct pb_pages pages = { .world = &world, .policy = &f->policy };
	struct pb_server *server = NULL;
	unsigned port;

	test_clock_init(&clock, NOON_US);
	world.clock = &clock.table;
	assert_int_equal(pb_pages_serve(&pages, listen_here(&port), &server, NULL), PB_OK);
	assert_answers(
	    port, "/healthz", " 503 ", "\r\n\r\nwriter: it has not given a sign of life\n");
	assert_answers(port, "/metrics", " 200 ", "probant_build_info");
	all_live(f);
	assert_answers(port, "/healthz", " 200 ", "\r\n\r\ncapture lives\n");
	assert_answers(port, "/metrics", "Content-Type: text/plain; version=0.0.4",
	    "probant_archive_records{archive=\"platanes\"} 0\n");
	assert_answers(port, "/", " 404 ", "");
	pb_server_free(server);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(both_pages_say_how_it_is_now),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
