package rights_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/book"
	"tregua/policy/rights"
	"tregua/policy/seal"
)

var errCut = errors.New("the process ended")

// house is all that an erasure writes to, in the order in which it does. It ends
// after so many steps.
type house struct {
	*vault
	subjects *seal.Subjects
	left     int
	did      []string
	open     bool
	erased   bool
}

func (h *house) step(what string) error {
	if h.left--; h.left < 0 {
		return errCut
	}
	h.did = append(h.did, what)
	return nil
}

func (h *house) Forms(policy.Number) []string { return []string{"393331234567"} }

func (h *house) Erase(_ context.Context, e book.Erasing) (book.Erased, error) {
	if h.erased {
		return book.Erased{}, nil
	}
	found := book.Erased{Principals: []string{"acme"}, Rows: 1}
	if e.Only {
		return found, nil
	}
	err := h.step("book")
	h.erased = err == nil
	return found, err
}

func (h *house) KnownBy(policy.Number) ([]policy.PrincipalID, bool, int, error) {
	return []policy.PrincipalID{1}, h.open, 2, nil
}

func (h *house) Forget(seal.Index) (int, error) { return 1, h.step("ledger") }

// keysOf ends before the key is overwritten.
type keysOf struct {
	*seal.Subjects
	h *house
}

func (k keysOf) Erase(i seal.Index) error {
	if err := k.h.step("key"); err != nil {
		return err
	}
	return k.Subjects.Erase(i)
}

func (h *house) eraser(r *rights.Register) *rights.Eraser {
	return &rights.Eraser{
		Register: r, Subjects: keysOf{h.subjects, h}, Keys: h.keys, Book: h, Ledger: h,
		Note: func(context.Context, time.Time, string, string) error { return h.step("note") },
	}
}

// TestEraseCut ends the process at every step. What is in the register is ended by
// the next start, and what is not has not begun.
func TestEraseCut(t *testing.T) {
	t.Parallel()
	for steps := range 6 {
		h := &house{vault: newVault(t), left: steps}
		var r *rights.Register
		h.subjects, r = h.start()
		h.give(h.subjects, number)
		_, err := h.eraser(r).Erase(t.Context(), rights.Request{Number: number, At: noon})
		if (err == nil) != (steps == 5) || err != nil && !errors.Is(err, errCut) {
			t.Fatalf("%d steps: %v", steps, err)
		}
		if len(r.All()) != 1 {
			t.Errorf("%d steps: the register has %d lines", steps, len(r.All()))
		}
		h.left = 100
		h.subjects, r = h.start()
		if _, err := r.Apply(h.subjects); err != nil {
			t.Fatal(err)
		}
		e := h.eraser(r)
		e.Held = func(n policy.Number) (string, bool) { return "order 12/26", n == number } // of a restored backup
		again, over, err := e.Again(t.Context())
		if want := steps < 3; err != nil || (again == 1) != want || !h.erased {
			t.Errorf("%d steps: %d erased again, %v", steps, again, err)
		}
		want := []rights.Overruled{{At: noon, Why: "order 12/26"}}
		if steps == 5 { // it had ended
			want = nil
		}
		if !slices.Equal(over, want) {
			t.Errorf("%d steps: it overrules %v, want %v", steps, over, want)
		}
		if h.has(h.subjects, number) {
			t.Errorf("%d steps: the key is there", steps)
		}
		if again, over, err := e.Again(t.Context()); again+len(over) != 0 || err != nil {
			t.Errorf("%d steps: the second start erases %d and overrules %v, %v", steps, again, over, err)
		}
	}
}

// TestOverruledWithoutKey: a number that nothing is sealed under may be held, too.
func TestOverruledWithoutKey(t *testing.T) {
	t.Parallel()
	h := &house{vault: newVault(t), left: 1}
	var r *rights.Register
	h.subjects, r = h.start()
	e := h.eraser(r)
	if _, err := e.Erase(t.Context(), rights.Request{Number: number, At: noon}); !errors.Is(err, errCut) {
		t.Fatal(err)
	}
	h.left = 100
	e.Held = func(policy.Number) (string, bool) { return "order 12/26", true }
	if again, over, err := e.Again(t.Context()); again != 1 || len(over) != 1 || err != nil {
		t.Errorf("%d erased again, overruled %v, %v", again, over, err)
	}
}

// TestEraseOrder: written down, told, objections and rows, and the key last.
func TestEraseOrder(t *testing.T) {
	t.Parallel()
	h := &house{vault: newVault(t), left: 100}
	var r *rights.Register
	h.subjects, r = h.start()
	h.give(h.subjects, number)
	done, err := h.eraser(r).Erase(t.Context(), rights.Request{Number: number, At: noon})
	if got := fmt.Sprint(h.did); err != nil || got != "[note ledger book ledger key]" || !done.Key || done.Records != 2 {
		t.Errorf("%s, %+v, %v", got, done, err)
	}
}

// TestEraseGoes: a hold on what is being erased comes too late and says so, one on
// another number does not, and each is laid again after the end.
func TestEraseGoes(t *testing.T) {
	t.Parallel()
	h := &house{vault: newVault(t), left: 100}
	var r *rights.Register
	h.subjects, r = h.start()
	h.give(h.subjects, number)
	e := h.eraser(r)
	this, other := h.keys.Index(number), h.keys.Index(number+1)
	laid := 0
	lay := func() error { laid++; return nil }
	e.Note = func(ctx context.Context, _ time.Time, _, _ string) error {
		for name, of := range map[string]*seal.Index{"number": &this, "campaign": nil} {
			err := e.Lay(of, lay)
			if late, ok := errors.AsType[*rights.LateError](err); !ok || !late.Since.Equal(noon) || late.Broke {
				t.Errorf("hold of the %s: %v", name, err)
			}
		}
		if _, err := e.Erase(ctx, rights.Request{Number: number, At: noon}); !errors.Is(err, rights.ErrAgain) {
			t.Errorf("a second erasure: %v", err)
		}
		return e.Lay(&other, lay)
	}
	if _, err := e.Erase(t.Context(), rights.Request{Number: number, At: noon}); err != nil || laid != 1 {
		t.Fatalf("%d holds laid, %v", laid, err)
	}
	if err := errors.Join(e.Lay(&this, lay), e.Lay(nil, lay)); err != nil || laid != 3 {
		t.Errorf("after the end %d holds laid, %v", laid, err)
	}
	if len(r.All()) != 1 {
		t.Errorf("the register has %d lines", len(r.All()))
	}
}

// TestEraseBrokeOff: a hold on what was being erased, when that broke off, would be
// overruled by the next start: it is refused until the erasure has ended.
func TestEraseBrokeOff(t *testing.T) {
	t.Parallel()
	for steps := range 5 {
		h := &house{vault: newVault(t), left: steps}
		var r *rights.Register
		h.subjects, r = h.start()
		h.give(h.subjects, number)
		e := h.eraser(r)
		this, other := h.keys.Index(number), h.keys.Index(number+1)
		laid := 0
		lay := func() error { laid++; return nil }
		if _, err := e.Erase(t.Context(), rights.Request{Number: number, At: noon}); !errors.Is(err, errCut) {
			t.Fatal(err)
		}
		for _, of := range []*seal.Index{&this, nil} {
			err := e.Lay(of, lay)
			if late, ok := errors.AsType[*rights.LateError](err); !ok || !late.Broke || !late.Since.Equal(noon) {
				t.Errorf("%d steps: %v", steps, err)
			}
		}
		if err := e.Lay(&other, lay); err != nil || laid != 1 {
			t.Errorf("%d steps: another number: %v", steps, err)
		}
		h.left = 0 // it breaks off again, and is still told by when it began
		if _, err := e.Erase(t.Context(), rights.Request{Number: number, At: noon.Add(time.Hour)}); !errors.Is(err, errCut) {
			t.Fatal(err)
		}
		if late, ok := errors.AsType[*rights.LateError](e.Lay(&this, lay)); !ok || !late.Broke || !late.Since.Equal(noon) {
			t.Errorf("%d steps, twice: %v", steps, late)
		}
		h.left = 100
		if _, err := e.Erase(t.Context(), rights.Request{Number: number, At: noon.Add(2 * time.Hour)}); err != nil {
			t.Fatal(err)
		}
		if err := e.Lay(&this, lay); err != nil || laid != 2 {
			t.Errorf("%d steps: after the end %d holds are laid, %v", steps, laid, err)
		}
	}
}

// TestUntold: an erasure that no note tells of is found, once, and two of one second
// need two notes.
func TestUntold(t *testing.T) {
	t.Parallel()
	h := &house{vault: newVault(t), left: 100}
	_, r := h.start()
	at := func(s float64) time.Time { return noon.Add(time.Duration(s * float64(time.Second))) }
	for _, s := range []float64{3.2, 1, 3.9, 50} {
		if err := r.Begin(rights.Erasure{At: at(s), Sealed: []byte{1}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Begin(rights.Erasure{At: at(2)}); err != nil { // of a key alone, by an older program
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		told []time.Time
		want []time.Time
	}{
		"none":             {nil, []time.Time{at(1), at(4), at(4)}},
		"one of a second":  {[]time.Time{at(3.9), at(1)}, []time.Time{at(4)}},
		"all":              {[]time.Time{at(1), at(3.2), at(3.9)}, nil},
		"of another":       {[]time.Time{at(1.1), at(3)}, []time.Time{at(1), at(4), at(4)}},
		"in another place": {[]time.Time{at(1).In(time.FixedZone("", 3600)), at(4), at(4)}, nil},
	} {
		if got := r.Untold(at(50), c.told); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

// TestEraseRefused: what an order holds, and who speaks, is not erased, and a dry
// run erases nobody.
func TestEraseRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*rights.Eraser, *house)
		dry    bool
		want   func(error) bool
	}{
		"held": {
			func(e *rights.Eraser, _ *house) {
				e.Held = func(n policy.Number) (string, bool) { return "order 12/26", n == number }
			}, false,
			func(err error) bool {
				held, ok := errors.AsType[*rights.HeldError](err)
				return ok && held.Why == "order 12/26"
			},
		},
		"held meanwhile": {
			func(e *rights.Eraser, _ *house) {
				asked := 0
				e.Held = func(policy.Number) (string, bool) { asked++; return "order 12/26", asked > 1 }
			}, false,
			func(err error) bool { _, ok := errors.AsType[*rights.HeldError](err); return ok },
		},
		"a call": {func(_ *rights.Eraser, h *house) { h.open = true }, false, func(err error) bool { return errors.Is(err, rights.ErrCall) }},
		"dry":    {func(*rights.Eraser, *house) {}, true, func(err error) bool { return err == nil }},
	} {
		h := &house{vault: newVault(t), left: 100}
		var r *rights.Register
		h.subjects, r = h.start()
		h.give(h.subjects, number)
		e := h.eraser(r)
		c.change(e, h)
		if _, err := e.Erase(t.Context(), rights.Request{Number: number, At: noon, DryRun: c.dry}); !c.want(err) {
			t.Errorf("%s: %v", name, err)
		}
		if len(h.did)+len(r.All()) > 0 || !h.has(h.subjects, number) {
			t.Errorf("%s: %v, %d lines", name, slices.Clone(h.did), len(r.All()))
		}
	}
}
