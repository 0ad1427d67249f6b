#include "index/terms.h"

#include <stdlib.h>
#include <string.h>

#include "core/limits.h"
#include "index/varint.h"

#define SLOTS_FIRST 4096

void
pb_terms_init(struct pb_terms *terms, uint64_t seed)
{
	*terms = (struct pb_terms){ .seed = seed };
}

void
pb_terms_done(struct pb_terms *terms)
{
	for (size_t i = 0; i < terms->count; i++)
		if (terms->term[i].cap != 0)
			free(terms->term[i].rows.there);
	free(terms->term);
	free(terms->slot);
	pb_buf_done(&terms->keys);
	*terms = (struct pb_terms){ .seed = terms->seed };
}

static uint64_t
mix(uint64_t hash, uint64_t value)
{
	hash = (hash ^ value) * 0x9e3779b97f4a7c15U;
	hash = (hash ^ (hash >> 32)) * 0xd6e8feb86659fd93U;
	return hash ^ (hash >> 29);
}

static uint64_t
hash_key(uint64_t seed, const uint8_t *key, size_t len)
{
	uint64_t hash = seed ^ len, word;

	for (; len >= sizeof(word); key += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, key, sizeof(word));
		hash = mix(hash, word);
	}
	word = 0;
	memcpy(&word, key, len);
	return mix(hash, word);
}

/* Where the term stands in slot[], or the free place where it would. */
static size_t
find_slot(const struct pb_terms *terms, const uint8_t *key, size_t len, uint64_t hash)
{
	size_t mask = terms->slots - 1;
	size_t at = (size_t)hash & mask;

	for (; terms->slot[at] != 0; at = (at + 1) & mask) {
		const struct pb_term *term = &terms->term[terms->slot[at] - 1];

		if (term->key_len == len && memcmp(terms->keys.data + term->key, key, len) == 0)
			break;
	}
	return at;
}

/* Twice as many slots, at least half of them free. */
static enum pb_status
grow_slots(struct pb_terms *terms)
{
	size_t slots = terms->slots == 0 ? SLOTS_FIRST : 2 * terms->slots;
	uint32_t *slot = calloc(slots, sizeof(*slot));

	if (slot == NULL)
		return PB_ENOMEM;
	free(terms->slot);
	terms->slot = slot;
	terms->slots = slots;
	for (size_t i = 0; i < terms->count; i++) {
		const struct pb_term *term = &terms->term[i];
		const uint8_t *key = terms->keys.data + term->key;

		slot[find_slot(terms, key, term->key_len,
		    hash_key(terms->seed, key, term->key_len))] = (uint32_t)i + 1;
	}
	return PB_OK;
}

static enum pb_status
make_room(struct pb_terms *terms)
{
	struct pb_term *term;
	size_t cap;

	if (2 * (terms->count + 1) > terms->slots && grow_slots(terms) != PB_OK)
		return PB_ENOMEM;
	if (terms->count < terms->cap)
		return PB_OK;
	cap = terms->cap == 0 ? SLOTS_FIRST : 2 * terms->cap;
	term = realloc(terms->term, cap * sizeof(*term));
	if (term == NULL)
		return PB_ENOMEM;
	terms->term = term;
	terms->cap = cap;
	return PB_OK;
}

/* The term of that key, made if it is new. */
static enum pb_status
get_term(
    struct pb_terms *terms, const void *key, size_t len, uint64_t hash, struct pb_term **ret_term)
{
	struct pb_term *term;
	size_t at;

	if (make_room(terms) != PB_OK)
		return PB_ENOMEM;
	at = find_slot(terms, key, len, hash);
	if (terms->slot[at] == 0) {
		if (terms->count >= PB_LIMIT_INDEX_TERMS ||
		    terms->keys.len + len > PB_LIMIT_INDEX_KEYS)
			return PB_ELIMIT;
		term = &terms->term[terms->count];
		*term = (struct pb_term){ .key = (uint32_t)terms->keys.len,
			.key_len = (uint8_t)len,
			.last = UINT32_MAX };
		if (pb_buf_append(&terms->keys, key, len) != PB_OK)
			return PB_ENOMEM;
		terms->slot[at] = (uint32_t)++terms->count;
	}
	*ret_term = &terms->term[terms->slot[at] - 1];
	return PB_OK;
}

static enum pb_status
append_rows(struct pb_terms *terms, struct pb_term *term, const uint8_t *rows, size_t len)
{
	size_t room = term->cap == 0 ? PB_TERM_INLINE : term->cap;
	uint8_t *there;

	if (len > PB_LIMIT_INDEX_POSTINGS - terms->postings)
		return PB_ELIMIT;
	if (term->len + len > room) {
		while (room < term->len + len)
			room *= 2;
		there = realloc(term->cap == 0 ? NULL : term->rows.there, room);
		if (there == NULL)
			return PB_ENOMEM;
		if (term->cap == 0)
			memcpy(there, term->rows.here, term->len);
		term->rows.there = there;
		term->cap = (uint32_t)room;
	}
	memcpy((term->cap == 0 ? term->rows.here : term->rows.there) + term->len, rows, len);
	term->len += (uint32_t)len;
	terms->postings += len;
	return PB_OK;
}

/* Of the first place that each may have: the term there is it, most often. */
void
pb_terms_near(const struct pb_terms *terms, struct pb_terms_key *keys, size_t count)
{
	size_t mask = terms->slots - 1;

	for (size_t i = 0; i < count; i++) {
		keys[i].hash = hash_key(terms->seed, keys[i].octets, keys[i].len);
		if (terms->slots > 0)
			__builtin_prefetch(&terms->slot[(size_t)keys[i].hash & mask]);
	}
	for (size_t i = 0; i < count && terms->slots > 0; i++) {
		uint32_t number = terms->slot[(size_t)keys[i].hash & mask];

		if (number > 0)
			__builtin_prefetch(terms->keys.data + terms->term[number - 1].key);
	}
}

enum pb_status
pb_terms_add(struct pb_terms *terms, const struct pb_terms_key *key, uint32_t row, bool *ret_new)
{
	uint8_t rows[PB_VARINT_MAX];
	struct pb_term *term;
	enum pb_status status = get_term(terms, key->octets, key->len, key->hash, &term);

	if (status != PB_OK)
		return status;
	*ret_new = term->len == 0 || term->last != row;
	if (!*ret_new)
		return PB_OK;
	/* An empty list's last row is UINT32_MAX, that is -1. */
	status = append_rows(terms, term, rows, pb_varint_put(rows, (uint32_t)(row - term->last)));
	if (status == PB_OK)
		term->last = row;
	return status;
}

enum pb_status
pb_terms_load(struct pb_terms *terms, const void *key, size_t key_len, const uint8_t *rows,
    size_t len, uint32_t last)
{
	struct pb_term *term;
	enum pb_status status =
	    get_term(terms, key, key_len, hash_key(terms->seed, key, key_len), &term);

	if (status == PB_OK && term->len != 0)
		return PB_ECORRUPT;
	if (status == PB_OK)
		status = append_rows(terms, term, rows, len);
	if (status == PB_OK)
		term->last = last;
	return status;
}

static bool
is_gone(const uint8_t *gone, size_t gone_len, uint32_t row)
{
	return row / 8 < gone_len && (gone[row / 8] >> (row % 8) & 1) != 0;
}

/* What stays is never longer: two differences joined into one need no more octets than both. */
static void
forget_in(struct pb_terms *terms, struct pb_term *term, const uint8_t *gone, size_t gone_len)
{
	uint8_t *rows = term->cap == 0 ? term->rows.here : term->rows.there;
	uint32_t row = UINT32_MAX, last = UINT32_MAX;
	struct pb_cursor c;
	size_t len = 0;

	pb_cursor_init(&c, rows, term->len);
	while (pb_cursor_left(&c) > 0) {
		row += (uint32_t)pb_varint_get(&c);
		if (is_gone(gone, gone_len, row))
			continue;
		len += pb_varint_put(rows + len, (uint32_t)(row - last));
		last = row;
	}
	terms->postings -= term->len - len;
	pb_wipe(rows + len, term->len - len);
	term->len = (uint32_t)len;
	term->last = last;
}

void
pb_terms_forget(struct pb_terms *terms, const uint8_t *gone, size_t gone_len)
{
	for (size_t i = 0; i < terms->count; i++)
		forget_in(terms, &terms->term[i], gone, gone_len);
}

/* The beginning of a key as a number: most comparisons end there. */
struct sorted {
	uint64_t head;
	const uint8_t *key;
	uint32_t len;
	uint32_t number;
};

static int
compare(const void *a, const void *b)
{
	const struct sorted *x = a, *y = b;
	int order;

	if (x->head != y->head)
		return x->head < y->head ? -1 : 1;
	order = memcmp(x->key, y->key, x->len < y->len ? x->len : y->len);
	if (order != 0)
		return order;
	return x->len < y->len ? -1 : x->len > y->len;
}

static uint64_t
head_of(const uint8_t *key, size_t len)
{
	uint8_t head[8] = { 0 };

	memcpy(head, key, len < sizeof(head) ? len : sizeof(head));
	return pb_get_u64(head);
}

enum pb_status
pb_terms_sorted(const struct pb_terms *terms, uint32_t **ret_order)
{
	struct sorted *sorted = malloc((terms->count + 1) * sizeof(*sorted));
	uint32_t *order = malloc((terms->count + 1) * sizeof(*order));

	if (sorted == NULL || order == NULL) {
		free(sorted);
		free(order);
		return PB_ENOMEM;
	}
	for (size_t i = 0; i < terms->count; i++) {
		const struct pb_term *term = &terms->term[i];

		sorted[i].key = terms->keys.data + term->key;
		sorted[i].len = term->key_len;
		sorted[i].head = head_of(sorted[i].key, term->key_len);
		sorted[i].number = (uint32_t)i;
	}
	qsort(sorted, terms->count, sizeof(*sorted), compare);
	for (size_t i = 0; i < terms->count; i++)
		order[i] = sorted[i].number;
	free(sorted);
	*ret_order = order;
	return PB_OK;
}
