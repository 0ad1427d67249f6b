"""The formats of a bundle, written [5]: as writer.py does the archive's, from docs/FORMAT.md alone.

Shares nothing with tools/probant_bundle.py and its like, which read them.
"""
import zlib

from vectors import writer as pb

NONE16, NONE32 = 2**16 - 1, 2**32 - 1


def le(number, size):
    return number.to_bytes(size, "little")


# ---- ZIP [5.1] ----------------------------------------------------------------------------

def extra_field(*numbers):
    """ZIP64: none without numbers."""
    content = b"".join(le(n, 8) for n in numbers)
    return le(1, 2) + le(len(content), 2) + content if numbers else b""


def common(entry, length, check, extra, change):
    """What both headers of an entry have alike; change: what of it is to be otherwise."""
    value = {"version": 45 if extra else 20, "flags": 0, "method": 0, "time": 0, "date": 0x21,
             "crc": check, "compressed": min(length, NONE32), "size": min(length, NONE32),
             "name": entry.encode("latin-1"), "extra": extra}
    value.update({key: change[key] for key in change if key in value})
    return value, b"".join(le(value[key], 2) for key in ("version", "flags", "method", "time",
                                                        "date")) \
        + b"".join(le(value[key], 4) for key in ("crc", "compressed", "size")) \
        + le(len(value["name"]), 2) + le(len(value["extra"]), 2)


def local_header(entry, length, check, **change):
    extra = extra_field(length, length) if length >= NONE32 else b""
    value, middle = common(entry, length, check, extra, change)
    return change.get("magic", b"PK\3\4") + middle + value["name"] + value["extra"]


def central_header(entry, length, check, place, **change):
    extra = extra_field(*([length, length] if length >= NONE32 else []),
                        *([place] if place >= NONE32 else []))
    value, middle = common(entry, length, check, extra, change)
    comment = change.get("comment", b"")
    return change.get("central_magic", b"PK\1\2") + le(change.get("made_by", value["version"]), 2) \
        + middle + le(len(comment), 2) + le(change.get("disk", 0), 2) \
        + le(change.get("internal", 0), 2) + le(change.get("external", 0), 4) \
        + le(min(change.get("offset", place), NONE32), 4) + value["name"] + value["extra"] + comment


def end64(count, length, offset, content=b""):
    return b"PK\6\6" + le(44 + len(content), 8) + le(45, 2) * 2 + le(0, 4) * 2 + le(count, 8) * 2 \
        + le(length, 8) + le(offset, 8) + content \
        + b"PK\6\7" + le(0, 4) + le(offset + length, 8) + le(1, 4)


def end_records(count, length, offset, comment=b""):
    """All that stands behind the central directory."""
    before = b""
    if count >= NONE16 or length >= NONE32 or offset >= NONE32:
        before = end64(count, length, offset)
    return before + b"PK\5\6" + le(0, 2) * 2 + le(min(count, NONE16), 2) * 2 \
        + le(min(length, NONE32), 4) + le(min(offset, NONE32), 4) + le(len(comment), 2) + comment


def zip_of(entries):
    """entries: (name, bytes)."""
    body, directory = b"", b""
    for name, data in entries:
        crc = zlib.crc32(data)
        directory += central_header(name, len(data), crc, len(body))
        body += local_header(name, len(data), crc) + data
    return body + directory + end_records(len(entries), len(directory), len(body))


# ---- openings [5.3] -----------------------------------------------------------------------

def number(n):
    return n if n < 2**53 else str(n)


def opening(seq, r, parts, disclosed):
    """opening.json; disclosed: the indexes of those that are."""
    values = [{"kind": kind, "length": number(len(data)), "salt": pb.salt(r, i).hex()}
              if i in disclosed else {"p": pb.part_hash(r, i, kind, data).hex()}
              for i, (kind, data) in enumerate(parts)]
    return pb.to_json({"seq": number(seq), "parts": values})


def with_digest(parts, disclosed):
    """The digest is disclosed exactly when all parts of kinds 1 and 2 are."""
    whole = all(i in disclosed for i, (kind, _) in enumerate(parts) if kind in (1, 2))
    return {i for i, (kind, _) in enumerate(parts)
            if (whole if kind == 3 else i in disclosed)}


# ---- proofs [5.5] -------------------------------------------------------------------------

def range_hashes(hashes, i, j, low=0):
    """What root(lo,hi) of FORMAT asks for, from left to right."""
    high = low + len(hashes)
    if high <= i or low > j:
        return [pb.root(hashes)]
    if len(hashes) == 1:
        return []
    k = pb.split_point(len(hashes))
    return range_hashes(hashes[:k], i, j, low) + range_hashes(hashes[k:], i, j, low + k)


def hash_lines(hashes):
    return "".join(pb.b64(h) + "\n" for h in hashes).encode()


def range_proof(hashes, i, j):
    return b"%d\n%d\n%d\n" % (i, j, len(hashes)) + hash_lines(range_hashes(hashes, i, j))


def tlog_proof(index, hashes, note):
    return b"c2sp.org/tlog-proof@v1\nindex %d\n" % index \
        + hash_lines(pb.inclusion(index, hashes)) + b"\n" + note


# ---- statements [5.3] and sums [5.4] ------------------------------------------------------

def octets(data):
    """[0]: text if it can be, else base64."""
    try:
        text = data.decode("utf-8")
        if all(ord(c) >= 0x20 and not 0x7f <= ord(c) <= 0x9f for c in text):
            return text
    except UnicodeDecodeError:
        pass
    return {"octets": pb.b64(data)}


def runs_of(what):
    """{seq: what} as maximal runs."""
    runs = []
    for seq in sorted(what):
        if runs and runs[-1]["last"] == seq - 1 and runs[-1]["what"] == what[seq]:
            runs[-1]["last"] = seq
        else:
            runs.append({"first": seq, "last": seq, "what": what[seq]})
    return [dict(run, first=number(run["first"]), last=number(run["last"])) for run in runs]


def manifest(case, recipient, origin, first, last, size, disclosed, software):
    value = {"format": 1, "case": case, "recipient": octets(recipient) if recipient else None,
             "origin": origin, "range": [number(first), number(last)], "size": number(size),
             "disclosed": disclosed, "software": software}
    return pb.to_json({key: value[key] for key in value if value[key] is not None})


def sums_line(name, data):
    return ("%s  %s\n" % (pb.sha256(data).hex(), name)).encode()


def sums_text(origin, sums):
    return "probant/v1 bundle\n%s\n%s\n" % (origin, pb.b64(pb.sha256(sums)))
