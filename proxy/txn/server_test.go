package txn

import "tregua/proxy/wire"

// serverScripts are figure 8.
var serverScripts = []script{
	{"trying: repeats are absorbed", wire.UDP, []line{
		{0, "new OPTIONS", "0!new request", trying},
		{0.5, "rcv OPTIONS", "", trying},
		{0.6, "broken", "", trying},
		{1000, "", "", trying},
	}},
	{"proceeding: the last provisional is repeated", wire.UDP, []line{
		{0, "new OPTIONS", "0!new request", trying},
		{0, "tu 100", "0>100", proceeding},
		{1, "rcv OPTIONS", "1>100", proceeding},
		{2, "tu 183", "2>183", proceeding},
		{3, "rcv OPTIONS", "3>183", proceeding},
		{1000, "tu 200", "1000>200", completed},
	}},
	{"transport error in proceeding", wire.UDP, []line{
		{0, "new OPTIONS", "0!new request", trying},
		{0, "tu 100", "0>100", proceeding},
		{0, "broken", "0!transport error, 0!gone", terminated},
	}},
	{"completed: the final is repeated, timer J ends", wire.UDP, []line{
		{0, "new BYE", "0!new request", trying},
		{0, "tu 200", "0>200", completed},
		{1, "rcv BYE", "1>200", completed},
		{2, "tu 100", "", completed},
		{2, "tu 200", "", completed},
		{2, "tu 481", "", completed},
		{31.9, "rcv BYE", "31.9>200", completed},
		{40, "", "32!gone", terminated},
	}},
	{"transport error in completed", wire.UDP, []line{
		{0, "new BYE", "0!new request", trying},
		{0, "tu 481", "0>481", completed},
		{0, "broken", "0!transport error, 0!gone", terminated},
		{1, "rcv BYE", "1!new request", terminated},
	}},
	{"timer J is zero when reliable", reliable, []line{
		{0, "new BYE", "0!new request", trying},
		{2, "tu 200", "2>200", completed},
		{3, "", "2!gone", terminated},
	}},
	{"a failure after a provisional", wire.UDP, []line{
		{0, "new CANCEL", "0!new request", trying},
		{0, "tu 100", "0>100", proceeding},
		{0, "tu 481", "0>481", completed},
		{40, "", "32!gone", terminated},
	}},
}
