#!/bin/sh
# The recipe of docs/FORMAT.md 3.6 reads messages as it stands there.
#
#     recipe.sh [BUILD]     the archive in tests/vectors, and one that BUILD/probant makes
#     recipe.sh ARCHIVE SEQ PASSPHRASE-FILE ORIGINAL [READER-KEY]
#
# Run from the root of the project.  Quiet but for a line per test; exit 1 if one fails.
set -u
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

ok() { echo "ok: $1"; }
fail() { echo "FAILED: $1"; sed 's/^/    /' "$work/stderr"; failed=1; }

# The fenced shell blocks of the clause, one behind the other.
awk '/^#/ && !code { here = /^### 3\.6 / } here && /^```$/ { code = 0 } code { print }
    here && /^```sh$/ { code = 1 }' docs/FORMAT.md > "$work/recipe.sh"

recipe() { # ARCHIVE SEQ PASSPHRASE-FILE OUTPUT [READER-KEY]
	sh "$work/recipe.sh" "$@" > "$work/stdout" 2> "$work/stderr" && [ ! -s "$work/stdout" ]
}

reads() { # ARCHIVE SEQ PASSPHRASE-FILE ORIGINAL [READER-KEY]
	if recipe "$1" "$2" "$3" "$work/message" ${5+"$5"} && cmp -s "$work/message" "$4"; then
		ok "the recipe reads record $2 of $1${5+ with ${5##*/}}"
	else
		fail "the recipe reads record $2 of $1${5+ with ${5##*/}}"
	fi
}

if [ $# -gt 1 ]; then
	reads "$@"
	exit $failed
fi

[ -s "$work/recipe.sh" ] || { fail "docs/FORMAT.md has a recipe"; exit 1; }
vectors=tests/vectors
passphrase=$vectors/archive.passphrase
for message in "$vectors"/messages/*.eml; do
	seq=$(basename "$message" .eml)
	reads "$vectors/archive" "$seq" "$passphrase" "$message"
	reads "$vectors/archive" "$seq" "$passphrase" "$message" "$vectors/archive.recovery.key"
	reads "$vectors/archive" "$seq" "$passphrase" "$message" "$vectors/archive.heir.key"
done

# An archive that the C program makes.
probant=${1:-build}/probant
if [ -x "$probant" ]; then
	"$probant" init "$work/archive" --origin essai.example/recette --no-recovery \
	    --passphrase-file "$passphrase" > "$work/stdout" 2> "$work/stderr" &&
	    "$probant" import -a "$work/archive" --json "$vectors"/messages/*.eml \
	        > "$work/imported" 2> "$work/stderr" || fail "probant makes an archive"
	for message in "$vectors"/messages/*.eml; do
		seq=$(sed -n 's/^{"seq":\([0-9]*\),.*'"${message##*/}"'"}$/\1/p' "$work/imported")
		reads "$work/archive" "$seq" "$passphrase" "$message"
	done
fi

refuses() { # WHAT ARCHIVE SEQ
	if recipe "$2" "$3" "$passphrase" "$work/message"; then
		fail "the recipe refuses $1"
	else
		ok "the recipe refuses $1"
	fi
}

refuses "a record that is no message" "$vectors/archive" 3
refuses "a record that is not there" "$vectors/archive" 8
cp -R "$vectors/archive" "$work/damaged"
segment=$(ls "$work"/damaged/vault/*.seg | head -n 1)
size=$(wc -c < "$segment")
printf '\377\377\377' | dd of="$segment" bs=1 seek=$((size - 3000)) conv=notrunc 2> "$work/stderr"
refuses "a payload that has changed" "$work/damaged" 2
exit $failed
