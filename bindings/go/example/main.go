// The life of a contact way, against a stand-in for WeCom.
package main

import (
	"context"
	"errors"
	"fmt"
	"log"
	"time"

	"github.com/contactway/contactway/bindings/go"
)

func main() {
	// A stand-in for WeCom. With a real company: contactway.Config{CorpID: "ww…", Secret: "…"} is the whole configuration.
	sandbox, err := contactway.StartSandbox(contactway.SandboxConfig{})
	if err != nil {
		log.Fatal(err)
	}
	defer sandbox.Stop()
	client, err := contactway.New(sandbox.Config())
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	added, err := client.Add(ctx, contactway.AddRequest{
		Type: 2, Scene: 2, User: []string{"zhangsan", "lisi"}, State: contactway.Some("counter-1"),
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("made", added.ConfigID, "with its picture at", added.QRCode)

	// What an update leaves out stays as it is; Some("") empties.
	_, err = client.Update(ctx, contactway.UpdateRequest{ConfigID: added.ConfigID, State: contactway.Some("")})
	if err != nil {
		log.Fatal(err)
	}
	for id, err := range client.All(ctx, contactway.ListRequest{}) {
		if err != nil {
			log.Fatal(err)
		}
		fmt.Println("there is", id)
	}

	_, err = client.Del(ctx, contactway.DelRequest{ConfigID: "unknown"})
	var failure *contactway.Error
	if errors.As(err, &failure) && failure.Kind == contactway.ErrAPI {
		fmt.Println("refused:", failure.Errcode, failure.Advice)
	}
}
