#include "policy/archives.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "policy/owner.h"

static const struct pb_policy_keys ARCHIVE = { .required = { "name", "path" },
	.optional = { "mailboxes" } };

static void
read_mailboxes(struct pb_policy_reader *r, const struct pb_policy_node *node,
    struct pb_policy_archive *archive)
{
	const struct pb_policy_node *list, *item;
	const char *text;

	list = pb_policy_list(r, node, "mailboxes", PB_LIMIT_MAILBOXES);
	if (list == NULL)
		return;
	archive->mailbox = pb_policy_room(r, list->count, sizeof(*archive->mailbox));
	for (item = list->first; r->status == PB_OK && item != NULL; item = item->next) {
		text = pb_policy_text(r, item, NULL);
		if (text != NULL && !pb_policy_is_mailbox(text))
			pb_policy_refuse(r, item, NULL, N_("this is no mailbox"),
			    "cabinet@tilleuls.example, \"@tilleuls.example\"");
		else if (text != NULL)
			archive->mailbox[archive->mailbox_count++] = pb_policy_keep(r, text);
	}
}

/* One path is the other, or stands in it. */
static bool
overlap(const char *a, const char *b)
{
	size_t a_len = strlen(a), b_len = strlen(b);
	size_t len = a_len < b_len ? a_len : b_len;

	return strncmp(a, b, len) == 0 && (a_len == b_len || a[len] == '/' || b[len] == '/');
}

/* An archive beside those before it. */
static void
check_archive(struct pb_policy_reader *r, const struct pb_policy_node *node,
    const struct pb_capture_policy *policy, const struct pb_policy_archive *archive)
{
	const struct pb_policy_archive *other;

	for (other = policy->archive; r->status == PB_OK && other < archive; other++) {
		if (overlap(other->path, archive->path))
			pb_policy_refuse(r, node, "path",
			    N_("another archive stands there, or in it"), other->path);
	}
}

void
pb_policy_archives(
    struct pb_policy_reader *r, const struct pb_policy_node *root, struct pb_capture_policy *policy)
{
	const struct pb_policy_node *list, *item;
	struct pb_policy_archive *archive;

	list = pb_policy_list(r, root, "archives", PB_LIMIT_POLICY_ARCHIVES);
	if (list == NULL)
		return;
	policy->archive = pb_policy_room(r, list->count, sizeof(*policy->archive));
	for (item = list->first; r->status == PB_OK && item != NULL; item = item->next) {
		archive = &policy->archive[policy->archive_count++];
		pb_policy_mapping(r, item, &ARCHIVE);
		archive->name = pb_policy_name(r, item, "name");
		archive->path = pb_policy_path(r, item, "path");
		read_mailboxes(r, item, archive);
		pb_policy_only(r, item, N_("another archive has this name"));
		check_archive(r, item, policy, archive);
	}
	pb_policy_owners(r, list, policy);
}

static void
archive_done(struct pb_policy_archive *archive)
{
	for (size_t i = 0; i < archive->mailbox_count; i++)
		free(archive->mailbox[i]);
	free(archive->mailbox);
	free(archive->name);
	free(archive->path);
}

void
pb_policy_archives_done(struct pb_capture_policy *policy)
{
	for (size_t i = 0; i < policy->archive_count; i++)
		archive_done(&policy->archive[i]);
	free(policy->archive);
	free(policy->owner);
	free(policy->domain);
	free(policy->named);
}
