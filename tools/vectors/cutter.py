"""Vectors of FORMAT 1.4: how messages are cut."""
from vectors import writer as pb
from vectors.common import Cases


def cutter_vectors():
    cases = Cases("cutter.txt", "How messages are cut.", "1.4")

    def add(what, message):
        slices = pb.cut(message)
        assert b"".join(data for _, data in slices) == message and all(d for _, d in slices)
        cases.add(what, message=message,
                  slices=" ".join("%d:%d" % (kind, len(data)) for kind, data in slices))

    add("nothing", b"")
    add("an empty line alone", b"\n")
    add("an empty line alone, CR LF", b"\r\n")
    add("an empty line first", b"\r\nSubject: body\r\n")
    add("a CR alone", b"\r")
    add("a CR that ends the input", b"Subject: a\r\n\r")
    add("a line without an end", b"Subject")
    add("NUL and other bytes", b"\0\xff\n\n\0\0")
    add("a header without a body", b"Subject: a\r\nTo: b@exemple.example\r\n\r\n")
    add("a header without an empty line", b"Subject: a\r\nReceived: b\r\n")
    add("header and body", b"Subject: a\r\n\r\nb\r\n")
    add("bare LF", b"Subject: a\nDate: b\nReceived: c\n\nd\n\ne")
    add("bare LF and CR LF mixed", b"Date: a\r\nSubject: b\n\r\n\n")
    add("CR CR LF is no empty line", b"Subject: a\r\r\n\r\r\n\r\nb")
    add("a line of white space is no empty line", b"Subject: a\r\n \r\n\t\r\n\r\nb")
    add("each Received alone", b"Received: a\r\nReceived: b\r\n\tc\r\nReceived: d\r\n\r\n")
    add("a run of trace fields",
        b"Date: a\r\nMessage-ID: b\r\nIn-Reply-To: c\r\nReferences: d\r\n e\r\n"
        b"MIME-Version: 1.0\r\nImportance: f\r\nPriority: g\r\nX-Priority: h\r\n"
        b"Auto-Submitted: i\r\nX-MSS-INS: O\r\n\r\n")
    add("runs take turns", b"Subject: a\r\nDate: b\r\nTo: c\r\nFrom: d\r\nX-MSS-NIL: e\r\n"
        b"Received: f\r\nDate: g\r\nReceived: h\r\nSubject: i\r\n\r\n")
    add("names without regard to case", b"RECEIVED: a\r\ndAtE: b\r\nx-mss-ins: c\r\nX-Mss-: d\r\n"
        b"receiveD: e\r\n\r\n")
    add("white space before the colon", b"Received \t : a\r\nDate\t: b\r\nTo : c\r\n\r\n")
    add("much white space before the colon", b"To: a\r\nReceived" + b" " * 3000 + b": b\r\n\r\n")
    add("names that only begin so",
        b"Received-SPF: a\r\nDates: b\r\nX-MSS: c\r\nXX-MSS-A: d\r\n\r\n")
    add("white space within a name", b"Rec eived: a\r\nIn-Reply -To: b\r\n\r\n")
    add("an empty name", b"Date: a\r\n: b\r\nDate: c\r\n\r\n")
    add("lines without a colon", b"Date: a\r\nDate\r\nReceived\r\nFrom x 1\r\nDate: b\r\n\r\n")
    add("a continuation first", b" a\r\n b\r\nDate: c\r\n\r\n")
    add("a continuation after a line without a colon", b"abc\r\n d\r\nDate: e\r\n\r\n")
    add("a colon in a continuation is no field", b"Subject: a\r\n Received: b\r\nTo: c\r\n\r\n")
    add("50 slices", b"Received: x\r\n" * 50 + b"\r\nb")
    add("the 50th takes the rest", b"Received: x\r\n" * 51 + b"Date: y\r\n\r\nb")
    add("49 slices and a run", b"Received: x\r\n" * 49
        + b"To: y\r\nDate: z\r\nReceived: x\r\n\r\nb")

    mixed = b'Content-Type: multipart/mixed; boundary="B"\r\n\r\n'
    body = b"preamble\r\n--B\r\n\r\none\r\n--B\r\n\r\ntwo\r\n--B--\r\nepilogue\r\n"
    add("a multipart", mixed + body)
    add("without a preamble", mixed + b"--B\r\n\r\na\r\n--B--\r\n")
    add("without a line end", mixed + b"--B\r\n\r\na\r\n--B--")
    add("with bare LF", mixed.replace(b"\r", b"") + body.replace(b"\r", b""))
    add("a CR behind that ends the input is no line end", mixed + b"--B\r\na\r\n--B--\r")
    add("white space behind the boundary", mixed + b"a\r\n--B \t \r\nb\r\n--B-- \r\nc")
    add("other bytes behind the boundary", mixed + b"a\r\n--Bx\r\nb\r\n--B-\r\nc\r\n--B---\r\nd\r\n"
        b"--B --\r\n--B--x\r\n-- B\r\n--b\r\n")
    add("not at the beginning of a line", mixed + b"a --B\r\n --B\r\nb\r--B\r\n")
    add("boundary lines one behind the other", mixed + b"--B\r\n--B\r\n--B--\r\n--B--\r\n")
    add("only the top level", b"Content-Type: multipart/mixed; boundary=B\r\n\r\n--B\r\n"
        b"Content-Type: multipart/alternative; boundary=B2\r\n\r\n--B2\r\na\r\n--B2--\r\n--B--\r\n")
    add("200 slices", mixed + b"--B\r\n" * 200)
    add("the 200th takes the rest", mixed + b"--B\r\n" * 201 + b"x")
    add("as many slices as there can be", b"Received: x\r\n" * 60 + mixed + b"--B\r\n" * 300)
    add("a boundary line of 1024 bytes", mixed + b"a\r\n--B" + b" " * 1019 + b"\r\nb\r\n")
    add("one of 1025 is none", mixed + b"a\r\n--B" + b" " * 1020 + b"\r\nb\r\n")

    def typed(what, value, boundary=b"B", before=b""):
        add("Content-Type: " + what, before + b"Content-Type:" + value + b"\r\n\r\na\r\n--"
            + boundary + b"\r\nb\r\n--" + boundary + b"--\r\n")

    typed("a token", b" multipart/mixed; boundary=B")
    typed("no white space", b"multipart/mixed;boundary=B")
    typed("white space everywhere", b" multipart/mixed \t; \t boundary \t= \tB\t; c=d")
    typed("case", b" MULTIPART/Mixed; BOUNDARY=B")
    typed("folded", b"\r\n multipart/mixed;\r\n\tboundary=\r\n \"B\"")
    typed("folded inside the quotes", b" multipart/mixed; boundary=\"a\r\n b\"", b"a b")
    typed("behind other parameters", b" multipart/signed; micalg=\"x;boundary=C\"; boundary=B")
    typed("a quote escaped", b' multipart/mixed; boundary="a\\"b"', b'a"b')
    typed("any byte escaped", b' multipart/mixed; boundary="\\B"')
    typed("a quote without an end", b' multipart/mixed; boundary="B')
    typed("a quote without an end before it", b' multipart/mixed; x="y; boundary=B')
    typed("signs that a token should not have", b" multipart/mixed; boundary=----=_B(1)/?",
          b"----=_B(1)/?")
    typed("text, not multipart", b" text/plain; boundary=B")
    typed("multipart without a subtype", b" multipart/; boundary=B")
    typed("multipart without a slash", b" multipart; boundary=B")
    typed("no boundary", b" multipart/mixed")
    typed("an empty boundary", b' multipart/mixed; boundary=""', b"")
    typed("a parameter without a value", b" multipart/mixed; x; boundary=B")
    typed("empty parameters", b" multipart/mixed;; ;boundary=B")
    typed("the first boundary counts", b" multipart/mixed; boundary=B; boundary=C")
    typed("a name that ends so", b" multipart/mixed; xboundary=C; boundary=B")
    typed("RFC 2231 is not read", b" multipart/mixed; boundary*0=B")
    typed("200 bytes of boundary", b" multipart/mixed; boundary=" + b"b" * 200, b"b" * 200)
    typed("201 are none", b" multipart/mixed; boundary=" + b"b" * 201, b"b" * 201)
    typed("the first field counts", b" multipart/mixed; boundary=B", b"B",
          b"Content-Type: text/plain\r\n")
    typed("the second field is not read", b" text/plain", b"B",
          b"Content-Type: multipart/mixed; boundary=C\r\n")
    typed("behind the 50th slice", b" multipart/mixed; boundary=B", b"B", b"Received: x\r\n" * 60)
    typed("white space before its colon", b" multipart/mixed; boundary=B", b"B",
          b"Content-Type \t: multipart/mixed; boundary=C\r\n")
    typed("4096 bytes are read", b" multipart/mixed; x=" + b"y" * (4096 - 32) + b"; boundary=B")
    typed("a boundary is cut off behind byte 4096",
          b" multipart/mixed; x=" + b"y" * (4096 - 32) + b"; boundary=BC", b"B")
    typed("behind 4096 bytes nothing is read",
          b" multipart/mixed; x=" + b"y" * (4096 - 31) + b"; boundary=B")

    line = b"X: " + b"a" * 11 + b"\r\n"                                          # 16 bytes
    add("an empty line that ends at 1 MiB", line * (2**16 - 1) + b"X: aaaaaaaaa\r\n\r\nbody")
    add("an empty line behind 1 MiB is of the body", line * 2**16 + b"\r\nbody")
    add("1 MiB ends within the empty line", line * (2**16 - 1) + b"X: aaaaaaaaaa\r\n\r\nbody")
    add("1 MiB ends within a line", line * (2**16 - 1) + b"Received: x\r\nTo: y\r\n\r\nbody")
    add("1 MiB without a line end", b"x" * (2**20 + 5))
    add("exactly 1 MiB", b"x" * 2**20)
    add("a multipart whose header is over 1 MiB", b"Content-Type: multipart/mixed; boundary=B\r\n"
        + line * 2**16 + b"--B\r\na\r\n--B--\r\n")
    cases.done()
