package anchortest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/base64"
	"errors"
	"io"
	"math/big"
	"mime"
	"mime/multipart"
	"net"
	"net/mail"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Mailbox is an SMTP server on 127.0.0.1, and the mail program of somebody who saves
// what is attached.
type Mailbox struct {
	Port int
	CA   string // file with the root of its certificate, PEM

	dir    string
	server *smtp.Server

	mu     sync.Mutex // protects what follows
	answer error
	mails  []Mail
	logins []string
}

// Mail is one that has come.
type Mail struct {
	Header mail.Header
	Hello  string // whom the client said to be
	From   string // of the envelope
	To     []string
	Letter string
	File   string // name of what is attached
}

// Way is how a mailbox has TLS.
type Way uint8

// The ways.
const (
	StartTLS Way = iota
	Implicit
	NoTLS // and it asks for passwords all the same
)

// User and Password are whom a mailbox takes mail from, when he says who he is.
const (
	User     = "tregua"
	Password = "hush-hush" //nolint:gosec // of a test
)

// Nobody is whom it takes no mail for.
const Nobody = "nobody@pec.example"

// NewMailbox opens a mailbox that saves into a directory. Close it.
func NewMailbox(dir string, way Way) *Mailbox {
	b := &Mailbox{dir: dir, CA: filepath.Join(dir, "mail.pem")}
	cert := certificate(b.CA)
	l := must(net.Listen("tcp", "127.0.0.1:0"))
	b.Port = l.Addr().(*net.TCPAddr).Port
	b.server = smtp.NewServer(smtp.BackendFunc(func(c *smtp.Conn) (smtp.Session, error) { return &session{box: b, conn: c}, nil }))
	b.server.Domain = "mail.example"
	b.server.ErrorLog = silent{}
	if way == NoTLS {
		b.server.AllowInsecureAuth = true
	} else {
		b.server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
	}
	if way == Implicit {
		l = tls.NewListener(l, b.server.TLSConfig)
	}
	go func() { _ = b.server.Serve(l) }()
	return b
}

// silent is a log of nothing.
type silent struct{}

func (silent) Printf(string, ...any) {}
func (silent) Println(...any)        {}

// Close ends the server.
func (b *Mailbox) Close() { _ = b.server.Close() }

// Say makes it answer so to mails; nil: it takes them.
func (b *Mailbox) Say(answer error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.answer = answer
}

// Mails returns what has come.
func (b *Mailbox) Mails() []Mail {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.mails
}

// Logins returns the passwords that were heard.
func (b *Mailbox) Logins() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.logins
}

func certificate(file string) tls.Certificate {
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	from := time.Now().Add(-time.Hour)
	own := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "mail.example"}, NotBefore: from, NotAfter: from.AddDate(100, 0, 0),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der := must(x509.CreateCertificate(rand.Reader, own, own, &key.PublicKey, key))
	write(file, "CERTIFICATE", der)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// session is one connection.
type session struct {
	box  *Mailbox
	conn *smtp.Conn
	from string
	to   []string
}

func (*session) AuthMechanisms() []string { return []string{sasl.Plain} }

func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		s.box.mu.Lock()
		defer s.box.mu.Unlock()
		s.box.logins = append(s.box.logins, password)
		if user != User || password != Password {
			return smtp.ErrAuthFailed
		}
		return nil
	}), nil
}

func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	s.from = from
	return nil
}

func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if to == Nobody {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such user"}
	}
	s.to = append(s.to, to)
	return nil
}

func (s *session) Reset()      { s.from, s.to = "", nil }
func (*session) Logout() error { return nil }

func (s *session) Data(r io.Reader) error {
	text, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	s.box.mu.Lock()
	defer s.box.mu.Unlock()
	if s.box.answer != nil {
		return s.box.answer
	}
	m, err := s.box.save(text)
	m.Hello, m.From, m.To = s.conn.Hostname(), s.from, s.to
	s.box.mails = append(s.box.mails, m)
	return err
}

// save reads a mail by the standard library alone, and saves what is attached.
func (b *Mailbox) save(text []byte) (m Mail, err error) {
	got, err := mail.ReadMessage(bytes.NewReader(text))
	if err != nil {
		return m, err
	}
	m.Header = got.Header
	_, params, err := mime.ParseMediaType(got.Header.Get("Content-Type"))
	if err != nil {
		return m, err
	}
	parts := multipart.NewReader(got.Body, params["boundary"])
	for {
		part, err := parts.NextPart() // which undoes quoted-printable
		if errors.Is(err, io.EOF) {
			return m, nil
		}
		if err != nil {
			return m, err
		}
		var body io.Reader = part
		if part.Header.Get("Content-Transfer-Encoding") == "base64" {
			body = base64.NewDecoder(base64.StdEncoding, part)
		}
		what, err := io.ReadAll(body)
		if err != nil {
			return m, err
		}
		if m.File = part.FileName(); m.File == "" {
			m.Letter = string(what)
			continue
		}
		if err := os.WriteFile(filepath.Join(b.dir, m.File), what, 0o600); err != nil {
			return m, err
		}
	}
}
