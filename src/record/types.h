/* The closed vocabularies of FORMAT 1: record types and part kinds. */
#ifndef PB_RECORD_TYPES_H
#define PB_RECORD_TYPES_H

#include <stdbool.h>
#include <stdint.h>

enum pb_record_type {
	PB_RECORD_MESSAGE = 1,     /* a message captured */
	PB_RECORD_OBSERVATION = 2, /* flag change, expunge, receipt of a known message */
	PB_RECORD_CAPTURE = 3,     /* start, stop, heartbeat, gap, reconciliation, clock step */
	PB_RECORD_MANAGEMENT = 4,  /* notice, incident, policy, hold, access, export, verify */
	PB_RECORD_DESTRUCTION = 8,
	PB_RECORD_ANCHOR = 12, /* a timestamp token, or its absence */
	PB_RECORD_KEY = 13,    /* key and segment */
	PB_RECORD_RECOVERY = 14,
	PB_RECORD_IMPORTED = 15 /* a message imported */
};

enum pb_part_kind {
	PB_PART_FACTS = 0,
	PB_PART_HEADER = 1,
	PB_PART_BODY = 2,
	PB_PART_DIGEST = 3,
	PB_PART_OBJECT = 4,
	PB_PART_CLASS = 5,
	PB_PART_ENVELOPE = 6
};

/* False for a number outside the vocabulary: such a record is indeterminate, never ignored. */
bool pb_record_type_known(uint8_t type);
bool pb_part_kind_known(uint8_t kind);

/* A message, captured or imported; all else is what the archive records of itself. */
bool pb_record_type_message(uint8_t type);

/* Header and body: the message itself. */
bool pb_part_kind_message(uint8_t kind);

/* Types with nothing to hide, stored with their secret in the clear ('P', FORMAT 3): 8, 12, 13. */
bool pb_record_type_public(uint8_t type);

/* "message", "facts"...; NULL outside the vocabulary. */
const char *pb_record_type_name(uint8_t type);
const char *pb_part_kind_name(uint8_t kind);

#endif
