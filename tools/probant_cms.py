"""The envelope of a segment key: whom it names, in the only form that version 1 writes.

Written from docs/FORMAT.md 3.3 alone for second_verifier.py.  Reads DER and decrypts nothing.
"""
import probant_format as pb

OCTETS, NULL, SEQUENCE, SET = 0x04, 0x05, 0x30, 0x31
BITS, CONTEXT, PRIMITIVE = 0x03, 0xa0, 0x80          # CONTEXT | n: [n], constructed


def oid(hexadecimal):
    data = bytes.fromhex(hexadecimal)
    return bytes([6, len(data)]) + data


AUTH_ENVELOPED_DATA = oid("2a864886f70d0109100117")
DATA = oid("2a864886f70d010701")
AES256_GCM, AES256_WRAP = oid("60864801650304012e"), oid("60864801650304012d")
SHA256 = oid("608648016503040201")
RSAES_OAEP, MGF1 = oid("2a864886f70d010107"), oid("2a864886f70d010108")
EC_PUBLIC_KEY, ECDH_SHA256KDF = oid("2a8648ce3d0201"), oid("2b8104010b01")


class Der:
    """Contents of an element.  Used with `with`: whatever was not read is refused at its end."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if kind is None and self.at != len(self.data):
            raise pb.Refused("a key envelope with octets that version 1 has no place for")

    def next(self):
        return self.data[self.at] if self.at < len(self.data) else None

    def take(self, count):
        data = self.data[self.at:self.at + count]
        if len(data) != count:
            raise pb.Refused("a key envelope that is cut off")
        self.at += count
        return data

    def enter(self, tag):
        """The contents of the next element, which has this tag."""
        if self.take(1)[0] != tag:
            raise pb.Refused("a key envelope of another form than that of version 1")
        length = self.take(1)[0]
        if length >= 0x80:
            octets = self.take(length & 0x7f)
            length = int.from_bytes(octets, "big")
            if not octets or octets[0] == 0 or length < 0x80:
                raise pb.Refused("a key envelope that is not DER")
        return Der(self.take(length))

    def expect(self, data):
        if self.take(len(data)) != data:
            raise pb.Refused("a key envelope of another form than that of version 1")

    def octets(self, count):
        with self.enter(OCTETS) as value:
            value.take(count)


def sha256_algorithm(der):
    with der.enter(SEQUENCE) as algorithm:
        algorithm.expect(SHA256)
        if algorithm.next() == NULL:                  # RFC 4055 2.1: may be there or not
            algorithm.expect(b"\x05\x00")


def key_transport(der):
    """KeyTransRecipientInfo, RSA: its identifier."""
    der.expect(b"\x02\x01\x02")
    name = der.enter(PRIMITIVE | 0).data
    with der.enter(SEQUENCE) as algorithm:
        algorithm.expect(RSAES_OAEP)
        with algorithm.enter(SEQUENCE) as parameters:
            with parameters.enter(CONTEXT | 0) as digest:
                sha256_algorithm(digest)
            with parameters.enter(CONTEXT | 1) as mask, mask.enter(SEQUENCE) as mgf1:
                mgf1.expect(MGF1)
                sha256_algorithm(mgf1)
    der.enter(OCTETS)
    return name


def key_agreement(der):
    """KeyAgreeRecipientInfo, EC, for one recipient: his identifier."""
    der.expect(b"\x02\x01\x03")
    with der.enter(CONTEXT | 0) as originator, originator.enter(CONTEXT | 1) as key:
        with key.enter(SEQUENCE) as algorithm:
            algorithm.expect(EC_PUBLIC_KEY)
        if key.enter(BITS).take(1) != b"\0":
            raise pb.Refused("a key envelope with an ephemeral key that is not whole octets")
    with der.enter(SEQUENCE) as algorithm:
        algorithm.expect(ECDH_SHA256KDF)
        with algorithm.enter(SEQUENCE) as wrap:
            wrap.expect(AES256_WRAP)
    with der.enter(SEQUENCE) as keys, keys.enter(SEQUENCE) as key:
        with key.enter(CONTEXT | 0) as named:
            name = named.enter(OCTETS).data
        key.octets(40)
    return name


def recipient_of(der):
    if der.next() == SEQUENCE:
        with der.enter(SEQUENCE) as recipient:
            return key_transport(recipient)
    with der.enter(CONTEXT | 1) as recipient:
        return key_agreement(recipient)


def recipients_of(der):
    names, before = [], b""
    while not names or der.next() is not None:
        start = der.at
        names.append(recipient_of(der))
        element = der.data[start:der.at]
        if element < before:
            raise pb.Refused("a key envelope whose recipients are not in DER's order")
        before = element
    return names


def encrypted_content(der):
    with der.enter(SEQUENCE) as content:
        content.expect(DATA)
        with content.enter(SEQUENCE) as algorithm:
            algorithm.expect(AES256_GCM)
            with algorithm.enter(SEQUENCE) as parameters:
                parameters.octets(12)
                parameters.expect(b"\x02\x01\x10")
        content.enter(PRIMITIVE | 0)


def recipients(cms):
    """The subjectKeyIdentifiers that an envelope names, in hex."""
    with Der(cms) as whole, whole.enter(SEQUENCE) as info:
        info.expect(AUTH_ENVELOPED_DATA)
        with info.enter(CONTEXT | 0) as content, content.enter(SEQUENCE) as envelope:
            envelope.expect(b"\x02\x01\x00")
            with envelope.enter(SET) as several:
                names = recipients_of(several)
            encrypted_content(envelope)
            envelope.octets(16)
    if len(names) > 64 or len(set(names)) < len(names) \
            or not all(1 <= len(name) <= 64 for name in names):
        raise pb.Refused("a key envelope with too many recipients, or with one twice or unnamed")
    return [name.hex() for name in names]
