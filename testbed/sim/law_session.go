package sim

import (
	"time"
)

// sessionTime: a session that is not refreshed in time ends on both sides when it
// is over (RFC 4028 section 10), and none that was.
func (j judge) sessionTime(t *trail) {
	due := time.Duration(0) // 0: it never expires
	seen := map[exchangeKey]bool{}
	for i := range t.list {
		x := &t.list[i]
		k := exchangeKey{x.side, x.msg.CSeq.N}
		switch {
		case expiredSession(x):
			if due == 0 || x.at < due {
				j.broken(t.id, "the session was ended at %v, it expires at %v", x.at, due)
			}
			return
		case !makesSession(x) || seen[k]:
		default:
			if seen[k] = true; due != 0 && x.at > due && t.ended == 0 {
				j.broken(t.id, "the session went on behind its end at %v", due)
			}
			due = expires(x)
		}
	}
	if due != 0 && t.ended > due+time.Millisecond {
		j.broken(t.id, "the session expired at %v, the call ended at %v", due, t.ended)
	}
}

// expires is when the session that a 2xx makes is over, 0 for never.
func expires(x *crossing) time.Duration {
	if n := number(x.msg, "Session-Expires"); n > 0 {
		return x.at + time.Duration(n)*time.Second
	}
	return 0
}

// makesSession reports whether a 2xx is passed on that makes or refreshes a
// session.
func makesSession(x *crossing) bool {
	m := x.msg
	return !x.in && m.Status >= 200 && m.Status < 300 && (m.CSeq.Method == "INVITE" || m.CSeq.Method == "UPDATE")
}

// expiredSession reports whether tregua says that it ends a call for its session.
func expiredSession(x *crossing) bool {
	if x.in || x.msg.Method != "BYE" {
		return false
	}
	for v := range x.msg.Named("Reason") {
		return v == `SIP;cause=480;text="session.expired"`
	}
	return false
}
