#!/usr/bin/env python3
"""index_format.py [BUILD]: an index read as FORMAT 6.3 describes it, with openssl and zstd alone.

Thirty letters are kept; a reader of the files, who has a reader's key and FORMAT, opens slot 0 and
the index, and finds rows and words as they stand in the letters, and no octet that FORMAT does not
account for.  Prints a line for each test that fails and, last, `N passed, N failed`.
"""
import collections
import hmac
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True            # nothing is left beside the tests
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools"))
from lib_check import check  # noqa: E402
import probant_format as pb  # noqa: E402

BUILD = sys.argv[1] if len(sys.argv) > 1 else "build"
PROBANT = os.path.abspath(os.path.join(BUILD, "probant"))
BODY, FROM, TO, SUBJECT, MSGID, ATTACHMENT = range(1, 7)
LETTERS = 30
EPOCH_DAY = 1777593600                    # 2026-05-01T00:00:00Z
LETTER = """From: Cabinet %d <cabinet%d@essai.example>\r
To: labo@essai.example\r
Subject: =?utf-8?q?R=C3=A9sultat_n=C2=B0%d?=\r
Message-ID: <Lettre-%d@essai.example>\r
Date: Fri, %02d May 2026 10:00:00 +0200\r
Content-Type: text/plain; charset=utf-8\r
\r
Patient n%d: créatinine, ŒDÈME.\r
"""


def letter(i):
    return (LETTER % (i, i, i, i, 1 + i, i)).encode()


# ---- FORMAT 6.3 ---------------------------------------------------------------------------

class Sealed:
    def __init__(self, archive, stem, key):
        self.key, self.stem = key, stem
        with open("%s/index/%s.idx" % (archive, stem), "rb") as file:
            self.data = file.read()
        self.origin = pb.Segment(archive, stem).origin
        head = self.data[:32]
        assert head[:8] == b"PBINDEX1"
        self.first, self.count = (int.from_bytes(head[i:i + 8], "big") for i in (8, 16))
        assert head[24:] == pb.sha256(b"probant/v1 index key\0" + key)[:8]

    def unseal(self, number, sealed):
        """AES-256-GCM (SP 800-38D 7.2) with the nonce of that unit."""
        aad = (b"probant/v1 index\0" + pb.sha256(self.origin.encode()) + pb.u64(self.first)
               + pb.u64(self.count) + pb.u64(number) + self.stem.encode())
        nonce, text, tag = bytes(4) + pb.u64(number), sealed[:-16], sealed[-16:]
        enc = ["openssl", "enc", "-aes-256-ctr", "-K", self.key.hex(), "-iv"]
        stream = pb.run(enc + [(nonce + b"\0\0\0\1").hex()], bytes(16) + text)
        h = pb.run(enc + ["0" * 32], bytes(16))
        whole = aad + bytes(-len(aad) % 16) + text + bytes(-len(text) % 16)
        right = pb.ghash(h, whole + pb.u64(8 * len(aad)) + pb.u64(8 * len(text)))
        assert hmac.compare_digest(bytes(a ^ b for a, b in zip(right, stream)), tag), number
        return stream[16:]

    def unpack(self, number, sealed):
        return Reader(pb.run(["zstd", "-d", "-q", "-c"], self.unseal(number, sealed)))

    def read(self):
        """(rows, {(word, field): [record, ...]})"""
        root = self.unseal(0, self.data[32:64])
        length, table_len = (int.from_bytes(root[i:i + 8], "big") for i in (0, 8))
        assert length == len(self.data) and len(root) == 16
        at = 64 + table_len
        rows, shelves = self.table(self.unpack(1, self.data[64:at]))
        terms = {}
        for i, (size, first) in enumerate(shelves):
            shelf = list(self.shelf(self.unpack(2 + i, self.data[at:at + size])))
            assert shelf[0][0] == first, first
            assert [x for x, _ in shelf] == sorted(x for x, _ in shelf)
            terms.update({(key[:-1].decode(), key[-1]): records for key, records in shelf})
            at += size
        used = at + 16
        step = max(65536, 1 << ((e := used.bit_length() - 1) - e.bit_length()))
        assert length == -(-used // step) * step, (used, length)
        assert not any(self.unseal(2**64 - 1, self.data[at:]))
        return rows, terms

    def table(self, r):
        columns = [r.octets(self.count) for _ in range(5)]
        times, before = [], 0
        for _ in range(self.count):
            before += r.signed()
            times.append(before)
        dates = [t - r.signed() if flags & 1 else None for t, flags in zip(times, columns[4])]
        sizes = [r.varint() for _ in range(self.count)]
        rows = [Row(*x) for x in zip(*columns, times, dates, sizes)]
        shelves = []
        for _ in range(r.varint()):
            size = r.varint()
            shelves.append((size, r.octets(r.octets(1)[0])))
        assert r.at == len(r.data)
        return rows, shelves

    def shelf(self, r):
        key = b""
        while r.at < len(r.data):
            same, more = r.octets(2)
            key = key[:same] + r.octets(more)
            end = r.varint() + r.at
            records, record = [], self.first - 1
            while r.at < end:
                record += r.varint()
                records.append(record)
            assert r.at == end and records[-1] < self.first + self.count
            yield key, records


Row = collections.namedtuple("Row", "type state direction source flags time date size")


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def octets(self, n):
        self.at += n
        assert self.at <= len(self.data)
        return self.data[self.at - n:self.at]

    def varint(self):
        value = shift = 0
        while True:
            octet = self.octets(1)[0]
            value |= (octet & 127) << shift
            shift += 7
            if octet < 128:
                return value

    def signed(self):
        value = self.varint()
        return -(value + 1) // 2 if value & 1 else value // 2


# ---- the archive --------------------------------------------------------------------------

class Scene:
    def __init__(self, root):
        self.archive, env = root + "/archive", dict(
            os.environ, LC_ALL="C.UTF-8", PROBANT_PASSPHRASE_FILE=root + "/passphrase",
            PROBANT_ARCHIVE=root + "/archive")
        with open(root + "/passphrase", "w") as file:
            file.write("phrase fictive\n")
        os.mkdir(root + "/mail")
        for i in range(LETTERS):
            with open("%s/mail/%02d.eml" % (root, i), "wb") as file:
                file.write(letter(i))
        for words in (["init", self.archive, "--origin", "essai.example/index", "--no-recovery"],
                      ["import", root + "/mail"], ["reindex"]):
            subprocess.run([PROBANT, *words], env=env, check=True, stdout=subprocess.DEVNULL)
        stem = max(x[:-4] for x in os.listdir(self.archive + "/index"))
        reader = next(x for x in os.listdir(self.archive + "/readers") if x.endswith(".key"))
        segment_key = pb.open_segment_key(pb.Segment(self.archive, stem),
                                          self.archive + "/readers/" + reader, root + "/passphrase")
        slots = pb.read_slots(self.archive, stem)
        self.index = Sealed(self.archive, stem, pb.open_slots(segment_key, slots[:1], 0)[0])
        self.rows, self.terms = self.index.read()
        self.letters = [self.index.first + i for i, row in enumerate(self.rows) if row.type == 15]


def rows_say_what_the_letters_do(s):
    assert len(s.letters) == LETTERS
    for i, seq in enumerate(s.letters):
        row = s.rows[seq - s.index.first]
        assert (row.state, row.source, row.flags, row.size) == (1, 1, 1, len(letter(i))), row
        assert row.date == EPOCH_DAY + i * 86400 + 8 * 3600, row
    for row in s.rows:
        assert row.type == 15 or (row.state, row.size, row.flags) == (0, 0, 0), row


def words_stand_where_the_letters_have_them(s):
    every = s.letters
    assert s.terms["creatinine", BODY] == s.terms["oedeme", BODY] == every
    assert s.terms["resultat", SUBJECT] == s.terms["cabinet", FROM] == every
    assert s.terms["labo@essai.example", TO] == s.terms["@essai.example", FROM] == every
    for i, seq in enumerate(s.letters):
        assert s.terms["n%d" % i, BODY] == s.terms["lettre-%d@essai.example" % i, MSGID] == [seq]
        assert s.terms["cabinet%d@essai.example" % i, FROM] == [seq]
        assert seq in s.terms[str(i), SUBJECT] and seq in s.terms[str(i), MSGID]


def nothing_else_stands_there(s):
    right = {("patient", BODY), ("creatinine", BODY), ("oedeme", BODY), ("resultat", SUBJECT),
             ("cabinet", FROM), ("essai", FROM), ("example", FROM), ("@essai.example", FROM),
             ("labo", TO), ("essai", TO), ("example", TO), ("@essai.example", TO),
             ("labo@essai.example", TO), ("lettre", MSGID), ("essai", MSGID), ("example", MSGID),
             ("n", SUBJECT)}
    for i in range(LETTERS):
        right |= {("n%d" % i, BODY), (str(i), FROM), ("cabinet%d" % i, FROM), (str(i), MSGID),
                  ("cabinet%d@essai.example" % i, FROM), (str(i), SUBJECT),
                  ("lettre-%d@essai.example" % i, MSGID)}
    assert set(s.terms) == right, set(s.terms) ^ right


TESTS = [rows_say_what_the_letters_do, words_stand_where_the_letters_have_them,
         nothing_else_stands_there]


def main():
    os.umask(0o077)
    with tempfile.TemporaryDirectory() as root:
        scene = Scene(root)
        check.play(TESTS, lambda test: test(scene))
    return check.end()


if __name__ == "__main__":
    sys.exit(main())
