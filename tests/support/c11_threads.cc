// C11 threads on top of pthreads, for builds under the thread sanitizer only.
//
// The distribution's librdkafka calls <threads.h>, whose functions the
// sanitizer does not intercept: threads would start without its knowledge and
// crash in its runtime. Defined in the executable, these come first in symbol
// resolution and give the sanitizer pthreads to watch.

#include <errno.h>
#include <pthread.h>
#include <threads.h>

#include <cstdint>
#include <memory>

namespace {

struct Start {
  thrd_start_t function;
  void* argument;
};

void* Run(void* raw) {
  const std::unique_ptr<Start> start(static_cast<Start*>(raw));
  const int result = start->function(start->argument);
  return reinterpret_cast<void*>(static_cast<intptr_t>(result));
}

int FromErrno(int error) {
  switch (error) {
    case 0:
      return thrd_success;
    case ETIMEDOUT:
      return thrd_timedout;
    case EBUSY:
      return thrd_busy;
    case ENOMEM:
      return thrd_nomem;
    default:
      return thrd_error;
  }
}

// mtx_t and cnd_t are opaque blocks that glibc makes large enough for the
// pthread types; the compiler checks it.
static_assert(sizeof(mtx_t) >= sizeof(pthread_mutex_t));
static_assert(sizeof(cnd_t) >= sizeof(pthread_cond_t));

pthread_mutex_t* Mutex(mtx_t* mutex) {
  return reinterpret_cast<pthread_mutex_t*>(mutex);
}
pthread_cond_t* Condition(cnd_t* condition) {
  return reinterpret_cast<pthread_cond_t*>(condition);
}

}  // namespace

extern "C" {

int thrd_create(thrd_t* thread, thrd_start_t function, void* argument) {
  auto start = std::make_unique<Start>(Start{function, argument});
  const int error = pthread_create(thread, nullptr, Run, start.get());
  if (error == 0) start.release();
  return FromErrno(error);
}

int thrd_join(thrd_t thread, int* result) {
  void* value = nullptr;
  const int error = pthread_join(thread, &value);
  if (result != nullptr) {
    *result = static_cast<int>(reinterpret_cast<intptr_t>(value));
  }
  return FromErrno(error);
}

int thrd_detach(thrd_t thread) { return FromErrno(pthread_detach(thread)); }

int mtx_init(mtx_t* mutex, int type) {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  if ((type & mtx_recursive) != 0) {
    pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_RECURSIVE);
  }
  const int error = pthread_mutex_init(Mutex(mutex), &attributes);
  pthread_mutexattr_destroy(&attributes);
  return FromErrno(error);
}
int mtx_lock(mtx_t* mutex) {
  return FromErrno(pthread_mutex_lock(Mutex(mutex)));
}
int mtx_trylock(mtx_t* mutex) {
  return FromErrno(pthread_mutex_trylock(Mutex(mutex)));
}
int mtx_unlock(mtx_t* mutex) {
  return FromErrno(pthread_mutex_unlock(Mutex(mutex)));
}
void mtx_destroy(mtx_t* mutex) { pthread_mutex_destroy(Mutex(mutex)); }

int cnd_init(cnd_t* condition) {
  return FromErrno(pthread_cond_init(Condition(condition), nullptr));
}
int cnd_signal(cnd_t* condition) {
  return FromErrno(pthread_cond_signal(Condition(condition)));
}
int cnd_broadcast(cnd_t* condition) {
  return FromErrno(pthread_cond_broadcast(Condition(condition)));
}
int cnd_wait(cnd_t* condition, mtx_t* mutex) {
  return FromErrno(pthread_cond_wait(Condition(condition), Mutex(mutex)));
}
int cnd_timedwait(cnd_t* condition, mtx_t* mutex, const timespec* until) {
  return FromErrno(
      pthread_cond_timedwait(Condition(condition), Mutex(mutex), until));
}
void cnd_destroy(cnd_t* condition) {
  pthread_cond_destroy(Condition(condition));
}

}  // extern "C"
