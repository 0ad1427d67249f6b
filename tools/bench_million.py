#!/usr/bin/env python3
"""bench_million.py BUILD_DIR: what proves one message among a million, and what memory that takes.

500 of the benchmark's messages and 1,000 tiny ones, each of these kept a thousand times, go into
one archive.  Of the 500, half are exported whole and half by their facts alone, beside a million
closed records; then everything is exported whole.  `tools/bench` runs it with BENCH_MILLION=1,
once it has made the mail.
"""
import os
import shutil
import statistics
import sys
import zipfile

from bench_measure import MIB, measure, octets_of

MESSAGES, TINY, TIMES = 500, 1000, 1000
FIRST = 2  # the first message's record: before it stand what a new archive states, and a segment
PROOF = ("leaf.bin", "opening.json", "leaf.tlog-proof")
TARGET = 4096


def make_mail(place, mail):
    """(directory of 500 messages, directory of 1,000 tiny ones)"""
    shutil.rmtree(place, ignore_errors=True)
    some, tiny = os.path.join(place, "some"), os.path.join(place, "tiny")
    os.makedirs(some)
    os.makedirs(tiny)
    names = sorted(os.path.join(path, name) for path, _, names in os.walk(mail)
                   for name in names if name.endswith(".eml"))
    if len(names) < MESSAGES:
        sys.exit("bench_million.py: BENCH_MESSAGES must be %d or more" % MESSAGES)
    for number, name in enumerate(names[:MESSAGES]):
        shutil.copy(name, os.path.join(some, "%04d.eml" % number))
    for number in range(TINY):
        with open(os.path.join(tiny, "%04d.eml" % number), "wb") as file:
            file.write(b"From: <personne-%d@exemple-fictif.test>\r\nSubject: %d\r\n\r\nBonjour.\r\n"
                       % (number, number))
    return some, tiny


def proofs(bundle, place):
    """{seq: (octets of the three files, parts)} of the bundle's messages."""
    with zipfile.ZipFile(bundle) as container:
        package = container.extract(container.namelist()[1], place)
    found = {}
    with zipfile.ZipFile(package) as inner:
        for seq in range(FIRST, FIRST + MESSAGES):
            names = ["records/%d/%s" % (seq, name) for name in PROOF]
            parts = inner.read(names[1]).count(b"{") - 1
            found[seq] = sum(inner.getinfo(name).file_size for name in names), parts
    os.remove(package)
    return found


def run(build, place, mail, environment):
    """What was found, as a dictionary; prints nothing."""
    archive, bundle = os.path.join(place, "archive"), os.path.join(place, "bundle.asics")
    probant, verifier = os.path.join(build, "probant"), os.path.join(build, "probant-verify")
    roots, trust = os.path.join(place, "roots.pem"), os.path.join(place, "trust")
    some, tiny = make_mail(place, mail)

    def once(*command, **options):
        return measure(list(command), environment, **options)

    def verify():
        # 2: intact; that there is one history is for somebody outside to show.
        return once(verifier, bundle, "--trust", trust, "--tsa-roots", roots, allowed=(0, 2))

    once(probant, "init", archive, "--origin", "mesure.example/million", "--no-recovery")
    found = {"import": once(probant, "import", "--no-index", "-a", archive, some,
                            *[tiny] * TIMES)}
    once(probant, "key", "policy", "-a", archive, "-o", trust)
    once(probant, "tsa", "roots", "-a", archive, "-o", roots)
    half, end = FIRST + MESSAGES // 2, FIRST + MESSAGES
    found["export of some"] = once(
        probant, "export", "-a", archive, "--case", "million",
        "--seq", "%d..%d" % (FIRST, half - 1), "--disclose", "%d..%d=facts" % (half, end - 1),
        "-o", bundle)
    found["verify some"] = verify()
    found["octets of some"] = os.path.getsize(bundle)
    sizes = proofs(bundle, place)
    found["whole"] = [sizes[seq] for seq in range(FIRST, half)]
    found["facts"] = [sizes[seq] for seq in range(half, end)]
    os.remove(bundle)
    found["export of all"] = once(probant, "export", "-a", archive, "--case", "million",
                                  "-o", bundle)
    found["verify all"] = verify()
    found["octets of all"] = os.path.getsize(bundle)
    found["octets of archive"] = octets_of(archive)
    shutil.rmtree(place)
    return found


def report(found):
    """Six lines; the three files are those of PROOF."""
    print("\nProof of one message among 1,000,500: three files, octets (at most %d)" % TARGET)
    for label, kind in (("opened whole", "whole"), ("by its facts alone", "facts")):
        sizes = [size for size, _ in found[kind]]
        parts = [count for _, count in found[kind]]
        print("  %-20s median %d (%d parts), most %d (%d parts)%s" % (
            label, statistics.median(sizes), statistics.median(parts), max(sizes), max(parts),
            "" if max(sizes) <= TARGET else " MISSED"))
    for label, kind in (("500 opened", "some"), ("all opened", "all")):
        made, checked = found["export of " + kind], found["verify " + kind]
        print("  %-20s %.2f GB; export %.0f s, %.0f MiB; probant-verify %.0f s, %.0f MiB" % (
            label, found["octets of " + kind] / 1e9, made[0], made[2] / MIB, checked[0],
            checked[2] / MIB))
    print("  %-20s %.0f s, %.0f MiB" % ("import", found["import"][0], found["import"][2] / MIB))


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: tools/bench_million.py BUILD_DIR")
    build = os.path.abspath(sys.argv[1])
    bench = os.path.join(build, "bench")
    passphrase = os.path.join(bench, "passphrase")
    report(run(build, os.path.join(bench, "million"), os.path.join(bench, "mail"),
               dict(os.environ, LC_ALL="C.UTF-8", PROBANT_PASSPHRASE_FILE=passphrase)))


if __name__ == "__main__":
    main()
