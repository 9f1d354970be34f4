package txn

import "tregua/proxy/wire"

// inviteClientScripts are figure 5 with RFC 6026.
var inviteClientScripts = []script{
	{"timer A doubles without a limit, timer B ends", wire.UDP, []line{
		{0, "request INVITE", "0>INVITE", calling},
		{31.5, "", "0.5>INVITE, 1.5>INVITE, 3.5>INVITE, 7.5>INVITE, 15.5>INVITE, 31.5>INVITE", calling},
		{40, "", "32!timeout, 32!gone", terminated},
	}},
	{"no timer A when reliable", reliable, []line{
		{0, "request INVITE", "0>INVITE", calling},
		{40, "", "32!timeout, 32!gone", terminated},
	}},
	{"transport error in calling", wire.UDP, []line{
		{0, "request INVITE", "0>INVITE", calling},
		{1, "broken", "0.5>INVITE, 1!transport error, 1!gone", terminated},
		{40, "", "", terminated},
	}},
	{"a provisional stops A and B for ever", wire.UDP, []line{
		{0, "request INVITE", "0>INVITE", calling},
		{0.5, "rcv 100", "0.5>INVITE, 0.5!response", proceeding},
		{100, "", "", proceeding},
		{100, "broken", "", proceeding},
		{200, "rcv 180", "200!response", proceeding},
		{1000, "rcv 180", "1000!response", proceeding},
		{1001, "rcv 486", "1001>ACK, 1001!response", completed},
	}},
	{"a failure in calling, timer D", wire.UDP, []line{
		{0, "request INVITE", "0>INVITE", calling},
		{0, "rcv 300", "0>ACK, 0!response", completed},
		{0, "rcv 300", "0>ACK", completed},
		{0.1, "rcv 100", "", completed},
		{31.9, "rcv 699", "31.9>ACK", completed},
		{40, "", "32!gone", terminated},
		{41, "rcv 300", "41!stray response", terminated},
	}},
	{"timer D is zero when reliable", reliable, []line{
		{0, "request INVITE", "0>INVITE", calling},
		{3, "rcv 603", "3>ACK, 3!response", completed},
		{3.5, "", "3!gone", terminated},
	}},
	{"a 2xx after a failure is stray", wire.UDP, []line{
		{0, "request INVITE", "0>INVITE", calling},
		{1, "rcv 180", "0.5>INVITE, 1!response", proceeding},
		{2, "rcv 487", "2>ACK, 2!response", completed},
		{3, "rcv 200", "3!stray response", completed},
		{33, "rcv 200", "33!stray response", completed},
		{40, "", "34!gone", terminated},
	}},
	{"transport error for the ACK", wire.UDP, []line{
		{0, "request INVITE", "0>INVITE", calling},
		{0, "rcv 486", "0>ACK, 0!response", completed},
		{0, "broken", "0!transport error, 0!gone", terminated},
		{40, "", "", terminated},
	}},
	{"2xx in calling, timer M", wire.UDP, []line{
		{0, "request INVITE", "0>INVITE", calling},
		{0.1, "rcv 200", "0.1!response", accepted},
		{0.2, "rcv 200", "0.2!response", accepted},
		{0.3, "rcv 180", "", accepted},
		{0.4, "rcv 486", "", accepted},
		{0.5, "broken", "", accepted},
		{32, "rcv 299", "32!response", accepted},
		{40, "", "32.1!gone", terminated},
		{41, "rcv 200", "41!stray response", terminated},
	}},
	{"2xx in proceeding, timer M also when reliable", reliable, []line{
		{0, "request INVITE", "0>INVITE", calling},
		{1, "rcv 199", "1!response", proceeding},
		{60, "rcv 200", "60!response", accepted},
		{93, "", "92!gone", terminated},
	}},
}
