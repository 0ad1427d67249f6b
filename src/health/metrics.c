#include "health/metrics.h"

#include <inttypes.h>

/* Base units (https://prometheus.io/docs/practices/naming): what is told in microseconds is shown
 * in seconds. */
enum form { COUNTER, GAUGE, SECONDS };

struct metric {
	enum pb_board_number number;
	enum form form;
	const char *name, *help;
};

static const struct metric OF_WRITER[] = {
	{ PB_BOARD_BEGUN_US, SECONDS, "started_timestamp_seconds", "When its process began." },
	{ PB_BOARD_ALIVE_US, SECONDS, "alive_timestamp_seconds", "Its last sign of life." },
};
static const struct metric OF_DOOR[] = {
	{ PB_BOARD_BEGUN_US, SECONDS, "started_timestamp_seconds", "When its process began." },
	{ PB_BOARD_ALIVE_US, SECONDS, "alive_timestamp_seconds", "Its last sign of life." },
	{ PB_BOARD_LAST_US, SECONDS, "last_message_timestamp_seconds",
	    "When a message was kept last; 0: none yet." },
	{ PB_BOARD_LAG_US, SECONDS, "lag_seconds",
	    "From the last octet of the last message to its receipt." },
	{ PB_BOARD_KEPT, COUNTER, "messages_kept_total", "Messages that were kept." },
	{ PB_BOARD_DEFERRED, COUNTER, "messages_deferred_total",
	    "Messages that could not be kept, and that their senders have still." },
	{ PB_BOARD_PASSED, COUNTER, "messages_passed_total",
	    "Messages that could not be kept, and were let through." },
	{ PB_BOARD_UNMAPPED, COUNTER, "recipients_unmapped_total",
	    "Recipients who have no archive." },
	{ PB_BOARD_SESSIONS, GAUGE, "sessions", "Sessions that are open." },
	{ PB_BOARD_GAPS_WAITING, GAUGE, "gaps_waiting",
	    "What was let through, and no record tells of yet." },
	{ PB_BOARD_FAILING_US, SECONDS, "failing_since_timestamp_seconds",
	    "Since when mail for an archive cannot be kept; 0: it can." },
	{ PB_BOARD_UNTIL_US, SECONDS, "certificate_end_timestamp_seconds",
	    "When the certificate that it shows ends; 0: it has none." },
};
static const struct metric OF_ARCHIVE[] = {
	{ PB_BOARD_RECORDS, GAUGE, "records", "Records of its log." },
	{ PB_BOARD_KEPT, COUNTER, "messages_kept_total",
	    "Records that doors handed over, and that are durable." },
	{ PB_BOARD_LAST_US, SECONDS, "last_message_timestamp_seconds",
	    "When a door's record was kept last; 0: none yet." },
	{ PB_BOARD_WAITING, GAUGE, "records_unstamped", "Records that no token covers." },
	{ PB_BOARD_WAITING_SINCE_US, SECONDS, "unstamped_since_timestamp_seconds",
	    "Since when the first of them waits; 0: none does." },
	{ PB_BOARD_STAMPED_US, SECONDS, "stamped_timestamp_seconds",
	    "When it was stamped last; 0: not known." },
	{ PB_BOARD_UNANSWERED, GAUGE, "stamp_gap",
	    "1: no authority answers, and its log says so." },
	{ PB_BOARD_FAILURES, COUNTER, "failures_total", "What could not be done with it." },
	{ PB_BOARD_FAILED_US, SECONDS, "failed_timestamp_seconds",
	    "When that was last; 0: never." },
	{ PB_BOARD_FAILING_US, SECONDS, "failing_since_timestamp_seconds",
	    "Since when it cannot be written to; 0: it can." },
	{ PB_BOARD_FREE_BYTES, GAUGE, "disk_free_bytes", "Room on its disk." },
};
static const struct metric OF_STAMPER[] = {
	{ PB_BOARD_ALIVE_US, SECONDS, "alive_timestamp_seconds", "Its last sign of life." },
};
static const struct metric OF_AUTHORITY[] = {
	{ PB_BOARD_STAMPED_US, SECONDS, "stamped_timestamp_seconds",
	    "When it gave a good token last; 0: not yet." },
	{ PB_BOARD_FAILURES, COUNTER, "failures_total", "Times that it was asked and gave none." },
	{ PB_BOARD_FAILED_US, SECONDS, "failed_timestamp_seconds",
	    "When that was last; 0: never." },
};
#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* The first failure sticks. */
struct writing {
	struct pb_buf *text;
	enum pb_status status;
};

static void
put_value(struct writing *w, const struct metric *metric, uint64_t value)
{
	if (w->status != PB_OK)
		return;
	if (metric->form == SECONDS)
		w->status = pb_buf_printf(
		    w->text, "%" PRIu64 ".%06" PRIu64 "\n", value / 1000000, value % 1000000);
	else
		w->status = pb_buf_printf(w->text, "%" PRIu64 "\n", value);
}

static void
put_head(struct writing *w, const char *what, const struct metric *metric)
{
	if (w->status == PB_OK)
		w->status =
		    pb_buf_printf(w->text, "# HELP probant_%s_%s %s\n# TYPE probant_%s_%s %s\n",
			what, metric->name, metric->help, what, metric->name,
			metric->form == COUNTER ? "counter" : "gauge");
}

/* Names of rows are 1 to 32 of a-z 0-9 -: nothing in them needs a backslash.  Of no name: a row
 * that nobody has told anything on. */
static void
put_row(struct writing *w, const char *what, bool labelled, const struct metric *metric,
    const struct pb_board_row *row)
{
	if (w->status != PB_OK || row->name[0] == '\0')
		return;
	w->status = labelled ? pb_buf_printf(w->text, "probant_%s_%s{%s=\"%s\"} ", what,
				   metric->name, what, row->name)
			     : pb_buf_printf(w->text, "probant_%s_%s ", what, metric->name);
	put_value(w, metric, row->number[metric->number]);
}

/* Each metric's rows stand together. */
static void
put(struct writing *w, const char *what, bool labelled, const struct metric *metric,
    size_t metric_count, const struct pb_board_row *row, size_t count)
{
	for (size_t m = 0; m < metric_count; m++) {
		put_head(w, what, &metric[m]);
		for (size_t i = 0; i < count; i++)
			put_row(w, what, labelled, &metric[m], &row[i]);
	}
}

enum pb_status
pb_metrics(const struct pb_boards *boards, struct pb_buf *text)
{
	const struct pb_capture_policy *policy = boards->policy;
	struct writing w = { .text = text };

	w.status = pb_buf_append_text(text,
	    "# HELP probant_build_info What answers.\n# TYPE probant_build_info gauge\n"
	    "probant_build_info{version=\"" PROBANT_VERSION "\"} 1\n");
	put(&w, "writer", false, OF_WRITER, COUNT(OF_WRITER), &boards->writer, 1);
	put(&w, "door", true, OF_DOOR, COUNT(OF_DOOR), boards->door, policy->door_count);
	put(&w, "archive", true, OF_ARCHIVE, COUNT(OF_ARCHIVE), boards->archive,
	    policy->archive_count);
	if (boards->authority_count > 0) {
		put(&w, "stamper", false, OF_STAMPER, COUNT(OF_STAMPER), &boards->stamper, 1);
		put(&w, "authority", true, OF_AUTHORITY, COUNT(OF_AUTHORITY), boards->authority,
		    boards->authority_count);
	}
	return w.status;
}
