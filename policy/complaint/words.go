package complaint

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"tregua/policy/ledger"
	"tregua/policy/report/page"
)

// Language words a paper. Times are those of Zone.
type Language struct {
	page.Lang
	Zone *time.Location
}

// words are English and Italian.
var words = map[string][2]string{
	"sheet":           {"Answer to a complaint", "Risposta a un reclamo"},
	"statement":       {"Statement", "Attestazione"},
	"about":           {"Complaint %s about calls to %s", "Reclamo %s su chiamate al numero %s"},
	"channel":         {"By way of", "Pervenuto tramite"},
	"reference":       {"Their reference", "Riferimento"},
	"principal":       {"Principal", "Committente"},
	"caller":          {"Caller id, as told", "Numero chiamante segnalato"},
	"window":          {"Calls asked about", "Chiamate richieste"},
	"received":        {"Received", "Ricevuto"},
	"deadline":        {"Answer due", "Risposta entro"},
	"held":            {"Calls held back for", "Chiamate sospese per"},
	"outcome":         {"Outcome", "Esito"},
	"made":            {"Made", "Redatto"},
	"node":            {"Instance", "Istanza"},
	"program":         {"Program", "Programma"},
	"calls":           {"Calls found", "Chiamate trovate"},
	"anchored":        {"Anchored records", "Registrazioni ancorate"},
	"call":            {"Call %d: %s", "Chiamata %d: %s"},
	"what":            {"What", "Voce"},
	"text":            {"", ""},
	"receipt":         {"Receipt", "Ricevuta"},
	"who":             {"Call centre, campaign", "Call center, campagna"},
	"callerid":        {"Caller id", "Numero chiamante"},
	"claimed":         {"the one complained of", "quello segnalato"},
	"decision":        {"Decision", "Decisione"},
	"ground":          {"Ground", "Base giuridica"},
	"from":            {"Where it came from", "Provenienza"},
	"became":          {"What became of it", "Esito della chiamata"},
	"answered":        {"answered", "risposta"},
	"operator":        {"operator after %d.%d s", "operatore dopo %d,%d s"},
	"asked":           {"Evidence to be asked", "Prove da richiedere"},
	"provider":        {"Provider", "Fornitore"},
	"of":              {"Of", "Relative a"},
	"coverage":        {"What the records cover", "Copertura delle registrazioni"},
	"hours":           {"Sealed summaries of hours", "Riepiloghi orari sigillati"},
	"records":         {"Records in them, by sequence", "Registrazioni, per sequenza"},
	"trunks":          {"Trunks used", "Trunk utilizzati"},
	"stopped":         {"Program stopped", "Programma fermo"},
	"bypassed":        {"Bypass", "Bypass"},
	"missing":         {"No summary", "Senza riepilogo"},
	"gone":            {"Gone, over their term", "Rimosse a fine termine"},
	"gone_until":      {"%s, up to %s", "%s, fino al %s"},
	"silent":          {"silent calls", "chiamate mute"},
	"connected":       {"answered calls", "chiamate risposte"},
	"refused":         {"refused calls", "chiamate rifiutate"},
	"unanswered":      {"unanswered calls", "chiamate senza risposta"},
	"none":            {"none", "nessuno"},
	"notes":           {"Notes", "Note"},
	"n_statement":     {"This is a statement about the calls that passed the named instance. It is no proof that nobody called: a call by another way, or with a caller id that is not its own, leaves no trace here.", "La presente attesta le chiamate transitate sull'istanza indicata. Non prova che nessuno abbia chiamato: una chiamata instradata altrove, o con numero chiamante falsificato, qui non lascia traccia."},
	"n_receipt":       {"Each call has a receipt: tregua receipt ID writes a file that anybody verifies with the public key of the log.", "Per ogni chiamata esiste una ricevuta: tregua receipt ID scrive un file che chiunque verifica con la chiave pubblica del registro."},
	"n_sign":          {"The JSON form of this paper is signed; tregua report verify checks it.", "La forma JSON di questo documento è firmata; tregua report verify la verifica."},
	"says":            {"From %s to %s no attempt%s%s to %s passed instance %s. Trunks used: %s. The records are complete from sequence %d to %d.", "Dal %s al %s nessun tentativo%s%s verso %s è transitato sull'istanza %s. Trunk utilizzati: %s. Le registrazioni sono complete dalla sequenza %d alla %d."},
	"says_part":       {"From %s to %s no attempt%s%s to %s passed instance %s. Trunks used: %s. The records are complete.", "Dal %s al %s nessun tentativo%s%s verso %s è transitato sull'istanza %s. Trunk utilizzati: %s. Le registrazioni sono complete."},
	"says_none":       {"From %s to %s no attempt%s%s to %s passed instance %s. It recorded no attempt at all.", "Dal %s al %s nessun tentativo%s%s verso %s è transitato sull'istanza %s, dove non risulta alcun tentativo."},
	"says_for":        {" on behalf of %s", " per conto di %s"},
	"says_from":       {" from caller id %s", " dal numero chiamante %s"},
	"garante":         {"Garante", "Garante"},
	"agcom":           {"AGCOM", "AGCOM"},
	"monitoring_body": {"monitoring body of the code of conduct", "organismo di monitoraggio del codice di condotta"},
	"customer_care":   {"customer care", "servizio clienti"},
	"upheld":          {"upheld", "fondato"},
	"rejected":        {"rejected", "infondato"},
	"not_ours":        {"not our call", "chiamata non nostra"},
}

func (l Language) word(key string) string {
	w, ok := words[key]
	switch {
	case !ok:
		return key
	case l.Lang == page.Italian:
		return w[1]
	}
	return w[0]
}

func (l Language) f(key string, args ...any) string { return fmt.Sprintf(l.word(key), args...) }

func (l Language) at(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(l.Zone).Format("02/01/2006 15:04:05 MST")
}

// statement is what a statement says.
func (l Language) statement(p *Paper) string {
	behalf, from := "", ""
	if p.Principal != "" {
		behalf = l.f("says_for", p.Principal)
	}
	if p.CallerID != "" {
		from = l.f("says_from", p.CallerID)
	}
	c := &p.Coverage
	trunks := cmp.Or(strings.Join(c.Trunks, ", "), l.word("none"))
	switch {
	case c.Part:
		return l.f("says_part", l.at(c.From), l.at(c.Until), behalf, from, p.Number, p.Node, trunks)
	case c.Records == 0:
		return l.f("says_none", l.at(c.From), l.at(c.Until), behalf, from, p.Number, p.Node)
	}
	return l.f("says", l.at(c.From), l.at(c.Until), behalf, from, p.Number, p.Node, trunks, c.First, c.Last)
}

// Sheet draws p as a page.
func (p *Paper) Sheet(l Language) *page.Sheet {
	s := &page.Sheet{
		Lang: l.Lang, Title: l.word(p.Kind), Subject: cmp.Or(p.Says, l.f("about", p.Complaint, p.Number)),
		Foot:     l.f("about", p.Complaint, p.Number),
		NotesAre: l.word("notes"), Notes: []string{l.word("n_sign")},
	}
	if p.Kind == "statement" {
		s.Notes = append([]string{l.word("n_statement")}, s.Notes...)
	} else if len(p.Calls) > 0 {
		s.Notes = append([]string{l.word("n_receipt")}, s.Notes...)
	}
	for _, f := range []page.Fact{
		{Name: l.word("channel"), Text: l.word(p.Channel)},
		{Name: l.word("reference"), Text: p.Reference},
		{Name: l.word("principal"), Text: p.Principal},
		{Name: l.word("caller"), Text: p.CallerID},
		{Name: l.word("window"), Text: l.at(p.Coverage.From) + " – " + l.at(p.Coverage.Until)},
		{Name: l.word("received"), Text: l.at(p.Received)},
		{Name: l.word("deadline"), Text: l.at(p.Deadline)},
		{Name: l.word("held"), Text: strings.Join(p.Held, ", ")},
		{Name: l.word("outcome"), Text: strings.TrimSpace(l.word(p.Outcome) + " " + p.Answer)},
		{Name: l.word("calls"), Text: strconv.Itoa(len(p.Calls))},
		{Name: l.word("made"), Text: l.at(p.Made)},
		{Name: l.word("node"), Text: p.Node},
		{Name: l.word("program"), Text: "tregua " + p.Program},
		{Name: l.word("anchored"), Text: p.anchored()},
	} {
		if f.Text != "" {
			s.Facts = append(s.Facts, f)
		}
	}
	for i := range p.Calls {
		s.Sections = append(s.Sections, l.call(i+1, &p.Calls[i]))
	}
	if len(p.Asked) > 0 {
		asked := page.Section{Title: l.word("asked"), Head: []string{l.word("provider"), l.word("of"), l.word("receipt")}, Texts: 3}
		for _, a := range p.Asked {
			asked.Rows = append(asked.Rows, page.Row{Cells: []string{a.Provider, a.Of, a.Receipt}})
		}
		s.Sections = append(s.Sections, asked)
	}
	s.Sections = append(s.Sections, l.coverage(&p.Coverage, p.Gone))
	return s
}

// anchored counts the records of the whole node.
func (p *Paper) anchored() string {
	if p.Coverage.Part {
		return ""
	}
	return strconv.FormatUint(p.Anchored, 10)
}

// table is one of names and texts; empty texts are left out.
func (l Language) table(title string, pairs ...string) page.Section {
	s := page.Section{Title: title, Head: []string{l.word("what"), l.word("text")}, Texts: 2}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			s.Rows = append(s.Rows, page.Row{Cells: []string{l.word(pairs[i]), pairs[i+1]}})
		}
	}
	return s
}

func (l Language) call(n int, c *Call) page.Section {
	callerID := c.CallerID
	if c.Claimed {
		callerID += ", " + l.word("claimed")
	}
	became := []string{c.Outcome}
	if !c.AnsweredAt.IsZero() {
		became = append(became, l.word("answered")+" "+l.at(c.AnsweredAt))
	}
	if c.OperatorMS != nil {
		became = append(became, l.f("operator", *c.OperatorMS/1000, *c.OperatorMS%1000/100))
	}
	return l.table(l.f("call", n, l.at(c.At)),
		"principal", c.Principal, "who", strings.TrimPrefix(c.CallCentre+", "+c.Campaign, ", "), "callerid", callerID,
		"decision", strings.TrimSpace(c.Verdict+" "+c.Reason)+" ("+c.Mode+"). "+c.Text+" "+c.Law,
		"ground", c.Ground, "from", strings.Join(c.Provenance, "; "),
		"became", strings.Join(became, ", "), "receipt", c.Receipt)
}

func (l Language) coverage(c *Coverage, gone []ledger.Gone) page.Section {
	records := ""
	if c.Records > 0 {
		records = fmt.Sprintf("%d (%d – %d)", c.Records, c.First, c.Last)
	}
	return l.table(l.word("coverage"),
		"hours", strconv.Itoa(c.Hours), "records", records, "trunks", strings.Join(c.Trunks, ", "),
		"stopped", cmp.Or(l.spans(c.Stopped), l.word("none")), "bypassed", cmp.Or(l.spans(c.Bypassed), l.word("none")),
		"missing", cmp.Or(l.spans(c.Missing), l.word("none")), "gone", cmp.Or(l.gone(gone), l.word("none")))
}

// gone words what purges took.
func (l Language) gone(list []ledger.Gone) string {
	parts := make([]string, len(list))
	for i, g := range list {
		parts[i] = g.Month + " " + l.f("gone_until", l.word(g.Class), l.at(g.Until))
	}
	return strings.Join(parts, "; ")
}

func (l Language) spans(list []Span) string {
	parts := make([]string, len(list))
	for i, s := range list {
		parts[i] = strings.TrimSpace(s.Trunk + " " + l.at(s.From) + " – " + l.at(s.Until))
	}
	return strings.Join(parts, "; ")
}
