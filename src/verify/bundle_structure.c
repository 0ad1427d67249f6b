/* The names of a package's entries and their order (FORMAT 5.3), in one pass. */
#include <stdlib.h>

#include "core/error.h"
#include "verify/bundle.h"

static bool
of_record(enum pb_package_kind kind)
{
	return kind >= PB_PACKAGE_MESSAGE && kind <= PB_PACKAGE_LEAF_PROOF;
}

static enum pb_status
keep(struct pb_bundle_state *state, const struct pb_zip_entry *entry,
    const struct pb_package_name *name, struct pb_error *err)
{
	if (state->count == PB_LIMIT_BUNDLE_ENTRIES)
		return pb_fail(err, PB_ELIMIT, N_("verify a bundle"),
		    N_("it has more entries beside its records than this program looks at"), "%s",
		    entry->name);
	if (state->count == state->cap) {
		size_t cap = state->cap == 0 ? 64 : 2 * state->cap;
		struct pb_bundle_entry *grown = realloc(state->entry, cap * sizeof(*grown));

		if (grown == NULL)
			return pb_fail_memory(err, N_("verify a bundle"));
		state->entry = grown;
		state->cap = cap;
	}
	state->entry[state->count++] = (struct pb_bundle_entry){
		.name = *name, .len = entry->len, .data = entry->data, .crc32 = entry->crc32
	};
	if (state->single[name->kind] == 0)
		state->single[name->kind] = state->count;
	return PB_OK;
}

static void
find(struct pb_bundle_state *state, uint64_t seq, const char *code, const char *text,
    const char *where)
{
	pb_bundle_find(state, PB_CHECK_FILES, PB_INVALID, seq, code, text, where);
	state->broken = true;
}

static uint64_t
seq_of(const struct pb_package_name *name)
{
	return of_record(name->kind) ? name->seq : PB_NO_SEQ;
}

/* One entry behind the other.  What is out of place is not kept: nothing is believed of it. */
static enum pb_status
take(struct pb_bundle_state *state, const struct pb_zip_entry *entry,
    struct pb_package_name *before, bool *any, struct pb_error *err)
{
	struct pb_package_name name;
	int order;

	if (!pb_package_parse(entry->name, &name)) {
		find(state, PB_NO_SEQ, "entry_unknown",
		    N_("The package holds an entry that a bundle does not have."), entry->name);
		return PB_OK;
	}
	order = *any ? pb_package_compare(before, &name) : -1;
	if (order == 0) {
		find(state, seq_of(&name), "entry_twice",
		    N_("The package holds two entries of one name."), entry->name);
		return PB_OK;
	}
	if (order > 0) {
		find(state, seq_of(&name), "entry_order",
		    N_("This entry of the package does not stand in its place."), entry->name);
		return PB_OK;
	}
	*before = name;
	*any = true;
	if (!state->broken)
		state->sound++;
	return of_record(name.kind) ? PB_OK : keep(state, entry, &name, err);
}

static void
find_missing(struct pb_bundle_state *state)
{
	static const enum pb_package_kind needed[] = { PB_PACKAGE_LISEZMOI, PB_PACKAGE_README,
		PB_PACKAGE_VERIFIER, PB_PACKAGE_VERIFIER_WINDOWS, PB_PACKAGE_LEAVES,
		PB_PACKAGE_RANGE_PROOF, PB_PACKAGE_CLOSED, PB_PACKAGE_CHECKPOINT,
		PB_PACKAGE_VERIFIER_KEY, PB_PACKAGE_REPORT, PB_PACKAGE_MANIFEST, PB_PACKAGE_SUMS,
		PB_PACKAGE_SUMS_NOTE };

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		const struct pb_package_name name = { .kind = needed[i] };

		if (state->single[needed[i]] == 0)
			pb_bundle_find_at(state, PB_CHECK_FILES, PB_INVALID, PB_NO_SEQ,
			    "entry_missing",
			    N_("The package lacks an entry that every bundle has."), &name);
	}
}

enum pb_status
pb_bundle_structure(struct pb_bundle_state *state, struct pb_error *err)
{
	struct pb_package_name before = { .kind = PB_PACKAGE_LISEZMOI };
	struct pb_zip_entry entry = { .name = "" };
	enum pb_status status;
	struct pb_error why;
	bool any = false;

	for (;;) {
		status = pb_zip_reader_next(state->zip, &entry, &why);
		if (status == PB_OK)
			status = take(state, &entry, &before, &any, err);
		else if (status != PB_EEND && status != PB_ECORRUPT && err != NULL)
			*err = why;
		if (status != PB_OK)
			break;
	}
	/* The directory tells no place in time: the finding stands at the last entry that was read.
	 */
	if (status == PB_ECORRUPT)
		find(state, any ? seq_of(&before) : PB_NO_SEQ, "zip",
		    N_("Behind this entry, the package is not the ZIP that the format prescribes."),
		    entry.name);
	if (status != PB_ECORRUPT && status != PB_EEND)
		return status;
	find_missing(state);
	return PB_OK;
}
