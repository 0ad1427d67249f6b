#include "policy/kind.h"

#include "core/error.h"

static const char *const KINDS[] = {
	[PB_POLICY_CAPTURE] = "capture", [PB_POLICY_TIMESTAMP] = "timestamp", NULL
};

static enum pb_policy_kind
read_kind(struct pb_policy_reader *r, const struct pb_policy_node *root)
{
	if (root->shape != PB_POLICY_MAPPING)
		pb_policy_refuse(
		    r, root, NULL, N_("here belongs a mapping: keys and values"), NULL);
	else if (pb_policy_tree_member(root, PB_POLICY_KIND) == NULL)
		pb_policy_refuse(
		    r, root, PB_POLICY_KIND, N_("this key is missing"), "capture, timestamp");
	return pb_policy_word(r, root, PB_POLICY_KIND, KINDS, 0, NULL);
}

void
pb_policy_kind_expect(
    struct pb_policy_reader *r, const struct pb_policy_node *root, enum pb_policy_kind kind)
{
	if (read_kind(r, root) != kind)
		pb_policy_refuse(
		    r, root, PB_POLICY_KIND, N_("this is a policy of another kind"), KINDS[kind]);
}

enum pb_status
pb_policy_kind_of(const void *yaml, size_t len, enum pb_policy_kind *ret_kind, struct pb_error *err)
{
	struct pb_policy_reader r = { .err = err };
	struct pb_policy_node *root = NULL;
	enum pb_status status = pb_policy_tree_read(yaml, len, &root, err);
	enum pb_policy_kind kind;

	if (status != PB_OK)
		return status;
	kind = read_kind(&r, root);
	pb_policy_tree_free(root);
	if (r.status == PB_OK)
		*ret_kind = kind;
	return r.status;
}
