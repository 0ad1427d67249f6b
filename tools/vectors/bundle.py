"""Two whole bundles of one log, and what is said of them.

      0 record 0   1 message   2 access                            checkpoint of 3
      3 anchor of 3                                                checkpoint of 4
      4 message    5 message                                       checkpoint of 6
      6 anchor of 6                                                checkpoint of 7
      7 export     8 message   9 message without a body
     10 a gap     11 its end                                       checkpoint of 12
     12 anchor of 12                                               checkpoint of 13

dossier-fictif.asics is 0..5, in its container; suite-fictive.zip goes on with 6..11, a package that
nobody has stamped, for somebody who holds the checkpoint of 3.
"""
from vectors import archive
from vectors import bundle_writer as bw
from vectors import tsa
from vectors import writer as pb
from vectors.common import Cases, compress, files, kept, seeded

ORIGIN = "cabinet-exemple.example/2026/0ddba11e"
START = 1795320000                                         # 2026-11-22T04:00:00Z
SOFTWARE = "probant 0.1.0"
RECIPIENT = "Me Exemple (fictif), avocat de l'assureur".encode()
TEXT = "%s : dossier fictif, \u00e9crit par tools/vectors/bundle.py.\n"
ANCHORS = {3: 3, 6: 6, 12: 12}                             # seq of the anchor: size


class Log:
    """An archive with its checkpoints, and all that is sealed in it."""

    def __init__(self):
        self.key = pb.SigningKey(ORIGIN, seeded("bundle log key", 32))
        self.export_key = pb.SigningKey(ORIGIN + "/export", seeded("bundle export key", 32))
        self.made = pb.Archive(
            self.key, compress,
            lambda name, key: kept("bundle-%s.cms" % name, lambda: archive.make_envelope(key)),
            lambda label, n: seeded("bundle " + label, n))
        self.parts, self.notes, self.lists = [], {}, {}

    def commit(self, time, records):
        self.parts += [parts for _, parts in records]
        note = self.made.commit(START + time, records)
        self.notes[len(self.parts)] = note

    def anchor(self, time, lists=()):
        """Over the newest checkpoint, in a commit of its own."""
        size = len(self.parts)
        assert ANCHORS[size] == size
        self.lists[size] = lists
        self.commit(time, [(12, tsa.anchor_parts(size, self.notes[size], lists))])

    def hashes(self, size):
        return [pb.leaf_hash(leaf) for leaf in self.made.leaves[:size]]


def management(facts, envelope=None):
    return 4, [(0, pb.to_json(facts))] + ([(6, pb.to_json(envelope))] if envelope else [])


def message(data, file, time):
    facts = {"source": "import", "fidelity": "imported", "direction": "received",
             "size": len(data), "first_us": (START + time) * 10**6,
             "last_us": (START + time) * 10**6 + 90, "flags": [], "maildir": "cur",
             "software": SOFTWARE}
    return 15, pb.message_parts(data, facts, {"file": file})


def log():
    log = Log()
    readers = {role: archive.reader(role) for role in archive.READERS}
    genesis = {"format": 1, "origin": ORIGIN, "verifier_key": log.key.vkey,
               "readers": [{"id": r[2], "sha256": pb.sha256(r[3]).hex(), "role": role}
                           for role, r in readers.items()],
               "recovery": "file", "export_key": log.export_key.vkey,
               "tsa_roots": [{"sha256": tsa.root_sha256(), "local": False}], "software": SOFTWARE}
    first, second, third = archive.messages()
    log.commit(0, [log.made.begin_segment(START, genesis), message(first, "cur/avis.eml", 0),
                   management({"event": "access", "command": "list", "what": "facts",
                               "records": [0, 1]}, {"purpose": "lecture (fictive)"})])
    log.anchor(60, (tsa.crl(),))
    log.commit(120, [message(second, "cur/labo:2,S", 120), message(third, "-", 120)])
    log.anchor(180)
    log.commit(240, [
        management({"event": "export", "range": [0, 5], "size": 6,
                    "disclosed": DOSSIER_RUNS}, {"case": "dossier-fictif",
                                                 "recipient": RECIPIENT.decode()}),
        message(second, "cur/labo-encore:2,", 240),
        message(b"Date: Sun, 22 Nov 2026 05:04:00 +0100\r\nSubject: sans corps (fictif)\r\n",
                "cur/sans-corps:2,", 240),
        (12, [(0, pb.to_json({"event": "timestamp_gap", "size": 7, "since_s": START + 200,
                              "failures": [{"tsa": "horodatage-exemple",
                                            "reason": "no answer (fictif)"}]}))]),
        (12, [(0, pb.to_json({"event": "timestamp_gap_end", "since_s": START + 200}))])])
    log.anchor(300)
    log.made.publish()
    return log


# ---- what is disclosed --------------------------------------------------------------------

DOSSIER = {0: "all", 1: "all", 3: "all", 4: "headers", 5: "facts"}
DOSSIER_RUNS = bw.runs_of(DOSSIER)
SUITE = {6: "all", 8: "parts", 9: "headers", 10: "all", 11: "all"}
KINDS = {"headers": (0, 5, 1), "facts": (0, 5)}


def disclosed(what, parts):
    if what == "all":
        return set(range(len(parts)))
    if what == "parts":                                    # the first of the header, of the body
        kinds = [kind for kind, _ in parts]
        return {kinds.index(1), kinds.index(2), kinds.index(0)}
    return bw.with_digest(parts, {i for i, (kind, _) in enumerate(parts) if kind in KINDS[what]})


def record_files(log, seq, what, sizes):
    parts, at = log.parts[seq], "records/%d/" % seq
    shown = disclosed(what, parts)
    whole = any(parts[i][0] == 3 for i in shown)
    entries = []
    if whole:
        entries.append((at + "message.eml", b"".join(d for k, d in parts if k in (1, 2))))
    for i in sorted(shown):
        kind, data = parts[i]
        if not (whole and kind in (1, 2)) and not (kind == 4 and seq in ANCHORS):
            entries.append((at + "part-%d.bin" % i, data))
    size = min(s for s in sizes if s > seq)
    return entries + [
        (at + "leaf.bin", log.made.leaves[seq]),
        (at + "opening.json", bw.opening(seq, log.made.random("r %d" % seq, 32), parts, shown)),
        (at + "leaf.tlog-proof", bw.tlog_proof(seq, log.hashes(size), log.notes[size]))]


def stamp_files(log, seq):
    at, size = "stamps/%d-%d/" % (ANCHORS[seq], seq), ANCHORS[seq]
    request, reply = tsa.stamp(log.notes[size])
    return [(at + "checkpoint", log.notes[size]), (at + "request.tsq", request),
            (at + "reply.tsr", reply), (at + "token.tst", tsa.token_of(reply)),
            (at + "chain.pem", tsa.chain())] \
        + [(at + "%d.crl" % i, data) for i, data in enumerate(log.lists[seq], 1)]


def closed_runs(first, last, opened):
    runs = []
    for seq in range(first, last + 1):
        if seq in opened:
            continue
        if runs and runs[-1]["last"] == seq - 1:
            runs[-1]["last"] = seq
        else:
            runs.append({"first": seq, "last": seq, "reason": "query"})
    return pb.to_json(runs)


def package(log, case, recipient, first, last, size, what, anchors, held=()):
    sizes = [ANCHORS[seq] for seq in anchors]
    hashes = log.hashes(size)
    entries = [(name, (TEXT % name).encode()) for name in
               ("LISEZMOI.txt", "README.txt", "VERIFIER.txt", "VERIFIER-Windows.txt")]
    for seq, how in sorted({**({0: "all"} if first else {}), **what}.items()):
        entries += record_files(log, seq, how, sizes)
    entries += [("log/leaves.bin", b"".join(log.made.leaves[first:last + 1])),
                ("log/range-proof", bw.range_proof(hashes, first, last)),
                ("log/closed.json", closed_runs(first, last, what)),
                ("log/checkpoint", log.notes[size]),
                ("log/verifier-key", log.key.vkey.encode() + b"\n")]
    for m in sorted({m for m in sizes if m < size} | set(held)):
        entries.append(("log/consistency/%d-%d" % (m, size),
                        bw.hash_lines(pb.consistency(m, hashes))))
    for seq in anchors:
        entries += stamp_files(log, seq)
    entries += [("rapport.html", b"<!DOCTYPE html><title>Dossier fictif</title>\n"),
                ("manifest.json", bw.manifest(case, recipient, ORIGIN, first, last, size,
                                              bw.runs_of(what), SOFTWARE))]
    sums = b"".join(bw.sums_line(*entry) for entry in entries)
    text = bw.sums_text(ORIGIN, sums)
    return bw.zip_of(entries + [("SHA256SUMS", sums), ("SHA256SUMS.note",
                                (text + "\n" + log.export_key.line(text)).encode())])


def container(case, data):
    token = tsa.token_of(tsa.stamp(data)[1])
    return bw.zip_of([("mimetype", b"application/vnd.etsi.asic-s+zip"), (case + ".zip", data),
                      ("META-INF/timestamp.tst", token)])


def bundles():
    made = log()
    dossier = package(made, "dossier-fictif", RECIPIENT, 0, 5, 6, DOSSIER, [3, 6])
    suite = package(made, "suite-fictive", b"", 6, 11, 12, SUITE, [6, 12], held=[3])
    for name, data in (("dossier-fictif.asics", container("dossier-fictif", dossier)),
                       ("suite-fictive.zip", suite),
                       ("trust", ("log %s\nquorum none\n" % made.key.vkey).encode()),
                       ("roots.pem", tsa.root()), ("against", made.notes[3]),
                       ("1.eml", archive.messages()[0])):
        files["bundle/" + name] = data

    for path in made.made.files:
        files["bundle/archive/" + path] = made.made.files[path]

    cases = Cases("bundle.txt", "The bundles in bundle/.", "5")
    for what, name, data, first, last, size, case, opened, whole in (
            ("in a container", "dossier-fictif.asics", dossier, 0, 5, 6, "dossier-fictif", 5, 3),
            ("a package alone", "suite-fictive.zip", suite, 6, 11, 12, "suite-fictive", 5, 3)):
        cases.add(what, "ok" if name.endswith("asics") else "indeterminate", file=name,
                  origin=ORIGIN, case=case, first=first, last=last, size=size,
                  opened=opened, whole=whole,
                  closed=last - first + 1 - opened, root=pb.root(made.hashes(size)),
                  package_length=len(data), package_sha256=pb.sha256(data))
    cases.done()
