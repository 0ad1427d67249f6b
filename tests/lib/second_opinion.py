#!/usr/bin/env python3
"""second_opinion.py TOKEN DATA [--roots PEM] [--chain PEM] [--request FILE] [FILE.crl|FILE.ocsp...]

What tools/probant_stamp.py, which shares nothing with Probant, says of a token: prints its
verdict, its verdict where FORMAT 5.2 is asked as well, and why, in a line.
"""
import argparse
import hashlib
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tools"))
import probant_stamp as stamp                                                # noqa: E402
from probant_report import WORDS                                             # noqa: E402


def content(path):
    if path is None:
        return None
    with open(path, "rb") as file:
        return file.read()


def opinion(options, data, exact):
    lists = [(content(path), path.endswith(".ocsp")) for path in options.revocation]
    evidence = stamp.Evidence(lambda name: hashlib.new(name, data).digest(), content(options.request),
                              content(options.chain), lists, content(options.roots), exact)
    try:
        token = stamp.check(content(options.token), evidence)
        return token.weight, token.text
    except stamp.Bad as error:
        return stamp.INVALID, str(error)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("token")
    parser.add_argument("data")
    for name in ("--roots", "--chain", "--request"):
        parser.add_argument(name)
    parser.add_argument("revocation", nargs="*")
    options = parser.parse_intermixed_args()
    plain, exact = [opinion(options, content(options.data), x) for x in (False, True)]
    print(WORDS[plain[0]], WORDS[exact[0]], "%s / %s" % (plain[1], exact[1]))


if __name__ == "__main__":
    main()
