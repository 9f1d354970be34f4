package main

import (
	"crypto/tls"
	"net"
)

// openHTTP listens for those who ask over the network, with a token.
func (n *node) openHTTP() (err error) {
	a := n.config.Admin
	if !a.HTTP.IsValid() {
		return nil
	}
	var secure *tls.Config
	if a.Cert != "" {
		pair, err := tls.LoadX509KeyPair(a.Cert, a.Key)
		if err != nil {
			return err
		}
		secure = &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	}
	if n.http, err = net.Listen("tcp", a.HTTP.String()); err != nil {
		return err
	}
	n.opened = append(n.opened, n.http)
	if secure != nil {
		n.http = tls.NewListener(n.http, secure)
	}
	return nil
}
