#!/bin/sh
# corpus_tsa.sh [BUILD]: two programs that share nothing judge tokens of real authorities
# (tests/vectors/tsa) and forged ones (tests/stamp/forge_cases.c), and both say what is expected.
#
# Needs BUILD/probant and BUILD/tests/stamp/write_forged.  Run from the root of the project.
# Last line `N passed, N failed`; exit 1 if one fails.
set -u
build=${1:-build}
vectors=tests/vectors/tsa
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
passed=0
failed=0

# same WHAT EXPECTED FOUND WHY
same() {
	if [ "$2" = "$3" ]; then
		passed=$((passed + 1))
	else
		echo "FAILED: $1: $2 was expected, $3 was found: $4"
		failed=$((failed + 1))
	fi
}

# ours TOKEN DATA OPTION...: the verdict of `probant stamp check`, by its exit code
ours() {
	token=$1 data=$2
	shift 2
	LC_ALL=C "$build/probant" stamp check "$token" --data "$data" "$@" > "$work/said" 2>&1
	case $? in
	0) echo valid ;;
	1) echo invalid ;;
	2) echo indeterminate ;;
	*) echo "exit code $?" ;;
	esac
}

# second TOKEN DATA ROOTS CHAIN REQUEST [LIST...]: "" where there is none
second() {
	token=$1 data=$2 roots=$3 chain=$4 request=$5
	shift 5
	tests/lib/second_opinion.py "$token" "$data" ${roots:+--roots "$roots"} \
		${chain:+--chain "$chain"} ${request:+--request "$request"} "$@" > "$work/second" 2>&1
	cut -d ' ' -f 1 "$work/second" | tail -n 1
}

# both WHAT EXPECTED TOKEN DATA ROOTS CHAIN REQUEST
both() {
	what=$1 expected=$2 token=$3 data=$4 roots=$5 chain=$6 request=$7
	found=$(ours "$token" "$data" ${roots:+--tsa-roots "$roots"} ${chain:+--chain "$chain"} \
		${request:+--request "$request"})
	same "$what, probant" "$expected" "$found" "$(head -n 1 "$work/said")"
	found=$(second "$token" "$data" "$roots" "$chain" "$request")
	same "$what, the second program" "$expected" "$found" "$(tail -n 1 "$work/second")"
}

there() { [ ! -e "$1" ] || echo "$1"; }

# ---- real authorities -------------------------------------------------------------------------

# The last certificate of the chain is the root.
last() { awk '/-----BEGIN/ { text = "" } { text = text $0 "\n" } END { printf "%s", text }' "$1"; }

# real NAME EXPECTED EXPECTED_WITHOUT_CHAIN EXPECTED_WITHOUT_ROOT
real() {
	folder=$vectors/$1
	data=$folder/data.bin root='' chain=$(there "$folder/chain.pem")
	[ -e "$data" ] || data=/dev/null
	[ -z "$chain" ] || { root=$work/root.pem; last "$chain" > "$root"; }
	request=$(there "$folder/query.tsq")
	both "$1" "$2" "$folder/token.tsr" "$data" "$root" "$chain" "$request"
	both "$1 without chain" "$3" "$folder/token.tsr" "$data" "$root" '' "$request"
	both "$1 without root" "$4" "$folder/token.tsr" "$data" '' "$chain" "$request"
	both "$1 under another root" "$4" "$folder/token.tsr" "$data" "$work/another.pem" "$chain" ''
}

last $vectors/03-identrust-2025/chain.pem > "$work/another.pem"
real 01-digicert-2024-nocert valid indeterminate indeterminate
real 02-digicert-wrong-data invalid invalid invalid
real 04-sigstage-sha256 valid valid indeterminate
real 06-sigstage-invalid-signature invalid invalid invalid
real 08-sigstore-mock-expired valid indeterminate indeterminate
real 13-rejection invalid invalid invalid
last $vectors/04-sigstage-sha256/chain.pem > "$work/another.pem"
real 03-identrust-2025 valid valid indeterminate

# What they state, as openssl reads it.
states() { # NAME LINE...
	folder=$vectors/$1
	shift
	last "$folder/chain.pem" > "$work/root.pem"
	ours "$folder/token.tsr" "$folder/data.bin" --tsa-roots "$work/root.pem" \
		--chain "$folder/chain.pem" > "$work/verdict"
	for line in "$@"; do
		same "$folder" 1 "$(grep -c "$line" "$work/said")" "\"$line\" in $(cat "$work/said")"
	done
}
states 01-digicert-2024-nocert '^time  *2024-09-18T21:17:50Z' '^digest  *sha512'
states 03-identrust-2025 '^time  *2025-03-11T08:52:08Z' '^digest  *sha512' 'certificate has ended since'
states 04-sigstage-sha256 '^time  *2025-05-09T11:58:55Z' '^digest  *sha256'
states 08-sigstore-mock-expired '^time  *2023-02-01T00:00:00Z' 'certificate has ended since'

# ---- forged ones ------------------------------------------------------------------------------

verdict_of() {
	case $1 in
	good) echo valid ;;
	no_signer | unknown_root) echo indeterminate ;;
	*) echo invalid ;;
	esac
}

"$build/tests/stamp/write_forged" "$work/forged" || exit 1
for folder in "$work"/forged/*; do
	name=$(basename "$folder")
	expected=$(sed -n 2p "$folder/expected")
	roots=$(there "$folder/root.pem") chain=$(there "$folder/chain.pem")
	request=$(there "$folder/request.tsq")
	set -- "$folder"/[0-9]*
	[ -e "$1" ] || set --
	found=$(second "$folder/token.tsr" "$folder/data.bin" "$roots" "$chain" "$request" "$@")
	same "$name, the second program" "$expected" "$found" "$(tail -n 1 "$work/second")"
	same "$name, the second program asked for 5.2" "$(verdict_of "$(sed -n 3p "$folder/expected")")" \
		"$(cut -d ' ' -f 2 "$work/second")" "$(tail -n 1 "$work/second")"
	[ $# -eq 0 ] || continue # `stamp check` takes no revocation data
	found=$(ours "$folder/token.tsr" "$folder/data.bin" ${roots:+--tsa-roots "$roots"} \
		${chain:+--chain "$chain"} ${request:+--request "$request"})
	same "$name, probant" "$expected" "$found" "$(head -n 1 "$work/said")"
done

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
