"""What a receiver has of what was not opened to him: no word, whichever authority stamped."""
import json
import os
import re
import sys
import zipfile
from base64 import b64encode

from forger import ROOT, writer
from secrecy_search import PIECE, Search, texts_of, words_of

sys.path.insert(0, os.path.join(ROOT, "tests/lib"))
from false_authority import Served

CASE, RECIPIENT = "xyzzy-1", "xyzzy"
# Of another export, which lies in the range of those that are searched.
OTHER_CASE, OTHER_RECIPIENT = "Kaleidoscope-Vermoulu", "Compagnie Fantasmagorique"
# A letter without a word: what stands in a bundle of such ones stands in any.
WORDLESS = b"From: a@b.cd\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: " \
    b"multipart/mixed; boundary=z\r\n\r\n--z\r\n\r\n1\r\n--z\r\n\r\n2\r\n--z--\r\n"
RUN, CODED = 40, 10                       # of base64; eight letters or more are ten in it


class Handed:
    """A bundle: its octets, container and package in one, and its entries."""

    def __init__(self, path):
        with open(path, "rb") as file:
            self.data = file.read()
        with zipfile.ZipFile(path) as whole:
            with zipfile.ZipFile(whole.open(whole.namelist()[1])) as package:
                self.files = {x.filename: package.read(x) for x in package.infolist()}

    def withheld(self, seq):
        """Indexes, or None for all parts."""
        name = "records/%d/opening.json" % seq
        return [i for i, part in enumerate(json.loads(self.files[name])["parts"])
                if "p" in part] if name in self.files else None


def selections(messages):
    """Of the demo's mail and of letters without a word alike."""
    a, b, c, d = messages[:4]
    yield "closed", "closed"
    yield "facts", "facts,%d=all,%d=closed" % (a, b)
    yield "headers", "headers,%d=closed,%d=all" % (a, c)
    yield "parts", "closed,%d=parts:0,%d=parts:0+2,%d=facts,%d=all" % (a, b, c, d)


def export(archive, last, rules, name, case=CASE, recipient=RECIPIENT):
    path = "%s/%s.asics" % (archive.work, name)
    archive.run("export", "-a", archive.path, "--case", case, "--recipient", recipient, "--range",
                "0..%d" % last, "--disclose", rules, "--passphrase-file", archive.passphrase,
                "-o", path)
    return Handed(path)


def parts_of(path, message):
    """What may be withheld of a record, by its index: slices, digest, envelope; not the facts."""
    slices = [data for _, data in writer.cut(message)]
    return slices + [writer.sha256(message), b"", path.encode()]


def readable(part):
    """All that a person may read in a slice: it may be coded for the mail."""
    inner = part.partition(b"\n")[2]      # behind a boundary line
    text = part.decode("utf-8", "replace") + "\n" + part.decode("latin-1")
    return "\n".join([text, *texts_of(part), *texts_of(inner)])


class Known:
    """What a receiver may see: what stands in every bundle, and what was opened in this one."""

    def __init__(self, vocabulary):
        self.text, self.octets = vocabulary, [b""]

    def add(self, part):
        self.text += "\n" + readable(part).lower()
        self.octets.append(part)

    def has(self, piece):
        if any(piece in part for part in self.octets):
            return True
        try:
            return piece.decode().lower() in self.text
        except ValueError:
            return False


def search_of(handed, messages, vocabulary):
    """(what must not be in it, what must)"""
    known, closed, opened = Known(vocabulary), {}, Search()
    for seq, (path, message) in messages.items():
        withheld = handed.withheld(seq)
        if "records/%d/message.eml" % seq in handed.files:
            known.add(message)            # where slices are joined
        for i, part in enumerate(parts_of(path, message)):
            if withheld is None or i in withheld:
                closed.setdefault(seq, []).append(part)
            else:
                known.add(part)
                opened.add_words(words_of(part[:2000].decode("ascii", "ignore")))
    search = Search()
    for seq, parts in closed.items():
        path, message = messages[seq]
        search.add_words({word for text in (path, *texts_of(message)) for word in words_of(text)
                          if word.lower() not in known.text})
        for part in parts:
            pieces = {part[at:at + PIECE] for at in range(0, len(part), max(PIECE, len(part) // 8))}
            for piece in pieces | {part[-PIECE:]}:
                if len(piece) == PIECE and len(set(piece)) > 4 and not known.has(piece):
                    search.add_octets(piece)
    return search, opened


def places(handed, search):
    """Where; but in a long run of base64 chance makes short words."""
    for at, length in sorted(search.matches(handed.data).items()):
        before = re.search(rb"[A-Za-z0-9+/]*$", handed.data[max(0, at - RUN):at])[0]
        behind = re.match(rb"[A-Za-z0-9+/]*", handed.data[at:at + RUN])[0]
        if length >= CODED or len(before + behind) < RUN:
            yield "octet %d" % at


def manage(archive, kept, case, recipient):
    """Records of every other type behind the messages: (last that is stamped, a bundle)"""
    archive.read()
    other = export(archive, max(kept), "closed", "other", case, recipient)
    archive.run("stamp", "--now", "-a", archive.path)
    status = json.loads(archive.run("status", "--json", "-a", archive.path))
    return status["timestamps"]["stamped_size"] - 1, other


def wordless(tests, archive):
    """The words, in lower case, of bundles in which no message has one."""
    work = archive.work
    for folder in "cur", "new", "tmp":
        os.makedirs("%s/Maildir/%s" % (work, folder))
    for i in range(6):                    # with each flag that facts may tell
        with open("%s/Maildir/cur/%d:2,DFPRST" % (work, i), "wb") as file:
            file.write(WORDLESS)
    kept = archive.keep([work + "/Maildir"])
    last, text = manage(archive, kept, CASE, RECIPIENT)[0], ""
    for name, rules in selections(sorted(kept)):
        handed = export(archive, last, rules, name)
        text += handed.data.decode("utf-8", "replace") + handed.data.decode("latin-1")
    tests.case("a bundle of letters without a word has words", "SHA256SUMS" in text)
    return "\n".join(set(re.findall(r"[^\W\d_]{4,}", text.lower())))


def judge(tests, archive, kept, vocabulary, typed, name):
    """Bundles of an archive: kept is {seq: path}; typed: what was typed in beside."""
    messages = {}
    for seq, path in kept.items():
        with open(path, "rb") as file:
            messages[seq] = (path, file.read())
    last, other = manage(archive, kept, OTHER_CASE, OTHER_RECIPIENT)
    noise = b64encode(bytes(range(48)))
    typed = words_of(" ".join((*typed, OTHER_CASE, OTHER_RECIPIENT)))
    for selection, rules in selections(sorted(kept)):
        handed = export(archive, last, rules, selection)
        search, opened = search_of(handed, messages, vocabulary)
        search.add_words(typed)
        each = "%s, %s" % (name, selection)
        tests.case(each + ": there is something to look for", search.count > 100, str(search.count))
        tests.nothing(each + ": the bundle shows no word of what is closed in it",
                      places(handed, search))
        handed.data += noise + b64encode(OTHER_RECIPIENT.encode()) + b" " + OTHER_CASE[:12].encode()
        tests.case(each + ": if it leaked, it would be found", len(set(places(handed, search))) > 1)
        tests.case(each + ": it shows the words of what is open",
                   selection == "closed" or opened.hits(handed.data))
    tests.case(name + ": a bundle's own recipient stands in it",
               OTHER_RECIPIENT.encode() in other.data and OTHER_CASE.encode() in other.data)
