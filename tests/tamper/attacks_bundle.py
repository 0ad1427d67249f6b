"""Attacks on what a bundle says of the log: range, openings, proofs, statements.

Each: a sentence, what is to be said of it (bundles.py), and what is done where: `steps` changes
the log's steps, `tricks` a leaf as it is made, `of` the options of exporter.Package, `keys` who
signs, `pack` the files before they are summed and signed, `raw` behind that.
"""
import re

import exporter
from exporter import ACCESS, STEPS, event, lines, message
from forger import pb, writer
from saying import OUTSIDE, UNCHECKED, indeterminate, invalid, valid

DESTROYED = {"first": 6, "last": 6, "reason": "destroyed"}
STATED = "records/6/opening.json"


def attack(sentence, *said, **hooks):
    return sentence, said, hooks


def destruction(runs, reason="court", closed=None):
    """Record 9 says what is destroyed, and record 6 is closed as such by it."""
    facts = {"event": "destruction", "records": runs, "reason": reason}
    return {"steps": instead(9, event(8, facts)), "of": {
        "what": {1: "all"}, "closed": closed or [
            {"first": 2, "last": 3, "reason": "query"}, dict(DESTROYED, by=9),
            {"first": 7, "last": 7, "reason": "query"}]}}


# ---- the log, made anew ----------------------------------------------------------------------

def without(seq):
    return lambda steps: steps[:seq] + steps[seq + 1:]


def with_more(seq, step):
    return lambda steps: steps[:seq] + [step] + steps[seq:]


def instead(seq, step):
    return lambda steps: steps[:seq] + [step] + steps[seq + 1:]


def exchanged(a, b):
    def change(steps):
        steps[a], steps[b] = steps[b], steps[a]
        return steps
    return change


def leaf_with(**fields):
    """A leaf of another form; what it commits to is right."""
    def trick(log, record):
        leaf = dict(magic=b"PROBANT1", seq=len(log.leaves), at=record.at, type=record.type,
                    zero=bytes(7), prev=log.heads[-1])
        leaf.update(fields)
        return leaf["magic"] + writer.u64(leaf["seq"]) + writer.u64(leaf["at"]) \
            + bytes([leaf["type"]]) + leaf["zero"] + leaf["prev"] \
            + writer.commit_to(record.r, record.parts) + writer.sha256(b"payload")
    return trick


def tree_holds(parts):
    """The chain shows a record where the tree holds another: log.other is that one's leaf."""
    def after(log):
        seq = len(log.leaves) - 1
        leaf = log.leaves[seq]
        log.other = leaf[:64] + writer.commit_to(log.records[seq].r, parts) + leaf[128:]
        log.hashes[seq] = writer.leaf_hash(log.other)
    return after


def picking(seq):
    """Steps of a log that tells two stories of record seq."""
    after = tree_holds([(pb.FACTS, b'{"source":"import"}')])

    def step(log):
        message(b"autre")(log)
        after(log)
    return instead(seq, step)


def show_other(p, leaves=True, leaf=True, seq=6):
    if leaves:
        at = seq - p.first
        p.leaves[at] = p.log.other
        p.files["log/leaves.bin"] = b"".join(p.leaves)
    if leaf:
        p.files["records/%d/leaf.bin" % seq] = p.log.other


# ---- files -----------------------------------------------------------------------------------

def edit(name, change):
    """change: of the octets."""
    def pack(p):
        p.files[name] = change(p.files[name])
    return pack


def json(name, change):
    return lambda p: p.json(name, change)


def drop(*names):
    def pack(p):
        for name in names:
            del p.files[name]
    return pack


def swap(a, b):
    def pack(p):
        p.files[a], p.files[b] = p.files[b], p.files[a]
    return pack


def take(to, source):
    def pack(p):
        p.files[to] = p.files[source]
    return pack


def leaves(change, last=None):
    def pack(p):
        p.leaves = change(list(p.leaves))
        p.files["log/leaves.bin"] = b"".join(p.leaves)
        if last is not None:
            p.last = last
            p.files["log/range-proof"] = p.range_proof()
            p.files["manifest.json"] = writer.to_json(p.manifest())
    return pack


def part(seq, i, **members):
    def change(opening):
        opening["parts"][i] = dict(opening["parts"][i], **members)
    return json("records/%d/opening.json" % seq, change)


def parts(seq, change):
    def edited(opening):
        change(opening["parts"])
    return json("records/%d/opening.json" % seq, edited)


def swap_parts(seq, a, b, *members):
    def change(all_parts):
        for name in members:
            one, other = all_parts[a][name], all_parts[b][name]
            all_parts[a][name], all_parts[b][name] = other, one
    return parts(seq, change)


def p_of_another(p):
    theirs = pb.read_json(p.files["records/3/opening.json"])["parts"][-1]
    p.json(STATED, lambda opening: opening["parts"].__setitem__(-1, theirs))


def open_with(text):
    """Record 1 opened with another message of his, all in it made to fit but the leaf."""
    def pack(p):
        other = exporter.Log(p.log.keys, [exporter.founding, message(text)])
        other.records[1].leaf = p.log.leaves[1]
        theirs = exporter.Package(other, last=1, size=2)
        for name in theirs.files:
            if name.startswith("records/1/") and "proof" not in name:
                p.files[name] = theirs.files[name]
    return pack


def proof(seq, size, index=None):
    def pack(p):
        p.files["records/%d/leaf.tlog-proof" % seq] = p.leaf_proof(seq, size, index)
    return pack


def manifest(**members):
    return json("manifest.json", lambda stated: dict(stated, **members))


def disclosed(change):
    def edited(stated):
        stated["disclosed"] = change(stated["disclosed"])
    return json("manifest.json", edited)


def closed(change):
    return json("log/closed.json", change)


def another_checkpoint(p):
    """Of another log of his under the same key; what the others say stays."""
    other = exporter.Log(p.log.keys, with_more(5, ACCESS)(list(STEPS))[:11])
    p.files["log/checkpoint"] = other.note(11)


def another_tree(p):
    """Leaves, openings and stamps of one history under the checkpoint of another, restamped."""
    other = exporter.Log(p.log.keys, instead(6, message(b"autre"))(list(STEPS)))
    for name, data in exporter.Package(other).files.items():
        if name.startswith("stamps/11") or name == "log/checkpoint":
            p.files[name] = data


def another_key(seed=b"autre"):
    return lambda keys: keys.but(log=writer.SigningKey(keys.log.name, writer.sha256(seed)))


def sign_by_another(p):
    key = writer.SigningKey(p.log.origin, writer.sha256(b"autre"))
    for name in list(p.files):
        if name == "log/checkpoint" or name.startswith("stamps/11-") and name.endswith("/checkpoint"):
            p.files[name] = p.log.note(11, key)
    p.files["log/verifier-key"] = (key.vkey + "\n").encode()


def sums(change):
    def raw(p):
        p.files["SHA256SUMS"] = change(p.files["SHA256SUMS"].splitlines(keepends=True))
        p.files["SHA256SUMS"] = b"".join(p.files["SHA256SUMS"])
        p.note()
    return raw


def exported_by(name, seed):
    def raw(p):
        p.sign(writer.SigningKey(p.log.origin + name, writer.sha256(seed)))
    return raw


def witness(said=None):
    """Cosigned by a witness, over what is signed or over what he is told."""
    key = writer.SigningKey("temoin.example/1", writer.sha256(b"temoin"), 4)
    return lambda keys: keys.but(cosign=lambda text: key.line(said or text, 5))


OPEN, FORM = indeterminate("chain"), indeterminate("chain", against=None)
OPENING = invalid("commitment")
FILES, TREE, CHAIN, PAYLOAD = [invalid(check) for check in ("files", "tree", "chain", "payload")]

ATTACKS = [
    # ---- records that are not there, or others
    attack("a leaf is dropped", FILES, pack=leaves(lambda all_of: all_of[:6] + all_of[7:])),
    attack("a leaf is dropped and the range ends earlier", invalid("chain"), of={"what": {1: "all"}},
           pack=leaves(lambda all_of: all_of[:6] + all_of[7:], last=9)),
    attack("the last leaf is dropped", FILES, pack=leaves(lambda all_of: all_of[:-1])),
    attack("two leaves are exchanged", invalid("chain", "tree"),
           pack=leaves(lambda all_of: all_of[:1] + all_of[2:0:-1] + all_of[3:])),
    attack("a leaf stands twice", FILES, pack=leaves(lambda all_of: all_of[:2] + all_of[1:])),
    attack("a leaf is inserted, and the range ends there", invalid("files|tree|chain"),
           pack=leaves(lambda all_of: all_of + all_of[-1:], last=11)),
    attack("a leaf is another's", CHAIN, pack=take("records/1/leaf.bin", "records/3/leaf.bin")),
    attack("a record is deleted from the log, and everything signed and stamped again", *OUTSIDE,
           steps=without(2), of={"last": 9, "size": 10, "what": {1: "all", 2: "headers"}}),
    attack("a record is inserted into the log, and everything signed and stamped again", *OUTSIDE,
           steps=with_more(5, message(b"de trop")), of={"last": 11, "size": 12, "what": {1: "all"}}),
    attack("two records are exchanged, and everything signed and stamped again", *OUTSIDE,
           steps=exchanged(1, 3)),
    attack("a time is changed, and everything signed and stamped again", *OUTSIDE,
           tricks={6: lambda log, record: record.__dict__.update(at=record.at - 5)}),
    attack("a message is another, and everything signed and stamped again", *OUTSIDE,
           steps=instead(6, message(b"autre"))),
    attack("a record is neither opened nor closed", invalid("range"),
           pack=closed(lambda runs: runs[1:])),
    attack("a record is opened and closed", invalid("range"), pack=closed(
        lambda runs: runs[:1] + [{"first": 6, "last": 6, "reason": "query"}] + runs[1:])),
    attack("a record is left out and the manifest says nothing of it", invalid("range|files"),
           pack=lambda p: [drop(*[n for n in p.files if n.startswith("records/6/")])(p)]),
    attack("a record stands beside the range", FILES, of={"first": 4}, pack=lambda p: [
        p.put("records/1/" + n, b"?", "records/4/part-4.bin")
        for n in ("leaf.bin", "opening.json", "leaf.tlog-proof")]),

    # ---- chain and tree tell two stories
    attack("the chain shows a message where the tree holds another", TREE, steps=picking(6)),
    attack("leaf.bin is the one of the tree, leaves.bin the one of the chain", CHAIN,
           steps=picking(6), pack=lambda p: show_other(p, leaves=False)),
    attack("leaves.bin is the one of the tree, and the chain goes on from another",
           CHAIN, steps=picking(6), pack=show_other),
    attack("the range ends in a record where the tree holds another", invalid("tree|chain"),
           steps=picking(10), of={"what": {**exporter.WHAT, 10: "facts"}},
           pack=lambda p: show_other(p, seq=10)),
    attack("a leaf has another record before it", CHAIN, tricks={6: leaf_with(prev=bytes(32))}),
    attack("a leaf has another number", CHAIN, tricks={6: leaf_with(seq=7)}),
    attack("record 0 does not begin the log, of which the range is a later part", CHAIN,
           tricks={0: leaf_with(prev=bytes(32))}, of={"first": 4}),
    attack("a leaf is of another format", FORM, tricks={6: leaf_with(magic=b"PROBANT2")}),
    attack("a leaf has a reserved octet that is not zero", FORM,
           tricks={6: leaf_with(zero=b"\0\0\1\0\0\0\0")}),
    attack("a leaf is of an unknown type", FORM, tricks={9: leaf_with(type=200)}),

    # ---- openings
    attack("a leaf is opened with another message", OPENING, pack=open_with(b"autre")),
    attack("a message is another", OPENING,
           pack=edit("records/1/message.eml", lambda data: data.replace(b"un", b"ni"))),
    attack("a message is shorter", OPENING,
           pack=edit("records/1/message.eml", lambda data: data[:-1])),
    attack("a message is longer", OPENING,
           pack=edit("records/1/message.eml", lambda data: data + b"\n")),
    attack("facts are others", OPENING,
           pack=edit("records/6/part-7.bin", lambda data: data.replace(b"import", b"immort"))),
    attack("the facts of a message are withheld", OPENING, of={"shown": {6: {0}}}),
    attack("nothing of a message is disclosed but that it is opened", OPENING,
           of={"shown": {6: set()}}),
    attack("a digest is disclosed beside a withheld part", invalid("commitment|files"),
           of={"shown": {1: {0, 1, 2, 3, 5, 6, 7}}}),
    attack("a digest is disclosed beside withheld parts alone", invalid("commitment|files"),
           of={"shown": {6: {6, 7}}}),
    attack("a withheld part is another record's", OPENING, pack=p_of_another),
    attack("two withheld parts are exchanged", OPENING, pack=swap_parts(6, 0, 1, "p")),
    attack("a part has the salt of another", OPENING, pack=swap_parts(1, 0, 1, "salt")),
    attack("a part is of another kind", OPENING, pack=part(6, 7, kind=5)),
    attack("a part is of an unknown kind", invalid("commitment"), pack=part(6, 7, kind=9)),
    attack("a record has a part of an unknown kind", indeterminate("commitment", against=None), steps=instead(
        9, lambda log: log.add(4, [(pb.FACTS, b"{}"), (9, b"?")])),
        of={"what": {**exporter.WHAT, 9: "all"}, "shown": {9: {0, 1}}}),
    attack("a part has another length", invalid("commitment"), pack=part(6, 7, length=1)),
    attack("lengths within a message are others", OPENING, pack=swap_parts(1, 0, 3, "length")),
    attack("the parts stand in another order", invalid("commitment|files"),
           pack=parts(1, lambda all_parts: all_parts.reverse())),
    attack("a part is left out", invalid("commitment|files"),
           pack=parts(6, lambda all_parts: all_parts.pop(0))),
    attack("an opening is of another record", invalid("files|commitment"),
           pack=take("records/6/opening.json", "records/7/opening.json")),
    attack("an opening bears another number", invalid("files|commitment"),
           pack=json(STATED, lambda opening: dict(opening, seq=7))),
    attack("an opening bears two numbers", invalid("files|commitment"), pack=edit(
        STATED, lambda data: data.replace(b'"seq":6', b'"seq":7,"seq":6'))),
    attack("an opening says more than it may", invalid("files|commitment"), pack=json(
        STATED, lambda opening: dict(opening, note="?"))),
    attack("a part of an opening says more than it may", invalid("files|commitment"),
           pack=part(6, 7, note="?")),
    attack("a withheld part states its kind", invalid("files|commitment"), pack=part(6, 0, kind=1)),
    attack("an opening has the members in another order", invalid("files|commitment"), pack=json(
        STATED, lambda opening: {"parts": opening["parts"], "seq": 6})),
    attack("an opening has something behind it", invalid("files|commitment"),
           pack=edit(STATED, lambda data: data + b"{}")),
    attack("a part stands there that the opening withholds", invalid("files|commitment"),
           pack=lambda p: p.put("records/6/part-4.bin", b"?", "records/6/part-7.bin")),
    attack("a part that is disclosed is not there", invalid("files|commitment"),
           pack=drop("records/6/part-7.bin")),
    attack("a message stands beside its parts", invalid("files|commitment"), pack=lambda p: p.put(
        "records/3/message.eml", b"".join(p.files["records/3/part-%d.bin" % i] for i in range(3)),
        "records/3/part-0.bin")),
    attack("a message lacks its digest", OPENING, steps=instead(6, lambda log: log.add(
        15, [(pb.FACTS, b"{}")])), of={"what": {**exporter.WHAT, 6: "all"}}),
    attack("a record has its facts twice", OPENING, steps=instead(9, lambda log: log.add(
        4, [(pb.FACTS, b"{}"), (pb.FACTS, b"{}")])),
        of={"what": {**exporter.WHAT, 9: "all"}}),
    attack("facts are no JSON", OPENING, steps=instead(9, lambda log: log.add(
        4, [(pb.FACTS, b"{")])), of={"what": {**exporter.WHAT, 9: "all"}}),
    attack("a message has the digest of another", OPENING, steps=instead(
        6, lambda log: log.add(15, [(pb.BODY, b"un"), (pb.DIGEST, bytes(32)), (pb.FACTS, b"{}")])),
        of={"what": {**exporter.WHAT, 6: "all"}}),

    # ---- closed that must be open; open in part
    attack("a clock step is closed", OPEN, of={"what": {**exporter.WHAT, 5: None}}),
    attack("a recovery is closed", OPEN, of={"what": {**exporter.WHAT, 10: None}}),
    attack("the beginning of a segment is closed", FORM, steps=instead(
        9, event(13, {"event": "segment"})), of={"what": {**exporter.WHAT, 9: None}}),
    attack("a destruction is closed", FORM, steps=instead(9, event(8, {
        "event": "destruction", "records": [[1, 1]], "reason": "court"})),
           of={"what": {**exporter.WHAT, 9: None}}),
    attack("an anchor is closed, and its token left out", OPEN, of={
        "what": {**exporter.WHAT, 8: None}}, pack=lambda p: [
            drop(*[n for n in p.files if n.startswith("stamps/8-8/") or "/8-11" in n])(p),
            [proof(seq, 11)(p) for seq in (4, 5, 6, 7)]]),
    attack("an anchor is closed, and its token is there", invalid("files|range|tokens"), of={
        "what": {**exporter.WHAT, 8: None}}),
    attack("an anchor is opened without its chain", invalid("tokens|commitment|files"),
           of={"shown": {8: {0, 1, 2, 4}}}),
    attack("an absence of timestamps is closed", FORM, steps=instead(
        9, event(12, {"event": "timestamp_gap", "size": 9, "since_s": 0, "failures": []})),
        of={"what": {**exporter.WHAT, 9: None}}),
    attack("a clock step is opened in part", FORM, steps=instead(
        5, event(3, {"event": "clock_step"}, {"note": "?"})), of={
            "what": {**exporter.WHAT, 5: "parts"}, "shown": {5: {0}}}),

    # ---- what is stated
    attack("a record is said to be destroyed", invalid("range"), of={
        "what": {1: "all"}, "closed": [{"first": 2, "last": 3, "reason": "query"},
                                       dict(DESTROYED, by=10),
                                       {"first": 7, "last": 7, "reason": "query"},
                                       {"first": 9, "last": 9, "reason": "query"}]}),
    attack("a record was destroyed, as a record of the range says", UNCHECKED,
           **destruction([[6, 6]])),
    attack("a record was destroyed, and another too, which is said to be closed by choice", FILES,
           **destruction([[6, 7]])),
    attack("a record is said to be destroyed by one that names another", invalid("range"),
           **destruction([[3, 3]])),
    attack("a record is said to be destroyed by one that names itself", invalid("range"),
           **destruction([[6, 6], [9, 9]])),
    attack("a record is said to be destroyed by one that has a reason of its own",
           invalid("range"), **destruction([[6, 6]], reason="whim")),
    attack("a record of a type that never is, is said to be destroyed", invalid("range"),
           **destruction([[2, 2], [6, 6]], closed=[
               {"first": 2, "last": 2, "reason": "destroyed", "by": 9},
               {"first": 3, "last": 3, "reason": "query"}, dict(DESTROYED, by=9),
               {"first": 7, "last": 7, "reason": "query"}])),
    attack("a record is said to be destroyed by none", invalid("files|range"), of={
        "what": {1: "all"}, "closed": [{"first": 2, "last": 3, "reason": "query"}, DESTROYED,
                                       {"first": 7, "last": 7, "reason": "query"},
                                       {"first": 9, "last": 9, "reason": "query"}]}),
    attack("a record is closed for another reason", FILES, pack=closed(
        lambda runs: [dict(run, reason="secret") for run in runs])),
    attack("closed runs are not maximal", FILES, of={"what": {1: "all"}, "closed": [
        {"first": 2, "last": 2, "reason": "query"}, {"first": 3, "last": 3, "reason": "query"},
        {"first": 6, "last": 7, "reason": "query"}, {"first": 9, "last": 9, "reason": "query"}]}),
    attack("closed runs are not ascending", FILES, pack=closed(lambda runs: runs[::-1])),
    attack("a record is closed that is outside the range", invalid("files|range"), pack=closed(
        lambda runs: runs + [{"first": 11, "last": 12, "reason": "query"}])),
    attack("closed.json says more than it may", FILES, pack=closed(
        lambda runs: [dict(run, note="?") for run in runs])),
    attack("a closed run has a reason of its own for being there", FILES, pack=closed(
        lambda runs: [dict(runs[0], by=10)] + runs[1:])),
    attack("the manifest leaves a record out", FILES, pack=disclosed(lambda runs: runs[:-1])),
    attack("the manifest names a record that is closed", FILES, pack=disclosed(
        lambda runs: runs[:-1] + [dict(runs[-1], first=9)])),
    attack("the manifest says of a part that it is all", FILES, pack=disclosed(
        lambda runs: [dict(run, what="all") if run["first"] == 6 else run for run in runs])),
    attack("the manifest says of all that it is a part", FILES, pack=disclosed(
        lambda runs: [dict(run, what="parts") for run in runs])),
    attack("the manifest says of parts that they are the headers", FILES, pack=disclosed(
        lambda runs: [dict(run, what="headers") if run["first"] == 7 else run for run in runs])),
    attack("the manifest says of headers that they are the facts", FILES, pack=disclosed(
        lambda runs: [dict(run, what="facts") if run["first"] == 3 else run for run in runs])),
    attack("the manifest has runs that are not ascending", FILES,
           pack=disclosed(lambda runs: runs[::-1])),
    attack("the manifest states another range", FILES, pack=manifest(range=[0, 9])),
    attack("the manifest states another size", FILES, pack=manifest(size=12)),
    attack("the manifest states another case", FILES, pack=manifest(case="autre")),
    attack("the manifest states a case that none may have", FILES, pack=manifest(case="../x")),
    attack("the manifest states another log", FILES, pack=manifest(origin="essai.example/0a0a0a0a")),
    attack("the manifest is of another format", indeterminate("files"), pack=manifest(format=2)),
    attack("the manifest states no format", FILES, pack=json(
        "manifest.json", lambda stated: {k: v for k, v in stated.items() if k != "format"})),
    attack("the manifest is no JSON", FILES, pack=edit("manifest.json", lambda data: b"{")),

    # ---- proofs
    attack("a hash is left over in range-proof", TREE,
           pack=edit("log/range-proof", lambda data: data + lines([bytes(32)]))),
    attack("a hash lacks in range-proof", TREE, of={"first": 4}, pack=edit(
        "log/range-proof", lambda data: b"".join(data.splitlines(keepends=True)[:-1]))),
    attack("a hash in range-proof is another", TREE, of={"first": 4}, pack=edit(
        "log/range-proof", lambda data: b"4\n10\n11\n" + lines([bytes(32)]))),
    attack("range-proof is of another size", invalid("tree|files"),
           pack=edit("log/range-proof", lambda data: data.replace(b"\n11\n", b"\n12\n"))),
    attack("range-proof is of another range", invalid("tree|files"),
           pack=edit("log/range-proof", lambda data: data.replace(b"0\n10\n", b"0\n9\n"))),
    attack("range-proof has numbers with zeros before them", invalid("tree|files"),
           pack=edit("log/range-proof", lambda data: b"0" + data)),
    attack("range-proof lacks its last line's end", invalid("tree|files"),
           pack=edit("log/range-proof", lambda data: data[:-1])),
    attack("a leaf is proven under a later stamped checkpoint", invalid("tree|checkpoint"),
           pack=proof(1, 8)),
    attack("a leaf is proven under a checkpoint that nobody stamped", invalid("tree|checkpoint"),
           pack=proof(1, 6)),
    attack("a leaf's proof is of another place", TREE, pack=proof(1, 4, index=2)),
    attack("a leaf's proof is another's", TREE, pack=swap(
        "records/1/leaf.tlog-proof", "records/3/leaf.tlog-proof")),
    attack("a leaf's proof has a hash more", TREE, pack=edit(
        "records/1/leaf.tlog-proof", lambda data: data.replace(b"\n\n", b"\n%s\n" % lines(
            [bytes(32)]), 1))),
    attack("a leaf's proof bears a signature more than the stamped one", invalid("tree|checkpoint"),
           pack=edit("records/1/leaf.tlog-proof", lambda data: data + data.splitlines(
               keepends=True)[-1])),
    attack("record 0 has a proof that is none, beside the range", TREE, of={"first": 4},
           pack=edit("records/0/leaf.tlog-proof", lambda data: re.sub(
               rb"index 0\n.{44}", b"index 0\n" + lines([bytes(32)])[:-1], data))),
    attack("a consistency proof is missing", FILES, pack=drop("log/consistency/4-11")),
    attack("a consistency proof is forged", TREE,
           pack=edit("log/consistency/4-11", lambda data: lines([bytes(32)] * 3))),
    attack("a consistency proof is another's", TREE, pack=swap(
        "log/consistency/4-11", "log/consistency/8-11")),
    attack("a consistency proof is to another size", invalid("files|tree"), pack=lambda p: p.put(
        "log/consistency/4-10", p.files["log/consistency/4-11"], "log/consistency/4-11")),
    attack("a consistency proof is from a size that is not smaller", invalid("files|tree"),
           pack=lambda p: p.put("log/consistency/11-11", b"", "stamps/4-4/checkpoint")),

    # ---- who signed, two histories
    attack("leaves of one history stand under the checkpoint of another", TREE, pack=another_tree),
    attack("log/checkpoint is another's, which nobody stamped", invalid("tree|files"),
           pack=another_checkpoint),
    attack("log/checkpoint is of another size", invalid("tree|files"), pack=lambda p: p.files.update(
        {"log/checkpoint": p.log.note(10)})),
    attack("another key signs, and log/verifier-key is that one", invalid("checkpoint"),
           pack=sign_by_another),
    attack("another key signs everything, and record 0 states it", invalid("log key", against=None),
           invalid("consistency", trust=None), indeterminate("log key", "unique view", trust=None,
                                                             against=None),
           keys=another_key()),
    attack("log/verifier-key is another", invalid("checkpoint"), pack=edit(
        "log/verifier-key", lambda data: data[:-3] + b"A=\n")),
    attack("log/verifier-key has something behind it", invalid("checkpoint"), pack=edit(
        "log/verifier-key", lambda data: data + b"\n")),
    attack("record 0 is another's", invalid("chain|tree|commitment|checkpoint"), pack=lambda p: [
        p.files.update({name: data for name, data in exporter.Package(exporter.Log(
            p.log.keys.but(log=writer.SigningKey(p.log.origin, writer.sha256(b"autre"))),
            list(STEPS))).files.items() if name.startswith("records/0/")})]),
    attack("record 0 is no beginning of a log", invalid("files"), steps=instead(
        0, event(13, {"event": "segment", "format": 1}))),
    attack("record 0 is of another format", indeterminate("files", against=None), steps=instead(
        0, lambda log: exporter.founding(log, format=2))),
    attack("record 0 states another log", invalid("files", against=None), steps=instead(
        0, lambda log: exporter.founding(log, origin="essai.example/0a0a0a0a"))),
    attack("record 0 states no key for exports", invalid("payload", against=None), steps=instead(
        0, lambda log: exporter.founding(log, export_key=None))),
    attack("record 0 states the log's key for exports", invalid("payload", against=None),
           steps=instead(0, lambda log: exporter.founding(log, export_key=log.keys.log.vkey))),
    attack("another key signs the bundle", PAYLOAD, raw=exported_by("/export", b"autre")),
    attack("the log's key signs the bundle", PAYLOAD, raw=lambda p: p.sign(p.log.keys.log)),
    attack("another key signs the bundle, and record 0 states it, signed and stamped again",
           *OUTSIDE, keys=lambda keys: keys.but(export=writer.SigningKey(
               keys.export.name, writer.sha256(b"autre")))),
    attack("a witness has signed log/checkpoint", valid(trust="witnessed", against=None),
           keys=witness()),
    attack("a witness has signed another checkpoint", invalid(
        "unique view", trust="witnessed", against=None), keys=witness("autre\n")),
    attack("the witness is missing", indeterminate("unique view", trust="witnessed"),
           indeterminate("unique view", trust="witnessed", against=None)),
    attack("what is held is another log's", invalid("consistency", against="other")),
    attack("what is held bears no signature of the log's key", invalid(
        "consistency", against="unsigned")),
    attack("what is held is of a size that the bundle does not know", indeterminate(
        "consistency", against="later")),
    attack("what is held is of a size before the range", indeterminate(
        "consistency", against="before"), of={"first": 4}),
    attack("what is held is a stamped size before the range's end", valid(against="stamped"),
           of={"first": 4}),
    attack("a bundle is held", valid(against="bundle")),
    attack("a bundle of another history is held", invalid("consistency", against="forged-bundle")),

    # ---- sums
    attack("a file is changed behind its sum", PAYLOAD,
           raw=edit("rapport.html", lambda data: b"<p>mieux</p>\n")),
    attack("SHA256SUMS omits a file", PAYLOAD, raw=sums(lambda all_of: all_of[1:])),
    attack("SHA256SUMS names a file twice", PAYLOAD,
           raw=sums(lambda all_of: all_of[:1] + all_of)),
    attack("SHA256SUMS names a file that is not there", PAYLOAD,
           raw=sums(lambda all_of: all_of + [b"00" * 32 + b"  autre.txt\n"])),
    attack("SHA256SUMS is in another order", PAYLOAD,
           raw=sums(lambda all_of: all_of[1:2] + all_of[:1] + all_of[2:])),
    attack("SHA256SUMS has hex in capitals", PAYLOAD, raw=sums(
        lambda all_of: [all_of[0][:64].upper() + all_of[0][64:]] + all_of[1:])),
    attack("SHA256SUMS has lines that end otherwise", PAYLOAD,
           raw=sums(lambda all_of: [line.replace(b"\n", b"\r\n") for line in all_of])),
    attack("SHA256SUMS lacks its last line's end", PAYLOAD,
           raw=sums(lambda all_of: all_of[:-1] + [all_of[-1][:-1]])),
    attack("SHA256SUMS.note is over another SHA256SUMS", PAYLOAD, raw=lambda p: p.note(sums=b"?")),
    attack("SHA256SUMS.note is of another log", PAYLOAD, raw=edit(
        "SHA256SUMS.note", lambda data: data.replace(b"essai.example", b"autre.example"))),
    attack("SHA256SUMS.note is no note", PAYLOAD, raw=edit("SHA256SUMS.note", lambda data: b"?")),
    attack("SHA256SUMS.note is signed twice by that key, once wrongly", PAYLOAD, raw=edit(
        "SHA256SUMS.note", lambda data: data + re.sub(rb"(?s).*\n\n(\S+ \S+ .{20}).",
                                                      rb"\1A", data))),
    attack("there is no SHA256SUMS", FILES, raw=drop("SHA256SUMS")),

    # ---- names
    attack("a file stands there that none knows", FILES,
           pack=lambda p: p.put("note.txt", b"?", "log/leaves.bin")),
    attack("a file of a record stands there that none knows", FILES,
           pack=lambda p: p.put("records/6/note.txt", b"?", "records/6/leaf.bin")),
    attack("a part has a number with a zero before it", FILES,
           pack=lambda p: p.put("records/6/part-06.bin", b"?", "records/6/leaf.bin")),
    attack("a record has a number with a zero before it", FILES,
           pack=lambda p: p.put("records/06/leaf.bin", b"?", "records/6/leaf.bin")),
    attack("a record has a number that is none", FILES, pack=lambda p: p.put(
        "records/99999999999999999999/leaf.bin", b"?", "log/leaves.bin")),
    attack("files are not in their order", FILES,
           pack=lambda p: p.move("README.txt", "LISEZMOI.txt")),
    attack("records are not in their order", FILES, pack=lambda p: [
        p.move(name, "records/7/part-3.bin") for name in list(p.files)
        if name.startswith("records/6/")] and p.move("records/7/leaf.bin", "records/6/part-7.bin")),
] + [attack("%s is missing" % name, FILES, pack=drop(name)) for name in (
    "LISEZMOI.txt", "README.txt", "VERIFIER.txt", "VERIFIER-Windows.txt", "log/leaves.bin",
    "log/closed.json", "log/verifier-key", "rapport.html", "manifest.json")] + [
    attack("%s is missing" % name, invalid("files|%s" % check), pack=drop(name)) for name, check in (
        ("log/range-proof", "tree"), ("log/checkpoint", "checkpoint"),
        ("records/1/leaf.bin", "commitment"), ("records/1/opening.json", "commitment"),
        ("records/1/leaf.tlog-proof", "tree"), ("records/1/message.eml", "commitment"))]
