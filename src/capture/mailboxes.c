#include "capture/mailboxes.h"

#include <stdlib.h>
#include <string.h>

#include "capture/address.h"
#include "core/error.h"
#include "core/io.h"
#include "core/limits.h"

#define FILE_NAME "private/mailboxes"
#define FILE_MAX ((PB_LIMIT_ADDRESS + 1) * PB_LIMIT_MAILBOXES)

enum pb_status
pb_mailboxes_add(struct pb_mailboxes *mailboxes, const char *address, struct pb_error *err)
{
	size_t before = mailboxes->lines.len;

	if (!pb_address_plausible(address))
		return pb_fail(err, PB_EINVAL, N_("note a mailbox"), N_("that is no mail address"),
		    "%s", address);
	if (mailboxes->count == PB_LIMIT_MAILBOXES)
		return pb_fail(
		    err, PB_ELIMIT, N_("note a mailbox"), N_("there are too many"), "%s", address);
	if (pb_buf_append_text(&mailboxes->lines, address) != PB_OK ||
	    pb_buf_append(&mailboxes->lines, "\n", 1) != PB_OK) {
		mailboxes->lines.len = before;
		return pb_fail_memory(err, N_("note a mailbox"));
	}
	mailboxes->count++;
	return PB_OK;
}

static enum pb_status
add_lines(
    struct pb_mailboxes *mailboxes, struct pb_buf *text, const char *path, struct pb_error *err)
{
	enum pb_status status = PB_OK;
	char *line, *end;

	if (pb_buf_text(text) == NULL)
		return pb_fail_memory(err, N_("read the archive's mailboxes"));
	for (line = (char *)text->data; status == PB_OK && *line != '\0'; line = end + 1) {
		if ((end = strchr(line, '\n')) == NULL)
			return pb_fail(err, PB_EDATA, N_("read the archive's mailboxes"),
			    N_("its last line has no end"), "%s", path);
		*end = '\0';
		status = pb_mailboxes_add(mailboxes, line, err);
	}
	return status;
}

enum pb_status
pb_mailboxes_load(struct pb_mailboxes *mailboxes, const struct pb_files *files, const char *dir,
    struct pb_error *err)
{
	char *path = pb_path_join(dir, FILE_NAME);
	struct pb_buf text = PB_BUF_EMPTY;
	enum pb_status status;

	if (path == NULL)
		return pb_fail_memory(err, N_("read the archive's mailboxes"));
	status = pb_io_read_regular(files, path, FILE_MAX, &text, err);
	if (status == PB_OK)
		status = add_lines(mailboxes, &text, path, err);
	else if (status == PB_ENOENT)
		status = PB_OK;
	pb_buf_done(&text);
	free(path);
	return status;
}

enum pb_status
pb_mailboxes_save(const struct pb_mailboxes *mailboxes, const struct pb_files *files,
    const char *dir, struct pb_error *err)
{
	char *path = pb_path_join(dir, FILE_NAME);
	enum pb_status status;

	if (path == NULL)
		return pb_fail_memory(err, N_("note a mailbox"));
	status = pb_io_create_file(files, path, mailboxes->lines.data, mailboxes->lines.len, err);
	free(path);
	return status;
}

bool
pb_mailboxes_have(const struct pb_mailboxes *mailboxes, const char *address, size_t len)
{
	const char *line = (const char *)mailboxes->lines.data, *end;

	for (size_t i = 0; i < mailboxes->count; i++, line = end + 1) {
		end = strchr(line, '\n');
		if (pb_address_equal(line, (size_t)(end - line), address, len))
			return true;
	}
	return false;
}

void
pb_mailboxes_done(struct pb_mailboxes *mailboxes)
{
	pb_buf_done(&mailboxes->lines);
	mailboxes->count = 0;
}
