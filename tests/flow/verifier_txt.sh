#!/bin/sh
# VERIFIER.txt of a bundle, its commands run as they stand there: they accept the bundle, and
# refuse it when an octet of any kind of file is another.
#
#     verifier_txt.sh [BUILD]     an archive that BUILD/probant makes, and a bundle of it
#
# Run from the root of the project.  Quiet but for a line per test; exit 1 if one fails.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
: > "$work/stderr"
failed=0

ok() { echo "ok: $1"; }
fail() { echo "FAILED: $1"; tail -n 5 "$work/stderr" | sed 's/^/    /'; failed=1; }
expect() { # WHAT COMMAND...: it succeeds
	what=$1
	shift
	if "$@"; then ok "$what"; else fail "$what"; fi
}
reject() { # WHAT COMMAND...: it fails
	what=$1
	shift
	if "$@"; then fail "$what"; else ok "$what"; fi
}

case ${1:-build} in /*) probant=${1:-build}/probant ;; *) probant=$PWD/${1:-build}/probant ;; esac
messages=$PWD/tests/vectors/messages
printf 'phrase fictive\n' > "$work/passphrase"
PROBANT_ARCHIVE=$work/archive PROBANT_PASSPHRASE_FILE=$work/passphrase LC_ALL=C
export PROBANT_ARCHIVE PROBANT_PASSPHRASE_FILE LC_ALL

# Two imports, each stamped by the archive's own authority; some records stay closed.
{
	"$probant" init "$work/archive" --origin essai.example/main --no-recovery &&
		"$probant" import "$messages"/*.eml &&
		"$probant" import "$messages"/*.eml &&
		"$probant" tsa roots > "$work/roots.pem" &&
		"$probant" list --purpose essai --json > "$work/records"
} > "$work/stdout" 2> "$work/stderr" || { fail "probant makes an archive"; exit 1; }
seqs=$(sed -n 's/^{"seq":\([0-9]*\),.*"imported".*/\1/p' "$work/records")
# shellcheck disable=SC2086 # one word a number
set -- $seqs
whole=$2 headers=$3 closed=$5

bundle() { # NAME ARGUMENT...
	name=$1
	shift
	mkdir -p "$work/$name"
	"$probant" export --case "$name" -o "$work/$name/$name.asics" "$@" > "$work/stdout" \
	    2> "$work/stderr" || { fail "probant exports $name"; exit 1; }
}

# The commands: into $work/NAME.sh, and by step into $work/NAME.<n>.
commands() { # NAME
	unzip -q -p "$work/$1/$1.asics" "$1.zip" > "$work/$1.zip" 2> "$work/stderr" &&
	    unzip -q -p "$work/$1.zip" VERIFIER.txt > "$work/$1.txt" 2> "$work/stderr"
	sed -n 's/^    //p' "$work/$1.txt" > "$work/$1.sh"
	awk -v out="$work/$1." '/^[0-9]+\. / { split($1, n, "."); step = n[1] }
	    /^    / && step { print substr($0, 5) > (out step) }' "$work/$1.txt"
}

run() { # DIRECTORY SCRIPT
	(cd "$1" && ROOTS=$work/roots.pem dash -eu "$2") > "$work/stdout" 2> "$work/stderr"
}
accepts() { # NAME WHAT
	bundle "$@"
	commands "$1"
	if run "$work/$1" "$work/$1.sh" && [ "$(tail -n 1 "$work/stdout")" = \
	    "TOUT CONCORDE / ALL AGREES" ]; then
		ok "VERIFIER.txt accepts bundle $1"
		reject "nothing is remarked on $1 but what VERIFIER.txt calls harmless" grep -Ev \
		    '^(Using configuration from |Warning: certificate from .* is not a CA cert$)' \
		    "$work/stderr"
	else
		fail "VERIFIER.txt accepts bundle $1"
	fi
}

accepts everything
accepts part --disclose "facts,$whole=all,$headers=headers,$closed=closed" --range "$whole..$closed"
accepts one --seq "$whole"

expect "its commands are found" [ "$(wc -l < "$work/part.sh")" -gt 100 ]
# shellcheck disable=SC2317 # called by expect
fits() { # FILE: lines of at most 78 characters
	! LC_ALL=C awk '{ gsub(/[\200-\277]/, "") } length($0) > 78' "$1" | grep -q .
}
for text in LISEZMOI.txt README.txt VERIFIER.txt VERIFIER-Windows.txt; do
	unzip -q -p "$work/part.zip" $text > "$work/text"
	expect "$text has at most 78 columns" fits "$work/text"
done

# ---- an octet is another --------------------------------------------------------------------

change() { # FILE OFFSET: the lowest bit of that octet
	octet=$(od -An -tu1 -j "$2" -N 1 "$1")
	# shellcheck disable=SC2059 # the octet is the format
	printf "$(printf '\\%03o' $((octet ^ 1)))" |
	    dd of="$1" bs=1 seek="$2" conv=notrunc 2> "$work/stderr"
}

# The package as it is after step 1, changed: found by all steps together, and by those alone
# whose business it is, with the tools and keys of steps 4 and 5.  They accept it unchanged.
(cd "$work/part" && rm -rf container package && ROOTS=$work/roots.pem dash -eu "$work/part.1")
part=$work/part.steps
accepted=
steps() { # STEPS: into $part
	echo "CASE=part; set -eu; LC_ALL=C" > "$part"
	for step in $1; do cat "$work/part.$step" >> "$part"; done
	case $accepted in *":$1:"*) return ;; esac
	accepted="$accepted:$1:"
	run "$work/part/package" "$part" || fail "steps $1 accept what is unchanged"
}
refuses() { # FILE OFFSET STEPS...
	file=$1 offset=$2
	shift 2
	rm -rf "$work/changed"
	cp -R "$work/part" "$work/changed"
	change "$work/changed/package/$file" "$offset"
	for chosen in "2 3 4 5 6 7 8 9 10 11" "$@"; do
		steps "$chosen"
		reject "octet $offset of $file changed is found by steps $chosen" \
		    run "$work/changed/package" "$part"
	done
}

list() { (cd "$work/part/package" && find "$1" -type f | sort); }
[ -s "$work/part.11" ] || fail "VERIFIER.txt has eleven steps"
refuses "records/$whole/message.eml" 100 "4 5 8"
refuses "records/$whole/leaf.bin" 70 "4 5 7" "4 5 8" "4 5 9"
refuses "records/$whole/leaf.bin" 20 "4 5 7" "4 5 9"
refuses "records/$whole/opening.json" 60 "4 5 8"
refuses "records/$headers/opening.json" 60 "4 5 8"
refuses "records/$whole/leaf.tlog-proof" 50 "4 5 7"
refuses records/0/part-0.bin 30 "4 5 8"
refuses log/leaves.bin 200 "4 5 9" "4 5 10"
refuses log/range-proof 10 "4 5 10"
refuses log/closed.json 11 "4 5 9"
refuses log/checkpoint 50 "4 5"
refuses log/verifier-key 60 "4 5"
refuses "$(list log/consistency | head -n 1)" 5 "4 5 11"
refuses "$(list stamps | grep 'checkpoint$' | head -n 1)" 40 "3 4 5 6"
refuses "$(list stamps | grep 'reply.tsr$' | head -n 1)" 600 "3 4 5 6"
refuses "$(list stamps | grep 'token.tst$' | head -n 1)" 600 "3 4 5 6"
refuses SHA256SUMS 10 "4 5"
refuses SHA256SUMS.note 20 "4 5"
refuses SHA256SUMS.note 150 "4 5"
refuses rapport.html 300
refuses manifest.json 30

# A file that nobody names; the container's token and the package that it is over.
rm -rf "$work/changed"
cp -R "$work/part" "$work/changed"
echo > "$work/changed/package/records/$whole/part-99.bin"
for chosen in 2 "4 5 8"; do
	steps "$chosen"
	reject "a file too many is found by steps $chosen" run "$work/changed/package" "$part"
done
steps 3
for file in META-INF/timestamp.tst part.zip; do
	rm -rf "$work/changed"
	cp -R "$work/part" "$work/changed"
	change "$work/changed/container/$file" 400
	reject "octet 400 of $file changed is found" run "$work/changed/package" "$part"
done
# Roots that are not those of the tokens.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=autre (fictif)" \
    -keyout "$work/key" -out "$work/other.pem" 2> "$work/stderr"
cp "$work/other.pem" "$work/roots.pem"
reject "other roots are refused" run "$work/part/package" "$part"
exit $failed
