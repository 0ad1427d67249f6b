#include "archive/tsa_follow.h"

#include <string.h>

#include "archive/tsa_change.h"

struct following {
	struct pb_archive *archive;
	struct pb_authorities *authorities;
	bool roots;   /* some came, or changed */
	bool changed; /* anything did */
};

static bool
same_settings(const struct pb_tsa *a, const struct pb_tsa *b)
{
	return strcmp(a->url, b->url) == 0 && a->hash == b->hash &&
	       strcmp(a->policy, b->policy) == 0 && strcmp(a->client_pem, b->client_pem) == 0 &&
	       strcmp(a->server_roots, b->server_roots) == 0 && a->timeout_s == b->timeout_s &&
	       a->interval_s == b->interval_s;
}

static bool
same_roots(const struct pb_tsa *a, const struct pb_tsa *b)
{
	return a->pem.len == b->pem.len && memcmp(a->pem.data, b->pem.data, a->pem.len) == 0;
}

/* The one of that name out of the list, for pb_tsa_done; zeros if there is none. */
static struct pb_tsa
take_out(struct pb_authorities *authorities, const char *name)
{
	struct pb_tsa *tsa = pb_authorities_find(authorities, name), taken = { .local = false };

	if (tsa == NULL)
		return taken;
	taken = *tsa;
	authorities->count--;
	memmove(tsa, tsa + 1, (size_t)(authorities->tsa + authorities->count - tsa) * sizeof(*tsa));
	memset(&authorities->tsa[authorities->count], 0, sizeof(*tsa));
	return taken;
}

static enum pb_status
follow_local(struct following *f, struct pb_error *err)
{
	struct pb_archive *a = f->archive;

	if (pb_authorities_find(f->authorities, PB_TSA_LOCAL) != NULL)
		return PB_OK;
	f->roots = f->changed = true;
	return pb_authorities_put_local(f->authorities, a->world, a->dir, a->origin, false, err);
}

static void
note_change(struct following *f, const struct pb_tsa *before, const struct pb_tsa *now)
{
	if (!same_roots(before, now))
		f->roots = f->changed = true;
	if (same_settings(before, now))
		return;
	f->changed = true;
	if (before->name[0] != '\0') /* how another address answered says nothing of this one */
		pb_authorities_remember(f->archive->world->files, f->archive->dir, now);
}

static enum pb_status
follow_one(struct following *f, const struct pb_tsa_settings *settings, struct pb_error *err)
{
	struct pb_authorities *authorities = f->authorities;
	struct pb_tsa before;
	enum pb_status status;

	if (settings->url == NULL)
		return follow_local(f, err);
	before = take_out(authorities, settings->name);
	status = pb_authorities_put(authorities, settings, err);
	if (status == PB_OK)
		note_change(f, &before, &authorities->tsa[authorities->count - 1]);
	pb_tsa_done(&before);
	return status;
}

static enum pb_status
write_roots(const struct following *f, const struct pb_tsa_plan *plan, struct pb_error *err)
{
	const struct pb_archive *a = f->archive;
	enum pb_status status = PB_OK;

	for (size_t i = 0; status == PB_OK && i < plan->count; i++)
		if (plan->tsa[i].url != NULL)
			status = pb_authorities_write_roots(a->world->files, a->dir,
			    pb_authorities_find(f->authorities, plan->tsa[i].name), err);
	return status;
}

/*
 * The calls, and what a crash after each leaves:
 *   the local key   files that no configuration names; the next try replaces them
 *   the record      the log states roots that are not used yet; it is stated once more
 *   the roots       new ones where the configuration is the old one: read together until it is
 *                   written at the next try
 *   the rest        all of it
 */
static enum pb_status
follow(struct following *f, const struct pb_tsa_plan *plan, struct pb_error *err)
{
	struct pb_archive *a = f->archive;
	enum pb_status status = PB_OK;

	for (size_t i = 0; status == PB_OK && i < plan->count; i++)
		status = follow_one(f, &plan->tsa[i], err);
	if (f->authorities->gap_after_s != plan->gap_after_s ||
	    f->authorities->heartbeat_s != plan->heartbeat_s)
		f->changed = true;
	f->authorities->gap_after_s = plan->gap_after_s;
	f->authorities->heartbeat_s = plan->heartbeat_s;
	if (status == PB_OK && f->roots)
		status = pb_tsa_change_state(a, f->authorities, err);
	if (status == PB_OK && f->roots)
		status = write_roots(f, plan, err);
	if (status == PB_OK && f->changed)
		status = pb_authorities_write(a->world->files, a->dir, f->authorities, err);
	return status;
}

enum pb_status
pb_archive_tsa_follow(struct pb_archive *a, const struct pb_tsa_plan *plan, struct pb_error *err)
{
	struct following f = { .archive = a };
	enum pb_status status;

	status = pb_authorities_read(a->world->files, a->dir, &f.authorities, err);
	if (status == PB_OK)
		status = pb_tsa_change_room(a, err);
	if (status == PB_OK)
		status = follow(&f, plan, err);
	pb_authorities_free(f.authorities);
	return status;
}
