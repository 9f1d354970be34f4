package sim

import (
	"time"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy/call"
)

// The law's figures: a silent call is over three seconds after the answer, and
// the time is used.
const (
	silentLimit = 3 * time.Second
	silentEarly = 2850 * time.Millisecond
)

// answered is what the law of the silent call looks at.
type answered struct {
	tag    string
	came   time.Duration // the first 2xx arrived
	watch  call.Watch
	due    time.Duration // the time is over
	gone   bool          // a peer had hung up by then
	denied time.Duration // until then a peer's BYE was on its way, which was challenged; 0: none was
	byes   [2]*crossing  // tregua's own, by leg
}

// answered returns that of a call which the caller was told of.
func (j judge) answered(t *trail) (a answered, ok bool) {
	m := t.answer()
	if t.inbound || m == nil || m.Status >= 300 {
		return a, false
	}
	a.tag, a.watch = m.To.Tag, j.owed(t)
	i := t.first(0, func(x *crossing) bool { return x.is(true, media.B, "INVITE", 200, 299) && x.msg.To.Tag == a.tag })
	a.came = t.list[i].came
	a.due = a.came + a.watch.CutAfter
	if a.watch.Grace > 0 && t.media.word(a.due).State == media.Quiet {
		a.due += a.watch.Grace
	}
	a.hangUps(t)
	return a, true
}

// hangUps notes what was sent to end the call.
func (a *answered) hangUps(t *trail) {
	var leaving []*crossing
	challenged := map[uint32]time.Duration{} // by number
	for i := range t.list {
		x := &t.list[i]
		switch {
		case x.msg.CSeq.Method != "BYE" || !x.within(a.tag):
		case x.in && x.msg.IsRequest() && t.wentOn(x):
			leaving = append(leaving, x)
		case x.challenges() && challenged[x.msg.CSeq.N] == 0:
			challenged[x.msg.CSeq.N] = x.at
		case !x.in && t.ownBye(i):
			a.byes[x.side] = x
		}
	}
	for a.waits(leaving, challenged) {
	}
}

// challenges reports whether a side asks for credentials.
func (x *crossing) challenges() bool { return x.in && (x.msg.Status == 401 || x.msg.Status == 407) }

// wentOn reports whether a request that came left on the other side. One that
// knew of the answer before tregua did is answered here.
func (t *trail) wentOn(in *crossing) bool {
	return t.first(0, func(x *crossing) bool {
		return x.asks(false, in.side.Other(), in.msg.Method) && x.msg.CSeq == in.msg.CSeq && x.msg.To.Tag == in.msg.To.Tag
	}) >= 0
}

// waits puts the end of the time off while a BYE is on its way that is challenged
// later; false: there is none, or one that is not.
func (a *answered) waits(leaving []*crossing, challenged map[uint32]time.Duration) bool {
	later := time.Duration(0)
	for _, x := range leaving {
		switch at := challenged[x.msg.CSeq.N]; {
		case x.came > a.due:
		case at == 0:
			a.gone = true
			return false
		case at > a.due && (later == 0 || at < later):
			later = at
		}
	}
	if later != 0 {
		a.due, a.denied = later, later
	}
	return later != 0
}

// within reports whether x belongs to the dialog with the callee's tag.
func (x *crossing) within(tag string) bool { return x.msg.To.Tag == tag || x.msg.From.Tag == tag }

// owed is what the calls of a trunk are owed: nothing, where it is an emergency
// or no media.
func (j judge) owed(t *trail) call.Watch {
	p := j.peers.plans[t.id]
	if p == nil || t.media == nil || t.attempt.Reading == policy.Emergency {
		return call.Watch{}
	}
	return []call.Watch{enforce, j.cfg.Other}[p.dialer]
}

// cut reports whether tregua says that it ended the call for its silence.
func (a *answered) cut() bool { return forSilence(a.byes[media.A]) || forSilence(a.byes[media.B]) }

func forSilence(x *crossing) bool {
	if x == nil {
		return false
	}
	for v := range x.msg.Named("Reason") {
		return v == `SIP;cause=480;text="silent call"`
	}
	return false
}

// silence: an answered call on which no operator is heard gets a BYE on both
// legs within three seconds of the arrival of the 200, and no other call does
// (Garante provv. 83/2014).
func (j judge) silence(t *trail) {
	a, ok := j.answered(t)
	if !ok {
		j.noCover(t, 0)
		return
	}
	if a.watch.Mode != policy.WatchEnforce {
		j.leftAlone(t, &a)
		return
	}
	j.noCover(t, a.came)
	spared := a.spared(t)
	if !a.cut() {
		if spared == "" && !j.stopped(&a) {
			j.broken(t.id, "nobody was heard by %v, and the call was not cut", a.due)
		}
		return
	}
	if spared != "" {
		j.broken(t.id, "cut although %s", spared)
	}
	j.cutInTime(t, &a)
	j.mute(t, &a)
}

// spared is why a call may not be cut, "" when it must be.
func (a *answered) spared(t *trail) string {
	switch word := t.media.word(a.due); {
	case word.State == media.Operator:
		return "an operator was decided in time"
	case word.State == media.Quiet && word.Deaf:
		return "something came that cannot be heard"
	case a.gone:
		return "a peer had hung up"
	}
	return ""
}

// stopped reports whether tregua was told to stop before the time was over.
func (j judge) stopped(a *answered) bool { return j.cfg.Stop > 0 && j.cfg.Stop <= a.due }

func (j judge) cutInTime(t *trail, a *answered) {
	for leg, bye := range a.byes {
		if bye == nil {
			j.broken(t.id, "a silent call, and leg %c got no BYE", 'a'+leg)
			continue
		}
		if after := bye.at - a.came; after > silentLimit && a.denied == 0 || after < silentEarly {
			j.broken(t.id, "leg %c of a silent call got its BYE %v after the answer", 'a'+leg, after)
		}
		if bye.at != a.due || !forSilence(bye) {
			j.broken(t.id, "leg %c of a silent call got its BYE at %v, it was due at %v", 'a'+leg, bye.at, a.due)
		}
	}
}

// mute: after the cut nothing passes.
func (j judge) mute(t *trail, a *answered) {
	at := max(byeAt(a.byes[media.A]), byeAt(a.byes[media.B]))
	last := [2]media.Mode{media.Pass, media.Pass}
	for _, f := range t.flows {
		if last[f.leg] = f.mode; f.at > at && f.mode != media.Mute {
			j.broken(t.id, "media of leg %c flows at %v, after the cut", 'a'+f.leg, f.at)
		}
	}
	if last != [2]media.Mode{} {
		j.broken(t.id, "media goes on after the cut")
	}
}

func byeAt(x *crossing) time.Duration {
	if x == nil {
		return 0
	}
	return x.at
}

// leftAlone: where silence is only counted, or not looked at, tregua hangs up for
// no silence, and no ambience is heard.
func (j judge) leftAlone(t *trail, a *answered) {
	for leg, bye := range a.byes {
		if forSilence(bye) || bye != nil && bye.at < a.came+64*t1 && j.cfg.Stop == 0 && !t.leftEarly(a.came) {
			j.broken(t.id, "leg %c got a BYE of ours %v after the answer, and silent calls of the trunk are not ended", 'a'+leg, bye.at-a.came)
		}
	}
	for _, f := range t.flows {
		if f.mode == media.Cover || f.mode == media.Tap && a.watch.Mode != policy.WatchShadow {
			j.broken(t.id, "media of leg %c has mode %d, and the trunk is not under that watch", 'a'+f.leg, f.mode)
		}
	}
	j.noCover(t, a.came)
}

// leftEarly reports whether a side had hung up before the 200 came: the one that
// did not take it is hung up by tregua.
func (t *trail) leftEarly(came time.Duration) bool {
	return t.first(0, func(x *crossing) bool { return x.at < came && x.asks(true, x.side, "BYE") }) >= 0
}

// noCover: before the 200 nothing is touched.
func (j judge) noCover(t *trail, answered time.Duration) {
	for _, f := range t.flows {
		if (f.mode == media.Cover || f.mode == media.Tap) && (answered == 0 || f.at < answered) {
			j.broken(t.id, "media of leg %c is watched at %v, the call was answered at %v", 'a'+f.leg, f.at, answered)
		}
	}
}

// watching: the ledger is told of an answer in the turn in which the caller is,
// and once more when the watch ends before the call.
func (j judge) watching(t *trail) {
	a, ok := j.answered(t)
	if !ok {
		if len(t.ups) > 0 {
			j.broken(t.id, "the ledger was told of an answer, the caller was not")
		}
		return
	}
	at := t.list[t.first(0, func(x *crossing) bool { return x.is(false, media.A, "INVITE", 200, 299) })].at
	on := a.watch.Mode != policy.WatchOff
	want := policy.Up{AnsweredAt: epoch.Add(a.came), Watch: a.watch.Mode, Watching: on}
	switch n := len(t.ups); {
	case n == 0 || t.ups[0].Up != want || t.ups[0].at != at:
		j.broken(t.id, "the ledger was told %v of the answer at %v", t.ups, at)
	case n > 2, n == 2 && (t.ups[1].Watching || !on):
		j.broken(t.id, "the ledger was told %v of one answer", t.ups)
	case n == 1 && t.heardOf(&a):
		j.broken(t.id, "the ledger was not told of the operator at %v", t.media.decided)
	}
}

// heardOf reports whether tregua must have been told of an operator while the
// call lasted.
func (t *trail) heardOf(a *answered) bool {
	if a.watch.Mode == policy.WatchOff || t.media.voice.lost || t.ended <= t.media.decided+gather {
		return false
	}
	return t.media.word(min(t.ended, a.due)).State == media.Operator
}
