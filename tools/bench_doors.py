#!/usr/bin/env python3
"""bench_doors.py [BUILD]: how many messages a second Postfix accepts by a door that keeps them, and without.

10 sessions, 10 KB messages, by Postfix's own smtp-source.  A milter is measured beside one of Sendmail's library that
says continue and keeps nothing, a proxy beside one that only passes octets on; a door and its peer take turns.  Prints
all rates, and the ratio of the medians.  Needs root, as Postfix does.
"""
import argparse
import contextlib
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

MILTER = """  - name: milter
    kind: milter
    listen: 127.0.0.1:%d
    on_failure: defer
"""
AIMS = {"milter": 0.85, "proxy": 0.7}


@contextlib.contextmanager
def peer(*command):
    process = subprocess.Popen([str(word) for word in command])
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def rate(postfix, messages):
    """Accepted in a second; what was accepted is thrown away, behind the queue."""
    begin = time.monotonic()
    subprocess.run(["smtp-source", "-d", "-s", "10", "-m", str(messages), "-l", "10240", "-f", doors_proxy.SENDER,
                    "-t", "b.martin@cabinet.example", "127.0.0.1:%d" % postfix.port], check=True)
    took = time.monotonic() - begin
    postfix.drained()
    return messages / took


def measure(build, work, messages, rounds):
    """Rates, by door and who serves it."""
    milter, null, proxy, passive, next_hop = (lib_postfix.free_port() for _ in range(5))
    policy, first, second = doors_proxy.recipe(proxy, next_hop)
    proxy_settings = {name: value for name, value in first.items() if name != "smtpd_proxy_filter"}
    main = {"virtual_mailbox_domains": "cabinet.example", "virtual_transport": "discard:"}
    ways = {("milter", "passes on"): {"smtpd_milters": "inet:127.0.0.1:%d" % null},
            ("milter", "keeps"): {"smtpd_milters": "inet:127.0.0.1:%d" % milter},
            ("proxy", "passes on"): {**proxy_settings, "smtpd_proxy_filter": "127.0.0.1:%d" % passive},
            ("proxy", "keeps"): {**proxy_settings, "smtpd_proxy_filter": "127.0.0.1:%d" % proxy}}
    daemon = lib_daemon.Daemon(build, work, policy.format(work=work) + MILTER % milter, ["cabinet"],
                               [("127.0.0.1", milter), ("127.0.0.1", proxy)])
    rates = {way: [] for way in ways}
    with peer(build / "tests/flow/null_milter", "inet:%d@127.0.0.1" % null), \
            peer(build / "tests/flow/pass_on", passive, next_hop):
        daemon.start()
        try:
            with lib_postfix.Postfix(work, main, [second]) as postfix:
                # The first round warms up.
                for number in range(rounds + 1):
                    for way, settings in ways.items():
                        postfix.configure({**main, **settings})
                        postfix.reload()
                        time.sleep(1)
                        this = rate(postfix, messages)
                        if number > 0:
                            rates[way].append(this)
                            print("%-7s %-10s %6.1f messages/s" % (*way, this), flush=True)
        finally:
            daemon.stop()
    return rates


def main():
    options = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    options.add_argument("build", nargs="?", default="build", type=pathlib.Path)
    options.add_argument("--messages", type=int, default=1000)
    options.add_argument("--rounds", type=int, default=5)
    given = options.parse_args()
    subprocess.run([HERE / "setup", "--with", "bench"], check=True)
    why = lib_postfix.missing()
    if why is not None:
        sys.exit(why)
    build = given.build.resolve()
    subprocess.run(["make", "-s", "-C", str(HERE.parent)] +
                   ["%s/tests/flow/%s" % (given.build, name) for name in ("null_milter", "pass_on")], check=True)
    work = pathlib.Path(tempfile.mkdtemp(prefix="probant-bench-"))
    work.chmod(0o755)
    try:
        rates = measure(build, work, given.messages, given.rounds)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    middle = {way: statistics.median(x) for way, x in rates.items()}
    for door, aim in AIMS.items():
        ratio = middle[door, "keeps"] / middle[door, "passes on"]
        print("%s: %.1f of %.1f messages/s: %.2f (%.2f at least)%s" % (
            door, middle[door, "keeps"], middle[door, "passes on"], ratio, aim, "" if ratio >= aim else " MISSED"))


if __name__ == "__main__":
    main()
