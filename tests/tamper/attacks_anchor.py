"""Attacks on an archive that is stamped: its anchors, and what stands before one.

Each: a sentence, what is changed, how it is left (said.py), and what is to be said of it.  The
archive is 0 | 1 2 3 4, 5, 6, 7 | 8 9 10 11, 12, 13, 14; anchors are 5, 7, 12 and 14, each over the
records before it (matrix.py).  The attacker signs the log again, but has no other token.
"""
from attacks_log import ANOTHER
from forger import pb, writer
from said import (NEWER, NOT_STAMPED, UNPROVEN, indeterminate, invalid, published, repaired,
                  untouched, valid)

OBJECT = 4
CHECKPOINT, REQUEST, REPLY = range(3)


def facts(f, seq, **changed):
    parts = [(k, d) for k, d in f[seq].parts if k != pb.FACTS]
    f.seal(f[seq], parts + [(pb.FACTS, writer.to_json(dict(f[seq].facts(), **changed)))])


def change(f, seq, which, data):
    """Another object in an anchor."""
    f.seal(f[seq], [(k, data(d) if i == which else d) for i, (k, d) in enumerate(f[seq].parts)])


def flip_last(data):
    return data[:-1] + bytes([data[-1] ^ 1])


def exchange(f, which, a=5, b=12):
    one, other = f[a].parts[which][1], f[b].parts[which][1]
    change(f, a, which, lambda _: other)
    change(f, b, which, lambda _: one)


def exchange_anchors(f):
    one, other = f[5].parts, f[12].parts
    f.seal(f[5], other)
    f.seal(f[12], one)


def follow(f):
    """Every anchor holds the checkpoint that the forged log has at its size."""
    f.repair()
    for seq in (5, 7, 12, 14):
        note = f.note(f.leaves()[:seq])
        change(f, seq, CHECKPOINT, lambda _, note=note: note)
        f.repair()


def replace_and_follow(f):
    f.seal_message(f[3], ANOTHER)
    follow(f)


def cut_anchor(f):
    f.segments[-1].commits.pop()


def deny(f):
    """In the place of a timestamp stands that there was none."""
    f.seal(f[14], [(pb.FACTS, b'{"event":"timestamp_gap","size":14,"since_s":1,"failures":[]}')])


# ---- and what is said of it ----------------------------------------------------------------

BEFORE = [invalid("tokens:anchor_differs@5", against=None),
          invalid("tokens:anchor_differs@5", against=None, roots=None)]

ATTACKS = [
    ("a stamped archive that nobody touched", untouched, untouched, valid(), valid(against="old"),
     UNPROVEN, indeterminate("authorities:no_tsa_roots", roots=None),
     indeterminate("authorities:authority_unknown", roots="other.roots")),
    ("what the forger makes anew of it is what was there", untouched, repaired, valid()),

    ("a record before a stamp is deleted", lambda f: f.delete(3), repaired,
     invalid("tokens:@4", against=None)),
    ("a record before a stamp is inserted", lambda f: f.insert(4, f.make(f[3], ANOTHER)), repaired,
     invalid("tokens:@6", against=None)),
    ("another message is put in the place of a stamped one", lambda f: f.seal_message(f[3], ANOTHER),
     repaired, *BEFORE),
    ("and every anchor holds the forged checkpoint", replace_and_follow, repaired,
     invalid("tokens:imprint@5", "tokens:imprint@14", against=None)),
    ("the time of a stamped record is changed",
     lambda f: f[3].change(time_s=f[3].leaf.time_s + 1), repaired, *BEFORE),

    ("a stamp is cut off the end", cut_anchor, published, NEWER, UNPROVEN, valid(against="old")),
    ("an anchor's reply is changed", lambda f: change(f, 14, REPLY, flip_last), repaired,
     invalid("tokens:@14", against="old")),
    ("an anchor's request is another's", lambda f: exchange(f, REQUEST), repaired,
     invalid("tokens:@5", "tokens:@12", against=None)),
    ("an anchor's reply is another's", lambda f: exchange(f, REPLY), repaired,
     invalid("tokens:@5", "tokens:@12", against=None)),
    ("two anchors are exchanged", exchange_anchors, repaired,
     invalid("tokens:anchor_no_commit@5", "tokens:anchor_differs@7", against=None)),
    ("an anchor states another time", lambda f: facts(f, 14, gen_time="2020-01-01T00:00:00Z"),
     repaired, invalid("tokens:anchor_facts@14", against="old")),
    ("an anchor states another key", lambda f: facts(f, 14, key="00" * 32), repaired,
     invalid("tokens:anchor_facts@14", against="old")),
    ("an anchor states another size", lambda f: facts(f, 14, size=13), repaired,
     invalid("tokens:@14", against="old")),
    ("an anchor says that its authority is not local, which is believed of none of the four",
     lambda f: facts(f, 14, local=False), repaired,
     valid("authorities:authority_local@4 tokens", against="old")),
    ("the last timestamp is denied, of which nobody outside knows", deny, repaired, *NOT_STAMPED),
]
