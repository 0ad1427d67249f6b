#!/usr/bin/env python3
"""map.py BUILD: whose mail goes where is told by a file, or by Postfix's own tables through tools/socketmap-postmap.

The door is one of LMTP that a client speaks with; the tables are hash: and texthash:.  Last line: `N passed, N failed`.
"""
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True            # nothing is left beside the tests
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_postfix
from lib_check import check, until
from lib_map import SERVER, Machine, Server, netstring

# ---- a file ----------------------------------------------------------------------------------------------------


def by_file(work):
    names = work / "names"
    names.write_text("# fictif\nsacha@ormes.example ormes\nperso@tilleuls.example -\n")
    machine = Machine(work / "file", "file %s" % names, "archive accueil").start()
    check("by a line of the file", machine.bring("un", "Sacha@Ormes.example") == {250})
    check("kept nowhere on purpose", machine.bring("perso", "perso@tilleuls.example") == {250})
    check("nobody's, and nobody waits for it", machine.bring("autre", "x@ailleurs.test") == {250})
    check("nobody's in a domain of ours", machine.bring("robin", "robin@ormes.example") == {250})
    check("who waits for an archive is counted", machine.unmapped() == 1, machine.unmapped())
    check("all processes have the policy", until(lambda: "herald started" in machine.words()) and
          "code" not in machine.words(), machine.words())
    names.write_text("sacha@ormes.example ormes\nrobin@ormes.example orme\n")
    machine.process.send_signal(signal.SIGHUP)
    check("a file that cannot be used changes nothing",
          until(lambda: "the policy stays as it was" in machine.words()), machine.words())
    check("so it goes on", machine.bring("deux", "sacha@ormes.example") == {250})
    names.write_text("robin@ormes.example ormes\n")
    machine.process.send_signal(signal.SIGHUP)
    until(lambda: machine.words().count("writer started") == 2)
    until(lambda: machine.words().count("entree started") == 2)
    check("the new file is in force", machine.bring("trois", "robin@ormes.example", "sacha@ormes.example") == {250},
          machine.words())
    machine.end()
    check("each went where the file sent it", (machine.subjects("ormes"), machine.subjects("tilleuls")) ==
          (["un", "deux", "trois"], []))
    check("and nobody's where the policy sends it", machine.subjects("accueil") == ["autre", "robin"])
    alarms = machine.events("accueil", "unmapped")
    check("who waits for an archive is stated there", [x["recipients"] for x in alarms] == [1, 1] and
          alarms[0]["door"] == "entree", alarms)
    policies = machine.events("ormes", "policy")
    check("each policy names the file by its digest", len({x["map"]["sha256"] for x in policies}) == 2, policies)


# ---- Postfix's tables -------------------------------------------------------------------------------------------


def make_table(path, lines, kind="hash"):
    path.write_text("".join("%s %s\n" % x for x in lines.items()))
    if kind != "texthash":                # which is read as it stands
        subprocess.run(["postmap", "%s:%s" % (kind, path)], check=True)
    return "%s:%s" % (kind, path)


HOSTILE = ['"a b"@ormes.example', '"3:x,"@ormes.example', '"-"@ormes.example', "-q@ormes.example", "'$(id)'@ormes.example",
           '"*"@ormes.example', "(ormes)@ormes.example", os.fsdecode(b"\xff@ormes.example"), "a" * 300 + "@ormes.example"]


def protocol(server):
    for question, answer in ((b"archives sacha@ormes.example", b"OK ormes"), (b"archives x@ormes.example", b"NOTFOUND "),
                             (b"archives -", b"NOTFOUND "), (b"archives a\nb", b"NOTFOUND "), (b"archives ", b"NOTFOUND "),
                             (b"archives a\0b", b"NOTFOUND "), (b"archives \xff@ormes.example", b"NOTFOUND "),
                             (b"broken a", b"TEMP the table cannot be asked"),
                             (b"other a", b"PERM there is no such map")):
        said = server.ask(netstring(question))
        check("the server answers %r" % question, said == netstring(answer), said)
    for octets in (b"x", b"99999:", b":,", b"3:abcd"):
        check("who does not speak the protocol is hung up on", server.ask(octets) == b"", octets)


def by_server(work):
    table = make_table(work / "archives", {"sacha@ormes.example": "ormes", "@cedres.example": "tilleuls",
                                           "faux@ormes.example": "chenes", "perso@ormes.example": "-"})
    domains = make_table(work / "domains", {"ormes.example": "x"}, "texthash")
    server = Server("unix:%s/map.sock" % work, "archives=" + table, "domains=" + domains, "broken=hash:/nowhere/at/all")
    protocol(server)
    machine = Machine(work / "server", "socketmap unix:%s/map.sock archives domains" % work).start()
    check("the lists' own", machine.bring("un", "camille@tilleuls.example", sender="") == {250})
    check("by a key of the table", machine.bring("deux", "SACHA@ormes.example", "camille@tilleuls.example") == {250})
    check("by a domain of it", machine.bring("trois", "x@cedres.example") == {250})
    check("as a sender", machine.bring("quatre", "x@ailleurs.test", sender="sacha@ormes.example") == {250})
    check("not found, and it passes", machine.bring("cinq", "x@ailleurs.test", "perso@ormes.example") == {250})
    check("a name that no archive has is not nobody's", machine.bring("six", "faux@ormes.example") == {451})
    check("whatever an address is", machine.bring("sept", *HOSTILE) == {250}, machine.words())
    check("and the next one is told apart from it", machine.bring("huit", "sacha@ormes.example") == {250})
    server.stop()
    check("without a server it is not known", machine.bring("neuf", "robin@ormes.example") == {451})
    check("but for what the lists say", machine.bring("dix", "camille@tilleuls.example", sender="") == {250})
    server.start()
    check("and then it is", machine.bring("onze", "sacha@ormes.example", "robin@ormes.example") == {250})
    machine.end()
    server.stop()
    check("each went where the table sent it", (machine.subjects("ormes"), machine.subjects("tilleuls")) ==
          (["deux", "quatre", "huit", "onze"], ["un", "deux", "trois", "dix"]))
    words = machine.words()
    check("the journal says that whose mail it is was not known, and is again",
          "map: it is not known whose a message is" in words and "map: its server answers again" in words, words)
    check("and that there are recipients without an archive",
          "recipients in domains of ours that no archive has: " in words, words)


def on_a_port(work):
    table = make_table(work / "archives", {"sacha@ormes.example": "ormes"}, "texthash")
    port = lib_postfix.free_port()
    process = subprocess.Popen([sys.executable, SERVER, "127.0.0.1:%d" % port, "archives=" + table])
    machine = Machine(work / "port", "socketmap 127.0.0.1:%d archives" % port).start()
    check("a server on a port of this machine", until(
        lambda: machine.bring("un", "sacha@ormes.example") == {250}), machine.words())
    machine.end()
    process.terminate()
    check("the server ends when it is told to", process.wait(20) == 0)
    kept = machine.subjects("ormes")
    check("and it was asked", kept == ["un"], kept)


def main():
    if shutil.which("postmap") is None:
        print("skipped: postfix is not installed: tools/setup --with flows")
        return 0
    work = pathlib.Path(tempfile.mkdtemp(prefix="probant-map-"))
    work.chmod(0o755)
    try:
        by_file(work)
        by_server(work)
        on_a_port(work)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return check.end()


sys.exit(main())
