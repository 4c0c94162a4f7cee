#!/usr/bin/env bash
# Follows README.md as a newcomer does, on a bare system: a chroot that has nothing but what Debian always has, and make.
# `make newcomer` calls it.
#
#   tests/newcomer.sh [root] [user] [blank]   from nothing (default: all three; 15 minutes on two free processors). The first
#                                             way compiles everything. The others get its objects, but compile src/base/
#                                             again.
#                                             root: as root
#                                             user: as a user without sudo; root types the line that is printed
#                                             blank: as that user, and the path of the clone has a blank
#   tests/newcomer.sh built [root] [user] [blank]  the same, but the first way gets what is built here, and no tests are built
#
# tests/newcomer_walk.sh is what is done inside. The base of the chroot is kept in BUILD/newcomer. This must run as root and needs
# debootstrap; where something is missing it says so. The last line is `N passed, N failed, N skipped`, of ways.
# Environment: BUILD.
set -eu
cd "$(dirname "$0")/.."
build=${BUILD:-build}
kept=$PWD/$build/newcomer
codename=$(. /etc/os-release 2>/dev/null && echo "${VERSION_CODENAME:-}")
base=$kept/base-$codename.tar.gz

say() { echo "newcomer: $*"; }
# Each way is counted: the one that fails is the last.
passed=0
skip() { echo "skipped 1: the newcomer: $*"; echo "FAILED newcomer skipped: $*"; echo "0 passed, 1 failed, 1 skipped"; exit 1; }
failed() { say "$1: FAILED${2:+: $2}"; echo "FAILED newcomer $1"; echo "$passed passed, 1 failed, 0 skipped"; exit 1; }

allowed() {
    [ "$(id -u)" = 0 ] || skip "only root can make a chroot"
    [ -n "$codename" ] && command -v apt-get >/dev/null || skip "this is no Debian"
    [ -e "$base" ] || command -v debootstrap >/dev/null || skip "debootstrap is not installed"
    unshare --mount --pid --fork true 2>/dev/null || skip "this machine allows no namespaces (unshare)"
    [ "$(df -Pk . | awk 'NR == 2 { print $4 }')" -gt 6000000 ] || skip "fewer than 6 GB are free here"
}

# The mirror that this system uses, so that the chroot uses the same; nothing: debootstrap's own.
mirror() { apt-get indextargets --format '$(REPO_URI)' 'Label: Debian' "Codename: $codename" 2>/dev/null | head -n 1; }

make_base() {
    [ ! -e "$base" ] || return 0
    say "making the base system, about two minutes"
    mkdir -p "$kept"
    rm -rf "$kept/base"
    debootstrap --variant=minbase --include=make "$codename" "$kept/base" $(mirror) >"$kept/debootstrap.log" 2>&1 || {
        tail -n 3 "$kept/debootstrap.log"
        rm -rf "$kept/base"
        skip "debootstrap fails ($build/newcomer/debootstrap.log)"
    }
    tar -C "$kept/base" -c . | gzip -1 >"$base.new" && mv "$base.new" "$base"
    rm -rf "$kept/base"
}

# A fresh system in BUILD/newcomer/root, from a tarball.
unpack() {
    rm -rf "$kept/root"
    mkdir -p "$kept/root"
    tar -C "$kept/root" -xzf "$1"
    chroot "$kept/root" useradd -m -s /bin/bash newcomer 2>/dev/null || true
    cp /etc/resolv.conf /etc/hosts "$kept/root/etc/"
    apt-config dump 2>/dev/null | grep -i '^Acquire::.*proxy' >"$kept/root/etc/apt/apt.conf.d/90newcomer" || true
}

# Copies the files that git knows, as they are here, to the folder $1 of the chroot, which belongs to the user $2.
put_clone() {
    mkdir -p "$kept/root$1"
    git ls-files -z --cached --others --exclude-standard --deduplicate | tar --null -T - --ignore-failed-read -c 2>/dev/null | tar -C "$kept/root$1" -x
    chroot "$kept/root" chown -R "$2" "$1"
}

# Copies what is built in the folder $1 to the folder $2.
copy_built() {
    (cd "$1" && tar -c build/obj/flags build/obj/{src,isa*,tools,generated} build/{libwengert.*,wengert,examples}) | tar -C "$2" -x
}

# Gives the clone in the folder $1 of the chroot, which belongs to the user $2, what an earlier way has built.
put_built() {
    [ -e "$kept/built" ] || return 0
    copy_built "$kept/built" "$kept/root$1"
    rm -r "$kept/root$1/build/obj/src/base" "$kept/root$1/build/wengert"
    chroot "$kept/root" chown -R "$2" "$1"
}

keep_built() {
    [ ! -e "$kept/built" ] || return 0
    mkdir -p "$kept/built"
    copy_built "$kept/root$1" "$kept/built"
}

# Runs the command $2 in a login shell of the user $1 in the chroot. What it starts ends with it, and so do its mounts.
inside() {
    unshare --mount --pid --fork --kill-child bash -c '
        mount --make-rprivate / && cd "$1" && mount -t proc proc proc && mount --rbind /dev dev || exit 1
        exec chroot . su - "$2" -c "$3"' - "$kept/root" "$1" "$2" </dev/null
}

# Root types what README.md or the set-up says: apt-get install PACKAGES.
root_types() {
    say "root types: $1"
    inside root "apt-get update -qq && DEBIAN_FRONTEND=noninteractive $1 -y -qq >/dev/null 2>&1" || exit 1
}

# ---- the three ways ----

walk() {
    inside root "/usr/bin/python3 -c 'import numpy' 2>/dev/null" || root_types "apt-get install python3-numpy"
    say "$1: the clone is in $3"
    inside "$2" "cd '$3' && tests/newcomer_walk.sh ${4:-}" || failed "$1"
    say "$1: holds"
    passed=$((passed + 1))
}

as_root() {
    unpack "$base"
    put_clone /root/wengert root
    put_built /root/wengert root
    walk root root /root/wengert $tests
    keep_built /root/wengert
}

# `make` and `make test` print what root has to type, and stop before they compile anything.
as_user() {
    local goal line log=$kept/first_make.log
    [ "$1" = blank ] && [ -e "$ready" ] && unpack "$ready" || unpack "$base"
    put_clone "$2" newcomer
    put_built "$2" newcomer
    for goal in '' test; do
        inside newcomer "command -v dot >/dev/null" && break # the packages are there
        inside newcomer "cd '$2' && make $goal" >"$log" 2>&1 && failed "$1" "nothing is missing for make $goal"
        cat "$log"
        line=$(sed -n 's/^setup: packages are missing; type: sudo //p' "$log")
        [ -n "$line" ] || failed "$1" "make $goal does not say what to type"
        root_types "$line"
    done
    walk "$1" newcomer "$2" $tests
    keep_built "$2"
}

keep_ready() {
    [ ! -e "$ready" ] || return 0
    rm -rf "$kept/root/root/wengert" "$kept/root/home/newcomer"/*
    tar -C "$kept/root" -c . | gzip -1 >"$ready.new" && mv "$ready.new" "$ready"
}

allowed
ready=$kept/ready-$codename.tar.gz
tests=
trap 'rm -rf "$kept/root" "$kept/built"' EXIT
rm -rf "$kept/built"
[ $# -gt 0 ] || set -- user blank root
make_base
for way; do
    case "$way" in
    root) as_root ;;
    user) as_user user /home/newcomer/wengert ;;
    blank) as_user blank "/home/newcomer/my code/wengert" ;;
    built) tests=short && mkdir -p "$kept/built" && copy_built "$PWD" "$kept/built" && continue ;;
    *) say "no such way: $way"; exit 2 ;;
    esac
    keep_ready
done
say "README.md holds: $*"
echo "$passed passed, 0 failed, 0 skipped"
