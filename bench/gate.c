/* The least a program of the backend exec does: reads the question, notes when it came, permits once FOLDER/yes is there.
 * Usage: gate FOLDER [SECONDS-UNTIL-THE-NEXT-QUESTION] */
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void note(const char* verb) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  char line[64];
  const int length = snprintf(line, sizeof line, "%s %.6f\n", verb, (double)now.tv_sec + (double)now.tv_nsec / 1e9);
  const int journal = open("questions", O_WRONLY | O_APPEND | O_CREAT, 0600);
  if (write(journal, line, (size_t)length) != length) _exit(3);
}

int main(int argc, char** argv) {
  static const char* const kVerbs[] = {"submit", "poll", "redeem", "withdraw"};
  static char question[262144];
  size_t size = 0;
  for (ssize_t got; (got = read(0, question + size, sizeof question - 1 - size)) > 0;)
    size += (size_t)got;
  if (argc < 2 || chdir(argv[1]) != 0) return 2;

  const char* verb = strstr(question, "\"verb\"");
  if (verb == NULL) return 4;
  for (size_t i = 0; i < sizeof kVerbs / sizeof *kVerbs; ++i) {
    const char* found = strstr(verb, kVerbs[i]);
    if (found == NULL || found > verb + 12) continue;
    note(kVerbs[i]);
    if (strcmp(kVerbs[i], "withdraw") == 0) return puts("{\"status\":\"withdrawn\"}") < 0;
  }
  if (access("yes", F_OK) == 0) return puts("{\"status\":\"permitted\",\"approved\":[\"ada\"]}") < 0;
  const char* retry = argc > 2 ? argv[2] : "";
  printf("{\"status\":\"waiting\",\"approved\":[],\"missing\":[\"ada\"]%s%s}\n", *retry ? ",\"retry_after\":" : "", retry);
  return 0;
}
