#include "mime/patient.h"

#include <string.h>

/* Up to the fourth component; the fifth says what kind of identifier it is. */
static size_t
significant(const char *patient)
{
	size_t len = 0;

	for (int i = 0; i < 4; i++) {
		len += strcspn(patient + len, "^");
		if (patient[len] == '\0' || i == 3)
			break;
		len++;
	}
	return len;
}

void
pb_patient_add(struct pb_facts *facts, const char *patient)
{
	size_t len = significant(patient);
	const char *other;

	for (guint i = 0; i < facts->xdm.patients->len; i++) {
		other = g_ptr_array_index(facts->xdm.patients, i);
		if (significant(other) == len && memcmp(other, patient, len) == 0)
			return;
	}
	pb_facts_add(facts, facts->xdm.patients, pb_facts_line(facts, patient, strlen(patient)));
}

/* "id^^^&authority&ISO^PI" (HL7 CX): the identifier and who gave it. */
static void
split_patient(const char *patient, char **ret_id, char **ret_authority)
{
	char **components = g_strsplit(patient, "^", 6);
	const char *authority = NULL;
	guint count = g_strv_length(components);

	if (count > 3) {
		authority = strchr(components[3], '&');
		authority = authority != NULL ? authority + 1 : components[3];
	}
	*ret_id = g_strdup(count > 0 ? components[0] : "");
	*ret_authority =
	    authority != NULL ? g_strndup(authority, strcspn(authority, "&")) : g_strdup("");
	g_strfreev(components);
}

/* The national health identity (INS): NIR, NIA, and those of tests (ANS, list of OIDs of the INS).
 */
static bool
is_ins(const char *authority)
{
	static const char *const oids[] = { "1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.9",
		"1.2.250.1.213.1.4.10", "1.2.250.1.213.1.4.11" };

	for (size_t i = 0; i < G_N_ELEMENTS(oids); i++) {
		if (strcmp(authority, oids[i]) == 0)
			return true;
	}
	return false;
}

/* Two identifiers of one authority are two persons; true if this one is the INS. */
static bool
compare_patient(struct pb_facts *facts, const char *patient, GHashTable *seen)
{
	char *id, *authority;
	const char *before;
	bool ins;

	split_patient(patient, &id, &authority);
	ins = is_ins(authority);
	before = g_hash_table_lookup(seen, authority);
	if (before != NULL && strcmp(before, id) != 0)
		pb_facts_find(facts, "patient_differs", authority);
	if (before == NULL)
		g_hash_table_insert(seen, g_steal_pointer(&authority), g_steal_pointer(&id));
	g_free(id);
	g_free(authority);
	return ins;
}

void
pb_patient_compare(struct pb_facts *facts)
{
	GHashTable *seen;
	bool ins = false;

	if (facts->xdm.patients->len == 0)
		return;
	seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
	for (guint i = 0; i < facts->xdm.patients->len; i++)
		ins |= compare_patient(facts, g_ptr_array_index(facts->xdm.patients, i), seen);
	g_hash_table_unref(seen);
	/* X-MSS-INS: whether the documents name their patient by the INS ("O" or "N"). */
	if (facts->ins != NULL && ((g_ascii_strcasecmp(facts->ins, "O") == 0 && !ins) ||
				      (g_ascii_strcasecmp(facts->ins, "N") == 0 && ins)))
		pb_facts_find(facts, "patient_differs", "X-MSS-INS");
}
