#!/usr/bin/env python3
"""fleet.py BUILD: thirty practices, fictitious all of them, from the operator's list to the one that leaves."""
import json
import os
import pathlib
import shutil
import signal
import smtplib
import subprocess
import sys
import tempfile
import time

import lib_daemon
from lib_check import check

COUNT = 30
HEAD = "nom;origine;boîtes;lecteur;héritier\r\n"
POLICY = """\
# l'opérateur fictif
policy: capture
runtime_dir: {work}/run
state_dir: {work}/state
heartbeat: 1 min
otherwise: defer
doors:
  - name: copies
    kind: lmtp
    listen: unix:{work}/copies.sock
    on_failure: defer
"""


def name(number):
    return "cabinet-fictif-%02d" % number


class Failed(Exception):
    pass


def expect(condition, what):
    if not condition:
        raise Failed(what)


class Tests:
    def __init__(self, build, work):
        self.probant, self.build, self.work = build / "probant", build, work
        self.policy, self.root, self.handout = work / "capture.yaml", work / "srv", work / "remise"
        self.root.mkdir()
        self.daemon = None
        self.policy.write_text(POLICY.format(work=work))
        self.policy.chmod(0o640)
        self.list = work / "cabinets.csv"
        for who in ("lecteur", "notaire"):
            subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                            "-noenc", "-keyout", work / (who + ".key"), "-out", work / (who + ".pem"),
                            "-days", "3650", "-subj", "/CN=fictif"], check=True, capture_output=True)
        rows = ["%s;%s.example/courrier;cabinet@%s.example @%s.sante.example;;" % ((name(i),) * 4)
                for i in range(1, COUNT)]
        rows.append("%s;autre.example/c;a@autre.example;%s/lecteur.pem;%s/notaire.pem" % (name(COUNT), work, work))
        self.rows = rows
        self.write(rows)

    def write(self, rows, head=HEAD):
        # as a spreadsheet writes it
        self.list.write_bytes(b"\xef\xbb\xbf" + (head + "".join(x + "\r\n" for x in rows) + ";;;;\r\n").encode())

    def run(self, *words, code=0, said=False, env=None):
        done = subprocess.run([self.probant, *map(str, words)], capture_output=True, text=True,
                              env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", **(env or {})})
        expect(done.returncode == code, "%s: %d, %s%s" % (words, done.returncode, done.stdout, done.stderr))
        return done.stdout if code == 0 or said else done.stderr

    def create(self, **more):
        return self.run("fleet", "create", self.list, "--policy", self.policy, "--root", self.root,
                        "--handout", self.handout, **more)

    def made(self):
        return sorted(x.name for x in self.root.iterdir() if not x.name.endswith(".making"))

    # ---- create ------------------------------------------------------------------------------

    def a_list_that_is_not_right_makes_nothing(self):
        before = self.policy.read_bytes()
        first, second = self.rows[:2]
        cell = second.split(";")

        def row(place, text):
            return ";".join(cell[:place] + [text] + cell[place + 1:])

        (self.work / "ailleurs").mkdir()
        (self.root / "occupe").mkdir()
        (self.root / "occupe" / "fichier").write_text("")
        for bad, said in (
                (second + ";", "line 3: 6, not 5"),
                (second.replace("@", '"'), "line 3, field 3: a quotation mark"),
                (row(0, "Cabinet"), "line 3, column nom: a name is"),
                (row(0, name(1)), "line 3, column nom: another archive has this name"),
                (row(0, "occupe"), "line 3, column path (%s/occupe): something stands there" % self.root),
                (row(1, "Été"), "line 3, column origine (Été): an origin is"),
                (row(1, ""), "line 3, column origine: something must stand"),
                (row(2, "cabinet@%s.example" % name(1)), "line 3, column boîtes: a mailbox belongs to one"),
                (row(2, "personne"), "line 3, column boîtes"),
                (row(2, " "), "line 3, column boîtes: nothing would come"),
                (";".join(cell[:3] + [str(self.list), "aucun"]), "line 3, column lecteur"),
                (";".join(cell[:3] + [str(self.work / "lecteur.pem"), ""]), "line 3, column héritier: how is it"),
                (";".join(cell[:3] + [str(self.work / "lecteur.pem")] * 2), "line 3, column héritier"),
                (row(4, "/nulle/part.pem"), "line 3, column héritier (/nulle/part.pem)")):
            self.write([first, bad])
            words = self.create(code=73 if "something stands there" in said else 65)
            expect(str(self.list) + ", " in words and said in words, "%s: %s" % (bad, words))
        self.write(["/etc;a;b"], "nom;origine;boites\r\n")
        self.list.write_bytes("nom;origine;boîtes\n".encode("latin-1"))
        expect("UTF-8" in self.create(code=65), "Latin-1 is read")
        self.write([self.rows[0].replace(name(1), "x/y")])
        expect(self.made() == ["occupe"] and not self.handout.exists(), "something was made")
        expect(self.policy.read_bytes() == before, "the policy was written")
        (self.root / "occupe" / "fichier").unlink()
        (self.root / "occupe").rmdir()
        self.write(self.rows)

    def killed_at_any_moment_it_goes_on_where_it_ended(self):
        begun = self.policy.read_bytes()
        for wanted in (1, 7, 15):
            process = subprocess.Popen([self.probant, "fleet", "create", self.list, "--policy", self.policy,
                                        "--root", self.root, "--handout", self.handout],
                                       stdout=subprocess.DEVNULL)
            until = time.monotonic() + 20
            while len(self.made()) < wanted and time.monotonic() < until:
                time.sleep(0.001)
            process.send_signal(signal.SIGKILL)
            process.wait()
            expect(wanted <= len(self.made()) < COUNT, "it was not killed on its way")
            expect(self.policy.read_bytes() == begun, "the policy has archives that are not there")
            self.run("verify", "--quick", self.root / self.made()[0], code=2)
        self.create()
        expect(self.made() == [name(i) for i in range(1, COUNT + 1)], "not all were made")
        expect(not list(self.root.glob("*.making")) and not list(self.handout.glob("*.making")), "leftovers")
        expect(len(list(self.handout.iterdir())) == COUNT, "not everybody is handed something")

    def the_policy_has_them_and_its_comments(self):
        text = self.policy.read_text()
        expect(text.startswith(POLICY.format(work=self.work)), "the administrator's lines")
        expect(self.policy.stat().st_mode & 0o777 == 0o640, "who may read it")
        said = self.run("policy", "check", self.policy)
        expect(all(name(i) in said for i in range(1, COUNT + 1)), said)

    def a_second_run_makes_nothing(self):
        before = {x: x.stat().st_mtime_ns for x in [self.policy, *self.root.rglob("*"), *self.handout.rglob("*")]}
        expect("made" not in self.create(), "something was made")
        after = {x: x.stat().st_mtime_ns for x in [self.policy, *self.root.rglob("*"), *self.handout.rglob("*")]}
        expect(before == after, "something was changed")

    def each_practice_opens_its_own_and_no_other(self):
        one, two = self.handout / name(1), self.handout / name(2)
        expect(os.stat(self.handout).st_mode & 0o777 == 0o700, "others can enter")
        expect(sorted(x.name for x in one.iterdir()) ==
               ["passphrase", "recovery-code", "recovery.html", "recovery.pem", "trust"], "what is handed out")
        expect((one / "passphrase").read_text() != (two / "passphrase").read_text(), "one passphrase for two")
        opened = ("key", "passphrase", "-a", self.root / name(1), "--passphrase-file")
        self.run(*opened, two / "passphrase", "--new-passphrase-file", one / "passphrase", code=77)
        self.run(*opened, one / "passphrase", "--new-passphrase-file", one / "passphrase")
        self.run("key", "rehearse", "-a", self.root / name(1), "--reader-key", one / "recovery.pem",
                 "--passphrase-file", one / "recovery-code")

    def who_has_a_certificate_is_handed_no_secret(self):
        archive, handed = self.root / name(COUNT), self.handout / name(COUNT)
        expect([x.name for x in handed.iterdir()] == ["trust"], "a secret was made")
        expect(not list((archive / "readers").glob("*.key")), "the archive keeps a key")
        readers = self.run("key", "list", "-a", archive)
        expect("heir" in readers and "reader" in readers, readers)


    # ---- capture -----------------------------------------------------------------------------

    def start(self):
        self.words = open(self.work / "words", "wb")
        self.daemon = subprocess.Popen([self.probant, "run", "--policy", self.policy], stdout=self.words,
                                       stderr=self.words, env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"})
        self.connect().quit()

    def connect(self):
        until = time.monotonic() + 20
        while True:
            try:
                return smtplib.LMTP(str(self.work / "copies.sock"))
            except OSError:
                expect(time.monotonic() < until and self.daemon.poll() is None, "no door")
                time.sleep(0.05)

    def stop(self):
        self.daemon.terminate()
        expect(self.daemon.wait(30) == 0, "the daemon does not end")

    def deliver(self, number, words="Bonjour"):
        """One message to that practice; whether it was taken."""
        client = self.connect()
        try:
            client.sendmail("labo@fictif.example", "qui@%s.sante.example" % name(number),
                            "Subject: %s\r\n\r\n%s\r\n" % (words, words))
            return True
        except smtplib.SMTPException:  # refused, or the door begins anew
            return False
        finally:
            client.close()

    def status(self, code=0):
        """By name."""
        words = self.run("fleet", "status", "--policy", self.policy, "--json", code=code, said=True)
        return {x["name"]: x for x in map(json.loads, words.splitlines())}

    def mail_goes_into_the_archive_of_each(self):
        expect(not any("message" in x for x in self.status().values()), "messages before any came")
        self.start()
        expect(all(self.deliver(i) for i in range(1, COUNT)), "a message was not taken")
        expect(not self.deliver(99), "mail of nobody was taken")
        standing = self.status()
        for i in range(1, COUNT):
            expect("message" in standing[name(i)], "nothing came for %d" % i)
        expect("message" not in standing[name(COUNT)], "mail came for nobody")

    def one_more_is_taken_up_while_it_runs(self):
        self.write(self.rows + ["%s;%s.example/c;@%s.sante.example;;" % ((name(99),) * 3)])
        said = self.create()
        expect(said.count("made ") == 1 and said.count("there ") == COUNT, said)
        self.daemon.send_signal(signal.SIGHUP)
        until = time.monotonic() + 20
        while not self.deliver(99):
            expect(time.monotonic() < until, "the new practice is not known")
            time.sleep(0.1)

    def what_needs_attention_stands_first(self):
        (self.root / name(5)).rename(self.root / "ailleurs")
        words = self.run("fleet", "status", "--policy", self.policy, "--csv", code=1, said=True).split("\n")
        expect(words[1].startswith(name(5) + ",unreadable,"), words[1])
        expect(len(words) == COUNT + 2 and all(x.count(",") == 10 for x in words[:-1]), "not a line for each")
        expect(name(5) in self.run("fleet", "status", "--policy", self.policy, code=1, said=True).splitlines()[1],
               "the worst is not first")
        (self.root / "ailleurs").rename(self.root / name(5))
        self.status()

    # ---- leave -------------------------------------------------------------------------------

    def leave(self, which, *words, **more):
        return self.run("fleet", "leave", *which, "--policy", self.policy, *words, **more)

    def handed_over(self, number, to, messages):
        """By itself, and by what the practice was handed: verified, and its mail read."""
        handed, back = self.handout / name(number), self.work / "rendu"
        done = subprocess.run([self.build / "probant-verify", to, "--quick", "--trust", handed / "trust"],
                              capture_output=True, text=True)
        expect(done.returncode == 2 and "who signed: valid" in done.stdout, done.stdout + done.stderr)
        self.run("restore", to, back, "--passphrase-file", handed / "passphrase")
        self.run("restore", "--accept-unknown-destructions", back)
        said = self.run("list", "-a", back, "--purpose", "essai", "--passphrase-file", handed / "passphrase")
        expect(said.count("the archive leaves its operator") >= 2 and "the capture stopped" in said, said)
        expect(said.count("Bonjour") == messages, said)
        shutil.rmtree(back)

    def one_leaves_while_mail_comes(self):
        archive, to = self.root / name(3), self.work / "sortie"
        until = time.monotonic() + 60
        while not (archive / "capturing").exists():
            expect(time.monotonic() < until, "capture does not begin")
            time.sleep(0.05)
        expect("-a DIR" in self.leave([name(3)], "-o", to, code=75), "it does not say how to go on")
        expect(name(3) not in self.policy.read_text() and not to.exists(), "not in its order")
        self.leave(["-a", archive], "-o", to, code=75)
        self.daemon.send_signal(signal.SIGHUP)
        until = time.monotonic() + 20
        while (archive / "capturing").exists():
            expect(time.monotonic() < until, "capture does not stop")
            time.sleep(0.05)
        self.leave(["-a", archive], "-o", to)
        expect(not self.deliver(3), "it still takes mail")
        self.handed_over(3, to, 1)
        expect(archive.exists(), "it was destroyed, which nobody asked for")

    def nothing_is_destroyed_that_does_not_verify(self):
        archive, to = self.root / name(3), self.work / "sortie"
        segment = max((to / "vault").iterdir())
        octets = segment.read_bytes()
        segment.write_bytes(octets[:-1] + bytes([octets[-1] ^ 1]))
        self.leave(["-a", archive], "-o", to, "--destroy-after", "essai", code=65)
        expect((archive / "vault").exists(), "it was destroyed")
        segment.write_bytes(octets)

    def killed_at_any_moment_it_is_destroyed_once_it_is_handed_over(self):
        archive, to = self.root / name(3), self.work / "sortie"
        words = [self.probant, "fleet", "leave", "-a", archive, "--policy", self.policy, "-o", to,
                 "--destroy-after", "fin du contrat fictif"]
        for delay in (0.005, 0.02, 0.04, 0.06, 0.08, 0.1):
            process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(delay)
            process.kill()
            process.wait()
            if not archive.exists():
                break
        if archive.exists() or archive.with_name(archive.name + ".destroyed").exists():
            self.leave(["-a", archive], "-o", to, "--destroy-after", "fin du contrat fictif")
        expect(not list(self.root.glob(name(3) + "*")), "something is left")
        self.handed_over(3, to, 1)

    def the_others_go_on(self):
        expect(all(self.deliver(i) for i in range(1, COUNT) if i != 3), "a message was not taken")
        standing = self.status()
        expect(name(3) not in standing and len(standing) == COUNT, "who is there")
        self.stop()
        for i in (1, 2, 4, COUNT):
            self.run("verify", "--quick", self.root / name(i), "--trust", self.handout / name(i) / "trust", code=2)
        expect(b"fictif.example" not in (self.work / "words").read_bytes(), "an address is in the log")

    def one_whose_daemon_was_killed_leaves_as_well(self):
        archive, to, back = self.root / name(4), self.work / "sortie-4", self.work / "rendu"
        self.start()
        expect(self.deliver(4), "it takes no mail")
        writers = lib_daemon.started_by(self.daemon.pid, "--writer")
        expect(len(writers) == 1, "which is the writer")
        self.daemon.send_signal(signal.SIGSTOP)        # else it would begin another
        os.kill(writers[0], signal.SIGKILL)
        self.daemon.kill()
        self.daemon.wait()
        until = time.monotonic() + 20
        done = None
        while done is None or done.returncode == 75:   # services end behind their master
            expect(time.monotonic() < until, "it is captured for ever")
            which = [name(4)] if done is None else ["-a", archive]
            done = subprocess.run([self.probant, "fleet", "leave", *which, "--policy", self.policy, "-o", to],
                                  capture_output=True)
        expect(done.returncode == 0, done.stderr)
        secret = ("--passphrase-file", self.handout / name(4) / "passphrase", "--purpose", "essai")
        self.run("restore", to, back, *secret[:2])
        self.run("restore", "--accept-unknown-destructions", back)
        said = self.run("list", "-a", back, *secret)
        first = next(x.split()[0] for x in said.splitlines() if "leaves its operator" in x)
        facts = json.loads(self.run("show", "-a", back, first, "--facts", *secret))
        expect(facts == {"event": "leave", "step": "complete", "stopped": False}, facts)

    def what_many_archives_lack_is_said_once_of_each(self):
        for i in (1, 2):
            (self.root / name(i)).rename(self.work / name(i))
        self.start()
        time.sleep(3)                     # it looks for each of them every second
        self.stop()
        for i in (1, 2):
            said = (self.work / "words").read_text().count("probantd: %s: look at" % name(i))
            expect(said == 1, "%s: said %d times" % (name(i), said))


TESTS = (
    Tests.a_list_that_is_not_right_makes_nothing,
    Tests.killed_at_any_moment_it_goes_on_where_it_ended,
    Tests.the_policy_has_them_and_its_comments,
    Tests.a_second_run_makes_nothing,
    Tests.each_practice_opens_its_own_and_no_other,
    Tests.who_has_a_certificate_is_handed_no_secret,
    Tests.what_needs_attention_stands_first,
    Tests.mail_goes_into_the_archive_of_each,
    Tests.one_more_is_taken_up_while_it_runs,
    Tests.one_leaves_while_mail_comes,
    Tests.nothing_is_destroyed_that_does_not_verify,
    Tests.killed_at_any_moment_it_is_destroyed_once_it_is_handed_over,
    Tests.the_others_go_on,
    Tests.one_whose_daemon_was_killed_leaves_as_well,
    Tests.what_many_archives_lack_is_said_once_of_each,
)


def main():
    with tempfile.TemporaryDirectory() as scratch:
        tests = Tests(pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(scratch))
        check.play(TESTS, lambda test: test(tests), whole=True)
        if tests.daemon is not None and tests.daemon.poll() is None:
            tests.stop()
    return check.end()


sys.exit(main())
