package contactway_test

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/contactway/contactway/bindings/go"
	"github.com/contactway/contactway/bindings/go/contactwaytest"
)

// sheet is so many rows, as an iterator.
func sheet(count int) iter.Seq[contactway.Row] {
	return func(yield func(contactway.Row) bool) {
		for number := range count {
			if !yield(shop(number)) {
				return
			}
		}
	}
}

// applied makes WeCom hold so many contact ways.
func applied(t *testing.T, client *contactway.Client, count int) {
	t.Helper()
	done, err := client.Apply(context.Background(), contactway.ApplyRequest{Rows: sheet(count)})
	if err != nil || done.Created != int64(count) {
		t.Fatalf("%v, %+v", err, done)
	}
}

// told keeps what a job told of its progress.
func told(into *[]contactway.Progress) contactway.Option {
	return contactway.OnProgress(func(progress contactway.Progress) bool {
		*into = append(*into, progress)
		return true
	})
}

// isWhole is whether a job told that it came to its end.
func isWhole(progress []contactway.Progress, total int64) bool {
	if len(progress) == 0 {
		return false
	}
	last := progress[len(progress)-1]
	return last.Done == total && last.Total == total
}

// reportOf is what a job reported, by key.
func reportOf(t *testing.T, path string) map[string]contactway.ReportLine {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	lines := map[string]contactway.ReportLine{}
	for line, err := range contactway.ReadReport(file) {
		if err != nil {
			t.Fatal(err)
		}
		lines[line.Key] = line
	}
	return lines
}

func TestApplyMakesWhatRowsDescribe(t *testing.T) {
	directory := t.TempDir()
	jsonl, csv := filepath.Join(directory, "codes.jsonl"), filepath.Join(directory, "codes.csv")
	for path, text := range map[string]string{
		jsonl: `{"key":"shop-00","contact_way":{"type":2,"scene":2,"user":["zhangsan","lisi"],"state":"shop-00"}}` + "\n" +
			`{"key":"shop-01","contact_way":{"type":2,"scene":2,"user":["zhangsan","lisi"],"state":"shop-01"}}` + "\n",
		csv: "key,type,scene,user,state\nshop-00,2,2,zhangsan;lisi,shop-00\nshop-01,2,2,zhangsan;lisi,shop-01\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	fallible := func(yield func(contactway.Row, error) bool) {
		sheet(2)(func(row contactway.Row) bool { return yield(row, nil) })
	}
	for name, request := range map[string]contactway.ApplyRequest{
		"JSON Lines": {Path: jsonl}, "CSV": {Path: csv}, "rows": {Rows: sheet(2)}, "rows that may fail": {RowsOrError: fallible},
	} {
		t.Run(name, func(t *testing.T) {
			temporary(t)
			client := keeping(t, contactwaytest.NewSandbox(t))
			request.Namespace = contactway.Some("shops")
			request.ReportPath = filepath.Join(t.TempDir(), "report.jsonl")
			var progress []contactway.Progress
			done, err := client.Apply(context.Background(), request, told(&progress))
			if err != nil || done.Created != 2 || done.Failed != 0 || !isWhole(progress, 2) {
				t.Fatalf("%v, %+v, told %+v", err, done, progress)
			}
			report := reportOf(t, request.ReportPath)
			for entry, err := range client.Entries(context.Background(), contactway.LedgerQuery{Namespace: request.Namespace}) {
				line := report[entry.Key]
				if err != nil || line.Result != "created" || line.ConfigID != entry.ConfigID || line.QRCode != entry.QRCode || line.Line == 0 {
					t.Errorf("%v, %+v reported as %+v", err, entry, line)
				}
				delete(report, entry.Key)
			}
			if len(report) != 0 {
				t.Errorf("reported and not in the ledger: %+v", report)
			}
			if again, err := client.Apply(context.Background(), request); err != nil || again.Unchanged != 2 || again.Created != 0 {
				t.Errorf("again: %v, %+v", err, again)
			}
		})
	}
}

// A dry run counts, and its report is the plan: nothing is sent.
func TestDryRunPlans(t *testing.T) {
	sandbox := contactwaytest.NewSandbox(t)
	client := keeping(t, sandbox)
	applied(t, client, 2)
	sandbox.Do("DELETE", "calls", nil, nil)
	rows := []contactway.Row{shop(0), shop(1), shop(2)}
	rows[1].ContactWay.Remark = contactway.Some("moved")
	plan := filepath.Join(t.TempDir(), "plan.jsonl")
	done, err := client.Apply(context.Background(), contactway.ApplyRequest{Rows: slices.Values(rows), DryRun: true, ReportPath: plan})
	if err != nil || done.Unchanged != 1 || done.Updated != 1 || done.Created != 1 {
		t.Errorf("%v, %+v", err, done)
	}
	report := reportOf(t, plan)
	for number, result := range []string{"unchanged", "updated", "created"} {
		if line := report[rows[number].Key]; line.Result != result || line.Line != int64(number+1) {
			t.Errorf("%s is planned as %+v", rows[number].Key, line)
		}
	}
	if to, _ := contactway.JSONGet(report[rows[1].Key].Changes, "/remark/to"); to != "moved" {
		t.Errorf("it is planned to be %q", to)
	}
	plan = filepath.Join(t.TempDir(), "plan.jsonl")
	replaced, err := client.ReplaceUser(context.Background(), contactway.ReplaceUserRequest{
		From: "lisi", To: []string{"wangwu"}, DryRun: true, ReportPath: plan,
	})
	if err != nil || replaced.Matched != 2 {
		t.Errorf("%v, %+v", err, replaced)
	}
	for key, line := range reportOf(t, plan) {
		if to, _ := contactway.JSONGet(line.Changes, "/user/to"); !strings.Contains(to, "wangwu") {
			t.Errorf("%s: it is planned to be %s", key, to)
		}
	}
	if planned := len(reportOf(t, plan)); planned != 2 {
		t.Errorf("%d are planned", planned)
	}
	for _, call := range sandbox.Calls("") {
		if call.Endpoint != "get_contact_way" {
			t.Errorf("%s was called", call.Endpoint)
		}
	}
}

func TestRowsThatFailAreNamedAndTheRestIsDone(t *testing.T) {
	client := keeping(t, contactwaytest.NewSandbox(t))
	rows := []contactway.Row{shop(0), shop(1), shop(2)}
	rows[1].ContactWay.Type = 1 // which is for one person
	done, err := client.Apply(context.Background(), contactway.ApplyRequest{Rows: slices.Values(rows)})
	failure := failureOf(t, err)
	if failure.Kind != contactway.ErrPartial || failure.Errcode != -1011 || failure.Endpoint != "apply" {
		t.Errorf("%+v", failure)
	}
	if text := err.Error(); !strings.Contains(text, "The first failure: line 2, key shop-01, ") || !strings.Contains(text, "type 1 needs exactly one user") {
		t.Errorf("%s does not name the first failure", text)
	}
	if done == nil || done.Created != 2 || done.Failed != 1 || !slices.Equal(done.Failures, failure.Failures) || len(done.Failures) != 1 {
		t.Fatalf("%+v", done)
	}
	if failed := done.Failures[0]; failed.Line != 2 || failed.Key != "shop-01" || failed.Errcode != -1003 || failed.Errmsg == "" {
		t.Errorf("%+v", failed)
	}
	// A failure of a contact way that is there names it.
	replaced, err := client.ReplaceUser(context.Background(), contactway.ReplaceUserRequest{From: "zhangsan", To: []string{"nobody"}})
	if !errors.Is(err, contactway.ErrPartial) || replaced.Matched != 2 || replaced.Failed != 2 || replaced.Failures[0].ConfigID == "" {
		t.Errorf("%v, %+v", err, replaced)
	}
}

// A file that is refused as a whole is, with the place in it, before anything is sent.
func TestFileThatIsRefusedNamesLineAndColumn(t *testing.T) {
	sandbox := contactwaytest.NewSandbox(t)
	path := filepath.Join(t.TempDir(), "codes.csv")
	text := "key,type,scene,user,remrak\nshop-1,2,2,lisi,a\nshop-1,2,2,lisi,b\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := keeping(t, sandbox).Apply(context.Background(), contactway.ApplyRequest{Path: path})
	failure := failureOf(t, err)
	if failure.Kind != contactway.ErrInvalidRequest || len(failure.Details) == 0 {
		t.Fatalf("%+v", failure)
	}
	if column := failure.Details[0]; column.Line != 1 || column.Column == 0 || column.Message == "" {
		t.Errorf("%+v", column)
	}
	if calls := sandbox.Calls(""); len(calls) != 0 {
		t.Errorf("%d calls were sent", len(calls))
	}
}

func TestSyncTakesInWhatOthersMade(t *testing.T) {
	sandbox := contactwaytest.NewSandbox(t)
	client, other := keeping(t, sandbox), sandbox.NewClient()
	ctx := context.Background()
	applied(t, client, 1)
	for number := range 3 {
		if _, err := other.Add(ctx, shop(10+number).ContactWay); err != nil {
			t.Fatal(err)
		}
	}
	var progress []contactway.Progress
	synced, err := client.Sync(ctx, contactway.SyncRequest{}, told(&progress))
	if err != nil || synced.Listed != 4 || synced.Known != 1 || synced.Adopted != 3 || len(progress) == 0 {
		t.Errorf("%v, %+v, told %+v", err, synced, progress)
	}
	for entry, err := range client.Entries(ctx, contactway.LedgerQuery{State: contactway.Some("shop-11")}) {
		if err != nil || entry.Key != "" || entry.Namespace != "" || entry.Status != contactway.StatusActive || *entry.ContactWay.State != "shop-11" {
			t.Errorf("%v, %+v", err, entry)
		}
	}
}

func TestReplaceUserPutsOthersInAMembersPlace(t *testing.T) {
	client := keeping(t, contactwaytest.NewSandbox(t))
	ctx := context.Background()
	applied(t, client, 3)
	var progress []contactway.Progress
	replaced, err := client.ReplaceUser(ctx, contactway.ReplaceUserRequest{From: "lisi", To: []string{"wangwu"}}, told(&progress))
	if err != nil || replaced.Matched != 3 || replaced.Updated != 3 || replaced.Failed != 0 || !isWhole(progress, 3) {
		t.Errorf("%v, %+v, told %+v", err, replaced, progress)
	}
	for id, err := range client.All(ctx, contactway.ListRequest{}) {
		if err != nil {
			t.Fatal(err)
		}
		got, err := client.Get(ctx, contactway.GetRequest{ConfigID: id})
		if err != nil || !slices.Equal(got.ContactWay.User, []string{"zhangsan", "wangwu"}) {
			t.Errorf("%v, %+v", err, got)
		}
	}
}

func TestSaveQRCodesWritesPicturesNamedAfterTheirKeys(t *testing.T) {
	client := keeping(t, contactwaytest.NewSandbox(t))
	applied(t, client, 3)
	directory := filepath.Join(t.TempDir(), "codes")
	var progress []contactway.Progress
	query := contactway.LedgerQuery{User: contactway.Some("lisi")}
	saved, err := client.SaveQRCodes(context.Background(), contactway.SaveQRCodesRequest{Query: &query, Directory: directory}, told(&progress))
	if err != nil || saved.Saved != 3 || saved.Failed != 0 || !isWhole(progress, 3) {
		t.Errorf("%v, %+v, told %+v", err, saved, progress)
	}
	for number := range 3 {
		if picture, err := os.ReadFile(filepath.Join(directory, shop(number).Key+".png")); err != nil || len(picture) == 0 {
			t.Error(err)
		}
	}
}

// job is one of the jobs over eight contact ways, and the endpoint that it calls for each.
type job struct {
	name, endpoint string
	run            func(ctx context.Context, client *contactway.Client, options ...contactway.Option) (isThere bool, err error)
}

func jobsOver(directory string) []job {
	return []job{
		{"sync", "get_contact_way", func(ctx context.Context, client *contactway.Client, options ...contactway.Option) (bool, error) {
			done, err := client.Sync(ctx, contactway.SyncRequest{}, options...)
			return done != nil, err
		}},
		{"apply", "add_contact_way", func(ctx context.Context, client *contactway.Client, options ...contactway.Option) (bool, error) {
			rows := func(yield func(contactway.Row) bool) {
				for number := range 8 {
					if !yield(shop(20 + number)) {
						return
					}
				}
			}
			done, err := client.Apply(ctx, contactway.ApplyRequest{Rows: rows}, options...)
			return done != nil, err
		}},
		{"replace_user", "update_contact_way", func(ctx context.Context, client *contactway.Client, options ...contactway.Option) (bool, error) {
			done, err := client.ReplaceUser(ctx, contactway.ReplaceUserRequest{From: "lisi", To: []string{"wangwu"}}, options...)
			return done != nil, err
		}},
		{"save_qr_codes", "qr_code", func(ctx context.Context, client *contactway.Client, options ...contactway.Option) (bool, error) {
			done, err := client.SaveQRCodes(ctx, contactway.SaveQRCodesRequest{Directory: directory}, options...)
			return done != nil, err
		}},
	}
}

// stuck is a client with eight contact ways in its ledger, whose sandbox leaves the third call to an endpoint, and those
// after it, without an answer.
func stuck(t *testing.T, endpoint string) (*contactway.Client, *contactwaytest.Sandbox) {
	sandbox := contactwaytest.NewSandbox(t)
	client := keeping(t, sandbox)
	applied(t, client, 8)
	sandbox.AddFaults(contactwaytest.Fault{Endpoint: endpoint, Nth: 3, Times: 1000, Do: map[string]any{"silence": true}})
	return client, sandbox
}

// Whatever ends a job in its middle, it ends at once, says why, and what it did till then stands beside the error.
func TestJobsEndInTheirMiddle(t *testing.T) {
	for _, job := range jobsOver(t.TempDir()) {
		for _, test := range []struct {
			how    string
			within time.Duration
			end    func(*contactway.Client, context.CancelFunc)
			kind   contactway.Kind
			reason error
		}{
			{"cancelled", time.Minute, func(_ *contactway.Client, cancel context.CancelFunc) { cancel() }, contactway.ErrCancelled, context.Canceled},
			{"deadline", time.Second, func(*contactway.Client, context.CancelFunc) {}, contactway.ErrTimeout, context.DeadlineExceeded},
			{"closed", time.Minute, func(client *contactway.Client, _ context.CancelFunc) { client.Close() }, contactway.ErrCancelled, nil},
		} {
			t.Run(job.name+", "+test.how, func(t *testing.T) {
				temporary(t)
				client, sandbox := stuck(t, job.endpoint)
				sandbox.Do("DELETE", "calls", nil, nil)
				ctx, cancel := context.WithTimeout(context.Background(), test.within)
				defer cancel()
				ended := make(chan error, 1)
				go func() {
					isThere, err := job.run(ctx, client)
					if !isThere {
						t.Errorf("nothing stands beside %v", err)
					}
					ended <- err
				}()
				if test.within == time.Minute {
					waitFor(t, "the third call", func() bool { return len(sandbox.Calls(job.endpoint)) >= 3 })
				}
				test.end(client, cancel)
				select {
				case err := <-ended:
					failure := failureOf(t, err)
					if failure.Kind != test.kind || failure.Endpoint != job.name || failure.Raw == nil {
						t.Errorf("%+v", failure)
					}
					for _, reason := range []error{context.DeadlineExceeded, context.Canceled} {
						if errors.Is(err, reason) != (reason == test.reason) {
							t.Errorf("%v and %v", err, reason)
						}
					}
				case <-time.After(10 * time.Second):
					t.Fatal("the job goes on")
				}
			})
		}
	}
}

// A job that its progress stops ends cleanly, and run again it does the rest.
func TestProgressStopsAJobWhichGoesOnWhenRunAgain(t *testing.T) {
	sandbox := contactwaytest.NewSandboxWith(t, contactway.SandboxConfig{Latency: 50 * time.Millisecond})
	client := keeping(t, sandbox)
	ctx := context.Background()
	const count = 40
	request := contactway.ApplyRequest{Rows: sheet(count), Concurrency: contactway.Some(2)}
	stopped, err := client.Apply(ctx, request, contactway.OnProgress(func(progress contactway.Progress) bool { return progress.Created == 0 }))
	if failure := failureOf(t, err); failure.Kind != contactway.ErrCancelled || errors.Is(err, context.Canceled) {
		t.Errorf("%+v", failure)
	}
	if stopped == nil || stopped.Created == 0 || stopped.Created >= count || stopped.Failed != 0 {
		t.Fatalf("%+v", stopped)
	}
	done, err := client.Apply(ctx, request)
	if err != nil || done.Unchanged < stopped.Created || done.Created+done.Unchanged != count {
		t.Errorf("%v, %+v after %+v", err, done, stopped)
	}
	listed := map[string]bool{}
	for id, err := range client.All(ctx, contactway.ListRequest{}) {
		if err != nil {
			t.Fatal(err)
		}
		listed[id] = true
	}
	if len(listed) != count {
		t.Errorf("%d contact ways were made of %d rows", len(listed), count)
	}
}

// What stops a job decides what becomes of the calls in flight: its progress lets them finish, its context leaves them in doubt.
func TestProgressLeavesNothingInDoubtAndAContextDoes(t *testing.T) {
	for _, byContext := range []bool{false, true} {
		sandbox := contactwaytest.NewSandboxWith(t, contactway.SandboxConfig{Latency: 200 * time.Millisecond})
		client := keeping(t, sandbox)
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		var stops atomic.Bool
		ended := make(chan error, 1)
		go func() {
			_, err := client.Apply(ctx, contactway.ApplyRequest{Rows: sheet(40), Concurrency: contactway.Some(2)},
				contactway.OnProgress(func(contactway.Progress) bool { return !stops.Load() }))
			ended <- err
		}()
		waitFor(t, "an add in flight", func() bool { return len(sandbox.Calls("add_contact_way")) > 0 })
		if byContext {
			cancel()
		}
		stops.Store(true)
		if err := <-ended; !errors.Is(err, contactway.ErrCancelled) {
			t.Fatal(err)
		}
		inDoubt := 0
		for entry, err := range client.Entries(context.Background(), contactway.LedgerQuery{}) {
			if err != nil {
				t.Fatal(err)
			}
			if entry.Status != contactway.StatusActive {
				inDoubt++
			}
		}
		if (inDoubt > 0) != byContext {
			t.Errorf("%d are in doubt, by its context %v", inDoubt, byContext)
		}
	}
}

// What a job's progress does ends the call as it would end any function.
func TestPanicOfProgressIsTheCallers(t *testing.T) {
	temporary(t)
	client := keeping(t, contactwaytest.NewSandbox(t))
	defer func() {
		if panicked := recover(); panicked != "enough" {
			t.Errorf("it panicked with %v", panicked)
		}
		if _, err := client.Apply(context.Background(), contactway.ApplyRequest{Rows: sheet(2)}); err != nil {
			t.Errorf("the client works no more: %v", err)
		}
	}()
	_, err := client.Apply(context.Background(), contactway.ApplyRequest{Rows: sheet(2)}, contactway.OnProgress(func(contactway.Progress) bool {
		panic("enough")
	}))
	t.Error(fmt.Errorf("the call returned %w", err))
}
