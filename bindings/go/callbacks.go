package contactway

// #include <stddef.h>
// #include <stdint.h>
import "C"

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/cgo"
	"slices"
	"strconv"
	"sync"
	"time"
	"unsafe"
)

// What the library calls.

// watch is what the callbacks know of the call that they run for, and what they leave to be seen at its end. A job's
// callbacks run on several threads at once.
type watch struct {
	ctx    context.Context     // the caller's
	until  deadline            // when the call must have ended
	report func(Progress) bool // is told how far a job has come

	stopped *fate // how report ended other than by returning

	mutex     sync.Mutex
	noToken   error       // why the provider had no token; the library is only told that it has none
	logged    <-chan fate // the last log line
	overtaken ending      // by what the call had to end while the provider was asked
}

// jobs are the watches of a client's jobs under way.
type jobs struct {
	mutex   sync.Mutex
	watches []*watch
}

func (j *jobs) begin(job *watch) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	j.watches = append(j.watches, job)
}

func (j *jobs) end(job *watch) {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	j.watches = slices.DeleteFunc(j.watches, func(other *watch) bool { return other == job })
}

// only is the job under way where there is one alone; else nil.
func (j *jobs) only() *watch {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	if len(j.watches) == 1 {
		return j.watches[0]
	}
	return nil
}

// watchOf is the watch of the call that a callback's thread is in. A thread in no call is a job's own: its watch is
// that of the client's job, or one of its own where it cannot be told which job that is.
func (c *Client) watchOf(call C.uintptr_t) *watch {
	if call != 0 {
		return cgo.Handle(call).Value().(*watch)
	}
	if job := c.jobs.only(); job != nil {
		return job
	}
	return &watch{ctx: context.Background()}
}

// fate is how a function of the program's ended.
type fate struct {
	returned bool
	panicked any // nil also where runtime.Goexit ended it, as t.Fatal does
}

// apart runs a function of the program's on a goroutine of its own: neither a panic nor runtime.Goexit may run through
// the library's frames, and nothing stops a Goexit.
func apart(run func()) <-chan fate {
	ended := make(chan fate, 1)
	go func() {
		var how fate
		defer func() {
			how.panicked = recover()
			ended <- how
		}()
		run()
		how.returned = true
	}()
	return ended
}

// passOn ends the goroutine in the way in which a function ended apart from it.
func (f *fate) passOn() {
	if f.panicked != nil {
		panic(f.panicked)
	}
	runtime.Goexit()
}

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

// logging is where a client's lines go.
type logging struct {
	client *Client
	logger *slog.Logger
}

//export contactwayGoLog
func contactwayGoLog(handle, call C.uintptr_t, level C.int32_t, message *C.char) {
	to := cgo.Handle(handle).Value().(logging)
	at := levels[min(max(int(level), 1), len(levels))-1]
	to.client.watchOf(call).log(to.logger, at, []byte(C.GoString(message)))
}

// log writes a line after those before it.
func (w *watch) log(logger *slog.Logger, at slog.Level, text []byte) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	before := w.logged
	w.logged = apart(func() {
		if before != nil {
			<-before
		}
		event, attributes := lineOf(text)
		logger.LogAttrs(w.ctx, at, event, attributes...)
	})
}

// written waits for the last line.
func (w *watch) written() {
	w.mutex.Lock()
	last := w.logged
	w.mutex.Unlock()
	if last != nil {
		<-last
	}
}

// lineOf takes a log line apart. One that is not as expected is logged whole.
func lineOf(text []byte) (event string, attributes []slog.Attr) {
	isObject := walk(text, '{', func(quoted, value []byte) {
		name, _ := unquoted(quoted)
		if name == "event" {
			event, _ = unquoted(value)
			return
		}
		attributes = append(attributes, slog.Attr{Key: name, Value: loggable(value)})
	})
	if !isObject {
		return string(text), nil
	}
	return event, attributes
}

func loggable(value []byte) slog.Value {
	if text, isText := unquoted(value); isText {
		return slog.StringValue(text)
	}
	if number, err := strconv.ParseInt(string(value), 10, 64); err == nil {
		return slog.Int64Value(number)
	}
	return slog.AnyValue(json.RawMessage(value))
}

// errTimeUp and errClosed tell what ended a provider's context from what ended the call's own.
var (
	errTimeUp = fmt.Errorf("the call's time is up: %w", context.DeadlineExceeded)
	errClosed = fmt.Errorf("the client was closed: %w", context.Canceled)
)

// token asks the program's own source of tokens, for no longer than the call may last.
func (c *Client) token(watch *watch, rejected bool) (string, error) {
	until := watch.until
	if until.IsZero() {
		until = deadline{Time: time.Now().Add(c.timeout)}
	}
	timed, end := context.WithDeadlineCause(watch.ctx, until.Time, errTimeUp)
	defer end()
	ctx, cancel := context.WithCancelCause(timed)
	defer cancel(nil)
	defer context.AfterFunc(c.closing, func() { cancel(errClosed) })()
	var token string
	var err error
	select {
	case how := <-apart(func() { token, err = c.provide(ctx, rejected) }):
		switch {
		case how.panicked != nil:
			err = fmt.Errorf("the token provider panicked: %v", how.panicked)
		case !how.returned:
			err = fmt.Errorf("the token provider ended its goroutine")
		}
		if err == nil && token == "" {
			err = errors.New("the token provider returned an empty token, and no error")
		}
		if err == nil {
			return token, nil
		}
		if ctx.Err() == nil {
			watch.hadNoToken(err, ending{})
			return "", err
		}
	case <-ctx.Done():
		// A provider that does not look at its context is left to itself.
	}
	var by ending
	switch context.Cause(ctx) {
	case errClosed:
		by = closed
	case errTimeUp:
		by = until.passed(watch.ctx)
	default:
		by = endingOf(watch.ctx)
	}
	watch.hadNoToken(nil, by)
	return "", ctx.Err()
}

func (w *watch) hadNoToken(why error, overtaken ending) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	w.noToken, w.overtaken = why, overtaken
}

// explain says of a call without a token why there was none.
func (w *watch) explain(failure *Error) {
	w.mutex.Lock()
	defer w.mutex.Unlock()
	if w.overtaken.kind == "" {
		failure.cause = w.noToken
		return
	}
	failure.Errmsg = "the call had to end while the token provider was asked"
	failure.Retryable = failure.Effect == EffectNone
	failure.endBy(w.overtaken)
}

//export contactwayGoToken
func contactwayGoToken(handle, call C.uintptr_t, rejected C.int32_t, buffer *C.char, capacity C.size_t) C.int32_t {
	client := cgo.Handle(handle).Value().(*Client)
	token, err := client.token(client.watchOf(call), rejected != 0)
	if err != nil {
		return -1
	}
	copy(unsafe.Slice((*byte)(unsafe.Pointer(buffer)), int(capacity)), token)
	return C.int32_t(len(token))
}

// told is whether the job may go on.
func (w *watch) told(text []byte) (goesOn bool) {
	var progress Progress
	// What can be read of it is told; a job is not stopped for the rest.
	_ = decode(text, &progress)
	how := <-apart(func() { goesOn = w.report(progress) })
	if !how.returned {
		w.stopped = &how
		return false
	}
	return goesOn
}

//export contactwayGoProgress
func contactwayGoProgress(call C.uintptr_t, progress *C.char) C.int32_t {
	if cgo.Handle(call).Value().(*watch).told([]byte(C.GoString(progress))) {
		return 0
	}
	return 1
}

//export contactwayGoRelease
func contactwayGoRelease(handle C.uintptr_t) { cgo.Handle(handle).Delete() }
