#!/usr/bin/env python3
"""find.py [BUILD]: searching, beside a plain reading of the same messages.

A hundred letters of random words, accents and fields; queries by BUILD/probant find, and what a
reader of the files themselves finds; pages, order, batches; what is said of messages that could not
be searched; the certificate, checked without Probant; what of a query stands on the disk.  Prints a
line for each test that fails and, last, `N passed, N failed`.
"""
import email
import email.policy
import hashlib
import json
import os
import random
import re
import shutil
import sqlite3
import struct
import subprocess
import sys
import tempfile
import unicodedata

sys.dont_write_bytecode = True            # nothing is left beside the tests
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tools"))
from lib_check import check  # noqa: E402
import probant_format as pb  # noqa: E402
import probant_log as log  # noqa: E402
from vectors import writer  # noqa: E402

BUILD = sys.argv[1] if len(sys.argv) > 1 else "build"
PROBANT = os.path.abspath(os.path.join(BUILD, "probant"))
LETTERS = 100
WORDS = ["potassium", "créatinine", "compte", "rendu", "œdème", "Übertragung", "scanner", "avis",
         "cardiologie", "cardiaque", "carte", "ΙΑΤΡΟΣ", "été", "d'urgence", "peut-être", "12,5"]
NAMES = ["Jean Exemple", "Zoé Fictive", "Ömer Test"]


def fold(text):
    """Words as FORMAT 6.3 has them, worked out from Python's tables."""
    out = []
    for c in unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()):
        c = {"æ": "ae", "œ": "oe", "ø": "o"}.get(c, c)
        if unicodedata.combining(c[0]):
            continue
        out.append(c if unicodedata.category(c[0])[0] in "LNM" else " ")
    return "".join(out).split()


class Scene:
    def __init__(self, root):
        self.root, self.archive = root, root + "/archive"
        self.env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": root,
                    "PROBANT_PASSPHRASE_FILE": root + "/passphrase",
                    "PROBANT_ARCHIVE": self.archive}
        with open(root + "/passphrase", "w") as file:
            file.write("phrase fictive\n")
        os.mkdir(root + "/mail")
        self.letters = list(self.make())
        self.ok("init", self.archive, "--origin", "essai.example/recherche", "--no-recovery")
        self.put(root + "/mail")

    def run(self, *words, stdin=""):
        return subprocess.run([PROBANT, *words], input=stdin.encode(), stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, env=self.env, timeout=120)

    def ok(self, *words, stdin=""):
        done = self.run(*words, stdin=stdin)
        assert done.returncode == 0, (words, done.returncode, done.stderr)
        return done.stdout.decode()

    def put(self, path):
        out = self.ok("import", "--json", path)
        for line in map(json.loads, out.splitlines()):
            if "seq" in line:
                for letter in self.letters:
                    if line["path"].endswith(letter["file"]):
                        letter["seq"] = line["seq"]

    def make(self):
        draw = random.Random(20260506)
        for i in range(LETTERS):
            subject = " ".join(draw.choices(WORDS, k=3))
            body = " ".join(draw.choices(WORDS, k=8))
            name = draw.choice(NAMES)
            letter = {"file": "%03d.eml" % i, "subject": subject, "body": body,
                      "from": "%s %s" % (name, "c%d@essai.example" % (i % 7)),
                      "day": 1 + i % 28, "address": "c%d@essai.example" % (i % 7)}
            message = email.message.EmailMessage(policy=email.policy.SMTP)
            message["From"] = email.headerregistry.Address(name, "c%d" % (i % 7), "essai.example")
            message["To"] = "labo@essai.example"
            message["Subject"] = subject
            message["Date"] = "%d May 2026 16:06:10 +0000" % letter["day"]
            message["Message-ID"] = "<%d@essai.example>" % i
            message.set_content(body + "\n", cte=draw.choice(["quoted-printable", "base64", "8bit"]))
            if i % 10 == 0:
                message.add_attachment(b"%PDF-", maintype="application", subtype="pdf",
                                       filename="résultat-%d.pdf" % i)
            with open("%s/mail/%s" % (self.root, letter["file"]), "wb") as file:
                file.write(message.as_bytes())
            yield letter

    def find(self, *words, stdin=""):
        """(the seqs, what is said last)"""
        lines = self.ok("find", "--purpose", "essai", "--json", *words, stdin=stdin).splitlines()
        rows = [json.loads(x) for x in lines]
        return [x["seq"] for x in rows[:-1]], rows[-1]

    def batch(self, *queries):
        """The seqs of each."""
        out = self.ok("find", "--purpose", "essai", "--batch", stdin="\n".join(queries))
        return [json.loads(x)["seqs"] for x in out.splitlines()]

    def access(self):
        """Facts and envelope of the newest access record."""
        rows = [json.loads(x) for x in self.ok("list", "--purpose", "essai", "--json").splitlines()]
        seq = [x["seq"] for x in rows if x.get("event") == "access"][-1]
        parts = [self.ok("show", str(seq), "--part", str(i), "--purpose", "essai") for i in (0, 1)]
        return [json.loads(x) for x in parts]

    def stored(self):
        for folder, _, names in os.walk(self.archive):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    yield name, file.read()


def stands(words, text, prefix=False):
    """One behind the other."""
    have = fold(text)
    for at in range(len(have) - len(words) + 1):
        part = have[at:at + len(words)]
        if part[:-1] == words[:-1] and (part[-1] == words[-1] or
                                        prefix and part[-1].startswith(words[-1])):
            return True
    return False


def seqs(s, holds):
    return sorted(x["seq"] for x in s.letters if holds(x))


# ---- what is found ------------------------------------------------------------------------

def words_are_found_as_a_reader_finds_them(s):
    anywhere = lambda x: [x["subject"], x["body"], x["from"]]
    words = WORDS + ["POTASSIUM", "creatinine", "oedeme", "ubertragung", "ιατρος", "absent"]
    for word, found in zip(words, s.batch(*('"%s"' % x for x in words))):
        right = seqs(s, lambda x: any(stands(fold(word), t) for t in anywhere(x)))
        assert found == right, (word, found, right)
    for word, found in zip(words, s.batch(*('subject:"%s"' % x for x in words))):
        assert found == seqs(s, lambda x: stands(fold(word), x["subject"])), word


def terms_are_joined_and_left_out(s):
    mixed, phrase, other, elided = s.batch(
        "body:potassium -subject:avis cardi*", 'body:"compte rendu"',
        '-body:"compte rendu" body:compte', "d'urgence")
    right = seqs(s, lambda x: stands(["potassium"], x["body"]) and
                 not stands(["avis"], x["subject"]) and
                 any(stands(["cardi"], x[f], True) for f in ("subject", "body")))
    assert mixed == right and mixed, (mixed, right)
    assert phrase == seqs(s, lambda x: stands(["compte", "rendu"], x["body"])) and phrase
    assert other == seqs(s, lambda x: stands(["compte"], x["body"]) and
                         not stands(["compte", "rendu"], x["body"])) and other
    assert elided == seqs(s, lambda x: any(stands(["urgence"], x[f])
                                           for f in ("subject", "body"))) and elided
    assert s.find("--", "-potassium", "-compte")[0]          # operands that begin with a -


def fields_and_filters_narrow(s):
    sender, receiver, domain, days, ident, kind, phrase, imported, keys, other, sent = s.batch(
        "from:c3@essai.example", "to:c3@essai.example", "@essai.example",
        "date:2026-05-03..2026-05-05", "msgid:<17@essai.example>", "attachment:pdf",
        'attachment:"resultat 30"', "type:imported", "type:key", "type:key,anchor,4 date:2001..",
        "direction:sent")
    assert sender == seqs(s, lambda x: x["address"] == "c3@essai.example") and sender
    assert receiver == [] and len(domain) == len(imported) == LETTERS and sent == []
    assert days == seqs(s, lambda x: 3 <= x["day"] <= 5) and days
    assert ident == seqs(s, lambda x: x["file"] == "017.eml")
    assert len(kind) == LETTERS / 10
    assert phrase == seqs(s, lambda x: x["file"] == "030.eml")
    rows = [json.loads(x) for x in s.ok("list", "--purpose", "essai", "--json").splitlines()]
    assert keys == [x["seq"] for x in rows if x["type"] == "key"], (keys, rows)
    # The batch saw its own access record, and nothing behind it.
    all_others = [x["seq"] for x in rows if x["type"] in ("key", "anchor", "management")]
    assert other == all_others[:len(other)] and len(other) >= len(all_others) - 3, (other, rows)


def alternatives_bind_their_neighbours(s):
    either, bound, phrase, ou = s.batch(
        "body:scanner OR body:carte", "body:compte body:scanner OR subject:avis date:2026-05-10..",
        'body:absent OR body:"compte rendu"', "corps:scanner OU corps:carte")
    has = lambda x, field, word: stands(fold(word), x[field])
    assert either == seqs(s, lambda x: has(x, "body", "scanner") or has(x, "body", "carte")) == ou
    assert bound == seqs(s, lambda x: has(x, "body", "compte") and x["day"] >= 10 and (
        has(x, "body", "scanner") or has(x, "subject", "avis"))) and bound
    assert phrase == seqs(s, lambda x: has(x, "body", "compte rendu")) and phrase


def fields_have_french_names_and_room_for_a_blank(s):
    pairs = (("de:c3@essai.example", "from:c3@essai.example"), ("à:labo@essai.example", "to:labo"),
             ("objet:avis", "subject:avis"), ("subject: avis", "subject:avis"),
             ("objet : avis", "subject:avis"), ("pièce:pdf", "attachment:pdf"),
             ("sens:inconnu", "direction:unknown"), ("type:importé", "type:15"))
    answers = s.batch(*(query for pair in pairs for query in pair))
    for (french, english), one, other in zip(pairs, answers[::2], answers[1::2]):
        assert one == other and one, (french, one, other)


def pages_fit_together_in_any_order(s):
    by_day = {x["seq"]: x["day"] for x in s.letters}
    whole, end = s.find("@essai.example")
    assert end["found"] == end["shown"] == LETTERS, end
    assert whole == sorted(whole, key=lambda x: (-by_day[x], -x))
    pages = [s.find("--limit", "30", "--offset", str(at), "@essai.example")[0]
             for at in range(0, 120, 30)]
    assert [len(x) for x in pages] == [30, 30, 30, 10] and sum(pages, []) == whole
    assert s.find("--reverse", "@essai.example")[0] == whole[::-1]
    assert s.find("--sort", "seq", "@essai.example")[0] == sorted(whole)
    sizes = [len(open("%s/mail/%s" % (s.root, x["file"]), "rb").read()) for x in s.letters]
    by_size = {x["seq"]: size for x, size in zip(s.letters, sizes)}
    found, _ = s.find("--sort", "size", "@essai.example")
    assert [by_size[x] for x in found] == sorted(sizes, reverse=True)


def what_is_asked_wrongly_is_said_with_its_place(s):
    for query, said in (("subjet:a", "1: subjet:a"), ("a date:2026-13", "3: date:2026-13"),
                        ('a "b', '3: "b'), ("*", "1: *"), ("a OR", "3: OR"), ("subjet:a", "fields are body, from, to")):
        done = s.run("find", "--purpose", "essai", query)
        assert done.returncode == 64 and said in done.stderr.decode(), done.stderr
    assert s.run("find", "--purpose", "essai").returncode == 64
    assert s.run("find", "a").returncode == 64             # no purpose
    assert s.run("find", "--purpose", "essai", "--batch", "a").returncode == 64


# ---- batches ------------------------------------------------------------------------------

def batches_answer_a_line_each(s):
    queries = ["potassium", 'body:"compte rendu"', "subjet:x", "", "absent", "date:2026-05-01"]
    done = s.run("find", "--purpose", "essai", "--batch", stdin="\n".join(queries))
    assert done.returncode == 64, done.stderr
    lines = [json.loads(x) for x in done.stdout.splitlines()]
    assert [x["query"] for x in lines] == [x for x in queries if x]
    for line in lines:
        if line["query"] == "subjet:x":
            assert "field" in line["error"], line
            continue
        assert line["count"] == len(line["seqs"]), line
        assert line["indexed"] == line["messages"] == LETTERS
    assert lines[0]["seqs"] == s.find("--sort", "seq", "potassium")[0]
    assert s.run("find", "--purpose", "essai", "--batch").returncode == 0


# ---- what it leaves -----------------------------------------------------------------------

def queries_are_kept_sealed(s):
    s.find("body:motsecret -zebre")
    facts, envelope = s.access()
    assert facts["command"] == "find" and facts["records"][0] == 0, facts
    assert envelope == {"purpose": "essai", "queries": ["body:motsecret -zebre"]}, envelope
    for name, data in s.stored():
        for word in (b"motsecret", b"zebre", b"potassium", b"cardiologie", "créatinine".encode()):
            assert word not in data.lower(), (name, word)


# ---- certificates -------------------------------------------------------------------------

def read_certificate(s, path):
    """Checked as FORMAT 6.4 has it: {name: value}, the records, the note's size and root."""
    facts = json.loads(s.ok("show", "0", "--facts", "--purpose", "essai"))
    with open(path, "rb") as file:
        note = log.read_note(file.read())
    assert log.signed_by(note, log.read_verifier_key(facts["export_key"]))
    lines = note.text.decode() if isinstance(note.text, bytes) else note.text
    lines = lines.splitlines()
    assert lines[0] == "probant/v1 find" and lines[1] == facts["origin"], lines
    size, root = int(lines[2]), lines[3]
    said = [x.split(" ", 1) for x in lines[4:] if re.match("[a-z]", x)]
    runs = [[int(n) for n in x.split("..")] for x in lines[4 + len(said):]]
    leaves = []
    for stem in pb.list_segments(s.archive)[0]:
        segment = pb.Segment(s.archive, stem)
        leaves += [frame.leaf for frame in segment.frames(segment.start) if frame.tag in "RP"]
    tree = writer.root([writer.leaf_hash(x) for x in leaves[:size]])
    assert writer.b64(tree).decode() == root if isinstance(writer.b64(tree), bytes) \
        else writer.b64(tree) == root
    messages = sum(pb.read_leaf(x).type in (1, 15) for x in leaves[:size])
    assert ["messages", str(messages)] in said, said
    return said, [seq for first, last in runs for seq in range(first, last + 1)]


def certificate_states_what_was_found(s):
    path = s.root + "/certificat.note"
    found, _ = s.find("--sort", "seq", "--certificate", path, "Potassium  from:@essai.example")
    facts, _ = s.access()
    assert facts["what"] == "certificate", facts
    said, stated = read_certificate(s, path)
    assert stated == found and found, (stated, found)
    assert ["query", "from:@essai.example potassium"] in said, said
    assert ["found", str(len(found))] in said and ["indexed", str(LETTERS)] in said
    assert s.run("find", "--purpose", "essai", "--certificate", path, "x").returncode == 73
    with open(path, "rb") as file:
        data = file.read()
    forged = s.root + "/faux.note"
    with open(forged, "wb") as file:
        file.write(data.replace(b"found ", b"found 1", 1))
    try:
        read_certificate(s, forged)
    except AssertionError:
        return
    raise AssertionError("a changed certificate passes")


# ---- what can't be searched ---------------------------------------------------------------

def indexes(s):
    folder = s.archive + "/index/"
    return [folder + x for x in sorted(os.listdir(folder))]


def what_is_not_indexed_is_said(s):
    largest = max(indexes(s), key=os.path.getsize)
    with open(largest, "r+b") as file:
        file.seek(70)
        octet = file.read(1)
        file.seek(70)
        file.write(bytes([octet[0] ^ 1]))
    found, end = s.find("@essai.example")
    assert end["messages"] == LETTERS and len(found) == end["indexed"], end
    if end["indexed"] < LETTERS:
        assert end["left_out"] == {"no_index": LETTERS - end["indexed"]}, end
        text = s.ok("find", "--purpose", "essai", "@essai.example")
        assert "0 of 100 messages indexed" in text, text
        path = s.root + "/sans-index.note"
        s.find("--certificate", path, "@essai.example")
        said, stated = read_certificate(s, path)
        assert stated == [] and ["left-out", "no_index 100"] in said, said
    s.ok("reindex", "--all")
    assert len(s.find("@essai.example")[0]) == LETTERS


def index_that_is_damaged_gives_no_other_answer(s):
    path = max(indexes(s), key=os.path.getsize)
    right, _ = s.find("--sort", "seq", "potassium")
    with open(path, "rb") as file:
        data = file.read()
    for at in (20, 500, 2500):
        with open(path, "wb") as file:
            file.write(data[:at] + bytes([data[at] ^ 4]) + data[at + 1:])
        done = s.run("find", "--purpose", "essai", "--json", "--sort", "seq", "potassium")
        if done.returncode == 0:
            rows = [json.loads(x) for x in done.stdout.splitlines()]
            found = [x["seq"] for x in rows[:-1]]
            assert found == right or rows[-1]["indexed"] < LETTERS and not found, (at, found)
        else:
            assert done.returncode in (65, 74), (at, done.returncode, done.stderr)
            assert b"reindex" in done.stderr, done.stderr
    s.ok("reindex", "--all")
    assert s.find("--sort", "seq", "potassium")[0] == right


def forge(s, count):
    """The catalog, as somebody without a key can write it: that many messages in the segment of most,
    and no index of it; None: no such segment."""
    database = sqlite3.connect(s.archive + "/catalog.db")
    with database:
        rows = [(first, stem, list(struct.unpack(">14Q", octets))) for first, stem, octets in
                database.execute("select first_seq, stem, counts from segment")]
        first, stem, counts = max(rows, key=lambda row: row[2][2])
        counts[2] = counts[4] = counts[5] = counts[6] = counts[8] = count or 0
        octets = struct.pack(">14Q", *counts)
        digest = hashlib.sha256(struct.pack(">Q", first) + stem.encode() + octets).digest()
        database.execute("delete from segment where stem = ?", (stem,))
        if count is not None:
            database.execute("insert into segment values (?, ?, ?, ?)",
                             (first, stem, octets, digest))
    database.close()
    os.unlink("%s/index/%s.idx" % (s.archive, stem))


def forged_catalog_hides_no_message(s):
    for count in (0, 1, None):
        forge(s, count)
        path = s.root + "/faux-catalogue.note"
        done = s.run("find", "--purpose", "essai", "--certificate", path, "potassium")
        assert done.returncode == 65 and b"reindex" in done.stderr, (count, done.stderr)
        assert not os.path.exists(path)
        s.ok("reindex")
        assert s.find("@essai.example")[1]["indexed"] == LETTERS


# ---- what a sender would hide -------------------------------------------------------------

def mixed(parts, before="", behind=""):
    return ("Content-Type: multipart/mixed; boundary=b\r\n\r\n" + before +
            "".join("\r\n--b\r\n" + part for part in parts) + "\r\n--b--\r\n" + behind)


PDF = "Content-Disposition: attachment; filename=%s.pdf\r\n\r\nx"
# Name: what follows "From: ..., Date: ..." with WORD in it, and whether it is to be found.
HIDING = {
    "parts": (mixed([PDF % "x"] * 1000 + ["\r\nWORD"]), False),
    "depth": ("".join("Content-Type: multipart/mixed; boundary=b%dz\r\n\r\n--b%dz\r\n" % (i, i)
                      for i in range(40)) + "\r\nWORD", False),
    "addresses": ("Cc: " + "u@x.example, " * 600 + "WORD <h@x.example>\r\n\r\nx", False),
    "names": (mixed([PDF % "x"] * 600 + [PDF % "WORD"]), False),
    "subject": ("Subject: " + "a " * 1500 + "WORD\r\n\r\nx", False),
    "subjects": ("Subject: a\r\nSubject: WORD\r\n\r\nx", True),
    "senders": ("From: WORD@x.example\r\n\r\nx", True),
    "copies": ("Cc: a@x.example\r\nCc: WORD <h@x.example>\r\n\r\nx", True),
    "types": ("Content-Type: application/pdf\r\nContent-Type: text/plain\r\n\r\nWORD", False),
    "lines": ("Subject: a\rContent-Type: application/pdf\r\rWORD\r", False),
    "comments": ("Content-Type: text/html\r\n\r\n<!-- x --!> WORD <p> --> </p>", True),
    "partial": ("Content-Type: message/partial; id=a; number=1; total=1\r\n\r\nWORD", True),
    "before": (mixed(["\r\nx"], before="WORD"), True),
    "behind": (mixed(["\r\nx"], behind="WORD"), True),
    "inside": ("Content-Type: message/rfc822\r\n\r\nSubject: WORD\r\n\r\nx", True),
}


def what_is_hidden_is_found_or_said_to_be_left_out(s):
    archive, mail = s.root + "/caches", s.root + "/mail-caches"
    os.mkdir(mail)
    for name, (text, _) in HIDING.items():
        with open("%s/%s.eml" % (mail, name), "w", newline="") as file:
            head = "From: a@x.example\r\nDate: Wed, 6 May 2026 16:06:10 +0000\r\n"
            if name == "lines":
                head = head.replace("\r\n", "\r")
            file.write(head + text.replace("WORD", "cache" + name))
    s.ok("init", archive, "--origin", "essai.example/caches", "--no-recovery")
    s.ok("import", "-a", archive, mail)
    lost = sum(not found for _, found in HIDING.values())
    lines = s.ok("find", "-a", archive, "--purpose", "essai", "--batch",
                 stdin="\n".join("cache" + name for name in HIDING)).splitlines()
    for (name, (_, found)), line in zip(HIDING.items(), map(json.loads, lines)):
        assert len(line["seqs"]) == found, (name, line)
        assert line["left_out"] == {"words": lost}, line
    text = s.ok("find", "-a", archive, "--purpose", "essai", "cacheparts")
    assert re.search(r"^ +%d  indexed, but for some of their words" % lost, text, re.M), text
    path = s.root + "/caches.note"
    s.ok("find", "-a", archive, "--purpose", "essai", "--certificate", path, "cacheparts")
    with open(path) as file:
        assert "\nleft-out words %d\n" % lost in file.read()


# Makes the same view of every message, and while a file of that name is there dies of it.
CHILD = """#!%s
import os, struct
os.write(1, b"pbmime3\\3")
while True:
    head = os.read(0, 17)
    if not head:
        os._exit(0)
    if os.path.exists(%r):
        os._exit(1)
    text = b"un deux trois"
    view = b'{"v":1,"class":{"kind":"letter","attachments":0},"text_len":%%d}' %% len(text)
    os.write(1, struct.pack(">xQQ", len(view), len(text)) + view + text)
"""


def message_that_cannot_be_looked_into_again_stops_no_search(s):
    place, archive, path = s.root + "/programs", s.root + "/twice", s.root + "/twice.note"
    os.mkdir(place)
    shutil.copy(PROBANT, place)
    with open(place + "/probant-mime", "w") as file:
        file.write(CHILD % (sys.executable, place + "/dies"))
    os.chmod(place + "/probant-mime", 0o700)

    def probant(*words, stdin=""):
        return subprocess.run([place + "/probant", *words], input=stdin.encode(), env=s.env,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)

    find = ["find", "-a", archive, "--purpose", "essai"]
    assert probant("init", archive, "--origin", "essai.example/twice",
                   "--no-recovery").returncode == 0
    assert probant("import", "-a", archive, s.root + "/mail/001.eml").returncode == 0
    assert b"1 record found, 1 shown" in probant(*find, '"un deux"').stdout
    open(place + "/dies", "w").close()
    done = probant(*find, '"un deux"')
    assert done.returncode == 0, done
    assert b"1 record found, 0 shown" in done.stdout and b"not looked into" in done.stdout, done
    line = json.loads(probant(*find, "--batch", stdin='"un deux"').stdout)
    assert line["seqs"] == [] and line["unsure"] == 1, line
    done = probant(*find, "--certificate", path, '"un deux"')
    assert done.returncode == 69 and not os.path.exists(path), done


# ---- bodies that are not indexed ----------------------------------------------------------

def words_of_bodies_are_found_only_where_they_are_indexed(s):
    key = max((os.path.join(s.archive, "keys", x) for x in os.listdir(s.archive + "/keys")),
              key=os.path.getsize)
    with open(key, "rb") as file:
        before = file.read(48)
    assert before.strip(b"\0")
    assert s.run("reindex", "--bodies", "perhaps").returncode == 64
    s.ok("reindex", "--bodies", "off")
    with open(key, "rb") as file:
        assert file.read(48) != before, "the former index can still be opened"
    body, subject, phrase, in_body, other = s.batch(
        "body:potassium", "subject:potassium", '"compte rendu"', 'body:"compte rendu"', "potassium")
    right = seqs(s, lambda x: stands(["potassium"], x["subject"]))
    assert body == in_body == [] and subject == other == right and right, (body, subject, right)
    assert phrase == seqs(s, lambda x: stands(["compte", "rendu"], x["subject"])), phrase
    path = s.root + "/sans-corps.note"
    _, end = s.find("--certificate", path, "body:potassium")
    assert end["left_out"] == {"bodies": LETTERS} and end["indexed"] == LETTERS, end
    assert ["left-out", "bodies %d" % LETTERS] in read_certificate(s, path)[0]
    lines = [json.loads(x) for x in s.ok("find", "--purpose", "essai", "--batch",
                                         stdin="potassium").splitlines()]
    assert lines[0]["left_out"] == {"bodies": LETTERS}, lines
    assert "bodies are not indexed in this archive" in s.ok("find", "--purpose", "essai", "avis")
    assert "without the words of bodies" in s.ok("status")
    s.ok("reindex", "--all")                               # the setting stays
    assert s.batch("body:potassium") == [[]]
    os.unlink(s.archive + "/private/index")                # by whoever can write there
    assert s.find("body:potassium")[1]["left_out"] == {"bodies": LETTERS}
    s.ok("reindex")
    assert s.batch("body:potassium")[0] == seqs(s, lambda x: stands(["potassium"], x["body"]))
    with open(s.archive + "/private/index", "w") as file:
        file.write("bodies off\n")
    s.ok("reindex")
    assert s.batch("body:potassium") == [[]]
    s.ok("reindex", "--bodies", "on")
    assert s.batch("body:potassium")[0] == seqs(s, lambda x: stands(["potassium"], x["body"]))
    rows = [json.loads(x) for x in s.ok("list", "--purpose", "essai", "--json").splitlines()]
    stated = [json.loads(s.ok("show", str(x["seq"]), "--facts", "--purpose", "essai"))
              for x in rows if x.get("event") == "index"]
    assert stated == [{"event": "index", "bodies": False}, {"event": "index", "bodies": True}]


def an_archive_can_begin_without_them(s):
    archive = s.root + "/sans-corps"
    s.ok("init", archive, "--origin", "essai.example/sans-corps", "--no-recovery", "--no-bodies")
    s.ok("import", "-a", archive, s.root + "/mail/001.eml")
    status = json.loads(s.ok("status", "-a", archive, "--json"))
    assert status["bodies_indexed"] is False and status["indexed"] == 1, status
    letter = s.letters[1]
    for field in ("body", "subject"):
        query = '%s:"%s"' % (field, letter[field])
        out = s.ok("find", "-a", archive, "--purpose", "essai", "--json", query)
        assert json.loads(out.splitlines()[-1])["found"] == (field == "subject"), (field, out)


TESTS = [words_are_found_as_a_reader_finds_them, terms_are_joined_and_left_out,
         fields_and_filters_narrow, alternatives_bind_their_neighbours,
         fields_have_french_names_and_room_for_a_blank, pages_fit_together_in_any_order,
         what_is_asked_wrongly_is_said_with_its_place, batches_answer_a_line_each,
         queries_are_kept_sealed, certificate_states_what_was_found,
         what_is_not_indexed_is_said, index_that_is_damaged_gives_no_other_answer,
         forged_catalog_hides_no_message, what_is_hidden_is_found_or_said_to_be_left_out,
         message_that_cannot_be_looked_into_again_stops_no_search,
         words_of_bodies_are_found_only_where_they_are_indexed, an_archive_can_begin_without_them]


def main():
    os.umask(0o077)
    with tempfile.TemporaryDirectory() as root:
        scene = Scene(root)
        check.play(TESTS, lambda test: test(scene))
    return check.end()


if __name__ == "__main__":
    sys.exit(main())
