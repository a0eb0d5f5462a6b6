// Package life lives the life of a contact way with go-workwx against the program contactway-sandbox.
package life

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"reflect"
	"syscall"
	"testing"

	"github.com/xen0n/go-workwx"
	"github.com/xen0n/go-workwx/errcodes"
)

// A running sandbox, and the SDK as its app.
type sandbox struct {
	t       *testing.T
	baseURL string
	app     *workwx.WorkwxApp
}

// start runs the program that CONTACTWAY_SANDBOX names, on a port of its own.
func start(t *testing.T) sandbox {
	program := os.Getenv("CONTACTWAY_SANDBOX")
	if program == "" {
		t.Fatal("CONTACTWAY_SANDBOX must name the program contactway-sandbox; make test-sdks does")
	}
	command := exec.Command(program)
	command.Stderr = os.Stderr
	out, err := command.StdoutPipe()
	must(t, err)
	must(t, command.Start())
	t.Cleanup(func() {
		must(t, command.Process.Signal(syscall.SIGTERM))
		must(t, command.Wait())
	})
	line, err := bufio.NewReader(out).ReadBytes('\n')
	must(t, err)
	var info struct {
		BaseURL string `json:"base_url"`
		CorpID  string `json:"corp_id"`
		Secret  string `json:"secret"`
	}
	must(t, json.Unmarshal(line, &info))
	app := workwx.New(info.CorpID, workwx.WithQYAPIHost(info.BaseURL)).WithApp(info.Secret, 1)
	return sandbox{t, info.BaseURL, app}
}

// A customer's scan, as /sandbox/scan answers it.
type scanned struct {
	ExternalUserid string `json:"external_userid"`
	Userid         string `json:"userid"`
	State          string `json:"state"`
	TempChat       *struct {
		ExpiresAt int64 `json:"expires_at"`
	} `json:"temp_chat"`
}

func (it sandbox) scan(configID string) scanned {
	body, err := json.Marshal(map[string]string{"config_id": configID})
	must(it.t, err)
	response, err := http.Post(it.baseURL+"/sandbox/scan", "application/json", bytes.NewReader(body))
	must(it.t, err)
	return decoded[scanned](it.t, response)
}

// What a customer was sent, as /sandbox/messages answers it.
type messages struct {
	Messages []struct {
		Msgtype string `json:"msgtype"`
		Text    struct {
			Content string `json:"content"`
		} `json:"text"`
	} `json:"messages"`
}

func (it sandbox) messages(externalUserid string) messages {
	response, err := http.Get(it.baseURL + "/sandbox/messages?external_userid=" + externalUserid)
	must(it.t, err)
	return decoded[messages](it.t, response)
}

func decoded[T any](t *testing.T, response *http.Response) (value T) {
	defer func() { must(t, response.Body.Close()) }()
	body, err := io.ReadAll(response.Body)
	must(t, err)
	must(t, json.Unmarshal(body, &value))
	return value
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func same(t *testing.T, found, expected any) {
	t.Helper()
	if !reflect.DeepEqual(found, expected) {
		t.Fatalf("found %v, expected %v", found, expected)
	}
}

func isRefused(t *testing.T, err error, code errcodes.ErrCode) {
	t.Helper()
	var refusal *workwx.WorkwxClientError
	if !errors.As(err, &refusal) || refusal.Code != code {
		t.Fatalf("found %v, expected the errcode %d", err, code)
	}
}

func TestAContactWayLivesAndDies(t *testing.T) {
	it := start(t)
	none := workwx.Conclusions{}
	made, err := it.app.ExternalContactAddContact(
		2, 2, 0, "渠道客户", true, "store-42", []string{"lisi", "wangwu"}, nil, false, 0, 0, "", none)
	must(t, err)

	way, err := it.app.ExternalContactGetContactWay(made.ConfigID)
	must(t, err)
	same(t, way.ConfigID, made.ConfigID)
	same(t, way.QRCode, made.QRCode)
	expected := workwx.ExternalContactWay{
		Type: 2, Scene: 2, Remark: "渠道客户", SkipVerify: true, State: "store-42", User: []string{"lisi", "wangwu"}, Party: []int{},
	}
	same(t, way.ExternalContactWay, expected)

	list, err := it.app.ExternalContactListContactWayChat(0, 0, "", 0)
	must(t, err)
	same(t, len(list.ContactWay), 1)
	same(t, list.ContactWay[0].ConfigID, made.ConfigID)
	same(t, list.NextCursor, "")

	must(t, it.app.ExternalContactUpdateContactWay(
		made.ConfigID, "新备注", true, 0, "store-43", []string{"zhangsan"}, []int{3}, 0, 0, "", none))
	way, err = it.app.ExternalContactGetContactWay(made.ConfigID)
	must(t, err)
	expected.Remark, expected.State, expected.User, expected.Party = "新备注", "store-43", []string{"zhangsan"}, []int{3}
	same(t, way.ExternalContactWay, expected)

	customer := it.scan(made.ConfigID)
	same(t, customer.State, "store-43")
	same(t, customer.TempChat == nil, true)

	must(t, it.app.ExternalContactDelContactWay(made.ConfigID))
	_, err = it.app.ExternalContactGetContactWay(made.ConfigID)
	isRefused(t, err, errcodes.ErrCode41044)
}

func TestATemporaryOneEndsWithItsConclusions(t *testing.T) {
	it := start(t)
	made, err := it.app.ExternalContactAddContact(1, 2, 0, "", true, "", []string{"zhangyisheng"}, nil, true, 86400, 3600, "",
		workwx.Conclusions{Text: workwx.Text{Content: "祝您早日康复"}})
	must(t, err)
	way, err := it.app.ExternalContactGetContactWay(made.ConfigID)
	must(t, err)
	same(t, way.IsTemp, true)
	same(t, []int{way.ExpiresIn, way.ChatExpiresIn}, []int{86400, 3600})
	same(t, way.Conclusions.Text.Content, "祝您早日康复")

	customer := it.scan(made.ConfigID)
	same(t, customer.TempChat != nil, true)
	must(t, it.app.ExternalContactCloseTempChat(customer.Userid, customer.ExternalUserid))
	sent := it.messages(customer.ExternalUserid).Messages
	same(t, len(sent), 1)
	same(t, sent[0].Text.Content, "祝您早日康复")
	isRefused(t, it.app.ExternalContactCloseTempChat(customer.Userid, customer.ExternalUserid), errcodes.ErrCode84061)
}

func TestARefusalIsDecoded(t *testing.T) {
	it := start(t)
	_, err := it.app.ExternalContactAddContact(
		1, 2, 0, "", true, "", []string{"nobody"}, nil, false, 0, 0, "", workwx.Conclusions{})
	isRefused(t, err, errcodes.ErrCode60111)
	_, err = it.app.ExternalContactListContactWayChat(0, 0, "", 1001)
	isRefused(t, err, errcodes.ErrCode40058)
	stranger := workwx.New(it.app.CorpID, workwx.WithQYAPIHost(it.baseURL)).WithApp("wrong", 1)
	_, err = stranger.ExternalContactGetContactWay("0")
	isRefused(t, err, errcodes.ErrCode40001)
}
