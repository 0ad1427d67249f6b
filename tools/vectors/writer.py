"""The formats of Probant, written: what the vectors are computed with.

Written from docs/FORMAT.md alone (clauses in brackets) and sharing nothing with
tools/probant_format.py, which reads them, or with the C sources: each judges the
others.  Plain rather than fast.  Python's standard library and `openssl`.
"""
import base64
import hashlib
import hmac
import json
import os
import subprocess
import tempfile


def run(command, data=b""):
    return subprocess.run(command, input=data, stdout=subprocess.PIPE, check=True).stdout


def u64(number):
    return number.to_bytes(8, "big")


def sha256(data):
    return hashlib.sha256(data).digest()


def sha3(data):
    return hashlib.sha3_256(data).digest()


def h2(data):
    return sha256(data) + sha3(data)


def b64(data):
    return base64.b64encode(data).decode()


def to_json(value):
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


# ---- record [1.1] [1.2] [1.3] -------------------------------------------------------------

def expand(r, info):
    return hmac.new(r, info + b"\x01", hashlib.sha256).digest()


def salt(r, index):
    return expand(r, b"probant/v1 salt" + bytes([index]))


def part_hash(r, index, kind, data):
    return h2(b"probant/v1 part\0" + bytes([index, kind]) + u64(len(data)) + salt(r, index)
              + h2(data))


def commit_to(r, parts):
    hashes = [part_hash(r, i, kind, data) for i, (kind, data) in enumerate(parts)]
    return h2(b"probant/v1 record\0" + bytes([len(hashes)]) + b"".join(hashes))


def leaf(seq, time, kind, prev, commitment, payload_sha256):
    return (b"PROBANT1" + u64(seq) + u64(time) + bytes([kind]) + bytes(7) + prev + commitment
            + payload_sha256)


# ---- cutter [1.4] -------------------------------------------------------------------------

TRACE = {b"date", b"message-id", b"in-reply-to", b"references", b"mime-version", b"importance",
         b"priority", b"x-priority", b"auto-submitted"}


def lines_of(data):
    lines = data.split(b"\n")
    return [line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def field_name(line):
    name, colon, _ = line.partition(b":")
    return name.rstrip(b" \t").lower() if colon else None


def field_class(line):
    name = field_name(line)
    if name == b"received":
        return "received"
    if name is not None and (name in TRACE or name.startswith(b"x-mss-")):
        return "trace"
    return "other"


def limited(slices, most):
    return slices[:most - 1] + [b"".join(slices[most - 1:])] if len(slices) > most else slices


def boundary_of(field):
    """The boundary that a Content-Type field names, or None; field is the bytes behind ":"."""
    text = field[:4096].replace(b"\r", b"").replace(b"\n", b"").lstrip(b" \t")
    if not text[:10].lower() == b"multipart/" or not text[10:] or text[10:11] in b" \t;":
        return None
    at = 10
    while True:
        at = text.find(b";", at) + 1
        if at == 0:
            return None
        equals, semicolon = text.find(b"=", at), text.find(b";", at)
        if equals < 0 or 0 <= semicolon < equals:
            continue
        name = text[at:equals].strip(b" \t").lower()
        at = equals + 1
        while text[at:at + 1] in (b" ", b"\t"):
            at += 1
        value = b""
        if text[at:at + 1] == b'"':
            at += 1
            while text[at:at + 1] != b'"':
                at += text[at:at + 1] == b"\\"
                if at >= len(text):
                    return None
                value += text[at:at + 1]
                at += 1
            at += 1
        else:
            while at < len(text) and text[at:at + 1] not in b" \t;":
                value += text[at:at + 1]
                at += 1
        if name == b"boundary":
            return value if 1 <= len(value) <= 200 else None


def is_boundary_line(line, boundary):
    if boundary is None or not line.startswith(b"--" + boundary) or len(line) > 1024:
        return False
    rest = line[2 + len(boundary):]
    if rest.endswith(b"\r\n"):
        rest = rest[:-2]
    elif rest.endswith(b"\n"):
        rest = rest[:-1]
    if rest.startswith(b"--"):
        rest = rest[2:]
    return not rest.strip(b" \t")


def cut(message):
    """A message's slices, as (kind, bytes)."""
    header, end = [], 0
    for line in lines_of(message):
        header.append(line[:2**20 - end])
        end += len(header[-1])
        if line in (b"\n", b"\r\n") and header[-1] == line or end == 2**20:
            break
    fields = []                                            # [class, bytes]
    for line in header:
        if fields and (line[:1] in (b" ", b"\t") or line in (b"\n", b"\r\n")):
            fields[-1][1] += line
        else:
            alone = line[:1] in (b" ", b"\t")
            fields.append(["other" if alone else field_class(line), line])
    slices, before = [], None
    for kind, data in fields:
        if kind == "received" or kind != before:
            slices.append(b"")
        slices[-1] += data
        before = kind
    boundary = None
    for _, data in fields:
        if data[:1] not in (b" ", b"\t") and field_name(data.split(b"\n")[0]) == b"content-type":
            boundary = boundary_of(data.partition(b":")[2])
            break
    bodies = []
    for line in lines_of(message[end:]):
        if not bodies or is_boundary_line(line, boundary):
            bodies.append([])
        bodies[-1].append(line)
    return [(1, data) for data in limited(slices, 50)] \
        + [(2, data) for data in limited([b"".join(lines) for lines in bodies], 200)]


# ---- sealed payload [3.4] and slots [3.5] -------------------------------------------------

def ctr(key, counter, data):
    return run(["openssl", "enc", "-aes-256-ctr", "-K", key.hex(), "-iv", "%032x" % counter], data)


def ghash(h, data):
    """NIST SP 800-38D 6.3 and 6.4, bit by bit."""
    h, y = int.from_bytes(h, "big"), 0
    for i in range(0, len(data), 16):
        x = y ^ int.from_bytes(data[i:i + 16], "big")
        z, v = 0, h
        for bit in range(127, -1, -1):
            if x >> bit & 1:
                z ^= v
            v = v >> 1 ^ (0xe1 << 120 if v & 1 else 0)
        y = z
    return y.to_bytes(16, "big")


def gcm(key, aad, text):
    """AES-256-GCM with a nonce of 12 zero bytes: ciphertext and tag."""
    sealed = ctr(key, 2, text)
    data = aad + bytes(-len(aad) % 16) + sealed + bytes(-len(sealed) % 16)
    digest = ghash(ctr(key, 0, bytes(16)), data + u64(8 * len(aad)) + u64(8 * len(sealed)))
    return sealed + ctr(key, 1, digest)


def plain_of(parts):
    return b"".join(data for _, data in parts) \
        + b"".join(bytes([kind]) + u64(len(data)) for kind, data in parts) + bytes([len(parts)])


def seal(origin, r, z):
    aad = b"probant/v1 payload\0" + sha256(origin.encode())
    return gcm(expand(r, b"probant/v1 data"), aad, z)


def slot(segment_key, number, r):
    wrapped = run(["openssl", "enc", "-id-aes256-wrap", "-K", segment_key.hex(), "-iv", "A6" * 8],
                  r)
    return wrapped + sha256(u64(number) + wrapped)[:8]


# ---- log [2] ------------------------------------------------------------------------------

def leaf_hash(entry):
    return sha256(b"\x00" + entry)


def split_point(n):
    return 1 << (n - 1).bit_length() - 1


def root(hashes):
    """RFC 6962 2.1, as it stands there."""
    if len(hashes) < 2:
        return hashes[0] if hashes else sha256(b"")
    k = split_point(len(hashes))
    return sha256(b"\x01" + root(hashes[:k]) + root(hashes[k:]))


def inclusion(m, hashes):
    """RFC 6962 2.1.1: PATH(m, D[n])."""
    if len(hashes) == 1:
        return []
    k = split_point(len(hashes))
    if m < k:
        return inclusion(m, hashes[:k]) + [root(hashes[k:])]
    return inclusion(m - k, hashes[k:]) + [root(hashes[:k])]


def consistency(m, hashes, whole=True):
    """RFC 6962 2.1.2: PROOF(m, D[n]), 0 < m <= n."""
    if m == len(hashes):
        return [] if whole else [root(hashes)]
    k = split_point(len(hashes))
    if m <= k:
        return consistency(m, hashes[:k], whole) + [root(hashes[k:])]
    return consistency(m - k, hashes[k:], False) + [root(hashes[:k])]


def checkpoint_text(origin, size, tree_root, head):
    return "%s\n%d\n%s\nsha3-256 %s\n" % (origin, size, b64(tree_root), b64(head))


class SigningKey:
    """Ed25519 (RFC 8032) under a name; kind 1 signs notes, kind 4 cosigns them [2.1]."""

    def __init__(self, name, seed, kind=1):
        self.name, self.seed, self.kind = name, seed, kind
        self.private = bytes.fromhex("302e020100300506032b657004220420") + seed   # RFC 8410 7
        self.public = run(["openssl", "pkey", "-inform", "DER", "-pubout", "-outform", "DER"],
                          self.private)[-32:]
        self.key_id = sha256(name.encode() + b"\n" + bytes([kind]) + self.public)[:4]
        self.vkey = "%s+%s+%s" % (name, self.key_id.hex(), b64(bytes([kind]) + self.public))

    def pem(self):
        return ("-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n"
                % b64(self.private)).encode()

    def sign(self, message):
        with tempfile.TemporaryDirectory() as work:
            for name, data in (("key", self.private), ("message", message)):
                with open(os.path.join(work, name), "wb") as file:
                    file.write(data)
            return run(["openssl", "pkeyutl", "-sign", "-rawin", "-keyform", "DER", "-inkey",
                        work + "/key", "-in", work + "/message"])

    def line(self, text, time=0):
        """The signature line of a note."""
        if self.kind == 4:
            signature = u64(time) + self.sign(b"cosignature/v1\ntime %d\n" % time + text.encode())
        else:
            signature = self.sign(text.encode())
        return "\u2014 %s %s\n" % (self.name, b64(self.key_id + signature))


def tile_name(index):
    digits = ["%03d" % (index % 1000)]
    while index >= 1000:
        index //= 1000
        digits.insert(0, "x%03d" % (index % 1000))
    return "/".join(digits)


def tiles(leaves):
    """What log/tile/ holds for a tree of these leaves: path under log/, content [2.3]."""
    files, hashes, level = {}, [leaf_hash(entry) for entry in leaves], 0
    while hashes:
        for first in range(0, len(hashes), 256):
            tile = hashes[first:first + 256]
            name = tile_name(first // 256) + ("" if len(tile) == 256 else ".p/%d" % len(tile))
            files["tile/%d/%s" % (level, name)] = b"".join(tile)
            if level == 0:
                files["tile/entries/" + name] = b"".join(
                    len(entry).to_bytes(2, "big") + entry for entry in leaves[first:first + 256])
        full = len(hashes) // 256
        hashes, level = [root(hashes[256 * i:256 * i + 256]) for i in range(full)], level + 1
    return files


# ---- archive [3] --------------------------------------------------------------------------

def segment_header(origin, ident, first_seq, created, cms):
    number = lambda n: n if n < 2**53 else str(n)
    return to_json({"origin": origin, "id": ident.hex(), "first_seq": number(first_seq),
                    "created_s": number(created), "cms": b64(cms)})


def segment_prefix(header):
    return b"PBSEGMT1" + len(header).to_bytes(4, "big") + header


OPEN = (8, 12, 13)                     # record types that are stored with their secret [3.2]


class Archive:
    """An archive in memory: `files` is path -> content.

    `compress` makes a zstd frame of bytes, `envelope(name, key)` a CMS of a segment
    key, `random(label, n)` n bytes.
    """

    def __init__(self, log_key, compress, envelope, random):
        self.key, self.origin = log_key, log_key.name
        self.compress, self.envelope, self.random = compress, envelope, random
        self.files, self.leaves, self.head = {}, [], sha3(self.origin.encode())
        self.segment = None
        self.note = None

    def begin_segment(self, created, more_facts=None):
        """A new segment; its first record waits for the first commit."""
        previous = None
        if self.segment is not None:
            data = self.files["vault/%s.seg" % self.segment]
            previous = {"segment": self.segment, "length": len(data), "sha256": sha256(data).hex()}
        ident = self.random("segment id %d" % len(self.leaves), 8)
        self.segment = "%016x-%s" % (len(self.leaves), ident.hex())
        self.segment_key = self.random("segment key %d" % len(self.leaves), 32)
        cms = self.envelope("segment-%d" % len(self.leaves), self.segment_key)
        header = segment_header(self.origin, ident, len(self.leaves), created, cms)
        self.files["vault/%s.seg" % self.segment] = segment_prefix(header)
        self.files["keys/%s.key" % self.segment] = bytes(48)
        facts = {"event": "segment", "segment": self.segment,
                 "header": {"sha256": sha256(header).hex(), "sha3_256": sha3(header).hex()},
                 "previous": previous}
        facts.update(more_facts or {})
        return 13, [(0, to_json(facts))]

    def commit(self, time, records):
        """Records are (type, parts); gives the checkpoint."""
        frames = b""
        for kind, parts in records:
            seq = len(self.leaves)
            r = self.random("r %d" % seq, 32)
            payload = seal(self.origin, r, self.compress(plain_of(parts)))
            entry = leaf(seq, time, kind, self.head, commit_to(r, parts), sha256(payload))
            frame = entry + (r if kind in OPEN else b"") + payload
            frames += (b"P" if kind in OPEN else b"R") + u64(len(frame)) + frame
            keys = self.files["keys/%s.key" % self.segment]
            keys += bytes(48) if kind in OPEN else slot(self.segment_key, len(keys) // 48, r)
            self.files["keys/%s.key" % self.segment] = keys
            self.leaves.append(entry)
            self.head = sha3(entry)
        text = checkpoint_text(self.origin, len(self.leaves),
                               root([leaf_hash(entry) for entry in self.leaves]), self.head)
        self.note = (text + "\n" + self.key.line(text)).encode()
        self.files["vault/%s.seg" % self.segment] += frames + b"C" + u64(len(self.note)) + self.note
        return self.note

    def destroy(self, seqs):
        """Zero the slots of records [3.5], which a record of type 8 has named before."""
        for seq in seqs:
            stem = max(path[6:-4] for path in self.files
                       if path.startswith("vault/") and int(path[6:22], 16) <= seq)
            at = 48 * (seq - int(stem[:16], 16) + 1)
            keys = self.files["keys/%s.key" % stem]
            self.files["keys/%s.key" % stem] = keys[:at] + bytes(48) + keys[at + 48:]

    def publish(self):
        """log/ as it is after the last commit."""
        self.files["log/checkpoint"] = self.note
        for path, data in tiles(self.leaves).items():
            self.files["log/" + path] = data


def message_parts(message, facts, envelope):
    """The parts of an imported message [1.5]."""
    return cut(message) + [(3, sha256(message)), (0, to_json(facts)), (6, to_json(envelope))]
