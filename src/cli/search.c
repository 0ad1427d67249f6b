#include "cli/search.h"

#include <inttypes.h>
#include <string.h>

#include "core/text.h"
#include "find/certificate.h"
#include "sys/child.h"

static bool
parse_sort(const char *text, enum pb_find_sort *sort)
{
	if (text == NULL || strcmp(text, "date") == 0)
		*sort = PB_FIND_DATE;
	else if (strcmp(text, "seq") == 0)
		*sort = PB_FIND_SEQ;
	else if (strcmp(text, "size") == 0)
		*sort = PB_FIND_SIZE;
	else
		return false;
	return true;
}

static bool
parse_number(const char *text, uint64_t *ret_value)
{
	return text == NULL || pb_decimal_parse(text, strlen(text), ret_value);
}

bool
pb_search_options(
    const struct pb_world *world, const struct pb_options *options, struct pb_search *ret_search)
{
	struct pb_search search = { .world = world, .options = options, .limit = UINT64_MAX };

	search.reverse = options->value[PB_OPTION_REVERSE] != NULL;
	search.json = options->value[PB_OPTION_JSON] != NULL;
	if (!parse_sort(options->value[PB_OPTION_SORT], &search.sort)) {
		pb_say_usage(_("--sort is date, seq or size"), options->value[PB_OPTION_SORT]);
		return false;
	}
	if (!parse_number(options->value[PB_OPTION_OFFSET], &search.offset)) {
		pb_say_usage(_("--offset is a number"), options->value[PB_OPTION_OFFSET]);
		return false;
	}
	if (!parse_number(options->value[PB_OPTION_LIMIT], &search.limit) || search.limit == 0) {
		pb_say_usage(_("--limit is 1 or more"), options->value[PB_OPTION_LIMIT]);
		return false;
	}
	*ret_search = search;
	return true;
}

enum pb_status
pb_search_open(
    struct pb_search *search, const struct pb_access_queries *queries, struct pb_error *err)
{
	const char *what =
	    search->options->value[PB_OPTION_CERTIFICATE] != NULL ? "certificate" : "rows";
	enum pb_status status;
	bool beside;

	status = pb_access_open_search(
	    search->world, search->options, what, queries, &search->access, err);
	if (status != PB_OK)
		return status;
	beside = pb_sys_beside("probant-mime", search->program, sizeof(search->program));
	status =
	    pb_indexing_update(search->world, search->access.archive, false, &search->views, err);
	if (status == PB_OK)
		status = pb_find_new(search->access.archive, pb_views_catalog(search->views),
		    beside ? search->program : NULL, &search->find, err);
	return status;
}

enum pb_status
pb_search_close(struct pb_search *search, struct pb_error *err)
{
	pb_find_free(search->find);
	search->find = NULL;
	pb_views_free(search->views);
	search->views = NULL;
	return search->access.archive == NULL ? PB_OK : pb_access_close(&search->access, err);
}

void
pb_search_standing_json(const struct pb_find_standing *s, struct pb_json_writer *w)
{
	pb_json_u64(w, "indexed", s->indexed);
	pb_json_u64(w, "messages", s->messages);
	if (s->indexed == s->messages && s->cut == 0 && s->bodies)
		return;
	pb_json_object_begin(w, "left_out");
	for (size_t i = 0; i < PB_CATALOG_STATES; i++)
		if (s->state[i] > 0)
			pb_json_u64(w, pb_find_state_name(i), s->state[i]);
	if (s->uncovered > 0)
		pb_json_u64(w, "no_index", s->uncovered);
	if (s->closed > 0)
		pb_json_u64(w, "closed", s->closed);
	if (s->cut > 0)
		pb_json_u64(w, "words", s->cut);
	if (!s->bodies)
		pb_json_u64(w, "bodies", s->indexed);
	pb_json_object_end(w);
}

enum pb_status
pb_search_standing(const struct pb_find_standing *s, struct pb_buf *out)
{
	struct pb_views_standing known = {
		.records = s->records, .messages = s->messages, .found = s->indexed
	};
	enum pb_status status;

	memcpy(known.state, s->state, sizeof(known.state));
	known.state[PB_INDEX_STATE_MADE] =
	    s->indexed + s->closed; /* those have a line of their own */
	status = pb_indexing_standing(&known, out);
	if (status == PB_OK && s->closed > 0)
		status = pb_buf_printf(out, "  %8" PRIu64 "  %s\n", s->closed,
		    _("in segments that this reader's key does not open"));
	if (status == PB_OK && s->cut > 0)
		status = pb_buf_printf(
		    out, "  %8" PRIu64 "  %s\n", s->cut, _("indexed, but for some of their words"));
	if (status == PB_OK && !s->bodies)
		status = pb_buf_printf(out, "%s\n",
		    _("bodies are not indexed in this archive: no word of them is found"));
	return status;
}
