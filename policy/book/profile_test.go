package book_test

import (
	"strings"
	"testing"

	"tregua/policy"
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
