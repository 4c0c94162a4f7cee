#!/usr/bin/env bash
# Copies what was built below a folder, or removes it from there: tools/install.sh install|uninstall
# Environment: DESTDIR, PREFIX (any character may stand in them), BUILD, SHARED (the shared library's file), PC_TEXT (the text of
# wengert.pc below its line `prefix=`).
set -eu
cd "$(dirname "$0")/.."
case "$PREFIX" in /*) ;; *) PREFIX=$PWD/$PREFIX ;; esac
root=$DESTDIR$PREFIX

# Calls the function $1 for each file that is installed, with: its mode or the word link, the source, the place below the root.
# Files are named here alone, so uninstall removes exactly what install writes.
each_file() {
    local header
    for header in include/wengert/*.h; do "$1" 644 "$header" "$header"; done
    "$1" 644 "$BUILD/libwengert.a" lib/libwengert.a
    "$1" 755 "$BUILD/$SHARED" "lib/$SHARED"
    "$1" link "$SHARED" lib/libwengert.so
    "$1" 644 "$BUILD/wengert.pc" lib/pkgconfig/wengert.pc
    "$1" 755 "$BUILD/wengert" bin/wengert
}

# The prefix as pkg-config reads it: a backslash before each special character of a shell, and $ doubled.
pc_prefix() { printf '%s' "$PREFIX" | sed -e 's/[][ "'\''$&;()<>|*?#~`{}!\\]/\\&/g' -e 's/\$/$$/g'; }

put() {
    install -d "$root/${3%/*}"
    case "$1" in
    link) ln -sf "$2" "$root/$3" ;;
    *) install -m "$1" "$2" "$root/$3" ;;
    esac
}

remove() { rm -f "$root/$3"; }

case "$1" in
install)
    printf 'prefix=%s\n%s\n' "$(pc_prefix)" "$PC_TEXT" >"$BUILD/wengert.pc"
    each_file put
    echo "installed in $root"
    ;;
uninstall)
    each_file remove
    rmdir "$root/include/wengert" 2>/dev/null || true # a folder that holds other files stays
    echo "removed from $root"
    ;;
esac
