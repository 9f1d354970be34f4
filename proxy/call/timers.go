package call

import (
	"time"

	"tregua/policy"
)

func (c *Call) set(t Timer, after time.Duration) {
	c.running[t] = true
	c.do(SetTimer{t, after})
}

func (c *Call) stop(t Timer) {
	if c.running[t] {
		c.running[t] = false
		c.do(StopTimer{t})
	}
}

func (c *Call) expired(t Timer) {
	c.running[t] = false
	switch t {
	case TimerBye:
		c.hangup(policy.PeerTimeout)
	case TimerCut:
		c.timeIsOver()
	case TimerSession:
		c.hangup(policy.SessionExpired)
	case TimerRetry:
		c.settle()
	case TimerGrant:
		c.forfeit()
	case TimerLinger: // nothing more is carried
	default:
		if i := c.under(slot(t / inviteTimers)); i != nil {
			c.inviteExpired(i, t%inviteTimers)
		}
	}
}

func (c *Call) inviteExpired(i *invite, t Timer) {
	switch t {
	case TimerC:
		c.noAnswer(i)
	case TimerRepeat:
		c.repeat(i)
	case TimerNoAck:
		c.noAck(i)
	default: // TimerCancel
		c.giveUp(i)
	}
}
