package contactwaytest_test

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/contactway/contactway/bindings/go"
	"github.com/contactway/contactway/bindings/go/contactwaytest"
)

var counter = contactway.AddRequest{Type: 1, Scene: 2, User: []string{"zhangsan"}, State: contactway.Some("counter-1")}

// subtest notes that it has failed, and ends as a test does.
type subtest struct {
	testing.TB
	failed bool
	why    string
}

func (s *subtest) Helper() {}

func (s *subtest) Fatal(arguments ...any) {
	s.failed, s.why = true, fmt.Sprint(arguments...)
	runtime.Goexit()
}

func (s *subtest) Fatalf(format string, arguments ...any) { s.Fatal(fmt.Sprintf(format, arguments...)) }

// failing runs what is to fail a test, and says how it did.
func failing(t *testing.T, run func(testing.TB)) string {
	t.Helper()
	inner, ended := &subtest{TB: t}, make(chan struct{})
	go func() {
		defer close(ended)
		run(inner)
	}()
	if <-ended; !inner.failed {
		t.Error("nobody failed")
	}
	return inner.why
}

func TestWithFailsTheTestThatItIsFor(t *testing.T) {
	sandbox := contactwaytest.NewSandbox(t)
	why := failing(t, func(inner testing.TB) { sandbox.With(inner).Scan("no such id") })
	if !strings.Contains(why, "POST scan") {
		t.Error(why)
	}
}

func TestSandboxThatCannotBeStartedFailsItsTest(t *testing.T) {
	wrong := contactway.SandboxConfig{Host: "0.0.0.0", Latency: -time.Nanosecond}
	why := failing(t, func(inner testing.TB) { contactwaytest.NewSandboxWith(inner, wrong) })
	for _, member := range []string{"ControlToken", "Latency"} {
		if !strings.Contains(why, member) {
			t.Errorf("%s is not named in %s", member, why)
		}
	}
}

// freePort is a port of this machine that nobody listens at.
func freePort(t *testing.T) int {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// However a sandbox is reached, a client of it works at once, and what is asked of the sandbox itself arrives.
func TestClientsWorkHoweverTheSandboxIsReached(t *testing.T) {
	port := freePort(t)
	for name, config := range map[string]contactway.SandboxConfig{
		"TLS":                      {TLS: true},
		"a control token":          {ControlToken: "hush"},
		"TLS and a control token":  {TLS: true, ControlToken: "hush"},
		"another loopback address": {Host: "127.0.0.2"},
		"IPv6":                     {Host: "::1"},
		"every address":            {Host: "0.0.0.0", ControlToken: "hush"},
		"every address, with TLS":  {Host: "0.0.0.0", ControlToken: "hush", TLS: true},
		"another name":             {Port: port, PublicURL: fmt.Sprintf("https://localhost:%d", port), TLS: true},
	} {
		t.Run(name, func(t *testing.T) {
			sandbox := contactwaytest.NewSandboxWith(t, config)
			if sandbox.Config().ExtraCAFile != "" != config.TLS || strings.HasPrefix(sandbox.BaseURL, "https://") != config.TLS {
				t.Errorf("%s is reached with %+v", sandbox.BaseURL, sandbox.ClientConfig)
			}
			fromJSON, err := contactway.NewFromJSON(sandbox.ClientConfig)
			if err != nil {
				t.Fatal(err)
			}
			defer fromJSON.Close()
			for _, client := range []*contactway.Client{sandbox.NewClient(), fromJSON} {
				added, err := client.Add(context.Background(), counter)
				if err != nil {
					t.Fatal(err)
				}
				if scanned := sandbox.Scan(added.ConfigID); scanned.State != "counter-1" || scanned.UserID != "zhangsan" {
					t.Errorf("%+v", scanned)
				}
			}
			if calls := sandbox.Calls("add_contact_way"); len(calls) != 2 {
				t.Errorf("%d adds came", len(calls))
			}
		})
	}
}

// A name of another machine is reached over http only where the client is told so.
func TestClientsOfAPublicURLMayUseHTTP(t *testing.T) {
	sandbox := contactwaytest.NewSandboxWith(t, contactway.SandboxConfig{PublicURL: "http://sandbox.example:8080"})
	if config := sandbox.Config(); config.BaseURL != "http://sandbox.example:8080" || !config.InsecureHTTP {
		t.Errorf("%s, http allowed: %v", config.BaseURL, config.InsecureHTTP)
	}
	sandbox.NewClient()
}

func TestSandboxWithoutItsControlTokenIsNotRuled(t *testing.T) {
	sandbox := contactwaytest.NewSandboxWith(t, contactway.SandboxConfig{ControlToken: "hush"})
	response, err := http.Get(sandbox.BaseURL + "/sandbox/calls")
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode < 400 {
		t.Errorf("HTTP %d", response.StatusCode)
	}
}

func TestUnicodeEscapes(t *testing.T) {
	body := []byte(`{"type":1,"scene":2,"user":["zhangsan"],"remark":"\u524d\u53f0"}`)
	for escapes, isTaken := range map[string]bool{"": false, "refuse": false, "accept": true} {
		sandbox := contactwaytest.NewSandboxWith(t, contactway.SandboxConfig{UnicodeEscapes: escapes})
		config := sandbox.Config()
		config.Validate = contactway.Off
		_, err := sandbox.NewClientWith(config).Call(context.Background(), "add", body)
		if (err == nil) != isTaken {
			t.Errorf("%q: %v", escapes, err)
		}
	}
}

func TestCallbackIsToldOfCustomers(t *testing.T) {
	told := make(chan *http.Request, 1)
	company := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, request *http.Request) { told <- request }))
	defer company.Close()
	sandbox := contactwaytest.NewSandboxWith(t, contactway.SandboxConfig{Callback: &contactway.SandboxCallback{
		URL: company.URL + "/wecom", Token: "QDG6eK", EncodingAESKey: "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
	}})
	added, err := sandbox.NewClient().Add(context.Background(), counter)
	if err != nil {
		t.Fatal(err)
	}
	sandbox.Scan(added.ConfigID)
	select {
	case request := <-told:
		if request.URL.Path != "/wecom" || request.URL.Query().Get("msg_signature") == "" {
			t.Errorf("told at %s", request.URL)
		}
	case <-time.After(5 * time.Second):
		t.Error("nobody was told of the customer")
	}
}

// What the world holds is as it was said.
func TestWorldOfASandbox(t *testing.T) {
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	sandbox := contactwaytest.NewSandboxWith(t, contactway.SandboxConfig{
		Clock: begin, Seed: contactway.Some(int64(7)), TokenLife: time.Hour, IdleTimeout: time.Minute, ListLag: time.Minute,
		Industry: "retail", DeveloperAccount: contactway.Some(false), Quota: contactway.Some(2), TempQuotaPerDay: contactway.Some(0),
		CheckMedia: true, Limits: &contactway.SandboxLimits{PerMinute: 100},
		Apps:        []contactway.SandboxApp{{CorpID: "ww1", Secret: "s", Permissions: []string{"contact_way"}, Acquisition: contactway.Some(false)}},
		Members:     []contactway.SandboxMember{{UserID: "zhangsan", Departments: []int64{7}}, {UserID: "lisi", Active: contactway.Some(false)}},
		Departments: []contactway.SandboxDepartment{{ID: 1}, {ID: 7, Parent: contactway.Some(int64(1)), Visible: contactway.Some(true)}},
	})
	if config := sandbox.Config(); config.CorpID != "ww1" || config.Secret != "s" {
		t.Errorf("%s", config.CorpID)
	}
	client := sandbox.NewClient()
	ctx := context.Background()
	errcode := func(change func(*contactway.AddRequest)) int64 {
		request := counter
		change(&request)
		_, err := client.Add(ctx, request)
		if failure, hasFailed := err.(*contactway.Error); hasFailed {
			return failure.Errcode
		}
		return 0
	}
	for _, test := range []struct {
		what    string
		errcode int64
		change  func(*contactway.AddRequest)
	}{
		{"a member who is not active", 41054, func(r *contactway.AddRequest) { r.User = []string{"lisi"} }},
		{"a temporary chat of a company that is not medical", 41040, func(r *contactway.AddRequest) { r.IsTemp = contactway.Some(true) }},
		{"the first", 0, func(*contactway.AddRequest) {}},
		{"the second", 0, func(*contactway.AddRequest) {}},
		{"one too many", 41045, func(*contactway.AddRequest) {}},
	} {
		if got := errcode(test.change); got != test.errcode {
			t.Errorf("%s: %d, not %d", test.what, got, test.errcode)
		}
	}
	listed := func() int {
		count := 0
		for range client.All(ctx, contactway.ListRequest{}) {
			count++
		}
		return count
	}
	if early := listed(); early != 0 {
		t.Errorf("%d are listed at once", early)
	}
	sandbox.Advance(time.Minute)
	if late := listed(); late != 2 {
		t.Errorf("%d are listed a minute later", late)
	}
	var clock struct {
		Now int64 `json:"now"`
	}
	if sandbox.Do(http.MethodGet, "clock", nil, &clock); clock.Now != begin.Add(time.Minute).Unix() {
		t.Errorf("it is %d", clock.Now)
	}
}
