#!/usr/bin/env python3
"""secrecy.py [BUILD]: whoever has every file of an archive, and no key, reads no word of a message.

Keeps tests/vectors/messages and mail of tools/demo_mail.py (and, if it is set, all mail under
$PROBANT_CORPUS), in one archive each, kills an import, and looks for every word of six letters or
more of subjects, addresses, texts and file names, for pieces of the messages as they stand, and
for what was typed in, in every file: vault/, keys/, log/, the torn end of a segment, quarantine/,
tmp/, frontier, tsa/.  Then in bundles of it, for every word of what they leave closed.  As UTF-8,
Latin-1 and UTF-16, in three spellings, in hex and in base64.  It must find them where they are: in
the mail, in what a bundle opens, and in a file that leaks.

Prints a line for each test that fails, with the place but not the word, and `N passed, N failed`.
"""
import base64
import json
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True            # nothing is left beside the tests
import secrecy_bundles
from forger import ROOT, pb
from secrecy_bundles import Served
from secrecy_search import PIECE, Search, encodings_of, mail_below, words_of

ORIGIN = "xyzzy.test/coffre"
PASSPHRASE = "Quincaillerie Abracadabrante"
PURPOSE = "R\u00e9clamation Mirobolante, pr\u00e9judice Extravagant"


# ---- the archive ---------------------------------------------------------------------------

class Archive:
    def __init__(self, work, build, authority=None):
        """authority: one that is not the archive's own."""
        os.makedirs(work, exist_ok=True)
        self.work, self.build, self.path = work, build, work + "/archive"
        self.passphrase = work + "/passphrase"
        with open(self.passphrase, "w") as file:
            file.write(PASSPHRASE + "\n")
        self.run("init", self.path, "--origin", ORIGIN, "--recovery-out", work + "/recovery.pem",
                 "--passphrase-file", self.passphrase,
                 *(["--tsa", "http://%s:%d/" % authority.address, "--tsa-roots", authority.root]
                   if authority else []))

    def run(self, *arguments):
        return pb.run([self.build + "/probant", *arguments], b"")

    def keep(self, paths):
        """{seq: path}, stamped."""
        out = self.run("import", "-a", self.path, "--json", "--direction", "received", *paths)
        self.run("stamp", "--now", "-a", self.path)
        rows = map(json.loads, out.splitlines())
        return {row["seq"]: row["path"] for row in rows if "seq" in row}

    def read(self):
        for form in ([], ["--facts"]):
            self.run("show", "2", "-a", self.path, *form, "--purpose", PURPOSE,
                     "--passphrase-file", self.passphrase)

    def vault_size(self):
        return sum(entry.stat().st_size for entry in os.scandir(self.path + "/vault"))

    def kill_import(self, paths):
        """kill -9 while the segment grows; whether a part of a commit was left."""
        for _ in range(40):
            before = self.vault_size()
            process = subprocess.Popen([self.build + "/probant", "import", "-a", self.path, *paths],
                                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            while process.poll() is None and self.vault_size() < before + 4096:
                pass
            process.kill()
            process.wait()
            verdict = subprocess.run([self.build + "/probant-verify", "--json", self.path],
                                     stdout=subprocess.PIPE)
            if b"uncommitted_tail" in verdict.stdout:
                return True
        return False

    def open_records(self):
        """What everybody can read."""
        for stem in pb.list_segments(self.path)[0]:
            segment = pb.Segment(self.path, stem)
            for frame in segment.frames(segment.start):
                if frame.tag == "P":
                    for _, data in pb.open_payload(segment.origin, frame.r, frame.payload):
                        yield data


class Tests:
    def __init__(self):
        self.passed = self.failed = 0

    def case(self, sentence, right, why=""):
        self.passed, self.failed = self.passed + bool(right), self.failed + (not right)
        if not right:
            print("%s%s" % (sentence, ": " + why if why else ""))

    def nothing(self, sentence, places):
        places = list(places)
        self.case(sentence, not places, ", ".join(places[:5]) + (
            " and %d more" % (len(places) - 5) if len(places) > 5 else ""))


def paths_of(sources):
    """What to import: Maildirs, and files beside them."""
    paths = []
    for source in sources:
        for folder, folders, names in os.walk(source):
            if {"cur", "new"} <= set(folders):
                paths.append(folder)
                folders[:] = []
            else:
                paths += [os.path.join(folder, n) for n in names]
    return paths


def keep(tests, build, sources, name, vocabulary):
    """An archive of these sources; gives what was looked for."""
    with tempfile.TemporaryDirectory() as work:
        archive, search, paths = Archive(work, build), Search(), paths_of(sources)
        for source in sources:
            for path, data in mail_below(source):
                search.add_message(path, data)
        search.add_words(words_of(PURPOSE + " " + PASSPHRASE))
        kept = archive.keep(paths)
        tests.case("%s: there is something to look for" % name, search.count > 100)
        secrecy_bundles.judge(tests, archive, kept, vocabulary, (PURPOSE, PASSPHRASE), name)
        tests.nothing("%s: no file of the archive shows a word" % name,
                      search.places(archive.path))
        tests.case("%s: an import is killed in the middle" % name, archive.kill_import(paths))
        tests.nothing("%s: what it left shows no word" % name, search.places(archive.path))
        archive.keep(paths[:1])           # opening puts the torn end aside
        tests.case("%s: what it left is in quarantine" % name,
                   os.listdir(archive.path + "/quarantine"))
        tests.nothing("%s: quarantine/ and the rest show no word" % name,
                      search.places(archive.path))
        tests.nothing("%s: records that stand open hold no word" % name,
                      ["an open record" for data in archive.open_records() if search.hits(data)])
        return search


def handed_over(tests, build, sources, name, work):
    """The same bundles, stamped by an authority elsewhere; and what it leaves in the archive."""
    os.mkdir(work)
    authority = Served(build + "/probant", work + "/authority")
    try:
        vocabulary = secrecy_bundles.wordless(tests, Archive(work + "/wordless", build, authority))
        archive, search = Archive(work + "/archive", build, authority), Search()
        for source in sources:
            for path, data in mail_below(source):
                search.add_message(path, data)
        kept = archive.keep(paths_of(sources))
        secrecy_bundles.judge(tests, archive, kept, vocabulary, (PURPOSE, PASSPHRASE), name)
        tests.nothing("%s: no file of the archive shows a word" % name,
                      search.places(archive.path))
    finally:
        authority.stop()


def leaks_are_found(tests, search, sources):
    found = {path for source in sources for path, data in mail_below(source) if search.hits(data)}
    there = {path for source in sources for path, data in mail_below(source) if len(data) > PIECE}
    tests.case("the words are found in the mail itself", there <= found,
               "not in %d of %d files" % (len(there - found), len(there)))
    noise = bytes(range(256)) * 3
    tests.case("noise is no leak", not search.hits(noise))
    for word in ("Mirobolante", "Extravagant", "Abracadabrante"):
        for encoding, octets in [*encodings_of(word), ("utf-8", word.swapcase().encode())]:
            tests.case("a file that leaks a word as %s is found" % encoding,
                       len(noise) in search.hits(noise + octets + noise))
        for before in range(3):
            whole = base64.b64encode(bytes(7 + before) + word.encode() + b"\n\n\n")
            tests.case("a file that leaks a word in base64 is found", search.hits(whole))


def main():
    build = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "build"))
    os.umask(0o077)
    tests = Tests()
    with tempfile.TemporaryDirectory() as work:
        mail, little = work + "/Mail", work + "/Little"
        for path, number in (mail, "80"), (little, "40"):
            pb.run([sys.executable, os.path.join(ROOT, "tools/demo_mail.py"), path, "--messages",
                    number], b"")
        sources = [os.path.join(ROOT, "tests/vectors/messages"), mail]
        vocabulary = secrecy_bundles.wordless(tests, Archive(work + "/wordless", build))
        search = keep(tests, build, sources, "fictitious mail", vocabulary)
        leaks_are_found(tests, search, sources)
        handed_over(tests, build, [little], "an authority elsewhere", work + "/elsewhere")
        if os.environ.get("PROBANT_CORPUS"):
            keep(tests, build, [os.environ["PROBANT_CORPUS"]], "the corpus", vocabulary)
    print("%d passed, %d failed" % (tests.passed, tests.failed))
    return 1 if tests.failed or not tests.passed else 0


if __name__ == "__main__":
    sys.exit(main())
