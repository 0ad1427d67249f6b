"""An exporter with an interest: a log of his own making, and bundles of it, as he wants them.

He has the log's key, the export key, and authorities that stamp whatever he sends.  Written from
docs/FORMAT.md (clauses in brackets) on top of tools/vectors/writer.py; nothing here is Probant's.
"""
import copy
import struct
import time
import zlib

import authority as tsa
from forger import pb, writer

NAMES = {"checkpoint": "checkpoint", "request": "request.tsq", "reply": "reply.tsr",
         "chain": "chain.pem"}
BEGINS = int(time.time()) + 86400             # within what the certificates are valid


class Record:
    def __init__(self, kind, parts, r, at, stamp=None):
        self.type, self.parts, self.r, self.at, self.stamp = kind, parts, r, at, stamp
        self.leaf = None

    def facts(self):
        return pb.read_json([data for kind, data in self.parts if kind == pb.FACTS][0])

    def opening(self, shown):
        """The parts as opening.json has them [5.3]."""
        return [{"kind": kind, "length": len(data), "salt": writer.salt(self.r, i).hex()}
                if i in shown else {"p": writer.part_hash(self.r, i, kind, data).hex()}
                for i, (kind, data) in enumerate(self.parts)]


class Log:
    """Grows by steps, which are functions of it; `tricks` may change each leaf as it is made."""

    def __init__(self, keys, steps, tricks=None):
        self.keys, self.origin, self.tricks = keys, keys.log.name, tricks or {}
        self.records, self.leaves, self.hashes, self.notes = [], [], [], {}
        self.heads = [writer.sha3(self.origin.encode())]
        for step in steps:
            step(self)

    def add(self, kind, parts, stamp=None, at=None):
        seq = len(self.leaves)
        record = Record(kind, parts, writer.sha256(b"r %d" % seq + self.origin.encode()),
                        BEGINS + 10 * seq if at is None else at, stamp)
        trick = self.tricks.get(seq, lambda log, record: None)
        shown = trick(self, record)           # changes the record, or gives the leaf itself
        record.leaf = shown or writer.leaf(
            seq, record.at, record.type, self.heads[-1], writer.commit_to(record.r, record.parts),
            writer.sha256(b"payload %d" % seq))
        self.records.append(record)
        self.leaves.append(record.leaf)
        self.hashes.append(writer.leaf_hash(record.leaf))
        self.heads.append(writer.sha3(record.leaf))

    def note(self, size, key=None):
        if size not in self.notes or key:
            text = writer.checkpoint_text(self.origin, size, writer.root(self.hashes[:size]),
                                          self.heads[size])
            note = (text + "\n" + (key or self.keys.log).line(text)
                    + self.keys.cosign(text)).encode()
            if key:
                return note
            self.notes[size] = note
        return self.notes[size]


# ---- steps ---------------------------------------------------------------------------------

def founding(log, **more):
    facts = {"event": "segment", "segment": "0000000000000000-0011223344556677",
             "header": {"sha256": "00" * 32, "sha3_256": "00" * 32}, "previous": None, "format": 1,
             "origin": log.origin, "verifier_key": log.keys.log.vkey,
             "readers": [{"id": "00", "sha256": "00" * 32, "role": "reader"}], "recovery": "none",
             "export_key": log.keys.export.vkey, "tsa_roots": [], "software": "essai"}
    log.add(13, [(pb.FACTS, writer.to_json(dict(facts, **more)))])


def message(text, kind=15):
    def step(log):
        mail = (b"Received: from a.example\r\nDate: Mon, 1 Jan 2024 00:00:00 +0000\r\n"
                b"Subject: %s\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
                b"--x\r\n\r\n%s\r\n--x\r\n\r\nun\r\n--x--\r\n" % (text, text))
        log.add(kind, writer.message_parts(mail, {"source": "import", "size": len(mail)},
                                           {"file": text.decode()}))
    return step


def event(kind, facts, envelope=None):
    def step(log):
        log.add(kind, [(pb.FACTS, writer.to_json(facts))]
                + ([(pb.ENVELOPE, writer.to_json(envelope))] if envelope else []))
    return step


def anchor(who, size=None, data=None, nonce=None, clock=0, changed=(), asked=None):
    """who: of log.keys.authorities.  data, nonce, clock, asked: another than they should be."""
    def step(log):
        over, number = size or len(log.leaves), 10**6 + len(log.leaves)
        of = log.keys.authorities[who]
        note = log.note(over)
        token = of.token(data(log, note) if data else note, nonce or number,
                         BEGINS + 10 * len(log.leaves) + clock)
        stamp = {"checkpoint": note, "request": (asked or tsa.request)(note, number),
                 "reply": tsa.reply(token), "chain": of.chain}
        facts = dict(of.facts(token, over, list(stamp)), **dict(changed))
        log.add(12, [(pb.OBJECT, one) for one in stamp.values()]
                + [(pb.FACTS, writer.to_json(facts))], dict(stamp, token=token, size=over))
    return step


ACCESS = event(4, {"event": "access", "command": "list", "what": "", "records": [0, 0]},
               {"purpose": "essai"})
# What the bundles below are of.  The range ends before the last two anchors, which are over it.
STEPS = [founding, message(b"un"), ACCESS, message(b"deux"), anchor(0),
         event(3, {"event": "clock_step", "from_s": 2, "to_s": 1}), message(b"trois"),
         message(b"quatre"), anchor(0), ACCESS,
         event(14, {"event": "torn_tail", "segment": "0000000000000000-0011223344556677",
                    "offset": 0, "length": 1, "sha256": "00" * 32, "sha3_256": "00" * 32}),
         anchor(0), anchor(1, size=11)]
WHAT = {1: "all", 3: "headers", 6: "facts", 7: "parts"}


# ---- package [5.3] -------------------------------------------------------------------------

class Package:
    """files: name -> octets, in their order.  shown: seq -> the indexes of the disclosed parts."""

    def __init__(self, log, first=0, last=10, size=11, what=None, case="cas-fictif", leaves=None,
                 shown=None, closed=None):
        self.log, self.first, self.last, self.size, self.case = log, first, last, size, case
        self.what = dict(WHAT if what is None else what)
        self.leaves = leaves or log.leaves[first:last + 1]
        for seq in [0] + list(range(first, last + 1)):
            if log.records[seq].type in (3, 8, 12, 13, 14):
                self.what.setdefault(seq, "all")
        self.shown = {seq: self.select(log.records[seq], what) for seq, what in self.what.items()
                      if what and (seq == 0 or first <= seq <= last)}
        self.shown.update(shown or {})
        self.closed = closed
        self.stamps = sorted((record.stamp["size"], seq) for seq, record in enumerate(log.records)
                             if record.stamp and (first <= seq <= last
                                                  or seq > last and record.stamp["size"] == size))
        self.files = {}
        self.build()

    @staticmethod
    def select(record, what):
        wanted = {"all": range(7), "headers": (pb.FACTS, pb.HEADER), "facts": (pb.FACTS,),
                  "parts": (pb.FACTS, pb.BODY)}[what]
        return {i for i, (kind, _) in enumerate(record.parts) if kind in wanted}

    def build(self):
        files = self.files
        for name in ("LISEZMOI.txt", "README.txt", "VERIFIER.txt", "VERIFIER-Windows.txt"):
            files[name] = name.encode() + b"\n"
        for seq in sorted(self.shown):
            self.record(seq)
        files["log/leaves.bin"] = b"".join(self.leaves)
        files["log/range-proof"] = self.range_proof()
        files["log/closed.json"] = writer.to_json(self.runs() if self.closed is None
                                                  else self.closed)
        files["log/checkpoint"] = self.log.note(self.size)
        files["log/verifier-key"] = (self.log.keys.log.vkey + "\n").encode()
        for m in sorted({size for size, _ in self.stamps if size < self.size}):
            files["log/consistency/%d-%d" % (m, self.size)] = lines(
                writer.consistency(m, self.log.hashes[:self.size]))
        for size, seq in self.stamps:
            self.stamp(size, seq)
        files["rapport.html"] = b"<p>essai</p>\n"
        files["manifest.json"] = writer.to_json(self.manifest())

    def record(self, seq, index=None):
        record, base, shown = self.log.records[seq], "records/%d/" % seq, self.shown[seq]
        kinds = {kind for i, (kind, _) in enumerate(record.parts) if i in shown}
        mail = [data for i, (kind, data) in enumerate(record.parts)
                if i in shown and kind in (pb.HEADER, pb.BODY)]
        if pb.DIGEST in kinds:
            self.files[base + "message.eml"] = b"".join(mail)
        for i, (kind, data) in enumerate(record.parts):
            if i in shown and not (pb.DIGEST in kinds and kind in (pb.HEADER, pb.BODY)) \
                    and not (record.stamp and kind == pb.OBJECT):
                self.files[base + "part-%d.bin" % i] = data
        self.files[base + "leaf.bin"] = record.leaf
        self.files[base + "opening.json"] = writer.to_json(
            {"seq": seq, "parts": record.opening(shown)})
        covering = [size for size, _ in self.stamps if size > seq]
        size = covering[0] if covering else self.size
        self.files[base + "leaf.tlog-proof"] = self.leaf_proof(seq, size)

    def leaf_proof(self, seq, size, index=None):
        return b"c2sp.org/tlog-proof@v1\nindex %d\n" % (seq if index is None else index) + lines(
            writer.inclusion(seq, self.log.hashes[:size])) + b"\n" + self.log.note(size)

    def range_proof(self):
        hashes, beside = self.log.hashes[:self.size], []

        def walk(low, high):
            if high <= self.first or low > self.last:
                beside.append(writer.root(hashes[low:high]))
            elif high - low > 1:
                middle = low + writer.split_point(high - low)
                walk(low, middle)
                walk(middle, high)

        walk(0, self.size)
        return b"%d\n%d\n%d\n" % (self.first, self.last, self.size) + lines(beside)

    def runs(self):
        found = []
        for seq in range(self.first, self.last + 1):
            if seq in self.shown:
                continue
            if found and found[-1]["last"] == seq - 1:
                found[-1]["last"] = seq
            else:
                found.append({"first": seq, "last": seq, "reason": "query"})
        return found

    def stamp(self, size, seq):
        base, stamp = "stamps/%d-%d/" % (size, seq), self.log.records[seq].stamp
        for one in ("checkpoint", "request", "reply"):
            self.files[base + NAMES[one]] = stamp[one]
        self.files[base + "token.tst"] = stamp["token"]
        self.files[base + "chain.pem"] = stamp["chain"]

    def manifest(self):
        found = []
        for seq in sorted(self.shown):
            if not self.first <= seq <= self.last:
                continue
            what = self.what.get(seq, "parts")
            if found and found[-1]["last"] == seq - 1 and found[-1]["what"] == what:
                found[-1]["last"] = seq
            else:
                found.append({"first": seq, "last": seq, "what": what})
        return {"format": 1, "case": self.case, "origin": self.log.origin,
                "range": [self.first, self.last], "size": self.size, "disclosed": found,
                "software": "essai"}

    # ---- changes, with everything behind put right by sign()

    def put(self, name, data, before):
        """A file more, in front of another."""
        files, self.files = self.files, {}
        for key, value in files.items():
            if key == before:
                self.files[name] = data
            self.files[key] = value

    def move(self, name, before):
        self.put(name, self.files.pop(name), before)

    def json(self, name, change):
        value = pb.read_json(b'{"x":%s}' % self.files[name])["x"]
        self.files[name] = writer.to_json(change(value) or value)

    def sign(self, key=None):
        """SHA256SUMS and its note [5.4]."""
        for name in ("SHA256SUMS", "SHA256SUMS.note"):
            self.files.pop(name, None)
        sums = "".join("%s  %s\n" % (writer.sha256(data).hex(), name)
                       for name, data in self.files.items()).encode()
        self.files["SHA256SUMS"] = sums
        self.note(key)

    def note(self, key=None, sums=None):
        text = "probant/v1 bundle\n%s\n%s\n" % (
            self.log.origin, writer.b64(writer.sha256(sums or self.files["SHA256SUMS"])))
        self.files["SHA256SUMS.note"] = (
            text + "\n" + (key or self.log.keys.export).line(text)).encode()


def lines(hashes):
    return "".join(writer.b64(one) + "\n" for one in hashes).encode()


# ---- ZIP [5.1], with every field in his hands ------------------------------------------------

LOCAL = "sig version flags method time date crc packed size namelen extralen"
CENTRAL = "sig by version flags method time date crc packed size namelen extralen commentlen disk " \
          "internal external offset"
END = "sig disk start here count size offset commentlen"


class Entry:
    def __init__(self, name, data):
        self.data, self.gap = data, b""
        crc, length = zlib.crc32(data), len(name)
        self.local = dict(zip(LOCAL.split(), (b"PK\3\4", 20, 0, 0, 0, 0x21, crc, len(data),
                                              len(data), length, 0)), name=name.encode(), extra=b"")
        self.central = dict(zip(CENTRAL.split(), (b"PK\1\2", 20, 20, 0, 0, 0, 0x21, crc, len(data),
                                                  len(data), length, 0, 0, 0, 0, 0, None)),
                            name=name.encode(), extra=b"", comment=b"")

    def both(self, **fields):
        self.local.update(fields)
        self.central.update(fields)

    def rename(self, name):
        self.both(name=name, namelen=len(name))


class Zip:
    def __init__(self, files):
        self.entries = [Entry(name, data) for name, data in files.items()]
        self.before = self.between = self.wide = self.behind = b""
        self.end = {}

    def __getitem__(self, name):
        return next(e for e in self.entries if e.local["name"] == name.encode())

    def octets(self):
        out, directory = self.before, b""
        for entry in self.entries:
            central = dict(entry.central)
            if central["offset"] is None:
                central["offset"] = len(out)
            out += packed("<4s5H3I2H", LOCAL, entry.local) + entry.local["name"] \
                + entry.local["extra"] + entry.data + entry.gap
            directory += packed("<4s6H3I5H2I", CENTRAL, central) + central["name"] \
                + central["extra"] + central["comment"]
        out += self.between
        end = dict(zip(END.split(), (b"PK\5\6", 0, 0, len(self.entries), len(self.entries),
                                     len(directory), len(out), 0)))
        end.update(self.end)
        wide = self.wide(len(self.entries), len(directory), len(out)) if self.wide else b""
        return out + directory + wide + packed("<4s4H2IH", END, end) + self.behind


def packed(form, names, values):
    return struct.pack(form, *[values[name] for name in names.split()])


def contained(log, package, case="cas-fictif", who=0, token=None, at=None):
    """The files of a container [5.2]."""
    at = BEGINS + 10 * len(log.leaves) if at is None else at
    return {"mimetype": b"application/vnd.etsi.asic-s+zip", case + ".zip": package,
            "META-INF/timestamp.tst": token or log.keys.authorities[who].token(package, at=at)}


class Keys:
    def __init__(self, authorities, name="essai.example/exportateur/00112233", seed=b"log"):
        self.authorities, self.cosign = authorities, lambda text: ""
        self.log = writer.SigningKey(name, writer.sha256(seed))
        self.export = writer.SigningKey(name + "/export", writer.sha256(seed + b" export"))

    def but(self, **changed):
        other = copy.copy(self)
        other.__dict__.update(changed)
        return other
