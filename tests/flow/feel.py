#!/usr/bin/env python3
"""feel.py [BUILD]: what a person meets beside the work: `probant` alone, colours, progress, completion.

Prints a line for each test that fails and, last, `N passed, N failed`.
"""
import json
import os
import pty
import re
import select
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True            # nothing is left beside the tests
from lib_check import check

BUILD = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build")
PROBANT = os.path.join(BUILD, "probant")
COMPLETE = """
compopt() { :; }
%s
COMP_WORDS=(%s) COMP_CWORD=%d
_probant
printf '%%s\\n' "${COMPREPLY[@]}"
"""


class Scene:
    def __init__(self, root):
        self.root, self.archive = root, os.path.join(root, "archive")
        self.env = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": root,
                    "PROBANT_PASSPHRASE_FILE": os.path.join(root, "passphrase"),
                    "TERM": "xterm-256color"}
        with open(self.env["PROBANT_PASSPHRASE_FILE"], "w") as file:
            file.write("phrase de passe fictive\n")

    def run(self, *words, **env):
        return subprocess.run([PROBANT, *words], stdin=subprocess.DEVNULL, capture_output=True,
                              text=True, env={**self.env, **env}, timeout=120)

    def init(self):
        done = self.run("init", self.archive, "--origin", "tilleuls.example/essai", "--no-recovery")
        assert done.returncode == 0, done.stderr

    def on_terminal(self, *words, **env):
        """Everything that a terminal of 120 columns gets."""
        pid, terminal = pty.fork()
        if pid == 0:
            os.execve("/bin/sh", ["sh", "-c", 'stty cols 120; exec "$@"', "sh", PROBANT, *words],
                      {**self.env, **env})
        said = b""
        while select.select([terminal], [], [], 60)[0]:
            try:
                data = os.read(terminal, 65536)
            except OSError:
                break
            if not data:
                break
            said += data
        os.close(terminal)
        os.waitpid(pid, 0)
        return said.decode()


def alone_without_an_archive_it_says_how_to_begin(s):
    done = s.run()
    assert done.returncode == 0 and "To begin:" in done.stdout, done


def alone_with_an_archive_it_says_what_to_do_next(s):
    s.init()
    done = s.run(PROBANT_ARCHIVE=s.archive)
    assert done.returncode == 0 and "tilleuls.example/essai" in done.stdout, done
    assert "Next:" in done.stdout and "probant import" in done.stdout, done.stdout


def what_init_says_fits_a_terminal(s):
    """But for the key, which is copied whole, and for paths."""
    for number, recovery in enumerate((("--no-recovery",), ("--recovery-out", s.root + "/secours"))):
        said = s.run("init", s.archive + str(number), "--origin", "tilleuls.example/essai",
                     *recovery).stdout
        assert "`probant tsa add` names\nanother. Its times" in said, said
        assert "under your passphrase\n" in said and said.count("\n\n\n") == 0, said
        assert all(len(x) <= 80 for x in said.splitlines()
                   if s.root not in x and "verifier key" not in x), said


def the_archive_may_be_named_before_the_command(s):
    s.init()
    for named in ("-a", s.archive), ("--archive", s.archive), ("--archive=" + s.archive,):
        done = s.run(*named)
        assert done.returncode == 0 and "probant verify -a %s\n" % s.archive in done.stdout, done
        assert "probant help\n" in done.stdout, done
        done = s.run(*named, "key", "list", "--json")
        assert done.returncode == 0 and "tilleuls.example/essai" in done.stdout, done
        assert "Commands:" in s.run(*named, "--help").stdout
    status = s.run("-a", s.archive, "status").stdout
    assert status == s.run("status", "-a", s.archive).stdout != "", status
    for words, says in ((("-a",), "needs an argument"), (("-a", s.archive, "lits"), "list"),
                        (("-a", s.archive, "key"), "second word"), (("-q",), "unknown command"),
                        (("-a", s.archive, "status", "-a", s.archive), "twice")):
        done = s.run(*words)
        assert done.returncode == 64 and says in done.stderr, (words, done)


def status_of_a_new_archive_says_what_to_do(s):
    s.init()
    said = s.run("status", "-a", s.archive).stdout
    assert "no message yet: `probant import` keeps some" in said, said
    assert "unstamped" not in said and "none yet: `probant import` stamps what it keeps" in said, said
    assert said.endswith("probant import -a DIR PATH...\n") and "kB in 1 segment;" in said, said
    assert "`probant copy DIR`" in said, said
    alone = s.run(PROBANT_ARCHIVE=s.archive).stdout
    assert "probant stamp" not in alone, alone


def what_import_added_is_stamped_and_can_be_exported_at_once(s):
    s.init()
    letter = os.path.join(s.root, "a.eml")
    with open(letter, "w") as file:
        file.write("From: labo-fictif@example.test\n\ncorps\n")
    for number in range(2):
        assert s.run("import", "-a", s.archive, letter).returncode == 0
        standing = json.loads(s.run("status", "-a", s.archive, "--json").stdout)["timestamps"]
        assert standing["backlog"] == 0 and standing["stamped_size"] > 0, standing
        held = os.path.join(s.root, "held")
        shutil.copy(s.archive + "/log/checkpoint", held)
        done = s.run("export", "-a", s.archive, "--case", "essai", "--against", held, "-o",
                     os.path.join(s.root, "%d.asics" % number))
        assert done.returncode == 0, done.stderr
    said = s.run("stamp", "-a", s.archive)
    assert said.returncode == 0 and "timestamps cover the first" in said.stdout, said
    standing = json.loads(s.run("status", "-a", s.archive, "--json").stdout)
    said = s.run("export", "-a", s.archive, "--case", "essai", "--range",
                 "0..%d" % (standing["records"] - 1), "-o", os.path.join(s.root, "all.asics"))
    assert said.returncode == 0, said.stderr


def alone_with_the_name_of_nothing_it_is_no_input(s):
    done = s.run(PROBANT_ARCHIVE=s.root + "/nothing")
    assert done.returncode == 66 and "probant init" in done.stderr, done


def colours_are_for_terminals_alone(s):
    s.init()
    assert "\033[" in s.on_terminal("verify", s.archive)
    assert "\033[" not in s.run("verify", s.archive).stdout
    for env in {"NO_COLOR": "1"}, {"TERM": "dumb"}:
        assert not re.search("\033\\[[0-9;]*m", s.on_terminal("verify", s.archive, **env)), env
    assert "\033[" in s.on_terminal("verify", s.archive, NO_COLOR="")


def errors_are_coloured_on_a_terminal_alone(s):
    assert "\033[1;31mprobant:\033[0m" in s.on_terminal("show", "1", "-a", s.root + "/nothing",
                                                       "--purpose", "essai")
    assert "\033" not in s.run("verify", s.root + "/nothing").stderr


def columns_are_named_on_a_terminal_alone(s):
    s.init()
    letter = os.path.join(s.root, "a.eml")
    with open(letter, "w") as file:
        file.write("From: a@essai.example\nSubject: avis\n\nBonjour\n")
    assert s.run("import", "-a", s.archive, letter).returncode == 0
    words = ("-a", s.archive, "--purpose", "essai")
    for command in (("list",), ("find", "avis")):
        shown = s.on_terminal(*command, *words)
        assert "kept, UTC" in shown and "subject" in shown and "< received" in shown, shown
        plain = s.run(*command, *words).stdout
        assert "kept, UTC" not in plain and "< received" not in plain and "avis" in plain, plain
        asked = s.on_terminal(*command, *words, "--json")
        assert "kept, UTC" not in asked and '"subject":"avis"' in asked, asked
    assert "kept, UTC" not in s.on_terminal("find", "absent", *words)
    listed = s.run("list", *words).stdout
    assert "timestamp" in listed and "somebody read or searched" in listed, listed
    assert '"type":"anchor"' in s.run("list", "--json", *words).stdout


def completed(s, shell, *words):
    script = s.run("completion", shell).stdout
    quoted = " ".join("'%s'" % word for word in words)
    done = subprocess.run(["bash", "-c", COMPLETE % (script, quoted, len(words) - 1)], text=True,
                          capture_output=True, timeout=60)
    assert done.stderr == "", done.stderr
    return set(done.stdout.split())


def bash_completes_commands_options_and_words(s):
    assert {"import", "init"} <= completed(s, "bash", "probant", "i")
    assert {"list", "policy", "export"} <= completed(s, "bash", "probant", "key", "")
    assert "check" in completed(s, "bash", "probant", "stamp", "c")
    assert "--now" in completed(s, "bash", "probant", "stamp", "--n")
    assert "--data" in completed(s, "bash", "probant", "stamp", "check", "--d")
    assert {"received", "sent"} <= completed(s, "bash", "probant", "import", "--direction", "")
    assert "--disclose" in completed(s, "bash", "probant", "export", "--dis")
    assert {"import", "init"} <= completed(s, "bash", "probant", "-a", "DIR", "i")
    assert "--data" in completed(s, "bash", "probant", "-a", "DIR", "stamp", "check", "--d")


def every_option_of_every_command_is_completed_and_in_the_manual_page(s):
    manual = s.run("help", "--man").stdout
    commands = re.findall(r"^  ([a-z]+(?: [a-z-]+)?) {2,}\S", s.run("help").stdout, re.M)
    assert {"init", "key restore-sheet"} <= set(commands), commands
    for command in commands:
        shown = set(re.findall(r"^  (?:-\w, )?(--[a-z-]+)", s.run("help", *command.split()).stdout,
                               re.M))
        offered = completed(s, "bash", "probant", *command.split(), "--")
        assert "--help" in shown and shown <= offered, (command, shown - offered)
        for option in shown:
            assert "Fl Fl " + option[2:] in manual, option


def another_shell_is_refused_by_name(s):
    done = s.run("completion", "csh")
    assert done.returncode == 64 and "csh" in done.stderr, done


def tests():
    return [value for value in globals().values()
            if callable(value) and getattr(value, "__code__", None)
            and value.__code__.co_varnames[:value.__code__.co_argcount] == ("s",)]


def main():
    def alone(test):
        with tempfile.TemporaryDirectory() as root:
            test(Scene(root))
    check.play(tests(), alone)
    return check.end()


if __name__ == "__main__":
    sys.exit(main())
