"""The log of Probant: notes, keys, checkpoints, trust files, trees and tiles.

Written from docs/FORMAT.md alone (clauses in brackets) for second_verifier.py.
"""
import base64
import os
import re
import tempfile
from collections import namedtuple

import probant_format as pb

# ---- notes, keys and checkpoints [2.1] ----------------------------------------------------

Key = namedtuple("Key", "name key_id type public_key")
Note = namedtuple("Note", "text signatures")            # signatures: (name, key id, bytes)
Checkpoint = namedtuple("Checkpoint", "origin size root head")


def read_verifier_key(text):
    name, key_id, encoded = (text.split("+", 2) + ["", ""])[:3]
    data = pb.read_base64(encoded)
    if len(data) != 33 or data[0] not in (1, 4) or not good_name(name):
        raise pb.Refused("not a verifier key: " + text)
    if pb.sha256(name.encode() + b"\n" + data)[:4].hex() != key_id:
        raise pb.Refused("a key id that is not the key's: " + text)
    return Key(name, bytes.fromhex(key_id), data[0], data[1:])


def write_verifier_key(key):
    encoded = base64.b64encode(bytes([key.type]) + key.public_key).decode()
    return "%s+%s+%s" % (key.name, key.key_id.hex(), encoded)


def good_name(name):
    return name and "+" not in name and not any(c.isspace() for c in name)


def read_note(data):
    try:
        whole = data.decode("utf-8")
    except ValueError:
        raise pb.Refused("a note that is not UTF-8")
    if len(data) > 65536 or re.search(r"[\x00-\x09\x0b-\x1f]", whole):
        raise pb.Refused("a note that is too long, or has controls in it")
    text, blank, block = whole.rpartition("\n\n")
    if not blank or not block.endswith("\n"):
        raise pb.Refused("a note without text or signatures")
    signatures = []
    for line in block[:-1].split("\n"):
        _, name, encoded = (line.split(" ") + ["", ""])[:3]
        signature = pb.read_base64(encoded)
        if line != "\u2014 %s %s" % (name, encoded) or not good_name(name) or len(signature) < 5:
            raise pb.Refused("a note with a line that is no signature")
        signatures.append((name, signature[:4], signature[4:]))
    if len(signatures) > 64:
        raise pb.Refused("a note with too many signatures")
    return Note(text + "\n", signatures)


def read_checkpoint(note):
    lines = note.text.split("\n")
    if len(lines) != 5 or not re.fullmatch(r"0|[1-9][0-9]{0,19}", lines[1]) \
            or int(lines[1]) >= 2**64 or not lines[3].startswith("sha3-256 "):
        raise pb.Refused("a note that is not a checkpoint of version 1")
    root, head = pb.read_base64(lines[2]), pb.read_base64(lines[3][9:])
    if len(root) != 32 or len(head) != 32:
        raise pb.Refused("a checkpoint with digests of another length")
    return Checkpoint(pb.read_origin(lines[0]), int(lines[1]), root, head)


def ed25519(public_key, message, signature):
    """RFC 8032, by the openssl command, which reads files only."""
    with tempfile.TemporaryDirectory() as work:
        # an X.509 SubjectPublicKeyInfo is these 12 bytes and the key (RFC 8410 4)
        files = {"key": bytes.fromhex("302a300506032b6570032100") + public_key,
                 "message": message, "signature": signature}
        for name, data in files.items():
            with open(os.path.join(work, name), "wb") as file:
                file.write(data)
        try:
            pb.run(["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER",
                    "-inkey", work + "/key", "-in", work + "/message",
                    "-sigfile", work + "/signature"], b"")
        except pb.Refused:
            return False
    return True


def signed_by(note, key):
    """None if the note has no signature of that key, else whether all it has are good."""
    verdicts = []
    for name, key_id, signature in note.signatures:
        if (name, key_id) != (key.name, key.key_id):
            continue
        message = note.text.encode()
        if key.type == 4:                                            # C2SP tlog-cosignature
            time = int.from_bytes(signature[:8], "big")
            message = b"cosignature/v1\ntime %d\n" % time + message
            signature = signature[8:]
        verdicts.append(len(signature) == 64 and ed25519(key.public_key, message, signature))
    return all(verdicts) if verdicts else None


# ---- the trust file: C2SP tlog-policy [4.3] -----------------------------------------------

class Trust:
    def __init__(self, text):
        self.logs, self.witnesses, self.groups, self.quorum = [], {}, {}, None
        for line in text.split("\n"):
            words = line.split()
            if not words or words[0].startswith("#"):
                continue
            if words[0] == "log" and len(words) in (2, 3):
                self.logs.append(read_verifier_key(words[1]))
            elif words[0] == "witness" and len(words) in (3, 4) and self.unused(words[1]):
                self.witnesses[words[1]] = read_verifier_key(words[2])
            elif words[0] == "group" and len(words) > 3 and self.unused(words[1]):
                members = words[3:]
                needed = {"any": 1, "all": len(members)}.get(words[2]) or int(words[2])
                if any(self.unused(m) for m in members) or not 1 <= needed <= len(members):
                    raise pb.Refused("trust file: " + line)
                self.groups[words[1]] = needed, members
            elif words[0] == "quorum" and len(words) == 2 and self.quorum is None \
                    and (words[1] == "none" or not self.unused(words[1])):
                self.quorum = words[1]
            else:
                raise pb.Refused("trust file: " + line)
        if self.quorum is None:
            raise pb.Refused("trust file: it has no quorum line")

    def unused(self, name):
        return name != "none" and name not in self.witnesses and name not in self.groups

    def met(self, name, signed):
        if name in self.groups:
            needed, members = self.groups[name]
            return sum(self.met(member, signed) for member in members) >= needed
        return name in signed


# ---- the tree [2] and its tiles [2.3] -----------------------------------------------------

def node(left, right):
    return pb.sha256(b"\x01" + left + right)


class Tree:
    """Full subtrees from left to right, as (number of leaves, hash), none of a size twice."""

    def __init__(self):
        self.subtrees, self.leaf_hashes = [], []

    def append(self, leaf):
        size, digest = 1, pb.sha256(b"\x00" + leaf)
        self.leaf_hashes.append(digest)
        while self.subtrees and self.subtrees[-1][0] == size:
            size, digest = 2 * size, node(self.subtrees.pop()[1], digest)
        self.subtrees.append((size, digest))

    def root(self):
        if not self.subtrees:
            return pb.sha256(b"")
        digest = self.subtrees[-1][1]
        for _, left in reversed(self.subtrees[:-1]):
            digest = node(left, digest)
        return digest


def root_of(hashes):
    """Of a full tile."""
    while len(hashes) > 1:
        hashes = [node(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
    return hashes[0]


def tile_path(level, index, width):
    digits = "%03d" % (index % 1000)
    while index >= 1000:
        index //= 1000
        digits = "x%03d/%s" % (index % 1000, digits)
    return "tile/%s/%s" % (level, digits) + (".p/%d" % width if width else "")


def needed_tiles(size):
    for level, count in [("entries", size)] + [(l, size >> 8 * l) for l in range(8)]:
        for index in range(count // 256):
            yield tile_path(level, index, None)
        if count % 256:
            yield tile_path(level, count // 256, count % 256)


def read_tile_path(path):
    """(level or "entries", index, width) of a path under log/, or None if it is no tile's."""
    match = re.fullmatch(r"tile/(entries|[0-7])/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([0-9]{1,3}))?",
                         path)
    if not match:
        return None
    level = match[1] if match[1] == "entries" else int(match[1])
    index = int(re.sub("[x/]", "", match[2]))
    width = int(match[3]) if match[3] else 256
    whole = match[3] is None
    if tile_path(level, index, None if whole else width) != path or not whole and width > 255:
        return None
    return level, index, width


def entry_hashes(bundle):
    """The leaf hashes of a bundle of leaves; nothing if it is no such bundle."""
    entries = [bundle[i:i + 2 + pb.LEAF] for i in range(0, len(bundle), 2 + pb.LEAF)]
    if any(len(entry) != 2 + pb.LEAF or entry[:2] != b"\x00\xa0" for entry in entries):
        return b""
    return b"".join(pb.sha256(b"\x00" + entry[2:]) for entry in entries)
