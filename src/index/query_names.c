/* The words by which fields, types, directions and sources are asked for, in English and French. */
#include <string.h>

#include "core/text.h"
#include "index/asking.h"
#include "record/types.h"

/* Folded: without accents and case, as what is typed is compared. */
struct name {
	const char *text;
	uint8_t number;
};

static const struct name fields[] = { { "body", PB_INDEX_BODY }, { "corps", PB_INDEX_BODY },
	{ "from", PB_INDEX_FROM }, { "de", PB_INDEX_FROM }, { "to", PB_INDEX_TO },
	{ "a", PB_INDEX_TO }, { "subject", PB_INDEX_SUBJECT }, { "objet", PB_INDEX_SUBJECT },
	{ "msgid", PB_INDEX_MSGID }, { "attachment", PB_INDEX_ATTACHMENT },
	{ "piece", PB_INDEX_ATTACHMENT }, { "date", PB_ASKED_DATE }, { "type", PB_ASKED_TYPE },
	{ "direction", PB_ASKED_DIRECTION }, { "sens", PB_ASKED_DIRECTION },
	{ "source", PB_ASKED_SOURCE } };

static const struct name directions[] = { { "unknown", 0 }, { "inconnu", 0 }, { "received", 1 },
	{ "recu", 1 }, { "sent", 2 }, { "envoye", 2 } };

static const struct name sources[] = { { "unknown", 0 }, { "inconnu", 0 }, { "import", 1 },
	{ "milter", 2 }, { "proxy", 3 }, { "lmtp", 4 } };

/* Beside the names of FORMAT 1: what a list calls them. */
static const struct name types[] = { { "captation", PB_RECORD_CAPTURE },
	{ "gestion", PB_RECORD_MANAGEMENT }, { "timestamp", PB_RECORD_ANCHOR },
	{ "horodatage", PB_RECORD_ANCHOR }, { "cle", PB_RECORD_KEY },
	{ "reprise", PB_RECORD_RECOVERY }, { "importe", PB_RECORD_IMPORTED } };

/* One word, folded. */
struct folded {
	char text[PB_WORD_MAX + 1];
	size_t words;
};

static enum pb_status
take_word(void *arg, const char *word, size_t len)
{
	struct folded *folded = arg;

	if (folded->words++ > 0)
		return PB_EEND;
	memcpy(folded->text, word, len);
	folded->text[len] = '\0';
	return PB_OK;
}

static int
number_of(const struct name *names, size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i].text, text) == 0)
			return names[i].number;
	return -1;
}

#define NUMBER_OF(names, text) number_of(names, sizeof(names) / sizeof((names)[0]), text)

static int
type_of(const char *text)
{
	for (uint8_t type = 0; type < 32; type++) {
		const char *known = pb_record_type_name(type);

		if (known != NULL && strcmp(known, text) == 0)
			return type;
	}
	return NUMBER_OF(types, text);
}

enum pb_status
pb_asked_name(
    struct pb_fold *fold, enum pb_asked_kind kind, const char *text, size_t len, int *ret_number)
{
	struct folded folded = { .words = 0 };
	enum pb_status status = pb_words_each(fold, text, len, take_word, &folded);
	uint64_t number;

	if (status != PB_OK && status != PB_EEND)
		return status;
	*ret_number = -1;
	if (kind == PB_ASKED_A_TYPE && pb_decimal_parse(text, len, &number))
		*ret_number =
		    number < 32 && pb_record_type_known((uint8_t)number) ? (int)number : -1;
	else if (folded.words == 1)
		*ret_number = kind == PB_ASKED_A_FIELD       ? NUMBER_OF(fields, folded.text)
			      : kind == PB_ASKED_A_TYPE      ? type_of(folded.text)
			      : kind == PB_ASKED_A_DIRECTION ? NUMBER_OF(directions, folded.text)
							     : NUMBER_OF(sources, folded.text);
	return PB_OK;
}
