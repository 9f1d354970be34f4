package console

import (
	"time"

	"tregua/policy"
)

// Record is one record in the words of people. Times that are not known are
// left out.
type Record struct {
	ID          string    `json:"id"`
	At          time.Time `json:"at" doc:"when the INVITE was received"`
	ClockSynced bool      `json:"clock_synced"`
	Trunk       string    `json:"trunk"`
	User        string    `json:"user" doc:"user part as dialled"`
	Number      string    `json:"number,omitempty" doc:"what was read of it"`
	Reading     string    `json:"reading"`
	Emergency   string    `json:"emergency,omitempty"`
	Zone        string    `json:"zone,omitempty"`
	CallerID    string    `json:"caller_id,omitempty"`
	CallID      string    `json:"call_id,omitempty"`
	FromTag     string    `json:"from_tag,omitempty"`
	Mapping     string    `json:"mapping"`
	Campaign    string    `json:"campaign,omitempty"`
	Purpose     string    `json:"purpose,omitempty"`
	Ground      string    `json:"ground"`
	Channel     string    `json:"channel"`
	DialMode    string    `json:"dial_mode"`
	Profile     string    `json:"profile,omitempty"`
	Decision    Decision  `json:"decision"`
	Facts       Facts     `json:"facts"`
	Ending      Ending    `json:"ending"`
	Repeat      *Repeat   `json:"repeat,omitempty" doc:"re-dials that were answered from memory"`
}

// Decision is a decision in the words of people.
type Decision struct {
	Verdict string    `json:"verdict"`
	Rule    string    `json:"rule,omitempty" doc:"the rule that spoke"`
	Reason  string    `json:"reason"`
	Class   string    `json:"class"`
	Text    string    `json:"text,omitempty"`
	Law     string    `json:"law,omitempty"`
	Trail   []Finding `json:"trail" doc:"what each rule said, in order"`
}

// Finding is what one rule said.
type Finding struct {
	Rule   string `json:"rule"`
	Reason string `json:"reason"`
	Note   string `json:"note,omitempty"`
}

// Facts are the facts that a decision rests on.
type Facts struct {
	Generation   uint64    `json:"generation"`
	Fault        string    `json:"fault,omitempty"`
	Blacklist    string    `json:"blacklist" doc:"present, absent or unknown"`
	ListedSince  time.Time `json:"listed_since,omitzero"`
	ListedSource string    `json:"listed_source,omitempty"`
	Registry     string    `json:"registry" doc:"clear, opposed, not_asked or unknown"`
	AnsweredAt   time.Time `json:"answered_at,omitzero"`
	OpposedSince time.Time `json:"opposed_since,omitzero"`
	Submission   uint32    `json:"submission,omitempty"`
	Consent      string    `json:"consent" doc:"present, absent or unknown"`
	GivenAt      time.Time `json:"given_at,omitzero"`
	RevokedAt    time.Time `json:"revoked_at,omitzero"`
	Channels     []string  `json:"channels,omitempty"`
	Evidence     string    `json:"evidence,omitempty"`
	ConsentPart  uint32    `json:"consent_import,omitempty"`
}

// Ending is how an attempt ended.
type Ending struct {
	Outcome     string    `json:"outcome"`
	Reason      string    `json:"reason"`
	Status      int       `json:"status,omitempty" doc:"final SIP status to the dialer"`
	Forwarded   bool      `json:"forwarded"`
	EndedBy     string    `json:"ended_by"`
	ForwardedAt time.Time `json:"forwarded_at,omitzero"`
	RingingAt   time.Time `json:"ringing_at,omitzero"`
	AnsweredAt  time.Time `json:"answered_at,omitzero"`
	EndedAt     time.Time `json:"ended_at,omitzero"`
	Heard       Heard     `json:"heard"`
}

// Heard is the RTP received from each side.
type Heard struct {
	CallerPackets uint64 `json:"caller_packets"`
	CallerBytes   uint64 `json:"caller_bytes"`
	CalleePackets uint64 `json:"callee_packets"`
	CalleeBytes   uint64 `json:"callee_bytes"`
}

// Repeat tells of re-dials.
type Repeat struct {
	Of    string    `json:"of"`
	Count uint32    `json:"count"`
	First time.Time `json:"first"`
	Last  time.Time `json:"last"`
}

func recordOf(r *policy.Record) Record {
	a := &r.Attempt
	out := Record{
		ID: a.ID.String(), At: a.At, ClockSynced: a.Synced, Trunk: a.Trunk, User: a.User,
		Number: a.Called.String(), Reading: a.Reading.String(), Emergency: a.Emergency, Zone: a.Zone,
		CallerID: a.CallerID, CallID: a.CallID, FromTag: a.FromTag,
		Mapping: a.Mapping.String(), Campaign: a.CampaignName, Purpose: a.Purpose,
		Ground: a.Ground.String(), Channel: a.Channel.String(), DialMode: a.DialMode.String(), Profile: a.Profile,
		Decision: decisionOf(&r.Decision), Facts: factsOf(&r.Facts), Ending: endingOf(&r.Ending),
	}
	if r.Repeat.Count > 0 {
		out.Repeat = &Repeat{Of: r.Repeat.Of.String(), Count: r.Repeat.Count, First: r.Repeat.First, Last: r.Repeat.Last}
	}
	return out
}

func decisionOf(d *policy.Decision) Decision {
	out := Decision{
		Verdict: d.Verdict.String(), Rule: d.Rule, Reason: d.Reason.String(),
		Class: d.Reason.Class().String(), Text: d.Reason.Text(), Law: d.Reason.Law(), Trail: make([]Finding, len(d.Trail)),
	}
	for i, f := range d.Trail {
		out.Trail[i] = Finding{Rule: f.Rule, Reason: f.Reason.String(), Note: f.Note}
	}
	return out
}

func factsOf(f *policy.Facts) Facts {
	out := Facts{
		Generation: f.Generation,
		Blacklist:  f.Blacklist.Known.String(), ListedSince: f.Blacklist.Since, ListedSource: f.Blacklist.Source,
		Registry: registryWord(f.Registry), AnsweredAt: f.Registry.AnsweredAt,
		OpposedSince: f.Registry.OpposedSince, Submission: f.Registry.Submission,
		Consent: f.Consent.Known.String(), GivenAt: f.Consent.GivenAt, RevokedAt: f.Consent.RevokedAt,
		Channels: channelWords(f.Consent.Channels), Evidence: f.Consent.Evidence, ConsentPart: f.Consent.Part,
	}
	if f.Fault != policy.NoFault {
		out.Fault = f.Fault.String()
	}
	return out
}

// registryWord is the answer, or why there is none.
func registryWord(f policy.RegistryFact) string {
	if f.Known == policy.Unknown {
		return f.Known.String()
	}
	return f.Answer.String()
}

func channelWords(s policy.ChannelSet) (words []string) {
	for _, c := range []policy.Channel{policy.ChannelOperator, policy.ChannelAutomated} {
		if s&(1<<c) != 0 {
			words = append(words, c.String())
		}
	}
	return words
}

func endingOf(e *policy.Ending) Ending {
	return Ending{
		Outcome: e.Outcome.String(), Reason: e.Reason.String(), Status: e.Status, Forwarded: e.Forwarded,
		EndedBy: e.EndedBy.String(), ForwardedAt: e.ForwardedAt, RingingAt: e.RingingAt,
		AnsweredAt: e.AnsweredAt, EndedAt: e.EndedAt,
		Heard: Heard{e.Heard[0].Count, e.Heard[0].Bytes, e.Heard[1].Count, e.Heard[1].Bytes},
	}
}
