/* A query held against the text of one message: what shelves can't tell. */
#include <string.h>

#include "core/error.h"
#include "index/asked.h"

/* How far a phrase has come: bit i, its first i + 1 words stood one behind the other just now. */
struct looking {
	const struct pb_asked *asked;
	uint64_t come;
	bool found;
};

static bool
word_fits(const struct pb_asked *asked, size_t i, const char *word, size_t len)
{
	const struct pb_asked_word *wanted = &asked->word[i];

	if (asked->prefix && i + 1 == asked->count)
		return len >= wanted->len && memcmp(word, wanted->text, wanted->len) == 0;
	return len == wanted->len && memcmp(word, wanted->text, len) == 0;
}

static enum pb_status
look_at(void *arg, const char *word, size_t len)
{
	struct looking *l = arg;
	uint64_t may = l->come << 1 | 1, come = 0;

	for (size_t i = 0; i < l->asked->count; i++)
		if ((may >> i & 1) != 0 && word_fits(l->asked, i, word, len))
			come |= (uint64_t)1 << i;
	l->come = come;
	l->found = (come >> (l->asked->count - 1) & 1) != 0;
	return l->found ? PB_EEND : PB_OK;
}

static enum pb_status
look_in_part(struct pb_fold *fold, struct looking *l, uint8_t field, const char *text, size_t len)
{
	enum pb_status status;

	l->come = 0;
	status = pb_words_each(fold, text, len, look_at, l);
	if (status == PB_OK && l->asked->count == 1)
		status = pb_words_whole(fold, text, len, field == PB_INDEX_MSGID, look_at, l);
	return status;
}

/* No phrase goes on from one part to the next. */
static enum pb_status
look_in(struct pb_fold *fold, const struct pb_asked *asked, uint8_t field, const char *text,
    bool *found)
{
	struct looking l = { .asked = asked };
	enum pb_status status = PB_OK;

	while (status == PB_OK && *text != '\0') {
		size_t len = strcspn(text, "\f");

		status = look_in_part(fold, &l, field, text, len);
		text += len + (text[len] == '\f');
	}
	*found |= l.found;
	return status == PB_EEND ? PB_OK : status;
}

/* In a field that it names, or in any. */
static enum pb_status
look_for(struct pb_fold *fold, const struct pb_asked *asked,
    const char *const fields[PB_INDEX_FIELDS], bool *ret_found)
{
	enum pb_status status = PB_OK;
	bool found = false;

	for (uint8_t f = 1; f < PB_INDEX_FIELDS && status == PB_OK && !found; f++)
		if (fields[f] != NULL && (asked->field == 0 || asked->field == f))
			status = look_in(fold, asked, f, fields[f], &found);
	*ret_found = found != asked->negated;
	return status;
}

enum pb_status
pb_query_confirm(const struct pb_query *query, const char *const fields[PB_INDEX_FIELDS],
    bool *ret_match, struct pb_error *err)
{
	struct pb_fold *fold = NULL;
	enum pb_status status = pb_fold_new(&fold, err);
	bool match = true, found;

	for (size_t i = 0; i < query->count && status == PB_OK; i++) {
		if (!query->term[i]->alternative && !match)
			break; /* neither the term before nor its alternatives */
		if (query->term[i]->alternative && match)
			continue;
		status = look_for(fold, query->term[i], fields, &found);
		match = found;
	}
	pb_fold_free(fold);
	if (status == PB_OK)
		*ret_match = match;
	else
		status = pb_fail_memory(err, N_("look for a phrase"));
	return status;
}
