#!/usr/bin/env python3
"""doors_milter.py [BUILD]: real Postfix with a milter door, as docs/DOORS.md has it.

500 messages over 10 sessions, and 26 kinds of hostile mail: each is captured once, with its envelope, and equals what
reached the mailbox, the fields that delivery puts on top aside.  Then writer and door are killed and held up under
load: what a client was told is accepted is in the archive all the same.  Prints `N passed, N failed`.
"""
import collections
import concurrent.futures
import pathlib
import re
import shutil
import signal
import smtplib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build").resolve()
sys.dont_write_bytecode = True            # nothing is left beside the tools
sys.path.insert(0, str(HERE))
import lib_daemon
import lib_hostile
import lib_postfix
from lib_check import check

SESSIONS, EACH = 10, 50
EACH_DISTURBED = 20
WRITER_ENDS = 2                           # while messages come
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
  - name: milter
    kind: milter
    listen: unix:{work}/run/milter.sock
    on_failure: defer
"""
# What Postfix delivers is what it told the door, except that it does not tell a header that ends the message from one
# with an empty line behind it.
UNTOLD = {"nothing", "no-empty-line"}


def recipe(run):
    """The lines of main.cf that docs/DOORS.md tells, with the sockets in another place."""
    text = (HERE.parent.parent / "docs/DOORS.md").read_text().split("## Milter")[1].split("### Several")[0]
    return dict(re.findall(r"^    (\w+) = (.*)$", text.replace("/run/probant", str(run)), re.M))


def untraced(octets):
    """The queue id that delivery put on top, and the message without what it put there, whose folds are tabs."""
    trace = re.match(rb"(?:(?:Return-Path|X-Original-To|Delivered-To|Received):[^\n]*\n(?:\t[^\n]*\n)*)+", octets)
    return re.search(rb"\(Postfix.*\sid (\w+)", trace[0], re.S)[1].decode(), octets[trace.end():]


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


def insist(postfix, octets):
    """Hand it in until it is accepted, over a connection each time: how often that took."""
    for attempt in range(1, 200):
        try:
            if postfix.inject(SENDER, lib_hostile.TO, octets)[0] == 250:
                return attempt
        except (OSError, smtplib.SMTPException):
            pass
        time.sleep(0.05)
    return None


def disturb(machine):
    """Each of them goes away under load, and the writer is held up."""
    for word, number in [("--writer", signal.SIGKILL), ("probant-door", signal.SIGKILL)] * WRITER_ENDS + [
            ("--writer", signal.SIGSTOP)]:
        time.sleep(0.3)
        until = time.monotonic() + 20
        while not machine.others(word):
            if time.monotonic() > until:
                raise RuntimeError("nothing comes back: " + machine.words())
            time.sleep(0.02)
        machine.signal(word, number)
    time.sleep(0.5)
    machine.go_on("--writer")


def disturbed(postfix, machine):
    """How often each message was handed in."""
    with concurrent.futures.ThreadPoolExecutor(SESSIONS + 1) as pool:
        trouble = pool.submit(disturb, machine)
        attempts = [pool.submit(insist, postfix, letter(SESSIONS + s, i))
                    for i in range(EACH_DISTURBED) for s in range(SESSIONS)]
        trouble.result()
        return [x.result() for x in attempts]


def hostile(postfix):
    """The kinds by the queue ids that they were accepted under."""
    ids = {}
    with postfix.connect() as client:
        for kind, recipients, octets in lib_hostile.kinds():
            code, text = postfix.inject(SENDER, recipients, octets, client)
            check("%s: accepted" % kind, code == 250, text)
            ids[text.split()[-1].decode()] = kind, recipients, octets
    return ids


def within(postfix):
    """What does not come by SMTP: a message injected here, and the bounce that it becomes."""
    injected = lib_hostile.message("injected", b"Subject: injected\r\n").replace(b"\r\n", b"\n")
    done = subprocess.run(["sendmail", "-C", postfix.etc, "-f", lib_hostile.TO[0], "nobody@absent.example"],
                          input=injected, capture_output=True)
    check("a message is injected", done.returncode == 0, done.stderr)
    until = time.monotonic() + 20
    while not any(b"Undelivered Mail" in x for x in postfix.delivered()) and time.monotonic() < until:
        time.sleep(0.1)


def check_within(kept):
    injected = [told for told, octets in kept if b"Subject: injected" in octets.split(b"\r\n\r\n")[0]]
    check("what was injected is captured, as sent",
          [(x["mail_from"], x["direction"]) for x in injected] == [(lib_hostile.TO[0], "sent")], injected)
    bounces = [told for told, octets in kept if b"Subject: Undelivered Mail" in octets]
    check("its bounce is captured, with the empty reverse-path",
          [(x["mail_from"], x["direction"]) for x in bounces] == [("", "received")], bounces)


def check_disturbed(letters, attempts):
    """What was kept and not acknowledged comes again, and is kept again; nothing is kept that was never sent."""
    check("all are accepted in the end", None not in attempts)
    sent = {letter(SESSIONS + s, i) for s in range(SESSIONS) for i in range(EACH_DISTURBED)}
    kept = [x for _, x in letters]
    check("each that was accepted while things broke is captured", set(kept) == sent, len(sent - set(kept)))
    # A door hands over again what a writer that ended had not answered, which it may have kept (DOORS.md).
    most = sum(attempts) + WRITER_ENDS * SESSIONS
    check("twice only what was handed in twice", len(sent) <= len(kept) <= most, (len(kept), sum(attempts)))


def check_load(letters, delivered):
    sent = collections.Counter(letter(s, i) for s in range(SESSIONS) for i in range(EACH))
    check("each of 500 is captured once, as it was sent", collections.Counter(x for _, x in letters) == sent,
          len(letters))
    check("each under the queue id that it was delivered under",
          all(delivered.get(told["queue_id"]) == [octets.replace(b"\r\n", b"\n")] for told, octets in letters))
    told, _ = letters[0]
    check("facts say what is known of the octets",
          (told["source"], told["door"], told["fidelity"], told["direction"]) ==
          ("milter", "milter", "rebuilt", "received") and "rebuilt" not in told, told)
    check("the envelope is the client's",
          told["mail_from"] == SENDER and [x["address"] for x in told["rcpt_to"]] == lib_hostile.TO and
          told["peer"]["address"] == "127.0.0.1" and told["peer"]["helo"] == "client.example" and
          told["mta"] == "mta.example", told)


def check_kind(kind, recipients, sent, told, octets, delivered):
    boxes = delivered.get(told["queue_id"], [])
    told_of = "".join(octets.decode("latin-1").replace("\r\n", "\n"))
    check("%s: its recipients" % kind, [x["address"] for x in told["rcpt_to"]] == recipients)
    check("%s: delivered to each" % kind, len(boxes) == len(recipients), len(boxes))
    if kind in UNTOLD:
        told_of = told_of[:-1]
        check("%s: the facts say so" % kind, told.get("rebuilt") == ["empty_line"], told)
    check("%s: equal to what was delivered" % kind, all(x.decode("latin-1") == told_of for x in boxes),
          (octets[-200:], boxes[:1]))
    folded = re.search(rb"\n[ \t]", octets.split(b"\r\n\r\n")[0])
    check("%s: folds are told" % kind, ("folds" in told.get("rebuilt", [])) == bool(folded), told)
    return octets == sent


def check_hostile(kept, delivered, ids):
    by_id = collections.defaultdict(list)
    for told, octets in kept:
        by_id[told["queue_id"]].append((told, octets))
    check("each kind is captured once", all(len(by_id[x]) == 1 for x in ids))
    equal = sum(check_kind(*ids[x], *by_id[x][0], delivered) for x in ids if by_id[x])
    # Which differ from the wire is Postfix's doing (docs/DOORS.md); most do not.
    check("half of the kinds are as they were sent", equal >= 12, equal)


def flow(scratch):
    work = scratch / "machine"
    work.mkdir(mode=0o755)
    machine = lib_daemon.Daemon(BUILD, work, POLICY.format(work=work), ["cabinet"], [work / "run/milter.sock"]).start()
    main = recipe(work / "run")
    check("the recipe is there", {"smtpd_milters", "non_smtpd_milters"} < set(main), main)
    postfix = lib_postfix.Postfix(scratch, main={**main, "virtual_mailbox_domains": "cabinet.example"})
    with postfix:
        check("500 messages are accepted", load(postfix) == SESSIONS * EACH)
        ids = hostile(postfix)
        within(postfix)
        attempts = disturbed(postfix, machine)
        check("Postfix delivers them", postfix.drained())
        delivered = collections.defaultdict(list)
        for octets in postfix.delivered():
            queue_id, octets = untraced(octets)
            delivered[queue_id].append(octets)
        check("the door stops", machine.stop() == 0)
        with postfix.connect() as client:
            client.ehlo()
            check("while nobody answers, nobody is let in", client.mail(SENDER)[0] == 451)
    kept = [({**facts, **envelope}, octets) for octets, facts, envelope in machine.kept("cabinet")]
    letters = [(told, octets, int(re.search(rb"Subject: n. (\d+)", octets)[1])) for told, octets in kept
               if b"Subject: n. " in octets]
    check("nothing else is captured", len(kept) - len(letters) == len(ids) + 2, len(kept))
    check_load([(told, octets) for told, octets, session in letters if session < SESSIONS], delivered)
    check_disturbed([(told, octets) for told, octets, session in letters if session >= SESSIONS], attempts)
    check_hostile(kept, delivered, ids)
    check_within(kept)
    # Nobody outside speaks for this archive: not all can be settled.
    said = machine.run("verify", work / "cabinet", code=2)
    check("nothing is wrong with the archive", "nothing wrong was found" in said, said)


def main():
    why = lib_postfix.missing()
    if why:
        print("FAILED: " + why)
        return 77
    scratch = pathlib.Path(tempfile.mkdtemp(prefix="probant-milter-"))
    try:
        flow(scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return check.end()


sys.exit(main())
