package main

import (
	"strings"

	"github.com/silenceper/wechat/v2/cache"
	"github.com/silenceper/wechat/v2/util"
	"github.com/silenceper/wechat/v2/work"
	"github.com/silenceper/wechat/v2/work/config"
	ec "github.com/silenceper/wechat/v2/work/externalcontact"
)

// The SDK knows one host and no close_temp_chat.
func recordSilenceper(it *recorder) {
	util.SetURIModifier(func(uri string) string { return strings.Replace(uri, "https://qyapi.weixin.qq.com", it.URL, 1) })
	client := work.NewWork(&config.Config{CorpID: "ww1", CorpSecret: "s", Cache: cache.NewMemory()}).GetExternalContact()
	const sdk = "silenceper/wechat v2.1.9"
	add := func(name string, request ec.AddContactWayRequest) {
		it.record(sdk, name, func() error {
			_, err := client.AddContactWay(&request)
			return err
		})
	}
	update := func(name string, request ec.UpdateContactWayRequest) {
		request.ConfigID = "$CONFIG_ID"
		it.record(sdk, name, func() error {
			_, err := client.UpdateContactWay(&request)
			return err
		})
	}
	list := func(name string, request ec.ListContactWayRequest) {
		it.record(sdk, name, func() error {
			_, err := client.ListContactWay(&request)
			return err
		})
	}
	get := func(name, configID string) {
		it.record(sdk, name, func() error {
			_, err := client.GetContactWay(&ec.GetContactWayRequest{ConfigID: configID})
			return err
		})
	}
	del := func(name, configID string) {
		it.record(sdk, name, func() error {
			_, err := client.DelContactWay(&ec.DelContactWayRequest{ConfigID: configID})
			return err
		})
	}

	lisi, both, doctor := []string{"lisi"}, []string{"lisi", "wangwu"}, []string{"zhangyisheng"}
	add("add_one_by_code", ec.AddContactWayRequest{Type: 1, Scene: 2, Remark: "渠道客户", SkipVerify: true, State: "a&b<c>", User: lisi})
	add("add_one_by_code_to_be_agreed", ec.AddContactWayRequest{Type: 1, Scene: 2, User: lisi})
	add("add_one_by_button", ec.AddContactWayRequest{Type: 1, Scene: 1, Style: 2, SkipVerify: true, User: lisi})
	add("add_one_by_button_without_style", ec.AddContactWayRequest{Type: 1, Scene: 1, SkipVerify: true, User: lisi})
	add("add_several_by_code", ec.AddContactWayRequest{Type: 2, Scene: 2, Remark: "多人", SkipVerify: true, State: "s", User: both})
	add("add_departments_by_code", ec.AddContactWayRequest{Type: 2, Scene: 2, SkipVerify: true, Party: []int{2}})
	add("add_several_by_button", ec.AddContactWayRequest{Type: 2, Scene: 1, Style: 1, SkipVerify: true, User: both})
	add("add_by_another_case", ec.AddContactWayRequest{Type: 2, Scene: 2, SkipVerify: true, User: []string{"LISI", "Wangwu"}})

	text := ec.ConclusionsText{Content: "祝您早日康复"}
	image := ec.ConclusionsImageRequest{MediaID: "$MEDIA_ID"}
	link := ec.ConclusionsLink{Title: "标题", PicURL: "https://example.com/p.png", Desc: "描述", URL: "https://example.com/?a=1&b=2"}
	program := ec.ConclusionsMiniProgram{Title: "标题", PicMediaID: "$MEDIA_ID", AppID: "wx8bd80126147dfAAA", Page: "/path/index.html"}
	temp := func(conclusions ec.ConclusionsRequest) ec.AddContactWayRequest {
		return ec.AddContactWayRequest{Type: 1, Scene: 2, SkipVerify: true, User: doctor, IsTemp: true, ExpiresIn: 86400,
			ChatExpiresIn: 3600, Conclusions: conclusions}
	}
	add("add_temp_with_text", temp(ec.ConclusionsRequest{Text: text}))
	add("add_temp_with_image", temp(ec.ConclusionsRequest{Image: image}))
	add("add_temp_with_link", temp(ec.ConclusionsRequest{Link: link}))
	add("add_temp_with_miniprogram", temp(ec.ConclusionsRequest{MiniProgram: program}))
	add("add_temp_with_text_and_image", temp(ec.ConclusionsRequest{Text: text, Image: image}))
	add("add_temp_with_link_and_miniprogram", temp(ec.ConclusionsRequest{Link: link, MiniProgram: program}))
	add("add_temp_by_defaults", ec.AddContactWayRequest{Type: 1, Scene: 2, SkipVerify: true, User: doctor, IsTemp: true})
	add("add_unknown_user", ec.AddContactWayRequest{Type: 1, Scene: 2, SkipVerify: true, User: []string{"nobody"}})
	add("add_nobody", ec.AddContactWayRequest{Type: 1, Scene: 2, SkipVerify: true})
	add("add_type_3", ec.AddContactWayRequest{Type: 3, Scene: 2, SkipVerify: true, User: lisi})

	update("update_remark", ec.UpdateContactWayRequest{Remark: "新备注", SkipVerify: true, State: "s1"})
	update("update_all", ec.UpdateContactWayRequest{Remark: "全部", State: "s2", User: []string{"wangwu"}, Party: []int{3}})
	update("update_style_of_a_button", ec.UpdateContactWayRequest{SkipVerify: true, Style: 3})
	update("update_conclusions_of_temp", ec.UpdateContactWayRequest{SkipVerify: true, ExpiresIn: 3600, ChatExpiresIn: 7200,
		Conclusions: ec.ConclusionsRequest{Link: link}})
	update("update_remark_of_temp", ec.UpdateContactWayRequest{Remark: "新备注", SkipVerify: true})

	get("get_one_by_code", "$CONFIG_ID")
	get("get_temp", "$CONFIG_ID")
	get("get_unknown", "0123456789abcdef0123456789abcdef")
	list("list_by_defaults", ec.ListContactWayRequest{})
	list("list_first_page", ec.ListContactWayRequest{Limit: 2})
	list("list_next_page", ec.ListContactWayRequest{Cursor: "$CURSOR", Limit: 2})
	list("list_within_times", ec.ListContactWayRequest{StartTime: 1767139200, EndTime: 1767225600, Limit: 100})
	list("list_beyond_1000", ec.ListContactWayRequest{Limit: 1001})
	del("del_one", "$CONFIG_ID")
	del("del_unknown", "0123456789abcdef0123456789abcdef")
}
