/*
 * The text of a policy as a tree, with the line of everything.
 *
 * Of YAML what a person writes by hand: mappings, lists, texts, comments.  Refused are anchors and
 * aliases, tags, directives, a key twice, a second document, texts of several lines, and anything
 * that is not UTF-8: where two readers might understand two things, neither shall.
 */
#ifndef PB_POLICY_TREE_H
#define PB_POLICY_TREE_H

#include <stdbool.h>

#include "core/buf.h"

enum pb_policy_shape { PB_POLICY_TEXT, PB_POLICY_LIST, PB_POLICY_MAPPING };

/* A value.  Everything in it is valid UTF-8 without controls. */
struct pb_policy_node {
	enum pb_policy_shape shape;
	unsigned line; /* from 1: of its key, or else of itself */
	char *key;     /* of a mapping's member, or NULL */
	char *text;    /* of PB_POLICY_TEXT: as written, without its quotes */
	size_t place;  /* within its parent, from 0 */
	size_t count;  /* of children, in the order in which they stand */
	struct pb_policy_node *parent, *first, *last, *next;
};

/*
 * Free with pb_policy_tree_free.  PB_EDATA: not such a text; PB_ELIMIT: beyond PB_LIMIT_POLICY and
 * what stands behind it.
 */
enum pb_status pb_policy_tree_read(const void *yaml, size_t len, struct pb_policy_node **ret_root,
    struct pb_error *err) PB_MUST_CHECK;
void pb_policy_tree_free(struct pb_policy_node *root); /* NULL is fine */

/* The member of a mapping, or NULL. */
const struct pb_policy_node *pb_policy_tree_member(
    const struct pb_policy_node *mapping, const char *key);
/* The nth child, from 0, or NULL. */
const struct pb_policy_node *pb_policy_tree_child(const struct pb_policy_node *node, size_t n);

/*
 * Refuse what stands at `node`, or (key not NULL) its member of that name, whether it is there or
 * lacks.  The error's object is "line 12: doors[0].listen", with `hint` (or NULL) behind it in
 * brackets.  Returns status.
 */
enum pb_status pb_policy_tree_refuse(const struct pb_policy_node *node, const char *key,
    enum pb_status status, const char *why, const char *hint, struct pb_error *err);

#endif
