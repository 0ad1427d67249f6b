/* What the tests of this room share: a server that misbehaves as told. */
#ifndef PB_TEST_NET_FIXTURE_H
#define PB_TEST_NET_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/error.h"
#include "core/limits.h"
#include "lib/memory.h"
#include "lib/world.h"

#define CASES(table) (sizeof(table) / sizeof((table)[0]))

/* ---- sockets ---- */

static inline int
listen_here(unsigned *ret_port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(fd, 16), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	*ret_port = ntohs(address.sin_port);
	return fd;
}

static inline int
connect_to(unsigned port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	return fd;
}

/* ---- a server that does as told ---- */

/* What it does on a connection, once the request is there, and behind the text. */
enum deed {
	DEED_CLOSE,
	DEED_RESET, /* close with RST */
	DEED_HANG,  /* until the other side closes */
	DEED_DRIP,  /* an octet every few milliseconds, until then */
	DEED_FLOOD, /* as many as it takes */
	DEED_DEAF,  /* closes without reading the request */
	DEED_SLOW   /* waits a tenth of a second before the text */
};

struct answer {
	const char *text;
	enum deed deed;
	size_t len; /* of text; 0: it ends with its NUL */
};

/* The nth connection gets the nth answer, those beyond the last one the last. */
struct hostile {
	unsigned port;
	char url[64];
	struct answer answers[16];
	int fd;
	pthread_t thread;
	atomic_bool stop;
	/* to be read when it has stopped */
	unsigned connections;
	uint64_t flooded; /* bytes that were taken */
	char request[8][4096];
	size_t body_len[8];
};

static inline bool
send_all(int fd, const char *data, size_t len)
{
	while (len > 0) {
		ssize_t sent = send(fd, data, len, MSG_NOSIGNAL);

		if (sent <= 0)
			return false;
		data += sent;
		len -= (size_t)sent;
	}
	return true;
}

/* Headers and as much of the body as they say; what does not fit is counted alone. */
static inline void
hostile_read(struct hostile *h, int fd, unsigned nth)
{
	char *text = nth < CASES(h->request) ? h->request[nth] : NULL;
	size_t len = 0, room = sizeof(h->request[0]) - 1, want = 0;
	const char *end = NULL, *length;
	char chunk[65536];

	while (text != NULL && end == NULL && len < room) {
		ssize_t got = recv(fd, text + len, room - len, 0);

		if (got <= 0)
			return;
		len += (size_t)got;
		end = strstr(text, "\r\n\r\n");
	}
	if (end == NULL)
		return;
	length = strstr(text, "Content-Length: ");
	if (length != NULL && length < end)
		want = (size_t)strtoul(length + 16, NULL, 10);
	len -= (size_t)(end + 4 - text);
	while (len < want) {
		ssize_t got = recv(fd, chunk, sizeof(chunk), 0);

		if (got <= 0)
			break;
		len += (size_t)got;
	}
	h->body_len[nth] = len;
}

/* Waits a moment; true as long as neither side has ended. */
static inline bool
hostile_wait(struct hostile *h, int fd)
{
	struct pollfd p = { .fd = fd, .events = POLLIN };
	char octet;

	if (poll(&p, 1, 10) > 0 && recv(fd, &octet, 1, 0) <= 0)
		return false;
	return !atomic_load(&h->stop);
}

static inline void
hostile_do(struct hostile *h, int fd, enum deed deed)
{
	static const char zeros[65536];
	const struct linger reset = { .l_onoff = 1 };

	switch (deed) {
	case DEED_RESET:
		setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
		break;
	case DEED_HANG:
		while (hostile_wait(h, fd))
			;
		break;
	case DEED_DRIP:
		while (hostile_wait(h, fd) && send_all(fd, "x", 1))
			;
		break;
	case DEED_FLOOD:
		while (!atomic_load(&h->stop) && send_all(fd, zeros, sizeof(zeros)))
			h->flooded += sizeof(zeros);
		break;
	case DEED_CLOSE:
	case DEED_DEAF:
	case DEED_SLOW:
		break;
	}
}

static inline void *
hostile_serve(void *arg)
{
	struct hostile *h = arg;

	for (;;) {
		int fd = accept(h->fd, NULL, NULL);
		const struct answer *answer = h->answers;

		if (fd < 0)
			return NULL;
		for (unsigned i = 0; i < h->connections && answer[1].text != NULL; i++)
			answer++;
		if (answer->deed != DEED_DEAF)
			hostile_read(h, fd, h->connections);
		h->connections++;
		if (answer->deed == DEED_SLOW)
			nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
		if (send_all(fd, answer->text, answer->len ? answer->len : strlen(answer->text)))
			hostile_do(h, fd, answer->deed);
		close(fd);
	}
}

static inline struct hostile *
hostile_prepare(void)
{
	struct hostile *h = calloc(1, sizeof(*h));

	assert_non_null(h);
	h->fd = listen_here(&h->port);
	snprintf(h->url, sizeof(h->url), "http://127.0.0.1:%u/tsa", h->port);
	return h;
}

static inline void
hostile_go(struct hostile *h)
{
	assert_int_equal(pthread_create(&h->thread, NULL, hostile_serve, h), 0);
}

static inline struct hostile *
hostile_start(const char *text, enum deed deed)
{
	struct hostile *h = hostile_prepare();

	h->answers[0] = (struct answer){ text, deed, 0 };
	hostile_go(h);
	return h;
}

static inline void
hostile_stop(struct hostile *h)
{
	atomic_store(&h->stop, true);
	shutdown(h->fd, SHUT_RDWR);
	pthread_join(h->thread, NULL);
	close(h->fd);
}

#endif
