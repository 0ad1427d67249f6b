"""Attacks on who can open what: readers who come later, and the earlier keys that they are handed.

Each: a sentence, what is changed, how it is left (said.py), and what is to be said of it.  The
archive is 0 | 1 2 3 4, 5 | 6 7 8 9, 10 (matrix.py); the last segment is where a stranger comes in.
"""
import glob
import os

from attacks_archive import STRANGER
from forger import pb, writer
from said import invalid, repaired, valid

PAST = bytes(range(32))


def read(path):
    with open(path, "rb") as file:
        return file.read()


def mine(f):
    return glob.glob(f.path("readers", "*.pem"))[0]


def reader(path, role="reader"):
    der = writer.run(["openssl", "x509", "-outform", "DER"], read(path))
    return {"id": os.path.basename(path)[:-4], "sha256": writer.sha256(der).hex(), "role": role}


def envelope(f, key, *paths):
    """CMS of a key for the holders of these certificates."""
    segment = f.segments[2]
    before, segment.key, cms = segment.key, key, segment.header["cms"]
    f.add_recipient(segment, [read(path) for path in paths])
    segment.key, segment.header["cms"], made = before, cms, segment.header["cms"]
    return pb.read_base64(made)


def entries(segments, past=PAST):
    return b"".join(writer.u64(segment.header["first_seq"]) + writer.slot(past, 0, segment.key)[:40]
                    for segment in segments)


def come(f, stated=(STRANGER,), sealed=(STRANGER,), objects=None, **facts):
    """The readers of the last segment: ours, and whom its record and its envelope name."""
    f.add_recipient(f.segments[2], [read(path) for path in (mine(f), *sealed)])
    said = dict(f[6].facts(), readers=[reader(path) for path in (mine(f), *stated)], **facts)
    f.seal(f[6], [(pb.OBJECT, data) for data in objects or []] + [(pb.FACTS, writer.to_json(said))])


def hand_over(f, to=STRANGER, named=STRANGER, keys=None, count=2, **how):
    """And the earlier keys with it."""
    name = os.path.basename(named)[:-4]
    come(f, objects=[envelope(f, PAST, to), entries(f.segments[:2]) if keys is None else keys],
         past={"readers": [name], "segments": count}, **how)


def say_nothing(f):
    """The readers change in the second segment, and the third does not state them."""
    f.add_recipient(f.segments[1], [read(mine(f)), read(STRANGER)])
    f.seal(f[1], [(pb.FACTS, writer.to_json(dict(
        f[1].facts(), readers=[reader(mine(f)), reader(STRANGER)])))])


def state_alone(f, readers):
    f.seal(f[6], [(pb.FACTS, writer.to_json(dict(f[6].facts(), readers=readers(f))))])


def objects_of(f, objects):
    f.seal(f[6], [(pb.OBJECT, data) for data in objects]
           + [(pb.FACTS, writer.to_json(f[6].facts()))])


SAID = {"against": "old"}
ATTACKS = [
    ("a reader comes, as the log states", come, repaired, valid(**SAID)),
    ("a reader comes and is handed the past", hand_over, repaired, valid(**SAID)),
    ("a reader is stated and not sealed for", lambda f: come(f, sealed=()), repaired,
     invalid("files:segment_readers@6", **SAID)),
    ("a reader is sealed for and not stated", lambda f: come(f, stated=()), repaired,
     invalid("files:segment_readers@6", **SAID)),
    ("a reader is stated who is not a list's", lambda f: state_alone(f, lambda f: "tous"),
     repaired, invalid("files:segment_readers_stated@6", **SAID)),
    ("a reader is stated twice",
     lambda f: state_alone(f, lambda f: [reader(mine(f)), reader(mine(f))]), repaired,
     invalid("files:segment_readers_stated@6", **SAID)),
    ("nobody is stated", lambda f: state_alone(f, lambda f: []), repaired,
     invalid("files:segment_readers_stated@6", **SAID)),
    ("a later segment does not state the readers that changed", say_nothing, repaired,
     invalid("files:segment_readers_unstated@6", against=None)),
    ("the past is handed to a stranger", lambda f: hand_over(f, stated=(), sealed=()), repaired,
     invalid("files:past_stated@6", **SAID)),
    ("the past is sealed for another than is stated",
     lambda f: hand_over(f, to=mine(f)), repaired, invalid("files:past_envelope@6", **SAID)),
    ("the past is no envelope", lambda f: come(
        f, objects=[b"hello", entries(f.segments[:2])],
        past={"readers": [os.path.basename(STRANGER)[:-4]], "segments": 2}), repaired,
     invalid("files:past_envelope@6", **SAID)),
    ("a segment is left out of the past",
     lambda f: hand_over(f, keys=entries(f.segments[1:2]), count=1), repaired,
     invalid("files:past_keys@6", **SAID)),
    ("the past is said to be of more segments", lambda f: hand_over(f, count=3), repaired,
     invalid("files:past_keys@6", **SAID)),
    ("the past is not of whole keys",
     lambda f: hand_over(f, keys=entries(f.segments[:2]) + b"x"), repaired,
     invalid("files:past_keys@6", **SAID)),
    ("the past has no keys", lambda f: come(
        f, objects=[envelope(f, PAST, STRANGER)],
        past={"readers": [os.path.basename(STRANGER)[:-4]], "segments": 2}), repaired,
     invalid("files:past_stated@6", **SAID)),
    ("the past is stated as a word", lambda f: come(f, past="tout"), repaired,
     invalid("files:past_stated@6", **SAID)),
    ("a segment's record holds what it does not state",
     lambda f: objects_of(f, [b"a word of a message"]), repaired,
     invalid("files:key_objects@6", **SAID)),
]
