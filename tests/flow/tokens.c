/*
 * Probant's side of tests/flow/tokens.sh: a local authority, and what is read of a token.
 *
 *     tokens make DIR NAME [rsa]     write DIR/key.pem and DIR/chain.pem
 *     tokens answer DIR TIME_US      a request on standard input, the reply on standard output
 *     tokens request HASH HEX        a request for that imprint, on standard output
 *     tokens show                    a token on standard input: what it states, a line each
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "crypto/crypto.h"
#include "stamp/authority.h"
#include "sys/world.h"

static void
must(enum pb_status status, const struct pb_error *err)
{
	if (status == PB_OK)
		return;
	fprintf(stderr, "tokens: %s: %s (%s)\n", pb_status_name(status),
	    err->why == NULL ? "" : err->why, err->object);
	exit(1);
}

static void
read_stream(FILE *from, struct pb_buf *buf)
{
	uint8_t piece[4096];
	size_t got;

	if (from == NULL)
		exit(2);
	while ((got = fread(piece, 1, sizeof(piece), from)) > 0)
		if (pb_buf_append(buf, piece, got) != PB_OK)
			exit(2);
}

static FILE *
open_in(const char *dir, const char *name, const char *mode)
{
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return fopen(path, mode);
}

static void
write_out(FILE *to, const struct pb_buf *buf)
{
	if (to == NULL || fwrite(buf->data, 1, buf->len, to) != buf->len || fflush(to) != 0)
		exit(2);
}

static void
make(const char *dir, const char *name, bool rsa)
{
	struct pb_buf key = PB_BUF_EMPTY, chain = PB_BUF_EMPTY;
	const struct pb_world *world = pb_sys_world();
	struct pb_error err = { 0 };
	FILE *file;

	must(pb_authority_generate(name, world->clock->now_us(world->clock->ctx) / 1000000, rsa,
		 NULL, &key, &chain, &err),
	    &err);
	file = open_in(dir, "key.pem", "w");
	write_out(file, &key);
	fclose(file);
	file = open_in(dir, "chain.pem", "w");
	write_out(file, &chain);
	fclose(file);
	pb_buf_wipe(&key);
	pb_buf_done(&key);
	pb_buf_done(&chain);
}

static void
answer(const char *dir, int64_t time_us)
{
	struct pb_buf key = PB_BUF_EMPTY, chain = PB_BUF_EMPTY, request = PB_BUF_EMPTY;
	struct pb_buf reply = PB_BUF_EMPTY;
	struct pb_authority *authority = NULL;
	struct pb_error err = { 0 };
	FILE *file = open_in(dir, "key.pem", "r");
	bool granted;

	read_stream(file, &key);
	fclose(file);
	file = open_in(dir, "chain.pem", "r");
	read_stream(file, &chain);
	fclose(file);
	read_stream(stdin, &request);
	must(pb_authority_open(key.data, key.len, chain.data, chain.len, &authority, &err), &err);
	must(pb_authority_answer(authority, pb_sys_world()->random, time_us, request.data,
		 request.len, &reply, &granted, &err),
	    &err);
	write_out(stdout, &reply);
	pb_authority_free(authority);
	pb_buf_wipe(&key);
	pb_buf_done(&key);
	pb_buf_done(&chain);
	pb_buf_done(&request);
	pb_buf_done(&reply);
}

static void
request(const char *name, const char *hex)
{
	struct pb_buf der = PB_BUF_EMPTY;
	uint8_t imprint[PB_STAMP_HASH_MAX];
	struct pb_error err = { 0 };
	enum pb_stamp_hash hash;

	if (!pb_stamp_hash_parse(name, &hash) ||
	    !pb_hex_decode(hex, strlen(hex), imprint, pb_stamp_hash_len(hash)))
		exit(2);
	must(pb_stamp_request_make(pb_sys_world()->random, hash, imprint, NULL, &der, &err), &err);
	write_out(stdout, &der);
	pb_buf_done(&der);
}

static void
show(void)
{
	struct pb_buf data = PB_BUF_EMPTY;
	struct pb_token *token = NULL;
	const struct pb_token_info *info;
	struct pb_error err = { 0 };
	char hex[2 * PB_STAMP_HASH_MAX + 1];

	read_stream(stdin, &data);
	must(pb_token_parse(data.data, data.len, &token, &err), &err);
	info = pb_token_info(token);
	pb_hex_encode(info->imprint, pb_stamp_hash_len(info->hash), hex);
	printf("imprint %s %s\n", pb_stamp_hash_name(info->hash), hex);
	printf("policy %s\nserial %s\ngen_time %s\n", info->policy, info->serial, info->gen_time);
	if (info->has_accuracy)
		printf("accuracy_us %" PRIu64 "\n", info->accuracy_us);
	pb_hex_encode(info->nonce, sizeof(info->nonce), hex);
	if (info->has_nonce)
		printf("nonce %s\n", hex);
	pb_hex_encode(info->key, sizeof(info->key), hex);
	printf("key %s\ntsa %s\nqualified %s\n", hex, info->tsa, info->qualified ? "stated" : "no");
	pb_token_free(token);
	pb_buf_done(&data);
}

int
main(int argc, char **argv)
{
	const char *job = argc > 1 ? argv[1] : "";
	struct pb_error err = { 0 };

	must(pb_crypto_init(&err), &err);
	if (strcmp(job, "make") == 0 && argc >= 4)
		make(argv[2], argv[3], argc > 4);
	else if (strcmp(job, "answer") == 0 && argc == 4)
		answer(argv[2], strtoll(argv[3], NULL, 10));
	else if (strcmp(job, "request") == 0 && argc == 4)
		request(argv[2], argv[3]);
	else if (strcmp(job, "show") == 0)
		show();
	else
		return 2;
	return 0;
}
