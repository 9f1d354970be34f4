//go:build testbed

package sipp

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// stand is a site with a daemon that takes calls and a carrier that answers them,
// for what befalls its machine.
type stand struct {
	*testing.T
	site    *Site
	daemon  *Daemon
	data    string
	carrier *Peer
	placed  int // calls so far
}

// batch is how many calls a load has.
const batch = 40

// newStand starts a daemon on what prepare makes of its site, whose folder of data
// is empty.
func newStand(t *testing.T, prepare func(s *Site, data string)) *stand {
	t.Helper()
	s, err := NewSite(t.TempDir(), program(t), "batch", "off")
	if err != nil {
		t.Fatal(err)
	}
	d := &stand{T: t, site: s, data: filepath.Join(s.Dir, "data")}
	if err := os.Mkdir(d.data, 0o700); err != nil {
		t.Fatal(err)
	}
	prepare(s, d.data)
	d.serve()
	if err := s.Enter(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.carrier = start(t, Config{Name: "uas", Dir: s.Dir, Scenario: "uas", Listen: s.Carrier})
	return d
}

func (d *stand) serve() {
	d.Helper()
	daemon, err := d.site.Serve(d.Context())
	if err != nil {
		d.Fatal(err)
	}
	d.Cleanup(daemon.Kill)
	d.daemon = daemon
}

// places places a load, and wants so many of its calls at the carrier.
func (d *stand) places(when string, want int) {
	d.Helper()
	before, rows := d.left(), Rows(Allowed(d.placed + batch))[d.placed:]
	dialer := start(d.T, Config{
		Name: fmt.Sprint("uac", d.placed), Dir: d.site.Dir, Scenario: "uac", Listen: dialerAt, Target: d.site.PBX, Rows: rows, Rate: 20,
	})
	if _, err := dialer.Wait(d.Context()); err != nil {
		d.Fatal(err)
	}
	d.placed += batch
	if n := d.left() - before; n != want {
		d.Errorf("%d of %d calls left %s, want %d", n, batch, when, want)
	}
}

// left is how many calls have reached the carrier.
func (d *stand) left() int {
	d.Helper()
	return len(d.log())
}

func (d *stand) log() []string {
	d.Helper()
	log, err := d.carrier.Log()
	if err != nil {
		d.Fatal(err)
	}
	return log
}

// settles wants so many records, one of every call that left but those to 112, and
// the counters that a recount gives.
func (d *stand) settles(calls int) {
	d.Helper()
	for records := -1; records < d.site.gauge(d.T, "tregua_attempts_total"); {
		records = d.site.gauge(d.T, "tregua_attempts_total")
		time.Sleep(2 * time.Second) // real time: what was kept is tried once a second
	}
	log := slices.DeleteFunc(d.log(), func(line string) bool { return strings.Contains(line, "sip:112@") })
	if n := d.site.recount(d.T, log); n != calls {
		d.Errorf("%d records of %d calls", n, calls)
	}
}

// calls places one call from a port, which lasts so long.
func (d *stand) calls(name string, port uint16, number string, lasts time.Duration) *Peer {
	d.Helper()
	xml, err := scenarios.ReadFile("scenarios/uac.xml")
	if err != nil {
		d.Fatal(err)
	}
	const pause = `<pause milliseconds="%d"/>`
	return start(d.T, Config{
		Name: name, Dir: d.site.Dir, Listen: netip.AddrPortFrom(dialerAt.Addr(), port), Target: d.site.PBX, Rows: [][]string{{number, number}}, Rate: 1,
		XML: strings.Replace(string(xml), fmt.Sprintf(pause, 200), fmt.Sprintf(pause, lasts.Milliseconds()), 1),
	})
}

// reaches waits until so many calls have reached the carrier.
func (d *stand) reaches(calls int) {
	d.Helper()
	for range 100 {
		if d.left() == calls {
			return
		}
		time.Sleep(100 * time.Millisecond) // real time: SIPp's
	}
	d.Fatalf("%d calls have reached the carrier, want %d", d.left(), calls)
}

// awaits waits for the value of a metric.
func (s *Site) awaits(t *testing.T, name string, want int) {
	t.Helper()
	for range 200 {
		if s.gauge(t, name) == want {
			return
		}
		time.Sleep(100 * time.Millisecond) // real time: the daemon looks from time to time
	}
	t.Fatalf("%s is not %d", name, want)
}
