/*
 * The names of a package and their order (FORMAT 5.3): the grammar that exporter and
 * verifier share.
 */
#ifndef PB_BUNDLE_PACKAGE_H
#define PB_BUNDLE_PACKAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* In the order of a package. */
enum pb_package_kind {
	PB_PACKAGE_LISEZMOI,
	PB_PACKAGE_README,
	PB_PACKAGE_VERIFIER,
	PB_PACKAGE_VERIFIER_WINDOWS,
	PB_PACKAGE_MESSAGE,    /* records/<seq>/message.eml */
	PB_PACKAGE_PART,       /* records/<seq>/part-<index>.bin */
	PB_PACKAGE_LEAF,       /* records/<seq>/leaf.bin */
	PB_PACKAGE_OPENING,    /* records/<seq>/opening.json */
	PB_PACKAGE_LEAF_PROOF, /* records/<seq>/leaf.tlog-proof */
	PB_PACKAGE_LEAVES,
	PB_PACKAGE_RANGE_PROOF,
	PB_PACKAGE_CLOSED,
	PB_PACKAGE_CHECKPOINT,
	PB_PACKAGE_VERIFIER_KEY,
	PB_PACKAGE_CONSISTENCY,      /* log/consistency/<size>-<size of log/checkpoint> */
	PB_PACKAGE_STAMP_CHECKPOINT, /* stamps/<size>-<seq>/checkpoint */
	PB_PACKAGE_STAMP_REQUEST,
	PB_PACKAGE_STAMP_REPLY,
	PB_PACKAGE_STAMP_TOKEN,
	PB_PACKAGE_STAMP_NODE, /* these three of a shared anchor alone */
	PB_PACKAGE_STAMP_SALT,
	PB_PACKAGE_STAMP_PROOF,
	PB_PACKAGE_STAMP_CHAIN,
	PB_PACKAGE_STAMP_REVOCATION, /* stamps/<size>-<seq>/<index>.crl or .ocsp */
	PB_PACKAGE_REPORT,
	PB_PACKAGE_MANIFEST,
	PB_PACKAGE_SUMS,
	PB_PACKAGE_SUMS_NOTE,
	PB_PACKAGE_KIND_COUNT
};

struct pb_package_name {
	enum pb_package_kind kind;
	uint64_t seq;   /* records/, stamps/ */
	uint64_t size;  /* stamps/; the smaller one of consistency/ */
	uint64_t to;    /* consistency/: the larger one */
	unsigned index; /* part-<index>, <index>.crl */
	bool ocsp;      /* revocation */
};

void pb_package_format(const struct pb_package_name *name, char out[201]);
/* False unless it is exactly what pb_package_format writes. */
bool pb_package_parse(const char *text, struct pb_package_name *ret_name);
/* < 0 if a stands before b in a package, 0 if they are the same, > 0 otherwise. */
int pb_package_compare(const struct pb_package_name *a, const struct pb_package_name *b);

/* A case: FORMAT 5.2; and none of the device names of Windows. */
bool pb_package_case_valid(const char *text);

#endif
