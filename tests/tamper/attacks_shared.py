"""Attacks on a shared anchor: a token over the log of a node, and what leads there from here.

Each as in attacks_anchor.py, whose archive this is: its last anchor, 14, is made a shared one, by
an authority whose root the verifiers hold.  The attacker has the node's key as well, and may have
any checkpoint of it stamped; what he lacks is a token that is older than his forgery.
"""
import time

from authority import reply, request
from forger import pb, writer
from said import invalid, repaired, valid
from vectors.anchor import Node

OBJECT, SEQ = 4, 14
NAMES = ["checkpoint", "request", "reply", "node", "salt", "proof"]
HELD = {"against": "old", "roots": "shared.roots"}


def share(f, before=None, behind=None, **facts):
    """before, behind(objects, node): what he changes before and behind the stamping."""
    authority, checkpoint = f.stage.authority, f[SEQ].parts[0][1]
    node = Node([b"another archive's\n", checkpoint, b"and one more\n"])
    one = {"checkpoint": checkpoint, "node": node.note(), "salt": node.salts[1]}
    one["proof"] = node.proof(1, one["node"])
    if before:
        before(one, node)
    token = authority.token(one["node"], 7, at=int(time.time()))
    one["request"], one["reply"] = request(one["node"], 7), reply(token)
    stated = dict(authority.facts(token, SEQ, NAMES), event="shared_timestamp", node=node.key.vkey)
    if behind:
        behind(one, node)
    stated.update(facts)
    f.seal(f[SEQ], [(OBJECT, one[name]) for name in stated["objects"]]
           + [(pb.FACTS, writer.to_json(stated))])


def shared(before=None, behind=None, **facts):
    return lambda f: share(f, before, behind, **facts)


def other_salt(one, node):
    one["salt"] = node.salts[0]


def longer_salt(one, _):
    one["salt"] += b"\0"


def other_index(one, node):
    one["proof"] = node.proof(2, one["node"])


def moved_index(one, _):
    one["proof"] = one["proof"].replace(b"index 1\n", b"index 0\n")


def cut_proof(one, _):
    one["proof"] = one["proof"][:-1]


def padded_proof(one, _):
    head, _, note = one["proof"].partition(b"\n\n")
    one["proof"] = head + head[head.rindex(b"\n"):] + b"\n\n" + note


def another_s_entry(one, node):
    one["salt"], one["proof"] = node.salts[0], node.proof(0, one["node"])


def smaller_node(one, node):
    """Another checkpoint of the node, which was never stamped, and a proof for that one."""
    one["node"] = node.note(2)
    one["proof"] = node.proof(1, one["node"], 2)


def proof_for_another_node(one, node):
    one["proof"] = node.proof(1, node.note(2), 2)


def lied_size(one, node):
    """The node's key signs what never was: the same root at another size."""
    one["node"] = node.note(2, root=writer.root(node.hashes))
    one["proof"] = node.proof(1, one["node"])


def other_checkpoint(one, _):
    """The token is over the archive's own checkpoint, and not over the node's."""
    one["node"] = one["checkpoint"]


def honest_node(one, node):
    one["node"] = node.note()


def backdated(f):
    """Another message before the stamp, under a checkpoint that the node never entered."""
    share(f)
    f[3].change(time_s=f[3].leaf.time_s + 1)
    f.repair()
    note = f.note(f.leaves()[:SEQ])
    f.seal(f[SEQ], [(k, note if i == 0 else d) for i, (k, d) in enumerate(f[SEQ].parts)])


def refused(code):
    return invalid("tokens:%s@%d" % (code, SEQ), **HELD)


ATTACKS = [
    ("an anchor that is shared, by a node that may be anybody's", shared(), repaired,
     valid(**HELD)),
    ("a shared anchor has another archive's salt", shared(behind=other_salt), repaired,
     refused("shared_absent")),
    ("a shared anchor's salt is longer", shared(behind=longer_salt), repaired,
     refused("shared_salt")),
    ("a shared anchor's proof is of another entry", shared(behind=other_index), repaired,
     refused("shared_absent")),
    ("a shared anchor's proof names another place", shared(behind=moved_index), repaired,
     refused("shared_absent")),
    ("a shared anchor's proof is cut", shared(behind=cut_proof), repaired, refused("shared_proof")),
    ("a shared anchor's proof is padded", shared(behind=padded_proof), repaired,
     refused("shared_absent")),
    ("another archive's entry stands in a shared anchor", shared(behind=another_s_entry), repaired,
     refused("shared_absent")),
    ("a checkpoint of the node that nobody stamped", shared(behind=smaller_node), repaired,
     refused("imprint")),
    ("a proof for a checkpoint of the node that nobody stamped",
     shared(behind=proof_for_another_node), repaired, refused("shared_proof")),
    ("a node that signs a tree of another size", shared(lied_size), repaired,
     refused("shared_absent")),
    ("a shared token that is over the archive's checkpoint",
     shared(other_checkpoint, honest_node), repaired, refused("imprint")),
    ("a shared anchor names another key of its node", shared(node="node/0a1b2c3d+00000000+AAAA"),
     repaired, refused("shared_key")),
    ("a shared anchor without its salt", shared(objects=["checkpoint", "request", "reply", "node",
                                                         "proof"]), repaired,
     refused("anchor_malformed")),
    ("a shared anchor with two nodes", shared(objects=NAMES + ["node"]), repaired,
     refused("anchor_malformed")),
    ("a shared anchor that says it is not", shared(event="timestamp"), repaired,
     refused("anchor_malformed")),
    ("records before a shared stamp are changed", backdated, repaired,
     invalid("tokens:anchor_differs@5", against=None, roots="shared.roots")),
]
