//go:build cgo

package contactway

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"strings"
)

// Sync, Apply, ReplaceUser and SaveQRCodes are jobs. They have a deadline only if their context has one, and go on
// where they stood when they are run again. [OnProgress] stops them cleanly; their context and Close cut off what is in
// flight. Beside an error too they answer the counts and failures so far; the answer is nil only where the library was not
// reached.

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
	Line     int64  `json:"line"`      // of the file, or the number of the row, from 1; 0 where there are no rows
	Key      string `json:"key"`       // empty where there is none
	ConfigID string `json:"config_id"` // empty where it is not known
	Errcode  int64  `json:"errcode"`
	Errmsg   string `json:"errmsg"`
}

// String names the row and says why it failed.
func (f Failure) String() string {
	var where []string
	if f.Line != 0 {
		where = append(where, fmt.Sprint("line ", f.Line))
	}
	if f.Key != "" {
		where = append(where, "key "+f.Key)
	}
	if f.ConfigID != "" {
		where = append(where, "config_id "+f.ConfigID)
	}
	why := fmt.Sprintf("%s (%d)", f.Errmsg, f.Errcode)
	return strings.Join(append(where, why), ", ")
}

// SyncRequest says what the ledger is compared with.
type SyncRequest struct {
	StartTime   *int64                     `json:"start_time,omitempty"`  // seconds since 1970; 2021-07-10 if left out
	EndTime     *int64                     `json:"end_time,omitempty"`    // seconds since 1970
	Concurrency *int                       `json:"concurrency,omitempty"` // calls at once; MaxInFlight if nil
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
	Foreign  int64     `json:"foreign"` // entries that these credentials never read; no failure
	Failures []Failure `json:"failures"`
}

// Row is a contact way that WeCom is to hold. What ContactWay leaves out is not managed.
type Row struct {
	Key        string     `json:"key,omitempty"`       // the caller's own name, 1 to 128 characters
	ConfigID   string     `json:"config_id,omitempty"` // of a contact way that exists already and is claimed for the key
	ContactWay AddRequest `json:"contact_way"`

	Extra map[string]json.RawMessage `json:"-"`
}

// ApplyRequest says which contact ways WeCom is to hold: the Path of a .jsonl or .csv file, Rows, or RowsOrError.
type ApplyRequest struct {
	Path string `json:"path,omitempty"`
	// Rows are written to a temporary file that only this user can read, however many they are, before anything is sent;
	// the file is removed when Apply returns. Rows of a slice are slices.Values(rows).
	Rows iter.Seq[Row] `json:"-"`
	// RowsOrError are such rows from where reading can fail. Its first error ends the call: nothing was sent then.
	RowsOrError iter.Seq2[Row, error] `json:"-"`

	Namespace     *string `json:"namespace,omitempty"`
	DryRun        bool    `json:"dry_run,omitempty"`        // whether it is only counted what would be done
	DeleteMissing bool    `json:"delete_missing,omitempty"` // what was applied under Namespace earlier and is no row now
	MaxDelete     *int    `json:"max_delete,omitempty"`     // must be given with DeleteMissing; more deletes nothing
	Replace       bool    `json:"replace,omitempty"`        // whether what cannot be changed is made anew; the printed code dies
	RecreateGone  bool    `json:"recreate_gone,omitempty"`  // whether what WeCom no longer has is made anew
	Overwrite     bool    `json:"overwrite,omitempty"`      // whether somebody else's newer change is overwritten
	Concurrency   *int    `json:"concurrency,omitempty"`    // calls at once; MaxInFlight if nil
	ReportPath    string  `json:"report_path,omitempty"`    // of a file to write, a line for each row; see [ReadReport]

	Extra map[string]json.RawMessage `json:"-"`
}

// ApplyAnswer counts what was done.
type ApplyAnswer struct {
	Answer
	Created   int64     `json:"created"`
	Claimed   int64     `json:"claimed"`
	Updated   int64     `json:"updated"`
	Unchanged int64     `json:"unchanged"`
	Deleted   int64     `json:"deleted"`
	Replaced  int64     `json:"replaced"`
	Failed    int64     `json:"failed"`
	Failures  []Failure `json:"failures"` // the first 100
}

// ReplaceUserRequest says who stands in for whom.
type ReplaceUserRequest struct {
	From        string                     `json:"from,omitempty"`        // a userid; required
	To          []string                   `json:"to,omitempty"`          // userids, required; []string{} for nobody, which takes From out
	DryRun      bool                       `json:"dry_run,omitempty"`     // whether it is only counted what would be done
	Concurrency *int                       `json:"concurrency,omitempty"` // calls at once; MaxInFlight if nil
	ReportPath  string                     `json:"report_path,omitempty"` // of a file to write, a line for each contact way; see [ReadReport]
	Extra       map[string]json.RawMessage `json:"-"`
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
	Query       *LedgerQuery               `json:"query,omitempty"`       // without Limit and Cursor; all active ones if nil
	Directory   string                     `json:"directory,omitempty"`   // is made if it is not there; required
	Concurrency *int                       `json:"concurrency,omitempty"` // pictures at once; MaxInFlight if nil
	Extra       map[string]json.RawMessage `json:"-"`
}

// SaveQRCodesAnswer counts what was done.
type SaveQRCodesAnswer struct {
	Answer
	Saved    int64     `json:"saved"`
	Failed   int64     `json:"failed"`
	Failures []Failure `json:"failures"`
}

// Sync brings the ledger up to what WeCom holds: what others made is adopted without a key, what is open is settled, what
// was changed or is gone is noted. It reads every contact way once; 500,000 take WeCom's limits nearly four hours.
func (c *Client) Sync(ctx context.Context, request SyncRequest, options ...Option) (*SyncAnswer, error) {
	return work[SyncAnswer](ctx, c, "sync", request, options)
}

// Apply makes WeCom hold the contact ways that rows describe: new keys are made, what differs is changed, the rest costs
// nothing. A row that fails does not stop the others: the error is [ErrPartial] then, the answer names the first 100, and
// the report all.
func (c *Client) Apply(ctx context.Context, request ApplyRequest, options ...Option) (*ApplyAnswer, error) {
	rows, err := request.rows()
	if err != nil {
		return nil, err
	}
	if err := c.unusable(); err != nil {
		return nil, err
	}
	if rows != nil {
		if request.Path, err = c.spool(ctx, rows); err != nil {
			return nil, err
		}
		defer os.Remove(request.Path)
		done, err := work[ApplyAnswer](ctx, c, "apply", request, options)
		return done, aboutRows(err)
	}
	return work[ApplyAnswer](ctx, c, "apply", request, options)
}

// ReplaceUser replaces one member by others in every contact way of the ledger that names them. Rows applied earlier that
// still name the member fail from then on, until they are corrected or Overwrite is set.
func (c *Client) ReplaceUser(
	ctx context.Context, request ReplaceUserRequest, options ...Option,
) (*ReplaceUserAnswer, error) {
	return work[ReplaceUserAnswer](ctx, c, "replace_user", request, options)
}

// SaveQRCodes writes the QR pictures of many contact ways, each under its key or, without one, its config id.
func (c *Client) SaveQRCodes(
	ctx context.Context, request SaveQRCodesRequest, options ...Option,
) (*SaveQRCodesAnswer, error) {
	return work[SaveQRCodesAnswer](ctx, c, "save_qr_codes", request, options)
}

// work makes a typed call whose error holds what was done or found, too.
func work[A any, P answer[A]](
	ctx context.Context, client *Client, function string, request any, options []Option,
) (*A, error) {
	done, err := ask[A, P](ctx, client, function, request, options)
	if done == nil {
		done = answerIn[A, P](err)
	}
	return done, err
}

// answerIn is what an error of the library's holds beside the failure; nil if the library was not reached.
func answerIn[A any, P answer[A]](err error) *A {
	var failure *Error
	if !errors.As(err, &failure) || failure.Raw == nil {
		return nil
	}
	// The failure that is told is the call's, not that of reading the rest.
	done, _ := read[A, P](failure.Endpoint, failure.Raw)
	return done
}
