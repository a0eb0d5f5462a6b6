//go:build !cgo

package contactway

// Without cgo the compiler says so, in the only words that it can be given.
var _ = this_package_needs_cgo_and_a_C_compiler_with_CGO_ENABLED_1
