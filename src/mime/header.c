#include "mime/header.h"

#include <gmime/gmime.h>
#include <string.h>

#include "core/limits.h"

char *
pb_header_text(struct pb_facts *facts, const struct pb_field *field)
{
	char *value, *line;

	if (field == NULL)
		return NULL;
	value = pb_field_decoded(field);
	line = pb_facts_line(facts, value, strlen(value));
	g_free(value);
	return line;
}

static void
add_mailbox(struct pb_facts *facts, GPtrArray *to, InternetAddress *address)
{
	InternetAddressMailbox *mailbox = INTERNET_ADDRESS_MAILBOX(address);
	const char *name = internet_address_get_name(address);
	const char *addr = internet_address_mailbox_get_addr(mailbox);
	char *name_line = name != NULL ? pb_facts_line(facts, name, strlen(name)) : NULL;
	char *addr_line = addr != NULL ? pb_facts_line(facts, addr, strlen(addr)) : NULL;

	pb_facts_add(facts, to, pb_address_new(name_line, addr_line));
}

/* A group's members stand alone (FORMAT 6.1); groups in groups are none of RFC 5322. */
static void
add_list(struct pb_facts *facts, GPtrArray *to, InternetAddressList *list, int depth)
{
	int count = internet_address_list_length(list);
	InternetAddress *address;

	for (int i = 0; i < count; i++) {
		address = internet_address_list_get_address(list, i);
		if (INTERNET_ADDRESS_IS_MAILBOX(address))
			add_mailbox(facts, to, address);
		else if (depth < 2)
			add_list(facts, to,
			    internet_address_group_get_members(INTERNET_ADDRESS_GROUP(address)),
			    depth + 1);
		else
			facts->cut = true;
	}
}

static bool
has_too_many_groups(const char *value)
{
	size_t colons = 0;

	for (; *value != '\0'; value++)
		colons += *value == ':' ? 1 : 0;
	return colons > PB_LIMIT_VIEW_GROUPS;
}

/* What can't be read as addresses stands as a name, so that it is seen. */
static void
read_addresses(struct pb_facts *facts, enum pb_who who, const struct pb_field *field)
{
	char *value = pb_field_unified(field);
	InternetAddressList *list = NULL;

	if (!has_too_many_groups(value))
		list = internet_address_list_parse(NULL, value);
	if (list != NULL) {
		add_list(facts, facts->who[who], list, 0);
		g_object_unref(list);
	} else {
		pb_facts_add(
		    facts, facts->who[who], pb_address_new(pb_header_text(facts, field), NULL));
	}
	g_free(value);
}

char *
pb_header_id(struct pb_facts *facts, const struct pb_field *field)
{
	char *value = pb_field_value(field), *begin = strchr(value, '<'), *end, *id;

	end = begin != NULL ? strchr(begin, '>') : NULL;
	if (end != NULL)
		id = pb_facts_line(facts, begin + 1, (size_t)(end - begin - 1));
	else
		id = pb_facts_line(facts, value, strlen(value));
	g_free(value);
	return id;
}

/* RFC 5322 section 3.6.4: identifiers in brackets; without any, the words that stand there. */
static void
read_ids(struct pb_facts *facts, GPtrArray *to, const struct pb_field *field)
{
	char *value = pb_field_value(field), *at = value, *begin, *end;
	bool brackets = strchr(value, '<') != NULL;

	while (*at != '\0') {
		begin = brackets ? strchr(at, '<') : at + strspn(at, " \t,");
		end = begin == NULL ? NULL
		      : brackets    ? strchr(begin, '>')
				    : begin + strcspn(begin, " \t,");
		if (end == NULL || end == begin)
			break;
		begin += brackets ? 1 : 0;
		pb_facts_add(facts, to, pb_facts_line(facts, begin, (size_t)(end - begin)));
		at = end + (*end != '\0' ? 1 : 0);
	}
	g_free(value);
}

static void
read_date(struct pb_facts *facts, const struct pb_field *field)
{
	char *value = pb_field_value(field);
	GDateTime *date = g_mime_utils_header_decode_date(value);

	facts->date = pb_facts_line(facts, value, strlen(value));
	if (date != NULL) {
		facts->date_s = g_date_time_to_unix(date);
		facts->has_date_s = facts->date_s >= 0;
		g_date_time_unref(date);
	}
	g_free(value);
}

/* RFC 2156 section 5.3.6 (Priority), Importance beside it, and what mail programs write. */
static const char *
urgency(const struct pb_field *field, const char *value)
{
	if (pb_field_is(field, "Importance") && g_ascii_strncasecmp(value, "high", 4) == 0)
		return "importance";
	if (pb_field_is(field, "Priority") && g_ascii_strncasecmp(value, "urgent", 6) == 0)
		return "priority";
	if (pb_field_is(field, "X-Priority") && (value[0] == '1' || value[0] == '2') &&
	    !g_ascii_isdigit(value[1]))
		return "x-priority";
	return NULL;
}

/* "importance" before "priority" before "x-priority", as they sort. */
static void
read_urgency(struct pb_facts *facts, const struct pb_field *field)
{
	char *value = pb_field_value(field);
	const char *by = urgency(field, value);

	if (by != NULL && (facts->urgent_by == NULL || strcmp(by, facts->urgent_by) < 0))
		facts->urgent_by = by;
	g_free(value);
}

/* X-MSS-CODECDA: codes of documents, with whatever between them. */
static void
read_codes(struct pb_facts *facts, const struct pb_field *field)
{
	char *value = pb_field_value(field), **words = g_strsplit_set(value, " \t,;|/", 100);

	for (size_t i = 0; words[i] != NULL; i++)
		pb_facts_add_once(
		    facts, facts->codes, pb_facts_line(facts, words[i], strlen(words[i])));
	g_strfreev(words);
	g_free(value);
}

static bool
has_high_octet(const struct pb_field *field)
{
	for (size_t i = 0; i < field->value_len; i++) {
		if ((uint8_t)field->value[i] >= 0x80)
			return true;
	}
	return false;
}

/* All subjects, one behind the other: which of them a program shows is not known. */
static char *
read_subjects(struct pb_facts *facts, const struct pb_fields *fields)
{
	GString *all = g_string_new(NULL);
	const struct pb_field *field;
	char *value, *line;

	for (guint i = 0; i < fields->list->len; i++) {
		field = &g_array_index(fields->list, struct pb_field, i);
		if (!pb_field_is(field, "Subject"))
			continue;
		value = pb_field_decoded(field);
		if (all->len > 0)
			g_string_append(all, " | ");
		g_string_append(all, value);
		g_free(value);
	}
	line = pb_facts_line(facts, all->str, all->len);
	g_string_free(all, TRUE);
	return line;
}

void
pb_header_repeated(struct pb_facts *facts, const struct pb_fields *fields,
    const struct pb_single_field names[], size_t count)
{
	unsigned seen;

	for (size_t n = 0; n < count; n++) {
		seen = 0;
		for (guint i = 0; i < fields->list->len; i++)
			seen += pb_field_is(
				    &g_array_index(fields->list, struct pb_field, i), names[n].name)
				    ? 1
				    : 0;
		if (seen < 2)
			continue;
		pb_facts_find(facts, "repeated", names[n].name);
		facts->cut = facts->cut || names[n].hides;
	}
}

/* RFC 5322 section 3.6 allows these once.  Of addresses and subjects all are taken. */
static void
find_repeated(struct pb_facts *facts, const struct pb_fields *fields)
{
	static const struct pb_single_field once[] = { { "From", false }, { "Sender", false },
		{ "Reply-To", false }, { "To", false }, { "Cc", false }, { "Bcc", false },
		{ "Date", false }, { "Subject", false }, { "Message-ID", true },
		{ "In-Reply-To", false }, { "References", false } };

	pb_header_repeated(facts, fields, once, G_N_ELEMENTS(once));
}

/* Fields of which the first counts. */
static void
read_single(struct pb_facts *facts, const struct pb_fields *fields)
{
	const struct pb_field *field = pb_fields_find(fields, "Date");

	facts->subject = read_subjects(facts, fields);
	facts->message_id = pb_header_id(facts, pb_fields_find(fields, "Message-ID"));
	facts->ins = pb_header_text(facts, pb_fields_find(fields, "X-MSS-INS"));
	if (field != NULL)
		read_date(facts, field);
	field = pb_fields_find(fields, "In-Reply-To");
	if (field != NULL)
		read_ids(facts, facts->in_reply_to, field);
	field = pb_fields_find(fields, "References");
	if (field != NULL)
		read_ids(facts, facts->references, field);
}

void
pb_header_read(struct pb_facts *facts, const struct pb_fields *fields)
{
	static const char *const names[] = { "From", "Sender", "Reply-To", "To", "Cc", "Bcc" };
	const struct pb_field *field;

	read_single(facts, fields);
	find_repeated(facts, fields);
	for (guint i = 0; i < fields->list->len; i++) {
		field = &g_array_index(fields->list, struct pb_field, i);
		if (has_high_octet(field))
			pb_facts_find(facts, "header_8bit", NULL);
		for (int who = 0; who < PB_WHO_COUNT; who++) {
			if (pb_field_is(field, names[who]))
				read_addresses(facts, (enum pb_who)who, field);
		}
		read_urgency(facts, field);
		if (pb_field_is(field, "X-MSS-CODECDA"))
			read_codes(facts, field);
	}
}
