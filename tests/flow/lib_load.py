"""For flow tests of doors: numbered mail by many sessions, what its clients heard of it, and what archives hold then."""
import collections
import concurrent.futures
import json
import os
import re
import smtplib
import threading
import time

import lib_hostile
from lib_check import check, until

PAUSE_S = 0.1
SESSIONS = 2                              # of each route
KINDS = "milter", "proxy", "lmtp"
SENDER = "a.durand@labo.example"
DOOR = "  - {{ name: {name}, kind: {kind}, listen: {listen}, on_failure: {failure}{more} }}"
# As in docs/DOORS.md.
SECOND = """\
127.0.0.1:{port} inet n - n - - smtpd
  -o smtpd_authorized_xforward_hosts=127.0.0.0/8
  -o smtpd_milters="""


def now_us():
    return time.time_ns() // 1000


# ---- mail ------------------------------------------------------------------------------------------------


def letter(number):
    """One in forty does not fit into a packet between door and writer."""
    body = os.urandom(120000).hex() if number % 40 == 7 else "ligne %d\r\n" % number * 20
    return lib_hostile.message(str(number), b"Subject: n. %d\r\n" % number, re.sub(
        "(.{900})", "\\1\r\n", body).encode() + b"\r\n")


class Sent:
    """A message as its client knows it."""

    def __init__(self, number, kind, way):
        self.number, self.door = number, "%s-%s" % (kind, way)
        self.kind, self.way, self.code, self.queue_id = kind, way, None, ""
        self.from_us = self.to_us = now_us()

    def answered(self, code, text):
        self.to_us, self.code = now_us(), code
        self.queue_id = (re.findall(rb"queued as (\w+)", text) or [b""])[0].decode()

    accepted = property(lambda self: self.code == 250)


class Session:
    """A client, which connects anew when its connection breaks."""

    def __init__(self, machine, kind, way):
        self.machine, self.kind, self.way, self.client = machine, kind, way, None

    def send(self):
        sent = Sent(next(self.machine.numbers), self.kind, self.way)
        try:
            if self.client is None:
                self.client = smtplib.SMTP("127.0.0.1", self.machine.port[sent.door], "client.example", 90)
            sent.answered(*self.machine.postfix.inject(
                SENDER, ["b@%s.example" % sent.door], letter(sent.number), self.client))
        except (OSError, smtplib.SMTPException):
            pass
        if not sent.accepted:             # Postfix asks a milter that failed no more in the same session
            self.close()
            time.sleep(0.1)
        return sent

    def close(self):
        if self.client is not None:
            self.client.close()
        self.client = None


class Load:
    """All routes at once, until it is ended."""

    def __init__(self, machine, routes):
        self.machine, self.ended, self.sent, self.doors = machine, threading.Event(), [], len(routes)
        self.pool = concurrent.futures.ThreadPoolExecutor(SESSIONS * len(routes))
        self.sessions = [self.pool.submit(self.work, *route) for route in routes * SESSIONS]

    def work(self, kind, way):
        session = Session(self.machine, kind, way)
        while not self.ended.is_set():
            self.sent.append(session.send())
            time.sleep(PAUSE_S)
        session.close()

    def flows(self):
        """Until each route accepted a message that was sent from now on."""
        begun = now_us()
        check("mail is accepted at each door", until(lambda: len({
            x.door for x in self.sent if x.from_us >= begun and x.accepted}) == self.doors))

    def end(self):
        self.ended.set()
        for session in self.sessions:
            session.result()
        self.pool.shutdown()
        return self.sent


# ---- what is kept -----------------------------------------------------------------------------------------


class Kept:
    """What an archive holds, as its commands tell."""

    def __init__(self, machine, kind):
        self.machine, self.kind = machine, kind
        words = "-a", machine.archive(kind), "--purpose", "essai"
        self.rows = [json.loads(x) for x in machine.daemon.run("list", *words, "--json").splitlines()]
        subjects = [x["subject"] for x in self.rows if x["type"] == "message"]
        self.numbers = collections.Counter(int(x[3:]) for x in subjects)
        self.gaps, self.course = [], ""
        for row in self.rows:
            if row.get("event") == "gap":
                self.note(row["seq"], words)
            elif row.get("event") in ("start", "stop"):
                self.course += row["event"] + " "

    def note(self, seq, words):
        def show(*how):
            return json.loads(self.machine.daemon.run("show", *words, *how, str(seq)))
        gap = show("--facts")
        if "door" in gap:
            parts = [x["kind"] for x in show("--parts", "--json")["parts"]]
            self.gaps.append({**gap, **show("--part", str(parts.index("envelope")))})
        else:
            self.course += gap["reason"] + " "

    def tells_of(self, sent):
        """Is it in a gap of its door, by its time, and its queue id if Postfix tells it before?  A copy comes later."""
        return any(gap["door"] == sent.door and sent.from_us <= gap["to_us"] and
                   (gap["from_us"] <= sent.to_us or sent.kind == "lmtp") and
                   (sent.queue_id in gap["queue_ids"] or sent.kind == "proxy") for gap in self.gaps)
