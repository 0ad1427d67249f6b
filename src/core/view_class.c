#include "core/view_class.h"

#include <string.h>

#include "core/limits.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static bool
is_one_of(const char *text, const char *const list[], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(text, list[i]) == 0)
			return true;
	}
	return false;
}

bool
pb_class_is_kind(const char *text)
{
	static const char *const kinds[] = { "letter", "mdn", "dsn", "xdm", "report" };

	return is_one_of(text, kinds, COUNT(kinds));
}

bool
pb_class_is_urgency(const char *text)
{
	static const char *const fields[] = { "importance", "priority", "x-priority" };

	return is_one_of(text, fields, COUNT(fields));
}

bool
pb_class_is_disposition(const char *text)
{
	static const char *const types[] = { "displayed", "deleted", "dispatched", "processed",
		"denied", "failed" };

	return is_one_of(text, types, COUNT(types));
}

bool
pb_class_is_finding(const char *text)
{
	static const char *const codes[] = { "xdm_size", "xdm_sha1", "xdm_missing",
		"xdm_unreadable", "patient_differs", "tnef", "header_8bit", "depth", "parts", "cut",
		"repeated" };

	return is_one_of(text, codes, COUNT(codes));
}

bool
pb_class_is_left_out(const char *text)
{
	static const char *const codes[] = { "depth", "parts", "cut" };

	return is_one_of(text, codes, COUNT(codes));
}

bool
pb_class_is_type(const char *text)
{
	static const char *const types[] = { "application/dicom", "application/fhir+json",
		"application/fhir+xml", "application/gzip", "application/hl7-v2",
		"application/hl7-v2+xml", "application/json", "application/msword",
		"application/octet-stream", "application/pdf", "application/pgp-encrypted",
		"application/pgp-keys", "application/pgp-signature", "application/pkcs7-mime",
		"application/pkcs7-signature", "application/postscript", "application/rtf",
		"application/timestamp-query", "application/timestamp-reply",
		"application/vnd.ms-excel", "application/vnd.ms-outlook",
		"application/vnd.ms-powerpoint", "application/vnd.oasis.opendocument.graphics",
		"application/vnd.oasis.opendocument.presentation",
		"application/vnd.oasis.opendocument.spreadsheet",
		"application/vnd.oasis.opendocument.text",
		"application/vnd.openxmlformats-officedocument.presentationml.presentation",
		"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
		"application/vnd.openxmlformats-officedocument.wordprocessingml.document",
		"application/xhtml+xml", "application/xml", "application/zip", "audio/aac",
		"audio/amr", "audio/mp4", "audio/mpeg", "audio/ogg", "audio/vnd.wave", "image/bmp",
		"image/gif", "image/heic", "image/heif", "image/jp2", "image/jpeg", "image/png",
		"image/svg+xml", "image/tiff", "image/webp", "message/rfc822", "model/stl",
		"multipart/encrypted", "multipart/signed", "text/calendar", "text/csv", "text/css",
		"text/directory", "text/enriched", "text/html", "text/markdown", "text/plain",
		"text/richtext", "text/rtf", "text/vcard", "text/xml", "video/mp4", "video/mpeg",
		"video/ogg", "video/quicktime", "video/webm" };

	return is_one_of(text, types, COUNT(types));
}

static size_t
digits(const char *text)
{
	return strspn(text, "0123456789");
}

bool
pb_class_is_loinc(const char *text)
{
	size_t n = digits(text);

	return n >= 1 && n <= 7 && text[n] == '-' && digits(text + n + 1) == 1 &&
	       text[n + 2] == '\0';
}

bool
pb_class_is_code(const char *text)
{
	static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				      "0123456789-._";
	size_t n = strspn(text, allowed);

	return n >= 1 && n <= PB_LIMIT_MDN_CODE && text[n] == '\0';
}
