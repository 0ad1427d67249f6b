#include "fault/archive.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "archive/founding.h"
#include "core/error.h"
#include "core/io.h"
#include "core/limits.h"
#include "log/trust.h"
#include "record/seal.h"
#include "record/types.h"
#include "vault/tiles.h"

void
fault_world_init(struct fault_world *w, const struct pb_files *files, uint64_t seed)
{
	test_clock_init(&w->clock, 1778083320000000LL);
	test_random_init(&w->random, seed);
	w->world.files = files;
	w->world.clock = &w->clock.table;
	w->world.random = &w->random.table;
}

void
fault_create(const struct pb_world *world, const char *dir)
{
	struct pb_create_options options = { .origin_name = "tilleuls.example/essai",
		.passphrase = PASSPHRASE,
		.passphrase_len = strlen(PASSPHRASE),
		.recovery = PB_RECOVERY_NONE };
	struct pb_created created;

	pb_assert(pb_crypto_init(NULL) == PB_OK);
	pb_assert(pb_archive_create(world, dir, &options, &created, NULL) == PB_OK);
}

struct pb_reader_key *
fault_key(const struct pb_world *world, const char *dir)
{
	struct pb_reader_key *key = NULL;

	pb_assert(
	    pb_archive_reader_key(world, dir, PASSPHRASE, strlen(PASSPHRASE), &key, NULL) == PB_OK);
	return key;
}

void
fault_trust(const struct pb_world *world, const char *dir, struct pb_buf *ret_trust)
{
	struct pb_founded *founded = calloc(1, sizeof(*founded));

	pb_assert(founded != NULL);
	pb_assert(pb_founded_read(world->files, dir, founded, NULL) == PB_OK);
	pb_assert(pb_trust_format(&founded->verifier, ret_trust) == PB_OK);
	free(founded);
}

void
fault_checkpoint(const struct pb_world *world, const char *dir, struct pb_buf *ret_note)
{
	pb_buf_clear(ret_note);
	pb_assert(pb_tiles_checkpoint(world->files, dir, ret_note, NULL) == PB_OK);
}

/* ---- importing ------------------------------------------------------------------------------ */

static void
keep(struct fault_kept *kept, const struct pb_receipt *receipt)
{
	pb_assert(kept->count < MAX_KEPT);
	kept->seq[kept->count] = receipt->seq;
	memcpy(kept->sha256[kept->count], receipt->message_sha256, PB_DIGEST_LEN);
	kept->count++;
}

static enum pb_status
on_kept(void *ctx, const struct pb_import_item *item, const struct pb_receipt *receipt, bool second,
    struct pb_error *err)
{
	(void)item;
	(void)second;
	(void)err;
	keep(ctx, receipt);
	return PB_OK;
}

enum pb_status
fault_import(const struct pb_world *world, const char *dir, const struct pb_reader_key *key,
    char *const *paths, size_t count, bool live, struct fault_kept *kept, struct pb_error *err)
{
	const struct pb_import_events events = { .ctx = kept, .kept = on_kept };
	const struct pb_sources sources = { paths, count, -1, "received", false };
	struct pb_import_options options = { .spill_dir = dir };
	struct pb_import *import = NULL;
	struct pb_archive *archive = NULL;
	struct pb_group *group = NULL;
	enum pb_status status, closed;

	status = pb_archive_open(world, dir, key, &archive, err);
	if (status == PB_OK) {
		options.origin = pb_archive_origin(archive);
		status = pb_import_new(world, &options, &events, &import, err);
	}
	if (status == PB_OK)
		status = pb_group_new(archive, live, pb_import_acknowledged, import, &group, err);
	if (status == PB_OK)
		status = pb_import_run(import, pb_group_intake(group), &sources, err);
	pb_group_free(group);
	pb_import_free(import);
	closed = pb_archive_close(archive, status == PB_OK ? err : NULL);
	return status == PB_OK ? closed : status;
}

/* ---- committing without files --------------------------------------------------------------- */

static enum pb_status
on_receipt(void *ctx, void *cookie, const struct pb_receipt *receipt, struct pb_error *err)
{
	(void)cookie;
	(void)err;
	keep(ctx, receipt);
	return PB_OK;
}

static enum pb_status
seal_one(
    struct pb_sealer *sealer, unsigned number, struct pb_sealed *ret_sealed, struct pb_error *err)
{
	uint8_t digest[PB_DIGEST_LEN];
	enum pb_status status;
	char text[200];

	(void)snprintf(text, sizeof(text),
	    "From: labo-fictif@example.test\r\nSubject: essai %u\r\n\r\n", number);
	status = pb_sealer_start(sealer, err);
	if (status == PB_OK)
		status = pb_sealer_part(sealer, PB_PART_HEADER, text, strlen(text), err);
	if (status == PB_OK)
		status = pb_sealer_part(sealer, PB_PART_BODY, "corps\r\n", 7, err);
	if (status == PB_OK)
		status = pb_sealer_digest(sealer, digest, err);
	if (status == PB_OK)
		status = pb_sealer_part(sealer, PB_PART_FACTS, "{\"source\":\"import\"}", 19, err);
	if (status == PB_OK)
		status = pb_sealer_finish(sealer, PB_RECORD_IMPORTED, ret_sealed, err);
	if (status == PB_OK)
		memcpy(ret_sealed->message_sha256, digest, sizeof(digest));
	return status;
}

enum pb_status
fault_commit(struct pb_archive *archive, const struct pb_world *world, const char *dir,
    unsigned number, size_t count, struct fault_kept *kept, struct pb_error *err)
{
	struct pb_sealer *sealer = NULL;
	struct pb_group *group = NULL;
	enum pb_status status;
	size_t i;

	status = pb_sealer_new(
	    world->files, world->random, pb_archive_origin(archive), dir, 1, &sealer, err);
	if (status == PB_OK)
		status = pb_group_new(archive, false, on_receipt, kept, &group, err);
	for (i = 0; status == PB_OK && i < count; i++) {
		struct pb_sealed sealed = PB_SEALED_EMPTY;
		const struct pb_intake *intake = pb_group_intake(group);

		status = seal_one(sealer, number * 10 + (unsigned)i, &sealed, err);
		if (status == PB_OK)
			status = intake->submit(intake->ctx, &sealed, NULL, err);
	}
	if (status == PB_OK)
		status = pb_group_intake(group)->flush(pb_group_intake(group)->ctx, err);
	pb_group_free(group);
	pb_sealer_free(sealer);
	return status;
}

/* ---- judging -------------------------------------------------------------------------------- */

static const char *complain(const char *format, ...) PB_PRINTF(1, 2);

static const char *
complain(const char *format, ...)
{
	static char text[1024];
	va_list args;

	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return text;
}

static const char *
check_kept(const struct pb_world *world, const char *dir, const struct pb_reader_key *key,
    const struct fault_kept *kept)
{
	struct pb_reading *reading = NULL;
	struct pb_error err = { 0 };
	const char *wrong = NULL;
	size_t i;

	if (kept->count == 0)
		return NULL;
	if (pb_reading_new(world->files, dir, key, &reading, &err) != PB_OK)
		return complain("reading: %s %s", err.what, err.object);
	for (i = 0; i < kept->count && wrong == NULL; i++) {
		uint8_t sha256[PB_DIGEST_LEN];
		struct pb_opened *opened;
		struct pb_leaf leaf;

		if (pb_reading_record(reading, kept->seq[i], &leaf, &opened, sha256, &err) != PB_OK)
			wrong = complain("acknowledged record %llu: %s: %s",
			    (unsigned long long)kept->seq[i], err.what,
			    err.why != NULL ? err.why : "");
		else if (memcmp(sha256, kept->sha256[i], PB_DIGEST_LEN) != 0)
			wrong = complain("acknowledged record %llu holds other bytes",
			    (unsigned long long)kept->seq[i]);
	}
	pb_reading_free(reading);
	return wrong;
}

static const char *
check_verdict(const struct pb_world *world, const char *dir, const struct pb_reader_key *key,
    const struct pb_buf *trust, const struct pb_buf *against)
{
	const struct pb_check_options options = { .trust = trust->data,
		.trust_len = trust->len,
		.against = against->data,
		.against_len = against->len,
		.key = key };
	struct pb_verification *v = NULL;
	struct pb_error err = { 0 };
	const char *wrong = NULL;
	int id;

	if (pb_archive_check(world, dir, &options, &v, &err) != PB_OK)
		return complain("check: %s %s", err.what, err.object);
	for (id = 0; id < PB_CHECK_COUNT && wrong == NULL; id++) {
		const struct pb_check *check = pb_verification_check(v, (enum pb_check_id)id);

		if (check->findings_kept > 0 && check->verdict != PB_VALID)
			wrong = complain("%s: %s (%s)", pb_check_name((enum pb_check_id)id),
			    check->findings[0].text, check->findings[0].where);
	}
	if (wrong == NULL && pb_verification_verdict(v) != PB_VALID)
		wrong = complain("the verdict is %s", pb_verdict_name(pb_verification_verdict(v)));
	pb_verification_free(v);
	return wrong;
}

const char *
fault_after(const struct pb_world *world, const char *dir, const struct pb_reader_key *key,
    const struct pb_buf *trust, const struct pb_buf *against, const struct fault_kept *kept)
{
	struct pb_archive *archive = NULL;
	struct pb_error err = { 0 };
	const char *wrong;

	if (pb_archive_open(world, dir, key, &archive, &err) != PB_OK)
		return complain("the next start: %s: %s: %s (%d)", err.what, err.object,
		    err.why != NULL ? err.why : "", err.cause);
	if (pb_archive_close(archive, &err) != PB_OK)
		return complain("the next end: %s %s", err.what, err.object);
	wrong = check_kept(world, dir, key, kept);
	return wrong != NULL ? wrong : check_verdict(world, dir, key, trust, against);
}

/* ---- copies --------------------------------------------------------------------------------- */

struct copying {
	const char *from;
	const char *to;
};

static int
copy_entry(void *arg, const char *name)
{
	const struct pb_files *files = pb_sys_world()->files;
	const struct copying *copying = arg;
	char *from = pb_path_join(copying->from, name), *to = pb_path_join(copying->to, name);
	struct pb_buf bytes = PB_BUF_EMPTY;
	struct pb_file_info info;

	pb_assert(from != NULL && to != NULL);
	pb_assert(files->stat(files->ctx, from, false, &info) == 0);
	if (info.type == PB_FILE_DIRECTORY) {
		fault_copy(from, to);
	} else {
		int fd = files->open(files->ctx, to, 01101 /* O_WRONLY|O_CREAT|O_TRUNC */, 0600);

		pb_assert(fd >= 0);
		pb_assert(pb_io_read_file(files, from, SIZE_MAX / 2, &bytes, NULL) == PB_OK);
		pb_assert(pb_io_pwrite(files, fd, to, bytes.data, bytes.len, 0, NULL) == PB_OK);
		pb_io_close(files, &fd);
	}
	pb_buf_done(&bytes);
	free(from);
	free(to);
	return 0;
}

void
fault_copy(const char *from, const char *to)
{
	const struct pb_files *files = pb_sys_world()->files;
	struct copying copying = { from, to };

	pb_assert(files->mkdir(files->ctx, to, 0700) == 0);
	pb_assert(files->list(files->ctx, from, copy_entry, &copying) == 0);
}
