#include "mime/cda.h"

#include <string.h>

#include "mime/patient.h"
#include "mime/xml.h"

#define HL7 "urn:hl7-org:v3"
#define PATIENTS_MAX 16 /* identifiers of one person */

/* The elements on the way to an identifier of the patient, each inside the one before. */
static const char *const way[] = { "ClinicalDocument", "recordTarget", "patientRole", "id" };

struct pb_cda {
	struct pb_xml xml;   /* first */
	unsigned on_way;     /* how many of `way` are open */
	GPtrArray *patients; /* char */
};

static void
add_patient(struct pb_cda *cda, const char **attributes)
{
	const char *root = pb_xml_attribute(attributes, "root");
	const char *extension = pb_xml_attribute(attributes, "extension");

	if (root != NULL && extension != NULL && cda->patients->len < PATIENTS_MAX)
		g_ptr_array_add(cda->patients, g_strdup_printf("%s^^^&%s&ISO", extension, root));
}

static void
on_start(void *arg, const char *name, const char **attributes)
{
	struct pb_cda *r = arg;
	unsigned depth = r->xml.depth;

	if (!pb_xml_enter(&r->xml))
		return;
	if (depth != r->on_way || depth >= G_N_ELEMENTS(way) ||
	    strncmp(name, HL7 "\t", sizeof(HL7)) != 0 ||
	    strcmp(pb_xml_local(name), way[depth]) != 0)
		return;
	r->on_way++;
	if (r->on_way == G_N_ELEMENTS(way))
		add_patient(r, attributes);
}

static void
on_end(void *arg, const char *name)
{
	struct pb_cda *r = arg;

	(void)name;
	pb_xml_leave(&r->xml);
	if (r->on_way > r->xml.depth)
		r->on_way = r->xml.depth;
}

struct pb_cda *
pb_cda_new(void)
{
	struct pb_cda *r = g_new0(struct pb_cda, 1);

	r->patients = g_ptr_array_new_with_free_func(g_free);
	pb_xml_init(&r->xml);
	XML_SetElementHandler(r->xml.parser, on_start, on_end);
	return r;
}

void
pb_cda_feed(struct pb_cda *cda, const void *data, size_t len)
{
	pb_xml_feed(&cda->xml, data, len);
}

void
pb_cda_end(struct pb_cda *take_cda, struct pb_facts *facts)
{
	if (take_cda == NULL)
		return;
	(void)pb_xml_done(&take_cda->xml);
	for (guint i = 0; i < take_cda->patients->len; i++)
		pb_patient_add(facts, g_ptr_array_index(take_cda->patients, i));
	g_ptr_array_unref(take_cda->patients);
	g_free(take_cda);
}
