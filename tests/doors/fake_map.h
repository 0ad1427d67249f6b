/*
 * A server of a map (socketmap_table(5)) that is told what to answer, octet for octet, and
 * remembers what it was asked.  One thread, one connection after the other.
 */
#ifndef PB_TEST_DOORS_FAKE_MAP_H
#define PB_TEST_DOORS_FAKE_MAP_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/error.h"
#include "lib/world.h"

#define FAKE_ANSWERS 16

struct fake_map {
	char *dir, path[300];
	int listener;
	pthread_t thread;
	/* Answers in their order; NULL ends the connection without one; behind the last, silence.
	 */
	const char *answer[FAKE_ANSWERS];
	char asked[4096]; /* the questions, as they came, one behind the other */
	size_t asked_len;
	unsigned connections, next;
	struct test_clock *clock; /* that an answer takes so long by; NULL: it takes no time */
	int64_t takes_us;
};

/* "12:" and so many octets, and a comma. */
static bool
fake_map_question(struct fake_map *map, int fd)
{
	size_t from = map->asked_len, len = 0;
	char *at = map->asked + from, *colon = NULL;

	while (from + len < sizeof(map->asked) - 1 && recv(fd, at + len, 1, 0) == 1) {
		len++;
		at[len] = '\0';
		if (colon == NULL && at[len - 1] == ':')
			colon = at + len;
		if (colon != NULL && (size_t)(at + len - colon) == strtoul(at, NULL, 10) + 1) {
			map->asked_len = from + len;
			return true;
		}
	}
	return false;
}

static void *
fake_map_serve(void *arg)
{
	struct fake_map *map = arg;
	int fd;

	while ((fd = accept(map->listener, NULL, NULL)) >= 0) {
		map->connections++;
		while (fake_map_question(map, fd)) {
			const char *answer = map->answer[map->next];

			if (map->next < FAKE_ANSWERS - 1)
				map->next++;
			if (answer == NULL)
				break;
			if (map->clock != NULL)
				map->clock->now_us += map->takes_us;
			if (send(fd, answer, strlen(answer), MSG_NOSIGNAL) < 0)
				break;
		}
		(void)close(fd);
	}
	return NULL;
}

static inline void
fake_map_start(struct fake_map *map)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	memset(map, 0, sizeof(*map));
	map->dir = test_directory();
	(void)snprintf(map->path, sizeof(map->path), "%s/map", map->dir);
	assert_true(strlen(map->path) < sizeof(address.sun_path));
	memcpy(address.sun_path, map->path, strlen(map->path) + 1);
	map->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(map->listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(map->listener, 8), 0);
	assert_int_equal(pthread_create(&map->thread, NULL, fake_map_serve, map), 0);
}

/* Whoever is connected has hung up. */
static inline void
fake_map_stop(struct fake_map *map)
{
	(void)shutdown(map->listener, SHUT_RDWR);
	assert_int_equal(pthread_join(map->thread, NULL), 0);
	(void)close(map->listener);
	(void)unlink(map->path);
	test_directory_remove(map->dir);
}

#endif
