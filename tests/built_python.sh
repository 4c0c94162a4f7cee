# To be sourced in the top folder: builds all, and sets python to a python3 with NumPy that imports wengert
# from here. Where there is none it ends the script: all is skipped.
build=${BUILD:-build} passed=0 failed=0
make -s BUILD="$build" all || exit 1
export PYTHONPATH="$PWD/python" PYTHONDONTWRITEBYTECODE=1
WENGERT_LIBRARY="$(cd "$build" && pwd)/libwengert.so"
export WENGERT_LIBRARY
python=$(tests/python.sh) || { echo '0 passed, 0 failed, 1 skipped'; exit; }
