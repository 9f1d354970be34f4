package policy

import (
	"encoding"
	"fmt"
	"testing"
)

// TestNames: every value in use has a slug and nothing else has one.
func TestNames(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		first, last fmt.Stringer
		past        fmt.Stringer
		want        [3]string
	}{
		{Refuse, Allow, Verdict(2), [3]string{"refuse", "allow", "2"}},
		{Unreadable, Emergency, Reading(3), [3]string{"unreadable", "emergency", "3"}},
		{Unmapped, Ambiguous, Mapping(3), [3]string{"unmapped", "ambiguous", "3"}},
		{NoGround, GroundRequest, Ground(5), [3]string{"none", "request", "5"}},
		{OriginUnknown, OriginWeb, Origin(7), [3]string{"unknown", "web", "7"}},
		{ChannelOperator, ChannelAutomated, Channel(0), [3]string{"operator", "automated", "0"}},
		{Predictive, Manual, DialMode(4), [3]string{"predictive", "manual", "4"}},
		{Unknown, Present, Known(3), [3]string{"unknown", "present", "3"}},
		{NotAsked, Opposed, RegistryAnswer(3), [3]string{"not_asked", "opposed", "3"}},
		{NoFault, DataBroken, Fault(4), [3]string{"none", "data.broken", "4"}},
		{OutcomeOpen, OutcomeHandedOn, Outcome(14), [3]string{"open", "handed_on", "14"}},
		{OutcomeRepeated, OutcomeSilent, Outcome(14), [3]string{"repeated", "silent", "14"}},
		{WatchOff, WatchEnforce, Watch(3), [3]string{"off", "enforce", "3"}},
		{LineNone, LineOperator, LineState(6), [3]string{"none", "operator", "6"}},
		{NoMachine, DialerMachine, Machine(3), [3]string{"none", "dialer", "3"}},
		{RatioNone, RatioB, Ratio(3), [3]string{"none", "B", "3"}},
		{NoClaim, ClaimContact, Claim(3), [3]string{"none", "contact", "3"}},
		{ScopeParties, ScopePlatform, Scope(0), [3]string{"parties", "platform", "0"}},
		{HungUpApart, HungUpSilent, HungUp(0), [3]string{"apart", "silent", "0"}},
		{NoSide, Tregua, Side(4), [3]string{"none", "tregua", "4"}},
		{ClassNone, ClassAdmin, Class(7), [3]string{"none", "admin", "7"}},
		{BindingLaw, BindingPractice, Binding(0), [3]string{"law", "practice", "0"}},
		{OverFirst, OverNever, Precedence(0), [3]string{"first_opposed", "never", "0"}},
		{NoPlace, PlaceUnasked, GatePlace(8), [3]string{"none", "unasked", "8"}},
		{LevelProbing, LevelFree, GateLevel(4), [3]string{"probing", "free", "4"}},
		{BoundCampaign, BoundGroupDay, GateBound(4), [3]string{"campaign", "group_day", "4"}},
	} {
		if got := [3]string{tt.first.String(), tt.last.String(), tt.past.String()}; got != tt.want {
			t.Errorf("%T: got %q, want %q", tt.first, got, tt.want)
		}
	}
}

// TestParse: what data may name reads back, and nothing else is read.
func TestParse(t *testing.T) {
	t.Parallel()
	var (
		g Ground
		c Channel
		d DialMode
		b Binding
		p Precedence
		s Scope
		h HungUp
		z Zone
	)
	for _, tt := range []struct {
		into encoding.TextUnmarshaler
		good []string
		bad  []string
	}{
		{&g, []string{"directory", "consent"}, []string{"", "none", "Consent", "1"}},
		{&c, []string{"operator", "automated"}, []string{"", "0", "sms"}},
		{&d, []string{"predictive", "progressive", "preview", "manual"}, []string{"", "power"}},
		{&b, []string{"law", "code", "practice"}, []string{"", "0"}},
		{&p, []string{"first_opposed", "latest_opposed", "never"}, []string{"", "0"}},
		{&s, []string{"parties", "platform"}, []string{"", "0", "all"}},
		{&h, []string{"apart", "silent"}, []string{"", "0", "A"}},
		{&z, []string{"Europe/Rome", "UTC"}, []string{"", "Local", "Mars/Olympus", "../Rome"}},
	} {
		for _, s := range tt.good {
			if err := tt.into.UnmarshalText([]byte(s)); err != nil {
				t.Errorf("%T %q: %v", tt.into, s, err)
			}
			if got := tt.into.(fmt.Stringer).String(); got != s {
				t.Errorf("%T %q reads as %q", tt.into, s, got)
			}
			if m, ok := tt.into.(encoding.TextMarshaler); ok {
				if got, err := m.MarshalText(); string(got) != s || err != nil {
					t.Errorf("%T %q is written %q, %v", tt.into, s, got, err)
				}
			}
		}
		for _, s := range tt.bad {
			if err := tt.into.UnmarshalText([]byte(s)); err == nil {
				t.Errorf("%T reads %q", tt.into, s)
			}
		}
	}
}

func TestFaultReason(t *testing.T) {
	t.Parallel()
	for f, want := range map[Fault]Reason{NoFault: OK, StoreFailed: StoreDown, DeskBusy: DeskFull, DataBroken: DataBad, 9: DataBad} {
		if got := f.Reason(); got != want {
			t.Errorf("%s: got %s, want %s", f, got, want)
		}
		if f > NoFault && f <= DataBroken && f.Reason().String() != f.String() {
			t.Errorf("fault %s has the reason %s", f, f.Reason())
		}
	}
}
