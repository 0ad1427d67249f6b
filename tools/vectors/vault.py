"""Vectors of FORMAT 3: slots, segment headers, names."""
from vectors import writer as pb
from vectors.common import ORIGIN, Cases, seeded


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
            ("the first segment", ORIGIN, 0, 1778086920),
            ("a later one", ORIGIN, 18411, 1778086921),
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
            ("no suffix", stem), ("another suffix", stem + ".key"),
            ("upper case", stem.upper() + ".seg"),
            ("no hyphen", stem.replace("-", "_") + ".seg"), ("a digit short", stem[1:] + ".seg"),
            ("a digit more", "0" + stem + ".seg"), ("a suffix twice", stem + ".seg.seg"),
            ("a sign", "+" + stem[1:] + ".seg"), ("a file being written", stem + ".seg.tmp")):
        cases.add("a file name: " + what, "refuse", file=name, fault=what)
    cases.done()
