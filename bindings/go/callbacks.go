package contactway

// #include <stddef.h>
// #include <stdint.h>
import "C"

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"runtime/cgo"
	"slices"
	"strings"
	"sync"
	"unsafe"
)

// What the library calls. A panic must not run through the library's frames: each function keeps its own.

// levels are the library's log levels from 1 (error) to 5 (trace), each with slog's.
var levels = []slog.Level{slog.LevelError, slog.LevelWarn, slog.LevelInfo, slog.LevelDebug, slog.LevelDebug - 4}

// libraryLevel is the most verbose of the library's levels that a logger lets through; 0 if none.
func libraryLevel(logger *slog.Logger) int {
	for i, level := range slices.Backward(levels) {
		if logger.Enabled(context.Background(), level) {
			return i + 1
		}
	}
	return 0
}

//export contactwayGoLog
func contactwayGoLog(handle C.uintptr_t, level C.int32_t, message *C.char) {
	// A logger that panics loses the line; the call that wanted to log goes on.
	defer func() { _ = recover() }()
	logger := cgo.Handle(handle).Value().(*slog.Logger)
	at := levels[min(max(int(level), 1), len(levels))-1]
	event, attributes := lineOf(C.GoString(message))
	logger.LogAttrs(context.Background(), at, event, attributes...)
}

// lineOf takes a log line apart. One that is not as expected is logged whole.
func lineOf(text string) (string, []slog.Attr) {
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	var members map[string]any
	if err := decoder.Decode(&members); err != nil {
		return text, nil
	}
	event, _ := members["event"].(string)
	delete(members, "event")
	var attributes []slog.Attr
	for _, name := range slices.Sorted(maps.Keys(members)) {
		attributes = append(attributes, slog.Any(name, members[name]))
	}
	return event, attributes
}

// tokenSource asks the program's own source of tokens.
type tokenSource struct {
	ctx     context.Context
	end     context.CancelFunc
	provide TokenProvider
	mutex   sync.Mutex
	last    error // why it last had none
}

func (s *tokenSource) lastError() error {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	return s.last
}

// token asks, and keeps the reason where there is none: the library is only told that.
func (s *tokenSource) token(rejected bool) (token string, err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			err = fmt.Errorf("the token provider panicked: %v", panicked)
		}
		s.mutex.Lock()
		defer s.mutex.Unlock()
		s.last = err
	}()
	return s.provide(s.ctx, rejected)
}

//export contactwayGoToken
func contactwayGoToken(handle C.uintptr_t, rejected C.int32_t, buffer *C.char, capacity C.size_t) C.int32_t {
	token, err := cgo.Handle(handle).Value().(*tokenSource).token(rejected != 0)
	if err != nil {
		return -1
	}
	copy(unsafe.Slice((*byte)(unsafe.Pointer(buffer)), int(capacity)), token)
	return C.int32_t(len(token))
}

// watcher is told how far a job has come.
type watcher struct {
	report   func(Progress) bool
	panicked any // what report panicked with; the call panics with it when the job has stopped
}

// told is whether the job may go on.
func (w *watcher) told(text string) (goesOn bool) {
	defer func() {
		if panicked := recover(); panicked != nil {
			w.panicked, goesOn = panicked, false
		}
	}()
	var progress Progress
	// What can be read of it is told; a job is not stopped for the rest.
	_ = decode([]byte(text), &progress)
	return w.report(progress)
}

//export contactwayGoProgress
func contactwayGoProgress(handle C.uintptr_t, progress *C.char) C.int32_t {
	if cgo.Handle(handle).Value().(*watcher).told(C.GoString(progress)) {
		return 0
	}
	return 1
}

//export contactwayGoRelease
func contactwayGoRelease(handle C.uintptr_t) { cgo.Handle(handle).Delete() }
