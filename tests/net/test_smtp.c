/* A mail server that says what it was told to say, and remembers what it heard. */
#include "net/fixture.h"

#include "net/http.h"
#include "net/smtp.h"

static struct pb_http *http;

/* The answer to a command that begins so; the first that fits. */
struct reply {
	const char *command, *text;
};

struct sink {
	int fd;
	unsigned port;
	pthread_t thread;
	const struct reply *replies;
	size_t count;
	char heard[65536]; /* all of it, LF for CR LF */
	size_t len;
};

/* With "", the greeting. */
static bool
begins(const char *command, const char *with)
{
	return with[0] == '\0' ? command[0] == '\0' : strncmp(command, with, strlen(with)) == 0;
}

static const char *
reply_to(const struct sink *sink, const char *command)
{
	static const struct reply usual[] = { { "EHLO", "250-mx.example\r\n250 8BITMIME\r\n" },
		{ "MAIL", "250 ok\r\n" }, { "RCPT", "250 ok\r\n" }, { "DATA", "354 go on\r\n" },
		{ ".", "250 kept\r\n" }, { "QUIT", "221 bye\r\n" }, { "", "220 mx.example\r\n" } };

	for (size_t i = 0; i < sink->count; i++)
		if (begins(command, sink->replies[i].command))
			return sink->replies[i].text;
	for (size_t i = 0; i < CASES(usual); i++)
		if (begins(command, usual[i].command))
			return usual[i].text;
	return "500 what?\r\n";
}

static void *
listen_to(void *arg)
{
	struct sink *sink = arg;
	int fd = accept(sink->fd, NULL, NULL);
	FILE *in = fdopen(fd, "r");
	bool data = false;
	char line[2000];
	const char *reply = reply_to(sink, "");

	for (; reply[0] != '\0' && send_all(fd, reply, strlen(reply));) {
		do {
			if (fgets(line, sizeof(line), in) == NULL)
				goto out;
			line[strcspn(line, "\r\n")] = '\0';
			sink->len += (size_t)snprintf(
			    sink->heard + sink->len, sizeof(sink->heard) - sink->len, "%s\n", line);
		} while (data && strcmp(line, ".") != 0);
		reply = reply_to(sink, line);
		data = strcmp(line, "DATA") == 0 && reply[0] == '3';
	}
out:
	fclose(in);
	return NULL;
}

static struct sink *
sink_start(const struct reply *replies, size_t count)
{
	struct sink *sink = calloc(1, sizeof(*sink));

	assert_non_null(sink);
	sink->replies = replies;
	sink->count = count;
	sink->fd = listen_here(&sink->port);
	assert_int_equal(pthread_create(&sink->thread, NULL, listen_to, sink), 0);
	return sink;
}

static void
sink_stop(struct sink *sink)
{
	pthread_join(sink->thread, NULL);
	close(sink->fd);
	free(sink);
}

static const char *const to[] = { "a@astreinte.example", "b@astreinte.example" };
static const char MESSAGE[] = "Subject: essai\r\n\r\n.une ligne\r\nfin\r\n";

static struct pb_smtp_letter
letter_to(unsigned port)
{
	return (struct pb_smtp_letter){ .host = "127.0.0.1",
		.port = port,
		.helo = "noeud-1.example",
		.to = to,
		.to_count = 2,
		.message = MESSAGE,
		.len = sizeof(MESSAGE) - 1,
		.timeout_ms = 5000 };
}

static void
a_letter_comes_as_it_is_with_an_empty_reverse_path(void **state)
{
	struct sink *sink = sink_start(NULL, 0);
	const struct pb_smtp_letter letter = letter_to(sink->port);

	(void)state;
	assert_int_equal(pb_smtp_send(&letter, NULL), PB_OK);
	pthread_join(sink->thread, NULL);
	assert_string_equal(sink->heard, "EHLO noeud-1.example\n"
					 "MAIL FROM:<>\n"
					 "RCPT TO:<a@astreinte.example>\n"
					 "RCPT TO:<b@astreinte.example>\n"
					 "DATA\n"
					 "Subject: essai\n"
					 "\n"
					 "..une ligne\n" /* RFC 5321 4.5.2 */
					 "fin\n"
					 ".\n"
					 "QUIT\n");
	close(sink->fd);
	free(sink);
}

static void
who_can_be_told_is_told(void **state)
{
	static const struct reply gone[] = { { "RCPT TO:<a@", "550 nobody\r\n" } };
	struct sink *sink = sink_start(gone, 1);
	const struct pb_smtp_letter letter = letter_to(sink->port);

	(void)state;
	assert_int_equal(pb_smtp_send(&letter, NULL), PB_OK);
	sink_stop(sink);
}

/* Nobody was told, whatever the server said, and when. */
static void
a_server_that_does_not_take_it_is_unavailable(void **state)
{
	static const struct reply each[] = { { "", "554 not here\r\n" },
		{ "EHLO", "421 too many\r\n" }, { "MAIL", "452 full\r\n" },
		{ "RCPT", "550 nobody\r\n" }, { "DATA", "451 later\r\n" }, { ".", "451 later\r\n" },
		{ "", "" }, { "MAIL", "" }, { ".", "" },
		{ "", "HTTP/1.1 400 Bad Request\r\n\r\n" } };

	(void)state;
	for (size_t i = 0; i < CASES(each); i++) {
		struct pb_error err = { 0 };
		struct sink *sink = sink_start(&each[i], 1);
		const struct pb_smtp_letter letter = letter_to(sink->port);

		if (pb_smtp_send(&letter, &err) != PB_EUNAVAIL)
			fail_msg("%s %s", each[i].command, each[i].text);
		assert_non_null(strstr(err.object, "127.0.0.1:"));
		assert_non_null(err.why);
		sink_stop(sink);
	}
}

static void
tls_that_is_asked_for_is_not_done_without(void **state)
{
	struct sink *sink = sink_start(NULL, 0);
	struct pb_smtp_letter letter = letter_to(sink->port);
	struct pb_error err = { 0 };

	(void)state;
	letter.tls_name = "mx.example";
	assert_int_equal(pb_smtp_send(&letter, &err), PB_EUNAVAIL);
	assert_string_equal(err.why, "the mail server does not offer STARTTLS");
	pthread_join(sink->thread, NULL);
	assert_null(strstr(sink->heard, "MAIL"));
	close(sink->fd);
	free(sink);
}

static void
nobody_who_listens_and_nobody_who_answers_are_not_waited_for(void **state)
{
	unsigned port;
	int fd = listen_here(&port);
	struct pb_smtp_letter letter = letter_to(port);
	struct pb_error err = { 0 };

	(void)state;
	letter.timeout_ms = 100;
	assert_int_equal(pb_smtp_send(&letter, &err), PB_EUNAVAIL);
	assert_int_equal(err.cause, ETIMEDOUT);
	close(fd);
	assert_int_equal(pb_smtp_send(&letter, &err), PB_EUNAVAIL);
	assert_int_equal(err.cause, ECONNREFUSED);
}

static int
start_http(void **state)
{
	(void)state;
	return pb_http_new(&http, NULL) == PB_OK ? 0 : -1;
}

static int
stop_http(void **state)
{
	(void)state;
	pb_http_free(http);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_letter_comes_as_it_is_with_an_empty_reverse_path),
		cmocka_unit_test(who_can_be_told_is_told),
		cmocka_unit_test(a_server_that_does_not_take_it_is_unavailable),
		cmocka_unit_test(tls_that_is_asked_for_is_not_done_without),
		cmocka_unit_test(nobody_who_listens_and_nobody_who_answers_are_not_waited_for),
	};

	return cmocka_run_group_tests(tests, start_http, stop_http);
}
