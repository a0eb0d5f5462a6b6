// A web server that makes codes, each once however often it is asked, and puts another in the place of a member who leaves.
// It works against a stand-in for WeCom.
package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/contactway/contactway/bindings/go"
)

var statuses = map[contactway.Kind]int{
	contactway.ErrInvalidRequest:  http.StatusUnprocessableEntity,
	contactway.ErrInvalidArgument: http.StatusUnprocessableEntity,
	contactway.ErrConflict:        http.StatusConflict,
	contactway.ErrRateLimited:     http.StatusServiceUnavailable,
	contactway.ErrStore:           http.StatusServiceUnavailable,
	contactway.ErrCancelled:       http.StatusServiceUnavailable,
	contactway.ErrUnknown:         http.StatusServiceUnavailable,
	contactway.ErrTimeout:         http.StatusGatewayTimeout,
	contactway.ErrNetwork:         http.StatusBadGateway,
	contactway.ErrBadResponse:     http.StatusBadGateway,
	contactway.ErrAPI:             http.StatusBadGateway,
	contactway.ErrAuth:            http.StatusBadGateway,
}

// answer writes the answer to a request of the web.
func answer(to http.ResponseWriter, status int, body any) {
	to.Header().Set("Content-Type", "application/json")
	to.WriteHeader(status)
	json.NewEncoder(to).Encode(body)
}

// mistake is a rule that the request breaks.
type mistake struct {
	Pointer string `json:"pointer"`
	Rule    string `json:"rule"`
	Message string `json:"message"`
}

// refusal is what a request of the web is answered whose call failed.
type refusal struct {
	Kind    contactway.Kind `json:"kind"`
	Errcode int64           `json:"errcode,omitempty"`
	Advice  string          `json:"advice,omitempty"`
	Errmsg  string          `json:"errmsg,omitempty"`
	Details []mistake       `json:"details,omitempty"`
}

// refuse answers a request of the web whose call failed. The error's own text belongs in the log alone, unless it is about
// the request, which its sender must mend.
func refuse(to http.ResponseWriter, err error) {
	log.Print(err)
	status, told := http.StatusInternalServerError, refusal{Kind: contactway.ErrInternal}
	var failure *contactway.Error
	if errors.As(err, &failure) {
		if known, isKnown := statuses[failure.Kind]; isKnown {
			status = known
		}
		if failure.Retryable {
			status = http.StatusServiceUnavailable
		}
		if failure.RetryAfter > 0 {
			to.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(failure.RetryAfter.Seconds()))))
		}
		told = refusal{Kind: failure.Kind, Errcode: failure.Errcode, Advice: failure.Advice}
		if status == http.StatusUnprocessableEntity {
			told.Errmsg = failure.Errmsg
			for _, detail := range failure.Details {
				told.Details = append(told.Details, mistake{detail.Pointer, detail.Rule, detail.Message})
			}
		}
	}
	answer(to, status, told)
}

// stateOf is the state of the contact way that has a key. A key has up to 128 characters and a state up to 30, so it is not
// the key itself; it is the key's own all the same, since by it a contact way whose answer was lost is told from the others.
func stateOf(key string) string {
	digest := sha256.Sum256([]byte(key))
	return hex.EncodeToString(digest[:])[:30]
}

// shop is what the server works with.
type shop struct {
	client   *contactway.Client
	job      sync.Mutex  // held while there is one
	stopping atomic.Bool // whether it is to stop
}

func (s *shop) handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /codes", s.addCode)
	mux.HandleFunc("POST /members/{userid}/leave", s.leave)
	return mux
}

// addCode makes a code, once for each Idempotency-Key.
func (s *shop) addCode(to http.ResponseWriter, request *http.Request) {
	// The call ends when the browser leaves, too.
	ctx, cancel := context.WithTimeout(request.Context(), 5*time.Second)
	defer cancel()
	key := request.Header.Get("Idempotency-Key")
	added, err := s.client.Add(ctx, contactway.AddRequest{
		Type: 1, Scene: 2, User: []string{"zhangsan"}, State: contactway.Some(stateOf(key)),
	}, contactway.Key(key))
	if err != nil {
		refuse(to, err)
		return
	}
	answer(to, http.StatusOK, map[string]string{"config_id": added.ConfigID, "qr_code": added.QRCode})
}

// leave puts wangwu in the place of a member. A corporation has one job at a time, in all processes: another kind of job is
// ErrConflict, which is retryable, but the same one waits until the first has ended. Here that is answered alike, at once.
func (s *shop) leave(to http.ResponseWriter, request *http.Request) {
	if !s.job.TryLock() {
		to.Header().Set("Retry-After", "10")
		answer(to, http.StatusServiceUnavailable, refusal{Kind: contactway.ErrConflict})
		return
	}
	defer s.job.Unlock()
	// A browser that leaves does not end the job, whose calls in flight would be in doubt.
	ctx := context.WithoutCancel(request.Context())
	done, err := s.client.ReplaceUser(ctx, contactway.ReplaceUserRequest{
		From: request.PathValue("userid"), To: []string{"wangwu"},
	}, contactway.OnProgress(func(contactway.Progress) bool { return !s.stopping.Load() }))
	if err != nil {
		refuse(to, err)
		return
	}
	answer(to, http.StatusOK, map[string]int64{"updated": done.Updated})
}

func main() {
	sandbox, err := contactway.StartSandbox(contactway.SandboxConfig{})
	if err != nil {
		log.Fatal(err)
	}
	defer sandbox.Stop()
	directory, err := os.MkdirTemp("", "counters")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(directory)
	config := sandbox.Config()
	config.Store = "sqlite:" + filepath.Join(directory, "codes.db")
	client, err := contactway.New(config)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	shop := &shop{client: client}
	server := httptest.NewServer(shop.handler())
	// At the end jobs are told to stop, then the server waits for all that it still does, as http.Server's Shutdown would.
	defer server.Close()
	defer shop.stopping.Store(true)
	for _, sent := range []struct{ path, key string }{
		{"/codes", "counter-1"}, {"/codes", "counter-1"}, {"/codes", strings.Repeat("k", 129)}, {"/members/zhangsan/leave", ""},
	} {
		request, err := http.NewRequest("POST", server.URL+sent.path, nil)
		if err != nil {
			log.Fatal(err)
		}
		request.Header.Set("Idempotency-Key", sent.key)
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			log.Fatal(err)
		}
		text, _ := io.ReadAll(response.Body)
		response.Body.Close()
		fmt.Print(sent.path, " ", sent.key, ": ", response.StatusCode, " ", string(text))
	}
}
