#!/usr/bin/env python3
"""door.py BUILD: the program that serves one door, without its master and without a writer.

It is started as its master would: the policy in memory, the listening socket, the line that ends
when it is to stop.  With nobody to keep a message, the policy alone says what becomes of it, and no
word of it stands anywhere afterwards.
Last line: `N passed, N failed`.
"""
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True            # nothing is left beside the tests
from lib_check import check

BUILD = pathlib.Path(sys.argv[1]).resolve()
DOOR = str(BUILD / "probant-door")

POLICY = """policy: capture
runtime_dir: %(dir)s
state_dir: %(dir)s
heartbeat: 1 h
archives:
  - name: tilleuls
    path: %(dir)s/archive
    mailboxes: [camille@tilleuls.example]
otherwise: pass
doors:
  - name: entree
    kind: lmtp
    listen: unix:%(dir)s/entree.sock
    on_failure: %(on_failure)s
"""

SECRET = "Résultats de Camille Exemple"
MESSAGE = "From: labo@analyses.example\r\nSubject: %s\r\n\r\n%s\r\n.\r\n" % (SECRET, SECRET * 50000)


class Door:
    """The program on a socket of its own; descriptors 3, 4 and 5 are what it is handed."""

    def __init__(self, directory, on_failure, name="entree"):
        self.directory, self.path = directory, directory + "/entree.sock"
        policy = os.memfd_create("policy")
        os.write(policy, (POLICY % {"dir": directory, "on_failure": on_failure}).encode())
        listener = socket.socket(socket.AF_UNIX)
        if os.path.exists(self.path):
            os.unlink(self.path)
        listener.bind(self.path)
        listener.listen()
        self.line, theirs = socket.socketpair()
        high = [os.dup2(fd, 100 + i) for i, fd in
                enumerate((policy, listener.fileno(), theirs.fileno()))]
        self.process = subprocess.Popen(
            [DOOR, name, directory + "/writer.sock", directory, str(os.getuid())],
            # A confined process cannot be searched for leaks, where a sanitizer is in it.
            env={"ASAN_OPTIONS": "detect_leaks=0"}, stderr=subprocess.PIPE, close_fds=False,
            preexec_fn=lambda: [os.dup2(fd, 3 + i) for i, fd in enumerate(high)])
        for fd in high + [policy]:
            os.close(fd)
        listener.close()
        theirs.close()

    def ready(self):
        self.line.settimeout(20)
        return self.line.recv(1) == b"r"

    def stop(self):
        self.line.close()
        said = self.process.communicate(timeout=60)[1].decode(errors="replace")
        return self.process.returncode, said


class Client:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(30)
        self.socket.connect(path)
        self.file = self.socket.makefile("rb")

    def answer(self):
        lines = [self.file.readline().decode(errors="replace")]
        while lines[-1][3:4] == "-":
            lines.append(self.file.readline().decode(errors="replace"))
        return lines[-1]

    def ask(self, line):
        self.socket.sendall(line.encode() + b"\r\n")
        return self.answer()

    def bring(self, recipient):
        for line in ("LHLO mta.example", "MAIL FROM:<labo@analyses.example>",
                     "RCPT TO:<%s>" % recipient, "DATA"):
            answer = self.ask(line)
        if answer[:3] != "354":
            return answer
        self.socket.sendall(MESSAGE.encode())
        return self.answer()


def no_word_in(directory):
    for path in pathlib.Path(directory).rglob("*"):
        if path.is_file() and SECRET.encode() in path.read_bytes():
            return False
    return True


def defers(directory):
    door = Door(directory, "defer")
    check("it says that it is ready", door.ready())
    client = Client(door.path)
    check("it greets", client.answer()[:3] == "220")
    answer = client.bring("camille@tilleuls.example")
    check("a message that nobody keeps waits", answer[:5] == "451 4", answer)
    check("mail that is nobody's passes", client.bring("personne@ailleurs.test")[:3] == "250")
    code, said = door.stop()
    check("it stops when it is told, behind an idle client", code == 0, code)
    check("it says once why", said.count("a message cannot be kept") == 1, said)
    check("it says no word of a message", "Camille" not in said and "labo" not in said, said)
    check("and remembers nothing", not os.path.exists(directory + "/entree.gap"))


def delivers(directory):
    door = Door(directory, "deliver")
    door.ready()
    client = Client(door.path)
    client.answer()
    answer = client.bring("camille@tilleuls.example")
    check("it passes where the policy lets it", answer[:3] == "250", answer)
    with open(directory + "/entree.gap", encoding="ascii") as file:
        words = file.read().split()
    check("and is noted: time, reason, archive, name",
          len(words) == 4 and words[1:] == ["writer_away", "tilleuls", "-"], words)
    check("no word of it stands on the disk", no_word_in(directory))
    code, _ = door.stop()
    check("it stops with a gap that nobody took", code == 0, code)


def refuses(directory):
    done = subprocess.run([DOOR], capture_output=True)
    check("it is started by its master alone", done.returncode == 64 and b"probantd" in done.stderr)
    door = Door(directory, "defer", "sortie")
    code, said = door.stop()
    check("it serves no door that the policy does not have", code == 70 and "sortie" in said, said)
    door = Door(directory, "peut-être")
    code, said = door.stop()
    check("it serves by no policy that is none", code == 70 and "on_failure" in said, said)


def main():
    directory = tempfile.mkdtemp(prefix="probant-door-")
    try:
        defers(directory)
        delivers(directory)
        refuses(directory)
    finally:
        shutil.rmtree(directory, ignore_errors=True)
    return check.end()


sys.exit(main())
