"""Who signed, whose clocks, and is there one history: asked of archives and bundles alike [4.3].

Written from docs/FORMAT.md alone for second_verifier.py.
"""
import probant_format as pb
import probant_log as log
import probant_stamp as stamp
from probant_report import INDETERMINATE, INVALID, VALID, Report


class Judge:
    def __init__(self, trust, against, roots):
        self.trust, self.against, self.roots = trust, against, roots
        self.report = Report()
        self.origin = self.log_key = None      # as record 0 states them
        self.tokens = []                       # (size, Token) that are good in themselves

    def signature(self, note, where):
        self.report.looked("checkpoint")
        good = log.signed_by(note, self.log_key) if self.log_key else None
        if not good:
            self.report.find("checkpoint", INVALID, "%s: %s", where,
                             "no signature of the log's key" if good is None else "a forged one")
        return good

    def who_signed(self):
        report = self.report
        named = [k for k in self.trust.logs if k.name == self.origin] if self.trust else []
        report.looked("log key")
        if self.log_key is None:
            report.find("log key", INVALID, "record 0 states no key")
        elif not named:
            report.find("log key", INDETERMINATE, "no trust file says whose key this is")
        elif self.log_key not in named:
            report.find("log key", INVALID, "the trust file names another key for this log")

    def one_history(self, notes):
        """By the witnesses that signed one of the notes, or by what somebody else holds."""
        report, met = self.report, False
        report.looked("unique view")
        asked = self.trust is not None and self.trust.quorum != "none"
        for note in [note for note in notes if note and self.trust]:
            verdicts = {name: log.signed_by(note, key)
                        for name, key in self.trust.witnesses.items()}
            for name in [name for name, good in verdicts.items() if good is False]:
                report.find("unique view", INVALID, "the cosignature of %s is forged", name)
            signed = {name for name, good in verdicts.items() if good}
            met = met or asked and self.trust.met(self.trust.quorum, signed)
        if asked and not met:
            report.find("unique view", INDETERMINATE, "not all witnesses have signed that the "
                        "trust file asks for")
        elif not asked and report.verdicts["consistency"] != VALID:
            report.find("unique view", INDETERMINATE, "no witness and no checkpoint held by "
                        "another shows that this is the only history")

    # tokens and authorities [2.2]
    def token(self, where, raw, evidence, facts=None):
        """A token that is good in itself, or None."""
        self.report.looked("tokens")
        self.report.looked("authorities")
        try:
            token = stamp.check(raw, evidence)
            if facts is not None:
                token = contradiction(facts, token)
        except pb.Refused as error:
            self.report.find("tokens", INVALID, "%s: %s", where, error)
            return None
        if token.weight == INVALID:
            self.report.find("authorities", INVALID, "%s: %s", where, token.text)
        return token

    def chosen(self, tokens, what):
        """One of these must lead to a root that the verifier chose."""
        if any(token and token.trusted for token in tokens):
            if all(token.local for token in tokens if token and token.trusted):
                self.report.find("authorities", VALID, "%s: by a local authority: a claim", what)
        else:
            self.report.find("authorities", INDETERMINATE, "%s: no authority that the verifier "
                             "chose has stamped it", what)


def contradiction(facts, token):
    """What an anchor's facts state must be what its token does [2.2].  The token, local if either
    says so."""
    info = token.info
    stated = {"gen_time": info.text, "policy": info.policy, "hash": stamp.HASHES[info.hash],
              "serial": info.serial.lstrip(b"\0").hex() or "00",
              "qualified": "stated" if info.qualified else "no"}
    if token.key is not None:
        stated["key"] = token.key.hex()
    for name, value in stated.items():
        if facts.get(name, value) != value:
            raise pb.Refused("its record states another %s than the token" % name)
    accuracy = facts.get("accuracy_us")
    if (None if accuracy is None else pb.read_number(accuracy)) != info.accuracy_us:
        raise pb.Refused("its record states another accuracy than the token")
    local = facts.get("local", False)
    if not isinstance(local, bool):
        raise pb.Refused("its record does not say whether its authority is local")
    return token._replace(local=token.local or local)


def intervals(anchors, first, last):
    """Spans (first, last, after, before) of records, by tokens that count [2.2].

    anchors: (seq, size, Token), ascending by seq; local and unknown authorities do not count.
    Raises Refused where after > before."""
    counting = [(seq, size, bounds(token)) for seq, size, token in anchors
                if token and token.trusted and not token.local]
    edges = sorted({first} | {seq + 1 for seq, _, _ in counting} | {size for _, size, _ in counting})
    spans = []
    for start, stop in zip(edges, edges[1:] + [last + 1]):
        if not first <= start <= last:
            continue
        after = [bound[0] for seq, _, bound in counting if seq < start]
        before = [bound[1] for _, size, bound in counting if size > start]
        if after and before and after[-1] > before[0]:
            raise pb.Refused("records from %d on would have entered after they were stamped" % start)
        spans.append((start, min(stop - 1, last), after[-1] if after else None,
                      before[0] if before else None))
    return spans


def bounds(token):
    accuracy = (token.info.accuracy_us or 0) / 1e6
    at = token.info.time.timestamp()
    return at - accuracy, at + accuracy


