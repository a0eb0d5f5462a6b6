package contactway_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/contactway/contactway/bindings/go"
	"github.com/contactway/contactway/bindings/go/contactwaytest"
)

// TestVectors runs every file of tests/vectors, whose README says what stands in one.
func TestVectors(t *testing.T) {
	files, err := filepath.Glob("../../tests/vectors/*.json")
	if err != nil || len(files) == 0 {
		t.Fatalf("there are no vectors: %v", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".json"), func(t *testing.T) {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := checkMembers(text); err != nil {
				t.Fatal(err)
			}
			newVector(t, text).run()
		})
	}
}

// checkMembers refuses a vector whose members mean nothing here: a misspelt "expect" would check nothing.
func checkMembers(text []byte) error {
	var vector map[string]json.RawMessage
	if err := json.Unmarshal(text, &vector); err != nil {
		return err
	}
	var steps []map[string]json.RawMessage
	if err := json.Unmarshal(vector["steps"], &steps); err != nil {
		return err
	}
	known := []string{"says", "sandbox", "config", "steps", "wire"}
	for _, members := range append([]map[string]json.RawMessage{vector}, steps...) {
		for name := range members {
			if !slices.Contains(known, name) {
				return fmt.Errorf("there is no member %q; known are %v", name, known)
			}
		}
		known = []string{"http", "path", "body", "call", "request", "options", "expect", "save"}
	}
	return nil
}

func TestVectorsWithUnknownMembersAreRefused(t *testing.T) {
	for text, isKnown := range map[string]bool{
		`{"says":"x","steps":[{"call":"get","request":{"new":1},"expect":[]}]}`: true,
		`{"says":"x","steps":[{"call":"get","request":{},"expcet":[]}]}`:        false,
		`{"says":"x","steps":[{"call":"get","request":{},"Expect":[]}]}`:        false,
		`{"says":"x","steps":[],"wires":[]}`:                                    false,
	} {
		if err := checkMembers([]byte(text)); (err == nil) != isKnown {
			t.Errorf("%s: %v", text, err)
		}
	}
	// The same for every language.
	files, _ := filepath.Glob("../../tests/vectors/refused/*.json")
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil || checkMembers(text) == nil {
			t.Errorf("%s: %v, and it is not refused", file, err)
		}
	}
}

type vector struct {
	t       *testing.T
	text    []byte
	saved   map[string]string
	sandbox *contactwaytest.Sandbox
	client  *contactway.Client
}

func newVector(t *testing.T, text []byte) *vector {
	v := &vector{t: t, text: text}
	var sandbox contactway.SandboxConfig
	if err := json.Unmarshal([]byte(v.or("/sandbox", "{}")), &sandbox.Extra); err != nil {
		t.Fatal(err)
	}
	v.sandbox = contactwaytest.NewSandboxWith(t, sandbox)
	v.saved = map[string]string{
		"base_url": v.sandbox.BaseURL, "corp_id": v.sandbox.CorpID, "secret": v.sandbox.Secret, "dir": t.TempDir(),
	}
	config := v.or("/config", `{"base_url": "${base_url}", "corp_id": "${corp_id}", "secret": "${secret}"}`)
	client, err := contactway.NewFromJSON([]byte(config))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { client.Close() })
	v.client = client
	return v
}

// part is a value of the vector with what was saved filled in.
func (v *vector) part(format string, arguments ...any) (string, bool) {
	text, found := contactway.JSONGet(v.text, fmt.Sprintf(format, arguments...))
	return v.filled(text), found
}

func (v *vector) or(pointer, otherwise string) string {
	if text, found := v.part("%s", pointer); found {
		return text
	}
	return v.filled(otherwise)
}

func (v *vector) filled(text string) string {
	for name, value := range v.saved {
		text = strings.ReplaceAll(text, "${"+name+"}", value)
	}
	return text
}

func (v *vector) must(format string, arguments ...any) string {
	v.t.Helper()
	text, found := v.part(format, arguments...)
	if !found {
		v.t.Fatalf("the vector has nothing at "+format, arguments...)
	}
	return text
}

func (v *vector) run() {
	for step := 0; ; step++ {
		if _, found := v.part("/steps/%d", step); !found {
			break
		}
		v.step(step)
	}
	if _, found := v.part("/wire"); found {
		v.wire()
	}
}

func (v *vector) step(step int) {
	var answer []byte
	if method, isHTTP := v.part("/steps/%d/http", step); isHTTP {
		body, _ := v.part("/steps/%d/body", step)
		answer = v.sandbox.DoRaw(method, v.must("/steps/%d/path", step), []byte(body))
	} else {
		answer = v.call(step)
	}
	if _, found := v.part("/steps/%d/expect", step); !found {
		v.expect(step, answer, "/errcode", "0")
	}
	for i := 0; ; i++ {
		pointer, found := v.part("/steps/%d/expect/%d/0", step, i)
		if !found {
			break
		}
		v.expect(step, answer, pointer, v.must("/steps/%d/expect/%d/1", step, i))
	}
	for i := 0; ; i++ {
		name, found := v.part("/steps/%d/save/%d/0", step, i)
		if !found {
			break
		}
		value, found := contactway.JSONGet(answer, v.must("/steps/%d/save/%d/1", step, i))
		if !found {
			v.t.Fatalf("step %d: there is nothing to save as %s in %s", step, name, answer)
		}
		v.saved[name] = value
	}
}

// call makes a step's call and answers what the library answered, an error too.
func (v *vector) call(step int) []byte {
	var options []contactway.Option
	if text, found := v.part("/steps/%d/options", step); found {
		options = append(options, contactway.RawOptions([]byte(text)))
	}
	name, request := v.must("/steps/%d/call", step), v.must("/steps/%d/request", step)
	answer, err := v.client.Call(context.Background(), name, []byte(request), options...)
	if failure := (*contactway.Error)(nil); errors.As(err, &failure) {
		if failure.Raw == nil {
			v.t.Fatalf("step %d did not reach the library: %v", step, err)
		}
		return failure.Raw
	}
	return answer
}

func (v *vector) expect(step int, answer []byte, pointer, expected string) {
	v.t.Helper()
	value, found := contactway.JSONGet(answer, pointer)
	if !found {
		value = "null"
	}
	if value != expected {
		v.t.Errorf("step %d, %s: %s, not %s, in %s", step, pointer, value, expected, answer)
	}
}

func (v *vector) wire() {
	journal := v.sandbox.DoRaw("GET", "/sandbox/calls", nil)
	for i := 0; ; i++ {
		came, isThere := contactway.JSONGet(journal, fmt.Sprintf("/calls/%d/endpoint", i))
		expected, isExpected := v.part("/wire/%d/0", i)
		if came != expected || isThere != isExpected {
			v.t.Fatalf("call %d went to %q, not to %q", i, came, expected)
		}
		if !isThere {
			return
		}
		body, _ := contactway.JSONGet(journal, fmt.Sprintf("/calls/%d/body", i))
		if expected := v.must("/wire/%d/1", i); body != expected {
			v.t.Errorf("call %d sent %s, not %s", i, body, expected)
		}
	}
}
