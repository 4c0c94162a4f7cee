#!/usr/bin/env bash
# Installs, uses and removes the packages on bare systems. `make whole KINDS=packages` calls it.
#
#   tests/packages.sh [WAY...]     (default: all)
#       lintian   what lintian says of the packages that `make deb` makes
#       apt       apt installs them and removes them; no file is left
#       wheel     pip installs and removes the wheel where there is no libgomp and no OpenBLAS
#       sdist     pip builds the sources, without network
#       source    dpkg-buildpackage in a clean folder, by a user
#
# What is compiled here has one instruction set and is not optimized: it is tried that it is built, not how
# fast it is. It must run as root, and needs debootstrap, debhelper and lintian. The last line
# is `N passed, N failed, N skipped`, of ways. Environment: BUILD.
set -eu
cd "$(dirname "$0")/.."
build=${BUILD:-build}
. tests/bare_root.sh
out=$kept/packages

say() { echo "packages: $*"; }
skip() {
    echo "skipped 1: the packages: $*"; echo "FAILED packages skipped: $*"
    echo "0 passed, 1 failed, 1 skipped"; exit 1
}

# In the bare system, as root.
types() { inside root "export DEBIAN_FRONTEND=noninteractive PIP_NO_INDEX=1; set -eu; $1"; }
gets() { types "apt-get update -qq; apt-get install -y -qq --no-install-recommends $*" >/dev/null; }

# The files of the bare system, but for what apt and dpkg note.
there() {
    (cd "$kept/root" && find . -xdev -print | LC_ALL=C sort |
        grep -vE '^\./(proc|dev|tmp|var/(cache|log|lib/apt|lib/dpkg))(/|$)')
}
nothing_is_left() {
    local left
    left=$(there | LC_ALL=C comm -3 "$out/before" -)
    say "$1: $(sed '/./!d' <<<"$left" | wc -l) files are left or missing after removal, of $2"
    [ -z "$left" ] || { head -n 20 <<<"$left"; return 1; }
}

# A training, in the environment /root/v of the bare system.
trains() {
    cat >"$kept/root/root/train.py" <<'END'
import wengert as wg
net = wg.nn.Sequential(wg.nn.Linear(64, 64), wg.nn.ReLU(), wg.nn.Linear(64, 10))
adam = wg.optim.Adam(net.parameters(), lr=3e-3)
for x, y in wg.digits().batches(64):
    adam.zero_grad()
    loss = wg.nn.functional.cross_entropy(net(x), y)
    loss.backward()
    adam.step()
assert loss.item() < 1.5, loss
print(wg.__version__, "loss", round(loss.item(), 2), wg.__file__)
END
    types "cd /tmp; /root/v/bin/python /root/train.py; /root/v/bin/wengert eval -e '2 + 3' | grep -x 5"
}

# pip installs the file $1 in a new environment; it trains; nothing is left of it.
by_pip() {
    cp "$1" "$kept/root/root/"
    types "rm -rf v; python3 -m venv --system-site-packages v"
    there >"$out/before"
    types "export ISAS=1 CFLAGS=-O0; cd /tmp; /root/v/bin/pip install -q --no-cache-dir /root/${1##*/}"
    local n
    n=$(there | LC_ALL=C comm -13 "$out/before" - | wc -l)
    trains
    types "rm train.py; v/bin/pip uninstall -q -y wengert"
    nothing_is_left "$way" "$n"
}

# Packages are made when a way needs them: those of Debian, the wheel, the archive of the last commit.
made() {
    ls "$out"/$2 >/dev/null 2>&1 ||
        make -s --no-print-directory BUILD="${3:-$build}" PACKAGES="$out" SITE=0 "$1"
}

# ---- the ways ----

way_lintian() {
    made deb '*.deb'
    lintian --profile debian --fail-on error,warning "$out"/*.changes
}

way_apt() {
    local n
    made deb '*.deb'
    unpack
    gets gcc libc6-dev pkg-config python3-numpy libopenblas0 libcgraph6
    mkdir "$kept/root/tmp/debs"
    cp "$out"/*.deb tools/packages/debian/tests/smoke "$kept/root/tmp/debs/"
    there >"$out/before"
    types "apt-get install -y -qq --no-install-recommends /tmp/debs/*.deb >/dev/null; rm -f /tmp/debs/*.deb"
    n=$(there | LC_ALL=C comm -13 "$out/before" - | wc -l)
    types "sh /tmp/debs/smoke"
    types "apt-get purge -y -qq libwengert0.1 libwengert-dev wengert wengert-doc python3-wengert >/dev/null"
    nothing_is_left apt "$n"
}

way_wheel() {
    made wheel '*.whl'
    unpack
    gets python3-venv python3-numpy
    types "! ldconfig -p | grep -E 'libgomp|openblas'"
    by_pip "$(echo "$out"/*.whl)"
}

# A tree as a packager has it, with debian/ at its top, and what it says that it needs.
needs_of_build() {
    [ ! -e "$kept/root/home/newcomer/wengert" ] || return 0
    [ -e "$kept/root/root" ] || unpack
    mkdir "$kept/root/home/newcomer/wengert"
    git archive HEAD | tar -x -C "$kept/root/home/newcomer/wengert"
    cp -R tools/packages/debian "$kept/root/home/newcomer/wengert/debian"
    chroot "$kept/root" chown -R newcomer /home/newcomer/wengert
    gets python3-venv python3-numpy build-essential
    types "apt-get build-dep -y -qq --no-install-recommends /home/newcomer/wengert" >/dev/null
}

way_sdist() {
    made dist '*.tar.gz' "$out"
    needs_of_build
    cp "$out/wengert-$version.tar.gz" "$kept/root/root/"
    types "python3 -m venv without; without/bin/pip install wengert-*.tar.gz 2>&1 |
        grep 'No matching distribution found for numpy'; rm -r without"
    by_pip "$out/wengert-$version.tar.gz"
}

way_source() {
    needs_of_build
    inside newcomer "cd wengert && export ISAS=1 DEB_CFLAGS_APPEND=-O0 DEB_BUILD_OPTIONS=noautodbgsym &&
        dpkg-buildpackage -us -uc -b >../log 2>&1 || { tail -n 20 ../log; exit 1; }; ls .."
    [ "$(find "$kept/root/home/newcomer" -maxdepth 1 -name '*.deb' | wc -l)" = 5 ]
}

# ---- all ----

allowed
for program in lintian dh; do command -v $program >/dev/null || skip "$program is not installed"; done
all='lintian apt wheel sdist source' passed=0 failed=0
[ $# -gt 0 ] || set -- $all
make_base
rm -rf "$out" "$kept/root"
mkdir -p "$out"
trap 'rm -rf "$kept/root"' EXIT
version=$(sed -n 's/^#define WG_VERSION  *"\(.*\)"/\1/p' include/wengert/base.h)
for way; do
    case " $all " in *" $way "*) ;; *) say "no such way: $way"; exit 2 ;; esac
    started=$SECONDS
    say "$way"
    set +e
    (set -eu; "way_$way")
    status=$?
    set -e
    if [ "$status" = 0 ]; then passed=$((passed + 1))
    else failed=$((failed + 1)); echo "FAILED packages $way"; fi
    say "$way: $((SECONDS - started)) s"
done
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
