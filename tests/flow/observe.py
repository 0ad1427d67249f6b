#!/usr/bin/env python3
"""observe.py [BUILD]: what later messages say of earlier ones, told by the archive itself.

A real Postfix bounces a message that went through the milter, the report comes back through it; a receipt says that
software refused the message; a message for two archives, of which one is away, is deferred and comes again.  Each is
joined by the writer, who has no reader's key, and what Python's parser of mail reads in the messages says that it is
right.  Prints `N passed, N failed`.
"""
import contextlib
import email
import email.policy
import fcntl
import json
import os
import pathlib
import re
import shutil
import struct
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build").resolve()
TOOLS = HERE.parent.parent / "tools"
sys.dont_write_bytecode = True            # nothing is left beside the tools
sys.path.insert(0, str(HERE))
import lib_daemon
import lib_postfix
from lib_check import check, until

POLICY = """\
policy: capture
runtime_dir: {work}/run
state_dir: {work}/state
archives:
  - {{ name: cabinet, path: {work}/cabinet, mailboxes: ["@cabinet.example"] }}
  - {{ name: ormes, path: {work}/ormes, mailboxes: ["@ormes.example"] }}
otherwise: pass
doors:
  - {{ name: milter, kind: milter, listen: "unix:{work}/run/milter.sock", on_failure: defer }}
"""
MARTIN, DUPUIS, LABO = "b.martin@cabinet.example", "c.dupuis@ormes.example", "a.durand@labo.example"
OBSERVATION = 2


# ---- messages ------------------------------------------------------------------------------------

def letter(sender, recipient, name):
    return ("From: <%s>\r\nTo: <%s>\r\nMessage-ID: <%s@essai.example>\r\nSubject: %s\r\n"
            "Date: Wed, 6 May 2026 17:42:00 +0200\r\n\r\nBonjour,\r\n" % (sender, recipient, name, name)).encode()


def receipt(of):
    """As practice software answers that it could not take a message in."""
    report = ("Reporting-UA: logiciel fictif\r\nFinal-Recipient: rfc822; %s\r\nOriginal-Message-ID: %s\r\n"
              "Disposition: automatic-action/MDN-sent-automatically; processed/error\r\n" % (LABO, of))
    head = email.message.EmailMessage(policy=email.policy.SMTP)
    head["From"], head["To"], head["Subject"] = LABO, MARTIN, "[KO Intégration système !][E02] compte rendu"
    return (head.as_bytes().rstrip() + b"\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; "
            b"report-type=disposition-notification; boundary=b\r\n\r\n--b\r\n\r\nRefus\xc3\xa9\r\n"
            b"--b\r\nContent-Type: message/disposition-notification\r\n\r\n" + report.encode() + b"--b--\r\n")


def bring(postfix, sender, recipients, octets, parameters=""):
    """The code that answers it."""
    with postfix.connect() as client:
        client.ehlo()
        client.docmd("MAIL", "FROM:<%s>%s" % (sender, parameters))
        for recipient in recipients:
            client.docmd("RCPT", "TO:<%s>" % recipient)
        client.docmd("DATA")
        client.send(octets + b".\r\n")
        return client.getreply()[0]


# ---- what happens --------------------------------------------------------------------------------

@contextlib.contextmanager
def locked(archive):
    """As a command that is at work there: who waits for the archive locks its directory (FORMAT 3.1)."""
    with open(archive / "lock", "rb") as lock:
        directory = os.open(archive, os.O_RDONLY)
        fcntl.flock(directory, fcntl.LOCK_EX)
        check("the writer lets go", until(lambda: try_lock(lock)))
        os.close(directory)
        yield


def try_lock(lock):
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return True
    except BlockingIOError:
        return False


def comes_again(postfix, work):
    """One of two archives is away: the sender is told to come again, and comes."""
    both = letter(LABO, MARTIN, "deux")
    with locked(work / "ormes"):
        code = bring(postfix, LABO, [MARTIN, DUPUIS], both)
    check("a message that not all archives kept is deferred", code == 451, code)
    answers = []
    until(lambda: answers.append(bring(postfix, LABO, [DUPUIS, MARTIN], both)) or answers[-1] == 250)
    check("it is taken when it comes again", answers[-1:] == [250], answers)


def bounces(postfix):
    """What was captured as sent, cannot be delivered; the report comes through the milter."""
    sent = letter(MARTIN, "nobody@absent.example", "perdu")
    check("a message is sent", bring(postfix, MARTIN, ["nobody@absent.example"], sent, " ENVID=essai+2B1") == 250)
    check("it comes back", until(lambda: any(b"Undelivered Mail" in x for x in postfix.delivered())))
    check("a receipt comes", bring(postfix, LABO, [MARTIN], receipt("<perdu@essai.example>")) == 250)
    check("and one that names nobody", bring(postfix, LABO, [MARTIN], receipt("<ailleurs@essai.example>")) == 250)


# ---- what is stated ------------------------------------------------------------------------------

def types(archive):
    """The types of all records, from the segments alone (FORMAT 3.2)."""
    found = []
    for path in sorted((archive / "vault").glob("*.seg")):
        octets = path.read_bytes()
        at = 12 + struct.unpack(">I", octets[8:12])[0]
        while at < len(octets):
            tag, length = octets[at:at + 1], struct.unpack(">Q", octets[at + 1:at + 9])[0]
            if tag in (b"R", b"P"):
                found.append(octets[at + 9 + 24])
            at += 9 + length
    return found


class Archive:
    """Everything that is in one: messages by other means than the program's own, observations by it."""

    def __init__(self, daemon, name):
        self.daemon, self.path = daemon, daemon.work / name
        kept = daemon.kept(name)
        numbers = sorted(int(x.stem) for x in (daemon.work / (name + "-out")).glob("*.eml"))
        self.message = dict(zip(numbers, kept))
        self.rows = [json.loads(x) for x in daemon.run(
            "list", "-a", self.path, "--purpose", "essai", "--json").splitlines()]
        self.observations = [(row["seq"], json.loads(self.show(row["seq"], "--facts")))
                             for row in self.rows if row["type"] == "observation"]

    def show(self, seq, *more):
        return self.daemon.run("show", "-a", self.path, str(seq), *more, "--purpose", "essai")

    def seqs(self, named):
        """Of messages with these octets in them."""
        return [seq for seq, (octets, _, _) in self.message.items() if named in octets]

    def stated(self, event):
        return [(seq, facts) for seq, facts in self.observations if facts["event"] == event]


def judged(archive, seq):
    """By Python's parser: whom the report speaks of, and by which names."""
    octets = archive.message[seq][0]
    report = email.message_from_bytes(octets, policy=email.policy.default)
    status = next(x for x in report.walk() if x.get_content_type() == "message/delivery-status").get_payload()[0]
    returned = next(x for x in report.walk() if x.get_content_type() in ("message/rfc822", "text/rfc822-headers"))
    returned = returned.get_payload()[0] if returned.is_multipart() else email.message_from_string(
        returned.get_content())
    mta = status["Reporting-MTA"].split(";")[1].strip()
    found = {}
    for other, (text, _, envelope) in archive.message.items():
        parameters = re.search(r"ENVID=(\S+)", envelope.get("mail_parameters", ""))
        xtext = re.sub(r"\+(..)", lambda x: chr(int(x[1], 16)), parameters[1]) if parameters else None
        by = [name for name, equal in (
            ("message_id", email.message_from_bytes(text)["Message-ID"] == returned["Message-ID"]),
            ("envelope_id", xtext is not None and xtext == status["Original-Envelope-Id"]),
            ("queue_id", (envelope.get("queue_id"), envelope.get("mta")) == (status["X-Postfix-Queue-ID"], mta)))
            if equal]
        if by and other != seq:
            found[other] = by
    return found


def check_bounce(archive):
    sent, = archive.seqs(b"Message-ID: <perdu@essai.example>\r\nSubject: perdu")[:1]
    stated = archive.stated("delivery")
    check("one delivery report is stated", len(stated) == 1, stated)
    record, facts = stated[0]
    of = {x["seq"]: x["by"] for x in facts["of"]}
    check("of what Python reads in it, by the same names", of == judged(archive, facts["speaks"]), of)
    check("which is the message that was sent, by three names",
          of == {sent: ["message_id", "envelope_id", "queue_id"]}, (sent, of))
    check("that it failed", [x["action"] for x in facts["recipients"]] == ["failed"] and
          re.match(r"5\.\d+\.\d+$", facts["recipients"][0]["status"]), facts)
    check("facts name nobody", "absent" not in json.dumps(facts) and "@" not in json.dumps(facts), facts)
    parts = json.loads(archive.show(record, "--parts", "--json"))["parts"]
    number = [x["kind"] for x in parts].index("envelope")
    envelope = json.loads(archive.show(record, "--part", str(number)))
    check("the envelope says who, and why", envelope["recipients"][0]["address"] == "nobody@absent.example" and
          envelope["recipients"][0]["diagnostic"] and envelope["reporting_mta"] == "mta.example", envelope)
    text = archive.show(sent)
    check("show of the message says who answered",
          "answered by record %d: delivery failed (5." % facts["speaks"] in text, text)
    check("and of the report whom it speaks of",
          "speaks of record %d: delivery failed" % sent in archive.show(facts["speaks"]), "")
    return sent


def check_receipts(archive, sent):
    stated = archive.stated("disposition")
    check("two receipts are stated", len(stated) == 2, stated)
    facts, none = (x for _, x in stated)
    check("one of the message", facts["of"] == [{"seq": sent, "by": ["message_id"]}], facts)
    check("with what it says", (facts["disposition"], facts["modifier"], facts["code"]) ==
          ("processed", "error", "E02"), facts)
    check("the other of nobody who is here", none["of"] == [], none)
    shown = json.loads(archive.show(sent, "--json"))["observed"]
    check("as JSON, too", [x["event"] for x in shown] == ["delivery", "disposition"] and
          all(x["of"] == [sent] for x in shown), shown)


def check_again(archive, other):
    seqs = archive.seqs(b"Message-ID: <deux@essai.example>")
    check("the archive that was there kept it twice", len(seqs) == 2, seqs)
    first, second = seqs
    stated = [facts for _, facts in archive.stated("again")]
    check("the second names the first", stated == [{"event": "again", "speaks": second, "of": [
        {"seq": first, "by": ["transaction"]}]}], (first, second, stated))
    check("both have the same octets", archive.message[first][0] == archive.message[second][0])
    check("where it came once nothing is stated", other.observations == [], other.observations)


def check_archive(archive):
    done = subprocess.run([TOOLS / "second_verifier.py", archive.path, "--reader",
                           next((archive.path / "readers").glob("*.key")), "--passphrase-file",
                           archive.daemon.work / "passphrase"], capture_output=True, text=True)
    check("the second verifier finds nothing wrong", "invalid" not in done.stdout, done.stdout[-600:])
    found = archive.daemon.run("find", "-a", archive.path, "--purpose", "essai", "--json", "type:observation")
    check("find has them", len(re.findall('"type":"observation"', found)) == len(archive.observations), found)
    before = len(archive.observations)
    archive.daemon.run("reindex", "-a", archive.path, "--all")
    check("made anew nothing is stated twice", types(archive.path).count(OBSERVATION) == before)


def flow(work):
    policy = POLICY.format(work=work)
    socket = work / "run/milter.sock"
    daemon = lib_daemon.Daemon(BUILD, work, policy, ("cabinet", "ormes"), [socket])
    daemon.start()
    main = {"smtpd_milters": "unix:%s" % socket, "non_smtpd_milters": "unix:%s" % socket,
            "internal_mail_filter_classes": "bounce", "virtual_mailbox_domains": "cabinet.example, ormes.example"}
    try:
        with lib_postfix.Postfix(work, main=main) as postfix:
            comes_again(postfix, work)
            bounces(postfix)
            check("the door stops", daemon.stop() == 0, daemon.words()[-600:])
    finally:
        daemon.process.kill()
    check("the writer stated all of it, without a reader's key",
          types(work / "cabinet").count(OBSERVATION) == 4, types(work / "cabinet"))
    archive, other = Archive(daemon, "cabinet"), Archive(daemon, "ormes")
    check_receipts(archive, check_bounce(archive))
    check_again(archive, other)
    check_archive(archive)
    check("no word of a message is logged", "@" not in daemon.words() and "perdu" not in daemon.words())


def main():
    why = lib_postfix.missing()
    if why:
        print("FAILED: " + why)
        return 77
    work = pathlib.Path(tempfile.mkdtemp(prefix="probant-observe-"))
    try:
        flow(work)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return check.end()


sys.exit(main())
