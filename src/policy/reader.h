/*
 * Typed access to what a policy says.  The first refusal sticks: every later call does nothing and
 * answers 0 or NULL, so that a mapping is read straight through and the status asked for at the
 * end. A key that is not there gives the answer `otherwise`.
 */
#ifndef PB_POLICY_READER_H
#define PB_POLICY_READER_H

#include "policy/tree.h"

struct pb_policy_reader {
	enum pb_status status;
	struct pb_error *err;
};

/* Refuse what the reader understood but can't let stand; see pb_policy_tree_refuse. */
void pb_policy_refuse(struct pb_policy_reader *r, const struct pb_policy_node *node,
    const char *key, const char *why, const char *hint);

/* The keys of a mapping, each list ended by NULL.  What is neither is refused, then what lacks. */
struct pb_policy_keys {
	const char *required[8];
	const char *optional[12];
};
void pb_policy_mapping(struct pb_policy_reader *r, const struct pb_policy_node *node,
    const struct pb_policy_keys *keys);

/* The mapping behind `key`, or NULL. */
const struct pb_policy_node *pb_policy_inner(struct pb_policy_reader *r,
    const struct pb_policy_node *mapping, const char *key, const struct pb_policy_keys *keys);
/* The list behind `key`, of 1 to max values, or NULL. */
const struct pb_policy_node *pb_policy_list(
    struct pb_policy_reader *r, const struct pb_policy_node *mapping, const char *key, size_t max);

/* Zeros for so many of `size` octets, and a copy of a text, each for free(); NULL without memory.
 */
void *pb_policy_room(struct pb_policy_reader *r, size_t count, size_t size);
char *pb_policy_keep(struct pb_policy_reader *r, const char *text);

/* The text behind `key`, or (NULL) of the node itself; borrowed, not empty. */
const char *pb_policy_text(
    struct pb_policy_reader *r, const struct pb_policy_node *node, const char *key);

/* A text of its own, or NULL: it holds, or is refused by `why`. */
char *pb_policy_copy(struct pb_policy_reader *r, const struct pb_policy_node *mapping,
    const char *key, bool (*holds)(const char *text), const char *why);
/* 1 to 32 of a-z 0-9 - */
char *pb_policy_name(struct pb_policy_reader *r, const struct pb_policy_node *mapping,
    const char *key); /* The list's mapping whose `name` is that one: its place, or count if there
			 is none. */
size_t pb_policy_named(const struct pb_policy_node *list, const char *name);
/* Refused by `why` if an earlier mapping of its list has the same name. */
void pb_policy_only(struct pb_policy_reader *r, const struct pb_policy_node *item, const char *why);

/* Absolute, and the only one for its place: no . or .., no slash doubled or at the end. */
bool pb_policy_is_path(const char *text);
char *pb_policy_path(
    struct pb_policy_reader *r, const struct pb_policy_node *mapping, const char *key);

/* A number; a duration in seconds, "5 min"; a size in octets, "100 MB". */
struct pb_policy_range {
	uint64_t min, max, otherwise;
};
uint64_t pb_policy_number(struct pb_policy_reader *r, const struct pb_policy_node *mapping,
    const char *key, const struct pb_policy_range *range);
uint64_t pb_policy_duration(struct pb_policy_reader *r, const struct pb_policy_node *mapping,
    const char *key, const struct pb_policy_range *range);
uint64_t pb_policy_size(struct pb_policy_reader *r, const struct pb_policy_node *mapping,
    const char *key, const struct pb_policy_range *range);
/* The same of a text that stands at the node `key` with others. */
uint64_t pb_policy_duration_of(struct pb_policy_reader *r, const struct pb_policy_node *mapping,
    const char *key, const char *text, const struct pb_policy_range *range);

/* As they are written: "90 min" */
#define PB_POLICY_QUANTITY_LEN 32
void pb_policy_duration_format(uint64_t seconds, char out[PB_POLICY_QUANTITY_LEN]);
void pb_policy_size_format(uint64_t octets, char out[PB_POLICY_QUANTITY_LEN]);

/*
 * The place of a word in `words`, which NULL ends.  ret_rest (or NULL: nothing may follow): what
 * stands behind the word and a space, borrowed; "" for nothing.
 */
size_t pb_policy_word(struct pb_policy_reader *r, const struct pb_policy_node *mapping,
    const char *key, const char *const *words, size_t otherwise, const char **ret_rest);
/* yes or no */
bool pb_policy_yes(
    struct pb_policy_reader *r, const struct pb_policy_node *mapping, const char *key);

#endif
