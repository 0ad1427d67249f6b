"""The formats of Probant, read: what recover.py and second_verifier.py share.

Written from docs/FORMAT.md alone (clauses in brackets), with Python's standard
library and the commands `openssl` (3.0 or later) and `zstd`.
"""
import base64
import hashlib
import hmac
import json
import os
import re
import subprocess
from collections import namedtuple

LEAF = 160
SLOT = 48
STEM = re.compile(r"[0-9a-f]{16}-[0-9a-f]{16}")
TYPES = {1: "message", 2: "observation", 3: "capture", 4: "management", 8: "destruction",
         12: "anchor", 13: "key", 14: "recovery", 15: "imported"}
OPEN = (8, 12, 13)                      # stored with their secret [3.2]
FACTS, HEADER, BODY, DIGEST, OBJECT, CLASS, ENVELOPE = range(7)
NO_SLOT = bytes(SLOT)


class Refused(Exception):
    """Bytes that are not what the format says they should be."""


class Torn(Refused):
    """A segment that does not go on as it should: at the log's end, what a crash leaves."""


def u64(number):
    return number.to_bytes(8, "big")


def sha256(data):
    return hashlib.sha256(data).digest()


def sha3(data):
    return hashlib.sha3_256(data).digest()


def h2(data):                                                                     # [0]
    return sha256(data) + sha3(data)


def run(command, data):
    """What a command answers to data on its standard input."""
    done = subprocess.run(command, input=data, capture_output=True)
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines() or ["it failed"]
        raise Refused("%s: %s" % (" ".join(command[:2]), said[0]))
    return done.stdout


def unique(pairs):
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("a key stands twice")
    return members


def none_such(word):
    raise ValueError("a word that JSON has not: " + word)


def read_json(data):                                                              # [0]
    try:
        value = json.loads(data.decode("utf-8"), object_pairs_hook=unique, parse_constant=none_such)
        json.dumps(value, ensure_ascii=False).encode("utf-8")                     # no lone surrogate
    except (ValueError, RecursionError) as error:
        raise Refused("not JSON: %s" % error)
    if not isinstance(value, dict):
        raise Refused("not a JSON object")
    return value


def read_number(value):
    """An integer; from 2^53 on a decimal string [0]."""
    if isinstance(value, str) and re.fullmatch(r"[1-9][0-9]{15,19}", value):
        if 2**53 <= int(value) < 2**64:
            return int(value)
    elif isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53:
        return value
    raise Refused("not a number: %r" % (value,))


def read_readers(facts):                                                          # [1.5]
    """The ids that a segment record names."""
    readers = facts.get("readers")
    ids = [reader.get("id") for reader in readers if isinstance(reader, dict)] \
        if isinstance(readers, list) else []
    if not ids or len(ids) != len(readers) or not all(isinstance(i, str) for i in ids) \
            or len(set(ids)) < len(ids):
        raise Refused("its first record does not state who the readers are")
    return sorted(ids)


def read_base64(text):                                                            # [0]
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        data = None
    if data is None or base64.b64encode(data).decode() != text:
        raise Refused("not base64")
    return data


# ---- leaf [1.3] and secrets [1.1] ---------------------------------------------------------

Leaf = namedtuple("Leaf", "magic seq time_s type reserved prev commitment payload_sha256")


def read_leaf(data):
    return Leaf(data[:8], int.from_bytes(data[8:16], "big"), int.from_bytes(data[16:24], "big"),
                data[24], data[25:32], data[32:64], data[64:128], data[128:160])


def expand(r, info):
    return hmac.new(r, info + b"\x01", hashlib.sha256).digest()


def commitment(r, parts):                                                         # [1.2]
    p = [h2(b"probant/v1 part\0" + bytes([i, kind]) + u64(len(data))
            + expand(r, b"probant/v1 salt" + bytes([i])) + h2(data))
         for i, (kind, data) in enumerate(parts)]
    return h2(b"probant/v1 record\0" + bytes([len(p)]) + b"".join(p))


# ---- segments [3.2] -----------------------------------------------------------------------

Frame = namedtuple("Frame", "tag offset end leaf r payload note")
HEADER_MEMBERS = {"origin", "id", "first_seq", "created_s", "cms"}


def read_origin(text):                                                            # [2]
    plain = r"[a-z0-9.-]+(/[a-z0-9.-]+)*/[0-9a-f]{8}"
    if not isinstance(text, str) or len(text) > 200 or not re.fullmatch(plain, text):
        raise Refused("not an origin")
    return text


class Segment:
    """A segment's header, and its frames one by one."""

    def __init__(self, archive, stem):
        self.archive, self.stem = archive, stem
        self.path = os.path.join(archive, "vault", stem + ".seg")
        with open(self.path, "rb") as file:
            prefix = file.read(12)
            length = int.from_bytes(prefix[8:], "big")
            if len(prefix) < 12:
                raise Torn("its header is cut off")
            if prefix[:8] != b"PBSEGMT1" or not 0 < length <= 2**20:
                raise Refused("it does not begin as a segment")
            self.json = file.read(length)
            self.size = os.fstat(file.fileno()).st_size
        if len(self.json) != length:
            raise Torn("its header is cut off")
        self.start = 12 + length
        header = read_json(self.json)
        if set(header) != HEADER_MEMBERS:
            raise Refused("its header has other members than it should")
        self.origin = read_origin(header["origin"])
        self.first_seq = read_number(header["first_seq"])
        read_number(header["created_s"])
        if stem != "%016x-%s" % (self.first_seq, header["id"]):
            raise Refused("its header does not fit its name")
        self.cms = read_base64(header["cms"])

    def frames(self, offset):
        """Yields frames from offset on; raises Torn where none stands as [3.2] says."""
        with open(self.path, "rb") as file:
            file.seek(offset)
            while offset < self.size:
                head = file.read(9)
                tag, length = head[:1], int.from_bytes(head[1:], "big")
                least = {b"R": LEAF + 16, b"P": LEAF + 32 + 16, b"C": 1}.get(tag)
                most = 65536 if tag == b"C" else 2**32 + 2**25 + 1024 + LEAF + 32
                if len(head) < 9 or least is None or not least <= length <= most \
                        or length > self.size - offset - 9:
                    raise Torn("no frame at offset %d" % offset)
                end = offset + 9 + length
                if tag == b"C":
                    yield Frame("C", offset, end, None, None, None, file.read(length))
                else:
                    leaf = file.read(LEAF)
                    r = file.read(32) if tag == b"P" else None
                    yield Frame(tag.decode(), offset, end, leaf, r, file.read(end - file.tell()),
                                None)
                offset = end


def list_segments(archive):
    """The stems in vault/ in order, and the names of files that are no segments."""
    names = sorted(os.listdir(os.path.join(archive, "vault")))
    stems = [name[:-4] for name in names if name.endswith(".seg") and STEM.fullmatch(name[:-4])]
    return stems, [name for name in names if name[:-4] not in stems or name[-4:] != ".seg"]


# ---- secrets [3.3] [3.5] ------------------------------------------------------------------

def read_slots(archive, stem):
    with open(os.path.join(archive, "keys", stem + ".key"), "rb") as file:
        data = file.read()
    return [data[i:i + SLOT] for i in range(0, len(data), SLOT)]


def slot_sound(slot, number):
    return len(slot) == SLOT and sha256(u64(number) + slot[:40])[:8] == slot[40:]


def open_cms(data, reader_key, passphrase_file):
    key = run(["openssl", "cms", "-decrypt", "-inform", "DER", "-inkey", reader_key, "-passin",
               "file:" + passphrase_file if passphrase_file else "pass:"], data)
    if len(key) != 32:
        raise Refused("the key in it has not 32 bytes")
    return key


def open_segment_key(segment, reader_key, passphrase_file):
    return open_cms(segment.cms, reader_key, passphrase_file)


def unwrap_all(segment_key, wrapped):
    """RFC 3394 2.2.2 over many at once, so that openssl runs 24 times and not once for each.

    Gives r for each 40 bytes, or None where the check value is not right."""
    a = [w[:8] for w in wrapped]
    r = [[w[i:i + 8] for i in (8, 16, 24, 32)] for w in wrapped]
    command = ["openssl", "enc", "-d", "-aes-256-ecb", "-nopad", "-K", segment_key.hex()]
    for step in range(24 if wrapped else 0, 0, -1):
        i = (step - 1) % 4
        blocks = run(command, b"".join(
            u64(int.from_bytes(a[k], "big") ^ step) + r[k][i] for k in range(len(wrapped))))
        for k in range(len(wrapped)):
            a[k], r[k][i] = blocks[16 * k:16 * k + 8], blocks[16 * k + 8:16 * k + 16]
    return [b"".join(r[k]) if a[k] == b"\xa6" * 8 else None for k in range(len(wrapped))]


def open_slots(segment_key, slots, first=1):
    """r for each slot number from 1; None where there is none to be had.  Slot 0: an index's key."""
    sound = [k for k in range(first, len(slots)) if slots[k] != NO_SLOT and slot_sound(slots[k], k)]
    return dict(zip(sound, unwrap_all(segment_key, [slots[k][:40] for k in sound])))


# ---- the sealed payload [3.4] -------------------------------------------------------------

def ghash(h, data):
    """GHASH of NIST SP 800-38D 6.4 over data, a multiple of 16 bytes."""
    # In the standard's bit order the polynomial's x is a shift to the right.
    shifted, v = [], int.from_bytes(h, "big")
    for _ in range(128):
        shifted.append(v)
        v = (v >> 1) ^ (0xe1 << 120 if v & 1 else 0)
    tables = []          # tables[i][b] = h times the byte b at position i of a block
    for i in range(16):
        table = [0] * 256
        for bit in range(7, -1, -1):
            step = 0x80 >> bit
            for low in range(step):
                table[low + step] = table[low] ^ shifted[8 * i + bit]
        tables.append(table)
    (t0, t1, t2, t3, t4, t5, t6, t7, t8, t9, ta, tb, tc, td, te, tf) = tables
    y = 0
    for i in range(0, len(data), 16):
        b = (y ^ int.from_bytes(data[i:i + 16], "big")).to_bytes(16, "big")
        y = (t0[b[0]] ^ t1[b[1]] ^ t2[b[2]] ^ t3[b[3]] ^ t4[b[4]] ^ t5[b[5]] ^ t6[b[6]]
             ^ t7[b[7]] ^ t8[b[8]] ^ t9[b[9]] ^ ta[b[10]] ^ tb[b[11]] ^ tc[b[12]] ^ td[b[13]]
             ^ te[b[14]] ^ tf[b[15]])
    return y.to_bytes(16, "big")


def decrypt(key, aad, sealed):
    """AES-256-GCM with a nonce of 12 zero bytes, tag at the end (SP 800-38D 7.2)."""
    if len(sealed) < 16:
        raise Refused("it is shorter than a GCM tag")
    text, tag = sealed[:-16], sealed[-16:]
    # Counter 0 over zeros is GHASH's key, counter 1 masks the tag, counter 2 begins the text.
    stream = run(["openssl", "enc", "-d", "-aes-256-ctr", "-K", key.hex(), "-iv", "0" * 32],
                 bytes(32) + text)
    whole = aad + bytes(-len(aad) % 16) + text + bytes(-len(text) % 16)
    lengths = u64(8 * len(aad)) + u64(8 * len(text))
    right = int.from_bytes(ghash(stream[:16], whole + lengths), "big") \
        ^ int.from_bytes(stream[16:32], "big")
    if not hmac.compare_digest(right.to_bytes(16, "big"), tag):
        raise Refused("its GCM tag is wrong")
    return stream[32:]


def check_zstd(z):
    """One frame of RFC 8878 3.1.1, its window and dictionary as [3.4] allows."""
    try:
        described, at = z[4], 5
        single = described >> 5 & 1
        if z[:4] != b"\x28\xb5\x2f\xfd" or described & 8:
            raise Refused("it is no zstd frame")
        window = 0
        if not single:
            window = (1 << 10 + (z[at] >> 3)) * (8 + (z[at] & 7)) // 8
            at += 1
        did = (0, 1, 2, 4)[described & 3]
        if any(z[at:at + did]):
            raise Refused("its zstd frame needs a dictionary")
        at += did
        field = (single, 2, 4, 8)[described >> 6]
        content = int.from_bytes(z[at:at + field], "little") + (256 if field == 2 else 0)
        at += field
        if (content if single else window) > 2**23:
            raise Refused("its zstd window is over 8 MiB")
        last = 0
        while not last:
            head = z[at] | z[at + 1] << 8 | z[at + 2] << 16
            last, kind, size = head & 1, head >> 1 & 3, head >> 3
            at += 3 + (1 if kind == 1 else size)
        at += 4 if described & 4 else 0
    except IndexError:
        raise Refused("its zstd frame is cut off")
    if at != len(z):
        raise Refused("it is not exactly one zstd frame")


def split_parts(data):
    """Part bytes || n x (u8 kind || u64 length) || u8 n: a list of (kind, bytes)."""
    n = data[-1] if data else 0
    table = len(data) - 1 - 9 * n
    parts, at = [], 0
    for row in range(table, len(data) - 1, 9):
        length = int.from_bytes(data[row + 1:row + 9], "big")
        if row < 0 or length > table - at:
            raise Refused("its table does not fit its bytes")
        parts.append((data[row], data[at:at + length]))
        at += length
    if not n or at != table:
        raise Refused("its table does not account for every byte")
    return parts


def open_payload(origin, r, payload):
    aad = b"probant/v1 payload\0" + sha256(origin.encode())
    z = decrypt(expand(r, b"probant/v1 data"), aad, payload)
    check_zstd(z)
    return split_parts(run(["zstd", "-d", "-q", "-c"], z))


def message_of(parts):
    """The message, or None if the record is none: a digest part marks one [1]."""
    if not any(kind in (HEADER, BODY, DIGEST) for kind, _ in parts):
        return None
    return b"".join(data for kind, data in parts if kind in (HEADER, BODY))
