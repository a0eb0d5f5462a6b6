package contactway

// #include "library.h"
import "C"

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"time"
)

// Kind says what kind of failure an [Error] is. Each is an error value for [errors.Is]:
//
//	if errors.Is(err, contactway.ErrRateLimited) { … }
//
// A newer library may answer kinds that are not listed here.
type Kind string

// The kinds.
const (
	ErrInvalidArgument Kind = "invalid_argument" // not JSON, an unknown option, a bad configuration
	ErrInvalidHandle   Kind = "invalid_handle"   // the client was closed, or New did not make it
	ErrInvalidRequest  Kind = "invalid_request"  // the request breaks a documented rule; nothing was sent
	ErrAuth            Kind = "auth"             // no token could be had
	ErrAPI             Kind = "api"              // WeCom refused
	ErrRateLimited     Kind = "rate_limited"     // WeCom refused for the rate, or the call was held back here
	ErrTimeout         Kind = "timeout"          // the deadline passed
	ErrNetwork         Kind = "network"          // DNS, connect, TLS, reset
	ErrBadResponse     Kind = "bad_response"     // no answer of WeCom's, or one that cannot be read
	ErrStore           Kind = "store"            // the ledger or the token store failed
	ErrCancelled       Kind = "cancelled"        // the context was cancelled, or the client closed
	ErrPartial         Kind = "partial"          // a job ran to its end and some rows failed
	ErrConflict        Kind = "conflict"         // a key stands for something else, or another machine does the job
	ErrUnsupported     Kind = "unsupported"      // this build lacks the feature
	ErrUnknown         Kind = "unknown"          // an add with a key may have been carried out earlier; see Key and Candidates
	ErrInternal        Kind = "internal"         // a bug in the library
)

// Error makes a kind an error value.
func (k Kind) Error() string { return "contactway: " + string(k) }

// Effect says whether WeCom may have carried a failed request out.
type Effect string

// The effects.
const (
	EffectNone    Effect = "none"    // it did not
	EffectUnknown Effect = "unknown" // it may have
)

// Detail is one rule that a request or a configuration breaks.
type Detail struct {
	Pointer string `json:"pointer"` // where in the JSON (RFC 6901), such as /user/0
	Field   string `json:"-"`       // the same in Go, such as User[0], Suite.SuiteSecret or, of an option, Key; empty where nothing of Go's stands there
	Rule    string `json:"rule"`    // which, such as userid_form
	Message string `json:"message"` // what it says and what to do
	Line    int64  `json:"line"`    // of a file of rows, from 1; 0 where there is no file
	Column  int64  `json:"column"`  // the character of that line, from 1; 0 where there is no file
}

// Error is the error of every call. It matches its [Kind] with [errors.Is], and where the context was the reason
// [context.DeadlineExceeded] or [context.Canceled] and the context's own cause too. A Timeout of the client's, or one in
// RawOptions, is no reason of the context's.
//
// Whether an add may have been carried out is what Effect says, of whatever Kind the error is. One that was cancelled on
// its way is ErrCancelled, not ErrUnknown, with EffectUnknown and a RetryAfter of 0.
type Error struct {
	Errcode    int64           // WeCom's own where WeCom refused, else one of the library's, -1001 and below
	Errmsg     string          // what WeCom said where WeCom refused, else what went wrong and what to do
	Kind       Kind            // which of the kinds
	Effect     Effect          // whether WeCom may have carried the request out
	Retryable  bool            // whether the same call may be made again without risk of a second contact way
	Endpoint   string          // WeCom's name of the endpoint, such as add_contact_way; empty if there is none
	Attempts   int             // how often the request was sent, or tried to be
	HTTPStatus int             // 0 if there was no answer
	Details    []Detail        // every rule broken
	RetryAfter time.Duration   // how long to wait before another try; 0 if waiting does not help
	Remembered bool            // whether nobody was asked this time: it was said to an earlier call
	Advice     string          // what to do about this errcode, where that is known
	Hint       string          // WeCom's number for its support, where it sent one
	HelpURL    string          // WeCom's page about this errcode, where it sent one
	ConfigID   string          // of ErrConflict the contact way that has the key; of ErrBadResponse to an add the one that was made, if it could be read
	Key        string          // of ErrUnknown, or an add cut off: its key, the caller's or, where there was none, one of the library's
	Candidates []string        // of ErrUnknown: the config ids of the contact ways that equal the request, where there are several
	Failures   []Failure       // of a job: the first 100 rows that failed; its counts are in the answer beside the error
	Raw        json.RawMessage // the library's answer as JSON; nil where it was not reached
	cause      error
}

// Error says what failed, how and why.
func (e *Error) Error() string {
	text := fmt.Sprintf("%s (%d): %s", string(e.Kind), e.Errcode, e.Errmsg)
	if e.Endpoint != "" {
		text = e.Endpoint + ": " + text
	}
	if len(e.Failures) > 0 {
		text += ". The first failure: " + e.Failures[0].String()
	}
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	return "contactway: " + text
}

// Is makes errors.Is(err, contactway.ErrTimeout) and its like true by kind.
func (e *Error) Is(target error) bool {
	kind, isKind := target.(Kind)
	return isKind && kind == e.Kind
}

// Unwrap is the error of the context or of the token provider, where that was the reason; else nil.
func (e *Error) Unwrap() error { return e.cause }

// Timeout is whether the time was up, for [os.IsTimeout] and users of net.Error: of an add in doubt too, whose Kind is
// [ErrUnknown], where the context's deadline was the reason.
func (e *Error) Timeout() bool {
	return e.Kind == ErrTimeout || errors.Is(e.cause, context.DeadlineExceeded)
}

// Temporary is Retryable, for users of net.Error.
func (e *Error) Temporary() bool { return e.Retryable }

// errorOf reads a failure's answer.
func errorOf(raw json.RawMessage) *Error {
	var answer struct {
		Errcode  int64  `json:"errcode"`
		Errmsg   string `json:"errmsg"`
		ConfigID string `json:"config_id"`
		Error    struct {
			CheckError
			Key        string   `json:"key"`
			Candidates []string `json:"candidates"`
		} `json:"error"`
		Failures []Failure `json:"failures"`
	}
	err := decode(raw, &answer)
	said := answer.Error
	if said.Kind == "" {
		failure := unsent(ErrInternal, C.CONTACTWAY_INTERNAL, "the library's answer does not say what failed: %v", err)
		failure.Effect = EffectUnknown
		failure.Raw = raw
		return failure
	}
	// What else could not be read is missing, and stands in Raw.
	return &Error{
		Errcode:    answer.Errcode,
		Errmsg:     answer.Errmsg,
		Kind:       said.Kind,
		Effect:     said.Effect,
		Retryable:  said.Retryable,
		Endpoint:   said.Endpoint,
		Attempts:   said.Attempts,
		HTTPStatus: said.HTTPStatus,
		Details:    said.Details,
		RetryAfter: milliseconds(said.RetryAfterMS),
		Remembered: said.Remembered,
		Advice:     said.Advice,
		Hint:       said.Hint,
		HelpURL:    said.HelpURL,
		ConfigID:   answer.ConfigID,
		Key:        said.Key,
		Candidates: said.Candidates,
		Failures:   answer.Failures,
		Raw:        raw,
	}
}

// inGo says of an error in what fields of the struct that was written as JSON the mistakes are.
func inGo(err error, written any) error {
	failure, hasFailed := err.(*Error)
	if !hasFailed {
		return err
	}
	for i := range failure.Details {
		detail := &failure.Details[i]
		if field := fieldAt(reflect.TypeOf(written), detail.Pointer); field != "" {
			failure.nameField(detail, field, messageInGo(*detail, field))
		}
	}
	if failure.Kind == ErrInvalidArgument || failure.Kind == ErrInvalidRequest {
		for i := range failure.Details {
			failure.Details[i].Message = wordsInGo(failure.Details[i].Message, written)
		}
		failure.Errmsg = wordsInGo(failure.Errmsg, written)
	}
	return failure
}

// memberName matches what may be a member and is no word of English.
var memberName = regexp.MustCompile(`\b(?:[a-z]+(?:_[a-z]+)+|base64)\b`)

// wordsInGo is a text of the library's with fields in the place of the members that it names.
func wordsInGo(text string, written any) string {
	return memberName.ReplaceAllStringFunc(text, func(name string) string {
		if field := fieldAt(reflect.TypeOf(written), "/"+name); field != "" {
			return field
		}
		return name
	})
}

// nameField names the field where a mistake is, with the message that tells of it, there and in the error's text.
func (e *Error) nameField(detail *Detail, field, message string) {
	e.Errmsg = strings.Replace(e.Errmsg, " "+detail.Pointer+": "+detail.Message, " "+field+": "+message, 1)
	detail.Field, detail.Message = field, message
}

// messageInGo is what a detail says, with the field in the place of the member that it begins with. A duration is told in
// the unit of that member.
func messageInGo(detail Detail, field string) string {
	member := strings.ReplaceAll(detail.Pointer[1:], "/", ".")
	rest, isOfMember := strings.CutPrefix(detail.Message, member+" ")
	switch {
	case !isOfMember:
		return detail.Message
	case strings.HasSuffix(member, "_ms"):
		return field + " in milliseconds " + rest
	case strings.HasSuffix(member, "_s"):
		return field + " in seconds " + rest
	}
	return field + " " + rest
}

// withFaults is the library's error, which may be nil, with what else is wrong with a configuration.
func withFaults(err error, faults []Detail) *Error {
	failure, hasFailed := err.(*Error)
	if !hasFailed {
		failure = invalidArgument("the configuration breaks rules")
	}
	for _, fault := range faults {
		failure.Errmsg += "; " + fault.Message
	}
	failure.Details = append(failure.Details, faults...)
	return failure
}

// unsent is an error that was found before the library was asked.
func unsent(kind Kind, errcode int64, format string, arguments ...any) *Error {
	return &Error{Kind: kind, Errcode: errcode, Errmsg: fmt.Sprintf(format, arguments...), Effect: EffectNone}
}

// misgiven is the error of a field that is wrong, or an option, which only Go sees as it is. The message names it.
func misgiven(field, pointer, rule, format string, arguments ...any) *Error {
	failure := invalidArgument(format, arguments...)
	failure.Details = []Detail{{Pointer: pointer, Field: field, Rule: rule, Message: failure.Errmsg}}
	return failure
}

func invalidArgument(format string, arguments ...any) *Error {
	return unsent(ErrInvalidArgument, C.CONTACTWAY_INVALID_ARGUMENT, format, arguments...)
}
