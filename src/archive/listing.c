#include "archive/listing.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"

struct gathering {
	struct pb_listing listing;
	size_t cap;
};

static int
take(void *arg, const char *name)
{
	struct gathering *gathering = arg;
	struct pb_listing *listing = &gathering->listing;

	if (listing->count == gathering->cap) {
		size_t cap = gathering->cap == 0 ? 64 : 2 * gathering->cap;
		char **grown = realloc(listing->name, cap * sizeof(*grown));

		if (grown == NULL)
			return -ENOMEM;
		listing->name = grown;
		gathering->cap = cap;
	}
	listing->name[listing->count] = strdup(name);
	if (listing->name[listing->count] == NULL)
		return -ENOMEM;
	listing->count++;
	return 0;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

enum pb_status
pb_listing_read(const struct pb_files *files, const char *path, struct pb_listing *ret_listing,
    struct pb_error *err)
{
	struct gathering gathering = { 0 };
	int answer = files->list(files->ctx, path, take, &gathering);

	if (answer < 0 && answer != -ENOENT) {
		pb_listing_done(&gathering.listing);
		return pb_fail_sys(err, answer, N_("list a directory"), "%s", path);
	}
	if (gathering.listing.count > 0)
		qsort(gathering.listing.name, gathering.listing.count,
		    sizeof(*gathering.listing.name), compare);
	*ret_listing = gathering.listing;
	return PB_OK;
}

void
pb_listing_done(struct pb_listing *listing)
{
	for (size_t i = 0; i < listing->count; i++)
		free(listing->name[i]);
	free(listing->name);
	*listing = PB_LISTING_EMPTY;
}
