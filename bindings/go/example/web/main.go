// A web server that makes a counter's code, once however often it is asked, against a stand-in for WeCom.
package main

import (
	"context"
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
	"time"

	"github.com/contactway/contactway/bindings/go"
)

var statuses = map[contactway.Kind]int{
	contactway.ErrInvalidRequest: http.StatusUnprocessableEntity,
	contactway.ErrConflict:       http.StatusConflict,
	contactway.ErrRateLimited:    http.StatusServiceUnavailable,
	contactway.ErrStore:          http.StatusServiceUnavailable,
	contactway.ErrCancelled:      http.StatusServiceUnavailable,
	contactway.ErrUnknown:        http.StatusServiceUnavailable,
	contactway.ErrTimeout:        http.StatusGatewayTimeout,
	contactway.ErrNetwork:        http.StatusBadGateway,
	contactway.ErrBadResponse:    http.StatusBadGateway,
	contactway.ErrAPI:            http.StatusBadGateway,
	contactway.ErrAuth:           http.StatusBadGateway,
}

// refuse answers a request of the web whose call failed. The error's own text belongs in the log alone.
func refuse(to http.ResponseWriter, err error) {
	log.Print(err)
	status, answer := http.StatusInternalServerError, map[string]any{}
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
		answer["kind"], answer["errcode"], answer["advice"] = failure.Kind, failure.Errcode, failure.Advice
	}
	to.WriteHeader(status)
	json.NewEncoder(to).Encode(answer)
}

// counters answers POST /counters/{name}.
func counters(client *contactway.Client) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /counters/{name}", func(to http.ResponseWriter, request *http.Request) {
		// The call ends when the browser leaves, too.
		ctx, cancel := context.WithTimeout(request.Context(), 5*time.Second)
		defer cancel()
		name := request.PathValue("name")
		added, err := client.Add(ctx, contactway.AddRequest{
			Type: 1, Scene: 2, User: []string{"zhangsan"}, State: &name,
		}, contactway.Key(name))
		if err != nil {
			refuse(to, err)
			return
		}
		json.NewEncoder(to).Encode(map[string]string{"config_id": added.ConfigID, "qr_code": added.QRCode})
	})
	return mux
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

	server := httptest.NewServer(counters(client))
	defer server.Close()
	tooLong := "/counters/a-name-of-more-than-thirty-characters"
	for _, path := range []string{"/counters/counter-1", "/counters/counter-1", tooLong} {
		answer, err := http.Post(server.URL+path, "", nil)
		if err != nil {
			log.Fatal(err)
		}
		text, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		fmt.Print(path, ": ", answer.StatusCode, " ", string(text))
	}
}
