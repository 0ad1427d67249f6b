/* `tsa add`, `tsa remove`, `tsa list`, `tsa roots`: the archive's timestamping authorities. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "archive/authorities.h"
#include "cli/access.h"
#include "cli/examine.h"
#include "cli/print.h"
#include "cli/tsa.h"
#include "core/io.h"
#include "core/text.h"

/* ---- add, remove ---------------------------------------------------------------------------- */

static bool
seconds(const struct pb_options *options, enum pb_option option, uint32_t *ret_s)
{
	const char *text = options->value[option];
	uint64_t value;

	if (text == NULL)
		return true;
	if (!pb_decimal_parse(text, strlen(text), &value) || value > 7 * 24 * 3600) {
		pb_say_usage(_("seconds, up to a week"), text);
		return false;
	}
	*ret_s = (uint32_t)value;
	return true;
}

bool
pb_tsa_options(const struct pb_world *world, const struct pb_options *options, const char *name,
    const char *url, struct pb_buf *roots, struct pb_tsa_settings *ret_settings,
    enum pb_exit *ret_exit)
{
	struct pb_tsa_settings settings = {
		.name = name,
		.url = url,
		.policy = options->value[PB_OPTION_TSA_POLICY],
		.hash = options->value[PB_OPTION_HASH],
		.client_pem = options->value[PB_OPTION_CLIENT_CERT],
		.server_roots = options->value[PB_OPTION_SERVER_ROOTS],
	};
	const char *path = options->value[PB_OPTION_TSA_ROOTS];
	struct pb_error err = { 0 };

	*ret_exit = PB_EXIT_USAGE;
	if (path == NULL) {
		pb_say_usage(_("under which roots does the authority stand?"), "--tsa-roots PEM");
		return false;
	}
	if (!seconds(options, PB_OPTION_TIMEOUT, &settings.timeout_s) ||
	    !seconds(options, PB_OPTION_INTERVAL, &settings.interval_s))
		return false;
	if (pb_io_read_file(world->files, path, PB_LIMIT_PEM, roots, &err) != PB_OK) {
		pb_say_error(&err);
		*ret_exit = pb_say_exit(err.status);
		return false;
	}
	settings.roots_pem = roots->len > 0 ? (const void *)roots->data : "";
	settings.roots_len = roots->len;
	*ret_settings = settings;
	return true;
}

/* Open the archive, change its authorities, stamp if that costs nothing, close. */
static enum pb_exit
change(const struct pb_world *world, const struct pb_options *options,
    enum pb_status (*how)(struct pb_archive *archive, const void *what, struct pb_error *err),
    const void *what)
{
	const char *dir = pb_access_archive(options);
	struct pb_archive *archive = NULL;
	struct pb_error err = { 0 };
	enum pb_status status, closed;

	if (dir == NULL)
		return PB_EXIT_USAGE;
	status = pb_examine_place(world, dir, &err);
	if (status == PB_OK)
		status = pb_access_writer(world, dir, NULL, &archive, &err);
	if (status == PB_OK) {
		status = how(archive, what, &err);
		if (status != PB_OK)
			pb_say_error(&err);
		closed = pb_access_finish(archive, &err);
		if (status != PB_OK)
			return pb_say_exit(status);
		status = closed;
	}
	if (status != PB_OK)
		pb_say_error(&err);
	return pb_say_exit(status);
}

static enum pb_status
add(struct pb_archive *archive, const void *what, struct pb_error *err)
{
	return pb_archive_tsa_add(archive, what, err);
}

static enum pb_status
take_away(struct pb_archive *archive, const void *what, struct pb_error *err)
{
	return pb_archive_tsa_remove(archive, what, err);
}

enum pb_exit
pb_cli_tsa_add(const struct pb_world *world, const struct pb_options *options)
{
	struct pb_tsa_settings settings;
	struct pb_buf roots = PB_BUF_EMPTY;
	enum pb_exit code;

	if (pb_tsa_options(
		world, options, options->operand[0], options->operand[1], &roots, &settings, &code))
		code = change(world, options, add, &settings);
	pb_buf_done(&roots);
	return code;
}

enum pb_exit
pb_cli_tsa_remove(const struct pb_world *world, const struct pb_options *options)
{
	return change(world, options, take_away, options->operand[0]);
}

/* ---- list, roots ---------------------------------------------------------------------------- */

/* The URL without the name and password that may stand in it: they are not for a list. */
static void
show_url(const struct pb_tsa *tsa, char out[PB_LIMIT_TSA_URL + 1])
{
	const char *scheme = strstr(tsa->url, "://"), *at;
	size_t before = scheme != NULL ? (size_t)(scheme - tsa->url) + 3 : 0;
	const char *host = tsa->url + before;

	at = memrchr(host, '@', strcspn(host, "/?#"));
	if (at != NULL)
		host = at + 1;
	memcpy(out, tsa->url, before);
	memcpy(out + before, host, strlen(host) + 1);
}

static void
list_json(const struct pb_authorities *authorities)
{
	struct pb_buf out = PB_BUF_EMPTY;
	struct pb_json_writer w;
	char url[PB_LIMIT_TSA_URL + 1];
	uint8_t fingerprint[32];
	size_t i, k;

	pb_json_writer_init(&w, &out);
	pb_json_array_begin(&w, NULL);
	for (i = 0; i < authorities->count; i++) {
		const struct pb_tsa *tsa = &authorities->tsa[i];

		pb_json_object_begin(&w, NULL);
		pb_json_text(&w, "name", tsa->name);
		pb_json_bool(&w, "local", tsa->local);
		show_url(tsa, url);
		if (!tsa->local)
			pb_json_text(&w, "url", url);
		pb_json_text(&w, "hash", pb_stamp_hash_name(tsa->hash));
		pb_json_array_begin(&w, "roots");
		for (k = 0; k < pb_stamp_roots_count(tsa->roots); k++) {
			pb_stamp_roots_fingerprint(tsa->roots, k, fingerprint);
			pb_json_hex(&w, NULL, fingerprint, sizeof(fingerprint));
		}
		pb_json_array_end(&w);
		if (tsa->state.good_us > 0)
			pb_json_u64(&w, "good_us", (uint64_t)tsa->state.good_us);
		pb_json_u64(&w, "failures", tsa->state.failures);
		pb_json_text(&w, "reason", tsa->state.reason);
		pb_json_object_end(&w);
	}
	pb_json_array_end(&w);
	pb_print_json(&w);
	pb_buf_done(&out);
}

static void
print_authority(const struct pb_tsa *tsa)
{
	char time[21], url[PB_LIMIT_TSA_URL + 1];
	size_t i;

	show_url(tsa, url);
	(void)printf("%-12s %s\n", tsa->name,
	    tsa->local ? _("local: its key stands in the archive, its times are claims") : url);
	for (i = 0; i < pb_stamp_roots_count(tsa->roots); i++)
		(void)printf(_("             under %s\n"), pb_stamp_roots_name(tsa->roots, i));
	if (tsa->state.good_us > 0) {
		pb_time_format(tsa->state.good_us / 1000000, time);
		(void)printf(_("             answered well on %s\n"), time);
	}
	if (tsa->state.failures > 0)
		(void)printf(ngettext("             failed %" PRIu64 " time since then: %s\n",
				 "             failed %" PRIu64 " times since then: %s\n",
				 (unsigned long)tsa->state.failures),
		    tsa->state.failures, tsa->state.reason);
}

static enum pb_status
list(const struct pb_world *world, const struct pb_options *options,
    const struct pb_authorities *authorities, struct pb_error *err)
{
	size_t i;

	(void)world;
	(void)err;
	if (options->value[PB_OPTION_JSON] != NULL) {
		list_json(authorities);
		return PB_OK;
	}
	for (i = 0; i < authorities->count; i++)
		print_authority(&authorities->tsa[i]);
	if (authorities->count == 0)
		(void)puts(_("no authority: this archive was made before it could have one"));
	return PB_OK;
}

/* The roots alone: tsa/local.pem holds the authority's certificate as well. */
static enum pb_status
roots(const struct pb_world *world, const struct pb_options *options,
    const struct pb_authorities *authorities, struct pb_error *err)
{
	const char *path = options->value[PB_OPTION_OUTPUT];
	struct pb_buf pem = PB_BUF_EMPTY;
	enum pb_status status = PB_OK;
	size_t i;

	for (i = 0; status == PB_OK && i < authorities->count; i++)
		status = pb_stamp_roots_pem(authorities->tsa[i].roots, &pem, err);
	if (status == PB_OK && path != NULL)
		status = pb_access_taken(
		    pb_io_create_file(world->files, path, pem.data, pem.len, err), err);
	else if (status == PB_OK)
		(void)fwrite(pem.data, 1, pem.len, stdout);
	pb_buf_done(&pem);
	return status;
}

static enum pb_exit
with_authorities(const struct pb_world *world, const struct pb_options *options,
    enum pb_status (*use)(const struct pb_world *world, const struct pb_options *options,
	const struct pb_authorities *authorities, struct pb_error *err))
{
	const char *dir = pb_access_archive(options);
	struct pb_authorities *authorities = NULL;
	struct pb_error err = { 0 };
	enum pb_status status;

	if (dir == NULL)
		return PB_EXIT_USAGE;
	status = pb_examine_place(world, dir, &err);
	if (status == PB_OK)
		status = pb_authorities_read(world->files, dir, &authorities, &err);
	if (status == PB_OK)
		status = use(world, options, authorities, &err);
	if (status != PB_OK)
		pb_say_error(&err);
	pb_authorities_free(authorities);
	return pb_say_exit(status);
}

enum pb_exit
pb_cli_tsa_list(const struct pb_world *world, const struct pb_options *options)
{
	return with_authorities(world, options, list);
}

enum pb_exit
pb_cli_tsa_roots(const struct pb_world *world, const struct pb_options *options)
{
	return with_authorities(world, options, roots);
}
