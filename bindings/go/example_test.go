package contactway_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"log/slog"
	"os"
	"time"

	"github.com/contactway/contactway/bindings/go"
)

// sandboxed is a client of a stand-in for WeCom, and what ends both.
func sandboxed() (*contactway.Client, func()) {
	sandbox, err := contactway.StartSandbox(contactway.SandboxConfig{})
	if err != nil {
		log.Fatal(err)
	}
	client, err := contactway.New(sandbox.Config())
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

func ExampleClient_Apply() {
	client, err := contactway.New(contactway.Config{
		CorpID: "ww5a4dbc0ffee05a4d", Secret: "the app's secret", Store: "sqlite:/var/lib/shop/contactway.db",
	})
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	shops := func(yield func(contactway.Row) bool) {
		for number := 1; number <= 10000; number++ {
			name := fmt.Sprintf("shop-%05d", number)
			row := contactway.Row{Key: name, ContactWay: contactway.AddRequest{
				Type: 2, Scene: 2, User: []string{"zhangsan", "lisi"}, State: &name,
			}}
			if !yield(row) {
				return
			}
		}
	}
	done, err := client.Apply(context.Background(), contactway.ApplyRequest{Rows: shops})
	switch {
	case errors.Is(err, contactway.ErrPartial):
		for _, failure := range done.Failures {
			fmt.Println(failure.Line, failure.Key, failure.Errmsg)
		}
	case err != nil:
		log.Fatal(err)
	}
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
