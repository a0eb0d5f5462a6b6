//go:build cgo

package contactway

import (
	"encoding/json"
	"fmt"
)

// Answers, and requests with members that may be left out, are printed as the JSON that they stand for. Of the struct fmt
// would show the address of what may be left out, and Raw and Extra as lists of numbers.

func (a Answer) String() string            { return answered(a.Raw, a) }
func (a AddAnswer) String() string         { return answered(a.Raw, a) }
func (a GetAnswer) String() string         { return answered(a.Raw, a) }
func (a ListAnswer) String() string        { return answered(a.Raw, a) }
func (a UploadImageAnswer) String() string { return answered(a.Raw, a) }
func (a SaveQRCodeAnswer) String() string  { return answered(a.Raw, a) }
func (a CheckAnswer) String() string       { return answered(a.Raw, a) }
func (a LedgerAnswer) String() string      { return answered(a.Raw, a) }
func (a SyncAnswer) String() string        { return answered(a.Raw, a) }
func (a ApplyAnswer) String() string       { return answered(a.Raw, a) }
func (a ReplaceUserAnswer) String() string { return answered(a.Raw, a) }
func (a SaveQRCodesAnswer) String() string { return answered(a.Raw, a) }
func (s CheckStep) String() string         { return answered(nil, s) }
func (l ReportLine) String() string        { return answered(nil, l) }

func (r AddRequest) String() string         { return asked(r) }
func (r UpdateRequest) String() string      { return asked(r) }
func (c Conclusions) String() string        { return asked(c) }
func (r ListRequest) String() string        { return asked(r) }
func (q LedgerQuery) String() string        { return asked(q) }
func (r SyncRequest) String() string        { return asked(r) }
func (r ApplyRequest) String() string       { return asked(r) } // without rows, which may be read once only
func (r ReplaceUserRequest) String() string { return asked(r) }
func (r SaveQRCodesRequest) String() string { return asked(r) }

// String says where the sandbox listens, and leaves out its secret.
func (s *Sandbox) String() string {
	return fmt.Sprintf("contactway.Sandbox{BaseURL: %q, CorpID: %q, %s}", s.BaseURL, s.CorpID, hidden)
}

// answered is the text that the library answered or, of an answer that was made by hand, that of its fields.
func answered(raw json.RawMessage, answer any) string {
	if raw != nil {
		return string(raw)
	}
	text, err := json.Marshal(answer)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

func asked(request any) string {
	text, err := encode(request)
	if err != nil {
		return err.Error()
	}
	return string(text)
}
