package txn

import (
	"fmt"
	"testing"
	"time"

	"tregua/proxy/wire"
)

// messages are n messages with branches of their own.
func messages(n int, text func(branch string) string) []*wire.Message {
	all := make([]*wire.Message, n)
	for i := range all {
		all[i] = read(text(fmt.Sprint("z9hG4bK", i)))
	}
	return all
}

func invites(n int) []*wire.Message {
	return messages(n, func(b string) string { return requestText("INVITE", b) })
}

func answers(n, status int) []*wire.Message {
	return messages(n, func(b string) string { return responseText(status, "INVITE", b) })
}

// BenchmarkRefuse is the cheapest path of the proxy: an INVITE, its 100 and its
// 603, the ACK, and in the end Timer I. A thousand stand open at a time.
func BenchmarkRefuse(b *testing.B) {
	l, out := New(Config{}), &Out{}
	invites := invites(2048) // more than stand open
	acks := messages(2048, func(b string) string { return requestText("ACK", b) })
	trying := []byte(responseText(100, "INVITE", "z9hG4bK1"))
	refused := []byte(responseText(603, "INVITE", "z9hG4bK1"))
	var now time.Duration
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		out.Reset()
		now += 5 * time.Millisecond
		l.Fire(now, out)
		out.Reset()
		l.Receive(now, invites[i&2047], hop, out)
		id := out.Events[0].ID
		l.Respond(now, id, 100, trying, out)
		l.Respond(now, id, 603, refused, out)
		l.Receive(now, acks[i&2047], hop, out)
	}
	b.ReportMetric(float64(l.Len()), "open")
}

// BenchmarkNoAck is the flood of sip-core.md: refused and never acknowledged, so
// that all repeats of Timer G and Timer H are in the figure.
func BenchmarkNoAck(b *testing.B) {
	l, out := New(Config{}), &Out{}
	invites := invites(1 << 15)
	refused := []byte(responseText(603, "INVITE", "z9hG4bK1"))
	var now time.Duration
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		now += 2 * time.Millisecond
		out.Reset()
		l.Fire(now, out)
		out.Reset()
		l.Receive(now, invites[i&(1<<15-1)], hop, out)
		l.Respond(now, out.Events[0].ID, 603, refused, out)
	}
	b.ReportMetric(float64(l.Len()), "open")
}

// BenchmarkRelay is the two transactions of an answered INVITE, to the end of
// timers L and M.
func BenchmarkRelay(b *testing.B) {
	l, out := New(Config{}), &Out{}
	invites, ringing, answered := invites(1<<15), answers(1<<15, 180), answers(1<<15, 200)
	raw := []byte(requestText("INVITE", "z9hG4bK1"))
	var now time.Duration
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		now += 2 * time.Millisecond
		out.Reset()
		l.Fire(now, out)
		out.Reset()
		n := i & (1<<15 - 1)
		l.Receive(now, invites[n], hop, out)
		id := out.Events[0].ID
		l.Request(now, invites[n], raw, hop, out)
		l.Receive(now, ringing[n], hop, out)
		l.Respond(now, id, 180, raw, out)
		l.Receive(now, answered[n], hop, out)
		l.Respond(now, id, 200, raw, out)
	}
	b.ReportMetric(float64(l.Len()), "open")
}

// BenchmarkRepeat is a repeated request and the response that goes out again.
func BenchmarkRepeat(b *testing.B) {
	l, out := New(Config{}), &Out{}
	invite := request("INVITE", "z9hG4bK1")
	l.Receive(0, invite, hop, out)
	l.Respond(0, out.Events[0].ID, 180, []byte(responseText(180, "INVITE", "z9hG4bK1")), out)
	b.ReportAllocs()
	for b.Loop() {
		out.Reset()
		l.Receive(0, invite, hop, out)
	}
}
