#!/usr/bin/env python3
"""shared_anchor.py [BUILD]: one token of an authority for the archives of a node.

`stamp --policy` has three archives stamped by an authority made of the openssl command, which is
asked once.  BUILD/probant-verify, tools/second_verifier.py, `openssl ts` with sha256 by hand,
Go's x/mod/sumdb and the commands of VERIFIER.txt judge what each archive and its bundle hold; and
nothing of the other archives stands in a bundle.  Prints a line for each test that fails and,
last, `N passed, N failed`.
"""
import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
sys.dont_write_bytecode = True
import cli                                                                   # noqa: E402
from cli import MESSAGE                                                      # noqa: E402
from false_authority import Front, Stranger                                  # noqa: E402

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "../.."))
BUILD = os.path.dirname(cli.PROBANT)
VERIFIER, JUDGE = BUILD + "/probant-verify", BUILD + "/tests/flow/sumdb"
SECOND = ROOT + "/tools/second_verifier.py"
NAMES = ("tilleuls", "erables", "bouleaux")
POLICY = """policy: capture
runtime_dir: {0}/run
state_dir: {0}/state
archives:
{1}doors:
  - name: porte
    kind: milter
    listen: unix:{0}/porte.sock
    on_failure: defer
otherwise: pass
"""
ARCHIVE = """  - name: {1}
    path: {0}/{1}
    mailboxes: ["@{1}.example"]
"""


TIMESTAMP = """policy: timestamp
profile: ensemble
profiles:
  - name: ensemble
    every: 1 min
    authorities: [autorite]
    shared: yes
authorities:
  - {{ name: autorite, url: '{0}', roots: {1} }}
"""
PATIENCE_S = 180                             # until something is a failure; never a measure


class Scene(cli.Scene):
    """Three archives under one policy, and the authority that all have."""

    front = lab = template = None

    def dir(self, name):
        return "%s/%s" % (self.root, name)

    def found(self):
        for name in NAMES:
            self.ok("init", self.dir(name), "--origin", name + ".example/essai",
                    "--passphrase-file", self.passphrase, "--no-recovery", "--tsa",
                    self.front.url, "--tsa-roots", self.lab.root)

    def begin(self):
        for name in NAMES:
            shutil.copytree(self.template.dir(name), self.dir(name))
        os.mkdir(self.dir("state"))
        self.policy = self.write("capture.yaml", POLICY.format(self.root, "".join(
            ARCHIVE.format(self.root, name) for name in NAMES)).encode())
        self.message = self.write("a.eml", MESSAGE)
        self.put(*NAMES)
        return self

    def put(self, *names):                                         # pylint: disable=arguments-differ
        for name in names:
            self.ok("import", "-a", self.dir(name), self.message)

    def stamp(self, *words, code=0):
        """What became of each archive, by name; was it shared."""
        done = self.run("stamp", "--policy", self.policy, "--json", *words)
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        said = json.loads(done.stdout)
        return {x["name"]: x for x in said["archives"]}, said["shared"]

    def standing(self, name):
        return json.loads(self.ok("status", "-a", self.dir(name), "--json"))["timestamps"]

    def anchors(self, name):
        self.archive = self.dir(name)
        return [self.facts(x["seq"]) for x in self.rows() if x["type"] == "anchor"]

    def agree(self, what):
        """Both verifiers: tokens and authorities are valid, and an interval is proven."""
        words = ["--tsa-roots", self.lab.root]
        done = subprocess.run([VERIFIER, what, "--json", *words], capture_output=True, env=self.env)
        whole = json.loads(done.stdout)
        second = subprocess.run([SECOND, what, *words], capture_output=True, env=self.env)
        said = dict(x.split(" (")[0].split(": ", 1) for x in second.stdout.decode().splitlines()
                    if re.match(r"[a-z ]+: ", x))
        for check in whole["checks"]:
            if check["id"] in ("tokens", "authorities"):
                assert check["verdict"] == said[check["id"]] == "valid", (check, second.stdout)
        assert said["verdict"] == whole["verdict"] != "invalid", (said, whole["verdict"])
        assert whole["proven"], whole
        return whole

    def export(self, name):
        path = self.dir(name + ".asics")
        self.ok("export", "-a", self.dir(name), "--case", "essai", "--disclose", "all", "-o", path,
                "--passphrase-file", self.passphrase)
        return path

    def unpack(self, path):
        """Container and package, as VERIFIER.txt wants to find them."""
        at = path + ".d"
        for inside, what in ((at + "/container", path), (at + "/package", at + "/container/essai.zip")):
            with zipfile.ZipFile(what) as file:
                file.extractall(inside)
        return at + "/package"


def shared_by_all(s):
    s.begin()
    before = len(s.front.requests)
    told, shared = s.stamp()
    assert shared is True and len(s.front.requests) == before + 1, (shared, s.front.requests)
    for name in NAMES:
        assert told[name]["tokens"] == 1 and told[name]["due"] is True, told
    return s


# ---- what is said of it ------------------------------------------------------------------------

def one_token_is_in_every_archive_and_both_verifiers_agree(s):
    shared_by_all(s)
    serials = set()
    for name in NAMES:
        anchor = s.anchors(name)[-1]
        assert anchor["event"] == "shared_timestamp", anchor
        assert anchor["objects"][:6] == ["checkpoint", "request", "reply", "node", "salt",
                                         "proof"], anchor
        serials.add(anchor["serial"])
        s.agree(s.dir(name))
        standing = s.standing(name)
        assert standing["stamped_size"] == anchor["size"] and standing["backlog"] <= 2, standing
    assert len(serials) == 1, serials


def an_archive_that_is_due_alone_has_a_token_of_its_own(s):
    shared_by_all(s)
    s.put("erables")
    told, shared = s.stamp()
    assert shared is False and told["erables"]["tokens"] == 1, told
    assert told["tilleuls"]["due"] is False and told["bouleaux"]["due"] is False, told
    assert [x["event"] for x in s.anchors("erables")] == ["shared_timestamp", "timestamp"]
    s.agree(s.dir("erables"))


def a_node_that_lost_its_log_begins_another_and_nothing_is_lost(s):
    shared_by_all(s)
    first = s.anchors("tilleuls")[-1]["node"]
    shutil.rmtree(s.dir("state.node"))
    s.put(*NAMES)
    assert s.stamp()[1] is True
    second = s.anchors("tilleuls")[-1]["node"]
    assert first != second
    s.put(*NAMES)
    assert s.stamp()[1] is True
    assert s.anchors("tilleuls")[-1]["node"] == second
    for name in NAMES:
        s.agree(s.dir(name))


def an_authority_that_fails_is_asked_once_and_each_log_says_so(s):
    s.begin()
    before = len(s.front.requests)
    s.front.mood = lambda handler, request: handler.say(b"no", 500, "text/plain")
    told, _ = s.stamp("--now", code=69)
    assert len(s.front.requests) == before + 1
    for name in NAMES:
        assert told[name]["gap"] is True and told[name]["failed"] == 1, told
    s.front.mood = s.front.good
    s.put(*NAMES)
    told, shared = s.stamp("--now")
    assert shared is True and all(told[name]["gap_ended"] for name in NAMES), told
    for name in NAMES:
        s.agree(s.dir(name))


def a_node_whose_log_cannot_be_kept_leaves_a_gap_that_ends(s):
    shared_by_all(s)
    before, key = len(s.front.requests), s.dir("state.node") + "/key"
    os.chmod(key, 0o644)                     # anybody could sign in its name
    s.put(*NAMES)
    s.fails(77, "stamp", "--policy", s.policy, "--now", says=[key])
    assert len(s.front.requests) == before
    for name in NAMES:
        gap = s.anchors(name)[-1]
        assert gap["event"] == "timestamp_gap" and s.standing(name)["gap"], gap
        assert [x["reason"] for x in gap["failures"]] == ["failed_here"], gap
    os.chmod(key, 0o600)
    told, shared = s.stamp()
    assert shared is True and all(told[name]["gap_ended"] for name in NAMES), told
    for name in NAMES:
        s.agree(s.dir(name))


def an_archive_that_cannot_be_had_stops_no_other(s):
    s.begin()
    shutil.rmtree(s.dir("erables/vault"))
    done = s.run("stamp", "--policy", s.policy)
    assert done.returncode != 0 and b"erables" in done.stderr, done
    for name in ("tilleuls", "bouleaux"):
        assert s.anchors(name)[-1]["event"] == "shared_timestamp"
        s.agree(s.dir(name))


def what_captures_shares_as_the_policy_says(s):
    s.begin()
    rules = s.write("timestamp.yaml", TIMESTAMP.format(s.front.url, s.lab.root).encode())
    with open(s.policy, "a", encoding="utf-8") as policy:
        policy.write("heartbeat: 1 d\ntimestamp: %s\n" % rules)
    before, end = len(s.front.requests), time.monotonic() + PATIENCE_S
    with open(s.root + "/words", "wb") as words:
        daemon = subprocess.Popen([cli.PROBANT, "run", "--policy", s.policy], env=s.env,
                                  stdout=words, stderr=words)
    try:
        while not all(x.get("stamped_by") == "autorite" and x["backlog"] == 0
                      for x in map(s.standing, NAMES)):
            assert time.monotonic() < end and daemon.poll() is None, open(s.root + "/words").read()
            time.sleep(0.1)
        assert len(s.front.requests) == before + 1, s.front.requests[before:]
    finally:
        daemon.terminate()
        assert daemon.wait(PATIENCE_S) == 0
    assert os.stat(s.dir("state.node")).st_mode & 0o777 == 0o700
    for name in NAMES:
        assert [x["event"] for x in s.anchors(name)] == ["shared_timestamp"]
        s.agree(s.dir(name))


# ---- strangers ---------------------------------------------------------------------------------

def a_stranger_checks_it_with_openssl_and_a_reader_of_logs(s):
    shared_by_all(s)
    for name in NAMES:
        package = s.unpack(s.export(name))
        node = s.anchors(name)[-1]["node"]
        stamp, = [os.path.join(package, "stamps", x) for x in os.listdir(package + "/stamps")]
        subprocess.run(["openssl", "ts", "-verify", "-data", stamp + "/node.checkpoint", "-in",
                        stamp + "/reply.tsr", "-CAfile", s.lab.root, "-untrusted",
                        stamp + "/chain.pem"], check=True, capture_output=True)
        entry = s.root + "/entry"
        subprocess.run("{ printf 'probant/v1 shared\\0'; cat node.salt; openssl dgst -sha256 "
                       "-binary checkpoint; } | openssl dgst -sha256 -binary > " + entry,
                       shell=True, check=True, cwd=stamp)
        words = [JUDGE, "proof", node, stamp + "/node.tlog-proof", entry]
        said = subprocess.run(words, check=True, capture_output=True).stdout.decode()
        assert said == "index %d of 3\n" % NAMES.index(name), said
        with open(entry, "r+b") as file:
            file.write(bytes([file.read(1)[0] ^ 1]))
        assert subprocess.run(words, capture_output=True).returncode == 1


def stamp_check_takes_proof_and_salt(s):
    shared_by_all(s)
    package = s.unpack(s.export("bouleaux"))
    stamp, = [os.path.join(package, "stamps", x) for x in os.listdir(package + "/stamps")]
    words = ["stamp", "check", stamp + "/reply.tsr", "--tsa-roots", s.lab.root, "--data",
             stamp + "/checkpoint", "--proof", stamp + "/node.tlog-proof", "--json", "--salt"]
    assert json.loads(s.ok(*words, stamp + "/node.salt"))["verdict"] == "valid"
    for salt, code in ((bytes(32), "shared_absent"), (bytes(31), "shared_salt")):
        done = s.run(*words, s.write("salt", salt))
        said = json.loads(done.stdout)
        assert done.returncode == 1 and said["verdict"] == "invalid" and said["code"] == code, said
    s.fails(64, "stamp", "check", stamp + "/reply.tsr", "--data", stamp + "/checkpoint", "--proof",
            stamp + "/node.tlog-proof", says=["--salt"])


def verifier_txt_walks_the_proof(s):
    shared_by_all(s)
    path = s.export("erables")
    package = s.unpack(path)
    with open(package + "/VERIFIER.txt") as file:
        script = "".join(x[4:] for x in file if x.startswith("    "))
    work = s.root + "/by-hand"
    os.mkdir(work)
    shutil.copy(path, work + "/essai.asics")

    def run():
        shutil.rmtree(work + "/package", ignore_errors=True)
        shutil.rmtree(work + "/container", ignore_errors=True)
        return subprocess.run(["dash", "-eu", "-c", script], cwd=work, capture_output=True,
                              env={**s.env, "ROOTS": s.lab.root, "LC_ALL": "C"})

    done = run()
    assert done.returncode == 0 and done.stdout.endswith(b"TOUT CONCORDE / ALL AGREES\n"), done
    # The same with another salt, where only step 6 looks: its own line is what fails.
    step = "        same \"$(wc -c < \"${s}node.salt\")\" 32 \"${s}node.salt\"\n"
    assert step[4:] in script
    script = script.replace(step[4:], "chmod u+w \"${s}node.salt\"; head -c 32 /dev/zero > "
                            "\"${s}node.salt\"\n")
    done = run()
    assert done.returncode != 0 and b"node.tlog-proof" in done.stderr, done


# ---- what it shows of others ---------------------------------------------------------------------

def a_bundle_shows_nothing_of_the_other_archives(s):
    shared_by_all(s)
    with open(s.export("tilleuls"), "rb") as file:
        bundle = file.read()
    assert b"tilleuls.example/essai" in bundle
    for name in NAMES[1:]:
        with open(s.dir(name) + "/log/checkpoint", "rb") as file:
            checkpoint = file.read()
        lines = checkpoint.split(b"\n")
        raw = hashlib.sha256(checkpoint).digest()
        hidden = [name.encode(), lines[0], lines[2], base64.b64decode(lines[2]),
                  lines[3].split(b" ")[1], raw, raw.hex().encode(), base64.b64encode(raw)]
        s.archive = s.dir(name)
        objects = s.stored()
        for word in hidden:
            assert word not in bundle, (name, word)
        assert name.encode() in objects


TESTS = [
    one_token_is_in_every_archive_and_both_verifiers_agree,
    an_archive_that_is_due_alone_has_a_token_of_its_own,
    a_node_that_lost_its_log_begins_another_and_nothing_is_lost,
    an_authority_that_fails_is_asked_once_and_each_log_says_so,
    a_node_whose_log_cannot_be_kept_leaves_a_gap_that_ends,
    an_archive_that_cannot_be_had_stops_no_other, what_captures_shares_as_the_policy_says,
    a_stranger_checks_it_with_openssl_and_a_reader_of_logs, stamp_check_takes_proof_and_salt,
    verifier_txt_walks_the_proof,
    a_bundle_shows_nothing_of_the_other_archives,
]


def run(test):
    root = tempfile.mkdtemp(prefix="probant-shared-")
    Scene.front.mood = Scene.front.good
    try:
        test(Scene(root))
        return True
    except Exception:  # pylint: disable=broad-except
        print("--- " + test.__name__)
        traceback.print_exc(limit=-3, file=sys.stdout)
        return False
    finally:
        shutil.rmtree(root, ignore_errors=True)


def main():
    os.umask(0o077)
    subprocess.run([ROOT + "/tests/flow/sumdb.sh", BUILD, "build"], cwd=ROOT, check=True)
    shared = tempfile.mkdtemp(prefix="probant-shared-")
    Scene.lab = Stranger(shared + "/authority")
    Scene.front = Front(Scene.lab)
    try:
        Scene.template = Scene(shared)
        Scene.template.found()
        results = [run(test) for test in TESTS
                   if all(word in test.__name__ for word in sys.argv[2:])]
    finally:
        Scene.front.stop()
        shutil.rmtree(shared, ignore_errors=True)
    print("%d passed, %d failed" % (sum(results), results.count(False)))
    return 0 if results and all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
