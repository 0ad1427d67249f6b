#!/usr/bin/env python3
"""policy.py [BUILD]: `probant policy check` over the examples, as JSON and in sentences, and over what
cannot be used: the line is that of the text, the key the one that is wrong.

Prints a line for each test that fails and, last, `N passed, N failed`.
"""
import json
import os
import pathlib
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True            # nothing is left beside the tests
from lib_check import check

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PROBANT = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build").resolve() / "probant"
CAPTURE, TIMESTAMP = ROOT / "policies/capture.yaml", ROOT / "policies/timestamp.yaml"


def judged(*words, code=0):
    done = subprocess.run([PROBANT, "policy", "check", *words], capture_output=True, text=True,
                          env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"}, timeout=60)
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    return done


def as_json(*words, **options):
    return [json.loads(line) for line in judged("--json", *words, **options).stdout.splitlines()]


def changed(work, example, old, new):
    """The example with one line changed, and the number of that line."""
    lines = example.read_text().splitlines()
    assert lines.count(old) >= 1, old
    number = lines.index(old)
    lines[number] = new
    path = work / "changed.yaml"
    path.write_text("\n".join(lines) + "\n")
    return path, number + 1


def the_examples_say_what_is_written_there(work):
    said, = as_json(CAPTURE)
    assert said["file"] == str(CAPTURE) and said["policy"] == "capture"
    assert said["otherwise"] == "pass" and said["heartbeat_s"] == 3600
    assert said["archives"] == [
        {"name": "tilleuls", "path": "/srv/probant/tilleuls",
         "mailboxes": ["cabinet@tilleuls.example", "secretariat@tilleuls.example"]},
        {"name": "platanes", "path": "/srv/probant/platanes",
         "mailboxes": ["@platanes.example"]}]
    assert [door["kind"] for door in said["doors"]] == ["milter", "proxy", "lmtp"]
    assert said["doors"][1] == {
        "name": "filtre", "kind": "proxy", "listen": "127.0.0.1:10025",
        "next_hop": "127.0.0.1:10026", "on_failure": "defer-then-deliver",
        "deliver_after_s": 1800, "max_message": 100000000, "max_sessions": 100,
        "journal": False}
    said, = as_json(TIMESTAMP)
    assert said["policy"] == "timestamp" and said["in_force"] == "cabinet"
    assert [[a["name"] for a in p["authorities"]] for p in said["profiles"]] == \
        [["fictive-a"], ["fictive-a", "fictive-b"]]


def tokens_and_cost_are_those_of_all_archives(work):
    alone, = as_json(TIMESTAMP)
    _, beside = as_json(CAPTURE, TIMESTAMP)
    assert (alone["archives"], beside["archives"]) == (1, 2)
    assert alone["profiles"][1]["authorities"] == [
        {"name": "fictive-a", "tokens_least": 365, "tokens_most": 105120,
         "cost_least": "7.30", "cost_most": "2102.40"},
        {"name": "fictive-b", "tokens_least": 365, "tokens_most": 35040,
         "cost_least": "0.00", "cost_most": "0.00"}]
    # Capture notes each hour that it runs, and that is stamped too; two archives share each token.
    assert beside["profiles"][1]["shared"] is True
    assert beside["profiles"][1]["authorities"][0] == {
        "name": "fictive-a", "tokens_least": 8760, "tokens_most": 105120,
        "cost_least": "175.20", "cost_most": "2102.40"}
    # And each has its own in the other profile.
    assert beside["profiles"][0]["shared"] is False
    assert beside["profiles"][0]["authorities"][0] == {
        "name": "fictive-a", "tokens_least": 17520, "tokens_most": 17520,
        "cost_least": "350.40", "cost_most": "350.40"}
    text = judged(CAPTURE, TIMESTAMP).stdout
    assert "8760 to 105120 tokens a year: 175.20 to 2102.40 EUR" in text, text
    assert "one token of each authority is for all archives" in text, text
    assert "Profile cabinet, chosen" in text, text


def a_person_is_told_what_happens_to_mail(work):
    text = judged(CAPTURE).stdout
    for words in ("milter on unix:/run/probant/milter.sock",
                  "SMTP proxy on 127.0.0.1:10025, which passes mail on to 127.0.0.1:10026",
                  "what cannot be kept does not pass for 30 min",
                  "all of @platanes.example",
                  "Mail that concerns no mailbox passes, and is not kept."):
        assert words in text, (words, text)


def a_map_is_read_and_said(work):
    path, names = work / "map.yaml", work / "map"
    text = CAPTURE.read_text()
    names.write_text("# boîtes\nnord@tilleuls.example tilleuls\nperso@platanes.example -\n")
    path.write_text(text + "map: file %s\n" % names)
    said, = as_json(path)
    assert said["map"] == {"kind": "file", "file": str(names), "addresses": 2}, said
    assert "2 more mailboxes stand in %s." % names in judged(path).stdout
    names.write_text("nord@tilleuls.example tilleul\n")
    error = judged(path, code=65).stderr
    assert "%s, line 1: no archive of the policy has this name" % names in error and "nord" not in error, error
    names.unlink()
    assert str(names) in judged(path, code=66).stderr
    path.write_text(text + "map: socketmap unix:/run/map.sock archives domains\n")
    said, = as_json(path)
    assert said["map"] == {"kind": "socketmap", "server": "unix:/run/map.sock", "name": "archives",
                           "domains": "domains"}, said
    text = " ".join(judged(path).stdout.split())
    assert "any other address is, the server at unix:/run/map.sock says, of its map archives" in text, text


def an_error_names_file_line_and_key(work):
    for example, old, new, key in (
            (CAPTURE, "    on_failure: defer", "    on_failur: defer", "doors[0].on_failur"),
            (CAPTURE, "    path: /srv/probant/platanes", "    path: /srv/probant/tilleuls",
             "archives[1].path (/srv/probant/tilleuls)"),
            (CAPTURE, "    listen: 127.0.0.1:10025", "    listen: localhost:10025",
             'doors[1].listen (unix:/path, 127.0.0.1:25, "[::1]:25")'),
            (TIMESTAMP, "profile: cabinet", "profile: clinique", "profile"),
            (TIMESTAMP, "    every: 5 min", "    every: 5 minutes",
             "profiles[1].every (1 min - 30 d)")):
        path, line = changed(work, example, old, new)
        said = judged(path, code=65)
        assert said.stdout == "", said.stdout
        assert "%s, line %d: %s: " % (path, line, key) in said.stderr, said.stderr
        assert "docs/POLICY.md" in said.stderr, said.stderr


def one_bad_file_does_not_hide_the_others(work):
    path, _ = changed(work, CAPTURE, "otherwise: pass", "")
    said = as_json(path, work / "nothing.yaml", TIMESTAMP, code=65)
    assert [one["file"] for one in said] == [str(TIMESTAMP)]
    assert judged(work / "nothing.yaml", code=66).stdout == ""
    judged(code=64)


def a_name_cannot_command_the_terminal(work):
    path = work / "\x1b[31mrouge.yaml"
    path.write_text(TIMESTAMP.read_text())
    assert "\x1b" not in judged(path).stdout
    path.write_text("policy: capture\n\"\\e[31m\": 1\n")
    assert "\x1b" not in judged(path, code=65).stderr


TESTS = (the_examples_say_what_is_written_there, tokens_and_cost_are_those_of_all_archives,
         a_person_is_told_what_happens_to_mail, a_map_is_read_and_said, an_error_names_file_line_and_key,
         one_bad_file_does_not_hide_the_others, a_name_cannot_command_the_terminal)


def main():
    def alone(test):
        with tempfile.TemporaryDirectory() as work:
            test(pathlib.Path(work))
    check.play(TESTS, alone)
    return check.end()


sys.exit(main())
