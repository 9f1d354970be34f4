package replay

import (
	"fmt"
	"net/netip"
	"time"

	"tregua/media"
	"tregua/media/detect"
)

// Stage plays the datagrams of a capture to the detectors of its calls.
type Stage struct {
	calls   []Call
	config  detect.Config
	at      map[netip.AddrPort][]seat
	players map[int]*player // of the calls that are being played, by place in calls
	out     []Result        // of those that have been
	next    time.Duration   // when to look who has been
}

// lookEvery is how often a stage looks for calls that have been played.
const lookEvery = time.Second

// seat is one leg of one call.
type seat struct {
	call int // its place
	leg  media.Leg
}

// NewStage sets up the calls. The error is of cfg.
func NewStage(calls []Call, cfg detect.Config) (*Stage, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("replay: %w", err)
	}
	s := &Stage{calls: calls, config: cfg, at: map[netip.AddrPort][]seat{}, players: map[int]*player{}, out: make([]Result, len(calls))}
	for i := range calls {
		for leg, list := range calls[i].Media {
			for _, addr := range list {
				s.at[addr] = append(s.at[addr], seat{i, media.Leg(leg)})
			}
		}
	}
	return s, nil
}

// Take plays one datagram. An SDP says where its sender wants to receive, so
// the address that a packet goes to tells more than the one it comes from,
// which a NAT may have changed.
func (s *Stage) Take(d *Datagram) {
	if d.At >= s.next {
		s.next = d.At + lookEvery
		s.free(d.At)
	}
	to, from := s.at[d.To], s.at[d.From]
	if len(to) == 0 && len(from) == 0 {
		return
	}
	p, ok := readRTP(d.Payload)
	if !ok {
		return
	}
	for _, seat := range to {
		s.play(seat.call, d.At, seat.leg.Other(), &p)
	}
	for _, seat := range from {
		if !took(to, seat.call) {
			s.play(seat.call, d.At, seat.leg, &p)
		}
	}
}

// play gives a packet to the player of a call. A detector is large: there is
// one only while its call is played.
func (s *Stage) play(call int, at time.Duration, leg media.Leg, p *packet) {
	c := &s.calls[call]
	if !c.played(at) {
		return
	}
	if s.players[call] == nil {
		s.players[call] = newPlayer(c, s.config)
	}
	s.players[call].take(at, leg, p)
}

// free ends the calls that have been played by then.
func (s *Stage) free(at time.Duration) {
	for i, p := range s.players { // order: each is ended by itself
		if at >= p.call.Answered+Listen {
			s.out[i] = p.finish(at)
			delete(s.players, i)
		}
	}
}

func took(list []seat, call int) bool {
	for _, s := range list {
		if s.call == call {
			return true
		}
	}
	return false
}

// Results ends the calls; end is when the capture ends (Tally.Length). The
// order is that of the calls.
func (s *Stage) Results(end time.Duration) []Result {
	for i := range s.calls {
		if ended := s.calls[i].Ended; s.out[i].Call != nil {
			s.out[i].Ended = ended > 0 && ended <= end
			continue
		}
		p := s.players[i]
		if p == nil { // nothing came
			p = newPlayer(&s.calls[i], s.config)
		}
		s.out[i] = p.finish(end)
		delete(s.players, i)
	}
	return s.out
}
