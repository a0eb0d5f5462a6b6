package contactway

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"slices"
	"testing"
	"time"
)

// What goes to the library and comes from it, by the documented shapes.

func TestRequestsOfTheLedger(t *testing.T) {
	for expected, request := range map[string]any{
		`{}`: LedgerQuery{},
		`{"key":"k","config_id":"c","state":"","remark":"r","user":"u","party":7,"status":"active","namespace":"n","limit":10,"cursor":"x"}`: LedgerQuery{
			Key: Some("k"), ConfigID: Some("c"), State: Some(""), Remark: Some("r"), User: Some("u"), Party: Some(int64(7)),
			Status: Some(StatusActive), Namespace: Some("n"), Limit: Some(10), Cursor: "x",
		},
		`{"start_time":0,"end_time":9,"concurrency":4}`: SyncRequest{StartTime: Some(int64(0)), EndTime: Some(int64(9)), Concurrency: Some(4)},
		`{"path":"codes.csv","namespace":"shops","dry_run":true,"delete_missing":true,"max_delete":0,"replace":true,"recreate_gone":true,` +
			`"overwrite":true,"concurrency":8,"report_path":"report.jsonl"}`: ApplyRequest{
			Path: "codes.csv", Rows: slices.Values([]Row{}), Namespace: Some("shops"), DryRun: true, DeleteMissing: true, MaxDelete: Some(0),
			Replace: true, RecreateGone: true, Overwrite: true, Concurrency: Some(8), ReportPath: "report.jsonl",
		},
		`{"from":"zhangsan","to":["lisi"],"dry_run":true,"concurrency":2}`: ReplaceUserRequest{
			From: "zhangsan", To: []string{"lisi"}, DryRun: true, Concurrency: Some(2),
		},
		`{"query":{"namespace":"shops"},"directory":"codes/","concurrency":3}`: SaveQRCodesRequest{
			Query: &LedgerQuery{Namespace: Some("shops")}, Directory: "codes/", Concurrency: Some(3),
		},
	} {
		if text, err := encode(request); err != nil || string(text) != expected {
			t.Errorf("%v, %s, not %s", err, text, expected)
		}
	}
}

func TestRowsAreJSONLines(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	rows := []Row{
		{Key: "shop-1", ContactWay: AddRequest{Type: 1, Scene: 2, User: []string{"zhangsan"}, Remark: Some("a\nb")}},
		{Key: "shop-2", ConfigID: "c", ContactWay: AddRequest{State: Some(""), Party: []int64{}}},
		{Key: "店-3", Extra: map[string]json.RawMessage{"new": json.RawMessage("[\n 1.50,\r\n \"a b\"\n]")}},
	}
	expected := `{"key":"shop-1","contact_way":{"type":1,"scene":2,"remark":"a\nb","user":["zhangsan"]}}
{"key":"shop-2","config_id":"c","contact_way":{"state":"","party":[]}}
{"key":"店-3","contact_way":{},"new":[1.50,"a b"]}
`
	request := ApplyRequest{Rows: slices.Values(rows)}
	each, err := request.rows()
	if err != nil {
		t.Fatal(err)
	}
	path, err := newClient(0, time.Minute).spool(context.Background(), each)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(path); err != nil || string(text) != expected {
		t.Errorf("%v, %s, not %s", err, text, expected)
	}
}

func TestAnswersOfTheLedger(t *testing.T) {
	failures := []Failure{{Line: 3, Key: "shop-3", ConfigID: "c", Errcode: 40096, Errmsg: "no such user"}}
	list := `"failures":[{"line":3,"key":"shop-3","config_id":"c","errcode":40096,"errmsg":"no such user"}]`
	entry := LedgerEntry{
		Key: "shop-1", Namespace: "shops", ConfigID: "c", QRCode: "q", Status: StatusActive, CreatedAt: 1, UpdatedAt: 2,
		ContactWay: AddRequest{Type: 1, Scene: 2, User: []string{"zhangsan"}, State: Some("")},
	}
	for text, expected := range map[string]any{
		`"entries":[{"key":"shop-1","namespace":"shops","config_id":"c","qr_code":"q","status":"active","created_at":1,"updated_at":2,` +
			`"contact_way":{"type":1,"scene":2,"user":["zhangsan"],"state":""}},{"key":null,"config_id":null}],"next_cursor":"n"`: &LedgerAnswer{
			Entries: []LedgerEntry{entry, {}}, NextCursor: "n",
		},
		`"listed":1,"known":2,"adopted":3,"changed":4,"gone":5,"foreign":6,` + list: &SyncAnswer{
			Listed: 1, Known: 2, Adopted: 3, Changed: 4, Gone: 5, Foreign: 6, Failures: failures,
		},
		`"created":1,"claimed":2,"updated":3,"unchanged":4,"deleted":5,"replaced":6,"failed":7,` + list: &ApplyAnswer{
			Created: 1, Claimed: 2, Updated: 3, Unchanged: 4, Deleted: 5, Replaced: 6, Failed: 7, Failures: failures,
		},
		`"matched":3,"updated":2,"failed":1,` + list: &ReplaceUserAnswer{Matched: 3, Updated: 2, Failed: 1, Failures: failures},
		`"saved":3,"failed":1,` + list:               &SaveQRCodesAnswer{Saved: 3, Failed: 1, Failures: failures},
	} {
		answer := reflect.New(reflect.TypeOf(expected).Elem())
		if err := decode([]byte(`{"errcode":0,"errmsg":"ok",`+text+`}`), answer.Interface()); err != nil || !reflect.DeepEqual(answer.Interface(), expected) {
			t.Errorf("%v, %+v, not %+v", err, answer.Interface(), expected)
		}
	}
}

// A job that ran to its end with rows that failed, and one that was stopped, tell how far they came.
func TestErrorOfAJobHoldsItsCountsAndFailures(t *testing.T) {
	for kind, code := range map[Kind]string{ErrPartial: "-1011", ErrTimeout: "-1006", ErrCancelled: "-1010"} {
		failure := errorOf([]byte(`{"errcode":` + code + `,"errmsg":"1 of 3 rows failed","created":2,"failed":1,` +
			`"failures":[{"line":3,"key":"k","errcode":40096,"errmsg":"no"}],` +
			`"error":{"kind":"` + string(kind) + `","effect":"none","retryable":true,"endpoint":"apply","attempts":3,"http_status":200,"details":[]}}`))
		counts := answerIn[ApplyAnswer](failure)
		if !errors.Is(failure, kind) || counts.Created != 2 || counts.Failed != 1 || counts.Raw == nil ||
			!slices.Equal(failure.Failures, []Failure{{Line: 3, Key: "k", Errcode: 40096, Errmsg: "no"}}) || !slices.Equal(counts.Failures, failure.Failures) {
			t.Errorf("%+v, %+v", failure, counts)
		}
	}
	if counts := answerIn[ApplyAnswer](invalidArgument("not reached")); counts != nil {
		t.Errorf("counts of a job that was not reached: %+v", counts)
	}
}

func TestAnswerOfCheck(t *testing.T) {
	text := `{"errcode":40001,"errmsg":"invalid credential","error":{"kind":"auth","effect":"none","retryable":false,"endpoint":"check"},` +
		`"steps":[{"step":"resolve","ok":true,"elapsed_ms":3,"message":"127.0.0.1"},{"step":"tls","skipped":true,"message":"http"},` +
		`{"step":"token","ok":false,"elapsed_ms":9,"message":"refused","remedy":"copy the secret again","error":{"kind":"auth","errcode":40001,"advice":"a","hint":"1"}}]}`
	expected := []CheckStep{
		{Step: "resolve", OK: true, ElapsedMS: 3, Message: "127.0.0.1"},
		{Step: "tls", Skipped: true, Message: "http"},
		{Step: "token", ElapsedMS: 9, Message: "refused", Remedy: "copy the secret again", Error: &CheckError{Errcode: 40001, Kind: ErrAuth, Advice: "a", Hint: "1"}},
	}
	failure := errorOf([]byte(text))
	if checked := answerIn[CheckAnswer](failure); !errors.Is(failure, ErrAuth) || !reflect.DeepEqual(checked.Steps, expected) {
		t.Errorf("%v, %+v", failure, checked)
	}
}
