/*
 * What the writer has asked outside, by who has a network: one question and one answer by each
 * connection, a packet each, numbers big-endian.
 *
 *     QUESTION  writer -> stamper   magic || timeout_ms u32 || max u32 || name_len u8 || name ||
 *                                   url_len u16 || url || body_len u16 || body
 *     ANSWER    stamper -> writer   end u8 || status u16 || retry_after_s u32 || type_len u8 ||
 *                                   type || body_len u32, and the body as a descriptor
 *
 * A timestamp is asked of an authority by its name alone; where it is, and with which certificate
 * it is asked, is the stamper's to know.  An address is only fetched.
 */
#ifndef PB_RELAY_EXCHANGE_H
#define PB_RELAY_EXCHANGE_H

#include "core/buf.h"
#include "core/limits.h"

#define PB_EXCHANGE_NAME 32
#define PB_EXCHANGE_TYPE 127
#define PB_EXCHANGE_PACKET_MAX                                                                     \
	(8 + 8 + 1 + PB_EXCHANGE_NAME + 2 + PB_LIMIT_TSA_URL + 2 + PB_LIMIT_STAMP_REQUEST)

/* Either a name and a body, or an address. */
struct pb_question {
	uint32_t timeout_ms; /* for the whole exchange */
	uint32_t max;        /* of the answer's body, octets */
	char authority[PB_EXCHANGE_NAME + 1];
	char url[PB_LIMIT_TSA_URL + 1];
	const void *body; /* decoded: borrowed from the packet */
	size_t body_len;
};

/* PB_ELIMIT: its body is too long.  PB_ENOMEM. */
enum pb_status pb_question_encode(
    const struct pb_question *question, struct pb_buf *packet) PB_MUST_CHECK;
/* PB_EDATA. */
enum pb_status pb_question_decode(
    const void *packet, size_t len, struct pb_question *ret_question) PB_MUST_CHECK;

enum pb_exchange_end {
	PB_EXCHANGE_CAME,    /* an answer, whole */
	PB_EXCHANGE_FAILED,  /* none, and none of these: */
	PB_EXCHANGE_REFUSED, /* the connection */
	PB_EXCHANGE_LATE,
	PB_EXCHANGE_LONG,
	PB_EXCHANGE_UNASKED, /* nobody was asked: it is not permitted, or could not be done */
	PB_EXCHANGE_ENDS
};

struct pb_exchange_answer {
	enum pb_exchange_end end;
	/* Of one that came. */
	unsigned status; /* 200... */
	uint32_t retry_after_s;
	char content_type[PB_EXCHANGE_TYPE + 1];
	uint32_t body_len;
};

enum pb_status pb_exchange_answer_encode(
    const struct pb_exchange_answer *answer, struct pb_buf *packet) PB_MUST_CHECK;
/* PB_EDATA. */
enum pb_status pb_exchange_answer_decode(
    const void *packet, size_t len, struct pb_exchange_answer *ret_answer) PB_MUST_CHECK;

#endif
