#include "relay/stated.h"

#include <string.h>

#include "core/limits.h"
#include "core/syntax.h"
#include "core/text.h"

/* The largest that JSON has without quotes. */
#define MANY ((UINT64_C(1) << 53) - 1)

/* NAME: of an authority, of which the relay knows no more than its form. */
enum form { WORD, WORDS, DOOR, ARCHIVE, NAME, NUMBER };

struct member {
	const char *key; /* NULL ends the list */
	enum form form;
	const char *const *words; /* of WORD, and of WORDS in their order; NULL ends them */
	uint64_t least, most;     /* of NUMBER */
	bool may_lack;
};

#define LIST(...) ((const char *const[]){ __VA_ARGS__, NULL })
#define ONE_OF(name, ...)                                                                          \
	{                                                                                          \
		.key = name, .form = WORD, .words = LIST(__VA_ARGS__)                              \
	}
#define TIME(name, lack)                                                                           \
	{                                                                                          \
		.key = name, .form = NUMBER, .most = INT64_MAX, .may_lack = lack                   \
	}
#define COUNT(name, max)                                                                           \
	{                                                                                          \
		.key = name, .form = NUMBER, .least = 1, .most = max                               \
	}
#define NAMED(name, what, lack)                                                                    \
	{                                                                                          \
		.key = name, .form = what, .may_lack = lack                                        \
	}

#define ALERT(...)                                                                                 \
	{                                                                                          \
		.role = PB_RELAY_HERALD, .member = {                                               \
			ONE_OF("event", "alert"),                                                  \
			TIME("since_us", false),                                                   \
			{ .key = "told", .form = WORDS, .words = LIST("email", "webhook") },       \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}
#define BEGUN ONE_OF("state", "begun")
#define ENDED ONE_OF("state", "ended"), TIME("until_us", false)
#define OF_NOTHING ONE_OF("alert", "writer_down", "stamper_down")
#define OF_A_DOOR                                                                                  \
	ONE_OF("alert", "door_down", "door_defers", "door_passes", "door_quiet", "gaps_wait",      \
	    "unmapped"),                                                                           \
	    NAMED("door", DOOR, false)
#define OF_THE_ARCHIVE                                                                             \
	ONE_OF("alert", "archive_fails", "unstamped", "disk_low"), NAMED("archive", ARCHIVE, false)
#define OF_AN_AUTHORITY ONE_OF("alert", "authority_fails"), NAMED("authority", NAME, false)

static const char *const reasons[] = { "writer_away", "writer_refused", "too_late", "too_large",
	"not_sealed", "not_mapped", "unknown", NULL };

/* Each in all its forms. */
static const struct event {
	enum pb_relay_role role;
	bool enveloped;
	struct member member[8];
} events[] = {
	{ .role = PB_RELAY_LISTENER,
	    .enveloped = true,
	    .member = { ONE_OF("event", "gap"), NAMED("door", DOOR, true),
		{ .key = "reason", .form = WORD, .words = reasons }, TIME("from_us", true),
		TIME("to_us", true), COUNT("messages", PB_LIMIT_GAPS) } },
	{ .role = PB_RELAY_LISTENER,
	    .member = { ONE_OF("event", "unmapped"), NAMED("door", DOOR, false),
		TIME("from_us", false), TIME("to_us", false), COUNT("recipients", MANY) } },
	ALERT(BEGUN, OF_NOTHING),
	ALERT(ENDED, OF_NOTHING),
	ALERT(BEGUN, OF_A_DOOR),
	ALERT(ENDED, OF_A_DOOR),
	ALERT(BEGUN, OF_THE_ARCHIVE),
	ALERT(ENDED, OF_THE_ARCHIVE),
	ALERT(BEGUN, OF_AN_AUTHORITY),
	ALERT(ENDED, OF_AN_AUTHORITY),
};

/* Its place behind `from`, and one more; 0: it is not there. */
static size_t
place_of(const char *const *words, size_t from, const char *word)
{
	for (size_t i = from; word != NULL && words[i] != NULL; i++)
		if (strcmp(words[i], word) == 0)
			return i + 1;
	return 0;
}

bool
pb_stated_reason(const char *word)
{
	return place_of(reasons, 0, word) != 0;
}

/* Some of the words, each once and in their order. */
static bool
has_words(const struct pb_json *value, const char *const *words)
{
	size_t at = 0, count = pb_json_count(value);

	for (size_t i = 0; i < count; i++)
		if ((at = place_of(words, at, pb_json_string(pb_json_item(value, i)))) == 0)
			return false;
	return pb_json_is_array(value);
}

static bool
fits(const struct pb_stated_by *by, const struct member *member, const struct pb_json *value)
{
	const char *text = pb_json_string(value);
	uint64_t number;

	if (value == NULL)
		return member->may_lack;
	switch (member->form) {
	case WORD:
		return place_of(member->words, 0, text) != 0;
	case WORDS:
		return has_words(value, member->words);
	case DOOR:
		return text != NULL && by->has_door(by->ctx, text);
	case ARCHIVE:
		return text != NULL && strcmp(text, by->archive) == 0;
	case NAME:
		return text != NULL && pb_syntax_name(text);
	case NUMBER:
		return pb_json_as_u64(value, &number) && number >= member->least &&
		       number <= member->most;
	}
	return false;
}

/* Its members, and no other one: the reader refuses a key twice. */
static bool
is_event(const struct pb_stated_by *by, const struct event *event, const struct pb_json *facts)
{
	size_t found = 0;

	for (const struct member *m = event->member; m->key != NULL; m++) {
		const struct pb_json *value = pb_json_get(facts, m->key);

		if (!fits(by, m, value))
			return false;
		found += value != NULL;
	}
	return found == pb_json_count(facts);
}

/* ---- a gap's envelope ----------------------------------------------------------------------- */

/* As the door remembers them (PB_LIMIT_QUEUE_ID): a string, or base64 of what is none. */
static bool
is_queue_id(const struct pb_json *value)
{
	const char *text = pb_json_string(value);
	const char *base64 = pb_json_string(pb_json_get(value, "octets"));
	uint8_t octets[PB_LIMIT_QUEUE_ID];
	size_t len, whole;

	if (text != NULL)
		return strlen(text) <= sizeof(octets);
	if (base64 == NULL || pb_json_count(value) != 1)
		return false;
	len = strlen(base64);
	whole = len / 4 * 3;
	for (size_t pad = 0; pad <= 2 && pad < whole; pad++)
		if (whole - pad <= sizeof(octets) &&
		    pb_base64_decode_exact(base64, len, octets, whole - pad))
			return true;
	return false;
}

/* Of no more messages than it tells of. */
static bool
has_queue_ids(const struct pb_json *facts, const struct pb_json *envelope)
{
	const struct pb_json *ids = pb_json_get(envelope, "queue_ids");
	size_t count = pb_json_count(ids);
	uint64_t messages = 0;

	(void)pb_json_as_u64(pb_json_get(facts, "messages"), &messages);
	if (!pb_json_is_array(ids) || pb_json_count(envelope) != 1 || count > messages)
		return false;
	for (size_t i = 0; i < count; i++)
		if (!is_queue_id(pb_json_item(ids, i)))
			return false;
	return true;
}

/* ---- all of it ------------------------------------------------------------------------------ */

bool
pb_stated_fits(
    const struct pb_stated_by *by, const struct pb_json *facts, const struct pb_json *envelope)
{
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		const struct event *event = &events[i];

		if (event->role == by->role && event->enveloped == (envelope != NULL) &&
		    is_event(by, event, facts))
			return envelope == NULL || has_queue_ids(facts, envelope);
	}
	return false;
}
