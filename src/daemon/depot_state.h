/*
 * A depot from within: depot.c is its door and what is due; depot_start.c what its log says of
 * capture; depot_observe.c what messages say of others; depot_hold.c how its archive is taken and
 * let go of.
 */
#ifndef PB_DAEMON_DEPOT_STATE_H
#define PB_DAEMON_DEPOT_STATE_H

#include "archive/commit.h"
#include "archive/intake.h"
#include "archive/lock.h"
#include "archive/views.h"
#include "daemon/depot.h"

/* What comes next on the way to capture; each is done once, whatever fails between. */
enum pb_step {
	PB_STEP_LOOK, /* did a writer before end without a stop? */
	PB_STEP_MARK,
	PB_STEP_GAP,
	PB_STEP_START,
	PB_STEP_POLICY,
	PB_STEP_STAMPS, /* the timestamp policy */
	PB_STEP_STARTED
};

/* Then an archive is let go of: to take it up costs more than to hold it between two messages of a
 * day. */
#define PB_DEPOT_IDLE_US (300 * 1000000LL)

/* Steps of the clock that an archive which a command holds for long has yet to say. */
#define PB_STEPS_UNSAID 8

/*
 * 1. held: archive and group are there, and the archive's lock is ours.
 * 2. archive without held: it was let go of, and can be taken up.
 * 3. Times are monotonic.
 */
struct pb_depot {
	const struct pb_depot_options *options;
	size_t index;    /* of the policy */
	const char *dir; /* borrowed from it */
	char origin[PB_LIMIT_ORIGIN + 1];
	struct pb_intake intake;
	pb_acknowledged_fn *acknowledged;
	struct pb_archive *archive;
	struct pb_group *group;
	/* The last segment that closed, while it waits to be indexed or is; NULL: none. */
	struct pb_secret *closed_key;
	char closed[PB_SEGMENT_NAME_LEN + 1];
	uint64_t closed_end;
	struct pb_views *views; /* it is being indexed */
	bool held;
	bool locked_out; /* the last record found it locked by another */
	enum pb_step step;
	int capturing;    /* the file, locked; -1: not behind PB_STEP_MARK */
	bool rivalled;    /* another daemon has that lock */
	bool unclean;     /* a writer before ended without a stop */
	uint64_t last_s;  /* of its last record */
	uint64_t records; /* of doors, since the start or the last heartbeat */
	struct pb_clock_step unsaid[PB_STEPS_UNSAID];
	size_t unsaid_count;
	bool unstamped;
	bool unobserved;              /* messages came that were not looked at since */
	bool stated;                  /* what `views` looked at says of others is */
	bool followed;                /* it has the authorities of the timestamp policy */
	bool asked;                   /* they are, and what they answer was not kept yet */
	struct pb_stamping *answered; /* owned: to be kept; NULL: nothing is */
	bool failing;                 /* what it is for went wrong, and not well since */
	int64_t used_us;              /* the last record of a door */
	int64_t look_us, beat_us, stamp_us, room_us, observe_us; /* when these are due */
	int64_t quiet_us;                                        /* and a stamp if nothing is new */
};

int64_t pb_depot_now(const struct pb_depot *depot);

/*
 * What the writer's board says of it.  _standing: as its log says, when it begins; _record: there
 * are so many, and the last one waits to be stamped; _stamped: none waits; _kept: the last one was
 * a door's; _went: how something that it is for went; _room: what is left on its disk, once a
 * minute.
 */
void pb_depot_tell_standing(struct pb_depot *depot);
void pb_depot_tell_record(struct pb_depot *depot, uint64_t records);
void pb_depot_tell_stamped(struct pb_depot *depot);
void pb_depot_tell_kept(struct pb_depot *depot);
void pb_depot_tell_went(struct pb_depot *depot, enum pb_status status);
void pb_depot_tell_room(struct pb_depot *depot, int64_t now_us);

/*
 * Is it to be stamped, or is an answer to be kept?  Then, of one that is held, either is done; what
 * others are to be asked is handed to the errands.  _last: what needs nobody else.
 */
bool pb_depot_stamp_due(const struct pb_depot *depot, int64_t now_us);
enum pb_status pb_depot_stamp(struct pb_depot *depot, struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_depot_stamp_last(struct pb_depot *depot, struct pb_error *err) PB_MUST_CHECK;

/* Take the archive, which another may make it wait for so long.  PB_ELOCKED. */
enum pb_status pb_depot_hold(
    struct pb_depot *depot, uint32_t patience_s, struct pb_error *err) PB_MUST_CHECK;
void pb_depot_let_go(struct pb_depot *depot);
/* Index what closed, and look at what came if that is due (depot_observe.c). */
void pb_depot_view(struct pb_depot *depot);
void pb_depot_end_views(struct pb_depot *depot);

/* The same, and capture has begun. */
enum pb_status pb_depot_ready(
    struct pb_depot *depot, uint32_t patience_s, struct pb_error *err) PB_MUST_CHECK;
/* It still goes on; it stops; what the clock did meanwhile.  Of one that is held. */
enum pb_status pb_depot_beat(struct pb_depot *depot, struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_depot_unready(struct pb_depot *depot, struct pb_error *err) PB_MUST_CHECK;
enum pb_status pb_depot_say_steps(struct pb_depot *depot, struct pb_error *err) PB_MUST_CHECK;

/* A record of a door was committed. */
void pb_depot_heard(struct pb_depot *depot);
/* Is it time to look at what came? */
bool pb_depot_look_is_due(const struct pb_depot *depot);
/* Was all looked at that was to be?  What that says of others is stated then, some at a time. */
bool pb_depot_has_to_state(const struct pb_depot *depot);
enum pb_status pb_depot_state(struct pb_depot *depot, struct pb_error *err) PB_MUST_CHECK;
/* All of it at the end, as far as it is done by then. */
void pb_depot_look_at_last(struct pb_depot *depot, int64_t until_us);

#endif
