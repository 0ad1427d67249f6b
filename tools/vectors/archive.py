"""A whole archive, its readers, and what is said of it."""
import subprocess
import tempfile

from vectors import writer as pb
from vectors.common import ORIGIN, Cases, compress, files, kept, seeded

PASSPHRASE = "phrase de passe fictive"

READERS = {"reader": ["ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
           "recovery": ["ec", "-pkeyopt", "ec_paramgen_curve:P-384"],
           "heir": ["rsa:3072"]}
REQUEST = b"""[req]
distinguished_name = name
x509_extensions = extensions
[name]
[extensions]
subjectKeyIdentifier = hash
keyUsage = critical, keyEncipherment, keyAgreement
"""


def make_reader(role):
    """A private key under the passphrase, and its certificate: two PEM texts in one."""
    with tempfile.TemporaryDirectory() as work:
        with open(work + "/req", "wb") as file:
            file.write(REQUEST)
        subprocess.run(["openssl", "req", "-x509", "-config", work + "/req", "-newkey",
                        *READERS[role], "-noenc", "-keyout", work + "/key", "-out", work + "/pem",
                        "-days", "36500", "-subj", "/CN=probant %s (fictive)" % role],
                       check=True, stderr=subprocess.DEVNULL)
        key = pb.run(["openssl", "pkcs8", "-topk8", "-scrypt", "-v2", "aes-256-cbc", "-in",
                      work + "/key", "-passout", "pass:" + PASSPHRASE])
        with open(work + "/pem", "rb") as file:
            return key + file.read()


def reader(role):
    """(private key PEM, certificate PEM, subjectKeyIdentifier, certificate DER)"""
    whole = kept("%s.pem" % role, lambda: make_reader(role))
    at = whole.index(b"-----BEGIN CERTIFICATE")
    key, certificate = whole[:at], whole[at:]
    der = pb.run(["openssl", "x509", "-outform", "DER"], certificate)
    text = pb.run(["openssl", "x509", "-noout", "-ext", "subjectKeyIdentifier"], certificate)
    return key, certificate, text.split()[-1].replace(b":", b"").decode().lower(), der


def make_envelope(key, roles=READERS):
    with tempfile.TemporaryDirectory() as work:
        command = ["openssl", "cms", "-encrypt", "-binary", "-outform", "DER", "-aes-256-gcm",
                   "-keyid"]
        for role in roles:
            with open("%s/%s" % (work, role), "wb") as file:
                file.write(reader(role)[1])
            command += ["-recip", "%s/%s" % (work, role)]
            for option in (["rsa_padding_mode:oaep", "rsa_oaep_md:sha256", "rsa_mgf1_md:sha256"]
                           if role == "heir" else ["ecdh_kdf_md:sha256"]):
                command += ["-keyopt", option]
        return pb.run(command, key)


def envelope(name, key):
    return kept(name + ".cms", lambda: make_envelope(key))


def messages():
    received = b"Received: from mx.operateur-fictif.example by mail.cabinet-exemple.example;\r\n" \
        b"\tWed, 6 May 2026 17:42:00 +0200\r\n"
    first = received + (
        "Date: Wed, 6 May 2026 17:41:58 +0200\r\nMessage-ID: <1@operateur-fictif.example>\r\n"
        "From: Op\u00e9rateur fictif <avis@operateur-fictif.example>\r\n"
        "To: Dr Camille Exemple (fictive) <camille@cabinet-exemple.example>\r\n"
        "Subject: Possible =?UTF-8?Q?d=C3=A9faut?= d'affichage\r\nX-MSS-INS: N\r\n\r\n"
        "Bonjour,\r\n\r\nDes messages n'ont pas \u00e9t\u00e9 affich\u00e9s.\r\n").encode()
    second = received + (
        b"Date: Thu, 30 Apr 2026 09:00:00 +0200\r\nFrom: labo@labo-fictif.example\r\n"
        b"To: camille@cabinet-exemple.example\r\nSubject: XDM/1.0/DDM+Exemple Patient"
        b" 01/01/1970\r\n"
        b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n boundary=\"=_fictif\"\r\n\r\n"
        b"--=_fictif\r\nContent-Type: text/plain\r\n\r\nResultat fictif.\r\n"
        b"--=_fictif\r\nContent-Type: application/zip; name=IHE_XDM.ZIP\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n") \
        + b"".join(pb.b64(seeded("zip %d" % i, 57)).encode() + b"\r\n" for i in range(40)) \
        + b"--=_fictif--\r\n"
    third = b"Subject: octets sans fin de ligne\n\0\xff\xfe\rni corps"
    return [first, second, third]


def archive():
    log_key = pb.SigningKey(ORIGIN, seeded("archive log key", 32))
    witness = pb.SigningKey("temoin-fictif.example/w1", seeded("archive witness key", 32), 4)
    made = pb.Archive(log_key, compress, envelope, lambda label, n: seeded("archive " + label, n))
    readers = {role: reader(role) for role in READERS}
    software = "probant 0.1.0"
    records, facts_of = [], {}

    def imported(message, file, flags, first_us):
        facts = {"source": "import", "fidelity": "imported", "direction": "received",
                 "size": len(message), "first_us": first_us, "last_us": first_us + 120,
                 "flags": flags, "maildir": "cur", "software": software}
        return 15, pb.message_parts(message, facts, {"file": file})

    def commit(time, batch):
        for kind, parts in batch:
            records.append((kind, time, parts))
        return made.commit(time, batch)

    first, second, third = messages()
    start = 1778086920                                     # 2026-05-06T17:02:00Z
    genesis = {"format": 1, "origin": ORIGIN, "verifier_key": log_key.vkey,
               "readers": [{"id": r[2], "sha256": pb.sha256(r[3]).hex(), "role": role}
                           for role, r in readers.items()],
               "recovery": "file", "tsa_roots": [], "software": software}
    begun = made.begin_segment(start, genesis)
    commit(start, [begun, imported(first, "avis.eml", [], start * 10**6),
                   imported(second, "cur/2:2,FS", ["\\Flagged", "\\Seen"], start * 10**6 + 500)])
    held = made.note
    made.publish()
    commit(start + 60, [(4, [
        (0, pb.to_json({"event": "access", "command": "show", "what": "raw", "records": [1, 1]})),
        (6, pb.to_json({"purpose": "d\u00e9claration \u00e0 l'assureur (fictive)"}))])])
    torn = seeded("torn tail", 47)
    end = len(made.files["vault/%s.seg" % made.segment])
    before = made.segment
    made.files["quarantine/%s-%016x-%s.seg" % (before, end, pb.sha256(torn)[:8].hex())] = torn
    begun = made.begin_segment(start + 3600)
    commit(start + 3600, [begun, (14, [(0, pb.to_json(
        {"event": "torn_tail", "segment": before, "offset": end, "length": len(torn),
         "sha256": pb.sha256(torn).hex(), "sha3_256": pb.sha3(torn).hex()}))])])
    commit(start + 3000, [
        (3, [(0, pb.to_json({"event": "clock_step", "from_s": start + 3600,
                             "to_s": start + 3000}))]),
        imported(third, "-", [], (start + 3000) * 10**6)])
    made.publish()
    text = made.note.decode().rpartition("\n\n")[0] + "\n"
    files["archive.witnessed"] = made.note + witness.line(text, start + 4000).encode()

    made.files["lock"] = b""
    made.files["private/log.key"] = log_key.pem()
    for role, (key, certificate, ident, _) in readers.items():
        made.files["readers/%s.pem" % ident] = certificate
        if role == "reader":
            made.files["readers/%s.key" % ident] = key
        else:
            files["archive.%s.key" % role] = key
    for path, data in made.files.items():
        files["archive/" + path] = data
    files["archive.passphrase"] = PASSPHRASE.encode() + b"\n"
    files["archive.trust"] = ("log %s\nwitness w1 %s\ngroup w any w1\nquorum none\n"
                              % (log_key.vkey, witness.vkey)).encode()
    files["archive.witnessed.trust"] = files["archive.trust"].replace(b"quorum none", b"quorum w")
    files["archive.against"] = held

    cases = Cases("archive.txt", "The archive in archive/.", "3")
    hashes = [pb.leaf_hash(entry) for entry in made.leaves]
    cases.add("the whole", origin=ORIGIN, vkey=log_key.vkey, size=len(made.leaves),
              root=pb.root(hashes), head=made.head)
    for seq, (kind, time, parts) in enumerate(records):
        values = {"facts": [data for part, data in parts if part == 0][0].decode()}
        message = b"".join(data for part, data in parts if part in (1, 2))
        if kind == 15:
            files["messages/%d.eml" % seq] = message
            values["message_sha256"] = pb.sha256(message)
        cases.add("record %d" % seq, clause="1.5", seq=seq, type=kind, time=time, **values)
    cases.done()
