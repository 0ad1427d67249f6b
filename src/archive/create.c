/* `init`: a new archive with its keys and its record 0. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/archive.h"
#include "archive/commit.h"
#include "archive/paths.h"
#include "core/error.h"
#include "core/io.h"
#include "core/text.h"
#include "log/origin.h"

/* In the order in which they are made. */
static const char *const rooms[] = { PB_DIR_VAULT, PB_DIR_KEYS, PB_DIR_LOG, PB_DIR_READERS,
	PB_DIR_PRIVATE, PB_DIR_QUARANTINE, PB_DIR_TMP };
#define ROOMS (sizeof(rooms) / sizeof(rooms[0]))

struct creation {
	const struct pb_world *world;
	const char *dir;
	const struct pb_create_options *options;
	struct pb_created created;
	bool made_dir; /* it was not there before */
	bool made_rooms;
	bool made_recovery; /* options->recovery_path */
	struct pb_archive_parts parts;
	struct pb_founding founding;
};

/* ---- directories ---------------------------------------------------------------------------- */

static int
refuse_entry(void *arg, const char *name)
{
	(void)arg;
	(void)name;
	return 1;
}

/* dir is ours from here on: not there before, or empty. */
static enum pb_status
claim_directory(struct creation *c, struct pb_error *err)
{
	const struct pb_files *files = c->world->files;
	int answer = files->mkdir(files->ctx, c->dir, 0700);
	enum pb_status status;

	if (answer == 0) {
		c->made_dir = true;
		return PB_OK;
	}
	status = pb_fail_sys(err, answer, N_("make the archive's directory"), "%s", c->dir);
	if (status != PB_EEXIST)
		return status;
	answer = files->list(files->ctx, c->dir, refuse_entry, NULL);
	if (answer < 0)
		return pb_fail_sys(err, answer, N_("make the archive's directory"), "%s", c->dir);
	if (answer > 0) {
		(void)pb_fail(err, PB_EEXIST, N_("make the archive's directory"),
		    N_("it is not empty"), "%s", c->dir);
		return pb_fail_todo(err, PB_EEXIST, N_("name a directory that does not exist yet"));
	}
	return pb_path_private(files, c->dir, err);
}

static enum pb_status
make_rooms(struct creation *c, struct pb_error *err)
{
	const struct pb_files *files = c->world->files;
	enum pb_status status = PB_OK;
	struct pb_path path;
	size_t i;
	int answer;

	for (i = 0; status == PB_OK && i < ROOMS; i++) {
		status = pb_path_make(&path, c->dir, rooms[i], NULL, err);
		if (status != PB_OK)
			break;
		answer = files->mkdir(files->ctx, path.text, 0700);
		if (answer < 0)
			status = pb_fail_sys(
			    err, answer, N_("make the archive's directory"), "%s", path.text);
		else /* the first one decides, should two begin at a time: what is there is ours */
			c->made_rooms = true;
	}
	if (status == PB_OK)
		status = pb_path_make(&path, c->dir, PB_FILE_LOCK, NULL, err);
	if (status == PB_OK)
		status = pb_io_create_file(files, path.text, "", 0, err);
	if (status == PB_OK)
		status = pb_archive_lock(files, c->dir, &c->parts.lock_fd, err);
	return status;
}

/* ---- keys ----------------------------------------------------------------------------------- */

static enum pb_status
make_origin(struct creation *c, struct pb_error *err)
{
	const struct pb_random *random = c->world->random;
	const char *name = c->options->origin_name;
	uint8_t digits[4];
	char hex[9];
	int answer;

	if (name == NULL || !pb_origin_name_valid(name, strlen(name))) {
		(void)pb_fail(err, PB_EINVAL, N_("name the log"),
		    N_("an origin is lower-case letters, digits, dots and hyphens, with / between"),
		    "%s", name == NULL ? "" : name);
		return pb_fail_todo(err, PB_EINVAL,
		    N_("take the practice's domain and a word, such as tilleuls.example/courrier"));
	}
	answer = random->fill(random->ctx, digits, sizeof(digits));
	if (answer < 0)
		return pb_fail_sys(err, answer, N_("draw random numbers"), "%s", "origin");
	pb_hex_encode(digits, sizeof(digits), hex);
	(void)snprintf(c->created.origin, sizeof(c->created.origin), "%s/%s", name, hex);
	c->parts.origin = c->created.origin;
	return PB_OK;
}

static enum pb_status
make_log_key(struct creation *c, struct pb_error *err)
{
	struct pb_buf pem = PB_BUF_EMPTY;
	struct pb_path path;
	enum pb_status status;

	status = pb_ed25519_generate(c->world->random, &c->parts.log_key, err);
	if (status == PB_OK)
		status = pb_ed25519_to_pem(c->parts.log_key, &pem, err);
	if (status == PB_OK)
		status = pb_path_make(&path, c->dir, PB_FILE_LOG_KEY, NULL, err);
	if (status == PB_OK)
		status = pb_io_create_file(c->world->files, path.text, pem.data, pem.len, err);
	pb_buf_wipe(&pem);
	pb_buf_done(&pem);
	return status;
}

/* A file of readers/ named by the key id. */
static enum pb_status
store(struct creation *c, const char *id, const char *suffix, const struct pb_buf *pem,
    struct pb_error *err)
{
	char file[2 * PB_READER_ID_MAX + 8];
	struct pb_path path;
	enum pb_status status;

	(void)snprintf(file, sizeof(file), "%s.%s", id, suffix);
	status = pb_path_make(&path, c->dir, PB_DIR_READERS, file, err);
	if (status == PB_OK)
		status = pb_io_create_file(c->world->files, path.text, pem->data, pem->len, err);
	return status;
}

/* A reader becomes part of the archive: his certificate is stored, his role stated. */
static enum pb_status
add_reader(struct creation *c, const struct pb_buf *certificate, const char *role, char ret_id[129],
    struct pb_error *err)
{
	struct pb_reader *reader = NULL;
	struct pb_buf pem = PB_BUF_EMPTY;
	enum pb_status status;

	status = pb_reader_from_pem(certificate->data, certificate->len, &reader, err);
	if (status != PB_OK)
		return status;
	(void)snprintf(ret_id, 129, "%s", pb_reader_id(reader));
	c->founding.reader[c->founding.count] = reader;
	c->founding.role[c->founding.count++] = role;
	c->parts.reader[c->parts.reader_count++] = reader;
	status = pb_reader_to_pem(reader, &pem, err);
	if (status == PB_OK)
		status = store(c, ret_id, "pem", &pem, err);
	pb_buf_done(&pem);
	return status;
}

static enum pb_status
make_reader(struct creation *c, struct pb_error *err)
{
	const struct pb_create_options *options = c->options;
	int64_t now_us = c->world->clock->now_us(c->world->clock->ctx);
	struct pb_buf key = PB_BUF_EMPTY, certificate = PB_BUF_EMPTY;
	enum pb_status status;

	status = pb_reader_generate("probant reader", now_us / 1000000, options->passphrase,
	    options->passphrase_len, &key, &certificate, err);
	if (status == PB_OK)
		status = add_reader(c, &certificate, "reader", c->created.reader_id, err);
	if (status == PB_OK)
		status = store(c, c->created.reader_id, "key", &key, err);
	pb_buf_wipe(&key);
	pb_buf_done(&key);
	pb_buf_done(&certificate);
	return status;
}

/* ---- recovery ------------------------------------------------------------------------------- */

/* 160 random bits as 8 groups of 4 signs that are not taken for one another. */
static enum pb_status
make_code(struct creation *c, struct pb_error *err)
{
	static const char signs[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	const struct pb_random *random = c->world->random;
	char *to = c->created.recovery_code;
	uint8_t bits[32];
	int answer = random->fill(random->ctx, bits, sizeof(bits));
	size_t i;

	if (answer < 0)
		return pb_fail_sys(err, answer, N_("draw random numbers"), "%s", "recovery code");
	for (i = 0; i < sizeof(bits); i++) {
		if (i > 0 && i % 4 == 0)
			*to++ = '-';
		*to++ = signs[bits[i] % 32];
	}
	*to = '\0';
	pb_wipe(bits, sizeof(bits));
	return PB_OK;
}

static enum pb_status
make_recovery_file(struct creation *c, struct pb_error *err)
{
	int64_t now_us = c->world->clock->now_us(c->world->clock->ctx);
	struct pb_buf key = PB_BUF_EMPTY, certificate = PB_BUF_EMPTY;
	enum pb_status status = make_code(c, err);

	if (status == PB_OK)
		status = pb_reader_generate("probant recovery", now_us / 1000000,
		    c->created.recovery_code, strlen(c->created.recovery_code), &key, &certificate,
		    err);
	if (status == PB_OK)
		status = add_reader(c, &certificate, "recovery", c->created.recovery_id, err);
	if (status == PB_OK && pb_buf_append(&key, certificate.data, certificate.len) != PB_OK)
		status = pb_fail_memory(err, N_("write the recovery file"));
	if (status == PB_OK)
		status = pb_io_create_file(
		    c->world->files, c->options->recovery_path, key.data, key.len, err);
	c->made_recovery = status == PB_OK;
	pb_buf_wipe(&key);
	pb_buf_done(&key);
	pb_buf_done(&certificate);
	return status;
}

static enum pb_status
add_heir(struct creation *c, struct pb_error *err)
{
	struct pb_buf pem = PB_BUF_EMPTY;
	enum pb_status status;

	if (pb_buf_append(&pem, c->options->heir_pem, c->options->heir_len) != PB_OK)
		return pb_fail_memory(err, N_("read the heir's certificate"));
	status = add_reader(c, &pem, "heir", c->created.recovery_id, err);
	pb_buf_done(&pem);
	return status;
}

static enum pb_status
make_recovery(struct creation *c, struct pb_error *err)
{
	switch (c->options->recovery) {
	case PB_RECOVERY_FILE:
		c->founding.recovery = "file";
		return make_recovery_file(c, err);
	case PB_RECOVERY_HEIR:
		c->founding.recovery = "heir";
		return add_heir(c, err);
	case PB_RECOVERY_NONE:
		break;
	}
	c->founding.recovery = "none";
	return PB_OK;
}

/* ---- record 0 ------------------------------------------------------------------------------- */

/* The archive's own name must last as well. */
static enum pb_status
sync_parent(struct creation *c, struct pb_error *err)
{
	size_t len = strlen(c->dir);
	struct pb_path parent;
	enum pb_status status;

	while (len > 1 && c->dir[len - 1] == '/')
		len--;
	while (len > 0 && c->dir[len - 1] != '/')
		len--;
	status = pb_path_make(&parent, len == 0 ? "." : len == 1 ? "/" : c->dir, ".", NULL, err);
	if (status == PB_OK && len > 1)
		parent.text[len] = '\0';
	return status != PB_OK ? status : pb_io_sync_dir(c->world->files, parent.text, err);
}

static enum pb_status
make_parts(struct creation *c, struct pb_error *err)
{
	enum pb_status status = make_origin(c, err);

	if (status == PB_OK)
		status = claim_directory(c, err);
	if (status == PB_OK)
		status = make_rooms(c, err);
	if (status == PB_OK)
		status = make_log_key(c, err);
	if (status == PB_OK)
		status = make_reader(c, err);
	if (status == PB_OK)
		status = make_recovery(c, err);
	if (status == PB_OK)
		status = pb_io_sync_dir(c->world->files, c->dir, err);
	if (status == PB_OK)
		status = sync_parent(c, err);
	return status;
}

/* The first commit is the opening record of the first segment, alone. */
static enum pb_status
found(struct creation *c, struct pb_error *err)
{
	struct pb_buf vkey = PB_BUF_EMPTY;
	struct pb_archive *a = NULL;
	enum pb_status status;

	status = pb_archive_new(c->world, c->dir, &c->parts, &a, err);
	if (status != PB_OK)
		return status;
	a->founding = &c->founding;
	c->parts.reader_count = 0; /* the archive's now */
	c->parts.log_key = NULL;
	c->parts.lock_fd = -1;
	status = pb_commit(a, NULL, 0, NULL, err);
	if (status == PB_OK && (pb_note_verifier_format(&a->verifier, &vkey) != PB_OK ||
				   vkey.len >= sizeof(c->created.verifier_key)))
		status = pb_fail_memory(err, N_("state the log key"));
	if (status == PB_OK)
		memcpy(c->created.verifier_key, vkey.data, vkey.len);
	pb_buf_done(&vkey);
	if (status == PB_OK)
		return pb_archive_close(a, err);
	pb_archive_drop(a);
	return status;
}

/* ---- undoing -------------------------------------------------------------------------------- */

struct removal {
	const struct pb_files *files;
	const char *dir;
};

/* A file, an empty directory, or a directory of those: log/ holds tiles four levels deep. */
static int
remove_entry(void *arg, const char *name)
{
	const struct removal *removal = arg;
	struct removal inner = { .files = removal->files };
	struct pb_path path;

	if (pb_path_make(&path, removal->dir, name, NULL, NULL) != PB_OK)
		return 0;
	if (removal->files->unlink(removal->files->ctx, path.text) == 0)
		return 0;
	inner.dir = path.text;
	(void)removal->files->list(removal->files->ctx, path.text, remove_entry, &inner);
	(void)removal->files->unlink(removal->files->ctx, path.text);
	return 0;
}

static void
undo(struct creation *c)
{
	const struct pb_files *files = c->world->files;
	struct removal removal = { .files = files, .dir = c->dir };

	if (c->made_recovery)
		(void)files->unlink(files->ctx, c->options->recovery_path);
	if (c->made_rooms)
		(void)files->list(files->ctx, c->dir, remove_entry, &removal);
	if (c->made_dir)
		(void)files->unlink(files->ctx, c->dir);
}

enum pb_status
pb_archive_create(const struct pb_world *world, const char *dir,
    const struct pb_create_options *options, struct pb_created *ret_created, struct pb_error *err)
{
	struct creation c = { .world = world, .dir = dir, .options = options };
	enum pb_status status;
	size_t i;

	c.parts.lock_fd = -1;
	status = make_parts(&c, err);
	if (status == PB_OK)
		status = found(&c, err);
	if (status == PB_OK)
		*ret_created = c.created;
	else
		undo(&c);
	for (i = 0; i < c.parts.reader_count; i++)
		pb_reader_free(c.parts.reader[i]);
	pb_ed25519_free(c.parts.log_key);
	pb_io_close(world->files, &c.parts.lock_fd);
	pb_wipe(&c.created, sizeof(c.created));
	return status;
}
