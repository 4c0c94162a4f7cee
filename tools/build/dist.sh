#!/usr/bin/env bash
# Writes BUILD/wengert-VERSION.tar.gz from the last commit, with PKG-INFO, so that pip takes it, and with what
# make has made of the headers: the functions of C++, and Python's stubs. Owners, times and their order are
# those of the commit, so the same commit gives the same bytes.
# BUILD/wengert-VERSION-lessons.tar.gz is the site of lessons in BUILD/lessons with the page to play and the
# engine, to be put anywhere, BUILD/wengert-VERSION-scorm.zip the same for a learning management system, and
# BUILD/wengert-VERSION-engine.js the command for a page of your own.
# Environment: BUILD, VERSION; SITE=0: the sources alone.
set -euo pipefail
cd "$(dirname "$0")/../.."
name=wengert-$VERSION
[ "$(git rev-parse --show-prefix 2>/dev/null || echo none)" = '' ] ||
    { echo "dist: not in a clone by git: there is no commit to pack" >&2; exit 1; }
[ -z "$(git status --porcelain)" ] || echo "dist: changes that are not committed are not in it" >&2
mkdir -p "$BUILD"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git archive HEAD README.md CITATION.cff include/wengert/base.h tools/build | tar -x -C "$work"
python3 "$work/tools/build/python_wheel.py" --metadata >"$work/PKG-INFO"
chmod 644 "$work/PKG-INFO"
date=$(git log -1 --format=%ct)
git -c tar.umask=0022 -c core.autocrlf=false archive --format=tar --prefix="$name/" \
    --add-file="$work/PKG-INFO" HEAD >"$work/sources.tar"
git ls-files --others --ignored --exclude-standard include python | grep -E '\.(hpp|inc|pyi)$' |
    tar -rf "$work/sources.tar" --mtime="@$date" --owner=0 --group=0 --numeric-owner --mode=u=rw,go=r \
        --transform="s,^,$name/," -T -
gzip -9n <"$work/sources.tar" >"$BUILD/$name.tar.gz.new"
mv "$BUILD/$name.tar.gz.new" "$BUILD/$name.tar.gz"
sum=$(sha256sum "$BUILD/$name.tar.gz" | cut -d ' ' -f 1)
echo "$BUILD/$name.tar.gz  $(git rev-parse --short HEAD)  $sum"

[ "${SITE:-}" != 0 ] || exit 0
tar -C "$BUILD" --sort=name --mtime="@$date" --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX \
    --transform="s,^lessons,$name-lessons," \
    -cf - lessons | gzip -9n >"$BUILD/$name-lessons.tar.gz.new"
mv "$BUILD/$name-lessons.tar.gz.new" "$BUILD/$name-lessons.tar.gz"
echo "$BUILD/$name-lessons.tar.gz  $(sha256sum "$BUILD/$name-lessons.tar.gz" | cut -d ' ' -f 1)"
python3 tools/build/scorm.py "$BUILD/lessons" "$BUILD/$name-scorm.zip" "$date"
cp "$BUILD/wasm/engine.js" "$BUILD/$name-engine.js"
echo "$BUILD/$name-engine.js  $(sha256sum "$BUILD/$name-engine.js" | cut -d ' ' -f 1)"
