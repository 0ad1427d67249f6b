/* A message handed to a mail server: SMTP (RFC 5321) by libcurl. */
#ifndef PB_NET_SMTP_H
#define PB_NET_SMTP_H

#include <stddef.h>
#include <stdint.h>

#include "probant/status.h"

struct pb_smtp_letter {
	const char *host; /* IP address of the server, without brackets */
	unsigned port;
	const char *tls_name;  /* STARTTLS, or nothing; its certificate names that; NULL: no TLS */
	const char *tls_roots; /* path of PEM; NULL: the system's */
	const char *helo;      /* what we call ourselves */
	const char *const *to; /* as they stand between angle brackets */
	size_t to_count;
	const void *message; /* lines of ASCII, each ended by CR LF */
	size_t len;
	uint32_t timeout_ms; /* for all of it */
};

/*
 * PB_OK: the server took it, for one recipient at least; it tells whoever looks at its log of the
 * others.  The reverse-path is empty, so that it can't come back (RFC 5321 4.5.5).  PB_EUNAVAIL,
 * PB_EINVAL as of an exchange of HTTP (net/http.h), which must have been started.
 */
enum pb_status pb_smtp_send(
    const struct pb_smtp_letter *letter, struct pb_error *err) PB_MUST_CHECK;

#endif
