"""Vectors of FORMAT 5.5: proofs as files."""
from vectors import bundle_writer as bw
from vectors import writer as pb
from vectors.common import ORIGIN, Cases, seeded


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

    for index, n in ((0, 1), (0, 2), (1, 2), (2, 3), (4, 7), (6, 7), (5, 11), (255, 257),
                     (256, 257)):
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
