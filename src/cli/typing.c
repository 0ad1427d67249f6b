#include "cli/typing.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "archive/code.h"
#include "cli/asking.h"
#include "cli/examine.h"
#include "keys/typed.h"
#include "sys/terminal.h"

static enum pb_status
ask_line(struct pb_sheet_typed *typed, bool *ret_whole, struct pb_error *err)
{
	char line[PB_TYPED_LINE_MAX], prompt[64];
	enum pb_status status;
	size_t len = 0;

	(void)snprintf(prompt, sizeof(prompt), _("line %2u: "), typed->lines + 1);
	status = pb_terminal_line(prompt, line, sizeof(line), &len, err);
	if (status == PB_EEND)
		return pb_fail_todo(
		    err, status, N_("type all lines of the sheet, each as it stands there"));
	if (status == PB_OK && strspn(line, " \t\r") == len)
		return PB_OK;
	if (status == PB_ELIMIT)
		status = pb_fail(err, PB_EDATA, N_("read a typed line"), N_("it is too long"), "%u",
		    typed->lines + 1);
	if (status == PB_OK)
		status = pb_sheet_typed_line(typed, line, len, ret_whole, err);
	pb_wipe(line, sizeof(line));
	return status;
}

enum pb_status
pb_typing_sheet(struct pb_sheet_typed *typed, struct pb_error *err)
{
	enum pb_status status = PB_OK;
	bool whole = false;

	while (status == PB_OK && !whole) {
		status = ask_line(typed, &whole, err);
		if (status == PB_EDATA && pb_terminal_is(STDIN_FILENO)) {
			pb_say_error(err);
			status = PB_OK;
		}
	}
	return status;
}

enum pb_status
pb_typing_key(const struct pb_world *world, const struct pb_options *options, const char *dir,
    struct pb_buf *ret_pem, struct pb_reader_key **ret_key, struct pb_error *err)
{
	struct pb_sheet_typed typed = { .lines = 0 };
	struct pb_buf passphrase = PB_BUF_EMPTY;
	char code[PB_CODE_SIZE];
	enum pb_status status = pb_examine_place(world, dir, err);

	if (status == PB_OK)
		status = pb_typing_sheet(&typed, err);
	if (status == PB_OK)
		status = pb_asking_secret(world, options, PB_ASKED_SHEET, dir, &passphrase, err);
	if (status == PB_OK)
		status = pb_sheet_restore(world, dir, &typed, (const char *)passphrase.data,
		    passphrase.len, ret_pem, ret_key, err);
	if (status == PB_EACCESS &&
	    pb_code_typed((const char *)passphrase.data, passphrase.len, code))
		status =
		    pb_sheet_restore(world, dir, &typed, code, strlen(code), ret_pem, ret_key, err);
	pb_wipe(code, sizeof(code));
	if (status == PB_EACCESS && err->object[0] == '\0')
		status = pb_fail_todo(
		    err, status, N_("a recovery sheet is opened by its recovery code"));
	pb_buf_done(&typed.octets);
	pb_buf_wipe(&passphrase);
	pb_buf_done(&passphrase);
	return status;
}
