#include "cli/copies.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/restored.h"
#include "cli/print.h"
#include "cli/say.h"
#include "cli/words.h"
#include "copies/noted.h"

/* NULL, and that was told: nothing is known. */
static struct pb_noted *
read_noted(const struct pb_world *world, const char *dir)
{
	struct pb_noted *noted = calloc(1, sizeof(*noted));
	struct pb_error err = { 0 };

	if (noted == NULL || pb_noted_read(world->files, dir, noted, &err) == PB_OK)
		return noted;
	pb_say_error(&err);
	free(noted);
	return NULL;
}

static bool
is_old(const struct pb_world *world, const struct pb_noted_copy *copy)
{
	return world->clock->now_us(world->clock->ctx) / 1000000 - copy->made_s > PB_COPIES_OLD_S;
}

/* It came back from a copy, and what was destroyed since is not known. */
static bool
is_locked(const struct pb_world *world, const char *dir)
{
	return pb_restored_check(world->files, dir, NULL) == PB_EACCESS;
}

static uint64_t
lacks(const struct pb_noted_copy *copy, uint64_t records)
{
	return records > copy->size ? records - copy->size : 0;
}

void
pb_copies_print(const struct pb_world *world, const char *dir, uint64_t records)
{
	struct pb_noted *noted = read_noted(world, dir);
	char time[PB_WORDS_TIME_LEN];

	if (is_locked(world, dir))
		(void)puts(_("restored     it is locked, and can only be verified: see `probant "
			     "restore --help`"));
	for (size_t i = 0; noted != NULL && i < noted->count; i++) {
		const struct pb_noted_copy *copy = &noted->copy[i];

		pb_words_time(copy->made_s, time);
		(void)fputs(_("copy         "), stdout);
		pb_print_safe(copy->path, strlen(copy->path));
		(void)printf(
		    _(", of %s; it lacks %" PRIu64 " records\n"), time, lacks(copy, records));
		if (is_old(world, copy))
			(void)puts(_("             WARNING: it is older than a day; run `probant "
				     "copy`"));
		if (copy->size > records)
			(void)puts(_("             WARNING: it held more records than the archive: "
				     "look which of the two is right"));
	}
	if (noted != NULL && noted->count == 0)
		(void)puts(_("copy         none is known: `probant copy DIR` makes one"));
	free(noted);
}

void
pb_copies_json(
    const struct pb_world *world, const char *dir, uint64_t records, struct pb_json_writer *w)
{
	struct pb_noted *noted = read_noted(world, dir);

	pb_json_bool(w, "restored_locked", is_locked(world, dir));
	pb_json_array_begin(w, "copies");
	for (size_t i = 0; noted != NULL && i < noted->count; i++) {
		const struct pb_noted_copy *copy = &noted->copy[i];

		pb_json_object_begin(w, NULL);
		pb_json_text(w, "path", copy->path);
		pb_json_u64(w, "records", copy->size);
		pb_json_u64(w, "lacks", lacks(copy, records));
		pb_json_bool(w, "ahead", copy->size > records);
		pb_json_u64(w, "made_s", (uint64_t)copy->made_s);
		pb_json_bool(w, "old", is_old(world, copy));
		pb_json_object_end(w);
	}
	pb_json_array_end(w);
	free(noted);
}
