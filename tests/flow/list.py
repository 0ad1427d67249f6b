#!/usr/bin/env python3
"""list.py BUILD: what `list` says of mail is what Python's email says of it.

The demo's 200 messages are imported; each row of `list --json` is held, field by field, against the
file as Python's own parser reads it.  Then pages, an archive whose catalog is lost, one that was not
indexed, and one whose program for messages is gone.
Last line: `N passed, N failed`.
"""
import email
import email.utils
import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from datetime import timezone
from email.header import decode_header

sys.dont_write_bytecode = True            # nothing is left beside the tests
from lib_check import check

BUILD = pathlib.Path(sys.argv[1]).resolve()
ROOT = pathlib.Path(__file__).resolve().parents[2]


def run(*words, code=0):
    done = subprocess.run([str(x) for x in words], capture_output=True)
    if done.returncode != code:
        print("exit %d of %s: %s" % (done.returncode, words, done.stderr.decode(errors="replace")[:800]))
    return done


def probant(*words, code=0):
    return run(BUILD / "probant", *words, code=code)


def rows(archive, *more, code=0):
    done = probant("list", "-a", archive, "--purpose", "essai", "--json", *more, code=code)
    return [json.loads(x) for x in done.stdout.splitlines()]


# ---- as Python reads it ---------------------------------------------------------------------

def plain(octets):
    """Octets that no charset explains are windows-1252 (FORMAT 6.1)."""
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("cp1252", "replace")


def decoded(value):
    """RFC 2047, by the older of Python's two decoders: the newer leaves blanks between two words."""
    value = "".join(str(value).splitlines()) if not isinstance(value, str) else value
    value = value.replace("\r", "").replace("\n", "")
    text = ""
    for piece, charset in decode_header(value):
        if isinstance(piece, str):
            text += piece
        elif charset in (None, "unknown-8bit"):
            text += plain(piece)
        else:
            text += piece.decode(charset, "replace")
    return text.strip()


def raw(message, name):
    """Fields of that name as they stand; octets beyond ASCII as surrogates."""
    return [value for key, value in message.raw_items() if key.lower() == name]


def text_of(value):
    return plain(value.encode("ascii", "surrogateescape")) if not value.isascii() else value


def addresses(message, name):
    found = []
    for field, addr in email.utils.getaddresses([text_of(x) for x in raw(message, name)]):
        entry = {}
        if decoded(field):
            entry["name"] = decoded(field)
        if addr:
            entry["addr"] = addr
        found.append(entry)
    return found


def attachments(message):
    """The parts that have a name, and those that say they are one."""
    found = []
    for part in message.walk():
        name = part.get_filename()
        if name is not None or part.get_content_disposition() == "attachment":
            found.append(decoded(name) if name is not None else None)
    return found


def expected(path):
    octets = path.read_bytes()
    message = email.message_from_bytes(octets)
    row = {"size": len(octets), "sha256": hashlib.sha256(octets).hexdigest(), "source": "import",
           "type": "imported", "attachments": attachments(message)}
    for name in ("from", "to", "cc"):
        found = addresses(message, name)
        if found:
            row[name] = found
    for value in raw(message, "subject")[:1]:
        row["subject"] = decoded(text_of(value))
    for value in raw(message, "message-id")[:1]:
        row["message_id"] = value.strip().strip("<>")
    for value in raw(message, "date")[:1]:
        utc = email.utils.parsedate_to_datetime(value).astimezone(timezone.utc)
        row["date"] = utc.strftime("%Y-%m-%dT%H:%M:%SZ")
    return row


# ---- the tests ------------------------------------------------------------------------------

def compare(archive, kept):
    shown = {row["seq"]: row for row in rows(archive)}
    for row in kept:
        said = dict(shown.get(row["seq"], {}))
        for name in ("seq", "captured", "state"):
            said.pop(name, None)
        wanted = expected(pathlib.Path(row["path"]))
        differ = {k: (said.get(k), wanted.get(k)) for k in set(said) | set(wanted)
                  if said.get(k) != wanted.get(k)}
        check("record %d is listed as Python reads it" % row["seq"], not differ, differ)
    seqs = sorted(shown)
    check("no record is missing", seqs == list(range(len(seqs))))
    return shown


def same_rows(archive, before):
    now = {row["seq"]: row for row in rows(archive)}
    return all(now.get(seq) == row for seq, row in before.items())


def lost(archive, before):
    for name in ("catalog.db", "index"):
        path = archive / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    check("a list is the same when catalog and index were lost", same_rows(archive, before))
    check("and what is lost is made again", (archive / "catalog.db").exists())


def pages(archive, before):
    check("a page is a page", [r["seq"] for r in rows(archive, "--offset", 10, "--limit", 5)]
          == list(range(10, 15)))
    check("a page of a range", [r["seq"] for r in rows(archive, "--range", "20..29", "--offset", 8,
                                                       "--limit", 5)] == [28, 29])
    check("a page beyond the end is refused", not rows(archive, "--offset", 100000, code=66))


def without_program(work, mail):
    """A copy of the program that does not find its helper: everything is kept, nothing indexed."""
    alone = work / "alone"
    alone.mkdir()
    shutil.copy(BUILD / "probant", alone / "probant")
    archive = work / "unseen"
    probant("init", archive, "--origin", "essai.example/aveugle", "--no-recovery")
    done = run(alone / "probant", "import", "-a", archive, mail)
    check("without its helper an import keeps all", b"200" in done.stdout)
    check("and says that it is not indexed", b"reindex" in done.stderr, done.stderr)
    done = run(alone / "probant", "list", "-a", archive, "--purpose", "essai", "--json")
    found = [json.loads(x) for x in done.stdout.splitlines()]
    unseen = [r for r in found if r.get("state") == "unseen"]
    check("its list says so of each", len(unseen) == 200 and all("sha256" in r for r in unseen))
    done = probant("reindex", "-a", archive, "--json")
    check("reindex does the rest", json.loads(done.stdout)["indexed"] == 200, done.stdout)
    check("and nothing is unseen then", not [r for r in rows(archive) if "state" in r])


def later(work, mail):
    archive = work / "later"
    probant("init", archive, "--origin", "essai.example/plus-tard", "--no-recovery")
    done = probant("import", "-a", archive, "--no-index", mail)
    check("--no-index leaves no index", not (archive / "index").exists(), done.stderr)
    check("the next list makes it", len([r for r in rows(archive) if "subject" in r]) > 150
          and (archive / "index").exists())
    return archive


def killed(work, source):
    """Killed while it indexes, again and again: the list is right afterwards."""
    wanted = {r["seq"]: r for r in rows(source)}
    archive = work / "killed"
    for delay in (0.05, 0.15, 0.3):
        shutil.rmtree(archive, ignore_errors=True)
        shutil.copytree(source, archive)
        process = subprocess.Popen([str(BUILD / "probant"), "reindex", "-a", str(archive), "--all"],
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        check("killed after %g s, the list is right" % delay, same_rows(archive, wanted))
        done = probant("verify", archive, "--quick", code=2)
        check("and the archive is as it was", b"INVALID" not in done.stdout)


def terminal(archive):
    done = probant("list", "-a", archive, "--purpose", "essai")
    text = done.stdout.decode()
    check("a list says how much is indexed", "200 of 200 messages indexed" in text, text[-300:])
    check("nothing in it commands a terminal",
          not [c for c in text if ord(c) < 32 and c != "\n" or 0x7f <= ord(c) < 0xa0])


def main():
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        archive, mail = work / "archive", work / "mail"
        (work / "passphrase").write_text("phrase fictive\n")
        os.environ["PROBANT_PASSPHRASE_FILE"] = str(work / "passphrase")
        os.environ["LC_ALL"] = "C.UTF-8"
        os.umask(0o077)
        run(ROOT / "tools" / "demo_mail.py", mail)
        probant("init", archive, "--origin", "essai.example/liste", "--no-recovery")
        done = probant("import", "-a", archive, "--json", mail)
        kept = [json.loads(x) for x in done.stdout.splitlines()][:-1]
        check("200 messages are kept", len(kept) == 200)
        shown = compare(archive, kept)
        lost(archive, shown)
        pages(archive, shown)
        terminal(archive)
        without_program(work, mail)
        source = later(work, mail)
        killed(work, source)
    return check.end()


sys.exit(main())
