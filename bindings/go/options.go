package contactway

// #include "library.h"
import "C"

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Option changes how one call is made. What a call does not know it refuses by name, as invalid_argument.
type Option func(*settings)

// settings are the options of one call.
type settings struct {
	acceptDuplicate bool
	key             *string
	raw             []byte // what was not split
	timeout         time.Duration
	others          []byte   // members of the raw options, each after a comma
	names           []string // of all of the raw options' members
	progress        func(Progress) bool
}

// AcceptDuplicate, for Add alone, lets an add be sent again also where that may make a second contact way.
func AcceptDuplicate() Option {
	return func(s *settings) { s.acceptDuplicate = true }
}

// Key, for Add alone, is the caller's own name for the contact way, so that it is made once however often it is asked
// for. It needs a durable store.
func Key(key string) Option {
	return func(s *settings) { s.key = &key }
}

// OnProgress, for jobs alone, is told how far the job has come, at most ten times a second; the job waits for it. Once
// report is false it begins nothing more, and ends when the calls in flight have finished, where a context would cut them
// off: a program that ends says false, then waits for the job. It must not call the client. What it panics with the call panics with.
func OnProgress(report func(Progress) bool) Option {
	return func(s *settings) { s.progress = report }
}

// RawOptions are the options as C programs write them, a JSON object. Of its timeout_ms and the context's deadline the
// earlier one counts.
func RawOptions(options []byte) Option {
	return func(s *settings) { s.raw = options }
}

// misplaced is the error of an option that a call does not have; nil if it has all of them.
func (s *settings) misplaced(name string, called function) error {
	for _, option := range []struct {
		name, pointer, owner string
		isGiven, isHere      bool
	}{
		{"AcceptDuplicate", "/accept_duplicate", "Add", s.acceptDuplicate, name == "add"},
		{"Key", "/key", "Add", s.key != nil, name == "add"},
		{"OnProgress", "/OnProgress", "jobs", s.progress != nil, called.job != nil},
	} {
		if option.isGiven && !option.isHere {
			failure := misgiven(option.name, option.pointer, "unknown_member",
				"%s is for %s alone; leave it out of %s", option.name, option.owner, name)
			failure.Endpoint = called.endpoint
			return failure
		}
	}
	return nil
}

// inGo says of an error which option a mistake is in.
func (s *settings) inGo(failure *Error) {
	for i := range failure.Details {
		detail := &failure.Details[i]
		switch name := strings.TrimPrefix(detail.Pointer, "/"); {
		case name == "key" && s.key != nil:
			failure.nameField(detail, "Key", messageInGo(*detail, "Key"))
		case slices.Contains(s.names, name):
			failure.nameField(detail, "RawOptions", detail.Message)
		}
	}
}

func settingsOf(options []Option) settings {
	if len(options) == 0 {
		return settings{}
	}
	var chosen settings
	for _, option := range options {
		if option != nil {
			option(&chosen)
		}
	}
	chosen.split()
	return chosen
}

// split takes the timeout out of the raw options: a call has one deadline, whoever named it. What cannot be split stays
// whole, for the library to refuse.
func (s *settings) split() {
	var timeout int64
	var others []byte
	isWrong := false
	isObject := walk(s.raw, '{', func(name, value []byte) {
		plain, _ := unquoted(name)
		s.names = append(s.names, plain)
		if plain == "timeout_ms" && timeout == 0 {
			var err error
			timeout, err = strconv.ParseInt(string(value), 10, 64)
			isWrong = err != nil || timeout < 1
			return
		}
		others = append(append(append(append(others, ','), name...), ':'), value...)
	})
	if isObject && !isWrong {
		s.timeout, s.others, s.raw = milliseconds(timeout), others, nil
	}
}

// deadline is when a call that begins now must have ended: by its context, or by its own timeout if that is earlier.
func (s *settings) deadline(ctx context.Context, now time.Time) deadline {
	ofContext, hasDeadline := ctx.Deadline()
	if s.timeout > 0 {
		if own := now.Add(s.timeout); !hasDeadline || own.Before(ofContext) {
			return deadline{Time: own}
		}
	}
	return deadline{ofContext, hasDeadline}
}

// text writes the options for the library; nil where there are none. timeoutMS is 0 where there is no deadline.
func (s *settings) text(canceller cancellerHandle, timeoutMS int64) (*C.char, error) {
	if s.raw != nil {
		return cString("the options", s.raw)
	}
	known := struct {
		Canceller       int64   `json:"canceller,omitempty"`
		TimeoutMS       int64   `json:"timeout_ms,omitempty"`
		AcceptDuplicate bool    `json:"accept_duplicate,omitempty"`
		Key             *string `json:"key,omitempty"`
	}{int64(canceller), timeoutMS, s.acceptDuplicate, s.key}
	if known.Canceller == 0 && known.TimeoutMS == 0 && !known.AcceptDuplicate && known.Key == nil && len(s.others) == 0 {
		return nil, nil
	}
	text, err := encode(known)
	if err != nil {
		return nil, err
	}
	if len(s.others) > 0 {
		others := s.others
		if len(text) == len("{}") {
			others = others[1:]
		}
		text = append(append(text[:len(text)-1], others...), '}')
	}
	return cString("the options", text)
}
