#include "record/observation.h"

#include <string.h>

#include "core/view_class.h"

static const char *const kinds[PB_OBSERVATION_KINDS] = { [PB_OBSERVED_DELIVERY] = "delivery",
	[PB_OBSERVED_DISPOSITION] = "disposition",
	[PB_OBSERVED_AGAIN] = "again",
	[PB_OBSERVED_QUEUE_ID] = "queue_id" };

static const char *const names[] = { "message_id", "envelope_id", "queue_id", "transaction" };
#define NAMES (sizeof(names) / sizeof(names[0]))

const char *
pb_observation_kind_name(enum pb_observation_kind kind)
{
	return kinds[kind];
}

static const char *
text_of(const struct pb_json *value, const char *key)
{
	return pb_json_string(pb_json_get(value, key));
}

/* ---- closed words --------------------------------------------------------------------------- */

/* RFC 3464 section 2.3.3. */
static const char *
action(const char *text)
{
	static const char *const known[] = { "failed", "delayed", "delivered", "relayed",
		"expanded" };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(text, known[i]) == 0)
			return known[i];
	return "other";
}

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "." and one to three digits; NULL: there is no such. */
static const char *
behind_number(const char *at)
{
	size_t digits = 0;

	if (*at++ != '.')
		return NULL;
	while (digits < 3 && is_digit(at[digits]))
		digits++;
	return digits > 0 ? at + digits : NULL;
}

/* RFC 3463 section 2: class, subject, detail. */
static bool
is_status(const char *text)
{
	const char *at = text;

	if (*at != '2' && *at != '4' && *at != '5')
		return false;
	at = behind_number(at + 1);
	if (at != NULL)
		at = behind_number(at);
	return at != NULL && *at == '\0';
}

/* RFC 8098 section 3.2.6.3, and those of RFC 3798. */
static const char *
modifier(const char *text)
{
	static const char *const known[] = { "error", "warning", "superseded", "expired",
		"mailbox-terminated" };

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strcmp(text, known[i]) == 0)
			return known[i];
	return "other";
}

/*
 * Up to three letters, perhaps one of "-._", one to five digits: "E02", "E-1042".  What is longer
 * might be a name, or somebody's number.
 */
static bool
is_number_of_an_error(const char *text)
{
	size_t letters = 0, digits = 0;

	while ((text[letters] >= 'A' && text[letters] <= 'Z') ||
	       (text[letters] >= 'a' && text[letters] <= 'z'))
		letters++;
	text += letters;
	if (*text != '\0' && strchr("-._", *text) != NULL)
		text++;
	while (is_digit(text[digits]))
		digits++;
	return letters <= 3 && digits >= 1 && digits <= 5 && text[digits] == '\0';
}

/* ---- facts ---------------------------------------------------------------------------------- */

static void
state_of(struct pb_json_writer *w, uint64_t seq, unsigned by)
{
	pb_json_object_begin(w, NULL);
	pb_json_u64(w, "seq", seq);
	pb_json_array_begin(w, "by");
	for (size_t i = 0; i < NAMES; i++)
		if ((by & 1U << i) != 0)
			pb_json_text(w, NULL, names[i]);
	pb_json_array_end(w);
	pb_json_object_end(w);
}

/* In the order in which the report has them, as the envelope does. */
static void
state_recipients(struct pb_json_writer *w, const struct pb_json *recipients)
{
	pb_json_array_begin(w, "recipients");
	for (size_t i = 0; i < pb_json_count(recipients); i++) {
		const struct pb_json *recipient = pb_json_item(recipients, i);
		const char *done = text_of(recipient, "action");
		const char *status = text_of(recipient, "status");

		pb_json_object_begin(w, NULL);
		if (done != NULL)
			pb_json_text(w, "action", action(done));
		if (status != NULL && is_status(status))
			pb_json_text(w, "status", status);
		pb_json_object_end(w);
	}
	pb_json_array_end(w);
}

/* The type before the modifiers, of which the first counts (RFC 8098 section 3.2.6). */
static void
state_disposition(struct pb_json_writer *w, const struct pb_json *view)
{
	const char *type = text_of(pb_json_get(view, "class"), "mdn");
	const char *whole = text_of(pb_json_get(view, "mdn"), "disposition");
	const char *code = text_of(pb_json_get(view, "mdn"), "code");
	char first[32] = "";

	if (type != NULL)
		pb_json_text(w, "disposition", pb_class_is_disposition(type) ? type : "other");
	if (whole != NULL && (whole = strchr(whole, '/')) != NULL) {
		size_t len = strcspn(whole + 1, ",");

		if (len < sizeof(first))
			memcpy(first, whole + 1, len);
		pb_json_text(w, "modifier", modifier(first));
	}
	if (code != NULL && is_number_of_an_error(code))
		pb_json_text(w, "code", code);
}

enum pb_status
pb_observation_facts(
    const struct pb_observation *o, const struct pb_json *view, struct pb_buf *facts)
{
	struct pb_json_writer w;

	pb_json_writer_init(&w, facts);
	pb_json_object_begin(&w, NULL);
	pb_json_text(&w, "event", kinds[o->kind]);
	pb_json_u64(&w, "speaks", o->speaks);
	pb_json_array_begin(&w, "of");
	for (size_t i = 0; i < o->count; i++)
		state_of(&w, o->of[i].seq, o->of[i].by);
	pb_json_array_end(&w);
	if (o->more)
		pb_json_bool(&w, "more", true);
	if (o->kind == PB_OBSERVED_DELIVERY)
		state_recipients(&w, pb_json_get(pb_json_get(view, "dsn"), "recipients"));
	else if (o->kind == PB_OBSERVED_DISPOSITION)
		state_disposition(&w, view);
	pb_json_object_end(&w);
	return pb_json_writer_status(&w);
}

/* ---- envelope ------------------------------------------------------------------------------- */

static void
copy(struct pb_json_writer *w, const char *key, const struct pb_json *from, const char *member)
{
	const char *text = text_of(from, member);

	if (text != NULL)
		pb_json_octets(w, key, text, strlen(text));
}

static void
copy_delivery(struct pb_json_writer *w, const struct pb_json *dsn)
{
	const struct pb_json *recipients = pb_json_get(dsn, "recipients");

	copy(w, "reporting_mta", dsn, "reporting_mta");
	copy(w, "arrival", dsn, "arrival");
	pb_json_array_begin(w, "recipients");
	for (size_t i = 0; i < pb_json_count(recipients); i++) {
		const struct pb_json *recipient = pb_json_item(recipients, i);

		pb_json_object_begin(w, NULL);
		copy(w, "address", recipient, "final");
		copy(w, "diagnostic", recipient, "diagnostic");
		pb_json_object_end(w);
	}
	pb_json_array_end(w);
}

enum pb_status
pb_observation_envelope(
    const struct pb_observation *o, const struct pb_json *view, struct pb_buf *envelope)
{
	const struct pb_json *mdn = pb_json_get(view, "mdn"), *dsn = pb_json_get(view, "dsn");
	bool delivery = o->kind == PB_OBSERVED_DELIVERY && dsn != NULL;
	struct pb_json_writer w;

	if (!delivery && (o->kind != PB_OBSERVED_DISPOSITION || mdn == NULL))
		return PB_OK;
	pb_json_writer_init(&w, envelope);
	pb_json_object_begin(&w, NULL);
	if (delivery) {
		copy_delivery(&w, dsn);
	} else {
		copy(&w, "recipient", mdn, "recipient");
		copy(&w, "disposition", mdn, "disposition");
		copy(&w, "code", mdn, "code");
	}
	pb_json_object_end(&w);
	return pb_json_writer_status(&w);
}

/* ---- read ----------------------------------------------------------------------------------- */

static unsigned
names_of(const struct pb_json *by)
{
	unsigned bits = 0;

	for (size_t i = 0; i < pb_json_count(by); i++) {
		const char *name = pb_json_string(pb_json_item(by, i));

		for (size_t n = 0; name != NULL && n < NAMES; n++)
			if (strcmp(name, names[n]) == 0)
				bits |= 1U << n;
	}
	return bits;
}

static bool
read_all_of(const struct pb_json *of, struct pb_observation *o)
{
	o->count = pb_json_count(of);
	if (of == NULL || pb_json_is_object(of) || o->count > PB_LIMIT_OBSERVED)
		return false;
	for (size_t i = 0; i < o->count; i++) {
		const struct pb_json *item = pb_json_item(of, i);

		if (!pb_json_as_u64(pb_json_get(item, "seq"), &o->of[i].seq))
			return false;
		o->of[i].by = names_of(pb_json_get(item, "by"));
	}
	return true;
}

bool
pb_observation_read(const struct pb_json *facts, struct pb_observation *ret_observation)
{
	const char *event = text_of(facts, "event");
	struct pb_observation o = { .count = 0 };

	for (unsigned kind = 1; event != NULL && kind < PB_OBSERVATION_KINDS; kind++)
		if (strcmp(event, kinds[kind]) == 0)
			o.kind = (enum pb_observation_kind)kind;
	(void)pb_json_as_bool(pb_json_get(facts, "more"), &o.more);
	if (o.kind == 0 || !pb_json_as_u64(pb_json_get(facts, "speaks"), &o.speaks) ||
	    !read_all_of(pb_json_get(facts, "of"), &o))
		return false;
	*ret_observation = o;
	return true;
}

bool
pb_observation_names(const struct pb_observation *o, uint64_t seq)
{
	bool named = o->speaks == seq;

	for (size_t i = 0; i < o->count; i++)
		named = named || o->of[i].seq == seq;
	return named;
}
