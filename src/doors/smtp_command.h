/*
 * Command lines of SMTP and LMTP (RFC 5321 4.1, RFC 2033) as a server reads them: what they say,
 * without regard to their order.  Nothing is copied; an answer points into the line.
 */
#ifndef PB_DOORS_SMTP_COMMAND_H
#define PB_DOORS_SMTP_COMMAND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pb_smtp_verb {
	PB_SMTP_UNKNOWN,
	PB_SMTP_AUTH,
	PB_SMTP_BDAT,
	PB_SMTP_DATA,
	PB_SMTP_EHLO,
	PB_SMTP_EXPN,
	PB_SMTP_HELO,
	PB_SMTP_HELP,
	PB_SMTP_LHLO,
	PB_SMTP_MAIL,
	PB_SMTP_NOOP,
	PB_SMTP_QUIT,
	PB_SMTP_RCPT,
	PB_SMTP_RSET,
	PB_SMTP_STARTTLS,
	PB_SMTP_VRFY,
	PB_SMTP_XFORWARD
};

/* Octets of the line; no control is among them. */
struct pb_smtp_text {
	const char *at;
	size_t len;
};

struct pb_smtp_command {
	enum pb_smtp_verb verb;
	struct pb_smtp_text argument; /* what stands behind the verb, without the space around it */
};

/*
 * A line with its CR LF.  false: it ends otherwise (a bare LF ends no line, RFC 5321 2.3.8), or a
 * control stands in it.
 */
bool pb_smtp_command(const uint8_t *line, size_t len, struct pb_smtp_command *ret_command);

/* Equal without regard to ASCII case; word: in upper case. */
bool pb_smtp_is(struct pb_smtp_text text, const char *word);

/* The argument of MAIL and of RCPT (RFC 5321 4.1.1.2, 4.1.1.3). */
struct pb_smtp_path {
	struct pb_smtp_text address;    /* without angle brackets and source route; empty: <> */
	struct pb_smtp_text parameters; /* as they stand; empty: none */
};

/* keyword: "FROM:", "TO:".  false: it is not of that form, or longer than PB_LIMIT_ADDRESS. */
bool pb_smtp_path(struct pb_smtp_text argument, const char *keyword, struct pb_smtp_path *ret_path);

/*
 * Take the first of the parameters off: "SIZE=4711", "SMTPUTF8" (value empty, at NULL).  false:
 * none is left, parameters is then empty; or what stands there is none, parameters is then as it
 * was.
 */
bool pb_smtp_parameter(struct pb_smtp_text *parameters, struct pb_smtp_text *ret_keyword,
    struct pb_smtp_text *ret_value);

/* "4711 LAST" of BDAT (RFC 3030 2). */
bool pb_smtp_bdat(struct pb_smtp_text argument, uint64_t *ret_size, bool *ret_last);

/*
 * xtext (RFC 3461 4) into to[size], NUL-terminated.  false, to untouched: it is none, is too long,
 * or a control would come of it.
 */
bool pb_smtp_xtext(struct pb_smtp_text text, char *to, size_t size);

#endif
