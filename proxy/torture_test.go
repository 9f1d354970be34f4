package proxy

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"tregua/proxy/wire"
	"tregua/testbed/torture"
)

// TestTorture gives a shard each message of RFC 4475 and RFC 5118, requests
// from the PBX and responses from the carrier, and wants what the table says.
// Afterwards nothing is left of it.
func TestTorture(t *testing.T) {
	t.Parallel()
	gate := NewAdmission(AdmissionConfig{
		Trunks: make([]TrunkAdmission, 2),
		Sources: []Source{
			{Listener: 0, Prefix: netip.PrefixFrom(pbxAddr.Addr(), 32), Trunk: 0},
			{Listener: 1, Prefix: netip.PrefixFrom(carrierAddr.Addr(), 32), Trunk: 1},
		},
	})
	for _, c := range torture.Load(t, "wire/testdata/torture") {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t, func(cfg *Config) { cfg.Routes[0].Match = "" })
			from := 0
			if c.Response() {
				from = 1
			}
			m := b.from(from, string(c.Data))
			if trunk, v := gate.Admit(b.now, m.Hop.Listener, m.Hop.Remote.Addr(), c.Data); v != Admitted || trunk != from {
				t.Fatalf("admission says %d for trunk %d", v, trunk)
			}
			if got := b.becomes(m); got != c.Does && (c.Later == "" || got != c.Later) {
				t.Errorf("%s, want %s", got, c.Does)
			}
			b.fades()
		})
	}
}

// becomes says what the shard does with a message, in the words of the table.
func (b *bench) becomes(m Message) string {
	b.t.Helper()
	if m.Err != nil {
		return b.refuses(m)
	}
	words, judged := b.turn(m), ""
	if words == "A 100, ask" {
		words, judged = strings.TrimPrefix(b.turn(b.allow()), "flow, "), "judged and "
	}
	if words == "" {
		return judged + "dropped"
	}
	if status, ok := strings.CutPrefix(words, "A "); ok {
		return judged + status
	}
	if words != "B "+m.Msg.Method {
		return judged + words
	}
	b.carried(m.Msg, b.sent[len(b.sent)-1])
	return judged + "forwarded"
}

// refuses returns the status of the answer to a message that cannot be read.
// The answer repeats its lines and so cannot be read either.
func (b *bench) refuses(m Message) string {
	b.t.Helper()
	b.shard.Turn(b.time(), b, []Input{m}, &b.out)
	if len(b.out.Sends) == 0 {
		return "dropped"
	}
	send := b.out.Sends[0]
	status, ok := strings.CutPrefix(string(send.Data), "SIP/2.0 ")
	if !ok || len(b.out.Sends) > 1 || send.Hop.Remote.Addr() != m.Hop.Remote.Addr() {
		b.t.Fatalf("sent %v", b.out.Sends)
	}
	return status[:3]
}

// carried wants the lines of a message that we do not act on, and its
// Request-URI, as they came.
func (b *bench) carried(in, out *wire.Message) {
	b.t.Helper()
	foreign := func(m *wire.Message) (all []string) {
		for _, l := range m.Lines {
			switch l.Header {
			case wire.HVia, wire.HMaxForwards, wire.HContact, wire.HRoute, wire.HRecordRoute, wire.HContentLength:
			default:
				all = append(all, l.Text)
			}
		}
		return all
	}
	if a, z := foreign(in), foreign(out); !slices.Equal(a, z) || in.URI != out.URI {
		b.t.Errorf("came\n%s\n%q\nleft\n%s\n%q", in.URI, a, out.URI, z)
	}
}

// fades lets all timers run out, nobody answering, and wants nothing left but
// one record of each attempt.
func (b *bench) fades() {
	b.t.Helper()
	for range 1000 {
		next, ok := b.shard.Turn(b.time(), b, nil, &b.out)
		b.words()
		if len(b.out.Mishaps) > 0 {
			b.t.Fatal(b.out.Mishaps)
		}
		if !ok {
			break
		}
		b.now = max(next, b.now+time.Millisecond)
	}
	if !b.shard.Idle() || b.shard.Open() != 0 {
		b.t.Error("something is left")
	}
	if len(b.recs) != len(b.asks) {
		b.t.Errorf("%d attempts, %d records", len(b.asks), len(b.recs))
	}
}
