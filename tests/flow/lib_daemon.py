"""For flow tests of doors: archives, `probant run` before them, and what they hold then."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import probant_format
from lib_check import until
import recover


def arguments(pid):
    """None, if it has ended."""
    try:
        return pathlib.Path("/proc/%d/cmdline" % pid).read_text().split("\0")[:-1]
    except OSError:
        return []


def started_by(process, word):
    """Processes that it started, by a word of their arguments."""
    found = []
    for pid in map(int, filter(str.isdigit, os.listdir("/proc"))):
        try:
            stat = pathlib.Path("/proc/%d/stat" % pid).read_text()
            parent = int(stat.rpartition(")")[2].split()[1])
        except OSError:                   # it has just ended
            continue
        if parent == process and word in (arguments(pid) or ()):
            found.append(pid)
    return found


def is_halted(pid):
    """All its threads: the signal is heard by one, when it comes to run, and the others go on until then."""
    try:
        states = [path.read_text().rpartition(")")[2].split()[0]
                  for path in pathlib.Path("/proc/%d/task" % pid).glob("*/stat")]
    except OSError:                       # one has just ended
        return False
    return all(x in "TZX" for x in states)


def halt(pid):
    os.kill(pid, signal.SIGSTOP)
    if not until(lambda: is_halted(pid)):
        raise RuntimeError("process %d goes on" % pid)


class Reading(recover.Recovery):
    """(type, facts) of each record."""

    def __init__(self, archive, passphrase_file):
        super().__init__(archive, next((archive / "readers").glob("*.key")), passphrase_file, None)
        self.found = []
        self.run()

    def record(self, segment, frame, k, slots, secrets):
        leaf = probant_format.read_leaf(frame.leaf)
        parts = dict(probant_format.open_payload(segment.origin, frame.r or secrets[k], frame.payload))
        self.found.append((leaf.type, json.loads(parts[probant_format.FACTS])))
        return segment.first_seq + k - 1


class Daemon:
    """`probant run` with that policy, and an archive of each name, below `work`, which {work} stands for.
    doors: where it listens: a path, or (address, port)."""

    def __init__(self, build, work, policy, archives, doors):
        self.probant, self.work, self.policy, self.doors = build / "probant", work, work / "capture.yaml", doors
        self.policy.write_text(policy)
        (work / "passphrase").write_text("une phrase fictive\n")
        self.env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "PROBANT_PASSPHRASE_FILE": str(work / "passphrase")}
        for name in archives:
            self.run("init", work / name, "--origin", "essai.example/" + name, "--no-recovery")

    def run(self, *words, code=0):
        done = subprocess.run([self.probant, *words], env=self.env, capture_output=True, text=True)
        if done.returncode != code:
            raise RuntimeError("%s: %d, %s%s" % (words, done.returncode, done.stdout, done.stderr))
        return done.stdout

    def start(self):
        with open(self.work / "words", "ab") as words:
            self.process = subprocess.Popen([self.probant, "run", "--policy", self.policy], env=self.env,
                                            stdout=words, stderr=words)
        for door in self.doors:
            self.wait(door)
        return self

    def wait(self, door):
        end = time.monotonic() + 20
        while time.monotonic() < end and self.process.poll() is None:
            try:
                with socket.socket(socket.AF_INET if isinstance(door, tuple) else socket.AF_UNIX) as s:
                    return s.connect(door if isinstance(door, tuple) else str(door))
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("no door: " + self.words())

    def stop(self):
        self.process.terminate()
        try:
            return self.process.wait(30)
        finally:
            self.process.kill()

    def words(self):
        return (self.work / "words").read_text(errors="replace")

    def others(self, word):
        """Processes that the master started, by a word of their arguments."""
        return started_by(self.process.pid, word)

    def signal(self, word, number):
        for pid in self.others(word):
            os.kill(pid, number)

    def halt(self, word):
        for pid in self.others(word):
            halt(pid)

    def go_on(self, word):
        self.signal(word, signal.SIGCONT)

    def stated(self, name, event):
        """The facts of each record of type 3 with that event, by other means than the program's own."""
        return [facts for type_, facts in Reading(self.work / name, str(self.work / "passphrase")).found
                if type_ == 3 and facts["event"] == event]

    def kept(self, name):
        """(octets, facts, envelope) of each message of that archive, by other means than the program's own."""
        out = self.work / (name + "-out")
        subprocess.run([ROOT / "tools/recover.py", self.work / name, "--reader",
                        next((self.work / name / "readers").glob("*.key")), "--passphrase-file",
                        self.work / "passphrase", "-o", out], check=True, capture_output=True)
        return [(path.read_bytes(), json.loads((out / (path.stem + ".json")).read_text()),
                 json.loads((out / (path.stem + ".envelope.json")).read_text()))
                for path in sorted(out.glob("*.eml"), key=lambda x: int(x.stem))]
