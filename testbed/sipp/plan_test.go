package sipp

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestPlan: at least a tenth is forbidden, for several reasons, in every form,
// and no number is dialled twice.
func TestPlan(t *testing.T) {
	t.Parallel()
	calls := Plan(3000)
	reasons, seen := map[string]int{}, map[string]bool{}
	escaped, toOnly := 0, 0
	for _, c := range calls {
		plain, err := url.PathUnescape(c.User)
		if err != nil {
			t.Errorf("%q: %v", c.User, err)
		}
		if seen[plain] {
			t.Errorf("%s is dialled twice", plain)
		}
		seen[plain] = true
		reasons[c.Reason]++
		if plain != c.User && c.Status != 200 {
			escaped++
		}
		if c.To != c.User && c.Status == 200 {
			toOnly++
		}
	}
	if forbidden := len(calls) - reasons["-"]; forbidden*10 < len(calls) || len(reasons) < 5 || escaped == 0 || toOnly == 0 {
		t.Errorf("reasons %v, %d forbidden and escaped, %d opposed in To alone", reasons, escaped, toOnly)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()
	calls := []Planned{{User: "+39333", Status: 200, Reason: "-"}, {User: "0039334", Status: 603, Reason: "registry.opposed"}}
	dialer := []string{"0039334 603 registry.opposed", "+39333 200 -"}
	const line = "2026-11-22\t13:03:22.230823\t1795352602.230823 1-2401@127.0.0.1 sip:%s@127.0.0.1:25070"
	carrier := []string{fmt.Sprintf(line, "+39333")}
	cases := map[string]struct {
		dialer, carrier []string
		want            string
	}{
		"as planned":          {dialer, carrier, ""},
		"a call is missing":   {dialer[:1], carrier, "1 of 2 calls"},
		"a call ends twice":   {append(dialer, dialer[1]), carrier, "not once"},
		"another reason":      {[]string{"0039334 603 blacklist.principal", dialer[1]}, carrier, "blacklist.principal"},
		"a forbidden INVITE":  {dialer, append(carrier, fmt.Sprintf(line, "0039334")), `"0039334"`},
		"an INVITE sent anew": {dialer, append(carrier, carrier[0]), `"+39333"`},
		"an INVITE rewritten": {dialer, []string{fmt.Sprintf(line, "39333")}, `"39333"`},
		"an INVITE is lost":   {dialer, nil, "did not reach"},
	}
	for name, c := range cases {
		got := fmt.Sprint(CheckDialer(calls, c.dialer), CheckCarrier(calls, c.carrier))
		if c.want == "" && got != "<nil> <nil>" || !strings.Contains(got, c.want) {
			t.Errorf("%s: %s, want %q", name, got, c.want)
		}
	}
}

func TestStats(t *testing.T) {
	t.Parallel()
	const head = "TotalCallCreated;SuccessfulCall(C);FailedCall(C);FailedUnexpectedMessage(C);OutOfCallMsgs(C);DeadCallMsgs(C);Retransmissions(C);\n"
	p := &Peer{config: Config{Name: "uac", Dir: t.TempDir()}}
	if err := os.WriteFile(filepath.Join(p.config.Dir, "uac.stat"), []byte(head+"1;0;0;0;0;0;0;\n9;6;3;1;1;1;2;\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := p.stats()
	if want := (Stats{Calls: 9, Succeeded: 6, Failed: 3, Retransmissions: 2, Unexpected: 3}); err != nil || got != want {
		t.Errorf("got %+v, %v, want %+v", got, err, want)
	}
	if (Stats{Calls: 9, Succeeded: 9}).Clean(9) != nil || got.Clean(9) == nil {
		t.Error("clean is not told from unclean")
	}
}
