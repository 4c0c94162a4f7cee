#!/usr/bin/env bash
# Installs the packages that the named parts (build, test, draw, check) need and that are missing, on Debian and its derivatives,
# as root or by sudo. If that is not possible it prints one line that says what to type. Prints nothing if nothing is missing.
# Environment: CC, BLAS, GRAPHVIZ, OPENMP as in the Makefile; DRY_RUN, if not empty: prints what it would do, and does not do it.
set -u

packages=()
want() { packages+=("$@"); }

has_module() { pkg-config --exists "$@" 2>/dev/null; }

need_build() {
    command -v "${CC:-cc}" >/dev/null && command -v ar >/dev/null || want build-essential
    case "${OPENMP:-1}${CC:-cc}" in
    1*clang*) echo 'int main(void) { return 0; }' | "$CC" -fopenmp -x c -o /dev/null - 2>/dev/null || want libomp-dev ;;
    esac
    if ! command -v pkg-config >/dev/null; then want pkg-config; fi
    case "${BLAS:-openblas}" in
    none) ;;
    openblas) has_module openblas || want libopenblas-openmp-dev ;;
    *) has_module "$BLAS" || { echo "setup: no pkg-config module '$BLAS' for BLAS=$BLAS" >&2; exit 1; } ;;
    esac
    if [ "${GRAPHVIZ:-1}" = 1 ]; then has_module libcgraph || want libgraphviz-dev; fi
}

need_test() { has_module criterion || want libcriterion-dev; }

need_draw() { command -v dot >/dev/null || want graphviz fonts-dejavu-core; }

need_check() {
    command -v clang-format >/dev/null || want clang-format
    command -v g++ >/dev/null || command -v clang++ >/dev/null || want g++
}

# Runs a command as root, or by sudo if sudo asks no password or a terminal is there to ask on.
as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"
    elif command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then sudo "$@"
    else return 127
    fi
}

install_packages() {
    local log
    log=$(mktemp) || return 1
    if as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >"$log" 2>&1 &&
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >>"$log" 2>&1; then
        rm -f "$log"
        return 0
    fi
    tail -n 5 "$log" >&2
    rm -f "$log"
    return 1
}

for part in "$@"; do "need_$part"; done
[ ${#packages[@]} -eq 0 ] && exit 0

if ! command -v apt-get >/dev/null; then
    echo "setup: missing, by their Debian names: ${packages[*]}; install them with this system's packages" >&2
    exit 1
fi
if [ -n "${DRY_RUN:-}" ] || ! as_root true; then
    echo "setup: packages are missing; type: sudo apt-get install --no-install-recommends ${packages[*]}" >&2
    exit 1
fi
echo "setup: installing ${packages[*]} (this can take some minutes)" >&2
if ! install_packages "${packages[@]}"; then
    echo "setup: that failed; type: sudo apt-get install --no-install-recommends ${packages[*]}" >&2
    exit 1
fi
