#!/usr/bin/env bash
# Writes wengert_VERSION_ARCHITECTURE.deb, which apt and dpkg install: tools/build/deb.sh FOLDER. Its times
# are those of the last commit at the latest, so the same build gives the same bytes.
# Environment: what tools/build/stage.sh needs; LOADED, the files of libraries that Wengert loads where they
# are installed.
set -euo pipefail
umask 022
cd "$(dirname "$0")/../.."
command -v dpkg-deb >/dev/null || { echo "deb: no dpkg-deb here: this is no Debian" >&2; exit 1; }
export PATH=$PATH:/usr/sbin:/sbin # of ldconfig
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
to=$work/debian/wengert
architecture=$(dpkg --print-architecture)

# The packages of the files whose paths are the lines of standard input. dpkg may know /usr/lib/x as /lib/x,
# or the other way.
packages_of() {
    xargs -r readlink -f | sed 's,^/usr,,; s,^,*,' | sort -u | xargs -r dpkg-query -S 2>/dev/null |
        sed 's/[:,].*//' | sort -u | paste -sd, | sed 's/,/, /g'
}

# What the loader needs to start a program with the files $@: with versions, where Debian's tool for it is
# installed.
needed() {
    if command -v dpkg-shlibdeps >/dev/null; then
        printf 'Source: wengert\n\nPackage: wengert\nArchitecture: any\n' >"$work/debian/control"
        (cd "$work" && dpkg-shlibdeps -O "$@") | sed -n 's/^shlibs:Depends=//p'
    else
        ldd "$@" | sed -n 's/.* => \(\/[^ ]*\).*/\1/p' | packages_of
    fi
}

loaded() {
    local library
    for library in $LOADED; do ldconfig -p | awk -v name="$library" '$1 == name { print $NF; exit }'; done |
        packages_of
}

control() {
    cat <<END
Package: wengert
Version: $VERSION
Architecture: $architecture
Maintainer: Wengert developers
Section: math
Priority: optional
Installed-Size: $(du -sk "$to/usr" | cut -f 1)
Depends: $(needed "$to/usr/bin/wengert" "$to/usr/lib/$SHARED")
Recommends: $(loaded)
Suggests: python3-numpy, librsvg2-bin, pkg-config
Description: computation graphs with automatic differentiation
 A library for C and C++, the command wengert, and a package for Python 3, which
 needs NumPy.
END
}

PREFIX=/usr PYTHON_FOLDER=lib/python3/dist-packages tools/build/stage.sh "$to/usr"
ln -s LICENSE "$to/usr/share/doc/wengert/copyright"
mkdir "$to/DEBIAN"
control | sed '/^[A-Za-z]*: $/d' >"$to/DEBIAN/control"
echo 'activate-noawait ldconfig' >"$to/DEBIAN/triggers"
# What Python has kept of our files is no file of the package.
cat >"$to/DEBIAN/prerm" <<'END'
#!/bin/sh
find "$DPKG_ROOT/usr/lib/python3/dist-packages/wengert" -depth -name __pycache__ -exec rm -rf {} +
END
chmod 755 "$to/DEBIAN/prerm"
package=$1/wengert_${VERSION}_$architecture.deb
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || stat -c %Y CHANGES.md) dpkg-deb \
    --root-owner-group --build "$to" "$package" >/dev/null
printf '%s\ninstall it by: apt install %s\n' "$package" "$(realpath "$package")"
