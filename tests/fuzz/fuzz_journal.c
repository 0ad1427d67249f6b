/* Any octets as a message that may be a journal report: told the same however they arrive. */
#include <stdlib.h>
#include <string.h>

#include "capture/address.h"
#include "core/error.h"
#include "doors/journal_report.h"
#include "fuzz/fuzz.h"

static enum pb_journal_is
read_in(struct pb_journal_report *report, const uint8_t *data, size_t len, size_t step)
{
	enum pb_journal_is is = PB_JOURNAL_UNKNOWN;

	pb_journal_report_init(report);
	for (size_t at = step < len ? step : len;; at = step < len - at ? at + step : len) {
		pb_assert(pb_journal_report_read(report, data, at, at == len, &is, NULL) == PB_OK);
		if (is != PB_JOURNAL_UNKNOWN)
			return is;
	}
}

static void
check_told(struct pb_journal_report *report)
{
	struct pb_transit transit = { .mail_from = "" };

	pb_assert(pb_journal_report_state(report, &transit, NULL) == PB_OK);
	pb_assert(*transit.mail_from == '\0' || pb_address_plausible(transit.mail_from));
	for (size_t i = 0; i < transit.recipient_count; i++)
		pb_assert(pb_address_plausible(transit.recipient[i].address));
	pb_assert(transit.journal != NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const size_t steps[] = { 1, 7 };
	struct pb_journal_report whole, parts;
	enum pb_journal_is is = read_in(&whole, data, len, SIZE_MAX);

	if (is == PB_JOURNAL_REPORT)
		check_told(&whole);
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
		pb_assert(read_in(&parts, data, len, steps[i]) == is);
		pb_assert(strcmp(parts.addresses.sender, whole.addresses.sender) == 0);
		pb_assert(parts.addresses.count == whole.addresses.count);
		pb_assert(parts.addresses.recipients.len == whole.addresses.recipients.len);
		pb_assert(whole.addresses.count == 0 ||
			  memcmp(parts.addresses.recipients.data, whole.addresses.recipients.data,
			      whole.addresses.recipients.len) == 0);
		pb_journal_report_done(&parts);
	}
	pb_journal_report_done(&whole);
	return 0;
}
