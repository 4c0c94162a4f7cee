#!/usr/bin/env bash
# Puts the programs of lessons/twins into a folder, with the data that they read: twins.sh FOLDER. So the
# folder stands alone.
set -euo pipefail
cd "$(dirname "$0")/../.."
mkdir -p "$1"
cp lessons/twins/*.py "$1"
rows() { sed -n 's/^    "\(.*\)",\{0,1\}$/\1/p' "src/models/data/$1"; }
rows digits_table.c >"$1/digits.txt"
rows text_table.c >"$1/text.txt"
