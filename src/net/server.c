#include "net/server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "core/text.h"
#include "net/media_type.h"
#include "sys/sockets.h"

#define WHAT N_("serve HTTP")
#define SILENCE_S 10 /* a connection that says nothing for so long is closed */

/* One thread of libmicrohttpd serves all connections, so that no two requests are answered at
 * once. */
struct pb_server {
	struct pb_server_options options;
	struct MHD_Daemon *daemon;
};

/* One request as it comes in. */
struct visit {
	const struct pb_server_page *page;
	unsigned status; /* what it is refused with; 0 as long as nothing is against it */
	struct pb_buf body;
};

/* ---- requests ---- */

static const char *
header_of(struct MHD_Connection *connection, const char *name)
{
	return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

/* A body of which nothing can be read: too long, or of a length not said. */
static unsigned
judge_length(const struct pb_server *server, struct MHD_Connection *connection)
{
	const char *length = header_of(connection, "Content-Length");
	uint64_t len = 0;

	if (header_of(connection, "Transfer-Encoding") != NULL)
		return MHD_HTTP_LENGTH_REQUIRED;
	if (length != NULL && !pb_decimal_parse(length, strlen(length), &len))
		return MHD_HTTP_BAD_REQUEST;
	return len > server->options.max ? MHD_HTTP_CONTENT_TOO_LARGE : 0;
}

static const struct pb_server_page *
find_page(const struct pb_server *server, const char *path)
{
	for (size_t i = 0; i < server->options.page_count; i++)
		if (strcmp(path, server->options.page[i].path) == 0)
			return &server->options.page[i];
	return NULL;
}

static unsigned
judge(const struct pb_server_page *page, struct MHD_Connection *connection, const char *method)
{
	char type[128];

	if (page == NULL)
		return MHD_HTTP_NOT_FOUND;
	if (page->request_type == NULL)
		return strcmp(method, MHD_HTTP_METHOD_GET) == 0 ||
			       strcmp(method, MHD_HTTP_METHOD_HEAD) == 0
			   ? 0
			   : MHD_HTTP_METHOD_NOT_ALLOWED;
	if (strcmp(method, MHD_HTTP_METHOD_POST) != 0)
		return MHD_HTTP_METHOD_NOT_ALLOWED;
	pb_media_type(header_of(connection, "Content-Type"), type, sizeof(type));
	if (strcmp(type, page->request_type) != 0)
		return MHD_HTTP_UNSUPPORTED_MEDIA_TYPE;
	if (header_of(connection, "Content-Length") == NULL)
		return MHD_HTTP_LENGTH_REQUIRED;
	return 0;
}

/* ---- answers ---- */

/* page: NULL where there is none, or nothing to be said of it. */
static enum MHD_Result
reply(struct MHD_Connection *connection, unsigned status, const struct pb_server_page *page,
    struct pb_buf *body)
{
	bool refused = status == MHD_HTTP_METHOD_NOT_ALLOWED;
	struct MHD_Response *response;
	enum MHD_Result result = MHD_YES;

	response = MHD_create_response_from_buffer(body->len, body->data, MHD_RESPMEM_MUST_COPY);
	if (response == NULL)
		return MHD_NO;
	if (page != NULL && refused)
		result = MHD_add_response_header(response, "Allow",
		    page->request_type != NULL ? MHD_HTTP_METHOD_POST : "GET, HEAD");
	else if (page != NULL)
		result = MHD_add_response_header(response, "Content-Type", page->reply_type);
	if (result == MHD_YES)
		result = MHD_queue_response(connection, status, response);
	MHD_destroy_response(response);
	return result;
}

static enum MHD_Result
refuse(struct MHD_Connection *connection, unsigned status, const struct pb_server_page *page)
{
	struct pb_buf none = PB_BUF_EMPTY;

	return reply(
	    connection, status, status == MHD_HTTP_METHOD_NOT_ALLOWED ? page : NULL, &none);
}

static enum MHD_Result
answer(const struct pb_server *server, struct MHD_Connection *connection, struct visit *visit)
{
	struct pb_buf body = PB_BUF_EMPTY;
	unsigned status = MHD_HTTP_OK;
	enum MHD_Result result;

	if (visit->page->answer(
		server->options.ctx, visit->body.data, visit->body.len, &status, &body) == PB_OK)
		result = reply(connection, status, visit->page, &body);
	else
		result = refuse(connection, MHD_HTTP_INTERNAL_SERVER_ERROR, NULL);
	pb_buf_done(&body);
	return result;
}

/* ---- what libmicrohttpd calls ---- */

/* The headers are there.  MHD_NO closes the connection without a word. */
static enum MHD_Result
on_begin(const struct pb_server *server, struct MHD_Connection *connection, const char *path,
    const char *method, void **ret_visit)
{
	unsigned refused = judge_length(server, connection);
	struct visit *visit;

	/* Answered before the body, of which nothing is read. */
	if (refused != 0)
		return refuse(connection, refused, NULL);
	visit = calloc(1, sizeof(*visit));
	if (visit == NULL)
		return MHD_NO;
	visit->page = find_page(server, path);
	visit->status = judge(visit->page, connection, method);
	*ret_visit = visit;
	return MHD_YES;
}

/* First with the headers, then with each piece of the body, then once without any. */
static enum MHD_Result
on_request(void *ctx, struct MHD_Connection *connection, const char *path, const char *method,
    const char *version, const char *data, size_t *len, void **ret_visit)
{
	const struct pb_server *server = ctx;
	struct visit *visit = *ret_visit;

	(void)version;
	if (visit == NULL)
		return on_begin(server, connection, path, method, ret_visit);
	if (*len > 0) {
		if (visit->status == 0 && *len > server->options.max - visit->body.len)
			return MHD_NO;
		if (visit->status == 0 && pb_buf_append(&visit->body, data, *len) != PB_OK)
			visit->status = MHD_HTTP_INTERNAL_SERVER_ERROR;
		*len = 0;
		return MHD_YES;
	}
	if (visit->status != 0)
		return refuse(connection, visit->status, visit->page);
	return answer(server, connection, visit);
}

static void
on_end(void *ctx, struct MHD_Connection *connection, void **ret_visit,
    enum MHD_RequestTerminationCode code)
{
	struct visit *visit = *ret_visit;

	(void)ctx;
	(void)connection;
	(void)code;
	if (visit != NULL)
		pb_buf_done(&visit->body);
	free(visit);
	*ret_visit = NULL;
}

/* ---- beginning and end ---- */

union address {
	struct sockaddr any;
	struct sockaddr_in four;
	struct sockaddr_in6 six;
};

/* False if it is none. */
static bool
parse_address(const struct pb_server_options *options, union address *ret_address)
{
	union address address;

	memset(&address, 0, sizeof(address));
	if (options->port > UINT16_MAX)
		return false;
	if (inet_pton(AF_INET, options->address, &address.four.sin_addr) == 1) {
		address.four.sin_family = AF_INET;
		address.four.sin_port = htons((uint16_t)options->port);
	} else if (inet_pton(AF_INET6, options->address, &address.six.sin6_addr) == 1) {
		address.six.sin6_family = AF_INET6;
		address.six.sin6_port = htons((uint16_t)options->port);
	} else {
		return false;
	}
	*ret_address = address;
	return true;
}

/* address NULL: on the socket that is there. */
static struct MHD_Daemon *
start(struct pb_server *server, const union address *address)
{
	const bool six = address != NULL && address->any.sa_family == AF_INET6;
	const struct MHD_OptionItem where[] = {
		address != NULL ? (struct MHD_OptionItem){ MHD_OPTION_SOCK_ADDR, 0,
				      (void *)(uintptr_t)&address->any }
				: (struct MHD_OptionItem){ MHD_OPTION_LISTEN_SOCKET,
				      server->options.listener, NULL },
		{ MHD_OPTION_END, 0, NULL }
	};

	errno = 0;
	return MHD_start_daemon(MHD_USE_AUTO | MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_ITC |
				    (six ? MHD_USE_IPv6 : MHD_NO_FLAG),
	    (uint16_t)server->options.port, NULL, NULL, on_request, server,
	    MHD_OPTION_NOTIFY_COMPLETED, on_end, NULL, MHD_OPTION_ARRAY, where,
	    MHD_OPTION_CONNECTION_LIMIT, PB_LIMIT_HTTP_CONNECTIONS, MHD_OPTION_CONNECTION_TIMEOUT,
	    SILENCE_S, MHD_OPTION_END);
}

static enum pb_status
not_started(const struct pb_server_options *options, int cause, struct pb_error *err)
{
	const char *why = N_("the server does not start");
	enum pb_status status;

	if (cause == ENOMEM)
		return pb_fail_memory(err, WHAT);
	if (cause == EADDRINUSE)
		why = N_("something else listens there");
	if (cause == EADDRNOTAVAIL)
		why = N_("this machine does not have that address");
	status = pb_fail(err, PB_EUNAVAIL, WHAT, why, "%s, port %u",
	    options->address != NULL ? options->address : "-", options->port);
	if (err != NULL)
		err->cause = cause;
	return status;
}

enum pb_status
pb_server_new(
    const struct pb_server_options *options, struct pb_server **ret_server, struct pb_error *err)
{
	struct pb_server *server;
	union address address;
	enum pb_status status;

	if (options->address != NULL && !parse_address(options, &address))
		return pb_fail(err, PB_EINVAL, WHAT, N_("it is no IP address with a port"),
		    "%s, port %u", options->address, options->port);
	server = calloc(1, sizeof(*server));
	if (server == NULL)
		return pb_fail_memory(err, WHAT);
	server->options = *options;
	server->daemon = start(server, options->address != NULL ? &address : NULL);
	if (server->daemon == NULL) {
		status = not_started(options, errno, err);
		free(server);
		return status;
	}
	*ret_server = server;
	return PB_OK;
}

unsigned
pb_server_port(const struct pb_server *server)
{
	const union MHD_DaemonInfo *info =
	    MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT);

	return info != NULL ? info->port : 0;
}

void
pb_server_free(struct pb_server *server)
{
	int listener = -1;

	if (server == NULL)
		return;
	if (server->options.address == NULL)
		listener = MHD_quiesce_daemon(server->daemon); /* else it is shut down for all */
	MHD_stop_daemon(server->daemon);
	pb_socket_close(listener);
	free(server);
}
