"""Vectors of FORMAT 1 and 3.4: leaves, commitments, sealed payloads."""
from vectors import writer as pb
from vectors.common import ORIGIN, Cases, compress, numbered, parts_of, seeded


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
        for name, compute in (("salt", lambda i, k, d: pb.salt(r, i)),
                              ("d", lambda i, k, d: pb.h2(d)),
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
