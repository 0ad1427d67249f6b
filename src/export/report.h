/* The texts, the report and the manifest of a package: what is said about the rest. */
#ifndef PB_EXPORT_REPORT_H
#define PB_EXPORT_REPORT_H

#include "dossier/dossier.h"
#include "export/export.h"

/* What is said, and what it borrows that nobody else has.  Zeros before. */
struct pb_export_dossier {
	struct pb_dossier dossier;
	struct pb_buf verifier_key;
};

enum pb_status pb_export_dossier_make(
    struct pb_export *e, struct pb_export_dossier *dossier, struct pb_error *err) PB_MUST_CHECK;
void pb_export_dossier_done(struct pb_export_dossier *dossier);

enum pb_status pb_export_write_texts(struct pb_export *e, const struct pb_export_dossier *dossier,
    struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_export_write_report(struct pb_export *e, const struct pb_export_dossier *dossier,
    struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_export_write_manifest(struct pb_export *e, struct pb_error *err) PB_MUST_CHECK;

#endif
