#!/usr/bin/env python3
"""recover.py ARCHIVE --reader KEY.pem [--passphrase-file F] -o DIR

Takes every message out of a Probant archive, without Probant: DIR/<seq>.eml is
the message byte for byte, DIR/<seq>.json its facts, DIR/<seq>.envelope.json what
surrounded it.  Needs vault/, keys/ and one reader's private key; Python 3.9, and
the commands `openssl` and `zstd`.

Each message's GCM tag and digest are checked.  Damage is reported on stderr and
gone past; so is what was destroyed, which is no loss.  Exit 0: everything was
recovered, 1: something was not.

Secrets stand on the command lines of `openssl` while it runs: use a machine of
your own.  Follows docs/FORMAT.md, chiefly 3.6.
"""
import argparse
import os
import sys

sys.dont_write_bytecode = True            # nothing is left beside the tools
import probant_destroyed as destroyed
import probant_format as pb
import probant_readers as readers


class Recovery:
    def __init__(self, archive, reader, passphrase_file, out):
        self.archive, self.out = archive, out
        self.keyring = readers.Keyring(archive, reader, passphrase_file)
        self.messages = self.others = self.losses = 0
        self.gone, self.by = [], {}            # without a secret; seq: the record that says so

    def lost(self, what, why):
        self.losses += 1
        print("%s: %s" % (what, why), file=sys.stderr)

    def write(self, name, data):
        path = os.path.join(self.out, name)
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)

    def run(self):
        stems, strangers = pb.list_segments(self.archive)
        for name in strangers:
            self.lost("vault/" + name, "not the name of a segment")
        bounds = [int(stem[:16], 16) for stem in stems[1:]] + [None]
        for stem, bound in zip(stems, bounds):
            try:
                self.segment(stem, bound)
            except (pb.Refused, OSError) as error:
                self.lost("segment " + stem, error)
        for seq in self.gone:
            if seq in self.by:
                print("record %d: destroyed, as record %d says" % (seq, self.by[seq]),
                      file=sys.stderr)
            else:
                self.lost("record %d" % seq, "its secret was erased")

    def segment(self, stem, bound):
        """One segment; bound is the first seq of the next one, None for the newest."""
        segment = pb.Segment(self.archive, stem)
        key = self.keyring.open(segment)
        try:
            slots = pb.read_slots(self.archive, stem)
        except OSError as error:
            slots = []
            self.lost("keys of segment " + stem, error)
        secrets = pb.open_slots(key, slots)
        found = set()
        for frame, k in self.frames(segment):
            if frame.tag != "C":
                found.add(self.record(segment, frame, k, slots, secrets))
        if bound is None:
            bound = segment.first_seq + max(len(slots) - 1, 0)
        before = segment.first_seq - 1
        for seq in sorted(found | {bound}):
            if seq > before + 1:
                self.lost("record %d" % (before + 1) if seq == before + 2 else
                          "records %d to %d" % (before + 1, seq - 1),
                          "not found in segment " + stem)
            before = seq

    def frames(self, segment):
        """Frames with their slot numbers; behind damage, from the next leaf that shows."""
        k, at, damaged = 0, segment.start, False
        while at is not None:
            try:
                for frame in segment.frames(at):
                    if frame.tag != "C":
                        by_seq = pb.read_leaf(frame.leaf).seq - segment.first_seq + 1
                        k = by_seq if damaged and k < by_seq <= segment.size else k + 1
                        damaged = False
                    at = frame.end
                    yield frame, k
                at = None
            except pb.Refused as error:
                self.lost("segment " + segment.stem, error)
                at, damaged = next_leaf(segment.path, at), True

    def record(self, segment, frame, k, slots, secrets):
        """Open one record and write what it holds; gives its seq."""
        seq = segment.first_seq + k - 1
        leaf, what = pb.read_leaf(frame.leaf), "record %d" % seq
        if frame.r is None and secrets.get(k) is None:
            gone = k < len(slots) and slots[k] == pb.NO_SLOT
            if gone:
                self.gone.append(seq)
            else:
                self.lost(what, "its key slot is damaged")
            return seq
        try:
            parts = pb.open_payload(segment.origin, frame.r or secrets[k], frame.payload)
        except pb.Refused as error:
            self.lost(what, error)
            return seq
        if pb.sha256(frame.payload) != leaf.payload_sha256 or leaf.seq != seq:
            self.lost(what, "its leaf is damaged, what it sealed is whole")
        elif leaf.type == 8:
            self.destruction(seq, parts)
        message = pb.message_of(parts)
        if message is None:
            self.others += 1
            return seq
        if (pb.DIGEST, pb.sha256(message)) not in parts:
            self.lost(what, "the message has not the digest that was sealed with it")
        self.write("%d.eml" % seq, message)
        for kind, name in ((pb.FACTS, "%d.json"), (pb.ENVELOPE, "%d.envelope.json")):
            for data in [data for part, data in parts if part == kind][:1]:
                self.write(name % seq, data)
        self.messages += 1
        return seq

    def destruction(self, seq, parts):
        try:
            facts = pb.read_json([data for kind, data in parts if kind == pb.FACTS][0])
            for first, last in destroyed.read_destruction(facts, seq):
                for one in range(first, last + 1):
                    self.by.setdefault(one, seq)
        except (pb.Refused, IndexError) as error:
            self.lost("record %d" % seq, error)


def next_leaf(path, start):
    """Where the next frame with a leaf may begin, behind start; None if nowhere."""
    with open(path, "rb") as file:
        data = file.read()
    at = start + 9
    while at >= 0:
        at = data.find(b"PROBANT1", at + 1)
        length = int.from_bytes(data[at - 8:at], "big")
        if at >= 0 and data[at - 9:at - 8] in (b"R", b"P") and length <= len(data) - at:
            return at - 9
    return None


def main():
    parser = argparse.ArgumentParser(description="Takes every message out of an archive.")
    parser.add_argument("archive")
    parser.add_argument("--reader", required=True, metavar="KEY", help="a reader's private key")
    parser.add_argument("--passphrase-file", metavar="F", help="its first line opens the key")
    parser.add_argument("-o", required=True, dest="out", metavar="DIR", help="a new directory")
    options = parser.parse_args()
    try:
        os.mkdir(options.out, 0o700)
        recovery = Recovery(options.archive, options.reader, options.passphrase_file, options.out)
        recovery.run()
    except OSError as error:
        print("recover.py: %s" % error, file=sys.stderr)
        return 1
    print("%d messages recovered, %d other records opened, %d losses"
          % (recovery.messages, recovery.others, recovery.losses))
    return 1 if recovery.losses else 0


if __name__ == "__main__":
    sys.exit(main())
