/* LISEZMOI.txt and README.txt: one table of paragraphs, in both languages. */
#include "dossier/texts.h"

#include <inttypes.h>

#include "dossier/words.h"

static const char *const UNDER_TITLE[PB_LANGUAGES] = {
	"\nDes enregistrements d'une archive de messagerie de santé, avec ce qui permet\n"
	"de les contrôler. Ce dossier est établi par celui qui s'en prévaut : ne le\n"
	"croyez pas, contrôlez-le.\n\n",
	"\nRecords of an archive of health mail, with what it takes to check them. This\n"
	"bundle is made by whoever relies on it: do not believe it, check it.\n\n",
};

static const char *const SECRECY[PB_LANGUAGES] = {
	"\nCe dossier peut contenir des éléments couverts par le secret médical ; même\n"
	"sans contenu, il contient des données personnelles. Ne le remettez qu'à ceux\n"
	"qui en ont besoin. NE LE TÉLÉVERSEZ SUR AUCUN SITE DE VÉRIFICATION EN LIGNE :\n"
	"si vous y tenez, n'y envoyez que log/checkpoint et un stamps/*/token.tst.\n\n",
	"\nThis bundle may hold what is under medical secrecy; even without content it\n"
	"holds personal data. Hand it only to those who need it. DO NOT UPLOAD IT TO\n"
	"ANY ON-LINE VERIFICATION SITE: if you must use one, give it log/checkpoint\n"
	"and a stamps/*/token.tst alone.\n\n",
};

static const char *const CONTENTS[PB_LANGUAGES] = {
	"CE QU'IL Y A DEDANS\n"
	"  rapport.html     à lire d'abord ; il résume le reste et ne prouve rien\n"
	"  records/N/       l'enregistrement N : message.eml est le message, octet pour\n"
	"                   octet ; part-*.bin ses autres parties ; le reste les prouve\n"
	"  log/             les feuilles du journal, leurs preuves, le point signé\n"
	"  stamps/          les jetons d'horodatage (RFC 3161)\n"
	"  manifest.json    ce que l'exportateur déclare communiquer\n"
	"  SHA256SUMS       les empreintes de tous les fichiers, signées (.note)\n"
	"  VERIFIER.txt     le contrôle à la main (VERIFIER-Windows.txt : sous Windows)\n\n",
	"WHAT IS IN HERE\n"
	"  rapport.html     to be read first; it sums up the rest and proves nothing\n"
	"  records/N/       record N: message.eml is the message, byte for byte;\n"
	"                   part-*.bin its other parts; the rest proves them\n"
	"  log/             the leaves of the log, their proofs, the signed checkpoint\n"
	"  stamps/          the timestamp tokens (RFC 3161)\n"
	"  manifest.json    what the exporter states to disclose\n"
	"  SHA256SUMS       the digests of all files, signed (.note)\n"
	"  VERIFIER.txt     the check by hand (VERIFIER-Windows.txt: on Windows)\n\n",
};

static const char *const PROVEN[PB_LANGUAGES] = {
	"PROUVÉ, si votre contrôle réussit\n"
	"  - Ce qui est communiqué est, octet pour octet, ce que le journal a gardé.\n"
	"  - Dans la plage, aucun enregistrement ne manque et aucun n'est ajouté.\n",
	"PROVEN, if your check succeeds\n"
	"  - What is disclosed is, byte for byte, what the log recorded.\n"
	"  - In the range no record is missing and none is added.\n",
};

static const char *const DATED[PB_LANGUAGES] = {
	"  - Chacun est entré dans le journal entre deux horodatages (rapport.html),\n"
	"    selon les horloges des autorités auxquelles vous faites confiance.\n",
	"  - Each entered the log between two timestamps (rapport.html), by the clocks\n"
	"    of the authorities that you trust.\n",
};

static const char *const NOT_DATED[PB_LANGUAGES] = {
	"  - Mais aucune date : les dates viennent de l'archive elle-même, aucun tiers\n"
	"    ne les confirme.\n",
	"  - But no date: the dates come from the archive itself, no third party\n"
	"    confirms them.\n",
};

static const char *const NOT_PROVEN[PB_LANGUAGES] = {
	"ALLÉGUÉ\n"
	"  - L'heure de chaque enregistrement (horloge de l'archive) ; les dates et les\n"
	"    expéditeurs des messages (leurs en-têtes).\n"
	"  - Que ce qui n'est pas communiqué ne concerne pas l'affaire (l'exportateur).\n"
	"NON PROUVÉ\n"
	"  - Qui a écrit un message ; qu'une personne l'a lu ; ce qu'un écran\n"
	"    montrait ; que la boîte n'a rien reçu d'autre.\n\n",
	"CLAIMED\n"
	"  - The time of each record (the archive's clock); dates and senders of\n"
	"    messages (their headers).\n"
	"  - That what is closed does not concern the case (the exporter).\n"
	"NOT PROVEN\n"
	"  - Who wrote a message; that a person read it; what a screen showed; that the\n"
	"    mailbox received nothing else.\n\n",
};

static const char *const CHECK_BEFORE[PB_LANGUAGES] = {
	"CONTRÔLE À FAIRE PAR VOUS\n"
	"Il vous faut, d'ailleurs que de ce dossier : CONFIANCE (la clé du journal),\n"
	"RACINES.pem (les autorités d'horodatage) et, si vous en détenez un, un POINT\n"
	"de contrôle plus ancien.\n",
	"A CHECK THAT IS YOURS TO MAKE\n"
	"You need, from elsewhere than this bundle: TRUST (the log's key), ROOTS.pem\n"
	"(the timestamping authorities) and, if you hold one, an earlier CHECKPOINT.\n",
};

static const char *const CHECK_AFTER[PB_LANGUAGES] = {
	"  2. par un second programme, écrit à part : second_verifier.py, de même ;\n"
	"  3. à la main, avec unzip et openssl : VERIFIER.txt.\n"
	"Puis comparez les valeurs affichées avec celles qui vous sont parvenues.\n"
	"probant-verify et second_verifier.py (dans tools/) font partie du logiciel\n"
	"probant, dans la version nommée plus haut ou une plus récente : demandez-en\n"
	"les sources à son éditeur ou à qui vous a remis ce dossier ; « make » y\n"
	"compile build/probant-verify.\n",
	"  2. by a second program, written apart: second_verifier.py, the same way;\n"
	"  3. by hand, with unzip and openssl: VERIFIER.txt.\n"
	"Then compare the values shown with those that reached you by another way.\n"
	"probant-verify and second_verifier.py (in tools/) are part of the software\n"
	"probant, in the version named above or a later one: get its source from its\n"
	"publisher, or from whoever gave you this file; \"make\" there builds\n"
	"build/probant-verify.\n",
};

/* What differs from bundle to bundle. */
static enum pb_status
append_facts(struct pb_buf *text, const struct pb_dossier *d, enum pb_dossier_language language)
{
	const struct pb_manifest *m = d->manifest;
	size_t local = pb_dossier_local(d);

	if (language == PB_FRENCH)
		return pb_buf_printf(text,
		    "  Journal          %s\n"
		    "  Enregistrements  n° %" PRIu64 " à %" PRIu64 " : %" PRIu64
		    " communiqué(s), %" PRIu64 " non communiqué(s)\n"
		    "  Horodatages      %zu, dont %zu de l'archive elle-même\n"
		    "  Établi par       %s\n",
		    m->origin, m->first, m->last, d->opened, d->closed_records, d->stamp_count,
		    local, d->software);
	return pb_buf_printf(text,
	    "  Log              %s\n"
	    "  Records          %" PRIu64 " to %" PRIu64 ": %" PRIu64 " opened, %" PRIu64
	    " closed\n"
	    "  Timestamps       %zu, of which %zu by the archive itself\n"
	    "  Made by          %s\n",
	    m->origin, m->first, m->last, d->opened, d->closed_records, d->stamp_count, local,
	    d->software);
}

static enum pb_status
append_command(struct pb_buf *text, const struct pb_dossier *d, enum pb_dossier_language language)
{
	return pb_buf_printf(text,
	    language == PB_FRENCH ? "  1. probant-verify %s.asics --trust CONFIANCE\n"
				    "       --tsa-roots RACINES.pem --against POINT ;\n"
				  : "  1. probant-verify %s.asics --trust TRUST\n"
				    "       --tsa-roots ROOTS.pem --against CHECKPOINT;\n",
	    d->manifest->case_name);
}

static enum pb_status
compose(const struct pb_dossier *d, enum pb_dossier_language language, struct pb_buf *text)
{
	bool dated = pb_dossier_local(d) < d->stamp_count;
	const char *const first[] = { SECRECY[language], CONTENTS[language], PROVEN[language],
		dated ? DATED[language] : NOT_DATED[language], NOT_PROVEN[language],
		CHECK_BEFORE[language] };
	enum pb_status status;

	status = pb_buf_printf(
	    text, language == PB_FRENCH ? "DOSSIER %s\n" : "BUNDLE %s\n", d->manifest->case_name);
	if (status == PB_OK)
		status = pb_buf_append_text(text, UNDER_TITLE[language]);
	if (status == PB_OK)
		status = append_facts(text, d, language);
	for (size_t i = 0; status == PB_OK && i < sizeof(first) / sizeof(first[0]); i++)
		status = pb_buf_append_text(text, first[i]);
	if (status == PB_OK)
		status = append_command(text, d, language);
	return status == PB_OK ? pb_buf_append_text(text, CHECK_AFTER[language]) : status;
}

enum pb_status
pb_dossier_lisezmoi(const struct pb_dossier *d, struct pb_buf *text)
{
	return compose(d, PB_FRENCH, text);
}

enum pb_status
pb_dossier_readme(const struct pb_dossier *d, struct pb_buf *text)
{
	return compose(d, PB_ENGLISH, text);
}
