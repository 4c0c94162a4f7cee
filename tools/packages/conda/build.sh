#!/usr/bin/env bash
# What conda build runs, with PREFIX, PY_VER and CC set.
set -eu
make NO_INSTALL=1 MPI=0
make NO_INSTALL=1 MPI=0 install PREFIX="$PREFIX" PYTHON_FOLDER="lib/python$PY_VER/site-packages"
