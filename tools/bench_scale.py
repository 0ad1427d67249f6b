#!/usr/bin/env python3
"""bench_scale.py BUILD_DIR: what size costs: 10,000 records beside 1,000,000; find beside notmuch.

A million small messages, each of its own words, go into one archive.  Measured at both sizes: what
opening costs (an import of nothing), and how fast 20,000 messages are committed.  Then all are
indexed, by notmuch too, and the same hundred words are looked for in one run of each.  `tools/bench`
runs it with BENCH_MILLION=1; with BENCH_MILLION=alone without notmuch, which takes most of the time.
"""
import os
import shutil
import statistics
import subprocess
import sys

import bench_mail
from bench_measure import MIB, measure, octets_of

FEW, MANY, MORE = 10_000, 1_000_000, 20_000
OPENINGS, COMMITS, WORDS, FOLDER = 15, 7, 100, 1000
OPENING_MOST, COMMIT_LEAST, FIND_S, FIND_MOST = 1.5, 0.9, 0.020, 0.2


def messages(generator, first, count):
    for number in range(first, first + count):
        words = generator.draw(33)
        yield ("From: Personne %d <personne-%d@exemple-fictif.test>\nTo: <cabinet@essai.example>\n"
               "Subject: %s\nDate: Mon, 02 Nov 2026 %02d:%02d:%02d +0100\n"
               "Message-ID: <%d@exemple-fictif.test>\n\n%s\n"
               % (number % 997, number % 997, " ".join(words[:3]), number // 3600 % 24,
                  number // 60 % 60, number % 60, number, " ".join(words[3:]))).encode()


class Scale:
    def __init__(self, build, place, environment, beside):
        self.beside = beside
        self.probant = os.path.join(build, "probant")
        self.place, self.environment, self.found = place, dict(environment), {}
        self.environment["NOTMUCH_CONFIG"] = self.at("notmuch-config")
        self.generator = bench_mail.Generator(2)

    def at(self, name):
        return os.path.join(self.place, name)

    def once(self, *command, **options):
        return measure(list(command), self.environment, **options)

    def write(self, name, first, count, folder=None):
        """An mbox of them; and each in a file of its own."""
        with open(self.at(name), "wb") as mbox:
            for number, message in enumerate(messages(self.generator, first, count), first):
                mbox.write(b"From personne Mon Nov  2 00:00:00 2026\n" + message + b"\n")
                if folder:
                    path = os.path.join(folder, "%04d" % (number // FOLDER))
                    if number % FOLDER == 0:
                        os.makedirs(path)
                    with open(os.path.join(path, "%07d.eml" % number), "wb") as file:
                        file.write(message)
        return self.at(name)

    def imported(self, archive, path):
        return self.once(self.probant, "import", "--no-index", "-a", archive, path)

    def by_turns(self, path, times):
        """Medians: at the few, at the many; by turns, since a disk has its moods, and when what
        was written before is on it."""
        os.sync()
        both = [(self.imported(self.at("few"), path)[0], self.imported(self.at("archive"), path)[0])
                for _ in range(times)]
        return [statistics.median(x) for x in zip(*both)]

    def sizes(self):
        archive, more = self.at("archive"), self.write("more.mbox", MANY, MORE)
        self.once(self.probant, "init", archive, "--origin", "mesure.example/taille",
                  "--no-recovery")
        self.imported(archive, self.write("few.mbox", 0, FEW, self.at("mail")))
        shutil.copytree(archive, self.at("few"))
        self.imported(archive, self.write("many.mbox", FEW, MANY - FEW, self.at("mail")))
        for what, path, times in (("opening", self.at("nothing"), OPENINGS), ("commit", more, COMMITS)):
            self.found[what + " few"], self.found[what + " many"] = self.by_turns(path, times)
        self.found["reindex"] = self.once(self.probant, "reindex", "-a", archive)
        self.found["octets of index"] = octets_of(os.path.join(archive, "index"))

    def words(self):
        """Some frequent, most of them not."""
        return [self.generator.words[rank * rank + 40] for rank in range(WORDS)]

    def looked_for(self, count, *command):
        """What a word costs when the program runs already: many words less one word."""
        def run(words):
            with open(self.at("words"), "w", encoding="utf-8") as file:
                file.write("".join(word + "\n" for word in words))
            with open(self.at("words"), "rb") as file, open(self.at("answers"), "wb") as answers:
                return min(self.once(*command, stdin=file, stdout=answers)[0] for _ in range(1))
        words = self.words()
        first = statistics.median(run(words[:1]) for _ in range(3))
        return max(0.0, run(words) - first) / (count - 1)

    def find(self):
        self.found["find"] = self.looked_for(WORDS, self.probant, "find", "--batch", "-a",
                                             self.at("archive"), "--purpose", "mesure")

    def find_beside(self):
        with open(self.at("notmuch-config"), "w", encoding="ascii") as file:
            file.write("[database]\npath=%s\n[user]\nname=x\nprimary_email=x@essai.example\n"
                       "[new]\ntags=\n[search]\nexclude_tags=\n" % self.at("mail"))
        self.found["notmuch new"] = self.once("notmuch", "new", "--quiet")
        self.found["notmuch"] = self.looked_for(WORDS, "notmuch", "count", "--batch")

    def run(self):
        shutil.rmtree(self.place, ignore_errors=True)
        for name in "nothing", "mail":
            os.makedirs(self.at(name))
        self.sizes()
        self.find()
        if self.beside:
            self.find_beside()
        shutil.rmtree(self.place)
        return self.found


def run(build, place, environment, beside=True):
    return Scale(build, place, environment, beside).run()


def ratios(found):
    """label: (ratio, the most it should be, whether it is right)"""
    opening = found["opening many"] / found["opening few"]
    commit = found["commit few"] / found["commit many"]
    results = {"opening, 1,000,000 / 10,000 records": (opening, opening <= OPENING_MOST),
               "commit rate, the same": (commit, commit >= COMMIT_LEAST)}
    if "notmuch" in found:
        find = found["find"] / found["notmuch"]
        results["find --batch, a word / notmuch count"] = (
            find, find <= FIND_MOST or found["find"] <= FIND_S)
    return results


def report(found):
    print("\nA million messages in one archive")
    for label, (ratio, right) in ratios(found).items():
        print("  %-40s %5.2f%s" % (label, ratio, "" if right else " MISSED"))
    print("  a word: %.1f ms%s; opening %.0f ms; reindex %.0f s (%.0f MiB)" % (
        1000 * found["find"], "" if found["find"] <= FIND_S else " (MISSED)",
        1000 * found["opening many"], found["reindex"][0], found["reindex"][2] / MIB))
    if "notmuch" in found:
        print("  notmuch: a word %.1f ms, new %.0f s" % (
            1000 * found["notmuch"], found["notmuch new"][0]))


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: tools/bench_scale.py BUILD_DIR")
    build = os.path.abspath(sys.argv[1])
    bench = os.path.join(build, "bench")
    os.makedirs(bench, exist_ok=True)
    with open(os.path.join(bench, "passphrase"), "w", encoding="ascii") as file:
        file.write("phrase fictive pour mesurer\n")
    subprocess.run([os.path.join(os.path.dirname(os.path.abspath(__file__)), "setup"), "--with",
                    "bench"], check=True)
    report(run(build, os.path.join(bench, "scale"), dict(
        os.environ, LC_ALL="C.UTF-8", HOME=bench,
        PROBANT_PASSPHRASE_FILE=os.path.join(bench, "passphrase"))))


if __name__ == "__main__":
    main()
