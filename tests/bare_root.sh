#!/usr/bin/env bash
# A bare system: a chroot that has nothing but what Debian always has, and make. tests/newcomer.sh and
# tests/packages.sh read these functions. The base and the packages of later installs are kept in
# BUILD/newcomer. Who reads them has `say`, and `skip`, which says why nothing is tried and ends the script.
# Environment: build, the build.
kept=$PWD/$build/newcomer
codename=$(. /etc/os-release 2>/dev/null && echo "${VERSION_CODENAME:-}")
base=$kept/base-$codename.tar.gz

allowed() {
    [ "$(id -u)" = 0 ] || skip "only root can make a chroot"
    [ -n "$codename" ] && command -v apt-get >/dev/null || skip "this is no Debian"
    [ -e "$base" ] || command -v debootstrap >/dev/null || skip "debootstrap is not installed"
    unshare --mount --pid --fork true 2>/dev/null || skip "this machine allows no namespaces (unshare)"
    [ "$(df -Pk . | awk 'NR == 2 { print $4 }')" -gt 6000000 ] || skip "fewer than 6 GB are free here"
}

# The mirror that this system uses, so that the chroot uses the same; nothing: debootstrap's own.
mirror() {
    apt-get indextargets --format '$(REPO_URI)' 'Label: Debian' "Codename: $codename" 2>/dev/null |
        head -n 1
}

make_base() {
    [ ! -e "$base" ] || return 0
    say "making the base system, about two minutes"
    mkdir -p "$kept"
    rm -rf "$kept/base"
    debootstrap --variant=minbase --include=make "$codename" "$kept/base" $(mirror) >"$kept/debootstrap.log" \
        2>&1 || {
        tail -n 3 "$kept/debootstrap.log"
        rm -rf "$kept/base"
        skip "debootstrap fails ($build/newcomer/debootstrap.log)"
    }
    tar -C "$kept/base" -c . | gzip -1 >"$base.new" && mv "$base.new" "$base"
    rm -rf "$kept/base"
}

# A fresh system in BUILD/newcomer/root. What it installs is kept for the next time, and need not survive a
# power cut.
unpack() {
    rm -rf "$kept/root"
    mkdir -p "$kept/root" "$kept/archives"
    tar -C "$kept/root" -xzf "$base"
    chroot "$kept/root" useradd -m -s /bin/bash newcomer
    cp /etc/resolv.conf /etc/hosts "$kept/root/etc/"
    apt-config dump 2>/dev/null | grep -i '^Acquire::.*proxy' >"$kept/root/etc/apt/apt.conf.d/90newcomer" ||
        true
    echo force-unsafe-io >"$kept/root/etc/dpkg/dpkg.cfg.d/newcomer"
}

# Runs the command $2 in a login shell of the user $1 in the chroot. What it starts ends with it, and so do
# its mounts.
inside() {
    unshare --mount --pid --fork --kill-child bash -c '
        mount --make-rprivate / && cd "$1" && mount -t proc proc proc && mount --rbind /dev dev &&
            mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts dev/pts &&
            mount --bind dev/pts/ptmx dev/ptmx &&
            mount --bind ../archives var/cache/apt/archives || exit 1
        exec chroot . su - "$2" -c "$3"' - "$kept/root" "$1" "$2" </dev/null
}

packages() { chroot "$kept/root" dpkg-query -W -f '.\n' | wc -l; }
