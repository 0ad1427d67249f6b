/*
 * pass_on PORT NEXT: a proxy on 127.0.0.1 that passes octets on between each client and the server
 * at port NEXT, and knows nothing of them: what tools/bench_doors.py measures a door against.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define BLOCK (64 * 1024)

static struct sockaddr_in next_hop;

/* What is there.  false: it was the end, or nobody takes it. */
static bool
pass(int from, int to, char *block)
{
	ssize_t len = recv(from, block, BLOCK, 0), sent;

	if (len <= 0)
		return false;
	for (char *at = block; len > 0; at += sent, len -= sent)
		if ((sent = send(to, at, (size_t)len, MSG_NOSIGNAL)) <= 0)
			return false;
	return true;
}

static void
pass_all(int client, int server)
{
	struct pollfd p[2] = { { client, POLLIN, 0 }, { server, POLLIN, 0 } };
	char *block = malloc(BLOCK);
	bool open = block != NULL;

	while (open && poll(p, 2, -1) > 0)
		for (int i = 0; i < 2 && open; i++)
			if (p[i].revents != 0)
				open = pass(p[i].fd, p[1 - i].fd, block);
	free(block);
}

static void *
serve(void *arg)
{
	const int client = (int)(intptr_t)arg, on = 1;
	int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (server >= 0 && connect(server, (struct sockaddr *)&next_hop, sizeof(next_hop)) == 0) {
		(void)setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		(void)setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		pass_all(client, server);
	}
	if (server >= 0)
		(void)close(server);
	(void)close(client);
	return NULL;
}

static struct sockaddr_in
loopback(const char *port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(port)),
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
}

int
main(int argc, char **argv)
{
	struct sockaddr_in here;
	pthread_t thread;
	int listening = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), client;

	if (argc != 3)
		return 64;
	here = loopback(argv[1]);
	next_hop = loopback(argv[2]);
	if (bind(listening, (struct sockaddr *)&here, sizeof(here)) != 0 ||
	    listen(listening, 128) != 0) {
		perror("pass_on");
		return 1;
	}
	while ((client = accept(listening, NULL, NULL)) >= 0)
		if (pthread_create(&thread, NULL, serve, (void *)(intptr_t)client) == 0)
			(void)pthread_detach(thread);
		else
			(void)close(client);
	return 1;
}
