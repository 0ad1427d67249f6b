"""How an authority fails: each is a mood of false_authority.Front, which answers a request so."""
from false_authority import REPLY, der, openssl, rejection, rewritten


def status(code, **headers):
    return lambda h, request: h.say(b"no", code, "text/plain", **headers)


def body(data, kind=REPLY, code=200, **headers):
    return lambda h, request: h.say(data, code, kind, **headers)


def changed(change):
    """The authority's own reply, changed behind it."""
    return lambda h, request: h.say(change(h.server.front.authority.answer(request)))


def other(change):
    """The authority's reply to another request than the one asked."""
    return lambda h, request: h.say(h.server.front.authority.answer(change(request)))


def wrong_type(h, request):
    h.say(h.server.front.authority.answer(request), kind="application/octet-stream")


def silent(h, request):
    h.server.front.released.wait(30)


def silent_for_ever(h, request):
    h.server.front.released.wait()


def dripping(h, request):
    reply = h.server.front.authority.answer(request)
    h.say(b"", length=len(reply))
    for octet in reply:
        h.wfile.write(bytes([octet]))
        if h.server.front.released.wait(1):
            return


def dripping_place(h):
    """What a certificate points to comes an octet at a time, and never ends."""
    h.say(b"", kind="application/pkix-cert", length=1000)
    while not h.server.front.released.wait(0.2):
        h.wfile.write(b"0")


def dripping_headers(h, request):
    for octet in b"HTTP/1.1 200 OK\r\nContent-Type: application/timestamp-reply\r\n":
        h.wfile.write(bytes([octet]))
        if h.server.front.released.wait(0.3):
            return


def cut(h, request):
    reply = h.server.front.authority.answer(request)
    h.say(reply[:len(reply) // 2], length=len(reply))


def cut_in_headers(h, request):
    h.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Ty")


def no_http(h, request):
    h.wfile.write(b"220 mail.example.test ESMTP\r\n")


def endless(h, request):
    h.send_response(200)
    h.send_header("Content-Type", "application/timestamp-reply")
    h.end_headers()
    while not h.server.front.released.is_set():
        h.wfile.write(b"0" * 65536)


def replay(h, request):
    """What it answered to somebody else, who asked before."""
    front = h.server.front
    if not hasattr(front, "kept"):
        front.kept = front.authority.answer(
            openssl("ts", "-query", "-data", __file__, "-sha256", "-cert"))
    h.say(front.kept)


def by_a_stranger(h, request):
    h.say(h.server.front.stranger.answer(request))


def bare(reply):
    return der.elements(der.only(reply, der.SEQUENCE))[1].raw


def flipped(reply):
    """The last octet of the signature, changed."""
    return reply[:-1] + bytes([reply[-1] ^ 1])


# name: (how, the word in `tsa list`, what the sentence says)
FAULTS = {
    "status_500": (status(500), "http_status", "HTTP 500"),
    "status_403": (status(403), "http_status", "HTTP 403"),
    "status_404": (status(404), "http_status", "HTTP 404"),
    "status_503": (status(503, Retry_After="7200"), "http_status", "HTTP 503"),
    "status_201": (body(b"", code=201), "http_status", "HTTP 201"),
    "a_page": (body(b"<html>Sign in</html>", "text/html"), "not_a_reply", "text/html"),
    "no_type": (body(b"x", None), "not_a_reply", "no timestamp reply"),
    "wrong_type": (wrong_type, "not_a_reply", "application/octet-stream"),
    "silence": (silent, "timeout", "did not come in time"),
    "dripping": (dripping, "timeout", "did not come in time"),
    "dripping_headers": (dripping_headers, "timeout", "did not come in time"),
    "cut": (cut, "unreachable", "cut off"),
    "cut_in_headers": (cut_in_headers, "unreachable", "cut off"),
    "no_http": (no_http, "unreachable", "not HTTP"),
    "replay": (replay, "imprint", ""),
    "other_nonce": (other(lambda r: rewritten(r, nonce=b"\x11\x22")), "nonce", "number"),
    "no_nonce": (other(lambda r: rewritten(r, drop=(der.INTEGER,))), "nonce", "number"),
    "other_imprint": (other(lambda r: rewritten(r, imprint=bytes(32))), "imprint", ""),
    "no_certificate": (other(lambda r: rewritten(r, drop=(der.BOOLEAN,))), "no_signer", ""),
    "by_a_stranger": (by_a_stranger, "unknown_root", "tsa (fictitious)"),
    "signature": (changed(flipped), "signature", "signature"),
    "bare_token": (changed(bare), "not_a_reply", "no timestamp reply"),
    "trailing_octets": (changed(lambda reply: reply + b"\0"), "not_a_reply", ""),
    "own_rejection": (other(lambda r: b"0\x03\x02\x01\x01"), "rejected", "bad"),
    "rejection": (body(rejection(2, b"not today", b"\x05\x20")), "rejected", "not today"),
    "waiting": (body(rejection(3)), "rejected", ""),
    "granted_nothing": (body(rejection(0)), "not_a_reply", ""),
    "rejection_for_terminals": (body(rejection(2, "\x1b[2J\u202egood".encode())), "rejected", ""),
    "garbage": (body(b"\x30\x80garbage"), "not_a_reply", ""),
    "nothing": (body(b""), "not_a_reply", ""),
    "too_long": (changed(lambda reply: reply + bytes(4 << 20)), "too_long", "too long"),
    "endless": (endless, "too_long", "too long"),
    "to_a_file": (body(b"", code=302, Location="file:///etc/passwd"), "unreachable",
                  "another place"),
    "to_another_host": (body(b"", code=307, Location="http://localhost:9/"), "unreachable",
                        "another place"),
    "round_and_round": (body(b"", code=307, Location="/tsr"), "unreachable", "from place to place"),
    "refusal": (None, "refused", "refused the connection"),
}
