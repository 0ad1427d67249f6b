/*
 * Any octets as a list: refused at a line, or rows of plain texts, as many in each; and what is
 * written of them is read as the same, but for the apostrophe before a formula.
 */
#include <stdbool.h>
#include <string.h>

#include "core/csv.h"
#include "core/error.h"
#include "core/text.h"
#include "fuzz/fuzz.h"

static void
check_same(const char *written, const char *read)
{
	if (written[0] != '\0' && strchr("=+-@", written[0]) != NULL)
		pb_assert(*read++ == '\'');
	pb_assert(strcmp(written, read) == 0);
}

static void
check_again(const struct pb_csv *csv)
{
	struct pb_buf line = PB_BUF_EMPTY;
	struct pb_csv again;

	/* What pb_csv_put can't tell from a line that is not begun, and a mark of the order of
	 * bytes. */
	if (csv->field[0][0] == '\0' || strncmp(csv->field[0], "\xef\xbb\xbf", 3) == 0)
		return;
	for (size_t i = 0; i < csv->count; i++)
		pb_assert(pb_csv_put(&line, csv->field[i]) == PB_OK);
	pb_assert(pb_csv_begin(&again, line.data, line.len, NULL) == PB_OK);
	pb_assert(pb_csv_next(&again, NULL) == PB_OK && again.count == csv->count);
	for (size_t i = 0; i < csv->count; i++)
		check_same(csv->field[i], again.field[i]);
	pb_assert(pb_csv_next(&again, NULL) == PB_EEND);
	pb_csv_done(&again);
	pb_buf_done(&line);
}

static bool
is_plain(const char *text)
{
	for (; *text != '\0'; text++)
		if (((uint8_t)*text < 0x20 && *text != '\n') || *text == 0x7f)
			return false;
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct pb_error err = { 0 };
	struct pb_csv csv;
	enum pb_status status = pb_csv_begin(&csv, data, len, &err);

	while (status == PB_OK && (status = pb_csv_next(&csv, &err)) == PB_OK) {
		pb_assert(csv.count > 0 && csv.count == csv.columns);
		for (size_t i = 0; i < csv.count; i++)
			pb_assert(is_plain(csv.field[i]));
		check_again(&csv);
	}
	pb_assert(status == PB_EEND || status == PB_EDATA || status == PB_ELIMIT);
	pb_assert(status == PB_EEND || strncmp(err.object, "line ", 5) == 0 || len > PB_LIMIT_CSV);
	pb_csv_done(&csv);
	return 0;
}
