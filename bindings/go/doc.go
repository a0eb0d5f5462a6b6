// Package contactway calls WeCom's (企业微信) customer-contact endpoints for "contact ways" (客户联系「联系我」): it makes,
// reads, lists, changes and deletes them, and closes temporary chats.
//
//	client, err := contactway.New(contactway.Config{CorpID: "ww…", Secret: "…"})
//	…
//	defer client.Close()
//	added, err := client.Add(ctx, contactway.AddRequest{Type: 1, Scene: 2, User: []string{"zhangsan"}})
//
// It is a thin layer over the library contactway, which checks requests against every documented rule before anything
// is sent, keeps tokens, holds back what WeCom would refuse, and repeats what may be repeated.
//
// # Contexts
//
// A context's deadline is the deadline of the whole call, waits and repetitions included, shorter or longer than the
// client's own Timeout, which counts where the context has none. Cancelling a context ends its call promptly; the
// method returns when the library has let go of it, and no goroutine stays behind, unless it is that of a
// [TokenProvider] which does not heed its context. A context that has ended already sends nothing. Where an add was
// ended after its first byte had left, the error's Effect is unknown: the contact way may have been made.
//
// # Goroutines and threads
//
// Every method may be called by any number of goroutines at the same time. A call holds a thread of the operating
// system while it lasts, so a client makes at most Config.MaxConcurrentCalls at once; further goroutines wait in Go.
// The bound is a client's own: what many clients make at once adds up.
//
// # Ledger
//
// [Key], [Client.Ledger] and the jobs [Client.Sync], [Client.Apply], [Client.ReplaceUser] and [Client.SaveQRCodes] need a
// client whose Store is a sqlite or postgres one. A job has a deadline only if its context has one, is stopped cleanly by
// its context, by [OnProgress] and by Close, answers its counts beside an error too, and goes on where it stood when it is
// run again.
//
// # Errors
//
// Every error is an [*Error]. Its kind is matched with [errors.Is] and [ErrTimeout] and its like; where the context was
// the reason, [context.DeadlineExceeded] or [context.Canceled] match too.
package contactway
