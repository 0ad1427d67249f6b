#include "cli/say.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "cli/colour.h"
#include "core/text.h"
#include "sys/process.h"

#define DOMAIN "probant"

void
pb_say_init(void)
{
	char path[4096];

	(void)setlocale(LC_MESSAGES, "");
	(void)setlocale(LC_CTYPE, "");
	if (pb_process_beside("locale/fr/LC_MESSAGES/" DOMAIN ".mo", path, sizeof(path)) &&
	    pb_process_beside("locale", path, sizeof(path)))
		(void)bindtextdomain(DOMAIN, path);
	else
		(void)bindtextdomain(DOMAIN, PROBANT_LOCALEDIR);
	(void)bind_textdomain_codeset(DOMAIN, "UTF-8");
	(void)textdomain(DOMAIN);
}

static const char *
translated(const char *text)
{
	return text == NULL || *text == '\0' ? "" : _(text);
}

/* What the system says in its own words is in the catalogue too: its own may be missing. */
static const char *
system_words(int cause)
{
	static const char *const known[] = { N_("No such file or directory"),
		N_("Permission denied"), N_("Operation not permitted"), N_("File exists"),
		N_("Not a directory"), N_("Is a directory"), N_("No space left on device"),
		N_("Read-only file system"), N_("Input/output error"), N_("Disk quota exceeded"),
		N_("Too many open files"), N_("Directory not empty"), N_("File name too long"),
		N_("Too many levels of symbolic links") };

	(void)known;
	return _(strerror(cause));
}

/* What to do about what the system alone explains. */
static const char *
advice(const struct pb_error *err)
{
	if (err->todo != NULL)
		return translated(err->todo);
	if (err->why != NULL)
		return NULL;
	switch (err->status) {
	case PB_ENOENT:
		return _("see whether the name is right, from the directory where you are");
	case PB_EACCESS:
		return _("see with `ls -l` who may read and write it, and who you are with `id`");
	case PB_ENOSPC:
		return _("make room on that disk, and do it again");
	case PB_EIO:
		return _("see in the system's log whether that disk or medium is failing");
	default:
		return NULL;
	}
}

void
pb_say_error(const struct pb_error *err)
{
	const char *todo = advice(err);

	(void)fprintf(stderr, "%sprobant:%s %s: %s%s%s", pb_colour_on(2, PB_COLOUR_BAD),
	    pb_colour_off(2, PB_COLOUR_BAD), translated(err->what), err->object,
	    err->object[0] != '\0' ? ": " : "",
	    err->why != NULL ? translated(err->why) : system_words(err->cause));
	if (err->why != NULL && err->cause != 0)
		(void)fprintf(stderr, " (%s)", system_words(err->cause));
	if (todo != NULL)
		(void)fprintf(stderr, "\n  %s", todo);
	(void)fputc('\n', stderr);
}

/* A word of the command line may be a file's name: a shell puts those there. */
void
pb_say_unknown(const char *why, const char *what, const char *prefix, const char *near)
{
	char safe[512];

	pb_text_safe_copy(safe, sizeof(safe), (const uint8_t *)what, strlen(what));
	(void)fprintf(stderr, "probant: %s: %s\n", why, safe);
	if (near != NULL) {
		(void)fputs("  ", stderr);
		(void)fprintf(stderr, _("did you mean %s%s?"), prefix, near);
		(void)fputc('\n', stderr);
	}
	(void)fprintf(stderr, "  %s\n",
	    _("`probant help` lists the commands, `probant COMMAND --help` explains one"));
}

void
pb_say_usage(const char *why, const char *what)
{
	pb_say_unknown(why, what, "", NULL);
}

enum pb_exit
pb_say_exit(enum pb_status status)
{
	switch (status) {
	case PB_OK:
		return PB_EXIT_OK;
	case PB_EINVAL:
		return PB_EXIT_USAGE;
	case PB_EDATA:
	case PB_ELIMIT:
	case PB_ECORRUPT:
		return PB_EXIT_DATA;
	case PB_ENOENT:
	case PB_EDESTROYED:
		return PB_EXIT_NOINPUT;
	case PB_EUNAVAIL:
		return PB_EXIT_UNAVAILABLE;
	case PB_EEXIST:
		return PB_EXIT_CANTCREATE;
	case PB_EIO:
	case PB_ENOSPC:
	case PB_ESTOPPED:
		return PB_EXIT_IO;
	case PB_ELOCKED:
		return PB_EXIT_TRYAGAIN;
	case PB_EACCESS:
		return PB_EXIT_NOPERMISSION;
	case PB_ENOMEM:
		return PB_EXIT_OSERR;
	case PB_EEND:
	case PB_ECRYPTO:
	case PB_STATUS_COUNT:
		break;
	}
	return PB_EXIT_SOFTWARE;
}

void
pb_say_reason(const struct pb_error *err, char *out, size_t size)
{
	(void)snprintf(out, size, "%s: %s%s%s", err->what != NULL ? err->what : "",
	    err->why != NULL ? err->why : strerror(err->cause),
	    err->why != NULL && err->cause != 0 ? ": " : "",
	    err->why != NULL && err->cause != 0 ? strerror(err->cause) : "");
}
