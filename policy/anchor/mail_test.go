package anchor_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emersion/go-smtp"
	"golang.org/x/mod/sumdb/note"

	"tregua/policy/anchor"
	"tregua/policy/anchor/anchortest"
)

// mailTo is a target that is this mailbox.
func mailTo(t *testing.T, way anchortest.Way) (*anchor.Mail, *anchortest.Mailbox, string) {
	t.Helper()
	dir := t.TempDir()
	box := anchortest.NewMailbox(dir, way)
	t.Cleanup(box.Close)
	return &anchor.Mail{
		Node: "mi-edge-1", From: "tregua@acme.example", To: []string{"studio@lawyer.example", "atti@pec.example"},
		Host: "127.0.0.1", Port: box.Port, Roots: must(anchor.Roots(box.CA)), User: anchortest.User, Password: anchortest.Password,
	}, box, dir
}

// TestMail: what is saved of the mail is the checkpoint, byte by byte, under the name
// that a folder has it by, and its signature holds.
func TestMail(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		way      anchortest.Way
		security anchor.Security
		logins   int
	}{
		"STARTTLS": {anchortest.StartTLS, anchor.StartTLS, 1},
		"TLS":      {anchortest.Implicit, anchor.ImplicitTLS, 1},
		"plain":    {anchortest.NoTLS, anchor.Plain, 0}, // though the server asks for a password
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target, box, dir := mailTo(t, c.way)
			target.Security = c.security
			r, err := target.Take(t.Context(), head(500), anchor.Receipt{})
			if err != nil {
				t.Fatal(err)
			}
			if r.Size != 500 || !bytes.Equal(r.Note, head(500).Text) || time.Since(r.At) > time.Hour || string(r.Answer) != "2.0.0 OK: queued\n" {
				t.Errorf("got %+v", r)
			}
			if n := len(box.Logins()); n != c.logins {
				t.Errorf("it heard %d passwords", n)
			}
			saved := must(anchor.List(dir))
			if len(saved) != 1 || saved[0].Size != 500 {
				t.Fatalf("saved are %+v", saved)
			}
			text := must(os.ReadFile(saved[0].File))
			if !bytes.Equal(text, head(500).Text) {
				t.Errorf("saved is %q", text)
			}
			if _, err := note.Open(text, note.VerifierList(must(note.NewVerifier(logVKey)))); err != nil {
				t.Error(err)
			}
			isLetter(t, box.Mails(), target)
		})
	}
}

// isLetter: a mail is one that people understand, that sorts, and that no machine
// answers.
func isLetter(t *testing.T, mails []anchortest.Mail, target *anchor.Mail) {
	t.Helper()
	if len(mails) != 1 {
		t.Fatalf("%d mails", len(mails))
	}
	m := mails[0]
	if m.Hello != "acme.example" || m.From != target.From || !slices.Equal(m.To, target.To) {
		t.Errorf("%s sends it from %s to %s", m.Hello, m.From, m.To)
	}
	if lines := strings.Count(m.Letter, "\n"); lines != 4 || !strings.Contains(m.Letter, "tregua ledger audit --anchor "+m.File) || !strings.Contains(m.Letter, "log of mi-edge-1, of its first 500 records") {
		t.Errorf("%d lines:\n%s", lines, m.Letter)
	}
	for key, want := range map[string]string{
		"Subject":        `^tregua mi-edge-1: checkpoint 000000000500$`,
		"Message-Id":     `^<tregua\.mi-edge-1\.checkpoint\.000000000500@acme\.example>$`,
		"Auto-Submitted": `^auto-generated$`,
		"From":           `^<tregua@acme\.example>$`,
		"To":             `^<studio@lawyer\.example>, <atti@pec\.example>$`,
		"User-Agent":     `^tregua$`,
	} {
		if got := m.Header.Get(key); !regexp.MustCompile(want).MatchString(got) {
			t.Errorf("%s: %s", key, got)
		}
	}
	if at, err := m.Header.Date(); err != nil || time.Since(at) > time.Hour {
		t.Errorf("date %v, %v", at, err)
	}
}

// TestMailRefused: what is not sent as it should be is not sent.
func TestMailRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		way    anchortest.Way
		change func(*anchor.Mail, *anchortest.Mailbox)
		want   string
		logins int
	}{
		"no STARTTLS":           {anchortest.NoTLS, func(*anchor.Mail, *anchortest.Mailbox) {}, "mail server 127.0.0.1: it offers no STARTTLS, so nothing was sent; set tls: implicit", 0},
		"no TLS":                {anchortest.NoTLS, func(m *anchor.Mail, _ *anchortest.Mailbox) { m.Security = anchor.ImplicitTLS }, "tls: first record does not look like a TLS handshake", 0},
		"another's certificate": {anchortest.StartTLS, func(m *anchor.Mail, _ *anchortest.Mailbox) { m.Roots = nil }, "certificate signed by unknown authority", 0},
		"another's name":        {anchortest.Implicit, func(m *anchor.Mail, _ *anchortest.Mailbox) { m.Security, m.Host = anchor.ImplicitTLS, "localhost" }, "localhost: tls: failed to verify certificate", 0},
		"one of two":            {anchortest.StartTLS, func(m *anchor.Mail, _ *anchortest.Mailbox) { m.To[1] = anchortest.Nobody }, "127.0.0.1: refused: sending SMTP RCPT TO command: 550 ", 1},
		"wrong password":        {anchortest.StartTLS, func(m *anchor.Mail, _ *anchortest.Mailbox) { m.Password = "wrong" }, `SMTP AUTH failed: 535 `, 1},
		"not now": {anchortest.StartTLS, func(_ *anchor.Mail, b *anchortest.Mailbox) {
			b.Say(&smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 2}, Message: "greylisted"})
		}, `127.0.0.1: not now: closing SMTP DATA writer: 451 `, 1},
		"never": {anchortest.StartTLS, func(_ *anchor.Mail, b *anchortest.Mailbox) {
			b.Say(&smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "no such\nuser\x1b[2J"})
		}, `127.0.0.1: refused: closing SMTP DATA writer: 550 `, 1},
		"line break in from": {anchortest.StartTLS, func(m *anchor.Mail, _ *anchortest.Mailbox) { m.From = "a@acme.example>\r\nRCPT TO:<b@acme.example" }, "mail: ", 0},
		"line break in to":   {anchortest.StartTLS, func(m *anchor.Mail, _ *anchortest.Mailbox) { m.To[1] = "a@acme.example\r\nBcc: b@acme.example" }, "mail: ", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target, box, dir := mailTo(t, c.way)
			c.change(target, box)
			_, err := target.Take(t.Context(), head(5), anchor.Receipt{})
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' }) {
				t.Errorf("%v, want %q", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), anchortest.Password) {
				t.Errorf("the password is in %v", err)
			}
			if n := len(box.Logins()); n != c.logins || len(box.Mails()) != 0 || len(must(anchor.List(dir))) != 0 {
				t.Errorf("it heard %d passwords and took %d mails", n, len(box.Mails()))
			}
		})
	}
}

// TestMailIsTriedAgain: a keeper sends what was not taken, and keeps the answer when it
// is.
func TestMailIsTriedAgain(t *testing.T) {
	t.Parallel()
	target, box, _ := mailTo(t, anchortest.StartTLS)
	log, dir := &grown{size: 7}, t.TempDir()
	k := must(anchor.New(anchor.Config{Dir: dir, Every: time.Hour, Head: log.head, Targets: []anchor.Named{{Name: "lawyer", Kind: "mail", Target: target}}}))
	box.Say(&smtp.SMTPError{Code: 451, EnhancedCode: smtp.EnhancedCode{4, 3, 2}, Message: "greylisted"})
	if err := k.Now(t.Context()); err == nil || k.States()[0].Failures != 1 || !strings.Contains(k.States()[0].Trouble, "greylisted") {
		t.Errorf("%v: %+v", err, k.States())
	}
	box.Say(nil)
	for range 2 { // the second time he has it
		if err := k.Now(t.Context()); err != nil || k.Newest().Size != 7 || k.Newest().Trouble != "" || len(box.Mails()) != 1 {
			t.Errorf("%v: %+v, %d mails", err, k.States(), len(box.Mails()))
		}
	}
	kept := must(anchor.List(filepath.Join(dir, "lawyer")))
	if len(kept) != 1 {
		t.Fatalf("kept are %+v", kept)
	}
	if got := must(os.ReadFile(strings.TrimSuffix(kept[0].File, ".checkpoint") + ".answer")); string(got) != "2.0.0 OK: queued\n" {
		t.Errorf("the answer is %q", got)
	}
}

// TestMailServerThatIsIll: what hangs, stops or talks without end holds nothing up.
func TestMailServerThatIsIll(t *testing.T) {
	t.Parallel()
	const greeting, plain = "220 mail.example\r\n", "250 mail.example\r\n"
	for name, c := range map[string]struct {
		words []string // its answers, one to each line it reads, the first unasked; then it hangs
		ends  bool     // the last word, and it hangs up
		after time.Duration
		want  string // "": the mail is taken
	}{
		"silent":                       {nil, false, 30 * time.Second, "mail server mail.example: it does not answer in 30s"},
		"hangs after the greeting":     {[]string{greeting}, false, 30 * time.Second, "it does not answer in 30s"},
		"hangs after the mail":         {[]string{greeting, plain, plain, plain, plain, "354 go on\r\n"}, false, 30 * time.Second, "it does not answer in 30s"},
		"gone after the greeting":      {[]string{greeting}, true, 0, "EHLO response"},
		"gone when the mail was taken": {[]string{greeting, plain, plain, plain, plain, "354 go on\r\n", "250 as 4F3\r\n"}, true, 0, ""},
		"hangs when it was taken":      {[]string{greeting, plain, plain, plain, plain, "354 go on\r\n", "250-as\r\n250 4F3\x1b\r\n"}, false, 30 * time.Second, ""},
		"endless":                      {[]string{"220 " + strings.Repeat("a", 2<<20)}, true, 0, "it talks without end"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				target := &anchor.Mail{Node: "n", From: "a@acme.example", To: []string{"b@lawyer.example"}, Host: "mail.example", Port: 25, Security: anchor.Plain}
				target.DialBy(func(context.Context, string, string) (net.Conn, error) {
					ours, theirs := net.Pipe()
					go speak(theirs, c.words, c.ends)
					return ours, nil
				})
				start := time.Now()
				r, err := target.Take(t.Context(), head(5), anchor.Receipt{})
				switch {
				case c.want == "" && (err != nil || string(r.Answer) != "as 4F3\n"):
					t.Errorf("%q, %v", r.Answer, err)
				case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
					t.Errorf("%v, want %q", err, c.want)
				}
				if took := time.Since(start); took != c.after {
					t.Errorf("it took %s", took)
				}
			})
		})
	}
}

// speak answers line by line, and a whole mail once.
func speak(conn net.Conn, words []string, ends bool) {
	defer conn.Close()
	in := bufio.NewReader(conn)
	for i, word := range words {
		if i > 0 && strings.HasPrefix(words[i-1], "354") {
			for line := ""; line != ".\r\n"; line, _ = in.ReadString('\n') {
			}
		} else if i > 0 {
			_, _ = in.ReadString('\n')
		}
		if _, err := io.WriteString(conn, word); err != nil {
			return
		}
	}
	if !ends {
		_, _ = io.Copy(io.Discard, in) // until the other side has enough
	}
}

// TestMailEndsWithTheProgram: a server that hangs does not hold up the end.
func TestMailEndsWithTheProgram(t *testing.T) {
	t.Parallel()
	l := must(net.Listen("tcp", "127.0.0.1:0"))
	defer l.Close()
	ctx, cancel := context.WithCancelCause(t.Context())
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		cancel(errors.New("the program ends"))
		_, _ = io.Copy(io.Discard, conn)
	}()
	target := &anchor.Mail{Node: "n", From: "a@acme.example", To: []string{"b@lawyer.example"}, Host: "127.0.0.1", Port: l.Addr().(*net.TCPAddr).Port}
	if _, err := target.Take(ctx, head(5), anchor.Receipt{}); err == nil || err.Error() != fmt.Sprintf("mail server %s: the program ends", target.Host) {
		t.Error(err)
	}
}
