package main

import (
	"context"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"tregua/cmd/tregua/console"
)

// dialPatience is how long a story waits for what a call comes to.
const dialPatience = 20 * time.Second

// dial PBX CARRIER CALL-ID NUMBER STATUS places one call through the daemon at the
// port PBX and wants that final status. A carrier at 127.0.0.2 and the port CARRIER
// is busy. It returns when the daemon, of run/admin.sock, has written the record.
func dial(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 5 {
		ts.Fatalf("usage: dial PBX CARRIER CALL-ID NUMBER STATUS")
	}
	carrier, err := net.ListenPacket("udp4", "127.0.0.2:"+args[1])
	ts.Check(err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		busy(carrier)
	}()
	defer func() {
		_ = carrier.Close() // it ends busy
		<-done
	}()
	before := recorded(ts)
	dialer, err := net.Dial("udp4", "127.0.0.1:"+args[0])
	ts.Check(err)
	defer dialer.Close()
	ts.Check(dialer.SetDeadline(time.Now().Add(dialPatience)))
	send := func(method string) {
		_, err := fmt.Fprintf(dialer, "%[1]s sip:%[2]s@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP %[3]s;branch=z9hG4bK%[4]s\r\n"+
			"From: <sip:0212345678@127.0.0.1>;tag=as1\r\nTo: <sip:%[2]s@127.0.0.1>\r\nCall-ID: %[4]s\r\nCSeq: 1 %[1]s\r\n"+
			"Contact: <sip:dialer@%[3]s>\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n", method, args[3], dialer.LocalAddr(), args[2])
		ts.Check(err)
	}
	send("INVITE")
	b := make([]byte, 65536)
	for {
		n, err := dialer.Read(b)
		ts.Check(err)
		_, status, _ := strings.Cut(string(b[:n]), "SIP/2.0 ")
		if strings.HasPrefix(status, "1") {
			continue
		}
		send("ACK")
		if !strings.HasPrefix(status, args[4]+" ") {
			ts.Fatalf("the call came to %s, want %s", status, args[4])
		}
		for end := time.Now().Add(dialPatience); recorded(ts) == before; time.Sleep(time.Millisecond) {
			if time.Now().After(end) {
				ts.Fatalf("the record of the call is not written")
			}
		}
		return
	}
}

// recorded returns how many attempts have ended.
func recorded(ts *testscript.TestScript) uint64 {
	counters, err := console.NewClient(ts.MkAbs("run/admin.sock")).Counters(context.Background())
	ts.Check(err)
	for _, c := range counters {
		if c.Name == "attempts" {
			return c.Value
		}
	}
	ts.Fatalf("there is no counter of attempts")
	return 0
}

// busy answers each INVITE with 486 until the socket is closed.
func busy(carrier net.PacketConn) {
	b := make([]byte, 65536)
	for {
		n, from, err := carrier.ReadFrom(b)
		if err != nil {
			return
		}
		if !strings.HasPrefix(string(b[:n]), "INVITE ") {
			continue
		}
		var kept strings.Builder
		for line := range strings.SplitSeq(string(b[:n]), "\r\n") {
			switch name, _, _ := strings.Cut(line, ":"); name {
			case "Via", "From", "Call-ID", "CSeq":
				kept.WriteString(line + "\r\n")
			case "To":
				kept.WriteString(line + ";tag=busy\r\n")
			}
		}
		if _, err := carrier.WriteTo([]byte("SIP/2.0 486 Busy Here\r\n"+kept.String()+"Content-Length: 0\r\n\r\n"), from); err != nil {
			return
		}
	}
}
