package contactway

// #include "library.h"
// #include "callbacks.h"
import "C"

import (
	"context"
	"encoding/json"
	"maps"
	"runtime/cgo"
	"slices"
	"strings"
	"sync/atomic"
	"time"
)

// Call makes a call as C programs do: function is the name of one of the library's functions, such as "add", and
// request the JSON that is passed to it, byte for byte. The answer is the library's own text. The typed methods are
// made of this.
func (c *Client) Call(ctx context.Context, function string, request []byte, options ...Option) (json.RawMessage, error) {
	text, err := cString("the request", request)
	if err != nil {
		return nil, err
	}
	return c.call(ctx, function, text, options)
}

func (c *Client) call(ctx context.Context, name string, request *C.char, options []Option) (json.RawMessage, error) {
	if err := c.unusable(); err != nil {
		return nil, err
	}
	called, isKnown := functions[name]
	if !isKnown {
		known := strings.Join(slices.Sorted(maps.Keys(functions)), ", ")
		return nil, invalidArgument("there is no function %q; there are %s", name, known)
	}
	if ctx == nil {
		return nil, errNilContext()
	}
	chosen := settingsOf(options)
	if err := chosen.misplaced(name, called); err != nil {
		return nil, err
	}
	if by := endingOf(ctx); by.kind != "" {
		return nil, notSent(called, by, "the context had ended before the call")
	}
	now := time.Now()
	until := chosen.deadline(ctx, now)
	given := until
	if until.IsZero() && called.job == nil {
		until = deadline{Time: now.Add(c.timeout)}
	}

	waited, by := c.enter(ctx, until)
	if by.kind != "" {
		return nil, notSent(called, by, "all of the client's places were taken; see MaxConcurrentCalls")
	}
	defer c.leave()
	if waited {
		given, now = until, time.Now()
	}
	timeout := given.millisecondsFrom(now)
	if !given.IsZero() && timeout == 0 {
		return nil, notSent(called, given.passed(ctx), "the deadline is less than a millisecond away")
	}
	cancel := cancellerOf(ctx)
	defer cancel.release()
	optionsText, err := chosen.text(cancel.handle, timeout)
	if err != nil {
		return nil, err
	}
	var watched *watch
	var handle cgo.Handle
	if c.provide != nil || c.isLogged.Load() || chosen.progress != nil {
		watched = &watch{ctx: ctx, until: until, report: chosen.progress}
		handle = cgo.NewHandle(watched)
		defer handle.Delete()
	}
	if watched != nil && called.job != nil {
		c.jobs.begin(watched)
		defer c.jobs.end(watched)
	}
	answer, err := outcome(C.contactway_go_call(
		called.plain, called.job, c.handle, request, optionsText, C.uintptr_t(handle), C.bool(chosen.progress != nil)))
	if watched != nil {
		watched.written()
	}
	if watched != nil && watched.stopped != nil {
		watched.stopped.passOn()
	}
	if failure, hasFailed := err.(*Error); hasFailed {
		failure.Errmsg = endsInGo.Replace(failure.Errmsg)
		switch {
		case failure.Kind == ErrInvalidArgument:
			chosen.inGo(failure)
		case failure.Kind == ErrTimeout:
			failure.cause = given.passed(ctx).cause
		case (failure.Kind == ErrUnknown || failure.Kind == ErrConflict) && given.isOver():
			// It would have waited on.
			failure.cause = given.passed(ctx).cause
		case failure.Kind == ErrCancelled && cancel.passedOn.Load() != nil:
			failure.endBy(*cancel.passedOn.Load())
		case failure.Kind == ErrInvalidHandle && c.closing.Err() != nil:
			failure.endBy(closed)
		case failure.Kind == ErrAuth && failure.Errcode == C.CONTACTWAY_AUTH && watched != nil:
			watched.explain(failure)
		}
	}
	return answer, err
}

// enter waits for one of the client's places, so that goroutines wait in Go and not each on a thread of its own, no
// longer than until, if that is not zero. A wait that was for nothing tells by what it ended.
func (c *Client) enter(ctx context.Context, until deadline) (waited bool, by ending) {
	select {
	case c.places <- struct{}{}:
		return false, ending{}
	default:
	}
	var timeUp <-chan time.Time
	if !until.IsZero() {
		timer := time.NewTimer(time.Until(until.Time))
		defer timer.Stop()
		timeUp = timer.C
	}
	select {
	case c.places <- struct{}{}:
		// Close frees places too, and an end that comes at the same time counts.
		if by = c.interruption(ctx); by.kind != "" {
			c.leave()
		}
	case <-c.closing.Done():
		by = closed
	case <-ctx.Done():
		by = endingOf(ctx)
	case <-timeUp:
		by = until.passed(ctx)
	}
	return true, by
}

func (c *Client) leave() { <-c.places }

// interruption is how a call's context or Close has ended it, if either has.
func (c *Client) interruption(ctx context.Context) ending {
	by := endingOf(ctx)
	if by.kind == "" && c.closing.Err() != nil {
		return closed
	}
	return by
}

// canceller passes the end of a context on to a call.
type canceller struct {
	handle   cancellerHandle        // 0 if there is none
	passedOn atomic.Pointer[ending] // nil until it was
	release  func()                 // waits for what was begun
}

// never is the canceller of a context that never ends.
var never = &canceller{release: func() {}}

// cancellerOf passes every end on but that of the context's deadline, which the call has as its own.
func cancellerOf(ctx context.Context) *canceller {
	if ctx.Done() == nil {
		return never
	}
	made := &canceller{handle: C.contactway_canceller_new()}
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(ended)
		if deadline, hasDeadline := ctx.Deadline(); !hasDeadline || time.Until(deadline) > 0 {
			by := endingOf(ctx)
			made.passedOn.Store(&by)
			C.contactway_canceller_cancel(made.handle)
		}
	})
	made.release = func() {
		if !stop() {
			<-ended
		}
		C.contactway_canceller_free(made.handle)
	}
	return made
}

func errNilContext() *Error {
	return invalidArgument("the context is nil; context.Background() is one that never ends")
}

// notSent is the error of a call that had to end before the library was asked.
func notSent(called function, by ending, why string) *Error {
	failure := unsent(by.kind, 0, "%s; nothing was sent", why)
	failure.Endpoint = called.endpoint
	failure.Retryable = true
	failure.endBy(by)
	return failure
}
