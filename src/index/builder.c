#include "index/builder.h"

#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "crypto/digest.h"

static const char what_make[] = N_("make the index of a segment");

#define ROWS_FIRST 1024

/* Who sends mail does not know the random id in a segment's name. */
static uint64_t
seed_of(const char *stem)
{
	uint8_t sha256[PB_DIGEST_LEN];

	pb_digest_sha256(stem, strlen(stem), sha256);
	return pb_get_u64(sha256);
}

enum pb_status
pb_index_builder_new(const char *origin, const char *stem, uint64_t first_seq,
    struct pb_index_builder **ret_builder, struct pb_error *err)
{
	struct pb_index_builder *builder = calloc(1, sizeof(*builder));
	enum pb_status status;

	if (builder == NULL)
		return pb_fail_memory(err, what_make);
	builder->first_seq = first_seq;
	pb_terms_init(&builder->terms, seed_of(stem));
	builder->origin = strdup(origin);
	builder->stem = strdup(stem);
	if (builder->origin != NULL && builder->stem != NULL)
		status = pb_fold_new(&builder->fold, err);
	else
		status = pb_fail_memory(err, what_make);
	if (status != PB_OK) {
		pb_index_builder_free(builder);
		return status;
	}
	*ret_builder = builder;
	return PB_OK;
}

void
pb_index_builder_free(struct pb_index_builder *builder)
{
	if (builder == NULL)
		return;
	pb_terms_done(&builder->terms);
	pb_fold_free(builder->fold);
	free(builder->row);
	free(builder->origin);
	free(builder->stem);
	free(builder);
}

uint64_t
pb_index_builder_count(const struct pb_index_builder *builder)
{
	return builder->rows;
}

bool
pb_index_builder_fits(const struct pb_index_builder *builder, bool bodies)
{
	for (uint64_t i = 0; i < builder->rows; i++)
		if (builder->row[i].state == PB_INDEX_STATE_MADE &&
		    builder->row[i].bodyless == bodies)
			return false;
	return true;
}

enum pb_status
pb_index_builder_append_row(
    struct pb_index_builder *builder, const struct pb_index_row *row, struct pb_error *err)
{
	uint64_t room = builder->room == 0 ? ROWS_FIRST : 2 * builder->room;
	struct pb_index_row *rows;

	if (builder->rows >= PB_LIMIT_INDEX_ROWS)
		return pb_fail(err, PB_ELIMIT, what_make,
		    N_("a segment has more records than an index can hold"), "%s", builder->stem);
	if (builder->rows == builder->room) {
		rows = realloc(builder->row, room * sizeof(*rows));
		if (rows == NULL)
			return pb_fail_memory(err, what_make);
		builder->row = rows;
		builder->room = room;
	}
	builder->row[builder->rows++] = *row;
	builder->words = 0;
	return PB_OK;
}

enum pb_status
pb_index_builder_row(
    struct pb_index_builder *builder, const struct pb_index_row *row, struct pb_error *err)
{
	struct pb_index_row own = *row;

	if (!own.has_date)
		own.date_s = 0; /* what is not known has one form */
	return pb_index_builder_append_row(builder, &own, err);
}

/* A word of the row given last: it is noted, or the row says that some are missing. */
static enum pb_status
note_word(struct pb_index_builder *builder, const struct pb_terms_key *key)
{
	uint32_t row = (uint32_t)(builder->rows - 1);
	enum pb_status status = PB_ELIMIT;
	bool is_new = false;

	if (builder->words < PB_LIMIT_INDEX_MESSAGE)
		status = pb_terms_add(&builder->terms, key, row, &is_new);
	if (is_new)
		builder->words++;
	if (status == PB_ELIMIT) {
		builder->row[row].cut = true;
		status = PB_OK;
	}
	return status;
}

static enum pb_status
note_waiting(struct pb_index_builder *builder)
{
	enum pb_status status = PB_OK;

	pb_terms_near(&builder->terms, builder->key, builder->waiting);
	for (size_t i = 0; i < builder->waiting && status == PB_OK; i++)
		status = note_word(builder, &builder->key[i]);
	builder->waiting = 0;
	return status;
}

static enum pb_status
take_word(void *arg, const char *word, size_t len)
{
	struct pb_index_builder *builder = arg;
	struct pb_terms_key *key = &builder->key[builder->waiting++];

	memcpy(key->octets, word, len);
	key->octets[len] = builder->field;
	key->len = (uint8_t)(len + 1);
	return builder->waiting < PB_BUILDER_WAITING ? PB_OK : note_waiting(builder);
}

enum pb_status
pb_index_builder_text(struct pb_index_builder *builder, enum pb_index_field field, const void *text,
    size_t len, struct pb_error *err)
{
	enum pb_status status;

	pb_assert(builder->rows > 0 && field >= PB_INDEX_BODY && field < PB_INDEX_FIELDS);
	builder->field = (uint8_t)field;
	builder->waiting = 0;
	/* Addresses first: they are few, and what is asked for most exactly. */
	status =
	    pb_words_whole(builder->fold, text, len, field == PB_INDEX_MSGID, take_word, builder);
	if (status == PB_OK)
		status = pb_words_each(builder->fold, text, len, take_word, builder);
	if (status == PB_OK)
		status = note_waiting(builder);
	return status == PB_OK ? PB_OK : pb_fail_memory(err, what_make);
}

static void
empty_row(struct pb_index_row *row)
{
	*row = (struct pb_index_row){ .type = row->type, .time_s = row->time_s };
}

enum pb_status
pb_index_builder_forget(
    struct pb_index_builder *builder, const uint64_t *seq, size_t count, struct pb_error *err)
{
	size_t len = (size_t)builder->rows / 8 + 1;
	uint8_t *gone = calloc(len, 1);

	if (gone == NULL)
		return pb_fail_memory(err, what_make);
	for (size_t i = 0; i < count; i++) {
		uint64_t row = seq[i] - builder->first_seq;

		if (seq[i] < builder->first_seq || row >= builder->rows)
			continue;
		gone[row / 8] |= (uint8_t)(1 << (row % 8));
		empty_row(&builder->row[row]);
	}
	pb_terms_forget(&builder->terms, gone, len);
	free(gone);
	return PB_OK;
}
