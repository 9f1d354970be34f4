# One target, one line that one could type. Everything but Go and make is
# installed by the target that needs it (Debian packages, see .ci/need).
.POSIX:

# readonly: nothing here edits go.mod. Without cgo no C compiler is needed.
GO = GOFLAGS="-mod=readonly $$GOFLAGS" CGO_ENABLED=0 go
TOOL = $(GO) tool -modfile=.ci/tools/go.mod

# How long each fuzz target runs, and how often each benchmark.
FUZZTIME = 30s
COUNT = 10
# What sim runs: seeds, calls in each (re-dials come on top), and when to begin no
# more of them (0: never).
SEEDS = 1500
CALLS = 820
FOR = 0
# Days of each setting in sim-pacing.
DAYS = 3
# Rounds of alternating runs in compare, and answered calls a second.
PAIRS = 5
RATES = 200,1000,2000

help: ## say what each target does
	@grep -E '^[a-z-]+:.*## ' Makefile | sed 's/:.*## /\t/' | expand -t 12

build: ## build bin/tregua
	$(GO) build -trimpath -o bin/tregua ./cmd/tregua

test: ## run the fast tests, simulation included; no C compiler needed
	$(GO) test -shuffle=on ./...

race: ## run the fast tests under the race detector (installs gcc)
	.ci/need gcc gcc libc6-dev
	GOFLAGS="-mod=readonly $$GOFLAGS" CGO_ENABLED=1 go test -race -shuffle=on -timeout 30m ./...

lint: ## gofmt, vet, tidy, modernizers, golangci-lint
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); test -z "$$unformatted" || { echo "not gofmt'ed: $$unformatted"; exit 1; }
	$(GO) mod tidy -diff
	$(GO) vet -tags testbed ./...
	$(GO) fix -diff ./...
	$(TOOL) golangci-lint run ./...

fuzz: ## fuzz every target for FUZZTIME
	.ci/fuzz $(FUZZTIME)

demo: build ## place some 420 calls through tregua on loopback
	bin/tregua demo

sim: ## simulate over a million calls on a bad network, from SEEDS seeds (FOR=60s: a slice)
	GOGC=400 $(GO) test -count=1 -timeout 2h -run '^TestSweep$$' -v ./testbed/sim -args -seeds $(SEEDS) -calls $(CALLS) -for $(FOR)

sim-slice: ## the first minute of a sim of small runs: what CI runs
	$(MAKE) sim SEEDS=1000000 CALLS=100 FOR=60s

sim-mutants: ## break 100 rules, one at a time, and see a law of the simulation notice each
	$(GO) run ./testbed/sim/mutants

sim-pacing: ## hold the ratio gate against simulated dialers, DAYS days of each setting; the table and pictures are in out/pacing
	$(GO) run ./testbed/pacing -seeds $(DAYS)

sim-pacing-slice: ## a part of sim-pacing: what CI runs
	$(GO) run ./testbed/pacing -slice -seeds 1

testbed: build ## SIP flows, load, blacklist under load, SIGKILL, fsync, three seconds: SIPp on both sides; tampering with the log (installs SIPp, strace, tshark, openssl)
	.ci/need sipp sip-tester
	.ci/need strace strace
	.ci/need tshark tshark
	.ci/need openssl openssl
	$(GO) test -tags testbed -count=1 -run '^TestTampering$$' -v ./policy/proof
	TREGUA=$$PWD/bin/tregua $(GO) test -tags testbed -count=1 -v -timeout 20m -p 1 ./testbed/flows/... ./testbed/sipp/... ./testbed/imports/...

import-kill: build ## SIGKILL at 50 random moments of imports of 2 million rows (a slice of it is in testbed)
	TREGUA=$$PWD/bin/tregua $(GO) test -tags testbed -count=1 -v -timeout 2h ./testbed/imports -args -kills 50 -rows 2000000

crash: build ## SIGKILL at 200 moments under 300 calls a second, random ones and inside a commit, a seal, a rename (installs SIPp, strace)
	.ci/need sipp sip-tester
	.ci/need strace strace
	$(GO) run ./testbed/crash

crash-slice: build ## the first 10 of them: what CI runs
	.ci/need sipp sip-tester
	.ci/need strace strace
	$(GO) run ./testbed/crash -kills 10 -dir out/crash-slice

torture: ## send the messages of RFC 4475 and RFC 5118 to Kamailio, too (installs it), and time the reading of each
	.ci/need kamailio kamailio
	$(GO) test -tags testbed -count=1 -v ./testbed/torture/...
	$(GO) test -run '^$$' -bench BenchmarkTorture -benchtime 200x ./proxy/wire ./proxy/sdp

compare: build ## CPU per call beside Kamailio at RATES, in PAIRS alternating runs (installs SIPp, Kamailio)
	.ci/need sipp sip-tester
	.ci/need kamailio kamailio
	TREGUA=$$PWD/bin/tregua $(GO) run ./testbed/bench -pairs $(PAIRS) -rates $(RATES)

bench-policy: ## import and judge by 50 million opposed numbers, 10 million consents, 5 million entries, 1,000 lists (9 GB of disk)
	$(GO) run ./testbed/benchpolicy

bench-policy-slice: ## a fiftieth of bench-policy, at four times its bars: what CI runs
	$(GO) run ./testbed/benchpolicy -scale 0.02 -slack 4

bench-ledger: ## the cost of the ledger: processor at 300 and 3,000 attempts a second, bytes at 1 and 5 million, the history of a number over 24 months (25 GB of disk)
	$(GO) run ./testbed/ledger

bench-ledger-slice: ## a fiftieth of bench-ledger, at four times its bars: what CI runs
	$(GO) run ./testbed/ledger -scale 0.02 -slack 4 -pace 10s -dir out/ledger-slice

replay: ## judge a recorded day of a million attempts anew, by the same policy and by another (3 GB of disk)
	$(GO) run ./testbed/replay

replay-slice: ## a twentieth of replay, at four times its bar: what CI runs
	$(GO) run ./testbed/replay -n 50000 -slack 4

corpus: ## hold the voice detector against recorded voices (downloads 225 MB of Debian packages, installs oggdec)
	.ci/need oggdec vorbis-tools
	testbed/corpus/fetch out/corpus
	$(GO) run ./testbed/corpus/eval -half held-out -n 1000 -o out/corpus.txt

slice: ## a slice of corpus, at four times its bars: what CI runs (downloads 72 MB)
	.ci/need oggdec vorbis-tools
	testbed/corpus/fetch -slice out/corpus-slice
	$(GO) run ./testbed/corpus/eval -root out/corpus-slice/root -n 60 -slack 4

bench: ## run the benchmarks COUNT times and summarise
	mkdir -p out
	$(GO) test -run '^$$' -bench . -skip BenchmarkTorture -benchmem -count $(COUNT) ./... | tee out/bench.txt
	$(TOOL) benchstat out/bench.txt

clean: ## remove what the other targets made
	rm -rf bin out

.PHONY: help build test race lint fuzz demo sim sim-slice sim-mutants sim-pacing sim-pacing-slice testbed crash crash-slice torture compare import-kill bench-policy bench-policy-slice bench-ledger bench-ledger-slice replay replay-slice corpus slice bench clean
