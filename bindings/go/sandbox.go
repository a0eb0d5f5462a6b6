package contactway

// #include "library.h"
// #include "callbacks.h"
import "C"

import "encoding/json"

// Sandbox is a stand-in for WeCom on a loopback port of this process. It is to be stopped.
type Sandbox struct {
	BaseURL      string          `json:"base_url"` // what is for tests alone is below BaseURL + "/sandbox/"
	CorpID       string          `json:"corp_id"`
	Secret       string          `json:"secret"`
	ClientConfig json.RawMessage `json:"client_config"` // ready for [NewFromJSON]

	handle C.contactway_sandbox
}

// StartSandbox starts a sandbox; config is a JSON object, {} if nil. Package contactwaytest does it for tests.
func StartSandbox(config []byte) (*Sandbox, error) {
	if err := checkInterface(loadedInterface()); err != nil {
		return nil, err
	}
	if config == nil {
		config = []byte("{}")
	}
	text, err := cString("the configuration", config)
	if err != nil {
		return nil, err
	}
	var info *C.char
	handle := C.contactway_sandbox_start(text, &info)
	raw, err := outcome(C.contactway_go_measured(info))
	if err != nil {
		return nil, err
	}
	sandbox := &Sandbox{handle: handle}
	if err := decode(raw, sandbox); err != nil {
		sandbox.Stop()
		return nil, unreadable("", raw, err)
	}
	return sandbox, nil
}

// Config is the configuration of a client of the sandbox.
func (s *Sandbox) Config() Config {
	return Config{BaseURL: s.BaseURL, CorpID: s.CorpID, Secret: s.Secret}
}

// Stop closes the sandbox's port and ends its threads. It may be called more than once.
func (s *Sandbox) Stop() {
	if s == nil {
		return
	}
	C.contactway_sandbox_stop(s.handle)
}
