#include "doors/milter_options.h"

#include <string.h>

#include "core/cursor.h"
#include "core/error.h"

#define WHAT N_("agree with an MTA on the milter protocol")

#define VERSION_LEAST 2
#define VERSION_NEWEST 6

/*
 * All steps of a message are told, and nothing is said before its end, but to a recipient too many.
 * SMFIP_RCPT_REJ is not wanted: a recipient that the MTA refused is none.
 */
#define WANTED                                                                                     \
	(PB_MILTER_NO_REPLY_HEADER | PB_MILTER_NO_UNKNOWN | PB_MILTER_NO_REPLY_CONNECT |           \
	    PB_MILTER_NO_REPLY_HELO | PB_MILTER_NO_REPLY_MAIL | PB_MILTER_NO_REPLY_DATA |          \
	    PB_MILTER_NO_REPLY_UNKNOWN | PB_MILTER_NO_REPLY_END_OF_HEADER |                        \
	    PB_MILTER_NO_REPLY_BODY | PB_MILTER_LEADING_SPACE)

/* The one action (SMFIF_*), since no message is changed: to say which macros are wanted. */
#define SET_SYMBOLS 0x00000100u

/* Which, by the step (SMFIM_*) before which they come: what told.h keeps.  TLS before MAIL, too,
 * since not every client says EHLO again behind STARTTLS. */
static const struct {
	uint32_t step;
	const char *names;
} symbols[] = {
	{ 0, "j" },
	{ 2, "i {auth_authen} {tls_version} {cipher} {cert_subject}" },
	{ 3, "i {rcpt_addr}" },
	{ 5, "i" },
};

static enum pb_status
append_symbols(struct pb_buf *answer)
{
	enum pb_status status = PB_OK;

	for (size_t i = 0; i < sizeof(symbols) / sizeof(symbols[0]) && status == PB_OK; i++) {
		const char *names = symbols[i].names;

		status = pb_buf_append_u32(answer, symbols[i].step);
		if (status == PB_OK)
			status = pb_buf_append(answer, names, strlen(names) + 1);
	}
	return status;
}

enum pb_status
pb_milter_agree(const uint8_t *data, size_t len, struct pb_buf *answer, uint32_t *ret_protocol,
    struct pb_error *err)
{
	uint32_t version, actions, protocol;
	enum pb_status status;
	struct pb_cursor c;

	pb_cursor_init(&c, data, len);
	version = pb_cursor_u32(&c);
	actions = pb_cursor_u32(&c) & SET_SYMBOLS;
	protocol = pb_cursor_u32(&c) & WANTED;
	if (c.failed || version < VERSION_LEAST)
		return pb_fail(err, PB_EDATA, WHAT, N_("it offers no version from 2"), "%s", "");
	status = pb_buf_append_u32(answer, version < VERSION_NEWEST ? version : VERSION_NEWEST);
	if (status == PB_OK)
		status = pb_buf_append_u32(answer, actions);
	if (status == PB_OK)
		status = pb_buf_append_u32(answer, protocol);
	if (status == PB_OK && actions != 0)
		status = append_symbols(answer);
	if (status != PB_OK)
		return pb_fail_memory(err, WHAT);
	*ret_protocol = protocol;
	return PB_OK;
}
