#include "net/fixture.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <sys/un.h>

#include "net/stream.h"
#include "sys/clock.h"

#define LONG_MS 30000 /* longer than any of it takes */

/* ---- two ends ------------------------------------------------------------------------------- */

/* A stream of ours, and the other side: a descriptor that waits. */
struct ends {
	struct pb_stream *stream;
	int other;
};

static struct ends
ends_by(const struct pb_clock *clock, uint32_t timeout_ms)
{
	struct ends ends;
	int pair[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), 0);
	ends.other = pair[1];
	assert_int_equal(pb_stream_new(pair[0], clock, timeout_ms, &ends.stream, NULL), PB_OK);
	return ends;
}

static struct ends
ends_new(void)
{
	return ends_by(pb_sys_clock(), LONG_MS);
}

static void
ends_free(struct ends *ends)
{
	pb_stream_free(ends->stream);
	if (ends->other >= 0)
		assert_int_equal(close(ends->other), 0);
}

static void
hang_up(struct ends *ends)
{
	assert_int_equal(close(ends->other), 0);
	ends->other = -1;
}

static void
say(const struct ends *ends, const char *text)
{
	assert_true(send_all(ends->other, text, strlen(text)));
}

static void
expect_line(struct pb_stream *stream, size_t max, const char *text)
{
	const uint8_t *line;
	size_t len;

	assert_int_equal(pb_stream_line(stream, max, &line, &len, NULL), PB_OK);
	assert_int_equal(len, strlen(text));
	assert_memory_equal(line, text, len);
}

static void
expect_some(struct pb_stream *stream, size_t max, const char *text)
{
	const uint8_t *data;
	size_t len;

	assert_int_equal(pb_stream_some(stream, max, &data, &len, NULL), PB_OK);
	assert_int_equal(len, strlen(text));
	assert_memory_equal(data, text, len);
}

static enum pb_status
read_line(struct pb_stream *stream, struct pb_error *err)
{
	const uint8_t *line = NULL;
	size_t len = 7;
	enum pb_status status = pb_stream_line(stream, 1000, &line, &len, err);

	if (status != PB_OK) { /* outputs stay as they were */
		assert_null(line);
		assert_int_equal(len, 7);
	}
	return status;
}

static void
expect_heard(const struct ends *ends, const char *text)
{
	char got[256] = "";

	assert_true(strlen(text) < sizeof(got));
	assert_int_equal(recv(ends->other, got, strlen(text), MSG_WAITALL), (ssize_t)strlen(text));
	assert_string_equal(got, text);
}

static void
expect_nothing_heard(const struct ends *ends)
{
	char octet;

	assert_int_equal(recv(ends->other, &octet, 1, MSG_DONTWAIT), -1);
	assert_int_equal(errno, EAGAIN);
}

/* ---- reading -------------------------------------------------------------------------------- */

static void
lines_and_blocks_come_as_they_are_asked_for(void **state)
{
	struct ends ends = ends_new();

	(void)state;
	say(&ends, "EHLO mta.example\r\nDATA\nab\0c");
	expect_line(ends.stream, 1000, "EHLO mta.example\r\n");
	assert_int_equal(pb_stream_waiting(ends.stream), 7);
	expect_line(ends.stream, 1000, "DATA\n");
	say(&ends, "d");
	expect_some(ends.stream, 1, "a");
	expect_some(ends.stream, 1000, "b");
	expect_some(ends.stream, 1000, "d");
	pb_stream_back(ends.stream, 1);
	expect_some(ends.stream, 1000, "d");
	assert_int_equal(pb_stream_waiting(ends.stream), 0);
	assert_string_equal(pb_stream_peer(ends.stream), "unix");
	ends_free(&ends);
}

static void *
say_slowly(void *arg)
{
	const struct ends *ends = arg;

	for (const char *at = "MAIL FROM:<a@kabinett.example>\r\n"; *at != '\0'; at++) {
		assert_true(send_all(ends->other, at, 1));
		nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
	return NULL;
}

static void
a_line_may_come_octet_by_octet(void **state)
{
	struct ends ends = ends_new();
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, say_slowly, &ends), 0);
	expect_line(ends.stream, 1000, "MAIL FROM:<a@kabinett.example>\r\n");
	pthread_join(thread, NULL);
	ends_free(&ends);
}

static void
a_line_that_is_too_long_is_refused_and_its_rest_comes(void **state)
{
	struct ends ends = ends_new();
	struct pb_error err = { .status = PB_OK };
	const uint8_t *line;
	size_t len;

	(void)state;
	say(&ends, "0123456789\nabcd\n");
	assert_int_equal(pb_stream_line(ends.stream, 8, &line, &len, &err), PB_ELIMIT);
	expect_line(ends.stream, 8, "89\n");
	expect_line(ends.stream, 5, "abcd\n"); /* as long as it may be */
	ends_free(&ends);
}

static void *
flood(void *arg)
{
	static const char zeros[4096];
	const struct ends *ends = arg;

	for (size_t sent = 0; sent < 3 * PB_STREAM_LINE; sent += sizeof(zeros))
		if (!send_all(ends->other, zeros, sizeof(zeros)))
			break;
	(void)send_all(ends->other, "\n", 1);
	return NULL;
}

static void
no_line_is_longer_than_a_stream_holds(void **state)
{
	struct ends ends = ends_new();
	const uint8_t *line;
	size_t len;
	pthread_t thread;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, flood, &ends), 0);
	for (int i = 0; i < 3; i++)
		assert_int_equal(
		    pb_stream_line(ends.stream, SIZE_MAX, &line, &len, NULL), PB_ELIMIT);
	expect_line(ends.stream, SIZE_MAX, "\n");
	pthread_join(thread, NULL);
	ends_free(&ends);
}

static void
the_other_sides_end_is_told(void **state)
{
	struct ends ends = ends_new();
	const uint8_t *data;
	size_t len;

	(void)state;
	say(&ends, "QUIT\r\nand");
	hang_up(&ends);
	expect_line(ends.stream, 1000, "QUIT\r\n");
	assert_int_equal(read_line(ends.stream, NULL), PB_EEND);
	expect_some(ends.stream, 1000, "and");
	assert_int_equal(pb_stream_some(ends.stream, 1000, &data, &len, NULL), PB_EEND);
	ends_free(&ends);
}

static void
silence_ends_by_the_clock(void **state)
{
	struct ends ends = ends_by(pb_sys_clock(), 5);
	struct pb_error err = { .status = PB_OK };

	(void)state;
	say(&ends, "no line");
	assert_int_equal(read_line(ends.stream, &err), PB_EUNAVAIL);
	assert_int_equal(err.cause, ETIMEDOUT);
	say(&ends, " yet\n");
	expect_line(ends.stream, 1000, "no line yet\n");
	ends_free(&ends);
}

/* Each look at it costs an hour. */
static int64_t
hours(void *ctx)
{
	int64_t *now = ctx;

	return *now += INT64_C(3600) * 1000000;
}

static void
a_line_has_its_time_however_it_trickles(void **state)
{
	int64_t now = 0;
	const struct pb_clock clock = { .ctx = &now, .monotonic_us = hours };
	struct ends ends = ends_by(&clock, LONG_MS);
	struct pb_error err = { .status = PB_OK };

	(void)state;
	say(&ends, "half");
	assert_int_equal(read_line(ends.stream, &err), PB_EUNAVAIL);
	assert_int_equal(err.cause, ETIMEDOUT);
	ends_free(&ends);
}

static void
either_of_two_is_waited_for(void **state)
{
	struct ends a = ends_new(), b = ends_new();
	bool ready[2] = { true, true };

	(void)state;
	assert_int_equal(pb_stream_wait_either(a.stream, b.stream, 1, ready, NULL), PB_OK);
	assert_false(ready[0] || ready[1]);
	say(&b, "x\ny");
	assert_int_equal(pb_stream_wait_either(a.stream, b.stream, LONG_MS, ready, NULL), PB_OK);
	assert_true(!ready[0] && ready[1]);
	expect_line(b.stream, 10, "x\n"); /* what waits in memory counts */
	assert_int_equal(pb_stream_wait_either(a.stream, b.stream, LONG_MS, ready, NULL), PB_OK);
	assert_true(!ready[0] && ready[1]);
	expect_some(b.stream, 10, "y");
	hang_up(&a); /* and so does an end */
	assert_int_equal(pb_stream_wait_either(a.stream, b.stream, LONG_MS, ready, NULL), PB_OK);
	assert_true(ready[0] && !ready[1]);
	assert_int_equal(read_line(a.stream, NULL), PB_EEND);
	ends_free(&a);
	ends_free(&b);
}

/* ---- writing -------------------------------------------------------------------------------- */

static void
what_is_written_waits_for_flush(void **state)
{
	struct ends ends = ends_new();

	(void)state;
	assert_int_equal(pb_stream_write(ends.stream, "250-a\r\n", 7, NULL), PB_OK);
	assert_int_equal(pb_stream_write(ends.stream, "", 0, NULL), PB_OK);
	assert_int_equal(pb_stream_write(ends.stream, "250 b\r\n", 7, NULL), PB_OK);
	expect_nothing_heard(&ends);
	assert_int_equal(pb_stream_flush(ends.stream, NULL), PB_OK);
	expect_heard(&ends, "250-a\r\n250 b\r\n");
	assert_int_equal(pb_stream_flush(ends.stream, NULL), PB_OK);
	expect_nothing_heard(&ends);
	ends_free(&ends);
}

#define MUCH ((size_t)1 << 20)

/* That it is 0, 1, 2 ... 250, 0 ... to its end. */
static void *
hear_much(void *arg)
{
	const struct ends *ends = arg;
	uint8_t chunk[8192];
	size_t heard = 0;
	ssize_t n;

	while (heard < MUCH && (n = recv(ends->other, chunk, sizeof(chunk), 0)) > 0)
		for (ssize_t i = 0; i < n; i++, heard++)
			if (chunk[i] != heard % 251)
				return NULL;
	return heard == MUCH ? arg : NULL;
}

static void
much_is_written_in_order_whatever_its_pieces(void **state)
{
	static const size_t pieces[] = { 1, 100000, 32768, 32769, 7, 300000 };
	struct ends ends = ends_new();
	uint8_t *much = malloc(MUCH);
	pthread_t thread;
	void *same = NULL;
	size_t at = 0, n;

	(void)state;
	assert_non_null(much);
	for (size_t i = 0; i < MUCH; i++)
		much[i] = (uint8_t)(i % 251);
	assert_int_equal(pthread_create(&thread, NULL, hear_much, &ends), 0);
	for (size_t i = 0; at < MUCH; i++, at += n) {
		n = pieces[i % CASES(pieces)];
		n = n < MUCH - at ? n : MUCH - at;
		assert_int_equal(pb_stream_write(ends.stream, much + at, n, NULL), PB_OK);
	}
	assert_int_equal(pb_stream_flush(ends.stream, NULL), PB_OK);
	pthread_join(thread, &same);
	assert_non_null(same);
	free(much);
	ends_free(&ends);
}

static void
whoever_does_not_read_is_not_waited_for_longer(void **state)
{
	struct ends ends = ends_by(pb_sys_clock(), 5);
	struct pb_error err = { .status = PB_OK };
	uint8_t *much = calloc(1, 8 * MUCH);

	(void)state;
	assert_non_null(much);
	assert_int_equal(pb_stream_write(ends.stream, much, 8 * MUCH, &err), PB_EUNAVAIL);
	assert_int_equal(err.cause, ETIMEDOUT);
	/* Octets are missing: nothing can follow them. */
	assert_int_equal(pb_stream_write(ends.stream, "x", 1, NULL), PB_OK);
	assert_int_equal(pb_stream_flush(ends.stream, NULL), PB_EUNAVAIL);
	free(much);
	ends_free(&ends);
}

static void
writing_to_nobody_is_a_status(void **state)
{
	struct ends ends = ends_new();
	struct pb_error err = { .status = PB_OK };

	(void)state;
	hang_up(&ends);
	assert_int_equal(pb_stream_write(ends.stream, "250\r\n", 5, NULL), PB_OK);
	assert_int_equal(pb_stream_flush(ends.stream, &err), PB_EUNAVAIL);
	assert_int_equal(err.cause, EPIPE);
	ends_free(&ends);
}

/* ---- connecting ----------------------------------------------------------------------------- */

static void
connects_to_an_address(void **state)
{
	struct pb_stream *stream = NULL;
	struct pb_error err = { .status = PB_OK };
	unsigned port;
	char peer[64];
	int listener = listen_here(&port), fd;

	(void)state;
	assert_int_equal(
	    pb_stream_connect(NULL, "127.0.0.1", port, pb_sys_clock(), LONG_MS, &stream, &err),
	    PB_OK);
	snprintf(peer, sizeof(peer), "127.0.0.1:%u", port);
	assert_string_equal(pb_stream_peer(stream), peer);
	fd = accept(listener, NULL, NULL);
	assert_true(send_all(fd, "220 mta.example\r\n", 17));
	expect_line(stream, 1000, "220 mta.example\r\n");
	pb_stream_free(stream);
	close(fd);
	close(listener);
	assert_int_equal(
	    pb_stream_connect(NULL, "127.0.0.1", port, pb_sys_clock(), LONG_MS, &stream, &err),
	    PB_EUNAVAIL);
	assert_int_equal(err.cause, ECONNREFUSED);
	assert_int_equal(
	    pb_stream_connect(NULL, "mta.example", port, pb_sys_clock(), LONG_MS, &stream, &err),
	    PB_EUNAVAIL);
}

static void
connects_to_a_path(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct pb_stream *stream = NULL;
	struct pb_error err = { .status = PB_OK };
	char *dir = test_directory(), too_long[300];
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/s", dir);
	assert_int_equal(
	    pb_stream_connect(address.sun_path, NULL, 0, pb_sys_clock(), LONG_MS, &stream, &err),
	    PB_EUNAVAIL);
	assert_string_equal(err.object, address.sun_path);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(
	    pb_stream_connect(address.sun_path, NULL, 0, pb_sys_clock(), LONG_MS, &stream, &err),
	    PB_OK);
	assert_string_equal(pb_stream_peer(stream), "unix");
	pb_stream_free(stream);
	close(listener);
	memset(too_long, 'a', sizeof(too_long) - 1);
	too_long[sizeof(too_long) - 1] = '\0';
	assert_int_equal(
	    pb_stream_connect(too_long, NULL, 0, pb_sys_clock(), LONG_MS, &stream, &err),
	    PB_EUNAVAIL);
	assert_int_equal(unlink(address.sun_path), 0);
	test_directory_remove(dir);
}

/* ---- TLS ------------------------------------------------------------------------------------ */

/* Files of a certificate for mta.example that signs itself, and keys; the TLS made of them. */
struct pki {
	char *dir;
	char certificate[256], key[256], sealed[256], other[256];
	struct pb_tls *tls;
};

static EVP_PKEY *
key_new(void)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");

	assert_non_null(key);
	return key;
}

static void
write_key(const char *path, EVP_PKEY *key, const char *passphrase)
{
	BIO *bio = BIO_new_file(path, "w");

	assert_non_null(bio);
	assert_int_equal(
	    PEM_write_bio_PKCS8PrivateKey(bio, key, passphrase != NULL ? EVP_aes_256_cbc() : NULL,
		passphrase, passphrase != NULL ? (int)strlen(passphrase) : 0, NULL, NULL),
	    1);
	BIO_free(bio);
}

static void
write_certificate(const char *path, EVP_PKEY *key)
{
	X509 *x509 = X509_new();
	BIO *bio = BIO_new_file(path, "w");

	assert_true(x509 != NULL && bio != NULL);
	assert_int_equal(X509_set_version(x509, X509_VERSION_3), 1);
	assert_int_equal(ASN1_INTEGER_set(X509_get_serialNumber(x509), 1), 1);
	assert_non_null(X509_gmtime_adj(X509_getm_notBefore(x509), 0));
	assert_non_null(X509_gmtime_adj(X509_getm_notAfter(x509), 86400));
	assert_int_equal(X509_NAME_add_entry_by_txt(X509_get_subject_name(x509), "CN",
			     MBSTRING_UTF8, (const uint8_t *)"mta.example", -1, -1, 0),
	    1);
	assert_int_equal(X509_set_issuer_name(x509, X509_get_subject_name(x509)), 1);
	assert_int_equal(X509_set_pubkey(x509, key), 1);
	assert_true(X509_sign(x509, key, EVP_sha256()) > 0);
	assert_int_equal(PEM_write_bio_X509(bio, x509), 1);
	BIO_free(bio);
	X509_free(x509);
}

static struct pki
pki_new(void)
{
	struct pki pki = { .dir = test_directory() };
	EVP_PKEY *key = key_new(), *other = key_new();

	snprintf(pki.certificate, sizeof(pki.certificate), "%s/mta.pem", pki.dir);
	snprintf(pki.key, sizeof(pki.key), "%s/mta.key", pki.dir);
	snprintf(pki.sealed, sizeof(pki.sealed), "%s/sealed.key", pki.dir);
	snprintf(pki.other, sizeof(pki.other), "%s/other.key", pki.dir);
	write_certificate(pki.certificate, key);
	write_key(pki.key, key, NULL);
	write_key(pki.sealed, key, "motdepasse");
	write_key(pki.other, other, NULL);
	EVP_PKEY_free(key);
	EVP_PKEY_free(other);
	assert_int_equal(pb_tls_server_new(pki.certificate, pki.key, &pki.tls, NULL), PB_OK);
	return pki;
}

static void
pki_free(struct pki *pki)
{
	const char *const paths[] = { pki->certificate, pki->key, pki->sealed, pki->other };

	pb_tls_free(pki->tls);
	for (size_t i = 0; i < CASES(paths); i++)
		assert_int_equal(unlink(paths[i]), 0);
	test_directory_remove(pki->dir);
}

/* The other side as a client of TLS, in a thread. */
struct client {
	int fd;
	int newest;        /* of TLS; 0: any */
	bool cut;          /* no word of TLS at the end */
	bool shook;        /* hands */
	const char *clear; /* heard before it; NULL: nothing */
	const char *lines; /* said when the handshake is over */
	char answer[64];   /* heard then, up to LF */
	pthread_t thread;
};

static void *
client_run(void *arg)
{
	struct client *c = arg;
	SSL_CTX *context = SSL_CTX_new(TLS_client_method());
	SSL *ssl = SSL_new(context);
	size_t len = 0;
	char clear[16];

	if (c->clear != NULL)
		(void)recv(c->fd, clear, strlen(c->clear), MSG_WAITALL);
	SSL_set_verify(ssl, SSL_VERIFY_NONE, NULL);
	SSL_set_security_level(ssl, 0);
	SSL_set_max_proto_version(ssl, c->newest);
	SSL_set_fd(ssl, c->fd);
	c->shook = SSL_connect(ssl) == 1;
	if (c->shook && SSL_write(ssl, c->lines, (int)strlen(c->lines)) > 0)
		while (len < sizeof(c->answer) - 1 && SSL_read(ssl, c->answer + len, 1) == 1 &&
		       c->answer[len] != '\n')
			len++;
	if (c->shook && !c->cut)
		SSL_shutdown(ssl);
	shutdown(c->fd, SHUT_WR);
	SSL_free(ssl);
	SSL_CTX_free(context);
	return NULL;
}

static void
client_start(struct client *c, const struct ends *ends)
{
	c->fd = ends->other;
	assert_int_equal(pthread_create(&c->thread, NULL, client_run, c), 0);
}

static void
tls_begins_and_nothing_of_before_counts(void **state)
{
	struct pki pki = pki_new();
	struct ends ends = ends_new();
	struct client c = { .clear = "220 go\r\n", .lines = "EHLO b.example\r\nNOOP\r\n" };

	(void)state;
	say(&ends, "STARTTLS\r\nMAIL FROM:<voleur@ailleurs.test>\r\n");
	expect_line(ends.stream, 1000, "STARTTLS\r\n");
	assert_true(pb_stream_waiting(ends.stream) > 0);
	assert_null(pb_stream_tls_version(ends.stream));
	assert_null(pb_stream_tls_cipher(ends.stream));
	assert_int_equal(pb_stream_write(ends.stream, c.clear, strlen(c.clear), NULL), PB_OK);
	client_start(&c, &ends);
	assert_int_equal(pb_stream_starttls(ends.stream, pki.tls, NULL), PB_OK);
	assert_string_equal(pb_stream_tls_version(ends.stream), "TLSv1.3");
	assert_non_null(pb_stream_tls_cipher(ends.stream));
	expect_line(ends.stream, 1000, "EHLO b.example\r\n");
	assert_int_equal(pb_stream_waiting(ends.stream), 6);
	expect_line(ends.stream, 1000, "NOOP\r\n");
	assert_int_equal(pb_stream_write(ends.stream, "250 b\n", 6, NULL), PB_OK);
	assert_int_equal(pb_stream_flush(ends.stream, NULL), PB_OK);
	pthread_join(c.thread, NULL);
	assert_string_equal(c.answer, "250 b\n");
	assert_int_equal(read_line(ends.stream, NULL), PB_EEND);
	ends_free(&ends);
	pki_free(&pki);
}

static void
tls_that_is_cut_off_is_no_end(void **state)
{
	struct pki pki = pki_new();
	struct ends ends = ends_new();
	struct client c = { .lines = "DATA\r\n", .cut = true };

	(void)state;
	client_start(&c, &ends);
	assert_int_equal(pb_stream_starttls(ends.stream, pki.tls, NULL), PB_OK);
	expect_line(ends.stream, 1000, "DATA\r\n");
	assert_int_equal(pb_stream_write(ends.stream, "354\n", 4, NULL), PB_OK);
	assert_int_equal(pb_stream_flush(ends.stream, NULL), PB_OK);
	pthread_join(c.thread, NULL);
	assert_int_equal(read_line(ends.stream, NULL), PB_EUNAVAIL);
	ends_free(&ends);
	pki_free(&pki);
}

static void
tls_before_1_2_is_refused(void **state)
{
	struct pki pki = pki_new();
	struct ends ends = ends_new();
	struct client c = { .lines = "", .newest = TLS1_1_VERSION };
	struct pb_error err = { .status = PB_OK };

	(void)state;
	client_start(&c, &ends);
	assert_int_equal(pb_stream_starttls(ends.stream, pki.tls, &err), PB_EUNAVAIL);
	pthread_join(c.thread, NULL);
	assert_false(c.shook);
	assert_null(pb_stream_tls_version(ends.stream));
	ends_free(&ends);
	c = (struct client){ .lines = "x\n", .newest = TLS1_2_VERSION, .cut = true };
	ends = ends_new();
	client_start(&c, &ends);
	assert_int_equal(pb_stream_starttls(ends.stream, pki.tls, NULL), PB_OK);
	assert_string_equal(pb_stream_tls_version(ends.stream), "TLSv1.2");
	expect_line(ends.stream, 10, "x\n");
	pb_stream_free(ends.stream);
	ends.stream = NULL;
	pthread_join(c.thread, NULL);
	ends_free(&ends);
	pki_free(&pki);
}

static void
what_is_no_tls_is_refused(void **state)
{
	struct pki pki = pki_new();
	struct ends ends = ends_new();
	struct pb_error err = { .status = PB_OK };

	(void)state;
	say(&ends, "EHLO who.does.not.know\r\n"); /* it was not taken in clear */
	assert_int_equal(pb_stream_starttls(ends.stream, pki.tls, &err), PB_EUNAVAIL);
	assert_int_equal(err.cause, EPROTO);
	assert_int_equal(read_line(ends.stream, NULL), PB_EUNAVAIL);
	ends_free(&ends);
	pki_free(&pki);
}

static void
certificates_and_keys_that_cannot_be_used_are_told(void **state)
{
	struct pki pki = pki_new();
	const struct {
		const char *certificate, *key;
		enum pb_status status;
	} cases[] = {
		{ "/nowhere/mta.pem", pki.key, PB_ENOENT },
		{ pki.certificate, "/nowhere/mta.key", PB_ENOENT },
		{ pki.key, pki.key, PB_EDATA },
		{ pki.certificate, pki.certificate, PB_EDATA },
		{ pki.certificate, pki.other, PB_EDATA },
		{ pki.certificate, pki.sealed, PB_EDATA },
	};

	(void)state;
	for (size_t i = 0; i < CASES(cases); i++) {
		struct pb_error err = { .status = PB_OK };
		struct pb_tls *tls = NULL;

		assert_int_equal(pb_tls_server_new(cases[i].certificate, cases[i].key, &tls, &err),
		    cases[i].status);
		assert_null(tls);
		assert_non_null(strchr(err.object, '/'));
	}
	pb_tls_free(NULL);
	pb_stream_free(NULL);
	pki_free(&pki);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_that_is_too_long_is_refused_and_its_rest_comes),
		cmocka_unit_test(no_line_is_longer_than_a_stream_holds),
		cmocka_unit_test(silence_ends_by_the_clock),
		cmocka_unit_test(a_line_has_its_time_however_it_trickles),
		cmocka_unit_test(the_other_sides_end_is_told),
		cmocka_unit_test(lines_and_blocks_come_as_they_are_asked_for),
		cmocka_unit_test(a_line_may_come_octet_by_octet),
		cmocka_unit_test(either_of_two_is_waited_for),
		cmocka_unit_test(what_is_written_waits_for_flush),
		cmocka_unit_test(much_is_written_in_order_whatever_its_pieces),
		cmocka_unit_test(whoever_does_not_read_is_not_waited_for_longer),
		cmocka_unit_test(writing_to_nobody_is_a_status),
		cmocka_unit_test(connects_to_an_address),
		cmocka_unit_test(connects_to_a_path),
		cmocka_unit_test(tls_begins_and_nothing_of_before_counts),
		cmocka_unit_test(tls_that_is_cut_off_is_no_end),
		cmocka_unit_test(tls_before_1_2_is_refused),
		cmocka_unit_test(what_is_no_tls_is_refused),
		cmocka_unit_test(certificates_and_keys_that_cannot_be_used_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
