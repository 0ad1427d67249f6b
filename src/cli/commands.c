#include "cli/command.h"

#define END PB_OPTION_COUNT

const struct pb_command pb_commands[] = {
	{ .name = "init",
	    .operands = "DIR",
	    .summary = N_("make a new archive with its keys"),
	    .text = N_("Makes DIR with a log key, a reader key under a passphrase, and a way to "
		       "open the archive when that is lost: one of --recovery-out, --heir and "
		       "--no-recovery must be chosen, and the log states which.  Without --tsa the "
		       "archive stamps with a local authority of its own, whose times are claims.  "
		       "Choose several random words as the passphrase: whoever has a copy of the "
		       "archive can try out short ones."),
	    .examples = "probant init /srv/courrier --origin tilleuls.example/courrier "
			"--recovery-out /media/usb/secours.pem\n",
	    .options = { PB_OPTION_ORIGIN, PB_OPTION_MAILBOX, PB_OPTION_PASSPHRASE_FILE,
		PB_OPTION_RECOVERY_OUT, PB_OPTION_HEIR, PB_OPTION_NO_RECOVERY, PB_OPTION_NO_BODIES,
		PB_OPTION_TSA, PB_OPTION_TSA_ROOTS, PB_OPTION_TSA_POLICY, PB_OPTION_HASH,
		PB_OPTION_CLIENT_CERT, PB_OPTION_SERVER_ROOTS, PB_OPTION_TIMEOUT,
		PB_OPTION_INTERVAL, PB_OPTION_JSON, END },
	    .operands_min = 1,
	    .operands_max = 1,
	    .run = pb_cli_init },
	{ .name = "import",
	    .operands = "PATH...",
	    .summary = N_("keep messages that stand in files"),
	    .text =
		N_("Each PATH is a message, an mbox, a Maildir, a directory of these, an archive "
		   "of them (tar, ZIP, 7z, cpio; gzip, bzip2, xz, zstd, lz4), or - for "
		   "one message on standard input.  A file named *.eml is one message, byte for "
		   "byte; what another is, its content says.  In a directory or an archive "
		   "(Maildirs apart) what is neither *.eml nor an mbox nor an archive is passed "
		   "over, and named.  A message is acknowledged when it is durable under a signed "
		   "checkpoint.  What is in a message never "
		   "makes it refused, and nothing is de-duplicated: second arrivals are kept, and "
		   "said to be some.  A file that cannot be read is named, the rest is kept, and "
		   "the exit code is 65.  Interrupted, it keeps what it has read, and the exit "
		   "code is 75.  An import that was cut short goes on with --resume."),
	    .examples =
		"probant import -a /srv/courrier --mailbox cabinet@tilleuls.example ~/Maildir\n"
		"probant import -a /srv/courrier --resume boite.mbox sauvegarde.tar.gz\n"
		"probant import -a /srv/courrier --from-piler /srv/piler-export\n"
		"probant import -a /srv/courrier - < message.eml\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_DIRECTION, PB_OPTION_MAILBOX,
		PB_OPTION_RESUME, PB_OPTION_DRY_RUN, PB_OPTION_FROM_PILER, PB_OPTION_NO_INDEX,
		PB_OPTION_JSON, END },
	    .operands_min = 1,
	    .operands_max = SIZE_MAX,
	    .run = pb_cli_import },
	{ .name = "run",
	    .operands = "",
	    .summary = N_("capture mail as it comes, until ended"),
	    .text =
		N_("Opens the doors that the policy names, and keeps what comes by them in its "
		   "archives: a process for each door, without any archive's key, and one that "
		   "writes, without network; what dies is started again.  Stays in the foreground, "
		   "and writes a line to stderr for each event, never a word of a message.  SIGHUP "
		   "reads the policy again; SIGTERM ends it when what has come is kept.  Each "
		   "archive notes in its log when capture began, that it still runs, and when it "
		   "stopped.  Other commands can be used meanwhile."),
	    .examples = "probant run --policy /etc/probant/capture.yaml\n",
	    .options = { PB_OPTION_POLICY, END },
	    .run = pb_cli_run },
	{ .name = "list",
	    .operands = "",
	    .summary = N_("list the records"),
	    .text = N_(
		"Number, time by the local clock, direction (< received, > sent), size, number "
		"of attachments, date, the other side and subject; all of it with --json.  Dates "
		"and times are UTC.  On a terminal a heading names the columns; elsewhere each "
		"line is a record, for other programs.  What was not indexed yet is indexed "
		"first.  Reading leaves an access record with its purpose."),
	    .examples = "probant list -a /srv/courrier --purpose 'sinistre 2026-014'\n"
			"probant list -a /srv/courrier --purpose 'sinistre 2026-014' --offset 200 "
			"--limit 50 --json\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_PURPOSE, PB_OPTION_RANGE, PB_OPTION_LIMIT,
		PB_OPTION_OFFSET, PB_OPTION_PASSPHRASE_FILE, PB_OPTION_READER_KEY, PB_OPTION_JSON,
		END },
	    .operands_max = 0,
	    .run = pb_cli_list },
	{ .name = "find",
	    .operands = "[QUERY...]",
	    .summary = N_("search the messages"),
	    .text = N_(
		"All terms of QUERY must match: words of headers, bodies and names of attachments, "
		"without regard to accents and case; cardio* (what begins so), \"compte rendu\" "
		"(one behind the other), -word (not there), labo OR radio (either; it binds its "
		"two neighbours: a OR b c is a or b, and c); in one field with from:, to:, "
		"subject:, body:, msgid: or attachment:, in French de:, à:, objet:, corps: and "
		"pièce:.  date:2026-04-30..2026-05-06 (also a month or a year; UTC), type:, "
		"direction:received|sent (sens:reçu|envoyé) and source: filter.  What could not be "
		"searched is always said: N of M messages indexed, and why not the "
		"rest.  A query that begins with - stands behind --.  Reading leaves an access "
		"record with its purpose and, sealed, the query."),
	    .examples = "probant find -a /srv/courrier --purpose 'sinistre 2026-014' "
			"'from:labo@tilleuls.example potassium date:2026-05'\n"
			"probant find -a /srv/courrier --purpose 'sinistre 2026-014' "
			"--certificate recherche.note 'subject:\"compte rendu\" cardio*'\n"
			"probant find -a /srv/courrier --purpose 'revue' --batch < queries.txt\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_PURPOSE, PB_OPTION_SORT, PB_OPTION_REVERSE,
		PB_OPTION_LIMIT, PB_OPTION_OFFSET, PB_OPTION_BATCH, PB_OPTION_CERTIFICATE,
		PB_OPTION_PASSPHRASE_FILE, PB_OPTION_READER_KEY, PB_OPTION_JSON, END },
	    .operands_max = SIZE_MAX,
	    .run = pb_cli_find },
	{ .name = "reindex",
	    .operands = "",
	    .summary = N_("make catalog and index from the vault"),
	    .text =
		N_("Does what is missing; with --all, and where the catalog is damaged, all of it "
		   "anew.  Both are derived and prove nothing: lost, nothing is lost.  A catalog "
		   "that knows more than the vault shows that an older vault was put in its place; "
		   "then nothing is written until the newest one is back, or --accept-rollback "
		   "states in the log that there is none."),
	    .examples = "probant reindex -a /srv/courrier\n"
			"probant reindex -a /srv/courrier --bodies off\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_ALL, PB_OPTION_BODIES,
		PB_OPTION_ACCEPT_ROLLBACK, PB_OPTION_PASSPHRASE_FILE, PB_OPTION_READER_KEY,
		PB_OPTION_JSON, END },
	    .run = pb_cli_reindex },
	{ .name = "show",
	    .operands = "SEQ",
	    .summary = N_("show one record"),
	    .text = N_(
		"Of a message: when it was kept, the times that its timestamps state, its header "
		"and its text as a person reads them, and its attachments, numbered; of another "
		"record what it states.  What is shown so is an interpretation, worked out by a "
		"confined program: the evidence is --raw.  --attachment N -o FILE saves an "
		"attachment, decoded; -o - writes it to standard output, unless that is a "
		"terminal.  Times are UTC.  Reading leaves an access record with its purpose."),
	    .examples =
		"probant show -a /srv/courrier 18 --purpose 'sinistre 2026-014'\n"
		"probant show -a /srv/courrier 18 --attachment 1 -o compte-rendu.pdf --purpose "
		"'sinistre 2026-014'\n"
		"probant show -a /srv/courrier 18 --raw --purpose 'sinistre 2026-014' > 18.eml\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_PURPOSE, PB_OPTION_RAW, PB_OPTION_ATTACHMENT,
		PB_OPTION_OUTPUT, PB_OPTION_PARTS, PB_OPTION_PART, PB_OPTION_FACTS,
		PB_OPTION_PASSPHRASE_FILE, PB_OPTION_READER_KEY, PB_OPTION_JSON, END },
	    .operands_min = 1,
	    .operands_max = 1,
	    .run = pb_cli_show },
	{ .name = "verify",
	    .operands = "BUNDLE|DIR",
	    .summary = N_("check a bundle or an archive, byte for byte"),
	    .text =
		N_("Reads everything again and compares it with what was signed.  The verdict is "
		   "passed (exit code 0), failed (1) or incomplete (2); in JSON: valid, invalid, "
		   "indeterminate.  --trust says who may sign, --tsa-roots whose timestamps count, "
		   "--against that the history is the one you were shown before: without them the "
		   "integrity is judged, and the check stays incomplete.  A bundle needs no key.  "
		   "With --quick an archive needs none either, and sealed records stay closed."),
	    .examples =
		"probant verify sinistre.asics --trust courrier.trust --tsa-roots roots.pem "
		"--against checkpoint-avril\n"
		"probant verify /srv/courrier --trust courrier.trust --against checkpoint-avril\n"
		"probant verify /srv/courrier --quick\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_TRUST, PB_OPTION_TSA_ROOTS, PB_OPTION_AGAINST,
		PB_OPTION_QUICK, PB_OPTION_PASSPHRASE_FILE, PB_OPTION_READER_KEY, PB_OPTION_JSON,
		END },
	    .operands_max = 1,
	    .run = pb_cli_verify },
	{ .name = "stamp check",
	    .operands = "TOKEN",
	    .summary = N_("check any RFC 3161 timestamp token"),
	    .text =
		N_("TOKEN is a reply or a bare token (DER), of any authority; no archive is "
		   "needed.  It is judged at the time it states: passed (exit code 0), failed "
		   "(1), incomplete (2) without --tsa-roots, since nobody but you can say which "
		   "authority is to be believed."),
	    .examples = "probant stamp check reply.tsr --data checkpoint --tsa-roots roots.pem\n"
			"probant stamp check reply.tsr --data checkpoint --proof node.tlog-proof "
			"--salt node.salt\n",
	    .options = { PB_OPTION_DATA, PB_OPTION_TSA_ROOTS, PB_OPTION_REQUEST, PB_OPTION_CHAIN,
		PB_OPTION_PROOF, PB_OPTION_SALT, PB_OPTION_JSON, END },
	    .operands_min = 1,
	    .operands_max = 1,
	    .run = pb_cli_stamp_check },
	{ .name = "stamp",
	    .operands = "",
	    .summary = N_("have the newest checkpoint timestamped"),
	    .text =
		N_("Asks every authority of the archive for an RFC 3161 token over the newest "
		   "checkpoint, checks what comes back in full, and keeps it as a record, if there "
		   "is something new since the last one or a day has passed.  Other commands "
		   "may write to the archive while it asks.  While no authority "
		   "answers, capture goes on, and the log says since when.  Run it by a timer; an "
		   "archive whose only authority is its own is stamped by every command that "
		   "writes to it.  With --policy all archives of a capture policy are stamped at "
		   "once: one token of each authority is for all of them."),
	    .examples = "probant stamp -a /srv/courrier\nprobant stamp -a /srv/courrier --now\n"
			"probant stamp --policy /etc/probant/capture.yaml\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_POLICY, PB_OPTION_NOW, PB_OPTION_JSON, END },
	    .run = pb_cli_stamp },
	{ .name = "tsa add",
	    .operands = "NAME URL",
	    .summary = N_("add a timestamping authority"),
	    .text = N_("From now on `stamp` asks it too.  Its root certificates are kept, and what "
		       "comes back is held against them; the log states them.  Two authorities "
		       "with one key count once."),
	    .examples = "probant tsa add -a /srv/courrier autorite https://tsa.example/tsr "
			"--tsa-roots autorite-racine.pem\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_TSA_ROOTS, PB_OPTION_TSA_POLICY,
		PB_OPTION_HASH, PB_OPTION_CLIENT_CERT, PB_OPTION_SERVER_ROOTS, PB_OPTION_TIMEOUT,
		PB_OPTION_INTERVAL, END },
	    .operands_min = 2,
	    .operands_max = 2,
	    .run = pb_cli_tsa_add },
	{ .name = "tsa remove",
	    .operands = "NAME",
	    .summary = N_("ask an authority no more"),
	    .text = N_("What it stamped stays as it is.  The local authority is named \"local\"."),
	    .examples = "probant tsa remove -a /srv/courrier local\n",
	    .options = { PB_OPTION_ARCHIVE, END },
	    .operands_min = 1,
	    .operands_max = 1,
	    .run = pb_cli_tsa_remove },
	{ .name = "tsa list",
	    .operands = "",
	    .summary = N_("list the archive's authorities, and how they answered"),
	    .text = N_("Needs no key."),
	    .examples = "probant tsa list -a /srv/courrier\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_JSON, END },
	    .run = pb_cli_tsa_list },
	{ .name = "tsa roots",
	    .operands = "",
	    .summary = N_("print the root certificates of the archive's authorities"),
	    .text = N_("For --tsa-roots.  Who checks should rather have an authority's roots from "
		       "the authority itself; those of a local one can come from here alone."),
	    .examples = "probant tsa roots -a /srv/courrier -o tsa-roots.pem\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_OUTPUT, END },
	    .run = pb_cli_tsa_roots },
	{ .name = "tsa serve",
	    .operands = "DIR",
	    .summary = N_("serve timestamps over HTTP, for laboratories and in-house use"),
	    .text =
		N_("An RFC 3161 authority with its key in DIR, which is made if it is not there; "
		   "DIR/root.pem is for those who check.  Its times are those of this machine's "
		   "clock.  Serves until it is interrupted."),
	    .examples = "probant tsa serve /srv/tsa --listen 127.0.0.1:3180\n",
	    .options = { PB_OPTION_LISTEN, END },
	    .operands_min = 1,
	    .operands_max = 1,
	    .run = pb_cli_tsa_serve },
	{ .name = "export",
	    .operands = "",
	    .summary = N_("make an evidence bundle that a stranger can verify"),
	    .text =
		N_("Writes records of a range, opened as --disclose says, with what proves them, "
		   "into an ASiC-S container stamped by one of the archive's authorities.  Records "
		   "that are not disclosed stand in it as closed leaves: their number, second and "
		   "type, nothing else.  The range begins at a timestamp and ends under one; what "
		   "lies between these and what was asked for stays closed.  --range, --since and "
		   "--until narrow each other; records named in --seq and --disclose are opened "
		   "whenever they were captured.  With "
		   "--against the receiver can compare a checkpoint or bundle that he holds.  The "
		   "export is recorded before anything is written.  If it is cut short, "
		   "the same command goes on.  If no authority answers, the bundle is whole but "
		   "for its timestamp, the exit code is 75, and `seal` finishes it."),
	    .examples =
		"probant export -a /srv/courrier --case sinistre-2026-014 --since 2026-04-30 "
		"--until 2026-05-06 --disclose facts,66=all -o sinistre-2026-014.asics\n"
		"probant export -a /srv/courrier --case sinistre-2026-014 --seq 66 --against "
		"checkpoint-avril -o lettre-66.asics\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_CASE, PB_OPTION_OUTPUT, PB_OPTION_RANGE,
		PB_OPTION_SEQ, PB_OPTION_SINCE, PB_OPTION_UNTIL, PB_OPTION_DISCLOSE,
		PB_OPTION_RECIPIENT, PB_OPTION_AS_OF, PB_OPTION_AGAINST, PB_OPTION_PASSPHRASE_FILE,
		PB_OPTION_READER_KEY, PB_OPTION_JSON, END },
	    .run = pb_cli_export },
	{ .name = "seal",
	    .operands = "FILE",
	    .summary = N_("finish a bundle whose authority did not answer"),
	    .text = N_("Has the package in FILE stamped by one of the archive's authorities, and "
		       "puts both into a container, in the same place."),
	    .examples = "probant seal -a /srv/courrier sinistre-2026-014.asics\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_PASSPHRASE_FILE, PB_OPTION_READER_KEY,
		PB_OPTION_JSON, END },
	    .operands_min = 1,
	    .operands_max = 1,
	    .run = pb_cli_seal },
	{ .name = "backup",
	    .operands = "",
	    .summary = N_("write all of the archive into one file, or into a directory"),
	    .text =
		N_("A tar (or, if -o names an empty directory, the same files in it) with vault, "
		   "keys, log, readers and authorities, and the private keys sealed for the "
		   "readers; SHA-256 sums stand at its end.  Needs no key, and other commands "
		   "may write meanwhile: what was committed by then is in it.  Catalog and "
		   "index are left out, since they can be made again."),
	    .examples = "probant backup -a /srv/courrier -o /media/usb/courrier-2026-05.tar\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_OUTPUT, PB_OPTION_JSON, END },
	    .run = pb_cli_backup },
	{ .name = "restore",
	    .operands = "FILE|DIR NEWDIR",
	    .summary = N_("make an archive out of a backup or a copy again"),
	    .text = N_(
		"Everything is checked against its sums, and the result is verified.  Opening the "
		"private keys takes a reader's key and passphrase.  A restored archive must not "
		"bring back what was destroyed since: with --ledger a newer state of the same "
		"log (its vault is enough) says what that is; without, the archive is locked "
		"and can only be verified, until --accept-unknown-destructions DIR takes "
		"that upon itself, which the log states."),
	    .examples = "probant restore /media/usb/courrier-2026-05.tar /srv/courrier\n"
			"probant restore courrier-2026-04.tar /srv/courrier --ledger /media/copie\n"
			"probant restore --accept-unknown-destructions /srv/courrier\n",
	    .options = { PB_OPTION_LEDGER, PB_OPTION_ACCEPT, PB_OPTION_PASSPHRASE_FILE,
		PB_OPTION_READER_KEY, PB_OPTION_JSON, END },
	    .operands_min = 1,
	    .operands_max = 2,
	    .run = pb_cli_restore },
	{ .name = "copy",
	    .operands = "DIR",
	    .summary = N_("bring a second copy up to date, and compare it byte by byte"),
	    .text =
		N_("Only what was appended is written; what was destroyed is destroyed there too.  "
		   "Nothing else that stands there is ever overwritten: a copy that is not what "
		   "the archive holds is an error.  Then all of it is read back.  `status` shows "
		   "how old each copy is.  Run it by a timer; a medium that is not mounted is "
		   "noticed.  `restore` makes an archive of it."),
	    .examples = "probant copy -a /srv/courrier /media/copie/courrier\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_JSON, END },
	    .operands_min = 1,
	    .operands_max = 1,
	    .run = pb_cli_copy },
	{ .name = "status",
	    .operands = "",
	    .summary = N_("how an archive, or capture on this machine, stands at a glance"),
	    .text = N_(
		"Of an archive: its log, its timestamps, its copies.  With --policy, or where no "
		"archive is named and the daemon has a policy, of all that the policy names: "
		"whether writer and doors live, what came by each door, what waits to be stamped, "
		"when certificates end, how long disks will do.  Needs no key and changes nothing; "
		"of archives that whoever asks may not read it says what their writer tells."),
	    .examples = "probant status -a /srv/courrier\n"
			"probant status --policy /etc/probant/capture.yaml --json\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_POLICY, PB_OPTION_JSON, END },
	    .run = pb_cli_status },
	{ .name = "doctor",
	    .operands = "",
	    .summary = N_("look whether all is well, and say what to do"),
	    .text = N_(
		"Of an archive, or of all that a policy names as `status` does: the clock beside "
		"the kernel's time service and the newest timestamps, rights of files, keys, room, "
		"certificates, authorities, users and doors of the policy, and whether its "
		"processes live.  Each check says fine, attention or wrong, what was looked at and "
		"what to do; the exit code is 1 where something is wrong.  It repairs nothing.  "
		"With --canary a message of canary@probant.invalid goes by each door as its "
		"clients bring theirs, to a mailbox of the policy; once the door says that it is "
		"kept it is looked for in the archive, opened and held against its leaf, which "
		"needs a reader key and leaves an access record.  It stays there as a message like "
		"any other; `probant find from:canary@probant.invalid` lists them."),
	    .examples = "probant doctor --policy /etc/probant/capture.yaml --ask\n"
			"probant doctor --canary --passphrase-file /run/secrets/lecteur\n"
			"probant doctor -a /srv/courrier\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_POLICY, PB_OPTION_ASK, PB_OPTION_CANARY,
		PB_OPTION_DOOR, PB_OPTION_PASSPHRASE_FILE, PB_OPTION_READER_KEY, PB_OPTION_JSON,
		END },
	    .run = pb_cli_doctor },
	{ .name = "key list",
	    .operands = "",
	    .summary = N_("list the log key and the readers"),
	    .text = N_("The log key signs checkpoints; readers can open sealed records."),
	    .examples = "probant key list -a /srv/courrier\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_JSON, END },
	    .run = pb_cli_key_list },
	{ .name = "key policy",
	    .operands = "",
	    .summary = N_("print a trust file for those who verify"),
	    .text = N_("A C2SP tlog-policy with the log key.  Hand it over before it is needed, by "
		       "another way than the archive: it says who may sign."),
	    .examples = "probant key policy -a /srv/courrier -o courrier.trust\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_OUTPUT, PB_OPTION_JSON, END },
	    .run = pb_cli_key_policy },
	{ .name = "key export",
	    .operands = "",
	    .summary = N_("print a public key"),
	    .text =
		N_("The log's verifier key, or with --reader the certificate (PEM) of a reader."),
	    .examples = "probant key export -a /srv/courrier\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_READER, PB_OPTION_OUTPUT, PB_OPTION_JSON,
		END },
	    .run = pb_cli_key_export },
	{ .name = "key add",
	    .operands = "[CERT]",
	    .summary = N_("let somebody else open the archive"),
	    .text =
		N_("CERT is his certificate (PEM: RSA of 3072 bits or more, P-256 or P-384); with "
		   "--new a key is made for him.  He can open what is kept from now on; with "
		   "--past what was kept before, too, which needs a key that opens it.  The log "
		   "states who can open from when on, and what was handed over."),
	    .examples =
		"probant key add -a /srv/courrier associe.pem --past\n"
		"probant key add -a /srv/courrier --new --role recovery --past -o secours-2.pem\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_NEW, PB_OPTION_OUTPUT, PB_OPTION_ROLE,
		PB_OPTION_PAST, PB_OPTION_PASSPHRASE_FILE, PB_OPTION_READER_KEY, PB_OPTION_JSON,
		END },
	    .operands_max = 1,
	    .run = pb_cli_key_add },
	{ .name = "key remove",
	    .operands = "ID",
	    .summary = N_("seal nothing more for a reader"),
	    .text =
		N_("What is kept from now on he cannot open, and a key of his that the archive "
		   "keeps is removed.  What was kept while he was a reader stays open to whoever "
		   "has his key and a copy of the archive.  The last reader cannot be removed."),
	    .examples = "probant key remove -a /srv/courrier "
			"6e0f27a1c3b04d95a8f1e2d3c4b5a69788776655\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_JSON, END },
	    .operands_min = 1,
	    .operands_max = 1,
	    .run = pb_cli_key_remove },
	{ .name = "key rotate",
	    .operands = "",
	    .summary = N_("replace the reader key that the archive keeps"),
	    .text =
		N_("A new key under a new passphrase takes its place and can open all that was "
		   "kept so far; the old one is removed.  With --reader-key a recovery file serves "
		   "where the passphrase is lost.  Whoever has the old key and a copy of the "
		   "archive can still open what was kept until then."),
	    .examples = "probant key rotate -a /srv/courrier\n"
			"probant key rotate -a /srv/courrier --reader-key secours.pem\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_PASSPHRASE_FILE,
		PB_OPTION_NEW_PASSPHRASE_FILE, PB_OPTION_READER_KEY, PB_OPTION_JSON, END },
	    .run = pb_cli_key_rotate },
	{ .name = "key passphrase",
	    .operands = "",
	    .summary = N_("change the passphrase of the reader key that the archive keeps"),
	    .text = N_("The key itself stays: copies of the archive open with the passphrase that "
		       "they were made under.  `key rotate` makes another key."),
	    .examples = "probant key passphrase -a /srv/courrier\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_PASSPHRASE_FILE,
		PB_OPTION_NEW_PASSPHRASE_FILE, PB_OPTION_JSON, END },
	    .run = pb_cli_key_passphrase },
	{ .name = "key rehearse",
	    .operands = "",
	    .summary = N_("try whether recovery would work"),
	    .text =
		N_("Opens a record of every segment with the recovery file or the heir's key "
		   "(--reader-key), or with the recovery sheet typed in (--sheet), shows nothing "
		   "of it, and leaves a record that it was done.  `status` says when that was."),
	    .examples = "probant key rehearse -a /srv/courrier --reader-key secours.pem\n"
			"probant key rehearse -a /srv/courrier --sheet\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_READER_KEY, PB_OPTION_SHEET,
		PB_OPTION_PASSPHRASE_FILE, PB_OPTION_JSON, END },
	    .run = pb_cli_key_rehearse },
	{ .name = "key sheet",
	    .operands = "",
	    .summary = N_("put the recovery key on paper"),
	    .text =
		N_("A page of A4 with the key of --reader-key as it lies under its code, in lines "
		   "that can be typed back in, each with a check; the code is not on it.  Text, or "
		   "with -o FILE.html a page to be printed by a browser."),
	    .examples = "probant key sheet -a /srv/courrier --reader-key secours.pem "
			"-o fiche.html\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_READER_KEY, PB_OPTION_OUTPUT, END },
	    .run = pb_cli_key_sheet },
	{ .name = "key restore-sheet",
	    .operands = "",
	    .summary = N_("make the recovery file again from the sheet"),
	    .text = N_("The lines are typed in, or come on standard input; a line that is wrong "
		       "is named at once.  Then the code is asked for."),
	    .examples = "probant key restore-sheet -a /srv/courrier -o secours.pem\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_OUTPUT, PB_OPTION_PASSPHRASE_FILE, END },
	    .run = pb_cli_key_restore_sheet },
	{ .name = "policy check",
	    .operands = "FILE...",
	    .summary = N_("say whether policies can be used, and what they mean"),
	    .text = N_(
		"Reads policies of either kind as strictly as the daemon does, and says by which "
		"doors mail comes in, into which archives it goes and what becomes of a message "
		"that cannot be kept; or who stamps the log, how many tokens that is a year, and "
		"what they cost: of all archives, if the capture policy is named before.  An "
		"error names line and key, and the exit code is 65.  Asks nothing of the machine: "
		"whether paths and users exist, the daemon says."),
	    .examples =
		"probant policy check /etc/probant/capture.yaml /etc/probant/timestamp.yaml\n",
	    .options = { PB_OPTION_JSON, END },
	    .operands_min = 1,
	    .operands_max = SIZE_MAX,
	    .run = pb_cli_policy_check },
	{ .name = "fleet create",
	    .operands = "LIST",
	    .summary = N_("make the archives of many practices"),
	    .text =
		N_("LIST is a CSV with a row for each practice, and a first row that names its "
		   "columns: name, origin, path, mailboxes, reader, heir, in English or French "
		   "(docs/FLEET.md).  All of it is checked before anything is made.  Then the "
		   "archives are made one by one, each whole or not at all, and the policy gets "
		   "them, its comments kept; or, with -o, FILE does.  What an earlier run has made "
		   "is passed over.  No passphrase stands in the list: a practice has its own "
		   "certificate there, or is handed a passphrase that is drawn for it."),
	    .examples = "probant fleet create cabinets.csv --root /srv/probant --handout "
			"/root/remise\n",
	    .options = { PB_OPTION_POLICY, PB_OPTION_ROOT, PB_OPTION_HANDOUT, PB_OPTION_OUTPUT,
		PB_OPTION_TSA, PB_OPTION_TSA_ROOTS, PB_OPTION_TSA_POLICY, PB_OPTION_HASH,
		PB_OPTION_CLIENT_CERT, PB_OPTION_SERVER_ROOTS, PB_OPTION_TIMEOUT,
		PB_OPTION_INTERVAL, PB_OPTION_JSON, END },
	    .operands_min = 1,
	    .operands_max = 1,
	    .run = pb_cli_fleet_create },
	{ .name = "fleet status",
	    .operands = "",
	    .summary = N_("how the archives of a policy stand, the worst first"),
	    .text = N_("One line for each.  The exit code is 0 if all is well, and 1 if one needs "
		       "attention: it cannot be read, is locked, has had no record for two "
		       "heartbeats, no authority answers, records wait for a timestamp for more "
		       "than a day, or the newest copy that is known is older than that.  Needs no "
		       "key and reads no record; `status -a` and `verify` look closer."),
	    .examples = "probant fleet status\nprobant fleet status --csv > cabinets.csv\n",
	    .options = { PB_OPTION_POLICY, PB_OPTION_CSV, PB_OPTION_JSON, END },
	    .run = pb_cli_fleet_status },
	{ .name = "fleet leave",
	    .operands = "[NAME]",
	    .summary = N_("hand an archive over for good, and perhaps destroy it here"),
	    .text =
		N_("Takes the archive out of the policy; its capture ends when the daemon has read "
		   "that, and the command says how to go on then (-a DIR).  Its log states that it "
		   "leaves, is stamped for the last time, verified, and copied to the directory of "
		   "-o, byte by byte compared and verified there; the log states that too, and its "
		   "copy is brought up to date.  With --destroy-after what stands here is then "
		   "destroyed, under the lock in which it was compared.  A run that was cut off is "
		   "run again.  `restore` makes an archive of what was handed over."),
	    .examples = "probant fleet leave tilleuls -o /media/tilleuls/courrier\n"
			"probant fleet leave -a /srv/probant/tilleuls -o /media/tilleuls/courrier "
			"--destroy-after 'contrat 2026-014 terminé'\n",
	    .options = { PB_OPTION_ARCHIVE, PB_OPTION_POLICY, PB_OPTION_OUTPUT,
		PB_OPTION_DESTROY_AFTER, PB_OPTION_JSON, END },
	    .operands_max = 1,
	    .run = pb_cli_fleet_leave },
	{ .name = "completion",
	    .operands = "bash|zsh",
	    .summary = N_("print what a shell needs to complete commands and options"),
	    .text = N_("`make install` puts bash's where it looks for it."),
	    .examples =
		"probant completion bash > ~/.local/share/bash-completion/completions/probant\n",
	    .options = { END },
	    .operands_min = 1,
	    .operands_max = 1,
	    .run = pb_cli_completion },
	{ .name = "help",
	    .operands = "[COMMAND]",
	    .summary = N_("list the commands, or explain one"),
	    .text = N_("The same as COMMAND --help."),
	    .examples = "probant help import\nprobant help --man > probant.1\n",
	    .options = { PB_OPTION_MAN, END },
	    .operands_max = 2,
	    .run = pb_cli_help },
};

const size_t pb_commands_count = sizeof(pb_commands) / sizeof(pb_commands[0]);
