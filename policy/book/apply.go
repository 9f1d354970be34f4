package book

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"tregua/policy"
	"tregua/policy/store"
)

// Changes are what [Book.Apply] changed, or would change.
type Changes struct {
	Generation uint64 // the one in force afterwards
	Edits      []Edit
}

// Edit is the change of one entity.
type Edit struct {
	What   string // principal, call_centre, mandate, caller_id, account, campaign, group, provider, list
	Name   string
	Change string // "new", or "ground: directory -> consent, closed: false -> true"
}

// Apply makes the entities what the text (data.yaml) says. What the text does
// not name stays as it is; the same text again changes nothing. All mistakes
// are reported at once, as [Mistakes], and then nothing is changed. With
// dryRun nothing is changed either way.
func (b *Book) Apply(ctx context.Context, actor string, text []byte, dryRun bool) (Changes, error) {
	return b.ApplyBecause(ctx, actor, "", text, dryRun)
}

// ApplyBecause is [Book.Apply] with what the actor says of it, 1000 bytes at
// most: the history of each entity that changes keeps it.
func (b *Book) ApplyBecause(ctx context.Context, actor, because string, text []byte, dryRun bool) (Changes, error) {
	if len(because) > maxBecause {
		return Changes{}, wrong("because: %d bytes are too many: say it in %d", len(because), maxBecause)
	}
	if err := ctx.Err(); err != nil {
		return Changes{}, err
	}
	items, mistakes := readData(text)
	b.mu.Lock()
	defer b.mu.Unlock()
	w := &work{entities: b.entities.clone(), last: b.last, reading: b.reading, mistakes: mistakes, seen: map[string]position{}, profiles: b.config.Profiles}
	for _, it := range items {
		w.apply(it)
	}
	w.contested(items)
	w.aliased(items)
	if len(w.mistakes) > 0 {
		return Changes{}, w.mistakes.sorted()
	}
	changes := Changes{Generation: b.current.Load().generation, Edits: w.edits}
	if dryRun || len(w.edits) == 0 {
		return changes, nil
	}
	at := b.stamp()
	generation, err := b.activate(w.batch(at, actor, because), w.entities, b.parts, at, actor, "apply")
	if errors.Is(err, store.ErrTooLarge) {
		return Changes{}, wrong("%d changes are too many for one apply: split the text; parts of 4000 entities fit", len(w.edits))
	}
	if err != nil {
		return Changes{}, err
	}
	b.last = w.last
	changes.Generation = generation
	return changes, nil
}

// maxBecause bounds the reason of a change, in bytes.
const maxBecause = 1000

// work is an apply that is being worked out.
type work struct {
	entities *entities // a copy
	last     counters
	reading  reading // of numbers that people write
	mistakes Mistakes
	seen     map[string]position // kind and name -> where it stands in the file
	profiles []Profile
	edits    []Edit
	written  []edited
}

type edited struct {
	kind   kind
	id     uint32
	before *entityRow
	after  entityRow
}

// put gives a name its row and returns its id.
func (w *work) put(k kind, row entityRow) uint32 {
	id, before, found := w.entities.get(k, row.Name)
	if found && before == row {
		return id
	}
	change := edited{kind: k, after: row}
	if found {
		change.before = &before
	} else {
		w.last[k]++
		id = w.last[k]
	}
	change.id = id
	w.entities.set(k, id, row)
	w.written = append(w.written, change)
	w.edits = append(w.edits, Edit{What: k.String(), Name: row.Name, Change: w.entities.difference(k, change.before, &row)})
	return id
}

// batch is the rows of everything that was put.
func (w *work) batch(at time.Time, actor, because string) store.Batch {
	var batch store.Batch
	put := func(key []byte, row any) {
		batch.Put = append(batch.Put, store.Row{Key: key, Value: encode(row)})
	}
	given := map[kind]bool{}
	for _, c := range w.written {
		put(entityKey(c.kind, c.id), storedEntity{Version: rowVersion, Entity: c.after})
		put(historyKey(c.kind, c.id, at), historyRow{
			Version: rowVersion, At: instantOf(at), Actor: actor, Before: c.before, After: &c.after, Because: because,
		})
		if c.before == nil {
			w.entities.entered(c.kind, c.id, at)
			put(nameKey(c.kind, c.after.Name), nameRow{Version: rowVersion, ID: c.id})
			given[c.kind] = true
		}
	}
	for k := kindPrincipal; k < kindPart; k++ {
		if given[k] {
			batch.Put = append(batch.Put, w.last.row(k))
		}
	}
	return batch
}

// apply takes one item of the file.
func (w *work) apply(it item) {
	row := entityRow{Name: w.slug(it, "name")}
	switch it.kind {
	case kindPrincipal:
		row.Profile = w.profile(it)
		row.OptOut, row.Callback = w.own(it, "opt_out"), w.own(it, "callback")
	case kindAccount:
		row.Principal = policy.PrincipalID(w.refer(it, "principal", kindPrincipal))
		row.Format = w.format(it)
		w.keepPrincipal(it, row)
	case kindCampaign:
		row = w.operators(it, w.aliases(it, w.service(it, w.campaignLists(it, w.campaign(it, row)))))
	case kindCallCentre:
		row = w.callCentre(it, row)
	case kindMandate:
		row = w.mandate(it)
	case kindCallerID:
		row = w.callerID(it)
	case kindProvider:
		row = w.provider(it, row)
	case kindList:
		row = w.list(it, row)
	case kindGroup, kindPart:
	}
	if row.Name == "" || w.twice(it, row.Name) {
		return
	}
	w.put(it.kind, row)
}

func (w *work) campaign(it item, row entityRow) entityRow {
	if principal := it.fields["principal"].text; row.Name != "" {
		row.Name = principal + "/" + row.Name
	}
	row.Principal = policy.PrincipalID(w.refer(it, "principal", kindPrincipal))
	row.CallCentre = policy.CallCentreID(w.refer(it, "call_centre", kindCallCentre))
	row.Account = policy.AccountID(w.refer(it, "account", kindAccount))
	row.Purpose = w.slug(it, "purpose")
	row.Channel = oneOf(w, it, "channel", channels)
	row.Ground = oneOf(w, it, "ground", grounds)
	row.Sector = w.slug(it, "sector")
	if _, ok := it.fields["closed"]; ok {
		row.Closed = oneOf(w, it, "closed", truths)
	}
	if account := w.entities.rows[kindAccount][uint32(row.Account)]; row.Account != 0 && row.Principal != 0 && account.Principal != row.Principal {
		w.mistakes.add(it.fields["account"].position, "account %q belongs to principal %q: its answers count for that one's campaigns only",
			account.Name, w.entities.rows[kindPrincipal][uint32(account.Principal)].Name)
	}
	if row.Principal != 0 && row.CallCentre != 0 && row.Purpose != "" {
		group := strings.Join([]string{it.fields["principal"].text, row.Purpose, it.fields["call_centre"].text}, "/")
		row.Group = policy.GroupID(w.put(kindGroup, entityRow{Name: group, Principal: row.Principal, CallCentre: row.CallCentre, Purpose: row.Purpose}))
	}
	return row
}

// keepPrincipal refuses to move an account: answers that were given to one
// principal would count for another.
func (w *work) keepPrincipal(it item, row entityRow) {
	_, before, found := w.entities.get(kindAccount, row.Name)
	if found && row.Principal != 0 && before.Principal != row.Principal {
		w.mistakes.add(it.fields["principal"].position, "account %q belongs to principal %q and cannot move: give the other its own account",
			row.Name, w.entities.rows[kindPrincipal][uint32(before.Principal)].Name)
	}
}

// twice reports whether the file names the entity a second time.
func (w *work) twice(it item, name string) bool {
	key, at := fmt.Sprint(it.kind, " ", name), it.position
	if field, ok := it.fields["name"]; ok {
		at = field.position
	}
	first, again := w.seen[key]
	if again {
		w.mistakes.add(at, "%s %q stands in line %d already", it.kind, name, first.line)
		return true
	}
	w.seen[key] = at
	return false
}
