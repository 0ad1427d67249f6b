/* tsa/authorities.json: a strict reader, and the writer. */
#include <stdlib.h>
#include <string.h>

#include "archive/paths.h"
#include "archive/tsa_rules.h"
#include "core/error.h"
#include "core/io.h"

enum pb_status
pb_authorities_damaged(const char *path, struct pb_error *err)
{
	(void)pb_fail(err, PB_ECORRUPT, N_("read the timestamping authorities"),
	    N_("the configuration is damaged"), "%s", path);
	return pb_fail_todo(
	    err, PB_ECORRUPT, N_("bring this file back from a copy; capture goes on meanwhile"));
}

/* A member that may be absent; what is known of an object is counted, so that nothing else is. */
static const struct pb_json *
member(const struct pb_json *object, const char *key, size_t *known)
{
	const struct pb_json *value = pb_json_get(object, key);

	*known += value != NULL;
	return value;
}

static bool
take_text(const struct pb_json *value, char *to, size_t size)
{
	const char *text = pb_json_string(value);

	if (value == NULL)
		return true;
	if (text == NULL || strlen(text) >= size)
		return false;
	memcpy(to, text, strlen(text) + 1);
	return true;
}

static bool
take_u32(const struct pb_json *value, uint32_t *to)
{
	uint64_t number;

	if (value == NULL)
		return true;
	if (!pb_json_as_u64(value, &number) || number > UINT32_MAX)
		return false;
	*to = (uint32_t)number;
	return true;
}

static bool
take_tsa(const struct pb_json *item, struct pb_tsa *tsa)
{
	char hash[16] = "";
	size_t known = 0;

	if (!pb_json_is_object(item) ||
	    !take_text(member(item, "name", &known), tsa->name, sizeof(tsa->name)) ||
	    !take_text(member(item, "url", &known), tsa->url, sizeof(tsa->url)) ||
	    !take_text(member(item, "hash", &known), hash, sizeof(hash)) ||
	    !take_text(member(item, "policy", &known), tsa->policy, sizeof(tsa->policy)) ||
	    !take_text(member(item, "client", &known), tsa->client_pem, sizeof(tsa->client_pem)) ||
	    !take_text(member(item, "server_roots", &known), tsa->server_roots,
		sizeof(tsa->server_roots)) ||
	    !take_u32(member(item, "timeout_s", &known), &tsa->timeout_s) ||
	    !take_u32(member(item, "interval_s", &known), &tsa->interval_s))
		return false;
	tsa->local = strcmp(tsa->name, PB_TSA_LOCAL) == 0;
	return known == pb_json_count(item) && pb_stamp_hash_parse(hash, &tsa->hash) &&
	       pb_tsa_rules_hold(tsa) == NULL;
}

static bool
take_all(const struct pb_json *root, struct pb_authorities *authorities)
{
	const struct pb_json *list = pb_json_get(root, "authorities");
	size_t i;

	if (pb_json_count(root) != 3 || list == NULL || pb_json_count(list) > PB_LIMIT_TSAS ||
	    !pb_json_as_u64(pb_json_get(root, "gap_after_s"), &authorities->gap_after_s) ||
	    !pb_json_as_u64(pb_json_get(root, "heartbeat_s"), &authorities->heartbeat_s))
		return false;
	for (i = 0; i < pb_json_count(list); i++) {
		struct pb_tsa *tsa = &authorities->tsa[i];

		if (!take_tsa(pb_json_item(list, i), tsa) ||
		    pb_authorities_find(authorities, tsa->name) != NULL)
			return false;
		authorities->count++;
	}
	return true;
}

enum pb_status
pb_authorities_configuration(const struct pb_files *files, const char *dir,
    struct pb_authorities *authorities, struct pb_error *err)
{
	struct pb_buf text = PB_BUF_EMPTY;
	struct pb_json *root = NULL;
	struct pb_path path;
	enum pb_status status = pb_path_make(&path, dir, PB_FILE_TSA_CONFIG, NULL, err);

	if (status == PB_OK)
		status = pb_io_read_regular(files, path.text, PB_LIMIT_TSA_CONFIG, &text, err);
	if (status == PB_OK)
		status = pb_json_parse(text.data, text.len, &root, err);
	if (status == PB_EDATA || status == PB_ELIMIT ||
	    (status == PB_OK && !take_all(root, authorities)))
		status = pb_authorities_damaged(path.text, err);
	pb_json_free(root);
	pb_buf_done(&text);
	return status;
}

static void
put_text(struct pb_json_writer *w, const char *key, const char *text)
{
	if (text[0] != '\0')
		pb_json_text(w, key, text);
}

static void
encode(const struct pb_authorities *authorities, struct pb_json_writer *w)
{
	size_t i;

	pb_json_object_begin(w, NULL);
	pb_json_u64(w, "gap_after_s", authorities->gap_after_s);
	pb_json_u64(w, "heartbeat_s", authorities->heartbeat_s);
	pb_json_array_begin(w, "authorities");
	for (i = 0; i < authorities->count; i++) {
		const struct pb_tsa *tsa = &authorities->tsa[i];

		pb_json_object_begin(w, NULL);
		pb_json_text(w, "name", tsa->name);
		put_text(w, "url", tsa->url);
		pb_json_text(w, "hash", pb_stamp_hash_name(tsa->hash));
		put_text(w, "policy", tsa->policy);
		put_text(w, "client", tsa->client_pem);
		put_text(w, "server_roots", tsa->server_roots);
		pb_json_u64(w, "timeout_s", tsa->timeout_s);
		pb_json_u64(w, "interval_s", tsa->interval_s);
		pb_json_object_end(w);
	}
	pb_json_array_end(w);
	pb_json_object_end(w);
}

enum pb_status
pb_authorities_write(const struct pb_files *files, const char *dir,
    const struct pb_authorities *authorities, struct pb_error *err)
{
	struct pb_buf text = PB_BUF_EMPTY;
	struct pb_path path, temporary;
	struct pb_json_writer w;
	enum pb_status status;

	pb_json_writer_init(&w, &text);
	encode(authorities, &w);
	if (pb_json_writer_status(&w) != PB_OK) {
		pb_buf_done(&text);
		return pb_fail_memory(err, N_("write the timestamping authorities"));
	}
	status = pb_path_make(&path, dir, PB_FILE_TSA_CONFIG, NULL, err);
	if (status == PB_OK)
		status = pb_path_make(&temporary, dir, PB_DIR_TMP, "authorities.json", err);
	if (status == PB_OK)
		status = pb_io_replace_file(
		    files, path.text, temporary.text, text.data, text.len, true, err);
	pb_buf_done(&text);
	return status;
}
