/* The library's header, or what to do where it is missing. */
#ifndef CONTACTWAY_GO_LIBRARY_H
#define CONTACTWAY_GO_LIBRARY_H

#if !__has_include(<contactway.h>)
#error "The library is missing: unpack the archive contactway-go, which holds it; or run `make stage` in a checkout; or install it and build with -tags contactway_pkgconfig."
#endif
#include <contactway.h>

#endif
