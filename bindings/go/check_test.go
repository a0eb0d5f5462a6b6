package contactway_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/contactway/contactway/bindings/go"
	"github.com/contactway/contactway/bindings/go/contactwaytest"
)

func TestCheckOfWhatWorks(t *testing.T) {
	sandbox := contactwaytest.NewSandbox(t)
	checked, err := sandbox.NewClient().Check(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	var steps []string
	for _, step := range checked.Steps {
		steps = append(steps, step.Step)
		if step.OK == step.Skipped || step.Message == "" || step.Error != nil {
			t.Errorf("%+v", step)
		}
	}
	order := []string{"configuration", "proxy", "resolve", "connect", "tls", "token", "permission", "clock"}
	if len(steps) < len(order) || !slices.Equal(steps[:len(order)], order) {
		t.Errorf("the steps are %v", steps)
	}
	if adds := sandbox.Calls("add_contact_way"); len(adds) != 0 {
		t.Errorf("%d contact ways were made", len(adds))
	}
}

func TestCheckNamesWhatIsWrongAndWhatToDo(t *testing.T) {
	sandbox := contactwaytest.NewSandbox(t)
	config := sandbox.Config()
	config.Secret = "wrong"
	checked, err := sandbox.NewClientWith(config).Check(context.Background())
	if !errors.Is(err, contactway.ErrAuth) || checked == nil {
		t.Fatalf("%v, %+v", err, checked)
	}
	found := map[string]contactway.CheckStep{}
	for _, step := range checked.Steps {
		found[step.Step] = step
	}
	token := found["token"]
	if token.OK || token.Skipped || token.Remedy == "" || token.Error == nil || token.Error.Kind != contactway.ErrAuth {
		t.Errorf("%+v", token)
	}
	if permission := found["permission"]; permission.OK || !permission.Skipped {
		t.Errorf("%+v", permission)
	}
}

func TestCheckEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	checked, err := contactwaytest.NewSandbox(t).NewClient().Check(ctx)
	if !errors.Is(err, contactway.ErrCancelled) || !errors.Is(err, context.Canceled) || checked != nil {
		t.Errorf("%v, %+v", err, checked)
	}
}
