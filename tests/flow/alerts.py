#!/usr/bin/env python3
"""alerts.py BUILD: what is wrong with capture is told once, and its end once, by mail, webhook and in the log;
the dead man's address is asked as long as all is well; never a word of a message.

Last line: `N passed, N failed`.
"""
import collections
import concurrent.futures
import fcntl
import json
import os
import pathlib
import re
import shutil
import signal
import smtplib
import sys
import tempfile
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_alerts
import lib_daemon
from lib_check import awaited, check

BUILD = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build").resolve()
PATIENCE_S = 180
PROGRAMS = "probant", "probantd", "probant-door", "probant-herald", "probant-stamper", "probant-mime"
TOKEN = "jeton-fictif.0123"
MARKERS = "camille", "labo", "Fictif-Exemple", "glycemie"
MESSAGE = ("From: labo@analyses.example\r\nTo: camille@tilleuls.example\r\nSubject: Fictif-Exemple\r\n"
           "\r\nglycemie\r\n")

POLICY = """policy: capture
runtime_dir: {work}/run
state_dir: {work}/state
archives:
  - {{ name: tilleuls, path: {work}/tilleuls, mailboxes: [camille@tilleuls.example] }}
  - {{ name: ormes, path: {work}/ormes, mailboxes: ["@ormes.example"] }}
otherwise: pass
doors:
  - {{ name: entree, kind: lmtp, listen: 'unix:{work}/entree.sock', on_failure: defer }}
  - {{ name: passage, kind: lmtp, listen: 'unix:{work}/passage.sock', on_failure: deliver }}
alerts:
  language: fr
  after: 1 s
  calm: 2 s
  email:
    to: [a@astreinte.example, b@astreinte.example]
    from: probant@noeud-1.example
    relay: "127.0.0.1:{relay}"
    tls: {{ name: relay.example, roots: {work}/relay.pem }}
  webhook: {{ url: "{webhook}", token_file: {work}/token }}
  dead_man: {{ url: "{dead_man}", every: 1 s }}
"""

TIMESTAMP = """policy: timestamp
profile: essai
profiles: [{{ name: essai, every: 1 min, authorities: [fictive] }}]
authorities: [{{ name: fictive, url: "{authority}", roots: {root} }}]
"""


def name_in(alert):
    return alert.get("door", alert.get("archive", alert.get("authority", "")))


class Scene(lib_daemon.Daemon):
    def __init__(self, work, authority=None):
        self.relay, self.webhook, self.dead_man = lib_alerts.Relay(work), lib_alerts.Web(failures=2), lib_alerts.Web()
        self.bin = work / "bin"
        self.bin.mkdir()
        for name in PROGRAMS:
            shutil.copy(BUILD / name, self.bin)
        (work / "token").write_text(TOKEN + "\n")
        policy = POLICY.format(work=work, relay=self.relay.port, webhook=self.webhook.url, dead_man=self.dead_man.url)
        if authority is not None:
            root = work / "relay.pem"         # nothing that it says is good
            (work / "timestamp.yaml").write_text(TIMESTAMP.format(authority=authority.url, root=root))
            policy += "timestamp: %s\n" % (work / "timestamp.yaml")
        super().__init__(self.bin, work, policy, ["tilleuls", "ormes"], [work / "entree.sock", work / "passage.sock"])

    def hand_in(self, door, to="camille@tilleuls.example"):
        with smtplib.LMTP(str(self.work / (door + ".sock")), timeout=PATIENCE_S) as client:
            try:
                client.sendmail("labo@analyses.example", [to], MESSAGE)
                return 250
            except (smtplib.SMTPDataError, smtplib.SMTPRecipientsRefused) as refused:
                return refused

    # ---- what was told: {(word, name, state): how often}

    def mailed(self):
        words = {"Alerte": "begun", "Terminé": "ended", "Toujours": "stands"}
        found = collections.Counter()
        for _, message in self.relay.read():
            for state, sentence, word in re.findall(r"^(\w+) : (.*)\n    (\w+), ", message.get_content(), re.M):
                name = re.search(r"(?:porte|archive|horodatage) ([a-z]+)", sentence)
                found[word, name[1] if name else "", words[state]] += 1
        return found

    def posted(self):
        return collections.Counter((a["alert"], name_in(a), a["state"]) for a in self.webhook.alerts())

    def recorded(self, archive):
        self.facts = self.stated(archive, "alert")
        return collections.Counter((f["alert"], name_in(f), f["state"]) for f in self.facts)

    def await_told(self, word, name, state):
        for told in self.mailed, self.posted:
            awaited("%s %s %s by %s" % (word, name, state, told.__name__), lambda: told()[word, name, state])

    def logged(self, line):
        return line in self.words()


# ---- tests, each behind the one before

def as_long_as_all_is_well_the_dead_man_is_asked(scene):
    awaited("two pings", lambda: len(scene.dead_man.taken) >= 2)
    assert scene.hand_in("entree") == 250
    assert not scene.relay.mails and not scene.webhook.taken, "something was told"


def a_writer_that_is_halted_and_a_door_that_cannot_start_are_told(scene):
    (scene.bin / "probant-door").rename(scene.bin / "away")
    scene.signal("passage", signal.SIGKILL)
    scene.halt("--writer")
    scene.await_told("writer_down", "", "begun")
    scene.await_told("door_down", "passage", "begun")


def the_dead_man_is_not_asked_while_something_is_wrong(scene):
    before = len(scene.dead_man.taken)
    time.sleep(2.5)
    assert len(scene.dead_man.taken) == before, "it was asked"


def what_is_over_is_told_and_the_dead_man_is_asked_again(scene):
    before = len(scene.dead_man.taken)
    scene.go_on("--writer")
    (scene.bin / "away").rename(scene.bin / "probant-door")
    scene.await_told("writer_down", "", "ended")
    scene.await_told("door_down", "passage", "ended")
    awaited("a ping", lambda: len(scene.dead_man.taken) > before)


def an_archive_that_cannot_be_had_and_mail_that_passes_or_is_nobodys_are_told(scene):
    with open(scene.work / "tilleuls/lock", "r+b") as lock:
        take_from_the_writer(scene.work / "tilleuls", lock)
        assert scene.hand_in("entree") != 250
        assert scene.hand_in("passage") == 250            # it passes, and is not kept
        assert scene.hand_in("passage", "inconnu@tilleuls.example") == 250
        scene.await_told("unmapped", "passage", "begun")
        scene.await_told("archive_fails", "tilleuls", "begun")
        scene.await_told("door_defers", "entree", "begun")
        scene.await_told("door_passes", "passage", "begun")
        scene.await_told("gaps_wait", "passage", "begun")
    assert awaited("it is kept again", lambda: scene.hand_in("entree") == 250 and scene.hand_in("passage") == 250)
    for word, name in ("archive_fails", "tilleuls"), ("door_defers", "entree"), ("door_passes", "passage"), \
                      ("gaps_wait", "passage"), ("unmapped", "passage"):
        scene.await_told(word, name, "ended")


def take_from_the_writer(archive, lock):
    """As a command does: who waits for an archive has its directory locked."""
    waits = os.open(archive, os.O_DIRECTORY)
    fcntl.flock(waits, fcntl.LOCK_EX)
    fcntl.flock(lock, fcntl.LOCK_EX)
    os.close(waits)


def each_was_told_once_by_each_way(scene):
    for told in scene.mailed(), scene.posted():
        twice = {alert: n for alert, n in told.items() if n != 1}
        assert not twice, twice
        begun = {alert[:2] for alert in told if alert[2] == "begun"}
        assert begun == {alert[:2] for alert in told if alert[2] == "ended"}, told
    assert scene.mailed() == scene.posted()


def each_is_a_record_of_the_archives_that_it_concerns(scene):
    told = scene.mailed()
    for archive in "tilleuls", "ormes":
        expected = {a: 1 for a in told if a[0] != "archive_fails" or archive == "tilleuls"}
        awaited("records in " + archive, lambda: scene.recorded(archive) == expected)
        for facts in scene.facts:
            assert facts["event"] == "alert" and 0 < facts["since_us"], facts
            assert ("until_us" in facts) == (facts["state"] == "ended"), facts
            assert facts.get("until_us", facts["since_us"]) >= facts["since_us"], facts
            assert "email" in facts["told"], facts


def the_mail_is_one_as_its_standards_say(scene):
    for envelope, message in scene.relay.read():
        assert envelope == ["MAIL FROM:<>", "RCPT TO:<a@astreinte.example>", "RCPT TO:<b@astreinte.example>"], envelope
        assert message["From"].addresses[0].addr_spec == "probant@noeud-1.example" and message["Auto-Submitted"] == "auto-generated"
        assert message["Date"].datetime and message["Message-ID"].endswith("@noeud-1.example>")
        assert re.match(r"\[Probant\] (Alerte|Terminé|Toujours) : ", message["Subject"]), message["Subject"]
        assert not message.defects and message.get_content_type() == "text/plain"
    identifiers = [message["Message-ID"] for _, message in scene.relay.read()]
    assert len(set(identifiers)) == len(identifiers)


def what_a_webhook_does_not_take_is_posted_again_and_said(scene):
    assert len(scene.webhook.refused) == 2, "it was not tried again"
    for command, headers, _ in scene.webhook.refused + scene.webhook.taken:
        assert command == "POST" and headers["Content-Type"] == "application/json"
        assert headers["Authorization"] == "Bearer " + TOKEN
    assert scene.logged("webhook: ") and scene.logged("webhook: it is taken again"), scene.words()
    assert TOKEN not in scene.words()


def no_word_of_a_message_is_in_any(scene):
    octets = b"".join(octets for _, octets in scene.relay.mails)
    octets += b"".join(message.get_content().encode() + str(message["Subject"]).encode()
                       for _, message in scene.relay.read())
    octets += b"".join(body for _, _, body in scene.webhook.taken + scene.webhook.refused)
    octets += scene.words().encode() + json.dumps(scene.facts).encode()
    for marker in MARKERS:
        assert marker.encode() not in octets.lower().replace(b"fictif-exemple", b"Fictif-Exemple"), marker


def an_end_of_the_daemon_is_no_alert(scene):
    before = scene.mailed()
    assert scene.stop() == 0
    assert scene.mailed() == before


# ---- with an authority that is gone

def an_authority_that_gives_no_token_is_told_and_a_stamper_that_is_halted(scene):
    scene.await_told("authority_fails", "fictive", "begun")
    scene.asked = len(scene.dead_man.taken)
    scene.halt("probant-stamper")
    scene.await_told("stamper_down", "", "begun")
    awaited("a record", lambda: scene.recorded("ormes")["stamper_down", "", "begun"])


def what_ends_while_no_herald_watches_is_told_by_the_next(scene):
    (scene.bin / "probant-herald").rename(scene.bin / "away")
    scene.signal("probant-herald", signal.SIGKILL)
    scene.go_on("probant-stamper")
    (scene.bin / "away").rename(scene.bin / "probant-herald")
    scene.await_told("stamper_down", "", "ended")


def each_of_them_was_told_once(scene):
    expected = {("authority_fails", "fictive", "begun"): 1, ("stamper_down", "", "begun"): 1,
                ("stamper_down", "", "ended"): 1}
    assert scene.mailed() == scene.posted() == expected, (scene.mailed(), scene.posted())
    awaited("records", lambda: scene.recorded("ormes") == expected)
    assert len(scene.dead_man.taken) == scene.asked, "the dead man was asked"


TESTS = (as_long_as_all_is_well_the_dead_man_is_asked,
         a_writer_that_is_halted_and_a_door_that_cannot_start_are_told,
         the_dead_man_is_not_asked_while_something_is_wrong,
         what_is_over_is_told_and_the_dead_man_is_asked_again,
         an_archive_that_cannot_be_had_and_mail_that_passes_or_is_nobodys_are_told,
         each_was_told_once_by_each_way,
         each_is_a_record_of_the_archives_that_it_concerns,
         the_mail_is_one_as_its_standards_say,
         what_a_webhook_does_not_take_is_posted_again_and_said,
         no_word_of_a_message_is_in_any,
         an_end_of_the_daemon_is_no_alert)
WITHOUT_AUTHORITY = (an_authority_that_gives_no_token_is_told_and_a_stamper_that_is_halted,
                     what_ends_while_no_herald_watches_is_told_by_the_next,
                     each_of_them_was_told_once,
                     an_end_of_the_daemon_is_no_alert)


def play(tests, authority):
    work = pathlib.Path(tempfile.mkdtemp(prefix="probant-alerts-"))
    scene = Scene(work, authority)
    try:
        scene.start()
        check.play(tests, lambda test: test(scene), lambda: scene.words()[-2000:])
    finally:
        scene.process.kill()
        shutil.rmtree(work, ignore_errors=True)


def main():
    with concurrent.futures.ThreadPoolExecutor() as both:
        list(both.map(play, (TESTS, WITHOUT_AUTHORITY), (None, lib_alerts.Web(failures=1 << 30))))
    return check.end()


if __name__ == "__main__":
    sys.exit(main())
