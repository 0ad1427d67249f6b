#!/usr/bin/env python3
"""import.py BUILD: mail in mboxes, Maildirs, trees and archives comes out as other programs read it.

Python's mailbox, tarfile and zipfile, and bsdtar, make and read what is imported; what `show --raw`
and tools/recover.py give back is compared with that, octet for octet.  Hostile and damaged archives
are refused by name.  Last line: `N passed, N failed`.
"""
import gzip
import hashlib
import io
import json
import mailbox
import os
import pathlib
import resource
import struct
import subprocess
import sys
import tarfile
import tempfile
import zipfile
import zlib

sys.dont_write_bytecode = True            # nothing is left beside the tests
from lib_check import check

BUILD = pathlib.Path(sys.argv[1]).resolve()
PROBANT = BUILD / "probant"
TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"
MARK = b"From camille@tilleuls.example Thu Apr 30 08:15:00 2026\n"


def run(*words, code=0, **options):
    done = subprocess.run([str(x) for x in words], capture_output=True, **options)
    if done.returncode != code:
        check("exit code %d" % code, False, "%d of %s: %s" % (
            done.returncode, words[1:4], done.stderr.decode(errors="replace")))
    return done


def sha256(octets):
    return hashlib.sha256(octets).hexdigest()


def letter(number, sender="labo-fictif@example.test", body=b"corps\n"):
    head = "From: Labo <%s>\nSubject: essai %d\n\n" % (sender, number)
    return head.encode() + body


class Archive:
    def __init__(self, work, name, *options):
        self.work, self.dir = work, work / name
        run(PROBANT, "init", self.dir, "--origin", "essai.example/" + name, "--no-recovery", *options)

    def take(self, *words, code=0):
        """The rows of what was kept, and the last line."""
        done = run(PROBANT, "import", "-a", self.dir, "--json", *words, code=code)
        rows = [json.loads(x) for x in done.stdout.splitlines()]
        return rows[:-1], rows[-1]

    def recovered(self):
        """Every message, by its seq."""
        out = self.work / (self.dir.name + "-out")
        run(TOOLS / "recover.py", self.dir, "--reader", next((self.dir / "readers").glob("*.key")),
            "--passphrase-file", self.work / "passphrase", "-o", out)
        return {int(x.stem): x.read_bytes() for x in out.glob("*.eml")}

    def facts(self, seq):
        return json.loads(run(PROBANT, "show", "-a", self.dir, seq, "--facts",
                              "--purpose", "essai").stdout)


# ---- what is imported --------------------------------------------------------------------------


def make_mbox(path):
    """Python's mailbox writes it (mboxo) and reads it."""
    box = mailbox.mbox(path)
    for number in range(20):
        message = mailbox.mboxMessage(letter(number, body=b"un\nFrom moi\n\n>From lui\n"))
        message.set_from("camille@tilleuls.example", True)
        box.add(message)
    box.flush()
    return [box.get_bytes(key) for key in box.keys()]


def make_mboxcl2(path):
    bodies = [b"un\n\n" + MARK + b"deux\n", b"", b"trois\n"]
    with open(path, "wb") as out:
        for body in bodies:
            out.write(MARK + b"Content-Length: %d\n\n" % len(body) + body + b"\n")
    return [b"Content-Length: %d\n\n" % len(body) + body for body in bodies]


def make_crlf(path):
    messages = [letter(n).replace(b"\n", b"\r\n") for n in range(3)]
    path.write_bytes(b"".join(MARK.replace(b"\n", b"\r\n") + x + b"\r\n" for x in messages))
    return messages


def make_maildir(path):
    box = mailbox.Maildir(path)
    for folder, flags in ((box, "RS"), (box.add_folder("Sent.2026"), "F")):
        for number in range(3):
            message = mailbox.MaildirMessage(letter(number))
            message.set_subdir("cur")
            message.set_flags(flags)
            folder.add(message)
    return [x.read_bytes() for x in sorted(path.rglob("*")) if x.is_file() and x.parent.name == "cur"]


def make_tree(work):
    """What a mail administrator has lying about, and what Python says is in it."""
    tree = work / "courrier"
    tree.mkdir()
    expected = {}
    for name, octets in (("a.eml", letter(1)), ("b.EML", letter(2).replace(b"\n", b"\r\n")),
                         ("empty.eml", b""), ("nul.eml", b"a: b\n\n\0\xff\r")):
        (tree / name).write_bytes(octets)
        expected[name] = [octets]
    expected["box.mbox"] = make_mbox(tree / "box.mbox")
    expected["sent"] = make_mboxcl2(tree / "sent")
    expected["crlf"] = make_crlf(tree / "crlf")
    expected["Maildir"] = make_maildir(tree / "Maildir")
    (tree / "notes.txt").write_bytes(b"rien\n")
    (tree / "one.mbox.gz").write_bytes(gzip.compress((tree / "sent").read_bytes()))
    expected["one.mbox.gz"] = expected["sent"]
    # A message, byte for byte, whatever it begins with.
    for name, other in (("postmark.eml", "sent"), ("packed.eml", "one.mbox.gz")):
        (tree / name).write_bytes((tree / other).read_bytes())
        expected[name] = [(tree / other).read_bytes()]
    return tree, expected


def messages_of(rows, out, beside):
    """What came back, grouped by the first name below `beside`."""
    found = {}
    for row in rows:
        first = pathlib.Path(row["path"]).relative_to(beside).parts[0]
        found.setdefault(first, []).append(out[row["seq"]])
    return found


def test_tree(work, tree, expected):
    archive = Archive(work, "arbre", "--mailbox", "labo-fictif@example.test")
    rows, last = archive.take(tree)
    out = archive.recovered()
    found = messages_of(rows, out, tree)
    for name, messages in sorted(expected.items()):
        check("%s comes back as Python reads it" % name, found.get(name) == messages,
              (len(found.get(name, [])), len(messages)))
    check("nothing else was kept", sum(map(len, found.values())) == last["imported"] == len(rows))
    check("no mail is passed over", last["skipped"] == 1 and not last["refused"], last)
    check("acknowledged with its digest", all(x["sha256"] == sha256(out[x["seq"]]) for x in rows))
    for row in rows[:2]:
        shown = run(PROBANT, "show", "-a", archive.dir, row["seq"], "--raw", "--purpose", "essai")
        check("show --raw gives it back", shown.stdout == out[row["seq"]])

    other = Archive(work, "autre")
    strip = lambda them: [{k: v for k, v in x.items() if k != "seq"} for x in them]
    again, _ = other.take(tree)
    check("two runs see one order", strip(again) == strip(rows))

    boxed = [x for x in rows if "offset" in x and x["path"].endswith("sent")]
    facts = archive.facts(boxed[0]["seq"])
    check("an mbox's place is stated", facts["mbox"]["ended_by"] == "content_length" and
          (tree / "sent").read_bytes()[facts["mbox"]["offset"]:][:facts["mbox"]["length"]] ==
          out[boxed[0]["seq"]], facts)
    check("sent, by its From", archive.facts(rows[0]["seq"]).get("direction") == "sent")
    check("received, by its From", facts.get("direction") == "received")
    check("unknown without mailboxes", "direction" not in other.facts(again[0]["seq"]))
    return archive, rows


def test_again(archive, tree, rows):
    kept, last = archive.take("--resume", tree)
    check("--resume passes over what was acknowledged",
          not kept and last["known"] == len(rows), last)
    (tree / "later.eml").write_bytes(letter(99))
    kept, last = archive.take("--resume", tree)
    check("--resume takes what is new", [x["path"] for x in kept] == [str(tree / "later.eml")])
    (tree / "later.eml").unlink()
    first = pathlib.Path(rows[0]["path"])
    kept, last = archive.take(tree)
    check("without it everything is kept again, and said to be second",
          len(kept) == len(rows) and all(x.get("second") for x in kept) and
          last["second"] == len(rows), last)
    journal = archive.dir / "imports"
    sound = journal.read_bytes()
    for octet in (8, 15, 16, 30, 45, 60):
        journal.write_bytes(sound[:octet] + bytes([sound[octet] ^ 1]) + sound[octet + 1:])
        done = run(PROBANT, "import", "-a", archive.dir, "--json", "--resume", first)
        check("a journal whose head is damaged is begun anew, and that is said",
              json.loads(done.stdout.splitlines()[-1])["known"] == 0 and
              b"begun anew" in done.stderr, done.stderr)
    journal.unlink()
    kept, last = archive.take("--resume", tree)
    check("a journal that is lost is begun anew", len(kept) == len(rows) and last["known"] == 0)
    for path in archive.dir.rglob("*"):
        if path.is_file() and path.name != "mailboxes":
            octets = path.read_bytes()
            check("no name and no word in %s" % path.name, b"courrier/" not in octets and
                  b"labo-fictif" not in octets and b"box.mbox" not in octets)


def test_other_bytes_in_its_place(work):
    """The path as it is typed, the size and the time are the same; the messages are others."""
    archive = Archive(work, "ailleurs")
    long = b"x" * 70 + b"\n"
    for name, sender in (("A", "a@essai.example"), ("B", "b@essai.example")):
        place = work / "ailleurs-mail" / name / "m"
        place.mkdir(parents=True)
        texts = [letter(n, sender, long * (1 if n else 200000)) for n in range(3)]
        (place / "1.eml").write_bytes(texts[0])
        (place / "2.eml").write_bytes(texts[1])
        (place / "box").write_bytes(b"".join(MARK + x + b"\n" for x in texts))
        with tarfile.open(place / "t.tar", "w") as tar:
            for number, octets in enumerate(texts):
                info = tarfile.TarInfo("%d.eml" % number)
                info.size = len(octets)
                tar.addfile(info, io.BytesIO(octets))
        for path in place.iterdir():
            os.utime(path, (1600000000, 1600000000))
    last = []
    for name in "A", "B", "B", "A":
        done = run(PROBANT, "import", "-a", archive.dir, "--json", "--resume", "m",
                   cwd=work / "ailleurs-mail" / name)
        last.append(json.loads(done.stdout.splitlines()[-1]))
    check("other bytes under the same path, size and time are kept, and each of them once",
          [(x["imported"], x["known"]) for x in last] == [(8, 0), (8, 0), (0, 8), (0, 8)], last)


# ---- archives ----------------------------------------------------------------------------------


def make_entries(work):
    base = work / "entries"
    (base / "M" / "cur").mkdir(parents=True)
    (base / "M" / "tmp").mkdir()
    (base / "a.eml").write_bytes(letter(1))
    (base / "é.eml").write_bytes(letter(2))
    (base / "M" / "cur" / "1.x:2,S").write_bytes(letter(3))
    (base / "M" / "tmp" / "2.x").write_bytes(letter(4))
    (base / "box").write_bytes(MARK + letter(5) + b"\n" + MARK + letter(6) + b"\n")
    (base / "photo.jpg").write_bytes(b"\xff\xd8\xff")
    (base / "postmark.eml").write_bytes(MARK + letter(8))
    (base / "packed.eml").write_bytes(gzip.compress(letter(9), mtime=0))
    (base / "long.eml").write_bytes(letter(7, body=os.urandom(50_000).hex().encode() * 44))
    return base, sorted(sha256(x) for x in (
        letter(1), letter(2), letter(3), letter(5), letter(6), (base / "long.eml").read_bytes(),
        (base / "postmark.eml").read_bytes(), (base / "packed.eml").read_bytes()))


FORMATS = (("x.tar", "--format=pax"), ("x.ustar", "--format=ustar"), ("x.tgz", "--format=gnutar", "-z"),
           ("x.tar.bz2", "-j"), ("x.tar.xz", "-J"), ("x.tar.zst", "--zstd"), ("x.tar.lz4", "--lz4"),
           ("x.zip", "--format=zip"), ("x.7z", "--format=7zip"), ("x.newc", "--format=newc"),
           ("x.odc", "--format=cpio"), ("x.cpio.gz", "--format=newc", "-z"))


def test_formats(work):
    base, expected = make_entries(work)
    archive = Archive(work, "formats")
    for name, *options in FORMATS:
        path = work / name
        run("bsdtar", "-c", *options, "-f", path, "-C", base, ".",
            env=dict(os.environ, LC_ALL="C.UTF-8"))
        rows, last = archive.take(path)
        check("%s: what is mail in it" % name, sorted(x["sha256"] for x in rows) == expected, last)
        check("%s: its entries are named" % name, {pathlib.PurePath(x["entry"]).name for x in rows} ==
              {"a.eml", "é.eml", "1.x:2,S", "box", "long.eml", "postmark.eml", "packed.eml"},
              [x.get("entry") for x in rows])
        check("%s: the rest is passed over" % name, last["skipped"] == 2 and not last["refused"], last)
    with zipfile.ZipFile(work / "python.zip", "w", zipfile.ZIP_DEFLATED) as out:
        out.write(base / "a.eml", "dossier/é/a.eml")
        out.writestr("vide.eml", b"")
    rows, last = archive.take(work / "python.zip")
    with zipfile.ZipFile(work / "python.zip") as box:
        check("Python's zipfile", [(x["entry"], x["sha256"]) for x in rows] ==
              [(x, sha256(box.read(x))) for x in box.namelist()], rows)
    facts = archive.facts(rows[0]["seq"])
    check("an archive's format is stated", facts["archive"] ==
          {"format": "zip", "filters": [], "entry": 0}, facts)


def add(tar, name, octets=b"", **members):
    entry = tarfile.TarInfo(name)
    entry.size = len(octets)
    for key, value in members.items():
        setattr(entry, key, value)
    tar.addfile(entry, io.BytesIO(octets))


def make_odd(path):
    """Names and kinds that an archive should not have."""
    with tarfile.open(path, "w", format=tarfile.USTAR_FORMAT, encoding="latin-1") as tar:
        add(tar, "/etc/absolu.eml", letter(1))
        add(tar, "../dehors.eml", letter(2))
        add(tar, "caf\u00e9.eml", letter(3))
        add(tar, "lien.eml", type=tarfile.SYMTYPE, linkname="/etc/passwd")
        add(tar, "dur.eml", type=tarfile.LNKTYPE, linkname="/etc/absolu.eml")
        add(tar, "tuyau.eml", type=tarfile.FIFOTYPE)
        add(tar, "bloc.eml", type=tarfile.BLKTYPE)
        add(tar, "dedans.zip", b"PK\x05\x06" + bytes(18))
        add(tar, "fin.eml", letter(4))
    with tarfile.open(path, encoding="latin-1") as tar:
        return [tar.extractfile(x).read() for x in tar if x.isreg() and x.name.endswith(".eml")]


def make_bomb(path):
    """Two GiB of zeros between two messages, some 100 KB."""
    pack = subprocess.Popen(["zstd", "-q", "-1", "-o", str(path)], stdin=subprocess.PIPE)
    with tarfile.open(fileobj=pack.stdin, mode="w|", format=tarfile.GNU_FORMAT) as tar:
        add(tar, "a.eml", letter(1))
        entry = tarfile.TarInfo("bombe.bin")
        entry.size = 2 << 30
        tar.addfile(entry, open("/dev/zero", "rb"))
        add(tar, "b.eml", letter(2))
    pack.stdin.close()
    pack.wait()


def make_small_bomb(path):
    """80 MiB of zeros that want a dictionary of 512 MiB, in 12 KB."""
    with tarfile.open(path, "w:xz", preset=0) as tar:
        entry = tarfile.TarInfo("a.eml")
        entry.size = 80 << 20
        tar.addfile(entry, open("/dev/zero", "rb"))
    packed = bytearray(path.read_bytes())
    block = 4 * (packed[12] + 1)  # its header: size, flags, the filter 0x21 and its 1 octet, CRC-32
    packed[16] = 34
    packed[8 + block:12 + block] = struct.pack("<I", zlib.crc32(packed[12:8 + block]))
    path.write_bytes(packed)


def make_hiding(path):
    """A ZIP whose directory is silent about the first of two entries."""
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w") as box:
        box.writestr("a.eml", letter(1))
        box.writestr("b.eml", letter(2))
    whole = octets.getvalue()
    directory = whole.index(b"PK\x01\x02")
    second, end = whole.index(b"PK\x01\x02", directory + 1), whole.index(b"PK\x05\x06")
    path.write_bytes(whole[:directory] + whole[second:end] + struct.pack(
        "<4s4H2IH", b"PK\x05\x06", 0, 0, 1, 1, end - second, directory, 0))


def test_names(work):
    """What is refused of an archive is named, however long its name, and the rest goes on."""
    archive = Archive(work, "names")
    for format, length in ((tarfile.GNU_FORMAT, 5000), (tarfile.PAX_FORMAT, 2 << 20)):
        with tarfile.open(work / "long.tar", "w", format=format) as tar:
            for number, name in enumerate(("a.eml", "dossier/" + length * "n", "b.eml")):
                add(tar, name, letter(number))
        rows, last = archive.take(work / "long.tar", code=65)
        refused = [x["object"] for x in last["refused"]]
        if format == tarfile.GNU_FORMAT:
            check("an entry of a long name is named, cut, and the next is kept",
                  len(rows) == 2 and len(refused) == 1 and "dossier/nnn" in refused[0], last)
        else:
            check("where an archive cannot be read on is said",
                  len(rows) == 1 and ["behind entry 1 (" in x for x in refused] == [True], last)
    make_hiding(work / "hiding.zip")
    rows, last = archive.take(work / "hiding.zip", code=65)
    check("a ZIP that names less than it holds is told, and what it names kept",
          [x["entry"] for x in rows] == ["b.eml"] and
          ["directory does not name" in x["reason"] for x in last["refused"]] == [True], last)
    with zipfile.ZipFile(Stream(open(work / "stream.zip", "wb")), "w", zipfile.ZIP_DEFLATED) as box:
        for number in range(5):
            box.writestr("%d.eml" % number, letter(number))
    rows, last = archive.take(work / "stream.zip")
    check("one that was written as a stream holds what it names", len(rows) == 5, last)


class Stream:
    """A file in which one cannot go back."""

    def __init__(self, out):
        self.write, self.flush = out.write, out.flush


def test_hostile(work):
    archive = Archive(work, "hostile")
    expected = make_odd(work / "odd.tar")
    rows, last = archive.take(work / "odd.tar", code=65)
    out = archive.recovered()
    check("absolute, outside, Latin-1: octets, not files", [out[x["seq"]] for x in rows] == expected)
    check("a Latin-1 name is kept as its octets", rows[2]["entry"] == {"octets": "Y2Fm6S5lbWw="},
          rows[2])
    check("links and devices are passed over", last["skipped"] == 4, last)
    check("an archive in an archive is refused by name",
          [(x["entry"], "archive within" in x["reason"]) for x in last["refused"]] ==
          [("dedans.zip", True)], last)

    make_bomb(work / "bomb.tar.zst")
    rows, last = archive.take(work / "bomb.tar.zst", code=65)
    check("a bomb is refused", len(rows) == 1 and
          ["two hundred times" in x["reason"] for x in last["refused"]] == [True], last)
    make_small_bomb(work / "bomb.tar.xz")
    rows, last = archive.take(work / "bomb.tar.xz", code=65)
    check("a small one is refused before its dictionary is full", not rows and
          all("two hundred times" in x["reason"] for x in last["refused"]), last)

    with tarfile.open(work / "whole.tar.gz", "w:gz") as tar:
        for number in range(50):
            add(tar, "%02d.eml" % number, letter(number, body=os.urandom(5000)))
    octets = (work / "whole.tar.gz").read_bytes()
    (work / "cut.tar.gz").write_bytes(octets[:len(octets) // 2])
    rows, last = archive.take(work / "cut.tar.gz", code=65)
    check("of a truncated archive what came whole is kept", 15 < len(rows) < 35 and
          last["refused"] and "(" in last["refused"][-1]["object"], last)
    (work / "rot.zip").write_bytes((work / "python.zip").read_bytes().replace(b"Subject", b"Subjeot"))
    with zipfile.ZipFile(work / "stored.zip", "w") as box:
        box.writestr("a.eml", letter(1))
        box.writestr("b.eml", letter(2))
    (work / "rot.zip").write_bytes((work / "stored.zip").read_bytes().replace(b"essai 1", b"essai 7"))
    rows, last = archive.take(work / "rot.zip", code=65)
    check("what a checksum contradicts is refused, the rest kept",
          [x["entry"] for x in rows] == ["b.eml"] and last["refused"][0]["entry"] == "a.eml", last)
    check("all of it verifies", run(PROBANT, "verify", archive.dir, "--quick", code=2).returncode == 2)


def test_plain(work):
    """A message is what is left."""
    archive = Archive(work, "simple")
    zipped = io.BytesIO()
    with zipfile.ZipFile(zipped, "w") as box:
        box.writestr("a.eml", letter(1))
    texts = [letter(1) + zipped.getvalue(), b"From me to you\n\nx\n", b"PK\x03\x04 is how ZIP begins\n",
             b"070701 is a number\n", b"\x1f\x8b", b"BZh9 no\n", b"", bytes(2000)]
    for number, octets in enumerate(texts):
        (work / ("plain-%d" % number)).write_bytes(octets)
    rows, _ = archive.take(*(work / ("plain-%d" % n) for n in range(len(texts))))
    check("a message is never taken for something else",
          [x["sha256"] for x in rows] == [sha256(x) for x in texts])
    named = [MARK + letter(1), zipped.getvalue(), gzip.compress(letter(1)), MARK]
    for number, octets in enumerate(named):
        (work / ("named-%d.EML" % number)).write_bytes(octets)
    rows, last = archive.take(*(work / ("named-%d.EML" % n) for n in range(len(named))))
    out = archive.recovered()
    check("a file named *.eml is one message, whatever it begins with",
          [out[x["seq"]] for x in rows] == named, last)
    _, last = archive.take("--resume", *(work / ("named-%d.EML" % n) for n in range(len(named))))
    check("and known again", last["known"] == len(named), last)
    done = run(PROBANT, "import", "-a", archive.dir, "--json", "-", input=MARK + letter(1))
    check("standard input is one message", json.loads(done.stdout.splitlines()[0])["sha256"] ==
          sha256(MARK + letter(1)))


def test_odd(work):
    """What is no mail is kept as it is, and said to be none."""
    archive = Archive(work, "drole")
    odd = work / "drole-mail"
    (odd / "Maildir" / "new").mkdir(parents=True)
    (odd / "Maildir" / "cur").mkdir()
    files = {"Maildir/new/1.x": letter(1), "Maildir/new/.DS_Store": b"\0\0\0\1Bud1",
             "Maildir/dovecot.index.log": b"\1\2", ".DS_Store": b"\0\0\0\1Bud1",
             "scan.pdf": b"%PDF-1.4\n", "boite.PST": b"!BDN", "bom.eml": b"\xef\xbb\xbf" + letter(2),
             "mark.eml": MARK + letter(3), "vide.eml": b"", "long.eml": b"x" * 300 + b": 1\n\n"}
    for name, octets in files.items():
        (odd / name).write_bytes(octets)
    with tarfile.open(odd / "t.tar", "w") as tar:
        add(tar, "a.eml", letter(4))
        add(tar, "b.eml", b"\x89PNG\r\n")
    (odd / "big.eml").write_bytes(b"\0" * (20 << 20))
    named = [odd, odd / "scan.pdf", odd / "boite.PST"]
    strange = {"Maildir/new/.DS_Store", "vide.eml", "long.eml", "t.tar", "big.eml"}
    rows, last = archive.take(*named)
    found = [str(pathlib.Path(x["path"]).relative_to(odd)) for x in rows if x.get("mail") is False]
    check("what does not begin as mail does is marked", sorted(found) ==
          sorted(strange | {"scan.pdf", "boite.PST"}) and last["not_mail"] == len(found), found)
    check("and the rest is not", all(x.get("mail", False) is False for x in rows), rows)
    check("no file of a system is passed over unsaid", last["skipped"] == 4, last)
    done = run(PROBANT, "import", "--dry-run", "--json", *named)
    check("a dry run says the same", json.loads(done.stdout)["not_mail"] == len(found), done.stdout)
    for more in (["-a", archive.dir], ["--dry-run"]):
        said = run(PROBANT, "import", *more, *named).stdout.decode()
        check("a person reads how many, and some names", "7 of them do not look like mail" in said and
              "  %s\n" % (odd / "big.eml") in said and said.count("\n  ...") == 1 and
              "EML or mbox" in said and "  %s\n" % (odd / "Maildir/dovecot.index.log") in said, said)
    said = run(PROBANT, "import", "--dry-run", odd / "boite.PST").stdout.decode()
    check("and an Outlook file's", "  %s\n" % (odd / "boite.PST") in said and "EML or mbox" in said, said)
    said = run(PROBANT, "import", "--dry-run", odd / "scan.pdf").stdout.decode()
    check("of another no Outlook is spoken", "do" in said and "EML" not in said, said)


def test_rest(work, tree, count):
    before = sorted(work.iterdir())
    done = run(PROBANT, "import", "--dry-run", "--json", tree)
    said = json.loads(done.stdout)
    check("--dry-run says what there is", said["messages"] == count and said["maildirs"] == 2 and
          said["mboxes"] == 4 and said["archives"] == 1 and said["skipped"] == 1, said)
    check("--dry-run writes nothing", sorted(work.iterdir()) == before)
    run(PROBANT, "import", "--dry-run", "--resume", tree, code=64)
    run(PROBANT, "import", "--dry-run", work / "none", code=65)

    piler = work / "piler" / "2026"
    piler.mkdir(parents=True)
    (piler / "1234.eml").write_bytes(letter(1))
    archive = Archive(work, "piler-archive")
    rows, _ = archive.take("--from-piler", work / "piler")
    check("pilerexport is stated", archive.facts(rows[0]["seq"])["exported_by"] == "piler")
    done = run(PROBANT, "show", "-a", archive.dir, rows[0]["seq"], "--part", "4", "--purpose", "essai")
    check("where it stood in piler's tree, sealed", json.loads(done.stdout)["piler"] == "2026/1234.eml")

    big = work / "big.mbox"
    with open(big, "wb") as out:
        out.write(MARK + letter(1))
        for _ in range(96):
            out.write(b"x" * (1 << 20) + b"\n")
        out.write(b"\n" + MARK + letter(2))
    rows, _ = archive.take(big)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    check("long messages pass in pieces", len(rows) == 2 and peak < 192 * 1024, peak)
    archive.take("--direction", "auto", big, code=64)
    archive.take("--direction", "auto", "--mailbox", "LABO-fictif@example.test", work / "plain-1")


def main():
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        (work / "passphrase").write_text("phrase fictive\n")
        os.environ["PROBANT_PASSPHRASE_FILE"] = str(work / "passphrase")
        os.environ["LC_ALL"] = "C"
        tree, expected = make_tree(work)
        archive, rows = test_tree(work, tree, expected)
        test_again(archive, tree, rows)
        test_other_bytes_in_its_place(work)
        test_formats(work)
        test_names(work)
        test_hostile(work)
        test_plain(work)
        test_odd(work)
        test_rest(work, tree, len(rows))
    return check.end()


sys.exit(main())
