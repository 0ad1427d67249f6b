/* leaf.tlog-proof of one record after the other (FORMAT 5.5). */
#ifndef PB_EXPORT_PROOFS_H
#define PB_EXPORT_PROOFS_H

#include "export/export.h"

struct pb_export_proofs {
	struct pb_export *e;
	struct pb_reading *reading; /* for anchors, from front to back */
	size_t at;                  /* the first stamp over more than the records so far */
	struct pb_buf note;         /* its checkpoint; empty: not read yet */
};

/* Zeros before; release it whatever the answer. */
enum pb_status pb_export_proofs_init(
    struct pb_export_proofs *proofs, struct pb_export *e, struct pb_error *err) PB_MUST_CHECK;
/* Of record seq, which ascends from call to call; appended. */
enum pb_status pb_export_proofs_next(struct pb_export_proofs *proofs, uint64_t seq,
    struct pb_buf *text, struct pb_error *err) PB_MUST_CHECK;
void pb_export_proofs_done(struct pb_export_proofs *proofs);

#endif
