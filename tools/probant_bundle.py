"""An evidence bundle, checked: container, package, openings, proofs, tokens [5].

Written from docs/FORMAT.md alone for second_verifier.py.
"""
import base64
import hashlib
import os
import re
from collections import namedtuple

import probant_format as pb
import probant_log as log
import probant_package as package
import probant_stamp as stamp
import probant_zip as zip_
from probant_judge import Judge, intervals
from probant_report import INDETERMINATE, INVALID, VALID

ALWAYS_OPEN = {3, 8, 12, 13, 14}
MIMETYPE = b"application/vnd.etsi.asic-s+zip"
OBJECTS = {"checkpoint": "checkpoint", "request": "request.tsq", "reply": "reply.tsr",
           "chain": "chain.pem"}

Opened = namedtuple("Opened", "type facts kinds whole")       # kinds: of the disclosed parts


class Bundle(Judge):
    def __init__(self, path, trust, against, roots):
        super().__init__(trust, against, roots)
        self.path, self.case, self.token_bytes, self.package = path, None, None, None
        self.files = {}                        # name: entry
        self.own, self.opened = {}, {}         # seq: leaf.bin; Opened
        self.export_key = self.note = self.checkpoint = None
        self.first = self.last = self.size = None
        self.leaves, self.roots_here = [], {}  # size: (root, head), as far as the leaves tell
        self.sizes, self.ways = {}, {}         # size: stamped checkpoints; hashes from it to size
        self.proofs = {}                       # seq: the checkpoint in its proof

    def verify(self):
        with open(self.path, "rb") as file:
            self.outside(file)
            for step in (self.inside, self.records, self.sums, self.the_log, self.stamps,
                         self.consistency, self.statements) if self.package else ():
                try:
                    step()
                except (pb.Refused, KeyError) as error:
                    self.report.find("files", INVALID, "%s", error)
            if self.package:
                self.container_token()
        self.held()
        self.who_signed()
        self.one_history([self.note])
        print("case: %s" % self.case)
        print("origin: %s" % (self.origin or "unknown"))
        return self.report

    # ---- container [5.2] and package [5.3] ------------------------------------------------

    def outside(self, file):
        size = os.fstat(file.fileno()).st_size
        begin, end = file.read(4), b""
        if size >= 22:
            file.seek(size - 22)
            end = file.read(4)
        if begin != b"PK\3\4" and end != b"PK\5\6":
            raise pb.Refused("%s: not a ZIP file" % self.path)
        self.report.looked("files")
        try:
            self.contained(file, size)
        except pb.Refused as error:
            self.report.find("files", INVALID, "%s", error)

    def contained(self, file, size):
        whole = zip_.Zip(file, 0, size)
        entries = whole.entries()
        head = next(entries, None)
        if head is None or head.name != "mimetype":
            self.span, self.package = (file, 0, size), whole
            return
        case, token = next(entries, None), next(entries, None)
        if token is None or next(entries, None) or token.name != "META-INF/timestamp.tst" \
                or whole.whole(head) != MIMETYPE or case.name[-4:] != ".zip" \
                or not package.good_case(case.name[:-4]):
            raise pb.Refused("the container has other entries than it should")
        self.token_bytes, self.case = whole.whole(token), case.name[:-4]
        for _ in whole.chunks(case):
            pass
        self.span, self.package = (file, case.data, case.size), zip_.Zip(file, case.data, case.size)

    def inside(self):
        before = None
        for entry in self.package.entries():
            at = package.place(entry.name)
            if at is None:
                raise pb.Refused("%s: no file of a package" % entry.name)
            if before is not None and at <= before:
                raise pb.Refused("%s: not in its place" % entry.name)
            before = at
            self.files[entry.name] = entry
            self.report.looked("files")
        for name in package.FRONT + package.LOG + package.END:
            if name not in self.files:
                self.report.find("files", INVALID, "%s is missing", name)

    def read(self, name):
        if name not in self.files:
            raise pb.Refused("%s is missing" % name)
        return self.package.whole(self.files[name])

    # ---- opened records [5.3] -------------------------------------------------------------

    def records(self):
        seqs = {int(name.split("/")[1]) for name in self.files if name.startswith("records/")}
        for seq in sorted(seqs | {0}):
            try:
                self.record(seq)
            except (pb.Refused, KeyError) as error:
                self.report.find("commitment", INVALID, "record %d: %s", seq, error)

    def record(self, seq):
        base = "records/%d/" % seq
        self.report.looked("commitment")
        raw = self.read(base + "leaf.bin")
        if len(raw) != pb.LEAF:
            raise pb.Refused("leaf.bin has not 160 octets")
        leaf, self.own[seq] = pb.read_leaf(raw), raw
        if leaf.seq != seq:
            self.report.find("chain", INVALID, "record %d: leaf.bin is of record %d", seq, leaf.seq)
        opening = package.read_opening(self.read(base + "opening.json"))
        if opening["seq"] != seq:
            raise pb.Refused("its opening is of another record")
        parts = opening["parts"]
        kinds = {i: part["kind"] for i, part in enumerate(parts) if "kind" in part}
        data = self.part_bytes(base, parts, kinds, leaf)
        p = [bytes.fromhex(part["p"]) if i not in kinds else pb.h2(
            b"probant/v1 part\0" + bytes([i, kinds[i]]) + pb.u64(len(data[i]))
            + bytes.fromhex(part["salt"]) + pb.h2(data[i])) for i, part in enumerate(parts)]
        if any(len(data[i]) != parts[i]["length"] for i in kinds) \
                or pb.h2(b"probant/v1 record\0" + bytes([len(p)]) + b"".join(p)) != leaf.commitment:
            raise pb.Refused("it is not what the leaf commits to")
        whole = len(kinds) == len(parts)
        facts = self.judge_parts(seq, leaf, kinds, data, whole)
        self.opened[seq] = Opened(leaf.type, facts, set(kinds.values()), whole)

    def part_bytes(self, base, parts, kinds, leaf):
        """{index: bytes} of the disclosed parts, from the files where they must stand."""
        data, expected = {}, {"leaf.bin", "opening.json", "leaf.tlog-proof"}
        elsewhere = self.objects(base, leaf, kinds)
        if pb.DIGEST in kinds.values():
            message, at = self.read(base + "message.eml"), 0
            expected.add("message.eml")
            for i in [i for i in kinds if kinds[i] in (pb.HEADER, pb.BODY)]:
                data[i] = message[at:at + parts[i]["length"]]
                at += parts[i]["length"]
            if at != len(message):
                raise pb.Refused("message.eml has another length than its parts")
        for i in [i for i in kinds if i not in data]:
            name = elsewhere.get(i, base + "part-%d.bin" % i)
            if i not in elsewhere:
                expected.add("part-%d.bin" % i)
            data[i] = self.read(name)
        if {name[len(base):] for name in self.files if name.startswith(base)} != expected:
            raise pb.Refused("it has other files than its opening asks for")
        return data

    def objects(self, base, leaf, kinds):
        """Where the objects of an anchor with a token stand: {index: name} [2.2] [5.3]."""
        at = [i for i in kinds if kinds[i] == pb.FACTS]
        if leaf.type != 12 or len(at) != 1:
            return {}
        facts = pb.read_json(self.read(base + "part-%d.bin" % at[0]))
        if facts.get("event") != "timestamp":
            return {}
        directory = "stamps/%d-%d/" % (pb.read_number(facts.get("size")), leaf.seq)
        names, counted, found = facts.get("objects"), 0, {}
        indexes = [i for i in kinds if kinds[i] == pb.OBJECT]
        if not isinstance(names, list) or len(names) != len(indexes) \
                or not stamp.good_objects(names):
            raise pb.Refused("an anchor whose objects are not those that it states")
        for i, name in zip(indexes, names):
            counted += name not in OBJECTS
            found[i] = directory + OBJECTS.get(name, "%d.%s" % (counted, name))
        there = {name for name in self.files if name.startswith(directory)}
        if there != set(found.values()) | {directory + "token.tst"}:
            raise pb.Refused("an anchor that has other objects in stamps/ than it states")
        return found

    def judge_parts(self, seq, leaf, kinds, data, whole):
        """Its facts; what 4.3 says of an opened record, as far as it is disclosed."""
        known = list(kinds.values())
        if any(kind > pb.ENVELOPE for kind in known):
            self.report.find("commitment", INDETERMINATE, "record %d: unknown part", seq)
        if known.count(pb.FACTS) != 1:
            raise pb.Refused("its facts are withheld, or there twice")
        facts = pb.read_json(data[[i for i in kinds if kinds[i] == pb.FACTS][0]])
        if any(known.count(kind) > 1 for kind in (pb.CLASS, pb.ENVELOPE, pb.DIGEST)):
            raise pb.Refused("it has more than one class, envelope or digest")
        slices = [data[i] for i in kinds if kinds[i] in (pb.HEADER, pb.BODY)]
        digests = [data[i] for i in kinds if kinds[i] == pb.DIGEST]
        if digests and digests != [pb.sha256(b"".join(slices))]:
            raise pb.Refused("its digest is not that of the message")
        if not digests and whole and (leaf.type in (1, 15) or slices):
            raise pb.Refused("it holds no digest of its message")
        return facts

    # ---- sums [5.4] -----------------------------------------------------------------------

    def sums(self):
        report, expected = self.report, []
        for entry in self.files.values():
            if entry.name in ("SHA256SUMS", "SHA256SUMS.note"):
                continue
            digest = hashlib.sha256()
            for chunk in self.package.chunks(entry):
                digest.update(chunk)
            report.looked("payload")
            expected.append(("%s  %s\n" % (digest.hexdigest(), entry.name)).encode())
        self.founding(self.opened[0].facts if 0 in self.opened else {})
        text = self.read("SHA256SUMS")
        stated = text.splitlines(keepends=True)
        for line, right in zip(stated, expected):
            if line != right:
                report.find("payload", INVALID, "%s is not as SHA256SUMS says",
                            right[66:-1].decode())
        if text != b"".join(expected):
            report.find("payload", INVALID, "SHA256SUMS is not that of these files")
        self.sums_note(text)

    def founding(self, facts):
        report = self.report
        try:
            if pb.read_number(facts.get("format")) != 1:
                report.find("files", INDETERMINATE, "a format that is not version 1")
            self.origin = pb.read_origin(facts.get("origin"))
            self.log_key = self.named_key(facts.get("verifier_key"), self.origin)
            pb.read_readers(facts)
            self.export_key = self.named_key(facts.get("export_key"), self.origin + "/export")
        except pb.Refused as error:
            report.find("files", INVALID, "%s", error)

    @staticmethod
    def named_key(text, name):
        key = log.read_verifier_key(str(text))
        if key.name != name or key.type != 1:
            raise pb.Refused("record 0 states no key of " + name)
        return key

    def sums_note(self, text):
        right = "probant/v1 bundle\n%s\n%s\n" % (
            self.origin, base64.b64encode(pb.sha256(text)).decode())
        try:
            note = log.read_note(self.read("SHA256SUMS.note"))
            if note.text != right:
                raise pb.Refused("not over this SHA256SUMS")
            if not self.export_key or not log.signed_by(note, self.export_key):
                raise pb.Refused("not signed by the export key that record 0 states")
        except pb.Refused as error:
            self.report.find("payload", INVALID, "SHA256SUMS.note: %s", error)

    # ---- leaves, range, proofs [5.5] ------------------------------------------------------

    def the_log(self):
        right = log.write_verifier_key(self.log_key) + "\n" if self.log_key else None
        if right is None or self.read("log/verifier-key") != right.encode():
            self.report.find("checkpoint", INVALID, "log/verifier-key is not the log's key")
        self.note, self.checkpoint = self.signed_checkpoint("log/checkpoint")
        first, last, size, hashes = package.read_range_proof(self.read("log/range-proof"))
        data = self.read("log/leaves.bin")
        if len(data) != pb.LEAF * (last - first + 1):
            raise pb.Refused("log/leaves.bin has not the leaves of %d..%d" % (first, last))
        self.first, self.last, self.size = first, last, size
        self.leaves = [data[i:i + pb.LEAF] for i in range(0, len(data), pb.LEAF)]
        self.chain()
        self.range_root(hashes)
        for seq in self.own:
            self.leaf_proof(seq)

    def signed_checkpoint(self, name):
        try:
            note = log.read_note(self.read(name))
            checkpoint = log.read_checkpoint(note)
            if checkpoint.origin != self.origin:
                raise pb.Refused("it is of another log")
        except pb.Refused as error:
            self.report.looked("checkpoint")
            self.report.find("checkpoint", INVALID, "%s: %s", name, error)
            return None, None
        self.signature(note, name)
        return note, checkpoint

    def leaf_form(self, seq, data, must_be_open):
        leaf = pb.read_leaf(data)
        self.report.looked("chain")
        if leaf.magic != b"PROBANT1" or any(leaf.reserved) or leaf.type not in pb.TYPES:
            self.report.find("chain", INDETERMINATE, "record %d: a leaf unknown to version 1", seq)
        if leaf.seq != seq:
            self.report.find("chain", INVALID, "record %d bears the number %d", seq, leaf.seq)
        if must_be_open and not (seq in self.opened and self.opened[seq].whole):
            self.report.find("chain", INDETERMINATE, "record %d, of type %d, is not opened whole",
                             seq, leaf.type)
        return leaf

    def chain(self):
        time_s, head = 0, None
        begins = pb.sha3((self.origin or "").encode())
        if self.first == 0:
            head = begins
        elif 0 in self.own:
            if self.leaf_form(0, self.own[0], True).prev != begins:
                self.report.find("chain", INVALID, "record 0 does not begin this log")
        for seq, data in enumerate(self.leaves, self.first):
            leaf = self.leaf_form(seq, data, data[24] in ALWAYS_OPEN)
            if head is not None and leaf.prev != head:
                self.report.find("chain", INVALID, "record %d does not follow from the one before",
                                 seq)
            if leaf.time_s < time_s:
                self.report.find("chain", VALID, "record %d: the clock went back", seq)
            if self.own.get(seq, data) != data:
                self.report.find("chain", INVALID, "record %d: leaf.bin is not the leaf of the log",
                                 seq)
            head, time_s = pb.sha3(data), leaf.time_s

    def range_root(self, hashes):
        leaf_hashes = [pb.sha256(b"\0" + leaf) for leaf in self.leaves]
        self.report.looked("tree")
        try:
            found = package.range_root(self.first, self.last, self.size, leaf_hashes, hashes)
        except IndexError:
            self.report.find("tree", INVALID, "log/range-proof has not the hashes that it needs")
            return
        if not self.checkpoint or (self.checkpoint.size, self.checkpoint.root) != (self.size, found):
            self.report.find("tree", INVALID, "log/range-proof does not give the root of "
                             "log/checkpoint")
        tree, beside = log.Tree(), list(hashes)
        for bit in reversed(range(self.first.bit_length())):
            if self.first >> bit & 1:
                tree.subtrees.append((1 << bit, beside.pop(0)))
        if self.first:
            self.stands(self.first, tree.root(), pb.read_leaf(self.leaves[0]).prev)
        for size, data in enumerate(self.leaves, self.first + 1):
            tree.append(data)
            self.roots_here[size] = tree.root(), pb.sha3(data)
            self.stands(size, *self.roots_here[size])

    def stands(self, size, root, head):
        """Each checkpoint of that size that is here must be so."""
        prefix = "stamps/%d-" % size
        for name in ["log/checkpoint"] + [name for name in self.files if name.startswith(prefix)
                                          and name.endswith("/checkpoint")]:
            try:
                checkpoint = log.read_checkpoint(log.read_note(self.read(name)))
            except pb.Refused:
                continue                       # said where its signature is looked at
            if checkpoint.size == size and (checkpoint.root, checkpoint.head) != (root, head):
                self.report.find("tree", INVALID, "%s is not of these records", name)

    def leaf_proof(self, seq):
        name = "records/%d/leaf.tlog-proof" % seq
        self.report.looked("tree")
        try:
            index, hashes, note = package.read_tlog_proof(self.read(name))
            checkpoint = log.read_checkpoint(log.read_note(note))
            leaf_hash = pb.sha256(b"\0" + self.own[seq])
            if index != seq or package.inclusion_root(
                    leaf_hash, index, checkpoint.size, hashes) != checkpoint.root:
                raise pb.Refused("it does not prove the leaf")
            self.proofs[seq] = note
        except pb.Refused as error:
            self.report.find("tree", INVALID, "%s: %s", name, error)

    # ---- stamps [2.2] [5.3] ---------------------------------------------------------------

    def stamps(self):
        groups = {}
        for name in [name for name in self.files if name.startswith("stamps/")]:
            size, seq = name.split("/")[1].split("-")
            groups.setdefault((int(size), int(seq)), []).append(name)
        anchors = {(self.stated_size(seq), seq) for seq in self.opened if self.is_anchor(seq)}
        for size, seq in sorted(anchors - set(groups)):
            self.report.find("files", INVALID, "stamps/%d-%d is not there", size, seq)
        found = []
        for size, seq in sorted(groups):
            beyond = self.last is not None and seq > self.last and seq >= size == self.size
            if not beyond and (size, seq) not in anchors:
                self.report.find("files", INVALID, "stamps/%d-%d is of no anchor that is opened, "
                                 "nor over log/checkpoint", size, seq)
            found.append((seq, size, self.stamp(size, seq, groups[size, seq])))
        covering = [token for _, size, token in found if size == self.size]
        self.chosen(covering, "the last checkpoint")
        if self.checkpoint and self.read("log/checkpoint") not in self.sizes.get(self.size, []):
            self.report.find("files", INVALID, "no token is over log/checkpoint")
        if self.first and not any(seq == self.first and (size, seq) in anchors and token
                                  and token.weight != INVALID for seq, size, token in found):
            self.report.find("range", INVALID, "the range begins neither at record 0 nor at an "
                             "anchor with a good token")
        for seq, note in self.proofs.items():
            covers = [size for size in sorted(self.sizes) if size > seq]
            if not covers or note != self.sizes[covers[0]][0]:
                self.report.find("tree", INVALID, "record %d: its proof is not under the first "
                                 "stamped checkpoint that covers it", seq)
        if self.last is not None:
            try:
                intervals(sorted(found, key=lambda one: one[:2]), self.first, self.last)
            except pb.Refused as error:
                self.report.find("tokens", INVALID, "%s", error)

    def is_anchor(self, seq):
        return self.opened[seq].type == 12 and self.opened[seq].facts.get("event") == "timestamp"

    def stated_size(self, seq):
        return pb.read_number(self.opened[seq].facts.get("size"))

    def stamp(self, size, seq, names):
        base = "stamps/%d-%d/" % (size, seq)
        for name in package.STAMP[:4]:
            if base + name not in names:
                self.report.find("files", INVALID, "%s%s is missing", base, name)
                return None
        revocation = [name for name in names if re.search(r"/[0-9]+\.(crl|ocsp)$", name)]
        numbers = [int(re.search(r"/([0-9]+)\.", name)[1]) for name in revocation]
        if numbers != list(range(1, len(numbers) + 1)):
            self.report.find("files", INVALID, "%s: revocation data not counted from 1", base)
        data, reply = self.read(base + "checkpoint"), self.read(base + "reply.tsr")
        self.sizes.setdefault(size, []).append(data)
        checkpoint = self.signed_checkpoint(base + "checkpoint")[1]
        if checkpoint and checkpoint.size != size:
            self.report.find("files", INVALID, "%scheckpoint is of another size", base)
        self.bare(base + "token.tst", reply)
        facts = self.opened[seq].facts if seq in self.opened else None
        return self.token(base[:-1], reply, stamp.Evidence(
            lambda digest: hashlib.new(digest, data).digest(), self.read(base + "request.tsq"),
            self.read(base + "chain.pem") if base + "chain.pem" in names else b"",
            [(self.read(name), name.endswith(".ocsp")) for name in revocation], self.roots, False),
            facts)

    def bare(self, name, reply):
        if not stamp.is_reply(reply) or stamp.der.token_of(reply) != self.read(name):
            self.report.find("files", INVALID, "%s is not the token of reply.tsr", name)

    def consistency(self):
        named = {name for name in self.files if name.startswith("log/consistency/")}
        for size in self.sizes:
            if self.size and size < self.size \
                    and "log/consistency/%d-%d" % (size, self.size) not in named:
                self.report.find("files", INVALID, "no proof that %d records grew into %d", size,
                                 self.size)
        for name in sorted(named):
            size, to = [int(number) for number in name.split("/")[2].split("-")]
            self.report.looked("tree")
            try:
                if to != self.size or not 0 < size < to:
                    raise pb.Refused("it is of other sizes")
                self.ways[size] = package.read_hashes(self.read(name))
                for root in self.roots_of(size):
                    if not self.grew(size, root):
                        raise pb.Refused("it does not lead from one root to the other")
            except pb.Refused as error:
                self.report.find("tree", INVALID, "%s: %s", name, error)

    def grew(self, size, root):
        return self.checkpoint is not None and package.consistent(
            size, self.size, root, self.checkpoint.root, self.ways[size])

    def roots_of(self, size):
        return [checkpoint.root for checkpoint in self.checkpoints_of(size)] + [
            self.roots_here[size][0] for _ in range(size in self.roots_here)]

    def checkpoints_of(self, size):
        for note in self.sizes.get(size, []):
            try:
                yield log.read_checkpoint(log.read_note(note))
            except pb.Refused:
                pass                           # said where its signature is looked at

    # ---- closed.json and the manifest [5.3] -------------------------------------------------

    def statements(self):
        manifest = package.read_manifest(self.read("manifest.json"))
        if manifest is None:
            self.report.find("files", INDETERMINATE, "the manifest is of another format")
        else:
            self.manifest(manifest)
        self.range(package.read_closed(self.read("log/closed.json")))

    def range(self, runs):
        report, closed = self.report, set()
        report.looked("range")
        if self.last is None:
            return
        for first, last, reason, _ in runs:
            if not self.first <= first <= last <= self.last:
                report.find("range", INVALID, "records %d..%d are closed outside the range", first,
                            last)
                continue
            closed |= set(range(first, last + 1))
            if reason == "destroyed":
                report.find("range", INVALID, "records %d..%d were destroyed by no record that "
                            "version 1 knows", first, last)
        there = {int(name.split("/")[1]) for name in self.files if name.startswith("records/")}
        for seq in range(self.first, self.last + 1):
            if (seq in closed) == (seq in there):
                report.find("range", INVALID, "record %d is neither opened nor closed, or both", seq)
        for seq in sorted(there - {0}):
            if not self.first <= seq <= self.last:
                report.find("files", INVALID, "record %d is not of the range", seq)

    def manifest(self, facts):
        report = self.report
        if facts["origin"] != self.origin or facts["range"] != (self.first, self.last) \
                or facts["size"] != self.size or self.case not in (None, facts["case"]):
            report.find("files", INVALID, "the manifest is of another bundle")
        self.case = facts["case"]
        said = {seq: what for first, last, what in facts["disclosed"] if self.last is not None
                for seq in range(max(first, self.first), min(last, self.last) + 1)}
        there = {seq for seq in self.opened if self.last is not None
                 and self.first <= seq <= self.last}
        if set(said) != there:
            report.find("files", INVALID, "the manifest names other records than are opened")
        for seq in there & set(said):
            if not discloses(said[seq], self.opened[seq]):
                report.find("files", INVALID, "the manifest does not say what is disclosed of "
                            "record %d", seq)

    # ---- the container's token, and what the other side holds -------------------------------

    def container_token(self):
        if self.token_bytes is None:
            self.report.looked("tokens")
            self.report.find("tokens", INDETERMINATE, "there is no container with a timestamp")
            return

        def imprint(digest):
            file, at, left = self.span
            state = hashlib.new(digest)
            file.seek(at)
            while left:
                chunk = file.read(min(2**20, left))
                state.update(chunk)
                left -= len(chunk)
            return state.digest()

        if stamp.is_reply(self.token_bytes):
            self.report.find("files", INVALID, "META-INF/timestamp.tst is not a bare token")
        token = self.token("META-INF/timestamp.tst", self.token_bytes,
                           stamp.Evidence(imprint, None, b"", [], self.roots, True))
        self.chosen([token], "the package")

    def held(self):
        note, held = self.against
        if held is None:
            return
        report, size = self.report, held.size
        report.looked("consistency")
        known = [self.roots_here[size]] if size in self.roots_here else [
            (checkpoint.root, checkpoint.head) for checkpoint in self.checkpoints_of(size)][:1]
        if held.origin != self.origin:
            report.find("consistency", INVALID, "the checkpoint held is another log's")
        elif not self.log_key or not log.signed_by(note, self.log_key):
            report.find("consistency", INVALID, "the checkpoint held is not signed by this log's key")
        elif known and known != [(held.root, held.head)] \
                or not known and size in self.ways and not self.grew(size, held.root):
            report.find("consistency", INVALID, "the checkpoint held is of another history")
        elif not known and size not in self.ways:
            report.find("consistency", INDETERMINATE, "this bundle does not tell what the log was at "
                        "%d records", size)


def discloses(what, opened):
    """As far as it can be told: the kinds of withheld parts cannot."""
    few = {"headers": {pb.FACTS, pb.CLASS, pb.HEADER}, "facts": {pb.FACTS, pb.CLASS}}
    if what == "all" or opened.whole:
        return what == "all" and opened.whole
    return what == "parts" or opened.kinds <= few[what]


def checkpoint_of(path):
    """What somebody holds: a checkpoint, or a bundle's."""
    with open(path, "rb") as file:
        head = file.read(65537)
        if head[:4] != b"PK\x03\x04":
            return head
        held = Bundle(path, None, (None, None), None)
        held.contained(file, os.fstat(file.fileno()).st_size)
        for entry in held.package.entries():
            if entry.name == "log/checkpoint":
                return held.package.whole(entry)
    raise pb.Refused("%s: a bundle without a checkpoint" % path)
