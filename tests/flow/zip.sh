#!/bin/sh
# zip.sh [BUILD]: strangers' programs read the ZIPs that our writer makes (FORMAT 5.1).
#
# unzip, Python's zipfile, libarchive (bsdtar) and libzip (ziptool, with its check of
# consistency) judge a small ZIP, one of 70,000 entries, and one beyond 4 GiB, which needs ZIP64
# in every place.  Needs BUILD/tests/flow/zip_make.  Quiet but for a line per test; exit 1 if one
# fails, 77 if a stranger's program is missing.
set -u
build=${1:-build}
for program in unzip bsdtar ziptool python3; do
	if ! command -v $program >/dev/null; then
		echo "zip: not judged: $program is not installed" >&2
		exit 77
	fi
done
work=$(mktemp -d "$build/zip.XXXXXX") || exit 1
trap 'rm -rf "$work"' EXIT
failed=0

ok() { echo "ok: $1"; }
fail() { echo "FAILED: $1"; sed 's/^/    /' "$work/said" | tail -n 20; failed=1; }

# judge WHAT COMMAND...: it must succeed without a warning.
judge() {
	what=$1
	shift
	if "$@" > "$work/out" 2> "$work/said" && [ ! -s "$work/said" ]; then
		ok "$what"
	else
		fail "$what"
	fi
}

# same WHAT FILE: what the last judge listed is FILE.
same() {
	if cmp -s "$work/out" "$2"; then
		ok "$1"
	else
		diff "$work/out" "$2" | head -n 5 > "$work/said"
		fail "$1"
	fi
}

"$build/tests/flow/zip_make" "$work" 2> "$work/said" || { fail "the ZIPs are made"; exit 1; }

printf '%s\n' README.txt records/0/leaf.bin SHA256SUMS > "$work/small.names"
seq 0 69999 | sed 's,.*,records/&/leaf.bin,' > "$work/many.names"
printf '%s\n' first large last > "$work/large.names"

for zip in small many large; do
	count=$(wc -l < "$work/$zip.names")
	judge "libarchive lists $zip.zip" bsdtar -tf "$work/$zip.zip"
	same "libarchive finds the names of $zip.zip" "$work/$zip.names"
	judge "unzip lists $zip.zip" unzip -Z1 "$work/$zip.zip"
	same "unzip finds the names of $zip.zip" "$work/$zip.names"
	judge "libzip finds $zip.zip consistent" ziptool -c "$work/$zip.zip" get_num_entries 0
	grep -qw "$count" "$work/out" || fail "libzip counts the entries of $zip.zip"
	judge "Python lists $zip.zip" python3 -c '
import sys, zipfile
print(*zipfile.ZipFile(sys.argv[1]).namelist(), sep="\n")' "$work/$zip.zip"
	same "Python finds the names of $zip.zip" "$work/$zip.names"
done

# Every byte of the small ones.
for zip in small many; do
	judge "unzip tests $zip.zip" unzip -tqq "$work/$zip.zip"
	judge "Python tests $zip.zip" python3 -c '
import sys, zipfile
sys.exit(zipfile.ZipFile(sys.argv[1]).testzip() is not None)' "$work/$zip.zip"
	judge "libarchive reads $zip.zip" bsdtar -xOf "$work/$zip.zip"
done

# The large one: what stands before 4 GiB, and behind.
for name in first last; do
	echo $name > "$work/$name"
	judge "unzip reads $name of large.zip" unzip -p "$work/large.zip" $name
	same "unzip finds the bytes of $name in large.zip" "$work/$name"
	judge "Python reads $name of large.zip" python3 -c '
import sys, zipfile
zip = zipfile.ZipFile(sys.argv[1])
assert zip.getinfo("large").file_size == 2**32 + 1
sys.stdout.buffer.write(zip.read(sys.argv[2]))' "$work/large.zip" $name
	same "Python finds the bytes of $name in large.zip" "$work/$name"
done
judge "libzip reads the last of large.zip" ziptool -c "$work/large.zip" cat 2
same "libzip finds the bytes of last in large.zip" "$work/last"

judge "libzip finds a ZIP of nothing consistent" ziptool -c "$work/empty.zip" get_num_entries 0
judge "Python reads a ZIP of nothing" python3 -c '
import sys, zipfile
assert zipfile.ZipFile(sys.argv[1]).namelist() == []' "$work/empty.zip"
exit $failed
