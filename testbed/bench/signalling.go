package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"os"
	"os/exec"
	"runtime"
	"sync/atomic"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy"
	"tregua/proxy/call"
	"tregua/proxy/transport"
	"tregua/testbed/sipp"
)

// signalling is tregua's proxy and transport without the rest: no ledger, no
// desk, no media. It is this program once more, see serveSignalling.
type signalling struct{}

func (signalling) name() string { return "signalling" }

func (signalling) start(ctx context.Context, _ string) (pid int, stop func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return 0, nil, err
	}
	cmd := exec.CommandContext(ctx, self, "-signalling")
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return 0, nil, err
	}
	if err := cmd.Start(); err != nil {
		return 0, nil, err
	}
	stop = func() {
		_ = cmd.Process.Kill() // it has nothing to keep
		_ = cmd.Wait()
	}
	if _, err := bufio.NewReader(stdout).ReadString('\n'); err != nil {
		stop()
		return 0, nil, fmt.Errorf("the server of signalling ended at once: %w", err)
	}
	return cmd.Process.Pid, stop, nil
}

// The trunks of the testbed, as their indexes.
const (
	dialerTrunk = iota
	carrierTrunk
)

// serveSignalling is that server: it says a line when it takes calls, and runs
// until ctx ends. Its addresses and trunks are those of [sipp.NewSite].
func serveSignalling(ctx context.Context, out io.Writer) error {
	var listeners []*transport.UDP
	for i, bind := range []netip.AddrPort{loopback(25060), loopback(25062)} {
		u, err := transport.Listen(i, bind)
		if err != nil {
			return err
		}
		listeners = append(listeners, u)
	}
	house := newStubs()
	server := proxy.NewServer(proxy.ServerConfig{
		Config: signallingConfig(), Shards: runtime.GOMAXPROCS(0), Queue: 1024,
		Admission: proxy.NewAdmission(proxy.AdmissionConfig{
			Trunks: make([]proxy.TrunkAdmission, 2),
			Sources: []proxy.Source{
				{Listener: 0, Prefix: netip.MustParsePrefix("127.0.0.1/32"), Trunk: dialerTrunk},
				{Listener: 1, Prefix: netip.MustParsePrefix("127.0.0.1/32"), Trunk: carrierTrunk},
			},
		}),
		Listeners: listeners,
		Book:      func() proxy.Book { return house },
		Ask:       func(a policy.Attempt, _ policy.Return) (proxy.Judged, bool) { return house.judge(a), true },
		Up:        func(policy.AttemptID, policy.Up) bool { return true },
		Record:    func(*policy.Attempt, policy.Ending) bool { return true },
		Media:     house, Clock: proxy.NewClock(), Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
		Entropy: func() proxy.Entropy { return rand.NewPCG(rand.Uint64(), rand.Uint64()) },
		Key:     [2]uint64{rand.Uint64(), rand.Uint64()},
	})
	if _, err := fmt.Fprintln(out, "ready"); err != nil {
		return err
	}
	return server.Run(ctx, 0)
}

func signallingConfig() *proxy.Config {
	host := loopback(0).Addr()
	return &proxy.Config{
		Faces: []call.Face{{Host: host.String(), Port: 25060}, {Host: host.String(), Port: 25062}},
		Media: []netip.Addr{host, host},
		Trunks: []proxy.Trunk{
			dialerTrunk:  {Name: "dialer", PBX: true, Listener: 0, Reach: loopback(5060)},
			carrierTrunk: {Name: "telco", Listener: 1, Reach: loopback(25070)},
		},
		Routes: []proxy.Route{{From: dialerTrunk, To: carrierTrunk}},
		Times:  call.DefaultTimes(), Secret: make([]byte, 32),
	}
}

// stubs stands for the book, the desks and the media: a blacklist in memory and
// ports that nobody opens.
type stubs struct {
	black map[string]struct{}
	last  atomic.Uint64 // anchor
}

func newStubs() *stubs {
	s := &stubs{black: map[string]struct{}{}}
	for _, c := range sipp.Refused(sipp.Numbers) {
		s.black[c.User] = struct{}{}
	}
	return s
}

// Attempt takes every number for one that can be called.
func (s *stubs) Attempt(d policy.Dialled) policy.Attempt {
	return policy.Attempt{Dialled: d, Reading: policy.Readable, Mapping: policy.Mapped}
}

func (s *stubs) judge(a policy.Attempt) proxy.Judged {
	if _, ok := s.black[a.User]; ok {
		return proxy.Judged{Decision: policy.Decision{Verdict: policy.Refuse, Reason: policy.BlacklistListed}}
	}
	return proxy.Judged{Decision: policy.Decision{Verdict: policy.Allow}, Open: true}
}

// Lease names ports of which none is open.
func (s *stubs) Lease(a, b netip.Addr, _ uint64) (media.Anchor, error) {
	return media.Anchor{
		ID:   media.AnchorID(s.last.Add(1)),
		Addr: [2]netip.AddrPort{netip.AddrPortFrom(a, 26000), netip.AddrPortFrom(b, 26002)},
	}, nil
}

// Set does nothing.
func (s *stubs) Set(media.AnchorID, media.Leg, media.Flow) {}

// Heard has heard nothing.
func (s *stubs) Heard(media.AnchorID) media.Heard { return media.Heard{} }

// Close has counted nothing.
func (s *stubs) Close(media.AnchorID) media.Stats { return media.Stats{} }
