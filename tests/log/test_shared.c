#include "log/fixture.h"

#include "lib/memory.h"
#include "log/checkpoint.h"
#include "log/naive.h"
#include "log/shared.h"
#include "log/tlog_proof.h"

#define NODE "node/0a1b2c3d"
#define NOTES 23 /* archives that share */

/* A node's log of `size` entries; entry i is over the text "checkpoint <i>". */
struct node {
	size_t size;
	struct pb_ed25519 *key;
	uint8_t leaf[NOTES][PB_DIGEST_LEN];
	struct pb_buf note, vkey;
};

/* One anchor of it, whose objects may be altered. */
struct anchor {
	struct pb_buf checkpoint, node, salt, proof, key;
	bool keyless;
};

static void
salt_of(size_t i, uint8_t out[PB_SHARED_SALT_LEN])
{
	memset(out, (int)(0x30 + i), PB_SHARED_SALT_LEN);
}

static struct pb_buf
checkpoint_of(size_t i)
{
	struct pb_buf text = PB_BUF_EMPTY;

	assert_int_equal(pb_buf_printf(&text, "checkpoint %zu\n", i), PB_OK);
	return text;
}

static struct node
make_node(size_t size)
{
	struct node n = { .size = size, .key = make_key(7) };
	struct pb_note_verifier verifier = verifier_of(NODE, PB_NOTE_ED25519, n.key);
	struct pb_checkpoint checkpoint = { .origin = NODE, .size = size };

	for (size_t i = 0; i < size; i++) {
		uint8_t salt[PB_SHARED_SALT_LEN], entry[PB_DIGEST_LEN];
		struct pb_buf text = checkpoint_of(i);

		salt_of(i, salt);
		pb_shared_entry(salt, text.data, text.len, entry);
		pb_tree_leaf_hash(entry, sizeof(entry), n.leaf[i]);
		pb_digest_sha3_256(entry, sizeof(entry), checkpoint.head);
		pb_buf_done(&text);
	}
	naive_root(n.leaf, size, checkpoint.root);
	assert_int_equal(pb_checkpoint_sign(&checkpoint, n.key, &n.note, NULL), PB_OK);
	assert_int_equal(pb_note_verifier_format(&verifier, &n.vkey), PB_OK);
	return n;
}

static void
node_done(struct node *n)
{
	pb_ed25519_free(n->key);
	pb_buf_done(&n->note);
	pb_buf_done(&n->vkey);
}

static void
put_proof(struct anchor *a, struct node *n, size_t index)
{
	struct pb_tlog_proof proof = {
		.index = index, .note = (const char *)n->note.data, .note_len = n->note.len
	};

	proof.count = naive_path(n->leaf, index, n->size, proof.hash[0]);
	pb_buf_clear(&a->proof);
	assert_int_equal(pb_tlog_proof_encode(&proof, &a->proof), PB_OK);
}

static struct anchor
make_anchor(struct node *n, size_t index)
{
	struct anchor a = { .checkpoint = checkpoint_of(index) };
	uint8_t salt[PB_SHARED_SALT_LEN];

	salt_of(index, salt);
	assert_int_equal(pb_buf_append(&a.salt, salt, sizeof(salt)), PB_OK);
	assert_int_equal(pb_buf_append(&a.node, n->note.data, n->note.len), PB_OK);
	assert_int_equal(pb_buf_append(&a.key, n->vkey.data, n->vkey.len), PB_OK);
	put_proof(&a, n, index);
	return a;
}

static void
anchor_done(struct anchor *a)
{
	pb_buf_done(&a->checkpoint);
	pb_buf_done(&a->node);
	pb_buf_done(&a->salt);
	pb_buf_done(&a->proof);
	pb_buf_done(&a->key);
}

static enum pb_status
check(struct anchor *a, enum pb_shared_fault *ret_fault, struct pb_error *err)
{
	const struct pb_shared shared = { .checkpoint = a->checkpoint.data,
		.checkpoint_len = a->checkpoint.len,
		.node = a->node.data,
		.node_len = a->node.len,
		.salt = a->salt.data,
		.salt_len = a->salt.len,
		.proof = a->proof.data,
		.proof_len = a->proof.len,
		.node_key = a->keyless ? NULL : pb_buf_text(&a->key) };

	return pb_shared_check(&shared, ret_fault, err);
}

/* Judge it, and release it. */
static enum pb_shared_fault
judge(struct anchor *take_anchor)
{
	enum pb_shared_fault fault = PB_SHARED_FAULTS;

	assert_int_equal(check(take_anchor, &fault, NULL), PB_OK);
	anchor_done(take_anchor);
	return fault;
}

static void
replace(struct pb_buf *text, const char *from, const char *to)
{
	char *at = strstr(pb_buf_text(text), from);
	struct pb_buf changed = PB_BUF_EMPTY;

	assert_non_null(at);
	assert_int_equal(
	    pb_buf_append(&changed, text->data, (size_t)(at - (char *)text->data)), PB_OK);
	append_text(&changed, to);
	append_text(&changed, at + strlen(from));
	pb_buf_done(text);
	*text = changed;
}

/* ---- what holds ----------------------------------------------------------------------------- */

static void
every_entry_of_every_size_is_proven(void **state)
{
	(void)state;
	for (size_t size = 1; size <= NOTES; size++) {
		struct node n = make_node(size);

		for (size_t i = 0; i < size; i++) {
			struct anchor a = make_anchor(&n, i);

			assert_int_equal(judge(&a), PB_SHARED_GOOD);
		}
		node_done(&n);
	}
}

/* Printed by `{ printf 'probant/v1 shared\0'; head -c 32 /dev/zero; printf x | openssl dgst -sha256
 * -binary; } | sha256sum`. */
static void
entry_is_what_a_shell_makes_of_it(void **state)
{
	static const uint8_t zeros[PB_SHARED_SALT_LEN];
	uint8_t entry[PB_DIGEST_LEN], expected[PB_DIGEST_LEN];

	(void)state;
	from_hex("ca2d007d0875dc3d28a1bd73ebc4e2900a99f5cfb0096d7235db6313ae581711", expected,
	    sizeof(expected));
	pb_shared_entry(zeros, "x", 1, entry);
	assert_memory_equal(entry, expected, sizeof(entry));
}

static void
event_says_what_the_token_is_over(void **state)
{
	(void)state;
	assert_int_equal(pb_token_over("timestamp"), PB_TOKEN_OVER_CHECKPOINT);
	assert_int_equal(pb_token_over("shared_timestamp"), PB_TOKEN_OVER_NODE);
	assert_int_equal(pb_token_over("timestamp_gap"), PB_TOKEN_NONE);
	assert_int_equal(pb_token_over(""), PB_TOKEN_NONE);
	assert_int_equal(pb_token_over(NULL), PB_TOKEN_NONE);
}

/* ---- what does not -------------------------------------------------------------------------- */

static void
another_archive_s_entry_proves_nothing_here(void **state)
{
	struct node n = make_node(11);
	struct anchor own = make_anchor(&n, 3), other = make_anchor(&n, 5);
	struct pb_buf checkpoint = own.checkpoint;

	(void)state;
	own.checkpoint = other.checkpoint;
	other.checkpoint = checkpoint;
	assert_int_equal(judge(&own), PB_SHARED_ABSENT);
	assert_int_equal(judge(&other), PB_SHARED_ABSENT);
	node_done(&n);
}

static void
salt_must_be_the_entry_s_own(void **state)
{
	struct node n = make_node(11);
	struct anchor flipped = make_anchor(&n, 4), cut = make_anchor(&n, 4),
		      longer = make_anchor(&n, 4), none = make_anchor(&n, 4);

	(void)state;
	flipped.salt.data[31] ^= 1;
	cut.salt.len--;
	append_text(&longer.salt, "0");
	pb_buf_clear(&none.salt);
	assert_int_equal(judge(&flipped), PB_SHARED_ABSENT);
	assert_int_equal(judge(&cut), PB_SHARED_SALT);
	assert_int_equal(judge(&longer), PB_SHARED_SALT);
	assert_int_equal(judge(&none), PB_SHARED_SALT);
	node_done(&n);
}

static void
proof_of_another_index_is_refused(void **state)
{
	struct node n = make_node(11);
	struct anchor other = make_anchor(&n, 4), moved = make_anchor(&n, 4),
		      outside = make_anchor(&n, 4);

	(void)state;
	put_proof(&other, &n, 5);
	replace(&moved.proof, "index 4\n", "index 6\n");
	replace(&outside.proof, "index 4\n", "index 11\n");
	assert_int_equal(judge(&other), PB_SHARED_ABSENT);
	assert_int_equal(judge(&moved), PB_SHARED_ABSENT);
	assert_int_equal(judge(&outside), PB_SHARED_ABSENT);
	node_done(&n);
}

static void
proof_that_is_cut_or_padded_is_refused(void **state)
{
	static const char line[] = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
	struct node n = make_node(11);
	struct anchor less = make_anchor(&n, 4), more = make_anchor(&n, 4),
		      ended = make_anchor(&n, 4), behind = make_anchor(&n, 4),
		      none = make_anchor(&n, 4), extra = make_anchor(&n, 4);
	char *first = strchr(pb_buf_text(&less.proof), '\n') + sizeof("index 4\n");

	(void)state;
	memmove(first, first + sizeof(line) - 1,
	    less.proof.len - (size_t)(first - (char *)less.proof.data) - (sizeof(line) - 1));
	less.proof.len -= sizeof(line) - 1;
	replace(&more.proof, "\n\n", "\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n");
	ended.proof.len--;
	append_text(&behind.proof, "\n");
	pb_buf_clear(&none.proof);
	replace(&extra.proof, "index 4\n", "extra AAAA\nindex 4\n");
	assert_int_equal(judge(&less), PB_SHARED_ABSENT);
	assert_int_equal(judge(&more), PB_SHARED_ABSENT);
	assert_int_equal(judge(&ended), PB_SHARED_PROOF);
	assert_int_equal(judge(&behind), PB_SHARED_PROOF);
	assert_int_equal(judge(&none), PB_SHARED_PROOF);
	assert_int_equal(judge(&extra), PB_SHARED_PROOF);
	node_done(&n);
}

/* The token is over the octets of `node`; the proof has to be for just these. */
static void
proof_for_another_checkpoint_of_the_node_is_refused(void **state)
{
	struct node n = make_node(11), later = make_node(12);
	struct anchor stale = make_anchor(&n, 4), both = make_anchor(&n, 4);

	(void)state;
	put_proof(&stale, &later, 4);
	pb_buf_clear(&both.node);
	assert_int_equal(pb_buf_append(&both.node, later.note.data, later.note.len), PB_OK);
	replace(&both.proof, pb_buf_text(&n.note), pb_buf_text(&later.note));
	assert_int_equal(judge(&stale), PB_SHARED_PROOF);
	assert_int_equal(judge(&both), PB_SHARED_ABSENT);
	node_done(&n);
	node_done(&later);
}

static void
proof_for_a_tree_of_another_size_is_refused(void **state)
{
	struct node n = make_node(11);
	struct anchor less = make_anchor(&n, 4), more = make_anchor(&n, 4);

	(void)state;
	replace(&less.node, "\n11\n", "\n8\n");
	replace(&less.proof, "\n11\n", "\n8\n");
	replace(&more.node, "\n11\n", "\n17\n");
	replace(&more.proof, "\n11\n", "\n17\n");
	assert_int_equal(judge(&less), PB_SHARED_ABSENT);
	assert_int_equal(judge(&more), PB_SHARED_ABSENT);
	node_done(&n);
}

static void
node_s_checkpoint_must_be_one(void **state)
{
	struct node n = make_node(11);
	struct anchor none = make_anchor(&n, 4), cut = make_anchor(&n, 4),
		      other = make_anchor(&n, 4), longer = make_anchor(&n, 4);

	(void)state;
	pb_buf_clear(&none.node);
	cut.node.len--;
	replace(&other.node, "sha3-256 ", "sha4-256 ");
	while (longer.node.len <= PB_LIMIT_NOTE)
		append_text(&longer.node, "\xe2\x80\x94 name AAAAAAA=\n");
	assert_int_equal(judge(&none), PB_SHARED_NODE);
	assert_int_equal(judge(&cut), PB_SHARED_NODE);
	assert_int_equal(judge(&other), PB_SHARED_NODE);
	assert_int_equal(judge(&longer), PB_SHARED_NODE);
	node_done(&n);
}

static void
key_that_is_stated_must_have_signed(void **state)
{
	struct node n = make_node(11);
	struct pb_ed25519 *stranger = make_key(9);
	struct pb_note_verifier named = verifier_of("node/00000000", PB_NOTE_ED25519, n.key),
				other = verifier_of(NODE, PB_NOTE_ED25519, stranger),
				witness = verifier_of(NODE, PB_NOTE_COSIGNATURE, n.key);
	const struct pb_note_verifier *const wrong[] = { &named, &other, &witness };
	struct anchor none = make_anchor(&n, 4), unasked = make_anchor(&n, 4);

	(void)state;
	for (size_t i = 0; i < CASES(wrong); i++) {
		struct anchor a = make_anchor(&n, 4);

		pb_buf_clear(&a.key);
		assert_int_equal(pb_note_verifier_format(wrong[i], &a.key), PB_OK);
		assert_int_equal(judge(&a), PB_SHARED_KEY);
	}
	pb_buf_clear(&none.key);
	assert_int_equal(judge(&none), PB_SHARED_KEY);
	unasked.keyless = true;
	assert_int_equal(judge(&unasked), PB_SHARED_GOOD);
	pb_ed25519_free(stranger);
	node_done(&n);
}

static void
every_fault_has_its_own_word(void **state)
{
	(void)state;
	for (int i = 0; i < PB_SHARED_FAULTS; i++)
		for (int j = 0; j < i; j++) {
			assert_string_not_equal(pb_shared_fault_code((enum pb_shared_fault)i),
			    pb_shared_fault_code((enum pb_shared_fault)j));
			assert_string_not_equal(pb_shared_fault_text((enum pb_shared_fault)i),
			    pb_shared_fault_text((enum pb_shared_fault)j));
		}
}

static void
memory_that_runs_out_is_no_fault_of_it(void **state)
{
	enum pb_shared_fault fault = PB_SHARED_FAULTS;
	struct anchor a;
	struct node n;
	uint64_t failed = 1;

	(void)state;
	if (!test_memory_can_fail())
		skip();
	n = make_node(11);
	a = make_anchor(&n, 4);
	(void)pb_buf_text(&a.key);
	for (uint64_t nth = 1; failed > 0; nth++) {
		enum pb_status status;

		test_memory_fail_own(nth, false);
		status = check(&a, &fault, NULL);
		failed = test_memory_restore();
		assert_int_equal(status, failed > 0 ? PB_ENOMEM : PB_OK);
		assert_int_equal(fault, failed > 0 ? PB_SHARED_FAULTS : PB_SHARED_GOOD);
	}
	anchor_done(&a);
	node_done(&n);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_entry_of_every_size_is_proven),
		cmocka_unit_test(entry_is_what_a_shell_makes_of_it),
		cmocka_unit_test(event_says_what_the_token_is_over),
		cmocka_unit_test(another_archive_s_entry_proves_nothing_here),
		cmocka_unit_test(salt_must_be_the_entry_s_own),
		cmocka_unit_test(proof_of_another_index_is_refused),
		cmocka_unit_test(proof_that_is_cut_or_padded_is_refused),
		cmocka_unit_test(proof_for_another_checkpoint_of_the_node_is_refused),
		cmocka_unit_test(proof_for_a_tree_of_another_size_is_refused),
		cmocka_unit_test(node_s_checkpoint_must_be_one),
		cmocka_unit_test(key_that_is_stated_must_have_signed),
		cmocka_unit_test(every_fault_has_its_own_word),
		cmocka_unit_test(memory_that_runs_out_is_no_fault_of_it),
	};

	return cmocka_run_group_tests(tests, start_crypto, NULL);
}
