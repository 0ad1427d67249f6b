/*
 * Probant's side of tests/flow/sumdb.go: the same three files, made or checked.
 *
 *     sumdb_proofs make DIR     write DIR/vkey, DIR/checkpoint, DIR/proofs
 *     sumdb_proofs check DIR    judge those three, whoever made them
 */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "crypto/crypto.h"
#include "log/checkpoint.h"
#include "log/tree.h"

#define ORIGIN "probant.example/log/4e5f6071"
#define LARGEST 70000U /* leaves: the tree that the checkpoint signs */
#define LEVELS 17      /* 2^16 <= LARGEST < 2^17 */

/* Every full subtree of the tree. */
struct forest {
	uint8_t (*level[LEVELS])[PB_DIGEST_LEN];
};

static _Noreturn void PB_PRINTF(1, 2) fail(const char *format, ...)
{
	va_list args;

	fputs("sumdb_proofs: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

static void
must(enum pb_status status, const char *what)
{
	if (status != PB_OK)
		fail("%s: %s", what, pb_status_name(status));
}

static void
grow(struct forest *forest)
{
	char entry[32];

	for (unsigned level = 0; level < LEVELS; level++) {
		forest->level[level] = calloc(LARGEST >> level, PB_DIGEST_LEN);
		if (forest->level[level] == NULL)
			fail("no memory");
		for (size_t i = 0; i < LARGEST >> level; i++) {
			if (level > 0) {
				pb_tree_node_hash(forest->level[level - 1][2 * i],
				    forest->level[level - 1][2 * i + 1], forest->level[level][i]);
				continue;
			}
			snprintf(entry, sizeof(entry), "entry %zu", i);
			pb_tree_leaf_hash(entry, strlen(entry), forest->level[0][i]);
		}
	}
}

static void
fell(struct forest *forest)
{
	for (unsigned level = 0; level < LEVELS; level++)
		free(forest->level[level]);
}

static enum pb_status
read_node(
    void *ctx, unsigned level, uint64_t index, uint8_t out[PB_DIGEST_LEN], struct pb_error *err)
{
	const struct forest *forest = ctx;

	(void)err;
	if (level >= LEVELS || index >= LARGEST >> level)
		fail("a proof reads node %u/%" PRIu64, level, index);
	memcpy(out, forest->level[level][index], PB_DIGEST_LEN);
	return PB_OK;
}

static void
root_of(const struct forest *forest, uint64_t size, uint8_t out[PB_DIGEST_LEN])
{
	struct pb_tree tree = { .size = size };

	for (unsigned level = 0; level < LEVELS; level++)
		if (size >> level & 1)
			memcpy(tree.node[level], forest->level[level][(size >> level) - 1],
			    PB_DIGEST_LEN);
	pb_tree_root(&tree, out);
}

static FILE *
open_file(const char *dir, const char *name, const char *mode)
{
	char path[4096];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, mode);
	if (file == NULL)
		fail("cannot open %s", path);
	return file;
}

static void
write_file(const char *dir, const char *name, const void *data, size_t len)
{
	FILE *file = open_file(dir, name, "wb");

	if (fwrite(data, 1, len, file) != len || fclose(file) != 0)
		fail("cannot write %s/%s", dir, name);
}

static struct pb_buf
read_file(const char *dir, const char *name)
{
	struct pb_buf buf = PB_BUF_EMPTY;
	FILE *file = open_file(dir, name, "rb");
	char chunk[65536];
	size_t len;

	while ((len = fread(chunk, 1, sizeof(chunk), file)) > 0)
		must(pb_buf_append(&buf, chunk, len), "reading");
	fclose(file);
	return buf;
}

static void
write_hashes(FILE *file, const uint8_t *hashes, size_t count)
{
	char base64[PB_BASE64_LEN(PB_DIGEST_LEN) + 1];

	for (size_t i = 0; i < count; i++) {
		pb_base64_encode(hashes + i * PB_DIGEST_LEN, PB_DIGEST_LEN, base64);
		fprintf(file, " %s", base64);
	}
	fputc('\n', file);
}

static void
write_proofs_at(FILE *file, const struct pb_tree_reader *reader, uint64_t size, uint64_t index)
{
	uint8_t hashes[PB_PROOF_MAX * PB_DIGEST_LEN];
	size_t count;

	must(pb_tree_prove_inclusion(reader, index, size, hashes, &count, NULL), "proving");
	fprintf(file, "record %" PRIu64 " %" PRIu64, size, index);
	write_hashes(file, hashes, count);
	must(pb_tree_prove_consistency(reader, index + 1, size, hashes, &count, NULL), "proving");
	fprintf(file, "growth %" PRIu64 " %" PRIu64, index + 1, size);
	write_hashes(file, hashes, count);
}

/* All leaves of small trees, some of larger ones. */
static void
write_proofs_of(FILE *file, struct forest *forest, uint64_t size)
{
	const uint64_t some[] = { 0, 1, 63, 64, size / 3, size / 2, size - 2, size - 1 };
	const struct pb_tree_reader reader = { .ctx = forest, .node = read_node };
	uint8_t root[PB_DIGEST_LEN];

	root_of(forest, size, root);
	fprintf(file, "tree %" PRIu64, size);
	write_hashes(file, root, 1);
	for (uint64_t i = 0; size <= 64 && i < size; i++)
		write_proofs_at(file, &reader, size, i);
	for (size_t i = 0; size > 64 && i < sizeof(some) / sizeof(some[0]); i++)
		write_proofs_at(file, &reader, size, some[i]);
}

static void
make_proofs(struct forest *forest, const char *dir)
{
	static const uint64_t large[] = { 511, 512, 513, 4096, 65535, 65536, 65537, LARGEST };
	FILE *file = open_file(dir, "proofs", "w");

	for (uint64_t size = 1; size <= 300; size++)
		write_proofs_of(file, forest, size);
	for (size_t i = 0; i < sizeof(large) / sizeof(large[0]); i++)
		write_proofs_of(file, forest, large[i]);
	if (fclose(file) != 0)
		fail("cannot write %s/proofs", dir);
}

static int
fill(void *ctx, void *to, size_t len)
{
	(void)ctx;
	memset(to, 0x2a, len);
	return 0;
}

static void
make(struct forest *forest, const char *dir)
{
	const struct pb_random random = { .fill = fill };
	struct pb_checkpoint checkpoint = { .origin = ORIGIN, .size = LARGEST };
	uint8_t public_key[PB_ED25519_PUBLIC_LEN];
	struct pb_buf vkey = PB_BUF_EMPTY, note = PB_BUF_EMPTY;
	struct pb_note_verifier verifier;
	struct pb_ed25519 *key = NULL;

	must(pb_ed25519_generate(&random, &key, NULL), "making a key");
	pb_ed25519_public(key, public_key);
	must(pb_note_verifier_make(ORIGIN, PB_NOTE_ED25519, public_key, &verifier, NULL), "naming");
	must(pb_note_verifier_format(&verifier, &vkey), "writing the key");
	must(pb_buf_append_text(&vkey, "\n"), "writing the key");
	write_file(dir, "vkey", vkey.data, vkey.len);
	root_of(forest, LARGEST, checkpoint.root);
	pb_digest_sha3_256("head", 4, checkpoint.head);
	must(pb_checkpoint_sign(&checkpoint, key, &note, NULL), "signing");
	write_file(dir, "checkpoint", note.data, note.len);
	make_proofs(forest, dir);
	pb_buf_done(&note);
	pb_buf_done(&vkey);
	pb_ed25519_free(key);
}

static void
check_checkpoint(const struct forest *forest, const char *dir)
{
	struct pb_buf vkey = read_file(dir, "vkey"), data = read_file(dir, "checkpoint");
	struct pb_note_verifier verifier;
	struct pb_checkpoint checkpoint;
	uint8_t root[PB_DIGEST_LEN];
	struct pb_note note;

	if (vkey.len == 0)
		fail("no verifier key");
	must(pb_note_verifier_parse((const char *)vkey.data, vkey.len - 1, &verifier, NULL),
	    "reading the verifier key");
	must(pb_note_parse(data.data, data.len, &note, NULL), "reading the note");
	if (pb_note_verify(&note, &verifier, NULL) != PB_NOTE_GOOD)
		fail("the signature does not verify");
	must(pb_checkpoint_parse(&note, &checkpoint, NULL), "reading the checkpoint");
	root_of(forest, LARGEST, root);
	if (strcmp(checkpoint.origin, verifier.name) != 0 || checkpoint.size != LARGEST ||
	    memcmp(checkpoint.root, root, sizeof(root)) != 0)
		fail("the checkpoint signs another tree");
	pb_buf_done(&data);
	pb_buf_done(&vkey);
}

/* The words of a line behind the numbers, as hashes. */
static size_t
parse_hashes(const char *at, uint8_t *out)
{
	size_t count = 0;

	for (; *at == ' '; at += 45, count++)
		if (count == PB_PROOF_MAX || strlen(at) < 45 ||
		    !pb_base64_decode_exact(at + 1, 44, out + count * PB_DIGEST_LEN, PB_DIGEST_LEN))
			fail("not a hash: %s", at);
	if (*at != '\0')
		fail("not a hash: %s", at);
	return count;
}

static uint64_t
parse_number(char **at)
{
	uint64_t value = strtoull(*at, at, 10);

	if (value > LARGEST)
		fail("not a size: %" PRIu64, value);
	return value;
}

static bool
line_holds(const struct forest *forest, char *line)
{
	uint8_t hashes[PB_PROOF_MAX * PB_DIGEST_LEN], root[PB_DIGEST_LEN], other[PB_DIGEST_LEN];
	char *at = strchr(line, ' ');
	uint64_t a, b;
	size_t count;

	if (at == NULL)
		fail("not a line of proofs: %s", line);
	a = parse_number(&at);
	root_of(forest, a, root);
	if (strncmp(line, "tree ", 5) == 0)
		return parse_hashes(at, hashes) == 1 && memcmp(hashes, root, sizeof(root)) == 0;
	b = parse_number(&at);
	count = parse_hashes(at, hashes);
	if (strncmp(line, "record ", 7) == 0)
		return b < LARGEST &&
		       pb_tree_check_inclusion(forest->level[0][b], b, a, hashes, count, root);
	if (strncmp(line, "growth ", 7) != 0)
		fail("not a line of proofs: %s", line);
	root_of(forest, b, other);
	return pb_tree_check_consistency(a, b, root, other, hashes, count);
}

static void
check(const struct forest *forest, const char *dir)
{
	struct pb_buf proofs = read_file(dir, "proofs");
	size_t lines = 0;
	char *rest = NULL;

	check_checkpoint(forest, dir);
	if (pb_buf_text(&proofs) == NULL)
		fail("no memory");
	for (char *line = strtok_r((char *)proofs.data, "\n", &rest); line != NULL;
	     line = strtok_r(NULL, "\n", &rest), lines++)
		if (!line_holds(forest, line))
			fail("it does not hold: %s", line);
	if (lines == 0)
		fail("no proofs");
	printf("checkpoint and %zu roots and proofs hold\n", lines);
	pb_buf_done(&proofs);
}

int
main(int argc, char **argv)
{
	struct forest forest;

	if (argc != 3 || (strcmp(argv[1], "make") != 0 && strcmp(argv[1], "check") != 0)) {
		fputs("usage: sumdb_proofs make|check DIR\n", stderr);
		return 64;
	}
	must(pb_crypto_init(NULL), "starting");
	grow(&forest);
	if (strcmp(argv[1], "make") == 0)
		make(&forest, argv[2]);
	else
		check(&forest, argv[2]);
	fell(&forest);
	return 0;
}
