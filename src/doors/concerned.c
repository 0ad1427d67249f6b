#include "doors/concerned.h"

#include <string.h>

#include "doors/mailbox.h"

/* What is more stands: sent before received. */
static void
raise_to(struct pb_concerned *c, size_t archive, enum pb_concern to)
{
	if (archive == SIZE_MAX || archive == PB_POLICY_NOBODY)
		return;
	c->count += c->concern[archive] == PB_CONCERN_NONE;
	if (c->concern[archive] < to)
		c->concern[archive] = to;
}

/*
 * The first failure stands.  Before it goes what a server that answers had no time left for: else
 * one address that it cannot tell of would let pass those whom it was not asked for.
 */
static void
note_failure(const struct pb_lookup *lookup, enum pb_status status, const struct pb_error *why,
    enum pb_status *failed, struct pb_error *err)
{
	if (status == PB_OK || (*failed != PB_OK && (status != PB_ELIMIT || !lookup->asked)))
		return;
	*failed = status;
	*err = *why;
}

/* A recipient that no archive has: is somebody waiting for one to? */
static enum pb_status
note_lacking(
    struct pb_lookup *lookup, const char *address, struct pb_concerned *c, struct pb_error *err)
{
	const struct pb_capture_policy *policy = lookup->policy;
	char plain[PB_LIMIT_ADDRESS + 1];
	const char *whole = pb_mailbox_plain(address, plain) ? plain : address;
	const char *domain = strrchr(whole, '@');
	enum pb_status status;
	bool ours = false;
	size_t archive;

	if (domain == NULL || domain == whole)
		return PB_OK;
	status = pb_lookup_ours(lookup, domain, &ours, err);
	if (status != PB_OK || !ours)
		return status;
	c->lacking++;
	if (policy->otherwise == PB_OTHERWISE_ARCHIVE) {
		c->unmapped[policy->otherwise_archive]++;
		return PB_OK;
	}
	for (size_t nth = 0;
	     (archive = pb_capture_policy_domain(policy, domain, strlen(domain), nth)) != SIZE_MAX;
	     nth++)
		c->unmapped[archive]++;
	return PB_OK;
}

/* Who has it, as pb_lookup_archive answers; SIZE_MAX where that fails. */
static size_t
take_recipient(struct pb_lookup *lookup, const char *address, struct pb_concerned *c,
    enum pb_status *failed, struct pb_error *err)
{
	size_t archive = SIZE_MAX;
	struct pb_error why;
	enum pb_status status = pb_lookup_archive(lookup, address, &archive, &why);

	if (status == PB_OK && archive == SIZE_MAX)
		status = note_lacking(lookup, address, c, &why);
	raise_to(c, archive, PB_CONCERN_RECEIVED);
	note_failure(lookup, status, &why, failed, err);
	return archive;
}

static enum pb_status
take_recipients(struct pb_lookup *lookup, const struct pb_transit *transit, struct pb_concerned *c,
    struct pb_error *err)
{
	enum pb_status failed = PB_OK;
	size_t nobodys = 0;

	for (size_t i = 0; i < transit->recipient_count; i++)
		nobodys += take_recipient(lookup, transit->recipient[i].address, c, &failed, err) ==
			   PB_POLICY_NOBODY;
	c->meant |= nobodys > 0 && nobodys == transit->recipient_count;
	for (size_t i = 0; i < transit->known_as_count; i++)
		(void)take_recipient(lookup, transit->known_as[i], c, &failed, err);
	return failed;
}

enum pb_status
pb_concerned(struct pb_lookup *lookup, const struct pb_transit *transit,
    struct pb_concerned *concerned, struct pb_error *err)
{
	const struct pb_capture_policy *policy = lookup->policy;
	struct pb_concerned *c = concerned;
	enum pb_status status = PB_OK;
	struct pb_error why;
	size_t sender = SIZE_MAX;

	for (size_t i = 0; i < policy->archive_count; i++) {
		c->concern[i] = PB_CONCERN_NONE;
		c->unmapped[i] = 0;
	}
	c->count = c->lacking = 0;
	if (transit->mail_from != NULL)
		status = pb_lookup_archive(lookup, transit->mail_from, &sender, err);
	raise_to(c, sender, PB_CONCERN_SENT);
	c->meant = sender == PB_POLICY_NOBODY;
	note_failure(lookup, take_recipients(lookup, transit, c, &why), &why, &status, err);
	if (status == PB_OK && c->count == 0 && !c->meant &&
	    policy->otherwise == PB_OTHERWISE_ARCHIVE)
		raise_to(c, policy->otherwise_archive, PB_CONCERN_OTHER);
	return status;
}

const char *
pb_concern_direction(enum pb_concern concern)
{
	return concern == PB_CONCERN_SENT       ? "sent"
	       : concern == PB_CONCERN_RECEIVED ? "received"
						: NULL;
}
