// Package configs reads the configuration file of tregua: infrastructure only
// (business data goes through the admin API). [Load] reports every mistake of
// a file at once, each with its place and its mend; what it returns without an
// error needs no further checks but those of the machine (ports, addresses,
// directories). default.yaml shows every key; profiles/ holds the policies.
package configs

import (
	"net/netip"
	"time"

	"tregua/media"
	"tregua/policy"
	"tregua/policy/book"
	"tregua/policy/handoff"
	"tregua/policy/mapping"
)

// Config is one configuration file, read and checked. Paths are absolute or
// relative to the working directory; in the file they are relative to it.
type Config struct {
	Path   string // the file it came from
	Node   Node
	Listen []Listen // at least one
	Trunks []Trunk  // at least one of each side
	Routes []Route  // first match wins
	Policy Policy
	Store  Store
	Media  Media
	Ledger Ledger
	Admin  Admin
	Limits Limits

	Dispositions []Dispositions // folders
	Reconcile    []Reconcile    // folders
	Handoff      []Handoff      // who is told of attempts

	// Warnings are places that an operator should look at and that stop nothing.
	Warnings []Problem
}

// Node says who this instance is and where it keeps things.
type Node struct {
	ID   uint16 // in every record and id; 1 to 1023
	Name string // for people
	Data string // directory of the store and the ledger
	Keys string // directory of the keys; never inside Data

	DrainMax time.Duration // how long calls may go on after SIGTERM
	Stop     Stop          // what becomes of those that are up then
}

// Stop says what becomes of the calls that are up when the node stops.
type Stop uint8

// The choices.
const (
	StopEnd  Stop = iota // both sides get a BYE
	StopKeep             // the next start goes on with them
)

// Listen is one socket for SIP. UDP is the only transport so far.
type Listen struct {
	Name      string
	Bind      netip.AddrPort
	Advertise netip.AddrPort // what Via, Contact and SDP say; zero: Bind, which is then one address
}

// Side says what stands behind a trunk.
type Side uint8

// The sides. Calls from a SidePBX trunk are judged.
const (
	SidePBX Side = iota + 1
	SideCarrier
)

// String returns the word of the config file.
func (s Side) String() string {
	switch s {
	case SidePBX:
		return "pbx"
	case SideCarrier:
		return "carrier"
	}
	return ""
}

// Trunk is a configured peer. The fields below Headers belong to one side only.
type Trunk struct {
	Name   string
	Side   Side
	Listen string // name of the listener; the only one when there is one

	HideIDs bool        // it sees no Call-ID and tag of the other side, nor that side its own
	Headers HeaderRules // of what leaves for it

	// Target is where calls go. A carrier's address is also its source; that of a
	// pbx is its first single address, port 5060, unless it is said.
	Target netip.AddrPort

	AnswerOptions bool     // OPTIONS of the trunk are answered here and not relayed
	Methods       []string // pbx: what it may send outside of a call, beside OPTIONS
	Follow        bool     // carrier: its redirects are followed
	Country       string   // carrier: whose network it is, ISO 3166; "": not said
	Mute          bool     // carrier: it never tells of the ringing
	User          string   // carrier: its challenges are answered with this; "": the dialer answers
	Password      string

	Sources     []netip.Prefix // pbx: where calls come from
	Profile     string         // pbx: dialer profile, see proxy/answer
	CallCentre  string         // pbx: slug of the call centre
	Numbers     Numbers        // pbx: how the user part is read
	Mapping     []mapping.Rule // pbx: by what the campaign is found, in order
	Otherwise   Otherwise      // pbx: when nothing finds one
	Default     string         // pbx: the campaign that it is then, instead of Otherwise; "": none
	Ambiguous   string         // pbx: the campaign when more than one fits; "": none, and the call is refused
	DialMode    policy.DialMode
	Mode        policy.Mode // pbx: how far the rules are enforced, as long as nobody sets another
	FaultAnswer FaultAnswer
	Limits      TrunkLimits
	Silent      Silent // pbx: what is done about silent calls

	// pbx: headers of the dialer's own, "" for none. Both are believed from
	// this trunk only and removed towards carriers.
	OperatorHeader string // on its INVITE: an operator is on the line
	MachineHeader  string // on its BYE: a machine had answered

	OptOutKey media.Key // pbx: by which a callee says that no call is wanted; 0: none
}

// Silent says what is done about the silent calls of a trunk.
type Silent struct {
	Mode     policy.Watch
	CutAfter time.Duration // from the answer to the end of a silent call
	Grace    time.Duration // added for a line that is live and quiet
}

// Numbers is the dial plan of a trunk. It says how the user part is read; it
// cuts nothing from what is forwarded (design.md law 3).
type Numbers struct {
	Country  string   // ISO 3166 code: national numbers belong to it
	Strip    string   // leading digits that are not part of the number
	Prefixes []Prefix // longest first, after Strip
}

// Prefix is a tech prefix and the campaign it stands for.
type Prefix struct {
	Digits   string
	Campaign string // principal/campaign
}

// Otherwise says what becomes of an attempt that no mapping fits.
type Otherwise uint8

// The choices.
const (
	OtherwiseRefuse Otherwise = iota // campaign.unknown
	OtherwiseOnly                    // the only campaign of the call centre, else refuse
)

// FaultAnswer says how our own troubles are told to the dialer.
type FaultAnswer uint8

// The choices.
const (
	FaultHold    FaultAnswer = iota // 480: the dialer tries again later
	FaultReroute                    // 503: the dialer takes its next trunk
)

// TrunkLimits bound one trunk; zero is no bound but the node's own.
type TrunkLimits struct {
	Calls int // open at once
	CPS   int // new calls a second
}

// Route sends calls of a pbx trunk to a carrier trunk.
type Route struct {
	From  string // pbx trunk
	Match string // leading part of the E.164 number, "+39*"; "" is every number
	To    string // carrier trunk
}

// Policy names the rules' parameters: a built-in profile, then overlays.
type Policy struct {
	Profile  string
	Overlays []string // names of built-in profiles, or paths of YAML files
	More     []Policy // besides: a principal may have one of them
	Home     bool     // calls to other countries are judged by this one too
}

// Store configures the embedded store.
type Store struct {
	Sync bool // a commit waits for the disk: survives a power cut
}

// Media configures the relay.
type Media struct {
	FirstPort uint16 // even
	LastPort  uint16 // odd
	Workers   int    // 0: one for each two cores
	Ambience  Ambience
}

// Admin configures the doors for people and machines.
type Admin struct {
	Socket  string         // path of the unix socket of the API
	HTTP    netip.AddrPort // the API for who has a token; zero: none
	Cert    string         // TLS of HTTP: files in PEM; "": none, and HTTP is a loopback address
	Key     string
	Metrics netip.AddrPort // /metrics, /healthz, /readyz; zero: none
}

// Dispositions is a folder from which files are taken with what the agents of a
// call centre enter.
type Dispositions struct {
	Folder     string
	CallCentre string // slug
	Every      time.Duration
	Format     book.Format
}

// Reconcile is a folder from which files with a carrier's call records are taken.
type Reconcile struct {
	Folder  string
	Carrier string // name of a trunk
	Part    bool   // other carriers have calls of the time too
	Every   time.Duration
	Format  book.Format
}

// Handoff is one system that is told of attempts: by a webhook or a folder.
type Handoff struct {
	Name       string // slug
	Webhook    string // URL; "": none
	Secret     string // file with the secret of the webhook
	Folder     string // "": none
	Format     handoff.Format
	Principal  string // scope; "": every one
	CallCentre string
	Numbers    bool // whole
	CallID     bool
	Batch      int // records at once
	Max        int // of a folder: MB of a file
	Days       int // of a folder: how long files are kept
}

// Limits bound the node.
type Limits struct {
	MemoryPercent int    // of the cgroup or machine; 0 when MemoryBytes is set
	MemoryBytes   uint64 // absolute
	Calls         int    // open at once
}
