"""Vectors of FORMAT 6: summaries."""
from vectors import writer as pb
from vectors.common import Cases, seeded

ROW = (b'{"direction":"received","source":"import","size":62,"sha256":"%s","state":"made","view":{"v":1,'
       b'"from":[{"addr":"labo-fictif@example.test"}],"subject":"essai","attachments":[],"messages":0}}'
       % (b"0" * 64))


def gcm(key, nonce, aad, text):
    """AES-256-GCM with any nonce of 12 bytes."""
    block = int.from_bytes(nonce, "big") << 32
    sealed = pb.ctr(key, block + 2, text)
    data = aad + bytes(-len(aad) % 16) + sealed + bytes(-len(sealed) % 16)
    digest = pb.ghash(pb.run(["openssl", "enc", "-aes-256-ecb", "-nopad", "-K", key.hex()], bytes(16)),
                      data + pb.u64(8 * len(aad)) + pb.u64(8 * len(sealed)))
    return sealed + pb.ctr(key, block + 1, digest)


def summary(r, leaf, nonce, row):
    aad = b"probant/v1 summary\0" + pb.sha3(leaf)
    return nonce + gcm(pb.expand(r, b"probant/v1 summary"), nonce, aad, row)


def summary_vectors():
    cases = Cases("summary.txt", "Summaries.", "6.2")
    r, nonce = seeded("summary r", 32), seeded("summary nonce", 12)
    leaf = pb.leaf(7, 1778086920, 15, seeded("prev", 32), seeded("commitment", 64),
                   seeded("payload", 32))
    sealed = summary(r, leaf, nonce, ROW)
    cases.add("a message", r=r, leaf=leaf, row=ROW, sealed=sealed)
    cases.add("a record that is no message", r=r, leaf=leaf, row=b'{"event":"segment"}',
              sealed=summary(r, leaf, bytes(12), b'{"event":"segment"}'))
    other = leaf[:15] + b"\x08" + leaf[16:]
    cases.add("it stands in the row of another record", "refuse", r=r, leaf=other, sealed=sealed)
    cases.add("another record's secret", "refuse", r=seeded("another r", 32), leaf=leaf, sealed=sealed)
    for at in (0, 11, 12, len(sealed) - 17, len(sealed) - 1):
        cases.add("byte %d was changed" % at, "refuse", r=r, leaf=leaf,
                  sealed=sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1:])
    cases.add("it ends too early", "refuse", r=r, leaf=leaf, sealed=sealed[:-1])
    cases.add("it is shorter than nonce and tag", "refuse", r=r, leaf=leaf, sealed=sealed[:27])
    cases.done()
