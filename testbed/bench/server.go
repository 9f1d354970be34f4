package main

import (
	"bytes"
	"context"
	_ "embed" // the configuration of Kamailio
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"tregua/testbed/sipp"
)

// server is what is measured.
type server interface {
	name() string
	// start starts it in dir and returns its process when it takes calls. stop
	// must be called.
	start(ctx context.Context, dir string) (pid int, stop func(), err error)
}

// tregua is the program as it is sold: policy, records and sync on.
type tregua struct{ program string }

func (*tregua) name() string { return "tregua" }

func (t *tregua) start(ctx context.Context, dir string) (pid int, stop func(), err error) {
	site, err := sipp.NewSite(dir, t.program, "batch", "off")
	if err != nil {
		return 0, nil, err
	}
	d, err := site.Serve(ctx)
	if err != nil {
		return 0, nil, err
	}
	if err := site.Enter(ctx); err != nil {
		d.Kill()
		return 0, nil, err
	}
	return d.Cmd.Process.Pid, d.Kill, nil
}

//go:embed kamailio.cfg
var kamailioConfig []byte

// kamailio is Debian's, with the quicker allocator and a process for each core.
type kamailio struct{}

func (kamailio) name() string { return "kamailio" }

func (kamailio) start(ctx context.Context, dir string) (pid int, stop func(), err error) {
	config := filepath.Join(dir, "kamailio.cfg")
	cores := strconv.Itoa(runtime.NumCPU())
	if err := os.WriteFile(config, bytes.ReplaceAll(kamailioConfig, []byte("CHILDREN"), []byte(cores)), 0o600); err != nil {
		return 0, nil, err
	}
	log, err := os.Create(filepath.Join(dir, "kamailio.log"))
	if err != nil {
		return 0, nil, err
	}
	defer log.Close()
	cmd := exec.CommandContext(ctx, kamailioPath(), "-f", config, "-DD", "-E", "-x", "fm", "-m", "512", "-Y", dir)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return 0, nil, err
	}
	stop = func() {
		_ = cmd.Process.Signal(os.Interrupt) // its children go with it
		_ = cmd.Wait()
	}
	for range 100 {
		if answers(ctx) {
			return cmd.Process.Pid, stop, nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	stop()
	text, err := os.ReadFile(filepath.Join(dir, "kamailio.log"))
	if err != nil {
		return 0, nil, err
	}
	return 0, nil, fmt.Errorf("kamailio does not answer: %s", text)
}

func kamailioPath() string {
	if path, err := exec.LookPath("kamailio"); err == nil {
		return path
	}
	return "/usr/sbin/kamailio" // not on everybody's path
}

// answers reports whether a refused number gets an answer from Kamailio: then
// its table is filled, too.
func answers(ctx context.Context) bool {
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, "udp4", loopback(25060).String())
	if err != nil {
		return false
	}
	defer conn.Close()
	number := sipp.Refused(1)[0].User
	// An OPTIONS is refused like an INVITE, and nobody waits for its ACK.
	options := strings.ReplaceAll("OPTIONS sip:"+number+"@127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP "+conn.LocalAddr().String()+
		";branch=z9hG4bK-0\nFrom: <sip:0@127.0.0.1>;tag=0\nTo: <sip:0@127.0.0.1>\nCall-ID: 0\nCSeq: 1 OPTIONS\nMax-Forwards: 9\nContent-Length: 0\n\n", "\n", "\r\n")
	if _, err := conn.Write([]byte(options)); err != nil {
		return false
	}
	buf := make([]byte, 2048)
	if err := conn.SetReadDeadline(time.Now().Add(500 * time.Millisecond)); err != nil {
		return false
	}
	for {
		n, err := conn.Read(buf)
		if err != nil {
			return false
		}
		if bytes.HasPrefix(buf[:n], []byte("SIP/2.0 603")) {
			return true
		}
	}
}

// versions says what is compared, for the reader of the figures.
func versions(ctx context.Context, program string) string {
	first := func(name string, args ...string) string {
		out, err := exec.CommandContext(ctx, name, args...).Output()
		if err != nil {
			return err.Error()
		}
		line, _, _ := strings.Cut(string(out), "\n")
		return line
	}
	return fmt.Sprintf("%s\n%s\n%d cores, %s", first(program, "version"), first(kamailioPath(), "-v"), runtime.NumCPU(), runtime.Version())
}
