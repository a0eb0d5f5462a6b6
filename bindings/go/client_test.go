package contactway_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os/exec"
	"runtime/pprof"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/contactway/contactway/bindings/go"
	"github.com/contactway/contactway/bindings/go/contactwaytest"
)

func TestConfigNamesEveryWrongMember(t *testing.T) {
	_, err := contactway.New(contactway.Config{
		CorpID: "ww1", Secret: "s", BaseURL: "http://example.com", MaxAttempts: -1, Timeout: -time.Microsecond,
	})
	failure := failureOf(t, err)
	var pointers []string
	for _, detail := range failure.Details {
		pointers = append(pointers, detail.Pointer)
	}
	for _, pointer := range []string{"/base_url", "/max_attempts", "/timeout_ms"} {
		if !strings.Contains(strings.Join(pointers, " "), pointer) {
			t.Errorf("%s is not among the details %v", pointer, pointers)
		}
	}
	if failure.Kind != contactway.ErrInvalidArgument || failure.Raw == nil {
		t.Errorf("kind %q, raw %s", failure.Kind, failure.Raw)
	}
}

// A mistake is told by the field that the program names, beside the member that the documentation names.
func TestMistakesAreToldInGosNames(t *testing.T) {
	_, ofClient := contactway.New(contactway.Config{Secret: "s", Timeout: -1, RateLimit: &contactway.RateLimit{PerMinute: -1}})
	_, ofSuite := contactway.New(contactway.Config{Suite: &contactway.Suite{SuiteID: "ww1", SuiteSecret: "s", SuiteTicket: "t", AuthCorpID: "c"}})
	_, ofSandbox := contactway.StartSandbox(contactway.SandboxConfig{TokenLife: -1, Members: []contactway.SandboxMember{{}}})
	client := contactwaytest.NewSandbox(t).NewClient()
	_, ofRequest := client.Add(context.Background(), contactway.AddRequest{
		Type: 1, Scene: 2, User: []string{""}, IsTemp: contactway.Some(true), Conclusions: &contactway.Conclusions{Image: &contactway.Image{}},
	})
	for _, told := range []struct {
		err    error
		fields map[string]string
	}{
		{ofClient, map[string]string{"/corp_id": "CorpID", "/timeout_ms": "Timeout", "/rate_limit/per_minute": "RateLimit.PerMinute"}},
		{ofSuite, map[string]string{"/suite/permanent_code": "Suite.PermanentCode"}},
		{ofSandbox, map[string]string{"/token_life_s": "TokenLife", "/members/0/userid": "Members[0].UserID"}},
		{ofRequest, map[string]string{"/user/0": "User[0]", "/conclusions/image/media_id": "Conclusions.Image.MediaID"}},
	} {
		failure, fields := failureOf(t, told.err), map[string]string{}
		for _, detail := range failure.Details {
			fields[detail.Pointer] = detail.Field
		}
		for pointer, field := range told.fields {
			if fields[pointer] != field {
				t.Errorf("%s is %q in %+v", pointer, fields[pointer], failure.Details)
			}
			if !strings.Contains(failure.Error(), " "+field+": ") {
				t.Errorf("%s is not named in %v", field, failure)
			}
		}
		for _, detail := range failure.Details {
			if member := strings.ReplaceAll(detail.Pointer[1:], "/", "."); strings.HasPrefix(detail.Message, member+" ") {
				t.Errorf("%s is told of as %s", detail.Field, detail.Message)
			}
			if strings.Contains(failure.Errmsg, " "+detail.Field+": ") && !strings.Contains(failure.Errmsg, detail.Field+": "+detail.Message) {
				t.Errorf("%q says otherwise than %q", failure.Errmsg, detail.Message)
			}
		}
	}
}

// What a text says of other members is said in Go's names, too.
func TestTextsNameFieldsAndNoMembers(t *testing.T) {
	client, ctx := keeping(t, contactwaytest.NewSandbox(t)), context.Background()
	_, ofClient := contactway.New(contactway.Config{CorpID: "ww1"})
	_, ofUpload := client.UploadImage(ctx, contactway.UploadImageRequest{})
	_, ofPicture := client.SaveQRCode(ctx, contactway.SaveQRCodeRequest{Path: "a.png"})
	_, ofApply := client.Apply(ctx, contactway.ApplyRequest{Path: "codes.csv", DeleteMissing: true})
	_, ofExtra := contactway.New(contactway.Config{CorpID: "ww1", Secret: "s", Extra: raw("max_in_flght", "1")})
	for _, test := range []struct {
		err  error
		says []string
	}{
		{ofClient, []string{"give CorpID and secret, or AccessToken, or suite, or TokenProvider"}},
		{ofUpload, []string{"give either path, or Content and filename"}},
		{ofPicture, []string{"give either ConfigID or QRCode"}},
		{ofApply, []string{"Namespace is required with DeleteMissing", "MaxDelete is required with DeleteMissing"}},
		{ofExtra, []string{"did you mean MaxInFlight?"}},
	} {
		failure := failureOf(t, test.err)
		for _, said := range test.says {
			isInDetails := slices.ContainsFunc(failure.Details, func(detail contactway.Detail) bool { return strings.Contains(detail.Message, said) })
			if !strings.Contains(failure.Errmsg, said) || !isInDetails {
				t.Errorf("%q is not in %v, details %+v", said, failure, failure.Details)
			}
		}
	}
}

// A number is a duration to the compiler, of so many nanoseconds.
func TestDurationWithoutItsUnitIsRefused(t *testing.T) {
	_, err := contactway.New(contactway.Config{
		CorpID: "ww1", Secret: "s", Timeout: 5, ConnectTimeout: 999, Settle: contactway.Some(time.Duration(60)),
	})
	failure := failureOf(t, err)
	var fields []string
	for _, detail := range failure.Details {
		fields = append(fields, detail.Field)
	}
	if failure.Kind != contactway.ErrInvalidArgument || !slices.Equal(fields, []string{"Timeout", "ConnectTimeout", "Settle"}) {
		t.Errorf("%v, details %+v", err, failure.Details)
	}
	if !strings.Contains(failure.Errmsg, "Timeout is 5ns; write its unit, as in 5*time.Second") {
		t.Error(err)
	}
	client, err := contactway.New(contactway.Config{CorpID: "ww1", Secret: "s", Timeout: time.Microsecond, Settle: contactway.Some(time.Duration(0))})
	if err != nil {
		t.Fatal(err)
	}
	client.Close()
}

// Whole numbers of milliseconds or seconds are what the library reads of a duration.
func TestMistakenDurationIsToldInItsUnit(t *testing.T) {
	_, err := contactway.New(contactway.Config{CorpID: "ww1", Secret: "s", Timeout: -1, Settle: contactway.Some(-time.Second)})
	for _, said := range []string{"Timeout: Timeout in milliseconds must be ", "Settle: Settle in seconds must be "} {
		if !strings.Contains(failureOf(t, err).Errmsg, said) {
			t.Errorf("%q is not in %v", said, err)
		}
	}
}

func TestConfigReachesTheLibrary(t *testing.T) {
	sandbox := contactwaytest.NewSandbox(t)
	for name, change := range map[string]func(*contactway.Config){
		"everything": func(c *contactway.Config) {
			c.Timeout, c.ConnectTimeout, c.MaxAttempts = time.Second, time.Second, 2
			c.MaxInFlight = contactway.Some(0)
			c.RateLimit = &contactway.RateLimit{PerMinute: 100}
			c.Proxy = contactway.Some("")
			c.Store = "memory"
			c.Settle = contactway.Some(time.Duration(0))
			c.Validate = contactway.Warn
		},
		"no rate limit": func(c *contactway.Config) { c.NoRateLimit = true },
		"extra":         func(c *contactway.Config) { c.Extra = raw("max_attempts", "1") },
	} {
		config := sandbox.Config()
		change(&config)
		if _, err := sandbox.NewClientWith(config).Add(context.Background(), counter); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What only Go can see is told in Go's names, beside what the library finds.
func TestConfigNamesWhatOnlyGoKnows(t *testing.T) {
	sound := contactway.Config{
		CorpID: "ww1", Secret: "s", MaxConcurrentCalls: -1, NoRateLimit: true, RateLimit: &contactway.RateLimit{PerMinute: 1},
		Logger: &slog.Logger{},
	}
	broken := sound
	broken.MaxAttempts, broken.Timeout, broken.Settle = -1, -1, contactway.Some(time.Duration(-1))
	for details, config := range map[int]contactway.Config{3: sound, 6: broken} {
		_, err := contactway.New(config)
		failure := failureOf(t, err)
		if failure.Kind != contactway.ErrInvalidArgument || len(failure.Details) != details {
			t.Errorf("%v, details %+v", err, failure.Details)
		}
		for _, name := range []string{"MaxConcurrentCalls", "NoRateLimit and RateLimit", "Logger"} {
			if !strings.Contains(err.Error(), name) {
				t.Errorf("%s is not named in %v", name, err)
			}
		}
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	suite := &contactway.Suite{SuiteID: "the-suite", SuiteSecret: "hush-suite", SuiteTicket: "hush-ticket", PermanentCode: "hush-code"}
	config := contactway.Config{
		CorpID: "the-corp", Secret: "hush-secret", AccessToken: "hush-token", Suite: suite,
		Proxy: contactway.Some("http://u:hush-proxy@h:1"), Store: "postgres://u:hush-store@h/d",
	}
	var printed []string
	for _, value := range []any{config, &config, suite, *suite} {
		for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
			printed = append(printed, fmt.Sprintf(format, value))
		}
		marshalled, err := json.Marshal(value)
		if err != nil {
			t.Error(err)
		}
		printed = append(printed, string(marshalled))
		var logged bytes.Buffer
		slog.New(slog.NewTextHandler(&logged, nil)).Info("made", "of", value)
		slog.New(slog.NewJSONHandler(&logged, nil)).Info("made", "of", value)
		printed = append(printed, strings.Split(strings.TrimSpace(logged.String()), "\n")...)
	}
	for _, text := range printed {
		if strings.Contains(text, "hush") || !strings.Contains(text, "the-") {
			t.Error(text)
		}
	}
}

func TestCloseEndsCallsInFlight(t *testing.T) {
	sandbox := silent(t)
	client := sandbox.NewClient()
	const calls = 5
	ended := make(chan error, calls)
	for range calls {
		go func() {
			_, err := client.Add(context.Background(), counter)
			ended <- err
		}()
	}
	waitFor(t, "every add", func() bool { return len(sandbox.Calls("add_contact_way")) == calls })
	var closing sync.WaitGroup
	for range 3 {
		closing.Add(1)
		go func() {
			defer closing.Done()
			if err := client.Close(); err != nil {
				t.Error(err)
			}
		}()
	}
	closing.Wait()
	for range calls {
		select {
		case err := <-ended:
			if !errors.Is(err, contactway.ErrCancelled) || errors.Is(err, context.Canceled) {
				t.Errorf("%v is not cancelled, or blames the context", err)
			}
		case <-time.After(5 * time.Second):
			t.Fatal("a call goes on after Close")
		}
	}
	if _, err := client.Add(context.Background(), counter); !errors.Is(err, contactway.ErrInvalidHandle) {
		t.Errorf("a closed client answers %v", err)
	}
}

// A client that cannot be used says so in Go's words, and what to do, whatever is asked of it.
func TestClientThatCannotBeUsedSaysWhatToDo(t *testing.T) {
	closed := contactwaytest.NewSandbox(t).NewClient()
	closed.Close()
	ctx := context.Background()
	for _, test := range []struct {
		client *contactway.Client
		says   string
	}{{nil, "nil or zero Client"}, {&contactway.Client{}, "nil or zero Client"}, {closed, "was closed"}} {
		var walked, entered error
		for _, walked = range test.client.All(ctx, contactway.ListRequest{}) {
		}
		for _, entered = range test.client.Entries(ctx, contactway.LedgerQuery{}) {
		}
		_, added := test.client.Add(ctx, counter)
		_, called := test.client.Call(ctx, "add", []byte("{}"))
		_, checked := test.client.Check(ctx)
		_, applied := test.client.Apply(ctx, contactway.ApplyRequest{Path: "codes.csv"})
		for what, err := range map[string]error{
			"All": walked, "Entries": entered, "Add": added, "Call": called, "Check": checked, "Apply": applied,
			"SetSuiteTicket": test.client.SetSuiteTicket("ticket"),
		} {
			failure := failureOf(t, err)
			if failure.Kind != contactway.ErrInvalidHandle || failure.Errcode != -1002 || failure.Effect != contactway.EffectNone {
				t.Errorf("%s: %+v", what, failure)
			}
			for _, said := range []string{test.says, "contactway.New"} {
				if !strings.Contains(failure.Errmsg, said) {
					t.Errorf("%s: %q is not in %q", what, said, failure.Errmsg)
				}
			}
		}
		test.client.SetLogger(slog.Default())
		if err := test.client.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestStoppingASandboxThatWasNotStartedIsNothing(*testing.T) {
	for _, sandbox := range []*contactway.Sandbox{nil, {}} {
		sandbox.Stop()
	}
}

// A thousand goroutines wait in Go, and not each on a thread of the operating system.
func TestThreadsAreBounded(t *testing.T) {
	sandbox := contactwaytest.NewSandboxWith(t, contactway.SandboxConfig{Latency: 10 * time.Millisecond})
	config := sandbox.Config()
	config.MaxInFlight = contactway.Some(0)
	config.NoRateLimit = true
	config.MaxConcurrentCalls = 16
	config.Timeout = time.Minute
	client := sandbox.NewClientWith(config)
	threads := pprof.Lookup("threadcreate")
	before := threads.Count()
	var calls sync.WaitGroup
	for range 1000 {
		calls.Add(1)
		go func() {
			defer calls.Done()
			if _, err := client.List(context.Background(), contactway.ListRequest{}); err != nil {
				t.Error(err)
			}
		}()
	}
	calls.Wait()
	// Beside a call's own, the runtime starts a few for itself.
	if more := threads.Count() - before; more > 16+16 {
		t.Errorf("%d threads were made for 16 calls at once", more)
	}
}

// What the library holds open is not for programs that this one starts.
func TestProgramsInheritNothing(t *testing.T) {
	inherited := func() string {
		open, err := exec.Command("ls", "/proc/self/fd").Output()
		if err != nil {
			t.Skipf("what a program has open cannot be listed: %v", err)
		}
		return string(open)
	}
	before := inherited()
	client := keeping(t, contactwaytest.NewSandboxWith(t, contactway.SandboxConfig{TLS: true}))
	applied(t, client, 1)
	if after := inherited(); after != before {
		t.Errorf("open are %s, and were %s", after, before)
	}
}
