#!/usr/bin/env python3
"""doors_helpers.py BUILD: mail comes by each kind of door while what helps the writer fails.

A real Postfix before milter, proxy and LMTP; a timestamp policy in force, whose authority is `tsa serve` behind a
front that answers as it is told.  The authority is dead, slow, lying in turn; then the stamper is killed, and halted;
then the child that reads messages for the writer is halted in the midst of it, and killed.  Mail goes on being accepted
meanwhile, also while a question is not answered; the log of each archive states the gap, and its end when the authority
is back; the writer's board says what the answers were worth; what a receipt says is stated by the next child.  Every
message of which a client heard that it was accepted is in its archive, and all of it is valid.  What takes minutes is
made to pass by a clock that is set ahead.  Last line: `N passed, N failed`.
"""
import itertools
import json
import os
import pathlib
import re
import shutil
import signal
import smtplib
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build").resolve()
sys.dont_write_bytecode = True
sys.path[:0] = [str(HERE), str(HERE.parent / "lib")]
import false_answers as answers                                              # noqa: E402
import lib_clock                                                             # noqa: E402
import lib_daemon                                                            # noqa: E402
import lib_hostile                                                           # noqa: E402
import lib_postfix                                                           # noqa: E402
from false_authority import Front, Served, Stranger, rewritten               # noqa: E402
from lib_check import check, until  # noqa: E402
from lib_load import DOOR, KINDS, SECOND, SENDER, Kept, Load  # noqa: E402

ROUTES = [(kind, "defer") for kind in KINDS]
HOUR, GAP_S = 3600, 400                      # the policy's delay is 5 min
STAMPER, CHILD = "probant-stamper", "probant-mime"
CHILDREN = 6                                 # two of each archive, if each has its turn
CAPTURE = """\
policy: capture
runtime_dir: {work}/run
state_dir: {work}/state
heartbeat: 1 d
metrics: 127.0.0.1:{metrics}
timestamp: {work}/timestamp.yaml
archives:
{archives}
otherwise: defer
doors:
{doors}
"""
TIMESTAMP = """\
policy: timestamp
profile: essai
profiles:
  - {{ name: essai, every: 1 min, gap_after: 5 min, authorities: [lab] }}
authorities:
  - {{ name: lab, url: '{url}', roots: {roots}, timeout: 10 min }}
"""
ARCHIVE = '  - {{ name: {kind}, path: {work}/{kind}, mailboxes: ["@{kind}-defer.example"] }}'


class Machine:
    def __init__(self, work):
        self.work, self.numbers = work, itertools.count(1)
        self.door_port, self.port = [{"%s-%s" % x: lib_postfix.free_port() for x in ROUTES} for _ in range(2)]
        self.hop, self.metrics = lib_postfix.free_port(), lib_postfix.free_port()
        self.lab = Served(str(BUILD / "probant"), str(work / "tsa"))
        self.front = Front(self.lab)
        self.front.stranger = Stranger(str(work / "stranger"))
        (work / "timestamp.yaml").write_text(TIMESTAMP.format(url=self.front.url, roots=self.lab.root))
        self.daemon = lib_daemon.Daemon(BUILD, work, self.policy(), KINDS,
                                        [("127.0.0.1", x) for x in self.door_port.values()])
        self.clock = lib_clock.Clock(work)
        self.daemon.probant = self.clock.install(BUILD)
        self.postfix = lib_postfix.Postfix(work, self.parameters(), [
            *map(self.server, self.port), SECOND.format(port=self.hop)])

    def policy(self):
        doors = [DOOR.format(
            name="%s-%s" % (kind, way), kind=kind, failure=way, listen="127.0.0.1:%d" % port,
            more=", next_hop: 127.0.0.1:%d" % self.hop if kind == "proxy" else "")
            for (kind, way), port in zip(ROUTES, self.door_port.values())]
        return CAPTURE.format(work=self.work, metrics=self.metrics, doors="\n".join(doors), archives="\n".join(
            ARCHIVE.format(work=self.work, kind=kind) for kind in KINDS))

    def parameters(self):
        """All mail is for nobody, but for what goes on to the LMTP door."""
        return {"default_transport": "discard:", "smtpd_error_sleep_time": "0",
                "transport_maps": "inline:{ {lmtp-defer.example = lmtp:inet:127.0.0.1:%d} }" %
                self.door_port["lmtp-defer"]}

    def server(self, name):
        line, door = "127.0.0.1:%d inet n - n - - smtpd" % self.port[name], self.door_port[name]
        return line + {"milter": "\n  -o smtpd_milters=inet:127.0.0.1:%d" % door,
                       "proxy": "\n  -o smtpd_proxy_filter=127.0.0.1:%d" % door}.get(name.split("-")[0], "")

    def archive(self, kind):
        return self.work / kind

    # ---- how it stands

    def standing(self, kind):
        return json.loads(self.daemon.run("status", "-a", self.archive(kind), "--json"))["timestamps"]

    def reason(self, kind):
        try:
            return json.loads((self.archive(kind) / "tsa/lab.state").read_text()).get("reason")
        except (OSError, ValueError):        # it is being replaced
            return None

    def told(self, metric):
        """What /metrics says of the authority."""
        with urllib.request.urlopen("http://127.0.0.1:%d/metrics" % self.metrics, timeout=60) as page:
            text = page.read().decode()
        return float(re.search(r'^probant_authority_%s\{authority="lab"\} (.*)$' % metric, text, re.M)[1])

    def is_well(self):
        return self.told("stamped_timestamp_seconds") > self.told("failed_timestamp_seconds")

    def later(self, condition):
        """However long it takes the authority's turn to come."""
        return until(lambda: condition() or self.clock.go_on(HOUR + 60) or time.sleep(0.6))

    def stamped(self, why):
        """What came until now has a token, in each archive."""
        sizes = {kind: sum(self.standing(kind)[x] for x in ("stamped_size", "backlog")) for kind in KINDS}
        for kind, size in sizes.items():
            check("%s: %s is stamped" % (why, kind), self.later(
                lambda: self.standing(kind)["stamped_size"] >= size), self.standing(kind))
            check("%s: %s has no gap" % (why, kind), not self.standing(kind)["gap"])
        check("%s: the board says so" % why, until(self.is_well))

    def fails(self, why, reason):
        """Until each archive was refused for that, and its log says that nobody answers."""
        for kind in KINDS:
            check("%s: %s has no token" % (why, kind), self.later(lambda: self.reason(kind) == reason),
                  self.reason(kind))
            check("%s: the log of %s says so" % (why, kind), self.later(lambda: self.standing(kind)["gap"]))
        check("%s: the board says so" % why, until(lambda: not self.is_well()))


# ---- what is wrong with the authority --------------------------------------------------------------------


def dead(machine, load):
    machine.front.stop()
    machine.clock.go_on(GAP_S)
    machine.fails("dead", "refused")
    load.flows()
    machine.front.start()
    machine.front.released.clear()


def slow(machine, load):
    """Mail is accepted by each door while it holds the first question that it was asked."""
    front, asked = machine.front, len(machine.front.requests)
    front.mood = answers.silent_for_ever
    machine.clock.go_on(GAP_S)
    check("slow: it is asked", until(lambda: len(front.requests) > asked))
    for _ in range(3):
        load.flows()
    check("slow: it did not answer meanwhile", len(front.requests) == asked + 1 and not front.released.is_set())
    front.released.set()
    machine.fails("slow", "unreachable")


def lying(machine, load):
    machine.front.mood = answers.other(lambda request: rewritten(request, imprint=bytes(32)))
    machine.clock.go_on(GAP_S)
    machine.fails("lying", "imprint")
    load.flows()
    machine.front.mood = answers.by_a_stranger
    machine.fails("another's", "unknown_root")
    load.flows()


# ---- who asks it ------------------------------------------------------------------------------------------


def asked_in_silence(machine):
    machine.front.mood = answers.silent_for_ever
    asked = len(machine.front.requests)
    machine.clock.go_on(HOUR)
    check("the stamper asks", until(lambda: len(machine.front.requests) > asked))


def stamper_killed(machine, load):
    """While it waits for an answer; there is another at once, which asks again."""
    daemon = machine.daemon
    asked_in_silence(machine)
    before = daemon.others(STAMPER)
    daemon.signal(STAMPER, signal.SIGKILL)
    load.flows()
    check("the killed stamper comes back", until(lambda: daemon.others(STAMPER) not in ([], before)))
    machine.front.released.set()


def stamper_halted(machine, load):
    asked_in_silence(machine)
    machine.daemon.halt(STAMPER)
    machine.front.released.set()
    for _ in range(2):
        load.flows()
    machine.daemon.go_on(STAMPER)


# ---- who reads messages for the writer -------------------------------------------------------------------


def receipt(number, of):
    """It says that software could not take message `of` in."""
    return lib_hostile.message(str(number), (
        "Subject: n. %d\r\nMIME-Version: 1.0\r\nContent-Type: multipart/report; "
        "report-type=disposition-notification; boundary=b\r\n" % number).encode(), (
        "--b\r\n\r\nRefus\r\n--b\r\nContent-Type: message/disposition-notification\r\n\r\n"
        "Final-Recipient: rfc822; %s\r\nOriginal-Message-ID: <%d@labo.example>\r\n"
        "Disposition: automatic-action/MDN-sent-automatically; processed/error\r\n--b--\r\n" % (SENDER, of)).encode())


def children(machine):
    """Of the writer, that read for it now."""
    writer, = machine.daemon.others("--writer")
    found = []
    for thread in os.listdir("/proc/%d/task" % writer):
        try:
            pids = pathlib.Path("/proc/%d/task/%s/children" % (writer, thread)).read_text().split()
        except OSError:                      # it has just ended
            continue
        found += [x for x in map(int, pids) if lib_daemon.arguments(x)[:1] == [str(machine.daemon.probant.parent / CHILD)]]
    return found


def look(machine):
    """A look is due, at each archive.  What a child is at meanwhile would seem to take it an hour."""
    until(lambda: not children(machine))
    machine.clock.go_on(HOUR)


def halt_a_child(machine):
    """The first that is seen.  They live for a moment, whenever a look at what was captured is due."""
    look(machine)
    end = time.monotonic() + 2
    while time.monotonic() < end:
        for pid in children(machine):
            try:
                os.kill(pid, signal.SIGSTOP)
                return pid
            except ProcessLookupError:
                pass
    return None


def children_killed(machine, load):
    for kind, way in ROUTES:
        of, number = next(x.number for x in load.sent if x.kind == kind and x.accepted), next(machine.numbers)
        with smtplib.SMTP("127.0.0.1", machine.port["%s-%s" % (kind, way)], "client.example", 90) as client:
            code = machine.postfix.inject(SENDER, ["b@%s-%s.example" % (kind, way)], receipt(number, of), client)[0]
        check("%s: a receipt is accepted" % kind, code == 250, code)
    for _ in range(CHILDREN):
        pid = until(lambda: halt_a_child(machine))
        check("a child reads for the writer", pid)
        load.flows()
        if pid:
            os.kill(pid, signal.SIGKILL)
        load.flows()


def receipts_stated(machine, kind):
    """Each by one record, however many children died over it."""
    words = "-a", machine.archive(kind), "--purpose", "essai"
    rows = [json.loads(x) for x in machine.daemon.run("list", *words, "--json").splitlines()]
    return [json.loads(machine.daemon.run("show", *words, "--facts", str(x["seq"])))
            for x in rows if x["type"] == "observation"]


def run(machine):
    load = Load(machine, ROUTES)
    try:
        load.flows()
        machine.stamped("at first")
        for case in dead, slow, lying:
            failures = machine.told("failures_total")
            case(machine, load)
            check("%s: failures are counted" % case.__name__, machine.told("failures_total") > failures)
            machine.front.mood = machine.front.good
            machine.stamped("behind " + case.__name__)
        for case in stamper_killed, stamper_halted:
            case(machine, load)
            machine.front.mood = machine.front.good
            machine.stamped("behind " + case.__name__)
            machine.front.released.clear()
        children_killed(machine, load)
        for kind in KINDS:
            check("%s: what the receipt says is stated" % kind, until(
                lambda: receipts_stated(machine, kind) or look(machine) or time.sleep(2)))
        load.flows()
    finally:
        sent = load.end()
    check("the MTA keeps nothing back", machine.postfix.drained())
    return [x for x in sent if x.accepted]


# ---- what is kept -----------------------------------------------------------------------------------------


def judge(machine, kind, accepted):
    words = "-a", machine.archive(kind)
    kept = Kept(machine, kind).numbers
    missing = [x.number for x in accepted if x.kind == kind and x.number not in kept]
    check("%s: all that was accepted is kept" % kind, not missing, missing)
    check("%s: something was" % kind, len(kept) > 10, len(kept))
    stated = receipts_stated(machine, kind)
    check("%s: once, and of one message" % kind, [(x["event"], len(x["of"])) for x in stated] == [("disposition", 1)],
          stated)
    reading = *words, "--purpose", "essai"
    rows = [json.loads(x) for x in machine.daemon.run("list", *reading, "--json").splitlines()]
    gaps = [json.loads(machine.daemon.run("show", *reading, "--facts", str(x["seq"])))
            for x in rows if x.get("event") == "timestamp_gap"]
    reasons = [{x["reason"] for x in gap["failures"]} for gap in gaps]
    check("%s: a gap of each" % kind, reasons[:3] == [{"refused"}, {"unreachable"}, {"imprint"}], reasons)
    check("%s: each has ended" % kind, sum(x.get("event") == "timestamp_gap_end" for x in rows) == len(gaps))
    outside = {"trust": machine.daemon.run("key", "policy", *words), "against": (
        machine.archive(kind) / "log/checkpoint").read_text(), "tsa-roots": pathlib.Path(machine.lab.root).read_text()}
    for option, text in outside.items():
        (machine.work / option).write_text(text)
    done = subprocess.run([BUILD / "probant-verify", machine.archive(kind), *(
        x for option in outside for x in ("--" + option, machine.work / option))], capture_output=True, text=True)
    check("%s: it is valid" % kind, done.returncode == 0, done.stdout)


def flow(machine):
    with machine.postfix:
        machine.daemon.start()
        try:
            accepted = run(machine)
        finally:
            check("the daemon ends well", machine.daemon.stop() == 0, machine.daemon.words()[-3000:])
    for kind in KINDS:
        judge(machine, kind, accepted)


def main():
    why = lib_postfix.missing()
    if why is not None:
        print("skipped:", why)
        return 0
    work = pathlib.Path(tempfile.mkdtemp(prefix="probant-tsa-"))
    work.chmod(0o755)
    machine = Machine(work)
    try:
        flow(machine)
    finally:
        machine.lab.stop()
        shutil.rmtree(work, ignore_errors=True)
    return check.end()


if __name__ == "__main__":
    sys.exit(main())
