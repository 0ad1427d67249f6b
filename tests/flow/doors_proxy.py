#!/usr/bin/env python3
"""doors_proxy.py BUILD: a real Postfix with a proxy door between its two SMTP servers, as docs/DOORS.md has it.

500 messages over 10 sessions, and 26 kinds of hostile mail: each is kept once, as Postfix sends it on, and
delivered.  What is not kept is not delivered.  Last line: `N passed, N failed`.
"""
import collections
import concurrent.futures
import pathlib
import re
import shutil
import signal
import smtplib
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build").resolve()
sys.dont_write_bytecode = True            # nothing is left beside the tests
sys.path.insert(0, str(HERE))
import lib_daemon
import lib_hostile
import lib_postfix
from lib_check import check

SESSIONS, EACH = 10, 50
SENDER = "a.durand@labo.example"
POLICY = """\
policy: capture
runtime_dir: {work}/run
state_dir: {work}/state
archives:
  - name: cabinet
    path: {work}/cabinet
    mailboxes: ["@cabinet.example"]
otherwise: defer
doors:
"""
# What Postfix makes of these before the door; all other kinds stay as they are on the wire.
REMADE = {"bare-lf-in-body", "bare-lf-in-header", "cr-before-cr-lf", "from-line"}


def recipe(door, next_hop):
    """The door of the policy, main.cf and master.cf, as they stand in docs/DOORS.md, with other ports."""
    text = (lib_daemon.ROOT / "docs/DOORS.md").read_text().split("## Proxy")[1].split("\n## ")[0]
    text = text.replace("127.0.0.1:10026", "127.0.0.1:%d" % door).replace("127.0.0.1:10027", "127.0.0.1:%d" % next_hop)
    policy = re.search(r"^    doors:\n((?:      .*\n)+)", text, re.M)[1]
    first = re.search(r"^    smtp .*\n((?:      .*\n)+)", text, re.M)[1]
    first = dict(re.findall(r"^      -o (\w+)=(.*)$", first, re.M))
    second = re.search(r"^    (127.*\n(?:      .*\n)+)", text, re.M)[1]
    # Nothing is in a chroot here.
    second = re.sub(r"inet  n  -  y", "inet  n  -  n", second).replace("\n      ", "\n  ").rstrip()
    return POLICY + re.sub(r"^    ", "", policy, flags=re.M), first, second


def letter(session, number):
    name = "%d.%d" % (session, number)
    body = b"".join(b"%s: ligne %d, r\xc3\xa9sultat fictif\r\n" % (name.encode(), i) for i in range(40 + 7 * number))
    return lib_hostile.message(name, b"Subject: n. %s\r\n" % name.encode(), body)


def load(postfix):
    """10 clients at once, 50 messages each over one connection: how many were accepted."""
    def session(number):
        with postfix.connect() as client:
            return sum(postfix.inject(SENDER, lib_hostile.TO, letter(number, i), client)[0] == 250 for i in range(EACH))
    with concurrent.futures.ThreadPoolExecutor(SESSIONS) as pool:
        return sum(pool.map(session, range(SESSIONS)))


def hostile(postfix):
    with postfix.connect() as client:
        for kind, recipients, octets in lib_hostile.kinds():
            code, text = postfix.inject(SENDER, recipients, octets, client)
            check("%s: accepted" % kind, code == 250, text)


def untraced(octets):
    """Behind the field that the first server put on top."""
    return re.sub(rb"\AReceived: from client\.example [^\n]*\n(?:\t[^\n]*\n)*", b"", octets)


def remade(octets):
    """As Postfix sends it on."""
    octets = re.sub(rb"\r*\n", b"\r\n", octets)
    return b"X-Mailbox-Line: " + octets if octets.startswith(b"From ") else octets


# ---- what does not come by Postfix's own first server ---------------------------------------------------


def direct(door):
    client = smtplib.SMTP("127.0.0.1", door, local_hostname="client.example", timeout=60)
    client.ehlo()
    return client


def chunked(door):
    with direct(door) as client:
        check("chunks are offered", client.has_extn("chunking"))
        client.mail(SENDER)
        client.rcpt(lib_hostile.TO[0])
        octets = lib_hostile.message("chunked", b"Subject: chunked\r\n", b".\r\n")
        client.send(b"BDAT 10\r\n" + octets[:10])
        check("a chunk is taken", client.getreply()[0] == 250)
        client.send(b"BDAT %d LAST\r\n" % (len(octets) - 10) + octets[10:])
        check("and the last", client.getreply()[0] == 250)
    return octets


def smuggled(door):
    with direct(door) as client:
        for end in b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r":
            client.mail(SENDER)
            client.rcpt(lib_hostile.TO[0])
            client.docmd("DATA")
            client.send(b"Subject: a\r\n\r\na" + end + b"MAIL FROM:<x@labo.example>\r\n"
                        b"RCPT TO:<b.martin@cabinet.example>\r\nDATA\r\nSubject: smuggled\r\n\r\nb\r\n.\r\n")
            check("a message within a message is refused", client.getreply()[0] == 554)


def parameters(postfix):
    """What stands behind addresses, and addresses beyond ASCII."""
    with postfix.connect() as client:
        client.ehlo()
        for line in ("MAIL FROM:<andré@labo.example> SMTPUTF8 BODY=8BITMIME RET=HDRS ENVID=e1",
                     "RCPT TO:<b.martin@cabinet.example> NOTIFY=NEVER ORCPT=rfc822;b@cabinet.example", "DATA"):
            client.send(line.encode() + b"\r\n")
            code, text = client.getreply()
            check("%s is taken" % line, code in (250, 354), text)
        client.send(lib_hostile.message("parameters", b"Subject: parameters\r\n") + b".\r\n")
        check("a message with parameters is accepted", client.getreply()[0] == 250)


# ---- failure ----------------------------------------------------------------------------------------------


def deferred(postfix):
    """Mail that concerns no archive is deferred by this policy, and the next message is not."""
    with postfix.connect() as client:
        code, text = postfix.inject(SENDER, ["c@absent.example"], lib_hostile.message("nobodys"), client)
        check("what is not kept is not accepted", code == 451, text)
        code, text = postfix.inject(SENDER, lib_hostile.TO, lib_hostile.message("next"), client)
        check("the next message is", code == 250, text)


def away(daemon, postfix):
    """While the writer stands still nobody is told that a message was accepted, and none is delivered."""
    daemon.halt("--writer")
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        answer = pool.submit(postfix.inject, SENDER, lib_hostile.TO, lib_hostile.message("away"))
        time.sleep(1)
        check("the answer waits", not answer.done())
        check("so does the message", not any(name_of(x) == b"away@labo.example" for x in postfix.delivered()))
        daemon.go_on("--writer")
        check("then it is accepted", answer.result()[0] == 250, answer.result())


def insist(postfix, octets):
    """As a client does that is told to come again."""
    while True:
        try:
            code, _ = postfix.inject(SENDER, lib_hostile.TO, octets)
            if code == 250:
                return octets
        except (smtplib.SMTPException, OSError):
            pass
        time.sleep(0.1)


def killed(daemon, postfix):
    """Under load door and writer are killed in turn; messages are sent until they are accepted."""
    sent = [lib_hostile.message("killed-%d" % i, body=b"Ligne fictive.\r\n" * 100) for i in range(48)]
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(insist, postfix, x) for x in sent]
        for i, victim in enumerate(("--writer", "before") * 3):
            while sum(x.done() for x in answers) < 6 * (i + 1):
                time.sleep(0.01)
            check("%s is there to be killed" % victim, daemon.others(victim))
            daemon.signal(victim, signal.SIGKILL)
        check("all are accepted in the end", sorted(x.result() for x in answers) == sorted(sent))


# ---- what is kept -----------------------------------------------------------------------------------------


def check_load(kept):
    letters = [(octets, facts, envelope) for octets, facts, envelope in kept if b"\r\nSubject: n. " in octets]
    sent = collections.Counter(letter(s, i) for s in range(SESSIONS) for i in range(EACH))
    check("each of 500 is kept once, as it was sent", collections.Counter(untraced(x) for x, _, _ in letters) == sent,
          len(letters))
    _, facts, envelope = letters[0]
    known = facts["source"], facts["door"], facts["fidelity"], facts["direction"]
    check("facts say what is known of the octets", known == ("proxy", "before", "octets", "received"), facts)
    check("the envelope is that of Postfix's client",
          envelope["mail_from"] == SENDER and [x["address"] for x in envelope["rcpt_to"]] == lib_hostile.TO and
          envelope["peer"]["address"] == "127.0.0.1" and envelope["peer"]["helo"] == "client.example" and
          envelope["mta"] == "mta.example", envelope)


def check_hostile(kept):
    octets = collections.Counter(untraced(x) for x, _, _ in kept)
    for kind, _, sent in lib_hostile.kinds():
        check("%s: kept as Postfix sends it on" % kind, octets[remade(sent)] >= 1)
        check("%s: as on the wire, or known not to be" % kind, (remade(sent) == sent) == (kind not in REMADE))
    many = [envelope for x, _, envelope in kept if b"<plain@" in x]
    check("all recipients", [len(x["rcpt_to"]) for x in many] == [200])


def check_parameters(kept):
    envelopes = [envelope for x, _, envelope in kept if b"<parameters@" in x]
    check("parameters are kept as they stand", [
        (x["mail_from"], x["mail_parameters"], x["rcpt_to"][0]["parameters"]) for x in envelopes] == [
        ("andré@labo.example", "SMTPUTF8 BODY=8BITMIME RET=HDRS ENVID=e1",
         "NOTIFY=NEVER ORCPT=rfc822;b@cabinet.example")], envelopes)


def name_of(octets):
    return (re.findall(rb"Message-ID: <(.*)>", octets) or [b"none"])[0]


def is_of_the_killed(octets):
    return name_of(octets).startswith(b"killed-")


def check_killed(kept, delivered):
    """A message that was not acknowledged may have been kept all the same, and comes again."""
    here = {name_of(x) for x, _, _ in kept if is_of_the_killed(x)}
    check("each that was accepted is kept", len(here) == 48, len(here))
    check("and delivered", here == {name_of(x) for x in delivered if is_of_the_killed(x)})


def check_delivered(kept, delivered):
    offered = collections.Counter()
    for octets, _, envelope in kept:
        if not is_of_the_killed(octets):
            offered[name_of(octets)] += len(envelope["rcpt_to"])
    seen = collections.Counter(name_of(x) for x in delivered if not is_of_the_killed(x))
    check("what is kept is delivered, and nothing else", offered == seen, (offered - seen, seen - offered))


def flow(work):
    door, next_hop = lib_postfix.free_port(), lib_postfix.free_port()
    policy, first, second = recipe(door, next_hop)
    daemon = lib_daemon.Daemon(BUILD, work, policy.format(work=work), ["cabinet"], [])
    postfix = lib_postfix.Postfix(work, {"virtual_mailbox_domains": "cabinet.example", **first}, [second])
    with postfix:
        daemon.doors = [("127.0.0.1", door)]
        daemon.start()
        try:
            check("500 messages over 10 sessions are accepted", load(postfix) == SESSIONS * EACH)
            hostile(postfix)
            parameters(postfix)
            chunk = chunked(door)
            smuggled(door)
            deferred(postfix)
            away(daemon, postfix)
            killed(daemon, postfix)
            check("Postfix delivers them", postfix.drained())
        finally:
            check("the daemon ends well", daemon.stop() == 0, daemon.words())
        with postfix.connect() as client:
            client.ehlo()
            client.mail(SENDER)
            code, text = client.rcpt(lib_hostile.TO[0])
            check("without a door nothing is accepted", code == 451, text)
        delivered = postfix.delivered()
    kept = daemon.kept("cabinet")
    check_load(kept)
    check_hostile(kept)
    check("the chunks are kept, as they were sent", chunk in [x for x, _, _ in kept])
    check_parameters(kept)
    check_delivered(kept, delivered)
    check_killed(kept, delivered)
    check("nothing was smuggled", not any(b"smuggled" in x for x in delivered + [x for x, _, _ in kept]))
    # Nobody outside speaks for this archive: not all can be settled.
    daemon.run("verify", work / "cabinet", code=2)
    check("no address is in the log", "@" not in daemon.words(), daemon.words())


def main():
    why = lib_postfix.missing()
    if why is not None:
        print("skipped:", why)
        return 0
    work = pathlib.Path(tempfile.mkdtemp(prefix="probant-proxy-"))
    work.chmod(0o755)
    try:
        flow(work)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return check.end()


if __name__ == "__main__":
    sys.exit(main())
