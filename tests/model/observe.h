/* What the model tells and is told: settings, broken properties, decisions, and the words of a trace. C, for pan. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int setting(const char *name) {
  const char *text = getenv(name);
  return text ? atoi(text) : 0;
}

/* --- properties: 1 all are the same, 2 no edit vanishes, 3 no watermark passes -------------------------------------- */
static unsigned long times_broken[4];

static void broken(int property) { ++times_broken[property]; }

/* --- decisions: each that is met, once -------------------------------------------------------------------------------- */
enum { most_decisions = 1 << 14 };
static unsigned long long decisions[most_decisions]; /* packed; 0: free */
static unsigned kept_decisions;

static unsigned less(unsigned x, unsigned a, unsigned b, unsigned c) { return (a < x) + (b < x) + (c < x); }

/* Only the order of the times matters, and of the contents. */
static void decided(int eden, int update, int conflict, unsigned last, int from_peer, int here, int dead,
                    int mci, unsigned time, int text, int doc_dead, int doc_mci, unsigned doc_time, int doc_text,
                    int act, int why, int stamp, int outcome) {
  const unsigned t = here ? time : doc_time, l = last ? last : doc_time;
  const int order = !here || dead || doc_dead || text == doc_text ? 0 : text < doc_text ? 1 : 2;
  const int fields[] = {eden, update, conflict, doc_dead, less(doc_time, doc_time, t, l), doc_mci, here,
                        here && dead, here ? less(time, doc_time, t, l) : 0, here ? mci : 0, here && from_peer, order,
                        last != 0, last ? less(last, doc_time, t, l) : 0, act, why, stamp, outcome};
  static const int bits[] = {1, 3, 3, 1, 2, 4, 1, 1, 2, 2, 1, 2, 1, 2, 3, 4, 2, 2};
  unsigned long long key = 1;
  for (unsigned i = 0; i < sizeof bits / sizeof *bits; ++i) key = key << bits[i] | (unsigned)fields[i];
  unsigned place = key * 0x9E3779B97F4A7C15u >> 50;
  while (decisions[place] && decisions[place] != key) place = (place + 1) % most_decisions;
  if (decisions[place]) return;
  decisions[place] = key;
  if (++kept_decisions == most_decisions) abort();
}

static unsigned unpack(unsigned long long *key, int bits) {
  const unsigned field = *key & ((1u << bits) - 1);
  *key >>= bits;
  return field;
}

static void print_decision(FILE *out, unsigned long long key) {
  static const char *policies[] = {"-", "THIS", "OTHER", "NEWER", "MASTER"};
  static const char *actions[] = {"none", "create", "update", "undelete", "erase", "bury"};
  static const char *rules[] = {"no_twin", "nothing_to_erase", "already_deleted", "same_version", "conflict_refused",
                                "policy_keeps_local", "policy_takes_remote", "remote_newer", "same_time", "tie_broken",
                                "local_newer", "from_master", "not_from_master"};
  static const char *stamps[] = {"local", "incoming", "now"};
  static const char *conflicts[] = {"none", "accepted", "refused"};
  static const char *orders[] = {"equal", "lesser", "greater"};
  const unsigned outcome = unpack(&key, 2), stamp = unpack(&key, 2), why = unpack(&key, 4), act = unpack(&key, 3),
                 agreed = unpack(&key, 2), last = unpack(&key, 1), order = unpack(&key, 2), from_peer = unpack(&key, 1),
                 mci = unpack(&key, 2), time = unpack(&key, 2), dead = unpack(&key, 1), here = unpack(&key, 1),
                 doc_mci = unpack(&key, 4), doc_time = unpack(&key, 2), doc_dead = unpack(&key, 1), conflict = unpack(&key, 3),
                 update = unpack(&key, 3), eden = unpack(&key, 1);
  fprintf(out, "decision %s %s %s  %s %u %c ", eden ? "eden" : "standard",
          policies[update], policies[conflict], doc_dead ? "dead" : "live", doc_time,
          doc_mci == 9 ? '-' : (char)('0' + doc_mci));
  if (here)
    fprintf(out, " %s %u %u %s %s ", dead ? "dead" : "live", time, mci, from_peer ? "peer" : "another", orders[order]);
  else
    fprintf(out, " none - - - - ");
  if (last)
    fprintf(out, " %u ", agreed);
  else
    fprintf(out, " - ");
  fprintf(out, " %s %s %s %s\n", actions[act], rules[why], stamps[stamp], conflicts[outcome]);
}

static void report(void) {
  const char *path = getenv("REPORT");
  FILE *out = path ? fopen(path, "w") : NULL;
  if (!out) return;
  fprintf(out, "broken %lu %lu %lu\n", times_broken[1], times_broken[2], times_broken[3]);
  for (unsigned i = 0; i < most_decisions; ++i)
    if (decisions[i]) print_decision(out, decisions[i]);
  fclose(out);
}

/* --- words: only while a trail is replayed ---------------------------------------------------------------------------- */
extern int readtrail; /* of pan */

#define tell(...) (readtrail ? (void)printf(__VA_ARGS__) : (void)0)
#define letter(s) ((char)('A' + (s)))

static char of_run[3][2]; /* the sites of each link */

static void begun(int fast, int busy) {
  const int shape = setting("SHAPE");
  const char *links[] = {"AB", "AB", "ABBA", "ABCB", "ABBCCA"};
  memcpy(of_run, links[shape], strlen(links[shape]));
  atexit(report);
  if (busy) tell("- Other records change all the time.\n");
  if (fast < 3) tell("- %c's clock is a second fast.\n", letter(fast));
}

static void step(const char *what, int link) { tell("- %c %s %c.\n", of_run[link][0], what, of_run[link][1]); }
static void stroke(int last_stage, int link) {
  static const char *what[] = {"", "", "dies before it moves its watermark for", "loses the push to",
                               "loses the reply of", "synchronises with"};
  step(what[last_stage], link);
}
static void second(int now) { tell("- It is second %d.\n", now); }
static void settled(int time) {
  if (time) tell("  - It will ask from second %d on.\n", time);
}

static void wrote(int site, int dead, int text, int time) {
  if (dead)
    tell("- A user of %c deletes it, at %d.\n", letter(site), time);
  else
    tell("- A user of %c writes \"%d\", at %d.\n", letter(site), text, time);
}

static void taken_in(int site, int peer, int dead, int text, int time, int act, int why) {
  static const char *actions[] = {"keeps what it has", "creates it", "updates it", "undeletes it", "deletes it",
                                  "notes the deletion"};
  static const char *rules[] = {"it is new here", "there is nothing here to delete", "it is deleted here already",
                                "both versions are the same", "both sites changed it",
                                "the policy THIS", "the policy OTHER", "what comes is newer",
                                "both have the same time", "both have the same time; their contents decide",
                                "what is here is newer", "it comes from the site that created it",
                                "it does not come from the site that created it"};
  if (dead)
    tell("  - %c gets its deletion at %d from %c, and %s: %s.\n", letter(site), time, letter(peer), actions[act],
         rules[why]);
  else
    tell("  - %c gets \"%d\" of %d from %c, and %s: %s.\n", letter(site), text, time, letter(peer), actions[act],
         rules[why]);
}

static void silence(void) { tell("- Users stop, the lines hold, and every run is done three times.\n"); }
