"""Is a timestamp token good?  [2.2]

Written from docs/FORMAT.md and RFC 3161, 5652, 5280 for second_verifier.py.  What a token says is
read here; signatures and paths are the openssl command's to check.
"""
import base64
import functools
import hashlib
import os
import re
import subprocess
import tempfile
from collections import namedtuple
from datetime import datetime, timezone

import probant_der as der
import probant_format as pb
from probant_report import INDETERMINATE, INVALID, VALID

HASHES = {"2.16.840.1.101.3.4.2.1": "sha256", "2.16.840.1.101.3.4.2.2": "sha384",
          "2.16.840.1.101.3.4.2.3": "sha512"}
RSA, PSS, MGF1 = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10", "1.2.840.113549.1.1.8"
EC = "1.2.840.10045.2.1"
SIGNATURES = {"1.2.840.113549.1.1.11": RSA, "1.2.840.113549.1.1.12": RSA,
              "1.2.840.113549.1.1.13": RSA, "1.2.840.10045.4.3.2": EC, "1.2.840.10045.4.3.3": EC,
              "1.2.840.10045.4.3.4": EC, RSA: RSA, PSS: RSA}
CONTENT_TYPE, MESSAGE_DIGEST = "1.2.840.113549.1.9.3", "1.2.840.113549.1.9.4"
ESS_V1, ESS_V2 = "1.2.840.113549.1.9.16.2.12", "1.2.840.113549.1.9.16.2.47"
EKU, KEY_USAGE, POLICIES = "2.5.29.37", "2.5.29.15", "2.5.29.32"
TIME_STAMPING = bytes.fromhex("300a06082b06010505070308")
LOCAL_POLICY = "2.25.304589492686357734247930661413354411211"

Evidence = namedtuple("Evidence", "data request chain revocation roots exact")
Token = namedtuple("Token", "info signer key local weight text trusted")


class Bad(pb.Refused):
    """A token that is invalid, as far as it can be told without roots."""


def openssl(*words):
    done = subprocess.run(("openssl",) + words, capture_output=True)
    return done.returncode == 0, (done.stdout + done.stderr).decode(errors="replace")


def pem_of(raw):
    lines = re.findall(".{1,64}", base64.b64encode(raw).decode())
    return "-----BEGIN CERTIFICATE-----\n%s\n-----END CERTIFICATE-----\n" % "\n".join(lines)


def certificates_of(pem):
    """The DER of each certificate of a PEM text."""
    found = re.findall(r"-----BEGIN CERTIFICATE-----\s+([A-Za-z0-9+/=\s]+?)-----END CERTIFICATE-----",
                       pem.decode("ascii", "replace"))
    return [pb.read_base64("".join(text.split())) for text in found]


def beside(chain):
    """Certificates that may help; what cannot be read is none."""
    found = []
    for block in chain.split(b"-----BEGIN ")[1:]:
        try:
            found += [der.certificate(raw) for raw in certificates_of(b"-----BEGIN " + block)]
        except (pb.Refused, ValueError, IndexError, KeyError):
            pass
    return found


EVENTS = ("timestamp", "shared_timestamp")              # of anchors with a token


def good_objects(facts, count):
    """Does an anchor with a token say of that many objects what they are [2.2]?  Their names."""
    first = ["checkpoint", "request", "reply"]
    first += ["node", "salt", "proof"] if facts.get("event") == "shared_timestamp" else []
    names = facts.get("objects")
    if not isinstance(names, list) or len(names) != count or names[:len(first)] != first \
            or "chain" in names[len(first) + 1:] \
            or not all(name in ("chain", "crl", "ocsp") for name in names[len(first):]):
        raise pb.Refused("its objects are not those that it states")
    return names


def is_reply(raw):
    """A TimeStampResp with a token, not the bare token."""
    try:
        return der.token_of(raw) != raw
    except (pb.Refused, ValueError, IndexError):
        return False


def written(directory, name, data):
    path = os.path.join(directory, name)
    with open(path, "wb") as file:
        file.write(data if isinstance(data, bytes) else data.encode())
    return path


# ---- 1 to 4: the token in itself ----------------------------------------------------------

def judge_signer_info(data, signer, certificate):
    names = [name for name, _ in signer.attributes]
    values = dict(signer.attributes)
    if signer.digest.oid not in HASHES or not strong(signer.algorithm):
        raise Bad("an algorithm that is too weak or unknown")
    if short(certificate):
        raise Bad("a key that is too short")
    for name in (CONTENT_TYPE, MESSAGE_DIGEST):
        if names.count(name) != 1:
            raise Bad("signed attributes that are missing or there twice")
    if values[CONTENT_TYPE] != bytes.fromhex("060b2a864886f70d0109100104"):
        raise Bad("a signed content type that is no TSTInfo")
    if not any(name in names for name in (ESS_V1, ESS_V2)) \
            or any(names.count(name) > 1 for name in (ESS_V1, ESS_V2)):
        raise Bad("no signing-certificate attribute")
    for name in (ESS_V1, ESS_V2):
        if name in values and not names_certificate(values[name], name == ESS_V2, certificate):
            raise Bad("a signing-certificate attribute that names another certificate")


def strong(algorithm):
    return algorithm.oid in SIGNATURES and (algorithm.oid != PSS or strong_pss(algorithm.parameters))


def short(certificate):
    return certificate.key_algorithm in (RSA, PSS) and der.rsa_bits(certificate) < 2048


def strong_pss(parameters):
    fields = {e.tag: e.data for e in der.elements(der.only(parameters, der.SEQUENCE))}
    if 0xa0 not in fields or 0xa1 not in fields:
        return False                                        # the defaults are SHA-1
    mask = der.algorithm(der.only(fields[0xa1], der.SEQUENCE))
    return der.algorithm(der.only(fields[0xa0], der.SEQUENCE)).oid in HASHES \
        and mask.oid == MGF1 \
        and der.algorithm(der.only(mask.parameters, der.SEQUENCE)).oid in HASHES


def names_certificate(value, second, certificate):
    """ESSCertID or ESSCertIDv2 (RFC 5035): its first entry is the signer."""
    first = der.elements(der.elements(der.only(value, der.SEQUENCE))[0].data)[0]
    fields = der.elements(first.data)
    digest = "sha256" if second else "sha1"
    if second and fields[0].tag == der.SEQUENCE:
        digest = HASHES.get(der.algorithm(fields[0].data).oid)
        fields = fields[1:]
    if digest is None or hashlib.new(digest, certificate.raw).digest() != fields[0].data:
        return False
    if len(fields) == 2:                                    # issuerSerial
        name, serial = der.elements(fields[1].data)
        if serial.data != certificate.serial or certificate.issuer not in name.data:
            return False
    return True


def judge_usage(certificate):
    critical, value = certificate.extensions.get(EKU, (False, b""))
    if not critical or value != TIME_STAMPING:
        raise Bad("an extended key usage that is not critical and time-stamping alone")
    if KEY_USAGE in certificate.extensions:
        bits = der.only(certificate.extensions[KEY_USAGE][1], der.BITS)[1:]
        if not bits or bits[0] & ~0xc0 or any(bits[1:]) or not bits[0] & 0xc0:
            raise Bad("a key usage that is not for signatures alone")


def judge_request(raw, info):
    try:
        asked = der.request(raw)
    except (pb.Refused, ValueError, IndexError, KeyError):
        raise Bad("a request that cannot be read")
    if (asked.hash, asked.imprint) != (info.hash, info.imprint):
        raise Bad("a request that is over other data")
    if asked.nonce != info.nonce:
        raise Bad("another nonce than the request's")
    if asked.policy is not None and asked.policy != info.policy:
        raise Bad("another policy than the one asked for")


def find_signer(signer, certificates):
    for certificate in certificates:
        if signer.sid.tag == der.SEQUENCE:
            issuer, serial = der.elements(signer.sid.data)
            if (issuer.raw, serial.data) == (certificate.issuer, certificate.serial):
                yield certificate
        elif certificate.extensions.get("2.5.29.14", (0, b""))[1][2:] == signer.sid.data:
            yield certificate


@functools.lru_cache(maxsize=4096)
def signature_holds(token, certificate):
    with tempfile.TemporaryDirectory() as work:
        return openssl("cms", "-verify", "-binary", "-noverify", "-nointern", "-inform", "DER", "-in",
                       written(work, "token", token), "-certfile",
                       written(work, "signer", pem_of(certificate)), "-out", work + "/out")[0]


def read(raw, chain):
    """(bare token, TSTInfo, SignedData, certificates at hand); Bad."""
    try:
        token = der.token_of(raw)
        data = der.signed_data(token)
        info = der.tst_info(data.content)
        certificates = [der.certificate(raw) for raw in data.certificates] + beside(chain or b"")
        if info.hash not in HASHES:
            raise Bad("an imprint by a digest that is too weak or unknown")
        if len(data.signers) != 1:
            raise Bad("not exactly one signer")
        return token, info, data, certificates
    except Bad:
        raise
    except (pb.Refused, ValueError, IndexError, KeyError) as error:
        raise Bad("not a timestamp token that can be read: %s" % error)


# ---- 5 and 6: the path --------------------------------------------------------------------

@functools.lru_cache(maxsize=4096)
def path_holds(signer, others, roots, at_s):
    """None: no path to a root.  False: one, but not valid at that time.  True."""
    with tempfile.TemporaryDirectory() as work:
        files = [written(work, "roots", roots), written(work, "others", "".join(map(pem_of, others))),
                 written(work, "signer", pem_of(signer))]
        command = ["verify", "-partial_chain", "-purpose", "timestampsign", "-no-CApath", "-no-CAstore",
                   "-CAfile", files[0]]
        command += ["-untrusted", files[1]] if others else []
        if not openssl(*command, "-no_check_time", files[2])[0]:
            return None
        return openssl(*command, "-attime", str(at_s), files[2])[0]


def issuer_of(certificate, certificates):
    return [c for c in certificates if c.subject == certificate.issuer and c.raw != certificate.raw]


@functools.lru_cache(maxsize=4096)
def issued(issuer, certificate):
    """Does the signature hold?"""
    with tempfile.TemporaryDirectory() as work:
        return openssl("verify", "-partial_chain", "-no_check_time", "-no-CApath", "-no-CAstore",
                       "-CAfile", written(work, "issuer", pem_of(issuer)),
                       written(work, "certificate", pem_of(certificate)))[0]


def weak(path):
    """Nobody relies on the topmost certificate's own signature."""
    return any(short(c) for c in path) or not all(strong(c.signed_with) for c in path[:-1])


def revoked(certificate, certificates, revocation, at):
    """By a CRL whose issuer signed it; an unreadable or foreign one says nothing."""
    for raw, ocsp in revocation:
        for issuer in issuer_of(certificate, certificates):
            try:
                when = by_ocsp(raw, certificate, issuer) if ocsp else by_crl(raw, certificate, issuer)
            except (pb.Refused, ValueError, IndexError, KeyError):
                continue
            if when is not None and (when[0] <= at or when[1]):
                return True
    return False


def is_ca(certificate):
    return bytes.fromhex("0101ff") in certificate.extensions.get("2.5.29.19", (False, b""))[1]


def by_crl(raw, certificate, issuer):
    """(revocation date, is it for keyCompromise) or None."""
    with tempfile.TemporaryDirectory() as work:
        good, said = openssl("crl", "-inform", "DER", "-noout", "-in", written(work, "crl", raw),
                             "-CAfile", written(work, "issuer", pem_of(issuer.raw)))
    if not good or "verify OK" not in said:
        return None
    fields = der.elements(der.elements(der.only(raw, der.SEQUENCE))[0].data)
    fields = fields[1:] if fields[0].tag == der.INTEGER else fields
    if fields[1].raw != issuer.subject:
        return None
    for field in fields[3:]:
        for entry in der.elements(field.data) if field.tag == der.SEQUENCE else []:
            parts = der.elements(entry.data)
            if parts[0].data == certificate.serial:
                reasons = parts[2].data if len(parts) > 2 else b""
                lost = any(bytes.fromhex("0603551d1504030a01") + code in reasons
                           for code in (b"\x01", b"\x02"))
                silent = bytes.fromhex("0603551d15") not in reasons and not is_ca(certificate)
                return der.time_of(parts[1])[0], lost or silent
    return None


def by_ocsp(raw, certificate, issuer):
    with tempfile.TemporaryDirectory() as work:
        one = written(work, "issuer", pem_of(issuer.raw))
        good, said = openssl("ocsp", "-respin", written(work, "ocsp", raw), "-issuer", one, "-cert",
                             written(work, "certificate", pem_of(certificate.raw)), "-CAfile", one,
                             "-partial_chain", "-no_nonce", "-validity_period", "4000000000")
    if not good or "Response verify OK" not in said or ": revoked" not in said:
        return None
    when = re.search(r"Revocation Time: (.*?) GMT", said)
    stamp = datetime.strptime(when[1], "%b %d %H:%M:%S %Y")
    return stamp.replace(tzinfo=timezone.utc), "keyCompromise" in said or "CACompromise" in said \
        or "Reason:" not in said and not is_ca(certificate)


# ---- `exact` [5.2] ------------------------------------------------------------------------

def judge_exact(token, data, signer, certificates, roots):
    one = data.signers[0]
    plain = (b"", b"\x05\x00")
    known = [der.certificate(raw) for raw in certificates_of(roots)] if roots else []
    if data.crls or one.unsigned or data.digests != [one.digest]:
        raise Bad("octets that nothing covers")
    if data.version != 3 or one.version != (1 if one.sid.tag == der.SEQUENCE else 3):
        raise Bad("octets that nothing covers")
    if one.digest.parameters not in plain or \
            one.algorithm.oid != PSS and one.algorithm.parameters not in plain:
        raise Bad("octets that nothing covers")
    if len(set(data.certificates)) != len(data.certificates) or \
            sorted(data.certificates) != data.certificates:
        raise Bad("certificates that are not in DER's order")
    path = {signer.raw} if signer.subject != signer.issuer else set()
    while True:
        more = {c.raw for c in certificates for below in path
                if c.subject == der.certificate(below).issuer and c.subject != c.issuer} - path
        if not more:
            break
        path |= more
    # A chosen root that signed not itself may stand there: the verifier's copy covers it.
    if not path - {root.raw for root in known} <= set(data.certificates) <= path:
        raise Bad("certificates beside the path")


# ---- all of it ----------------------------------------------------------------------------

def check(raw, evidence):
    """A Token with its weight.  Bad is raised for what is not even a token."""
    token, info, data, certificates = read(raw, evidence.chain)
    imprint = evidence.data(HASHES[info.hash])
    if imprint != info.imprint:
        raise Bad("it is over other data")
    if evidence.request is not None:
        judge_request(evidence.request, info)
    known = certificates + [der.certificate(c) for c in certificates_of(evidence.roots or b"")]
    signers = list(find_signer(data.signers[0], known))
    if not signers:
        return Token(info, None, None, False, INDETERMINATE, "its signer's certificate is not at hand",
                     False)
    signer = next((s for s in signers if signature_holds(token, s.raw)), None)
    if signer is None:
        raise Bad("its signature does not hold")
    judge_signer_info(data, data.signers[0], signer)
    judge_usage(signer)
    if evidence.exact:
        judge_exact(token, data, signer, certificates, evidence.roots)
    path, roots, at = path_of(signer, known), evidence.roots, info.time
    local = info.policy == LOCAL_POLICY or any(has_policy(c, LOCAL_POLICY) for c in path)
    result = functools.partial(Token, info, signer, pb.sha256(signer.key), local)
    others = tuple(sorted({c.raw for c in certificates for below in issued_by(c, certificates)}
                          - {signer.raw}))
    holds = path_holds(signer.raw, others, roots.decode(), int(at.timestamp())) if roots else None
    if weak(path):
        return result(INVALID, "a certificate by an algorithm that is too weak or unknown", False)
    if any(revoked(c, known, evidence.revocation, at) for c in path):
        return result(INVALID, "a certificate was revoked", False)
    if holds is False or not all(c.begins <= at.replace(microsecond=0) <= c.ends for c in path):
        return result(INVALID, "a certificate was not valid at that time", False)
    if holds is None:
        return result(INDETERMINATE, "no root that the verifier chose", False)
    return result(VALID, "", True)


def issued_by(certificate, certificates):
    return [c for c in certificates if c.issuer == certificate.subject
            and issued(certificate.raw, c.raw)]


def path_of(signer, certificates):
    path, at = [], signer
    while at is not None and at not in path:
        path.append(at)
        at = next((c for c in issuer_of(at, certificates) if issued(c.raw, at.raw)), None)
    return path


def has_policy(certificate, policy):
    if POLICIES not in certificate.extensions:
        return False
    policies = der.elements(der.only(certificate.extensions[POLICIES][1], der.SEQUENCE))
    return any(der.oid(der.elements(p.data)[0].data) == policy for p in policies)
