package contactway

import (
	"context"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// documented are the members in the first table below a heading of a page.
func documented(t *testing.T, page, heading string) []string {
	t.Helper()
	text, err := os.ReadFile("../../docs/" + page)
	if err != nil {
		t.Fatal(err)
	}
	_, below, _ := strings.Cut(string(text), "\n## "+heading+"\n")
	section, _, _ := strings.Cut(below, "\n## ")
	var names []string
	for _, row := range regexp.MustCompile("(?m)^\\| `(\\w+)` \\|").FindAllStringSubmatch(section, -1) {
		names = append(names, row[1])
	}
	slices.Sort(names)
	return names
}

// written are the members of a JSON object.
func written(t *testing.T, text []byte, err error) []string {
	t.Helper()
	var members map[string]json.RawMessage
	if err != nil || json.Unmarshal(text, &members) != nil {
		t.Fatal(err, string(text))
	}
	var names []string
	for name := range members {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// Every member that the pages name has a field of its own.
func TestConfigurationsHaveEveryDocumentedMember(t *testing.T) {
	config := Config{
		CorpID: "ww1", Secret: "s", Suite: &Suite{}, AccessToken: "t", BaseURL: "u", Timeout: 1, ConnectTimeout: 1, MaxAttempts: 1,
		TokenProvider: func(context.Context, bool) (string, error) { return "", nil },
		MaxInFlight:   Some(1), RateLimit: &RateLimit{}, Proxy: Some(""), CAFile: "c", ExtraCAFile: "e", InsecureHTTP: true, Store: "memory",
		Settle: Some(time.Second), Validate: Warn,
	}
	text, err := encode(config.wire())
	if has, told := written(t, text, err), documented(t, "configuration.md", "Members"); !slices.Equal(has, told) {
		t.Errorf("Config has %v, documented are %v", has, told)
	}
	sandbox := SandboxConfig{
		Port: 1, Host: "h", ControlToken: "t", PublicURL: "u", TLS: true, IdleTimeout: 1, Latency: 1, Seed: Some(int64(1)), Industry: "i",
		DeveloperAccount: Some(true), Limits: &SandboxLimits{}, TokenLife: 1, Quota: Some(1), TempQuotaPerDay: Some(1), Clock: time.Now(),
		ListLag: 1, CheckMedia: true, UnicodeEscapes: "accept", Callback: &SandboxCallback{}, Apps: []SandboxApp{}, Suites: []Suite{},
		Members: []SandboxMember{}, Departments: []SandboxDepartment{},
	}
	text, err = encode(sandbox.wire())
	if has, told := written(t, text, err), documented(t, "sandbox.md", "What it starts with"); !slices.Equal(has, told) {
		t.Errorf("SandboxConfig has %v, documented are %v", has, told)
	}
}
