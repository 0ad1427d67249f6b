#include "index/words.h"

#include <stdint.h>
#include <string.h>

#include "core/text.h"

/* A word as it grows.  One more octet than counts can't be: a character that does not fit ends it.
 */
struct word {
	pb_word_fn *each;
	void *arg;
	size_t max;
	size_t len;
	bool full;
	char text[PB_WHOLE_MAX];
};

static enum pb_status
end_word(struct word *word)
{
	size_t len = word->len;

	word->len = 0;
	word->full = false;
	return len == 0 ? PB_OK : word->each(word->arg, word->text, len);
}

static void
grow(struct word *word, const char *text, size_t len)
{
	if (word->full || len > word->max - word->len) {
		word->full = true;
		return;
	}
	memcpy(word->text + word->len, text, len);
	word->len += len;
}

/* Folded letters, parted at blanks. */
static enum pb_status
grow_letters(struct word *word, const char *text, size_t len)
{
	enum pb_status status = PB_OK;
	size_t at = 0;

	while (at < len && status == PB_OK) {
		size_t size = 1;
		uint32_t code;

		if (text[at] == ' ') {
			status = end_word(word);
		} else {
			size = pb_utf8_next((const uint8_t *)text + at, len - at, &code);
			grow(word, text + at, size);
		}
		at += size;
	}
	return status;
}

static enum pb_status
take(struct pb_fold *fold, struct word *word, uint32_t code)
{
	const struct pb_folded *folded = pb_fold(fold, code);
	enum pb_status status = PB_OK;

	if (folded == NULL)
		return PB_ENOMEM;
	switch (folded->kind) {
	case PB_FOLD_BREAK:
		return end_word(word);
	case PB_FOLD_LETTERS:
		return grow_letters(word, folded->text, folded->len);
	case PB_FOLD_ALONE:
		status = end_word(word);
		if (status == PB_OK)
			status = grow_letters(word, folded->text, folded->len);
		return status == PB_OK ? end_word(word) : status;
	default:
		return PB_OK;
	}
}

enum pb_status
pb_words_each(struct pb_fold *fold, const void *text, size_t len, pb_word_fn *each, void *arg)
{
	struct word word = { .each = each, .arg = arg, .max = PB_WORD_MAX };
	const uint8_t *at = text, *end = len > 0 ? at + len : at;
	enum pb_status status = PB_OK;

	while (at < end && status == PB_OK) {
		uint32_t code;
		size_t size = 1;
		char c;

		if (*at < 0x80) {
			if ((c = pb_fold_ascii(*at)) == '\0')
				status = end_word(&word);
			else if (word.len < word.max && !word.full)
				word.text[word.len++] = c;
			else
				word.full = true;
		} else if ((size = pb_utf8_next(at, (size_t)(end - at), &code)) > 0) {
			status = take(fold, &word, code);
		} else {
			size = 1; /* what is no UTF-8 parts words */
			status = end_word(&word);
		}
		at += size;
	}
	return status == PB_OK ? end_word(&word) : status;
}

static bool
parts_identifiers(uint8_t octet)
{
	return octet <= ' ' || octet == 0x7f || octet == '<' || octet == '>';
}

static bool
parts_addresses(uint8_t octet)
{
	return parts_identifiers(octet) ||
	       (octet < 0x80 && strchr("()[]{},;:\"'|\\`", octet) != NULL);
}

/* One character of what is kept whole: punctuation stays, letters fold. */
static enum pb_status
take_whole(struct pb_fold *fold, struct word *word, const uint8_t *at, size_t size, uint32_t code)
{
	const struct pb_folded *folded;
	char c;

	if (code < 0x80) {
		c = pb_fold_ascii(*at);
		grow(word, c == '\0' ? (const char *)at : &c, 1);
		return PB_OK;
	}
	folded = pb_fold(fold, code);
	if (folded == NULL)
		return PB_ENOMEM;
	if (folded->kind == PB_FOLD_BREAK && code >= 0xa0) /* no controls */
		grow(word, (const char *)at, size);
	for (size_t i = 0; i < folded->len && folded->kind != PB_FOLD_BREAK;) {
		size_t step =
		    pb_utf8_next((const uint8_t *)folded->text + i, folded->len - i, &code);

		if (folded->text[i] != ' ')
			grow(word, folded->text + i, step);
		i += step;
	}
	return PB_OK;
}

static enum pb_status
give_whole(struct pb_fold *fold, const uint8_t *at, const uint8_t *end, bool address,
    pb_word_fn *each, void *arg)
{
	struct word word = { .each = each, .arg = arg, .max = PB_WHOLE_MAX };
	enum pb_status status = PB_OK;

	while (at < end && status == PB_OK) {
		uint32_t code;
		size_t size = pb_utf8_next(at, (size_t)(end - at), &code);

		if (size == 0)
			size = 1; /* what is no UTF-8 is left out */
		else
			status = take_whole(fold, &word, at, size, code);
		at += size;
	}
	while (address && word.len > 0 && word.text[word.len - 1] == '.')
		word.len--; /* the end of a sentence */
	if (address && word.len > 0 && word.text[word.len - 1] == '@')
		word.len = 0; /* what was behind it is no text */
	return status == PB_OK ? end_word(&word) : status;
}

static enum pb_status
identifiers_in(
    struct pb_fold *fold, const uint8_t *at, const uint8_t *end, pb_word_fn *each, void *arg)
{
	enum pb_status status = PB_OK;

	while (at < end && status == PB_OK) {
		const uint8_t *begin = at;

		while (at < end && !parts_identifiers(*at))
			at++;
		status = give_whole(fold, begin, at, false, each, arg);
		if (at < end)
			at++;
	}
	return status;
}

/* The address around the @ at `sign`, if one is; ret_end: where it ends. */
static enum pb_status
address_at(struct pb_fold *fold, const uint8_t *begin, const uint8_t *sign, const uint8_t *end,
    const uint8_t **ret_end, pb_word_fn *each, void *arg)
{
	const uint8_t *from = sign, *to = sign + 1;
	enum pb_status status = PB_OK;

	while (from > begin && !parts_addresses(from[-1]) && from[-1] != '@')
		from--;
	while (to < end && !parts_addresses(*to) && *to != '@')
		to++;
	*ret_end = to;
	if (from < sign)
		status = give_whole(fold, from, to, true, each, arg);
	return status == PB_OK ? give_whole(fold, sign, to, true, each, arg) : status;
}

enum pb_status
pb_words_whole(struct pb_fold *fold, const void *text, size_t len, bool identifiers,
    pb_word_fn *each, void *arg)
{
	const uint8_t *begin = text, *at = begin, *end = len > 0 ? begin + len : begin, *sign;
	enum pb_status status = PB_OK;

	if (identifiers)
		return identifiers_in(fold, begin, end, each, arg);
	while (at < end && status == PB_OK && (sign = memchr(at, '@', (size_t)(end - at))) != NULL)
		status = address_at(fold, begin, sign, end, &at, each, arg);
	return status;
}
