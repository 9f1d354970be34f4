package peers

import (
	"net/netip"
	"slices"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

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
		seen      Seen // CallID, URI, At, SSRC and Heard aside
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
			want := c.seen
			want.CallID, want.URI, want.At, want.SSRC, want.Heard = seen.CallID, seen.URI, seen.At, seen.SSRC, seen.Heard
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

// TestALaw compares with the values of ITU-T G.711 table 1a: the middles of
// intervals, and silence.
func TestALaw(t *testing.T) {
	t.Parallel()
	cases := []struct {
		sample int
		want   byte
	}{{0, 0xD5}, {-1, 0x55}, {8, 0xD5}, {24, 0xD4}, {1000, 0xFA}, {-1000, 0x7A}, {32767, 0xAA}, {-32768, 0x2A}}
	for _, c := range cases {
		if got := alaw(c.sample); got != c.want {
			t.Errorf("alaw(%d) = %#x, want %#x", c.sample, got, c.want)
		}
	}
}

func user(name string) string { return "39" + name[:2] }

func audible(h Heard, from uint32) bool {
	return h.Packets > 3 && h.SSRC == from && h.Strangers == 0 && h.Bytes == h.Packets*samples
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
