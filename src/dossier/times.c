/* The timestamps of a package, and the intervals that they prove (FORMAT 2.2). */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "dossier/report.h"
#include "dossier/sections.h"

/* ---- timestamps ----------------------------------------------------------------------------- */

/* Seconds with the fraction that is not zero. */
static void
put_gen_time(struct pb_html *html, int64_t us)
{
	int64_t second = us >= 0 ? us / 1000000 : -((-us + 999999) / 1000000);
	char fraction[16];
	size_t len;

	pb_html_time(html, second);
	len =
	    (size_t)snprintf(fraction, sizeof(fraction), "%06u", (unsigned)(us - second * 1000000));
	while (len > 0 && fraction[len - 1] == '0')
		fraction[--len] = '\0';
	if (len > 0) {
		pb_html_put(html, html->language == PB_FRENCH ? "," : ".");
		pb_html_put(html, fraction);
	}
}

static void
put_accuracy(struct pb_html *html, const struct pb_dossier_stamp *stamp)
{
	static const struct pb_phrase none = PB_PHRASE("non dite", "not stated");
	static const struct pb_phrase seconds = PB_PHRASE("{n} s", "{n} s");
	static const struct pb_phrase milli = PB_PHRASE("{n} ms", "{n} ms");
	static const struct pb_phrase micro = PB_PHRASE("{n} µs", "{n} µs");
	uint64_t us = stamp->accuracy_us;

	if (!stamp->has_accuracy)
		pb_html_say(html, &none, 0, 0);
	else if (us % 1000000 == 0)
		pb_html_say(html, &seconds, us / 1000000, 0);
	else if (us % 1000 == 0)
		pb_html_say(html, &milli, us / 1000, 0);
	else
		pb_html_say(html, &micro, us, 0);
}

static void
put_stamp(struct pb_html *html, const struct pb_dossier_stamp *stamp)
{
	static const struct pb_phrase local =
	    PB_PHRASE("locale : l'archive elle-même", "local: the archive itself");
	static const struct pb_phrase third = PB_PHRASE("tierce", "third party");
	static const struct pb_phrase qualified =
	    PB_PHRASE("tierce ; se dit qualifiée", "third party; says it is qualified");

	pb_html_put(html, "<tr><th scope=\"row\" class=\"n\">");
	pb_html_number(html, stamp->size);
	pb_html_put(html, "</th><td class=\"n\">");
	pb_html_number(html, stamp->seq);
	pb_html_put(html, "</td><td class=\"t\">");
	put_gen_time(html, stamp->gen_time_us);
	pb_html_put(html, "</td><td class=\"n\">");
	put_accuracy(html, stamp);
	pb_html_put(html, "</td><td>");
	pb_html_text(html, stamp->tsa, strlen(stamp->tsa));
	pb_html_put(html, "</td>");
	pb_html_element(html, "td",
	    stamp->local       ? &local
	    : stamp->qualified ? &qualified
			       : &third,
	    0, 0);
	pb_html_put(html, "</tr>\n");
}

/* The widest stretch between two tokens that follow each other, in seconds. */
static uint64_t
widest_s(const struct pb_dossier *d)
{
	const struct pb_dossier_stamp *last = NULL;
	int64_t widest = 0;

	for (size_t i = 0; i < d->stamp_count; i++) {
		const struct pb_dossier_stamp *stamp = &d->stamp[i];

		if (stamp->local)
			continue;
		if (last != NULL && stamp->gen_time_us - last->gen_time_us > widest)
			widest = stamp->gen_time_us - last->gen_time_us;
		last = stamp;
	}
	return (uint64_t)widest / 1000000;
}

static void
put_widest(struct pb_html *html, const struct pb_dossier *d)
{
	static const struct pb_phrase hours =
	    PB_PHRASE("Plus grand écart entre deux jetons de tiers : {n} h {m} min.",
		"Longest stretch between two tokens of third parties: {n} h {m} min.");
	static const struct pb_phrase minutes =
	    PB_PHRASE("Plus grand écart entre deux jetons de tiers : {n} min {m} s.",
		"Longest stretch between two tokens of third parties: {n} min {m} s.");
	uint64_t s = widest_s(d);

	if (d->stamp_count - pb_dossier_local(d) < 2)
		return;
	if (s >= 3600)
		pb_html_element(html, "p", &hours, s / 3600, s % 3600 / 60);
	else
		pb_html_element(html, "p", &minutes, s / 60, s % 60);
}

void
pb_dossier_stamps(struct pb_html *html, const struct pb_dossier *d)
{
	static const struct pb_phrase title = PB_PHRASE("Horodatage", "Timestamps");
	static const struct pb_phrase caption = PB_PHRASE(
	    "Jetons RFC 3161 sur les points de contrôle du journal. « Point » : nombre "
	    "d'enregistrements que le point couvre ; « n° » : enregistrement qui garde le jeton. "
	    "Heures UTC, selon l'autorité.",
	    "RFC 3161 tokens over checkpoints of the log. “Point”: how many records the "
	    "checkpoint "
	    "covers; “no.”: the record that keeps the token. UTC, by the authority's clock.");
	static const struct pb_phrase cut =
	    PB_PHRASE("Les {m} premiers jetons sont listés, sur {n} ; tous sont dans stamps/.",
		"The first {m} tokens of {n} are listed; all are in stamps/.");
	static const struct pb_phrase stated = PB_PHRASE(
	    "Qu'un horodatage soit qualifié (règlement eIDAS, art. 41) n'est ici que ce que dit le "
	    "jeton, non confirmé : voyez la liste de confiance.",
	    "That a timestamp is qualified (eIDAS regulation, art. 41) is here what the token "
	    "says, "
	    "not confirmed: see the trusted list.");
	static const struct pb_phrase column[] = { PB_PHRASE("point", "point"),
		PB_PHRASE("n°", "no."), PB_PHRASE("date du jeton", "time of the token"),
		PB_PHRASE("précision", "accuracy"), PB_PHRASE("autorité", "authority"),
		PB_PHRASE("sorte", "kind") };
	static const struct pb_phrase node = PB_PHRASE(
	    "Jetons partagés : {n}. L'autorité a daté le journal du nœud qui tient cette "
	    "archive et d'autres ; à côté du jeton, une preuve y mène d'ici. Elle ne montre rien "
	    "des autres, sinon qu'elles existent.",
	    "Shared tokens: {n}. The authority dated the log of the node that keeps "
	    "this archive and others; beside the token, a proof leads there from here. It shows "
	    "nothing of the others but that they exist.");
	bool qualified = false;
	uint64_t shared = 0;

	pb_html_put(html, "<section class=\"stamps\">\n");
	pb_html_element(html, "h2", &title, 0, 0);
	if (d->stamp_count > PB_DOSSIER_ROWS)
		pb_html_element(html, "p", &cut, d->stamp_count, PB_DOSSIER_ROWS);
	pb_dossier_table(html, &caption, "nntntt", column);
	for (size_t i = 0; i < d->stamp_count; i++) {
		qualified |= d->stamp[i].qualified;
		shared += d->stamp[i].shared;
		if (i < PB_DOSSIER_ROWS)
			put_stamp(html, &d->stamp[i]);
	}
	pb_html_put(html, "</tbody>\n</table>\n");
	put_widest(html, d);
	if (shared > 0)
		pb_html_element(html, "p", &node, shared, 0);
	if (qualified)
		pb_html_element(html, "p class=\"note\"", &stated, 0, 0);
	pb_html_put(html, "</section>\n");
}

/* ---- proven intervals ----------------------------------------------------------------------- */

/* Records from first to last have the same bounds; NULL: none on that side. */
struct span {
	uint64_t first;
	uint64_t last;
	const struct pb_dossier_stamp *after;
	const struct pb_dossier_stamp *before;
};

/* Bounds of record seq, and how far they reach; local tokens prove none. */
static struct span
span_at(const struct pb_dossier *d, uint64_t seq)
{
	struct span span = { .first = seq, .last = d->manifest->last };

	for (size_t i = 0; i < d->stamp_count; i++) {
		const struct pb_dossier_stamp *stamp = &d->stamp[i];

		if (stamp->local)
			continue;
		if (stamp->seq < seq) {
			if (span.after == NULL || stamp->seq > span.after->seq)
				span.after = stamp;
		} else if (stamp->seq < span.last) {
			span.last = stamp->seq;
		}
		if (stamp->size > seq && (span.before == NULL || stamp->size < span.before->size))
			span.before = stamp;
	}
	if (span.before != NULL && span.before->size - 1 < span.last)
		span.last = span.before->size - 1;
	return span;
}

static void
put_date(struct pb_html *html, const struct pb_dossier_stamp *stamp, bool before)
{
	static const struct pb_phrase none = PB_PHRASE("pas de borne", "no bound");

	pb_html_put(html, "<td>");
	if (stamp == NULL)
		pb_html_say(html, &none, 0, 0);
	else
		pb_html_date(html, before ? pb_dossier_before_s(stamp) : pb_dossier_after_s(stamp));
	pb_html_put(html, "</td>");
}

static void
put_span(struct pb_html *html, const struct span *span)
{
	pb_html_put(html, "<tr><th scope=\"row\" class=\"n\">");
	pb_html_number(html, span->first);
	pb_html_put(html, "</th><td class=\"n\">");
	pb_html_number(html, span->last);
	pb_html_put(html, "</td>");
	put_date(html, span->after, false);
	put_date(html, span->before, true);
	pb_html_put(html, "</tr>\n");
}

static void
put_spans(struct pb_html *html, const struct pb_dossier *d)
{
	static const struct pb_phrase cut = PB_PHRASE(
	    "Les {n} premières suites sont listées ; les jetons de stamps/ donnent les autres.",
	    "The first {n} runs are listed; the tokens of stamps/ give the others.");
	static const struct pb_phrase caption = PB_PHRASE(
	    "Chaque enregistrement est entré dans ce journal entre ces deux moments, selon les "
	    "horloges "
	    "des autorités tierces, précision comprise, si vous leur faites confiance. Depuis "
	    "quand "
	    "il existait auparavant n'est pas prouvé.",
	    "Each record entered this log between these two moments, by the clocks of the "
	    "third-party "
	    "authorities, accuracy counted, if you trust them. How long it existed before is not "
	    "proven.");
	static const struct pb_phrase column[] = { PB_PHRASE("du n°", "from"),
		PB_PHRASE("au n°", "to"), PB_PHRASE("pas avant", "not before"),
		PB_PHRASE("pas après", "not after") };
	const struct pb_manifest *m = d->manifest;
	uint64_t seq = m->first;
	size_t rows = 0;

	pb_dossier_table(html, &caption, "nntt", column);
	while (seq <= m->last && rows < PB_DOSSIER_ROWS) {
		struct span span = span_at(d, seq);

		put_span(html, &span);
		seq = span.last + 1;
		rows++;
	}
	pb_html_put(html, "</tbody>\n</table>\n");
	if (seq <= m->last)
		pb_html_element(html, "p", &cut, rows, 0);
}

void
pb_dossier_intervals(struct pb_html *html, const struct pb_dossier *d)
{
	static const struct pb_phrase title = PB_PHRASE("Bornes prouvées", "Proven intervals");
	static const struct pb_phrase none = PB_PHRASE(
	    "Aucune : tous les jetons viennent de l'autorité "
	    "locale, dont la clé est dans l'archive. "
	    "Ils montrent dans quel ordre l'archive s'est "
	    "faite ; leurs dates sont des allégations.",
	    "None: all tokens come from the local authority, whose key stands in the archive. They "
	    "show in what order the archive grew; their dates are claims.");

	pb_html_put(html, "<section class=\"intervals\">\n");
	pb_html_element(html, "h2", &title, 0, 0);
	if (pb_dossier_local(d) == d->stamp_count)
		pb_html_element(html, "p", &none, 0, 0);
	else
		put_spans(html, d);
	pb_html_put(html, "</section>\n");
}
