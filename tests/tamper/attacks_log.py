"""Attacks on the log: its records, its order, its end, its checkpoints, and who signs them.

Each: a sentence, what is changed, how it is left (said.py), and what is to be said of it.  The
archive is 0 | 1 2 3 4, 5 | 6 7 8 9, 10 (matrix.py).
"""
import copy
import shutil

from forger import writer
from said import (DIFFERS, NEWER, NOT_OPENED, OUTSIDE, UNPROVEN, bare, indeterminate, invalid,
                  published, repaired, untouched, valid)

ANOTHER = b"Subject: Never sent\r\n\r\n"


def change_payload(f, seq):
    payload = bytearray(f[seq].payload)
    payload[-1] ^= 1
    f[seq].payload = bytes(payload)


def change_payload_and_leaf(f):
    change_payload(f, 8)
    f[8].change(payload_sha256=writer.sha256(f[8].payload))


def seal_under_old_commitment(f):
    commitment = f[8].leaf.commitment
    f.seal_message(f[8], ANOTHER)
    f[8].change(commitment=commitment)


def cut_commit(f):
    f.segments[-1].commits.pop()


def cut_last_checkpoint(f):
    """The records of the last commit stay."""
    f.segments[-1].commits[-1].note = None


def with_log_set_back(f):
    f.write()
    cut_commit(f)
    f.write(vault=False, keys=False, publish=True)


def without_keys(f):
    f.write(keys=False)


def without_keys_published(f):
    f.write(keys=False, publish=True)


def put_old_copy_back(f):
    shutil.rmtree(f.directory)
    shutil.copytree(f.stage.early, f.directory)


def run_two_copies(f):
    for number, message in enumerate(f.stage.messages[:2]):
        fork = "%s-%d" % (f.directory, number)
        shutil.copytree(f.stage.early, fork)
        f.stage.probant("import", "-a", fork, message)
        f.stage.hold("fork-%d" % number, fork + "/log/checkpoint")


def another_key(f, claims_id=False):
    key = writer.SigningKey(f.origin, writer.sha256(b"another key"))
    key.key_id = f.key.key_id if claims_id else key.key_id
    return key


def sign_all_by_another(f):
    f.found(verifier_key=another_key(f).vkey)
    f.repaired(another_key(f))


def last_note(f, **lies):
    f.segments[-1].commits[-1].note = f.note(f.leaves(), **lies)


def repeat_checkpoint(f):
    again = copy.copy(f.segments[-1].commits[-1])
    again.records = []
    f.segments[-1].commits.append(again)


def publish_another_log(f):
    other = copy.copy(f)
    other.segments = copy.deepcopy(f.segments)
    other.seal_message(other[3], ANOTHER)
    other.repair()
    other.write(vault=False, keys=False, publish=True)


def witness(f):
    key = writer.SigningKey("temoin.example/w", writer.sha256(b"witness"), 4)
    policy = "log %s\nwitness w %s\nquorum w\n" % (f.key.vkey, key.vkey)
    f.stage.hold("witnessed", policy.encode())
    return key.line(f.last_note().decode().rpartition("\n\n")[0] + "\n", 1).encode()


def put_cosignature_under_another(f):
    line = witness(f)
    f.seal_message(f[3], ANOTHER)
    f.repaired()
    f.put("log/checkpoint", f.last_note() + line)


def show_another_than_tree_holds(f):
    """The vault's messages and chain are his, under the root that others know."""
    held, size = f.leaves(), 0
    f.seal_message(f[9], ANOTHER)
    f.repair()
    for commit in [commit for segment in f.segments for commit in segment.commits]:
        size += len(commit.records)
        root = writer.root([writer.leaf_hash(entry) for entry in held[:size]])
        commit.note = f.note(f.leaves()[:size], root=root)


def go_on_from_another(f):
    """The vault and the tree hold one message, the chain goes on from another."""
    other = copy.deepcopy(f[9])
    f.seal_message(other, ANOTHER)
    f[10].change(prev=writer.sha3(other.entry()))
    last_note(f)


def end_in_another(f):
    other = copy.deepcopy(f[10])
    other.change(time_s=1)
    last_note(f, head=writer.sha3(other.entry()))


# ---- and what is said of it ----------------------------------------------------------------

ATTACKS = [
    ("an archive that nobody touched", untouched, untouched,
     valid(), valid(against="old"), UNPROVEN,
     indeterminate("log_key:no_trust_file", trust=None)),
    ("the forger writes what he has read", untouched, published, valid()),
    ("what the forger makes anew is what was there", untouched, repaired, valid()),

    ("a record is deleted", lambda f: f.delete(3), bare,
     invalid("chain:seq@3", "tree:checkpoint_root@4")),
    ("a record is deleted", lambda f: f.delete(3), repaired, NEWER, UNPROVEN,
     invalid("consistency:against_differs", against="old")),
    ("two records are exchanged", lambda f: f.swap(3, 4), bare,
     invalid("chain:seq@3", "tree:checkpoint_root@3")),
    ("two records are exchanged", lambda f: f.swap(3, 4), repaired, *OUTSIDE),
    ("a record is inserted", lambda f: f.insert(4, f.make(f[3], ANOTHER)), bare,
     invalid("chain:seq@4", "tree:checkpoint_root@4")),
    ("a record is inserted", lambda f: f.insert(4, f.make(f[3], ANOTHER)), repaired, *OUTSIDE),
    ("a payload is changed", lambda f: change_payload(f, 3), bare,
     invalid("payload:payload_sha256@3")),
    ("a payload is changed, and its digest in the leaf", change_payload_and_leaf, repaired, DIFFERS,
     invalid("+commitment:seal@8", **NOT_OPENED)),
    ("another message is sealed under the commitment to the first", seal_under_old_commitment,
     repaired, DIFFERS, invalid("+commitment:commitment@8", **NOT_OPENED)),
    ("another message is put in the place of one", lambda f: f.seal_message(f[3], ANOTHER),
     repaired, *OUTSIDE),
    ("a leaf is changed", lambda f: f[3].change(commitment=bytes(64)), bare,
     invalid("chain:prev@4", "tree:checkpoint_root@4", "+commitment:commitment@3")),
    ("a leaf is changed", lambda f: f[3].change(commitment=bytes(64)), repaired, DIFFERS,
     invalid("+commitment:commitment@3", against=None, closed="indeterminate")),
    ("a time is changed", lambda f: f[3].change(time_s=1), bare,
     invalid("chain:prev@4", "tree:checkpoint_root@4")),
    ("the last time is changed", lambda f: f[10].change(time_s=1), bare,
     invalid("tree:checkpoint_head@10", "tree:checkpoint_root@10")),
    ("a time is changed", lambda f: f[3].change(time_s=f[3].leaf.time_s + 1), repaired, *OUTSIDE),
    ("the clock stepped back, which is no fault",
     lambda f: f[10].change(time_s=f[10].leaf.time_s - 3600), repaired,
     valid("chain:time_step@10", against="old")),

    ("the last record of a commit is cut off", lambda f: f.delete(9), bare,
     invalid("tree:checkpoint_size@8", "chain:seq@9")),
    ("the only record of the last commit is cut off", lambda f: f.delete(10), bare,
     invalid("tree:checkpoint_repeated@9")),
    ("the last record is cut off", lambda f: (cut_commit(f), f.delete(9)), repaired,
     NEWER, UNPROVEN),
    ("the last checkpoint is cut off", cut_last_checkpoint, bare,
     invalid("tree:published_newer", against=None)),
    ("the last checkpoint is cut off", cut_last_checkpoint, with_log_set_back, NEWER,
     indeterminate("files:uncommitted_tail@{2}", "secrets:slots_uncommitted@keys/{2}",
                   against="old")),
    ("the last commit is cut off", cut_commit, without_keys,
     invalid("tree:published_newer", against=None)),
    ("the last commit is cut off, which nobody outside has seen", cut_commit, published,
     NEWER, UNPROVEN, valid(against="old")),
    ("the last segment is cut off", lambda f: f.segments.pop(), without_keys,
     invalid("tree:published_newer", against=None)),
    ("the last segment is cut off, and its keys are left", lambda f: f.segments.pop(),
     without_keys_published, indeterminate("files:segment_not_there@keys/{2}", against="old")),
    ("the last segment is cut off", lambda f: f.segments.pop(), published, NEWER, UNPROVEN),
    ("a segment is removed", lambda f: f.segments.pop(1), without_keys,
     invalid("files:segment_missing@keys/{1}", "chain:seq@1")),
    ("an old copy is put back", put_old_copy_back, untouched, NEWER, UNPROVEN),
    ("two copies are run", run_two_copies, untouched,
     indeterminate("unique_view:unique_view_not_proven", against=None, where="-0"),
     valid(against="old", where="-0"), valid(against="old", where="-1"),
     invalid("consistency:against_differs", against="fork-1", where="-0"),
     invalid("consistency:against_differs", against="fork-0", where="-1")),

    ("another key signs", lambda f: f.sign_again(another_key(f)), published,
     invalid("checkpoint:checkpoint_not_signed@0", "checkpoint:published_not_signed",
             trust=None, against=None)),
    ("another key signs and claims the log key's id",
     lambda f: f.sign_again(another_key(f, claims_id=True)), published,
     invalid("checkpoint:checkpoint_forged@0", trust=None, against=None)),
    ("another key signs, and record 0 states it", sign_all_by_another, untouched,
     invalid("log_key:log_key_differs", against=None),
     indeterminate("log_key:no_trust_file", trust=None, against=None),
     invalid("consistency:against_not_signed", trust=None)),
    ("a checkpoint covers more records than there are", lambda f: last_note(f, size=12), published,
     invalid("tree:checkpoint_size@10", "tree:published_newer", against="old")),
    ("the published checkpoint covers more records than there are",
     lambda f: f.put("log/checkpoint", f.note(f.leaves(), size=12)), untouched,
     invalid("tree:published_newer")),
    ("the published log is another's", publish_another_log, untouched,
     invalid("tree:published_differs", "files:tile_differs@log/tile/0/000.p/11", against="old")),
    ("a checkpoint stands twice", repeat_checkpoint, bare,
     invalid("tree:checkpoint_repeated@10")),
    ("the checkpoint held is another log's", untouched, untouched,
     invalid("consistency:against_other_log", against="other")),
    ("the checkpoint held bears no signature of the log key",
     lambda f: f.stage.hold("unsigned", f.note(f.leaves(), key=another_key(f))), untouched,
     invalid("consistency:against_not_signed", against="unsigned")),
    ("the checkpoint held bears a forged signature of the log key",
     lambda f: f.stage.hold("forged", f.note(f.leaves(), key=another_key(f, True))), untouched,
     invalid("consistency:against_not_signed", against="forged")),
    ("the trust file speaks of another log", untouched, untouched,
     indeterminate("log_key:log_not_trusted", trust="other.trust")),
    ("a witness shows the one history",
     lambda f: f.put("log/checkpoint", f.last_note() + witness(f)), untouched,
     valid(against=None, trust="witnessed")),
    ("a witness signed another checkpoint", put_cosignature_under_another, untouched,
     invalid("unique_view:witness_forged", against=None, trust="witnessed")),
    ("the witness is missing", witness, untouched,
     indeterminate("unique_view:quorum_missed", against=None, trust="witnessed"),
     indeterminate("unique_view:quorum_missed", trust="witnessed")),

    ("the chain shows a message where the tree holds another", show_another_than_tree_holds,
     published, DIFFERS, invalid("tree:checkpoint_root@9", "tree:checkpoint_root@10",
                                 against=None)),
    ("the tree holds a message where the chain goes on from another", go_on_from_another,
     published, DIFFERS, invalid("chain:prev@10", against=None)),
    ("the chain ends in a record where the tree holds another", end_in_another, published,
     invalid("tree:checkpoint_head@10", "tree:published_differs", against="old")),
]
