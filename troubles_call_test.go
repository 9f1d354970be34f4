package tregua_test

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"time"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy"
	"tregua/proxy/call"
	"tregua/proxy/wire"
)

// Attempt is what the book makes of a call.
func (h *house) Attempt(d policy.Dialled) policy.Attempt { return h.Current().Attempt(d) }

// Elsewhere is how many calls of a trunk the other shards hold.
func (h *house) Elsewhere(int) int { return h.others }

// Heard is the word of the media.
func (h *house) Heard(media.AnchorID) media.Heard { return h.heard }

// turn gives the shard an input and returns what it sent.
func (h *house) turn(in proxy.Input) (sent []*wire.Message) {
	h.t.Helper()
	h.mono += time.Millisecond
	h.shard.Turn(proxy.Now{Mono: h.mono, Wall: h.now, Synced: h.synced}, h, []proxy.Input{in}, &h.out)
	h.records = append(h.records, h.out.Records...)
	for _, s := range h.out.Sends {
		m, err := wire.Read(s.Data)
		h.must(err)
		sent = append(sent, m)
	}
	return sent
}

var (
	houseAddr   = netip.MustParseAddr("192.0.2.254")
	dialerAddr  = netip.MustParseAddrPort("192.0.2.1:5060")
	carrierAddr = netip.MustParseAddrPort("198.51.100.1:5060")
)

// message reads what comes from a trunk.
func (h *house) message(trunk int, text string) proxy.Message {
	h.t.Helper()
	m, err := wire.Read([]byte(strings.ReplaceAll(text, "\n", "\r\n") + "Content-Length: 0\r\n\r\n"))
	if err != nil {
		h.t.Fatal(err)
	}
	hop := wire.Hop{Remote: dialerAddr}
	if trunk == carrier {
		hop.Remote = carrierAddr
	}
	return proxy.Message{Hop: hop, At: h.mono, Trunk: trunk, Msg: m}
}

func invite(trunk int, user string) string {
	return fmt.Sprintf("INVITE sip:%[2]s@carrier SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK%[1]d\nMax-Forwards: 70\n"+
		"From: <sip:0212345678@pbx>;tag=f\nTo: <sip:%[2]s@carrier>\nCall-ID: call-%[1]d\nCSeq: 1 INVITE\nContact: <sip:cc@192.0.2.1:5060>\n", trunk, user)
}

// fate is what becomes of a call.
type fate struct {
	goes    bool
	refused string          // what the dialer is told
	marks   []policy.Reason // what the decision and the record say in shadow, or of a call that goes
}

// words say it, with whether it goes marked with a reason.
func (f fate) words(r policy.Reason) string {
	switch {
	case !f.goes:
		return "refused, " + f.refused
	case slices.Contains(f.marks, r):
		return "goes, marked"
	}
	return "goes"
}

// place dials.
func (h *house) place(trunk int, user string) (f fate) {
	h.t.Helper()
	cfg := &proxy.Config{
		Faces: []call.Face{{Host: houseAddr.String(), Port: 5060}}, Media: []netip.Addr{houseAddr},
		Times: call.DefaultTimes(), Secret: []byte("0123456789abcdef0123456789abcdef"), Silent: h.policy.Params("").Silent,
	}
	for from := range carrier {
		cfg.Trunks = append(cfg.Trunks, proxy.Trunk{
			Name: policy.Mode(from).String(), PBX: true, Reach: dialerAddr, Calls: 1,
			Watch: call.Watch{Mode: policy.WatchEnforce, CutAfter: 2900 * time.Millisecond},
		})
		cfg.Routes = append(cfg.Routes, proxy.Route{From: from, To: carrier})
	}
	cfg.Trunks = append(cfg.Trunks, proxy.Trunk{Name: "carrier", Reach: carrierAddr, Country: "IT"})
	h.shard = proxy.NewShard(cfg, 0, rand.New(rand.NewPCG(1, 2)))
	sent := h.turn(h.message(trunk, invite(trunk, user)))
	if len(h.out.Asks) > 0 {
		ask := h.out.Asks[0]
		if !ask.Attempt.Synced {
			f.marks = append(f.marks, policy.ClockUnsynced) // the record has it
		}
		got, now := h.desks.Ask(ask.Attempt, ask.Return)
		if !now {
			got = <-h.answers
		}
		f.marks = append(f.marks, marks(got.Decision.Trail)...)
		j := proxy.Judged{Call: ask.Return.Call, Decision: got.Decision, Of: got.Of, Open: got.Open}
		if h.ports {
			j.Anchor = media.Anchor{ID: 1, Addr: [2]netip.AddrPort{netip.AddrPortFrom(houseAddr, 20000), netip.AddrPortFrom(houseAddr, 20002)}}
		}
		sent = append(sent, h.turn(j)...)
	}
	h.mu.Lock()
	for _, e := range h.rows {
		f.marks = append(f.marks, marks(e.Record.Decision.Trail)...)
	}
	h.mu.Unlock()
	for _, m := range sent {
		switch {
		case m.IsRequest():
			f.goes = true
			f.marks = append(f.marks, h.talk(trunk, m)...)
		case m.Status >= 300:
			for reason := range m.Named("X-Tregua-Reason") {
				f.refused = reason
			}
		}
	}
	return f
}

// marks are the refusals of a trail that decided nothing.
func marks(trail []policy.Finding) (reasons []policy.Reason) {
	for _, found := range trail {
		if found.Shadow {
			reasons = append(reasons, found.Reason)
		}
	}
	return reasons
}

// talk answers a call that went out, lets the dialer hang up after five seconds,
// and returns the reason of its record.
func (h *house) talk(trunk int, invite *wire.Message) []policy.Reason {
	h.t.Helper()
	sent := h.turn(h.message(carrier, answer(invite, ";tag=x")))
	ok := sent[slices.IndexFunc(sent, func(m *wire.Message) bool { return m.Status == 200 })]
	h.turn(h.message(trunk, within(ok, "ACK", 1)))
	h.mono += 5 * time.Second // the time of the law is over
	h.turn(proxy.Drain{})
	for _, m := range h.turn(h.message(trunk, within(ok, "BYE", 2))) {
		if m.IsRequest() {
			h.turn(h.message(carrier, answer(m, "")))
		}
	}
	if len(h.records) != 1 {
		h.t.Fatalf("%d records", len(h.records))
	}
	return []policy.Reason{h.records[0].Ending.Reason}
}

// answer is a 200 of the carrier; the To of an INVITE gets a tag by it.
func answer(m *wire.Message, tag string) string {
	return fmt.Sprintf("SIP/2.0 200 OK\n%s\n%s\n%s%s\nCall-ID: %s\n%s\nContact: <sip:b@198.51.100.1:5060>\n",
		strings.Join(m.RawLines(wire.HVia), "\n"), m.RawLines(wire.HFrom)[0], m.RawLines(wire.HTo)[0], tag, m.CallID, m.RawLines(wire.HCSeq)[0])
}

// within is a request of the dialer in the dialog that a 200 has made.
func within(ok *wire.Message, method string, cseq int) string {
	return fmt.Sprintf("%[1]s %[2]s SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK%[1]s\nMax-Forwards: 70\n%[3]s\n%[4]s\nCall-ID: %[5]s\nCSeq: %[6]d %[1]s\n",
		method, ok.Contact.URI, ok.RawLines(wire.HFrom)[0], ok.RawLines(wire.HTo)[0], ok.CallID, cseq)
}
