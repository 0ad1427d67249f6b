/* Reading a trust file line by line (C2SP tlog-policy, "Policy file syntax and structure"). */
#include <stdlib.h>
#include <string.h>

#include "core/cursor.h"
#include "core/error.h"
#include "core/text.h"
#include "log/trust_members.h"

static bool
word_is(struct pb_trust_word word, const char *text)
{
	return word.len == strlen(text) && memcmp(word.at, text, word.len) == 0;
}

/* Cut the next word off the line. */
static struct pb_trust_word
next_word(struct pb_trust_word *line)
{
	struct pb_trust_word word;

	while (line->len > 0 && (*line->at == ' ' || *line->at == '\t')) {
		line->at++;
		line->len--;
	}
	word = (struct pb_trust_word){ line->at, 0 };
	while (line->len > 0 && *line->at != ' ' && *line->at != '\t') {
		line->at++;
		line->len--;
		word.len++;
	}
	return word;
}

static size_t
find_member(const struct pb_trust *trust, struct pb_trust_word name)
{
	for (size_t i = 0; i < trust->members_count; i++) {
		struct pb_trust_word known = trust->members[i].name;

		if (known.len == name.len && memcmp(known.at, name.at, name.len) == 0)
			return i;
	}
	return PB_TRUST_NOWHERE;
}

/*
 * The handlers of lines take what follows the first word.  They answer why the
 * line cannot be, or NULL.
 */

/* A key of that type and, it may be, a URL: the end of `log` and `witness` lines. */
static const char *
parse_key(struct pb_trust_word rest, uint8_t type, struct pb_note_verifier *ret_verifier)
{
	struct pb_trust_word key = next_word(&rest);
	struct pb_error cause;

	next_word(&rest);
	if (next_word(&rest).len > 0)
		return N_("there is a word too many");
	if (pb_note_verifier_parse(key.at, key.len, ret_verifier, &cause) != PB_OK)
		return cause.why;
	if (ret_verifier->type != type)
		return N_("the key is not of the type for its use");
	return NULL;
}

static bool
same_key(const struct pb_note_verifier *a, const struct pb_note_verifier *b)
{
	return memcmp(a->public_key, b->public_key, PB_ED25519_PUBLIC_LEN) == 0;
}

static const char *
parse_log(struct pb_trust *trust, struct pb_trust_word rest)
{
	struct pb_note_verifier verifier;
	const char *why = parse_key(rest, PB_NOTE_ED25519, &verifier);

	if (why != NULL)
		return why;
	for (size_t i = 0; i < trust->logs_count; i++)
		if (same_key(&trust->logs[i], &verifier))
			return N_("the key was given before");
	trust->logs[trust->logs_count++] = verifier;
	return NULL;
}

/* A new name for a witness or a group. */
static const char *
parse_name(const struct pb_trust *trust, struct pb_trust_word *rest, struct pb_trust_member *member)
{
	member->name = next_word(rest);
	member->group = PB_TRUST_NOWHERE;
	if (member->name.len == 0)
		return N_("a name is missing");
	if (word_is(member->name, "none") || find_member(trust, member->name) != PB_TRUST_NOWHERE)
		return N_("the name is taken");
	return NULL;
}

static const char *
parse_witness(struct pb_trust *trust, struct pb_trust_word rest)
{
	struct pb_trust_member member = { .witness = true };
	const char *why = parse_name(trust, &rest, &member);

	if (why == NULL)
		why = parse_key(rest, PB_NOTE_COSIGNATURE, &member.verifier);
	if (why != NULL)
		return why;
	for (size_t i = 0; i < trust->members_count; i++)
		if (trust->members[i].witness &&
		    same_key(&trust->members[i].verifier, &member.verifier))
			return N_("the key was given before");
	trust->members[trust->members_count++] = member;
	return NULL;
}

static const char *
parse_group(struct pb_trust *trust, struct pb_trust_word rest)
{
	struct pb_trust_member member = { .witness = false };
	const char *why = parse_name(trust, &rest, &member);
	struct pb_trust_word needed = next_word(&rest);
	struct pb_trust_word name;
	uint64_t k, count = 0;

	if (why != NULL)
		return why;
	for (name = next_word(&rest); name.len > 0; name = next_word(&rest)) {
		size_t index = find_member(trust, name);

		if (index == PB_TRUST_NOWHERE)
			return N_("a member is not defined before");
		if (trust->members[index].group != PB_TRUST_NOWHERE)
			return N_("a member is in a group already");
		trust->members[index].group = trust->members_count;
		count++;
	}
	if (word_is(needed, "any"))
		k = 1;
	else if (word_is(needed, "all"))
		k = count;
	else if (!pb_decimal_parse(needed.at, needed.len, &k))
		return N_("how many members are needed must be any, all or a number");
	if (k < 1 || k > count)
		return N_("the group does not have as many members as it needs");
	member.needed = (size_t)k;
	trust->members[trust->members_count++] = member;
	return NULL;
}

static const char *
parse_quorum(struct pb_trust *trust, struct pb_trust_word rest)
{
	struct pb_trust_word name = next_word(&rest);

	if (trust->quorum_stated)
		return N_("the quorum was given before");
	if (next_word(&rest).len > 0)
		return N_("there is a word too many");
	trust->quorum = find_member(trust, name);
	if (trust->quorum == PB_TRUST_NOWHERE && !word_is(name, "none"))
		return N_("the quorum is not defined before");
	trust->quorum_stated = true;
	return NULL;
}

static const char *
parse_line(struct pb_trust *trust, struct pb_trust_word line)
{
	struct pb_trust_word keyword;

	for (size_t i = 0; i < line.len; i++) {
		uint8_t octet = (uint8_t)line.at[i];

		if ((octet < ' ' && octet != '\t') || octet == 0x7f)
			return N_("it holds a control character");
	}
	keyword = next_word(&line);
	if (keyword.len == 0 || keyword.at[0] == '#')
		return NULL;
	if (word_is(keyword, "log"))
		return parse_log(trust, line);
	if (word_is(keyword, "witness"))
		return parse_witness(trust, line);
	if (word_is(keyword, "group"))
		return parse_group(trust, line);
	if (word_is(keyword, "quorum"))
		return parse_quorum(trust, line);
	return N_("it begins with a word that this version does not know");
}

static enum pb_status
parse_lines(struct pb_trust *trust, size_t len, struct pb_error *err)
{
	struct pb_cursor c;

	pb_cursor_init(&c, trust->text, len);
	for (unsigned number = 1; pb_cursor_left(&c) > 0; number++) {
		const char *why = N_("the last line does not end");
		struct pb_trust_word line;

		line.at = pb_cursor_line(&c, &line.len);
		if (line.at != NULL)
			why = parse_line(trust, line);
		if (why != NULL)
			return pb_fail(
			    err, PB_EDATA, N_("read a trust file"), why, "line %u", number);
	}
	if (!trust->quorum_stated)
		return pb_fail(err, PB_EDATA, N_("read a trust file"),
		    N_("it states no quorum (\"quorum none\" asks for none)"), "%s", "");
	return PB_OK;
}

/* An empty trust with room for as many logs and members as the file has lines. */
static enum pb_status
make_room(const char *text, size_t len, struct pb_trust **ret_trust, struct pb_error *err)
{
	struct pb_trust *trust;
	size_t lines = 1;

	for (size_t i = 0; i < len; i++)
		lines += text[i] == '\n';
	if (len > PB_LIMIT_TRUST || lines > PB_LIMIT_TRUST_LINES)
		return pb_fail(err, PB_ELIMIT, N_("read a trust file"), N_("it is too long"),
		    "%zu bytes, %zu lines", len, lines);
	trust = calloc(1, sizeof(*trust));
	if (trust != NULL) {
		trust->text = malloc(len + 1);
		trust->logs = calloc(lines, sizeof(*trust->logs));
		trust->members = calloc(lines, sizeof(*trust->members));
	}
	if (trust == NULL || trust->text == NULL || trust->logs == NULL || trust->members == NULL) {
		pb_trust_free(trust);
		return pb_fail_memory(err, N_("read a trust file"));
	}
	*ret_trust = trust;
	return PB_OK;
}

enum pb_status
pb_trust_parse(const void *data, size_t len, struct pb_trust **ret_trust, struct pb_error *err)
{
	struct pb_trust *trust = NULL;
	enum pb_status status;

	status = make_room(data, len, &trust, err);
	if (status != PB_OK)
		return status;
	if (len > 0)
		memcpy(trust->text, data, len);
	status = parse_lines(trust, len, err);
	if (status != PB_OK) {
		pb_trust_free(trust);
		return status;
	}
	*ret_trust = trust;
	return PB_OK;
}
