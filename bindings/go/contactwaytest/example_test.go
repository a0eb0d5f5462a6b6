package contactwaytest_test

import (
	"context"
	"testing"

	"github.com/contactway/contactway/bindings/go"
	"github.com/contactway/contactway/bindings/go/contactwaytest"
)

// A customer scans the code of a counter, and the counter's state comes with the customer.
func TestCustomerOfACounter(t *testing.T) {
	sandbox := contactwaytest.NewSandbox(t)
	client := sandbox.NewClient()

	added, err := client.Add(context.Background(), contactway.AddRequest{
		Type: 1, Scene: 2, User: []string{"zhangsan"}, State: contactway.Some("counter-1"),
	})
	if err != nil {
		t.Fatal(err)
	}
	scanned := sandbox.Scan(added.ConfigID)
	if scanned.UserID != "zhangsan" || scanned.State != "counter-1" {
		t.Errorf("the customer came as %+v", scanned)
	}

	// WeCom is busy once: the call is made again.
	sandbox.AddFaults(contactwaytest.Fault{Endpoint: "get_contact_way", Do: map[string]any{"errcode": -1}})
	if _, err := client.Get(context.Background(), contactway.GetRequest{ConfigID: added.ConfigID}); err != nil {
		t.Error(err)
	}
}
