#!/usr/bin/env python3
"""stamper.py [BUILD]: a timestamp policy in force, while authorities and who asks them do their worst.

`probant run` with two archives and a door, before `tsa serve` and an authority made of the openssl
command, behind fronts that are dead, silent, dripping or lying as told (tests/lib/false_authority.py).
Messages are acknowledged while an authority is asked and does not answer; nothing bad is kept; a gap
is stated once, and ended; the tokens are good to openssl.  What takes minutes is made to pass by a
clock that is set ahead (shift_clock.c).  Last line: `N passed, N failed`.
"""
import json
import os
import pathlib
import shutil
import signal
import smtplib
import struct
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
BUILD = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build").resolve()
sys.dont_write_bytecode = True
sys.path[:0] = [str(HERE), str(HERE.parent / "lib"), str(HERE.parents[1] / "tools")]
import false_answers as answers                                              # noqa: E402
from lib_check import awaited, check  # noqa: E402
import lib_clock                                                             # noqa: E402
import lib_daemon                                                            # noqa: E402
import probant_format as pb                                                  # noqa: E402
import probant_readers as readers                                            # noqa: E402
from false_authority import Front, Identity, Served, Stranger, openssl, rewritten  # noqa: E402

HOUR = 3600
OBJECT = 4                                   # FORMAT 1: kinds of parts
CAPTURE = """policy: capture
runtime_dir: {work}/run
state_dir: {work}/state
heartbeat: 1 d
timestamp: {work}/timestamp.yaml
archives:
  - {{ name: ormes, path: {work}/ormes, mailboxes: [a@ormes.example] }}
  - {{ name: tilleuls, path: {work}/tilleuls, mailboxes: [a@tilleuls.example] }}
otherwise: defer
doors:
  - {{ name: entree, kind: lmtp, listen: 'unix:{work}/entree.sock', on_failure: defer }}
"""
TIMESTAMP = """policy: timestamp
profile: {profile}
profiles:
  - {{ name: un, every: {every}, gap_after: 5 min, authorities: [lab] }}
  - {{ name: deux, every: 1 min, authorities: [lab, autre, local] }}
  - {{ name: commun, every: {every}, gap_after: 5 min, authorities: [lab], shared: yes }}
authorities:
  - {{ name: lab, url: '{lab.url}', roots: {roots}/lab.pem, timeout: 10 min }}
  - {{ name: autre, url: '{other.url}', roots: {roots}/autre.pem, hash: sha512, timeout: 20 s }}
"""
BOTH = ("ormes", "tilleuls")


class Failed(Exception):
    pass


def same(what, a, b):
    if a != b:
        raise Failed("%s: %s, not %s" % (what, a, b))


class Expired(Stranger):
    """Its certificate ended while ours did not look."""

    def __init__(self, directory, environment):
        self.environment = environment
        super().__init__(directory)

    def make(self):
        root = Identity(self.directory, "root", "ca")
        before = dict(os.environ)
        os.environ.update(self.environment)
        try:
            Identity(self.directory, "tsa", "tsa", root)
        finally:
            os.environ.clear()
            os.environ.update(before)
        return root.certificate


class Scene:
    def __init__(self, work):
        self.work, self.sent, self.read = work, 0, {}
        self.clock = lib_clock.Clock(work)
        self.pass_time = self.clock.go_on
        self.authorities()
        self.write_policy("1 min")
        self.daemon = lib_daemon.Daemon(BUILD, work, CAPTURE.format(work=work), BOTH, [work / "entree.sock"])

    def authorities(self):
        """lab: `tsa serve`; other: openssl's; each behind a front."""
        self.lab = Served(str(BUILD / "probant"), str(self.work / "tsa"))
        self.stranger = Stranger(str(self.work / "stranger"))
        self.front, self.other = Front(self.lab), Front(self.stranger)
        self.front.stranger = self.stranger
        self.roots = self.work / "roots"
        self.roots.mkdir()
        shutil.copy(self.lab.root, self.roots / "lab.pem")
        shutil.copy(self.stranger.root, self.roots / "autre.pem")

    def write_policy(self, every, profile="un"):
        (self.work / "timestamp.yaml").write_text(TIMESTAMP.format(
            every=every, profile=profile, lab=self.front, other=self.other, roots=self.roots))

    def begin(self):
        self.daemon.probant = self.clock.install(BUILD)
        self.daemon.start()

    # ---- mail

    def send(self, name, count=1):
        """As many messages as are acknowledged, by one session."""
        with smtplib.LMTP(str(self.work / "entree.sock")) as client:
            for _ in range(count):
                self.sent += 1
                client.sendmail("labo@analyses.example", ["a@%s.example" % name],
                                b"Subject: %d\r\n\r\nbilan\r\n" % self.sent)

    # ---- what came of it

    def standing(self, name):
        return json.loads(self.daemon.run("status", "-a", self.work / name, "--json"))["timestamps"]

    def stamped(self, name):
        standing = self.standing(name)
        return standing if standing["backlog"] == 0 and standing["stamped_size"] > 0 else None

    def all_stamped(self, why, names=BOTH):
        for name in names:
            awaited("%s, in %s" % (why, name), lambda: self.stamped(name))

    def stamped_some_day(self, why, names=BOTH):
        """However long they are left alone."""
        for name in names:
            awaited("%s, in %s" % (why, name), lambda: self.stamped(name) or self.an_hour_later())

    def an_hour_later(self):
        self.pass_time(HOUR + 60)
        time.sleep(0.6)                      # turns, of a quarter of a second

    def state(self, name, tsa="lab"):
        try:
            return json.loads((self.work / name / "tsa" / (tsa + ".state")).read_text())
        except (OSError, ValueError):        # it is being replaced
            return None

    def asked(self, front, since):
        awaited("a question", lambda: len(front.requests) > since)

    def records(self, name):
        """(facts, objects) of each when all is over, by other means than the program's own."""
        if name not in self.read:
            self.read[name] = list(self.open_records(name))
        return self.read[name]

    def open_records(self, name):
        archive = str(self.work / name)
        keyring = readers.Keyring(archive, str(next((self.work / name / "readers").glob("*.key"))),
                                  str(self.work / "passphrase"))
        for stem in pb.list_segments(archive)[0]:
            segment = pb.Segment(archive, stem)
            secrets = pb.open_slots(keyring.open(segment), pb.read_slots(archive, stem))
            leaves = (frame for frame in segment.frames(segment.start) if frame.tag != "C")
            for k, frame in enumerate(leaves, 1):
                parts = pb.open_payload(segment.origin, frame.r or secrets[k], frame.payload)
                yield (pb.read_json(next(data for kind, data in parts if kind == pb.FACTS)),
                       [data for kind, data in parts if kind == OBJECT])

    def events(self, name, event):
        return [facts for facts, _ in self.records(name) if facts.get("event") == event]

    def reload(self, pattern):
        said = self.daemon.words().count(pattern)
        self.daemon.process.send_signal(signal.SIGHUP)
        awaited(pattern, lambda: self.daemon.words().count(pattern) > said)

    def end(self):
        self.front.released.set()
        if hasattr(self.daemon, "process") and self.daemon.process.poll() is None:
            self.daemon.stop()
        for front in (self.front, self.other):
            if front.server.socket.fileno() >= 0:
                front.stop()
        self.lab.stop()

    # ---- tests, each behind the one before

    def an_archive_gets_what_the_policy_names_and_is_stamped(self):
        self.begin()
        self.all_stamped("the first token")
        for name in BOTH:
            listed = json.loads(self.daemon.run("tsa", "list", "-a", self.work / name, "--json"))
            same("authorities", [x["name"] for x in listed], ["local", "lab"])
            same("asked for a token of the local one", self.state(name, "local"), None)

    def nothing_is_asked_sooner_than_the_policy_says(self):
        before = len(self.front.requests)
        for name in BOTH:
            self.send(name)
        time.sleep(0.6)
        same("requests", len(self.front.requests), before)
        self.pass_time(61)
        self.all_stamped("a minute later")

    def messages_are_acknowledged_while_an_authority_is_silent(self):
        self.front.mood, asked = answers.silent, len(self.front.requests)
        self.send("ormes")
        self.pass_time(61)
        self.asked(self.front, asked)
        for name in BOTH:
            self.send(name, 20)
        if self.front.released.is_set() or len(self.front.requests) > asked + 1:
            raise Failed("it was not silent all the while")
        self.front.released.set()
        awaited("its failure", lambda: (self.state("ormes") or {}).get("reason") == "unreachable")

    def and_while_it_drips(self):
        self.front.released.clear()
        self.front.mood, asked = answers.dripping, len(self.front.requests)
        self.pass_time(2 * HOUR)
        self.asked(self.front, asked)
        for name in BOTH:
            self.send(name, 20)
        self.front.mood = self.front.good
        self.front.released.set()
        self.stamped_some_day("what waited")

    def a_dead_authority_leaves_a_gap_that_ends(self):
        self.front.stop()
        self.send("tilleuls")
        self.pass_time(61)
        awaited("its refusal", lambda: (self.state("tilleuls") or {}).get("reason") == "refused")
        same("a gap so soon", self.standing("tilleuls")["gap"], False)
        self.send("tilleuls", 5)
        self.pass_time(400)
        awaited("the gap", lambda: self.standing("tilleuls")["gap"])
        self.send("tilleuls", 5)
        self.pass_time(2 * HOUR)             # asked in vain once more
        awaited("more failures", lambda: (self.state("tilleuls") or {}).get("failures", 0) > 1)
        self.front.start()
        self.front.released.clear()
        self.stamped_some_day("it is back", ["tilleuls"])
        same("a gap still", self.standing("tilleuls")["gap"], False)

    def a_lying_authority_gives_nothing(self):
        expired = Expired(str(self.work / "expired"), dict(self.clock.environment, SHIFT_CLOCK=str(self.past())))
        shutil.copyfileobj(open(expired.root, "rb"), open(self.roots / "lab.pem", "ab"))
        self.daemon_again("deux and its roots")
        lies = {
            "imprint": answers.other(lambda r: rewritten(r, imprint=bytes(32))),
            "nonce": answers.other(lambda r: rewritten(r, nonce=b"\x11\x22")),
            "unknown_root": answers.by_a_stranger,
            "signature": answers.changed(answers.flipped),
            "not_a_reply": answers.body(b"\x30\x80garbage"),
            "not_in_time": lambda h, request: h.say(expired.answer(request)),
        }
        before = self.standing("ormes")["stamped_size"]
        for reason, lie in lies.items():
            self.front.mood = lie
            self.send("ormes")
            self.pass_time(2 * HOUR)
            awaited(reason, lambda: (self.state("ormes") or {}).get("reason") == reason)
            self.send("ormes")
        same("stamped by a lie", self.standing("ormes")["stamped_size"], before)
        self.front.mood = self.front.good
        self.stamped_some_day("the truth")

    def past(self):
        path = self.work / "past"
        path.write_bytes(struct.pack("=q", -40 * 24 * HOUR))
        return path

    def daemon_again(self, why):
        """The policy's text is another one, so that its roots are read again."""
        text = (self.work / "timestamp.yaml").read_text()
        (self.work / "timestamp.yaml").write_text(text + "# %s\n" % why)
        self.reload("writer started")
        self.daemon.wait(self.work / "entree.sock")

    def a_killed_stamper_comes_back_and_asks_again(self):
        self.front.released.clear()
        self.front.mood, asked = answers.silent, len(self.front.requests)
        self.send("ormes")
        self.pass_time(61)
        self.asked(self.front, asked)
        stamper = self.daemon.others("probant-stamper")
        self.front.mood = self.front.good
        self.daemon.signal("probant-stamper", signal.SIGKILL)
        self.send("ormes", 10)
        awaited("another stamper", lambda: self.daemon.others("probant-stamper") not in ([], stamper))
        self.stamped_some_day("the new one asked", ["ormes"])
        same("the authority's failures", self.state("ormes")["failures"], 0)
        self.front.released.set()

    def a_halted_stamper_holds_up_no_message(self):
        asked = len(self.front.requests)
        self.daemon.halt("probant-stamper")
        self.send("ormes")
        self.pass_time(61)
        for name in BOTH:
            self.send(name, 20)
        same("requests", len(self.front.requests), asked)
        self.daemon.go_on("probant-stamper")
        self.stamped_some_day("it goes on")
        same("the authority's failures", self.state("ormes")["failures"], 0)

    def a_bad_policy_is_said_and_the_old_one_stays(self):
        text = (self.work / "timestamp.yaml").read_text()
        before = self.daemon.others("--writer")
        (self.work / "timestamp.yaml").write_text(text.replace("every: 1 min", "every: 1 s"))
        self.reload("the policy stays as it was")
        if "timestamp.yaml, line" not in self.daemon.words():
            raise Failed("it does not say where")
        (self.work / "timestamp.yaml").write_text(text.replace("/lab.pem", "/none.pem"))
        self.reload("the policy stays as it was")
        (self.work / "timestamp.yaml").write_text(text)
        self.reload("the policy has not changed")
        same("the writer", self.daemon.others("--writer"), before)

    def another_policy_comes_into_force(self):
        self.write_policy("3 min")
        self.reload("writer started")
        self.daemon.wait(self.work / "entree.sock")
        self.send("ormes")
        self.stamped_some_day("its start", ["ormes"])
        tried_us = self.state("ormes")["tried_us"]
        self.send("ormes")
        self.pass_time(61)
        time.sleep(0.6)
        same("asked so soon", self.state("ormes")["tried_us"], tried_us)
        self.pass_time(180)
        self.stamped_some_day("behind it", ["ormes"])

    def a_node_whose_log_cannot_be_kept_leaves_a_gap_that_ends(self):
        self.write_policy("1 min", "commun")
        self.reload("writer started")
        self.daemon.wait(self.work / "entree.sock")
        for name in BOTH:
            self.send(name)
        self.stamped_some_day("a token for both")
        key, asked = self.work / "state.node" / "key", len(self.front.requests)
        key.chmod(0o644)                     # anybody could sign in its name
        for name in BOTH:
            self.send(name)
        self.pass_time(400)
        for name in BOTH:
            awaited("the gap of " + name, lambda: self.standing(name)["gap"])
            self.send(name, 5)
        same("requests", len(self.front.requests), asked)
        same("the authority's failures", self.state("ormes")["failures"], 0)
        key.chmod(0o600)
        self.stamped_some_day("it can be kept again")
        for name in BOTH:
            same("a gap still", self.standing(name)["gap"], False)

    def two_authorities_and_its_own_stamp_each_time(self):
        self.write_policy("3 min", "deux")
        self.reload("writer started")
        self.daemon.wait(self.work / "entree.sock")
        self.send("tilleuls")
        self.stamped_some_day("all three", ["tilleuls"])
        for tsa in ("lab", "autre", "local"):
            awaited(tsa, lambda: (self.state("tilleuls", tsa) or {}).get("good_us", 0) > 0)

    def it_ends_while_an_authority_is_silent(self):
        self.front.released.clear()
        self.front.mood, asked = answers.silent, len(self.front.requests)
        self.send("ormes")
        self.pass_time(2 * HOUR)
        self.asked(self.front, asked)
        same("exit code", self.daemon.stop(), 0)   # its timeout is ten minutes
        if self.front.released.is_set():
            raise Failed("it answered")
        self.front.released.set()

    def the_log_says_what_happened(self):
        for name in BOTH:
            policies = self.events(name, "timestamp_policy")
            same("policies of " + name, [(x["profile"], x["every_s"]) for x in policies],
                 [("un", 60), ("un", 60), ("un", 180), ("commun", 60), ("deux", 60)])
            same("authorities", policies[-1]["authorities"], ["lab", "autre", "local"])
            same("gap_after_s", policies[0]["gap_after_s"], 300)
        gap, = [x for x in self.events("tilleuls", "timestamp_gap")][:1]
        same("whose failure", gap["failures"][0]["tsa"], "lab")
        for name in BOTH:
            same("the node's failure", self.events(name, "timestamp_gap")[-1]["failures"],
                 [{"tsa": "lab", "reason": "failed_here"}])
            same("gaps and their ends", len(self.events(name, "timestamp_gap")),
                 len(self.events(name, "timestamp_gap_end")))

    def every_token_is_good_to_openssl(self):
        everybody = self.work / "everybody.pem"
        everybody.write_bytes((self.roots / "lab.pem").read_bytes() + (self.roots / "autre.pem").read_bytes())
        count = 0
        for name in BOTH:
            for facts, objects in self.records(name):
                if facts.get("event") != "timestamp" or facts["local"]:
                    continue
                for what in ("checkpoint", "reply"):
                    (self.work / what).write_bytes(objects[facts["objects"].index(what)])
                openssl("ts", "-verify", "-data", str(self.work / "checkpoint"), "-in",
                        str(self.work / "reply"), "-CAfile", str(everybody))
                count += 1
        if count < 10:
            raise Failed("only %d tokens" % count)

    def both_archives_hold_every_message_and_verify(self):
        messages = [facts["size"] for name in BOTH for facts, _ in self.records(name) if "door" in facts]
        same("messages", len(messages), self.sent)
        for name in BOTH:
            held = {word: self.work / (name + "." + word) for word in ("trust", "tsa-roots", "against")}
            held["trust"].write_text(self.daemon.run("key", "policy", "-a", self.work / name))
            held["tsa-roots"].write_text(self.daemon.run("tsa", "roots", "-a", self.work / name))
            shutil.copy(self.work / name / "log/checkpoint", held["against"])
            words = [word for option, file in held.items() for word in ("--" + option, file)]
            done = subprocess.run([BUILD / "probant-verify", self.work / name, *words],
                                  capture_output=True, text=True)
            if done.returncode != 0:
                raise Failed(done.stdout[-2000:])

    def no_word_of_a_message_is_in_the_log(self):
        for word in ("@", "bilan", "Subject"):
            if word in self.daemon.words():
                raise Failed(self.daemon.words())


TESTS = (
    Scene.an_archive_gets_what_the_policy_names_and_is_stamped,
    Scene.nothing_is_asked_sooner_than_the_policy_says,
    Scene.messages_are_acknowledged_while_an_authority_is_silent,
    Scene.and_while_it_drips,
    Scene.a_dead_authority_leaves_a_gap_that_ends,
    Scene.a_lying_authority_gives_nothing,
    Scene.a_killed_stamper_comes_back_and_asks_again,
    Scene.a_halted_stamper_holds_up_no_message,
    Scene.a_bad_policy_is_said_and_the_old_one_stays,
    Scene.another_policy_comes_into_force,
    Scene.a_node_whose_log_cannot_be_kept_leaves_a_gap_that_ends,
    Scene.two_authorities_and_its_own_stamp_each_time,
    Scene.it_ends_while_an_authority_is_silent,
    Scene.the_log_says_what_happened,
    Scene.every_token_is_good_to_openssl,
    Scene.both_archives_hold_every_message_and_verify,
    Scene.no_word_of_a_message_is_in_the_log,
)


def main():
    os.umask(0o077)
    work = pathlib.Path(tempfile.mkdtemp(prefix="probant-stamper-"))
    scene = Scene(work)
    try:
        check.play(TESTS, lambda test: test(scene), lambda: scene.daemon.words()[-2000:], whole=True)
    finally:
        scene.end()
        shutil.rmtree(work, ignore_errors=True)
    return check.end()


sys.exit(main())
