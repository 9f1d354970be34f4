package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// daemon is a `tregua serve` of the demo's own.
type daemon struct {
	cmd   *exec.Cmd
	ended chan error // holds what Wait said
	log   string
}

// serve starts this very program as a daemon and waits until it is ready.
func (s *stage) serve(ctx context.Context) (*daemon, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	log, err := os.OpenFile(s.file("serve.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close()
	d := &daemon{
		cmd:   exec.CommandContext(ctx, self, "serve", "-c", s.file("tregua.yaml")),
		ended: make(chan error, 1), log: s.file("serve.log"),
	}
	d.cmd.Stdout, d.cmd.Stderr = log, log
	if err := d.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting tregua serve: %w", err)
	}
	go func() { d.ended <- d.cmd.Wait() }()
	for {
		select {
		case err := <-d.ended:
			d.ended <- err
			return nil, fmt.Errorf("tregua serve ended: %w\n%s", exited(err), d.lastWords())
		case <-ctx.Done():
			d.kill()
			return nil, fmt.Errorf("waiting for tregua serve: %w", context.Cause(ctx))
		case <-time.After(20 * time.Millisecond):
			if s.ready(ctx) {
				return d, nil
			}
		}
	}
}

// exited says that a program ended which was to go on, also when it ended well.
func exited(err error) error {
	if err == nil {
		return errors.New("exit status 0")
	}
	return err
}

func (s *stage) ready(ctx context.Context) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.web.String()+"/readyz", nil)
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

// stop ends the daemon as an operator does, and says if it ended badly.
func (d *daemon) stop() error {
	if err := d.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("stopping tregua serve: %w", err)
	}
	select {
	case err := <-d.ended:
		d.ended <- err
		if err != nil {
			return fmt.Errorf("tregua serve after SIGTERM: %w\n%s", err, d.lastWords())
		}
		return nil
	case <-time.After(20 * time.Second):
		return errors.New("tregua serve did not end within 20s of SIGTERM")
	}
}

// kill makes sure that nothing is left.
func (d *daemon) kill() {
	_ = d.cmd.Process.Kill() // it may have ended
	d.ended <- <-d.ended
}

// lastWords are the last lines of the daemon's log.
func (d *daemon) lastWords() string {
	text, err := os.ReadFile(d.log)
	if err != nil {
		return err.Error()
	}
	lines := strings.SplitAfter(string(text), "\n")
	return strings.Join(lines[max(0, len(lines)-10):], "")
}

// tregua runs a command of this program against the demo's daemon and returns
// what it printed.
func (s *stage) tregua(ctx context.Context, args ...string) ([]byte, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, append(args, "-c", s.file("tregua.yaml"))...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("tregua %s: %w\n%s%s", strings.Join(args, " "), err, out, &stderr)
	}
	return out, nil
}
