/* Maildir: how a delivered message's file name tells its flags. */
#ifndef PB_CAPTURE_MAILDIR_H
#define PB_CAPTURE_MAILDIR_H

#include "core/json.h"

/* What Maildir++ marks a folder with, an empty file: there is nothing to tell of it. */
bool pb_maildir_mark(const char *name, uint64_t size);

/*
 * The letters behind ":2," of a file name in cur/; NULL if there are none to
 * read (another info version, or no info).  Borrowed from name.
 */
const char *pb_maildir_flags(const char *name);

/*
 * The member "flags": an array with the IMAP name of each letter (P $Forwarded,
 * R \Answered, S \Seen, T \Deleted, D \Draft, F \Flagged), any other plain letter as
 * "maildir:<letter>"; other octets are left out, the file name in the envelope has them.
 */
void pb_maildir_state_flags(const char *letters, struct pb_json_writer *w);

#endif
