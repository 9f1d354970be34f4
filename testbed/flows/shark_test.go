//go:build testbed

package flows

import (
	"bufio"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"syscall"
	"testing"
)

// capture is a dumpcap, of tshark, that writes down every packet of the namespace.
type capture struct {
	file string
	cmd  *exec.Cmd
	said io.ReadCloser
}

// startCapture returns when packets are seen.
func startCapture(t *testing.T, file string) *capture {
	t.Helper()
	c := &capture{file: file, cmd: exec.CommandContext(t.Context(), "dumpcap", "-q", "-i", "lo", "-B", "64", "-w", file)}
	var err error
	if c.said, err = c.cmd.StderrPipe(); err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(c.said)
	for lines.Scan() {
		if strings.Contains(lines.Text(), "File:") {
			return c
		}
	}
	t.Fatalf("dumpcap captures nothing: %v", c.cmd.Wait())
	return nil
}

// check lets tshark read what it captured: all that tregua sent on its SIP
// ports is SIP, and nothing is malformed.
func (c *capture) check(t *testing.T) {
	t.Helper()
	_ = c.cmd.Process.Signal(syscall.SIGINT) // it may have ended
	_, _ = io.Copy(io.Discard, c.said)       // until it has
	if err := c.cmd.Wait(); err != nil {
		t.Fatalf("dumpcap: %v", err)
	}
	const ours = "(udp.srcport == 25060 || udp.srcport == 25062)"
	sent := c.count(t, ours)
	if sent == 0 {
		t.Error("tshark saw nothing of tregua")
	}
	for what, filter := range map[string]string{
		"no SIP":          ours + " && !sip && !icmp",
		"malformed":       ours + " && _ws.malformed",
		"wrong to tshark": ours + ` && _ws.expert.severity == "Error"`,
	} {
		if list := c.read(t, filter); list != "" {
			t.Errorf("%s:\n%s", what, list)
		}
	}
	t.Logf("tshark read %d messages of tregua, none is malformed", sent)
}

func (c *capture) read(t *testing.T, filter string) string {
	t.Helper()
	args := []string{"-n", "-r", c.file, "-Y", filter}
	for _, port := range []int{25060, 25062} {
		args = append(args, "-d", fmt.Sprintf("udp.port==%d,sip", port))
	}
	out, err := exec.CommandContext(t.Context(), "tshark", args...).Output()
	if err != nil {
		t.Fatalf("tshark -Y %q: %v", filter, err)
	}
	return string(out)
}

func (c *capture) count(t *testing.T, filter string) int {
	t.Helper()
	return strings.Count(c.read(t, filter), "\n")
}
