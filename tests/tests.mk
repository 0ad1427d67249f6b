# What `make check` runs, and the slower sets beside it.

.PHONY: tests-built check-built check-rooms check-headers check-exports check-unit check-messages
check-built: all check-rooms check-headers check-exports check-messages check-tests
tests-built: all $(TESTS)

# An include that the room may not have.
check-rooms:
	@tools/check-rooms $(foreach r,$(ROOMS),'$(r):$(USES_$(r)):$(foreach l,$(LIBS_$(r)),$(HEADERS_$(l)))')

# Each header compiles alone.
HEADERS := $(wildcard include/probant/*.h src/*/*.h tests/lib/*.h)
.PHONY: $(HEADERS:%=alone/%)
check-headers: $(HEADERS:%=alone/%)
$(HEADERS:%=alone/%): alone/%:
	@printf '#include "%s"\nextern int after;\n' $* | \
	    $(CC) $(CPPFLAGS) $(TOKEN_FLAGS) $(MIME_FLAGS) -I. -Itests -std=c11 $(WARN) -fsyntax-only -x c -

# The library shows what include/ declares with PB_API, and nothing else.
check-exports: $(B)/libprobant.so
	@tools/check-exports $(B)/libprobant.so include/probant/*.h

# Everything said in English can be said in French.  Changes nothing; where it fails, run
# tools/messages and complete src/cli/po/fr.po.
check-messages:
	@tools/messages --check

# Views are made by a program, which these run.
$(TESTS_view) $(TESTS_archive) $(TESTS_find) $(TESTS_daemon): | $(B)/probant-mime

# It looks at what a passphrase costs.
$(B)/tests/crypto/test_reader: private CHEAP_LDFLAGS :=

check-unit: $(TESTS)
	@tools/run-tests $(TESTS)
.PHONY: check-tests
check-tests: tests-built
	@tools/run-tests $(TESTS) $(CORPUS_TESTS)

# Forged tokens, which the tests of the room share; write_forged DIR writes them for others.
FORGE_OBJ := $(B)/obj/tests/stamp/forge.o $(B)/obj/tests/stamp/forge_cases.o
FORGE_TESTS := $(addprefix $(B)/tests/stamp/,test_check test_exact test_forged)
$(FORGE_TESTS): TEST_LDFLAGS := $(FORGE_OBJ) # before the archives that they use
$(FORGE_TESTS:$(B)/%=$(B)/obj/%.o): $(FORGE_OBJ)
$(B)/tests/stamp/write_forged: $(B)/obj/tests/stamp/write_forged.o $(FORGE_OBJ) $(call archives,stamp crypto core)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(call libraries,stamp crypto core)

# ---- slower sets ----------------------------------------------------------------------------

# Tests of the whole: linked with every room.
WHOLE_ROOMS := $(filter-out cli fleet token copies mime net,$(ROOMS))
WHOLE_OBJ   := $(B)/obj/tests/fault/archive.o
FAULT_TESTS  := $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/fault/test_*.c))
TAMPER_TESTS := $(patsubst tests/%.c,$(B)/tests/%,$(wildcard tests/tamper/test_*.c))
$(FAULT_TESTS) $(TAMPER_TESTS): $(B)/tests/%: $(B)/obj/tests/%.o $(WHOLE_OBJ) \
    $(call archives,$(filter-out $(GROUND),$(WHOLE_ROOMS))) $(B)/libtest.a $(call archives,$(GROUND))
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) $(TEST_LD) $(WHOLE_LDFLAGS) $(CHEAP_LDFLAGS) -o $@ $^ $(call libraries,$(WHOLE_ROOMS)) -lcmocka
$(FAULT_TESTS) $(TAMPER_TESTS): | $(CHEAP_SCRYPT)

# Signatures that were judged once are remembered: the same token comes some 70,000 times.
$(B)/tests/tamper/test_bundle_offsets: WHOLE_LDFLAGS := -Wl,--wrap=pb_stamp_check,--wrap=pb_ed25519_verify,--wrap=pb_token_parse,--wrap=pb_token_free,--wrap=pb_stamp_roots_parse,--wrap=pb_stamp_roots_free

$(TAMPER_TESTS): | $(B)/probant-mime
.PHONY: check-fault check-tamper
check-fault: $(FAULT_TESTS)
	@tools/run-tests $(FAULT_TESTS)

check-tamper: $(TAMPER_TESTS)
	@tools/run-tests $(TAMPER_TESTS)

include tests/fuzz/fuzz.mk

# Strangers' programs over what ours makes: openssl and zstd, Go's x/mod/sumdb, Python.
$(B)/tests/flow/sumdb_proofs: $(B)/obj/tests/flow/sumdb_proofs.o $(call archives,log record crypto core)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(call libraries,log record crypto core)

$(B)/tests/flow/zip_make: $(B)/obj/tests/flow/zip_make.o $(call archives,bundle log record crypto core)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(call libraries,bundle log record crypto core)
$(B)/tests/flow/tokens: $(B)/obj/tests/flow/tokens.o $(call archives,stamp crypto sys core)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(call libraries,stamp crypto sys core)
# What tools/bench_doors.py measures a milter and a proxy against.
$(B)/tests/flow/null_milter: $(B)/obj/tests/flow/null_milter.o
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ -lmilter
$(B)/tests/flow/pass_on: $(B)/obj/tests/flow/pass_on.o
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^

# envelope.sh is a step of a unit test; what several share is called lib_.
FLOWS := $(filter-out tests/flow/envelope.sh tests/flow/lib_%,$(wildcard tests/flow/*.sh tests/flow/*.py))
FLOW_PROGRAMS := $(addprefix $(B)/tests/flow/,sumdb_proofs zip_make tokens)
.PHONY: check-flow
check-flow: all $(FLOW_PROGRAMS) $(B)/tests/stamp/write_forged
	@tools/run-flows $(B) $(FLOWS)

# Random moments to die at; KILL_RUNS sets how many.
.PHONY: check-kill
check-fault: check-kill
check-kill: all
	@tools/run-flows $(B) $(wildcard tests/fault/*.py)
check-tamper: check-forged
.PHONY: check-forged
# A program whose salts are zero: what the attack of tests/tamper/guess.py must succeed on.
$(B)/tests/tamper/probant_zero_salt: $(B)/obj/src/cli/main.o $(B)/obj/tests/tamper/zero_salt.o \
    $(call archives,$(ROOMS_probant))
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -Wl,--wrap=pb_commitment_salt,--wrap=pb_commitment_salt_next -o $@ $^ $(call libraries,$(ROOMS_probant))

# MUTATIONS: how many random ones; 10,000 by hand.
$(B)/tests/tamper/judge_bundles: $(B)/obj/tests/tamper/judge_bundles.o \
    $(call archives,verify bundle stamp log record crypto sys core)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(call libraries,verify bundle stamp log record crypto sys core)

FORGED := matrix bundles random_mutations secrecy guess index_guess
check-forged: all $(B)/tests/tamper/probant_zero_salt $(B)/tests/tamper/judge_bundles
	@tools/run-flows $(B) $(wildcard $(FORGED:%=tests/tamper/%.py))

# Every octet of an exact token, which the unit test only samples.
.PHONY: check-exact
check-tamper: check-exact
check-exact: $(B)/tests/stamp/test_exact
	@$< every 2>&1 | tail -n 3

# A court's program holds no code that writes an archive.
.PHONY: check-verifier
check-built: check-verifier
check-verifier: $(B)/probant-verify
	@! nm $< | grep -E ' [Tt] pb_(append|archive_create|archive_destroy|slotwipe|tarball|tree_copy|archive_open|archive_export|archive_seal|archive_stamp|authority|commit|commit_own|seal|sealer|quarantine|publish|tiles_publish|tiles_full|io_pwrite|io_create|io_replace|keyfile_write|ed25519_sign|zip_writer|export_[a-z]*_[a-z]*|http)(_|$$)'

# What may break on a message stands in the helper alone; it holds no code that knows of keys.
.PHONY: check-helper
check-built: check-helper
check-helper: $(B)/probant-mime $(addprefix $(B)/,$(PROGRAMS) libprobant.so)
	@! readelf -d $(filter-out $<,$^) | grep -E 'NEEDED.*\[lib(gmime|glib|gobject|expat)'
	@! nm $< | grep -E ' [TtDd] pb_(crypto|secret|archive|vault|segment|slot|record|seal|reader)(_|$$)'

# A door, the stamper and the herald hold no code that opens an archive or signs; the writer none that
# speaks with a network.
.PHONY: check-services
check-built: check-services
check-services: $(B)/probantd $(B)/probant-door $(B)/probant-stamper $(B)/probant-herald
	@! nm $(filter-out $<,$^) | grep -E ' [TtDd] pb_(archive|vault|append|commit|keyfile|catalog|ed25519_sign)(_|$$)'
	@! nm $(B)/probantd | grep -E ' [TtDd] pb_(http|stream|tls|socket)(_|$$)'
	@! readelf -d $(B)/probantd | grep -E 'NEEDED.*\[lib(curl|microhttpd|ssl)\.'
