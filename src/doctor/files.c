/* An archive's directory: whose it is, who else may read it, how much room its disk has. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "archive/growth.h"
#include "archive/paths.h"
#include "core/error.h"
#include "doctor/doctor.h"

#define PERMISSIONS N_("permissions")
#define DISK N_("disk")
#define OTHERS 077

/* ---- permissions ---------------------------------------------------------------------------- */

/* Others' rights, of what was looked at so far; the first that is too open is named. */
struct walk {
	const struct pb_files *files;
	const char *dir; /* that is listed */
	size_t count;
	bool owned;
	char open[PB_LIMIT_PATH]; /* "": none */
};

static bool
look_at(struct walk *w, const char *path)
{
	struct pb_file_info info;

	if (w->files->stat(w->files->ctx, path, false, &info) != 0)
		return false;
	w->count++;
	w->owned = w->owned && info.owned;
	if ((info.mode & OTHERS) != 0 && w->open[0] == '\0')
		(void)snprintf(w->open, sizeof(w->open), "%s", path);
	return true;
}

static int
look_at_entry(void *arg, const char *name)
{
	struct walk *w = arg;
	struct pb_path path;

	if (pb_path_make(&path, w->dir, name, NULL, NULL) == PB_OK)
		(void)look_at(w, path.text);
	return 0;
}

/* Its directories, and what stands in each; what is below log/ is for everybody. */
static enum pb_status
walk(struct pb_doctor *d, const char *dir, struct walk *w, struct pb_error *err)
{
	static const char *const rooms[] = { PB_DIR_VAULT, PB_DIR_KEYS, PB_DIR_READERS,
		PB_DIR_PRIVATE, PB_DIR_TSA, PB_DIR_QUARANTINE };
	const struct pb_files *files = d->world->files;
	enum pb_status status = PB_OK;
	struct pb_path path;
	int answer;

	if (!look_at(w, dir))
		return pb_fail(err, PB_ENOENT, N_("look at an archive's files"),
		    N_("there is no such directory, or it cannot be reached"), "%s", dir);
	for (size_t i = 0; status == PB_OK && i < sizeof(rooms) / sizeof(rooms[0]); i++) {
		status = pb_path_make(&path, dir, rooms[i], NULL, err);
		if (status != PB_OK)
			break;
		(void)look_at(w, path.text);
		w->dir = path.text;
		answer = files->list(files->ctx, path.text, look_at_entry, w);
		if (answer != 0)
			status = pb_fail_sys(
			    err, answer, N_("look at an archive's files"), "%s", path.text);
	}
	return status;
}

void
pb_doctor_files(struct pb_doctor *d, const char *name, const char *dir)
{
	struct pb_symptom symptom =
	    pb_symptom_of(PB_FINE, PERMISSIONS, name, N_("its files are its user's alone"), NULL);
	struct walk w = { .files = d->world->files, .owned = true };
	struct pb_error err = { 0 };

	if (walk(d, dir, &w, &err) != PB_OK) {
		pb_symptom_worse(&symptom, PB_WRONG, N_("it cannot be looked into"),
		    N_("run this as the user to whom the archive belongs"));
		pb_symptom_add_error(&d->symptoms, &symptom, &err);
	} else if (w.open[0] != '\0') {
		pb_symptom_worse(&symptom, PB_WRONG, N_("others may read or write there"),
		    N_("take the rights of group and others away: chmod -R go= DIR"));
		pb_symptom_add(&d->symptoms, &symptom, "%s", w.open);
	} else if (!w.owned) {
		pb_symptom_worse(&symptom, PB_ATTENTION,
		    N_("they belong to another user than who asks"),
		    N_("run this, and every command that writes, as that user"));
		pb_symptom_add(&d->symptoms, &symptom, "%s", dir);
	} else {
		pb_symptom_add(&d->symptoms, &symptom, "%s, %zu files", dir, w.count);
	}
}

/* ---- room ----------------------------------------------------------------------------------- */

/* A segment of 64 MiB, what it becomes in the index, and the largest message. */
#define LEAST (512ULL * 1000 * 1000)
#define LITTLE (5ULL * 1000 * 1000 * 1000)
#define FEW_DAYS 14

void
pb_doctor_disk(struct pb_doctor *d, const char *name, const char *dir)
{
	struct pb_symptom symptom = pb_symptom_of(PB_FINE, DISK, name, N_("there is room"), NULL);
	const struct pb_files *files = d->world->files;
	const struct pb_clock *clock = d->world->clock;
	int64_t room = files->free_bytes(files->ctx, dir);
	struct pb_growth growth = { 0 };
	uint64_t left, days;

	if (room < 0)
		return; /* the directory is not there: that was said */
	left = (uint64_t)room;
	if (pb_growth_read(files, dir, clock->now_us(clock->ctx) / 1000000, &growth, NULL) != PB_OK)
		growth = (struct pb_growth){ 0 };
	days = pb_growth_days_left(left, pb_growth_a_day(&growth));
	if (left < LEAST) {
		symptom.condition = PB_WRONG;
		symptom.said = N_("it is nearly full: mail will not be kept");
	} else if (left < LITTLE || days < FEW_DAYS) {
		symptom.condition = PB_ATTENTION;
		symptom.said = N_("it will be full soon");
	}
	if (symptom.condition != PB_FINE)
		symptom.todo = N_("make room, or move the archive to a larger disk");
	if (days == UINT64_MAX)
		pb_symptom_add(&d->symptoms, &symptom, "%" PRIu64 " MB free", left / 1000000);
	else
		pb_symptom_add(&d->symptoms, &symptom, "%" PRIu64 " MB free, for %" PRIu64 " days",
		    left / 1000000, days);
}
