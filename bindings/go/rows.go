//go:build cgo

package contactway

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"reflect"
	"strings"
)

// rows are the rows that the request holds; nil if it names a file.
func (r *ApplyRequest) rows() (iter.Seq2[Row, error], error) {
	rows, sources := r.RowsOrError, 0
	for _, isGiven := range []bool{r.Path != "", r.Rows != nil, r.RowsOrError != nil} {
		if isGiven {
			sources++
		}
	}
	if sources > 1 {
		return nil, misgiven("Rows", "/rows", "one_of_two", "more than one of Path, Rows and RowsOrError is given; keep one")
	}
	if r.Rows != nil {
		rows = func(yield func(Row, error) bool) {
			r.Rows(func(row Row) bool { return yield(row, nil) })
		}
	}
	return rows, nil
}

// spool writes rows to a JSON Lines file that only this user can read, and leaves none where it fails.
func (c *Client) spool(ctx context.Context, rows iter.Seq2[Row, error]) (path string, err error) {
	if ctx == nil {
		return "", errNilContext()
	}
	file, err := os.CreateTemp("", "contactway-*.jsonl")
	if err != nil {
		return "", notSpooled(err)
	}
	defer func() {
		// So also where reading a row panics.
		if path == "" {
			file.Close()
			os.Remove(file.Name())
		}
	}()
	to := bufio.NewWriterSize(file, 1<<16)
	var line []byte
	number := 0
	for row, err := range rows {
		number++
		if by := c.interruption(ctx); by.kind != "" {
			return "", notSent(functions["apply"], by, "the call had to end while its rows were read")
		}
		if err != nil {
			failure := invalidArgument("row %d could not be read; nothing was sent", number)
			failure.cause = err
			return "", failure
		}
		if line, err = appendRow(line[:0], row); err != nil {
			return "", invalidArgument("row %d: %s; nothing was sent", number, err.(*Error).Errmsg)
		}
		if _, err := to.Write(line); err != nil {
			return "", notSpooled(err)
		}
	}
	if err := errors.Join(to.Flush(), file.Close()); err != nil {
		return "", notSpooled(err)
	}
	return file.Name(), nil
}

// appendRow writes a row on one line.
func appendRow(to []byte, row Row) ([]byte, error) {
	text, err := appendValue(to, reflect.ValueOf(row))
	if err != nil {
		return nil, err
	}
	if bytes.ContainsAny(text, "\r\n") {
		// Only what is in Extra can hold them, between its values.
		var compact bytes.Buffer
		if err := json.Compact(&compact, text); err != nil {
			return nil, invalidArgument("it is no JSON: %v", err)
		}
		text = compact.Bytes()
	}
	return append(text, '\n'), nil
}

// aboutRows says of an error about the file that rows were written to which row it is about.
func aboutRows(err error) error {
	failure, hasFailed := err.(*Error)
	if !hasFailed || failure.Kind != ErrInvalidRequest {
		return err
	}
	failure.Errmsg = strings.Replace(failure.Errmsg, " in the file: ", " in the rows: ", 1)
	for i := range failure.Details {
		detail := &failure.Details[i]
		if detail.Field != "Path" {
			continue
		}
		place, field := "/rows", "Rows"
		if detail.Line > 0 {
			place, field = fmt.Sprintf("/rows/%d", detail.Line-1), fmt.Sprintf("Rows[%d]", detail.Line-1)
		}
		if detail.Rule == "repeated_key" {
			place, field = place+"/key", field+".Key"
		}
		failure.Errmsg = strings.Replace(failure.Errmsg, " Path: "+detail.Message, " "+field+": "+detail.Message, 1)
		// Of a file that nobody has seen no column tells anything.
		detail.Pointer, detail.Field, detail.Column = place, field, 0
	}
	return failure
}

func notSpooled(err error) *Error {
	failure := invalidArgument("the rows could not be written to a temporary file; nothing was sent; see to the directory " +
		"that TMPDIR names, or give a file's Path")
	failure.cause = err
	return failure
}
