"""A fictitious timestamping authority: `openssl ts` answers, once; its answers are kept.

Its key is kept too, so that whoever changes what is stamped can have that stamped.
"""
import calendar
import os
import subprocess
import tempfile

from vectors import writer as pb
from vectors.common import kept

POLICY = "1.3.6.1.4.1.99999.7"
CONFIG = """[req]
distinguished_name = name
[name]
[root]
subjectKeyIdentifier = hash
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
[signer]
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[ca]
default_ca = ca1
[ca1]
database = index
crlnumber = crlnumber
default_md = sha256
default_crl_days = 36500
[tsa]
default_tsa = tsa1
[tsa1]
serial = serial
crypto_device = builtin
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = %s
digests = sha256, sha384, sha512
accuracy = secs:1, millisecs:500
clock_precision_digits = 3
ess_cert_id_alg = sha256
""" % POLICY
FILES = ("root.key", "root.pem", "tsa.key", "tsa.pem")


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


class Workshop:
    """A directory with the authority's files, where openssl runs."""

    def __enter__(self):
        self.work = tempfile.TemporaryDirectory()
        for name, data in (("config", CONFIG.encode()), ("serial", b"0F1C71F0\n"),
                           ("index", b""), ("crlnumber", b"01\n")):
            self.put(name, data)
        return self

    def __exit__(self, *_):
        self.work.cleanup()

    def path(self, name):
        return os.path.join(self.work.name, name)

    def put(self, name, data):
        write(self.path(name), data)

    def get(self, name):
        return read(self.path(name))

    def openssl(self, *words):
        subprocess.run(["openssl", *words], cwd=self.work.name, check=True,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make_authority():
    """Both keys and certificates, PEM, one behind the other."""
    with Workshop() as shop:
        for name in ("root", "tsa"):
            shop.openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256",
                         "-out", name + ".key")
        shop.openssl("req", "-x509", "-config", "config", "-key", "root.key", "-extensions", "root",
                     "-days", "36500", "-subj", "/CN=Racine-Exemple (fictive)", "-out", "root.pem")
        shop.openssl("req", "-new", "-config", "config", "-key", "tsa.key",
                     "-subj", "/CN=Horodatage-Exemple (fictif)", "-out", "tsa.csr")
        shop.openssl("x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key",
                     "-set_serial", "0x0e4e3b2a", "-extfile", "config", "-extensions", "signer",
                     "-days", "36000", "-out", "tsa.pem")
        return b"".join(shop.get(name) for name in FILES)


def authority():
    """The four files by name."""
    whole = kept("tsa.pem", make_authority)
    files, at = {}, 0
    for name in FILES:
        end = whole.index(b"-----END", at)
        end = whole.index(b"\n", end) + 1
        files[name], at = whole[at:end], end
    return files


def in_workshop(shop):
    for name, data in authority().items():
        shop.put(name, data)


def make_request(data, digest):
    with Workshop() as shop:
        shop.put("data", data)
        shop.openssl("ts", "-query", "-data", "data", "-" + digest, "-cert", "-out", "query")
        return shop.get("query")


def make_reply(request):
    with Workshop() as shop:
        in_workshop(shop)
        shop.put("query", request)
        # What is kept under one name has one serial number.
        shop.put("serial", pb.sha256(request)[:4].hex().encode() + b"\n")
        shop.openssl("ts", "-reply", "-config", "config", "-queryfile", "query", "-out", "reply")
        return shop.get("reply")


def stamp(data, digest="sha256"):
    """(request, reply)"""
    name = "%s-%s" % (pb.sha256(data)[:8].hex(), digest)
    request = kept(name + ".tsq", lambda: make_request(data, digest))
    return request, kept(name + ".tsr", lambda: make_reply(request))


def make_crl(revoked):
    with Workshop() as shop:
        in_workshop(shop)
        common = ("ca", "-config", "config", "-cert", "root.pem", "-keyfile", "root.key")
        if revoked:
            shop.openssl(*common, "-revoke", "tsa.pem", "-crl_reason", "keyCompromise")
        shop.openssl(*common, "-gencrl", "-out", "crl.pem")
        shop.openssl("crl", "-in", "crl.pem", "-outform", "DER", "-out", "crl")
        return shop.get("crl")


def crl(revoked=False):
    return kept("tsa-revoked.crl" if revoked else "tsa.crl", lambda: make_crl(revoked))


def chain():
    """The authority's certificate, and behind it its issuer."""
    return authority()["tsa.pem"] + authority()["root.pem"]


def root():
    return authority()["root.pem"]


def root_sha256():
    return pb.sha256(pb.run(["openssl", "x509", "-outform", "DER"], root())).hex()


def key_sha256():
    public = pb.run(["openssl", "x509", "-noout", "-pubkey"], authority()["tsa.pem"])
    return pb.sha256(pb.run(["openssl", "pkey", "-pubin", "-outform", "DER"], public)).hex()


# ---- what a token states [2.2] ------------------------------------------------------------

def element(data, at=0):
    """(tag, content, whole, end) of the DER element there."""
    length, start = data[at + 1], at + 2
    if length >= 0x80:
        size = length & 0x7f
        length, start = int.from_bytes(data[start:start + size], "big"), start + size
    return data[at], data[start:start + length], data[at:start + length], start + length


def elements(data):
    found, at = [], 0
    while at < len(data):
        tag, content, whole, at = element(data, at)
        found.append((tag, content, whole))
    return found


def token_of(reply):
    """The bare token, octet for octet."""
    return elements(element(reply)[1])[1][2]


def object_id(content):
    arcs, value = [], 0
    for byte in content:
        value = value << 7 | byte & 0x7f
        if byte < 0x80:
            arcs, value = arcs + [value], 0
    first = min(arcs[0] // 40, 2)
    return ".".join(str(n) for n in [first, arcs[0] - 40 * first] + arcs[1:])


def time_of(text):
    """GeneralizedTime as RFC 3339, and in microseconds since 1970."""
    digits, _, fraction = text.rstrip("Z").partition(".")
    parts = [int(digits[:4])] + [int(digits[i:i + 2]) for i in range(4, 14, 2)]
    stated = "%04d-%02d-%02dT%02d:%02d:%02d" % tuple(parts) + ("." + fraction if fraction else "")
    return stated + "Z", calendar.timegm(tuple(parts)) * 10**6 + int((fraction + "000000")[:6])


def accuracy_us(content):
    """Accuracy of RFC 3161 2.4.2: seconds, [0] milliseconds, [1] microseconds."""
    unit = {0x02: 10**6, 0x80: 10**3, 0x81: 1}
    return sum(int.from_bytes(value, "big") * unit[tag] for tag, value, _ in elements(content))


def info(reply):
    """What the facts of an anchor say of the token."""
    signed = elements(elements(elements(element(token_of(reply))[1])[1][1])[0][1])
    content = elements(signed[2][1])
    tst = elements(element(elements(content[1][1])[0][1])[1])
    hash_id = object_id(elements(elements(tst[2][1])[0][1])[0][1])
    stated, time_us = time_of(tst[4][1].decode())
    found = {"key": key_sha256(), "gen_time": stated, "policy": object_id(tst[1][1]),
             "serial": tst[3][1].lstrip(b"\0").hex(),
             "hash": {"2.16.840.1.101.3.4.2.1": "sha256", "2.16.840.1.101.3.4.2.2": "sha384",
                      "2.16.840.1.101.3.4.2.3": "sha512"}[hash_id]}
    if len(tst) > 5 and tst[5][0] == 0x30:
        found["accuracy_us"] = accuracy_us(tst[5][1])
    return found, time_us


def anchor_facts(size, reply, objects, **change):
    found, time_us = info(reply)
    value = {"event": "timestamp", "size": size, "objects": objects, "tsa": "horodatage-exemple",
             "local": False, "key": found["key"], "gen_time": found["gen_time"],
             "accuracy_us": found.get("accuracy_us"), "policy": found["policy"],
             "serial": found["serial"], "hash": found["hash"], "before_us": time_us - 200000,
             "after_us": time_us + 300000, "qualified": "no"}
    value.update(change)
    return {key: value[key] for key in value if value[key] is not None}


def anchor_parts(size, note, lists=(), **change):
    """The parts of an anchor over a checkpoint; lists: CRLs."""
    request, reply = stamp(note)
    names = ["checkpoint", "request", "reply", "chain"] + ["crl"] * len(lists)
    facts = anchor_facts(size, reply, names, **change)
    return [(4, data) for data in (note, request, reply, chain(), *lists)] \
        + [(0, pb.to_json(facts))]
