#!/usr/bin/env python3
"""map.py BUILD: whose mail goes where is told by a file, or by Postfix's own tables through tools/socketmap-postmap.

The door is one of LMTP that a client speaks with; the tables are Postfix's (hash:, texthash: and, where PostgreSQL and
postfix-pgsql are installed, pgsql:).  Last line: `N passed, N failed`.
"""
import json
import os
import pathlib
import shutil
import signal
import smtplib
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build").resolve()
sys.dont_write_bytecode = True            # nothing is left beside the tests
sys.path.insert(0, str(HERE))
import lib_daemon
import lib_postfix

SERVER = lib_daemon.ROOT / "tools/socketmap-postmap"
PGBIN = pathlib.Path("/usr/lib/postgresql/15/bin")
NAMES = "tilleuls", "ormes", "accueil"
POLICY = """\
policy: capture
runtime_dir: {work}/run
state_dir: {work}/state
archives:
  - name: tilleuls
    path: {work}/tilleuls
    mailboxes: [camille@tilleuls.example]
  - name: ormes
    path: {work}/ormes
  - name: accueil
    path: {work}/accueil
map: %s
otherwise: %s
metrics: 127.0.0.1:{port}
doors:
  - name: entree
    kind: lmtp
    listen: unix:{work}/run/entree.sock
    on_failure: defer
"""
LABO = "labo@analyses.example"

passed = failed = 0


def check(sentence, right, more=""):
    global passed, failed
    passed, failed = passed + bool(right), failed + (not right)
    if not right:
        print("FAILED: %s %s" % (sentence, str(more)[:2000]), flush=True)


def until(condition, seconds=20):
    end = time.monotonic() + seconds
    while not (answer := condition()) and time.monotonic() < end:
        time.sleep(0.05)
    return answer


class Machine(lib_daemon.Daemon):
    def __init__(self, work, mapped, otherwise="pass"):
        work.mkdir()
        self.socket = work / "run/entree.sock"
        super().__init__(BUILD, work, POLICY.format(work=work, port=lib_postfix.free_port()) % (mapped.format(work=work), otherwise), NAMES,
                         [self.socket])

    def bring(self, name, *recipients, sender=LABO):
        """What the door answers: 250, 451, ...  name: the message's, by which it is found again."""
        with smtplib.LMTP(str(self.socket), local_hostname="mta.example", timeout=60) as client:
            client.ehlo_or_helo_if_needed()
            client.docmd("MAIL", "FROM:<%s>" % sender)
            for recipient in recipients:
                client.send(b"RCPT TO:<%s>\r\n" % os.fsencode(recipient))
                code, text = client.getreply()
                check("a recipient is taken", code == 250, text)
            code, text = client.docmd("DATA")
            client.send(b"Subject: %s\r\n\r\nFictif.\r\n.\r\n" % name.encode())
            return {client.getreply()[0] for _ in recipients}

    def subjects(self, archive):
        return [x[0].split(b"\r\n")[0].partition(b": ")[2].decode() for x in self.kept(archive)]

    def events(self, archive, event):
        rows = self.run("list", "-a", self.work / archive, "--purpose", "essai", "--json").splitlines()
        found = [row["seq"] for row in map(json.loads, rows) if row.get("event") == event]
        return [json.loads(self.run("show", "-a", self.work / archive, str(x), "--facts", "--purpose", "essai"))
                for x in found]

    def unmapped(self):
        """As the door tells of itself."""
        return json.loads(self.run("status", "--policy", self.policy, "--json"))["doors"][0]["unmapped"]

    def end(self):
        check("the daemon ends well", self.stop() == 0, self.words())
        check("no address is in the log", "@" not in self.words(), self.words())


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


class Server:
    """tools/socketmap-postmap, as its description says."""

    def __init__(self, where, *tables):
        self.where, self.tables = where, tables
        self.start()

    def start(self):
        self.process = subprocess.Popen([sys.executable, SERVER, self.where, *self.tables],
                                        stderr=subprocess.DEVNULL)
        if not until(self.answers):
            raise RuntimeError("the server of the map does not listen")

    def answers(self):
        try:
            return self.ask(b"5:a b c,") is not None
        except OSError:
            return False

    def ask(self, octets):
        with socket.socket(socket.AF_UNIX) as s:
            s.settimeout(30)
            s.connect(self.where[len("unix:"):])
            s.sendall(octets)
            return s.recv(4096)

    def stop(self):
        self.process.kill()
        self.process.wait()


def make_table(path, lines, kind="hash"):
    path.write_text("".join("%s %s\n" % x for x in lines.items()))
    if kind != "texthash":                # which is read as it stands
        subprocess.run(["postmap", "%s:%s" % (kind, path)], check=True)
    return "%s:%s" % (kind, path)


HOSTILE = ['"a b"@ormes.example', '"3:x,"@ormes.example', '"-"@ormes.example', "-q@ormes.example", "'$(id)'@ormes.example",
           '"*"@ormes.example', "(ormes)@ormes.example", os.fsdecode(b"\xff@ormes.example"), "a" * 300 + "@ormes.example"]


def netstring(text):
    return b"%d:%s," % (len(text), text)


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


# ---- PostgreSQL -------------------------------------------------------------------------------------------------


def no_postgresql():
    if not (PGBIN / "initdb").exists():
        return "PostgreSQL is not installed"
    if "pgsql" not in subprocess.run(["postconf", "-m"], capture_output=True, text=True).stdout.split():
        return "postfix-pgsql is not installed"
    return None


def as_postgres(*words):
    subprocess.run(["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", *map(str, words)], check=True,
                   cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def by_database(work):
    data = work / "pg"
    data.mkdir()
    shutil.chown(data, "postgres", "postgres")
    as_postgres(PGBIN / "initdb", "-D", data / "d", "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C")
    as_postgres(PGBIN / "pg_ctl", "-D", data / "d", "-w", "-l", data / "log", "-o",
                "-c listen_addresses= -c unix_socket_directories=%s -c fsync=off" % data, "start")
    try:
        as_postgres(PGBIN / "psql", "-h", data, "-U", "postgres", "-c", "CREATE TABLE mailbox (address text, archive text);"
                    "INSERT INTO mailbox VALUES ('sacha@ormes.example', 'ormes'), ('d''artagnan@ormes.example', 'ormes')")
        (work / "pgsql.cf").write_text("hosts = unix:%s\nuser = postgres\ndbname = postgres\n"
                                       "query = SELECT archive FROM mailbox WHERE address = '%%s'\n" % data)
        server = Server("unix:%s/pg.sock" % work, "archives=pgsql:%s/pgsql.cf" % work)
        machine = Machine(work / "database", "socketmap unix:%s/pg.sock archives" % work).start()
        check("by a row", machine.bring("un", "sacha@ormes.example", "d'artagnan@ormes.example") == {250})
        check("by none", machine.bring("deux", "x'OR'1'='1@ormes.example") == {250})
        as_postgres(PGBIN / "pg_ctl", "-D", data / "d", "-w", "-m", "immediate", "stop")
        check("without a database it is not known", machine.bring("trois", "robin@ormes.example") == {451})
        machine.end()
        server.stop()
        check("only what a row names is kept", machine.subjects("ormes") == ["un"])
    finally:
        subprocess.run(["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", PGBIN / "pg_ctl", "-D",
                        data / "d", "-m", "immediate", "stop"], cwd="/", capture_output=True)


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
        why = no_postgresql()
        if why is None:
            by_database(work)
        else:
            print("not with PostgreSQL: " + why)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed else 0


sys.exit(main())
