//go:build testbed

package torture

import (
	"bytes"
	"context"
	_ "embed" // the configuration of Kamailio
	"flag"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "write what Kamailio does into the table")

//go:embed kamailio.cfg
var config string

const dir = "../../proxy/wire/testdata/torture"

// TestKamailio sends each message to a Kamailio, as a PBX would or, a
// response, as a carrier, and wants what the table says of it.
func TestKamailio(t *testing.T) {
	cases, err := load(dir)
	if err != nil {
		t.Fatal(err)
	}
	k := start(t)
	for i := range cases {
		c := &cases[i]
		t.Run(c.Name, func(t *testing.T) {
			got := k.does(t, c)
			if *update {
				c.Kamailio = got
			}
			if got != c.Kamailio {
				t.Errorf("%s, the table says %s", got, c.Kamailio)
			}
			differ := got != strings.TrimPrefix(c.Does, "judged and ")
			if differ && c.KamailioWhy == "" {
				t.Errorf("%s, we %s, and nothing explains it", got, c.Does)
			}
			t.Logf("%s; we %s; %s", got, c.Does, c.KamailioWhy)
		})
	}
	if *update {
		write(t, cases)
	}
}

// kamailio is one that runs, with a socket for each of its neighbours.
type kamailio struct {
	at           netip.AddrPort
	pbx, carrier *net.UDPConn
	probes       int
}

// start starts a Kamailio and waits until it answers.
func start(t *testing.T) *kamailio {
	t.Helper()
	k := &kamailio{pbx: socket(t), carrier: socket(t)}
	free := socket(t)
	k.at = addr(free)
	free.Close()
	home := t.TempDir()
	file := filepath.Join(home, "kamailio.cfg")
	text := strings.NewReplacer("LISTEN", k.at.String(), "SINK", addr(k.carrier).String()).Replace(config)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	cmd := exec.CommandContext(ctx, program(), "-f", file, "-DD", "-E", "-Y", home)
	cmd.Stdout, cmd.Stderr = &log, &log
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // its children go with it
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	for range 100 {
		k.send(t, k.pbx, k.probe("probe-answer"))
		if _, ok := receive(k.pbx, 100*time.Millisecond); ok {
			return k
		}
	}
	t.Fatal("Kamailio does not answer")
	return nil
}

func program() string {
	if path, err := exec.LookPath("kamailio"); err == nil {
		return path
	}
	return "/usr/sbin/kamailio" // not on everybody's path
}

// does sends a message and, behind it, a probe that is answered and one that is
// forwarded. One process of Kamailio handles them in order, so what it does
// with the message is there before its word on the probes.
func (k *kamailio) does(t *testing.T, c *Case) string {
	t.Helper()
	from := k.pbx
	if c.Response() {
		from = k.carrier
	}
	k.send(t, from, c.Data)
	answered, forwarded := k.probe("probe-answer"), k.probe("probe-forward")
	k.send(t, k.pbx, answered)
	k.send(t, k.pbx, forwarded)
	there := k.until(t, k.carrier, callID(forwarded))
	back := k.until(t, k.pbx, callID(answered))
	switch {
	case len(there)+len(back) > 1:
		t.Fatalf("forwarded %q and answered %q", there, back)
	case len(there) == 1:
		return "forwarded"
	case len(back) == 1:
		return strings.TrimPrefix(back[0], "SIP/2.0 ")[:3]
	}
	return "dropped"
}

// until returns the datagrams before the one with that Call-ID.
func (k *kamailio) until(t *testing.T, at *net.UDPConn, id string) (before []string) {
	t.Helper()
	for {
		text, ok := receive(at, 10*time.Second)
		if !ok {
			t.Fatalf("Kamailio is silent; before: %q", before)
		}
		if strings.Contains(text, id) {
			return before
		}
		if !strings.Contains(text, "Call-ID: probe-") { // of an earlier probe
			before = append(before, text)
		}
	}
}

func (k *kamailio) send(t *testing.T, from *net.UDPConn, data []byte) {
	t.Helper()
	if _, err := from.WriteToUDPAddrPort(data, k.at); err != nil {
		t.Fatal(err)
	}
}

// probe is an OPTIONS to a user of the configuration.
func (k *kamailio) probe(user string) []byte {
	k.probes++
	return fmt.Appendf(nil, "OPTIONS sip:%s@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bKprobe%d\r\nFrom: <sip:t@127.0.0.1>;tag=t\r\n"+
		"To: <sip:%s@127.0.0.1>\r\nCall-ID: probe-%d.\r\nCSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n",
		user, addr(k.pbx), k.probes, user, k.probes)
}

func callID(probe []byte) string {
	_, rest, _ := strings.Cut(string(probe), "Call-ID: ")
	id, _, _ := strings.Cut(rest, "\r\n")
	return "Call-ID: " + id
}

func socket(t *testing.T) *net.UDPConn {
	t.Helper()
	conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func addr(c *net.UDPConn) netip.AddrPort { return c.LocalAddr().(*net.UDPAddr).AddrPort() }

func receive(c *net.UDPConn, wait time.Duration) (string, bool) {
	buf := make([]byte, 64<<10)
	if err := c.SetReadDeadline(time.Now().Add(wait)); err != nil {
		return "", false
	}
	n, err := c.Read(buf)
	return string(buf[:n]), err == nil
}

// write writes the column of Kamailio into the table and leaves all else as it
// is.
func write(t *testing.T, cases []Case) {
	t.Helper()
	file := filepath.Join(dir, Table)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.SplitAfter(string(text), "\n\n")
	for i := range rows {
		for _, c := range cases {
			if strings.HasPrefix(rows[i], "- name: "+c.Name+"\n") {
				rows[i] = column(rows[i], c.Kamailio)
			}
		}
	}
	if err := os.WriteFile(file, []byte(strings.Join(rows, "")), 0o600); err != nil {
		t.Fatal(err)
	}
}

// column returns a row with its word on Kamailio.
func column(row, word string) string {
	if word != "forwarded" && word != "dropped" {
		word = `"` + word + `"`
	}
	const key = "  kamailio: "
	before, after, found := strings.Cut(row, key)
	if !found {
		return strings.TrimRight(row, "\n") + "\n" + key + word + "\n\n"
	}
	_, rest, _ := strings.Cut(after, "\n")
	return before + key + word + "\n" + rest
}
