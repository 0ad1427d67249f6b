#include "capture/maildir.h"

#include <string.h>

bool
pb_maildir_mark(const char *name, uint64_t size)
{
	return size == 0 && strcmp(name, "maildirfolder") == 0;
}

const char *
pb_maildir_flags(const char *name)
{
	const char *info = strrchr(name, ':');

	if (info == NULL || strncmp(info, ":2,", 3) != 0)
		return NULL;
	return info + 3;
}

void
pb_maildir_state_flags(const char *letters, struct pb_json_writer *w)
{
	static const struct {
		char letter;
		const char *name;
	} known[] = { { 'P', "$Forwarded" }, { 'R', "\\Answered" }, { 'S', "\\Seen" },
		{ 'T', "\\Deleted" }, { 'D', "\\Draft" }, { 'F', "\\Flagged" } };
	char other[] = "maildir:?";
	size_t i;

	pb_json_array_begin(w, "flags");
	for (; *letters != '\0'; letters++) {
		for (i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			if (known[i].letter == *letters)
				break;
		if (i < sizeof(known) / sizeof(known[0])) {
			pb_json_text(w, NULL, known[i].name);
		} else if ((*letters >= 'a' && *letters <= 'z') ||
			   (*letters >= 'A' && *letters <= 'Z')) {
			other[sizeof(other) - 2] = *letters;
			pb_json_text(w, NULL, other);
		}
	}
	pb_json_array_end(w);
}
