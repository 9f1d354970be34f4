package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"tregua/cmd/tregua/console"
	"tregua/configs"
	"tregua/policy"
	"tregua/policy/access"
	"tregua/policy/book"
	"tregua/policy/ledger"
)

// boardRows says how a part of the node does, as far as a scope goes. A part with
// something to show has a line in [node.board].
type boardRows func(scope access.Scope, now time.Time) ([]console.BoardRow, error)

// board are the parts of the board, in its order.
func (n *node) board() []boardRows {
	return []boardRows{
		n.boardNode, n.boardTrunks, n.boardRefusals, n.boardSilent, n.boardGates, n.boardRegistry, n.boardBlacklists, n.boardFolders, n.boardHandoff, n.boardDisk,
	}
}

// Board returns the board as far as a scope goes.
func (n *node) Board(scope access.Scope) (rows []console.BoardRow, err error) {
	if err := n.takeTally(); err != nil {
		return nil, err
	}
	now := time.Now()
	for _, part := range n.board() {
		more, err := part(scope, now)
		if err != nil {
			return nil, err
		}
		rows = append(rows, more...)
	}
	return rows, nil
}

// light is red or green.
func light(red bool) console.Light {
	if red {
		return console.Red
	}
	return console.Green
}

func oneRow(name string, l console.Light, format string, args ...any) []console.BoardRow {
	return []console.BoardRow{{Name: name, Light: l, Text: fmt.Sprintf(format, args...)}}
}

// ownRows are the troubles that have rows of their own on the board.
var ownRows = []string{"clock.unsynced", "disk.low", "blacklist.stale", "registry.stale", "campaign.unknown", "campaign.ambiguous"}

// boardNode tells whether calls are taken, the troubles, the clock and the ledger:
// to who sees the node whole.
func (n *node) boardNode(scope access.Scope, now time.Time) (rows []console.BoardRow, err error) {
	text := "taken"
	ready := n.Ready()
	if ready != nil {
		text = "not taken: " + ready.Error()
	}
	if !scope.Whole() {
		return oneRow("calls", light(ready != nil), "%s", text), nil
	}
	rows = oneRow("calls", light(ready != nil), "%s; %d now", text, n.server.Calls())
	for _, t := range n.watcher.all {
		if t.on.Load() && !slices.Contains(ownRows, t.Name) {
			rows = append(rows, oneRow("trouble "+t.Name, console.Red, "%s", t.What+". "+t.Does()+" "+t.Mend)...)
		}
	}
	clock, is := console.Green, "synchronised"
	if !n.clock.Now().Synced {
		clock, is = console.Yellow, "not synchronised"
	}
	rows = append(rows, oneRow("clock", clock, "%s", is)...)
	waits, lost := n.writer.Waiting(), n.desks.Lost.Load()
	rows = append(rows, oneRow("ledger", light(waits > ledgerQueue/2 || lost > 0), "%d entries wait, %d records lost", waits, lost)...)
	return append(append(rows, n.boardProof()...), n.boardAnchors(now)...), nil
}

// boardTrunks tells how far the rules are enforced.
func (n *node) boardTrunks(scope access.Scope, now time.Time) (rows []console.BoardRow, err error) {
	s := n.book.Current()
	for _, t := range n.config.Trunks {
		if t.Side != configs.SidePBX || !takesTrunk(scope, s, t.CallCentre) {
			continue
		}
		l, mode := console.Green, s.TrunkMode(t.Name).At(now)
		switch mode {
		case policy.Shadow:
			l = console.Yellow
		case policy.Bypass:
			l = console.Red
		case policy.Enforce:
		}
		rows = append(rows, oneRow("trunk "+t.Name, l, "%s", mode)...)
	}
	return rows, nil
}

// What makes a share of refused attempts unusual: an hour with so many attempts,
// held against so many before it, is refused twice as often, and by so many of 100
// more.
const (
	hourAttempts  = 50
	usualAttempts = 100
	unusualBy     = 10
)

// boardRefusals holds the last hour against the day before it: a broken import
// looks exactly like a share that doubles (compliance.md 4.5).
func (n *node) boardRefusals(scope access.Scope, now time.Time) ([]console.BoardRow, error) {
	s, hour := n.book.Current(), now.Add(-time.Hour)
	takes := func(g policy.GroupID) bool { return scope.Takes(s.Group(g)) }
	rows := refusalRow(n.tally.between(hour, now, takes), n.tally.between(now.Add(-tallyKeep), hour, takes))
	if scope.Whole() {
		lost := n.tally.between(hour, now, everyGroup).by
		unknown := lost[policy.CampaignUnknown.String()] + lost[policy.CampaignAmbiguous.String()]
		rows = append(rows, oneRow("campaigns", light(unknown > 0), "%d attempts in the last hour led to none", unknown)...)
	}
	return rows, nil
}

func refusalRow(last, usual tallySpan) []console.BoardRow {
	text := fmt.Sprintf("%d of %d attempts in the last hour (%.0f %%)", last.refused, last.attempts, last.share())
	unusual := false
	if usual.attempts >= usualAttempts {
		text += fmt.Sprintf(", usually %.0f %%", usual.share())
		unusual = last.attempts >= hourAttempts && last.share() >= 2*usual.share() && last.share() >= usual.share()+unusualBy
	}
	reasons := make([]string, 0, len(last.by))
	for reason := range last.by { // order: sorted below
		reasons = append(reasons, reason)
	}
	slices.SortFunc(reasons, func(a, b string) int { return cmp.Or(cmp.Compare(last.by[b], last.by[a]), cmp.Compare(a, b)) })
	for i, reason := range reasons[:min(len(reasons), 4)] {
		reasons[i] = fmt.Sprintf("%s %d", reason, last.by[reason])
	}
	if len(reasons) > 0 {
		text += ": " + strings.Join(reasons[:min(len(reasons), 4)], ", ")
	}
	return oneRow("refused", light(unusual), "%s", text)
}

// boardSilent tells the silent calls of today, and what they left.
func (n *node) boardSilent(scope access.Scope, now time.Time) ([]console.BoardRow, error) {
	s := n.book.Current()
	all, err := n.reader.Counters()
	if err != nil {
		return nil, err
	}
	var silent, connected, late uint64
	today := ledger.DayOf(now)
	for of, c := range all { // order: sums
		if of.Day == today && scope.Takes(s.Group(of.Group)) {
			silent, connected, late = silent+c.Silent, connected+c.Connected, late+c.Late
		}
	}
	text := fmt.Sprintf("%d today, %d connected", silent, connected)
	if late > 0 {
		text += fmt.Sprintf(", %d ended too late", late)
	}
	if scope.Whole() {
		text += fmt.Sprintf("; %d numbers barred or owed an operator", n.desks.Barred())
	}
	return oneRow("silent calls", light(late > 0), "%s", text), nil
}

// boardRegistry tells how long the answers of the registry hold, of each account.
func (n *node) boardRegistry(scope access.Scope, now time.Time) (rows []console.BoardRow, err error) {
	for _, a := range n.book.Accounts() {
		if scope.Takes(a.Principal, "") {
			rows = append(rows, registryRow(&a, now)...)
		}
	}
	return rows, nil
}

func registryRow(a *book.AccountStatus, now time.Time) []console.BoardRow {
	name := "registry " + a.Account
	switch {
	case a.Broken != nil:
		return oneRow(name, console.Red, "%v", a.Broken)
	case a.Listed == 0:
		return oneRow(name, console.Green, "no numbers to ask about")
	case a.Ends.IsZero():
		return oneRow(name, console.Red, "no answer holds for any of %d numbers", a.Listed)
	}
	l := console.Green
	if a.EndLast > 0 || a.Unchecked > 0 {
		l = console.Yellow
	}
	return oneRow(name, l, "the oldest answer ends in %s; of %d numbers %d have none", roughly(a.Ends.Sub(now)), a.Listed, a.Unchecked)
}

// boardBlacklists tells how old the blacklist of each principal is.
func (n *node) boardBlacklists(scope access.Scope, now time.Time) (rows []console.BoardRow, err error) {
	s := n.book.Current()
	told := map[policy.PrincipalID]bool{}
	for c := range openCampaigns(s) {
		if told[c.Principal] || !takesCampaign(scope, s, c) {
			continue
		}
		told[c.Principal] = true
		text := "never synchronised"
		if synced := s.Blacklist(c.Principal, 0, now).Synced; !synced.IsZero() {
			text = "synchronised " + roughly(now.Sub(synced)) + " ago"
		}
		rows = append(rows, oneRow("blacklist "+s.PrincipalName(c.Principal), light(n.staleFor(s, c, now)), "%s", text)...)
	}
	return rows, nil
}

// boardFolders tells how the folders of dispositions do.
func (n *node) boardFolders(scope access.Scope, _ time.Time) (rows []console.BoardRow, err error) {
	for _, f := range n.folders {
		if !takesCalls(scope, n.book.Current(), f.callCentre) && scope.CallCentre != f.callCentre {
			continue
		}
		s := f.State()
		text := fmt.Sprintf("%d files taken, %d failed, %d bad rows, %d wait", s.Done, s.Failed, s.Bad, s.Waiting)
		l := console.Green
		switch {
		case s.Trouble != "":
			l, text = console.Red, text+": "+strings.ReplaceAll(s.Trouble, "\n", "; ")
		case s.Failed+s.Bad > 0:
			l = console.Yellow
		}
		rows = append(rows, oneRow("dispositions "+f.callCentre, l, "%s", text)...)
	}
	return rows, nil
}

// lowDays is how soon a disk that fills is full and somebody must act.
const lowDays = 7 * 24 * time.Hour

// boardDisk tells how much of the disk is left, and for how long.
func (n *node) boardDisk(scope access.Scope, now time.Time) ([]console.BoardRow, error) {
	if !scope.Whole() {
		return nil, nil
	}
	free, total, err := n.disk(n.config.Node.Data)
	if err != nil {
		return oneRow("disk", console.Red, "%v", err), nil
	}
	left, fills := n.tally.shrinks(now, free)
	text := fmt.Sprintf("%d %% free", 100*free/max(1, total))
	if fills {
		text += ", full in " + roughly(left) + " at the pace of the last day"
	}
	return oneRow("disk", light(free < total/enough || fills && left < lowDays), "%s", text), nil
}

// roughly writes a time as people say it.
func roughly(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d >= 2*day:
		return fmt.Sprintf("%d days", d/day)
	case d >= 2*time.Hour:
		return fmt.Sprintf("%d hours", d/time.Hour)
	case d >= 2*time.Minute:
		return fmt.Sprintf("%d minutes", d/time.Minute)
	}
	return fmt.Sprintf("%d seconds", max(0, d/time.Second))
}
