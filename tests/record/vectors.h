/* Reading the files of tests/vectors, case by case; the grammar is in their README.md. */
#ifndef PB_TEST_RECORD_VECTORS_H
#define PB_TEST_RECORD_VECTORS_H

#include "fixture.h"

struct vectors {
	struct pb_buf text;
	const char *at;  /* where the case at hand begins */
	const char *end; /* behind its last line */
};

static inline struct vectors
vectors_open(const char *name)
{
	struct vectors v = { .text = PB_BUF_EMPTY };
	uint8_t chunk[4096];
	char path[256];
	FILE *file;
	size_t len;

	(void)snprintf(path, sizeof(path), "%s/%s", TEST_VECTORS, name);
	file = fopen(path, "rb");
	assert_non_null(file);
	while ((len = fread(chunk, 1, sizeof(chunk), file)) > 0)
		assert_int_equal(pb_buf_append(&v.text, chunk, len), PB_OK);
	(void)fclose(file);
	v.end = pb_buf_text(&v.text);
	assert_non_null(v.end);
	return v;
}

/* Go to the next case; false, and all is released, behind the last. */
static inline bool
vectors_next(struct vectors *v)
{
	const char *separator;

	if (*v->end == '\0') {
		pb_buf_done(&v->text);
		return false;
	}
	v->at = v->end;
	separator = strstr(v->at, "\n---\n");
	v->end = separator == NULL ? v->at + strlen(v->at) : separator + 5;
	return true;
}

/* The value of a key, not terminated; NULL if the case has no such key. */
static inline const char *
vector_find(const struct vectors *v, const char *key, size_t *ret_len)
{
	size_t key_len = strlen(key);

	*ret_len = 0;
	for (const char *line = v->at; line < v->end; line = strchr(line, '\n') + 1) {
		if (strncmp(line, key, key_len) != 0 || line[key_len] != ':')
			continue;
		line += key_len + (line[key_len + 1] == ' ' ? 2 : 1);
		*ret_len = strcspn(line, "\n");
		return line;
	}
	return NULL;
}

static inline bool
vector_is(const struct vectors *v, const char *key, const char *text)
{
	size_t len;
	const char *value = vector_find(v, key, &len);

	return value != NULL && len == strlen(text) && memcmp(value, text, len) == 0;
}

static inline uint64_t
vector_number(const struct vectors *v, const char *key)
{
	uint64_t number = 0;
	size_t len;
	const char *value = vector_find(v, key, &len);

	assert_non_null(value);
	assert_true(pb_decimal_parse(value, len, &number));
	return number;
}

/* Text, terminated, freed with free(). */
static inline char *
vector_text(const struct vectors *v, const char *key)
{
	size_t len;
	const char *value = vector_find(v, key, &len);

	assert_non_null(value);
	return strndup(value, len);
}

/* Terms of hex, each perhaps with a count, joined. */
static inline struct pb_buf
binary_value(const char *at, size_t len)
{
	struct pb_buf out = PB_BUF_EMPTY, term = PB_BUF_EMPTY;
	const char *end = at + len;

	while (at < end) {
		size_t digits = strspn(at, "0123456789abcdef");
		unsigned long times = 1;

		pb_buf_clear(&term);
		assert_int_equal(pb_buf_reserve(&term, digits / 2 + 1), PB_OK);
		assert_true(pb_hex_decode(at, digits, term.data, digits / 2));
		at += digits;
		if (*at == '*') {
			char *behind;

			times = strtoul(at + 1, &behind, 10);
			at = behind;
		}
		for (; times > 0; times--)
			assert_int_equal(pb_buf_append(&out, term.data, digits / 2), PB_OK);
		at += *at == ' ';
	}
	pb_buf_done(&term);
	return out;
}

static inline struct pb_buf
vector_binary(const struct vectors *v, const char *key)
{
	size_t len;
	const char *value = vector_find(v, key, &len);

	assert_non_null(value);
	return binary_value(value, len);
}

/* Exactly len bytes. */
static inline void
vector_bytes(const struct vectors *v, const char *key, void *to, size_t len)
{
	struct pb_buf value = vector_binary(v, key);

	assert_int_equal(value.len, len);
	memcpy(to, value.data, len);
	pb_buf_done(&value);
}

static inline struct pb_secret *
vector_secret(const struct vectors *v, const char *key)
{
	struct pb_secret *secret = NULL;

	assert_int_equal(pb_secret_new(SECRET_LEN, &secret, NULL), PB_OK);
	vector_bytes(v, key, pb_secret_bytes(secret), SECRET_LEN);
	return secret;
}

/* Part i ("part.i: kind bytes"); false if there is none. */
static inline bool
vector_part(const struct vectors *v, unsigned i, uint8_t *ret_kind, struct pb_buf *ret_bytes)
{
	char key[16];
	const char *value;
	size_t len, digits;
	uint64_t kind = 0;

	(void)snprintf(key, sizeof(key), "part.%u", i);
	value = vector_find(v, key, &len);
	if (value == NULL)
		return false;
	digits = strspn(value, "0123456789");
	if (digits > len)
		digits = len;
	assert_true(pb_decimal_parse(value, digits, &kind));
	*ret_kind = (uint8_t)kind;
	*ret_bytes =
	    digits == len ? PB_BUF_EMPTY : binary_value(value + digits + 1, len - digits - 1);
	return true;
}

#endif
