package main

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/contactway/contactway/bindings/go"
	"github.com/contactway/contactway/bindings/go/contactwaytest"
)

// The page on errors gives each kind its status, and a kind that it does not name is none that is answered here.
func TestStatusesAreThoseOfThePageOnErrors(t *testing.T) {
	page, err := os.ReadFile("../../../../docs/errors.md")
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	for _, row := range regexp.MustCompile("(?m)^\\| (`[^|]*`) \\| ([45]\\d\\d) \\|").FindAllStringSubmatch(string(page), -1) {
		for _, kind := range regexp.MustCompile("`(\\w+)`").FindAllStringSubmatch(row[1], -1) {
			told++
			if status := statuses[contactway.Kind(kind[1])]; strconv.Itoa(status) != row[2] {
				t.Errorf("%s is %d, and %s on the page", kind[1], status, row[2])
			}
		}
	}
	if told != len(statuses) || told == 0 {
		t.Errorf("%d kinds have a status, the page has %d", len(statuses), told)
	}
}

// serving is the server at work against a sandbox.
func serving(t *testing.T, config contactway.SandboxConfig) (*shop, *contactwaytest.Sandbox) {
	sandbox := contactwaytest.NewSandboxWith(t, config)
	return &shop{client: sandbox.NewClient(func(config *contactway.Config) {
		config.Store, config.Settle = "sqlite:"+t.TempDir()+"/codes.db", contactway.Some(10*time.Second)
	})}, sandbox
}

// post sends a request of the web with a key, and reads the answer, which is JSON.
func post(ctx context.Context, t *testing.T, shop *shop, path, key string) (status, wait int, said refusal, configID string) {
	t.Helper()
	request := httptest.NewRequestWithContext(ctx, "POST", path, nil)
	request.Header.Set("Idempotency-Key", key)
	answer := httptest.NewRecorder()
	shop.handler().ServeHTTP(answer, request)
	if err := json.Unmarshal(answer.Body.Bytes(), &said); err != nil || answer.Header().Get("Content-Type") != "application/json" {
		t.Fatalf("%v: %q, %s", err, answer.Header().Get("Content-Type"), answer.Body)
	}
	wait, _ = strconv.Atoi(answer.Header().Get("Retry-After"))
	configID, _ = contactway.JSONGet(answer.Body.Bytes(), "/config_id")
	return answer.Code, wait, said, configID
}

func TestRequestThatComesAgainMakesNoSecondContactWay(t *testing.T) {
	shop, sandbox := serving(t, contactway.SandboxConfig{})
	sandbox.AddFaults(contactwaytest.Fault{Endpoint: "add_contact_way", When: "after", Do: map[string]any{"silence": true}})
	var configIDs []string
	for _, expected := range []int{503, 200, 200} {
		status, wait, said, configID := post(context.Background(), t, shop, "/codes", "counter-1")
		if status != expected || (expected == 503) != (wait > 0) {
			t.Fatalf("%d with Retry-After %d, and not %d: %+v", status, wait, expected, said)
		}
		if said.Errmsg != "" {
			t.Errorf("the browser is told %q", said.Errmsg)
		}
		configIDs = append(configIDs, configID)
	}
	if configIDs[1] == "" || configIDs[1] != configIDs[2] || len(sandbox.Calls("add_contact_way")) != 1 {
		t.Errorf("they got %v", configIDs)
	}
}

// Whatever the key, its contact way has a state that WeCom takes, and no other key has the same.
func TestKeysOfEveryLengthHaveAStateOfTheirOwn(t *testing.T) {
	shop, sandbox := serving(t, contactway.SandboxConfig{})
	long := strings.Repeat("k", 127)
	states := map[string]bool{}
	for _, key := range []string{"1", long + "1", long + "2", "柜台"} {
		status, _, said, configID := post(context.Background(), t, shop, "/codes", key)
		if status != 200 {
			t.Fatalf("%s: %d %+v", key, status, said)
		}
		states[sandbox.Scan(configID).State] = true
	}
	if len(states) != 4 {
		t.Errorf("the states are %v", states)
	}
}

func TestKeyThatIsNoneIsTheSendersToMend(t *testing.T) {
	shop, sandbox := serving(t, contactway.SandboxConfig{})
	for key, rule := range map[string]string{"": "key_required", "a\tb": "key_form", strings.Repeat("k", 129): "key_form"} {
		status, _, said, _ := post(context.Background(), t, shop, "/codes", key)
		if status != 422 || said.Kind != contactway.ErrInvalidArgument || said.Errmsg == "" {
			t.Errorf("%q: %d %+v", key, status, said)
		}
		if len(said.Details) != 1 || said.Details[0].Pointer != "/key" || said.Details[0].Rule != rule || said.Details[0].Message == "" {
			t.Errorf("%q: %+v", key, said.Details)
		}
	}
	if calls := sandbox.Calls(""); len(calls) != 0 {
		t.Errorf("%d calls were sent", len(calls))
	}
}

// A job outlives the browser that asked for it, and another one is told to come again meanwhile.
func TestJobGoesOnWithoutItsBrowserAndKeepsOthersWaiting(t *testing.T) {
	shop, sandbox := serving(t, contactway.SandboxConfig{Latency: 300 * time.Millisecond})
	if status, _, said, _ := post(context.Background(), t, shop, "/codes", "counter-1"); status != 200 {
		t.Fatalf("%d %+v", status, said)
	}
	ctx, leaves := context.WithCancel(context.Background())
	ended := make(chan int, 1)
	go func() {
		status, _, _, _ := post(ctx, t, shop, "/members/zhangsan/leave", "")
		ended <- status
	}()
	for len(sandbox.Calls("get_contact_way")) == 0 {
		time.Sleep(10 * time.Millisecond)
	}
	leaves()
	if status, wait, said, _ := post(context.Background(), t, shop, "/members/lisi/leave", ""); status != 503 || wait == 0 {
		t.Errorf("%d with Retry-After %d: %+v", status, wait, said)
	}
	if status := <-ended; status != 200 {
		t.Errorf("the job ended with %d", status)
	}
}

// Another kind of job, of whatever process, is a conflict in the ledger.
func TestJobBesideAnotherKindOfJobComesAgain(t *testing.T) {
	shop, sandbox := serving(t, contactway.SandboxConfig{Latency: 300 * time.Millisecond})
	if status, _, said, _ := post(context.Background(), t, shop, "/codes", "counter-1"); status != 200 {
		t.Fatalf("%d %+v", status, said)
	}
	ended := make(chan error, 1)
	go func() {
		_, err := shop.client.Sync(context.Background(), contactway.SyncRequest{})
		ended <- err
	}()
	for len(sandbox.Calls("list_contact_way")) == 0 {
		time.Sleep(10 * time.Millisecond)
	}
	if status, wait, said, _ := post(context.Background(), t, shop, "/members/lisi/leave", ""); status != 503 || wait == 0 || said.Kind != contactway.ErrConflict {
		t.Errorf("%d with Retry-After %d: %+v", status, wait, said)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestJobStopsWhenTheServerDoes(t *testing.T) {
	shop, _ := serving(t, contactway.SandboxConfig{})
	if status, _, said, _ := post(context.Background(), t, shop, "/codes", "counter-1"); status != 200 {
		t.Fatalf("%d %+v", status, said)
	}
	shop.stopping.Store(true)
	if status, _, said, _ := post(context.Background(), t, shop, "/members/zhangsan/leave", ""); status != 503 || said.Kind != contactway.ErrCancelled {
		t.Errorf("%d %+v", status, said)
	}
}
