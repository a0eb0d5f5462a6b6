package contactwaytest_test

import (
	"context"
	"encoding/json"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/contactway/contactway/bindings/go"
	"github.com/contactway/contactway/bindings/go/contactwaytest"
)

// section is what the page on the sandbox says below a heading.
func section(t *testing.T, heading string) string {
	t.Helper()
	page, err := os.ReadFile("../../../docs/sandbox.md")
	if err != nil {
		t.Fatal(err)
	}
	_, below, isThere := strings.Cut(string(page), "\n### "+heading+"\n")
	if !isThere {
		t.Fatalf("there is no %s", heading)
	}
	said, _, _ := strings.Cut(below, "\n### ")
	return said
}

// members are those of a struct as JSON, in the order of their names.
func members(of any) []string {
	var names []string
	for _, field := range reflect.VisibleFields(reflect.TypeOf(of)) {
		name, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Every member that the page names has a field of its own.
func TestFaultsAndCallsHaveEveryDocumentedMember(t *testing.T) {
	var told []string
	table, _, _ := strings.Cut(section(t, "`GET faults`, `POST faults`, `DELETE faults`"), "| `do` | |")
	for _, row := range regexp.MustCompile("(?m)^\\| `(\\w+)` \\|").FindAllStringSubmatch(table, -1) {
		told = append(told, row[1])
	}
	slices.Sort(told)
	if has := members(contactwaytest.Fault{}); !slices.Equal(has, told) {
		t.Errorf("Fault has %v, documented are %v", has, told)
	}

	_, shown, _ := strings.Cut(section(t, "`GET calls`, `DELETE calls`"), `{"calls":[`)
	var call map[string]json.RawMessage
	if err := json.NewDecoder(strings.NewReader(shown)).Decode(&call); err != nil {
		t.Fatal(err)
	}
	told = told[:0]
	for name := range call {
		told = append(told, name)
	}
	slices.Sort(told)
	if has := members(contactwaytest.Call{}); !slices.Equal(has, told) {
		t.Errorf("Call has %v, documented are %v", has, told)
	}
}

// A fault can be for a path, a body and a share of the calls, and a call says what became of it.
func TestCallsSayWhatBecameOfThem(t *testing.T) {
	sandbox := contactwaytest.NewSandbox(t)
	client := sandbox.NewClient(func(config *contactway.Config) { config.Validate = contactway.Off })
	refused := contactwaytest.Fault{
		Path:  "/cgi-bin/externalcontact/add_contact_way",
		Body:  map[string]any{"/user/0": "lisi"},
		Share: contactway.Some(1.0),
		Do:    map[string]any{"errcode": 84074.0},
	}
	never := contactwaytest.Fault{Endpoint: "add_contact_way", Share: contactway.Some(0.0), Do: map[string]any{"status": 502}}
	sandbox.AddFaults(never, refused)
	for _, user := range []string{"zhangsan", "lisi", "lisi"} {
		_, err := client.Add(context.Background(), contactway.AddRequest{Type: 1, Scene: 2, User: []string{user}})
		if (err == nil) != (user == "zhangsan") {
			t.Errorf("%s: %v", user, err)
		}
	}
	_, _ = client.Get(context.Background(), contactway.GetRequest{})

	calls := sandbox.Calls("add_contact_way")
	if len(calls) != 3 || calls[0].Fault != nil || !reflect.DeepEqual(calls[1].Fault, &refused) || calls[2].Fault == nil {
		t.Fatalf("%+v", calls)
	}
	for _, call := range calls {
		if call.Status != 200 || !strings.HasPrefix(call.Answer, "{") || call.Rule != "" {
			t.Errorf("%+v", call)
		}
	}
	if calls[2].AtMS < calls[0].AtMS {
		t.Errorf("%d ms comes before %d ms", calls[2].AtMS, calls[0].AtMS)
	}
	if got := sandbox.Calls("get_contact_way"); len(got) != 1 || got[0].Rule != "config_id_required" || got[0].Fault != nil {
		t.Errorf("%+v", got)
	}
}
