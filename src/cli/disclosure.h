/* What --seq, --disclose, --since and --until say, as rules of an export. */
#ifndef PB_CLI_DISCLOSURE_H
#define PB_CLI_DISCLOSURE_H

#include "cli/command.h"
#include "probant/bundle.h"

#define PB_DISCLOSURE_RULES 1024

struct pb_disclosure_rules {
	struct pb_export_rule rule[PB_DISCLOSURE_RULES];
	size_t count;
};

/* false after an error was printed.  ret_rules is as large as it is: not for the stack. */
bool pb_disclosure_parse(const struct pb_options *options, struct pb_export_options *ret_export,
    struct pb_disclosure_rules *ret_rules);

/* "I..J" */
bool pb_disclosure_range(const char *text, size_t len, uint64_t *ret_first, uint64_t *ret_last);

#endif
