//go:build cgo

package contactway

import (
	"context"
	"encoding/json"
	"errors"
)

// The ledger keeps what was created where it cannot be lost; it needs a durable store. Sync, Apply, ReplaceUser and
// SaveQRCodes are jobs: they have a deadline only if their context has one, and answer beside an error too, with the
// counts and failures so far; the answer is nil only where the library was not reached.

// LedgerQuery asks for entries of the ledger. What is left out is not asked for.
type LedgerQuery struct {
	Key       *string `json:"key,omitempty"`
	ConfigID  *string `json:"config_id,omitempty"`
	State     *string `json:"state,omitempty"`
	Remark    *string `json:"remark,omitempty"`
	User      *string `json:"user,omitempty"`
	Party     *int64  `json:"party,omitempty"`
	Status    *string `json:"status,omitempty"` // intended, active, unknown, deleted or gone
	Namespace *string `json:"namespace,omitempty"`
	Limit     *int    `json:"limit,omitempty"`
	Cursor    string  `json:"cursor,omitempty"` // the NextCursor of the page before

	Extra map[string]json.RawMessage `json:"-"`
}

// LedgerAnswer is a page of the ledger.
type LedgerAnswer struct {
	Answer
	Entries    []LedgerEntry `json:"entries"`
	NextCursor string        `json:"next_cursor"` // empty on the last page
}

// LedgerEntry is what the ledger knows of a contact way.
type LedgerEntry struct {
	Key        string          `json:"key"`
	Namespace  string          `json:"namespace"`
	ConfigID   string          `json:"config_id"`
	QRCode     string          `json:"qr_code"`
	Status     string          `json:"status"`
	ContactWay json.RawMessage `json:"contact_way"` // as it was asked for
	CreatedAt  json.Number     `json:"created_at"`
	UpdatedAt  json.Number     `json:"updated_at"`
}

// Progress says how far a job has come.
type Progress struct {
	Done      int64   `json:"done"`
	Total     int64   `json:"total"`
	Created   int64   `json:"created"`
	Updated   int64   `json:"updated"`
	Failed    int64   `json:"failed"`
	PerSecond float64 `json:"per_second"`
	EtaMS     int64   `json:"eta_ms"` // milliseconds to the end, as far as can be said
}

// Failure is a row of a job that failed.
type Failure struct {
	Line    int64  `json:"line"` // of the file, where there is one
	Key     string `json:"key"`
	Errcode int64  `json:"errcode"`
	Errmsg  string `json:"errmsg"`
}

// SyncRequest says what the ledger is compared with.
type SyncRequest struct {
	StartTime   *int64                     `json:"start_time,omitempty"` // seconds since 1970; 2021-07-10 if left out
	EndTime     *int64                     `json:"end_time,omitempty"`   // seconds since 1970
	Concurrency *int                       `json:"concurrency,omitempty"`
	Extra       map[string]json.RawMessage `json:"-"`
}

// SyncAnswer counts what was found.
type SyncAnswer struct {
	Answer
	Listed   int64     `json:"listed"`
	Known    int64     `json:"known"`
	Adopted  int64     `json:"adopted"`
	Changed  int64     `json:"changed"`
	Gone     int64     `json:"gone"`
	Failures []Failure `json:"failures"`
}

// Row is a contact way that WeCom is to hold.
type Row struct {
	Key        string                     `json:"key,omitempty"`
	ContactWay AddRequest                 `json:"contact_way"`
	Extra      map[string]json.RawMessage `json:"-"`
}

// ApplyRequest says which contact ways WeCom is to hold: Rows, or the Path of a .jsonl or .csv file.
type ApplyRequest struct {
	Rows          []Row                      `json:"rows,omitempty"`
	Path          string                     `json:"path,omitempty"`
	Namespace     *string                    `json:"namespace,omitempty"`
	DryRun        bool                       `json:"dry_run,omitempty"`
	DeleteMissing bool                       `json:"delete_missing,omitempty"` // MaxDelete must be given with it
	MaxDelete     *int                       `json:"max_delete,omitempty"`
	Replace       bool                       `json:"replace,omitempty"`
	RecreateGone  bool                       `json:"recreate_gone,omitempty"`
	Overwrite     bool                       `json:"overwrite,omitempty"`
	Concurrency   *int                       `json:"concurrency,omitempty"`
	ReportPath    string                     `json:"report_path,omitempty"`
	Extra         map[string]json.RawMessage `json:"-"`
}

// ApplyAnswer counts what was done.
type ApplyAnswer struct {
	Answer
	Created   int64     `json:"created"`
	Updated   int64     `json:"updated"`
	Unchanged int64     `json:"unchanged"`
	Deleted   int64     `json:"deleted"`
	Replaced  int64     `json:"replaced"`
	Failed    int64     `json:"failed"`
	Failures  []Failure `json:"failures"` // the first 100
}

// ReplaceUserRequest says who stands in for whom.
type ReplaceUserRequest struct {
	From   string                     `json:"from,omitempty"`
	To     []string                   `json:"to,omitempty"`
	DryRun bool                       `json:"dry_run,omitempty"`
	Extra  map[string]json.RawMessage `json:"-"`
}

// ReplaceUserAnswer counts what was done.
type ReplaceUserAnswer struct {
	Answer
	Matched  int64     `json:"matched"`
	Updated  int64     `json:"updated"`
	Failed   int64     `json:"failed"`
	Failures []Failure `json:"failures"`
}

// SaveQRCodesRequest says whose pictures are saved, and where; files are named after the keys.
type SaveQRCodesRequest struct {
	Query     *LedgerQuery               `json:"query,omitempty"`
	Directory string                     `json:"directory,omitempty"`
	Extra     map[string]json.RawMessage `json:"-"`
}

// SaveQRCodesAnswer counts what was done.
type SaveQRCodesAnswer struct {
	Answer
	Saved    int64     `json:"saved"`
	Failed   int64     `json:"failed"`
	Failures []Failure `json:"failures"`
}

// Ledger looks contact ways up.
func (c *Client) Ledger(ctx context.Context, query LedgerQuery, options ...Option) (*LedgerAnswer, error) {
	return ask[LedgerAnswer](ctx, c, "ledger", query, options)
}

// Sync brings the ledger up to what WeCom holds.
func (c *Client) Sync(ctx context.Context, request SyncRequest, options ...Option) (*SyncAnswer, error) {
	return work[SyncAnswer](ctx, c, "sync", request, options)
}

// Apply makes WeCom hold the contact ways that rows describe.
func (c *Client) Apply(ctx context.Context, request ApplyRequest, options ...Option) (*ApplyAnswer, error) {
	return work[ApplyAnswer](ctx, c, "apply", request, options)
}

// ReplaceUser replaces one member by others in every contact way that names them.
func (c *Client) ReplaceUser(
	ctx context.Context, request ReplaceUserRequest, options ...Option,
) (*ReplaceUserAnswer, error) {
	return work[ReplaceUserAnswer](ctx, c, "replace_user", request, options)
}

// SaveQRCodes writes the QR pictures of many contact ways.
func (c *Client) SaveQRCodes(
	ctx context.Context, request SaveQRCodesRequest, options ...Option,
) (*SaveQRCodesAnswer, error) {
	return work[SaveQRCodesAnswer](ctx, c, "save_qr_codes", request, options)
}

// work makes a typed call of a job, whose error holds counts too.
func work[A any, P answer[A]](
	ctx context.Context, client *Client, function string, request any, options []Option,
) (*A, error) {
	counts, err := ask[A, P](ctx, client, function, request, options)
	if failure := (*Error)(nil); counts == nil && errors.As(err, &failure) && failure.Raw != nil {
		// The failure that is told is the job's, not that of reading its counts.
		counts, _ = read[A, P](failure.Endpoint, failure.Raw)
	}
	return counts, err
}
