/* Addresses as senders write them, and the one form in which it is asked whose they are. */
#ifndef PB_DOORS_MAILBOX_H
#define PB_DOORS_MAILBOX_H

#include "core/limits.h"
#include "doors/smtp_command.h"

/*
 * "a@b.example" of "\"A\"@B.example.": what a quoted local part stands for (RFC 5321 4.1.2), no dot
 * behind the domain, in small letters what is ASCII then, as the tables of mail servers have it.
 * false, to untouched: too long for anybody's.
 */
bool pb_mailbox_plain(const char *address, char to[PB_LIMIT_ADDRESS + 1]);

/*
 * A Mailbox as RFC 5321 4.1.2 has it, which all who read it take for the same; its octets beyond
 * ASCII and its dots may be any.  Or "postmaster" (4.5.1).  Comments, routes, a list, an address
 * without a domain: those a mail server may understand, and deliver to whom we do not see.
 */
bool pb_mailbox_is_strict(struct pb_smtp_text address);

#endif
