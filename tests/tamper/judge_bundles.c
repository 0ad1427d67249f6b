/*
 * judge_bundles TRUST ROOTS AGAINST: what the library says of each bundle whose path is read from
 * standard input, a line each: the verdict, then the checks that are not valid with the code of a
 * finding.  "-" for a file that is not given.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "core/io.h"
#include "crypto/crypto.h"
#include "probant/bundle.h"
#include "sys/world.h"

static void
read_whole(const char *path, struct pb_buf *bytes)
{
	struct pb_error err = { 0 };

	if (strcmp(path, "-") == 0)
		return;
	if (pb_io_read_file(pb_sys_world()->files, path, 1 << 20, bytes, &err) == PB_OK)
		return;
	(void)fprintf(stderr, "judge_bundles: %s cannot be read\n", path);
	exit(74);
}

static void
say_checks(const struct pb_verification *v)
{
	for (int id = 0; id < PB_CHECK_COUNT; id++) {
		const struct pb_check *check = pb_verification_check(v, (enum pb_check_id)id);
		const char *code = "none";

		if (check->verdict != PB_INVALID && check->verdict != PB_INDETERMINATE)
			continue;
		for (size_t i = check->findings_kept; i-- > 0;)
			if (check->findings[i].weight == check->verdict)
				code = check->findings[i].code;
		(void)printf(" %s:%s", pb_check_name((enum pb_check_id)id), code);
	}
}

static void
judge(const char *path, const struct pb_bundle_check_options *options)
{
	struct pb_verification *v = NULL;
	struct pb_error err = { 0 };
	enum pb_status status = pb_bundle_check(pb_sys_world(), path, options, &v, &err);

	if (status == PB_EDATA) {
		(void)printf("refused");
	} else if (status != PB_OK) {
		(void)printf("status-%d %s", (int)status, err.why != NULL ? err.why : "");
	} else {
		(void)printf("%s", pb_verdict_name(pb_verification_verdict(v)));
		say_checks(v);
	}
	(void)printf("\n");
	(void)fflush(stdout);
	pb_verification_free(v);
}

int
main(int argc, char **argv)
{
	struct pb_buf held[3] = { PB_BUF_EMPTY, PB_BUF_EMPTY, PB_BUF_EMPTY };
	struct pb_bundle_check_options options = { 0 };
	char path[4096];

	if (argc != 4 || pb_crypto_init(NULL) != PB_OK)
		return 64;
	for (int i = 0; i < 3; i++)
		read_whole(argv[1 + i], &held[i]);
	options.trust = held[0].data;
	options.trust_len = held[0].len;
	options.tsa_roots = held[1].data;
	options.tsa_roots_len = held[1].len;
	options.against = held[2].data;
	options.against_len = held[2].len;
	while (fgets(path, sizeof(path), stdin) != NULL) {
		path[strcspn(path, "\n")] = '\0';
		judge(path, &options);
	}
	for (int i = 0; i < 3; i++)
		pb_buf_done(&held[i]);
	return 0;
}
