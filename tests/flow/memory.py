#!/usr/bin/env python3
"""memory.py BUILD: a message of 200 MB goes in and comes out in constant memory.

Beside it stand some thousand small ones; all are exported, and the bundle is verified.  Anonymous
and shared memory of each process stay under 64 MiB, the bytes come back, and while the import or
the export runs no plaintext stands in any file it has open or has made, but in the bundle.
Last line: `N passed, N failed`.
"""
import hashlib
import json
import mmap
import os
import pathlib
import random
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True            # nothing is left beside the tests
from lib_check import check

BUILD = pathlib.Path(sys.argv[1]).resolve()
LIMIT = 64 << 20
SMALL = 3000
MARKER = b"MARQUE-DU-CORPS-FICTIF"


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


def make_small(folder):
    folder.mkdir()
    for number in range(SMALL):
        (folder / ("%d.eml" % number)).write_bytes(
            b"From: a@essai.example\r\nSubject: %d\r\n\r\n" % number + MARKER * 20 + b"\r\n")


def own_memory(pid):
    try:
        lines = pathlib.Path("/proc/%d/status" % pid).read_text().splitlines()
    except OSError:
        return 0
    fields = dict(x.split(":", 1) for x in lines)
    return sum(int(fields.get(x, "0 kB").split()[0]) * 1024 for x in ("RssAnon", "RssShmem"))


def holds_marker(file):
    """A window at a time: a bundle is not read whole."""
    tail = b""
    while block := file.read(1 << 20):
        if MARKER in tail + block:
            return True
        tail = block[-len(MARKER):]
    return False


def spilled(pid, expected):
    """Does anything that the process has open, beside what is expected, hold the marker?  Unnamed
    files too."""
    for link in pathlib.Path("/proc/%d/fd" % pid).glob("*"):
        try:
            target = os.readlink(link)
            if target.startswith("/dev") or "pipe:" in target or target.startswith(str(expected)):
                continue
            with open(link, "rb") as file:
                if holds_marker(file):
                    return True
        except OSError:
            continue  # closed meanwhile
    return False


def watch(process, expected=None):
    """Peak memory until the process has ended, and whether plaintext was seen on disk."""
    peak, leaked, looks, searched = 0, False, 0, 0
    while process.poll() is None:
        peak = max(peak, own_memory(process.pid))
        if expected is not None and looks % 8 == 0:
            leaked = leaked or spilled(process.pid, expected)
            searched += 1
        looks += 1
        try:
            process.wait(0.01)
        except subprocess.TimeoutExpired:
            pass
    return peak, leaked, searched


class Stage:
    def __init__(self, work):
        self.work, self.archive, self.message = work, work / "archive", work / "gros.eml"
        self.bundle, self.temporary = work / "essai.asics", work / "tmp"
        self.temporary.mkdir()
        (work / "passphrase").write_text("phrase fictive\n")
        os.environ.update(PROBANT_PASSPHRASE_FILE=str(work / "passphrase"),
                          TMPDIR=str(self.temporary))
        self.run("init", self.archive, "--origin", "essai.example/gros", "--no-recovery")
        self.digest = make_message(self.message)
        make_small(work / "petits")
        self.run("import", "-a", self.archive, work / "petits")

    @staticmethod
    def run(*words):
        return subprocess.run([BUILD / "probant", *words], capture_output=True, check=True).stdout

    def begin(self, *words, program="probant", out=subprocess.DEVNULL):
        return subprocess.Popen([BUILD / program, *words], stdout=out)

    def at_rest(self):
        """Does the marker stand in the archive, or in what was made elsewhere?"""
        for place in self.archive, self.temporary:
            for path in place.rglob("*"):
                if path.is_file():
                    with open(path, "rb") as file:
                        if holds_marker(file):
                            return True
        return False


def import_is_constant(s):
    process = s.begin("import", "-a", s.archive, s.message)
    peak, leaked, searched = watch(process, s.message)
    check("the import succeeds", process.returncode == 0)
    check("it was watched", searched > 2, searched)
    check("importing takes constant memory", 0 < peak < LIMIT, peak)
    check("no plaintext is written while it runs", not leaked)
    check("nor afterwards", not s.at_rest())
    with open(s.message, "rb") as file:
        check("the marker can be found", holds_marker(file))


def show_and_verify_are_constant(s):
    rows = s.run("list", "-a", s.archive, "--purpose", "essai", "--json").splitlines()
    s.seq = max((x for x in map(json.loads, rows) if x["type"] == "imported"),
                key=lambda x: x["size"])["seq"]
    with open(s.work / "back.eml", "wb") as back:
        peak, _, _ = watch(s.begin("show", "-a", s.archive, str(s.seq), "--raw", "--purpose",
                                   "essai", out=back))
    check("showing takes constant memory", 0 < peak < LIMIT, peak)
    with open(s.work / "back.eml", "rb") as back:
        check("it comes back byte for byte",
              hashlib.file_digest(back, "sha256").hexdigest() == s.digest)
    os.remove(s.work / "back.eml")
    process = s.begin("verify", s.archive)
    peak, _, _ = watch(process)
    check("verifying takes constant memory", 0 < peak < LIMIT, peak)
    check("it verifies", process.returncode == 2, process.returncode)


def export_is_constant(s):
    """Of all messages, the bundle itself may hold them, and what it is called until it is whole."""
    process = s.begin("export", "-a", s.archive, "--case", "gros", "-o", s.bundle)
    peak, leaked, searched = watch(process, s.bundle)
    check("the export succeeds", process.returncode == 0, process.returncode)
    check("it was watched as well", searched > 2, searched)
    check("exporting takes constant memory", 0 < peak < LIMIT, peak)
    check("it writes no plaintext but into the bundle", not leaked)
    check("nor leaves any", not s.at_rest() and not list(s.work.glob("*.partial*")))
    with open(s.bundle, "rb") as file, mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as data:
        line = b"%s  records/%d/message.eml\n" % (s.digest.encode(), s.seq)
        check("the message is in the bundle", data.find(line) > 0 and data.find(MARKER) > 0)


def a_bundle_is_verified_in_constant_memory(s):
    (s.work / "trust").write_bytes(s.run("key", "policy", "-a", s.archive))
    (s.work / "roots").write_bytes(s.run("tsa", "roots", "-a", s.archive))
    process = s.begin(s.bundle, "--trust", s.work / "trust", "--tsa-roots", s.work / "roots",
                      program="probant-verify")
    peak, leaked, searched = watch(process, s.bundle)
    check("verifying a bundle takes constant memory", 0 < peak < LIMIT, peak)
    check("it finds nothing wrong in the bundle", process.returncode == 2, process.returncode)
    check("and writes no plaintext", not leaked and searched and not s.at_rest())


def main():
    # not in memory: /tmp may be
    with tempfile.TemporaryDirectory(dir=BUILD) as name:
        stage = Stage(pathlib.Path(name))
        for part in (import_is_constant, show_and_verify_are_constant, export_is_constant,
                     a_bundle_is_verified_in_constant_memory):
            part(stage)
    return check.end()


sys.exit(main())
