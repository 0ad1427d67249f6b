#!/usr/bin/env python3
"""whose.py BUILD: who writes a recipient's address in another way has no mail delivered that is not kept.

Of each way, real Postfix with its own defaults says whether it takes it; what it then delivers to the mailbox, the
milter and the proxy have kept.  Last line: `N passed, N failed`.
"""
import pathlib
import re
import shutil
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build").resolve()
sys.dont_write_bytecode = True            # nothing is left beside the tests
sys.path.insert(0, str(HERE))
import lib_daemon
import lib_postfix
from lib_check import check

POLICY = """\
policy: capture
runtime_dir: {work}/run
state_dir: {work}/state
archives:
  - name: cabinet
    path: {work}/cabinet
    mailboxes: [martin@cabinet.example, kirsch@cabinet.example]
otherwise: pass
doors:
  - {{name: milter, kind: milter, listen: "127.0.0.1:{milter}", on_failure: defer}}
  - {{name: before, kind: proxy, listen: "127.0.0.1:{proxy}", next_hop: "127.0.0.1:{hop}", on_failure: defer}}
"""
# Mail from strangers, for two mailboxes; addresses without a domain are of its domain.
MAIN = {
    "myorigin": "cabinet.example",
    "virtual_mailbox_domains": "cabinet.example",
    "virtual_mailbox_maps": "inline:{ martin@cabinet.example=user/, kirsch@cabinet.example=user/ }",
    "mynetworks": "192.0.2.1/32",
    "smtpd_relay_restrictions": "reject_unauth_destination",
}
PLAIN = "<martin@cabinet.example>", "martin@cabinet.example", "<Martin@CABINET.example>", '<"martin"@cabinet.example>', \
    '<"mar\\tin"@cabinet.example>', "<@a.example,@b.example:martin@cabinet.example>", "<kirsch@cabinet.example>", \
    "<\u212air\u017fch@cabinet.example>"  # which Postfix takes for the same
ODD = "<martin>", "martin", "<martin@cabinet.example.>", "<mart\\in@cabinet.example>", "<(x)martin@cabinet.example>", \
    "<martin(x)@cabinet.example>", "<martin@cabinet.example(x)>", "<martin%cabinet.example>", \
    "<cabinet.example!martin>", "<martin @cabinet.example>", "<martin@ cabinet.example>", \
    "<martin\t@cabinet.example>", "<martin@cabinet.example>(x)", "<<martin@cabinet.example>>", \
    "<x:martin@cabinet.example;>", "<,martin@cabinet.example>", "<martin@cabinet.example;>"


def bring(postfix, to):
    """Whether Postfix took it."""
    with postfix.connect() as client:
        client.ehlo()
        client.docmd("MAIL", "FROM:<a.durand@labo.example>")
        client.send(b"RCPT TO:%s\r\n" % to.encode())
        if client.getreply()[0] != 250 or client.docmd("DATA")[0] != 354:
            return False
        client.send(b"X-Way: %s\r\n\r\nfictif\r\n.\r\n" % to.encode().hex().encode())
        return client.getreply()[0] == 250


def ways(messages):
    return sorted(bytes.fromhex(re.search(rb"X-Way: (\w+)", x)[1].decode()).decode() for x in messages)


def flow(scratch, kind):
    work = scratch / "machine"
    work.mkdir(mode=0o755)
    port = {x: lib_postfix.free_port() for x in ("milter", "proxy", "hop")}
    daemon = lib_daemon.Daemon(BUILD, work, POLICY.format(work=work, **port), ["cabinet"],
                               [("127.0.0.1", port["milter"]), ("127.0.0.1", port["proxy"])]).start()
    own = {"smtpd_milters": "inet:127.0.0.1:%(milter)d"} if kind == "milter" else \
        {"smtpd_proxy_filter": "127.0.0.1:%(proxy)d"}
    second = "127.0.0.1:%(hop)d inet n - n - - smtpd\n  -o smtpd_proxy_filter=" \
        "\n  -o smtpd_authorized_xforward_hosts=127.0.0.0/8" % port
    with lib_postfix.Postfix(scratch, {**MAIN, **{k: v % port for k, v in own.items()}}, [second]) as postfix:
        taken = [x for x in PLAIN + ODD if bring(postfix, x)]
        check("%s: Postfix delivers them" % kind, postfix.drained())
        delivered = ways(postfix.delivered())
    check("%s: the daemon ends well" % kind, daemon.stop() == 0, daemon.words())
    kept = ways(x for x, _, _ in daemon.kept("cabinet"))
    check("%s: a plain address is taken, quoted or not" % kind, set(PLAIN) <= set(taken), taken)
    check("%s: all that is taken is delivered" % kind, delivered == sorted(taken), (delivered, taken))
    check("%s: all that is delivered is kept" % kind, kept == delivered, sorted(set(delivered) - set(kept)))
    if kind == "milter":
        check("milter: Postfix understands other ways too", set(ODD) & set(taken))
    else:
        check("proxy: no other way passes", not set(ODD) & set(taken), taken)
    check("%s: no address is in the log" % kind, "@" not in daemon.words(), daemon.words())


def main():
    why = lib_postfix.missing()
    if why is not None:
        print("skipped:", why)
        return 0
    for kind in "milter", "proxy":
        scratch = pathlib.Path(tempfile.mkdtemp(prefix="probant-whose-"))
        scratch.chmod(0o755)
        try:
            flow(scratch, kind)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
    return check.end()


sys.exit(main())
