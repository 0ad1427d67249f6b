/*
 * The door into the archive, as capture sees it: in one process the archive
 * itself, with a daemon its socket.  What goes in is sealed; what comes back,
 * once, is where it stands in the log, after it is durable under a signed
 * checkpoint, or that it could not be kept.
 */
#ifndef PB_RECORD_INTAKE_H
#define PB_RECORD_INTAKE_H

#include "record/sealed.h"

/* The receipt of one record: its place in the log and the local clock. */
struct pb_receipt {
	uint64_t seq;
	uint64_t time_s;
	uint8_t message_sha256[PB_DIGEST_LEN];
};

struct pb_intake {
	void *ctx;
	/*
	 * Take a record (take_sealed is consumed whatever the answer).  `cookie`
	 * comes back with the receipt.  The record may wait for others; it is
	 * not acknowledged until `acknowledged` is called with its cookie.
	 */
	enum pb_status (*submit)(
	    void *ctx, struct pb_sealed *take_sealed, void *cookie, struct pb_error *err);
	/* Commit what waits.  On failure what waited is not kept and is not acknowledged. */
	enum pb_status (*flush)(void *ctx, struct pb_error *err);
};

/*
 * How receipts come back, in order of seq, within submit or flush.  An answer
 * other than PB_OK (the program could not tell the sender, say) is returned by
 * that submit or flush after all receipts of the commit were handed out.
 */
typedef enum pb_status pb_acknowledged_fn(
    void *ctx, void *cookie, const struct pb_receipt *receipt, struct pb_error *err);

#endif
