package ledger_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"tregua/policy"
)

// notRecorded are the fields of an attempt and of its facts that this test cannot
// change, and why.
var notRecorded = map[string]string{
	"Attempt.ID":    "it is the key of the record; changed here, it would be another one",
	"Facts.Rollout": "what is said of other trunks is left out: see TestRolloutIsRecorded",
}

// TestVectorIsRecorded changes each field that a rule can look at, one at a time,
// and wants the change back: replay judges by nothing else (compliance.md 3.2).
func TestVectorIsRecorded(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 4)
	h.start(noon)
	var names []string
	for _, part := range []string{"Attempt", "Facts"} {
		r := record(0, 393331234567, noon)
		walk(part, reflect.ValueOf(&r).Elem().FieldByName(part), func(name string, _ reflect.Value) { names = append(names, name) })
	}
	if len(names) < 100 {
		t.Fatalf("only %d fields were found", len(names))
	}
	for n, name := range names {
		if notRecorded[name] != "" {
			continue
		}
		want := record(n, 393331234567, noon)
		for _, part := range []string{"Attempt", "Facts"} {
			walk(part, reflect.ValueOf(&want).Elem().FieldByName(part), func(field string, v reflect.Value) {
				if field == name {
					change(t, name, v)
				}
			})
		}
		h.turn(noon, opening(want))
		v, err := h.reader.Attempt(attemptID(n))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if d := cmp.Diff(want, v.Record); d != "" {
			t.Errorf("%s does not come back: %s", name, d)
		}
	}
}

// walk calls visit with every field that has no fields of its own.
func walk(name string, v reflect.Value, visit func(string, reflect.Value)) {
	if v.Kind() != reflect.Struct || v.Type() == reflect.TypeFor[time.Time]() {
		visit(name, v)
		return
	}
	for i := range v.NumField() {
		f := v.Type().Field(i)
		inner := name + "." + f.Name
		if f.Anonymous {
			inner = name
		}
		walk(inner, v.Field(i), visit)
	}
}

// change gives a field another value than it has.
func change(t *testing.T, name string, v reflect.Value) {
	t.Helper()
	switch at, isTime := reflect.TypeAssert[time.Time](v); {
	case isTime && at.IsZero():
		v.Set(reflect.ValueOf(noon))
	case isTime:
		v.Set(reflect.ValueOf(at.Add(time.Nanosecond).UTC()))
	case v.Kind() == reflect.String:
		v.SetString(v.String() + "x")
	case v.Kind() == reflect.Bool:
		v.SetBool(!v.Bool())
	case v.CanUint():
		v.SetUint(v.Uint() + 1)
	case v.CanInt():
		v.SetInt(v.Int() + 1)
	case v.Kind() == reflect.Array:
		v.Index(0).SetUint(v.Index(0).Uint() + 1)
	default:
		t.Fatalf("%s: a %s: say here how to change it", name, v.Type())
	}
}

// TestRolloutIsRecorded wants what was said of rules on the trunk of an attempt.
func TestRolloutIsRecorded(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 5)
	h.start(noon)
	e := opening(record(0, 393331234567, noon))
	e.Record.Facts.Rollout = &policy.Rollout{Rules: map[policy.RuleOn]policy.RuleMode{
		{Rule: "bar"}:                          {Mode: policy.Enforce, Lots: policy.Lots},
		{Rule: "bar", Trunk: "dialer-1"}:       {Mode: policy.Shadow},
		{Rule: "hours"}:                        {Mode: policy.Enforce, Lots: 100},
		{Rule: "registry", Trunk: "dialer-2"}:  {Mode: policy.Shadow},
		{Rule: "blacklist", Trunk: "dialer-1"}: {Mode: policy.Enforce, Lots: policy.Lots},
	}}
	h.turn(noon, e)
	v, err := h.reader.Attempt(attemptID(0))
	if err != nil {
		t.Fatal(err)
	}
	want := &policy.Rollout{Rules: map[policy.RuleOn]policy.RuleMode{
		{Rule: "bar", Trunk: "dialer-1"}:       {Mode: policy.Shadow},
		{Rule: "hours", Trunk: "dialer-1"}:     {Mode: policy.Enforce, Lots: 100},
		{Rule: "blacklist", Trunk: "dialer-1"}: {Mode: policy.Enforce, Lots: policy.Lots},
	}}
	if d := cmp.Diff(want, v.Record.Facts.Rollout); d != "" {
		t.Error(d)
	}
}
