package call

import (
	"time"

	"tregua/media"
	"tregua/policy"
	"tregua/proxy/txn"
	"tregua/proxy/wire"
)

// Ref names a client transaction of a call; the call gives it out.
type Ref uint32

// Timer names a timer of a call; each runs at most once at a time.
type Timer uint8

// The timers of the INVITE that opens the call. A re-INVITE of either side has
// the same four of its own, in the slots behind.
const (
	TimerC       Timer = iota // RFC 3261 16.6: no final answer for too long
	TimerRepeat               // the 2xx is repeated towards the inviting side (13.3.1.4)
	TimerNoAck                // no ACK in 64*T1 (13.3.1.4)
	TimerCancel               // no final answer in 64*T1 after our CANCEL (9.1)
	inviteTimers              // how many an INVITE has
)

// The timers of the call.
const (
	TimerBye     = Timer(slots)*inviteTimers + iota // a challenged BYE was not tried again
	TimerCut                                        // no operator was heard in time
	TimerSession                                    // no session refresh in time (RFC 4028 section 10)
	TimerRetry                                      // the INVITE that failed for want of something did not come again
	TimerLinger                                     // a transfer has reported no end (RFC 3515) since the call is over
	TimerGrant                                      // a challenged REFER did not come again
	Timers                                          // how many there are
)

// Input is what can happen to a call.
type Input interface{ input() }

type (
	// Request is a request of a peer for this call. Tx is its server
	// transaction, 0 for an ACK.
	Request struct {
		From media.Leg
		Tx   txn.ID
		Hop  wire.Hop
		Msg  *wire.Message
	}
	// Again is the INVITE once more, after an answer that asked for it: the
	// same attempt, which is not judged a second time. The call [Call.Waits] for it.
	Again struct {
		Tx  txn.ID
		Hop wire.Hop
		Msg *wire.Message
	}
	// Cancel is a CANCEL for the INVITE whose server transaction is Invite.
	Cancel struct {
		Tx     txn.ID
		Invite txn.ID
		Hop    wire.Hop
		Msg    *wire.Message
	}
	// Response answers the request that was sent as Ref. At is when it was
	// received. Ref 0: it is of a transaction of another process, and one of
	// which the call says that it [Call.Repeats].
	Response struct {
		Ref Ref
		At  time.Duration
		Msg *wire.Message
	}
	// Failed says that the request sent as Ref got no answer (Timer B or F) or
	// could not be sent.
	Failed struct {
		Ref     Ref
		Timeout bool
	}
	// Gone says that the client transaction Ref is no more: no late 2xx of it
	// can come.
	Gone struct{ Ref Ref }
	// Expired says that a timer has run out.
	Expired struct{ Timer Timer }
	// Judged is the answer to Ask and to Lease.
	Judged struct {
		Refusal *Refusal // nil: allowed
		Anchor  media.Anchor
	}
	// JudgedAside is the answer to AskAside.
	JudgedAside struct {
		N       uint32
		Refusal *Refusal // nil: allowed
	}
	// Heard is what media says of leg A. The shard gives it when an operator
	// was found, and before TimerCut expires.
	Heard media.Heard
	// Kick ends the call: the process stops or a person wishes it. Last says
	// that there is no more time for peers to answer: it is recorded now.
	Kick struct {
		Reason policy.Reason
		Last   bool
	}
)

// Refusal is how a call that may not be placed is answered.
type Refusal struct {
	Status int
	Phrase string
	Lines  []string      // complete header lines
	Reason policy.Reason // what is recorded when the record is still open
	Open   bool          // the open row was written: the call must close it
}

func (Request) input()     {}
func (Again) input()       {}
func (Cancel) input()      {}
func (Response) input()    {}
func (Failed) input()      {}
func (Gone) input()        {}
func (Expired) input()     {}
func (Judged) input()      {}
func (JudgedAside) input() {}
func (Heard) input()       {}
func (Kick) input()        {}

// Effect is what a call wants done.
type Effect interface{ effect() }

type (
	// Respond answers the server transaction Tx.
	Respond struct {
		Tx     txn.ID
		Status int
		Data   []byte
	}
	// Open sends a request of ours in a client transaction.
	Open struct {
		Ref Ref
		Hop wire.Hop
		Msg *wire.Message
		Raw []byte
	}
	// Forget gives up a client transaction without a word.
	Forget struct{ Ref Ref }
	// Send sends without a transaction: the ACK to a 2xx.
	Send struct {
		Hop wire.Hop
		Raw []byte
	}
	// SetTimer starts a timer anew.
	SetTimer struct {
		Timer Timer
		After time.Duration
	}
	// StopTimer stops a timer.
	StopTimer struct{ Timer Timer }
	// Ask wants a decision, and media; Judged comes back.
	Ask struct{}
	// Withdraw says that the decision is of no use any more; Judged comes back all
	// the same, and soon.
	Withdraw struct{}
	// Lease wants media alone; Judged comes back.
	Lease struct{}
	// Redirected says that the call goes on as another attempt, to URI, which
	// wants a decision: Judged comes back. Ending closes the attempt so far, if
	// it was allowed.
	Redirected struct {
		URI    string
		Ending Ending
	}
	// Drop closes the media of a call that has no attempt left to record.
	Drop struct{ Anchor media.AnchorID }
	// AskAside wants a decision on an attempt beside the call's own: From, a
	// PBX, wants the other side to place a call to URI. JudgedAside comes back.
	AskAside struct {
		N    uint32
		From media.Leg
		URI  string
	}
	// AsideEnded closes the record of an attempt beside the call's own that was
	// allowed. It comes exactly once for each.
	AsideEnded struct {
		N       uint32
		Outcome policy.Outcome
		Status  int // of the other side, 0: it was not asked, or said nothing
	}
	// SetFlow tells the relay where a leg is.
	SetFlow struct {
		Anchor media.AnchorID
		Leg    media.Leg
		Flow   media.Flow
	}
	// Unended says that the BYE which was to end a call did not: it was
	// challenged (Status) or got no answer (0). The peer may go on.
	Unended struct {
		Leg    media.Leg
		Status int
	}
	// Up says that the call was answered, or that its watch has ended.
	Up struct {
		Answered time.Duration
		Watch    policy.Watch
		Watching bool
	}
	// Record closes the record and the media of the call. It comes exactly
	// once for every call that was allowed, and every inbound one that was
	// carried.
	Record struct {
		Anchor media.AnchorID
		Ending Ending
	}
	// Release gives the call back: it has no timer and waits for nothing.
	Release struct{}
)

// Ending is policy.Ending before times have become wall time; zero is never.
type Ending struct {
	Outcome                               policy.Outcome
	Reason                                policy.Reason
	Status                                int
	EndedBy                               policy.Side
	Forwarded, Ringing, Answered, EndedAt time.Duration
	Tried                                 time.Duration // first provisional of the callee, 100 included
	Rang                                  bool          // an 18x came, if only behind a CANCEL
	Watch                                 policy.Watch
	Machine                               policy.Machine
	Due                                   bool
	Cut                                   time.Duration
	Heard                                 *media.Heard // what the cut rests on, or that there was none; nil: the last word counts
}

func (Respond) effect()    {}
func (Open) effect()       {}
func (Send) effect()       {}
func (Forget) effect()     {}
func (SetTimer) effect()   {}
func (StopTimer) effect()  {}
func (Ask) effect()        {}
func (Redirected) effect() {}
func (Drop) effect()       {}
func (Withdraw) effect()   {}
func (Lease) effect()      {}
func (AskAside) effect()   {}
func (AsideEnded) effect() {}
func (SetFlow) effect()    {}
func (Unended) effect()    {}
func (Up) effect()         {}
func (Record) effect()     {}
func (Release) effect()    {}
