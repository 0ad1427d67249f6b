/* `tsa serve`: a timestamping authority over HTTP, for laboratories and in-house use. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/access.h"
#include "core/io.h"
#include "core/limits.h"
#include "core/text.h"
#include "net/server.h"
#include "stamp/authority.h"
#include "sys/process.h"

#define KEY "tsa.key"
#define CHAIN "tsa.pem"
#define ROOT "root.pem"
#define PORT 3180
#define REQUEST_MAX 65536 /* bytes; a request has about 60 */

struct service {
	const struct pb_world *world;
	struct pb_authority *authority;
};

static enum pb_status
answer(void *ctx, const void *request, size_t len, unsigned *http, struct pb_buf *reply)
{
	const struct service *service = ctx;
	const struct pb_clock *clock = service->world->clock;
	enum pb_status status;
	bool granted = false;
	char time[21];
	int64_t now_us = clock->now_us(clock->ctx);

	(void)http;
	status = pb_authority_answer(service->authority, service->world->random, now_us, request,
	    len, reply, &granted, NULL);
	pb_time_format(now_us / 1000000, time);
	(void)printf("%s %s\n", time,
	    status != PB_OK ? _("failed")
	    : granted       ? _("granted")
			    : _("rejected"));
	(void)fflush(stdout);
	return status;
}

/* A new authority in dir: its key, its certificate with the root, the root alone for others. */
static enum pb_status
make(const struct pb_world *world, const char *dir, const char *key_path, const char *chain_path,
    const char *root_path, struct pb_error *err)
{
	int64_t now_s = world->clock->now_us(world->clock->ctx) / 1000000;
	struct pb_buf key = PB_BUF_EMPTY, chain = PB_BUF_EMPTY;
	const char *text, *root = NULL;
	enum pb_status status;

	status = pb_authority_generate(
	    "laboratory timestamps", now_s, false, PB_STAMP_SERVED_POLICY, &key, &chain, err);
	if (status == PB_OK && (text = pb_buf_text(&chain)) != NULL)
		root = strstr(text + 1, "-----BEGIN CERTIFICATE-----");
	if (status == PB_OK && root == NULL)
		status = pb_fail_memory(err, N_("make an authority"));
	(void)world->files->mkdir(world->files->ctx, dir, 0700); /* or it is there */
	if (status == PB_OK)
		status = pb_io_create_file(world->files, root_path, root, strlen(root), err);
	if (status == PB_OK)
		status = pb_io_create_file(world->files, chain_path, chain.data, chain.len, err);
	if (status == PB_OK)
		status = pb_io_create_file(world->files, key_path, key.data, key.len, err);
	pb_buf_wipe(&key);
	pb_buf_done(&key);
	pb_buf_done(&chain);
	return pb_access_taken(status, err);
}

static enum pb_status
load(const struct pb_world *world, const char *key_path, const char *chain_path,
    struct pb_authority **ret_authority, struct pb_error *err)
{
	struct pb_buf key = PB_BUF_EMPTY, chain = PB_BUF_EMPTY;
	enum pb_status status;

	status = pb_io_read_regular(world->files, key_path, PB_LIMIT_PEM, &key, err);
	if (status == PB_OK)
		status = pb_io_read_regular(world->files, chain_path, PB_LIMIT_PEM, &chain, err);
	if (status == PB_OK)
		status =
		    pb_authority_open(key.data, key.len, chain.data, chain.len, ret_authority, err);
	pb_buf_wipe(&key);
	pb_buf_done(&key);
	pb_buf_done(&chain);
	return status;
}

static enum pb_status
open_authority(const struct pb_world *world, const char *dir, char **ret_root_path,
    struct pb_authority **ret_authority, struct pb_error *err)
{
	char *key = pb_path_join(dir, KEY), *chain = pb_path_join(dir, CHAIN);
	char *root = pb_path_join(dir, ROOT);
	enum pb_status status;

	if (key == NULL || chain == NULL || root == NULL)
		status = pb_fail_memory(err, N_("open an authority"));
	else
		status = load(world, key, chain, ret_authority, err);
	if (status == PB_ENOENT) {
		status = make(world, dir, key, chain, root, err);
		if (status == PB_OK)
			status = load(world, key, chain, ret_authority, err);
	}
	free(key);
	free(chain);
	if (status == PB_OK)
		*ret_root_path = root;
	else
		free(root);
	return status;
}

/* "127.0.0.1:3180", "[::1]:3180" or ":0". */
static bool
parse_listen(const char *text, char address[64], unsigned *ret_port)
{
	const char *colon = text != NULL ? strrchr(text, ':') : NULL;
	size_t len = colon != NULL ? (size_t)(colon - text) : 0;
	uint64_t port;

	(void)snprintf(address, 64, "127.0.0.1");
	*ret_port = PORT;
	if (text == NULL)
		return true;
	if (colon == NULL || len >= 64 || !pb_decimal_parse(colon + 1, strlen(colon + 1), &port) ||
	    port > 65535)
		return false;
	*ret_port = (unsigned)port;
	if (len > 2 && text[0] == '[' && text[len - 1] == ']') {
		text++;
		len -= 2;
	}
	if (len > 0)
		(void)snprintf(address, 64, "%.*s", (int)len, text);
	return true;
}

enum pb_exit
pb_cli_tsa_serve(const struct pb_world *world, const struct pb_options *options)
{
	static const struct pb_server_page page = { "/", "application/timestamp-query",
		"application/timestamp-reply", answer };
	struct service service = { .world = world };
	struct pb_server_options serving = {
		.page = &page, .page_count = 1, .max = REQUEST_MAX, .ctx = &service
	};
	struct pb_server *server = NULL;
	struct pb_error err = { 0 };
	enum pb_status status;
	char address[64];
	char *root = NULL;

	if (!parse_listen(options->value[PB_OPTION_LISTEN], address, &serving.port)) {
		pb_say_usage(
		    _("--listen takes an address and a port"), options->value[PB_OPTION_LISTEN]);
		return PB_EXIT_USAGE;
	}
	serving.address = address;
	pb_process_hold_signals();
	status = open_authority(world, options->operand[0], &root, &service.authority, &err);
	if (status == PB_OK)
		status = pb_server_new(&serving, &server, &err);
	if (status == PB_OK) {
		(void)printf(
		    _("serving timestamps on http://%s:%u/; its root is %s\n"
		      "An authority for laboratories: its times are those of this machine's "
		      "clock.\n"),
		    address, pb_server_port(server), root);
		(void)fflush(stdout);
		pb_process_wait();
	} else {
		pb_say_error(&err);
	}
	pb_server_free(server);
	pb_authority_free(service.authority);
	free(root);
	return pb_say_exit(status);
}
