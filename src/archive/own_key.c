#include "archive/own_key.h"

#include <string.h>

#include "archive/paths.h"
#include "core/error.h"
#include "core/io.h"

enum pb_status
pb_own_key_load(const struct pb_files *files, const char *dir, const char *file,
    const struct pb_note_verifier *stated, struct pb_ed25519 **ret_key, struct pb_error *err)
{
	uint8_t public_key[PB_ED25519_PUBLIC_LEN];
	struct pb_buf pem = PB_BUF_EMPTY;
	struct pb_ed25519 *key = NULL;
	struct pb_path path;
	enum pb_status status;

	status = pb_path_make(&path, dir, file, NULL, err);
	if (status == PB_OK)
		status = pb_path_private(files, path.text, err);
	if (status == PB_OK)
		status = pb_io_read_regular(files, path.text, PB_LIMIT_PEM, &pem, err);
	if (status == PB_OK)
		status =
		    pb_fail_of(err, pb_ed25519_from_pem(pem.data, pem.len, &key, err), path.text);
	if (status != PB_OK)
		goto out;
	pb_ed25519_public(key, public_key);
	if (memcmp(public_key, stated->public_key, sizeof(public_key)) != 0) {
		status = pb_fail(err, PB_ECORRUPT, N_("read a key of the archive"),
		    N_("it is not the key that the archive was founded with"), "%s", path.text);
		goto out;
	}
	*ret_key = key;
	key = NULL;
out:
	pb_ed25519_free(key);
	pb_buf_wipe(&pem);
	pb_buf_done(&pem);
	return status;
}

enum pb_status
pb_own_key_export(const struct pb_archive *a, struct pb_ed25519 **ret_key, struct pb_error *err)
{
	if (!a->has_export_key) {
		(void)pb_fail(err, PB_EUNAVAIL, N_("sign a bundle"),
		    N_("the archive was made without a key for that"), "%s", a->dir);
		return pb_fail_todo(err, PB_EUNAVAIL,
		    N_("only a new archive gets one; import the messages of this one into it"));
	}
	return pb_own_key_load(
	    a->world->files, a->dir, PB_FILE_EXPORT_KEY, &a->export_verifier, ret_key, err);
}
