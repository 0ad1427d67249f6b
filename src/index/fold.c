#include "index/fold.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#include "core/error.h"

/* Enough for the letters of a language at a time; ideographs come back often enough too. */
#define REMEMBERED 2048
/* Code points that one can become: 18, and casefold may make three of each in theory. */
#define EXPANDED 64

#define TATWEEL 0x0640

struct pb_fold {
	struct pb_folded entry[REMEMBERED];
};

enum pb_status
pb_fold_new(struct pb_fold **ret_fold, struct pb_error *err)
{
	struct pb_fold *fold = calloc(1, sizeof(*fold));

	if (fold == NULL)
		return pb_fail_memory(err, N_("prepare to find words"));
	*ret_fold = fold;
	return PB_OK;
}

void
pb_fold_free(struct pb_fold *fold)
{
	free(fold);
}

char
pb_fold_ascii(uint8_t octet)
{
	if ((octet >= 'a' && octet <= 'z') || (octet >= '0' && octet <= '9'))
		return (char)octet;
	return octet >= 'A' && octet <= 'Z' ? (char)(octet + 32) : '\0';
}

/* Letters that are typed as others and that no decomposition of Unicode makes of them. */
static const char *
typed_as(ucs4_t code)
{
	static const struct {
		ucs4_t code;
		const char *text;
	} letters[] = { { 0x00e6, "ae" }, { 0x0153, "oe" }, { 0x00f8, "o" }, { 0x00f0, "d" },
		{ 0x0111, "d" }, { 0x00fe, "th" }, { 0x0142, "l" }, { 0x0131, "i" },
		{ 0x0127, "h" } };

	for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
		if (letters[i].code == code)
			return letters[i].text;
	return NULL;
}

static void
append(struct pb_folded *folded, const char *text, size_t len)
{
	if (len > sizeof(folded->text) - folded->len)
		return; /* no character of Unicode is that long; if one came, it would be cut */
	memcpy(folded->text + folded->len, text, len);
	folded->len = (uint8_t)(folded->len + len);
}

static bool
counts_for_nothing(ucs4_t code)
{
	return uc_combining_class(code) != 0 || code == TATWEEL ||
	       uc_is_property_default_ignorable_code_point(code);
}

static void
append_code(struct pb_folded *folded, ucs4_t code)
{
	const char *text = typed_as(code);
	uint8_t utf8[6];
	int len;

	if (counts_for_nothing(code))
		return;
	if (uc_decimal_value(code) >= 0)
		code = (ucs4_t)('0' + uc_decimal_value(code));
	if (text != NULL)
		append(folded, text, strlen(text));
	else if (uc_is_general_category_withtable(
		     code, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_N | UC_CATEGORY_MASK_M) &&
		 (len = u8_uctomb(utf8, code, sizeof(utf8))) > 0)
		append(folded, (const char *)utf8, (size_t)len);
	else
		append(folded, " ", 1);
}

/* Scripts in which no blank says where a word ends. */
static bool
stands_alone(ucs4_t code)
{
	const uc_script_t *script = uc_script(code);

	if (uc_is_property_ideographic(code))
		return true;
	return script != NULL &&
	       (strcmp(script->name, "Hiragana") == 0 || strcmp(script->name, "Katakana") == 0);
}

static uint8_t
kind_of(const struct pb_folded *folded)
{
	size_t i = 0;

	if (folded->len == 0)
		return PB_FOLD_NOTHING;
	while (i < folded->len && folded->text[i] == ' ')
		i++;
	if (i == folded->len)
		return PB_FOLD_BREAK;
	return stands_alone(folded->code) ? PB_FOLD_ALONE : PB_FOLD_LETTERS;
}

/*
 * A character at a time gives what the whole text would: decomposition and full case folding look
 * at no neighbour, and marks, whose order alone depends on them, are dropped.
 */
static bool
work_out(struct pb_folded *folded, ucs4_t code)
{
	ucs4_t room[EXPANDED], *out;
	size_t len = EXPANDED;

	folded->code = code;
	folded->len = 0;
	out = u32_casefold(&code, 1, NULL, UNINORM_NFKD, room, &len);
	if (out == NULL)
		return false;
	for (size_t i = 0; i < len; i++)
		append_code(folded, out[i]);
	if (out != room)
		free(out);
	folded->kind = kind_of(folded);
	return true;
}

const struct pb_folded *
pb_fold(struct pb_fold *fold, uint32_t code)
{
	struct pb_folded *entry = &fold->entry[code % REMEMBERED];

	if (entry->kind != 0 && entry->code == code)
		return entry;
	if (!work_out(entry, code)) {
		entry->kind = 0;
		return NULL;
	}
	return entry;
}
