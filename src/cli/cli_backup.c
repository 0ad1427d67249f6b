/* `backup` and `copy`: the archive, somewhere else. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/access.h"
#include "cli/cell.h"
#include "cli/examine.h"
#include "cli/print.h"
#include "copies/backup.h"
#include "core/limits.h"
#include "sys/process.h"

static void
print_json(const struct pb_backed_up *made, const char *place)
{
	struct pb_buf out = PB_BUF_EMPTY;
	struct pb_json_writer w;

	pb_json_writer_init(&w, &out);
	pb_json_object_begin(&w, NULL);
	pb_json_text(&w, "origin", made->origin);
	pb_json_octets(&w, "place", place, strlen(place));
	pb_json_u64(&w, "records", made->size);
	pb_json_u64(&w, "bytes", made->written);
	pb_json_u64(&w, "erased", made->erased);
	pb_json_bool(&w, "private_keys", made->keys);
	pb_json_text(&w, "checkpoint", made->checkpoint);
	pb_json_object_end(&w);
	pb_print_json(&w);
	pb_buf_done(&out);
}

static void
print_common(const struct pb_backed_up *made)
{
	if (made->erased > 0)
		(void)printf(ngettext("erased     %" PRIu64 " secret that was destroyed since\n",
				 "erased     %" PRIu64 " secrets that were destroyed since\n",
				 (unsigned long)made->erased),
		    made->erased);
	if (!made->keys)
		(void)puts(
		    _("note       the archive keeps no private keys: what is restored can be "
		      "read, and not written to"));
}

enum pb_exit
pb_cli_backup(const struct pb_world *world, const struct pb_options *options)
{
	const char *dir = pb_access_archive(options), *output = options->value[PB_OPTION_OUTPUT];
	char size[PB_CELL_SIZE_LEN];
	struct pb_backed_up made;
	struct pb_error err = { 0 };
	enum pb_status status;

	if (dir == NULL)
		return PB_EXIT_USAGE;
	if (output == NULL) {
		pb_say_usage(_("say where it is to be written"), "--output FILE|DIR");
		return PB_EXIT_USAGE;
	}
	status = pb_examine_place(world, dir, &err);
	if (status == PB_OK)
		status = pb_backup(world, dir, output, &made, &err);
	if (status != PB_OK) {
		pb_say_error(&err);
		return pb_say_exit(status);
	}
	if (options->value[PB_OPTION_JSON] != NULL) {
		print_json(&made, output);
		return PB_EXIT_OK;
	}
	pb_cell_size(made.written, size);
	(void)printf(_("backed up  %" PRIu64 " records of %s, %s\n"), made.size, made.origin, size);
	print_common(&made);
	(void)puts(_("next       keep it elsewhere; a reader's key and passphrase restore it"));
	return PB_EXIT_OK;
}

enum pb_exit
pb_cli_copy(const struct pb_world *world, const struct pb_options *options)
{
	const char *dir = pb_access_archive(options), *place = options->operand[0];
	char size[PB_CELL_SIZE_LEN];
	char real[PB_LIMIT_PATH];
	struct pb_backed_up made;
	struct pb_error err = { 0 };
	enum pb_status status;

	if (dir == NULL)
		return PB_EXIT_USAGE;
	status = pb_examine_place(world, dir, &err);
	/* `status` names it, from wherever that is asked. */
	if (pb_process_real_path(place, real, sizeof(real)))
		place = real;
	if (status == PB_OK)
		status = pb_copy(world, dir, place, &made, &err);
	if (status != PB_OK) {
		pb_say_error(&err);
		return pb_say_exit(status);
	}
	if (options->value[PB_OPTION_JSON] != NULL) {
		print_json(&made, place);
		return PB_EXIT_OK;
	}
	pb_cell_size(made.written, size);
	(void)printf(_("copied     %" PRIu64 " records of %s, %s new; compared byte by byte\n"),
	    made.size, made.origin, size);
	print_common(&made);
	return PB_EXIT_OK;
}
