/* Runs one command and prints what it cost: wall time and processor time in seconds, and the largest resident size of
 * one of its processes in KiB. A small parent: the kernel counts the parent's own size into a child's until it executes.
 * Usage: stopwatch INPUT-FILE COMMAND [ARGUMENT ...] */
#define _GNU_SOURCE
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char** environ;

static double seconds(struct timeval time) { return (double)time.tv_sec + (double)time.tv_usec / 1e6; }

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  int output[2];
  if (pipe2(output, O_CLOEXEC) != 0) return 3;
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, argv[1], O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output[1], 1);

  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  pid_t child;
  if (posix_spawnp(&child, argv[2], &actions, NULL, argv + 2, environ) != 0) return 4;
  close(output[1]);
  char buffer[65536];
  while (read(output[0], buffer, sizeof buffer) > 0) {
  }
  int status;
  struct rusage usage;
  if (wait4(child, &status, 0, &usage) != child) return 5;
  clock_gettime(CLOCK_MONOTONIC, &end);

  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return 6;
  printf("%.9f %.6f %ld\n", (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9,
         seconds(usage.ru_utime) + seconds(usage.ru_stime), usage.ru_maxrss);
  return 0;
}
