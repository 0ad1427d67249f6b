"""Mail as nobody should send it, and as servers meet it: 26 kinds, each a list of its recipients and its octets.

Octets are those of the message as SMTP carries it, before dots are stuffed; each ends with CR LF.  Everybody in them is
fictitious.
"""

TO = ["b.martin@cabinet.example"]
HEAD = (b"From: A. Durand <a.durand@labo.example>\r\nTo: B. Martin <b.martin@cabinet.example>\r\n"
        b"Date: Wed, 6 May 2026 17:42:00 +0200\r\nMessage-ID: <%s@labo.example>\r\n")


def message(name, fields=b"", body=b"Bonjour,\r\n"):
    return HEAD % name.encode() + fields + b"\r\n" + body


def kinds():
    """Pairs of a kind and (recipients, octets)."""
    long_line = b"x" * 5000
    table = {
        "plain": message("plain", b"Subject: plain\r\n"),
        "nothing": b"",
        "no-header": b"\r\nBonjour,\r\n",
        "text-at-once": b"Bonjour, ceci n'est pas un champ\r\n",
        "no-body": message("no-body", body=b""),
        "no-empty-line": HEAD % b"no-empty-line",
        "text-behind-fields": HEAD % b"text-behind-fields" + b"Bonjour\r\n",
        "nul-in-body": message("nul-in-body", body=b"a\0b\r\n\0\r\n"),
        "nul-in-field": message("nul-in-field", b"Subject: a\0b\r\n"),
        "bare-lf-in-body": message("bare-lf-in-body", body=b"a\nb\n\nc\r\n"),
        "bare-lf-in-header": message("bare-lf-in-header", b"Subject: a\nX-Other: b\n\tfolded\r\n"),
        "bare-cr-in-body": message("bare-cr-in-body", body=b"a\rb\r\n\r\rc\r\n"),
        "bare-cr-in-field": message("bare-cr-in-field", b"Subject: a\rb\r\n"),
        "cr-before-cr-lf": message("cr-before-cr-lf", b"Subject: a\r\r\n", b"a\r\r\nb\r\r\n"),
        "latin-1-field": message("latin-1-field", b"Subject: r\xe9sultat d'analyse\r\n"),
        "utf-8-field": message("utf-8-field", "Subject: résultat d’analyse\r\n".encode()),
        "8-bit-body": message("8-bit-body", body=bytes(range(128, 256)) + b"\r\n"),
        "long-lines": message("long-lines", body=long_line + b"\r\n." + long_line + b"\r\n"),
        "long-field": message("long-field", b"X-Long: " + long_line + b"\r\n"),
        "huge-field": message("huge-field", b"X-Huge: " + b"".join(b"\t%06d\r\n" % i for i in range(20000))),
        "folds": message("folds", b"Subject: a\r\n\tb\r\n  c\r\nX-Empty:\r\n d\r\n"),
        "fold-of-white-space": message("fold-of-white-space", b"Subject: a\r\n \r\n b\r\n"),
        "odd-colons": message("odd-colons", b"Subject:a\r\nX-Space : b\r\nX-Tab:\tc\r\nX-Two:  d \r\nX-None:\r\n"),
        "dots": message("dots", body=b".\r\n..\r\n...a\r\n.\r\n\r\n. \r\n"),
        "twice-the-same": message("twice", b"Message-ID: <twice@labo.example>\r\nSubject: a\r\nSubject: a\r\n"),
        "from-line": b"From a.durand@labo.example Wed May  6 17:42:00 2026\r\n" + message("from-line", body=b"From b\r\n"),
    }
    assert len(table) == 26
    many = ["r%03d@cabinet.example" % i for i in range(200)]
    for name, octets in table.items():
        yield name, (many if name == "plain" else TO), octets


def stuffed(octets):
    """As it is sent behind DATA, with the dot that ends it."""
    lines = octets.split(b"\r\n")
    assert lines[-1] == b""
    return b"".join((b"." if line[:1] == b"." else b"") + line + b"\r\n" for line in lines[:-1]) + b".\r\n"
