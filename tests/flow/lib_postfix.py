"""A private Postfix for flow tests: made from nothing below one directory, without systemd.

Only what Debian's package brings is used; the machine's own configuration is neither read nor
changed.  It needs root, as Postfix does: see `missing`.
"""
import json
import os
import pathlib
import shutil
import smtplib
import socket
import subprocess
import time

META = pathlib.Path("/etc/postfix")  # what the package puts beside a configuration
NOBODY = 65534

MAIN = {
    "compatibility_level": "3.6",
    "mail_owner": "postfix",
    "setgid_group": "postdrop",
    "command_directory": "/usr/sbin",
    "daemon_directory": "/usr/lib/postfix/sbin",
    "shlib_directory": "/usr/lib/postfix",
    "meta_directory": META,
    "sendmail_path": "/usr/sbin/sendmail",
    "mailq_path": "/usr/bin/mailq",
    "newaliases_path": "/usr/bin/newaliases",
    "inet_interfaces": "127.0.0.1",
    "inet_protocols": "ipv4",
    "myhostname": "mta.example",
    "mydomain": "example",
    "myorigin": "mta.example",
    "mydestination": "",
    "mynetworks": "127.0.0.0/8",
    "alias_maps": "",
    "alias_database": "",
    "local_transport": "error:nobody is local",
    "smtp_dns_support_level": "disabled",
    "smtpd_peername_lookup": "no",
    "smtpd_relay_restrictions": "permit_mynetworks, reject",
    # Delivered is what is for example.net, into one Maildir.
    "virtual_mailbox_domains": "example.net",
    "virtual_mailbox_maps": "static:user/",
    "virtual_minimum_uid": "1",
    "virtual_uid_maps": "static:%d" % NOBODY,
    "virtual_gid_maps": "static:%d" % NOBODY,
    "virtual_mailbox_limit": "0",
    "mailbox_size_limit": "0",
    "message_size_limit": "104857600",
    # A test does not wait as long as a post office does.
    "smtpd_client_connection_rate_limit": "0",
    "smtpd_client_connection_count_limit": "0",
    "default_process_limit": "100",
    "queue_run_delay": "1s",
    "minimal_backoff_time": "1s",
    "maximal_backoff_time": "2s",
    "milter_default_action": "tempfail",
}

MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
postlog unix-dgram n - n - 1 postlogd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
lmtp unix - - n - - lmtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
virtual unix - n n - - virtual
tlsmgr unix - - n 1000? 1 tlsmgr
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
"""


def missing():
    """Why no Postfix can be started here; None: it can."""
    if os.geteuid() != 0:
        return "a private Postfix needs root"
    if shutil.which("postfix") is None or not (META / "postfix-script").exists():
        return "postfix is not installed: tools/setup --with flows"
    return None


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Postfix:
    """Below `scratch`, a directory that everybody may enter.  main: parameters beside those above, or
    instead of them; master: lines of master.cf beside those above."""

    def __init__(self, scratch, main=None, master=()):
        self.dir = pathlib.Path(scratch) / "postfix"
        self.port = free_port()
        self.etc, self.box = self.dir / "etc", self.dir / "box"
        self.maillog = self.dir / "maillog"
        for path in (self.etc / "dynamicmaps.cf.d", self.etc / "postfix-files.d", self.dir / "spool",
                     self.dir / "data", self.box):
            path.mkdir(parents=True)
        for path in (pathlib.Path(scratch), self.dir, self.etc, self.dir / "spool"):
            path.chmod(0o755)
        shutil.chown(self.dir / "data", "postfix", "postfix")
        os.chown(self.box, NOBODY, NOBODY)
        for name in ("postfix-script", "post-install", "postfix-files", "dynamicmaps.cf"):
            (self.etc / name).symlink_to(META / name)
        self.configure(main or {})
        (self.etc / "master.cf").write_text(MASTER.format(port=self.port) + "".join(x + "\n" for x in master))

    def configure(self, main):
        """Take effect at start, or by `reload`."""
        own = {"queue_directory": self.dir / "spool", "data_directory": self.dir / "data",
               "virtual_mailbox_base": self.box, "maillog_file": self.maillog,
               "maillog_file_prefixes": self.dir}
        lines = ["%s = %s\n" % pair for pair in {**MAIN, **own, **main}.items()]
        (self.etc / "main.cf").write_text("".join(lines))

    def command(self, *words, check=True):
        done = subprocess.run([words[0], "-c", self.etc, *words[1:]], capture_output=True, text=True)
        if check and done.returncode != 0:
            raise RuntimeError("%s: %s%s" % (" ".join(words), done.stderr, self.log()[-2000:]))
        return done.stdout

    def start(self):
        self.command("postfix", "start")
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", self.port), 5).close()
                return self
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("Postfix does not listen: " + self.log()[-2000:])

    def reload(self):
        self.command("postfix", "reload")

    def stop(self):
        self.command("postfix", "stop", check=False)

    def __enter__(self):
        return self.start()

    def __exit__(self, *ignored):
        self.stop()

    def connect(self):
        """A client of its SMTP server."""
        return smtplib.SMTP("127.0.0.1", self.port, local_hostname="client.example", timeout=60)

    def inject(self, sender, recipients, octets, client=None):
        """Hand a message in as it stands, lines ended by CR LF: the code and text that answer it."""
        if client is None:
            with self.connect() as client:
                return self.inject(sender, recipients, octets, client)
        client.ehlo_or_helo_if_needed()
        answers = [client.docmd("MAIL", "FROM:<%s>" % sender)]
        answers += [client.docmd("RCPT", "TO:<%s>" % x) for x in recipients]
        answers.append(client.docmd("DATA"))
        if answers[-1][0] == 354:
            client.send(b"\r\n".join(b"." + x if x.startswith(b".") else x for x in octets.split(b"\r\n")))
            client.send(b".\r\n" if octets[-2:] in (b"", b"\r\n") else b"\r\n.\r\n")
            answers.append(client.getreply())
        else:
            client.docmd("RSET")
        return answers[-1]

    def queue(self):
        return [json.loads(x) for x in self.command("postqueue", "-j").splitlines()]

    def flush(self):
        self.command("postqueue", "-f")

    def drained(self, timeout_s=60):
        """Whether nothing waits any more, within so long."""
        until = time.monotonic() + timeout_s
        while self.queue():
            if time.monotonic() > until:
                return False
            time.sleep(0.1)
        return True

    def delivered(self):
        """What reached the Maildir, as it stands there."""
        return [x.read_bytes() for x in sorted((self.box / "user" / "new").glob("*"))]

    def log(self):
        return self.maillog.read_text(errors="replace") if self.maillog.exists() else ""
