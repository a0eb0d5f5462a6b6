package contactway_test

import (
	"context"
	"errors"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/contactway/contactway/bindings/go"
	"github.com/contactway/contactway/bindings/go/contactwaytest"
)

var counter = contactway.AddRequest{Type: 1, Scene: 2, User: []string{"zhangsan"}}

// silent is a sandbox that takes adds in and never answers them.
func silent(t *testing.T) *contactwaytest.Sandbox {
	sandbox := contactwaytest.NewSandbox(t)
	sandbox.AddFaults(contactwaytest.Fault{Endpoint: "add_contact_way", Times: 1000, Do: map[string]any{"silence": true}})
	return sandbox
}

// waitFor waits until what a call does in the background has happened.
func waitFor(t *testing.T, what string, happened func() bool) {
	t.Helper()
	for range 1000 {
		if happened() {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
	t.Fatalf("%s did not happen within 5 s", what)
}

func failureOf(t *testing.T, err error) *contactway.Error {
	t.Helper()
	var failure *contactway.Error
	if !errors.As(err, &failure) {
		t.Fatalf("%v is no *contactway.Error", err)
	}
	return failure
}

func TestDeadlineBecomesTheCallsOwn(t *testing.T) {
	client := silent(t).NewClient()
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	deadline, _ := ctx.Deadline()
	_, err := client.Add(ctx, counter)
	late := time.Since(deadline)

	failure := failureOf(t, err)
	if !errors.Is(err, contactway.ErrTimeout) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v is not both a timeout and DeadlineExceeded", err)
	}
	if failure.Effect != contactway.EffectUnknown || failure.Retryable {
		t.Errorf("an add that may have been carried out has effect %q, retryable %v", failure.Effect, failure.Retryable)
	}
	if late > 5*time.Second {
		t.Errorf("it ended %v after the deadline", late)
	}
}

func TestTimeoutOfTheClientIsNotTheContexts(t *testing.T) {
	sandbox := silent(t)
	config := sandbox.Config()
	config.Timeout = 200 * time.Millisecond
	_, err := sandbox.NewClientWith(config).Add(context.Background(), counter)
	if !errors.Is(err, contactway.ErrTimeout) || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v is not the client's own timeout", err)
	}
}

func TestCancelEndsTheCallPromptly(t *testing.T) {
	sandbox := silent(t)
	client := sandbox.NewClient()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() {
		_, err := client.Add(ctx, counter)
		ended <- err
	}()
	waitFor(t, "the add", func() bool { return len(sandbox.Calls("add_contact_way")) == 1 })
	cancel()
	select {
	case err := <-ended:
		if !errors.Is(err, contactway.ErrCancelled) || !errors.Is(err, context.Canceled) {
			t.Errorf("%v is not both cancelled and Canceled", err)
		}
		if failure := failureOf(t, err); failure.Effect != contactway.EffectUnknown || failure.Endpoint != "add_contact_way" {
			t.Errorf("effect %q, endpoint %q", failure.Effect, failure.Endpoint)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("the call goes on after its context was cancelled")
	}
}

func TestEndedContextSendsNothing(t *testing.T) {
	sandbox := contactwaytest.NewSandbox(t)
	client := sandbox.NewClient()
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	late, cancelLate := context.WithDeadline(context.Background(), time.Now().Add(-time.Second))
	defer cancelLate()
	almost, cancelAlmost := context.WithDeadline(context.Background(), time.Now().Add(500*time.Microsecond))
	defer cancelAlmost()
	for _, test := range []struct {
		name   string
		ctx    context.Context
		kind   contactway.Kind
		reason error
	}{
		{"cancelled", cancelled, contactway.ErrCancelled, context.Canceled},
		{"too late", late, contactway.ErrTimeout, context.DeadlineExceeded},
		{"under a millisecond left", almost, contactway.ErrTimeout, context.DeadlineExceeded},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := client.Add(test.ctx, counter)
			if !errors.Is(err, test.kind) || !errors.Is(err, test.reason) {
				t.Errorf("%v is not both %v and %v", err, test.kind, test.reason)
			}
			failure := failureOf(t, err)
			if failure.Effect != contactway.EffectNone || failure.Attempts != 0 || !failure.Retryable {
				t.Errorf("effect %q, attempts %d, retryable %v", failure.Effect, failure.Attempts, failure.Retryable)
			}
		})
	}
	if calls := sandbox.Calls(""); len(calls) != 0 {
		t.Errorf("%d calls were sent", len(calls))
	}
}

func TestNilContextIsAnError(t *testing.T) {
	var none context.Context
	_, err := contactwaytest.NewSandbox(t).NewClient().Add(none, counter)
	if !errors.Is(err, contactway.ErrInvalidArgument) {
		t.Errorf("%v is not invalid_argument", err)
	}
}

// held is a client with one place, which a silent call holds until release.
func held(t *testing.T, timeout time.Duration) (client *contactway.Client, sandbox *contactwaytest.Sandbox, release func()) {
	sandbox = silent(t)
	config := sandbox.Config()
	config.Timeout = timeout
	config.MaxConcurrentCalls = 1
	client = sandbox.NewClientWith(config)
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_, _ = client.Add(ctx, counter)
	}()
	waitFor(t, "the add", func() bool { return len(sandbox.Calls("add_contact_way")) == 1 })
	return client, sandbox, func() { cancel(); <-ended }
}

func TestWaitingForAPlaceObeysTheContext(t *testing.T) {
	client, sandbox, release := held(t, 0)
	defer release()
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(20*time.Millisecond, cancel)
	_, err := client.Get(ctx, contactway.GetRequest{ConfigID: "x"})
	if !errors.Is(err, contactway.ErrCancelled) || !errors.Is(err, context.Canceled) {
		t.Errorf("%v is not both cancelled and Canceled", err)
	}
	if calls := sandbox.Calls("get_contact_way"); len(calls) != 0 {
		t.Errorf("%d calls were sent", len(calls))
	}
}

func TestWaitingForAPlaceCountsAsPartOfTheCall(t *testing.T) {
	client, _, release := held(t, 50*time.Millisecond)
	defer release()
	_, err := client.Get(context.Background(), contactway.GetRequest{ConfigID: "x"})
	if !errors.Is(err, contactway.ErrTimeout) || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v is not the client's own timeout", err)
	}
	if failure := failureOf(t, err); failure.Effect != contactway.EffectNone || failure.Raw != nil {
		t.Errorf("%v reached the library", err)
	}
}

// noticed is a context that tells when somebody first waits for its end.
type noticed struct {
	context.Context
	once    *sync.Once
	awaited chan struct{}
}

func (n noticed) Done() <-chan struct{} {
	n.once.Do(func() { close(n.awaited) })
	return n.Context.Done()
}

func TestCloseEndsTheWaitForAPlace(t *testing.T) {
	client, sandbox, release := held(t, 0)
	defer release()
	ctx := noticed{context.Background(), new(sync.Once), make(chan struct{})}
	ended := make(chan error, 1)
	go func() {
		_, err := client.Get(ctx, contactway.GetRequest{ConfigID: "x"})
		ended <- err
	}()
	<-ctx.awaited
	client.Close()
	if err := <-ended; !errors.Is(err, contactway.ErrCancelled) || errors.Is(err, context.Canceled) {
		t.Errorf("%v is not cancelled, or blames the context", err)
	}
	if calls := sandbox.Calls("get_contact_way"); len(calls) != 0 {
		t.Errorf("%d calls were sent", len(calls))
	}
}

// The timeout of raw options and the deadline of the context are one deadline, the earlier one, also of a wait.
func TestEarlierDeadlineCounts(t *testing.T) {
	client, _, release := held(t, 0)
	defer release()
	raw := contactway.RawOptions([]byte(` { "timeout\u005fms" : 60000 } `))
	short, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	_, err := client.Get(short, contactway.GetRequest{ConfigID: "x"}, raw)
	if !errors.Is(err, contactway.ErrTimeout) || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the context's deadline: %v", err)
	}
	raw = contactway.RawOptions([]byte(`{"timeout_ms":50}`))
	_, err = client.Get(context.Background(), contactway.GetRequest{ConfigID: "x"}, raw)
	if !errors.Is(err, contactway.ErrTimeout) || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the call's own timeout in a wait: %v", err)
	}

	long, cancelLong := context.WithTimeout(context.Background(), time.Minute)
	defer cancelLong()
	_, err = silent(t).NewClient().Add(long, counter, raw)
	if !errors.Is(err, contactway.ErrTimeout) || errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("the call's own timeout under a context with a later one: %v", err)
	}
}

// foreign is a context as other packages make them: it ends with the one inside, whose deadline it does not tell.
type foreign struct{ context.Context }

func (foreign) Deadline() (time.Time, bool) { return time.Time{}, false }

func TestDeadlineThatIsNotToldEndsTheCall(t *testing.T) {
	inside, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	outside, cancelOutside := context.WithTimeout(foreign{inside}, time.Hour)
	defer cancelOutside()
	for _, ctx := range []context.Context{foreign{inside}, outside} {
		sandbox := silent(t)
		config := sandbox.Config()
		config.Timeout = time.Minute
		began := time.Now()
		_, err := sandbox.NewClientWith(config).Add(ctx, counter)
		if !errors.Is(err, contactway.ErrTimeout) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v is not both a timeout and DeadlineExceeded", err)
		}
		if time.Since(began) > 20*time.Second {
			t.Error("the call went on after its context had ended")
		}
	}
}

func TestCauseOfACancelledContextIsTold(t *testing.T) {
	sandbox := silent(t)
	client := sandbox.NewClient()
	moved := errors.New("the customer has gone")
	ctx, cancel := context.WithCancelCause(context.Background())
	time.AfterFunc(50*time.Millisecond, func() { cancel(moved) })
	for _, when := range []string{"during the call", "before the call"} {
		_, err := client.Add(ctx, counter)
		if !errors.Is(err, contactway.ErrCancelled) || !errors.Is(err, context.Canceled) || !errors.Is(err, moved) {
			t.Errorf("%s: %v", when, err)
		}
		if strings.Contains(err.Error(), "canceller") {
			t.Errorf("%s it is told in words that Go has not: %v", when, err)
		}
	}
}

func TestTimeoutIsOneForTheStandardLibrary(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Nanosecond)
	defer cancel()
	client := contactwaytest.NewSandbox(t).NewClient()
	_, timedOut := client.List(ctx, contactway.ListRequest{})
	_, refused := client.Get(context.Background(), contactway.GetRequest{})
	var ofNet net.Error
	if !os.IsTimeout(timedOut) || !errors.As(timedOut, &ofNet) || !ofNet.Timeout() || os.IsTimeout(refused) {
		t.Errorf("%v, %v", timedOut, refused)
	}
}

// With a ledger an add that the deadline ended is in doubt: another kind, and for the standard library a timeout all the same.
func TestAddInDoubtByTheContextsDeadlineIsATimeoutForTheStandardLibrary(t *testing.T) {
	sandbox := silent(t)
	client := sandbox.NewClient(func(config *contactway.Config) { config.Store = "sqlite:" + t.TempDir() + "/codes.db" })
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
	defer cancel()
	_, err := client.Add(ctx, counter, contactway.Key("counter-1"))
	var ofNet net.Error
	if !errors.Is(err, contactway.ErrUnknown) || !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("%v is not both unknown and DeadlineExceeded", err)
	}
	if !os.IsTimeout(err) || !errors.As(err, &ofNet) || !ofNet.Timeout() {
		t.Errorf("%v is no timeout", err)
	}
	cancelled, cancelNow := context.WithCancel(context.Background())
	go func() {
		defer cancelNow()
		for range 1000 {
			if len(sandbox.Calls("add_contact_way")) == 2 {
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	_, err = client.Add(cancelled, counter, contactway.Key("counter-2"))
	failure := failureOf(t, err)
	if failure.Kind != contactway.ErrCancelled || failure.Effect != contactway.EffectUnknown || failure.RetryAfter != 0 || failure.Timeout() {
		t.Errorf("a cancelled add is %v, effect %q, to be made again after %v, timeout %v",
			err, failure.Effect, failure.RetryAfter, failure.Timeout())
	}
}

func TestNoGoroutineIsLeftBehind(t *testing.T) {
	sandbox := silent(t)
	client := sandbox.NewClient()
	before := runtime.NumGoroutine()
	for range 20 {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Millisecond)
		_, _ = client.Add(ctx, counter)
		cancel()
		ctx, cancel = context.WithCancel(context.Background())
		time.AfterFunc(5*time.Millisecond, cancel)
		_, _ = client.Add(ctx, counter)
		ctx, cancel = context.WithCancel(context.Background())
		_, _ = client.List(ctx, contactway.ListRequest{})
		cancel()
	}
	waitFor(t, "the end of every goroutine", func() bool { return runtime.NumGoroutine() <= before })
}
