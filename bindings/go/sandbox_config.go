//go:build cgo

package contactway

import (
	"encoding/json"
	"time"
)

// SandboxConfig says what a sandbox is started with. What is left out has the sandbox's default; docs/sandbox.md tells
// more of each.
type SandboxConfig struct {
	Port         int           // where to listen; any free port if 0
	Host         string        // the address to listen at, such as 0.0.0.0; 127.0.0.1, which is ::1 too, if empty
	ControlToken string        // what /sandbox/ asks for; required where Host is not a loopback address
	PublicURL    string        // how others reach it, such as http://sandbox:8080; BaseURL is this then
	TLS          bool          // https, with an authority made at the start, which Config trusts
	IdleTimeout  time.Duration // when a connection that says nothing is dropped, in whole seconds; 75 s if 0
	Latency      time.Duration // how long every call takes at least, in whole milliseconds

	Seed             *int64         // makes ids, tokens and a fault's share; 1 if nil
	Industry         string         // medical if empty; temporary sessions are for medical alone
	DeveloperAccount *bool          // whether a WeChat developer account is bound, as UnionID needs; true if nil
	Limits           *SandboxLimits // none if nil; &SandboxLimits{} are WeCom's
	TokenLife        time.Duration  // of a token, in whole seconds; 2 h if 0
	Quota            *int           // contact ways of a company, temporary ones not counted; 500,000 if nil
	TempQuotaPerDay  *int           // temporary contact ways of a company and day; 100,000 if nil
	Clock            time.Time      // when it begins, in whole seconds, and stands still until it is moved; the machine's if zero
	ListLag          time.Duration  // how long a new contact way stays out of lists, in whole seconds
	CheckMedia       bool           // whether a media id that was never uploaded here is refused
	UnicodeEscapes   string         // refuse or accept \uXXXX in a body; refuse, as WeCom's table of codes says, if empty

	Callback    *SandboxCallback    // who is told of customers; nobody if nil
	Apps        []SandboxApp        // one if nil, whose CorpID and Secret the Sandbox has
	Suites      []Suite             // third-party apps, each as its clients have it
	Members     []SandboxMember     // zhangsan, lisi, wangwu and zhangyisheng if nil
	Departments []SandboxDepartment // 1, the root, 2 with zhangsan and lisi, and 3 with wangwu if nil

	Extra map[string]json.RawMessage // members that this binding does not know yet
}

// SandboxLimits are WeCom's limits per company and endpoint. 0 means WeCom's own.
type SandboxLimits struct {
	PerMinute  int `json:"per_minute,omitempty"` // 10,000 if 0
	PerHour    int `json:"per_hour,omitempty"`   // 150,000 if 0
	Concurrent int `json:"concurrent,omitempty"` // 5 if 0

	Extra map[string]json.RawMessage `json:"-"`
}

// SandboxCallback is a server that is told of customers, as WeCom tells a company's own.
type SandboxCallback struct {
	URL            string `json:"url"`              // begins with http://
	Token          string `json:"token"`            // up to 32 letters and digits
	EncodingAESKey string `json:"encoding_aes_key"` // the 43 characters that WeCom's settings show

	Extra map[string]json.RawMessage `json:"-"`
}

// SandboxApp is an app of a company.
type SandboxApp struct {
	CorpID      string   `json:"corp_id"`
	Secret      string   `json:"secret"`
	Permissions []string `json:"permissions,omitempty"` // contact_way if nil
	Acquisition *bool    `json:"acquisition,omitempty"` // whether MarkSource counts for it; true if nil

	Extra map[string]json.RawMessage `json:"-"`
}

// SandboxMember is a member, who may do everything unless something else is said.
type SandboxMember struct {
	UserID       string  `json:"userid"`
	Active       *bool   `json:"active,omitempty"`
	Verified     *bool   `json:"verified,omitempty"`
	ContactRight *bool   `json:"contact_right,omitempty"`
	Visible      *bool   `json:"visible,omitempty"`
	Departments  []int64 `json:"departments,omitempty"` // 1, the root, if nil
	CorpID       string  `json:"corp_id,omitempty"`     // in every company if empty

	Extra map[string]json.RawMessage `json:"-"`
}

// SandboxDepartment is a department.
type SandboxDepartment struct {
	ID      int64  `json:"id"`
	Parent  *int64 `json:"parent,omitempty"` // 1, the root, if nil
	Visible *bool  `json:"visible,omitempty"`
	CorpID  string `json:"corp_id,omitempty"` // in every company if empty

	Extra map[string]json.RawMessage `json:"-"`
}

// wire is the configuration as the library reads it, under Go's names.
func (c SandboxConfig) wire() any {
	var clock *int64
	if !c.Clock.IsZero() {
		clock = Some(c.Clock.Unix())
	}
	return struct {
		Port             int                 `json:"port,omitempty"`
		Host             string              `json:"host,omitempty"`
		ControlToken     string              `json:"control_token,omitempty"`
		PublicURL        string              `json:"public_url,omitempty"`
		TLS              bool                `json:"tls,omitempty"`
		IdleTimeout      int64               `json:"idle_timeout_s,omitempty"`
		Latency          int64               `json:"latency_ms,omitempty"`
		Seed             *int64              `json:"seed,omitempty"`
		Industry         string              `json:"industry,omitempty"`
		DeveloperAccount *bool               `json:"developer_account,omitempty"`
		Limits           *SandboxLimits      `json:"limits,omitempty"`
		TokenLife        int64               `json:"token_life_s,omitempty"`
		Quota            *int                `json:"quota,omitempty"`
		TempQuotaPerDay  *int                `json:"temp_quota_per_day,omitempty"`
		Clock            *int64              `json:"clock,omitempty"`
		ListLag          int64               `json:"list_lag_s,omitempty"`
		CheckMedia       bool                `json:"check_media,omitempty"`
		UnicodeEscapes   string              `json:"unicode_escapes,omitempty"`
		Callback         *SandboxCallback    `json:"callback,omitempty"`
		Apps             []SandboxApp        `json:"apps,omitempty"`
		Suites           []Suite             `json:"suites,omitempty"`
		Members          []SandboxMember     `json:"members,omitempty"`
		Departments      []SandboxDepartment `json:"departments,omitempty"`
		Extra            map[string]json.RawMessage
	}{
		c.Port, c.Host, c.ControlToken, c.PublicURL, c.TLS, units(c.IdleTimeout, time.Second), units(c.Latency, time.Millisecond),
		c.Seed, c.Industry, c.DeveloperAccount, c.Limits, units(c.TokenLife, time.Second), c.Quota, c.TempQuotaPerDay, clock,
		units(c.ListLag, time.Second), c.CheckMedia, c.UnicodeEscapes, c.Callback, c.Apps, c.Suites, c.Members, c.Departments, c.Extra,
	}
}
