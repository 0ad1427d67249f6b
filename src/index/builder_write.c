/* An index written to its octets (FORMAT 6.3). */
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "index/builder.h"
#include "index/index.h"
#include "index/shelf.h"
#include "index/table.h"
#include "index/unit.h"

static const char what_write[] = N_("write the index of a segment");

/* The shelf that is being filled, those that are sealed, and their table. */
struct writing {
	const struct pb_index_builder *builder;
	struct pb_unit_seal seal;
	struct pb_index_table table;
	struct pb_buf shelves; /* sealed, one behind the other */
	struct pb_buf shelf;
	struct pb_shelf_writer writer;
	const struct pb_term *first; /* of the shelf */
};

static enum pb_status
end_shelf(struct writing *w, struct pb_error *err)
{
	const uint8_t *keys = w->builder->terms.keys.data;
	size_t before = w->shelves.len;
	enum pb_status status;

	if (w->shelf.len == 0)
		return PB_OK;
	status = pb_unit_close(&w->seal, PB_UNIT_SHELF + w->table.shelves, w->shelf.data,
	    w->shelf.len, &w->shelves, err);
	if (status != PB_OK)
		return status;
	if (pb_index_table_add_shelf(&w->table, keys + w->first->key, w->first->key_len,
		w->shelves.len - before) != PB_OK)
		return pb_fail_memory(err, what_write);
	pb_buf_clear(&w->shelf);
	w->writer.key_len = 0;
	return PB_OK;
}

static enum pb_status
put_term(struct writing *w, const struct pb_term *term, struct pb_error *err)
{
	if (term->len == 0)
		return PB_OK;
	if (w->shelf.len == 0)
		w->first = term;
	if (pb_shelf_put(&w->writer, &w->shelf, w->builder->terms.keys.data + term->key,
		term->key_len, pb_term_rows(term), term->len) != PB_OK)
		return pb_fail_memory(err, what_write);
	return w->shelf.len >= PB_SHELF_LEN ? end_shelf(w, err) : PB_OK;
}

static enum pb_status
write_shelves(struct writing *w, struct pb_error *err)
{
	const struct pb_terms *terms = &w->builder->terms;
	enum pb_status status = PB_OK;
	uint32_t *order;

	if (pb_terms_sorted(terms, &order) != PB_OK)
		return pb_fail_memory(err, what_write);
	for (size_t i = 0; i < terms->count && status == PB_OK; i++)
		status = put_term(w, &terms->term[order[i]], err);
	if (status == PB_OK)
		status = end_shelf(w, err);
	free(order);
	return status;
}

/* Head and root, of a file of that length. */
static enum pb_status
write_head(
    struct writing *w, uint64_t len, uint64_t table_len, struct pb_buf *file, struct pb_error *err)
{
	uint8_t head[PB_INDEX_HEAD_LEN], root[16];

	memcpy(head, PB_INDEX_MAGIC, 8);
	pb_put_u64(head + 8, w->seal.first_seq);
	pb_put_u64(head + 16, w->seal.count);
	pb_unit_key_check(w->seal.key, head + 24);
	pb_put_u64(root, len);
	pb_put_u64(root + 8, table_len);
	if (pb_buf_append(file, head, sizeof(head)) != PB_OK)
		return pb_fail_memory(err, what_write);
	return pb_unit_seal(&w->seal, PB_UNIT_ROOT, root, sizeof(root), file, err);
}

static enum pb_status
write_padding(struct writing *w, size_t len, struct pb_buf *file, struct pb_error *err)
{
	uint8_t *zeros = calloc(len + 1, 1);
	enum pb_status status;

	if (zeros == NULL)
		return pb_fail_memory(err, what_write);
	status = pb_unit_seal(&w->seal, PB_UNIT_PADDING, zeros, len, file, err);
	free(zeros);
	return status;
}

/* The sealed table and shelves are there: the file around them. */
static enum pb_status
assemble(struct writing *w, const struct pb_buf *table, struct pb_buf *file, struct pb_error *err)
{
	uint64_t used = PB_INDEX_HEAD_LEN + PB_INDEX_ROOT_LEN + table->len + w->shelves.len;
	uint64_t len = pb_unit_padded(used);
	enum pb_status status;

	if (len > PB_LIMIT_INDEX_FILE)
		return pb_fail(
		    err, PB_ELIMIT, what_write, N_("it would be too long"), "%s", w->builder->stem);
	if (pb_buf_reserve(file, (size_t)len) != PB_OK)
		return pb_fail_memory(err, what_write);
	status = write_head(w, len, table->len, file, err);
	if (status == PB_OK && (pb_buf_append(file, table->data, table->len) != PB_OK ||
				   pb_buf_append(file, w->shelves.data, w->shelves.len) != PB_OK))
		status = pb_fail_memory(err, what_write);
	if (status == PB_OK)
		status = write_padding(w, (size_t)(len - used - PB_AEAD_TAG_LEN), file, err);
	return status;
}

enum pb_status
pb_index_builder_write(const struct pb_index_builder *builder, struct pb_secret *index_key,
    struct pb_buf *file, struct pb_error *err)
{
	struct pb_buf plain = PB_BUF_EMPTY, table = PB_BUF_EMPTY;
	struct writing w = { .builder = builder };
	size_t before = file->len;
	enum pb_status status;

	w.seal = (struct pb_unit_seal){ .origin = builder->origin,
		.stem = builder->stem,
		.first_seq = builder->first_seq,
		.count = builder->rows,
		.key = index_key };
	status = pb_unit_key_fits(index_key, err);
	if (status == PB_OK)
		status = write_shelves(&w, err);
	if (status == PB_OK &&
	    pb_index_table_encode(&w.table, builder->row, builder->rows, &plain) != PB_OK)
		status = pb_fail_memory(err, what_write);
	if (status == PB_OK)
		status = pb_unit_close(&w.seal, PB_UNIT_TABLE, plain.data, plain.len, &table, err);
	if (status == PB_OK)
		status = assemble(&w, &table, file, err);
	if (status != PB_OK)
		file->len = before;
	pb_index_table_done(&w.table);
	pb_buf_done(&w.shelves);
	pb_buf_done(&w.shelf);
	pb_buf_done(&plain);
	pb_buf_done(&table);
	return status;
}
