"""Vectors of FORMAT 5.3 to 5.5: openings, proofs, statements, sums."""
from vectors import bundle_writer as bw
from vectors import writer as pb
from vectors.common import ORIGIN, Cases, binary, numbered, parts_of, seeded

MESSAGE = b"Received: a\r\nSubject: fictif\r\n\r\nBonjour.\r\n"


# ---- opening.txt --------------------------------------------------------------------------

def opened(cases, what, seq, r, parts, disclosed):
    disclosed = bw.with_digest(parts, disclosed)
    text = bw.opening(seq, r, parts, disclosed)
    cases.add(what, json=text.decode(), seq=seq, count=len(parts),
              whole="yes" if any(parts[i][0] == 3 for i in disclosed) else "no",
              **{"part__%d" % i: ("%d %s" % (parts[i][0], binary(parts[i][1]))).rstrip()
                 for i in sorted(disclosed)},
              **{"p__%d" % i: pb.part_hash(r, i, *part) for i, part in enumerate(parts)},
              commitment=pb.commit_to(r, parts))
    return text.decode()


def opening_vectors():
    cases = Cases("opening.txt", "opening.json: parts disclosed or withheld.", "5.3")
    r = seeded("opening", 32)
    parts = pb.message_parts(MESSAGE, {"source": "import", "size": len(MESSAGE)}, {"file": "1.eml"})
    count = len(parts)
    kinds = [kind for kind, _ in parts]
    text = opened(cases, "all of a message", 7, r, parts, range(count))
    opened(cases, "all but the envelope", 7, r, parts, range(count - 1))
    opened(cases, "the facts alone", 7, r, parts, [kinds.index(0)])
    opened(cases, "facts and headers", 7, r, parts,
           [i for i in range(count) if kinds[i] in (0, 1)])
    opened(cases, "the body alone, and the facts", 7, r, parts,
           [i for i in range(count) if kinds[i] in (0, 2)])
    opened(cases, "an empty message: its digest goes with nothing", 0, r,
           pb.message_parts(b"", {"size": 0}, {"file": "-"}), [1])
    opened(cases, "record 0", 0, r, [(0, b"{}")], [0])
    opened(cases, "an empty part", 1, r, [(4, b""), (0, b"{}")], [0, 1])
    opened(cases, "the largest number that is one", 2**53 - 1, r, [(0, b"{}")], [0])
    opened(cases, "a number that is a string", 2**53, r, [(0, b"{}")], [0])
    opened(cases, "the largest seq", 2**64 - 1, r, [(0, b"{}")], [0])
    opened(cases, "255 parts, one disclosed", 3, r, [(2, b"%d" % i) for i in range(254)] + [(0, b"{}")],
           [254])

    def bad(what, json):
        cases.add(what, "refuse", json=json, fault="form")

    part = '{"kind":0,"length":2,"salt":"%s"}' % pb.salt(r, 0).hex()
    one = '{"seq":0,"parts":[%s]}' % part
    assert one.encode() == bw.opening(0, r, [(0, b"{}")], {0})
    bad("nothing", "")
    bad("no object", "[]")
    bad("no parts", '{"seq":0,"parts":[]}')
    bad("256 parts", '{"seq":0,"parts":[%s]}' % ",".join([part] * 256))
    bad("no seq", '{"parts":[%s]}' % part)
    bad("members in another order", '{"parts":[%s],"seq":0}' % part)
    bad("a member more", one[:-1] + ',"x":0}')
    bad("a member more in a part", one.replace('"}]', '","x":0}]'))
    bad("a part both disclosed and withheld",
        one.replace('"}]', '","p":"%s"}]' % (b"\0" * 64).hex()))
    bad("a part neither", '{"seq":0,"parts":[{}]}')
    bad("white space", one.replace('"parts":', '"parts": '))
    bad("white space behind", one + " ")
    bad("an object more", one + "{}")
    bad("a seq that could be a number", one.replace('"seq":0', '"seq":"0"'))
    bad("a seq that should be a string", one.replace('"seq":0', '"seq":9007199254740992'))
    bad("a seq of 2^64", one.replace('"seq":0', '"seq":"18446744073709551616"'))
    bad("a negative seq", one.replace('"seq":0', '"seq":-1'))
    bad("a seq with a fraction", one.replace('"seq":0', '"seq":0.0'))
    bad("a seq with an exponent", one.replace('"seq":0', '"seq":0e0'))
    bad("a kind of 256", one.replace('"kind":0', '"kind":256'))
    bad("no kind", one.replace('"kind":0,', ""))
    bad("no length", one.replace('"length":2,', ""))
    bad("no salt", one.replace(',"salt":"%s"' % pb.salt(r, 0).hex(), ""))
    bad("a salt of 31 bytes", one.replace(pb.salt(r, 0).hex(), pb.salt(r, 0)[1:].hex()))
    bad("a salt in upper case", one.replace(pb.salt(r, 0).hex(), pb.salt(r, 0).hex().upper()))
    bad("a p of 63 bytes", '{"seq":0,"parts":[{"p":"%s"}]}' % (b"\1" * 63).hex())
    bad("an escape where none is needed", one.replace('"kind"', '"\\u006bind"'))
    bad("a key twice", one.replace('"seq":0', '"seq":0,"seq":0'))

    def wrong(what, changed, **more):
        cases.add(what, "refuse", json=changed, fault="commitment",
                  **parts_of(more.get("parts", parts)),
                  commitment=pb.commit_to(r, parts))

    wrong("another kind", text.replace('"kind":1', '"kind":2', 1))
    wrong("another length", text.replace('"length":%d' % len(parts[0][1]),
                                         '"length":%d' % (len(parts[0][1]) + 1), 1))
    wrong("another salt", text.replace(pb.salt(r, 0).hex(), pb.salt(r, 1).hex()))
    wrong("a part less", text[:text.rindex(',{"kind"')] + "]}", parts=parts[:-1])
    wrong("another byte", text, parts=[(kind, data.replace(b"fictif", b"fictiv"))
                                       for kind, data in parts])
    cases.done()


# ---- range.txt, tlog_proof.txt ------------------------------------------------------------

def hashes_of(n):
    return [pb.leaf_hash(pb.u64(k)) for k in range(n)]


def flipped(text, line):
    """The text with another hash in that line."""
    lines = text.split(b"\n")
    raw = pb.base64.b64decode(lines[line])
    lines[line] = pb.b64(bytes([raw[0] ^ 1]) + raw[1:]).encode()
    return b"\n".join(lines)


def range_vectors():
    cases = Cases("range.txt", "range-proof, over a tree whose entry k is the u64 k.", "5.5")
    for n in list(range(1, 10)) + [20, 257]:
        pairs = [(i, j) for i in range(n) for j in range(i, n)] if n < 8 else \
            [(0, 0), (0, n - 1), (n - 1, n - 1), (1, 1), (3, 5), (1, n - 2), (n // 2, n // 2 + 1)]
        for i, j in pairs:
            cases.add("%d to %d of %d" % (i, j, n), first=i, last=j, size=n,
                      text=bw.range_proof(hashes_of(n), i, j), root=pb.root(hashes_of(n)))

    def bad(what, text, fault="form"):
        cases.add(what, "refuse", text=text, root=pb.root(hashes_of(11)), fault=fault)

    good = bw.range_proof(hashes_of(11), 3, 6)
    lines = good.split(b"\n")
    bad("nothing", b"")
    bad("no hashes", b"3\n6\n11\n")
    bad("a hash missing", b"\n".join(lines[:-2]) + b"\n")
    bad("a hash left over", good + lines[3] + b"\n")
    bad("an empty line behind", good + b"\n")
    bad("no line end at the end", good[:-1])
    bad("CR LF", good.replace(b"\n", b"\r\n"))
    bad("a number with a zero before it", good.replace(b"3\n6", b"03\n6", 1))
    bad("a number with a sign", good.replace(b"3\n6", b"+3\n6", 1))
    bad("numbers in one line", good.replace(b"3\n6\n", b"3 6\n", 1))
    bad("the last before the first", good.replace(b"3\n6\n", b"6\n3\n", 1))
    bad("a last that is not in the tree", good.replace(b"3\n6\n11", b"3\n11\n11", 1))
    bad("an empty tree", b"0\n0\n0\n")
    bad("a size of 2^64", good.replace(b"\n11\n", b"\n18446744073709551616\n"))
    bad("base64 without padding", good.replace(b"=", b"", 1))
    bad("base64 of the URL alphabet", good.replace(lines[3], b"-_" + lines[3][2:]))
    bad("a hash of 31 bytes", good.replace(lines[3], pb.b64(hashes_of(1)[0][:31]).encode()))
    for line in range(3, len(lines) - 1):
        bad("another hash in line %d" % (line + 1), flipped(good, line), "root")
    swapped = lines[:3] + [lines[4], lines[3]] + lines[5:]
    bad("two hashes swapped", b"\n".join(swapped), "root")
    # The left halves of 3 and of 5 are two hashes each, and so on: only the leaves differ.
    bad("the proof of another range", good.replace(b"3\n6\n", b"5\n6\n", 1), "root")
    cases.done()


def tlog_proof_vectors():
    cases = Cases("tlog_proof.txt", "leaf.tlog-proof, and the proofs of log/consistency/; entry k "
                  "is the u64 k.", "5.5")
    key = pb.SigningKey(ORIGIN, seeded("log key", 32))

    def note_of(n):
        text = pb.checkpoint_text(ORIGIN, n, pb.root(hashes_of(n)), pb.sha3(pb.u64(n)))
        return (text + "\n" + key.line(text)).encode()

    for index, n in ((0, 1), (0, 2), (1, 2), (2, 3), (4, 7), (6, 7), (5, 11), (255, 257), (256, 257)):
        cases.add("entry %d of %d" % (index, n), index=index, size=n, root=pb.root(hashes_of(n)),
                  note=note_of(n), proof=bw.tlog_proof(index, hashes_of(n), note_of(n)))

    def bad(what, text, fault="form"):
        cases.add(what, "refuse", proof=text, size=11, root=pb.root(hashes_of(11)), fault=fault)

    good = bw.tlog_proof(5, hashes_of(11), note_of(11))
    lines = good.split(b"\n")
    bad("nothing", b"")
    bad("another name in the first line", good.replace(b"@v1", b"@v2", 1))
    bad("no first line", good.partition(b"\n")[2])
    bad("no index", b"\n".join(lines[:1] + lines[2:]))
    bad("an index with a zero before it", good.replace(b"index 5", b"index 05"))
    bad("two spaces before the index", good.replace(b"index 5", b"index  5"))
    bad("an index of 2^64", good.replace(b"index 5", b"index 18446744073709551616"))
    bad("an extra line", good.replace(b"index 5\n", b"extra AAAA\nindex 5\n"))
    bad("an extra line behind the index", good.replace(b"index 5\n", b"index 5\nextra AAAA\n"))
    bad("no empty line", good.replace(b"\n\n", b"\n", 1))
    bad("no checkpoint", b"\n".join(lines[:6]) + b"\n\n")
    bad("CR LF in the proof", good.replace(b"\n", b"\r\n", 4))
    bad("a hash of 31 bytes", good.replace(lines[2], pb.b64(hashes_of(1)[0][:31]).encode()))
    bad("65 hashes", b"\n".join(lines[:2]) + b"\n" + (lines[2] + b"\n") * 65 + b"\n" + note_of(11))
    bad("another hash", flipped(good, 3), "root")
    bad("a hash missing", good.replace(lines[2] + b"\n", b"", 1), "root")
    bad("a hash too many", good.replace(lines[2], lines[2] + b"\n" + lines[2], 1), "root")
    bad("another index", good.replace(b"index 5", b"index 4"), "root")
    bad("an index outside", good.replace(b"index 5", b"index 11"), "root")

    for m, n in ((1, 1), (1, 2), (2, 3), (3, 6), (4, 8), (6, 11), (7, 20), (128, 257), (256, 257)):
        cases.add("%d entries grow to %d" % (m, n), first=m, second=n,
                  first_root=pb.root(hashes_of(m)), second_root=pb.root(hashes_of(n)),
                  consistency=bw.hash_lines(pb.consistency(m, hashes_of(n))))

    def bad_growth(what, text, fault="form"):
        cases.add(what, "refuse", first=6, second=11, first_root=pb.root(hashes_of(6)),
                  second_root=pb.root(hashes_of(11)), consistency=text, fault=fault)

    good = bw.hash_lines(pb.consistency(6, hashes_of(11)))
    bad_growth("growth: an empty line behind", good + b"\n")
    bad_growth("growth: no line end at the end", good[:-1])
    bad_growth("growth: no base64", good.replace(b"=", b"-", 1))
    bad_growth("growth: CR LF", good.replace(b"\n", b"\r\n"))
    bad_growth("growth: 129 hashes", good[:45] * 129)
    bad_growth("growth: no proof", b"", "root")
    bad_growth("growth: another hash", flipped(good, 0), "root")
    bad_growth("growth: a hash missing", good[45:], "root")
    bad_growth("growth: a hash too many", good + good[:45], "root")
    cases.done()


# ---- statement.txt ------------------------------------------------------------------------

def said(run):
    return " ".join(str(run[key]) for key in ("first", "last", "what"))


def statement_vectors():
    cases = Cases("statement.txt", "manifest.json and closed.json.", "5.3")

    def good(what, case="dossier-fictif", recipient=b"", first=0, last=6, size=9,
             disclosed=({"first": 0, "last": 2, "what": "all"},
                        {"first": 5, "last": 5, "what": "headers"}), software="probant 0.1.0"):
        text = bw.manifest(case, recipient, ORIGIN, first, last, size,
                           [dict(run, first=bw.number(run["first"]), last=bw.number(run["last"]))
                            for run in disclosed], software).decode()
        cases.add(what, manifest=text, case=case, origin=ORIGIN, first=first, last=last, size=size,
                  software=software, **({"recipient": recipient} if recipient else {}),
                  **numbered("run", [said(run) for run in disclosed]))
        return text

    text = good("a manifest")
    good("with a recipient", recipient="Me Exemple (fictif), \u00ab assureur \u00bb".encode())
    good("with a recipient that is no text", recipient=b"Me Exemple\xe9")
    good("with a recipient that holds a control", recipient=b"Me\nExemple")
    good("one record, the only one", last=0, size=1, disclosed=[{"first": 0, "last": 0, "what": "all"}])
    good("each way to disclose", last=3, disclosed=[
        {"first": i, "last": i, "what": what}
        for i, what in enumerate(("all", "headers", "facts", "parts"))])
    good("two runs that touch and differ", disclosed=[{"first": 0, "last": 2, "what": "all"},
                                                      {"first": 3, "last": 6, "what": "facts"}])
    good("numbers that are strings", first=2**53, last=2**64 - 2, size=2**64 - 1,
         disclosed=[{"first": 2**53, "last": 2**64 - 2, "what": "all"}])
    cases.add("a manifest written otherwise", manifest=" " + text.replace(",", " , "), case="dossier-fictif",
              origin=ORIGIN, first=0, last=6, size=9, software="probant 0.1.0", canonical="no",
              **numbered("run", ["0 2 all", "5 5 headers"]))

    def bad(what, changed, expect="refuse"):
        assert changed != text, what
        cases.add(what, expect, manifest=changed)

    bad("another format", text.replace('"format":1', '"format":2'), "indeterminate")
    bad("another format, with members of its own",
        text.replace('"format":1', '"format":2,"more":[]'), "indeterminate")
    bad("no JSON", text[:-1])
    bad("no object", "[%s]" % text)
    bad("a key twice", text.replace('"size":9', '"size":9,"size":9'))
    bad("a format that is no number", text.replace('"format":1', '"format":"one"'))
    for member, value in (("format", "1"), ("case", '"dossier-fictif"'), ("origin", '"%s"' % ORIGIN),
                          ("range", "[0,6]"), ("size", "9")):
        bad("no " + member, text.replace('"%s":%s,' % (member, value), ""))
    bad("no software", text.replace(',"software":"probant 0.1.0"', ""))
    bad("no disclosed", text[:text.index(',"disclosed"')] + text[text.index(',"software"'):])
    bad("a member more", text[:-1] + ',"more":0}')
    bad("a case that is none", text.replace("dossier-fictif", "../dossier"))
    bad("a case that is a device", text.replace("dossier-fictif", "con"))
    bad("an origin that is none", text.replace(ORIGIN, "Cabinet"))
    bad("a range of one number", text.replace("[0,6]", "[0]"))
    bad("a range of three numbers", text.replace("[0,6]", "[0,3,6]"))
    bad("a range that is none", text.replace("[0,6]", "[6,0]"))
    bad("a range beyond the log", text.replace('"size":9', '"size":6'))
    bad("a negative number", text.replace("[0,6]", "[-1,6]"))
    bad("an empty software", text.replace("probant 0.1.0", ""))
    bad("a software of 65 octets", text.replace("probant 0.1.0", "p" * 65))
    bad("a software that holds a control", text.replace("probant 0.1.0", "p\\u0007"))
    bad("an empty recipient", text.replace('"origin"', '"recipient":"","origin"'))
    bad("a recipient of 1,025 octets", text.replace('"origin"', '"recipient":"%s","origin"' % ("r" * 1025)))
    bad("a recipient that is a number", text.replace('"origin"', '"recipient":7,"origin"'))
    bad("octets that could be text",
        text.replace('"origin"', '"recipient":{"octets":"TWU="},"origin"'))
    bad("octets that are no base64",
        text.replace('"origin"', '"recipient":{"octets":"/w"},"origin"'))
    bad("a text that should be octets", text.replace('"origin"', '"recipient":"\\u0007","origin"'))
    first, second = '{"first":0,"last":2,"what":"all"}', '{"first":5,"last":5,"what":"headers"}'
    for what, runs in (
            ("no run", ""), ("runs that descend", second + "," + first),
            ("runs that overlap", first + "," + second.replace('"first":5', '"first":2')),
            ("runs that are not maximal", first + "," + first.replace("0", "3").replace("2", "5")),
            ("a run that ends before it begins", first.replace('"last":2', '"last":2')
             .replace('"first":0', '"first":3')),
            ("a run outside the range", first + "," + second.replace('"last":5', '"last":7')),
            ("an unknown way to disclose", first.replace("all", "most")),
            ("nothing as a way to disclose", first.replace("all", "none")),
            ("a run without its last", '{"first":0,"what":"all"}'),
            ("a run with a member more", first[:-1] + ',"more":0}'),
            ("a run that is a number", "0")):
        bad(what, text.replace(first + "," + second, runs))

    def closed(what, runs, **more):
        values = [dict(first=bw.number(r[0]), last=bw.number(r[1]), reason=r[2],
                       **({"by": bw.number(r[3])} if len(r) > 3 else {})) for r in runs]
        cases.add(what, closed=pb.to_json(values).decode(), count=len(runs),
                  **numbered("run", [" ".join(map(str, r)) for r in runs]), **more)

    closed("none is closed", [])
    closed("one is", [(3, 3, "query")])
    closed("runs", [(0, 0, "query"), (3, 3, "query"), (5, 17, "query")])
    closed("runs that touch and differ", [(0, 4, "query"), (5, 5, "destroyed", 9),
                                          (6, 6, "destroyed", 10), (7, 8, "query")])
    closed("numbers that are strings", [(2**53, 2**64 - 1, "query")])
    cases.add("written otherwise", closed=' [ {"reason" : "query","last":4,"first":3} ] ', count=1,
              canonical="no", run__0="3 4 query")
    run = '{"first":3,"last":4,"reason":"query"}'
    for what, json in (
            ("an object", "{}"), ("no JSON", "["), ("nothing closed", ""), ("a number in the list", "[3]"),
            ("closed runs that descend", '[{"first":6,"last":6,"reason":"query"},%s]' % run),
            ("closed runs that overlap", '[%s,{"first":4,"last":6,"reason":"query"}]' % run),
            ("closed runs that are not maximal", '[%s,{"first":5,"last":6,"reason":"query"}]' % run),
            ("destroyed runs that are not maximal", '[{"first":3,"last":4,"reason":"destroyed","by":9},'
             '{"first":5,"last":6,"reason":"destroyed","by":9}]'),
            ("a closed run that ends before it begins", '[{"first":4,"last":3,"reason":"query"}]'),
            ("another reason", "[%s]" % run.replace("query", "privacy")),
            ("no reason", '[{"first":3,"last":4}]'),
            ("destroyed by nobody", "[%s]" % run.replace("query", "destroyed")),
            ("a query by somebody", "[%s]" % run.replace('"query"', '"query","by":9')),
            ("a closed run with a member more", "[%s]" % run.replace('"query"', '"query","more":9')),
            ("a closed run without its first", '[{"last":4,"reason":"query"}]')):
        cases.add(what, "refuse", closed=json)
    cases.done()


# ---- sums.txt -----------------------------------------------------------------------------

def sums_vectors():
    cases = Cases("sums.txt", "SHA256SUMS, and the note over it.", "5.4")
    entries = [("LISEZMOI.txt", b"Bonjour.\n"), ("log/leaves.bin", bytes(160)),
               ("records/18446744073709551615/part-254.bin", b""), ("manifest.json", b"{}")]
    sums = b"".join(bw.sums_line(*entry) for entry in entries)
    cases.add("lines", sums=sums, **numbered("name", [name for name, _ in entries]),
              **numbered("data", [data for _, data in entries]))
    key = pb.SigningKey(ORIGIN + "/export", seeded("export key", 32))
    text = bw.sums_text(ORIGIN, sums)

    def note(changed, by=key):
        return (changed + "\n" + by.line(changed)).encode()

    cases.add("its note", origin=ORIGIN, sums=sums, seed=key.seed, vkey=key.vkey,
              text=text.encode(), note=note(text))
    empty = bw.sums_text("a/00000000", b"")
    other = pb.SigningKey("a/00000000/export", seeded("other export key", 32))
    cases.add("the note of nothing", origin="a/00000000", sums=b"", seed=other.seed,
              vkey=other.vkey, text=empty.encode(), note=note(empty, other))

    def bad(what, changed):
        assert changed != text, what
        cases.add(what, "refuse", note=note(changed), fault="text")

    lines = text.split("\n")
    bad("another first line", text.replace("probant/v1 bundle", "probant/v2 bundle"))
    bad("no first line", "\n".join(lines[1:]))
    bad("two lines", "\n".join(lines[:2]) + "\n")
    bad("a fourth line", text + "more\n")
    bad("an empty fourth line", text + "\n")
    bad("an origin that is none", text.replace(ORIGIN, "Cabinet"))
    bad("the name of the key as origin", text.replace(ORIGIN, ORIGIN + "/export"))
    bad("a digest in hex", text.replace(lines[2], pb.sha256(sums).hex()))
    bad("a digest of 31 bytes", text.replace(lines[2], pb.b64(pb.sha256(sums)[:31])))
    bad("a digest without padding", text.replace("=", ""))
    bad("a checkpoint", pb.checkpoint_text(ORIGIN, 12, seeded("root", 32), seeded("head", 32)))
    cases.add("signed by the log's key", "refuse", vkey=key.vkey, fault="signature",
              note=note(text, pb.SigningKey(ORIGIN, seeded("log key", 32))))
    cases.add("signed by another key of that name", "refuse", vkey=key.vkey, fault="signature",
              note=note(text, pb.SigningKey(key.name, seeded("other key", 32))))
    cases.add("changed after signing", "refuse", vkey=key.vkey, fault="signature",
              note=note(text).replace(lines[2].encode(), pb.b64(pb.sha256(b"x")).encode()))
    cases.done()
