package relay

import (
	"net/netip"
	"testing"

	"tregua/media"
)

// move is one step of TestLatchMoves: an SDP, or a packet from somewhere.
type move struct {
	sdp   string // what a new SDP says; "": none comes
	from  string // where a packet comes from; "": none does
	times int    // so often; 0: once
	let   bool   // it is let in
	to    string // where packets for the peer go after that; "": nowhere
}

// What a dialer does with its media in a call (hold, direct media, another
// agent), and where its packets then go: latching follows each SDP.
func TestLatchMoves(t *testing.T) {
	t.Parallel()
	const (
		pbx, phone, hold = "192.0.2.1:4000", "192.0.2.2:6000", "0.0.0.0:4000"
		inside, nat      = "10.0.0.5:4000", "198.51.100.1:7000"
		newNat, stranger = "198.51.100.1:7008", "203.0.113.9:9"
	)
	for name, moves := range map[string][]move{
		"to an agent's phone and back, three times": {
			{sdp: pbx, to: pbx},
			{from: pbx, let: true, to: pbx},
			{sdp: phone, to: phone},
			{from: pbx, let: true, to: phone},
			{from: phone, let: true, to: phone},
			{from: pbx, to: phone},
			{sdp: pbx, to: pbx},
			{from: phone, let: true, to: pbx},
			{from: pbx, let: true, to: pbx},
			{from: phone, to: pbx},
			{sdp: phone, to: phone},
			{from: phone, let: true, to: phone},
			{from: pbx, to: phone},
			{sdp: pbx, to: pbx},
			{from: pbx, let: true, to: pbx},
		},
		"hold by 0.0.0.0 and back": {
			{sdp: pbx, to: pbx},
			{from: pbx, let: true, to: pbx},
			{sdp: hold, to: ""},
			{from: pbx, let: true, to: ""},
			{sdp: pbx, to: pbx},
			{from: pbx, let: true, to: pbx},
			{from: stranger, to: pbx},
		},
		"port 0 and back": {
			{sdp: pbx, to: pbx},
			{from: pbx, let: true, to: pbx},
			{sdp: "192.0.2.1:0", to: ""},
			{sdp: pbx, to: pbx},
			{from: pbx, let: true, to: pbx},
		},
		"a hold of one behind a NAT, silent": {
			{sdp: inside, to: inside},
			{from: nat, let: true, to: nat},
			{sdp: hold, to: ""},
			{sdp: inside, to: nat},
			{from: nat, let: true, to: nat},
			{from: stranger, to: nat},
		},
		"a hold of one behind a NAT, with music": {
			{sdp: inside, to: inside},
			{from: nat, let: true, to: nat},
			{sdp: hold, to: ""},
			{from: nat, times: 2 * lateMax, let: true, to: ""},
			{sdp: inside, to: nat},
			{from: nat, let: true, to: nat},
		},
		"a hold after which the NAT has another port for it": {
			{sdp: inside, to: inside},
			{from: nat, let: true, to: nat},
			{sdp: hold, to: ""},
			{sdp: inside, to: nat},
			{from: newNat, let: true, to: newNat},
			{from: nat, to: newNat},
			{sdp: hold, to: ""},
			{sdp: inside, to: newNat},
		},
		"from behind a NAT to a phone and back": {
			{sdp: inside, to: inside},
			{from: nat, let: true, to: nat},
			{sdp: phone, to: phone},
			{from: phone, let: true, to: phone},
			{sdp: inside, to: nat},
			{from: phone, let: true, to: nat},
			{from: nat, let: true, to: nat},
			{from: phone, to: nat},
		},
		"an offer to move that is refused": {
			{sdp: inside, to: inside},
			{from: nat, let: true, to: nat},
			{sdp: phone, to: phone},
			{from: nat, let: true, to: phone},
			{sdp: inside, to: nat},
			{from: nat, let: true, to: nat},
		},
		"moved on paper only": {
			{sdp: inside, to: inside},
			{from: nat, let: true, to: nat},
			{sdp: phone, to: phone},
			{from: nat, times: lateMax, let: true, to: phone},
			{from: nat, let: true, to: nat},
			{from: phone, let: true, to: phone},
		},
		"out of the NAT: its SDP is believed": {
			{sdp: inside, to: inside},
			{from: nat, let: true, to: nat},
			{sdp: hold, to: ""},
			{sdp: inside, to: nat},
			{from: inside, let: true, to: inside},
			{from: nat, to: inside},
		},
		"on hold from the beginning": {
			{sdp: hold, to: ""},
			{from: nat, let: true, to: ""},
			{sdp: inside, to: inside},
			{from: nat, times: lateMax, let: true, to: inside},
			{from: nat, let: true, to: nat},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var e end
			for i, m := range moves {
				if m.sdp != "" {
					e.setPeer(netip.MustParseAddrPort(m.sdp))
				}
				for range max(1, m.times) {
					if m.from != "" && e.accept(netip.MustParseAddrPort(m.from)) != m.let {
						t.Fatalf("step %d: a packet from %s is let in: %v", i, m.from, !m.let)
					}
				}
				to := ""
				if e.target().IsValid() {
					to = e.target().String()
				}
				if to != m.to {
					t.Fatalf("step %d: to %q, want %q", i, to, m.to)
				}
			}
		})
	}
}

// The SDPs of a call that goes on after its watch, or during it, each with the
// flows that it leads to: leg B gets one stream whatever they say.
func TestMovesOfAStream(t *testing.T) {
	t.Parallel()
	for name, before := range map[string]func(*stage, *voice){
		"watched":        func(s *stage, v *voice) { s.mode(media.Cover); s.play(v, hiss(10)) },
		"after operator": func(s *stage, v *voice) { s.mode(media.Cover); s.play(v, speech(60)) },
		"called off":     func(s *stage, _ *voice) { s.mode(media.Cover); s.wait(100 * ms); s.mode(media.Pass) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStage(t)
			pbx := &voice{ssrc: 77, seq: 100, kind: 8}
			before(s, pbx)
			agent, at := s.fd[media.A], s.at[media.A]
			// Direct media to an agent's phone, which has a stream of its own.
			s.moveA(t)
			s.play(&voice{ssrc: 1234, seq: 60000, ts: 9, kind: 8}, speech(20))
			// The callee holds, and comes back on another port.
			s.holdB(t, pbx)
			s.play(&voice{ssrc: 1234, seq: 60020, ts: 9 + 20*160, kind: 8}, speech(5))
			// Back to the PBX, twice.
			for range 2 {
				s.fd[media.A], s.at[media.A] = agent, at
				s.moveTo(media.A)
				s.play(pbx, speech(20))
				s.moveA(t)
				s.play(&voice{ssrc: 99, seq: 7, ts: 1 << 30, kind: 8}, speech(10))
			}
			one(t, s.got[media.B])
			if last := s.last(media.B); last.ssrc() == 99 || last.at < s.now-60*ms {
				t.Errorf("the last packet is of %x, at %v of %v", last.ssrc(), last.at, s.now)
			}
		})
	}
}

// moveA has leg A send from new sockets, as its SDP says from now on.
func (s *stage) moveA(t *testing.T) {
	for kind := range s.fd[media.A] {
		s.fd[media.A][kind], s.at[media.A][kind] = openPeer(t)
	}
	s.moveTo(media.A)
}

// moveTo has the SDP of leg say where its sockets are.
func (s *stage) moveTo(leg media.Leg) {
	s.flows[leg].Peer, s.flows[leg].PeerRTCP = s.at[leg][0], s.at[leg][1]
	s.set()
}

// holdB has leg B hold by c=0.0.0.0, then by port 0, and come back elsewhere.
func (s *stage) holdB(t *testing.T, v *voice) {
	for _, peer := range []netip.AddrPort{netip.MustParseAddrPort("0.0.0.0:4000"), netip.AddrPortFrom(loopback, 0)} {
		was := len(s.got[media.B])
		s.flows[media.B].Peer, s.flows[media.B].PeerRTCP = peer, netip.AddrPort{}
		s.set()
		s.play(v, hiss(5))
		if len(s.got[media.B]) != was {
			t.Errorf("packets to %v", peer)
		}
	}
	s.fd[media.B][0], s.at[media.B][0] = openPeer(t)
	s.moveTo(media.B)
}
