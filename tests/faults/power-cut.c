/*
 * LD_PRELOAD: what a power cut would leave of a directory, in the strictest reading of POSIX.
 *
 * The bytes of a file below $POWER_DIR are durable as they were at its last fsync or fdatasync, its
 * name is durable as the directory was at the directory's last fsync, and nothing else is. Each of
 * the two is kept in $POWER_SHADOW under the identity of the inode (number and time of birth, since
 * numbers are used again): IDENTITY has the bytes of a file, IDENTITY.dir the names in a directory,
 * a line each: `f` or `d`, identity, name. power-cut.ts makes a tree of it after a kill -9.
 *
 * The shadow changes by rename alone, so a kill in the middle of a sync leaves it as it was before.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define IDENTITY_MAX 80

static int identify(int at, const char *name, int flags, char *identity, int *is_directory) {
  struct statx found;
  if (statx(at, name, flags | AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS | STATX_BTIME, &found) != 0) return 0;
  if (!S_ISREG(found.stx_mode) && !S_ISDIR(found.stx_mode)) return 0;
  *is_directory = S_ISDIR(found.stx_mode);
  snprintf(identity, IDENTITY_MAX, "%llu-%lld%09u", (unsigned long long)found.stx_ino,
           (long long)found.stx_btime.tv_sec, found.stx_btime.tv_nsec);
  return 1;
}

static int is_watched(int fd) {
  const char *watched = getenv("POWER_DIR");
  char link[64], path[PATH_MAX];
  if (watched == NULL) return 0;
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = '\0';
  size_t prefix = strlen(watched);
  return strncmp(path, watched, prefix) == 0 && (path[prefix] == '\0' || path[prefix] == '/');
}

/* One of its own for each thread: several may sync at the same time. */
static int open_next(char *next, const char *shadow) {
  snprintf(next, PATH_MAX, "%s/.next-%ld", shadow, (long)syscall(SYS_gettid));
  return open(next, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

static int keep_bytes(int fd, int out) {
  char link[64], buffer[1 << 16];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  /* A description of its own: the caller's position must not move. */
  int in = open(link, O_RDONLY | O_CLOEXEC);
  if (in < 0) return 0;
  ssize_t got;
  int complete = 1;
  while (complete && (got = read(in, buffer, sizeof buffer)) > 0) complete = write(out, buffer, got) == got;
  close(in);
  return complete && got == 0;
}

static int keep_names(int fd, int out) {
  int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  DIR *directory = copy < 0 ? NULL : fdopendir(copy);
  if (directory == NULL) return 0;
  struct dirent *entry;
  while ((entry = readdir(directory)) != NULL) {
    char identity[IDENTITY_MAX];
    int is_directory;
    if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0) continue;
    if (!identify(dirfd(directory), entry->d_name, 0, identity, &is_directory)) continue;
    dprintf(out, "%c %s %s\n", is_directory ? 'd' : 'f', identity, entry->d_name);
  }
  closedir(directory);
  return 1;
}

static int sync_to_shadow(int fd) {
  const char *shadow = getenv("POWER_SHADOW");
  char identity[IDENTITY_MAX], next[PATH_MAX], kept[PATH_MAX];
  int is_directory;
  int before = errno;
  if (shadow == NULL || !is_watched(fd)) return 0;
  if (!identify(fd, "", AT_EMPTY_PATH, identity, &is_directory)) return 0;
  int out = open_next(next, shadow);
  if (out < 0) return -1;
  int complete = is_directory ? keep_names(fd, out) : keep_bytes(fd, out);
  close(out);
  snprintf(kept, sizeof kept, "%s/%s%s", shadow, identity, is_directory ? ".dir" : "");
  if (!complete || rename(next, kept) != 0) {
    errno = EIO;
    return -1;
  }
  errno = before;
  return 0;
}

int fsync(int fd) { return sync_to_shadow(fd); }

int fdatasync(int fd) { return sync_to_shadow(fd); }
