"""The opened records of a bundle: what is disclosed is what their leaves commit to [1.2] [5.3].

Written from docs/FORMAT.md alone for second_verifier.py.
"""
from collections import namedtuple

import probant_format as pb
import probant_package as package
import probant_stamp as stamp
from probant_judge import Judge
from probant_report import INDETERMINATE, INVALID

OBJECTS = {"checkpoint": "checkpoint", "request": "request.tsq", "reply": "reply.tsr",
           "node": "node.checkpoint", "salt": "node.salt", "proof": "node.tlog-proof",
           "chain": "chain.pem"}

Opened = namedtuple("Opened", "type facts kinds whole")       # kinds: of the disclosed parts


class Openings(Judge):
    def __init__(self, trust, against, roots):
        super().__init__(trust, against, roots)
        self.package, self.files = None, {}    # name: entry
        self.directories = {}                  # "records/1/": the names in it
        self.own, self.opened = {}, {}         # seq: leaf.bin; Opened

    def read(self, name):
        if name not in self.files:
            raise pb.Refused("%s is missing" % name)
        return self.package.whole(self.files[name])

    def records(self):
        seqs = {int(name.split("/")[1]) for name in self.files if name.startswith("records/")}
        for seq in sorted(seqs | {0}):
            try:
                self.record(seq)
            except (pb.Refused, KeyError) as error:
                self.report.find("commitment", INVALID, "record %d: %s", seq, error)

    def record(self, seq):
        base = "records/%d/" % seq
        self.report.looked("commitment")
        raw = self.read(base + "leaf.bin")
        if len(raw) != pb.LEAF:
            raise pb.Refused("leaf.bin has not 160 octets")
        leaf, self.own[seq] = pb.read_leaf(raw), raw
        if leaf.seq != seq:
            self.report.find("chain", INVALID, "record %d: leaf.bin is of record %d", seq, leaf.seq)
        opening = package.read_opening(self.read(base + "opening.json"))
        if opening["seq"] != seq:
            raise pb.Refused("its opening is of another record")
        parts = opening["parts"]
        kinds = {i: part["kind"] for i, part in enumerate(parts) if "kind" in part}
        data = self.part_bytes(base, parts, kinds, leaf)
        p = [bytes.fromhex(part["p"]) if i not in kinds else pb.h2(
            b"probant/v1 part\0" + bytes([i, kinds[i]]) + pb.u64(len(data[i]))
            + bytes.fromhex(part["salt"]) + pb.h2(data[i])) for i, part in enumerate(parts)]
        if any(len(data[i]) != parts[i]["length"] for i in kinds) \
                or pb.h2(b"probant/v1 record\0" + bytes([len(p)]) + b"".join(p)) != leaf.commitment:
            raise pb.Refused("it is not what the leaf commits to")
        whole = len(kinds) == len(parts)
        facts = self.judge_parts(seq, leaf, kinds, data, whole)
        self.opened[seq] = Opened(leaf.type, facts, set(kinds.values()), whole)

    def part_bytes(self, base, parts, kinds, leaf):
        """{index: bytes} of the disclosed parts, from the files where they must stand."""
        data, expected = {}, {"leaf.bin", "opening.json", "leaf.tlog-proof"}
        elsewhere = self.objects(base, leaf, kinds)
        if pb.DIGEST in kinds.values():
            message, at = self.read(base + "message.eml"), 0
            expected.add("message.eml")
            for i in [i for i in kinds if kinds[i] in (pb.HEADER, pb.BODY)]:
                data[i] = message[at:at + parts[i]["length"]]
                at += parts[i]["length"]
            if at != len(message):
                raise pb.Refused("message.eml has another length than its parts")
        for i in [i for i in kinds if i not in data]:
            name = elsewhere.get(i, base + "part-%d.bin" % i)
            if i not in elsewhere:
                expected.add("part-%d.bin" % i)
            data[i] = self.read(name)
        if self.directories[base] != expected:
            raise pb.Refused("it has other files than its opening asks for")
        return data

    def objects(self, base, leaf, kinds):
        """Where the objects of an anchor with a token stand: {index: name} [2.2] [5.3]."""
        at = [i for i in kinds if kinds[i] == pb.FACTS]
        if leaf.type != 12 or len(at) != 1:
            return {}
        facts = pb.read_json(self.read(base + "part-%d.bin" % at[0]))
        if facts.get("event") not in stamp.EVENTS:
            return {}
        directory = "stamps/%d-%d/" % (pb.read_number(facts.get("size")), leaf.seq)
        counted, found = 0, {}
        indexes = [i for i in kinds if kinds[i] == pb.OBJECT]
        for i, name in zip(indexes, stamp.good_objects(facts, len(indexes))):
            counted += name not in OBJECTS
            found[i] = directory + OBJECTS.get(name, "%d.%s" % (counted, name))
        there = {directory + name for name in self.directories.get(directory, ())}
        if there != set(found.values()) | {directory + "token.tst"}:
            raise pb.Refused("an anchor that has other objects in stamps/ than it states")
        return found

    def judge_parts(self, seq, leaf, kinds, data, whole):
        """Its facts; what 4.3 says of an opened record, as far as it is disclosed."""
        known = list(kinds.values())
        if any(kind > pb.ENVELOPE for kind in known):
            self.report.find("commitment", INDETERMINATE, "record %d: unknown part", seq)
        if known.count(pb.FACTS) != 1:
            raise pb.Refused("its facts are withheld, or there twice")
        facts = pb.read_json(data[[i for i in kinds if kinds[i] == pb.FACTS][0]])
        if any(known.count(kind) > 1 for kind in (pb.CLASS, pb.ENVELOPE, pb.DIGEST)):
            raise pb.Refused("it has more than one class, envelope or digest")
        slices = [data[i] for i in kinds if kinds[i] in (pb.HEADER, pb.BODY)]
        digests = [data[i] for i in kinds if kinds[i] == pb.DIGEST]
        if digests and digests != [pb.sha256(b"".join(slices))]:
            raise pb.Refused("its digest is not that of the message")
        if not digests and whole and (leaf.type in (1, 15) or slices):
            raise pb.Refused("it holds no digest of its message")
        return facts
