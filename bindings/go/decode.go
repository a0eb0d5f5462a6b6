//go:build cgo

package contactway

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strconv"
)

// decode reads a JSON object into a struct, by the exact names of its members; encoding/json would take "Config_ID" for
// "config_id". Members without a field go into Extra, or are passed over where there is none. What does not fit its
// field is left out, the rest is read all the same, and the first misfit is the error. The text comes from the library,
// which has parsed it.
func decode(text []byte, into any) error {
	return decodeObject(text, reflect.ValueOf(into).Elem())
}

func decodeObject(text []byte, into reflect.Value) error {
	plan := planOf(into.Type())
	var misfit error
	isObject := walk(text, '{', func(name, value []byte) {
		known := plan.member(name)
		if known == nil {
			if plan.extra >= 0 {
				keepExtra(into.Field(plan.extra), name, value)
			}
			return
		}
		if err := decodeValue(value, into.FieldByIndex(known.index)); err != nil && misfit == nil {
			misfit = fmt.Errorf("%s: %w", known.name, err)
		}
	})
	if !isObject {
		return errors.New("it is no JSON object")
	}
	return misfit
}

func keepExtra(extra reflect.Value, quoted, value []byte) {
	if extra.IsNil() {
		extra.Set(reflect.MakeMap(extra.Type()))
	}
	name, _ := unquoted(quoted)
	extra.SetMapIndex(reflect.ValueOf(name), reflect.ValueOf(json.RawMessage(bytes.Clone(value))))
}

func decodeSlice(text []byte, into reflect.Value) error {
	if text[0] != '[' {
		return errors.New("it is no JSON array")
	}
	var misfit error
	into.Set(reflect.MakeSlice(into.Type(), 0, 1))
	walk(text, '[', func(_, value []byte) {
		last := into.Len()
		into.Grow(1)
		into.SetLen(last + 1)
		if err := decodeValue(value, into.Index(last)); err != nil && misfit == nil {
			misfit = err
		}
	})
	return misfit
}

func decodeValue(text []byte, into reflect.Value) error {
	if string(text) == "null" {
		return nil
	}
	switch into.Type() {
	case reflect.TypeFor[json.RawMessage]():
		into.SetBytes(bytes.Clone(text))
		return nil
	case reflect.TypeFor[json.Number]():
		// WeCom puts some into quotes, which this takes too.
		var number json.Number
		err := json.Unmarshal(text, &number)
		into.SetString(string(number))
		return err
	}
	switch into.Kind() {
	case reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		return decodeValue(text, into.Elem())
	case reflect.Struct:
		return decodeObject(text, into)
	case reflect.Slice:
		return decodeSlice(text, into)
	case reflect.String:
		if value, isText := unquoted(text); isText {
			into.SetString(value)
			return nil
		}
	case reflect.Bool:
		if value := string(text) == "true"; value || string(text) == "false" {
			into.SetBool(value)
			return nil
		}
	case reflect.Float64:
		if value, err := strconv.ParseFloat(string(text), 64); err == nil {
			into.SetFloat(value)
			return nil
		}
	case reflect.Int, reflect.Int64:
		if value, err := strconv.ParseInt(string(text), 10, into.Type().Bits()); err == nil {
			into.SetInt(value)
			return nil
		}
	}
	return fmt.Errorf("it does not fit Go's %s", into.Type())
}

// unquoted is the text that a JSON string stands for.
func unquoted(text []byte) (string, bool) {
	if len(text) < 2 || text[0] != '"' {
		return "", false
	}
	if bytes.IndexByte(text, '\\') < 0 {
		return string(text[1 : len(text)-1]), true
	}
	var value string
	err := json.Unmarshal(text, &value)
	return value, err == nil
}

// walk shows each value of an object ('{'), with its name in quotes, or of an array ('['). It says whether the text was
// one; what the values are is not looked at.
func walk(text []byte, bracket byte, show func(name, value []byte)) bool {
	text = bytes.Trim(text, " \t\r\n")
	if len(text) < 2 || text[0] != bracket || text[len(text)-1] != bracket+2 {
		return false
	}
	rest := unspaced(text[1 : len(text)-1])
	for len(rest) > 0 {
		var name []byte
		if bracket == '{' {
			end := stringEnd(rest)
			name, rest = rest[:end], unspaced(rest[end:])
			if end == 0 || len(rest) == 0 || rest[0] != ':' {
				return false
			}
			rest = unspaced(rest[1:])
		}
		end := valueEnd(rest)
		if end == 0 {
			return false
		}
		show(name, rest[:end])
		rest = unspaced(rest[end:])
		if len(rest) == 0 {
			return true
		}
		if rest[0] != ',' {
			return false
		}
		if rest = unspaced(rest[1:]); len(rest) == 0 {
			return false
		}
	}
	return true
}

// unspaced is the text from its first character that is no white space.
func unspaced(text []byte) []byte {
	for len(text) > 0 && isSpace(text[0]) {
		text = text[1:]
	}
	return text
}

func isSpace(b byte) bool { return b == ' ' || b == '\t' || b == '\r' || b == '\n' }

// valueEnd is the length of the value that text begins with; 0 if there is none.
func valueEnd(text []byte) int {
	depth := 0
	for i := 0; i < len(text); i++ {
		switch b := text[i]; {
		case b == '"':
			length := stringEnd(text[i:])
			if length == 0 {
				return 0
			}
			i += length - 1
			if depth == 0 {
				return i + 1
			}
		case b == '{' || b == '[':
			depth++
		case b == '}' || b == ']':
			depth--
			if depth == 0 {
				return i + 1
			}
		case depth == 0 && (b == ',' || isSpace(b)):
			return i
		}
	}
	if depth != 0 {
		return 0
	}
	return len(text)
}

// stringEnd is the length of the string that text begins with, quotes included; 0 if there is none.
func stringEnd(text []byte) int {
	if len(text) == 0 || text[0] != '"' {
		return 0
	}
	for i := 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return 0
}
