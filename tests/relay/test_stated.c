/*
 * What a door or a herald may state of capture: exactly the members that FORMAT 1.5 gives an event,
 * of their form and within their limits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/limits.h"
#include "relay/stated.h"

#define CASES(table) (sizeof(table) / sizeof((table)[0]))
#define NO_IDS "{'queue_ids':[]}"

/* In JSON whose quotes are single ones. */
static struct pb_json *
parse(const char *text)
{
	struct pb_json *json = NULL;
	char octets[2000];
	size_t len = 0;

	if (text == NULL)
		return NULL;
	for (; text[len] != '\0'; len++) {
		assert_true(len < sizeof(octets));
		octets[len] = text[len] != '\'' ? text[len] : '"';
	}
	assert_int_equal(pb_json_parse(octets, len, &json, NULL), PB_OK);
	return json;
}

static bool
has_door(void *ctx, const char *name)
{
	return strcmp(name, ctx) == 0;
}

static bool
fits(enum pb_relay_role role, const char *facts_text, const char *envelope_text)
{
	static char door[] = "entree";
	const struct pb_stated_by by = { role, "tilleuls", has_door, door };
	struct pb_json *facts = parse(facts_text), *envelope = parse(envelope_text);
	bool answer = pb_stated_fits(&by, facts, envelope);

	pb_json_free(facts);
	pb_json_free(envelope);
	return answer;
}

static void
assert_each(enum pb_relay_role role, const char *const *facts, size_t count, const char *envelope,
    bool expected)
{
	for (size_t i = 0; i < count; i++)
		if (fits(role, facts[i], envelope) != expected)
			fail_msg("%s", facts[i]);
}

#define GAP(more) "{'event':'gap','door':'entree','reason':'too_late'," more "}"

static void
a_gap_has_its_members_and_no_other(void **state)
{
	static const char *const good[] = { GAP("'from_us':1,'to_us':2,'messages':3"),
		"{'event':'gap','reason':'unknown','messages':1}",
		("{'event':'gap','reason':'not_mapped','from_us':0,'to_us':'9223372036854775807',"
		 "'messages':8388608}"),
		"{'messages':1,'to_us':1,'from_us':2,'reason':'writer_away','event':'gap'}" };
	static const char *const bad[] = { "{'event':'gap'}", "{}", "[]", "'gap'", "null",
		GAP("'from_us':1,'to_us':2"), GAP("'messages':0"), GAP("'messages':8388609"),
		GAP("'messages':'1'"), GAP("'messages':-1"), GAP("'messages':1.5"),
		GAP("'messages':1,'subject':'Camille Exemple'"), GAP("'messages':1,'more':null"),
		GAP("'messages':1,'to_us':'9223372036854775808'"), GAP("'messages':1,'to_us':null"),
		GAP("'messages':1,'from_us':[1]"),
		"{'event':'gap','door':'sortie','reason':'too_late','messages':1}",
		"{'event':'gap','door':'','reason':'too_late','messages':1}",
		"{'event':'gap','door':7,'reason':'too_late','messages':1}",
		"{'event':'gap','door':'entree','reason':'Camille Exemple','messages':1}",
		"{'event':'gap','door':'entree','reason':'writer_ended','messages':1}",
		"{'event':'gap','reason':'writer_ended','from_us':1,'to_us':2}",
		"{'event':'gap','door':'entree','messages':1}",
		"{'event':'unmapped','door':'entree','reason':'too_late','messages':1}" };

	(void)state;
	assert_each(PB_RELAY_LISTENER, good, CASES(good), NO_IDS, true);
	assert_each(PB_RELAY_LISTENER, good, CASES(good), NULL, false);
	assert_each(PB_RELAY_HERALD, good, CASES(good), NO_IDS, false);
	assert_each(PB_RELAY_LISTENER, bad, CASES(bad), NO_IDS, false);
}

/* An MTA's name for a message, and no room for the message. */
static void
a_gap_has_the_names_of_its_messages_and_no_more(void **state)
{
	static const char facts[] = GAP("'messages':2");
	static const char *const good[] = {
		NO_IDS, "{'queue_ids':['4Xyz12']}", "{'queue_ids':['4Xyz12',{'octets':'/w=='}]}",
		"{'queue_ids':['a23456789b123456789c123456789d123456789e123456789f123456789g1234']}"
	};
	static const char *const bad[] = { "{}", "[]", "'4Xyz12'", "{'queue_ids':{}}",
		"{'queue_ids':'4Xyz12'}", "{'queue_ids':[],'subject':'x'}", "{'queue_ids':[7]}",
		"{'queue_ids':[['x']]}", "{'queue_ids':['a','b','c']}",
		"{'queue_ids':[{'octets':'/w=='},{'octets':'/w==','more':1}]}",
		"{'queue_ids':[{'octets':'/x=='}]}", "{'queue_ids':[{'octets':''}]}",
		("{'queue_ids':['a23456789b123456789c123456789d123456789e123456789f123456789g12345'"
		 "]}"),
		("{'queue_ids':[{'octets':'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
		 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='}]}") };

	(void)state;
	for (size_t i = 0; i < CASES(good); i++)
		assert_true(fits(PB_RELAY_LISTENER, facts, good[i]));
	for (size_t i = 0; i < CASES(bad); i++)
		if (fits(PB_RELAY_LISTENER, facts, bad[i]))
			fail_msg("%s", bad[i]);
}

static void
an_alarm_of_recipients_has_its_members_and_no_other(void **state)
{
	static const char *const good[] = {
		"{'event':'unmapped','door':'entree','from_us':2,'to_us':1,'recipients':1}"
	};
	static const char *const bad[] = {
		"{'event':'unmapped','from_us':2,'to_us':1,'recipients':1}",
		"{'event':'unmapped','door':'entree','to_us':1,'recipients':1}",
		"{'event':'unmapped','door':'entree','from_us':2,'to_us':1,'recipients':0}",
		("{'event':'unmapped','door':'entree','from_us':2,'to_us':1,'recipients':"
		 "'9007199254740992'}"),
		("{'event':'unmapped','door':'entree','from_us':2,'to_us':1,'recipients':1,"
		 "'address':'x'}"),
		"{'event':'unmapped','door':'sortie','from_us':2,'to_us':1,'recipients':1}"
	};

	(void)state;
	assert_each(PB_RELAY_LISTENER, good, CASES(good), NULL, true);
	assert_each(PB_RELAY_LISTENER, good, CASES(good), NO_IDS, false);
	assert_each(PB_RELAY_HERALD, good, CASES(good), NULL, false);
	assert_each(PB_RELAY_LISTENER, bad, CASES(bad), NULL, false);
}

#define BEGUN(word, about)                                                                         \
	"{'event':'alert','alert':'" word "','state':'begun'" about ",'since_us':1,'told':[]}"

static void
an_alert_is_about_what_its_word_is_about(void **state)
{
	static const char *const good[] = { BEGUN("writer_down", ""), BEGUN("stamper_down", ""),
		BEGUN("door_quiet", ",'door':'entree'"), BEGUN("unmapped", ",'door':'entree'"),
		BEGUN("disk_low", ",'archive':'tilleuls'"),
		BEGUN("authority_fails", ",'authority':'horodatage-2'"),
		("{'event':'alert','alert':'writer_down','state':'ended','since_us':2,'until_us':1,"
		 "'told':['email','webhook']}"),
		("{'event':'alert','alert':'unstamped','state':'ended','archive':'tilleuls',"
		 "'since_us':2,'until_us':1,'told':['webhook']}") };
	static const char *const bad[] = { "{'event':'alert'}", BEGUN("writer_up", ""),
		BEGUN("writer_down", ",'door':'entree'"), BEGUN("door_quiet", ""),
		BEGUN("door_quiet", ",'door':'sortie'"), BEGUN("disk_low", ",'door':'entree'"),
		BEGUN("disk_low", ",'archive':'ormes'"),
		BEGUN("disk_low", ",'archive':'tilleuls','door':'entree'"),
		BEGUN("authority_fails", ",'authority':'Camille Exemple'"),
		BEGUN("writer_down", ",'until_us':2"), BEGUN("writer_down", ",'text':'x'"),
		"{'event':'alert','alert':'writer_down','state':'ended','since_us':2,'told':[]}",
		"{'event':'alert','alert':'writer_down','state':'stands','since_us':2,'told':[]}",
		"{'event':'alert','alert':'writer_down','state':'begun','since_us':2}",
		"{'event':'alert','alert':'writer_down','state':'begun','since_us':2,'told':{}}",
		("{'event':'alert','alert':'writer_down','state':'begun','since_us':2,"
		 "'told':['email','email']}"),
		("{'event':'alert','alert':'writer_down','state':'begun','since_us':2,"
		 "'told':['webhook','email']}"),
		("{'event':'alert','alert':'writer_down','state':'begun','since_us':2,"
		 "'told':['Camille']}") };

	(void)state;
	assert_each(PB_RELAY_HERALD, good, CASES(good), NULL, true);
	assert_each(PB_RELAY_HERALD, good, CASES(good), NO_IDS, false);
	assert_each(PB_RELAY_LISTENER, good, CASES(good), NULL, false);
	assert_each(PB_RELAY_HERALD, bad, CASES(bad), NULL, false);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_gap_has_its_members_and_no_other),
		cmocka_unit_test(a_gap_has_the_names_of_its_messages_and_no_more),
		cmocka_unit_test(an_alarm_of_recipients_has_its_members_and_no_other),
		cmocka_unit_test(an_alert_is_about_what_its_word_is_about),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
