"""For flow tests: what was looked at and how much of it was right; and waiting for what comes."""
import threading
import time
import traceback

PATIENCE_S = 180                          # until something is a failure; never a measure


class Check:
    """check("a sentence", whether it is so, more to print if not)"""

    def __init__(self):
        self.passed, self.failed, self.counting = 0, 0, threading.Lock()

    def __call__(self, sentence, right, more=""):
        with self.counting:
            self.passed, self.failed = self.passed + bool(right), self.failed + (not right)
        if not right:
            print("FAILED: %s: %s" % (sentence, str(more)[:3000]), flush=True)

    def play(self, tests, call, told=None, whole=False):
        """Functions, each one test: right, if call(test) raises nothing; told() is printed of one that is not.  whole:
        each stands on those before it."""
        for test in tests:
            wrong = None
            try:
                call(test)
            except Exception:                 # whatever it was
                wrong = traceback.format_exc() + (told() if told else "")
            self(test.__name__.replace("_", " "), wrong is None, wrong)
            if wrong and whole:
                break

    def end(self):
        """The last line; the exit code."""
        print("%d passed, %d failed" % (self.passed, self.failed))
        return 1 if self.failed or not self.passed else 0


check = Check()


def until(condition, seconds=PATIENCE_S):
    """What the condition is at last: true, unless it never became so."""
    end = time.monotonic() + seconds
    while not (answer := condition()) and time.monotonic() < end:
        time.sleep(0.05)
    return answer


def awaited(what, condition, seconds=PATIENCE_S):
    """The first answer that is not false."""
    answer = until(condition, seconds)
    if not answer:
        raise AssertionError("waited in vain: " + what)
    return answer
