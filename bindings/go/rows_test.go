package contactway_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/contactway/contactway/bindings/go"
	"github.com/contactway/contactway/bindings/go/contactwaytest"
)

// shops are four rows, and before is called before each with its number.
func shops(before func(number int)) iter.Seq[contactway.Row] {
	return func(yield func(contactway.Row) bool) {
		for number := 1; number <= 4; number++ {
			before(number)
			if !yield(contactway.Row{Key: fmt.Sprint("shop-", number), ContactWay: counter}) {
				return
			}
		}
	}
}

// temporary is an empty directory for temporary files, in which nothing may be left at the test's end.
func temporary(t *testing.T) string {
	directory := t.TempDir()
	t.Setenv("TMPDIR", directory)
	t.Cleanup(func() {
		left, err := os.ReadDir(directory)
		if err != nil || len(left) > 0 {
			t.Errorf("%v, left behind: %v", err, left)
		}
	})
	return directory
}

// notReached checks that a call which had to end while its rows were read sent nothing.
func notReached(t *testing.T, answer *contactway.ApplyAnswer, err error) *contactway.Error {
	t.Helper()
	failure := failureOf(t, err)
	if answer != nil || failure.Raw != nil || failure.Effect != contactway.EffectNone {
		t.Errorf("%+v, %+v: the library was reached", answer, failure)
	}
	return failure
}

func TestRowsAreWrittenToAFileOfThisUserAloneAndItIsRemoved(t *testing.T) {
	directory := temporary(t)
	var modes []fs.FileMode
	rows := func(yield func(contactway.Row) bool) {
		yield(contactway.Row{Key: "shop-1", ContactWay: counter})
		files, _ := os.ReadDir(directory)
		for _, file := range files {
			info, _ := file.Info()
			modes = append(modes, info.Mode())
		}
	}
	client := contactwaytest.NewSandbox(t).NewClient()
	_, err := client.Apply(context.Background(), contactway.ApplyRequest{Rows: rows})
	if failureOf(t, err).Raw == nil || !slices.Equal(modes, []fs.FileMode{0o600}) {
		t.Errorf("%v, files of the modes %v", err, modes)
	}
}

func TestRowThatCannotBeReadEndsTheCall(t *testing.T) {
	temporary(t)
	broken := errors.New("the database has gone")
	rows := func(yield func(contactway.Row, error) bool) {
		if yield(contactway.Row{Key: "shop-1", ContactWay: counter}, nil) && yield(contactway.Row{}, broken) {
			t.Error("rows are read after one that could not be")
		}
	}
	client := contactwaytest.NewSandbox(t).NewClient()
	answer, err := client.Apply(context.Background(), contactway.ApplyRequest{RowsOrError: rows})
	notReached(t, answer, err)
	if !errors.Is(err, contactway.ErrInvalidArgument) || !errors.Is(err, broken) || !strings.Contains(err.Error(), "row 2") {
		t.Error(err)
	}
}

func TestRowThatIsNoJSONIsNamed(t *testing.T) {
	temporary(t)
	rows := slices.Values([]contactway.Row{{Key: "a"}, {Key: "b", Extra: raw("new", "{")}})
	client := contactwaytest.NewSandbox(t).NewClient()
	answer, err := client.Apply(context.Background(), contactway.ApplyRequest{Rows: rows})
	notReached(t, answer, err)
	if !errors.Is(err, contactway.ErrInvalidArgument) || !strings.Contains(err.Error(), `row 2: Extra: the value of "new"`) {
		t.Error(err)
	}
}

// What the library says of the file that the rows were written to is said of the rows.
func TestRowsThatAreRefusedTogetherAreNamed(t *testing.T) {
	temporary(t)
	sandbox := contactwaytest.NewSandbox(t)
	rows := slices.Values([]contactway.Row{shop(0), shop(1), shop(0)})
	fallible := func(yield func(contactway.Row, error) bool) {
		rows(func(row contactway.Row) bool { return yield(row, nil) })
	}
	for _, request := range []contactway.ApplyRequest{{Rows: rows}, {RowsOrError: fallible}} {
		_, err := keeping(t, sandbox).Apply(context.Background(), request)
		failure := failureOf(t, err)
		if failure.Kind != contactway.ErrInvalidRequest || len(failure.Details) != 1 {
			t.Fatalf("%v, details %+v", err, failure.Details)
		}
		detail := failure.Details[0]
		if detail.Pointer != "/rows/2/key" || detail.Field != "Rows[2].Key" || detail.Line != 3 || detail.Column != 0 {
			t.Errorf("%+v", detail)
		}
		if !strings.Contains(failure.Errmsg, "in the rows: Rows[2].Key: the key shop-00 ") {
			t.Error(err)
		}
	}
	if calls := sandbox.Calls(""); len(calls) != 0 {
		t.Errorf("%d calls were sent", len(calls))
	}
}

func TestRowsAreReadNoLongerThanTheCallMayLast(t *testing.T) {
	for name, test := range map[string]struct {
		end    func(client *contactway.Client, ctx context.Context, cancel context.CancelFunc)
		within time.Duration
		kind   contactway.Kind
		reason error
	}{
		"cancelled": {
			func(_ *contactway.Client, _ context.Context, cancel context.CancelFunc) { cancel() },
			time.Hour, contactway.ErrCancelled, context.Canceled,
		},
		"deadline": {
			func(_ *contactway.Client, ctx context.Context, _ context.CancelFunc) { <-ctx.Done() },
			20 * time.Millisecond, contactway.ErrTimeout, context.DeadlineExceeded,
		},
		"closed": {
			func(client *contactway.Client, _ context.Context, _ context.CancelFunc) { client.Close() },
			time.Hour, contactway.ErrCancelled, nil,
		},
	} {
		t.Run(name, func(t *testing.T) {
			temporary(t)
			client := contactwaytest.NewSandbox(t).NewClient()
			ctx, cancel := context.WithTimeout(context.Background(), test.within)
			defer cancel()
			rows := shops(func(number int) {
				if number == 3 {
					test.end(client, ctx, cancel)
				}
			})
			answer, err := client.Apply(ctx, contactway.ApplyRequest{Rows: rows})
			failure := notReached(t, answer, err)
			if failure.Kind != test.kind || failure.Endpoint != "apply" || !failure.Retryable {
				t.Errorf("%+v", failure)
			}
			for _, reason := range []error{context.DeadlineExceeded, context.Canceled} {
				if errors.Is(err, reason) != (reason == test.reason) {
					t.Errorf("%v and %v", err, reason)
				}
			}
		})
	}
}

func TestNothingIsLeftOfRowsThatPanicOrExit(t *testing.T) {
	client := contactwaytest.NewSandbox(t).NewClient()
	for name, end := range map[string]func(){"panic": func() { panic("enough") }, "exit": runtime.Goexit} {
		t.Run(name, func(t *testing.T) {
			temporary(t)
			ended := make(chan any)
			go func() {
				defer func() { ended <- recover() }()
				rows := shops(func(number int) {
					if number == 2 {
						end()
					}
				})
				_, err := client.Apply(context.Background(), contactway.ApplyRequest{Rows: rows})
				t.Errorf("the call returned %v", err)
			}()
			if panicked := <-ended; (panicked == "enough") != (name == "panic") {
				t.Errorf("it panicked with %v", panicked)
			}
		})
	}
}

func TestRowsThatCannotBeWrittenAreNotRead(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()+"/absent")
	client := contactwaytest.NewSandbox(t).NewClient()
	rows := shops(func(int) { t.Error("a row was read") })
	answer, err := client.Apply(context.Background(), contactway.ApplyRequest{Rows: rows})
	notReached(t, answer, err)
	if !errors.Is(err, contactway.ErrInvalidArgument) || !errors.Is(err, fs.ErrNotExist) || !strings.Contains(err.Error(), "TMPDIR") {
		t.Error(err)
	}
}

func TestApplyReadsNoRowsForNothing(t *testing.T) {
	temporary(t)
	client := contactwaytest.NewSandbox(t).NewClient()
	closed := contactwaytest.NewSandbox(t).NewClient()
	closed.Close()
	rows := shops(func(int) { t.Error("a row was read") })
	fallible := func(func(contactway.Row, error) bool) { t.Error("a row was read") }
	var none context.Context
	for name, test := range map[string]struct {
		client  *contactway.Client
		ctx     context.Context
		request contactway.ApplyRequest
		kind    contactway.Kind
	}{
		"two sources":   {client, context.Background(), contactway.ApplyRequest{Rows: rows, RowsOrError: fallible}, contactway.ErrInvalidArgument},
		"rows and path": {client, context.Background(), contactway.ApplyRequest{Rows: rows, Path: "codes.csv"}, contactway.ErrInvalidArgument},
		"no context":    {client, none, contactway.ApplyRequest{Rows: rows}, contactway.ErrInvalidArgument},
		"closed client": {closed, context.Background(), contactway.ApplyRequest{Rows: rows}, contactway.ErrInvalidHandle},
	} {
		if _, err := test.client.Apply(test.ctx, test.request); !errors.Is(err, test.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
