"""Vector files: their grammar (tests/vectors/README.md), and what is kept rather than made anew."""
import os

from vectors import writer as pb

HERE = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__)))), "tests", "vectors")
ORIGIN = "cabinet-exemple.example/2026/0badcafe"
files = {}                                     # path under tests/vectors/ -> content


def seeded(label, n):
    """Bytes that look random and are always the same."""
    out, i = b"", 0
    while len(out) < n:
        out += pb.sha256(b"probant vectors: %s %d" % (label.encode(), i))
        i += 1
    return out[:n]


def kept(name, make):
    """inputs/<name>, made if it is not there."""
    path = os.path.join(HERE, "inputs", name)
    if not os.path.exists(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        data = make()
        with open(path, "wb") as file:
            file.write(data)
    with open(path, "rb") as file:
        return file.read()


def compress(data, *options):
    name = "%s%s.zst" % (pb.sha256(data).hex()[:16], "".join(options))
    return kept(name, lambda: pb.run(["zstd", "-q", "-c", "-3", *options], data))


def binary(data):
    """Hex, with long runs of one byte (or of one line) as hex*count."""
    terms, at, plain = [], 0, b""
    while at < len(data):
        best = (1, 0)
        for size in (1, 2, 3, 5, 6, 7, 14, 16, 18):
            unit, count = data[at:at + size], 1
            while data[at + size * count:at + size * (count + 1)] == unit:
                count += 1
            if count > 1 and size * count > max(40, best[0] * best[1]):
                best = (size, count)
        if best[1]:
            terms += [plain.hex()] if plain else []
            terms.append("%s*%d" % (data[at:at + best[0]].hex(), best[1]))
            plain, at = b"", at + best[0] * best[1]
        else:
            plain += data[at:at + 1]
            at += 1
    return " ".join(terms + ([plain.hex()] if plain else []))


class Cases:
    """One vector file."""

    def __init__(self, name, about, clause):
        self.name, self.clause, self.text = name, clause, "# %s\n" % about
        self.first = True

    def add(self, what, expect="ok", clause=None, **values):
        self.text += "" if self.first else "---\n"
        self.first = False
        lines = [("what", what), ("clause", clause or self.clause), ("expect", expect)]
        for key, value in values.items():
            if isinstance(value, bytes):
                value = binary(value)
            lines.append((key.replace("__", "."), str(value)))
        for key, value in lines:
            line = "%s: %s\n" % (key, value) if value else "%s:\n" % key
            assert "\n" not in line[:-1] and len(line) <= 65536, key
            self.text += line

    def done(self):
        files[self.name] = self.text.encode()


def numbered(name, values):
    return {"%s__%d" % (name, i): value for i, value in enumerate(values)}


def parts_of(parts):
    return {"part__%d" % i: ("%d %s" % (kind, binary(data))).rstrip()
            for i, (kind, data) in enumerate(parts)}
