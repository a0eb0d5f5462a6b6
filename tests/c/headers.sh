#!/bin/sh
# Each header alone, and twice, in every standard that it is for, without a warning.
#
#     tests/c/headers.sh INCLUDE_DIRECTORY
set -eu
include=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

printf '#include <contactway.h>\n#include <contactway.h>\n' >"$work/c.c"
echo 'uint32_t (*taken)(void) = contactway_abi_version;' >>"$work/c.c"
cp "$work/c.c" "$work/c.cpp"
printf '#include <contactway.hpp>\n#include <contactway.hpp>\n' >"$work/hpp.cpp"

for standard in c99 c11 c17; do
    ${CC:-cc} -std=$standard -pedantic -Wall -Wextra -Wstrict-prototypes -Werror -I"$include" -fsyntax-only "$work/c.c"
done
for standard in c++11 c++17 c++20; do
    ${CXX:-c++} -std=$standard -pedantic -Wall -Wextra -Werror -I"$include" -fsyntax-only "$work/c.cpp"
done
for standard in c++17 c++20; do
    ${CXX:-c++} -std=$standard -pedantic -Wall -Wextra -Wshadow -Wconversion -Werror -I"$include" -fsyntax-only \
        "$work/hpp.cpp"
done
# In an older one, one error says so.
if ${CXX:-c++} -std=c++14 -I"$include" -fsyntax-only "$work/hpp.cpp" 2>"$work/errors"; then
    echo "contactway.hpp is taken in C++14" >&2
    exit 1
fi
if [ "$(grep -c 'error:.*needs C++17' "$work/errors")" != 1 ] || [ "$(grep -c 'error:' "$work/errors")" != 1 ]; then
    echo "contactway.hpp does not say in one error that it needs C++17:" >&2
    cat "$work/errors" >&2
    exit 1
fi
# Two files of one program may include it.
printf '#include <contactway.hpp>\nint main() { return 0; }\n' >"$work/main.cpp"
${CXX:-c++} -std=c++17 -I"$include" -c "$work/hpp.cpp" -o "$work/hpp.o"
${CXX:-c++} -std=c++17 -I"$include" -c "$work/main.cpp" -o "$work/main.o"
${CXX:-c++} -r "$work/hpp.o" "$work/main.o" -o "$work/both.o"
echo "headers: C99, C11, C17, C++11, C++17, C++20"
