package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/schollz/progressbar/v3"
	"github.com/spf13/cobra"
	"golang.org/x/term"

	"tregua/testbed/peers"
)

// demoCommand is `tregua demo`: the real program between a dialer and a carrier
// that know nothing of it.
func demoCommand() *cobra.Command {
	var keep bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "place some 420 calls through tregua on loopback and compare what everybody saw",
		Long: "demo starts `tregua serve` in a temporary directory, enters campaigns, registry\n" +
			"answers, a blacklist, consents and a list through its admin socket, and places calls of\n" +
			"many kinds from a dialer to a carrier. It prints what dialer, carrier and record\n" +
			"say of each kind, and fails when one of them says something else than expected.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeoutCause(cmd.Context(), 90*time.Second, errors.New("the demo took longer than 90s"))
			defer cancel()
			return demo(ctx, cmd.OutOrStdout(), cmd.ErrOrStderr(), keep)
		},
	}
	cmd.Flags().BoolVar(&keep, "keep", false, "leave the demo's directory: its config, data, store and log")
	return cmd
}

func demo(ctx context.Context, out, progress io.Writer, keep bool) (err error) {
	start := time.Now()
	dir, err := os.MkdirTemp("", "tregua-demo-")
	if err != nil {
		return err
	}
	defer func() {
		if keep {
			fmt.Fprintf(out, "Everything of the demo is in %[1]s. To look at it:\n  tregua serve -c %[1]s/tregua.yaml &\n  tregua silent report -c %[1]s/tregua.yaml\n", dir)
			return
		}
		err = errors.Join(err, os.RemoveAll(dir))
	}()
	all := kinds()
	list := plans(all)

	carrier, err := peers.NewCarrier(peers.CarrierConfig{Listen: loopback(0), Numbers: behaviours(list)})
	if err != nil {
		return err
	}
	defer carrier.Close()
	s := stage{dir: dir, carrier: carrier.Addr()}
	if err := s.write(list); err != nil {
		return err
	}
	tregua, err := s.serve(ctx)
	if err != nil {
		return err
	}
	defer tregua.kill()
	if err := s.enter(ctx); err != nil {
		return err
	}
	calls, err := s.place(ctx, list, carrier, out, progress)
	if err != nil {
		return err
	}

	if err := tregua.stop(); err != nil {
		return err
	}
	if err := s.readRecords(ctx, calls); err != nil {
		return err
	}
	agreed := printTable(out, all, calls)
	fmt.Fprintf(out, "%d calls in %s\n", len(calls), time.Since(start).Round(100*time.Millisecond))
	if !agreed {
		return &coded{exitFindings, errors.New("dialer, carrier and record do not agree")}
	}
	fmt.Fprintln(out, "Dialer, carrier and record agree on every call.")
	return nil
}

// place places the calls, each from the dialer of its trunk.
func (s *stage) place(ctx context.Context, list []plan, carrier *peers.Carrier, out, progress io.Writer) ([]placed, error) {
	dialer, err := peers.NewDialer(peers.DialerConfig{Listen: loopback(0), Proxy: s.pbx})
	if err != nil {
		return nil, err
	}
	defer dialer.Close()
	inShadow, err := peers.NewDialer(peers.DialerConfig{Listen: loopback(0), Proxy: s.shadow})
	if err != nil {
		return nil, err
	}
	defer inShadow.Close()
	atGate, err := peers.NewDialer(peers.DialerConfig{Listen: loopback(0), Proxy: s.gate})
	if err != nil {
		return nil, err
	}
	defer atGate.Close()
	fmt.Fprintf(out, "dialer %s -> tregua %s | %s -> carrier %s\n", dialer.Addr(), s.pbx, s.trunk, carrier.Addr())
	of := func(k *kind) *peers.Dialer {
		switch {
		case k.shadow:
			return inShadow
		case k.gate > 0:
			return atGate
		}
		return dialer
	}
	step := counter(progress, dials(list))
	var calls []placed
	for round := range rounds {
		now := slices.DeleteFunc(slices.Clone(list), func(p plan) bool { return p.kind.gate != round })
		calls = append(calls, placeAll(ctx, now, of, carrier, step)...)
	}
	return calls, nil
}

// rounds are how often the dialers begin anew: the gate shows what it has learnt.
const rounds = 3

func dials(list []plan) (total int) {
	for _, p := range list {
		total += max(p.kind.dials, 1)
	}
	return total
}

// readRecords starts tregua again for its records: those of re-dials are
// written at the end, and what a restart finds is what was kept.
func (s *stage) readRecords(ctx context.Context, calls []placed) error {
	tregua, err := s.serve(ctx)
	if err != nil {
		return err
	}
	defer tregua.kill()
	if err := s.recorded(ctx, calls); err != nil {
		return err
	}
	return tregua.stop()
}

func loopback(port uint16) netip.AddrPort {
	return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), port)
}

// behaviours is the carrier's table of numbers.
func behaviours(list []plan) map[string]peers.Behaviour {
	table := map[string]peers.Behaviour{}
	for _, p := range list {
		table[p.user] = p.kind.carrier
	}
	return table
}

// atOnce is how many calls of the demo are open at a time.
const atOnce = 40

// placeAll places the calls, the kinds mixed, and returns them with what dialer
// and carrier saw.
func placeAll(ctx context.Context, list []plan, dialer func(*kind) *peers.Dialer, carrier *peers.Carrier, step func()) []placed {
	var mu sync.Mutex // protects calls
	var calls []placed
	place := func(p plan, want word) {
		call := placeOne(ctx, p, want, dialer(p.kind), carrier)
		mu.Lock()
		defer mu.Unlock()
		calls = append(calls, call)
		step()
	}
	var wg sync.WaitGroup
	free := make(chan struct{}, atOnce)
	for i := range list {
		p := list[(i*mixing)%len(list)]
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			for range max(p.kind.dials-1, 1) {
				place(p, p.kind.want)
			}
			if p.kind.dials > 1 {
				place(p, p.kind.again)
			}
		})
	}
	wg.Wait()
	return calls
}

// mixing is prime and larger than the number of plans: i*mixing modulo their
// number meets each of them once, and hardly ever two of a kind in a row.
const mixing = 7919

func placeOne(ctx context.Context, p plan, want word, dialer *peers.Dialer, carrier *peers.Carrier) placed {
	call := p.kind.call
	call.To, call.From = p.user, cmp.Or(call.From, "0212345678")
	result, err := dialer.Place(ctx, call)
	seen, found := carrier.Seen(result.CallID)
	for found && !seen.Over && ctx.Err() == nil { // its last words cross ours
		time.Sleep(5 * time.Millisecond)
		seen, found = carrier.Seen(result.CallID)
	}
	return placed{
		plan: p, want: want, callID: result.CallID,
		got: word{dialer: dialerSaw(result, seen, p.kind, err), carrier: carrierSaw(seen, found, result, p.kind)},
	}
}

// counter returns what is to be called after every call: a bar on a terminal,
// otherwise a line now and then.
func counter(out io.Writer, total int) func() {
	if f, ok := out.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		bar := progressbar.NewOptions(total, progressbar.OptionSetWriter(out),
			progressbar.OptionSetDescription("calls"), progressbar.OptionShowCount(), progressbar.OptionClearOnFinish())
		return func() { _ = bar.Add(1) }
	}
	done := 0
	return func() {
		if done++; done%25 == 0 || done == total {
			fmt.Fprintf(out, "%d of %d calls\n", done, total)
		}
	}
}
