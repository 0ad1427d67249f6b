#!/bin/sh
# tools/recover.py takes every message out of an archive, with vault/, keys/ and a key alone,
# and goes past damage.  tools/second_verifier.py sees that damage.
#
#     recover.sh [BUILD]     the archive in tests/vectors, and one that BUILD/probant makes
#     recover.sh ARCHIVE READER-KEY PASSPHRASE-FILE ORIGINALS       has ORIGINALS/<seq>.eml
#
# Run from the root of the project.  Quiet but for a line per test; exit 1 if one fails.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

ok() { echo "ok: $1"; }
fail() { echo "FAILED: $1"; cat "$work/stdout" "$work/stderr" | sed 's/^/    /'; failed=1; }

recover() { # ARCHIVE READER-KEY PASSPHRASE-FILE
	rm -rf "$work/out"
	tools/recover.py "$1" --reader "$2" --passphrase-file "$3" -o "$work/out" \
	    > "$work/stdout" 2> "$work/stderr"
}

# Exactly the originals are there, but for the numbers named.
same() { # ORIGINALS [SEQ...]
	originals=$1
	shift
	count=0
	for message in "$originals"/*.eml; do
		seq=$(basename "$message" .eml)
		case " $* " in *" $seq "*) continue ;; esac
		cmp -s "$message" "$work/out/$seq.eml" || return 1
		[ -s "$work/out/$seq.json" ] || return 1
		count=$((count + 1))
	done
	[ "$(ls "$work/out" | grep -c '\.eml$')" = "$count" ]
}

whole() { # WHAT ARCHIVE READER-KEY PASSPHRASE-FILE ORIGINALS
	if recover "$2" "$3" "$4" && same "$5" && [ ! -s "$work/stderr" ]; then ok "$1"; else fail "$1"; fi
}

if [ $# -gt 1 ]; then
	whole "every message of $1 is recovered" "$@"
	exit $failed
fi

vectors=tests/vectors
passphrase=$vectors/archive.passphrase
originals=$vectors/messages
reader=$(ls "$vectors"/archive/readers/*.key)
trace="--trust $vectors/archive.trust --against $vectors/archive.against"

whole "every message is recovered" "$vectors/archive" "$reader" "$passphrase" "$originals"
mkdir "$work/bare"
cp -R "$vectors/archive/vault" "$vectors/archive/keys" "$work/bare"
whole "vault and keys are enough, with the key kept off line" \
    "$work/bare" "$vectors/archive.recovery.key" "$passphrase" "$originals"
whole "an RSA key does as well" \
    "$work/bare" "$vectors/archive.heir.key" "$passphrase" "$originals"

if recover "$vectors/archive" "$reader" /dev/null; then
	fail "without the passphrase nothing is recovered"
else
	ok "without the passphrase nothing is recovered"
fi

verdict() { # WHAT WORD ARCHIVE [OPTION...]
	said=$1 word=$2
	shift 2
	tools/second_verifier.py "$@" > "$work/stdout" 2> "$work/stderr"
	case "$?:$(tail -n 1 "$work/stdout")" in
	"0:verdict: valid" | "1:verdict: invalid" | "2:verdict: indeterminate")
		[ "$(tail -n 1 "$work/stdout")" = "verdict: $word" ] && { ok "$said"; return; } ;;
	esac
	fail "$said"
}

verdict "the archive is valid" valid "$vectors/archive" $trace
verdict "it is valid when opened" valid "$vectors/archive" $trace --reader "$reader" \
    --passphrase-file "$passphrase"
cp -R "$vectors/archive" "$work/witnessed"
cp "$vectors/archive.witnessed" "$work/witnessed/log/checkpoint"
verdict "a witness shows the one history too" valid "$work/witnessed" \
    --trust "$vectors/archive.witnessed.trust"
verdict "without the witness that is asked for it is indeterminate" indeterminate \
    "$vectors/archive" --trust "$vectors/archive.witnessed.trust"
verdict "without trust file it is indeterminate" indeterminate "$vectors/archive" \
    --against "$vectors/archive.against"
verdict "without an outside trace it is indeterminate" indeterminate "$vectors/archive" \
    --trust "$vectors/archive.trust"

# Damage: what is lost, what a verifier says.  Each begins from a fresh copy.
damage() { # WHAT LOST COMMAND...: the command changes $copy, with $first and $second its segments
	what=$1 lost=$2
	shift 2
	copy=$work/copy
	rm -rf "$copy"
	cp -R "$vectors/archive" "$copy"
	first=$(ls "$copy"/vault/*.seg | head -n 1)
	second=$(ls "$copy"/vault/*.seg | tail -n 1)
	slots=$copy/keys/$(basename "$first" .seg).key
	"$@"
	if recover "$copy" "$reader" "$passphrase"; then
		fail "recover.py reports $what"
	elif same "$originals" $lost; then
		ok "$what loses ${lost:-no message}"
	else
		fail "$what loses ${lost:-no message}"
	fi
	verdict "$what is invalid" invalid "$copy" $trace
}
patch() { printf "$3" | dd of="$1" bs=1 seek="$2" conv=notrunc 2> "$work/stderr"; }
# Where the frame of a record of the first segment begins: its leaf is the nth, from 0.
frame() { echo $(($(grep -abo PROBANT1 "$first" | sed -n "$(($1 + 1))s/:.*//p") - 9)); }

damaged_payload() { patch "$first" $(($(frame 2) + 400)) '\377\377'; }
damaged_length() { patch "$first" $(($(frame 1) + 4)) '\377'; }
damaged_leaf() { patch "$first" $(($(frame 1) + 9 + 140)) '\377\377\377'; }
damaged_slot() { patch "$slots" $((48 * 2 + 7)) '\377\377\377'; }
erased_slot() { dd if=/dev/zero of="$slots" bs=48 seek=1 count=2 conv=notrunc 2> "$work/stderr"; }
damaged_header() { patch "$first" 200 '!'; }
missing_keys() { rm "$slots"; }
cut_segment() { truncate -s -200 "$second"; }
damage "a payload changed" "2" damaged_payload
damage "a frame's length changed" "1" damaged_length
damage "a leaf changed" "" damaged_leaf
damage "a slot changed" "1" damaged_slot
damage "a slot erased" "1" erased_slot
damage "a segment header changed" "1 2" damaged_header
damage "missing keys" "1 2" missing_keys
damage "a segment cut" "" cut_segment

# What a crash can leave at the end of the log is no fault, and not sound either.
cp -R "$vectors/archive" "$work/torn"
rm -r "$work/torn/log"
verdict "an archive without log/ can be checked" valid "$work/torn" $trace
truncate -s -200 "$(ls "$work"/torn/vault/*.seg | tail -n 1)"
verdict "a torn last commit is indeterminate" indeterminate "$work/torn" $trace

# The C program judges what Python wrote, and the other way round.
probant=${1:-build}/probant
[ -x "$probant" ] || exit $failed
c_verdict() { # WHAT EXIT-CODE ARCHIVE OPTION...
	said=$1 code=$2
	shift 2
	"$probant" verify "$@" --passphrase-file "$passphrase" > "$work/stdout" 2> "$work/stderr"
	if [ $? -eq "$code" ]; then ok "$said"; else fail "$said"; fi
}
cp -R "$vectors/archive" "$work/python"
mkdir -p "$work/python/tmp" "$work/python/quarantine"
find "$work/python" -type d -exec chmod 700 {} +
find "$work/python" -type f -exec chmod 600 {} +
c_verdict "probant finds the archive valid that Python wrote" 0 "$work/python" $trace
for message in "$originals"/*.eml; do
	seq=$(basename "$message" .eml)
	if "$probant" show "$seq" -a "$work/python" --raw --purpose essai \
	    --passphrase-file "$passphrase" > "$work/out.eml" 2> "$work/stderr" &&
	    cmp -s "$work/out.eml" "$message"; then
		ok "probant reads record $seq of it"
	else
		fail "probant reads record $seq of it"
	fi
done
"$probant" import -a "$work/python" "$originals"/*.eml > "$work/stdout" 2> "$work/stderr" ||
    fail "probant keeps messages in it"
c_verdict "and finds it valid when it has gone on with it" 0 "$work/python" $trace
verdict "as Python does" valid "$work/python" $trace --reader "$reader" \
    --passphrase-file "$passphrase"

"$probant" init "$work/c" --origin essai.example/reprise --no-recovery \
    --passphrase-file "$passphrase" > "$work/stdout" 2> "$work/stderr" &&
    "$probant" key policy -a "$work/c" > "$work/c.trust" 2>> "$work/stderr" &&
    "$probant" tsa roots -a "$work/c" > "$work/c.roots" 2>> "$work/stderr" &&
    cp "$work/c/log/checkpoint" "$work/c.against" &&
    "$probant" import -a "$work/c" --json "$originals"/*.eml \
        > "$work/imported" 2>> "$work/stderr" || fail "probant makes an archive"
mkdir "$work/originals"
for message in "$originals"/*.eml; do
	seq=$(sed -n 's/^{"seq":\([0-9]*\),.*'"${message##*/}"'"}$/\1/p' "$work/imported")
	cp "$message" "$work/originals/$seq.eml"
done
whole "every message is recovered that probant kept" "$work/c" "$(ls "$work"/c/readers/*.key)" \
    "$passphrase" "$work/originals"
verdict "Python finds the archive valid that probant made" valid "$work/c" \
    --trust "$work/c.trust" --tsa-roots "$work/c.roots" --against "$work/c.against" \
    --reader "$(ls "$work"/c/readers/*.key)" --passphrase-file "$passphrase"
verdict "not without an authority that is trusted" indeterminate "$work/c" \
    --trust "$work/c.trust" --against "$work/c.against"
exit $failed
