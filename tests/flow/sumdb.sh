#!/bin/sh
# sumdb.sh [BUILD [build]]: the Go team's transparency log library judges ours, and we judge it.
#
# Needs BUILD/tests/flow/sumdb_proofs and Debian's golang-go and golang-golang-x-mod-dev; exit 77
# if these are missing.  Leaves the judge at BUILD/tests/flow/sumdb for other tests; with `build`
# does no more than that.
set -eu
build=${1:-build}
sources=/usr/share/gocode
if ! command -v go >/dev/null || [ ! -d $sources/src/golang.org/x/mod/sumdb ]; then
	echo "sumdb: not judged: golang-go or golang-golang-x-mod-dev is not installed" >&2
	exit 77
fi
mkdir -p "$build/tests/flow" "$build/go-cache"
GO111MODULE=off GOPATH=$sources GOFLAGS= GOPROXY=off GOCACHE=$(cd "$build/go-cache" && pwd) \
	go build -o "$build/tests/flow/sumdb" tests/flow/sumdb.go
[ "${2:-}" != build ] || exit 0
go=$build/tests/flow/sumdb
ours=$build/tests/flow/sumdb_proofs

work=$(mktemp -d "$build/sumdb.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir "$work/go" "$work/ours" "$work/bad"

# refuse COMMAND...: it must fail, and say so.
refuse() {
	if "$@" >/dev/null 2>"$work/said"; then
		echo "sumdb: accepted what it must refuse: $*" >&2
		exit 1
	fi
	if [ ! -s "$work/said" ]; then
		echo "sumdb: refused without a word: $*" >&2
		exit 1
	fi
}

# both_refuse MAKER FILE: FILE was altered in $work/bad, and the others are MAKER's.
both_refuse() {
	if cmp -s "$work/$1/$2" "$work/bad/$2"; then
		echo "sumdb: an edit left $2 of $1 as it was" >&2
		exit 1
	fi
	refuse "$ours" check "$work/bad"
	refuse "$go" check "$work/bad"
}

# Each makes, both judge.
$ours make "$work/ours"
$go make "$work/go"
for maker in ours go; do
	for judge in "$ours" "$go"; do
		echo "sumdb: $(basename "$judge") of $maker: $($judge check "$work/$maker")"
	done
done
$go open "$(cat "$work/ours/vkey")" "$work/ours/checkpoint" >/dev/null

# What one alters, both refuse: a size, a root, a signature, a proof.
for maker in ours go; do
	for edit in 's/^70000$/70001/' '3s/^./=/' 's/^\(— [^ ]* .\{20\}\)./\1\//' 's/^sha3-256 ./&A/'; do
		cp "$work/$maker"/* "$work/bad"
		sed -i "$edit" "$work/bad/checkpoint"
		both_refuse $maker checkpoint
	done
	for line in 'tree 7' 'record 300 64' 'growth 64 300'; do
		cp "$work/$maker"/* "$work/bad"
		sed -i "/^$line /s/\(.*\)[A-P]/\1Z/" "$work/bad/proofs"
		both_refuse $maker proofs
	done
done

# Published logs, by tiles and entries.
c2sp=tests/vectors/c2sp
echo "sumdb: $($go log "$(cat $c2sp/log.vkey)" $c2sp/log)"
archive=tests/vectors/archive
echo "sumdb: $($go log "$(sed -n 's/^log //p' $archive.trust)" $archive/log)"
cp -r $c2sp/log "$work/log"
chmod -R u+w "$work/log"
printf x | dd of="$work/log/tile/0/000.p/7" bs=1 seek=70 conv=notrunc status=none
refuse "$go" log "$(cat $c2sp/log.vkey)" "$work/log"
cp -r $c2sp/log/. "$work/log"
printf x | dd of="$work/log/tile/entries/000.p/7" bs=1 seek=5 conv=notrunc status=none
refuse "$go" log "$(cat $c2sp/log.vkey)" "$work/log"
echo "sumdb: all altered ones refused"
