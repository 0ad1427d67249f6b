/* Canaries: each brought by its door, then looked for in its archive with a reader key. */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "cli/access.h"
#include "cli/doctor.h"
#include "core/error.h"
#include "doctor/canary.h"
#include "record/types.h"

#define CANARY N_("canary")
#define PURPOSE "probant doctor --canary"

/* What came by one door. */
struct flight {
	const struct pb_policy_door *door;
	struct pb_canary canary;
	bool kept; /* the door said so */
};

/* All of one archive: the first of the policy that has a mailbox, in its list or by the map's file.
 */
struct flock {
	struct pb_doctor *doctor;
	const struct pb_options *options;
	const struct pb_policy_archive *archive; /* NULL: there is none */
	const char *mailbox;
	uint64_t before; /* its records when the first was brought */
	struct flight flight[PB_LIMIT_POLICY_DOORS];
	size_t count;
};

static struct pb_symptom
symptom_of(const struct pb_policy_door *door, enum pb_condition condition, const char *said,
    const char *todo)
{
	return pb_symptom_of(condition, CANARY, door != NULL ? door->name : "", said, todo);
}

/* ---- bringing ------------------------------------------------------------------------------- */

/* Named, or any whose mail goes nowhere else. */
static bool
is_meant(const struct pb_options *options, const struct pb_policy_door *door)
{
	const char *name;

	if (options->value[PB_OPTION_DOOR] == NULL)
		return door->kind != PB_DOOR_PROXY;
	for (size_t i = 0; (name = pb_options_nth(options, PB_OPTION_DOOR, i)) != NULL; i++)
		if (strcmp(name, door->name) == 0)
			return true;
	return false;
}

static void
bring(struct flock *f, const struct pb_policy_door *door)
{
	struct flight *flight = &f->flight[f->count];
	struct pb_symptom symptom;
	struct pb_error err = { 0 };
	enum pb_status status;

	*flight = (struct flight){ .door = door };
	status = pb_canary_make(f->doctor->world, f->mailbox, &flight->canary, &err);
	if (status == PB_OK) {
		f->count++;
		status = pb_canary_bring(f->doctor->world, door, &flight->canary, &err);
	}
	flight->kept = status == PB_OK;
	if (flight->kept)
		return;
	symptom = symptom_of(door, PB_WRONG, N_("it does not come in by this door"),
	    N_("look into the daemon's journal: journalctl -u probant"));
	/* Its directory is the mail server's alone (docs/DOORS.md): the door may be well. */
	if (err.cause == EACCES)
		pb_symptom_worse(&symptom, PB_ATTENTION, N_("who asks may not reach this door"),
		    N_("run this in the group that may: runuser -u probant -G postfix -- probant "
		       "doctor --canary"));
	pb_symptom_add_error(&f->doctor->symptoms, &symptom, &err);
}

static void
leave_out(struct flock *f, const struct pb_policy_door *door)
{
	const struct pb_symptom symptom = symptom_of(door, PB_ATTENTION,
	    N_("it was not tried: this proxy's next hop would deliver the message"),
	    N_("name the door to have it tried: --canary --door NAME"));

	if (door->kind == PB_DOOR_PROXY && f->options->value[PB_OPTION_DOOR] == NULL)
		pb_symptom_add(&f->doctor->symptoms, &symptom, "%s", "");
}

/* ---- looking for them ----------------------------------------------------------------------- */

/* Each record since then is opened, and held against its leaf; SIZE_MAX: none of them is it. */
static enum pb_status
look(struct flock *f, struct pb_access *access, uint64_t *seq, struct pb_error *err)
{
	enum pb_status status = PB_OK;

	for (uint64_t at = f->before; status == PB_OK && at < access->size; at++) {
		uint8_t sha256[PB_DIGEST_LEN];
		struct pb_opened *opened;
		struct pb_leaf leaf;

		status = pb_reading_record(access->reading, at, &leaf, &opened, sha256, err);
		for (size_t i = 0; status == PB_OK && i < f->count; i++)
			if (leaf.type == PB_RECORD_MESSAGE &&
			    memcmp(sha256, f->flight[i].canary.sha256, PB_DIGEST_LEN) == 0)
				seq[i] = at;
	}
	return status;
}

static void
say_found(struct flock *f, const uint64_t *seq)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct flight *flight = &f->flight[i];
		struct pb_symptom symptom = symptom_of(
		    flight->door, PB_FINE, N_("it came in, and stands in the archive"), NULL);

		if (!flight->kept)
			continue;
		if (seq[i] == UINT64_MAX) {
			symptom = symptom_of(flight->door, PB_WRONG,
			    N_("its door said that it is kept, and the archive does not have it"),
			    N_("trust nothing that came by this door before it is known why"));
			pb_symptom_add(&f->doctor->symptoms, &symptom, "%s", f->archive->name);
		} else {
			pb_symptom_add(&f->doctor->symptoms, &symptom, "%s, record %" PRIu64,
			    f->archive->name, seq[i]);
		}
	}
}

static void
look_for_all(struct flock *f)
{
	struct pb_options options = *f->options;
	struct pb_symptom symptom = symptom_of(
	    NULL, PB_WRONG, N_("what came in cannot be looked for"), N_("see `probant key list`"));
	uint64_t seq[PB_LIMIT_POLICY_DOORS];
	struct pb_access access;
	struct pb_error err = { 0 };
	enum pb_status status, closed;

	for (size_t i = 0; i < PB_LIMIT_POLICY_DOORS; i++)
		seq[i] = UINT64_MAX;
	options.value[PB_OPTION_PURPOSE] = PURPOSE;
	status = pb_access_open(
	    f->doctor->world, &options, "doctor", "canary", f->before, PB_NO_SEQ, &access, &err);
	if (status == PB_OK) {
		status = look(f, &access, seq, &err);
		closed = pb_access_close(&access, status == PB_OK ? &err : NULL);
		status = status == PB_OK ? closed : status;
	}
	if (status == PB_OK)
		say_found(f, seq);
	else
		pb_symptom_add_error(&f->doctor->symptoms, &symptom, &err);
}

/* ---- all of it ------------------------------------------------------------------------------ */

static void
choose_archive(struct flock *f, const struct pb_capture_policy *policy)
{
	size_t first = policy->archive_count;

	for (size_t i = 0; i < policy->owner_count; i++)
		if (policy->owner[i].archive < first) {
			first = policy->owner[i].archive;
			f->archive = &policy->archive[first];
			f->mailbox = policy->owner[i].text;
		}
}

static void
look_for_names(struct flock *f, const struct pb_capture_policy *policy)
{
	const struct pb_symptom symptom =
	    symptom_of(NULL, PB_WRONG, N_("the policy has no door of this name"),
		N_("`probant policy check` lists its doors"));
	const char *name;
	size_t at;

	for (size_t i = 0; (name = pb_options_nth(f->options, PB_OPTION_DOOR, i)) != NULL; i++) {
		for (at = 0; at < policy->door_count; at++)
			if (strcmp(policy->door[at].name, name) == 0)
				break;
		if (at == policy->door_count)
			pb_symptom_add(&f->doctor->symptoms, &symptom, "%s", name);
	}
}

static void
fly(struct flock *f, const struct pb_capture_policy *policy)
{
	size_t kept = 0;

	look_for_names(f, policy);
	for (size_t i = 0; i < policy->door_count; i++)
		if (is_meant(f->options, &policy->door[i]))
			bring(f, &policy->door[i]);
		else
			leave_out(f, &policy->door[i]);
	for (size_t i = 0; i < f->count; i++)
		kept += f->flight[i].kept;
	if (kept > 0)
		look_for_all(f);
	for (size_t i = 0; i < f->count; i++)
		pb_canary_done(&f->flight[i].canary);
}

void
pb_doctor_canaries(struct pb_doctor *doctor, const struct pb_options *options,
    const struct pb_capture_policy *policy)
{
	struct pb_symptom symptom =
	    symptom_of(NULL, PB_WRONG, N_("the archive that it should come into cannot be read"),
		N_("run this as the user to whom the archive belongs"));
	struct pb_options at = *options;
	struct flock *f = calloc(1, sizeof(*f));
	struct pb_archive_status status;
	struct pb_error err = { 0 };

	if (f == NULL) {
		doctor->symptoms.status = PB_ENOMEM;
		return;
	}
	*f = (struct flock){ .doctor = doctor, .options = &at };
	choose_archive(f, policy);
	if (f->archive == NULL) {
		symptom = symptom_of(NULL, PB_ATTENTION,
		    N_("no archive of the policy has a mailbox that it could be for"),
		    N_("name a mailbox in the policy"));
		pb_symptom_add(&doctor->symptoms, &symptom, "%s", "");
	} else if (pb_archive_describe(doctor->world, f->archive->path, &status, &err) != PB_OK) {
		pb_symptom_add_error(&doctor->symptoms, &symptom, &err);
	} else {
		f->before = status.records;
		at.value[PB_OPTION_ARCHIVE] = f->archive->path;
		fly(f, policy);
	}
	free(f);
}
