#include "sys/confine_service.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#define LOADER "/lib64/ld-linux-x86-64.so.2"
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#define LOADER "/lib/ld-linux-aarch64.so.1"
#else
#define LOADER "/lib" /* all that stands there */
#endif

/* ---- Landlock ------------------------------------------------------------------------------- */

#define READING_FILE LANDLOCK_ACCESS_FS_READ_FILE
#define READING (READING_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
/* Rights by version, landlock(7): 2 has LANDLOCK_ACCESS_FS_REFER, 3 ..._TRUNCATE. */
#define RIGHTS_2 ((UINT64_C(1) << 14) - 1)
#define RIGHTS_3 ((UINT64_C(1) << 15) - 1)
/* Bind and connect: none of them, or those that a rule names. */
#define BIND_4 1
#define CONNECT_4 2
#define RULE_PORT 2 /* LANDLOCK_RULE_NET_PORT */

/* The attributes as version 4 has them; an older kernel takes the begin of the first. */
struct ruleset {
	uint64_t files;
	uint64_t network;
};
struct port_rule {
	uint64_t rights;
	uint64_t port;
};

static int
allow(int rules, const char *directory, uint64_t rights)
{
	struct landlock_path_beneath_attr beneath = { .allowed_access = rights };
	int error = 0;

	beneath.parent_fd = open(directory, O_PATH | O_CLOEXEC);
	if (beneath.parent_fd < 0)
		return -errno;
	if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) != 0)
		error = -errno;
	(void)close(beneath.parent_fd);
	return error;
}

/*
 * What names are resolved and servers are known by stands there (resolv.conf(5), nsswitch.conf(5),
 * the system's roots); an archive does not.
 */
static const char *const SYSTEM[] = { "/etc", "/usr", "/lib", "/lib64", "/run/systemd/resolve",
	"/run/resolvconf", "/run/NetworkManager" };
#define SYSTEM_COUNT (sizeof(SYSTEM) / sizeof(SYSTEM[0]))

static int
allow_reading(int rules, const char *const *directory, size_t count)
{
	int error = 0;

	for (size_t i = 0; error == 0 && i < count; i++) {
		error = allow(rules, directory[i], READING);
		if (error == -ENOENT || error == -EACCES || error == -ENOTDIR)
			error = 0;
	}
	return error;
}

/* What the program is loaded by is executed too (elf(5), PT_INTERP). */
static int
allow_program(int rules, const char *program)
{
	int error = allow(rules, "/", READING);

	if (error == 0)
		error = allow(rules, program, READING_FILE | LANDLOCK_ACCESS_FS_EXECUTE);
	if (error == 0)
		error = allow(rules, LOADER, READING_FILE | LANDLOCK_ACCESS_FS_EXECUTE);
	/* What is opened in place of a descriptor that a program does not get. */
	if (error == 0)
		error = allow(rules, "/dev/null", READING_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE);
	return error;
}

static int
allow_port(int rules, uint16_t port)
{
	const struct port_rule rule = { CONNECT_4, port };

	return syscall(SYS_landlock_add_rule, rules, RULE_PORT, &rule, 0) == 0 ? 0 : -errno;
}

static int
restrict_to(int rules, const struct pb_confinement *confinement, const struct ruleset *rights)
{
	int error = 0;

	for (size_t i = 0; error == 0 && i < confinement->directory_count; i++)
		error = allow(rules, confinement->directory[i],
		    rights->files & ~(uint64_t)LANDLOCK_ACCESS_FS_EXECUTE);
	if (error == 0)
		error = allow_reading(rules, confinement->reading, confinement->reading_count);
	if (error == 0 && confinement->naming)
		error = allow_reading(rules, SYSTEM, SYSTEM_COUNT);
	for (size_t i = 0; error == 0 && rights->network != 0 && i < confinement->port_count; i++)
		error = allow_port(rules, confinement->port[i]);
	if (error == 0 && confinement->program != NULL)
		error = allow_program(rules, confinement->program);
	if (error == 0 && syscall(SYS_landlock_restrict_self, rules, 0) != 0)
		error = -errno;
	return error;
}

static int
landlock(const struct pb_confinement *confinement, bool *ret_done)
{
	long version =
	    syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	struct ruleset rules = { .files = version >= 3 ? RIGHTS_3 : RIGHTS_2 };
	size_t size = sizeof(rules.files);
	int fd, error;

	if (version < 2)
		return 0;
	if (version >= 4 && (!confinement->network || confinement->port_count > 0)) {
		rules.network = BIND_4 | CONNECT_4;
		size = sizeof(rules);
	}
	fd = (int)syscall(SYS_landlock_create_ruleset, &rules, size, 0);
	if (fd < 0)
		return 0;
	error = restrict_to(fd, confinement, &rules);
	(void)close(fd);
	*ret_done = error == 0;
	return error;
}

/* ---- seccomp -------------------------------------------------------------------------------- */

#ifdef ARCHITECTURE

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define ANSWER(value) BPF_STMT(BPF_RET | BPF_K, (value))
/* One instruction further if it is equal, else two. */
#define IF_EQUAL(value) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, 1)
#define REFUSE(call) IF_EQUAL(SYS_##call), ANSWER(SECCOMP_RET_ERRNO | EPERM)

/* x32 has the same calls under other numbers (seccomp(2)). */
#define OTHER_NUMBERS 0x40000000

/*
 * What nobody of ours calls, and who has broken into a process needs next.  io_uring opens files
 * and sockets past every filter.
 */
#define REFUSED_CALLS                                                                              \
	REFUSE(ptrace), REFUSE(process_vm_readv), REFUSE(process_vm_writev), REFUSE(kcmp),         \
	    REFUSE(pidfd_getfd), REFUSE(mount), REFUSE(umount2), REFUSE(pivot_root),               \
	    REFUSE(chroot), REFUSE(move_mount), REFUSE(open_tree), REFUSE(fsopen),                 \
	    REFUSE(fsconfig), REFUSE(fsmount), REFUSE(fspick), REFUSE(mount_setattr),              \
	    REFUSE(setns), REFUSE(unshare), REFUSE(kexec_load), REFUSE(kexec_file_load),           \
	    REFUSE(init_module), REFUSE(finit_module), REFUSE(delete_module), REFUSE(bpf),         \
	    REFUSE(perf_event_open), REFUSE(userfaultfd), REFUSE(add_key), REFUSE(request_key),    \
	    REFUSE(keyctl), REFUSE(io_uring_setup), REFUSE(io_uring_enter),                        \
	    REFUSE(io_uring_register), REFUSE(open_by_handle_at), REFUSE(fanotify_init),           \
	    REFUSE(swapon), REFUSE(swapoff), REFUSE(reboot), REFUSE(acct), REFUSE(quotactl),       \
	    REFUSE(syslog), REFUSE(settimeofday), REFUSE(clock_settime), REFUSE(adjtimex),         \
	    REFUSE(clock_adjtime), REFUSE(sethostname), REFUSE(setdomainname), REFUSE(personality)

static int
install(struct sock_filter *filter, size_t count)
{
	struct sock_fprog program = { (unsigned short)count, filter };

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0 ? 0 : -errno;
}

static int
refuse_calls(void)
{
	struct sock_filter filter[] = { LOAD(arch), IF_EQUAL(ARCHITECTURE),
		BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0), ANSWER(SECCOMP_RET_KILL_PROCESS), LOAD(nr),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, OTHER_NUMBERS, 0, 1),
		ANSWER(SECCOMP_RET_ERRNO | EPERM), REFUSED_CALLS, ANSWER(SECCOMP_RET_ALLOW) };

	return install(filter, sizeof(filter) / sizeof(filter[0]));
}

static int
refuse_programs(void)
{
	struct sock_filter filter[] = { LOAD(nr), REFUSE(execve), REFUSE(execveat),
		ANSWER(SECCOMP_RET_ALLOW) };

	return install(filter, sizeof(filter) / sizeof(filter[0]));
}

static int
refuse_network(void)
{
	struct sock_filter filter[] = { LOAD(nr), IF_EQUAL(SYS_socket),
		BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0), ANSWER(SECCOMP_RET_ALLOW), LOAD(args[0]),
		IF_EQUAL(AF_UNIX), ANSWER(SECCOMP_RET_ALLOW), ANSWER(SECCOMP_RET_ERRNO | EACCES) };

	return install(filter, sizeof(filter) / sizeof(filter[0]));
}

/* All of them hold; the strictest answer counts (seccomp(2)). */
static bool
seccomp(const struct pb_confinement *confinement)
{
	return (confinement->program != NULL || refuse_programs() == 0) &&
	       (confinement->network || refuse_network() == 0) && refuse_calls() == 0;
}

#else

static bool
seccomp(const struct pb_confinement *confinement)
{
	(void)confinement;
	return false;
}

#endif

int
pb_confine_service(const struct pb_confinement *confinement, struct pb_confined *ret_confined)
{
	static const struct rlimit none = { 0, 0 };
	struct pb_confined confined = { 0 };
	int error;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || setrlimit(RLIMIT_CORE, &none) != 0)
		return -errno;
	error = landlock(confinement, &confined.landlock);
	if (error != 0)
		return error;
	confined.seccomp = seccomp(confinement);
	*ret_confined = confined;
	return 0;
}
