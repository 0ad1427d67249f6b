/*
 * What is known of a message while it is looked at, before it is written as JSON (FORMAT 6.1).
 *
 * Memory of this room is GLib's, which ends the process when there is none: the process is one
 * that may end (src/view).  All text here is UTF-8 without controls, of a length within
 * PB_LIMIT_VIEW_STRING; lists hold at most PB_LIMIT_VIEW_LIST.
 */
#ifndef PB_MIME_FACTS_H
#define PB_MIME_FACTS_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* NULL is absent, everywhere below. */
struct pb_address {
	char *name;
	char *addr;
};

struct pb_attachment {
	char *name;
	char *type;    /* "application/pdf" */
	uint64_t size; /* octets as decoded */
};

struct pb_finding {
	const char *code; /* a literal */
	char *detail;
};

struct pb_document {
	char *uri;
	char *type;   /* typeCode */
	char *format; /* formatCode */
	char *sha1;   /* as stated, in lower case */
	uint64_t size;
	bool has_size;
};

struct pb_recipient {
	char *final;
	char *action;
	char *status;
	char *diagnostic;
};

/* The address fields, in the order in which they are written. */
enum pb_who { PB_FROM, PB_SENDER, PB_REPLY_TO, PB_TO, PB_CC, PB_BCC, PB_WHO_COUNT };

struct pb_mdn {
	char *disposition; /* "processed/error" */
	char *original;
	char *recipient;
	char *code;
};

struct pb_dsn {
	char *original;
	char *mta;
	char *envelope_id;     /* of the message that it is about */
	char *queue_id;        /* that the MTA gave that message */
	char *arrival;         /* of that message */
	GPtrArray *recipients; /* struct pb_recipient */
};

struct pb_xdm {
	GPtrArray *documents; /* struct pb_document */
	GPtrArray *patients;  /* char: identifiers as METADATA.XML and documents write them */
	uint64_t expanded;    /* octets of the files of all packages, as far as they were read */
};

/*
 * How the text is read: all of it, for its words; or as a person reads it, without attached texts,
 * without what only programs that know no MIME show, and of alternatives without the HTML where
 * there is a text/plain.
 */
struct pb_reading {
	bool person;
	bool *plain;    /* whether the alternatives at hand have had a text/plain; NULL: none are */
	bool html_left; /* some HTML was left out */
};

/* The one attachment that is wished for; number 0: none is. */
struct pb_taking {
	uint64_t number;
	bool partial;       /* only its beginning is at hand */
	GByteArray *octets; /* decoded; NULL until it was met */
};

struct pb_facts {
	GPtrArray *who[PB_WHO_COUNT]; /* struct pb_address */
	char *date;
	int64_t date_s;
	bool has_date_s;
	char *subject;
	char *message_id;
	GPtrArray *in_reply_to; /* char */
	GPtrArray *references;  /* char */
	GPtrArray *attachments; /* struct pb_attachment */
	GPtrArray *findings;    /* struct pb_finding */
	GPtrArray *codes;       /* char: what X-MSS-CODECDA names */
	char *ins;              /* X-MSS-INS */
	const char *urgent_by;  /* a literal; NULL: nothing says that it is urgent */
	bool report;            /* multipart/report */
	bool is_mdn, is_dsn, is_xdm;
	struct pb_mdn mdn;
	struct pb_dsn dsn;
	struct pb_xdm xdm;
	uint64_t messages;          /* that stand in it */
	uint64_t attachments_total; /* also those that the list has no room for */
	GString *text;
	struct pb_reading reading;
	struct pb_taking taking;
	bool text_cut;
	bool cut; /* a list or a text is longer than it is kept */
};

void pb_facts_init(struct pb_facts *facts);
void pb_facts_done(struct pb_facts *facts);

/* A finding, once for each code and detail.  code is a literal; detail any text, or NULL. */
void pb_facts_find(struct pb_facts *facts, const char *code, const char *detail);

/* Appends take_item, or frees it where the list is full (then facts->cut). */
void pb_facts_add(struct pb_facts *facts, GPtrArray *list, gpointer take_item);
/* The same for texts; one that stands there already is not added again. */
void pb_facts_add_once(struct pb_facts *facts, GPtrArray *list, char *take_text);

/*
 * The text of one more part: UTF-8; line ends become LF, controls a space.  Cut where
 * PB_LIMIT_VIEW_TEXT is reached.
 */
void pb_facts_text(struct pb_facts *facts, const char *text, size_t len);

/* A copy fit for the lists: one line, no controls, trimmed, cut (then facts->cut); NULL if empty.
 */
char *pb_facts_line(struct pb_facts *facts, const char *text, size_t len);

/* NULL leaves no member: the list of recipients of an address field that has none. */
struct pb_address *pb_address_new(char *take_name, char *take_addr);

#endif
