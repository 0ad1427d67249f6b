#include "net/failure.h"

#include <errno.h>

#include "core/error.h"

#define WHAT N_("ask a server")
#define CUT N_("the connection was cut off before the answer was whole")
#define NO_HTTP N_("the answer is not HTTP")

struct reason {
	CURLcode code;
	enum pb_status status;
	const char *why;
};

static const struct reason reasons[] = {
	{ CURLE_URL_MALFORMAT, PB_EINVAL, N_("it is no address of http or https") },
	{ CURLE_COULDNT_RESOLVE_HOST, PB_EUNAVAIL, N_("there is no such host") },
	{ CURLE_COULDNT_RESOLVE_PROXY, PB_EUNAVAIL,
	    N_("there is no such host as the proxy that the environment names") },
	{ CURLE_PROXY, PB_EUNAVAIL, N_("the proxy that the environment names does not serve") },
	{ CURLE_COULDNT_CONNECT, PB_EUNAVAIL, N_("the host cannot be reached") },
	{ CURLE_OPERATION_TIMEDOUT, PB_EUNAVAIL, N_("the answer did not come in time") },
	{ CURLE_GOT_NOTHING, PB_EUNAVAIL, CUT },
	{ CURLE_PARTIAL_FILE, PB_EUNAVAIL, CUT },
	{ CURLE_SEND_ERROR, PB_EUNAVAIL, CUT },
	{ CURLE_RECV_ERROR, PB_EUNAVAIL, CUT },
	/* HTTP/0.9, which is not asked for: anything that does not begin with a status line. */
	{ CURLE_UNSUPPORTED_PROTOCOL, PB_EUNAVAIL, NO_HTTP },
	{ CURLE_WEIRD_SERVER_REPLY, PB_EUNAVAIL, NO_HTTP },
	{ CURLE_BAD_CONTENT_ENCODING, PB_EUNAVAIL, NO_HTTP },
	{ CURLE_PEER_FAILED_VERIFICATION, PB_EUNAVAIL,
	    N_("the certificate of the server is not trusted") },
	{ CURLE_SSL_CONNECT_ERROR, PB_EUNAVAIL, N_("no TLS connection came about") },
	{ CURLE_SSL_CACERT_BADFILE, PB_EINVAL, N_("the file of root certificates cannot be used") },
	{ CURLE_SSL_CERTPROBLEM, PB_EINVAL,
	    N_("the client certificate, or its key, cannot be used") },
	{ CURLE_ABORTED_BY_CALLBACK, PB_EUNAVAIL,
	    N_("the address is of this machine, or of its own network line") },
	{ CURLE_FILESIZE_EXCEEDED, PB_ELIMIT, N_("the answer is too long") },
};

static const struct reason *
reason_of(CURLcode code)
{
	for (size_t i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++)
		if (reasons[i].code == code)
			return &reasons[i];
	return NULL;
}

/* What the failure is about: the address, or one of our own files. */
static const char *
object_of(CURLcode code, const struct pb_http_request *request, const char *url)
{
	if (code == CURLE_SSL_CERTPROBLEM && request->client_pem != NULL)
		return request->client_pem;
	if (code == CURLE_SSL_CACERT_BADFILE && request->server_roots != NULL)
		return request->server_roots;
	return url;
}

enum pb_status
pb_net_failure(CURLcode code, int cause, const struct pb_http_request *request, const char *url,
    struct pb_error *err)
{
	const struct reason *reason = reason_of(code);
	enum pb_status status;
	const char *why;

	if (code == CURLE_OUT_OF_MEMORY)
		return pb_fail_memory(err, WHAT);
	status = reason != NULL ? reason->status : PB_EUNAVAIL;
	why = reason != NULL ? reason->why : N_("the exchange failed");
	if (code == CURLE_OPERATION_TIMEDOUT)
		cause = ETIMEDOUT;
	else if (code != CURLE_COULDNT_CONNECT)
		cause = 0;
	if (cause == ECONNREFUSED)
		why = N_("the host refused the connection");
	status = pb_fail(err, status, WHAT, why, "%s", object_of(code, request, url));
	if (err != NULL)
		err->cause = cause;
	return status;
}
