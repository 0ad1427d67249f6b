#!/usr/bin/env python3
"""pkcs11.py [BUILD]: a reader whose key is on a PKCS#11 token, which SoftHSM is here.

A key on P-256 and one on P-384 open what was sealed for them; a wrong PIN, a key of nobody, a URI
that names two, and a token that cannot do RSA-OAEP with SHA-256 are refused with a reason.  The
last line says what came of it.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True            # nothing is left beside the tests
from lib_check import check

BUILD = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build").resolve()
MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN, PASSPHRASE = "246810", "phrase fictive"
# SoftHSM, until it has derived as often as TOKEN_WORKS says; then only TOKEN_ANSWER.  TOKEN_FLAGS
# are added to what it says of itself.
FAILING = """
#include <dlfcn.h>
#include <stdlib.h>
#include <p11-kit/pkcs11.h>
static CK_FUNCTION_LIST *real, failing;
static CK_RV derive(CK_SESSION_HANDLE session, CK_MECHANISM *mechanism, CK_OBJECT_HANDLE key,
    CK_ATTRIBUTE *made, CK_ULONG count, CK_OBJECT_HANDLE *secret)
{
	static int done;
	if (done++ >= atoi(getenv("TOKEN_WORKS")))
		return strtoul(getenv("TOKEN_ANSWER"), NULL, 16);
	return real->C_DeriveKey(session, mechanism, key, made, count, secret);
}
static CK_RV info(CK_SLOT_ID slot, CK_TOKEN_INFO *token)
{
	CK_RV answer = real->C_GetTokenInfo(slot, token);
	token->flags |= strtoul(getenv("TOKEN_FLAGS"), NULL, 16);
	return answer;
}
CK_RV C_GetFunctionList(CK_FUNCTION_LIST **list)
{
	void *module = dlopen("%s", RTLD_NOW);
	CK_C_GetFunctionList get = (CK_C_GetFunctionList)dlsym(module, "C_GetFunctionList");
	CK_RV answer = get(&real);
	failing = *real;
	failing.C_DeriveKey = derive;
	failing.C_GetTokenInfo = info;
	*list = &failing;
	return answer;
}
""" % MODULE


class Failed(Exception):
    pass


class Tests:
    def __init__(self, work):
        self.work = work
        (work / "tokens").mkdir()
        (work / "softhsm2.conf").write_text(
            "directories.tokendir = %s\nobjectstore.backend = file\nlog.level = ERROR\n"
            % (work / "tokens"))
        self.environment = dict(os.environ, SOFTHSM2_CONF=str(work / "softhsm2.conf"),
                                LC_ALL="C", OPENSSL_CONF="/dev/null")
        for name, text in (("pin", PIN), ("wrong", "13579"), ("phrase", PASSPHRASE)):
            (work / name).write_text(text + "\n")
        self.archive = work / "archive"

    def run(self, *command, code=0, **options):
        done = subprocess.run([str(part) for part in command], capture_output=True,
                              env=self.environment, cwd=self.work, **options)
        if done.returncode != code:
            raise Failed("%s: exit %d, not %d\n%s%s" % (
                " ".join(str(part) for part in command[:4]), done.returncode, code,
                done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace")))
        return done

    def probant(self, *arguments, code=0):
        done = self.run(BUILD / "probant", *arguments, code=code)
        return done.stdout, done.stderr.decode()

    def uri(self, label, token="lecteurs"):
        return "pkcs11:token=%s;object=%s?module-path=%s" % (token, label, MODULE)

    def token(self, label):
        self.run("softhsm2-util", "--init-token", "--free", "--label", label, "--pin", PIN,
                 "--so-pin", PIN)

    def key(self, label, kind, usage, number):
        """A key pair, and a certificate for it; the token keeps its copy of the private key."""
        key, der = self.work / (label + ".key"), self.work / (label + ".der")
        self.run("openssl", "req", "-x509", "-newkey", *kind, "-nodes", "-keyout", key, "-out",
                 self.work / (label + ".pem"), "-subj", "/CN=lecteur fictif", "-days", "365",
                 "-config", self.config())
        self.run("openssl", "pkey", "-in", key, "-outform", "DER", "-out", der)
        self.run("pkcs11-tool", "--module", MODULE, "--token-label", "lecteurs", "--login",
                 "--pin", PIN, "--write-object", der, "--type", "privkey", "--label", label,
                 "--id", "%02x" % number, *usage)
        key.unlink()
        der.unlink()

    def config(self):
        path = self.work / "req.conf"
        path.write_text("[req]\ndistinguished_name=dn\nx509_extensions=v3\n[dn]\n"
                        "[v3]\nsubjectKeyIdentifier=hash\n")
        return path

    def show(self, label, seq, code=0, pin="pin", uri=None):
        return self.probant("show", "-a", self.archive, seq, "--raw", "--purpose", "essai",
                            "--reader-key", uri or self.uri(label), "--passphrase-file",
                            self.work / pin, code=code)

    # ---- in this order ---------------------------------------------------------------------

    def a_token_and_an_archive_are_made(self):
        self.token("lecteurs")
        self.key("p256", ("ec", "-pkeyopt", "ec_paramgen_curve:P-256"), ["--usage-derive"], 1)
        self.key("p384", ("ec", "-pkeyopt", "ec_paramgen_curve:P-384"), ["--usage-derive"], 2)
        self.key("rsa", ("rsa:3072",), ["--usage-decrypt"], 3)
        self.key("nobody", ("ec", "-pkeyopt", "ec_paramgen_curve:P-256"), ["--usage-derive"], 4)
        self.key("signs", ("ec", "-pkeyopt", "ec_paramgen_curve:P-256"), ["--usage-sign"], 5)
        self.probant("init", self.archive, "--origin", "tilleuls.example/jeton", "--heir",
                     self.work / "p256.pem", "--passphrase-file", self.work / "phrase")
        self.message = b"From: labo-fictif@example.test\r\nSubject: essai\r\n\r\nBonjour.\r\n"
        (self.work / "1.eml").write_bytes(self.message)
        self.probant("import", "-a", self.archive, self.work / "1.eml")
        for label in ("p384", "rsa", "signs"):
            self.probant("key", "add", "-a", self.archive, self.work / (label + ".pem"), "--past",
                         "--passphrase-file", self.work / "phrase")
        self.seq = self.number()

    def number(self):
        """The seq of the first message."""
        listed, _ = self.probant("list", "-a", self.archive, "--purpose", "essai", "--json",
                                 "--passphrase-file", self.work / "phrase")
        for line in listed.decode().splitlines():
            if '"type":"imported"' in line:
                return line.split('"seq":')[1].split(",")[0]
        raise Failed("no message is listed")

    def a_key_on_p256_opens_a_record(self):
        if self.show("p256", self.seq)[0] != self.message:
            raise Failed("another message")

    def a_key_on_p384_that_came_later_opens_the_past(self):
        if self.show("p384", self.seq)[0] != self.message:
            raise Failed("another message")

    def a_verification_opens_everything_with_it(self):
        said, _ = self.probant("verify", self.archive, "--json", "--reader-key",
                               self.uri("p256"), "--passphrase-file", self.work / "pin", code=2)
        if b"records_closed" in said or b"reader_not_recipient" in said:
            raise Failed("it opened not everything: " + said.decode())

    def recovery_is_rehearsed_with_it(self):
        said, _ = self.probant("key", "rehearse", "-a", self.archive, "--reader-key",
                               self.uri("p256"), "--passphrase-file", self.work / "pin")
        if b"works" not in said:
            raise Failed(said.decode())
        if b"rehearsed 2" not in self.probant("status", "-a", self.archive)[0]:
            raise Failed("status does not say so")

    def it_hands_the_past_over(self):
        self.probant("key", "add", "-a", self.archive, "--new", "-o", self.work / "new.pem",
                     "--past", "--reader-key", self.uri("p384"), "--passphrase-file",
                     self.work / "pin")

    def a_token_without_oaep_is_refused_with_a_reason(self):
        said = self.show("rsa", self.seq, code=69)[1]
        if "RSA-OAEP with SHA-256" not in said or "P-256" not in said:
            raise Failed(said)

    def a_wrong_pin_is_refused(self):
        said = self.show("p256", self.seq, code=77, pin="wrong")[1]
        if "PIN is wrong" not in said:
            raise Failed(said)

    def a_key_of_nobody_is_refused(self):
        said = self.show("nobody", self.seq, code=66)[1]
        if "no reader" not in said:
            raise Failed(said)

    def a_token_that_fails_midway_says_nothing_of_the_evidence(self):
        (self.work / "failing.c").write_text(FAILING)
        flags = self.run("pkg-config", "--cflags", "p11-kit-1").stdout.decode().split()
        self.run(os.environ.get("CC", "cc").split()[0], "-shared", "-fPIC", *flags, "-o",
                 self.work / "failing.so", self.work / "failing.c", "-ldl")
        uri = self.uri("p256").replace(MODULE, str(self.work / "failing.so"))
        for answer in "5", "32":             # CKR_GENERAL_ERROR, CKR_DEVICE_REMOVED
            for works in "0", "2", "3":
                self.environment.update(TOKEN_WORKS=works, TOKEN_ANSWER=answer, TOKEN_FLAGS="0")
                self.probant("verify", self.archive, "--reader-key", uri, "--passphrase-file",
                             self.work / "pin", code=69)

    def a_token_that_is_about_to_lock_itself_is_told(self):
        uri = self.uri("p256").replace(MODULE, str(self.work / "failing.so"))
        for flags, word in ("20000", "one more wrong PIN"), ("40000", "unlocks"):
            self.environment.update(TOKEN_FLAGS=flags)
            said = self.show("p256", self.seq, code=77, pin="wrong", uri=uri)[1]
            if word not in said:
                raise Failed(said)

    def a_key_that_must_not_derive_is_told_what_it_lacks(self):
        said = self.show("signs", self.seq, code=77)[1]
        if "CKA_DERIVE" not in said:
            raise Failed(said)

    def what_is_not_there_is_named(self):
        if "no such private key" not in self.show("absent", self.seq, code=66)[1]:
            raise Failed("no word of the key")
        if "no such token" not in self.show(
                "p256", self.seq, code=66, uri=self.uri("p256", "ailleurs"))[1]:
            raise Failed("no word of the token")
        if "does not load" not in self.show(
                "p256", self.seq, code=69, uri="pkcs11:token=x?module-path=/nowhere.so")[1]:
            raise Failed("no word of the module")

    def a_uri_that_names_two_or_holds_a_pin_is_refused(self):
        self.token("autres")
        for uri in ("pkcs11:?module-path=" + MODULE,
                    "pkcs11:token=lecteurs?module-path=" + MODULE,
                    self.uri("p256") + "&pin-value=" + PIN, "pkcs11:nonsense",
                    "PKCS11:token=lecteurs?pin-value=" + PIN):
            said = self.show("p256", self.seq, code=64, uri=uri)[1]
            if PIN in said:
                raise Failed("the PIN is shown")
        said = self.probant("key", "sheet", "-a", self.archive, "--reader-key",
                            self.uri("p256") + "&pin-value=" + PIN, code=64)[1]
        if PIN in said or "hand its key out" not in said:
            raise Failed(said)

    def all(self):
        check.play((self.a_token_and_an_archive_are_made, self.a_key_on_p256_opens_a_record,
                     self.a_key_on_p384_that_came_later_opens_the_past,
                     self.a_verification_opens_everything_with_it,
                     self.recovery_is_rehearsed_with_it, self.it_hands_the_past_over,
                     self.a_token_without_oaep_is_refused_with_a_reason,
                     self.a_wrong_pin_is_refused, self.a_key_of_nobody_is_refused,
                     self.a_token_that_fails_midway_says_nothing_of_the_evidence,
                     self.a_token_that_is_about_to_lock_itself_is_told,
                     self.a_key_that_must_not_derive_is_told_what_it_lacks,
                     self.what_is_not_there_is_named,
                     self.a_uri_that_names_two_or_holds_a_pin_is_refused), lambda test: test())
        return check.end()


def main():
    if not os.path.exists(MODULE) or not shutil.which("softhsm2-util"):
        print("pkcs11.py: softhsm2 is not installed: tools/setup --with ci", file=sys.stderr)
        print("0 passed, 1 failed")
        return 1
    with tempfile.TemporaryDirectory() as work:
        return Tests(pathlib.Path(work)).all()


if __name__ == "__main__":
    sys.exit(main())
