package shadow

import "tregua/policy"

// Setting is a field of a dialer that is to be set otherwise before something is
// enforced.
type Setting struct {
	Why    string // what was found
	Dialer string // whose field it is
	Field  string // as the dialer names it
	Set    string // to what
}

// The dialers. Fields of a campaign of ViciDial are those of its table
// vicidial_campaigns (MySQL_AST_CREATE_tables.sql), those of Asterisk of its
// amd.conf.
const (
	viciDial = "ViciDial"
	asterisk = "Asterisk"
)

// limit is the share of silent calls that the law allows, of a hundred of class B
// (Garante provv. 83/2014).
const limit = 3

// Settings returns what the figures of c call for, and nothing that they do not.
func (c *Campaign) Settings(rules []Rule) (list []Setting) {
	add := func(is bool, why string, fields ...Setting) {
		for _, f := range fields {
			if is {
				f.Why = why
				list = append(list, f)
			}
		}
	}
	add(c.Cuts[1].Calls > 0, "calls without an operator 3 s after the answer",
		Setting{Dialer: viciDial, Field: "drop_call_seconds", Set: "2 (it ships with 5)"},
		Setting{Dialer: viciDial, Field: "drop_action", Set: "HANGUP, or AUDIO with safe_harbor_audio"})
	add(c.GivenUp > 0, "silent calls that the dialer ended, by its machine detection or its drop",
		Setting{Dialer: viciDial, Field: "campaign_vdad_exten", Set: "8368 (8369 goes through AMD)"},
		Setting{Dialer: viciDial, Field: "cpd_amd_action", Set: "DISABLED"},
		Setting{Dialer: asterisk, Field: "amd.conf total_analysis_time", Set: "2000 at most, if AMD stays (it ships with 5000)"},
		Setting{Dialer: asterisk, Field: "amd.conf initial_silence", Set: "1500 at most, if AMD stays (it ships with 2500)"})
	add(c.A > 0, "silent calls, whose numbers rest for five days",
		Setting{Dialer: viciDial, Field: "drop_lockout_time", Set: "120 (hours; it ships with 0)"})
	add(100*c.A > limit*c.B, "more silent calls than 3 of 100 with an operator",
		Setting{Dialer: viciDial, Field: "dial_method", Set: "ADAPT_HARD_LIMIT"},
		Setting{Dialer: viciDial, Field: "adaptive_dropped_percentage", Set: "1 (it ships with 3, of answered calls)"},
		Setting{Dialer: viciDial, Field: "adaptive_maximum_level", Set: "1.5, or auto_dial_level with dial_method RATIO"},
		Setting{Dialer: viciDial, Field: "available_only_ratio_tally", Set: "Y"})
	add(c.Often > 0, "persons called more than three times a day",
		Setting{Dialer: viciDial, Field: "daily_call_count_limit", Set: "3 (on in system_settings, too)"},
		Setting{Dialer: viciDial, Field: "vicidial_lead_recycle.attempt_maximum", Set: "2 (attempt_delay: 1800 or more)"},
		Setting{Dialer: viciDial, Field: "call_count_limit", Set: "as many attempts as a lead is to have in all (0: no end)"})
	would := func(names ...string) bool { return refuses(rules, c.Name, names) }
	add(would("list", "blacklist", "registry", "consent", "ground"), "numbers that the campaign may not call",
		Setting{Dialer: viciDial, Field: "use_campaign_dnc", Set: "Y, with the refused numbers in the list of the campaign"},
		Setting{Dialer: viciDial, Field: "hopper_level", Set: "as low as the team allows: a number in the hopper is called whatever is learnt of it"})
	add(would("hours"), "calls outside of the hours", Setting{Dialer: viciDial, Field: "local_call_time", Set: "a call time with the hours of the profile"})
	add(would("callerid"), "caller ids that may not be shown", Setting{Dialer: viciDial, Field: "campaign_cid", Set: "a number of the call centre in the register (use_custom_cid: N)"})
	return list
}

// refuses reports whether one of some rules would refuse, or refuses, calls of a
// campaign.
func refuses(rules []Rule, campaign string, names []string) bool {
	for i := range rules {
		for _, name := range names {
			if r := &rules[i]; r.Campaign == campaign && r.Rule == name && r.Reason != policy.OK {
				return true
			}
		}
	}
	return false
}
