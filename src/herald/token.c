#include "herald/token.h"

#include "core/error.h"
#include "core/io.h"
#include "core/limits.h"

/* What a line of a header can hold, and no more (RFC 9110 5.5). */
static bool
is_token(const struct pb_buf *text)
{
	for (size_t i = 0; i < text->len; i++)
		if (text->data[i] <= ' ' || text->data[i] >= 0x7f)
			return false;
	return text->len > 0;
}

enum pb_status
pb_token_read(
    const struct pb_files *files, const char *path, struct pb_buf *ret_token, struct pb_error *err)
{
	struct pb_buf text = PB_BUF_EMPTY;
	enum pb_status status = pb_io_read_regular(files, path, PB_LIMIT_ALERT_TOKEN, &text, err);

	while (text.len > 0 && (text.data[text.len - 1] == '\n' || text.data[text.len - 1] == '\r'))
		text.len--;
	if (status == PB_OK && !is_token(&text))
		status = pb_fail(err, PB_EDATA, N_("read a webhook's token"),
		    N_("it is not one line of printable ASCII"), "%s", path);
	if (status == PB_OK)
		*ret_token = text;
	else {
		pb_buf_wipe(&text);
		pb_buf_done(&text);
	}
	return status;
}
