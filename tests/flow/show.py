#!/usr/bin/env python3
"""show.py [BUILD]: a record as a person reads it, and its attachments as files.

What `show` prints of messages, plain and hostile; where the program that reads them is missing or
ends; what of it is JSON; attachments saved, and what an access record says of it.  Prints a line for
each test that fails and, last, `N passed, N failed`.
"""
import email.message
import email.policy
import hashlib
import json
import os
import pty
import re
import select
import shutil
import stat
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True            # nothing is left beside the tests
from lib_check import check

BUILD = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build")
PROBANT = os.path.join(BUILD, "probant")
PDF = b"%PDF-1.4\x00\xff fictif\r\n" * 100
HOSTILE = (b"From: =?utf-8?q?Jean=1B=5B31m_Exemple?= <j@essai.example>\r\n"
           b"To: a@essai.example\r\nSubject: =?utf-8?q?=E2=80=AEegassem?=\r\n"
           b"Date: Wed, 6 May 2026 17:42:00 +0200\r\n"
           b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\n'
           b"avant\x1b[2Japr\xc3\xa8s\r\tfin\r\n\tcolonne\r\n--b\r\n"
           b"Content-Disposition: attachment; filename*=utf-8''%1B%5D0%3Btitre%07.pdf\r\n\r\n"
           b"%PDF\r\n--b--\r\n")


def letter():
    message = email.message.EmailMessage(policy=email.policy.SMTP)
    message["From"] = "Zoé Fictive <zoe@essai.example>"
    message["To"] = "Jean Exemple <jean@essai.example>, labo@essai.example"
    message["Cc"] = "copie@essai.example"
    message["Date"] = "Wed, 06 May 2026 17:42:00 +0200"
    message["Subject"] = "Compte rendu d'œdème"
    message["Message-ID"] = "<1@essai.example>"
    message.set_content("Bonjour,\n\n  voici le compte rendu.\n")
    message.add_alternative("<p>Bonjour en HTML</p>", subtype="html")
    message.add_attachment(PDF, maintype="application", subtype="pdf", filename="résultat.pdf")
    message.add_attachment("note jointe\n", filename="note.txt")
    return message.as_bytes()


LETTER = letter()


class Scene:
    """Record 2 is a letter, record 3 a hostile one; 4 is their timestamp."""

    def __init__(self, root):
        self.root, self.archive = root, root + "/archive"
        self.env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": root,
                    "PROBANT_PASSPHRASE_FILE": root + "/passphrase",
                    "PROBANT_ARCHIVE": self.archive}
        with open(root + "/passphrase", "w") as file:
            file.write("phrase fictive\n")
        self.ok("init", self.archive, "--origin", "essai.example/lecture", "--no-recovery")
        for name, data in (("a.eml", LETTER), ("b.eml", HOSTILE)):
            with open(root + "/" + name, "wb") as file:
                file.write(data)
            self.ok("import", "--direction", "received", root + "/" + name)
        os.chdir(root)

    def run(self, *words, program=PROBANT):
        return subprocess.run([program, *words], stdin=subprocess.DEVNULL, capture_output=True,
                              env=self.env, timeout=60)

    def ok(self, *words, **more):
        done = self.run(*words, **more)
        assert done.returncode == 0, (words, done.returncode, done.stderr)
        return done.stdout.decode()

    def show(self, *words, **more):
        return self.ok("show", *words, "--purpose", "essai", **more)

    def fails(self, code, says, *words):
        done = self.run("show", *words, "--purpose", "essai")
        assert done.returncode == code and says in done.stderr.decode(), (words, done)
        assert done.stdout == b"", done.stdout

    def on_terminal(self, *words):
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve(PROBANT, [PROBANT, *words], self.env)
        said = b""
        while select.select([terminal], [], [], 60)[0]:
            try:
                data = os.read(terminal, 65536)
            except OSError:
                break
            if not data:
                break
            said += data
        os.close(terminal)
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), said.decode()

    def messages(self):
        rows = [json.loads(x) for x in self.ok("list", "--purpose", "x", "--json").splitlines()]
        return [x["seq"] for x in rows if x["type"] == "imported"]

    def newest_access(self):
        rows = [json.loads(x) for x in self.ok("list", "--purpose", "x", "--json").splitlines()]
        seq = [x["seq"] for x in rows if x.get("event") == "access"][-1]
        return json.loads(self.show(str(seq), "--facts"))


def a_short_message_has_its_size_once(s):
    with open("short.eml", "w") as file:
        file.write("Subject: x\n\n")
    s.ok("import", "short.eml")
    assert "\nsize        12 bytes\n" in s.show(str(s.messages()[-1]))


def what_a_record_states_is_in_no_language(s):
    for language in "fr", "C":
        s.env["LANGUAGE"] = language
        out = s.show("0")
        assert "event       segment\n" in out and "local: true" in out, out


def a_letter_is_shown_as_a_person_reads_it(s):
    seq = s.messages()[0]
    out = s.show(str(seq))
    lines = out.splitlines()
    assert lines[0] == "record      %d  (imported, received)" % seq, out
    assert re.match(r"kept        \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC, ", lines[1]), out
    assert re.match(r"stamped     entered the log .*\d UTC.* \(local\)$", lines[2]), out
    assert "its times are claims" in lines[3], out
    assert "size        3" in out and "(%d bytes)" % len(LETTER) in out, out
    assert "SHA-256     " + hashlib.sha256(LETTER).hexdigest() in lines, out
    for line in ("From        Zoé Fictive <zoe@essai.example>",
                 "To          Jean Exemple <jean@essai.example>", "            labo@essai.example",
                 "Cc          copie@essai.example",
                 "Date        Wed, 06 May 2026 17:42:00 +0200  (2026-05-06 15:42:00 UTC)",
                 "Subject     Compte rendu d'œdème", "Bonjour,", "  voici le compte rendu.",
                 "    1    1.9 kB  résultat.pdf  application/pdf", "    2      13 B  note.txt  text/plain",
                 "  saved by `probant show %d --attachment N -o FILE`" % seq):
        assert line in lines, (line, out)
    assert "en HTML" not in out and "note jointe" not in out, out
    assert "An HTML form of this text is not shown" in out, out


def what_is_hostile_reaches_no_terminal(s):
    out = s.show(str(s.messages()[1]))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", out), out
    assert "avant [2Japrès" in out and "    colonne" in out, out
    assert "]0;titre" in out, out


def a_record_of_our_own_is_shown_with_what_it_states(s):
    s.show(str(s.messages()[0]), "--raw")
    rows = [json.loads(x) for x in s.ok("list", "--purpose", "x", "--json").splitlines()]
    seq = [x["seq"] for x in rows if x.get("event") == "access"][-1]
    out = s.show(str(seq))
    assert "(management)" in out and "somebody read or searched" in out, out
    assert re.search("^command +show$", out, re.M) and re.search("^purpose +essai$", out, re.M), out
    assert re.search("^records +2, 2$", out, re.M), out
    first = s.show("0")
    assert "(key)" in first and "essai.example/lecture" in first, first


def parts_are_listed_when_asked_for(s):
    seq = str(s.messages()[0])
    out = s.show(seq, "--parts")
    assert "parts" in out and "digest" in out and '"source":"import"' in out, out
    assert "Bonjour" not in out
    shown = json.loads(s.show(seq, "--parts", "--json"))
    assert "view" not in shown and shown["parts"], shown


def json_has_the_view_and_the_text(s):
    seq = s.messages()[0]
    shown = json.loads(s.show(str(seq), "--json"))
    assert shown["seq"] == seq and shown["type"] == "imported" and shown["direction"] == "received"
    assert shown["sha256"] == hashlib.sha256(LETTER).hexdigest() and shown["parts"]
    assert shown["view"]["subject"] == "Compte rendu d'œdème"
    assert [x["name"] for x in shown["view"]["attachments"]] == ["résultat.pdf", "note.txt"]
    assert shown["text"] == "Bonjour,\n\n  voici le compte rendu.\n" and shown["html_left"] is True
    assert shown["stamped"]["before"]["local"] is True, shown["stamped"]
    assert json.loads(s.show("0", "--json"))["event"] == "segment"


def an_attachment_is_saved_decoded_and_never_over_another(s):
    seq = str(s.messages()[0])
    out = s.show(seq, "--attachment", "1", "-o", "r.pdf")
    assert hashlib.sha256(PDF).hexdigest() in out and "r.pdf" in out, out
    with open("r.pdf", "rb") as file:
        assert file.read() == PDF
    assert stat.S_IMODE(os.stat("r.pdf").st_mode) == 0o600
    s.fails(73, "r.pdf", seq, "--attachment", "2", "-o", "r.pdf")
    with open("r.pdf", "rb") as file:
        assert file.read() == PDF
    done = s.run("show", seq, "--attachment", "1", "-o", "-", "--purpose", "essai")
    assert done.returncode == 0 and done.stdout == PDF, done
    said = json.loads(s.show(seq, "--attachment", "2", "-o", "n.txt", "--json"))
    assert said["attachment"] == 2 and said["file"] == "n.txt" and said["size"] == 13, said
    assert s.newest_access()["what"] == "attachment 2"


def what_is_no_attachment_is_refused(s):
    seq = str(s.messages()[0])
    s.fails(66, "no such attachment", seq, "--attachment", "3", "-o", "x")
    s.fails(66, "message", "0", "--attachment", "1", "-o", "x")
    for words in (("--attachment", "1"), ("--attachment", "0", "-o", "x"), ("-o", "x"),
                  ("--attachment", "x", "-o", "x"), ("--raw", "-o", "x"),
                  ("--attachment", "1", "--raw", "-o", "x"), ("--parts", "--facts")):
        s.fails(64, "probant: ", seq, *words)
    assert not os.path.exists("x")


def a_terminal_is_given_no_attachment(s):
    seq = str(s.messages()[0])
    code, said = s.on_terminal("show", seq, "--attachment", "1", "-o", "-", "--purpose", "essai")
    assert code == 64 and "PDF" not in said, said


def a_message_that_cannot_be_read_is_shown_by_its_header(s):
    seq = str(s.messages()[1])
    os.mkdir("alone")
    shutil.copy(PROBANT, "alone/probant")
    alone = os.path.abspath("alone/probant")
    for script, says, state in ((None, "cannot be started", "unavailable"),
                                ("printf 'pbmime3\\000'", "ended on this one", "died")):
        if script is not None:
            with open("alone/probant-mime", "w") as file:
                file.write("#!/bin/sh\n%s\n" % script)
            os.chmod("alone/probant-mime", 0o755)
        out = s.show(seq, program=alone)
        assert says in out and "--raw" in out, out
        assert "\nSubject: =?utf-8?q?=E2=80=AEegassem?=\n" in out and "avant" not in out, out
        shown = json.loads(s.show(seq, "--json", program=alone))
        assert shown["state"] == state and "view" not in shown and shown["parts"], shown
        done = s.run("show", seq, "--attachment", "1", "-o", "x", "--purpose", "essai", program=alone)
        assert done.returncode == 69 and not os.path.exists("x"), done
    assert s.show(seq, "--raw", program=alone) == HOSTILE.decode()


def tests():
    return [value for value in globals().values()
            if callable(value) and getattr(value, "__code__", None)
            and value.__code__.co_varnames[:value.__code__.co_argcount] == ("s",)]


def main():
    with tempfile.TemporaryDirectory() as root:
        scene = Scene(root)
        check.play(tests(), lambda test: test(scene))
        os.chdir("/")
    return check.end()


if __name__ == "__main__":
    sys.exit(main())
