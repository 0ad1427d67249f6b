#include "doors/lmtp_message.h"

/* Nothing of it is kept; what still comes is thrown away. */
static void
give_up(struct pb_lmtp_message *m)
{
	if (!m->waiting)
		pb_transaction_drop(m->transaction);
	pb_buf_wipe(&m->head);
	m->waiting = false;
	m->given_up = true;
}

void
pb_lmtp_message_begin(struct pb_lmtp_message *m, const struct pb_transit *transit)
{
	pb_journal_report_init(&m->report);
	m->open = true;
	m->given_up = transit == NULL;
	m->size = 0;
	if (transit == NULL)
		return;
	m->transit = *transit;
	m->waiting = m->door->journal;
	if (!m->waiting)
		pb_transaction_begin(m->transaction, &m->transit);
	else if (pb_buf_reserve(&m->head, PB_LIMIT_JOURNAL_HEAD) != PB_OK)
		give_up(m);
}

/*
 * What the head says, if it can be said.  A report concerns those whom its text names, too; where
 * it names nobody, or is too long to tell, its transaction alone says whom it concerns.
 */
static void
judge_head(struct pb_lmtp_message *m, bool last)
{
	enum pb_journal_is is;

	if (pb_journal_report_read(&m->report, m->head.data, m->head.len, last, &is, NULL) !=
		PB_OK ||
	    (is == PB_JOURNAL_REPORT &&
		pb_journal_report_state(&m->report, &m->transit, NULL) != PB_OK)) {
		give_up(m);
		return;
	}
	if (is == PB_JOURNAL_UNKNOWN)
		return;
	m->waiting = false;
	pb_transaction_begin(m->transaction, &m->transit);
	pb_transaction_write(m->transaction, m->head.data, m->head.len);
	pb_buf_wipe(&m->head);
}

void
pb_lmtp_message_write(struct pb_lmtp_message *m, const void *data, size_t len)
{
	const uint8_t *at = data;
	size_t n;

	m->size += len;
	if (m->waiting) {
		n = PB_LIMIT_JOURNAL_HEAD - m->head.len;
		n = len < n ? len : n;
		if (pb_buf_append(&m->head, at, n) != PB_OK)
			give_up(m);
		else
			judge_head(m, m->head.len == PB_LIMIT_JOURNAL_HEAD);
		at += n;
		len -= n;
	}
	if (!m->given_up && len > 0)
		pb_transaction_write(m->transaction, at, len);
}

enum pb_lmtp_fate
pb_lmtp_message_end(struct pb_lmtp_message *m)
{
	enum pb_outcome outcome = PB_OUTCOME_DEFER;

	if (m->waiting)
		judge_head(m, true);
	if (!m->given_up)
		outcome = pb_transaction_end(m->transaction, &m->transit, NULL);
	m->open = false;
	if (outcome != PB_OUTCOME_DEFER)
		return PB_LMTP_GOOD;
	return m->size > m->door->max_message ? PB_LMTP_TOO_LARGE : PB_LMTP_NOT_KEPT;
}

void
pb_lmtp_message_drop(struct pb_lmtp_message *m)
{
	if (m->open && !m->given_up)
		give_up(m);
	pb_journal_report_done(&m->report);
	m->open = false;
}

void
pb_lmtp_message_done(struct pb_lmtp_message *m)
{
	pb_lmtp_message_drop(m);
	pb_buf_done(&m->head);
}
