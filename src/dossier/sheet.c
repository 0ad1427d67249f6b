#include "dossier/sheet.h"

#include <stdio.h>
#include <string.h>

#include "dossier/sheet_words.h"

#define WIDTH 76 /* columns; A4 has room for 80 at 10 points */
#define BLANK "______________________________________"

const char *const pb_sheet_words[PB_SHEET_WORDS][PB_LANGUAGES] = {
	[PB_SHEET_TITLE] = { "Fiche de secours", "Recovery sheet" },
	[PB_SHEET_WHAT] = { "Cette fiche et le code de secours, ensemble, ouvrent tous les "
			    "messages de l'archive nommée ci-dessous. Le code n'est pas sur cette "
			    "fiche.",
	    "This sheet and the recovery code, together, open every message of the archive named "
	    "below. The code is not on this sheet." },
	[PB_SHEET_KEEP] = { "À garder sous clé, loin de la machine et loin du code. Aucune copie "
			    "numérique : ni photo, ni courriel.",
	    "Keep it locked away, far from the machine and far from the code. No digital copy: no "
	    "photograph, no mail." },
	[PB_SHEET_LOG] = { "Journal", "Log" },
	[PB_SHEET_LOG_KEY] = { "Clé de contrôle du journal", "The log's verifier key" },
	[PB_SHEET_THIS_READER] = { "Clé de cette fiche", "Key on this sheet" },
	[PB_SHEET_READERS] = { "Toutes les clés de lecture", "All readers' keys" },
	[PB_SHEET_MADE] = { "Établie le", "Made on" },
	[PB_SHEET_KEY] = { "La clé, chiffrée sous le code", "The key, encrypted under the code" },
	[PB_SHEET_SIGNS] = { "Signes : chiffres et majuscules, sans I, L, O ni U ; 0 est zéro, 1 "
			     "est un. Les deux derniers de chaque ligne la contrôlent.",
	    "Signs: digits and capitals without I, L, O and U; 0 is zero, 1 is one. The last two "
	    "of each line check it." },
	[PB_SHEET_USE] = { "Comment s'en servir", "How to use it" },
	[PB_SHEET_REHEARSE] = { "Essayer, une fois par an", "Rehearse, once a year" },
	[PB_SHEET_RESTORE] = { "Refaire le fichier de secours", "Make the recovery file again" },
	[PB_SHEET_ALONE] = { "Sans Probant : annexe A du document FORMAT.md, avec base32 et "
			     "openssl.",
	    "Without Probant: appendix A of FORMAT.md, with base32 and openssl." },
	[PB_SHEET_BY_HAND] = { "À remplir à la main", "To be filled in by hand" },
	[PB_SHEET_CODE_PLACE] = { "Le code se trouve chez", "Who keeps the code" },
	[PB_SHEET_REHEARSED] = { "Essayée le", "Rehearsed on" },
	[PB_SHEET_REPLACED] = { "Remplacée le (détruire alors cette fiche)",
	    "Replaced on (then destroy this sheet)" },
};

/* Columns of UTF-8, where each character takes one. */
static size_t
columns(const char *text, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

static enum pb_status
put_wrapped(struct pb_buf *out, const char *text)
{
	enum pb_status status = PB_OK;
	size_t used = 0;

	while (status == PB_OK && *text != '\0') {
		size_t len = strcspn(text, " "), wide = columns(text, len);

		if (used > 0 && used + 1 + wide > WIDTH) {
			status = pb_buf_append_text(out, "\n");
			used = 0;
		} else if (used > 0) {
			status = pb_buf_append_text(out, " ");
			used++;
		}
		if (status == PB_OK)
			status = pb_buf_append(out, text, len);
		used += wide;
		text += len + (text[len] == ' ');
	}
	return status == PB_OK ? pb_buf_append_text(out, "\n") : status;
}

static enum pb_status
put_both(struct pb_buf *out, enum pb_sheet_word word)
{
	enum pb_status status = put_wrapped(out, pb_sheet_words[word][PB_FRENCH]);

	return status == PB_OK ? put_wrapped(out, pb_sheet_words[word][PB_ENGLISH]) : status;
}

/* "Journal / Log" and what it is, indented below. */
static enum pb_status
put_fact(struct pb_buf *out, enum pb_sheet_word word, const char *value)
{
	return pb_buf_printf(out, "%s / %s :\n    %s\n", pb_sheet_words[word][PB_FRENCH],
	    pb_sheet_words[word][PB_ENGLISH], value);
}

static enum pb_status
put_heading(struct pb_buf *out, enum pb_sheet_word word)
{
	return pb_buf_printf(out, "\n--- %s / %s ---\n\n", pb_sheet_words[word][PB_FRENCH],
	    pb_sheet_words[word][PB_ENGLISH]);
}

static enum pb_status
put_facts(const struct pb_sheet *sheet, struct pb_buf *out)
{
	char date[PB_DOSSIER_DATE_LEN];
	enum pb_status status;

	pb_dossier_date(sheet->made_s, PB_FRENCH, date);
	status = put_fact(out, PB_SHEET_LOG, sheet->origin);
	if (status == PB_OK)
		status = put_fact(out, PB_SHEET_LOG_KEY, sheet->verifier_key);
	if (status == PB_OK)
		status = put_fact(out, PB_SHEET_THIS_READER, sheet->reader_id);
	if (status == PB_OK)
		status =
		    pb_buf_printf(out, "%s / %s :\n", pb_sheet_words[PB_SHEET_READERS][PB_FRENCH],
			pb_sheet_words[PB_SHEET_READERS][PB_ENGLISH]);
	for (size_t i = 0; status == PB_OK && i < sheet->reader_count; i++)
		status =
		    pb_buf_printf(out, "    %s  %s\n", sheet->reader[i].id, sheet->reader[i].role);
	return status == PB_OK ? put_fact(out, PB_SHEET_MADE, date) : status;
}

static enum pb_status
put_use(struct pb_buf *out)
{
	enum pb_status status = put_heading(out, PB_SHEET_USE);

	if (status == PB_OK)
		status =
		    put_fact(out, PB_SHEET_REHEARSE, "probant key rehearse -a ARCHIVE --sheet");
	if (status == PB_OK)
		status = put_fact(
		    out, PB_SHEET_RESTORE, "probant key restore-sheet -a ARCHIVE -o secours.pem");
	return status == PB_OK ? put_both(out, PB_SHEET_ALONE) : status;
}

static enum pb_status
put_blanks(struct pb_buf *out)
{
	static const enum pb_sheet_word blanks[] = { PB_SHEET_CODE_PLACE, PB_SHEET_REHEARSED,
		PB_SHEET_REPLACED };
	enum pb_status status = put_heading(out, PB_SHEET_BY_HAND);

	for (size_t i = 0; status == PB_OK && i < sizeof(blanks) / sizeof(blanks[0]); i++)
		status = put_fact(out, blanks[i], BLANK BLANK);
	return status;
}

enum pb_status
pb_sheet_text(const struct pb_sheet *sheet, struct pb_buf *text)
{
	enum pb_status status = pb_buf_printf(text, "%s / %s\n\n",
	    pb_sheet_words[PB_SHEET_TITLE][PB_FRENCH], pb_sheet_words[PB_SHEET_TITLE][PB_ENGLISH]);

	if (status == PB_OK)
		status = put_both(text, PB_SHEET_WHAT);
	if (status == PB_OK)
		status = put_both(text, PB_SHEET_KEEP);
	if (status == PB_OK)
		status = pb_buf_append_text(text, "\n");
	if (status == PB_OK)
		status = put_facts(sheet, text);
	if (status == PB_OK)
		status = put_heading(text, PB_SHEET_KEY);
	if (status == PB_OK)
		status = pb_buf_printf(text, "%s\n", sheet->lines);
	if (status == PB_OK)
		status = put_both(text, PB_SHEET_SIGNS);
	if (status == PB_OK)
		status = put_use(text);
	return status == PB_OK ? put_blanks(text) : status;
}
