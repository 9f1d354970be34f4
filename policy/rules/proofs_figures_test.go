package rules

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"tregua/policy"
)

// notJudged are the sections and figures that no rule reads, with what holds
// them.
var notJudged = map[string]string{
	"scanning":         "a list is measured when it is imported: policy/params_list_test.go and policy/book/testdata/lists",
	"silent":           "what a silent call is: policy/testdata/outcomes.txt",
	"frequency.zone":   "whose day it is: policy/desk",
	"frequency.within": "what is counted: policy/rings",
	"frequency.talk":   "what a useful contact is: policy/rings",

	"gate.zone":         "whose midnight ends the day: policy/gate",
	"gate.limit":        "what the gate reckons with: policy/gate",
	"gate.day_limit":    "the same",
	"gate.start_credit": "the same",
	"gate.hold":         "how long the gate holds a call: policy/gate",
	"gate.probe":        "whether it lets one go to find out: policy/gate",
}

// TestEveryFigureCounts moves each figure of the profiles by one unit, up and
// down, and wants another answer of at least one case for each: so the cases
// stand on both sides of every boundary, and no figure is there for nothing.
func TestEveryFigureCounts(t *testing.T) {
	t.Parallel()
	moves := movesOf(reflect.TypeFor[policy.Params]())
	for name := range notJudged {
		if !slices.ContainsFunc(slices.Collect(maps.Keys(moves)), func(m string) bool { return strings.HasPrefix(m, name+".") || strings.HasPrefix(m, name+" ") }) {
			t.Errorf("there is no section or figure %q any more", name)
		}
	}
	table := Table().Rules()
	for name, move := range moves {
		section, _, _ := strings.Cut(name, ".")
		figure, _, _ := strings.Cut(name, " ")
		if notJudged[section] != "" || notJudged[figure] != "" || !moved(t, "it", move) && !moved(t, "it-code", move) {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if !slices.ContainsFunc(table, func(r policy.Rule) bool { return changes(t, r, move) }) {
				t.Error("no case of any file has another answer: add one on the side of the boundary that is bare")
			}
		})
	}
}

// moved reports whether a move changes a profile: one below nothing does not, nor
// the choice that stands there.
func moved(t *testing.T, name string, move func(*policy.Params)) bool {
	t.Helper()
	p := profile(t, name)
	move(&p)
	return !reflect.DeepEqual(p, profile(t, name))
}

// changes reports whether a case of the rule has another answer when the figures
// are moved.
func changes(t *testing.T, r policy.Rule, move func(*policy.Params)) bool {
	t.Helper()
	return slices.ContainsFunc(casesOf(t, r.Name), func(c aCase) bool {
		s := c.setting(t, move)
		found := r.Judge(&s.params, &s.attempt, &s.facts)
		got, want := verdict(found), c.want
		if strings.Contains(want, "(") {
			got += " (" + found.Note + ")"
		}
		return got != want
	})
}

// movesOf returns the moves of every figure in the sections of the type, by
// section.figure and which way.
func movesOf(params reflect.Type) map[string]func(*policy.Params) {
	moves := map[string]func(*policy.Params){}
	for i := range params.NumField() {
		section := params.Field(i)
		if section.Type.Kind() != reflect.Struct {
			continue
		}
		for j := range section.Type.NumField() {
			figure := section.Type.Field(j)
			if figure.Anonymous {
				continue // the basis
			}
			index := []int{i, j}
			if figure.Type.Kind() == reflect.Struct {
				if value, ok := figure.Type.FieldByName("Value"); ok {
					index = append(index, value.Index...)
				}
			}
			name := section.Tag.Get("yaml") + "." + figure.Tag.Get("yaml")
			for way, move := range ways(params.FieldByIndex(index).Type) {
				moves[name+" "+way] = func(p *policy.Params) { move(reflect.ValueOf(p).Elem().FieldByIndex(index)) }
			}
		}
	}
	return moves
}

// ways returns how a figure of a type can be moved by one unit: a second for a
// time, as the cases are written.
func ways(figure reflect.Type) map[string]func(reflect.Value) {
	add := func(n int64) func(reflect.Value) { return func(v reflect.Value) { v.SetInt(max(0, v.Int()+n)) } }
	switch figure {
	case reflect.TypeFor[time.Duration]():
		return map[string]func(reflect.Value){"longer": add(int64(time.Second)), "shorter": add(-int64(time.Second))}
	case reflect.TypeFor[[]policy.Window]():
		return map[string]func(reflect.Value){
			"from later": window(1, 0), "from earlier": window(-1, 0), "to later": window(0, 1), "to earlier": window(0, -1),
		}
	case reflect.TypeFor[[]policy.Day]():
		return map[string]func(reflect.Value){"one more": func(v reflect.Value) {
			v.Set(reflect.ValueOf(append(slices.Clone(v.Interface().([]policy.Day)), policy.Day{Month: time.November, Day: 18})))
		}}
	case reflect.TypeFor[[]string](): // one fewer, or a first one
		return map[string]func(reflect.Value){"another": func(v reflect.Value) {
			if v.Len() > 0 {
				v.Set(v.Slice(1, v.Len()))
				return
			}
			v.Set(reflect.ValueOf([]string{"energy"}))
		}}
	case reflect.TypeFor[policy.Zone]():
		return map[string]func(reflect.Value){"elsewhere": func(v reflect.Value) {
			zone, err := policy.ParseZone("America/New_York")
			if err != nil {
				panic(err)
			}
			v.Set(reflect.ValueOf(zone))
		}}
	}
	if figure.Kind() == reflect.Uint8 {
		return choices(figure)
	}
	ways := map[reflect.Kind]map[string]func(reflect.Value){
		reflect.Int:    {"more": add(1), "less": add(-1)},
		reflect.Bool:   {"the other": func(v reflect.Value) { v.SetBool(!v.Bool()) }},
		reflect.String: {"none": func(v reflect.Value) { v.SetString("") }},
	}[figure.Kind()]
	if ways == nil {
		panic(fmt.Sprintf("no way to move a %s: add one", figure))
	}
	return ways
}

// window moves the ends of the first window by seconds; where there is none, the
// hour after noon opens.
func window(from, to int) func(reflect.Value) {
	return func(v reflect.Value) {
		w := slices.Clone(v.Interface().([]policy.Window))
		if len(w) == 0 {
			w = []policy.Window{{From: 12 * 3600, To: 13 * 3600}}
		} else {
			w[0].From, w[0].To = w[0].From+from, w[0].To+to
		}
		v.Set(reflect.ValueOf(w))
	}
}

// choices sets each value of an enumeration: those that have a name.
func choices(figure reflect.Type) map[string]func(reflect.Value) {
	ways := map[string]func(reflect.Value){}
	for n := uint8(1); n < 9; n++ {
		v := reflect.New(figure).Elem()
		v.SetUint(uint64(n))
		if name := fmt.Sprint(v.Interface()); name != strconv.Itoa(int(n)) {
			ways[name] = func(v reflect.Value) { v.SetUint(uint64(n)) }
		}
	}
	return ways
}
