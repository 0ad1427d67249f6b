/* The first pages of rapport.html: what it is, what is to be known first, what is proven. */
#include "dossier/sections.h"

#include <string.h>

#include "dossier/report.h"
#include "record/types.h"

/* ---- head ----------------------------------------------------------------------------------- */

static void
put_term(struct pb_html *html, const struct pb_phrase *term)
{
	pb_html_element(html, "dt", term, 0, 0);
	pb_html_put(html, "<dd>");
}

void
pb_dossier_head(struct pb_html *html, const struct pb_dossier *d)
{
	static const struct pb_phrase bundle = PB_PHRASE("Dossier", "Bundle");
	static const struct pb_phrase subject =
	    PB_PHRASE("Enregistrements d'une archive de messagerie sécurisée de santé",
		"Records of an archive of secure health mail");
	static const struct pb_phrase recipient = PB_PHRASE("Remis à (déclaré)", "For (as stated)");
	static const struct pb_phrase log = PB_PHRASE("Journal", "Log");
	static const struct pb_phrase range = PB_PHRASE("Plage", "Range");
	static const struct pb_phrase point = PB_PHRASE("Point de contrôle", "Checkpoint");
	static const struct pb_phrase from_to = {
		{ "enregistrements n° {n} à ", "records {n} to " }, { NULL, NULL }
	};
	static const struct pb_phrase covers = { { "{n} enregistrements depuis le début du journal",
						     "{n} records since the log began" },
		{ "{n} enregistrement depuis le début du journal",
		    "{n} record since the log began" } };
	const struct pb_manifest *m = d->manifest;

	pb_html_put(html, html->language == PB_FRENCH ? "<header>\n<h1>" : "<div>\n<h1>");
	pb_html_say(html, &bundle, 0, 0);
	pb_html_put(html, " ");
	pb_html_put(html, m->case_name);
	pb_html_put(html, "</h1>\n");
	pb_html_element(html, "p", &subject, 0, 0);
	pb_html_put(html, "\n<dl>\n");
	if (m->recipient.len > 0) {
		put_term(html, &recipient);
		pb_html_text(html, m->recipient.data, m->recipient.len);
		pb_html_put(html, "</dd>\n");
	}
	put_term(html, &log);
	pb_html_put(html, m->origin);
	pb_html_put(html, "</dd>\n");
	put_term(html, &range);
	pb_html_say(html, &from_to, m->first, 0);
	pb_html_number(html, m->last);
	pb_html_put(html, "</dd>\n");
	put_term(html, &point);
	pb_html_say(html, &covers, m->size, 0);
	pb_html_put(html,
	    html->language == PB_FRENCH ? "</dd>\n</dl>\n</header>\n" : "</dd>\n</dl>\n</div>\n");
}

/* ---- what is to be known first -------------------------------------------------------------- */

static uint64_t
of_type(const struct pb_dossier *d, uint8_t type)
{
	return d->count.whole[type] + d->count.part[type] + d->count.closed[type];
}

static void
put_item(struct pb_html *html, const struct pb_phrase *phrase, uint64_t n, uint64_t m)
{
	pb_html_element(html, "li", phrase, n, m);
	pb_html_put(html, "\n");
}

static void
put_dates(struct pb_html *html, const struct pb_dossier *d)
{
	static const struct pb_phrase own =
	    PB_PHRASE("Les dates viennent de l'archive elle-même : aucun tiers ne les confirme.",
		"The dates come from the archive itself: no third party confirms them.");
	static const struct pb_phrase some = {
		{ "{n} horodatages sur {m} viennent de l'archive elle-même : aucun tiers ne "
		  "confirme leurs dates.",
		    "{n} timestamps of {m} come from the archive itself: no third party confirms "
		    "their dates." },
		{ "{n} horodatage sur {m} vient de l'archive elle-même : aucun tiers ne confirme "
		  "sa "
		  "date.",
		    "{n} timestamp of {m} comes from the archive itself: no third party confirms "
		    "its date." }
	};
	size_t local = pb_dossier_local(d);

	if (local == d->stamp_count)
		put_item(html, &own, 0, 0);
	else if (local > 0)
		put_item(html, &some, local, d->stamp_count);
}

static void
put_exceptions(struct pb_html *html, const struct pb_dossier *d)
{
	static const struct pb_phrase imported = {
		{ "{n} messages ont été importés de fichiers : l'archive n'a pas vu leur arrivée, "
		  "et ne sait pas ce qui leur est advenu avant.",
		    "{n} messages were imported from files: the archive did not see them arrive, "
		    "nor what happened to them before." },
		{ "{n} message a été importé d'un fichier : l'archive n'a pas vu son arrivée, et "
		  "ne "
		  "sait pas ce qui lui est advenu avant.",
		    "{n} message was imported from a file: the archive did not see it arrive, nor "
		    "what happened to it before." }
	};
	static const struct pb_phrase gaps = {
		{ "Horodatage interrompu : {n} enregistrements disent qu'aucune autorité n'a "
		  "répondu, ou qu'elle répond de nouveau. Les enregistrements faits entre-temps "
		  "sont bornés moins étroitement.",
		    "Timestamping was interrupted: {n} records say that no authority answered, or "
		    "that one answers again. What was recorded meanwhile has wider bounds." },
		{ "Horodatage interrompu : {n} enregistrement dit qu'aucune autorité n'a répondu, "
		  "ou qu'elle répond de nouveau. Les enregistrements faits entre-temps sont bornés "
		  "moins étroitement.",
		    "Timestamping was interrupted: {n} record says that no authority answered, or "
		    "that one answers again. What was recorded meanwhile has wider bounds." }
	};
	static const struct pb_phrase steps = {
		{ "L'horloge de l'archive a reculé {n} fois dans la plage.",
		    "The archive's clock went back {n} times in the range." },
		{ NULL, "The archive's clock went back once in the range." }
	};
	static const struct pb_phrase recoveries = {
		{ "L'archive a été remise en ordre {n} fois après un arrêt brutal ; ce qui restait "
		  "d'une écriture inachevée est décrit dans le journal.",
		    "The archive was put in order {n} times after a sudden stop; what an "
		    "unfinished write had left is described in the log." },
		{ NULL, "The archive was put in order once after a sudden stop; what an "
			"unfinished write had left is described in the log." }
	};

	if (of_type(d, PB_RECORD_IMPORTED) > 0)
		put_item(html, &imported, of_type(d, PB_RECORD_IMPORTED), 0);
	if (d->count.unstamped > 0)
		put_item(html, &gaps, d->count.unstamped, 0);
	if (d->count.steps > 0)
		put_item(html, &steps, d->count.steps, 0);
	if (of_type(d, PB_RECORD_RECOVERY) > 0)
		put_item(html, &recoveries, of_type(d, PB_RECORD_RECOVERY), 0);
}

/* Listed whatever is not: the exporter did not choose it. */
static void
put_unopened(struct pb_html *html, const struct pb_runs *unopened)
{
	static const struct pb_phrase one = PB_PHRASE(
	    "L'enregistrement n° {n} est conservé tel que le journal le constate, mais n'a pas été "
	    "scellé comme le format le veut : personne ne peut le lire, ou vérifier ce qu'il "
	    "contient. Il n'est pas communiqué pour cette raison.",
	    "Record {n} is stored as the log states it, but was not sealed as the format says: "
	    "nobody can read it, or verify what is in it. It is closed for that reason.");
	static const struct pb_phrase several = PB_PHRASE(
	    "Les enregistrements n° {n} à {m} sont conservés tels que le journal les constate, "
	    "mais n'ont pas été scellés comme le format le veut : personne ne peut les lire, ou "
	    "vérifier ce qu'ils contiennent. Ils ne sont pas communiqués pour cette raison.",
	    "Records {n} to {m} are stored as the log states them, but were not sealed as the "
	    "format says: nobody can read them, or verify what is in them. They are closed for "
	    "that reason.");

	for (size_t i = 0; i < unopened->count && i < PB_DOSSIER_ROWS; i++) {
		const struct pb_run *run = &unopened->run[i];

		put_item(html, run->first == run->last ? &one : &several, run->first, run->last);
	}
}

static void
put_limits(struct pb_html *html, const struct pb_dossier *d)
{
	static const struct pb_phrase closed = {
		{ "{n} enregistrements de la plage ne sont pas communiqués. Qu'ils ne concernent "
		  "pas "
		  "l'affaire est une déclaration de l'exportateur ; chacun peut être demandé, et "
		  "se "
		  "vérifiera avec ce dossier.",
		    "{n} records of the range are closed. That they do not concern the case is the "
		    "exporter's statement; any can be asked for, and will be checkable against "
		    "this "
		    "bundle." },
		{ "{n} enregistrement de la plage n'est pas communiqué. Qu'il ne concerne pas "
		  "l'affaire est une déclaration de l'exportateur ; il peut être demandé, et se "
		  "vérifiera avec ce dossier.",
		    "{n} record of the range is closed. That it does not concern the case is the "
		    "exporter's statement; it can be asked for, and will be checkable against this "
		    "bundle." }
	};
	static const struct pb_phrase outside = PB_PHRASE(
	    "Aucun dépôt d'empreinte chez un tiers n'est montré ici : l'existence d'une autre "
	    "archive n'est pas exclue. Comparez avec un point de contrôle que vous détenez.",
	    "No fingerprint deposited with a third party is shown here: the existence of another "
	    "archive is not excluded. Compare with a checkpoint that you hold.");
	static const struct pb_phrase beyond =
	    PB_PHRASE("Ce qui suit l'enregistrement n° {n} n'est pas dans ce dossier.",
		"What follows record {n} is not in this bundle.");
	static const struct pb_phrase before = PB_PHRASE(
	    "Ce qui précède l'enregistrement n° {n}, sauf le n° 0, n'est pas dans ce dossier.",
	    "What stands before record {n}, but for record 0, is not in this bundle.");

	if (d->closed_records > 0)
		put_item(html, &closed, d->closed_records, 0);
	if (d->unopened != NULL)
		put_unopened(html, d->unopened);
	put_item(html, &outside, 0, 0);
	if (d->beside)
		put_item(html, &before, d->manifest->first, 0);
	put_item(html, &beyond, d->manifest->last, 0);
}

void
pb_dossier_first(struct pb_html *html, const struct pb_dossier *d)
{
	static const struct pb_phrase what = PB_PHRASE("Ce que c'est", "What it is");
	static const struct pb_phrase is = PB_PHRASE(
	    "Ce rapport dit en clair ce que contient le dossier. Il est fait par celui qui s'en "
	    "prévaut et ne prouve rien par lui-même : les preuves sont dans les autres fichiers, "
	    "et "
	    "le contrôle est à faire par vous. Les messages communiqués peuvent relever du secret "
	    "médical ; dates et catégories restent, seules, des données personnelles. Ne "
	    "transmettez "
	    "le dossier qu'à ceux qui en ont besoin, et à aucun site de vérification en ligne.",
	    "This report says in plain words what the bundle holds. It is made by whoever relies "
	    "on "
	    "it and proves nothing by itself: the evidence is in the other files, and the check is "
	    "yours to make. Messages in here may be under medical secrecy; dates and categories "
	    "alone are personal data still. Hand the bundle only to those who need it, and to no "
	    "on-line verification site.");
	static const struct pb_phrase first = PB_PHRASE("À savoir d'abord", "To be known first");

	pb_html_put(html, "<section>\n");
	pb_html_element(html, "h2", &what, 0, 0);
	pb_html_element(html, "p", &is, 0, 0);
	pb_html_put(html, "\n</section>\n<section class=\"boxed\">\n");
	pb_html_element(html, "h2", &first, 0, 0);
	pb_html_put(html, "<ol>\n");
	put_dates(html, d);
	put_exceptions(html, d);
	put_limits(html, d);
	pb_html_put(html, "</ol>\n</section>\n");
}

/* ---- facts ---------------------------------------------------------------------------------- */

void
pb_dossier_table(struct pb_html *html, const struct pb_phrase *caption, const char *sorts,
    const struct pb_phrase *column)
{
	pb_html_put(html, "<table>\n<caption>");
	pb_html_say(html, caption, 0, 0);
	pb_html_put(html, "</caption>\n<thead><tr>");
	for (size_t i = 0; sorts[i] != '\0'; i++)
		pb_html_element(html,
		    sorts[i] == 'n' ? "th scope=\"col\" class=\"n\"" : "th scope=\"col\"",
		    &column[i], 0, 0);
	pb_html_put(html, "</tr></thead>\n<tbody>\n");
}

static void
put_counts(struct pb_html *html, uint64_t whole, uint64_t part, uint64_t closed)
{
	const uint64_t n[] = { whole, part, closed, whole + part + closed };

	for (size_t i = 0; i < sizeof(n) / sizeof(n[0]); i++) {
		pb_html_put(html, "<td class=\"n\">");
		pb_html_number(html, n[i]);
		pb_html_put(html, "</td>");
	}
	pb_html_put(html, "</tr>\n");
}

void
pb_dossier_facts(struct pb_html *html, const struct pb_dossier *d)
{
	static const struct pb_phrase title =
	    PB_PHRASE("Les faits en quelques lignes", "The facts in a few lines");
	static const struct pb_phrase caption =
	    PB_PHRASE("Enregistrements de la plage, par type et par ce qui en est communiqué",
		"Records of the range, by type and by what of them is disclosed");
	static const struct pb_phrase column[] = { PB_PHRASE("Type", "Type"),
		PB_PHRASE("en entier", "whole"), PB_PHRASE("en partie", "in part"),
		PB_PHRASE("non communiqués", "closed"), PB_PHRASE("total", "total") };
	static const struct pb_phrase total = PB_PHRASE("Total", "Total");
	const struct pb_dossier_count *c = &d->count;
	uint64_t whole = 0, part = 0, closed = 0;

	pb_html_put(html, "<section class=\"facts\">\n");
	pb_html_element(html, "h2", &title, 0, 0);
	pb_dossier_table(html, &caption, "tnnnn", column);
	for (uint8_t type = 0; type < PB_DOSSIER_TYPES; type++) {
		whole += c->whole[type];
		part += c->part[type];
		closed += c->closed[type];
		if (of_type(d, type) == 0)
			continue;
		pb_html_put(html, "<tr><th scope=\"row\">");
		pb_html_words(html, pb_dossier_type(type, html->language));
		pb_html_put(html, "</th>");
		put_counts(html, c->whole[type], c->part[type], c->closed[type]);
	}
	pb_html_put(html, "<tr class=\"total\">");
	pb_html_element(html, "th scope=\"row\"", &total, 0, 0);
	put_counts(html, whole, part, closed);
	pb_html_put(html, "</tbody>\n</table>\n</section>\n");
}
