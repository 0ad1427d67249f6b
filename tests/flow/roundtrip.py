#!/usr/bin/env python3
"""roundtrip.py BUILD: mail of all sorts goes in and comes out, byte for byte.

The messages of tests/vectors, the demo's mail, and what stands in $PROBANT_CORPUS
go into one archive.  Each comes back by `show --raw` and by tools/recover.py; the
archive verifies by probant, probant-verify and tools/second_verifier.py.
Last line: `N passed, N failed`.
"""
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True            # nothing is left beside the tests
from lib_check import check

BUILD = pathlib.Path(sys.argv[1]).resolve()
TOOLS = pathlib.Path(__file__).resolve().parents[2] / "tools"
VECTORS = pathlib.Path(__file__).resolve().parents[1] / "vectors"


def run(*words, code=0):
    done = subprocess.run([str(x) for x in words], capture_output=True)
    if done.returncode != code:
        print("exit %d of %s: %s" % (done.returncode, words, done.stderr.decode(errors="replace")[:500]))
    return done


def messages(work):
    run(TOOLS / "demo_mail.py", work / "mail")
    roots = [VECTORS / "messages", work / "mail"]
    if os.environ.get("PROBANT_CORPUS"):
        roots.append(pathlib.Path(os.environ["PROBANT_CORPUS"]))
    return [x for root in roots for x in sorted(root.rglob("*")) if x.is_file()]


def main():
    with tempfile.TemporaryDirectory() as name:
        work = pathlib.Path(name)
        archive, trust, recovered = work / "archive", work / "trust", work / "recovered"
        roots = work / "roots.pem"
        (work / "passphrase").write_text("phrase fictive\n")
        os.environ["PROBANT_PASSPHRASE_FILE"] = str(work / "passphrase")
        probant = BUILD / "probant"
        paths = messages(work)
        run(probant, "init", archive, "--origin", "essai.example/aller-retour", "--no-recovery")
        run(probant, "key", "policy", "-a", archive, "-o", trust)
        run(probant, "tsa", "roots", "-a", archive, "-o", roots)
        done = run(probant, "import", "-a", archive, "--json", *paths)
        kept = [json.loads(x) for x in done.stdout.splitlines()]
        total = kept.pop()
        check("nothing is refused", total["imported"] == len(paths) == len(kept) and not total["refused"])
        for path, row in zip(paths, kept):
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            check("acknowledged in order, with its digest", row["sha256"] == digest and row["path"] == str(path),
                  path)

        against = work / "checkpoint"
        against.write_bytes((archive / "log" / "checkpoint").read_bytes())
        run(TOOLS / "recover.py", archive, "--reader", next((archive / "readers").glob("*.key")),
            "--passphrase-file", work / "passphrase", "-o", recovered)
        for path, row in zip(paths, kept):
            same = (recovered / ("%d.eml" % row["seq"])).read_bytes() == path.read_bytes()
            check("tools/recover.py gives it back", same, path)
        # a passphrase opened each time: CI takes every third, the tool above has them all
        for path, row in list(zip(paths, kept))[::3 if os.environ.get("CI") else 1]:
            shown = run(probant, "show", "-a", archive, row["seq"], "--raw", "--purpose", "essai")
            check("show --raw gives it back", shown.stdout == path.read_bytes(), path)

        outside = ["--trust", trust, "--tsa-roots", roots, "--against", against]
        check("probant verify", run(probant, "verify", archive, *outside).returncode == 0)
        check("probant-verify", run(BUILD / "probant-verify", archive, *outside).returncode == 0)
        judge = BUILD / "tests" / "flow" / "sumdb"  # built by tests/flow/sumdb.sh, which goes before
        key = run(probant, "key", "export", "-a", archive).stdout.decode().strip()
        judged = run(judge, "log", key, archive / "log") if judge.exists() else None
        check("Go's x/mod/sumdb accepts log/", judged and judged.returncode == 0, judged and judged.stderr)
        second = run(TOOLS / "second_verifier.py", archive, *outside, "--reader",
                     next((archive / "readers").glob("*.key")), "--passphrase-file", work / "passphrase")
        check("the second verifier", second.returncode == 0, second.stdout.decode(errors="replace")[-400:])
    return check.end()


sys.exit(main())
