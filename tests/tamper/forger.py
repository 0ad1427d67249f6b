"""An attacker on an archive: what he can take apart, change, put right again and sign.

He has all of it, as whoever runs the machine has: every file, the log's key, a reader's key.
What he cannot have is what others hold: a trust file, a checkpoint.  He reads with
tools/probant_format.py and writes with tools/vectors/writer.py; nothing here is Probant's own.
"""
import copy
import json
import os
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.dont_write_bytecode = True            # nothing is left beside the tools and the tests
sys.path.insert(0, os.path.join(ROOT, "tools"))
import probant_format as pb
from vectors import writer


class Record:
    """A frame "R" or "P", its leaf in fields, its secret, and its slot."""

    def __init__(self, frame, r, slot, parts):
        self.tag, self.leaf, self.payload = frame.tag, pb.read_leaf(frame.leaf), frame.payload
        self.r, self.slot, self.parts = r, slot, parts

    def entry(self):
        leaf = self.leaf
        return (leaf.magic + writer.u64(leaf.seq) + writer.u64(leaf.time_s) + bytes([leaf.type])
                + leaf.reserved + leaf.prev + leaf.commitment + leaf.payload_sha256)

    def change(self, **fields):
        self.leaf = self.leaf._replace(**fields)

    def facts(self):
        return pb.read_json([data for kind, data in self.parts if kind == pb.FACTS][0])

    def frame(self):
        data = self.entry() + (self.r if self.tag == "P" else b"") + self.payload
        return self.tag.encode() + writer.u64(len(data)) + data


class Commit:
    def __init__(self, records, note):
        self.records, self.note = records, note


class Segment:
    """Its header as JSON members, its key, its commits, and slot 0 of its key file."""

    def __init__(self, read, key, commits, slot_0):
        self.header, self.key, self.commits = pb.read_json(read.json), key, commits
        self.slot_0 = slot_0

    def stem(self):
        return "%016x-%s" % (self.header["first_seq"], self.header["id"])

    def records(self):
        return [record for commit in self.commits for record in commit.records]

    def vault(self):
        return writer.segment_prefix(writer.to_json(self.header)) + b"".join(
            b"".join(record.frame() for record in commit.records)
            + (b"C" + writer.u64(len(commit.note)) + commit.note if commit.note else b"")
            for commit in self.commits)

    def keys(self):
        return self.slot_0 + b"".join(r.slot for r in self.records())


class Forger:
    """One archive in his hands.  Nothing on disk changes before write()."""

    def __init__(self, directory, reader_key):
        self.directory, self.segments = directory, []
        for stem in pb.list_segments(directory)[0]:
            self.segments.append(self.take_apart(pb.Segment(directory, stem), reader_key))
        self.origin = self.segments[0].header["origin"]
        with open(os.path.join(directory, "private", "log.key")) as file:
            pem = "".join(line.strip() for line in file if not line.startswith("-----"))
        self.key = writer.SigningKey(self.origin, pb.read_base64(pem)[-32:])

    @staticmethod
    def take_apart(read, reader_key):
        key = pb.open_segment_key(read, reader_key, None)
        slots = pb.read_slots(read.archive, read.stem)
        secrets, commits, waiting, k = pb.open_slots(key, slots), [], [], 0
        for frame in read.frames(read.start):
            if frame.tag == "C":
                commits.append(Commit(waiting, frame.note))
                waiting = []
                continue
            k += 1
            r = frame.r or secrets[k]
            parts = pb.open_payload(read.origin, r, frame.payload)
            waiting.append(Record(frame, r, slots[k], parts))
        return Segment(read, key, commits, slots[0])

    def copy(self, directory):
        """His own copy of all its files, to spoil."""
        other = copy.deepcopy(self)
        shutil.copytree(self.directory, directory)
        other.directory = directory
        return other

    # ---- what stands where

    def records(self):
        return [record for segment in self.segments for record in segment.records()]

    def __getitem__(self, seq):
        return self.records()[seq]

    def place(self, seq):
        """(segment, commit, index in it) of a record."""
        for segment in self.segments:
            for commit in segment.commits:
                if seq < len(commit.records):
                    return segment, commit, seq
                seq -= len(commit.records)
        raise IndexError

    def path(self, *names):
        return os.path.join(self.directory, *names)

    # ---- changes

    def seal(self, record, parts, commit_to=True):
        """Other parts in a record, under its own secret."""
        compressed = writer.run(["zstd", "-q", "-c", "-3"], writer.plain_of(parts))
        record.parts, record.payload = parts, writer.seal(self.origin, record.r, compressed)
        if commit_to:
            record.change(commitment=writer.commit_to(record.r, parts),
                          payload_sha256=writer.sha256(record.payload))

    def seal_message(self, record, message):
        """Another message in a record, with facts and envelope to match."""
        facts = dict(record.facts(), size=len(message))
        envelope = json.loads([data for kind, data in record.parts if kind == pb.ENVELOPE][0])
        self.seal(record, writer.message_parts(message, facts, envelope))

    def found(self, **facts):
        """Other facts in record 0."""
        self.seal(self[0], [(pb.FACTS, writer.to_json(dict(self[0].facts(), **facts)))])

    def make(self, like, message):
        """A record that was never captured."""
        record = copy.deepcopy(like)
        record.r = writer.sha256(b"forged" + message)
        self.seal_message(record, message)
        return record

    def delete(self, seq):
        _, commit, at = self.place(seq)
        return commit.records.pop(at)

    def insert(self, seq, record):
        _, commit, at = self.place(seq)
        commit.records.insert(at, record)

    def swap(self, a, b):
        (_, first, i), (_, second, j) = self.place(a), self.place(b)
        first.records[i], second.records[j] = second.records[j], first.records[i]

    def add_recipient(self, segment, certificates):
        """The segment's key, enveloped to the holders of these certificates (PEM) [3.3]."""
        with tempfile.TemporaryDirectory() as work:
            command = ["openssl", "cms", "-encrypt", "-binary", "-outform", "DER", "-aes-256-gcm",
                       "-keyid"]
            for i, certificate in enumerate(certificates):
                with open("%s/%d" % (work, i), "wb") as file:
                    file.write(certificate)
                command += ["-recip", "%s/%d" % (work, i), "-keyopt", "ecdh_kdf_md:sha256"]
            segment.header["cms"] = writer.b64(writer.run(command, segment.key))

    # ---- repairs

    def repair(self, key=None):
        """Make everything follow again, from the first leaf to the last checkpoint, and sign it."""
        seq, prev, previous, leaves = 0, writer.sha3(self.origin.encode()), None, []
        for segment in self.segments:
            segment.header["first_seq"] = seq
            self.restate(segment, previous)
            k = 0
            for commit in segment.commits:
                for record in commit.records:
                    k += 1
                    record.change(seq=seq, prev=prev)
                    record.slot = bytes(48) if record.tag == "P" else \
                        writer.slot(segment.key, k, record.r)
                    leaves.append(record.entry())
                    seq, prev = seq + 1, writer.sha3(leaves[-1])
                commit.note = self.note(leaves, key=key)
            previous = segment
        return self

    def restate(self, segment, previous):
        """What its first record says of a segment and of the one before [1.5]."""
        record, header = segment.records()[0], writer.to_json(segment.header)
        facts = dict(record.facts(), segment=segment.stem(), header={
            "sha256": writer.sha256(header).hex(), "sha3_256": writer.sha3(header).hex()})
        facts["previous"] = previous and {
            "segment": previous.stem(), "length": len(previous.vault()),
            "sha256": writer.sha256(previous.vault()).hex()}
        if facts != record.facts():
            self.seal(record, [part for part in record.parts if part[0] != pb.FACTS]
                      + [(pb.FACTS, writer.to_json(facts))])

    def leaves(self):
        return [record.entry() for record in self.records()]

    def note(self, leaves, size=None, root=None, head=None, key=None):
        """A checkpoint over leaves, or one that lies."""
        key = key or self.key
        text = writer.checkpoint_text(
            self.origin, size or len(leaves),
            root or writer.root([writer.leaf_hash(entry) for entry in leaves]),
            head or (writer.sha3(leaves[-1]) if leaves else writer.sha3(self.origin.encode())))
        return (text + "\n" + key.line(text)).encode()

    def sign_again(self, key):
        """Every checkpoint as it stands, by another key."""
        for commit in [commit for segment in self.segments for commit in segment.commits]:
            text = commit.note.decode().rpartition("\n\n")[0] + "\n"
            commit.note = (text + "\n" + key.line(text)).encode()

    def last_note(self):
        return self.segments[-1].commits[-1].note

    # ---- on disk

    def put(self, path, data):
        os.makedirs(os.path.dirname(self.path(path)), mode=0o700, exist_ok=True)
        with open(self.path(path), "wb") as file:
            file.write(data)

    def write(self, vault=True, keys=True, publish=False):
        if vault:
            self.empty("vault")
        if keys:
            self.empty("keys")
        for segment in self.segments:
            if vault:
                self.put("vault/%s.seg" % segment.stem(), segment.vault())
            if keys:
                self.put("keys/%s.key" % segment.stem(), segment.keys())
        if publish:
            self.empty("log")
            self.put("log/checkpoint", self.last_note())
            for path, data in writer.tiles(self.leaves()).items():
                self.put("log/" + path, data)

    def empty(self, directory):
        shutil.rmtree(self.path(directory))
        os.mkdir(self.path(directory), 0o700)

    def repaired(self, key=None):
        """His best: all of it made to follow, signed, written and published."""
        self.repair(key)
        self.write(publish=True)
