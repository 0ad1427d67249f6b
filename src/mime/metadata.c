#include "mime/metadata.h"

#include <expat.h>
#include <string.h>

#include "core/limits.h"
#include "mime/patient.h"
#include "mime/xml.h"

/* IHE ITI TF-3 4.3: the classification schemes and identification schemes that are looked at. */
#define SCHEME_TYPE "urn:uuid:f0306f51-975f-434e-a61c-c59651d33983"
#define SCHEME_FORMAT "urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d"
#define SCHEME_PATIENT "urn:uuid:58a6f841-87b3-4a3e-92fd-a8ffeff98427"

struct reading {
	struct pb_xml xml; /* first */
	struct pb_facts *facts;
	GPtrArray *documents;
	struct pb_document *document; /* the ExtrinsicObject that is open; in `documents` */
	char slot[32];                /* the name of the Slot that is open */
	GString *value;               /* of the Value that is open */
	bool in_value;
};

static void
put(struct pb_facts *facts, char **to, const char *value)
{
	if (value != NULL && *to == NULL)
		*to = pb_facts_line(facts, value, strlen(value));
}

static void
begin_document(struct reading *r)
{
	if (r->documents->len >= PB_LIMIT_XDM_DOCUMENTS) {
		r->facts->cut = true;
		r->document = NULL;
		return;
	}
	r->document = g_new0(struct pb_document, 1);
	g_ptr_array_add(r->documents, r->document);
}

static void
classify(struct reading *r, const char **attributes)
{
	const char *scheme = pb_xml_attribute(attributes, "classificationScheme");
	const char *code = pb_xml_attribute(attributes, "nodeRepresentation");

	if (g_strcmp0(scheme, SCHEME_TYPE) == 0)
		put(r->facts, &r->document->type, code);
	else if (g_strcmp0(scheme, SCHEME_FORMAT) == 0)
		put(r->facts, &r->document->format, code);
}

static void
on_start(void *arg, const char *name, const char **attributes)
{
	struct reading *r = arg;
	const char *text;

	name = pb_xml_local(name);
	if (!pb_xml_enter(&r->xml))
		return;
	if (strcmp(name, "ExtrinsicObject") == 0) {
		begin_document(r);
	} else if (r->document == NULL) {
		return;
	} else if (strcmp(name, "Classification") == 0) {
		classify(r, attributes);
	} else if (strcmp(name, "ExternalIdentifier") == 0) {
		text = pb_xml_attribute(attributes, "value");
		if (text != NULL && g_strcmp0(pb_xml_attribute(attributes, "identificationScheme"),
					SCHEME_PATIENT) == 0)
			pb_patient_add(r->facts, text);
	} else if (strcmp(name, "Slot") == 0) {
		text = pb_xml_attribute(attributes, "name");
		(void)g_strlcpy(r->slot, text != NULL ? text : "", sizeof(r->slot));
	} else if (strcmp(name, "Value") == 0) {
		g_string_truncate(r->value, 0);
		r->in_value = true;
	}
}

static void
on_text(void *arg, const char *text, int len)
{
	struct reading *r = arg;

	if (r->in_value && r->value->len < PB_LIMIT_VIEW_STRING)
		g_string_append_len(r->value, text, len);
}

/* A slot's value (IHE ITI TF-3 4.2.3.2). */
static void
take_slot(struct reading *r)
{
	char *value = g_strstrip(r->value->str), *end;
	struct pb_document *document = r->document;

	if (strcmp(r->slot, "URI") == 0) {
		put(r->facts, &document->uri, value);
	} else if (strcmp(r->slot, "hash") == 0) {
		put(r->facts, &document->sha1, value);
		for (char *at = document->sha1; at != NULL && *at != '\0'; at++)
			*at = g_ascii_tolower(*at);
	} else if (strcmp(r->slot, "size") == 0 && g_ascii_isdigit(value[0]) &&
		   !document->has_size) {
		document->size = g_ascii_strtoull(value, &end, 10);
		document->has_size = *end == '\0';
	} else if (strcmp(r->slot, "sourcePatientId") == 0) {
		pb_patient_add(r->facts, value);
	}
}

static void
on_end(void *arg, const char *name)
{
	struct reading *r = arg;

	name = pb_xml_local(name);
	pb_xml_leave(&r->xml);
	if (strcmp(name, "ExtrinsicObject") == 0) {
		r->document = NULL;
	} else if (strcmp(name, "Value") == 0 && r->in_value) {
		r->in_value = false;
		if (r->document != NULL)
			take_slot(r);
	} else if (strcmp(name, "Slot") == 0) {
		r->slot[0] = '\0';
	}
}

bool
pb_metadata_read(struct pb_facts *facts, GPtrArray *documents, const uint8_t *xml, size_t len)
{
	struct reading r = { .facts = facts, .documents = documents };
	bool whole;

	pb_xml_init(&r.xml);
	r.value = g_string_new(NULL);
	XML_SetElementHandler(r.xml.parser, on_start, on_end);
	XML_SetCharacterDataHandler(r.xml.parser, on_text);
	pb_xml_feed(&r.xml, xml, len);
	whole = pb_xml_done(&r.xml);
	g_string_free(r.value, TRUE);
	return whole;
}
