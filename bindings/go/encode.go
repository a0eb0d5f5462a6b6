package contactway

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// Some is a pointer to a value, for the members of a request that may be left out:
//
//	contactway.UpdateRequest{ConfigID: id, Remark: contactway.Some("")}
func Some[T any](value T) *T { return &value }

// encode writes a struct as a JSON object: what is nil, or zero and no pointer, is left out; a pointer to a zero value
// and an empty slice are written. A map's members are written beside the others, as they are. Text is written as it is,
// without the escapes that encoding/json makes for HTML.
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
	to = append(to, '{')
	start := len(to)
	for i := range object.NumField() {
		value := object.Field(i)
		if value.IsZero() {
			continue
		}
		if extra, isExtra := value.Interface().(map[string]json.RawMessage); isExtra {
			for _, name := range slices.Sorted(maps.Keys(extra)) {
				if !json.Valid(extra[name]) {
					return nil, invalidArgument("Extra: the value of %q is not JSON", name)
				}
				to = appendName(to, start, name)
				to = append(to, extra[name]...)
			}
			continue
		}
		name, _, _ := strings.Cut(object.Type().Field(i).Tag.Get("json"), ",")
		to = appendName(to, start, name)
		var err error
		if to, err = appendValue(to, value); err != nil {
			return nil, err
		}
	}
	return append(to, '}'), nil
}

// appendName writes the name of a member of the object whose members start at start.
func appendName(to []byte, start int, name string) []byte {
	if len(to) > start {
		to = append(to, ',')
	}
	return append(appendString(to, name), ':')
}

func appendSlice(to []byte, slice reflect.Value) ([]byte, error) {
	if content, isBytes := slice.Interface().([]byte); isBytes {
		return append(base64.StdEncoding.AppendEncode(append(to, '"'), content), '"'), nil
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
	for i := range len(text) {
		switch b := text[i]; {
		case b >= ' ' && b != '"' && b != '\\':
			to = append(to, b)
		default:
			to = appendEscape(to, b)
		}
	}
	return append(to, '"')
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

// splice puts members before those of an object. What is no object stays as it is, for the library to refuse.
func splice(members, object []byte) []byte {
	rest, isObject := bytes.CutPrefix(bytes.TrimSpace(object), []byte("{"))
	if !isObject || len(members) <= len("{}") {
		return object
	}
	joined := bytes.TrimSuffix(members, []byte("}"))
	if !bytes.HasPrefix(bytes.TrimSpace(rest), []byte("}")) {
		joined = append(joined, ',')
	}
	return append(joined, rest...)
}
