/* An index taken up from its octets, every one of which is checked (FORMAT 6.3). */
#include "core/error.h"
#include "core/limits.h"
#include "index/builder.h"
#include "index/index.h"

static const char what_load[] = N_("read the index of a segment");

/* The rows of a term are checked before they are believed, and the last is found. */
static enum pb_status
load_term(struct pb_index_builder *builder, const struct pb_shelf_reader *term)
{
	struct pb_postings_reader rows;
	enum pb_status status;
	uint32_t last = 0;

	pb_postings_read(&rows, term->rows, term->rows_len, builder->rows);
	while ((status = pb_postings_next(&rows, &last)) == PB_OK)
		;
	if (status != PB_EEND || term->rows_len == 0)
		return PB_ECORRUPT;
	return pb_terms_load(
	    &builder->terms, term->key, term->key_len, term->rows, term->rows_len, last);
}

static enum pb_status
load_shelf(struct pb_index_builder *builder, const struct pb_buf *shelf, struct pb_error *err)
{
	struct pb_shelf_reader term;
	enum pb_status status = PB_OK;

	pb_shelf_read(&term, shelf->data, shelf->len);
	while (status == PB_OK && pb_shelf_next(&term))
		status = load_term(builder, &term);
	if (status == PB_ENOMEM)
		return pb_fail_memory(err, what_load);
	if (status != PB_OK || !pb_shelf_whole(&term))
		return pb_unit_damaged(builder->stem, err);
	return PB_OK;
}

static enum pb_status
load_rows(
    struct pb_index_builder *builder, const struct pb_index_table *table, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	for (uint64_t i = 0; i < table->rows && status == PB_OK; i++)
		status = pb_index_builder_append_row(builder, &table->row[i], err);
	return status;
}

/* data: the file, changed as it is opened. */
static enum pb_status
load_shelves(struct pb_index_builder *builder, const struct pb_unit_seal *seal,
    const struct pb_index_table *table, uint8_t *data, struct pb_error *err)
{
	struct pb_buf shelf = PB_BUF_EMPTY;
	enum pb_status status = PB_OK;

	for (size_t i = 0; i < table->shelves && status == PB_OK; i++) {
		const struct pb_shelf_place *place = &table->shelf[i];

		pb_buf_clear(&shelf);
		status = pb_unit_open(
		    seal, PB_UNIT_SHELF + i, data + place->offset, (size_t)place->len, &shelf, err);
		if (status == PB_OK)
			status = load_shelf(builder, &shelf, err);
	}
	pb_buf_done(&shelf);
	return status;
}

static enum pb_status
load(struct pb_index_builder *builder, struct pb_unit_seal *seal, uint8_t *data, size_t len,
    struct pb_error *err)
{
	const size_t begin = PB_INDEX_HEAD_LEN + PB_INDEX_ROOT_LEN;
	struct pb_index_table table = PB_INDEX_TABLE_EMPTY;
	struct pb_buf plain = PB_BUF_EMPTY;
	struct pb_index_head head;
	enum pb_status status;
	uint64_t end = 0;

	status = pb_index_head(seal, data, len, &head, err);
	if (status == PB_OK && head.first_seq != builder->first_seq)
		status = pb_unit_damaged(builder->stem, err);
	if (status == PB_OK)
		status = pb_unit_open(
		    seal, PB_UNIT_TABLE, data + begin, (size_t)head.table_len, &plain, err);
	if (status != PB_OK)
		goto out;
	status = pb_index_table_decode(
	    &table, plain.data, plain.len, head.count, begin + head.table_len, &end);
	if (status == PB_ENOMEM)
		status = pb_fail_memory(err, what_load);
	else if (status != PB_OK || end > len)
		status = pb_unit_damaged(builder->stem, err);
	if (status == PB_OK)
		status = load_rows(builder, &table, err);
	if (status == PB_OK)
		status = load_shelves(builder, seal, &table, data, err);
	if (status == PB_OK)
		status =
		    pb_unit_unseal(seal, PB_UNIT_PADDING, data + end, (size_t)(len - end), err);
out:
	pb_index_table_done(&table);
	pb_buf_done(&plain);
	return status;
}

enum pb_status
pb_index_builder_load(struct pb_index_builder *builder, const void *file, size_t len,
    struct pb_secret *index_key, struct pb_error *err)
{
	struct pb_unit_seal seal = {
		.origin = builder->origin, .stem = builder->stem, .key = index_key
	};
	struct pb_buf copy = PB_BUF_EMPTY;
	enum pb_status status;

	pb_assert(builder->rows == 0);
	status = pb_unit_key_fits(index_key, err);
	if (status != PB_OK)
		return status;
	if (len < PB_INDEX_HEAD_LEN + PB_INDEX_ROOT_LEN || len > PB_LIMIT_INDEX_FILE)
		return pb_unit_damaged(builder->stem, err);
	if (pb_buf_append(&copy, file, len) != PB_OK)
		return pb_fail_memory(err, what_load);
	status = load(builder, &seal, copy.data, len, err);
	pb_buf_done(&copy);
	return status;
}
