#!/usr/bin/env python3
"""second_verifier.py BUNDLE|ARCHIVE [--trust FILE] [--tsa-roots PEM] [--against FILE]
                   [--reader KEY [--passphrase-file F]]

Checks an evidence bundle or an archive of Probant by another program than
Probant, written from docs/FORMAT.md alone.  The questions are those of its
clauses 4.3 and 5.6, in that order; each is answered in a line, with what was
found under it.  The last line is the verdict: valid (exit 0), invalid (1) or
indeterminate (2).

Needs Python 3.9 and the commands `openssl` (3.0 or later) and `zstd`.  Without
--reader it reads no message of an archive; with it, secrets stand on the command
lines of `openssl` while it runs.  Nothing is written but temporary files.
"""
import argparse
import os
import sys

sys.dont_write_bytecode = True            # nothing is left beside the tools
import probant_anchor as anchor
import probant_bundle as bundle
import probant_destroyed as destroyed
import probant_format as pb
import probant_log as log
import probant_readers as readers
import probant_stamp as stamp
from probant_judge import Judge
from probant_report import INDETERMINATE, INVALID, VALID


# ---- the walk from front to back ----------------------------------------------------------

class Verifier(Judge):
    def __init__(self, options, trust, against, roots):
        super().__init__(trust, against, roots)
        self.archive, self.keyring = options.evidence, None
        if options.reader:
            self.keyring = readers.Keyring(
                options.evidence, options.reader, options.passphrase_file)
        self.tree = log.Tree()
        self.anchors = anchor.Anchors(self)
        self.destroyed = destroyed.Destroyed(self.report)
        self.head = None                       # what the next prev, or a checkpoint's head, must be
        self.time_s = 0
        self.snapshots = {}                    # size: (root, head), where a checkpoint asks for it
        self.readers = readers.Readers()
        self.newest = None                     # the note of the last sound checkpoint
        self.opened = 0

    def verify(self):
        published = self.published_note()
        self.wanted = {c.size for note, c in (published, self.against) if c}
        stems, strangers = pb.list_segments(self.archive)
        self.strangers("vault", strangers)
        if not stems:
            self.report.find("files", INVALID, "there is no segment in vault/")
        previous = None
        for stem in stems:
            self.report.looked("files")
            try:
                self.segment(stem, previous, stem == stems[-1])
            except pb.Torn as error:
                self.report.find("files", INDETERMINATE if stem == stems[-1] else INVALID,
                                 "segment %s: %s", stem, error)
            except (pb.Refused, OSError) as error:
                self.report.find("files", INVALID, "segment %s: %s", stem, error)
            previous = stem
        if not self.tree.leaf_hashes:
            self.report.find("chain", INVALID, "there is no record")
        self.destroyed.end()
        self.key_files(stems)
        self.published(*published)
        self.anchors.end(len(self.tree.leaf_hashes))
        self.compare()
        self.who_signed()
        self.one_history([published[0], self.newest])
        print("origin: %s" % (self.origin or "unknown"))
        print("records: %d, of which %d were opened" % (len(self.tree.leaf_hashes), self.opened))
        return self.report

    def strangers(self, directory, names):
        for name in names:
            self.report.find("files", INDETERMINATE, "%s/%s is no file of this format",
                             directory, name)

    def segment(self, stem, previous, newest):
        segment = self.readable(stem, newest)
        size = len(self.tree.leaf_hashes)
        if self.origin is None:
            self.origin, self.head = segment.origin, pb.sha3(segment.origin.encode())
            self.snapshot()
        if segment.origin != self.origin:
            raise pb.Refused("it is of another log: " + segment.origin)
        if segment.first_seq != size:
            self.report.find("files", INVALID, "segment %s begins at record %d, not %d", stem,
                             segment.first_seq, size)
        slots, secrets = self.open_secrets(segment)
        k, end, torn = 0, segment.start, None
        try:
            for records, ending in commits(segment):
                for frame in records:
                    k += 1
                    leaf = self.leaf(frame)
                    self.destroyed.leaf(leaf, frame.tag == "R", self.slot(leaf, frame, slots, k))
                    parts = self.open_record(segment, frame, leaf, secrets.get(k))
                    if k == 1:
                        self.segment_record(segment, frame, leaf, parts, previous)
                    elif parts and leaf.type == 13 and frame.tag == "P":
                        self.other_key_record(leaf, parts)
                    if parts and leaf.type == 12 and frame.tag == "P":
                        self.anchors.record(leaf.seq, parts)
                    if parts and leaf.type == 8 and frame.tag == "P":
                        self.destroyed.record(leaf.seq, parts)
                self.destroyed.commit()
                self.checkpoint(segment, ending, records)
                end = ending.end
        except pb.Torn as error:
            torn = error
            self.damaged(stem, end)
        if slots is not None and (len(slots) != k + 1 or len(slots[-1]) != pb.SLOT):
            waiting = newest and len(slots) > k + 1           # a crash between the steps of [4.1]
            self.report.find("secrets", INDETERMINATE if waiting else INVALID,
                             "keys/%s.key: %d slots for %d records", stem, len(slots), k)
        if torn:
            raise torn

    def readable(self, stem, newest):
        """A segment; the newest may be one that was being begun [4.1]."""
        try:
            segment = pb.Segment(self.archive, stem)
            if newest and not committed(segment):
                raise pb.Torn("it has no commit")
            return segment
        except pb.Refused as error:
            if not newest:
                raise
            if self.log_key:
                self.damaged(stem, 0)
            raise pb.Torn(str(error))

    # leaf, chain, tree: together, over the same bytes [2]
    def leaf(self, frame):
        report, leaf, seq = self.report, pb.read_leaf(frame.leaf), len(self.tree.leaf_hashes)
        report.looked("chain")
        if leaf.magic != b"PROBANT1" or any(leaf.reserved):
            report.find("chain", INDETERMINATE, "record %d: a leaf unknown to version 1", seq)
        if leaf.type not in pb.TYPES:
            report.find("chain", INDETERMINATE, "record %d: unknown type %d", seq, leaf.type)
        if leaf.seq != seq:
            report.find("chain", INVALID, "record %d bears the number %d", seq, leaf.seq)
        if leaf.prev != self.head:
            report.find("chain", INVALID, "record %d does not follow from the one before", seq)
        if leaf.time_s < self.time_s:
            report.find("chain", VALID, "record %d: the clock went back by %d s", seq,
                        self.time_s - leaf.time_s)
        self.head, self.time_s = pb.sha3(frame.leaf), leaf.time_s
        if (frame.tag == "P") != (leaf.type in pb.OPEN):
            report.find("files", INVALID, "record %d of type %d is stored %s", seq, leaf.type,
                        "open" if frame.tag == "P" else "sealed")
        self.tree.append(frame.leaf)
        self.snapshot()
        return leaf._replace(seq=seq)

    def snapshot(self):
        size = len(self.tree.leaf_hashes)
        if size in self.wanted:
            self.snapshots[size] = self.tree.root(), self.head

    # secrets [3.5]
    def open_secrets(self, segment):
        try:
            slots = pb.read_slots(self.archive, segment.stem)
        except OSError as error:
            self.report.find("secrets", INVALID, "keys of segment %s: %s", segment.stem, error)
            return None, {}
        secrets = {}
        if self.keyring:
            try:
                key = self.keyring.open(segment)
                secrets = pb.open_slots(key, slots, 0)
            except readers.Wrong as error:
                self.report.find("secrets", INVALID, "segment %s: %s", segment.stem, error)
            except pb.Refused as error:
                self.report.find("secrets", INDETERMINATE,
                                 "segment %s cannot be opened with this key: %s",
                                 segment.stem, error)
        for k in [k for k, r in secrets.items() if r is None]:
            self.report.find("secrets", INVALID, "segment %s, slot %d: not of this segment's key",
                             segment.stem, k)
        if slots and slots[0] != pb.NO_SLOT and not pb.slot_sound(slots[0], 0):
            self.report.find("secrets", INDETERMINATE,
                             "segment %s, slot 0: the key of its index is damaged", segment.stem)
        return slots, secrets

    def slot(self, leaf, frame, slots, k):
        """Is there a secret?  None: not known."""
        if slots is None or k >= len(slots):
            return None
        self.report.looked("secrets")
        empty = slots[k] == pb.NO_SLOT
        if frame.tag == "P" and not empty:
            self.report.find("secrets", INVALID, "record %d is open and has a slot", leaf.seq)
        elif not empty and not pb.slot_sound(slots[k], k):
            self.report.find("secrets", INVALID, "record %d: its slot is damaged", leaf.seq)
        return not empty

    def key_files(self, stems):
        try:
            names = sorted(os.listdir(os.path.join(self.archive, "keys")))
        except OSError:
            return                             # each missing key file was reported
        for name in [name for name in names if name[:-4] not in stems or name[-4:] != ".key"]:
            if name[-4:] != ".key" or not pb.STEM.fullmatch(name[:-4]):
                self.strangers("keys", [name])
            else:
                behind = not stems or name[:-4] > stems[-1]       # one that was being begun?
                self.report.find("files", INDETERMINATE if behind else INVALID,
                                 "keys/%s is there without its segment", name)

    # payload [3.4] and commitment [1.2]
    def open_record(self, segment, frame, leaf, r):
        """The parts of a record whose r is at hand, checked against the leaf."""
        if frame.tag == "P":
            r = frame.r
        self.report.looked("payload")
        if pb.sha256(frame.payload) != leaf.payload_sha256:
            self.report.find("payload", INVALID, "record %d: its payload is not what was logged",
                             leaf.seq)
            return None
        if r is None:
            return None
        self.report.looked("commitment")
        try:
            parts = pb.open_payload(segment.origin, r, frame.payload)
            self.opened += 1
            if pb.commitment(r, parts) != leaf.commitment:
                raise pb.Refused("it is not what the leaf commits to")
            kinds = [kind for kind, _ in parts]
            if any(kind > pb.ENVELOPE for kind in kinds):
                self.report.find("commitment", INDETERMINATE, "record %d: unknown part", leaf.seq)
            if kinds.count(pb.FACTS) != 1:
                raise pb.Refused("it has not one part of facts")
            pb.read_json(parts[kinds.index(pb.FACTS)][1])
            if kinds.count(pb.CLASS) > 1 or kinds.count(pb.ENVELOPE) > 1:
                raise pb.Refused("it has more than one class or envelope")
            message = pb.message_of(parts)
            if message is None and leaf.type in (1, 15):
                raise pb.Refused("it holds no message")
            digests = [data for kind, data in parts if kind == pb.DIGEST]
            if message is not None and digests != [pb.sha256(message)]:
                raise pb.Refused("its digest is not the message's")
            return parts
        except pb.Refused as error:
            self.report.find("commitment", INVALID, "record %d: %s", leaf.seq, error)
            return None

    # the first record of a segment states it, and the one before [1.5]
    def segment_record(self, segment, frame, leaf, parts, previous):
        if frame.tag != "P" or leaf.type != 13 or parts is None:
            raise pb.Refused("its first record does not open it")
        facts = pb.read_json([data for kind, data in parts if kind == pb.FACTS][0])
        expected = None
        if previous is not None:
            with open(os.path.join(self.archive, "vault", previous + ".seg"), "rb") as file:
                data = file.read()
            expected = {"segment": previous, "length": len(data), "sha256": pb.sha256(data).hex()}
        digests = pb.h2(segment.json).hex()
        header = {"sha256": digests[:64], "sha3_256": digests[64:]}
        if facts.get("event") != "segment" or facts.get("segment") != segment.stem \
                or facts.get("header") != header:
            self.report.find("files", INVALID, "record %d does not state its segment's header",
                             leaf.seq)
        if facts.get("previous", "") != expected:
            self.report.find("files", INVALID, "record %d: the segment before is not as it states",
                             leaf.seq)
        if leaf.seq == 0:
            self.founding(facts)
        try:
            self.readers.segment(segment, parts)
        finally:
            self.readers.first_seqs.append(segment.first_seq)

    def founding(self, facts):
        if pb.read_number(facts.get("format")) != 1:
            self.report.find("files", INDETERMINATE, "a format that is not version 1")
        key = log.read_verifier_key(str(facts.get("verifier_key")))
        if facts.get("origin") != self.origin or key.name != self.origin or key.type != 1:
            raise pb.Refused("record 0 does not state its log's origin and key")
        self.log_key = key
        if "export_key" in facts:
            export = log.read_verifier_key(str(facts["export_key"]))
            if export.name != self.origin + "/export" or export.type != 1:
                raise pb.Refused("record 0 states a key for exports that is none")
        self.readers.founded(facts)

    def other_key_record(self, leaf, parts):
        facts = pb.read_json([data for kind, data in parts if kind == pb.FACTS][0])
        if facts.get("event") == "segment":
            self.report.find("files", INVALID, "record %d begins a segment within one", leaf.seq)
        else:
            self.report.find("files", INDETERMINATE, "record %d states something about keys that "
                             "version 1 does not know", leaf.seq)

    # checkpoints [2.1]
    def checkpoint(self, segment, frame, records):
        where = "segment %s, offset %d" % (segment.stem, frame.offset)
        try:
            note = log.read_note(frame.note)
            checkpoint = log.read_checkpoint(note)
        except pb.Refused as error:
            self.report.find("checkpoint", INVALID, "%s: %s", where, error)
            return
        self.report.looked("tree")
        size = len(self.tree.leaf_hashes)
        if not records:
            self.report.find("tree", INVALID, "%s: a checkpoint of no new record", where)
        if checkpoint != (self.origin, size, self.tree.root(), self.head):
            self.report.find("tree", INVALID, "%s: a checkpoint that is not of the %d records "
                             "before it", where, size)
        if self.signature(note, where) and checkpoint.size == size:
            self.newest = note
        self.anchors.commit(size, self.tree.root(), self.head)

    def damaged(self, stem, end):
        """No commit follows a crash: a checkpoint with bytes behind it tells [4.2]."""
        with open(os.path.join(self.archive, "vault", stem + ".seg"), "rb") as file:
            file.seek(end)
            tail = file.read()
        for text in (self.origin.encode() + b"\n", b"\nsha3-256 "):
            at = tail.find(text)
            while at >= 0:
                behind = at + int.from_bytes(tail[max(at - 8, 0):at], "big")
                if len(tail) - at > 2 * len(self.origin) + 256 \
                        or behind < len(tail) and self.signed(tail[at:behind]):
                    raise pb.Refused("commits behind offset %d are damaged" % end)
                at = tail.find(text, at + 1)

    def signed(self, data):
        try:
            return self.log_key and log.signed_by(log.read_note(data), self.log_key)
        except pb.Refused:
            return False

    # the published log [2.3]
    def published_note(self):
        try:
            with open(os.path.join(self.archive, "log", "checkpoint"), "rb") as file:
                note = log.read_note(file.read(65537))
            return note, log.read_checkpoint(note)
        except FileNotFoundError:
            return None, None
        except pb.Refused as error:
            self.report.find("checkpoint", INVALID, "log/checkpoint: %s", error)
            return None, None

    def published(self, note, checkpoint):
        levels = [self.tree.leaf_hashes]       # levels[l]: roots of 256^l leaves each
        while len(levels[-1]) >= 256:
            full = len(levels[-1]) // 256
            levels.append([log.root_of(levels[-1][256 * i:256 * i + 256]) for i in range(full)])
        base, seen = os.path.join(self.archive, "log"), set()
        for directory, _, names in sorted(os.walk(base)):
            for path in [os.path.relpath(os.path.join(directory, name), base) for name in names]:
                if path != "checkpoint":
                    seen.add(path)
                    self.tile(base, path, levels)
        if checkpoint is None:
            if seen:
                self.report.find("files", INDETERMINATE, "log/ has tiles and no sound checkpoint")
            return
        self.report.looked("tree")
        if checkpoint.origin != self.origin or checkpoint.size > len(self.tree.leaf_hashes) or \
                self.snapshots.get(checkpoint.size) != (checkpoint.root, checkpoint.head):
            self.report.find("tree", INVALID, "log/checkpoint, of %d records, is not of this log",
                             checkpoint.size)
        self.signature(note, "log/checkpoint")
        for path in log.needed_tiles(min(checkpoint.size, len(self.tree.leaf_hashes))):
            if path not in seen and path.split(".p/")[0] not in seen:
                self.report.find("files", INVALID, "log/%s is missing", path)

    def tile(self, base, path, levels):
        self.report.looked("files")
        named = log.read_tile_path(path)
        if named is None:
            self.report.find("files", INDETERMINATE, "log/%s is no file of this format", path)
            return
        level, index, width = named
        with open(os.path.join(base, path), "rb") as file:
            data = file.read()
        if level == "entries":
            level, data = 0, log.entry_hashes(data)
        right = levels[level][256 * index:256 * index + width] if level < len(levels) else []
        if len(right) != width or data != b"".join(right):
            self.report.find("files", INVALID, "log/%s is not as the vault has it", path)

    # what the other side holds [4.3]
    def compare(self):
        note, held = self.against
        if held is None:
            return
        self.report.looked("consistency")
        if held.origin != self.origin:
            self.report.find("consistency", INVALID, "the checkpoint held is another log's")
        elif not self.log_key or not log.signed_by(note, self.log_key):
            self.report.find("consistency", INVALID, "the checkpoint held is not signed by this "
                             "log's key")
        elif held.size > len(self.tree.leaf_hashes):
            self.report.find("consistency", INVALID, "the checkpoint held is of %d records: this "
                             "log was cut or rolled back", held.size)
        elif self.snapshots.get(held.size) != (held.root, held.head):
            self.report.find("consistency", INVALID, "the checkpoint held, of %d records, is of "
                             "another history", held.size)


def commits(segment):
    """Yields (record frames, the "C" that ends them); what no "C" ends is torn."""
    records = []
    for frame in segment.frames(segment.start):
        if frame.tag == "C":
            yield records, frame
            records = []
        else:
            records.append(frame)
    if records or segment.size == segment.start:
        raise pb.Torn("what follows its last checkpoint was never committed")


def committed(segment):
    """Is there one commit at least?"""
    try:
        return any(frame.tag == "C" for frame in segment.frames(segment.start))
    except pb.Torn:
        return False


class Parser(argparse.ArgumentParser):
    def error(self, message):
        print("second_verifier.py: " + message, file=sys.stderr)
        sys.exit(64)


def main():
    parser = Parser(description="Checks a bundle or an archive of Probant by another program.")
    parser.add_argument("evidence", metavar="BUNDLE|ARCHIVE")
    parser.add_argument("--reader", metavar="KEY", help="a reader's private key, PEM")
    parser.add_argument("--passphrase-file", metavar="F", help="its first line opens the key")
    parser.add_argument("--trust", metavar="FILE", help="a trust file: whose log it is")
    parser.add_argument("--tsa-roots", metavar="PEM", help="the authorities that you trust")
    parser.add_argument("--against", metavar="FILE", help="a checkpoint or bundle that you hold")
    options = parser.parse_args()
    try:
        return verify(options).print()
    except (pb.Refused, ValueError) as error:
        print("second_verifier.py: %s" % error, file=sys.stderr)
        return 65
    except OSError as error:
        print("second_verifier.py: %s" % error, file=sys.stderr)
        return 66


def verify(options):
    """The report on the evidence that the options name."""
    trust, against, roots = None, (None, None), None
    if options.trust:
        with open(options.trust, encoding="utf-8", errors="surrogateescape") as file:
            trust = log.Trust(file.read())
    if options.tsa_roots:
        with open(options.tsa_roots, "rb") as file:
            roots = file.read()
        if not stamp.certificates_of(roots):
            raise pb.Refused("%s: no certificate" % options.tsa_roots)
    if options.against:
        note = log.read_note(bundle.checkpoint_of(options.against))
        against = note, log.read_checkpoint(note)
    if os.path.isdir(options.evidence):
        return Verifier(options, trust, against, roots).verify()
    return bundle.Bundle(options.evidence, trust, against, roots).verify()


if __name__ == "__main__":
    sys.exit(main())
