#include "doors/lookup.h"

#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "doors/mailbox.h"

/* What a server answers with for an address whose mail is kept nowhere, and that is meant. */
#define NOBODY "-"

/* Of a question, with the name of its map: neither has a NUL in it. */
static void
digest_question(const char *name, const char *key, uint8_t out[PB_DIGEST_LEN])
{
	char question[PB_LIMIT_MAP_NAME + 1 + PB_LIMIT_ADDRESS + 1];
	size_t name_len = strlen(name) + 1, key_len = strlen(key);

	pb_assert(name_len + key_len <= sizeof(question));
	memcpy(question, name, name_len);
	memcpy(question + name_len, key, key_len);
	pb_digest_sha256(question, name_len + key_len, out);
}

/* The archive that an answer names.  Of a domain that is ours it need name none. */
static enum pb_status
understand(const struct pb_lookup *l, const struct pb_socketmap_answer *answer, bool names_archive,
    size_t *ret_archive, struct pb_error *err)
{
	size_t archive = SIZE_MAX;

	if (answer->is == PB_SOCKETMAP_FOUND && !names_archive)
		archive = 0;
	else if (answer->is == PB_SOCKETMAP_FOUND && answer->len == strlen(NOBODY) &&
		 memcmp(answer->value, NOBODY, answer->len) == 0)
		archive = PB_POLICY_NOBODY;
	else if (answer->is == PB_SOCKETMAP_FOUND)
		archive = pb_capture_policy_named(l->policy, answer->value, answer->len);
	if (answer->is == PB_SOCKETMAP_FOUND && archive == SIZE_MAX)
		return pb_fail(err, PB_EUNAVAIL, N_("ask whose mail an address is"),
		    N_("the map answers with a name that no archive of the policy has"), "%s",
		    l->policy->map.name);
	*ret_archive = archive;
	return PB_OK;
}

static enum pb_status
ask(struct pb_lookup *l, const char *name, const char *key, size_t *ret_archive,
    struct pb_error *err)
{
	const bool names_archive = name == l->policy->map.name;
	int64_t now_us = l->clock->monotonic_us(l->clock->ctx);
	struct pb_socketmap_answer answer;
	uint8_t question[PB_DIGEST_LEN];
	enum pb_status status;

	digest_question(name, key, question);
	if (pb_answers_find(l->answers, question, now_us, ret_archive))
		return PB_OK;
	if (now_us >= l->deadline_us)
		return pb_fail(err, PB_ELIMIT, N_("ask whose mail an address is"),
		    N_("the message has more addresses than the server of the map settles in time"),
		    "%s", l->policy->map.name);
	status = pb_socketmap_ask(l->socketmap, &l->policy->map.server, name, key, l->clock,
	    now_us + PB_LIMIT_SOCKETMAP_ANSWER_US, &answer, err);
	/* Also that it cannot tell is an answer: a server that gives none is hung up on. */
	l->asked |= l->socketmap->stream != NULL;
	if (status == PB_OK)
		status = understand(l, &answer, names_archive, ret_archive, err);
	if (status != PB_OK)
		return status;
	pb_answers_add(l->answers, question, now_us, *ret_archive);
	return PB_OK;
}

/* By the lists: as it is meant, and then as it stands, since a list may have that. */
static size_t
listed(const struct pb_capture_policy *policy, const char *plain, const char *address)
{
	size_t archive = pb_capture_policy_owner(policy, plain, strlen(plain));

	return archive != SIZE_MAX ? archive
				   : pb_capture_policy_owner(policy, address, strlen(address));
}

enum pb_status
pb_lookup_archive(
    struct pb_lookup *lookup, const char *address, size_t *ret_archive, struct pb_error *err)
{
	const struct pb_policy_map *map = &lookup->policy->map;
	char key[PB_LIMIT_ADDRESS + 1];
	const bool fits = pb_mailbox_plain(address, key);
	size_t archive = listed(lookup->policy, fits ? key : address, address);
	enum pb_status status = PB_OK;
	const char *domain;

	if (archive == SIZE_MAX && map->kind == PB_MAP_SOCKETMAP && address[0] != '\0' && fits) {
		domain = strrchr(key, '@');
		status = ask(lookup, map->name, key, &archive, err);
		if (status == PB_OK && archive == SIZE_MAX && domain != NULL && domain != key)
			status = ask(lookup, map->name, domain, &archive, err);
	}
	if (status == PB_OK)
		*ret_archive = archive;
	return status;
}

enum pb_status
pb_lookup_ours(struct pb_lookup *lookup, const char *domain, bool *ret_ours, struct pb_error *err)
{
	const struct pb_capture_policy *policy = lookup->policy;
	char key[PB_LIMIT_ADDRESS + 1];
	enum pb_status status = PB_OK;
	size_t archive;

	archive = pb_capture_policy_domain(policy, domain, strlen(domain), 0);
	if (archive == SIZE_MAX && policy->map.domains != NULL && pb_mailbox_plain(domain, key))
		status = ask(lookup, policy->map.domains, key + 1, &archive, err);
	if (status == PB_OK)
		*ret_ours = archive != SIZE_MAX;
	return status;
}
