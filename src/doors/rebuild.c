#include "doors/rebuild.h"

#include <string.h>

#include "core/error.h"

static void
put(struct pb_rebuild *rebuild, const void *data, size_t len)
{
	if (len > 0)
		rebuild->write(rebuild->ctx, data, len);
}

static void
put_value(struct pb_rebuild *rebuild, const char *value)
{
	const char *lf;

	for (const char *from = value; (lf = strchr(from, '\n')) != NULL; from = lf + 1) {
		put(rebuild, value, (size_t)(lf - value));
		if (lf == from || lf[-1] != '\r') {
			put(rebuild, "\r", 1);
			rebuild->unfolded = true;
		}
		value = lf;
	}
	put(rebuild, value, strlen(value));
}

void
pb_rebuild_field(struct pb_rebuild *rebuild, const char *name, const char *value)
{
	pb_assert(!rebuild->body);
	put(rebuild, name, strlen(name));
	put(rebuild, ":", 1);
	/* Without SMFIP_HDR_LEADSPC the MTA takes one space away, where there was one. */
	if (!rebuild->spaced && *value != '\0') {
		put(rebuild, " ", 1);
		rebuild->unspaced = true;
	}
	put_value(rebuild, value);
	put(rebuild, "\r\n", 2);
}

void
pb_rebuild_end_of_header(struct pb_rebuild *rebuild)
{
	if (!rebuild->body)
		put(rebuild, "\r\n", 2);
	rebuild->body = true;
}

void
pb_rebuild_body(struct pb_rebuild *rebuild, const void *data, size_t len)
{
	pb_rebuild_end_of_header(rebuild);
	put(rebuild, data, len);
	rebuild->content = rebuild->content || len > 0;
}

size_t
pb_rebuild_words(const struct pb_rebuild *rebuild, const char *ret_words[PB_REBUILD_WORDS])
{
	size_t count = 0;

	if (rebuild->unfolded)
		ret_words[count++] = "folds";
	if (rebuild->unspaced)
		ret_words[count++] = "spaces";
	if (rebuild->body && !rebuild->content)
		ret_words[count++] = "empty_line";
	return count;
}
