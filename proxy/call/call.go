package call

import (
	"strconv"
	"time"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy/txn"
	"tregua/proxy/wire"
)

// Times are the times of RFC 3261 that a call counts itself.
type Times struct {
	T1, T2 time.Duration
	C      time.Duration // Timer C: more than three minutes (16.6)
}

// DefaultTimes returns the values of RFC 3261.
func DefaultTimes() Times {
	return Times{T1: 500 * time.Millisecond, T2: 4 * time.Second, C: 181 * time.Second}
}

// Face is how tregua looks on a listener: the host and port of its Via and
// Contact. Host is an address literal (an IPv6 one in brackets) or a name.
type Face struct {
	Host string
	Port uint16
}

// Via returns the Via line of a request that leaves by f. It asks for rport
// (RFC 3581): the answer must find us behind any NAT.
func (f Face) Via(branch string) string {
	return "Via: SIP/2.0/UDP " + f.Host + ":" + strconv.Itoa(int(f.Port)) + ";rport;branch=" + branch
}

// Leg is one side of a call as the shard sets it up.
type Leg struct {
	Hop   wire.Hop // where that side is reached, and from which of our addresses
	Face  Face
	Token string // URI parameter of the Contact that this side is given
	PBX   bool   // it is a call centre's: what it asks a carrier to dial is judged
	// Credentials are those that the trunk was given for us; nil: what it
	// challenges is the other side's to answer.
	Credentials Credentials
	// Private are the headers by which this side speaks to us: they go no
	// further.
	Private []string
}

// Setup is what a call begins with.
type Setup struct {
	Times  Times
	Legs   [2]Leg // by media.Leg; the B side by the route
	Tx     txn.ID // server transaction of the INVITE
	Hop    wire.Hop
	Invite *wire.Message
	Tag    string        // To tag of the answers that we make ourselves
	Branch func() string // a new branch, unique in this process
	Watch  Watch
	// Inbound: a call to the PBX, which is not judged and has no record.
	Inbound bool
	// Reach returns the way to a target of a redirect; false: it is not ours to
	// follow. Nil follows none.
	Reach func(uri string) (wire.Hop, bool)
	// MachineHeader is the one on its BYE that says that a machine answered.
	MachineHeader string
}

// Call is one call. It belongs to its shard; no other goroutine touches it.
type Call struct {
	times     Times
	legs      [2]Leg
	shift     [2]uint32 // what is added to the CSeq of what goes to a leg
	branch    func() string
	tag       string
	phase     phase
	invite    invite    // the one that opens the call
	rounds    int       // how often it came again
	reinvites []*invite // later ones; an answered one stays for repeats of its 2xx
	from      string    // value of the INVITE's From
	fromTag   string
	callID    string
	uri       string // Request-URI of the INVITE as it goes on
	reach     func(uri string) (wire.Hop, bool)
	followed  int       // redirects
	targets   []target  // what is left of the last one
	caller    peer      // the A side's target and route set
	dialogs   []*dialog // by To tag of the callee, in order of appearance
	winner    *dialog   // the one whose 2xx the caller got
	relays    []relay
	asides    []aside   // what waits for a decision of its own
	held      []Request // what waits behind a REFER that is being judged
	lastAside uint32
	granted   grant       // a REFER that may come again
	redirect  *redirect   // a redirect of the PBX that is being judged
	referred  bool        // a transfer is under way, and reported in NOTIFYs
	own       []own       // our own CANCEL and BYEs that still wait for an answer
	left      policy.Side // who hung up first, while its BYE crosses
	lastRef   Ref
	running   [Timers]bool
	anchor    media.Anchor
	stream    int           // index of the anchored m-line, -1 before an offer was seen
	flows     [2]media.Flow // by leg, as the relay was told last
	offers    [2]proposal   // by leg: what waits for its answer
	watch     watch
	expires   time.Duration // when the session does, 0: never
	inbound   bool
	stale     bool   // what is kept of the call for another process is out of date
	machine   string // name of the machine header
	ending    Ending
	out       *[]Effect
	now       time.Duration
}

type phase uint8

const (
	asking phase = iota
	calling
	waiting
	answered
	over
)

// peer is where requests for one side of a dialog go.
type peer struct {
	target  string   // URI of its Contact
	implied bool     // there was none: target is the INVITE's, and it is where that went
	routes  []string // complete Route lines
}

// New begins a call with an INVITE that opens a dialog: it answers 100 and
// asks the policy, or for media alone.
func New(now time.Duration, s Setup, out *[]Effect) *Call {
	m := s.Invite
	c := &Call{
		times: s.Times, legs: s.Legs, branch: s.Branch, tag: s.Tag, stream: -1,
		watch: watch{Watch: s.Watch}, machine: s.MachineHeader, reach: s.Reach, inbound: s.Inbound,
		from: headerValue(m, wire.HFrom), fromTag: m.From.Tag, callID: m.CallID, uri: m.URI,
		invite: newInvite(opening, Request{From: media.A, Tx: s.Tx, Hop: s.Hop, Msg: m}),
	}
	c.caller = peer{target: m.Contact.URI, routes: RoutesOf(m)}
	c.begin(now, out)
	defer c.end()
	c.answerInvite(&c.invite, 100, "Trying")
	if s.Inbound {
		c.do(Lease{})
	} else {
		c.do(Ask{})
	}
	return c
}

// Handle takes one input and appends what is to be done to out. After a
// Release nothing may be handed in any more.
func (c *Call) Handle(now time.Duration, in Input, out *[]Effect) {
	c.begin(now, out)
	defer c.end()
	switch in := in.(type) {
	case Request:
		c.request(in)
	case Again:
		c.again(Request{From: media.A, Tx: in.Tx, Hop: in.Hop, Msg: in.Msg})
	case Cancel:
		c.cancelled(in)
	case Response:
		c.response(in)
	case Failed:
		c.failed(in)
	case Gone:
		c.gone(in)
	default:
		c.told(in)
	}
	c.resume()
	c.sweep()
	c.release()
}

// told takes what is no word of a peer's.
func (c *Call) told(in Input) {
	switch in := in.(type) {
	case Expired:
		c.expired(in.Timer)
	case Judged:
		c.judged(in)
	case JudgedAside:
		c.judgedAside(in)
	case Heard:
		c.heard(media.Heard(in))
	case Kick:
		c.kick(in.Reason)
		if in.Last {
			c.settle()
		}
	}
}

// Ending returns what is known of the end, or of the call until now.
func (c *Call) Ending() Ending { return c.ending }

// Settled reports whether the call is recorded and no request of it waits for
// an answer. It may still linger for late 2xx.
func (c *Call) Settled() bool {
	return c.phase == over && len(c.relays) == 0 && len(c.own) == 0
}

func (c *Call) begin(now time.Duration, out *[]Effect) { c.now, c.out = now, out }
func (c *Call) end()                                   { c.out = nil }
func (c *Call) do(e Effect)                            { *c.out = append(*c.out, e) }

// finish records the call, once.
func (c *Call) finish(o policy.Outcome, r policy.Reason, by policy.Side) {
	if c.phase == over {
		return
	}
	c.phase = over
	c.stop(TimerC)
	c.stop(TimerBye)
	c.stop(TimerCut)
	c.stop(TimerSession)
	c.stop(TimerRetry)
	c.forfeit()
	c.abandon()
	e := &c.ending
	if r == policy.OK && c.watch.deaf {
		r = policy.MediaDeaf
	}
	e.Outcome, e.Reason, e.EndedBy = o, r, by
	if e.EndedAt == 0 {
		e.EndedAt = c.now
	}
	c.do(Record{c.anchor.ID, *e})
}

// release gives the call back when nothing is left of it: recorded, both
// INVITE transactions answered, no request under way, no timer.
func (c *Call) release() {
	if c.phase != over || !c.invite.final || c.invite.ref != 0 ||
		len(c.relays) > 0 || len(c.own) > 0 || len(c.reinvites) > 0 || len(c.asides) > 0 {
		return
	}
	for _, r := range c.running {
		if r {
			return
		}
	}
	c.do(Release{})
}

func (c *Call) ref() Ref {
	c.lastRef++
	return c.lastRef
}

func sideOf(l media.Leg) policy.Side {
	if l == media.A {
		return policy.Caller
	}
	return policy.Callee
}
