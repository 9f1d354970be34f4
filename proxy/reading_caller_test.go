package proxy

import (
	"strings"
	"testing"

	"tregua/media"
	"tregua/policy"
)

// TestCallerIDs: every header that names the caller is read, and what asks to
// hide it.
func TestCallerIDs(t *testing.T) {
	t.Parallel()
	const from = "From: <sip:0612345670@pbx>"
	for _, c := range []struct {
		lines   string
		first   string
		others  string
		private bool
	}{
		{lines: from, first: "0612345670"},
		{lines: "From: \"0698765432\" <sip:+390612345670;x=y@pbx;user=phone>", first: "+390612345670;x=y"},
		{lines: "From: <tel:+39-06-12345670>", first: "+39-06-12345670"},
		{lines: "From: <tel:12345670;phone-context=+3906>", first: "12345670;phone-context=+3906"},
		{lines: "From: sip:%30612345670@pbx", first: "0612345670"},
		{lines: "From: <sip:pbx>", first: ""},
		{lines: "From: <mailto:anna@acme.example>", first: ""},

		// The asserted one stands first, and From beside it.
		{lines: from + "|P-Asserted-Identity: <sip:+390612345671@pbx>", first: "+390612345671", others: "0612345670"},
		{lines: from + "|P-Asserted-Identity: <sip:0612345670@pbx>", first: "0612345670"},
		{lines: from + "|P-Asserted-Identity: <sip:1@pbx>, <tel:2>", first: "1", others: "2\n0612345670"},
		{lines: from + "|P-Asserted-Identity: <sip:1@pbx>|p-asserted-identity: <tel:2>", first: "1", others: "2\n0612345670"},
		{lines: from + "|P-Asserted-Identity: <sip:1@pbx>, <tel:1>|P-Asserted-Identity: <sip:12@pbx>", first: "1", others: "12\n0612345670"},
		{lines: from + "|P-Asserted-Identity: <sip:pbx>", first: "", others: "0612345670"},
		{lines: from + "|P-Asserted-Identity: +390612345671", first: "0612345670", others: "+390612345671"},

		// What some carriers take instead
		{lines: from + "|P-Preferred-Identity: <sip:3@pbx>", first: "0612345670", others: "3"},
		{lines: from + "|Remote-Party-ID: \"x\" <sip:4@pbx>;party=calling;privacy=off", first: "0612345670", others: "4"},
		{lines: from + "|Remote-Party-ID: <sip:4@pbx>;privacy=full", first: "0612345670", others: "4", private: true},
		{lines: from + "|Remote-Party-ID: <sip:4@pbx>;privacy=name", first: "0612345670", others: "4"},
		{lines: from + "|Remote-Party-ID: <sip:4@pbx>;privacy=URI", first: "0612345670", others: "4", private: true},

		// Privacy
		{lines: from + "|Privacy: none", first: "0612345670"},
		{lines: from + "|Privacy: header;session", first: "0612345670"},
		{lines: from + "|Privacy: id", first: "0612345670", private: true},
		{lines: from + "|Privacy: header; ID ;critical", first: "0612345670", private: true},
		{lines: from + "|Privacy: user", first: "0612345670", private: true},
		{lines: from + "|Privacy: none|Privacy: user;critical", first: "0612345670", private: true},
		{lines: "From: \"Anonymous\" <sip:anonymous@anonymous.invalid>", first: "anonymous", private: true},
		{lines: "From: <sip:Anonymous@pbx>|P-Asserted-Identity: <sip:1@pbx>", first: "1", others: "Anonymous", private: true},
		{lines: "From: <sip:0612345670@anonymous.invalid>", first: "0612345670", private: true},
		{lines: "From: \"Anonymous\" <sip:0612345670@pbx>", first: "0612345670"},
	} {
		b := newBench(t, nil)
		b.turn(b.from(0, withCaller(c.lines)))
		if len(b.asks) != 1 {
			t.Errorf("%s: %d asks", c.lines, len(b.asks))
			continue
		}
		a := b.asks[0].Attempt
		if a.CallerID != c.first || a.OtherIDs != c.others || a.Private != c.private {
			t.Errorf("%s: got %q, %q, %v", c.lines, a.CallerID, a.OtherIDs, a.Private)
		}
	}
}

// withCaller is an INVITE with those lines, From the first of them.
func withCaller(lines string) string {
	from, others, _ := strings.Cut(lines, "|")
	text := strings.Replace(invite("sip:+393331234567@carrier", 1), "From: <sip:cc@pbx>", from, 1)
	if others == "" {
		return text
	}
	return strings.Replace(text, "Content-Length", strings.ReplaceAll(others, "|", "\r\n")+"\r\nContent-Length", 1)
}

// TestCarrierCountry: an attempt says whose network it enters, and who calls,
// also where the call is handed on: by a transfer, by a redirect that is
// followed, and by the PBX's redirect of a call from the carrier, which the number
// that was called answers for.
func TestCarrierCountry(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, shows string
		run         func(b *bench)
	}{
		{"an INVITE", "0612345670", func(b *bench) { b.turn(b.from(0, withCaller(shown))) }},
		{"a transfer", "0612345670", func(b *bench) {
			b.turn(b.from(0, withCaller(shown)))
			b.turn(b.allow())
			b.turn(b.from(1, b.reply(200, "x")))
			target := b.sent[len(b.sent)-1].Contact.URI
			b.turn(b.from(0, ask("ACK", target, 1, "x", 1)))
			b.turn(b.from(0, strings.Replace(ask("REFER", target, 1, "x", 2), "Content-Length", "Refer-To: <sip:+393330000001@carrier>\r\nContent-Length", 1)))
		}},
		{"a redirect that is followed", "0612345670", func(b *bench) {
			b.turn(b.from(0, withCaller(shown)))
			b.turn(b.allow())
			b.turn(b.from(1, strings.Replace(b.reply(302, "p"), "sip:b@198.51.100.1:5060", "sip:+393330000001@198.51.100.1", 1)))
		}},
		{"a redirect of a PBX", "0698765432", func(b *bench) {
			b.turn(b.from(1, invite("sip:0698765432@pbx", 1)))
			b.turn(Judged{Call: b.out.Leases[0], Decision: policy.Decision{Verdict: policy.Allow}, Anchor: media.Anchor{ID: 9}})
			b.turn(b.from(0, strings.Replace(b.reply(302, "p"), "sip:b@198.51.100.1:5060", "sip:+393330000001@carrier", 1)))
		}},
	} {
		b := newBench(t, func(cfg *Config) { cfg.Trunks[1].Country, cfg.Trunks[1].Follow = "IT", true })
		c.run(b)
		if len(b.asks) == 0 {
			t.Fatalf("%s: nothing is asked", c.name)
		}
		if a := b.asks[len(b.asks)-1].Attempt; a.Carrier != "IT" || a.CallerID != c.shows || len(b.asks) == 2 && a.OtherIDs != "201" {
			t.Errorf("%s enters by %q and shows %q, %q", c.name, a.Carrier, a.CallerID, a.OtherIDs)
		}
		if a := b.asks[len(b.asks)-1].Attempt; len(b.asks) == 2 && (a.Display != "Sala 1" || a.SourcePort != pbxAddr.Port()) {
			t.Errorf("%s is mapped by %q, port %d", c.name, a.Display, a.SourcePort)
		}
	}
}

const shown = "From: \"Sala 1\" <sip:201@pbx>|P-Asserted-Identity: <sip:0612345670@pbx>"
