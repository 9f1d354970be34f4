package peers

import (
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
	"go.uber.org/goleak"
)

// TestMain leaves out a socket of sipgo's own: asked to send behind its Close,
// its UDP transport opens one more, which nobody closes.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("github.com/emiago/sipgo/sip.(*TransportUDP).readUDPConnection"))
}

var anyPort = netip.MustParseAddrPort("127.0.0.1:0")

// pair starts a carrier and a dialer that sends to it with nothing between.
func pair(t *testing.T, numbers map[string]Behaviour) (*Dialer, *Carrier) {
	t.Helper()
	carrier, err := NewCarrier(CarrierConfig{
		Listen: anyPort, Numbers: numbers,
		Default: Behaviour{Status: 404, Phrase: "Not Found"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(carrier.Close)
	dialer, err := NewDialer(DialerConfig{Listen: anyPort, Proxy: carrier.Addr()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(dialer.Close)
	return dialer, carrier
}

func TestCalls(t *testing.T) {
	const soon = 60 * time.Millisecond
	cases := map[string]struct {
		call      Call
		behaviour Behaviour
		codes     []int
		seen      Seen // CallID, URI, times, SSRC, Sent and Heard aside
		hungUp    bool
		bye       int
	}{
		"answered":         {Call{Talk: 200 * time.Millisecond}, Behaviour{Ring: soon, Status: 200}, []int{180, 200}, Seen{Status: 200, Acked: true, Bye: true, Over: true}, false, 200},
		"carrier hangs up": {Call{}, Behaviour{Ring: soon, Status: 200, HangUp: 200 * time.Millisecond}, []int{180, 200}, Seen{Status: 200, Acked: true, Over: true}, true, 0},
		"busy":             {Call{}, Behaviour{Ring: soon, Status: 486, Phrase: "Busy Here"}, []int{180, 486}, Seen{Status: 486, Over: true}, false, 0},
		"no answer":        {Call{CancelAfter: soon}, Behaviour{}, []int{180, 487}, Seen{Status: 487, Cancelled: true, Over: true}, false, 0},
	}
	numbers := map[string]Behaviour{}
	for name, c := range cases {
		numbers[user(name)] = c.behaviour
	}
	dialer, carrier := pair(t, numbers)
	var wg sync.WaitGroup
	for name, c := range cases {
		wg.Go(func() {
			c.call.To, c.call.From = user(name), "0212345"
			got, err := dialer.Place(t.Context(), c.call)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				return
			}
			seen := settled(t, carrier, got.CallID)
			if !slices.Equal(got.Codes, c.codes) || got.HungUp != c.hungUp || got.ByeStatus != c.bye {
				t.Errorf("%s: the dialer saw %+v", name, got)
			}
			if answered := got.Status == 200; answered != audible(got.Heard, seen.SSRC) || answered != audible(seen.Heard, got.SSRC) {
				t.Errorf("%s: the dialer heard %+v, the carrier %+v", name, got.Heard, seen.Heard)
			}
			if answered := got.Status == 200; answered && !inOrder(seen.At, seen.Answered, got.Answered, sooner(got.Ended, seen.Ended)) ||
				answered == got.Ended.IsZero() || answered == seen.Ended.IsZero() || answered == got.Answered.IsZero() {
				t.Errorf("%s: answered %v and %v, ended %v and %v", name, got.Answered, seen.Answered, got.Ended, seen.Ended)
			}
			want := c.seen
			want.CallID, want.URI, want.At, want.SSRC, want.Heard = seen.CallID, seen.URI, seen.At, seen.SSRC, seen.Heard
			want.Answered, want.Ended, want.Sent = seen.Answered, seen.Ended, seen.Sent
			if seen != want {
				t.Errorf("%s: the carrier saw %+v, want %+v", name, seen, want)
			}
		})
	}
	wg.Wait()
}

func TestUnknownNumber(t *testing.T) {
	dialer, _ := pair(t, nil)
	got, err := dialer.Place(t.Context(), Call{To: "1"})
	if err != nil || got.Status != 404 || got.Phrase != "Not Found" {
		t.Errorf("got %+v, %v", got, err)
	}
}

// TestScripts: each end hears, from the answer on, what the other was told to
// send, in either law.
func TestScripts(t *testing.T) {
	const dead, heard, length = 320 * time.Millisecond, 300 * time.Millisecond, 800 * time.Millisecond
	dialer, carrier := pair(t, map[string]Behaviour{
		"1": {Status: 200, HangUp: length, Voice: Script{Nothing.For(dead), Tone.For(0)}},
		"2": {Status: 200, HangUp: length, Voice: Script{ComfortNoise.For(0)}},
	})
	var wg sync.WaitGroup
	for _, c := range []struct {
		call           Call
		dialer, callee time.Duration // when each hears something louder than -45 dBFS
		dead           float64       // mean square of what the carrier hears first
	}{
		{Call{To: "1", Voice: Script{Dead.For(dead), Speech.For(0)}}, heard, heard, 64.0 / (1 << 30)},
		{Call{To: "2", Voice: Script{Dead.For(dead), Speech.For(0)}, MuLaw: true}, -time.Second, heard, 0},
		{Call{To: "2", Voice: Script{Nothing.For(0)}}, -time.Second, -time.Second, 0},
	} {
		wg.Go(func() {
			got, err := dialer.Place(t.Context(), c.call)
			if err != nil {
				t.Error(err)
				return
			}
			seen := settled(t, carrier, got.CallID)
			if d, s := got.Heard.Onset(-45), seen.Heard.Onset(-45); d != c.dialer || s != c.callee {
				t.Errorf("%+v: the dialer hears sound from %v: %v\nthe carrier from %v: %v", c.call, d, got.Heard.Bins[:9], s, seen.Heard.Bins[:9])
			}
			if l := seen.Heard.Bins[1]; l != decibel(c.dead) {
				t.Errorf("%+v: the carrier hears %v dBFS first, want %v", c.call, l, decibel(c.dead))
			}
			if h := seen.Heard; h.Packets > got.Sent || h.Gaps+h.Jumps > 0 || h.SSRC != got.SSRC || h.First.IsZero() != (h.Packets == 0) {
				t.Errorf("%+v: %d packets were sent, the carrier heard %+v", c.call, got.Sent, h)
			}
			if h := got.Heard; h.Packets > seen.Sent || h.Gaps+h.Jumps > 0 || h.Packets == 0 || h.First.Before(seen.Answered) {
				t.Errorf("%+v: %d packets were sent, the dialer heard %+v", c.call, seen.Sent, h)
			}
		})
	}
	wg.Wait()
}

// TestHeaders: what else is to stand in an INVITE and a BYE stands there.
func TestHeaders(t *testing.T) {
	carrier, err := newAgent("carrier", anyPort)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(carrier.close)
	got := make(chan string, 2)
	read := func(req *sip.Request) {
		h := req.GetHeader("X-Tregua-Operator")
		if h == nil {
			h = sip.NewHeader("none", "none")
		}
		got <- string(req.Method) + " " + h.Value()
	}
	carrier.server.OnInvite(func(req *sip.Request, tx sip.ServerTransaction) {
		read(req)
		ok := sip.NewSDPResponseFromRequest(req, req.Body())
		ok.AppendHeader(carrier.contact("1"))
		_ = tx.Respond(ok)
	})
	carrier.server.OnAck(func(_ *sip.Request, tx sip.ServerTransaction) { tx.Terminate() })
	carrier.server.OnBye(func(req *sip.Request, tx sip.ServerTransaction) {
		read(req)
		_ = tx.Respond(sip.NewResponseFromRequest(req, 200, "OK", nil))
	})
	carrier.serve()
	dialer, err := NewDialer(DialerConfig{Listen: anyPort, Proxy: carrier.addr})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(dialer.Close)
	call := Call{
		To: "1", Talk: time.Millisecond,
		Headers: []Header{{"X-Tregua-Operator", "yes"}}, ByeHeaders: []Header{{"X-Tregua-Operator", "gone"}},
	}
	if _, err := dialer.Place(t.Context(), call); err != nil {
		t.Fatal(err)
	}
	if invite, bye := <-got, <-got; invite != "INVITE yes" || bye != "BYE gone" {
		t.Errorf("got %q and %q", invite, bye)
	}
}

// TestCancelCrossesAnswer: the CANCEL leaves after the 200 did.
func TestCancelCrossesAnswer(t *testing.T) {
	const ring = 50 * time.Millisecond
	dialer, carrier := pair(t, map[string]Behaviour{"1": {Ring: ring, Status: 200}})
	for range 20 {
		got, err := dialer.Place(t.Context(), Call{To: "1", CancelAfter: ring, Talk: ring})
		if err != nil {
			t.Fatal(err)
		}
		if seen := settled(t, carrier, got.CallID); !seen.Over || seen.Status == 200 && !(seen.Acked && seen.Bye) {
			t.Errorf("left hanging: %+v", seen)
		}
	}
}

func user(name string) string { return "39" + name[:2] }

func audible(h Heard, from uint32) bool {
	return h.Packets > 3 && h.SSRC == from && h.Strangers == 0 && h.Bytes == h.Packets*samples
}

func inOrder(times ...time.Time) bool { return slices.IsSortedFunc(times, time.Time.Compare) }

func sooner(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// settled waits for the carrier's goroutine of a call that is over.
func settled(t *testing.T, carrier *Carrier, callID string) Seen {
	t.Helper()
	for {
		if seen, ok := carrier.Seen(callID); ok && seen.Over || t.Context().Err() != nil {
			return seen
		}
		time.Sleep(time.Millisecond)
	}
}
