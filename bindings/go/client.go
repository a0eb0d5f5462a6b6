package contactway

// #include "library.h"
// #include "callbacks.h"
import "C"

import (
	"context"
	"log/slog"
	"runtime/cgo"
	"strconv"
	"sync/atomic"
	"time"
)

const (
	// defaultTimeout is the library's own, for waits that happen before the library is reached.
	defaultTimeout = 10 * time.Second
	// defaultPlaces is well above the five calls at once that WeCom bears per endpoint.
	defaultPlaces = 16
)

// Client makes the calls of one company. [New] makes one, a zero Client can make no calls. It may be used by any number
// of goroutines at the same time, and is to be closed.
type Client struct {
	handle  clientHandle
	timeout time.Duration
	places  chan struct{}

	closing  context.Context // ends with Close
	end      context.CancelFunc
	provide  TokenProvider // nil without one
	isLogged atomic.Bool   // whether a logger was ever set
	jobs     jobs
}

// isMade is whether New made the client: a nil or zero one it did not.
func (c *Client) isMade() bool { return c != nil && c.places != nil }

// unusable says why no call can be made, and what to do; nil if calls can be made.
func (c *Client) unusable() error {
	switch {
	case !c.isMade():
		return unsent(ErrInvalidHandle, C.CONTACTWAY_INVALID_HANDLE,
			"a nil or zero Client can make no calls; make one with contactway.New, and look at its error")
	case c.closing.Err() != nil:
		return unsent(ErrInvalidHandle, C.CONTACTWAY_INVALID_HANDLE, "the client was closed; make another one with contactway.New")
	}
	return nil
}

func newClient(handle clientHandle, timeout time.Duration) *Client {
	client := &Client{handle: handle, timeout: timeout, places: make(chan struct{}, defaultPlaces)}
	client.closing, client.end = context.WithCancel(context.Background())
	return client
}

// New makes a client. Nothing is sent yet. The error is an [*Error] whose Details name every wrong field.
func New(config Config) (*Client, error) {
	wire := config.wire()
	text, err := encode(wire)
	if err != nil {
		return nil, err
	}
	client, err := NewFromJSON(text)
	err = inGo(err, wire)
	if faults := config.faults(); len(faults) > 0 {
		client.Close()
		return nil, withFaults(err, faults)
	}
	if err != nil {
		return nil, err
	}
	if config.MaxConcurrentCalls > 0 {
		client.places = make(chan struct{}, config.MaxConcurrentCalls)
	}
	if config.Logger != nil {
		client.SetLogger(config.Logger)
	}
	if config.TokenProvider != nil {
		if err := client.setTokenProvider(config.TokenProvider); err != nil {
			client.Close()
			return nil, err
		}
	}
	return client, nil
}

// NewFromJSON makes a client from a configuration as C programs write it, a JSON object.
func NewFromJSON(config []byte) (*Client, error) {
	if err := checkInterface(loadedInterface()); err != nil {
		return nil, err
	}
	text, err := cString("the configuration", config)
	if err != nil {
		return nil, err
	}
	var failure *C.char
	handle := C.contactway_client_new(text, &failure)
	if handle == 0 {
		return nil, errorOf(taken(failure))
	}
	timeout := defaultTimeout
	if given, found := JSONGet(config, "/timeout_ms"); found {
		if ms, err := strconv.ParseInt(given, 10, 64); err == nil {
			timeout = milliseconds(ms)
		}
	}
	return newClient(handle, timeout), nil
}

// Close frees the client. Calls under way end promptly, with [ErrCancelled]; later ones with [ErrInvalidHandle]. It may be
// called at any time, also more than once, and always returns nil.
func (c *Client) Close() error {
	if !c.isMade() {
		return nil
	}
	// First of all, so that who waits for a place sees that it was not given back by a call of its own accord.
	c.end()
	C.contactway_client_free(c.handle)
	return nil
}

// SetLogger sends what the client does to a logger, or nowhere if it is nil. The level is what the logger lets through
// at this moment; the most verbose, the library's trace, is [slog.LevelDebug] - 4. The message is the name of an event,
// and the attributes tell more of it; bodies and secrets are never logged. The handler is given the context of the call,
// if that began when there was a logger; it runs beside the call, which returns when its lines are written. Where a
// client does several jobs at once, those of their threads are given none. It must not call the client. A client that New
// did not make has no logger.
func (c *Client) SetLogger(logger *slog.Logger) {
	if !c.isMade() {
		return
	}
	if logger == nil || logger.Handler() == nil {
		C.contactway_go_unset_logger(c.handle)
		return
	}
	level := libraryLevel(logger)
	c.isLogged.Store(true)
	C.contactway_go_set_logger(c.handle, C.uintptr_t(cgo.NewHandle(logging{c, logger})), C.int32_t(level))
}

// SetSuiteTicket renews the suite ticket of a third-party app, which WeCom sends every ten minutes.
func (c *Client) SetSuiteTicket(suiteTicket string) error {
	if err := c.unusable(); err != nil {
		return err
	}
	text, err := cString("the suite ticket", []byte(suiteTicket))
	if err != nil {
		return err
	}
	_, err = outcome(C.contactway_go_measured(C.contactway_set_suite_ticket(c.handle, text)))
	return err
}

func (c *Client) setTokenProvider(provide TokenProvider) error {
	c.provide = provide
	_, err := outcome(C.contactway_go_measured(
		C.contactway_go_set_token_provider(c.handle, C.uintptr_t(cgo.NewHandle(c)))))
	return err
}
