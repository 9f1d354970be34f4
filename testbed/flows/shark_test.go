//go:build testbed

package flows

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"testing"
)

// capture is a dumpcap, of tshark, that writes down every packet of the namespace.
type capture struct {
	file string
	cmd  *exec.Cmd
	said *bufio.Reader
}

// startCapture returns when packets are seen.
func startCapture(t *testing.T, file string) *capture {
	t.Helper()
	c := &capture{file: file, cmd: exec.CommandContext(t.Context(), "dumpcap", "-q", "-i", "lo", "-B", "64", "-w", file)}
	said, err := c.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	c.said = bufio.NewReader(said)
	for {
		line, err := c.said.ReadString('\n')
		if strings.HasPrefix(line, "File:") {
			return c
		}
		if err != nil {
			t.Fatalf("dumpcap captures nothing: %v", c.cmd.Wait())
		}
	}
}

// check lets tshark read what it captured: all that tregua sent on its SIP
// ports is SIP, and nothing is malformed.
func (c *capture) check(t *testing.T) {
	t.Helper()
	_ = c.cmd.Process.Signal(syscall.SIGINT) // it may have ended
	said, err := io.ReadAll(c.said)
	if err := errors.Join(err, c.cmd.Wait()); err != nil {
		t.Fatalf("dumpcap: %v\n%s", err, said)
	}
	if !lossless.Match(said) {
		t.Errorf("dumpcap lost packets: %s", said)
	}
	const ours = "(udp.srcport == 25060 || udp.srcport == 25062)"
	sent := strings.Count(c.read(t, ours), "\n")
	if sent == 0 {
		t.Error("tshark saw nothing of tregua")
	}
	if c.read(t, "ip.src == 127.0.0.1 && ip.flags.mf == 1") == "" {
		t.Error("tregua sent no message in fragments")
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

// checkSilence holds that a party heard nothing more when its flow had passed:
// SIPp ends with its last step, and what comes later meets a closed port.
func (c *capture) checkSilence(t *testing.T, list []Flow, results []result) {
	t.Helper()
	flows := map[string]string{} // address → flow
	for i, r := range results {
		for _, at := range r.place.party {
			if r.err == nil && !list[i].IPv6 {
				flows[at.Addr().String()] = list[i].Name
			}
		}
	}
	late := map[string]int{}
	for line := range strings.Lines(c.read(t, "icmp.type == 3", "-T", "fields", "-e", "ip.dst")) {
		_, to, _ := strings.Cut(strings.TrimSpace(line), ",") // that of the packet which was refused
		late[flows[to]]++
	}
	delete(late, "")
	if len(late) > 0 {
		t.Errorf("messages to parties that were done, by flow: %v", late)
	}
}

// lossless is the word of dumpcap that it dropped nothing.
var lossless = regexp.MustCompile(`Packets received/dropped on interface '.*': [0-9]+/0 `)

func (c *capture) read(t *testing.T, filter string, more ...string) string {
	t.Helper()
	args := append([]string{"-n", "-r", c.file, "-Y", filter}, more...)
	for _, port := range []int{25060, 25062} {
		args = append(args, "-d", fmt.Sprintf("udp.port==%d,sip", port))
	}
	out, err := exec.CommandContext(t.Context(), "tshark", args...).Output()
	if err != nil {
		t.Fatalf("tshark -Y %q: %v", filter, err)
	}
	return string(out)
}
