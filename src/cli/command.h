/*
 * The commands.  Each is: read options, call one function of archive, print.
 *
 * One table (commands.c) says what a command is called, takes and does; the
 * parser, --help and the man page read it.
 */
#ifndef PB_CLI_COMMAND_H
#define PB_CLI_COMMAND_H

#include "cli/options.h"
#include "cli/say.h"
#include "core/world.h"

struct pb_command {
	const char *name;           /* "key policy" is two words on the command line */
	const char *operands;       /* as usage shows them */
	const char *summary;        /* one line; key for gettext */
	const char *text;           /* more, for --help and the man page; key for gettext */
	const char *examples;       /* lines of shell, each ended by LF */
	enum pb_option options[18]; /* ended by PB_OPTION_COUNT; --help is implied */
	size_t operands_min;
	size_t operands_max;
	enum pb_exit (*run)(const struct pb_world *world, const struct pb_options *options);
};

extern const struct pb_command pb_commands[];
extern const size_t pb_commands_count;

/* The whole program: argv as main got it. */
int pb_command_main(const struct pb_world *world, int argc, char **argv);

enum pb_exit pb_cli_init(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_import(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_run(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_list(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_find(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_reindex(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_show(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_verify(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_status(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_doctor(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_stamp(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_stamp_check(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_tsa_add(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_tsa_remove(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_tsa_list(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_tsa_roots(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_tsa_serve(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_export(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_seal(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_key_list(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_key_policy(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_key_export(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_completion(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_next(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_key_add(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_key_remove(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_key_rotate(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_key_passphrase(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_key_rehearse(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_key_sheet(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_key_restore_sheet(
    const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_backup(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_copy(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_restore(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_policy_check(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_fleet_create(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_fleet_status(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_fleet_leave(const struct pb_world *world, const struct pb_options *options);
enum pb_exit pb_cli_help(const struct pb_world *world, const struct pb_options *options);

/* With fewer records an archive cannot hold a message: what it opens and notes comes before. */
#define PB_NEXT_RECORDS 3

/* Its name has two words, and this is the first. */
bool pb_command_begins(const struct pb_command *command, const char *word);

/* Say that there is no such command, and what may be meant; second: NULL, or the word behind. */
void pb_command_unknown(const char *word, const char *second);

/* Usage, text, options and examples of one command on stdout. */
void pb_help_command(const struct pb_command *command);

#endif
