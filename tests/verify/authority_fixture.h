/* Fictitious authorities, local and not, made anew in memory, and what they answer. */
#ifndef PB_TEST_VERIFY_AUTHORITY_FIXTURE_H
#define PB_TEST_VERIFY_AUTHORITY_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/text.h"
#include "lib/world.h"
#include "outside_tsa.h"
#include "stamp/authority.h"
#include "stamp/check.h"
#include "stamp/request.h"
#include "stamp/roots.h"

/* 2026-05-06T17:02:00Z, as the clock of the tests' logs. */
#define NOW_S 1778086920
#define NOW_US (NOW_S * INT64_C(1000000))
#define YEAR_S (365 * INT64_C(86400))

struct stamper {
	struct test_random random;
	struct pb_authority *authority; /* NULL: it is an outside one */
	struct outside_tsa outside;
	struct pb_buf chain;          /* certificate and root, PEM */
	struct pb_stamp_roots *roots; /* its root alone */
	const char *root_pem;         /* in chain */
};

static inline void
stamper_read_root(struct stamper *s)
{
	const char *next = pb_buf_text(&s->chain);

	for (; (next = strstr(next, "-----BEGIN CERT")) != NULL; next++)
		s->root_pem = next;
	assert_int_equal(
	    pb_stamp_roots_parse(s->root_pem, strlen(s->root_pem), &s->roots, NULL), PB_OK);
}

static inline void
stamper_make(struct stamper *s, uint8_t seed)
{
	struct pb_buf key = PB_BUF_EMPTY;

	*s = (struct stamper){ .chain = PB_BUF_EMPTY };
	test_random_init(&s->random, seed);
	assert_int_equal(pb_authority_generate("Autorite-Exemple fictive", NOW_S - 3600, false,
			     NULL, &key, &s->chain, NULL),
	    PB_OK);
	assert_int_equal(
	    pb_authority_open(key.data, key.len, s->chain.data, s->chain.len, &s->authority, NULL),
	    PB_OK);
	stamper_read_root(s);
	pb_buf_wipe(&key);
	pb_buf_done(&key);
}

/* One that is not local. */
static inline void
stamper_make_outside(struct stamper *s, uint8_t seed)
{
	*s = (struct stamper){ .chain = PB_BUF_EMPTY };
	test_random_init(&s->random, seed);
	outside_make(&s->outside, NOW_S - 3600, &s->chain);
	stamper_read_root(s);
}

static inline void
stamper_done(struct stamper *s)
{
	pb_stamp_roots_free(s->roots);
	pb_authority_free(s->authority);
	outside_done(&s->outside);
	pb_buf_done(&s->chain);
}

/* Request and reply over data, at time_us. */
static inline void
stamp_at(struct stamper *s, const void *data, size_t len, int64_t time_us, struct pb_buf *request,
    struct pb_buf *reply)
{
	uint8_t imprint[PB_STAMP_HASH_MAX];
	bool granted = true;

	pb_stamp_imprint(PB_STAMP_SHA256, data, len, imprint);
	assert_int_equal(
	    pb_stamp_request_make(&s->random.table, PB_STAMP_SHA256, imprint, NULL, request, NULL),
	    PB_OK);
	if (s->authority == NULL)
		outside_answer(&s->outside, time_us, request, reply);
	else
		assert_int_equal(pb_authority_answer(s->authority, &s->random.table, time_us,
				     request->data, request->len, reply, &granted, NULL),
		    PB_OK);
	assert_true(granted);
}

/* The facts of an anchor with that reply (FORMAT 2.2). */
static inline struct pb_buf
facts_of(const struct pb_buf *reply, uint64_t size, bool chain)
{
	struct pb_buf facts = PB_BUF_EMPTY;
	struct pb_token *token = NULL;
	const struct pb_token_info *info;
	char key[65];
	bool local;

	assert_int_equal(pb_token_parse(reply->data, reply->len, &token, NULL), PB_OK);
	info = pb_token_info(token);
	local = strcmp(info->policy, PB_STAMP_LOCAL_POLICY) == 0;
	pb_hex_encode(info->key, sizeof(info->key), key);
	assert_int_equal(pb_buf_printf(&facts,
			     "{\"event\":\"timestamp\",\"size\":%llu,\"objects\":[\"checkpoint\","
			     "\"request\",\"reply\"%s],\"tsa\":\"exemple\",\"local\":%s,"
			     "\"key\":\"%s\",\"gen_time\":\"%s\",",
			     (unsigned long long)size, chain ? ",\"chain\"" : "",
			     local ? "true" : "false", key, info->gen_time),
	    PB_OK);
	if (info->has_accuracy)
		assert_int_equal(pb_buf_printf(&facts, "\"accuracy_us\":%llu,",
				     (unsigned long long)info->accuracy_us),
		    PB_OK);
	assert_int_equal(
	    pb_buf_printf(&facts,
		"\"policy\":\"%s\",\"serial\":\"%s\",\"hash\":\"sha256\",\"before_us\":1,"
		"\"after_us\":2,\"qualified\":\"no\"}",
		info->policy, info->serial),
	    PB_OK);
	pb_token_free(token);
	return facts;
}

#endif
