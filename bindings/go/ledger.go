//go:build cgo

package contactway

import (
	"context"
	"encoding/json"
	"iter"
)

// The ledger keeps what was created where it cannot be lost. It and the jobs over it need a client whose Store is a
// sqlite or postgres one.

// Status says what became of a contact way.
type Status string

// The statuses.
const (
	StatusIntended Status = "intended" // written down before the add was sent; not acknowledged yet
	StatusActive   Status = "active"   // WeCom has it
	StatusUnknown  Status = "unknown"  // the add may have been carried out; it is looked for
	StatusDeleted  Status = "deleted"  // it was deleted through this library
	StatusGone     Status = "gone"     // WeCom no longer has it
)

// LedgerQuery asks for entries of the ledger. What is left out is not asked for.
type LedgerQuery struct {
	Key       *string `json:"key,omitempty"`
	ConfigID  *string `json:"config_id,omitempty"`
	State     *string `json:"state,omitempty"`
	Remark    *string `json:"remark,omitempty"`
	User      *string `json:"user,omitempty"`
	Party     *int64  `json:"party,omitempty"`
	Status    *Status `json:"status,omitempty"` // every status if left out
	Namespace *string `json:"namespace,omitempty"`
	Limit     *int    `json:"limit,omitempty"`  // entries in a page, 1 to 1000; 100 if left out
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
	Key        string     `json:"key"`       // empty where it was taken in without one
	Namespace  string     `json:"namespace"` // that Apply was given; empty where there is none
	ConfigID   string     `json:"config_id"` // empty until WeCom has acknowledged it
	QRCode     string     `json:"qr_code"`
	Status     Status     `json:"status"`
	ContactWay AddRequest `json:"contact_way"` // what was last asked for, the changes of Update, Apply and ReplaceUser included
	CreatedAt  int64      `json:"created_at"`  // seconds since 1970
	UpdatedAt  int64      `json:"updated_at"`  // seconds since 1970
}

// Ledger looks a page of contact ways up, oldest first; [Client.Entries] reads all pages. Nothing is sent to WeCom.
func (c *Client) Ledger(ctx context.Context, query LedgerQuery, options ...Option) (*LedgerAnswer, error) {
	return ask[LedgerAnswer](ctx, c, "ledger", query, options)
}

// Entries walks through all entries of the ledger that a query asks for, a page at a time, from its Cursor on. An error
// is the last that it yields. The context's deadline is that of the whole walk.
func (c *Client) Entries(ctx context.Context, query LedgerQuery, options ...Option) iter.Seq2[LedgerEntry, error] {
	return items("ledger", query.Cursor, func(cursor string) (page[LedgerEntry], error) {
		asked := query
		asked.Cursor = cursor
		answer, err := c.Ledger(ctx, asked, options...)
		return answer.page(), err
	})
}

// page is what could be read of the answer, which may be nil.
func (a *LedgerAnswer) page() page[LedgerEntry] {
	if a == nil {
		return page[LedgerEntry]{}
	}
	return page[LedgerEntry]{a.Entries, a.NextCursor, a.Raw}
}
