#include "cli/import_tally.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli/cell.h"
#include "cli/print.h"
#include "cli/say.h"
#include "sys/process.h"

/* ---- message by message --------------------------------------------------------------------- */

static void
state_item(struct pb_json_writer *w, const struct pb_import_item *item)
{
	pb_json_octets(w, "path", item->path, strlen(item->path));
	if (item->entry != NULL)
		pb_json_octets(w, "entry", item->entry, strlen(item->entry));
	if (item->in_mbox)
		pb_json_u64(w, "offset", item->offset);
}

/* What Outlook keeps its mail in: a file of many messages, or one in a format of its own. */
static bool
is_outlook(const char *name)
{
	size_t len = strlen(name);

	return len > 4 && (strcasecmp(name + len - 4, ".pst") == 0 ||
			      strcasecmp(name + len - 4, ".ost") == 0 ||
			      strcasecmp(name + len - 4, ".msg") == 0);
}

static void
note(struct pb_import_tally *tally, struct pb_tally_files *files, const struct pb_import_item *item)
{
	const char *entry = item->entry != NULL ? item->entry : "";

	tally->outlook |= is_outlook(item->entry != NULL ? item->entry : item->path);
	if (files->count++ >= PB_TALLY_NAMES)
		return;
	if (pb_buf_append_text(&files->names, item->path) != PB_OK ||
	    pb_buf_append_text(&files->names, *entry != '\0' ? ": " : "") != PB_OK ||
	    pb_buf_append(&files->names, entry, strlen(entry) + 1) != PB_OK)
		tally->no_memory = true;
}

static void
odd(void *ctx, const struct pb_import_item *item)
{
	struct pb_import_tally *tally = ctx;

	note(tally, &tally->odd, item);
}

static enum pb_status
print_kept(const struct pb_import_item *item, const struct pb_receipt *receipt, bool second,
    struct pb_error *err)
{
	struct pb_buf line = PB_BUF_EMPTY;
	struct pb_json_writer w;

	pb_json_writer_init(&w, &line);
	pb_json_object_begin(&w, NULL);
	pb_json_u64(&w, "seq", receipt->seq);
	pb_json_hex(&w, "sha256", receipt->message_sha256, PB_DIGEST_LEN);
	state_item(&w, item);
	if (second)
		pb_json_bool(&w, "second", true);
	if (item->odd)
		pb_json_bool(&w, "mail", false);
	pb_json_object_end(&w);
	pb_print_json(&w);
	pb_buf_done(&line);
	if (fflush(stdout) == 0)
		return PB_OK;
	return pb_fail(err, PB_EIO, N_("tell what was kept"), N_("writing failed"), "%s", "stdout");
}

static enum pb_status
kept(void *ctx, const struct pb_import_item *item, const struct pb_receipt *receipt, bool second,
    struct pb_error *err)
{
	struct pb_import_tally *tally = ctx;

	if (tally->kept++ == 0)
		tally->first_seq = receipt->seq;
	tally->last_seq = receipt->seq;
	tally->second += second;
	if (item->odd)
		odd(tally, item);
	return tally->json ? print_kept(item, receipt, second, err) : PB_OK;
}

/* A disk that is full refuses all that waits for it, with one and the same reason. */
static void
say_once(struct pb_import_tally *tally, const struct pb_error *why)
{
	const struct pb_error *said = &tally->said;

	if (said->status == why->status && said->what == why->what && said->why == why->why &&
	    said->cause == why->cause && strcmp(said->object, why->object) == 0)
		return;
	pb_say_error(why);
	tally->said = *why;
}

static void
refused(void *ctx, const struct pb_import_item *item, const struct pb_error *why)
{
	struct pb_import_tally *tally = ctx;
	struct pb_json_writer w;
	char reason[512];

	pb_progress_clear(tally->progress);
	tally->refused++;
	if (!tally->json) {
		say_once(tally, why);
		return;
	}
	pb_say_reason(why, reason, sizeof(reason));
	if (tally->refusals.len > 0 && pb_buf_append(&tally->refusals, ",", 1) != PB_OK)
		tally->no_memory = true;
	pb_json_writer_init(&w, &tally->refusals);
	pb_json_object_begin(&w, NULL);
	state_item(&w, item);
	pb_json_octets(&w, "reason", reason, strlen(reason));
	if (strcmp(why->object, item->path) != 0)
		pb_json_octets(&w, "object", why->object, strlen(why->object));
	pb_json_object_end(&w);
	if (pb_json_writer_status(&w) != PB_OK)
		tally->no_memory = true;
}

static void
skipped(void *ctx, const struct pb_import_item *item)
{
	struct pb_import_tally *tally = ctx;

	note(tally, item->entry != NULL ? &tally->entries : &tally->skipped, item);
}

static void
known(void *ctx, const struct pb_import_item *item)
{
	struct pb_import_tally *tally = ctx;

	(void)item;
	tally->known++;
}

static void
progress(void *ctx, uint64_t messages, uint64_t bytes)
{
	struct pb_import_tally *tally = ctx;

	pb_progress_show(tally->progress, messages, bytes);
}

static bool
stop(void *ctx)
{
	struct pb_import_tally *tally = ctx;

	tally->stopped = pb_process_stop_asked();
	if (tally->stopped) {
		pb_progress_clear(tally->progress);
		(void)fputs(_("stopping: what was read is being kept; interrupt again to end at "
			      "once\n"),
		    stderr);
	}
	return tally->stopped;
}

struct pb_import_events
pb_import_tally_events(struct pb_import_tally *tally)
{
	return (
	    struct pb_import_events){ tally, kept, refused, skipped, known, progress, odd, stop };
}

void
pb_import_tally_done(struct pb_import_tally *tally)
{
	pb_buf_done(&tally->refusals);
	pb_buf_done(&tally->odd.names);
	pb_buf_done(&tally->skipped.names);
	pb_buf_done(&tally->entries.names);
}

/* ---- the end -------------------------------------------------------------------------------- */

static void
print_refusals(const struct pb_import_tally *tally)
{
	(void)printf("\"refused\":[");
	if (tally->refusals.len > 0)
		(void)fwrite(tally->refusals.data, 1, tally->refusals.len, stdout);
	(void)printf("],\"skipped\":%" PRIu64 ",\"not_mail\":%" PRIu64,
	    tally->skipped.count + tally->entries.count, tally->odd.count);
}

static void
print_json(const struct pb_import_tally *tally)
{
	(void)printf("{\"imported\":%" PRIu64 ",\"second\":%" PRIu64 ",\"known\":%" PRIu64 ",%s",
	    tally->kept, tally->second, tally->known, tally->stopped ? "\"stopped\":true," : "");
	print_refusals(tally);
	if (tally->kept > 0)
		(void)printf(",\"first_seq\":%" PRIu64 ",\"last_seq\":%" PRIu64 "}\n",
		    tally->first_seq, tally->last_seq);
	else
		(void)puts(",\"first_seq\":null,\"last_seq\":null}");
}

static void
print_names(const struct pb_tally_files *files)
{
	const char *name = (const char *)files->names.data;
	uint64_t i;

	for (i = 0; i < files->count && i < PB_TALLY_NAMES; i++, name += strlen(name) + 1) {
		(void)fputs("  ", stdout);
		pb_print_safe(name, strlen(name));
		(void)putchar('\n');
	}
	if (files->count > PB_TALLY_NAMES)
		(void)puts("  ...");
}

/* Nothing is refused for what it is; but who named a wrong file should see it. */
static void
print_odd(const struct pb_import_tally *tally, bool dry)
{
	unsigned long count = (unsigned long)tally->odd.count;

	if (count == 0)
		return;
	if (dry)
		(void)printf(
		    ngettext("%" PRIu64 " of them does not look like mail (no header field at its "
			     "beginning), and would be kept as it is:\n",
			"%" PRIu64 " of them do not look like mail (no header field at their "
			"beginning), and would be kept as they are:\n",
			count),
		    tally->odd.count);
	else
		(void)printf(
		    ngettext("%" PRIu64 " of them does not look like mail (no header field at its "
			     "beginning), and is kept as it is:\n",
			"%" PRIu64 " of them do not look like mail (no header field at their "
			"beginning), and are kept as they are:\n",
			count),
		    tally->odd.count);
	print_names(&tally->odd);
}

/* What was not kept, and why. */
static void
print_rest(const struct pb_import_tally *tally)
{
	if (tally->known > 0)
		(void)printf(ngettext("%" PRIu64 " message passed over: an earlier import had it "
				      "acknowledged\n",
				 "%" PRIu64 " messages passed over: an earlier import had them "
				 "acknowledged\n",
				 (unsigned long)tally->known),
		    tally->known);
	if (tally->skipped.count > 0)
		(void)printf(ngettext("%" PRIu64 " file passed over: not *.eml, or a link; name it "
				      "to import it all the same:\n",
				 "%" PRIu64 " files passed over: not *.eml, or links; name them "
				 "to import them all the same:\n",
				 (unsigned long)tally->skipped.count),
		    tally->skipped.count);
	print_names(&tally->skipped);
	if (tally->entries.count > 0)
		(void)printf(ngettext("%" PRIu64 " entry of an archive passed over: not *.eml, or "
				      "a link; unpack and name it to import it all the same:\n",
				 "%" PRIu64 " entries of archives passed over: not *.eml, or "
				 "links; unpack and name them to import them all the same:\n",
				 (unsigned long)tally->entries.count),
		    tally->entries.count);
	print_names(&tally->entries);
	if (tally->refused > 0)
		(void)printf(ngettext("%" PRIu64 " refused: see above\n",
				 "%" PRIu64 " refused: see above\n", (unsigned long)tally->refused),
		    tally->refused);
	if (tally->outlook)
		(void)puts(_("what Outlook keeps in a .pst, .ost or .msg is not looked into: have "
			     "it exported as EML or mbox, and import that"));
}

void
pb_import_tally_print(const struct pb_import_tally *tally)
{
	if (tally->json) {
		print_json(tally);
		return;
	}
	if (tally->kept > 0)
		(void)printf(ngettext("%" PRIu64 " message kept: record %" PRIu64 "\n",
				 "%" PRIu64 " messages kept: records %" PRIu64 " to %" PRIu64 "\n",
				 (unsigned long)tally->kept),
		    tally->kept, tally->first_seq, tally->last_seq);
	else
		(void)puts(_("no message kept"));
	if (tally->second > 0)
		(void)printf(
		    ngettext("%" PRIu64 " of them is a second arrival: the same bytes were "
			     "imported before\n",
			"%" PRIu64 " of them are second arrivals: the same bytes were "
			"imported before\n",
			(unsigned long)tally->second),
		    tally->second);
	print_odd(tally, false);
	print_rest(tally);
}

void
pb_import_tally_say_stopped(const struct pb_import_tally *tally)
{
	(void)fprintf(stderr,
	    ngettext("stopped: %" PRIu64 " message is kept; `probant import --resume ...`, with "
		     "the same files, keeps the rest\n",
		"stopped: %" PRIu64 " messages are kept; `probant import --resume ...`, with the "
		"same files, keeps the rest\n",
		(unsigned long)tally->kept),
	    tally->kept);
}

void
pb_import_tally_print_survey(const struct pb_import_tally *tally, const struct pb_survey *survey)
{
	char size[PB_CELL_SIZE_LEN];

	if (tally->json) {
		(void)printf("{\"dry_run\":true,\"messages\":%" PRIu64 ",\"bytes\":%" PRIu64
			     ",\"directories\":%" PRIu64 ",\"maildirs\":%" PRIu64
			     ",\"mboxes\":%" PRIu64 ",\"archives\":%" PRIu64 ",",
		    survey->messages, survey->bytes, survey->met[PB_MET_DIRECTORY],
		    survey->met[PB_MET_MAILDIR], survey->met[PB_MET_MBOX],
		    survey->met[PB_MET_ARCHIVE]);
		print_refusals(tally);
		(void)puts("}");
		return;
	}
	pb_cell_size(survey->bytes, size);
	(void)printf(ngettext("%" PRIu64 " message, %s\n", "%" PRIu64 " messages, %s\n",
			 (unsigned long)survey->messages),
	    survey->messages, size);
	(void)printf(_("  directories %" PRIu64 ", Maildirs %" PRIu64 ", mboxes %" PRIu64
		       ", archives %" PRIu64 "\n"),
	    survey->met[PB_MET_DIRECTORY], survey->met[PB_MET_MAILDIR], survey->met[PB_MET_MBOX],
	    survey->met[PB_MET_ARCHIVE]);
	print_odd(tally, true);
	print_rest(tally);
	(void)puts(_("nothing was kept"));
}
