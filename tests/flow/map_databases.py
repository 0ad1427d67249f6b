#!/usr/bin/env python3
"""map_databases.py BUILD: whose mail goes where is told by a directory or a database, through tools/socketmap-postmap.

OpenLDAP, MariaDB and PostgreSQL are started privately, each with its data below one directory and on a socket there, for
Postfix's ldap:, mysql: and pgsql:.  Each is asked, halted and ended, at the same time.  Last line: `N passed, N failed`.
"""
import concurrent.futures
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import urllib.parse

sys.dont_write_bytecode = True            # nothing is left beside the tests
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_daemon
from lib_check import check, until
from lib_map import Machine, Server, netstring

STARS = r'a*(b)\c@ormes.example'          # somebody's, though it looks like a filter
QUOTED = r'"a*(b)\\c"@ormes.example'      # so it is written in mail
ROWS = [("sacha@ormes.example", "ormes"), ("s.fictif@ormes.example", "ormes"), ("d'artagnan@ormes.example", "ormes"),
        (STARS, "ormes"), ("lou@ormes.example", "ormes"), ("robin@ormes.example", "ormes"),
        ("deux@ormes.example", "ormes"), ("deux@ormes.example", "tilleuls"), ("sans@ormes.example", None),
        ("vide@ormes.example", ""),
        ("@cedres.example", "tilleuls")]


# ---- who knows ---------------------------------------------------------------------------------------------------


class Source:
    """A program with those rows.  Of its class: kind, as Postfix calls it; program; hostile: addresses that are nobody's,
    each somebody's where it is not quoted; ending: the signal of its sudden end."""

    ending = signal.SIGKILL

    def __init__(self, work):
        self.work = work / self.kind
        self.work.mkdir()
        self.fill()

    @classmethod
    def missing(cls):
        if not os.access(cls.program, os.X_OK):
            return "%s is not installed" % cls.program.name
        if cls.kind not in subprocess.run(["postconf", "-m"], capture_output=True, text=True).stdout.split():
            return "postfix-%s is not installed" % cls.kind
        return None

    def start(self):
        self.process = subprocess.Popen(self.command(), cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if not until(self.listens) or not until(lambda: self.finds(self.table("ready"), ROWS[0][0])):
            raise RuntimeError("%s does not answer" % self.kind)

    def listens(self):
        with socket.socket(socket.AF_UNIX) as s:
            return s.connect_ex(str(self.socket)) == 0

    def table(self, name, key="%s"):
        """That asks for the key as Postfix quotes it, or as it stands."""
        path = self.work / name
        path.write_text(self.config(key))
        os.utime(path, (0, 0))            # Postfix waits for a second where a file may still change
        return "%s:%s" % (self.kind, path)

    @staticmethod
    def finds(table, key):
        return subprocess.run(["postmap", "-q", key, table], stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode == 0

    def halt(self):
        lib_daemon.halt(self.process.pid)

    def go_on(self):
        self.process.send_signal(signal.SIGCONT)

    def end(self):
        self.process.send_signal(self.ending)
        self.go_on()                      # a halted one hears nothing else
        self.process.wait()


SLAPD = """\
modulepath /usr/lib/ldap
moduleload back_mdb
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/misc.schema
database mdb
suffix dc=maisons,dc=example
directory {work}/data
access to attrs=userPassword by anonymous auth
access to * by dn.exact="cn=postfix,dc=maisons,dc=example" read
"""

BASE = """\
dn: dc=maisons,dc=example
objectClass: domain

dn: cn=postfix,dc=maisons,dc=example
objectClass: organizationalRole
objectClass: simpleSecurityObject
userPassword: fictif

dn: o=ormes,dc=maisons,dc=example
objectClass: organization

dn: o=tilleuls,dc=maisons,dc=example
objectClass: organization
objectClass: inetLocalMailRecipient
mailLocalAddress: @cedres.example

"""

PERSON = """\
dn: uid=%s,o=ormes,dc=maisons,dc=example
objectClass: inetOrgPerson
objectClass: inetLocalMailRecipient
cn: Fictif
sn: Fictif
%s
"""


class Directory(Source):
    """Practices and, below them, their people, with `o` for the archive; the aliases are Sacha's."""

    kind, program = "ldap", pathlib.Path("/usr/sbin/slapd")
    hostile = ["*", "*@ormes.example", "s*a@ormes.example", r"sach\61@ormes.example", "x)(mail=*@ormes.example"]

    def fill(self):
        (self.work / "data").mkdir()
        (self.work / "slapd.conf").write_text(SLAPD.format(work=self.work))
        self.socket = self.work / "socket"
        people = {"sacha": ["mailLocalAddress: s.fictif@ormes.example", "mailLocalAddress: " + STARS]}
        for address, archive in ROWS:
            name, _, domain = address.partition("@")
            if domain == "ormes.example" and address not in ("s.fictif@ormes.example", STARS):
                lines = people.setdefault(name, [])
                mail = "mail: " + address
                lines += [mail] * (mail not in lines) + ["o: %s" % archive] * bool(archive)
        ldif = BASE + "".join(PERSON % (x, "\n".join(lines) + "\n") for x, lines in people.items())
        subprocess.run(["slapadd", "-q", "-f", self.work / "slapd.conf"], input=ldif.encode(), check=True)

    def command(self):
        return [self.program, "-d", "0", "-f", self.work / "slapd.conf", "-h", self.address()]

    def address(self):
        return "ldapi://" + urllib.parse.quote(str(self.socket), safe="")

    def config(self, key):
        return ("server_host = %s\nversion = 3\nbind_dn = cn=postfix,dc=maisons,dc=example\nbind_pw = fictif\n"
                "search_base = dc=maisons,dc=example\nquery_filter = (|(mail=%s)(mailLocalAddress=%s))\n"
                "result_attribute = o\ntimeout = 3\n" % (self.address(), key, key))


class Database(Source):
    hostile = ["x'or'@ormes.example'='@ormes.example"]

    def config(self, key):
        return ("hosts = unix:%s\nuser = postgres\ndbname = mail\n"
                "query = SELECT archive FROM mailbox WHERE address = '%s'\n" % (self.host, key))

    @staticmethod
    def sql(columns):
        values = ("(%s)" % ", ".join("NULL" if x is None else "'%s'" % x.replace("'", "''") for x in row) for row in ROWS)
        return "CREATE TABLE mailbox (%s);\nINSERT INTO mailbox VALUES %s;\n" % (columns, ", ".join(values))


class MariaDB(Database):
    kind, program = "mysql", pathlib.Path("/usr/sbin/mariadbd")

    def fill(self):
        (self.work / "data").mkdir()
        self.host = self.socket = self.work / "socket"
        sql = "CREATE DATABASE mail;\nUSE mail;\nSET sql_mode = 'NO_BACKSLASH_ESCAPES';\n" + self.sql(
            "address VARCHAR(320) COLLATE utf8mb4_bin, archive VARCHAR(64)")
        subprocess.run([*self.command(), "--bootstrap"], input=sql.encode(), check=True, cwd="/", capture_output=True)

    def command(self):
        return [self.program, "--no-defaults", "--user=root", "--datadir=%s/data" % self.work, "--skip-grant-tables",
                "--skip-networking", "--socket=%s" % self.socket, "--pid-file=%s/pid" % self.work,
                "--innodb-log-file-size=4M", "--innodb-flush-log-at-trx-commit=0"]


class PostgreSQL(Database):
    kind, program = "pgsql", pathlib.Path("/usr/lib/postgresql/15/bin/postgres")
    ending = signal.SIGQUIT               # as a crash: its children are ended too
    AS_POSTGRES = "setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"

    @classmethod
    def missing(cls):
        return super().missing() or (None if os.geteuid() == 0 else "only root can start it as its own user")

    def fill(self):
        shutil.chown(self.work, "postgres", "postgres")
        self.host, self.socket = self.work, self.work / ".s.PGSQL.5432"
        self.run("initdb", "-D", self.work / "data", "-U", "postgres", "--auth=trust", "-E", "UTF8", "--locale=C",
                 "--no-sync")
        for database, sql in ("postgres", "CREATE DATABASE mail;\n"), ("mail", self.sql("address text, archive text")):
            self.run("postgres", "--single", "-j", "-D", self.work / "data", database, sql=sql.replace(";\n", ";\n\n"))

    def run(self, name, *words, sql=""):
        subprocess.run([*self.AS_POSTGRES, self.program.with_name(name), *words], input=sql.encode(), check=True, cwd="/",
                       capture_output=True)

    def command(self):
        return [*self.AS_POSTGRES, self.program, "-D", self.work / "data", "-k", self.work, "-c", "listen_addresses=",
                "-c", "fsync=off"]


# ---- what is asked -----------------------------------------------------------------------------------------------


def quoted(source, server):
    """What means something to the source means nothing in an address."""
    for i, key in enumerate(source.hostile):
        check("%s: as it stands it would find: %s" % (source.kind, key),
              source.finds(source.table("raw%d" % i, key), "x@ormes.example"))
        said = server.ask(netstring(b"archives " + key.encode()))
        check("%s: in an address it finds nothing: %s" % (source.kind, key), said == netstring(b"NOTFOUND "), said)


def found(kind, machine):
    check(kind + ": somebody's", machine.bring("un", "sacha@ormes.example", "d'artagnan@ormes.example") == {250})
    check(kind + ": an alias", machine.bring("deux", "s.fictif@ormes.example") == {250})
    check(kind + ": a domain", machine.bring("trois", "x@cedres.example", door="passage") == {250})
    check(kind + ": whatever an address is", machine.bring("quatre", QUOTED) == {250})
    nobody = "x@ormes.example", "x@ailleurs.test", "s\u00e2cha@ormes.example"
    check(kind + ": nobody's", machine.bring("cinq", *nobody) == {250})
    nowhere = "sans@ormes.example", "vide@ormes.example"
    check(kind + ": somebody's without an archive", machine.bring("six", *nowhere) == {250})
    check(kind + ": of two practices, so of none that is known", machine.bring("sept", "deux@ormes.example") == {451})


def unknown(kind, why, machine, recipient):
    """Both doors at once, since each waits."""
    with concurrent.futures.ThreadPoolExecutor() as doors:
        waits = doors.submit(machine.bring, why, recipient)
        passes = doors.submit(machine.bring, why, recipient, door="passage")
        check("%s: %s, and mail waits, or passes" % (kind, why), (waits.result(), passes.result()) == ({451}, {250}))


def disturbed(source, machine):
    source.halt()
    unknown(source.kind, "halted", machine, "lou@ormes.example")
    source.go_on()
    check(source.kind + ": and goes on", until(lambda: machine.bring("huit", "lou@ormes.example") == {250}))
    source.end()
    unknown(source.kind, "ended", machine, "robin@ormes.example")
    source.start()
    check(source.kind + ": and is back", until(lambda: machine.bring("neuf", "robin@ormes.example") == {250}))


def by_source(work, kind):
    source = kind(work)
    try:
        source.start()
        where = "unix:%s/map.sock" % source.work
        server = Server(where, "archives=" + source.table("archives"))
        quoted(source, server)
        machine = Machine(work / (source.kind + "-machine"), "socketmap %s archives" % where,
                          doors={"entree": "defer", "passage": "deliver"}).start()
        found(source.kind, machine)
        check(source.kind + ": nor are they", machine.bring("filtre", *(x for x in source.hostile if "@" in x)) == {250})
        disturbed(source, machine)
        check(source.kind + ": the notes of what passed go", until(
            lambda: not any(x.stat().st_size for x in machine.work.glob("state/*.gap"))))
        machine.end()
        server.stop()
    finally:
        source.end()
    kept = machine.subjects("ormes"), machine.subjects("tilleuls")
    check(source.kind + ": what it names is kept, and no other", kept ==
          (["un", "deux", "quatre", "huit", "neuf"], ["trois"]), kept)
    gaps = machine.stated("accueil", "gap")
    check(source.kind + ": what passed is a gap of each archive, any of which may lack it",
          sum(x["messages"] for x in gaps) == 2 and {x["reason"] for x in gaps} == {"not_mapped"}, gaps)


def main():
    if shutil.which("postmap") is None:
        print("skipped: postfix is not installed: tools/setup --with flows")
        return 0
    work = pathlib.Path(tempfile.mkdtemp(prefix="probant-map-"))
    work.chmod(0o755)
    missing = {x: x.missing() for x in (Directory, MariaDB, PostgreSQL)}
    try:
        with concurrent.futures.ThreadPoolExecutor() as sources:
            for done in [sources.submit(by_source, work, x) for x, why in missing.items() if why is None]:
                done.result()
    finally:
        shutil.rmtree(work, ignore_errors=True)
    print("".join("not with %s: %s\n" % (x.__name__, why) for x, why in missing.items() if why), end="")
    return check.end()


sys.exit(main())
