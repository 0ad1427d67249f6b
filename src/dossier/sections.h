/* Within the room: the sections of rapport.html, each in the language of `html`. */
#ifndef PB_DOSSIER_SECTIONS_H
#define PB_DOSSIER_SECTIONS_H

#include "dossier/html.h"

/* Title, from whom nothing is said: case, recipient, log, point. */
void pb_dossier_head(struct pb_html *html, const struct pb_dossier *dossier);
/* What it is; what is to be known first, exceptions before results. */
void pb_dossier_first(struct pb_html *html, const struct pb_dossier *dossier);
/* Records of the range, by type and by what is disclosed. */
void pb_dossier_facts(struct pb_html *html, const struct pb_dossier *dossier);
/* Proven, claimed, not proven. */
void pb_dossier_claims(struct pb_html *html, const struct pb_dossier *dossier);
/* What to compare with values from elsewhere, and how the check is done. */
void pb_dossier_values(struct pb_html *html, const struct pb_dossier *dossier);
/* The tokens; the intervals that they prove. */
void pb_dossier_stamps(struct pb_html *html, const struct pb_dossier *dossier);
void pb_dossier_intervals(struct pb_html *html, const struct pb_dossier *dossier);
/* Runs of closed records. */
void pb_dossier_closed(struct pb_html *html, const struct pb_dossier *dossier);

/* <caption>, and a header cell for each letter of `sorts`: n a number, t text. */
void pb_dossier_table(struct pb_html *html, const struct pb_phrase *caption, const char *sorts,
    const struct pb_phrase *column);

#endif
