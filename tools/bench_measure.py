"""How tools/bench measures one program: wall clock, CPU, memory of its own and its children's."""
import os
import subprocess
import sys
import threading
import time

MIB = 1 << 20


def own_memory(pid):
    """RssAnon + RssShmem of a process and of all below it, in octets."""
    total = 0
    try:
        with open("/proc/%d/status" % pid, encoding="ascii", errors="replace") as file:
            fields = dict(line.split(":", 1) for line in file)
        total = 1024 * sum(int(fields.get(name, "0 kB").split()[0])
                           for name in ("RssAnon", "RssShmem"))
        for task in os.listdir("/proc/%d/task" % pid):
            with open("/proc/%d/task/%s/children" % (pid, task), encoding="ascii") as file:
                total += sum(own_memory(int(child)) for child in file.read().split())
    except OSError:
        pass                              # it has ended meanwhile
    return total


class Meter(threading.Thread):
    """The most memory that a process and its children had together; 50 looks a second."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.peak, self.over = pid, 0, threading.Event()
        self.start()

    def run(self):
        while not self.over.wait(0.02):
            self.peak = max(self.peak, own_memory(self.pid))


def measure(command, environment, stdin=None, stdout=subprocess.DEVNULL, allowed=(0,)):
    """(wall seconds, CPU seconds, peak octets of memory); another exit code ends the benchmark."""
    os.sync()  # what ran before must not write its pages in this one's time
    start = time.monotonic()
    process = subprocess.Popen(command, env=environment, stdin=stdin, stdout=stdout,
                               stderr=subprocess.PIPE)
    meter = Meter(process.pid)
    words = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    meter.over.set()
    meter.join()
    process.returncode = code = os.waitstatus_to_exitcode(status)
    if code not in allowed:
        sys.exit("\n%s: exit %d\n%s" % (" ".join(command[:3]), code,
                                        words.decode(errors="replace")))
    return wall, usage.ru_utime + usage.ru_stime, meter.peak


def read_through(paths):
    """Every file is in the page cache, so that no program is charged for the disk's reading."""
    for path in paths:
        with open(path, "rb") as file:
            while file.read(MIB):
                pass


def octets_of(folder):
    return sum(os.path.getsize(os.path.join(path, name))
               for path, _, names in os.walk(folder) for name in names)
