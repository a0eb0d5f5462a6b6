package contactway_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/contactway/contactway/bindings/go"
	"github.com/contactway/contactway/bindings/go/contactwaytest"
)

func TestWhatIsPrintedIsJSON(t *testing.T) {
	sandbox := contactwaytest.NewSandbox(t)
	client := sandbox.NewClient(func(config *contactway.Config) { config.Store = "sqlite:" + t.TempDir() + "/codes.db" })
	ctx := context.Background()
	request := contactway.AddRequest{
		Type: 1, Scene: 2, User: []string{"zhangyisheng"}, State: contactway.Some("counter-1"), IsTemp: contactway.Some(true),
		Conclusions: &contactway.Conclusions{Text: &contactway.Text{Content: "再见"}},
		Extra:       map[string]json.RawMessage{"of_tomorrow": json.RawMessage("[1]")},
	}
	added, err := client.Add(ctx, request)
	if err != nil {
		t.Fatal(err)
	}
	got, err := client.Get(ctx, contactway.GetRequest{ConfigID: added.ConfigID})
	if err != nil {
		t.Fatal(err)
	}
	kept, err := client.Ledger(ctx, contactway.LedgerQuery{ConfigID: &added.ConfigID})
	if err != nil || len(kept.Entries) != 1 {
		t.Fatal(kept, err)
	}
	checked, err := client.Check(ctx)
	if err != nil {
		t.Fatal(err)
	}
	applied, err := client.Apply(ctx, contactway.ApplyRequest{Rows: func(func(contactway.Row) bool) {}})
	if err != nil {
		t.Fatal(err)
	}
	rowsToCome := contactway.ApplyRequest{
		Namespace: contactway.Some("shops"), Extra: map[string]json.RawMessage{"x": json.RawMessage("[]")},
	}
	scanned := sandbox.Scan(added.ConfigID)
	for _, whole := range []struct {
		value any
		text  string
	}{
		{added, string(added.Raw)},
		{*got, string(got.Raw)},
		{kept, string(kept.Raw)},
		{checked, string(checked.Raw)},
		{applied, string(applied.Raw)},
		{request, `{"type":1,"scene":2,"state":"counter-1","user":["zhangyisheng"],"is_temp":true,` +
			`"conclusions":{"text":{"content":"再见"}},"of_tomorrow":[1]}`},
		{rowsToCome, `{"namespace":"shops","x":[]}`},
		// One that was made by hand, such as a fake's.
		{&contactway.AddAnswer{ConfigID: "c1"}, `{"warnings":null,"config_id":"c1","qr_code":"","replayed":false}`},
		{scanned, fmt.Sprintf(`{"external_userid":%q,"userid":"zhangyisheng","state":"counter-1","accepted":true,"temp_chat":%s}`,
			scanned.ExternalUserID, scanned.TempChat)},
	} {
		for _, verb := range []string{"%v", "%+v", "%s"} {
			if printed := fmt.Sprintf(verb, whole.value); printed != whole.text {
				t.Errorf("%s of %T: %s", verb, whole.value, printed)
			}
		}
	}
	// Parts of them, wherever they stand.
	for _, part := range []any{got.ContactWay, &got.ContactWay, kept.Entries, checked.Steps, contactway.Row{Key: "k", ContactWay: request}} {
		if printed := fmt.Sprintf("%+v", part); strings.Contains(printed, "0xc0") || strings.Contains(printed, "[123 34") {
			t.Errorf("%T: %s", part, printed)
		}
	}
	for _, verb := range []string{"%v", "%+v", "%s"} {
		if printed := fmt.Sprintf(verb, sandbox); strings.Contains(printed, sandbox.Secret) || !strings.Contains(printed, sandbox.BaseURL) {
			t.Errorf("%s: %s", verb, printed)
		}
	}
}
