#include "archive/observed.h"

enum pb_status
pb_observed_rows(const struct pb_observation *o, uint64_t record, struct pb_buf *rows)
{
	struct pb_observed row = { .speaks = o->speaks,
		.of = PB_OBSERVED_NOBODY,
		.record = record,
		.kind = (uint8_t)o->kind };
	enum pb_status status = PB_OK;

	if (o->count == 0)
		return pb_buf_append(rows, &row, sizeof(row));
	for (size_t i = 0; status == PB_OK && i < o->count; i++) {
		row.of = o->of[i].seq;
		status = pb_buf_append(rows, &row, sizeof(row));
	}
	return status;
}

enum pb_status
pb_observed_put(struct pb_catalog *catalog, const struct pb_buf *rows, struct pb_error *err)
{
	const struct pb_observed *row = (const struct pb_observed *)(void *)rows->data;
	enum pb_status status = PB_OK;

	for (size_t i = 0; status == PB_OK && i < rows->len / sizeof(*row); i++)
		status = pb_catalog_put_observed(catalog, &row[i], err);
	return status;
}
