package call

import (
	"errors"
	"fmt"
	"net/netip"
	"time"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy/wire"
)

// State is what an answered call needs to go on in another process: all of it
// but the transactions that are under way. Times are Mono, zero is never; what
// was never so of a call is zero.
type State struct {
	_        struct{} `cbor:",toarray"`
	CallID   string
	URI      string // Request-URI of the INVITE
	From, To string // values of the caller's From and the callee's To
	FromTag  string
	ToTag    string
	Sides    [2]Side // by media.Leg
	Implied  bool    // the callee has named no target: it is where the INVITE went
	Invite   uint32  // CSeq of the INVITE, as the caller counts
	Number   uint32  // as it was sent on
	Acked    bool    // its 2xx was acknowledged
	Answer   Body    // of that ACK: the answer to a delayed offer
	Stream   int     // index of the anchored m-line, -1 for none
	Session  time.Duration
	Inbound  bool

	Watch    Watch
	Watching bool         // no operator has been heard, and the time is not over
	Deaf     bool         // the time was over, on a line that cannot be heard
	Word     *media.Heard // the last word of a watch that has ended

	Status                       int
	Forwarded, Ringing, Answered time.Duration
	Machine                      policy.Machine
	Due                          bool
}

// Body is that of a message, zero for none.
type Body struct {
	_          struct{} `cbor:",toarray"`
	Type, Text string
}

// Side is what a State has of one side.
type Side struct {
	_             struct{} `cbor:",toarray"`
	Target        string
	Routes        []string // complete Route lines
	Local, Remote netip.AddrPort
	CSeq          uint32         // the highest it was seen to use
	Shift         uint32         // what is added to the numbers of requests to it
	Anchor        netip.AddrPort // where its media is sent to; not valid: the call has none of ours
	Mode          media.Mode
	Peer          netip.AddrPort // where it wants its media
	PeerRTCP      netip.AddrPort
	Formats       media.Formats
}

// Kept returns the state of an answered call when it has changed since it was
// asked for last.
func (c *Call) Kept() (s State, changed bool) {
	if !c.stale || c.phase != answered {
		return State{}, false
	}
	c.stale = false
	d, w := c.winner, &c.watch
	s = State{
		CallID: c.callID, URI: c.uri, From: c.from, FromTag: c.fromTag, To: d.to, ToTag: d.tag,
		Implied: d.peer.implied, Invite: c.invite.cseq, Number: c.invite.number, Acked: d.ack != nil, Answer: d.ackBody,
		Stream: c.stream, Session: c.expires, Inbound: c.inbound,
		Watch: w.Watch, Watching: w.on, Deaf: w.deaf,
		Status: c.ending.Status, Forwarded: c.ending.Forwarded, Ringing: c.ending.Ringing,
		Answered: c.ending.Answered, Machine: c.ending.Machine, Due: c.ending.Due,
	}
	for l, p := range []peer{c.caller, d.peer} {
		f, hop := c.flows[l], c.legs[l].Hop
		s.Sides[l] = Side{
			Target: p.target, Routes: p.routes, Local: hop.Local, Remote: hop.Remote, CSeq: d.cseq[l], Shift: c.shift[l],
			Anchor: c.anchor.Addr[l], Mode: f.Mode, Peer: f.Peer, PeerRTCP: f.PeerRTCP, Formats: f.Formats,
		}
	}
	switch word := w.word; {
	case c.ending.Heard != nil:
		s.Word = c.ending.Heard
	case w.Mode != policy.WatchOff && !w.on:
		s.Word = &word
	}
	d.kept = d.cseq
	return s, true
}

// unkept takes note of a request of a side. Its number is worth a row only when
// the next process could not be sure to be above it.
func (c *Call) unkept(d *dialog, from media.Leg) {
	if d == c.winner && d.cseq[from] > d.kept[from]+leap/2 {
		c.stale = true
	}
}

// Anchored reports whether the call has media of ours.
func (s *State) Anchored() bool { return s.Sides[media.A].Anchor.IsValid() }

// Shift moves every time of s, as from the Mono of one process to that of
// another. No time becomes zero, which is never.
func (s *State) Shift(by time.Duration) {
	times := []*time.Duration{&s.Session, &s.Forwarded, &s.Ringing, &s.Answered}
	if s.Word != nil {
		word := *s.Word
		s.Word = &word
		times = append(times, &word.Onset, &word.Decided, &word.Ambience)
	}
	for _, t := range times {
		if *t != 0 {
			*t += by
			if *t == 0 {
				*t = 1
			}
		}
	}
}

// Check says what a state lacks that no call can do without.
func (s *State) Check() error {
	var errs []error
	for _, f := range []struct{ name, value string }{
		{"Call-ID", s.CallID},
		{"From", s.From},
		{"From tag", s.FromTag},
		{"To", s.To},
		{"To tag", s.ToTag},
	} {
		if f.value == "" {
			errs = append(errs, errors.New("no "+f.name))
		}
	}
	for l := range s.Sides {
		if err := s.Sides[l].check(s.Anchored()); err != nil {
			errs = append(errs, fmt.Errorf("leg %d: %w", l, err))
		}
	}
	if s.Answered == 0 {
		errs = append(errs, errors.New("it was never answered"))
	}
	if s.Watch.Mode > policy.WatchEnforce || s.Machine > policy.DialerMachine || s.Word != nil && s.Word.State > media.Operator {
		errs = append(errs, fmt.Errorf("watch %d, machine %d, word %+v", s.Watch.Mode, s.Machine, s.Word))
	}
	return errors.Join(errs...)
}

func (s *Side) check(anchored bool) error {
	_, err := wire.ParseURI(s.Target)
	switch {
	case err != nil:
		return fmt.Errorf("target %q: %w", s.Target, err)
	case !s.Remote.IsValid():
		return errors.New("no address")
	case s.Mode > media.Cover:
		return fmt.Errorf("mode %d of its media", s.Mode)
	case s.Anchor.IsValid() != anchored:
		return errors.New("its media has no port, that of the other leg has one")
	}
	return nil
}
