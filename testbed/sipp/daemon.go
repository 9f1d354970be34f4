package sipp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Site is a tregua under test: a directory with its config, data and store,
// and the addresses it listens on. Daemons come and go in it.
type Site struct {
	Dir     string
	Program string         // the tregua binary
	PBX     netip.AddrPort // where dialers send to
	Trunk   netip.AddrPort // where it sends to carriers from
	Carrier netip.AddrPort
	Web     netip.AddrPort   // metrics and readyz
	Now     func() time.Time // the clock of its machine; nil: that of this one
	client  *http.Client
}

// NewSite writes the files of a site into dir, with store.sync and the trunk's
// silent_call.mode as given. SIPp speaks without media: off, where it is not
// silence that is looked at.
func NewSite(dir, program, sync, silent string) (*Site, error) {
	at := func(port uint16) netip.AddrPort {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), port)
	}
	s := &Site{Dir: dir, Program: program, PBX: at(25060), Trunk: at(25062), Carrier: at(25070), Web: at(25064)}
	return s, s.Write(map[string]string{
		"tregua.yaml": s.config(sync, silent), "data.yaml": data, "gate.yaml": noGate,
		"registry.csv": registry(), "blacklist.csv": blacklist(),
	})
}

// Write writes the files of a site by their names: tregua.yaml, whose metrics
// are at Web and whose admin socket is admin.sock in Dir, and what Enter enters:
// data.yaml, registry.csv of the account rpo, and blacklist.csv of acme.
func (s *Site) Write(files map[string]string) error {
	s.client = &http.Client{Transport: &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, "unix", s.file("admin.sock"))
		},
	}}
	if s.Now == nil {
		s.Now = time.Now
	}
	for name, text := range files {
		if err := os.WriteFile(s.file(name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

func (s *Site) file(name string) string { return filepath.Join(s.Dir, name) }

// noGate is an overlay that only counts what the gate would hold: the phones here
// have no operators of a number that it could learn.
const noGate = "name: no-gate\nshadow: [gate]\n"

func (s *Site) config(sync, silent string) string {
	return fmt.Sprintf(`node: {id: 1, name: testbed, data: data, keys: keys}
listen:
  - {name: pbx, bind: "udp:%s"}
  - {name: carrier, bind: "udp:%s"}
trunks:
  - name: dialer
    side: pbx
    listen: pbx
    peers: [127.0.0.1/32]
    profile: generic
    call_centre: callnow
    numbers: {country: IT, prefixes: {"%s": acme/energia}}
    campaign: [{by: prefix}, {otherwise: only}]
    mode: enforce
    silent_call: {mode: "%s"}
    dial_mode: predictive
  - {name: telco, side: carrier, listen: carrier, peers: ["sip:%s"]}
routes: [{from: dialer, to: [telco]}]
policy: {profile: it, overlays: [gate.yaml]}
store: {sync: "%s"}
media: {ports: 26000-31999}
admin: {listen: "unix:%s", metrics: "%s"}
`, s.PBX, s.Trunk, prefix, silent, s.Carrier, sync, s.file("admin.sock"), s.Web)
}

const data = `principals:
  - {name: acme}
call_centres:
  - {name: callnow, country: IT, roc: 12345}
mandates:
  - {principal: acme, call_centre: callnow, from: 2020-01-01, purposes: energy}
caller_ids:
  - {number: "0212345678", call_centre: callnow, roc: true}
accounts:
  - {name: rpo, principal: acme}
campaigns:
  - {name: energia, principal: acme, call_centre: callnow, account: rpo, purpose: energy, channel: operator, ground: directory, off_list: allow}
`

func registry() string {
	var b strings.Builder
	b.WriteString("number,answer\n")
	for _, g := range groups {
		for i := 0; g.registry != "" && i < Numbers; i++ {
			fmt.Fprintf(&b, "+39%s,%s\n", g.national(i), g.registry)
		}
	}
	return b.String()
}

func blacklist() string {
	var b strings.Builder
	b.WriteString("number\n")
	for _, g := range groups {
		for i := 0; g.blacklist && i < Numbers; i++ {
			fmt.Fprintf(&b, "+39%s\n", g.national(i))
		}
	}
	return b.String()
}

// Daemon is one `tregua serve` in a site.
type Daemon struct {
	Cmd   *exec.Cmd
	site  *Site
	ended chan error // holds what Wait said
}

// Serve starts a daemon and waits until it takes calls. The words of wrap, a
// command like strace that becomes tregua, stand before it.
func (s *Site) Serve(ctx context.Context, wrap ...string) (*Daemon, error) {
	log, err := os.OpenFile(s.file("serve.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	args := slices.Concat(wrap, []string{s.Program, "serve", "-c", s.file("tregua.yaml")})
	d := &Daemon{Cmd: exec.CommandContext(ctx, args[0], args[1:]...), site: s, ended: make(chan error, 1)}
	d.Cmd.Stdout, d.Cmd.Stderr = log, log
	if err := d.Cmd.Start(); err != nil {
		return nil, err
	}
	go func() { d.ended <- d.Cmd.Wait() }()
	for !s.ready(ctx) {
		select {
		case err := <-d.ended:
			d.ended <- err
			return nil, fmt.Errorf("tregua serve ended: %w\n%s", exited(err), s.lastWords())
		case <-ctx.Done():
			return nil, fmt.Errorf("waiting for tregua serve: %w", context.Cause(ctx))
		case <-time.After(10 * time.Millisecond):
		}
	}
	return d, nil
}

func (s *Site) ready(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.Web.String()+"/readyz", nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_ = res.Body.Close()
	return res.StatusCode == http.StatusOK
}

func (s *Site) lastWords() string {
	text, err := os.ReadFile(s.file("serve.log"))
	if err != nil {
		return err.Error()
	}
	lines := strings.SplitAfter(string(text), "\n")
	return strings.Join(lines[max(0, len(lines)-10):], "")
}

// Kill ends the daemon with SIGKILL.
func (d *Daemon) Kill() {
	_ = d.Cmd.Process.Kill() // it may have ended
	d.ended <- <-d.ended
}

// Ended waits for a daemon that somebody else kills; false: it lives on.
func (d *Daemon) Ended(within time.Duration) bool {
	select {
	case err := <-d.ended:
		d.ended <- err
		return true
	case <-time.After(within):
		return false
	}
}

// Stop ends the daemon with SIGTERM; an exit code other than 0 is an error.
func (d *Daemon) Stop() error {
	if err := d.Cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	select {
	case err := <-d.ended:
		d.ended <- err
		if err != nil {
			return fmt.Errorf("tregua serve after SIGTERM: %w\n%s", err, d.site.lastWords())
		}
		return nil
	case <-time.After(20 * time.Second):
		return errors.New("tregua serve did not end within 20s of SIGTERM")
	}
}

// Enter applies and imports the data of the site, as a user does.
func (s *Site) Enter(ctx context.Context) error {
	yesterday := s.Now().Add(-24 * time.Hour).UTC().Format(time.RFC3339)
	for _, args := range [][]string{
		{"apply", "-f", s.file("data.yaml")},
		{"import", "registry", s.file("registry.csv"), "--account", "rpo", "--answered-at", yesterday},
		{"import", "blacklist", s.file("blacklist.csv"), "--principal", "acme"},
	} {
		cmd := exec.CommandContext(ctx, s.Program, append(args, "-c", s.file("tregua.yaml"))...)
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("tregua %s: %w\n%s", strings.Join(args, " "), err, out)
		}
	}
	return nil
}
