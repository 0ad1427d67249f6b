#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/cell.h"
#include "cli/print.h"
#include "cli/show.h"
#include "core/io.h"
#include "core/text.h"
#include "crypto/digest.h"
#include "record/types.h"
#include "sys/terminal.h"

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

/* ---- one attachment to a file --------------------------------------------------------------- */

static void
say_saved(const struct pb_show *show, uint64_t number, const char *path,
    const struct pb_buf *octets, const uint8_t sha256[PB_DIGEST_LEN])
{
	char size[PB_CELL_SIZE_LEN], hex[2 * PB_DIGEST_LEN + 1], safe[512];
	struct pb_buf out = PB_BUF_EMPTY;
	struct pb_json_writer w;

	if (show->options->value[PB_OPTION_JSON] == NULL) {
		pb_cell_size(octets->len, size);
		pb_hex_encode(sha256, PB_DIGEST_LEN, hex);
		pb_text_safe_copy(safe, sizeof(safe), (const uint8_t *)path, strlen(path));
		(void)printf(_("attachment %" PRIu64 " of record %" PRIu64 " is in %s: %s (%zu "
			       "bytes), SHA-256 %s\n"),
		    number, show->leaf.seq, safe, size, octets->len, hex);
		return;
	}
	pb_json_writer_init(&w, &out);
	pb_json_object_begin(&w, NULL);
	pb_json_u64(&w, "seq", show->leaf.seq);
	pb_json_u64(&w, "attachment", number);
	pb_json_octets(&w, "file", path, strlen(path));
	pb_json_u64(&w, "size", octets->len);
	pb_json_hex(&w, "sha256", sha256, PB_DIGEST_LEN);
	pb_json_object_end(&w);
	pb_print_json(&w);
	pb_buf_done(&out);
}

static enum pb_status
put_attachment(
    const struct pb_show *show, uint64_t number, const struct pb_buf *octets, struct pb_error *err)
{
	const char *path = show->options->value[PB_OPTION_OUTPUT];
	struct printer printer = { .pass = true };
	uint8_t sha256[PB_DIGEST_LEN];
	enum pb_status status;

	if (strcmp(path, "-") == 0)
		return printer_write(&printer, octets->data, octets->len, err);
	pb_digest_sha256(octets->data, octets->len, sha256);
	status = pb_access_taken(
	    pb_io_create_file(show->world->files, path, octets->data, octets->len, err), err);
	if (status == PB_OK)
		say_saved(show, number, path, octets, sha256);
	return status;
}

static enum pb_status
save_attachment(const struct pb_show *show, struct pb_error *err)
{
	const char *text = show->options->value[PB_OPTION_ATTACHMENT];
	struct pb_buf octets = PB_BUF_EMPTY;
	enum pb_status status;
	uint64_t number = 0;

	if (!show->message)
		return no_such_part("message", err);
	(void)pb_decimal_parse(text, strlen(text), &number);
	status = pb_show_attachment(show, number, &octets, err);
	if (status == PB_OK)
		status = put_attachment(show, number, &octets, err);
	pb_buf_wipe(&octets);
	pb_buf_done(&octets);
	return status;
}

/* ---- the command ---------------------------------------------------------------------------- */

static enum pb_status
show_for_a_person(const struct pb_show *show, struct pb_error *err)
{
	struct pb_look look = { .facts = NULL };
	enum pb_status status = pb_show_look(show, &look, err);

	if (status == PB_OK && show->options->value[PB_OPTION_JSON] != NULL)
		pb_show_json(show, &look);
	else if (status == PB_OK)
		status = pb_show_text(show, &look, err);
	pb_look_done(&look);
	return status;
}

static enum pb_status
show_parts(const struct pb_show *show, struct pb_error *err)
{
	if (show->options->value[PB_OPTION_JSON] == NULL)
		return pb_show_parts(show, err);
	pb_show_json(show, NULL);
	return PB_OK;
}

static enum pb_status
show_record(struct pb_show *show, uint64_t seq, struct pb_error *err)
{
	const struct pb_options *options = show->options;
	enum pb_status status = pb_reading_record(
	    show->access->reading, seq, &show->leaf, &show->opened, show->sha256, err);

	if (status != PB_OK)
		return status;
	show->message =
	    pb_opened_find(show->opened, PB_PART_DIGEST) < pb_opened_count(show->opened);
	if (options->value[PB_OPTION_RAW] != NULL)
		return show->message ? print_parts(show->opened, 0,
					   (uint8_t)(pb_opened_count(show->opened) - 1), false, err)
				     : no_such_part("message", err);
	if (options->value[PB_OPTION_FACTS] != NULL)
		return print_facts(show->opened, err);
	if (options->value[PB_OPTION_PART] != NULL)
		return print_one_part(show->opened, options->value[PB_OPTION_PART], err);
	if (options->value[PB_OPTION_ATTACHMENT] != NULL)
		return save_attachment(show, err);
	if (options->value[PB_OPTION_PARTS] != NULL)
		return show_parts(show, err);
	return show_for_a_person(show, err);
}

/* What of the record is looked at, for the access record. */
static void
say_what(const struct pb_options *options, char out[32])
{
	static const struct {
		enum pb_option option;
		const char *name;
	} forms[] = { { PB_OPTION_RAW, "raw" }, { PB_OPTION_FACTS, "facts" },
		{ PB_OPTION_PART, "part" }, { PB_OPTION_PARTS, "parts" },
		{ PB_OPTION_ATTACHMENT, "attachment" } };
	const char *name = "content", *number = options->value[PB_OPTION_ATTACHMENT];

	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (options->value[forms[i].option] != NULL)
			name = forms[i].name;
	(void)snprintf(
	    out, 32, "%s%s%s", name, number != NULL ? " " : "", number != NULL ? number : "");
}

/* The options fit each other. */
static bool
fits(const struct pb_options *options)
{
	const char *output = options->value[PB_OPTION_OUTPUT];
	const char *attachment = options->value[PB_OPTION_ATTACHMENT];
	uint64_t number = 0;

	if ((options->value[PB_OPTION_RAW] != NULL) + (options->value[PB_OPTION_FACTS] != NULL) +
		(options->value[PB_OPTION_PART] != NULL) +
		(options->value[PB_OPTION_PARTS] != NULL) + (attachment != NULL) >
	    1)
		pb_say_usage(_("choose one"), "--raw, --parts, --facts, --part, --attachment");
	else if (attachment != NULL &&
		 (!pb_decimal_parse(attachment, strlen(attachment), &number) || number == 0))
		pb_say_usage(_("an attachment is named by its number, from 1"), attachment);
	else if (attachment != NULL && output == NULL)
		pb_say_usage(_("where to? -o FILE, or -o - for standard output"), "--attachment");
	else if (attachment == NULL && output != NULL)
		pb_say_usage(_("this is for --attachment; the rest goes to standard output"), "-o");
	else if (output != NULL && strcmp(output, "-") == 0 && pb_terminal_is(1))
		pb_say_usage(_("a terminal is no place for an attachment; name a file"), "-o -");
	else
		return true;
	return false;
}

enum pb_exit
pb_cli_show(const struct pb_world *world, const struct pb_options *options)
{
	const char *operand = options->operand[0];
	struct pb_error err = { 0 }, closing = { 0 };
	struct pb_access access;
	struct pb_show show = { .world = world, .options = options, .access = &access };
	enum pb_status status, closed;
	char what[32];
	uint64_t seq;

	if (!pb_decimal_parse(operand, strlen(operand), &seq)) {
		pb_say_usage(_("a record is named by its number"), operand);
		return PB_EXIT_USAGE;
	}
	if (!fits(options) || pb_access_archive(options) == NULL)
		return PB_EXIT_USAGE;
	say_what(options, what);
	status = pb_access_open(world, options, "show", what, seq, seq, &access, &err);
	if (status != PB_OK) {
		pb_say_error(&err);
		return pb_say_exit(status);
	}
	status = show_record(&show, seq, &err);
	if (status != PB_OK)
		pb_say_error(&err);
	closed = pb_access_close(&access, &closing);
	if (closed != PB_OK)
		pb_say_error(&closing);
	return pb_say_exit(status != PB_OK ? status : closed);
}
