#!/usr/bin/env python3
"""memory.py BUILD: a message of 200 MB goes in and comes out in constant memory.

Anonymous and shared memory of each process stay under 64 MiB, the bytes come back, and
while the import runs no plaintext stands in any file it has open or has made.
Last line: `N passed, N failed`.
"""
import hashlib
import os
import pathlib
import random
import subprocess
import sys
import tempfile

BUILD = pathlib.Path(sys.argv[1]).resolve()
LIMIT = 64 << 20
MARKER = b"MARQUE-DU-CORPS-FICTIF"
counts = {True: 0, False: 0}


def test(name, right, detail=""):
    counts[bool(right)] += 1
    if not right:
        print("FAILED: %s %s" % (name, detail))


def make_message(path):
    chance, digest = random.Random(7), hashlib.sha256()
    with open(path, "wb") as file:
        for number in range(200):
            block = MARKER + b" %d\r\n" % number + chance.randbytes(1_000_000)
            if number == 0:
                block = b"From: labo-fictif@example.test\r\nSubject: gros\r\n\r\n" + block
            file.write(block)
            digest.update(block)
    return digest.hexdigest()


def own_memory(pid):
    try:
        fields = dict(x.split(":", 1) for x in pathlib.Path("/proc/%d/status" % pid).read_text().splitlines())
    except OSError:
        return 0
    return sum(int(fields.get(x, "0 kB").split()[0]) * 1024 for x in ("RssAnon", "RssShmem"))


def spilled(pid, source):
    """What the process has open beside its source, unnamed files too: does it hold the marker?"""
    for link in pathlib.Path("/proc/%d/fd" % pid).glob("*"):
        try:
            target = os.readlink(link)
            if target.startswith("/dev") or "pipe:" in target or target == str(source):
                continue
            with open(link, "rb") as file:
                if MARKER in file.read():
                    return True
        except OSError:
            continue  # closed meanwhile
    return False


def watch(process, source=None):
    """Peak memory until the process has ended, and whether plaintext was seen on disk."""
    peak, leaked, looks = 0, False, 0
    while process.poll() is None:
        peak = max(peak, own_memory(process.pid))
        looks += 1
        if source is not None and looks % 4 == 0:
            leaked = leaked or spilled(process.pid, source)
        try:
            process.wait(0.01)
        except subprocess.TimeoutExpired:
            pass
    return peak, leaked, looks


def main():
    # not in memory: /tmp may be
    with tempfile.TemporaryDirectory(dir=BUILD) as name:
        work = pathlib.Path(name)
        probant, archive, message = BUILD / "probant", work / "archive", work / "gros.eml"
        (work / "passphrase").write_text("phrase fictive\n")
        os.environ["PROBANT_PASSPHRASE_FILE"] = str(work / "passphrase")
        subprocess.run([probant, "init", archive, "--origin", "essai.example/gros", "--no-recovery"],
                       capture_output=True, check=True)
        digest = make_message(message)

        process = subprocess.Popen([probant, "import", "-a", archive, message], stdout=subprocess.DEVNULL)
        peak, leaked, looks = watch(process, message)
        test("the import succeeds", process.returncode == 0)
        test("it was watched", looks > 10, looks)
        test("importing takes constant memory", 0 < peak < LIMIT, peak)
        test("no plaintext is written while it runs", not leaked)
        test("nor afterwards", not any(MARKER in x.read_bytes() for x in archive.rglob("*") if x.is_file()))
        test("the marker can be found", MARKER in message.read_bytes())

        with open(work / "back.eml", "wb") as back:
            process = subprocess.Popen([probant, "show", "-a", archive, "2", "--raw", "--purpose", "essai"],
                                       stdout=back)
            peak, _, _ = watch(process)
        test("showing takes constant memory", 0 < peak < LIMIT, peak)
        test("it comes back byte for byte",
             hashlib.sha256((work / "back.eml").read_bytes()).hexdigest() == digest)
        process = subprocess.Popen([probant, "verify", archive], stdout=subprocess.DEVNULL)
        peak, _, _ = watch(process)
        test("verifying takes constant memory", 0 < peak < LIMIT, peak)
        test("it verifies", process.returncode == 2, process.returncode)
    print("%d passed, %d failed" % (counts[True], counts[False]))
    return 1 if counts[False] else 0


sys.exit(main())
