/* `completion`: what a shell needs to complete commands and options, from the one table of
 * commands. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"

static size_t
first_len(size_t index)
{
	return strcspn(pb_commands[index].name, " ");
}

static bool
has_second(size_t index)
{
	return pb_commands[index].name[first_len(index)] == ' ';
}

/* Is there a command before this one that begins with its word, of those that have a second? */
static bool
seen(size_t index, bool of_two)
{
	size_t len = first_len(index);

	for (size_t i = 0; i < index; i++)
		if (first_len(i) == len && (!of_two || has_second(i)) &&
		    memcmp(pb_commands[i].name, pb_commands[index].name, len) == 0)
			return true;
	return false;
}

static void
print_first_words(void)
{
	for (size_t i = 0; i < pb_commands_count; i++)
		if (!seen(i, false))
			(void)printf("%.*s ", (int)first_len(i), pb_commands[i].name);
}

/* "key" -> "list policy export" */
static void
print_second_words(void)
{
	for (size_t i = 0; i < pb_commands_count; i++) {
		size_t len = first_len(i);

		if (!has_second(i) || seen(i, true))
			continue;
		(void)printf("    %.*s) second='", (int)len, pb_commands[i].name);
		for (size_t j = i; j < pb_commands_count; j++)
			if (strncmp(pb_commands[j].name, pb_commands[i].name, len + 1) == 0)
				(void)printf("%s ", pb_commands[j].name + len + 1);
		(void)puts("' ;;");
	}
}

static void
print_options(const struct pb_command *command, const char *behind)
{
	const enum pb_option *option;

	(void)printf("    '%s%s') options='", command->name, behind);
	for (option = command->options; *option != PB_OPTION_COUNT; option++)
		(void)printf("--%s ", pb_option_specs[*option].name);
	(void)puts("--help' ;;");
}

/* Only small letters and |: words to choose from. */
static bool
is_choice(const char *argument)
{
	return strchr(argument, '|') != NULL &&
	       strspn(argument, "abcdefghijklmnopqrstuvwxyz0123456789|") == strlen(argument);
}

static bool
is_path(const char *argument)
{
	static const char *const names[] = { "FILE", "PEM", "CERT", "DIR", "CHECKPOINT", "BUNDLE" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strstr(argument, names[i]) != NULL)
			return true;
	return false;
}

static void
print_argument(const struct pb_option_spec *spec)
{
	const char *at;

	if (spec->argument == NULL)
		return;
	(void)printf("    --%s", spec->name);
	if (spec->letter != 0)
		(void)printf("|-%c", spec->letter);
	if (strcmp(spec->argument, "DIR") == 0) {
		(void)puts(") kind=-d ;;");
	} else if (is_choice(spec->argument)) {
		(void)fputs(") kind='", stdout);
		for (at = spec->argument; *at != '\0'; at++)
			(void)putchar(*at == '|' ? ' ' : *at);
		(void)puts("' ;;");
	} else {
		(void)puts(is_path(spec->argument) ? ") kind=-f ;;" : ") kind=any ;;");
	}
}

static void
print_bash(void)
{
	(void)fputs("# bash completion of probant, made by `probant completion bash`\n"
		    "_probant() {\n"
		    "    local words=(\"${COMP_WORDS[@]}\") at=$COMP_CWORD\n"
		    "    if [ \"${words[1]}\" = -a ] && [ \"$at\" -gt 2 ]; then\n"
		    "        words=(probant \"${words[@]:3}\") at=$((at - 2))\n"
		    "    fi\n"
		    "    local cur=${words[at]} prev=${words[at-1]}\n"
		    "    local first=${words[1]} command second='' options='' kind=''\n"
		    "    COMPREPLY=()\n"
		    "    if [ \"$at\" = 1 ]; then\n"
		    "        COMPREPLY=($(compgen -W '",
	    stdout);
	print_first_words();
	(void)puts("' -- \"$cur\"))\n        return\n    fi\n    case $first in");
	print_second_words();
	(void)puts("    esac\n"
		   "    if [ \"$at\" = 2 ] && [ -n \"$second\" ]; then\n"
		   "        COMPREPLY=($(compgen -W \"$second\" -- \"$cur\"))\n"
		   "        [ ${#COMPREPLY[@]} = 0 ] || return\n"
		   "    fi\n"
		   "    case $prev in");
	for (int i = 0; i < PB_OPTION_COUNT; i++)
		print_argument(&pb_option_specs[i]);
	(void)puts(
	    "    esac\n"
	    "    case $kind in\n"
	    "    '') ;;\n"
	    "    any) return ;;\n"
	    "    -*) compopt -o filenames; COMPREPLY=($(compgen $kind -- \"$cur\")); return ;;\n"
	    "    *) COMPREPLY=($(compgen -W \"$kind\" -- \"$cur\")); return ;;\n"
	    "    esac\n"
	    "    case \"$first ${words[2]}\" in");
	for (size_t i = 0; i < pb_commands_count; i++)
		if (has_second(i))
			print_options(&pb_commands[i], "");
	for (size_t i = 0; i < pb_commands_count; i++)
		if (!has_second(i))
			print_options(&pb_commands[i], " '*'");
	(void)puts("    esac\n"
		   "    case $cur in\n"
		   "    -*) COMPREPLY=($(compgen -W \"$options\" -- \"$cur\")) ;;\n"
		   "    *) compopt -o filenames; COMPREPLY=($(compgen -f -- \"$cur\")) ;;\n"
		   "    esac\n"
		   "}\n"
		   "complete -F _probant probant");
}

enum pb_exit
pb_cli_completion(const struct pb_world *world, const struct pb_options *options)
{
	(void)world;
	if (strcmp(options->operand[0], "zsh") == 0) {
		(void)puts("autoload -U +X bashcompinit && bashcompinit");
	} else if (strcmp(options->operand[0], "bash") != 0) {
		pb_say_usage(_("completions are made for bash and zsh"), options->operand[0]);
		return PB_EXIT_USAGE;
	}
	print_bash();
	return PB_EXIT_OK;
}
