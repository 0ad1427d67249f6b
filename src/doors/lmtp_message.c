#include "doors/lmtp_message.h"

/* Nothing of it is kept; what still comes is thrown away. */
static void
give_up(struct pb_lmtp_message *m, enum pb_lmtp_fate why)
{
	if (!m->waiting)
		pb_transaction_drop(m->transaction);
	pb_buf_wipe(&m->head);
	m->waiting = false;
	m->fate = why;
}

void
pb_lmtp_message_begin(struct pb_lmtp_message *m, const struct pb_transit *transit)
{
	pb_journal_report_init(&m->report);
	m->open = true;
	m->fate = transit != NULL ? PB_LMTP_GOOD : PB_LMTP_NOT_KEPT;
	m->size = 0;
	if (transit == NULL)
		return;
	m->transit = *transit;
	m->waiting = m->door->journal;
	if (!m->waiting)
		pb_transaction_begin(m->transaction, &m->transit);
	else if (pb_buf_reserve(&m->head, PB_LIMIT_JOURNAL_HEAD) != PB_OK)
		give_up(m, PB_LMTP_NOT_KEPT);
}

/*
 * What the head says, if it can be said.  A report is for those whom its text names; where it names
 * nobody, or is too long to tell, it concerns no archive, and the policy says what becomes of it.
 */
static void
judge_head(struct pb_lmtp_message *m, bool last)
{
	enum pb_journal_is is;

	if (pb_journal_report_read(&m->report, m->head.data, m->head.len, last, &is, NULL) !=
		PB_OK ||
	    (is == PB_JOURNAL_REPORT &&
		pb_journal_report_state(&m->report, &m->transit, NULL) != PB_OK)) {
		give_up(m, PB_LMTP_NOT_KEPT);
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

	if (m->fate == PB_LMTP_GOOD && len > m->door->max_message - m->size)
		give_up(m, PB_LMTP_TOO_LARGE);
	if (m->fate != PB_LMTP_GOOD || len == 0)
		return;
	m->size += len;
	if (m->waiting) {
		n = PB_LIMIT_JOURNAL_HEAD - m->head.len;
		n = len < n ? len : n;
		if (pb_buf_append(&m->head, at, n) != PB_OK)
			give_up(m, PB_LMTP_NOT_KEPT);
		else
			judge_head(m, m->head.len == PB_LIMIT_JOURNAL_HEAD);
		at += n;
		len -= n;
	}
	if (m->fate == PB_LMTP_GOOD && len > 0)
		pb_transaction_write(m->transaction, at, len);
}

enum pb_lmtp_fate
pb_lmtp_message_end(struct pb_lmtp_message *m)
{
	enum pb_outcome outcome;

	if (m->waiting)
		judge_head(m, true);
	if (m->fate == PB_LMTP_GOOD) {
		outcome = pb_transaction_end(m->transaction, &m->transit, NULL);
		m->fate = outcome == PB_OUTCOME_DEFER ? PB_LMTP_NOT_KEPT : PB_LMTP_GOOD;
	}
	m->open = false;
	return m->fate;
}

void
pb_lmtp_message_drop(struct pb_lmtp_message *m)
{
	if (m->open && m->fate == PB_LMTP_GOOD)
		give_up(m, PB_LMTP_NOT_KEPT);
	pb_journal_report_done(&m->report);
	m->open = false;
}

void
pb_lmtp_message_done(struct pb_lmtp_message *m)
{
	pb_lmtp_message_drop(m);
	pb_buf_done(&m->head);
}
