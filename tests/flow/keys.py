#!/usr/bin/env python3
"""keys.py [BUILD]: who can open an archive, from the command line: readers come, go and are
replaced; recovery is put on paper, typed in again and rehearsed.  Other programs judge: recover.py
and the recipe of FORMAT with each key, second_verifier.py, openssl, base32.

The last line says what came of it.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True            # nothing is left beside the tests
from lib_check import check

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build").resolve()
MESSAGE = "From: labo-fictif@example.test\r\nSubject: essai %d\r\n\r\nBonjour %d.\r\n"


class Failed(Exception):
    pass


class Tests:
    def __init__(self, work):
        self.work, self.archive = work, work / "archive"
        self.environment = dict(os.environ, LC_ALL="C")
        for name, text in (("phrase", "phrase fictive"), ("other", "autre phrase")):
            (work / name).write_text(text + "\n")
        for n in range(6):
            (work / ("%d.eml" % n)).write_bytes((MESSAGE % (n, n)).encode())
        self.kept = {}                       # seq: the file of a message

    def run(self, *command, code=0, **options):
        done = subprocess.run([str(part) for part in command], capture_output=True, cwd=self.work,
                              env=self.environment, **options)
        if done.returncode != code:
            raise Failed("%s: exit %d, not %d\n%s%s" % (
                " ".join(str(part) for part in command[:4]), done.returncode, code,
                done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")))
        return done

    def probant(self, *arguments, code=0, **options):
        return self.run(BUILD / "probant", *arguments, code=code, **options)

    def key(self, command, *arguments, code=0, **options):
        return self.probant("key", command, "-a", self.archive, *arguments, code=code, **options)

    def keep(self, number):
        said = self.probant("import", "-a", self.archive, "--json", "%d.eml" % number).stdout
        for line in said.decode().splitlines():
            line = json.loads(line)
            if "seq" in line and "sha256" in line:
                self.kept[line["seq"]] = "%d.eml" % number

    def readers(self):
        return json.loads(self.key("list", "--json").stdout)["readers"]

    def recovered(self, *key):
        """How many messages recover.py takes out with this key, each compared."""
        out = self.work / "out"
        done = subprocess.run([sys.executable, "-B", ROOT / "tools/recover.py", self.archive,
                               "--reader", *key, "-o", out], capture_output=True, cwd=self.work)
        count = 0
        for path in out.glob("*.eml"):
            if path.read_bytes() != (self.work / self.kept[int(path.stem)]).read_bytes():
                raise Failed("%s is not what was kept" % path.name)
            count += 1
        self.run("rm", "-r", out)
        return count, done.returncode

    def recipe(self, seq, *key):
        blocks = re.search(r"^### 3\.6 (.*?)^## ", (ROOT / "docs/FORMAT.md").read_text(),
                           re.M | re.S)[1]
        (self.work / "recipe.sh").write_text(
            "".join(re.findall(r"^```sh\n(.*?)^```$", blocks, re.M | re.S)))
        self.run("sh", "recipe.sh", self.archive, seq, *key[:1], "by-hand", *key[1:])
        if (self.work / "by-hand").read_bytes() != (self.work / self.kept[seq]).read_bytes():
            raise Failed("the recipe reads another message")

    def verify(self):
        outside = (self.archive, "--trust", "trust", "--against", "held", "--tsa-roots", "roots")
        self.probant("verify", *outside, "--passphrase-file", self.passphrase)
        self.run(BUILD / "probant-verify", *outside)
        self.run(sys.executable, "-B", ROOT / "tools/second_verifier.py", *outside)

    # ---- in this order ---------------------------------------------------------------------

    def an_archive_is_made_and_fed(self):
        said = self.probant("init", self.archive, "--origin", "tilleuls.example/cles",
                            "--recovery-out", "secours.pem", "--passphrase-file", "phrase",
                            "--json").stdout
        (self.work / "code").write_text(json.loads(said)["recovery_code"] + "\n")
        self.passphrase = "phrase"
        self.run("cp", self.archive / "log/checkpoint", "held")
        self.probant("tsa", "roots", "-a", self.archive, "-o", "roots")
        self.key("policy", "-o", "trust")
        for n in (0, 1):
            self.keep(n)
        self.run("openssl", "req", "-x509", "-newkey", "rsa:3072", "-nodes", "-keyout",
                 "associe.key", "-out", "associe.pem", "-subj", "/CN=lecteur fictif", "-days", "9")

    def status_says_that_recovery_was_never_rehearsed(self):
        if b"no rehearsal is known" not in self.probant("status", "-a", self.archive).stdout:
            raise Failed("it does not")

    def a_reader_is_added_and_reads_what_comes(self):
        self.key("add", "associe.pem")
        self.keep(2)
        if self.recovered("associe.key") != (1, 1):
            raise Failed("recover.py: %s" % (self.recovered("associe.key"),))
        self.key("add", "associe.pem", code=73)
        self.verify()

    def key_list_says_whom_a_certificate_names_and_until_when(self):
        said = self.key("list").stdout.decode()
        if "\n           CN=lecteur fictif\n           certificate until 20" not in said \
                or "probant reader" in said:
            raise Failed(said)
        named, = [r for r in self.readers() if r["subject"] == "CN=lecteur fictif"]
        if not named["not_after"].endswith("Z") or sum("not_after" in r for r in self.readers()) != 1:
            raise Failed("the readers are %s" % self.readers())

    def he_is_handed_the_past_and_reads_everything(self):
        self.key("add", "associe.pem", "--past", "--passphrase-file", "phrase")
        self.keep(3)
        if self.recovered("associe.key") != (4, 0):
            raise Failed("recover.py: %s" % (self.recovered("associe.key"),))
        self.recipe(min(self.kept), "phrase", "associe.key")
        self.recipe(max(self.kept), "phrase", "associe.key")
        self.verify()

    def a_certificate_that_calls_itself_another_readers_is_refused(self):
        who, = [r["id"] for r in self.readers() if r["algorithm"] == "RSA-3072"]
        self.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                 "ec_paramgen_curve:P-256", "-nodes", "-keyout", "menteur.key", "-out",
                 "menteur.pem", "-subj", "/CN=menteur fictif", "-days", "9", "-addext",
                 "subjectKeyIdentifier=" + who)
        for past in (), ("--past", "--passphrase-file", "phrase"):
            said = self.key("add", "menteur.pem", *past, code=73).stderr
            if b"under another certificate" not in said:
                raise Failed(said.decode())
        if self.recovered("menteur.key") != (0, 1):
            raise Failed("he reads: %s" % (self.recovered("menteur.key"),))

    def without_the_passphrase_nothing_is_handed_over(self):
        self.key("add", "associe.pem", "--past", "--passphrase-file", "other", code=77)

    def a_bundle_with_a_change_of_readers_verifies(self):
        self.probant("export", "-a", self.archive, "--case", "essai", "--passphrase-file",
                     "phrase", "--disclose", "all", "-o", "essai.asics")
        options = ("essai.asics", "--trust", "trust", "--tsa-roots", "roots", "--against",
                   "held")
        self.run(BUILD / "probant-verify", *options)
        self.run(sys.executable, "-B", ROOT / "tools/second_verifier.py", *options)

    def the_kept_key_is_rotated(self):
        before = self.readers()
        self.key("rotate", "--passphrase-file", "phrase", "--new-passphrase-file", "other")
        self.passphrase = "other"
        self.keep(4)
        after = self.readers()
        if len(after) != len(before) or after == before:
            raise Failed("the readers are %s" % after)
        kept, = (self.archive / "readers").glob("*.key")
        if self.recovered(kept, "--passphrase-file", "other") != (5, 0):
            raise Failed("the new key does not open everything")
        self.recipe(min(self.kept), "other", kept)
        self.verify()

    def a_key_that_a_killed_rotation_left_is_named_and_goes(self):
        kept, = (self.archive / "readers").glob("*.key")
        left = kept.with_name("0123456789abcdef" * 2 + ".key")
        left.write_bytes(kept.read_bytes())
        if json.loads(self.key("list", "--json").stdout)["former_keys"] != [left.stem] \
                or left.stem.encode() not in self.key("list").stdout:
            raise Failed("it is not named")
        self.key("remove", left.stem)
        if left.exists() or not kept.exists():
            raise Failed("it stays")

    def its_passphrase_is_changed(self):
        self.key("passphrase", "--passphrase-file", "other", "--new-passphrase-file", "phrase")
        self.passphrase = "phrase"
        self.key("rotate", "--passphrase-file", "other", "--new-passphrase-file", "other", code=77)

    def a_lost_passphrase_is_replaced_with_the_recovery_file(self):
        self.key("rotate", "--reader-key", "secours.pem", "--passphrase-file", "code",
                 "--new-passphrase-file", "other")
        self.passphrase = "other"
        self.verify()

    def a_removed_reader_reads_what_was_and_not_what_comes(self):
        who, = [r["id"] for r in self.readers() if r["algorithm"] == "RSA-3072"]
        said = self.key("remove", who).stdout
        if b"nothing can take that back" not in said:
            raise Failed("it does not say what it cannot do")
        self.keep(5)
        if self.recovered("associe.key") != (5, 1):
            raise Failed("recover.py: %s" % (self.recovered("associe.key"),))
        self.key("remove", who, code=66)
        self.verify()

    def the_recovery_key_goes_to_paper_and_comes_back(self):
        self.key("sheet", "--reader-key", "secours.pem", "-o", "fiche.txt")
        self.key("sheet", "--reader-key", "secours.pem", "-o", "fiche.html")
        text, page = (self.work / "fiche.txt").read_text(), (self.work / "fiche.html").read_text()
        lines = re.findall(r"^ ?\d+  [0-9A-Z ]+$", text, re.M)
        (self.work / "sheet").write_text("\n".join(lines) + "\n")
        if any("<li>%s</li>" % line not in page for line in lines) or "<script" in page \
                or "default-src 'none'" not in page or "http" in page.split("<main>")[1]:
            raise Failed("the page is not as it should be")
        code = (self.work / "code").read_text().strip()
        if code in text or code in page:
            raise Failed("the code stands on the sheet")
        self.key("restore-sheet", "-o", "again.pem", "--passphrase-file", "code",
                 input=(self.work / "sheet").read_bytes())
        if (self.work / "again.pem").read_bytes() != (self.work / "secours.pem").read_bytes():
            raise Failed("another key came back")
        self.key("restore-sheet", "-o", "again.pem", "--passphrase-file", "code", code=73,
                 input=(self.work / "sheet").read_bytes())

    def the_sheet_opens_without_probant(self):
        blocks = (ROOT / "docs/FORMAT.md").read_text().split("## Appendix A")[1]
        steps = re.search(r"^    cut.*?\n\n|^    cut.*\Z", blocks + "\n\n", re.M | re.S)[0]
        self.run("sh", "-ec", steps)
        self.run("openssl", "pkey", "-in", "key.pem", "-noout")

    def a_wrong_line_is_named(self):
        lines = (self.work / "sheet").read_text().splitlines()
        swapped = lines[:3] + [lines[4], lines[3]] + lines[5:]
        spoiled = lines[:6] + [lines[6].replace(lines[6][5], "7" if lines[6][5] != "7" else "8", 1)]
        for wrong, number in ((swapped, 4), (spoiled, 7)):
            said = self.key("rehearse", "--sheet", "--passphrase-file", "code", code=65,
                            input="\n".join(wrong).encode()).stderr.decode()
            if ": %d:" % number not in said:
                raise Failed(said)
        for wrong in (lines[:5], []):
            self.incomplete(wrong)

    def incomplete(self, lines):
        done = subprocess.run([BUILD / "probant", "key", "rehearse", "-a", self.archive, "--sheet",
                               "--passphrase-file", "code"], cwd=self.work, capture_output=True,
                              input="\n".join(lines).encode(), env=self.environment)
        if done.returncode == 0 or b"type all lines" not in done.stderr:
            raise Failed("a sheet that ends early: %d %s" % (done.returncode, done.stderr))

    def recovery_is_rehearsed_by_file_and_by_sheet(self):
        said = json.loads(self.key("rehearse", "--reader-key", "secours.pem", "--passphrase-file",
                                   "code", "--json").stdout)
        if said["opened"] != said["segments"] or said["records"] < 6:
            raise Failed("it opened %s" % said)
        (self.work / "typed").write_text((self.work / "code").read_text().lower().replace("-", ""))
        said = self.key("rehearse", "--sheet", "--passphrase-file", "typed",
                        input=(self.work / "sheet").read_bytes()).stdout
        if b"works" not in said:
            raise Failed(said.decode())
        self.key("rehearse", "--sheet", "--passphrase-file", "phrase", code=77,
                 input=(self.work / "sheet").read_bytes())
        if b"rehearsed 2" not in self.probant("status", "-a", self.archive).stdout:
            raise Failed("status does not say so")
        self.verify()

    def a_rehearsal_of_a_year_ago_is_due_again(self):
        state, = (self.archive / "readers").glob("*.state")
        state.write_text('{"rehearsed_s":1700000000,"seq":1,"segments":1}')
        if b"more than a year ago" not in self.probant("status", "-a", self.archive).stdout:
            raise Failed("status does not say so")
        state.write_text("garbage")
        self.probant("status", "-a", self.archive)

    def a_rehearsal_with_a_key_that_does_not_open_all_says_so(self):
        said = self.key("add", "--new", "-o", "late.pem", "--json").stdout
        (self.work / "late").write_text(json.loads(said)["code"] + "\n")
        said = self.key("rehearse", "--reader-key", "late.pem", "--passphrase-file", "late",
                        code=65).stdout
        if b"DOES NOT OPEN EVERYTHING" not in said:
            raise Failed(said.decode())

    def a_sheet_is_made_for_readers_alone_and_never_of_a_bare_key(self):
        self.run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                 "ec_paramgen_curve:P-256", "-nodes", "-keyout", "x.key", "-out", "x.pem", "-subj",
                 "/CN=personne", "-days", "9")
        (self.work / "x.both").write_bytes(
            (self.work / "x.key").read_bytes() + (self.work / "x.pem").read_bytes())
        self.key("sheet", "--reader-key", "x.both", code=66)
        self.key("add", "x.pem")
        self.key("sheet", "--reader-key", "x.both", code=65)


def main():
    sentences = [test for name, test in vars(Tests).items() if name.count("_") >= 3 and not name.startswith("__")]
    with tempfile.TemporaryDirectory() as work:
        tests = Tests(pathlib.Path(work))
        check.play(sentences, lambda test: test(tests))
    return check.end()


if __name__ == "__main__":
    sys.exit(main())
