/*
 * IHE_XDM.ZIP (IHE ITI TF-2 3.32): documents of health care, and METADATA.XML, which states what
 * they are, how long they are and their SHA-1.
 */
#ifndef PB_MIME_XDM_H
#define PB_MIME_XDM_H

#include "mime/facts.h"

/* Looks into the ZIP: documents, patients, and findings where statements and files differ. */
void pb_xdm_read(struct pb_facts *facts, const uint8_t *zip, size_t len);

/* It could not be looked into; why: a word, or the file in it. */
void pb_xdm_unread(struct pb_facts *facts, const char *why);

#endif
