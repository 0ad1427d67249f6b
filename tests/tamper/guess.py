#!/usr/bin/env python3
"""guess.py BUILD: who knows all of a record but one short part can't confirm a guess of it.

A letter names a patient in a part of its own, by one of 5,000 given names of six letters, and is
exported with that part withheld.  The attacker has the bundle, every other part, and the list; he
tries each name with every salt and secret that he can think of.  He must find the name in the
bundle of BUILD/tests/tamper/probant_zero_salt, where each salt is zero, and in that of
BUILD/probant he must not.  What a bundle does tell him, he must find in both: the length of the
part, and the size of the sealed record if the next segment's record is open.
Last line: `N passed, N failed`.
"""
import ctypes
import itertools
import json
import os
import sys
import tempfile
import zipfile

sys.dont_write_bytecode = True            # nothing is left beside the tests
from forger import ROOT, pb, writer

SYLLABLES = ["".join(x) for x in itertools.product("bcdlmnrstv", "aeiou")][:18]
NAMES = ["".join(x).capitalize() for x in itertools.product(SYLLABLES, repeat=3)][:5000]
SECRET = NAMES[3141]
NO_SALT = bytes(32)
# The letter names the patient in its fourth slice of the body, between two boundaries.
LETTER = """From: Cabinet fictif <cabinet@essai.example>\r
To: Laboratoire fictif <labo@essai.example>\r
Subject: Demande d'analyse\r
Date: Wed, 6 May 2026 16:06:10 +0000\r
MIME-Version: 1.0\r
Content-Type: multipart/mixed; boundary="=_fictif"\r
\r
--=_fictif\r
Content-Type: text/plain; charset=utf-8\r
\r
Bonjour, voici la demande du jour. Le nom suit.\r
--=_fictif\r
Content-Type: text/plain; charset=utf-8\r
\r
%s\r
--=_fictif\r
Content-Type: text/plain; charset=utf-8\r
\r
Merci de votre reponse. Cabinet fictif.\r
--=_fictif--\r
"""


class Tests:
    def __init__(self):
        self.passed = self.failed = 0

    def case(self, sentence, right, why=""):
        self.passed, self.failed = self.passed + bool(right), self.failed + (not right)
        if not right:
            print("FAILED: %s %s" % (sentence, why))


def letter(name):
    return (LETTER % name).encode()


class Bundle:
    """A letter kept twice, in a segment each, and what a receiver has of it: `files`."""

    def __init__(self, work, probant):
        os.mkdir(work)
        self.work, self.probant, self.archive = work, probant, work + "/archive"
        with open(work + "/passphrase", "w") as file:
            file.write("phrase fictive\n")
        with open(work + "/lettre.eml", "wb") as file:
            file.write(letter(SECRET))
        self.run("init", self.archive, "--origin", "essai.example/devinette", "--no-recovery")
        self.seqs = [self.keep(), self.keep()]
        self.run("stamp", "--now", "-a", self.archive)
        parts = writer.message_parts(letter(SECRET), {}, {})
        self.kinds = [kind for kind, _ in parts]
        self.at = next(i for i, (_, data) in enumerate(parts) if SECRET.encode() in data)
        self.digest = self.kinds.index(pb.DIGEST)
        shown = "+".join(str(i) for i in range(len(parts)) if i not in (self.at, self.digest))
        self.run("export", "-a", self.archive, "--case", "essai", "-o", work + "/essai.asics",
                 "--range", "0..%d" % (self.seqs[1] + 1), "--disclose",
                 "closed," + ",".join("%d=parts:%s" % (seq, shown) for seq in self.seqs))
        with zipfile.ZipFile(work + "/essai.asics") as whole, \
                zipfile.ZipFile(whole.open("essai.zip")) as package:
            self.files = {x.filename: package.read(x) for x in package.infolist()}

    def run(self, *words):
        needs_key = words[0] in ("init", "export")
        return writer.run([self.probant, *words, *(
            ["--passphrase-file", self.work + "/passphrase"] if needs_key else [])])

    def keep(self):
        out = self.run("import", "--no-index", "-a", self.archive, "--json", self.work + "/lettre.eml")
        return next(x["seq"] for x in map(json.loads, out.splitlines()) if "seq" in x)

    def opening(self, seq):
        return json.loads(self.files["records/%d/opening.json" % seq])["parts"]

    def part(self, seq, i):
        return self.files["records/%d/part-%d.bin" % (seq, i)]


# ---- the attacker -------------------------------------------------------------------------

def guesses(bundle):
    """name, {index: what the withheld part would be}: the slice, and the digest of the whole."""
    for name in NAMES:
        whole = letter(name)
        yield name, {bundle.at: writer.cut(whole)[bundle.at][1], bundle.digest: pb.sha256(whole)}


def octets_32(bundle):
    """All of 32 octets that the bundle gives as a secret, a salt or a digest: in the openings of
    this record and of others, and in leaves."""
    found = {NO_SALT}
    for name, data in bundle.files.items():
        if name.endswith("opening.json"):
            for part in json.loads(data)["parts"]:
                text = bytes.fromhex(part.get("salt") or part["p"])
                found |= {text[i:i + 32] for i in range(0, len(text), 32)}
        elif name == "log/leaves.bin":
            found |= {data[at + i:at + i + 32] for at in range(0, len(data), 160)
                      for i in (32, 64, 96, 128)}
    return found


def confirmed(bundle, seq):
    """The names that he can confirm, and by which part: each taken as a salt, and as the secret
    from which salts come [1.1]."""
    known, opening, found = octets_32(bundle), bundle.opening(seq), set()
    salts = {i: known | {pb.expand(x, b"probant/v1 salt" + bytes([i])) for x in known}
             for i in (bundle.at, bundle.digest)}
    for name, would_be in guesses(bundle):
        for i, data in would_be.items():                                          # [1.2]
            head = b"probant/v1 part\0" + bytes([i, bundle.kinds[i]]) + pb.u64(len(data))
            digest, p = pb.h2(data), bytes.fromhex(opening[i]["p"])
            found |= {(name, i) for salt in salts[i] if pb.sha256(head + salt + digest) == p[:32]}
    return found


def told_length(bundle, seq):
    """Of the part that is withheld: the facts tell the size of the whole, openings the rest."""
    opening = bundle.opening(seq)
    facts = next(i for i, part in enumerate(opening) if part.get("kind") == pb.FACTS)
    return json.loads(bundle.part(seq, facts))["size"] - sum(
        part["length"] for part in opening if part.get("kind") in (pb.HEADER, pb.BODY))


class Zstd:
    """How long a record's parts are, sealed [3.4]; compressed by the same library."""

    def __init__(self):
        self.library = ctypes.CDLL("libzstd.so.1")
        self.library.ZSTD_compress.restype = ctypes.c_size_t
        self.out = ctypes.create_string_buffer(1 << 20)

    def sealed(self, parts, level):
        plain = writer.plain_of(parts)
        return 16 + self.library.ZSTD_compress(
            self.out, ctypes.c_size_t(len(self.out)), plain, ctypes.c_size_t(len(plain)), level)


OWN_LEVEL, MESSAGE_LEVEL = 3, 1           # of src/: a stranger tries both
FRAME, LEAF, R = 9, 160, 32


def told_size(bundle, zstd):
    """The sealed size of the first letter: the next segment states the length of the one that it
    stands in, and all the rest of that segment is open [1.5] [3.2]."""
    facts = lambda seq: json.loads(bundle.part(seq, 0))
    stated = lambda seq: facts(seq)["previous"]["length"]
    open_record = lambda parts: FRAME + LEAF + R + zstd.sealed(parts, OWN_LEVEL)
    own = lambda seq: open_record([(pb.FACTS, bundle.part(seq, 0))])
    commit = FRAME + len(bundle.files["log/checkpoint"])
    letter_at = bundle.seqs[0]
    begin, anchor, after = letter_at - 1, letter_at + 1, letter_at + 2
    header = stated(begin) - own(0) - commit
    stamp = "stamps/%d-%d/" % (anchor, anchor)
    objects = [(pb.OBJECT, bundle.files[stamp + name]) for name in
               ("checkpoint", "request.tsq", "reply.tsr", "chain.pem")]
    index = len(objects)
    anchored = open_record(objects + [(pb.FACTS, bundle.part(anchor, index))])
    return stated(after) - header - own(begin) - anchored - 2 * commit - FRAME - LEAF


def left_by_size(bundle, zstd, size):
    """The names that would give a record of that size, if he knows the envelope too."""
    seq, opening = bundle.seqs[0], bundle.opening(bundle.seqs[0])
    parts = [(kind, b"" if "p" in part else bundle.part(seq, i))
             for i, (kind, part) in enumerate(zip(bundle.kinds, opening))]
    left = []
    for name, would_be in guesses(bundle):
        for i, data in would_be.items():
            parts[i] = (parts[i][0], data)
        if zstd.sealed(parts, MESSAGE_LEVEL) == size:
            left.append(name)
    return left


# ---- the tests ----------------------------------------------------------------------------

def as_the_attack_needs_it(tests, bundle):
    """What is open is open, what is withheld is withheld."""
    for seq in bundle.seqs:
        withheld = [i for i, part in enumerate(bundle.opening(seq)) if "p" in part]
        tests.case("the name and the digest are withheld, and nothing else",
                   withheld == [bundle.at, bundle.digest], withheld)
    tests.case("the name stands nowhere in the bundle",
               not any(SECRET.encode() in data for data in bundle.files.values()))
    tests.case("all guesses are of one length",
               {len(name) for name in NAMES} == {len(SECRET)} and len(set(NAMES)) == 5000)


def salts_decide(tests, bare, blinded):
    found = confirmed(bare, bare.seqs[0])
    tests.case("without salts the name is confirmed, by its part and by the digest; no other is",
               found == {(SECRET, bare.at), (SECRET, bare.digest)}, found)
    for seq in blinded.seqs:
        found = confirmed(blinded, seq)
        tests.case("with salts no name is confirmed", not found, found)


def one_name_twice(tests, bare, blinded):
    """Two letters with one name: does the bundle show that it is the same one?"""
    for bundle, same in (bare, True), (blinded, False):
        first, second = map(bundle.opening, bundle.seqs)
        for i in bundle.at, bundle.digest:
            tests.case("two records with one name look alike only without salts",
                       (first[i] == second[i]) == same, i)


def lengths_are_told(tests, bundle):
    """SECURITY.md says so."""
    known = len(writer.cut(letter(""))[bundle.at][1])
    for seq in bundle.seqs:
        tests.case("the length of what is withheld is told",
                   told_length(bundle, seq) - known == len(SECRET))


def sizes_are_told(tests, bundle, zstd):
    """And so is the size of a sealed record that is its segment's only closed one, if the record of
    the next segment is in the range; compressed, it depends on the letters of the name."""
    stem = pb.list_segments(bundle.archive)[0][1]
    segment = pb.Segment(bundle.archive, stem)
    true, = [len(x.payload) for x in segment.frames(segment.start) if x.tag == "R"]
    size = told_size(bundle, zstd)
    tests.case("the next segment tells the sealed size", size == true, (size, true))
    left = left_by_size(bundle, zstd, size)
    tests.case("and so which names it can't be: about a tenth remains, the right one with them",
               SECRET in left and len(left) < len(NAMES) / 2, len(left))


def main():
    build = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "build"))
    os.umask(0o077)
    tests, zstd = Tests(), Zstd()
    with tempfile.TemporaryDirectory() as work:
        blinded = Bundle(work + "/blinded", build + "/probant")
        bare = Bundle(work + "/bare", build + "/tests/tamper/probant_zero_salt")
        salts_decide(tests, bare, blinded)
        one_name_twice(tests, bare, blinded)
        for bundle in blinded, bare:
            as_the_attack_needs_it(tests, bundle)
            lengths_are_told(tests, bundle)
            sizes_are_told(tests, bundle, zstd)
    print("%d passed, %d failed" % (tests.passed, tests.failed))
    return 1 if tests.failed or not tests.passed else 0


if __name__ == "__main__":
    sys.exit(main())
