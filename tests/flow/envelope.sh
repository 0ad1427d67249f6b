#!/bin/sh
# envelope.sh DIRECTORY: open with the openssl command what build/tests/crypto/test_openssl
# wrote there (its first comment lists the files).  Silent unless something does not fit.
set -eu
cd "$1"

fail() {
	echo "envelope.sh: $*" >&2
	exit 1
}

# What pb_reader_generate makes: a key that opens with its passphrase and no other.
openssl pkey -in p256.key -passin file:passphrase -noout || fail "p256.key does not open"
if openssl pkey -in p256.key -passin pass:another -noout 2>/dev/null; then
	fail "p256.key opens with another passphrase"
fi
openssl asn1parse -in p256.key >key.txt
for word in PBES2 scrypt aes-256-cbc; do
	grep -q ":$word" key.txt || fail "p256.key is not under $word"
done
openssl verify -CAfile p256.pem p256.pem >/dev/null || fail "p256.pem does not verify"

# The certificate may be named, or found by trying.
for name in p256 p384 rsa; do
	openssl cms -decrypt -binary -inform DER -in cms -inkey $name.key -passin file:passphrase \
	    -recip $name.pem -out opened || fail "cms does not open for $name"
	cmp opened secret || fail "cms opens to another secret for $name"
	openssl cms -decrypt -binary -inform DER -in cms -inkey $name.key -passin file:passphrase \
	    -out opened || fail "cms does not open for $name without a certificate"
	cmp opened secret || fail "cms opens to another secret for $name without a certificate"
done

# The algorithms that docs/FORMAT.md prescribes, and no others.
openssl cms -cmsout -print -noout -inform DER -in cms >cms.txt
count() {
	test "$(grep -cF -- "$1" cms.txt)" -eq "$2" || fail "cms has not $2 times: $1"
}
count 'd.authEnvelopedData' 1
count 'aes-256-gcm' 1
count 'dhSinglePass-stdDH-sha256kdf-scheme' 2
count 'rsaesOaep' 1
count 'subjectKeyIdentifier' 3
count 'issuerAndSerialNumber' 0
openssl asn1parse -inform DER -in cms >cms.txt
count ':id-aes256-wrap' 2
count ':sha256' 2
count ':mgf1' 1
count ':sha1' 0

# The signing key, its public half, and a signature.
openssl pkey -in log.key -pubout -out log.pem || fail "log.key does not open"
openssl pkey -in log.key -pubout -outform DER | tail -c 32 | cmp - log.pub ||
	fail "log.pub is not the public key"
openssl pkeyutl -verify -pubin -inkey log.pem -rawin -in signed -sigfile signature >/dev/null ||
	fail "the signature does not verify"
