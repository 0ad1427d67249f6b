/*
 * What every call of Probant answers with.
 *
 * Three kinds of bad news, never mixed.  A *status* says that something could
 * not be done, and a struct pb_error says what was tried, on what, and why.  A
 * *finding* (probant/verify.h) says that it was done and the evidence is not
 * sound: that call returns PB_OK.  Our own bugs end the program.
 */
#ifndef PROBANT_STATUS_H
#define PROBANT_STATUS_H

#if defined(__GNUC__)
#define PB_API __attribute__((visibility("default")))
#define PB_MUST_CHECK __attribute__((warn_unused_result))
#define PB_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#else
#define PB_API
#define PB_MUST_CHECK
#define PB_PRINTF(fmt, args)
#endif

enum pb_status {
	PB_OK = 0,
	PB_EEND,    /* no more items: how an iteration ends, not an error */
	PB_EINVAL,  /* the caller's argument or option cannot be used */
	PB_EDATA,   /* input that is not in the format it should be in */
	PB_ELIMIT,  /* input beyond a limit of core/limits.h */
	PB_ENOENT,  /* no such file, record, part or key */
	PB_EEXIST,  /* it exists already, and would be overwritten */
	PB_EACCESS, /* not permitted: file modes, a wrong passphrase or key */
	PB_ELOCKED, /* another writer holds the archive */
	PB_ENOMEM,
	PB_EIO, /* reading or writing failed; disk full is PB_ENOSPC */
	PB_ENOSPC,
	PB_ECORRUPT,   /* what the archive holds is not sound where it is needed */
	PB_ESTOPPED,   /* this writer stopped after a failed sync; open again */
	PB_ECRYPTO,    /* a cryptographic library refused an operation */
	PB_EUNAVAIL,   /* a service or a feature of the machine is missing */
	PB_EDESTROYED, /* what was to be read was destroyed, and can be read by nobody */
	PB_STATUS_COUNT
};

/*
 * What was tried (`what`), on which object (`object`: a path, a record, a
 * field; terminal-safe), why it failed (`why`) and what to do (`todo`).
 * what, why and todo are string literals in English, keys for gettext, or
 * NULL; cause is the operating system's word (an errno value) or 0.
 */
struct pb_error {
	enum pb_status status;
	const char *what;
	const char *why;
	const char *todo;
	int cause;
	char object[256];
};

/* The name of a status as code and JSON show it: "EDATA".  Never NULL. */
PB_API const char *pb_status_name(enum pb_status status);

#endif
