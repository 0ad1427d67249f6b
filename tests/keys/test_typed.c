/* Lines that a person types: every slip of one sign, and every exchange of two, is found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/error.h"
#include "crypto/crypto.h"
#include "keys/typed.h"
#include "lib/vectors.h"

static const char signs[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* The lines of `len` octets, as they are printed. */
static struct pb_buf
lines_of(size_t len)
{
	struct pb_buf lines = PB_BUF_EMPTY;
	uint8_t octets[2000];

	for (size_t i = 0; i < sizeof(octets); i++)
		octets[i] = (uint8_t)(i * 7 + i / 20);
	assert_int_equal(pb_typed_lines(octets, len, &lines, NULL), PB_OK);
	assert_non_null(pb_buf_text(&lines));
	return lines;
}

static enum pb_status
type(unsigned number, const char *text, struct pb_error *err)
{
	struct pb_buf octets = PB_BUF_EMPTY;
	enum pb_status status = pb_typed_line(number, text, strlen(text), &octets, err);

	assert_true((status == PB_OK) == (octets.len > 0));
	pb_buf_done(&octets);
	return status;
}

static void
what_is_typed_is_what_was_printed(void **state)
{
	static const size_t lengths[] = { 1, 15, 16, 17, 36, 250, 1976 };

	(void)state;
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		struct pb_buf lines = lines_of(lengths[i]), octets = PB_BUF_EMPTY;
		const char *at = (const char *)lines.data;
		unsigned number = 0;

		while (*at != '\0') {
			size_t len = strcspn(at, "\n");

			assert_int_equal(pb_typed_line(++number, at, len, &octets, NULL), PB_OK);
			at += len + 1;
		}
		assert_int_equal(pb_typed_end(&octets, lengths[i], NULL), PB_OK);
		for (size_t k = 0; k < octets.len; k++)
			assert_int_equal(octets.data[k], (uint8_t)(k * 7 + k / 20));
		pb_buf_done(&octets);
		pb_buf_done(&lines);
	}
}

static void
more_lines_than_have_numbers_are_refused(void **state)
{
	static const uint8_t octets[2000];
	struct pb_buf lines = PB_BUF_EMPTY;

	(void)state;
	assert_int_equal(pb_typed_lines(octets, 1977, &lines, NULL), PB_ELIMIT);
	assert_int_equal(lines.len, 0);
}

static void
a_line_is_taken_however_it_is_written(void **state)
{
	struct pb_buf lines = lines_of(16);
	const char *line = (const char *)lines.data;
	char other[128];
	size_t n = 0;

	(void)state;
	assert_int_equal(type(1, line + 3, NULL), PB_OK); /* without its number */
	for (const char *at = line + 3; *at != '\n'; at++)
		other[n++] = *at >= 'A'   ? (char)(*at - 'A' + 'a')
			     : *at == '0' ? 'o'
			     : *at == '1' ? 'l'
			     : *at == ' ' ? '-'
					  : *at;
	other[n] = '\0';
	assert_int_equal(type(1, other, NULL), PB_OK);
	for (n = 0; other[n] != '\0'; n++)
		if (other[n] == 'l')
			other[n] = 'I';
	assert_int_equal(type(1, other, NULL), PB_OK);
	pb_buf_done(&lines);
}

static void
every_wrong_sign_is_found(void **state)
{
	struct pb_buf lines = lines_of(16);
	char line[128];

	(void)state;
	(void)snprintf(line, sizeof(line), "%.*s", (int)strcspn((char *)lines.data, "\n") - 3,
	    (char *)lines.data + 3);
	for (size_t i = 0; line[i] != '\0'; i++) {
		char right = line[i];

		if (right == ' ')
			continue;
		for (size_t s = 0; s < 32; s++) {
			line[i] = signs[s];
			assert_int_equal(type(1, line, NULL), signs[s] == right ? PB_OK : PB_EDATA);
		}
		line[i] = right;
	}
	pb_buf_done(&lines);
}

static void
every_exchange_of_two_signs_is_found(void **state)
{
	struct pb_buf lines = lines_of(16);
	char line[128];
	size_t len;

	(void)state;
	len = strcspn((char *)lines.data, "\n") - 3;
	(void)snprintf(line, sizeof(line), "%.*s", (int)len, (char *)lines.data + 3);
	for (size_t i = 0; i < len; i++)
		for (size_t k = i + 1; k < len; k++) {
			char a = line[i], b = line[k];

			if (a == ' ' || b == ' ')
				continue;
			line[i] = b;
			line[k] = a;
			assert_int_equal(type(1, line, NULL), a == b ? PB_OK : PB_EDATA);
			line[i] = a;
			line[k] = b;
		}
	pb_buf_done(&lines);
}

static void
a_line_at_anothers_place_is_found_and_named(void **state)
{
	struct pb_buf lines = lines_of(250);
	const char *second = strchr((const char *)lines.data, '\n') + 4; /* behind its number */
	struct pb_error err = { 0 };
	char line[128];

	(void)state;
	(void)snprintf(line, sizeof(line), "%.*s", (int)strcspn(second, "\n"), second);
	assert_int_equal(type(2, line, NULL), PB_OK);
	for (unsigned number = 1; number < 100; number++) {
		if (number == 2)
			continue;
		assert_int_equal(type(number, line, &err), PB_EDATA);
		assert_int_equal(strtoul(err.object, NULL, 10), number);
		assert_non_null(err.todo);
	}
	pb_buf_done(&lines);
}

static void
what_is_no_line_is_refused(void **state)
{
	static const char *const wrong[] = { "", "   ", "P8", "620Y RC2Q 0R4J", "*", "620U RC2Q",
		"0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000 0000" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(type(1, wrong[i], NULL), PB_EDATA);
}

static void
lines_that_are_sound_but_not_of_one_sheet_are_found(void **state)
{
	struct pb_buf octets = PB_BUF_EMPTY;
	static const uint8_t zeros[25];

	(void)state;
	assert_int_equal(pb_buf_append(&octets, zeros, 25), PB_OK);
	assert_int_equal(pb_typed_end(&octets, 20, NULL), PB_EDATA);
	assert_int_equal(pb_typed_end(&octets, 26, NULL), PB_EDATA);
	assert_int_equal(pb_typed_end(&octets, 5, NULL), PB_EDATA);
	assert_int_equal(octets.len, 25);
	pb_buf_done(&octets);
}

/* The lines of these octets, as somebody else wrote them. */
static void
check_lines(const struct vectors *v)
{
	struct pb_buf data = vector_bytes(v, "data"), lines = PB_BUF_EMPTY;
	char *at;

	assert_int_equal(pb_typed_lines(data.data, data.len, &lines, NULL), PB_OK);
	assert_non_null(pb_buf_text(&lines));
	at = (char *)lines.data;
	for (size_t i = 0; *at != '\0'; i++) {
		const char *expected = vector_text(v, vector_indexed("line", i));
		size_t len = strcspn(at, "\n");

		at[len] = '\0';
		/* A value has lost the spaces before it. */
		assert_string_equal(at + strspn(at, " "), expected + strspn(expected, " "));
		at += len + 1;
	}
	pb_buf_done(&data);
	pb_buf_done(&lines);
}

static void
check_line(const struct vectors *v)
{
	unsigned number = (unsigned)vector_number(v, "number");
	const char *typed = vector_text(v, "typed");
	struct pb_buf octets = PB_BUF_EMPTY;
	enum pb_status status = pb_typed_line(number, typed, strlen(typed), &octets, NULL);

	if (vector_expects(v, "ok")) {
		assert_int_equal(status, PB_OK);
		vector_equal(v, "octets", octets.data, octets.len);
	} else {
		assert_int_equal(status, PB_EDATA);
	}
	pb_buf_done(&octets);
}

static void
check_vector(const struct vectors *v)
{
	if (vector_find(v, "data") != NULL)
		check_lines(v);
	else
		check_line(v);
}

static void
lines_that_others_wrote_are_the_same(void **state)
{
	(void)state;
	vectors_walk(TEST_VECTORS "/typed.txt", check_vector);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_typed_is_what_was_printed),
		cmocka_unit_test(more_lines_than_have_numbers_are_refused),
		cmocka_unit_test(a_line_is_taken_however_it_is_written),
		cmocka_unit_test(every_wrong_sign_is_found),
		cmocka_unit_test(every_exchange_of_two_signs_is_found),
		cmocka_unit_test(a_line_at_anothers_place_is_found_and_named),
		cmocka_unit_test(what_is_no_line_is_refused),
		cmocka_unit_test(lines_that_are_sound_but_not_of_one_sheet_are_found),
		cmocka_unit_test(lines_that_others_wrote_are_the_same),
	};

	if (pb_crypto_init(NULL) != PB_OK)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
