package main

import (
	"net/http/httptest"
	"os"
	"regexp"
	"strconv"
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

func TestRequestThatComesAgainMakesNoSecondContactWay(t *testing.T) {
	sandbox := contactwaytest.NewSandbox(t)
	client := sandbox.NewClient(func(config *contactway.Config) {
		config.Store, config.Settle = "sqlite:"+t.TempDir()+"/codes.db", contactway.Some(10*time.Second)
	})
	sandbox.AddFaults(contactwaytest.Fault{Endpoint: "add_contact_way", When: "after", Do: map[string]any{"silence": true}})
	var configIDs []string
	for _, expected := range []int{503, 200, 200} {
		answer := httptest.NewRecorder()
		counters(client).ServeHTTP(answer, httptest.NewRequest("POST", "/counters/counter-1", nil))
		if answer.Code != expected {
			t.Fatalf("%d, not %d: %s", answer.Code, expected, answer.Body)
		}
		if wait, _ := strconv.Atoi(answer.Header().Get("Retry-After")); (expected == 503) != (wait > 0) {
			t.Errorf("%d with Retry-After %q", expected, answer.Header().Get("Retry-After"))
		}
		if id, found := contactway.JSONGet(answer.Body.Bytes(), "/config_id"); found {
			configIDs = append(configIDs, id)
		}
	}
	if len(configIDs) != 2 || configIDs[0] != configIDs[1] || len(sandbox.Calls("add_contact_way")) != 1 {
		t.Errorf("they got %v", configIDs)
	}
}
