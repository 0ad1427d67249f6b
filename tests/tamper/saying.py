"""What is to be said of an attack on a bundle."""


class Said:
    """A verdict, and the checks that must show it ("a|b": one of them).

    trust, against: which of the things held outside the verifier goes by; roots: which
    authorities he chose."""

    def __init__(self, verdict, *checks, trust="trust", against="against", roots="roots"):
        self.verdict, self.checks = verdict, checks
        self.trust, self.against, self.roots = trust, against, roots


def valid(**options):
    return Said("valid", **options)


def invalid(*checks, **options):
    return Said("invalid", *checks, **options)


def indeterminate(*checks, **options):
    return Said("indeterminate", *checks, **options)


UNCHECKED = indeterminate("unique view", against=None)
# Who holds nothing from outside cannot tell, and is told so.
OUTSIDE = [invalid("consistency"), UNCHECKED]
