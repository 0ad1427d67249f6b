# Probant.  `make help` lists what can be made.  GNU make; everything built goes to build/.
#
# Rooms: what a room of src/ may use, and which libraries it may call, is declared here and
# nowhere else, and enforced twice: `make check-rooms` refuses an include that breaks it, and the
# tests of a room are linked with that room and what it may use, no more.

# Users before used, as static linking needs.
ROOMS := cli fleet doctor daemon stamper doors herald token capture copies export keys find check anchor archive catalog index \
         view mime dossier verify bundle stamp vault log alert relay health policy net record crypto sys core

USES_core    :=
USES_sys     := core
USES_crypto  := core
USES_record  := core crypto
USES_log     := core crypto record
USES_stamp   := core crypto
USES_net     := core sys
USES_policy  := core
USES_health  := core sys policy
USES_relay   := core sys crypto record
USES_bundle  := core crypto record log
USES_dossier := core record bundle
USES_vault   := core sys crypto record log
USES_verify  := core crypto record log stamp bundle
USES_view    := core sys
USES_mime    := core sys
USES_index   := core crypto record
USES_catalog := core crypto record
USES_capture := core sys crypto record
USES_archive := core sys crypto record log stamp vault view index catalog
USES_anchor  := core sys crypto record log stamp vault archive
USES_check   := core sys crypto record log stamp vault verify archive
USES_find    := core sys crypto record log bundle vault view index catalog archive
USES_keys    := core sys crypto record vault dossier archive
USES_export  := core sys crypto record log stamp bundle dossier vault verify archive anchor
USES_doors   := core sys crypto record net policy relay capture
USES_stamper := core sys policy relay net
USES_alert   := core sys policy health
USES_herald  := core sys crypto record net policy relay health alert
USES_daemon  := core sys crypto record policy relay archive anchor
USES_doctor  := core sys policy health crypto record log stamp net vault archive anchor
USES_token   := core crypto
USES_fleet   := core policy crypto record log stamp vault archive anchor check keys copies
USES_copies  := core sys crypto record log stamp vault verify archive check
USES_cli     := core sys policy health crypto record log stamp net bundle vault view index archive anchor check find keys export copies capture token fleet doctor

LIBS_core    :=
LIBS_sys     :=
LIBS_crypto  := crypto gcrypt
LIBS_record  := zstd
LIBS_log     :=
LIBS_stamp   := crypto
LIBS_net     := curl microhttpd ssl crypto
LIBS_policy  := yaml
LIBS_health  :=
LIBS_relay   :=
LIBS_doors   :=
LIBS_alert   :=
LIBS_herald  :=
LIBS_daemon  :=
LIBS_stamper :=
LIBS_doctor  :=
LIBS_bundle  := deflate
LIBS_dossier :=
LIBS_vault   :=
LIBS_verify  :=
LIBS_view    :=
LIBS_mime    := gmime-3.0 gobject-2.0 glib-2.0 expat archive
LIBS_index   := unistring zstd
LIBS_catalog := sqlite3
LIBS_capture := archive
LIBS_archive :=
LIBS_anchor  :=
LIBS_check   :=
LIBS_find    :=
LIBS_keys    :=
LIBS_export  :=
LIBS_copies  := archive
LIBS_token   := p11-kit
LIBS_fleet   :=
LIBS_cli     :=

# Headers by which a library shows in an include.
HEADERS_crypto  := openssl/
HEADERS_gcrypt  := gcrypt.h
HEADERS_zstd    := zstd.h
HEADERS_curl    := curl/
HEADERS_microhttpd := microhttpd.h
HEADERS_ssl     := openssl/
HEADERS_yaml    := yaml.h
HEADERS_deflate := libdeflate.h
HEADERS_archive := archive.h archive_entry.h
HEADERS_gmime-3.0 := gmime/gmime.h
HEADERS_glib-2.0 := glib.h
HEADERS_expat := expat.h
HEADERS_unistring := unicase.h uninorm.h unictype.h unistr.h
HEADERS_sqlite3 := sqlite3.h
HEADERS_p11-kit := p11-kit/

# The programs, and the rooms of each: a court's verifier has no room that writes.
PROGRAMS         := probant probant-verify
ROOMS_probant    := $(filter-out mime daemon stamper doors herald relay alert,$(ROOMS))
ROOMS_probant-verify := cli check archive verify bundle stamp vault log record crypto sys core
# A program for the other ones: it looks into messages, and holds what may break on them.
HELPERS          := probant-mime
ROOMS_probant-mime := mime sys core
# The daemon; what serves one door of it, and who asks for its writer, which has no network: both
# without archive, catalog or key; and who tells how it does, of what all of them tell of themselves.
HELPERS          += probantd probant-door probant-stamper probant-herald
ROOMS_probantd     := daemon anchor archive catalog index view stamp vault log relay policy record crypto sys core
ROOMS_probant-stamper := stamper policy relay net record crypto sys core
ROOMS_probant-door := doors capture policy relay net record crypto sys core
ROOMS_probant-herald := herald alert relay health policy net record crypto sys core

VERSION  := 0.1.0
PREFIX   ?= /usr/local
CC       ?= cc
SAN      ?=
comma    := ,
# V=1 shows whole commands.
Q        := $(if $(V),,@)
say       = @$(if $(V),:,printf '  %-4s %s\n' $(1) $(2))
VARIANT  := $(if $(SAN),san-$(subst $(comma),-,$(SAN)))
B        := build$(if $(VARIANT),/$(VARIANT))

TARGET   := $(shell $(CC) -dumpmachine 2>/dev/null)
WARN     := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wundef \
            -Wpointer-arith -Wcast-qual -Wwrite-strings -Wvla -Wformat=2 -Wformat-nonliteral -Werror
HARDEN   := -fstack-protector-strong -fPIE -fstack-clash-protection $(if $(findstring x86,$(TARGET)),-fcf-protection) \
            $(if $(SAN),,-D_FORTIFY_SOURCE=2)
CPPFLAGS += -Iinclude -Isrc -D_GNU_SOURCE -DPROBANT_VERSION='"$(VERSION)"' \
            -DPROBANT_LOCALEDIR='"$(PREFIX)/share/locale"' -DPROBANT_LIBEXECDIR='"$(PREFIX)/libexec/probant"'
CFLAGS   ?= -O2 -g
ALLFLAGS  = -std=c11 $(WARN) $(HARDEN) -fvisibility=hidden -ffunction-sections \
            $(if $(SAN),-fsanitize=$(SAN) -fno-sanitize-recover=all -fno-omit-frame-pointer) $(CFLAGS)
LDFLAGS  += -pie -Wl,-z,relro,-z,now -Wl,--gc-sections $(if $(SAN),-fsanitize=$(SAN))

# ---- rooms ----------------------------------------------------------------------------------

# $(call closure,rooms): those rooms and all that these use in turn, in the order of ROOMS.
used    = $(1) $(foreach u,$(1),$(USES_$(u)))
closure = $(foreach r,$(ROOMS),$(if $(filter $(r),$(call used,$(call used,$(1)))),$(r)))
libraries = $(addprefix -l,$(foreach r,$(1),$(LIBS_$(r))))
archives  = $(foreach r,$(1),$(B)/lib$(r).a)

.PHONY: all
all: $(addprefix $(B)/,$(PROGRAMS) $(HELPERS)) $(B)/libprobant.so $(B)/locale/fr/LC_MESSAGES/probant.mo $(B)/probant.1

$(B)/obj/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(ALLFLAGS) -MMD -MP -c $< -o $@

# A change of compiler or flags rebuilds.
FLAGS_NOW = $(TARGET) $(CC) $(CPPFLAGS) $(ALLFLAGS) $(LDFLAGS)
.PHONY: force
$(B)/flags: force
	@mkdir -p $(B)
	@printf '%s\n' "$(subst ",\",$(FLAGS_NOW))" | cmp -s - $@ || printf '%s\n' "$(subst ",\",$(FLAGS_NOW))" > $@

define room
SRC_$(1) := $$(filter-out src/cli/main%.c src/mime/main.c src/daemon/main.c src/stamper/main.c src/doors/main.c src/herald/main.c,$$(wildcard src/$(1)/*.c))
OBJ_$(1) := $$(SRC_$(1):%.c=$(B)/obj/%.o)
$(B)/lib$(1).a: $$(OBJ_$(1))
	@rm -f $$@
	$$(call say,AR,$$@)
	$$(Q)$$(AR) rcs $$@ $$^
endef
$(foreach r,$(ROOMS),$(eval $(call room,$(r))))

$(B)/probant: $(B)/obj/src/cli/main.o $(call archives,$(ROOMS_probant))
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(call libraries,$(ROOMS_probant))

$(B)/probant-verify: $(B)/obj/src/cli/main_verify.o $(call archives,$(ROOMS_probant-verify))
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(call libraries,$(ROOMS_probant-verify))

# GMime's, GLib's and p11-kit's headers do not stand where the others do.  private: else the flags of
# what is made for an object, $(B)/flags too, would be the object's, and all be made again.
MIME_FLAGS := $(patsubst -I%,-isystem %,$(filter -I%,$(shell pkg-config --cflags gmime-3.0 2>/dev/null)))
$(B)/obj/src/mime/%.o $(B)/obj/tests/mime/%.o $(B)/obj/tests/fuzz/fuzz_view.o $(B)/obj/tests/fuzz/fuzz_xdm.o: private CPPFLAGS += $(MIME_FLAGS)
TOKEN_FLAGS := $(patsubst -I%,-isystem %,$(filter -I%,$(shell pkg-config --cflags p11-kit-1 2>/dev/null)))
$(B)/obj/src/token/%.o $(B)/obj/tests/token/%.o: private CPPFLAGS += $(TOKEN_FLAGS)

$(B)/probant-mime: $(B)/obj/src/mime/main.o $(call archives,$(ROOMS_probant-mime))
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(call libraries,$(ROOMS_probant-mime))

$(B)/probantd: $(B)/obj/src/daemon/main.o $(call archives,$(ROOMS_probantd))
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(call libraries,$(ROOMS_probantd))

$(B)/probant-door: $(B)/obj/src/doors/main.o $(call archives,$(ROOMS_probant-door))
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(call libraries,$(ROOMS_probant-door))

$(B)/probant-stamper: $(B)/obj/src/stamper/main.o $(call archives,$(ROOMS_probant-stamper))
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(call libraries,$(ROOMS_probant-stamper))

$(B)/probant-herald: $(B)/obj/src/herald/main.o $(call archives,$(ROOMS_probant-herald))
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) -o $@ $^ $(call libraries,$(ROOMS_probant-herald))

# The library: position-independent objects of its own; only what include/ declares is visible.
LIB_ROOMS := $(filter-out cli fleet doctor daemon stamper doors herald relay alert health policy token capture copies mime net,$(ROOMS))
LIB_OBJ   := $(foreach r,$(LIB_ROOMS),$(SRC_$(r):%.c=$(B)/pic/%.o))
$(B)/pic/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(CPPFLAGS) $(filter-out -fPIE,$(ALLFLAGS)) -fPIC -MMD -MP -c $< -o $@
$(B)/libprobant.so: $(LIB_OBJ)
	$(call say,LD,$@)
	$(Q)$(CC) $(filter-out -pie,$(LDFLAGS)) -shared -Wl,-soname,libprobant.so.0 -o $@ $^ $(call libraries,$(LIB_ROOMS))

$(B)/locale/%/LC_MESSAGES/probant.mo: src/cli/po/%.po
	@mkdir -p $(@D)
	$(Q)msgfmt --check -o $@ $<

# One source for --help and the man page (src/cli/commands.c).
$(B)/probant.1: $(B)/probant tools/manpage
	$(Q)tools/manpage $(B)/probant > $@.tmp && mv $@.tmp $@

# ---- tests ----------------------------------------------------------------------------------

# Some three hundred programs: by the linker that takes half the time, where it is.
TEST_LD := $(if $(shell command -v ld.gold),-fuse-ld=gold)
# Tests make archives by the hundred, with passphrases that are worth nothing.
CHEAP_SCRYPT  := $(B)/obj/tests/lib/cheap_scrypt.o
CHEAP_LDFLAGS := $(CHEAP_SCRYPT) -Wl,--wrap=PKCS5_pbe2_set_scrypt
TESTLIB_OBJ   := $(filter-out $(CHEAP_SCRYPT),$(patsubst %.c,$(B)/obj/%.o,$(wildcard tests/lib/*.c)))
$(B)/libtest.a: $(TESTLIB_OBJ)
	@rm -f $@
	$(call say,AR,$@)
	$(Q)$(AR) rcs $@ $^
# Tests are compiled more often than they run, and what takes time in them is the rooms' code.
$(B)/obj/tests/%.o: private CPPFLAGS += -Itests -DTEST_VECTORS='"tests/vectors"'
$(B)/obj/tests/%.o: private CFLAGS += -O0 -U_FORTIFY_SOURCE

# With the room and what it may use; whoever has an archive may also have it stamped and checked.
# What helps all tests stands on the last three rooms.
tested = $(call closure,$(1) $(if $(filter archive,$(1) $(USES_$(1))),anchor check))
GROUND := crypto sys core
define room_tests
TESTS_$(1) := $$(patsubst tests/$(1)/%.c,$(B)/tests/$(1)/%,$$(wildcard tests/$(1)/test_*.c))
$$(TESTS_$(1)): $(B)/tests/$(1)/%: $(B)/obj/tests/$(1)/%.o $(call archives,$(filter-out $(GROUND),$(call tested,$(1)))) \
    $(B)/libtest.a $(call archives,$(filter $(GROUND),$(call tested,$(1))))
	@mkdir -p $$(@D)
	$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(LDFLAGS) $(TEST_LD) $$(TEST_LDFLAGS) $(if $(filter crypto,$(call tested,$(1))),$$(CHEAP_LDFLAGS)) -o $$@ $$^ $(call libraries,$(call tested,$(1))) -lcmocka
$$(TESTS_$(1)): | $(CHEAP_SCRYPT)
endef
$(foreach r,$(ROOMS),$(eval $(call room_tests,$(r))))
TESTS := $(foreach r,$(ROOMS),$(TESTS_$(r)))

include tests/tests.mk

# ---- set-up, installation -------------------------------------------------------------------

.PHONY: setup demo check bench clean install help
setup:
	@tools/setup

demo: setup
	@$(MAKE) --no-print-directory $(PARALLEL) all
	@tools/demo $(B)

# All processors, if nobody said how many.
PARALLEL = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))
check: setup
	@$(MAKE) --no-print-directory $(PARALLEL) tests-built
	@$(MAKE) --no-print-directory $(PARALLEL) check-built

bench: all
	@tools/bench $(B)

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib $(DESTDIR)$(PREFIX)/include/probant \
	    $(DESTDIR)$(PREFIX)/share/man/man1 $(DESTDIR)$(PREFIX)/share/locale/fr/LC_MESSAGES \
	    $(DESTDIR)$(PREFIX)/share/doc/probant/docs $(DESTDIR)$(PREFIX)/share/doc/probant/policies \
	    $(DESTDIR)$(PREFIX)/share/probant \
	    $(DESTDIR)$(PREFIX)/share/bash-completion/completions
	install -m 755 $(addprefix $(B)/,$(PROGRAMS)) $(DESTDIR)$(PREFIX)/bin
	install -d $(DESTDIR)$(PREFIX)/libexec/probant
	install -m 755 $(addprefix $(B)/,$(HELPERS)) $(DESTDIR)$(PREFIX)/libexec/probant
	install -d $(DESTDIR)$(PREFIX)/lib/systemd/system $(DESTDIR)$(PREFIX)/lib/sysusers.d
	sed 's|@PREFIX@|$(PREFIX)|' tools/systemd/probant.service > $(DESTDIR)$(PREFIX)/lib/systemd/system/probant.service
	chmod 644 $(DESTDIR)$(PREFIX)/lib/systemd/system/probant.service
	install -m 644 tools/systemd/probant.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/probant.conf
	install -m 755 $(B)/libprobant.so $(DESTDIR)$(PREFIX)/lib/libprobant.so.0
	ln -sf libprobant.so.0 $(DESTDIR)$(PREFIX)/lib/libprobant.so
	install -m 644 include/probant/*.h $(DESTDIR)$(PREFIX)/include/probant
	install -m 644 $(B)/probant.1 $(DESTDIR)$(PREFIX)/share/man/man1
	ln -sf probant.1 $(DESTDIR)$(PREFIX)/share/man/man1/probant-verify.1
	install -m 644 $(B)/locale/fr/LC_MESSAGES/probant.mo $(DESTDIR)$(PREFIX)/share/locale/fr/LC_MESSAGES
	$(B)/probant completion bash > $(DESTDIR)$(PREFIX)/share/bash-completion/completions/probant
	install -m 644 README.md SECURITY.md LICENSE $(DESTDIR)$(PREFIX)/share/doc/probant
	install -m 644 docs/*.md docs/*.svg $(DESTDIR)$(PREFIX)/share/doc/probant/docs
	install -m 644 policies/*.yaml $(DESTDIR)$(PREFIX)/share/doc/probant/policies
	install -m 755 tools/recover.py tools/second_verifier.py tools/probant_*.py tools/socketmap-postmap $(DESTDIR)$(PREFIX)/share/probant

clean:
	rm -rf build

help:
	@echo 'make            build the programs and the library into build/'
	@echo 'make demo       set up, build, and keep a fictitious practice'"'"'s mail'
	@echo 'make check      set up, build, run the tests (SAN=address,undefined: with sanitizers)'
	@echo 'make check-flow check-fault check-tamper check-fuzz   the slower sets'
	@echo 'make bench      figures beside borg and restic'
	@echo 'make install    PREFIX=/usr/local DESTDIR='
	@echo 'make clean'

-include $(shell find $(B)/obj $(B)/pic -name '*.d' 2>/dev/null)
