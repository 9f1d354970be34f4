package policy

import (
	"encoding/hex"
	"strconv"
	"time"
)

// Number is an E.164 number as the integer its digits spell, country code
// first, without the plus: +39 333 1234567 is 393331234567. Zero is no number.
type Number uint64

// String returns the number with a plus, or "" for no number. It is for
// answers to people who may read numbers; logs use [Number.Masked].
func (n Number) String() string {
	if n == 0 {
		return ""
	}
	return "+" + strconv.FormatUint(uint64(n), 10)
}

// Masked returns the number with its last four digits hidden.
func (n Number) Masked() string {
	s := n.String()
	if len(s) <= 7 {
		return "+…"
	}
	return s[:len(s)-4] + "····"
}

// AttemptID is the UUIDv7 of an attempt; the dialer sees it as decision id.
type AttemptID [16]byte

// String returns the id in the 8-4-4-4-12 form of RFC 9562.
func (id AttemptID) String() string {
	var b [36]byte
	for i, g := range [5][3]int{{0, 4, 0}, {4, 6, 9}, {6, 8, 14}, {8, 10, 19}, {10, 16, 24}} {
		hex.Encode(b[g[2]:], id[g[0]:g[1]])
		if i > 0 {
			b[g[2]-1] = '-'
		}
	}
	return string(b[:])
}

// Ids of business data: given once by the book, never used again. Zero is none.
type (
	// PrincipalID is on whose behalf a call is made.
	PrincipalID uint32
	// CallCentreID is who calls.
	CallCentreID uint32
	// AccountID is an account at the registry.
	AccountID uint32
	// CampaignID is a campaign.
	CampaignID uint32
	// GroupID is a ratio group: the campaigns whose silent calls count together.
	GroupID uint32
)

// Reading is what became of the user part that the dialer sent.
type Reading uint8

// The readings of a called user part.
const (
	Unreadable Reading = iota // no E.164 number can be made of it
	Readable                  // Called holds the number
	Emergency                 // a short code of the country: always passes
)

// Mapping is how the campaign of an attempt was found.
type Mapping uint8

// The mappings.
const (
	Unmapped  Mapping = iota // no campaign fits
	Mapped                   // exactly one fits
	Ambiguous                // more than one fits
)

// Ground is the legal ground of a contact (compliance.md 1.1).
type Ground uint8

// The grounds.
const (
	NoGround        Ground = iota
	GroundDirectory        // the number stands in the public directory
	GroundConsent          // the person consented (art. 130 Codice privacy)
	GroundContract         // a contract is in force, or ended a short while ago
	GroundRequest          // the person asked to be called
)

// Channel is the means by which a call is made: a consent names its channels.
type Channel uint8

// The channels. A consent for automated calls covers operator calls, not the
// reverse (Garante, 15 May 2013).
const (
	ChannelOperator Channel = iota + 1
	ChannelAutomated
)

// DialMode is how the dialer of a trunk or campaign works.
type DialMode uint8

// The dial modes.
const (
	Predictive DialMode = iota
	Progressive
	Preview
	Manual
)

// Dialled is what an INVITE says, before business data is looked at.
type Dialled struct {
	ID       AttemptID
	At       time.Time // wall clock when the INVITE was received
	Synced   bool      // that clock was synchronised
	Trunk    string    // the incoming trunk
	User     string    // user part of the Request-URI, percent-decoded but for ";"
	CallerID string    // user part of P-Asserted-Identity, or else of From
	OtherIDs string    // user parts of the other headers that name the caller, From among them, one a line, each once
	Private  bool      // the INVITE asks to hide the caller (RFC 3323, RFC 3325 section 9.3)
	CallID   string
	FromTag  string
	Pledged  bool // the trunk's operator_header says that an operator is reserved
	Aside    bool // it is the target of a transfer or redirect of a call that goes on
	ISUP     ISUP // what the body says of the called number

	// By these the trunk may know the campaign (package mapping). Each is bounded.
	Display    string // display name of From
	Headers    string // of the headers that the trunk's mapping names, "name: value" one a line
	SourcePort uint16 // that the INVITE came from
}

// Attempt is one try to reach a number: what the INVITE and the configuration
// say. It is one value without pointers into anything mutable.
type Attempt struct {
	Dialled
	Reading      Reading
	Called       Number // 0 unless Readable
	ISUPCalled   Number // ISUP by the same dial plan; 0 when no number can be read from it
	Emergency    string // the short code when Reading is Emergency
	Country      string // ISO 3166 code of the number's country
	Zone         string // IANA time zone of the called number, the first one where it may be in several
	OtherZones   string // the further ones, with blanks between
	Mapping      Mapping
	MappedBy     string // the rules that the mapping rests on, as "caller_id +390612345678, list"
	Campaign     CampaignID
	Principal    PrincipalID
	CallCentre   CallCentreID
	Account      AccountID
	Group        GroupID
	Purpose      string // slug; a consent must name it
	Channel      Channel
	Ground       Ground
	Service      bool // the campaign is not commercial, and the principal has approved it as such (compliance.md 1.14)
	DialMode     DialMode
	CampaignName string // slugs for people: principal/campaign
	Profile      string // name of the policy profile in force for it
	Mode         Mode   // of the trunk
	Sector       string // slug of what the campaign sells, as "energy"; "" not said
	Carrier      string // ISO 3166 code of the country whose network it enters by, as the carrier's trunk says; "" not said
}

// Judged is the part of an attempt that a decision depends on, the time
// excepted: two attempts with equal Judged values are one dial repeated. What the
// campaign was known by counts by the campaign alone: a display name that is
// another at each call does not make a re-dial a new one.
type Judged struct {
	Trunk       string
	Called      Number
	User        string // only when there is no number to compare
	Contradicts bool   // the ISUP says another number
	CallerID    string
	OtherIDs    string
	Private     bool
	Campaign    CampaignID
	Mapping     Mapping
	DialMode    DialMode
	Pledged     bool
}

// Judged returns the judged facts of a.
func (a *Attempt) Judged() Judged {
	j := Judged{
		Trunk: a.Trunk, Called: a.Called, CallerID: a.CallerID, OtherIDs: a.OtherIDs, Private: a.Private,
		Campaign: a.Campaign, Mapping: a.Mapping, DialMode: a.DialMode, Pledged: a.Pledged,
		Contradicts: a.Contradicts(),
	}
	if a.Called == 0 {
		j.User = a.User
	}
	return j
}
