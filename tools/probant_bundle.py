"""An evidence bundle, checked: container, package, openings, proofs, tokens [5].

Written from docs/FORMAT.md alone for second_verifier.py.
"""
import base64
import hashlib
import os
import re

import probant_destroyed as destroyed
import probant_format as pb
import probant_log as log
import probant_package as package
import probant_shared as shared_anchor
import probant_stamp as stamp
import probant_zip as zip_
from probant_history import History
from probant_judge import intervals
from probant_report import INDETERMINATE, INVALID

MIMETYPE = b"application/vnd.etsi.asic-s+zip"


class Bundle(History):
    def __init__(self, path, trust, against, roots):
        super().__init__(trust, against, roots)
        self.path, self.case, self.token_bytes = path, None, None
        self.export_key = None

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
            directory, _, name = entry.name.rpartition("/")
            self.directories.setdefault(directory + "/", set()).add(name)
            self.report.looked("files")
        for name in package.FRONT + package.LOG + package.END:
            if name not in self.files:
                self.report.find("files", INVALID, "%s is missing", name)

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
        return self.opened[seq].type == 12 and self.opened[seq].facts.get("event") in stamp.EVENTS

    def stated_size(self, seq):
        return pb.read_number(self.opened[seq].facts.get("size"))

    def stamp(self, size, seq, names):
        base = "stamps/%d-%d/" % (size, seq)
        shared = any(base + name in names for name in package.STAMP[4:7])
        for name in package.STAMP[:7 if shared else 4]:
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
        try:
            if shared:
                data = shared_anchor.check(data, *map(self.read, [
                    base + name for name in package.STAMP[4:7]]), facts and facts.get("node"))
        except pb.Refused as error:
            self.report.looked("tokens")
            self.report.find("tokens", INVALID, "%s: %s", base, error)
            return None
        return self.token(base[:-1], reply, stamp.Evidence(
            lambda digest: hashlib.new(digest, data).digest(), self.read(base + "request.tsq"),
            self.read(base + "chain.pem") if base + "chain.pem" in names else b"",
            [(self.read(name), name.endswith(".ocsp")) for name in revocation], self.roots, False),
            facts)

    def bare(self, name, reply):
        if not stamp.is_reply(reply) or stamp.der.token_of(reply) != self.read(name):
            self.report.find("files", INVALID, "%s is not the token of reply.tsr", name)

    # ---- closed.json and the manifest [5.3] -------------------------------------------------

    def statements(self):
        manifest = package.read_manifest(self.read("manifest.json"))
        if manifest is None:
            self.report.find("files", INDETERMINATE, "the manifest is of another format")
        else:
            self.manifest(manifest)
        self.range(package.read_closed(self.read("log/closed.json")))

    def range(self, runs):
        report, closed, gone = self.report, set(), self.gone()
        report.looked("range")
        if self.last is None:
            return
        for first, last, reason, by in runs:
            if not self.first <= first <= last <= self.last:
                report.find("range", INVALID, "records %d..%d are closed outside the range", first,
                            last)
                continue
            seqs = set(range(first, last + 1))
            closed |= seqs
            if reason == "destroyed" and not (
                    seqs <= gone.get(by, set()) and all(self.type_of(seq) in destroyed.CONTENT
                                                        for seq in seqs)):
                report.find("range", INVALID, "records %d..%d: no record says that they were "
                            "destroyed, or they cannot be", first, last)
            if reason == "query" and any(seqs & of for of in gone.values()):
                report.find("files", INVALID, "records %d..%d: closed.json does not say that they "
                            "were destroyed", first, last)
        there = {int(name.split("/")[1]) for name in self.files if name.startswith("records/")}
        for seq in range(self.first, self.last + 1):
            if (seq in closed) == (seq in there):
                report.find("range", INVALID, "record %d is neither opened nor closed, or both", seq)
        for seq in sorted(there - {0}):
            if not self.first <= seq <= self.last:
                report.find("files", INVALID, "record %d is not of the range", seq)

    def gone(self):
        """seq of a destruction of the range: the seqs of the range that it names."""
        found = {}
        for seq in [seq for seq in self.opened if self.last is not None
                    and self.first <= seq <= self.last and self.opened[seq].type == 8]:
            try:
                runs = destroyed.read_destruction(self.opened[seq].facts, seq)
            except pb.Refused as error:
                self.report.find("range", INVALID, "%s", error)
                continue
            found[seq] = {one for first, last in runs
                          for one in range(max(first, self.first), min(last, self.last) + 1)}
        return found

    def type_of(self, seq):
        return pb.read_leaf(self.leaves[seq - self.first]).type

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


def discloses(what, opened):
    """As far as it can be told: the kinds of withheld parts cannot."""
    little = {pb.FACTS, pb.CLASS, pb.DIGEST}
    if what == "all":
        return opened.whole
    return what == "parts" or opened.kinds <= little | ({pb.HEADER} if what == "headers" else set())


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
