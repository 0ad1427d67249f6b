"""The log of a bundle: leaves, chain, tree, proofs, and what the other side holds [2] [5.5].

Written from docs/FORMAT.md alone for second_verifier.py.
"""
import probant_format as pb
import probant_log as log
import probant_package as package
from probant_opening import Openings
from probant_report import INDETERMINATE, INVALID, VALID

ALWAYS_OPEN = {3, 8, 12, 13, 14}


class History(Openings):
    def __init__(self, trust, against, roots):
        super().__init__(trust, against, roots)
        self.note = self.checkpoint = None     # log/checkpoint
        self.first = self.last = self.size = None
        self.leaves, self.roots_here = [], {}  # size: (root, head), as far as the leaves tell
        self.sizes, self.ways = {}, {}         # size: stamped checkpoints; hashes from it to size
        self.proofs = {}                       # seq: the checkpoint in its proof

    def the_log(self):
        right = log.write_verifier_key(self.log_key) + "\n" if self.log_key else None
        if right is None or self.read("log/verifier-key") != right.encode():
            self.report.find("checkpoint", INVALID, "log/verifier-key is not the log's key")
        self.note, self.checkpoint = self.signed_checkpoint("log/checkpoint")
        first, last, size, hashes = package.read_range_proof(self.read("log/range-proof"))
        data = self.read("log/leaves.bin")
        if len(data) != pb.LEAF * (last - first + 1):
            raise pb.Refused("log/leaves.bin has not the leaves of %d..%d" % (first, last))
        self.first, self.last, self.size = first, last, size
        self.leaves = [data[i:i + pb.LEAF] for i in range(0, len(data), pb.LEAF)]
        self.chain()
        self.range_root(hashes)
        for seq in self.own:
            self.leaf_proof(seq)

    def signed_checkpoint(self, name):
        try:
            note = log.read_note(self.read(name))
            checkpoint = log.read_checkpoint(note)
            if checkpoint.origin != self.origin:
                raise pb.Refused("it is of another log")
        except pb.Refused as error:
            self.report.looked("checkpoint")
            self.report.find("checkpoint", INVALID, "%s: %s", name, error)
            return None, None
        self.signature(note, name)
        return note, checkpoint

    def leaf_form(self, seq, data, must_be_open):
        leaf = pb.read_leaf(data)
        self.report.looked("chain")
        if leaf.magic != b"PROBANT1" or any(leaf.reserved) or leaf.type not in pb.TYPES:
            self.report.find("chain", INDETERMINATE, "record %d: a leaf unknown to version 1", seq)
        if leaf.seq != seq:
            self.report.find("chain", INVALID, "record %d bears the number %d", seq, leaf.seq)
        if must_be_open and not (seq in self.opened and self.opened[seq].whole):
            self.report.find("chain", INDETERMINATE, "record %d, of type %d, is not opened whole",
                             seq, leaf.type)
        return leaf

    def chain(self):
        time_s, head = 0, None
        begins = pb.sha3((self.origin or "").encode())
        if self.first == 0:
            head = begins
        elif 0 in self.own:
            if self.leaf_form(0, self.own[0], True).prev != begins:
                self.report.find("chain", INVALID, "record 0 does not begin this log")
        for seq, data in enumerate(self.leaves, self.first):
            leaf = self.leaf_form(seq, data, data[24] in ALWAYS_OPEN)
            if head is not None and leaf.prev != head:
                self.report.find("chain", INVALID, "record %d does not follow from the one before",
                                 seq)
            if leaf.time_s < time_s:
                self.report.find("chain", VALID, "record %d: the clock went back", seq)
            if self.own.get(seq, data) != data:
                self.report.find("chain", INVALID, "record %d: leaf.bin is not the leaf of the log",
                                 seq)
            head, time_s = pb.sha3(data), leaf.time_s

    def range_root(self, hashes):
        leaf_hashes = [pb.sha256(b"\0" + leaf) for leaf in self.leaves]
        self.report.looked("tree")
        try:
            found = package.range_root(self.first, self.last, self.size, leaf_hashes, hashes)
        except IndexError:
            self.report.find("tree", INVALID, "log/range-proof has not the hashes that it needs")
            return
        if not self.checkpoint or (self.checkpoint.size, self.checkpoint.root) != (self.size, found):
            self.report.find("tree", INVALID, "log/range-proof does not give the root of "
                             "log/checkpoint")
        tree, beside, self.shown = log.Tree(), list(hashes), self.show()
        for bit in reversed(range(self.first.bit_length())):
            if self.first >> bit & 1:
                tree.subtrees.append((1 << bit, beside.pop(0)))
        if self.first:
            self.stands(self.first, tree.root(), pb.read_leaf(self.leaves[0]).prev)
        for size, data in enumerate(self.leaves, self.first + 1):
            tree.append(data)
            self.roots_here[size] = tree.root(), pb.sha3(data)
            self.stands(size, *self.roots_here[size])

    def stands(self, size, root, head):
        """Each checkpoint of that size that is here must be so."""
        for name, checkpoint in self.shown.get(size, []):
            if (checkpoint.root, checkpoint.head) != (root, head):
                self.report.find("tree", INVALID, "%s is not of these records", name)

    def show(self):
        """{size: [(name, checkpoint)]}, of all checkpoints here that can be read."""
        shown = {}
        for name in [name for name in self.files if name.split("/")[-1] == "checkpoint"]:
            try:
                checkpoint = log.read_checkpoint(log.read_note(self.read(name)))
            except pb.Refused:
                continue                       # said where its signature is looked at
            shown.setdefault(checkpoint.size, []).append((name, checkpoint))
        return shown

    def leaf_proof(self, seq):
        name = "records/%d/leaf.tlog-proof" % seq
        self.report.looked("tree")
        try:
            index, hashes, note = package.read_tlog_proof(self.read(name))
            checkpoint = log.read_checkpoint(log.read_note(note))
            leaf_hash = pb.sha256(b"\0" + self.own[seq])
            if index != seq or package.inclusion_root(
                    leaf_hash, index, checkpoint.size, hashes) != checkpoint.root:
                raise pb.Refused("it does not prove the leaf")
            self.proofs[seq] = note
        except pb.Refused as error:
            self.report.find("tree", INVALID, "%s: %s", name, error)

    def consistency(self):
        named = {name for name in self.files if name.startswith("log/consistency/")}
        for size in self.sizes:
            if self.size and size < self.size \
                    and "log/consistency/%d-%d" % (size, self.size) not in named:
                self.report.find("files", INVALID, "no proof that %d records grew into %d", size,
                                 self.size)
        for name in sorted(named):
            size, to = [int(number) for number in name.split("/")[2].split("-")]
            if to != self.size or not 0 < size < to \
                    or self.first is not None and size not in self.sizes \
                    and self.first < size <= self.last + 1:
                self.report.find("files", INVALID, "%s: no proof that a bundle of this range has",
                                 name)
                continue
            self.report.looked("tree")
            try:
                self.ways[size] = package.read_hashes(self.read(name))
                for root in self.roots_of(size):
                    if not self.grew(size, root):
                        raise pb.Refused("it does not lead from one root to the other")
            except pb.Refused as error:
                self.report.find("tree", INVALID, "%s: %s", name, error)

    def grew(self, size, root):
        return self.checkpoint is not None and package.consistent(
            size, self.size, root, self.checkpoint.root, self.ways[size])

    def roots_of(self, size):
        return [checkpoint.root for checkpoint in self.checkpoints_of(size)] + [
            self.roots_here[size][0] for _ in range(size in self.roots_here)]

    def checkpoints_of(self, size):
        for note in self.sizes.get(size, []):
            try:
                yield log.read_checkpoint(log.read_note(note))
            except pb.Refused:
                pass                           # said where its signature is looked at

    def held(self):
        note, held = self.against
        if held is None:
            return
        report, size = self.report, held.size
        report.looked("consistency")
        known = [self.roots_here[size]] if size in self.roots_here else [
            (checkpoint.root, checkpoint.head) for checkpoint in self.checkpoints_of(size)][:1]
        if held.origin != self.origin:
            report.find("consistency", INVALID, "the checkpoint held is another log's")
        elif not self.log_key or not log.signed_by(note, self.log_key):
            report.find("consistency", INVALID, "the checkpoint held is not signed by this log's key")
        elif known and known != [(held.root, held.head)] \
                or not known and size in self.ways and not self.grew(size, held.root):
            report.find("consistency", INVALID, "the checkpoint held is of another history")
        elif not known and size not in self.ways:
            report.find("consistency", INDETERMINATE, "this bundle does not tell what the log was at "
                        "%d records", size)
