/* The words that a term of a query asks for. */
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "index/asking.h"

static const char what[] = N_("understand the query");

void
pb_asked_free(struct pb_asked *asked)
{
	if (asked == NULL)
		return;
	for (size_t i = 0; i < asked->count; i++)
		free(asked->word[i].text);
	free(asked);
}

static enum pb_status
take_word(void *arg, const char *word, size_t len)
{
	struct pb_asked *asked = arg;

	if (asked->count == PB_LIMIT_QUERY_WORDS)
		return PB_ELIMIT;
	asked->word[asked->count].text = strndup(word, len);
	if (asked->word[asked->count].text == NULL)
		return PB_ENOMEM;
	asked->word[asked->count++].len = len;
	return PB_OK;
}

/* l'avis, qu'il, d’examen: what an article or pronoun is reduced to; its length with the mark. */
static size_t
elided(const char *value, size_t len)
{
	static const char *const marks[] = { "'", "\xe2\x80\x99" };

	for (size_t letters = 1; letters <= 2; letters++) {
		const char *known = letters == 1 ? "cdjlmnstCDJLMNST" : "qQ";

		if (len <= letters || strchr(known, value[0]) == NULL ||
		    (letters == 2 && value[1] != 'u' && value[1] != 'U'))
			continue;
		for (size_t i = 0; i < 2; i++) {
			size_t mark = strlen(marks[i]);

			if (len > letters + mark && memcmp(value + letters, marks[i], mark) == 0)
				return letters + mark;
		}
	}
	return 0;
}

/* An address or an identifier, perhaps in < and >, that is asked for as it stands. */
static bool
asks_whole(const struct pb_asked *asked, const char *value, size_t len)
{
	const char *sign = memchr(value, '@', len);

	if (sign == NULL || sign + 1 == value + len)
		return false;
	if (asked->field == PB_INDEX_MSGID)
		return true;
	for (size_t i = 0; i < len; i++)
		if (strchr("()[]{},;:\"'|\\`", value[i]) != NULL || (value[i] == '<' && i > 0) ||
		    (value[i] == '>' && i + 1 < len))
			return false; /* that and something else */
	return true;
}

static void
forget_words(struct pb_asked *asked)
{
	for (size_t i = 0; i < asked->count; i++)
		free(asked->word[i].text);
	asked->count = 0;
}

/* The address alone, if the value is one and no more; else nothing. */
static enum pb_status
take_whole(struct pb_asking *p, struct pb_asked *asked, const char *value, size_t len)
{
	enum pb_status status;
	size_t wanted = value[*value == '<'] == '@' ? 1 : 2; /* an address comes with its domain */

	if (asked->field == PB_INDEX_MSGID)
		wanted = 1;
	status =
	    pb_words_whole(p->fold, value, len, asked->field == PB_INDEX_MSGID, take_word, asked);
	if (status == PB_OK && asked->count == wanted &&
	    asks_whole(asked, asked->word[0].text, asked->word[0].len)) {
		while (asked->count > 1)
			free(asked->word[--asked->count].text);
		asked->whole = true;
	} else {
		forget_words(asked);
	}
	return status;
}

static enum pb_status
take_words(struct pb_asking *p, const struct pb_written *term, struct pb_asked *asked)
{
	const char *value = term->value;
	size_t len = term->len, skip = 0;
	enum pb_status status = PB_OK;

	if (!term->quoted && len > 0 && value[len - 1] == '*') {
		asked->prefix = true;
		len--;
	}
	if (!term->quoted && asks_whole(asked, value, len))
		status = take_whole(p, asked, value, len);
	if (status == PB_OK && !asked->whole) {
		skip = term->quoted ? 0 : elided(value, len);
		status = pb_words_each(p->fold, value + skip, len - skip, take_word, asked);
	}
	if (status == PB_ELIMIT)
		return pb_asking_wrong(p, term->begin, N_("a phrase has too many words"));
	if (status != PB_OK)
		return pb_fail_memory(p->err, what);
	if (asked->count == 0)
		return pb_asking_wrong(p, term->begin, N_("there is no word in it to look for"));
	return PB_OK;
}

enum pb_status
pb_asking_add_words(struct pb_asking *p, const struct pb_written *term)
{
	struct pb_query *query = p->query;
	struct pb_asked *asked;
	enum pb_status status;

	if (query->count == PB_LIMIT_QUERY_TERMS)
		return pb_asking_wrong(p, term->begin, N_("the query has too many terms"));
	asked = calloc(1, sizeof(*asked));
	if (asked == NULL)
		return pb_fail_memory(p->err, what);
	asked->negated = term->negated;
	asked->alternative = p->alternative;
	asked->field = term->field;
	status = take_words(p, term, asked);
	if (status != PB_OK) {
		pb_asked_free(asked);
		return status;
	}
	query->term[query->count++] = asked;
	return PB_OK;
}
