/* Who can open an archive, as its log states it now (FORMAT 1.5, `readers`). */
#ifndef PB_ARCHIVE_READERS_H
#define PB_ARCHIVE_READERS_H

#include <stdbool.h>

#include "archive/founding.h"
#include "core/json.h"

struct pb_readers {
	size_t count;
	struct pb_founded_reader reader[PB_LIMIT_READERS];
	bool restated; /* by a segment behind the first one: so every later one states them */
};

/* A list of {id, sha256, role} into readers; false if it is none, or an id comes twice. */
bool pb_readers_parse(const struct pb_json *list, struct pb_readers *ret_readers);
/* The member "readers" of an object that is being written. */
void pb_readers_write(const struct pb_readers *readers, struct pb_json_writer *w);

/* Where this id stands in the list; count if it does not. */
size_t pb_readers_find(const struct pb_readers *readers, const char *id);

/*
 * As the record that begins segment `name` states them, or record 0 if it states none.
 * PB_ECORRUPT: that record cannot be read.
 */
enum pb_status pb_readers_of_segment(const struct pb_files *files, const char *dir,
    const char *name, const struct pb_founded *founded, struct pb_readers *ret_readers,
    struct pb_error *err) PB_MUST_CHECK;

/* The same of the newest segment that has a commit; no lock is needed. */
enum pb_status pb_readers_in_force(const struct pb_files *files, const char *dir,
    const struct pb_founded *founded, struct pb_readers *ret_readers,
    struct pb_error *err) PB_MUST_CHECK;

#endif
