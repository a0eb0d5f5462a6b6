// Records what two Go SDKs send: one line of JSON a request, to stdout.
package main

import (
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"strings"
)

// A request as it is written down. What the test fills in ($CONFIG_ID and the like) was given to the SDK as it stands.
type recorded struct {
	SDK         string `json:"sdk"`
	Name        string `json:"name"`
	Endpoint    string `json:"endpoint"`
	ContentType string `json:"content_type"`
	Body        string `json:"body"`
}

// A recorder is a server that writes down each request and answers success.
type recorder struct {
	*httptest.Server
	next recorded
	seen bool
}

func newRecorder() *recorder {
	it := &recorder{}
	out := json.NewEncoder(os.Stdout)
	out.SetEscapeHTML(false)
	it.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if strings.HasSuffix(r.URL.Path, "/gettoken") {
			mustWrite(w, `{"errcode":0,"errmsg":"ok","access_token":"t","expires_in":7200}`)
			return
		}
		body, err := io.ReadAll(r.Body)
		if err != nil {
			log.Fatal(err)
		}
		it.next.Endpoint, it.next.ContentType, it.next.Body = path.Base(r.URL.Path), r.Header.Get("Content-Type"), string(body)
		it.seen = true
		if err := out.Encode(it.next); err != nil {
			log.Fatal(err)
		}
		mustWrite(w, `{"errcode":0,"errmsg":"ok"}`)
	}))
	return it
}

func mustWrite(w io.Writer, text string) {
	if _, err := io.WriteString(w, text); err != nil {
		log.Fatal(err)
	}
}

// record makes a call under a name; a call that sends nothing ends the program.
func (it *recorder) record(sdk, name string, call func() error) {
	it.next, it.seen = recorded{SDK: sdk, Name: name}, false
	if err := call(); err != nil {
		log.Fatalf("%s %s: %v", sdk, name, err)
	}
	if !it.seen {
		log.Fatalf("%s %s sent nothing", sdk, name)
	}
}

func main() {
	it := newRecorder()
	defer it.Close()
	recordWorkwx(it)
	recordSilenceper(it)
}
