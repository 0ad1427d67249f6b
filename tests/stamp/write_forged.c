/*
 * The forged tokens of forge_cases.c as files, for other verifiers: DIR/<case>/ with
 * token.tsr, data.bin, chain.pem, root.pem, request.tsq, <n>.crl, <n>.ocsp as far as there
 * are any, and `expected`: the fault's code, its verdict, and the code with FORMAT 5.2 asked.
 */
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#include "probant/verify.h"
#include "stamp/forge.h"

static int
write_file(const char *dir, const char *slug, const char *name, const struct pb_buf *content)
{
	char path[1024];
	FILE *file;
	int done;

	if (content->len == 0)
		return 1;
	(void)snprintf(path, sizeof(path), "%s/%s/%s", dir, slug, name);
	file = fopen(path, "wb");
	if (file == NULL)
		return 0;
	done = fwrite(content->data, 1, content->len, file) == content->len;
	return fclose(file) == 0 && done;
}

static const char *
code(enum pb_stamp_fault fault)
{
	return fault == FORGE_UNREADABLE ? "unreadable" : pb_stamp_fault_code(fault);
}

static int
write_expected(const char *dir, const struct forge_case *one)
{
	struct pb_buf text = PB_BUF_EMPTY;
	static const char *const verdicts[] = {
		[PB_VALID] = "valid", [PB_INVALID] = "invalid", [PB_INDETERMINATE] = "indeterminate"
	};
	int weight =
	    one->expected == FORGE_UNREADABLE ? PB_INVALID : pb_stamp_fault_weight(one->expected);
	int done = pb_buf_printf(&text, "%s\n%s\n%s\n", code(one->expected), verdicts[weight],
		       code(one->exact)) == PB_OK &&
		   write_file(dir, one->slug, "expected", &text);

	pb_buf_done(&text);
	return done;
}

static int
write_case(const char *dir, const struct forge_case *one)
{
	struct forged forged = { .revocation_count = 0 };
	char path[1024];
	int done;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, one->slug);
	if (mkdir(path, 0777) != 0 && errno != EEXIST)
		return 0;
	one->make(&forged);
	done = write_expected(dir, one) && write_file(dir, one->slug, "token.tsr", &forged.token) &&
	       write_file(dir, one->slug, "data.bin", &forged.data) &&
	       write_file(dir, one->slug, "chain.pem", &forged.chain) &&
	       write_file(dir, one->slug, "root.pem", &forged.root) &&
	       write_file(dir, one->slug, "request.tsq", &forged.request);
	for (size_t i = 0; done && i < forged.revocation_count; i++) {
		(void)snprintf(path, sizeof(path), "%zu.%s", i + 1,
		    forged.revocation[i].ocsp ? "ocsp" : "crl");
		done = write_file(dir, one->slug, path, &forged.revocation[i].der);
	}
	forged_free(&forged);
	return done;
}

int
main(int argc, char **argv)
{
	if (argc != 2 || forge_start(NULL) != 0 || (mkdir(argv[1], 0777) != 0 && errno != EEXIST)) {
		fprintf(stderr, "usage: write_forged DIR\n");
		return 2;
	}
	for (size_t i = 0; i < forge_cases_count; i++)
		if (!write_case(argv[1], &forge_cases[i])) {
			fprintf(stderr, "write_forged: %s: cannot write\n", forge_cases[i].slug);
			return 1;
		}
	forge_stop(NULL);
	return 0;
}
