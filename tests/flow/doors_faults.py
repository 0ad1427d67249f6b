#!/usr/bin/env python3
"""doors_faults.py BUILD: a real Postfix before each kind of door, with each on_failure, while things break.

Numbered messages come by many sessions while the MTA, the doors, the writer are killed, the writer is halted, archives
are away, disks are full.  Each message of which a client heard that it was accepted is in its archive, or stands in
a signed gap with its queue id and its time; what is not kept by a door that defers was not accepted; service goes on
by itself; no archive ever has anything wrong with it.  REPEAT=n: so often each; 1 if nothing is set.  Last line: `N
passed, N failed`.
"""
import collections
import concurrent.futures
import itertools
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build").resolve()
REPEAT = int(os.environ.get("REPEAT", "1"))
sys.dont_write_bytecode = True            # nothing is left beside the tests
sys.path.insert(0, str(HERE))
import lib_daemon
import lib_postfix
from lib_check import check, until
from lib_load import DOOR, KINDS, SECOND, Kept, Load, Session, now_us

WAYS = {"defer": "defer", "later": "defer-then-deliver 2 s", "deliver": "deliver"}
ROUTES = [(kind, way) for kind in KINDS for way in WAYS]
WRITERS_KILLED = 3 * REPEAT + 1
DISK_MB, STATE_MB = 96, 4
POLICY = """\
policy: capture
runtime_dir: {work}/run
state_dir: {work}/state
heartbeat: 1 h
archives:
{archives}
otherwise: defer
doors:
{doors}
"""
ARCHIVE = '  - {{ name: {kind}, path: {work}/disk/{kind}, mailboxes: [{mailboxes}] }}'
COPIES = """\
{name} unix - - n - 10 lmtp
  -o lmtp_line_length_limit=0
  -o lmtp_send_xforward_command=yes
  -o soft_bounce=yes"""


# ---- the machine ------------------------------------------------------------------------------------------


class Disk:
    """A small one of its own, if it can be had."""

    def __init__(self, path, megabytes):
        self.path, self.ballast = path, path / "ballast"
        path.mkdir(mode=0o755)
        self.mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=755,size=%dm" % megabytes, "none", path],
                                      capture_output=True).returncode == 0

    def fill(self):
        with open(self.ballast, "wb", buffering=0) as ballast:
            for piece in 1 << 20, 4096:
                try:
                    while ballast.write(bytes(piece)) == piece:
                        pass
                except OSError:
                    pass

    def empty(self):
        self.ballast.unlink()

    def unmount(self):
        if self.mounted:
            subprocess.run(["umount", "-l", self.path], check=True)


class Machine:
    def __init__(self, work):
        self.work, self.numbers, self.sent, self.last = work, itertools.count(1), {}, {}
        self.unnoted = []
        self.disk, self.state = Disk(work / "disk", DISK_MB), Disk(work / "state", STATE_MB)
        names = ["%s-%s" % x for x in ROUTES]
        self.door_port = {name: lib_postfix.free_port() for name in names}
        self.port = {name: lib_postfix.free_port() for name in names}
        self.second_port = lib_postfix.free_port()
        self.daemon = lib_daemon.Daemon(BUILD, work, self.policy(), ["disk/" + x for x in KINDS],
                                        [("127.0.0.1", x) for x in self.door_port.values()])
        for kind in KINDS:
            shutil.copy(work / "disk" / kind / "log/checkpoint", work / (kind + ".checkpoint"))
            for words, out in (("key", "policy"), ".trust"), (("tsa", "roots"), ".roots"):
                (work / (kind + out)).write_text(self.daemon.run(*words, "-a", work / "disk" / kind))
        self.postfix = lib_postfix.Postfix(work, self.parameters(), [*map(self.server, names), SECOND.format(
            port=self.second_port), *(COPIES.format(name=x) for x in names if x.startswith("lmtp"))])

    def policy(self):
        archives = [ARCHIVE.format(work=self.work, kind=kind, mailboxes=", ".join(
            '"@%s-%s.example%s"' % (kind, way, ".probant.invalid" if kind == "lmtp" else "") for way in WAYS))
            for kind in KINDS]
        doors = [DOOR.format(name="%s-%s" % (kind, way), kind=kind, failure=WAYS[way], listen="127.0.0.1:%d" %
                             self.door_port["%s-%s" % (kind, way)], more=", next_hop: 127.0.0.1:%d" %
                             self.second_port if kind == "proxy" else "") for kind, way in ROUTES]
        return POLICY.format(work=self.work, archives="\n".join(archives), doors="\n".join(doors))

    def parameters(self):
        """All mail is for nobody; what is for the domain of a LMTP door is copied to it."""
        copies = "regexp:{ {/^(.+)@(lmtp-[a-z]+\\.example)$$/ $${1}@$${2}.probant.invalid} }"
        transports = " ".join("{%s.example.probant.invalid = %s:inet:127.0.0.1:%d}" % (name, name, port)
                              for name, port in self.door_port.items() if name.startswith("lmtp"))
        return {"default_transport": "discard:", "recipient_bcc_maps": copies,
                "transport_maps": "inline:{ %s }" % transports, "smtpd_error_sleep_time": "0",
                "smtpd_soft_error_limit": "1000", "smtpd_hard_error_limit": "1000", "max_idle": "10s"}

    def server(self, name):
        line = "127.0.0.1:%d inet n - n - - smtpd" % self.port[name]
        if name.startswith("milter"):
            line += "\n  -o smtpd_milters=inet:127.0.0.1:%d" % self.door_port[name]
        if name.startswith("proxy"):
            line += "\n  -o smtpd_proxy_filter=127.0.0.1:%d\n  -o smtpd_proxy_timeout=100s" % self.door_port[name]
        return line

    def archive(self, kind):
        return self.work / "disk" / kind

    def doors(self):
        return ["%s-%s" % x for x in ROUTES]

    def verify(self, kind, codes=(0, 2)):
        """2: not all is stamped by now."""
        outside = [x for option, suffix in (("trust", ".trust"), ("tsa-roots", ".roots"), ("against", ".checkpoint"))
                   for x in ("--" + option, self.work / (kind + suffix))]
        done = subprocess.run([BUILD / "probant", "verify", self.archive(kind), *outside], env=self.daemon.env,
                              capture_output=True, text=True)
        check("nothing is wrong with what %s kept" % kind, done.returncode in codes and "invalid" not in done.stdout,
              done.stdout + done.stderr)

    # ---- what breaks it, and comes back by itself

    def kill(self, words):
        """Processes of the daemon, by a word each; until others are there."""
        before = {word: self.daemon.others(word) for word in words}
        for word in words:
            self.daemon.signal(word, signal.SIGKILL)
        return until(lambda: all(set(self.daemon.others(x)) - set(before[x]) for x in words))

    def kill_postfix(self):
        """Its processes are a group."""
        master = int((self.postfix.dir / "spool/pid/master.pid").read_text())
        if os.getpgid(master) == os.getpgid(0):
            raise RuntimeError("Postfix is in the group of the test")
        os.killpg(os.getpgid(master), signal.SIGKILL)
        time.sleep(0.3)
        self.postfix.start()


# ---- cases ------------------------------------------------------------------------------------------------


def calm(machine, load):
    load.flows()


def writer_killed(machine, load):
    for _ in range(2 * REPEAT):
        check("the killed writer comes back", machine.kill(["--writer"]))
        load.flows()


def doors_killed(machine, load):
    for _ in range(2 * REPEAT):
        check("the killed doors come back", machine.kill(machine.doors()))
        load.flows()


def all_killed(machine, load):
    for _ in range(REPEAT):
        check("all that were killed come back", machine.kill([*machine.doors(), "--writer"]))
        load.flows()


def mta_killed(machine, load):
    for _ in range(REPEAT):
        machine.kill_postfix()
        load.flows()


def writer_halted(machine, load):
    for _ in range(REPEAT):
        machine.daemon.halt("--writer")
        time.sleep(1.5)
        machine.daemon.go_on("--writer")
        load.flows()


def ways(machine, load):
    """What was answered while nothing could be kept; by the MTA, of which copies are no matter."""
    begun = now_us()
    check("what cannot be kept goes as the policies say", until(lambda: {
        (x.door, x.code) for x in load.sent if x.from_us >= begun} >= {
        *(("%s-%s" % (kind, way), code) for kind in ("milter", "proxy")
          for way, code in (("defer", 451), ("later", 451), ("later", 250), ("deliver", 250))),
        *(("lmtp-" + way, 250) for way in WAYS)}), collections.Counter((x.door, x.code) for x in load.sent))
    check("what passes is noted", until(lambda: len(noted(machine)) == 6), noted(machine))


def noted(machine):
    """The notes of what passed, which are taken away when it is recorded."""
    return [x for x in (machine.work / "state").glob("*.gap") if x.stat().st_size > 0]


def archives_away(machine, load):
    for kind in KINDS:
        machine.archive(kind).rename(machine.work / "disk" / (kind + ".away"))
    machine.kill(["--writer"])
    ways(machine, load)
    for kind in KINDS:
        (machine.work / "disk" / (kind + ".away")).rename(machine.archive(kind))
    load.flows()
    check("what passed is recorded", until(lambda: not noted(machine)), noted(machine))


def disk_full(machine, load):
    machine.disk.fill()
    ways(machine, load)
    machine.disk.empty()
    load.flows()
    check("what passed is recorded", until(lambda: not noted(machine)), noted(machine))


def disks_full(machine, load):
    """Not even what passes can be noted: nothing passes."""
    machine.state.fill()
    machine.disk.fill()
    begun = now_us()
    time.sleep(3)
    machine.unnoted = [x for x in load.sent if x.from_us >= begun and x.accepted and x.kind != "lmtp"]
    machine.state.empty()
    machine.disk.empty()
    load.flows()
    check("what passed is recorded", until(lambda: not noted(machine)), noted(machine))


def master_killed(machine, load):
    """The others end, and whoever started it starts it anew."""
    before = [pid for word in ("--writer", *machine.doors()) for pid in machine.daemon.others(word)]
    machine.daemon.process.kill()
    machine.daemon.process.wait()
    check("the others end with it", until(lambda: not any(map(lib_daemon.arguments, before))))
    machine.daemon.start()
    load.flows()


CASES = calm, writer_killed, doors_killed, mta_killed, writer_halted, all_killed, master_killed, archives_away
FULL = disk_full, disks_full


def cases(machine):
    if machine.disk.mounted and machine.state.mounted:
        return CASES + FULL
    print("skipped: full disks, since no small one can be mounted here")
    return CASES


def last(machine, route):
    """A message more is accepted."""
    session = Session(machine, *route)
    sent = until(lambda: (lambda x: x if x.accepted else None)(session.send()))
    check("behind it a message is accepted", sent, route)
    session.close()
    return sent


def run(machine, case):
    load = Load(machine, ROUTES)
    try:
        load.flows()
        case(machine, load)
    finally:
        machine.sent[case] = load.end()
    with concurrent.futures.ThreadPoolExecutor(len(ROUTES)) as pool:
        machine.last[case] = list(pool.map(last, [machine] * len(ROUTES), ROUTES))
        check("the MTA keeps nothing back", machine.postfix.drained())
        list(pool.map(machine.verify, KINDS))


# ---- what is kept -----------------------------------------------------------------------------------------


def judge_case(machine, case, kept):
    name = case.__name__.replace("_", " ")
    accepted = [x for x in machine.sent[case] if x.accepted]
    check("%s: all that came behind it is kept" % name,
          all(x and x.number in kept[x.kind].numbers for x in machine.last[case]), machine.last[case])
    for kind in KINDS:
        missing = [x for x in accepted if x.kind == kind and x.number not in kept[kind].numbers]
        check("%s: by %s all that was accepted is kept, or told of" % (name, kind),
              all(x.way != "defer" and kept[kind].tells_of(x) for x in missing),
              [(x.door, x.number, x.queue_id, x.from_us, x.to_us) for x in missing
               if x.way == "defer" or not kept[kind].tells_of(x)][:20])
    return accepted


def judge(machine):
    with concurrent.futures.ThreadPoolExecutor(len(KINDS)) as pool:
        kept = dict(zip(KINDS, pool.map(Kept, [machine] * len(KINDS), KINDS)))
    accepted = [x for case in machine.sent for x in judge_case(machine, case, kept)]
    for door in machine.doors():
        missing = [x for x in accepted if x.door == door and x.number not in kept[x.kind].numbers]
        told = sum(gap["messages"] for of in kept.values() for gap in of.gaps if gap["door"] == door)
        check("%s: gaps count what passed" % door, len(missing) <= told, (len(missing), told))
    passed_unnoted = [x.number for x in machine.unnoted if x.number not in kept[x.kind].numbers]
    check("nothing passed while it could not even be noted", passed_unnoted == [], passed_unnoted)
    sent = next(machine.numbers)
    for kind in KINDS:
        check("%s: nothing is kept that nobody sent" % kind, all(0 < x < sent for x in kept[kind].numbers))
        check("%s: capture began, ended well, and each writer that did not is told of" % kind,
              re.fullmatch("start ((writer_ended |stop )+start )*stop ", kept[kind].course) and
              kept[kind].course.count("writer_ended") >= WRITERS_KILLED, kept[kind].course)
        machine.daemon.run("stamp", "-a", machine.archive(kind), "--now")
        machine.verify(kind, (0,))


def flow(machine):
    with machine.postfix:
        machine.daemon.start()
        try:
            for case in cases(machine):
                run(machine, case)
        finally:
            check("the daemon ends well", machine.daemon.stop() == 0, machine.daemon.words()[-3000:])
    judge(machine)
    check("no address is in the log", "@" not in machine.daemon.words(), machine.daemon.words()[-3000:])


def main():
    why = lib_postfix.missing()
    if why is not None:
        print("skipped:", why)
        return 0
    work = pathlib.Path(tempfile.mkdtemp(prefix="probant-faults-"))
    work.chmod(0o755)
    machine = Machine(work)
    try:
        flow(machine)
    finally:
        for disk in machine.disk, machine.state:
            disk.unmount()
        shutil.rmtree(work, ignore_errors=True)
    return check.end()


if __name__ == "__main__":
    sys.exit(main())
