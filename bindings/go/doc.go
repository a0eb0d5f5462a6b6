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
// # Requests
//
// A request is a struct. What is zero is left out: a nil pointer, a nil slice, an empty string, the number 0. What is to
// be sent though it is empty is a pointer made by [Some], or an empty slice; that is how an update empties a member, where
// leaving it out keeps what is there:
//
//	contactway.UpdateRequest{ConfigID: id, Remark: contactway.Some(""), Party: []int64{}}
//
// Go cannot require a field. Those that WeCom requires say so in their comments; one that is missing is [ErrInvalidRequest],
// with every rule that the request breaks in Details, and nothing was sent. What Type decides, such as whether User must be
// there, is looked at once there is a Type. Answers and requests are printed as the JSON that they stand for. Members that this package does not know yet go
// into Extra, and every answer keeps the whole text in Raw. Numbers are in WeCom's units.
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
// system while it lasts, so a client makes at most Config.MaxConcurrentCalls at once, 16 unless that says otherwise;
// further goroutines wait in Go. The bound is a client's own: what many clients make at once adds up. A job holds one of
// these places, and has threads of its own beside it, as many as its Concurrency, which end with it.
//
// Programs are started as ever: os/exec shares no connection and no file of the library with them.
//
// # Ledger
//
// A client whose Store is a sqlite or postgres one writes every add down before it is sent, so that nothing that was made
// is lost. [Key] is the caller's own name for a contact way, which is then made once however often it is asked for.
// [Client.Ledger] and [Client.Entries] tell what was made. Where nobody knows whether an add was carried out it is
// [ErrUnknown]: the same call with the error's Key, made again, looks for it first.
//
// # Jobs
//
// [Client.Apply] makes WeCom hold what rows describe, [Client.Sync] takes in what others made, [Client.ReplaceUser] puts
// others in a member's place, and [Client.SaveQRCodes] writes every picture. They need the ledger. A job has a deadline
// only if its context has one, answers its counts beside an error too, and goes on where it stood when it is run again.
//
// [OnProgress] alone stops a job cleanly: once it says false nothing more is begun, and the calls in flight finish. The end
// of its context, its deadline and Close cut them off. What they were to do is then in doubt, and the next run waits for
// what got no answer, up to twice the Timeout and Settle, until it can be decided. So a graceful shutdown is to say false,
// then to wait for the job.
//
// # Errors
//
// Every error is an [*Error]. Its kind is matched with [errors.Is] and [ErrTimeout] and its like; where the context was
// the reason, [context.DeadlineExceeded] or [context.Canceled] match too. Before an add is repeated, Effect and Retryable
// say whether that may make a second contact way, and not the kind: one that was cancelled on its way is [ErrCancelled], and
// its Effect unknown. Details name each mistake in a request or a configuration, by its place in the
// JSON and by Go's Field.
//
// # Tests
//
// Package contactwaytest starts a stand-in for WeCom that stops with its test. [StartSandbox] does it elsewhere.
package contactway
