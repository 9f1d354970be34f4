package corpus

// Class is a kind of call.
type Class struct {
	Name  string
	Group Group
	make  func(*maker)
}

// Classes lists the kinds; every one has as many cases as every other.
var Classes = []Class{
	{"operator, quiet line", Lawful, func(m *maker) { m.floor(-80, -60); m.operator() }},
	{"operator, soft, -36 to -30", Lawful, func(m *maker) { m.floor(-70, -58); m.operatorAt(between(m.r, -36, -30)) }},
	{"operator in noise, SNR 10 to 20", Lawful, func(m *maker) { m.operator(); m.noisy(10, 20) }},
	{"operator in a call centre, SNR 10 to 20", Lawful, func(m *maker) { m.operator(); m.crowded(10, 20) }},
	{"operator, one short word", Lawful, func(m *maker) { m.floor(-80, -60); m.short() }},
	{"operator from digital silence", Lawful, func(m *maker) { m.operator() }},
	{"operator from no packets", Lawful, func(m *maker) { m.floor(-80, -60); m.operator(); m.before(m.c.quiet) }},
	{"operator from comfort noise", Lawful, func(m *maker) { m.floor(-80, -60); m.operator(); m.before(m.c.noise) }},
	{"operator after a tone", Lawful, func(m *maker) { m.floor(-80, -60); m.operator(); m.until(m.tones) }},
	{"operator after music", Lawful, func(m *maker) { m.floor(-80, -60); m.operator(); m.until(m.music) }},
	{"operator over the callee, echo 20 to 45 dB", Lawful, func(m *maker) { m.floor(-80, -60); m.operator(); m.chatter(); m.hybrid(20, 45) }},
	{"operator, 1 to 5 % loss", Lawful, func(m *maker) { m.floor(-80, -60); m.operator(); m.c.loss = between(m.r, 0.01, 0.05) }},

	{"operator in noise, SNR 3 to 10", Hard, func(m *maker) { m.operator(); m.noisy(3, 10) }},
	{"operator in a call centre, SNR 3 to 10", Hard, func(m *maker) { m.operator(); m.crowded(3, 10) }},

	{"dead line", Steady, func(m *maker) { m.dead() }},
	{"ringback", Steady, func(m *maker) { m.ground(); m.ring() }},
	{"busy, congestion, special tones", Steady, func(m *maker) { m.ground(); m.engaged() }},
	{"DTMF", Steady, func(m *maker) { m.ground(); dtmf(m.r, m.c.Line, between(m.r, -35, -10)) }},
	{"hum", Steady, func(m *maker) { m.floor(-80, -55); hum(m.r, m.c.Line, between(m.r, -55, -25)) }},
	{"clicks", Steady, func(m *maker) { m.ground(); clicks(m.r, m.c.Line) }},
	{"echo 15 to 25 dB", Steady, func(m *maker) { m.ground(); m.chatter(); m.hybrid(15, 25) }},
	{"echo 25 to 45 dB", Steady, func(m *maker) { m.ground(); m.chatter(); m.hybrid(25, 45) }},
	{"pink noise -70 to -30", Steady, func(m *maker) { m.mix(m.lib.noise[m.half].pink, between(m.r, -70, -30)) }},
	{"white noise -70 to -30", Steady, func(m *maker) { m.mix(m.lib.noise[m.half].white, between(m.r, -70, -30)) }},

	{"no packets", Lively, func(m *maker) { m.all(m.c.quiet) }},
	{"comfort noise", Lively, func(m *maker) { m.all(m.c.noise) }},
	{"quiet analogue line", Lively, func(m *maker) { m.floor(-85, -50) }},
	{"music on hold", Lively, func(m *maker) { m.ground(); m.music() }},
	{"synthetic music", Lively, func(m *maker) { m.ground(); melody(m.r, m.c.Line, between(m.r, -36, -14)) }},
	{"echo of our ambience 15 to 40 dB", Lively, func(m *maker) { m.ground(); m.ambience(15, 40) }},
	{"babble -65 to -45", Lively, func(m *maker) { m.babble(between(m.r, -65, -45)) }},
	{"babble -45 to -35", Lively, func(m *maker) { m.babble(between(m.r, -45, -35)) }},
}
