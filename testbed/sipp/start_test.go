//go:build testbed

package sipp

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// startsIn is what a start with 1,000 calls up may take until the first INVITE
// has its answer.
const startsIn = 2 * time.Second

// TestStartWithCalls: 1,000 calls are up at SIGKILL. The first INVITE has its
// answer soon after the start, and all of them go on until a side hangs up.
func TestStartWithCalls(t *testing.T) {
	s := startWith(t, calls1000{mode: "off", dialer: "up_uac", carrier: "up_uas", rate: 200, after: 6500 * time.Millisecond, up: "tregua_calls_open"})
	outcomes := s.outcomes(t, 1000)
	if outcomes["excluded none"] != 1000 {
		t.Errorf("records: %v", outcomes)
	}
}

// TestStartWithWatchedCalls: the same with calls under watch. All are ended on
// both sides, class A, and barred.
func TestStartWithWatchedCalls(t *testing.T) {
	s := startWith(t, calls1000{mode: "enforce", dialer: "three_uac_wait", carrier: "three_uas", rate: 500, after: 2600 * time.Millisecond, up: "tregua_watch_calls"})
	outcomes := s.outcomes(t, 1000)
	if outcomes["interrupted A"]+outcomes["silent A"] != 1000 || outcomes["interrupted A"] < 800 {
		t.Errorf("records: %v", outcomes)
	}
	if bars := s.gauge(t, "tregua_bars"); bars != 1000 {
		t.Errorf("%d numbers are barred", bars)
	}
}

// calls1000 is a load of 1,000 calls that a kill falls into.
type calls1000 struct {
	mode, dialer, carrier string // silent_call.mode, scenarios
	rate                  int
	after                 time.Duration // the first INVITE: the kill
	up                    string        // the metric that counts the calls that are meant
}

// startWith kills the daemon under a load, starts it, and waits for the end of
// every call at both SIPps.
func startWith(t *testing.T, c calls1000) *Site {
	t.Helper()
	s, d := watched(t, c.mode)
	carrier := start(t, Config{Name: "carrier", Dir: s.Dir, Scenario: c.carrier, Listen: s.Carrier})
	dialer := start(t, Config{
		Name: "dialer", Dir: s.Dir, Scenario: c.dialer, Listen: s.sites().Dialer, Target: s.PBX, Rows: Rows(Allowed(1000)), Rate: c.rate,
	})
	time.Sleep(c.after) // real time: the load is real
	up := s.gauge(t, c.up)
	d.Kill()
	started := time.Now()
	answer := make(chan error, 1)
	go func() { answer <- s.askFirst(t.Context(), "SIP/2.0 603") }()
	d, err := s.Serve(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(d.Kill)
	if err := <-answer; err != nil {
		t.Error(err)
	}
	took := time.Since(started)
	atDialer, err := dialer.Wait(t.Context())
	if err != nil {
		t.Error(err)
	}
	atCarrier, err := carrier.Stop()
	if err != nil {
		t.Error(err)
	}
	t.Logf("%s %d at SIGKILL; the first INVITE had its answer %v after the start", c.up, up, took.Round(time.Millisecond))
	if up < 800 || took > startsIn {
		t.Errorf("want 1000 of them (800 at least) and %v at most", startsIn)
	}
	if atDialer.Succeeded != 1000 || atCarrier.Succeeded != 1000 {
		t.Errorf("dialer %+v, carrier %+v", atDialer, atCarrier)
	}
	if left := s.gauge(t, "tregua_calls_open"); left != 0 {
		t.Errorf("%d calls are left", left)
	}
	s.log(t)
	return s
}

// askFirst sends an INVITE to an opposed number again and again, as SIP does,
// until that answer comes.
func (s *Site) askFirst(ctx context.Context, answer string) error {
	conn, err := net.DialUDP("udp4", nil, net.UDPAddrFromAddrPort(s.PBX))
	if err != nil {
		return err
	}
	defer conn.Close()
	invite := fmt.Sprintf("INVITE sip:+39%s@%s SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bKfirst\r\nMax-Forwards: 70\r\n"+
		"From: <sip:0212345678@127.0.0.1>;tag=first\r\nTo: <sip:x@127.0.0.1>\r\nCall-ID: first\r\nCSeq: 1 INVITE\r\n"+
		"Contact: <sip:x@%s>\r\nContent-Length: 0\r\n\r\n", opposed.national(1), s.PBX, conn.LocalAddr(), conn.LocalAddr())
	buffer := make([]byte, 4096)
	for ctx.Err() == nil {
		if _, err := conn.Write([]byte(invite)); err != nil {
			time.Sleep(10 * time.Millisecond) // nobody listens yet
			continue
		}
		_ = conn.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		n, err := conn.Read(buffer)
		switch {
		case err != nil:
			time.Sleep(time.Millisecond)
		case strings.HasPrefix(string(buffer[:n]), answer):
			return nil
		}
	}
	return errors.New("the first INVITE had no answer")
}

// gauge reads a metric without labels.
func (s *Site) gauge(t *testing.T, name string) int {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.Web.String()+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	for lines := bufio.NewScanner(res.Body); lines.Scan(); {
		if value, is := strings.CutPrefix(lines.Text(), name+" "); is {
			n, err := strconv.Atoi(value)
			if err != nil {
				t.Fatal(err)
			}
			return n
		}
	}
	t.Fatalf("there is no metric %s", name)
	return 0
}

// outcomes waits until no attempt is open and counts the records of allowed
// calls by outcome and class.
func (s *Site) outcomes(t *testing.T, calls int) map[string]int {
	t.Helper()
	for {
		records, err := s.Records(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		outcomes, ended := map[string]int{}, 0
		for _, r := range records {
			if r.Decision.Verdict == "allow" && r.Ending.Outcome != "" {
				outcomes[strings.TrimSpace(r.Ending.Outcome+" "+r.Ending.Class)]++
				ended++
			}
		}
		if ended >= calls {
			t.Logf("records: %v", outcomes)
			return outcomes
		}
		time.Sleep(20 * time.Millisecond) // the last of them is on its way into the store
	}
}

// log prints what the daemon said of the calls of its last run.
func (s *Site) log(t *testing.T) {
	t.Helper()
	text, err := os.ReadFile(s.file("serve.log"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if strings.Contains(line, "calls were up") {
			t.Log(strings.TrimSpace(line))
		}
	}
}
