package contactwaytest_test

import (
	"runtime"
	"testing"

	"github.com/contactway/contactway/bindings/go/contactwaytest"
)

// subtest notes that it has failed, and ends as a test does.
type subtest struct {
	testing.TB
	failed bool
}

func (s *subtest) Helper() {}

func (s *subtest) Fatalf(string, ...any) {
	s.failed = true
	runtime.Goexit()
}

func TestWithFailsTheTestThatItIsFor(t *testing.T) {
	sandbox := contactwaytest.NewSandbox(t)
	inner, ended := &subtest{TB: t}, make(chan struct{})
	go func() {
		defer close(ended)
		sandbox.With(inner).Scan("no such id")
	}()
	if <-ended; !inner.failed {
		t.Error("scanning a code that is not there failed nobody")
	}
}
