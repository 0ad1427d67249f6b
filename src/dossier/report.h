/*
 * rapport.html (FORMAT 5.3): made from the rest of the package, proves nothing.  In three
 * steps, so that a list of a million records needs no memory: the caller empties `html`
 * between them.  French first, then English.
 */
#ifndef PB_DOSSIER_REPORT_H
#define PB_DOSSIER_REPORT_H

#include "core/buf.h"
#include "dossier/dossier.h"

/* Rows of one table; what is beyond is said in a sentence. */
#define PB_DOSSIER_ROWS 2000

/* Everything before the list of opened records. */
enum pb_status pb_dossier_report_begin(
    const struct pb_dossier *dossier, struct pb_buf *html) PB_MUST_CHECK;
/* Its next line, ascending by seq; nothing from row PB_DOSSIER_ROWS on. */
enum pb_status pb_dossier_report_record(const struct pb_dossier *dossier,
    const struct pb_dossier_record *record, struct pb_buf *html) PB_MUST_CHECK;
/* What stands behind it. */
enum pb_status pb_dossier_report_end(
    const struct pb_dossier *dossier, struct pb_buf *html) PB_MUST_CHECK;

#endif
