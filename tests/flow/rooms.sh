#!/bin/sh
# rooms.sh BUILD_DIR: no spelling of an include brings into a room what it may not have.
set -eu
here=$(CDPATH='' cd "$(dirname "$0")/../.." && pwd)
house=$(mktemp -d "$1/rooms-XXXXXX")
trap 'rm -rf "$house"' EXIT
mkdir -p "$house/src/low/in" "$house/src/high" "$house/include/probant"
cd "$house"
: >src/high/it.h
: >src/low/in/it.h
passed=0
failed=0

# judge refused|let IN_FILE INCLUDE
judge() {
	: >src/low/it.h
	: >src/low/it.c
	printf '%s\n' "$3" >"src/low/$2"
	said=let
	"$here/tools/check-rooms" 'low::zstd.h' 'high:low:openssl/' >/dev/null || said=refused
	if [ $said = "$1" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf '%s: %s is %s\n' "$2" "$3" $said >&2
	fi
}

tab=$(printf '\t')
for file in it.c it.h; do
	for include in '"low/it.h"' '"probant/it.h"' '<stdio.h>' '<sys/types.h>' '<zstd.h>'; do
		judge let $file "#include $include"
	done
	for include in '"high/it.h"' '<high/it.h>' '"low/../high/it.h"' '"probant/../high/it.h"' \
	    '"../high/it.h"' '"low/in/it.h"' '"low/it.inc"' '<openssl/evp.h>' '<./openssl/evp.h>' \
	    '</usr/include/openssl/evp.h>' '<unistd.h>' '<sys//socket.h>' 'HEADER'; do
		judge refused $file "#include $include"
	done
	for word in '#include' '# include ' "#${tab}include${tab}" " #include "; do
		judge refused $file "$word<openssl/evp.h>"
		judge refused $file "$word\"high/it.h\""
	done
done
echo "$passed passed, $failed failed"
[ $failed = 0 ]
