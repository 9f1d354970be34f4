package anchor

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/wneessen/go-mail"

	"tregua/policy/proof"
)

// Security is how the way to a mail server is secured.
type Security uint8

// The ways: to all but a relay on a loopback address a mail goes over TLS, or not at
// all.
const (
	StartTLS    Security = iota // after a greeting in plain (RFC 3207), and nothing but the greeting
	ImplicitTLS                 // from the first byte (RFC 8314)
	Plain                       // never with a password
)

// Mail sends checkpoints to mailboxes of others, by SMTP (RFC 5321). That the server
// took the mail counts: it is on its way to somebody who is not in the house. One
// address that the server refuses stops the mail to all of them.
type Mail struct {
	Node     string   // a slug
	From     string   // an address without a name
	To       []string // the same; at least one
	Host     string   // of the server; what its certificate must be of
	Port     int
	Security Security
	Roots    *x509.CertPool // who its certificate must lead to; nil: those of the system
	User     string         // "": the server wants none
	Password string

	dial func(ctx context.Context, network, address string) (net.Conn, error) // nil: the net; others are for tests
}

// errSlow is why a try ends that took too long.
var errSlow = fmt.Errorf("it does not answer in %s", patience)

// Take sends a mail with the checkpoint as a file, of the name and the bytes that
// [Folder] writes. A try that ends before the answer is made again with the same
// Message-ID.
func (m *Mail) Take(ctx context.Context, head proof.Head, _ Receipt) (Receipt, error) {
	r := Receipt{Note: head.Text, At: time.Now().UTC(), Size: head.Size}
	msg, err := m.compose(&r)
	if err != nil {
		return Receipt{}, fmt.Errorf("mail: %w", err)
	}
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errSlow)
	defer cancel()
	err = m.send(ctx, msg)
	if msg.IsDelivered() { // what fails after the answer undoes nothing
		r.Answer = []byte(line(msg.ServerResponse()) + "\n")
		return r, nil
	}
	if ctx.Err() != nil {
		err = context.Cause(ctx)
	}
	return Receipt{}, m.explain(err)
}

// compose writes the mail. Its subject and its Message-ID sort by size, as names of
// files do.
func (m *Mail) compose(r *Receipt) (*mail.Msg, error) {
	msg := mail.NewMsg()
	if err := errors.Join(msg.From(m.From), msg.To(m.To...)); err != nil {
		return nil, err
	}
	msg.SetMessageIDWithValue(fmt.Sprintf("tregua.%s.checkpoint.%012d@%s", m.Node, r.Size, m.domain()))
	msg.Subject(fmt.Sprintf("tregua %s: checkpoint %012d", m.Node, r.Size))
	msg.SetDateWithValue(r.At)
	msg.SetUserAgent("tregua")
	msg.SetGenHeader("Auto-Submitted", "auto-generated") // RFC 3834: nobody's holiday answers it
	msg.SetBodyString(mail.TypeTextPlain, fmt.Sprintf(letter, m.Node, r.Size, r.stem()+checkpointEnding))
	return msg, msg.AttachReader(r.stem()+checkpointEnding, bytes.NewReader(r.Note),
		mail.WithFileContentType(mail.TypeAppOctetStream)) // no text: a line end that is changed breaks the signature
}

// letter is for whoever opens the mailbox in ten years.
const letter = `The attached file is a seal over the call log of %s, of its first %d records. It tells nothing of any call.
Please keep this mail as it is. No answer is needed.
Whoever changes one of these records later is contradicted by your copy, even if the whole log is written anew.
To check, save the file and have the operator of the log run: tregua ledger audit --anchor %s
`

// send gives a message to the server. The connection ends with ctx.
func (m *Mail) send(ctx context.Context, msg *mail.Msg) error {
	conn, err := m.connect(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer context.AfterFunc(ctx, func() { _ = conn.Close() })() // the library looks at ctx only while it connects
	options := []mail.Option{
		mail.WithPort(m.Port), mail.WithHELO(m.domain()), mail.WithTimeout(2 * patience), mail.WithTLSPolicy(mail.NoTLS), // ctx ends before
		mail.WithDialContextFunc(func(context.Context, string, string) (net.Conn, error) { return conn, nil }),
	}
	if m.Security == StartTLS {
		options = append(options, mail.WithTLSPolicy(mail.TLSMandatory), mail.WithTLSConfig(m.tls()))
	}
	if m.User != "" && m.Security != Plain {
		options = append(options, mail.WithUsername(m.User), mail.WithPassword(m.Password),
			mail.WithOpportunisticSMTPAuth(mail.SMTPAuthPlain, mail.SMTPAuthLogin))
	}
	client, err := mail.NewClient(m.Host, options...)
	if err != nil {
		return err
	}
	session, err := client.DialToSMTPClientWithContext(ctx)
	if err != nil {
		return err
	}
	err = client.SendWithSMTPClient(session, msg)
	_ = client.CloseWithSMTPClient(session) // the answer is there
	return err
}

// connect opens the connection, with TLS where that comes first.
func (m *Mail) connect(ctx context.Context) (net.Conn, error) {
	dial := m.dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	plain, err := dial(ctx, "tcp", net.JoinHostPort(m.Host, strconv.Itoa(m.Port)))
	if err != nil {
		return nil, err
	}
	plain = &bounded{plain, largest}
	if m.Security != ImplicitTLS {
		return plain, nil
	}
	secure := tls.Client(plain, m.tls())
	if err := secure.HandshakeContext(ctx); err != nil {
		return nil, errors.Join(err, plain.Close())
	}
	return secure, nil
}

// domain is who we are to mail servers: a name of the net, which that of a machine may
// not be.
func (m *Mail) domain() string { return m.From[strings.LastIndexByte(m.From, '@')+1:] }

func (m *Mail) tls() *tls.Config {
	return &tls.Config{ServerName: m.Host, RootCAs: m.Roots, MinVersion: tls.VersionTLS12}
}

// bounded is a connection to a server that talks no more than so many bytes.
type bounded struct {
	net.Conn
	left int
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errors.New("it talks without end")
	}
	n, err := b.Conn.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

// explain says what became of a mail, in one line: the server's own words may be more.
func (m *Mail) explain(err error) error {
	refused, ok := errors.AsType[*mail.SendError](err)
	switch {
	case ok && refused.IsTemp():
		err = fmt.Errorf("not now: %w", err)
	case ok && refused.ErrorCode() != 0:
		err = fmt.Errorf("refused: %w", err)
	case m.Security == StartTLS && strings.Contains(err.Error(), "does not support STARTTLS"):
		err = errors.New("it offers no STARTTLS, so nothing was sent; set tls: implicit with the port for that, or ask who runs it")
	}
	return fmt.Errorf("mail server %s: %s", m.Host, line(err.Error()))
}

// longestLine bounds what is repeated of a server's words, bytes.
const longestLine = 500

// line makes one printable line of a text.
func line(text string) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
	text = strings.Join(strings.Fields(text), " ")
	return strings.ToValidUTF8(text[:min(len(text), longestLine)], "")
}
