package contactway

// #include "library.h"
// #include "callbacks.h"
import "C"

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"runtime/cgo"
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
	if c == nil || c.places == nil {
		c = unmade
	}
	called, isKnown := functions[name]
	if !isKnown {
		return nil, invalidArgument("there is no function %q", name)
	}
	if ctx == nil {
		return nil, invalidArgument("the context is nil; context.Background() is one that never ends")
	}
	chosen := settingsOf(options)
	if chosen.progress != nil && called.job == nil {
		return nil, invalidArgument("OnProgress is for jobs, and %s is none; leave it out", name)
	}
	if ctx.Err() != nil {
		return nil, c.notSent(ctx, called, "the context had ended before the call")
	}
	deadline := chosen.deadline(ctx)
	until := deadline
	if deadline.IsZero() && called.job == nil {
		until = time.Now().Add(c.timeout)
	}

	// A closed client has no places to wait for: the library says what it is.
	isOpen := c.closing.Err() == nil
	if isOpen {
		waited, isIn := c.enter(ctx, until)
		if !isIn {
			return nil, c.notSent(ctx, called, "all of the client's places were taken; see MaxConcurrentCalls")
		}
		defer c.leave()
		if waited {
			deadline = until
		}
	}
	timeout := timeoutMS(deadline)
	if !deadline.IsZero() && timeout == 0 {
		return nil, c.notSent(ctx, called, "the deadline is less than a millisecond away")
	}
	canceller, release := cancellerOf(ctx)
	defer release()
	optionsText, err := chosen.text(canceller, timeout)
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
	answer, err := outcome(C.contactway_go_call(
		called.plain, called.job, c.handle, request, optionsText, C.uintptr_t(handle), C.bool(chosen.progress != nil)))
	if watched != nil && watched.logged != nil {
		<-watched.logged
	}
	if watched != nil && watched.stopped != nil {
		watched.stopped.passOn()
	}
	if failure, hasFailed := err.(*Error); hasFailed {
		c.explain(ctx, failure, watched, isOpen)
	}
	return answer, err
}

// enter waits for one of the client's places, so that goroutines wait in Go and not each on a thread of its own, no
// longer than until, if that is not zero.
func (c *Client) enter(ctx context.Context, until time.Time) (waited, isIn bool) {
	select {
	case c.places <- struct{}{}:
		return false, true
	default:
	}
	var timeUp <-chan time.Time
	if !until.IsZero() {
		timer := time.NewTimer(time.Until(until))
		defer timer.Stop()
		timeUp = timer.C
	}
	select {
	case c.places <- struct{}{}:
		// Close frees places too.
		if c.closing.Err() == nil {
			return true, true
		}
		c.leave()
	case <-c.closing.Done():
	case <-ctx.Done():
	case <-timeUp:
	}
	return true, false
}

func (c *Client) leave() { <-c.places }

// cancellerOf passes the end of a context on to calls, unless its deadline is the reason, which the call has as its
// own. release waits for what was begun.
func cancellerOf(ctx context.Context) (canceller cancellerHandle, release func()) {
	if ctx.Done() == nil {
		return 0, func() {}
	}
	canceller = C.contactway_canceller_new()
	passedOn := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(passedOn)
		if deadline, hasDeadline := ctx.Deadline(); !hasDeadline || time.Until(deadline) > 0 {
			C.contactway_canceller_cancel(canceller)
		}
	})
	return canceller, func() {
		if !stop() {
			<-passedOn
		}
		C.contactway_canceller_free(canceller)
	}
}

// timeoutMS is how long a call may take to end before a deadline, in milliseconds; 0 says that there is no time left,
// or no deadline.
func timeoutMS(deadline time.Time) int64 {
	if deadline.IsZero() {
		return 0
	}
	return max(0, min(time.Until(deadline).Milliseconds(), math.MaxUint32))
}

// explain adds to the library's error what only Go can know. wasOpen says that the call began before Close.
func (c *Client) explain(ctx context.Context, failure *Error, watched *watch, wasOpen bool) {
	switch failure.Kind {
	case ErrTimeout:
		failure.cause = timeUp(ctx)
	case ErrCancelled:
		if ctx.Err() != nil {
			c.endedEarly(ctx, failure)
		}
	case ErrInvalidHandle:
		if wasOpen && c.closing.Err() != nil {
			c.endedEarly(ctx, failure)
		}
	case ErrAuth:
		switch {
		case watched == nil || failure.Errcode != C.CONTACTWAY_AUTH:
		case watched.overtaken:
			failure.Errmsg = "the call had to end while the token provider was asked"
			failure.Retryable = failure.Effect == EffectNone
			c.endedEarly(ctx, failure)
		default:
			failure.cause = watched.noToken
		}
	}
}

// notSent is the error of a call that had to end before the library was asked.
func (c *Client) notSent(ctx context.Context, called function, why string) *Error {
	failure := unsent(ErrCancelled, C.CONTACTWAY_CANCELLED, "%s; nothing was sent", why)
	failure.Endpoint = called.endpoint
	failure.Retryable = true
	c.endedEarly(ctx, failure)
	return failure
}

// endedEarly says of a call that had to end by what: its context, Close, or its time.
func (c *Client) endedEarly(ctx context.Context, failure *Error) {
	failure.Kind, failure.Errcode = ErrTimeout, C.CONTACTWAY_TIMEOUT
	failure.cause = timeUp(ctx)
	if failure.cause != nil {
		return
	}
	if ctx.Err() != nil || c.closing.Err() != nil {
		failure.Kind, failure.Errcode = ErrCancelled, C.CONTACTWAY_CANCELLED
		failure.cause = endOf(ctx)
	}
}

// timeUp is the context's error where its deadline has come, else nil. The library is given whole milliseconds, so that
// it ends up to one earlier.
func timeUp(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.DeadlineExceeded) {
		return endOf(ctx)
	}
	if deadline, hasDeadline := ctx.Deadline(); ctx.Err() == nil && hasDeadline && time.Until(deadline) <= time.Millisecond {
		return context.DeadlineExceeded
	}
	return nil
}

// endOf is the context's error, with the cause that it was ended with; nil if it has not ended.
func endOf(ctx context.Context) error {
	ended, cause := ctx.Err(), context.Cause(ctx)
	switch {
	case cause == nil:
		return ended
	case errors.Is(cause, ended):
		return cause
	}
	return fmt.Errorf("%w: %w", ended, cause)
}
