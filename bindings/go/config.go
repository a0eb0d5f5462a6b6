//go:build cgo

package contactway

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"math"
	"time"
)

// Config says for whom a client speaks, and how. Exactly one kind of credentials is given: CorpID and Secret, Suite,
// AccessToken, or CorpID and TokenProvider. What is left out has the library's default.
//
// It is printed, logged and marshalled without its secrets. But fmt asks no field that is not exported how it is to be
// printed: a struct of yours that keeps a Config in one, by value, must not be printed whole.
type Config struct {
	CorpID        string        // the company's id, such as ww…
	Secret        string        // of a self-built app, or one developed on a customer's behalf
	Suite         *Suite        // of a third-party app
	AccessToken   string        // a token that the program manages; never refreshed
	TokenProvider TokenProvider // the program's own source of tokens

	BaseURL        string         // https://qyapi.weixin.qq.com if empty; http only to a loopback address, or with InsecureHTTP
	Timeout        time.Duration  // of a call whose context has no deadline, rounded up to milliseconds; 10 s if 0
	ConnectTimeout time.Duration  // rounded up to milliseconds; 3 s if 0
	MaxAttempts    int            // how often a request is sent at most; 3 if 0
	MaxInFlight    *int           // calls at once per company and endpoint; 5 if nil; Some(0) means no limit
	RateLimit      *RateLimit     // per company and endpoint; WeCom's own if nil
	NoRateLimit    bool           // whether WeCom alone counts; RateLimit must be nil then
	Proxy          *string        // http://user:password@host:port; the environment's if nil; Some("") means none
	CAFile         string         // trusted roots (PEM), a path or the certificates themselves; the system's if empty
	ExtraCAFile    string         // more roots beside those, such as an inspecting proxy's; a path or the certificates
	InsecureHTTP   bool           // whether BaseURL may be http to a private or link-local address: tokens are readable on the way
	Store          string         // "memory", "sqlite:<path>" or "postgres://…"; memory if empty
	Settle         *time.Duration // how long an add of unknown outcome is left to settle, rounded up to seconds; 60 s if nil
	Validate       Validate       // what is done about a request that breaks a rule; Strict if empty

	// Logger is told what the client does; nothing is logged if it is nil. See [Client.SetLogger].
	Logger *slog.Logger
	// MaxConcurrentCalls is how many calls, jobs included, this client makes at once; 16 if 0. Further calls wait in Go,
	// within their deadlines. Each call under way holds a thread of the operating system, so a program with many clients
	// makes as many threads as their bounds allow together, and Go keeps them.
	MaxConcurrentCalls int

	Extra map[string]json.RawMessage // members that this binding does not know yet
}

// Suite are the credentials of a third-party app at one company.
type Suite struct {
	SuiteID       string `json:"suite_id"`
	SuiteSecret   string `json:"suite_secret"`
	SuiteTicket   string `json:"suite_ticket"` // the latest that WeCom has sent; see [Client.SetSuiteTicket]
	AuthCorpID    string `json:"auth_corp_id"`
	PermanentCode string `json:"permanent_code"`

	Extra map[string]json.RawMessage `json:"-"`
}

// RateLimit is how many calls are made per company and endpoint. 0 means WeCom's own limit.
type RateLimit struct {
	PerMinute int `json:"per_minute,omitempty"` // 10,000 if 0
	PerHour   int `json:"per_hour,omitempty"`   // 150,000 if 0

	Extra map[string]json.RawMessage `json:"-"`
}

// Validate says what is done about a request that breaks a documented rule.
type Validate string

// The ways of validating.
const (
	Strict Validate = "strict" // it is refused, and nothing is sent
	Warn   Validate = "warn"   // it is sent, and the answer warns of each broken rule
	Off    Validate = "off"    // it is sent as it is
)

// TokenProvider hands out an access token. rejected says that WeCom refused the one last handed out. It is asked at every
// call, on a goroutine of its own, by several calls at once. ctx is made from the call's own: it ends when the call must,
// or the client is closed, and a provider that does not heed it is not waited for. It must not call the client.
type TokenProvider func(ctx context.Context, rejected bool) (token string, err error)

const hidden = "***"

// String names the company and leaves out every secret.
func (c Config) String() string {
	return fmt.Sprintf("contactway.Config{CorpID: %q, BaseURL: %q, %s}", c.CorpID, c.BaseURL, hidden)
}

// MarshalText is [Config.String], so that encoding/json tells no secret either.
func (c Config) MarshalText() ([]byte, error) { return []byte(c.String()), nil }

// GoString is [Config.String].
func (c Config) GoString() string { return c.String() }

// LogValue is [Config.String].
func (c Config) LogValue() slog.Value { return slog.StringValue(c.String()) }

// String names the app and the company and leaves out every secret.
func (s Suite) String() string {
	return fmt.Sprintf("contactway.Suite{SuiteID: %q, AuthCorpID: %q, %s}", s.SuiteID, s.AuthCorpID, hidden)
}

// MarshalText is [Suite.String], so that encoding/json tells no secret either.
func (s Suite) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// GoString is [Suite.String].
func (s Suite) GoString() string { return s.String() }

// LogValue is [Suite.String].
func (s Suite) LogValue() slog.Value { return slog.StringValue(s.String()) }

// faults are what is wrong with the members that the library does not see as they are.
func (c Config) faults() []Detail {
	var faults []Detail
	if c.MaxConcurrentCalls < 0 {
		message := fmt.Sprintf("MaxConcurrentCalls is %d and must not be negative", c.MaxConcurrentCalls)
		faults = append(faults, Detail{Pointer: "/MaxConcurrentCalls", Field: "MaxConcurrentCalls", Rule: "out_of_range", Message: message})
	}
	for _, given := range []struct {
		name, pointer string
		duration      *time.Duration
	}{{"Timeout", "/timeout_ms", &c.Timeout}, {"ConnectTimeout", "/connect_timeout_ms", &c.ConnectTimeout}, {"Settle", "/settle_s", c.Settle}} {
		if given.duration != nil && *given.duration > 0 && *given.duration < time.Microsecond {
			message := fmt.Sprintf("%s is %v; write its unit, as in %d*time.Second", given.name, *given.duration, *given.duration)
			faults = append(faults, Detail{Pointer: given.pointer, Field: given.name, Rule: "no_unit", Message: message})
		}
	}
	if c.NoRateLimit && c.RateLimit != nil {
		message := "NoRateLimit and RateLimit are both given; keep one"
		faults = append(faults, Detail{Pointer: "/rate_limit", Field: "NoRateLimit", Rule: "exclusive", Message: message})
	}
	if c.Logger != nil && c.Logger.Handler() == nil {
		message := "Logger has no handler; make it with slog.New"
		faults = append(faults, Detail{Pointer: "/Logger", Field: "Logger", Rule: "no_handler", Message: message})
	}
	return faults
}

// wire is the configuration as the library reads it, under Go's names.
func (c Config) wire() any {
	extra := maps.Clone(c.Extra)
	if extra == nil {
		extra = map[string]json.RawMessage{}
	}
	if c.NoRateLimit && c.RateLimit == nil {
		extra["rate_limit"] = json.RawMessage("false")
	}
	var settle *int64
	if c.Settle != nil {
		settle = Some(units(*c.Settle, time.Second))
	}
	return struct {
		CorpID         string     `json:"corp_id,omitempty"`
		Secret         string     `json:"secret,omitempty"`
		Suite          *Suite     `json:"suite,omitempty"`
		AccessToken    string     `json:"access_token,omitempty"`
		TokenProvider  bool       `json:"token_provider,omitempty"`
		BaseURL        string     `json:"base_url,omitempty"`
		Timeout        int64      `json:"timeout_ms,omitempty"`
		ConnectTimeout int64      `json:"connect_timeout_ms,omitempty"`
		MaxAttempts    int        `json:"max_attempts,omitempty"`
		MaxInFlight    *int       `json:"max_in_flight,omitempty"`
		RateLimit      *RateLimit `json:"rate_limit,omitempty"`
		Proxy          *string    `json:"proxy,omitempty"`
		CAFile         string     `json:"ca_file,omitempty"`
		ExtraCAFile    string     `json:"extra_ca_file,omitempty"`
		InsecureHTTP   bool       `json:"insecure_http,omitempty"`
		Store          string     `json:"store,omitempty"`
		Settle         *int64     `json:"settle_s,omitempty"`
		Validate       Validate   `json:"validate,omitempty"`
		Extra          map[string]json.RawMessage
	}{
		c.CorpID, c.Secret, c.Suite, c.AccessToken, c.TokenProvider != nil, c.BaseURL, units(c.Timeout, time.Millisecond), units(c.ConnectTimeout, time.Millisecond),
		c.MaxAttempts, c.MaxInFlight, c.RateLimit, c.Proxy, c.CAFile, c.ExtraCAFile, c.InsecureHTTP, c.Store, settle, c.Validate, extra,
	}
}

// units is a duration in whole units, rounded away from zero: what is not zero must not become it, and what is negative
// is for the library to refuse.
func units(duration, unit time.Duration) int64 {
	whole := int64(duration / unit)
	switch rest := duration % unit; {
	case rest > 0:
		whole++
	case rest < 0:
		whole--
	}
	return whole
}

// milliseconds is a duration as long as said, or the longest that there is.
func milliseconds(count int64) time.Duration {
	return time.Duration(min(count, math.MaxInt64/int64(time.Millisecond))) * time.Millisecond
}
