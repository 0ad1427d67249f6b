"""Hostile ZIPs: each change is made to the package, and to the container.

As attacks_bundle.py; `zip` and `outer` have the headers of either in their hands (exporter.Zip).
"""
import struct
import zlib

import exporter
from attacks_bundle import attack
from saying import Said, invalid

FIRST = {"zip": "rapport.html", "outer": "cas-fictif.zip"}


def add(name, data=b"?"):
    def change(z, first):
        z.entries.append(exporter.Entry("x", data))
        z.entries[-1].rename(name)
    return change


def local(**fields):
    return lambda z, first: z[first].local.update(fields)


def central(**fields):
    return lambda z, first: z[first].central.update(fields)


def both(**fields):
    return lambda z, first: z[first].both(**fields)


def end(**fields):
    return lambda z, first: z.end.update(fields)


def run(**parts):
    return lambda z, first: z.__dict__.update(parts)


def twice(z, first):
    z.entries.insert(1, exporter.Entry(first, z[first].data))


def longer(where, by):
    def change(z, first):
        entry = z[first]
        fields = {"size": len(entry.data) + by, "packed": len(entry.data) + by}
        for header in where:
            getattr(entry, header).update(fields)
    return change


def described(z, first):
    """A data descriptor behind the octets."""
    entry = z[first]
    crc, size = entry.local["crc"], len(entry.data)
    entry.gap = struct.pack("<4s3I", b"PK\7\10", crc, size, size)
    entry.central["flags"] = 8
    entry.local.update(flags=8, crc=0, size=0, packed=0)


def deflated(data, claimed=None):
    def change(z, first):
        entry = z[first]
        plain = entry.data if data is None else data
        squeezed = zlib.compress(plain)[2:-4]
        entry.data = squeezed
        entry.both(method=8, packed=len(squeezed), size=claimed or len(plain),
                   crc=zlib.crc32(plain))
    return change


def hidden(z, first):
    """An entry that the directory does not name."""
    z[first].gap = exporter.Zip({"x": b"?"}).octets()[:32]


def overlapping(z, first):
    """The directory names the first entry once more, under another's name."""
    z[first].central["offset"] = 0


def directory_order(z, first):
    """Octets in another order than the directory's."""
    offsets, at = [], 0
    for entry in z.entries:
        offsets.append(at)
        at += 30 + len(entry.local["name"]) + len(entry.data)
    for entry, offset in zip(z.entries, offsets):
        entry.central["offset"] = offset
    a, b = z.entries[0].central, z.entries[1].central
    z.entries[0].central, z.entries[1].central = b, a


def wide_sizes(z, first):
    """ZIP64 where nothing asks for it."""
    entry, size = z[first], len(z[first].data)
    extra = struct.pack("<HHQQ", 1, 16, size, size)
    entry.both(size=0xffffffff, packed=0xffffffff, extra=extra, extralen=20, version=45)
    entry.central["by"] = 45


def wide_end(kept=False):
    def records(count, size, offset):
        return struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, offset) \
            + struct.pack("<4sIQI", b"PK\6\7", 0, offset + size, 1)

    def change(z, first):
        z.wide = records
        if not kept:
            z.end.update(start=0xffff, here=0xffff, size=0xffffffff, offset=0xffffffff)
    return change


def comment(z, first):
    z[first].central.update(comment=b"x", commentlen=1)


def extra(*headers):
    def change(z, first):
        for header in headers:
            getattr(z[first], header).update(extra=b"\xfe\xca\0\0", extralen=4)
    return change


CHANGES = [("an entry is called %r" % name, add(name)) for name in (
    b"../x", b"/x", b"C:x", b"x\\y", b"x\0y", b"x//y", b"x/./y", b".x", b"x.", b"x y", b"x/",
    "\u00e9".encode(), b"\xe9", b"readme.TXT", b"MIMETYPE", b"mimetype", b"META-INF/x", b"",
    b"x" * 201, b"log\x2fleaves.bin\x20")] + [
    ("an entry stands twice", twice),
    ("an entry is called otherwise in the directory", central(name=b"rapport.htmm")),
    ("the directory says that an entry is longer", longer(["central"], 1)),
    ("the directory says that an entry is shorter", longer(["central"], -1)),
    ("an entry says that it is longer", longer(["local"], 1)),
    ("an entry is said to be longer", longer(["local", "central"], 1)),
    ("an entry is said to be shorter", longer(["local", "central"], -1)),
    ("an entry is said to have 4 GiB", longer(["local", "central"], 2**32 - 2**24)),
    ("an entry is packed to another length", both(packed=1)),
    ("an entry has another checksum", both(crc=1)),
    ("the directory has another checksum", central(crc=1)),
    ("an entry is deflated", deflated(None)),
    ("an entry is a bomb", deflated(bytes(2**24))),
    ("an entry is a bomb that lies", deflated(bytes(2**24), claimed=3)),
    ("an entry is of another method", both(method=99)),
    ("an entry is encrypted", both(flags=1)),
    ("an entry's name is said to be UTF-8", both(flags=0x800)),
    ("an entry has a data descriptor", described),
    ("an entry's directory alone has flags", central(flags=1)),
    ("an entry has a time", both(time=1)),
    ("an entry has another date", both(date=0)),
    ("an entry needs a later version", both(version=45)),
    ("an entry was made by another system", central(by=0x0314)),
    ("an entry has rights", central(external=0x81a40000)),
    ("an entry is said to be text", central(internal=1)),
    ("an entry is a directory by its attributes", central(external=16)),
    ("an entry stands on another disk", central(disk=1)),
    ("an entry has a comment", comment),
    ("an entry has an extra field", extra("local")),
    ("the directory has an extra field", extra("central")),
    ("both have an extra field", extra("local", "central")),
    ("an entry has no signature of its own", local(sig=b"PK\3\5")),
    ("the directory has no signature", central(sig=b"PK\1\3")),
    ("the directory points elsewhere", central(offset=1)),
    ("the directory points beyond the end", central(offset=2**32 - 2)),
    ("two entries share their octets", overlapping),
    ("the directory is in another order", directory_order),
    ("an entry is hidden between two", hidden),
    ("an octet stands between two entries", lambda z, first: setattr(z[first], "gap", b"\0")),
    ("something stands before", run(before=b"MZ")),
    ("something stands before the directory", run(between=b"\0")),
    ("something stands behind", run(behind=b"\0")),
    ("an end stands behind the end", run(behind=struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0, 0, 0, 0,
                                                           0))),
    ("there is a comment", lambda z, first: z.__dict__.update(end={"commentlen": 1}, behind=b"x")),
    ("the end says that there are fewer entries", end(start=1, here=1)),
    ("the end says that there are more entries", end(start=500, here=500)),
    ("the end contradicts itself", end(here=1)),
    ("the end is on another disk", end(disk=1)),
    ("the directory begins elsewhere", end(offset=0)),
    ("the directory is said to be shorter", end(size=46)),
    ("the directory is said to be longer", end(size=2**31)),
    ("ZIP64 where no size asks for it", wide_sizes),
    ("a ZIP64 end that nothing asks for", wide_end(kept=True)),
    ("a ZIP64 end that takes the place of the other", wide_end()),
]


def level(where, change):
    return {where: lambda z: change(z, FIRST[where])}


REFUSED = Said("refused")

ATTACKS = [attack("%s: %s" % (words, sentence), invalid("files"), **level(where, change))
           for where, words in (("zip", "package"), ("outer", "container"))
           for sentence, change in CHANGES] + [
    attack("a package without its container: " + sentence, invalid("files"), bare=True,
           **level("zip", change)) for sentence, change in CHANGES if "called" not in sentence] + [
    attack("the container is cut off", invalid("files"), whole=lambda data: data[:-1]),
    attack("the container is cut in the middle", invalid("files"),
           whole=lambda data: data[:len(data) // 2]),
    attack("the container is its directory alone", invalid("files"),
           whole=lambda data: data[data.rindex(b"PK\1\2"):]),
    attack("a ZIP without entries", invalid("files"), whole=lambda data: b"PK\5\6" + bytes(18)),
    attack("a ZIP's beginning alone", invalid("files"), whole=lambda data: b"PK\3\4"),
    attack("no ZIP", REFUSED, whole=lambda data: b"%PDF-1.4\n" + bytes(100)),
    attack("an empty file", REFUSED, whole=lambda data: b""),
]
