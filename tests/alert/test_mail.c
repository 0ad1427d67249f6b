/* What is told, octet by octet: texts, mail, JSON. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "alert/json.h"
#include "alert/mail.h"
#include "alert/say.h"
#include "lib/memory.h"

#define SECOND 1000000LL
#define WALL (1700000000 * SECOND) /* Tuesday */

static char first[] = "a@astreinte.example", second[] = "b@astreinte.example";
static char *to[] = { first, second };
static char from[] = "probant@noeud-1.example";
static struct pb_policy_email email = { .to = to, .to_count = 2, .from = from };

static struct pb_alert door = { .word = PB_ALERT_DOOR_PASSES,
	.name = "milter",
	.since_us = WALL,
	.until_us = WALL + 90 * SECOND };
static struct pb_alert writer = { .word = PB_ALERT_WRITER_DOWN, .since_us = WALL };

static void
assert_written(struct pb_buf *out, enum pb_status status, const char *expected)
{
	assert_int_equal(status, PB_OK);
	assert_string_equal(pb_buf_text(out), expected);
	pb_buf_done(out);
}

static struct pb_alert_mail
mail_of(const struct pb_policy_alerts *policy, const struct pb_notice *notices, size_t count)
{
	return (struct pb_alert_mail){ .policy = policy,
		.notices = notices,
		.count = count,
		.now_us = WALL + 100 * SECOND,
		.id = { 0xab, [15] = 0x01 } };
}

/* Accents in header and body, a line that is too long, two recipients. */
static void
a_french_mail_is_quoted_as_its_standards_say(void **state)
{
	const struct pb_policy_alerts policy = { .language = PB_LANGUAGE_FR, .email = &email };
	const struct pb_notice notice = { .state = PB_ALERT_ENDED, .alert = &door };
	const struct pb_alert_mail mail = mail_of(&policy, &notice, 1);
	struct pb_buf out = PB_BUF_EMPTY;

	(void)state;
	assert_written(&out, pb_alert_mail_write(&mail, &out),
	    "Date: Tue, 14 Nov 2023 22:15:00 +0000\r\n"
	    "Message-ID: <ab000000000000000000000000000001@noeud-1.example>\r\n"
	    "From: <probant@noeud-1.example>\r\n"
	    "To: <a@astreinte.example>,\r\n"
	    " <b@astreinte.example>\r\n"
	    "Subject: =?UTF-8?B?W1Byb2JhbnRdIFRlcm1pbsOpIDogbGEgcG9ydGUgbWlsdGVyIGxh?=\r\n"
	    " =?UTF-8?B?aXNzZSBwYXNzZXIgZGVzIG1lc3NhZ2VzIHNhbnMgcXUnaWxzIHNv?=\r\n"
	    " =?UTF-8?B?aWVudCBjb25zZXJ2w6lz?=\r\n"
	    "Auto-Submitted: auto-generated\r\n"
	    "MIME-Version: 1.0\r\n"
	    "Content-Type: text/plain; charset=utf-8\r\n"
	    "Content-Transfer-Encoding: quoted-printable\r\n"
	    "\r\n"
	    "Termin=C3=A9 : la porte milter laisse passer des messages sans qu'ils soi=\r\n"
	    "ent conserv=C3=A9s\r\n"
	    "    door_passes, de 2023-11-14T22:13:20Z =C3=A0 2023-11-14T22:14:50Z\r\n"
	    "\r\n"
	    "Ce que chaque mot veut dire et ce qu'il y a =C3=A0 faire : RUNNING.md, =C2=\r\n"
	    "=AB Alerts =C2=BB.\r\n"
	    "Heures selon l'horloge de la machine, UTC.\r\n");
}

static void
several_alerts_are_one_mail(void **state)
{
	const struct pb_policy_alerts policy = { .language = PB_LANGUAGE_EN, .email = &email };
	const struct pb_notice notices[] = { { .state = PB_ALERT_BEGUN, .alert = &writer },
		{ .state = PB_ALERT_STANDS, .alert = &door } };
	const struct pb_alert_mail mail = mail_of(&policy, notices, 2);
	struct pb_buf out = PB_BUF_EMPTY;

	(void)state;
	assert_int_equal(pb_alert_mail_write(&mail, &out), PB_OK);
	assert_non_null(strstr(pb_buf_text(&out), "\r\n\r\n"
						  "Alert: the writer gives no sign of life, "
						  "nothing is kept\r\n"
						  "    writer_down, since 2023-11-14T22:13:20Z\r\n"
						  "\r\n"
						  "Still: door milter lets messages pass that are "
						  "not kept\r\n"));
	pb_buf_done(&out);
}

/* No line of a mail is longer than RFC 2045 and 2047 let it be, nor has anything but ASCII. */
static void
every_word_fits_into_a_mail_in_every_language(void **state)
{
	(void)state;
	for (enum pb_alert_word word = 0; word < PB_ALERT_WORDS; word++) {
		for (enum pb_policy_language l = PB_LANGUAGE_FR; l <= PB_LANGUAGE_EN; l++) {
			const struct pb_policy_alerts policy = { .language = l, .email = &email };
			struct pb_alert alert = { .word = word, .since_us = WALL };
			const struct pb_notice notice = { .alert = &alert };
			const struct pb_alert_mail mail = mail_of(&policy, &notice, 1);
			struct pb_buf out = PB_BUF_EMPTY;
			const char *line, *end;

			memset(alert.name, 'n', 32);
			assert_int_equal(pb_alert_mail_write(&mail, &out), PB_OK);
			for (line = pb_buf_text(&out); *line != '\0'; line = end + 2) {
				end = strstr(line, "\r\n");
				assert_non_null(end);
				assert_true(end - line <= 76);
				for (; line < end; line++)
					assert_in_range(*line, ' ', '~');
			}
			pb_buf_done(&out);
		}
	}
}

/* A clock may say what it will. */
static void
any_time_has_a_date(void **state)
{
	const struct pb_policy_alerts policy = { .email = &email };
	const struct pb_notice notice = { .alert = &writer };
	struct pb_alert_mail mail = mail_of(&policy, &notice, 1);
	const int64_t times[] = { INT64_MIN, -1, 0, 253402300800 * SECOND, INT64_MAX };

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		struct pb_buf out = PB_BUF_EMPTY;

		mail.now_us = times[i];
		assert_int_equal(pb_alert_mail_write(&mail, &out), PB_OK);
		assert_memory_equal(out.data, "Date: Thu, 01 Jan 1970 00:00:00 +0000\r\n", 39);
		pb_buf_done(&out);
	}
}

static void
facts_are_those_of_the_format(void **state)
{
	struct pb_buf out = PB_BUF_EMPTY;
	struct pb_notice notice = { .state = PB_ALERT_BEGUN, .alert = &writer };

	(void)state;
	assert_written(&out, pb_alert_facts(&notice, &out),
	    "{\"event\":\"alert\",\"alert\":\"writer_down\",\"state\":\"begun\","
	    "\"since_us\":1700000000000000,\"told\":[]}");
	notice = (struct pb_notice){ PB_ALERT_ENDED, &door, { true, true, false } };
	assert_written(&out, pb_alert_facts(&notice, &out),
	    "{\"event\":\"alert\",\"alert\":\"door_passes\",\"state\":\"ended\",\"door\":"
	    "\"milter\","
	    "\"since_us\":1700000000000000,\"until_us\":1700000090000000,"
	    "\"told\":[\"email\",\"webhook\"]}");
}

static void
what_is_posted_is_as_documented(void **state)
{
	const struct pb_notice notices[] = { { .state = PB_ALERT_BEGUN, .alert = &writer },
		{ .state = PB_ALERT_ENDED, .alert = &door } };
	struct pb_buf out = PB_BUF_EMPTY;

	(void)state;
	assert_written(&out, pb_alert_post(PB_LANGUAGE_EN, notices, 2, WALL + SECOND, &out),
	    "{\"software\":\"probant " PROBANT_VERSION
	    "\",\"sent_us\":1700000001000000,\"alerts\":["
	    "{\"alert\":\"writer_down\",\"state\":\"begun\",\"since_us\":1700000000000000,"
	    "\"text\":\"Alert: the writer gives no sign of life, nothing is kept\"},"
	    "{\"alert\":\"door_passes\",\"state\":\"ended\",\"door\":\"milter\","
	    "\"since_us\":1700000000000000,\"until_us\":1700000090000000,"
	    "\"text\":\"Over: door milter lets messages pass that are not kept\"}]}");
}

static void
memory_that_runs_out_is_said(void **state)
{
	const struct pb_policy_alerts policy = { .email = &email };
	const struct pb_notice notice = { .state = PB_ALERT_ENDED, .alert = &door };
	const struct pb_alert_mail mail = mail_of(&policy, &notice, 1);
	enum pb_status status[2] = { PB_ENOMEM, PB_ENOMEM };

	(void)state;
	if (!test_memory_can_fail())
		skip();
	for (uint64_t nth = 1; status[0] != PB_OK || status[1] != PB_OK; nth++) {
		for (size_t i = 0; i < 2; i++) {
			struct pb_buf out = PB_BUF_EMPTY;

			test_memory_fail(nth, false);
			status[i] = i == 0 ? pb_alert_mail_write(&mail, &out)
					   : pb_alert_post(PB_LANGUAGE_FR, &notice, 1, 0, &out);
			(void)test_memory_restore();
			assert_true(status[i] == PB_OK || status[i] == PB_ENOMEM);
			pb_buf_done(&out);
		}
		assert_true(nth < 1000);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_french_mail_is_quoted_as_its_standards_say),
		cmocka_unit_test(several_alerts_are_one_mail),
		cmocka_unit_test(every_word_fits_into_a_mail_in_every_language),
		cmocka_unit_test(any_time_has_a_date),
		cmocka_unit_test(facts_are_those_of_the_format),
		cmocka_unit_test(what_is_posted_is_as_documented),
		cmocka_unit_test(memory_that_runs_out_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
