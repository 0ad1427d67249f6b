"""Records that were destroyed: what the log says of them, and whether it is so [1.5] [3.5].

Written from docs/FORMAT.md alone for second_verifier.py and recover.py.
"""
import probant_format as pb
from probant_report import INDETERMINATE, INVALID

REASONS = ("retention", "erasure", "court", "error", "restored")
RUNS = 16384
CONTENT = (1, 2, 15)


def read_destruction(facts, seq):
    """[(first, last)] that the facts of record seq state."""
    runs, records = [], facts.get("records")
    if facts.get("event") != "destruction" or facts.get("reason") not in REASONS \
            or not isinstance(records, list) or not 1 <= len(records) <= RUNS:
        raise pb.Refused("record %d does not say what was destroyed" % seq)
    for item in records:
        if not isinstance(item, list) or len(item) != 2:
            raise pb.Refused("record %d: a run of another form" % seq)
        first, last = [pb.read_number(number) for number in item]
        if not first <= last < seq or runs and first <= runs[-1][1] + 1:
            raise pb.Refused("record %d: runs that are not ascending, maximal and before it" % seq)
        runs.append((first, last))
    return runs


class Destroyed:
    def __init__(self, report):
        self.report = report
        self.content, self.gone, self.kept = set(), set(), set()   # seqs of sealed records
        self.named, self.newest, self.before = set(), set(), set()

    def leaf(self, leaf, sealed, secret):
        if sealed:
            if leaf.type in CONTENT:
                self.content.add(leaf.seq)
            if secret is not None:
                (self.kept if secret else self.gone).add(leaf.seq)

    def record(self, seq, parts):
        facts = pb.read_json([data for kind, data in parts if kind == pb.FACTS][0])
        try:
            runs = read_destruction(facts, seq)
        except pb.Refused as error:
            self.report.find("secrets", INVALID, "%s", error)
            return
        for first, last in runs:
            seqs = [one for one in self.content if first <= one <= last]
            if len(seqs) != last - first + 1:
                self.report.find("secrets", INVALID, "record %d names records %d..%d as destroyed, "
                                 "which cannot all be", seq, first, last)
            else:
                self.newest.update(seqs)

    def commit(self):
        """A commit ended: what it named was to be gone before the next."""
        self.before, self.newest = self.newest, set()
        self.named |= self.before

    def end(self):
        for seq in sorted(self.gone - self.named):
            self.report.find("secrets", INVALID, "record %d: its secret is gone, and no record "
                             "says that it was destroyed", seq)
        for seq in sorted(self.kept & self.named):
            late = seq in self.before           # what a crash leaves [4.1]
            self.report.find("secrets", INDETERMINATE if late else INVALID,
                             "record %d: destroyed, says the log, and its secret is there", seq)
