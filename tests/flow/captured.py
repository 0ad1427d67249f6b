#!/usr/bin/env python3
"""captured.py BUILD: mail that comes by a door, from its client to both verifiers.

`probant run` with two archives and a door; what a client was told is kept is in the archives that it
concerns, octet for octet, with its transaction; what passed while the writer was away is a record.
Then list, find, show, an export, and the tools that share no code with the rest.
Last line: `N passed, N failed`.
"""
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True            # nothing is left beside the tests
from lib_check import check, until

BUILD = pathlib.Path(sys.argv[1]).resolve()
ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOLS = ROOT / "tools"
PATIENCE_S = 60  # until something is a failure; never a measure

POLICY = """policy: capture
runtime_dir: %(dir)s/run
state_dir: %(dir)s/state
heartbeat: 1 h
archives:
  - { name: tilleuls, path: %(dir)s/tilleuls, mailboxes: [camille@tilleuls.example] }
  - { name: ormes, path: %(dir)s/ormes, mailboxes: ["@ormes.example"] }
otherwise: pass
doors:
  - { name: entree, kind: lmtp, listen: "unix:%(dir)s/entree.sock", on_failure: deliver }
"""
SUFFIX = {"trust": ".trust", "tsa-roots": ".roots", "against": ".checkpoint"}
CAMILLE, DOMINIQUE = "camille@tilleuls.example", "dominique@ormes.example"


class Client:
    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(PATIENCE_S)
        self.socket.connect(path)
        self.file = self.socket.makefile("rb")
        self.answer()

    def answer(self):
        lines = [self.file.readline().decode()]
        while lines[-1][3:4] == "-":
            lines.append(self.file.readline().decode())
        return lines[-1][:3]

    def ask(self, line):
        self.socket.sendall(line.encode() + b"\r\n")
        return self.answer()

    def bring(self, sender, recipients, octets):
        """The answers behind the message, one for each recipient."""
        self.ask("LHLO mta.tilleuls.example")
        self.ask("MAIL FROM:<%s> BODY=8BITMIME" % sender)
        for recipient in recipients:
            self.ask("RCPT TO:<%s> NOTIFY=NEVER" % recipient)
        self.ask("DATA")
        self.socket.sendall(re.sub(rb"(?m)^\.", b"..", octets) + b".\r\n")
        return [self.answer() for _ in recipients]


class Machine:
    def __init__(self, work):
        self.work = work
        (work / "phrase").write_text("phrase fictive\n")
        self.environment = dict(os.environ, LC_ALL="C", PROBANT_PASSPHRASE_FILE=str(work / "phrase"))
        for name in ("tilleuls", "ormes"):
            self.probant("init", work / name, "--origin", "essai.example/" + name, "--no-recovery")
            shutil.copy(work / name / "log/checkpoint", work / (name + ".checkpoint"))
            for command, suffix in (("key policy", ".trust"), ("tsa roots", ".roots")):
                (work / (name + suffix)).write_bytes(
                    self.probant(*command.split(), "-a", work / name).stdout)
        (work / "policy").write_text(POLICY % {"dir": work})
        self.log = open(work / "log", "wb")
        self.daemon = subprocess.Popen([BUILD / "probant", "run", "--policy", work / "policy"],
                                       env=self.environment, stderr=self.log)

    def probant(self, *words, code=0, program="probant"):
        done = subprocess.run([BUILD / program, *map(str, words)], capture_output=True,
                              env=self.environment, timeout=PATIENCE_S)
        if done.returncode != code:
            print("exit %d of %s: %s" % (done.returncode, words, done.stderr.decode()[:800]))
        return done

    def client(self):
        return until(self.try_client)

    def try_client(self):
        try:
            return Client(str(self.work / "entree.sock"))
        except OSError:
            return None

    def said(self):
        return (self.work / "log").read_text()

    def writer(self):
        return int(re.findall(r"writer started, process (\d+)", self.said())[-1])

    def rows(self, name, *more):
        done = self.probant("list", "-a", self.work / name, "--purpose", "essai", "--json", *more)
        return [json.loads(line) for line in done.stdout.splitlines()]

    def show(self, name, seq, *more):
        return self.probant("show", "-a", self.work / name, seq, *more, "--purpose", "essai").stdout

    def facts(self, name, seq):
        return json.loads(self.show(name, seq, "--facts"))

    def envelope(self, name, seq):
        parts = json.loads(self.show(name, seq, "--parts", "--json"))["parts"]
        number = [part["kind"] for part in parts].index("envelope")
        return json.loads(self.show(name, seq, "--part", number))

    def outside(self, name):
        """What a verifier holds himself."""
        return [x for option in ("trust", "tsa-roots", "against")
                for x in ("--" + option, self.work / (name + SUFFIX[option]))]

    def stop(self):
        self.daemon.send_signal(signal.SIGTERM)
        return self.daemon.wait(PATIENCE_S)


def letter(number, more=b""):
    return (b"From: Labo <labo@analyses.example>\r\nTo: %s\r\nSubject: =?utf-8?q?R=C3=A9sultat?= %d\r\n"
            b"Date: Tue, 5 May 2026 09:%02d:00 +0200\r\n\r\n.\r\nBilan lipidique\r\n%s"
            % (CAMILLE.encode(), number, number, more))


# What a door has to take as it is: 8-bit, a NUL, bare CR and LF, a long line, nothing.
HOSTILE = [letter(1), letter(2, b"\xff\x00 nul\r\n"), letter(3, b"bare\rCR and\nLF\r\n"),
           letter(4, b"x" * 5000 + b"\r\n"), letter(5, os.urandom(1100000).hex().encode() + b"\r\n")]


def captures(machine):
    client = machine.client()
    check("the door answers", client)
    for octets in HOSTILE:
        check("a message is kept", client.bring("labo@analyses.example", [CAMILLE], octets) == ["250"])
    shared = letter(6)
    check("one for two is kept for both",
          client.bring(CAMILLE, [DOMINIQUE, CAMILLE], shared) == ["250", "250"])
    check("what is nobody's passes",
          client.bring("x@ailleurs.test", ["y@ailleurs.test"], letter(7)) == ["250"])
    return shared


def away(machine):
    """The writer is killed under way: another comes, and the session goes on."""
    client, octets = machine.client(), letter(8)
    client.bring("labo@analyses.example", [DOMINIQUE], letter(9))
    os.kill(machine.writer(), signal.SIGKILL)
    check("a message that comes while it is away is kept by the next",
          client.bring("labo@analyses.example", [DOMINIQUE], octets) == ["250"])
    return octets


def gap(machine):
    """An archive that nobody can open: what is for it passes, and its log says so afterwards."""
    hidden = machine.work / "hidden"
    os.rename(machine.work / "ormes", hidden)
    os.kill(machine.writer(), signal.SIGKILL)
    client = machine.client()
    check("what is for an archive that is gone passes",
          client.bring("labo@analyses.example", [DOMINIQUE], letter(10)) == ["250"])
    note = machine.work / "state" / "entree.gap"
    words = note.read_text().split() if note.exists() else []
    check("and is noted without a word of it", len(words) == 4 and words[2] == "ormes", words)
    check("the other archive keeps on",
          client.bring("labo@analyses.example", [CAMILLE], letter(11)) == ["250"])
    os.rename(hidden, machine.work / "ormes")
    os.kill(machine.writer(), signal.SIGKILL)
    check("the gap is recorded", until(lambda: note.read_text() == ""), machine.said()[-600:])


def reads(machine, shared, later):
    rows = {name: [r for r in machine.rows(name) if r["type"] == "message"]
            for name in ("tilleuls", "ormes")}
    wanted = [hashlib.sha256(x).hexdigest() for x in HOSTILE + [shared, letter(11)]]
    check("tilleuls has each once", [r["sha256"] for r in rows["tilleuls"]] == wanted, rows["tilleuls"])
    for row, octets in list(zip(rows["tilleuls"], HOSTILE))[1::2]:
        check("octet for octet", machine.show("tilleuls", row["seq"], "--raw") == octets, row)
    wanted = [hashlib.sha256(x).hexdigest() for x in (shared, letter(9), later)]
    # A writer killed at its work may have kept a message that was handed over again.
    check("ormes has its own", sorted(set(r["sha256"] for r in rows["ormes"])) == sorted(wanted),
          rows["ormes"])
    check("rows say where from, and which way", all(
        r["source"] == "lmtp" and r["direction"] == ("sent" if r["sha256"] == wanted[0] else "received")
        for r in rows["tilleuls"]), rows["tilleuls"])
    check("and what stands in them", rows["tilleuls"][0]["subject"] == "Résultat 1", rows["tilleuls"][0])
    found = machine.probant("find", "-a", machine.work / "tilleuls", "--purpose", "essai", "--json",
                            "lipidique source:lmtp direction:sent").stdout
    check("find knows the door", found.count(b'"seq"') == 1, found[:300])
    shown = machine.show("tilleuls", rows["tilleuls"][5]["seq"]).decode()
    check("show says what it is", "(message, sent)" in shown, shown[:300])
    return rows


def states(machine, rows):
    seq = rows["tilleuls"][5]["seq"]
    facts, envelope = machine.facts("tilleuls", seq), machine.envelope("tilleuls", seq)
    check("facts", [facts[x] for x in ("source", "door", "fidelity", "direction")] ==
          ["lmtp", "entree", "copy", "sent"] and facts["size"] == len(letter(6)), facts)
    check("the envelope has both recipients", envelope["mail_from"] == CAMILLE and
          envelope["rcpt_to"] == [{"address": x, "parameters": "NOTIFY=NEVER"}
                                  for x in (DOMINIQUE, CAMILLE)], envelope)
    gaps = [machine.facts("ormes", row["seq"]) for row in machine.rows("ormes")
            if row.get("event") == "gap"]
    gaps = [facts for facts in gaps if "door" in facts]
    check("one gap of one message", len(gaps) == 1 and gaps[0]["messages"] == 1 and
          gaps[0]["door"] == "entree" and gaps[0]["reason"] == "writer_refused", gaps)


def reader_of(machine, name):
    return ["--reader", next((machine.work / name / "readers").glob("*.key")),
            "--passphrase-file", machine.work / "phrase"]


def verifies(machine):
    for name in ("tilleuls", "ormes"):
        archive = machine.work / name
        outside = machine.outside(name)
        machine.probant("stamp", "-a", archive)
        check("probant verify", machine.probant("verify", archive, *outside).returncode == 0)
        check("probant-verify",
              machine.probant(archive, *outside, program="probant-verify").returncode == 0)
        second = subprocess.run([TOOLS / "second_verifier.py", archive, *outside, *reader_of(machine, name)],
                                capture_output=True)
        check("the second verifier", second.returncode == 0, second.stdout.decode()[-600:])
    recovered = machine.work / "recovered"
    done = subprocess.run([TOOLS / "recover.py", machine.work / "tilleuls", *reader_of(machine, "tilleuls"),
                           "-o", recovered], capture_output=True)
    check("tools/recover.py", done.returncode == 0, done.stderr.decode()[-300:])
    kept = {path.read_bytes() for path in recovered.glob("*.eml")}
    check("gives each message back", kept >= set(HOSTILE), len(kept))


def exports(machine, rows):
    bundle, seq = machine.work / "dossier.asics", rows["tilleuls"][5]["seq"]
    machine.probant("export", "-a", machine.work / "tilleuls", "--case", "essai", "--recipient", "x",
                    "--seq", seq, "--against", machine.work / "tilleuls.checkpoint", "-o", bundle)
    outside = machine.outside("tilleuls")
    check("a bundle of it verifies",
          machine.probant(bundle, *outside, program="probant-verify").returncode == 0)
    done = subprocess.run([TOOLS / "second_verifier.py", bundle, *outside], capture_output=True)
    check("and for the second verifier", done.returncode == 0, done.stdout.decode()[-400:])


def main():
    work = pathlib.Path(tempfile.mkdtemp(prefix="probant-captured-"))
    machine = Machine(work)
    try:
        shared = captures(machine)
        later = away(machine)
        gap(machine)
        check("it stops", machine.stop() == 0)
        check("no word of a message is logged",
              "lipidique" not in machine.said() and "@" not in machine.said(), machine.said())
        rows = reads(machine, shared, later)
        states(machine, rows)
        verifies(machine)
        exports(machine, rows)
    finally:
        if machine.daemon.poll() is None:
            machine.daemon.kill()
        if check.failed:
            print(machine.said()[-3000:])
        shutil.rmtree(work, ignore_errors=True)
    return check.end()


sys.exit(main())
