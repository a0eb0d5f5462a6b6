//go:build contactway_pkgconfig

package contactway

// An installed library, found by pkg-config.

// #cgo pkg-config: contactway
import "C"
