#!/usr/bin/env bash
# Prints the name by which programs load the shared library of a pkg-config module:
# tools/build/library_name.sh openblas Nothing: it has none. Environment: CC.
set -u
read -ra cc <<<"$CC"
object=$(mktemp) || exit 1
trap 'rm -f "$object"' EXIT
echo 'int nothing;' |
    "${cc[@]}" -shared -fPIC -x c -o "$object" - -x none -Wl,--no-as-needed $(pkg-config --libs "$1") \
    2>/dev/null
LC_ALL=C readelf -d "$object" 2>/dev/null | sed -n 's/.*(NEEDED).*\[\(.*\)\].*/\1/p' |
    grep -vE '^lib(c|m|dl|pthread|gcc_s|gomp|omp|gfortran)\.so' | head -n 1
