"""Timestamping authorities for tests: the archive's own `tsa serve`, one made of the openssl
command, and a front that stands before either and answers as badly as it is told.
"""
import http.client
import http.server
import os
import re
import shutil
import signal
import subprocess
import sys
import threading

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../tools"))
import probant_der as der                                                    # noqa: E402

QUERY, REPLY = "application/timestamp-query", "application/timestamp-reply"


def post(address, body, path="/", kind=QUERY, method="POST"):
    """(status, content type, body)."""
    line = http.client.HTTPConnection(*address, timeout=20)
    try:
        line.request(method, path, body, {"Content-Type": kind})
        reply = line.getresponse()
        return reply.status, reply.getheader("Content-Type"), reply.read()
    finally:
        line.close()


def openssl(*words, stdin=b""):
    done = subprocess.run(["openssl", *words], input=stdin, capture_output=True)
    assert done.returncode == 0, (words, done.stderr.decode(errors="replace"))
    return done.stdout


# ---- requests, as a liar rewrites them ------------------------------------------------------

def tlv(tag, data):
    length = bytes([len(data)])
    if len(data) >= 0x80:
        octets = len(data).to_bytes(4, "big").lstrip(b"\0")
        length = bytes([0x80 | len(octets)]) + octets
    return bytes([tag]) + length + data


def rewritten(request, nonce=None, imprint=None, drop=()):
    """A TimeStampReq with another nonce or imprint, or without the fields of some tags."""
    parts = []
    for at, field in enumerate(der.elements(der.only(request, der.SEQUENCE))):
        if at == 1 and imprint is not None:
            algorithm = der.elements(field.data)[0].raw
            parts.append(tlv(der.SEQUENCE, algorithm + tlv(der.OCTETS, imprint)))
        elif at > 1 and field.tag == der.INTEGER and nonce is not None:
            parts.append(tlv(der.INTEGER, nonce))
        elif at < 2 or field.tag not in drop:
            parts.append(field.raw)
    return tlv(der.SEQUENCE, b"".join(parts))


def rejection(status, text=b"", failure=b""):
    """A TimeStampResp without a token (RFC 3161 2.4.2)."""
    said = tlv(der.SEQUENCE, tlv(der.UTF8, text)) if text else b""
    said += tlv(der.BITS, failure) if failure else b""
    return tlv(der.SEQUENCE, tlv(der.SEQUENCE, tlv(der.INTEGER, bytes([status])) + said))


# ---- authorities ----------------------------------------------------------------------------

class Served:
    """`probant tsa serve`, with the local key of an archive: its owner might serve that."""

    def __init__(self, probant, directory):
        self.root = os.path.join(directory, "root.pem")
        self.borrow(probant, directory)
        self.program = subprocess.Popen([probant, "tsa", "serve", directory, "--listen", "127.0.0.1:0"],
                                        stdout=subprocess.PIPE, env={"LC_ALL": "C.UTF-8"})
        self.said = self.program.stdout.readline().decode()
        self.address = ("127.0.0.1", int(re.search(r"http://127\.0\.0\.1:(\d+)/", self.said)[1]))
        threading.Thread(target=self.program.stdout.read, daemon=True).start()

    def borrow(self, probant, directory):
        archive, passphrase = directory + "-archive", directory + "-passphrase"
        if os.path.exists(directory + "/tsa.key"):
            return                                                            # it serves again
        os.makedirs(directory, exist_ok=True)
        with open(passphrase, "w") as file:
            file.write("phrase fictive\n")
        subprocess.run([probant, "init", archive, "--origin", "autorite.example/locale",
                        "--no-recovery", "--passphrase-file", passphrase], check=True,
                       capture_output=True)
        shutil.copy(archive + "/private/tsa.key", directory + "/tsa.key")
        shutil.copy(archive + "/tsa/local.pem", directory + "/tsa.pem")
        with open(directory + "/tsa.pem") as file, open(self.root, "w") as root:
            root.write("-----BEGIN" + file.read().split("-----BEGIN")[2])

    def answer(self, request):
        return post(self.address, request)[2]

    def stop(self):
        self.program.send_signal(signal.SIGTERM)
        return self.program.wait(20)


CONFIGURATION = """
[req]
distinguished_name = name
[name]
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
[tsa]
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[pointing]
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
authorityInfoAccess = {1}
[server]
subjectAltName = IP:127.0.0.1
[plain]
extendedKeyUsage = clientAuth
[stamping]
serial = {0}/serial
signer_cert = {0}/tsa.pem
certs = {0}/tsa.pem
signer_key = {0}/tsa.key
signer_digest = sha256
default_policy = 1.3.6.1.4.1.99999.1
other_policies = 1.3.6.1.4.1.99999.2
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
"""


def configuration(directory, places=()):
    """places: where a certificate of [pointing] says that its issuer's certificate is."""
    return CONFIGURATION.format(
        directory, ",".join("caIssuers;URI:" + x for x in places) or "OCSP;URI:http://a.example/")


class Identity:
    """A key with its certificate, and below a root all that it issues."""

    def __init__(self, directory, name, extensions, issuer=None, places=()):
        self.key, self.certificate = ["%s/%s.%s" % (directory, name, x) for x in ("key", "pem")]
        settings = directory + "/settings"
        with open(settings, "w") as file:
            file.write(configuration(directory, places))
        words = ["-CA", issuer.certificate, "-CAkey", issuer.key] if issuer else []
        openssl("req", "-x509", "-config", settings, "-extensions", extensions, "-newkey", "ec",
                "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "30", "-subj",
                "/CN=%s (fictitious)" % name, "-keyout", self.key, "-out", self.certificate, *words)

    def both(self, path):
        """Certificate and key in one file, as a client needs them."""
        with open(path, "wb") as out:
            for part in (self.certificate, self.key):
                with open(part, "rb") as file:
                    out.write(file.read())
        return path


class Stranger:
    """An authority that nobody here wrote: the openssl command."""

    def __init__(self, directory):
        os.makedirs(directory)
        self.directory, self.lock = directory, threading.Lock()
        self.root = self.make()
        with open(directory + "/serial", "w") as file:
            file.write("01\n")

    def make(self):
        root = Identity(self.directory, "root", "ca")
        Identity(self.directory, "tsa", "tsa", root)
        return root.certificate

    def answer(self, request):
        with self.lock:
            query = self.directory + "/query"
            with open(query, "wb") as file:
                file.write(request)
            return openssl("ts", "-reply", "-config", self.directory + "/settings", "-section",
                           "stamping", "-queryfile", query)


class Pointing(Stranger):
    """One whose certificate does not bring its issuer, and names places where it is said to be."""

    def __init__(self, directory, places):
        self.places = places
        super().__init__(directory)

    def make(self):
        root = Identity(self.directory, "root", "ca")
        middle = Identity(self.directory, "middle", "ca", root)
        Identity(self.directory, "tsa", "pointing", middle, self.places)
        return root.certificate


class Pretender(Stranger):
    """Who has the key of `tsa serve` and names another policy than the one for such keys."""

    def __init__(self, directory, served):
        self.served = served
        super().__init__(directory)

    def make(self):
        with open(self.directory + "/settings", "w") as file:
            file.write(configuration(self.directory))
        for name in ("tsa.pem", "tsa.key"):
            shutil.copy(os.path.join(os.path.dirname(self.served.root), name), self.directory)
        return self.served.root


# ---- the front ------------------------------------------------------------------------------

class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):                                                    # noqa: N802
        front = self.server.front
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.close_connection = True
        front.requests.append((self.path, self.headers, body))
        try:
            front.mood(self, body)
        except (BrokenPipeError, ConnectionResetError):
            pass                                                          # who asked has gone

    def do_GET(self):                                                     # noqa: N802
        front = self.server.front
        self.close_connection = True
        front.fetched.append(self.path)
        try:
            front.place(self)
        except (BrokenPipeError, ConnectionResetError):
            pass

    def say(self, body, status=200, kind=REPLY, length=None, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if kind is not None:
            self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words):
        pass


class Front:
    """A server before an authority; mood(handler, request) answers, for better or worse."""

    def __init__(self, authority, tls=None):
        self.authority, self.tls, self.port = authority, tls, 0
        self.released = threading.Event()
        self.start()

    def start(self):
        self.requests, self.mood = [], self.good
        self.fetched, self.place = [], lambda handler: handler.say(b"no", 404, "text/plain")
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self.server.daemon_threads, self.server.block_on_close = True, False
        self.server.front = self
        if self.tls:
            self.server.socket = self.tls.wrap_socket(
                self.server.socket, server_side=True, do_handshake_on_connect=False)
            self.server.handle_error = lambda *words: None
        self.port = self.server.server_address[1]
        self.url = "%s://127.0.0.1:%d/tsr" % ("https" if self.tls else "http", self.port)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self):
        """From here on it refuses connections."""
        self.released.set()
        self.server.shutdown()
        self.server.server_close()

    def good(self, handler, request):
        handler.say(self.authority.answer(request))
