#!/usr/bin/env python3
"""doors_lmtp.py BUILD: a real Postfix hands in copies and journal reports by LMTP, as docs/DOORS.md has it.

What Postfix delivers, by the same kind of transport, to a witness is what the archive must hold, octet
for octet and once.  Last line: `N passed, N failed`.
"""
import collections
import io
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).parent))
import lib_daemon
import lib_hostile
import lib_postfix
from lib_check import check
from lib_lmtp import Witness

BUILD = pathlib.Path(sys.argv[1]).resolve()
ROOT = pathlib.Path(__file__).resolve().parents[2]
PROBANT = BUILD / "probant"
SESSIONS, EACH = 10, 50
FACTS, ENVELOPE = 0, 6  # FORMAT 1
KILLED, FIRST_KILLED = 60, 2 * 10 ** 6
JOURNAL = "journal@journal.tilleuls.example"

POLICY = """\
policy: capture
runtime_dir: {work}/run
state_dir: {work}/state
heartbeat: 1 h
archives:
  - name: tilleuls
    path: {work}/tilleuls
    mailboxes: ["@tilleuls.example", "@tilleuls.example.probant.invalid",
                dominique@tls.example.probant.invalid, "@cabinet.example.probant.invalid"]
  - name: platanes
    path: {work}/platanes
    mailboxes: ["@platanes.example", "@platanes.example.probant.invalid"]
otherwise: pass
doors:
  - name: copies
    kind: lmtp
    listen: unix:{work}/run/copies.sock
    on_failure: defer
    max_message: 100 MB
  - name: journal
    kind: lmtp
    listen: unix:{work}/run/journal.sock
    on_failure: defer
    max_message: 250 MB
    journal: yes
  - name: remote
    kind: lmtp
    listen: 127.0.0.1:{port}
    on_failure: defer
    max_message: 100 MB
    tls:
      certificate: {work}/door.pem
      key: {work}/door.key
"""

REPORT = """\
From: MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@platanes.example
To: %s
MIME-Version: 1.0
X-MS-Journal-Report:
Content-Type: multipart/mixed; boundary="_000_"
Message-ID: <report@journal.report.generator>
Date: Wed, 6 May 2026 17:42:00 +0200
Subject: Bilan

--_000_
Content-Type: text/plain; charset="us-ascii"
Content-Transfer-Encoding: 7bit

Sender: lou@else.example
Subject: Bilan
Message-Id: <inside@else.example>
To: sacha@platanes.example
Bcc: robin@platanes.example

--_000_
Content-Type: message/rfc822

From: lou@else.example
To: sacha@platanes.example
Subject: Bilan
Message-ID: <inside@else.example>

Rien de grave.

--_000_--
""".replace("\n", "\r\n") % JOURNAL



def run(*words, code=0):
    done = subprocess.run([str(x) for x in words], capture_output=True)
    if done.returncode != code:
        check("exit code %d" % code, False, "%d of %s: %s" % (done.returncode, words[1:4], done.stderr.decode()))
    return done.stdout


def recipes(work):
    """The lines of main.cf and of master.cf that docs/DOORS.md tells, by the names of parameters; of
    those that stand there more than once, all."""
    text = (ROOT / "docs/DOORS.md").read_text().split("## LMTP")[1].replace("/run/probant", str(work / "run"))
    transport = re.search(r"^    (probant +unix.*(?:\n      -o .*)*)", text, re.M)[1]
    main = collections.defaultdict(list)
    for name, value in re.findall(r"^    (\w+) = (.*)$", text, re.M):
        main[name].append(value)
    return main, transport.replace("\n      ", "\n  ")


def letter(number, kind):
    bodies = [b"Bonjour.\r\n", b"r\xe9sultat \xff\r\n", b"x" * 3000 + b"\r\n", b".\r\n..\r\n.a\r\n",
              b"a\rb\0c\r\n", b"bare\nlf\r\n", b"", bytes(range(1, 10)) + b"\r\n"]
    return b"Subject: essai\r\nMessage-ID: <%d@else.example>\r\n\r\n" % number + bodies[kind % len(bodies)]


def examined(work, name):
    """The archive is sound; what it holds of messages, (octets, facts, envelope), out of a bundle."""
    archive, rows = work / name, []
    run(PROBANT, "stamp", "-a", archive, "--now")
    for words, out in (("key", "policy"), "trust"), (("tsa", "roots"), "roots"):
        (work / out).write_bytes(run(PROBANT, *words, "-a", archive))
    held = shutil.copy(archive / "log/checkpoint", work / "held")
    outside = "--trust", work / "trust", "--tsa-roots", work / "roots", "--against", held
    run(PROBANT, "verify", archive, *outside)
    run(PROBANT, "export", "-a", archive, "--case", "essai", "--against", held, "-o", work / (name + ".asics"))
    run(BUILD / "probant-verify", work / (name + ".asics"), *outside)
    with zipfile.ZipFile(work / (name + ".asics")) as container:
        package = zipfile.ZipFile(io.BytesIO(container.read("essai.zip")))
    for seq in sorted(int(x.split("/")[1]) for x in package.namelist() if x.endswith("/message.eml")):
        folder = "records/%d/" % seq
        kinds = [x["kind"] for x in json.loads(package.read(folder + "opening.json"))["parts"]]
        facts, envelope = (json.loads(package.read("%spart-%d.bin" % (folder, kinds.index(kind))))
                           for kind in (FACTS, ENVELOPE))
        rows.append((package.read(folder + "message.eml"), facts, envelope))
    return rows


# ---- mail ------------------------------------------------------------------------------------------


def hand_in(postfix, session, failures):
    with postfix.connect() as client:
        for i in range(EACH):
            number = session * EACH + i
            # One in five is sent by the practice, to somebody else.
            sent = i % 5 == 0
            sender = "camille@tilleuls.example" if sent else "lou@else.example"
            recipients = ["lou@else.example"] if sent else ["camille@tilleuls.example", "dominique@tilleuls.example"]
            answer = postfix.inject(sender, recipients, letter(number, i), client)
            if answer[0] != 250:
                failures.append(answer)


def many(postfix, witness):
    """Through ten sessions at once; all of it reaches the witness and no copy waits."""
    failures = []
    threads = [threading.Thread(target=hand_in, args=(postfix, x, failures)) for x in range(SESSIONS)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    check("500 messages over 10 sessions are taken", failures == [], failures)
    check("no copy waits", postfix.drained(), postfix.queue())
    check("the mail went its way", len(witness.messages) == SESSIONS * EACH, len(witness.messages))


def hostile(postfix, witness):
    before = len(witness.messages)
    with postfix.connect() as client:
        refused = [kind for kind, recipients, octets in lib_hostile.kinds()
                   if postfix.inject("a.durand@labo.example", recipients, octets, client)[0] != 250]
    check("26 hostile kinds are taken", refused == [], refused)
    check("and no copy of them waits", postfix.drained(), postfix.queue())
    check("all reached the witness", len(witness.messages) == before + 26, len(witness.messages) - before)


def away(postfix, witness, daemon):
    """The writer stands still: mail goes on, the copy waits, and is kept when it goes on."""
    check("there is one writer", len(daemon.others("--writer")) == 1)
    daemon.halt("--writer")
    before = len(witness.messages)
    postfix.inject("lou@else.example", ["camille@tilleuls.example"], letter(10 ** 6, 0))
    until = time.monotonic() + 20
    while len(witness.messages) == before and time.monotonic() < until:
        time.sleep(0.05)
    check("the mail went its way without the writer", len(witness.messages) == before + 1)
    check("the copy waits", len(postfix.queue()) == 1, postfix.queue())
    daemon.go_on("--writer")
    check("and is taken", postfix.drained(), postfix.queue())


def killed(postfix, daemon):
    """Door and writer are killed in turn while mail comes in; what was under way comes again."""
    failures = []

    def send():
        with postfix.connect() as client:
            for i in range(KILLED):
                answer = postfix.inject("lou@else.example", ["sacha@platanes.example"],
                                        letter(FIRST_KILLED + i, i), client)
                if answer[0] != 250:
                    failures.append(answer)
                time.sleep(0.01)

    sender = threading.Thread(target=send)
    sender.start()
    for word in ["copies", "--writer"] * 2:
        before = daemon.others(word)
        daemon.signal(word, signal.SIGKILL)
        until = time.monotonic() + 20
        while time.monotonic() < until and daemon.others(word) in ([], before):
            time.sleep(0.05)
        time.sleep(0.2)
        check("another %s is started" % word, len(before) == 1 and daemon.others(word) not in ([], before), before)
    sender.join()
    check("mail is taken meanwhile", failures == [], failures)
    check("and copies are, in the end", postfix.drained(), postfix.queue())


def over_tls(postfix):
    """From another machine, as it were: the door shows its certificate."""
    postfix.inject("lou@else.example", ["dominique@tls.example"], letter(10 ** 6 + 1, 0))
    check("a copy over TLS is taken", postfix.drained(), postfix.queue())
    check("the door's certificate was verified", "Verified TLS connection established to 127.0.0.1" in postfix.log(),
          postfix.log()[-2000:])


# ---- what is kept ----------------------------------------------------------------------------------


def check_killed(rows, delivered):
    """Each, and no other; twice where the answer was lost, since the MTA sends it again."""
    kept = collections.Counter(octets for octets, _, _ in rows)
    check("nothing is lost when processes are killed", set(kept) == set(delivered),
          "%d of %d are kept" % (len(kept), len(delivered)))
    check("and hardly anything comes twice", len(rows) < len(delivered) * 1.5, len(rows))


def check_copies(rows, delivered):
    kept = collections.Counter(octets for octets, _, _ in rows)
    seen = collections.Counter(delivered)
    check("each message once, as the MTA delivered it", kept == seen,
          "%d kept, %d delivered, %d differ" % (kept.total(), seen.total(), (kept - seen).total()))
    facts = collections.Counter((x["source"], x["door"], x["fidelity"]) for _, x, _ in rows)
    check("they say that they are copies, and by which door", facts == {
        ("lmtp", "copies", "copy"): len(rows) - 1, ("lmtp", "remote", "copy"): 1}, facts)
    directions = collections.Counter(x["direction"] for _, x, _ in rows)
    check("sent or received, by the policy", directions["sent"] == SESSIONS * EACH // 5 and len(directions) == 2,
          directions)
    peers = {(x["peer"]["address"], x["peer"]["helo"], x["mta"]) for _, _, x in rows}
    check("the MTA tells of its client", peers == {("127.0.0.1", "client.example", "mta.example")}, peers)
    ids = [x["queue_id"] for _, _, x in rows]
    check("each by its queue id", len(set(ids)) == len(ids))
    named = [tuple(sorted(y["address"] for y in x["rcpt_to"])) for _, _, x in rows]
    both = tuple(x + "@tilleuls.example.probant.invalid" for x in ("camille", "dominique"))
    check("one copy for all recipients", named.count(both) == SESSIONS * EACH * 4 // 5, collections.Counter(named))


def check_report(rows):
    check("the report is in the archive of those whom it names", len(rows) == 1, len(rows))
    octets, facts, envelope = rows[0]
    check("whole", octets.endswith(REPORT.encode()), octets)
    check("known as one", (facts["journal"], facts["door"]) == ("exchange", "journal"), facts)
    check("with those whom it names", (envelope["mail_from"], [x["address"] for x in envelope["rcpt_to"]]) ==
          ("lou@else.example", ["sacha@platanes.example", "robin@platanes.example", JOURNAL]), envelope)


def scenario(work):
    work.chmod(0o755)
    os.environ["PROBANT_PASSPHRASE_FILE"] = str(work / "passphrase")
    run("openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-days", "2", "-subj", "/CN=door.example",
        "-addext", "subjectAltName=DNS:door.example", "-keyout", work / "door.key", "-out", work / "door.pem")
    port = lib_postfix.free_port()
    main_cf, transport = recipes(work)
    # What the recipe says of another machine; the name is not one of DNS here.
    remote = transport.replace("probant ", "remote ", 1) + (
        "\n  -o lmtp_tls_security_level=secure -o lmtp_tls_CAfile=%s/door.pem -o lmtp_tls_loglevel=1"
        "\n  -o lmtp_tls_secure_cert_match=door.example" % work)
    witness = Witness(work / "witness.sock")
    parameters = {
        "recipient_bcc_maps": main_cf["recipient_bcc_maps"][0],
        "probant_destination_recipient_limit": main_cf["probant_destination_recipient_limit"][0],
        "relay_domains": main_cf["relay_domains"][0],
        "relay_recipient_maps": main_cf["relay_recipient_maps"][0],
        "transport_maps": ", ".join([
            "inline:{ {dominique@tls.example.probant.invalid = remote:inet:127.0.0.1:%d} }" % port,
            *main_cf["transport_maps"][1:]]),
        # All other mail is delivered to the witness, who must get it as the archive does.
        "default_transport": "witness:unix:%s/witness.sock" % work,
        "witness_destination_recipient_limit": "1000",
    }
    transports = [transport, transport.replace("probant ", "witness ", 1), remote]
    daemon = lib_daemon.Daemon(BUILD, work, POLICY.format(work=work, port=port), ["tilleuls", "platanes"],
                               [work / "run" / (name + ".sock") for name in ("copies", "journal")]).start()
    try:
        with lib_postfix.Postfix(work, parameters, transports) as postfix:
            many(postfix, witness)
            hostile(postfix, witness)
            away(postfix, witness, daemon)
            over_tls(postfix)
            postfix.inject("", [JOURNAL], REPORT.encode())
            check("the report is taken", postfix.drained(), postfix.queue())
            calm = len(witness.messages)
            killed(postfix, daemon)
    finally:
        check("the daemon ends well", daemon.stop() == 0, daemon.words())
        witness.shutdown()
    check_copies(examined(work, "tilleuls"), witness.messages[:calm])
    rows = examined(work, "platanes")
    check_report([x for x in rows if x[1]["door"] == "journal"])
    check_killed([x for x in rows if x[1]["door"] != "journal"], witness.messages[calm:])
    check("no address is in the log", "@" not in daemon.words(), daemon.words())


def main():
    why = lib_postfix.missing()
    if why is not None:
        print("skipped:", why)
        return 0
    with tempfile.TemporaryDirectory(prefix="probant-lmtp-") as work:
        scenario(pathlib.Path(work))
    return check.end()


sys.exit(main())
