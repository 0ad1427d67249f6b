"""ZIP as a bundle has it: every octet prescribed [5.1].

Written from docs/FORMAT.md alone for second_verifier.py.  Each header is made anew from what it
states and must be what stands there; so nothing is read that was not understood.
"""
import re
import struct
import zlib
from collections import namedtuple

import probant_format as pb

Entry = namedtuple("Entry", "name size crc header data")
BIG, MANY = 0xffffffff, 0xffff
SEGMENT = r"[A-Za-z0-9_-](?:[A-Za-z0-9._-]*[A-Za-z0-9_-])?"
NAME = re.compile(r"%s(?:/%s)*" % (SEGMENT, SEGMENT))


class Zip:
    """A run of an open file, `size` octets from `start`, as a ZIP."""

    def __init__(self, file, start, size):
        self.file, self.start, self.size = file, start, size
        self.directory, self.stop, self.count = self.end_records()

    def bytes(self, offset, count):
        if offset < 0 or offset + count > self.size:
            raise pb.Refused("a ZIP that points beyond itself")
        self.file.seek(self.start + offset)
        data = self.file.read(count)
        if len(data) != count:
            raise pb.Refused("a ZIP that is cut off")
        return data

    def end_records(self):
        """Where the central directory begins and stops, and the number of entries."""
        end = self.size - 22
        found = self.bytes(end, 22)
        count, size, offset = struct.unpack("<4s4xHxxII2x", found)[1:]
        records = end
        if count == MANY or BIG in (size, offset):
            records = end - 76
            count, size, offset = struct.unpack("<32xQQQ20x", self.bytes(records, 76))
        if offset + size != records or self.bytes(records, self.size - records) \
                != end_of(count, size, offset):
            raise pb.Refused("a ZIP whose end is not as it should be")
        return offset, records, count

    def entries(self):
        """All entries in order; Refused where one is not as it should be."""
        at, behind = self.directory, 0
        for _ in range(self.count):
            fixed = self.bytes(at, 46)
            crc, stored, size, length, more = struct.unpack("<IIIHH", fixed[16:32])
            header, = struct.unpack("<I", fixed[42:])
            rest = self.bytes(at + 46, length + more)
            name = rest[:length].decode("ascii", "replace")
            wide = list(struct.unpack("<%dQ" % ((more - 4) // 8), rest[length + 4:])) \
                if more in (12, 20, 28) else []
            size = wide.pop(0) if size == BIG and wide else size
            stored = wide.pop(0) if stored == BIG and wide else stored
            header = wide.pop(0) if header == BIG and wide else header
            if not 1 <= length <= 200 or not NAME.fullmatch(name):
                raise pb.Refused("a ZIP entry with a name that none may have")
            if size != stored or fixed + rest != central_of(name, size, crc, header):
                raise pb.Refused("%s: its central header is not as it should be" % name)
            local = local_of(name, size, crc)
            if header != behind or self.bytes(header, len(local)) != local:
                raise pb.Refused("%s: its local header is not as it should be" % name)
            behind = header + len(local) + size
            if behind > self.directory:
                raise pb.Refused("%s: it reaches into the central directory" % name)
            yield Entry(name, size, crc, header, header + len(local))
            at += 46 + len(rest)
        if behind != self.directory or at != self.stop:
            raise pb.Refused("a ZIP with octets that belong to no entry")

    def chunks(self, entry):
        """The octets of an entry; Refused at its end if its CRC is another."""
        crc, left, at = 0, entry.size, entry.data
        while left:
            data = self.bytes(at, min(left, 2**20))
            crc, left, at = zlib.crc32(data, crc), left - len(data), at + len(data)
            yield data
        if crc != entry.crc:
            raise pb.Refused("%s: its CRC is wrong" % entry.name)

    def whole(self, entry):
        return b"".join(self.chunks(entry))


def local_of(name, size, crc):
    wide = size >= BIG
    extra = struct.pack("<HHQQ", 1, 16, size, size) if wide else b""
    shown = BIG if wide else size
    return struct.pack("<4sHHHHHIIIHH", b"PK\x03\x04", 45 if wide else 20, 0, 0, 0, 0x21, crc, shown,
                       shown, len(name), len(extra)) + name.encode() + extra


def central_of(name, size, crc, header):
    wide = [size, size] * (size >= BIG) + [header] * (header >= BIG)
    extra = struct.pack("<HH%dQ" % len(wide), 1, 8 * len(wide), *wide) if wide else b""
    version, shown = 45 if wide else 20, min(size, BIG)
    return struct.pack("<4sHHHHHHIIIHHHHHII", b"PK\x01\x02", version, version, 0, 0, 0, 0x21, crc,
                       shown, shown, len(name), len(extra), 0, 0, 0, 0, min(header, BIG)) \
        + name.encode() + extra


def end_of(count, size, offset):
    wide = b""
    if count >= MANY or size >= BIG or offset >= BIG:
        wide = struct.pack("<4sQHHIIQQQQ", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, size, offset) \
            + struct.pack("<4sIQI", b"PK\x06\x07", 0, offset + size, 1)
    return wide + struct.pack("<4sHHHHIIH", b"PK\x05\x06", 0, 0, min(count, MANY), min(count, MANY),
                              min(size, BIG), min(offset, BIG), 0)
