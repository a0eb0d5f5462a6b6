#!/bin/sh
# Lets programs find a library that was put into a folder just now, or taken out: the loader looks such up in a cache.
#
#     packaging/loader.sh LIBDIR
set -eu
libdir=$(realpath -m "$1")
PATH=$PATH:/usr/sbin:/sbin
ldconfig=${LDCONFIG:-ldconfig}
command -v "$ldconfig" >/dev/null || exit 0
# Of a library that was taken out there is nothing to say.
say() { [ ! -e "$libdir/libcontactway.so" ] || echo "$1"; }

# The loader's own folders, as it names them: "/usr/local/lib: (from /etc/ld.so.conf.d/libc.conf:2)".
for folder in $("$ldconfig" -v -N -X 2>/dev/null | sed -n 's/^\(\/[^ ]*\):.*/\1/p'); do
    [ "$(realpath -m "$folder")" = "$libdir" ] || continue
    if [ "$(id -u)" = 0 ]; then
        "$ldconfig"
    else
        say "Programs find the library once you have run: sudo ldconfig"
    fi
    exit
done
say "Programs do not look into $libdir by themselves: packaging/README.md, \"An unusual PREFIX\", says what to do."
