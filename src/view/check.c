#include "view/check.h"

#include <stdint.h>
#include <string.h>

#include "core/json.h"
#include "core/limits.h"
#include "core/text.h"
#include "core/view_class.h"

/* What a member may be. */
struct member {
	const char *key;
	bool (*good)(const struct pb_json *value);
	bool must;
};

/* An object with these members, each at most once (the reader sees to that), and no others. */
static bool
is_object(const struct pb_json *value, const struct member *members, size_t count)
{
	const struct pb_json *member;
	size_t found = 0;

	if (!pb_json_is_object(value))
		return false;
	for (size_t i = 0; i < count; i++) {
		member = pb_json_get(value, members[i].key);
		if (member == NULL ? members[i].must : !members[i].good(member))
			return false;
		found += member != NULL ? 1 : 0;
	}
	return found == pb_json_count(value);
}

#define IS_OBJECT(value, members) is_object(value, members, sizeof(members) / sizeof((members)[0]))

static bool
is_list(const struct pb_json *value, bool (*good)(const struct pb_json *item), size_t max)
{
	size_t count = pb_json_count(value);

	if (pb_json_is_object(value) || count == 0 || count > max)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!good(pb_json_item(value, i)))
			return false;
	}
	return true;
}

/* One line, as the child makes them: no controls, which might reach a terminal. */
static bool
is_text(const struct pb_json *value)
{
	const char *text = pb_json_string(value);
	size_t len = text != NULL ? strlen(text) : 0;

	return text != NULL && len <= PB_LIMIT_VIEW_STRING &&
	       pb_utf8_plain((const uint8_t *)text, len);
}

/* A word of the closed vocabulary. */
static bool
is_word(const struct pb_json *value, bool (*good)(const char *text))
{
	const char *text = pb_json_string(value);

	return text != NULL && good(text);
}

static bool
is_number(const struct pb_json *value)
{
	uint64_t number;

	return pb_json_as_u64(value, &number);
}

/* Seconds that can be written as a calendar date: to the end of the year 9999. */
static bool
is_date(const struct pb_json *value)
{
	uint64_t number;

	return pb_json_as_u64(value, &number) && number <= UINT64_C(253402300799);
}

static bool
is_true(const struct pb_json *value)
{
	bool truth;

	return pb_json_as_bool(value, &truth) && truth;
}

static bool
is_version(const struct pb_json *value)
{
	uint64_t number;

	return pb_json_as_u64(value, &number) && number == 1;
}

static bool
is_texts(const struct pb_json *value)
{
	return is_list(value, is_text, PB_LIMIT_VIEW_LIST);
}

static bool
is_address(const struct pb_json *value)
{
	static const struct member members[] = { { "name", is_text, false },
		{ "addr", is_text, false } };

	return IS_OBJECT(value, members) && pb_json_count(value) > 0;
}

static bool
is_addresses(const struct pb_json *value)
{
	return is_list(value, is_address, PB_LIMIT_VIEW_LIST);
}

static bool
is_attachment(const struct pb_json *value)
{
	static const struct member members[] = { { "name", is_text, false },
		{ "type", is_text, false }, { "size", is_number, true } };

	return IS_OBJECT(value, members);
}

static bool
is_attachments(const struct pb_json *value)
{
	return is_list(value, is_attachment, PB_LIMIT_VIEW_LIST);
}

static bool
is_finding_code(const struct pb_json *value)
{
	return is_word(value, pb_class_is_finding);
}

static bool
is_finding(const struct pb_json *value)
{
	static const struct member members[] = { { "code", is_finding_code, true },
		{ "detail", is_text, false } };

	return IS_OBJECT(value, members);
}

static bool
is_findings(const struct pb_json *value)
{
	return is_list(value, is_finding, PB_LIMIT_VIEW_LIST + 1); /* with `cut` */
}

static bool
is_mdn(const struct pb_json *value)
{
	static const struct member members[] = { { "disposition", is_text, false },
		{ "original_message_id", is_text, false }, { "recipient", is_text, false },
		{ "code", is_text, false } };

	return IS_OBJECT(value, members);
}

static bool
is_recipient(const struct pb_json *value)
{
	static const struct member members[] = { { "final", is_text, false },
		{ "action", is_text, false }, { "status", is_text, false },
		{ "diagnostic", is_text, false } };

	return IS_OBJECT(value, members);
}

static bool
is_recipients(const struct pb_json *value)
{
	return is_list(value, is_recipient, PB_LIMIT_VIEW_LIST);
}

static bool
is_dsn(const struct pb_json *value)
{
	static const struct member members[] = { { "original_message_id", is_text, false },
		{ "reporting_mta", is_text, false }, { "envelope_id", is_text, false },
		{ "queue_id", is_text, false }, { "arrival", is_text, false },
		{ "recipients", is_recipients, false } };

	return IS_OBJECT(value, members);
}

static bool
is_document(const struct pb_json *value)
{
	static const struct member members[] = { { "uri", is_text, false },
		{ "type", is_text, false }, { "format", is_text, false },
		{ "size", is_number, false }, { "sha1", is_text, false } };

	return IS_OBJECT(value, members);
}

static bool
is_documents(const struct pb_json *value)
{
	return is_list(value, is_document, PB_LIMIT_VIEW_LIST);
}

static bool
is_xdm(const struct pb_json *value)
{
	static const struct member members[] = { { "documents", is_documents, false },
		{ "patients", is_texts, false }, { "ins", is_text, false } };

	return IS_OBJECT(value, members);
}

static bool
is_type_or_other(const char *text)
{
	return pb_class_is_type(text) || strcmp(text, "other") == 0;
}

static bool
is_disposition_or_other(const char *text)
{
	return pb_class_is_disposition(text) || strcmp(text, "other") == 0;
}

static bool
is_kind(const struct pb_json *value)
{
	return is_word(value, pb_class_is_kind);
}

static bool
is_urgency(const struct pb_json *value)
{
	return is_word(value, pb_class_is_urgency);
}

static bool
is_disposition(const struct pb_json *value)
{
	return is_word(value, is_disposition_or_other);
}

static bool
is_code(const struct pb_json *value)
{
	return is_word(value, pb_class_is_code);
}

static bool
is_type(const struct pb_json *value)
{
	return is_word(value, is_type_or_other);
}

static bool
is_loinc(const struct pb_json *value)
{
	return is_word(value, pb_class_is_loinc);
}

static bool
is_types(const struct pb_json *value)
{
	return is_list(value, is_type, PB_LIMIT_CLASS_LIST);
}

static bool
is_loincs(const struct pb_json *value)
{
	return is_list(value, is_loinc, PB_LIMIT_CLASS_LIST);
}

static bool
is_class(const struct pb_json *value)
{
	static const struct member members[] = { { "kind", is_kind, true },
		{ "urgent", is_true, false }, { "urgent_by", is_urgency, false },
		{ "attachments", is_number, true }, { "types", is_types, false },
		{ "documents", is_loincs, false }, { "mdn", is_disposition, false },
		{ "mdn_code", is_code, false } };

	return IS_OBJECT(value, members);
}

static bool
is_view(const struct pb_json *value)
{
	static const struct member members[] = { { "v", is_version, true },
		{ "from", is_addresses, false }, { "sender", is_addresses, false },
		{ "reply_to", is_addresses, false }, { "to", is_addresses, false },
		{ "cc", is_addresses, false }, { "bcc", is_addresses, false },
		{ "date", is_text, false }, { "date_s", is_date, false },
		{ "subject", is_text, false }, { "message_id", is_text, false },
		{ "in_reply_to", is_texts, false }, { "references", is_texts, false },
		{ "attachments", is_attachments, false }, { "messages", is_number, false },
		{ "class", is_class, true }, { "mdn", is_mdn, false }, { "dsn", is_dsn, false },
		{ "xdm", is_xdm, false }, { "findings", is_findings, false },
		{ "text_len", is_number, true }, { "text_cut", is_true, false } };

	return IS_OBJECT(value, members);
}

enum pb_status
pb_view_check(const void *json, size_t len, size_t text_len)
{
	struct pb_json *root = NULL;
	enum pb_status status = pb_json_parse(json, len, &root, NULL);
	uint64_t stated;

	if (status == PB_ELIMIT)
		status = PB_EDATA;
	if (status == PB_OK &&
	    (!is_view(root) || !pb_json_as_u64(pb_json_get(root, "text_len"), &stated) ||
		stated != text_len))
		status = PB_EDATA;
	pb_json_free(root);
	return status;
}
