/*
 * TLS, with the openssl command as the other side: a root of our own, a server's certificate
 * for 127.0.0.1 under it, a client's, and `openssl s_server` on any port.
 */
#include "net/fixture.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#include "net/http.h"

extern char **environ;

static struct pb_http *http;
static char *directory;
static int before_directory; /* where the tests were started */

/* ---- openssl ---- */

struct server {
	pid_t pid;
	int said; /* the other end of its standard input and output */
	unsigned port;
	char url[64];
};

/* Its words are put apart by single spaces.  with: its standard input and output; -1: none. */
static pid_t
run_openssl(const char *words, int with)
{
	char text[1000], *argv[64], *rest = NULL;
	posix_spawn_file_actions_t actions;
	size_t count = 0;
	pid_t pid;

	snprintf(text, sizeof(text), "openssl %s", words);
	for (char *word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		assert_true(count < CASES(argv) - 1);
		argv[count++] = word;
	}
	argv[count] = NULL;
	posix_spawn_file_actions_init(&actions);
	for (int fd = 0; fd < 2; fd++) {
		if (with >= 0)
			posix_spawn_file_actions_adddup2(&actions, with, fd);
		else
			posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
	}
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_RDWR, 0);
	assert_int_equal(posix_spawnp(&pid, "openssl", &actions, NULL, argv, environ), 0);
	posix_spawn_file_actions_destroy(&actions);
	return pid;
}

static void
openssl(const char *words)
{
	pid_t pid = run_openssl(words, -1);
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (status != 0)
		fail_msg("openssl %s", words);
}

/* Its first line of the form "ACCEPT 127.0.0.1:port" says where it listens. */
static void
read_port(struct server *server)
{
	char text[1000];
	size_t len = 0;

	while (len < sizeof(text) - 1) {
		ssize_t got = read(server->said, text + len, sizeof(text) - 1 - len);
		const char *at;

		assert_true(got > 0);
		len += (size_t)got;
		text[len] = '\0';
		at = strstr(text, "ACCEPT 127.0.0.1:");
		if (at != NULL && strchr(at, '\n') != NULL) {
			server->port = (unsigned)strtoul(strchr(at, ':') + 1, NULL, 10);
			return;
		}
	}
	fail_msg("%s", text);
}

static struct server
serve(const char *words)
{
	char all[500];
	struct server server;
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	snprintf(all, sizeof(all),
	    "s_server -accept 127.0.0.1:0 -cert server.pem -key server.key %s", words);
	server.pid = run_openssl(all, ends[1]);
	close(ends[1]);
	server.said = ends[0];
	read_port(&server);
	snprintf(server.url, sizeof(server.url), "https://127.0.0.1:%u/", server.port);
	return server;
}

static void
end(struct server *server)
{
	kill(server->pid, SIGKILL);
	waitpid(server->pid, NULL, 0);
	close(server->said);
}

/* ---- keys and certificates ---- */

#define KEY "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"

static void
make_certificates(void)
{
	openssl("req -x509 " KEY " -keyout ca.key -out ca.pem -days 30 -subj /CN=Fictitious-root");
	openssl("req -x509 " KEY " -keyout ca2.key -out ca2.pem -days 30 -subj /CN=Another-root");
	openssl("req -x509 " KEY
		" -keyout server.key -out server.pem -days 30 -CA ca.pem -CAkey ca.key "
		"-subj /CN=Fictitious-server -addext subjectAltName=IP:127.0.0.1");
	openssl("req -x509 " KEY " -keyout client.pem -out client.crt -days 30 -CA ca.pem "
		"-CAkey ca.key -subj /CN=Camille-Exemple-fictitious");
	openssl("pkey -in client.pem -aes256 -passout pass:secret -out locked.pem");
}

static void
append_file(const char *to, const char *from)
{
	FILE *out = fopen(to, "ab"), *in = fopen(from, "rb");
	char chunk[4096];
	size_t len;

	assert_true(out != NULL && in != NULL);
	while ((len = fread(chunk, 1, sizeof(chunk), in)) > 0)
		assert_int_equal(fwrite(chunk, 1, len, out), len);
	fclose(in);
	fclose(out);
}

static void
write_file(const char *name, const char *text)
{
	FILE *out = fopen(name, "wb");

	assert_non_null(out);
	fputs(text, out);
	fclose(out);
}

static int
start(void **state)
{
	static const char *const names[] = { "http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY",
		"HTTPS_PROXY", "ALL_PROXY" };

	(void)state;
	for (size_t i = 0; i < CASES(names); i++)
		unsetenv(names[i]);
	directory = test_directory();
	before_directory = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_int_equal(chdir(directory), 0);
	make_certificates();
	append_file("client.pem", "client.crt");
	append_file("locked.pem", "client.crt");
	return pb_http_new(&http, NULL) == PB_OK ? 0 : -1;
}

static int
stop(void **state)
{
	(void)state;
	pb_http_free(http);
	assert_int_equal(fchdir(before_directory), 0);
	close(before_directory);
	test_directory_remove(directory);
	return 0;
}

/* ---- exchanges ---- */

static struct pb_http_request
get(const char *url)
{
	return (struct pb_http_request){
		.url = url, .max = 1000000, .timeout_ms = 20000, .server_roots = "ca.pem"
	};
}

static struct pb_http_reply
ask(const struct pb_http_request *request)
{
	struct pb_http_reply reply = { .status = 0 };
	struct pb_error err = { .status = PB_OK };

	if (http->exchange(http->ctx, request, &reply, &err) != PB_OK)
		fail_msg("%s: %s", err.object, err.why);
	return reply;
}

static void
refuse(const struct pb_http_request *request, enum pb_status status, const char *why,
    const char *object)
{
	struct pb_http_reply reply = { .status = 77 };
	struct pb_error err = { .status = PB_OK };

	assert_int_equal(http->exchange(http->ctx, request, &reply, &err), status);
	if (strstr(err.why, why) == NULL)
		fail_msg("\"%s\" says nothing of \"%s\"", err.why, why);
	if (object != NULL)
		assert_string_equal(err.object, object);
	assert_int_equal(reply.status, 77);
}

#define UNTRUSTED "not trusted"

static void
certificate_under_the_given_root_alone_is_trusted(void **state)
{
	struct server server = serve("-www");
	struct pb_http_request request = get(server.url);
	struct pb_http_reply reply;

	(void)state;
	request.server_roots = NULL;
	refuse(&request, PB_EUNAVAIL, UNTRUSTED, server.url);
	request.server_roots = "ca2.pem";
	refuse(&request, PB_EUNAVAIL, UNTRUSTED, server.url);
	request.server_roots = "ca.pem";
	reply = ask(&request);
	assert_int_equal(reply.status, 200);
	assert_string_equal(reply.content_type, "text/html");
	assert_true(reply.body.len > 0);
	pb_buf_done(&reply.body);
	end(&server);
}

static void
certificate_of_another_host_is_refused(void **state)
{
	struct server server = serve("-www");
	struct pb_http_request request;
	char url[64];

	(void)state;
	snprintf(url, sizeof(url), "https://localhost:%u/", server.port);
	request = get(url);
	refuse(&request, PB_EUNAVAIL, UNTRUSTED, url);
	end(&server);
}

static void
roots_that_cannot_be_read_are_said_so(void **state)
{
	struct server server = serve("-www");
	struct pb_http_request request = get(server.url);

	(void)state;
	request.server_roots = "absent.pem";
	refuse(&request, PB_EINVAL, "root certificates", "absent.pem");
	write_file("empty.pem", "");
	request.server_roots = "empty.pem";
	refuse(&request, PB_EINVAL, "root certificates", "empty.pem");
	end(&server);
}

static void
client_certificate_is_presented(void **state)
{
	struct server server = serve("-www -Verify 1 -verify_return_error -CAfile ca.pem");
	struct pb_http_request request = get(server.url);
	struct pb_http_reply reply;

	(void)state;
	request.client_pem = "client.pem";
	reply = ask(&request);
	assert_int_equal(reply.status, 200);
	assert_non_null(pb_buf_text(&reply.body));
	assert_non_null(strstr(pb_buf_text(&reply.body), "Camille-Exemple-fictitious"));
	pb_buf_done(&reply.body);
	end(&server);
}

static void
server_that_misses_a_client_certificate_gives_no_answer(void **state)
{
	struct server server = serve("-www -Verify 1 -verify_return_error -CAfile ca.pem");
	struct pb_http_request request = get(server.url);

	(void)state;
	refuse(&request, PB_EUNAVAIL, "", server.url);
	end(&server);
}

/* With nobody asked for a passphrase, which would stand still here. */
static void
client_certificate_that_cannot_be_used_is_said_so(void **state)
{
	static const char *const files[] = { "absent.pem", "client.crt", "ca.key", "locked.pem" };
	struct server server = serve("-www");

	(void)state;
	for (size_t i = 0; i < CASES(files); i++) {
		struct pb_http_request request = get(server.url);

		request.client_pem = files[i];
		refuse(&request, PB_EINVAL, "client certificate", files[i]);
	}
	end(&server);
}

static void
versions_of_tls_before_1_2_are_refused(void **state)
{
	struct server server = serve("-www -tls1_1 -cipher ALL:@SECLEVEL=0");
	struct pb_http_request request = get(server.url);

	(void)state;
	refuse(&request, PB_EUNAVAIL, "TLS", server.url);
	end(&server);
}

static void
server_without_tls_gives_no_answer(void **state)
{
	static const struct answer answers[] = {
		{ "HTTP/1.1 200 OK\r\n\r\n", DEED_DEAF, 0 },
		{ "hello", DEED_DEAF, 0 },
		{ "", DEED_DEAF, 0 },
	};

	(void)state;
	for (size_t i = 0; i < CASES(answers); i++) {
		struct hostile *h = hostile_prepare();
		struct pb_http_request request;
		char url[64];

		h->answers[0] = answers[i];
		hostile_go(h);
		snprintf(url, sizeof(url), "https://127.0.0.1:%u/", h->port);
		request = get(url);
		refuse(&request, PB_EUNAVAIL, "", url);
		hostile_stop(h);
		free(h);
	}
}

static void
redirect_from_http_to_https_is_followed(void **state)
{
	struct server server = serve("-www");
	struct hostile *h = hostile_prepare();
	struct pb_http_request request = get(h->url);
	struct pb_http_reply reply;
	char text[200];

	(void)state;
	snprintf(text, sizeof(text),
	    "HTTP/1.1 302 Found\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n", server.url);
	h->answers[0] = (struct answer){ text, DEED_CLOSE, 0 };
	hostile_go(h);
	reply = ask(&request);
	assert_int_equal(reply.status, 200);
	request.server_roots = "ca2.pem";
	pb_buf_done(&reply.body);
	refuse(&request, PB_EUNAVAIL, UNTRUSTED, server.url);
	hostile_stop(h);
	free(h);
	end(&server);
}

static void
redirect_from_https_to_http_is_refused(void **state)
{
	struct hostile *h = hostile_start("HTTP/1.1 200 OK\r\n\r\n", DEED_CLOSE);
	struct pb_http_request request;
	struct server server;
	char text[200], url[100];

	(void)state;
	snprintf(text, sizeof(text), "HTTP/1.0 302 Found\r\nLocation: %s\r\n\r\n", h->url);
	write_file("down", text);
	server = serve("-HTTP");
	snprintf(url, sizeof(url), "%sdown", server.url);
	request = get(url);
	refuse(&request, PB_EUNAVAIL, "not followed", url);
	hostile_stop(h);
	assert_int_equal(h->connections, 0);
	free(h);
	end(&server);
}

static void *
kill_soon(void *arg)
{
	const struct timespec soon = { .tv_nsec = 100 * 1000 * 1000 };

	nanosleep(&soon, NULL);
	kill(*(const pid_t *)arg, SIGKILL);
	return NULL;
}

/* It writes what it gets to its output, which nobody reads, so that it stands still and dies. */
static void
server_that_dies_while_it_is_sent_to_is_no_signal(void **state)
{
	const size_t len = 32 * 1024 * 1024;
	struct server server = serve("");
	struct pb_http_request request = get(server.url);
	void *body = calloc(1, len);
	pthread_t killer;

	(void)state;
	assert_non_null(body);
	request.content_type = "application/timestamp-query";
	request.body = body;
	request.body_len = len;
	assert_int_equal(pthread_create(&killer, NULL, kill_soon, &server.pid), 0);
	refuse(&request, PB_EUNAVAIL, "cut off", server.url);
	pthread_join(killer, NULL);
	waitpid(server.pid, NULL, 0);
	close(server.said);
	free(body);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(certificate_under_the_given_root_alone_is_trusted),
		cmocka_unit_test(certificate_of_another_host_is_refused),
		cmocka_unit_test(roots_that_cannot_be_read_are_said_so),
		cmocka_unit_test(client_certificate_is_presented),
		cmocka_unit_test(server_that_misses_a_client_certificate_gives_no_answer),
		cmocka_unit_test(client_certificate_that_cannot_be_used_is_said_so),
		cmocka_unit_test(versions_of_tls_before_1_2_are_refused),
		cmocka_unit_test(server_without_tls_gives_no_answer),
		cmocka_unit_test(redirect_from_http_to_https_is_followed),
		cmocka_unit_test(redirect_from_https_to_http_is_refused),
		cmocka_unit_test(server_that_dies_while_it_is_sent_to_is_no_signal),
	};

	return cmocka_run_group_tests_name("net/https", tests, start, stop);
}
