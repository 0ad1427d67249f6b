"""What observations state [1.5], and by which marks records are joined [6.2]."""
import base64
import hashlib
import hmac
import re

from vectors import writer as pb
from vectors.common import Cases, seeded

ACTIONS = {"failed", "delayed", "delivered", "relayed", "expanded"}
TYPES = {"displayed", "processed", "deleted", "dispatched", "denied", "failed"}
MODIFIERS = {"error", "warning", "superseded", "expired", "mailbox-terminated"}


# ---- facts and envelopes [1.5] -------------------------------------------------------------

def recipient(stated):
    told = {}
    if "action" in stated:
        told["action"] = stated["action"] if stated["action"] in ACTIONS else "other"
    if re.fullmatch(r"[245]\.\d{1,3}\.\d{1,3}", stated.get("status", "")):
        told["status"] = stated["status"]
    return told


def facts(kind, speaks, of, more, view):
    told = {"event": kind, "speaks": speaks if speaks < 2**53 else str(speaks), "of": [{"seq": seq, "by": by} for seq, by in of]}
    if more:
        told["more"] = True
    if kind == "delivery":
        told["recipients"] = [recipient(x) for x in view["dsn"].get("recipients", [])]
    if kind == "disposition":
        word, _, modifiers = view["mdn"].get("disposition", "").partition("/")
        told["disposition"] = word if word in TYPES else "other"
        if modifiers:
            first = modifiers.split(",")[0]
            told["modifier"] = first if first in MODIFIERS else "other"
        if re.fullmatch(r"[A-Za-z]{0,3}[-._]?\d{1,5}", view["mdn"].get("code", "")):
            told["code"] = view["mdn"]["code"]
    return pb.to_json(told).decode()


def envelope(kind, view):
    if kind == "delivery":
        dsn = view["dsn"]
        told = {key: dsn[key] for key in ("reporting_mta", "arrival") if key in dsn}
        told["recipients"] = [{name: x[key] for name, key in (("address", "final"), ("diagnostic", "diagnostic"))
                               if key in x} for x in dsn.get("recipients", [])]
        return pb.to_json(told).decode()
    if kind == "disposition":
        return pb.to_json({key: view["mdn"][key] for key in ("recipient", "disposition", "code")
                           if key in view["mdn"]}).decode()
    return ""


def observation_vectors():
    cases = Cases("observation.txt", "What a record of type 2 states.", "1.5")

    def add(what, kind, speaks, of, view, more=False):
        named = {"of__%d" % i: "%d %s" % (seq, ",".join(by)) for i, (seq, by) in enumerate(of)}
        cases.add(what, kind=kind, speaks=speaks, count=len(of), **named, more=int(more), view=pb.to_json(view).decode(),
                  facts=facts(kind, speaks, of, more, view), envelope=envelope(kind, view))

    def bad(what, text):
        cases.add(what, "refuse", facts=text, fault="form")

    def mdn(**told):
        word = told.get("disposition", "").partition("/")[0]
        return {"class": {"kind": "mdn", "attachments": 0, "mdn": word if word in TYPES else "other"}, "mdn": told}

    def dsn(*recipients, **told):
        return {"class": {"kind": "dsn", "attachments": 0}, "dsn": dict(told, recipients=list(recipients))}

    failed = {"final": "labo@analyses.example", "action": "failed", "status": "5.1.1", "diagnostic": "550 inconnu"}
    add("a delivery that failed", "delivery", 23, [(17, ["message_id", "queue_id"])],
        dsn(failed, reporting_mta="mx.test", arrival="Mon, 5 Feb 2007 13:00:06 -0500"))
    add("of several, in the order of the report", "delivery", 23, [(3, ["message_id"]), (17, ["envelope_id"])],
        dsn(failed, {"final": "x@analyses.example", "action": "delivered", "status": "2.0.0"}))
    add("words that are none", "delivery", 23, [], dsn({"action": "nemo", "status": "5.1.1 nemo"}, {"status": "3.1.1"},
        {"action": "failed", "status": "5.1.1234"}, {}))
    add("more than are named", "delivery", 2**53, [(n, ["message_id"]) for n in range(64)], dsn(failed), True)
    add("a receipt", "disposition", 9, [(8, ["message_id"])], mdn(recipient="a@b.test", disposition="displayed"))
    add("software that could not", "disposition", 9, [(8, ["message_id"])],
        mdn(disposition="processed/error", code="E02"))
    for code in ("1", "E-1042", "ABC_99999", "k.7"):
        add("a code: " + code, "disposition", 9, [], mdn(disposition="processed/error", code=code))
    for code in ("NEMO", "ABCD1", "E", "123456", "E--1", "1E"):
        add("no number of an error: " + code, "disposition", 9, [], mdn(disposition="processed/error", code=code))
    add("the first of several modifiers", "disposition", 9, [], mdn(disposition="deleted/expired,error"))
    add("words that none knows", "disposition", 9, [], mdn(disposition="nemo/nemo"))
    add("it came again", "again", 9, [(7, ["transaction"]), (8, ["transaction"])], {})
    add("under one queue id", "queue_id", 9, [(8, ["queue_id"])], {})
    bad("another event", '{"event":"segment","speaks":9,"of":[]}')
    bad("no event", '{"speaks":9,"of":[]}')
    bad("nobody speaks", '{"event":"again","of":[]}')
    bad("of nothing", '{"event":"again","speaks":9}')
    bad("of an object", '{"event":"again","speaks":9,"of":{"seq":8}}')
    bad("of what has no number", '{"event":"again","speaks":9,"of":[{"by":["transaction"]}]}')
    bad("of too many", pb.to_json({"event": "again", "speaks": 99, "of": [{"seq": n, "by": []} for n in range(65)]}).decode())
    cases.done()


# ---- marks [6.2] ---------------------------------------------------------------------------

def octets(value):
    return value if isinstance(value, str) else value["octets"]


def mac(key, name, *rest):
    text = b"\0".join([b"probant/v1 mark " + name, *rest]) + b"\1"
    return hmac.new(key, text, hashlib.sha256).digest()[:16]


def marks(key, digest, view, told):
    """By what they are of: 0 to 3 what it is called, 4 to 6 what it speaks of."""
    found = {}
    if "message_id" in view:
        found[0] = mac(key, b"message_id", view["message_id"].encode())
    for parameter in octets(told.get("mail_parameters", "")).split(" "):
        if parameter.lower().startswith("envid=") and len(parameter) > 6 and 1 not in found:
            plain = re.sub(rb"\+([0-9A-F]{2})", lambda x: bytes.fromhex(x[1].decode()), parameter[6:].encode())
            found[1] = mac(key, b"envelope_id", plain)
    if "queue_id" in told and "mta" in told:
        found[2] = mac(key, b"queue_id", octets(told["queue_id"]).encode(), octets(told["mta"]).lower().encode())
    if "mail_from" in told and told.get("rcpt_to"):
        names = sorted(octets(x["address"]).encode() for x in told["rcpt_to"])
        found[3] = mac(key, b"transaction", digest + octets(told["mail_from"]).encode(), *names, b"")
    report = view.get(view.get("class", {}).get("kind"), {})
    if "original_message_id" in report:
        found[4] = mac(key, b"message_id", report["original_message_id"].encode())
    if "envelope_id" in report:
        found[5] = mac(key, b"envelope_id", report["envelope_id"].encode())
    if "queue_id" in report and "reporting_mta" in report:
        found[6] = mac(key, b"queue_id", report["queue_id"].encode(), report["reporting_mta"].lower().encode())
    return found


def mark_vectors():
    cases = Cases("marks.txt", "By what a message is joined with others.", "6.2")
    key, digest = seeded("machine key", 32), seeded("message digest", 32)

    def add(what, view, told):
        found = marks(key, digest, view, told)
        cases.add(what, key=key, sha256=digest, view=pb.to_json(view).decode(), told=pb.to_json(told).decode(),
                  count=len(found), **{"mark__%d" % n: value for n, value in found.items()})

    to = [{"address": "b@cabinet.example"}, {"address": "a@cabinet.example", "parameters": "NOTIFY=NEVER"}]
    whole = {"mail_from": "labo@analyses.example", "mail_parameters": "SIZE=9 ENVID=QQ+2B31 BODY=8BITMIME",
             "rcpt_to": to, "queue_id": "4F9D195432C", "mta": "MX.Test"}
    add("a message that says nothing", {}, {})
    add("a Message-ID", {"message_id": "m1@tilleuls.example"}, {})
    add("a transaction", {"message_id": "m1@tilleuls.example"}, whole)
    add("recipients in another order", {}, dict(whole, rcpt_to=to[::-1]))
    add("from nobody", {}, {"mail_from": "", "rcpt_to": to})
    add("to nobody", {}, {"mail_from": "a@b.test", "rcpt_to": []})
    add("octets that are no text", {}, {"mail_from": {"octets": base64.b64encode(b"\xff@b.test").decode()},
                                        "rcpt_to": [{"address": {"octets": "/w=="}}]})
    add("a queue id of nobody", {}, {"queue_id": "ABC"})
    add("an ENVID that is no xtext", {}, {"mail_parameters": "envid=a+2b+ZZ+"})
    add("a delivery report", {"message_id": "d1@mx.test", "class": {"kind": "dsn", "attachments": 0}, "dsn": {
        "original_message_id": "m1@tilleuls.example", "reporting_mta": "mx.test", "envelope_id": "QQ+31",
        "queue_id": "4F9D195432C"}}, {})
    add("a receipt", {"class": {"kind": "mdn", "attachments": 0},
                      "mdn": {"original_message_id": "m1@tilleuls.example"}}, {})
    add("a letter with a report in it", {"class": {"kind": "letter", "attachments": 0},
                                         "dsn": {"original_message_id": "m1@tilleuls.example"}}, {})
    cases.done()
