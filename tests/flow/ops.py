#!/usr/bin/env python3
"""ops.py BUILD: how capture is watched: /metrics under load, as Prometheus's own client reads it;
/healthz, which says what does not live; status; doctor, which finds what was planted, and whose
canaries come in by each kind of door.

Last line: `N passed, N failed`.
"""
import http.client
import json
import pathlib
import shutil
import signal
import smtplib
import socket
import socketserver
import subprocess
import sys
import tempfile
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import lib_daemon
from lib_check import check, until

BUILD = pathlib.Path(sys.argv[1]).resolve()
PATIENCE_S = 180
SECRET = "Fictif-Exemple"

POLICY = """policy: capture
runtime_dir: {work}/run
state_dir: {work}/state
metrics: 127.0.0.1:{port}
heartbeat: 1 h
archives:
  - {{ name: tilleuls, path: {work}/tilleuls, mailboxes: [camille@tilleuls.example] }}
  - {{ name: ormes, path: {work}/ormes, mailboxes: ["@ormes.example"] }}
otherwise: pass
doors:
  - {{ name: entree, kind: lmtp, listen: 'unix:{work}/entree.sock', on_failure: defer }}
  - {{ name: milter, kind: milter, listen: 'unix:{work}/milter.sock', on_failure: defer }}
  - {{ name: filtre, kind: proxy, listen: 'unix:{work}/filtre.sock', next_hop: 'unix:{work}/hop.sock', on_failure: defer }}
"""
MESSAGE = "From: labo@analyses.example\r\nSubject: %s\r\n\r\n%s\r\n" % (SECRET, SECRET)

# The parser of Prometheus's own client library (Debian: python3-prometheus-client), as Debian's python has it.
STRANGER = """
import sys
from prometheus_client.parser import text_string_to_metric_families
for family in text_string_to_metric_families(sys.stdin.read()):
    for s in family.samples:
        print(family.type, s.name, ",".join("%s=%s" % x for x in sorted(s.labels.items())) or "-", s.value)
"""


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Watched(lib_daemon.Daemon):
    def __init__(self, work):
        self.port = free_port()
        super().__init__(BUILD, work, POLICY.format(work=work, port=self.port), ["tilleuls", "ormes"],
                         [work / "entree.sock", work / "milter.sock", work / "filtre.sock", ("127.0.0.1", self.port)])

    def ask(self, path, method="GET"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
        try:
            connection.request(method, path)
            answer = connection.getresponse()
            return answer.status, answer.getheader("Content-Type"), answer.read().decode()
        finally:
            connection.close()

    def metrics(self):
        """{(name, labels): value}, as a stranger's parser understands them."""
        status, kind, text = self.ask("/metrics")
        assert status == 200 and kind.startswith("text/plain; version=0.0.4"), (status, kind)
        parsed = subprocess.run(["/usr/bin/python3", "-c", STRANGER], input=text, capture_output=True, text=True)
        assert parsed.returncode == 0, parsed.stderr
        found = {}
        for line in parsed.stdout.splitlines():
            kind, name, labels, value = line.split()
            assert (name, labels) not in found, line
            assert (kind == "counter") == name.endswith("_total"), line
            found[name, labels] = float(value)
        return found

    def bring(self, recipient="camille@tilleuls.example"):
        with smtplib.LMTP(str(self.work / "entree.sock")) as client:
            client.ehlo("mta.example")                      # LHLO, as it is LMTP
            client.mail("labo@analyses.example")
            client.rcpt(recipient)
            return client.data(MESSAGE)[0]


def metrics_under_load(d):
    before = d.metrics()
    check("each archive and door has its rows", all(key in before for key in (
        ("probant_archive_records", "archive=tilleuls"), ("probant_archive_records", "archive=ormes"),
        ("probant_door_messages_kept_total", "door=entree"), ("probant_writer_alive_timestamp_seconds", "-"))),
          before)
    answers = []
    load = [threading.Thread(target=lambda: answers.extend(d.bring() for _ in range(25))) for _ in range(4)]
    for thread in load:
        thread.start()
    seen = []
    while any(thread.is_alive() for thread in load):
        seen.append(d.metrics()["probant_door_messages_kept_total", "door=entree"])
    for thread in load:
        thread.join()
    check("all of the load was kept", answers == [250] * 100, answers)
    check("counters never fall", seen == sorted(seen), seen)
    after = d.metrics()
    check("the door counts what it kept", after["probant_door_messages_kept_total", "door=entree"] == 100, after)
    check("the archive counts it too", after["probant_archive_messages_kept_total", "archive=tilleuls"] == 100, after)
    check("and the other not", after["probant_archive_messages_kept_total", "archive=ormes"] == 0, after)
    check("records are those of the log", after["probant_archive_records", "archive=tilleuls"] ==
          records_of(d), after)
    check("the last message is of now",
          abs(after["probant_door_last_message_timestamp_seconds", "door=entree"] - time.time()) < 120, after)
    check("its lag is one", 0 < after["probant_door_lag_seconds", "door=entree"] < 60, after)
    check("it has no certificate", after["probant_door_certificate_end_timestamp_seconds", "door=entree"] == 0)
    check("there is a disk", after["probant_archive_disk_free_bytes", "archive=ormes"] > 0)


def records_of(d):
    return json.loads(d.run("status", "-a", d.work / "tilleuls", "--json"))["records"]


def status(d):
    def seen():
        return json.loads(d.run("status", "--policy", d.policy, "--json"))
    now = seen()
    door, archive = now["doors"][0], now["archives"][0]
    check("status says the same of the door", door["door"] == "entree" and door["kind"] == "lmtp" and door["alive"] and
          door["kept"] == 100 and door["deferred"] == door["passed"] == door["gaps_waiting"] == 0 and
          0 < door["lag_us"] < 60e6 and abs(door["last_us"] / 1e6 - time.time()) < 120, door)
    check("and of the archive", archive["records"] == records_of(d) and archive["kept"] == 100 and
          archive["readable"] and not archive["stamp_gap"], archive)
    check("its authority's root ends some day", [c["of"] for c in archive["certificates"]] == ["authority_root"] and
          archive["certificates"][0]["days_left"] > 365, archive)
    check("what waits for a token is counted", archive["unstamped"] >= 0 and "unstamped_since_s" in archive)
    check("one disk has both", len(now["disks"]) == 1 and now["disks"][0]["free_bytes"] > 0 and
          "days_left" not in now["disks"][0], now["disks"])
    check("nothing is wrong", now["wrong"] == [] and now["writer"]["alive"], now)
    with smtplib.LMTP(str(d.work / "entree.sock")) as client:
        client.ehlo("mta.example")
        check("a session is seen", seen()["doors"][0]["sessions"] == 1)
    check("and its end", until(lambda: seen()["doors"][0]["sessions"] == 0))
    words = d.run("status", "--policy", d.policy)
    check("a person is told", "kept 100, deferred 0" in words and "runs, since" in words, words)
    check("no word of a message", "camille" not in words and SECRET not in words)


class Hop(socketserver.StreamRequestHandler):
    """Whom the proxy passes mail on to."""

    def handle(self):
        self.wfile.write(b"220 hop\r\n")
        data = False
        for line in self.rfile:
            if data:
                self.server.lines.append(line)
                data = line != b".\r\n"
                reply = None if data else b"250 taken"
            else:
                verb = line.split()[0].upper()
                data = verb == b"DATA"
                reply = b"354 go on" if data else b"221 bye" if verb == b"QUIT" else b"250 ok"
            if reply:
                self.wfile.write(reply + b"\r\n")


def checks_of(d, *words):
    done = subprocess.run([d.probant, "doctor", *words, "--json"], env=d.env, capture_output=True, text=True)
    said = json.loads(done.stdout)
    assert done.returncode == (1 if said["wrong"] else 0), (done.returncode, done.stdout, done.stderr)
    assert all(c.get("todo") for c in said["checks"] if c["condition"] != "fine"), said
    return said["checks"]


def doctor(d, *words):
    """{(check, name): its symptoms}"""
    found = {}
    for check in checks_of(d, "--policy", *words):
        found.setdefault((check["check"], check["name"]), []).append(check)
    return found


def worst(found, check, name=""):
    return max((c["condition"] for c in found.get((check, name), [])), key=["fine", "attention", "wrong"].index,
               default=None)


def canaries(d):
    hop = socketserver.ThreadingUnixStreamServer(str(d.work / "hop.sock"), Hop)
    hop.daemon_threads, hop.lines = True, []
    threading.Thread(target=hop.serve_forever, daemon=True).start()
    found = doctor(d, d.policy, "--ask", "--canary")
    check("all is well", all(c["condition"] != "wrong" for checks in found.values() for c in checks), found)
    check("the local authority gave a token", worst(found, "authority", "tilleuls") == "fine", found)
    check("canaries came in by LMTP and milter", [worst(found, "canary", n) for n in ("entree", "milter")] ==
          ["fine", "fine"], found)
    check("the proxy was left out", worst(found, "canary", "filtre") == "attention" and not hop.lines, found)
    found = doctor(d, d.policy, "--canary", "--door", "filtre")
    check("but not when it is named", worst(found, "canary", "filtre") == "fine" and
          ("canary", "entree") not in found, found)
    check("its next hop had it", any(line.startswith(b"Probant-Canary: ") for line in hop.lines), hop.lines)
    hop.shutdown()
    rows = d.run("find", "-a", d.work / "tilleuls", "--purpose", "essai", "--json", "from:canary@probant.invalid")
    check("they can be told from mail", rows.count('"seq"') == 3, rows)
    check("a door that is none is said", worst(doctor(d, d.policy, "--canary", "--door", "autre"), "canary") ==
          "wrong")


def planted(d):
    """One fault at a time."""
    def policy(old, new):
        path = d.work / "other.yaml"
        text = d.policy.read_text()
        assert old in text, old
        path.write_text(text.replace(old, new))
        return path
    key, other = d.work / "tilleuls/private/log.key", d.work / "ormes/private/log.key"
    key.chmod(0o640)
    found = doctor(d, d.policy)
    check("rights that are too wide are found", worst(found, "permissions", "tilleuls") == "wrong" and
          worst(found, "permissions", "ormes") == "fine", found)
    key.chmod(0o600)
    kept = key.read_bytes()
    key.write_bytes(other.read_bytes())
    found = doctor(d, d.policy)
    check("another's key is found", worst(found, "keys", "tilleuls") == "wrong", found)
    key.write_bytes(kept)
    found = doctor(d, policy("heartbeat: 1 h", "heartbeat: 1 h\nusers: { writer: personne-fictive }"))
    check("a user who is none is found", worst(found, "policy") == "wrong", found)
    found = doctor(d, policy("runtime_dir: %s/run" % d.work, "runtime_dir: %s/nowhere" % d.work))
    check("a daemon that is not there is found", worst(found, "daemon") == "wrong", found)
    found = doctor(d, policy("name: entree, kind: lmtp, listen: 'unix:%s/entree.sock'" % d.work,
                          "name: entree, kind: lmtp, listen: 'unix:%s/none.sock'" % d.work), "--canary", "--door", "entree")
    check("a door where nobody listens is found", worst(found, "canary", "entree") == "wrong", found)
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", d.work / "mx.key", "-out",
                    d.work / "mx.pem", "-days", "20", "-subj", "/CN=mx.test"], check=True, capture_output=True)
    tls = "name: entree, tls: { certificate: %s/mx.pem, key: %s/%s }, "
    found = doctor(d, policy("name: entree, ", tls % (d.work, d.work, "mx.key")))
    check("a certificate that ends soon is told", worst(found, "door", "entree") == "attention", found)
    (d.work / "not.key").write_text("no key\n")
    found = doctor(d, policy("name: entree, ", tls % (d.work, d.work, "not.key")))
    check("a key that is none is found", worst(found, "door", "entree") == "wrong", found)
    d.run("init", d.work / "seul", "--origin", "essai.example/seul", "--no-recovery", "--tsa", "http://127.0.0.1:1/",
          "--tsa-roots", d.work / "mx.pem")
    checks = checks_of(d, "-a", d.work / "seul", "--ask")
    check("an authority that is not there is found", [c["condition"] for c in checks if c["check"] == "authority"] ==
          ["wrong"], checks)
    checks = checks_of(d, "-a", d.work / "seul")
    check("without being asked it is remembered", [c["condition"] for c in checks if c["check"] == "authority"] ==
          ["attention"], checks)


def health(d):
    check("who lives says so", d.ask("/healthz")[0::2] == (200, "capture lives\n"), d.ask("/healthz"))
    check("HEAD is answered", d.ask("/healthz", "HEAD")[0] == 200)
    check("nothing else is there", [d.ask(path)[0] for path in ("/", "/../etc/passwd", "/metrics/x")] == [404] * 3)
    check("nobody posts", d.ask("/healthz", "POST")[0] == 405)


def a_halted_writer(d):
    d.halt("--writer")
    try:
        planted(d)
        check("a writer that is halted is named", until(
            lambda: d.ask("/healthz")[0] == 503 and "writer: no sign of life for" in d.ask("/healthz")[2]))
        check("doctor finds it too", worst(doctor(d, d.policy), "daemon") == "wrong")
        said = d.ask("/healthz")[2]
        check("and the door lives", "entree" not in said, said)
    finally:
        d.go_on("--writer")
    check("one that goes on lives again", until(lambda: d.ask("/healthz")[0] == 200))


def a_killed_writer(d):
    before = d.metrics()
    d.signal("--writer", signal.SIGKILL)
    check("one that comes back lives", until(lambda: d.ask("/healthz")[0] == 200 and d.bring() == 250))
    after = d.metrics()
    check("what was counted goes on", after["probant_archive_messages_kept_total", "archive=tilleuls"] ==
          before["probant_archive_messages_kept_total", "archive=tilleuls"] + 1, after)


def another_policy(d):
    """Where this machine asks listens on; what was counted goes on, of what both policies have."""
    before = d.metrics()
    d.policy.write_text(d.policy.read_text().replace("heartbeat: 1 h", "heartbeat: 2 h"))
    d.process.send_signal(signal.SIGHUP)
    writer = "probant_writer_started_timestamp_seconds", "-"
    check("its processes begin anew", until(lambda: d.metrics().get(writer, 0) > before[writer]))
    check("and live", until(lambda: d.ask("/healthz")[0] == 200), d.ask("/healthz"))
    after = d.metrics()
    check("counting on", after["probant_door_messages_kept_total", "door=entree"] ==
          before["probant_door_messages_kept_total", "door=entree"] > 0, after)


def nobody_else_hears(d):
    said = d.ask("/metrics")[2] + d.ask("/healthz")[2] + d.words()
    check("no word of a message is told", SECRET not in said and "camille" not in said and "analyses" not in said)
    herald = d.others(str(BUILD / "probant-herald")) or d.others("probant-herald")
    check("the herald runs", len(herald) == 1, herald)
    fds = [p.resolve() for p in pathlib.Path("/proc/%d/fd" % herald[0]).iterdir()]
    check("it has no file of an archive", not any("tilleuls" in str(fd) for fd in fds), fds)
    status = pathlib.Path("/proc/%d/status" % herald[0]).read_text()
    check("it is confined", "Seccomp:\t2" in status and "NoNewPrivs:\t1" in status, status)
    boards = sorted(p.name for p in (d.work / "run").glob("board.*"))
    check("each process has a board", boards == [
        "board.door-entree", "board.door-filtre", "board.door-milter", "board.herald", "board.writer"], boards)
    check("anybody may read them", all((d.work / "run" / b).stat().st_mode & 0o777 == 0o644 for b in boards))


def main():
    work = pathlib.Path(tempfile.mkdtemp(prefix="probant-ops-"))
    try:
        d = Watched(work).start()
        try:
            until(lambda: d.ask("/healthz")[0] == 200)
            metrics_under_load(d)
            status(d)
            health(d)
            nobody_else_hears(d)
            canaries(d)
            a_halted_writer(d)
            a_killed_writer(d)
            another_policy(d)
        except Exception as e:                  # what the programs said is needed to judge it
            check("nothing unexpected happens", False, "%r\n%s" % (e, d.words()))
        finally:
            check("it ends when it is told", d.stop() == 0, d.words())
    finally:
        shutil.rmtree(work)
    return check.end()


sys.exit(main())
