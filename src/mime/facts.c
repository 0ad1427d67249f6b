#include "mime/facts.h"

#include <string.h>

#include "core/limits.h"
#include "core/text.h"

static void
free_address(gpointer item)
{
	struct pb_address *address = item;

	g_free(address->name);
	g_free(address->addr);
	g_free(address);
}

static void
free_attachment(gpointer item)
{
	struct pb_attachment *attachment = item;

	g_free(attachment->name);
	g_free(attachment->type);
	g_free(attachment);
}

static void
free_finding(gpointer item)
{
	struct pb_finding *finding = item;

	g_free(finding->detail);
	g_free(finding);
}

static void
free_document(gpointer item)
{
	struct pb_document *document = item;

	g_free(document->uri);
	g_free(document->type);
	g_free(document->format);
	g_free(document->sha1);
	g_free(document);
}

static void
free_recipient(gpointer item)
{
	struct pb_recipient *recipient = item;

	g_free(recipient->final);
	g_free(recipient->action);
	g_free(recipient->status);
	g_free(recipient->diagnostic);
	g_free(recipient);
}

void
pb_facts_init(struct pb_facts *facts)
{
	*facts = (struct pb_facts){ 0 };
	for (int i = 0; i < PB_WHO_COUNT; i++)
		facts->who[i] = g_ptr_array_new_with_free_func(free_address);
	facts->in_reply_to = g_ptr_array_new_with_free_func(g_free);
	facts->references = g_ptr_array_new_with_free_func(g_free);
	facts->attachments = g_ptr_array_new_with_free_func(free_attachment);
	facts->findings = g_ptr_array_new_with_free_func(free_finding);
	facts->codes = g_ptr_array_new_with_free_func(g_free);
	facts->dsn.recipients = g_ptr_array_new_with_free_func(free_recipient);
	facts->xdm.documents = g_ptr_array_new_with_free_func(free_document);
	facts->xdm.patients = g_ptr_array_new_with_free_func(g_free);
	facts->text = g_string_new(NULL);
}

void
pb_facts_done(struct pb_facts *facts)
{
	for (int i = 0; i < PB_WHO_COUNT; i++)
		g_ptr_array_unref(facts->who[i]);
	g_ptr_array_unref(facts->in_reply_to);
	g_ptr_array_unref(facts->references);
	g_ptr_array_unref(facts->attachments);
	g_ptr_array_unref(facts->findings);
	g_ptr_array_unref(facts->codes);
	g_ptr_array_unref(facts->dsn.recipients);
	g_ptr_array_unref(facts->xdm.documents);
	g_ptr_array_unref(facts->xdm.patients);
	g_string_free(facts->text, TRUE);
	if (facts->taking.octets != NULL)
		g_byte_array_unref(facts->taking.octets);
	g_free(facts->date);
	g_free(facts->subject);
	g_free(facts->message_id);
	g_free(facts->ins);
	g_free(facts->mdn.disposition);
	g_free(facts->mdn.original);
	g_free(facts->mdn.recipient);
	g_free(facts->mdn.code);
	g_free(facts->dsn.original);
	g_free(facts->dsn.mta);
	g_free(facts->dsn.envelope_id);
	g_free(facts->dsn.queue_id);
	g_free(facts->dsn.arrival);
}

void
pb_facts_find(struct pb_facts *facts, const char *code, const char *detail)
{
	char *line = detail != NULL ? pb_facts_line(facts, detail, strlen(detail)) : NULL;
	struct pb_finding *finding;

	for (guint i = 0; i < facts->findings->len; i++) {
		finding = g_ptr_array_index(facts->findings, i);
		if (strcmp(finding->code, code) == 0 && g_strcmp0(finding->detail, line) == 0) {
			g_free(line);
			return;
		}
	}
	finding = g_new0(struct pb_finding, 1);
	finding->code = code;
	finding->detail = line;
	pb_facts_add(facts, facts->findings, finding);
}

void
pb_facts_add(struct pb_facts *facts, GPtrArray *list, gpointer take_item)
{
	if (take_item == NULL)
		return;
	g_ptr_array_add(list, take_item);
	if (list->len > PB_LIMIT_VIEW_LIST) {
		g_ptr_array_set_size(list, PB_LIMIT_VIEW_LIST);
		facts->cut = true;
	}
}

void
pb_facts_add_once(struct pb_facts *facts, GPtrArray *list, char *take_text)
{
	if (take_text == NULL)
		return;
	for (guint i = 0; i < list->len; i++) {
		if (strcmp(g_ptr_array_index(list, i), take_text) == 0) {
			g_free(take_text);
			return;
		}
	}
	pb_facts_add(facts, list, take_text);
}

/* What stands in a text for the character `code`: itself, a line end or a space. */
static bool
kept(uint32_t code)
{
	return code >= 0x20 ? code < 0x7f || code > 0x9f : code == '\t' || code == '\n';
}

/* Octets at data, at most `room`, that can be copied as they stand. */
static size_t
plain_run(const uint8_t *data, size_t len, size_t room)
{
	size_t done = 0, n;
	uint32_t code;

	if (len > room)
		len = room;
	while (done < len) {
		if (data[done] >= 0x20 && data[done] < 0x7f) {
			done++;
			continue;
		}
		n = pb_utf8_next(data + done, len - done, &code);
		if (n == 0 || !kept(code))
			break;
		done += n;
	}
	return done;
}

void
pb_facts_text(struct pb_facts *facts, const char *text, size_t len)
{
	const uint8_t *at = (const uint8_t *)text;
	GString *to = facts->text;
	size_t n;
	uint32_t code = 0;

	if (len == 0)
		return;
	if (to->len > 0 && to->len < PB_LIMIT_VIEW_TEXT)
		g_string_append_c(to, '\f');
	while (len > 0 && to->len < PB_LIMIT_VIEW_TEXT) {
		n = plain_run(at, len, PB_LIMIT_VIEW_TEXT - to->len);
		if (n > 0) {
			g_string_append_len(to, (const char *)at, (gssize)n);
		} else {
			n = pb_utf8_next(at, len, &code);
			if (n > 1 && kept(code))
				break; /* no room for the whole of it */
			if (code != '\r' || n == 0)
				g_string_append_c(to, n == 1 && code == '\f' ? '\n' : ' ');
			else if (len == 1 || at[1] != '\n')
				g_string_append_c(to, '\n');
			n = n == 0 ? 1 : n;
		}
		at += n;
		len -= n;
	}
	if (len > 0)
		facts->text_cut = true;
}

char *
pb_facts_line(struct pb_facts *facts, const char *text, size_t len)
{
	const uint8_t *at = (const uint8_t *)text;
	GString *line = g_string_new(NULL);
	uint32_t code = 0;
	size_t n;

	for (; len > 0; at += n, len -= n) {
		n = pb_utf8_next(at, len, &code);
		if (line->len + (n == 0 ? 1 : n) > PB_LIMIT_VIEW_STRING) {
			facts->cut = true;
			break;
		}
		if (n > 0 && kept(code) && code >= 0x20)
			g_string_append_len(line, (const char *)at, (gssize)n);
		else
			g_string_append_c(line, ' ');
		n = n == 0 ? 1 : n;
	}
	g_strstrip(line->str);
	if (line->str[0] == '\0') {
		g_string_free(line, TRUE);
		return NULL;
	}
	return g_string_free(line, FALSE);
}

struct pb_address *
pb_address_new(char *take_name, char *take_addr)
{
	struct pb_address *address;

	if (take_name == NULL && take_addr == NULL)
		return NULL;
	address = g_new0(struct pb_address, 1);
	address->name = take_name;
	address->addr = take_addr;
	return address;
}
