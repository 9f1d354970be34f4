package book_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tregua/policy"
	"tregua/policy/book"
)

// TestConsentTwice: a row that stands twice in a file is one consent.
func TestConsentTwice(t *testing.T) {
	t.Parallel()
	row := callee.String() + ",energy,operator,2026-01-01"
	once, twice := openAcme(t), openAcme(t)
	once.load(book.Consents, "acme", time.Time{}, "number,purpose,channels,given_at", row)
	twice.load(book.Consents, "acme", time.Time{}, "number,purpose,channels,given_at", row, row)
	for key, value := range rows(t, once.config.Store) {
		if key[0] == 0x31 && rows(t, twice.config.Store)[key] != value {
			t.Errorf("row %x is %x, and %x when it stands twice", key, value, rows(t, twice.config.Store)[key])
		}
	}
}

// TestManyConsents: rows of one number at their bound still fit the store, and
// one consent more is refused.
func TestManyConsents(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	evidence := strings.Repeat("x", 512)
	file := func(consents int) []string {
		lines := []string{"number,purpose,channels,given_at,evidence"}
		for i := range consents {
			for n := range 5 {
				lines = append(lines, fmt.Sprintf("%s,energy,operator,%s,%s", callee+policy.Number(n),
					day(-1-i).Format(time.DateOnly), evidence))
			}
		}
		return lines
	}
	d.load(book.Consents, "acme", time.Time{}, file(1000)...)
	r := request(book.Consents, "acme", time.Time{}, file(1001)...)
	if _, err := d.Import(t.Context(), r); !errors.Is(err, book.ErrInput) {
		t.Errorf("one more: %v", err)
	}
	for n := range 5 {
		f, err := d.Current().Consent(d.config.Store, d.principal("acme"), callee+policy.Number(n), "energy")
		if err != nil || f.Part != 1 || !f.GivenAt.Equal(time.Date(2026, 2, 28, 23, 0, 0, 0, time.UTC)) {
			t.Errorf("%d: %+v, %v", n, f, err)
		}
	}
}

// TestConsent imports files one after the other and asks for one fact.
func TestConsent(t *testing.T) {
	t.Parallel()
	const header = "number,purpose,channels,given_at,revoked_at,evidence"
	row := func(rest string) string { return callee.String() + "," + rest }
	for _, c := range []struct {
		name    string
		imports [][]string
		want    policy.ConsentFact
	}{
		{"none", [][]string{{"0612345678,energy,operator,2026-01-01,,"}}, policy.ConsentFact{Known: policy.Absent}},
		{"another purpose", [][]string{{row("fibre,operator,2026-01-01,,")}}, policy.ConsentFact{Known: policy.Absent}},
		{
			"one",
			[][]string{{row("energy,operator,2026-01-01T10:00:00Z,,form-1")}},
			policy.ConsentFact{Known: policy.Present, GivenAt: time.Date(2026, 1, 1, 10, 0, 0, 0, time.UTC), Channels: 1 << policy.ChannelOperator, Evidence: "form-1", Part: 1},
		},
		{
			"a date begins where the person lives",
			[][]string{{row("energy,automated,2026-01-01,,form-1")}},
			policy.ConsentFact{Known: policy.Present, GivenAt: time.Date(2025, 12, 31, 23, 0, 0, 0, time.UTC), Channels: 1 << policy.ChannelAutomated, Evidence: "form-1", Part: 1},
		},
		{
			"the newest of two files",
			[][]string{{row("energy,operator,2026-02-01T00:00:00Z,,form-2")}, {row("energy,operator,2026-01-01T00:00:00Z,,form-1")}},
			policy.ConsentFact{Known: policy.Present, GivenAt: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), Channels: 1 << policy.ChannelOperator, Evidence: "form-2", Part: 1},
		},
		{
			"the same again is the same",
			[][]string{{row("energy,operator,2026-02-01T00:00:00Z,,form-2")}, {row("energy,operator,2026-02-01T00:00:00Z,,form-2")}},
			policy.ConsentFact{Known: policy.Present, GivenAt: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), Channels: 1 << policy.ChannelOperator, Evidence: "form-2", Part: 2},
		},
		{
			"of equal ones that of the newest file",
			[][]string{{row("energy,operator,2026-02-01T00:00:00Z,,form-1")}, {row("energy,operator,2026-02-01T00:00:00Z,,form-2")}, {row("energy,operator,2026-02-01T00:00:00Z,,form-1")}},
			policy.ConsentFact{Known: policy.Present, GivenAt: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), Channels: 1 << policy.ChannelOperator, Evidence: "form-1", Part: 3},
		},
		{
			"revoked by a later file",
			[][]string{{row("energy,operator,2026-02-01T00:00:00Z,,form-2")}, {row("energy,operator,2026-02-01T00:00:00Z,2026-02-03T00:00:00Z,form-2")}},
			policy.ConsentFact{
				Known: policy.Present, GivenAt: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), RevokedAt: time.Date(2026, 2, 3, 0, 0, 0, 0, time.UTC),
				Channels: 1 << policy.ChannelOperator, Evidence: "form-2", Part: 2,
			},
		},
		{
			"a revocation ends what was given before it",
			[][]string{{row("energy,operator,2026-01-01T00:00:00Z,2026-02-03T00:00:00Z,form-1"), row("energy,operator,2026-02-01T00:00:00Z,,form-2")}},
			policy.ConsentFact{
				Known: policy.Present, GivenAt: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), RevokedAt: time.Date(2026, 2, 3, 0, 0, 0, 0, time.UTC),
				Channels: 1 << policy.ChannelOperator, Evidence: "form-2", Part: 1,
			},
		},
		{
			"given again after a revocation",
			[][]string{{row("energy,operator,2026-01-01T00:00:00Z,2026-01-03T00:00:00Z,form-1"), row("energy,operator,2026-02-01T00:00:00Z,,form-2")}},
			policy.ConsentFact{Known: policy.Present, GivenAt: time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), Channels: 1 << policy.ChannelOperator, Evidence: "form-2", Part: 1},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			d := openAcme(t)
			for _, lines := range c.imports {
				d.load(book.Consents, "acme", time.Time{}, append([]string{header}, lines...)...)
			}
			for range 2 {
				got, err := d.Current().Consent(d.config.Store, d.principal("acme"), callee, "energy")
				if err != nil || got != c.want {
					t.Errorf("got  %+v, %v\nwant %+v", got, err, c.want)
				}
				d.reopen()
			}
			other, err := d.Current().Consent(d.config.Store, d.principal("beta"), callee, "energy")
			if err != nil || other != (policy.ConsentFact{Known: policy.Absent}) {
				t.Errorf("another principal: %+v, %v", other, err)
			}
		})
	}
}

// counted counts the reads of a store.
type counted struct {
	failing
	gets int
}

func (c *counted) Get(key []byte) ([]byte, bool, error) {
	c.gets++
	return c.failing.Get(key)
}

func TestConsentReadsOneRow(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	d.load(book.Consents, "acme", time.Time{}, "number,purpose,channels,given_at", callee.String()+",energy,operator,2026-01-01")
	r := &counted{failing: failing{Store: d.config.Store}}
	ask := func(n policy.Number) error {
		_, err := d.Current().Consent(r, d.principal("acme"), n, "energy")
		return err
	}
	if err := ask(callee + 1); err != nil || r.gets != 0 {
		t.Errorf("%d reads for a number without a consent, %v", r.gets, err)
	}
	if err := ask(callee); err != nil || r.gets != 1 {
		t.Errorf("%d reads for a number with one, %v", r.gets, err)
	}
	r.reads = true
	if err := ask(callee); !errors.Is(err, errGone) || errors.Is(err, book.ErrBroken) {
		t.Errorf("a store that fails: %v", err)
	}
	empty := openAcme(t)
	r.failing.Store, r.reads = empty.config.Store, false
	if err := ask(callee); !errors.Is(err, book.ErrBroken) {
		t.Errorf("a row that is gone: %v", err)
	}
}
