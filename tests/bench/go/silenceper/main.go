// The silenceper/wechat of the Go proxy, as its documentation has it: one client, shared by all goroutines.
package main

import (
	"strings"

	"github.com/contactway/contactway/tests/bench/go/contender"
	"github.com/silenceper/wechat/v2/cache"
	"github.com/silenceper/wechat/v2/util"
	"github.com/silenceper/wechat/v2/work"
	"github.com/silenceper/wechat/v2/work/config"
	"github.com/silenceper/wechat/v2/work/externalcontact"
)

func main() {
	contender.Run(func(baseURL, _ string, request externalcontact.AddContactWayRequest) (contender.Add, error) {
		util.SetURIModifier(func(uri string) string {
			return strings.Replace(uri, "https://qyapi.weixin.qq.com", baseURL, 1)
		})
		client := work.NewWork(&config.Config{
			CorpID: "ww0000000000000001", CorpSecret: "bench", Cache: cache.NewMemory(),
		}).GetExternalContact()
		return func() error {
			_, err := client.AddContactWay(&request)
			return err
		}, nil
	})
}
