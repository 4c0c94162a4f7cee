# as_installed.sh: the command, the library and Python's file of a build as if they were installed. It is read
# by a shell that has $in, $build, $compile (wgshell.h). `cc` is the compiler of the build with its
# sanitizers. $in is a folder for what is made here, which is removed at the end.
: "${in:?a folder of the test}" "${build:?}" "${compile:?}"
mkdir "$in/bin" "$in/tmp"
ln -s "$(cd "$build" && pwd)" "$in/bin/there" # its own path may have a blank
ln -s "$PWD/include" "$in/bin/"
there=$in/bin/there
trap 'rm -rf "$in/bin" "$in/tmp"' EXIT
ln -s "$there/wengert" "$in/bin/"
printf '%s\n' 'Name: wengert' 'Description: of this build' 'Version: 0' "Cflags: -I$in/bin/include" \
    "Libs: -L$there -lwengert -Wl,-rpath,$there" >"$in/bin/wengert.pc"
printf '#!/bin/sh\nexec %s "$@"\n' "$compile" >"$in/bin/cc"
chmod +x "$in/bin/cc"
export PATH="$in/bin:$PATH" TMPDIR="$in/tmp" PKG_CONFIG_PATH="$in/bin" CC=cc CXX=g++
export PYTHONPATH="$PWD/python" PYTHONDONTWRITEBYTECODE=1 WENGERT_LIBRARY="$there/libwengert.so"
case "$compile" in *-fsanitize*) export SANITIZED=1 CXX=none ;; esac
