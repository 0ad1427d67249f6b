#!/usr/bin/env python3
"""run.py [BUILD]: `probant run` from end to end, as the user who runs this, with doors that are
scripts: what is killed comes back, a policy is changed under way, commands read meanwhile, and what
the log says of capture itself is what happened.

The last line says what came of it.
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
import threading

sys.dont_write_bytecode = True            # nothing is left beside the tests
from lib_check import awaited, check

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build").resolve()
PATIENCE_S = 60                              # until something is a failure; never a measure

# A door without mail: whoever connects is told which policy it has.
DOOR = '''#!/usr/bin/env python3
import hashlib, os, select, socket, sys
policy = os.pread(3, 1 << 22, 0)
door = socket.socket(fileno=4)
while 5 not in select.select([4, 5], [], [])[0]:
    caller, _ = door.accept()
    caller.sendall(("%s %s %d\\n" % (sys.argv[1], hashlib.sha256(policy).hexdigest(),
                                    os.getpid())).encode())
    caller.close()
'''

POLICY = """policy: capture
runtime_dir: %(run)s
state_dir: %(state)s
heartbeat: 1 min
archives:
%(archives)s
otherwise: pass
doors:
%(doors)s
"""
ARCHIVE = "  - { name: %s, path: %s, mailboxes: [%s@tilleuls.example] }"
LISTENER = "  - { name: %s, kind: lmtp, listen: 'unix:%s', on_failure: defer }"


class Failed(Exception):
    pass


class Tests:
    def __init__(self, work):
        self.work, self.bin = work, work / "bin"
        self.bin.mkdir()
        for name in ("probant", "probantd", "probant-mime"):
            shutil.copy(BUILD / name, self.bin)
        (self.bin / "probant-door").write_text(DOOR)
        (self.bin / "probant-door").chmod(0o755)
        (work / "phrase").write_text("phrase fictive\n")
        self.environment = dict(os.environ, LC_ALL="C", PROBANT_PASSPHRASE_FILE=str(work / "phrase"))
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.notify.bind(str(work / "notify"))
        self.told, self.rows = [], []
        threading.Thread(target=self.listen, daemon=True).start()
        self.log = work / "log"
        self.log.touch()
        self.daemon = None
        for name in "ab":
            self.found(name)
        self.set_policy("ab", ["un"])

    # ---- tools

    def probant(self, *arguments, code=0):
        done = subprocess.run([self.bin / "probant", *map(str, arguments)], capture_output=True,
                              cwd=self.work, env=self.environment, timeout=PATIENCE_S)
        if done.returncode != code:
            raise Failed("%s: exit %d, not %d\n%s%s" % (
                " ".join(map(str, arguments)), done.returncode, code, done.stdout.decode(),
                done.stderr.decode()))
        return done

    def found(self, name):
        self.probant("init", name, "--origin", "essai.example/" + name, "--no-recovery")
        shutil.copy(self.work / name / "log/checkpoint", self.work / (name + ".checkpoint"))
        for command, suffix in (("key policy", ".trust"), ("tsa roots", ".roots")):
            out = self.probant(*command.split(), "-a", name).stdout
            (self.work / (name + suffix)).write_bytes(out)

    def socket_of(self, door):
        return str(self.work / "run" / (door + ".sock"))

    def set_policy(self, archives, doors, more=""):
        (self.work / "policy").write_text(POLICY % {
            "run": self.work / "run", "state": self.work / "state",
            "archives": "\n".join(ARCHIVE % (a, self.work / a, a) for a in archives),
            "doors": "\n".join(LISTENER % (d, self.socket_of(d)) for d in doors)} + more)

    def policy_digest(self):
        return hashlib.sha256((self.work / "policy").read_bytes()).hexdigest()

    def start(self):
        self.told = []
        self.daemon = subprocess.Popen(
            [self.bin / "probant", "run", "--policy", "policy"], cwd=self.work,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=open(self.log, "ab"),
            env=dict(self.environment, NOTIFY_SOCKET=str(self.work / "notify"),
                     WATCHDOG_USEC="200000"))
        self.await_told("READY=1")

    def stop(self, code=0):
        self.daemon.send_signal(signal.SIGTERM)
        if self.daemon.wait(PATIENCE_S) != code:
            raise Failed("the daemon ended with %d" % self.daemon.returncode)

    def listen(self):
        while True:
            said = self.notify.recv(100).decode()
            self.told.append(said)

    def await_told(self, text):
        awaited(text, lambda: text in self.told)

    def said(self, pattern):
        return re.findall(pattern, self.log.read_text())

    def children(self):
        """The processes of the daemon: {name: process}."""
        path = "/proc/%d/task/%d/children" % (self.daemon.pid, self.daemon.pid)
        found = {}
        for process in pathlib.Path(path).read_text().split():
            try:
                words = pathlib.Path("/proc/%s/cmdline" % process).read_bytes().split(b"\0")
            except OSError:
                continue
            if b"--writer" in words:
                found["writer"] = int(process)
            for name, behind in zip(words, words[1:]):
                if behind.endswith(b"/writer.sock"):
                    found[name.decode()] = int(process)
        return found

    def ask(self, door):
        with socket.socket(socket.AF_UNIX) as caller:
            caller.settimeout(PATIENCE_S)
            caller.connect(self.socket_of(door))
            return caller.makefile().readline().split()

    def events(self, archive):
        """By a command, while the daemon has the archive."""
        rows = self.probant("list", "-a", archive, "--purpose", "essai", "--json").stdout
        self.rows = [json.loads(row) for row in rows.decode().splitlines()]
        return [row["event"] for row in self.rows if row["type"] == "capture"]

    def await_events(self, archive, *events):
        awaited("%s in %s" % (events, archive), lambda: self.events(archive) == list(events))

    def show(self, archive, event):
        """The facts of the last record of that event, of those that were listed last."""
        seq = [row["seq"] for row in self.rows if row.get("event") == event][-1]
        return json.loads(self.probant(
            "show", "-a", archive, "--purpose", "essai", "--facts", seq).stdout)

    def verify(self, archives):
        for name in archives:
            self.probant("verify", name, "--trust", name + ".trust", "--tsa-roots",
                         name + ".roots", "--against", name + ".checkpoint")

    # ---- tests, each behind the one before

    def a_policy_that_cannot_be_read_starts_nothing(self):
        self.probant("run", "--policy", "nowhere", code=66)
        (self.work / "bad").write_text("policy: capture\nmailboxes: []\n")
        said = self.probant("run", "--policy", "bad", code=65).stderr.decode()
        if "line 2" not in said:
            raise Failed("it does not say where: " + said)
        done = subprocess.run([self.bin / "probantd", "bad"], cwd=self.work, capture_output=True,
                              timeout=PATIENCE_S)
        if done.returncode != 78:            # whoever starts services need not try again
            raise Failed("the daemon ended with %d" % done.returncode)
        if (self.work / "run").exists():
            raise Failed("something was made")

    def it_is_ready_and_gives_signs_of_life(self):
        self.start()
        self.await_told("WATCHDOG=1")
        awaited("both services", lambda: sorted(self.children()) == ["un", "writer"])

    def each_archive_states_start_and_policy(self):
        for name in "ab":
            self.await_events(name, "start")
            policy = self.show(name, "policy")
            if policy["sha256"] != self.policy_digest() or policy["archive"] != name:
                raise Failed(str(policy))
            if "@" in json.dumps(policy):
                raise Failed("the facts name a mailbox")

    def a_door_has_the_policy_and_its_socket(self):
        name, digest, _ = self.ask("un")
        if name != "un" or digest != self.policy_digest():
            raise Failed("%s %s" % (name, digest))

    def an_import_says_whose_mail_waits(self):
        (self.work / "lettre.eml").write_text("Subject: fictif\r\n\r\nFictif.\r\n")
        done = self.probant("import", "-a", "a", "lettre.eml")
        if b"a daemon captures into this archive" not in done.stderr:
            raise Failed(done.stderr.decode())

    def a_second_daemon_beside_it_is_refused(self):
        """Whether they share a directory of state, or only their sockets; by a code that says that
        it may be tried again."""
        policy = (self.work / "policy").read_text()
        (self.work / "sockets").write_text(
            policy.replace(str(self.work / "run"), str(self.work / "run2"))
                  .replace(str(self.socket_of("un")), str(self.work / "un2")))
        (self.work / "states").write_text(
            policy.replace(str(self.work / "state"), str(self.work / "state2")))
        for name, why in ("policy", b"/state: another daemon"), ("sockets", b"/state: another"), \
                         ("states", b"writer.sock"):
            done = subprocess.run([self.bin / "probant", "run", "--policy", name], cwd=self.work,
                                  env=self.environment, capture_output=True, timeout=PATIENCE_S)
            if done.returncode != 70 or why not in done.stderr:
                raise Failed("%s: %d %s" % (name, done.returncode, done.stderr.decode()))

    def a_killed_writer_comes_back_and_states_the_gap(self):
        before = self.children()
        os.kill(before["writer"], signal.SIGKILL)
        awaited("a new writer", lambda: self.children().get("writer", before["writer"]) !=
              before["writer"])
        for name in "ab":
            self.await_events(name, "start", "gap", "start")
            gap = self.show(name, "gap")
            if gap["reason"] != "writer_ended" or not 0 < gap["from_us"] <= gap["to_us"]:
                raise Failed(str(gap))
        if self.children()["un"] != before["un"]:
            raise Failed("the door was started anew")

    def a_killed_door_comes_back_behind_the_same_socket(self):
        inode = os.stat(self.socket_of("un")).st_ino
        before = self.children()
        os.kill(before["un"], signal.SIGKILL)
        if int(self.ask("un")[2]) == before["un"]:   # it waits in the backlog meanwhile
            raise Failed("the dead one answers")
        if os.stat(self.socket_of("un")).st_ino != inode:
            raise Failed("it is another socket")
        if self.children()["writer"] != before["writer"]:
            raise Failed("the writer was started anew")

    def a_bad_policy_is_said_and_the_old_one_stays(self):
        before, good = self.children(), (self.work / "policy").read_text()
        (self.work / "policy").write_text(good + "more: yes\n")
        self.daemon.send_signal(signal.SIGHUP)
        awaited("a word on it", lambda: self.said("the policy stays as it was.*line"))
        (self.work / "policy").write_text(good)
        self.daemon.send_signal(signal.SIGHUP)
        awaited("a word on it", lambda: self.said("the policy has not changed"))
        if self.children() != before:
            raise Failed("processes were started anew")

    def a_good_policy_comes_into_force(self):
        inode = os.stat(self.socket_of("un")).st_ino
        self.found("c")
        self.set_policy("abc", ["un", "deux"], "# anew\n")
        self.daemon.send_signal(signal.SIGHUP)
        awaited("the new door", lambda: sorted(self.children()) == ["deux", "un", "writer"])
        for door in ("un", "deux"):
            if self.ask(door)[:2] != [door, self.policy_digest()]:
                raise Failed("%s has another policy" % door)
        if os.stat(self.socket_of("un")).st_ino != inode:
            raise Failed("what did not change was bound anew")
        self.await_events("c", "start")
        self.await_events("a", "start", "gap", "start", "stop", "start")
        if self.show("a", "policy")["sha256"] != self.policy_digest():
            raise Failed("the log has the old policy")

    def an_end_is_said_in_every_archive(self):
        os.kill(self.children()["writer"], signal.SIGSTOP)  # whoever did that: it goes on to end
        self.stop()
        self.await_told("STOPPING=1")
        self.await_events("a", "start", "gap", "start", "stop", "start", "stop")
        self.await_events("c", "start", "stop")
        for name in "abc":
            if (self.work / name / "capturing").exists():
                raise Failed(name + " is still being captured")
        done = self.probant("import", "-a", "a", "lettre.eml")
        if b"captures" in done.stderr:
            raise Failed(done.stderr.decode())

    def services_end_when_their_master_was_killed(self):
        self.start()
        self.await_events("c", "start", "stop", "start")
        services = self.children().values()
        self.daemon.kill()
        self.daemon.wait()
        awaited("their end", lambda: not any(pathlib.Path("/proc/%d/cmdline" % s).exists() and
              pathlib.Path("/proc/%d/cmdline" % s).read_bytes() for s in services))
        self.await_events("c", "start", "stop", "start", "stop")

    def an_archive_that_is_not_there_does_not_stop_the_others(self):
        (self.work / "c").rename(self.work / "away")
        self.start()
        self.await_events("b", "start", "gap", "start", "stop", "start", "stop", "start", "stop",
                          "start")
        awaited("a word on it", lambda: self.said("probantd: c: "))
        (self.work / "away").rename(self.work / "c")
        self.await_events("c", "start", "stop", "start", "stop", "start")
        self.stop()

    def everything_verifies(self):
        self.verify("abc")

    def the_unit_for_systemd_is_one(self):
        if shutil.which("systemd-analyze") is None:
            print("no systemd-analyze here: the unit was not looked at")
            return
        unit = (ROOT / "tools/systemd/probant.service").read_text()
        unit = unit.replace("@PREFIX@/bin", str(self.bin)).replace("Documentation=", "#")
        (self.work / "probant.service").write_text(unit)
        done = subprocess.run(["systemd-analyze", "verify", self.work / "probant.service"],
                              capture_output=True, timeout=PATIENCE_S)
        if done.returncode != 0 or b"probant.service" in done.stderr:
            raise Failed(done.stderr.decode())

    def the_users_for_systemd_can_be_made(self):
        """sysusers.d(5) leaves out a user whose description could not stand in passwd(5)."""
        lines = (ROOT / "tools/systemd/probant.sysusers").read_text().splitlines()[1:]
        if not lines or not all(re.fullmatch(r'u probant\S* +- "[^":]+"', line) for line in lines):
            raise Failed(str(lines))

    def no_address_is_in_the_log(self):
        if self.said("@|tilleuls"):
            raise Failed(self.log.read_text())


TESTS = (
    Tests.a_policy_that_cannot_be_read_starts_nothing,
    Tests.it_is_ready_and_gives_signs_of_life,
    Tests.each_archive_states_start_and_policy,
    Tests.a_door_has_the_policy_and_its_socket,
    Tests.an_import_says_whose_mail_waits,
    Tests.a_second_daemon_beside_it_is_refused,
    Tests.a_killed_writer_comes_back_and_states_the_gap,
    Tests.a_killed_door_comes_back_behind_the_same_socket,
    Tests.a_bad_policy_is_said_and_the_old_one_stays,
    Tests.a_good_policy_comes_into_force,
    Tests.an_end_is_said_in_every_archive,
    Tests.services_end_when_their_master_was_killed,
    Tests.an_archive_that_is_not_there_does_not_stop_the_others,
    Tests.everything_verifies,
    Tests.the_unit_for_systemd_is_one,
    Tests.the_users_for_systemd_can_be_made,
    Tests.no_address_is_in_the_log,
)


def main():
    with tempfile.TemporaryDirectory() as scratch:
        tests = Tests(pathlib.Path(scratch))
        check.play(TESTS, lambda test: test(tests), tests.log.read_text, whole=True)
        if tests.daemon is not None and tests.daemon.poll() is None:
            tests.stop()
    return check.end()


sys.exit(main())
