#include "archive/marker.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/error.h"
#include "crypto/expand.h"

static const char MARKING[] = N_("mark what a message is called");

struct pb_marker {
	struct pb_secret *key; /* borrowed */
	struct pb_expander *expander;
	struct pb_buf info, envelope_id; /* kept from message to message */
};

enum pb_status
pb_marker_new(struct pb_secret *key, struct pb_marker **ret_marker, struct pb_error *err)
{
	struct pb_marker *marker = calloc(1, sizeof(*marker));
	enum pb_status status =
	    marker == NULL ? pb_fail_memory(err, MARKING) : pb_expander_new(&marker->expander, err);

	if (status != PB_OK) {
		free(marker);
		return status;
	}
	marker->key = key;
	*ret_marker = marker;
	return PB_OK;
}

void
pb_marker_free(struct pb_marker *marker)
{
	if (marker == NULL)
		return;
	pb_expander_free(marker->expander);
	pb_buf_wipe(&marker->info);
	pb_buf_done(&marker->info);
	pb_buf_wipe(&marker->envelope_id);
	pb_buf_done(&marker->envelope_id);
	free(marker);
}

/* ---- one mark ------------------------------------------------------------------------------- */

/* What is marked begins with the name of the name, so that none is taken for another. */
static enum pb_status
begin(struct pb_marker *marker, const char *context)
{
	pb_buf_wipe(&marker->info);
	return pb_buf_append(&marker->info, context, strlen(context) + 1);
}

/* added: how what was appended went. */
static enum pb_status
end(struct pb_marker *marker, enum pb_status added, struct pb_marks *marks, size_t slot,
    struct pb_error *err)
{
	uint8_t whole[PB_EXPAND_LEN];
	enum pb_status status = added != PB_OK
				    ? pb_fail_memory(err, MARKING)
				    : pb_expander_derive(marker->expander, marker->key,
					  marker->info.data, marker->info.len, whole, err);

	if (status != PB_OK)
		return status;
	memcpy(marks->mark[slot], whole, PB_MARK_LEN);
	marks->set[slot] = true;
	return PB_OK;
}

/* Octets (FORMAT 0) in their one form: the string, or the base64 of what is none. */
static const char *
octets_of(const struct pb_json *value)
{
	const char *text = pb_json_string(value);

	return text != NULL ? text : pb_json_string(pb_json_get(value, "octets"));
}

static enum pb_status
mark_text(struct pb_marker *marker, const char *context, const char *text, struct pb_marks *marks,
    size_t slot, struct pb_error *err)
{
	enum pb_status status;

	if (text == NULL || *text == '\0')
		return PB_OK;
	status = begin(marker, context);
	if (status == PB_OK)
		status = pb_buf_append_text(&marker->info, text);
	return end(marker, status, marks, slot, err);
}

static enum pb_status
mark_message_id(struct pb_marker *marker, const char *id, struct pb_marks *marks, size_t slot,
    struct pb_error *err)
{
	return mark_text(marker, "probant/v1 mark message_id", id, marks, slot, err);
}

static enum pb_status
mark_envelope_id(struct pb_marker *marker, const char *id, struct pb_marks *marks, size_t slot,
    struct pb_error *err)
{
	return mark_text(marker, "probant/v1 mark envelope_id", id, marks, slot, err);
}

/* A queue id means something beside its MTA alone, whose name has no case (RFC 5321 2.4). */
static enum pb_status
mark_queue_id(struct pb_marker *marker, const char *id, const char *mta, struct pb_marks *marks,
    size_t slot, struct pb_error *err)
{
	enum pb_status status;

	if (id == NULL || *id == '\0' || mta == NULL || *mta == '\0')
		return PB_OK;
	status = begin(marker, "probant/v1 mark queue_id");
	if (status == PB_OK)
		status = pb_buf_append(&marker->info, id, strlen(id) + 1);
	for (; status == PB_OK && *mta != '\0'; mta++)
		status = pb_buf_append_u8(
		    &marker->info, (uint8_t)(*mta >= 'A' && *mta <= 'Z' ? *mta - 'A' + 'a' : *mta));
	return end(marker, status, marks, slot, err);
}

/* ---- the transaction ------------------------------------------------------------------------ */

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* In ascending order, since a sender may name them in another when he comes again. */
static enum pb_status
append_recipients(struct pb_marker *marker, const struct pb_json *recipients)
{
	size_t count = pb_json_count(recipients);
	const char **address = calloc(count + 1, sizeof(*address));
	enum pb_status status = address == NULL ? PB_ENOMEM : PB_OK;

	for (size_t i = 0; status == PB_OK && i < count; i++) {
		address[i] = octets_of(pb_json_get(pb_json_item(recipients, i), "address"));
		if (address[i] == NULL)
			address[i] = "";
	}
	if (status == PB_OK)
		qsort(address, count, sizeof(*address), by_text);
	for (size_t i = 0; status == PB_OK && i < count; i++)
		status = pb_buf_append(&marker->info, address[i], strlen(address[i]) + 1);
	free(address);
	return status;
}

static enum pb_status
mark_transaction(struct pb_marker *marker, const struct pb_marker_message *message,
    struct pb_marks *marks, struct pb_error *err)
{
	const char *sender = octets_of(pb_json_get(message->envelope, "mail_from"));
	const struct pb_json *recipients = pb_json_get(message->envelope, "rcpt_to");
	enum pb_status status;

	if (sender == NULL || pb_json_count(recipients) == 0)
		return PB_OK;
	status = begin(marker, "probant/v1 mark transaction");
	if (status == PB_OK)
		status = pb_buf_append(&marker->info, message->sha256, PB_DIGEST_LEN);
	if (status == PB_OK)
		status = pb_buf_append(&marker->info, sender, strlen(sender) + 1);
	if (status == PB_OK)
		status = append_recipients(marker, recipients);
	return end(marker, status, marks, PB_MARK_TRANSACTION, err);
}

static int
hex_digit(char c)
{
	static const char digits[] = "0123456789ABCDEF";
	const char *at = c != '\0' ? strchr(digits, c) : NULL;

	return at != NULL ? (int)(at - digits) : -1;
}

/* RFC 3461 section 4: xtext, "+" and two hex digits for an octet; what is none stands for itself.
 */
static enum pb_status
decode_xtext(const char *text, size_t len, struct pb_buf *out)
{
	enum pb_status status = PB_OK;

	for (size_t i = 0; status == PB_OK && i < len; i++) {
		int high = len - i > 2 && text[i] == '+' ? hex_digit(text[i + 1]) : -1;
		int low = high >= 0 ? hex_digit(text[i + 2]) : -1;

		status = pb_buf_append_u8(out, (uint8_t)(low >= 0 ? high * 16 + low : text[i]));
		i += low >= 0 ? 2 : 0;
	}
	return status;
}

/* RFC 3461 section 4.4: ENVID=... among the parameters of MAIL. */
static enum pb_status
mark_parameters(
    struct pb_marker *marker, const char *parameters, struct pb_marks *marks, struct pb_error *err)
{
	static const char key[] = "envid=";
	const char *at = parameters;
	size_t len;

	for (; at != NULL && *at != '\0'; at += len + strspn(at + len, " ")) {
		len = strcspn(at, " ");
		if (len < sizeof(key) || strncasecmp(at, key, sizeof(key) - 1) != 0)
			continue;
		pb_buf_wipe(&marker->envelope_id);
		if (decode_xtext(at + sizeof(key) - 1, len - (sizeof(key) - 1),
			&marker->envelope_id) != PB_OK ||
		    pb_buf_text(&marker->envelope_id) == NULL)
			return pb_fail_memory(err, MARKING);
		return mark_envelope_id(marker, (const char *)marker->envelope_id.data, marks,
		    PB_MARK_ENVELOPE_ID, err);
	}
	return PB_OK;
}

/* ---- a message ------------------------------------------------------------------------------ */

static const char *
text_of(const struct pb_json *value, const char *key)
{
	return pb_json_string(pb_json_get(value, key));
}

static enum pb_status
mark_envelope(struct pb_marker *marker, const struct pb_marker_message *message,
    struct pb_marks *marks, struct pb_error *err)
{
	const struct pb_json *envelope = message->envelope;
	enum pb_status status;

	status = mark_parameters(
	    marker, octets_of(pb_json_get(envelope, "mail_parameters")), marks, err);
	if (status == PB_OK)
		status = mark_queue_id(marker, octets_of(pb_json_get(envelope, "queue_id")),
		    octets_of(pb_json_get(envelope, "mta")), marks, PB_MARK_QUEUE_ID, err);
	if (status == PB_OK)
		status = mark_transaction(marker, message, marks, err);
	return status;
}

/* A message is one or the other; which one, its class says. */
static enum pb_status
mark_report(struct pb_marker *marker, const struct pb_json *view, struct pb_marks *marks,
    struct pb_error *err)
{
	const char *kind = text_of(pb_json_get(view, "class"), "kind");
	bool mdn = kind != NULL && strcmp(kind, "mdn") == 0;
	bool dsn = kind != NULL && strcmp(kind, "dsn") == 0;
	const struct pb_json *report = pb_json_get(view, mdn ? "mdn" : "dsn");
	enum pb_status status;

	marks->report = mdn || dsn;
	if (!marks->report)
		return PB_OK;
	status = mark_message_id(marker, text_of(report, "original_message_id"), marks,
	    PB_MARK_SPOKEN + PB_MARK_MESSAGE_ID, err);
	if (status == PB_OK)
		status = mark_envelope_id(marker, text_of(report, "envelope_id"), marks,
		    PB_MARK_SPOKEN + PB_MARK_ENVELOPE_ID, err);
	if (status == PB_OK)
		status = mark_queue_id(marker, text_of(report, "queue_id"),
		    text_of(report, "reporting_mta"), marks, PB_MARK_SPOKEN + PB_MARK_QUEUE_ID,
		    err);
	return status;
}

enum pb_status
pb_marker_mark(struct pb_marker *marker, const struct pb_marker_message *message,
    struct pb_marks *ret_marks, struct pb_error *err)
{
	struct pb_marks marks = { .seq = message->seq, .imported = message->imported };
	enum pb_status status = mark_message_id(
	    marker, text_of(message->view, "message_id"), &marks, PB_MARK_MESSAGE_ID, err);

	if (status == PB_OK)
		status = mark_report(marker, message->view, &marks, err);
	if (status == PB_OK && message->envelope != NULL)
		status = mark_envelope(marker, message, &marks, err);
	pb_buf_wipe(&marker->info);
	if (status == PB_OK)
		*ret_marks = marks;
	return status;
}
