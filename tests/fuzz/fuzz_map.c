/*
 * Any octets as what tells whose mail is whose.  The first says which: an answer of a map's server
 * (an even one), or the file of a map.
 */
#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "doors/socketmap.h"
#include "fuzz/fuzz.h"
#include "policy/capture.h"

/* ---- answers -------------------------------------------------------------------------------- */

/* Whoever reads octet by octet comes to the same end, and no answer begins another. */
static void
check_answer(const uint8_t *data, size_t len)
{
	struct pb_socketmap_answer answer = { 0 };
	enum pb_status status = PB_EEND;
	size_t at = 0;

	while (status == PB_EEND && at < len)
		status = pb_socketmap_read(data, ++at, &answer);
	pb_assert(status == PB_OK || status == PB_EDATA || status == PB_EEND);
	pb_assert(status != PB_EEND || len <= PB_LIMIT_SOCKETMAP_ANSWER + 6);
	if (status == PB_OK) {
		pb_assert((const uint8_t *)answer.value >= data);
		pb_assert((const uint8_t *)answer.value + answer.len + 1 == data + at);
		pb_assert(answer.is != PB_SOCKETMAP_FOUND || answer.len > 0);
	}
	if (status != PB_EEND && at < len)
		pb_assert(pb_socketmap_read(data, len, &answer) == PB_EDATA);
}

/* ---- files ---------------------------------------------------------------------------------- */

static struct pb_capture_policy *
make_policy(void)
{
	static const char text[] =
	    "policy: capture\notherwise: pass\nmap: file /map\narchives:\n"
	    "  - {name: a, path: /a, mailboxes: [camille@tilleuls.example]}\n"
	    "  - {name: b, path: /b, mailboxes: [\"@platanes.example\"]}\n"
	    "doors: [{name: m, kind: milter, listen: \"unix:/m\", on_failure: defer}]\n";
	struct pb_capture_policy *policy = NULL;

	pb_assert(pb_capture_policy_parse(text, strlen(text), &policy, NULL) == PB_OK);
	return policy;
}

/* Each line that was taken is found, and its domain if an archive has it. */
static void
check_rows(const struct pb_capture_policy *policy)
{
	for (size_t i = 0; i < policy->owner_count; i++) {
		const struct pb_policy_row *row = &policy->owner[i];
		const char *domain = strrchr(row->text, '@');

		pb_assert(row->archive < 2 || row->archive == PB_POLICY_NOBODY);
		pb_assert(domain == row->text || pb_capture_policy_owner(policy, row->text,
						     strlen(row->text)) == row->archive);
		pb_assert(row->archive == PB_POLICY_NOBODY ||
			  pb_capture_policy_domain(policy, domain, strlen(domain), 0) < 2);
	}
}

static void
check_file(const uint8_t *data, size_t len)
{
	struct pb_capture_policy *policy = make_policy();
	struct pb_error err = { 0 };
	enum pb_status status = pb_capture_policy_map(policy, data, len, &err);

	pb_assert(status == PB_OK || status == PB_EDATA || status == PB_ELIMIT);
	if (status == PB_OK)
		check_rows(policy);
	else
		pb_assert(err.status == status && strchr(err.object, '@') == NULL);
	pb_assert(pb_capture_policy_owner(policy, "camille@tilleuls.example", 24) == 0 ||
		  status != PB_OK);
	pb_capture_policy_free(policy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	if (len > 0 && data[0] % 2 == 0)
		check_answer(data + 1, len - 1);
	else if (len > 0)
		check_file(data + 1, len - 1);
	return 0;
}
