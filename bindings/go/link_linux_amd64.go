//go:build !contactway_pkgconfig

package contactway

// The library and its header lie in the module: a published one brings them along, `make stage` puts them into a checkout.
// The system libraries after it are those that `rustc --print native-static-libs` names; a test compares the two.

// #cgo CFLAGS: -I${SRCDIR}/include
// #cgo LDFLAGS: ${SRCDIR}/lib/linux_amd64/libcontactway.a -lgcc_s -lutil -lrt -lpthread -lm -ldl -lc
import "C"

// Folders without a Go package are left behind by `go mod vendor`.
import (
	_ "github.com/contactway/contactway/bindings/go/include"
	_ "github.com/contactway/contactway/bindings/go/lib/linux_amd64"
)
