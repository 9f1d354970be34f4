package gate

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tregua/policy"
)

// TestRestart: counts, debt and what was learnt live over a restart; calls in
// flight are counted again from their rows; who was free must be proven anew.
func TestRestart(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.history(1, 1, 5, 100)
	r.history(2, 0, 1, 10)
	r.proven(3)
	r.after(2*startWrap, r.ask())
	r.turn(r.ended(r.last, policy.RatioA)) // it failed: the wrap-up is longer
	a, b := r.ask(), r.ask()
	stored := map[string][]byte{}
	first := r.out.States
	for _, s := range first {
		stored[string(s.Key())] = s.Encode()
	}
	if !slices.IsSortedFunc(first, func(x, y State) int { return slices.Compare(x.Key(), y.Key()) }) || len(first) != 3 {
		t.Errorf("rows %+v", first)
	}

	next := newRig(t)
	next.now = r.now
	for key, value := range stored { // order: each is another row
		s, err := Decode([]byte(key), value)
		if err != nil {
			t.Fatal(err)
		}
		next.gate.Load(&s)
	}
	next.turn(Resumed{Ask: a}, Resumed{Ask: b, Joined: true}, Resumed{Ask: a})
	got, want := next.look(), r.look()
	if got.Campaign != want.Campaign || got.Group != want.Group || got.Day != want.Day || got.Credit != want.Credit || got.Answers != want.Answers {
		t.Errorf("before %+v\nafter %+v", want, got)
	}
	if got.InFlight != 1 || got.Talking != 1 || got.Free != 0 {
		t.Errorf("in flight after the restart: %+v", got)
	}
	if w := next.gate.teams[teamKey{1, 1}].centre.wrap; w != r.gate.teams[teamKey{1, 1}].centre.wrap || w == startWrap {
		t.Errorf("the wrap-up is %v", w)
	}
	next.turn(Ended{ID: a.ID}, Ended{ID: b.ID, Ratio: policy.RatioB, AnsweredAt: r.now})
	if f := next.look(); f.InFlight != 0 || f.Talking != 0 || f.Campaign.B != want.Campaign.B+1 {
		t.Errorf("after their end: %+v", f)
	}
}

// TestAlone: a campaign without a group has its own counts once, after a restart
// too.
func TestAlone(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	r.history(1, 0, 1, 40)
	if f := r.look(); f.Group != f.Campaign || f.Campaign != (policy.GateCount{A: 1, B: 40}) {
		t.Errorf("got %+v", f)
	}
	for _, s := range r.out.States {
		if s.Kind == OfGroup {
			t.Errorf("a row of no group: %+v", s)
		}
	}
	next := newRig(t)
	next.gate.Load(&State{Kind: OfCampaign, ID: 1, Count: Count{Total: policy.GateCount{A: 1, B: 40}}})
	next.gate.team(1, 0, 1)
	if f := next.look(); f.Group != f.Campaign || f.Campaign != (policy.GateCount{A: 1, B: 40}) {
		t.Errorf("after a restart %+v", f)
	}
}

func TestDecode(t *testing.T) {
	t.Parallel()
	good := State{Kind: OfCampaign, ID: 1, Wrap: time.Second}
	later := good.Encode()
	later[1] = 2
	for _, tt := range []struct {
		name       string
		key, value []byte
		want       string
	}{
		{"another space", []byte{0x40, 1, 0, 0, 0, 1}, good.Encode(), "none of a gate"},
		{"no kind", []byte{Space, 0, 0, 0, 0, 1}, good.Encode(), "none of a gate"},
		{"a kind to come", []byte{Space, 4, 0, 0, 0, 1}, good.Encode(), "none of a gate"},
		{"no id", []byte{Space, 2, 0, 0, 0, 0}, good.Encode(), "none of a gate"},
		{"short", good.Key()[:5], good.Encode(), "none of a gate"},
		{"no value", good.Key(), nil, "EOF"},
		{"a version to come", good.Key(), later, "version 2, this program reads 1"},
		{"more today than ever", good.Key(), encoded(t, row{Version: 1, Today: [2]uint64{1, 0}}), "counts that cannot be"},
		{"too many", good.Key(), encoded(t, row{Version: 1, Total: [2]uint64{0, maxCount + 1}}), "counts that cannot be"},
		{"more answers than calls", good.Key(), encoded(t, row{Version: 1, Answers: [2]uint64{1, 2}}), "answers that cannot be"},
		{"a long wrap-up", good.Key(), encoded(t, row{Version: 1, Wrap: uint64(time.Hour)}), "too long"},
	} {
		if _, err := Decode(tt.key, tt.value); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

func encoded(t *testing.T, r row) []byte {
	t.Helper()
	b, err := encoding.Marshal(&r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
