"""The attacks: a sentence, what is changed, how it is left, and what is to be said of it.

The archive is 0 | 1 2 3 4, 5 | 6 7 8 9, 10 (matrix.py).  How it is left:
bare: as it was changed; published: log/ made anew, nothing signed; repaired: everything made to
follow and signed with the log's own key.
"""
import copy
import glob
import os
import shutil

from forger import ROOT, Forger, pb, writer

# Somebody who is no reader of the archive.
STRANGER = glob.glob(os.path.join(ROOT, "tests/vectors/archive/readers/*.key"))[0][:-3] + "pem"
ANOTHER = b"Subject: Never sent\r\n\r\n"


class Said:
    """What is to be said.

    findings: "check:code@seq" ("check:@seq": whichever code), or "@..." for a part of `where`, {n}
    for the nth segment's name; a "+" before it if only a reader can see it.  closed: the verdict
    of those without a key, if it is another one.  trust, against: which of the things held outside
    they go by.  where: a copy of the archive that is judged in its place."""

    def __init__(self, verdict, *findings, closed=None, against="new", trust="trust", where=""):
        self.verdict, self.closed, self.findings = verdict, closed or verdict, findings
        self.against, self.trust, self.where = against, trust, where


def valid(*findings, **options):
    return Said("valid", *findings, **options)


def invalid(*findings, **options):
    return Said("invalid", *findings, **options)


def indeterminate(*findings, **options):
    return Said("indeterminate", *findings, **options)


bare, repaired = Forger.write, Forger.repaired
UNPROVEN = indeterminate("unique_view:unique_view_not_proven", against=None)
DIFFERS = invalid("consistency:against_differs", "unique_view:history_contradicted")
NEWER = invalid("consistency:against_newer")
OUTSIDE = [DIFFERS, UNPROVEN]             # who has nothing from outside cannot tell, and is told so
NOT_OPENED = {"against": "old", "closed": "valid"}


def published(f):
    f.write(publish=True)


def untouched(f):
    pass


# ---- what is changed -----------------------------------------------------------------------

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


def state(f, **facts):
    f.seal(f[0], [(pb.FACTS, writer.to_json(dict(f[0].facts(), **facts)))])


def sign_all_by_another(f):
    state(f, verifier_key=another_key(f).vkey)
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


def erase_as_if_destroyed(f):
    f.seal(f[10], [(pb.FACTS, b'{"event":"destruction"}')])
    f[10].change(type=8)
    f.repair()
    f[8].slot = bytes(48)


def exchange(f, a, b, *names):
    for name in names:
        one, other = getattr(f[a], name), getattr(f[b], name)
        setattr(f[a], name, other)
        setattr(f[b], name, one)


def exchange_secrets(f):
    exchange(f, 3, 4, "r")
    f.repair()


def exchange_payloads(f):
    exchange(f, 8, 9, "payload", "r", "parts")
    f.repair()


def open_with_another(f):
    exchange(f, 8, 9, "payload", "r", "parts")
    for seq in (8, 9):
        f[seq].change(payload_sha256=writer.sha256(f[seq].payload))


def put_keys_of_another_segment(f):
    shutil.copy(f.path("keys", f.segments[1].stem() + ".key"),
                f.path("keys", f.segments[2].stem() + ".key"))


def flip_recipient(f):
    header = f.segments[2].header
    cms = bytearray(pb.read_base64(header["cms"]))
    cms[cms.index(bytes.fromhex(f[0].facts()["readers"][0]["id"]))] ^= 1
    header["cms"] = writer.b64(bytes(cms))


def let_in(f, first_segment):
    certificates = []
    for path in (glob.glob(f.path("readers", "*.pem"))[0], STRANGER):
        with open(path, "rb") as file:
            certificates.append(file.read())
    for segment in f.segments[first_segment:]:
        f.add_recipient(segment, certificates)
    return writer.run(["openssl", "x509", "-outform", "DER"], certificates[1])


def let_in_and_say_so(f):
    who = {"id": os.path.basename(STRANGER)[:-4], "sha256": writer.sha256(let_in(f, 0)).hex(),
           "role": "heir"}
    state(f, readers=f[0].facts()["readers"] + [who])


def put_in(f, keep_name):
    """The second segment of another archive, where ours stood."""
    theirs, ours = pb.list_segments(f.stage.second)[0][1], f.segments[1].stem()
    for path in ("vault/%s.seg", "keys/%s.key"):
        os.remove(f.path(path % ours))
        shutil.copy(os.path.join(f.stage.second, path % theirs),
                    f.path(path % (ours if keep_name else theirs)))


def repeat_segment(f, rename):
    again = copy.deepcopy(f.segments[2])
    name = again.stem()[:17] + "f" * 16
    again.header["id"] = "f" * 16 if rename else again.header["id"]
    f.put("vault/%s.seg" % name, again.vault())
    f.put("keys/%s.key" % name, again.keys())


def misplace_segment_record(f, **facts):
    """A copy of the record that begins the last segment, within it."""
    again = copy.deepcopy(f[6])
    again.r = writer.sha256(b"again")
    f.repair()
    f.seal(again, [(pb.FACTS, writer.to_json(dict(f[6].facts(), **facts)))])
    f.segments[2].commits[-1].records.append(again)


def state_another_segment_before(f):
    previous = dict(f[6].facts()["previous"], length=1)
    f.seal(f[6], [(pb.FACTS, writer.to_json(dict(f[6].facts(), previous=previous)))])
    f.restate = lambda segment, previous: None


def without_segment_record(f):
    f.delete(6)
    f.restate = lambda segment, previous: None


def parts(change):
    return lambda f: f.seal(f[8], change(f[8].parts))


def without(unwanted):
    return parts(lambda all_parts: [p for p in all_parts if p[0] != unwanted])


def instead(wanted, data):
    return parts(lambda all_parts: [(k, data if k == wanted else d) for k, d in all_parts])


def and_also(*more):
    return parts(lambda all_parts: all_parts + list(more))


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
     indeterminate("consistency:against_not_signed", trust=None)),
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
     indeterminate("consistency:against_not_signed", against="unsigned")),
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
     indeterminate("unique_view:quorum_missed", against=None, trust="witnessed")),

    ("the chain shows a message where the tree holds another", show_another_than_tree_holds,
     published, DIFFERS, invalid("tree:checkpoint_root@9", "tree:checkpoint_root@10",
                                 against=None)),
    ("the tree holds a message where the chain goes on from another", go_on_from_another,
     published, DIFFERS, invalid("chain:prev@10", against=None)),
    ("the chain ends in a record where the tree holds another", end_in_another, published,
     invalid("tree:checkpoint_head@10", "tree:published_differs", against="old")),

    ("a secret is erased", lambda f: setattr(f[3], "slot", bytes(48)), bare,
     invalid("secrets:slot_zeroed@3")),
    ("a secret is erased, and a record that this version cannot read may say why",
     erase_as_if_destroyed, published, indeterminate("secrets:slot_zeroed@8", against="old")),
    ("two slots are exchanged", lambda f: exchange(f, 3, 4, "slot"), bare,
     invalid("secrets:slot_rotten@3", "secrets:slot_rotten@4")),
    ("two secrets are exchanged, and their checks made right", exchange_secrets, bare,
     invalid("+commitment:seal@3", "+commitment:seal@4", closed="valid")),
    ("two payloads are exchanged with their secrets", exchange_payloads, bare,
     invalid("payload:payload_sha256@8", "payload:payload_sha256@9")),
    ("a leaf is opened with another message", open_with_another, repaired, DIFFERS,
     invalid("+commitment:commitment@8", "+commitment:commitment@9", **NOT_OPENED)),
    ("a key file is another segment's", put_keys_of_another_segment, untouched,
     invalid("+secrets:slot_key@7", "+secrets:slot_key@10", closed="valid")),
    ("a key file is missing",
     lambda f: os.remove(f.path("keys", f.segments[1].stem() + ".key")), untouched,
     invalid("secrets:key_file_missing@keys/{1}")),

    ("the recipient of a segment's key is changed", flip_recipient, bare,
     invalid("files:segment_header_digest@6", "files:segment_readers@6")),
    ("the recipient of a segment's key is changed", flip_recipient, repaired,
     invalid("files:segment_readers@6", against=None)),
    ("somebody lets himself in and says so nowhere", lambda f: let_in(f, 2), repaired,
     invalid("files:segment_readers@6", against=None)),
    ("somebody lets himself in and has record 0 say that he always was", let_in_and_say_so,
     repaired, *OUTSIDE),
    ("a segment of another archive is put in", lambda f: put_in(f, False), untouched,
     invalid("files:segment_origin@0000000000000001-", "checkpoint:checkpoint_origin")),
    ("a segment of another archive is put in under the name of the one it replaces",
     lambda f: put_in(f, True), untouched, invalid("files:segment_unreadable@{1}")),
    ("a segment stands twice", lambda f: repeat_segment(f, True), untouched,
     invalid("chain:seq@11",
             "files:segment_header_digest@0000000000000006-ffffffffffffffff")),
    ("a segment stands twice under two names", lambda f: repeat_segment(f, False), untouched,
     invalid("files:commits_damaged@0000000000000006-ffffffffffffffff")),

    ("a message lacks its facts", without(pb.FACTS), repaired,
     invalid("+commitment:facts_missing@8", **NOT_OPENED)),
    ("a message has its facts twice", and_also((pb.FACTS, b"{}")), repaired,
     invalid("+commitment:facts_missing@8", **NOT_OPENED)),
    ("the facts of a message cannot be read", instead(pb.FACTS, b"{"), repaired,
     invalid("+commitment:facts_malformed@8", **NOT_OPENED)),
    ("a message has the digest of another", instead(pb.DIGEST, bytes(32)), repaired,
     invalid("+commitment:message_sha256@8", **NOT_OPENED)),
    ("a message lacks its digest", without(pb.DIGEST), repaired,
     invalid("+commitment:@8", **NOT_OPENED)),
    ("a message has a part of an unknown kind", and_also((9, b"?")), repaired,
     indeterminate("+commitment:part_kind@8", **NOT_OPENED)),
    ("a record of an import holds no message",
     parts(lambda all_parts: [p for p in all_parts if p[0] in (pb.FACTS, pb.ENVELOPE)]), repaired,
     invalid("+commitment:@8", **NOT_OPENED)),
    ("a message stands open, beside its secret", lambda f: setattr(f[8], "tag", "P"), repaired,
     invalid("files:record_not_sealed@8", against="old")),
    ("the record that begins a segment is sealed", lambda f: setattr(f[6], "tag", "R"), repaired,
     invalid("files:record_not_open@6", "files:segment_statement@6", against="old")),
    ("a segment does not begin with its record", without_segment_record, repaired,
     invalid("files:segment_statement@6", against="old")),
    ("a segment's record stands within it again", misplace_segment_record, repaired,
     invalid("files:segment_statement_misplaced@11")),
    ("a key record of another kind stands within a segment",
     lambda f: misplace_segment_record(f, event="rotation"), repaired,
     indeterminate("files:key_record@11")),
    ("a segment states another segment before it", state_another_segment_before, repaired,
     invalid("files:segment_previous@6", against="old")),
    ("record 0 names another log", lambda f: state(f, origin="essai.example/00000000"), repaired,
     invalid("files:founding_origin@0", against=None)),
    ("record 0 is of another format", lambda f: state(f, format=2), repaired,
     indeterminate("files:founding_format@0", against=None)),
    ("an anchor is sealed", lambda f: f[10].change(type=12), repaired,
     invalid("files:record_not_open@10", against="old")),
    ("a message has its digest twice", lambda f: and_also(f[8].parts[-3])(f), repaired,
     invalid("+commitment:@8", **NOT_OPENED)),
    ("a message has its envelope twice", lambda f: and_also(f[8].parts[-1])(f), repaired,
     invalid("+commitment:@8", **NOT_OPENED)),
    ("a record is of an unknown type", lambda f: f[8].change(type=200), repaired,
     indeterminate("chain:leaf_type@8", against="old")),
    ("a leaf has a reserved byte that is not zero",
     lambda f: f[8].change(reserved=b"\0\0\0\1\0\0\0"), repaired,
     indeterminate("chain:leaf_reserved@8", against="old")),
    ("a leaf is of another format", lambda f: f[8].change(magic=b"PROBANT2"), repaired,
     indeterminate("chain:leaf_magic@8", against="old")),
]
