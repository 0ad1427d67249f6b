"""The anchors of an archive: tokens over its own checkpoints [2.2] [5.6].

Written from docs/FORMAT.md alone for second_verifier.py.
"""
import hashlib
from collections import OrderedDict

import probant_format as pb
import probant_log as log
import probant_stamp as stamp
from probant_judge import intervals
from probant_report import INDETERMINATE, INVALID

COMMITS_KEPT = 65536


class Anchors:
    def __init__(self, judge):
        self.judge, self.report = judge, judge.report
        self.commits = OrderedDict()           # size: (root, head) of the last commits
        self.found, self.dropped = [], False   # found: (seq, size, Token or None)

    def commit(self, size, root, head):
        self.commits[size] = root, head
        if len(self.commits) > COMMITS_KEPT:
            self.commits.popitem(last=False)
            self.dropped = True

    def record(self, seq, parts):
        where = "record %d" % seq
        facts = pb.read_json([data for kind, data in parts if kind == pb.FACTS][0])
        event = facts.get("event")
        if event in ("timestamp_gap", "timestamp_gap_end"):
            return
        if event != "timestamp":
            self.report.find("tokens", INDETERMINATE, "%s: an event that version 1 does not know",
                             where)
            return
        try:
            self.timestamp(where, seq, facts, [data for kind, data in parts if kind == pb.OBJECT])
        except pb.Refused as error:
            self.report.find("tokens", INVALID, "%s: %s", where, error)

    def timestamp(self, where, seq, facts, objects):
        names, size = facts.get("objects"), pb.read_number(facts.get("size"))
        if not isinstance(names, list) or len(names) != len(objects) \
                or not stamp.good_objects(names):
            raise pb.Refused("its objects are not those that it states")
        self.checkpoint(where, objects[0], size)
        token = self.judge.token(where, objects[2], stamp.Evidence(
            lambda digest: hashlib.new(digest, objects[0]).digest(), objects[1],
            objects[3] if "chain" in names else b"",
            [(data, name == "ocsp") for name, data in zip(names, objects)
             if name in ("crl", "ocsp")], self.judge.roots, False), facts)
        self.found.append((seq, size, token))

    def checkpoint(self, where, data, size):
        note = log.read_note(data)
        checkpoint = log.read_checkpoint(note)
        self.judge.signature(note, where)
        if checkpoint.origin != self.judge.origin or checkpoint.size != size:
            raise pb.Refused("its checkpoint is not the one that it states")
        if size not in self.commits:
            if self.dropped and size < next(iter(self.commits)):
                self.report.find("tokens", INDETERMINATE, "%s: over a checkpoint of too long ago",
                                 where)
                return
            raise pb.Refused("its checkpoint is none of this log's")
        if self.commits[size] != (checkpoint.root, checkpoint.head):
            raise pb.Refused("its checkpoint is of another history")

    def end(self, records):
        if not self.found:
            return
        newest = max(size for _, size, _ in self.found)
        self.judge.chosen([token for _, size, token in self.found if size == newest],
                          "the newest stamped checkpoint")
        try:
            intervals(self.found, 0, records - 1)
        except pb.Refused as error:
            self.report.find("tokens", INVALID, "%s", error)
