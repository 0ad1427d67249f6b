/*
 * What the writer and a listener say to each other: one packet each, numbers big-endian.
 *
 *     HELLO   writer -> listener, once   magic || len u64, with the table of archives as a
 * descriptor SUBMIT  listener -> writer         a record; its payload behind it while the packet
 * meets PB_LIMIT_RELAY_PACKET, else as a descriptor REPLY   writer -> listener         what became
 * of the record with that number
 *
 *     table   { name_len u8 || name || origin_len u8 || origin } for each archive
 *
 * Both sides are of one build: another version has another magic.
 */
#ifndef PB_RELAY_PACKET_H
#define PB_RELAY_PACKET_H

#include "core/buf.h"
#include "core/limits.h"
#include "record/intake.h"

#define PB_PACKET_R_LEN 32
#define PB_PACKET_HELLO_LEN (8 + 8)
#define PB_PACKET_SUBMIT_LEN                                                                       \
	(1 + 8 + 4 + 1 + 8 + PB_COMMITMENT_LEN + 2 * PB_DIGEST_LEN + 8 + PB_PACKET_R_LEN)
#define PB_PACKET_REPLY_LEN (1 + 8 + 1 + 1 + 8 + 8 + PB_DIGEST_LEN)
/* The longest payload that comes in the packet itself: a longer one never does, a shorter always.
 */
#define PB_PACKET_INLINE (PB_LIMIT_RELAY_PACKET - PB_PACKET_SUBMIT_LEN)

/* ---- HELLO ---- */

void pb_packet_hello_encode(uint64_t table_len, uint8_t out[PB_PACKET_HELLO_LEN]);
/* PB_EDATA: another program, or another version of this one. */
enum pb_status pb_packet_hello_decode(
    const void *packet, size_t len, uint64_t *ret_table_len) PB_MUST_CHECK;

/* PB_ELIMIT: either is longer than 255 octets. */
enum pb_status pb_packet_archive_encode(
    struct pb_buf *table, const char *name, const char *origin) PB_MUST_CHECK;

/*
 * The table's next archive, from *at, which moves behind it; both texts borrowed and not
 * terminated.  PB_EEND: there is none; PB_EDATA.
 */
struct pb_packet_archive {
	const char *name, *origin;
	size_t name_len, origin_len;
};
enum pb_status pb_packet_archive_decode(
    const void *table, size_t len, size_t *at, struct pb_packet_archive *ret_archive) PB_MUST_CHECK;

/* ---- SUBMIT ---- */

struct pb_submit {
	uint64_t number; /* the listener's; comes back */
	uint32_t archive;
	uint8_t type;
	uint64_t time_first_us;
	uint64_t payload_len;
	/* Borrowed from the packet. */
	const uint8_t *commitment, *payload_sha256, *message_sha256, *r;
	const uint8_t *payload; /* NULL: a descriptor holds it */
};

/* All but the payload, the secret in it: to be wiped.  sealed->r is PB_PACKET_R_LEN octets. */
void pb_packet_submit_encode(const struct pb_sealed *sealed, uint64_t number, uint32_t archive,
    uint8_t out[PB_PACKET_SUBMIT_LEN]);
/* PB_EDATA; PB_ELIMIT: no payload is so long, or it is empty. */
enum pb_status pb_packet_submit_decode(
    const void *packet, size_t len, struct pb_submit *ret_submit) PB_MUST_CHECK;

/* ---- REPLY ---- */

/* Why the writer did not keep a record; the status says the rest. */
enum pb_refusal {
	PB_REFUSAL_NONE,
	PB_REFUSAL_ARCHIVE, /* it can't be had now */
	PB_REFUSAL_COMMIT,
	PB_REFUSAL_DIGEST, /* of its payload */
	PB_REFUSAL_COPY,   /* of its payload */
	PB_REFUSAL_COUNT
};
/* A literal; NULL for none. */
const char *pb_refusal_why(enum pb_refusal refusal);

struct pb_reply {
	uint64_t number;
	enum pb_status status; /* PB_OK exactly if there is no refusal */
	enum pb_refusal refusal;
	struct pb_receipt receipt; /* of PB_OK */
};
void pb_packet_reply_encode(const struct pb_reply *reply, uint8_t out[PB_PACKET_REPLY_LEN]);
enum pb_status pb_packet_reply_decode(
    const void *packet, size_t len, struct pb_reply *ret_reply) PB_MUST_CHECK;

#endif
