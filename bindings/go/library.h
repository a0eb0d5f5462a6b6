/* The library's header, or what to do where it is missing. */
#ifndef CONTACTWAY_GO_LIBRARY_H
#define CONTACTWAY_GO_LIBRARY_H

#if !__has_include(<contactway.h>)
#error "The library is missing: run `make stage` at the top of its repository, or install it and build with -tags contactway_pkgconfig."
#endif
#include <contactway.h>

#endif
