/*
 * An archive of a fictitious practice for each test: a copy of one that the
 * program founded once, in a world whose clock is set and whose files can fail.
 */
#ifndef PB_TEST_ARCHIVE_FIXTURE_H
#define PB_TEST_ARCHIVE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/archive.h"
#include "archive/commit.h"
#include "archive/founding.h"
#include "archive/head.h"
#include "archive/paths.h"
#include "archive/reading.h"
#include "archive/replay.h"
#include "core/error.h"
#include "core/io.h"
#include "core/json.h"
#include "core/limits.h"
#include "lib/world.h"
#include "log/trust.h"
#include "record/types.h"
#include "vault/frames.h"
#include "vault/tiles.h"

#define UNUSED __attribute__((unused))
#define NOON_S 1778083320 /* the clock of every test begins here */
#define PASSPHRASE "phrase fictive"
#define MAX_KEPT 64

struct kept {
	size_t count;
	uint64_t seq[MAX_KEPT];
	uint8_t sha256[MAX_KEPT][PB_DIGEST_LEN];
};

struct fixture {
	char *root;
	char *template; /* as `init` left it */
	char *dir;      /* the test's own */
	struct test_clock clock;
	struct test_random random;
	struct pb_files under; /* the system's, which need not wait for the medium */
	struct test_faulty_files faulty;
	struct pb_world world;
	struct pb_reader_key *key;
	struct pb_buf trust;
	struct pb_buf against;   /* the first checkpoint */
	struct pb_buf tsa_roots; /* PEM; empty: none is chosen */
	struct pb_created created;
	struct kept kept;
	unsigned number; /* of the next message */
	char path[600];
};

/* ---- files ---------------------------------------------------------------------------------- */

/* `name` in the test's archive; usable until the next call. */
static UNUSED const char *
at(struct fixture *f, const char *name)
{
	(void)snprintf(f->path, sizeof(f->path), "%s/%s", f->dir, name);
	return f->path;
}

static UNUSED struct pb_buf
slurp(const char *path)
{
	struct pb_buf buf = PB_BUF_EMPTY;

	assert_int_equal(
	    pb_io_read_file(pb_sys_world()->files, path, SIZE_MAX / 4, &buf, NULL), PB_OK);
	return buf;
}

static UNUSED void
spit(const char *path, const void *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), len);
	assert_int_equal(close(fd), 0);
}

static UNUSED bool
exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

static UNUSED uint64_t
size_of(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return (uint64_t)st.st_size;
}

/* xor one byte of a file. */
static UNUSED void
flip(const char *path, uint64_t offset)
{
	int fd = open(path, O_RDWR);
	uint8_t byte;

	assert_true(fd >= 0);
	assert_int_equal(pread(fd, &byte, 1, (off_t)offset), 1);
	byte ^= 1;
	assert_int_equal(pwrite(fd, &byte, 1, (off_t)offset), 1);
	(void)close(fd);
}

static UNUSED unsigned
count_entries(const char *path)
{
	DIR *stream = opendir(path);
	const struct dirent *entry;
	unsigned count = 0;

	assert_non_null(stream);
	while ((entry = readdir(stream)) != NULL)
		count += entry->d_name[0] != '.';
	(void)closedir(stream);
	return count;
}

static UNUSED void
copy_tree(const char *from, const char *to)
{
	DIR *stream = opendir(from);
	const struct dirent *entry;

	assert_non_null(stream);
	assert_int_equal(mkdir(to, 0700), 0);
	while ((entry = readdir(stream)) != NULL) {
		char *in, *out;
		struct stat st;

		if (entry->d_name[0] == '.')
			continue;
		in = pb_path_join(from, entry->d_name);
		out = pb_path_join(to, entry->d_name);
		assert_int_equal(lstat(in, &st), 0);
		if (S_ISDIR(st.st_mode)) {
			copy_tree(in, out);
		} else {
			struct pb_buf bytes = slurp(in);

			spit(out, bytes.data, bytes.len);
			pb_buf_done(&bytes);
		}
		free(in);
		free(out);
	}
	(void)closedir(stream);
}

static UNUSED void
remove_tree(const char *path)
{
	DIR *stream = opendir(path);
	const struct dirent *entry;

	while (stream != NULL && (entry = readdir(stream)) != NULL) {
		char *inner;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
			continue;
		inner = pb_path_join(path, entry->d_name);
		if (remove(inner) != 0)
			remove_tree(inner);
		free(inner);
	}
	if (stream != NULL)
		(void)closedir(stream);
	(void)rmdir(path);
}

/* ---- the archive ---------------------------------------------------------------------------- */

static UNUSED void
read_trust(const struct pb_world *world, const char *dir, struct pb_buf *trust)
{
	struct pb_founded *founded = calloc(1, sizeof(*founded));

	assert_non_null(founded);
	assert_int_equal(pb_founded_read(world->files, dir, founded, NULL), PB_OK);
	assert_int_equal(pb_trust_format(&founded->verifier, trust), PB_OK);
	free(founded);
}

/* A test that ends with the process has nothing to lose: a sync is counted, and not waited for. */
static UNUSED int
no_sync(void *ctx, int fd)
{
	(void)ctx;
	(void)fd;
	return 0;
}

static UNUSED int
no_sync_dir(void *ctx, const char *path)
{
	(void)ctx;
	(void)path;
	return 0;
}

/* Once for a program: found the template. */
static UNUSED int
found_template(void **state)
{
	struct pb_create_options options = { .origin_name = "tilleuls.example/essai",
		.passphrase = PASSPHRASE,
		.passphrase_len = strlen(PASSPHRASE),
		.recovery = PB_RECOVERY_NONE };
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	assert_int_equal(pb_crypto_init(NULL), PB_OK);
	f->root = test_directory();
	f->template = pb_path_join(f->root, "template");
	f->dir = pb_path_join(f->root, "archive");
	test_clock_init(&f->clock, NOON_S * 1000000LL);
	test_random_init(&f->random, 11);
	f->under = *pb_sys_world()->files;
	f->under.sync = no_sync;
	f->under.sync_dir = no_sync_dir;
	test_faulty_files_init(&f->faulty, &f->under);
	f->world.files = &f->faulty.table;
	f->world.clock = &f->clock.table;
	f->world.random = &f->random.table;
	assert_int_equal(
	    pb_archive_create(&f->world, f->template, &options, &f->created, NULL), PB_OK);
	assert_int_equal(pb_archive_reader_key(
			     &f->world, f->template, PASSPHRASE, strlen(PASSPHRASE), &f->key, NULL),
	    PB_OK);
	read_trust(&f->world, f->template, &f->trust);
	assert_int_equal(
	    pb_tiles_checkpoint(f->world.files, f->template, &f->against, NULL), PB_OK);
	*state = f;
	return 0;
}

static UNUSED int
forget_template(void **state)
{
	struct fixture *f = *state;

	pb_reader_key_free(f->key);
	pb_buf_done(&f->trust);
	pb_buf_done(&f->against);
	pb_buf_done(&f->tsa_roots);
	free(f->template);
	free(f->dir);
	test_directory_remove(f->root);
	free(f);
	return 0;
}

/* A fresh copy in f->dir, and a world without faults. */
static UNUSED void
fresh(struct fixture *f)
{
	remove_tree(f->dir);
	copy_tree(f->template, f->dir);
	test_clock_init(&f->clock, NOON_S * 1000000LL);
	test_faulty_files_init(&f->faulty, &f->under);
	memset(&f->kept, 0, sizeof(f->kept));
}

static UNUSED int
set_up(void **state)
{
	fresh(*state);
	return 0;
}

/* From now on the nth call to the files fails, and with forever all behind it. */
static UNUSED void
fail_call(struct fixture *f, uint64_t nth, int error, bool forever)
{
	f->faulty.calls = 0;
	f->faulty.failed = 0;
	f->faulty.operation = NULL;
	f->faulty.fail_at = nth;
	f->faulty.fault = TEST_FAULT_ERROR;
	f->faulty.error = error;
	f->faulty.forever = forever;
}

static UNUSED void
heal(struct fixture *f)
{
	f->faulty.fail_at = 0;
	f->faulty.fault = TEST_FAULT_NONE;
}

static UNUSED void
pass_time(struct fixture *f, int64_t seconds)
{
	f->clock.now_us += seconds * 1000000;
}

static UNUSED struct pb_archive *
open_archive(struct fixture *f, const struct pb_reader_key *key)
{
	struct pb_archive *archive = NULL;
	struct pb_error err = { 0 };

	if (pb_archive_open(&f->world, f->dir, key, &archive, &err) != PB_OK)
		fail_msg("open: %s: %s: %s", err.what, err.object,
		    err.why != NULL ? err.why : strerror(err.cause));
	return archive;
}

static UNUSED void
close_archive(struct pb_archive *archive)
{
	assert_int_equal(pb_archive_close(archive, NULL), PB_OK);
}

/* ---- messages ------------------------------------------------------------------------------- */

static UNUSED void
seal(struct fixture *f, struct pb_archive *archive, size_t body, struct pb_sealed *ret_sealed)
{
	uint8_t digest[PB_DIGEST_LEN], *noise = malloc(body + 1);
	struct pb_sealer *sealer = NULL;
	char text[120];

	assert_non_null(noise);
	assert_int_equal(f->random.table.fill(f->random.table.ctx, noise, body), 0);
	(void)snprintf(text, sizeof(text),
	    "From: labo-fictif@example.test\r\nSubject: essai %u\r\n\r\n", f->number++);
	assert_int_equal(pb_sealer_new(f->world.files, f->world.random, pb_archive_origin(archive),
			     f->root, 1, &sealer, NULL),
	    PB_OK);
	assert_int_equal(pb_sealer_start(sealer, NULL), PB_OK);
	assert_int_equal(pb_sealer_part(sealer, PB_PART_HEADER, text, strlen(text), NULL), PB_OK);
	assert_int_equal(pb_sealer_part(sealer, PB_PART_BODY, noise, body, NULL), PB_OK);
	assert_int_equal(pb_sealer_digest(sealer, digest, NULL), PB_OK);
	assert_int_equal(
	    pb_sealer_part(sealer, PB_PART_FACTS, "{\"source\":\"import\"}", 19, NULL), PB_OK);
	assert_int_equal(pb_sealer_finish(sealer, PB_RECORD_IMPORTED, ret_sealed, NULL), PB_OK);
	memcpy(ret_sealed->message_sha256, digest, sizeof(digest));
	pb_sealer_free(sealer);
	free(noise);
}

/* Try to commit `count` messages as one; on PB_OK they are kept. */
static UNUSED enum pb_status
try_commit(
    struct fixture *f, struct pb_archive *archive, size_t count, size_t body, struct pb_error *err)
{
	struct pb_sealed sealed[8], *item[8];
	struct pb_receipt receipt[8];
	enum pb_status status;
	size_t i;

	assert_true(count <= 8 && f->kept.count + count <= MAX_KEPT);
	for (i = 0; i < count; i++) {
		sealed[i] = PB_SEALED_EMPTY;
		item[i] = &sealed[i];
		seal(f, archive, body, &sealed[i]);
	}
	status = pb_commit(archive, item, count, receipt, err);
	for (i = 0; i < count; i++) {
		if (status == PB_OK) {
			f->kept.seq[f->kept.count] = receipt[i].seq;
			memcpy(f->kept.sha256[f->kept.count], receipt[i].message_sha256,
			    PB_DIGEST_LEN);
			f->kept.count++;
		}
		pb_sealed_done(&sealed[i]);
	}
	return status;
}

static UNUSED void
commit(struct fixture *f, struct pb_archive *archive, size_t count)
{
	assert_int_equal(try_commit(f, archive, count, 40, NULL), PB_OK);
}

/* Open, `commits` commits of one message, close. */
static UNUSED void
add_commits(struct fixture *f, const struct pb_reader_key *key, unsigned commits)
{
	struct pb_archive *archive = open_archive(f, key);

	while (commits-- > 0)
		commit(f, archive, 1);
	close_archive(archive);
}

/* ---- what must hold ------------------------------------------------------------------------- */

/* The facts of a record, as parsed JSON; freed by the caller. */
static UNUSED struct pb_json *
read_facts(struct fixture *f, uint64_t seq, uint8_t *ret_type)
{
	struct pb_reading *reading = NULL;
	struct pb_buf facts = PB_BUF_EMPTY;
	struct pb_json *json = NULL;
	uint8_t sha256[PB_DIGEST_LEN];
	struct pb_opened *opened;
	struct pb_leaf leaf;

	assert_int_equal(pb_reading_new(f->world.files, f->dir, f->key, &reading, NULL), PB_OK);
	assert_int_equal(pb_reading_record(reading, seq, &leaf, &opened, sha256, NULL), PB_OK);
	assert_int_equal(pb_opened_part(opened, pb_opened_find(opened, PB_PART_FACTS),
			     PB_LIMIT_JSON, &facts, NULL),
	    PB_OK);
	assert_int_equal(pb_json_parse(facts.data, facts.len, &json, NULL), PB_OK);
	*ret_type = leaf.type;
	pb_buf_done(&facts);
	pb_reading_free(reading);
	return json;
}

static UNUSED const char *
text_of(const struct pb_json *facts, const char *key)
{
	const char *text = pb_json_string(pb_json_get(facts, key));

	return text != NULL ? text : "";
}

static UNUSED uint64_t
number_of(const struct pb_json *facts, const char *key)
{
	uint64_t value = 0;

	assert_true(pb_json_as_u64(pb_json_get(facts, key), &value));
	return value;
}

/* How many records of that type there are. */
static UNUSED unsigned
count_type(struct fixture *f, uint8_t type)
{
	struct pb_reading *reading = NULL;
	uint8_t sha256[PB_DIGEST_LEN];
	struct pb_opened *opened;
	struct pb_leaf leaf;
	unsigned count = 0;
	uint64_t seq;

	assert_int_equal(pb_reading_new(f->world.files, f->dir, f->key, &reading, NULL), PB_OK);
	for (seq = 0; pb_reading_record(reading, seq, &leaf, &opened, sha256, NULL) == PB_OK; seq++)
		count += leaf.type == type;
	pb_reading_free(reading);
	return count;
}

/* All that was acknowledged is there, and the whole verifies against trust and first checkpoint. */
static UNUSED const char *
wrong_with(struct fixture *f)
{
	const struct pb_check_options options = { .threads = 2,
		.trust = f->trust.data,
		.trust_len = f->trust.len,
		.against = f->against.data,
		.against_len = f->against.len,
		.tsa_roots = f->tsa_roots.data,
		.tsa_roots_len = f->tsa_roots.len,
		.key = f->key };
	static char text[400];
	struct pb_reading *reading = NULL;
	struct pb_verification *v = NULL;
	const char *wrong = NULL;
	size_t i;
	int id;

	if (pb_reading_new(f->world.files, f->dir, f->key, &reading, NULL) != PB_OK)
		return "it cannot be read";
	for (i = 0; i < f->kept.count && wrong == NULL; i++) {
		uint8_t sha256[PB_DIGEST_LEN];
		struct pb_opened *opened;
		struct pb_leaf leaf;

		if (pb_reading_record(reading, f->kept.seq[i], &leaf, &opened, sha256, NULL) !=
			PB_OK ||
		    memcmp(sha256, f->kept.sha256[i], PB_DIGEST_LEN) != 0)
			wrong = "an acknowledged message is not there";
	}
	pb_reading_free(reading);
	if (wrong != NULL)
		return wrong;
	if (pb_archive_check(&f->world, f->dir, &options, &v, NULL) != PB_OK)
		return "it cannot be checked";
	for (id = 0; id < PB_CHECK_COUNT && wrong == NULL; id++) {
		const struct pb_check *check = pb_verification_check(v, (enum pb_check_id)id);

		if (check->verdict == PB_VALID || check->verdict == PB_NOT_APPLICABLE)
			continue;
		(void)snprintf(text, sizeof(text), "%s: %s (%s)",
		    pb_check_name((enum pb_check_id)id),
		    check->findings_kept > 0 ? check->findings[0].text : "",
		    check->findings_kept > 0 ? check->findings[0].where : "");
		wrong = text;
	}
	if (wrong == NULL && pb_verification_verdict(v) != PB_VALID)
		wrong = "the verdict is not valid";
	pb_verification_free(v);
	return wrong;
}

static UNUSED void
assert_holds(struct fixture *f)
{
	const char *wrong = wrong_with(f);

	if (wrong != NULL)
		fail_msg("%s", wrong);
}

/* The segments in order; freed by the caller. */
static UNUSED char (*segments(struct fixture *f, size_t *ret_count))[PB_SEGMENT_NAME_LEN + 1]
{
	char(*names)[PB_SEGMENT_NAME_LEN + 1] = NULL;

	assert_int_equal(
	    pb_frames_list(f->world.files, f->dir, &names, ret_count, NULL, NULL, NULL), PB_OK);
	return names;
}

/* vault/<newest>.seg, or with keys/ its key file; usable until the next call. */
static UNUSED const char *
newest(struct fixture *f, const char *folder, const char *suffix)
{
	char name[PB_SEGMENT_NAME_LEN + 32];
	size_t count = 0;
	char(*names)[PB_SEGMENT_NAME_LEN + 1] = segments(f, &count);

	assert_true(count > 0);
	(void)snprintf(name, sizeof(name), "%s/%s%s", folder, names[count - 1], suffix);
	free(names);
	return at(f, name);
}

/* The offsets behind each 'C' of a segment, from the first on. */
static UNUSED size_t
commit_ends(struct fixture *f, const char *name, uint64_t *ends, size_t max)
{
	struct pb_frames *frames = NULL;
	struct pb_frame frame;
	uint64_t offset;
	size_t count = 0;

	assert_int_equal(pb_frames_open(f->world.files, f->dir, name, &frames, NULL), PB_OK);
	offset = pb_frames_start(frames);
	while (pb_frames_read(frames, offset, &frame, NULL) == PB_OK) {
		offset = frame.end;
		if (frame.tag != PB_FRAME_CHECKPOINT)
			continue;
		assert_true(count < max);
		ends[count++] = frame.end;
	}
	pb_frames_close(frames);
	return count;
}

static UNUSED void
cut_file(const char *path, uint64_t len)
{
	assert_int_equal(truncate(path, (off_t)len), 0);
}

#endif
