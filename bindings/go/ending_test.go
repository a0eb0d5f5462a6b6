package contactway_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/contactway/contactway/bindings/go"
	"github.com/contactway/contactway/bindings/go/contactwaytest"
)

// What ended a call is decided once: these contexts end between two looks at them.

// turning is a context whose deadline comes when it has been asked a number of times whether it has ended.
type turning struct {
	context.Context
	deadline time.Time

	mutex   sync.Mutex
	looks   int // that still see a context which has not ended
	ended   chan struct{}
	once    sync.Once
	awaited chan struct{} // closed when somebody waits for the end
}

func turningAfter(looks int, deadline time.Time) *turning {
	return &turning{
		Context: context.Background(), deadline: deadline, looks: looks,
		ended: make(chan struct{}), awaited: make(chan struct{}),
	}
}

func (c *turning) Deadline() (time.Time, bool) { return c.deadline, true }

func (c *turning) Done() <-chan struct{} {
	c.once.Do(func() { close(c.awaited) })
	return c.ended
}

func (c *turning) Err() error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	if c.looks > 0 {
		c.looks--
		return nil
	}
	if c.looks == 0 {
		c.looks--
		close(c.ended)
	}
	return context.DeadlineExceeded
}

// forEachLook tries every number of looks that a call may take. The first is before the call.
func forEachLook(try func(looks int)) {
	for looks := 1; looks <= 5; looks++ {
		try(looks)
	}
}

var anyWay = contactway.GetRequest{ConfigID: "x"}

func TestDeadlineThatComesAfterAWaitForAPlaceIsATimeout(t *testing.T) {
	client, _, release := held(t, 0)
	defer release()
	forEachLook(func(looks int) {
		_, err := client.Get(turningAfter(looks, time.Now().Add(20*time.Millisecond)), anyWay)
		if !errors.Is(err, contactway.ErrTimeout) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("after %d looks: %v is not both a timeout and DeadlineExceeded", looks, err)
		}
	})
}

func TestDeadlineUnderAMillisecondAwayIsATimeout(t *testing.T) {
	client := contactwaytest.NewSandbox(t).NewClient()
	forEachLook(func(looks int) {
		_, err := client.Get(turningAfter(looks, time.Now().Add(500*time.Microsecond)), anyWay)
		if !errors.Is(err, contactway.ErrTimeout) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("after %d looks: %v is not both a timeout and DeadlineExceeded", looks, err)
		}
	})
}

func TestDeadlineThatComesDuringACallIsATimeout(t *testing.T) {
	client := silent(t).NewClient()
	forEachLook(func(looks int) {
		_, err := client.Add(turningAfter(looks, time.Now().Add(30*time.Millisecond)), counter)
		if !errors.Is(err, contactway.ErrTimeout) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("after %d looks: %v is not both a timeout and DeadlineExceeded", looks, err)
		}
	})
}

// A deadline that comes after the end is not what ended the call.
func TestCallsOwnTimeoutIsNotTheContextsThatComesNext(t *testing.T) {
	own := contactway.RawOptions([]byte(`{"timeout_ms":30}`))
	client, _, release := held(t, 0)
	defer release()
	inFlight := silent(t).NewClient()
	forEachLook(func(looks int) {
		_, waiting := client.Get(turningAfter(looks, time.Now().Add(time.Minute)), anyWay, own)
		_, calling := inFlight.Add(turningAfter(looks, time.Now().Add(time.Minute)), counter, own)
		for _, err := range []error{waiting, calling} {
			if !errors.Is(err, contactway.ErrTimeout) || errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("after %d looks: %v is not the call's own timeout", looks, err)
			}
		}
	})
}

func TestCloseIsNotTheContextThatEndsNext(t *testing.T) {
	forEachLook(func(looks int) {
		client, _, release := held(t, 0)
		defer release()
		ctx := turningAfter(looks, time.Now().Add(time.Minute))
		ended := make(chan error, 1)
		go func() {
			_, err := client.Get(ctx, anyWay)
			ended <- err
		}()
		<-ctx.awaited
		client.Close()
		if err := <-ended; !errors.Is(err, contactway.ErrCancelled) || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("after %d looks: %v is not cancelled, or blames the context", looks, err)
		}
	})
}

func TestTokenProviderOvertakenByCloseIsNotTheContextThatEndsNext(t *testing.T) {
	forEachLook(func(looks int) {
		var client *contactway.Client
		client = provided(contactwaytest.NewSandbox(t), func(ctx context.Context, _ bool) (string, error) {
			client.Close()
			<-ctx.Done()
			return "", ctx.Err()
		})
		_, err := client.Add(turningAfter(looks, time.Now().Add(time.Minute)), counter)
		if !errors.Is(err, contactway.ErrCancelled) || errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("after %d looks: %v is not cancelled, or blames the context", looks, err)
		}
	})
}

// The clock is read once for both the deadline and the time that is left until it.
func TestTimeoutOfOneMillisecondReachesTheLibrary(t *testing.T) {
	_, err := silent(t).NewClient().Add(context.Background(), counter, contactway.RawOptions([]byte(`{"timeout_ms":1}`)))
	if failure := failureOf(t, err); failure.Kind != contactway.ErrTimeout || failure.Raw == nil {
		t.Errorf("%v did not reach the library", err)
	}
}
