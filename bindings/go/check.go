//go:build cgo

package contactway

import "context"

// CheckAnswer says what works between here and WeCom, in the order in which a call needs it.
type CheckAnswer struct {
	Answer
	Steps []CheckStep `json:"steps"`
}

// CheckStep is one thing that was looked at: configuration, proxy, resolve, connect, tls, token, permission, clock or,
// where there is one, store.
type CheckStep struct {
	Step      string      `json:"step"`
	OK        bool        `json:"ok"`
	Skipped   bool        `json:"skipped"`    // it could not be looked at; OK says nothing then
	ElapsedMS int64       `json:"elapsed_ms"` // milliseconds that it took
	Message   string      `json:"message"`    // what was found
	Remedy    string      `json:"remedy"`     // what to do about it, where it failed
	Error     *CheckError `json:"error"`      // nil unless it failed
}

// CheckError says what failure a step met; [Error] tells of each.
type CheckError struct {
	Errcode      int64    `json:"errcode"`
	Kind         Kind     `json:"kind"`
	Effect       Effect   `json:"effect"`
	Retryable    bool     `json:"retryable"`
	Endpoint     string   `json:"endpoint"`
	Attempts     int      `json:"attempts"`
	HTTPStatus   int      `json:"http_status"`
	Details      []Detail `json:"details"`
	RetryAfterMS int64    `json:"retry_after_ms"` // milliseconds to wait before another try; 0 if waiting does not help
	Remembered   bool     `json:"remembered"`     // whether nobody was asked this time: it was said to an earlier call
	Advice       string   `json:"advice"`         // what to do about this errcode, where that is known
	Hint         string   `json:"hint"`           // WeCom's number for its support, where it sent one
	HelpURL      string   `json:"help_url"`       // WeCom's page about this errcode, where it sent one
}

// Check finds out whether everything works, and if not, what is wrong and what to do: it answers "it does not work
// here". Nothing remembered is heeded, each step asks once, and nothing changes at WeCom. Where a step failed the answer
// stands beside the error, which is that step's; it is nil only where the library was not reached.
//
//	checked, err := client.Check(ctx)
//	if checked != nil {
//		for _, step := range checked.Steps {
//			fmt.Println(step.Step, step.OK, step.Message, step.Remedy)
//		}
//	}
func (c *Client) Check(ctx context.Context, options ...Option) (*CheckAnswer, error) {
	return work[CheckAnswer](ctx, c, "check", struct{}{}, options)
}
