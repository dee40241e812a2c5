/* Adds what a file says to CLOCK_REALTIME of the process that this is preloaded into: one number, ns, mapped.

   CLOCK_MONOTONIC and CLOCK_BOOTTIME, and all that waits by them, are the kernel's. Who waits until an instant of
   CLOCK_REALTIME (the listeners of Fast DDS's shared memory do) waits until that of the kernel's: else, by a clock that
   is behind, nobody would wait at all. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define SECOND_NS 1000000000
#define COND_IS_MONOTONIC 2 /* in glibc's __wrefs, from 2.25 on */

typedef struct timespec Instant;

static const volatile int64_t *ahead_ns;
static int (*kernels)(clockid_t, Instant *);
static int (*cond_wait)(pthread_cond_t *, pthread_mutex_t *, clockid_t, const Instant *);
static int (*mutex_wait)(pthread_mutex_t *, clockid_t, const Instant *);
static int (*sem_wait_until)(sem_t *, clockid_t, const Instant *);

static Instant later(Instant when, int64_t by_ns) {
  const int64_t ns = (int64_t)when.tv_sec * SECOND_NS + when.tv_nsec + by_ns;
  when.tv_sec = ns / SECOND_NS;
  when.tv_nsec = ns % SECOND_NS;
  return when;
}

static int is_stepped(clockid_t clock) {
  return ahead_ns && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE);
}

/* An instant that somebody worked out by the stepped clock, by the kernel's. */
static Instant kernels_own(clockid_t clock, const Instant *when) {
  return is_stepped(clock) ? later(*when, -*ahead_ns) : *when;
}

__attribute__((constructor)) static void begin(void) {
  const char *name = getenv("OUTRIDER_FAULTS_CLOCK");
  const int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
  *(void **)&kernels = dlsym(RTLD_NEXT, "clock_gettime");
  *(void **)&cond_wait = dlsym(RTLD_NEXT, "pthread_cond_clockwait");
  *(void **)&mutex_wait = dlsym(RTLD_NEXT, "pthread_mutex_clocklock");
  *(void **)&sem_wait_until = dlsym(RTLD_NEXT, "sem_clockwait");
  if (file >= 0) {
    void *mapped = mmap(NULL, sizeof *ahead_ns, PROT_READ, MAP_SHARED, file, 0);
    ahead_ns = mapped == MAP_FAILED ? NULL : mapped;
    close(file);
  }
}

int clock_gettime(clockid_t clock, Instant *now) {
  /* Others' constructors may ask before ours has run. */
  const int failed = kernels ? kernels(clock, now) : (int)syscall(SYS_clock_gettime, clock, now);
  if (!failed && is_stepped(clock)) *now = later(*now, *ahead_ns);
  return failed;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  Instant exact;
  (void)zone;
  if (clock_gettime(CLOCK_REALTIME, &exact)) return -1;
  now->tv_sec = exact.tv_sec;
  now->tv_usec = exact.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *also) {
  Instant exact;
  if (clock_gettime(CLOCK_REALTIME, &exact)) return -1;
  if (also) *also = exact.tv_sec;
  return exact.tv_sec;
}

int pthread_cond_clockwait(pthread_cond_t *cond, pthread_mutex_t *mutex, clockid_t clock, const Instant *until) {
  const Instant when = kernels_own(clock, until);
  return cond_wait(cond, mutex, clock, &when);
}

int pthread_cond_timedwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex,
                           const Instant *restrict until) {
  const clockid_t clock = cond->__data.__wrefs & COND_IS_MONOTONIC ? CLOCK_MONOTONIC : CLOCK_REALTIME;
  return pthread_cond_clockwait(cond, mutex, clock, until);
}

int pthread_mutex_clocklock(pthread_mutex_t *mutex, clockid_t clock, const Instant *until) {
  const Instant when = kernels_own(clock, until);
  return mutex_wait(mutex, clock, &when);
}

int pthread_mutex_timedlock(pthread_mutex_t *restrict mutex, const Instant *restrict until) {
  return pthread_mutex_clocklock(mutex, CLOCK_REALTIME, until);
}

int sem_clockwait(sem_t *restrict sem, clockid_t clock, const Instant *restrict until) {
  const Instant when = kernels_own(clock, until);
  return sem_wait_until(sem, clock, &when);
}

int sem_timedwait(sem_t *restrict sem, const Instant *restrict until) {
  return sem_clockwait(sem, CLOCK_REALTIME, until);
}
