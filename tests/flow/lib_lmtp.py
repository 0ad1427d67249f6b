"""A witness for flow tests: an LMTP server that keeps what it is handed, as it came."""
import os
import socketserver
import threading


class Session(socketserver.StreamRequestHandler):
    def say(self, line):
        self.wfile.write(line.encode() + b"\r\n")

    def data(self):
        """CR LF . CR LF ends it; dots unstuffed."""
        self.say("354 go on")
        lines = []
        for line in iter(self.whole_line, b".\r\n"):
            lines.append(line[1:] if line.startswith(b".") else line)
        return b"".join(lines)

    def whole_line(self):
        line = self.rfile.readline()
        while line and not line.endswith(b"\r\n"):
            more = self.rfile.readline()
            if not more:
                raise ConnectionError("cut off")
            line += more
        if not line:
            raise ConnectionError("cut off")
        return line

    def handle(self):
        recipients = []
        self.say("220 witness LMTP")
        try:
            while True:
                verb = self.whole_line().split()[0].upper()
                if verb == b"LHLO":
                    self.wfile.write(b"250-witness\r\n250-PIPELINING\r\n250-SMTPUTF8\r\n250 8BITMIME\r\n")
                elif verb == b"DATA":
                    self.server.take(self.data())
                    for _ in recipients:
                        self.say("250 2.0.0 taken")
                elif verb == b"QUIT":
                    return self.say("221 2.0.0 bye")
                else:
                    recipients = recipients + [verb] if verb == b"RCPT" else []
                    self.say("250 2.0.0 ok")
        except ConnectionError:
            pass


class Witness(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, path):
        super().__init__(str(path), Session)
        os.chmod(path, 0o666)
        self.messages, self.lock = [], threading.Lock()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def take(self, octets):
        with self.lock:
            self.messages.append(octets)
