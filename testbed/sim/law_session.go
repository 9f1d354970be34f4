package sim

import (
	"time"
)

// sessionTime: a session that is not refreshed in time ends on both sides when it
// is over (RFC 4028 section 10), and none that was.
func (j judge) sessionTime(t *trail) {
	due, armed := time.Duration(0), false
	seen := map[exchangeKey]bool{}
	for i := range t.list {
		x := &t.list[i]
		switch m := x.msg; {
		case expiredSession(x):
			if !armed || x.at < due {
				j.broken(t.id, "the session was ended at %v, it expires at %v (%t)", x.at, due, armed)
			}
			return
		case x.in || m.IsRequest() || m.Status < 200 || m.Status > 299:
		case m.CSeq.Method == "INVITE" || m.CSeq.Method == "UPDATE":
			k := exchangeKey{x.side, m.CSeq.N}
			if seen[k] {
				continue // a repeat
			}
			if seen[k] = true; armed && x.at > due && t.ended == 0 {
				j.broken(t.id, "the session went on behind its end at %v", due)
			}
			n := number(m, "Session-Expires")
			armed, due = n > 0, x.at+time.Duration(n)*time.Second
		}
	}
	if armed && t.ended > due+time.Millisecond {
		j.broken(t.id, "the session expired at %v, the call ended at %v", due, t.ended)
	}
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
