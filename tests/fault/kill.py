#!/usr/bin/env python3
"""kill.py BUILD: `kill -9` at random moments of an import.

KILL_RUNS (200) times an import of messages that take several commits is killed; the
moments are spread over its duration.  Whatever was acknowledged, as a whole line of
`import --json`, is there afterwards; the next import works alone; the archive verifies
against what was held outside.  In every other run the frontier file is lost as well.
Last line: `N passed, N failed`.
"""
import hashlib
import json
import os
import pathlib
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time

BUILD = pathlib.Path(sys.argv[1]).resolve()
PROBANT = BUILD / "probant"
RUNS = int(os.environ.get("KILL_RUNS", "200"))
MESSAGES = 40
SIZE = 700_000  # incompressible, so that a dozen of them fill a commit


def probant(*words, **options):
    return subprocess.run([str(x) for x in (PROBANT, *words)], capture_output=True, **options)


def make_messages(folder, chance):
    folder.mkdir()
    for number in range(MESSAGES):
        head = "From: labo-fictif@example.test\r\nSubject: essai %d\r\n\r\n" % number
        (folder / ("%03d.eml" % number)).write_bytes(head.encode() + chance.randbytes(SIZE))


def killed(archive, mail, after_s):
    """The lines that were acknowledged before the import was killed, and whether it was."""
    importing = subprocess.Popen([str(PROBANT), "import", "-a", str(archive), "--json", str(mail)],
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    time.sleep(after_s)
    importing.send_signal(signal.SIGKILL)
    out = importing.stdout.read()
    code = importing.wait()
    whole = [json.loads(x) for x in out.split(b"\n")[:-1]]
    return [x for x in whole if "seq" in x], code == -signal.SIGKILL


def wrong(archive, acknowledged, outside, extra):
    """What is not as it should be after a kill, or None."""
    done = probant("import", "-a", archive, extra)
    if done.returncode != 0:
        return "the next import: " + done.stderr.decode(errors="replace")
    done = probant("list", "-a", archive, "--purpose", "essai", "--json")
    rows = {x["seq"]: x.get("sha256") for x in map(json.loads, done.stdout.splitlines())}
    for line in acknowledged:
        digest = hashlib.sha256(pathlib.Path(line["path"]).read_bytes()).hexdigest()
        if line["sha256"] != digest or rows.get(line["seq"]) != digest:
            return "acknowledged record %d is not there" % line["seq"]
    done = probant("verify", archive, *outside)
    return None if done.returncode == 0 else done.stdout.decode(errors="replace")


def main():
    chance = random.Random(20260506)
    passed = failed = in_time = 0
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        passphrase, template, archive = work / "passphrase", work / "template", work / "archive"
        passphrase.write_text("phrase fictive\n")
        os.environ["PROBANT_PASSPHRASE_FILE"] = str(passphrase)
        make_messages(work / "mail", chance)
        extra = work / "mail" / "000.eml"
        probant("init", template, "--origin", "essai.example/kill", "--no-recovery")
        probant("key", "policy", "-a", template, "-o", work / "trust")
        probant("tsa", "roots", "-a", template, "-o", work / "roots.pem")
        shutil.copy(template / "log" / "checkpoint", work / "against")
        outside = ("--trust", work / "trust", "--tsa-roots", work / "roots.pem",
                   "--against", work / "against")
        shutil.copytree(template, archive)
        start = time.monotonic()
        probant("import", "-a", archive, work / "mail")
        duration = time.monotonic() - start
        for number in range(RUNS):
            shutil.rmtree(archive)
            shutil.copytree(template, archive)
            lines, was = killed(archive, work / "mail", chance.uniform(0, duration))
            in_time += was
            if not was:
                duration *= 0.9  # the machine is faster now than when it was measured
            if number % 2:
                (archive / "frontier").unlink(missing_ok=True)
            what = wrong(archive, lines, outside, extra)
            passed, failed = passed + (what is None), failed + (what is not None)
            if what is not None:
                print("FAILED: run %d, %d acknowledged: %s" % (number, len(lines), what))
    if in_time < RUNS / 2:
        print("FAILED: only %d of %d imports were killed before their end" % (in_time, RUNS))
        failed += 1
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


sys.exit(main())
