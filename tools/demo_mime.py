"""Header fields and MIME parts, written octet by octet, in the several ways programs write them.

Python's own email package would make them all alike, and correct; real mail is neither.
"""
import base64


# ---- header fields --------------------------------------------------------------------------

def word_b(text):
    """RFC 2047, B: words of at most 75 characters, never cutting a character."""
    words, rest = [], text
    while rest:
        size = min(len(rest), 42)
        while len(rest[:size].encode()) > 42:
            size -= 1
        words.append("=?UTF-8?B?%s?=" % base64.b64encode(rest[:size].encode()).decode())
        rest = rest[size:]
    return "\r\n ".join(words)


def word_q(text, charset="ISO-8859-1"):
    """RFC 2047, Q."""
    def quote(character):
        if character == " ":
            return "_"
        if character.isascii() and character.isalnum():
            return character
        return "".join("=%02X" % octet for octet in character.encode(charset, "replace"))

    words, line = [], ""
    for character in text:
        if len(line) + len(quote(character)) > 50:
            words.append(line)
            line = ""
        line += quote(character)
    words.append(line)
    return "\r\n ".join("=?%s?Q?%s?=" % (charset, word) for word in words)


def mailbox(person, encode=word_b):
    name, address = person
    plain = name.isascii() and not set(name) & set("(),&.")
    return "%s <%s>" % (name if plain else encode(name), address)


def date(when):
    return when.strftime("%a, %d %b %Y %H:%M:%S ") + when.strftime("%z")


def file_name(name):
    """Content-Disposition with an RFC 2231 name, in two pieces when it is long."""
    def percent(text):
        return "".join(c if c.isascii() and (c.isalnum() or c in "-._") else
                       "".join("%%%02X" % octet for octet in c.encode()) for c in text)

    if name.isascii():
        return 'Content-Disposition: attachment; filename="%s"' % name
    if len(name) < 24:
        return "Content-Disposition: attachment;\r\n filename*=UTF-8''" + percent(name)
    return ("Content-Disposition: attachment;\r\n filename*0*=UTF-8''%s;\r\n filename*1*=%s"
            % (percent(name[:20]), percent(name[20:])))


# ---- parts ----------------------------------------------------------------------------------

def lines64(data):
    text = base64.b64encode(data)
    return b"\r\n".join(text[i:i + 76] for i in range(0, len(text), 76)) + b"\r\n"


def quoted(text, charset):
    """Quoted-printable (RFC 2045 6.7) of text whose lines end with LF."""
    out = []
    for line in text.split("\n"):
        row = ""
        for octet in line.encode(charset, "replace"):
            piece = chr(octet) if 32 <= octet < 127 and octet != 61 else "=%02X" % octet
            if len(row) + len(piece) > 73:
                out.append(row + "=")
                row = ""
            row += piece
        out.append(row[:-1] + "=20" if row.endswith(" ") else row)
    return "\r\n".join(out).encode() + b"\r\n"


def text_part(text, style):
    """(fields, octets) of a text in one of the ways in which programs write French."""
    if style == "8bit":
        return (["Content-Type: text/plain; charset=UTF-8", "Content-Transfer-Encoding: 8bit"],
                text.replace("\n", "\r\n").encode() + b"\r\n")
    if style == "base64":
        return (["Content-Type: text/plain; charset=windows-1252",
                 "Content-Transfer-Encoding: base64"],
                lines64(text.replace("\n", "\r\n").encode("cp1252", "replace")))
    charset = "UTF-8" if style == "utf-8" else "ISO-8859-15"
    return (["Content-Type: text/plain; charset=" + charset,
             "Content-Transfer-Encoding: quoted-printable"], quoted(text, charset))


def attachment(name, media, data):
    return (["Content-Type: %s" % media, "Content-Transfer-Encoding: base64", file_name(name)],
            lines64(data))


def multipart(kind, boundary, parts):
    body = b"".join(b"--" + boundary.encode() + b"\r\n" + "\r\n".join(fields).encode()
                    + b"\r\n\r\n" + data for fields, data in parts)
    media = 'Content-Type: multipart/%s;\r\n boundary="%s"' % (kind, boundary)
    return (["MIME-Version: 1.0", media],
            body + b"--" + boundary.encode() + b"--\r\n")
