//go:build cgo

package contactway

import (
	"encoding/base64"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"
)

// Some is a pointer to a value, for the members of a request that may be left out:
//
//	contactway.UpdateRequest{ConfigID: id, Remark: contactway.Some("")}
func Some[T any](value T) *T { return &value }

// encode writes a struct as a JSON object. As with encoding/json, omitempty leaves out what is nil, or zero and no
// pointer; a pointer to a zero value and an empty slice are written. The members of Extra are written after the others,
// as they are. Text is written as it is, without the escapes that encoding/json makes for HTML.
func encode(value any) ([]byte, error) {
	return appendValue(make([]byte, 0, 256), reflect.ValueOf(value))
}

func appendValue(to []byte, value reflect.Value) ([]byte, error) {
	switch value.Kind() {
	case reflect.Pointer:
		return appendValue(to, value.Elem())
	case reflect.Struct:
		return appendObject(to, value)
	case reflect.Slice:
		return appendSlice(to, value)
	case reflect.String:
		return appendString(to, value.String()), nil
	case reflect.Bool:
		return strconv.AppendBool(to, value.Bool()), nil
	default:
		return strconv.AppendInt(to, value.Int(), 10), nil
	}
}

func appendObject(to []byte, object reflect.Value) ([]byte, error) {
	plan := planOf(object.Type())
	to = append(to, '{')
	start := len(to)
	for i := range plan.members {
		member := &plan.members[i]
		value := object.FieldByIndex(member.index)
		if member.optional && value.IsZero() {
			continue
		}
		if len(to) > start {
			to = append(to, ',')
		}
		to = append(to, member.quoted...)
		var err error
		if to, err = appendValue(to, value); err != nil {
			return nil, err
		}
	}
	if plan.extra >= 0 && object.Field(plan.extra).Len() > 0 {
		extra := object.Field(plan.extra).Interface().(map[string]json.RawMessage)
		for _, name := range slices.Sorted(maps.Keys(extra)) {
			if !json.Valid(extra[name]) {
				return nil, misgiven("Extra["+strconv.Quote(name)+"]", "/"+name, "not_json", "Extra: the value of %q is not JSON", name)
			}
			if len(to) > start {
				to = append(to, ',')
			}
			to = append(appendString(to, name), ':')
			to = append(to, extra[name]...)
		}
	}
	return append(to, '}'), nil
}

func appendSlice(to []byte, slice reflect.Value) ([]byte, error) {
	if slice.Type().Elem().Kind() == reflect.Uint8 {
		return append(base64.StdEncoding.AppendEncode(append(to, '"'), slice.Bytes()), '"'), nil
	}
	to = append(to, '[')
	for i := range slice.Len() {
		if i > 0 {
			to = append(to, ',')
		}
		var err error
		if to, err = appendValue(to, slice.Index(i)); err != nil {
			return nil, err
		}
	}
	return append(to, ']'), nil
}

// shortEscapes are the characters that JSON escapes with a letter, each before its letter.
const shortEscapes = "\"\"\\\\\bb\ff\nn\rr\tt"

// appendString leaves what is no UTF-8 as it is: the library refuses it, where encoding/json would change it silently.
func appendString(to []byte, text string) []byte {
	to = append(to, '"')
	plain := 0
	for i := range len(text) {
		if b := text[i]; b < ' ' || b == '"' || b == '\\' {
			to = appendEscape(append(to, text[plain:i]...), b)
			plain = i + 1
		}
	}
	return append(append(to, text[plain:]...), '"')
}

func appendEscape(to []byte, b byte) []byte {
	for i := 0; i < len(shortEscapes); i += 2 {
		if shortEscapes[i] == b {
			return append(to, '\\', shortEscapes[i+1])
		}
	}
	const digits = "0123456789abcdef"
	return append(to, '\\', 'u', '0', '0', digits[b>>4], digits[b&15])
}
