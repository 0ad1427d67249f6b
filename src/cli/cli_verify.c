#include "cli/access.h"
#include "cli/examine.h"

enum pb_exit
pb_cli_verify(const struct pb_world *world, const struct pb_options *options)
{
	const char *dir =
	    options->operand_count > 0 ? options->operand[0] : pb_access_archive(options);
	bool quick = options->value[PB_OPTION_QUICK] != NULL;
	struct pb_reader_key *key = NULL;
	struct pb_error err = { 0 };
	enum pb_status status = PB_OK;
	enum pb_exit code;

	if (dir == NULL)
		return PB_EXIT_USAGE;
	if (options->operand_count > 0 && options->value[PB_OPTION_ARCHIVE] != NULL) {
		pb_say_usage(_("the archive is named twice"), dir);
		return PB_EXIT_USAGE;
	}
	/* A bundle needs no key: what it shows is open. */
	if (!quick && !pb_examine_is_bundle(world, dir))
		status = pb_access_key(world, options, dir, &key, &err);
	if (status != PB_OK) {
		if (err.todo == NULL || status == PB_EACCESS)
			(void)pb_fail_todo(&err, status,
			    N_("with the passphrase every record is opened; --quick checks "
			       "without"));
		pb_say_error(&err);
	}
	/* An archive too damaged to find its key in is still judged, and will not be valid. */
	if (status != PB_OK && status != PB_ECORRUPT)
		return pb_say_exit(status);
	code = pb_examine(world, options, dir, key, quick);
	pb_reader_key_free(key);
	return code;
}
