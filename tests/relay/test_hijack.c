/*
 * A listener, or a herald, that was taken over, with its socket: what it may not ask for is refused
 * or it is cut off, no archive gets anything of it, and other listeners go on.
 */
#include <sys/socket.h>
#include <sys/stat.h>

#include "relay/fixture.h"

#include "record/seal.h"

#define CASES(table) (sizeof(table) / sizeof((table)[0]))
/* Octets of a packet where these stand (relay/packet.h). */
#define TYPE_AT (1 + 8 + 4)
#define LEN_AT (TYPE_AT + 1 + 8)
#define SHA256_AT (LEN_AT + 8 + PB_COMMITMENT_LEN)

#define LARGE (PB_PACKET_INLINE + 1)

/* Beside an honest one, whose record comes in the same turn. */
struct scene {
	struct fixture *f;
	const char *path; /* by which the thief comes */
	int thief, honest;
	uint64_t number;
	unsigned descriptors;
};

static struct scene
begin_at(struct fixture *f, const char *path)
{
	struct scene s = { .f = f, .path = path, .number = 1 };

	s.descriptors = count_descriptors();
	s.honest = raw_connect(f);
	s.thief = raw_connect_to(f, path);
	return s;
}

static struct scene
begin(struct fixture *f)
{
	return begin_at(f, f->path);
}

/* The turn in which it is found out; what is open is what was open before. */
static void
play(struct scene *s, enum pb_status expected)
{
	size_t before = s->f->vault[0].count;

	raw_submit(s->honest, s->number, 0, 100, 1);
	turn(s->f, expected);
	assert_answered(s->honest, s->number, PB_OK, PB_REFUSAL_NONE);
	assert_int_equal(s->f->vault[0].count, before + 1);
	assert_int_equal(s->f->vault[1].count, 0);
	assert_kept(&s->f->vault[0], before, 100, 1);
	s->number++;
}

static void
end(struct scene *s)
{
	pb_local_close(&s->honest);
	pb_local_close(&s->thief);
	turn(s->f, PB_OK);
	assert_int_equal(count_descriptors(), s->descriptors);
}

static void
assert_found_out(struct scene *s)
{
	uint64_t before = pb_relay_server_cut(s->f->server);

	play(s, PB_OK);
	assert_int_equal(pb_relay_server_cut(s->f->server), before + 1);
	assert_cut_off(s->thief);
	pb_local_close(&s->thief);
	s->thief = raw_connect_to(s->f, s->path);
}

/* Its packet for archive 1, which `change` may change before it is sent. */
struct packet {
	uint8_t octets[PB_LIMIT_RELAY_PACKET + 64];
	size_t len;
};

static struct packet *
make_packet(size_t payload_len)
{
	struct packet *p = calloc(1, sizeof(*p));
	struct pb_sealed sealed = make_sealed(payload_len, 9);

	pb_packet_submit_encode(&sealed, 666, 1, p->octets);
	p->len = PB_PACKET_SUBMIT_LEN;
	if (payload_len <= PB_PACKET_INLINE) {
		memcpy(p->octets + p->len, sealed.memory.data, payload_len);
		p->len += payload_len;
	}
	pb_sealed_done(&sealed);
	return p;
}

/* Takes both. */
static void
send_packet(struct scene *s, struct packet *take_packet, int take_fd)
{
	assert_int_equal(
	    pb_local_send(s->thief, take_packet->octets, take_packet->len, NULL, 0, take_fd), 0);
	pb_local_close(&take_fd);
	free(take_packet);
}

/* ---- what it asks for -------------------------------------------------------------------------
 */

static void
types_of_others_are_not_taken(void **state)
{
	static const uint8_t types[] = { 0, 2, 4, 5, 8, 12, 13, 14, 15, 16, 255 };
	struct scene s = begin(*state);

	for (size_t i = 0; i < CASES(types); i++) {
		struct packet *p = make_packet(100);

		p->octets[TYPE_AT] = types[i];
		send_packet(&s, p, -1);
		assert_found_out(&s);
	}
	end(&s);
}

#define GAP                                                                                        \
	"{\"event\":\"gap\",\"door\":\"milter\",\"reason\":\"too_late\",\"from_us\":1,\"to_us\":"  \
	"2,"                                                                                       \
	"\"messages\":1}"
#define UNMAPPED                                                                                   \
	"{\"event\":\"unmapped\",\"door\":\"milter\",\"from_us\":1,\"to_us\":2,\"recipients\":3}"
#define ALERT                                                                                      \
	"{\"event\":\"alert\",\"alert\":\"disk_low\",\"state\":\"begun\",\"archive\":\"cabinet-"   \
	"b\","                                                                                     \
	"\"since_us\":1,\"told\":[\"email\"]}"
#define QUEUE_IDS "{\"queue_ids\":[\"4Xyz12\"]}"
#define ORIGIN "b.example/2026" /* of archive 1 */

struct statement {
	const char *facts, *envelope; /* NULL: none */
	uint8_t kind;                 /* of a third part; 0: none */
};

/* As its peer seals it, for that log. */
static struct pb_sealed
seal_statement(struct fixture *f, const char *origin, const struct statement *said)
{
	struct pb_sealed sealed = PB_SEALED_EMPTY;
	struct pb_sealer *sealer = NULL;
	const struct pb_world *world = pb_sys_world();

	assert_int_equal(
	    pb_sealer_new(world->files, world->random, origin, f->dir, 1, &sealer, NULL), PB_OK);
	assert_int_equal(pb_sealer_start(sealer, NULL), PB_OK);
	assert_int_equal(
	    pb_sealer_part(sealer, PB_PART_FACTS, said->facts, strlen(said->facts), NULL), PB_OK);
	if (said->envelope != NULL)
		assert_int_equal(pb_sealer_part(sealer, PB_PART_ENVELOPE, said->envelope,
				     strlen(said->envelope), NULL),
		    PB_OK);
	if (said->kind != 0)
		assert_int_equal(pb_sealer_part(sealer, said->kind, "{}", 2, NULL), PB_OK);
	assert_int_equal(pb_sealer_finish(sealer, PB_RECORD_CAPTURE, &sealed, NULL), PB_OK);
	pb_sealer_free(sealer);
	return sealed;
}

/* The honest one is heard in the turn behind, if not in the same. */
static void
assert_statement(struct scene *s, struct pb_sealed *take_sealed, bool taken)
{
	uint8_t head[PB_PACKET_SUBMIT_LEN];
	size_t before = s->f->vault[1].count;
	struct pb_reply reply;
	bool ended = false;

	pb_packet_submit_encode(take_sealed, 666, 1, head);
	assert_int_equal(pb_local_send(s->thief, head, sizeof(head), take_sealed->memory.data,
			     take_sealed->memory.len, -1),
	    0);
	pb_sealed_done(take_sealed);
	raw_submit(s->honest, s->number, 0, 100, 1);
	turn(s->f, PB_OK);
	turn(s->f, PB_OK);
	assert_answered(s->honest, s->number++, PB_OK, PB_REFUSAL_NONE);
	assert_int_equal(s->f->vault[1].count, before + taken);
	if (taken) {
		assert_answered(s->thief, 666, PB_OK, PB_REFUSAL_NONE);
		return;
	}
	assert_false(raw_reply(s->thief, &reply, &ended));
	assert_true(ended);
	pb_local_close(&s->thief);
	s->thief = raw_connect_to(s->f, s->path);
}

/* It would stand in every bundle of its time, and could not be taken out. */
static void
what_is_stated_of_capture_is_a_gap_or_an_alarm_that_opens(void **state)
{
	static const struct statement gap = { GAP, QUEUE_IDS, 0 }, alarm = { UNMAPPED, NULL, 0 };
	static const struct statement none[] = { { "", "{}", 0 }, { "{", "{}", 0 },
		{ "[\"gap\"]", "{}", 0 }, { "{\"event\":\"stop\",\"records\":1}", NULL, 0 },
		{ "{\"event\":\"stop\",\"records\":1}", QUEUE_IDS, 0 }, { GAP, NULL, 0 },
		{ GAP, "{", 0 }, { GAP, "{}", 0 }, { GAP "x", QUEUE_IDS, 0 },
		{ UNMAPPED, QUEUE_IDS, 0 }, { UNMAPPED, NULL, PB_PART_BODY }, { ALERT, NULL, 0 },
		{ GAP, QUEUE_IDS, PB_PART_ENVELOPE }, { GAP, QUEUE_IDS, PB_PART_BODY } };
	struct fixture *f = *state;
	struct scene s = begin(f);
	struct pb_sealed sealed = seal_statement(f, ORIGIN, &gap);
	char padded[5000];

	assert_statement(&s, &sealed, true);
	sealed = seal_statement(f, ORIGIN, &alarm);
	assert_statement(&s, &sealed, true);
	for (size_t i = 0; i < CASES(none); i++) {
		sealed = seal_statement(f, ORIGIN, &none[i]);
		assert_statement(&s, &sealed, false);
	}
	(void)snprintf(padded, sizeof(padded), "%*s" GAP, 4096, "");
	sealed = seal_statement(f, ORIGIN, &(struct statement){ padded, QUEUE_IDS, 0 });
	assert_statement(&s, &sealed, false);
	sealed = seal_statement(f, "another.example/00000000", &gap);
	assert_statement(&s, &sealed, false);
	sealed = seal_statement(f, ORIGIN, &gap);
	sealed.commitment[0] ^= 1;
	assert_statement(&s, &sealed, false);
	sealed = seal_statement(f, ORIGIN, &gap);
	sealed.memory.data[3] ^= 1;
	pb_digest_sha256(sealed.memory.data, sealed.memory.len, sealed.payload_sha256);
	assert_statement(&s, &sealed, false);
	end(&s);
}

/* ---- a herald ------------------------------------------------------------------------------- */

static void
a_herald_submits_no_message_and_nothing_of_others(void **state)
{
	static const uint8_t types[] = { 0, 1, 2, 4, 5, 8, 12, 13, 14, 15, 16, 255 };
	struct fixture *f = *state;
	struct scene s = begin_at(f, f->herald);

	for (size_t i = 0; i < CASES(types); i++) {
		struct packet *p = make_packet(100);

		p->octets[TYPE_AT] = types[i];
		send_packet(&s, p, -1);
		assert_found_out(&s);
	}
	end(&s);
}

static void
a_herald_states_alerts_alone(void **state)
{
	static const struct statement alert = { ALERT, NULL, 0 };
	static const struct statement none[] = { { "", NULL, 0 }, { "{", NULL, 0 },
		{ GAP, QUEUE_IDS, 0 }, { UNMAPPED, NULL, 0 },
		{ "{\"event\":\"stop\",\"records\":1}", NULL, 0 }, { ALERT, "{}", 0 },
		{ ALERT, NULL, PB_PART_BODY } };
	struct fixture *f = *state;
	struct scene s = begin_at(f, f->herald);
	struct pb_sealed sealed = seal_statement(f, ORIGIN, &alert);

	assert_statement(&s, &sealed, true);
	for (size_t i = 0; i < CASES(none); i++) {
		sealed = seal_statement(f, ORIGIN, &none[i]);
		assert_statement(&s, &sealed, false);
	}
	sealed = seal_statement(f, "another.example/00000000", &alert);
	assert_statement(&s, &sealed, false);
	end(&s);
}

/* By the socket, not by the user: all may run as one. */
static void
who_comes_by_which_socket_is_remembered(void **state)
{
	static const struct statement alert = { ALERT, NULL, 0 };
	struct fixture *f = *state;
	struct scene s = begin_at(f, f->herald);
	int first = raw_connect(f), last = raw_connect(f);
	struct pb_sealed sealed;

	pb_local_close(&s.honest); /* those behind him move up */
	turn(f, PB_OK);
	s.honest = first;
	sealed = seal_statement(f, ORIGIN, &alert);
	assert_statement(&s, &sealed, true);
	raw_submit(last, 1, 0, 100, 2);
	turn(f, PB_OK);
	assert_answered(last, 1, PB_OK, PB_REFUSAL_NONE);
	pb_local_close(&last);
	end(&s);
}

static void
archives_that_do_not_exist_are_not_looked_for(void **state)
{
	static const uint32_t archives[] = { ARCHIVES, ARCHIVES + 1, 0x10000, 0x80000000,
		UINT32_MAX };
	struct scene s = begin(*state);

	for (size_t i = 0; i < CASES(archives); i++) {
		struct packet *p = make_packet(100);

		pb_put_u32(p->octets + 1 + 8, archives[i]);
		send_packet(&s, p, -1);
		assert_found_out(&s);
	}
	end(&s);
}

static void
what_it_sent_before_stays_and_what_it_sends_after_is_lost(void **state)
{
	struct fixture *f = *state;
	struct scene s = begin(f);
	struct packet *p = make_packet(100);

	raw_submit(s.thief, 1, 1, 100, 5);
	p->octets[TYPE_AT] = PB_RECORD_DESTRUCTION;
	send_packet(&s, p, -1);
	raw_submit(s.thief, 2, 1, 100, 6);
	turn(f, PB_OK);
	assert_cut_off(s.thief);
	assert_int_equal(f->vault[1].count, 1);
	assert_kept(&f->vault[1], 0, 100, 5);
	end(&s);
}

/* ---- packets ----------------------------------------------------------------------------------
 */

static void
garbage_is_not_understood(void **state)
{
	struct scene s = begin(*state);

	for (unsigned kind = 0; kind < 256; kind += kind < 4 ? 1 : 63) {
		struct packet *p = make_packet(100);

		if (kind == p->octets[0])
			p->len = 1;
		p->octets[0] = (uint8_t)kind;
		send_packet(&s, p, -1);
		assert_found_out(&s);
	}
	end(&s);
}

static void
packets_that_are_cut_or_too_long_are_not_understood(void **state)
{
	struct scene s = begin(*state);
	static const int cuts[] = { -(PB_PACKET_SUBMIT_LEN + 99), -101, -100, -50, -1, 1, 50 };

	for (size_t i = 0; i < CASES(cuts); i++) {
		struct packet *p = make_packet(100);

		p->len = (size_t)((int)p->len + cuts[i]);
		send_packet(&s, p, -1);
		assert_found_out(&s);
	}
	for (unsigned more = 1; more <= 64; more += 63) {
		struct packet *p = make_packet(PB_PACKET_INLINE);

		p->len += more;
		send_packet(&s, p, -1);
		assert_found_out(&s);
	}
	end(&s);
}

static void
empty_packet_is_an_end(void **state)
{
	struct scene s = begin(*state);

	assert_int_equal(pb_local_send(s.thief, NULL, 0, NULL, 0, -1), 0);
	play(&s, PB_OK);
	assert_cut_off(s.thief);
	end(&s);
}

static void
length_that_lies_is_found_out(void **state)
{
	static const uint64_t lengths[] = { 0, 1, 99, 101, PB_PACKET_INLINE, LARGE,
		PB_LIMIT_PAYLOAD, PB_LIMIT_PAYLOAD + 1, INT64_MAX, UINT64_MAX };
	struct scene s = begin(*state);

	for (size_t i = 0; i < CASES(lengths); i++) {
		struct packet *p = make_packet(100);

		pb_put_u64(p->octets + LEN_AT, lengths[i]);
		send_packet(&s, p, -1);
		assert_found_out(&s);
	}
	end(&s);
}

static void
payload_of_no_octets_is_none(void **state)
{
	struct scene s = begin(*state);
	struct packet *p = make_packet(1);

	pb_put_u64(p->octets + LEN_AT, 0);
	p->len--;
	send_packet(&s, p, -1);
	assert_found_out(&s);
	end(&s);
}

/* ---- descriptors ------------------------------------------------------------------------------
 */

static int
sealed_memory(size_t len)
{
	struct pb_sealed sealed = make_sealed(len, 9);
	int fd = -1;

	assert_int_equal(pb_handed_new(sealed.memory.data, sealed.memory.len, &fd, NULL), PB_OK);
	pb_sealed_done(&sealed);
	return fd;
}

/* A file with those octets, which can still be changed through it. */
static int
file_of(struct fixture *f, size_t len)
{
	struct pb_sealed sealed = make_sealed(len, 9);
	int fd;

	spill(f, &sealed);
	fd = sealed.fd;
	sealed.fd = -1;
	pb_sealed_done(&sealed);
	return fd;
}

static void
descriptor_that_is_no_file_is_not_read(void **state)
{
	struct scene s = begin(*state);
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	send_packet(&s, make_packet(LARGE), ends[0]);
	assert_found_out(&s);
	pb_local_close(&ends[1]);

	send_packet(&s, make_packet(LARGE), open(s.f->dir, O_RDONLY | O_DIRECTORY));
	assert_found_out(&s);

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
	send_packet(&s, make_packet(LARGE), ends[0]);
	assert_found_out(&s);
	pb_local_close(&ends[1]);

	send_packet(&s, make_packet(LARGE), open("/dev/zero", O_RDONLY));
	assert_found_out(&s);
	end(&s);
}

static void
descriptor_of_another_length_is_not_read(void **state)
{
	struct scene s = begin(*state);

	send_packet(&s, make_packet(LARGE), sealed_memory(LARGE - 1));
	assert_found_out(&s);
	send_packet(&s, make_packet(LARGE), sealed_memory(LARGE + 1));
	assert_found_out(&s);
	send_packet(&s, make_packet(LARGE), file_of(s.f, LARGE - 1));
	assert_found_out(&s);
	send_packet(&s, make_packet(LARGE), file_of(s.f, 1));
	assert_found_out(&s);
	end(&s);
}

static void
descriptor_where_none_belongs_and_none_where_one_does(void **state)
{
	struct scene s = begin(*state);

	send_packet(&s, make_packet(100), sealed_memory(100));
	assert_found_out(&s);
	send_packet(&s, make_packet(LARGE), -1);
	assert_found_out(&s);
	end(&s);
}

static void
more_descriptors_than_one_are_not_kept(void **state)
{
	_Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(64 * sizeof(int))] = { 0 };
	struct scene s = begin(*state);
	struct packet *p = make_packet(LARGE);
	struct iovec run = { p->octets, p->len };
	struct msghdr message = { .msg_iov = &run, .msg_iovlen = 1, .msg_control = control };
	struct cmsghdr *head;
	int fds[64];

	fds[0] = sealed_memory(LARGE);
	for (size_t i = 1; i < 64; i++)
		fds[i] = fds[0];
	for (size_t count = 2; count <= 64; count += 31) {
		message.msg_controllen = CMSG_SPACE(count * sizeof(int));
		head = CMSG_FIRSTHDR(&message);
		head->cmsg_level = SOL_SOCKET;
		head->cmsg_type = SCM_RIGHTS;
		head->cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(head), fds, count * sizeof(int));
		assert_int_equal(sendmsg(s.thief, &message, 0), p->len);
		assert_found_out(&s);
	}
	pb_local_close(&fds[0]);
	free(p);
	end(&s);
}

static void
descriptor_that_cannot_be_read_is_refused(void **state)
{
	struct scene s = begin(*state);
	char path[250];
	int fd, own;

	(void)snprintf(path, sizeof(path), "%s/file", s.f->dir);
	own = open(path, O_RDWR | O_CREAT, 0600);
	assert_int_equal(ftruncate(own, LARGE), 0);
	pb_local_close(&own);
	for (unsigned i = 0; i < 2; i++) {
		fd = open(path, i == 0 ? O_WRONLY : O_PATH);
		assert_true(fd >= 0);
		send_packet(&s, make_packet(LARGE), fd);
		play(&s, PB_EIO);
		assert_answered(s.thief, 666, PB_EIO, PB_REFUSAL_COPY);
	}
	end(&s);
}

/* ---- digests ----------------------------------------------------------------------------------
 */

static void
digest_that_lies_is_refused(void **state)
{
	struct scene s = begin(*state);

	for (unsigned i = 0; i < 3; i++) {
		struct packet *p = make_packet(i == 0 ? 100 : LARGE);
		int fd = i == 0 ? -1 : i == 1 ? sealed_memory(LARGE) : file_of(s.f, LARGE);

		p->octets[SHA256_AT + i] ^= 1;
		send_packet(&s, p, fd);
		play(&s, PB_EDATA);
		assert_answered(s.thief, 666, PB_EDATA, PB_REFUSAL_DIGEST);
	}
	end(&s);
}

static void
overwrite(void *arg)
{
	assert_int_equal(pwrite(*(int *)arg, "changed", 7, 1000), 7);
}

/* Between the digest and the commit: what is stored is what had the digest. */
static void
file_that_changes_meanwhile_changes_nothing(void **state)
{
	struct fixture *f = *state;
	struct scene s = begin(f);
	int fd = file_of(f, 300000);

	f->before_flush = overwrite;
	f->arg = &fd;
	send_packet(&s, make_packet(300000), dup(fd));
	turn(f, PB_OK);
	f->before_flush = NULL;
	assert_answered(s.thief, 666, PB_OK, PB_REFUSAL_NONE);
	assert_kept(&f->vault[1], 0, 300000, 9);
	pb_local_close(&fd);
	end(&s);
}

static void
memory_that_is_not_sealed_is_a_file_like_another(void **state)
{
	struct fixture *f = *state;
	struct scene s = begin(f);
	int fd = memfd_create("test", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	struct pb_sealed sealed = make_sealed(300000, 9);

	assert_int_equal(pwrite(fd, sealed.memory.data, 300000, 0), 300000);
	pb_sealed_done(&sealed);
	assert_int_equal(fcntl(fd, F_ADD_SEALS, F_SEAL_GROW | F_SEAL_SHRINK), 0);
	f->before_flush = overwrite;
	f->arg = &fd;
	send_packet(&s, make_packet(300000), dup(fd));
	turn(f, PB_OK);
	f->before_flush = NULL;
	assert_answered(s.thief, 666, PB_OK, PB_REFUSAL_NONE);
	assert_kept(&f->vault[1], 0, 300000, 9);
	pb_local_close(&fd);
	end(&s);
}

/* ---- chance -----------------------------------------------------------------------------------
 */

/* What of it is taken is a record that it could have sent rightly. */
static void
assert_permitted(const struct vault *v)
{
	for (size_t i = 0; i < v->count; i++) {
		const struct pb_sealed *sealed = &v->kept[i].sealed;
		uint8_t sha256[PB_DIGEST_LEN];

		assert_in_range(sealed->type, PB_RECORD_MESSAGE, PB_RECORD_CAPTURE);
		assert_int_equal(sealed->memory.len, sealed->payload_len);
		pb_digest_sha256(sealed->memory.data, sealed->memory.len, sha256);
		assert_memory_equal(sha256, sealed->payload_sha256, PB_DIGEST_LEN);
	}
}

static int
any_descriptor(struct fixture *f, uint32_t chance)
{
	switch (chance % 8) {
	case 0:
		return sealed_memory(LARGE);
	case 1:
		return file_of(f, LARGE);
	case 2:
		return open(f->dir, O_RDONLY);
	default:
		return -1;
	}
}

static void
packets_by_chance_harm_nobody(void **state)
{
	struct fixture *f = *state;
	struct scene s = begin(f);
	struct test_random random;
	struct pb_reply reply;
	uint32_t chance[8];
	uint64_t cut = 0;
	bool ended;

	test_random_init(&random, 5);
	for (unsigned n = 0; n < 600; n++) {
		struct packet *p;

		(void)random.table.fill(random.table.ctx, chance, sizeof(chance));
		p = make_packet(chance[0] % 2 == 0 ? 100 : LARGE);
		for (unsigned i = 0; i < chance[1] % 3; i++)
			p->octets[chance[2 + i] % p->len] ^= 1 << chance[5] % 8;
		if (chance[6] % 8 == 0)
			p->len = 1 + chance[2] % p->len;
		send_packet(&s, p, any_descriptor(f, chance[7]));
		raw_submit(s.honest, n, 0, 100, 1);
		(void)any_turn(f);
		assert_answered(s.honest, n, PB_OK, PB_REFUSAL_NONE);
		if (pb_relay_server_cut(f->server) == cut)
			assert_true(raw_reply(s.thief, &reply, &ended));
		else
			assert_cut_off(s.thief);
		if (pb_relay_server_cut(f->server) == cut)
			continue;
		cut++;
		pb_local_close(&s.thief);
		s.thief = raw_connect(f);
	}
	assert_int_equal(f->vault[0].count, 600);
	assert_in_range(f->vault[1].count, 1, 599);
	assert_in_range(cut, 1, 599);
	for (size_t i = 0; i < ARCHIVES; i++)
		assert_permitted(&f->vault[i]);
	end(&s);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(types_of_others_are_not_taken),
		TEST(what_is_stated_of_capture_is_a_gap_or_an_alarm_that_opens),
		TEST(a_herald_submits_no_message_and_nothing_of_others),
		TEST(a_herald_states_alerts_alone),
		TEST(who_comes_by_which_socket_is_remembered),
		TEST(archives_that_do_not_exist_are_not_looked_for),
		TEST(what_it_sent_before_stays_and_what_it_sends_after_is_lost),
		TEST(garbage_is_not_understood),
		TEST(packets_that_are_cut_or_too_long_are_not_understood),
		TEST(empty_packet_is_an_end),
		TEST(length_that_lies_is_found_out),
		TEST(payload_of_no_octets_is_none),
		TEST(descriptor_that_is_no_file_is_not_read),
		TEST(descriptor_of_another_length_is_not_read),
		TEST(descriptor_where_none_belongs_and_none_where_one_does),
		TEST(more_descriptors_than_one_are_not_kept),
		TEST(descriptor_that_cannot_be_read_is_refused),
		TEST(digest_that_lies_is_refused),
		TEST(file_that_changes_meanwhile_changes_nothing),
		TEST(memory_that_is_not_sealed_is_a_file_like_another),
		TEST(packets_by_chance_harm_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
