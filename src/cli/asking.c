#include "cli/asking.h"

#include <stdio.h>
#include <string.h>

#include "core/io.h"
#include "core/limits.h"
#include "core/text.h"
#include "sys/process.h"
#include "sys/terminal.h"

#define PROMPT 600
#define TRIES 3 /* at a new passphrase */

static const char READ[] = N_("read the passphrase");

/* ---- a file --------------------------------------------------------------------------------- */

static enum pb_status
read_file(
    const struct pb_world *world, const char *path, struct pb_buf *passphrase, struct pb_error *err)
{
	enum pb_status status =
	    pb_io_read_file(world->files, path, PB_LIMIT_PASSPHRASE, passphrase, err);
	uint8_t *end;

	if (status != PB_OK)
		return status;
	end = passphrase->len > 0 ? memchr(passphrase->data, '\n', passphrase->len) : NULL;
	if (end != NULL)
		passphrase->len = (size_t)(end - passphrase->data);
	if (passphrase->len > 0 && passphrase->data[passphrase->len - 1] == '\r')
		passphrase->len--;
	if (passphrase->len == 0)
		return pb_fail(
		    err, PB_EDATA, READ, N_("the first line of the file is empty"), "%s", path);
	return PB_OK;
}

/* The file that holds the passphrase; NULL: the terminal is to ask. */
static const char *
file_of(const struct pb_options *options, enum pb_option option)
{
	const char *path = options->value[option];

	return path == NULL && option == PB_OPTION_PASSPHRASE_FILE
		   ? pb_process_environment("PROBANT_PASSPHRASE_FILE")
		   : path;
}

/* ---- the terminal --------------------------------------------------------------------------- */

static enum pb_status
ask(const char *prompt, struct pb_buf *secret, struct pb_error *err)
{
	char line[PB_LIMIT_PASSPHRASE];
	enum pb_status status;
	size_t len = 0;

	status = pb_terminal_passphrase(prompt, line, sizeof(line), &len, err);
	if (status == PB_EUNAVAIL)
		return pb_fail_todo(
		    err, status, N_("give --passphrase-file FILE or set PROBANT_PASSPHRASE_FILE"));
	if (status == PB_OK && len == 0)
		status = pb_fail(err, PB_EINVAL, READ, N_("it is empty"), "%s", "");
	if (status == PB_OK && pb_buf_append(secret, line, len) != PB_OK)
		status = pb_fail_memory(err, READ);
	pb_wipe(line, sizeof(line));
	return status;
}

/* A new one, that can be used. */
static enum pb_status
check_new(const struct pb_buf *passphrase, const char *path, struct pb_error *err)
{
	size_t characters = 0;

	for (size_t i = 0; i < passphrase->len; i++)
		characters += (passphrase->data[i] & 0xC0) != 0x80; /* of UTF-8, its first octet */
	if (characters >= PB_LIMIT_PASSPHRASE_LEAST)
		return PB_OK;
	(void)pb_fail(err, PB_EINVAL, N_("take a new passphrase"),
	    N_("it has fewer than 8 characters"), "%s", path);
	return pb_fail_todo(err, PB_EINVAL,
	    N_("choose several random words: whoever has a copy of the archive can try out short "
	       "passphrases"));
}

/* The same typed twice, or PB_EINVAL. */
static enum pb_status
ask_twice(const char *prompt, struct pb_buf *passphrase, struct pb_error *err)
{
	struct pb_buf second = PB_BUF_EMPTY;
	enum pb_status status = ask(prompt, passphrase, err);

	if (status == PB_OK)
		status = check_new(passphrase, "", err);
	if (status == PB_OK)
		status = ask(_("The same again: "), &second, err);
	if (status == PB_OK &&
	    (second.len != passphrase->len || !pb_equal(second.data, passphrase->data, second.len)))
		status = pb_fail(err, PB_EINVAL, READ, N_("the two differ"), "%s", "");
	pb_buf_wipe(&second);
	pb_buf_done(&second);
	return status;
}

static const char *
question(enum pb_asked asked)
{
	switch (asked) {
	case PB_ASKED_ARCHIVE:
		return _("Passphrase of the archive %s: ");
	case PB_ASKED_FILE:
		return _("Recovery code, or passphrase, that opens %s: ");
	case PB_ASKED_SHEET:
		return _("Recovery code of the sheet, for the archive %s: ");
	case PB_ASKED_TOKEN:
		break;
	}
	return _("PIN of the token %s: ");
}

/* `format` has one %s, for a name from outside. */
static void
make_prompt(char prompt[PROMPT], const char *format, const char *name)
{
	const char *hole = strstr(format, "%s");
	char safe[PROMPT / 2];

	pb_text_safe_copy(safe, sizeof(safe), (const uint8_t *)name, strlen(name));
	pb_assert(hole != NULL);
	(void)snprintf(prompt, PROMPT, "%.*s%s%s", (int)(hole - format), format, safe, hole + 2);
}

/* ---- either --------------------------------------------------------------------------------- */

enum pb_status
pb_asking_secret(const struct pb_world *world, const struct pb_options *options,
    enum pb_asked asked, const char *of, struct pb_buf *secret, struct pb_error *err)
{
	const char *path = file_of(options, PB_OPTION_PASSPHRASE_FILE);
	char prompt[PROMPT];

	if (path != NULL)
		return read_file(world, path, secret, err);
	make_prompt(prompt, question(asked), of);
	return ask(prompt, secret, err);
}

enum pb_status
pb_asking_new(const struct pb_world *world, const struct pb_options *options, enum pb_option option,
    const char *dir, struct pb_buf *passphrase, struct pb_error *err)
{
	const char *path = file_of(options, option);
	struct pb_error why = { 0 };
	char prompt[PROMPT];
	enum pb_status status;

	if (path != NULL) {
		status = read_file(world, path, passphrase, err);
		return status == PB_OK ? check_new(passphrase, path, err) : status;
	}
	make_prompt(prompt, _("New passphrase for the archive %s: "), dir);
	status = ask_twice(prompt, passphrase, &why);
	for (int again = 1; status == PB_EINVAL && again < TRIES; again++) {
		pb_say_error(&why);
		pb_buf_wipe(passphrase);
		status = ask_twice(prompt, passphrase, &why);
	}
	if (status != PB_OK && err != NULL)
		*err = why;
	return status;
}
