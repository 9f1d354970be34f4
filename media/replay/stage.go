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
	players []player
	at      map[netip.AddrPort][]seat
}

// seat is one leg of one call.
type seat struct {
	player int
	leg    media.Leg
}

// NewStage sets up the calls. The error is of cfg.
func NewStage(calls []Call, cfg detect.Config) (*Stage, error) {
	if err := cfg.Validate(); err != nil {
		return nil, fmt.Errorf("replay: %w", err)
	}
	s := &Stage{players: make([]player, len(calls)), at: map[netip.AddrPort][]seat{}}
	for i := range calls {
		s.players[i].reset(&calls[i], cfg)
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
	to, from := s.at[d.To], s.at[d.From]
	if len(to) == 0 && len(from) == 0 {
		return
	}
	p, ok := readRTP(d.Payload)
	if !ok {
		return
	}
	for _, seat := range to {
		s.players[seat.player].take(d.At, seat.leg.Other(), &p)
	}
	for _, seat := range from {
		if !took(to, seat.player) {
			s.players[seat.player].take(d.At, seat.leg, &p)
		}
	}
}

func took(list []seat, player int) bool {
	for _, s := range list {
		if s.player == player {
			return true
		}
	}
	return false
}

// Results ends the calls; end is when the capture ends (Tally.Length). The
// order is that of the calls.
func (s *Stage) Results(end time.Duration) []Result {
	out := make([]Result, len(s.players))
	for i := range s.players {
		out[i] = s.players[i].finish(end)
	}
	return out
}
