package book_test

import (
	"strings"
	"testing"

	"tregua/policy"
	"tregua/policy/book"
)

// TestProfileOfACall: the law is that of the country of the called person; the
// principal's own profile goes first where it is of that country.
func TestProfileOfACall(t *testing.T) {
	t.Parallel()
	d := openAcme(t)
	profile := func(user string) string {
		return d.Current().Attempt(policy.Dialled{Trunk: "dialer-1", User: user}).Profile
	}
	is := func(want map[string]string) {
		t.Helper()
		for user, want := range want {
			if got := profile(user); got != want {
				t.Errorf("%s is judged by %q, want %q", user, got, want)
			}
		}
	}
	is(map[string]string{"9770039333123456": "it", "9770033612345678": "fr", "97700442071234567": "it", "nobody": "it"})
	if _, err := d.Apply(t.Context(), "anna", []byte("principals: [{name: acme, profile: it+it-code}]"), false); err != nil {
		t.Fatal(err)
	}
	is(map[string]string{"9770039333123456": "it+it-code", "9770033612345678": "fr"})
	_, err := d.Apply(t.Context(), "anna", []byte("principals: [{name: acme, profile: us}]"), false)
	if err == nil || !strings.Contains(err.Error(), `there is no profile "us": the config (policy) has it, fr, it+it-code`) {
		t.Errorf("an unknown profile: %v", err)
	}
}

// TestProfileOverseas: the law of a country holds where its further codes say, and
// which caller ids stand is that of the called person's country.
func TestProfileOverseas(t *testing.T) {
	t.Parallel()
	d := open(t)
	ids := policy.CallerIDParams{Only: policy.Words{Value: []string{"33162", "3906"}}, Never: policy.Words{Value: []string{"390612345679"}}}
	d.config.Profiles = []book.Profile{{Name: "it", Country: "IT"}, {Name: "fr", Country: "FR", Also: []string{"GP", "RE"}, CallerID: &ids}}
	d.reopen()
	d.apply(acme + callerIDs + "\n  - {number: \"+33162123456\", call_centre: ccx, roc: false}\n")
	const italian, french = "390612345670", "+33162123456"
	for _, c := range []struct{ called, ids, profile, want string }{
		{"33612345678", italian, "fr", "+390612345670 IT of 1"},
		{"590590123456", italian, "fr", "+390612345670 IT of 1"},
		{"262262123456", italian, "fr", "+390612345670 IT of 1"},
		{"687441234", italian, "it", "+390612345670 IT of 1"},
		// The one that was not notified is worse in Italy, the forbidden one in France.
		{"393331234567", italian + "\n" + french, "it", "+33162123456 FR of 1 not at ROC"},
		{"33612345678", italian + "\n" + french, "fr", "+390612345670 IT of 1"},
		{"33612345678", french + "\n390612345679", "fr", "+390612345679 IT of 1 for 1 not at ROC"},
		{"33612345678", french + "\n+3544101234", "fr", "+3544101234 IS of 1"},
	} {
		a := d.Current().Attempt(policy.Dialled{Trunk: "dialer-1", User: "977+" + c.called})
		a.CallerID, a.OtherIDs, _ = strings.Cut(c.ids, "\n")
		if got := callerWords(d.Current().Caller(&a)); a.Profile != c.profile || got != c.want {
			t.Errorf("%s: judged by %q, shows %q; want %q, %q", c.called, a.Profile, got, c.profile, c.want)
		}
	}
	campaign, _ := d.Current().Campaign("acme/energia")
	if a := d.Current().AttemptFor(campaign, policy.Dialled{User: "+33612345678"}); a.CallerID != "+390612345670" {
		t.Errorf("a look shows %q", a.CallerID)
	}
}
