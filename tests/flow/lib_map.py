"""For flow tests of a map: `probant run` before three archives, and tools/socketmap-postmap."""
import json
import os
import pathlib
import smtplib
import socket
import subprocess
import sys

import lib_daemon
import lib_postfix
from lib_check import check, until

BUILD = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build").resolve()
SERVER = lib_daemon.ROOT / "tools/socketmap-postmap"
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
map: {map}
otherwise: {otherwise}
metrics: 127.0.0.1:{port}
doors:
"""
DOOR = """\
  - name: {name}
    kind: lmtp
    listen: unix:{work}/run/{name}.sock
    on_failure: {on_failure}
"""
LABO = "labo@analyses.example"


class Machine(lib_daemon.Daemon):
    """doors: what each does with mail that cannot be kept, by its name."""

    def __init__(self, work, mapped, otherwise="pass", doors={"entree": "defer"}):
        work.mkdir()
        policy = POLICY.format(work=work, map=mapped, otherwise=otherwise, port=lib_postfix.free_port())
        policy += "".join(DOOR.format(work=work, name=x, on_failure=y) for x, y in doors.items())
        super().__init__(BUILD, work, policy, NAMES, [self.socket(work, x) for x in doors])

    @staticmethod
    def socket(work, door):
        return work / "run" / (door + ".sock")

    def bring(self, name, *recipients, sender=LABO, door="entree"):
        """What the door answers: 250, 451, ...  name: the message's, by which it is found again."""
        with smtplib.LMTP(str(self.socket(self.work, door)), local_hostname="mta.example", timeout=60) as client:
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


def netstring(text):
    return b"%d:%s," % (len(text), text)


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
