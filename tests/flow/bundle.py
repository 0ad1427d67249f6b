#!/usr/bin/env python3
"""bundle.py BUILD: evidence bundles of several selections, judged by programs that are not Probant.

Each is read by unzip, Python's zipfile, bsdtar, libzip, sha256sum, openssl and Go's x/mod/sumdb;
its messages are those that went in, byte for byte; nothing of what stays closed is in it; and
probant-verify and tools/second_verifier.py say of it what FORMAT 5.6 says, with each of --trust,
--tsa-roots and --against given or not.  Last line: `N passed, N failed`.
"""
import base64
import concurrent.futures
import hashlib
import http.server
import itertools
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(sys.argv[1]).resolve()
PROBANT, VERIFIER, JUDGE = BUILD / "probant", BUILD / "probant-verify", BUILD / "tests/flow/sumdb"
SECOND = ROOT / "tools/second_verifier.py"
MIMETYPE = b"application/vnd.etsi.asic-s+zip"
CASE = "sinistre-2026-014"
CHECKS = ["files", "secrets", "payload", "commitment", "chain", "tree", "checkpoint", "log_key",
          "tokens", "authorities", "range", "unique_view", "consistency"]
VALID, INVALID, UNKNOWN, NOT_ASKED = "valid", "invalid", "indeterminate", "not_applicable"
EXIT = {VALID: 0, INVALID: 1, UNKNOWN: 2}
sys.dont_write_bytecode = True            # nothing is left beside the tools
sys.path.insert(0, str(ROOT / "tools"))
import probant_format as pb
from lib_check import check


def run(*words, **more):
    return subprocess.run([str(x) for x in words], stdin=subprocess.DEVNULL, capture_output=True,
                          check=False, **more)


def ok(name, *words, **more):
    done = run(*words, **more)
    check(name, done.returncode == 0, (words, done.returncode, done.stderr, done.stdout[-300:]))
    return done.stdout


# ---- what is exported ---------------------------------------------------------------------

class Stage:
    """An archive of the demo's mail in two imports, each stamped, and one more stamp; beside it
    what others hold: trust, roots, checkpoints first, second and third, and those of another log."""

    def __init__(self, work):
        self.work, self.archive, self.messages = work, work / "archive", {}
        ok("the mail is made", ROOT / "tools/demo_mail.py", work / "mail")
        self.make("other", work / "another")
        self.make("", self.archive)
        for folder, direction in (("Maildir", "received"), ("sent", "sent")):
            out = ok("an import", PROBANT, "import", "-a", self.archive, "--json", "--direction",
                     direction, work / "mail" / folder)
            for row in map(json.loads, out.splitlines()):
                if "seq" in row:
                    self.messages[row["seq"]] = pathlib.Path(row["path"])
            self.hold({"Maildir": "first", "sent": "second"}[folder])
            time.sleep(1.1)                # the whole second now lies behind the token's time
            if folder == "Maildir":
                self.between = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
                time.sleep(1.1)
        self.until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        ok("a stamp", PROBANT, "stamp", "--now", "-a", self.archive)
        self.hold("third")
        out = ok("a list", PROBANT, "list", "-a", self.archive, "--purpose", "essai", "--json")
        self.rows = [json.loads(x) for x in out.splitlines()]
        anchors = [x["seq"] for x in self.rows if x["type"] == "anchor"]
        # An import is stamped once more where messages of it speak of others.
        sent = min(x["seq"] for x in self.rows if x.get("direction") == "sent")
        self.anchors = [max(x for x in anchors if x < sent), *anchors[-2:]]
        self.open = {x["seq"] for x in self.rows if x["type"] in ("anchor", "key")}
        self.known = secrets(self.archive, work / "passphrase")

    def make(self, prefix, archive):
        ok("an archive", PROBANT, "init", archive, "--origin", "essai.example/dossier",
           "--no-recovery")
        ok("its trust file", PROBANT, "key", "policy", "-a", archive, "-o", self.at(prefix + "trust"))
        ok("its roots", PROBANT, "tsa", "roots", "-a", archive, "-o", self.at(prefix + "roots"))
        if prefix:
            shutil.copy(archive / "log/checkpoint", self.at(prefix))

    def at(self, name):
        return self.work / name

    def hold(self, name):
        shutil.copy(self.archive / "log/checkpoint", self.at(name))

    def export(self, output, *words, code=0, archive=None):
        done = run(PROBANT, "export", "-a", archive or self.archive, "--case", CASE, "-o", output,
                   "--json", *words)
        check("an export ends as it should", done.returncode == code, (words, done))
        return json.loads(done.stdout) if done.returncode == 0 else None


def secrets(archive, passphrase):
    """seq: r, of each sealed record [3.5]."""
    found, reader = {}, next((archive / "readers").glob("*.key"))
    for stem in pb.list_segments(str(archive))[0]:
        segment = pb.Segment(str(archive), stem)
        key = pb.open_segment_key(segment, str(reader), str(passphrase))
        opened = pb.open_slots(key, pb.read_slots(str(archive), stem))
        frames = [x for x in segment.frames(segment.start) if x.tag != "C"]
        for k, frame in enumerate(frames, 1):
            if frame.tag == "R":
                found[pb.read_leaf(frame.leaf).seq] = opened[k]
    return found


def selections(stage):
    """name, options, the range, the messages disclosed whole, the checkpoint that is comparable."""
    first, second, third = stage.anchors[:3]
    mail = sorted(stage.messages)
    received, sent = [x for x in mail if x < first], [x for x in mail if x > first]
    # The digest, and so the message, is shown where all of header and body are [5.3].
    empty = [x for x in mail if not stage.messages[x].stat().st_size]
    bodiless = [x for x in mail if not body_of(stage.messages[x].read_bytes())]
    wide, middle = "0..%d" % second, "%d..%d" % (first, first + 30)
    yield "whole", [], (0, None), mail, "first"
    yield "seq", ["--seq", "2,5,9..11", "--range", wide], (0, second), [2, 5, 9, 10, 11], "first"
    yield "facts", ["--disclose", "facts,7=all", "--range", wide], (0, second), [7, *empty], "first"
    yield ("headers", ["--disclose", "headers,7=closed", "--range", wide], (0, second), bodiless,
           "first")
    yield ("parts", ["--disclose", "closed,3=parts:0,4=parts:0+2,5=facts,6=all", "--range", wide],
           (0, second), [6], "first")
    yield ("middle", ["--range", middle, "--seq", "%d" % sent[3]], (first, first + 30), [sent[3]],
           "first")
    yield ("dates", ["--since", stage.between, "--until", stage.until], (first, None), sent, "first")
    yield ("as-of", ["--range", "0..100", "--as-of", "%d" % size_of(stage, third), "--seq", "8"],
           (0, 100), [8], None)
    yield "one", ["--seq", "%d" % received[-1]], (0, received[-1]), [received[-1]], None


def body_of(message):
    """What stands behind the header part [1.4]."""
    empty_line = re.search(rb"(?:^|\n)\r?\n", message)
    return message[empty_line.end():] if empty_line else b""


def size_of(stage, anchor):
    facts = run(PROBANT, "show", "-a", stage.archive, anchor, "--facts", "--purpose", "essai").stdout
    return json.loads(facts)["size"]


# ---- strangers' programs ------------------------------------------------------------------

def zip_is_readable(name, path):
    """Whoever reads ZIP reads this one, and finds the same in it."""
    ok(name + ": unzip tests it", "unzip", "-tqq", path)
    ok(name + ": libzip finds it consistent", "ziptool", "-c", path, "get_num_entries", "0")
    listed = ok(name + ": bsdtar lists it", "bsdtar", "-tvf", path)
    with zipfile.ZipFile(path) as whole:
        entries = whole.infolist()
        check(name + ": zipfile tests it", whole.testzip() is None and whole.comment == b"")
        check(name + ": entries are as 5.1 says", all(
            x.compress_type == 0 and x.flag_bits == 0 and x.extra == b"" and x.comment == b""
            and x.external_attr == x.internal_attr == x.create_system == 0
            and x.date_time == (1980, 1, 1, 0, 0, 0)
            and re.fullmatch(r"[A-Za-z0-9._/-]{1,200}", x.filename) for x in entries))
        check(name + ": bsdtar lists all", len(listed.splitlines()) == len(entries))
        check(name + ": no name twice, in either case",
              len({x.filename.lower() for x in entries}) == len(entries))
        folder = pathlib.Path(str(path) + ".bsdtar")
        folder.mkdir()
        ok(name + ": bsdtar unpacks it", "bsdtar", "-xf", path, "-C", folder)
        check(name + ": bsdtar finds the same octets",
              all((folder / x.filename).read_bytes() == whole.read(x) for x in entries))
        return folder


def container_is_asic_s(name, path):
    """EN 319 162-1 A.1: `mimetype` first, stored, without an extra field, so at a fixed place."""
    head = path.read_bytes()[:30 + 8 + len(MIMETYPE)]
    numbers = [int.from_bytes(head[a:b], "little") for a, b in
               ((4, 6), (6, 8), (8, 10), (10, 12), (12, 14), (18, 22), (22, 26), (26, 28), (28, 30))]
    check(name + ": the container begins as ASiC-S does", head[:4] == b"PK\3\4"
          and numbers == [20, 0, 0, 0, 0x21, len(MIMETYPE), len(MIMETYPE), 8, 0]
          and head[30:38] == b"mimetype" and head[38:] == MIMETYPE, head)
    with zipfile.ZipFile(path) as whole:
        check(name + ": the container's entries", whole.namelist() == [
            "mimetype", CASE + ".zip", "META-INF/timestamp.tst"], whole.namelist())


def token_is_good(name, token, data, roots, chain=None):
    more = ["-untrusted", chain] if chain else []
    ok(name + ": openssl ts -verify", "openssl", "ts", "-verify", "-data", data, "-in", token,
       "-token_in", "-CAfile", roots, *more)
    more = ["-certfile", chain] if chain else []
    ok(name + ": openssl cms -verify -cades", "openssl", "cms", "-verify", "-cades", "-binary",
       "-inform", "DER", "-in", token, "-CAfile", roots, "-purpose", "timestampsign",
       "-out", os.devnull, *more)


def stamps_are_good(name, package, roots):
    for stamp in sorted((package / "stamps").iterdir()):
        each = "%s: %s" % (name, stamp.name)
        chain = stamp / "chain.pem" if (stamp / "chain.pem").exists() else None
        more = ["-untrusted", chain] if chain else []
        token_is_good(each, stamp / "token.tst", stamp / "checkpoint", roots, chain)
        for what in (("-data", stamp / "checkpoint"), ("-queryfile", stamp / "request.tsq")):
            ok(each + ": openssl ts -verify " + what[0], "openssl", "ts", "-verify", *what, "-in",
               stamp / "reply.tsr", "-CAfile", roots, *more)
        bare = run("openssl", "ts", "-reply", "-in", stamp / "reply.tsr", "-token_out").stdout
        check(each + ": token.tst is the token of the reply",
              bare and bare == (stamp / "token.tst").read_bytes())


def judged_by_go(name, stage, package):
    ok(name + ": x/mod/sumdb accepts its proofs", JUDGE, "bundle",
       (package / "log/verifier-key").read_text(), package)
    spoiled = pathlib.Path(str(package) + ".spoiled")
    proofs = sorted(package.glob("records/*/leaf.tlog-proof"))[-1:] + \
        sorted(package.glob("log/consistency/*"))[:1]
    for proof in proofs:
        shutil.copytree(package, spoiled)
        lines = (spoiled / proof.relative_to(package)).read_bytes().split(b"\n")
        at = 2 if b"index" in lines[1] else 0
        lines[at] = base64.b64encode(hashlib.sha256(lines[at]).digest())
        (spoiled / proof.relative_to(package)).write_bytes(b"\n".join(lines))
        done = run(JUDGE, "bundle", (package / "log/verifier-key").read_text(), spoiled)
        check(name + ": x/mod/sumdb refuses another proof", done.returncode == 1 and done.stderr,
              (proof, done))
        shutil.rmtree(spoiled)


# ---- what is in it, and what is not -------------------------------------------------------

def opened_as_asked(name, stage, package, whole, bounds):
    manifest = json.loads((package / "manifest.json").read_bytes())
    first, last = manifest["range"]
    check(name + ": the range is the one asked for", first == bounds[0]
          and bounds[1] in (None, last) and manifest["case"] == CASE, manifest)
    found = {int(x.parent.name): x for x in package.glob("records/*/message.eml")}
    check(name + ": the messages asked for are in it, no others", sorted(found) == sorted(whole),
          sorted(found))
    for seq, path in found.items():
        check(name + ": message.eml is what was imported",
              path.read_bytes() == stage.messages[seq].read_bytes(), seq)
    opened = {int(x.name) for x in (package / "records").iterdir()}
    must = {x for x in stage.open if first <= x <= last} | {0}
    check(name + ": keys and anchors stand open", must <= opened, must - opened)
    closed = {x for run_ in json.loads((package / "log/closed.json").read_bytes())
              for x in range(run_["first"], run_["last"] + 1)}
    check(name + ": the others are closed", closed == set(range(first, last + 1)) - opened,
          closed ^ (set(range(first, last + 1)) - opened))
    return first, last


def disclosed(package, seq):
    """The octets of a record's parts that stand in the bundle, and the indexes of those that do not."""
    folder, parts = package / "records" / str(seq), []
    if not folder.exists():
        return b"", list(range(24))
    opening = json.loads((folder / "opening.json").read_bytes())
    parts = [x.read_bytes() for x in folder.iterdir() if x.name.startswith(("part", "message"))]
    return b"\n".join(parts), [i for i, x in enumerate(opening["parts"]) if "p" in x]


def says_nothing_else(name, stage, package, data):
    """No line of a withheld part, no digest of a withheld message, no secret: anywhere."""
    shown = {seq: disclosed(package, seq) for seq in stage.messages}
    allowed = b"\n".join(x[0] for x in shown.values())
    whole = {x.read_bytes() for x in package.glob("records/*/message.eml")}
    looked, leaked = 0, []
    for seq, path in stage.messages.items():
        message = path.read_bytes()
        if message in whole:               # it, or one that is the same
            continue
        lines = {x.strip() for x in message.splitlines()}
        unique = [x for x in lines if len(x) >= 16 and x not in allowed]
        words = sorted(unique, key=len)[-4:] + re.findall(rb"(?im)^message-id: *(\S+)", message)
        digest = hashlib.sha256(message).digest()
        words = [x for x in words if x not in allowed] + [digest, digest.hex().encode(),
                                                          base64.b64encode(digest)]
        words.append(path.name.encode())
        looked += len(words)
        leaked += [(seq, x) for x in words if x in data]
    check(name + ": nothing of a closed message is in it", not leaked, leaked[:3])
    closed = sum(x.read_bytes() not in whole for x in stage.messages.values())
    check(name + ": enough was looked for", looked >= 6 * closed, (looked, closed))
    salts = [pb.expand(stage.known[seq], b"probant/v1 salt" + bytes([i]))
             for seq, (_, withheld) in shown.items() for i in withheld]
    keys = [x for r in stage.known.values() for x in (r, pb.expand(r, b"probant/v1 data"))]
    leaked = [x for x in salts + keys
              if x in data or x.hex().encode() in data or base64.b64encode(x) in data]
    check(name + ": no secret, and no salt of what is closed", not leaked, len(leaked))
    salts = [pb.expand(stage.known[seq], b"probant/v1 salt\0").hex().encode()
             for seq, (octets, withheld) in shown.items() if octets and 0 not in withheld]
    check(name + ": the salts of what is open are", all(x in data for x in salts))


def parts_are_those(stage, package):
    """What `--disclose closed,3=parts:0,4=parts:0+2,5=facts,6=all` opens."""
    for seq, wanted in ((3, {0}), (4, {0, 2}), (5, set())):
        opening = json.loads((package / "records" / str(seq) / "opening.json").read_bytes())["parts"]
        facts = next(i for i, x in enumerate(opening) if x.get("kind") == 0)
        check("parts: those that were named, and the facts",
              {i for i, x in enumerate(opening) if "p" not in x} == wanted | {facts}, opening)
    check("parts: the others are closed", not (package / "records/7").exists())


def headers_are_those(stage, package):
    for seq, path in list(stage.messages.items())[:40]:
        folder = package / "records" / str(seq)
        if seq == 7:
            check("headers: an exception is closed", not folder.exists())
            continue
        if (folder / "message.eml").exists():
            continue
        opening = json.loads((folder / "opening.json").read_bytes())["parts"]
        header = b"".join((folder / ("part-%d.bin" % i)).read_bytes()
                          for i, x in enumerate(opening) if x.get("kind") == 1)
        message = path.read_bytes()
        check("headers: all of the header and nothing of the body",
              header + body_of(message) == message
              and not any(x.get("kind") in (2, 3) for x in opening), seq)


# ---- what is said of it -------------------------------------------------------------------

def expected(trust, roots, against, comparable, contained):
    """check: verdict, by FORMAT 5.6."""
    said = dict.fromkeys(CHECKS, VALID)
    said["secrets"] = NOT_ASKED
    said["log_key"] = VALID if trust else UNKNOWN
    said["tokens"] = VALID if contained else UNKNOWN
    said["authorities"] = VALID if roots else UNKNOWN
    said["consistency"] = (VALID if comparable else UNKNOWN) if against else NOT_ASKED
    said["unique_view"] = VALID if against and comparable else UNKNOWN
    return said


def whole_of(said):
    return next((x for x in (INVALID, UNKNOWN) if x in said.values()), VALID)


def both_say(name, path, options, said):
    """probant-verify, `probant verify` and the second verifier: the same, check by check."""
    report, verdict = {}, whole_of(said)
    for program in ([VERIFIER, path], [PROBANT, "verify", path]):
        done = run(*program, *options, "--json")
        report = json.loads(done.stdout or b"{}")
        found = {x["id"]: x["verdict"] for x in report.get("checks", ())}
        check("%s: %s" % (name, program[0].name), found == said and report["verdict"] == verdict
              and done.returncode == EXIT[verdict],
              (options, done.returncode, {k: v for k, v in found.items() if said.get(k) != v}))
    done = run(SECOND, path, *options)
    text = done.stdout.decode()
    found = {m[1].replace(" ", "_"): m[2].replace(" ", "_") for m in
             re.finditer(r"^([a-z ]+): (valid|invalid|indeterminate|not applicable)\b", text, re.M)}
    check(name + ": the second verifier", found.pop("verdict", None) == verdict and found == said
          and done.returncode == EXIT[verdict],
          (options, done.returncode, {k: v for k, v in found.items() if said.get(k) != v}, text[-300:]))
    return report


def json_is_as_documented(name, report, manifest, data):
    check(name + ": --json has its members", list(report)[:3] == ["verdict", "origin", "checks"]
          and {"unique_view", "range", "bundle", "proven", "tokens"} <= set(report), report)
    check(name + ": each check once, in order", [x["id"] for x in report["checks"]] == CHECKS)
    for row in report["checks"]:
        check(name + ": a check has its members",
              {"id", "verdict", "count", "detail", "findings"} <= set(row) and all(
                  {"seq", "weight", "code", "text", "where"} <= set(x) for x in row["findings"])
              and row["findings_count"] >= len(row["findings"]), row)
    told, bundle = report["range"], report["bundle"]
    check(name + ": --json tells the range", [told["first"], told["last"]] == manifest["range"]
          and told["size"] == manifest["size"]
          and told["opened"] + told["closed"] == told["records"] == told["last"] - told["first"] + 1,
          told)
    check(name + ": --json tells what to compare", bundle["case"] == CASE
          and bundle["package_sha256"] == hashlib.sha256(data).hexdigest()
          and bundle["package_length"] == len(data), bundle)


def every_combination(name, stage, path, held, roots, contained=True):
    """Of the three things that a receiver may hold; the report of who holds all."""
    outside = [("--trust", stage.at("trust")), ("--tsa-roots", roots),
               ("--against", stage.at(held or "first"))]

    def one(given):
        options = [x for pair, is_given in zip(outside, given) if is_given for x in pair]
        return both_say(name, path, options, expected(*given, held is not None, contained))

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count() or 1) as pool:
        reports = list(pool.map(one, itertools.product((False, True), repeat=3)))
    return reports[-1]


def judge_all(name, stage, path, whole, bounds, held, roots):
    """A bundle with its container."""
    container_is_asic_s(name, path)
    folder = zip_is_readable(name + " (container)", path)
    inner = folder / (CASE + ".zip")
    package = zip_is_readable(name, inner)
    check(name + ": no package is in the package", not (package / "META-INF").exists())
    ok(name + ": sha256sum -c", "sha256sum", "--quiet", "--strict", "-c", "SHA256SUMS", cwd=package)
    token_is_good(name + ": the container's token", folder / "META-INF/timestamp.tst", inner, roots)
    stamps_are_good(name, package, roots)
    judged_by_go(name, stage, package)
    opened_as_asked(name, stage, package, whole, bounds)
    says_nothing_else(name, stage, package, inner.read_bytes() + path.read_bytes())
    report = every_combination(name, stage, path, held, roots)
    json_is_as_documented(name, report, json.loads((package / "manifest.json").read_bytes()),
                          inner.read_bytes())
    return package


# ---- the tests ----------------------------------------------------------------------------

def selections_are_sound(stage):
    packages = {}
    for name, words, bounds, whole, held in selections(stage):
        path = stage.at(name + ".asics")
        made = stage.export(path, *words)
        check(name + ": export tells what it made", made and made["sealed"]
              and made["range"][0] == bounds[0] and made["package_sha256"], made)
        if name == "facts":
            stage.facts_whole = whole
        packages[name] = judge_all(name, stage, path, whole, bounds, held, stage.at("roots"))
    parts_are_those(stage, packages["parts"])
    headers_are_those(stage, packages["headers"])
    check("dates: it ends under the token of that day", json.loads(
        (packages["dates"] / "manifest.json").read_bytes())["size"] <= stage.anchors[2])


def others_know_better(stage):
    """Another log's trust, roots, checkpoint; an earlier bundle as what is held; something spoiled."""
    path = stage.at("whole.asics")
    trust, roots = ("--trust", stage.at("trust")), ("--tsa-roots", stage.at("roots"))
    held = ("--against", stage.at("first"))
    said = expected(True, True, True, True, True)
    both_say("another's trust file", path, ["--trust", stage.at("othertrust"), *roots, *held],
             dict(said, log_key=UNKNOWN))
    both_say("another's roots", path, [*trust, "--tsa-roots", stage.at("otherroots"), *held],
             dict(said, authorities=UNKNOWN))
    against = ("--against", stage.at("other"))
    report = both_say("another log's checkpoint", path, [*trust, *roots, *against],
                      dict(said, consistency=INVALID, unique_view=UNKNOWN))
    origin = stage.at("other").read_text().splitlines()[0]
    found = [y["where"] for x in report["checks"] for y in x["findings"]
             if y["code"] == "against_other_log"]
    check("another log's checkpoint: whose it is", found == [origin], found)
    done = run(VERIFIER, path, *trust, *roots, *against)
    check("another log's checkpoint: said in the first line",
          b"is of another log" in done.stdout.splitlines()[0], done.stdout)
    both_say("an earlier bundle", path, [*trust, *roots, "--against", stage.at("middle.asics")], said)
    data = bytearray(path.read_bytes())
    at = data.index(stage.messages[20].read_bytes()[:60])
    data[at] ^= 1
    stage.at("spoiled.asics").write_bytes(data)
    for program in (VERIFIER, SECOND):
        done = run(program, stage.at("spoiled.asics"), *trust, *roots, *held)
        check("an octet of a message is changed: " + program.name, done.returncode == 1, done.stdout)


def the_same_again(stage):
    """The same case, selection and checkpoint give the same octets [5.3]."""
    words = ["--range", "0..%d" % stage.anchors[1], "--disclose", "headers,7=closed"]
    again = stage.at("again.asics")
    stage.export(again, *words)
    with zipfile.ZipFile(again) as one, zipfile.ZipFile(stage.at("headers.asics")) as other:
        check("the same selection gives the same package",
              one.read(CASE + ".zip") == other.read(CASE + ".zip"))
    before = again.read_bytes()
    done = run(PROBANT, "export", "-a", stage.archive, "--case", CASE, "-o", again, *words)
    check("what exists is not overwritten", done.returncode == 73 and again.read_bytes() == before, done)
    check("nothing is left beside a bundle", not list(stage.work.glob("*.partial")))


OPENSSL_TSA = """[tsa]
default_tsa = here
[here]
serial = {0}/serial
signer_cert = {0}/tsa.pem
signer_key = {0}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
[root]
basicConstraints = critical,CA:TRUE
keyUsage = critical,keyCertSign
subjectKeyIdentifier = hash
[leaf]
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
authorityKeyIdentifier = keyid
"""


class Authority:
    """An RFC 3161 authority that is not Probant's: `openssl ts` behind Python's HTTP server.  It
    answers within a `with` alone."""

    def __init__(self, folder):
        folder.mkdir()
        self.config = folder / "tsa.cnf"
        self.config.write_text(OPENSSL_TSA.format(folder))
        new = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
        ok("an authority's root", "openssl", "req", "-x509", *new, "-config", self.config,
           "-extensions", "root", "-subj", "/CN=Racine fictive", "-days", "30", "-keyout",
           folder / "root.key", "-out", folder / "root.pem")
        ok("an authority's key", "openssl", "req", *new, "-config", self.config, "-subj",
           "/CN=Horodatage fictif", "-keyout", folder / "tsa.key", "-out", folder / "tsa.csr")
        ok("an authority's certificate", "openssl", "x509", "-req", "-in", folder / "tsa.csr",
           "-CA", folder / "root.pem", "-CAkey", folder / "root.key", "-set_serial", "2", "-days",
           "30", "-extfile", self.config, "-extensions", "leaf", "-out", folder / "tsa.pem")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.query, self.server = folder / "query", None

    def answer(self, query):
        self.query.write_bytes(query)
        return run("openssl", "ts", "-reply", "-config", self.config, "-queryfile",
                   self.query).stdout

    def __enter__(self):
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):  # pylint: disable=invalid-name
                reply = outer.answer(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            def log_message(self, *_):  # pylint: disable=arguments-differ
                pass

        self.server = http.server.HTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def sealed_later(stage):
    """No authority answers, so the package stands alone; then one does, and stamps the log too."""
    archive, bare, roots = stage.at("copy"), stage.at("bare.asics"), stage.at("bothroots")
    shutil.copytree(stage.archive, archive)
    authority = Authority(stage.at("authority"))
    root = stage.at("authority") / "root.pem"
    roots.write_bytes(stage.at("roots").read_bytes() + root.read_bytes())
    ok("an authority over HTTP", PROBANT, "tsa", "add", "-a", archive, "--tsa-roots", root, "dehors",
       "http://127.0.0.1:%d/" % authority.port)
    ok("no local one", PROBANT, "tsa", "remove", "-a", archive, "local")
    words = ["--disclose", "facts,7=all", "--range", "0..%d" % stage.anchors[1]]
    stage.export(bare, *words, code=75, archive=archive)
    with zipfile.ZipFile(bare) as whole:
        check("what stands there is the package", "SHA256SUMS.note" in whole.namelist())
    every_combination("bare", stage, bare, "first", roots, contained=False)
    package = bare.read_bytes()
    check("seal says that nobody answers",
          run(PROBANT, "seal", "-a", archive, bare).returncode == 75 and bare.read_bytes() == package)
    with authority:
        ok("seal", PROBANT, "seal", "-a", archive, bare)
        with zipfile.ZipFile(bare) as whole:
            check("sealing leaves the package as it was", whole.read(CASE + ".zip") == package)
        judge_all("sealed", stage, bare, stage.facts_whole, (0, stage.anchors[1]), "first", roots)
        check("sealed, the local roots do not serve", run(
            VERIFIER, bare, "--trust", stage.at("trust"), "--tsa-roots", stage.at("roots"),
            "--against", stage.at("first")).returncode == 2)
        ok("a stamp over HTTP", PROBANT, "stamp", "--now", "-a", archive)
        outer = stage.at("outer.asics")
        stage.export(outer, "--disclose", "facts", archive=archive)
    report = every_combination("outer", stage, outer, "first", roots)
    proven = report["proven"]
    check("an authority that is not local proves when", proven and all(
        x["before"] and x["tsa"] and x["first"] <= x["last"] for x in proven)
        and proven[0]["first"] == 0 and proven[0]["after"] is None, proven)
    local = run(VERIFIER, stage.at("whole.asics"), "--tsa-roots", stage.at("roots"), "--json")
    check("a local one proves nothing", json.loads(local.stdout)["proven"] == [])
    check("and the same holds for the archive", run(
        VERIFIER, archive, "--trust", stage.at("trust"), "--tsa-roots", roots,
        "--against", stage.at("first")).returncode == 0)


def main():
    os.umask(0o077)
    if not JUDGE.exists():
        ok("the Go judge is built", ROOT / "tests/flow/sumdb.sh", BUILD, "build", cwd=ROOT)
    with tempfile.TemporaryDirectory(prefix="probant-bundle-") as name:
        work = pathlib.Path(name)
        (work / "passphrase").write_text("phrase fictive\n")
        os.environ.update(PROBANT_PASSPHRASE_FILE=str(work / "passphrase"), LC_ALL="C.UTF-8")
        stage = Stage(work)
        for part in (selections_are_sound, others_know_better, the_same_again, sealed_later):
            try:
                part(stage)
            except Exception as error:  # pylint: disable=broad-except
                check(part.__name__, False, repr(error))
    return check.end()


sys.exit(main())
