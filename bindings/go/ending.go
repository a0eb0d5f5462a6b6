package contactway

// #include "library.h"
import "C"

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"
)

// ending is by what a call had to end. It is found once, at the end itself: a context or a clock that is asked again
// may say another thing.
type ending struct {
	kind  Kind  // ErrTimeout or ErrCancelled; empty where nothing has ended
	cause error // the context's; nil where the context was not the reason
}

// endsInGo says what ended a call in the words of who calls from Go.
var endsInGo = strings.NewReplacer(
	"the canceller was fired", "the context ended", "the client was freed", "the client was closed",
	"more time with timeout_ms", "more time by its context",
)

// closed is the end by Close.
var closed = ending{kind: ErrCancelled}

// endingOf is how a context has ended, if it has.
func endingOf(ctx context.Context) ending {
	ended := ctx.Err()
	if ended == nil {
		return ending{}
	}
	// From here on neither changes any more.
	by := ending{kind: ErrCancelled, cause: ended}
	if errors.Is(ended, context.DeadlineExceeded) {
		by.kind = ErrTimeout
	}
	switch cause := context.Cause(ctx); {
	case cause == nil:
	case errors.Is(cause, ended):
		by.cause = cause
	default:
		by.cause = fmt.Errorf("%w: %w", ended, cause)
	}
	return by
}

// endBy says of a failure by what its call had to end.
func (e *Error) endBy(by ending) {
	e.Kind, e.Errcode, e.cause = by.kind, C.CONTACTWAY_CANCELLED, by.cause
	if by.kind == ErrTimeout {
		e.Errcode = C.CONTACTWAY_TIMEOUT
	}
}

// deadline is when a call must have ended; zero if never.
type deadline struct {
	time.Time
	ofContext bool // whether the context says so
}

// passed is the end at this deadline. The library is given whole milliseconds, so that it may come up to one before the
// context's own end.
func (d deadline) passed(ctx context.Context) ending {
	if !d.ofContext {
		return ending{kind: ErrTimeout}
	}
	if by := endingOf(ctx); by.kind == ErrTimeout {
		return by
	}
	return ending{kind: ErrTimeout, cause: context.DeadlineExceeded}
}

// isOver is whether the library, which is given whole milliseconds, had no time left.
func (d deadline) isOver() bool { return !d.IsZero() && time.Until(d.Time) < time.Millisecond }

// millisecondsFrom is how long a call that begins now may take; 0 says that there is no time left, or no deadline.
func (d deadline) millisecondsFrom(now time.Time) int64 {
	if d.IsZero() {
		return 0
	}
	return max(0, min(d.Sub(now).Milliseconds(), math.MaxUint32))
}
