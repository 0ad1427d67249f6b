#!/bin/sh
# tokens.sh [BUILD]: openssl judges the tokens of a local authority, and what is read of them.
#
# Needs BUILD/tests/flow/tokens.  Run from the root of the project.  Last line `N passed, N
# failed`; exit 1 if one fails.
set -u
build=${1:-build}
ours=$build/tests/flow/tokens
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# check WHAT COMMAND...: it succeeds.
check() {
	what=$1
	shift
	if "$@" > "$work/stdout" 2> "$work/stderr"; then
		passed=$((passed + 1))
	else
		echo "FAILED: $what"
		sed 's/^/    /' "$work/stderr"
		failed=$((failed + 1))
	fi
}

# refuse WHAT COMMAND...: it fails.
refuse() {
	what=$1
	shift
	if "$@" > "$work/stdout" 2> "$work/stderr"; then
		echo "FAILED: $what"
		failed=$((failed + 1))
	else
		passed=$((passed + 1))
	fi
}

ask() { "$ours" answer "$1" "$now_us" < "$2" > "$3"; }
query() { openssl ts -query -data "$work/data" "$@" -out "$work/query"; }
states() { # LINE...: what is read of the token
	"$ours" show < "$work/reply" > "$work/shown" || return 1
	for line in "$@"; do
		grep -qxF "$line" "$work/shown" || { echo "not stated: $line" >&2; return 1; }
	done
}
attribute() { # how many times this OID stands in the token
	openssl asn1parse -inform DER -in "$work/token" | grep -c ":$1\$"
}
certificates() {
	openssl pkcs7 -inform DER -in "$work/token" -print_certs -noout | grep -c '^subject'
}

echo "what is stamped (fictive)" > "$work/data"
echo "something else (fictive)" > "$work/other"
now_s=$(date +%s)
now_us=${now_s}250000
day=$(date -u -d "@$now_s" +%Y-%m-%dT%H:%M:%S)

for kind in ec rsa; do
	mkdir "$work/$kind"
	check "an authority is made ($kind)" "$ours" make "$work/$kind" \
	    "local timestamps of essai.example/journal/4e5f6071" $([ $kind = ec ] || echo rsa)
	awk '/BEGIN/ { n++ } n == 1' "$work/$kind/chain.pem" > "$work/$kind/tsa.pem"
	awk '/BEGIN/ { n++ } n == 2' "$work/$kind/chain.pem" > "$work/$kind/root.pem"
	check "its certificate is for timestamps ($kind)" openssl verify -x509_strict \
	    -purpose timestampsign -CAfile "$work/$kind/root.pem" "$work/$kind/tsa.pem"
done

for kind in ec rsa; do
	root=$work/$kind/root.pem
	tsa=$work/$kind/tsa.pem
	for digest in sha256 sha384 sha512; do
		for options in "-cert" "" "-cert -no_nonce" "-no_nonce"; do
			name="$kind $digest $options"
			query -$digest $options 2> "$work/stderr"
			check "a request is answered ($name)" ask "$work/$kind" "$work/query" "$work/reply"
			openssl ts -reply -in "$work/reply" -token_out -out "$work/token" 2> "$work/stderr"
			check "the reply is of the data ($name)" openssl ts -verify \
			    -data "$work/data" -in "$work/reply" -CAfile "$root" -untrusted "$tsa"
			check "the reply is of the request ($name)" openssl ts -verify \
			    -queryfile "$work/query" -in "$work/reply" -CAfile "$root" -untrusted "$tsa"
			refuse "the reply is not of other data ($name)" openssl ts -verify \
			    -data "$work/other" -in "$work/reply" -CAfile "$root" -untrusted "$tsa"
			check "the token is good CAdES ($name)" openssl cms -verify -cades -binary \
			    -inform DER -in "$work/token" -CAfile "$root" -certfile "$tsa" \
			    -purpose timestampsign -out "$work/tst"
			hex=$(openssl dgst -$digest -r "$work/data" | cut -d ' ' -f 1)
			check "what is read is what is stated ($name)" states \
			    "imprint $digest $hex" "gen_time $day.25Z" "accuracy_us 1000000" \
			    "policy 2.25.304589492686357734247930661413354411211" "qualified no"
			case $options in
			*-cert*) check "the certificate is in it ($name)" [ "$(certificates)" = 1 ] ;;
			*) check "no certificate is in it ($name)" [ "$(certificates)" = 0 ] ;;
			esac
			check "ESSCertIDv2 once, and none of v1 ($name)" \
			    [ "$(attribute id-smime-aa-signingCertificateV2) $(attribute id-smime-aa-signingCertificate)" = "1 0" ]
		done
	done
done

# One authority's token is not another's.
query -sha256 -cert 2> "$work/stderr"
ask "$work/ec" "$work/query" "$work/reply"
refuse "a token under another root" openssl ts -verify -data "$work/data" -in "$work/reply" \
    -CAfile "$work/rsa/root.pem"

# Policies.
query -sha256 -cert -tspolicy 2.25.304589492686357734247930661413354411211 2> "$work/stderr"
ask "$work/ec" "$work/query" "$work/reply"
check "the local policy is granted" openssl ts -verify -queryfile "$work/query" \
    -in "$work/reply" -CAfile "$work/ec/root.pem"

refused() { # FAILURE, as openssl says it
	openssl ts -reply -in "$work/reply" -text 2> "$work/stderr" | grep -q "^Failure info: .*$1"
}
query -sha256 -tspolicy 1.2.3.4 2> "$work/stderr"
ask "$work/ec" "$work/query" "$work/reply"
check "another policy is refused" refused "policy is not supported"
query -sha1 2> "$work/stderr"
ask "$work/ec" "$work/query" "$work/reply"
check "SHA-1 is refused" refused "unrecognized or unsupported algorithm"
echo noise > "$work/query"
ask "$work/ec" "$work/query" "$work/reply"
check "noise is refused" refused "data submitted has the wrong format"

# Our requests, and openssl as the authority.
cat > "$work/tsa.cnf" <<END
[ tsa ]
default_tsa = here
[ here ]
serial = $work/serial
signer_cert = $work/ec/tsa.pem
signer_key = $work/ec/key.pem
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256, sha384, sha512
accuracy = secs:2, millisecs:500
ess_cert_id_alg = sha256
END
for digest in sha256 sha384 sha512; do
	hex=$(openssl dgst -$digest -r "$work/data" | cut -d ' ' -f 1)
	check "a request is made ($digest)" "$ours" request $digest "$hex"
	cp "$work/stdout" "$work/query"
	check "openssl answers it ($digest)" openssl ts -reply -config "$work/tsa.cnf" \
	    -queryfile "$work/query" -out "$work/reply"
	check "openssl finds the reply good ($digest)" openssl ts -verify -queryfile "$work/query" \
	    -in "$work/reply" -CAfile "$work/ec/root.pem"
	check "openssl's token is read ($digest)" states "imprint $digest $hex" "policy 1.2.3.4" \
	    "accuracy_us 2500000" "tsa local timestamps of essai.example/journal/4e5f6071"
done

echo "$passed passed, $failed failed"
[ $failed = 0 ]
