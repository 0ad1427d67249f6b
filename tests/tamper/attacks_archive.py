"""Attacks on what the archive keeps: secrets, readers, segments, and what is in a record.

Each: a sentence, what is changed, how it is left (said.py), and what is to be said of it.  The
archive is 0 | 1 2 3 4, 5 | 6 7 8 9, 10 (matrix.py).
"""
import copy
import glob
import os
import shutil

from forger import ROOT, pb, writer
from said import (DIFFERS, NOT_OPENED, OUTSIDE, bare, indeterminate, invalid, published, repaired,
                  untouched, valid)

# Somebody who is no reader of the archive.
STRANGER = glob.glob(os.path.join(ROOT, "tests/vectors/archive/readers/*.key"))[0][:-3] + "pem"


def say_destroyed(f, runs, at=10, tag="P", reason="court"):
    facts = {"event": "destruction", "records": runs, "reason": reason}
    f.seal(f[at], [(pb.FACTS, writer.to_json(facts))])
    f[at].change(type=8)
    f[at].tag = tag
    if tag == "P":
        f[at].slot = bytes(48)


def destroy(f, runs, *seqs, **how):
    """A destruction record in place of another, and slots zeroed."""
    say_destroyed(f, runs, **how)
    f.repair()
    for seq in seqs:
        f[seq].slot = bytes(48)


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
    f.found(readers=f[0].facts()["readers"] + [who])


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


def begin_segment(f):
    header = writer.to_json(dict(f.segments[2].header, first_seq=11))
    name = "%016x-%s" % (11, f.segments[2].header["id"])
    f.put("vault/%s.seg" % name, writer.segment_prefix(header))


def spoil_header(f):
    f.put("vault/%s.seg" % f.segments[2].stem(), b"?" + f.segments[2].vault()[1:])


def spoil_short(f):
    f.segments[2].commits.pop()
    spoil_header(f)
    del f.segments[2]
    f.write(vault=False, keys=False, publish=True)


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
    ("a secret is erased", lambda f: setattr(f[3], "slot", bytes(48)), bare,
     invalid("secrets:slot_zeroed@3")),
    ("a record is destroyed, as the log says", lambda f: destroy(f, [[8, 8]], 8), published,
     valid("secrets:records_destroyed", against="old")),
    ("a secret is erased that the log does not name among the destroyed",
     lambda f: destroy(f, [[8, 8]], 8, 9), published,
     invalid("secrets:slot_zeroed@9", against="old")),
    ("a secret is erased, and a sealed record says why",
     lambda f: destroy(f, [[8, 8]], 8, tag="R"), published,
     invalid("files:record_not_open@10", "secrets:slot_zeroed@8", against="old")),
    ("the newest record says that another was destroyed, whose secret is there",
     lambda f: destroy(f, [[8, 8]]), published,
     indeterminate("secrets:secret_not_destroyed_yet@8", against="old")),
    ("a record before the newest commit says so of one whose secret is there",
     lambda f: destroy(f, [[3, 3]], at=5), published,
     invalid("secrets:secret_not_destroyed@3", against="old")),
    ("a record says that it is destroyed itself", lambda f: destroy(f, [[10, 10]]), published,
     invalid("secrets:destruction_malformed@10", against="old")),
    ("a record says that one behind it is destroyed", lambda f: destroy(f, [[8, 8]], 8, at=5),
     published, invalid("secrets:destruction_malformed@5", "secrets:slot_zeroed@8",
                        against="old")),
    ("a record that begins a segment is destroyed", lambda f: destroy(f, [[6, 6]]), published,
     invalid("secrets:destruction_of_others@10", against="old")),
    ("a destruction has a reason of its own", lambda f: destroy(f, [[8, 8]], 8, reason="whim"),
     published, invalid("secrets:destruction_malformed@10", "secrets:slot_zeroed@8",
                        against="old")),
    ("the runs of a destruction touch", lambda f: destroy(f, [[8, 8], [9, 9]], 8, 9), published,
     invalid("secrets:destruction_malformed@10", "secrets:slot_zeroed@8", "secrets:slot_zeroed@9",
             against="old")),
    ("an index's key stands in its slot",
     lambda f: setattr(f.segments[1], "slot_0", writer.slot(f.segments[1].key, 0, bytes(32))), bare,
     valid()),
    ("something else stands in the slot of the index's key, and its check is right",
     lambda f: setattr(f.segments[1], "slot_0", writer.slot(bytes(32), 0, bytes(32))), bare,
     invalid("+secrets:slot_key@keys/{1}", closed="valid")),
    ("the slot of the index's key is damaged",
     lambda f: setattr(f.segments[1], "slot_0", bytes(47) + b"x"), bare,
     indeterminate("secrets:index_key_rotten@keys/{1}")),
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
    ("a segment was being begun, which has no key file yet", begin_segment, untouched,
     indeterminate("files:uncommitted_tail@000000000000000b-")),
    ("the newest segment does not begin as one, with commits in it", spoil_header, untouched,
     invalid("files:commits_damaged@{2}", "consistency:against_newer")),
    ("the newest segment does not begin as one, nor has a commit of whom anybody knows",
     spoil_short, untouched, indeterminate("files:uncommitted_tail@{2}", against="old")),
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
     invalid("+commitment:digest_missing@8", **NOT_OPENED)),
    ("a message has a part of an unknown kind", and_also((9, b"?")), repaired,
     indeterminate("+commitment:part_kind@8", **NOT_OPENED)),
    ("a record of an import holds no message",
     parts(lambda all_parts: [p for p in all_parts if p[0] in (pb.FACTS, pb.ENVELOPE)]), repaired,
     invalid("+commitment:digest_missing@8", **NOT_OPENED)),
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
    ("record 0 names another log", lambda f: f.found(origin="essai.example/00000000"), repaired,
     invalid("files:founding_origin@0", against=None)),
    ("record 0 is of another format", lambda f: f.found(format=2), repaired,
     indeterminate("files:founding_format@0", against=None)),
    ("record 0 states no format", lambda f: f.found(format=None), repaired,
     invalid("files:founding_format@0", against=None)),
    ("record 0 states a reader twice", lambda f: f.found(readers=2 * f[0].facts()["readers"]),
     repaired, invalid("files:founding_readers@0", against=None)),
    ("an anchor is sealed", lambda f: f[10].change(type=12), repaired,
     invalid("files:record_not_open@10", against="old")),
    ("a message has its digest twice", lambda f: and_also(f[8].parts[-3])(f), repaired,
     invalid("+commitment:digest_twice@8", **NOT_OPENED)),
    ("a message has its envelope twice", lambda f: and_also(f[8].parts[-1])(f), repaired,
     invalid("+commitment:envelope_twice@8", **NOT_OPENED)),
    ("a message has two classes", and_also((pb.CLASS, b"{}"), (pb.CLASS, b"{}")), repaired,
     invalid("+commitment:class_twice@8", **NOT_OPENED)),
    ("a record is of an unknown type", lambda f: f[8].change(type=200), repaired,
     indeterminate("chain:leaf_type@8", against="old")),
    ("a leaf has a reserved byte that is not zero",
     lambda f: f[8].change(reserved=b"\0\0\0\1\0\0\0"), repaired,
     indeterminate("chain:leaf_reserved@8", against="old")),
    ("a leaf is of another format", lambda f: f[8].change(magic=b"PROBANT2"), repaired,
     indeterminate("chain:leaf_magic@8", against="old")),
]
