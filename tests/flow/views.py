#!/usr/bin/env python3
"""views.py [BUILD]: what probant-mime says of messages, beside what Python's email says of them.

The demonstration's 200 messages, field by field; hostile messages, each of which may cost its own
view and nothing else; PROBANT_CORPUS, if it names a directory of mail, which must be gone through
without the child's death.  Prints a line for each test that fails and, last, `N passed, N failed`.
"""
import base64
import email
import email.header
import email.policy
import email.utils
import hashlib
import io
import json
import mmap
import os
import re
import resource
import signal
import socket
import struct
import subprocess
import sys
import time
import zipfile

sys.dont_write_bytecode = True
BUILD = sys.argv[1] if len(sys.argv) > 1 else "build"
PROGRAM = os.path.abspath(os.path.join(BUILD, "probant-mime"))
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "tools"))
from lib_check import check  # noqa: E402
import demo_mail  # noqa: E402  (the demonstration's own mail)
import demo_documents  # noqa: E402


class Dead(Exception):
    """The child ended on a message: its exit status, or the signal as a negative number."""


class Child:
    """probant-mime, spoken with as core/view_wire.h has it."""

    SHARED = 1 << 20

    def __init__(self):
        ours, theirs = socket.socketpair()
        memory = os.memfd_create("shared")
        os.ftruncate(memory, self.SHARED)
        self.shared = mmap.mmap(memory, self.SHARED)
        with theirs:
            self.process = subprocess.Popen(
                ["/bin/sh", "-c", 'exec "$0" 3<>/proc/self/fd/%d' % memory, PROGRAM], stdin=theirs,
                stdout=theirs, stderr=subprocess.DEVNULL, env={}, pass_fds=[memory])
        os.close(memory)
        self.stream = ours
        hello = self.take(8)
        assert hello[:7] == b"pbmime3", hello
        self.flags = hello[7]

    def take(self, size):
        out = bytearray()
        while len(out) < size:
            try:
                data = self.stream.recv(size - len(out))
            except ConnectionResetError:
                data = b""
            if not data:
                raise Dead(self.process.wait())
            out += data
        return bytes(out)

    def ask(self, message, wish, number=0):
        """(the answer, the first, the second)"""
        try:
            if len(message) <= self.SHARED:
                self.shared[:len(message)] = message
            self.stream.sendall(struct.pack(">BQQ", wish, number, len(message)) +
                                (message if len(message) > self.SHARED else b""))
        except OSError:
            raise Dead(self.process.wait()) from None
        answer, first, second = struct.unpack(">BQQ", self.take(17))
        return answer, self.take(first), self.take(second)

    def view(self, message):
        """(the view, the text)"""
        answer, view, text = self.ask(message, 0)
        assert answer == 0 and len(view) <= 64 * 1024 and len(text) <= 1024 * 1024, answer
        view = json.loads(view)
        assert len(text) == view["text_len"]
        return view, text.decode()

    def read(self, message):
        """(is HTML left out, the view, the text as a person reads it)"""
        answer, view, text = self.ask(message, 1)
        assert answer in (0, 1), answer
        return answer == 1, json.loads(view), text.decode()

    def attachment(self, message, number):
        """The octets; None: there is no such attachment."""
        answer, octets, nothing = self.ask(message, 2, number)
        assert nothing == b"" and (answer == 0 or octets == b""), answer
        return octets if answer == 0 else None

    def end(self):
        self.stream.close()
        return self.process.wait()


# ---- what Python says -----------------------------------------------------------------------

def octets(value):
    """Octets that no charset explains, as FORMAT 6.1 has them."""
    raw = value.encode("utf-8", "surrogateescape")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp1252")


def decoded(value):
    """A header's text by RFC 2047."""
    value = octets(value)
    out = ""
    for part, charset in email.header.decode_header(re.sub(r"\r?\n(?=[ \t])", "", value)):
        if isinstance(part, bytes):
            part = part.decode(charset) if charset else part.decode("raw_unicode_escape")
        out += part
    return out.strip()


def fields(message, name):
    """The values of a field as they stand."""
    return [value for key, value in message.raw_items() if key.lower() == name.lower()]


def people(message, name):
    values = [octets(value) for value in fields(message, name)]
    out = []
    for who, address in email.utils.getaddresses(values):
        entry = {"name": decoded(who), "addr": address}
        out.append({key: value for key, value in entry.items() if value})
    return out


def attachments(message):
    out = []
    for part in message.walk():
        name = part.get_filename()
        if part.is_multipart() or (name is None and part.get_content_disposition() != "attachment"):
            continue
        if isinstance(name, tuple):
            name = email.utils.collapse_rfc2231_value(name)
        out.append({"name": name, "type": part.get_content_type(),
                    "size": len(part.get_payload(decode=True))})
    return out


def expected(data):
    """The fields of FORMAT 6.1 that Python's email knows as well."""
    message = email.message_from_bytes(data)
    out = {key: people(message, name) for key, name in (
        ("from", "From"), ("sender", "Sender"), ("reply_to", "Reply-To"), ("to", "To"),
        ("cc", "Cc"), ("bcc", "Bcc"))}
    for subject in fields(message, "Subject")[:1]:
        out["subject"] = decoded(subject)
    if message["Date"] is not None:
        out["date"] = str(message["Date"])
        out["date_s"] = int(email.utils.parsedate_to_datetime(message["Date"]).timestamp())
    if message["Message-ID"] is not None:
        out["message_id"] = str(message["Message-ID"]).strip().strip("<>")
    out["attachments"] = attachments(message)
    return {key: value for key, value in out.items() if value or value == 0}


def words(data):
    """The words of the text parts, as Python decodes them."""
    out = []
    for part in email.message_from_bytes(data).walk():
        if part.get_content_type() != "text/plain" or part.is_multipart():
            continue
        raw = part.get_payload(decode=True)
        charset = part.get_content_charset()
        if charset is None:
            try:
                raw.decode()
                charset = "utf-8"
            except UnicodeDecodeError:
                charset = "cp1252"
        out += [word for word in re.findall(r"\w+", raw.decode(charset, "replace")) if len(word) < 50]
    return out


# ---- the demonstration's mail ---------------------------------------------------------------

def demonstration_reads_as_python_reads_it():
    child = Child()
    mail = demo_mail.Practice(1).mail(200)
    assert len(mail) == 200
    keys = set()
    for message in mail:
        view, _ = child.view(message.data)
        wanted = expected(message.data)
        keys |= set(wanted)
        for key in ("from", "sender", "reply_to", "to", "cc", "bcc", "subject", "date", "date_s",
                    "message_id", "attachments"):
            assert view.get(key) == wanted.get(key), (key, view.get(key), wanted.get(key))
    assert keys >= {"from", "to", "subject", "date", "date_s", "message_id", "attachments"}, keys
    assert child.end() == 0


def attachments_come_as_python_decodes_them():
    child = Child()
    count = 0
    for message in demo_mail.Practice(1).mail(200):
        view, _ = child.view(message.data)
        parts = [part for part in email.message_from_bytes(message.data).walk()
                 if not part.is_multipart() and (part.get_filename() is not None
                 or part.get_content_disposition() == "attachment")]
        for number, part in enumerate(parts, 1):
            octets = child.attachment(message.data, number)
            assert octets == part.get_payload(decode=True), (number, view)
            assert len(octets) == view["attachments"][number - 1]["size"]
            count += 1
        assert child.attachment(message.data, len(parts) + 1) is None
    assert count > 20, count
    assert child.end() == 0


def attachment_of_which_only_the_beginning_is_decoded_is_not_given():
    child = Child()
    inner = (b"Content-Type: application/pdf\n\n" + b"%PDF" * 3_000_000)
    data = (b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
            + base64.encodebytes(inner))
    assert child.view(data)[0]["text_cut"] is True
    assert child.ask(data, 2, 1)[0] == 3
    assert child.attachment(data, 2) is None
    assert child.end() == 0


def what_a_person_reads_has_each_text_once():
    child = Child()
    plain, page = "Content-Type: text/plain\n\nBonjour.\n", "Content-Type: text/html\n\n<b>Bonjour.\n"
    named = 'Content-Type: text/plain; name="a.txt"\n\nnommé\n'
    attached = "Content-Disposition: attachment; filename=b.txt\n\njoint\n"
    blank = "Content-Type: text/plain\n\n \n\n"

    def parts(kind, *inside):
        border = "x%d" % len("".join(inside))
        return ("Content-Type: multipart/%s; boundary=%s\n\nno MIME\n" % (kind, border)
                + "".join("--%s\n%s" % (border, part) for part in inside) + "--%s--\nend\n" % border)

    for data, left, wanted in (
            (parts("alternative", plain, page), True, ["Bonjour."]),
            (parts("alternative", blank, page), False, ["", "Bonjour."]),
            (parts("alternative", plain, parts("related", page)), True, ["Bonjour."]),
            (parts("mixed", parts("alternative", plain, page), page), True, ["Bonjour.", "Bonjour."]),
            (parts("mixed", plain, page, named, attached), False, ["Bonjour.", "Bonjour.", "nommé"]),
            (page, False, ["Bonjour."])):
        got = child.read(data.encode())
        assert (got[0], [text.strip() for text in got[2].split("\f")]) == (left, wanted), (data, got)
        assert got[1].get("attachments") == child.view(data.encode())[0].get("attachments")
    assert child.end() == 0


def words_of_the_demonstration_are_all_there():
    child = Child()
    for message in demo_mail.Practice(2).mail(100):
        _, text = child.view(message.data)
        there = set(re.findall(r"\w+", text))
        if b"base64 en une ligne" in message.data:
            continue  # random octets: no words
        missing = [word for word in words(message.data) if word not in there]
        assert not missing, (missing, text)
    assert child.end() == 0


def demonstration_has_its_kinds():
    child = Child()
    kinds = {}
    for message in demo_mail.Practice(1).mail(200):
        view, _ = child.view(message.data)
        kind = view["class"]["kind"]
        kinds[kind] = kinds.get(kind, 0) + 1
        wanted = ("mdn" if b"disposition-notification\r\n" in message.data.replace(b"\n", b"\r\n")
                  else None)
        if wanted:
            assert kind == wanted, kind
        if kind == "mdn":
            assert view["mdn"]["disposition"].startswith("processed"), view
            assert view["mdn"]["original_message_id"].endswith("@labo-fictif.example")
        if b"[KO" in message.data or "KO Intégration".encode() in base64_words(message.data):
            assert view["class"]["mdn_code"] == "E-1042", view
            assert view["mdn"]["disposition"] == "processed/error", view
        if kind == "dsn":
            assert view["dsn"]["recipients"][0]["action"] == "failed", view
            assert view["dsn"]["recipients"][0]["status"] == "5.1.1", view
        if kind == "xdm":
            assert [d["uri"] for d in view["xdm"]["documents"]] == ["DOC00001.XML", "DOC00002.PDF"]
            assert view["class"]["documents"] == ["11502-2"], view
            assert len(view["xdm"]["patients"]) == 1, view
            assert "findings" not in view, view
        if b"URGENT" in message.data or b"Importance: high" in message.data:
            assert "urgent" in view["class"] or b"Importance: high" not in message.data, view
    assert set(kinds) == {"letter", "mdn", "dsn", "xdm"}, kinds


def base64_words(data):
    return b"".join(base64.b64decode(word) for word in re.findall(rb"=\?UTF-8\?B\?([^?]*)\?=", data))


# ---- hostile mail ---------------------------------------------------------------------------

def survives(data, child=None):
    """The view, or None where the child ended; either way the next message is seen."""
    child = child or Child()
    try:
        view = child.view(data)
    except Dead:
        view = None
        child = Child()
    after, _ = child.view(b"Subject: suivant\r\n\r\nsuite")
    assert after["subject"] == "suivant"
    child.end()
    return view


def codes(view):
    return {finding["code"] for finding in view[0].get("findings", [])}


def nesting_without_end_is_cut_and_said():
    parts = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (i, i)
                     for i in range(10_000))
    assert "depth" in codes(survives(b"Subject: profond\r\n" + parts + b"\r\nfin"))
    messages = b"Content-Type: message/rfc822\r\n\r\n" * 10_000
    assert "depth" in codes(survives(messages + b"Subject: fin\r\n\r\nfin"))
    same = b'Content-Type: multipart/mixed; boundary="b"\r\n\r\n' + b"--b\r\n" * 10_000
    assert survives(same) is not None


def parts_without_end_are_cut_and_said():
    data = (b'Subject: parties\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n'
            + b"--b\r\nContent-Type: application/pdf; name=a.pdf\r\n\r\nx\r\n" * 100_000 + b"--b--\r\n")
    view = survives(data)
    assert {"parts", "cut"} <= codes(view) and len(view[0]["attachments"]) <= 500
    assert view[0]["class"]["attachments"] == 999


def headers_without_end_are_cut_and_said():
    for data in (b"X-A: b\r\n" * 1_000_000 + b"\r\nfin", b"Subject: " + b"x" * 10_000_000,
                 b"Subject: a\r\n" + b" b\r\n" * 1_000_000 + b"\r\nfin",
                 b"To: " + b"a@b.test, " * 100_000 + b"\r\n\r\nfin",
                 b"To: " + b"(" * 1_000_000 + b"\r\n\r\n", b"To: " + b"a:" * 400_000 + b"\r\n\r\n",
                 b"References: " + b"<a@b> " * 150_000 + b"\r\n\r\n",
                 b"Subject: " + b"=?utf-8?q?a?= " * 60_000 + b"\r\n\r\n",
                 b"Subject: " + b"=?a?q?" * 160_000 + b"\r\n\r\n", b"To: " + b"=?a?q?" * 160_000 + b"\r\n\r\n",
                 b"To: " + b'"' * 1_000_000 + b"\r\n\r\n", b"To: " + b"<" * 1_000_000 + b"\r\n\r\n",
                 b"To: " + b"\\" * 1_000_000 + b"\r\n\r\n", b"To: " + b"a.@" * 300_000 + b"\r\n\r\n",
                 b"To: " + b"a@b;:," * 150_000 + b"\r\n\r\n", b"Date: " + b"1 " * 500_000 + b"\r\n\r\n",
                 b"Date: " + b"(" * 1_000_000 + b"\r\n\r\n", b"Message-ID: " + b"<" * 1_000_000 + b"\r\n\r\n",
                 b"Content-Disposition: a" + b"; filename*0*=''%41" * 50_000 + b"\r\n\r\n",
                 b"Content-Disposition: a; filename=" + b"=?utf-8?q?a?= " * 60_000 + b"\r\n\r\n",
                 b"Content-Type: text/plain" + b"; a=b" * 150_000 + b"\r\n\r\n",
                 b"Content-Type: text/plain; " + b"".join(b"n*%d=a;" % i for i in range(90_000))
                 + b"\r\n\r\n"):
        begun = time.monotonic()
        assert survives(data) is not None, data[:60]
        assert time.monotonic() - begun < 60, data[:60]
    for data in (b"X-A: b\r\n" * 1_000_000 + b"\r\nfin", b"Subject: " + b"x" * 10_000_000,
                 b"To: " + b"a@b.test, " * 1000 + b"\r\n\r\nfin"):
        assert "cut" in codes(survives(data)), data[:60]


def octets_of_every_kind_are_seen():
    for data in (b"", b"\n", b"\0" * 100_000, bytes(range(256)) * 1000, b"\xff" * 100_000,
                 b":" * 100_000, b"Subject", b"From \n", b"From a\n>From b\n\nc",
                 b"Content-Transfer-Encoding: base64\r\n\r\n" + b"!" * 100_000 + b"====A",
                 b"Content-Transfer-Encoding: x-uuencode\r\n\r\nbegin 644 a\nM" + b"~" * 100_000,
                 b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b"=" * 100_000,
                 b"Content-Type: text/html\r\n\r\n" + b"<a b='" * 200_000,
                 b"Content-Type: text/html\r\n\r\n" + b"<!--" * 200_000,
                 b"Content-Type: text/html\r\n\r\n" + b"<script>" * 200_000,
                 b"Content-Type: text/html\r\n\r\n" + b"&" * 1_000_000,
                 b"Content-Type: multipart/mixed; boundary=" + b"a" * 100_000 + b"\r\n\r\n--a"):
        view = survives(data)
        assert view is not None, data[:60]


def charsets_of_every_name_are_read_or_passed_over():
    child = Child()
    body = bytes(range(1, 256)) * 40
    names = ["utf-7", "utf-16", "utf-32", "iso-2022-jp", "iso-2022-kr", "gb18030", "big5", "hz",
             "ibm1047", "ebcdic-us", "utf-8//translit", "//", "../../../../etc/passwd", "x" * 5000,
             "iso-2022-cn-ext", "tscii", "brf", "utf-8", "nobody-knows", "%00", "cp1140", "ucs-4"]
    for name in names:
        header = "Content-Type: text/plain; charset=\"%s\"\r\nSubject: =?%s?q?=E9?=\r\n\r\n" % (name, name)
        _, text = child.view(header.encode() + body)
        assert text, name
    grown = b"Content-Type: text/plain; charset=utf-7\r\n\r\n" + b"+AOkA6Q-" * 900_000
    view, _ = child.view(grown)
    assert view["text_cut"], view
    assert child.end() == 0


def package(entries, metadata=None):
    """A message with an IHE_XDM.ZIP."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr("IHE_XDM/SUBSET01/" + name, content)
        if metadata is not None:
            archive.writestr("IHE_XDM/SUBSET01/METADATA.XML", metadata)
    return attached(out.getvalue())


def attached(data):
    return (b"Subject: XDM\r\nContent-Type: application/zip; name=IHE_XDM.ZIP\r\n"
            b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(data))


def bombs_are_not_unpacked():
    bomb = package([("DOC.XML", b"\0" * 140_000_000)], b"<a/>")
    assert "xdm_unreadable" in codes(survives(bomb))
    single = bomb.split(b"\r\n\r\n", 1)[1]
    part = (b"--b\r\nContent-Type: application/zip; name=IHE_XDM.ZIP\r\n"
            b"Content-Transfer-Encoding: base64\r\n\r\n" + single)
    begun = time.monotonic()
    view = survives(b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + part * 100 + b"--b--\r\n")
    assert "xdm_unreadable" in codes(view) and time.monotonic() - begun < 30
    many = package([("D%05d.TXT" % i, b"x") for i in range(20_000)], b"<a/>")
    assert "xdm_unreadable" in codes(survives(many))
    laughs = (b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">'
              + b"".join(b'<!ENTITY b%d "%s">' % (i, (b"&b%d;" % (i - 1) if i else b"&a;") * 10)
                         for i in range(12)) + b"]><a>&b11;</a>")
    assert "xdm_unreadable" in codes(survives(package([("DOC.XML", laughs)], laughs)))
    deep = b"<a>" * 1_000_000
    assert "xdm_unreadable" in codes(survives(package([("DOC.XML", deep)], deep)))
    for data in (b"", b"PK", b"PK\3\4" + b"\xff" * 1000, b"x" * 10_000):
        assert "xdm_unreadable" in codes(survives(attached(data)))


def what_a_package_states_is_compared_with_its_files():
    content = b"<ClinicalDocument/>"

    def findings(stated, files):
        when = demo_mail.NOTICE
        metadata = demo_documents._metadata(when, "t", "34133-9", "l", 7, stated)
        return survives(package(files, metadata))

    good = [("D.XML", "text/xml", content)]
    view = findings(good, [("D.XML", content)])
    assert codes(view) == set(), view
    assert view[0]["class"] == {"kind": "xdm", "attachments": 1, "types": ["application/zip"],
                                "documents": ["34133-9"]}, view
    assert view[0]["xdm"]["documents"] == [{
        "uri": "D.XML", "type": "34133-9", "size": len(content),
        "sha1": hashlib.sha1(content).hexdigest()}], view
    assert codes(findings(good, [("D.XML", content + b" ")])) == {"xdm_size", "xdm_sha1"}
    assert codes(findings(good, [("D.XML", content[::-1])])) == {"xdm_sha1"}
    assert codes(findings(good, [("E.XML", content)])) == {"xdm_missing"}
    other = demo_documents.cda(demo_mail.NOTICE, "t", "34133-9", "l", "a", "p", 8, ["x"])
    assert codes(findings([("D.XML", "text/xml", other)], [("D.XML", other)])) == {"patient_differs"}


# ---- the child itself -----------------------------------------------------------------------

def child_is_confined():
    child = Child()
    assert child.flags & 2, child.flags
    with open("/proc/%d/status" % child.process.pid, encoding="ascii") as file:
        status = file.read()
    assert re.search(r"^Seccomp:\t2$", status, re.M) and re.search(r"^NoNewPrivs:\t1$", status, re.M)
    with open("/proc/%d/limits" % child.process.pid, encoding="ascii") as file:
        limits = file.read()
    for name in ("core file size", "file size", "open files", "processes"):
        assert re.search(r"^Max %s +0 +0 " % name, limits, re.M), (name, limits)
    assert child.end() == 0


def child_ends_with_its_parent():
    child = Child()
    child.stream.close()
    assert child.process.wait(10) == 0
    child = Child()
    child.stream.sendall(struct.pack(">BQQ", 0, 0, 100) + b"cut")
    child.stream.close()
    assert child.process.wait(10) != 0
    child = Child()
    child.stream.sendall(b"\xff" * 17)
    assert child.process.wait(10) != 0


def killed_child_costs_one_view():
    child = Child()
    child.process.send_signal(signal.SIGKILL)
    try:
        child.view(b"Subject: a\r\n\r\n")
        raise AssertionError("a dead child answered")
    except Dead:
        pass
    survives(b"Subject: b\r\n\r\n")


def limited(message, octets):
    """What a fresh child makes of it within that much address space."""
    child = Child()
    resource.prlimit(child.process.pid, resource.RLIMIT_AS, (octets, octets))
    return survives(message, child)


def no_memory_ends_the_child_and_is_no_finding():
    page = b"<p>Bonjour</p>" * 500_000
    for data in (b"\r\n" + b"x" * 20_000_000, b"Content-Type: text/html\r\n\r\n" + page,
                 package([("D.XML", b"<a>" + b"<b/>" * 1_500_000 + b"</a>")], b"<a/>"),
                 b"To: " + b"a@b.test, " * 90_000 + b"\r\n\r\n"):
        whole = survives(data)
        for octets in (1 << 20, 55 << 20, 65 << 20, 85 << 20, 120 << 20):
            view = limited(data, octets)
            assert view is None or view == whole, (octets, data[:40], view[0], whole[0])


def message_of_100_megabytes_is_seen():
    data = (b'Subject: grand\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\ntexte\r\n--b'
            b"\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n"
            + (b"A" * 76 + b"\r\n") * 1_300_000 + b"--b--\r\n")
    view, text = Child().view(data)
    assert view["attachments"][0]["size"] == 57 * 1_300_000 and text == "texte", view


def corpus_is_gone_through():
    root = os.environ.get("PROBANT_CORPUS")
    if not root:
        return
    child = Child()
    seen = named = 0
    for where, _, names in os.walk(root):
        for name in names:
            path = os.path.join(where, name)
            if not os.path.isfile(path):
                continue
            with open(path, "rb") as file:
                data = file.read()
            view, _ = child.view(data)
            seen += 1
            named += "from" in view or "subject" in view
    assert seen and named, (seen, named)
    assert child.end() == 0


TESTS = [demonstration_reads_as_python_reads_it, words_of_the_demonstration_are_all_there,
         demonstration_has_its_kinds, nesting_without_end_is_cut_and_said,
         parts_without_end_are_cut_and_said, headers_without_end_are_cut_and_said,
         octets_of_every_kind_are_seen, charsets_of_every_name_are_read_or_passed_over,
         bombs_are_not_unpacked, what_a_package_states_is_compared_with_its_files,
         child_is_confined, child_ends_with_its_parent, killed_child_costs_one_view,
         no_memory_ends_the_child_and_is_no_finding, message_of_100_megabytes_is_seen,
         corpus_is_gone_through]


def main():
    check.play(TESTS, lambda test: test())
    return check.end()


if __name__ == "__main__":
    sys.exit(main())
