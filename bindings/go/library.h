/* The library's header, or what to do where it is missing. */
#ifndef CONTACTWAY_GO_LIBRARY_H
#define CONTACTWAY_GO_LIBRARY_H

#if !__has_include(<contactway.h>)
#error "The library is missing: run `make stage` at the top of its repository; or build with -tags contactway_pkgconfig, as a copy in vendor/ must, and PKG_CONFIG_PATH=/path/to/contactway/build/stage/lib/pkgconfig unless it is installed."
#endif
#include <contactway.h>

#endif
