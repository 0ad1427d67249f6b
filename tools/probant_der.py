"""DER, and of RFC 3161, CMS and X.509 what a verifier of tokens must see for itself [2.2].

Written from the standards for second_verifier.py; signatures are the openssl command's to check.
"""
import re
from collections import namedtuple
from datetime import datetime, timedelta, timezone

import probant_format as pb

INTEGER, BITS, OCTETS, NULL, OID, SEQUENCE, SET = 0x02, 0x03, 0x04, 0x05, 0x06, 0x30, 0x31
BOOLEAN, UTF8, ENUMERATED, TIME, UTC_TIME = 0x01, 0x0c, 0x0a, 0x18, 0x17

Element = namedtuple("Element", "tag data raw")      # raw: with its head


def elements(data):
    """The elements that data is made of, one behind the other."""
    found, at = [], 0
    while at < len(data):
        start, head = at, data[at:at + 2]
        if len(head) < 2 or head[0] & 0x1f == 0x1f:
            raise pb.Refused("DER that cannot be read")
        at, length = at + 2, head[1]
        if length >= 0x80:
            octets = data[at:at + (length & 0x7f)]
            at, length = at + len(octets), int.from_bytes(octets, "big")
            if not octets or len(octets) > 4 or octets[0] == 0 or length < 0x80:
                raise pb.Refused("a length that is not DER")
        if length > len(data) - at:
            raise pb.Refused("DER that is cut off")
        found.append(Element(head[0], data[at:at + length], data[start:at + length]))
        at += length
    return found


def only(data, tag):
    """The contents of the one element that data is."""
    found = elements(data)
    if len(found) != 1 or found[0].tag != tag:
        raise pb.Refused("DER of another form than it should have")
    return found[0].data


def of_tags(data, *tags):
    """The elements that data is made of, if they are of these tags; a tuple: one of them may stand."""
    found = elements(data)
    left = list(found)
    for tag in tags:
        if isinstance(tag, tuple):
            if left and left[0].tag in tag:
                left.pop(0)
        elif not left or left.pop(0).tag != tag:
            raise pb.Refused("DER of another form than it should have")
    if left:
        raise pb.Refused("DER with more than it should have")
    return found


def integer(data):
    if not data or len(data) > 1 and data[:1] in (b"\0", b"\xff") and (data[1] ^ data[0]) < 0x80:
        raise pb.Refused("a number that is not DER")
    return int.from_bytes(data, "big", signed=True)


def oid(data):
    if not data or data[-1] & 0x80:
        raise pb.Refused("an object identifier that is cut off")
    arcs, value = [], 0
    for octet in data:
        value = value << 7 | octet & 0x7f
        if not octet & 0x80:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(str(arc) for arc in [first, arcs[0] - 40 * first] + arcs[1:])


def time_of(element):
    """(datetime to the microsecond, RFC 3339 text with the fraction as stated)."""
    text = element.data.decode("ascii", "replace")
    if element.tag == UTC_TIME:
        text = ("19" if text[:2] >= "50" else "20") + text
    match = re.fullmatch(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(?:\.(\d+))?Z", text)
    if not match or element.tag not in (TIME, UTC_TIME):
        raise pb.Refused("a time of another form")
    try:
        when = datetime(*[int(part) for part in match.groups()[:6]], tzinfo=timezone.utc)
    except ValueError:
        raise pb.Refused("a time that is none")
    fraction = match[7] or ""
    return when + timedelta(microseconds=int((fraction + "000000")[:6])), \
        when.strftime("%Y-%m-%dT%H:%M:%S").rjust(19, "0") + ("." + fraction if fraction else "") + "Z"


# ---- X.509 (RFC 5280 4.1) -----------------------------------------------------------------

Certificate = namedtuple(
    "Certificate", "raw serial issuer subject begins ends key key_algorithm extensions signed_with")


def certificate(raw):
    whole = elements(only(raw, SEQUENCE))
    parts = elements(whole[0].data)
    if parts[0].tag == 0xa0:                                              # version
        parts = parts[1:]
    begins, ends = [time_of(e)[0] for e in elements(parts[3].data)]
    extensions = {}
    for part in parts[6:]:
        if part.tag == 0xa3:
            for extension in elements(only(part.data, SEQUENCE)):
                fields = elements(extension.data)
                critical = len(fields) == 3 and fields[1].data != b"\0"
                extensions[oid(fields[0].data)] = critical, fields[-1].data
    return Certificate(raw, parts[0].data, parts[2].raw, parts[4].raw, begins, ends, parts[5].raw,
                       oid(elements(elements(parts[5].data)[0].data)[0].data), extensions,
                       algorithm(whole[1].data))


def rsa_bits(cert):
    key = elements(cert.key)[0].data
    bits = elements(key)[1].data[1:]
    modulus = elements(only(bits, SEQUENCE))[0].data
    return int.from_bytes(modulus, "big").bit_length()


# ---- CMS SignedData (RFC 5652 5) and TSTInfo (RFC 3161 2.4.2) -------------------------------

SignedData = namedtuple("SignedData", "raw version digests content certificates crls signers")
Signer = namedtuple("Signer", "version sid digest attributes algorithm signature unsigned")
Algorithm = namedtuple("Algorithm", "oid parameters")       # parameters: raw, b"" if absent
TstInfo = namedtuple("TstInfo", "policy hash imprint serial time text accuracy_us nonce qualified")

SIGNED_DATA, TST_INFO = "1.2.840.113549.1.7.2", "1.2.840.113549.1.9.16.1.4"


def algorithm(data):
    fields = elements(data)
    if not 1 <= len(fields) <= 2 or fields[0].tag != OID:
        raise pb.Refused("an algorithm of another form")
    return Algorithm(oid(fields[0].data), fields[1].raw if len(fields) == 2 else b"")


def attribute(data):
    """(OID, its one value)."""
    kind, values = elements(data)
    if len(elements(values.data)) != 1:
        raise pb.Refused("an attribute that has not one value")
    return oid(kind.data), values.data


def signer(data):
    fields = elements(data)
    signed = elements(fields[3].data) if fields[3].tag == 0xa0 else []
    rest = fields[4:] if signed else fields[3:]
    attributes = [attribute(a.data) for a in signed]
    if len(rest) not in (2, 3):
        raise pb.Refused("a SignerInfo of another form")
    return Signer(integer(fields[0].data), fields[1], algorithm(fields[2].data), attributes,
                  algorithm(rest[0].data), rest[1].data, len(rest) == 3)


def signed_data(raw):
    kind, content = elements(only(raw, SEQUENCE))
    if oid(kind.data) != SIGNED_DATA or content.tag != 0xa0:
        raise pb.Refused("not CMS SignedData")
    fields = elements(only(content.data, SEQUENCE))
    version, digests, inner = integer(fields[0].data), fields[1], elements(fields[2].data)
    if oid(inner[0].data) != TST_INFO or len(inner) != 2:
        raise pb.Refused("not a timestamp token")
    certificates = [c.raw for f in fields[3:] if f.tag == 0xa0 for c in elements(f.data)]
    return SignedData(raw, version, [algorithm(d.data) for d in elements(digests.data)],
                      only(only(inner[1].raw, 0xa0), OCTETS), certificates,
                      any(f.tag == 0xa1 for f in fields[3:]),
                      [signer(s.data) for s in elements(fields[-1].data)])


def accuracy(data):
    scale = {INTEGER: 1000000, 0x80: 1000, 0x81: 1}
    return sum(scale[field.tag] * integer(field.data) for field in elements(data))


def tst_info(data):
    fields = of_tags(only(data, SEQUENCE), INTEGER, OID, SEQUENCE, INTEGER, TIME, (SEQUENCE,), (BOOLEAN,),
                     (INTEGER,), (0xa0,), (0xa1,))
    if integer(fields[0].data) != 1:
        raise pb.Refused("a TSTInfo of another version")
    digest, imprint = of_tags(fields[2].data, SEQUENCE, OCTETS)
    when, text = time_of(fields[4])
    accurate = nonce = None
    qualified = False
    for field in fields[5:]:
        if field.tag == SEQUENCE:
            accurate = accuracy(field.data)
        elif field.tag == INTEGER:
            nonce = integer(field.data)
        elif field.tag == 0xa1:
            qualified = any(states_qualified(extension.data) for extension in elements(field.data))
    return TstInfo(oid(fields[1].data), algorithm(digest.data).oid, imprint.data, fields[3].data,
                   when, text, accurate, nonce, qualified)


def states_qualified(extension):
    """qcStatements with esi4-qtstStatement-1 (EN 319 422 9.1)."""
    fields = elements(extension)
    if oid(fields[0].data) != "1.3.6.1.5.5.7.1.3":
        return False
    return any(oid(elements(statement.data)[0].data) == "0.4.0.19422.1.1"
               for statement in elements(only(fields[-1].data, SEQUENCE)))


def token_of(reply):
    """The bare token, out of a TimeStampResp or as it is."""
    fields = elements(only(reply, SEQUENCE))
    if fields and fields[0].tag == OID:
        return reply
    of_tags(only(reply, SEQUENCE), SEQUENCE, SEQUENCE)
    status = of_tags(fields[0].data, INTEGER, (SEQUENCE,), (BITS,))
    if integer(status[0].data) not in (0, 1):
        raise pb.Refused("a reply that grants nothing")
    return fields[1].raw


Request = namedtuple("Request", "hash imprint policy nonce")


def request(raw):
    fields = of_tags(only(raw, SEQUENCE), INTEGER, SEQUENCE, (OID,), (INTEGER,), (BOOLEAN,))
    if integer(fields[0].data) != 1:
        raise pb.Refused("a request of another version")
    digest, imprint = of_tags(fields[1].data, SEQUENCE, OCTETS)
    policy = nonce = None
    for field in fields[2:]:
        if field.tag == OID:
            policy = oid(field.data)
        elif field.tag == INTEGER:
            nonce = integer(field.data)
    return Request(algorithm(digest.data).oid, imprint.data, policy, nonce)
