#include <inttypes.h>

#include "anchor/stamped.h"
#include "core/error.h"
#include "core/world.h"
#include "doctor/doctor.h"
#include "probant/stamp.h"
#include "sys/clock.h"

#define AREA N_("clock")
/* What a clock that nobody looks after is off by in a month; and what networks and a busy machine
 * make of a token's way. */
#define OFF_US (30 * 1000000LL)
#define SET_IT N_("let a time service set the clock: chrony, systemd-timesyncd")

void
pb_doctor_clock(struct pb_doctor *d)
{
	struct pb_symptom symptom =
	    pb_symptom_of(PB_FINE, AREA, "", N_("it is kept by a time service"), NULL);
	int64_t error_us = 0;

	if (!pb_sys_clock_kept(&error_us)) {
		pb_symptom_worse(&symptom, PB_ATTENTION,
		    N_("the kernel knows of no time service that keeps it"), SET_IT);
		pb_symptom_add(&d->symptoms, &symptom, "%s", "");
	} else {
		pb_symptom_add(&d->symptoms, &symptom, "+- %" PRId64 " ms", error_us / 1000);
	}
}

/* ---- beside an archive's records ------------------------------------------------------------ */

/* A record of a time to come: the clock was set back since. */
static void
compare_record(struct pb_doctor *d, const char *name, int64_t now_us, uint64_t last_s)
{
	struct pb_symptom symptom =
	    pb_symptom_of(PB_FINE, AREA, name, N_("no record is of a time to come"), NULL);
	int64_t ahead_us = (int64_t)last_s * 1000000 - now_us;

	if (ahead_us > 1000000) {
		pb_symptom_worse(&symptom, PB_WRONG,
		    N_("the newest record is of a time to come: the clock was set back"), SET_IT);
	}
	pb_symptom_add(
	    &d->symptoms, &symptom, "newest record %" PRId64 " s ago", -ahead_us / 1000000);
}

/* Its genTime beside what the local clock said when its anchor was made. */
static void
compare_token(struct pb_doctor *d, const char *name, int64_t now_us, const struct pb_stamped *s)
{
	struct pb_symptom symptom =
	    pb_symptom_of(PB_FINE, AREA, name, N_("it agrees with the newest timestamp"), NULL);
	int64_t off_us = (int64_t)s->anchor_s * 1000000 - s->gen_time_us;

	if (off_us > OFF_US || off_us < -OFF_US) {
		pb_symptom_worse(&symptom, PB_ATTENTION,
		    N_("it was off when the newest timestamp was taken"), SET_IT);
	}
	if (s->gen_time_us > now_us + OFF_US) {
		pb_symptom_worse(&symptom, PB_WRONG,
		    N_("it is behind the time that an authority stated before"), SET_IT);
	}
	pb_symptom_add(&d->symptoms, &symptom, "%s, off by %" PRId64 " s", s->by, off_us / 1000000);
}

/* What the archive's own authority states is this clock. */
void
pb_doctor_times(struct pb_doctor *d, const char *name, const char *dir)
{
	const struct pb_clock *clock = d->world->clock;
	struct pb_symptom symptom =
	    pb_symptom_of(PB_WRONG, AREA, name, N_("the archive cannot be read"),
		N_("run `probant verify`; bring the archive back from a copy if it is damaged"));
	int64_t now_us = clock->now_us(clock->ctx);
	struct pb_stamp_standing standing;
	struct pb_archive_status status;
	struct pb_stamped stamped;
	struct pb_error err = { 0 };

	if (pb_archive_describe(d->world, dir, &status, &err) != PB_OK ||
	    pb_archive_stamp_standing(d->world, dir, &standing, &err) != PB_OK ||
	    pb_stamped_find(d->world->files, dir, &stamped, &err) != PB_OK) {
		pb_symptom_add_error(&d->symptoms, &symptom, &err);
		return;
	}
	compare_record(d, name, now_us, status.last_time_s);
	if (stamped.size > 0 && !standing.local_only)
		compare_token(d, name, now_us, &stamped);
}
