package contactway_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/contactway/contactway/bindings/go"
	"github.com/contactway/contactway/bindings/go/contactwaytest"
)

// keeping is a client of the sandbox with a ledger in a file of the test's own.
func keeping(t *testing.T, sandbox *contactwaytest.Sandbox) *contactway.Client {
	config := sandbox.Config()
	config.Store = "sqlite:" + filepath.Join(t.TempDir(), "codes.db")
	return sandbox.NewClientWith(config)
}

// shop is a contact way that tells itself apart from all others.
func shop(number int) contactway.Row {
	name := fmt.Sprintf("shop-%02d", number)
	return contactway.Row{Key: name, ContactWay: contactway.AddRequest{
		Type: 2, Scene: 2, User: []string{"zhangsan", "lisi"}, State: &name,
	}}
}

// add makes a contact way under its key.
func add(t *testing.T, client *contactway.Client, row contactway.Row) *contactway.AddAnswer {
	t.Helper()
	added, err := client.Add(context.Background(), row.ContactWay, contactway.Key(row.Key))
	if err != nil {
		t.Fatal(err)
	}
	return added
}

func TestKeyMakesAContactWayOnce(t *testing.T) {
	sandbox := contactwaytest.NewSandbox(t)
	client := keeping(t, sandbox)
	first, again := add(t, client, shop(1)), add(t, client, shop(1))
	if first.Replayed || !again.Replayed || again.ConfigID != first.ConfigID || again.QRCode != first.QRCode || first.QRCode == "" {
		t.Errorf("%+v, then %+v", first, again)
	}
	_, err := client.Add(context.Background(), shop(2).ContactWay, contactway.Key(shop(1).Key))
	if failure := failureOf(t, err); failure.Kind != contactway.ErrConflict || failure.Effect != contactway.EffectNone {
		t.Errorf("another request under the key: %+v", failure)
	}
	if adds := sandbox.Calls("add_contact_way"); len(adds) != 1 {
		t.Errorf("%d adds were sent", len(adds))
	}
}

// The answer is lost, and there is no time to look: the same call, later, finds what the first one made.
func TestUnknownIsSettledByTheSameCall(t *testing.T) {
	sandbox := contactwaytest.NewSandbox(t)
	client := keeping(t, sandbox)
	sandbox.AddFaults(contactwaytest.Fault{Endpoint: "add_contact_way", When: "after", Do: map[string]any{"silence": true}})
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_, err := client.Add(ctx, shop(1).ContactWay, contactway.Key(shop(1).Key))
	failure := failureOf(t, err)
	if failure.Kind != contactway.ErrUnknown || failure.Effect != contactway.EffectUnknown || failure.Key != shop(1).Key || !failure.Retryable {
		t.Fatalf("%+v", failure)
	}
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v does not tell that the context's deadline cut it short", err)
	}
	if settled := add(t, client, shop(1)); !settled.Replayed {
		t.Errorf("%+v", settled)
	}
	if adds := sandbox.Calls("add_contact_way"); len(adds) != 1 {
		t.Errorf("%d adds were sent", len(adds))
	}
}

// A stranger's contact way equals the one whose answer was lost: both are named, and either can be claimed.
func TestUnknownNamesItsCandidates(t *testing.T) {
	sandbox := contactwaytest.NewSandbox(t)
	client := keeping(t, sandbox)
	ctx := context.Background()
	stranger, err := sandbox.NewClient().Add(ctx, shop(1).ContactWay)
	if err != nil {
		t.Fatal(err)
	}
	sandbox.AddFaults(contactwaytest.Fault{Endpoint: "add_contact_way", When: "after", Do: map[string]any{"reset": true}})
	_, err = client.Add(ctx, shop(1).ContactWay, contactway.Key(shop(1).Key))
	failure := failureOf(t, err)
	if failure.Kind != contactway.ErrUnknown || failure.Key != shop(1).Key || len(failure.Candidates) != 2 ||
		!slices.Contains(failure.Candidates, stranger.ConfigID) || errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("%+v", failure)
	}
	row := shop(1)
	row.ConfigID = failure.Candidates[0]
	applied, err := client.Apply(ctx, contactway.ApplyRequest{Rows: slices.Values([]contactway.Row{row})})
	if err != nil || applied.Claimed != 1 {
		t.Errorf("%v, %+v", err, applied)
	}
	if claimed := add(t, client, shop(1)); !claimed.Replayed || claimed.ConfigID != row.ConfigID {
		t.Errorf("%+v, not %s", claimed, row.ConfigID)
	}
}

func TestLedgerTellsWhatWasAskedFor(t *testing.T) {
	client := keeping(t, contactwaytest.NewSandbox(t))
	began := time.Now().Unix()
	added := add(t, client, shop(1))
	page, err := client.Ledger(context.Background(), contactway.LedgerQuery{Key: contactway.Some(shop(1).Key)})
	if err != nil || len(page.Entries) != 1 || page.NextCursor != "" {
		t.Fatalf("%v, %+v", err, page)
	}
	entry := page.Entries[0]
	way := entry.ContactWay
	if entry.Key != shop(1).Key || entry.ConfigID != added.ConfigID || entry.QRCode != added.QRCode || entry.Namespace != "" ||
		entry.Status != contactway.StatusActive || entry.CreatedAt < began || entry.UpdatedAt < entry.CreatedAt {
		t.Errorf("%+v", entry)
	}
	if way.Type != 2 || way.Scene != 2 || !slices.Equal(way.User, []string{"zhangsan", "lisi"}) || *way.State != shop(1).Key || way.Remark != nil {
		t.Errorf("%+v", way)
	}
}

func TestEntriesWalksThroughAllPages(t *testing.T) {
	client := keeping(t, contactwaytest.NewSandbox(t))
	ctx := context.Background()
	var made []string
	for number := range 5 {
		row := shop(number)
		if number == 3 {
			row.ContactWay.User = []string{"wangwu"}
		}
		made = append(made, add(t, client, row).ConfigID)
	}
	if _, err := client.Del(ctx, contactway.DelRequest{ConfigID: made[0]}); err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		query contactway.LedgerQuery
		ids   []string
	}{
		"all":      {contactway.LedgerQuery{}, made},
		"active":   {contactway.LedgerQuery{Status: contactway.Some(contactway.StatusActive)}, made[1:]},
		"deleted":  {contactway.LedgerQuery{Status: contactway.Some(contactway.StatusDeleted)}, made[:1]},
		"a member": {contactway.LedgerQuery{User: contactway.Some("wangwu")}, made[3:4]},
		"nobody":   {contactway.LedgerQuery{User: contactway.Some("nobody")}, nil},
	} {
		test.query.Limit = contactway.Some(2)
		var walked []string
		for entry, err := range client.Entries(ctx, test.query) {
			if err != nil {
				t.Fatal(err)
			}
			walked = append(walked, entry.ConfigID)
		}
		if !slices.Equal(walked, test.ids) {
			t.Errorf("%s: %v, not %v", name, walked, test.ids)
		}
	}
	for range client.Entries(ctx, contactway.LedgerQuery{}) {
		break
	}
}

func TestEntriesEndWithTheError(t *testing.T) {
	client := contactwaytest.NewSandbox(t).NewClient()
	count := 0
	for entry, err := range client.Entries(context.Background(), contactway.LedgerQuery{Key: contactway.Some("shop-1")}) {
		if count++; !errors.Is(err, contactway.ErrUnsupported) || failureOf(t, err).Endpoint != "ledger" || entry.Key != "" {
			t.Errorf("%+v, %v", entry, err)
		}
	}
	if count != 1 {
		t.Errorf("%d were yielded", count)
	}
}

func TestCheckLooksAtTheStore(t *testing.T) {
	checked, err := keeping(t, contactwaytest.NewSandbox(t)).Check(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	if last := checked.Steps[len(checked.Steps)-1]; last.Step != "store" || !last.OK {
		t.Errorf("%+v", last)
	}
}

func TestLedgerNeedsADurableStore(t *testing.T) {
	client := contactwaytest.NewSandbox(t).NewClient()
	ctx := context.Background()
	_, ofAdd := client.Add(ctx, counter, contactway.Key("shop-1"))
	_, ofLedger := client.Ledger(ctx, contactway.LedgerQuery{})
	_, ofSync := client.Sync(ctx, contactway.SyncRequest{})
	_, ofApply := client.Apply(ctx, contactway.ApplyRequest{Rows: slices.Values([]contactway.Row{shop(1)})})
	_, ofReplace := client.ReplaceUser(ctx, contactway.ReplaceUserRequest{From: "zhangsan", To: []string{"lisi"}})
	_, ofSave := client.SaveQRCodes(ctx, contactway.SaveQRCodesRequest{Directory: t.TempDir()})
	for _, err := range []error{ofAdd, ofLedger, ofSync, ofApply, ofReplace, ofSave} {
		if !errors.Is(err, contactway.ErrUnsupported) || !strings.Contains(err.Error(), "sqlite") {
			t.Errorf("%v does not say what is needed", err)
		}
	}
}
