"""Vectors of FORMAT 5.1: ZIPs, and the headers of entries that no memory holds."""
import zlib

from vectors import bundle_writer as bw
from vectors.common import Cases, numbered, seeded

ENTRIES = [("LISEZMOI.txt", b"Bonjour.\n"), ("records/0/leaf.bin", b"\0" * 16), ("SHA256SUMS", b"")]


def forged(entries=None, local=None, central=None, end=None, before=b"", between=b"", behind=b"",
           inner=b"", after=b"", order=None, count=None, length=0, offset=0, records=None):
    """A ZIP of which something is otherwise: local and central are changes of the second entry's
    headers; octets stand before all, between two entries, behind the last, behind the directory,
    or behind all."""
    entries = ENTRIES if entries is None else entries
    body, headers = before, []
    for i, (name, data) in enumerate(entries):
        change = local if i == 1 and local else {}
        more = dict(central or {}) if i == 1 else {}
        size, crc = len(data), zlib.crc32(data)
        headers.append(bw.central_header(name, size, crc, len(body), **more))
        body += bw.local_header(name, size, crc, **change) + data
        body += between if i == 0 else b""
    body += behind
    directory = b"".join(headers[i] for i in (order or range(len(headers))))
    numbers = (len(entries) if count is None else count, len(directory) + length,
               len(body) + offset)
    return body + directory + inner + (records or bw.end_records)(*numbers, **(end or {})) + after


def zip_vectors():
    cases = Cases("zip.txt", "ZIPs, and headers of entries too long for a file here.", "5.1")

    def good(what, entries):
        cases.add(what, zip=bw.zip_of(entries), **numbered("name", [n for n, _ in entries]),
                  **numbered("data", [d for _, d in entries]))

    good("three entries", ENTRIES)
    good("none", [])
    good("names of every kind", [(name, name.encode()) for name in (
        "a", "A/b/C", "a.b", "a..b", "-", "_", "0", "a/-b_c.d", "n" * 200, "a/" * 99 + "bc")])
    good("octets that look like headers", [("a", bw.zip_of(ENTRIES)),
                                           ("b", bw.end_records(0, 0, 0)), ("c", b"PK\6\7" * 5)])
    good("an entry that is a ZIP", [("mimetype", b"application/vnd.etsi.asic-s+zip"),
                                    ("dossier.zip", bw.zip_of(ENTRIES)),
                                    ("META-INF/timestamp.tst", seeded("a token", 70))])

    # As headers alone.
    for what, name, size, offset in (
            ("a small entry", "a", 5, 0), ("an empty entry far behind", "b/c", 0, 2**32 - 2),
            ("the longest without ZIP64", "records/7/message.eml", 2**32 - 2, 77),
            ("the shortest with ZIP64", "records/7/message.eml", 2**32 - 1, 77),
            ("a longer one", "records/7/message.eml", 2**32, 77),
            ("a small one, at the first offset with ZIP64", "log/leaves.bin", 160, 2**32 - 1),
            ("a long one, far behind", "log/leaves.bin", 160 * 2**40, 2**50 + 3),
            ("the longest", "x" * 200, 2**63, 2**63 + 9)):
        crc = zlib.crc32(what.encode())
        cases.add(what, name=name, length=size, crc32=crc, offset=offset,
                  local=bw.local_header(name, size, crc),
                  central=bw.central_header(name, size, crc, offset))
    for what, count, length, offset in (
            ("an end", 3, 190, 100), ("the most entries without ZIP64", 2**16 - 2, 5000000, 77),
            ("the fewest entries with ZIP64", 2**16 - 1, 5000000, 77),
            ("more", 2**16, 5000000, 77), ("the longest directory without", 60000, 2**32 - 2, 0),
            ("the shortest directory with ZIP64", 60000, 2**32 - 1, 0),
            ("the last offset without", 3, 190, 2**32 - 2),
            ("the first offset with ZIP64", 3, 190, 2**32 - 1),
            ("everything large", 2**33, 2**40, 2**50)):
        cases.add(what, count=count, directory_length=length, directory=offset,
                  end=bw.end_records(count, length, offset))

    def bad(what, data):
        cases.add(what, "refuse", zip=data, fault=what)

    whole = forged()
    assert whole == bw.zip_of(ENTRIES)
    bad("nothing", b"")
    bad("an end that is cut", whole[:-1])
    bad("the second half", whole[len(whole) // 2:])
    bad("an octet before all", forged(before=b"\0"))
    bad("an octet between two entries", forged(between=b"\0"))
    bad("an octet behind the last entry", forged(behind=b"\0"))
    bad("an octet behind the directory", forged(inner=b"\0"))
    bad("an octet behind all", forged(after=b"\0"))
    bad("a comment on the whole", forged(end={"comment": b"Bonjour"}))
    bad("a comment that is not said", forged(after=b"Bonjour"))
    for key, value, words in (
            ("version", 10, "version needed 10"), ("version", 45, "version needed 45"),
            ("flags", 1, "flag: encrypted"), ("flags", 8, "flag: lengths behind the data"),
            ("flags", 0x800, "flag: names in UTF-8"), ("method", 8, "deflated"),
            ("time", 1, "a time"), ("date", 0, "no date"), ("date", 0x5c96, "another date"),
            ("extra", bw.le(0x5455, 2) + bw.le(1, 2) + b"\0", "an extra field of another sort"),
            ("extra", bw.extra_field(16, 16), "ZIP64 where it is not needed"),
            ("name", b"records/1/leaf.bin", "another name"), ("crc", 7, "another CRC"),
            ("compressed", 15, "another compressed length"), ("size", 15, "another length"),
            ("size", 2**32 - 1, "a length that ZIP64 should hold")):
        if words != "another name":
            bad("both headers: " + words, forged(local={key: value}, central={key: value}))
        bad("local header: " + words, forged(local={key: value}))
        bad("central header: " + words, forged(central={key: value}))
    bad("local header: another magic number", forged(local={"magic": b"PK\3\5"}))
    bad("central header: another magic number", forged(central={"central_magic": b"PK\1\3"}))
    for key, value, words in (
            ("made_by", 0x0314, "made by another system"), ("made_by", 45, "version made by 45"),
            ("comment", b"x", "a comment on an entry"), ("disk", 1, "another disk"),
            ("internal", 1, "internal attributes"),
            ("external", 0o100644 << 16, "external attributes"),
            ("offset", 0, "the first entry's place")):
        bad("central header: " + words, forged(central={key: value}))
    bad("a directory in another order", forged(order=[1, 0, 2]))
    bad("an entry that no directory lists", forged(order=[0, 1], count=2))
    bad("an entry that the directory lists twice", forged(order=[0, 0, 1, 2], count=4))
    for key, value in (("count", 2), ("count", 4), ("count", 2**16 - 1), ("length", 1),
                       ("length", -1), ("offset", 1), ("offset", -1)):
        bad("an end that says otherwise: %s %d" % (key, value), forged(**{key: value}))
    bad("ZIP64 end records where they are not needed",
        forged(records=lambda *n: bw.end64(*n) + bw.end_records(*n)))
    bad("ZIP64 end records alone", forged(records=lambda *n: bw.end64(*n)))
    bad("ZIP64 end records, the end all ones",
        forged(records=lambda *n: bw.end64(*n) + bw.end_records(2**16 - 1, 2**32 - 1, 2**32 - 1)
               [-22:]))
    for name in ("", "/", "/a", "a/", "a//b", ".", "..", "a/..", "../a", "a/./b", ".a", "a.",
                 "a./b", "a/.b", "a\\b", "C:", "a b", "a\tb", "a\0b", "\xe9", "a*", "a~1",
                 "n" * 201):
        bad("the name %s" % (ascii(name) if len(name) < 200 else "of 201 octets"),
            forged([ENTRIES[0], (name, b"x")]))
    wrong = bytearray(whole)
    wrong[wrong.index(b"Bonjour")] ^= 1
    bad("data that are not those of the CRC", bytes(wrong))
    cases.done()


def names_vectors():
    cases = Cases("names.txt", "What may stand in a package, in its order; cases.", "5.3")

    def record(seq, *names):
        return ["records/%d/%s" % (seq, name) for name in names
                + ("leaf.bin", "opening.json", "leaf.tlog-proof")]

    def stamp(size, seq, *names):
        return ["stamps/%d-%d/%s" % (size, seq, name) for name in
                ("checkpoint", "request.tsq", "reply.tsr", "token.tst") + names]

    begin = ["LISEZMOI.txt", "README.txt", "VERIFIER.txt", "VERIFIER-Windows.txt"]
    log = ["log/" + name for name in ("leaves.bin", "range-proof", "closed.json", "checkpoint",
                                      "verifier-key")]
    end = ["rapport.html", "manifest.json", "SHA256SUMS", "SHA256SUMS.note"]
    for what, names in (
            ("the shortest", begin + record(0, "part-0.bin") + log + stamp(1, 1) + end),
            ("records by number, not as text", begin
             + record(0, "part-0.bin") + record(2, "message.eml", "part-3.bin")
             + record(9, "part-2.bin", "part-10.bin", "part-254.bin")
             + record(10, "message.eml", "part-0.bin") + record(100) + record(2**64 - 1)
             + log + stamp(101, 101) + end),
            ("stamps by size, then by anchor", begin + record(0, "part-0.bin") + log
             + ["log/consistency/%d-101" % m for m in (3, 9, 10, 100)]
             + stamp(3, 3, "chain.pem", "1.crl") + stamp(9, 11) + stamp(10, 10)
             + stamp(100, 100, "1.crl", "2.ocsp", "3.crl", "10.ocsp") + stamp(101, 101)
             + stamp(101, 102, "node.checkpoint", "node.salt", "node.tlog-proof", "chain.pem", "1.crl")
             + end)):
        cases.add(what, **numbered("name", names))
    for name in ("", "README", "readme.txt", "README.txt/", "MANIFEST.json", "records/",
                 "records/0/",
                 "records/00/leaf.bin", "records/01/leaf.bin", "records/+1/leaf.bin",
                 "records/-1/leaf.bin", "records/0x1/leaf.bin", "records//leaf.bin",
                 "records/18446744073709551616/leaf.bin", "records/0/part-.bin",
                 "records/0/part-01.bin", "records/0/part-255.bin", "records/0/part-1",
                 "records/0/message.EML", "records/0/leaf.bin.bin", "records/0/leaf.bin/x",
                 "log/", "log/leaves", "log/consistency/3", "log/consistency/3-",
                 "log/consistency/03-4",
                 "log/consistency/4-4", "log/consistency/5-4", "log/consistency/-4",
                 "stamps/3/checkpoint", "stamps/3-3/", "stamps/3-3/0.crl", "stamps/3-3/01.crl",
                 "stamps/3-3/node", "stamps/3-3/salt", "stamps/3-3/node.proof", "stamps/3-3/1.CRL", "stamps/3-3/chain.der", "stamps/3-3-3/checkpoint",
                 "mimetype", "META-INF/timestamp.tst", "dossier.zip", "SHA256SUMS.note.note"):
        cases.add("a name that no entry has", "refuse", name=name)
    for case in ("a", "A", "0", "dossier-fictif", "2026_014.v2", "a" * 64, "a..b", "console",
                 "com0", "com10", "lpt", "nul-1", "x.con", "auxiliaire"):
        cases.add("a case", clause="5.2", case=case)
    for case in ("", ".", "a.", ".a", "-a", "_a", "a b", "a/b", "a\\b", "a" * 65, "caf\u00e9",
                 "a:b",
                 "con", "CON", "Prn", "aux.2026", "nul", "NUL.zip", "com1", "COM9.x", "lpt1",
                 "LpT9"):
        cases.add("no case", "refuse", clause="5.2", case=case)
    cases.done()
