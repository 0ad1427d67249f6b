#include "sys/confine.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#if SANITIZED
/* Leaks are looked for by a thread that traces the process, which a confined one can't start. */
__attribute__((visibility("default"))) const char *__asan_default_options(void);

const char *
__asan_default_options(void)
{
	return "detect_leaks=0";
}
#endif

/* Never more than somebody allowed before. */
static int
limit(__rlimit_resource_t what, uint64_t value)
{
	struct rlimit limits;

	if (getrlimit(what, &limits) != 0)
		return -errno;
	if (value < limits.rlim_max)
		limits.rlim_max = value;
	limits.rlim_cur = limits.rlim_max;
	return setrlimit(what, &limits) == 0 ? 0 : -errno;
}

static int
set_limits(uint64_t memory)
{
	int error = limit(RLIMIT_CORE, 0);

	if (error == 0)
		error = limit(RLIMIT_FSIZE, 0);
	if (error == 0)
		error = limit(RLIMIT_NOFILE, 0);
	if (error == 0)
		error = limit(RLIMIT_NPROC, 0);
	if (error == 0 && memory > 0 && !SANITIZED)
		error = limit(RLIMIT_AS, memory);
	return error;
}

/* landlock(7): the attribute as the newest kernel has it; an older one takes its begin. */
struct ruleset {
	uint64_t files;
	uint64_t network;
	uint64_t scoped;
};

/* Every right that the kernel's version knows is handled, and no rule gives one back. */
static bool
landlock(void)
{
	static const uint64_t files[] = { 0, 13, 14, 15, 15, 16 }; /* rights, by version */
	long version =
	    syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	struct ruleset rules = { 0 };
	size_t size = sizeof(rules.files);
	long fd;
	bool done;

	if (version < 1)
		return false;
	rules.files = (UINT64_C(1) << files[version < 5 ? version : 5]) - 1;
	if (version >= 4) {
		rules.network = 3; /* bind, connect */
		size = 2 * sizeof(uint64_t);
	}
	if (version >= 6) {
		rules.scoped = 3; /* abstract sockets, signals */
		size = 3 * sizeof(uint64_t);
	}
	fd = syscall(SYS_landlock_create_ruleset, &rules, size, 0);
	if (fd < 0)
		return false;
	done = syscall(SYS_landlock_restrict_self, fd, 0) == 0;
	(void)close((int)fd);
	return done;
}

#ifdef ARCHITECTURE
#define FILTERED 1

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define ANSWER(value) BPF_STMT(BPF_RET | BPF_K, (value))
/* One instruction further if it is equal, else two. */
#define IF_EQUAL(value) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (value), 0, 1)
#define ALLOW(call) IF_EQUAL(SYS_##call), ANSWER(SECCOMP_RET_ALLOW)
#define REFUSE(call, error) IF_EQUAL(SYS_##call), ANSWER(SECCOMP_RET_ERRNO | (error))
#define OTHERS (SANITIZED ? SECCOMP_RET_ERRNO | EPERM : SECCOMP_RET_KILL_PROCESS)

/* Memory may be had, but none that is executable: the third argument is the protection. */
#define ALLOW_UNLESS_EXECUTABLE(call)                                                              \
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_##call, 0, 4), LOAD(args[2]),                      \
	    BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 4, 0, 1), ANSWER(SECCOMP_RET_ERRNO | EACCES),     \
	    ANSWER(SECCOMP_RET_ALLOW)

/*
 * Calls on paths answer EACCES, as Landlock does: the C library looks for the tables of a rare
 * charset, and goes without.  tgkill is what abort ends this process with, and may do nothing else:
 * a child that could stop itself would be waited for.
 */
static bool
seccomp(void)
{
	struct sock_filter filter[] = { LOAD(arch), IF_EQUAL(ARCHITECTURE),
		BPF_JUMP(BPF_JMP | BPF_JA, 1, 0, 0), ANSWER(SECCOMP_RET_KILL_PROCESS), LOAD(nr),
		ALLOW(read), ALLOW(write), ALLOW(futex), ALLOW(brk), ALLOW(munmap), ALLOW(mremap),
		ALLOW(madvise), ALLOW(exit), ALLOW(exit_group), ALLOW(rt_sigreturn),
		ALLOW(rt_sigprocmask), ALLOW(rt_sigaction), ALLOW(sigaltstack),
		ALLOW(restart_syscall), ALLOW(clock_gettime), ALLOW(gettimeofday), ALLOW(getrandom),
		ALLOW(setitimer), ALLOW(getpid), ALLOW(gettid), ALLOW(sched_yield), ALLOW(close),
		ALLOW(lseek), ALLOW(writev),
#ifdef SYS_time
		ALLOW(time),
#endif
#ifdef SYS_open
		REFUSE(open, EACCES), REFUSE(stat, EACCES), REFUSE(lstat, EACCES),
		REFUSE(access, EACCES), REFUSE(readlink, EACCES),
#endif
		REFUSE(openat, EACCES), REFUSE(newfstatat, EACCES), REFUSE(statx, EACCES),
		REFUSE(faccessat, EACCES), REFUSE(faccessat2, EACCES), REFUSE(readlinkat, EACCES),
		REFUSE(getcwd, EACCES), REFUSE(fstat, EACCES), REFUSE(ioctl, ENOTTY),
		REFUSE(prctl, EPERM), REFUSE(sysinfo, EPERM), REFUSE(sched_getaffinity, EPERM),
		REFUSE(prlimit64, EPERM), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_tgkill, 0, 6),
		LOAD(args[0]), BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)getpid(), 0, 3),
		LOAD(args[2]), IF_EQUAL(SIGABRT), ANSWER(SECCOMP_RET_ALLOW), LOAD(nr),
		ALLOW_UNLESS_EXECUTABLE(mmap), ALLOW_UNLESS_EXECUTABLE(mprotect), ANSWER(OTHERS) };
	struct sock_fprog program = { sizeof(filter) / sizeof(filter[0]), filter };

	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

#else
#define FILTERED 0

static bool
seccomp(void)
{
	return false;
}

#endif

int
pb_confine(uint64_t memory, struct pb_confined *ret_confined)
{
	struct pb_confined confined = { 0 };
	int error;

	/* A core_pattern that pipes to a program asks for no limit (process.c). */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0)
		return -errno;
	confined.landlock = landlock(); /* needs a descriptor: before there are none */
	error = set_limits(memory);
	if (error != 0)
		return error;
	confined.seccomp = seccomp();
	*ret_confined = confined;
	return 0;
}

void
pb_confine_offered(struct pb_confined *ret_offered)
{
	uint32_t action = SECCOMP_RET_KILL_PROCESS;

	ret_offered->landlock =
	    syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION) >= 1;
	ret_offered->seccomp =
	    FILTERED && syscall(SYS_seccomp, SECCOMP_GET_ACTION_AVAIL, 0, &action) == 0;
}

int
pb_confine_processor(unsigned ms)
{
	struct itimerval timer = { .it_value = {
				       .tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000 } };

	return setitimer(ITIMER_PROF, &timer, NULL) == 0 ? 0 : -errno;
}
