//go:build cgo

package contactway

import "encoding/json"

// AddRequest describes a contact way to be made: Type, Scene, and User or Party, at least.
type AddRequest struct {
	Type          int          `json:"type,omitempty"`            // required: 1 for one person, 2 for several
	Scene         int          `json:"scene,omitempty"`           // required: 1 for a button in a mini-program, 2 for a QR code
	Style         *int         `json:"style,omitempty"`           // of the button: 1 to 3 for one person, 1 to 2 for several
	Remark        *string      `json:"remark,omitempty"`          // up to 30 characters
	SkipVerify    *bool        `json:"skip_verify,omitempty"`     // whether customers need no agreement; true if left out
	State         *string      `json:"state,omitempty"`           // comes back with each customer; up to 30 characters
	User          []string     `json:"user,omitempty"`            // userids, required without Party; up to 100 members, those of Party included
	Party         []int64      `json:"party,omitempty"`           // departments, with Type 2
	IsTemp        *bool        `json:"is_temp,omitempty"`         // a temporary chat
	ExpiresIn     *int         `json:"expires_in,omitempty"`      // seconds that a temporary code lives, up to 14 days; 7 days if left out
	ChatExpiresIn *int         `json:"chat_expires_in,omitempty"` // seconds that a temporary chat lives, up to 14 days; a day if left out
	UnionID       *string      `json:"unionid,omitempty"`         // the one customer that a temporary code is for
	IsExclusive   *bool        `json:"is_exclusive,omitempty"`    // whether a customer stays with one member
	MarkSource    *bool        `json:"mark_source,omitempty"`     // whether customers are marked with their source
	Conclusions   *Conclusions `json:"conclusions,omitempty"`     // what a temporary chat ends with

	Extra map[string]json.RawMessage `json:"-"` // members that this binding does not know yet
}

// UpdateRequest changes a contact way. What is left out stays as it is; Some("") and an empty slice empty a member.
type UpdateRequest struct {
	ConfigID      string       `json:"config_id,omitempty"` // required
	Style         *int         `json:"style,omitempty"`
	Remark        *string      `json:"remark,omitempty"`
	SkipVerify    *bool        `json:"skip_verify,omitempty"`
	State         *string      `json:"state,omitempty"`
	User          []string     `json:"user,omitempty"`
	Party         []int64      `json:"party,omitempty"`
	ExpiresIn     *int         `json:"expires_in,omitempty"`      // seconds
	ChatExpiresIn *int         `json:"chat_expires_in,omitempty"` // seconds
	UnionID       *string      `json:"unionid,omitempty"`
	IsExclusive   *bool        `json:"is_exclusive,omitempty"`
	MarkSource    *bool        `json:"mark_source,omitempty"`
	Conclusions   *Conclusions `json:"conclusions,omitempty"`

	Extra map[string]json.RawMessage `json:"-"`
}

// Conclusions are the closing words of a temporary chat: a text, and one of a picture, a link and a mini-program. What each
// must hold is sent even if it is empty.
type Conclusions struct {
	Text        *Text        `json:"text,omitempty"`
	Image       *Image       `json:"image,omitempty"`
	Link        *Link        `json:"link,omitempty"`
	Miniprogram *Miniprogram `json:"miniprogram,omitempty"`

	Extra map[string]json.RawMessage `json:"-"`
}

// Text is a text of up to 4000 bytes.
type Text struct {
	Content string `json:"content"`

	Extra map[string]json.RawMessage `json:"-"`
}

// Image is a picture: MediaID where it is given, PicURL where it is answered.
type Image struct {
	MediaID string `json:"media_id,omitempty"` // from UploadImage, less than 3 days ago
	PicURL  string `json:"pic_url,omitempty"`

	Extra map[string]json.RawMessage `json:"-"`
}

// Link is a link, as a card.
type Link struct {
	Title  string `json:"title"` // up to 128 bytes
	PicURL string `json:"picurl,omitempty"`
	Desc   string `json:"desc,omitempty"` // up to 512 bytes
	URL    string `json:"url"`

	Extra map[string]json.RawMessage `json:"-"`
}

// Miniprogram is a mini-program, as a card.
type Miniprogram struct {
	Title      string `json:"title"` // up to 64 bytes
	PicMediaID string `json:"pic_media_id"`
	AppID      string `json:"appid"`
	Page       string `json:"page"`

	Extra map[string]json.RawMessage `json:"-"`
}

// GetRequest names a contact way.
type GetRequest struct {
	ConfigID string                     `json:"config_id,omitempty"` // required
	Extra    map[string]json.RawMessage `json:"-"`
}

// DelRequest names a contact way.
type DelRequest struct {
	ConfigID string                     `json:"config_id,omitempty"` // required
	Extra    map[string]json.RawMessage `json:"-"`
}

// ListRequest asks for a page of contact ways by the time of their making.
type ListRequest struct {
	StartTime *int64                     `json:"start_time,omitempty"` // seconds since 1970; 90 days ago if left out
	EndTime   *int64                     `json:"end_time,omitempty"`   // seconds since 1970; now if left out
	Cursor    string                     `json:"cursor,omitempty"`     // the NextCursor of the page before
	Limit     *int                       `json:"limit,omitempty"`      // 1 to 1000; 100 if left out
	Extra     map[string]json.RawMessage `json:"-"`
}

// CloseTempChatRequest names a temporary chat.
type CloseTempChatRequest struct {
	UserID         string                     `json:"userid,omitempty"`          // required: the member
	ExternalUserID string                     `json:"external_userid,omitempty"` // required: the customer
	Extra          map[string]json.RawMessage `json:"-"`
}

// UploadImageRequest is a picture, PNG or JPEG, up to 10 MiB: a file's Path, or Content and Filename.
type UploadImageRequest struct {
	Path     string                     `json:"path,omitempty"`
	Content  []byte                     `json:"base64,omitempty"`
	Filename string                     `json:"filename,omitempty"`
	Extra    map[string]json.RawMessage `json:"-"`
}

// SaveQRCodeRequest names a contact way by ConfigID, or its picture by QRCode, and the file to write.
type SaveQRCodeRequest struct {
	ConfigID string                     `json:"config_id,omitempty"`
	QRCode   string                     `json:"qr_code,omitempty"`
	Path     string                     `json:"path,omitempty"` // required
	Extra    map[string]json.RawMessage `json:"-"`
}
