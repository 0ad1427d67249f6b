/*
 * What stands inside an attachment, where mutations of a message seldom reach: the first octet
 * says whether the others are an IHE_XDM.ZIP, its METADATA.XML, a CDA document or HTML.
 */
#include <string.h>

#include "core/error.h"
#include "core/limits.h"
#include "core/text.h"
#include "fuzz/fuzz.h"
#include "mime/cda.h"
#include "mime/html.h"
#include "mime/metadata.h"
#include "mime/patient.h"
#include "mime/view.h"
#include "mime/write.h"
#include "mime/xdm.h"
#include "view/check.h"

static void
read_metadata(struct pb_facts *facts, const uint8_t *data, size_t len)
{
	GPtrArray *documents = g_ptr_array_new();

	(void)pb_metadata_read(facts, documents, data, len);
	pb_assert(documents->len <= PB_LIMIT_XDM_DOCUMENTS);
	for (guint i = 0; i < documents->len; i++)
		pb_facts_add(facts, facts->xdm.documents, g_ptr_array_index(documents, i));
	g_ptr_array_unref(documents);
}

/* The same octets in one piece and one by one name the same patients. */
static void
read_cda(struct pb_facts *facts, const uint8_t *data, size_t len)
{
	struct pb_cda *whole = pb_cda_new(), *pieces = pb_cda_new();
	guint count;

	pb_cda_feed(whole, data, len);
	pb_cda_end(whole, facts);
	count = facts->xdm.patients->len;
	for (size_t i = 0; i < len; i++)
		pb_cda_feed(pieces, data + i, 1);
	pb_cda_end(pieces, facts);
	pb_assert(facts->xdm.patients->len == count);
}

static void
read_html(struct pb_facts *facts, const uint8_t *data, size_t len)
{
	GString *text = g_string_new(NULL);

	pb_html_text(text, (const char *)data, len);
	pb_facts_text(facts, text->str, text->len);
	g_string_free(text, TRUE);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct pb_mime *mime;
	struct pb_buf view = PB_BUF_EMPTY;
	struct pb_facts facts;

	if (mime == NULL)
		mime = pb_mime_start();
	if (len == 0)
		return 0;
	pb_facts_init(&facts);
	if (data[0] == 'Z')
		pb_xdm_read(&facts, data + 1, len - 1);
	else if (data[0] == 'M')
		read_metadata(&facts, data + 1, len - 1);
	else if (data[0] == 'C')
		read_cda(&facts, data + 1, len - 1);
	else
		read_html(&facts, data + 1, len - 1);
	pb_patient_compare(&facts);
	pb_write_view(&facts, &view);
	pb_assert(pb_utf8_valid((const uint8_t *)facts.text->str, facts.text->len));
	pb_assert(pb_view_check(view.data, view.len, facts.text->len) == PB_OK);
	pb_buf_done(&view);
	pb_facts_done(&facts);
	return 0;
}
