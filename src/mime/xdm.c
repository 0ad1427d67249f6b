#include "mime/xdm.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/limits.h"
#include "mime/cda.h"
#include "mime/metadata.h"

/* A file of the ZIP, as it is. */
struct file {
	char *path;
	uint64_t size;
	char *sha1;
};

struct package {
	struct pb_facts *facts;
	struct archive *archive;
	GPtrArray *files;     /* struct file */
	GByteArray *metadata; /* METADATA.XML, or NULL */
	char *directory;      /* where it stands, with the "/" */
};

static void
free_file(gpointer item)
{
	struct file *file = item;

	g_free(file->path);
	g_free(file->sha1);
	g_free(file);
}

void
pb_xdm_unread(struct pb_facts *facts, const char *why)
{
	facts->is_xdm = true;
	pb_facts_find(facts, "xdm_unreadable", why);
}

/* Memory that runs out ends the process: it must not look like a package that can't be read. */
static void
unread(struct package *package, const char *why)
{
	if (package->archive == NULL || archive_errno(package->archive) == ENOMEM)
		abort();
	pb_xdm_unread(package->facts, why);
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static bool
ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && g_ascii_strcasecmp(text + len - end_len, end) == 0;
}

/* The octets of an entry: counted, hashed, and handed to whoever wants them. */
static bool
take_octets(struct package *package, struct file *file, GByteArray *keep, struct pb_cda *cda)
{
	GChecksum *sha1 = g_checksum_new(G_CHECKSUM_SHA1);
	uint8_t chunk[16 * 1024];
	la_ssize_t n;

	while ((n = archive_read_data(package->archive, chunk, sizeof(chunk))) > 0) {
		file->size += (uint64_t)n;
		package->facts->xdm.expanded += (uint64_t)n;
		if (package->facts->xdm.expanded > PB_LIMIT_XDM_EXPANDED ||
		    (keep != NULL && file->size > PB_LIMIT_XDM_METADATA))
			break;
		g_checksum_update(sha1, chunk, n);
		if (keep != NULL)
			g_byte_array_append(keep, chunk, (guint)n);
		if (cda != NULL)
			pb_cda_feed(cda, chunk, (size_t)n);
	}
	file->sha1 = g_strdup(g_checksum_get_string(sha1));
	g_checksum_free(sha1);
	if (n != 0)
		unread(package, n > 0 ? "limit" : base_name(file->path));
	return n == 0;
}

static bool
take_entry(struct package *package, struct archive_entry *entry)
{
	const char *path = archive_entry_pathname_utf8(entry);
	struct file *file;
	struct pb_cda *cda = NULL;
	bool metadata, taken;

	if (path == NULL)
		path = archive_entry_pathname(entry);
	if (path == NULL || archive_entry_filetype(entry) == AE_IFDIR)
		return true;
	file = g_new0(struct file, 1);
	file->path = g_utf8_make_valid(path, -1);
	g_ptr_array_add(package->files, file);
	metadata =
	    g_ascii_strcasecmp(base_name(path), "METADATA.XML") == 0 && package->metadata == NULL;
	if (metadata) {
		package->metadata = g_byte_array_new();
		package->directory =
		    g_strndup(file->path, (gsize)(base_name(file->path) - file->path));
	} else if (ends_with(path, ".xml")) {
		cda = pb_cda_new();
	}
	taken = take_octets(package, file, metadata ? package->metadata : NULL, cda);
	pb_cda_end(cda, package->facts);
	return taken;
}

/* false: it can't be read to its end, and the finding says so. */
static bool
take_entries(struct package *package, const uint8_t *zip, size_t len)
{
	struct archive_entry *entry;
	int answer;

	if (package->archive == NULL ||
	    archive_read_support_format_zip(package->archive) != ARCHIVE_OK ||
	    archive_read_open_memory(package->archive, zip, len) != ARCHIVE_OK) {
		unread(package, "zip");
		return false;
	}
	for (;;) {
		answer = archive_read_next_header(package->archive, &entry);
		if (answer == ARCHIVE_EOF)
			return true;
		if (answer < ARCHIVE_WARN || package->files->len >= PB_LIMIT_XDM_ENTRIES) {
			unread(package, answer < ARCHIVE_WARN ? "zip" : "limit");
			return false;
		}
		if (!take_entry(package, entry))
			return false;
	}
}

static const struct file *
find_file(const struct package *package, const char *uri)
{
	char *path = g_strconcat(package->directory, uri, NULL);
	const struct file *file = NULL;

	for (guint i = 0; i < package->files->len && file == NULL; i++) {
		file = g_ptr_array_index(package->files, i);
		if (g_ascii_strcasecmp(file->path, path) != 0)
			file = NULL;
	}
	g_free(path);
	return file;
}

/* What METADATA.XML states of a document against the file (IHE ITI TF-3 4.2.3.2: hash, size). */
static void
compare(const struct package *package, const struct pb_document *document)
{
	const struct file *file;

	if (document->uri == NULL)
		return;
	file = find_file(package, document->uri);
	if (file == NULL) {
		pb_facts_find(package->facts, "xdm_missing", document->uri);
		return;
	}
	if (document->has_size && document->size != file->size)
		pb_facts_find(package->facts, "xdm_size", document->uri);
	if (document->sha1 != NULL && strcmp(document->sha1, file->sha1) != 0)
		pb_facts_find(package->facts, "xdm_sha1", document->uri);
}

static void
take_documents(struct package *package)
{
	GPtrArray *documents = g_ptr_array_new();
	struct pb_document *document;

	if (package->metadata == NULL || !pb_metadata_read(package->facts, documents,
					     package->metadata->data, package->metadata->len))
		pb_facts_find(package->facts, "xdm_unreadable", "METADATA.XML");
	for (guint i = 0; i < documents->len; i++) {
		document = g_ptr_array_index(documents, i);
		compare(package, document);
		pb_facts_add(package->facts, package->facts->xdm.documents, document);
	}
	g_ptr_array_unref(documents);
}

void
pb_xdm_read(struct pb_facts *facts, const uint8_t *zip, size_t len)
{
	struct package package = { .facts = facts, .archive = archive_read_new() };
	bool whole;

	facts->is_xdm = true;
	package.files = g_ptr_array_new_with_free_func(free_file);
	whole = take_entries(&package, zip, len);
	/* Of a package that ends early, files may be missing that are there. */
	if (whole || package.metadata != NULL) {
		if (!whole)
			pb_facts_find(facts, "xdm_unreadable", NULL);
		take_documents(&package);
	}
	g_ptr_array_unref(package.files);
	if (package.metadata != NULL)
		g_byte_array_unref(package.metadata);
	g_free(package.directory);
	(void)archive_read_free(package.archive);
}
