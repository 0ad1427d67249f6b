#include "dossier/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "record/types.h"

const char *
pb_phrase_of(const struct pb_phrase *phrase, enum pb_dossier_language language, uint64_t n)
{
	bool one = language == PB_FRENCH ? n <= 1 : n == 1;

	return one && phrase->one[language] != NULL ? phrase->one[language]
						    : phrase->many[language];
}

const char *
pb_dossier_type(uint8_t type, enum pb_dossier_language language)
{
	static const char *const names[PB_DOSSIER_TYPES][PB_LANGUAGES] = {
		[PB_RECORD_MESSAGE] = { "message capté", "message captured" },
		[PB_RECORD_OBSERVATION] = { "observation", "observation" },
		[PB_RECORD_CAPTURE] = { "captation", "capture" },
		[PB_RECORD_MANAGEMENT] = { "gestion", "management" },
		[PB_RECORD_DESTRUCTION] = { "destruction", "destruction" },
		[PB_RECORD_ANCHOR] = { "horodatage", "timestamp" },
		[PB_RECORD_KEY] = { "clé et segment", "key and segment" },
		[PB_RECORD_RECOVERY] = { "reprise", "recovery" },
		[PB_RECORD_IMPORTED] = { "message importé", "message imported" },
	};

	return type < PB_DOSSIER_TYPES && names[type][language] != NULL ? names[type][language]
									: "?";
}

const char *
pb_dossier_what(enum pb_disclosure what, enum pb_dossier_language language)
{
	static const char *const names[][PB_LANGUAGES] = {
		[PB_DISCLOSE_NONE] = { "non communiqué", "closed" },
		[PB_DISCLOSE_FACTS] = { "en partie : faits", "in part: facts" },
		[PB_DISCLOSE_HEADERS] = { "en partie : en-têtes, faits",
		    "in part: headers, facts" },
		[PB_DISCLOSE_ALL] = { "en entier", "whole" },
		[PB_DISCLOSE_PARTS] = { "en partie : choix", "in part: a selection" },
	};

	return names[what][language];
}

void
pb_dossier_count(
    struct pb_dossier_count *count, uint8_t type, enum pb_disclosure what, bool stamped)
{
	size_t at = type < PB_DOSSIER_TYPES ? type : 0;

	if (what == PB_DISCLOSE_NONE)
		count->closed[at]++;
	else if (what == PB_DISCLOSE_ALL)
		count->whole[at]++;
	else
		count->part[at]++;
	if (type == PB_RECORD_ANCHOR && !stamped)
		count->unstamped++;
}

size_t
pb_dossier_local(const struct pb_dossier *dossier)
{
	size_t count = 0;

	for (size_t i = 0; i < dossier->stamp_count; i++)
		count += dossier->stamp[i].local;
	return count;
}

/* A token may state any accuracy; beyond some 30,000 years it says nothing either way. */
static int64_t
accuracy_us(const struct pb_dossier_stamp *stamp)
{
	const int64_t most = INT64_C(1000000000000000000);

	return stamp->accuracy_us < (uint64_t)most ? (int64_t)stamp->accuracy_us : most;
}

int64_t
pb_dossier_after_s(const struct pb_dossier_stamp *stamp)
{
	int64_t us = stamp->gen_time_us - accuracy_us(stamp);

	return us >= 0 ? us / 1000000 : -((-us + 999999) / 1000000);
}

int64_t
pb_dossier_before_s(const struct pb_dossier_stamp *stamp)
{
	int64_t us = stamp->gen_time_us + accuracy_us(stamp);

	return us >= 0 ? (us + 999999) / 1000000 : -(-us / 1000000);
}

void
pb_dossier_date(int64_t time_s, enum pb_dossier_language language, char out[PB_DOSSIER_DATE_LEN])
{
	static const char *const months[PB_LANGUAGES][12] = {
		{ "janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août",
		    "septembre", "octobre", "novembre", "décembre" },
		{ "January", "February", "March", "April", "May", "June", "July", "August",
		    "September", "October", "November", "December" },
	};
	char t[21]; /* 2026-05-06T17:42:10Z */
	unsigned month, day;

	pb_time_format(time_s, t);
	if (t[4] != '-') {
		(void)snprintf(out, PB_DOSSIER_DATE_LEN, "%s",
		    language == PB_FRENCH ? "hors du calendrier" : "not a calendar date");
		return;
	}
	month = (unsigned)(10 * (t[5] - '0') + t[6] - '0');
	day = (unsigned)(10 * (t[8] - '0') + t[9] - '0');
	if (language == PB_FRENCH)
		(void)snprintf(out, PB_DOSSIER_DATE_LEN, "%u%s %s %.4s, %u h %.2s min %.2s s UTC",
		    day, day == 1 ? "er" : "", months[language][(month + 11) % 12], t,
		    (unsigned)(10 * (t[11] - '0') + t[12] - '0'), t + 14, t + 17);
	else
		(void)snprintf(out, PB_DOSSIER_DATE_LEN, "%u %s %.4s, %.8s UTC", day,
		    months[language][(month + 11) % 12], t, t + 11);
}
