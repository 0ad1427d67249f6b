"""The files of a package: their names and order, and the small formats [5.3] [5.5].

Written from docs/FORMAT.md alone for second_verifier.py.
"""
import json
import re

import probant_format as pb
import probant_log as log

NUMBER = r"(0|[1-9][0-9]{0,19})"
SMALL = r"(0|[1-9][0-9]{0,2})"
FRONT = ["LISEZMOI.txt", "README.txt", "VERIFIER.txt", "VERIFIER-Windows.txt"]
LOG = ["log/leaves.bin", "log/range-proof", "log/closed.json", "log/checkpoint",
       "log/verifier-key"]
END = ["rapport.html", "manifest.json", "SHA256SUMS", "SHA256SUMS.note"]
STAMP = ["checkpoint", "request.tsq", "reply.tsr", "token.tst", "node.checkpoint", "node.salt",
         "node.tlog-proof", "chain.pem"]
RECORD = ["message.eml", "part", "leaf.bin", "opening.json", "leaf.tlog-proof"]
DEVICES = r"(con|prn|aux|nul|(com|lpt)[1-9])"
MANIFEST = {"format", "case", "origin", "range", "size", "disclosed", "software"}
WHAT = ("all", "headers", "facts", "parts")
RUNS = 140000


# ---- names --------------------------------------------------------------------------------

def place(name):
    """Where a name stands in a package: something to sort by; None if none has it."""
    for rank, names in ((0, FRONT), (2, LOG), (5, END)):
        if name in names:
            return (rank, names.index(name))
    match = re.fullmatch(r"records/%s/(?:part-%s\.bin|(.+))" % (NUMBER, SMALL), name)
    if match and (match[2] and int(match[2]) < 255 or match[3] in RECORD and match[3] != "part"):
        return numbered(1, int(match[1]), RECORD.index(match[3] or "part"), int(match[2] or 0))
    match = re.fullmatch(r"log/consistency/%s-%s" % (NUMBER, NUMBER), name)
    if match:
        return numbered(3, int(match[1]), int(match[2]))
    match = re.fullmatch(r"stamps/%s-%s/(?:%s\.(crl|ocsp)|(.+))" % (NUMBER, NUMBER, SMALL), name)
    if match and (match[3] and 1 <= int(match[3]) <= 255 or match[5] in STAMP):
        return numbered(4, int(match[1]), int(match[2]),
                        STAMP.index(match[5]) if match[5] else len(STAMP), int(match[3] or 0))
    return None


def numbered(*ranks):
    return ranks if max(ranks) < 2**64 else None


def good_case(text):
    return isinstance(text, str) and text[-1:] != "." \
        and re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", text) \
        and not re.fullmatch(DEVICES, text.split(".")[0], re.I)


# ---- JSON ---------------------------------------------------------------------------------

def read_list(data):
    value = pb.read_json(b'{"list":%s}' % data)
    if set(value) != {"list"} or not isinstance(value["list"], list):
        raise pb.Refused("not a list")
    return value["list"]


def runs_of(items, members, key):
    """[(first, last, key...)], ascending and maximal."""
    runs = []
    if not isinstance(items, list) or len(items) > RUNS:
        raise pb.Refused("not a list of runs")
    for item in items:
        if not isinstance(item, dict) or set(item) != members(item):
            raise pb.Refused("a run of another form")
        run = (pb.read_number(item["first"]), pb.read_number(item["last"])) + key(item)
        if run[0] > run[1] or runs and (run[0] <= runs[-1][1] or run[0] == runs[-1][1] + 1
                                        and run[2:] == runs[-1][2:]):
            raise pb.Refused("runs that are not ascending and maximal")
        runs.append(run)
    return runs


def read_closed(data):
    """[(first, last, reason, by)]"""
    def members(item):
        return {"first", "last", "reason"} | ({"by"} if item.get("reason") == "destroyed" else set())

    def key(item):
        if item["reason"] not in ("query", "destroyed"):
            raise pb.Refused("a reason that version 1 does not know")
        return item["reason"], pb.read_number(item["by"]) if "by" in item else None

    return runs_of(read_list(data), members, key)


def read_manifest(data):
    """Its members, `disclosed` as [(first, last, what)]; None: it is of another format."""
    facts = pb.read_json(data)
    if pb.read_number(facts.get("format")) != 1:
        return None
    if set(facts) - {"recipient"} != MANIFEST or not good_case(facts["case"]) \
            or not isinstance(facts["range"], list) or len(facts["range"]) != 2 \
            or not isinstance(facts["software"], str) or not facts["software"]:
        raise pb.Refused("manifest.json has other members than it should")
    pb.read_origin(facts["origin"])
    if "recipient" in facts:
        read_octets(facts["recipient"])
    first, last = [pb.read_number(number) for number in facts["range"]]
    facts["range"], facts["size"] = (first, last), pb.read_number(facts["size"])

    def key(item):
        if item["what"] not in WHAT:
            raise pb.Refused("manifest.json discloses in a way that version 1 does not know")
        return item["what"],

    facts["disclosed"] = runs_of(facts["disclosed"], lambda item: {"first", "last", "what"}, key)
    if not facts["disclosed"] or not first <= facts["disclosed"][0][0] \
            or facts["disclosed"][-1][1] > last or last >= facts["size"]:
        raise pb.Refused("manifest.json states what cannot be")
    return facts


def read_octets(value):                                                           # [0]
    raw = value
    if isinstance(value, dict) and set(value) == {"octets"} and isinstance(value["octets"], str):
        raw = pb.read_base64(value["octets"]).decode("utf-8", "replace")
    if not isinstance(raw, str) or not raw \
            or (raw is value) != (not re.search("[\0-\x1f\x7f-\x9f\ufffd]", raw)):
        raise pb.Refused("neither text nor octets")


def read_opening(data):
    """{"seq", "parts"}; every octet of it is prescribed."""
    value = pb.read_json(data)
    parts = value.get("parts")
    if list(value) != ["seq", "parts"] or not isinstance(parts, list) or not 1 <= len(parts) <= 255:
        raise pb.Refused("opening.json is not as it should be")
    for part in parts:
        if not isinstance(part, dict):
            raise pb.Refused("opening.json is not as it should be")
        if list(part) == ["p"]:
            good = re.fullmatch(r"[0-9a-f]{128}", str(part["p"]))
        else:
            good = list(part) == ["kind", "length", "salt"] \
                and re.fullmatch(r"[0-9a-f]{64}", str(part["salt"])) \
                and pb.read_number(part["kind"]) < 256
            pb.read_number(part.get("length"))
        if not good:
            raise pb.Refused("opening.json is not as it should be")
    if json.dumps(value, separators=(",", ":")).encode() != data:
        raise pb.Refused("opening.json is not written as it should be")
    for part in parts:
        part.update({name: pb.read_number(part[name]) for name in ("kind", "length") if name in part})
    return {"seq": pb.read_number(value["seq"]), "parts": parts}


# ---- proofs [5.5] -------------------------------------------------------------------------

def read_lines(data):
    text = data.decode("ascii", "replace")
    if text and not text.endswith("\n"):
        raise pb.Refused("a last line without its end")
    return text.split("\n")[:-1]


def read_hash(line):
    value = pb.read_base64(line)
    if len(value) != 32:
        raise pb.Refused("a hash that has not 32 octets")
    return value


def read_hashes(data):
    return [read_hash(line) for line in read_lines(data)]


def read_decimal(text):
    if not re.fullmatch(NUMBER, text) or int(text) >= 2**64:
        raise pb.Refused("not a number: " + text)
    return int(text)


def read_range_proof(data):
    lines = read_lines(data)
    if len(lines) < 3:
        raise pb.Refused("log/range-proof is cut off")
    first, last, size = [read_decimal(line) for line in lines[:3]]
    if not first <= last < size:
        raise pb.Refused("log/range-proof is of no range")
    return first, last, size, [read_hash(line) for line in lines[3:]]


def range_root(first, last, size, leaf_hashes, hashes):
    """The root that they give with the hashes beside them; IndexError where hashes lack."""
    left = list(hashes)

    def root(low, high):
        if high <= first or low > last:
            return left.pop(0)
        if high - low == 1:
            return leaf_hashes[low - first]
        middle = low + (1 << (high - low - 1).bit_length() - 1)
        return log.node(root(low, middle), root(middle, high))

    found = root(0, size)
    if left:
        raise IndexError
    return found


def read_tlog_proof(data):
    head, blank, note = data.partition(b"\n\n")
    lines = read_lines(head + b"\n")
    if not blank or lines[0] != "c2sp.org/tlog-proof@v1" or len(lines) < 2 \
            or not lines[1].startswith("index "):
        raise pb.Refused("not a tlog-proof")
    return read_decimal(lines[1][6:]), [read_hash(line) for line in lines[2:]], note


def inclusion_root(leaf_hash, index, size, hashes):
    """RFC 9162 2.1.3.2; None if the proof has another length than it needs."""
    if index >= size:
        return None
    node, last, digest = index, size - 1, leaf_hash
    for sibling in hashes:
        if last == 0:
            return None
        if node & 1 or node == last:
            digest = log.node(sibling, digest)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            digest = log.node(digest, sibling)
        node, last = node >> 1, last >> 1
    return digest if last == 0 else None


def consistent(first, second, first_root, second_root, hashes):
    """RFC 9162 2.1.4.2, 0 < first < second."""
    path = list(hashes) if first & first - 1 else [first_root] + list(hashes)
    if not path:
        return False
    node, last = first - 1, second - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    left = right = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            left, right = log.node(sibling, left), log.node(sibling, right)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            right = log.node(right, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and left == first_root and right == second_root
