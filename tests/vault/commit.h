/* Commits for the tests of append: records from a seed, all steps or the first few. */
#ifndef PB_TEST_VAULT_COMMIT_H
#define PB_TEST_VAULT_COMMIT_H

#include "vault/fixture.h"

#include "vault/append.h"

#define SEGMENT "vault/" NAME ".seg"
#define KEYS "keys/" NAME ".key"
#define NOTE "not really a note\n"
#define KEY_SEED 4711

struct item {
	uint64_t seq;
	size_t len; /* of the payload */
	bool open;
};

static inline struct pb_append *
create(const struct pb_files *files, const char *dir)
{
	struct pb_segment_header header = make_header();
	struct pb_append *append = NULL;

	assert_int_equal(
	    pb_append_create(files, dir, &header, make_secret(KEY_SEED), &append, NULL), PB_OK);
	pb_segment_header_done(&header);
	return append;
}

static inline enum pb_status
resume(const struct pb_files *files, const char *dir, uint64_t end, uint64_t slots,
    struct pb_append **ret_append)
{
	return pb_append_continue(
	    files, dir, NAME, end, slots, make_secret(KEY_SEED), ret_append, NULL);
}

/* secrets, sync, records, checkpoint, sync */
#define STEPS_ALL 5

static inline enum pb_status
put_secrets(struct pb_append *append, const struct item *items, size_t count)
{
	struct pb_secret *secrets[8] = { NULL };
	enum pb_status status;
	size_t i;

	for (i = 0; i < count; i++)
		if (!items[i].open)
			secrets[i] = make_secret(~items[i].seq);
	status = pb_append_secrets(append, secrets, count, NULL);
	for (i = 0; i < count; i++)
		pb_secret_free(secrets[i]);
	return status;
}

static inline enum pb_status
put_record(struct pb_append *append, const struct item *item)
{
	struct pb_sealed sealed = make_sealed(item->seq, item->len);
	uint8_t leaf[PB_LEAF_LEN];
	enum pb_status status;

	make_leaf(item->seq, leaf);
	status = pb_append_record(append, leaf, &sealed, item->open, NULL);
	pb_sealed_done(&sealed);
	return status;
}

/* The first steps of a commit, until one fails. */
static inline enum pb_status
commit_steps(struct pb_append *append, const struct item *items, size_t count, unsigned steps)
{
	enum pb_status status = PB_OK;
	size_t i;

	if (steps > 0)
		status = put_secrets(append, items, count);
	if (status == PB_OK && steps > 1)
		status = pb_append_sync_secrets(append, NULL);
	for (i = 0; status == PB_OK && steps > 2 && i < count; i++)
		status = put_record(append, &items[i]);
	if (status == PB_OK && steps > 3)
		status = pb_append_checkpoint(append, NOTE, strlen(NOTE), NULL);
	if (status == PB_OK && steps > 4)
		status = pb_append_sync_frames(append, NULL);
	return status;
}

static inline enum pb_status
commit(struct pb_append *append, const struct item *items, size_t count)
{
	return commit_steps(append, items, count, STEPS_ALL);
}

#endif
