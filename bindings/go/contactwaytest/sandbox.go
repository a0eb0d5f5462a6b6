// Package contactwaytest starts stand-ins for WeCom for tests: no company, no member and no QR code is needed.
//
//	func TestGreeting(t *testing.T) {
//		sandbox := contactwaytest.NewSandbox(t)
//		client := sandbox.NewClient()
//		…
//		sandbox.Scan(added.ConfigID)
//	}
package contactwaytest

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/contactway/contactway/bindings/go"
)

// Sandbox is a running stand-in for WeCom, which stops with its test. What it cannot do fails the test at once, so it
// is to be used on the test's own goroutine.
type Sandbox struct {
	*contactway.Sandbox
	t     testing.TB
	http  http.Client // trusts the sandbox, and leaves no connection open
	token string      // what /sandbox/ asks for
}

// Scanned is what came of a customer's scanning a code.
type Scanned struct {
	ExternalUserID string          `json:"external_userid"`
	UserID         string          `json:"userid"` // who got the customer
	State          string          `json:"state"`
	Accepted       bool            `json:"accepted"`  // false where the member must agree first
	TempChat       json.RawMessage `json:"temp_chat"` // null, or with expires_at
}

// String is what came of it as JSON.
func (s Scanned) String() string { return printed(s) }

// Message is what a customer was sent.
type Message struct {
	UserID         string                  `json:"userid"`
	ExternalUserID string                  `json:"external_userid"`
	MsgType        string                  `json:"msgtype"` // text, image, link or miniprogram
	Text           *contactway.Text        `json:"text"`
	Image          *contactway.Image       `json:"image"`
	Link           *contactway.Link        `json:"link"`
	Miniprogram    *contactway.Miniprogram `json:"miniprogram"`
	SentAt         int64                   `json:"sent_at"` // seconds since 1970
}

// String is the message as JSON.
func (m Message) String() string { return printed(m) }

// printed is what fmt shows in the place of addresses and lists of numbers.
func printed(value any) string {
	text, err := json.Marshal(value)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// Call is a request that came, and what was answered.
type Call struct {
	Endpoint   string            `json:"endpoint"`
	Method     string            `json:"method"`
	Target     string            `json:"target"`  // holds the token
	Headers    map[string]string `json:"headers"` // names are in lower case
	Body       string            `json:"body"`
	Connection int64             `json:"connection"`
	At         int64             `json:"at"`     // seconds since 1970, by the sandbox's clock
	AtMS       int64             `json:"at_ms"`  // milliseconds since the sandbox started, by the machine's
	Status     int               `json:"status"` // of HTTP; 0 while the call is worked on, and where nothing was sent
	Answer     string            `json:"answer"` // empty where Status is 0, and for a picture
	Rule       string            `json:"rule"`   // that the request broke, such as config_id_required; empty if none
	Fault      *Fault            `json:"fault"`  // that acted on it, as it was given; nil if none
}

// Fault says which calls go wrong, and how.
type Fault struct {
	Endpoint string         `json:"endpoint,omitempty"` // such as add_contact_way or gettoken; "*" for all; may be left out where there is a Path
	Path     string         `json:"path,omitempty"`     // such as /cgi-bin/user/get, known to the sandbox or not; every path if empty
	Body     map[string]any `json:"body,omitempty"`     // what must stand in the body, by pointers (RFC 6901), such as "/user/0": "lisi"; every body if empty
	Nth      int            `json:"nth,omitempty"`      // from the nth call on, counted from when the fault was added; 1 if 0
	Times    int            `json:"times,omitempty"`    // so many calls; if 0 one, or without end where there is a Share
	Share    *float64       `json:"share,omitempty"`    // of the calls, from 0 to 1; the seed decides which; all if nil
	When     string         `json:"when,omitempty"`     // "before" the work is done, or "after" it; before if empty
	Do       map[string]any `json:"do"`                 // such as errcode, status, delay_ms, reset or silence
}

// NewSandbox starts a sandbox with one medical company, its app, and the members zhangsan, lisi, wangwu and
// zhangyisheng.
func NewSandbox(t testing.TB) *Sandbox {
	t.Helper()
	return NewSandboxWith(t, contactway.SandboxConfig{})
}

// NewSandboxWith starts a sandbox from a configuration. Its clients, and what is asked of it here, trust its authority
// where it speaks TLS, and hand in its control token where it has one.
//
//	sandbox := contactwaytest.NewSandboxWith(t, contactway.SandboxConfig{TLS: true, ListLag: time.Minute})
func NewSandboxWith(t testing.TB, config contactway.SandboxConfig) *Sandbox {
	t.Helper()
	started, err := contactway.StartSandbox(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(started.Stop)
	transport := &http.Transport{DisableKeepAlives: true}
	if authority := started.Config().ExtraCAFile; authority != "" {
		trusted := x509.NewCertPool()
		trusted.AppendCertsFromPEM([]byte(authority))
		transport.TLSClientConfig = &tls.Config{RootCAs: trusted}
	}
	return &Sandbox{Sandbox: started, t: t, http: http.Client{Transport: transport}, token: config.ControlToken}
}

// With is the same sandbox for another test, such as a subtest: what cannot be done fails that one. It stops with the
// test that it was made for.
func (s *Sandbox) With(t testing.TB) *Sandbox {
	shared := *s
	shared.t = t
	return &shared
}

// NewClient makes a client of the sandbox, which is closed with the test. Each change is made to its configuration first,
// such as a store for keys and jobs:
//
//	client := sandbox.NewClient(func(config *contactway.Config) { config.Store = "sqlite:" + t.TempDir() + "/codes.db" })
func (s *Sandbox) NewClient(changes ...func(*contactway.Config)) *contactway.Client {
	s.t.Helper()
	config := s.Config()
	for _, change := range changes {
		change(&config)
	}
	return s.NewClientWith(config)
}

// NewClientWith makes a client from a configuration of any kind, which is closed with the test.
func (s *Sandbox) NewClientWith(config contactway.Config) *contactway.Client {
	s.t.Helper()
	client, err := contactway.New(config)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { client.Close() })
	return client
}

// Do asks the sandbox itself, below /sandbox/, such as Do("POST", "faults", rules), and reads the answer into answer,
// which may be nil.
func (s *Sandbox) Do(method, path string, body, answer any) {
	s.t.Helper()
	var text []byte
	if body != nil {
		var err error
		if text, err = json.Marshal(body); err != nil {
			s.t.Fatal(err)
		}
	}
	raw := s.DoRaw(method, "/sandbox/"+path, text)
	var envelope struct {
		Errcode int64  `json:"errcode"`
		Errmsg  string `json:"errmsg"`
	}
	if err := json.Unmarshal(raw, &envelope); err != nil {
		s.t.Fatalf("%s %s: %v: %.200s", method, path, err, raw)
	}
	if envelope.Errcode != 0 {
		s.t.Fatalf("%s %s: %s", method, path, envelope.Errmsg)
	}
	if answer != nil {
		if err := json.Unmarshal(raw, answer); err != nil {
			s.t.Fatalf("%s %s: %v", method, path, err)
		}
	}
}

// DoRaw sends a request of any kind and returns the answer's body, whatever it says. It leaves no connection open.
func (s *Sandbox) DoRaw(method, path string, body []byte) []byte {
	s.t.Helper()
	request, err := http.NewRequest(method, s.BaseURL+path, bytes.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if s.token != "" && strings.HasPrefix(path, "/sandbox/") {
		request.Header.Set("Authorization", "Bearer "+s.token)
	}
	response, err := s.http.Do(request)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer
}

// Scan lets a customer scan a contact way's code.
func (s *Sandbox) Scan(configID string) Scanned {
	s.t.Helper()
	var scanned Scanned
	s.Do(http.MethodPost, "scan", map[string]string{"config_id": configID}, &scanned)
	return scanned
}

// Messages are what a customer was sent, in their order.
func (s *Sandbox) Messages(externalUserID string) []Message {
	s.t.Helper()
	var answer struct {
		Messages []Message `json:"messages"`
	}
	s.Do(http.MethodGet, "messages?external_userid="+url.QueryEscape(externalUserID), nil, &answer)
	return answer.Messages
}

// Calls are the requests that came for an endpoint, such as add_contact_way, in their order; all if it is empty.
func (s *Sandbox) Calls(endpoint string) []Call {
	s.t.Helper()
	var answer struct {
		Calls []Call `json:"calls"`
	}
	path := "calls"
	if endpoint != "" {
		path += "?endpoint=" + url.QueryEscape(endpoint)
	}
	s.Do(http.MethodGet, path, nil, &answer)
	return answer.Calls
}

// AddFaults makes calls go wrong from now on.
//
//	sandbox.AddFaults(contactwaytest.Fault{Endpoint: "add_contact_way", Do: map[string]any{"errcode": 45009}})
func (s *Sandbox) AddFaults(faults ...Fault) {
	s.t.Helper()
	s.Do(http.MethodPost, "faults", map[string][]Fault{"rules": faults}, nil)
}

// Advance moves the sandbox's clock on, in whole seconds.
func (s *Sandbox) Advance(by time.Duration) {
	s.t.Helper()
	s.Do(http.MethodPost, "clock", map[string]int64{"advance_s": int64(by / time.Second)}, nil)
}
