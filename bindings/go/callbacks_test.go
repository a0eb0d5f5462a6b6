package contactway_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/contactway/contactway/bindings/go"
	"github.com/contactway/contactway/bindings/go/contactwaytest"
)

// lines is what a logger wrote.
type lines struct {
	mutex sync.Mutex
	text  bytes.Buffer
}

func (l *lines) Write(line []byte) (int, error) {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.Write(line)
}

func (l *lines) String() string {
	l.mutex.Lock()
	defer l.mutex.Unlock()
	return l.text.String()
}

func logger(to *lines, level slog.Level) *slog.Logger {
	return slog.New(slog.NewTextHandler(to, &slog.HandlerOptions{Level: level}))
}

func TestLoggerHearsUpToItsLevel(t *testing.T) {
	sandbox := contactwaytest.NewSandbox(t)
	var all, warnings lines
	config := sandbox.Config()
	config.Logger = logger(&all, slog.LevelDebug-4)
	client := sandbox.NewClientWith(config)
	ctx := context.Background()
	if _, err := client.Add(ctx, counter); err != nil {
		t.Fatal(err)
	}
	for _, expected := range []string{"level=INFO", "level=DEBUG", "endpoint=add_contact_way"} {
		if !strings.Contains(all.String(), expected) {
			t.Errorf("%s is not in\n%s", expected, all.String())
		}
	}
	if strings.Contains(all.String(), sandbox.Secret) || strings.Contains(all.String(), "zhangsan") {
		t.Errorf("what is nobody's business is in\n%s", all.String())
	}

	client.SetLogger(logger(&warnings, slog.LevelWarn))
	heard := all.String()
	if _, err := client.Add(ctx, counter); err != nil {
		t.Fatal(err)
	}
	if warnings.String() != "" || all.String() != heard {
		t.Errorf("logged after the logger was changed: %s", warnings.String())
	}
	_, _ = client.Add(ctx, contactway.AddRequest{})
	if !strings.Contains(warnings.String(), "level=WARN") {
		t.Errorf("a failed call is not in %q", warnings.String())
	}
	client.SetLogger(nil)
	heard = warnings.String()
	_, _ = client.Add(ctx, contactway.AddRequest{})
	if warnings.String() != heard {
		t.Error("logged without a logger")
	}
}

// confused is a handler that cannot even say what it lets through.
type confused struct {
	slog.Handler
	held *lines
}

func (confused) Enabled(context.Context, slog.Level) bool { panic("which level?") }

type panicking struct{ slog.Handler }

func (panicking) Handle(context.Context, slog.Record) error { panic("no room") }

func TestPanickingLoggerEndsNoCall(t *testing.T) {
	sandbox := contactwaytest.NewSandbox(t)
	config := sandbox.Config()
	config.Logger = slog.New(panicking{slog.Default().Handler()})
	if _, err := sandbox.NewClientWith(config).Add(context.Background(), counter); err != nil {
		t.Error(err)
	}
}

// freed waits until the garbage collector has found that nobody holds a value any more.
func freed[T any](t *testing.T, what string, use func(*T)) {
	t.Helper()
	gone := make(chan struct{})
	func() {
		held := new(T)
		runtime.SetFinalizer(held, func(*T) { close(gone) })
		use(held)
	}()
	waitFor(t, "the release of "+what, func() bool {
		runtime.GC()
		select {
		case <-gone:
			return true
		default:
			return false
		}
	})
}

func TestNothingIsHeldAfterClose(t *testing.T) {
	sandbox := contactwaytest.NewSandbox(t)
	freed(t, "a closed client's logger", func(held *lines) {
		client := sandbox.NewClient()
		client.SetLogger(logger(held, slog.LevelInfo))
		_, _ = client.Add(context.Background(), counter)
		client.Close()
	})
	client := sandbox.NewClient()
	freed(t, "a logger that was replaced", func(held *lines) {
		client.SetLogger(logger(held, slog.LevelInfo))
		client.SetLogger(nil)
	})
	freed(t, "a logger that panics when it is set", func(held *lines) {
		defer func() { _ = recover() }()
		client.SetLogger(slog.New(confused{held: held}))
	})
	client.SetLogger(&slog.Logger{})
	freed(t, "a token provider", func(held *lines) {
		config := sandbox.Config()
		config.Secret = ""
		config.TokenProvider = func(context.Context, bool) (string, error) { return held.String(), nil }
		provided, err := contactway.New(config)
		if err != nil {
			t.Fatal(err)
		}
		provided.Close()
	})
	freed(t, "a job's progress function", func(held *lines) {
		_, _ = client.Sync(context.Background(), contactway.SyncRequest{}, contactway.OnProgress(func(contactway.Progress) bool {
			return held.String() == ""
		}))
	})
}

// provided is a client whose tokens come from a function.
func provided(sandbox *contactwaytest.Sandbox, provide contactway.TokenProvider) *contactway.Client {
	config := sandbox.Config()
	config.Secret = ""
	config.TokenProvider = provide
	return sandbox.NewClientWith(config)
}

// tokenOf is a token that the sandbox takes.
func tokenOf(t *testing.T, sandbox *contactwaytest.Sandbox) string {
	t.Helper()
	query := url.Values{"corpid": {sandbox.CorpID}, "corpsecret": {sandbox.Secret}}
	token, found := contactway.JSONGet(sandbox.DoRaw("GET", "/cgi-bin/gettoken?"+query.Encode(), nil), "/access_token")
	if !found {
		t.Fatal("the sandbox hands out no token")
	}
	return token
}

func TestTokenProvider(t *testing.T) {
	sandbox := contactwaytest.NewSandbox(t)
	good := tokenOf(t, sandbox)
	var asked []bool
	client := provided(sandbox, func(_ context.Context, rejected bool) (string, error) {
		asked = append(asked, rejected)
		if rejected {
			return good, nil
		}
		return "stale", nil
	})
	if _, err := client.Add(context.Background(), counter); err != nil {
		t.Fatal(err)
	}
	if fmt.Sprint(asked) != "[false true]" {
		t.Errorf("asked %v", asked)
	}
}

func TestTokenProviderWithoutAToken(t *testing.T) {
	sandbox := contactwaytest.NewSandbox(t)
	broken := errors.New("the token server is down")
	for name, test := range map[string]struct {
		provide contactway.TokenProvider
		says    string
	}{
		"error":    {func(context.Context, bool) (string, error) { return "", broken }, broken.Error()},
		"panic":    {func(context.Context, bool) (string, error) { panic("no server") }, "no server"},
		"empty":    {func(context.Context, bool) (string, error) { return "", nil }, "returned an empty token"},
		"too long": {func(context.Context, bool) (string, error) { return strings.Repeat("x", 1<<20), nil }, "buffer"},
	} {
		_, err := provided(sandbox, test.provide).Add(context.Background(), counter)
		if !errors.Is(err, contactway.ErrAuth) || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v", name, err)
		}
		if errors.Is(err, broken) != (name == "error") {
			t.Errorf("%s: %v and the provider's own error", name, err)
		}
	}
	if calls := sandbox.Calls(""); len(calls) != 0 {
		t.Errorf("%d calls were sent", len(calls))
	}
}

type nameOfValue struct{}

// A call that waits for a token ends as any other does, whether or not the provider looks at its context.
func TestCallEndsWhileTheTokenProviderIsAsked(t *testing.T) {
	never := make(chan struct{})
	defer close(never)
	providers := map[string]func(context.Context) (string, error){
		"looks at its context": func(ctx context.Context) (string, error) {
			<-ctx.Done()
			return "", fmt.Errorf("no token: %w", ctx.Err())
		},
		"looks at nothing": func(context.Context) (string, error) {
			<-never
			return "", nil
		},
	}
	for name, provide := range providers {
		for _, test := range []struct {
			how    string
			end    func(*contactway.Client, context.CancelFunc)
			within time.Duration
			kind   contactway.Kind
			reason error
		}{
			{"deadline", nil, 100 * time.Millisecond, contactway.ErrTimeout, context.DeadlineExceeded},
			{"cancel", func(_ *contactway.Client, cancel context.CancelFunc) { cancel() }, time.Minute,
				contactway.ErrCancelled, context.Canceled},
			{"close", func(client *contactway.Client, _ context.CancelFunc) { client.Close() }, time.Minute,
				contactway.ErrCancelled, nil},
			{"client's timeout", nil, 0, contactway.ErrTimeout, nil},
		} {
			t.Run(name+", "+test.how, func(t *testing.T) {
				sandbox := contactwaytest.NewSandbox(t)
				begun := make(chan context.Context, 1)
				config := sandbox.Config()
				config.Secret = ""
				config.Timeout = 100 * time.Millisecond
				config.TokenProvider = func(ctx context.Context, _ bool) (string, error) {
					begun <- ctx
					return provide(ctx)
				}
				client := sandbox.NewClientWith(config)
				ctx, cancel := context.WithCancel(context.WithValue(context.Background(), nameOfValue{}, "x"))
				if test.within > 0 {
					ctx, cancel = context.WithTimeout(ctx, test.within)
				}
				defer cancel()
				go func() {
					its := <-begun
					if _, hasDeadline := its.Deadline(); !hasDeadline || its.Value(nameOfValue{}) != "x" {
						t.Error("the provider's context is not made from the call's")
					}
					if test.end != nil {
						test.end(client, cancel)
					}
				}()
				_, err := client.Add(ctx, counter)
				failure := failureOf(t, err)
				if failure.Kind != test.kind || failure.Effect != contactway.EffectNone || !failure.Retryable {
					t.Errorf("%+v", failure)
				}
				for _, reason := range []error{context.DeadlineExceeded, context.Canceled} {
					if errors.Is(err, reason) != (reason == test.reason) {
						t.Errorf("%v: %v and %v", test.how, err, reason)
					}
				}
			})
		}
	}
}

// Each call is told why it had no token, however many ask at once.
func TestTokenProvidersErrorsAreTheCallsOwn(t *testing.T) {
	client := provided(contactwaytest.NewSandbox(t), func(ctx context.Context, _ bool) (string, error) {
		return "", ctx.Value(nameOfValue{}).(error)
	})
	var calls sync.WaitGroup
	for i := range 50 {
		calls.Add(1)
		go func() {
			defer calls.Done()
			own := fmt.Errorf("no token for call %d", i)
			_, err := client.Add(context.WithValue(context.Background(), nameOfValue{}, own), counter)
			if !errors.Is(err, contactway.ErrAuth) || !errors.Is(err, own) {
				t.Errorf("call %d: %v", i, err)
			}
		}()
	}
	calls.Wait()
}

// exiting is a logger that does what t.Fatal does, and is told the context of the call.
type exiting struct {
	slog.Handler
	told *atomic.Bool
}

func (e exiting) Handle(ctx context.Context, _ slog.Record) error {
	e.told.Store(ctx.Value(nameOfValue{}) == "x")
	runtime.Goexit()
	return nil
}

// What t.Fatal does in a callback must not wedge the library: the token's place is one for all clients of a company.
func TestExitInACallbackEndsNoCall(t *testing.T) {
	sandbox := contactwaytest.NewSandbox(t)
	ctx := context.WithValue(context.Background(), nameOfValue{}, "x")
	var told atomic.Bool
	config := sandbox.Config()
	config.Logger = slog.New(exiting{logger(&lines{}, slog.LevelDebug-4).Handler(), &told})
	logging := sandbox.NewClientWith(config)
	for range 3 {
		if _, err := logging.Add(ctx, counter); err != nil {
			t.Fatal(err)
		}
	}
	if !told.Load() {
		t.Error("the logger was not told the call's context")
	}
	exits := func(context.Context, bool) (string, error) { runtime.Goexit(); return "", nil }
	_, err := provided(sandbox, exits).Add(ctx, counter)
	if !errors.Is(err, contactway.ErrAuth) || !strings.Contains(err.Error(), "goroutine") {
		t.Errorf("a provider that exits: %v", err)
	}
}

// The lines of a call come in their order, and before it returns.
func TestLinesComeInOrder(t *testing.T) {
	sandbox := contactwaytest.NewSandbox(t)
	var written lines
	config := sandbox.Config()
	config.Logger = logger(&written, slog.LevelDebug-4)
	if _, err := sandbox.NewClientWith(config).Add(context.Background(), counter); err != nil {
		t.Fatal(err)
	}
	events := regexp.MustCompile(`msg=(\w+)`).FindAllString(written.String(), -1)
	if expected := "[msg=connection msg=attempt msg=token_fetched msg=attempt msg=call]"; fmt.Sprint(events) != expected {
		t.Errorf("%v, not %s", events, expected)
	}
}

func TestSuiteTicket(t *testing.T) {
	suite := contactway.Suite{
		SuiteID: "s", SuiteSecret: "hush", SuiteTicket: "ticket-2", AuthCorpID: "ww-suite", PermanentCode: "perm-1",
	}
	sandbox := contactwaytest.NewSandboxWith(t, contactway.SandboxConfig{Suites: []contactway.Suite{suite}})
	suite.SuiteTicket = "ticket-1"
	client := sandbox.NewClientWith(contactway.Config{BaseURL: sandbox.BaseURL, Suite: &suite})
	ctx := context.Background()
	if _, err := client.Add(ctx, counter); !errors.Is(err, contactway.ErrAuth) {
		t.Errorf("an old ticket: %v", err)
	}
	for _, wrong := range []string{"", "n\x00w"} {
		if err := client.SetSuiteTicket(wrong); !errors.Is(err, contactway.ErrInvalidArgument) {
			t.Errorf("the ticket %q: %v", wrong, err)
		}
	}
	if err := client.SetSuiteTicket("ticket-2"); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Add(ctx, counter); err != nil {
		t.Error(err)
	}
}
