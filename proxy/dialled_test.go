package proxy

import (
	"testing"

	"tregua/policy"
	"tregua/policy/numbers"
	"tregua/proxy/wire"
)

// dialPlan is that of the trunk in these tests: 9 for a line, then 77 for a
// campaign.
var dialPlan = numbers.Plan{Country: "IT", Strip: "9", Prefixes: []string{"77"}}

// ways are ways to write a Request-URI that rings +39 333 1234567, or looks as
// if it rang another. None may pass for another number or for an emergency.
var ways = []struct{ uri, want string }{
	// As it is.
	{"sip:+393331234567@carrier", "opposed"},
	{"sip:+393331234567@carrier;user=phone", "opposed"},
	{"SIP:+393331234567@CARRIER:5080;transport=udp;lr", "opposed"},
	{"sips:3331234567@[2001:db8::112]:5061", "opposed"},
	{"tel:+393331234567", "opposed"},
	{"TEL:+39-333-1234567", "opposed"},
	{"sip:3331234567@112", "opposed"},
	// Escapes.
	{"sip:%2b393331234567@carrier", "opposed"},
	{"sip:%2B39%33331234567@carrier", "opposed"},
	{"sip:%33%33%33%31%32%33%34%35%36%37@carrier", "opposed"},
	{"tel:%2B393331234567", "opposed"},
	{"sip:%2533331234567@carrier", "unreadable"},
	{"sip:%252b393331234567@carrier", "unreadable"},
	{"sip:333%2D1234567@carrier", "opposed"},
	{"sip:%EF%BC%93331234567@carrier", "unreadable"}, // a full-width 3
	{"sip:%D9%A3331234567@carrier", "unreadable"},    // an Arabic 3
	{"sip:3331234567%00@carrier", "unreadable"},
	{"sip:3331234567%0D%0A@carrier", "unreadable"},
	{"sip:3331234567%40112@carrier", "unreadable"},
	{"sip:3331234567%3Bx@carrier", "unreadable"},
	{"sip:333123456%3@carrier", "no URI"},
	// Separators and blanks.
	{"sip:(333)123.45-67@carrier", "opposed"},
	{"sip:+39%20333%201234567@carrier", "unreadable"},
	{"sip:%203331234567@carrier", "unreadable"},
	{"sip:+39%0933331234567@carrier", "unreadable"},
	{"sip:333/1234567@carrier", "unreadable"},
	{"sip:333_1234567@carrier", "unreadable"},
	{"sip:333~1234567@carrier", "unreadable"},
	// Beginnings.
	{"sip:00393331234567@carrier", "opposed"},
	{"sip:00-39-3331234567@carrier", "opposed"},
	{"sip:00%2039%203331234567@carrier", "unreadable"},
	{"sip:393331234567@carrier", "opposed"},
	{"sip:03331234567@carrier", "unreadable"}, // Italy has no trunk prefix
	{"sip:+3903331234567@carrier", "unreadable"},
	{"sip:000393331234567@carrier", "unreadable"},
	{"sip:0000393331234567@carrier", "unreadable"},
	{"sip:+00393331234567@carrier", "opposed"},
	{"sip:+0393331234567@carrier", "unreadable"},
	{"sip:++393331234567@carrier", "unreadable"},
	{"sip:+39+393331234567@carrier", "unreadable"},
	{"sip:+39393331234567@carrier", "unreadable"},
	{"sip:39393331234567@carrier", "unreadable"},
	{"sip:0039393331234567@carrier", "unreadable"},
	{"sip:+3900393331234567@carrier", "unreadable"},
	{"sip:011393331234567@carrier", "unreadable"}, // the prefix of another country
	{"sip:8103933312345678@carrier", "unreadable"},
	{"sip:*31#3331234567@carrier", "unreadable"}, // caller id withheld
	{"sip:*31*3331234567@carrier", "unreadable"},
	{"sip:%23%33%31%233331234567@carrier", "unreadable"},
	{"sip:*67#3331234567@carrier", "unreadable"},
	{"sip:10333331234567@carrier", "unreadable"}, // carrier selection
	{"sip:10553331234567@carrier", "unreadable"},
	{"sip:1055+393331234567@carrier", "unreadable"},
	// What the carrier takes off.
	{"sip:93331234567@carrier", "opposed"},
	{"sip:9+393331234567@carrier", "opposed"},
	{"sip:9%37%373331234567@carrier", "opposed"},
	{"sip:9770039.3331234567@carrier", "opposed"},
	{"sip:993331234567@carrier", "unreadable"},
	{"sip:977773331234567@carrier", "unreadable"},
	{"sip:7793331234567@carrier", "unreadable"},
	{"sip:9@carrier", "unreadable"},
	{"sip:977@carrier", "unreadable"},
	// Ends.
	{"sip:3331234567#@carrier", "unreadable"},
	{"sip:3331234567%23@carrier", "unreadable"},
	{"sip:3331234567*@carrier", "unreadable"},
	{"sip:3331234567,112@carrier", "unreadable"},
	{"sip:3331234567p112@carrier", "unreadable"},
	{"sip:3331234567w112@carrier;user=dialstring", "unreadable"},
	{"sip:3331234567?x@carrier", "unreadable"},
	{"sip:3331234567=112@carrier", "unreadable"},
	{"sip:33312345678901234567890123456789012345@carrier", "unreadable"},
	// Letters.
	{"sip:333123JKLM@carrier", "unreadable"},
	{"sip:333123ABCD@carrier", "unreadable"},
	{"sip:anonymous@carrier", "unreadable"},
	// Parameters of the number (RFC 3966), wherever they stand.
	{"sip:3331234567;phone-context=+39@carrier", "opposed"},
	{"sip:3331234567;phone-context=carrier.example@carrier", "opposed"},
	{"sip:3331234567;phone-context=+1@carrier", "unreadable"},
	{"sip:3331234567;phone-context=+39;phone-context=+1@carrier", "unreadable"},
	{"sip:3331234567;Phone%2DContext=%2B1@carrier", "unreadable"},
	{"sip:3331234567;%20phone-context=+1@carrier", "unreadable"},
	{"sip:1234567;phone-context=+39333@carrier", "unreadable"}, // to some the rest of +39 333 1234567
	{"sip:+393331234567;phone-context=+1@carrier", "opposed"},
	{"sip:977+393331234567;phone-context=+1@carrier", "unreadable"},
	{"sip:3331234567@carrier;phone-context=+1", "unreadable"},
	{"sip:3331234567@carrier;user=phone;phone-context=+39", "opposed"},
	{"tel:3331234567;phone-context=+39", "opposed"},
	{"tel:3331234567;phone-context=+1", "unreadable"},
	{"tel:1234567;phone-context=+39333", "unreadable"},
	{"sip:+393331234567;ext=112@carrier", "opposed"},
	{"sip:+393331234567;isub=112@carrier", "opposed"},
	{"sip:+393331234567;postd=p112@carrier", "opposed"},
	{"sip:+393331234567;tgrp=x;trunk-context=+1@carrier", "opposed"},
	{"sip:+393331234567;npdi@carrier", "opposed"},
	{"sip:+393331234567;cic=+1555@carrier", "opposed"},
	{"sip:+390612345678;npdi;rn=+393331234567@carrier", "unreadable"}, // the carrier dials it
	{"sip:+390612345678;RN=+393331234567@carrier", "unreadable"},
	{"sip:+390612345678;%72n=+393331234567@carrier", "unreadable"},
	{"sip:+390612345678@carrier;npdi;rn=+393331234567", "unreadable"},
	{"sip:+390612345678@carrier;%72n=+393331234567", "unreadable"},
	{"sip:+393331234567@carrier;x=%20", "opposed"},
	{"tel:+390612345678;rn=+393331234567", "unreadable"},
	{"tel:+390612345678;npdi;rn=3331234567;rn-context=+39", "unreadable"},
	// The rest of a URI.
	{"sip:3331234567:112@carrier", "opposed"},
	{"sip:3331234567:+390612345678@carrier", "opposed"},
	{"sip:3331234567@112@carrier", "no URI"},
	{"sip:carrier", "unreadable"},
	{"sip:3331234567", "unreadable"},
	{"sip:@carrier", "no URI"},
	{"sip:3331234567@carrier?To=112", "opposed"}, // the request line refuses it
	{"im:3331234567@carrier", "unreadable"},
	{"urn:service:sos", "unreadable"},
	{"x:112", "unreadable"},
	// Emergencies, and what is none.
	{"sip:112@carrier", "emergency"},
	{"sip:9112@carrier;user=phone", "emergency"},
	{"tel:1-1-2", "emergency"},
	{"sip:%31%31%32;phone-context=+39@carrier", "emergency"},
	{"tel:118;phone-context=carrier.example", "emergency"},
	{"sip:112:39333@carrier", "emergency"}, // the user part is 112
	{"sip:112;phone-context=+33@carrier", "unreadable"},
	{"sip:116117;phone-context=+39333@carrier", "unreadable"}, // to some +39 333 116117
	{"sip:112;rn=+393331234567@carrier", "unreadable"},
	{"tel:116117;phone-context=+39333", "unreadable"},
	{"sip:112@carrier;rn=+393331234567", "unreadable"},
	{"sip:112%3b3331234567@carrier", "unreadable"},
	{"sip:112%3B3331234567@carrier", "unreadable"},
	{"sip:112,3331234567@carrier", "unreadable"},
	{"sip:112p3331234567@carrier", "unreadable"},
	{"sip:1123331234567@carrier", "unreadable"},
	{"sip:1129@carrier", "unreadable"},
	{"sip:99112@carrier", "unreadable"},
	{"sip:977112@carrier", "unreadable"},
	{"sip:77112@carrier", "unreadable"},
	{"sip:+112@carrier", "unreadable"},
	{"sip:0112@carrier", "unreadable"},
	{"sip:+39112@carrier", "unreadable"},
	{"sip:112#@carrier", "unreadable"},
	{"sip:112%00@carrier", "unreadable"},
	{"sip:911@carrier", "unreadable"}, // of other countries
	{"sip:999@carrier", "unreadable"},
	{"sip:110@carrier", "unreadable"},
}

func TestWays(t *testing.T) {
	t.Parallel()
	a := admissionOf(dialPlan)
	for _, w := range ways {
		got := "no URI"
		if _, err := wire.ParseURI(w.uri); err == nil {
			got = wayOf(dialPlan.Read(dialledOf(w.uri)))
		}
		if got != w.want {
			t.Errorf("%s: %s, want %s", w.uri, got, w.want)
		}
		if a.Emergency(0, w.uri) != (got == "emergency") && got != "no URI" {
			t.Errorf("%s: %s, and to admission another", w.uri, got)
		}
	}
}

func wayOf(r numbers.Result) string {
	switch {
	case r.Reading == policy.Readable && r.Number == 393331234567:
		return "opposed"
	case r.Reading == policy.Readable:
		return r.Number.String()
	}
	return r.Reading.String()
}

func admissionOf(plan numbers.Plan) *Admission {
	return NewAdmission(AdmissionConfig{Trunks: []TrunkAdmission{{
		Country: plan.Country, Strip: plan.Strip, Emergency: numbers.EmergencyCodes(plan.Country),
	}}})
}

// FuzzWays holds the law of the one reading: admission takes for an emergency
// just what the dial plan does.
func FuzzWays(f *testing.F) {
	for _, w := range ways {
		f.Add(w.uri)
	}
	plans := []numbers.Plan{dialPlan, {Country: "IT"}, {Country: "US", Strip: "011", Prefixes: []string{"1"}}}
	var admissions []*Admission
	for _, p := range plans {
		admissions = append(admissions, admissionOf(p))
	}
	f.Fuzz(func(t *testing.T, uri string) {
		if _, err := wire.ParseURI(uri); err != nil {
			return
		}
		for i, p := range plans {
			r := p.Read(dialledOf(uri))
			if got := admissions[i].Emergency(0, uri); got != (r.Reading == policy.Emergency) {
				t.Errorf("%s %q: %+v, to admission an emergency: %v", p.Country, uri, r, got)
			}
		}
	})
}
