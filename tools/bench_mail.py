#!/usr/bin/env python3
"""bench_mail.py OUTDIR [--messages 20000] [--seed 1]: mail for measuring, about 70 KB a message.

Writes OUTDIR/<nnn>/<nnnnnn>.eml.  Sizes are log-normal, from 2 KB to some MB.  Of the attachments
60 % are bytes that nothing compresses (as JPEG, PDF and ZIP are), the others tables of text, and
2 % were sent before; texts draw from 50,000 invented words with Zipf's frequencies, so that they
compress as a language does and not as a list of fifty words.  The same arguments give the same
bytes.  OUTDIR/done names the arguments and is written last.
"""
import argparse
import base64
import datetime
import itertools
import math
import os
import random

VOCABULARY = 50_000
PAIRS = ["%s%s" % pair for pair in itertools.product(
    "b c d f g j l m n p r s t v ch qu tr pl".split(), "a e i o u é è ou on ai".split())]
OPAQUE = [("application/pdf", "pdf"), ("image/jpeg", "jpg"), ("application/zip", "zip")]


class Generator:
    def __init__(self, seed):
        self.rnd = random.Random(seed)
        words = set()
        while len(words) < VOCABULARY:
            words.add("".join(self.rnd.choices(PAIRS, k=self.rnd.choice((1, 2, 2, 3, 3, 4)))))
        self.words = sorted(words)
        self.rnd.shuffle(self.words)
        self.weights = list(itertools.accumulate(1 / rank for rank in range(1, VOCABULARY + 1)))
        self.sent_before = []

    def draw(self, count):
        return self.rnd.choices(self.words, cum_weights=self.weights, k=count)

    def text(self, octets):
        """Lines of words, about that many octets."""
        lines, size = [], 0
        while size < octets:
            line = " ".join(self.draw(11))
            lines.append(line)
            size += len(line) + 2
        return "\r\n".join(lines) + "\r\n"

    def table(self, octets):
        rows, size, number = [], 0, 0
        words = self.draw(max(1, octets // 30))
        while size < octets:
            row = "%06d;%s;%.2f;%d\n" % (number, words[number % len(words)],
                                         self.rnd.random() * 10_000, self.rnd.getrandbits(30))
            rows.append(row)
            size += len(row)
            number += 1
        return "".join(rows).encode()

    def attachment(self):
        """(media type, file name extension, bytes)"""
        if self.sent_before and self.rnd.random() < 0.02:
            return self.rnd.choice(self.sent_before)
        size = int(min(3_600_000, max(600, self.rnd.lognormvariate(math.log(25_000), 1.35))))
        if self.rnd.random() < 0.6:
            made = self.rnd.choice(OPAQUE) + (self.rnd.randbytes(size),)
        else:
            made = ("text/csv", "csv", self.table(size))
        if len(self.sent_before) < 200:
            self.sent_before.append(made)
        return made

    def message(self, number, when):
        token = "%016x" % self.rnd.getrandbits(64)
        stamp = when.strftime("%a, %d %b %Y %H:%M:%S +0100")
        subject = base64.b64encode(" ".join(self.draw(5)).encode()).decode()
        sender = "personne-%d@exemple-fictif.test" % self.rnd.randrange(400)
        header = (
            "Return-Path: <%s>\r\nReceived: from smtp.exemple-fictif.test ([192.0.2.%d])\r\n"
            "\tby mx.operateur-fictif.example with ESMTPS id %s;\r\n\t%s\r\n"
            "DKIM-Signature: v=1; a=rsa-sha256; d=exemple-fictif.test; s=s1;\r\n\tb=%s\r\n"
            "Message-ID: <%s.%d@exemple-fictif.test>\r\nDate: %s\r\nFrom: <%s>\r\n"
            "To: <cabinet@operateur-fictif.example>\r\nSubject: =?utf-8?B?%s?=\r\n"
            "MIME-Version: 1.0\r\n" % (
                sender, self.rnd.randrange(1, 255), token[:11].upper(), stamp,
                base64.b64encode(self.rnd.randbytes(256)).decode(), token, number, stamp, sender,
                subject))
        text = self.text(min(30_000, self.rnd.lognormvariate(7.2, 0.8)))
        plain = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        kind = self.rnd.random()
        if kind < 0.3:
            return (header + plain + text).encode()
        boundary = "=_" + token
        if kind < 0.5:
            page = "<html><body>%s</body></html>\r\n" % "".join(
                "<p>%s</p>\r\n" % line for line in text.split("\r\n"))
            return (header + 'Content-Type: multipart/alternative;\r\n boundary="%s"\r\n\r\n--%s\r\n'
                    % (boundary, boundary) + plain + text + "--%s\r\n" % boundary
                    + plain.replace("plain", "html") + page + "--%s--\r\n" % boundary).encode()
        out = [header.encode(), ('Content-Type: multipart/mixed;\r\n boundary="%s"\r\n\r\n--%s\r\n'
                                 % (boundary, boundary) + plain + text).encode()]
        for _ in range(self.rnd.choice((1, 1, 1, 2, 3))):
            media, extension, data = self.attachment()
            coded = base64.b64encode(data)
            out.append(('--%s\r\nContent-Type: %s; name="piece-%d.%s"\r\n'
                        "Content-Transfer-Encoding: base64\r\n\r\n"
                        % (boundary, media, number, extension)).encode())
            out += [coded[i:i + 76] + b"\r\n" for i in range(0, len(coded), 76)]
        out.append(b"--%s--\r\n" % boundary.encode())
        return b"".join(out)


def main():
    parser = argparse.ArgumentParser(description="Writes mail for the benchmark.")
    parser.add_argument("outdir")
    parser.add_argument("--messages", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    generator = Generator(options.seed)
    when = datetime.datetime(2024, 1, 1, 8)
    octets = 0
    for number in range(options.messages):
        when += datetime.timedelta(seconds=generator.rnd.randrange(5, 4000))
        data = generator.message(number, when)
        folder = os.path.join(options.outdir, "%03d" % (number // 100))
        if number % 100 == 0:
            os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "%06d.eml" % number), "wb") as file:
            file.write(data)
        octets += len(data)
    line = "%d messages, seed %d, %d octets\n" % (options.messages, options.seed, octets)
    with open(os.path.join(options.outdir, "done"), "w", encoding="ascii") as file:
        file.write(line)
    print(line, end="")


if __name__ == "__main__":
    main()
