package peers

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"
)

// agent is one sipgo user agent on one UDP socket.
type agent struct {
	ua     *sipgo.UserAgent
	server *sipgo.Server
	client *sipgo.Client
	conn   *net.UDPConn
	addr   netip.AddrPort
	ctx    context.Context // ends with the agent
	cancel context.CancelFunc
	wg     sync.WaitGroup // the reader of conn
}

// newAgent binds addr (port 0: any free one). Handlers are to be registered on
// its server before serve.
func newAgent(name string, addr netip.AddrPort) (*agent, error) {
	conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(addr))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	_ = conn.SetReadBuffer(4 << 20) // the kernel may give less; a burst then costs retransmissions
	a := &agent{conn: conn, addr: conn.LocalAddr().(*net.UDPAddr).AddrPort()}
	if err := a.build(name); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	a.ctx, a.cancel = context.WithCancel(context.Background())
	return a, nil
}

func (a *agent) build(name string) (err error) {
	quiet := slog.New(slog.DiscardHandler)
	a.ua, err = sipgo.NewUA(
		sipgo.WithUserAgent(name),
		sipgo.WithUserAgentHostname(a.addr.Addr().String()),
		sipgo.WithUserAgentTransactionLayerOptions(sip.WithTransactionLayerLogger(quiet),
			// Repeats of a response whose transaction is over.
			sip.WithTransactionLayerUnhandledResponseHandler(func(*sip.Response) {})),
		sipgo.WithUserAgentTransportLayerOptions(sip.WithTransportLayerLogger(quiet)),
	)
	if err != nil {
		return err
	}
	if a.server, err = sipgo.NewServer(a.ua, sipgo.WithServerLogger(quiet)); err != nil {
		return err
	}
	// The client must be told its socket: sipgo's pool knows sockets by the
	// remote address that was heard last, and would open another one.
	a.client, err = sipgo.NewClient(a.ua, sipgo.WithClientLogger(quiet), sipgo.WithClientNAT(),
		sipgo.WithClientAddr(a.addr.String()), sipgo.WithClientConnectionAddr(a.addr.String()))
	if err != nil {
		return err
	}
	a.server.OnOptions(func(req *sip.Request, tx sip.ServerTransaction) {
		_ = tx.Respond(sip.NewResponseFromRequest(req, 200, "OK", nil))
	})
	return nil
}

// serve reads until close. When it returns, sipgo knows the socket: a request
// sent before would be sent from another.
func (a *agent) serve() {
	conn := &readConn{UDPConn: a.conn, reading: make(chan struct{})}
	a.wg.Go(func() { _ = a.server.ServeUDP(conn) }) // it ends when conn is closed
	<-conn.reading
}

// readConn tells when it is read for the first time.
type readConn struct {
	*net.UDPConn
	once    sync.Once
	reading chan struct{}
}

func (c *readConn) ReadFrom(b []byte) (int, net.Addr, error) {
	c.once.Do(func() { close(c.reading) })
	return c.UDPConn.ReadFrom(b)
}

// close ends the agent and waits for its reader.
func (a *agent) close() {
	a.cancel()
	_ = a.conn.Close()
	a.wg.Wait()
	_ = a.ua.Close()
}

func (a *agent) contact(user string) *sip.ContactHeader {
	return &sip.ContactHeader{Address: sip.Uri{
		Scheme: "sip", User: user, Host: a.addr.Addr().String(), Port: int(a.addr.Port()),
	}}
}

// dialog is what a peer remembers to send requests inside a call (RFC 3261
// section 12), route set excepted.
type dialog struct {
	target sip.Uri // Contact of the other side
	from   sip.FromHeader
	to     sip.ToHeader
	callID sip.CallIDHeader
	seq    uint32 // of the last request sent
}

// request builds a request inside d. An ACK has the number of its INVITE
// (13.2.2.4), every other one the next.
func (d *dialog) request(method sip.RequestMethod) *sip.Request {
	if method != sip.ACK {
		d.seq++
	}
	req := sip.NewRequest(method, d.target)
	from, to, callID := d.from, d.to, d.callID
	req.AppendHeader(&from)
	req.AppendHeader(&to)
	req.AppendHeader(&callID)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: d.seq, MethodName: method})
	return req
}

// Header is one line of a request's head.
type Header struct{ Name, Value string }

func appendAll(req *sip.Request, headers []Header) {
	for _, h := range headers {
		req.AppendHeader(sip.NewHeader(h.Name, h.Value))
	}
}

// do sends req and waits for its final response.
func (a *agent) do(ctx context.Context, req *sip.Request) (*sip.Response, error) {
	tx, err := a.client.TransactionRequest(ctx, req)
	if err != nil {
		return nil, err
	}
	return final(ctx, tx)
}

func final(ctx context.Context, tx sip.ClientTransaction) (*sip.Response, error) {
	for {
		select {
		case res := <-tx.Responses():
			if !res.IsProvisional() {
				return res, nil
			}
		case <-tx.Done():
			return nil, tx.Err()
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}
