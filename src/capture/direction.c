#include "capture/direction.h"

#include <string.h>
#include <strings.h>

#include "capture/address.h"
#include "core/error.h"

void
pb_direction_init(struct pb_direction *direction, const struct pb_mailboxes *mailboxes)
{
	*direction = (struct pb_direction){ .mailboxes = mailboxes };
	pb_direction_start(direction);
}

void
pb_direction_start(struct pb_direction *direction)
{
	pb_buf_wipe(&direction->field);
	direction->name_len = 0;
	direction->seen = 0;
	direction->sent = false;
	direction->line_start = true;
	direction->at = direction->mailboxes == NULL || direction->mailboxes->count == 0
			    ? PB_DIRECTION_END
			    : PB_DIRECTION_PASS;
}

static bool
is_own(void *arg, const char *address, size_t len)
{
	const struct pb_direction *d = arg;

	return pb_mailboxes_have(d->mailboxes, address, len);
}

/* The field that was gathered has ended. */
static void
judge(struct pb_direction *d)
{
	if (d->field.len > 0 && pb_address_any(d->field.data, d->field.len, is_own, d))
		d->sent = true;
	pb_buf_wipe(&d->field);
}

static bool
is_named(const struct pb_direction *d, const char *name)
{
	return d->name_len == strlen(name) && strncasecmp(d->name, name, d->name_len) == 0;
}

/* An octet of a field's name, or its end; white space before the colon is none of it. */
static void
take_name(struct pb_direction *d, uint8_t octet)
{
	if (octet == ':')
		d->at = is_named(d, "from") || is_named(d, "sender") ? PB_DIRECTION_BODY
								     : PB_DIRECTION_PASS;
	else if (octet == ' ' || octet == '\t' || octet == '\r')
		return;
	else if (d->name_len == sizeof(d->name))
		d->at = PB_DIRECTION_PASS;
	else
		d->name[d->name_len++] = (char)octet;
}

/* The first octet of a line: it goes on with the field, ends the header, or begins a field. */
static void
begin_line(struct pb_direction *d, uint8_t octet)
{
	d->line_start = false;
	if (octet == ' ' || octet == '\t')
		return;
	judge(d);
	d->name_len = 0;
	d->at = PB_DIRECTION_NAME;
}

static enum pb_status
take(struct pb_direction *d, uint8_t octet, struct pb_error *err)
{
	if (d->line_start)
		begin_line(d, octet);
	if (octet == '\n') {
		/* An empty line: LF or CR LF alone (FORMAT 1.4). */
		if (d->at == PB_DIRECTION_NAME && d->name_len == 0)
			d->at = PB_DIRECTION_END;
		else if (d->at == PB_DIRECTION_NAME)
			d->at = PB_DIRECTION_PASS;
		d->line_start = true;
	}
	if (d->at == PB_DIRECTION_NAME)
		take_name(d, octet);
	else if (d->at == PB_DIRECTION_BODY && d->field.len < PB_LIMIT_ADDRESS_FIELD &&
		 pb_buf_append_u8(&d->field, octet) != PB_OK)
		return pb_fail_memory(err, N_("read a message's addresses"));
	return PB_OK;
}

enum pb_status
pb_direction_feed(
    struct pb_direction *direction, const void *data, size_t len, struct pb_error *err)
{
	const uint8_t *at = data, *end = at + len;
	enum pb_status status = PB_OK;

	while (status == PB_OK && at < end && direction->at != PB_DIRECTION_END) {
		if (direction->seen++ == PB_LIMIT_HEADER)
			direction->at = PB_DIRECTION_END;
		else
			status = take(direction, *at++, err);
	}
	return status;
}

void
pb_direction_end(struct pb_direction *direction)
{
	judge(direction);
}

const char *
pb_direction_told(const struct pb_direction *direction)
{
	if (direction->mailboxes == NULL || direction->mailboxes->count == 0)
		return NULL;
	return direction->sent ? "sent" : "received";
}

void
pb_direction_done(struct pb_direction *direction)
{
	pb_buf_wipe(&direction->field);
	pb_buf_done(&direction->field);
}
