"""Vectors of FORMAT 2: origins, checkpoints, notes, trees."""
from vectors import writer as pb
from vectors.common import ORIGIN, Cases, numbered, seeded


def origin_vectors():
    cases = Cases("origin.txt", "Names of archives, and origins.", "2")
    for name in ("a", "cabinet-exemple.example/2026", "a/b/c", "-.-", "0", "x" * 191,
                 "%s/%s" % ("a" * 95, "b" * 95)):
        cases.add("a name", name=name)
        cases.add("its origin", origin=name + "/0123abcd")
    for what, name in (
            ("nothing", ""), ("a slash alone", "/"), ("a slash at the beginning", "/a"),
            ("a slash at the end", "a/"), ("two slashes", "a//b"), ("upper case", "Cabinet"),
            ("a space", "a b"), ("a plus sign", "a+b"), ("an underscore", "a_b"),
            ("a colon", "a:1"),
            ("an accent", "caf\u00e9"), ("a tilde", "a/~b"), ("192 bytes", "x" * 192)):
        cases.add(what, "refuse", name=name)
    for what, name in (("a line end", b"a\n"), ("a NUL", b"a\0b"), ("a space at the end", b"a "),
                       ("a byte that is no UTF-8", b"a\xff")):
        cases.add(what, "refuse", name_hex=name)
    for what, origin in (
            ("nothing", ""), ("a name alone", "cabinet"), ("digits alone", "0123abcd"),
            ("no name before them", "/0123abcd"), ("seven digits", "a/0123abc"),
            ("nine digits", "a/0123abcde"), ("upper case", "a/0123ABCD"),
            ("digits that are none", "a/0123abcg"), ("a slash behind", "a/0123abcd/"),
            ("no slash between", "a0123abcd"), ("201 bytes", "x" * 192 + "/0123abcd")):
        cases.add(what, "refuse", origin=origin)
    cases.add("a line end behind", "refuse", origin_hex=b"a/0123abcd\n")
    cases.done()


def checkpoint_vectors():
    cases = Cases("checkpoint.txt", "Checkpoints, signed.", "2.1")
    seed = seeded("log key", 32)
    key = pb.SigningKey(ORIGIN, seed)
    root, head = seeded("root", 32), seeded("head", 32)

    def note(text, by=key):
        return (text + "\n" + by.line(text)).encode()

    for what, key_of, size, its_root, its_head in (
            ("an empty log", key, 0, pb.sha256(b""), pb.sha3(ORIGIN.encode())),
            ("one record", key, 1, root, head), ("many records", key, 20852163, root, head),
            ("as many as can be counted", key, 2**64 - 1, root, head),
            ("another key and origin", pb.SigningKey("a/00000000", seeded("other key", 32)), 18411,
             root, head)):
        text = pb.checkpoint_text(key_of.name, size, its_root, its_head)
        cases.add(what, origin=key_of.name, size=size, root=its_root, head=its_head,
                  seed=key_of.seed, public_key=key_of.public, key_id=key_of.key_id,
                  vkey=key_of.vkey, text=text.encode(), note=note(text, key_of))

    def bad(what, text):
        cases.add(what, "refuse", note=note(text), fault="text")

    good = pb.checkpoint_text(ORIGIN, 12, root, head)
    for what, size in (("a size with a zero before it", "012"), ("a size with a sign", "+12"),
                       ("a negative size", "-1"), ("a size in hex", "0x12"), ("no size", ""),
                       ("a size with a space", "12 "), ("a size of 2^64", str(2**64)),
                       ("a size with a fraction", "12.0")):
        bad(what, good.replace("\n12\n", "\n%s\n" % size))
    lines = good.split("\n")
    bad("three lines: no head", "\n".join(lines[:3]) + "\n")
    bad("a fifth line", good + "more\n")
    bad("an empty fifth line", good + "\n")
    bad("another extension line instead", "\n".join(lines[:3] + ["sha-512 " + pb.b64(head)]) + "\n")
    bad("upper case in the word", good.replace("sha3-256 ", "SHA3-256 "))
    bad("two spaces behind the word", good.replace("sha3-256 ", "sha3-256  "))
    bad("a root of 31 bytes", good.replace(pb.b64(root), pb.b64(root[:31])))
    bad("a root of 33 bytes", good.replace(pb.b64(root), pb.b64(root + b"\0")))
    bad("a head of 48 bytes", good.replace(pb.b64(head), pb.b64(head + bytes(16))))
    bad("a root without padding", good.replace(pb.b64(root), pb.b64(root).rstrip("=")))
    bad("a root in the URL alphabet", good.replace(pb.b64(root), "-_" + pb.b64(root)[2:]))
    bad("a root with bits behind its end",
        good.replace(pb.b64(root), pb.b64(root)[:-2] + chr(ord(pb.b64(root)[-2]) + 1) + "="))
    bad("an origin that is none", good.replace(ORIGIN, "Cabinet"))
    bad("an empty origin", good.replace(ORIGIN, ""))
    wrong = note(good).replace(b"\n12\n", b"\n13\n")
    cases.add("the size was changed after signing", "refuse", vkey=key.vkey, note=wrong,
              fault="signature")
    other = pb.SigningKey(ORIGIN, seeded("other key", 32))
    cases.add("signed by another key of that name", "refuse", vkey=key.vkey,
              note=note(good, other), fault="signature")
    name, key_id, encoded = key.vkey.split("+", 2)
    raw = bytes([1]) + key.public
    for what, vkey in (
            ("a key id that is not the key's", "%s+%s+%s" % (name, "00000000", encoded)),
            ("a key id in upper case", "%s+%s+%s" % (name, key_id.upper(), encoded)),
            ("a key id of seven digits", "%s+%s+%s" % (name, key_id[:7], encoded)),
            ("an unknown type", "%s+%s+%s" % (
                name, pb.sha256(name.encode() + b"\n\x02" + key.public)[:4].hex(),
                pb.b64(b"\x02" + key.public))),
            ("a key of 31 bytes", "%s+%s+%s" % (
                name, pb.sha256(name.encode() + b"\n" + raw[:-1])[:4].hex(), pb.b64(raw[:-1]))),
            ("no name", "+%s+%s" % (pb.sha256(b"\n" + raw)[:4].hex(), encoded)),
            ("no key", "%s+%s" % (name, key_id)), ("a name alone", name),
            ("a space behind", key.vkey + " x")):
        cases.add("verifier key: " + what, "refuse", vkey=vkey)
    cases.done()


def note_vectors():
    cases = Cases("note.txt", "Signed notes: what is one, and what it says of a key.", "2.1")
    key = pb.SigningKey("cabinet-exemple.example/log", seeded("note key", 32))
    second = pb.SigningKey("autre.example", seeded("second key", 32))
    witness = pb.SigningKey("temoin.example/w1", seeded("witness key", 32), 4)
    text = "Un texte sign\u00e9.\n"

    def good(what, text, keys, **more):
        signed = [(k, k.line(text, time)) for k, time in keys]
        raw = [pb.base64.b64decode(line.split(" ")[2]) for _, line in signed]
        note = (text + "\n" + "".join(line for _, line in signed)).encode()
        cases.add(what, note=note, text=text.encode(), count=len(keys),
                  **numbered("name", [k.name for k, _ in signed]),
                  **numbered("key_id", [data[:4] for data in raw]),
                  **numbered("signature", [data[4:] for data in raw]), **more)
        return note

    note = good("one signature", text, [(key, 0)])
    good("two", text, [(key, 0), (second, 0)])
    good("16 signatures, as every reader must take", text,
         [(pb.SigningKey("k%d.example" % i, seeded("k%d" % i, 32)), 0) for i in range(16)])
    good("empty lines in the text", "un\n\n\ndeux\n", [(key, 0)])
    good("a text that looks like a signature", "\u2014 a b\n", [(key, 0)])
    good("a text without words", "\n", [(key, 0)])

    def says(what, verdict, note, vkey=key.vkey, time=0):
        cases.add(what, note=note, vkey=vkey, verdict=verdict, time=time)

    whole = text + "\n"
    line = key.line(text)
    forged = key.line("Un autre texte.\n")
    says("a good signature", "good", (whole + line).encode())
    says("signatures of others are ignored", "good",
         (whole + second.line("autre\n") + line + witness.line(text, 5)).encode())
    says("the same good one twice", "good", (whole + line + line).encode())
    says("none of this key", "absent", (whole + second.line(text)).encode())
    says("one of another key with this name", "absent",
         (whole + pb.SigningKey(key.name, seeded("third key", 32)).line(text)).encode())
    says("one with this key id and another name", "absent",
         (whole + line.replace(key.name, "autre.example")).encode())
    says("a forged one", "forged", (whole + forged).encode())
    says("a good one and a forged one", "forged", (whole + line + forged).encode())
    raw = pb.base64.b64decode(line.split(" ")[2])
    for what, data in (("one byte short", raw[:-1]), ("one byte long", raw + b"\0"),
                       ("of one byte", raw[:5])):
        says("a signature " + what, "forged",
             (whole + "\u2014 %s %s\n" % (key.name, pb.b64(data))).encode())
    says("a cosignature states its time", "good", (whole + line + witness.line(text, 1778086920))
         .encode(), witness.vkey, 1778086920)
    raw = pb.base64.b64decode(witness.line(text, 1778086920).split(" ")[2])
    says("a cosignature whose time was changed", "forged",
         (whole + "\u2014 %s %s\n" % (witness.name, pb.b64(raw[:11] + b"\0" + raw[12:]))).encode(),
         witness.vkey)
    plain = pb.SigningKey(witness.name, witness.seed)
    says("a witness's key signing as a log is another key", "absent",
         (whole + plain.line(text)).encode(), witness.vkey)

    def bad(what, note):
        cases.add(what, "refuse", note=note, fault=what)

    bad("nothing", b"")
    bad("text alone", text.encode())
    bad("no text", ("\n" + line).encode())
    bad("no signature line", whole.encode())
    bad("no empty line", (text + line).encode())
    bad("no line end at the end", note[:-1])
    bad("an empty line at the end", note + b"\n")
    bad("CR LF", note.replace(b"\n", b"\r\n"))
    bad("a tab in the text", note.replace(b"Un texte", b"Un\ttexte"))
    bad("a NUL in the text", note.replace(b"Un texte", b"Un\0texte"))
    bad("bytes that are no UTF-8", note.replace("\u00e9".encode(), b"\xe9"))
    bad("an overlong form of UTF-8", note.replace("\u00e9".encode(), b"\xc0\xaf"))
    bad("a surrogate in UTF-8", note.replace("\u00e9".encode(), b"\xed\xa0\x80"))
    bad("a hyphen for the dash", note.replace("\u2014".encode(), b"-"))
    bad("an en dash for the dash", note.replace("\u2014".encode(), "\u2013".encode()))
    bad("no dash", note.replace("\u2014 ".encode(), b""))
    bad("two spaces behind the dash", note.replace("\u2014 ".encode(), "\u2014  ".encode()))
    bad("two spaces behind the name", note.replace(b"/log ", b"/log  "))
    bad("a space at the end of a line", note[:-1] + b" \n")
    bad("a word behind the signature", note[:-1] + b" x\n")
    bad("an empty name", note.replace(key.name.encode(), b""))
    bad("a plus sign in a name", note.replace(b"/log", b"+log"))
    bad("a no-break space in a name", note.replace(b"/log", b"\xc2\xa0log"))
    bad("no signature behind the name", ("%s\u2014 %s\n" % (whole, key.name)).encode())
    bad("a key id without a signature", ("%s\u2014 %s %s\n" % (
        whole, key.name, pb.b64(key.key_id))).encode())
    bad("base64 without padding", (whole + line.replace("=", "")).encode())
    bad("base64 with a line break in it", note.replace(line[-20:].encode(),
                                                       b"\n" + line[-20:].encode()))
    bad("base64 of the URL alphabet", (whole + "\u2014 a.example AAAA-_AA\n").encode())
    bad("base64 with bits behind the end", (whole + "\u2014 a.example AAAAAAB=\n").encode())
    bad("a good line, then text", note + b"texte\n")
    bad("over 64 KiB", b"x" * 65536 + b"\n" + note)
    cases.done()


def tree_vectors():
    cases = Cases("tree.txt", "Trees over entries, entry i being the u64 i.", "2")

    def hashes_of(n):
        return [pb.leaf_hash(pb.u64(i)) for i in range(n)]

    for n in list(range(21)) + [255, 256, 257, 1000, 70000]:
        cases.add("the root of %d" % n, entries=n, root=pb.root(hashes_of(n)))
    sound = []
    for n in list(range(1, 13)) + [20, 257]:
        hashes = hashes_of(n)
        for i in range(n) if n < 13 else (0, n // 2, n - 2, n - 1):
            sound.append((i, n, hashes[i], pb.root(hashes), pb.inclusion(i, hashes)))
            cases.add("entry %d of %d" % (i, n), index=i, size=n, leaf_hash=hashes[i],
                      root=pb.root(hashes), proof=b"".join(sound[-1][4]))
    grown = []
    for n in list(range(1, 13)) + [20, 257]:
        hashes = hashes_of(n)
        for m in range(1, n + 1) if n < 13 else (1, 7, 8, 16, n - 1, n):
            proof = pb.consistency(m, hashes)
            grown.append((m, n, pb.root(hashes[:m]), pb.root(hashes), proof))
            cases.add("%d entries grow to %d" % (m, n), first=m, second=n,
                      first_root=grown[-1][2], second_root=grown[-1][3], proof=b"".join(proof))
    cases.add("an empty tree grows to 5, by an empty proof", first=0, second=5,
              first_root=pb.sha256(b""), second_root=pb.root(hashes_of(5)), proof=b"")

    def flip(data):
        return bytes([data[0] ^ 1]) + data[1:]

    def bad(what, index, size, leaf_hash, root, proof):
        cases.add(what, "refuse", index=index, size=size, leaf_hash=leaf_hash, root=root,
                  proof=b"".join(proof))

    i, n, leaf_hash, root, proof = [p for p in sound if p[:2] == (5, 11)][0]
    bad("another entry", i, n, flip(leaf_hash), root, proof)
    bad("another root", i, n, leaf_hash, flip(root), proof)
    bad("another place", i - 1, n, leaf_hash, root, proof)
    bad("another size", i, 8, leaf_hash, root, proof)
    bad("a place outside", n, n, leaf_hash, root, proof)
    bad("a hash missing", i, n, leaf_hash, root, proof[:-1])
    bad("a hash too many", i, n, leaf_hash, root, proof + [leaf_hash])
    bad("two hashes swapped", i, n, leaf_hash, root, [proof[1], proof[0]] + proof[2:])
    bad("a hash changed", i, n, leaf_hash, root, [flip(proof[0])] + proof[1:])
    bad("an empty tree holds nothing", 0, 0, leaf_hash, pb.sha256(b""), [])

    def bad_growth(what, first, second, first_root, second_root, proof):
        cases.add(what, "refuse", first=first, second=second, first_root=first_root,
                  second_root=second_root, proof=b"".join(proof))

    m, n, first_root, second_root, proof = [p for p in grown if p[:2] == (6, 11)][0]
    bad_growth("another first root", m, n, flip(first_root), second_root, proof)
    bad_growth("another second root", m, n, first_root, flip(second_root), proof)
    bad_growth("another first size", m + 1, n, first_root, second_root, proof)
    bad_growth("another second size", m, n + 6, first_root, second_root, proof)
    bad_growth("a tree does not shrink", n, m, second_root, first_root, proof)
    bad_growth("a hash missing in growth", m, n, first_root, second_root, proof[:-1])
    bad_growth("a hash too many in growth", m, n, first_root, second_root, proof + [first_root])
    bad_growth("a hash changed in growth", m, n, first_root, second_root,
               proof[:-1] + [flip(proof[-1])])
    bad_growth("no proof", m, n, first_root, second_root, [])
    bad_growth("one size, two roots", m, m, first_root, second_root, [])
    bad_growth("one size and a proof", m, m, first_root, first_root, [first_root])
    cases.done()
