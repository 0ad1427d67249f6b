#include "archive/tsa_rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/paths.h"
#include "core/error.h"
#include "core/io.h"
#include "core/syntax.h"
#include "core/text.h"
#include "stamp/authority.h"

#define CERTIFICATE "-----BEGIN CERTIFICATE-----"

static const char ADDING[] = N_("add a timestamping authority");

/* ---- what may be ---------------------------------------------------------------------------- */

static bool
path_valid(const char *path)
{
	return path[0] == '\0' || pb_utf8_plain((const uint8_t *)path, strlen(path));
}

const char *
pb_tsa_rules_hold(const struct pb_tsa *tsa)
{
	if (!pb_syntax_name(tsa->name))
		return N_("its name is 1 to 32 lower-case letters, digits and hyphens");
	if (tsa->local != (tsa->url[0] == '\0'))
		return N_("the name \"local\" is that of the embedded one, and it alone has no "
			  "address");
	if (!tsa->local && !pb_syntax_url(tsa->url))
		return N_("its address begins with http:// or https://");
	if (tsa->policy[0] != '\0' && !pb_syntax_oid(tsa->policy))
		return N_("a policy is an object identifier, such as 1.2.3.4");
	if (!path_valid(tsa->client_pem) || !path_valid(tsa->server_roots))
		return N_("the path of a file is not in UTF-8");
	if (tsa->timeout_s == 0 || tsa->timeout_s > PB_LIMIT_TSA_TIMEOUT_S)
		return N_("a timeout is 1 to 600 seconds");
	if (tsa->interval_s > PB_LIMIT_TSA_INTERVAL_S)
		return N_("the shortest time between two requests is 30 days at most");
	return NULL;
}

enum pb_status
pb_tsa_rules_roots(struct pb_tsa *tsa, struct pb_error *err)
{
	struct pb_stamp_roots *roots = NULL;
	const char *pem = (const char *)tsa->pem.data, *last = pem;
	size_t len = tsa->pem.len, left = len;
	enum pb_status status;

	while (tsa->local && left > 0) {
		const char *hit = memmem(last + 1, left - 1, CERTIFICATE, strlen(CERTIFICATE));

		if (hit == NULL)
			break;
		last = hit;
		left = len - (size_t)(last - pem);
	}
	status = pb_stamp_roots_parse(last, left, &roots, err);
	if (status == PB_OK && pb_stamp_roots_count(roots) > PB_LIMIT_TSA_ROOTS)
		status =
		    pb_fail(err, PB_ELIMIT, ADDING, N_("it has too many roots"), "%s", tsa->name);
	if (status != PB_OK) {
		pb_stamp_roots_free(roots);
		return status;
	}
	tsa->roots = roots;
	return PB_OK;
}

/* ---- coming in ------------------------------------------------------------------------------ */

static bool
copy(char *to, size_t size, const char *text)
{
	if (text != NULL && strlen(text) >= size)
		return false;
	(void)snprintf(to, size, "%s", text == NULL ? "" : text);
	return true;
}

static enum pb_status
refuse(const struct pb_tsa_settings *settings, const char *why, struct pb_error *err)
{
	return pb_fail(
	    err, PB_EINVAL, ADDING, why, "%s", settings->name == NULL ? "" : settings->name);
}

static enum pb_status
take_settings(struct pb_tsa *tsa, const struct pb_tsa_settings *settings, struct pb_error *err)
{
	const char *why;

	if (!copy(tsa->name, sizeof(tsa->name), settings->name) ||
	    !copy(tsa->url, sizeof(tsa->url), settings->url) ||
	    !copy(tsa->policy, sizeof(tsa->policy), settings->policy) ||
	    !copy(tsa->client_pem, sizeof(tsa->client_pem), settings->client_pem) ||
	    !copy(tsa->server_roots, sizeof(tsa->server_roots), settings->server_roots))
		return refuse(settings, N_("its name or address is too long"), err);
	if (!pb_stamp_hash_parse(settings->hash == NULL ? "sha256" : settings->hash, &tsa->hash))
		return refuse(settings, N_("its hash is sha256, sha384 or sha512"), err);
	tsa->timeout_s = settings->timeout_s == 0 ? 20 : settings->timeout_s;
	tsa->interval_s = settings->interval_s;
	tsa->local = strcmp(tsa->name, PB_TSA_LOCAL) == 0;
	why = pb_tsa_rules_hold(tsa);
	return why == NULL ? PB_OK : refuse(settings, why, err);
}

static enum pb_status
check_room(struct pb_authorities *authorities, const char *name, struct pb_error *err)
{
	if (pb_authorities_find(authorities, name) != NULL)
		return pb_fail(err, PB_EEXIST, ADDING,
		    N_("the archive has one of that name already"), "%s", name);
	if (authorities->count == PB_LIMIT_TSAS)
		return pb_fail(err, PB_ELIMIT, ADDING, N_("the archive has too many"), "%s", name);
	return PB_OK;
}

/* All roots of an archive stand in one record. */
static enum pb_status
check_roots(
    const struct pb_authorities *authorities, const struct pb_tsa *tsa, struct pb_error *err)
{
	size_t count = pb_stamp_roots_count(tsa->roots), i;

	for (i = 0; i < authorities->count; i++)
		count += pb_stamp_roots_count(authorities->tsa[i].roots);
	if (count > PB_LIMIT_TSA_ROOTS)
		return pb_fail(
		    err, PB_ELIMIT, ADDING, N_("it has too many roots"), "%s", tsa->name);
	return PB_OK;
}

enum pb_status
pb_authorities_put(struct pb_authorities *authorities, const struct pb_tsa_settings *settings,
    struct pb_error *err)
{
	struct pb_tsa tsa = { .pem = PB_BUF_EMPTY };
	enum pb_status status = take_settings(&tsa, settings, err);

	if (status == PB_OK && tsa.local)
		status = refuse(
		    settings, N_("the embedded one's key and root are made by the archive"), err);
	if (status == PB_OK)
		status = check_room(authorities, tsa.name, err);
	if (status == PB_OK && settings->roots_len > PB_LIMIT_PEM)
		status =
		    pb_fail(err, PB_ELIMIT, ADDING, N_("it has too many roots"), "%s", tsa.name);
	if (status == PB_OK &&
	    pb_buf_append(&tsa.pem, settings->roots_pem, settings->roots_len) != PB_OK)
		status = pb_fail_memory(err, ADDING);
	if (status == PB_OK)
		status = pb_tsa_rules_roots(&tsa, err);
	if (status == PB_OK)
		status = check_roots(authorities, &tsa, err);
	if (status != PB_OK) {
		pb_tsa_done(&tsa);
		return status;
	}
	authorities->tsa[authorities->count++] = tsa;
	return PB_OK;
}

/* The key first: certificates without it would be an authority that cannot answer. */
static enum pb_status
write_key(
    const struct pb_files *files, const char *dir, const struct pb_buf *key, struct pb_error *err)
{
	struct pb_path path, temporary;
	enum pb_status status = pb_path_make(&path, dir, PB_FILE_TSA_KEY, NULL, err);

	if (status == PB_OK)
		status = pb_path_make(&temporary, dir, PB_DIR_TMP, "tsa.key", err);
	if (status == PB_OK)
		status = pb_io_replace_file(
		    files, path.text, temporary.text, key->data, key->len, true, err);
	return status;
}

enum pb_status
pb_authorities_put_local(struct pb_authorities *authorities, const struct pb_world *world,
    const char *dir, const char *origin, bool rsa, struct pb_error *err)
{
	const struct pb_tsa_settings settings = { .name = PB_TSA_LOCAL };
	int64_t now_us = world->clock->now_us(world->clock->ctx);
	struct pb_tsa tsa = { .pem = PB_BUF_EMPTY };
	struct pb_buf key = PB_BUF_EMPTY;
	char name[PB_LIMIT_ORIGIN + 32];
	enum pb_status status = take_settings(&tsa, &settings, err);

	if (status == PB_OK)
		status = check_room(authorities, tsa.name, err);
	(void)snprintf(name, sizeof(name), "local timestamps of %s", origin);
	if (status == PB_OK)
		status =
		    pb_authority_generate(name, now_us / 1000000, rsa, NULL, &key, &tsa.pem, err);
	if (status == PB_OK)
		status = pb_tsa_rules_roots(&tsa, err);
	if (status == PB_OK)
		status = check_roots(authorities, &tsa, err);
	if (status == PB_OK)
		status = write_key(world->files, dir, &key, err);
	if (status == PB_OK)
		status = pb_authorities_write_roots(world->files, dir, &tsa, err);
	pb_buf_wipe(&key);
	pb_buf_done(&key);
	if (status != PB_OK) {
		pb_tsa_done(&tsa);
		return status;
	}
	authorities->tsa[authorities->count++] = tsa;
	return PB_OK;
}
