#include "policy/owner.h"

#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "policy/index.h"

/* No white space and no control; a domain behind the last "@", and one "@" alone if it stands
 * first. */
bool
pb_policy_is_mailbox(const char *text)
{
	const char *at = strrchr(text, '@');

	if (at == NULL || at[1] == '\0' || (text[0] == '@' && at != text) ||
	    strlen(text) > PB_LIMIT_ADDRESS)
		return false;
	for (; *text != '\0'; text++)
		if ((uint8_t)*text <= ' ' || *text == 0x7f)
			return false;
	return true;
}

/* ---- all of them ---------------------------------------------------------------------------- */

/* Where the policy's text has it the second time. */
static void
refuse_second(struct pb_policy_reader *r, const struct pb_policy_node *archives,
    const struct pb_policy_row *a, const struct pb_policy_row *b)
{
	const struct pb_policy_row *later = a->archive > b->archive ? a : b;
	const struct pb_policy_node *archive = pb_policy_tree_child(archives, later->archive);
	const struct pb_policy_node *node, *second = NULL;

	node = pb_policy_tree_member(archive, "mailboxes")->first;
	for (; node != NULL; node = node->next)
		if (pb_policy_index_same(later, &(struct pb_policy_row){ .text = node->text }))
			second = node;
	pb_policy_refuse(r, second, NULL, N_("a mailbox belongs to one archive, once"), NULL);
}

void
pb_policy_owners(struct pb_policy_reader *r, const struct pb_policy_node *archives,
    struct pb_capture_policy *policy)
{
	size_t count = 0, i, k;

	for (i = 0; i < policy->archive_count; i++)
		count += policy->archive[i].mailbox_count;
	if (r->status != PB_OK || count == 0)
		return;
	policy->owner = pb_policy_room(r, count, sizeof(*policy->owner));
	if (policy->owner == NULL)
		return;
	for (i = 0; i < policy->archive_count; i++)
		for (k = 0; k < policy->archive[i].mailbox_count; k++)
			policy->owner[policy->owner_count++] =
			    (struct pb_policy_row){ policy->archive[i].mailbox[k], i, false };
	pb_policy_index_sort(policy->owner, count);
	for (i = 1; i < count && r->status == PB_OK; i++)
		if (pb_policy_index_same(&policy->owner[i - 1], &policy->owner[i]))
			refuse_second(r, archives, &policy->owner[i - 1], &policy->owner[i]);
}

/* ---- asked ---------------------------------------------------------------------------------- */

static size_t
find(const struct pb_capture_policy *policy, const char *address, size_t len)
{
	size_t at = pb_policy_index_find(policy->owner, policy->owner_count, address, len);

	return at < policy->owner_count ? policy->owner[at].archive : SIZE_MAX;
}

size_t
pb_capture_policy_owner(const struct pb_capture_policy *policy, const char *address, size_t len)
{
	const char *at = memrchr(address, '@', len);
	size_t archive;

	if (at == NULL || at == address)
		return SIZE_MAX;
	archive = find(policy, address, len);
	return archive != SIZE_MAX ? archive : find(policy, at, len - (size_t)(at - address));
}
