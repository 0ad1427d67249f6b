#!/usr/bin/env python3
"""kill_import.py BUILD: `kill -9` at random moments of an import, which is then run again.

A tree with a mbox, an archive and files, which takes several commits.  Run again with --resume, each
message of it is in the archive once; without, or when `imports` is lost, each is there at least once,
and with the journal the second run names exactly those that are second arrivals.  KILL_RUNS (200)
sets how many, a quarter of it.  Last line: `N passed, N failed`.
"""
import collections
import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time

BUILD = pathlib.Path(sys.argv[1]).resolve()
PROBANT = BUILD / "probant"
RUNS = max(6, int(os.environ.get("KILL_RUNS", "200")) // 4)
MARK = b"From camille@tilleuls.example Thu Apr 30 08:15:00 2026\n"
SIZE = 700_000  # incompressible, so that a dozen of them fill a commit


def probant(*words):
    return subprocess.run([str(x) for x in (PROBANT, *words)], capture_output=True)


def make_mail(folder, chance):
    """The digests of what is in it; none twice."""
    folder.mkdir()
    messages = [b"Subject: essai %d\n\n" % n + chance.randbytes(SIZE).hex().encode()[:SIZE] + b"\n"
                for n in range(36)]
    for number in range(12):
        (folder / ("%02d.eml" % number)).write_bytes(messages[number])
    (folder / "box").write_bytes(b"".join(MARK + x + b"\n" for x in messages[12:24]))
    with tarfile.open(folder / "x.tar", "w") as tar:
        for number in range(24, 36):
            (folder / "one").write_bytes(messages[number])
            tar.add(folder / "one", "%d.eml" % number)
    (folder / "one").unlink()
    return {hashlib.sha256(x).hexdigest() for x in messages}


def killed(archive, mail, after_s):
    """Whether it was killed before its end."""
    importing = subprocess.Popen([str(PROBANT), "import", "-a", str(archive), str(mail)],
                                 stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(after_s)
    importing.send_signal(signal.SIGKILL)
    return importing.wait() == -signal.SIGKILL


def in_archive(archive):
    done = probant("list", "-a", archive, "--purpose", "essai", "--json")
    return collections.Counter(x["sha256"] for x in map(json.loads, done.stdout.splitlines())
                               if x.get("sha256"))


def wrong(archive, mail, digests, resume, lost):
    """What is not as it should be, or None."""
    before = in_archive(archive)
    if lost:
        (archive / "imports").unlink(missing_ok=True)
    done = probant("import", "-a", archive, "--json", mail, *(["--resume"] if resume else []))
    if done.returncode != 0:
        return "the next import: " + done.stderr.decode(errors="replace")
    rows = [json.loads(x) for x in done.stdout.splitlines()]
    second = {x["sha256"] for x in rows[:-1] if x.get("second")}
    after = in_archive(archive)
    if set(after) != digests:
        return "%d messages of %d are there" % (len(after), len(digests))
    if resume and not lost and any(x != 1 for x in after.values()):
        return "%d were imported twice" % sum(x > 1 for x in after.values())
    if not resume and not lost and second != set(before):
        return "%d are said to be second, %d are" % (len(second), len(before))
    if lost and second:
        return "a journal that was lost knows something"
    return None


def main():
    chance = random.Random(20260507)
    passed = failed = in_time = 0
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        (work / "passphrase").write_text("phrase fictive\n")
        os.environ["PROBANT_PASSPHRASE_FILE"] = str(work / "passphrase")
        template, archive, mail = work / "template", work / "archive", work / "mail"
        digests = make_mail(mail, chance)
        probant("init", template, "--origin", "essai.example/kill", "--no-recovery")
        shutil.copytree(template, archive)
        start = time.monotonic()
        probant("import", "-a", archive, mail)
        duration = time.monotonic() - start
        for number in range(RUNS):
            shutil.rmtree(archive)
            shutil.copytree(template, archive)
            was = killed(archive, mail, chance.uniform(0, duration))
            in_time += was
            if not was:
                duration *= 0.9  # the machine is faster now than when it was measured
            what = wrong(archive, mail, digests, number % 2 == 0, number % 5 == 4)
            passed, failed = passed + (what is None), failed + (what is not None)
            if what is not None:
                print("FAILED: run %d: %s" % (number, what))
    if in_time < RUNS / 2:
        print("FAILED: only %d of %d imports were killed before their end" % (in_time, RUNS))
        failed += 1
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


sys.exit(main())
