package contactway_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/contactway/contactway/bindings/go"
)

// sandboxed is a client of a stand-in for WeCom, and what ends both.
func sandboxed() (*contactway.Client, func()) { return sandboxedWith("memory") }

// keepingLedger is one with a ledger in a file.
func keepingLedger() (*contactway.Client, func()) {
	directory, err := os.MkdirTemp("", "example")
	if err != nil {
		log.Fatal(err)
	}
	client, end := sandboxedWith("sqlite:" + filepath.Join(directory, "codes.db"))
	return client, func() { end(); os.RemoveAll(directory) }
}

func sandboxedWith(store string) (*contactway.Client, func()) {
	sandbox, err := contactway.StartSandbox(contactway.SandboxConfig{})
	if err != nil {
		log.Fatal(err)
	}
	config := sandbox.Config()
	config.Store = store
	client, err := contactway.New(config)
	if err != nil {
		log.Fatal(err)
	}
	return client, func() { client.Close(); sandbox.Stop() }
}

func ExampleNew() {
	client, err := contactway.New(contactway.Config{CorpID: "ww5a4dbc0ffee05a4d", Secret: "the app's secret"})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	_, err = contactway.New(contactway.Config{CorpID: "ww5a4dbc0ffee05a4d"})
	fmt.Println(errors.Is(err, contactway.ErrInvalidArgument))
	// Output: true
}

func ExampleClient_Add() {
	client, end := sandboxed()
	defer end()

	added, err := client.Add(context.Background(), contactway.AddRequest{
		Type: 2, Scene: 2, User: []string{"zhangsan", "lisi"}, Remark: contactway.Some("前台"),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(len(added.ConfigID), added.QRCode != "")
	// Output: 32 true
}

func ExampleClient_Update() {
	client, end := sandboxed()
	defer end()
	ctx := context.Background()

	added, err := client.Add(ctx, contactway.AddRequest{
		Type: 1, Scene: 2, User: []string{"zhangsan"}, Remark: contactway.Some("counter"), State: contactway.Some("c-1"),
	})
	if err != nil {
		log.Fatal(err)
	}
	// The state is left out and stays; the remark is emptied.
	_, err = client.Update(ctx, contactway.UpdateRequest{ConfigID: added.ConfigID, Remark: contactway.Some("")})
	if err != nil {
		log.Fatal(err)
	}
	got, err := client.Get(ctx, contactway.GetRequest{ConfigID: added.ConfigID})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%q %q\n", got.ContactWay.Remark, got.ContactWay.State)
	// Output: "" "c-1"
}

func ExampleClient_All() {
	client, end := sandboxed()
	defer end()
	ctx := context.Background()

	for range 3 {
		if _, err := client.Add(ctx, contactway.AddRequest{Type: 1, Scene: 2, User: []string{"lisi"}}); err != nil {
			log.Fatal(err)
		}
	}
	count := 0
	for id, err := range client.All(ctx, contactway.ListRequest{Limit: contactway.Some(2)}) {
		if err != nil {
			log.Fatal(err)
		}
		if id != "" {
			count++
		}
	}
	fmt.Println(count)
	// Output: 3
}

// shopCode is a row for a shop.
func shopCode(number int) contactway.Row {
	name := fmt.Sprintf("shop-%05d", number)
	return contactway.Row{Key: name, ContactWay: contactway.AddRequest{
		Type: 2, Scene: 2, User: []string{"zhangsan", "lisi"}, State: &name,
	}}
}

func ExampleClient_Apply() {
	client, end := keepingLedger()
	defer end()

	// Rows come one at a time, from a database or a spreadsheet, however many there are.
	shops := func(yield func(contactway.Row) bool) {
		for number := 1; number <= 20; number++ {
			row := shopCode(number)
			if number == 7 {
				row.ContactWay.Type = 1 // which is for one person: this row fails, the others are done
			}
			if !yield(row) {
				return
			}
		}
	}
	done, err := client.Apply(context.Background(), contactway.ApplyRequest{Rows: shops})
	switch {
	case errors.Is(err, contactway.ErrPartial):
		for _, failure := range done.Failures {
			fmt.Println("failed:", failure.Line, failure.Key, failure.Errcode)
		}
	case err != nil:
		log.Fatal(err)
	}
	fmt.Println(done.Created, "made")
	// Output:
	// failed: 7 shop-00007 -1003
	// 19 made
}

func ExampleClient_Apply_dryRun() {
	client, end := keepingLedger()
	defer end()

	rows := []contactway.Row{shopCode(1), shopCode(2)}
	planned, err := client.Apply(context.Background(), contactway.ApplyRequest{Rows: slices.Values(rows), DryRun: true})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(planned.Created, "would be made")
	// Output: 2 would be made
}

func ExampleClient_Sync() {
	client, end := keepingLedger()
	defer end()

	synced, err := client.Sync(context.Background(), contactway.SyncRequest{}, contactway.OnProgress(
		func(told contactway.Progress) bool {
			return told.Failed < 100 // false stops it cleanly; run again, it goes on
		}))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(synced.Listed, "at WeCom,", synced.Adopted, "of them new to the ledger")
	// Output: 0 at WeCom, 0 of them new to the ledger
}

func ExampleClient_ReplaceUser() {
	client, end := keepingLedger()
	defer end()
	ctx := context.Background()

	rows := []contactway.Row{shopCode(1), shopCode(2)}
	if _, err := client.Apply(ctx, contactway.ApplyRequest{Rows: slices.Values(rows)}); err != nil {
		log.Fatal(err)
	}
	left := contactway.ReplaceUserRequest{From: "lisi", To: []string{"wangwu"}, DryRun: true}
	planned, err := client.ReplaceUser(ctx, left)
	if err != nil {
		log.Fatal(err)
	}
	left.DryRun = false
	replaced, err := client.ReplaceUser(ctx, left)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(planned.Matched, "to change,", replaced.Updated, "changed")
	// Output: 2 to change, 2 changed
}

func ExampleClient_Ledger() {
	client, end := keepingLedger()
	defer end()
	ctx := context.Background()

	if _, err := client.Add(ctx, shopCode(1).ContactWay, contactway.Key("shop-00001")); err != nil {
		log.Fatal(err)
	}
	found, err := client.Ledger(ctx, contactway.LedgerQuery{Key: contactway.Some("shop-00001")})
	if err != nil {
		log.Fatal(err)
	}
	for _, entry := range found.Entries {
		fmt.Println(entry.Key, entry.Status, entry.ContactWay.User)
	}
	// Output: shop-00001 active [zhangsan lisi]
}

func ExampleClient_Entries() {
	client, end := keepingLedger()
	defer end()
	ctx := context.Background()

	rows := []contactway.Row{shopCode(1), shopCode(2)}
	if _, err := client.Apply(ctx, contactway.ApplyRequest{Rows: slices.Values(rows)}); err != nil {
		log.Fatal(err)
	}
	ofLisi := contactway.LedgerQuery{User: contactway.Some("lisi"), Status: contactway.Some(contactway.StatusActive)}
	for entry, err := range client.Entries(ctx, ofLisi) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println(entry.Key)
	}
	// Output:
	// shop-00001
	// shop-00002
}

func ExampleKey() {
	client, end := keepingLedger()
	defer end()
	ctx := context.Background()

	for range 2 {
		added, err := client.Add(ctx, shopCode(1).ContactWay, contactway.Key("shop-00001"))
		if errors.Is(err, contactway.ErrUnknown) {
			continue // the answer was lost: the same call looks for what the first one made
		}
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("made before:", added.Replayed)
	}
	// Output:
	// made before: false
	// made before: true
}

func ExampleClient_Call() {
	client, end := sandboxed()
	defer end()

	answer, err := client.Call(context.Background(), "add", []byte(`{"type":1,"scene":2,"user":["wangwu"]}`))
	if err != nil {
		log.Fatal(err)
	}
	message, _ := contactway.JSONGet(answer, "/errmsg")
	fmt.Println(message)
	// Output: ok
}

func ExampleError() {
	client, end := sandboxed()
	defer end()

	_, err := client.Add(context.Background(), contactway.AddRequest{Type: 1, Scene: 2, User: []string{"zhang san"}})
	var failure *contactway.Error
	if errors.As(err, &failure) {
		for _, detail := range failure.Details {
			fmt.Println(detail.Pointer, detail.Rule)
		}
		fmt.Println(failure.Kind == contactway.ErrInvalidRequest, failure.Effect)
	}
	// Output:
	// /user/0 userid_form
	// true none
}

func ExampleKind() {
	client, end := sandboxed()
	defer end()

	ctx, cancel := context.WithTimeout(context.Background(), time.Nanosecond)
	defer cancel()
	_, err := client.List(ctx, contactway.ListRequest{})
	fmt.Println(errors.Is(err, contactway.ErrTimeout), errors.Is(err, context.DeadlineExceeded))
	// Output: true true
}

func ExampleClient_SetLogger() {
	client, end := sandboxed()
	defer end()

	client.SetLogger(slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
	fmt.Println(client.Close())
	// Output: <nil>
}
