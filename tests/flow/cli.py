#!/usr/bin/env python3
"""cli.py [BUILD]: the commands as a person and a script meet them.

Drives BUILD/probant (build/probant): what is printed, the exit codes, the sentences of
errors, and that what the README promises about content and keys holds.  Prints a line for
each test that fails and, last, `N passed, N failed`.
"""
import base64
import fcntl
import hashlib
import json
import os
import pty
import shutil
import subprocess
import sys
import tempfile
import threading

sys.dont_write_bytecode = True            # nothing is left beside the tests
from lib_check import check

BUILD = sys.argv[1] if len(sys.argv) > 1 else "build"
PROBANT = os.path.abspath(os.path.join(BUILD, "probant"))
PASSPHRASE = "phrase de passe fictive"
CODE_SIGNS = set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
MESSAGE = (b"From: labo-fictif@example.test\r\nTo: dr.exemple@example.test\r\n"
           b"Subject: resultat de Camille Exemple (fictive)\r\n\r\ncorps\r\n")


class Scene:
    """A directory with an archive, and the command in it."""

    template = None

    def __init__(self, root):
        self.root = root
        self.archive = os.path.join(root, "archive")
        self.passphrase = self.write("passphrase", PASSPHRASE.encode() + b"\n")
        self.env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": root}

    def write(self, name, data):
        path = os.path.join(self.root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as out:
            out.write(data)
        return path

    def run(self, *words, stdin=b"", env=None, stdout=subprocess.PIPE):
        return subprocess.run([PROBANT, *words], input=stdin, stdout=stdout,
                              stderr=subprocess.PIPE, env={**self.env, **(env or {})}, timeout=120)

    def ok(self, *words, **more):
        done = self.run(*words, **more)
        assert done.returncode == 0, (words, done.returncode, done.stderr)
        assert done.stderr == b"", (words, done.stderr)
        return done.stdout

    def fails(self, code, *words, says=(), **more):
        """The exit code, and an error sentence: what, on what, why, and what to do below it."""
        done = self.run(*words, **more)
        text = done.stderr.decode()
        assert done.returncode == code, (words, done.returncode, text)
        lines = text.splitlines()
        assert lines and lines[0].startswith("probant: ") and lines[0].count(": ") >= 2, text
        assert all(x.startswith(("probant: ", "  ")) for x in lines), text
        for word in says:
            assert word in text, (word, text)
        return text

    def init(self, *words):
        return json.loads(self.ok("init", self.archive, "--origin", "tilleuls.example/essai",
                                  "--passphrase-file", self.passphrase, "--json",
                                  *(words or ("--no-recovery",))))

    def put(self, *paths, code=0, **more):
        done = self.run("import", "-a", self.archive, "--json", *paths, **more)
        assert done.returncode == code, (paths, done.returncode, done.stderr)
        lines = [json.loads(x) for x in done.stdout.splitlines()]
        return lines[:-1], lines[-1]

    def read(self, *words, **more):
        return self.ok(words[0], "-a", self.archive, *words[1:], "--purpose", "essai",
                       "--passphrase-file", self.passphrase, **more)

    def rows(self):
        return [json.loads(x) for x in self.read("list", "--json").splitlines()]

    def facts(self, seq):
        return json.loads(self.read("show", str(seq), "--facts"))

    def stored(self):
        """Every byte of the archive's files."""
        found = b""
        for folder, _, names in os.walk(self.archive):
            for name in names:
                with open(os.path.join(folder, name), "rb") as data:
                    found += data.read()
        return found


def sha256(data):
    return hashlib.sha256(data).hexdigest()


# ---- init ---------------------------------------------------------------------------------

def init_says_what_it_made(s):
    made = s.init()
    assert set(made) == {"origin", "verifier_key", "reader", "local_authority"}, made
    assert made["local_authority"] is True
    name, digits = made["origin"].rsplit("/", 1)
    assert name == "tilleuls.example/essai" and len(digits) == 8
    assert made["verifier_key"].startswith(made["origin"] + "+")
    assert os.stat(s.archive).st_mode & 0o777 == 0o700
    for folder, folders, names in os.walk(s.archive):
        for each in folders:
            assert os.stat(os.path.join(folder, each)).st_mode & 0o777 == 0o700, each
        for each in names:
            assert os.stat(os.path.join(folder, each)).st_mode & 0o777 == 0o600, each


def init_asks_how_the_archive_is_recovered(s):
    words = ("init", s.archive, "--origin", "tilleuls.example/essai", "--passphrase-file",
             s.passphrase)
    s.fails(64, *words, says=("--recovery-out",))
    s.fails(64, *words, "--no-recovery", "--recovery-out", s.root + "/r.pem")
    s.fails(64, "init", s.archive, "--no-recovery", "--passphrase-file", s.passphrase,
            says=("--origin",))
    assert not os.path.exists(s.archive)


def init_refuses_what_is_there_or_has_no_good_name(s):
    words = ("--no-recovery", "--passphrase-file", s.passphrase)
    for name in ("Tilleuls", "a//b", "", "a b", "x" * 200):
        s.fails(64, "init", s.archive, "--origin", name, *words)
    s.write("archive/x", b"x")
    s.fails(73, "init", s.archive, "--origin", "a.example", *words, says=("empty",))
    os.remove(s.archive + "/x")
    s.fails(66, "init", s.root + "/no/such", "--origin", "a.example", *words)
    s.fails(66, "init", s.archive, "--origin", "a.example", "--no-recovery",
            "--passphrase-file", s.root + "/none")
    s.fails(65, "init", s.archive, "--origin", "a.example", "--no-recovery",
            "--passphrase-file", s.write("empty", b"\n"), says=("empty",))
    assert os.listdir(s.archive) == []


def a_recovery_file_opens_the_archive_with_its_code(s):
    out = s.root + "/secours.pem"
    made = s.init("--recovery-out", out)
    code = made["recovery_code"]
    assert len(code) == 39 and code.count("-") == 7 and set(code) - {"-"} <= CODE_SIGNS, code
    assert os.stat(out).st_mode & 0o777 == 0o600
    assert code.encode() not in s.stored()
    message = s.write("a.eml", MESSAGE)
    s.put(message)
    for typed in code, code.lower().replace("-", ""), code.replace("-", " "):
        right = s.write("code", typed.encode() + b"\n")
        shown = s.ok("show", "-a", s.archive, "1" if s.facts(1).get("source") else "2", "--raw",
                     "--purpose", "essai", "--reader-key", out, "--passphrase-file", right)
        assert shown == MESSAGE, typed
    wrong = s.write("wrong", code[::-1].encode() + b"\n")
    s.fails(77, "show", "-a", s.archive, "1", "--purpose", "essai", "--reader-key", out,
            "--passphrase-file", wrong)
    shutil.rmtree(s.archive)
    s.fails(73, "init", s.archive, "--origin", "a.example", "--recovery-out", out,
            "--passphrase-file", s.passphrase)
    assert os.path.exists(out) and not os.path.exists(s.archive)


def openssl(*words, **more):
    done = subprocess.run(["openssl", *words], capture_output=True, **more)
    assert done.returncode == 0, (words, done.stderr)
    return done.stdout


def an_heir_opens_a_segment_with_openssl_alone(s):
    key, cert = s.root + "/heir.key", s.root + "/heir.pem"
    openssl("req", "-x509", "-newkey", "rsa:3072", "-nodes", "-keyout", key, "-out", cert,
            "-subj", "/CN=heritier fictif", "-days", "3650")
    made = s.init("--heir", cert)
    assert made["recovery"] and made["recovery"] != made["reader"]
    readers = json.loads(s.ok("key", "list", "-a", s.archive, "--json"))["readers"]
    assert [x["role"] for x in readers] == ["reader", "heir"]
    assert readers[1]["algorithm"] == "RSA-3072"
    s.put(s.write("a.eml", MESSAGE))
    names = sorted(os.listdir(s.archive + "/vault"))
    for name in names:
        with open(s.archive + "/vault/" + name, "rb") as segment:
            assert segment.read(8) == b"PBSEGMT1"
            header = json.loads(segment.read(int.from_bytes(segment.read(4), "big")))
        der = s.write("segment.cms", base64.b64decode(header["cms"]))
        secret = openssl("cms", "-decrypt", "-inform", "DER", "-in", der, "-inkey", key,
                         "-recip", cert)
        assert len(secret) == 32
    assert len(names) == 2
    # His key with his certificate is a reader key as any other.
    both = s.write("both.pem", open(key, "rb").read() + open(cert, "rb").read())
    assert MESSAGE == s.ok("show", "-a", s.archive, "2", "--raw", "--purpose", "essai",
                           "--reader-key", both, "--passphrase-file", s.passphrase)


def an_heir_whose_key_is_too_short_is_refused(s):
    cert = s.root + "/heir.pem"
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", s.root + "/k", "-out",
            cert, "-subj", "/CN=heritier fictif")
    s.fails(65, "init", s.archive, "--origin", "a.example", "--heir", cert,
            "--passphrase-file", s.passphrase)
    assert not os.path.exists(s.archive)


# ---- import -------------------------------------------------------------------------------

def each_message_is_acknowledged_and_comes_back(s):
    s.init()
    path = s.write("a.eml", MESSAGE)
    lines, last = s.put(path, "--direction", "received")
    assert lines == [{"seq": 2, "sha256": sha256(MESSAGE), "path": path}], lines
    assert last == {"imported": 1, "second": 0, "known": 0, "refused": [], "skipped": 0,
                    "not_mail": 0, "first_seq": 2, "last_seq": 2}
    assert s.read("show", "2", "--raw") == MESSAGE
    facts = s.facts(2)
    assert facts["source"] == "import" and facts["fidelity"] == "imported"
    assert facts["direction"] == "received" and facts["size"] == len(MESSAGE)
    assert facts["first_us"] <= facts["last_us"]
    assert "file" not in facts and "host" not in facts
    assert b"Camille" not in s.stored() and b"a.eml" not in s.stored()


def odd_messages_are_kept_byte_for_byte(s):
    s.init()
    odd = [b"", b"\n", b"\0\0\0", b"no header at all", b"a: b", b"\r\r\n\n\r", b"x" * 5000,
           b"Subject: \xff\xfe\r\n\r\n\x80", bytes(range(256)) * 40,
           b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\nx\r\n" * 300,
           b"Received: x\r\n" * 400 + b"\r\nbody"]
    paths = [s.write("odd/%02d.eml" % i, x) for i, x in enumerate(odd)]
    lines, last = s.put(s.root + "/odd")
    assert [x["path"] for x in lines] == paths and last["imported"] == len(odd)
    for line, data in zip(lines, odd):
        assert line["sha256"] == sha256(data)
        assert s.read("show", str(line["seq"]), "--raw") == data


def the_same_message_twice_is_two_records(s):
    s.init()
    path = s.write("a.eml", MESSAGE)
    lines, _ = s.put(path, path)
    again, _ = s.put(path)
    assert [x["seq"] for x in lines + again] == [2, 3, 6]  # 4: an anchor, 5: a segment
    assert len({x["sha256"] for x in lines + again}) == 1


def standard_input_is_one_message(s):
    s.init()
    lines, last = s.put("-", stdin=MESSAGE)
    assert lines == [{"seq": 2, "sha256": sha256(MESSAGE), "path": "-"}]
    lines, _ = s.put(s.write("empty", b""))
    assert lines[0]["sha256"] == sha256(b"")
    assert s.read("show", str(lines[0]["seq"]), "--raw") == b""
    # Of a pipe it is rather that who should write failed.
    lines, last = s.put("-", stdin=b"", code=65)
    assert lines == [] and "nothing came in" in last["refused"][0]["reason"], last
    # With "--" it could be a name, and still is not.
    lines, _ = s.put("--", "-", stdin=b"x")
    assert lines[0]["sha256"] == sha256(b"x")


def what_cannot_be_read_is_refused_and_the_rest_is_kept(s):
    s.init()
    good = [s.write("m/%d.eml" % i, MESSAGE + b"%d" % i) for i in range(3)]
    gone = s.root + "/m/none.eml"
    lines, last = s.put(good[0], gone, good[1], good[2], code=65)
    assert [x["path"] for x in lines] == good
    assert [x["path"] for x in last["refused"]] == [gone]
    assert "No such file" in last["refused"][0]["reason"]
    text = s.fails(65, "import", "-a", s.archive, gone, good[0], says=("No such file", gone))
    assert text.count("probant: ") == 1
    # One that the user may not read (root may read everything), inside a directory.
    os.symlink("/proc/self/mem", s.root + "/m/zz.eml")
    os.remove(s.root + "/m/zz.eml")
    if os.geteuid() != 0:
        os.chmod(good[1], 0)
        lines, last = s.put(s.root + "/m", code=65)
        assert len(lines) == 2 and len(last["refused"]) == 1
    lines, last = s.put("/proc/self/mem", good[0], code=65)
    assert len(lines) == 1 and len(last["refused"]) == 1
    lines, last = s.put(gone, code=65)
    assert lines == [] and last["imported"] == 0 and last["first_seq"] is None


def a_directory_gives_its_eml_files_and_tells_of_others(s):
    s.init()
    s.write("d/b.eml", b"b")
    s.write("d/a.EML", b"a")
    s.write("d/sub/c.eml", b"c")
    s.write("d/notes.txt", b"no")
    s.write("d/.eml", b"no")
    os.symlink(s.root + "/d/b.eml", s.root + "/d/link.eml")
    lines, last = s.put(s.root + "/d")
    assert [x["path"][len(s.root):] for x in lines] == ["/d/a.EML", "/d/b.eml", "/d/sub/c.eml"]
    assert last["skipped"] == 3, last
    assert b"3 files passed over" in s.ok("import", "-a", s.archive, s.root + "/d")
    lines, last = s.put(s.root + "/d/notes.txt")
    assert len(lines) == 1


def a_maildir_gives_its_flags(s):
    s.init()
    s.write("Maildir/cur/1700000001.a.host:2,S", b"seen")
    s.write("Maildir/cur/1700000002.b.host:2,PRSTDFaz", b"all")
    s.write("Maildir/cur/1700000003.c.host:2,", b"none")
    s.write("Maildir/cur/1700000004.d.host:1,S", b"other info")
    s.write("Maildir/new/1700000005.e.host", b"new")
    s.write("Maildir/tmp/1700000006.f.host", b"not delivered")
    lines, last = s.put(s.root + "/Maildir")
    assert last["imported"] == 5
    facts = [s.facts(x["seq"]) for x in lines]
    assert facts[0]["flags"] == ["\\Seen"] and facts[0]["maildir"] == "cur"
    assert facts[1]["flags"] == ["$Forwarded", "\\Answered", "\\Seen", "\\Deleted", "\\Draft",
                                 "\\Flagged", "maildir:a", "maildir:z"]
    assert facts[2]["flags"] == []
    assert "flags" not in facts[3]
    assert "flags" not in facts[4] and facts[4]["maildir"] == "new"


def a_room_of_a_maildir_may_be_named_by_itself(s):
    s.init()
    s.write("m/cur/1:2,S", MESSAGE)
    s.write("m/new/2", MESSAGE)
    s.write("other/new/3", MESSAGE)
    lines, last = s.put(s.root + "/m/cur", s.root + "/m/new/", s.root + "/other/new")
    assert len(lines) == 2 and last["skipped"] == 1, (lines, last)
    facts = s.facts(lines[0]["seq"])
    assert facts["maildir"] == "cur" and facts["flags"] == ["\\Seen"], facts


def the_folders_of_a_maildir_are_not_left_behind(s):
    s.init()
    for folder in ("", ".Sent/", ".Archive.2026/"):
        for room in ("cur", "new", "tmp"):
            os.makedirs(s.root + "/Maildir/" + folder + room)
        s.write("Maildir/" + folder + "cur/1.a.host:2,S", folder.encode())
    s.write("Maildir/.Sent/tmp/2.a.host", b"not delivered")
    s.write("Maildir/dovecot-uidlist", b"x")
    lines, last = s.put(s.root + "/Maildir")
    assert sorted(x["sha256"] for x in lines) == sorted(
        sha256(x) for x in (b"", b".Sent/", b".Archive.2026/")), lines
    assert all(s.facts(x["seq"])["flags"] == ["\\Seen"] for x in lines)
    assert last["skipped"] == 1, last


def names_that_are_not_text_are_kept_as_octets(s):
    s.init()
    path = os.fsencode(s.root) + b"/\xff\x1b[31m.eml"
    with open(path, "wb") as out:
        out.write(MESSAGE)
    lines, _ = s.put(path)
    assert base64.b64decode(lines[0]["path"]["octets"]) == path
    os.remove(path)
    text = s.run("import", "-a", s.archive, path).stderr
    assert b"\x1b" not in text and b"\\x1b" in text, text


def stdout_that_takes_nothing_is_an_error(s):
    s.init()
    path = s.write("a.eml", MESSAGE)
    for words in (("import", "-a", s.archive, path), ("import", "-a", s.archive, "--json", path),
                  ("status", "-a", s.archive), ("help",), ("key", "list", "-a", s.archive),
                  ("show", "-a", s.archive, "2", "--raw", "--purpose", "x", "--passphrase-file",
                   s.passphrase),
                  ("verify", s.archive, "--quick")):
        with open("/dev/full", "wb") as full:
            s.fails(74, *words, stdout=full)
    # Both imports are in the archive all the same.
    assert sum(x["type"] == "imported" for x in s.rows()) == 2


# ---- reading ------------------------------------------------------------------------------

def reading_asks_for_a_purpose_and_leaves_a_record(s):
    s.init()
    s.put(s.write("a.eml", MESSAGE))
    for words in (("list",), ("show", "2")):
        s.fails(64, words[0], "-a", s.archive, *words[1:], "--passphrase-file", s.passphrase,
                says=("--purpose",))
        s.fails(64, words[0], "-a", s.archive, *words[1:], "--purpose", "", "--passphrase-file",
                s.passphrase, says=("--purpose",))
    assert json.loads(s.ok("status", "-a", s.archive, "--json"))["records"] == 4
    s.ok("show", "-a", s.archive, "2", "--raw", "--purpose", "sinistre Exemple 42",
         "--passphrase-file", s.passphrase)
    rows = s.rows()
    assert [x["type"] for x in rows] == ["key", "key", "imported", "anchor", "management",
                                         "anchor"]
    assert rows[4]["event"] == "access"
    facts = s.facts(4)
    assert facts == {"event": "access", "command": "show", "what": "raw", "records": [2, 2]}
    assert b"sinistre" not in s.stored()
    assert json.loads(s.read("show", "4", "--part", "1")) == {"purpose": "sinistre Exemple 42"}


def a_list_has_a_row_for_each_record(s):
    s.init()
    paths = [s.write("%d.eml" % i, MESSAGE * (i + 1)) for i in range(3)]
    s.put("--direction", "sent", *paths)
    rows = s.rows()
    assert [x["seq"] for x in rows] == list(range(6))
    assert [x["type"] for x in rows] == ["key"] * 2 + ["imported"] * 3 + ["anchor"]
    for i, row in enumerate(rows[2:5]):
        assert row["sha256"] == sha256(MESSAGE * (i + 1))
        assert row["size"] == len(MESSAGE) * (i + 1)
        assert row["direction"] == "sent" and row["source"] == "import"
        assert len(row["captured"]) == 20 and row["captured"].endswith("Z")
    some = s.read("list", "--json", "--range", "3..4").splitlines()
    assert [json.loads(x)["seq"] for x in some] == [3, 4]
    words = ("--purpose", "x", "--passphrase-file", s.passphrase)
    for bad in ("3", "4..", "..", "a..b", "1..2..3", "-1..2", "01..2"):
        s.fails(64, "list", "-a", s.archive, "--range", bad, *words)
    s.fails(66, "list", "-a", s.archive, "--range", "0..99", *words)
    s.fails(66, "list", "-a", s.archive, "--range", "2..1", *words)
    assert b"3 of 3 messages indexed" in s.read("list")


def show_gives_the_whole_or_a_part(s):
    s.init()
    s.put(s.write("a.eml", MESSAGE))
    shown = json.loads(s.read("show", "2", "--json"))
    assert shown["seq"] == 2 and shown["sha256"] == sha256(MESSAGE)
    assert [x["kind"] for x in shown["parts"]][-3:] == ["digest", "facts", "envelope"]
    whole = b"".join(s.read("show", "2", "--part", str(i))
                     for i, x in enumerate(shown["parts"]) if x["kind"] in ("header", "body"))
    assert whole == MESSAGE
    digest = [x["kind"] for x in shown["parts"]].index("digest")
    assert s.read("show", "2", "--part", str(digest)).hex() == sha256(MESSAGE)
    assert sha256(MESSAGE).encode() in s.read("show", "2")
    words = ("-a", s.archive, "--purpose", "x", "--passphrase-file", s.passphrase)
    s.fails(66, "show", "2", "--part", "200", *words)
    s.fails(64, "show", "2", "--part", "x", *words)
    s.fails(66, "show", "0", "--raw", *words)
    s.fails(66, "show", "99", *words)
    s.fails(64, "show", "two", *words)
    s.fails(64, "show", "2", "--raw", "--facts", *words)


def passphrases_come_from_a_file_the_environment_or_the_terminal(s):
    s.init()
    words = ("list", "-a", s.archive, "--purpose", "essai", "--json")
    s.ok(*words, env={"PROBANT_PASSPHRASE_FILE": s.passphrase})
    # A line end of another system, and more lines, are no part of it.
    s.ok(*words, "--passphrase-file", s.write("crlf", PASSPHRASE.encode() + b"\r\nmore\n"))
    s.ok(*words, "--passphrase-file", s.write("bare", PASSPHRASE.encode()))
    for wrong in (b"x\n", PASSPHRASE.encode() + b" \n", b" " + PASSPHRASE.encode()):
        s.fails(77, *words, "--passphrase-file", s.write("wrong", wrong),
                says=(s.archive, "recovery"))
    s.fails(66, *words, "--passphrase-file", s.root + "/none")
    s.fails(65, *words, "--passphrase-file", s.write("long", b"x" * 5000))
    code, said = on_terminal(s, words, [PASSPHRASE])
    assert code == 0 and "Passphrase" in said and PASSPHRASE not in said, said
    code, said = on_terminal(s, words, ["wrong"])
    assert code == 77, (code, said)
    done = subprocess.run([PROBANT, *words], stdin=subprocess.DEVNULL, capture_output=True,
                          env=s.env, start_new_session=True)
    assert done.returncode == 69 and b"--passphrase-file" in done.stderr, done
    assert not any(b"wrong" in x for x in done.stdout.splitlines())


def a_new_passphrase_is_asked_twice(s):
    words = ("init", s.archive, "--origin", "a.example", "--no-recovery")
    code, said = on_terminal(s, words, ["une phrase", "une autre"] * 3)
    assert code == 64 and said.count("differ") == 3, (code, said)
    code, said = on_terminal(s, words, [""] * 3)
    assert code == 64, (code, said)
    assert not os.path.exists(s.archive)
    code, said = on_terminal(s, words, ["une phrase", "une autre", "court", PASSPHRASE, PASSPHRASE])
    assert code == 0 and said.count("differ") == said.count("fewer than 8") == 1, (code, said)
    s.rows()


def a_new_passphrase_has_eight_characters_at_least(s):
    words = ("init", s.archive, "--origin", "a.example", "--no-recovery", "--passphrase-file")
    for short in ("x", "sept de", "éé éé é"):  # characters, not octets
        s.fails(64, *words, s.write("short", short.encode()), says=("fewer than 8", "random words"))
    assert not os.path.exists(s.archive)
    s.ok(*words, s.write("eight", "éé éé éé\n".encode()))
    s.fails(64, "key", "passphrase", "-a", s.archive, "--passphrase-file", s.root + "/eight",
            "--new-passphrase-file", s.root + "/short", says=("fewer than 8",))


def a_question_names_the_secret_and_what_it_opens(s):
    recovery = s.root + "/secours.pem"
    code = s.init("--recovery-out", recovery)["recovery_code"]
    s.put(s.write("a.eml", MESSAGE))
    words = ("list", "-a", s.archive, "--purpose", "essai")
    for more, answer, question in (
            ((), PASSPHRASE, "Passphrase of the archive %s: " % s.archive),
            (("--reader-key", recovery), code, "Recovery code, or passphrase, that opens %s: " % recovery)):
        done, said = on_terminal(s, [*words, *more], [answer])
        assert done == 0 and question in said, (done, said)
    answers = [PASSPHRASE, "une nouvelle", "une nouvelle"]
    done, said = on_terminal(s, ("key", "rotate", "-a", s.archive), answers)
    assert done == 0 and "New passphrase for the archive %s: " % s.archive in said, (done, said)


def nothing_is_asked_before_what_must_fail(s):
    taken = s.write("taken", b"x")
    name = ("--origin", "a.example")

    def fails(code, *words):
        done, said = on_terminal(s, words, [])
        assert done == code and said.count("\n") == 2 and ": \r\n" not in said, (words, done, said)

    fails(73, "init", s.root, *name, "--no-recovery")
    fails(73, "init", s.archive, *name, "--recovery-out", taken)
    assert not os.path.exists(s.archive)
    s.init()
    s.put(s.write("a.eml", MESSAGE))
    archive = ("-a", s.archive)
    fails(66, "list", *archive, "--reader-key", s.root + "/none", "--purpose", "x")
    fails(73, "export", *archive, "--case", "c", "-o", taken)
    fails(66, "seal", *archive, s.root + "/none")
    fails(73, "key", "add", *archive, "--new", "--past", "-o", taken)
    fails(73, "key", "restore-sheet", *archive, "-o", taken)


def on_terminal(s, words, answers):
    """Run with a terminal that answers; the exit code and all that the screen showed."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(PROBANT, [PROBANT, *words], s.env)
    said = b""
    while True:
        try:
            data = os.read(terminal, 4096)
        except OSError:
            break
        if not data:
            break
        said += data
        if data.endswith(b": "):
            os.write(terminal, answers.pop(0).encode() + b"\n" if answers else b"\x04")
    os.close(terminal)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), said.decode(errors="replace")


# ---- rights, locks ------------------------------------------------------------------------

def modes_that_are_too_open_are_refused(s):
    s.init()
    path = s.write("a.eml", MESSAGE)
    os.chmod(s.archive, 0o755)
    s.fails(77, "import", "-a", s.archive, path, says=("chmod",))
    os.chmod(s.archive, 0o700)
    os.chmod(s.archive + "/private/log.key", 0o640)
    s.fails(77, "import", "-a", s.archive, path, says=("log.key",))
    os.chmod(s.archive + "/private/log.key", 0o600)
    s.put(path)


def a_second_writer_is_told_to_try_again(s):
    s.init()
    path = s.write("a.eml", MESSAGE)
    first = subprocess.Popen([PROBANT, "import", "-a", s.archive, "-"], stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, env=s.env)
    while not json.loads(s.ok("status", "-a", s.archive, "--json"))["writer_at_work"]:
        pass
    others = [subprocess.Popen([PROBANT, *words], stderr=subprocess.PIPE, env=s.env)
              for words in (("import", "-a", s.archive, path),
                            ("list", "-a", s.archive, "--purpose", "x", "--passphrase-file",
                             s.passphrase))]
    assert s.run("verify", s.archive, "--quick").returncode == 2
    for other in others:
        said = other.communicate()[1]
        assert other.returncode == 75 and b"again" in said and b"waiting" not in said, said
    first.communicate(MESSAGE)
    assert first.returncode == 0
    s.put(path)


def commands_at_once_wait_for_each_other(s):
    s.init()
    words = ("import", "-a", s.archive, s.write("a.eml", MESSAGE))
    several = [subprocess.Popen([PROBANT, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env=s.env) for _ in range(4)]
    for one in several:
        said = one.communicate()
        assert one.returncode == 0 and said[1] == b"", said
    assert [x["type"] for x in s.rows()].count("imported") == 4
    with open(s.archive + "/lock") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        threading.Timer(1.5, lambda: fcntl.flock(lock, fcntl.LOCK_UN)).start()
        code, said = on_terminal(s, words, [])
    assert code == 0 and "waiting for it" in said, (code, said)


def what_is_no_archive_is_no_input(s):
    path = s.write("a.eml", MESSAGE)
    none = s.root + "/none"
    s.fails(66, "import", "-a", none, path)
    s.fails(66, "status", "-a", none)
    s.fails(66, "key", "list", "-a", none)
    s.fails(66, "verify", none, "--quick")
    s.write("unpacked/manifest.json", b"{}")
    s.fails(66, "verify", s.root + "/unpacked", "--quick", says=("the file of a bundle",))
    s.fails(66, "list", "-a", none, "--purpose", "x", "--passphrase-file", s.passphrase)
    s.fails(64, "import", path, says=("PROBANT_ARCHIVE",))
    # Nobody is asked for a passphrase first.
    for words in (("list", "-a", none, "--purpose", "x"), ("verify", none)):
        code, said = on_terminal(s, words, [])
        assert code == 66 and "assphrase" not in said and "probant init" in said, said
    s.init()
    s.ok("import", path, env={"PROBANT_ARCHIVE": s.archive})


# ---- verify, status, key ------------------------------------------------------------------

def a_verdict_has_its_exit_code(s):
    s.init()
    s.put(s.write("a.eml", MESSAGE))
    trust, roots = s.root + "/trust", s.root + "/roots.pem"
    s.ok("key", "policy", "-a", s.archive, "-o", trust)
    s.ok("tsa", "roots", "-a", s.archive, "-o", roots)
    against = s.write("against", open(s.archive + "/log/checkpoint", "rb").read())
    s.put(s.write("b.eml", MESSAGE))
    words = ("verify", s.archive, "--passphrase-file", s.passphrase)
    outside = ("--trust", trust, "--tsa-roots", roots, "--against", against)
    whole = json.loads(s.ok(*words, *outside, "--json"))
    assert whole["verdict"] == "valid" and whole["range"] == {"records": 7, "size": 7}, whole
    assert {x["id"] for x in whole["checks"]} >= {"payload", "commitment", "chain", "tree",
                                                 "secrets", "log_key", "tokens", "authorities",
                                                 "consistency"}
    for row in whole["checks"]:
        assert {"id", "verdict", "count", "detail", "findings"} <= set(row)
    assert b"CHECK PASSED" in s.ok(*words, *outside)
    # Each of the three is needed.
    for missing in range(0, 6, 2):
        done = s.run(*words, *outside[:missing], *outside[missing + 2:], "--json")
        assert done.returncode == 2, (missing, done)
        assert json.loads(done.stdout)["verdict"] == "indeterminate"
    done = s.run(*words, "--json")
    assert done.returncode == 2 and json.loads(done.stdout)["verdict"] == "indeterminate"
    assert s.run("verify", s.archive, "--quick", "--trust", trust).returncode == 2
    verifier = subprocess.run([os.path.join(os.path.dirname(PROBANT), "probant-verify"),
                               s.archive, *outside], env=s.env, capture_output=True)
    assert verifier.returncode == 0, verifier
    vault = s.archive + "/vault/"
    name = vault + sorted(os.listdir(vault))[-1]
    with open(name, "r+b") as segment:
        segment.seek(-400, 2)
        byte = segment.read(1)[0] ^ 1
        segment.seek(-400, 2)
        segment.write(bytes([byte]))
    done = s.run(*words, *outside, "--json")
    assert done.returncode == 1, done
    bad = json.loads(done.stdout)
    assert bad["verdict"] == "invalid"
    assert any(x["findings"] for x in bad["checks"])
    s.fails(66, *words, "--trust", s.root + "/none")
    # The two files exchanged: each is named, and where it belongs.
    s.fails(65, *words, "--trust", against, says=(against, "--against"))
    s.fails(65, *words, "--against", trust, says=(trust, "--trust"))
    s.fails(65, *words, "--tsa-roots", trust, says=(trust,))
    s.fails(66, *words, "--tsa-roots", s.root + "/none")
    assert s.run("verify", "-a", s.archive, "--quick").returncode == 1
    s.fails(64, *words, "-a", s.archive)
    s.fails(77, "verify", s.archive, "--passphrase-file", s.write("wrong", b"x\n"))


def findings_of_one_kind_are_told_a_few_times_and_counted(s):
    s.init()
    for i in range(7):
        s.put(s.write("%d.eml" % i, MESSAGE))
    vault = s.archive + "/vault/"
    name = vault + sorted(os.listdir(vault))[0]
    with open(name, "r+b") as segment:
        first = segment.read(1)
        segment.seek(0)
        segment.write(bytes([first[0] ^ 1]))
    done = s.run("verify", s.archive, "--quick", "--json")
    checks = {x["id"]: x for x in json.loads(done.stdout)["checks"]}
    seqs = [x["seq"] for x in checks["checkpoint"]["findings"]
            if x["code"] == "checkpoint_not_signed"]
    assert done.returncode == 1 and len(seqs) > 7, checks
    out = s.run("verify", s.archive, "--quick").stdout.decode()
    lines = [x for x in out.splitlines() if "[checkpoint_not_signed]" in x]
    assert len(lines) == 4 and "and %d more of this kind" % (len(seqs) - 3) in lines[-1], out
    assert ": records %d" % seqs[3] in lines[-1] and lines[-1].split(" (--json")[0].endswith(
        "%d" % seqs[-1]), (seqs, lines)


def a_status_needs_no_key_and_changes_nothing(s):
    made = s.init()
    before = sha256(s.stored())
    shown = json.loads(s.ok("status", "-a", s.archive, "--json"))
    assert shown["origin"] == made["origin"] and shown["verifier_key"] == made["verifier_key"]
    assert shown["records"] == 1 and shown["segments"] == 1 and shown["published"] == 1
    assert shown["writer_at_work"] is False and shown["torn_tail"] is False
    assert shown["quarantined"] == 0 and shown["vault_bytes"] > 0 and shown["free_bytes"] > 0
    assert b"1, the archive's own; no message yet" in s.ok("status", "-a", s.archive)
    assert sha256(s.stored()) == before


def keys_are_listed_and_exported(s):
    made = s.init()
    listed = json.loads(s.ok("key", "list", "-a", s.archive, "--json"))
    assert listed["verifier_key"] == made["verifier_key"] and listed["recovery"] == "none"
    assert listed["readers"] == [{"id": made["reader"], "role": "reader", "algorithm": "P-256",
                                  "subject": "CN=probant reader"}], listed
    assert s.ok("key", "export", "-a", s.archive).decode() == made["verifier_key"] + "\n"
    pem = s.ok("key", "export", "-a", s.archive, "--reader", made["reader"])
    assert b"probant reader" in openssl("x509", "-noout", "-subject", input=pem)
    policy = s.ok("key", "policy", "-a", s.archive).decode()
    assert made["verifier_key"] in policy
    assert json.loads(s.ok("key", "policy", "-a", s.archive, "--json"))["policy"] == policy
    out = s.root + "/policy"
    s.ok("key", "policy", "-a", s.archive, "-o", out)
    assert open(out).read() == policy
    s.fails(73, "key", "policy", "-a", s.archive, "-o", out)
    s.fails(66, "key", "export", "-a", s.archive, "--reader", "00", says=("key list",))


def a_command_line_that_makes_no_sense_is_explained(s):
    for words in (("nothing",), ("key",), ("key", "nothing"), ("import",), ("list", "word"),
                  ("list", "--nothing"), ("import", "-a"), ("import", "--json=1", "x"),
                  ("import", "-a", "x", "-a", "y", "z"), ("show",), ("show", "1", "2"),
                  ("import", "-a", "x", "--direction", "up", "z"), ("init",), ("verify",),
                  ("verify", "a", "b"), ("",), ("import", "-ax", "z")):
        s.fails(64, *words, says=("probant help",))
    assert b"probant 0." in s.ok("--version")
    everything = s.ok("help")
    for command in ("init", "import", "list", "show", "verify", "status", "key policy"):
        assert command.encode() in everything
        shown = s.ok(*command.split(), "--help")
        assert b"probant " + command.split()[0].encode() in shown
        assert shown == s.ok("help", *command.split())


def a_mistyped_command_or_option_is_guessed(s):
    for words, guess in ((("lsit",), "probant list?"), (("key", "lst"), "probant key list?"),
                         (("import", "--mailbax", "x"), "--mailbox?"),
                         (("list", "--pass", "x"), "--passphrase-file?")):
        s.fails(64, *words, says=("did you mean " + guess,))
    for words in (("frobnicate",), ("list", "--zzz"), ("key", "zzz")):
        assert "did you mean" not in s.fails(64, *words)


def help_of_a_first_word_lists_what_begins_with_it(s):
    listed = s.ok("help", "key").decode()
    assert all("  key " + x in listed for x in ("list", "restore-sheet", "rehearse")), listed
    assert "import" not in listed
    s.fails(64, "help", "nothing")
    said = s.fails(64, "key")
    assert "key list" in said and "key restore-sheet" in said, said


def what_the_system_says_comes_with_what_to_do(s):
    s.init()
    for words in (("import", "-a", s.archive, s.root + "/none"),
                  ("export", "-a", s.archive, "--case", "c", "-o", s.root + "/x", "--against",
                   s.root + "/none"),
                  ("restore", s.root + "/none", s.root + "/new")):
        said = s.run(*words).stderr.decode().splitlines()
        assert s.root + "/none: No such file or directory" in said[0], said
        assert said[1].startswith("  see whether the name is right"), said
    said = s.fails(65, "restore", s.passphrase, s.root + "/new")
    assert "?" not in said, said
    s.fails(66, "restore", "--accept-unknown-destructions", s.root + "/none", says=("no archive",))


def messages_are_french_in_a_french_locale(s):
    locale = os.path.join(os.path.dirname(PROBANT), "locale/fr/LC_MESSAGES/probant.mo")
    if not os.path.exists(locale):
        return
    french = {"LC_ALL": "", "LANG": "C.UTF-8", "LANGUAGE": "fr"}  # as README says
    text = s.run("status", "-a", s.root + "/none", env=french).stderr.decode()
    assert "il n’y a pas d’archive" in text and "probant init" in text, text
    long = [x for x in s.ok("help", "verify", env=french).decode().split("\n\n")[2].split("\n")
            if len(x) > 78 or len(x) < 50]
    assert len(long) <= 1, long  # the last line alone may be short
    s.init()
    assert json.loads(s.ok("status", "-a", s.archive, "--json", env=french))["records"] == 1


# ---- after a crash ------------------------------------------------------------------------

def a_torn_tail_is_told_and_put_in_order_by_the_next_writer(s):
    s.init()
    s.put(s.write("a.eml", MESSAGE))
    vault = s.archive + "/vault/"
    name = vault + sorted(os.listdir(vault))[-1]
    with open(name, "ab") as segment:
        segment.write(b"R\0\0\0\0\0\0\1\0torn")
    assert json.loads(s.ok("status", "-a", s.archive, "--json"))["torn_tail"] is True
    s.put(s.write("b.eml", MESSAGE))
    shown = json.loads(s.ok("status", "-a", s.archive, "--json"))
    assert shown["torn_tail"] is False and shown["quarantined"] == 1
    assert [x["type"] for x in s.rows()].count("recovery") == 1


def tests():
    import types
    skip = {"openssl", "on_terminal", "tests", "main", "sha256"}
    return [f for name, f in globals().items() if isinstance(f, types.FunctionType) and name not in skip]


def main():
    def alone(test):
        with tempfile.TemporaryDirectory(prefix="probant-cli-", ignore_cleanup_errors=True) as root:
            test(Scene(root))
    os.umask(0o077)
    check.play(tests(), alone)
    return check.end()


if __name__ == "__main__":
    sys.exit(main())
