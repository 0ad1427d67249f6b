"""What a verification answers: checks, each with a verdict and findings [4.3].

Shared by second_verifier.py's two kinds of evidence, archives and bundles.
"""
NOT_APPLICABLE, VALID, INDETERMINATE, INVALID = range(4)
WORDS = ("not applicable", "valid", "indeterminate", "invalid")
CHECKS = ("files", "secrets", "payload", "commitment", "chain", "tree", "checkpoint", "log key",
          "tokens", "authorities", "range", "unique view", "consistency")
FINDINGS_SHOWN = 20


class Report:
    def __init__(self):
        self.verdicts = dict.fromkeys(CHECKS, NOT_APPLICABLE)
        self.counts = dict.fromkeys(CHECKS, 0)
        self.findings = {check: [] for check in CHECKS}

    def looked(self, check):
        """One thing was looked at: the check is valid unless it is worse."""
        self.counts[check] += 1
        self.verdicts[check] = max(self.verdicts[check], VALID)

    def find(self, check, weight, text, *values):
        self.verdicts[check] = max(self.verdicts[check], weight)
        self.findings[check].append("%s: %s" % (
            "remark" if weight == VALID else WORDS[weight], text % values))

    def verdict(self):
        return max(max(self.verdicts.values()), VALID)

    def print(self):
        for check in CHECKS:
            print("%s: %s (%d looked at)"
                  % (check, WORDS[self.verdicts[check]], self.counts[check]))
            for finding in self.findings[check][:FINDINGS_SHOWN]:
                print("    " + finding.encode("ascii", "backslashreplace").decode())
            if len(self.findings[check]) > FINDINGS_SHOWN:
                print("    and %d more" % (len(self.findings[check]) - FINDINGS_SHOWN))
        print("verdict: " + WORDS[self.verdict()])
        return {VALID: 0, INVALID: 1, INDETERMINATE: 2}[self.verdict()]
