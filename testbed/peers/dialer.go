package peers

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
)

// DialerConfig tells a dialer where it stands and whom it sends to.
type DialerConfig struct {
	Listen netip.AddrPort // UDP; port 0 is any free one
	Proxy  netip.AddrPort // every INVITE is sent here
}

// Call is one call to be placed.
type Call struct {
	To          string        // user part of the Request-URI, sent as it is
	From        string        // user part of From
	Talk        time.Duration // after an answer the dialer ends the call after this long; 0: it waits for the carrier's BYE
	CancelAfter time.Duration // after the first provisional response; 0: never
	Voice       Script        // what it sends once the call is answered; nil: speech for ever
	MuLaw       bool          // it offers G.711 mu-law instead of A-law
	Headers     []Header      // more headers of its INVITE
	ByeHeaders  []Header      // and of its BYE
}

// Result is what the dialer saw and heard of one call.
type Result struct {
	CallID     string
	Codes      []int         // every response to the INVITE but repeats, in order
	Status     int           // of the final one; 0: none came
	Phrase     string        // of the final one
	Reason     string        // X-Tregua-Reason of the final one
	RetryAfter string        // Retry-After of the final one
	Cancelled  bool          // a CANCEL was sent
	Answered   time.Time     // when the 200 came; zero: it never did
	Ended      time.Time     // when the BYE of an answered call came or, if it was the dialer's, was sent; zero: neither
	HungUp     bool          // the other side ended the call
	ByeStatus  int           // the answer to the dialer's BYE; 0: none was sent
	Took       time.Duration // from the INVITE to the end
	Talked     time.Duration // from the 200 to the end
	SSRC       uint32        // of the first RTP it sent; 0: none
	Sent       uint64        // RTP packets
	Heard      Heard
}

// Dialer places calls.
type Dialer struct {
	cfg   DialerConfig
	agent *agent

	mu   sync.Mutex // protects the fields below
	byes map[string]chan time.Time
}

// NewDialer binds its socket; Close releases it.
func NewDialer(cfg DialerConfig) (*Dialer, error) {
	a, err := newAgent("dialer", cfg.Listen)
	if err != nil {
		return nil, err
	}
	d := &Dialer{cfg: cfg, agent: a, byes: map[string]chan time.Time{}}
	a.server.OnBye(d.bye)
	a.serve()
	return d, nil
}

// Addr is where the dialer listens.
func (d *Dialer) Addr() netip.AddrPort { return d.agent.addr }

// Close ends the dialer; calls must be over.
func (d *Dialer) Close() { d.agent.close() }

// outgoing is one call of the dialer.
type outgoing struct {
	call   Call
	req    *sip.Request
	voice  *voice
	play   *player
	bye    chan time.Time // holds when the carrier's BYE came
	result Result
}

// Place places a call and returns when it is over. It may be called from many
// goroutines. A refusal is a result, not an error.
func (d *Dialer) Place(ctx context.Context, call Call) (Result, error) {
	v, err := newVoice(d.agent.addr.Addr())
	if err != nil {
		return Result{}, err
	}
	ctx, hush := context.WithCancel(ctx)
	o := &outgoing{call: call, voice: v, play: newPlayer(call.Voice, personOf(call.To)), req: d.invite(call, v)}
	o.result.CallID = o.req.CallID().Value()
	o.bye = d.expectBye(o.result.CallID)
	defer d.forget(o.result.CallID)

	start := time.Now()
	err = d.run(ctx, o)
	o.result.Took = time.Since(start)
	hush()
	v.close()
	o.result.SSRC, o.result.Sent, o.result.Heard = v.ssrc, v.sent, v.ear.all()
	if err != nil {
		err = fmt.Errorf("call to %s: %w", call.To, err)
	}
	return o.result, err
}

func (d *Dialer) invite(call Call, v *voice) *sip.Request {
	host := d.cfg.Proxy.Addr().String()
	req := sip.NewRequest(sip.INVITE, sip.Uri{Scheme: "sip", User: call.To, Host: host, Port: int(d.cfg.Proxy.Port())})
	from := &sip.FromHeader{Address: sip.Uri{Scheme: "sip", User: call.From, Host: d.agent.addr.Addr().String()}}
	from.Params.Add("tag", sip.GenerateTagN(12))
	callID := sip.CallIDHeader(sip.GenerateTagN(20) + "@" + d.agent.addr.Addr().String())
	req.AppendHeader(from)
	req.AppendHeader(&sip.ToHeader{Address: sip.Uri{Scheme: "sip", User: call.To, Host: host}})
	req.AppendHeader(&callID)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: 1, MethodName: sip.INVITE})
	req.AppendHeader(d.agent.contact(call.From))
	req.AppendHeader(sip.NewHeader("Content-Type", "application/sdp"))
	appendAll(req, call.Headers)
	offer := audio{addr: v.addr}
	if call.MuLaw {
		offer.law = muLaw
	}
	req.SetBody([]byte(offer.describe(call.Voice)))
	return req
}

// run goes from the INVITE to the final response, and on to the end of the
// call if there is one.
func (d *Dialer) run(ctx context.Context, o *outgoing) error {
	tx, err := d.agent.client.TransactionRequest(ctx, o.req)
	if err != nil {
		return err
	}
	// The transaction is left to its timers: it has repeats of a failure to ACK.
	var cancel <-chan time.Time
	for {
		select {
		case res := <-tx.Responses():
			o.see(res)
			if res.IsSuccess() {
				return d.answered(ctx, o, tx, res)
			}
			if !res.IsProvisional() {
				return nil
			}
			if len(o.result.Codes) == 1 {
				cancel = o.patience()
			}
		case <-cancel:
			cancel, o.result.Cancelled = nil, true
			if err := d.cancel(ctx, o); err != nil {
				return err
			}
		case <-tx.Done():
			return tx.Err()
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// patience returns when to cancel, nil: never. It begins with the first
// provisional response: before it there is nothing to cancel (RFC 3261 section
// 9.1).
func (o *outgoing) patience() <-chan time.Time {
	if o.call.CancelAfter == 0 {
		return nil
	}
	return time.After(o.call.CancelAfter)
}

func (o *outgoing) see(res *sip.Response) {
	r := &o.result
	r.Codes = append(r.Codes, res.StatusCode)
	if res.IsProvisional() {
		return
	}
	r.Status, r.Phrase = res.StatusCode, res.Reason
	if h := res.GetHeader("X-Tregua-Reason"); h != nil {
		r.Reason = h.Value()
	}
	if h := res.GetHeader("Retry-After"); h != nil {
		r.RetryAfter = h.Value()
	}
}

// cancel sends a CANCEL: the INVITE's first Via, Request-URI, From, To, Call-ID
// and number (RFC 3261 section 9.1). The INVITE's own response tells the end,
// so nobody waits for the answer to the CANCEL.
func (d *Dialer) cancel(ctx context.Context, o *outgoing) error {
	req := sip.NewRequest(sip.CANCEL, o.req.Recipient)
	for _, name := range []string{"Via", "From", "To", "Call-ID"} {
		sip.CopyHeaders(name, o.req, req)
	}
	req.AppendHeader(&sip.CSeqHeader{SeqNo: o.req.CSeq().SeqNo, MethodName: sip.CANCEL})
	hops := sip.MaxForwardsHeader(70)
	req.AppendHeader(&hops)
	req.SetBody(nil)
	req.Laddr = o.req.Laddr
	asItIs := func(*sipgo.Client, *sip.Request) error { return nil }
	tx, err := d.agent.client.TransactionRequest(ctx, req, asItIs)
	if err != nil {
		return err
	}
	d.agent.wg.Go(func() { _, _ = final(d.agent.ctx, tx) })
	return nil
}

// answered sends the ACK, speaks, and ends with the BYE of either side. A 200
// that crossed a CANCEL is ended at once.
func (d *Dialer) answered(ctx context.Context, o *outgoing, tx sip.ClientTransaction, res *sip.Response) error {
	o.result.Answered = time.Now()
	o.voice.answered(o.result.Answered)
	if res.Contact() == nil {
		return errors.New("200 without contact")
	}
	dlg := dialog{
		target: res.Contact().Address, from: *o.req.From(), to: *res.To(),
		callID: *o.req.CallID(), seq: o.req.CSeq().SeqNo,
	}
	ack := dlg.request(sip.ACK)
	tx.OnRetransmission(func(*sip.Response) { _ = d.agent.client.WriteRequest(ack.Clone()) })
	if err := d.agent.client.WriteRequest(ack.Clone()); err != nil {
		return err
	}
	defer func() { o.result.Talked = time.Since(o.result.Answered) }()
	var hangUp <-chan time.Time
	if o.call.Talk > 0 {
		hangUp = time.After(o.call.Talk)
	}
	if o.result.Cancelled {
		hangUp = time.After(0)
	} else {
		peer, err := readAudio(res.Body())
		if err != nil {
			return err
		}
		o.voice.talk(ctx, peer, o.play)
	}
	select {
	case o.result.Ended = <-o.bye:
		o.result.HungUp = true
		return nil
	case <-hangUp:
		bye := dlg.request(sip.BYE)
		appendAll(bye, o.call.ByeHeaders)
		o.result.Ended = time.Now()
		res, err := d.agent.do(ctx, bye)
		if err == nil {
			o.result.ByeStatus = res.StatusCode
		}
		return err
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (d *Dialer) expectBye(callID string) chan time.Time {
	d.mu.Lock()
	defer d.mu.Unlock()
	bye := make(chan time.Time, 1)
	d.byes[callID] = bye
	return bye
}

func (d *Dialer) forget(callID string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.byes, callID)
}

func (d *Dialer) bye(req *sip.Request, tx sip.ServerTransaction) {
	at := time.Now()
	callID := req.CallID().Value()
	d.mu.Lock()
	bye := d.byes[callID]
	if bye != nil {
		delete(d.byes, callID)
		bye <- at
	}
	d.mu.Unlock()
	if bye == nil {
		_ = tx.Respond(sip.NewResponseFromRequest(req, 481, "Call/Transaction Does Not Exist", nil))
		return
	}
	_ = tx.Respond(sip.NewResponseFromRequest(req, 200, "OK", nil))
}
