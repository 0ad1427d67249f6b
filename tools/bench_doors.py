#!/usr/bin/env python3
"""bench_doors.py [BUILD]: how many messages a second Postfix accepts with our proxy door between its two servers, and
with a proxy that only passes octets on (BUILD/tests/flow/pass_on).

10 sessions, 10 KB messages, by Postfix's own smtp-source; the two take turns.  Prints both rates of each round, and
the ratio of the medians.  Needs root, as Postfix does.
"""
import argparse
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE.parent / "tests/flow"))
import doors_proxy
import lib_daemon
import lib_postfix


class Passive:
    def __init__(self, build, door, next_hop):
        self.process = subprocess.Popen([build / "tests/flow/pass_on", str(door), str(next_hop)])

    def stop(self):
        self.process.terminate()
        self.process.wait()


def rate(postfix, messages):
    """Accepted in a second; what was accepted is thrown away, behind the queue."""
    begin = time.monotonic()
    subprocess.run(["smtp-source", "-s", "10", "-m", str(messages), "-l", "10240", "-f", doors_proxy.SENDER,
                    "-t", "b.martin@cabinet.example", "127.0.0.1:%d" % postfix.port], check=True)
    took = time.monotonic() - begin
    postfix.drained()
    return messages / took


def measure(build, work, messages, rounds):
    door, passive_door, next_hop = (lib_postfix.free_port() for _ in range(3))
    policy, first, second = doors_proxy.recipe(door, next_hop)
    main = {"virtual_mailbox_domains": "cabinet.example", "virtual_transport": "discard:", **first}
    daemon = lib_daemon.Daemon(build, work, policy.format(work=work), ["cabinet"], [("127.0.0.1", door)])
    passive = Passive(build, passive_door, next_hop)
    postfix = lib_postfix.Postfix(work, main, [second])
    rates = {"passes on": [], "keeps": []}
    daemon.start()
    try:
        with postfix:
            for number in range(rounds + 1):
                for name, port in ("passes on", passive_door), ("keeps", door):
                    postfix.configure({**main, "smtpd_proxy_filter": "127.0.0.1:%d" % port})
                    postfix.reload()
                    time.sleep(1)
                    this = rate(postfix, messages)
                    # The first round warms up.
                    if number > 0:
                        rates[name].append(this)
                        print("%-10s %6.1f messages/s" % (name, this), flush=True)
    finally:
        passive.stop()
        daemon.stop()
    return rates


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    options.add_argument("build", nargs="?", default="build", type=pathlib.Path)
    options.add_argument("--messages", type=int, default=1000)
    options.add_argument("--rounds", type=int, default=5)
    given = options.parse_args()
    why = lib_postfix.missing()
    if why is not None:
        sys.exit(why)
    work = pathlib.Path(tempfile.mkdtemp(prefix="probant-bench-"))
    work.chmod(0o755)
    try:
        rates = measure(given.build.resolve(), work, given.messages, given.rounds)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    middle = {name: statistics.median(x) for name, x in rates.items()}
    print("proxy: %.1f of %.1f messages/s: %.2f" % (middle["keeps"], middle["passes on"],
                                                      middle["keeps"] / middle["passes on"]))


main()
