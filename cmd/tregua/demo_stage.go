package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// stage is the scenery of the demo: the files of its directory and the ports
// of its tregua.
type stage struct {
	dir        string
	carrier    netip.AddrPort
	pbx, trunk netip.AddrPort // where tregua listens towards dialer and carrier
	shadow     netip.AddrPort // and towards the dialer whose trunk is in shadow
	gate       netip.AddrPort // and towards the one whose trunk has a gate
	web        netip.AddrPort // its metrics
}

func (s *stage) file(name string) string { return filepath.Join(s.dir, name) }

// write chooses free ports and writes every file of the demo.
func (s *stage) write(list []plan) (err error) {
	for _, port := range []*netip.AddrPort{&s.pbx, &s.shadow, &s.gate, &s.trunk} {
		if *port, err = freePort(); err != nil {
			return err
		}
	}
	web, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.web = web.Addr().(*net.TCPAddr).AddrPort()
	if err := web.Close(); err != nil {
		return err
	}
	files := map[string]string{"tregua.yaml": s.config(), "hours.yaml": openNow(time.Now()), "gate.yaml": oneGate, "data.yaml": demoData}
	for name, rows := range tables(list) {
		var b bytes.Buffer
		if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
			return err
		}
		files[name] = b.String()
	}
	for name, text := range files {
		if err := os.WriteFile(s.file(name), []byte(text), 0o600); err != nil {
			return err
		}
	}
	return nil
}

// freePort returns a UDP port that was free a moment ago.
func freePort() (netip.AddrPort, error) {
	conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(loopback(0)))
	if err != nil {
		return netip.AddrPort{}, err
	}
	defer conn.Close()
	return conn.LocalAddr().(*net.UDPAddr).AddrPort(), nil
}

func (s *stage) config() string {
	return fmt.Sprintf(`node: {id: 1, name: demo, data: data, keys: keys}
listen:
  - {name: pbx, bind: "udp:%s"}
  - {name: pbx2, bind: "udp:%s"}
  - {name: pbx3, bind: "udp:%s"}
  - {name: carrier, bind: "udp:%s"}
trunks:
  - name: dialer
    side: pbx
    listen: pbx
    peers: [127.0.0.1/32]
    profile: generic
    call_centre: callnow
    numbers:
      country: IT
      prefixes: {"%s": acme/energia, "%s": acme/fibra, "%s": acme/oltremare, "%s": acme/luce, "%s": acme/gas}
    campaign: [{by: prefix}, {otherwise: refuse}]
    mode: enforce
    dial_mode: predictive
  - name: dialer-2
    side: pbx
    listen: pbx2
    peers: [127.0.0.1/32]
    profile: generic
    call_centre: callnow
    numbers: {country: IT, prefixes: {"%s": acme/energia}}
    campaign: [{by: prefix}, {otherwise: refuse}]
    mode: shadow
    dial_mode: predictive
  - name: dialer-3
    side: pbx
    listen: pbx3
    peers: [127.0.0.1/32]
    profile: generic
    call_centre: callnow
    numbers: {country: IT, prefixes: {"%s": acme/sera}}
    campaign: [{by: prefix}, {otherwise: refuse}]
    mode: enforce
    dial_mode: predictive
  - {name: telco, side: carrier, listen: carrier, peers: ["sip:%s"]}
routes: [{from: dialer, to: [telco]}, {from: dialer-2, to: [telco]}, {from: dialer-3, to: [telco]}]
policy: {profile: it, overlays: [it-code, hours.yaml, gate.yaml], abroad: home}
store: {sync: batch}
media: {ports: 22000-23999}
admin: {listen: "unix:%s", metrics: "%s"}
`, s.pbx, s.shadow, s.gate, s.trunk, byDirectory, byConsent, farAway, ofEnergy, byList, byDirectory, byTeam, s.carrier, s.file("admin.sock"), s.web)
}

// demoData is what a call centre enters before its first call.
const demoData = `principals:
  - {name: acme}
call_centres:
  - {name: callnow, country: IT, roc: 12345}
mandates:
  - {principal: acme, call_centre: callnow, from: 2020-01-01, purposes: [energy, fibre, gas, internet]}
caller_ids:
  - {number: "0212345678", call_centre: callnow, roc: true}
accounts:
  - {name: rpo, principal: acme}
providers:
  - {name: dataco}
lists:
  - {name: bought, principal: acme, origin: provider, provider: dataco}
campaigns:
  - {name: energia, principal: acme, call_centre: callnow, account: rpo, purpose: energy, channel: operator, ground: directory, off_list: allow}
  - {name: fibra, principal: acme, call_centre: callnow, account: rpo, purpose: fibre, channel: operator, ground: consent, off_list: allow}
  - {name: oltremare, principal: acme, call_centre: callnow, account: rpo, purpose: energy, channel: operator, ground: directory, off_list: allow}
  - {name: luce, principal: acme, call_centre: callnow, account: rpo, purpose: energy, channel: operator, ground: directory, sector: energy, off_list: allow}
  - {name: sera, principal: acme, call_centre: callnow, account: rpo, purpose: internet, channel: operator, ground: directory, off_list: allow}
  - {name: gas, principal: acme, call_centre: callnow, account: rpo, purpose: gas, channel: operator, ground: directory, lists: [bought]}
`

// oneGate is an overlay that only counts what the gate would hold: the demo dials
// as fast as it can, with an operator or none as each kind has it. On dialer-3 the
// gate is enforced.
const oneGate = `name: demo-gate
shadow: [gate]
`

// openNow is an overlay with the hours of the demo: in Rome it is open now and
// for two hours on, whatever the day, and so it is closed in New York, five or
// six hours behind.
func openNow(now time.Time) string {
	rome, err := time.LoadLocation("Europe/Rome")
	if err != nil {
		rome = time.UTC // the far side is then still closed
	}
	const day, spread = 24 * 60, 120
	minute := now.In(rome).Hour()*60 + now.In(rome).Minute()
	windows := []string{span(max(minute-spread, 0), min(minute+spread, day))}
	if minute < spread { // yesterday's evening and tomorrow's morning belong to it
		windows = append(windows, span(day-spread+minute, day))
	}
	if minute+spread > day {
		windows = append(windows, span(0, minute+spread-day))
	}
	basis := fmt.Sprintf("binding: practice, source: tregua demo, as_of: %s", now.Format(time.DateOnly))
	value := fmt.Sprintf("{value: [%s], %s}", strings.Join(windows, ", "), basis)
	return fmt.Sprintf(`name: demo-hours
hours:
  binding: practice
  source: tregua demo
  as_of: %s
  enforce: true
  zone: Europe/Rome
  weekday: %[2]s
  saturday: %[2]s
  sunday: %[2]s
  eve: %[2]s
  holiday: %[2]s
  holidays: {value: [], %s}
`, now.Format(time.DateOnly), value, basis)
}

func span(from, to int) string {
	return fmt.Sprintf(`"%02d:%02d-%02d:%02d"`, from/60, from%60, to/60, to%60)
}

// tables are the files to import, from what the kinds say of their numbers.
func tables(list []plan) map[string][][]string {
	registry := [][]string{{"number", "answer"}}
	blacklist := [][]string{{"number"}}
	consents := [][]string{{"number", "purpose", "channels", "given_at", "evidence"}}
	bought := [][]string{{"number", "batch", "batch_row"}}
	contracts := [][]string{{"number", "contract", "from"}}
	requests := [][]string{{"number", "at", "until", "evidence"}}
	for i, p := range list {
		at := func(ago time.Duration) string { return time.Now().Add(-ago).UTC().Format(time.RFC3339) }
		if p.kind.contract {
			contracts = append(contracts, []string{p.number, fmt.Sprintf("C-%d", i), at(older)})
		}
		if p.kind.asked {
			requests = append(requests, []string{p.number, at(newer), at(-newer), fmt.Sprintf("web-%d", i)})
		}
		if p.kind.bought {
			bought = append(bought, []string{p.number, "2026-10", strconv.Itoa(i)})
		}
		if p.kind.registry != "" {
			registry = append(registry, []string{p.number, p.kind.registry})
		}
		if p.kind.blacklist {
			blacklist = append(blacklist, []string{p.number})
		}
		if p.kind.consent > 0 {
			consents = append(consents, []string{p.number, "fibre", "operator", at(p.kind.consent), fmt.Sprintf("form-%d", i)})
		}
	}
	return map[string][][]string{
		"registry.csv": registry, "blacklist.csv": blacklist, "consents.csv": consents,
		"contracts.csv": contracts, "requests.csv": requests, "bought.csv": bought,
	}
}

// enter does what a user does first, with the same commands.
func (s *stage) enter(ctx context.Context) error {
	answered := time.Now().Add(-answeredAgo).UTC().Format(time.RFC3339)
	for _, args := range [][]string{
		{"apply", "-f", s.file("data.yaml")},
		{"import", "registry", s.file("registry.csv"), "--account", "rpo", "--answered-at", answered},
		{"import", "blacklist", s.file("blacklist.csv"), "--principal", "acme"},
		{"import", "consents", s.file("consents.csv"), "--principal", "acme"},
		{"import", "contracts", s.file("contracts.csv"), "--principal", "acme"},
		{"import", "requests", s.file("requests.csv"), "--principal", "acme"},
		{"import", "list", s.file("bought.csv"), "--principal", "acme", "--list", "bought"},
		{"enforce", "gate", "--trunk", "dialer-3", "--because", "the demo shows it there"},
		{"provider", "suspend", "dataco", "--because", "it could show no consent of the sample"},
	} {
		if _, err := s.tregua(ctx, args...); err != nil {
			return err
		}
	}
	return nil
}
