"""A timestamping authority in the attacker's hands: every octet of a token as he wants it.

Written from RFC 3161, 5652 and 5816; keys, certificates and signatures are the openssl command's.
"""
import os
import subprocess
from datetime import datetime, timezone

from forger import writer
import probant_der as der

SHA256 = bytes.fromhex("300b0609608648016503040201")
ECDSA_SHA256 = bytes.fromhex("300a06082a8648ce3d040302")
SIGNED_DATA = bytes.fromhex("06092a864886f70d010702")
TST_INFO = bytes.fromhex("060b2a864886f70d0109100104")
CONTENT_TYPE = bytes.fromhex("06092a864886f70d010903")
MESSAGE_DIGEST = bytes.fromhex("06092a864886f70d010904")
ESS_V2 = bytes.fromhex("060b2a864886f70d010910022f")
UNSIGNED = bytes.fromhex("06092a864886f70d010906")
POLICY, POLICY_TEXT = bytes.fromhex("06072b06010401ce0f"), "1.3.6.1.4.1.9999"
SETTINGS = """
[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
[tsa]
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
"""


def run(command, data=b""):
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout


def tlv(tag, *data):
    data = b"".join(data)
    if len(data) < 0x80:
        return bytes([tag, len(data)]) + data
    octets = len(data).to_bytes(4, "big").lstrip(b"\0")
    return bytes([tag, 0x80 | len(octets)]) + octets + data


def integer(value):
    return tlv(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))


def sequence(*data):
    return tlv(0x30, *data)


def set_of(*data, tag=0x31):
    return tlv(tag, *sorted(data))


def imprint_of(data):
    return sequence(SHA256, tlv(4, writer.sha256(data)))


def request(data, nonce):
    return sequence(integer(1), imprint_of(data), integer(nonce), bytes.fromhex("0101ff"))


def der_of(path):
    return run(["openssl", "x509", "-in", path, "-outform", "DER"])


class Authority:
    """Two of them may have one name: certificates tell them apart."""

    def __init__(self, directory, name):
        os.makedirs(directory)
        self.name, self.serial = name + " (fictitious)", 1000
        with open(directory + "/settings", "w") as file:
            file.write(SETTINGS)
        self.root_path = self.identity(directory, "root", name + " root", "ca")
        self.path = self.identity(directory, "tsa", name, "tsa", "-CA", self.root_path, "-CAkey",
                                  directory + "/root.key")
        self.key = directory + "/tsa.key"
        self.certificate, self.root_certificate = der_of(self.path), der_of(self.root_path)
        with open(self.path) as tsa, open(self.root_path) as root:
            self.root = root.read()
            self.chain = (tsa.read() + self.root).encode()

    @staticmethod
    def identity(directory, file, name, extensions, *issuer):
        path = "%s/%s.pem" % (directory, file)
        run(["openssl", "req", "-x509", "-config", directory + "/settings", "-extensions",
             extensions, "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
             "3650", "-subj", "/CN=%s (fictitious)" % name, "-keyout", directory + "/%s.key" % file,
             "-out", path, *issuer])
        return path

    def info(self, data, nonce, at):
        self.serial += 1
        when = datetime.fromtimestamp(at, timezone.utc).strftime("%Y%m%d%H%M%SZ").encode()
        return tlv(0x30, integer(1), POLICY, imprint_of(data), integer(self.serial),
                   tlv(0x18, when), sequence(integer(1)),
                   integer(nonce) if nonce is not None else b"")

    def token(self, data, nonce=None, at=1778086800, certificates=None, unsigned=b""):
        """A bare token over data; nothing in it that a container may not have."""
        content = self.info(data, nonce, at)
        parts = der.certificate(self.certificate)
        attributes = [sequence(CONTENT_TYPE, set_of(TST_INFO)),
                      sequence(MESSAGE_DIGEST, set_of(tlv(4, writer.sha256(content)))),
                      sequence(ESS_V2, set_of(sequence(sequence(sequence(
                          tlv(4, writer.sha256(self.certificate)))))))]
        signature = run(["openssl", "dgst", "-sha256", "-sign", self.key], set_of(*attributes))
        signer = sequence(integer(1), sequence(parts.issuer, tlv(2, parts.serial)), SHA256,
                          set_of(*attributes, tag=0xa0), ECDSA_SHA256, tlv(4, signature),
                          unsigned)
        certificates = [self.certificate] if certificates is None else certificates
        return sequence(SIGNED_DATA, tlv(0xa0, sequence(
            integer(3), set_of(SHA256), sequence(TST_INFO, tlv(0xa0, tlv(4, content))),
            set_of(*certificates, tag=0xa0), set_of(signer))))

    def facts(self, token, size, objects):
        """What an anchor states of a token [2.2]."""
        info = der.tst_info(der.signed_data(token).content)
        return {"event": "timestamp", "size": size, "objects": objects, "tsa": self.name,
                "local": False, "key": writer.sha256(der.certificate(self.certificate).key).hex(),
                "gen_time": info.text, "accuracy_us": 1000000, "policy": POLICY_TEXT,
                "serial": info.serial.lstrip(b"\0").hex(), "hash": "sha256", "before_us": 0,
                "after_us": 0, "qualified": "no"}


def reply(token, status=0):
    return sequence(sequence(integer(status)), token)

