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

void
pb_say_error(const struct pb_error *err)
{
	(void)fprintf(stderr, "%sprobant:%s %s: %s%s%s", pb_colour_on(2, PB_COLOUR_BAD),
	    pb_colour_off(2, PB_COLOUR_BAD), translated(err->what), err->object,
	    err->object[0] != '\0' ? ": " : "",
	    err->why != NULL ? translated(err->why) : strerror(err->cause));
	if (err->why != NULL && err->cause != 0)
		(void)fprintf(stderr, " (%s)", strerror(err->cause));
	if (err->todo != NULL)
		(void)fprintf(stderr, "\n  %s", translated(err->todo));
	(void)fputc('\n', stderr);
}

/* A word of the command line may be a file's name: a shell puts those there. */
void
pb_say_usage(const char *why, const char *what)
{
	char safe[512];

	pb_text_safe_copy(safe, sizeof(safe), (const uint8_t *)what, strlen(what));
	(void)fprintf(stderr, "probant: %s: %s\n  %s\n", why, safe,
	    _("`probant help` lists the commands, `probant COMMAND --help` explains one"));
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
