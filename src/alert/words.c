#include "alert/words.h"

#include <stddef.h>

static const struct {
	const char *word, *about;
} words[PB_ALERT_WORDS] = {
	[PB_ALERT_WRITER_DOWN] = { "writer_down", NULL },
	[PB_ALERT_DOOR_DOWN] = { "door_down", "door" },
	[PB_ALERT_DOOR_DEFERS] = { "door_defers", "door" },
	[PB_ALERT_DOOR_PASSES] = { "door_passes", "door" },
	[PB_ALERT_DOOR_QUIET] = { "door_quiet", "door" },
	[PB_ALERT_GAPS_WAIT] = { "gaps_wait", "door" },
	[PB_ALERT_UNMAPPED] = { "unmapped", "door" },
	[PB_ALERT_ARCHIVE_FAILS] = { "archive_fails", "archive" },
	[PB_ALERT_STAMPER_DOWN] = { "stamper_down", NULL },
	[PB_ALERT_AUTHORITY_FAILS] = { "authority_fails", "authority" },
	[PB_ALERT_UNSTAMPED] = { "unstamped", "archive" },
	[PB_ALERT_DISK_LOW] = { "disk_low", "archive" },
};

const char *
pb_alert_word(enum pb_alert_word word)
{
	return words[word].word;
}

const char *
pb_alert_about(enum pb_alert_word word)
{
	return words[word].about;
}
