"""Many words and pieces of messages, looked for in files in many spellings and encodings."""
import base64
import email
import email.errors
import email.header
import email.policy
import os
import re

# Words of the format, its file names, settings, facts and certificates, and of the origin: these
# stand open.
VOCABULARY = """PROBANT1 PBSEGMT1 PBFRONT1 origin first_seq created_s checkpoint entries frontier
    private quarantine readers reader recovery CERTIFICATE ENCRYPTED segment header sha256 sha3_256
    previous length format verifier_key software probant tsa_roots xyzzy export_key authorities
    gap_after_s heartbeat_s timeout_s interval_s tried_us good_us failures retry_s reason
    timestamp timestamps request policy serial qualified before_us after_us gen_time
    accuracy_us objects archive catalog machine mailboxes record digest summary INTEGER PRIMARY
    observed speaks delivery disposition recipients action status failed delayed delivered relayed
    expanded modifier warning superseded expired terminated displayed deleted dispatched processed
    denied message_id envelope_id queue_id transaction WITHOUT
    """.lower().split()
SHORTEST, FOLDED = 6, 8                   # letters; from FOLDED on, in any spelling at all
PIECE = 24                                # octets of a message as they stand


def texts_of(data):
    """What a person would read in a message, and its header as it stands."""
    message = email.message_from_bytes(data, policy=email.policy.compat32)
    for part in message.walk():
        for _, value in part.items():
            yield str(value)
            try:
                yield str(email.header.make_header(email.header.decode_header(str(value))))
            except (ValueError, LookupError, email.errors.HeaderParseError):
                pass                      # not an encoded word after all
        if part.get_content_maintype() != "text":
            yield part.get_filename() or ""
            continue
        content = part.get_payload(decode=True) or b""
        for charset in ("utf-8", part.get_content_charset() or "latin-1", "latin-1"):
            try:
                yield content.decode(charset)
                break
            except (ValueError, LookupError):
                continue


def words_of(text):
    return {word for word in re.findall(r"[^\W\d_]{%d,}" % SHORTEST, text)
            if not any(word.lower() in known for known in VOCABULARY)}


def mail_below(directory):
    for folder, _, names in sorted(os.walk(directory)):
        for name in sorted(names):
            with open(os.path.join(folder, name), "rb") as file:
                yield os.path.relpath(os.path.join(folder, name), directory), file.read()


def encodings_of(word):
    """Name, octets."""
    for text in {word, word.lower(), word.upper(), word.capitalize()}:
        for encoding in ("utf-8", "latin-1", "utf-16-le", "utf-16-be"):
            octets = text.encode(encoding, "ignore")
            if len(octets) >= SHORTEST:
                yield encoding, octets
    octets = word.encode()
    yield "hex", octets.hex().encode()
    for before in range(3 if len(octets) >= FOLDED else 0):
        piece = base64_of(octets, before)
        if len(piece) >= FOLDED:
            yield "base64 at %d" % before, piece


def base64_of(octets, before):
    """Behind so many others: only the characters that depend on these alone."""
    whole = base64.b64encode(bytes(before) + octets)
    return whole[-(-before * 4 // 3):(before + len(octets)) * 8 // 6]


class Search:
    """Many strings at once, by their first octets."""

    def __init__(self):
        self.exact, self.folded, self.count = {}, {}, 0

    def add_word(self, word):
        self.count += 1
        for _, octets in encodings_of(word):
            self.add(octets)
        if len(word) >= FOLDED:
            octets = word.lower().encode()
            self.folded.setdefault(octets[:SHORTEST], set()).add(octets)

    def add(self, octets):
        self.exact.setdefault(octets[:SHORTEST], set()).add(octets)

    def add_words(self, words):
        for word in words:
            self.add_word(word)

    def add_message(self, name, data):
        for text in [name, *texts_of(data)]:
            self.add_words(words_of(text))
        for at in range(0, len(data) - PIECE, max(PIECE, len(data) // 8)):
            piece = data[at:at + PIECE]
            if len(set(piece)) > 4:       # not a rule of dashes or a run of NUL
                self.add(piece)

    def add_octets(self, octets):
        """As they stand, in hex, and in base64."""
        self.add(octets)
        self.add(octets.hex().encode())
        self.add(octets.hex().upper().encode())
        for before in range(3):
            self.add(base64_of(octets, before))

    def matches(self, data):
        """offset: octets, of the longest there."""
        found = {}
        for heads, octets in ((self.exact, data), (self.folded, data.lower())):
            for at in range(len(octets) - SHORTEST + 1):
                for whole in heads.get(octets[at:at + SHORTEST], ()):
                    if octets.startswith(whole, at):
                        found[at] = max(len(whole), found.get(at, 0))
        return found

    def hits(self, data):
        """Offsets."""
        return sorted(self.matches(data))

    def places(self, directory):
        """Every file below, and its name."""
        for path, data in mail_below(directory):
            yield from ["%s:%d" % (path, at) for at in self.hits(data)]
            yield from ["the name of " + path for _ in self.hits(path.encode())]
