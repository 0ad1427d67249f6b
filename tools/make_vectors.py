#!/usr/bin/env python3
"""make_vectors.py [--check]   writes tests/vectors/ (see its README.md), or compares.

Values come from probant_writer.py.  What cannot come out the same twice, or
depends on the version of a tool, is made once and kept in tests/vectors/inputs/.
"""
import os
import subprocess
import sys
import tempfile

import probant_writer as pb

HERE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "tests", "vectors")
ORIGIN = "cabinet-exemple.example/2026/0badcafe"
PASSPHRASE = "phrase de passe fictive"
files = {}                                     # path under tests/vectors/ -> content


def seeded(label, n):
    """Bytes that look random and are always the same."""
    out, i = b"", 0
    while len(out) < n:
        out += pb.sha256(b"probant vectors: %s %d" % (label.encode(), i))
        i += 1
    return out[:n]


def kept(name, make):
    """inputs/<name>, made if it is not there."""
    path = os.path.join(HERE, "inputs", name)
    if not os.path.exists(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        data = make()
        with open(path, "wb") as file:
            file.write(data)
    with open(path, "rb") as file:
        return file.read()


def compress(data, *options):
    name = "%s%s.zst" % (pb.sha256(data).hex()[:16], "".join(options))
    return kept(name, lambda: pb.run(["zstd", "-q", "-c", "-3", *options], data))


# ---- readers and envelopes ----------------------------------------------------------------

READERS = {"reader": ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
           "recovery": ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
           "heir": ["rsa:3072"]}
REQUEST = b"""[req]
distinguished_name = name
x509_extensions = extensions
[name]
[extensions]
subjectKeyIdentifier = hash
keyUsage = critical, keyEncipherment, keyAgreement
"""


def make_reader(role):
    """A private key under the passphrase, and its certificate: two PEM texts in one."""
    with tempfile.TemporaryDirectory() as work:
        with open(work + "/req", "wb") as file:
            file.write(REQUEST)
        subprocess.run(["openssl", "req", "-x509", "-config", work + "/req", "-newkey",
                        *READERS[role], "-noenc", "-keyout", work + "/key", "-out", work + "/pem",
                        "-days", "36500", "-subj", "/CN=probant %s (fictive)" % role],
                       check=True, stderr=subprocess.DEVNULL)
        key = pb.run(["openssl", "pkcs8", "-topk8", "-scrypt", "-v2", "aes-256-cbc", "-in",
                      work + "/key", "-passout", "pass:" + PASSPHRASE])
        with open(work + "/pem", "rb") as file:
            return key + file.read()


def reader(role):
    """(private key PEM, certificate PEM, subjectKeyIdentifier, certificate DER)"""
    whole = kept("%s.pem" % role, lambda: make_reader(role))
    at = whole.index(b"-----BEGIN CERTIFICATE")
    key, certificate = whole[:at], whole[at:]
    der = pb.run(["openssl", "x509", "-outform", "DER"], certificate)
    text = pb.run(["openssl", "x509", "-noout", "-ext", "subjectKeyIdentifier"], certificate)
    return key, certificate, text.split()[-1].replace(b":", b"").decode().lower(), der


def make_envelope(key):
    with tempfile.TemporaryDirectory() as work:
        command = ["openssl", "cms", "-encrypt", "-binary", "-outform", "DER", "-aes-256-gcm",
                   "-keyid"]
        for role in READERS:
            with open("%s/%s" % (work, role), "wb") as file:
                file.write(reader(role)[1])
            command += ["-recip", "%s/%s" % (work, role)]
            for option in (["rsa_padding_mode:oaep", "rsa_oaep_md:sha256", "rsa_mgf1_md:sha256"]
                           if role == "heir" else ["ecdh_kdf_md:sha256"]):
                command += ["-keyopt", option]
        return pb.run(command, key)


def envelope(name, key):
    return kept(name + ".cms", lambda: make_envelope(key))


# ---- writing cases ------------------------------------------------------------------------

def binary(data):
    """Hex, with long runs of one byte (or of one line) as hex*count."""
    terms, at, plain = [], 0, b""
    while at < len(data):
        best = (1, 0)
        for size in (1, 2, 3, 5, 6, 7, 14, 16, 18):
            unit, count = data[at:at + size], 1
            while data[at + size * count:at + size * (count + 1)] == unit:
                count += 1
            if count > 1 and size * count > max(40, best[0] * best[1]):
                best = (size, count)
        if best[1]:
            terms += [plain.hex()] if plain else []
            terms.append("%s*%d" % (data[at:at + best[0]].hex(), best[1]))
            plain, at = b"", at + best[0] * best[1]
        else:
            plain += data[at:at + 1]
            at += 1
    return " ".join(terms + ([plain.hex()] if plain else []))


class Cases:
    """One vector file."""

    def __init__(self, name, about, clause):
        self.name, self.clause, self.text = name, clause, "# %s\n" % about
        self.first = True

    def add(self, what, expect="ok", clause=None, **values):
        self.text += "" if self.first else "---\n"
        self.first = False
        lines = [("what", what), ("clause", clause or self.clause), ("expect", expect)]
        for key, value in values.items():
            if isinstance(value, bytes):
                value = binary(value)
            lines.append((key.replace("__", "."), str(value)))
        for key, value in lines:
            line = "%s: %s\n" % (key, value) if value else "%s:\n" % key
            assert "\n" not in line[:-1] and len(line) <= 65536, key
            self.text += line

    def done(self):
        files[self.name] = self.text.encode()


def numbered(name, values):
    return {"%s__%d" % (name, i): value for i, value in enumerate(values)}


def parts_of(parts):
    return {"part__%d" % i: ("%d %s" % (kind, binary(data))).rstrip()
            for i, (kind, data) in enumerate(parts)}


# ---- record -------------------------------------------------------------------------------

def leaf_vectors():
    cases = Cases("leaf.txt", "Leaves.", "1.3")
    prev, commitment, payload = seeded("prev", 32), seeded("commitment", 64), seeded("payload", 32)
    rows = [("the first leaf", 0, 1778086920, 13), ("an imported message", 1, 1778086921, 15),
            ("the largest numbers", 2**64 - 1, 2**64 - 1, 15), ("a time before any other", 7, 0, 3)]
    rows += [("a leaf of type %d" % kind, 300, 1778086922, kind) for kind in (1, 2, 4, 8, 12, 14)]
    for what, seq, time, kind in rows:
        cases.add(what, seq=seq, time=time, type=kind, prev=prev, commitment=commitment,
                  payload_sha256=payload,
                  leaf=pb.leaf(seq, time, kind, prev, commitment, payload))
    good = pb.leaf(5, 1778086923, 15, prev, commitment, payload)
    for at in (0, 7):
        cases.add("byte %d of the magic is changed" % at, "indeterminate", fault="magic",
                  leaf=good[:at] + bytes([good[at] ^ 1]) + good[at + 1:])
    cases.add("another version's magic", "indeterminate", fault="magic",
              leaf=b"PROBANT2" + good[8:])
    for at in range(25, 32):
        cases.add("reserved byte %d is not zero" % at, "indeterminate", fault="reserved",
                  leaf=good[:at] + b"\x80" + good[at + 1:])
    for kind in (0, 5, 7, 9, 11, 16, 255):
        cases.add("type %d is not in the table" % kind, "indeterminate", fault="type",
                  leaf=good[:24] + bytes([kind]) + good[25:])
    cases.done()
    cases = Cases("chain.txt", "What stands in prev.", "2")
    for origin in (ORIGIN, "a/00000000"):
        cases.add("the log begins with its origin", origin=origin, start=pb.sha3(origin.encode()))
    for data in (good, bytes(160), b"\xff" * 160):
        cases.add("a leaf is followed by its SHA3-256", leaf=data, next=pb.sha3(data))
    cases.done()


def expand_vectors():
    cases = Cases("expand.txt", "Keys and salts from r.", "1.1")
    for r in (bytes(32), seeded("r", 32)):
        for what, info in (("the data key", b"probant/v1 data"),
                           ("the summary key", b"probant/v1 summary"),
                           ("the salt of part 0", b"probant/v1 salt\0"),
                           ("the salt of part 254", b"probant/v1 salt\xfe"), ("no info", b"")):
            cases.add(what, r=r, info=info, out=pb.expand(r, info))
    cases.done()


def commitment_vectors():
    cases = Cases("commitment.txt", "Commitments to parts.", "1.2")
    r = seeded("r", 32)
    message = b"From: a@cabinet-exemple.example\r\n\r\nBonjour.\r\n"
    for what, parts in (
            ("one empty part", [(0, b"")]),
            ("facts alone", [(0, b'{"event":"clock_step","from_s":2,"to_s":1}')]),
            ("a message", pb.message_parts(message, {"source": "import"}, {"file": "a.eml"})),
            ("an empty message", pb.message_parts(b"", {"source": "import"}, {"file": "b.eml"})),
            ("the same bytes twice are two parts", [(2, b"x"), (2, b"x"), (0, b"{}")])):
        values = parts_of(parts)
        for name, compute in (("salt", lambda i, k, d: pb.salt(r, i)), ("d", lambda i, k, d: pb.h2(d)),
                              ("p", lambda i, k, d: pb.part_hash(r, i, k, d))):
            values.update(numbered(name, [compute(i, k, d) for i, (k, d) in enumerate(parts)]))
        cases.add(what, r=r, **values, commitment=pb.commit_to(r, parts))
    parts = [(4, bytes([i])) for i in range(255)]
    cases.add("255 parts, as many as there can be", r=r, **parts_of(parts),
              commitment=pb.commit_to(r, parts))
    cases.done()


def raw_frame(data, window=None, dictionary=0):
    """A zstd frame that compresses nothing (RFC 8878 3.1.1), of 256 bytes to 64 KiB if it
    is a single segment: without a window."""
    described = bytes([0, window or 0])
    if window is None:                         # single segment, two bytes of content size
        described = (bytes([0x61, dictionary]) if dictionary else b"\x60") \
            + (len(data) - 256).to_bytes(2, "little")
    return b"\x28\xb5\x2f\xfd" + described + (len(data) << 3 | 1).to_bytes(3, "little") + data


def sealed_vectors():
    cases = Cases("sealed.txt", "Sealed payloads.", "3.4")
    r = seeded("sealed r", 32)
    message = b"Received: from x by y; Wed, 6 May 2026 17:42:00 +0200\r\nSubject: essai\r\n\r\n" \
        + b"Bonjour, ceci est un essai.\r\n" * 40
    parts = pb.message_parts(message, {"source": "import", "size": len(message)}, {"file": "a.eml"})
    plain = pb.plain_of(parts)

    def good(what, parts, z):
        payload = pb.seal(ORIGIN, r, z)
        cases.add(what, origin=ORIGIN, r=r, **parts_of(parts), z=z,
                  data_key=pb.expand(r, b"probant/v1 data"), payload=payload,
                  payload_sha256=pb.sha256(payload), commitment=pb.commit_to(r, parts))

    def bad(what, fault, payload, **more):
        cases.add(what, "refuse", origin=ORIGIN, r=r, **more, payload=payload,
                  payload_sha256=pb.sha256(payload), fault=fault)

    def bad_z(what, fault, z):
        bad(what, fault, pb.seal(ORIGIN, r, z), z=z)

    good("a message", parts, compress(plain))
    good("the same without zstd's checksum", parts, compress(plain, "--no-check"))
    good("the same in a frame that compresses nothing", parts, raw_frame(plain))
    good("a window of 8 MiB, the largest", parts, raw_frame(plain, 13 << 3))
    few = [(0, b"{}")]
    good("the least that a record can be", few, compress(pb.plain_of(few)))
    empty = [(3, pb.sha256(b"")), (0, b"{}")]
    good("an empty message", empty, compress(pb.plain_of(empty)))
    many = [(4, b"")] * 254 + [(0, b"{}")]
    good("255 parts, empty but one", many, compress(pb.plain_of(many)))

    z = compress(plain)
    sealed = pb.seal(ORIGIN, r, z)
    for what, at in (("first byte", 0), ("middle", len(sealed) // 2), ("tag", len(sealed) - 1)):
        bad("a bit is flipped: " + what, "tag",
            sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1:])
    bad("the last byte is missing", "tag", sealed[:-1])
    bad("it was sealed for another log", "tag", pb.seal("autre.example/00000000", r, z))
    bad("it was sealed under another r", "tag", pb.seal(ORIGIN, seeded("other r", 32), z))
    bad("shorter than a tag", "length", sealed[-15:])
    bad("no bytes", "length", b"")
    bad_z("nothing is no frame", "zstd", b"")
    bad_z("bytes that are no frame", "zstd", plain)
    bad_z("two frames", "zstd", compress(plain[:100]) + compress(plain[100:]))
    bad_z("a frame, and an empty one behind it", "zstd", z + raw_frame(b"", 0))
    bad_z("a frame, and a skippable one behind it", "zstd", z + bytes.fromhex("502a4d1800000000"))
    bad_z("a skippable frame before it", "zstd", bytes.fromhex("502a4d1800000000") + z)
    bad_z("a byte behind the frame", "zstd", z + b"\0")
    bad_z("a frame that is cut off", "zstd", z[:-1])
    bad_z("a window over 8 MiB", "zstd", raw_frame(plain, 13 << 3 | 1))
    bad_z("a window of 128 MiB", "zstd", raw_frame(plain, 17 << 3))
    bad_z("a frame that needs a dictionary", "zstd", raw_frame(plain, None, 7))
    bad_z("a checksum that is wrong", "zstd", z[:-1] + bytes([z[-1] ^ 1]))

    def table(rows, n):
        return b"".join(bytes([kind]) + pb.u64(length) for kind, length in rows) + bytes([n])

    for what, data in (
            ("no bytes at all", b""),
            ("no part", b"\0"),
            ("no part, and bytes", b"abc\0"),
            ("more parts than there is room for", b"{}" + table([(0, 2)], 2)),
            ("a part longer than what there is", b"{}" + table([(0, 3)], 1)),
            ("a byte that no part accounts for", b"{}" + table([(0, 1)], 1)),
            ("lengths whose sum is right only modulo 2^64",
             b"{}" + table([(0, 2**64 - 1), (4, 3)], 2)),
            ("a length of 2^63", b"{}" + table([(0, 2**63)], 1)),
            ("a part that reaches into the table", b"{}" + table([(0, 11)], 1)),
            ("a table that is cut off", b"{}" + table([(0, 2)], 1)[1:])):
        bad_z(what, "table", compress(data))
    cases.done()


# ---- log ----------------------------------------------------------------------------------

def origin_vectors():
    cases = Cases("origin.txt", "Names of archives, and origins.", "2")
    for name in ("a", "cabinet-exemple.example/2026", "a/b/c", "-.-", "0", "x" * 191,
                 "%s/%s" % ("a" * 95, "b" * 95)):
        cases.add("a name", name=name)
        cases.add("its origin", origin=name + "/0123abcd")
    for what, name in (
            ("nothing", ""), ("a slash alone", "/"), ("a slash at the beginning", "/a"),
            ("a slash at the end", "a/"), ("two slashes", "a//b"), ("upper case", "Cabinet"),
            ("a space", "a b"), ("a plus sign", "a+b"), ("an underscore", "a_b"), ("a colon", "a:1"),
            ("an accent", "caf\u00e9"), ("a tilde", "a/~b"), ("192 bytes", "x" * 192)):
        cases.add(what, "refuse", name=name)
    for what, name in (("a line end", b"a\n"), ("a NUL", b"a\0b"), ("a space at the end", b"a "),
                       ("a byte that is no UTF-8", b"a\xff")):
        cases.add(what, "refuse", name_hex=name)
    for what, origin in (
            ("nothing", ""), ("a name alone", "cabinet"), ("digits alone", "0123abcd"),
            ("no name before them", "/0123abcd"), ("seven digits", "a/0123abc"),
            ("nine digits", "a/0123abcde"), ("upper case", "a/0123ABCD"),
            ("digits that are none", "a/0123abcg"), ("a slash behind", "a/0123abcd/"),
            ("no slash between", "a0123abcd"), ("201 bytes", "x" * 192 + "/0123abcd")):
        cases.add(what, "refuse", origin=origin)
    cases.add("a line end behind", "refuse", origin_hex=b"a/0123abcd\n")
    cases.done()


def checkpoint_vectors():
    cases = Cases("checkpoint.txt", "Checkpoints, signed.", "2.1")
    seed = seeded("log key", 32)
    key = pb.SigningKey(ORIGIN, seed)
    root, head = seeded("root", 32), seeded("head", 32)

    def note(text, by=key):
        return (text + "\n" + by.line(text)).encode()

    for what, key_of, size, its_root, its_head in (
            ("an empty log", key, 0, pb.sha256(b""), pb.sha3(ORIGIN.encode())),
            ("one record", key, 1, root, head), ("many records", key, 20852163, root, head),
            ("as many as can be counted", key, 2**64 - 1, root, head),
            ("another key and origin", pb.SigningKey("a/00000000", seeded("other key", 32)), 18411,
             root, head)):
        text = pb.checkpoint_text(key_of.name, size, its_root, its_head)
        cases.add(what, origin=key_of.name, size=size, root=its_root, head=its_head,
                  seed=key_of.seed, public_key=key_of.public, key_id=key_of.key_id,
                  vkey=key_of.vkey, text=text.encode(), note=note(text, key_of))

    def bad(what, text):
        cases.add(what, "refuse", note=note(text), fault="text")

    good = pb.checkpoint_text(ORIGIN, 12, root, head)
    for what, size in (("a size with a zero before it", "012"), ("a size with a sign", "+12"),
                       ("a negative size", "-1"), ("a size in hex", "0x12"), ("no size", ""),
                       ("a size with a space", "12 "), ("a size of 2^64", str(2**64)),
                       ("a size with a fraction", "12.0")):
        bad(what, good.replace("\n12\n", "\n%s\n" % size))
    lines = good.split("\n")
    bad("three lines: no head", "\n".join(lines[:3]) + "\n")
    bad("a fifth line", good + "more\n")
    bad("an empty fifth line", good + "\n")
    bad("another extension line instead", "\n".join(lines[:3] + ["sha-512 " + pb.b64(head)]) + "\n")
    bad("upper case in the word", good.replace("sha3-256 ", "SHA3-256 "))
    bad("two spaces behind the word", good.replace("sha3-256 ", "sha3-256  "))
    bad("a root of 31 bytes", good.replace(pb.b64(root), pb.b64(root[:31])))
    bad("a root of 33 bytes", good.replace(pb.b64(root), pb.b64(root + b"\0")))
    bad("a head of 48 bytes", good.replace(pb.b64(head), pb.b64(head + bytes(16))))
    bad("a root without padding", good.replace(pb.b64(root), pb.b64(root).rstrip("=")))
    bad("a root in the URL alphabet", good.replace(pb.b64(root), "-_" + pb.b64(root)[2:]))
    bad("a root with bits behind its end",
        good.replace(pb.b64(root), pb.b64(root)[:-2] + chr(ord(pb.b64(root)[-2]) + 1) + "="))
    bad("an origin that is none", good.replace(ORIGIN, "Cabinet"))
    bad("an empty origin", good.replace(ORIGIN, ""))
    wrong = note(good).replace(b"\n12\n", b"\n13\n")
    cases.add("the size was changed after signing", "refuse", vkey=key.vkey, note=wrong,
              fault="signature")
    other = pb.SigningKey(ORIGIN, seeded("other key", 32))
    cases.add("signed by another key of that name", "refuse", vkey=key.vkey,
              note=note(good, other), fault="signature")
    name, key_id, encoded = key.vkey.split("+", 2)
    raw = bytes([1]) + key.public
    for what, vkey in (
            ("a key id that is not the key's", "%s+%s+%s" % (name, "00000000", encoded)),
            ("a key id in upper case", "%s+%s+%s" % (name, key_id.upper(), encoded)),
            ("a key id of seven digits", "%s+%s+%s" % (name, key_id[:7], encoded)),
            ("an unknown type", "%s+%s+%s" % (
                name, pb.sha256(name.encode() + b"\n\x02" + key.public)[:4].hex(),
                pb.b64(b"\x02" + key.public))),
            ("a key of 31 bytes", "%s+%s+%s" % (
                name, pb.sha256(name.encode() + b"\n" + raw[:-1])[:4].hex(), pb.b64(raw[:-1]))),
            ("no name", "+%s+%s" % (pb.sha256(b"\n" + raw)[:4].hex(), encoded)),
            ("no key", "%s+%s" % (name, key_id)), ("a name alone", name),
            ("a space behind", key.vkey + " x")):
        cases.add("verifier key: " + what, "refuse", vkey=vkey)
    cases.done()


def note_vectors():
    cases = Cases("note.txt", "Signed notes: what is one, and what it says of a key.", "2.1")
    key = pb.SigningKey("cabinet-exemple.example/log", seeded("note key", 32))
    second = pb.SigningKey("autre.example", seeded("second key", 32))
    witness = pb.SigningKey("temoin.example/w1", seeded("witness key", 32), 4)
    text = "Un texte sign\u00e9.\n"

    def good(what, text, keys, **more):
        signed = [(k, k.line(text, time)) for k, time in keys]
        raw = [pb.base64.b64decode(line.split(" ")[2]) for _, line in signed]
        note = (text + "\n" + "".join(line for _, line in signed)).encode()
        cases.add(what, note=note, text=text.encode(), count=len(keys),
                  **numbered("name", [k.name for k, _ in signed]),
                  **numbered("key_id", [data[:4] for data in raw]),
                  **numbered("signature", [data[4:] for data in raw]), **more)
        return note

    note = good("one signature", text, [(key, 0)])
    good("two", text, [(key, 0), (second, 0)])
    good("16 signatures, as every reader must take", text,
         [(pb.SigningKey("k%d.example" % i, seeded("k%d" % i, 32)), 0) for i in range(16)])
    good("empty lines in the text", "un\n\n\ndeux\n", [(key, 0)])
    good("a text that looks like a signature", "\u2014 a b\n", [(key, 0)])
    good("a text without words", "\n", [(key, 0)])

    def says(what, verdict, note, vkey=key.vkey, time=0):
        cases.add(what, note=note, vkey=vkey, verdict=verdict, time=time)

    whole = text + "\n"
    line = key.line(text)
    forged = key.line("Un autre texte.\n")
    says("a good signature", "good", (whole + line).encode())
    says("signatures of others are ignored", "good",
         (whole + second.line("autre\n") + line + witness.line(text, 5)).encode())
    says("the same good one twice", "good", (whole + line + line).encode())
    says("none of this key", "absent", (whole + second.line(text)).encode())
    says("one of another key with this name", "absent",
         (whole + pb.SigningKey(key.name, seeded("third key", 32)).line(text)).encode())
    says("one with this key id and another name", "absent",
         (whole + line.replace(key.name, "autre.example")).encode())
    says("a forged one", "forged", (whole + forged).encode())
    says("a good one and a forged one", "forged", (whole + line + forged).encode())
    raw = pb.base64.b64decode(line.split(" ")[2])
    for what, data in (("one byte short", raw[:-1]), ("one byte long", raw + b"\0"),
                       ("of one byte", raw[:5])):
        says("a signature " + what, "forged",
             (whole + "\u2014 %s %s\n" % (key.name, pb.b64(data))).encode())
    says("a cosignature states its time", "good", (whole + line + witness.line(text, 1778086920))
         .encode(), witness.vkey, 1778086920)
    raw = pb.base64.b64decode(witness.line(text, 1778086920).split(" ")[2])
    says("a cosignature whose time was changed", "forged",
         (whole + "\u2014 %s %s\n" % (witness.name, pb.b64(raw[:11] + b"\0" + raw[12:]))).encode(),
         witness.vkey)
    plain = pb.SigningKey(witness.name, witness.seed)
    says("a witness's key signing as a log is another key", "absent",
         (whole + plain.line(text)).encode(), witness.vkey)

    def bad(what, note):
        cases.add(what, "refuse", note=note, fault=what)

    bad("nothing", b"")
    bad("text alone", text.encode())
    bad("no text", ("\n" + line).encode())
    bad("no signature line", whole.encode())
    bad("no empty line", (text + line).encode())
    bad("no line end at the end", note[:-1])
    bad("an empty line at the end", note + b"\n")
    bad("CR LF", note.replace(b"\n", b"\r\n"))
    bad("a tab in the text", note.replace(b"Un texte", b"Un\ttexte"))
    bad("a NUL in the text", note.replace(b"Un texte", b"Un\0texte"))
    bad("bytes that are no UTF-8", note.replace("\u00e9".encode(), b"\xe9"))
    bad("an overlong form of UTF-8", note.replace("\u00e9".encode(), b"\xc0\xaf"))
    bad("a surrogate in UTF-8", note.replace("\u00e9".encode(), b"\xed\xa0\x80"))
    bad("a hyphen for the dash", note.replace("\u2014".encode(), b"-"))
    bad("an en dash for the dash", note.replace("\u2014".encode(), "\u2013".encode()))
    bad("no dash", note.replace("\u2014 ".encode(), b""))
    bad("two spaces behind the dash", note.replace("\u2014 ".encode(), "\u2014  ".encode()))
    bad("two spaces behind the name", note.replace(b"/log ", b"/log  "))
    bad("a space at the end of a line", note[:-1] + b" \n")
    bad("a word behind the signature", note[:-1] + b" x\n")
    bad("an empty name", note.replace(key.name.encode(), b""))
    bad("a plus sign in a name", note.replace(b"/log", b"+log"))
    bad("a no-break space in a name", note.replace(b"/log", b"\xc2\xa0log"))
    bad("no signature behind the name", ("%s\u2014 %s\n" % (whole, key.name)).encode())
    bad("a key id without a signature", ("%s\u2014 %s %s\n" % (
        whole, key.name, pb.b64(key.key_id))).encode())
    bad("base64 without padding", (whole + line.replace("=", "")).encode())
    bad("base64 with a line break in it", note.replace(line[-20:].encode(),
                                                       b"\n" + line[-20:].encode()))
    bad("base64 of the URL alphabet", (whole + "\u2014 a.example AAAA-_AA\n").encode())
    bad("base64 with bits behind the end", (whole + "\u2014 a.example AAAAAAB=\n").encode())
    bad("a good line, then text", note + b"texte\n")
    bad("over 64 KiB", b"x" * 65536 + b"\n" + note)
    cases.done()


def tree_vectors():
    cases = Cases("tree.txt", "Trees over entries, entry i being the u64 i.", "2")

    def hashes_of(n):
        return [pb.leaf_hash(pb.u64(i)) for i in range(n)]

    for n in list(range(21)) + [255, 256, 257, 1000, 70000]:
        cases.add("the root of %d" % n, entries=n, root=pb.root(hashes_of(n)))
    sound = []
    for n in list(range(1, 13)) + [20, 257]:
        hashes = hashes_of(n)
        for i in range(n) if n < 13 else (0, n // 2, n - 2, n - 1):
            sound.append((i, n, hashes[i], pb.root(hashes), pb.inclusion(i, hashes)))
            cases.add("entry %d of %d" % (i, n), index=i, size=n, leaf_hash=hashes[i],
                      root=pb.root(hashes), proof=b"".join(sound[-1][4]))
    grown = []
    for n in list(range(1, 13)) + [20, 257]:
        hashes = hashes_of(n)
        for m in range(1, n + 1) if n < 13 else (1, 7, 8, 16, n - 1, n):
            proof = pb.consistency(m, hashes)
            grown.append((m, n, pb.root(hashes[:m]), pb.root(hashes), proof))
            cases.add("%d entries grow to %d" % (m, n), first=m, second=n,
                      first_root=grown[-1][2], second_root=grown[-1][3], proof=b"".join(proof))
    cases.add("an empty tree grows to 5, by an empty proof", first=0, second=5,
              first_root=pb.sha256(b""), second_root=pb.root(hashes_of(5)), proof=b"")

    def flip(data):
        return bytes([data[0] ^ 1]) + data[1:]

    def bad(what, index, size, leaf_hash, root, proof):
        cases.add(what, "refuse", index=index, size=size, leaf_hash=leaf_hash, root=root,
                  proof=b"".join(proof))

    i, n, leaf_hash, root, proof = [p for p in sound if p[:2] == (5, 11)][0]
    bad("another entry", i, n, flip(leaf_hash), root, proof)
    bad("another root", i, n, leaf_hash, flip(root), proof)
    bad("another place", i - 1, n, leaf_hash, root, proof)
    bad("another size", i, 8, leaf_hash, root, proof)
    bad("a place outside", n, n, leaf_hash, root, proof)
    bad("a hash missing", i, n, leaf_hash, root, proof[:-1])
    bad("a hash too many", i, n, leaf_hash, root, proof + [leaf_hash])
    bad("two hashes swapped", i, n, leaf_hash, root, [proof[1], proof[0]] + proof[2:])
    bad("a hash changed", i, n, leaf_hash, root, [flip(proof[0])] + proof[1:])
    bad("an empty tree holds nothing", 0, 0, leaf_hash, pb.sha256(b""), [])

    def bad_growth(what, first, second, first_root, second_root, proof):
        cases.add(what, "refuse", first=first, second=second, first_root=first_root,
                  second_root=second_root, proof=b"".join(proof))

    m, n, first_root, second_root, proof = [p for p in grown if p[:2] == (6, 11)][0]
    bad_growth("another first root", m, n, flip(first_root), second_root, proof)
    bad_growth("another second root", m, n, first_root, flip(second_root), proof)
    bad_growth("another first size", m + 1, n, first_root, second_root, proof)
    bad_growth("another second size", m, n + 6, first_root, second_root, proof)
    bad_growth("a tree does not shrink", n, m, second_root, first_root, proof)
    bad_growth("a hash missing in growth", m, n, first_root, second_root, proof[:-1])
    bad_growth("a hash too many in growth", m, n, first_root, second_root, proof + [first_root])
    bad_growth("a hash changed in growth", m, n, first_root, second_root,
               proof[:-1] + [flip(proof[-1])])
    bad_growth("no proof", m, n, first_root, second_root, [])
    bad_growth("one size, two roots", m, m, first_root, second_root, [])
    bad_growth("one size and a proof", m, m, first_root, first_root, [first_root])
    cases.done()


# ---- vault --------------------------------------------------------------------------------

def slot_vectors():
    cases = Cases("slot.txt", "Key slots.", "3.5")
    key, r = seeded("segment key", 32), seeded("slot r", 32)
    for number in (1, 2, 255, 256, 2**32, 2**64 - 1):
        cases.add("slot %d" % number, number=number, segment_key=key, r=r,
                  slot=pb.slot(key, number, r), state="sound")
    cases.add("a secret of zeros", number=1, segment_key=key, r=bytes(32),
              slot=pb.slot(key, 1, bytes(32)), state="sound")
    cases.add("an empty slot", number=3, slot=bytes(48), state="empty")
    good = pb.slot(key, 5, r)
    for at in (0, 20, 39, 40, 47):
        cases.add("byte %d has rotted" % at, "refuse", number=5, state="rotten",
                  slot=good[:at] + bytes([good[at] ^ 1]) + good[at + 1:])
    cases.add("it stands in the place of another", "refuse", number=6, slot=good, state="rotten")
    cases.add("zeros but for the last byte", "refuse", number=6, slot=bytes(47) + b"\1",
              state="rotten")
    cases.add("it was wrapped under another key", "refuse", number=5, state="sound", fault="wrap",
              segment_key=seeded("another segment key", 32), slot=good)
    cases.add("it was changed, and its check with it", "refuse", number=5, state="sound",
              fault="wrap", segment_key=key, slot=flip_checked(good, 5))
    cases.done()


def flip_checked(slot, number):
    wrapped = bytes([slot[0] ^ 1]) + slot[1:40]
    return wrapped + pb.sha256(pb.u64(number) + wrapped)[:8]


def segment_vectors():
    cases = Cases("segment.txt", "Segment headers and names.", "3.2")
    ident, cms = seeded("segment id", 8), seeded("cms", 100)
    for what, origin, first, created in (
            ("the first segment", ORIGIN, 0, 1778086920), ("a later one", ORIGIN, 18411, 1778086921),
            ("the largest number that is one in JSON", "a/00000000", 2**53 - 1, 0),
            ("numbers that are strings in JSON", ORIGIN, 2**53, 2**64 - 1)):
        header = pb.segment_header(origin, ident, first, created, cms)
        cases.add(what, origin=origin, id=ident, first_seq=first, created_s=created, cms=cms,
                  json=header, h2=pb.h2(header), prefix=pb.segment_prefix(header),
                  stem="%016x-%s" % (first, ident.hex()))
    good = pb.segment_header(ORIGIN, ident, 0, 1778086920, cms).decode()

    def bad(what, header):
        assert header != good, what
        cases.add(what, "refuse", json=header if isinstance(header, bytes) else header.encode(),
                  fault=what)

    bad("nothing", "")
    bad("no object", "[]")
    bad("no members", "{}")
    bad("cut off", good[:-1])
    bad("a byte behind it", good + "x")
    bad("a member more", good[:-1] + ',"note":""}')
    bad("a member twice", good[:-1] + ',"created_s":1778086920}')
    bad("no origin", good.replace('"origin":"%s",' % ORIGIN, ""))
    bad("no id", good.replace('"id":"%s",' % ident.hex(), ""))
    bad("no first seq", good.replace('"first_seq":0,', ""))
    bad("no time", good.replace('"created_s":1778086920,', ""))
    bad("no cms", good[:good.index(',"cms"')] + "}")
    bad("an origin that is none", good.replace(ORIGIN, "Cabinet"))
    bad("an origin that is a number", good.replace('"%s"' % ORIGIN, "1"))
    bad("an id in upper case", good.replace(ident.hex(), ident.hex().upper()))
    bad("an id of 14 digits", good.replace(ident.hex(), ident.hex()[:14]))
    bad("an id of 18 digits", good.replace(ident.hex(), ident.hex() + "00"))
    bad("a negative first seq", good.replace('"first_seq":0', '"first_seq":-1'))
    bad("a first seq with a fraction", good.replace('"first_seq":0', '"first_seq":0.5'))
    bad("a first seq of 2^64", good.replace('"first_seq":0', '"first_seq":"18446744073709551616"'))
    bad("a first seq that is true", good.replace('"first_seq":0', '"first_seq":true'))
    bad("a first seq that is no number", good.replace('"first_seq":0', '"first_seq":"zero"'))
    bad("a time that is null", good.replace("1778086920", "null"))
    bad("base64 without padding", good.replace("==", ""))
    bad("base64 with a space", good.replace('"cms":"', '"cms":" '))
    bad("invalid UTF-8", good.encode().replace(b"cabinet", b"cabin\xff"))
    header = good.encode()
    for what, prefix in (
            ("another magic", b"PBSEGMT2" + pb.segment_prefix(header)[8:12]),
            ("no header", b"PBSEGMT1" + bytes(4)),
            ("a header over 1 MiB", b"PBSEGMT1" + (2**20 + 1).to_bytes(4, "big")),
            ("a header of 4 GiB", b"PBSEGMT1" + b"\xff" * 4)):
        cases.add(what, "refuse", prefix=prefix, fault=what)
    stem = "%016x-%s" % (0, ident.hex())
    for what, name in (
            ("no suffix", stem), ("another suffix", stem + ".key"), ("upper case", stem.upper() + ".seg"),
            ("no hyphen", stem.replace("-", "_") + ".seg"), ("a digit short", stem[1:] + ".seg"),
            ("a digit more", "0" + stem + ".seg"), ("a suffix twice", stem + ".seg.seg"),
            ("a sign", "+" + stem[1:] + ".seg"), ("a file being written", stem + ".seg.tmp")):
        cases.add("a file name: " + what, "refuse", file=name, fault=what)
    cases.done()


# ---- cutter -------------------------------------------------------------------------------

def cutter_vectors():
    cases = Cases("cutter.txt", "How messages are cut.", "1.4")

    def add(what, message):
        slices = pb.cut(message)
        assert b"".join(data for _, data in slices) == message and all(d for _, d in slices)
        cases.add(what, message=message,
                  slices=" ".join("%d:%d" % (kind, len(data)) for kind, data in slices))

    add("nothing", b"")
    add("an empty line alone", b"\n")
    add("an empty line alone, CR LF", b"\r\n")
    add("an empty line first", b"\r\nSubject: body\r\n")
    add("a CR alone", b"\r")
    add("a CR that ends the input", b"Subject: a\r\n\r")
    add("a line without an end", b"Subject")
    add("NUL and other bytes", b"\0\xff\n\n\0\0")
    add("a header without a body", b"Subject: a\r\nTo: b@exemple.example\r\n\r\n")
    add("a header without an empty line", b"Subject: a\r\nReceived: b\r\n")
    add("header and body", b"Subject: a\r\n\r\nb\r\n")
    add("bare LF", b"Subject: a\nDate: b\nReceived: c\n\nd\n\ne")
    add("bare LF and CR LF mixed", b"Date: a\r\nSubject: b\n\r\n\n")
    add("CR CR LF is no empty line", b"Subject: a\r\r\n\r\r\n\r\nb")
    add("a line of white space is no empty line", b"Subject: a\r\n \r\n\t\r\n\r\nb")
    add("each Received alone", b"Received: a\r\nReceived: b\r\n\tc\r\nReceived: d\r\n\r\n")
    add("a run of trace fields",
        b"Date: a\r\nMessage-ID: b\r\nIn-Reply-To: c\r\nReferences: d\r\n e\r\nMIME-Version: 1.0\r\n"
        b"Importance: f\r\nPriority: g\r\nX-Priority: h\r\nAuto-Submitted: i\r\nX-MSS-INS: O\r\n\r\n")
    add("runs take turns", b"Subject: a\r\nDate: b\r\nTo: c\r\nFrom: d\r\nX-MSS-NIL: e\r\n"
        b"Received: f\r\nDate: g\r\nReceived: h\r\nSubject: i\r\n\r\n")
    add("names without regard to case", b"RECEIVED: a\r\ndAtE: b\r\nx-mss-ins: c\r\nX-Mss-: d\r\n"
        b"receiveD: e\r\n\r\n")
    add("white space before the colon", b"Received \t : a\r\nDate\t: b\r\nTo : c\r\n\r\n")
    add("much white space before the colon", b"To: a\r\nReceived" + b" " * 3000 + b": b\r\n\r\n")
    add("names that only begin so", b"Received-SPF: a\r\nDates: b\r\nX-MSS: c\r\nXX-MSS-A: d\r\n\r\n")
    add("white space within a name", b"Rec eived: a\r\nIn-Reply -To: b\r\n\r\n")
    add("an empty name", b"Date: a\r\n: b\r\nDate: c\r\n\r\n")
    add("lines without a colon", b"Date: a\r\nDate\r\nReceived\r\nFrom x 1\r\nDate: b\r\n\r\n")
    add("a continuation first", b" a\r\n b\r\nDate: c\r\n\r\n")
    add("a continuation after a line without a colon", b"abc\r\n d\r\nDate: e\r\n\r\n")
    add("a colon in a continuation is no field", b"Subject: a\r\n Received: b\r\nTo: c\r\n\r\n")
    add("50 slices", b"Received: x\r\n" * 50 + b"\r\nb")
    add("the 50th takes the rest", b"Received: x\r\n" * 51 + b"Date: y\r\n\r\nb")
    add("49 slices and a run", b"Received: x\r\n" * 49 + b"To: y\r\nDate: z\r\nReceived: x\r\n\r\nb")

    mixed = b'Content-Type: multipart/mixed; boundary="B"\r\n\r\n'
    body = b"preamble\r\n--B\r\n\r\none\r\n--B\r\n\r\ntwo\r\n--B--\r\nepilogue\r\n"
    add("a multipart", mixed + body)
    add("without a preamble", mixed + b"--B\r\n\r\na\r\n--B--\r\n")
    add("without a line end", mixed + b"--B\r\n\r\na\r\n--B--")
    add("with bare LF", mixed.replace(b"\r", b"") + body.replace(b"\r", b""))
    add("a CR behind that ends the input is no line end", mixed + b"--B\r\na\r\n--B--\r")
    add("white space behind the boundary", mixed + b"a\r\n--B \t \r\nb\r\n--B-- \r\nc")
    add("other bytes behind the boundary", mixed + b"a\r\n--Bx\r\nb\r\n--B-\r\nc\r\n--B---\r\nd\r\n"
        b"--B --\r\n--B--x\r\n-- B\r\n--b\r\n")
    add("not at the beginning of a line", mixed + b"a --B\r\n --B\r\nb\r--B\r\n")
    add("boundary lines one behind the other", mixed + b"--B\r\n--B\r\n--B--\r\n--B--\r\n")
    add("only the top level", b"Content-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\n"
        b"Content-Type: multipart/alternative; boundary=B2\r\n\r\n--B2\r\na\r\n--B2--\r\n--B--\r\n")
    add("200 slices", mixed + b"--B\r\n" * 200)
    add("the 200th takes the rest", mixed + b"--B\r\n" * 201 + b"x")
    add("as many slices as there can be", b"Received: x\r\n" * 60 + mixed + b"--B\r\n" * 300)
    add("a boundary line of 1024 bytes", mixed + b"a\r\n--B" + b" " * 1019 + b"\r\nb\r\n")
    add("one of 1025 is none", mixed + b"a\r\n--B" + b" " * 1020 + b"\r\nb\r\n")

    def typed(what, value, boundary=b"B", before=b""):
        add("Content-Type: " + what, before + b"Content-Type:" + value + b"\r\n\r\na\r\n--" + boundary
            + b"\r\nb\r\n--" + boundary + b"--\r\n")

    typed("a token", b" multipart/mixed; boundary=B")
    typed("no white space", b"multipart/mixed;boundary=B")
    typed("white space everywhere", b" multipart/mixed \t; \t boundary \t= \tB\t; c=d")
    typed("case", b" MULTIPART/Mixed; BOUNDARY=B")
    typed("folded", b"\r\n multipart/mixed;\r\n\tboundary=\r\n \"B\"")
    typed("folded inside the quotes", b" multipart/mixed; boundary=\"a\r\n b\"", b"a b")
    typed("behind other parameters", b" multipart/signed; micalg=\"x;boundary=C\"; boundary=B")
    typed("a quote escaped", b' multipart/mixed; boundary="a\\"b"', b'a"b')
    typed("any byte escaped", b' multipart/mixed; boundary="\\B"')
    typed("a quote without an end", b' multipart/mixed; boundary="B')
    typed("a quote without an end before it", b' multipart/mixed; x="y; boundary=B')
    typed("signs that a token should not have", b" multipart/mixed; boundary=----=_B(1)/?",
          b"----=_B(1)/?")
    typed("text, not multipart", b" text/plain; boundary=B")
    typed("multipart without a subtype", b" multipart/; boundary=B")
    typed("multipart without a slash", b" multipart; boundary=B")
    typed("no boundary", b" multipart/mixed")
    typed("an empty boundary", b' multipart/mixed; boundary=""', b"")
    typed("a parameter without a value", b" multipart/mixed; x; boundary=B")
    typed("empty parameters", b" multipart/mixed;; ;boundary=B")
    typed("the first boundary counts", b" multipart/mixed; boundary=B; boundary=C")
    typed("a name that ends so", b" multipart/mixed; xboundary=C; boundary=B")
    typed("RFC 2231 is not read", b" multipart/mixed; boundary*0=B")
    typed("200 bytes of boundary", b" multipart/mixed; boundary=" + b"b" * 200, b"b" * 200)
    typed("201 are none", b" multipart/mixed; boundary=" + b"b" * 201, b"b" * 201)
    typed("the first field counts", b" multipart/mixed; boundary=B", b"B",
          b"Content-Type: text/plain\r\n")
    typed("the second field is not read", b" text/plain", b"B",
          b"Content-Type: multipart/mixed; boundary=C\r\n")
    typed("behind the 50th slice", b" multipart/mixed; boundary=B", b"B", b"Received: x\r\n" * 60)
    typed("white space before its colon", b" multipart/mixed; boundary=B", b"B",
          b"Content-Type \t: multipart/mixed; boundary=C\r\n")
    typed("4096 bytes are read", b" multipart/mixed; x=" + b"y" * (4096 - 32) + b"; boundary=B")
    typed("a boundary is cut off behind byte 4096",
          b" multipart/mixed; x=" + b"y" * (4096 - 32) + b"; boundary=BC", b"B")
    typed("behind 4096 bytes nothing is read",
          b" multipart/mixed; x=" + b"y" * (4096 - 31) + b"; boundary=B")

    line = b"X: " + b"a" * 11 + b"\r\n"                                          # 16 bytes
    add("an empty line that ends at 1 MiB", line * (2**16 - 1) + b"X: aaaaaaaaa\r\n\r\nbody")
    add("an empty line behind 1 MiB is of the body", line * 2**16 + b"\r\nbody")
    add("1 MiB ends within the empty line", line * (2**16 - 1) + b"X: aaaaaaaaaa\r\n\r\nbody")
    add("1 MiB ends within a line", line * (2**16 - 1) + b"Received: x\r\nTo: y\r\n\r\nbody")
    add("1 MiB without a line end", b"x" * (2**20 + 5))
    add("exactly 1 MiB", b"x" * 2**20)
    add("a multipart whose header is over 1 MiB", b"Content-Type: multipart/mixed; boundary=B\r\n"
        + line * 2**16 + b"--B\r\na\r\n--B--\r\n")
    cases.done()


# ---- an archive ---------------------------------------------------------------------------

def messages():
    received = b"Received: from mx.operateur-fictif.example by mail.cabinet-exemple.example;\r\n" \
        b"\tWed, 6 May 2026 17:42:00 +0200\r\n"
    first = received + (
        "Date: Wed, 6 May 2026 17:41:58 +0200\r\nMessage-ID: <1@operateur-fictif.example>\r\n"
        "From: Op\u00e9rateur fictif <avis@operateur-fictif.example>\r\n"
        "To: Dr Camille Exemple (fictive) <camille@cabinet-exemple.example>\r\n"
        "Subject: Possible =?UTF-8?Q?d=C3=A9faut?= d'affichage\r\nX-MSS-INS: N\r\n\r\n"
        "Bonjour,\r\n\r\nDes messages n'ont pas \u00e9t\u00e9 affich\u00e9s.\r\n").encode()
    second = received + (
        b"Date: Thu, 30 Apr 2026 09:00:00 +0200\r\nFrom: labo@labo-fictif.example\r\n"
        b"To: camille@cabinet-exemple.example\r\nSubject: XDM/1.0/DDM+Exemple Patient 01/01/1970\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n boundary=\"=_fictif\"\r\n\r\n"
        b"--=_fictif\r\nContent-Type: text/plain\r\n\r\nResultat fictif.\r\n"
        b"--=_fictif\r\nContent-Type: application/zip; name=IHE_XDM.ZIP\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n") \
        + b"".join(pb.b64(seeded("zip %d" % i, 57)).encode() + b"\r\n" for i in range(40)) \
        + b"--=_fictif--\r\n"
    third = b"Subject: octets sans fin de ligne\n\0\xff\xfe\rni corps"
    return [first, second, third]


def archive():
    log_key = pb.SigningKey(ORIGIN, seeded("archive log key", 32))
    witness = pb.SigningKey("temoin-fictif.example/w1", seeded("archive witness key", 32), 4)
    made = pb.Archive(log_key, compress, envelope, lambda label, n: seeded("archive " + label, n))
    readers = {role: reader(role) for role in READERS}
    software = "probant 0.1.0"
    records, facts_of = [], {}

    def imported(message, file, flags, first_us):
        facts = {"source": "import", "fidelity": "imported", "direction": "received",
                 "size": len(message), "first_us": first_us, "last_us": first_us + 120,
                 "flags": flags, "maildir": "cur", "software": software}
        return 15, pb.message_parts(message, facts, {"file": file})

    def commit(time, batch):
        for kind, parts in batch:
            records.append((kind, time, parts))
        return made.commit(time, batch)

    first, second, third = messages()
    start = 1778086920                                     # 2026-05-06T17:02:00Z
    genesis = {"format": 1, "origin": ORIGIN, "verifier_key": log_key.vkey,
               "readers": [{"id": r[2], "sha256": pb.sha256(r[3]).hex(), "role": role}
                           for role, r in readers.items()],
               "recovery": "file", "tsa_roots": [], "software": software}
    begun = made.begin_segment(start, genesis)
    commit(start, [begun, imported(first, "avis.eml", [], start * 10**6),
                   imported(second, "cur/2:2,FS", ["\\Flagged", "\\Seen"], start * 10**6 + 500)])
    held = made.note
    made.publish()
    commit(start + 60, [(4, [
        (0, pb.to_json({"event": "access", "command": "show", "what": "raw", "records": [1, 1]})),
        (6, pb.to_json({"purpose": "d\u00e9claration \u00e0 l'assureur (fictive)"}))])])
    torn = seeded("torn tail", 47)
    end = len(made.files["vault/%s.seg" % made.segment])
    before = made.segment
    made.files["quarantine/%s-%016x-%s.seg" % (before, end, pb.sha256(torn)[:8].hex())] = torn
    begun = made.begin_segment(start + 3600)
    commit(start + 3600, [begun, (14, [(0, pb.to_json(
        {"event": "torn_tail", "segment": before, "offset": end, "length": len(torn),
         "sha256": pb.sha256(torn).hex(), "sha3_256": pb.sha3(torn).hex()}))])])
    commit(start + 3000, [
        (3, [(0, pb.to_json({"event": "clock_step", "from_s": start + 3600, "to_s": start + 3000}))]),
        imported(third, "-", [], (start + 3000) * 10**6)])
    made.publish()
    text = made.note.decode().rpartition("\n\n")[0] + "\n"
    files["archive.witnessed"] = made.note + witness.line(text, start + 4000).encode()

    made.files["lock"] = b""
    made.files["private/log.key"] = log_key.pem()
    for role, (key, certificate, ident, _) in readers.items():
        made.files["readers/%s.pem" % ident] = certificate
        if role == "reader":
            made.files["readers/%s.key" % ident] = key
        else:
            files["archive.%s.key" % role] = key
    for path, data in made.files.items():
        files["archive/" + path] = data
    files["archive.passphrase"] = PASSPHRASE.encode() + b"\n"
    files["archive.trust"] = ("log %s\nwitness w1 %s\ngroup w any w1\nquorum none\n"
                              % (log_key.vkey, witness.vkey)).encode()
    files["archive.witnessed.trust"] = files["archive.trust"].replace(b"quorum none", b"quorum w")
    files["archive.against"] = held

    cases = Cases("archive.txt", "The archive in archive/.", "3")
    hashes = [pb.leaf_hash(entry) for entry in made.leaves]
    cases.add("the whole", origin=ORIGIN, vkey=log_key.vkey, size=len(made.leaves),
              root=pb.root(hashes), head=made.head)
    for seq, (kind, time, parts) in enumerate(records):
        values = {"facts": [data for part, data in parts if part == 0][0].decode()}
        message = b"".join(data for part, data in parts if part in (1, 2))
        if kind == 15:
            files["messages/%d.eml" % seq] = message
            values["message_sha256"] = pb.sha256(message)
        cases.add("record %d" % seq, clause="1.5", seq=seq, type=kind, time=time, **values)
    cases.done()


def main():
    for make in (leaf_vectors, expand_vectors, commitment_vectors, sealed_vectors, origin_vectors,
                 checkpoint_vectors, note_vectors, tree_vectors, slot_vectors, segment_vectors,
                 cutter_vectors, archive):
        make()
    wrong = 0
    for name, data in sorted(files.items()):
        path = os.path.join(HERE, name)
        if "--check" in sys.argv[1:]:
            with open(path, "rb") as file:
                if file.read() != data:
                    print("%s: is not what make_vectors.py makes" % name)
                    wrong = 1
        else:
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(data)
    return wrong


if __name__ == "__main__":
    sys.exit(main())
