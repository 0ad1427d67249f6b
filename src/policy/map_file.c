/* The file of a map: a line for each address. */
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "core/text.h"
#include "policy/index.h"
#include "policy/known.h"
#include "policy/owner.h"

#define WHAT N_("read the map of a policy")
#define NOBODY "-"
#define SPACE " \t"

struct reading {
	struct pb_capture_policy *policy;
	const char
	    *original; /* as it was given: of a place in policy->map.text it tells the line */
	struct pb_error *err;
};

/* Addresses of people are not for messages. */
static enum pb_status
refuse(const struct reading *r, const char *at, const char *why)
{
	const char *end = r->original + (at - r->policy->map.text);
	unsigned line = 1;

	for (const char *c = r->original; c < end; c++)
		line += *c == '\n';
	return pb_fail(r->err, PB_EDATA, WHAT, why, "line %u", line);
}

/* ---- a line --------------------------------------------------------------------------------- */

static enum pb_status
add(const struct reading *r, const char *address, const char *name)
{
	struct pb_capture_policy *policy = r->policy;
	size_t archive = strcmp(name, NOBODY) == 0
			     ? PB_POLICY_NOBODY
			     : pb_capture_policy_named(policy, name, strlen(name));

	if (!pb_policy_is_mailbox(address) ||
	    !pb_utf8_plain((const uint8_t *)address, strlen(address)))
		return refuse(r, address, N_("this is no mailbox"));
	if (archive == SIZE_MAX)
		return refuse(r, address, N_("no archive of the policy has this name"));
	policy->owner[policy->owner_count++] = (struct pb_policy_row){ address, archive, true };
	return PB_OK;
}

/* Of map.text, which its words are cut out of. */
static enum pb_status
read_line(const struct reading *r, char *line)
{
	char *address = line + strspn(line, SPACE), *name, *end;

	if (*address == '\0' || *address == '#')
		return PB_OK;
	name = address + strcspn(address, SPACE);
	if (*name != '\0')
		*name++ = '\0';
	name += strspn(name, SPACE);
	end = name + strcspn(name, SPACE);
	if (*name == '\0' || end[strspn(end, SPACE)] != '\0')
		return refuse(
		    r, address, N_("a line is an address and the name of its archive, or -"));
	*end = '\0';
	return add(r, address, name);
}

static enum pb_status
read_lines(const struct reading *r)
{
	enum pb_status status = PB_OK;
	char *end;

	for (char *line = r->policy->map.text; status == PB_OK && line != NULL; line = end) {
		end = strchr(line, '\n');
		if (end != NULL)
			*end++ = '\0';
		status = read_line(r, line);
	}
	return status;
}

/* ---- all of them ---------------------------------------------------------------------------- */

static size_t
count_lines(const char *text, size_t len)
{
	size_t count = 1;

	for (size_t i = 0; i < len; i++)
		count += text[i] == '\n';
	return count;
}

/* Text and rows, so many more than there are. */
static enum pb_status
make_room(const struct reading *r, size_t len, size_t lines)
{
	struct pb_capture_policy *policy = r->policy;
	struct pb_policy_row *owner;

	policy->map.text = strndup(r->original, len);
	owner = realloc(policy->owner, (policy->owner_count + lines) * sizeof(*owner));
	if (owner != NULL)
		policy->owner = owner;
	return policy->map.text != NULL && owner != NULL ? PB_OK : pb_fail_memory(r->err, WHAT);
}

/* The same said twice is no harm; of two different things one is wrong. */
static enum pb_status
check_owners(const struct reading *r)
{
	const struct pb_policy_row *owner = r->policy->owner;

	for (size_t i = 1; i < r->policy->owner_count; i++)
		if (pb_policy_index_same(&owner[i - 1], &owner[i]) &&
		    owner[i - 1].archive != owner[i].archive)
			return refuse(r, owner[i].mapped ? owner[i].text : owner[i - 1].text,
			    N_("this mailbox belongs to another archive already"));
	return PB_OK;
}

enum pb_status
pb_capture_policy_map(
    struct pb_capture_policy *policy, const void *text, size_t len, struct pb_error *err)
{
	const struct reading r = { policy, text, err };
	size_t lines = count_lines(text, len);
	enum pb_status status;

	pb_assert(policy->map.text == NULL);
	if (len > PB_LIMIT_MAP || lines > PB_LIMIT_MAP_LINES)
		return pb_fail(err, PB_ELIMIT, WHAT, N_("it is too long"), "%zu lines", lines);
	if (len > 0 && memchr(text, '\0', len) != NULL)
		return pb_fail(err, PB_EDATA, WHAT, N_("a NUL stands in it"), "%s", "");
	status = make_room(&r, len, lines);
	if (status == PB_OK)
		status = read_lines(&r);
	if (status != PB_OK)
		return status;
	pb_policy_index_sort(policy->owner, policy->owner_count);
	status = check_owners(&r);
	if (status == PB_OK && !pb_policy_know(policy))
		status = pb_fail_memory(err, WHAT);
	return status;
}
