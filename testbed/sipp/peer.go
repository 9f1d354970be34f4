package sipp

import (
	"bytes"
	"context"
	"embed"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

//go:embed scenarios/*.xml
var scenarios embed.FS

// Config is one SIPp to be started. A dialer has Rows, a carrier has none.
type Config struct {
	Name     string         // of its files in Dir
	Dir      string         // where its scenario, injection file, log and statistics are written
	Scenario string         // file in scenarios, without .xml
	XML      string         // the scenario itself, in place of Scenario
	Args     []string       // more for the command line of SIPp
	Listen   netip.AddrPort // where it listens
	Target   netip.AddrPort // dialer: where it sends
	Rows     [][]string     // dialer: one for each call, see the scenario
	Rate     int            // dialer: calls a second

	// Lossy is for a program that is killed on the way: no message is
	// repeated, and a call that hears nothing for 4 s is given up in silence.
	Lossy bool
}

// Peer is a running SIPp.
type Peer struct {
	config Config
	cmd    *exec.Cmd
	ended  chan error // holds what Wait said
}

// Start writes the files of c and starts its SIPp.
func Start(ctx context.Context, c Config) (*Peer, error) {
	scenario, err := c.scenario()
	if err != nil {
		return nil, err
	}
	p := &Peer{config: c, ended: make(chan error, 1)}
	if err := os.WriteFile(p.file("xml"), scenario, 0o600); err != nil {
		return nil, err
	}
	args := []string{
		"-sf", p.file("xml"), "-i", c.Listen.Addr().String(), "-p", strconv.Itoa(int(c.Listen.Port())),
		"-nostdin", "-buff_size", "4194304",
		"-trace_stat", "-stf", p.file("stat"), "-fd", "1",
		"-trace_logs", "-log_file", p.file("log"), "-trace_err", "-error_file", p.file("err"),
	}
	if c.Lossy {
		args = append(args, "-nr", "-recv_timeout", "4000", "-default_behaviors", "none")
	}
	if len(c.Rows) > 0 {
		if err := os.WriteFile(p.file("csv"), injection(c.Rows), 0o600); err != nil {
			return nil, err
		}
		args = append(args, "-inf", p.file("csv"), "-r", strconv.Itoa(c.Rate),
			"-m", strconv.Itoa(len(c.Rows)), "-l", strconv.Itoa(len(c.Rows)))
	}
	args = append(args, c.Args...)
	if c.Target.IsValid() {
		args = append(args, c.Target.String())
	}
	out, err := os.Create(p.file("out"))
	if err != nil {
		return nil, err
	}
	defer out.Close()
	p.cmd = exec.CommandContext(ctx, "sipp", args...)
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = c.Dir, out, out
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { p.ended <- p.cmd.Wait() }()
	return p, p.bound(ctx)
}

func (c *Config) scenario() ([]byte, error) {
	if c.XML != "" {
		return []byte(c.XML), nil
	}
	return scenarios.ReadFile("scenarios/" + c.Scenario + ".xml")
}

// injection is SIPp's form of rows: fields between semicolons, in sequence.
func injection(rows [][]string) []byte {
	var b bytes.Buffer
	b.WriteString("SEQUENTIAL\n")
	for _, row := range rows {
		b.WriteString(strings.Join(row, ";") + ";\n")
	}
	return b.Bytes()
}

// bound waits until the SIPp has its socket. A dialer may have made its calls
// by then.
func (p *Peer) bound(ctx context.Context) error {
	for {
		if has, err := listening(p.config.Listen); has || err != nil {
			return err
		}
		select {
		case err := <-p.ended:
			p.ended <- err
			if p.config.Target.IsValid() {
				return nil // Wait says how that went
			}
			out, _ := os.ReadFile(p.file("out")) // only to say why
			return fmt.Errorf("sipp %s ended at once: %w\n%s", p.config.Name, exited(err), out)
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// listening reports whether a UDP socket is bound to an address. To bind one to
// see would take the address from the SIPp that is about to.
func listening(at netip.AddrPort) (bool, error) {
	file := "/proc/net/udp"
	if at.Addr().Is6() {
		file = "/proc/net/udp6"
	}
	table, err := os.ReadFile(file)
	return bytes.Contains(table, []byte(" "+inKernel(at)+" ")), err
}

// inKernel writes an address as /proc/net/udp does: words as the machine holds
// them.
func inKernel(at netip.AddrPort) string {
	var b strings.Builder
	for word := range slices.Chunk(at.Addr().AsSlice(), 4) {
		fmt.Fprintf(&b, "%08X", binary.NativeEndian.Uint32(word))
	}
	fmt.Fprintf(&b, ":%04X", at.Port())
	return b.String()
}

// exited says that a program ended which was to go on, also when it ended well.
func exited(err error) error {
	if err == nil {
		return errors.New("exit status 0")
	}
	return err
}

func (p *Peer) file(kind string) string {
	return filepath.Join(p.config.Dir, p.config.Name+"."+kind)
}

// Wait waits until a dialer has ended its last call. That calls failed is no
// error; the statistics say it.
func (p *Peer) Wait(ctx context.Context) (Stats, error) {
	select {
	case err := <-p.ended:
		p.ended <- err
		var exit *exec.ExitError
		if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != 1) { // 1: a call failed
			out, _ := os.ReadFile(p.file("err")) // only to say why
			return Stats{}, fmt.Errorf("sipp %s: %w\n%s", p.config.Name, err, out)
		}
		return p.stats()
	case <-ctx.Done():
		return Stats{}, context.Cause(ctx)
	}
}

// Stop ends a SIPp when its open calls are over, or 10 s later.
func (p *Peer) Stop() (Stats, error) {
	_ = p.cmd.Process.Signal(syscall.SIGUSR1) // it may have ended
	select {
	case err := <-p.ended:
		p.ended <- err
	case <-time.After(10 * time.Second):
		p.Kill()
	}
	return p.stats()
}

// Kill ends a SIPp at once.
func (p *Peer) Kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	p.ended <- <-p.ended
}

// Complaints returns what SIPp wrote of what it did not expect.
func (p *Peer) Complaints() string {
	text, err := os.ReadFile(p.file("err"))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err.Error()
	}
	return string(text)
}

// Log returns the lines that the scenario logged so far.
func (p *Peer) Log() ([]string, error) {
	text, err := os.ReadFile(p.file("log"))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil // no call yet
	}
	lines := strings.Split(string(text), "\n")
	return lines[:len(lines)-1], err // the last is empty or half written
}

// Stats are the totals of one SIPp.
type Stats struct {
	Calls           int // created
	Succeeded       int
	Failed          int
	Retransmissions int
	Unexpected      int // messages that the scenario does not have at that place
}

// Clean returns an error that says what is not as it should be.
func (s Stats) Clean(calls int) error {
	if s != (Stats{Calls: calls, Succeeded: calls}) {
		return fmt.Errorf("want %d calls and nothing else: %+v", calls, s)
	}
	return nil
}

// stats reads the last line of the statistics file.
func (p *Peer) stats() (Stats, error) {
	f, err := os.Open(p.file("stat"))
	if err != nil {
		return Stats{}, err
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.FieldsPerRecord = ';', -1
	rows, err := r.ReadAll()
	if err == nil && len(rows) < 2 {
		err = errors.New("nothing was written yet")
	}
	if err != nil {
		return Stats{}, fmt.Errorf("statistics of sipp %s: %w", p.config.Name, err)
	}
	last := map[string]int{}
	for i, name := range rows[0] {
		if i < len(rows[len(rows)-1]) {
			last[name], _ = strconv.Atoi(rows[len(rows)-1][i]) // those that we read are integers
		}
	}
	return Stats{
		Calls: last["TotalCallCreated"], Succeeded: last["SuccessfulCall(C)"], Failed: last["FailedCall(C)"],
		Retransmissions: last["Retransmissions(C)"],
		Unexpected:      last["FailedUnexpectedMessage(C)"] + last["OutOfCallMsgs(C)"] + last["DeadCallMsgs(C)"],
	}, nil
}
