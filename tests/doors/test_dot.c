/* Dots unstuffed over streams of any chunking, and where a message ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "doors/dot.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* What came out of octets that came `step` at a time. */
struct out {
	uint8_t message[64];
	size_t len;
	size_t used; /* through the end, or all of it */
	bool ended;
};

static void
take(struct out *out, struct pb_dot *dot, const uint8_t *data, size_t len)
{
	const uint8_t *run;
	size_t run_len, used;

	while (len > 0 && dot->at != PB_DOT_END) {
		used = pb_dot_next(dot, data, len, &run, &run_len);
		assert_true(used <= len && (used > 0 || run_len > 0));
		assert_true(run_len <= sizeof(out->message) - out->len);
		memcpy(out->message + out->len, run, run_len);
		out->len += run_len;
		out->used += used;
		data += used;
		len -= used;
	}
}

static struct out
read_all(const char *octets, size_t len, size_t step)
{
	struct out out = { .len = 0 };
	struct pb_dot dot;

	pb_dot_init(&dot);
	for (size_t at = 0; at < len && dot.at != PB_DOT_END; at += step)
		take(&out, &dot, (const uint8_t *)octets + at, step < len - at ? step : len - at);
	out.ended = dot.at == PB_DOT_END;
	return out;
}

#define ROW(octets, message, left)                                                                 \
	{                                                                                          \
		octets, sizeof(octets) - 1, message, sizeof(message) - 1, left                     \
	}

static void
a_message_ends_with_cr_lf_dot_cr_lf_alone(void **state)
{
	/* left: octets behind the end; -1: it does not end. */
	static const struct {
		const char *octets;
		size_t len;
		const char *message;
		size_t message_len;
		int left;
	} rows[] = {
		ROW("", "", -1),
		ROW(".\r\n", "", 0),
		ROW("\r\n.\r\n", "\r\n", 0),
		ROW("a\r\n.\r\nQUIT\r\n", "a\r\n", 6),
		ROW("a\r\n..\r\n.\r\n", "a\r\n.\r\n", 0),
		ROW("..a\r\n...\r\n.\r\n", ".a\r\n..\r\n", 0),
		ROW("a.\r\n.\r\n", "a.\r\n", 0),
		ROW(".a\r\n.\r\n", "a\r\n", 0),
		/* The ways in which other servers were told of an end that is none. */
		ROW("a\n.\n", "a\n.\n", -1),
		ROW("a\n.\r\nb", "a\n.\r\nb", -1),
		ROW("a\r\n.\nb", "a\r\n\nb", -1),
		ROW("a\r.\r\nb", "a\r.\r\nb", -1),
		ROW("a\r.\rb", "a\r.\rb", -1),
		ROW("a\r\n.\rb", "a\r\n\rb", -1),
		ROW("a\r\n.\r\r\nb", "a\r\n\r\r\nb", -1),
		ROW("a\r\n.\r.\r\nb", "a\r\n\r.\r\nb", -1),
		ROW("a\n\r\n.\r\n", "a\n\r\n", 0),
		ROW("a\r\r\n.\r\n", "a\r\r\n", 0),
		ROW("a\r\n\0.\r\nb", "a\r\n\0.\r\nb", -1),
		ROW("a\r\0\n.\r\nb", "a\r\0\n.\r\nb", -1),
		/* Behind a stuffed dot a line is as any other. */
		ROW(".a\r\r\n.\r\n", "a\r\r\n", 0),
		ROW(".\r\r\n.\r\n", "\r\r\n", 0),
		ROW(".\r", "", -1),
		ROW("a\r\n.\r", "a\r\n", -1),
	};

	(void)state;
	for (size_t i = 0; i < COUNT(rows); i++)
		for (size_t step = 1; step <= rows[i].len + 1; step++) {
			struct out out = read_all(rows[i].octets, rows[i].len, step);

			assert_int_equal(out.ended, rows[i].left >= 0);
			assert_int_equal(out.len, rows[i].message_len);
			assert_memory_equal(out.message, rows[i].message, out.len);
			if (out.ended)
				assert_int_equal(rows[i].len - out.used, rows[i].left);
		}
}

/* Every text of eight octets out of these, as one and octet by octet. */
static void
chunks_change_nothing(void **state)
{
	static const char octet[] = { '\r', '\n', '.', 'a' };
	char text[8];

	(void)state;
	for (unsigned long number = 0; number < 1UL << (2 * sizeof(text)); number++) {
		struct out whole, single;

		for (size_t i = 0; i < sizeof(text); i++)
			text[i] = octet[number >> (2 * i) & 3];
		whole = read_all(text, sizeof(text), sizeof(text));
		single = read_all(text, sizeof(text), 1);
		assert_true(whole.ended == single.ended && whole.used == single.used);
		assert_int_equal(whole.len, single.len);
		assert_memory_equal(whole.message, single.message, whole.len);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_ends_with_cr_lf_dot_cr_lf_alone),
		cmocka_unit_test(chunks_change_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
