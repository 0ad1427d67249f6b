#include "cli/command.h"
#include "probant/archive.h"

int
main(int argc, char **argv)
{
	return pb_command_main(pb_sys_world(), argc, argv);
}
