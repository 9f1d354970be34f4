package console

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"tregua/policy/access"
)

// TestTwoPersons goes the way of a proposal: proposed by one, seen and
// confirmed by another, and done with both names.
func TestTwoPersons(t *testing.T) {
	t.Parallel()
	h := &house{}
	c := open(t, h)
	anna := token(t, c, `{"name":"anna","role":"compliance","principal":"acme"}`)
	bob := token(t, c, `{"name":"bob","role":"compliance","principal":"acme"}`)
	ada := token(t, c, `{"name":"ada","role":"admin"}`)
	nora := token(t, c, `{"name":"nora","role":"supervisor","call_centre":"callnow"}`)
	var p Proposal
	step := func(who, method, path, body string, code int, answer string) {
		t.Helper()
		rec := ask(c, who, method, path, body)
		if rec.Code != code || !strings.Contains(rec.Body.String(), answer) {
			t.Errorf("%s %s: %d %s, want %d %q", method, path, rec.Code, rec.Body, code, answer)
		}
		if rec.Code/100 == 2 && strings.HasPrefix(rec.Body.String(), "{") {
			p = Proposal{}
			if err := json.Unmarshal(rec.Body.Bytes(), &p); err != nil {
				t.Fatal(err)
			}
		}
	}
	remove := "/v1/principals/acme/blacklist/removals"
	wish := `{"number":"+393331234567","evidence":"letter of 2 March"}`
	step(anna, "POST", "/v1/principals/x/blacklist/removals", wish, 404, "apply it first")
	step(anna, "POST", remove, `{"number":"x","evidence":"y"}`, 422, "no number can be read")
	step(anna, "POST", remove, `{"number":"+393331234567"}`, 422, "evidence")
	step(nora, "POST", remove, wish, 403, "the role supervisor may not do blacklist-remove; it needs compliance")
	step(anna, "POST", remove, wish, 202, `"stage":"proposed"`)
	if p.What != "" || p.Digest != "" || p.Why != "" {
		t.Errorf("the answer tells more than it must: %+v", p)
	}
	if got := h.calls(); len(got) > 0 {
		t.Errorf("done before it was confirmed: %q", got)
	}
	step(bob, "GET", "/v1/proposals", "", 200, `"kind":"blacklist.remove","stage":"proposed"`)
	step(ada, "GET", "/v1/proposals/1", "", 403, "it needs compliance")
	step(bob, "GET", "/v1/proposals/1", "", 200, `"what":"take +393331234567 from the blacklist of acme`)
	digest := `{"digest":"` + p.Digest + `"}`
	step(anna, "POST", "/v1/proposals/1/confirm", digest, 403, "your own proposal; another person")
	step(nora, "POST", "/v1/proposals/1/confirm", digest, 404, "there is no proposal 1")
	step(ada, "POST", "/v1/proposals/1/confirm", digest, 403, "it needs compliance")
	step(bob, "POST", "/v1/proposals/1/confirm", `{"digest":"`+strings.Repeat("0", 64)+`"}`, 409, "another digest")
	step(bob, "POST", "/v1/proposals/1/confirm", `{"digest":"0"}`, 422, "digest")
	if got := h.calls(); len(got) > 0 {
		t.Errorf("done without being confirmed: %q", got)
	}
	step(bob, "POST", "/v1/proposals/1/confirm", digest, 200, `"stage":"done"`)
	want := "removal by token:anna, confirmed by token:bob: acme +393331234567 letter of 2 March"
	if got := strings.Join(h.calls(), "; "); got != want {
		t.Errorf("asked %q, want %q", got, want)
	}
	step(bob, "POST", "/v1/proposals/1/confirm", digest, 409, "is done already")
	step(bob, "POST", "/v1/proposals/1/withdraw", "", 409, "is done already")
	if rec := ask(c, bob, "GET", "/v1/proposals", ""); !strings.Contains(rec.Body.String(), `"closed_by":"token:bob"`) || strings.Contains(rec.Body.String(), "39333") {
		t.Errorf("proposals: %s", rec.Body)
	}
	if calls := h.calls(); len(calls) > 0 {
		t.Errorf("done twice: %q", calls)
	}
}

// TestProposalEnds holds how a proposal comes to nothing: withdrawn, too old,
// or failed.
func TestProposalEnds(t *testing.T) {
	t.Parallel()
	h := &house{}
	c := open(t, h)
	anna := token(t, c, `{"name":"anna","role":"compliance","principal":"acme"}`)
	ada := token(t, c, `{"name":"ada","role":"admin"}`)
	wish := `{"number":"+393331234567","evidence":"so"}`
	digest := func(id string) string {
		t.Helper()
		if rec := ask(c, anna, "POST", "/v1/principals/acme/blacklist/removals", wish); rec.Code != http.StatusAccepted {
			t.Fatalf("%d %s", rec.Code, rec.Body)
		}
		var p Proposal
		if err := json.Unmarshal(ask(c, anna, "GET", "/v1/proposals/"+id, "").Body.Bytes(), &p); err != nil || p.Digest == "" {
			t.Fatalf("%+v %v", p, err)
		}
		return `{"digest":"` + p.Digest + `"}`
	}
	want := func(what string, code int, answer string, who, path, body string) {
		t.Helper()
		if rec := ask(c, who, "POST", path, body); rec.Code != code || !strings.Contains(rec.Body.String(), answer) {
			t.Errorf("%s: %d %s, want %d %q", what, rec.Code, rec.Body, code, answer)
		}
	}
	first := digest("1")
	want("withdrawn by another", 403, "withdrawn by who made it, or by compliance", ada, "/v1/proposals/1/withdraw", "")
	want("withdrawn", 200, `"stage":"withdrawn"`, anna, "/v1/proposals/1/withdraw", "")
	want("confirmed after that", 409, "is withdrawn already", "", "/v1/proposals/1/confirm", first)
	second := digest("2")
	h.mu.Lock()
	h.fail = &Mistake{http.StatusNotFound, errors.New("the number is not listed")}
	h.mu.Unlock()
	want("failed", 404, "the number is not listed", "", "/v1/proposals/2/confirm", second)
	want("confirmed after that", 409, "is failed already", "", "/v1/proposals/2/confirm", second)
	third := digest("3")
	h.mu.Lock()
	h.later = access.ProposalLife
	h.mu.Unlock()
	want("confirmed a day later", 409, "expired at 2026-11-23T12:00:00Z", "", "/v1/proposals/3/confirm", third)
	want("one that there is not", 404, "there is no proposal 4", "", "/v1/proposals/4/confirm", third)
}

// TestDeeds holds that each deed is there once, is confirmed by persons, and
// refuses parameters that are none of its own.
func TestDeeds(t *testing.T) {
	t.Parallel()
	c := open(t, &house{})
	seen := map[string]bool{}
	for _, d := range c.deeds() {
		if seen[d.kind] || d.confirm == 0 || d.confirm&^persons != 0 {
			t.Errorf("%s: twice, or confirmed by %s", d.kind, d.confirm)
		}
		seen[d.kind] = true
		if _, _, err := d.text([]byte("{")); err == nil {
			t.Errorf("%s words parameters that are none", d.kind)
		}
		if _, err := d.run(t.Context(), couple{}, []byte("{")); err == nil {
			t.Errorf("%s is done with parameters that are none", d.kind)
		}
	}
	if _, err := c.deed("bypass of all"); err == nil {
		t.Error("a deed that there is not")
	}
}
