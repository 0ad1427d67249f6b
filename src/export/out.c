#include "export/out.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "bundle/zip.h"
#include "core/error.h"
#include "core/io.h"

#define SLOTS 4
#define SLOT ((size_t)256 * 1024) /* bytes between two writes */
/* The disk begins to write when so much is there: it works beside us, and the sync is short. */
#define STRETCH ((uint64_t)8 * 1024 * 1024)

static const char WRITING[] = N_("write a package");

struct digests {
	struct pb_digest *sha256;
	struct pb_stamp_digest *other[3]; /* but SHA-256; NULL: not wanted */
	bool with_crc32;
	uint32_t crc32;
};

/*
 * A ring.  Slots summed .. given wait for the thread or are with it, and slot `given` is filled by
 * the caller; both count up for ever, and given - summed < SLOTS.  lock guards them and stop; a
 * slot belongs to the caller until it is given, and to the thread until it is summed.
 *
 * Of the slot at hand, bytes pending .. filled are not in the file yet.
 *
 * Without a thread the caller makes the sums when it gives a slot.
 */
struct pb_export_out {
	const struct pb_files *files;
	int fd;
	const char *path;
	uint64_t base;
	uint64_t offset; /* of the slot at hand, from base */
	size_t filled, pending;
	uint8_t *slot[SLOTS];
	size_t len[SLOTS];
	struct digests digests;        /* the thread's until it ends */
	uint64_t summed_len, told_len; /* likewise: bytes, and of which the disk was told */
	bool threaded;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t work; /* given has grown, or stop is set */
	pthread_cond_t room; /* summed has grown */
	uint64_t given, summed;
	bool stop;
};

/* ---- sums ----------------------------------------------------------------------------------- */

static enum pb_status
digests_new(struct digests *digests, const struct pb_export_wanted *wanted, struct pb_error *err)
{
	enum pb_status status = pb_digest_new(PB_DIGEST_SHA256, &digests->sha256, err);

	digests->with_crc32 = wanted->crc32;
	for (int hash = PB_STAMP_SHA384; status == PB_OK && hash <= PB_STAMP_SHA512; hash++)
		if (wanted->hash[hash])
			status = pb_stamp_digest_new(
			    (enum pb_stamp_hash)hash, &digests->other[hash], err);
	return status;
}

static void
digests_done(struct digests *digests)
{
	pb_digest_free(digests->sha256);
	for (int hash = 0; hash < 3; hash++)
		pb_stamp_digest_free(digests->other[hash]);
}

/* A favour asked of the system; on a page that still grows it would be asked twice. */
static void
tell_disk(struct pb_export_out *out)
{
	uint64_t until = (out->base + out->summed_len) / STRETCH * STRETCH;
	uint64_t from = out->told_len;

	if (until <= from)
		return;
	(void)out->files->write_out(out->files->ctx, out->fd, from, until - from);
	out->told_len = until;
}

static void
sum(struct pb_export_out *out, uint64_t number)
{
	struct digests *digests = &out->digests;
	const uint8_t *data = out->slot[number % SLOTS];
	size_t len = out->len[number % SLOTS];

	pb_digest_update(digests->sha256, data, len);
	for (int hash = 0; hash < 3; hash++)
		if (digests->other[hash] != NULL)
			pb_stamp_digest_update(digests->other[hash], data, len);
	if (digests->with_crc32)
		digests->crc32 = pb_zip_crc32(digests->crc32, data, len);
	out->summed_len += len;
	tell_disk(out);
}

static void *
work(void *arg)
{
	struct pb_export_out *out = arg;

	pthread_mutex_lock(&out->lock);
	for (;;) {
		while (out->summed == out->given && !out->stop)
			pthread_cond_wait(&out->work, &out->lock);
		if (out->summed == out->given)
			break;
		pthread_mutex_unlock(&out->lock);
		sum(out, out->summed);
		pthread_mutex_lock(&out->lock);
		out->summed++;
		pthread_cond_signal(&out->room);
	}
	pthread_mutex_unlock(&out->lock);
	return NULL;
}

/* The slot at hand is full, or the last; *out has an empty one then. */
static void
give(struct pb_export_out *out)
{
	out->len[out->given % SLOTS] = out->filled;
	out->offset += out->filled;
	out->filled = out->pending = 0;
	if (!out->threaded) {
		sum(out, out->given++);
		out->summed++;
		return;
	}
	pthread_mutex_lock(&out->lock);
	out->given++;
	pthread_cond_signal(&out->work);
	while (out->given - out->summed == SLOTS)
		pthread_cond_wait(&out->room, &out->lock);
	pthread_mutex_unlock(&out->lock);
}

/* What was given is summed before it ends. */
static void
join(struct pb_export_out *out)
{
	if (!out->threaded)
		return;
	pthread_mutex_lock(&out->lock);
	out->stop = true;
	pthread_cond_signal(&out->work);
	pthread_mutex_unlock(&out->lock);
	pthread_join(out->thread, NULL);
	out->threaded = false;
}

/* ---- the file ------------------------------------------------------------------------------- */

static enum pb_status
write_pending(struct pb_export_out *out, struct pb_error *err)
{
	const uint8_t *slot = out->slot[out->given % SLOTS];
	enum pb_status status;

	if (out->pending == out->filled)
		return PB_OK;
	status = pb_io_pwrite(out->files, out->fd, out->path, slot + out->pending,
	    out->filled - out->pending, out->base + out->offset + out->pending, err);
	if (status == PB_OK)
		out->pending = out->filled;
	return status;
}

enum pb_status
pb_export_out_new(const struct pb_files *files, int fd, const char *path, uint64_t base,
    const struct pb_export_wanted *wanted, struct pb_export_out **ret_out, struct pb_error *err)
{
	struct pb_export_out *out = calloc(1, sizeof(*out));
	enum pb_status status;

	if (out == NULL)
		return pb_fail_memory(err, WRITING);
	out->files = files;
	out->fd = fd;
	out->path = path;
	out->base = base;
	/* With default attributes these cannot fail here (POSIX: only for lack of resources). */
	pb_assert(pthread_mutex_init(&out->lock, NULL) == 0 &&
		  pthread_cond_init(&out->work, NULL) == 0 &&
		  pthread_cond_init(&out->room, NULL) == 0);
	status = digests_new(&out->digests, wanted, err);
	for (size_t i = 0; status == PB_OK && i < SLOTS; i++)
		if ((out->slot[i] = malloc(SLOT)) == NULL)
			status = pb_fail_memory(err, WRITING);
	if (status != PB_OK) {
		pb_export_out_free(out);
		return status;
	}
	/* None to be had is slower and as right. */
	out->threaded = pthread_create(&out->thread, NULL, work, out) == 0;
	*ret_out = out;
	return PB_OK;
}

enum pb_status
pb_export_out_write(
    struct pb_export_out *out, const void *data, size_t len, bool present, struct pb_error *err)
{
	const uint8_t *from = data;
	enum pb_status status = present ? write_pending(out, err) : PB_OK;

	while (status == PB_OK && len > 0) {
		size_t some = len < SLOT - out->filled ? len : SLOT - out->filled;

		if (from != out->slot[out->given % SLOTS] + out->filled)
			memcpy(out->slot[out->given % SLOTS] + out->filled, from, some);
		out->filled += some;
		from += some;
		len -= some;
		if (present)
			out->pending = out->filled;
		if (out->filled < SLOT)
			break;
		status = write_pending(out, err);
		if (status == PB_OK)
			give(out);
	}
	return status;
}

uint8_t *
pb_export_out_room(struct pb_export_out *out, size_t *ret_len)
{
	*ret_len = SLOT - out->filled;
	return out->slot[out->given % SLOTS] + out->filled;
}

enum pb_status
pb_export_out_end(struct pb_export_out *out, struct pb_export_sums *ret_sums, struct pb_error *err)
{
	struct digests *digests = &out->digests;
	struct pb_export_sums sums = { .crc32 = 0 };
	enum pb_status status = write_pending(out, err);

	if (status != PB_OK)
		return status;
	give(out);
	join(out);
	sums.file.len = out->summed_len;
	sums.crc32 = digests->crc32;
	pb_digest_final(digests->sha256, sums.file.sha256);
	memcpy(sums.imprint[PB_STAMP_SHA256], sums.file.sha256, PB_DIGEST_LEN);
	for (int hash = 0; hash < 3; hash++)
		if (digests->other[hash] != NULL)
			pb_stamp_digest_final(digests->other[hash], sums.imprint[hash]);
	*ret_sums = sums;
	return PB_OK;
}

void
pb_export_out_free(struct pb_export_out *out)
{
	if (out == NULL)
		return;
	join(out);
	for (size_t i = 0; i < SLOTS; i++) {
		if (out->slot[i] != NULL)
			pb_wipe(out->slot[i], SLOT);
		free(out->slot[i]);
	}
	digests_done(&out->digests);
	pthread_cond_destroy(&out->work);
	pthread_cond_destroy(&out->room);
	pthread_mutex_destroy(&out->lock);
	free(out);
}
