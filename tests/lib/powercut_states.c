/*
 * The disks that a power cut could leave.
 *
 * Choices, each on its own:
 *  - a pending write is lost, whole, or torn: only a prefix of it arrived (one byte, up to
 *    a sector boundary, half, all but one byte); if it made the file longer, it may
 *    also be that the length arrived and the bytes did not, so that zeros stand there;
 *  - a pending truncation is lost or done;
 *  - a chain of pending changes that speak of the same names is done up to some point.
 *
 * A later write may so survive an earlier one that is lost, with a hole of zeros
 * before it.  While the combinations are no more than the limit, all are made.  Beyond,
 * first those in which everything up to some moment arrived and nothing after it;
 * then a sample, the same each time, without repetition.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/powercut.h"

#define SECTOR 512
#define CUTS_MAX 12
#define LOST 0
#define DONE 1 /* a write: whole; 2 and up: torn; the last may be zeros */

struct choice {
	unsigned radix;
	/* a data operation */
	size_t node, op;
	size_t cut[CUTS_MAX]; /* prefix of variant 2 + i */
	unsigned cuts;
	/* a chain: indexes into the disk's changes, in order; node is NONE */
	size_t *chain;
};

struct choices {
	const struct test_powercut *disk;
	struct choice *choice;
	size_t count, cap;
};

/* ---- what there is to choose ---------------------------------------------------------------- */

static void
add_cut(struct choice *choice, size_t len, size_t prefix)
{
	unsigned i;

	if (prefix == 0 || prefix >= len || choice->cuts == CUTS_MAX)
		return;
	for (i = 0; i < choice->cuts; i++)
		if (choice->cut[i] == prefix)
			return;
	choice->cut[choice->cuts++] = prefix;
}

/* Sector boundaries of the file: each one of a short write, the first and last of a long one. */
static void
add_sectors(struct choice *choice, const struct powercut_data_op *op)
{
	size_t first = SECTOR - (size_t)(op->offset % SECTOR), at;
	bool few = op->len <= 6 * SECTOR;

	for (at = first; at < op->len; at += SECTOR)
		if (few || at == first || at + SECTOR >= op->len)
			add_cut(choice, op->len, at);
}

static struct choice *
new_choice(struct choices *choices)
{
	struct choice *choice;

	choices->choice = powercut_grow(
	    choices->choice, choices->count, &choices->cap, sizeof(choices->choice[0]));
	choice = &choices->choice[choices->count++];
	memset(choice, 0, sizeof(*choice));
	choice->node = POWERCUT_NONE;
	return choice;
}

static void
choose_data(struct choices *choices, size_t number)
{
	const struct powercut_node *node = &choices->disk->node[number];
	size_t i;

	for (i = 0; i < node->op_count; i++) {
		const struct powercut_data_op *op = &node->op[i];
		struct choice *choice = new_choice(choices);

		choice->node = number;
		choice->op = i;
		choice->radix = 2;
		if (op->data == NULL)
			continue;
		add_cut(choice, op->len, 1);
		add_cut(choice, op->len, op->len / 2);
		add_cut(choice, op->len, op->len - 1);
		add_sectors(choice, op);
		choice->radix += choice->cuts;
		if (op->offset + op->len > node->durable.len)
			choice->radix++;
	}
}

/* Chains: what is connected by names, in the order of time. */
static void
choose_names(struct choices *choices)
{
	const struct test_powercut *disk = choices->disk;
	size_t *group = calloc(disk->op_count + 1, sizeof(*group)), i, j, k;

	if (group == NULL)
		abort();
	for (i = 0; i < disk->op_count; i++) {
		group[i] = i;
		for (j = 0; j < i; j++) {
			size_t joined = group[j];

			if (joined == group[i] || !powercut_related(&disk->op[j], &disk->op[i]))
				continue;
			for (k = 0; k <= i; k++)
				if (group[k] == joined)
					group[k] = group[i];
		}
	}
	for (i = 0; i < disk->op_count; i++) {
		struct choice *choice;

		for (j = 0; j < i && group[j] != group[i]; j++)
			;
		if (j < i)
			continue;
		choice = new_choice(choices);
		choice->chain = powercut_copy(group, disk->op_count * sizeof(*group));
		for (j = i, k = 0; j < disk->op_count; j++)
			if (group[j] == group[i])
				choice->chain[k++] = j;
		choice->radix = (unsigned)k + 1;
	}
	free(group);
}

/* Can the file have a name after the cut?  If not, what became of its bytes is all one. */
static bool
nameable(const struct test_powercut *disk, size_t number)
{
	size_t i, j;

	for (i = 0; i < disk->op_count; i++)
		if (disk->op[i].node == number)
			return true;
	for (i = 0; i < disk->node_count; i++) {
		const struct powercut_entries *names = &disk->node[i].durable_names;

		for (j = 0; j < names->count; j++)
			if (names->entry[j].node == number)
				return true;
	}
	return false;
}

/* ---- making one disk ------------------------------------------------------------------------ */

static void
apply_data(struct powercut_bytes *bytes, const struct powercut_data_op *op,
    const struct choice *choice, unsigned digit)
{
	if (digit == LOST)
		return;
	if (op->data == NULL)
		powercut_resize(bytes, op->offset);
	else if (digit == DONE)
		powercut_write(bytes, op->offset, op->data, op->len);
	else if (digit - 2 < choice->cuts)
		powercut_write(bytes, op->offset, op->data, choice->cut[digit - 2]);
	else if (op->offset + op->len > bytes->len)
		powercut_resize(bytes, op->offset + op->len);
}

static void
copy_node(struct test_powercut *state, const struct powercut_node *from)
{
	struct powercut_node *node;
	size_t i;

	state->node =
	    powercut_grow(state->node, state->node_count, &state->node_cap, sizeof(state->node[0]));
	node = &state->node[state->node_count++];
	memset(node, 0, sizeof(*node));
	node->directory = from->directory;
	node->mode = from->mode;
	node->modified_us = from->modified_us;
	node->locked_by = -1;
	if (from->durable.len > 0)
		powercut_write(&node->durable, 0, from->durable.data, from->durable.len);
	for (i = 0; i < from->durable_names.count; i++)
		powercut_name(&node->durable_names, from->durable_names.entry[i].name,
		    from->durable_names.entry[i].node);
}

/* What is on the medium is what the next start sees. */
static void
show(struct powercut_node *node)
{
	size_t i;

	if (node->durable.len > 0)
		powercut_write(&node->now, 0, node->durable.data, node->durable.len);
	for (i = 0; i < node->durable_names.count; i++)
		powercut_name(&node->names, node->durable_names.entry[i].name,
		    node->durable_names.entry[i].node);
}

static bool *
chosen_changes(const struct choices *choices, const unsigned *digit)
{
	bool *chosen = calloc(choices->disk->op_count + 1, sizeof(*chosen));
	size_t i;
	unsigned k;

	if (chosen == NULL)
		abort();
	for (i = 0; i < choices->count; i++)
		for (k = 0; choices->choice[i].chain != NULL && k < digit[i]; k++)
			chosen[choices->choice[i].chain[k]] = true;
	return chosen;
}

static struct test_powercut *
make_state(const struct choices *choices, const unsigned *digit)
{
	const struct test_powercut *disk = choices->disk;
	struct test_powercut *state = test_powercut_new();
	bool *chosen = chosen_changes(choices, digit);
	size_t i;

	state->node_count = 0;
	for (i = 0; i < disk->node_count; i++)
		copy_node(state, &disk->node[i]);
	for (i = 0; i < choices->count; i++) {
		const struct choice *choice = &choices->choice[i];

		if (choice->chain == NULL)
			apply_data(&state->node[choice->node].durable,
			    &disk->node[choice->node].op[choice->op], choice, digit[i]);
	}
	for (i = 0; i < disk->op_count; i++)
		if (chosen[i])
			powercut_apply(state, &disk->op[i], true);
	for (i = 0; i < state->node_count; i++)
		show(&state->node[i]);
	state->order = disk->order;
	free(chosen);
	return state;
}

/* ---- which ones ----------------------------------------------------------------------------- */

struct walk {
	struct choices choices;
	unsigned *digit;
	uint64_t limit, made;
	uint64_t *seen; /* hashes of the combinations made; 0 is free */
	size_t seen_cap;
	uint64_t random;
	void (*each)(void *arg, struct test_powercut *state);
	void *arg;
};

static uint64_t
mix(uint64_t z)
{
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

/* Was this combination made before?  From now on it was. */
static bool
seen_before(struct walk *walk)
{
	uint64_t hash = 1;
	size_t i;

	for (i = 0; i < walk->choices.count; i++)
		hash = mix(hash + walk->digit[i] + UINT64_C(0x9e3779b97f4a7c15));
	hash |= 1;
	for (i = (size_t)(hash >> 1) % walk->seen_cap; walk->seen[i] != 0;
	     i = (i + 1) % walk->seen_cap)
		if (walk->seen[i] == hash)
			return true;
	walk->seen[i] = hash;
	return false;
}

static void
hand_over(struct walk *walk)
{
	struct test_powercut *state = make_state(&walk->choices, walk->digit);

	walk->made++;
	walk->each(walk->arg, state);
	test_powercut_free(state);
}

/* The next combination, counting; false after the last. */
static bool
count_on(struct walk *walk)
{
	size_t i;

	for (i = 0; i < walk->choices.count; i++) {
		if (++walk->digit[i] < walk->choices.choice[i].radix)
			return true;
		walk->digit[i] = 0;
	}
	return false;
}

/* How many combinations there are, or UINT64_MAX. */
static uint64_t
combinations(const struct choices *choices)
{
	uint64_t product = 1;
	size_t i;

	for (i = 0; i < choices->count; i++) {
		if (product > UINT64_MAX / choices->choice[i].radix)
			return UINT64_MAX;
		product *= choices->choice[i].radix;
	}
	return product;
}

/* Everything before that moment arrived, nothing else. */
static void
set_moment(struct walk *walk, uint64_t moment)
{
	const struct test_powercut *disk = walk->choices.disk;
	size_t i;

	for (i = 0; i < walk->choices.count; i++) {
		const struct choice *choice = &walk->choices.choice[i];

		walk->digit[i] = 0;
		if (choice->chain == NULL)
			walk->digit[i] =
			    disk->node[choice->node].op[choice->op].order < moment ? DONE : LOST;
		while (choice->chain != NULL && walk->digit[i] + 1 < choice->radix &&
		       disk->op[choice->chain[walk->digit[i]]].order < moment)
			walk->digit[i]++;
	}
}

/* Lost, whole and the rest alike often, or all torn states would look the same. */
static void
set_random(struct walk *walk)
{
	uint64_t bits;
	size_t i;

	for (i = 0; i < walk->choices.count; i++) {
		unsigned radix = walk->choices.choice[i].radix;

		bits = mix(walk->random += UINT64_C(0x9e3779b97f4a7c15));
		if (walk->choices.choice[i].chain != NULL || radix == 2)
			walk->digit[i] = (unsigned)(bits % radix);
		else if (bits % 3 < 2)
			walk->digit[i] = (unsigned)(bits % 3);
		else
			walk->digit[i] = 2 + (unsigned)(bits / 3 % (radix - 2));
	}
}

static void
sample(struct walk *walk)
{
	uint64_t moment, tries;

	for (moment = 0; moment <= walk->choices.disk->order + 1; moment++) {
		if (walk->made == walk->limit)
			return;
		set_moment(walk, moment);
		if (!seen_before(walk))
			hand_over(walk);
	}
	/* There are more combinations than the limit, so this ends early but for bad luck. */
	for (tries = 0; walk->made < walk->limit && tries < 64 * walk->limit; tries++) {
		set_random(walk);
		if (!seen_before(walk))
			hand_over(walk);
	}
}

void
test_powercut_states(struct test_powercut *disk, uint64_t limit,
    void (*each)(void *arg, struct test_powercut *state), void *arg)
{
	struct walk walk = { .choices = { .disk = disk },
		.limit = limit,
		.random = disk->order,
		.each = each,
		.arg = arg };
	size_t i;

	for (i = 0; i < disk->node_count; i++)
		if (disk->node[i].op_count > 0 && nameable(disk, i))
			choose_data(&walk.choices, i);
	choose_names(&walk.choices);
	walk.digit = calloc(walk.choices.count + 1, sizeof(walk.digit[0]));
	walk.seen_cap = (size_t)(4 * limit + 16);
	walk.seen = calloc(walk.seen_cap, sizeof(walk.seen[0]));
	if (walk.digit == NULL || walk.seen == NULL)
		abort();
	if (limit == 0 || combinations(&walk.choices) > limit) {
		sample(&walk);
	} else {
		do
			hand_over(&walk);
		while (count_on(&walk));
	}
	for (i = 0; i < walk.choices.count; i++)
		free(walk.choices.choice[i].chain);
	free(walk.choices.choice);
	free(walk.digit);
	free(walk.seen);
}
