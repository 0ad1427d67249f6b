#include "bundle/statement.h"

#include <stdlib.h>
#include <string.h>

#include "bundle/package.h"
#include "core/error.h"
#include "core/json.h"
#include "core/text.h"
#include "log/origin.h"

#define FORMAT 1

static const char *const disclosures[] = { [PB_DISCLOSE_NONE] = "none",
	[PB_DISCLOSE_FACTS] = "facts",
	[PB_DISCLOSE_HEADERS] = "headers",
	[PB_DISCLOSE_ALL] = "all",
	[PB_DISCLOSE_PARTS] = "parts" };

#define DISCLOSURES (sizeof(disclosures) / sizeof(disclosures[0]))

const char *
pb_disclosure_name(enum pb_disclosure what)
{
	pb_assert((unsigned)what < DISCLOSURES);
	return disclosures[what];
}

static enum pb_status
malformed(struct pb_error *err, const char *why)
{
	return pb_fail(err, PB_EDATA, N_("read what an exporter states"), why, "manifest.json");
}

/* Runs of opened records of the range, ascending, maximal (FORMAT 5.3). */
static bool
disclosed_valid(const struct pb_manifest *manifest)
{
	const struct pb_disclosed_run *run = manifest->run;

	for (size_t i = 0; i < manifest->run_count; i++) {
		if (run[i].what < PB_DISCLOSE_FACTS || run[i].what > PB_DISCLOSE_PARTS ||
		    run[i].first > run[i].last || run[i].first < manifest->first ||
		    run[i].last > manifest->last)
			return false;
		if (i == 0)
			continue;
		if (run[i - 1].last >= run[i].first ||
		    (run[i - 1].last + 1 == run[i].first && run[i - 1].what == run[i].what))
			return false;
	}
	return true;
}

/* Why it is none, or NULL. */
static const char *
manifest_fault(const struct pb_manifest *manifest)
{
	size_t software = strlen(manifest->software);

	if (!pb_package_case_valid(manifest->case_name))
		return N_("the case has a name that is not allowed");
	if (!pb_origin_valid(manifest->origin, strlen(manifest->origin)))
		return N_("it states no origin");
	if (manifest->first > manifest->last || manifest->last >= manifest->size)
		return N_("its range is none of a log of that size");
	if (software == 0 || !pb_utf8_plain((const uint8_t *)manifest->software, software))
		return N_("it does not state by what it was made");
	if (!disclosed_valid(manifest))
		return N_("the runs of opened records are not ascending, maximal and of the range");
	return NULL;
}

enum pb_status
pb_manifest_encode(const struct pb_manifest *manifest, struct pb_buf *json)
{
	size_t before = json->len;
	struct pb_json_writer w;

	if (manifest->run_count == 0 || manifest_fault(manifest) != NULL)
		return PB_EINVAL;
	if (manifest->run_count > PB_LIMIT_RUNS || manifest->recipient.len > PB_LIMIT_RECIPIENT)
		return PB_ELIMIT;
	pb_json_writer_init(&w, json);
	pb_json_object_begin(&w, NULL);
	pb_json_u64(&w, "format", FORMAT);
	pb_json_text(&w, "case", manifest->case_name);
	if (manifest->recipient.len > 0)
		pb_json_octets(&w, "recipient", manifest->recipient.data, manifest->recipient.len);
	pb_json_text(&w, "origin", manifest->origin);
	pb_json_array_begin(&w, "range");
	pb_json_u64(&w, NULL, manifest->first);
	pb_json_u64(&w, NULL, manifest->last);
	pb_json_array_end(&w);
	pb_json_u64(&w, "size", manifest->size);
	pb_json_array_begin(&w, "disclosed");
	for (size_t i = 0; i < manifest->run_count; i++) {
		pb_json_object_begin(&w, NULL);
		pb_json_u64(&w, "first", manifest->run[i].first);
		pb_json_u64(&w, "last", manifest->run[i].last);
		pb_json_text(&w, "what", pb_disclosure_name(manifest->run[i].what));
		pb_json_object_end(&w);
	}
	pb_json_array_end(&w);
	pb_json_text(&w, "software", manifest->software);
	pb_json_object_end(&w);
	if (pb_json_writer_status(&w) != PB_OK)
		json->len = before;
	return pb_json_writer_status(&w);
}

/* A string of at most size - 1 octets. */
static bool
read_text(const struct pb_json *value, char *to, size_t size)
{
	const char *text = pb_json_string(value);

	if (text == NULL || strlen(text) >= size)
		return false;
	memcpy(to, text, strlen(text) + 1);
	return true;
}

/* FORMAT 0: a string if it can be one, else base64 in an object; so each has one form. */
static enum pb_status
read_octets(const struct pb_json *value, struct pb_buf *to, struct pb_error *err)
{
	const struct pb_json *octets = pb_json_get(value, "octets");
	const char *text = pb_json_string(octets != NULL ? octets : value);
	enum pb_status status;

	if (text == NULL || (octets != NULL && pb_json_count(value) != 1))
		return malformed(err, N_("its recipient is neither text nor octets"));
	if (octets != NULL)
		status = pb_base64_decode(text, strlen(text), to);
	else
		status = pb_buf_append_text(to, text);
	if (status == PB_ENOMEM)
		return pb_fail_memory(err, N_("read what an exporter states"));
	if (status != PB_OK || to->len == 0 || to->len > PB_LIMIT_RECIPIENT ||
	    pb_utf8_plain(to->data, to->len) != (octets == NULL))
		return malformed(err, N_("its recipient is neither text nor octets"));
	return PB_OK;
}

static bool
read_disclosed_run(const struct pb_json *item, struct pb_disclosed_run *run)
{
	const char *what = pb_json_string(pb_json_get(item, "what"));

	if (pb_json_count(item) != 3 || what == NULL ||
	    !pb_json_as_u64(pb_json_get(item, "first"), &run->first) ||
	    !pb_json_as_u64(pb_json_get(item, "last"), &run->last))
		return false;
	for (size_t i = PB_DISCLOSE_FACTS; i < DISCLOSURES; i++) {
		if (strcmp(what, disclosures[i]) == 0) {
			run->what = (enum pb_disclosure)i;
			return true;
		}
	}
	return false;
}

/* At least the record that the range begins with is opened (FORMAT 5.3). */
static enum pb_status
read_disclosed(const struct pb_json *list, struct pb_manifest *manifest, struct pb_error *err)
{
	size_t count = pb_json_count(list);

	if (pb_json_item(list, 0) == NULL)
		return malformed(err, N_("it does not state which records are opened"));
	if (count > PB_LIMIT_RUNS)
		return pb_fail(err, PB_ELIMIT, N_("read what an exporter states"),
		    N_("it has too many runs of records"), "more than %d", PB_LIMIT_RUNS);
	manifest->run = calloc(count, sizeof(*manifest->run));
	if (manifest->run == NULL)
		return pb_fail_memory(err, N_("read what an exporter states"));
	for (size_t i = 0; i < count; i++)
		if (!read_disclosed_run(pb_json_item(list, i), &manifest->run[i]))
			return malformed(err, N_("a run of opened records is malformed"));
	manifest->run_count = count;
	return PB_OK;
}

/* Every member but the format, and no others. */
static enum pb_status
read_manifest(const struct pb_json *root, struct pb_manifest *manifest, struct pb_error *err)
{
	const struct pb_json *recipient = pb_json_get(root, "recipient");
	const struct pb_json *range = pb_json_get(root, "range");
	enum pb_status status = PB_OK;
	const char *fault;

	if (pb_json_count(root) != (recipient != NULL ? 8 : 7) || pb_json_count(range) != 2 ||
	    !read_text(
		pb_json_get(root, "case"), manifest->case_name, sizeof(manifest->case_name)) ||
	    !read_text(pb_json_get(root, "origin"), manifest->origin, sizeof(manifest->origin)) ||
	    !read_text(
		pb_json_get(root, "software"), manifest->software, sizeof(manifest->software)) ||
	    !pb_json_as_u64(pb_json_item(range, 0), &manifest->first) ||
	    !pb_json_as_u64(pb_json_item(range, 1), &manifest->last) ||
	    !pb_json_as_u64(pb_json_get(root, "size"), &manifest->size))
		return malformed(err, N_("its members are not those that FORMAT 5.3 lists"));
	if (recipient != NULL)
		status = read_octets(recipient, &manifest->recipient, err);
	if (status == PB_OK)
		status = read_disclosed(pb_json_get(root, "disclosed"), manifest, err);
	if (status != PB_OK)
		return status;
	fault = manifest_fault(manifest);
	return fault == NULL ? PB_OK : malformed(err, fault);
}

enum pb_status
pb_manifest_decode(
    const void *json, size_t len, struct pb_manifest *ret_manifest, struct pb_error *err)
{
	struct pb_manifest manifest = PB_MANIFEST_EMPTY;
	struct pb_json *root = NULL;
	enum pb_status status;
	uint64_t format;

	status = pb_json_parse(json, len, &root, err);
	if (status != PB_OK)
		return status;
	if (!pb_json_as_u64(pb_json_get(root, "format"), &format))
		status = malformed(err, N_("it does not state its format"));
	else if (format != FORMAT)
		status = pb_fail_todo(err,
		    pb_fail(err, PB_EUNAVAIL, N_("read what an exporter states"),
			N_("this program does not know its format"), "manifest.json"),
		    N_("Verify the bundle with a newer program."));
	else
		status = read_manifest(root, &manifest, err);
	if (status == PB_OK)
		*ret_manifest = manifest;
	else
		pb_manifest_done(&manifest);
	pb_json_free(root);
	return status;
}

void
pb_manifest_done(struct pb_manifest *manifest)
{
	pb_buf_done(&manifest->recipient);
	free(manifest->run);
	*manifest = PB_MANIFEST_EMPTY;
}
