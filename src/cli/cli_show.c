#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/access.h"
#include "cli/print.h"
#include "core/limits.h"
#include "core/text.h"
#include "record/types.h"

/* ---- parts to stdout, byte for byte --------------------------------------------------------- */

/* Only the parts of a message itself pass, or all when `all` is set. */
struct printer {
	bool all;
	bool pass;
};

static enum pb_status
printer_begin(void *ctx, uint8_t kind, struct pb_error *err)
{
	struct printer *printer = ctx;

	(void)err;
	printer->pass = printer->all || kind == PB_PART_HEADER || kind == PB_PART_BODY;
	return PB_OK;
}

static enum pb_status
printer_write(void *ctx, const void *data, size_t len, struct pb_error *err)
{
	const struct printer *printer = ctx;

	if (!printer->pass || fwrite(data, 1, len, stdout) == len)
		return PB_OK;
	return pb_fail(err, PB_EIO, N_("print the result"), N_("writing failed"), "%s", "stdout");
}

static enum pb_status
print_parts(struct pb_opened *opened, uint8_t first, uint8_t last, bool all, struct pb_error *err)
{
	struct printer printer = { .all = all };
	const struct pb_part_sink sink = { &printer, printer_begin, printer_write };

	return pb_opened_stream(opened, first, last, &sink, err);
}

static enum pb_status
no_such_part(const char *which, struct pb_error *err)
{
	return pb_fail(
	    err, PB_ENOENT, N_("show a part"), N_("the record has no such part"), "%s", which);
}

static enum pb_status
print_one_part(struct pb_opened *opened, const char *number, struct pb_error *err)
{
	uint64_t index;

	if (!pb_decimal_parse(number, strlen(number), &index))
		return pb_fail(
		    err, PB_EINVAL, N_("show a part"), N_("it is no number"), "%s", number);
	if (index >= pb_opened_count(opened))
		return no_such_part(number, err);
	return print_parts(opened, (uint8_t)index, (uint8_t)index, true, err);
}

static enum pb_status
print_facts(struct pb_opened *opened, struct pb_error *err)
{
	uint8_t index = pb_opened_find(opened, PB_PART_FACTS);
	enum pb_status status;

	if (index == pb_opened_count(opened))
		return no_such_part("facts", err);
	status = print_parts(opened, index, index, true, err);
	if (status == PB_OK)
		(void)putchar('\n');
	return status;
}

/* ---- what a record is made of --------------------------------------------------------------- */

static void
list_parts_json(const struct pb_leaf *leaf, struct pb_opened *opened,
    const uint8_t sha256[PB_DIGEST_LEN], const char *time)
{
	struct pb_buf out = PB_BUF_EMPTY;
	struct pb_json_writer w;
	uint8_t i;

	pb_json_writer_init(&w, &out);
	pb_json_object_begin(&w, NULL);
	pb_json_u64(&w, "seq", leaf->seq);
	pb_json_text(&w, "captured", time);
	pb_json_text(&w, "type", pb_record_type_name(leaf->type));
	if (pb_opened_message_len(opened) > 0 ||
	    pb_opened_find(opened, PB_PART_DIGEST) < pb_opened_count(opened)) {
		pb_json_u64(&w, "size", pb_opened_message_len(opened));
		pb_json_hex(&w, "sha256", sha256, PB_DIGEST_LEN);
	}
	pb_json_array_begin(&w, "parts");
	for (i = 0; i < pb_opened_count(opened); i++) {
		const char *kind = pb_part_kind_name(pb_opened_kind(opened, i));

		pb_json_object_begin(&w, NULL);
		pb_json_text(&w, "kind", kind != NULL ? kind : "unknown");
		pb_json_u64(&w, "length", pb_opened_len(opened, i));
		pb_json_object_end(&w);
	}
	pb_json_array_end(&w);
	pb_json_object_end(&w);
	pb_print_json(&w);
	pb_buf_done(&out);
}

static enum pb_status
list_parts_text(const struct pb_leaf *leaf, struct pb_opened *opened,
    const uint8_t sha256[PB_DIGEST_LEN], const char *time, struct pb_error *err)
{
	char hex[2 * PB_DIGEST_LEN + 1];
	struct pb_buf facts = PB_BUF_EMPTY;
	enum pb_status status = PB_OK;
	uint8_t i;

	(void)printf(_("record   %" PRIu64 "  (%s)\n"), leaf->seq, pb_record_type_name(leaf->type));
	(void)printf(_("time     %s  (local clock)\n"), time);
	if (pb_opened_find(opened, PB_PART_DIGEST) < pb_opened_count(opened)) {
		pb_hex_encode(sha256, PB_DIGEST_LEN, hex);
		(void)printf(_("message  %" PRIu64 " bytes, SHA-256 %s\n"),
		    pb_opened_message_len(opened), hex);
	}
	(void)puts(_("parts"));
	for (i = 0; i < pb_opened_count(opened); i++) {
		const char *kind = pb_part_kind_name(pb_opened_kind(opened, i));

		(void)printf("  %3u  %-8s  %12" PRIu64 "\n", i, kind != NULL ? kind : "?",
		    pb_opened_len(opened, i));
	}
	i = pb_opened_find(opened, PB_PART_FACTS);
	if (i < pb_opened_count(opened))
		status = pb_opened_part(opened, i, PB_LIMIT_JSON, &facts, err);
	if (status == PB_OK && facts.len > 0) {
		(void)fputs(_("facts    "), stdout);
		pb_print_safe(facts.data, facts.len);
		(void)putchar('\n');
	}
	pb_buf_done(&facts);
	return status;
}

static enum pb_status
list_parts(const struct pb_leaf *leaf, struct pb_opened *opened,
    const uint8_t sha256[PB_DIGEST_LEN], bool json, struct pb_error *err)
{
	char time[21];

	pb_time_format((int64_t)leaf->time_s, time);
	if (!json)
		return list_parts_text(leaf, opened, sha256, time, err);
	list_parts_json(leaf, opened, sha256, time);
	return PB_OK;
}

/* ---- the command ---------------------------------------------------------------------------- */

static enum pb_status
show(const struct pb_options *options, struct pb_access *access, uint64_t seq, struct pb_error *err)
{
	uint8_t sha256[PB_DIGEST_LEN];
	struct pb_opened *opened;
	struct pb_leaf leaf;
	enum pb_status status;

	status = pb_reading_record(access->reading, seq, &leaf, &opened, sha256, err);
	if (status != PB_OK)
		return status;
	if (options->value[PB_OPTION_RAW] != NULL)
		return pb_opened_find(opened, PB_PART_DIGEST) < pb_opened_count(opened)
			   ? print_parts(
				 opened, 0, (uint8_t)(pb_opened_count(opened) - 1), false, err)
			   : no_such_part("message", err);
	if (options->value[PB_OPTION_FACTS] != NULL)
		return print_facts(opened, err);
	if (options->value[PB_OPTION_PART] != NULL)
		return print_one_part(opened, options->value[PB_OPTION_PART], err);
	return list_parts(&leaf, opened, sha256, options->value[PB_OPTION_JSON] != NULL, err);
}

/* What of the record is looked at, for the access record. */
static const char *
what(const struct pb_options *options)
{
	if (options->value[PB_OPTION_RAW] != NULL)
		return "raw";
	if (options->value[PB_OPTION_FACTS] != NULL)
		return "facts";
	if (options->value[PB_OPTION_PART] != NULL)
		return "part";
	return "parts";
}

enum pb_exit
pb_cli_show(const struct pb_world *world, const struct pb_options *options)
{
	const char *operand = options->operand[0];
	struct pb_error err = { 0 }, closing = { 0 };
	struct pb_access access;
	enum pb_status status, closed;
	uint64_t seq;

	if (!pb_decimal_parse(operand, strlen(operand), &seq)) {
		pb_say_usage(_("a record is named by its number"), operand);
		return PB_EXIT_USAGE;
	}
	if ((options->value[PB_OPTION_RAW] != NULL) + (options->value[PB_OPTION_FACTS] != NULL) +
		(options->value[PB_OPTION_PART] != NULL) >
	    1) {
		pb_say_usage(_("choose one"), "--raw, --facts, --part");
		return PB_EXIT_USAGE;
	}
	if (pb_access_archive(options) == NULL)
		return PB_EXIT_USAGE;
	status = pb_access_open(world, options, "show", what(options), seq, seq, &access, &err);
	if (status != PB_OK) {
		pb_say_error(&err);
		return pb_say_exit(status);
	}
	status = show(options, &access, seq, &err);
	if (status != PB_OK)
		pb_say_error(&err);
	closed = pb_access_close(&access, &closing);
	if (closed != PB_OK)
		pb_say_error(&closing);
	return pb_say_exit(status != PB_OK ? status : closed);
}
