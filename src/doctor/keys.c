/* An archive's keys, and the authorities that it asks. */
#include <inttypes.h>
#include <stdlib.h>

#include "anchor/ask.h"
#include "archive/authorities.h"
#include "archive/ends.h"
#include "archive/founding.h"
#include "archive/own_key.h"
#include "archive/paths.h"
#include "core/error.h"
#include "doctor/doctor.h"

#define KEYS N_("keys")
#define CERTIFICATES N_("certificates")
#define AUTHORITY N_("authority")
#define DAY_S 86400
#define SOON_S (60 * DAY_S)
#define OFF_US (30 * 1000000LL)

/* ---- keys ----------------------------------------------------------------------------------- */

/* The key in that file signs as the log says. */
static void
look_at_key(struct pb_doctor *d, const char *name, const char *dir, const char *file,
    const struct pb_note_verifier *stated)
{
	struct pb_symptom symptom =
	    pb_symptom_of(PB_FINE, KEYS, name, N_("it is the one that the log states"), NULL);
	struct pb_ed25519 *key = NULL;
	struct pb_error err = { 0 };
	enum pb_status status = pb_own_key_load(d->world->files, dir, file, stated, &key, &err);

	if (status == PB_OK) {
		pb_symptom_add(&d->symptoms, &symptom, "%s", file);
	} else if (status == PB_EACCESS) {
		/* What is wrong with its rights, if anything is, the look at the files says. */
		pb_symptom_worse(&symptom, PB_ATTENTION,
		    N_("a private key of the archive cannot be looked at by who asks"),
		    N_("run this as the user to whom the archive belongs"));
		pb_symptom_add_error(&d->symptoms, &symptom, &err);
	} else {
		pb_symptom_worse(&symptom, PB_WRONG,
		    N_("a private key of the archive cannot be used"),
		    N_("put back the one that this archive was made with, mode 0600, of "
		       "its user: from a backup"));
		pb_symptom_add_error(&d->symptoms, &symptom, &err);
	}
	pb_ed25519_free(key);
}

void
pb_doctor_keys(struct pb_doctor *d, const char *name, const char *dir)
{
	struct pb_symptom symptom = pb_symptom_of(PB_WRONG, KEYS, name,
	    N_("what the archive states of itself cannot be read"),
	    N_("run `probant verify`; bring the archive back from a copy if it is damaged"));
	struct pb_founded *founded = calloc(1, sizeof(*founded));
	struct pb_error err = { 0 };

	if (founded == NULL) {
		d->symptoms.status = PB_ENOMEM;
	} else if (pb_founded_read(d->world->files, dir, founded, &err) != PB_OK) {
		pb_symptom_add_error(&d->symptoms, &symptom, &err);
	} else {
		look_at_key(d, name, dir, PB_FILE_LOG_KEY, &founded->verifier);
		if (founded->has_export_key)
			look_at_key(d, name, dir, PB_FILE_EXPORT_KEY, &founded->export_key);
	}
	free(founded);
}

/* ---- certificates --------------------------------------------------------------------------- */

static void
look_at_end(struct pb_doctor *d, const char *name, const struct pb_end *end, int64_t now_s)
{
	static const char *const what[] = { [PB_END_TSA_ROOT] = "root",
		[PB_END_TSA_CLIENT] = "client certificate",
		[PB_END_READER] = "reader" };
	struct pb_symptom symptom =
	    pb_symptom_of(PB_FINE, CERTIFICATES, name, N_("it does not end soon"), NULL);
	int64_t left_s = end->ends_s - now_s;

	if (left_s <= 0) {
		/* A reader's ends nothing: the key opens what was sealed for it. */
		symptom.condition = end->of == PB_END_READER ? PB_ATTENTION : PB_WRONG;
		symptom.said = N_("it has ended");
	} else if (left_s < SOON_S) {
		symptom.condition = PB_ATTENTION;
		symptom.said = N_("it ends soon");
	}
	if (symptom.condition != PB_FINE)
		symptom.todo = N_("ask whoever issued it for the next one, and name that with "
				  "`probant tsa add` or in the policy");
	pb_symptom_add(&d->symptoms, &symptom, "%s %s, %" PRId64 " days", what[end->of], end->name,
	    left_s / DAY_S);
}

static void
look_at_ends(struct pb_doctor *d, const char *name, const char *dir)
{
	const struct pb_clock *clock = d->world->clock;
	struct pb_ends ends = { 0 };

	if (pb_ends_read(d->world->files, dir, &ends, NULL) != PB_OK)
		return; /* what cannot be read was said before */
	for (size_t i = 0; i < ends.count; i++)
		look_at_end(d, name, &ends.end[i], clock->now_us(clock->ctx) / 1000000);
	pb_ends_done(&ends);
}

/* ---- authorities ---------------------------------------------------------------------------- */

/* As it answered last. */
static void
look_at_authority(struct pb_doctor *d, const char *name, const struct pb_tsa *tsa)
{
	struct pb_symptom symptom =
	    pb_symptom_of(PB_FINE, AUTHORITY, name, N_("it answered well last"), NULL);

	if (tsa->state.failures > 0) {
		pb_symptom_worse(&symptom, PB_ATTENTION, N_("it did not answer well"),
		    N_("ask it now: probant doctor --ask"));
		pb_symptom_add(&d->symptoms, &symptom, "%s, %s, %" PRIu64 " times", tsa->name,
		    tsa->state.reason, tsa->state.failures);
		return;
	}
	if (tsa->state.good_us == 0)
		symptom.said = N_("it was not asked yet");
	pb_symptom_add(&d->symptoms, &symptom, "%s", tsa->name);
}

/* A token over a random number, which is checked and thrown away; and whose clock is off. */
static void
ask(struct pb_doctor *d, const char *name, const char *dir, struct pb_tsa *tsa)
{
	struct pb_symptom symptom =
	    pb_symptom_of(PB_FINE, AUTHORITY, name, N_("it gave a token that is good"), NULL);
	const struct pb_random *random = d->world->random;
	struct pb_ask_failure failure = { .reason = "" };
	struct pb_answer answer = PB_ANSWER_EMPTY;
	uint8_t imprint[PB_STAMP_HASH_MAX];
	struct pb_error err = { 0 };
	enum pb_status status;
	int64_t off_us;
	int filled = random->fill(random->ctx, imprint, sizeof(imprint));

	if (filled != 0)
		status = pb_fail_sys(&err, filled, N_("ask an authority"), "%s", tsa->name);
	else
		status =
		    pb_ask(d->world, dir, d->http, tsa, imprint, false, &answer, &failure, &err);
	if (status != PB_OK) {
		pb_symptom_worse(&symptom, PB_WRONG, N_("it gives no token"),
		    N_("`probant tsa list` shows how it is asked; if it stays away, add another "
		       "with `probant tsa add`"));
		pb_symptom_add_error(&d->symptoms, &symptom,
		    status == PB_EUNAVAIL && failure.error.why != NULL ? &failure.error : &err);
		return;
	}
	off_us = answer.after_us - pb_token_info(answer.token)->gen_time_us;
	if (!tsa->local && (off_us > OFF_US || off_us < -OFF_US))
		pb_symptom_worse(&symptom, PB_WRONG,
		    N_("its time is not that of this machine's clock"),
		    N_("let a time service set the clock: chrony, systemd-timesyncd"));
	pb_symptom_add(&d->symptoms, &symptom, "%s, its time and ours %" PRId64 " ms apart",
	    tsa->name, off_us / 1000);
	pb_answer_done(&answer);
}

void
pb_doctor_authorities(struct pb_doctor *d, const char *name, const char *dir)
{
	struct pb_symptom symptom =
	    pb_symptom_of(PB_WRONG, AUTHORITY, name, N_("its authorities cannot be read"),
		N_("run `probant verify`; bring the archive back from a copy if it is damaged"));
	struct pb_authorities *authorities = NULL;
	struct pb_stamp_standing standing;
	struct pb_error err = { 0 };

	if (pb_authorities_read(d->world->files, dir, &authorities, &err) != PB_OK ||
	    pb_archive_stamp_standing(d->world, dir, &standing, &err) != PB_OK) {
		pb_symptom_add_error(&d->symptoms, &symptom, &err);
		pb_authorities_free(authorities);
		return;
	}
	for (size_t i = 0; i < authorities->count; i++) {
		struct pb_tsa *tsa = &authorities->tsa[i];

		if (d->http != NULL)
			ask(d, name, dir, tsa);
		else
			look_at_authority(d, name, tsa);
	}
	if (standing.gap) {
		symptom.said = N_("no authority answers, and the log says so");
		symptom.todo = N_("`probant tsa list` shows how they are asked; add another with "
				  "`probant tsa add` if they stay away");
		pb_symptom_add(
		    &d->symptoms, &symptom, "%" PRIu64 " records wait", standing.backlog);
	}
	look_at_ends(d, name, dir);
	pb_authorities_free(authorities);
}
