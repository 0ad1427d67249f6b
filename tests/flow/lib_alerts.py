"""Whom alerts go to, for flow tests: a mail server, a webhook, a dead man's address; each remembers what it heard."""
import email
import email.policy
import http.server
import json
import socketserver
import ssl
import subprocess
import threading


class MailSession(socketserver.StreamRequestHandler):
    def begin_tls(self):
        self.say("220 go on")
        self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        self.setup()

    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self):
        self.say("220 relay.example")
        self.hear()

    def hear(self):
        envelope = []
        for line in iter(self.rfile.readline, b""):
            verb = line.split(b":")[0].strip().upper()
            if verb == b"DATA":
                self.say("354 go on")
                lines = list(iter(self.rfile.readline, b".\r\n"))
                octets = b"".join(x[1:] if x.startswith(b".") else x for x in lines)
                self.server.mails.append((envelope, octets))
                self.say("250 taken")
            elif verb == b"QUIT":
                return self.say("221 bye")
            elif verb == b"STARTTLS":
                return self.begin_tls() or self.hear()
            elif verb.startswith(b"EHLO"):
                self.say("250-relay.example\r\n250 STARTTLS")
            elif not isinstance(self.request, ssl.SSLSocket):
                self.say("530 STARTTLS first")
            else:
                envelope = envelope + [line.decode().strip()] if verb in (b"MAIL FROM", b"RCPT TO") else []
                self.say("250 ok")


class Relay(socketserver.ThreadingTCPServer):
    """Takes mail by TLS alone, as relay.example, whose certificate is its own root: work/relay.pem."""
    daemon_threads = True

    def __init__(self, work):
        super().__init__(("127.0.0.1", 0), MailSession)
        self.mails, self.port = [], self.server_address[1]
        pem, key = work / "relay.pem", work / "relay.key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                        "-days", "2", "-subj", "/CN=relay.example", "-addext", "subjectAltName=DNS:relay.example",
                        "-keyout", key, "-out", pem], check=True, capture_output=True)
        self.tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.tls.load_cert_chain(pem, key)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def read(self):
        """(envelope, message) of each, as a stranger's parser has it."""
        return [(envelope, email.message_from_bytes(octets, policy=email.policy.default))
                for envelope, octets in list(self.mails)]


class Visit(http.server.BaseHTTPRequestHandler):
    def answer(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        fails = self.server.failures > 0
        self.server.failures -= fails
        (self.server.refused if fails else self.server.taken).append((self.command, dict(self.headers), body))
        self.send_response(503 if fails else 204)
        self.end_headers()

    do_GET = do_POST = answer

    def log_message(self, *_):
        pass


class Web(http.server.ThreadingHTTPServer):
    """The first `failures` visits are answered with 503."""

    def __init__(self, failures=0):
        super().__init__(("127.0.0.1", 0), Visit)
        self.failures, self.taken, self.refused = failures, [], []
        self.url = "http://127.0.0.1:%d/" % self.server_address[1]
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def alerts(self):
        return [alert for _, _, body in list(self.taken) for alert in json.loads(body)["alerts"]]
