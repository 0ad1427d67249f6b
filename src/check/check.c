#include <string.h>

#include "archive/paths.h"
#include "archive/tail.h"
#include "check/published.h"
#include "check/sweep.h"
#include "core/error.h"
#include "log/trust.h"
#include "probant/archive.h"
#include "stamp/roots.h"
#include "verify/log.h"

/*
 * What stands behind the last whole commit: one that was cut short, or is being
 * written, says nothing against the log; commits that were whole once and are
 * damaged now do.
 */
static enum pb_status
judge_tail(const struct pb_files *files, const char *dir, const struct pb_tail *tail,
    struct pb_verification *v, struct pb_error *err)
{
	const struct pb_note_verifier *key = pb_verification_log_key(v);
	const struct pb_head head = { .prev = { 0 } };
	enum pb_status status = PB_OK;

	if (tail->segment[0] == '\0')
		return PB_OK;
	if (key != NULL)
		status = pb_tail_examine(files, dir, key->name, key, &head, tail, 0, err);
	if (status == PB_OK)
		pb_verification_find(v, PB_CHECK_FILES, PB_INDETERMINATE, PB_NO_SEQ,
		    "uncommitted_tail",
		    N_("The newest segment ends in the middle of a commit: a writer is at work, or "
		       "was cut short; opening the archive for writing puts it in order."),
		    PB_DIR_VAULT "/%s.seg:%llu", tail->segment, (unsigned long long)tail->offset);
	if (status != PB_ECORRUPT)
		return status;
	pb_verification_find(v, PB_CHECK_FILES, PB_INVALID, PB_NO_SEQ, "commits_damaged",
	    N_("Commits that were whole once are damaged: behind this place stands a signed "
	       "checkpoint, but what it covers cannot be read."),
	    PB_DIR_VAULT "/%s.seg:%llu", tail->segment, (unsigned long long)tail->offset);
	return PB_OK;
}

/* log/ is looked at before the vault is listed, and compared after it was read. */
static enum pb_status
check(const struct pb_files *files, const char *dir, const struct pb_check_options *options,
    const struct pb_trust *trust, const struct pb_stamp_roots *tsa_roots, struct pb_verification *v,
    struct pb_error *err)
{
	struct pb_sweep_options sweeping = {
		.key = options->quick ? NULL : options->key,
		.progress = options->progress,
		.progress_ctx = options->progress_ctx,
		.threaded = options->threads > 0,
	};
	struct pb_verify_log_options verifying = {
		.trust = trust,
		.against = options->against,
		.against_len = options->against_len,
		.tsa_roots = tsa_roots,
		.now_s = options->now_s,
		.open = sweeping.key != NULL,
		.threads = options->threads,
		.leaf = pb_published_leaf,
	};
	struct pb_published *published = NULL;
	struct pb_sweep *sweep = NULL;
	const struct pb_buf *note;
	enum pb_status status;

	status = pb_published_new(files, dir, v, &published, err);
	if (status != PB_OK)
		goto out;
	verifying.leaf_ctx = published;
	note = pb_published_note(published);
	if (note != NULL) {
		verifying.published = note->len > 0 ? (const void *)note->data : "";
		verifying.published_len = note->len;
	}
	status = pb_sweep_new(files, dir, &sweeping, v, &sweep, err);
	if (status == PB_OK)
		status = pb_verify_log(pb_sweep_source(sweep), &verifying, v, err);
	if (status == PB_OK)
		status = judge_tail(files, dir, pb_sweep_tail(sweep), v, err);
	if (status == PB_OK)
		status = pb_published_end(published, err);
out:
	pb_sweep_free(sweep);
	pb_published_free(published);
	return status;
}

enum pb_status
pb_archive_check(const struct pb_world *world, const char *dir,
    const struct pb_check_options *options, struct pb_verification **ret_verification,
    struct pb_error *err)
{
	struct pb_verification *v = NULL;
	struct pb_stamp_roots *tsa_roots = NULL;
	struct pb_trust *trust = NULL;
	enum pb_status status = PB_OK;

	if (options->trust != NULL)
		status = pb_trust_parse(options->trust, options->trust_len, &trust, err);
	if (status == PB_OK && options->tsa_roots != NULL)
		status = pb_stamp_roots_parse(
		    options->tsa_roots, options->tsa_roots_len, &tsa_roots, err);
	if (status == PB_OK)
		status = pb_verification_new(&v, err);
	if (status == PB_OK)
		status = check(world->files, dir, options, trust, tsa_roots, v, err);
	pb_stamp_roots_free(tsa_roots);
	pb_trust_free(trust);
	if (status != PB_OK) {
		pb_verification_free(v);
		return status;
	}
	*ret_verification = v;
	return PB_OK;
}
