#!/usr/bin/env python3
"""bundles.py [-v] [BUILD]: attacks on a bundle, and what each verifier says of it.

An exporter who has every key (exporter.py) changes what he hands over and puts right again what he
can (attacks_*.py).  Each attack is judged by `BUILD/probant-verify` and by
tools/second_verifier.py: the verdict, the same from both, and the check that shows it, with a
reason.

Prints a line for each attack that is not judged so (-v: for each), and `N passed, N failed`.
"""
import contextlib
import io
import json
import multiprocessing
import os
import subprocess
import sys
import tempfile
import traceback
import types

sys.dont_write_bytecode = True            # nothing is left beside the tests
import attacks_bundle
import attacks_container
import attacks_zip
import exporter
from authority import Authority
from forger import ROOT, pb, writer
import second_verifier
import probant_log
import probant_report

ATTACKS = attacks_bundle.ATTACKS + attacks_container.ATTACKS + attacks_zip.ATTACKS
EXIT = {0: "valid", 1: "invalid", 2: "indeterminate", 65: "refused"}


class Stage:
    """The exporter's keys, his log, and what others hold of it."""

    def __init__(self, work, build):
        self.work, self.verifier = work, os.path.join(os.path.abspath(build), "probant-verify")
        authorities = [Authority("%s/%d" % (work, i), name)
                       for i, name in enumerate(("autorite un", "autorite deux", "inconnue"))]
        self.keys = exporter.Keys(authorities)
        self.log = exporter.Log(self.keys, exporter.STEPS)
        vkey = "log %s\n" % self.keys.log.vkey
        witness = writer.SigningKey("temoin.example/1", writer.sha256(b"temoin"), 4)
        self.hold("trust", vkey + "quorum none\n")
        self.hold("witnessed", vkey + "witness temoin %s\nquorum temoin\n" % witness.vkey)
        self.hold("roots", authorities[0].root + authorities[1].root)
        self.hold("one-root", authorities[1].root)
        other = writer.SigningKey(self.keys.log.name, writer.sha256(b"autre"))
        for name, size, key in (("against", 9, None), ("later", 12, None), ("before", 2, None),
                                ("stamped", 4, None), ("unsigned", 9, other)):
            self.hold(name, self.log.note(size, key).decode())
        another = exporter.Log(exporter.Keys(authorities, "autre.example/00112233"),
                               exporter.STEPS[:3])
        self.hold("other", another.note(2).decode())
        self.hold("bundle", self.bundle({}))
        self.hold("forged-bundle", self.bundle({
            "steps": attacks_bundle.instead(6, exporter.message(b"autre"))}))

    def hold(self, name, what):
        with open(os.path.join(self.work, name), "wb") as file:
            file.write(what if isinstance(what, bytes) else what.encode())

    def bundle(self, hooks):
        """The octets of a bundle, with what is done to it on the way."""
        nothing = lambda what: None
        log = self.log
        if {"keys", "steps", "tricks"} & set(hooks):
            log = exporter.Log(hooks.get("keys", lambda keys: keys)(self.keys),
                               hooks.get("steps", list)(list(exporter.STEPS)),
                               hooks.get("tricks"))
        package = exporter.Package(log, **hooks.get("of", {}))
        hooks.get("pack", nothing)(package)
        package.sign()
        hooks.get("raw", nothing)(package)
        zipped = exporter.Zip(package.files)
        hooks.get("zip", nothing)(zipped)
        data = zipped.octets()
        data = hooks.get("octets", lambda octets: octets)(data)
        if hooks.get("bare"):
            return data
        files = hooks.get("contained", exporter.contained)(log, data)
        zipped = exporter.Zip(files)
        hooks.get("outer", nothing)(zipped)
        return hooks.get("whole", lambda octets: octets)(zipped.octets())


def options(stage, said, path):
    held = {name: getattr(said, name) and os.path.join(stage.work, getattr(said, name))
            for name in ("trust", "against", "roots")}
    return types.SimpleNamespace(evidence=path, trust=held["trust"], against=held["against"],
                                 tsa_roots=held["roots"], reader=None, passphrase_file=None)


def first(stage, given):
    """(verdict, {check: {verdict}}, a reason for each bad one) of probant-verify."""
    command = [stage.verifier, "--json", given.evidence]
    for name in ("trust", "against", "tsa_roots"):
        if getattr(given, name):
            command += ["--" + name.replace("_", "-"), getattr(given, name)]
    done = subprocess.run(command, capture_output=True)
    if done.returncode == 65:
        return "refused", {}, bool(done.stderr)
    if done.returncode not in EXIT:
        return "nothing: %d %s" % (done.returncode, done.stderr.decode()), {}, False
    report = json.loads(done.stdout)
    checks = {check["id"].replace("_", " "): check["verdict"] for check in report["checks"]}
    reasons = all(any(finding["text"] for finding in check["findings"])
                  for check in report["checks"] if check["verdict"] in ("invalid", "indeterminate"))
    return report["verdict"], checks, reasons and EXIT[done.returncode] == report["verdict"]


def second(given):
    """The same of tools/second_verifier.py."""
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            report = second_verifier.verify(given)
        except (pb.Refused, ValueError) as error:
            return "refused", {}, bool(str(error))
        except Exception as error:                 # it should have said what is wrong instead
            return "breaks: %r at %s" % (error, traceback.extract_tb(error.__traceback__)[-1]), {}, False
    words = probant_report.WORDS
    reasons = all(report.findings[check] for check, verdict in report.verdicts.items()
                  if verdict >= probant_report.INDETERMINATE)
    return words[report.verdict()], {check: words[verdict] for check, verdict
                                     in report.verdicts.items()}, reasons


def judge(number):
    """(sentence, what is wrong with what is said of the attack)"""
    sentence, all_said, hooks = ATTACKS[number]
    path, wrong = "%s/attack-%d" % (STAGE.work, number), []
    with open(path, "wb") as file:
        file.write(STAGE.bundle(hooks))
    for said in all_said:
        given = options(STAGE, said, path)
        for name, (verdict, checks, reasons) in (("probant-verify", first(STAGE, given)),
                                                 ("second_verifier.py", second(given))):
            if verdict != said.verdict:
                wrong.append("%s: says %s, not %s (%s)" % (name, verdict, said.verdict, ", ".join(
                    check for check, word in checks.items() if word in ("invalid",
                                                                        "indeterminate"))))
            for check in said.checks if verdict == said.verdict != "refused" else ():
                if not any(checks[one] == verdict for one in check.split("|")):
                    wrong.append("%s: does not say so of %s, but of %s" % (name, check, ", ".join(
                        one for one, word in checks.items() if word == verdict)))
            if not reasons:
                wrong.append(name + ": gives no reason")
    os.remove(path)
    return sentence, wrong


def faster():
    """A signature that was checked once need not be checked again."""
    known, ed25519 = {}, probant_log.ed25519

    def remembered(*words):
        if words not in known:
            known[words] = ed25519(*words)
        return known[words]

    probant_log.ed25519 = remembered


def main():
    global STAGE
    verbose, arguments = "-v" in sys.argv, [a for a in sys.argv[1:] if a != "-v"]
    os.umask(0o077)
    passed = failed = 0
    faster()
    with tempfile.TemporaryDirectory(dir="/dev/shm" if os.path.isdir("/dev/shm") else None) as work:
        STAGE = Stage(work, arguments[0] if arguments else os.path.join(ROOT, "build"))
        with multiprocessing.get_context("fork").Pool(os.cpu_count() or 1) as pool:
            for sentence, wrong in pool.imap(judge, range(len(ATTACKS))):
                passed, failed = passed + (not wrong), failed + bool(wrong)
                if wrong or verbose:
                    print("%s: %s" % (sentence, "; ".join(wrong) or "as it should be"))
    print("%d passed, %d failed" % (passed, failed))
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
