package contactway

// #include "library.h"
// #include <string.h>
// #include "callbacks.h"
import "C"

import (
	"bytes"
	"encoding/json"
	"strings"
	"unsafe"
)

// The types of the C interface under Go's names, since cgo's own can stand only where C is imported.
type (
	clientHandle    = C.contactway_client
	cancellerHandle = C.contactway_canceller
)

// function is one of the library's calls. A job has no deadline of its own, and tells how far it has come.
type function struct {
	endpoint string // its name in errors
	plain    C.contactway_go_plain
	job      C.contactway_go_job // nil if it is none
}

// functions are the library's calls by their names in C.
var functions = map[string]function{
	"add":             {endpoint: "add_contact_way", plain: C.contactway_go_plain(C.contactway_add)},
	"get":             {endpoint: "get_contact_way", plain: C.contactway_go_plain(C.contactway_get)},
	"list":            {endpoint: "list_contact_way", plain: C.contactway_go_plain(C.contactway_list)},
	"update":          {endpoint: "update_contact_way", plain: C.contactway_go_plain(C.contactway_update)},
	"del":             {endpoint: "del_contact_way", plain: C.contactway_go_plain(C.contactway_del)},
	"close_temp_chat": {endpoint: "close_temp_chat", plain: C.contactway_go_plain(C.contactway_close_temp_chat)},
	"upload_image":    {endpoint: "upload_image", plain: C.contactway_go_plain(C.contactway_upload_image)},
	"save_qr_code":    {endpoint: "save_qr_code", plain: C.contactway_go_plain(C.contactway_save_qr_code)},
	"check":           {endpoint: "check", plain: C.contactway_go_plain(C.contactway_go_check)},
	"ledger":          {endpoint: "ledger", plain: C.contactway_go_plain(C.contactway_ledger)},
	"sync":            {endpoint: "sync", job: C.contactway_go_job(C.contactway_sync)},
	"apply":           {endpoint: "apply", job: C.contactway_go_job(C.contactway_apply)},
	"replace_user":    {endpoint: "replace_user", job: C.contactway_go_job(C.contactway_replace_user)},
	"save_qr_codes":   {endpoint: "save_qr_codes", job: C.contactway_go_job(C.contactway_save_qr_codes)},
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
	return terminated(text[:len(text):len(text)]), nil
}

// terminated puts a NUL behind a text that holds none, and may use the memory there.
func terminated(text []byte) *C.char {
	text = append(text, 0)
	return (*C.char)(unsafe.Pointer(&text[0]))
}

// taken copies a string that the library returned, and frees it.
func taken(text *C.char) []byte { return takenMeasured(text, C.strlen(text)) }

func takenMeasured(text *C.char, length C.size_t) []byte {
	defer C.contactway_string_free(text)
	return C.GoBytes(unsafe.Pointer(text), C.int(length))
}

// outcome is an answer, or the error that it tells of, which is an *Error.
func outcome(answer C.contactway_go_answer) (json.RawMessage, error) {
	raw := takenMeasured(answer.text, answer.length)
	if answer.errcode != 0 {
		return nil, errorOf(raw)
	}
	return raw, nil
}
