#!/usr/bin/env python3
"""index_guess.py [BUILD]: who sends mail to an archive and then steals its files learns no word of
another's letter from catalog and index (FORMAT 6).

The attacker has a dictionary of 32,768 words of one length, and sends 15 messages: message b holds
the words that have bit b in their number, so that whoever knows which of the messages share a word
with another one knows the word.  Then somebody's letter comes, in which one word of the dictionary
stands.  The attacker takes everything: index/, catalog.db, vault/, keys/ with their slots, log/,
private/, frontier, certificates; all but the reader's private key and passphrase.  He also has a
copy of the index from before the letter came, and can make archives of his own.  He must find no
word in the files of BUILD/probant, and he must find it in what the test writes as weaker designs
would: tokens of words beside each record, shelves by the hash of a word under a key that stays, and
an index as long as its content.
Last line: `N passed, N failed`.
"""
import collections
import hashlib
import itertools
import json
import os
import shutil
import sqlite3
import sys
import tempfile
import zlib

sys.dont_write_bytecode = True            # nothing is left beside the tests
from forger import ROOT, pb, writer

BITS = 15
SYLLABLES = [a + b for a, b in itertools.product("bcdfglmnprstv", "aeiou")][:32]
WORDS = ["".join(x) for x in itertools.product(SYLLABLES, repeat=3)]
SECRET = 0b101100111000101
# Guesses whose archives the attacker makes himself: the right one among them.
GUESSES = [SECRET, 1, 2 ** BITS - 1]
HEAD = 32                                 # of an index: open
WINDOW = 8                                # octets of a token that could not be equal by chance
LETTER = """From: Cabinet fictif <cabinet@essai.example>\r
To: Confrere fictif <confrere@essai.example>\r
Subject: Avis\r
Message-ID: <%s@essai.example>\r
Date: Wed, 6 May 2026 16:06:10 +0000\r
Content-Type: text/plain; charset=utf-8\r
\r
Bonjour, voici: %s\r
"""


class Tests:
    def __init__(self):
        self.passed = self.failed = 0

    def case(self, sentence, right, why=""):
        self.passed, self.failed = self.passed + bool(right), self.failed + (not right)
        if not right:
            print("FAILED: %s %s" % (sentence, why))


def attack_mail():
    """The attacker's messages: bit b of a word's number says whether message b has it."""
    for b in range(BITS):
        lines = [WORDS[k] for k in range(len(WORDS)) if k >> b & 1]
        text = "\r\n".join(" ".join(lines[i:i + 10]) for i in range(0, len(lines), 10))
        yield LETTER % ("attaque-%d" % b, text)


def words_of(b):
    return {k for k in range(len(WORDS)) if k >> b & 1} if b < BITS else set()


# ---- an archive ---------------------------------------------------------------------------

class Archive:
    def __init__(self, work, probant):
        self.work, self.probant, self.dir = work, probant, work + "/archive"
        os.makedirs(work)
        with open(work + "/passphrase", "w") as file:
            file.write("phrase fictive\n")

    def run(self, *words):
        key = [] if words[0] == "import" else ["--passphrase-file", self.work + "/passphrase"]
        return writer.run([self.probant, *words, *key])

    def keep(self, number):
        """The attacker's mail, and the letter with that word behind it, in one segment."""
        self.run("init", self.dir, "--origin", "essai.example/mots", "--no-recovery")
        mail = self.work + "/courrier"
        os.mkdir(mail)
        for b, text in enumerate([*attack_mail(), LETTER % ("lettre", WORDS[number])]):
            with open("%s/%02d.eml" % (mail, b), "w") as file:
                file.write(text)
        self.run("import", "-a", self.dir, mail)
        self.run("reindex", "-a", self.dir)
        return self

    def find(self, query):
        out = self.run("find", "-a", self.dir, "--purpose", "essai", "--json", query)
        return [x["seq"] for x in map(json.loads, out.splitlines()) if "seq" in x]

    def stolen(self):
        """Every file but the reader's private key: {path: octets}."""
        files = {}
        for root, _, names in os.walk(self.dir):
            for name in names:
                path = os.path.join(root, name)
                if not (root.endswith("/readers") and name.endswith(".key")):
                    with open(path, "rb") as file:
                        files[os.path.relpath(path, self.dir)] = file.read()
        return files

    def messages(self):
        """The seqs of the attacker's messages in their order, and of the letter."""
        out = self.run("list", "-a", self.dir, "--purpose", "essai", "--json")
        return [x["seq"] for x in map(json.loads, out.splitlines()) if x.get("type") == "imported"]

    def summaries(self):
        """What stands beside each record in the catalog, whatever its tables are called: the row's
        blobs, by the number in its first column."""
        rows = collections.defaultdict(bytes)
        with tempfile.TemporaryDirectory() as copy:
            for name in os.listdir(self.dir):
                if name.startswith("catalog.db"):
                    shutil.copy(os.path.join(self.dir, name), copy)
            base = sqlite3.connect(os.path.join(copy, "catalog.db"))
            tables = [x for x, in base.execute("select name from sqlite_master where type='table'")]
            for table in tables:
                for row in base.execute('select * from "%s"' % table):
                    if isinstance(row[0], int):
                        rows[row[0]] += b"".join(x for x in row if isinstance(x, bytes))
            base.close()
        return rows

    def indexes(self):
        return {path: data for path, data in self.stolen().items() if path.startswith("index/")}


# ---- the attacker -------------------------------------------------------------------------

def windows(data):
    return {data[i:i + WINDOW] for i in range(len(data) - WINDOW + 1)}


def words_by_tokens(beside, letter, attack):
    """beside: what stands beside each record, by its seq.  A token of the letter that some of the
    attacker's messages have too, and not all: those that have it are the bits of a word."""
    own = [windows(beside.get(seq, b"")) for seq in attack]
    codes = {sum(1 << b for b in range(BITS) if token in own[b])
             for token in windows(beside.get(letter, b""))}
    return codes - {0, 2 ** BITS - 1}


def repeated(data):
    """Octets that stand twice in an index: what equal words or equal lists would leave."""
    seen, twice = set(), 0
    for at in range(0, len(data) - WINDOW + 1):
        token = data[at:at + WINDOW]
        twice += token in seen
        seen.add(token)
    return twice


def parts_that_stayed(before, after):
    """How many windows of the index after the letter stood in the one before it."""
    known = windows(before)
    return sum(after[i:i + WINDOW] in known for i in range(len(after) - WINDOW + 1))


def guesses_by_size(own_sizes, stolen_sizes):
    """The guesses whose archives, made by the attacker, are as long as the stolen one."""
    return {k for k, sizes in own_sizes.items() if sizes == stolen_sizes}


# ---- weaker designs, over the same words ---------------------------------------------------

KEY = b"a key that stays, of which the attacker knows nothing"


def token(k):
    return hashlib.sha256(KEY + WORDS[k].encode()).digest()[:WINDOW]


def weak_tokens(letter, attack):
    """An archive-wide blind index: beside each record the tokens of its words."""
    beside = {seq: b"".join(token(k) for k in sorted(words_of(b), key=token))
              for b, seq in enumerate(attack)}
    beside[letter] = token(SECRET)
    return beside


SHELVES = 64


def shelf_of(k):
    return hashlib.sha256(WORDS[k].encode()).digest()[0] % SHELVES


def stream(shelf, length):
    return hashlib.shake_256(KEY + bytes([shelf])).digest(length)


def weak_shelves(letters):
    """Shelves that are sealed under a key that stays: those that did not change look so."""
    shelves = [[] for _ in range(SHELVES)]
    for k in range(len(WORDS)):
        rows = [b for b in range(BITS) if k >> b & 1] + [BITS] * (k in letters)
        shelves[shelf_of(k)].append(WORDS[k].encode() + bytes(rows))
    plain = [b"\0".join(shelf) for shelf in shelves]
    return [bytes(a ^ b for a, b in zip(x, stream(i, len(x)))) for i, x in enumerate(plain)]


def weak_size(letters):
    """An index as long as its content, compressed and not padded."""
    lists = [WORDS[k].encode() + bytes(b for b in range(BITS) if k >> b & 1) +
             bytes([BITS] * (k in letters)) for k in range(0, len(WORDS), 1)]
    return len(zlib.compress(b"\0".join(lists), 6))


# ---- the tests ----------------------------------------------------------------------------

def attack_succeeds_on_weak_designs(tests, letter, attack):
    found = words_by_tokens(weak_tokens(letter, attack), letter, attack)
    tests.case("tokens beside records give the word, and no other", found == {SECRET}, found)
    before, after = weak_shelves(set()), weak_shelves({SECRET})
    changed = [i for i in range(SHELVES) if before[i] != after[i]]
    left = [k for k in range(len(WORDS)) if shelf_of(k) in changed]
    tests.case("shelves under a key that stays leave one word in sixty-four",
               SECRET in left and len(left) < len(WORDS) / 32, len(left))
    tests.case("and what did not change stands there twice",
               parts_that_stayed(before[changed[0] - 1], after[changed[0] - 1]) > 0)
    sizes = {k: weak_size({k}) for k in GUESSES + [SECRET ^ 64, 3, 5, 77, 1234, 9999, 31000]}
    left = guesses_by_size(sizes, sizes[SECRET])
    tests.case("an index without padding leaves fewer guesses by its length",
               SECRET in left and len(left) < len(sizes), len(left))


def attack_is_possible(tests, archive, letter):
    """What the attacker looks for is there for whoever has the key."""
    tests.case("the reader finds the letter by its word",
               letter in archive.find(WORDS[SECRET]))
    found = archive.find(WORDS[SECRET])
    tests.case("and the attacker's messages that have it",
               len(found) == bin(SECRET).count("1") + 1, found)
    tests.case("and in the attacker's messages alone another word",
               len(archive.find(WORDS[SECRET ^ 64])) == bin(SECRET ^ 64).count("1"))


def no_word_in_clear(tests, archive):
    for path, data in archive.stolen().items():
        low = data.lower()
        for word in (WORDS[SECRET], WORDS[1], "bonjour", "confrere"):
            wide = word.encode("utf-16-le")
            tests.case("no word stands in a file", word.encode() not in low and wide not in low,
                       (path, word))


def stems(archive):
    return sorted(x[:-4] for x in os.listdir(archive.dir + "/vault") if x.endswith(".seg"))


def no_word_by_tokens(tests, archive, letter, attack):
    beside = archive.summaries()
    tests.case("the catalog has something beside each message",
               all(len(beside[seq]) > 64 for seq in attack + [letter]))
    found = words_by_tokens(beside, letter, attack)
    tests.case("the catalog gives no word by tokens", not found, found)
    frames = {}
    for segment in (pb.Segment(archive.dir, stem) for stem in stems(archive)):
        frames.update((pb.read_leaf(frame.leaf).seq, frame.payload)
                      for frame in segment.frames(segment.start) if frame.tag == "R")
    tests.case("the vault has the messages", set(attack + [letter]) <= set(frames))
    found = words_by_tokens(frames, letter, attack)
    tests.case("nor does the vault", not found, found)


def no_word_by_index(tests, archive):
    before = archive.indexes()
    archive.run("reindex", "-a", archive.dir, "--all")
    stolen = archive.indexes()
    tests.case("there is an index", sum(map(len, stolen.values())) > 65536)
    for path, data in stolen.items():
        tests.case("no octets stand in an index twice", repeated(data[HEAD:]) == 0, path)
        stayed = parts_that_stayed(before.get(path, b""), data)
        # The head alone: magic number, first seq, count.
        tests.case("what is written again has nothing of what was there", stayed < HEAD,
                   (path, stayed))


def sizes(archive):
    """Lengths of index files, and of what stands beside each message."""
    beside = archive.summaries()
    return (sorted(len(x) for x in archive.indexes().values()),
            [len(beside[seq]) for seq in archive.messages()])


def no_word_by_size(tests, work, probant, stolen):
    own = {k: sizes(Archive(work + "/essai-%d" % k, probant).keep(k)) for k in GUESSES}
    left = guesses_by_size(own, sizes(stolen))
    tests.case("by lengths every guess is as good as the right one", left == set(GUESSES),
               (left, own))


def main():
    build = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "build"))
    os.umask(0o077)
    tests = Tests()
    with tempfile.TemporaryDirectory() as work:
        archive = Archive(work + "/victime", build + "/probant").keep(SECRET)
        *attack, letter = archive.messages()
        tests.case("the archive has the attacker's messages and the letter",
                   len(attack) == BITS and len(stems(archive)) == 2, attack)
        attack_is_possible(tests, archive, letter)
        attack_succeeds_on_weak_designs(tests, letter, attack)
        no_word_in_clear(tests, archive)
        no_word_by_tokens(tests, archive, letter, attack)
        no_word_by_size(tests, work, build + "/probant", archive)
        no_word_by_index(tests, archive)
    print("%d passed, %d failed" % (tests.passed, tests.failed))
    return 1 if tests.failed else 0


if __name__ == "__main__":
    sys.exit(main())
