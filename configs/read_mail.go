package configs

import (
	"fmt"
	"net"
	"net/mail"
	"net/netip"
	"strconv"
	"strings"

	"tregua/policy/anchor"
)

// Mail is a mailbox, or several, and the server that takes mail for them.
type Mail struct {
	To       []string // none: it is no mail
	From     string
	Host     string
	Port     int
	Security anchor.Security
	User     string // "": the server wants none
	Password string // file with it
	CA       string // file with roots of the server's certificate, PEM; "": those of the system
}

func (r *reader) mail(of *section) (m Mail) {
	s := of.section("mail")
	if !of.has("mail") {
		return m
	}
	defer s.end()
	for i, n := range s.items("to") {
		m.To = append(m.To, scalar(r, s.item("to", i), n, "", readAddress))
	}
	s.missing("to", "name the mailbox of somebody outside")
	if s.has("to") && len(m.To) == 0 && !r.hasProblem(s.join("to")) {
		r.wrong(s.join("to"), "names nobody; name the mailbox of somebody outside")
	}
	m.From = value(s, "from", "", readAddress)
	s.missing("from", "give the address that it comes from")
	server := value(s, "server", mailServer{}, readMailServer)
	m.Host, m.Port = server.host, server.port
	s.missing("server", "write as mail.example.it:587")
	m.Security = value(s, "tls", m.Security, readSecurity)
	m.User = value(s, "user", "", readText)
	m.Password = value(s, "password_file", "", r.path)
	m.CA = value(s, "ca_file", "", r.path)
	r.checkMail(s, &m)
	return m
}

// checkMail holds that nothing goes in plain but to a relay on this machine, and no
// password there either.
func (r *reader) checkMail(s *section, m *Mail) {
	if s.has("user") != s.has("password_file") {
		r.wrong(s.path, "wants user and password_file, or neither")
	}
	if m.Security != anchor.Plain {
		return
	}
	if addr, _ := netip.ParseAddr(m.Host); m.Host != "" && !addr.IsLoopback() {
		r.wrong(s.join("tls"), "none is for a relay on a loopback address; use starttls or implicit")
	}
	if s.has("password_file") {
		r.wrong(s.join("password_file"), "goes with TLS only; remove user and password_file, or tls: none")
	}
}

var readSecurity = choice(
	word[anchor.Security]{word: "starttls", value: anchor.StartTLS},
	word[anchor.Security]{word: "implicit", value: anchor.ImplicitTLS},
	word[anchor.Security]{word: "none", value: anchor.Plain},
)

// readAddress reads an address of a mailbox, without a name.
func readAddress(text string) (string, error) {
	if _, err := readText(text); err != nil {
		return "", err
	}
	if a, err := mail.ParseAddress(text); err != nil || a.Address != text || strings.ContainsFunc(text, func(r rune) bool { return r >= 0x80 }) {
		return "", fmt.Errorf("%q is no address of a mailbox; write as studio@lawyer.example, in ASCII and without a name", text)
	}
	return text, nil
}

type mailServer struct {
	host string
	port int
}

func readMailServer(text string) (mailServer, error) {
	host, port, err := net.SplitHostPort(text)
	n, err2 := strconv.ParseUint(port, 10, 16)
	if err != nil || err2 != nil || host == "" || n == 0 || strings.ContainsAny(host, "/@ ") {
		return mailServer{}, fmt.Errorf("%q is no mail server; write as mail.example.it:587", text)
	}
	_, err = readText(host)
	return mailServer{host, int(n)}, err
}
