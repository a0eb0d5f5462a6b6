package contactway

// #include "library.h"
import "C"

// Option changes how one call is made. What a call does not know it refuses by name, as invalid_argument.
type Option func(*settings)

// settings are the options of one call.
type settings struct {
	acceptDuplicate bool
	key             *string
	raw             []byte
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

// OnProgress is told how far a job has come, at most ten times a second, on the goroutine of the call; the job stops
// cleanly once report is false. It must not call the client. Calls that are no jobs never report.
func OnProgress(report func(Progress) bool) Option {
	return func(s *settings) { s.progress = report }
}

// RawOptions are the options as C programs write them, a JSON object. Those of the context are put before them.
func RawOptions(options []byte) Option {
	return func(s *settings) { s.raw = options }
}

func settingsOf(options []Option) settings {
	var chosen settings
	for _, option := range options {
		if option != nil {
			option(&chosen)
		}
	}
	return chosen
}

// text writes the options for the library; nil where there are none. timeoutMS is 0 where there is no deadline.
func (s *settings) text(canceller cancellerHandle, timeoutMS int64) (*C.char, error) {
	members, err := encode(struct {
		Canceller       int64   `json:"canceller,omitempty"`
		TimeoutMS       int64   `json:"timeout_ms,omitempty"`
		AcceptDuplicate bool    `json:"accept_duplicate,omitempty"`
		Key             *string `json:"key,omitempty"`
	}{int64(canceller), timeoutMS, s.acceptDuplicate, s.key})
	if err != nil {
		return nil, err
	}
	switch {
	case s.raw != nil:
		return cString("the options", splice(members, s.raw))
	case string(members) != "{}":
		return cString("the options", members)
	default:
		return nil, nil
	}
}
