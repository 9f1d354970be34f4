package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tregua/testbed/sipp"
)

// moment is where a kill falls.
type moment struct {
	name  string
	calls string        // system calls of which one kills; "": the clock does
	path  string        // of those on this file of the data directory only
	upTo  int           // the nth of one thread, at most
	act   []string      // a command of tregua during the load
	after time.Duration // of a kill by the clock, at most
}

var moments = []moment{
	{name: "at random", after: 1500 * time.Millisecond},
	{name: "in a commit or a month", calls: "msync", upTo: 4},
	{name: "at random", after: 3 * time.Second},
	{name: "in the slot of a number", calls: "pwrite64", path: "subjects.keys", upTo: 6},
	{name: "at random", after: 600 * time.Millisecond},
	{name: "in the sync of a slot", calls: "fsync", path: "subjects.keys", upTo: 2},
	{name: "at random", after: time.Second},
	{
		name: "in the activation of a set", calls: "rename,renameat,renameat2", upTo: 1,
		act: []string{"import", "blacklist", "blacklist.csv", "--principal", "acme"},
	},
	{name: "at random", after: 1500 * time.Millisecond},
	{name: "in a commit or a month", calls: "msync", upTo: 10},
}

// patience is how long strace may keep one waiting: threads count each for itself.
const patience = 10 * time.Second

// dialerAt is where the dialer stands.
var dialerAt = netip.MustParseAddrPort("127.0.0.1:25080")

// scene is a site under load, and what reached its carrier.
type scene struct {
	site  *sipp.Site
	rate  int
	calls [][]string
	n     int            // of the round
	seen  map[string]int // Call-IDs that were forwarded: in which round
	fell  map[string]int // kills, by moment
	last  tally
}

func newScene(ctx context.Context, dir string, o *options) (*scene, error) {
	program, err := filepath.Abs(o.tregua)
	if err != nil {
		return nil, err
	}
	s := &scene{rate: o.rate, seen: map[string]int{}, fell: map[string]int{}, calls: sipp.Rows(sipp.Plan(sipp.Numbers))}
	if s.site, err = sipp.NewSite(dir, program, "batch", "off"); err != nil {
		return nil, err
	}
	d, err := s.site.Serve(ctx)
	if err != nil {
		return nil, err
	}
	defer d.Kill()
	if err := s.site.Enter(ctx); err != nil {
		return nil, err
	}
	return s, d.Stop()
}

// round is one life of the daemon, from its start to its kill.
func (s *scene) round(ctx context.Context, m moment, dice *rand.Rand) error {
	s.n++
	d, err := s.site.Serve(ctx, s.wrap(m, dice)...)
	if err != nil {
		// The start itself syncs, and may meet its end there.
		if m.calls == "" {
			return err
		}
		s.fell[m.name]++
		return s.check(false)
	}
	defer d.Kill()
	carrier, err := sipp.Start(ctx, sipp.Config{Name: "uas", Dir: s.site.Dir, Scenario: "uas", Listen: s.site.Carrier, Lossy: true})
	if err != nil {
		return err
	}
	defer carrier.Kill()
	dialer, err := sipp.Start(ctx, sipp.Config{
		Name: "uac", Dir: s.site.Dir, Scenario: "uac", Listen: dialerAt, Target: s.site.PBX, Rows: s.rows(), Rate: s.rate, Lossy: true,
	})
	if err != nil {
		return err
	}
	defer dialer.Kill()
	name := s.kill(ctx, d, m, dice)
	dialer.Kill()
	time.Sleep(50 * time.Millisecond) // real time: what was on its way is logged
	carrier.Kill()
	log, err := carrier.Log()
	if err != nil {
		return err
	}
	for _, line := range log {
		s.seen[strings.Fields(line)[3]] = s.n
	}
	s.fell[name]++
	return s.check(false)
}

// rows are the calls of a round: ten seconds of them, others than in the last.
func (s *scene) rows() [][]string {
	n := 10 * s.rate
	from := s.n * n % len(s.calls)
	rows := s.calls[from:min(from+n, len(s.calls))]
	return append(slices.Clip(rows), s.calls[:n-len(rows)]...)
}

// wrap is strace that kills at one of the calls of m. It stands beside the daemon
// (-D), which is then our child.
func (s *scene) wrap(m moment, dice *rand.Rand) []string {
	if m.calls == "" {
		return nil
	}
	words := []string{
		"strace", "-D", "-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e", "signal=none", "-e", "trace=" + m.calls,
		"-e", fmt.Sprintf("inject=%s:signal=SIGKILL:when=%d", m.calls, 1+dice.IntN(m.upTo)),
	}
	if m.path != "" {
		words = append(words, "-P", filepath.Join(s.site.Dir, "data", m.path))
	}
	return words
}

// kill waits for the end that strace gives, or gives it, and returns the moment.
func (s *scene) kill(ctx context.Context, d *sipp.Daemon, m moment, dice *rand.Rand) string {
	if m.calls == "" {
		time.Sleep(time.Duration(dice.Int64N(int64(m.after)))) // real time: the load is real
		d.Kill()
		return m.name
	}
	if m.act != nil {
		time.Sleep(time.Duration(dice.Int64N(int64(500 * time.Millisecond)))) // real time, likewise
		cmd := exec.CommandContext(ctx, s.site.Program, append(m.act, "-c", "tregua.yaml")...)
		cmd.Dir = s.site.Dir
		_ = cmd.Run() // its daemon is killed meanwhile
	}
	if !d.Ended(patience) {
		d.Kill()
		return moments[0].name
	}
	return m.name
}

// end starts the daemon once more, which closes what is open, and ends it.
func (s *scene) end(ctx context.Context) error {
	d, err := s.site.Serve(ctx)
	if err != nil {
		return err
	}
	defer d.Kill()
	if err := d.Stop(); err != nil {
		return err
	}
	if err := s.check(true); err != nil {
		return err
	}
	kills := 0
	for _, m := range moments {
		if n := s.fell[m.name]; n > 0 {
			fmt.Printf("%4d kills %s\n", n, m.name)
			kills += n
			delete(s.fell, m.name)
		}
	}
	fmt.Printf("%4d kills: %d INVITEs were forwarded at %d calls/s, %d records, %d notes, %d summaries: each forwarded one has its record, all agree\n",
		kills, len(s.seen), s.rate, s.last.records, s.last.notes, s.last.summaries)
	return nil
}
