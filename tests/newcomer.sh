#!/usr/bin/env bash
# Follows README.md as a newcomer does, on a bare system: a chroot that has nothing but what Debian always
# has, and make. `make newcomer` and `make whole KINDS=newcomer` call it. Run it before you call a change of
# tests, tools or set-up done.
#
#   tests/newcomer.sh [user] [root]   (default: both; 5 minutes on two free processors, and 2 more the first
#                                      time)
#       user: a user without sudo, in a path with a blank. `make` and `make test` print what root has to type,
#             and stop; then all tests
#       root: as root, for whom `make` installs what is missing; then the tests of the rooms that use the
#             system, and Python
#
# What is built here is copied, so the chroot compiles src/engine/base/ alone. tests/newcomer_walk.sh is what
# is done inside, tests/bare_root.sh makes the chroot.
# This must run as root and needs debootstrap; where something is missing it says so. The last line is `N
# passed, N failed, N skipped`, of ways. Environment: BUILD.
set -eu
cd "$(dirname "$0")/.."
build=${BUILD:-build}
. tests/bare_root.sh

say() { echo "newcomer: $*"; }
# Each way is counted: the one that fails is the last.
passed=0
skip() {
    echo "skipped 1: the newcomer: $*"; echo "FAILED newcomer skipped: $*"; echo \
        "0 passed, 1 failed, 1 skipped"; exit 1
}
failed() {
    say "$1: FAILED${2:+: $2}"; echo "FAILED newcomer $1"; echo \
        "$passed passed, 1 failed, 0 skipped"; exit 1
}

# Copies the files that git knows, as they are here, and what is built, to the folder $1 of the chroot, which
# belongs to the user $2.
put_clone() {
    mkdir -p "$kept/root$1"
    git ls-files -z --cached --others --exclude-standard --deduplicate |
        tar --null -T - --ignore-failed-read -c 2>/dev/null | tar -C "$kept/root$1" -x
    tar -c --exclude-from=- "$build"/{obj,libwengert.*,wengert,examples,tests} \
        <<<"$build/obj/src/engine/base" | tar -C "$kept/root$1" -x
    chroot "$kept/root" chown -R "$2" "$1"
}

# Root types what README.md or the set-up says.
root_types() {
    say "root types: $1"
    inside root "export DEBIAN_FRONTEND=noninteractive; { ${1/install/install -y}; } >/dev/null 2>&1" ||
        failed "$way" "$1"
}

# ---- the two ways ----

# walk WAY USER FOLDER [ROOMS]: what is done in the clone. ROOMS: the rooms of tests that are run, "tools/
# pages/"; default: all.
walk() {
    say "$1: the clone is in $3"
    inside "$2" "cd '$3' && tests/newcomer_walk.sh ${4:-}" || failed "$1"
    say "$1: holds; the system has $(packages) packages"
    passed=$((passed + 1))
}

as_user() {
    local goal line log=$kept/first_make.log at="/home/newcomer/my code/wengert"
    put_clone "$at" newcomer
    for goal in '' test; do
        inside newcomer "cd '$at' && make $goal" >"$log" 2>&1 &&
            failed user "nothing is missing for make $goal"
        cat "$log"
        line=$(sed -n 's/^    \(apt-get update .*\)/\1/p' "$log")
        [ -n "$line" ] || failed user "make $goal does not say what to type"
        root_types "$line"
    done
    walk user newcomer "$at"
}

as_root() {
    put_clone /root/wengert root
    walk root root /root/wengert "tools/ pages/ files/"
}

allowed
way=
trap 'rm -rf "$kept/root"' EXIT
[ $# -gt 0 ] || set -- user root
make_base
for way; do
    case "$way" in root | user) ;; *) say "no such way: $way"; exit 2 ;; esac
    started=$SECONDS
    unpack
    say "$way: the system has $(packages) packages"
    "as_$way"
    say "$way: $((SECONDS - started)) s"
done
say "README.md holds: $*"
echo "$passed passed, 0 failed, 0 skipped"
