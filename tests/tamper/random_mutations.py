#!/usr/bin/env python3
"""random_mutations.py [COUNT [SEED]] [BUILD]: bundles changed at random, judged by two programs.

Bundles of exporter.py are changed in their octets, entries, lines, JSON values and ZIP headers;
some are then summed, signed and stamped again by the exporter.  The library (judge_bundles) and
tools/second_verifier.py must give the same verdict.  COUNT: MUTATIONS of the environment, else
10000.  Where they differ, the bundle is kept in BUILD/tests/tamper/mutants/SEED, and its number is what
SEED is to be for it to come first.  Prints `N passed, N failed`.
"""
import copy
import json
import multiprocessing
import os
import random
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True            # nothing is left beside the tests
import bundles
import exporter
import saying
from forger import ROOT

SEEDS = [{}, {"of": {"first": 4}}, {"of": {"first": 8, "what": {}}}, {"bare": True},
         {"of": {"what": {1: "all", 2: "all", 3: "all", 6: "all", 7: "all", 9: "all"}}},
         {"of": {"last": 5, "size": 8, "what": {1: "facts", 3: "headers"}}}]
NUMBERS = [0, 1, 2, 3, 4, 7, 8, 10, 11, 12, 255, 256, 65535, 2**32 - 1, 2**53 - 1, 2**53, 2**64 - 1,
           -1, 1.5, "9007199254740992", "0", "8"]


# ---- changes of octets -----------------------------------------------------------------------

def flip(r, data):
    at = r.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << r.randrange(8)]) + data[at + 1:]


def insert(r, data):
    at = r.randrange(len(data) + 1)
    return data[:at] + r.randbytes(r.choice((1, 1, 2, 30))) + data[at:]


def remove(r, data):
    at = r.randrange(len(data))
    return data[:at] + data[at + r.choice((1, 1, 2, 30)):]


def cut(r, data):
    return data[:r.randrange(len(data))]


def repeat(r, data):
    a, b = sorted((r.randrange(len(data) + 1), r.randrange(len(data) + 1)))
    return data[:b] + data[a:b] + data[b:]


def lines(r, data):
    """A line left out, doubled, exchanged, changed, or with another end."""
    rows = data.splitlines(keepends=True)
    at, other, how = r.randrange(len(rows)), r.randrange(len(rows)), r.randrange(5)
    if how == 0:
        del rows[at]
    elif how == 1:
        rows.insert(other, rows[at])
    elif how == 2:
        rows[at], rows[other] = rows[other], rows[at]
    elif how == 3:
        rows[at] = flip(r, rows[at])
    else:
        rows[at] = rows[at].rstrip(b"\n") + r.choice((b"", b"\r\n", b" \n", b"\n\n", b"=\n"))
    return b"".join(rows)


def number(r, data):
    """A decimal number in a text is another."""
    at = [i for i in range(len(data)) if data[i:i + 1].isdigit()]
    if not at:
        return flip(r, data)
    i = r.choice(at)
    return data[:i] + r.choice((b"0", b"1", b"9", b"", b"00", b"-", b" ", b"+1")) + data[i + 1:]


def value(r, data):
    """A value of a JSON text is another, or missing, or more."""
    try:
        whole = json.loads(data)
    except ValueError:
        return flip(r, data)
    places = []

    def walk(one, path):
        places.append(path)
        items = one.items() if isinstance(one, dict) else enumerate(one) \
            if isinstance(one, list) else ()
        for key, inner in items:
            walk(inner, path + [key])

    walk(whole, [])
    path = r.choice(places)
    holder = whole
    for key in path[:-1]:
        holder = holder[key]
    how = r.randrange(6)
    if not path:
        return r.choice((b"[]", b"{}", b"null", b"0", b" " + data, data + b"\n", data + b","))
    if how == 0:
        del holder[path[-1]]
    elif how == 1 and isinstance(holder, list):
        holder.insert(path[-1], copy.deepcopy(r.choice(holder)))
    elif how == 1:
        holder[r.choice(("x", "seq", "by", "p", "octets"))] = r.choice(NUMBERS)
    elif how == 2:
        holder[path[-1]] = r.choice((None, True, [], {}, "", "x", "\ud7ff", "é", "query", "all"))
    elif how == 3 and isinstance(holder[path[-1]], str) and holder[path[-1]]:
        text = holder[path[-1]]
        at = r.randrange(len(text))
        holder[path[-1]] = text[:at] + r.choice("0aA.\u00e9\n") + text[at + 1:]
    elif how == 4 and isinstance(holder[path[-1]], int):
        holder[path[-1]] += r.choice((-1, 1))
    else:
        holder[path[-1]] = r.choice(NUMBERS)
    ascii_only, wide = r.random() < 0.2, r.random() < 0.1
    return json.dumps(whole, separators=(", ", ": ") if wide else (",", ":"),
                      ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")


OCTETS = [flip, insert, remove, cut, repeat, lines, number, value]


# ---- changes of a package --------------------------------------------------------------------

def content(r, files):
    name = r.choice(list(files))
    change = r.choice(OCTETS) if not name.endswith(".json") or r.random() < 0.2 else value
    if files[name]:
        files[name] = change(r, files[name])


def stated(r, files):
    """What the exporter states is where most can be said."""
    names = [name for name in files if name.startswith("log/") or name.endswith(".json")
             or name.startswith("SHA") or name.endswith("proof")]
    name = r.choice(names)
    if files[name]:
        files[name] = r.choice((value, lines, number, flip))(r, files[name])


def exchange(r, files):
    a, b = r.choice(list(files)), r.choice(list(files))
    same = [name for name in files if name.split("/")[-1] == a.split("/")[-1]]
    b = r.choice(same) if r.random() < 0.7 else b
    files[a], files[b] = files[b], files[a]


def take(r, files):
    a = r.choice(list(files))
    same = [name for name in files if name.split("/")[-1] == a.split("/")[-1]]
    files[a] = files[r.choice(same)]


def names(r, files):
    """An entry left out, called otherwise, moved or more."""
    rows, how = list(files.items()), r.randrange(4)
    at, other = r.randrange(len(rows)), r.randrange(len(rows))
    if how == 0:
        del rows[at]
    elif how == 1:
        rows[at] = (number(r, rows[at][0].encode()).decode("ascii", "replace"), rows[at][1])
    elif how == 2:
        rows.insert(other, rows.pop(at))
    else:
        rows.insert(other, (number(r, rows[at][0].encode()).decode("ascii", "replace"),
                            rows[at][1]))
    files.clear()
    files.update(rows)


CHANGES = [content, content, content, stated, stated, exchange, take, names]


def header(r, zipped):
    """A field of a ZIP header."""
    entry = r.choice(zipped.entries)
    where = r.choice((entry.local, entry.central, zipped.end))
    if where is zipped.end:
        zipped.end[r.choice(exporter.END.split()[1:])] = r.choice((0, 1, 2, 65535))
        return
    field = r.choice([name for name, one in where.items() if isinstance(one, int)])
    if r.random() < 0.3:
        entry.both(**{field: r.choice((0, 1, 8, 20, 45, 65535))})
    else:
        where[field] = r.choice((0, 1, 8, 20, 45, 65535, where[field] ^ 1))


def mutant(stage, seed):
    """The octets of a bundle changed so."""
    r = random.Random(seed)
    hooks = dict(SEEDS[r.randrange(len(SEEDS))])
    how = r.choice(("pack", "pack", "pack", "raw", "raw", "zip", "outer", "octets", "whole"))
    times = r.choice((1, 1, 1, 2, 3))

    def change(package):
        for _ in range(times):
            r.choice(CHANGES)(r, package.files)

    def headers(zipped):
        for _ in range(times):
            header(r, zipped)

    def octets(data):
        for _ in range(times):
            data = r.choice((flip, flip, insert, remove, cut, repeat))(r, data) or b"P"
        return data

    hooks[how] = {"pack": change, "raw": change, "zip": headers, "outer": headers}.get(how, octets)
    return stage.bundle(hooks)


# ---- both programs ---------------------------------------------------------------------------

def judge(numbers):
    """(seed, what each says) for all that they do not agree on."""
    work, wrong = tempfile.mkdtemp(dir=STAGE.work), []
    held = [os.path.join(STAGE.work, name) for name in ("trust", "roots", "against")]
    first = subprocess.Popen([JUDGE, *held], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             text=True, bufsize=1)
    said = saying.valid()
    for seed in numbers:
        path = "%s/%d" % (work, seed)
        with open(path, "wb") as file:
            file.write(mutant(STAGE, seed))
        first.stdin.write(path + "\n")
        theirs = first.stdout.readline().strip() or "nothing: it ended"
        ours, checks, _ = bundles.second(bundles.options(STAGE, said, path))
        if theirs.split()[0] != ours:
            kept = os.path.join(KEPT, "%d.asics" % seed)
            shutil.copy(path, kept)
            wrong.append("%s: the library says %s, second_verifier.py %s (%s)" % (
                kept, theirs, ours, ", ".join(check for check, word in checks.items()
                                              if word in ("invalid", "indeterminate"))))
        os.remove(path)
    first.stdin.close()
    first.wait()
    return len(numbers), wrong


def main():
    global STAGE, JUDGE, KEPT
    counts = [int(a) for a in sys.argv[1:] if a.isdigit()]
    build = ([a for a in sys.argv[1:] if not a.isdigit()] or [os.path.join(ROOT, "build")])[0]
    count = counts[0] if counts else int(os.environ.get("MUTATIONS", "10000"))
    begin = counts[1] if len(counts) > 1 else random.SystemRandom().randrange(10**9)
    JUDGE = os.path.join(build, "tests/tamper/judge_bundles")
    KEPT = os.path.join(build, "tests/tamper/mutants/%d" % begin)
    os.umask(0o077)
    os.makedirs(KEPT, exist_ok=True)
    bundles.faster()
    looked, failed = 0, 0
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as work:
        STAGE = bundles.Stage(work, build)
        for name in ("trust", "roots", "against"):
            shutil.copy(os.path.join(work, name), KEPT)
        batches = [range(i, min(i + 50, begin + count)) for i in range(begin, begin + count, 50)]
        with multiprocessing.get_context("fork").Pool(os.cpu_count() or 1) as pool:
            for some, wrong in pool.imap(judge, batches):
                looked, failed = looked + some, failed + len(wrong)
                for line in wrong:
                    print(line)
    if failed:
        print("seeds from %d on; what was held stands beside" % begin)
    print("%d passed, %d failed" % (looked - failed, failed))
    return 1 if failed or not looked else 0


if __name__ == "__main__":
    sys.exit(main())
