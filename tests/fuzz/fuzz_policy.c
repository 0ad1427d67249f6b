/*
 * Any octets as a policy of either kind: refused with the line and a key that a terminal may show,
 * or understood within all limits; and then each mailbox leads to its archive.
 */
#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "core/text.h"
#include "fuzz/fuzz.h"
#include "policy/address.h"
#include "policy/capture.h"
#include "policy/kind.h"
#include "policy/timestamp.h"

static void
check_refused(enum pb_status status, const struct pb_error *err)
{
	pb_assert(status == PB_EDATA || status == PB_ELIMIT);
	pb_assert(err->status == status && err->why != NULL);
	pb_assert(pb_utf8_plain((const uint8_t *)err->object, strlen(err->object)));
	pb_assert(strncmp(err->object, "line ", 5) == 0 || status == PB_ELIMIT);
}

/* ---- capture -------------------------------------------------------------------------------- */

static void
check_door(const struct pb_policy_door *door)
{
	char text[PB_POLICY_ADDRESS_LEN];

	pb_assert(door->name != NULL);
	pb_assert((door->listen.path != NULL) != (door->listen.host != NULL));
	pb_assert((door->listen.port != 0) == (door->listen.host != NULL));
	pb_policy_address_format(&door->next_hop, text);
	pb_assert((door->kind == PB_DOOR_PROXY) == (text[0] != '\0'));
	pb_assert(
	    (door->deliver_after_s > 0) == (door->on_failure == PB_FAILURE_DEFER_THEN_DELIVER));
	pb_assert((door->tls_certificate != NULL) == (door->tls_key != NULL));
	pb_assert(door->max_message > 0 && door->max_message < PB_LIMIT_RECORD);
	pb_assert(door->max_sessions > 0);
}

/* A mailbox belongs to its archive, whatever else the policy has; a domain by anybody in it. */
static void
check_archive(const struct pb_capture_policy *policy, size_t which)
{
	const struct pb_policy_archive *archive = &policy->archive[which];
	char address[PB_LIMIT_ADDRESS + 2];

	pb_assert(archive->name != NULL && archive->path[0] == '/');
	for (size_t i = 0; i < archive->mailbox_count; i++) {
		const char *mailbox = archive->mailbox[i];
		size_t len = strlen(mailbox);

		pb_assert(len > 0 && len <= PB_LIMIT_ADDRESS);
		if (mailbox[0] != '@') {
			pb_assert(pb_capture_policy_owner(policy, mailbox, len) == which);
			continue;
		}
		address[0] = 0x01; /* nobody's own mailbox */
		memcpy(address + 1, mailbox, len);
		pb_assert(pb_capture_policy_owner(policy, address, len + 1) == which);
	}
}

static bool
check_capture(const uint8_t *data, size_t len)
{
	struct pb_capture_policy *policy = NULL;
	struct pb_error err = { 0 };
	enum pb_status status = pb_capture_policy_parse(data, len, &policy, &err);

	if (status != PB_OK) {
		check_refused(status, &err);
		return false;
	}
	pb_assert(policy->door_count >= 1 && policy->door_count <= PB_LIMIT_POLICY_DOORS);
	pb_assert(policy->archive_count >= 1 && policy->archive_count <= PB_LIMIT_POLICY_ARCHIVES);
	pb_assert(policy->otherwise_archive < policy->archive_count);
	for (size_t i = 0; i < policy->door_count; i++)
		check_door(&policy->door[i]);
	for (size_t i = 0; i < policy->archive_count; i++)
		check_archive(policy, i);
	/* Any octets may be an address. */
	pb_assert(pb_capture_policy_owner(policy, (const char *)data, len) == SIZE_MAX ||
		  memchr(data, '@', len) != NULL);
	pb_capture_policy_free(policy);
	return true;
}

/* ---- timestamps ----------------------------------------------------------------------------- */

static void
check_profile(const struct pb_timestamp_policy *policy, const struct pb_policy_profile *profile)
{
	pb_assert(profile->local || profile->authority_count > 0);
	pb_assert(profile->gap_after_s > profile->every_s);
	for (size_t i = 0; i < profile->authority_count; i++) {
		const struct pb_policy_authority *authority;
		struct pb_policy_tokens tokens;

		pb_assert(profile->authority[i] < policy->authority_count);
		authority = &policy->authority[profile->authority[i]];
		pb_assert(authority->url != NULL && authority->roots != NULL);
		pb_assert(!authority->priced || policy->currency[0] != '\0');
		tokens = pb_timestamp_policy_tokens(profile, authority, 0);
		pb_assert(tokens.least > 0 && tokens.least <= tokens.most);
	}
}

static bool
check_timestamp(const uint8_t *data, size_t len)
{
	struct pb_timestamp_policy *policy = NULL;
	struct pb_error err = { 0 };
	enum pb_status status = pb_timestamp_policy_parse(data, len, &policy, &err);

	if (status != PB_OK) {
		check_refused(status, &err);
		return false;
	}
	pb_assert(policy->in_force < policy->profile_count);
	for (size_t i = 0; i < policy->profile_count; i++)
		check_profile(policy, &policy->profile[i]);
	pb_timestamp_policy_free(policy);
	return true;
}

/* It is of one kind at most, and says which. */
static void
check_kind(const uint8_t *data, size_t len, enum pb_policy_kind expected)
{
	enum pb_policy_kind kind;

	pb_assert(pb_policy_kind_of(data, len, &kind, NULL) == PB_OK && kind == expected);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	if (check_capture(data, len))
		check_kind(data, len, PB_POLICY_CAPTURE);
	if (check_timestamp(data, len))
		check_kind(data, len, PB_POLICY_TIMESTAMP);
	return 0;
}
