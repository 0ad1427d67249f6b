/*
 * Findings for a person.  One damaged segment may be found a hundred times over; what is of one
 * kind is told a few times, and then counted.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/print.h"
#include "cli/verdict.h"

/* Of a kind that many are told in full, or one more if that is all. */
#define TOLD 3

static bool
is_same_kind(const struct pb_finding *a, const struct pb_finding *b)
{
	return strcmp(a->code, b->code) == 0 && strcmp(a->text, b->text) == 0;
}

static size_t
count_kind(const struct pb_finding *kind, const struct pb_finding *findings, size_t count)
{
	size_t same = 0;

	for (size_t i = 0; i < count; i++)
		same += is_same_kind(kind, &findings[i]);
	return same;
}

static void
print_finding(const struct pb_finding *finding)
{
	bool placed = finding->where[0] != '\0';
	char record[64] = "", line[2048];

	if (finding->seq != PB_NO_SEQ)
		(void)snprintf(record, sizeof(record), _("record %" PRIu64 ": "), finding->seq);
	(void)snprintf(line, sizeof(line), "%s%s [%s]%s%s%s", record, _(finding->text),
	    finding->code, placed ? " (" : "", finding->where, placed ? ")" : "");
	pb_print_wrapped(line, 6, pb_print_width());
}

/* "4..51, 60": the records that findings name, as far as they fit; "" if they name none. */
struct numbers {
	char text[200];
	size_t len;
	uint64_t first, last;
	bool begun;
};

static void
end_run(struct numbers *n)
{
	char run[64];
	size_t len;

	if (!n->begun)
		return;
	if (n->first == n->last)
		(void)snprintf(run, sizeof(run), "%" PRIu64, n->first);
	else
		(void)snprintf(run, sizeof(run), "%" PRIu64 "..%" PRIu64, n->first, n->last);
	len = strlen(run);
	if (n->len + len + 8 < sizeof(n->text))
		n->len += (size_t)snprintf(n->text + n->len, sizeof(n->text) - n->len, "%s%s",
		    n->len > 0 ? ", " : "", run);
	else if (strstr(n->text, "...") == NULL)
		(void)snprintf(n->text + n->len, sizeof(n->text) - n->len, ", ...");
}

static void
add_number(struct numbers *n, uint64_t seq)
{
	if (seq == PB_NO_SEQ || (n->begun && seq == n->last))
		return;
	if (!n->begun || seq != n->last + 1) {
		end_run(n);
		n->first = seq;
		n->begun = true;
	}
	n->last = seq;
}

/* Those of a kind from the place of `kind` on, which is the first of them that is not told. */
static void
print_others(const struct pb_finding *kind, const struct pb_finding *end)
{
	struct numbers numbers = { .len = 0 };
	char line[1024];
	size_t count = 0;

	for (const struct pb_finding *f = kind; f < end; f++) {
		if (!is_same_kind(kind, f))
			continue;
		add_number(&numbers, f->seq);
		count++;
	}
	end_run(&numbers);
	if (numbers.len > 0)
		(void)snprintf(line, sizeof(line),
		    _("and %zu more of this kind [%s]: records %s (--json lists them)"), count,
		    kind->code, numbers.text);
	else
		(void)snprintf(line, sizeof(line),
		    _("and %zu more of this kind [%s] (--json lists them)"), count, kind->code);
	pb_print_wrapped(line, 6, pb_print_width());
}

void
pb_verdict_print_findings(const struct pb_check *check)
{
	const struct pb_finding *all = check->findings, *end = all + check->findings_kept;

	for (const struct pb_finding *f = all; f < end; f++) {
		size_t before = count_kind(f, all, (size_t)(f - all));
		size_t rest = count_kind(f, f, (size_t)(end - f));

		if (before < TOLD || (before == TOLD && rest == 1))
			print_finding(f);
		else if (before == TOLD)
			print_others(f, end);
	}
	if (check->findings_count > check->findings_kept)
		(void)printf(_("      and %" PRIu64 " more, which were only counted\n"),
		    check->findings_count - check->findings_kept);
}
