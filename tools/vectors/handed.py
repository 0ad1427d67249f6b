"""Vectors of FORMAT 5.3 and 5.4: openings, statements, sums."""
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
    opened(cases, "255 parts, one disclosed", 3, r,
           [(2, b"%d" % i) for i in range(254)] + [(0, b"{}")], [254])

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
    good("one record, the only one", last=0, size=1,
         disclosed=[{"first": 0, "last": 0, "what": "all"}])
    good("each way to disclose", last=3, disclosed=[
        {"first": i, "last": i, "what": what}
        for i, what in enumerate(("all", "headers", "facts", "parts"))])
    good("two runs that touch and differ", disclosed=[{"first": 0, "last": 2, "what": "all"},
                                                      {"first": 3, "last": 6, "what": "facts"}])
    good("numbers that are strings", first=2**53, last=2**64 - 2, size=2**64 - 1,
         disclosed=[{"first": 2**53, "last": 2**64 - 2, "what": "all"}])
    cases.add("a manifest written otherwise", manifest=" " + text.replace(",", " , "),
              case="dossier-fictif", origin=ORIGIN, first=0, last=6, size=9,
              software="probant 0.1.0", canonical="no",
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
    for member, value in (("format", "1"), ("case", '"dossier-fictif"'),
                          ("origin", '"%s"' % ORIGIN),
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
    bad("a recipient of 1,025 octets",
        text.replace('"origin"', '"recipient":"%s","origin"' % ("r" * 1025)))
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
            ("an object", "{}"), ("no JSON", "["), ("nothing closed", ""),
            ("a number in the list", "[3]"),
            ("closed runs that descend", '[{"first":6,"last":6,"reason":"query"},%s]' % run),
            ("closed runs that overlap", '[%s,{"first":4,"last":6,"reason":"query"}]' % run),
            ("closed runs that are not maximal",
             '[%s,{"first":5,"last":6,"reason":"query"}]' % run),
            ("destroyed runs that are not maximal",
             '[{"first":3,"last":4,"reason":"destroyed","by":9},'
             '{"first":5,"last":6,"reason":"destroyed","by":9}]'),
            ("a closed run that ends before it begins", '[{"first":4,"last":3,"reason":"query"}]'),
            ("another reason", "[%s]" % run.replace("query", "privacy")),
            ("no reason", '[{"first":3,"last":4}]'),
            ("destroyed by nobody", "[%s]" % run.replace("query", "destroyed")),
            ("a query by somebody", "[%s]" % run.replace('"query"', '"query","by":9')),
            ("a closed run with a member more",
             "[%s]" % run.replace('"query"', '"query","more":9')),
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
