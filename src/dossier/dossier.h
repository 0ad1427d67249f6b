/* What an export states about itself, for the texts and the report that go with it. */
#ifndef PB_DOSSIER_H
#define PB_DOSSIER_H

#include "bundle/statement.h"
#include "core/runs.h"

/* A token of stamps/. */
struct pb_dossier_stamp {
	uint64_t seq;  /* of its anchor */
	uint64_t size; /* of the checkpoint that it is over */
	int64_t gen_time_us;
	bool has_accuracy;
	uint64_t accuracy_us;
	bool local;
	bool qualified; /* states so */
	bool shared;    /* over the log of a node, as other archives' tokens are (FORMAT 2.2) */
	char tsa[64];   /* the archive's name for the authority; terminal-safe */
};

#define PB_DOSSIER_TYPES 16 /* FORMAT 1.3: more than the largest record type */

/* The records of the range, by type: begin with zeros, then pb_dossier_count for each. */
struct pb_dossier_count {
	uint64_t whole[PB_DOSSIER_TYPES];
	uint64_t part[PB_DOSSIER_TYPES];
	uint64_t closed[PB_DOSSIER_TYPES];
	uint64_t unstamped; /* anchors without a token: a gap, or its end (FORMAT 2.2) */
	uint64_t steps;     /* the clock went back between two of them: counted by the caller */
};

/* The same export gives the same dossier, octet for octet: no clock, no locale. */
struct pb_dossier {
	const struct pb_manifest *manifest; /* case, recipient, origin, range, size, disclosed */
	const struct pb_closed_run *closed;
	size_t closed_count;
	const struct pb_dossier_stamp
	    *stamp; /* by size, then seq; those over manifest->size last */
	size_t stamp_count;
	uint64_t opened;                /* records of the range, in whole or in part */
	uint64_t closed_records;        /* the others */
	const struct pb_runs *unopened; /* of these: they do not open; or NULL */
	struct pb_dossier_count count;
	bool beside;                   /* record 0 stands beside the range */
	const char *verifier_key;      /* of the log, as in log/verifier-key, without LF */
	uint8_t root[32];              /* of log/checkpoint */
	uint8_t export_key_sha256[32]; /* of the export key's 32 octets */
	uint8_t checkpoint_sha256[32]; /* of log/checkpoint, as a fingerprint to compare */
	const char *software;
};

/* A record that is opened, for its line of the list. */
struct pb_dossier_record {
	uint64_t row; /* from 0, in the order of the list */
	uint64_t seq;
	uint8_t type;    /* enum pb_record_type */
	uint64_t time_s; /* the local clock's claim */
	enum pb_disclosure what;
	bool beside;      /* record 0, outside the range */
	bool has_message; /* its message.eml is there: */
	uint64_t message_len;
	uint8_t message_sha256[32];
	/* Proven interval, by tokens that are not local; NULL: not bounded on that side. */
	const struct pb_dossier_stamp *after;
	const struct pb_dossier_stamp *before;
	/* The same by any token, if none that is not local bounds it; their time is a claim. */
	const struct pb_dossier_stamp *local_after;
	const struct pb_dossier_stamp *local_before;
};

/* A record of the range.  stamped: it is an anchor with a token. */
void pb_dossier_count(
    struct pb_dossier_count *count, uint8_t type, enum pb_disclosure what, bool stamped);

#endif
