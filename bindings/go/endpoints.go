//go:build cgo

package contactway

import (
	"context"
	"iter"
)

// Add makes a contact way. Keep the answer's ConfigID: without it the contact way can be neither changed nor deleted.
// Where an error's Effect is unknown, the contact way may have been made.
func (c *Client) Add(ctx context.Context, request AddRequest, options ...Option) (*AddAnswer, error) {
	return ask[AddAnswer](ctx, c, "add", request, options)
}

// Get reads a contact way.
func (c *Client) Get(ctx context.Context, request GetRequest, options ...Option) (*GetAnswer, error) {
	return ask[GetAnswer](ctx, c, "get", request, options)
}

// List reads a page of the contact ways, without temporary ones; [Client.All] reads all pages.
func (c *Client) List(ctx context.Context, request ListRequest, options ...Option) (*ListAnswer, error) {
	return ask[ListAnswer](ctx, c, "list", request, options)
}

// Update changes a contact way; what the request leaves out stays as it is.
func (c *Client) Update(ctx context.Context, request UpdateRequest, options ...Option) (*Answer, error) {
	return ask[Answer](ctx, c, "update", request, options)
}

// Del deletes a contact way. Its code is dead from then on.
func (c *Client) Del(ctx context.Context, request DelRequest, options ...Option) (*Answer, error) {
	return ask[Answer](ctx, c, "del", request, options)
}

// CloseTempChat ends a temporary chat. WeCom sends the conclusions first.
func (c *Client) CloseTempChat(ctx context.Context, request CloseTempChatRequest, options ...Option) (*Answer, error) {
	return ask[Answer](ctx, c, "close_temp_chat", request, options)
}

// UploadImage uploads a picture for a conclusion.
func (c *Client) UploadImage(
	ctx context.Context, request UploadImageRequest, options ...Option,
) (*UploadImageAnswer, error) {
	return ask[UploadImageAnswer](ctx, c, "upload_image", request, options)
}

// SaveQRCode writes the QR picture of a contact way to a file, which appears whole or not at all.
func (c *Client) SaveQRCode(
	ctx context.Context, request SaveQRCodeRequest, options ...Option,
) (*SaveQRCodeAnswer, error) {
	return ask[SaveQRCodeAnswer](ctx, c, "save_qr_code", request, options)
}

// All walks through the config ids of all contact ways that a request asks for, a page at a time, from its Cursor on.
// An error is the last that it yields; a cursor that WeCom answers twice is one. The context's deadline is that of the
// whole walk.
//
//	for id, err := range client.All(ctx, contactway.ListRequest{}) {
//		if err != nil {
//			return err
//		}
//		fmt.Println(id)
//	}
func (c *Client) All(ctx context.Context, request ListRequest, options ...Option) iter.Seq2[string, error] {
	return items("list", request.Cursor, func(cursor string) (page[string], error) {
		asked := request
		asked.Cursor = cursor
		answer, err := c.List(ctx, asked, options...)
		return answer.page(), err
	})
}
