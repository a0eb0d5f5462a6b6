// The xen0n/go-workwx of the Go proxy, as its documentation has it: one app, shared by all goroutines.
package main

import (
	"github.com/contactway/contactway/tests/bench/go/contender"
	"github.com/xen0n/go-workwx"
)

// The parameters of its add call, which has no type for them.
type request struct {
	Type          int                `json:"type"`
	Scene         int                `json:"scene"`
	Style         int                `json:"style"`
	Remark        string             `json:"remark"`
	SkipVerify    bool               `json:"skip_verify"`
	State         string             `json:"state"`
	User          []string           `json:"user"`
	Party         []int              `json:"party"`
	IsTemp        bool               `json:"is_temp"`
	ExpiresIn     int                `json:"expires_in"`
	ChatExpiresIn int                `json:"chat_expires_in"`
	UnionID       string             `json:"unionid"`
	Conclusions   workwx.Conclusions `json:"conclusions"`
}

func main() {
	contender.Run(func(baseURL, _ string, r request) (contender.Add, error) {
		app := workwx.New("ww0000000000000001", workwx.WithQYAPIHost(baseURL)).WithApp("bench", 1)
		return func() error {
			_, err := app.ExternalContactAddContact(r.Type, r.Scene, r.Style, r.Remark, r.SkipVerify, r.State, r.User,
				r.Party, r.IsTemp, r.ExpiresIn, r.ChatExpiresIn, r.UnionID, r.Conclusions)
			return err
		}, nil
	})
}
