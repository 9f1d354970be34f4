package txn

import "tregua/proxy/wire"

// clientScripts are figure 6.
var clientScripts = []script{
	{"timer E doubles up to T2, timer F ends", wire.UDP, []line{
		{0, "request BYE", "0>BYE", trying},
		{31.5, "", "0.5>BYE, 1.5>BYE, 3.5>BYE, 7.5>BYE, 11.5>BYE, 15.5>BYE, 19.5>BYE, 23.5>BYE, 27.5>BYE, 31.5>BYE", trying},
		{40, "", "32!timeout, 32!gone", terminated},
	}},
	{"no timer E when reliable", reliable, []line{
		{0, "request BYE", "0>BYE", trying},
		{1, "rcv 100", "1!response", proceeding},
		{40, "", "32!timeout, 32!gone", terminated},
	}},
	{"in proceeding timer E is T2 and timer F runs on", wire.UDP, []line{
		{0, "request OPTIONS", "0>OPTIONS", trying},
		{1, "rcv 100", "0.5>OPTIONS, 1!response", proceeding},
		{9.5, "", "1.5>OPTIONS, 5.5>OPTIONS, 9.5>OPTIONS", proceeding},
		{10, "rcv 183", "10!response", proceeding},
		{31.5, "", "13.5>OPTIONS, 17.5>OPTIONS, 21.5>OPTIONS, 25.5>OPTIONS, 29.5>OPTIONS", proceeding},
		{40, "", "32!timeout, 32!gone", terminated},
	}},
	{"transport error in trying", wire.UDP, []line{
		{0, "request BYE", "0>BYE", trying},
		{0, "broken", "0!transport error, 0!gone", terminated},
	}},
	{"transport error in proceeding", wire.UDP, []line{
		{0, "request BYE", "0>BYE", trying},
		{0, "rcv 100", "0!response", proceeding},
		{0, "broken", "0!transport error, 0!gone", terminated},
	}},
	{"2xx in trying, timer K absorbs", wire.UDP, []line{
		{0, "request BYE", "0>BYE", trying},
		{0.1, "rcv 200", "0.1!response", completed},
		{1, "rcv 200", "", completed},
		{2, "rcv 100", "", completed},
		{3, "rcv 481", "", completed},
		{4, "broken", "", completed},
		{40, "", "5.1!gone", terminated},
	}},
	{"timer K is zero when reliable", reliable, []line{
		{0, "request BYE", "0>BYE", trying},
		{1, "rcv 481", "1!response", completed},
		{1.5, "", "1!gone", terminated},
	}},
	{"a failure in proceeding", wire.UDP, []line{
		{0, "request OPTIONS", "0>OPTIONS", trying},
		{0.1, "rcv 100", "0.1!response", proceeding},
		{0.2, "rcv 404", "0.2!response", completed},
		{40, "", "5.2!gone", terminated},
	}},
	{"a failure in trying", wire.UDP, []line{
		{0, "request OPTIONS", "0>OPTIONS", trying},
		{0.2, "rcv 302", "0.2!response", completed},
	}},
	{"2xx in proceeding", wire.UDP, []line{
		{0, "request OPTIONS", "0>OPTIONS", trying},
		{0.1, "rcv 100", "0.1!response", proceeding},
		{0.2, "rcv 200", "0.2!response", completed},
	}},
}
