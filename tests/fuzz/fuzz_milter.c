/* Any octets as what an MTA says: understood the same however they arrive, messages one by one. */
#include <stdbool.h>
#include <string.h>

#include "doors/fake_door.h"
#include "doors/milter.h"
#include "fuzz/fuzz.h"

/* So little that inputs get beyond it. */
#define MAX_MESSAGE 2000

/* FNV-1a: the pieces are the input's own. */
static uint64_t
seed(const uint8_t *data, size_t len)
{
	uint64_t hash = 14695981039346656037u;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ data[i]) * 1099511628211u;
	return hash;
}

/* Mostly small ones, now and then a large one. */
static size_t
piece(uint64_t *state, size_t left)
{
	size_t len;

	*state = *state * 6364136223846793005u + 1442695040888963407u;
	len = 1 + (*state >> 40) % ((size_t)1 << (*state >> 60));
	return len < left ? len : left;
}

struct said {
	struct pb_doorway doorway;
	struct pb_buf replies;
	enum pb_status status;
};

static void
talk(const uint8_t *data, size_t len, bool whole, struct said *ret_said)
{
	static char name[] = "in";
	struct said said = { .doorway = { .door = { .name = name, .max_message = MAX_MESSAGE } },
		.status = PB_OK };
	uint64_t state = seed(data, len);
	struct pb_milter *milter;
	size_t n;

	said.doorway.outcome = (enum pb_outcome)(state % (PB_OUTCOME_PASS + 1));
	*ret_said = said;
	pb_assert(pb_milter_new(&ret_said->doorway, &milter, NULL) == PB_OK);
	for (size_t at = 0; at < len && ret_said->status == PB_OK; at += n) {
		n = whole ? len : piece(&state, len - at);
		ret_said->status = pb_milter_feed(milter, data + at, n, &ret_said->replies, NULL);
	}
	pb_assert(ret_said->status == PB_OK || ret_said->status == PB_EEND ||
		  ret_said->status == PB_EDATA || ret_said->status == PB_ELIMIT);
	pb_milter_free(milter);
	pb_assert(!ret_said->doorway.open);
}

static void
check_same(const struct pb_buf *a, const struct pb_buf *b)
{
	pb_assert(a->len == b->len && (a->len == 0 || memcmp(a->data, b->data, a->len) == 0));
}

/* Whole packets, none but those that we ever send. */
static void
check_replies(const struct pb_buf *replies)
{
	for (size_t at = 0; at < replies->len;) {
		const uint8_t *packet = replies->data + at;
		size_t len;

		pb_assert(replies->len - at > 4);
		len = pb_get_u32(packet);
		pb_assert(len > 0 && len <= replies->len - at - 4);
		pb_assert(memchr("Ocy", packet[4], 3) != NULL);
		at += 4 + len;
	}
}

/* No LF of a header stands alone. */
static void
check_header(const struct pb_buf *octets)
{
	bool line = true;

	for (size_t i = 0; i < octets->len; i++) {
		if (octets->data[i] != '\n') {
			line = line && octets->data[i] == '\r';
			continue;
		}
		if (i > 0 && octets->data[i - 1] == '\r' && line)
			return; /* the empty line */
		pb_assert(i > 0 && octets->data[i - 1] == '\r');
		line = true;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct said whole, pieces;

	talk(data, len, true, &whole);
	talk(data, len, false, &pieces);
	pb_assert(whole.status == pieces.status);
	check_same(&whole.replies, &pieces.replies);
	check_same(&whole.doorway.story, &pieces.doorway.story);
	check_same(&whole.doorway.octets, &pieces.doorway.octets);
	check_replies(&whole.replies);
	check_header(&whole.doorway.octets);
	pb_buf_done(&whole.replies);
	pb_buf_done(&pieces.replies);
	fake_door_done(&whole.doorway);
	fake_door_done(&pieces.doorway);
	return 0;
}
