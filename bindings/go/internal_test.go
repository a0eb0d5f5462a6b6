package contactway

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestAnotherInterfaceIsRefused(t *testing.T) {
	if err := checkInterface(loadedInterface()); err != nil {
		t.Error(err)
	}
	if err := checkInterface(loadedInterface() + 1); !errors.Is(err, ErrUnsupported) {
		t.Errorf("%v is not unsupported", err)
	}
}

// A static library needs the system libraries that Rust's own needs.
func TestSystemLibraries(t *testing.T) {
	file := "link_linux_" + runtime.GOARCH + ".go"
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := exec.LookPath("rustc"); err != nil {
		t.Skip("rustc is not there to be asked")
	}
	named := regexp.MustCompile(`#cgo LDFLAGS: \S+ (.*)`).FindSubmatch(source)
	empty := filepath.Join(t.TempDir(), "empty.rs")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	rustc := exec.Command("rustc", "--crate-type", "staticlib", "--print", "native-static-libs", empty)
	rustc.Dir = t.TempDir()
	said, err := rustc.CombinedOutput()
	if err != nil {
		t.Fatalf("rustc: %v: %s", err, said)
	}
	if needed := "native-static-libs: " + string(named[1]) + "\n"; !strings.Contains(string(said), needed) {
		t.Errorf("%s names %s, rustc says %s", file, named[1], said)
	}
}

// Without cgo there is one error, which says what is missing.
func TestWithoutCgo(t *testing.T) {
	build := exec.Command("go", "build", ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	said, err := build.CombinedOutput()
	faults := regexp.MustCompile(`(?m)^\S+\.go:.*$`).FindAllString(string(said), -1)
	if err == nil || len(faults) != 1 || !strings.Contains(faults[0], "this_package_needs_cgo") {
		t.Errorf("%v: %s", err, said)
	}
}

func TestLongTimeoutsAreNotNegative(t *testing.T) {
	client, err := NewFromJSON([]byte(`{"corp_id":"ww1","secret":"s","timeout_ms":9223372036854775807}`))
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if client.timeout < time.Hour {
		t.Errorf("the timeout is %v", client.timeout)
	}
}

func TestDurationsAreRoundedAwayFromZero(t *testing.T) {
	for duration, count := range map[time.Duration]int64{0: 0, 1: 1, -1: -1, 999_999: 1, 1_000_000: 1, 1_000_001: 2, -1_000_001: -2} {
		if got := units(duration, time.Millisecond); got != count {
			t.Errorf("%v is %d ms", duration, got)
		}
	}
}

// A canceller that has served its call is freed.
func TestCancellerIsFreed(t *testing.T) {
	sandbox, err := StartSandbox(SandboxConfig{})
	if err != nil {
		t.Fatal(err)
	}
	defer sandbox.Stop()
	client, err := New(sandbox.Config())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	canceller := cancellerOf(ctx)
	list := func() error {
		own := fmt.Sprintf(`{"canceller":%d}`, canceller.handle)
		_, err := client.List(context.Background(), ListRequest{}, RawOptions([]byte(own)))
		return err
	}
	if err := list(); err != nil {
		t.Errorf("before its release: %v", err)
	}
	canceller.release()
	if err := list(); !errors.Is(err, ErrInvalidHandle) {
		t.Errorf("after its release: %v", err)
	}
}

type decoded struct {
	Answer
	Text   string   `json:"text"`
	Number int      `json:"number"`
	Real   float64  `json:"real"`
	Truth  bool     `json:"truth"`
	Words  []string `json:"words"`
	Inner  *struct {
		Seconds json.Number     `json:"seconds"`
		Whole   json.RawMessage `json:"whole"`
	} `json:"inner"`
}

// What decode reads is what encoding/json reads where names are exact.
func TestDecodeReadsWhatEncodingJSONReads(t *testing.T) {
	texts := []string{
		`{}`, ` { } `, `{"text":"a","number":-7,"real":1.5e3,"truth":true,"words":["b",null,"\"]}{["]}`,
		"\n{ \"text\" : \"\\u4e2d\\\"\\\\\" ,\t\"words\" : [ ] , \"inner\" : { \"seconds\" : \"12\" , \"whole\" : [ {} , 1 ] } }",
		`{"inner":{"seconds":3,"whole":"x"},"unknown":{"text":"not this"},"text":"this"}`,
		`{"inner":null,"words":null,"text":null,"warnings":[{"code":"c","message":"m"},{"pointer":"/p"}]}`,
		`{"text":7,"number":"1","real":[],"truth":1,"words":{},"inner":[],"warnings":""}`,
		`{"number":1.5,"words":["a",1,"b"]}`, `{"number":99999999999999999999,"real":"1"}`, `[]`, `7`, `"{}"`,
		`{"inner":{"seconds":1e999}}`, `{"inner":{"seconds":"NaN"}}`, `{"inner":{"seconds":""}}`, `{"inner":{"seconds":[]}}`,
	}
	for _, text := range texts {
		var ours, theirs decoded
		failed, expected := decode([]byte(text), &ours), json.Unmarshal([]byte(text), &theirs)
		if !reflect.DeepEqual(ours, theirs) || (failed == nil) != (expected == nil) {
			t.Errorf("%s: %+v, %v, not %+v, %v", text, ours, failed, theirs, expected)
		}
	}
}

// The library answers no such text; if it did, that would be an error and no panic.
func TestDecodeSurvivesWhatIsNoJSON(t *testing.T) {
	text := []byte(`{"text":"a\"","words":["b","c"],"inner":{"seconds":3,"whole":[{}]},"real":1}`)
	for end := range text {
		if decode(text[:end], &decoded{}) == nil {
			t.Errorf("%s is read", text[:end])
		}
		for _, b := range []byte(`"\{}[]:, x`) {
			_ = decode(append(bytes.Clone(text[:end]), append([]byte{b}, text[end+1:]...)...), &decoded{})
		}
	}
}

func TestProgressStopsAndPanics(t *testing.T) {
	for name, test := range map[string]struct {
		report   func(Progress) bool
		goesOn   bool
		panicked any
		exits    bool
	}{
		"goes on": {report: func(p Progress) bool { return p.Done == 3 && p.EtaMS == 1500 }, goesOn: true},
		"stops":   {report: func(Progress) bool { return false }},
		"panics":  {report: func(Progress) bool { panic("enough") }, panicked: "enough"},
		"exits":   {report: func(Progress) bool { runtime.Goexit(); return true }, exits: true},
	} {
		t.Run(name, func(t *testing.T) {
			watch := &watch{report: test.report}
			if goesOn := watch.told([]byte(`{"done":3,"total":9,"eta_ms":1500}`)); goesOn != test.goesOn {
				t.Errorf("it goes on: %v", goesOn)
			}
			var how fate
			if watch.stopped != nil {
				how = <-apart(watch.stopped.passOn)
			}
			if how.panicked != test.panicked || (watch.stopped != nil) != (test.exits || test.panicked != nil) || how.returned {
				t.Errorf("it ended as %+v, passed on %+v", watch.stopped, how)
			}
		})
	}
}

// What a newer WeCom answers in a struct that can be sent again is sent again.
func TestMembersNotKnownYetComeBackAsTheyCame(t *testing.T) {
	text := `{"type":1,"user":["zhangsan"],"conclusions":{"text":{"content":"t","a":[1.50]},"file":{"x":null}},"new":7}`
	var request AddRequest
	if err := decode([]byte(text), &request); err != nil {
		t.Fatal(err)
	}
	if again, err := encode(request); err != nil || string(again) != text {
		t.Errorf("%v, %s, not %s", err, again, text)
	}
}

func TestUnknownErrorNamesItsKeyAndCandidates(t *testing.T) {
	failure := errorOf([]byte(`{"errcode":-1014,"errmsg":"look","error":{"kind":"unknown","effect":"unknown","retryable":true,` +
		`"endpoint":"add_contact_way","attempts":1,"http_status":null,"details":[],"key":"store-1","candidates":["a","b"],"retry_after_ms":60000}}`))
	if !errors.Is(failure, ErrUnknown) || failure.Errcode != -1014 || failure.Key != "store-1" || !failure.Retryable ||
		!slices.Equal(failure.Candidates, []string{"a", "b"}) || failure.RetryAfter != time.Minute {
		t.Errorf("%+v", failure)
	}
}

// A job's own threads, on which no Go call is, belong to the client's job.
func TestCallbacksOnAJobsThreadsAreTheJobs(t *testing.T) {
	client := newClient(0, 5*time.Second)
	client.provide = func(ctx context.Context, _ bool) (string, error) {
		<-ctx.Done()
		return "", ctx.Err()
	}
	ctx, cancel := context.WithCancel(context.Background())
	job, other := &watch{ctx: ctx}, &watch{ctx: context.Background()}
	client.jobs.begin(job)
	client.jobs.begin(other)
	if unknown := client.watchOf(0); unknown == job || unknown == other {
		t.Error("one of two jobs was guessed")
	}
	client.jobs.end(other)

	cancel()
	var text bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&text, nil))
	const threads = 20
	var working sync.WaitGroup
	for range threads {
		working.Add(1)
		go func() {
			defer working.Done()
			if _, err := client.token(client.watchOf(0), false); !errors.Is(err, context.Canceled) {
				t.Errorf("the provider was asked on after the job was cancelled: %v", err)
			}
			client.watchOf(0).log(logger, slog.LevelInfo, []byte(`{"event":"token"}`))
		}()
	}
	working.Wait()
	job.written()
	failure := &Error{Effect: EffectNone}
	job.explain(failure)
	if lines := strings.Count(text.String(), "msg=token"); lines != threads || !errors.Is(failure, ErrCancelled) || !errors.Is(failure, context.Canceled) {
		t.Errorf("%d lines, %v", lines, failure)
	}
	client.jobs.end(job)
	if client.watchOf(0) == job {
		t.Error("a job that has ended is watched for")
	}
}

// Whatever the core says of a failure is read, into an error and into a step of a check.
func TestErrorsHaveEveryMemberOfTheCore(t *testing.T) {
	source, err := os.ReadFile("../../src/answer/error.rs")
	if err != nil {
		t.Fatal(err)
	}
	values := map[string]string{
		"attempts": "3", "http_status": "502", "retry_after_ms": "1500", "retryable": "true", "remembered": "true", "candidates": `["c1"]`,
		"details": `[{"pointer":"/user","rule":"r","message":"m"}]`,
	}
	var told []string
	step := planOf(reflect.TypeFor[CheckError]())
	for _, put := range regexp.MustCompile(`\bput\("(\w+)"`).FindAllStringSubmatch(string(source), -1) {
		name := put[1]
		value := values[name]
		if value == "" {
			value = strconv.Quote(name)
		}
		told = append(told, strconv.Quote(name)+":"+value)
		// What the ledger alone knows is in no step.
		if step.member([]byte(strconv.Quote(name))) == nil && name != "key" && name != "candidates" {
			t.Errorf("CheckError has no %s", name)
		}
	}
	if len(told) < 13 {
		t.Fatalf("only %v were found", told)
	}
	failure := reflect.ValueOf(*errorOf([]byte(`{"errcode":1,"errmsg":"m","config_id":"c","failures":[{"errcode":1}],"error":{` +
		strings.Join(told, ",") + `}}`)))
	for i := range failure.NumField() {
		if name := failure.Type().Field(i).Name; name != "cause" && failure.Field(i).IsZero() {
			t.Errorf("%s was not read", name)
		}
	}
}

func TestConfigIsWrittenAsTheLibraryReadsIt(t *testing.T) {
	for expected, config := range map[string]Config{
		`{}`: {},
		`{"corp_id":"ww1","base_url":"http://10.0.0.1","timeout_ms":1,"connect_timeout_ms":2,"max_attempts":3,"max_in_flight":0,"proxy":"",` +
			`"ca_file":"/a.pem","extra_ca_file":"/b.pem","insecure_http":true,"store":"sqlite:/l","settle_s":0,"validate":"off","rate_limit":false}`: {
			CorpID: "ww1", BaseURL: "http://10.0.0.1", Timeout: time.Microsecond, ConnectTimeout: 2 * time.Millisecond, MaxAttempts: 3,
			MaxInFlight: Some(0), Proxy: Some(""), CAFile: "/a.pem", ExtraCAFile: "/b.pem", InsecureHTTP: true, Store: "sqlite:/l",
			Settle: Some(time.Duration(0)), Validate: Off, NoRateLimit: true,
		},
	} {
		if text, err := encode(config.wire()); err != nil || string(text) != expected {
			t.Errorf("%v, %s, not %s", err, text, expected)
		}
	}
}
