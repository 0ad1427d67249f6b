/* Words that are to be found no more: of what is destroyed, and of bodies. */
#include "find/fixture.h"

#include "archive/bodies.h"
#include "archive/destroy.h"

static bool
holds(const char *path, const struct pb_buf *needle)
{
	struct pb_buf bytes = PB_BUF_EMPTY;
	bool there;

	if (!exists(path))
		return false;
	bytes = slurp(path);
	there = bytes.len >= needle->len &&
		memmem(bytes.data, bytes.len, needle->data, needle->len) != NULL;
	pb_buf_done(&bytes);
	return there;
}

/* ---- destruction ---------------------------------------------------------------------------- */

static void
is_destroyed(const struct pb_row *row)
{
	assert_int_equal(row->state, PB_ROW_DESTROYED);
	assert_null(row->json);
}

static void
destroy(struct fixture *f, uint64_t seq, const struct pb_reader_key *key)
{
	struct pb_archive *archive = open_archive(f, key);
	struct pb_runs runs = PB_RUNS_EMPTY;

	assert_int_equal(pb_runs_add(&runs, seq, seq), PB_OK);
	assert_int_equal(pb_archive_destroy(archive, &runs, PB_DESTROY_ERASURE, NULL, NULL), PB_OK);
	pb_runs_done(&runs);
	close_archive(archive);
}

/* Each message's subject has a number of its own: a word that stands in no other. */
static void
subject_of(struct fixture *f, size_t i, char out[32])
{
	(void)snprintf(out, 32, "subject:%u", f->number - (unsigned)f->kept.count + (unsigned)i);
}

static void
what_is_destroyed_leaves_no_word(void **state)
{
	struct fixture *f = *state;
	struct pb_buf sealed = PB_BUF_EMPTY, slot_0;
	struct pb_catalog *catalog;
	char word[32];

	add_commits(f, f->key, 3);
	update(f);
	subject_of(f, 1, word);
	assert_int_equal(find(f, f->kept.seq[1], word), 1);
	catalog = open_catalog(f);
	assert_int_equal(pb_catalog_summary(catalog, f->kept.seq[1], &sealed, NULL), PB_OK);
	pb_catalog_close(catalog);
	assert_true(holds(at(f, "catalog.db"), &sealed));
	slot_0 = slurp(newest(f, "keys", ".key"));
	slot_0.len = PB_SLOT_LEN;

	destroy(f, f->kept.seq[1], f->key);
	assert_false(holds(at(f, "catalog.db"), &sealed));
	assert_false(holds(at(f, "catalog.db-wal"), &sealed));
	assert_false(holds(newest(f, "keys", ".key"), &slot_0));
	assert_int_equal(find(f, f->kept.seq[1], word), 0);
	subject_of(f, 2, word);
	assert_int_equal(find(f, f->kept.seq[1], word), 1);
	assert_int_equal(read_row(f, f->kept.seq[1], is_destroyed), PB_OK);
	assert_int_equal(read_row(f, f->kept.seq[2], is_a_message), PB_OK);
	assert_int_equal(stand(f).found, 2);
	assert_int_equal(stand(f).state[PB_CATALOG_DESTROYED], 1);
	pb_buf_done(&sealed);
	pb_buf_done(&slot_0);
}

static void
who_destroys_without_a_key_destroys_the_index_with_it(void **state)
{
	struct fixture *f = *state;
	char word[32];

	add_commits(f, f->key, 3);
	update(f);
	destroy(f, f->kept.seq[0], NULL);
	assert_int_equal(count_entries(at(f, "index")), 0);
	update(f);
	subject_of(f, 0, word);
	assert_int_equal(find(f, f->kept.seq[0], word), 0);
	assert_int_equal(find(f, f->kept.seq[0], "subject:essai"), 2);
	assert_int_equal(read_row(f, f->kept.seq[0], is_destroyed), PB_OK);
}

/* ---- words of bodies ------------------------------------------------------------------------ */

/* A message whose body is a word that its subject does not have. */
static uint64_t
add_letter(struct fixture *f)
{
	static const char header[] = "Subject: objet\r\n\r\n", body[] = "corpsfictif\r\n";
	struct pb_archive *archive = open_archive(f, NULL);
	struct pb_sealer *sealer = NULL;
	struct pb_sealed sealed = PB_SEALED_EMPTY, *item[] = { &sealed };
	struct pb_receipt receipt;
	uint8_t digest[PB_DIGEST_LEN];

	assert_int_equal(pb_sealer_new(f->world.files, f->world.random, pb_archive_origin(archive),
			     f->root, 1, &sealer, NULL),
	    PB_OK);
	assert_int_equal(pb_sealer_start(sealer, NULL), PB_OK);
	assert_int_equal(
	    pb_sealer_part(sealer, PB_PART_HEADER, header, sizeof(header) - 1, NULL), PB_OK);
	assert_int_equal(pb_sealer_part(sealer, PB_PART_BODY, body, sizeof(body) - 1, NULL), PB_OK);
	assert_int_equal(pb_sealer_digest(sealer, digest, NULL), PB_OK);
	assert_int_equal(
	    pb_sealer_part(sealer, PB_PART_FACTS, "{\"source\":\"import\"}", 19, NULL), PB_OK);
	assert_int_equal(pb_sealer_finish(sealer, PB_RECORD_IMPORTED, &sealed, NULL), PB_OK);
	pb_sealer_free(sealer);
	memcpy(sealed.message_sha256, digest, sizeof(digest));
	assert_int_equal(pb_commit(archive, item, 1, &receipt, NULL), PB_OK);
	pb_sealed_done(&sealed);
	close_archive(archive);
	return receipt.seq;
}

static void
choose(struct fixture *f, bool bodies)
{
	struct pb_archive *archive = open_archive(f, NULL);

	assert_int_equal(pb_bodies_choose(archive, bodies, NULL), PB_OK);
	close_archive(archive);
}

static void
words_of_bodies_are_indexed_as_the_archive_has_it(void **state)
{
	struct fixture *f = *state;
	struct pb_buf slot_0;
	uint64_t seq, later;
	char *key;

	seq = add_letter(f);
	update(f);
	assert_int_equal(find(f, seq, "corpsfictif"), 1);
	key = strdup(newest(f, "keys", ".key"));
	assert_non_null(key);
	slot_0 = slurp(key);
	slot_0.len = PB_SLOT_LEN;
	choose(f, false);
	assert_int_equal(count_entries(at(f, "index")), 0);
	update(f);
	assert_int_equal(find(f, seq, "corpsfictif"), 0);
	assert_int_equal(find(f, seq, "objet"), 1);
	assert_false(holds(key, &slot_0));
	later = add_letter(f);
	update(f);
	assert_int_equal(find(f, later, "corpsfictif"), 0);
	choose(f, true);
	update(f);
	assert_int_equal(find(f, seq, "corpsfictif"), 1);
	assert_int_equal(find(f, later, "corpsfictif"), 1);
	pb_buf_done(&slot_0);
	free(key);
}

/* A setting that can't be read must not be taken for "on". */
static void
a_setting_that_is_damaged_indexes_nothing(void **state)
{
	static const char *const damaged[] = { "", "bodies", "bodies off", "bodies off\n\n",
		"off\n" };
	struct fixture *f = *state;
	struct pb_archive *archive;
	bool indexed = true;

	add_letter(f);
	for (size_t i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		struct pb_views *views = NULL;
		struct pb_views_options options = { .threads = 1 };

		spit(at(f, "private/index"), damaged[i], strlen(damaged[i]));
		assert_int_equal(pb_bodies_load(f->world.files, f->dir, &indexed, NULL), PB_EDATA);
		archive = open_archive(f, f->key);
		assert_int_equal(pb_views_new(archive, &options, &views, NULL), PB_EDATA);
		close_archive(archive);
	}
	choose(f, false);
	assert_int_equal(pb_bodies_load(f->world.files, f->dir, &indexed, NULL), PB_OK);
	assert_false(indexed);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup(name, set_up)
	const struct CMUnitTest tests[] = {
		CASE(what_is_destroyed_leaves_no_word),
		CASE(who_destroys_without_a_key_destroys_the_index_with_it),
		CASE(words_of_bodies_are_indexed_as_the_archive_has_it),
		CASE(a_setting_that_is_damaged_indexes_nothing),
	};
	return cmocka_run_group_tests(tests, found_template, forget_template);
}
