"""Vectors of FORMAT 2.2: what an anchor states, beside the token that it holds."""
import json

from vectors import bundle_writer as bw
from vectors import tsa
from vectors import writer as pb
from vectors.common import ORIGIN, Cases, files, numbered, seeded

SIZE, SEQ = 12, 13


def anchor_vectors():
    cases = Cases("anchor.txt", "Anchors of one log: at size 12 its root, head and key are those "
                  "of the first case.", "2.2")
    key = pb.SigningKey(ORIGIN, seeded("log key", 32))
    root, head = seeded("anchored root", 32), seeded("anchored head", 32)

    def note_of(origin=ORIGIN, size=SIZE, by=key, its_root=root, its_head=head):
        text = pb.checkpoint_text(origin, size, its_root, its_head)
        return (text + "\n" + by.line(text)).encode()

    note = note_of()
    request, reply = tsa.stamp(note)
    plain = [note, request, reply]
    names = ["checkpoint", "request", "reply"]
    files["anchor.roots.pem"] = tsa.root()
    known = dict(origin=ORIGIN, vkey=key.vkey, size=SIZE, root=root, head=head)

    def add(what, facts, objects, expect="ok", tokens=None, authorities="valid", **more):
        tokens = tokens or {"ok": "valid", "refuse": "invalid"}.get(expect, expect)
        cases.add(what, expect, seq=SEQ, facts=json.dumps(facts, separators=(",", ":"),
                                                          ensure_ascii=False),
                  **numbered("object", objects), tokens=tokens, authorities=authorities, **more)

    def facts(objects=None, its_reply=reply, size=SIZE, **change):
        return tsa.anchor_facts(size, its_reply, objects or names, **change)

    add("an anchor", facts(), plain, **known)
    add("with a chain and a CRL", facts(names + ["chain", "crl"]), plain + [tsa.chain(), tsa.crl()])
    add("with the chain alone", facts(names + ["chain"]), plain + [tsa.chain()])
    add("with a CRL alone", facts(names + ["crl"]), plain + [tsa.crl()])
    add("with 32 CRLs", facts(names + ["crl"] * 32), plain + [tsa.crl()] * 32)
    add("with members that nobody knows", facts(more={"x": []}), plain)
    add("said to be local", facts(local=True), plain)
    add("with what must be stated alone", {"event": "timestamp", "size": SIZE, "objects": names,
                                           "accuracy_us": facts()["accuracy_us"]}, plain)
    for digest in ("sha384", "sha512"):
        asked, answer = tsa.stamp(note, digest)
        add("by " + digest, facts(its_reply=answer), [note, asked, answer])
    failures = [{"tsa": "horodatage-exemple", "reason": "no answer (fictif)"}]
    add("a gap", {"event": "timestamp_gap", "size": SIZE, "since_s": 1795320000,
                  "failures": failures}, [], tokens="not_applicable", authorities="not_applicable")
    add("a gap's end", {"event": "timestamp_gap_end", "since_s": 1795320000}, [],
        tokens="not_applicable", authorities="not_applicable")

    add("another event", {"event": "timestamp_archive", "size": SIZE}, [], "indeterminate",
        authorities="not_applicable")
    add("no event", {"size": SIZE}, [], "indeterminate", authorities="not_applicable")
    add("33 CRLs", facts(names + ["crl"] * 33), plain + [tsa.crl()] * 33, "indeterminate",
        authorities="not_applicable")

    def contradicts(what, **change):
        add("another " + what, facts(**change), plain, "refuse")

    stated = facts()
    contradicts("key", key=seeded("a key", 32).hex())
    contradicts("key: one in upper case", key=stated["key"].upper())
    gen_time = stated["gen_time"]
    contradicts("genTime", gen_time="1999" + gen_time[4:])
    contradicts("genTime: without its fraction", gen_time=gen_time.partition(".")[0] + "Z")
    contradicts("accuracy", accuracy_us=stated["accuracy_us"] + 1)
    contradicts("accuracy: none", accuracy_us=None)
    contradicts("accuracy: a string", accuracy_us="%d us" % stated["accuracy_us"])
    contradicts("policy", policy="1.3.6.1.4.1.99999.8")
    contradicts("serial number", serial=stated["serial"] + "00")
    contradicts("serial number: a number", serial=7)
    contradicts("hash", hash="sha512")
    contradicts("hash: its name in capitals", hash="SHA256")
    contradicts("word on qualified", qualified="stated")
    contradicts("sort of local", local="no")

    def malformed(what, its_facts, objects):
        add(what, its_facts, objects, "refuse", authorities="not_applicable")

    malformed("no list of objects", facts() | {"objects": "checkpoint"}, plain)
    malformed("the request before the checkpoint",
              facts(["request", "checkpoint", "reply"]), [request, note, reply])
    malformed("no request", facts(["checkpoint", "reply"]), [note, reply])
    malformed("an object less than stated", facts(names + ["chain"]), plain)
    malformed("an object more than stated", facts(), plain + [tsa.chain()])
    malformed("two chains", facts(names + ["chain", "chain"]), plain + [tsa.chain()] * 2)
    malformed("a chain behind a CRL", facts(names + ["crl", "chain"]),
              plain + [tsa.crl(), tsa.chain()])
    malformed("an object of a sort that nobody knows", facts(names + ["note"]), plain + [b"x"])
    malformed("no size", facts() | {"size": None}, plain)
    malformed("a gap without its beginning", {"event": "timestamp_gap", "size": SIZE}, [])
    malformed("a gap without its size", {"event": "timestamp_gap", "since_s": 1795320000}, [])
    malformed("a gap's end without its beginning", {"event": "timestamp_gap_end"}, [])

    add("another size than the checkpoint's", facts(size=11), plain, "refuse")

    def over(what, its_note, **change):
        """A good token over a checkpoint that is not this log's."""
        asked, answer = tsa.stamp(its_note)
        add("over " + what, facts(its_reply=answer, **change), [its_note, asked, answer], "refuse")

    over("a checkpoint of another root", note_of(its_root=seeded("other root", 32)))
    over("a checkpoint of another head", note_of(its_head=seeded("other head", 32)))
    over("a checkpoint of a size that the log was never", note_of(size=11), size=11)
    over("a checkpoint that the log's key did not sign",
         note_of(by=pb.SigningKey(ORIGIN, seeded("other key", 32))))
    other = pb.SigningKey("a/00000000", seeded("other key", 32))
    over("a checkpoint of another log", note_of("a/00000000", by=other))
    over("what is no checkpoint", b"Bonjour.\n")

    shared_anchors(add, facts, names, note)

    later = note.replace(b"\n\n", b"\n\n\xe2\x80\x94 autre.example AAAAAAAA\n", 1)
    add("a token over the checkpoint without one of its signatures", facts(),
        [later, request, reply], "refuse")
    elsewhere = tsa.stamp(note, "sha384")[0]
    add("the request of another token", facts(), [note, elsewhere, reply], "refuse")
    add("a request over something else", facts(), [note, tsa.stamp(b"Bonjour.\n")[0], reply],
        "refuse")
    add("no request at all", facts(), [note, b"x", reply], "refuse")
    add("an octet behind the reply", facts(), [note, request, reply + b"\0"], "refuse")
    add("a reply that is cut", facts(), [note, request, reply[:-1]], "refuse")
    wrong = bytearray(reply)
    wrong[-9] ^= 1
    add("a signature that does not hold", facts(), [note, request, bytes(wrong)], "refuse")
    add("a refusal", facts(), [note, request, bytes.fromhex("30053003020102")], "refuse")
    add("a certificate that was revoked because its key was known", facts(names + ["chain", "crl"]),
        plain + [tsa.chain(), tsa.crl(revoked=True)], "refuse", tokens="valid",
        authorities="invalid")
    cases.done()


# ---- shared anchors -----------------------------------------------------------------------

NODE = "node/0a1b2c3d"
SHARED = ["node", "salt", "proof"]


def entry(salt, checkpoint):
    return pb.sha256(b"probant/v1 shared\0" + salt + pb.sha256(checkpoint))


class Node:
    """A node's log, of which entry i is over the checkpoint i."""

    def __init__(self, checkpoints):
        self.key = pb.SigningKey(NODE, seeded("node key", 32))
        self.salts = [seeded("salt %d" % i, 32) for i in range(len(checkpoints))]
        self.entries = [entry(*both) for both in zip(self.salts, checkpoints)]
        self.hashes = [pb.leaf_hash(one) for one in self.entries]

    def note(self, size=None, root=None):
        size = size or len(self.hashes)
        text = pb.checkpoint_text(NODE, size, root or pb.root(self.hashes[:size]),
                                  pb.sha3(self.entries[size - 1]))
        return (text + "\n" + self.key.line(text)).encode()

    def proof(self, index, note, size=None):
        return bw.tlog_proof(index, self.hashes[:size], note)


def shared_anchors(add, facts, names, note):
    """The anchored checkpoint is entry 4 of a node's 11; entry 5 is another archive's."""
    others = [b"checkpoint %d\n" % i for i in range(11)]
    node = Node(others[:4] + [note] + others[5:])
    over = node.note()
    request, reply = tsa.stamp(over)
    salt, proof = node.salts[4], node.proof(4, over)
    vkey = node.key.vkey

    def its_facts(objects=SHARED, its_reply=reply, **change):
        return facts(names + objects, its_reply=its_reply,
                     **{"event": "shared_timestamp", "node": vkey} | change)

    def good(what, objects, more=(), **change):
        add("shared: " + what, its_facts(SHARED + list(more), **change),
            [note, request, reply] + objects)

    def bad(what, objects, its_facts=its_facts(), answer=(request, reply), checkpoint=note):
        add("shared: " + what, its_facts, [checkpoint, *answer] + objects, "refuse")

    good("an anchor", [over, salt, proof])
    good("with a chain and a CRL", [over, salt, proof, tsa.chain(), tsa.crl()], ["chain", "crl"])
    good("without the node's key", [over, salt, proof], node=None)
    alone = Node([note])
    asked, answer = tsa.stamp(alone.note())
    add("shared: by a node of one archive", its_facts(its_reply=answer),
        [note, asked, answer, alone.note(), alone.salts[0], alone.proof(0, alone.note())])

    bad("another salt", [over, node.salts[5], proof])
    bad("a salt that is cut", [over, salt[:31], proof])
    bad("a salt that is longer", [over, salt + b"\0", proof])
    bad("the proof of another index", [over, salt, node.proof(5, over)])
    bad("the proof under another index", [over, salt, proof.replace(b"index 4", b"index 6")])
    bad("another archive's entry, with its salt", [over, node.salts[5], node.proof(5, over)])
    lines = proof.split(b"\n")
    bad("a proof without its first hash", [over, salt, proof.replace(lines[2] + b"\n", b"", 1)])
    bad("a proof with a hash too many",
        [over, salt, proof.replace(lines[2], lines[2] + b"\n" + lines[2], 1)])
    bad("a proof that is cut", [over, salt, proof[:-1]])
    bad("an octet behind the proof", [over, salt, proof + b"\n"])
    bad("no proof", [over, salt, b""])
    smaller = node.note(8)
    bad("a proof for the node's log of before", [over, salt, node.proof(4, smaller, 8)])
    bad("the node's checkpoint of before", [smaller, salt, node.proof(4, smaller, 8)])
    bad("the node's checkpoint of before, beside a proof for the newest", [smaller, salt, proof])
    lied = node.note(root=seeded("other root", 32))
    asked, answer = tsa.stamp(lied)
    bad("a node's checkpoint of another root", [lied, salt, node.proof(4, lied)],
        its_facts(its_reply=answer), (asked, answer))
    asked, answer = tsa.stamp(note)
    bad("a token over the archive's checkpoint", [over, salt, proof],
        its_facts(its_reply=answer), (asked, answer))
    asked, answer = tsa.stamp(b"Bonjour.\n")
    bad("what is stamped is no checkpoint",
        [b"Bonjour.\n", salt, node.proof(4, b"Bonjour.\n")],
        its_facts(its_reply=answer), (asked, answer))
    bad("the request of another token", [over, salt, proof],
        answer=(tsa.stamp(over, "sha384")[0], reply))
    bad("another key of the node", [over, salt, proof],
        its_facts(node=pb.SigningKey(NODE, seeded("other key", 32)).vkey))
    bad("the key under another name", [over, salt, proof],
        its_facts(node=pb.SigningKey("node/00000000", node.key.seed).vkey))
    bad("a key of the node that is none", [over, salt, proof], its_facts(node=7))

    def malformed(what, words, objects, **change):
        add("shared: " + what, its_facts(words, **change), [note, request, reply] + objects,
            "refuse", authorities="not_applicable")

    malformed("no node", ["salt", "proof"], [salt, proof])
    malformed("no salt", ["node", "proof"], [over, proof])
    malformed("no proof among the objects", ["node", "salt"], [over, salt])
    malformed("the salt before the node", ["salt", "node", "proof"], [salt, over, proof])
    malformed("two salts", ["node", "salt", "salt", "proof"], [over, salt, salt, proof])
    malformed("a proof behind the chain", ["node", "salt", "chain", "proof"],
              [over, salt, tsa.chain(), proof])
    malformed("an object less than stated", SHARED, [over, salt])
    malformed("a node in an anchor that is not shared", SHARED, [over, salt, proof],
              event="timestamp")
    malformed("nothing that is shared", [], [])
    add("shared: said to be of an event of later", its_facts(event="shared_timestamps"),
        [note, request, reply, over, salt, proof], "indeterminate",
        authorities="not_applicable")
