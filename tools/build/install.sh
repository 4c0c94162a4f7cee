#!/usr/bin/env bash
# Copies the project below a folder, or removes it from there: tools/build/install.sh install|uninstall
#
# The list of what was written stands in share/doc/wengert/installed: a folder that was made ends with a
# slash. uninstall removes these files, and then these folders if they are empty. It removes nothing else, but
# what Python keeps of our file. Environment: DESTDIR, PREFIX (any character may stand in them), and what
# tools/build/stage.sh needs.
set -eu
umask 022
cd "$(dirname "$0")/../.."
case "$PREFIX" in /*) ;; *) PREFIX=$PWD/$PREFIX ;; esac
root=$DESTDIR$PREFIX
list=share/doc/wengert/installed

# The lines of the list that name a place below the root.
listed() { if [ -f "$root/$list" ]; then grep -vE '^/|(^|/)\.\.(/|$)|^$' "$root/$list" || true; fi; }

# Removes the files whose places below the root are the lines of standard input.
remove_files() { (cd "$root" && tr '\n' '\0' | xargs -0 rm -f --); }

# Removes what Python has kept of our files, beside them.
remove_compiled() {
    local file
    listed | sed -n 's,/\([a-z_]*\)\.py$,/__pycache__/\1,p' | while IFS= read -r file; do
        rm -f "$root/$file".*.pyc
        rmdir "$root/${file%/*}" 2>/dev/null || true
    done
}

remove_listed() {
    local place folders
    remove_compiled
    folders=$(listed | grep '/$' | LC_ALL=C sort -r || true)
    listed | grep -v '/$' | remove_files
    rm -f "$root/$list"
    printf '%s\n' "$folders" | while IFS= read -r place; do
        [ -z "$place" ] || rmdir "$root/${place#./}" 2>/dev/null ||
            true # a folder that holds other files stays
    done
}

can_be_written() {
    local folder=$root
    while [ -n "$folder" ] && [ ! -d "$folder" ]; do folder=${folder%/*}; done
    [ -w "${folder:-/}" ]
}

# Prints the folder $1, relative to the root, and those above it that are not there.
missing_folders() {
    local folder=$1
    while [ ! -d "$root/$folder" ]; do
        printf '%s/\n' "$folder"
        [ "$folder" != . ] || break
        case "$folder" in */*) folder=${folder%/*} ;; *) folder=. ;; esac
    done
}

copy() {
    local place new=$1/new
    (cd "$1/tree" && find . -type d) |
        while IFS= read -r place; do missing_folders "${place#./}"; done >"$new"
    (cd "$1/tree" && find . ! -type d) | sed 's,^\./,,' >>"$new"
    mkdir -p "$root"
    cp -RP --remove-destination "$1/tree/." "$root/"
}

# Folders that an earlier install made are still ours, and its files that this one does not write are removed.
write_list() {
    local new=$1/new
    listed | grep '/$' >>"$new" || true
    LC_ALL=C sort -u "$new" >"$new.sorted"
    listed | grep -v '/$' | LC_ALL=C sort | LC_ALL=C comm -23 - "$new.sorted" |
        remove_files
    install -m 644 "$new.sorted" "$root/$list"
}

# ---- what a user has to know afterwards ----

ldconfig_program() { PATH=$PATH:/usr/sbin:/sbin command -v ldconfig; }

# Whether the system looks for libraries in this folder.
is_system_folder() { "$(ldconfig_program)" -vN 2>/dev/null | grep -qF "$1:"; }

# Tells the system's loader what has changed. Returns whether it finds libraries in the folder now.
tell_loader() {
    [ -z "$DESTDIR" ] && [ -n "$(ldconfig_program)" ] && is_system_folder "$PREFIX/$LIBDIR" || return 1
    if [ "$(id -u)" = 0 ]; then "$(ldconfig_program)" 2>/dev/null; fi
    "$(ldconfig_program)" -p 2>/dev/null | grep -qF "=> $PREFIX/$LIBDIR/libwengert.so"
}

# Prints `export NAME=FOLDER:$NAME` unless the variable has the folder.
advise() {
    local now=${!1:-}
    case ":$now:" in *":$2:"*) return ;; esac
    printf '    export %s=%q%s\n' "$1" "$2" "\${$1:+:\$$1}"
}

say_how_to_use() {
    [ -z "$DESTDIR" ] || return 0
    local lines
    lines=$(
        case "$PREFIX" in /usr | /usr/local) ;; *) advise PATH "$PREFIX/bin" && advise PKG_CONFIG_PATH \
            "$PREFIX/$LIBDIR/pkgconfig" ;; esac
        tell_loader || advise LD_LIBRARY_PATH "$PREFIX/$LIBDIR"
        advise PYTHONPATH "$PREFIX/$PYTHON_FOLDER"
    )
    [ -z "$lines" ] || printf 'to use it from here, type, or add to ~/.profile:\n%s\n' "$lines"
}

case "$1" in
install)
    can_be_written || {
        echo "install: $root cannot be written by $(id -un): install as root, or by" \
            "make install PREFIX=\$HOME/.local" >&2
        exit 1
    }
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    PREFIX=$PREFIX tools/build/stage.sh "$work/tree"
    copy "$work"
    write_list "$work"
    echo "installed in $root"
    say_how_to_use
    ;;
uninstall)
    [ -f "$root/$list" ] || { echo "uninstall: nothing to remove: there is no $root/$list" >&2; exit 0; }
    remove_listed
    tell_loader || true
    echo "removed from $root"
    ;;
esac
