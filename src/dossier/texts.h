/* The texts at the beginning of a package (FORMAT 5.3): what it is, and how it is checked. */
#ifndef PB_DOSSIER_TEXTS_H
#define PB_DOSSIER_TEXTS_H

#include "core/buf.h"
#include "dossier/dossier.h"

/* LISEZMOI.txt, in French; README.txt; VERIFIER.txt and VERIFIER-Windows.txt: each appended. */
enum pb_status pb_dossier_lisezmoi(
    const struct pb_dossier *dossier, struct pb_buf *text) PB_MUST_CHECK;
enum pb_status pb_dossier_readme(
    const struct pb_dossier *dossier, struct pb_buf *text) PB_MUST_CHECK;
enum pb_status pb_dossier_verifier(
    const struct pb_dossier *dossier, struct pb_buf *text) PB_MUST_CHECK;
enum pb_status pb_dossier_verifier_windows(
    const struct pb_dossier *dossier, struct pb_buf *text) PB_MUST_CHECK;

#endif
