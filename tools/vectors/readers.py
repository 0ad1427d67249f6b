"""A log whose readers change (FORMAT 1.5), and lines of a recovery sheet (appendix A)."""
from vectors import archive, writer as pb
from vectors.common import Cases, compress, files, kept, seeded

ORIGIN = "cabinet-exemple.example/2026/0dead00e"
START = 1795320000                                         # 2026-11-22T04:00:00Z
SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

# Who can open each segment, by its first seq.
SEALED_FOR = {0: ("reader",), 2: ("reader", "heir"), 4: ("heir",)}


def stated(roles):
    """The list of record 0 and of a segment that changes it."""
    return [{"id": archive.reader(role)[2], "sha256": pb.sha256(archive.reader(role)[3]).hex(),
             "role": role} for role in roles]


def readers_archive():
    log_key = pb.SigningKey(ORIGIN, seeded("readers log key", 32))
    made = pb.Archive(
        log_key, compress,
        lambda name, key: kept("readers-%s.cms" % name, lambda: archive.make_envelope(
            key, SEALED_FOR[int(name.partition("-")[2])])),
        lambda label, n: seeded("readers " + label, n))

    def message(number):
        text = b"Subject: essai %d (fictif)\r\n\r\nCorps.\r\n" % number
        facts = {"source": "import", "fidelity": "imported", "direction": "received",
                 "size": len(text)}
        return 15, pb.message_parts(text, facts, {"file": "-"})

    made.commit(START, [made.begin_segment(START, {
        "format": 1, "origin": ORIGIN, "verifier_key": log_key.vkey,
        "readers": stated(SEALED_FOR[0]), "recovery": "none", "tsa_roots": [],
        "software": "probant 0.1.0"}), message(1)])
    files["readers.against"] = made.note
    past, first_key = seeded("readers past key", 32), made.segment_key
    cms = kept("readers-past.cms", lambda: archive.make_envelope(past, ("heir",)))
    kind, parts = made.begin_segment(START + 60, {
        "readers": stated(SEALED_FOR[2]),
        "past": {"readers": [archive.reader("heir")[2]], "segments": 1}})
    entry = pb.u64(0) + pb.slot(past, 0, first_key)[:40]
    made.commit(START + 60, [(kind, [(4, cms), (4, entry), *parts]), message(3)])
    made.commit(START + 120, [made.begin_segment(START + 120, {"readers": stated(SEALED_FOR[4])}),
                              message(5)])
    made.publish()
    for path, data in made.files.items():
        files["readers/" + path] = data
    files["readers.trust"] = ("log %s\nquorum none\n" % log_key.vkey).encode()


# ---- appendix A ---------------------------------------------------------------------------

def line(number, octets):
    digits = [int.from_bytes(octets[i:i + 5], "big") >> shift & 31
              for i in range(0, len(octets), 5) for shift in range(35, -1, -5)]
    value = number
    for digit in digits + [0, 0]:
        value = value * 32 + digit
    check = -value % 1021
    signs = "".join(SIGNS[digit] for digit in digits)
    groups = [signs[i:i + 4] for i in range(0, len(signs), 4)]
    return "%2d  %s  %s" % (number, " ".join(groups), SIGNS[check // 32] + SIGNS[check % 32])


def typed_vectors():
    cases = Cases("typed.txt", "Lines of a recovery sheet.", "A")
    for size in (1, 16, 17, 36, 250):
        data = seeded("typed %d" % size, size)
        content = data + pb.sha256(data)[:4]
        content += bytes(-len(content) % 5)
        lines = {"line__%d" % i: line(i + 1, content[20 * i:20 * i + 20])
                 for i in range((len(content) + 19) // 20)}
        cases.add("%d bytes" % size, data=data, **lines)
    good = line(3, seeded("typed line", 20))
    octets = seeded("typed line", 20)
    for what, text in (("as it is printed", good), ("without its number", good[4:]),
                       ("small letters and hyphens", good[4:].lower().replace(" ", "-")),
                       ("letters for digits", good[4:].replace("0", "O").replace("1", "l"))):
        cases.add("a line, " + what, number=3, typed=text.strip(), octets=octets)
    for what, number, text in (
            ("another number", 4, good[4:]), ("a sign less", 3, good[:-1]),
            ("a sign more", 3, good + "0"), ("a U", 3, good[:4] + "U" + good[5:]),
            ("two signs exchanged", 3, good[:4] + good[5] + good[4] + good[6:]),
            ("the check of another line", 3, good[:-2] + line(2, octets)[-2:]),
            ("nothing", 3, "-")):
        assert text != good
        cases.add("a line, " + what, "refuse", number=number, typed=text, fault="line")
    cases.done()
