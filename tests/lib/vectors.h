/* Reading the files of tests/vectors, case by case; the grammar is in their README.md. */
#ifndef PB_TEST_LIB_VECTORS_H
#define PB_TEST_LIB_VECTORS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/text.h"

#define VECTOR_KEYS 520 /* 255 parts, each with its p */

/* A file, and in it the case at hand: keys and values, NUL-terminated in place. */
struct vectors {
	const char *path;
	struct pb_buf text;
	char *next; /* behind the case */
	size_t count;
	const char *key[VECTOR_KEYS];
	const char *value[VECTOR_KEYS];
};

/* A whole file; it must be there. */
static inline struct pb_buf
vectors_file(const char *path)
{
	struct pb_buf buf = PB_BUF_EMPTY;
	FILE *file = fopen(path, "rb");
	uint8_t chunk[4096];
	size_t len;

	if (file == NULL)
		fail_msg("no file %s", path);
	while ((len = fread(chunk, 1, sizeof(chunk), file)) > 0)
		assert_int_equal(pb_buf_append(&buf, chunk, len), PB_OK);
	(void)fclose(file);
	return buf;
}

static inline void
vectors_open(struct vectors *v, const char *path)
{
	*v = (struct vectors){ .path = path, .text = vectors_file(path) };
	assert_non_null(pb_buf_text(&v->text));
	v->next = (char *)v->text.data;
	assert_true(*v->next != '\0');
}

/* Go to the next case; false, and all is released, behind the last. */
static inline bool
vectors_next(struct vectors *v)
{
	bool separated = false;

	v->count = 0;
	while (*v->next != '\0' && !separated) {
		char *line = v->next, *end = strchr(line, '\n'), *colon = strchr(line, ':');

		assert_non_null(end);
		*end = '\0';
		v->next = end + 1;
		separated = strcmp(line, "---") == 0;
		if (separated || *line == '\0' || *line == '#')
			continue;
		assert_true(colon != NULL && colon < end && v->count < VECTOR_KEYS);
		*colon = '\0';
		v->key[v->count] = line;
		v->value[v->count++] = colon[1] == ' ' ? colon + 2 : colon + 1;
	}
	if (v->count > 0)
		return true;
	assert_true(!separated); /* an empty case is a mistake of whoever wrote it */
	pb_buf_done(&v->text);
	return false;
}

/* Call `each` with every case of a file; there is one at least. */
static inline void
vectors_walk(const char *path, void (*each)(const struct vectors *v))
{
	struct vectors v;

	vectors_open(&v, path);
	while (vectors_next(&v))
		each(&v);
}

/* The value, or NULL if the case does not have the key. */
static inline const char *
vector_find(const struct vectors *v, const char *key)
{
	for (size_t i = 0; i < v->count; i++)
		if (strcmp(v->key[i], key) == 0)
			return v->value[i];
	return NULL;
}

static inline const char *
vector_text(const struct vectors *v, const char *key)
{
	const char *value = vector_find(v, key);

	if (value == NULL)
		fail_msg("%s: %s: no %s", v->path, vector_find(v, "what"), key);
	return value;
}

/* "key.i", until the next call. */
static inline const char *
vector_indexed(const char *key, size_t i)
{
	static char out[32];

	(void)snprintf(out, sizeof(out), "%s.%zu", key, i);
	return out;
}

static inline bool
vector_is(const struct vectors *v, const char *key, const char *text)
{
	const char *value = vector_find(v, key);

	return value != NULL && strcmp(value, text) == 0;
}

static inline bool
vector_expects(const struct vectors *v, const char *verdict)
{
	return strcmp(vector_text(v, "expect"), verdict) == 0;
}

/* The case fails, by name. */
static inline void
vector_fails(const struct vectors *v, const char *why)
{
	fail_msg("%s: %s: %s", v->path, vector_text(v, "what"), why);
}

/* What the room answers is what the case expects. */
static inline void
vector_accepted(const struct vectors *v, bool accepted)
{
	if (accepted != vector_expects(v, "ok"))
		vector_fails(v, accepted ? "accepted" : "refused");
}

static inline uint64_t
vector_number(const struct vectors *v, const char *key)
{
	const char *text = vector_text(v, key);
	uint64_t value = 0;

	assert_true(pb_decimal_parse(text, strlen(text), &value));
	return value;
}

/* Hex terms joined, each as often as it says. */
static inline struct pb_buf
vector_terms(const char *at)
{
	struct pb_buf out = PB_BUF_EMPTY;

	while (*at != '\0') {
		size_t digits = strspn(at, "0123456789abcdef"), times = 1, len = digits / 2;
		const char *end = at + digits;
		uint8_t *term = malloc(len + 1);

		assert_non_null(term);
		assert_true(digits > 0 && pb_hex_decode(at, digits, term, len));
		if (*end == '*') {
			char *after;

			times = strtoul(end + 1, &after, 10);
			end = after;
		}
		while (times-- > 0)
			assert_int_equal(pb_buf_append(&out, term, len), PB_OK);
		free(term);
		assert_true(*end == ' ' || *end == '\0');
		at = *end == ' ' ? end + 1 : end;
	}
	return out;
}

/* A binary value. */
static inline struct pb_buf
vector_bytes(const struct vectors *v, const char *key)
{
	return vector_terms(vector_text(v, key));
}

/* One of exactly len bytes. */
static inline void
vector_exact(const struct vectors *v, const char *key, void *out, size_t len)
{
	struct pb_buf bytes = vector_bytes(v, key);

	assert_int_equal(bytes.len, len);
	memcpy(out, bytes.data, len);
	pb_buf_done(&bytes);
}

/* The octets are those of the case. */
static inline void
vector_equal(const struct vectors *v, const char *key, const void *data, size_t len)
{
	struct pb_buf bytes = vector_bytes(v, key);

	if (bytes.len != len || (len > 0 && memcmp(bytes.data, data, len) != 0))
		vector_fails(v, key);
	pb_buf_done(&bytes);
}

/* Part i ("part.i: kind bytes"); false if there is none. */
static inline bool
vector_part(const struct vectors *v, unsigned i, uint8_t *ret_kind, struct pb_buf *ret_bytes)
{
	const char *value = vector_find(v, vector_indexed("part", i));
	uint64_t kind = 0;
	size_t digits;

	if (value == NULL)
		return false;
	digits = strspn(value, "0123456789");
	assert_true(pb_decimal_parse(value, digits, &kind));
	*ret_kind = (uint8_t)kind;
	*ret_bytes = vector_terms(value[digits] == ' ' ? value + digits + 1 : value + digits);
	return true;
}

#endif
