"""For flow tests: a daemon whose clock is set ahead while it runs (shift_clock.c)."""
import os
import pathlib
import shutil
import struct
import subprocess

HERE = pathlib.Path(__file__).resolve().parent
BESIDE = "probant", "probant-mime", "probant-door", "probant-stamper", "probant-herald"


class Clock:
    def __init__(self, work):
        self.work, self.shift = work, work / "shift"
        self.set(0)
        library = work / "shift_clock.so"
        self.environment = {"LD_PRELOAD": str(library), "SHIFT_CLOCK": str(self.shift)}
        subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-D_GNU_SOURCE", "-o", library,
                        HERE / "shift_clock.c", "-ldl"], check=True)

    def set(self, seconds):
        with open(self.shift, "r+b" if self.shift.exists() else "wb") as file:
            file.write(struct.pack("=q", seconds))
        self.ahead = seconds

    def go_on(self, seconds):
        self.set(self.ahead + seconds)

    def install(self, build):
        """The programs, beside each other; master and writer have this clock.  The path of `probant`."""
        place = self.work / "bin"
        place.mkdir()
        for name in BESIDE:
            shutil.copy(build / name, place)
        real = shutil.copy(build / "probantd", place / "probantd.real")
        script = place / "probantd"
        script.write_text("#!/bin/sh\n%s exec %s \"$@\"\n" % (
            " ".join("%s='%s'" % pair for pair in self.environment.items()), real))
        script.chmod(0o755)
        return place / "probant"
