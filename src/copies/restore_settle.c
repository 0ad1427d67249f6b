/* What was destroyed stays destroyed: by the log that came back, then by a newer state of it. */
#include "archive/destroy.h"
#include "archive/destroyed.h"
#include "archive/restored.h"
#include "archive/slotwipe.h"
#include "copies/ledger.h"
#include "copies/restore_state.h"
#include "core/error.h"

static const char RESTORE[] = N_("restore an archive");

/* What this log itself says is destroyed goes before anything can be read. */
static enum pb_status
destroy_own(struct pb_restore *r, uint64_t size, struct pb_error *err)
{
	const struct pb_files *files = r->world->files;
	struct pb_runs named = PB_RUNS_EMPTY;
	enum pb_status status = pb_destroyed_named(files, r->dir.text, size, &named, err);

	if (status == PB_OK && named.count > 0)
		status = pb_slotwipe(files, r->dir.text, &named, err);
	pb_runs_done(&named);
	return status;
}

/* Of those that came back: the rest never did. */
static enum pb_status
only_before(const struct pb_runs *all, uint64_t size, struct pb_runs *ret_some)
{
	enum pb_status status = PB_OK;

	for (size_t i = 0; status == PB_OK && i < all->count; i++) {
		const struct pb_run *run = &all->run[i];

		if (run->first < size)
			status = pb_runs_add(
			    ret_some, run->first, run->last < size ? run->last : size - 1);
	}
	return status;
}

/* In records of as many runs as one can hold. */
static enum pb_status
destroy_all(struct pb_archive *archive, const struct pb_runs *gone, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	for (size_t i = 0; status == PB_OK && i < gone->count; i += PB_LIMIT_DESTROYED) {
		size_t left = gone->count - i;
		const struct pb_runs some = { .run = gone->run + i,
			.count = left < PB_LIMIT_DESTROYED ? left : PB_LIMIT_DESTROYED };

		status = pb_archive_destroy(archive, &some, PB_DESTROY_RESTORED, NULL, err);
	}
	return status;
}

/* The log says what it came back from, then what a newer state of it had destroyed. */
static enum pb_status
apply(struct pb_restore *r, const struct pb_reader_key *key, const struct pb_runs *gone,
    struct pb_error *err)
{
	struct pb_archive *archive = NULL;
	enum pb_status status = pb_archive_open(r->world, r->dir.text, key, &archive, err);
	enum pb_status closed;

	if (status == PB_OK)
		status = destroy_all(archive, gone, err);
	closed = pb_archive_close(archive, status == PB_OK ? err : NULL);
	return status != PB_OK ? status : closed;
}

static enum pb_status
ask_ledger(struct pb_restore *r, const struct pb_reader_key *key, const char *ledger,
    struct pb_restored_seen *seen, struct pb_error *err)
{
	const struct pb_files *files = r->world->files;
	struct pb_runs all = PB_RUNS_EMPTY, gone = PB_RUNS_EMPTY, left = PB_RUNS_EMPTY;
	enum pb_status status;

	status = pb_ledger_read(files, r->dir.text, ledger, r->work.text, &seen->ledger, &all, err);
	if (status == PB_OK && only_before(&all, seen->size, &gone) != PB_OK)
		status = pb_fail_memory(err, RESTORE);
	if (status == PB_OK)
		status = pb_slotwipe_left(files, r->dir.text, &gone, &left, err);
	if (status == PB_OK)
		status = pb_restored_settle(files, r->dir.text, seen->size, seen->ledger, err);
	if (status == PB_OK)
		status = apply(r, key, &left, err);
	if (status == PB_OK)
		seen->destroyed = pb_runs_total(&left);
	pb_runs_done(&all);
	pb_runs_done(&gone);
	pb_runs_done(&left);
	return status;
}

enum pb_status
pb_restore_settle(struct pb_restore *r, const struct pb_reader_key *key, const char *ledger,
    struct pb_restored_seen *seen, struct pb_error *err)
{
	const struct pb_files *files = r->world->files;
	enum pb_status status = pb_ledger_size(files, r->dir.text, &seen->size, err);

	if (status == PB_OK && r->complete && seen->size != r->snapshot.size)
		status = pb_fail(err, PB_EDATA, RESTORE,
		    N_("it does not hold the records that it says it holds"), "%s", r->to);
	if (status == PB_OK)
		status = destroy_own(r, seen->size, err);
	if (status != PB_OK)
		return status;
	if (ledger != NULL && !r->has_private)
		return pb_fail(err, PB_EACCESS, RESTORE,
		    N_("without the log's private key nothing can be recorded, so what a newer "
		       "state destroyed cannot be either"),
		    "%s", r->to);
	if (ledger != NULL)
		return ask_ledger(r, key, ledger, seen, err);
	seen->locked = true;
	return pb_restored_lock(files, r->dir.text, seen->size, err);
}
