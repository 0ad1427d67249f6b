#!/usr/bin/env python3
"""guess.py BUILD: who knows all of a record but one short part can't confirm a guess of it.

A letter names a patient in a part of its own, by one of 5,000 given names of six letters, and is
exported with that part withheld.  The attacker has the bundle, every other part, and the list; he
tries each name with every salt and secret that he can think of.  He must find the name in the
bundle of BUILD/tests/tamper/probant_zero_salt, where each salt is zero, and in that of
BUILD/probant he must not.  What the bundle does tell him, he must find in both: the length of the
part.  Last line: `N passed, N failed`.
"""
import hashlib
import itertools
import json
import os
import re
import subprocess
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
    """A letter kept twice with the name withheld, and a third of the same bytes, all closed."""

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
        return writer.run([self.probant, *words, *(
            ["--passphrase-file", self.work + "/passphrase"] if words[0] in ("init", "export") else [])])

    def keep(self):
        out = self.run("import", "-a", self.archive, "--json", self.work + "/lettre.eml")
        return next(x["seq"] for x in map(json.loads, out.splitlines()) if "seq" in x)

    def opening(self, seq):
        return json.loads(self.files["records/%d/opening.json" % seq])["parts"]

    def part(self, seq, i):
        return self.files["records/%d/part-%d.bin" % (seq, i)]

    def octets(self):
        return b"".join(self.files.values())


# ---- the attacker -------------------------------------------------------------------------

def part_hash(index, kind, length, salt, digest):                                 # [1.2]
    return pb.h2(b"probant/v1 part\0" + bytes([index, kind]) + pb.u64(length) + salt + digest)


def guesses(bundle):
    """name: what the withheld parts would be, the slice and the digest of the whole."""
    for name in NAMES:
        whole = letter(name)
        yield name, (writer.cut(whole)[bundle.at][1], pb.sha256(whole))


def known_secrets(bundle):
    """Every 32 octets of the bundle that could be a salt, or the secret of salts: what openings
    give of this record and of others, and what stands in leaves."""
    found = {NO_SALT}
    for name, data in bundle.files.items():
        if name.endswith("opening.json"):
            for part in json.loads(data)["parts"]:
                text = bytes.fromhex(part.get("salt", "") or part.get("p", ""))
                found |= {text[i:i + 32] for i in range(0, len(text), 32)}
        elif name == "log/leaves.bin":
            found |= {data[at + i:at + i + 32] for at in range(0, len(data), 160)
                      for i in (32, 64, 96, 128)}
    return sorted(found)


def confirmed(bundle, seq, tests=None):
    """The names that he can confirm: (name, how)."""
    opening, found = bundle.opening(seq), set()
    withheld = [(i, bytes.fromhex(opening[i]["p"])) for i in (bundle.at, bundle.digest)]
    salts = {}
    for secret in known_secrets(bundle):
        for i, _ in withheld:
            salts.setdefault(i, set()).update((secret, pb.expand(
                secret, b"probant/v1 salt" + bytes([i]))))
    for name, datas in guesses(bundle):
        for (i, p), data in zip(withheld, datas):
            digest = pb.h2(data)
            for salt in salts[i]:
                if part_hash(i, bundle.kinds[i], len(data), salt, digest)[:32] == p[:32]:
                    found.add((name, i))
    return found
