#!/usr/bin/env python3
"""authorities.py [BUILD]: timestamping authorities that refuse, are slow, silent, cut or lie.

Drives BUILD/probant before `tsa serve` and an authority made of the openssl command, with a
front between that answers as badly as it is told (tests/lib/false_authority.py): capture goes
on, the gap is stated once, nothing bad is kept, and the next good answer ends it.  Prints a
line for each test that fails and, last, `N passed, N failed`.
"""
import json
import os
import re
import shutil
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import traceback
import zipfile

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../lib"))
sys.dont_write_bytecode = True
import cli                                                                   # noqa: E402
from cli import MESSAGE                                                      # noqa: E402
from false_answers import FAULTS, dripping_place, other, silent, status                              # noqa: E402
from false_authority import (Front, Identity, Pointing, Pretender, Served, Stranger, der, openssl, post,  # noqa: E402
                             rewritten)

VERIFIER = os.path.join(os.path.dirname(cli.PROBANT), "probant-verify")
SECOND = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tools/second_verifier.py")
ASKED, OTHER = "1.3.6.1.4.1.99999.2", "1.3.6.1.4.1.99999.1"


class Scene(cli.Scene):
    """A directory, the commands in it, and the authorities that all tests share."""

    front = lab = stranger = template = None

    def begin(self, template="template"):
        """An archive whose one authority, "tsa", is `lab` behind the front; stamped once."""
        shutil.copytree(os.path.join(self.template, template), self.archive)
        self.message = self.write("a.eml", MESSAGE)
        return self

    def place(self, url, roots, *words):
        self.ok("init", self.archive, "--origin", "tilleuls.example/essai", "--passphrase-file",
                self.passphrase, "--no-recovery", "--tsa", url, "--tsa-roots", roots, *words)
        self.message = self.write("a.eml", MESSAGE)

    def add(self, name, url, roots, *words):
        self.ok("tsa", "add", "-a", self.archive, name, url, "--tsa-roots", roots, *words)

    def keep(self):
        """What is captured is acknowledged, whatever the authorities do."""
        done = self.put(self.message)[1]
        assert done["imported"] == 1 and done["refused"] == [], done

    def stamp(self, *words, code=0):
        done = self.run("stamp", "-a", self.archive, "--json", *words)
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        return json.loads(done.stdout), done.stderr.decode()

    def standing(self):
        return json.loads(self.ok("status", "-a", self.archive, "--json"))["timestamps"]

    def authority(self, name="tsa"):
        listed = json.loads(self.ok("tsa", "list", "-a", self.archive, "--json"))
        return next(x for x in listed if x["name"] == name)

    def events(self):
        return [x["event"] for x in self.rows() if x["type"] == "anchor"]

    def verdict(self, *words, what=None, program=None):
        """The checks by their names, and the whole; never invalid."""
        words = [what or self.archive, "--json", *words] + ([] if what else ["--quick"])
        done = subprocess.run([program or VERIFIER, *words], capture_output=True, env=self.env)
        assert done.returncode in (0, 2), (done.returncode, done.stdout, done.stderr)
        whole = json.loads(done.stdout)
        return {x["id"]: x for x in whole["checks"]}, whole

    def own_roots(self):
        path = self.root + "/tsa-roots.pem"
        self.ok("tsa", "roots", "-a", self.archive, "-o", path)
        return path

    def root_of_nobody(self):
        if not os.path.exists(self.root + "/nobody.pem"):
            Identity(self.root, "nobody", "ca")
        return self.root + "/nobody.pem"

    def configure(self, **members):
        """tsa/authorities.json by hand."""
        path = self.archive + "/tsa/authorities.json"
        with open(path) as file:
            settings = json.load(file)
        settings.update(members)
        with open(path, "w") as file:
            json.dump(settings, file, separators=(",", ":"))

    def forget(self, **members):
        """tsa/tsa.state: gone, or as if it had been written otherwise."""
        path = self.archive + "/tsa/tsa.state"
        if not members:
            return os.remove(path)
        with open(path) as file:
            state = json.load(file)
        state.update({name: change(state[name]) for name, change in members.items()})
        with open(path, "w") as file:
            json.dump(state, file, separators=(",", ":"))


# ---- each way in which an authority fails ----------------------------------------------------

def fails(s, how, word, says):
    name = "tsa"
    s.begin()
    if word in ("timeout", "too_long"):
        name = "impatient"
        s.add(name, s.front.url, s.lab.root, "--timeout", "1" if word == "timeout" else "20")
        s.ok("tsa", "remove", "-a", s.archive, "tsa")
    before = s.standing()
    s.front.mood = how
    if how is None:
        s.front.stop()
    s.keep()
    for again in (False, True):
        shown, said = s.stamp("--now", code=69)
        assert shown["tokens"] == 0 and shown["failed"] == 1 and shown["gap"] is not again, shown
        first = said.splitlines()[0]
        assert first.startswith("probant: stamp the log: %s: " % name) and says in first, said
        assert "what was captured is safe" in said and "passwd" not in said, said
        assert all(x.isprintable() for x in said.splitlines()), said
    now, listed = s.standing(), s.authority(name)
    assert now["gap"] is True and now["backlog"] > before["backlog"], now
    assert now["stamped_size"] == before["stamped_size"], now
    assert listed["failures"] == 2 and listed["reason"] == word, listed
    checks, whole = s.verdict("--tsa-roots", s.lab.root)
    assert [x["size"] for x in whole["tokens"]] == [before["stamped_size"]], whole["tokens"]
    gap = [x for x in s.rows() if x.get("event") == "timestamp_gap"]
    assert len(gap) == 1 and gap[0]["type"] == "anchor", gap
    facts = s.facts(gap[0]["seq"])
    assert facts["failures"] == [{"tsa": name, "reason": listed["reason"]}], facts
    s.front.released.set()
    if how is None:
        s.front.start()
    s.front.mood = s.front.good
    shown, said = s.stamp("--now")
    assert shown["tokens"] == 1 and shown["gap_ended"] is True and said == "", (shown, said)
    now, listed = s.standing(), s.authority(name)
    assert now["gap"] is False and now["backlog"] == 0, now
    assert listed["failures"] == 0 and listed["reason"] == "", listed
    assert s.events() == ["timestamp", "timestamp_gap", "timestamp", "timestamp_gap_end"], s.events()
    checks = s.verdict("--tsa-roots", s.lab.root)[0]
    assert checks["tokens"]["verdict"] == checks["authorities"]["verdict"] == "valid", checks


# ---- `tsa serve` ----------------------------------------------------------------------------

def served_tokens_are_good_to_openssl(s):
    data, token = s.write("data", b"what is stamped"), s.root + "/token.tsr"
    for digest in ("-sha256", "-sha384", "-sha512"):
        query = s.write("query", openssl("ts", "-query", "-data", data, digest, "-cert"))
        with open(query, "rb") as file:
            code, kind, reply = post(s.lab.address, file.read())
        assert (code, kind) == (200, "application/timestamp-reply")
        s.write("token.tsr", reply)
        openssl("ts", "-verify", "-queryfile", query, "-in", token, "-CAfile", s.lab.root)
        openssl("ts", "-verify", "-data", data, "-in", token, "-CAfile", s.lab.root)
        s.ok("stamp", "check", token, "--data", data, "--request", query, "--tsa-roots", s.lab.root)


def the_server_refuses_what_is_no_question_of_its_own(s):
    query = openssl("ts", "-query", "-digest", "00" * 32, "-sha256", "-cert")
    address = s.lab.address
    assert post(address, b"", method="GET")[0] == 405
    assert post(address, query, path="/none")[0] == 404
    assert post(address, query, kind="text/plain")[0] == 415
    assert post(address, bytes(1 << 17))[0] == 413
    weak = openssl("ts", "-query", "-digest", "00" * 20, "-sha1", "-cert")
    policy = openssl("ts", "-query", "-digest", "00" * 32, "-sha256", "-tspolicy", "1.2.3.4")
    for bad, reason in ((weak, "algorithm"), (policy, "policy"), (query + b"\0", "format"),
                        (b"x", "format"), (rewritten(query, imprint=bytes(31)), "format")):
        code, _, reply = post(address, bad)
        said = openssl("ts", "-reply", "-text", "-in", s.write("reply", reply)).decode()
        assert code == 200 and "Status: Rejected." in said and "TST info:\nNot included." in said, said
        assert re.search("Failure info: .*" + reason, said), (reason, said)
    assert post(address, query)[0] == 200


def a_restarted_server_is_the_same_authority(s):
    folder = s.root + "/tsa"
    kept = []
    for _ in range(2):
        served = Served(cli.PROBANT, folder)
        kept.append(open(served.root, "rb").read())
        assert served.stop() == 0
    assert kept[0] == kept[1] and os.stat(folder + "/tsa.key").st_mode & 0o777 == 0o600


def a_server_says_why_it_does_not_serve(s):
    port = s.lab.address[1]
    s.fails(69, "tsa", "serve", s.root + "/tsa", "--listen", "127.0.0.1:%d" % port)
    s.fails(64, "tsa", "serve", s.root + "/tsa", "--listen", "127.0.0.1")
    s.fails(64, "tsa", "serve", s.root + "/tsa", "--listen", "127.0.0.1:99999")
    s.write("damaged/tsa.key", b"no key")
    s.write("damaged/tsa.pem", b"no certificate")
    s.fails(65, "tsa", "serve", s.root + "/damaged", "--listen", "127.0.0.1:0")


# ---- the policy, the hash, redirects, TLS -----------------------------------------------------

def a_token_by_another_policy_than_asked_is_refused(s):
    s.front.authority = s.stranger
    s.place(s.front.url, s.stranger.root, "--tsa-policy", ASKED)
    s.front.mood = other(lambda r: rewritten(r, drop=(der.OID,)))
    said = s.stamp("--now", code=69)[1]
    assert "policy" in said and s.authority()["reason"] == "policy", said
    s.front.mood = s.front.good
    assert s.stamp("--now")[0]["tokens"] == 1
    assert s.verdict("--tsa-roots", s.stranger.root)[0]["authorities"]["verdict"] == "valid"
    policies = {s.facts(x["seq"]).get("policy") for x in s.rows() if x["type"] == "anchor"}
    assert ASKED in policies and OTHER not in policies, policies


def each_hash_can_be_asked_for(s):
    for name in ("sha384", "sha512"):
        s.place(s.front.url, s.lab.root, "--hash", name)
        s.stamp("--now")
        assert ["timestamp", name] in [[x.get("event"), s.facts(x["seq"]).get("hash")]
                                       for x in s.rows() if x["type"] == "anchor"]
        assert s.verdict("--tsa-roots", s.lab.root)[0]["tokens"]["verdict"] == "valid"
        shutil.rmtree(s.archive)


def a_redirect_on_the_same_host_is_followed_with_its_body(s):
    s.begin()

    def moved(handler, request):
        if handler.path == "/tsr":
            handler.say(b"", 308, Location="/new")
        else:
            s.front.good(handler, request)

    s.front.mood = moved
    assert s.stamp("--now")[0]["tokens"] == 1
    assert [x[0] for x in s.front.requests[-2:]] == ["/tsr", "/new"]
    assert s.front.requests[-1][2] == s.front.requests[-2][2]


def the_request_is_what_rfc_3161_asks_for(s):
    s.begin()
    s.stamp("--now")
    _, headers, one = s.front.requests[-1]
    s.stamp("--now")
    another = s.front.requests[-1][2]
    assert headers["Content-Type"] == "application/timestamp-query"
    said = openssl("ts", "-query", "-text", "-in", s.write("query", one)).decode()
    assert "Certificate required: yes" in said and "Hash Algorithm: sha256" in said, said
    nonces = [der.request(x).nonce for x in (one, another)]
    assert None not in nonces and nonces[0] != nonces[1]


def https_with_a_client_certificate(s):
    root = Identity(s.root, "root", "ca")
    server, client = Identity(s.root, "server", "server", root), Identity(s.root, "client", "plain", root)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(server.certificate, server.key)
    tls.load_verify_locations(root.certificate)
    tls.verify_mode = ssl.CERT_REQUIRED
    front = Front(s.lab, tls)
    try:
        s.begin()
        s.front.mood = status(500)
        both = client.both(s.root + "/both.pem")
        cases = (
            ("unknown", ["--client-cert", both], "the certificate of the server is not trusted"),
            ("nobody", ["--server-roots", root.certificate], ""),
            ("locked", ["--server-roots", root.certificate, "--client-cert", s.root + "/none"],
             s.root + "/none"),
        )
        for name, words, says in cases:
            s.add(name, front.url, s.lab.root, *words)
            said = s.stamp("--now", code=69)[1]
            assert says in said and name in said, (name, said)
            s.ok("tsa", "remove", "-a", s.archive, name)
        assert not front.requests
        s.add("good", front.url, s.lab.root, "--server-roots", root.certificate, "--client-cert", both)
        assert s.stamp("--now")[0]["tokens"] == 1
        assert len(front.requests) == 1
    finally:
        front.stop()


def an_authority_is_not_added_with_what_none_can_have(s):
    s.begin()
    words = ("tsa", "add", "-a", s.archive)
    roots = ("--tsa-roots", s.lab.root)
    for url in ("file:///etc/passwd", "ftp://a.example/", "a.example", "http://", "http:///x",
                "http://a.example/\r\nx"):
        s.fails(64, *words, "a", url, *roots)
    for name in ("", "A", "local", "../x", "a/b", "x" * 33):
        s.fails(64, *words, name, s.front.url, *roots)
    s.fails(64, *words, "a", s.front.url)
    s.fails(64, *words, "a", s.front.url, *roots, "--tsa-policy", "1.x")
    s.fails(64, *words, "a", s.front.url, *roots, "--hash", "sha1")
    s.fails(64, *words, "a", s.front.url, *roots, "--timeout", "never")
    s.fails(65, *words, "a", s.front.url, "--tsa-roots", s.write("none.pem", b"no root"))
    s.fails(66, *words, "a", s.front.url, "--tsa-roots", s.root + "/none")
    s.fails(73, *words, "tsa", s.front.url, *roots)
    s.fails(64, "tsa", "remove", "-a", s.archive, "tsa", says=("only one",))
    assert len(json.loads(s.ok("tsa", "list", "-a", s.archive, "--json"))) == 1


# ---- when -----------------------------------------------------------------------------------

def a_gap_is_stated_when_the_delay_is_over(s):
    s.begin()
    s.front.mood = status(500)
    s.keep()
    shown = s.stamp(code=69)[0]
    assert shown["gap"] is False and s.standing()["gap"] is False, shown
    s.configure(gap_after_s=1)
    time.sleep(1.1)
    s.forget()
    shown = s.stamp(code=69)[0]
    assert shown["gap"] is True and s.standing()["gap"] is True, shown
    s.forget()
    assert s.stamp(code=69)[0]["gap"] is False
    s.front.mood = s.front.good
    s.forget()
    assert s.stamp()[0]["gap_ended"] is True
    assert s.events() == ["timestamp", "timestamp_gap", "timestamp", "timestamp_gap_end"], s.events()


def one_that_failed_is_left_alone_for_a_while(s):
    def asked(code):
        before = len(s.front.requests)
        s.stamp(code=code)
        return len(s.front.requests) - before

    def ago(seconds):
        s.forget(tried_us=lambda old: old - seconds * 1000000)

    s.begin()
    s.keep()
    s.front.mood = status(500)
    assert asked(69) == 1 and asked(69) == 0
    assert "not asked again yet" in s.stamp(code=69)[1]
    ago(61)
    assert asked(69) == 1
    ago(61)
    assert asked(69) == 0                       # twice as long behind the second failure
    ago(60)
    s.front.mood = status(503, Retry_After="7200")
    assert asked(69) == 1
    s.front.mood = s.front.good
    ago(3600)
    assert asked(69) == 0
    ago(3601)
    assert asked(0) == 1
    assert asked(0) == 0                        # nothing new


def what_is_asked_seldom_is_not_asked_sooner(s):
    s.begin()
    s.add("seldom", s.front.url, s.lab.root, "--interval", "3600")
    s.ok("tsa", "remove", "-a", s.archive, "tsa")
    assert s.stamp()[0]["tokens"] == 1
    s.keep()
    asked = len(s.front.requests)
    shown = s.stamp()[0]
    assert shown["tokens"] == 0 and len(s.front.requests) == asked, shown
    assert s.standing()["backlog"] > 0 and s.stamp("--now")[0]["tokens"] == 1


def a_local_authority_stamps_what_a_command_adds(s):
    s.init()
    s.message = s.write("a.eml", MESSAGE)
    s.keep()
    standing = s.standing()
    assert standing["local_only"] is True and standing["backlog"] == 0, standing
    checks, whole = s.verdict("--tsa-roots", s.own_roots())
    assert checks["authorities"]["verdict"] == "valid" and whole["proven"] == [], whole
    assert "authority_local" in [x["code"] for x in checks["authorities"]["findings"]]


# ---- while others are at work ---------------------------------------------------------------

def begin(s, *words):
    return subprocess.Popen([cli.PROBANT, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                            env=s.env)


def was_asked(s, times=1):
    while len(s.front.requests) < times:
        time.sleep(0.01)


def an_import_runs_to_its_end_while_an_authority_is_silent(s):
    s.begin()
    s.front.mood = silent
    s.front.requests.clear()
    stamper = begin(s, "stamp", "-a", s.archive, "--now", "--json")
    was_asked(s)
    for _ in range(3):
        s.keep()
    s.rows()
    assert stamper.poll() is None                    # it waits still, and nobody with it
    assert json.loads(s.ok("status", "-a", s.archive, "--json"))["writer_at_work"] is False
    s.front.released.set()
    shown = json.loads(stamper.communicate()[0])
    assert stamper.returncode == 69 and shown["failed"] == 1 and shown["gap"] is True, shown
    s.front.mood = s.front.good
    assert s.stamp("--now")[0]["gap_ended"] is True
    assert s.standing()["backlog"] == 0
    checks = s.verdict("--tsa-roots", s.lab.root)[0]
    assert checks["tokens"]["verdict"] == checks["authorities"]["verdict"] == "valid", checks


def two_stampers_at_once_both_keep_what_they_were_given(s):
    s.begin()
    both = threading.Barrier(2)

    def together(handler, request):
        both.wait(30)
        s.front.good(handler, request)

    s.front.mood = together
    s.keep()
    words = ("stamp", "-a", s.archive, "--json")
    stampers = [begin(s, *words) for _ in range(2)]
    for stamper in stampers:
        said, complained = stamper.communicate()
        assert stamper.returncode == 0 and json.loads(said)["tokens"] == 1, (said, complained)
    s.front.mood = s.front.good
    assert s.standing()["backlog"] == 0 and s.stamp()[0]["due"] is False
    assert s.events().count("timestamp") == 3, s.events()
    checks, whole = s.verdict("--tsa-roots", s.lab.root)
    assert checks["tokens"]["verdict"] == checks["authorities"]["verdict"] == "valid", checks
    assert len(whole["tokens"]) == 3, whole["tokens"]


def an_older_token_may_come_into_the_log_later(s):
    s.front.authority = s.stranger
    s.place(s.front.url, s.stranger.root)
    s.stamp("--now")
    inner = []

    def overtaken(handler, request):
        s.front.mood = s.front.good
        answer = s.stranger.answer(request)
        s.keep()
        inner.append(s.stamp("--now")[0])
        handler.say(answer)

    s.keep()
    s.front.mood = overtaken
    shown = s.stamp("--now")[0]
    assert shown["tokens"] == 1 and shown["size"] < inner[0]["size"], (shown, inner)
    assert s.standing()["stamped_size"] == inner[0]["size"] and s.standing()["backlog"] == 0
    s.keep()
    s.stamp("--now")
    bundle = export(s, "overtaken.asics")[0]
    for what in (None, bundle):
        proven = []
        for program in (None, SECOND):
            words = [program, what or s.archive, "--tsa-roots", s.stranger.root]
            if program is None:
                checks, whole = s.verdict("--tsa-roots", s.stranger.root, what=what)
                assert checks["tokens"]["verdict"] == "valid", checks["tokens"]
                proven = whole["proven"]
                assert all(x["after"] < x["before"] for x in proven
                           if x.get("after") and x.get("before")), proven
            else:
                done = subprocess.run(words, capture_output=True, env=s.env)
                assert b"tokens: valid" in done.stdout, done
        assert proven


def a_gap_is_stated_once_though_imports_come_between(s):
    s.begin()

    def busy(handler, request):
        s.keep()
        handler.say(b"no", 500, "text/plain")

    s.front.mood = busy
    s.keep()
    assert [s.stamp("--now", code=69)[0]["gap"] for _ in range(3)] == [True, False, False]
    s.front.mood = s.front.good
    assert s.stamp("--now")[0]["gap_ended"] is True
    assert s.events() == ["timestamp", "timestamp_gap", "timestamp", "timestamp_gap_end"], s.events()


def a_certificate_points_to_places_that_drip(s):
    places = ["%s/issuer-%d" % (s.front.url, i) for i in range(8)]
    pointing = Pointing(s.root + "/pointing", places)
    s.begin()
    s.add("pointing", s.front.url, pointing.root, "--timeout", "2")
    s.ok("tsa", "remove", "-a", s.archive, "tsa")
    s.front.authority, s.front.place = pointing, dripping_place
    s.front.fetched.clear()
    s.stamp("--now", code=69)
    # The first takes the time that there is for the authority, or nearly: the others are not asked.
    assert len(s.front.fetched) <= 2, s.front.fetched
    assert s.authority("pointing")["reason"] == "unknown_root", s.authority("pointing")


def an_import_runs_while_an_export_waits_for_its_timestamp(s):
    s.begin()
    s.keep()
    s.stamp("--now")
    s.front.mood = silent
    s.front.requests.clear()
    words = ("export", "-a", s.archive, "--case", "essai", "--disclose", "all",
             "--passphrase-file", s.passphrase, "-o", s.root + "/slow.asics")
    exporter = begin(s, *words)
    was_asked(s)
    s.keep()
    done = s.run(*words)                             # the same, to the same file
    assert done.returncode == 75 and b"another command works on it" in done.stderr, done
    assert exporter.poll() is None
    s.front.released.set()
    said = exporter.communicate()[1].decode()
    assert exporter.returncode == 75 and "tsa" in said, said
    s.front.mood = s.front.good
    s.ok("seal", "-a", s.archive, s.root + "/slow.asics", "--passphrase-file", s.passphrase)
    checks = s.verdict("--tsa-roots", s.lab.root, what=s.root + "/slow.asics")[0]
    assert all(x["verdict"] != "invalid" for x in checks.values()), checks
    assert s.verdict("--tsa-roots", s.lab.root)[0]["tokens"]["verdict"] == "valid"


# ---- several --------------------------------------------------------------------------------

def export(s, name, *words, code=0):
    done = s.run("export", "-a", s.archive, "--case", "essai", "--disclose", "all", "-o",
                 s.root + "/" + name, "--passphrase-file", s.passphrase, "--json", *words)
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    return s.root + "/" + name, done.stderr.decode()


def names_in(path):
    with zipfile.ZipFile(path) as outer:
        if "mimetype" not in outer.namelist():
            return outer.namelist()
        with outer.open("essai.zip") as file, zipfile.ZipFile(file) as inner:
            return inner.namelist()


def roots_of(s, *authorities):
    return s.write("roots.pem", b"".join(open(x.root, "rb").read() for x in authorities))


def two_authorities_give_two_tokens_of_one_checkpoint(s):
    s.begin()
    second = Front(s.stranger)
    try:
        s.add("second", second.url, s.stranger.root)
        s.keep()
        shown, said = s.stamp("--now")
        assert shown["tokens"] == 2 and shown["failed"] == 0 and said == "", (shown, said)
        s.put(s.message)
        s.stamp("--now")
        bundle = export(s, "two.asics")[0]
    finally:
        second.stop()
    roots = roots_of(s, s.lab, s.stranger)
    for what in (None, bundle):
        checks, whole = s.verdict("--tsa-roots", roots, what=what)
        tokens = [x for x in whole["tokens"] if x["size"] == shown["size"]]
        assert len(tokens) == 2 and len({x["key"] for x in tokens}) == 2, whole["tokens"]
        assert checks["tokens"]["verdict"] == checks["authorities"]["verdict"] == "valid", checks
    stamps = [x for x in names_in(bundle) if x.endswith("/token.tst")]
    assert len([x for x in stamps if x.startswith("stamps/%d-" % shown["size"])]) == 2, stamps


def one_key_under_two_names_counts_once(s):
    s.begin()
    s.add("twin", s.front.url + "?twin", s.lab.root)
    s.keep()
    shown, said = s.stamp("--now")
    assert shown["tokens"] == 1 and shown["failed"] == 1, shown
    assert "twin" in said and "same key" in said, said
    assert s.events().count("timestamp") == 2, s.events()
    assert len([x for x in s.verdict()[1]["tokens"] if x["size"] == shown["size"]]) == 1


def one_that_fails_is_named_and_the_other_counts(s):
    s.begin()
    second = Front(s.stranger)
    try:
        second.mood = status(500)
        s.add("second", second.url, s.stranger.root)
        s.keep()
        shown, said = s.stamp("--now")
    finally:
        second.stop()
    assert shown["tokens"] == 1 and shown["failed"] == 1 and shown["gap"] is False, shown
    assert "second" in said and "HTTP 500" in said, said
    standing = s.standing()
    assert standing["gap"] is False and standing["backlog"] == 0, standing
    assert s.authority("second")["reason"] == "http_status" and s.authority()["reason"] == ""
    assert "timestamp_gap" not in s.events()


def intervals_are_proven_by_others_alone(s):
    s.front.authority = s.stranger
    s.place(s.front.url, s.stranger.root)
    s.stamp("--now")
    s.keep()
    s.stamp("--now")
    seq = next(x["seq"] for x in s.rows() if x["type"] == "imported")
    s.stamp("--now")
    proven = s.verdict("--tsa-roots", s.stranger.root)[1]["proven"]
    one = [x for x in proven if x["first"] <= seq <= x["last"]]
    assert len(one) == 1 and one[0]["after"] and one[0]["before"], proven
    assert one[0]["after"] < one[0]["before"], one
    assert s.verdict()[1]["proven"] == []
    assert s.verdict("--tsa-roots", s.lab.root)[1]["proven"] == []
    bundle = export(s, "one.asics")[0]
    whole = s.verdict("--tsa-roots", s.stranger.root, what=bundle)[1]
    assert [x for x in whole["proven"] if x["first"] <= seq <= x["last"]], whole["proven"]
    assert s.verdict(what=bundle)[1]["proven"] == []


def who_has_a_local_key_proves_nothing_by_naming_another_policy(s):
    s.front.authority = Pretender(s.root + "/pretender", s.lab)
    s.begin()
    s.keep()
    s.stamp("--now")
    s.stamp("--now")
    bundle = export(s, "local.asics")[0]
    for what in (None, bundle):
        checks, whole = s.verdict("--tsa-roots", s.lab.root, what=what)
        assert checks["authorities"]["verdict"] == "valid", checks["authorities"]
        assert whole["proven"] == [], whole["proven"]


def the_second_verifier_says_the_same(s):
    for authority, proven in ((s.stranger, True), (s.lab, False)):
        s.front.authority = authority
        s.place(s.front.url, authority.root)
        for _ in range(3):
            s.keep()
            s.stamp("--now")
        bundle = export(s, "bundle-%s.asics" % proven)[0]
        for what in (None, bundle):
            for words in (["--tsa-roots", authority.root], ["--tsa-roots", s.root_of_nobody()], []):
                checks, whole = s.verdict(*words, what=what)
                done = subprocess.run([SECOND, what or s.archive, *words], capture_output=True,
                                      env=s.env)
                said = dict(x.split(" (")[0].split(": ", 1)
                            for x in done.stdout.decode().splitlines() if re.match(r"[a-z ]+: ", x))
                for name in ("tokens", "authorities"):
                    assert said[name] == checks[name]["verdict"], (words, said, checks[name], done)
                assert said["verdict"] == whole["verdict"], (words, said, whole["verdict"])
                assert bool(whole["proven"]) is (proven and authority.root in words), whole["proven"]
        shutil.rmtree(s.archive)


# ---- a bundle whose authority does not answer ---------------------------------------------------

def a_bundle_without_its_timestamp_is_sealed_later(s):
    s.begin()
    s.keep()
    s.stamp("--now")
    s.front.mood = status(500)
    bundle, said = export(s, "late.asics", code=75)
    assert "no timestamping authority answered" in said and "probant seal" in said, said
    assert "probant: ask a timestamping authority: tsa: HTTP 500: " in said, said
    assert s.authority()["reason"] == "http_status"
    assert "mimetype" not in names_in(bundle) and "log/checkpoint" in names_in(bundle)
    with open(bundle, "rb") as file:
        package = file.read()
    for program in (VERIFIER, cli.PROBANT):
        done = subprocess.run([program] + ["verify"] * (program == cli.PROBANT) +
                              [bundle, "--tsa-roots", s.lab.root, "--json"],
                              capture_output=True, env=s.env)
        assert done.returncode == 2, (done.stdout, done.stderr)
        checks = {x["id"]: x for x in json.loads(done.stdout)["checks"]}
        assert checks["tokens"]["verdict"] == "indeterminate", checks["tokens"]
        assert all(x["verdict"] != "invalid" for x in checks.values()), checks
    key = {"PROBANT_PASSPHRASE_FILE": s.passphrase}
    done = s.run("seal", "-a", s.archive, bundle, env=key)
    assert done.returncode == 75 and b"no timestamping authority answered" in done.stderr, done
    with open(bundle, "rb") as file:
        assert file.read() == package
    s.front.mood = s.front.good
    s.ok("seal", "-a", s.archive, bundle, env=key)
    with zipfile.ZipFile(bundle) as outer:
        assert outer.namelist() == ["mimetype", "essai.zip", "META-INF/timestamp.tst"]
        assert outer.read("essai.zip") == package
        token = s.write("timestamp.tst", outer.read("META-INF/timestamp.tst"))
    openssl("ts", "-verify", "-data", s.write("essai.zip", package), "-in", token, "-token_in",
            "-CAfile", s.lab.root)
    checks = s.verdict("--tsa-roots", s.lab.root, what=bundle)[0]
    assert checks["tokens"]["verdict"] == checks["authorities"]["verdict"] == "valid", checks


# ---- all of them ----------------------------------------------------------------------------

TESTS = [
    served_tokens_are_good_to_openssl, the_server_refuses_what_is_no_question_of_its_own,
    a_restarted_server_is_the_same_authority, a_server_says_why_it_does_not_serve,
    a_token_by_another_policy_than_asked_is_refused, each_hash_can_be_asked_for,
    a_redirect_on_the_same_host_is_followed_with_its_body, the_request_is_what_rfc_3161_asks_for,
    https_with_a_client_certificate, an_authority_is_not_added_with_what_none_can_have,
    a_gap_is_stated_when_the_delay_is_over, one_that_failed_is_left_alone_for_a_while,
    what_is_asked_seldom_is_not_asked_sooner, a_local_authority_stamps_what_a_command_adds,
    two_authorities_give_two_tokens_of_one_checkpoint, one_key_under_two_names_counts_once,
    one_that_fails_is_named_and_the_other_counts, intervals_are_proven_by_others_alone,
    who_has_a_local_key_proves_nothing_by_naming_another_policy, the_second_verifier_says_the_same,
    a_bundle_without_its_timestamp_is_sealed_later,
    an_import_runs_to_its_end_while_an_authority_is_silent,
    two_stampers_at_once_both_keep_what_they_were_given, an_older_token_may_come_into_the_log_later,
    a_gap_is_stated_once_though_imports_come_between, a_certificate_points_to_places_that_drip,
    an_import_runs_while_an_export_waits_for_its_timestamp,
]


def tests():
    for test in TESTS:
        yield test.__name__, test
    for name, fault in FAULTS.items():
        yield "authority_fails_by_" + name, lambda s, fault=fault: fails(s, *fault)


def run(name, test):
    root = tempfile.mkdtemp(prefix="probant-tsa-")
    front = Scene.front
    front.mood, front.authority = front.good, Scene.lab
    front.released.clear()
    try:
        test(Scene(root))
        return True
    except Exception:  # pylint: disable=broad-except
        print("--- " + name)
        traceback.print_exc(limit=-3, file=sys.stdout)
        return False
    finally:
        front.released.set()
        if front.server.socket.fileno() < 0:
            front.start()
        shutil.rmtree(root, ignore_errors=True)


def main():
    os.umask(0o077)
    shared = tempfile.mkdtemp(prefix="probant-tsa-")
    Scene.lab, Scene.stranger = Served(cli.PROBANT, shared + "/lab"), Stranger(shared + "/stranger")
    Scene.front = Front(Scene.lab)
    Scene.front.stranger = Scene.stranger
    try:
        made = Scene(shared)
        made.place(Scene.front.url, Scene.lab.root)
        made.stamp()
        Scene.template = shared
        os.rename(made.archive, shared + "/template")
        chosen = [x for x in tests() if all(word in x[0] for word in sys.argv[2:])]
        results = [run(name, test) for name, test in chosen]
    finally:
        Scene.front.stop()
        Scene.lab.stop()
        shutil.rmtree(shared, ignore_errors=True)
    print("%d passed, %d failed" % (sum(results), results.count(False)))
    return 0 if results and all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
