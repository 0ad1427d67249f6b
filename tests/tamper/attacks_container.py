"""Attacks on what stamps a bundle: tokens of stamps/, anchors of the range, the container.

As attacks_bundle.py; `contained` makes the files of the container, `bare` leaves it out.
"""
import authority as tsa
import exporter
from attacks_bundle import attack, drop, instead, swap, take
from exporter import STEPS, anchor
from forger import writer
from saying import indeterminate, invalid, valid

TOKENS, FILES = invalid("tokens"), invalid("files")
UNKNOWN = indeterminate("authorities")


def bad(**how):
    return instead(8, anchor(0, **how))


def stamped_by(who):
    """Both anchors over the last checkpoint are of one authority."""
    return lambda steps: steps[:11] + [anchor(who), anchor(who, size=11)]


def restamp(where, octets, **how):
    """Another token in stamps/, over what `octets` gives of the package."""
    def pack(p):
        base, size = "stamps/%s/" % where, int(where.split("-")[0])
        token = p.log.keys.authorities[0].token(octets(p), 10**6 + int(where.split("-")[1]),
                                                exporter.BEGINS + 10 * size + 5, **how)
        p.files[base + "reply.tsr"], p.files[base + "token.tst"] = tsa.reply(token), token
    return pack


def right(p):
    return p.log.note(11)


def another_history(p):
    """A checkpoint of the same size over other records, signed and stamped."""
    other = exporter.Log(p.log.keys, instead(6, exporter.message(b"autre"))(list(STEPS)))
    for name, data in exporter.Package(other).files.items():
        if name.startswith("stamps/11-12"):
            p.files[name] = data


def rename(a, b):
    """A directory of stamps/, put where it belongs by its name."""
    def pack(p):
        moved = {name.replace(a, b): data for name, data in p.files.items()}
        names = [name for name in moved if name.startswith("stamps/")]
        names.sort(key=lambda name: [int(n) for n in name.split("/")[1].split("-")])
        p.files = {}
        for name, data in moved.items():
            if name.startswith("stamps/"):
                name = names.pop(0)
                data = moved[name]
            p.files[name] = data
    return pack


def another_file(p):
    p.put("stamps/11-11/2.crl", b"?", "stamps/11-12/checkpoint")


def twice(p):
    for name in [name for name in p.files if name.startswith("stamps/8-8/")]:
        p.put(name.replace("8-8", "11-8"), p.files[name], "stamps/11-11/checkpoint")


def cosigned(p):
    key = writer.SigningKey("temoin.example/1", writer.sha256(b"temoin"), 4)
    note = p.files["stamps/11-12/checkpoint"]
    p.files["stamps/11-12/checkpoint"] = note + key.line("autre\n", 5).encode()


# ---- the container ---------------------------------------------------------------------------

def token(octets=lambda log, data: data, **how):
    """A container whose token is over other octets, or of another form."""
    def contained(log, data):
        return exporter.contained(log, data, token=log.keys.authorities[0].token(
            octets(log, data), at=exporter.BEGINS + 200, **how))
    return contained


def certified(which):
    return lambda log, data: token(certificates=which(log.keys.authorities))(log, data)


def edited(change):
    """change(files) gives other files, or changes them."""
    def contained(log, data):
        files = exporter.contained(log, data)
        return change(files) or files
    return contained


def changed_token(change):
    return edited(lambda files: dict(files, **{
        "META-INF/timestamp.tst": change(files["META-INF/timestamp.tst"])}))


def named(case):
    return lambda log, data: exporter.contained(log, data, case)


def another(log, data):
    p = exporter.Package(log, case="autre")
    p.sign()
    return exporter.Zip(p.files).octets()


PACKAGE, TOKEN = "cas-fictif.zip", "META-INF/timestamp.tst"
UNSIGNED = tsa.tlv(0xa1, tsa.sequence(tsa.UNSIGNED, tsa.set_of(tsa.tlv(4, b"?"))))

ATTACKS = [
    # ---- anchors of the range
    attack("an anchor's token is over another checkpoint", TOKENS,
           steps=bad(data=lambda log, note: log.note(4))),
    attack("an anchor's token is over the checkpoint without its signature", TOKENS,
           steps=bad(data=lambda log, note: note.rpartition(b"\n\n")[0] + b"\n")),
    attack("an anchor's token answers another nonce", TOKENS, steps=bad(nonce=5)),
    attack("an anchor's request is none", TOKENS, steps=bad(asked=lambda *of: b"?")),
    attack("an anchor's request has an imprint of another tag", TOKENS,
           steps=bad(asked=lambda note, number: tsa.request(note, number).replace(
               b"\x30\x2f", b"\x38\x2f", 1))),
    attack("an anchor's request is over something else", TOKENS,
           steps=bad(asked=lambda note, number: tsa.request(b"?", number))),
    attack("an authority's clock goes back by more than it allows for", TOKENS,
           steps=bad(clock=-1000)),
    attack("the clock of an authority that the verifier does not know goes back",
           indeterminate("unique view", against=None), steps=instead(8, anchor(2, clock=-1000))),
    attack("an anchor is stamped by an authority that the verifier does not know",
           indeterminate("unique view", against=None), steps=instead(8, anchor(2))),
    attack("an anchor's token was made before its authority's certificate",
           invalid("authorities"), steps=bad(clock=-10**8)),
    attack("a token of an authority that the verifier does not know was made before its certificate",
           invalid("authorities"), steps=instead(8, anchor(2, clock=-10**8))),
    attack("an anchor's token is replaced by that of another", invalid("commitment|tokens"),
           pack=lambda p: [take("stamps/8-8/" + n, "stamps/4-4/" + n)(p)
                           for n in ("reply.tsr", "token.tst", "request.tsq")]),
    attack("an anchor's chain is another's", invalid("commitment|tokens"),
           pack=take("stamps/8-8/chain.pem", "stamps/11-12/chain.pem")),
    attack("an anchor's chain is left out", invalid("commitment|tokens|files"),
           pack=drop("stamps/8-8/chain.pem")),
    attack("an anchor's token is left out", FILES, pack=lambda p: drop(
        *[name for name in p.files if name.startswith("stamps/8-8/")])(p)),
    attack("an anchor's token stands under another size", FILES, pack=rename("8-8", "9-8")),
    attack("an anchor's token stands under another record", FILES, pack=rename("8-8", "8-9")),
    attack("a token stands there of an anchor twice", FILES, pack=twice),
    attack("the range begins where there is no anchor", invalid("range"), of={"first": 5}),
    attack("the range begins at an anchor whose token is not good", invalid("range", "tokens"),
           steps=bad(nonce=5), of={"first": 8}),
    attack("the range begins at an anchor that says that nobody answered", invalid("range"),
           steps=instead(8, exporter.event(12, {"event": "timestamp_gap", "size": 8, "since_s": 0,
                                                "failures": []})), of={"first": 8}),
    attack("the range begins at an anchor that is closed", invalid("range"),
           of={"first": 8, "what": {8: None}}),
] + [attack("an anchor states another %s than its token" % name, TOKENS,
            steps=bad(changed={name: value})) for name, value in (
    ("gen_time", "2020-01-01T00:00:00Z"), ("accuracy_us", 0), ("policy", "1.2.3"),
    ("serial", "00"), ("key", "00" * 32), ("hash", "sha512"), ("qualified", "stated"))] + [
    attack("an anchor states that it is of no size", invalid("files|tokens|commitment"),
           steps=bad(changed={"size": None})),
    attack("an anchor states another size", invalid("files|tokens|commitment"),
           steps=bad(changed={"size": 7})),
    attack("an anchor states other objects", invalid("tokens|commitment"),
           steps=bad(changed={"objects": ["checkpoint", "request", "reply", "crl"]})),
    attack("an anchor states its objects in another order", invalid("tokens|commitment"),
           steps=bad(changed={"objects": ["request", "checkpoint", "reply", "chain"]})),

    # ---- tokens over the last checkpoint
    attack("the token over the last checkpoint is of an earlier one", TOKENS,
           pack=restamp("11-11", lambda p: p.log.note(8))),
    attack("the token over the last checkpoint is of something else", TOKENS,
           pack=restamp("11-11", lambda p: b"?")),
    attack("the token over the last checkpoint is another", valid(), pack=restamp("11-11", right)),
    attack("the token over the last checkpoint answers another nonce", TOKENS, pack=swap(
        "stamps/11-11/request.tsq", "stamps/11-12/request.tsq")),
    attack("the checkpoint that is stamped bears a signature more", invalid("tokens"),
           pack=cosigned),
    attack("a checkpoint of another history is stamped beside", invalid("tree"),
           pack=another_history),
    attack("token.tst is not the token of reply.tsr", FILES,
           pack=take("stamps/11-11/token.tst", "stamps/11-12/token.tst")),
    attack("token.tst has an octet more", FILES, pack=lambda p: p.files.update({
        "stamps/11-11/token.tst": p.files["stamps/11-11/token.tst"] + b"\0"})),
    attack("reply.tsr has an octet more", invalid("tokens|files"), pack=lambda p: p.files.update({
        "stamps/11-11/reply.tsr": p.files["stamps/11-11/reply.tsr"] + b"\0"})),
    attack("reply.tsr is the bare token", FILES,
           pack=take("stamps/11-11/reply.tsr", "stamps/11-11/token.tst")),
    attack("reply.tsr says that nothing was granted", invalid("tokens|files"),
           pack=lambda p: p.files.update({"stamps/11-11/reply.tsr": tsa.reply(
               p.files["stamps/11-11/token.tst"], 2)})),
    attack("revocation data are not counted from 1", FILES, pack=another_file),
    attack("no token is over the last checkpoint", invalid("files"), pack=lambda p: drop(
        *[name for name in p.files if name.startswith("stamps/11-")])(p)),
    attack("all over the last checkpoint are of an authority that the verifier does not know",
           indeterminate("authorities", against=None), steps=stamped_by(2)),
    attack("the verifier knows no authority", indeterminate("authorities", roots=None)),
    attack("the verifier knows the authority over the last checkpoint, not the container's",
           indeterminate("authorities", roots="one-root")),

    # ---- the container
    attack("a package without its container", indeterminate("tokens"), bare=True),
    attack("the container's token is of an authority that the verifier does not know", UNKNOWN,
           contained=lambda log, data: exporter.contained(log, data, who=2)),
    attack("the container's token is over another package", TOKENS, contained=token(another)),
    attack("the container's token is over its first octets", TOKENS,
           contained=token(lambda log, data: data[:-1])),
    attack("the container's token is over a digest of it", TOKENS,
           contained=token(lambda log, data: writer.sha256(data))),
    attack("the container's token is that over the checkpoint", TOKENS, contained=lambda log, data:
           exporter.contained(log, data, token=log.records[11].stamp["token"])),
    attack("the container's token is older than its authority", invalid("authorities"),
           contained=lambda log, data: exporter.contained(log, data, at=10**9)),
    attack("the container's token is a reply", invalid("files|tokens"),
           contained=changed_token(tsa.reply)),
    attack("the container's token has an octet more", TOKENS,
           contained=changed_token(lambda data: data + b"\0")),
    attack("the container's token is cut off", TOKENS,
           contained=changed_token(lambda data: data[:-1])),
    attack("the container's token is none", TOKENS, contained=changed_token(lambda data: b"?")),
    attack("the container's token is empty", TOKENS, contained=changed_token(lambda data: b"")),
    attack("the container's token holds its root", TOKENS,
           contained=certified(lambda of: [of[0].certificate, of[0].root_certificate])),
    attack("the container's token holds somebody else's certificate", TOKENS,
           contained=certified(lambda of: [of[0].certificate, of[1].certificate])),
    attack("the container's token holds its certificate twice", TOKENS,
           contained=certified(lambda of: [of[0].certificate, of[0].certificate])),
    attack("the container's token does not hold its certificate", indeterminate("tokens|authorities"),
           contained=certified(lambda of: [])),
    attack("the container's token has an unsigned attribute", TOKENS,
           contained=token(unsigned=UNSIGNED)),
    attack("the container's token bears a nonce", valid(), contained=token(nonce=7)),
    attack("the container holds two packages", FILES, contained=edited(
        lambda files: {"mimetype": files["mimetype"], PACKAGE: files[PACKAGE],
                       "autre.zip": files[PACKAGE], TOKEN: files[TOKEN]})),
    attack("the container holds a signature beside", FILES, contained=edited(
        lambda files: files.update({"META-INF/signatures.xml": b"?"}))),
    attack("the container is of another kind", FILES, contained=edited(
        lambda files: files.update(mimetype=b"application/vnd.etsi.asic-e+zip"))),
    attack("the container's kind has a line end", FILES, contained=edited(
        lambda files: files.update(mimetype=files["mimetype"] + b"\n"))),
    attack("the container does not say what it is", FILES, contained=edited(
        lambda files: {PACKAGE: files[PACKAGE], TOKEN: files[TOKEN]})),
    attack("the container has its token first", FILES, contained=edited(
        lambda files: {name: files[name] for name in ("mimetype", TOKEN, PACKAGE)})),
    attack("the container lacks its token", FILES, contained=edited(lambda files: {
        name: files[name] for name in ("mimetype", PACKAGE)})),
    attack("the container lacks its package", FILES, contained=edited(lambda files: {
        name: files[name] for name in ("mimetype", TOKEN)})),
    attack("the container's token has another name", FILES, contained=edited(lambda files: {
        "mimetype": files["mimetype"], PACKAGE: files[PACKAGE],
        "META-INF/timestamp.tsr": files[TOKEN]})),
    attack("the package is empty", FILES, octets=lambda data: b""),
    attack("the package is a container", FILES, octets=lambda data: exporter.Zip(
        {"mimetype": b"application/vnd.etsi.asic-s+zip", PACKAGE: data, TOKEN: b"?"}).octets()),
    attack("the package has another name than its case", FILES, contained=named("autre")),
    attack("the package has a name without an end", FILES, contained=edited(lambda files: {
        "mimetype": files["mimetype"], "cas-fictif": files[PACKAGE], TOKEN: files[TOKEN]})),
    attack("the package stands in a directory", FILES, contained=edited(lambda files: {
        "mimetype": files["mimetype"], "x/" + PACKAGE: files[PACKAGE], TOKEN: files[TOKEN]})),
] + [attack("the case is called %s" % case, FILES, of={"case": case}, contained=named(case))
     for case in ("CON", "aux.x", "Lpt1", "-x", "_x", "x" * 65, "x.")]
