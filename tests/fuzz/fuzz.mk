# Fuzz targets (tests/fuzz/fuzz_*.c).  Each has a seed corpus, made from tests/vectors and by hand,
# and a dictionary; what a search once found is in the corpus too.

FUZZ_TARGETS := $(sort $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_ROOMS   := $(call closure,vault verify)
# Those of other rooms.
FUZZ_ROOMS_view    := view mime sys core
FUZZ_ROOMS_xdm     := view mime sys core
FUZZ_ROOMS_policy  := $(call closure,policy)
FUZZ_ROOMS_relay   := $(call closure,relay)
FUZZ_ROOMS_journal := $(call closure,doors)
FUZZ_ROOMS_lmtp    := $(call closure,doors)
FUZZ_ROOMS_map     := $(call closure,doors)
FUZZ_ROOMS_milter  := $(call closure,doors)
FUZZ_ROOMS_proxy   := $(call closure,doors)
fuzz_rooms    = $(or $(FUZZ_ROOMS_$(1)),$(FUZZ_ROOMS))

# Over their corpora, with the ordinary compiler.
CORPUS_TESTS := $(FUZZ_TARGETS:%=$(B)/tests/fuzz/fuzz_%)
define corpus_test
$(B)/tests/fuzz/fuzz_$(1): $(B)/obj/tests/fuzz/fuzz_$(1).o $(B)/obj/tests/fuzz/corpus.o \
    $(call archives,$(call fuzz_rooms,$(1)))
	@mkdir -p $$(@D)
	$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(LDFLAGS) $(TEST_LD) -o $$@ $$^ $(call libraries,$(call fuzz_rooms,$(1)))
endef
$(foreach t,$(FUZZ_TARGETS),$(eval $(call corpus_test,$(t))))

.PHONY: check-corpora
tests-built: $(CORPUS_TESTS)
check-corpora: $(CORPUS_TESTS)
	@tools/run-tests $(CORPUS_TESTS)

# Beyond them, with libFuzzer, which is clang's, in a build of its own.
FUZZ_CC      ?= clang
FUZZ_SECONDS ?= 20
FUZZ_B       := build/fuzz
FUZZERS      := $(FUZZ_TARGETS:%=$(B)/fuzz_%)
# The linker may not remove what libFuzzer counts.
define fuzzer
$(B)/fuzz_$(1): $(B)/obj/tests/fuzz/fuzz_$(1).o $(call archives,$(call fuzz_rooms,$(1)))
	$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(LDFLAGS) -Wl,--no-gc-sections -fsanitize=fuzzer -o $$@ $$^ \
	    $(call libraries,$(call fuzz_rooms,$(1)))
endef
$(foreach t,$(FUZZ_TARGETS),$(eval $(call fuzzer,$(t))))

.PHONY: check-fuzz fuzzers fuzzers-here
fuzzers-here: $(FUZZERS)

fuzzers:
	@$(MAKE) --no-print-directory B=$(FUZZ_B) SAN=address,undefined CC=$(FUZZ_CC) \
	    CFLAGS='-O1 -g -fsanitize=fuzzer-no-link' fuzzers-here

check-fuzz: fuzzers
	@tests/fuzz/search $(FUZZ_B) $(FUZZ_SECONDS) $(FUZZ_TARGETS)
