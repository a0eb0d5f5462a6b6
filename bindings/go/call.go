package contactway

// #include "library.h"
import "C"

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"runtime/cgo"
	"time"
)

// Call makes a call as C programs do: function is the name of one of the library's functions, such as "add", and
// request the JSON that is passed to it, byte for byte. The answer is the library's own text. The typed methods are
// made of this.
func (c *Client) Call(ctx context.Context, function string, request []byte, options ...Option) (json.RawMessage, error) {
	if c == nil || c.places == nil {
		c = unmade
	}
	called, isKnown := functions[function]
	if !isKnown {
		return nil, invalidArgument("there is no function %q", function)
	}
	if ctx == nil {
		return nil, invalidArgument("the context is nil; context.Background() is one that never ends")
	}
	if ctx.Err() != nil {
		return nil, notSent(called, ctx.Err(), "the context had ended before the call")
	}
	limited, leave, err := c.enter(ctx, called)
	if err != nil {
		return nil, err
	}
	defer leave()

	canceller, release := cancellerOf(limited)
	defer release()
	deadline, hasDeadline := limited.Deadline()
	timeout := timeoutMS(deadline)
	if hasDeadline && timeout == 0 {
		return nil, notSent(called, context.DeadlineExceeded, "the deadline is less than a millisecond away")
	}
	chosen := settingsOf(options)
	requestText, err := cString("the request", request)
	if err != nil {
		return nil, err
	}
	optionsText, err := chosen.text(canceller, timeout)
	if err != nil {
		return nil, err
	}
	progress, ended := watched(chosen.progress)
	defer ended()
	answer, err := outcome(called.run(c.handle, requestText, optionsText, progress))
	if failure := (*Error)(nil); errors.As(err, &failure) {
		failure.cause = c.reason(ctx, failure)
	}
	return answer, err
}

// enter waits for one of the client's places, so that goroutines wait in Go and not each on a thread of its own. The
// wait counts as part of the call: the context that comes back ends when the call must.
func (c *Client) enter(ctx context.Context, called function) (context.Context, func(), error) {
	leave := func() { <-c.places }
	select {
	case c.places <- struct{}{}:
		return ctx, leave, nil
	default:
	}
	limited, cancel := ctx, func() {}
	if _, hasDeadline := ctx.Deadline(); !hasDeadline && !called.isJob {
		limited, cancel = context.WithTimeout(ctx, c.timeout)
	}
	select {
	case c.places <- struct{}{}:
		return limited, func() { cancel(); leave() }, nil
	case <-limited.Done():
		cancel()
		failure := notSent(called, limited.Err(), "all of the client's places were taken; see MaxConcurrentCalls")
		failure.cause = ctx.Err()
		return nil, nil, failure
	}
}

// cancellerOf passes the cancelling of a context on to calls. A deadline is not passed on like this: the call has it
// as its own. release waits for what was begun.
func cancellerOf(ctx context.Context) (canceller cancellerHandle, release func()) {
	if ctx.Done() == nil {
		return 0, func() {}
	}
	canceller = C.contactway_canceller_new()
	passedOn := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(passedOn)
		_, hasDeadline := ctx.Deadline()
		if !hasDeadline || !errors.Is(ctx.Err(), context.DeadlineExceeded) {
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
	return max(0, min(time.Until(deadline).Milliseconds(), math.MaxUint32))
}

// reason is the error beside the library's that explains a failure, if there is one.
func (c *Client) reason(ctx context.Context, failure *Error) error {
	switch failure.Kind {
	case ErrTimeout:
		// The library was given whole milliseconds, so it ends up to one earlier.
		if deadline, hasDeadline := ctx.Deadline(); hasDeadline && time.Until(deadline) <= time.Millisecond {
			return context.DeadlineExceeded
		}
	case ErrCancelled:
		return ctx.Err()
	case ErrAuth:
		if c.tokens != nil && failure.Errcode == C.CONTACTWAY_AUTH {
			return c.tokens.lastError()
		}
	}
	return nil
}

// notSent is the error of a call whose context ended before the library was asked.
func notSent(called function, ended error, why string) *Error {
	failure := unsent(ErrCancelled, C.CONTACTWAY_CANCELLED, "%s; nothing was sent", why)
	if errors.Is(ended, context.DeadlineExceeded) {
		failure.Kind, failure.Errcode = ErrTimeout, C.CONTACTWAY_TIMEOUT
	}
	failure.Endpoint = called.endpoint
	failure.Retryable = true
	failure.cause = ended
	return failure
}

// watched is a handle under which a job reports its progress, and what is to be done when it has ended.
func watched(report func(Progress) bool) (cgo.Handle, func()) {
	if report == nil {
		return 0, func() {}
	}
	watcher := &watcher{report: report}
	handle := cgo.NewHandle(watcher)
	return handle, func() {
		handle.Delete()
		if watcher.panicked != nil {
			panic(watcher.panicked)
		}
	}
}
