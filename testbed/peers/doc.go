// Package peers is a dialer and a carrier: two SIP user agents that know
// nothing of tregua and talk to each other through it. Both stand on sipgo's
// user agents and exchange real RTP, so that what they saw and heard is the word of
// an independent SIP stack.
//
//	carrier, err := peers.NewCarrier(peers.CarrierConfig{
//		Listen:  netip.MustParseAddrPort("127.0.0.1:5070"),
//		Numbers: map[string]peers.Behaviour{"+390212345": {Ring: time.Second, Status: 200}},
//	})
//	dialer, err := peers.NewDialer(peers.DialerConfig{
//		Listen: netip.MustParseAddrPort("127.0.0.1:5080"),
//		Proxy:  netip.MustParseAddrPort("127.0.0.1:5060"), // tregua
//	})
//	result, err := dialer.Place(ctx, peers.Call{To: "+390212345", Talk: time.Second})
//	seen, ok := carrier.Seen(result.CallID) // Call-IDs pass tregua unchanged
//
// What an end sends once a call is answered is a Script of sounds: people who
// speak, dead and quiet lines, tones, music, comfort noise, nothing. An operator
// who comes late:
//
//	peers.Call{Voice: peers.Script{peers.Dead.For(2400 * time.Millisecond), peers.Speech.For(0)}}
//
// A peer sends requests inside a call to the Contact of the other side and
// keeps no route set: tregua is the only hop between the two.
package peers
