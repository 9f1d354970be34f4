package main

import (
	"slices"
	"testing"
	"time"

	"tregua/cmd/tregua/console"
	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/gate"
)

// TestGateAfterRestart: the silent and connected calls of the records count again,
// those of the day as well.
func TestGateAfterRestart(t *testing.T) {
	t.Parallel()
	h := openTenants(t)
	c, ok := h.book.Current().Campaign("betaline/betacamp")
	g, err := h.openGate()
	if err != nil || !ok {
		t.Fatal(err, ok)
	}
	of := h.params.Gate
	var out gate.Outputs
	g.Turn(time.Now(), []gate.Input{gate.Ask{
		ID: policy.AttemptID{1}, Campaign: c.ID, Group: c.Group, CallCentre: c.CallCentre,
		Figures: gate.Figures{Limit: of.Limit.Value, DayLimit: of.DayLimit.Value, Zone: of.Zone, Shadow: true},
	}}, &out)
	if len(out.Granted) != 1 {
		t.Fatalf("%+v", out)
	}
	f, want := out.Granted[0].Fact, policy.GateCount{A: 1, B: 1}
	if f.Campaign != want || f.Group != want || f.Day != want || f.GroupDay != want || f.Credit != -1 {
		t.Errorf("%+v", f)
	}
}

// TestGatesAfterRestart: a campaign that has called before the start is listed with
// what it owes, before it calls again, and to nobody else's eyes.
func TestGatesAfterRestart(t *testing.T) {
	t.Parallel()
	h := openTenants(t)
	for who, want := range map[string]bool{"": true, "betaline": true, "acmeline": false} {
		scope := everything
		if who != "" {
			scope = access.Scope{Actor: "token:x", Role: access.Compliance, Principal: who}
		}
		teams, err := h.Gates(t.Context(), scope)
		if err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(teams, func(of console.Team) bool { return of.Campaign == "betaline/betacamp" })
		if (i >= 0) != want {
			t.Errorf("%q sees %+v", who, teams)
		}
		if i < 0 {
			continue
		}
		one := console.GateCount{Silent: 1, Connected: 1}
		if of := &teams[i]; of.CallCentre != "southdesk" || of.Total != one || of.Today != one || of.Group != one ||
			of.Credit != -1 || of.Needed != 66 || levelOf(of) != "nobody calls" {
			t.Errorf("%+v", of)
		}
	}
}
