#!/usr/bin/env python3
"""copies.py [BUILD]: backup, restore and copy, from end to end.

An archive is backed up, lost and restored; an older backup comes back with and without a newer
state of its log; copies go on where they stopped; other people's programs read a backup; tars of
somebody with an interest are refused.  Prints `N passed, N failed`.
"""
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import tarfile
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.join(ROOT, "build"))
sys.dont_write_bytecode = True            # nothing is left beside the tools
sys.path.insert(0, os.path.join(ROOT, "tools"))
from lib_check import check
import probant_format as pb
from vectors import writer


class Work:
    def __init__(self, base):
        self.base = base
        with open(self.path("phrase"), "w") as file:
            file.write("une phrase fictive\n")

    def path(self, *names):
        return os.path.join(self.base, *names)

    def run(self, *args, input=None):
        env = dict(os.environ, PROBANT_PASSPHRASE_FILE=self.path("phrase"), LC_ALL="C")
        return subprocess.run([BUILD + "/probant", *args], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, input=input, env=env)

    def good(self, sentence, *args, **how):
        done = self.run(*args, **how)
        check(sentence, done.returncode == 0, "%d %s" % (done.returncode, done.stderr.decode()))
        return done

    def refused(self, sentence, code, word, *args):
        done = self.run(*args)
        check(sentence, done.returncode == code and word.encode() in done.stderr,
              "%d %s" % (done.returncode, done.stderr.decode()))

    def letter(self, archive, number):
        text = "From: fictif@example.test\r\nSubject: essai %d\r\n\r\nmot-%d\r\n" % (number, number)
        self.good("a letter is kept", "import", "-a", archive, "-", input=text.encode())

    def messages(self, archive):
        """The seqs of messages that can be read."""
        rows = self.run("list", "-a", archive, "--purpose", "x", "--json").stdout.splitlines()
        return [row["seq"] for row in map(json.loads, rows) if "sha256" in row]

    def verdict(self, archive, *more):
        done = self.run("verify", archive, "--json", *more)
        return json.loads(done.stdout)["verdict"] if done.stdout else done.stderr.decode()


def make(w, name="archive"):
    archive = w.path(name)
    w.good("an archive is made", "init", archive, "--origin", "tilleuls.example/copies",
           "--no-recovery")
    for number in range(3):
        w.letter(archive, number)
    done = w.run("key", "policy", "-a", archive)
    with open(w.path(name + ".trust"), "wb") as file:
        file.write(done.stdout)
    keep_checkpoint(w, archive)
    done = w.run("tsa", "roots", "-a", archive)
    with open(w.path(name + ".roots"), "wb") as file:
        file.write(done.stdout)
    return archive


def keep_checkpoint(w, archive):
    shutil.copy(archive + "/log/checkpoint", w.path("held"))


def outside(w):
    return ("--trust", w.path("archive.trust"), "--against", w.path("held"), "--tsa-roots",
            w.path("archive.roots"))


# ---- a record that is destroyed, as the operation leaves it --------------------------------------

def destroy(w, archive, seq):
    """By another hand, from FORMAT: a record of type 8, committed, then the slot zeroed."""
    stem = pb.list_segments(archive)[0][-1]
    segment = pb.Segment(archive, stem)
    frames = list(segment.frames(segment.start))
    leaves = [frame.leaf for one in pb.list_segments(archive)[0]
              for frame in pb.Segment(archive, one).frames(pb.Segment(archive, one).start)
              if frame.tag != "C"]
    with open(archive + "/private/log.key") as file:
        key = writer.SigningKey(segment.origin, pb.read_base64("".join(
            line.strip() for line in file if not line.startswith("-----")))[-32:])
    parts = [(0, writer.to_json({"event": "destruction", "records": [[seq, seq]],
                                 "reason": "court"}))]
    r = writer.sha256(b"r of a destruction")
    payload = writer.seal(segment.origin, r, writer.run(["zstd", "-q", "-c"],
                                                         writer.plain_of(parts)))
    entry = writer.leaf(len(leaves), pb.read_leaf(leaves[-1]).time_s, 8, writer.sha3(leaves[-1]),
                        writer.commit_to(r, parts), writer.sha256(payload))
    leaves.append(entry)
    text = writer.checkpoint_text(segment.origin, len(leaves), writer.root(
        [writer.leaf_hash(leaf) for leaf in leaves]), writer.sha3(entry))
    note = (text + "\n" + key.line(text)).encode()
    with open("%s/keys/%s.key" % (archive, stem), "ab") as file:
        file.write(bytes(48))
    with open(segment.path, "ab") as file:
        file.write(b"P" + writer.u64(160 + 32 + len(payload)) + entry + r + payload
                   + b"C" + writer.u64(len(note)) + note)
    for one in pb.list_segments(archive)[0]:
        first = int(one[:16], 16)
        if first <= seq < first + (os.path.getsize("%s/keys/%s.key" % (archive, one)) // 48 - 1):
            with open("%s/keys/%s.key" % (archive, one), "r+b") as file:
                file.seek(48 * (seq - first + 1))
                file.write(bytes(48))
    os.path.exists(archive + "/frontier") and os.remove(archive + "/frontier")
    return frames


def slots_of(archive):
    """Of the records."""
    return b"".join(b"".join(pb.read_slots(archive, stem)[1:])
                    for stem in pb.list_segments(archive)[0])


def index_slots_of(archive):
    return b"".join(pb.read_slots(archive, stem)[0] for stem in pb.list_segments(archive)[0])


# ---- backup and restore --------------------------------------------------------------------------

def lost_and_restored(w):
    archive = make(w)
    first = str(w.messages(archive)[0])
    w.good("bodies are not indexed", "reindex", "-a", archive, "--bodies", "off")
    keep_checkpoint(w, archive)
    w.good("a backup is written", "backup", "-a", archive, "-o", w.path("b.tar"))
    w.refused("a backup is not overwritten", 73, "exists", "backup", "-a", archive, "-o",
              w.path("b.tar"))
    os.mkdir(w.path("tree"))
    w.good("a backup goes into a directory", "backup", "-a", archive, "-o", w.path("tree"))
    w.refused("a second one does not", 73, "not empty", "backup", "-a", archive, "-o",
              w.path("tree"))
    os.mkdir(w.path("unpacked"))
    subprocess.run(["tar", "xf", w.path("b.tar"), "-C", w.path("unpacked")], check=True)
    done = subprocess.run(["sha256sum", "-c", "--strict", "--quiet", "SHA256SUMS"],
                          cwd=w.path("unpacked"))
    check("tar and sha256sum agree with a backup", done.returncode == 0)
    check("no private key stands in a backup in clear", not [
        name for folder, _, names in os.walk(w.path("unpacked")) for name in names
        if name in ("log.key", "export.key", "tsa.key")]
        and b"PRIVATE KEY-----\n" not in open(w.path("b.tar"), "rb").read().replace(
            b"ENCRYPTED PRIVATE KEY-----\n", b""))
    reader = [name for name in os.listdir(archive + "/readers") if name.endswith(".key")][0]
    shutil.copy(archive + "/readers/" + reader, w.path("reader.key"))
    with open(archive + "/readers/" + reader[:-3] + "pem") as pem, \
            open(w.path("reader.key"), "a") as file:
        file.write(pem.read())
    out = subprocess.run(
        ["openssl", "cms", "-decrypt", "-inform", "DER", "-in", w.path("unpacked/private.cms"),
         "-inkey", w.path("reader.key"), "-passin", "file:" + w.path("phrase")],
        stdout=subprocess.PIPE, check=False).stdout
    names = tarfile.open(fileobj=io.BytesIO(out)).getnames() if out else []
    check("openssl and tar open the private keys", "private/log.key" in names, names)
    shutil.rmtree(archive)
    with open(w.path("wrong"), "w") as file:
        file.write("une autre phrase\n")
    for source in ("b.tar", "tree"):
        w.refused("a wrong passphrase restores nothing", 77, "", "restore", w.path(source),
                  archive, "--passphrase-file", w.path("wrong"))
        check("nothing is left of it", not os.path.exists(archive)
              and not os.path.exists(archive + ".restoring"))
        w.good("%s is restored" % source, "restore", w.path(source), archive)
        check("what is restored verifies", w.verdict(archive, *outside(w)) == "valid",
              w.verdict(archive, *outside(w)))
        for command in (["list", "--purpose", "x"], ["show", first, "--purpose", "x"],
                        ["import", w.path("phrase")]):
            w.refused("a restored archive is locked to " + command[0], 77, "--ledger",
                      command[0], "-a", archive, *command[1:])
        check("status says that it is locked", json.loads(
            w.run("status", "-a", archive, "--json").stdout)["restored_locked"])
        w.good("it is accepted", "restore", "--accept-unknown-destructions", archive)
        done = w.good("its messages can be read again", "show", "-a", archive, first, "--raw",
                      "--purpose", "x")
        check("they are what they were", b"mot-0" in done.stdout)
        check("the log says that it was restored", b"restore" in w.run(
            "list", "-a", archive, "--purpose", "x").stdout)
        check("and leaves bodies out of its index as before", not json.loads(
            w.run("status", "-a", archive, "--json").stdout)["bodies_indexed"])
        check("it goes on", w.verdict(archive, *outside(w)) == "valid")
        shutil.rmtree(archive)
    w.good("it is restored by a key in a file", "restore", w.path("b.tar"), archive,
           "--reader-key", w.path("reader.key"))
    w.good("and accepted", "restore", "--accept-unknown-destructions", archive)
    return archive


def destroyed_since(w, archive):
    seq = w.messages(archive)[0]
    keep_checkpoint(w, archive)
    w.good("a backup is written", "backup", "-a", archive, "-o", w.path("old.tar"))
    destroy(w, archive, seq)
    check("what was destroyed is", w.verdict(archive, *outside(w)) == "valid",
          w.run("verify", archive, *outside(w)).stdout.decode())
    done = w.run("list", "-a", archive, "--purpose", "x")
    check("a list says so", b"destroyed" in done.stdout and done.returncode == 0,
          done.stderr.decode())
    w.refused("nobody can read it", 66, "destroyed", "show", "-a", archive, str(seq),
              "--purpose", "x")
    w.good("a newer backup is written", "backup", "-a", archive, "-o", w.path("new.tar"))
    for ledger in (archive, w.path("new.tar")):
        back = w.path("back")
        done = w.good("the older backup comes back, with a newer state", "restore",
                      w.path("old.tar"), back, "--ledger", ledger, "--json")
        check("what was destroyed since is", json.loads(done.stdout or b"{}").get("destroyed") == 1)
        w.refused("nobody can read it", 66, "destroyed", "show", "-a", back, str(seq),
                  "--purpose", "x")
        check("and the archive verifies", w.verdict(back, *outside(w)) == "valid",
              w.run("verify", back, *outside(w)).stdout.decode())
        shutil.rmtree(back)
    damaged_ledger(w, archive)
    without_a_certificate(w, archive)
    other = Work(tempfile.mkdtemp(dir=w.base))
    foreign = make(other)
    w.refused("the ledger of another log is refused", 64, "another log", "restore",
              w.path("old.tar"), w.path("back"), "--ledger", foreign)
    shutil.copytree(archive, w.path("mixed"))
    shutil.rmtree(w.path("mixed", "private"))
    shutil.copytree(foreign + "/private", w.path("mixed", "private"))
    w.good("the keys of another are sealed for our reader", "backup", "-a", w.path("mixed"), "-o",
           w.path("mixed.tar"))
    w.refused("and do not come back as the archive's own", 65, "founded with", "restore",
              w.path("mixed.tar"), w.path("back"))
    w.refused("an older one, too", 64, "older", "restore", w.path("new.tar"), w.path("back"),
              "--ledger", w.path("old.tar"))
    check("and nothing is left", not [name for name in os.listdir(w.base) if "back" in name])
    return foreign


def damaged_ledger(w, archive):
    """A newer state that lost what it says is destroyed is not taken for one that never did."""
    ledger = w.path("ledger")
    shutil.copytree(archive, ledger)
    for stem in pb.list_segments(ledger)[0]:
        segment = pb.Segment(ledger, stem)
        for frame in segment.frames(segment.start):
            if frame.tag == "P" and pb.read_leaf(frame.leaf).type == 8:
                path, offset = segment.path, frame.offset
    with open(path, "r+b") as file:
        file.seek(offset + 9 + 160 + 32)
        file.write(b"?")
    for sentence in "a ledger that is damaged", "a ledger that was cut off":
        w.refused(sentence, 65, "damaged or missing", "restore", w.path("old.tar"), w.path("back"),
                  "--ledger", ledger)
        os.truncate(path, offset)
    entries = [(info, data[:offset] if info.name.endswith(os.path.basename(path)) else data)
               for info, data in members_of(w.path("new.tar")) if info.name != "SHA256SUMS"]
    pack(w.path("cut.tar"), entries)
    w.refused("a backup as a ledger that was cut off", 65, "damaged or missing", "restore",
              w.path("old.tar"), w.path("back"), "--ledger", w.path("cut.tar"))
    shutil.rmtree(ledger)


def pack(path, entries):
    entries = entries + [(tarfile.TarInfo("SHA256SUMS"), sums_of(entries))]
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
        for info, data in entries:
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))


def without_a_certificate(w, archive):
    """What cannot be written to cannot be told what to destroy: then nothing comes back."""
    entries = [(info, data) for info, data in members_of(w.path("old.tar"))
               if not info.name.endswith(".pem") and info.name != "SHA256SUMS"]
    pack(w.path("bare.tar"), entries)
    w.refused("without a reader's certificate nothing comes back", 66, ".pem", "restore",
              w.path("bare.tar"), w.path("back"), "--ledger", archive, "--reader-key",
              w.path("reader.key"))
    check("and nothing is left of it", not os.path.exists(w.path("back")))


# ---- tars of somebody with an interest -----------------------------------------------------------

def members_of(path):
    with tarfile.open(path) as good:
        return [(member, good.extractfile(member).read()) for member in good.getmembers()]


def sums_of(entries):
    return b"".join(b"%s  %s\n" % (writer.sha256(data).hex().encode(), info.name.encode())
                    for info, data in entries if info.isreg())


def hostile(w):
    members = members_of(w.path("b.tar"))

    def attack(sentence, change=lambda entries: entries, sums=True, cut=None):
        entries = change([(tarfile.TarInfo(m.name), data) for m, data in members
                          if m.name != "SHA256SUMS"])
        if sums:
            entries.append((tarfile.TarInfo("SHA256SUMS"), sums_of(entries)))
        with tarfile.open(w.path("bad.tar"), "w", format=tarfile.PAX_FORMAT) as bad:
            for info, data in entries:
                info.size = len(data) if info.isreg() else 0
                bad.addfile(info, io.BytesIO(data))
                end = bad.offset - (-info.size) % 512
        if cut is not None:
            with open(w.path("bad.tar"), "r+b") as file:
                file.truncate(int(cut * (end - 1)))
        w.refused(sentence + " is refused", 65, "", "restore", w.path("bad.tar"), w.path("bad"))
        check("nothing is left of it", not os.path.exists(w.path("bad"))
              and not os.path.exists(w.path("bad.restoring")))
        os.remove(w.path("bad.tar"))

    def add(name, **how):
        def change(entries):
            info = tarfile.TarInfo(name)
            for key, value in how.items():
                setattr(info, key, value)
            return entries + [(info, b"x")]
        return change

    for name in ("../outside", "/tmp/outside", "vault/../../outside", "vault/.hidden", "lock",
                 "private/log.key", "vault//x", "vault/a\nb", "frontier", "vault/", "tsa/x.state",
                 "quarantine/%016x-%016x-%016x-%016x.seg.pending" % (1, 2, 3, 4)):
        attack("a file named %r" % name, add(name))
    attack("a link", add("vault/x", type=tarfile.SYMTYPE, linkname="/etc/passwd"))
    attack("a hard link", add("vault/x", type=tarfile.LNKTYPE, linkname="backup.json"))
    attack("a directory in place of a file", add("vault/x", type=tarfile.DIRTYPE))
    attack("a device", add("vault/x", type=tarfile.CHRTYPE))
    attack("a file twice", lambda entries: entries + entries[-1:])
    attack("a tar without sums", sums=False)
    attack("a file changed", lambda entries: [
        (i, data[:-1] + b"?" if i.name.endswith(".seg") else data) for i, data in entries])
    attack("a backup without backup.json", lambda entries: [
        e for e in entries if e[0].name != "backup.json"])
    attack("other facts", lambda entries: [
        (i, b'{"format":2}' if i.name == "backup.json" else data) for i, data in entries])
    attack("something behind the sums", lambda entries: entries[:1] + [
        (tarfile.TarInfo("SHA256SUMS"), b"")] + entries[1:])
    for cut in (0, 0.01, 0.1, 0.3, 0.5, 0.8, 0.95, 1):
        attack("a tar cut off at %.2f of what it holds" % cut, cut=cut)


# ---- copies --------------------------------------------------------------------------------------

def copies(w, foreign):
    archive, copy = w.path("archive"), w.path("copy")
    for command in ("copy", w.path("archive", "sous")), ("backup", "-o", w.path("archive", "b.tar")):
        w.refused("no copy stands inside an archive", 64, "inside an archive", command[0], "-a",
                  archive, *command[1:])
    os.chdir(archive + "/vault")
    w.refused("nor by a name that does not say so", 64, "inside an archive", "copy", "-a", "..",
              "sous")
    os.chdir(w.base)
    done = subprocess.run([BUILD + "/probant", "copy", "-a", archive, "./copy/"], cwd=w.path(),
                          capture_output=True)
    check("a copy is made", done.returncode == 0, done.stderr)
    w.letter(archive, 10)
    keep_checkpoint(w, archive)
    status = json.loads(w.run("status", "-a", archive, "--json").stdout)
    check("status says what a copy lacks", status["copies"][0]["lacks"] > 0, status)
    check("and where it stands", status["copies"][0]["path"] == os.path.realpath(copy), status)
    done = w.good("it is brought up to date", "copy", "-a", archive, copy, "--json")
    check("by what is new alone", json.loads(done.stdout)["bytes"] < 60000, done.stdout)
    status = json.loads(w.run("status", "-a", archive, "--json").stdout)
    check("and lacks nothing", [x["lacks"] for x in status["copies"]] == [0], status)
    destroy(w, archive, w.messages(archive)[0])
    keep_checkpoint(w, archive)
    done = w.good("what was destroyed", "copy", "-a", archive, copy, "--json")
    check("is destroyed in the copy", json.loads(done.stdout)["erased"] == 1
          and slots_of(copy) == slots_of(archive), done.stdout)
    check("the copy verifies against what others hold",
          w.verdict(copy, *outside(w)) == "valid", w.run("verify", copy, *outside(w)).stdout)
    w.good("bodies are indexed", "reindex", "-a", archive, "--bodies", "on")
    w.refused("a copy of another archive is left alone", 73, "another archive", "copy", "-a",
              foreign, copy)
    stem = pb.list_segments(copy)[0][0]
    path = "%s/vault/%s.seg" % (copy, stem)
    with open(path, "r+b") as file:
        file.seek(1000)
        byte = file.read(1)
        file.seek(1000)
        file.write(bytes([byte[0] ^ 1]))
    w.refused("a copy that differs is an error", 65, "not what the archive holds", "copy", "-a",
              archive, copy)
    with open(path, "r+b") as file:
        file.seek(1000)
        file.write(byte)
    with open(path, "ab") as file:
        file.write(b"more")
    w.refused("so is one that is longer", 65, "more of it", "copy", "-a", archive, copy)
    os.truncate(path, os.path.getsize(path) - 4)
    w.good("as it was, it goes on", "copy", "-a", archive, copy)
    os.rename(copy, copy + ".away")
    w.refused("a medium that is not mounted is noticed", 66, "mounted", "copy", "-a", archive, copy)
    os.mkdir(copy)
    w.refused("and so is its empty place", 66, "mounted", "copy", "-a", archive, copy)
    os.rmdir(copy)
    os.rename(copy + ".away", copy)
    w.good("a copy is restored", "restore", copy, w.path("from-copy"), "--ledger", archive)
    check("and verifies", w.verdict(w.path("from-copy"), *outside(w)) == "valid")
    check("no key of an index is in a copy", index_slots_of(archive).strip(b"\0")
          and not index_slots_of(copy).strip(b"\0"))
    check("what was set since the first copy is set in it", json.loads(
        w.run("status", "-a", w.path("from-copy"), "--json").stdout)["bodies_indexed"])
    killed(w, archive)


# ---- copies of an archive that is not what it was ------------------------------------------------

def octets_of(folder):
    found = {}
    for where, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(where, name), "rb") as file:
                found[os.path.relpath(os.path.join(where, name), folder)] = file.read()
    return found


def untouched(w, sentence, word, archive, copy):
    before = octets_of(copy)
    w.refused(sentence + " is not copied", 65, word, "copy", "-a", archive, copy)
    check("and the copy of before stays, after " + sentence, octets_of(copy) == before)


def not_what_it_was(w):
    os.mkdir(w.path("own"))
    own = Work(w.path("own"))
    archive, copy, older = make(own), own.path("copy"), own.path("older")
    own.messages(archive)
    shutil.copytree(archive, older)
    own.messages(archive)
    own.good("a copy is made", "copy", "-a", archive, copy)
    for name in ("catalog.db", "frontier"):
        os.remove(older + "/" + name)
    untouched(own, "an older state", "not of this archive's history", older, copy)
    shutil.copy(archive + "/copies.json", older)
    check("status says that a copy held more than the archive", json.loads(own.run(
        "status", "-a", older, "--json").stdout)["copies"][0]["ahead"])
    for _ in range(3):
        own.messages(older)
    untouched(own, "another history in the same segment", "not of this archive's history", older,
              copy)
    own.letter(archive, 4)
    own.good("the copy goes on", "copy", "-a", archive, copy)
    own.letter(older, 5)
    own.letter(older, 6)
    untouched(own, "another history in other segments", "does not have", older, copy)
    lost_secret(own, archive, copy)
    linked(own, archive, copy)
    former_reader(own, archive, copy)


def lost_secret(w, archive, copy):
    """Zeros that no record explains are damage, which a copy does not take over."""
    seq = w.messages(archive)[0]
    w.good("the copy goes on", "copy", "-a", archive, copy)
    stem = [one for one in pb.list_segments(archive)[0] if int(one[:16], 16) <= seq][-1]
    path = "/keys/%s.key" % stem
    with open(archive + path, "r+b") as file:
        file.seek(48 * (seq - int(stem[:16], 16) + 1))
        file.write(bytes(48))
    slots = slots_of(copy)
    w.refused("a secret that is lost stays in the copy", 65, "lost a secret", "copy", "-a", archive,
              copy)
    check("and no octet of its slots is gone", slots_of(copy) == slots)
    with open(copy + path, "rb") as file, open(archive + path, "r+b") as damaged:
        damaged.seek(48)
        damaged.write(file.read()[48:])
    w.good("brought back from there, it is copied", "copy", "-a", archive, copy)


def linked(w, archive, copy):
    """Directories of a copy that lead elsewhere: nothing is written or read through them."""
    os.mkdir(w.path("private"))
    with open(w.path("private", "id_rsa"), "w") as file:
        file.write("secret fictif\n")
    for room in ("log", "readers", "vault"):
        os.rename(copy + "/" + room, w.path("kept"))
        os.symlink(w.path("private"), copy + "/" + room)
        w.refused("nothing is written through a link", 65, "", "copy", "-a", archive, copy)
        w.refused("nothing is read through a link", 65, "", "restore", copy, w.path("r"))
        check("no file was made behind it", os.listdir(w.path("private")) == ["id_rsa"])
        os.remove(copy + "/" + room)
        os.rename(w.path("kept"), copy + "/" + room)
    w.good("without links it goes on", "copy", "-a", archive, copy)


def former_reader(w, archive, copy):
    kept = lambda place: sorted(n for n in os.listdir(place + "/readers") if n.endswith(".key"))
    old = kept(archive)
    w.good("the reader's key is replaced", "key", "rotate", "-a", archive, "--new-passphrase-file",
           w.path("phrase"))
    w.good("the copy follows", "copy", "-a", archive, copy)
    check("a former reader's key is in no copy", kept(copy) == kept(archive) != old, kept(copy))
    os.rename(archive + "/readers/" + kept(archive)[0], w.path("lost.key"))
    w.good("the copy goes on without a key that is lost", "copy", "-a", archive, copy)
    check("but keeps it", len(kept(copy)) == 1 and not kept(archive))


def killed(w, archive):
    """A copy that is killed at any time goes on, and what it has by then can be restored."""
    place = w.path("killed")
    restored = 0
    env = dict(os.environ, LC_ALL="C")
    for delay in (0.003, 0.01, 0.02, 0.05):
        process = subprocess.Popen([BUILD + "/probant", "copy", "-a", archive, place], env=env,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if os.path.exists(place + "/private.cms"):
            done = w.run("restore", place, w.path("half"))
            restored += done.returncode == 0
            check("what a killed copy left is restored or refused", done.returncode in (0, 65),
                  done.stderr.decode())
            shutil.rmtree(w.path("half"), ignore_errors=True)
    w.good("a killed copy goes on", "copy", "-a", archive, place)
    check("and is whole", slots_of(place) == slots_of(archive))
    process = subprocess.Popen([BUILD + "/probant", "backup", "-a", archive, "-o",
                                w.path("k.tar")], env=env)
    time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    if not os.path.exists(w.path("k.tar")):
        w.good("a killed backup is made again", "backup", "-a", archive, "-o", w.path("k.tar"))
    w.good("and restored", "restore", w.path("k.tar"), w.path("k"))


def while_written(w):
    """Backups of an archive that is being written to are of one of its commits."""
    archive = w.path("archive")
    folder = w.path("many")
    os.mkdir(folder)
    for number in range(200):
        with open("%s/%d.eml" % (folder, number), "w") as file:
            file.write("Subject: essai %d (fictif)\r\n\r\n%s\r\n" % (number, "x" * 2000))
    env = dict(os.environ, PROBANT_PASSPHRASE_FILE=w.path("phrase"))
    process = subprocess.Popen([BUILD + "/probant", "import", "-a", archive, folder], env=env,
                               stdout=subprocess.DEVNULL)
    number = 0
    while process.poll() is None or number == 0:
        w.good("a backup while a writer is at work", "backup", "-a", archive, "-o",
               w.path("w%d.tar" % number))
        number += 1
    for one in (0, number - 1):
        w.good("is restored", "restore", w.path("w%d.tar" % one), w.path("w"))
        check("and verifies", w.verdict(w.path("w"), "--quick", *outside(w)) == "valid",
              w.run("verify", w.path("w"), "--quick", *outside(w)).stdout.decode())
        shutil.rmtree(w.path("w"))


def main():
    os.umask(0o077)
    base = tempfile.mkdtemp(prefix="probant-copies.")
    try:
        w = Work(base)
        archive = lost_and_restored(w)
        hostile(w)
        foreign = destroyed_since(w, archive)
        copies(w, foreign)
        not_what_it_was(w)
        while_written(w)
    finally:
        shutil.rmtree(base)
    return check.end()


if __name__ == "__main__":
    sys.exit(main())
