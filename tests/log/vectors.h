/* Reading test vectors: the grammar of tests/vectors/README.md. */
#ifndef PB_TEST_LOG_VECTORS_H
#define PB_TEST_LOG_VECTORS_H

#include "log/fixture.h"

#define VECTOR_KEYS 256

/* One case: keys and values, NUL-terminated in place. */
struct vector {
	const char *file;
	size_t count;
	const char *key[VECTOR_KEYS];
	const char *value[VECTOR_KEYS];
};

/* The value, or NULL if the case does not have the key. */
static inline const char *
vector_find(const struct vector *v, const char *key)
{
	for (size_t i = 0; i < v->count; i++)
		if (strcmp(v->key[i], key) == 0)
			return v->value[i];
	return NULL;
}

static inline const char *
vector_text(const struct vector *v, const char *key)
{
	const char *value = vector_find(v, key);

	if (value == NULL)
		fail_msg("%s: %s: no %s", v->file, vector_find(v, "what"), key);
	return value;
}

static inline uint64_t
vector_number(const struct vector *v, const char *key)
{
	const char *text = vector_text(v, key);
	uint64_t value;

	assert_true(pb_decimal_parse(text, strlen(text), &value));
	return value;
}

/* Hex terms joined, each as often as it says. */
static inline struct pb_buf
vector_bytes(const struct vector *v, const char *key)
{
	const char *at = vector_text(v, key);
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

static inline void
vector_exact(const struct vector *v, const char *key, void *out, size_t len)
{
	struct pb_buf bytes = vector_bytes(v, key);

	assert_int_equal(bytes.len, len);
	memcpy(out, bytes.data, len);
	pb_buf_done(&bytes);
}

static inline bool
vector_expects(const struct vector *v, const char *verdict)
{
	return strcmp(vector_text(v, "expect"), verdict) == 0;
}

/* Call `each` with every case of a file of tests/vectors; there is one at least. */
static inline void
vectors_walk(const char *file, void (*each)(const struct vector *v))
{
	struct vector v = { .file = file };
	char path[200];
	struct pb_buf buf;
	char *line, *next;

	snprintf(path, sizeof(path), TEST_VECTORS "/%s", file);
	buf = read_file(path);
	assert_non_null(pb_buf_text(&buf));
	for (line = (char *)buf.data; *line != '\0'; line = next) {
		char *end = strchr(line, '\n');
		char *colon = strchr(line, ':');

		assert_non_null(end);
		*end = '\0';
		next = end + 1;
		if (strcmp(line, "---") == 0) {
			each(&v);
			v.count = 0;
		} else if (*line != '\0' && *line != '#') {
			assert_true(colon != NULL && v.count < VECTOR_KEYS);
			*colon = '\0';
			v.key[v.count] = line;
			v.value[v.count++] = colon[1] == ' ' ? colon + 2 : colon + 1;
		}
	}
	assert_true(v.count > 0);
	each(&v);
	pb_buf_done(&buf);
}

#endif
