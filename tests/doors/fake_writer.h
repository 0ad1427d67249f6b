/*
 * A writer that keeps what it is handed in memory, or fails as it is told: in place of src/relay,
 * which is not linked then.  And, unless PB_TEST_REAL_POLICY says that there is a real one, a
 * policy whose mailboxes are compared as they stand.
 */
#ifndef PB_TEST_DOORS_FAKE_WRITER_H
#define PB_TEST_DOORS_FAKE_WRITER_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "crypto/crypto.h"
#include "lib/world.h"
#include "probant/archive.h"
#include "record/opened.h"
#include "record/types.h"
#include "relay/relay.h"

#define ARCHIVES 3
#define KEPT_MAX 32

struct kept {
	size_t archive;
	uint8_t type;
	uint8_t commitment[PB_COMMITMENT_LEN];
	struct pb_buf message, facts, envelope;
};

/* One for each test. */
static struct {
	bool away;                       /* nobody listens */
	bool without[ARCHIVES];          /* it can't have this one */
	enum pb_status refuse[ARCHIVES]; /* records for it */
	unsigned break_at; /* at the nth commit from now the connection ends; 0: never */
	bool break_behind; /* what came with it is durable */
	int64_t takes_us;  /* of the test's clock, for a commit */
	bool blind;        /* it keeps nothing of what it takes */
	struct test_clock *clock;
	const char *origin[ARCHIVES];
	unsigned connections, commits, items;
	size_t kept_count;
	struct kept kept[KEPT_MAX];
} writer;

static const char *const archive_names[ARCHIVES] = { "tilleuls", "ormes", "accueil" };

struct pb_relay {
	bool broken;
	bool without[ARCHIVES];
};

enum pb_status
pb_relay_connect(const struct pb_world *world, const char *path, uint32_t writer_uid,
    uint32_t timeout_ms, struct pb_relay **ret_relay, struct pb_error *err)
{
	struct pb_relay *relay;

	(void)world;
	assert_string_equal(path, "/run/probant/writer.sock");
	assert_int_equal(writer_uid, 77);
	assert_true(timeout_ms > 0);
	if (writer.away)
		return pb_fail(err, PB_EUNAVAIL, N_("connect to the writer"),
		    N_("nobody listens there"), "%s", path);
	relay = calloc(1, sizeof(*relay));
	if (relay == NULL)
		return pb_fail_memory(err, N_("connect to the writer"));
	memcpy(relay->without, writer.without, sizeof(relay->without));
	writer.connections++;
	*ret_relay = relay;
	return PB_OK;
}

size_t
pb_relay_archives(const struct pb_relay *relay)
{
	(void)relay;
	return ARCHIVES;
}

/* In another order than the policy's. */
const char *
pb_relay_archive_name(const struct pb_relay *relay, size_t archive)
{
	size_t at = ARCHIVES - 1 - archive;

	return relay->without[at] ? "" : archive_names[at];
}

const char *
pb_relay_archive_origin(const struct pb_relay *relay, size_t archive)
{
	size_t at = ARCHIVES - 1 - archive;

	return relay->without[at] ? "" : writer.origin[at];
}

/* ---- what it keeps -------------------------------------------------------------------------- */

static enum pb_status
read_sealed(void *ctx, uint64_t offset, void *to, size_t len, struct pb_error *err)
{
	return pb_sealed_read(ctx, offset, to, len, err);
}

static void
read_part(struct pb_opened *opened, uint8_t kind, struct pb_buf *buf)
{
	uint8_t at = pb_opened_find(opened, kind);

	if (at < pb_opened_count(opened))
		assert_int_equal(pb_opened_part(opened, at, 100000, buf, NULL), PB_OK);
	assert_non_null(pb_buf_text(buf));
}

static void
keep_sealed(size_t archive, struct pb_sealed *sealed)
{
	const struct pb_payload payload = { sealed, sealed->payload_len, read_sealed };
	struct kept *kept = &writer.kept[writer.kept_count];
	struct pb_opener *opener = NULL;
	struct pb_opened *opened = NULL;

	assert_true(writer.kept_count < KEPT_MAX);
	assert_int_equal(pb_opener_new(writer.origin[archive], &opener, NULL), PB_OK);
	assert_int_equal(pb_opener_open(opener, &payload, sealed->r, &opened, NULL), PB_OK);
	kept->archive = archive;
	kept->type = sealed->type;
	memcpy(kept->commitment, sealed->commitment, PB_COMMITMENT_LEN);
	assert_int_equal(pb_opened_message(opened, SIZE_MAX, &kept->message, NULL), PB_OK);
	read_part(opened, PB_PART_FACTS, &kept->facts);
	read_part(opened, PB_PART_ENVELOPE, &kept->envelope);
	pb_opened_free(opened);
	pb_opener_free(opener);
	writer.kept_count++;
}

enum pb_status
pb_relay_commit(struct pb_relay *relay, struct pb_relay_item *items, size_t count,
    uint32_t timeout_ms, struct pb_error *err)
{
	static const char what[] = N_("hand a record to the writer");
	enum pb_status first = PB_OK;
	bool breaks = writer.break_at > 0 && --writer.break_at == 0;

	(void)timeout_ms;
	writer.commits++;
	writer.items += (unsigned)count;
	writer.clock->now_us += writer.takes_us;
	if (writer.away || relay->broken || breaks)
		relay->broken = true;
	for (size_t i = 0; i < count; i++) {
		size_t archive = ARCHIVES - 1 - items[i].archive;

		items[i].status = relay->broken ? PB_EUNAVAIL : writer.refuse[archive];
		if (!writer.blind && (items[i].status == PB_OK || (breaks && writer.break_behind)))
			keep_sealed(archive, items[i].sealed);
		if (items[i].status == PB_OK || first != PB_OK)
			continue;
		first = pb_fail(err, items[i].status, what,
		    relay->broken ? N_("it broke off") : N_("it was refused"), "%s",
		    archive_names[archive]);
	}
	return first;
}

void
pb_relay_free(struct pb_relay *relay)
{
	free(relay);
}

#ifndef PB_TEST_REAL_POLICY
/* ---- the policy ----------------------------------------------------------------------------- */

size_t
pb_capture_policy_owner(const struct pb_capture_policy *policy, const char *address, size_t len)
{
	for (size_t i = 0; i < policy->archive_count; i++)
		for (size_t j = 0; j < policy->archive[i].mailbox_count; j++)
			if (strlen(policy->archive[i].mailbox[j]) == len &&
			    memcmp(policy->archive[i].mailbox[j], address, len) == 0)
				return i;
	return SIZE_MAX;
}
#endif

#endif
