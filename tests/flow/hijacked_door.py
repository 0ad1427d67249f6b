#!/usr/bin/env python3
"""hijacked_door.py BUILD: a door that was taken over has the writer keep messages that do not open.

They stand in the log for good.  Whatever reads the archive names them and goes on; an export leaves them closed.
Last line: `N passed, N failed`.
"""
import hashlib
import json
import os
import pathlib
import shutil
import smtplib
import socket
import struct
import subprocess
import sys
import tempfile
import zipfile

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build").resolve()
sys.dont_write_bytecode = True            # nothing is left beside the tests
sys.path.insert(0, str(HERE))
import lib_daemon
from lib_check import check

POLICY = """\
policy: capture
runtime_dir: {work}/run
state_dir: {work}/state
archives: [{{name: tilleuls, path: {work}/tilleuls, mailboxes: [camille@tilleuls.example]}}]
otherwise: pass
doors: [{{name: entree, kind: lmtp, listen: "unix:{work}/run/entree.sock", on_failure: defer}}]
"""
RUBBISH = 2                               # records that do not open, one behind the other


def submit(machine, payload):
    """By the writer's socket, as a door has it (relay/packet.h): type 1 for the first archive."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
        s.settimeout(20)
        s.connect(str(machine.work / "run/writer.sock"))
        s.recvmsg(100, socket.CMSG_SPACE(4))
        s.send(struct.pack(">BQIBQQ", 1, 7, 0, 1, 1778083320000000, len(payload)) + os.urandom(64) +
               hashlib.sha256(payload).digest() + os.urandom(32) + os.urandom(32) + payload)
        return s.recv(200)[:10]


def bring(machine, message):
    with smtplib.LMTP(str(machine.doors[0]), local_hostname="mta.example", timeout=60) as client:
        check("an honest door keeps a message",
              client.sendmail("labo@analyses.example", ["camille@tilleuls.example"], message) == {})


class Archive:
    def __init__(self, work):
        self.work = work
        self.machine = lib_daemon.Daemon(BUILD, work, POLICY.format(work=work), ["tilleuls"], [work / "run/entree.sock"])

    def capture(self):
        self.machine.start()
        bring(self.machine, b"Subject: un\r\n\r\nFictif, premier.\r\n")
        for n in range(RUBBISH):
            said = submit(self.machine, os.urandom(300 + n))
            check("the writer keeps what it cannot judge", said == struct.pack(">BQB", 2, 7, 0), said)
        bring(self.machine, b"Subject: deux\r\n\r\nFictif, second.\r\n")
        check("the daemon ends well", self.machine.stop() == 0, self.machine.words())
        shutil.copy(self.work / "tilleuls/log/checkpoint", self.work / "held")

    def probant(self, command, *words, code=0):
        done = subprocess.run([BUILD / "probant", command, "-a", self.work / "tilleuls", *map(str, words)],
                              env=self.machine.env, capture_output=True, text=True)
        check("%s answers %d" % (command, code), done.returncode == code, done.stdout + done.stderr)
        return done


def reads(a):
    """What reads the archive names them, and shows the others."""
    listed = a.probant("list", "--purpose", "essai", code=65).stdout.splitlines()
    check("they are listed as damaged", [line.split()[0] for line in listed if "(damaged)" in line] == ["6", "7"], listed)
    found = a.probant("find", "--purpose", "essai", "--json", "fictif").stdout.splitlines()
    check("the others are found", {x.get("seq") for x in map(json.loads, found)} >= {5, 8}, found)
    check("reindex says how many are not indexed", "2 of 4 messages indexed" in a.probant("reindex").stdout)
    check("a message is shown", "premier" in a.probant("show", "--purpose", "essai", "5").stdout)
    verdict = json.loads(a.probant("verify", "--json", code=1).stdout)
    check("a verification names them", json.dumps(verdict).count('"seal"') == RUBBISH, verdict)


def exports(a):
    bundle = a.work / "essai.asics"
    done = a.probant("export", "--case", "essai", "-o", bundle, "--json")
    check("an export says which stay closed", done.stderr.startswith("records 6 to 7 were not sealed"), done.stderr)
    check("and how many", json.loads(done.stdout)["unopened"] == RUBBISH, done.stdout)
    with zipfile.ZipFile(bundle) as outer, outer.open("essai.zip") as inner, zipfile.ZipFile(inner) as package:
        names = package.namelist()
        report = package.read("rapport.html").decode()
    check("the others are in it", {"records/5/message.eml", "records/8/message.eml"} <= set(names), names)
    check("its report says why they are not", report.count("6 to 7 are stored as the log states") == 1)
    for command, name in (("key", "policy"), ("tsa", "roots")):
        done = subprocess.run([BUILD / "probant", command, name, "-a", a.work / "tilleuls"], env=a.machine.env,
                              capture_output=True, check=True)
        (a.work / name).write_bytes(done.stdout)
    done = subprocess.run([BUILD / "probant-verify", bundle, "--trust", a.work / "policy", "--tsa-roots", a.work / "roots",
                           "--against", a.work / "held"], capture_output=True, text=True)
    check("the bundle passes", done.returncode == 0, done.stdout)


def main():
    work = pathlib.Path(tempfile.mkdtemp(prefix="probant-hijacked-"))
    try:
        archive = Archive(work)
        archive.capture()
        reads(archive)
        exports(archive)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return check.end()


sys.exit(main())
