// Ten shop codes from rows to pictures, against a stand-in for WeCom, and a member who leaves.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/contactway/contactway/bindings/go"
)

// shops yields a row for each shop, however many there are.
func shops(yield func(contactway.Row) bool) {
	for number := 1; number <= 10; number++ {
		name := fmt.Sprintf("shop-%03d", number)
		way := contactway.AddRequest{Type: 2, Scene: 2, User: []string{"zhangsan", "lisi"}, State: &name}
		if !yield(contactway.Row{Key: name, ContactWay: way}) {
			return
		}
	}
}

func main() {
	sandbox, err := contactway.StartSandbox(contactway.SandboxConfig{})
	if err != nil {
		log.Fatal(err)
	}
	defer sandbox.Stop()
	directory, err := os.MkdirTemp("", "shops")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(directory)

	config := sandbox.Config()
	config.Store = "sqlite:" + filepath.Join(directory, "codes.db") // such as sqlite:/var/lib/shop/codes.db
	client, err := contactway.New(config)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()
	ctx := context.Background()

	// Run again after whatever stopped it, it does the rest. Keep the report: it pairs keys with config ids.
	done, err := client.Apply(ctx, contactway.ApplyRequest{
		Rows: shops, Namespace: contactway.Some("shops"), ReportPath: filepath.Join(directory, "report.jsonl"),
	}, contactway.OnProgress(func(told contactway.Progress) bool {
		fmt.Println(told.Done, "of", told.Total)
		return true // false stops the job
	}))
	switch {
	case errors.Is(err, contactway.ErrPartial):
		for _, failure := range done.Failures {
			fmt.Println("row", failure.Line, failure.Key, failure.Errmsg)
		}
	case err != nil:
		log.Fatal(err)
	}
	fmt.Println(done.Created, "made")

	// A key makes an add happen once, however often it is asked for.
	added, err := client.Add(ctx, contactway.AddRequest{
		Type: 2, Scene: 2, User: []string{"zhangsan", "lisi"}, State: contactway.Some("shop-001"),
	}, contactway.Key("shop-001"))
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("made before:", added.Replayed)

	replaced, err := client.ReplaceUser(ctx, contactway.ReplaceUserRequest{From: "lisi", To: []string{"wangwu"}})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("lisi left", replaced.Updated)

	saved, err := client.SaveQRCodes(ctx, contactway.SaveQRCodesRequest{Directory: filepath.Join(directory, "codes")})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(saved.Saved, "pictures")
}
