/* What a record is made of. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/print.h"
#include "cli/show.h"
#include "cli/words.h"
#include "core/limits.h"
#include "core/text.h"
#include "record/types.h"

static enum pb_status
print_facts(const struct pb_show *show, struct pb_error *err)
{
	uint8_t index = pb_opened_find(show->opened, PB_PART_FACTS);
	struct pb_buf facts = PB_BUF_EMPTY;
	enum pb_status status;

	if (index == pb_opened_count(show->opened))
		return PB_OK;
	status = pb_opened_part(show->opened, index, PB_LIMIT_JSON, &facts, err);
	if (status == PB_OK && facts.len > 0) {
		(void)fputs(_("facts    "), stdout);
		pb_print_safe(facts.data, facts.len);
		(void)putchar('\n');
	}
	pb_buf_done(&facts);
	return status;
}

enum pb_status
pb_show_parts(const struct pb_show *show, struct pb_error *err)
{
	char hex[2 * PB_DIGEST_LEN + 1], time[21];

	pb_time_format((int64_t)show->leaf.time_s, time);
	(void)printf(
	    _("record   %" PRIu64 "  (%s)\n"), show->leaf.seq, pb_words_type(show->leaf.type));
	(void)printf(_("time     %s  (local clock)\n"), time);
	if (show->message) {
		pb_hex_encode(show->sha256, PB_DIGEST_LEN, hex);
		(void)printf(_("message  %" PRIu64 " bytes, SHA-256 %s\n"),
		    pb_opened_message_len(show->opened), hex);
	}
	(void)puts(_("parts"));
	for (uint8_t i = 0; i < pb_opened_count(show->opened); i++) {
		const char *kind = pb_part_kind_name(pb_opened_kind(show->opened, i));

		(void)printf("  %3u  %-8s  %12" PRIu64 "\n", i, kind != NULL ? kind : "?",
		    pb_opened_len(show->opened, i));
	}
	return print_facts(show, err);
}
