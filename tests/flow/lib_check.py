"""For flow tests: what was looked at and how much of it was right; and waiting for what comes."""
import time

PATIENCE_S = 180                          # until something is a failure; never a measure


class Check:
    """check("a sentence", whether it is so, more to print if not)"""

    def __init__(self):
        self.passed = self.failed = 0

    def __call__(self, sentence, right, more=""):
        self.passed, self.failed = self.passed + bool(right), self.failed + (not right)
        if not right:
            print("FAILED: %s: %s" % (sentence, str(more)[:3000]), flush=True)

    def end(self):
        """The last line; the exit code."""
        print("%d passed, %d failed" % (self.passed, self.failed))
        return 1 if self.failed else 0


check = Check()


def until(condition, seconds=PATIENCE_S):
    """What the condition is at last: true, unless it never became so."""
    end = time.monotonic() + seconds
    while not (answer := condition()) and time.monotonic() < end:
        time.sleep(0.05)
    return answer
