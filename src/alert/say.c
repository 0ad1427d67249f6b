#include "alert/say.h"

#include "core/text.h"

#define LANGUAGES 2

/* What stands before the name, and behind it. */
static const struct sentence {
	const char *before, *behind;
} sentences[PB_ALERT_WORDS][LANGUAGES] = {
	[PB_ALERT_WRITER_DOWN] = { { "le greffier ne donne plus signe de vie, rien n'est conservé",
				       "" },
	    { "the writer gives no sign of life, nothing is kept", "" } },
	[PB_ALERT_DOOR_DOWN] = { { "la porte ", " ne donne plus signe de vie" },
	    { "door ", " gives no sign of life" } },
	[PB_ALERT_DOOR_DEFERS] = { { "la porte ", " ne peut pas faire conserver les messages" },
	    { "door ", " cannot have messages kept" } },
	[PB_ALERT_DOOR_PASSES] = { { "la porte ",
				       " laisse passer des messages sans qu'ils soient conservés" },
	    { "door ", " lets messages pass that are not kept" } },
	[PB_ALERT_DOOR_QUIET] = { { "aucun message par la porte ",
				      " depuis plus longtemps que d'habitude" },
	    { "no message by door ", " for longer than is usual" } },
	[PB_ALERT_GAPS_WAIT] = { { "ce que la porte ",
				     " a laissé passer n'est pas encore inscrit" },
	    { "what door ", " let pass does not stand in the log yet" } },
	[PB_ALERT_UNMAPPED] = { { "par la porte ",
				    ", du courrier pour des destinataires sans archive" },
	    { "by door ", ", mail for recipients without an archive" } },
	[PB_ALERT_ARCHIVE_FAILS] = { { "l'archive ", " ne peut rien conserver" },
	    { "archive ", " cannot keep anything" } },
	[PB_ALERT_STAMPER_DOWN] = { { "l'horodateur ne donne plus signe de vie", "" },
	    { "the stamper gives no sign of life", "" } },
	[PB_ALERT_AUTHORITY_FAILS] = { { "l'autorité d'horodatage ", " ne donne plus de jeton" },
	    { "timestamping authority ", " gives no token" } },
	[PB_ALERT_UNSTAMPED] = { { "l'archive ", " attend un horodatage depuis trop longtemps" },
	    { "archive ", " has waited for a timestamp for too long" } },
	[PB_ALERT_DISK_LOW] = { { "le disque de l'archive ", " est presque plein" },
	    { "the disk of archive ", " is almost full" } },
};

enum pb_status
pb_alert_say(enum pb_policy_language language, const struct pb_notice *notice, struct pb_buf *text)
{
	static const char *const states[][LANGUAGES] = {
		[PB_ALERT_BEGUN] = { "Alerte : ", "Alert: " },
		[PB_ALERT_STANDS] = { "Toujours : ", "Still: " },
		[PB_ALERT_ENDED] = { "Terminé : ", "Over: " },
	};
	const struct sentence *sentence = &sentences[notice->alert->word][language];

	return pb_buf_printf(text, "%s%s%s%s", states[notice->state][language], sentence->before,
	    notice->alert->name, sentence->behind);
}

enum pb_status
pb_alert_say_times(
    enum pb_policy_language language, const struct pb_alert *alert, struct pb_buf *text)
{
	bool french = language == PB_LANGUAGE_FR;
	char since[21], until[21];

	pb_time_format(alert->since_us / 1000000, since);
	pb_time_format(alert->until_us / 1000000, until);
	if (alert->until_us == 0)
		return pb_buf_printf(text, "%s %s", french ? "depuis" : "since", since);
	return pb_buf_printf(text, french ? "de %s à %s" : "from %s to %s", since, until);
}

const char *
pb_alert_footer(enum pb_policy_language language)
{
	return language == PB_LANGUAGE_FR
		   ? "Ce que chaque mot veut dire et ce qu'il y a à faire : RUNNING.md, « Alerts "
		     "».\n"
		     "Heures selon l'horloge de la machine, UTC."
		   : "What each word means, and what is to be done: RUNNING.md, \"Alerts\".\n"
		     "Times by the machine's clock, UTC.";
}
