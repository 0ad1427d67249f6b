#include "check/strays.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"

/* Nothing that we know was changed by it; what it is, somebody must say. */
void
pb_strays_find(struct pb_verification *v, const char *dir, const char *name)
{
	pb_verification_find(v, PB_CHECK_FILES, PB_INDETERMINATE, PB_NO_SEQ, "stray_file",
	    N_("This file does not belong to the archive."), "%s/%s", dir, name);
}

static int
compare(const void *a, const void *b)
{
	return memcmp(a, b, PB_SEGMENT_NAME_LEN);
}

void
pb_strays_keys(struct pb_verification *v, const struct pb_listing *keys,
    char (*segments)[PB_SEGMENT_NAME_LEN + 1], size_t count)
{
	uint8_t id[PB_SEGMENT_ID_LEN];
	uint64_t first_seq;

	for (size_t i = 0; i < keys->count; i++) {
		const char *name = keys->name[i];

		if (!pb_segment_name_parse(name, ".key", &first_seq, id))
			pb_strays_find(v, "keys", name);
		else if (count > 0 &&
			 bsearch(name, segments, count, sizeof(*segments), compare) != NULL)
			continue;
		else if (count == 0 || compare(name, segments[count - 1]) > 0)
			pb_verification_find(v, PB_CHECK_FILES, PB_INDETERMINATE, PB_NO_SEQ,
			    "segment_not_there",
			    N_("A file of secrets has no segment behind the last one: one was "
			       "being "
			       "begun, or was removed."),
			    "keys/%s", name);
		else
			pb_verification_find(v, PB_CHECK_FILES, PB_INVALID, PB_NO_SEQ,
			    "segment_missing",
			    N_("The segment that these secrets belong to was removed."), "keys/%s",
			    name);
	}
}
