/* `init`: the keys of a new archive, and who can open it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/code.h"
#include "archive/creation.h"
#include "archive/founding.h"
#include "archive/paths.h"
#include "core/error.h"
#include "core/io.h"
#include "core/text.h"
#include "log/origin.h"

/* ---- keys ----------------------------------------------------------------------------------- */

enum pb_status
pb_creation_origin(struct pb_creation *c, struct pb_error *err)
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

/* A signing key of the archive's own, in its file. */
static enum pb_status
make_signing_key(
    struct pb_creation *c, const char *file, struct pb_ed25519 **ret_key, struct pb_error *err)
{
	struct pb_ed25519 *key = NULL;
	struct pb_buf pem = PB_BUF_EMPTY;
	struct pb_path path;
	enum pb_status status;

	status = pb_ed25519_generate(c->world->random, &key, err);
	if (status == PB_OK)
		status = pb_ed25519_to_pem(key, &pem, err);
	if (status == PB_OK)
		status = pb_path_make(&path, c->dir, file, NULL, err);
	if (status == PB_OK)
		status = pb_io_create_file(c->world->files, path.text, pem.data, pem.len, err);
	pb_buf_wipe(&pem);
	pb_buf_done(&pem);
	if (status != PB_OK) {
		pb_ed25519_free(key);
		return status;
	}
	*ret_key = key;
	return PB_OK;
}

/* The key that signs bundles, and what record 0 says of it (FORMAT 5.4). */
static enum pb_status
make_export_key(struct pb_creation *c, struct pb_error *err)
{
	char name[PB_LIMIT_ORIGIN + sizeof(PB_FOUNDED_EXPORT)];
	uint8_t public_key[PB_ED25519_PUBLIC_LEN];
	struct pb_note_verifier verifier;
	struct pb_ed25519 *key = NULL;
	struct pb_buf vkey = PB_BUF_EMPTY;
	enum pb_status status;

	status = make_signing_key(c, PB_FILE_EXPORT_KEY, &key, err);
	if (status != PB_OK)
		return status;
	(void)snprintf(name, sizeof(name), "%s" PB_FOUNDED_EXPORT, c->created.origin);
	pb_ed25519_public(key, public_key);
	status = pb_note_verifier_make(name, PB_NOTE_ED25519, public_key, &verifier, err);
	if (status == PB_OK && (pb_note_verifier_format(&verifier, &vkey) != PB_OK ||
				   vkey.len >= sizeof(c->created.export_key)))
		status = pb_fail_memory(err, N_("state the export key"));
	if (status == PB_OK)
		memcpy(c->created.export_key, vkey.data, vkey.len);
	c->founding.export_key = c->created.export_key;
	pb_buf_done(&vkey);
	pb_ed25519_free(key);
	return status;
}

/* A file of readers/ named by the key id. */
static enum pb_status
store(struct pb_creation *c, const char *id, const char *suffix, const struct pb_buf *pem,
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
add_reader(struct pb_creation *c, const struct pb_buf *certificate, const char *role,
    char ret_id[129], struct pb_error *err)
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

/* Who has a key of his own gave its certificate. */
static enum pb_status
add_own(struct pb_creation *c, const void *certificate, size_t len, const char *role,
    char ret_id[129], struct pb_error *err)
{
	struct pb_buf pem = PB_BUF_EMPTY;
	enum pb_status status;

	if (pb_buf_append(&pem, certificate, len) != PB_OK)
		return pb_fail_memory(err, N_("read a reader's certificate"));
	status = add_reader(c, &pem, role, ret_id, err);
	pb_buf_done(&pem);
	return status;
}

static enum pb_status
make_reader(struct pb_creation *c, struct pb_error *err)
{
	const struct pb_create_options *options = c->options;
	int64_t now_us = c->world->clock->now_us(c->world->clock->ctx);
	struct pb_buf key = PB_BUF_EMPTY, certificate = PB_BUF_EMPTY;
	enum pb_status status;

	if (options->reader_pem != NULL)
		return add_own(c, options->reader_pem, options->reader_len, "reader",
		    c->created.reader_id, err);
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

static enum pb_status
make_recovery_file(struct pb_creation *c, struct pb_error *err)
{
	int64_t now_us = c->world->clock->now_us(c->world->clock->ctx);
	struct pb_buf key = PB_BUF_EMPTY, certificate = PB_BUF_EMPTY;
	enum pb_status status = pb_code_make(c->world->random, c->created.recovery_code, err);

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
make_recovery(struct pb_creation *c, struct pb_error *err)
{
	switch (c->options->recovery) {
	case PB_RECOVERY_FILE:
		c->founding.recovery = "file";
		return make_recovery_file(c, err);
	case PB_RECOVERY_HEIR:
		c->founding.recovery = "heir";
		return add_own(c, c->options->heir_pem, c->options->heir_len, "heir",
		    c->created.recovery_id, err);
	case PB_RECOVERY_NONE:
		break;
	}
	c->founding.recovery = "none";
	return PB_OK;
}

/* ---- authorities ---------------------------------------------------------------------------- */

/* There is no archive without one: who names none has his own. */
static enum pb_status
put_authorities(struct pb_creation *c, struct pb_error *err)
{
	const struct pb_create_options *options = c->options;
	enum pb_status status = PB_OK;
	size_t i;

	if (options->tsa_count == 0)
		return pb_authorities_put_local(
		    c->authorities, c->world, c->dir, c->created.origin, options->tsa_rsa, err);
	for (i = 0; status == PB_OK && i < options->tsa_count; i++) {
		status = pb_authorities_put(c->authorities, &options->tsa[i], err);
		if (status == PB_OK)
			status = pb_authorities_write_roots(
			    c->world->files, c->dir, &c->authorities->tsa[i], err);
	}
	return status;
}

static enum pb_status
make_authorities(struct pb_creation *c, struct pb_error *err)
{
	enum pb_status status;

	c->authorities = calloc(1, sizeof(*c->authorities));
	if (c->authorities == NULL)
		return pb_fail_memory(err, N_("add a timestamping authority"));
	pb_authorities_policy(c->authorities);
	status = put_authorities(c, err);
	if (status == PB_OK)
		status = pb_authorities_write(c->world->files, c->dir, c->authorities, err);
	if (status == PB_OK && c->authorities->tsa[0].local)
		pb_stamp_roots_fingerprint(c->authorities->tsa[0].roots, 0, c->created.local_root);
	c->created.local_tsa = status == PB_OK && c->authorities->tsa[0].local;
	c->founding.authorities = c->authorities;
	return status;
}

/* ---- all of them ---------------------------------------------------------------------------- */

enum pb_status
pb_creation_keys(struct pb_creation *c, struct pb_error *err)
{
	enum pb_status status = make_signing_key(c, PB_FILE_LOG_KEY, &c->parts.log_key, err);

	if (status == PB_OK)
		status = make_export_key(c, err);
	if (status == PB_OK)
		status = make_reader(c, err);
	if (status == PB_OK)
		status = make_recovery(c, err);
	if (status == PB_OK)
		status = make_authorities(c, err);
	return status;
}
