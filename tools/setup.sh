#!/usr/bin/env bash
# Installs the packages that the named parts (build, test, check, optional, whole) need and that are missing,
# on Debian and its derivatives. Before, it prints the line that it runs. Root's make runs it; where there is
# sudo and a terminal it is asked for; else the line is printed, and make stops. Prints nothing if nothing is
# missing. Environment: CC, BLAS, GRAPHVIZ, OPENMP as in the Makefile; NO_INSTALL or DRY_RUN, if not empty:
# prints the line and stops; YES, if not empty: sudo runs it without a question. Whoever makes a package of a
# distribution says in its own way what is needed: for DESTDIR, fakeroot, and variables of dpkg and rpm the
# line is printed too, and nothing is installed.
set -u

read -ra compiler <<<"${CC:-cc}" # CC may have words after the program: "ccache gcc", "gcc -m64"
packages=()
want() {
    local name
    for name; do case " ${packages[*]} " in *" $name "*) ;; *) packages+=("$name") ;; esac done
}

stop() {
    printf 'setup: %s\n' "$@" >&2
    exit 1
}

has_module() { pkg-config --exists "$@" 2>/dev/null; }

try_to_compile() { echo 'int main(void) { return 0; }' | "${compiler[@]}" "$@" -x c -o /dev/null - 2>&1; }

# The programs that CC names: all words before the first flag.
need_compiler() {
    local word said
    command -v ar >/dev/null || want build-essential
    for word in "${compiler[@]}"; do
        case "$word" in -*) break ;; esac
        command -v "$word" >/dev/null && continue
        case "$word" in
        gcc | cc) want build-essential ;;
        emcc) want emscripten zopfli ;;
        ccache | clang | gcc-[0-9]* | clang-[0-9]*) want "$word" ;;
        *) stop "CC='$CC': there is no program '$word'. Type make without CC for gcc, or name \
another compiler: make CC=clang" ;;
        esac
    done
    [ ${#packages[@]} -eq 0 ] || return
    case "${compiler[*]}" in
    gcc | cc | emcc) ;;
    *)
        if "${compiler[@]}" -dM -E -x c /dev/null 2>/dev/null |
            grep -q '^#define __SIZEOF_POINTER__ [124]$'; then
            stop "CC='$CC' compiles for a machine of 32 bits. Wengert needs 64: leave out -m32, \
or name another compiler"
        fi
        said=$(try_to_compile) ||
            stop "CC='$CC' cannot compile an empty program. It says:" "$(head -n 1 <<<"$said")" ;;
    esac
    case "${OPENMP:-1}${compiler[*]}" in
    1*clang*) try_to_compile -fopenmp >/dev/null || want libomp-dev ;;
    esac
}

need_build() {
    need_compiler
    if ! command -v pkg-config >/dev/null; then want pkg-config; fi
    case "${BLAS:-openblas}" in
    none) ;;
    openblas) has_module openblas || want libopenblas-openmp-dev ;;
    *) has_module "$BLAS" || stop "no pkg-config module '$BLAS' for BLAS=$BLAS" ;;
    esac
    [ "${GRAPHVIZ:-1}" != 1 ] || has_module libcgraph || want libgraphviz-dev
    [ -e include/wengert/calls.hpp ] || command -v python3 >/dev/null || want python3
}

need_test() {
    has_module criterion || want libcriterion-dev
    command -v node >/dev/null || want nodejs
    [ "${GRAPHVIZ:-1}" != 1 ] || command -v dot >/dev/null || want graphviz fonts-dejavu-core
}

need_check() {
    command -v clang-format >/dev/null || want clang-format
    command -v g++ >/dev/null || command -v clang++ >/dev/null || want g++
}

# What single tests use. Without it `make test` skips them.
need_optional() {
    command -v rsvg-convert >/dev/null || want librsvg2-bin
    [ -e /usr/share/i18n/locales/de_DE ] || want locales
    command -v cmake >/dev/null || want cmake
    "$(tests/python.sh || echo false)" -c 'import ensurepip, pytest' 2>/dev/null ||
        want python3-numpy python3-venv python3-pytest
    CC="${compiler[*]}" tools/build/python_include.sh >/dev/null || want python3-dev
}

# The browser, LaTeX, valgrind and the compilers of the kinds of `make whole`, and what makes a bare system.
need_whole() {
    local version
    command -v chromium >/dev/null || want chromium
    command -v firefox-esr >/dev/null || want firefox-esr
    kpsewhich pgfplots.sty >/dev/null 2>&1 || want texlive-latex-base texlive-pictures
    kpsewhich beamer.cls >/dev/null 2>&1 || want texlive-latex-recommended
    command -v gfortran >/dev/null || want gfortran
    [ -d /usr/include/eigen3 ] || want libeigen3-dev
    command -v mypy >/dev/null || want mypy
    command -v debootstrap >/dev/null || want debootstrap
    command -v dh >/dev/null && command -v dh_python3 >/dev/null || want debhelper dh-python
    command -v lintian >/dev/null || want lintian
    command -v valgrind >/dev/null || want valgrind
    /usr/bin/python3 -c 'import onnx' 2>/dev/null || want python3-onnx
    [ -d /usr/share/libonnx-testdata ] || want libonnx-testdata
    /usr/bin/python3 -c 'import torch' 2>/dev/null || want python3-torch
    command -v tcc >/dev/null || want tcc
    command -v qemu-system-arm >/dev/null || want qemu-system-arm
    command -v arm-none-eabi-gcc >/dev/null || want gcc-arm-none-eabi libnewlib-arm-none-eabi
    command -v emcc >/dev/null && command -v zopfli >/dev/null || want emscripten zopfli
    command -v mpirun.openmpi >/dev/null && has_module ompi-c || want openmpi-bin libopenmpi-dev
    command -v mpirun.mpich >/dev/null && has_module mpich || want mpich libmpich-dev
    if ! echo 'int main(void) { return 0; }' |
        clang -fsanitize=address,undefined -x c -o /dev/null - 2>/dev/null; then
        version=$(apt-cache show clang 2>/dev/null | sed -n 's/^Version: [0-9]*:\([0-9]*\)\..*/\1/p' |
            head -n 1)
        want clang "libclang-rt-${version:-14}-dev" # without its recommended packages clang has no sanitizers
    fi
    [ "$(uname -m)" = x86_64 ] || return
    command -v musl-gcc >/dev/null || want musl-tools
    command -v aarch64-linux-gnu-gcc >/dev/null || want gcc-aarch64-linux-gnu libc6-dev-arm64-cross
    command -v qemu-aarch64-static >/dev/null || want qemu-user-static
}

# What says that a packager's tool calls make; nothing: none does.
packager() {
    if [ -n "${DESTDIR:-}" ]; then echo DESTDIR; fi
    compgen -e | grep -E '^(FAKEROOTKEY$|DEB_(BUILD|HOST)_|RPM_)'
}

# Whether the line may be run: by root, or by sudo after a question.
may_install() {
    local answer
    [ -n "$sudo$as_root" ] || return 0
    [ -n "$sudo" ] || return 1
    [ -z "${YES:-}" ] || return 0
    [ -t 0 ] && [ -t 2 ] || return 1
    read -r -p "setup: run it now? [Y/n] " answer || return 1
    case "$answer" in '' | [yY]*) ;; *) return 1 ;; esac
}

# Runs a command, and says every 20 seconds that it is still running.
with_signs_of_life() {
    local started=$SECONDS watch status
    while sleep 20 >/dev/null 2>&1; do echo "setup: still installing, $((SECONDS - started)) s" >&2; done &
    watch=$!
    "$@"
    status=$?
    kill "$watch" && wait "$watch" 2>/dev/null
    return $status
}

install_packages() {
    local log
    log=$(mktemp) || return 1
    if ${sudo}sh -c "$1" >"$log" 2>&1; then
        rm -f "$log"
        return 0
    fi
    tail -n 5 "$log" >&2
    rm -f "$log"
    return 1
}

for part in "$@"; do "need_$part"; done
[ ${#packages[@]} -eq 0 ] && exit 0

command -v apt-get >/dev/null ||
    stop "missing, by their Debian names: ${packages[*]}; install them with this system's packages"
sudo='' as_root=''
[ "$(id -u)" = 0 ] || { command -v sudo >/dev/null && sudo='sudo '; } || as_root=' as root'
line="apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq"
line="$line --no-install-recommends ${packages[*]}"
echo "setup: packages are missing. This line$as_root installs them, in one to three minutes by a fast line," \
    "up to 500 MB on the disk:" >&2
echo "    ${sudo}apt-get update && ${sudo}apt-get install --no-install-recommends ${packages[*]}" >&2
[ -z "${NO_INSTALL:-}" ] || stop "NO_INSTALL forbids to run it"
by=$(packager | head -n 1)
[ -z "$by" ] || stop "$by is set, as packagers do: nothing is installed"
[ -z "${DRY_RUN:-}" ] && may_install || stop "type it, and then make again"
with_signs_of_life install_packages "$line" || stop "that failed"
echo "setup: done" >&2
