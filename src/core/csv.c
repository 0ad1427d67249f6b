#include "core/csv.h"

#include <stdbool.h>
#include <string.h>

#include "core/error.h"
#include "core/text.h"

static const char READ[] = N_("read a list (CSV)");

/* ---- reading -------------------------------------------------------------------------------- */

static enum pb_status
refuse(const struct pb_csv *csv, enum pb_status status, const char *why, struct pb_error *err)
{
	return pb_fail(err, status, READ, why, "line %u, field %zu", csv->lines, csv->count + 1);
}

static enum pb_status
check_utf8(struct pb_csv *csv, struct pb_error *err)
{
	uint32_t code = 0;
	size_t step;

	for (size_t at = csv->at; at < csv->len; at += step) {
		step = pb_utf8_next(csv->data + at, csv->len - at, &code);
		if (step == 0) {
			(void)pb_fail(
			    err, PB_EDATA, READ, N_("this is no UTF-8"), "line %u", csv->lines);
			return pb_fail_todo(
			    err, PB_EDATA, N_("have the spreadsheet save it as CSV in UTF-8"));
		}
		csv->lines += code == '\n';
	}
	return PB_OK;
}

static uint8_t
find_separator(const struct pb_csv *csv)
{
	bool quoted = false;

	for (size_t at = csv->at; at < csv->len; at++) {
		uint8_t c = csv->data[at];

		quoted ^= c == '"';
		if (!quoted && (c == '\n' || c == ',' || c == ';' || c == '\t'))
			return c == '\n' ? ',' : c;
	}
	return ',';
}

enum pb_status
pb_csv_begin(struct pb_csv *csv, const void *data, size_t len, struct pb_error *err)
{
	static const uint8_t MARK[] = { 0xef, 0xbb, 0xbf };
	enum pb_status status;

	*csv = (struct pb_csv){ .data = data, .len = len, .lines = 1 };
	if (len > PB_LIMIT_CSV)
		return pb_fail(err, PB_ELIMIT, READ, N_("it is too long"), "%zu octets", len);
	if (len >= sizeof(MARK) && memcmp(data, MARK, sizeof(MARK)) == 0)
		csv->at = sizeof(MARK);
	status = check_utf8(csv, err);
	csv->separator = find_separator(csv);
	csv->lines = 0;
	return status;
}

static int
peek(const struct pb_csv *csv)
{
	return csv->at < csv->len ? csv->data[csv->at] : -1;
}

/* CR LF or LF: how many octets end a line here. */
static size_t
line_end(const struct pb_csv *csv)
{
	if (peek(csv) == '\n')
		return 1;
	return peek(csv) == '\r' && csv->at + 1 < csv->len && csv->data[csv->at + 1] == '\n' ? 2
											     : 0;
}

static enum pb_status
keep(struct pb_csv *csv, uint8_t octet, struct pb_error *err)
{
	if ((octet < 0x20 && octet != '\n') || octet == 0x7f)
		return refuse(csv, PB_EDATA, N_("a control character stands here"), err);
	return pb_buf_append_u8(&csv->text, octet) == PB_OK ? PB_OK : pb_fail_memory(err, READ);
}

static enum pb_status
read_plain(struct pb_csv *csv, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	while (status == PB_OK && peek(csv) >= 0 && peek(csv) != csv->separator &&
	       line_end(csv) == 0) {
		if (peek(csv) == '"')
			return refuse(csv, PB_EDATA,
			    N_("a quotation mark stands in a field that does not begin with one"),
			    err);
		status = keep(csv, csv->data[csv->at++], err);
	}
	return status;
}

/* Behind the mark that opens it. */
static enum pb_status
read_quoted(struct pb_csv *csv, struct pb_error *err)
{
	enum pb_status status = PB_OK;
	unsigned begun = csv->lines;

	while (status == PB_OK) {
		size_t end = line_end(csv);

		if (peek(csv) < 0) {
			csv->lines = begun;
			return refuse(csv, PB_EDATA, N_("this quotation mark is not closed"), err);
		}
		if (peek(csv) == '"' && (++csv->at, peek(csv) != '"'))
			break;
		csv->lines += end > 0;
		csv->at += end > 1;
		status = keep(csv, csv->data[csv->at++], err);
	}
	if (status == PB_OK && peek(csv) >= 0 && peek(csv) != csv->separator && line_end(csv) == 0)
		status = refuse(
		    csv, PB_EDATA, N_("something stands behind the closing quotation mark"), err);
	return status;
}

static enum pb_status
read_field(struct pb_csv *csv, struct pb_error *err)
{
	enum pb_status status;

	if (csv->count == PB_LIMIT_CSV_FIELDS)
		return refuse(csv, PB_ELIMIT, N_("this row has too many fields"), err);
	csv->start[csv->count] = csv->text.len;
	if (peek(csv) == '"') {
		csv->at++;
		status = read_quoted(csv, err);
	} else {
		status = read_plain(csv, err);
	}
	if (status == PB_OK && pb_buf_append_u8(&csv->text, '\0') != PB_OK)
		status = pb_fail_memory(err, READ);
	csv->count += status == PB_OK;
	return status;
}

static enum pb_status
read_row(struct pb_csv *csv, struct pb_error *err)
{
	enum pb_status status;

	pb_buf_clear(&csv->text);
	csv->count = 0;
	csv->line = ++csv->lines;
	status = read_field(csv, err);
	while (status == PB_OK && peek(csv) == csv->separator) {
		csv->at++;
		status = read_field(csv, err);
	}
	csv->at += line_end(csv);
	for (size_t i = 0; i < csv->count; i++)
		csv->field[i] = (const char *)csv->text.data + csv->start[i];
	return status;
}

/* Spreadsheets write rows of separators alone behind the last one. */
static bool
is_empty(const struct pb_csv *csv)
{
	return csv->text.len == csv->count; /* a NUL each */
}

enum pb_status
pb_csv_next(struct pb_csv *csv, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	do {
		if (csv->at == csv->len)
			return PB_EEND;
		status = read_row(csv, err);
	} while (status == PB_OK && is_empty(csv));
	if (status != PB_OK)
		return status;
	if (csv->columns == 0)
		csv->columns = csv->count;
	if (csv->count != csv->columns)
		return pb_fail(err, PB_EDATA, READ,
		    N_("this row has another number of fields than the first"),
		    "line %u: %zu, not %zu", csv->line, csv->count, csv->columns);
	return PB_OK;
}

void
pb_csv_done(struct pb_csv *csv)
{
	pb_buf_done(&csv->text);
}

/* ---- writing -------------------------------------------------------------------------------- */

enum pb_status
pb_csv_put(struct pb_buf *line, const char *text)
{
	const char *formula = text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL ? "'" : "";
	enum pb_status status = line->len > 0 ? pb_buf_append_u8(line, ',') : PB_OK;

	if (status != PB_OK)
		return status;
	if (strpbrk(text, ",;\"\t\r\n") == NULL)
		return pb_buf_printf(line, "%s%s", formula, text);
	status = pb_buf_printf(line, "\"%s", formula);
	for (; status == PB_OK && *text != '\0'; text++)
		status = pb_buf_append(line, *text == '"' ? "\"\"" : text, *text == '"' ? 2 : 1);
	return status == PB_OK ? pb_buf_append_u8(line, '"') : status;
}
