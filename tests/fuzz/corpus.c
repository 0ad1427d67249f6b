/*
 * Runs a fuzz target over every file of its corpus: the program fuzz_<target>
 * over tests/fuzz/corpus/<target>, or over the files that are given.  Each in a process
 * of its own, so that what breaks one is told by its name.  Speaks as cmocka does.
 */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/buf.h"
#include "core/error.h"
#include "fuzz/fuzz.h"

#define CORPUS "tests/fuzz/corpus"
#define TIME_S 60 /* for one file, even under valgrind */

/* A block of just its size, so that a sanitizer sees what is read behind it. */
static uint8_t *
read_file(const char *path, size_t *ret_len)
{
	FILE *file = fopen(path, "rb");
	struct pb_buf buf = PB_BUF_EMPTY;
	uint8_t chunk[4096], *data;
	size_t n;

	if (file == NULL) {
		perror(path);
		exit(2);
	}
	while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		pb_assert(pb_buf_append(&buf, chunk, n) == PB_OK);
	fclose(file);
	data = malloc(buf.len);
	pb_assert(data != NULL);
	if (buf.len > 0)
		memcpy(data, buf.data, buf.len);
	*ret_len = buf.len;
	pb_buf_done(&buf);
	return data;
}

static _Noreturn void
run_file(const char *path)
{
	size_t len;
	uint8_t *data = read_file(path, &len);
	int answer;

	(void)alarm(TIME_S);
	answer = LLVMFuzzerTestOneInput(data, len);
	free(data);
	exit(answer);
}

/* Whether the target takes the file. */
static bool
passes(const char *path, const char *name)
{
	pid_t child;
	int status = 0;
	bool passed;

	fflush(NULL);
	child = fork();
	if (child == 0)
		run_file(path);
	passed = child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status) &&
		 WEXITSTATUS(status) == 0;
	if (!passed)
		printf("%s: status %#x\n", path, (unsigned)status);
	printf("[%s] %s\n", passed ? "       OK " : "  FAILED  ", name);
	return passed;
}

static int
is_file(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* 0 if all of the corpus passes, and it is not empty. */
static int
run_corpus(const char *target)
{
	struct dirent **entry = NULL;
	char dir[256], path[1024];
	int count, failed = 0;

	snprintf(dir, sizeof(dir), CORPUS "/%s", target);
	count = scandir(dir, &entry, is_file, alphasort);
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, entry[i]->d_name);
		if (!passes(path, path + strlen(CORPUS "/")))
			failed++;
		free(entry[i]);
	}
	free(entry);
	if (count <= 0)
		fprintf(stderr, "%s: no corpus\n", dir);
	return count <= 0 || failed > 0;
}

int
main(int argc, char **argv)
{
	const char *slash = strrchr(argv[0], '/');
	const char *program = slash != NULL ? slash + 1 : argv[0];
	int failed = 0;

	if (argc == 1)
		return run_corpus(strncmp(program, "fuzz_", 5) == 0 ? program + 5 : program);
	for (int i = 1; i < argc; i++)
		if (!passes(argv[i], argv[i]))
			failed = 1;
	return failed;
}
