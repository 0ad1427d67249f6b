#!/usr/bin/env python3
"""recipes.py BUILD: the recipes of docs/DOORS.md that no other test runs, with their lines as they stand there.

Several MTAs to one door; a copy of all mail by always_bcc; journal reports that come from outside, by SMTP with STARTTLS
and a certificate.  Last line: `N passed, N failed`.
"""
import collections
import pathlib
import re
import shutil
import signal
import ssl
import subprocess
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

TEXT = (lib_daemon.ROOT / "docs/DOORS.md").read_text()
HEAD = """\
policy: capture
runtime_dir: {work}/run
state_dir: {work}/state
otherwise: %s
archives:
"""
ARCHIVE = "  - {{ name: %s, path: {work}/%s, mailboxes: [%s] }}\n"
SENDER = "lou@else.example"
EACH = 10


def section(title):
    """What stands below that heading, up to the next of its kind or a higher one."""
    return re.split(r"^#{2,3} ", TEXT.split("\n### %s\n" % title)[1], maxsplit=1, flags=re.M)[0]


def parameters(text):
    return dict(re.findall(r"^    (\w+) = (.*)$", text, re.M))


def doors(text):
    return re.sub(r"^    ", "", re.search(r"^    doors:\n(?:      .*\n)+", text, re.M)[0], flags=re.M)


def transport():
    """The lines of master.cf by which copies go."""
    return re.search(r"^    (probant +unix.*(?:\n      -o .*)*)", TEXT, re.M)[1].replace("\n      ", "\n  ")


def daemon_for(work, otherwise, archives, door, at):
    """A daemon with the recipe's doors; archives: mailboxes by names."""
    work.mkdir(mode=0o755)
    policy = HEAD % otherwise + "".join(ARCHIVE % (x, x, ", ".join(y)) for x, y in archives.items())
    return lib_daemon.Daemon(BUILD, work, policy.format(work=work) + door, archives, at).start()


def message(name, body=b"Fictif.\r\n"):
    return lib_hostile.message(name, b"Subject: %s\r\n" % name.encode(), body)


def end(daemon):
    check("the daemon ends well", daemon.stop() == 0, daemon.words())
    check("no address is in the log", "@" not in daemon.words(), daemon.words())


# ---- several MTAs -----------------------------------------------------------------------------------------------


def mtas(work):
    recipe, port = section("Several MTAs to one Probant"), lib_postfix.free_port()
    recipe = recipe.replace("192.0.2.10:8891", "127.0.0.1:%d" % port)
    daemon = daemon_for(work, "defer", {"cabinet": ['"@cabinet.example"']}, doors(recipe), [("127.0.0.1", port)])
    names, servers = ("nord.example", "sud.example"), []
    try:
        for name in names:
            (work / name).mkdir()
            servers.append(lib_postfix.Postfix(work / name, {**parameters(recipe), "myhostname": name,
                                                             "virtual_mailbox_domains": "cabinet.example"}).start())
        check("the recipe is there", servers[0].command("postconf", "-h", "smtpd_milters").count(str(port)) == 1)
        for i in range(EACH):
            for name, server in zip(names, servers):
                code, text = server.inject(SENDER, ["camille@cabinet.example"], message("%s-%d" % (name, i)))
                check("each MTA's mail is accepted", code == 250, text)
        daemon.signal("mtas", signal.SIGKILL)
        until = time.monotonic() + 20
        again = set(names)
        while again and time.monotonic() < until:
            again -= {name for name, server in zip(names, servers) if server.inject(
                SENDER, ["camille@cabinet.example"], message("again-" + name))[0] == 250}
        check("a door that was killed serves both again", not again, daemon.words())
        servers[0].stop()
        code, text = servers[1].inject(SENDER, ["camille@cabinet.example"], message("alone"))
        check("one MTA does without the other", code == 250, text)
        end(daemon)
        with servers[1].connect() as client:
            client.ehlo()
            check("without a door nobody is let in", client.mail(SENDER)[0] == 451)
    finally:
        daemon.process.kill()
        for server in servers:
            server.stop()
    kept = [(octets, envelope) for octets, _, envelope in daemon.kept("cabinet")]
    by_mta = collections.Counter(x["mta"] for octets, x in kept if b"Subject: again" not in octets)
    check("each is kept, under the name of its MTA", by_mta == {names[0]: EACH, names[1]: EACH + 1}, by_mta)
    check("and is told apart by it and its queue id", len({(x["mta"], x["queue_id"]) for _, x in kept}) == len(kept))


# ---- always_bcc -------------------------------------------------------------------------------------------------


def always_bcc(work):
    recipe = section("Copies by Postfix").replace("/run/probant", str(work / "run"))
    main = parameters(recipe.split("for several archives")[0])
    check("the recipe is there", set(main) == {"always_bcc", "transport_maps"}, main)
    door = doors(TEXT.split("\n## LMTP\n")[1]).replace("/run/probant", str(work / "run"))
    daemon = daemon_for(work, "pass", {"cabinet": ["camille@example.net", main["always_bcc"]]}, door,
                        [work / "run/copies.sock"])
    try:
        with lib_postfix.Postfix(work, main, [transport().replace("/run/probant", str(work / "run"))]) as postfix:
            for i in range(EACH):
                sender, to = (SENDER, "camille@example.net") if i % 2 else ("camille@example.net", "robin@example.net")
                code, text = postfix.inject(sender, [to, "bcc@example.net"], message("copie-%d" % i))
                check("mail is accepted", code == 250, text)
            daemon.signal("--writer", signal.SIGKILL)
            check("no copy waits", postfix.drained(), postfix.queue())
            delivered = postfix.delivered()
            end(daemon)
            postfix.inject(SENDER, ["camille@example.net"], message("plus-tard"))
            until = time.monotonic() + 20
            while len(postfix.delivered()) < len(delivered) + 1 and time.monotonic() < until:
                time.sleep(0.05)
            check("without a door mail goes its way", len(postfix.delivered()) == len(delivered) + 1)
            while len(queue := postfix.queue()) != 1 and time.monotonic() < until:
                time.sleep(0.05)         # what was delivered is still there for a moment
            check("and the copy waits", len(queue) == 1, queue)
            daemon.start()
            check("until it is taken", postfix.drained(), postfix.queue())
            end(daemon)
    finally:
        daemon.process.kill()
    kept = daemon.kept("cabinet")
    # A record whose answer the killed writer owed comes a second time.
    names = collections.Counter(re.search(rb"Subject: (.*)\r\n", octets)[1].decode() for octets, _, _ in kept)
    check("a copy of each", set(names) == {"copie-%d" % i for i in range(EACH)} | {"plus-tard"}, names)
    check("hardly one twice", len(kept) < EACH * 1.5 + 1, names)
    check("each mailbox has its mail too", len(delivered) == 2 * EACH, len(delivered))
    ways = collections.Counter(facts["direction"] for _, facts, _ in kept)
    check("sent is told from received", ways["sent"] >= EACH // 2 and ways["received"] >= EACH // 2 + 1, ways)
    check("the facts say that it is a copy", {facts["fidelity"] for _, facts, _ in kept} == {"copy"})
    named = {tuple(x["address"] for x in envelope["rcpt_to"]) for _, _, envelope in kept}
    check("its recipient is that of the copy", named == {(main["always_bcc"],)}, named)


# ---- journal reports --------------------------------------------------------------------------------------------


REPORT = """\
From: MicrosoftExchange329e71ec88ae4615bbc36ab6ce41109e@tilleuls.example
To: {journal}
MIME-Version: 1.0
X-MS-Journal-Report:
{more}Content-Type: multipart/mixed; boundary="_000_"
Message-ID: <{name}@journal.report.generator>
Date: Wed, 6 May 2026 17:42:00 +0200
Subject: Bilan

--_000_
Content-Type: text/plain; charset="us-ascii"
Content-Transfer-Encoding: 7bit

{text}
--_000_
Content-Type: message/rfc822

From: {sender}
To: quelqu.un.dautre@else.example
Subject: Bilan
Message-ID: <{name}@else.example>

Rien de grave.

--_000_--
"""
ONLINE = "X-MS-Exchange-CrossTenant-Id: 00000000-0000-0000-0000-000000000000\n"
# Name; lines besides; whom the text names; whose archives have it; the make.
REPORTS = [
    ("to", "", ["To: camille@tilleuls.example"], {"tilleuls"}, "exchange"),
    ("cc", "", ["To: x@else.example", "Cc: sacha@ormes.example"], {"ormes"}, "exchange"),
    ("bcc", "", ["To: camille@tilleuls.example", "Bcc: sacha@ormes.example"], {"tilleuls", "ormes"}, "exchange"),
    ("plain", "", ["Recipient: sacha@ormes.example"], {"ormes"}, "exchange"),
    ("online-to", ONLINE, ["To: camille@tilleuls.example"], {"tilleuls"}, "microsoft365"),
    ("online-cc", ONLINE, ["To: x@else.example", "Cc: camille@tilleuls.example"], {"tilleuls"}, "microsoft365"),
    ("online-bcc", ONLINE, ["Bcc: sacha@ormes.example, Forwarded: camille@tilleuls.example"], {"tilleuls", "ormes"},
     "microsoft365"),
    ("online-group", ONLINE, ["To: sacha@ormes.example, Expanded: equipe@ormes.example"], {"ormes"}, "microsoft365"),
]


def report(name, more, text, journal):
    text = "\n".join(["Sender: %s" % SENDER, "Subject: Bilan", "Message-Id: <%s@else.example>" % name, *text, ""])
    return REPORT.format(journal=journal, more=more, name=name, text=text, sender=SENDER).replace("\n", "\r\n").encode()


def certificate(work, name):
    """A key and its certificate in one file, and what Postfix calls its fingerprint."""
    run = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
           "-subj", "/CN=" + name, "-keyout", work / (name + ".key"), "-out", work / (name + ".crt")]
    subprocess.run(run, check=True, capture_output=True)
    path = work / (name + ".pem")
    path.write_bytes((work / (name + ".key")).read_bytes() + (work / (name + ".crt")).read_bytes())
    said = subprocess.run(["openssl", "x509", "-in", path, "-noout", "-fingerprint", "-sha256"], check=True,
                          capture_output=True, text=True).stdout
    return path, said.strip().split("=")[1]


def from_outside(postfix, octets, journal, shown=None, tls=True):
    """As Exchange does: SMTP, STARTTLS, a certificate.  The last code."""
    with postfix.connect() as client:
        client.ehlo()
        if tls:
            context = ssl._create_unverified_context()
            if shown is not None:
                context.load_cert_chain(shown)
            client.starttls(context=context)
            client.ehlo()
        return postfix.inject(SENDER, [journal], octets, client)[0]


def journal(work):
    recipe = section("Journal reports of Exchange and Microsoft 365").replace("/run/probant", str(work / "run"))
    door, main = doors(recipe), parameters(recipe)
    mailbox = re.search(r"\{(\S+) = OK\}", main["relay_recipient_maps"])[1]
    daemon = daemon_for(work, "defer", {"tilleuls": ['"@tilleuls.example"'], "ormes": ['"@ormes.example"']}, door,
                        [work / "run/journal.sock"])
    server, _ = certificate(work, "journal.tilleuls.example")
    known, fingerprint = certificate(work, "exchange.tilleuls.example")
    unknown, _ = certificate(work, "else.example")
    (work / "journal_clients").write_text("%s OK\n" % fingerprint)
    main = {name: value.replace("/etc/postfix/journal.pem", str(server)).replace("/etc/postfix", str(work))
            for name, value in main.items()}
    # Those of the tests' own server give way to the recipe's.
    main.update(mynetworks="", virtual_mailbox_domains="")
    try:
        with lib_postfix.Postfix(work, main, [transport()]) as postfix:
            for name, more, text, _, _ in REPORTS:
                code = from_outside(postfix, report(name, more, text, mailbox), mailbox, known)
                check("%s: the report is taken" % name, code == 250, (code, postfix.log()[-1500:]))
            stranger = report("stranger", "", ["To: camille@tilleuls.example"], mailbox)
            for how in ({"tls": False}, {}, {"shown": unknown}):
                code = from_outside(postfix, stranger, mailbox, **how)
                check("nobody else hands in reports: %s" % how, code >= 500, code)
            check("no mail for others", from_outside(postfix, stranger, "x@else.example", known) >= 450)
            check("no report waits", postfix.drained(), postfix.queue())
        end(daemon)
    finally:
        daemon.process.kill()
    for archive in "tilleuls", "ormes":
        kept = {re.search(rb"Message-ID: <(\S+)@journal", octets)[1].decode(): (octets, facts, envelope)
                for octets, facts, envelope in daemon.kept(archive)}
        check("%s has the reports of its people" % archive,
              set(kept) == {x[0] for x in REPORTS if archive in x[3]}, set(kept))
        for name, more, text, _, make in REPORTS:
            if name not in kept:
                continue
            octets, facts, envelope = kept[name]
            check("%s: whole" % name, octets.endswith(report(name, more, text, mailbox)), octets[:500])
            check("%s: by TLS" % name, b"with ESMTPS id" in octets.split(b"From:")[0], octets[:300])
            check("%s: its make" % name, facts["journal"] == make, facts)
            named = re.findall(r"[\w.]+@[\w.]+", " ".join(text)) + [mailbox]
            check("%s: whom it names" % name, (envelope["mail_from"], [x["address"] for x in envelope["rcpt_to"]]) ==
                  (SENDER, named), envelope)


def main():
    why = lib_postfix.missing()
    if why is not None:
        print("skipped:", why)
        return 0
    work = pathlib.Path(tempfile.mkdtemp(prefix="probant-recipes-"))
    work.chmod(0o755)
    try:
        for recipe in mtas, always_bcc, journal:
            recipe(work / recipe.__name__)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return check.end()


sys.exit(main())
