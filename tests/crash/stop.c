/*
 * Preloaded into a process: ends it (kill -9) right before or after one of the moments at which it sends, receives an
 * answer, or writes to an SQLite store. Every such point is a line in a file, so that a run that is not stopped counts them.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

/* Of the lock in a store's shared memory that whoever writes holds. */
#define WRITER_LOCK 120

static void point(const char *name)
{
    static atomic_int passed;
    const char *stop_at = getenv("CONTACTWAY_STOP_AT");
    const char *file = getenv("CONTACTWAY_STOP_FILE");
    int out = file ? open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    if (out >= 0) {
        ssize_t written = write(out, name, strlen(name));
        (void)written;
        close(out);
    }
    /* Counted when it stands in the file, so that those of other threads that are counted stand there too. */
    int nth = atomic_fetch_add(&passed, 1) + 1;
    if (stop_at && atoi(stop_at) == nth) {
        raise(SIGKILL);
    }
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t send(int fd, const void *bytes, size_t length, int flags)
{
    point("before send\n");
    ssize_t sent = REAL(send)(fd, bytes, length, flags);
    point("after send\n");
    return sent;
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    if (fd <= STDERR_FILENO) {
        return REAL(writev)(fd, parts, count);
    }
    point("before send\n");
    ssize_t sent = REAL(writev)(fd, parts, count);
    point("after send\n");
    return sent;
}

ssize_t recv(int fd, void *bytes, size_t length, int flags)
{
    ssize_t got = REAL(recv)(fd, bytes, length, flags);
    if (got > 0 && !(flags & MSG_PEEK)) {
        point("after answer\n");
    }
    return got;
}

static int of_writer(int command, const struct flock *lock, int type)
{
    return command == F_SETLK && lock->l_type == type && lock->l_start == WRITER_LOCK && lock->l_len == 1;
}

static int locked(const char *name, int fd, int command, void *argument)
{
    int (*real)(int, int, ...) = (int (*)(int, int, ...))dlsym(RTLD_NEXT, name);
    if (of_writer(command, argument, F_WRLCK)) {
        point("before write\n");
    }
    int done = real(fd, command, argument);
    if (of_writer(command, argument, F_UNLCK)) {
        point("after write\n");
    }
    return done;
}

int fcntl(int fd, int command, ...)
{
    va_list arguments;
    va_start(arguments, command);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    return locked("fcntl", fd, command, argument);
}

int fcntl64(int fd, int command, ...)
{
    va_list arguments;
    va_start(arguments, command);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    return locked("fcntl64", fd, command, argument);
}
