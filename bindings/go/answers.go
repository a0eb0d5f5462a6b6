package contactway

// #include "library.h"
import "C"

import (
	"context"
	"encoding/json"
)

// Answer is what every answer holds.
type Answer struct {
	Raw      json.RawMessage `json:"-"`        // the whole answer, with members that this binding does not know
	Warnings []Warning       `json:"warnings"` // what there is to warn of though the call succeeded
}

// Warning is something to know about a call that succeeded.
type Warning struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Pointer string `json:"pointer"` // where in the request (RFC 6901), if anywhere
	Line    int    `json:"line"`    // of rows the line, from 1; otherwise 0
}

// AddAnswer names the contact way that was made. Keep ConfigID: without it the contact way can be neither changed nor
// deleted.
type AddAnswer struct {
	Answer
	ConfigID string `json:"config_id"`
	QRCode   string `json:"qr_code"`  // the address of its picture; empty for a button in a mini-program
	Replayed bool   `json:"replayed"` // whether its Key had made it before, and nothing was sent
}

// GetAnswer holds a contact way.
type GetAnswer struct {
	Answer
	ContactWay ContactWay `json:"contact_way"`
}

// ContactWay is a contact way as WeCom answers it, with its defaults filled in. What WeCom leaves out is zero; Raw of
// the answer tells the two apart.
type ContactWay struct {
	ConfigID      string       `json:"config_id"`
	Type          int          `json:"type"`
	Scene         int          `json:"scene"`
	Style         int          `json:"style"`
	Remark        string       `json:"remark"`
	SkipVerify    bool         `json:"skip_verify"`
	State         string       `json:"state"`
	QRCode        string       `json:"qr_code"`
	User          []string     `json:"user"`
	Party         []int64      `json:"party"`
	IsTemp        bool         `json:"is_temp"`
	ExpiresIn     int64        `json:"expires_in"`      // seconds
	ChatExpiresIn int64        `json:"chat_expires_in"` // seconds
	UnionID       string       `json:"unionid"`
	MarkSource    bool         `json:"mark_source"`
	Conclusions   *Conclusions `json:"conclusions"`
}

// ListAnswer is a page of contact ways.
type ListAnswer struct {
	Answer
	ContactWay []ListedContactWay `json:"contact_way"`
	NextCursor string             `json:"next_cursor"` // empty on the last page
}

// ListedContactWay is a contact way as a list shows it.
type ListedContactWay struct {
	ConfigID string `json:"config_id"`
}

// page is what could be read of the answer, which may be nil.
func (a *ListAnswer) page() page[string] {
	if a == nil {
		return page[string]{}
	}
	var ids []string
	for _, listed := range a.ContactWay {
		if listed.ConfigID != "" {
			ids = append(ids, listed.ConfigID)
		}
	}
	return page[string]{ids, a.NextCursor, a.Raw}
}

// UploadImageAnswer names an uploaded picture, for 3 days.
type UploadImageAnswer struct {
	Answer
	MediaID   string      `json:"media_id"`
	Type      string      `json:"type"`
	CreatedAt json.Number `json:"created_at"` // seconds since 1970
}

// SaveQRCodeAnswer names the file that was written.
type SaveQRCodeAnswer struct {
	Answer
	Path        string `json:"path"`
	Bytes       int64  `json:"bytes"`
	ContentType string `json:"content_type"`
}

func (a *Answer) keep(raw json.RawMessage) { a.Raw = raw }

// answer is a pointer to a type that Answer is part of.
type answer[A any] interface {
	*A
	keep(raw json.RawMessage)
}

// ask makes a typed call.
func ask[A any, P answer[A]](
	ctx context.Context, client *Client, function string, request any, options []Option,
) (*A, error) {
	text, err := encode(request)
	if err != nil {
		return nil, err
	}
	raw, err := client.call(ctx, function, terminated(text), options)
	if err != nil {
		return nil, inGo(err, request)
	}
	return read[A, P](functions[function].endpoint, raw)
}

func read[A any, P answer[A]](endpoint string, raw json.RawMessage) (*A, error) {
	answer := P(new(A))
	answer.keep(raw)
	if err := decode(raw, answer); err != nil {
		return answer, unreadable(endpoint, raw, err)
	}
	return answer, nil
}

// unreadable is the error of a call that succeeded with an answer of another form than documented. What could be read
// is answered beside it.
func unreadable(endpoint string, raw json.RawMessage, why error) *Error {
	failure := unsent(ErrBadResponse, C.CONTACTWAY_BAD_RESPONSE,
		"the call succeeded, but its answer cannot be read, see Raw: %v", why)
	failure.Effect = EffectUnknown
	failure.Endpoint = endpoint
	failure.Raw = raw
	return failure
}
