#!/usr/bin/env python3
"""stop.py BUILD: an import that is interrupted ends in good order, and --resume keeps the rest.

A FIFO among what is imported holds it up in the middle, so that it is known where the signal finds
it: behind a thousand messages, before two thousand.  Last line: `N passed, N failed`.
"""
import collections
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

sys.dont_write_bytecode = True            # nothing is left beside the tests
from lib_check import check

PROBANT = pathlib.Path(sys.argv[1]).resolve() / "probant"
BEFORE, BEHIND = 1000, 2000
MARK = b"From camille@tilleuls.example Thu Apr 30 08:15:00 2026\n"


def probant(*words):
    return subprocess.run([str(x) for x in (PROBANT, *words)], capture_output=True, text=True)


def letter(number):
    return b"From: Labo <labo-fictif@example.test>\nSubject: essai %d\n\ncorps\n" % number


def make_mail(work):
    """Files, something that is waited for, and an mbox."""
    files, pipe, box = work / "files", work / "pipe.eml", work / "box.mbox"
    files.mkdir()
    for number in range(BEFORE):
        (files / ("%04d.eml" % number)).write_bytes(letter(number))
    os.mkfifo(pipe)
    box.write_bytes(b"".join(MARK + letter(BEFORE + n) + b"\n" for n in range(BEHIND)))
    return files, pipe, box


def writing_into(pipe, importing):
    """A descriptor, once the import reads there."""
    while importing.poll() is None:
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError:  # nobody reads yet
            time.sleep(0.01)
    raise SystemExit("the import ended: " + importing.stderr.read())


def catches(importing, number):
    status = pathlib.Path("/proc/%d/status" % importing.pid).read_text()
    caught = next(x for x in status.splitlines() if x.startswith("SigCgt:"))
    return int(caught.split()[1], 16) >> (number - 1) & 1


def interrupted(archive, mail, signals):
    """Its exit code, the last line and what it said on stderr."""
    importing = subprocess.Popen([PROBANT, "import", "-a", archive, "--json", *mail],
                                 stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    descriptor = writing_into(mail[1], importing)
    os.write(descriptor, b"Subject: coup")
    for number in signals:
        importing.send_signal(number)
        while importing.poll() is None and catches(importing, number):
            time.sleep(0.01)
    os.close(descriptor)
    out, said = importing.communicate()
    return importing.returncode, out.splitlines()[-1:], said


def kept(archive):
    rows = [json.loads(x) for x in
            probant("list", "-a", archive, "--purpose", "essai", "--json").stdout.splitlines()]
    return collections.Counter(x["subject"] for x in rows if x["type"] == "imported")


def test_stop(archive, mail, number):
    name = signal.Signals(number).name
    code, last, said = interrupted(archive, mail, [number])
    check(name + ": exit code 75", code == 75, (code, said))
    last = json.loads(last[0]) if last else {}
    check(name + ": what was read is kept, not half a message", last.get("imported") == BEFORE
          and last.get("stopped") is True and last.get("refused") == [], last)
    check(name + ": it says so", "%d messages are kept" % BEFORE in said and "--resume" in said, said)
    status = json.loads(probant("status", "-a", archive, "--json").stdout)
    check(name + ": stamped and published", status["timestamps"]["backlog"] == 0
          and status["published"] == status["records"], status)


def test_resume(archive, mail, name):
    done = probant("import", "-a", archive, "--json", "--resume", mail[0], mail[2])
    last = json.loads(done.stdout.splitlines()[-1])
    check(name + ": the rest is kept", done.returncode == 0 and "stopped" not in last, done.stderr)
    found = kept(archive)
    check(name + ": every message is there", len(found) == BEFORE + BEHIND, len(found))
    check(name + ": none is there twice", set(found.values()) == {1}, found.most_common(3))


def main():
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        (work / "passphrase").write_text("phrase fictive\n")
        os.environ.update(PROBANT_PASSPHRASE_FILE=str(work / "passphrase"), LC_ALL="C")
        mail = make_mail(work)
        for number in (signal.SIGINT, signal.SIGTERM):
            archive = work / ("archive%d" % number)
            probant("init", archive, "--origin", "essai.example/stop", "--no-recovery")
            test_stop(archive, mail, number)
            test_resume(archive, mail, signal.Signals(number).name)
        archive = work / "twice"
        probant("init", archive, "--origin", "essai.example/stop", "--no-recovery")
        code, _, said = interrupted(archive, mail, [signal.SIGINT, signal.SIGINT])
        check("the second ends it at once", code == -signal.SIGINT, (code, said))
        test_resume(archive, mail, "twice")
    return check.end()


sys.exit(main())
