/*
 * Every limit on what comes from outside, with its reason.  A parser meets
 * the limit before it allocates or loops.
 */
#ifndef PB_CORE_LIMITS_H
#define PB_CORE_LIMITS_H

/* FORMAT 1: n is a u8. */
#define PB_LIMIT_PARTS 255
/* FORMAT 1: slices of the header and of the body, so that with digest, facts,
 * class and envelope a message has at most 254 parts. */
#define PB_LIMIT_HEADER_SLICES 50
#define PB_LIMIT_BODY_SLICES 200
/* FORMAT 1: where the header part ends even without an empty line. */
#define PB_LIMIT_HEADER (1024 * 1024)
/* A boundary of RFC 2046 has at most 70 characters; real ones are sometimes longer. */
#define PB_LIMIT_BOUNDARY 200
/* A boundary line with its trailing white space: what the cutter holds back. */
#define PB_LIMIT_BOUNDARY_LINE 1024
/* The Content-Type field as far as it is read for its boundary. */
#define PB_LIMIT_CONTENT_TYPE 4096

/* FORMAT 3: part bytes and table of one record. */
#define PB_LIMIT_RECORD (4ULL * 1024 * 1024 * 1024)
/* A sealed record: zstd may add a little to what it cannot compress. */
#define PB_LIMIT_PAYLOAD (PB_LIMIT_RECORD + PB_LIMIT_RECORD / 128 + 1024)
/* FORMAT 3: zstd windows up to 8 MiB = 2^23, so that a reader needs no more. */
#define PB_LIMIT_ZSTD_WINDOW_LOG 23
/* Sealed bytes kept in memory; beyond, they spill into an unnamed file. */
#define PB_LIMIT_SPILL (1024 * 1024)
/* An opened record kept in memory; a larger one is decrypted once per look. */
#define PB_LIMIT_OPENED (4 * 1024 * 1024)

/* FORMAT 2: an origin. */
#define PB_LIMIT_ORIGIN 200
/* A signed note: text and up to 16 signatures and more. */
#define PB_LIMIT_NOTE (64 * 1024)
#define PB_LIMIT_NOTE_SIGNATURES 64
/* A trust file. */
#define PB_LIMIT_TRUST (1024 * 1024)
#define PB_LIMIT_TRUST_LINES 1000

/* FORMAT 3: the JSON header of a segment: its CMS grows by ~1 KiB per reader. */
#define PB_LIMIT_SEGMENT_HEADER (1024 * 1024)
#define PB_LIMIT_READERS 64
/* FORMAT 3: a segment closes at this size, or at this age. */
#define PB_LIMIT_SEGMENT (64ULL * 1024 * 1024)
#define PB_LIMIT_SEGMENT_AGE_S (24 * 3600)

/* FORMAT 4: an import commits when it holds this much or this many records. */
#define PB_LIMIT_GROUP (8 * 1024 * 1024)
#define PB_LIMIT_GROUP_RECORDS 2048

/* JSON from outside: the text; its arrays and objects inside each other; its values, 32 bytes
 * of memory each. */
#define PB_LIMIT_JSON (16 * 1024 * 1024)
#define PB_LIMIT_JSON_DEPTH 32
#define PB_LIMIT_JSON_VALUES 1000000

/* A PEM or DER file that is read whole: keys and certificates. */
#define PB_LIMIT_PEM (1024 * 1024)
#define PB_LIMIT_PASSPHRASE 1024

/* Directories inside directories on import. */
#define PB_LIMIT_PATH 4096
#define PB_LIMIT_DEPTH 64

/* Findings listed per check; the rest is counted. */
#define PB_LIMIT_FINDINGS 100

#endif
