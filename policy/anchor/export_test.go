package anchor

import (
	"context"
	"net"
)

// DialBy makes a mail go over connections that are none of the net.
func (m *Mail) DialBy(dial func(context.Context, string, string) (net.Conn, error)) { m.dial = dial }
