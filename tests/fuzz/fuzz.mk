# Fuzz targets (tests/fuzz/fuzz_*.c).  Each has a seed corpus, made from tests/vectors and by hand,
# and a dictionary; what a search once found is in the corpus too.

FUZZ_TARGETS := $(sort $(patsubst tests/fuzz/fuzz_%.c,%,$(wildcard tests/fuzz/fuzz_*.c)))
FUZZ_ROOMS   := $(call closure,vault verify)

# Over their corpora, with the ordinary compiler.
CORPUS_TESTS := $(FUZZ_TARGETS:%=$(B)/tests/fuzz/fuzz_%)
$(CORPUS_TESTS): $(B)/tests/fuzz/%: $(B)/obj/tests/fuzz/%.o $(B)/obj/tests/fuzz/corpus.o \
    $(call archives,$(FUZZ_ROOMS))
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(call libraries,$(FUZZ_ROOMS))

.PHONY: check-corpora
check-corpora: $(CORPUS_TESTS)
	@tools/run-tests $(CORPUS_TESTS)

# Beyond them, with libFuzzer, which is clang's, in a build of its own.
FUZZ_CC      ?= clang
FUZZ_SECONDS ?= 20
FUZZ_B       := build/fuzz
FUZZERS      := $(FUZZ_TARGETS:%=$(B)/fuzz_%)
# The linker may not remove what libFuzzer counts.
$(FUZZERS): $(B)/fuzz_%: $(B)/obj/tests/fuzz/fuzz_%.o $(call archives,$(FUZZ_ROOMS))
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -Wl,--no-gc-sections -fsanitize=fuzzer -o $@ $^ \
	    $(call libraries,$(FUZZ_ROOMS))

.PHONY: check-fuzz fuzzers fuzzers-here
fuzzers-here: $(FUZZERS)

fuzzers:
	@$(MAKE) --no-print-directory B=$(FUZZ_B) SAN=address,undefined CC=$(FUZZ_CC) \
	    CFLAGS='-O1 -g -fsanitize=fuzzer-no-link' fuzzers-here

check-fuzz: fuzzers
	@tests/fuzz/search $(FUZZ_B) $(FUZZ_SECONDS) $(FUZZ_TARGETS)
