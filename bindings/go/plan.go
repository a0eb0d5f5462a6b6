//go:build cgo

package contactway

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"sync"
)

// member is a field of a struct as a member of a JSON object.
type member struct {
	name     string
	quoted   string // the name as it is written, up to the value
	index    []int  // for [reflect.Value.FieldByIndex]
	optional bool   // whether it is left out where it is zero
}

// plan is a struct as a JSON object.
type plan struct {
	members []member
	extra   int // the field that holds members not known yet; -1 if there is none
}

// plans holds a *plan for each reflect.Type that was met.
var plans sync.Map

func planOf(object reflect.Type) *plan {
	if known, isKnown := plans.Load(object); isKnown {
		return known.(*plan)
	}
	made := &plan{extra: -1}
	made.add(object, nil)
	plans.Store(object, made)
	return made
}

// member is the one with a name, which is in quotes; nil if there is none.
func (p *plan) member(quoted []byte) *member {
	name := quoted[1 : len(quoted)-1]
	if bytes.IndexByte(name, '\\') >= 0 {
		plain, _ := unquoted(quoted)
		name = []byte(plain)
	}
	for i := range p.members {
		if p.members[i].name == string(name) {
			return &p.members[i]
		}
	}
	return nil
}

// fieldAt is the field of a struct that an RFC 6901 pointer into its JSON leads to, as Go writes it; empty if there is none.
func fieldAt(at reflect.Type, pointer string) string {
	path := ""
	for _, token := range strings.Split(pointer, "/")[1:] {
		for at.Kind() == reflect.Pointer {
			at = at.Elem()
		}
		switch at.Kind() {
		case reflect.Struct:
			member := planOf(at).member([]byte(`"` + token + `"`))
			if member == nil {
				return ""
			}
			field := at.FieldByIndex(member.index)
			path, at = path+"."+field.Name, field.Type
		case reflect.Slice:
			path, at = path+"["+token+"]", at.Elem()
		default:
			return ""
		}
	}
	return strings.TrimPrefix(path, ".")
}

// add reads the tags of a struct that stands at index, and of those that are part of it.
func (p *plan) add(object reflect.Type, at []int) {
	for i := range object.NumField() {
		field := object.Field(i)
		index := append(at[:len(at):len(at)], i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous:
			p.add(field.Type, index)
		case field.Type == reflect.TypeFor[map[string]json.RawMessage]():
			p.extra = i
		case name != "" && name != "-":
			p.members = append(p.members, member{
				name: name, quoted: string(appendString(nil, name)) + ":", index: index, optional: options == "omitempty",
			})
		}
	}
}
