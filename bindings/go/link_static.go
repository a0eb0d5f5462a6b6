//go:build !contactway_pkgconfig

package contactway

// The library as `make stage` leaves it at the top of the repository. The system libraries after it are those that
// `rustc --print native-static-libs` names; a test compares the two.

// #cgo CFLAGS: -I${SRCDIR}/../../build/stage/include
// #cgo LDFLAGS: ${SRCDIR}/../../build/stage/lib/libcontactway.a
// #cgo linux LDFLAGS: -lgcc_s -lutil -lrt -lpthread -lm -ldl -lc
import "C"
