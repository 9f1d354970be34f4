package page

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Lang is the language of a page.
type Lang string

// The languages.
const (
	English Lang = "en"
	Italian Lang = "it"
)

// ParseLang reads a language; "" is Italian, which is what an authority in Italy reads.
func ParseLang(text string) (Lang, error) {
	switch l := Lang(text); l {
	case "":
		return Italian, nil
	case English, Italian:
		return l, nil
	}
	return "", fmt.Errorf("language %q: it is it or en", text)
}

// word returns what a key is called.
func (l Lang) word(key string) string {
	w, ok := words[key]
	if !ok {
		return key
	}
	if l == Italian {
		return w[1]
	}
	return w[0]
}

// count writes a number with its thousands apart.
func (l Lang) count(n uint64) string {
	digits, sep := strconv.FormatUint(n, 10), ","
	if l == Italian {
		sep = "."
	}
	var parts []string
	for len(digits) > 3 {
		parts = append([]string{digits[len(digits)-3:]}, parts...)
		digits = digits[:len(digits)-3]
	}
	return strings.Join(append([]string{digits}, parts...), sep)
}

// percent writes a ratio as percent with two digits, "–" for none.
func (l Lang) percent(ratio *float64) string {
	if ratio == nil {
		return "–"
	}
	return l.decimals(strconv.FormatFloat(*ratio*100, 'f', 2, 64)) + " %"
}

func (l Lang) decimals(s string) string {
	if l == Italian {
		return strings.ReplaceAll(s, ".", ",")
	}
	return s
}

// date writes a day, which the report has as 2026-11-22.
func (l Lang) date(day string) string {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return day
	}
	if l == Italian {
		return t.Format("02/01/2006")
	}
	return t.Format("2 January 2006")
}

// at writes a moment by the clock of a zone.
func (l Lang) at(t time.Time, zone *time.Location) string {
	if t.IsZero() {
		return "–"
	}
	t = t.In(zone)
	return l.date(t.Format(time.DateOnly)) + " " + t.Format("15:04:05 -07:00")
}

// words are the words of a page in English and Italian.
var words = map[string][2]string{
	"title":         {"Report on telephone contacts", "Rapporto sui contatti telefonici"},
	"day":           {"Day", "Giorno"},
	"month":         {"Month", "Mese"},
	"span":          {"Period", "Periodo"},
	"final":         {"Final report of the campaign", "Rapporto finale della campagna"},
	"all":           {"all calls", "tutte le chiamate"},
	"campaign":      {"Campaign", "Campagna"},
	"group":         {"Ratio group", "Gruppo"},
	"principal":     {"Principal", "Committente"},
	"call_centre":   {"Call centre", "Call center"},
	"none":          {"none", "nessuna"},
	"period":        {"Period", "Periodo"},
	"made":          {"Made", "Redatto"},
	"revision":      {"Revision", "Revisione"},
	"open":          {"calls had not ended and will be in the next revision", "chiamate non erano terminate e saranno nella prossima revisione"},
	"node":          {"Node", "Nodo"},
	"program":       {"Program", "Programma"},
	"anchored":      {"Records anchored outside", "Registrazioni ancorate all'esterno"},
	"anchor_up_to":  {"up to record %d, at %s", "fino alla registrazione %d, il %s"},
	"anchor_none":   {"not anchored", "non ancorate"},
	"anchor_since":  {"not anchored since %s", "non ancorate dal %s"},
	"digest":        {"SHA-256 of the report in JSON", "SHA-256 del rapporto in JSON"},
	"signature":     {"Signature (Ed25519)", "Firma (Ed25519)"},
	"hours":         {"hours", "ore"},
	"limit":         {"limit", "limite"},
	"enforced":      {"enforced", "vincolante"},
	"told":          {"for information", "per conoscenza"},
	"over":          {"over the limit", "oltre il limite"},
	"within":        {"within the limit", "entro il limite"},
	"calls":         {"Calls", "Chiamate"},
	"share":         {"Share", "Quota"},
	"seconds":       {"Seconds", "Secondi"},
	"reason":        {"Reason", "Motivo"},
	"law":           {"Law", "Norma"},
	"rule":          {"Rule and reason", "Regola e motivo"},
	"peak":          {"most attempts", "più tentativi"},
	"highest":       {"highest ratio", "rapporto più alto"},
	"missing":       {"no data", "dati mancanti"},
	"what":          {"What", "Che cosa"},
	"trunk":         {"Trunk", "Trunk"},
	"from":          {"From", "Dal"},
	"until":         {"Until", "Al"},
	"who":           {"Who", "Chi"},
	"goes_on":       {"goes on", "in corso"},
	"bypass_of":     {"bypass: calls judged, not held up", "bypass: chiamate giudicate, non fermate"},
	"outage":        {"tregua did not run", "tregua non era in funzione"},
	"profile":       {"Profile", "Profilo"},
	"generation":    {"Generation of policy and data", "Generazione di politica e dati"},
	"caller":        {"Caller id", "Numero chiamante"},
	"attempts":      {"Attempts", "Tentativi"},
	"later":         {"later", "oltre"},
	"never":         {"never", "mai"},
	"withheld":      {"withheld", "oscurato"},
	"unreadable":    {"not on file, not readable", "non censito, non leggibile"},
	"not looked at": {"not looked at", "non esaminato"},
	"figure":        {"Figure", "Voce"},

	"s_ends":     {"What became of the attempts", "Esito dei tentativi"},
	"s_answered": {"What became of the answered calls", "Esito delle chiamate con risposta"},
	"s_operator": {"From the answer to the operator", "Dalla risposta all'operatore"},
	"s_ambience": {"From the answer to the ambience", "Dalla risposta al rumore ambientale"},
	"s_cut":      {"Ended because nobody spoke, from the answer", "Chiuse perché nessuno parlava, dalla risposta"},
	"s_silent":   {"Silent calls, bars and recontacts", "Chiamate mute, blocchi e ricontatti"},
	"s_other":    {"Further figures", "Altri dati"},
	"s_refusals": {"Refused, by reason", "Rifiutate, per motivo"},
	"s_shadow":   {"Would have been refused by rules in shadow", "Sarebbero state rifiutate dalle regole in ombra"},
	"s_groups":   {"By ratio group", "Per gruppo"},
	"s_lines":    {"By campaign", "Per campagna"},
	"s_days":     {"By day", "Per giorno"},
	"s_times":    {"Bypass and outages", "Bypass e interruzioni"},
	"s_purged":   {"Personal data erased at the end of its term; the figures are the same", "Dati personali cancellati a fine termine; le cifre restano le stesse"},

	"p_silent":     {"silent", "mute"},
	"p_connected":  {"answered", "risposte"},
	"p_refused":    {"refused", "rifiutate"},
	"p_unanswered": {"not answered", "senza risposta"},
	"s_versions":   {"Versions in force", "Versioni in vigore"},
	"s_callers":    {"Caller ids shown", "Numeri chiamanti mostrati"},
	"s_notes":      {"How to read this", "Come si legge"},

	"n_ratio": {
		"A silent call (class A) is answered, and no operator is heard within %s s of the answer; in class B one is. A/B is the ratio that is enforced: the stricter reading of Garante provv. 83/2014. A/(A+B) is told besides.",
		"Una chiamata muta (classe A) riceve risposta e nessun operatore si sente entro %s s dalla risposta; nella classe B si sente. Il rapporto vincolante è A/B, la lettura più severa del provv. Garante 83/2014. A/(A+B) è riportato in aggiunta.",
	},
	"n_machine": {
		"A machine is what the carrier or the dialer says to be one, never a guess. Calls answered by a machine, ended by the called person before the time was over, or not watched are in neither class.",
		"È una macchina ciò che il gestore di rete o il dialer dichiara tale, mai una supposizione. Le chiamate con risposta di una macchina, chiuse dal chiamato prima del tempo o non sorvegliate non sono in nessuna delle due classi.",
	},
	"n_numbers": {
		"This report tells no number of a called person. The last four digits of caller ids are hidden.",
		"Questo rapporto non contiene numeri di persone chiamate. Le ultime quattro cifre dei numeri chiamanti sono nascoste.",
	},
	"n_bars": {
		"A silent call bars the number for five days; the next contact must have an operator.",
		"Una chiamata muta blocca il numero per cinque giorni; il contatto seguente deve avere un operatore.",
	},

	"dialled":           {"Attempts", "Tentativi"},
	"repeats":           {"Re-dials answered from memory", "Ripetizioni rifiutate senza nuovo esame"},
	"refused":           {"Refused", "Rifiutati"},
	"cancelled":         {"Given up by the dialer", "Annullati dal dialer"},
	"failed":            {"Failed at the carrier", "Falliti presso il gestore"},
	"unreachable":       {"Carrier did not answer", "Gestore senza risposta"},
	"interrupted":       {"Interrupted", "Interrotti"},
	"handed_on":         {"Handed on to the carrier", "Ceduti al gestore"},
	"unended":           {"Other", "Altro"},
	"answered":          {"Answered", "Con risposta"},
	"forwarded":         {"Forwarded to a carrier", "Inoltrati al gestore"},
	"rang":              {"Reached the person", "Arrivati alla persona"},
	"silent":            {"Silent (class A)", "Mute (classe A)"},
	"connected":         {"With an operator (class B)", "Con operatore (classe B)"},
	"machine_carrier":   {"Machine, as the carrier says", "Macchina, secondo il gestore"},
	"machine_dialer":    {"Machine, as the dialer says", "Macchina, secondo il dialer"},
	"hung_up":           {"Called person hung up first", "Chiuse prima dal chiamato"},
	"unwatched":         {"Not watched", "Non sorvegliate"},
	"deaf":              {"Codec that cannot be heard", "Codec non ascoltabile"},
	"unclassed":         {"Other", "Altro"},
	"silent_shadow":     {"Silent, in shadow", "Mute, in ombra"},
	"silent_live":       {"Silent, on a live line", "Mute, con linea aperta"},
	"given_up":          {"Silent, ended by the dialer", "Mute, chiuse dal dialer"},
	"cut":               {"Ended by tregua", "Chiuse da tregua"},
	"late":              {"Ended later than the law says", "Chiuse oltre il termine di legge"},
	"bars":              {"Bars set", "Blocchi impostati"},
	"bars_shadow":       {"Bars in shadow", "Blocchi in ombra"},
	"recontacts":        {"First contacts after a bar", "Primi contatti dopo un blocco"},
	"recontact_answers": {"of these, answered", "di cui con risposta"},
	"recontact_met":     {"of these, with an operator", "di cui con operatore"},
	"recontact_silent":  {"of these, silent again", "di cui di nuovo mute"},
	"opted_out":         {"Objections by key", "Opposizioni da tastiera"},
	"bypass":            {"Attempts in bypass", "Tentativi in bypass"},
	"in_shadow":         {"Attempts in shadow", "Tentativi in ombra"},
	"would_refuse":      {"Let go, refused by a rule in shadow", "Lasciati passare, rifiutati da una regola in ombra"},
	"emergency":         {"Emergency calls", "Chiamate di emergenza"},
	"unsynced":          {"Clock not synchronised", "Orologio non sincronizzato"},
	"erased":            {"Persons erased since", "Persone cancellate nel frattempo"},
}
