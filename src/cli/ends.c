#include "cli/ends.h"

#include <inttypes.h>
#include <stdio.h>

#include "cli/label.h"
#include "cli/say.h"
#include "cli/words.h"

#define DAY_S 86400
/* A certificate that ends later needs nobody yet. */
#define SOON_S (60 * DAY_S)

void
pb_ends_say_one(const char *what, const char *name, int64_t ends_s, int64_t now_s)
{
	int64_t days = (ends_s - now_s) / DAY_S;
	char time[PB_WORDS_TIME_LEN];

	pb_words_time(ends_s, time);
	pb_label("");
	(void)fputs(what, stdout);
	if (name[0] != '\0') {
		(void)putchar(' ');
		pb_label_text(name);
	}
	if (ends_s <= now_s)
		(void)printf(_(" ended %s\n"), time);
	else
		(void)printf(ngettext(" ends %s, in %" PRId64 " day\n",
				 " ends %s, in %" PRId64 " days\n", (unsigned long)days),
		    time, days);
}

void
pb_ends_say(const struct pb_ends *ends, int64_t now_s)
{
	const char *what[] = { [PB_END_TSA_ROOT] = _("a root of the authority"),
		[PB_END_TSA_CLIENT] = _("the client certificate for the authority"),
		[PB_END_READER] = _("the certificate of the reader") };

	for (size_t i = 0; i < ends->count; i++)
		if (ends->end[i].ends_s - now_s <= SOON_S)
			pb_ends_say_one(
			    what[ends->end[i].of], ends->end[i].name, ends->end[i].ends_s, now_s);
}

void
pb_ends_json_one(int64_t ends_s, int64_t now_s, struct pb_json_writer *w)
{
	pb_json_u64(w, "ends_s", ends_s > 0 ? (uint64_t)ends_s : 0);
	pb_json_u64(w, "days_left", ends_s > now_s ? (uint64_t)(ends_s - now_s) / DAY_S : 0);
	pb_json_bool(w, "ended", ends_s <= now_s);
}

void
pb_ends_json(const struct pb_ends *ends, int64_t now_s, struct pb_json_writer *w)
{
	static const char *const of[] = { [PB_END_TSA_ROOT] = "authority_root",
		[PB_END_TSA_CLIENT] = "authority_client",
		[PB_END_READER] = "reader" };

	pb_json_array_begin(w, "certificates");
	for (size_t i = 0; i < ends->count; i++) {
		pb_json_object_begin(w, NULL);
		pb_json_text(w, "of", of[ends->end[i].of]);
		pb_json_text(w, "name", ends->end[i].name);
		pb_ends_json_one(ends->end[i].ends_s, now_s, w);
		pb_json_object_end(w);
	}
	pb_json_array_end(w);
}
