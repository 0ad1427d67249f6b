"""What records of type 8 state, and an archive in which a message was destroyed [1.5] [3.5]."""
from vectors import archive
from vectors import writer as pb
from vectors.common import Cases, compress, files, kept, seeded

ORIGIN = "cabinet-exemple.example/2026/0dead00d"
START = 1795320000                                         # 2026-11-22T04:00:00Z


def facts(records, reason="retention", event="destruction"):
    return pb.to_json({"event": event, "records": records, "reason": reason})


def destruction_vectors():
    cases = Cases("destruction.txt", "What a record of type 8 states.", "1.5")

    def add(what, text, seq=9, **values):
        cases.add(what, facts=text.decode(), seq=seq, **values)

    def bad(what, text, seq=9):
        add(what, text, seq, expect="refuse", fault="form")

    for reason in ("retention", "erasure", "court", "error", "restored"):
        add("one record, " + reason, facts([[8, 8]], reason), run__0="8 8", count=1)
    add("runs", facts([[1, 2], [4, 4], [6, 8]]), run__0="1 2", run__1="4 4", run__2="6 8", count=3)
    add("a member that is not known", facts([[0, 8]])[:-1] + b',"more":1}', run__0="0 8", count=1)
    large = 2**53
    add("numbers of 2^53 and more", facts([[str(large), str(2**64 - 2)]]), 2**64 - 1,
        run__0="%d %d" % (large, 2**64 - 2), count=1)
    bad("itself", facts([[9, 9]]))
    bad("one behind it", facts([[1, 1], [10, 10]]))
    bad("none", facts([]))
    bad("no list", facts(8))
    bad("numbers in place of runs", facts([1, 2]))
    bad("a run of one number", facts([[1]]))
    bad("a run of three", facts([[1, 2, 3]]))
    bad("a run that ends before it begins", facts([[2, 1]]))
    bad("runs that descend", facts([[4, 4], [1, 2]]))
    bad("runs that overlap", facts([[1, 4], [4, 5]]))
    bad("runs that touch", facts([[1, 2], [3, 3]]))
    bad("a negative number", facts([[-1, 1]]))
    bad("a number with a fraction", facts([[1, 1.5]]))
    bad("another reason", facts([[1, 1]], "whim"))
    bad("no reason", pb.to_json({"event": "destruction", "records": [[1, 1]]}))
    bad("another event", facts([[1, 1]], event="segment"))
    cases.done()


def destroyed_archive():
    log_key = pb.SigningKey(ORIGIN, seeded("destroyed log key", 32))
    made = pb.Archive(
        log_key, compress,
        lambda name, key: kept("destroyed-%s.cms" % name, lambda: archive.make_envelope(key)),
        lambda label, n: seeded("destroyed " + label, n))
    readers = {role: archive.reader(role) for role in archive.READERS}
    genesis = {"format": 1, "origin": ORIGIN, "verifier_key": log_key.vkey,
               "readers": [{"id": r[2], "sha256": pb.sha256(r[3]).hex(), "role": role}
                           for role, r in readers.items()],
               "recovery": "file", "tsa_roots": [], "software": "probant 0.1.0"}
    imported = {"source": "import", "fidelity": "imported", "direction": "received"}
    batch = [made.begin_segment(START, genesis)]
    for number in range(1, 4):
        text = b"Subject: essai %d (fictif)\r\n\r\nCorps.\r\n" % number
        batch.append((15, pb.message_parts(text, dict(imported, size=len(text)), {"file": "-"})))
    made.commit(START, batch)
    files["destroyed.against"] = made.note
    made.commit(START + 60, [(8, [(0, facts([[2, 2]], "erasure"))])])
    made.destroy([2])
    made.commit(START + 120, [(4, [
        (0, pb.to_json({"event": "access", "command": "list", "what": "rows", "records": [0, 4]})),
        (6, pb.to_json({"purpose": "essai fictif"}))])])
    made.publish()
    for path, data in made.files.items():
        files["destroyed/" + path] = data
    files["destroyed.trust"] = ("log %s\nquorum none\n" % log_key.vkey).encode()
