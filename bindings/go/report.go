//go:build cgo

package contactway

import (
	"bufio"
	"encoding/json"
	"io"
	"iter"
)

// ReportLine says what Apply did with a row, or ReplaceUser with a contact way.
type ReportLine struct {
	Line     int64           `json:"line"` // of the file, or the number of the row, from 1; 0 where there are no rows
	Key      string          `json:"key"`
	Result   string          `json:"result"` // created, updated, unchanged, claimed, deleted, replaced or failed
	ConfigID string          `json:"config_id"`
	QRCode   string          `json:"qr_code"`
	Errcode  int64           `json:"errcode"`
	Errmsg   string          `json:"errmsg"`
	Changes  json.RawMessage `json:"changes"` // of a dry run: each member that would change, as {"remark": {"from": …, "to": …}}; else nil
}

// ReadReport reads what Apply or ReplaceUser wrote to its ReportPath, a line at a time. An error is the last that it yields.
func ReadReport(report io.Reader) iter.Seq2[ReportLine, error] {
	return func(yield func(ReportLine, error) bool) {
		lines := bufio.NewReader(report)
		for number := 1; ; number++ {
			text, err := lines.ReadBytes('\n')
			if err == io.EOF && len(text) == 0 {
				return
			}
			if err != nil && err != io.EOF {
				failure := invalidArgument("line %d of the report could not be read", number)
				failure.cause = err
				yield(ReportLine{}, failure)
				return
			}
			var line ReportLine
			if err := decode(text, &line); err != nil {
				yield(line, invalidArgument("line %d of the report is not one of Apply's: %v", number, err))
				return
			}
			if !yield(line, nil) {
				return
			}
		}
	}
}
