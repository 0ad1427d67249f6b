#include "bundle/package.h"

#include <string.h>

#include "bundle/zip.h"
#include "core/error.h"
#include "core/limits.h"
#include "core/text.h"

#define NUMBERS 3 /* a pattern has at most so many */
#define CASE_MAX 64

/* What a "$" of a pattern stands for. */
enum field { NONE, SEQ, SIZE, TO, INDEX };

struct form {
	const char *pattern;
	enum field field[NUMBERS];
	bool ocsp;
};

/* By kind, in the order of FORMAT 5.3; the last row is the other name of a revocation. */
static const struct form forms[PB_PACKAGE_KIND_COUNT + 1] = {
	[PB_PACKAGE_LISEZMOI] = { .pattern = "LISEZMOI.txt" },
	[PB_PACKAGE_README] = { .pattern = "README.txt" },
	[PB_PACKAGE_VERIFIER] = { .pattern = "VERIFIER.txt" },
	[PB_PACKAGE_VERIFIER_WINDOWS] = { .pattern = "VERIFIER-Windows.txt" },
	[PB_PACKAGE_MESSAGE] = { "records/$/message.eml", { SEQ }, false },
	[PB_PACKAGE_PART] = { "records/$/part-$.bin", { SEQ, INDEX }, false },
	[PB_PACKAGE_LEAF] = { "records/$/leaf.bin", { SEQ }, false },
	[PB_PACKAGE_OPENING] = { "records/$/opening.json", { SEQ }, false },
	[PB_PACKAGE_LEAF_PROOF] = { "records/$/leaf.tlog-proof", { SEQ }, false },
	[PB_PACKAGE_LEAVES] = { .pattern = "log/leaves.bin" },
	[PB_PACKAGE_RANGE_PROOF] = { .pattern = "log/range-proof" },
	[PB_PACKAGE_CLOSED] = { .pattern = "log/closed.json" },
	[PB_PACKAGE_CHECKPOINT] = { .pattern = "log/checkpoint" },
	[PB_PACKAGE_VERIFIER_KEY] = { .pattern = "log/verifier-key" },
	[PB_PACKAGE_CONSISTENCY] = { "log/consistency/$-$", { SIZE, TO }, false },
	[PB_PACKAGE_STAMP_CHECKPOINT] = { "stamps/$-$/checkpoint", { SIZE, SEQ }, false },
	[PB_PACKAGE_STAMP_REQUEST] = { "stamps/$-$/request.tsq", { SIZE, SEQ }, false },
	[PB_PACKAGE_STAMP_REPLY] = { "stamps/$-$/reply.tsr", { SIZE, SEQ }, false },
	[PB_PACKAGE_STAMP_TOKEN] = { "stamps/$-$/token.tst", { SIZE, SEQ }, false },
	[PB_PACKAGE_STAMP_NODE] = { "stamps/$-$/node.checkpoint", { SIZE, SEQ }, false },
	[PB_PACKAGE_STAMP_SALT] = { "stamps/$-$/node.salt", { SIZE, SEQ }, false },
	[PB_PACKAGE_STAMP_PROOF] = { "stamps/$-$/node.tlog-proof", { SIZE, SEQ }, false },
	[PB_PACKAGE_STAMP_CHAIN] = { "stamps/$-$/chain.pem", { SIZE, SEQ }, false },
	[PB_PACKAGE_STAMP_REVOCATION] = { "stamps/$-$/$.crl", { SIZE, SEQ, INDEX }, false },
	[PB_PACKAGE_REPORT] = { .pattern = "rapport.html" },
	[PB_PACKAGE_MANIFEST] = { .pattern = "manifest.json" },
	[PB_PACKAGE_SUMS] = { .pattern = "SHA256SUMS" },
	[PB_PACKAGE_SUMS_NOTE] = { .pattern = "SHA256SUMS.note" },
	[PB_PACKAGE_KIND_COUNT] = { "stamps/$-$/$.ocsp", { SIZE, SEQ, INDEX }, true },
};

static const struct form *
form_of(const struct pb_package_name *name)
{
	pb_assert((unsigned)name->kind < PB_PACKAGE_KIND_COUNT);
	if (name->kind == PB_PACKAGE_STAMP_REVOCATION && name->ocsp)
		return &forms[PB_PACKAGE_KIND_COUNT];
	return &forms[name->kind];
}

static uint64_t
get(const struct pb_package_name *name, enum field field)
{
	switch (field) {
	case SEQ:
		return name->seq;
	case SIZE:
		return name->size;
	case TO:
		return name->to;
	case INDEX:
		return name->index;
	default:
		return 0;
	}
}

void
pb_package_format(const struct pb_package_name *name, char out[201])
{
	const struct form *form = form_of(name);
	const enum field *field = form->field;
	size_t at = 0;

	for (const char *p = form->pattern; *p != '\0'; p++) {
		if (*p == '$')
			at += pb_decimal_format(get(name, *field++), out + at);
		else
			out[at++] = *p;
	}
	out[at] = '\0';
}

/* The numbers at the "$" of a pattern: false if the text is none of that pattern. */
static bool
match(const char *pattern, const char *text, uint64_t number[NUMBERS])
{
	for (; *pattern != '\0'; pattern++) {
		size_t len = 1;

		if (*pattern == '$') {
			len = strspn(text, "0123456789");
			if (!pb_decimal_parse(text, len, number++))
				return false;
		} else if (*pattern != *text) {
			return false;
		}
		text += len;
	}
	return *text == '\0';
}

/* The ranges of what is counted: parts from 0 (FORMAT 1), revocation from 1 (5.3). */
static bool
set(struct pb_package_name *name, enum field field, uint64_t number)
{
	uint64_t first = name->kind == PB_PACKAGE_STAMP_REVOCATION ? 1 : 0;

	switch (field) {
	case SEQ:
		name->seq = number;
		return true;
	case SIZE:
		name->size = number;
		return true;
	case TO:
		name->to = number;
		return name->size < number;
	case INDEX:
		name->index = (unsigned)number;
		return number >= first && number - first < PB_LIMIT_PARTS;
	default:
		return true;
	}
}

bool
pb_package_parse(const char *text, struct pb_package_name *ret_name)
{
	for (size_t kind = 0; kind <= PB_PACKAGE_KIND_COUNT; kind++) {
		const struct form *form = &forms[kind];
		struct pb_package_name name = { .ocsp = form->ocsp };
		uint64_t number[NUMBERS] = { 0 };

		if (!match(form->pattern, text, number))
			continue;
		name.kind = form->ocsp ? PB_PACKAGE_STAMP_REVOCATION : (enum pb_package_kind)kind;
		for (size_t i = 0; i < NUMBERS; i++)
			if (!set(&name, form->field[i], number[i]))
				return false;
		*ret_name = name;
		return true;
	}
	return false;
}

/* Kinds that stand in one directory for each record or token share a place. */
static enum pb_package_kind
place_of(enum pb_package_kind kind)
{
	if (kind >= PB_PACKAGE_MESSAGE && kind <= PB_PACKAGE_LEAF_PROOF)
		return PB_PACKAGE_MESSAGE;
	if (kind >= PB_PACKAGE_STAMP_CHECKPOINT && kind <= PB_PACKAGE_STAMP_REVOCATION)
		return PB_PACKAGE_STAMP_CHECKPOINT;
	return kind;
}

#define RANKS 7 /* what decides the order, most significant first */

/* Fields that a kind does not have count as 0, so that equal ranks are equal names. */
static void
rank(const struct pb_package_name *name, uint64_t out[RANKS])
{
	const struct form *form = form_of(name);
	uint64_t value[INDEX + 1] = { 0 };

	for (size_t i = 0; i < NUMBERS; i++)
		value[form->field[i]] = get(name, form->field[i]);
	out[0] = place_of(name->kind);
	out[1] = value[SIZE];
	out[2] = value[SEQ];
	out[3] = name->kind;
	out[4] = value[INDEX];
	out[5] = value[TO];
	out[6] = form->ocsp;
}

int
pb_package_compare(const struct pb_package_name *a, const struct pb_package_name *b)
{
	uint64_t of_a[RANKS], of_b[RANKS];

	rank(a, of_a);
	rank(b, of_b);
	for (size_t i = 0; i < RANKS; i++)
		if (of_a[i] != of_b[i])
			return of_a[i] < of_b[i] ? -1 : 1;
	return 0;
}

static bool
equal_ignoring_case(const char *text, size_t len, const char *lower)
{
	for (size_t i = 0; i < len; i++) {
		char c = text[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (c != lower[i])
			return false;
	}
	return lower[len] == '\0';
}

/* Windows takes "aux", and "aux.anything", for a device, whatever their case. */
static bool
is_device(const char *text)
{
	static const char *const devices[] = { "con", "prn", "aux", "nul" };
	size_t len = strcspn(text, ".");

	for (size_t i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
		if (equal_ignoring_case(text, len, devices[i]))
			return true;
	return len == 4 && text[3] >= '1' && text[3] <= '9' &&
	       (equal_ignoring_case(text, 3, "com") || equal_ignoring_case(text, 3, "lpt"));
}

bool
pb_package_case_valid(const char *text)
{
	size_t len = strnlen(text, CASE_MAX + 1);

	return len <= CASE_MAX && pb_zip_name_valid(text, len) && strchr(text, '/') == NULL &&
	       text[0] != '-' && text[0] != '_' && !is_device(text);
}
