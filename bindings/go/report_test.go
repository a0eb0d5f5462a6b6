package contactway_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/contactway/contactway/bindings/go"
)

func TestReportIsReadLineByLine(t *testing.T) {
	text := `{"line":1,"key":"shop-1","result":"created","config_id":"c","qr_code":"q","errcode":0,"errmsg":"ok"}` + "\n" +
		`{"line":2,"key":"shop-2","result":"failed","errcode":40096,"errmsg":"no such user","new":1}` + "\n" +
		`{"line":null,"key":"shop-3","result":"updated","errcode":0,"errmsg":"ok","changes":{"remark":{"from":"a","to":"b"}}}`
	var lines []contactway.ReportLine
	for line, err := range contactway.ReadReport(strings.NewReader(text)) {
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	expected := []contactway.ReportLine{
		{Line: 1, Key: "shop-1", Result: "created", ConfigID: "c", QRCode: "q", Errmsg: "ok"},
		{Line: 2, Key: "shop-2", Result: "failed", Errcode: 40096, Errmsg: "no such user"},
		{Key: "shop-3", Result: "updated", Errmsg: "ok", Changes: json.RawMessage(`{"remark":{"from":"a","to":"b"}}`)},
	}
	if !reflect.DeepEqual(lines, expected) {
		t.Errorf("%+v", lines)
	}
	for _, err := range contactway.ReadReport(strings.NewReader("\n")) {
		if !errors.Is(err, contactway.ErrInvalidArgument) {
			t.Errorf("a line that is none: %v", err)
		}
	}
}
