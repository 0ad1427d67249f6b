"""The anchors of an archive: tokens over its own checkpoints [2.2] [5.6].

Written from docs/FORMAT.md alone for second_verifier.py.
"""
import hashlib
from collections import OrderedDict

import probant_format as pb
import probant_log as log
import probant_shared as shared
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
        if event not in stamp.EVENTS:
            self.report.find("tokens", INDETERMINATE, "%s: an event that version 1 does not know",
                             where)
            return
        try:
            self.timestamp(where, seq, facts, [data for kind, data in parts if kind == pb.OBJECT])
        except pb.Refused as error:
            self.report.find("tokens", INVALID, "%s: %s", where, error)

    def timestamp(self, where, seq, facts, objects):
        size = pb.read_number(facts.get("size"))
        names = stamp.good_objects(facts, len(objects))
        one = dict(zip(names, objects))
        self.checkpoint(where, one["checkpoint"], size)
        over = one["checkpoint"]
        if "node" in one:
            over = shared.check(over, one["node"], one["salt"], one["proof"], facts.get("node"))
        token = self.judge.token(where, one["reply"], stamp.Evidence(
            lambda digest: hashlib.new(digest, over).digest(), one["request"],
            one.get("chain", b""),
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
