#!/usr/bin/env python3
"""matrix.py [-v] [BUILD]: attacks on an archive, and what each verifier says of it.

An attacker who has every file and every key of the archive (forger.py) changes it and puts right
again what he can (attacks_*.py).  Each attack is judged by `BUILD/probant verify` with a reader's
key and with --quick, by `BUILD/probant-verify`, and by tools/second_verifier.py with that key and
without: the verdict, the same from all who see as much, and from the first three the finding that
names the check, what it found, and the record or the place.

Prints a line for each attack that is not judged so (-v: for each), and `N passed, N failed`.
"""
import concurrent.futures
import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True            # nothing is left beside the tests
import attacks_anchor
import attacks_archive
import attacks_log
import attacks_readers
import attacks_shared
from authority import Authority
from forger import ROOT, Forger, writer

EXIT = {"valid": 0, "invalid": 1, "indeterminate": 2}
WEIGHT = {"valid": "remark", "invalid": "invalid", "indeterminate": "indeterminate"}
ATTACKS = [("plain", attack) for attack in attacks_log.ATTACKS + attacks_archive.ATTACKS
                                 + attacks_readers.ATTACKS] + \
    [("stamped", attack) for attack in attacks_anchor.ATTACKS + attacks_shared.ATTACKS]
PASSPHRASE = os.path.join(ROOT, "tests/vectors/archive.passphrase")


class Stage:
    """The archive that is attacked: records 0 | 1 2 3 4, 5 | 6 7 8 9, 10; a bar is a segment's
    end, a comma a commit's; messages are 2 to 4 and 7 to 9.  Its authority was never asked, so no
    anchor stands in it; if it is `stamped`, the local one is, and an anchor follows each commit but
    the first.  `early`: a copy of it after the first import; `second`: another archive.  What
    others hold: `trust` and `roots` (`shared.roots`: that of `authority` too), and the checkpoints `old` (of `early`), `new` and `other`."""

    def __init__(self, work, build, stamped):
        self.work, self.build, self.stamped = work, os.path.abspath(build), stamped
        os.mkdir(work)
        self.archive, self.early, self.second = work + "/archive", work + "/early", work + "/second"
        self.messages = sorted(glob.glob(os.path.join(ROOT, "tests/vectors/messages/*.eml")))
        reading = ("-a", self.archive, "--purpose", "essai", "--passphrase-file", PASSPHRASE)
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=Autorite fictive",
                        "-keyout", work + "/authority.key", "-out", work + "/authority.pem"],
                       check=True, capture_output=True)
        self.make(self.second)
        self.hold("other", self.second + "/log/checkpoint")
        self.hold("other.trust", self.probant("key", "policy", "-a", self.second))
        self.hold("other.roots", self.probant("tsa", "roots", "-a", self.second))
        self.make(self.archive)
        self.hold("old", self.archive + "/log/checkpoint")
        self.hold("trust", self.probant("key", "policy", "-a", self.archive))
        self.hold("roots", self.probant("tsa", "roots", "-a", self.archive))
        shutil.copytree(self.archive, self.early)
        self.probant("list", *reading)
        self.probant("import", "-a", self.archive, *self.messages)
        self.probant("show", "9", "--facts", *reading)
        self.hold("new", self.archive + "/log/checkpoint")
        self.authority = Authority(work + "/authority", "Autorite fictive")
        with open(work + "/roots", "rb") as roots:
            self.hold("shared.roots", roots.read() + self.authority.root.encode())
        self.forger = Forger(self.archive, work + "/reader.key")

    def make(self, directory):
        self.probant("init", directory, "--origin", "essai.example/matrice", "--no-recovery",
                     "--passphrase-file", PASSPHRASE,
                     *([] if self.stamped else ["--tsa", "http://tsa.example/", "--tsa-roots",
                                                self.work + "/authority.pem"]))
        # a passphrase is not what is attacked here: let it be tried fast
        key, = glob.glob(directory + "/readers/*.key")
        plain = writer.run(["openssl", "pkey", "-in", key, "-passin", "file:" + PASSPHRASE])
        self.hold("reader.key", plain)
        with open(key, "wb") as file:
            file.write(writer.run(["openssl", "pkcs8", "-topk8", "-v2", "aes-256-cbc", "-iter", "1",
                                   "-passout", "file:" + PASSPHRASE], plain))
        self.probant("import", "-a", directory, *self.messages)

    def probant(self, *arguments):
        return writer.run([self.build + "/probant", *arguments])

    def hold(self, name, what):
        if isinstance(what, str):
            with open(what, "rb") as file:
                what = file.read()
        with open(os.path.join(self.work, name), "wb") as file:
            file.write(what)

    def judges(self, directory, said):
        """(has a key, command) of each program that judges."""
        options = [directory]
        for name, option in ("trust", "--trust"), ("against", "--against"), ("roots", "--tsa-roots"):
            if getattr(said, name):
                options += [option, os.path.join(self.work, getattr(said, name))]
        verify = [self.build + "/probant", "verify", "--json", *options]
        second = [sys.executable, os.path.join(ROOT, "tools/second_verifier.py"), *options]
        yield True, verify + ["--passphrase-file", PASSPHRASE]
        yield False, verify + ["--quick"]
        yield False, [self.build + "/probant-verify", "--json", *options]
        yield True, second + ["--reader", self.work + "/reader.key"]
        yield False, second


def verdict_of(done):
    match = re.search(rb'^(?:\{"verdict":"|verdict: )(\w+)', done.stdout, re.M)
    return match[1].decode() if match else "nothing: " + done.stderr.decode().strip()


def found(report, verdict, finding, stems, places):
    """Does a report of Probant's own have this finding, at its place?"""
    check, code, place = re.fullmatch(r"(\w+):(\w*)(?:@(.*))?", finding.format(*stems)).groups()
    for one in {c["id"]: c["findings"] for c in report["checks"]}[check]:
        if code not in ("", one["code"]) or one["weight"] != WEIGHT[verdict]:
            continue
        if place and place.isdigit():
            if one["seq"] == int(place) and places.get(int(place), "") in one["where"]:
                return True
        elif (place or "") in one["where"]:
            return True
    return False


def judge(stages, number):
    """(sentence, what is wrong with what is said of the attack)"""
    which, (sentence, change, leave, *all_said) = ATTACKS[number]
    stage = stages[which]
    forger = stage.forger.copy("%s/attack-%d" % (stage.work, number))
    forger.stage = stage
    stems, wrong = [segment.stem() for segment in forger.segments], []
    change(forger)
    leave(forger)
    places = dict(enumerate(segment.stem() for segment in forger.segments
                            for _ in segment.records()))
    for said in all_said:
        held = " --trust %s --against %s --tsa-roots %s" % (said.trust, said.against, said.roots)
        for has_key, command in stage.judges(forger.directory + said.where, said):
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            name = " ".join(os.path.basename(word) for word in command if "python" not in word
                            and re.search("verif|probant|reader$|quick", word)) + held
            expected = said.verdict if has_key else said.closed
            if verdict_of(done) != expected or done.returncode != EXIT[expected]:
                wrong.append("%s: says %s, not %s" % (name, verdict_of(done), expected))
            elif done.stdout[:1] == b"{" and expected == said.verdict:
                report = json.loads(done.stdout)
                wrong += ["%s: does not find %s" % (name, finding) for finding in said.findings
                          if (has_key or finding[0] != "+")
                          and not found(report, expected, finding.lstrip("+"), stems, places)]
    if leave.__name__ == "repaired":
        sentence += ", and everything made to follow and signed"
    for directory in glob.glob(forger.directory + "*"):
        shutil.rmtree(directory)
    return sentence, wrong


def main():
    verbose, arguments = "-v" in sys.argv, [a for a in sys.argv[1:] if a != "-v"]
    os.umask(0o077)
    passed = failed = 0
    with tempfile.TemporaryDirectory() as work, \
            concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        build = arguments[0] if arguments else os.path.join(ROOT, "build")
        stages = {name: Stage(os.path.join(work, name), build, name == "stamped")
                  for name in ("plain", "stamped")}
        for sentence, wrong in pool.map(lambda n: judge(stages, n), range(len(ATTACKS))):
            passed, failed = passed + (not wrong), failed + bool(wrong)
            if wrong or verbose:
                print("%s: %s" % (sentence, "; ".join(wrong) or "as it should be"))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
