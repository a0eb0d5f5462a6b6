package main

import (
	"context"

	"github.com/xen0n/go-workwx"
)

// A token that needs no call to gettoken.
type aToken struct{}

func (aToken) GetToken(context.Context) (string, error) { return "t", nil }

// The fourteen arguments of an add, which the SDK takes by position.
type workwxWay struct {
	kind, scene, style   int
	remark, state        string
	skipVerify           bool
	user                 []string
	party                []int
	temp                 bool
	expires, chatExpires int
	unionid              string
	conclusions          workwx.Conclusions
}

func recordWorkwx(it *recorder) {
	app := workwx.New("ww1", workwx.WithQYAPIHost(it.URL), workwx.WithAccessTokenProvider(aToken{})).WithApp("s", 1)
	const sdk = "go-workwx v1.7.0"
	add := func(name string, way workwxWay) {
		it.record(sdk, name, func() error {
			_, err := app.ExternalContactAddContact(way.kind, way.scene, way.style, way.remark, way.skipVerify, way.state,
				way.user, way.party, way.temp, way.expires, way.chatExpires, way.unionid, way.conclusions)
			return err
		})
	}
	update := func(name string, way workwxWay) {
		it.record(sdk, name, func() error {
			return app.ExternalContactUpdateContactWay("$CONFIG_ID", way.remark, way.skipVerify, way.style, way.state,
				way.user, way.party, way.expires, way.chatExpires, way.unionid, way.conclusions)
		})
	}
	list := func(name string, start, end int, cursor string, limit int) {
		it.record(sdk, name, func() error {
			_, err := app.ExternalContactListContactWayChat(start, end, cursor, limit)
			return err
		})
	}
	get := func(name, configID string) {
		it.record(sdk, name, func() error {
			_, err := app.ExternalContactGetContactWay(configID)
			return err
		})
	}
	del := func(name, configID string) {
		it.record(sdk, name, func() error { return app.ExternalContactDelContactWay(configID) })
	}
	closeChat := func(name, userid, externalUserid string) {
		it.record(sdk, name, func() error { return app.ExternalContactCloseTempChat(userid, externalUserid) })
	}

	lisi, both, doctor := []string{"lisi"}, []string{"lisi", "wangwu"}, []string{"zhangyisheng"}
	add("add_one_by_code", workwxWay{kind: 1, scene: 2, remark: "渠道客户", skipVerify: true, state: "store|42", user: lisi})
	add("add_one_by_code_to_be_agreed", workwxWay{kind: 1, scene: 2, user: lisi})
	add("add_one_by_code_with_what_does_not_count", workwxWay{
		kind: 1, scene: 2, style: 9, skipVerify: true, user: lisi, party: []int{2}, expires: -1, chatExpires: 2000000, unionid: "u",
		conclusions: workwx.Conclusions{Text: workwx.Text{Content: "再见"}},
	})
	add("add_one_by_button", workwxWay{kind: 1, scene: 1, style: 1, skipVerify: true, user: lisi})
	add("add_one_by_button_style_3", workwxWay{kind: 1, scene: 1, style: 3, skipVerify: true, user: lisi})
	add("add_one_by_button_without_style", workwxWay{kind: 1, scene: 1, skipVerify: true, user: lisi})
	add("add_several_by_code", workwxWay{kind: 2, scene: 2, remark: "多人", skipVerify: true, state: "s", user: both})
	add("add_departments_by_code", workwxWay{kind: 2, scene: 2, skipVerify: true, party: []int{2, 3}})
	add("add_several_by_button", workwxWay{kind: 2, scene: 1, style: 2, skipVerify: true, user: both, party: []int{2}})
	add("add_several_by_button_style_3", workwxWay{kind: 2, scene: 1, style: 3, skipVerify: true, user: both})
	add("add_by_another_case", workwxWay{kind: 1, scene: 2, skipVerify: true, user: []string{"LiSi"}})
	add("add_with_an_escape", workwxWay{kind: 1, scene: 2, skipVerify: true, state: "a&b", user: lisi})
	add("add_with_an_escape_where_taken", workwxWay{kind: 1, scene: 2, skipVerify: true, state: "a&b", user: lisi})

	text := workwx.Text{Content: "祝您早日康复"}
	image := workwx.Image{MediaID: "$MEDIA_ID"}
	link := workwx.Link{Title: "标题", PicURL: "https://example.com/p.png", Desc: "描述", URL: "https://example.com/a"}
	program := workwx.MiniProgram{Title: "标题", PicMediaID: "$MEDIA_ID", AppID: "wx8bd80126147dfAAA", Page: "/path/index.html"}
	temp := func(conclusions workwx.Conclusions) workwxWay {
		return workwxWay{kind: 1, scene: 2, skipVerify: true, user: doctor, temp: true, expires: 86400, chatExpires: 3600,
			conclusions: conclusions}
	}
	add("add_temp_with_text", temp(workwx.Conclusions{Text: text}))
	add("add_temp_with_image", temp(workwx.Conclusions{Image: image}))
	add("add_temp_with_link", temp(workwx.Conclusions{Link: link}))
	add("add_temp_with_miniprogram", temp(workwx.Conclusions{MiniProgram: program}))
	add("add_temp_with_text_and_link", temp(workwx.Conclusions{Text: text, Link: link}))
	add("add_temp_with_all_four", temp(workwx.Conclusions{Text: text, Image: image, Link: link, MiniProgram: program}))
	add("add_temp_without_conclusions", temp(workwx.Conclusions{}))
	add("add_temp_by_defaults", workwxWay{kind: 1, scene: 2, skipVerify: true, user: doctor, temp: true})
	bound := temp(workwx.Conclusions{Text: text})
	bound.unionid = "oxTWIuGaIt6gTKsQRLau2M0AAAA"
	add("add_temp_for_a_unionid", bound)
	button := temp(workwx.Conclusions{Text: text})
	button.scene, button.style = 1, 2
	add("add_temp_by_button", button)
	several := temp(workwx.Conclusions{Text: text})
	several.kind, several.user = 2, both
	add("add_temp_for_several", several)
	long := temp(workwx.Conclusions{})
	long.expires = 14*86400 + 1
	add("add_temp_beyond_14_days", long)

	add("add_unknown_user", workwxWay{kind: 1, scene: 2, skipVerify: true, user: []string{"nobody"}})
	add("add_unknown_department", workwxWay{kind: 2, scene: 2, skipVerify: true, party: []int{77}})
	add("add_nobody", workwxWay{kind: 2, scene: 2, skipVerify: true})
	add("add_type_0", workwxWay{scene: 2, skipVerify: true, user: lisi})
	add("add_scene_0", workwxWay{kind: 1, skipVerify: true, user: lisi})

	update("update_remark", workwxWay{remark: "新备注", skipVerify: true, state: "s1"})
	update("update_user", workwxWay{remark: "多人", skipVerify: true, state: "s1", user: []string{"zhangsan"}})
	update("update_all", workwxWay{remark: "全部", state: "s2", user: []string{"wangwu"}, party: []int{3}})
	update("update_style_of_a_button", workwxWay{skipVerify: true, style: 2})
	update("update_conclusions_of_temp", workwxWay{skipVerify: true, expires: 3600, chatExpires: 7200,
		conclusions: workwx.Conclusions{Text: text, MiniProgram: program}})
	update("update_remark_of_temp", workwxWay{remark: "新备注", skipVerify: true})
	update("update_dead_temp", workwxWay{remark: "新备注", skipVerify: true})
	update("update_unknown_user", workwxWay{remark: "新备注", user: []string{"nobody"}})

	get("get_one_by_code", "$CONFIG_ID")
	get("get_several_by_button", "$CONFIG_ID")
	get("get_temp", "$CONFIG_ID")
	get("get_unknown", "0123456789abcdef0123456789abcdef")
	get("get_without_config_id", "")

	list("list_by_defaults", 0, 0, "", 0)
	list("list_first_page", 0, 0, "", 2)
	list("list_next_page", 0, 0, "$CURSOR", 2)
	list("list_within_times", 1767139200, 1767225600, "", 1000)
	list("list_nothing", 0, 0, "", 100)
	list("list_beyond_1000", 0, 0, "", 1001)

	closeChat("close_temp_chat", "$USERID", "$EXTERNAL_USERID")
	closeChat("close_without_a_chat", "$USERID", "$EXTERNAL_USERID")
	closeChat("close_with_an_unknown_customer", "lisi", "wmUnknown")
	closeChat("close_of_an_unknown_user", "nobody", "$EXTERNAL_USERID")
	closeChat("close_without_userid", "", "$EXTERNAL_USERID")

	del("del_one", "$CONFIG_ID")
	del("del_unknown", "0123456789abcdef0123456789abcdef")
}
