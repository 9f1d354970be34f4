package console

import (
	"strings"
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
	ISUP        string    `json:"isup,omitempty" doc:"the called number of the ISUP in the body"`
	Zone        string    `json:"zone,omitempty"`
	CallerID    string    `json:"caller_id,omitempty"`
	OtherIDs    []string  `json:"other_ids,omitempty" doc:"what else in the INVITE names the caller"`
	Private     bool      `json:"private,omitempty" doc:"the INVITE asks to hide the caller"`
	CallID      string    `json:"call_id,omitempty"`
	FromTag     string    `json:"from_tag,omitempty"`
	Display     string    `json:"display,omitempty" doc:"display name of From"`
	Headers     []string  `json:"headers,omitempty" doc:"of the INVITE, those that the trunk's mapping names"`
	SourcePort  uint16    `json:"source_port,omitempty"`
	Mapping     string    `json:"mapping"`
	MappedBy    string    `json:"mapped_by,omitempty" doc:"the rules of the trunk that the campaign was found by"`
	Campaign    string    `json:"campaign,omitempty"`
	Purpose     string    `json:"purpose,omitempty"`
	Sector      string    `json:"sector,omitempty"`
	Carrier     string    `json:"carrier_country,omitempty" doc:"whose network the call enters, as the trunk says"`
	Ground      string    `json:"ground"`
	Service     bool      `json:"service,omitempty" doc:"a campaign that is not commercial, approved as such"`
	Channel     string    `json:"channel"`
	DialMode    string    `json:"dial_mode"`
	Mode        string    `json:"mode" doc:"of the trunk: enforce, shadow or bypass"`
	Profile     string    `json:"profile,omitempty"`
	Decision    Decision  `json:"decision"`
	Facts       Facts     `json:"facts"`
	Ending      Ending    `json:"ending"`
	Repeat      *Repeat   `json:"repeat,omitempty" doc:"re-dials that were answered from memory"`

	Dispositions []DisposedLine `json:"dispositions,omitempty" doc:"what agents closed the call with"`
	Amendments   []Amendment    `json:"amendments,omitempty" doc:"what was learnt after the record was written, of one attempt alone"`
}

// Amendment is what was learnt about an attempt after its record was written. It
// is a record of its own.
type Amendment struct {
	At     time.Time      `json:"at"`
	Record uint64         `json:"record" doc:"its number in the ledger"`
	Actor  string         `json:"actor,omitempty" doc:"who said so; left out for a call centre"`
	What   map[string]any `json:"what"`
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
	Shadow bool   `json:"shadow,omitempty" doc:"the refusal was not enforced"`

	Law     string   `json:"law,omitempty" doc:"what the rule rests on"`
	Looked  []string `json:"looked_at,omitempty" doc:"the facts that it can look at"`
	Figures []Figure `json:"figures,omitempty" doc:"by which it judges now"`
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
	Provenance   []string  `json:"provenance,omitempty" doc:"what is wrong with the consent: bundled, conditional, broken, other_operator; how many handed it on"`
	ListedAll    bool      `json:"listed_all,omitempty" doc:"the person wants no service calls either"`
	SyncedAt     time.Time `json:"synced_at,omitzero" doc:"the principal's blacklist was whole then"`
	Contract     *Contract `json:"contract,omitempty"`
	Request      *Request  `json:"request,omitempty"`
	RefusedAt    time.Time `json:"refused_at,omitzero" doc:"the person said not now"`
	Hold         *Hold     `json:"hold,omitempty"`
	Bar          Bar       `json:"bar" doc:"what a silent call left on the number"`
	List         ListRow   `json:"list" doc:"the row of a contact list of the campaign"`

	Sources []FactSource `json:"sources,omitempty" doc:"the imports that facts came from"`

	Mandate    Mandate    `json:"mandate"`
	CallCentre CallCentre `json:"call_centre"`
	Caller     Caller     `json:"caller"`
	Rings      Rings      `json:"rings" doc:"what reached the person, over all numbers"`
	Gate       *GateSaw   `json:"gate,omitempty" doc:"what the ratio gate saw, if it was asked"`
}

// Rings counts what reached a person at a principal, and may yet.
type Rings struct {
	Known    string    `json:"known" doc:"present, absent or unknown"`
	Today    int       `json:"today,omitempty" doc:"attempts that rang or may yet, by the day of the person's zone"`
	Month    int       `json:"month,omitempty" doc:"in the last 30 days"`
	Useful   int       `json:"useful,omitempty" doc:"useful contacts in the window of the profile"`
	UsefulAt time.Time `json:"useful_at,omitzero" doc:"the newest"`
}

// Bar is what a silent call left on a number: until when it may not be called,
// and whether the next contact is owed an operator.
type Bar struct {
	Known   string    `json:"known" doc:"present, absent or unknown"`
	Of      string    `json:"of,omitempty" doc:"the silent call"`
	Since   time.Time `json:"since,omitzero" doc:"when it was answered"`
	Until   time.Time `json:"until,omitzero" doc:"end of the bar"`
	Shadow  bool      `json:"shadow,omitempty" doc:"born in shadow: refuses nobody"`
	Owed    bool      `json:"operator_owed,omitempty" doc:"no operator has spoken with the person since"`
	Claimed bool      `json:"claimed,omitempty" doc:"another attempt holds the contact that is owed"`
	Shared  bool      `json:"shared,omitempty" doc:"of others: neither which call nor when is told"`
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
		Number: a.Called.String(), Reading: a.Reading.String(), Emergency: a.Emergency, ISUP: isupWord(a), Zone: a.Zone,
		CallerID: a.CallerID, OtherIDs: linesOf(a.OtherIDs), Private: a.Private, Sector: a.Sector, Carrier: a.Carrier, CallID: a.CallID, FromTag: a.FromTag,
		Display: a.Display, Headers: linesOf(a.Headers), SourcePort: a.SourcePort, MappedBy: a.MappedBy,
		Mapping: a.Mapping.String(), Campaign: a.CampaignName, Purpose: a.Purpose,
		Ground: a.Ground.String(), Service: a.Service, Channel: a.Channel.String(), DialMode: a.DialMode.String(), Profile: a.Profile,
		Mode:     a.Mode.String(),
		Decision: decisionOf(&r.Decision), Facts: factsOf(&r.Facts), Ending: endingOf(&r.Ending),
	}
	if r.Repeat.Count > 0 {
		out.Repeat = &Repeat{Of: r.Repeat.Of.String(), Count: r.Repeat.Count, First: r.Repeat.First, Last: r.Repeat.Last}
	}
	return out
}

// isupWord tells what the ISUP of an attempt says.
func isupWord(a *policy.Attempt) string {
	switch {
	case a.ISUP.Form == policy.NoISUP:
		return ""
	case a.ISUPCalled != 0:
		return a.ISUPCalled.String()
	}
	return strings.TrimSpace(a.ISUP.Digits + " unreadable")
}

// law is what a decision rests on: what the profile that judged says of the rule,
// the law of its own country, or else that of the reason.
func (c *Console) law(profile string, d *policy.Decision) string {
	if c.config.Law != nil && d.Verdict == policy.Refuse && d.Reason.Class() != policy.ClassFault {
		if law := c.config.Law(profile, d.Rule); law != "" {
			return law
		}
	}
	return d.Reason.Law()
}

func decisionOf(d *policy.Decision) Decision {
	out := Decision{
		Verdict: d.Verdict.String(), Rule: d.Rule, Reason: d.Reason.String(),
		Class: d.Reason.Class().String(), Text: d.Reason.Text(), Law: d.Reason.Law(), Trail: make([]Finding, len(d.Trail)),
	}
	for i, f := range d.Trail {
		out.Trail[i] = Finding{Rule: f.Rule, Reason: f.Reason.String(), Note: f.Note, Shadow: f.Shadow}
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
		List: listRowOf(&f.List), Mandate: mandateOf(f.Mandate), CallCentre: callCentreOf(f.CallCentre), Caller: callerOf(f.Caller),
		Bar: barOf(f.Bar), Rings: ringsOf(&f.Rings), Gate: gateSawOf(&f.Gate),
	}
	personOf(&out, f)
	if f.Fault != policy.NoFault {
		out.Fault = f.Fault.String()
	}
	return out
}

func ringsOf(f *policy.RingsFact) Rings {
	return Rings{Known: f.Known.String(), Today: f.Today, Month: f.Month, Useful: f.Useful, UsefulAt: f.UsefulAt}
}

func barOf(f policy.BarFact) Bar {
	b := Bar{Known: f.Known.String(), Shadow: f.Shadow, Owed: f.Pending, Claimed: f.Claimed, Shared: f.Shared}
	if f.Known == policy.Present && !f.Shared {
		b.Of, b.Since, b.Until = f.Of.String(), f.Since, f.Until
	}
	return b
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
