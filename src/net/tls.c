/* TLS on a stream, by OpenSSL; its octets go by sys/sockets.h, which raises no SIGPIPE. */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>

#include "core/buf.h"
#include "core/error.h"
#include "net/stream_state.h"

#define WHAT N_("use a certificate and its key for TLS")

struct pb_tls {
	SSL_CTX *context;
	BIO_METHOD *socket; /* how a session's octets go */
};

struct pb_stream_tls {
	SSL *session;
	int fd;
	bool ended; /* without a word of TLS */
};

/* ---- octets under TLS ----------------------------------------------------------------------- */

static int
on_read(BIO *bio, char *to, size_t len, size_t *ret_len)
{
	struct pb_stream_tls *tls = BIO_get_data(bio);
	int64_t n = pb_socket_receive(tls->fd, to, len);

	BIO_clear_retry_flags(bio);
	if (n == -EAGAIN)
		BIO_set_retry_read(bio);
	tls->ended = n == 0;
	*ret_len = n > 0 ? (size_t)n : 0;
	return n > 0;
}

static int
on_write(BIO *bio, const char *from, size_t len, size_t *ret_len)
{
	struct pb_stream_tls *tls = BIO_get_data(bio);
	int64_t n = pb_socket_send(tls->fd, from, len);

	BIO_clear_retry_flags(bio);
	if (n == -EAGAIN)
		BIO_set_retry_write(bio);
	*ret_len = n > 0 ? (size_t)n : 0;
	return n > 0;
}

static long
on_control(BIO *bio, int command, long number, void *pointer)
{
	const struct pb_stream_tls *tls = BIO_get_data(bio);

	(void)number;
	(void)pointer;
	return command == BIO_CTRL_FLUSH || (command == BIO_CTRL_EOF && tls->ended);
}

static BIO_METHOD *
socket_method(void)
{
	BIO_METHOD *method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");

	if (method != NULL && BIO_meth_set_read_ex(method, on_read) == 1 &&
	    BIO_meth_set_write_ex(method, on_write) == 1 &&
	    BIO_meth_set_ctrl(method, on_control) == 1)
		return method;
	BIO_meth_free(method);
	return NULL;
}

/* ---- what all sessions share ---------------------------------------------------------------- */

/* A key under a passphrase is refused; OpenSSL alone would ask at the terminal. */
static int
no_passphrase(char *to, int size, int writing, void *arg)
{
	(void)to;
	(void)size;
	(void)writing;
	(void)arg;
	return -1;
}

static SSL_CTX *
context_new(void)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());

	if (context == NULL || SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) != 1) {
		SSL_CTX_free(context);
		return NULL;
	}
	SSL_CTX_set_default_passwd_cb(context, no_passphrase);
	/* No tickets and no cache: what was said on a connection can't be had from another. */
	(void)SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
	(void)SSL_CTX_set_num_tickets(context, 0);
	(void)SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	(void)SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE |
					    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
					    SSL_MODE_RELEASE_BUFFERS);
	return context;
}

/* The first thing that OpenSSL said, and nothing stays behind. */
static enum pb_status
refused(const char *path, const char *why, struct pb_error *err)
{
	unsigned long code = ERR_peek_error();
	enum pb_status status;

	if (ERR_SYSTEM_ERROR(code))
		status = pb_fail_sys(err, -(long)ERR_GET_REASON(code), WHAT, "%s", path);
	else if (ERR_GET_REASON(code) == ERR_R_MALLOC_FAILURE)
		status = pb_fail_memory(err, WHAT);
	else
		status = pb_fail(err, PB_EDATA, WHAT, why, "%s", path);
	ERR_clear_error();
	return status;
}

enum pb_status
pb_tls_server_new(const char *certificate_path, const char *key_path, struct pb_tls **ret_tls,
    struct pb_error *err)
{
	struct pb_tls *tls = calloc(1, sizeof(*tls));
	enum pb_status status = PB_OK;

	ERR_clear_error();
	if (tls == NULL || (tls->context = context_new()) == NULL ||
	    (tls->socket = socket_method()) == NULL)
		status = pb_fail_memory(err, WHAT);
	else if (SSL_CTX_use_certificate_chain_file(tls->context, certificate_path) != 1)
		status = refused(
		    certificate_path, N_("it holds no certificate, PEM, that can be used"), err);
	else if (SSL_CTX_use_PrivateKey_file(tls->context, key_path, SSL_FILETYPE_PEM) != 1)
		status = refused(key_path,
		    N_("it holds no private key, PEM, of that certificate without a passphrase"),
		    err);
	if (status == PB_OK)
		*ret_tls = tls;
	else
		pb_tls_free(tls);
	return status;
}

void
pb_tls_free(struct pb_tls *tls)
{
	if (tls == NULL)
		return;
	SSL_CTX_free(tls->context);
	BIO_meth_free(tls->socket);
	free(tls);
}

/* ---- one session ---------------------------------------------------------------------------- */

/* What a call of OpenSSL that did not succeed means: as pb_socket_receive answers. */
static int64_t
answer(const struct pb_stream_tls *tls, int result, unsigned *ret_wants)
{
	switch (SSL_get_error(tls->session, result)) {
	case SSL_ERROR_WANT_READ:
		*ret_wants = PB_SOCKET_READ;
		return -EAGAIN;
	case SSL_ERROR_WANT_WRITE:
		*ret_wants = PB_SOCKET_WRITE;
		return -EAGAIN;
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	case SSL_ERROR_SYSCALL:
		return -ECONNRESET;
	default:
		/* An end without a word of TLS may be somebody else's (RFC 8446 6.1). */
		return ERR_GET_REASON(ERR_peek_error()) == ERR_R_MALLOC_FAILURE ? -ENOMEM
		       : tls->ended                                             ? -ECONNRESET
										: -EPROTO;
	}
}

int64_t
pb_stream_tls_receive(struct pb_stream_tls *tls, void *to, size_t len, unsigned *ret_wants)
{
	size_t n = 0;
	int result;

	ERR_clear_error();
	result = SSL_read_ex(tls->session, to, len, &n);
	return result == 1 ? (int64_t)n : answer(tls, result, ret_wants);
}

int64_t
pb_stream_tls_send(struct pb_stream_tls *tls, const void *from, size_t len, unsigned *ret_wants)
{
	size_t n = 0;
	int result;
	int64_t answered;

	ERR_clear_error();
	result = SSL_write_ex(tls->session, from, len, &n);
	if (result == 1)
		return (int64_t)n;
	answered = answer(tls, result, ret_wants);
	return answered == 0 ? -EPIPE : answered;
}

size_t
pb_stream_tls_waiting(const struct pb_stream_tls *tls)
{
	return (size_t)SSL_pending(tls->session);
}

static struct pb_stream_tls *
session_new(const struct pb_tls *server, int fd)
{
	struct pb_stream_tls *tls = calloc(1, sizeof(*tls));
	BIO *bio;

	if (tls == NULL || (tls->session = SSL_new(server->context)) == NULL ||
	    (bio = BIO_new(server->socket)) == NULL) {
		pb_stream_tls_free(tls);
		return NULL;
	}
	tls->fd = fd;
	BIO_set_data(bio, tls);
	BIO_set_init(bio, 1);
	SSL_set_bio(tls->session, bio, bio);
	SSL_set_accept_state(tls->session);
	return tls;
}

static enum pb_status
shake_hands(struct pb_stream *stream, struct pb_stream_tls *tls, struct pb_error *err)
{
	int64_t deadline_us = pb_stream_deadline(stream), answered;
	enum pb_status status;
	unsigned wants;
	int result;

	for (;;) {
		ERR_clear_error();
		if ((result = SSL_do_handshake(tls->session)) == 1)
			return PB_OK;
		answered = answer(tls, result, &wants);
		if (answered != -EAGAIN) {
			stream->error = answered == 0 ? ECONNRESET : (int)-answered;
			return pb_stream_lost(stream, stream->error, err);
		}
		if ((status = pb_stream_await(stream, wants, deadline_us, err)) != PB_OK)
			return status;
	}
}

enum pb_status
pb_stream_starttls(struct pb_stream *stream, struct pb_tls *tls, struct pb_error *err)
{
	struct pb_stream_tls *session;
	enum pb_status status = pb_stream_flush(stream, err);

	if (status != PB_OK)
		return status;
	stream->at = stream->in_len; /* RFC 3207 4.2: nothing that came in clear counts */
	session = session_new(tls, stream->fd);
	if (session == NULL)
		return pb_fail_memory(err, PB_STREAM_WHAT);
	status = shake_hands(stream, session, err);
	if (status == PB_OK)
		stream->tls = session;
	else
		pb_stream_tls_free(session);
	return status;
}

const char *
pb_stream_tls_version(const struct pb_stream *stream)
{
	return stream->tls != NULL ? SSL_get_version(stream->tls->session) : NULL;
}

const char *
pb_stream_tls_cipher(const struct pb_stream *stream)
{
	return stream->tls != NULL ? SSL_get_cipher_name(stream->tls->session) : NULL;
}

void
pb_stream_tls_free(struct pb_stream_tls *tls)
{
	if (tls == NULL)
		return;
	if (tls->session != NULL && SSL_is_init_finished(tls->session))
		(void)SSL_shutdown(tls->session);
	SSL_free(tls->session);
	ERR_clear_error();
	free(tls);
}
