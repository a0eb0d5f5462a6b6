package contactway

// #include "library.h"
// #include "callbacks.h"
import "C"

import "encoding/json"

// Sandbox is a stand-in for WeCom on a port of this machine, run by this process. It is to be stopped.
type Sandbox struct {
	BaseURL      string          `json:"base_url"` // what is for tests alone is below BaseURL + "/sandbox/"
	CorpID       string          `json:"corp_id"`
	Secret       string          `json:"secret"`
	ClientConfig json.RawMessage `json:"client_config"` // ready for [NewFromJSON]

	config Config
	handle C.contactway_sandbox
}

// StartSandbox starts a sandbox. SandboxConfig{} is one medical company with one app and the members zhangsan, lisi,
// wangwu and zhangyisheng, on a free port. The error names every wrong member. Package contactwaytest does it for tests.
func StartSandbox(config SandboxConfig) (*Sandbox, error) {
	if err := checkInterface(loadedInterface()); err != nil {
		return nil, err
	}
	wire := config.wire()
	written, err := encode(wire)
	if err != nil {
		return nil, err
	}
	text, err := cString("the configuration", written)
	if err != nil {
		return nil, err
	}
	var info *C.char
	handle := C.contactway_sandbox_start(text, &info)
	raw, err := outcome(C.contactway_go_measured(info))
	if err != nil {
		return nil, inGo(err, wire)
	}
	sandbox := &Sandbox{handle: handle}
	if err := sandbox.read(raw); err != nil {
		sandbox.Stop()
		return nil, unreadable("", raw, err)
	}
	return sandbox, nil
}

func (s *Sandbox) read(info []byte) error {
	if err := decode(info, s); err != nil {
		return err
	}
	var client struct {
		BaseURL      string `json:"base_url"`
		CorpID       string `json:"corp_id"`
		Secret       string `json:"secret"`
		ExtraCAFile  string `json:"extra_ca_file"`
		InsecureHTTP bool   `json:"insecure_http"`
		Extra        map[string]json.RawMessage
	}
	if err := decode(s.ClientConfig, &client); err != nil {
		return err
	}
	s.config = Config{
		BaseURL: client.BaseURL, CorpID: client.CorpID, Secret: client.Secret,
		ExtraCAFile: client.ExtraCAFile, InsecureHTTP: client.InsecureHTTP, Extra: client.Extra,
	}
	return nil
}

// Config is the configuration of a client of the sandbox, with all that it takes to reach it: its authority where it
// speaks TLS, and leave for http where it is reached by another name.
func (s *Sandbox) Config() Config { return s.config }

// Stop closes the sandbox's port and ends its threads. It may be called more than once.
func (s *Sandbox) Stop() {
	if s == nil {
		return
	}
	C.contactway_sandbox_stop(s.handle)
}
