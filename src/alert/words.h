/* What can be wrong with capture: a closed vocabulary, of what each word is said (FORMAT 1.5). */
#ifndef PB_ALERT_WORDS_H
#define PB_ALERT_WORDS_H

enum pb_alert_word {
	PB_ALERT_WRITER_DOWN,   /* it gives no sign of life: nothing is kept */
	PB_ALERT_DOOR_DOWN,     /* the same of a door */
	PB_ALERT_DOOR_DEFERS,   /* what comes by it cannot be kept, and waits with its senders or
				   passes */
	PB_ALERT_DOOR_PASSES,   /* mail was let through that was not kept */
	PB_ALERT_DOOR_QUIET,    /* no message came by it for longer than is usual */
	PB_ALERT_GAPS_WAIT,     /* what was let through does not stand in the log yet */
	PB_ALERT_UNMAPPED,      /* mail came for recipients who have no archive */
	PB_ALERT_ARCHIVE_FAILS, /* records cannot be kept in it */
	PB_ALERT_STAMPER_DOWN,  /* no sign of life of who asks the authorities */
	PB_ALERT_AUTHORITY_FAILS,
	PB_ALERT_UNSTAMPED, /* an archive's records wait for a token for too long */
	PB_ALERT_DISK_LOW,  /* of an archive */
	PB_ALERT_WORDS
};

/* "writer_down" */
const char *pb_alert_word(enum pb_alert_word word);
/* "door", "archive", "authority": what the policy's name is a name of; NULL: it needs none. */
const char *pb_alert_about(enum pb_alert_word word);

/* A name of the policy, and NUL. */
#define PB_ALERT_NAME 40

/* Something that is wrong now. */
struct pb_fault {
	enum pb_alert_word word;
	const char *name; /* borrowed; "" if it needs none */
};

#endif
