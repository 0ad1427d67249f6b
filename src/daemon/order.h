/*
 * In which order processes come and go: pure decisions.
 *
 * All are started at once, since their sockets are there already.  They stop in stages, each told
 * when nobody of the one before is left: doors end behind the message that they are at; then the
 * writer, which commits it; then whom the writer asks, and who tells of it.
 */
#ifndef PB_DAEMON_ORDER_H
#define PB_DAEMON_ORDER_H

#include <stdbool.h>
#include <stdint.h>

enum pb_phase {
	PB_PHASE_UP,  /* everything is to run */
	PB_PHASE_DOWN /* everything is to end */
};

enum pb_deed { PB_DEED_NONE, PB_DEED_START, PB_DEED_TELL, PB_DEED_KILL };

enum pb_stage { PB_STAGE_DOOR, PB_STAGE_WRITER, PB_STAGE_LAST, PB_STAGE_NONE };

/* How one process stands. */
struct pb_standing {
	enum pb_stage stage;
	bool running;
	bool told;      /* to stop */
	int64_t due_us; /* not running: when it may be started; told: when its time is over */
};

/*
 * What is to be done with it at now_us.  first: the first stage of which somebody runs.
 * *ret_next_us is made earlier if something will be due before.
 */
enum pb_deed pb_order(enum pb_phase phase, const struct pb_standing *standing, enum pb_stage first,
    int64_t now_us, int64_t *ret_next_us);

/* How long it may take to stop, once told. */
int64_t pb_order_grace_us(enum pb_stage stage);

#endif
