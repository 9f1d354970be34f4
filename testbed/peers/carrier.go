package peers

import (
	"context"
	"net/netip"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
)

// Behaviour says how the carrier treats a called number.
type Behaviour struct {
	Ring   time.Duration // it sends 180 at once and the final response after this long
	Status int           // the final response; 0: it rings until it is cancelled
	Phrase string        // of the final response; "" for a 2xx
	HangUp time.Duration // after this long in a call the carrier ends it; 0: it leaves that to the dialer
	Voice  Script        // what it sends once it has answered; nil: speech for ever
}

// CarrierConfig tells a carrier where it stands and how it behaves.
type CarrierConfig struct {
	Listen  netip.AddrPort       // UDP; port 0 is any free one
	Numbers map[string]Behaviour // by user part of the Request-URI, as it arrives
	Default Behaviour            // of all other numbers
}

// Seen is what the carrier saw and heard of one call.
type Seen struct {
	CallID    string
	URI       string    // the Request-URI as it arrived
	At        time.Time // when the INVITE arrived
	Status    int       // the final response it sent; 0: none yet
	Cancelled bool      // a CANCEL ended it
	Answered  time.Time // when it sent its first 200; zero: never
	Acked     bool      // the ACK to its 200 came
	Bye       bool      // a BYE came
	Ended     time.Time // when that BYE came or, if it was faster, the carrier's own was sent; zero: neither
	SSRC      uint32    // of the first RTP it sent; 0: none
	Sent      uint64    // RTP packets
	Heard     Heard
	Over      bool
}

// end notes the BYE that ends the call.
func (s *Seen) end() {
	if s.Ended.IsZero() {
		s.Ended = time.Now()
	}
}

// Carrier answers calls as a table of numbers says.
type Carrier struct {
	cfg   CarrierConfig
	agent *agent

	mu    sync.Mutex // protects the fields below, and Seen in every call
	calls map[string]*incoming
	order []string // Call-IDs, as they came
}

// incoming is one call at the carrier.
type incoming struct {
	Seen
	cancelled chan struct{} // closed by a CANCEL that came before the final response
	acked     chan struct{} // closed at the first ACK to the 200
	bye       chan struct{} // closed at the first BYE
}

// NewCarrier binds its socket and answers until Close.
func NewCarrier(cfg CarrierConfig) (*Carrier, error) {
	a, err := newAgent("carrier", cfg.Listen)
	if err != nil {
		return nil, err
	}
	c := &Carrier{cfg: cfg, agent: a, calls: map[string]*incoming{}}
	a.server.OnInvite(c.invite)
	a.server.OnAck(c.ack)
	a.server.OnBye(c.bye)
	a.serve()
	return c, nil
}

// Addr is where the carrier listens.
func (c *Carrier) Addr() netip.AddrPort { return c.agent.addr }

// Close ends the carrier and what is left of its calls.
func (c *Carrier) Close() { c.agent.close() }

// Seen returns what the carrier saw of a call; false: it never saw it.
func (c *Carrier) Seen(callID string) (Seen, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if call := c.calls[callID]; call != nil {
		return call.Seen, true
	}
	return Seen{}, false
}

// All returns what the carrier saw of every call, in order of arrival.
func (c *Carrier) All() []Seen {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := make([]Seen, 0, len(c.order))
	for _, callID := range c.order {
		all = append(all, c.calls[callID].Seen)
	}
	return all
}

// invite runs on a goroutine of its own for as long as the call lasts.
func (c *Carrier) invite(req *sip.Request, tx sip.ServerTransaction) {
	call, again := c.begin(req)
	if again {
		// The same call by another way. tregua is to see to that it cannot be.
		_ = tx.Respond(sip.NewResponseFromRequest(req, 482, "Loop Detected", nil))
		return
	}
	defer c.end(call)
	// sipgo would tag the 487 that it sends by itself otherwise than our 180.
	req.To().Params.Add("tag", sip.GenerateTagN(12))
	tx.OnCancel(func(*sip.Request) { close(call.cancelled) }) // sipgo answers 200 and 487; it must not be called from here

	_ = tx.Respond(sip.NewResponseFromRequest(req, 180, "Ringing", nil))
	behaviour, ok := c.cfg.Numbers[req.Recipient.User]
	if !ok {
		behaviour = c.cfg.Default
	}
	var ring <-chan time.Time
	if behaviour.Status != 0 {
		ring = time.After(behaviour.Ring)
	}
	select {
	case <-ring:
	case <-call.cancelled:
		drain(tx)
		return
	case <-tx.Done():
		return
	case <-c.agent.ctx.Done():
		return
	}
	c.note(call, func(s *Seen) { s.Status = behaviour.Status })
	if behaviour.Status/100 != 2 {
		_ = tx.Respond(sip.NewResponseFromRequest(req, behaviour.Status, behaviour.Phrase, nil))
		drain(tx)
		return
	}
	c.talk(call, behaviour, req, tx)
}

// drain takes the ACK to a failure off the transaction, which would keep a
// goroutine for it.
func drain(tx sip.ServerTransaction) {
	select {
	case <-tx.Acks():
	case <-tx.Done():
	}
}

// talk answers with 200, speaks, and ends with the BYE of either side.
func (c *Carrier) talk(call *incoming, behaviour Behaviour, req *sip.Request, tx sip.ServerTransaction) {
	peer, err := readAudio(req.Body())
	if err != nil || req.Contact() == nil {
		_ = tx.Respond(sip.NewResponseFromRequest(req, 488, "Not Acceptable Here", nil))
		return
	}
	v, err := newVoice(c.agent.addr.Addr())
	if err != nil {
		_ = tx.Respond(sip.NewResponseFromRequest(req, 500, "Server Internal Error", nil))
		return
	}
	ctx, hush := context.WithCancel(c.agent.ctx)
	defer func() {
		hush()
		v.close()
		c.note(call, func(s *Seen) { s.SSRC, s.Sent, s.Heard = v.ssrc, v.sent, v.ear.all() })
	}()
	own := audio{v.addr, peer.law}
	ok := sip.NewSDPResponseFromRequest(req, []byte(own.describe(behaviour.Voice)))
	ok.AppendHeader(c.agent.contact(req.Recipient.User))
	play := newPlayer(behaviour.Voice, personOf(req.Recipient.User)+crowd/2)
	now := time.Now()
	c.note(call, func(s *Seen) { s.Answered = now })
	v.answered(now)
	_ = tx.Respond(ok)
	v.talk(ctx, peer, play)
	if !c.acked(call, ok, tx) {
		return
	}
	var hangUp <-chan time.Time
	if behaviour.HangUp > 0 {
		hangUp = time.After(behaviour.HangUp)
	}
	select {
	case <-call.bye:
	case <-hangUp:
		c.note(call, (*Seen).end)
		d := dialog{target: req.Contact().Address, from: req.To().AsFrom(), to: req.From().AsTo(), callID: *req.CallID()}
		_, _ = c.agent.do(ctx, d.request(sip.BYE)) // the dialer says what it saw
	case <-ctx.Done():
	}
}

// acked repeats a 200 until its ACK comes (RFC 3261 section 13.3.1.4).
func (c *Carrier) acked(call *incoming, ok *sip.Response, tx sip.ServerTransaction) bool {
	for wait := sip.T1; ; wait = min(2*wait, sip.T2) {
		select {
		case <-call.acked:
			return true
		case <-time.After(wait):
			_ = tx.Respond(ok)
		case <-call.cancelled: // it was faster, and sipgo dropped the 200
			drain(tx)
			return false
		case <-tx.Done(): // 64*T1 after the first 200
			return false
		case <-c.agent.ctx.Done():
			return false
		}
	}
}

func (c *Carrier) ack(req *sip.Request, tx sip.ServerTransaction) {
	tx.Terminate() // an ACK has no transaction; sipgo makes one that has no timer
	c.once(req, func(call *incoming) (chan struct{}, *bool) { return call.acked, &call.Acked })
}

func (c *Carrier) bye(req *sip.Request, tx sip.ServerTransaction) {
	if c.once(req, func(call *incoming) (chan struct{}, *bool) { call.end(); return call.bye, &call.Bye }) {
		_ = tx.Respond(sip.NewResponseFromRequest(req, 200, "OK", nil))
		return
	}
	_ = tx.Respond(sip.NewResponseFromRequest(req, 481, "Call/Transaction Does Not Exist", nil))
}

// once closes the channel that which names, the first time, and sets its flag;
// false: there is no such call.
func (c *Carrier) once(req *sip.Request, which func(*incoming) (chan struct{}, *bool)) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	call := c.calls[req.CallID().Value()]
	if call == nil {
		return false
	}
	if signal, done := which(call); !*done {
		*done = true
		close(signal)
	}
	return true
}

func (c *Carrier) begin(req *sip.Request) (call *incoming, again bool) {
	callID := req.CallID().Value()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.calls[callID] != nil {
		return nil, true
	}
	call = &incoming{
		Seen:      Seen{CallID: callID, URI: req.Recipient.String(), At: time.Now()},
		cancelled: make(chan struct{}), acked: make(chan struct{}), bye: make(chan struct{}),
	}
	c.calls[callID] = call
	c.order = append(c.order, callID)
	return call, false
}

func (c *Carrier) end(call *incoming) {
	c.note(call, func(s *Seen) {
		select {
		case <-call.cancelled:
			s.Cancelled, s.Status = true, 487
		default:
		}
		s.Over = true
	})
}

func (c *Carrier) note(call *incoming, change func(*Seen)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(&call.Seen)
}
