"""What is to be said of an attack, and how an attacker leaves what he changed.

bare: as it was changed; published: log/ made anew, nothing signed; repaired: everything made to
follow and signed with the log's own key; untouched: what he wrote himself.
"""
from forger import Forger


class Said:
    """What is to be said.

    findings: "check:code@seq" ("check:@seq": whichever code), or "@..." for a part of `where`, {n}
    for the nth segment's name; a "+" before it if only a reader can see it.  closed: the verdict
    of those without a key, if it is another one.  trust, against, roots: which of the things held
    outside they go by.  where: a copy of the archive that is judged in its place."""

    def __init__(self, verdict, *findings, closed=None, against="new", trust="trust", roots="roots",
                 where=""):
        self.verdict, self.closed, self.findings = verdict, closed or verdict, findings
        self.against, self.trust, self.roots, self.where = against, trust, roots, where


def valid(*findings, **options):
    return Said("valid", *findings, **options)


def invalid(*findings, **options):
    return Said("invalid", *findings, **options)


def indeterminate(*findings, **options):
    return Said("indeterminate", *findings, **options)


bare, repaired = Forger.write, Forger.repaired
UNPROVEN = indeterminate("unique_view:unique_view_not_proven", against=None)
DIFFERS = invalid("consistency:against_differs", "unique_view:history_contradicted")
NEWER = invalid("consistency:against_newer")
OUTSIDE = [DIFFERS, UNPROVEN]             # who has nothing from outside cannot tell, and is told so
NOT_STAMPED = [valid(against="old"), UNPROVEN]
NOT_OPENED = {"against": "old", "closed": "valid"}


def published(f):
    f.write(publish=True)


def untouched(f):
    pass
