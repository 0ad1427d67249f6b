#!/usr/bin/env python3
"""secrecy.py [BUILD]: whoever has every file of an archive, and no key, reads no word of a message.

Keeps tests/vectors/messages and mail of tools/demo_mail.py (and, if it is set, all mail under
$PROBANT_CORPUS), in one archive each, kills an import, and looks for every word of six letters or
more of subjects, addresses, texts and file names, for pieces of the messages as they stand, and
for what was typed in, in every file: vault/, keys/, log/, the torn end of a segment, quarantine/,
tmp/, frontier.  As UTF-8, Latin-1 and UTF-16, in three spellings, and in base64.  It must find
them where they are: in the mail, and in a file that leaks.

Prints a line for each test that fails, with the place but not the word, and `N passed, N failed`.
"""
import base64
import email
import email.errors
import email.header
import email.policy
import os
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True            # nothing is left beside the tests
from forger import ROOT, pb

# Words of the format and its file names, and of the origin, which stand open.
VOCABULARY = """PROBANT1 PBSEGMT1 PBFRONT1 origin first_seq created_s checkpoint entries frontier
    private quarantine readers reader recovery CERTIFICATE ENCRYPTED segment header sha256 sha3_256
    previous length format verifier_key software probant tsa_roots xyzzy""".lower().split()
ORIGIN = "xyzzy.test/coffre"
PASSPHRASE = "Quincaillerie Abracadabrante"
PURPOSE = "R\u00e9clamation Mirobolante, pr\u00e9judice Extravagant"
SHORTEST, FOLDED = 6, 8                   # letters; from FOLDED on, in any spelling at all
PIECE = 24                                # octets of a message as they stand


# ---- what is looked for --------------------------------------------------------------------

def texts_of(data):
    """What a person would read in a message, and its header as it stands."""
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    for part in message.walk():
        for _, value in part.items():
            yield str(value)
            try:
                yield str(email.header.make_header(email.header.decode_header(str(value))))
            except (ValueError, LookupError, email.errors.HeaderParseError):
                pass                      # not an encoded word after all
        if part.get_content_maintype() != "text":
            yield part.get_filename() or ""
            continue
        content = part.get_payload(decode=True) or b""
        for charset in ("utf-8", part.get_content_charset() or "latin-1", "latin-1"):
            try:
                yield content.decode(charset)
                break
            except (ValueError, LookupError):
                continue


def words_of(text):
    return {word for word in re.findall(r"[^\W\d_]{%d,}" % SHORTEST, text)
            if not any(word.lower() in known for known in VOCABULARY)}


def mail_below(directory):
    for folder, _, names in sorted(os.walk(directory)):
        for name in sorted(names):
            with open(os.path.join(folder, name), "rb") as file:
                yield os.path.relpath(os.path.join(folder, name), directory), file.read()


def encodings_of(word):
    """Name, octets."""
    for text in {word, word.lower(), word.upper(), word.capitalize()}:
        for encoding in ("utf-8", "latin-1", "utf-16-le", "utf-16-be"):
            octets = text.encode(encoding, "ignore")
            if len(octets) >= SHORTEST:
                yield encoding, octets
    octets = word.encode()
    for before in range(3 if len(octets) >= FOLDED else 0):
        # only the characters that depend on the word alone
        whole = base64.b64encode(bytes(before) + octets)
        piece = whole[-(-before * 4 // 3):(before + len(octets)) * 8 // 6]
        if len(piece) >= FOLDED:
            yield "base64 at %d" % before, piece


class Search:
    """Many strings at once, by their first octets."""

    def __init__(self):
        self.exact, self.folded, self.count = {}, {}, 0

    def add_word(self, word):
        self.count += 1
        for _, octets in encodings_of(word):
            self.add(octets)
        if len(word) >= FOLDED:
            octets = word.lower().encode()
            self.folded.setdefault(octets[:SHORTEST], set()).add(octets)

    def add(self, octets):
        self.exact.setdefault(octets[:SHORTEST], set()).add(octets)

    def add_message(self, name, data):
        for text in [name, *texts_of(data)]:
            for word in words_of(text):
                self.add_word(word)
        for at in range(0, len(data) - PIECE, max(PIECE, len(data) // 8)):
            piece = data[at:at + PIECE]
            if len(set(piece)) > 4:       # not a rule of dashes or a run of NUL
                self.add(piece)

    def hits(self, data):
        """Offsets."""
        found = set()
        for heads, octets in ((self.exact, data), (self.folded, data.lower())):
            for at in range(len(octets) - SHORTEST + 1):
                for whole in heads.get(octets[at:at + SHORTEST], ()):
                    if octets.startswith(whole, at):
                        found.add(at)
        return sorted(found)

    def places(self, directory):
        """Every file below, and its name."""
        for path, data in mail_below(directory):
            yield from ["%s:%d" % (path, at) for at in self.hits(data)]
            yield from ["the name of " + path for _ in self.hits(path.encode())]


# ---- the archive ---------------------------------------------------------------------------

class Archive:
    def __init__(self, work, build):
        self.work, self.build, self.path = work, build, work + "/archive"
        self.passphrase = work + "/passphrase"
        with open(self.passphrase, "w") as file:
            file.write(PASSPHRASE + "\n")
        self.run("init", self.path, "--origin", ORIGIN, "--recovery-out", work + "/recovery.pem",
                 "--passphrase-file", self.passphrase)

    def run(self, *arguments):
        pb.run([self.build + "/probant", *arguments], b"")

    def keep(self, paths):
        self.run("import", "-a", self.path, "--direction", "received", *paths)

    def read(self):
        self.run("show", "2", "-a", self.path, "--facts", "--purpose", PURPOSE,
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


def keep(tests, build, sources, name):
    """An archive of these sources; gives what was looked for."""
    with tempfile.TemporaryDirectory() as work:
        archive, search = Archive(work, build), Search()
        for source in sources:
            for path, data in mail_below(source):
                search.add_message(path, data)
        for word in words_of(PURPOSE + " " + PASSPHRASE):
            search.add_word(word)
        paths = []
        for source in sources:
            for folder, folders, names in os.walk(source):
                if {"cur", "new"} <= set(folders):
                    paths.append(folder)
                    folders[:] = []
                else:
                    paths += [os.path.join(folder, n) for n in names]
        archive.keep(paths)
        archive.read()
        tests.case("%s: there is something to look for" % name, search.count > 100)
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
        mail = work + "/Mail"
        pb.run([sys.executable, os.path.join(ROOT, "tools/demo_mail.py"), mail, "--messages", "80"],
               b"")
        sources = [os.path.join(ROOT, "tests/vectors/messages"), mail]
        search = keep(tests, build, sources, "fictitious mail")
        leaks_are_found(tests, search, sources)
    if os.environ.get("PROBANT_CORPUS"):
        keep(tests, build, [os.environ["PROBANT_CORPUS"]], "the corpus")
    print("%d passed, %d failed" % (tests.passed, tests.failed))
    return 1 if tests.failed or not tests.passed else 0


if __name__ == "__main__":
    sys.exit(main())
