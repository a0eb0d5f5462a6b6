package contactway_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/contactway/contactway/bindings/go"
	"github.com/contactway/contactway/bindings/go/contactwaytest"
)

func raw(name, value string) map[string]json.RawMessage {
	return map[string]json.RawMessage{name: json.RawMessage(value)}
}

// unchecked is a client that sends whatever it is given.
func unchecked(sandbox *contactwaytest.Sandbox) *contactway.Client {
	config := sandbox.Config()
	config.Validate = contactway.Off
	return sandbox.NewClientWith(config)
}

func TestWhatIsSent(t *testing.T) {
	id := "42b34949e138eb6e027c123cba77fad7"
	for name, test := range map[string]struct {
		request contactway.UpdateRequest
		body    string
	}{
		"what is left out": {
			contactway.UpdateRequest{ConfigID: id},
			`{"config_id":"` + id + `"}`,
		},
		"what is empty": {
			contactway.UpdateRequest{
				ConfigID: id, Style: contactway.Some(0), Remark: contactway.Some(""), SkipVerify: contactway.Some(false),
				User: []string{}, Party: []int64{}, Conclusions: &contactway.Conclusions{},
			},
			`{"config_id":"` + id + `","style":0,"remark":"","skip_verify":false,"user":[],"party":[],"conclusions":{}}`,
		},
		"values": {
			contactway.UpdateRequest{
				ConfigID: id, State: contactway.Some("a|b:1"), User: []string{"zhangsan", "lisi"}, Party: []int64{1 << 40},
				ExpiresIn: contactway.Some(86400), IsExclusive: contactway.Some(true),
				Conclusions: &contactway.Conclusions{Text: &contactway.Text{Content: "祝您早日康复"}},
			},
			`{"config_id":"` + id + `","state":"a|b:1","user":["zhangsan","lisi"],"party":[1099511627776],` +
				`"expires_in":86400,"is_exclusive":true,"conclusions":{"text":{"content":"祝您早日康复"}}}`,
		},
		"characters": {
			contactway.UpdateRequest{ConfigID: id, Remark: contactway.Some("<a href=\"x\">&\\ \u2028\u2029\t\n\r\b\f\x7f😀")},
			`{"config_id":"` + id + `","remark":"<a href=\"x\">&\\ ` + "\u2028\u2029" + `\t\n\r\b\f` + "\x7f😀" + `"}`,
		},
		"members not known yet": {
			contactway.UpdateRequest{
				Extra:       map[string]json.RawMessage{"z": json.RawMessage(`[1e2]`), "a": json.RawMessage(`{"b": null}`)},
				Conclusions: &contactway.Conclusions{Extra: raw("file", `{}`)},
			},
			`{"conclusions":{"file":{}},"a":{"b": null},"z":[1e2]}`,
		},
		"members not known yet of closing messages": {
			contactway.UpdateRequest{Conclusions: &contactway.Conclusions{
				Text: &contactway.Text{Content: "t", Extra: raw("a", "1")}, Image: &contactway.Image{MediaID: "m", Extra: raw("b", "2")},
			}},
			`{"conclusions":{"text":{"content":"t","a":1},"image":{"media_id":"m","b":2}}}`,
		},
		"what a closing message must hold": {
			contactway.UpdateRequest{Conclusions: &contactway.Conclusions{
				Text: &contactway.Text{}, Link: &contactway.Link{}, Miniprogram: &contactway.Miniprogram{},
			}},
			`{"conclusions":{"text":{"content":""},"link":{"title":"","url":""},` +
				`"miniprogram":{"title":"","pic_media_id":"","appid":"","page":""}}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			sandbox := contactwaytest.NewSandbox(t)
			_, _ = unchecked(sandbox).Update(context.Background(), test.request)
			calls := sandbox.Calls("update_contact_way")
			if len(calls) != 1 || calls[0].Body != test.body {
				t.Errorf("sent %v\nnot  %s", calls, test.body)
			}
		})
	}
}

func TestWhatIsNoTextIsRefused(t *testing.T) {
	sandbox := contactwaytest.NewSandbox(t)
	client := sandbox.NewClient()
	ctx := context.Background()
	add := func(change func(*contactway.AddRequest)) error {
		request := counter
		change(&request)
		_, err := client.Add(ctx, request)
		return err
	}
	for name, err := range map[string]error{
		"not UTF-8":        add(func(r *contactway.AddRequest) { r.Remark = contactway.Some("\xff") }),
		"a NUL character":  add(func(r *contactway.AddRequest) { r.Remark = contactway.Some("\x00") }),
		"Extra not JSON":   add(func(r *contactway.AddRequest) { r.Extra = raw("x", `1,"remark":"r"`) }),
		"Extra is nothing": add(func(r *contactway.AddRequest) { r.Extra = map[string]json.RawMessage{"x": nil} }),
		"Extra repeats":    add(func(r *contactway.AddRequest) { r.Extra = raw("user", `["lisi"]`) }),
	} {
		failure := failureOf(t, err)
		if failure.Kind != contactway.ErrInvalidArgument && failure.Kind != contactway.ErrInvalidRequest {
			t.Errorf("%s: %v", name, err)
		}
		if failure.Effect != contactway.EffectNone {
			t.Errorf("%s: the effect is %q", name, failure.Effect)
		}
	}
	if calls := sandbox.Calls(""); len(calls) != 0 {
		t.Errorf("%d calls were sent", len(calls))
	}
}

func TestRawCallSendsTheBytes(t *testing.T) {
	sandbox := contactwaytest.NewSandbox(t)
	body := `{ "type":1,"scene":2 , "user":["zhangsan"], "party": [], "new": 1.50 }`
	// What lies behind the slice is the caller's and stays.
	buffer := []byte(body + "!")
	answer, err := unchecked(sandbox).Call(context.Background(), "add", buffer[:len(body)])
	if err != nil {
		t.Fatal(err)
	}
	if id, found := contactway.JSONGet(answer, "/config_id"); !found || len(id) != 32 {
		t.Errorf("the answer is %s", answer)
	}
	if calls := sandbox.Calls("add_contact_way"); calls[0].Body != body {
		t.Errorf("sent %s", calls[0].Body)
	}
	if buffer[len(body)] != '!' {
		t.Error("the caller's memory was written to")
	}
}

func TestRawCallRefuses(t *testing.T) {
	client := contactwaytest.NewSandbox(t).NewClient()
	for name, call := range map[string]func() error{
		"unknown function": func() error { _, err := client.Call(context.Background(), "remove", []byte("{}")); return err },
		"no JSON":          func() error { _, err := client.Call(context.Background(), "add", nil); return err },
		"NUL":              func() error { _, err := client.Call(context.Background(), "add", []byte("{}\x00")); return err },
		"unknown option": func() error {
			_, err := client.Call(context.Background(), "add", []byte("{}"), contactway.RawOptions([]byte(`{"x":1}`)))
			return err
		},
	} {
		if err := call(); !errors.Is(err, contactway.ErrInvalidArgument) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An option that a call does not have is refused by its name in Go, which says what has it.
func TestOptionsThatDoNotBelongAreRefusedByName(t *testing.T) {
	client, ctx := contactwaytest.NewSandbox(t).NewClient(), context.Background()
	get := func(option contactway.Option) error {
		_, err := client.Get(ctx, contactway.GetRequest{ConfigID: "x"}, option)
		return err
	}
	sync := func(option contactway.Option) error {
		_, err := client.Sync(ctx, contactway.SyncRequest{}, option)
		return err
	}
	add := func(option contactway.Option) error {
		_, err := client.Add(ctx, counter, option)
		return err
	}
	for _, test := range []struct {
		call   func(contactway.Option) error
		option contactway.Option
		says   string
	}{
		{get, contactway.Key("k"), "Key is for Add alone; leave it out of get"},
		{sync, contactway.Key(""), "Key is for Add alone; leave it out of sync"},
		{get, contactway.AcceptDuplicate(), "AcceptDuplicate is for Add alone; leave it out of get"},
		{add, contactway.OnProgress(func(contactway.Progress) bool { return true }), "OnProgress is for jobs alone; leave it out of add"},
	} {
		failure := failureOf(t, test.call(test.option))
		if failure.Kind != contactway.ErrInvalidArgument || failure.Errmsg != test.says || failure.Endpoint == "" {
			t.Errorf("%v, endpoint %q, and not %q", failure, failure.Endpoint, test.says)
		}
		field, _, _ := strings.Cut(test.says, " ")
		if len(failure.Details) != 1 || failure.Details[0].Field != field || failure.Details[0].Message != test.says {
			t.Errorf("%s is told of as %+v", field, failure.Details)
		}
	}
}

// A mistake in an option is told by the option's name in Go, and so is what only Go sees of a request.
func TestMistakenOptionsAreToldInGosNames(t *testing.T) {
	client, ctx := contactwaytest.NewSandbox(t).NewClient(), context.Background()
	add := func(options ...contactway.Option) error {
		_, err := client.Add(ctx, counter, options...)
		return err
	}
	of := func(request contactway.AddRequest) error {
		_, err := client.Add(ctx, request)
		return err
	}
	_, twoSources := client.Apply(ctx, contactway.ApplyRequest{Path: "codes.csv", Rows: slices.Values([]contactway.Row{{}})})
	for _, test := range []struct {
		err                        error
		pointer, field, rule, says string
	}{
		{add(contactway.Key("")), "/key", "Key", "key_required", "Key is required"},
		{add(contactway.Key(strings.Repeat("k", 129))), "/key", "Key", "key_form", "Key must be at most 128 characters"},
		{add(contactway.Key("a\tb")), "/key", "Key", "key_form", "Key must not hold control characters"},
		{add(contactway.RawOptions([]byte(`{"timeout_ms":0}`))), "/timeout_ms", "RawOptions", "out_of_range", "timeout_ms must be"},
		{add(contactway.RawOptions([]byte(`{"key":7}`))), "/key", "RawOptions", "wrong_type", "key must be"},
		{add(contactway.RawOptions([]byte(`{"timeout":7}`))), "/timeout", "RawOptions", "unknown_member", "did you mean timeout_ms?"},
		{of(contactway.AddRequest{Extra: raw("x", "{")}), "/x", `Extra["x"]`, "not_json", "Extra: the value"},
		{twoSources, "/rows", "Rows", "one_of_two", "keep one"},
	} {
		failure := failureOf(t, test.err)
		if failure.Kind != contactway.ErrInvalidArgument || len(failure.Details) != 1 {
			t.Fatalf("%v, details %+v", failure, failure.Details)
		}
		detail := failure.Details[0]
		if detail.Pointer != test.pointer || detail.Field != test.field || detail.Rule != test.rule || !strings.Contains(detail.Message, test.says) {
			t.Errorf("%s is told of as %+v", test.field, detail)
		}
		if !strings.Contains(failure.Errmsg, detail.Message) {
			t.Errorf("%q says otherwise than %q", failure.Errmsg, detail.Message)
		}
	}
}

// No text speaks of a member of C's answers, which Go has under another name.
func TestTextOfManyMistakesNamesNoMemberOfC(t *testing.T) {
	client := contactwaytest.NewSandbox(t).NewClient()
	_, err := client.Add(context.Background(), contactway.AddRequest{
		Type: 3, Scene: 3, Remark: contactway.Some(strings.Repeat("r", 31)), State: contactway.Some(strings.Repeat("s", 31)),
	})
	failure := failureOf(t, err)
	if len(failure.Details) <= 3 || strings.Contains(failure.Errmsg, "error.") || !strings.Contains(failure.Errmsg, "etails") {
		t.Error(failure)
	}
}

// The context's options and the caller's reach the library side by side.
func TestOptionsAreJoined(t *testing.T) {
	sandbox := contactwaytest.NewSandbox(t)
	client := sandbox.NewClient()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	options := [][]contactway.Option{
		nil, {nil}, {contactway.AcceptDuplicate()}, {contactway.RawOptions([]byte(`{"accept_duplicate":true}`))},
		{contactway.RawOptions([]byte(" { } "))}, {contactway.RawOptions([]byte(`{"timeout_ms":5000}`)), contactway.AcceptDuplicate()},
	}
	for i, chosen := range options {
		if _, err := client.Add(ctx, counter, chosen...); err != nil {
			t.Errorf("%d: %v", i, err)
		}
	}
	for _, wrong := range []string{"[]", "{", "null", `{"canceller":1,"canceller":1}`} {
		if _, err := client.Add(ctx, counter, contactway.RawOptions([]byte(wrong))); !errors.Is(err, contactway.ErrInvalidArgument) {
			t.Errorf("options %s: %v", wrong, err)
		}
	}
}

func TestAcceptDuplicateSendsAgain(t *testing.T) {
	for accepts, sent := range map[bool]int{false: 1, true: 2} {
		sandbox := contactwaytest.NewSandbox(t)
		sandbox.AddFaults(contactwaytest.Fault{Endpoint: "add_contact_way", When: "after", Do: map[string]any{"reset": true}})
		var options []contactway.Option
		if accepts {
			options = append(options, contactway.AcceptDuplicate())
		}
		_, err := sandbox.NewClient().Add(context.Background(), counter, options...)
		if calls := sandbox.Calls("add_contact_way"); len(calls) != sent || (err == nil) != accepts {
			t.Errorf("accepts %v: %d sent, %v", accepts, len(calls), err)
		}
	}
}

func TestTypedAnswers(t *testing.T) {
	sandbox := contactwaytest.NewSandbox(t)
	client := sandbox.NewClient()
	ctx := context.Background()
	sandbox.Do("POST", "departments", map[string]any{"id": int64(1) << 40, "parent": 1}, nil)
	added, err := client.Add(ctx, contactway.AddRequest{
		Type: 2, Scene: 2, User: []string{"lisi", "zhangsan"}, Party: []int64{1 << 40}, Remark: contactway.Some("前台 <1>"),
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := client.Get(ctx, contactway.GetRequest{ConfigID: added.ConfigID})
	if err != nil {
		t.Fatal(err)
	}
	way := got.ContactWay
	if way.ConfigID != added.ConfigID || way.QRCode != added.QRCode || way.QRCode == "" || way.Remark != "前台 <1>" ||
		!way.SkipVerify || !slices.Equal(way.User, []string{"lisi", "zhangsan"}) || !slices.Equal(way.Party, []int64{1 << 40}) {
		t.Errorf("got %+v", way)
	}
	if style, found := contactway.JSONGet(got.Raw, "/contact_way/style"); found {
		t.Errorf("scene 2 has style %s", style)
	}
	if _, err := client.Update(ctx, contactway.UpdateRequest{ConfigID: added.ConfigID, Party: []int64{}}); err != nil {
		t.Error(err)
	}
	if got, err = client.Get(ctx, contactway.GetRequest{ConfigID: added.ConfigID}); err != nil || len(got.ContactWay.Party) != 0 {
		t.Errorf("%v, departments %v", err, got.ContactWay.Party)
	}
	if answer, err := client.Del(ctx, contactway.DelRequest{ConfigID: added.ConfigID}); err != nil || len(answer.Raw) == 0 {
		t.Error(err)
	}
	_, err = client.Get(ctx, contactway.GetRequest{ConfigID: added.ConfigID})
	if failure := failureOf(t, err); !errors.Is(err, contactway.ErrAPI) || failure.Errcode != 41044 || failure.Advice == "" ||
		failure.HTTPStatus != 200 || failure.Endpoint != "get_contact_way" || failure.Attempts != 1 {
		t.Errorf("%+v", failure)
	}
}

func TestAnswerOfAnotherFormKeepsWhatCanBeRead(t *testing.T) {
	sandbox := contactwaytest.NewSandbox(t)
	sandbox.AddFaults(contactwaytest.Fault{Endpoint: "add_contact_way", When: "after", Do: map[string]any{
		"status": 200, "body": `{"errcode":0,"errmsg":"ok","qr_code":7,"config_id":"kept"}`,
	}})
	added, err := sandbox.NewClient().Add(context.Background(), counter)
	if !errors.Is(err, contactway.ErrBadResponse) || added == nil || added.ConfigID != "kept" {
		t.Errorf("%v, %+v", err, added)
	}
	if failure := failureOf(t, err); failure.Effect != contactway.EffectUnknown || !bytes.Contains(failure.Raw, []byte("kept")) ||
		failure.Endpoint != "add_contact_way" {
		t.Errorf("%+v", failure)
	}
}

// answering is a client of a sandbox whose endpoint answers with a body.
func answering(t *testing.T, endpoint, body string) *contactway.Client {
	sandbox := contactwaytest.NewSandbox(t)
	sandbox.AddFaults(contactwaytest.Fault{Endpoint: endpoint, Do: map[string]any{"status": 200, "body": body}})
	return sandbox.NewClient()
}

func TestMembersAreReadByTheirExactNames(t *testing.T) {
	ctx := context.Background()
	body := `{"errcode":0,"errmsg":"ok","config_\u0069d":"c","Config_ID":"other","new":[{"config_id":"x"}]}`
	added, err := answering(t, "add_contact_way", body).Add(ctx, counter)
	if err != nil || added.ConfigID != "c" {
		t.Errorf("%v, %+v", err, added)
	}
	_, err = answering(t, "add_contact_way", `{"errcode":40058,"errmsg":"x","Error":"y"}`).Add(ctx, counter)
	if failure := failureOf(t, err); failure.Kind != contactway.ErrAPI || failure.Errcode != 40058 {
		t.Errorf("%+v", failure)
	}
}

func TestErrorKeepsWhatCanBeRead(t *testing.T) {
	client := answering(t, "list_contact_way", `{"errcode":40058,"errmsg":["x"],"hint":7}`)
	_, err := client.List(context.Background(), contactway.ListRequest{})
	if failure := failureOf(t, err); failure.Kind == contactway.ErrInternal || failure.Endpoint != "list_contact_way" {
		t.Errorf("%+v", failure)
	}
}

func TestAllYieldsWhatCanBeRead(t *testing.T) {
	client := answering(t, "list_contact_way",
		`{"errcode":0,"errmsg":"ok","contact_way":[{"config_id":"a"},{"config_id":7},{"config_id":"b"}],"next_cursor":"n"}`)
	var ids []string
	var last error
	for id, err := range client.All(context.Background(), contactway.ListRequest{}) {
		if err == nil {
			ids = append(ids, id)
		}
		last = err
	}
	if !slices.Equal(ids, []string{"a", "b"}) || !errors.Is(last, contactway.ErrBadResponse) {
		t.Errorf("walked %v, then %v", ids, last)
	}
}

func TestWarnings(t *testing.T) {
	sandbox := contactwaytest.NewSandbox(t)
	config := sandbox.Config()
	config.Validate = contactway.Warn
	request := counter
	request.Style = contactway.Some(1)
	added, err := sandbox.NewClientWith(config).Add(context.Background(), request)
	if err != nil {
		t.Fatal(err)
	}
	if len(added.Warnings) != 1 || added.Warnings[0].Pointer != "/style" || added.Warnings[0].Code != "style_needs_scene_1" {
		t.Errorf("warnings %+v", added.Warnings)
	}
}

func TestErrorTellsEveryBrokenRule(t *testing.T) {
	_, err := contactwaytest.NewSandbox(t).NewClient().Add(context.Background(), contactway.AddRequest{Type: 1, User: []string{"a", "b"}})
	failure := failureOf(t, err)
	rules := map[string]string{}
	for _, detail := range failure.Details {
		rules[detail.Rule] = detail.Pointer
	}
	if failure.Kind != contactway.ErrInvalidRequest || rules["scene_required"] != "/scene" || rules["type_1_one_user"] != "/user" {
		t.Errorf("%+v", failure)
	}
	if errors.Is(err, contactway.ErrAPI) || !strings.Contains(err.Error(), "add_contact_way: invalid_request (-1003): ") {
		t.Error(err)
	}
}

func TestRetryAfter(t *testing.T) {
	sandbox := contactwaytest.NewSandbox(t)
	sandbox.AddFaults(contactwaytest.Fault{Endpoint: "list_contact_way", Do: map[string]any{"errcode": 45009}})
	_, err := sandbox.NewClient().List(context.Background(), contactway.ListRequest{})
	failure := failureOf(t, err)
	if !errors.Is(err, contactway.ErrRateLimited) || failure.RetryAfter <= 0 || !failure.Retryable {
		t.Errorf("%+v", failure)
	}
}

func TestPictures(t *testing.T) {
	sandbox := contactwaytest.NewSandbox(t)
	client := sandbox.NewClient()
	ctx := context.Background()
	added, err := client.Add(ctx, counter)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "码 1.png")
	saved, err := client.SaveQRCode(ctx, contactway.SaveQRCodeRequest{ConfigID: added.ConfigID, Path: path})
	if err != nil {
		t.Fatal(err)
	}
	picture, err := os.ReadFile(path)
	if err != nil || saved.Bytes != int64(len(picture)) || saved.Path != path || saved.ContentType != "image/png" {
		t.Errorf("%v, %+v", err, saved)
	}
	for name, request := range map[string]contactway.UploadImageRequest{
		"path":    {Path: path},
		"content": {Content: picture, Filename: "a.png"},
	} {
		uploaded, err := client.UploadImage(ctx, request)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if seconds, err := uploaded.CreatedAt.Int64(); err != nil || seconds == 0 || uploaded.MediaID == "" || uploaded.Type != "image" {
			t.Errorf("%s: %+v", name, uploaded)
		}
	}
}

func TestTemporaryChat(t *testing.T) {
	sandbox := contactwaytest.NewSandbox(t)
	client := sandbox.NewClient()
	ctx := context.Background()
	added, err := client.Add(ctx, contactway.AddRequest{
		Type: 1, Scene: 2, User: []string{"zhangyisheng"}, IsTemp: contactway.Some(true), ExpiresIn: contactway.Some(3600),
		Conclusions: &contactway.Conclusions{Text: &contactway.Text{Content: "祝您早日康复"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	got, err := client.Get(ctx, contactway.GetRequest{ConfigID: added.ConfigID})
	if err != nil || !got.ContactWay.IsTemp || got.ContactWay.ExpiresIn != 3600 || got.ContactWay.Conclusions.Text.Content != "祝您早日康复" {
		t.Errorf("%v, %+v", err, got)
	}
	scanned := sandbox.Scan(added.ConfigID)
	_, err = client.CloseTempChat(ctx, contactway.CloseTempChatRequest{UserID: scanned.UserID, ExternalUserID: scanned.ExternalUserID})
	if err != nil {
		t.Error(err)
	}
	messages := sandbox.Messages(scanned.ExternalUserID)
	if len(messages) != 1 || messages[0].Text == nil || messages[0].Text.Content != "祝您早日康复" {
		t.Errorf("messages %+v", messages)
	}
}

func TestAll(t *testing.T) {
	sandbox := contactwaytest.NewSandbox(t)
	client := sandbox.NewClient()
	ctx := context.Background()
	var ids []string
	for range 7 {
		added, err := client.Add(ctx, counter)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, added.ConfigID)
	}
	pages := contactway.ListRequest{Limit: contactway.Some(3)}
	walk := client.All(ctx, pages)
	for range 2 {
		var walked []string
		for id, err := range walk {
			if err != nil {
				t.Fatal(err)
			}
			walked = append(walked, id)
		}
		if !slices.Equal(walked, ids) {
			t.Errorf("walked %v, not %v", walked, ids)
		}
	}
	sandbox.Do("DELETE", "calls", nil, nil)
	for range walk {
		break
	}
	if calls := sandbox.Calls("list_contact_way"); len(calls) != 1 {
		t.Errorf("a walk that was left read %d pages", len(calls))
	}
}

func TestAllEndsWithTheError(t *testing.T) {
	sandbox := contactwaytest.NewSandbox(t)
	client := sandbox.NewClient()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var errs []error
	for id, err := range client.All(ctx, contactway.ListRequest{}) {
		if id != "" {
			t.Errorf("%q came with an error", id)
		}
		errs = append(errs, err)
	}
	if len(errs) != 1 || !errors.Is(errs[0], context.Canceled) {
		t.Errorf("the walk yielded %v", errs)
	}
}

func TestAllRefusesARepeatedCursor(t *testing.T) {
	for _, cursors := range [][]string{{"b", "c", "b", "d"}, {"b", "a", "c"}, {"a", "b"}} {
		sandbox := contactwaytest.NewSandbox(t)
		for _, cursor := range cursors {
			sandbox.AddFaults(contactwaytest.Fault{Endpoint: "list_contact_way", Do: map[string]any{
				"status": 200,
				"body":   `{"errcode":0,"errmsg":"ok","contact_way":[{"config_id":"x"}],"next_cursor":"` + cursor + `"}`,
			}})
		}
		var last error
		for _, err := range sandbox.NewClient().All(context.Background(), contactway.ListRequest{Cursor: "a"}) {
			last = err
		}
		// The last of the cursors is the first that nobody may ask for.
		if asked := len(sandbox.Calls("list_contact_way")); asked != len(cursors)-1 || !errors.Is(last, contactway.ErrBadResponse) {
			t.Errorf("%v: %d pages, then %v", cursors, asked, last)
		}
	}
}

func TestJSONGet(t *testing.T) {
	text := []byte(`{"a":{"b/c":[1,"x",12345678901234567890123]},"n":null}`)
	for pointer, value := range map[string]string{
		"/a/b~1c/0": "1", "/a/b~1c/1": "x", "/a/b~1c/2": "12345678901234567890123", "/n": "null",
	} {
		if got, found := contactway.JSONGet(text, pointer); !found || got != value {
			t.Errorf("%s: %q, %v", pointer, got, found)
		}
	}
	for _, pointer := range []string{"/b", "a", "/a\x00"} {
		if got, found := contactway.JSONGet(text, pointer); found {
			t.Errorf("%q finds %q", pointer, got)
		}
	}
}
