package contactway

// #include "library.h"
import "C"

import (
	"encoding/json"
	"iter"
)

// page is what could be read of an answer that holds a part of a list.
type page[I any] struct {
	items []I
	next  string // the cursor of the page after it; empty on the last
	raw   json.RawMessage
}

// items walks through what pages hold, from a cursor on. An error is the last that it yields.
func items[I any](function, cursor string, ask func(cursor string) (page[I], error)) iter.Seq2[I, error] {
	return func(yield func(I, error) bool) {
		var none I
		cursor := cursor
		seen := map[string]bool{cursor: true}
		for {
			page, err := ask(cursor)
			// Beside an error stands what could be read.
			for _, item := range page.items {
				if !yield(item, nil) {
					return
				}
			}
			if err != nil {
				yield(none, err)
				return
			}
			cursor = page.next
			if cursor == "" {
				return
			}
			if seen[cursor] {
				yield(none, cursorRepeated(function, cursor, page.raw))
				return
			}
			seen[cursor] = true
		}
	}
}

// cursorRepeated is the error of a walk that would never end.
func cursorRepeated(function, cursor string, raw json.RawMessage) *Error {
	failure := unsent(ErrBadResponse, C.CONTACTWAY_BAD_RESPONSE, "the cursor %q was answered twice; the walk was ended", cursor)
	failure.Endpoint = functions[function].endpoint
	failure.Retryable = true
	failure.Raw = raw
	return failure
}
