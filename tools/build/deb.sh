#!/usr/bin/env bash
# Writes the packages of tools/packages/debian, which apt installs on Debian and Ubuntu, of the finished
# build: tools/build/deb.sh FOLDER. Nothing is compiled. The times in them are those of the last commit.
# Environment: BUILD, VERSION.
set -euo pipefail
umask 022
cd "$(dirname "$0")/../.."
command -v dpkg-buildpackage >/dev/null && command -v dh >/dev/null && command -v dh_python3 >/dev/null ||
    { echo "deb: missing: apt-get install dpkg-dev debhelper dh-python" >&2; exit 1; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tree=$work/wengert-$VERSION
mkdir "$tree"
cp -R tools/packages/debian "$tree/debian"
export SOURCES=$PWD FINISHED SOURCE_DATE_EPOCH DEB_BUILD_OPTIONS=noautodbgsym
FINISHED=$(realpath "$BUILD")
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || stat -c %Y CHANGES.md)
unset MAKEFLAGS MAKELEVEL MFLAGS
(cd "$tree" && dpkg-buildpackage -us -uc -b -d) >"$work/log" 2>&1 || { tail -n 20 "$work/log" >&2; exit 1; }
cp "$work"/*.deb "$work"/*.changes "$work"/*.buildinfo "$1/"
(cd "$1" && ls -- *_"${VERSION}"_*.deb)
echo "install them by: apt install $(realpath "$1")/*wengert*_${VERSION}_*.deb"
