/* What is proven, claimed and not proven; what to compare; what stays closed. */
#include <string.h>

#include "core/text.h"
#include "dossier/report.h"
#include "dossier/sections.h"

/* ---- three columns -------------------------------------------------------------------------- */

static void
put_column(
    struct pb_html *html, const struct pb_phrase *title, const struct pb_phrase *line, size_t count)
{
	pb_html_put(html, "<div>\n");
	pb_html_element(html, "h3", title, 0, 0);
	pb_html_put(html, "\n<ul>\n");
	for (size_t i = 0; i < count; i++) {
		pb_html_element(html, "li", &line[i], 0, 0);
		pb_html_put(html, "\n");
	}
	pb_html_put(html, "</ul>\n</div>\n");
}

static void
put_proven(struct pb_html *html, const struct pb_dossier *d)
{
	static const struct pb_phrase title =
	    PB_PHRASE("Prouvé, si votre contrôle réussit", "Proven, if your check succeeds");
	static const struct pb_phrase line[] = {
		PB_PHRASE("Ces enregistrements se suivent sans manque et sans ajout.",
		    "These records follow each other, none missing, none added."),
		PB_PHRASE(
		    "Ce qui est communiqué est, octet pour octet, ce que le journal a enregistré.",
		    "What is disclosed is, byte for byte, what the log recorded."),
		PB_PHRASE("Ils sont entrés dans ce journal entre les bornes indiquées, selon les "
			  "horloges "
			  "des autorités auxquelles vous faites confiance.",
		    "They entered this log within the bounds shown, by the clocks of the "
		    "authorities "
		    "that you trust."),
	};
	size_t count = sizeof(line) / sizeof(line[0]);

	put_column(html, &title, line, pb_dossier_local(d) < d->stamp_count ? count : count - 1);
}

static void
put_claimed(struct pb_html *html, const struct pb_dossier *d)
{
	static const struct pb_phrase title = PB_PHRASE("Allégué", "Claimed");
	static const struct pb_phrase line[] = {
		PB_PHRASE("Heure de chaque enregistrement : horloge de l'archive.",
		    "The time of each record: the archive's clock."),
		PB_PHRASE("Dates, expéditeurs et urgence des messages : selon leurs en-têtes.",
		    "Dates, senders and urgency of messages: their headers."),
		PB_PHRASE("Marques de lecture : selon la boîte ou le fichier d'où ils viennent.",
		    "Read marks: the mailbox or the file that they come from."),
		PB_PHRASE("Les enregistrements non communiqués ne concernent pas l'affaire : selon "
			  "l'exportateur.",
		    "That closed records do not concern the case: the exporter."),
	};
	size_t count = sizeof(line) / sizeof(line[0]);

	put_column(html, &title, line, d->closed_records > 0 ? count : count - 1);
}

static void
put_not_proven(struct pb_html *html, const struct pb_dossier *d)
{
	static const struct pb_phrase title =
	    PB_PHRASE("Non prouvé par ce dossier", "Not proven by this bundle");
	static const struct pb_phrase line[] = {
		PB_PHRASE("Qui a écrit un message.", "Who wrote a message."),
		PB_PHRASE("Qu'une personne l'a lu ou ne l'a pas lu.",
		    "That a person read it, or did not."),
		PB_PHRASE("Ce que l'écran d'un logiciel affichait.", "What a screen showed."),
		PB_PHRASE("Que la boîte n'a rien reçu d'autre.",
		    "That the mailbox received nothing else."),
		PB_PHRASE("Depuis quand un message existait avant d'entrer dans le journal.",
		    "How long a message existed before it entered the log."),
		PB_PHRASE(
		    "Quand : aucune date n'est prouvée ici.", "When: no date is proven here."),
	};
	size_t count = sizeof(line) / sizeof(line[0]);

	put_column(html, &title, line, pb_dossier_local(d) < d->stamp_count ? count - 1 : count);
}

void
pb_dossier_claims(struct pb_html *html, const struct pb_dossier *d)
{
	static const struct pb_phrase title =
	    PB_PHRASE("Prouvé — Allégué — Non prouvé", "Proven — Claimed — Not proven");

	pb_html_put(html, "<section>\n");
	pb_html_element(html, "h2", &title, 0, 0);
	pb_html_put(html, "<div class=\"three\">\n");
	put_proven(html, d);
	put_claimed(html, d);
	put_not_proven(html, d);
	pb_html_put(html, "</div>\n</section>\n");
}

/* ---- values to compare ---------------------------------------------------------------------- */

static void
put_value(struct pb_html *html, const struct pb_phrase *name, uint64_t n)
{
	pb_html_element(html, "dt", name, n, 0);
	pb_html_put(html, "<dd><code>");
}

static void
put_digest(struct pb_html *html, const struct pb_phrase *name, const uint8_t digest[32])
{
	put_value(html, name, 0);
	pb_html_hex(html, digest, 32);
	pb_html_put(html, "</code></dd>\n");
}

static void
put_steps(struct pb_html *html)
{
	static const struct pb_phrase step[] = {
		PB_PHRASE(
		    "Obtenez d'ailleurs que de ce dossier : la clé du journal, les certificats "
		    "racines "
		    "des autorités d'horodatage, et si possible un point de contrôle plus ancien.",
		    "Get from elsewhere than this bundle: the log's key, the root certificates of "
		    "the "
		    "timestamping authorities, and if possible an earlier checkpoint."),
		PB_PHRASE(
		    "Contrôlez avec probant-verify, ou le second vérificateur, écrit à part ; ou à "
		    "la "
		    "main, sans aucun de ces logiciels, en suivant VERIFIER.txt.",
		    "Check with probant-verify, or the second verifier, which was written apart; "
		    "or by "
		    "hand, without either, following VERIFIER.txt."),
		PB_PHRASE(
		    "Comparez les valeurs ci-dessous avec celles qui s'affichent. L'empreinte du "
		    "dossier lui-même doit vous parvenir autrement : il ne peut la contenir.",
		    "Compare the values below with those shown. The digest of the bundle itself "
		    "must "
		    "reach you by another way: it cannot hold it."),
	};

	pb_html_put(html, "<ol>\n");
	for (size_t i = 0; i < sizeof(step) / sizeof(step[0]); i++) {
		pb_html_element(html, "li", &step[i], 0, 0);
		pb_html_put(html, "\n");
	}
	pb_html_put(html, "</ol>\n");
}

void
pb_dossier_values(struct pb_html *html, const struct pb_dossier *d)
{
	static const struct pb_phrase title =
	    PB_PHRASE("Contrôle à faire par vous : valeurs à comparer",
		"A check that is yours to make: values to compare");
	static const struct pb_phrase key = PB_PHRASE("Clé du journal", "The log's key");
	static const struct pb_phrase root = PB_PHRASE("Point {n}, racine", "Point {n}, root");
	static const struct pb_phrase checkpoint =
	    PB_PHRASE("log/checkpoint, SHA-256", "log/checkpoint, SHA-256");
	static const struct pb_phrase export_key =
	    PB_PHRASE("Clé d'export, SHA-256", "Export key, SHA-256");
	static const struct pb_phrase software = PB_PHRASE("Établi par", "Made by");
	char text[PB_BASE64_LEN(32) + 1];

	pb_html_put(html, "<section>\n");
	pb_html_element(html, "h2", &title, 0, 0);
	put_steps(html);
	pb_html_put(html, "<dl>\n");
	put_value(html, &key, 0);
	pb_html_text(html, d->verifier_key, strlen(d->verifier_key));
	pb_html_put(html, "</code></dd>\n");
	put_value(html, &root, d->manifest->size);
	pb_base64_encode(d->root, sizeof(d->root), text);
	pb_html_put(html, text);
	pb_html_put(html, "</code></dd>\n");
	put_digest(html, &checkpoint, d->checkpoint_sha256);
	put_digest(html, &export_key, d->export_key_sha256);
	pb_html_element(html, "dt", &software, 0, 0);
	pb_html_put(html, "<dd>");
	pb_html_text(html, d->software, strlen(d->software));
	pb_html_put(html, "</dd>\n</dl>\n</section>\n");
}

/* ---- closed records ------------------------------------------------------------------------- */

static void
put_run(struct pb_html *html, const struct pb_closed_run *run)
{
	static const struct pb_phrase query =
	    PB_PHRASE("hors de la sélection de l'exportateur", "not in the exporter's selection");
	static const struct pb_phrase destroyed =
	    PB_PHRASE("détruit, selon l'enregistrement n° {n}", "destroyed, by record {n}");

	pb_html_put(html, "<tr><th scope=\"row\" class=\"n\">");
	pb_html_number(html, run->first);
	pb_html_put(html, "</th><td class=\"n\">");
	pb_html_number(html, run->last);
	pb_html_put(html, "</td><td class=\"n\">");
	pb_html_number(html, run->last - run->first + 1);
	pb_html_put(html, "</td>");
	pb_html_element(html, "td", run->destroyed ? &destroyed : &query, run->by, 0);
	pb_html_put(html, "</tr>\n");
}

void
pb_dossier_closed(struct pb_html *html, const struct pb_dossier *d)
{
	static const struct pb_phrase title =
	    PB_PHRASE("Enregistrements non communiqués", "Closed records");
	static const struct pb_phrase none = PB_PHRASE(
	    "Aucun : tout ce que la plage contient est communiqué, en entier ou en partie.",
	    "None: all that the range holds is disclosed, in whole or in part.");
	static const struct pb_phrase caption = PB_PHRASE(
	    "Suites d'enregistrements non communiqués. Le dossier montre leur nombre, leur "
	    "heure locale et leur type, rien d'autre.",
	    "Runs of closed records. The bundle shows their number, local time and type, and "
	    "nothing else.");
	static const struct pb_phrase cut = PB_PHRASE(
	    "Les {m} premières suites sont listées, sur {n} ; toutes sont dans log/closed.json.",
	    "The first {m} runs of {n} are listed; all are in log/closed.json.");
	static const struct pb_phrase column[] = { PB_PHRASE("du n°", "from"),
		PB_PHRASE("au n°", "to"), PB_PHRASE("nombre", "records"),
		PB_PHRASE("motif déclaré", "reason stated") };

	pb_html_put(html, "<section class=\"closed\">\n");
	pb_html_element(html, "h2", &title, 0, 0);
	if (d->closed_count == 0) {
		pb_html_element(html, "p", &none, 0, 0);
	} else {
		if (d->closed_count > PB_DOSSIER_ROWS)
			pb_html_element(html, "p", &cut, d->closed_count, PB_DOSSIER_ROWS);
		pb_dossier_table(html, &caption, "nnnt", column);
		for (size_t i = 0; i < d->closed_count && i < PB_DOSSIER_ROWS; i++)
			put_run(html, &d->closed[i]);
		pb_html_put(html, "</tbody>\n</table>\n");
	}
	pb_html_put(html, "</section>\n");
}
