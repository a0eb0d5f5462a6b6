// Package contender times one contender in Go. Arguments and output are those of contender.c.
package contender

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Add does one add call, its answer decoded.
type Add func() error

// Run decodes the body of the add request into what the contender wants, has it begin, and times its calls.
func Run[Request any](begin func(baseURL, token string, request Request) (Add, error)) {
	if len(os.Args) != 6 {
		fail("usage: CONTENDER BASE_URL TOKEN BODY GOROUTINES CALLS")
	}
	var request Request
	check(json.Unmarshal([]byte(os.Args[3]), &request))
	goroutines, err := strconv.Atoi(os.Args[4])
	check(err)
	calls, err := strconv.Atoi(os.Args[5])
	check(err)
	calls /= goroutines
	add, err := begin(os.Args[1], os.Args[2], request)
	check(err)

	var warm, done sync.WaitGroup
	start := make(chan struct{})
	warm.Add(goroutines)
	done.Add(goroutines)
	for range goroutines {
		go func() {
			repeat(add, calls/10+1)
			warm.Done()
			<-start
			repeat(add, calls)
			done.Done()
		}()
	}
	warm.Wait()
	began, processorStart := time.Now(), processor()
	close(start)
	done.Wait()
	wall, used := time.Since(began), processor()-processorStart
	fmt.Println(wall.Nanoseconds(), used, peakKiB())
}

func repeat(add Add, calls int) {
	for range calls {
		check(add())
	}
}

// processor is nanoseconds of user and system time of this process.
func processor() int64 {
	var used syscall.Rusage
	check(syscall.Getrusage(syscall.RUSAGE_SELF, &used))
	return used.Utime.Nano() + used.Stime.Nano()
}

// peakKiB is the most memory that this process held.
func peakKiB() (kib int) {
	status, err := os.ReadFile("/proc/self/status")
	check(err)
	for _, line := range strings.Split(string(status), "\n") {
		fmt.Sscanf(line, "VmHWM: %d", &kib)
	}
	return kib
}

func check(err error) {
	if err != nil {
		fail(err)
	}
}

func fail(what any) {
	fmt.Fprintln(os.Stderr, what)
	os.Exit(1)
}
