/* What the recovery sheet says, once for both of its forms; for its two files alone. */
#ifndef PB_DOSSIER_SHEET_WORDS_H
#define PB_DOSSIER_SHEET_WORDS_H

#include "dossier/words.h"

enum pb_sheet_word {
	PB_SHEET_TITLE,
	PB_SHEET_WHAT,
	PB_SHEET_KEEP,
	PB_SHEET_LOG,
	PB_SHEET_LOG_KEY,
	PB_SHEET_THIS_READER,
	PB_SHEET_READERS,
	PB_SHEET_MADE,
	PB_SHEET_KEY,
	PB_SHEET_SIGNS,
	PB_SHEET_USE,
	PB_SHEET_REHEARSE,
	PB_SHEET_RESTORE,
	PB_SHEET_ALONE,
	PB_SHEET_BY_HAND,
	PB_SHEET_CODE_PLACE,
	PB_SHEET_REHEARSED,
	PB_SHEET_REPLACED,
	PB_SHEET_WORDS
};

extern const char *const pb_sheet_words[PB_SHEET_WORDS][PB_LANGUAGES];

#endif
