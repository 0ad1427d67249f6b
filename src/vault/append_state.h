/* What append.c and append_open.c share: the state of a segment being written. */
#ifndef PB_VAULT_APPEND_STATE_H
#define PB_VAULT_APPEND_STATE_H

#include "vault/append.h"
#include "vault/gather.h"
#include "vault/keyfile.h"

enum append_state {
	APPEND_READY,
	APPEND_FAILED, /* a write failed: only undo helps */
	APPEND_STOPPED /* a sync failed, or an undo: what is durable is not known */
};

/*
 * 1. Frames are only taken for durable slots:
 *    slots + records <= slots_durable <= slots_written.
 * 2. Between commits these are equal, records is 0 and sealed is false.
 */
struct pb_append {
	const struct pb_files *files; /* borrowed */
	char name[PB_SEGMENT_NAME_LEN + 1];
	char *path, *vault_dir, *keys_dir;
	struct pb_gather *segment;
	struct pb_keyfile *keys;
	struct pb_secret *segment_key;
	enum append_state state;
	bool vault_settled, keys_settled; /* the file's name is durable */
	uint64_t slots;                   /* committed records */
	uint64_t slots_written, slots_durable;
	bool slots_touched; /* the key file may hold more than the committed slots */
	uint64_t records;   /* frames of this commit */
	bool sealed;        /* its 'C' was taken */
};

/* Between commits: that many records, all committed. */
void pb_append_settle(struct pb_append *append, uint64_t slots);

#endif
