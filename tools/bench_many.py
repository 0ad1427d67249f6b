#!/usr/bin/env python3
"""bench_many.py [BUILD]: what 1,000 archives under one daemon cost, at rest and at one message a minute each.

The messages (10 KB) come by one LMTP door, evenly, each to the archive whose turn it is.  Measured are the processor
time of all the daemon's processes, in percent of one core, and their own memory (anonymous and shared, PSS): at rest,
with heartbeats each hour, and at that load, behind a first minute in which each archive had its first message.  --keep
keeps the archives for another time: to make them takes longer than the rest.
"""
import argparse
import concurrent.futures
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[1]
TICK = os.sysconf("SC_CLK_TCK")
CPU_AIM, MEMORY_AIM = 5.0, 300
MESSAGE = b"".join([b"From: labo@biologie.example\r\nSubject: essai\r\nMessage-ID: <%d@biologie.example>\r\n\r\n",
                    (b"Compte rendu fictif " * 3 + b"\r\n") * 160, b".\r\n"])


def make_archives(probant, work, count):
    (work / "passphrase").write_text("une phrase fictive\n")
    env = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "PROBANT_PASSPHRASE_FILE": str(work / "passphrase")}
    missing = [n for n in range(count) if not (work / ("a%d" % n)).exists()]

    def make(number):
        subprocess.run([probant, "init", work / ("a%d" % number), "--origin", "essai.example/a%d" % number,
                        "--no-recovery"], env=env, check=True, capture_output=True)

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(make, missing))


def write_policy(work, count, extra):
    lines = ["policy: capture", "runtime_dir: %s/run" % work, "state_dir: %s/state" % work, "heartbeat: 1 h"]
    lines += [extra] if extra else []
    lines += ["otherwise: defer", "doors:", "  - name: copies", "    kind: lmtp",
              "    listen: unix:%s/run/copies.sock" % work, "    on_failure: defer", "    max_message: 100 MB",
              "archives:"]
    for n in range(count):
        lines += ["  - name: a%d" % n, "    path: %s/a%d" % (work, n), '    mailboxes: ["@a%d.example"]' % n]
    (work / "capture.yaml").write_text("\n".join(lines) + "\n")


def processes(master):
    """It and all below it, as {process: what it is}."""
    found, look = {}, [master]
    while look:
        pid = look.pop()
        try:
            found[pid] = pathlib.Path("/proc/%d/cmdline" % pid).read_text().replace("\0", " ").split("/")[-1][:30]
            for task in pathlib.Path("/proc/%d/task" % pid).iterdir():
                look += map(int, (task / "children").read_text().split())
        except OSError:                   # it has just ended
            pass
    return found


def cpu_s(pid):
    """Of a process and of what it waited for."""
    try:
        fields = pathlib.Path("/proc/%d/stat" % pid).read_text().rpartition(")")[2].split()
        return sum(map(int, fields[11:15])) / TICK
    except OSError:
        return 0


def memory_mib(pid):
    try:
        rollup = pathlib.Path("/proc/%d/smaps_rollup" % pid).read_text()
    except OSError:
        return 0
    fields = dict(line.split(":", 1) for line in rollup.splitlines()[1:])
    return sum(int(fields[name].split()[0]) for name in ("Pss_Anon", "Pss_Shmem")) / 1024


class Lmtp:
    def __init__(self, path):
        until = time.monotonic() + 60
        while True:
            self.socket = socket.socket(socket.AF_UNIX)
            try:
                self.socket.connect(str(path))
                break
            except OSError:
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)
        self.file = self.socket.makefile("rb")
        self.answer()
        self.say(b"LHLO essai.example")

    def answer(self):
        while True:
            line = self.file.readline()
            if line[3:4] != b"-":
                return line

    def say(self, line):
        self.socket.sendall(line + b"\r\n")
        return self.answer()

    def deliver(self, number, archive):
        """The answer: it is kept by then."""
        self.say(b"MAIL FROM:<labo@biologie.example>")
        self.say(b"RCPT TO:<medecin@a%d.example>" % archive)
        self.say(b"DATA")
        self.socket.sendall(MESSAGE % number)
        return self.answer()


class Load:
    """One message a minute for each archive, evenly."""

    def __init__(self, lmtp, archives):
        self.lmtp, self.archives, self.sent, self.refused, self.slowest = lmtp, archives, 0, 0, 0

    def run(self, seconds):
        begin, first = time.monotonic(), self.sent
        while True:
            due = begin + (self.sent - first) * 60 / self.archives
            if due >= begin + seconds:
                break
            time.sleep(max(0, due - time.monotonic()))
            sent = time.monotonic()
            if not self.lmtp.deliver(self.sent, self.sent % self.archives).startswith(b"250"):
                self.refused += 1
            self.slowest = max(self.slowest, time.monotonic() - sent)
            self.sent += 1
        return self.sent - first


def measure(what, master, during):
    """Per cent of a core and MiB while that lasts."""
    before = {pid: cpu_s(pid) for pid in processes(master)}
    begin = time.monotonic()
    during()
    took = time.monotonic() - begin
    named = processes(master)
    used = {pid: cpu_s(pid) - before.get(pid, 0) for pid in named}
    memory = {pid: memory_mib(pid) for pid in named}
    for pid, name in named.items():
        print("  %-30s %5.2f %%  %6.1f MiB" % (name, 100 * used[pid] / took, memory[pid]))
    percent, mib = 100 * sum(used.values()) / took, sum(memory.values())
    print("%s: %.2f %% of a core, %.0f MiB%s" % (what, percent, mib,
          "" if percent < CPU_AIM and mib < MEMORY_AIM else " MISSED"), flush=True)
    return percent, mib


def settle(master):
    """Until what every archive has to say at the start is said."""
    before, quiet = 0, 0
    while quiet < 3:
        time.sleep(2)
        now = sum(map(cpu_s, processes(master)))
        quiet = quiet + 1 if now - before < 0.02 else 0
        before = now


def bench(probant, work, given):
    make_archives(probant, work, given.archives)
    write_policy(work, given.archives, given.policy)
    begin = time.monotonic()
    with open(work / "words", "wb") as words:
        daemon = subprocess.Popen([probant, "run", "--policy", work / "capture.yaml"], stdout=words, stderr=words)
    try:
        lmtp = Lmtp(work / "run/copies.sock")
        settle(daemon.pid)
        print("%d archives; begun %.0f s after the start" % (given.archives, time.monotonic() - begin), flush=True)
        measure("at rest", daemon.pid, lambda: time.sleep(given.rest))
        load = Load(lmtp, given.archives)
        load.run(60)
        measure("at a message a minute each", daemon.pid, lambda: load.run(60 * given.minutes))
        print("%d messages, %d refused, the slowest answer %.2f s" % (load.sent, load.refused, load.slowest))
    finally:
        begin = time.monotonic()
        daemon.send_signal(signal.SIGTERM)
        daemon.wait()
        print("stopped after %.1f s" % (time.monotonic() - begin))


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    options.add_argument("build", nargs="?", default="build", type=pathlib.Path)
    options.add_argument("--archives", type=int, default=1000)
    options.add_argument("--minutes", type=int, default=3)
    options.add_argument("--rest", type=int, default=30, help="seconds")
    options.add_argument("--policy", default="", help="a line more for it")
    options.add_argument("--keep", type=pathlib.Path, help="where the archives are, and stay")
    given = options.parse_args()
    work = given.keep or pathlib.Path(tempfile.mkdtemp(prefix="probant-bench-"))
    work.mkdir(exist_ok=True)
    try:
        bench((given.build / "probant").resolve(), work.resolve(), given)
    finally:
        if given.keep is None:
            shutil.rmtree(work, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
