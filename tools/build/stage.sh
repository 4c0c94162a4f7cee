#!/usr/bin/env bash
# Makes the tree of files that `make install` and `make deb` copy: tools/build/stage.sh FOLDER. With the word
# `python` behind it the tree is what pip copies: Python's package, with the library in it.
# Environment: BUILD; MADE (the folder of the libraries if it is another: without a wing there is no command,
# and what it writes is left out); STRIP; for the whole tree PREFIX, VERSION, SHARED (the shared library's
# file), PC_TEXT (the text of wengert.pc below its line `prefix=`), LIBDIR and PYTHON_FOLDER (below PREFIX;
# in site-packages or dist-packages pip sees the package).
set -eu
umask 022
cd "$(dirname "$0")/../.."
to=$1
made=${MADE:-$BUILD}
strip=${STRIP:-strip}
lib=$to/${LIBDIR:-}
doc=$to/share/doc/wengert
man=$to/share/man

# Python's package, in the folder $1.
python_package() {
    (cd python && find wengert wengert_pytest.py \( -name '*.py' -o -name '*.pyi' -o -name '*.txt' -o \
        -name py.typed \) -exec install -D -m 644 {} "$1/{}" \;)
    [ -e "$BUILD/python/_c.abi3.so" ] || return 0
    install -m 644 -t "$1/wengert" "$BUILD/python/_c.abi3.so"
    "$strip" --strip-unneeded "$1/wengert/_c.abi3.so"
}

# It finds the library that lies beside it, and has the command.
package_for_pip() {
    python_package "$to"
    if [ -e "$BUILD/wengert" ]; then
        install -D -m 755 "$BUILD/wengert" "$to/wengert/bin/wengert"
        "$strip" "$to/wengert/bin/wengert"
        install -m 644 -t "$to" python/wengert_command.py
    fi
    install -m 644 -t "$to/wengert" "$BUILD/libwengert.so"
    "$strip" --strip-unneeded "$to/wengert/libwengert.so"
}

# The prefix as pkg-config reads it: a backslash before each special character of a shell, and $ doubled.
pc_prefix() { printf '%s' "$PREFIX" | sed -e 's/[][ "'\''$&;()<>|*?#~`{}!\\]/\\&/g' -e 's/\$/$$/g'; }

programs() {
    mkdir -p "$lib/pkgconfig" "$to/include"
    cp -R include/wengert "$to/include/"
    python_package "$to/$PYTHON_FOLDER"
    case "$PYTHON_FOLDER" in *-packages)
        python3 tools/build/python_wheel.py --dist-info "$to/$PYTHON_FOLDER" ;; esac
    [ ! -e "$BUILD/wasm/engine.js" ] ||
        install -D -m 644 "$BUILD/wasm/engine.js" "$to/share/wengert/engine.js"
    if [ -e "$made/wengert" ]; then
        install -D -m 755 "$made/wengert" "$to/bin/wengert"
        "$strip" "$to/bin/wengert"
    fi
    cp "$made/libwengert.a" "$made/$SHARED" "$lib/"
    chmod 755 "$lib/$SHARED"
    "$strip" --strip-unneeded "$lib/$SHARED"
    "$strip" --strip-debug "$lib/libwengert.a"
    local mpi
    for mpi in "$made"/libwengert-mpi-*.so; do
        [ ! -e "$mpi" ] || install -m 755 "$mpi" "$lib/"
    done
    ln -s "$SHARED" "$lib/libwengert.so"
    printf 'prefix=%s\n%s\n' "$(pc_prefix)" "$PC_TEXT" >"$lib/pkgconfig/wengert.pc"
}

# What find_package(wengert) of CMake reads. The prefix is found from the file, so that the tree can be moved.
cmake_package() {
    local folder=$lib/cmake/wengert static up
    static=$(sed -n 's/^Libs.private: //p' <<<"$PC_TEXT" | tr -s ' ' ';')
    up=$(sed 's,[^/]*,..,g' <<<"$LIBDIR/cmake/wengert")
    mkdir -p "$folder"
    cat >"$folder/wengertConfig.cmake" <<END
# Targets: wengert::wengert, the shared library, and wengert::static.
get_filename_component(wengert_prefix "\${CMAKE_CURRENT_LIST_FILE}" REALPATH)
get_filename_component(wengert_prefix "\${wengert_prefix}/../$up" ABSOLUTE)
if(NOT TARGET wengert::wengert)
    add_library(wengert::wengert SHARED IMPORTED)
    set_target_properties(wengert::wengert PROPERTIES
        IMPORTED_LOCATION "\${wengert_prefix}/$LIBDIR/$SHARED" IMPORTED_SONAME $SHARED
        INTERFACE_INCLUDE_DIRECTORIES "\${wengert_prefix}/include")
    add_library(wengert::static STATIC IMPORTED)
    set_target_properties(wengert::static PROPERTIES
        IMPORTED_LOCATION "\${wengert_prefix}/$LIBDIR/libwengert.a" INTERFACE_LINK_LIBRARIES "$static"
        INTERFACE_INCLUDE_DIRECTORIES "\${wengert_prefix}/include")
endif()
unset(wengert_prefix)
END
    # Each 0.y may change interfaces: whoever asks for 0.1 gets 0.1.z and no other.
    cat >"$folder/wengertConfigVersion.cmake" <<END
set(PACKAGE_VERSION $VERSION)
if(PACKAGE_FIND_VERSION VERSION_GREATER_EQUAL ${VERSION%.*} AND PACKAGE_FIND_VERSION VERSION_LESS_EQUAL $VERSION)
    set(PACKAGE_VERSION_COMPATIBLE TRUE)
endif()
if(PACKAGE_FIND_VERSION VERSION_EQUAL $VERSION)
    set(PACKAGE_VERSION_EXACT TRUE)
endif()
END
}

commands_of() { "$BUILD/wengert" completion --words -- '' | cut -f 1; }

man_1() {
    local command
    mkdir -p "$man/man1"
    "$BUILD/wengert" help --man >"$man/man1/wengert.1"
    for command in $(commands_of); do
        "$BUILD/wengert" help --man "$command" >"$man/man1/wengert-$command.1"
    done
}

# A page for each header, found by the names of its functions too.
man_3() {
    local header page name
    mkdir -p "$man/man3"
    for header in include/wengert/*.h; do
        page=wengert-$(basename "$header" .h).3
        awk -v version="$VERSION" -f tools/build/roff.awk -f tools/build/header_man.awk "$header" \
            >"$man/man3/$page"
        for name in $(awk -v names=1 -f tools/build/roff.awk -f tools/build/header_man.awk "$header"); do
            echo ".so man3/$page" >"$man/man3/$name.3"
        done
    done
    sed -e 's/wengert-wengert/wengert/g; s/wengert\\-wengert/wengert/' -e '/^\.SH DECLARATIONS/,$d' \
        "$man/man3/wengert-wengert.3" >"$man/man3/wengert.3"
    rm "$man/man3/wengert-wengert.3"
    {
        echo '.SH HEADERS'
        for header in "$man"/man3/wengert-*.3; do
            sed -n 's/^wengert\\-\([a-z]*\) \\- \(.*\)/.TP\n.BR wengert\\-\1 (3)\n\2/p' "$header"
        done
        printf '.SH SEE ALSO\n.BR wengert (1),\n.BR wengert (7),\n%s\n' "$PREFIX/share/doc/wengert"
    } >>"$man/man3/wengert.3"
}

man_7() {
    mkdir -p "$man/man7"
    awk -v name=wengert -v section=7 -v title='the language of the command wengert' -v version="$VERSION" \
        -f tools/build/roff.awk -f tools/build/markdown_man.awk docs/language.md docs/language/*.md \
        >"$man/man7/wengert.7"
}

completions() {
    mkdir -p "$to/share/bash-completion/completions" "$to/share/zsh/site-functions" \
        "$to/share/fish/vendor_completions.d"
    "$BUILD/wengert" completion bash >"$to/share/bash-completion/completions/wengert"
    "$BUILD/wengert" completion zsh >"$to/share/zsh/site-functions/_wengert"
    "$BUILD/wengert" completion fish >"$to/share/fish/vendor_completions.d/wengert.fish"
}

# The texts keep their places among each other, so that their links hold.
documents() {
    mkdir -p "$doc"
    cp README.md CHANGES.md LICENSE "$doc/"
    cp -R docs examples data "$doc/"
    rm -rf "$doc/data/mnist" "$doc/data/.gitignore"
    cat >"$doc/examples/Makefile" <<'END'
# Compiles all examples, or one by `make digits`. If pkg-config does not find wengert, set PKG_CONFIG_PATH.
CFLAGS = -O2 $(shell pkg-config --cflags wengert)
LDLIBS = $(shell pkg-config --libs wengert) -lm
all: $(patsubst %.c,%,$(wildcard *.c functions/*.c))
END
}

case ${2:-all} in
all)
    programs
    cmake_package
    man_3
    man_7
    documents
    [ ! -e "$made/wengert" ] || { man_1 && completions; }
    ;;
python) package_for_pip ;;
esac
find "$to" -type f ! -perm -u+x -exec chmod 644 {} +
