#!/usr/bin/env bash
# Makes all files of a release in BUILD/release-VERSION, and says what is left for a person. `make release`
# calls it. First it looks for all that is wrong with the commit: with DRY=1 it does nothing else.
# Environment: BUILD; DRY; SITE=0: without the site and engine.js, which emscripten makes; MAKE.
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${BUILD:-build} bad=0
version=$(sed -n 's/^#define WG_VERSION  *"\(.*\)"/\1/p' include/wengert/base.h)
soversion=${version%.*}

wrong() { echo "release: $*"; bad=$((bad + 1)); }

# says FILE WORD...: the words that this place has for the version; each must be the version, or $expected.
expected=$version
says() {
    local file=$1 word
    shift
    [ $# -gt 0 ] || wrong "$file names no version"
    for word; do
        [ "$word" = "$expected" ] || wrong "$file says $word, and include/wengert/base.h $version"
    done
}

# The part of line $2 (sed) that the file $1 has.
in_file() { sed -n "$2" "$1" 2>/dev/null; }

commit() {
    local changed tag
    changed=$(git status --porcelain | wc -l)
    [ "$changed" = 0 ] || wrong "$changed files are not as in the last commit: git status names them"
    tag=$(git tag --points-at HEAD | sed -n '/^v[0-9]/p' | paste -sd' ')
    [ "$tag" = "v$version" ] ||
        wrong "this commit has ${tag:-no tag} and should have v$version: git tag -s v$version"
}

changes() {
    local line
    line=$(grep -m 1 "^## $version\\b" CHANGES.md || true)
    if [ -z "$line" ]; then wrong "CHANGES.md has no section ## $version"
    elif [[ $line == *'not yet released'* ]]; then wrong "CHANGES.md says that $version is not yet released"
    elif ! [[ $line =~ ^"## $version ("[0-9]{4}-[0-9]{2}-[0-9]{2}")"$ ]]; then
        wrong "CHANGES.md has no date: ## $version (YEAR-MONTH-DAY)"
    fi
}

versions() {
    local debian=tools/packages/debian
    [[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]] || wrong "the version $version is not three numbers"
    says WG_VERSION_MAJOR... \
        "$(in_file include/wengert/base.h 's/^#define WG_VERSION_[A-Z]*  *//p' | paste -sd.)"
    says CITATION.cff $(in_file CITATION.cff 's/^ *version: *//p')
    says $debian/changelog $(in_file $debian/changelog '1s/.*(\(.*\)).*/\1/p')
    expected=$soversion
    says $debian/control $(in_file $debian/control 's/^Package: libwengert\([0-9.]*\)$/\1/p')
    says $debian/python3-wengert.links \
        $(in_file $debian/python3-wengert.links 's/.*libwengert.so.\([0-9.]*\) .*/\1/p')
    if [ -e "$build/libwengert.so" ]; then
        says "$build/libwengert.so" $(readlink "$build/libwengert.so" | sed 's/.*\.so\.//')
    fi
}

files() {
    local out=$build/release-$version make=${MAKE:-make} name=wengert-$version
    rm -rf "$out"
    mkdir -p "$out"
    $make --no-print-directory dist SITE="${SITE:-}"
    $make --no-print-directory wheel deb PACKAGES="$out"
    cp "$build/$name.tar.gz" "$out/"
    [ "${SITE:-}" = 0 ] || cp "$build/$name"-{lessons.tar.gz,scorm.zip,engine.js} "$out/"
    (cd "$out" && sha256sum -- *[!S] >SHA256SUMS && cat SHA256SUMS)
    echo "All files are in $out. What only a person can do:"
    cat <<END
  - sign the tag, if it is not signed (git tag -s v$version), and push it
  - sign $out/SHA256SUMS (gpg --detach-sign --armor)
  - upload the .whl and $name.tar.gz to an index of Python: it takes an account and a key
  - put your name and address into tools/packages/debian/control and changelog, which end with .invalid, and
    upload the packages to an archive of Debian
  - put the site on a host, and write its address into METADATA
  - get a DOI for the archive, and write it into CITATION.cff
END
}

commit
changes
versions
[ "$bad" = 0 ] || { echo "release: $bad to repair before $version can be made"; exit 1; }
echo "release: $version can be made of $(git rev-parse --short HEAD)"
[ -n "${DRY:-}" ] || files
