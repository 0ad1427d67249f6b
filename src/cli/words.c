#include "cli/words.h"

#include <string.h>

#include "cli/say.h"
#include "core/text.h"
#include "record/types.h"

struct word {
	const char *name;
	const char *said; /* key for gettext */
};

/* What is said for a name, or the name where there is no word for it. */
static const char *
said_for(const struct word *words, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(words[i].name, name) == 0)
			return _(words[i].said);
	return name;
}

#define SAID_FOR(words, name) said_for(words, sizeof(words) / sizeof((words)[0]), name)

const char *
pb_words_type(uint8_t type)
{
	/* In a column of 12. */
	static const struct word words[] = { { "message", N_("message") },
		{ "observation", N_("observation") }, { "capture", N_("capture") },
		{ "management", N_("management") }, { "destruction", N_("destruction") },
		{ "anchor", N_("timestamp") }, { "key", N_("key") }, { "recovery", N_("recovery") },
		{ "imported", N_("imported") } };
	const char *name = pb_record_type_name(type);

	return name != NULL ? SAID_FOR(words, name) : "?";
}

const char *
pb_words_event(const char *event)
{
	static const struct word words[] = { { "access", N_("somebody read or searched") },
		{ "export", N_("a bundle was begun") }, { "exported", N_("a bundle was made") },
		{ "rehearsed", N_("recovery was tried") },
		{ "restore", N_("the archive was restored from a copy") },
		{ "authorities", N_("the timestamping authorities changed") },
		{ "index", N_("what is indexed changed") },
		{ "destruction", N_("records were destroyed") },
		{ "rollback_accepted", N_("an older state of the archive was accepted") },
		{ "clock_step", N_("the clock was set") }, { "start", N_("the capture began") },
		{ "heartbeat", N_("the capture goes on") }, { "stop", N_("the capture stopped") },
		{ "leave", N_("the archive leaves its operator") },
		{ "delivery", N_("a delivery report speaks of a message") },
		{ "disposition", N_("a receipt speaks of a message") },
		{ "again", N_("a message came again") },
		{ "queue_id", N_("a server had two messages under one name") },
		{ "policy", N_("the policy of the capture was stated") },
		{ "timestamp_policy", N_("the policy of timestamps was stated") },
		{ "gap", N_("there is a gap in the capture") },
		{ "unmapped", N_("recipients in domains of ours had no archive") },
		{ "alert", N_("something was wrong with the capture, or was right again") },
		{ "torn_tail", N_("what an interrupted command had left was put aside") },
		{ "segment", N_("a new segment of the vault began") },
		{ "timestamp", N_("an authority stamped the log") },
		{ "shared_timestamp", N_("an authority stamped the log, with those of others") },
		{ "timestamp_gap", N_("no authority answered") },
		{ "timestamp_gap_end", N_("an authority answers again") } };

	return SAID_FOR(words, event);
}

const char *
pb_words_direction(const char *direction)
{
	if (direction != NULL && strcmp(direction, "received") == 0)
		return _("received");
	return direction != NULL && strcmp(direction, "sent") == 0 ? _("sent") : "";
}

const char *
pb_words_delivery(const char *action)
{
	static const struct word words[] = { { "failed", N_("delivery failed") },
		{ "delayed", N_("delivery is delayed") }, { "delivered", N_("delivered") },
		{ "relayed", N_("passed on to a server that gives no reports") },
		{ "expanded", N_("delivered to a list") }, { "other", N_("something else") } };

	return SAID_FOR(words, action);
}

const char *
pb_words_disposition(const char *type)
{
	static const struct word words[] = { { "displayed", N_("displayed") },
		{ "processed", N_("processed") }, { "dispatched", N_("passed on") },
		{ "deleted", N_("deleted") }, { "denied", N_("no answer is given") },
		{ "failed", N_("failed") }, { "other", N_("something else") } };

	return SAID_FOR(words, type);
}

const char *
pb_words_finding(const char *code)
{
	static const struct word words[] = {
		{ "xdm_size", N_("a document is not as long as METADATA.XML states") },
		{ "xdm_sha1", N_("a document is not the one that METADATA.XML states (SHA-1)") },
		{ "xdm_missing", N_("a document that METADATA.XML states is not in the ZIP") },
		{ "xdm_unreadable", N_("IHE_XDM.ZIP or its METADATA.XML cannot be read") },
		{ "patient_differs", N_("the patient's identifiers do not fit each other") },
		{ "tnef", N_("an attachment is a container of Outlook's (TNEF), not looked into") },
		{ "header_8bit",
		    N_("the header has octets beyond ASCII as they are, which none may have") },
		{ "depth",
		    N_("parts stand too deep inside each other; the rest was not looked at") },
		{ "parts", N_("there are too many parts; the rest was not looked at") },
		{ "cut", N_("not all of it is shown, or its header can be read in another way") },
		{ "repeated", N_("a header field that may stand once stands more than once") }
	};

	return SAID_FOR(words, code);
}

const char *
pb_words_unseen(const char *state)
{
	static const struct word words[] = {
		{ "died", N_("the program that reads messages ended on this one") },
		{ "timeout", N_("the program that reads messages took too long for this one") },
		{ "too_large", N_("it is too long for the program that reads messages") },
		{ "bad_reply", N_("what the program that reads messages said of it is no view") },
		{ "unavailable", N_("the program that reads messages cannot be started") }
	};

	return SAID_FOR(words, state);
}

void
pb_words_time(int64_t time_s, char out[PB_WORDS_TIME_LEN])
{
	char text[21];

	pb_time_format(time_s, text);
	memcpy(out, text, 19);
	if (text[10] == 'T')
		out[10] = ' ';
	memcpy(out + 19, " UTC", 5);
}
