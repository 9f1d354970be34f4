package proxy

import "time"

// Now is the time of one turn, read once (design.md section 8). Timers and
// durations use Mono; hours, days and bars use Wall; both are recorded.
type Now struct {
	Mono   time.Duration // since the process began; never goes back
	Wall   time.Time
	Synced bool          // Wall is kept by a time service
	Steady time.Duration // for how long Wall and Mono have run together
}

// oldest is the greatest age of a stamp that is believed.
const oldest = 30 * time.Second

// Since returns the Mono of a kernel stamp: Mono less its age on the real-time
// clock. A negative age, and one over a second that is longer than the two
// clocks have run together, is a clock that was set in between: then the stamp
// says nothing, ok is false, and Mono itself is returned. A datagram that waited
// longer while nothing was set is as old as it says: the law counts from its
// arrival.
func (n Now) Since(stamp time.Time) (mono time.Duration, ok bool) {
	age := n.Wall.Sub(stamp)
	if age < 0 || age > max(time.Second, min(n.Steady, oldest)) {
		return n.Mono, false
	}
	return n.Mono - age, true
}

// wall returns the wall time of an earlier Mono, zero for never.
func (n Now) wall(mono time.Duration) time.Time {
	if mono == 0 {
		return time.Time{}
	}
	return n.Wall.Add(mono - n.Mono)
}
