// Contactway through its Go binding: one client, shared by all goroutines.
package main

import (
	"context"

	"github.com/contactway/contactway/bindings/go"
	"github.com/contactway/contactway/tests/bench/go/contender"
)

func main() {
	contender.Run(func(baseURL, _ string, request contactway.AddRequest) (contender.Add, error) {
		client, err := contactway.New(contactway.Config{
			CorpID: "ww0000000000000001", Secret: "bench", BaseURL: baseURL, Proxy: contactway.Some(""),
			NoRateLimit: true, MaxInFlight: contactway.Some(0),
		})
		return func() error {
			_, err := client.Add(context.Background(), request)
			return err
		}, err
	})
}
