/*
 * `imports` in an archive's directory (FORMAT 3.1), for the import, which writes it, and for the
 * destruction of a record's secret, which takes what it tells of the record.
 */
#ifndef PB_RECORD_IMPORTS_H
#define PB_RECORD_IMPORTS_H

#include "core/world.h"
#include "record/commitment.h"

#define PB_IMPORTS_FILE "imports"
#define PB_IMPORTS_MAGIC "PBIMPRT1"
#define PB_IMPORTS_HEAD_LEN 64
#define PB_IMPORTS_KEY_LEN 16
/* Magic, settled, size, the beginning of a commitment; then a MAC of the other octets; zeros. */
#define PB_IMPORTS_MAC_AT 40
/* The beginning of a commitment, a source, a message. */
#define PB_IMPORTS_ENTRY_LEN (3 * PB_IMPORTS_KEY_LEN)

/*
 * Zero the entries of the records with these commitments, of which the first PB_IMPORTS_KEY_LEN
 * octets are given, one behind the other; they are sorted.  Durable on PB_OK, also where there is
 * no such file; doing it again does no harm.  A file whose head is damaged is removed.
 */
enum pb_status pb_imports_forget(const struct pb_files *files, const char *dir,
    uint8_t *commitments, size_t count, struct pb_error *err) PB_MUST_CHECK;

#endif
