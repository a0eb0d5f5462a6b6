package contactway

// #include "library.h"
// #include <string.h>
// #include "callbacks.h"
import "C"

import (
	"bytes"
	"encoding/json"
	"runtime/cgo"
	"strings"
	"unsafe"
)

// The types of the C interface under Go's names, since cgo's own can stand only where C is imported.
type (
	clientHandle    = C.contactway_client
	cancellerHandle = C.contactway_canceller
)

// function is one of the library's calls.
type function struct {
	endpoint string // its name in errors
	isJob    bool   // a job has no deadline of its own, and tells how far it has come
	run      func(client clientHandle, request, options *C.char, progress cgo.Handle) *C.char
}

// functions are the library's calls by their names in C.
var functions = map[string]function{
	"add": {endpoint: "add_contact_way", run: func(client clientHandle, request, options *C.char, _ cgo.Handle) *C.char {
		return C.contactway_add(client, request, options)
	}},
	"get": {endpoint: "get_contact_way", run: func(client clientHandle, request, options *C.char, _ cgo.Handle) *C.char {
		return C.contactway_get(client, request, options)
	}},
	"list": {endpoint: "list_contact_way", run: func(client clientHandle, request, options *C.char, _ cgo.Handle) *C.char {
		return C.contactway_list(client, request, options)
	}},
	"update": {endpoint: "update_contact_way", run: func(client clientHandle, request, options *C.char, _ cgo.Handle) *C.char {
		return C.contactway_update(client, request, options)
	}},
	"del": {endpoint: "del_contact_way", run: func(client clientHandle, request, options *C.char, _ cgo.Handle) *C.char {
		return C.contactway_del(client, request, options)
	}},
	"close_temp_chat": {endpoint: "close_temp_chat", run: func(client clientHandle, request, options *C.char, _ cgo.Handle) *C.char {
		return C.contactway_close_temp_chat(client, request, options)
	}},
	"upload_image": {endpoint: "upload_image", run: func(client clientHandle, request, options *C.char, _ cgo.Handle) *C.char {
		return C.contactway_upload_image(client, request, options)
	}},
	"save_qr_code": {endpoint: "save_qr_code", run: func(client clientHandle, request, options *C.char, _ cgo.Handle) *C.char {
		return C.contactway_save_qr_code(client, request, options)
	}},
	"ledger": {endpoint: "ledger", run: func(client clientHandle, request, options *C.char, _ cgo.Handle) *C.char {
		return C.contactway_ledger(client, request, options)
	}},
	"sync":          job("sync", C.contactway_go_job(C.contactway_sync)),
	"apply":         job("apply", C.contactway_go_job(C.contactway_apply)),
	"replace_user":  job("replace_user", C.contactway_go_job(C.contactway_replace_user)),
	"save_qr_codes": job("save_qr_codes", C.contactway_go_job(C.contactway_save_qr_codes)),
}

func job(name string, work C.contactway_go_job) function {
	run := func(client clientHandle, request, options *C.char, progress cgo.Handle) *C.char {
		return C.contactway_go_run(work, client, request, options, C.uintptr_t(progress))
	}
	return function{endpoint: name, isJob: true, run: run}
}

// Version is the version of the library, "MAJOR.MINOR.PATCH".
func Version() string { return C.GoString(C.contactway_version()) }

// Features are what the library was built with beside the client itself, such as "sandbox".
func Features() []string {
	return strings.FieldsFunc(C.GoString(C.contactway_features()), func(r rune) bool { return r == ',' })
}

// JSONGet finds the value at an RFC 6901 pointer of a JSON text, exactly as it stands there; a string comes unquoted.
// It says false where there is none, or the text is not JSON.
//
//	user, found := contactway.JSONGet(answer.Raw, "/contact_way/user/0")
func JSONGet(text []byte, pointer string) (string, bool) {
	in, err := cString("the JSON text", text)
	if err != nil {
		return "", false
	}
	at, err := cString("the pointer", []byte(pointer))
	if err != nil {
		return "", false
	}
	found := C.contactway_json_get(in, at)
	if found == nil {
		return "", false
	}
	return string(taken(found)), true
}

// checkInterface compares the version of the interface that the library speaks with the one of the header.
func checkInterface(library uint32) error {
	if library == C.CONTACTWAY_ABI_VERSION {
		return nil
	}
	return unsent(ErrUnsupported, C.CONTACTWAY_UNSUPPORTED,
		"the library that was loaded speaks interface %d, this program was built for %d; build it again",
		library, C.CONTACTWAY_ABI_VERSION)
}

func loadedInterface() uint32 { return uint32(C.contactway_abi_version()) }

// cString makes of text what C reads, in Go's memory: the library keeps no string that it is passed.
func cString(what string, text []byte) (*C.char, error) {
	if bytes.IndexByte(text, 0) >= 0 {
		return nil, invalidArgument("%s holds a NUL byte, where C would see its end", what)
	}
	// A copy always: what lies behind the caller's slice is the caller's.
	terminated := append(text[:len(text):len(text)], 0)
	return (*C.char)(unsafe.Pointer(&terminated[0])), nil
}

// taken copies a string that the library returned, and frees it.
func taken(text *C.char) []byte {
	defer C.contactway_string_free(text)
	return C.GoBytes(unsafe.Pointer(text), C.int(C.strlen(text)))
}

// outcome is an answer, or the error that it tells of.
func outcome(answer *C.char) (json.RawMessage, error) {
	succeeded := C.contactway_errcode(answer) == 0
	raw := taken(answer)
	if succeeded {
		return raw, nil
	}
	return nil, errorOf(raw)
}
